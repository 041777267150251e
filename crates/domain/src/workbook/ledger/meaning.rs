//! What a column means, found by what its heading says.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::super::grid::{heading, squeeze};
use super::parts;
use crate::words;

words! {
    /// What a column of a hand-kept ledger holds (docs/domain.md §20).
    pub enum Meaning {
        Ordinal = "ordinal", "序号";
        Aspect = "aspect", "方面";
        FindingNumber = "finding_number", "问题编号";
        Finding = "finding", "反馈问题";
        ItemNumber = "item_number", "具体问题编号";
        Item = "item", "具体问题";
        TaskNumber = "task_number", "任务编号";
        MeasureNumber = "measure_number", "措施编号";
        Measure = "measure", "整改措施";
        Objective = "objective", "整改目标";
        Criterion = "criterion", "完成标准";
        Disposition = "disposition", "处置类型";
        Due = "due", "完成时限";
        Milestones = "milestones", "阶段节点";
        LeadLeaders = "lead_leaders", "牵头领导";
        Leaders = "leaders", "责任领导";
        LeadUnits = "lead_units", "牵头单位";
        Units = "units", "责任单位";
        Supporting = "supporting", "配合单位";
        Persons = "persons", "责任人";
        UnitsAndPersons = "units_and_persons", "责任单位和责任人";
        Status = "status", "完成情况";
        DoneOn = "done_on", "办结日期";
        Basis = "basis", "办结依据";
        Remark = "remark", "备注";
        Kept = "kept", "保留原文";
        Ignored = "ignored", "不导入";
    }
}

impl Meaning {
    /// The words of a problem or a measure: without one of them there is no ledger.
    pub(super) fn is_matter(self) -> bool {
        matches!(self, Meaning::Finding | Meaning::Item | Meaning::Measure)
    }

    /// Meanings that several columns may share, read one after the other.
    pub(super) fn is_shared(self) -> bool {
        matches!(
            self,
            Meaning::Measure
                | Meaning::LeadLeaders
                | Meaning::Leaders
                | Meaning::LeadUnits
                | Meaning::Units
                | Meaning::Supporting
                | Meaning::Persons
                | Meaning::UnitsAndPersons
                | Meaning::Milestones
                | Meaning::Remark
                | Meaning::Kept
                | Meaning::Ignored
        )
    }
}

/// Headings by meaning, without white space and brackets.
const HEADINGS: &[(Meaning, &[&str])] = &[
    (Meaning::Ordinal, &["序号", "编号", "序", "No", "NO", "No.", "项次", "号"]),
    (Meaning::Aspect, &["方面", "问题类别", "类别", "问题方面", "所属方面", "反馈方面", "问题分类", "大类"]),
    (Meaning::FindingNumber, &["问题编号", "反馈问题编号", "问题序号"]),
    (
        Meaning::Finding,
        &[
            "反馈问题",
            "反馈意见",
            "问题",
            "存在问题",
            "主要问题",
            "发现问题",
            "发现的问题",
            "反馈的问题",
            "问题描述",
            "问题内容",
            "存在的问题",
            "存在的主要问题",
            "巡察反馈问题",
            "巡视反馈问题",
            "审计发现问题",
            "隐患问题描述",
            "问题表现",
            "隐患描述",
            "问题清单",
            "反馈意见内容",
            "问题概述",
            "检查发现问题",
            "巡察反馈意见",
            "整改问题",
            "问题事项",
            "整改事项",
            "反馈事项",
        ],
    ),
    (Meaning::ItemNumber, &["具体问题编号", "具体问题序号", "分项编号"]),
    (
        Meaning::Item,
        &[
            "具体问题",
            "具体表现",
            "问题具体表现",
            "具体问题表现",
            "整改任务",
            "任务",
            "具体任务",
            "具体事项",
            "分项问题",
            "问题分解",
            "细化问题",
            "任务内容",
            "整改内容",
        ],
    ),
    (Meaning::TaskNumber, &["任务编号", "整改任务编号", "任务号"]),
    (Meaning::MeasureNumber, &["措施编号", "措施序号"]),
    (
        Meaning::Measure,
        &[
            "整改措施",
            "措施",
            "具体措施",
            "整改具体措施",
            "整改要求",
            "整改举措",
            "工作措施",
            "整改方案",
            "整改意见",
            "落实措施",
            "具体整改措施",
            "整改落实措施",
            "举措",
            "整改建议",
        ],
    ),
    (Meaning::Objective, &["整改目标", "目标", "工作目标", "预期目标", "整改成果目标"]),
    (Meaning::Criterion, &["完成标准", "验收标准", "销号标准", "整改标准", "完成标志"]),
    (Meaning::Disposition, &["整改类型", "处置类型", "整改方式", "分类处置", "整改类别", "处置方式", "整改性质"]),
    (
        Meaning::Due,
        &[
            "完成时限",
            "整改时限",
            "时限",
            "整改期限",
            "期限",
            "计划完成时间",
            "完成期限",
            "时间节点",
            "整改完成时限",
            "要求完成时间",
            "拟完成时间",
            "限期",
            "时限要求",
            "计划完成时限",
            "整改时间",
            "截止时间",
            "截止日期",
            "要求时限",
            "办结时限",
            "预计完成时间",
            "完成节点",
            "措施完成时限",
            "起止时间",
            "起止日期",
            "时间安排",
            "时间要求",
            "实施时间",
            "整改时段",
            "计划时间",
        ],
    ),
    (Meaning::Milestones, &["阶段节点", "阶段目标", "分阶段目标", "节点"]),
    (Meaning::LeadLeaders, &["牵头领导", "牵头责任领导"]),
    (
        Meaning::Leaders,
        &[
            "责任领导",
            "分管领导",
            "包保领导",
            "主管领导",
            "挂点领导",
            "领导",
            "责任领导人",
            "班子责任领导",
            "公司领导",
            "集团领导",
            "包抓领导",
        ],
    ),
    (Meaning::LeadUnits, &["牵头单位", "牵头部门", "牵头责任单位", "主责单位", "主办单位", "主责部门"]),
    (
        Meaning::Units,
        &[
            "责任单位",
            "责任部门",
            "整改责任单位",
            "整改单位",
            "整改责任部门",
            "整改部门",
            "承办单位",
            "承办部门",
            "落实单位",
            "责任科室",
            "责任主体",
            "整改责任主体",
            "责任处室",
        ],
    ),
    (
        Meaning::Supporting,
        &["配合单位", "配合部门", "协办单位", "协助单位", "协同单位", "配合责任单位", "参与单位", "协办部门"],
    ),
    (
        Meaning::Persons,
        &[
            "责任人",
            "整改责任人",
            "具体责任人",
            "直接责任人",
            "经办人",
            "负责人",
            "承办人",
            "主要责任人",
            "第一责任人",
            "具体负责人",
            "责任人员",
            "部门负责人",
            "单位负责人",
        ],
    ),
    (
        Meaning::UnitsAndPersons,
        &[
            "责任单位及责任人",
            "责任单位和责任人",
            "责任部门及责任人",
            "责任部门和责任人",
            "责任单位/责任人",
            "责任部门/责任人",
            "责任单位、责任人",
            "责任部门、责任人",
            "责任主体及责任人",
            "整改责任单位及责任人",
        ],
    ),
    (
        Meaning::Status,
        &[
            "完成情况",
            "整改状态",
            "状态",
            "销号情况",
            "是否完成",
            "整改完成情况",
            "办理状态",
            "完成状态",
            "整改情况",
            "是否销号",
            "落实情况",
            "进展情况",
            "整改进展",
            "进展",
            "整改落实情况",
            "整改进度",
            "进度",
            "整改结果",
            "当前状态",
            "办结情况",
            "是否整改",
            "是否办结",
            "目前进展",
            "销号状态",
            "是否整改完成",
            "整改进展情况",
            "办理情况",
            "办理结果",
            "完成进度",
        ],
    ),
    (
        Meaning::DoneOn,
        &[
            "办结日期",
            "销号日期",
            "实际完成时间",
            "整改完成日期",
            "完成日期",
            "整改完成时间",
            "销号时间",
            "办结时间",
            "实际完成日期",
            "实际办结时间",
        ],
    ),
    (Meaning::Basis, &["办结依据", "销号依据", "完成依据"]),
    (Meaning::Remark, &["备注", "说明", "备考", "其他"]),
    (
        Meaning::Kept,
        &[
            "检查时间",
            "检查单位",
            "检查人",
            "检查项目",
            "检查工点",
            "隐患类型",
            "隐患等级",
            "问题来源",
            "来源",
            "反馈文号",
            "涉及金额",
            "定性依据",
            "佐证材料",
            "存在困难",
            "下步打算",
            "联系人",
            "联系电话",
            "督办领导",
            "问题性质",
            "整改成效",
            "填报时间",
            "抽查结论",
            "检查日期",
            "原因分析",
            "问题等级",
            "风险等级",
            "督导人",
        ],
    ),
];

/// Pieces of headings that decide where neither the whole nor what it ends with is known, the first that fits.
const PIECES: &[(&str, Meaning)] = &[
    ("金额", Meaning::Kept),
    ("数量", Meaning::Kept),
    ("地点", Meaning::Kept),
    ("部位", Meaning::Kept),
    ("来源", Meaning::Kept),
    ("困难", Meaning::Kept),
    ("佐证", Meaning::Kept),
    ("依据", Meaning::Kept),
    ("原因", Meaning::Kept),
    ("检查", Meaning::Kept),
    ("督导", Meaning::Kept),
    ("督办", Meaning::Kept),
    ("联系", Meaning::Kept),
    ("电话", Meaning::Kept),
    ("等级", Meaning::Kept),
    ("成效", Meaning::Kept),
    ("下一步", Meaning::Kept),
    ("单位及责任人", Meaning::UnitsAndPersons),
    ("单位和责任人", Meaning::UnitsAndPersons),
    ("措施编号", Meaning::MeasureNumber),
    ("具体问题", Meaning::Item),
    ("时限", Meaning::Due),
    ("期限", Meaning::Due),
    ("计划完成", Meaning::Due),
    ("计划整改完成", Meaning::Due),
    ("拟完成", Meaning::Due),
    ("责任单位", Meaning::Units),
    ("责任部门", Meaning::Units),
    ("责任人", Meaning::Persons),
    ("主责人", Meaning::Persons),
    ("措施", Meaning::Measure),
    ("举措", Meaning::Measure),
    ("实际完成", Meaning::DoneOn),
    ("办结日期", Meaning::DoneOn),
    ("销号日期", Meaning::DoneOn),
    ("牵头领导", Meaning::LeadLeaders),
    ("牵头单位", Meaning::LeadUnits),
    ("牵头部门", Meaning::LeadUnits),
    ("领导", Meaning::Leaders),
    ("负责人", Meaning::Persons),
    ("标准", Meaning::Criterion),
    ("目标", Meaning::Objective),
    ("问题类", Meaning::Aspect),
    ("问题编号", Meaning::FindingNumber),
    ("问题", Meaning::Finding),
    ("缺陷", Meaning::Finding),
    ("不符合项", Meaning::Finding),
    ("状态", Meaning::Status),
    ("销号", Meaning::Status),
    ("完成情况", Meaning::Status),
    ("进展", Meaning::Status),
    ("整改情况", Meaning::Status),
    ("备注", Meaning::Remark),
];

/// Under a group, leaves that say no more than this are read together with it: 责任 over 领导.
const GROUPED: &[(&str, &str, Meaning)] = &[
    ("责任", "领导", Meaning::Leaders),
    ("责任", "单位", Meaning::Units),
    ("责任", "部门", Meaning::Units),
    ("责任", "人员", Meaning::Persons),
    ("责任", "个人", Meaning::Persons),
    ("责任", "人", Meaning::Persons),
    ("责任", "牵头", Meaning::LeadUnits),
    ("责任", "主责", Meaning::LeadUnits),
    ("责任", "配合", Meaning::Supporting),
    ("责任", "协办", Meaning::Supporting),
    ("措施", "内容", Meaning::Measure),
    ("措施", "时限", Meaning::Due),
    ("问题", "内容", Meaning::Finding),
    ("问题", "表现", Meaning::Item),
    ("问题", "具体", Meaning::Item),
    ("问题", "类别", Meaning::Aspect),
    ("问题", "方面", Meaning::Aspect),
    ("时间", "开始", Meaning::Kept),
    ("时间", "起", Meaning::Kept),
    ("时间", "结束", Meaning::Due),
    ("时间", "止", Meaning::Due),
    ("时限", "开始", Meaning::Kept),
    ("时限", "结束", Meaning::Due),
    ("时间", "计划", Meaning::Due),
    ("时间", "实际", Meaning::DoneOn),
    ("时限", "计划", Meaning::Due),
    ("时限", "实际", Meaning::DoneOn),
    ("完成", "计划", Meaning::Due),
    ("完成", "实际", Meaning::DoneOn),
    ("完成", "时间", Meaning::DoneOn),
    ("完成", "状态", Meaning::Status),
    ("完成", "日期", Meaning::DoneOn),
    ("整改情况", "时间", Meaning::DoneOn),
    ("销号", "时间", Meaning::DoneOn),
    ("销号", "日期", Meaning::DoneOn),
    ("销号", "依据", Meaning::Basis),
];

/// Longest heading, in characters; what is longer is a sentence.
const LONGEST: usize = 24;
/// Longest label of a form, in characters.
const LONGEST_LABEL: usize = 14;

/// Leaves that name nothing without their group, and such as only say which of several: read behind the group, and before it.
const LEAVES: &str = "单位 部门 科室 处室 领导 人员 个人 人 姓名 时间 日期 期限 时限 情况 内容 \
    名称 描述 结果 意见 编号 状态 标准 目标 要求 类别 进度";
const WHICH: &str = "牵头 主责 主办 配合 协办 协同 协助 计划 实际 开始 结束 起 启动 销号 办结 具体";

/// A heading without white space, brackets, stars and closing colons.
pub(super) fn bare(text: &str) -> String {
    let text = squeeze(text);
    let text = text.trim_matches(['*', '＊', '：', ':', '★']);
    let head = heading(text);
    if head.is_empty() { text.trim_matches(['(', ')', '（', '）']).to_owned() } else { head }
}

/// The meaning of words that are a heading by themselves. 完成时间 alone is open: a time limit, or the day it was done.
pub(super) fn known(text: &str) -> Option<Meaning> {
    // A sentence is no heading, whatever it begins with.
    if text.len() > 8 * LONGEST {
        return None;
    }
    let bare = bare(text);
    if bare.is_empty() || bare.chars().count() > LONGEST {
        return None;
    }
    if bare == "完成时间" {
        return Some(Meaning::Due);
    }
    static BY_WORD: OnceLock<HashMap<&str, Meaning>> = OnceLock::new();
    let by_word = BY_WORD
        .get_or_init(|| HEADINGS.iter().flat_map(|(meaning, words)| words.iter().map(|w| (*w, *meaning))).collect());
    by_word.get(bare.as_str()).copied()
}

/// Words that ask for something to be done, or tell of what is done later: a measure where nothing else is, beside a column of measures no part of it.
pub(super) fn is_demand(text: &str) -> bool {
    let bare = bare(text);
    let is_asked = ["要求", "意见", "建议", "计划", "安排", "思路"].iter().any(|word| bare.ends_with(word));
    (is_asked || parts::is_later_measure(&bare)) && label(text) == Some(Meaning::Measure)
}

/// Words that open the column of the time limit and of the day it was done alike.
pub(super) fn is_open_time(text: &str) -> bool {
    let bare = bare(text);
    bare == "完成时间" || known(text).is_none() && parts::is_open_day(&bare)
}

/// Words that may stand as a heading or as the label of a form: known as a whole or by what they end with.
pub(super) fn label(text: &str) -> Option<Meaning> {
    let bare = bare(text);
    let is_short = bare.chars().count() <= LONGEST_LABEL && !bare.contains(['，', ',', '。', '；', ';']);
    known(text).or_else(|| is_short.then(|| parts::read(&bare)).flatten())
}

fn guess(text: &str) -> Option<Meaning> {
    let bare = bare(text);
    // Units that are not said to answer are read by their cells.
    let is_short = !bare.is_empty() && bare.chars().count() <= LONGEST && !parts::names_units(&bare);
    PIECES.iter().find(|(piece, _)| is_short && bare.contains(piece)).map(|(_, meaning)| *meaning)
}

fn is_one_of(text: &str, words: &str) -> bool {
    words.split(' ').any(|word| word == text)
}

/// What a leaf means that needs its group: 牵头 under 责任领导, 时间 under 检查情况.
fn with_group(plain: &str, groups: &[String]) -> Option<Meaning> {
    let group = bare(groups.last()?);
    if is_one_of(plain, WHICH) {
        return parts::read(&format!("{plain}{group}"));
    }
    if !is_one_of(plain, LEAVES) {
        return None;
    }
    let is_day = matches!(plain, "时间" | "日期") && group.ends_with(['况', '果', '展']);
    match parts::read(&format!("{group}{plain}")) {
        Some(Meaning::Due) if is_day => Some(Meaning::DoneOn),
        other => other,
    }
}

/// The meaning of a column from the words above it, the outermost first. None when nothing is understood; the column is then kept as it is.
pub(super) fn of_column(words: &[String]) -> Option<Meaning> {
    let (leaf, groups) = words.split_last()?;
    let plain = bare(leaf);
    let grouped = || {
        groups.iter().rev().find_map(|group| {
            let group = bare(group);
            GROUPED.iter().find(|(g, l, _)| group.contains(g) && plain == *l).map(|(.., meaning)| *meaning)
        })
    };
    let by_parts = |text: &str| Some(bare(text)).filter(|b| b.chars().count() <= LONGEST).and_then(|b| parts::read(&b));
    let which = || Some(()).filter(|()| is_one_of(&plain, WHICH)).and_then(|()| with_group(&plain, groups));
    which()
        .or_else(grouped)
        .or_else(|| with_group(&plain, groups))
        .or_else(|| known(leaf))
        .or_else(|| (!groups.is_empty()).then(|| known(&words.concat())).flatten())
        .or_else(|| by_parts(leaf))
        .or_else(|| guess(leaf))
        .or_else(|| {
            groups.iter().rev().find_map(|group| known(group).or_else(|| by_parts(group)).or_else(|| guess(group)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_understood_by_what_they_say() {
        for (words, meaning) in [
            (&["序号"][..], Some(Meaning::Ordinal)),
            (&["责 任 单 位"], Some(Meaning::Units)),
            (&["整改要求（措施）"], Some(Meaning::Measure)),
            (&["责任", "领导"], Some(Meaning::Leaders)),
            (&["责任", "责任单位"], Some(Meaning::Units)),
            (&["整改责任单位", "施工"], Some(Meaning::Units)),
            (&["完成时间", "实际"], Some(Meaning::DoneOn)),
            (&["存在的主要问题（逐条列出）"], Some(Meaning::Finding)),
            (&["整改完成时间（年月日）"], Some(Meaning::DoneOn)),
            (&["问题来源"], Some(Meaning::Kept)),
            (&["目前整改进展"], Some(Meaning::Status)),
            (&["*责任人：\n"], Some(Meaning::Persons)),
            (&["（备注）"], Some(Meaning::Remark)),
            (&["措施责任人"], Some(Meaning::Persons)),
            (&["措施完成期限"], Some(Meaning::Due)),
            (&["整改措施（逐条）"], Some(Meaning::Measure)),
            (&["问题金额（万元）"], Some(Meaning::Kept)),
            (&["隐患部位"], Some(Meaning::Kept)),
            (&["计划整改完成时间"], Some(Meaning::Due)),
            (&["计划时间", "开始"], Some(Meaning::Kept)),
            (&["计划时间", "结束"], Some(Meaning::Due)),
            (&["协同部门"], Some(Meaning::Supporting)),
            (&["主责人"], Some(Meaning::Persons)),
            (&["缺陷描述"], Some(Meaning::Finding)),
            (&["天气"], None),
        ] {
            let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
            assert_eq!(of_column(&words), meaning, "{words:?}");
        }
    }

    #[test]
    fn no_heading_is_claimed_twice() {
        let mut all: Vec<&str> = HEADINGS.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        let n = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n);
    }
}
