//! Words and chance of a data set: a small stock of office language, picked by a seeded generator.

use std::cell::Cell;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Numbers that only the seed decides (splitmix64).
pub(super) struct Chance(Cell<u64>);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(super) fn number(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.set(state);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below n.
    pub(super) fn below(&self, n: usize) -> usize {
        usize::try_from(self.number() % (n.max(1) as u64)).unwrap_or(0)
    }

    pub(super) fn pick<'a, T: ?Sized>(&self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// An id whose time is given, so that ids grow as they do in use.
    pub(super) fn id(&self, at: DateTime<Utc>) -> Uuid {
        let mut bytes = [0u8; 10];
        bytes[..8].copy_from_slice(&self.number().to_be_bytes());
        bytes[8..].copy_from_slice(&self.number().to_be_bytes()[..2]);
        uuid::Builder::from_unix_timestamp_millis(at.timestamp_millis().unsigned_abs(), &bytes).into_uuid()
    }
}

/// Fields of work; each is in about one title of forty.
pub(super) const FIELDS: &[&str] = &[
    "采购",
    "招标",
    "合同",
    "资产",
    "薪酬",
    "用工",
    "培训",
    "档案",
    "印章",
    "公务用车",
    "差旅",
    "接待",
    "预算",
    "决算",
    "资金",
    "投资",
    "并购",
    "担保",
    "审计",
    "内控",
    "法务",
    "信访",
    "保密",
    "网络安全",
    "环保",
    "安全生产",
    "消防",
    "质量",
    "计量",
    "仓储",
    "物流",
    "工程",
    "监理",
    "设计变更",
    "科研",
    "专利",
    "党建",
    "巡察",
    "选人用人",
    "宣传",
];

const OBJECTS: &[&str] = &[
    "管理制度",
    "审批流程",
    "台账登记",
    "责任落实",
    "监督检查",
    "权限划分",
    "考核办法",
    "操作规程",
    "信息公开",
    "结果运用",
];

const FAULTS: &[&str] =
    &["不健全", "执行不到位", "长期未更新", "与实际不符", "缺少记录", "流于形式", "职责不清", "把关不严"];

const DEEDS: &[&str] = &[
    "修订并印发制度",
    "组织专题培训",
    "开展全面自查",
    "建立月度通报",
    "明确责任到人",
    "清理历史遗留事项",
    "完善信息系统功能",
    "组织交叉检查",
];

const STEPS: &[&str] = &[
    "完成制度初稿并征求意见",
    "召开专题会议研究部署",
    "对所属单位开展现场检查",
    "梳理问题清单并逐项销号",
    "组织相关人员培训考试",
    "完成系统功能测试",
    "收集整理佐证材料",
    "与业务部门核对数据",
];

/// A refined problem; the ordinal keeps it apart from others.
pub(super) fn title(chance: &Chance, ordinal: usize) -> String {
    format!(
        "{}{}{}，{}环节（第{ordinal}项）",
        chance.pick(FIELDS),
        chance.pick(OBJECTS),
        chance.pick(FAULTS),
        chance.pick(OBJECTS)
    )
}

pub(super) fn measure(chance: &Chance) -> String {
    format!("{}，{}，并于季度末报送完成情况", chance.pick(DEEDS), chance.pick(DEEDS))
}

pub(super) fn progress(chance: &Chance) -> String {
    let n = chance.below(90) + 5;
    format!("{}；{}，涉及{n}项，已完成{}项。", chance.pick(STEPS), chance.pick(STEPS), chance.below(n))
}

pub(super) fn next_step(chance: &Chance) -> String {
    format!("下周{}", chance.pick(STEPS))
}

pub(super) fn finding(chance: &Chance) -> String {
    format!("{}方面存在{}{}的问题", chance.pick(FIELDS), chance.pick(OBJECTS), chance.pick(FAULTS))
}
