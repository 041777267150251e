//! What a new policy changes, setting by setting, in the words of who decides about it (docs/domain.md §3).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::document::kind;
use crate::palette::Palette;
use crate::policy::{Policy, RequestKind, StepRule};
use crate::publication::rules::{Contact, PublicationRules};
use crate::slip::ladder::{self, LevelRule, SlipLevel};
use crate::workbook::completion::CompletionWords;

/// One setting that would no longer be what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyChange {
    /// Where it stands in the policy, as a JSON pointer.
    #[cfg_attr(feature = "openapi", schema(example = "/due_soon_working_days"))]
    pub pointer: String,
    /// What it is called.
    #[cfg_attr(feature = "openapi", schema(example = "临期提醒"))]
    pub label: String,
    /// What holds now.
    #[cfg_attr(feature = "openapi", schema(example = "5个工作日"))]
    pub before: String,
    /// What would hold.
    #[cfg_attr(feature = "openapi", schema(example = "10个工作日"))]
    pub after: String,
}

const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// Every setting in the order of the page: its place, its name, what it says in words.
pub fn settings(policy: &Policy) -> Vec<(String, String, String)> {
    // All fields by name: a setting that is added does not compile until it has words.
    let Policy {
        claim_working_days,
        plan_working_days,
        immediate_calendar_days,
        cut_off_weekday,
        cut_off_hour,
        cut_off_minute,
        statement_grace_working_days,
        concentrated_cadence,
        continuous_cadence,
        meetings_per_month,
        chains: _,
        answer_working_days,
        stuck_weeks,
        leaders_have_duties,
        duty_reminder_working_days,
        copy_percent,
        root_cause_required,
        observation_working_days,
        confirm_by_clock,
        due_soon_working_days,
        milestone_late_level,
        claim_or_plan_late_level,
        default_criterion,
        watermark,
        completion_words,
        slips,
        documents,
        publication,
        palette,
        forms,
    } = policy;
    let weekday = usize::from(*cut_off_weekday).checked_sub(1).and_then(|i| WEEKDAYS.get(i)).copied().unwrap_or("—");
    let plain = |pointer: &str, label: &str, value: String| (pointer.to_owned(), label.to_owned(), value);
    let working = |n: &u16| format!("{n}个工作日");
    let mut all = vec![
        plain("/claim_working_days", "认领时限", working(claim_working_days)),
        plain("/plan_working_days", "编报方案时限", working(plan_working_days)),
        plain("/immediate_calendar_days", "立行立改时限", format!("{immediate_calendar_days}天")),
        plain("/cut_off_weekday", "写实截止", format!("{weekday} {cut_off_hour:02}:{cut_off_minute:02}")),
        plain("/statement_grace_working_days", "未报记录前的宽限", working(statement_grace_working_days)),
        plain("/concentrated_cadence", "集中整改期写实", concentrated_cadence.label().to_owned()),
        plain("/continuous_cadence", "集中整改期后写实", continuous_cadence.label().to_owned()),
        plain("/meetings_per_month", "每月协调会", format!("{meetings_per_month}次")),
        plain(
            "/stuck_weeks",
            "久无进展上会",
            if *stuck_weeks == 0 { "不上会".to_owned() } else { format!("{stuck_weeks}周无节点完成") },
        ),
        plain(
            "/leaders_have_duties",
            "四个亲自",
            if *leaders_have_duties { "单位正职和领导组成员" } else { "单位正职" }.to_owned(),
        ),
        plain(
            "/duty_reminder_working_days",
            "四个亲自月末提醒",
            match duty_reminder_working_days {
                0 => "不提醒".to_owned(),
                n => format!("每月最后{n}个工作日"),
            },
        ),
        plain(
            "/copy_percent",
            "写实标为雷同",
            if *copy_percent >= 100 {
                "文字相同".to_owned()
            } else {
                format!("文字相同或有{copy_percent}%以上相同")
            },
        ),
        plain(
            "/root_cause_required",
            "报送方案前",
            if *root_cause_required { "须作原因剖析" } else { "不要求原因剖析" }.to_owned(),
        ),
        plain("/answer_working_days", "答复时限", working(answer_working_days)),
        plain("/observation_working_days", "跟踪巩固期", working(observation_working_days)),
        plain(
            "/confirm_by_clock",
            "跟踪巩固期满",
            if *confirm_by_clock { "自动确认" } else { "由督导确认" }.to_owned(),
        ),
        plain("/due_soon_working_days", "临期预警", format!("到期前{due_soon_working_days}个工作日")),
        plain("/milestone_late_level", "节点逾期", milestone_late_level.label().to_owned()),
        plain("/claim_or_plan_late_level", "认领或方案逾期", claim_or_plan_late_level.label().to_owned()),
        plain("/default_criterion", "默认完成标准", default_criterion.clone()),
        plain("/watermark", "页面水印", if *watermark { "显示" } else { "不显示" }.to_owned()),
        plain("/palette", "灯的颜色", palette.as_ref().map_or_else(|| "产品配色".to_owned(), Palette::says)),
        plain("/forms", "文书表式", forms_words(forms)),
    ];
    for kind in RequestKind::OF_TASKS {
        all.push((format!("/chains/{kind}"), format!("{}签批链", kind.label()), chain(policy.chain(kind))));
    }
    all.push(("/documents".to_owned(), "文书签发".to_owned(), chain(documents)));
    for level in SlipLevel::ALL {
        let says = ladder::rule_of(slips, *level).map_or_else(|| "不用".to_owned(), level_words);
        all.push((format!("/slips/{level}"), format!("督办等级：{}", level.label()), says));
    }
    all.extend(publication_settings(publication));
    let CompletionWords { done, sustained, open, lasting } = completion_words;
    for (key, label, words) in [
        ("done", "已完成的写法", done),
        ("sustained", "基本完成并坚持的写法", sustained),
        ("open", "未完成的写法", open),
        ("lasting", "长期坚持的写法", lasting),
    ] {
        all.push((format!("/completion_words/{key}"), label.to_owned(), words.join("、")));
    }
    all
}

fn publication_settings(rules: &PublicationRules) -> Vec<(String, String, String)> {
    let PublicationRules {
        reach,
        working_days,
        chain: steps,
        marked_words,
        contact,
        opinion_working_days,
        shows_writer,
    } = rules;
    let Contact { phone, mailbox, email, window } = contact;
    let told = [phone, mailbox, email, window].into_iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>();
    let or_none = |list: Vec<String>| if list.is_empty() { "无".to_owned() } else { list.join("、") };
    [
        ("reach", "公示范围", reach.label().to_owned()),
        ("working_days", "公示期", format!("{working_days}个工作日")),
        ("chain", "公示审签链", chain(steps)),
        ("marked_words", "公示标记词", or_none(marked_words.clone())),
        ("contact", "公示联系方式", or_none(told)),
        ("opinion_working_days", "群众意见答复时限", format!("{opinion_working_days}个工作日")),
        ("shows_writer", "群众意见署名", if *shows_writer { "承办单位可见" } else { "承办单位不可见" }.to_owned()),
    ]
    .map(|(key, label, says)| (format!("/publication/{key}"), label.to_owned(), says))
    .to_vec()
}

fn level_words(rule: &LevelRule) -> String {
    let LevelRule { level, name, answer_working_days, receive_working_days, chain: steps } = rule;
    let within = if level.is_referral() {
        format!("{answer_working_days}个工作日内移交")
    } else {
        format!("{receive_working_days}个工作日内签收、{answer_working_days}个工作日内答复")
    };
    format!("{name}，{within}，{}", chain(steps))
}

fn chain(steps: &[StepRule]) -> String {
    let step = |s: &StepRule| {
        let signers = if s.count > 1 {
            format!("（{}，{}人）", s.who.label(), s.count)
        } else {
            format!("（{}）", s.who.label())
        };
        format!("{}{signers}", s.label)
    };
    steps.iter().map(step).collect::<Vec<_>>().join(" → ")
}

/// The settings in which `after` is not `before`, each once, in the order of the page.
pub fn changes(before: &Policy, after: &Policy) -> Vec<PolicyChange> {
    settings(before)
        .into_iter()
        .zip(settings(after))
        .filter(|((_, _, was), (_, _, becomes))| was != becomes)
        .map(|((pointer, label, before), (_, _, after))| PolicyChange { pointer, label, before, after })
        .collect()
}

/// Which templates a round has of its own.
fn forms_words(forms: &BTreeMap<String, i32>) -> String {
    if forms.is_empty() {
        return "全系统现行模板".to_owned();
    }
    let own: Vec<String> = forms
        .iter()
        .map(|(kind, version)| format!("{}用第{version}版", kind::label_of(kind).unwrap_or(kind)))
        .collect();
    format!("{}，其余用全系统现行模板", own.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{AlertLevel, Who};

    fn changed(set: impl FnOnce(&mut Policy)) -> Vec<PolicyChange> {
        let mut after = Policy::default();
        set(&mut after);
        changes(&Policy::default(), &after)
    }

    fn one(set: impl FnOnce(&mut Policy)) -> (String, String, String) {
        let mut found = changed(set);
        assert_eq!(found.len(), 1, "{found:?}");
        let change = found.remove(0);
        (change.pointer, change.before, change.after)
    }

    fn told(pointer: &str, before: &str, after: &str) -> (String, String, String) {
        (pointer.to_owned(), before.to_owned(), after.to_owned())
    }

    #[test]
    fn the_same_policy_changes_nothing() {
        assert_eq!(changed(|_| ()), []);
    }

    #[test]
    fn a_setting_is_told_in_words() {
        assert_eq!(one(|p| p.cut_off_weekday = 4), told("/cut_off_weekday", "周五 17:00", "周四 17:00"));
        assert_eq!(one(|p| p.cut_off_hour = 9), told("/cut_off_weekday", "周五 17:00", "周五 09:00"));
        assert_eq!(one(|p| p.confirm_by_clock = true), told("/confirm_by_clock", "由督导确认", "自动确认"));
        assert_eq!(one(|p| p.copy_percent = 100).2, "文字相同");
        assert_eq!(one(|p| p.copy_percent = 90).1, "文字相同或有85%以上相同");
        assert_eq!(one(|p| p.watermark = false), told("/watermark", "显示", "不显示"));
        assert_eq!(one(|p| p.milestone_late_level = AlertLevel::Red), told("/milestone_late_level", "预警", "红灯"));
        assert_eq!(
            one(|p| p.due_soon_working_days = 7),
            told("/due_soon_working_days", "到期前5个工作日", "到期前7个工作日")
        );
    }

    #[test]
    fn a_weekday_that_is_none_has_no_name() {
        assert_eq!(one(|p| p.cut_off_weekday = 8).2, "— 17:00");
        assert_eq!(one(|p| p.cut_off_weekday = 0).2, "— 17:00");
    }

    #[test]
    fn a_chain_is_told_step_by_step() {
        let (pointer, before, after) = one(|p| {
            let chain = p.chains.get_mut(&RequestKind::Withdrawal).unwrap();
            chain.insert(0, StepRule { who: Who::Supervisor, count: 2, label: "督导核查".to_owned() });
        });
        assert_eq!(pointer, "/chains/withdrawal");
        assert_eq!(before, "主要负责人审定（主要负责人）");
        assert_eq!(after, "督导核查（督导核查人，2人） → 主要负责人审定（主要负责人）");
    }

    #[test]
    fn a_level_of_the_ladder_is_told_in_words() {
        let (pointer, before, after) = one(|p| p.slips[0].answer_working_days = 7);
        assert_eq!(pointer, "/slips/notice");
        assert_eq!(before, "督办通知单，1个工作日内签收、5个工作日内答复，整改办签发（整改办）");
        assert_eq!(after, "督办通知单，1个工作日内签收、7个工作日内答复，整改办签发（整改办）");
        let (pointer, before, _) = one(|p| p.slips[4].answer_working_days = 3);
        assert_eq!(
            (pointer.as_str(), before.as_str()),
            ("/slips/referral", "问责线索移交，5个工作日内移交，领导组组长审定（领导组组长）")
        );
        assert_eq!(one(|p| drop(p.slips.remove(2))).2, "不用");
    }

    #[test]
    fn a_word_more_is_a_change_of_its_list() {
        assert_eq!(one(|p| p.completion_words.open.push("在办".to_owned())).0, "/completion_words/open");
    }
}
