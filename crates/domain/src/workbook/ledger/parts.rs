//! What a heading means by its parts: a Chinese heading ends with what it names, and the words before say of which act and whose.
//!
//! 问题整改牵头责任单位 ends with units, and 牵头 says that they lead; 验收日期 ends with a day, and 验收 says that it is of another act.

use super::meaning::Meaning;

/// What a heading ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    Units,
    Leaders,
    Persons,
    Limit,
    Day,
    Measure,
    Plan,
    Demand,
    Opinion,
    Finding,
    Showing,
    Matter,
    Task,
    State,
    Share,
    Criterion,
    Objective,
    Basis,
    Remark,
    Kind,
    Number,
    Kept,
}

/// Words a heading ends with; the longest that fits decides.
const HEADS: &[(Head, &str)] = &[
    (
        Head::Units,
        "单位 部门 科室 处室 部室 股室 主体 党组织 支部 机构 站所 镇街 乡镇 街道 \
        属地 车间 院系 企业 责任方 牵头方 配合方 协作方",
    ),
    (Head::Leaders, "领导 领导人 领导干部 班子成员 领导同志 党组成员 党委委员 负责同志 校领导 院领导"),
    (Head::Persons, "人 人员 同志 个人 姓名 专人 专员 骨干"),
    (
        Head::Limit,
        "时限 期限 限期 时间节点 完成节点 整改节点 时间表 时段 周期 期限要求 时限要求 进度安排 \
        时间安排 时间要求",
    ),
    (Head::Day, "时间 日期 年月 年月日 日"),
    (Head::Measure, "措施 举措 对策 办法 做法 方案 招法 步骤 行动"),
    (Head::Plan, "计划 安排 打算 思路 设想"),
    (Head::Demand, "要求 建议"),
    (Head::Opinion, "意见"),
    (
        Head::Finding,
        "问题 发现 隐患 缺陷 不足 短板 弱项 症结 差距 漏洞 不符合项 不合格项 不合规项 \
        薄弱环节 风险 风险点 诉求 偏差 问题点 毛病 违规行为 不符合 线索 疑点",
    ),
    (Head::Showing, "表现 情形 现象 事实 表现形式"),
    (Head::Matter, "事项 事由"),
    (Head::Task, "任务"),
    (Head::State, "情况 进展 进度 状态 结果 结论 现状 程度 动态 态势"),
    (Head::Share, "率 比例 百分比"),
    (Head::Criterion, "标准 标志 指标"),
    (Head::Objective, "目标 目的"),
    (Head::Basis, "依据"),
    (Head::Remark, "备注 备考 附注 其他 其它"),
    (Head::Kind, "方面 类别 分类 类型 领域 板块 大类 小类 维度 条线 门类"),
    (Head::Number, "编号 序号 编码 代码"),
    (
        Head::Kept,
        "来源 出处 数 总数 金额 数量 个数 件数 地点 部位 位置 区域 照片 图片 附件 材料 资料 \
        证据 证明 原因 成因 根源 困难 电话 联系方式 方式 等级 级别 文号 条款 单号 \
        性质 成效 成果 效果 职务 职责 联系人 联络员 联系人员 签字 签名 盖章 签章 \
        批示 阅示 灯 颜色 评价 得分 分值 资金 经费 期间 频次 次数 环节 问责 \
        追责 责任追究 审计期间",
    ),
];

/// Words at the end that name nothing by themselves.
const NEUTRAL: &str = "具体内容 基本内容 内容 描述 表述 具体 陈述 详述 概述 概况 概要 简述 简介 摘要 详情 明细 清单 \
    一览 列表 原文 说明 名称 要点 条目";

/// Acts beside the rectification: who does them, and when, is not what the ledger is read for.
const OTHER_ACTS: &str = "检查 排查 督导 督查 督办 核查 巡查 抽查 复查 复核 审核 审批 审定 验收 反馈 \
    填报 填表 填写 报送 上报 来文 交办 移交 移送 转办 登记 记录 确认 认定 见证 \
    监督 监管 考核 评估 验证 核验 查验 复验 陪同 带队 通报 发现 提出 联系 联络 制表 报告 被 受检 当事 涉事 \
    涉案 举报 信访 反映 签收 接收 指导 录入 签发 受理 更新 回访 跟踪";

/// Acts that have a day of their own.
const OTHER_DAYS: &str = "开始 起始 启动 起 下发 收文 巡察 巡视 审计 发生 立项 公示 公开 约谈 出具 \
    印发 会议 统计 入账 申请";

const SUPPORT: &str = "配合 协办 协同 协助 参与 协作 辅助 联动 会办 协管 协调";
const LEAD: &str = "牵头 主责 主办 领办 领衔 总负责 首要";
const ANSWERS: &str = "责任 整改 承办 落实 实施 执行 经办 承担 办理 具体 主体 归口 属地 治理 处置 \
    负责 完成 主要 第一 直接";
const OF_LEADERS: &str = "分管 包保 包案 包抓 包联 挂点 挂牌 挂联 挂钩 班子 县级 处级 校级 院级 局级 \
    厅级";
const PLANNED: &str = "计划 拟 预计 要求 规定 目标 承诺 限 应 截止 到期 节点";
const DONE: &str = "实际 已 办结 销号 闭环 清零 最终";
const OF_PROGRESS: &str = "整改 完成 落实 进展 办理 推进 销号 执行 解决 治理 办结 闭环 工作 目前 当前 \
    最新 本期 本月 本周 阶段";

/// Whether a heading speaks of who does another act than the rectification, or when.
pub(super) fn is_of_another_act(bare: &str) -> bool {
    has(bare, OTHER_ACTS) || has(bare, DONE) || has(bare, "开始 起始 启动 联络 发生")
}

/// Whether a heading speaks of the day of another act.
pub(super) fn is_of_another_day(bare: &str) -> bool {
    has(bare, OTHER_ACTS) || has(bare, OTHER_DAYS)
}

/// Whether a heading names a time, of whatever act.
pub(super) fn names_time(bare: &str) -> bool {
    has(bare, "时间 日期 时限 期限 月份 节点 季度 年度") && !has(bare, OTHER_DAYS)
}

fn has(text: &str, words: &str) -> bool {
    words.split(' ').any(|word| text.contains(word))
}

/// The meaning of a heading without white space and brackets; None when its parts do not say.
pub(super) fn read(bare: &str) -> Option<Meaning> {
    let text = unnumbered(bare);
    if text.is_empty() {
        return None;
    }
    question(text).unwrap_or_else(|| combined(text).unwrap_or_else(|| single(text)))
}

/// Without a number before (一、问题) or behind (措施1, 措施二).
pub(super) fn unnumbered(text: &str) -> &str {
    let is_mark = |c: char| matches!(c, '、' | '.' | '．' | '-' | '—' | ':' | '：' | '*' | '【' | '】' | '“' | '”');
    let is_numeral = |c: char| c.is_ascii_digit() || "①②③④⑤⑥⑦⑧⑨⑩一二三四五六七八九十".contains(c);
    let front = text.trim_start_matches(is_numeral);
    let front = if front.len() < text.len() && front.starts_with(is_mark) { front } else { text };
    let front = front.trim_matches(is_mark);
    let behind = front.trim_end_matches(is_numeral);
    if behind.is_empty() { front } else { behind.trim_matches(is_mark) }
}

/// Headings that ask: 怎么改, 什么时候改完, 改得怎么样. The outer None is no question; the inner a question that does not say.
fn question(text: &str) -> Option<Option<Meaning>> {
    const ASKED: &[(&str, Meaning)] = &[
        ("为什么 为何 咋回事 怎么回事", Meaning::Kept),
        ("什么样 什么标准 达到什么", Meaning::Criterion),
        (
            "怎么样 咋样 怎样了 如何了 了没 了吗 没有完 改没改 到哪 什么程度 改得 办得 做得 好没好 成没成 销没销 改完没 完成没",
            Meaning::Status,
        ),
        ("何时 什么时候 啥时 几时 哪天 什么时间 多久 几号 多长时间 哪日", Meaning::Due),
        ("怎么 怎样 如何 咋改 咋办 咋整 咋做 做什么 干什么 改什么 做些什么 干啥 做啥", Meaning::Measure),
        ("什么问题 啥问题 哪些问题 哪里不对 哪儿不对 哪里有 什么毛病 查出什么", Meaning::Finding),
    ];
    let either = text.split_once("是否").map(|(_, said)| said).or_else(|| text.strip_suffix("与否"));
    let either = either.or_else(|| Some(text).filter(|t| has(t, "打√ 打勾 打钩 √")));
    if let Some(said) = either {
        let is_state = has(said, "完成 整改 销号 办结 到位 闭环 解决 落实 清零 达标 改完 改好");
        let is_state = is_state && !has(said, "延期 需 立行 立即 重复");
        return Some(Some(if is_state { Meaning::Status } else { Meaning::Kept }));
    }
    // 办没办, 改没改
    let chars: Vec<char> = text.chars().collect();
    if chars.windows(3).any(|w| w[1] == '没' && w[0] == w[2]) {
        return Some(Some(Meaning::Status));
    }
    if text.contains('谁') {
        let meaning = if has(text, SUPPORT) {
            Some(Meaning::Supporting)
        } else if has(text, OF_LEADERS) || text.contains("领导") {
            Some(Meaning::Leaders)
        } else {
            None
        };
        return Some(meaning);
    }
    let (_, meaning) = ASKED.iter().find(|(words, _)| has(text, words))?;
    let is_of_another = *meaning == Meaning::Due && has(text, "发现 检查 查出 反馈 开始");
    Some(Some(if is_of_another { Meaning::Kept } else { *meaning }))
}

/// Headings that name two things: 责任单位及责任人. The outer None is a heading that names one.
fn combined(text: &str) -> Option<Option<Meaning>> {
    let (first, second) = ["以及", "/", "／", "、", "和", "及", "与", "&", "+", "或", "兼"]
        .iter()
        .find_map(|mark| text.split_once(*mark))
        .filter(|(first, second)| !first.is_empty() && !second.is_empty())
        // 参与 and 涉及 are words of their own.
        .filter(|(first, _)| !first.ends_with(['参', '涉', '普', '触']))?;
    // 牵头和配合单位: what both end with stands only once.
    let shared = || head(second).map(|(head, _)| &second[second.len() - head.len()..]);
    let one = |text: &str| question(text).unwrap_or_else(|| single(text));
    let first_means = one(first).or_else(|| shared().and_then(|end| one(&format!("{first}{end}"))));
    // 责任单位及个人: what both begin with.
    let second_means = one(second).or_else(|| one(&format!("责任{second}")));
    use Meaning::{Finding, Item, Kept, LeadUnits, Leaders, Persons, Supporting, Units, UnitsAndPersons};
    let is_units = |m| matches!(m, Units | LeadUnits);
    Some(match (first_means, second_means) {
        (Some(a), Some(b)) if a == b => Some(a),
        (Some(a), Some(Persons)) if is_units(a) => Some(UnitsAndPersons),
        (Some(Persons), Some(b)) if is_units(b) => Some(UnitsAndPersons),
        (Some(a), Some(b)) if is_units(a) && (is_units(b) || b == Supporting) => Some(Units),
        (Some(Finding | Item), Some(Finding | Item)) => Some(Finding),
        (Some(Kept), Some(Finding)) | (Some(Finding), Some(Kept)) if text.contains("困难") => Some(Kept),
        // 整改措施及完成情况 is asked about cell by cell.
        (Some(Meaning::Measure), Some(Meaning::Status)) => Some(Meaning::Measure),
        // 责任人及联系电话, 责任领导及职务
        (Some(a), Some(Kept)) => Some(a),
        (Some(Kept), Some(b)) if matches!(b, Leaders | Persons) => Some(b),
        (Some(a), None) if has(second, "职务 职责 电话 签字 签名") => Some(a),
        // 原因分析及整改措施: the last word is the head of all.
        (None, Some(b)) | (Some(Kept), Some(b)) => Some(b),
        _ => None,
    })
}

/// The longest word it ends with.
fn head(text: &str) -> Option<(&'static str, Head)> {
    HEADS
        .iter()
        .flat_map(|(head, words)| words.split(' ').map(move |word| (word, *head)))
        .filter(|(word, _)| text.ends_with(word))
        .max_by_key(|(word, _)| word.len())
}

fn single(text: &str) -> Option<Meaning> {
    // 领导责任 is 责任领导.
    if let Some(whose) = text.strip_suffix("责任").filter(|whose| !whose.is_empty() && !whose.starts_with("责任")) {
        return single(&format!("责任{whose}"));
    }
    let mut text = text;
    loop {
        if let Some((word, head)) = head(text) {
            return meaning(head, word, &text[..text.len() - word.len()]);
        }
        text = NEUTRAL.split(' ').find_map(|word| text.strip_suffix(word)).filter(|rest| !rest.is_empty())?;
    }
}

/// What a heading means that ends so, after the words before.
fn meaning(head: Head, word: &str, before: &str) -> Option<Meaning> {
    match head {
        Head::Units => units(word, before),
        Head::Leaders if has(before, OTHER_ACTS) => Some(Meaning::Kept),
        Head::Leaders if has(before, LEAD) => Some(Meaning::LeadLeaders),
        Head::Leaders => Some(Meaning::Leaders),
        Head::Persons => persons(before),
        Head::Limit => limit(word, before),
        Head::Day => day(before),
        Head::Measure if has(before, "处罚 问责 追责 处分") => Some(Meaning::Kept),
        Head::Measure => Some(Meaning::Measure),
        Head::Plan if has(before, "下 后续 资金 检查") => Some(Meaning::Kept),
        Head::Plan | Head::Demand if has(before, "整改 工作 办理 落实 治理") => Some(Meaning::Measure),
        Head::Demand if word == "建议" => Some(Meaning::Measure),
        Head::Plan => None,
        Head::Demand => Some(Meaning::Kept),
        Head::Opinion if has(before, "整改") => Some(Meaning::Measure),
        Head::Opinion if has(before, "反馈 巡察 巡视 审计 检查 督察") => Some(Meaning::Finding),
        Head::Opinion => Some(Meaning::Kept),
        Head::Finding => finding(before),
        Head::Showing if has(before, "目前 当前 现在 最新 眼下") => Some(Meaning::Status),
        Head::Showing => Some(Meaning::Item),
        Head::Matter => matter(before),
        Head::Task if before.contains("目标") => Some(Meaning::Objective),
        Head::Task => Some(Meaning::Item),
        Head::State => state(word, before),
        Head::Share if has(before, "完成 整改 办结 销号") => Some(Meaning::Status),
        Head::Share => Some(Meaning::Kept),
        Head::Criterion => Some(Meaning::Criterion),
        Head::Objective => Some(Meaning::Objective),
        Head::Basis if has(before, "销号 办结 完成 闭环") => Some(Meaning::Basis),
        Head::Basis => Some(Meaning::Kept),
        Head::Remark => Some(Meaning::Remark),
        Head::Kind => kind(before),
        Head::Number => Some(number(before)),
        Head::Kept => Some(Meaning::Kept),
    }
}

/// 被检查, 受检, 存在问题的: whom another act was done to.
pub(super) fn is_of_object(before: &str) -> bool {
    has(before, "被 受检 受查 问题所在 存在问题 涉及")
}

/// Whether a heading names units, of whatever act.
pub(super) fn names_units(bare: &str) -> bool {
    matches!(head(unnumbered(bare)), Some((_, Head::Units)))
}

fn units(word: &str, before: &str) -> Option<Meaning> {
    match before {
        // 被检查单位 is where the problem lies: read by its cells where no other column says who answers.
        _ if is_of_object(before) => None,
        _ if has(before, OTHER_ACTS) => Some(Meaning::Kept),
        _ if has(before, SUPPORT) || word.starts_with("配合") || word.starts_with("协作") => {
            Some(Meaning::Supporting)
        }
        _ if has(before, LEAD) || word.starts_with("牵头") => Some(Meaning::LeadUnits),
        _ if has(before, ANSWERS) || word.starts_with("责任") => Some(Meaning::Units),
        _ => None,
    }
}

fn persons(before: &str) -> Option<Meaning> {
    match before {
        _ if has(before, OTHER_ACTS) || has(before, "销号 核实 把关 签字") => Some(Meaning::Kept),
        _ if has(before, OF_LEADERS) => Some(Meaning::Leaders),
        _ if has(before, "牵头 领衔 领办") => None,
        _ if has(before, ANSWERS) || has(before, SUPPORT) => Some(Meaning::Persons),
        _ => None,
    }
}

fn limit(word: &str, before: &str) -> Option<Meaning> {
    let is_of_end = before.is_empty() || has(before, "整改 完成 办结 措施 落实 任务");
    match before {
        _ if before.starts_with(['起', '启']) || before.starts_with("开始") => Some(Meaning::Kept),
        _ if has(before, "反馈 报送 上报 填报 延期前") && !has(before, "整改 完成") => {
            Some(Meaning::Kept)
        }
        _ if is_of_end || word.ends_with("时限") || word.ends_with("节点") => Some(Meaning::Due),
        _ if has(before, OTHER_ACTS) || has(before, OTHER_DAYS) => Some(Meaning::Kept),
        _ => Some(Meaning::Due),
    }
}

/// A day is one of the plan, one of the fact, or one of another act; 整改到位时间 alone says neither, and is the plan's unless another column is.
fn day(before: &str) -> Option<Meaning> {
    match before {
        "" => None,
        _ if has(before, OTHER_DAYS) => Some(Meaning::Kept),
        _ if has(before, PLANNED) => Some(Meaning::Due),
        _ if has(before, DONE) => Some(Meaning::DoneOn),
        _ if has(before, OTHER_ACTS) => Some(Meaning::Kept),
        _ if has(before, "整改 完成 落实 解决 到位 达标") => Some(Meaning::Due),
        _ => None,
    }
}

/// Whether a heading speaks of the end of the work without saying whether it is planned or done.
pub(super) fn is_open_day(bare: &str) -> bool {
    let text = unnumbered(bare);
    matches!(head(text), Some((word, Head::Day)) if {
        let before = &text[..text.len() - word.len()];
        !has(before, PLANNED) && !has(before, DONE) && has(before, "完成 到位 解决 达标 落实")
    })
}

fn finding(before: &str) -> Option<Meaning> {
    match before {
        _ if has(before, "困难 协调 支持 帮助 遗留 剩余 未完成 未整改 衍生") => Some(Meaning::Kept),
        _ if has(before, "具体 细化 分项 子") => Some(Meaning::Item),
        _ => Some(Meaning::Finding),
    }
}

fn matter(before: &str) -> Option<Meaning> {
    match before {
        _ if has(before, "协调 注意 其他 备注 说明 支持") => Some(Meaning::Kept),
        _ if has(before, "具体 细化") => Some(Meaning::Item),
        _ if has(before, "整改 反馈 交办 督办 问题 反映 办理 发现 移交 检查 违规") => {
            Some(Meaning::Finding)
        }
        _ => None,
    }
}

fn state(word: &str, before: &str) -> Option<Meaning> {
    match before {
        _ if has(before, "督查 督导 督办 检查 抽查 问责 追责 处分 公示 公开 延期 佐证 协调 移交 通报") => {
            Some(Meaning::Kept)
        }
        // Whoever accepts it may well write here whether it is done: the words decide.
        _ if has(before, "验收 核查 复核 认定 审核") => None,
        _ if has(before, OF_PROGRESS) => Some(Meaning::Status),
        _ if has(before, "问题 隐患") => Some(Meaning::Finding),
        "" if matches!(word, "进展" | "进度" | "状态") => Some(Meaning::Status),
        _ if word == "结论" => Some(Meaning::Kept),
        _ => None,
    }
}

fn kind(before: &str) -> Option<Meaning> {
    match before {
        _ if has(before, "整改 处置 办理 时限 措施") => Some(Meaning::Disposition),
        _ if before.is_empty() || has(before, "问题 反馈 所属 归属 涉及") => Some(Meaning::Aspect),
        _ => None,
    }
}

fn number(before: &str) -> Meaning {
    match before {
        _ if before.contains("措施") => Meaning::MeasureNumber,
        _ if has(before, "具体 分项") => Meaning::ItemNumber,
        _ if before.contains("任务") => Meaning::TaskNumber,
        _ if has(before, "问题 反馈 隐患") => Meaning::FindingNumber,
        "" => Meaning::Ordinal,
        _ => Meaning::Kept,
    }
}

/// A measure of another time than the first: 下一步措施, 防范措施; beside a column of measures it is kept.
pub(super) fn is_later_measure(bare: &str) -> bool {
    is_with_progress(bare) || has(bare, "下一步 下步 后续 防范 预防 长效 巩固 防止 临时")
}

/// Measures told together with how far they are: 整改措施及完成情况.
pub(super) fn is_with_progress(bare: &str) -> bool {
    has(bare, "情况 进展 成效") && !bare.ends_with("措施") && !bare.ends_with("举措")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_read_by_what_they_end_with() {
        use Meaning::{
            Aspect, Basis, Criterion, Disposition, DoneOn, Due, Finding, FindingNumber, Item, Kept, LeadLeaders,
            LeadUnits, Leaders, Measure, Objective, Ordinal, Persons, Remark, Status, Supporting, Units,
            UnitsAndPersons,
        };
        for (meaning, headings) in [
            (
                Finding,
                &[
                    "巡察组反馈的主要问题",
                    "专项检查发现的隐患",
                    "问题简述",
                    "审计查出问题事项",
                    "存在的短板弱项",
                    "内控缺陷描述",
                    "群众诉求",
                    "问题基本情况",
                    "督察反馈意见原文",
                    "一、问题清单",
                    "查出什么毛病",
                    "交办事项",
                ][..],
            ),
            (Item, &["问题的具体表现", "主要表现形式", "细化问题", "分解任务"]),
            (
                Measure,
                &[
                    "拟采取的对策",
                    "整改工作措施",
                    "具体整改办法",
                    "措施1",
                    "措施二",
                    "整改落实举措",
                    "原因分析及整改措施",
                    "怎么改",
                    "打算怎么办",
                    "整改工作安排",
                    "工作建议",
                    "整改步骤",
                ],
            ),
            (
                Units,
                &[
                    "整改责任科室",
                    "部门责任",
                    "具体承办部门",
                    "落实部室",
                    "责任党组织",
                    "属地责任单位",
                    "牵头及配合单位",
                    "整改责任方",
                ],
            ),
            (LeadUnits, &["问题整改牵头责任单位", "主办科室", "总牵头部门"]),
            (Supporting, &["协同配合部门", "参与科室", "谁配合", "会办单位"]),
            (UnitsAndPersons, &["责任单位及责任人", "责任科室/具体责任人", "整改责任人及责任单位", "责任单位与个人"]),
            (
                Leaders,
                &[
                    "包案县领导",
                    "领导责任",
                    "责任班子成员",
                    "分管负责人",
                    "挂点班子成员",
                    "谁分管",
                    "责任领导及职务",
                    "包保责任人",
                ],
            ),
            (LeadLeaders, &["牵头校领导"]),
            (Persons, &["整改直接责任人", "个人责任", "承办人员", "具体经办人", "责任人及联系电话", "科室负责人"]),
            (
                Due,
                &[
                    "整改到位时限",
                    "拟办结日期",
                    "要求整改完成时间",
                    "什么时候改完",
                    "何时完成",
                    "整改完成期限要求",
                    "计划销号时间",
                    "时限要求",
                ],
            ),
            (DoneOn, &["实际整改完成日期", "销号年月日", "实际办结时间"]),
            (
                Status,
                &[
                    "截至目前进展情况",
                    "改得怎么样",
                    "销号与否",
                    "完成打√",
                    "是否改完",
                    "进展说明",
                    "改了没有",
                    "是否销号",
                    "是否整改到位",
                    "本月推进情况",
                    "问题整改情况",
                    "措施落实情况",
                    "完成率",
                    "整改闭环状态",
                    "问题解决程度",
                ],
            ),
            (Criterion, &["完成标准及标志", "要改成什么样"]),
            (Objective, &["整改预期目标"]),
            (Disposition, &["整改时限类别", "处置分类"]),
            (Aspect, &["问题所属领域", "反馈问题类型"]),
            (Ordinal, &["序号"]),
            (FindingNumber, &["反馈问题序号"]),
            (Basis, &["销号依据"]),
            (Remark, &["备注"]),
            (
                Kept,
                &[
                    "验收日期",
                    "检查组联系人",
                    "问题来源",
                    "存在的困难和问题",
                    "需上级协调解决的问题",
                    "督办单位",
                    "核查责任人",
                    "发现时间",
                    "问题照片",
                    "填报人员",
                    "是否需要延期",
                    "为什么没完成",
                    "下一步工作打算",
                    "检查情况",
                    "起整改时限",
                    "启动时间",
                    "反馈文号",
                    "整改成效",
                ],
            ),
        ] {
            for heading in headings {
                assert_eq!(read(heading), Some(meaning), "{heading}");
            }
        }
        for heading in ["谁来办", "牵头人", "时间", "基本情况", "天气", "单位", "验收情况", "领导小组会议"]
        {
            assert_eq!(read(heading), None, "{heading}");
        }
    }

    #[test]
    fn a_day_of_completion_is_open_where_nothing_says_planned_or_done() {
        assert!(is_open_day("整改到位时间") && is_open_day("完成日期"));
        assert!(!is_open_day("计划完成时间") && !is_open_day("实际完成时间") && !is_open_day("完成时限"));
    }
}
