//! What makes a closure worth a second look (docs/domain.md §40): signals with their reasons, never verdicts. Nothing is refused for one; who is about to
//! hand in mends it, who verifies looks there.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::calendar::Week;
use crate::copied::copy_of;
use crate::ids::EvidenceId;
use crate::task::state::{EvidenceMark, EvidencePurpose, Task};
use crate::task::text::StatementText;
use crate::words;

words! {
    /// What a signal is about.
    pub enum QualityRule {
        MeasuresOnlyWords = "measures_only_words", "措施只有学习、开会、加强";
        EvidenceReused = "evidence_reused", "证据也用于别的任务";
        EvidenceMisdated = "evidence_misdated", "证据的日期不在整改期间";
        WeeksCopied = "weeks_copied", "每周写实文字雷同";
        ManyInAnHour = "many_in_an_hour", "集中扎堆申请销号";
        MuchFaster = "much_faster", "比计划快得多";
        MilestonesAtOnce = "milestones_at_once", "节点一次报完";
        CriterionVague = "criterion_vague", "销号标准无法核验";
    }
}

/// So many requests of one unit within an hour are many.
const MANY: usize = 5;
/// Plans of at least so many calendar days can be finished too soon.
const LONG_PLAN_DAYS: i64 = 30;
/// A share of the planned time, in hundredths, below which a finish is early beyond belief.
const TOO_SOON_PERCENT: i64 = 20;
/// Fewest milestones of which it says something that all were reported on one day.
const SOME_MILESTONES: usize = 3;
/// Fewest weeks of which it says something that they are alike.
const SOME_WEEKS: usize = 2;

/// Words of measures that by themselves change nothing.
const SOFT: [&str; 30] = [
    "学习",
    "会议",
    "研究部署",
    "传达",
    "教育",
    "宣传",
    "宣讲",
    "研讨",
    "讨论",
    "培训",
    "进一步",
    "加强",
    "强化",
    "提高",
    "提升",
    "增强",
    "压实",
    "重视",
    "落实",
    "规范",
    "完善",
    "健全",
    "加大",
    "不断",
    "持续",
    "剖析",
    "举一反三",
    "引导",
    "自查",
    "贯彻",
];
/// Words of measures that leave something behind which can be seen.
const FIRM: [&str; 58] = [
    "修订",
    "制定",
    "印发",
    "废止",
    "清退",
    "收回",
    "追回",
    "追缴",
    "缴回",
    "退还",
    "补缴",
    "补签",
    "补办",
    "移交",
    "更换",
    "安装",
    "拆除",
    "恢复",
    "招租",
    "签订",
    "注销",
    "起诉",
    "诉讼",
    "约谈",
    "通报",
    "调离",
    "轮岗",
    "停用",
    "设置",
    "抽查",
    "台账",
    "清单",
    "模板",
    "换届",
    "报批",
    "办理",
    "清点",
    "核对",
    "复核",
    "催收",
    "备案",
    "辞去",
    "编制",
    "处置",
    "公示",
    "评估报告",
    "验收",
    "审计",
    "登记",
    "调整",
    "归档",
    "盘点",
    "检测",
    "改造",
    "建成",
    "上线",
    "竞价",
    "招标",
];
/// Words of criteria that everybody may call fulfilled.
const VAGUE: [&str; 26] = [
    "提升",
    "提高",
    "增强",
    "加强",
    "改善",
    "改进",
    "规范",
    "完善",
    "健全",
    "融合",
    "成效",
    "有效",
    "明显",
    "显著",
    "较大",
    "普遍",
    "根本",
    "基本形成",
    "良好",
    "局面",
    "氛围",
    "精细",
    "加大",
    "进一步",
    "不断",
    "深度",
];
/// Words of criteria that somebody else can look up.
const CHECKABLE: [&str; 44] = [
    "清单",
    "文件",
    "印发",
    "通知书",
    "批复",
    "台账",
    "证书",
    "签订",
    "验收",
    "报告",
    "凭证",
    "名单",
    "联单",
    "系统",
    "抽查",
    "复核",
    "入账",
    "到账",
    "受理",
    "合同",
    "协议",
    "纪要",
    "备案",
    "公示",
    "归档",
    "移交",
    "收回",
    "到岗",
    "上线",
    "在线",
    "注销",
    "登记",
    "照片",
    "检测",
    "意见",
    "审计",
    "发票",
    "全部",
    "为零",
    "不超过",
    "以上",
    "以下",
    "以内",
    "不低于",
];

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn has_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit() || ('０'..='９').contains(&c))
}

/// Whether a measure is study, meetings and resolve alone: nothing of it can be seen afterwards.
pub fn is_only_words(measure: &str) -> bool {
    has(measure, &SOFT) && !has_number(measure) && !has(measure, &FIRM)
}

/// Whether nobody could look up if a criterion is fulfilled.
pub fn is_vague(criterion: &str) -> bool {
    has(criterion, &VAGUE) && !has_number(criterion) && !has(criterion, &CHECKABLE)
}

/// A signal, with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    pub rule: QualityRule,
    /// Values for the reason's words.
    pub params: Value,
}

impl Signal {
    /// The reason in words.
    pub fn words(&self) -> String {
        let text = |name: &str| self.params[name].as_str().map_or_else(|| self.params[name].to_string(), str::to_owned);
        match self.rule {
            QualityRule::MeasuresOnlyWords => format!("{} 条措施都只是学习、开会或加强，看不到做成了什么", text("n")),
            QualityRule::EvidenceReused => format!("{} 份证据也用于{}", text("n"), text("tasks")),
            QualityRule::EvidenceMisdated => {
                format!("{} 份证据的日期早于下发（{}）或晚于申请（{}）", text("n"), text("from"), text("until"))
            }
            QualityRule::WeeksCopied => format!("{} 周里有 {} 周的写实与此前雷同", text("weeks"), text("n")),
            QualityRule::ManyInAnHour => format!("这个单位一小时内申请销号 {} 项", text("n")),
            QualityRule::MuchFaster => format!("计划 {} 天，{} 天就申请销号", text("planned"), text("taken")),
            QualityRule::MilestonesAtOnce => format!("{} 个节点都在 {} 报完", text("n"), text("on")),
            QualityRule::CriterionVague => format!("“{}”别人无法核验", text("criterion")),
        }
    }
}

/// What is looked at beside the task's own row.
#[derive(Clone, Debug, Default)]
pub struct Handed<'a> {
    /// Words of measures that are not excused.
    pub measures: Vec<&'a str>,
    pub criteria: Vec<&'a str>,
    /// The lead unit's statements, the newest revision of each week, oldest first.
    pub statements: Vec<(Week, StatementText)>,
    /// Numbers of other tasks for which the same file is evidence.
    pub reused: BTreeMap<EvidenceId, BTreeSet<String>>,
    /// Requests for closure that the unit handed in within the hour before, this one with them.
    pub in_the_hour: usize,
    /// How much alike two weeks are that count as copied, in hundredths (the round's policy).
    pub near_percent: u16,
}

/// What is worth a look before a closure is handed in, or once it was: on the day it is handed in (Asia/Shanghai), in the order of the rules.
pub fn signals(task: &Task, handed: &Handed<'_>, on: NaiveDate) -> Vec<Signal> {
    let mut found = Vec::new();
    let mut say = |rule, params: Value| found.push(Signal { rule, params });
    if !handed.measures.is_empty() && handed.measures.iter().all(|m| is_only_words(m)) {
        say(QualityRule::MeasuresOnlyWords, json!({ "n": handed.measures.len() }));
    }
    if !handed.reused.is_empty() {
        let tasks: BTreeSet<&str> = handed.reused.values().flatten().map(String::as_str).collect();
        let tasks = tasks.into_iter().collect::<Vec<_>>().join("、");
        say(QualityRule::EvidenceReused, json!({ "n": handed.reused.len(), "tasks": tasks }));
    }
    if let Some(from) = task.issued_on {
        let proves = |e: &&EvidenceMark| matches!(e.purpose, EvidencePurpose::Milestone | EvidencePurpose::Criterion);
        let misdated = |e: &&EvidenceMark| e.occurred_on < from || e.occurred_on > on;
        let n = task.evidence.iter().filter(proves).filter(misdated).count();
        if n > 0 {
            say(QualityRule::EvidenceMisdated, json!({ "n": n, "from": from, "until": on }));
        }
    }
    let copied = copied_weeks(&handed.statements, handed.near_percent);
    if copied >= SOME_WEEKS {
        say(QualityRule::WeeksCopied, json!({ "n": copied, "weeks": handed.statements.len() }));
    }
    if handed.in_the_hour >= MANY {
        say(QualityRule::ManyInAnHour, json!({ "n": handed.in_the_hour }));
    }
    if let (Some(from), Some(due)) = (task.issued_on, task.draft.due_on) {
        let (planned, taken) = ((due - from).num_days(), (on - from).num_days());
        if planned >= LONG_PLAN_DAYS && taken * 100 < planned * TOO_SOON_PERCENT {
            say(QualityRule::MuchFaster, json!({ "planned": planned, "taken": taken }));
        }
    }
    let days: BTreeSet<NaiveDate> = task.done.values().map(|done| crate::calendar::today(done.at)).collect();
    if let (true, Some(day), 1) = (task.done.len() >= SOME_MILESTONES, days.first(), days.len()) {
        say(QualityRule::MilestonesAtOnce, json!({ "n": task.done.len(), "on": day }));
    }
    for criterion in handed.criteria.iter().filter(|c| is_vague(c)) {
        say(QualityRule::CriterionVague, json!({ "criterion": criterion }));
    }
    found
}

/// How many weeks repeat one of those before them.
fn copied_weeks(statements: &[(Week, StatementText)], near_percent: u16) -> usize {
    (1..statements.len())
        .filter(|n| {
            let earlier = statements[..*n].iter().rev().take(crate::copied::COMPARED).map(|(week, text)| (*week, text));
            copy_of(&statements[*n].1, earlier, near_percent).is_some()
        })
        .count()
}
