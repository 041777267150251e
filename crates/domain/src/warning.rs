//! The one place that says of what people are told, when, and to whom it widens (docs/domain.md §15). Who they are today, persistence knows.

use crate::notification::{Audience, Rule};
use crate::policy::Policy;
use crate::words;

words! {
    /// Who is told, as seen from the thing it is about.
    pub enum Circle {
        Unit = "unit", "承办单位";
        SupportingUnits = "supporting_units", "配合单位";
        ResponsiblePerson = "responsible_person", "第一责任人";
        Submitter = "submitter", "提交人";
        Drafter = "drafter", "起草人";
        Owner = "owner", "议定事项的责任单位和责任人";
        Attendees = "attendees", "参会人员";
        HeadOfDuty = "head_of_duty", "履责的正职本人";
        EnteredBy = "entered_by", "代填人";
        NextSigners = "next_signers", "下一步签批人";
        Signer = "signer", "被代录的签批人";
        LeadLeader = "lead_leader", "牵头领导";
        UnitHeads = "unit_heads", "单位负责人";
        Principal = "principal", "主要负责人";
        Office = "office", "整改办";
        Oneself = "oneself", "账号本人";
        Giver = "giver", "移交人";
        Taker = "taker", "接收人";
        RuleOwner = "rule_owner", "制度负责人";
        RuleSupervisor = "rule_supervisor", "制度检验人";
        Readers = "readers", "记录写明的阅看人";
        Recipients = "recipients", "原应收到的各人";
    }
}

/// Who is told by a rule, the nearest first: the longer the list, the further a warning reaches.
pub fn circles(rule: Rule) -> &'static [Circle] {
    use Circle::{
        Attendees, Drafter, EnteredBy, Giver, HeadOfDuty, LeadLeader, NextSigners, Office, Oneself, Owner, Principal,
        Readers, Recipients, ResponsiblePerson, RuleOwner, RuleSupervisor, Signer, Submitter, SupportingUnits, Taker,
        Unit, UnitHeads,
    };
    match rule {
        Rule::TaskIssued
        | Rule::ReassignmentAnswered
        | Rule::StatementReturned
        | Rule::StatementMissed
        | Rule::CheckAnnounced
        | Rule::SlipReturned
        | Rule::OpinionAssigned
        | Rule::ProblemGiven
        | Rule::SelfCheckAsked
        | Rule::SelfCheckReturned
        | Rule::MeasureReturned => &[Unit],
        Rule::MilestonePassed | Rule::LightYellow => &[Unit, ResponsiblePerson],
        Rule::DueDatePassed => &[Unit, ResponsiblePerson, LeadLeader, Office],
        Rule::LightRed => &[Unit, ResponsiblePerson, LeadLeader, UnitHeads, Principal],
        Rule::TaskReopened => &[Unit, ResponsiblePerson, LeadLeader],
        Rule::TaskClosed => &[Unit, LeadLeader],
        Rule::SignatureWanted => &[NextSigners],
        Rule::PaperRecorded => &[Signer],
        Rule::RequestReturned => &[Submitter, UnitHeads],
        Rule::RequestGranted => &[Submitter],
        Rule::SlipIssued | Rule::SlipSettled | Rule::SlipWithdrawn => &[Unit, SupportingUnits],
        Rule::SlipAnswered => &[Drafter, Office],
        Rule::SlipNotReceived => &[Unit, Drafter],
        Rule::SlipOverdue => &[Unit, Drafter, UnitHeads, LeadLeader, Principal, Office],
        Rule::PromiseMade => &[UnitHeads],
        Rule::MeetingScheduled | Rule::MeetingMoved | Rule::MeetingCancelled => &[Attendees],
        Rule::ResolutionGiven | Rule::ResolutionReturned => &[Owner],
        Rule::DutyEntered => &[HeadOfDuty],
        Rule::DutyRefused => &[EnteredBy],
        Rule::OpinionReturned => &[Drafter, Unit],
        Rule::OpinionOverdue | Rule::SelfCheckOverdue => &[Unit, Office],
        Rule::SelfCheckEntered => &[UnitHeads],
        Rule::ReassignmentWished
        | Rule::SignatureObjected
        | Rule::ObservationEnded
        | Rule::ResolutionReported
        | Rule::PublicationEnded
        | Rule::OpinionReceived
        | Rule::OpinionAnswered
        | Rule::OpinionTrue
        | Rule::SelfCheckHandedIn
        | Rule::MeasureReported => &[Office],
        Rule::SecondFactorReset => &[Oneself],
        Rule::HandoverPrepared => &[Giver],
        Rule::HandoverComing | Rule::HandoverGiven => &[Taker],
        Rule::HandoverDone | Rule::HandoverWithdrawn => &[Giver, Taker],
        Rule::RuleSubmitted => &[Office],
        Rule::RuleReturned => &[Submitter],
        Rule::RuleConfirmed | Rule::RuleEntrusted => &[RuleOwner, RuleSupervisor],
        Rule::RuleCheckOpened => &[RuleOwner, UnitHeads, RuleSupervisor],
        Rule::RuleAnswered => &[RuleSupervisor],
        Rule::RuleCheckOverdue => &[RuleOwner, UnitHeads, RuleSupervisor, Office],
        Rule::RuleCheckFailed => &[RuleOwner, UnitHeads, RuleSupervisor, Office],
        Rule::AppraisalPublished => &[UnitHeads, LeadLeader],
        Rule::ScoreObjected => &[Office],
        Rule::ScoreAnswered => &[UnitHeads],
        Rule::LookWanted => &[Readers],
        Rule::CaughtUp => &[Recipients],
    }
}

/// Everybody a rule tells, where `of` says who a circle is; one who is in two circles stands twice.
pub fn told(rule: Rule, of: impl Fn(Circle) -> Vec<Audience>) -> Vec<(Rule, Audience)> {
    circles(rule).iter().flat_map(|circle| of(*circle)).map(|audience| (rule, audience)).collect()
}

const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// When a rule tells, under this policy, in words: 工作日 are working days, everything else calendar days; times are Asia/Shanghai.
pub fn when(rule: Rule, policy: &Policy) -> String {
    let days_of = |of: fn(&crate::slip::ladder::LevelRule) -> u16| {
        let each = policy.slips.iter().filter(|r| !r.level.is_referral());
        each.map(|r| format!("{}{}个", r.name, of(r))).collect::<Vec<_>>().join("、")
    };
    match rule {
        Rule::TaskIssued => format!("下发或改派时；{}个工作日内认领", policy.claim_working_days),
        Rule::ReassignmentWished => "单位提出时".to_owned(),
        Rule::ReassignmentAnswered => "维持原分工时".to_owned(),
        Rule::SignatureWanted => "轮到这一步时；代录纸质签批后轮到整改办第二人时".to_owned(),
        Rule::PaperRecorded => "代录时".to_owned(),
        Rule::SignatureObjected | Rule::PromiseMade => "登记时".to_owned(),
        Rule::RequestReturned | Rule::StatementReturned | Rule::SlipReturned | Rule::OpinionReturned => {
            "退回时".to_owned()
        }
        Rule::RequestGranted => "最后一步签批后".to_owned(),
        Rule::StatementMissed => {
            let day = usize::from(policy.cut_off_weekday).checked_sub(1).and_then(|i| WEEKDAYS.get(i)).unwrap_or(&"—");
            format!(
                "截止（{day} {:02}:{:02}，遇休息日提前）后第{}个工作日仍未报",
                policy.cut_off_hour, policy.cut_off_minute, policy.statement_grace_working_days
            )
        }
        Rule::MilestonePassed => "节点当日24时仍未完成".to_owned(),
        Rule::DueDatePassed => "时限当日24时仍未销号".to_owned(),
        Rule::LightYellow => {
            format!(
                "缺一次写实；认领、方案或节点逾期（按规则亮灯）；时限前{}个工作日仍有节点未完成",
                policy.due_soon_working_days
            )
        }
        Rule::LightRed => "逾期；连续两次缺写实；检查不合格；对代录的签批有异议未了".to_owned(),
        Rule::ObservationEnded => {
            format!("销号后{}个工作日跟踪巩固期满", policy.observation_working_days)
        }
        Rule::TaskReopened => "重新整改时".to_owned(),
        Rule::TaskClosed => "销号时".to_owned(),
        Rule::CheckAnnounced => "督导组宣布进点时，此前不告知".to_owned(),
        Rule::SlipIssued => "签发时".to_owned(),
        Rule::SlipAnswered => "单位答复时".to_owned(),
        Rule::SlipSettled | Rule::OpinionTrue => "办结认定时".to_owned(),
        Rule::SlipWithdrawn | Rule::MeetingCancelled => "撤销时".to_owned(),
        Rule::SlipNotReceived => format!("签发后过签收时限（工作日：{}）", days_of(|r| r.receive_working_days)),
        Rule::SlipOverdue => {
            format!("过单上写明的答复时限，通常为签发后（工作日：{}）", days_of(|r| r.answer_working_days))
        }
        Rule::MeetingScheduled => "安排会议时".to_owned(),
        Rule::MeetingMoved => "时间或地点改动时".to_owned(),
        Rule::ResolutionGiven => "会议议定时".to_owned(),
        Rule::ResolutionReported => "责任单位报办结时".to_owned(),
        Rule::ResolutionReturned => "不认可办结时".to_owned(),
        Rule::DutyEntered => "单位代填时".to_owned(),
        Rule::DutyRefused => "本人不认可时".to_owned(),
        Rule::PublicationEnded => format!("公示{}个工作日期满", policy.publication.working_days),
        Rule::OpinionReceived => "收到时".to_owned(),
        Rule::OpinionAssigned => "分办时".to_owned(),
        Rule::OpinionAnswered => "拟出答复时".to_owned(),
        Rule::OpinionOverdue => {
            format!("过办理时限，通常为收到后{}个工作日", policy.publication.opinion_working_days)
        }
        Rule::SecondFactorReset => "安全管理员解除时".to_owned(),
        Rule::HandoverPrepared | Rule::HandoverComing => "编制交接清单时".to_owned(),
        Rule::HandoverGiven => "移交人签字后；纸质签字经第二人复核后".to_owned(),
        Rule::HandoverDone => "接收人签收时".to_owned(),
        Rule::HandoverWithdrawn => "撤回清单时".to_owned(),
        Rule::ProblemGiven => "认定共性问题时".to_owned(),
        Rule::SelfCheckAsked => "布置自查时".to_owned(),
        Rule::SelfCheckEntered => "经办人填写自查时".to_owned(),
        Rule::SelfCheckHandedIn => "负责人确认自查时".to_owned(),
        Rule::SelfCheckReturned | Rule::MeasureReturned => "退回时".to_owned(),
        Rule::SelfCheckOverdue => "自查时限当日24时仍未报".to_owned(),
        Rule::MeasureReported => "责任部门报措施完成时".to_owned(),
        Rule::RuleSubmitted => "单位报确认时".to_owned(),
        Rule::RuleReturned => "整改办退回时".to_owned(),
        Rule::RuleConfirmed => "整改办确认时".to_owned(),
        Rule::RuleEntrusted => "改派时".to_owned(),
        Rule::RuleCheckOpened => "施行满3、6、12个月的检验日前10个工作日".to_owned(),
        Rule::RuleAnswered => "负责人说明使用情况时".to_owned(),
        Rule::RuleCheckOverdue => "过检验日仍无结论".to_owned(),
        Rule::RuleCheckFailed => "检验判为未通过时".to_owned(),
        Rule::AppraisalPublished => "主要负责人公布时".to_owned(),
        Rule::ScoreObjected => "单位负责人提出时".to_owned(),
        Rule::ScoreAnswered => "答复时".to_owned(),
        Rule::LookWanted => "登记时".to_owned(),
        Rule::CaughtUp => "系统停机后恢复时，每人每日一条".to_owned(),
    }
}

/// Where the round sets what moves a rule, as JSON pointers into its policy; empty where nothing does.
pub fn settings(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::TaskIssued => &["/claim_working_days"],
        Rule::StatementMissed => &["/cut_off_weekday", "/statement_grace_working_days"],
        Rule::LightYellow => &["/due_soon_working_days", "/milestone_late_level", "/claim_or_plan_late_level"],
        Rule::LightRed => &["/milestone_late_level", "/claim_or_plan_late_level"],
        Rule::ObservationEnded => &["/observation_working_days"],
        Rule::SlipNotReceived | Rule::SlipOverdue => &["/slips"],
        Rule::PublicationEnded => &["/publication/working_days"],
        Rule::OpinionOverdue => &["/publication/opinion_working_days"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_whom_it_tells_and_when() {
        for rule in Rule::ALL {
            assert!(!circles(*rule).is_empty(), "{rule}");
            assert!(!when(*rule, &Policy::default()).is_empty(), "{rule}");
        }
    }

    #[test]
    fn a_warning_widens_with_its_level() {
        let wide = |rule| circles(rule).to_vec();
        assert!(wide(Rule::LightRed).starts_with(&wide(Rule::LightYellow)));
        assert_eq!(wide(Rule::LightRed)[2..], [Circle::LeadLeader, Circle::UnitHeads, Circle::Principal]);
        assert!(wide(Rule::SlipOverdue).starts_with(&wide(Rule::SlipNotReceived)));
    }

    /// Each setting is a place of the policy, and changing it changes what the rule says, but for levels, which are said as such.
    #[test]
    fn what_a_round_sets_is_what_a_rule_says() {
        let standard = serde_json::to_value(Policy::default()).unwrap();
        for rule in Rule::ALL {
            for pointer in settings(*rule) {
                let value = standard.pointer(pointer).unwrap_or_else(|| panic!("{rule} {pointer}"));
                let Some(days) = value.as_u64() else { continue };
                let mut other = standard.clone();
                *other.pointer_mut(pointer).unwrap() = (days + 1).into();
                let changed: Policy = serde_json::from_value(other).unwrap();
                assert_ne!(when(*rule, &changed), when(*rule, &Policy::default()), "{rule} {pointer}");
            }
        }
        let mut changed = Policy::default();
        changed.slips[0].receive_working_days = 2;
        assert!(when(Rule::SlipNotReceived, &changed).contains("督办通知单2个"));
        changed.slips[1].answer_working_days = 9;
        assert!(when(Rule::SlipOverdue, &changed).contains("催办单9个"));
        assert!(!when(Rule::SlipOverdue, &changed).contains("移交"));
    }

    #[test]
    fn the_defaults_are_said_with_their_days() {
        let says = |rule| when(rule, &Policy::default());
        assert_eq!(says(Rule::StatementMissed), "截止（周五 17:00，遇休息日提前）后第1个工作日仍未报");
        assert!(says(Rule::LightYellow).contains("时限前5个工作日"));
        assert!(says(Rule::ObservationEnded).contains("10个工作日"));
        assert!(says(Rule::OpinionOverdue).contains("10个工作日"));
    }
}
