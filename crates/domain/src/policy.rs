//! The round's policy: what an office may set, with the defaults of docs/domain.md. A policy is data, kept in versions with a basis.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::document::{self, kind};
use crate::palette::Palette;
use crate::publication::rules::{self, PublicationRules};
use crate::refusal::{FieldError, Refusal};
use crate::slip::ladder::{self, LevelRule};
use crate::words;
use crate::workbook::completion::CompletionWords;

words! {
    /// What a sign request is about (docs/domain.md §9).
    pub enum RequestKind {
        Plan = "plan", "单位整改方案";
        Amendment = "amendment", "方案调整";
        Closure = "closure", "销号申请";
        Extension = "extension", "延期申请";
        Reassignment = "reassignment", "责任分工调整";
        Withdrawal = "withdrawal", "作废申请";
        Slip = "slip", "督办单";
        Document = "document", "文书";
        Publication = "publication", "公示";
    }
}

impl RequestKind {
    /// What is asked of a task; the chain of a slip stands in the ladder, that of a publication in its rules, that of a document by itself.
    pub const OF_TASKS: [Self; 6] =
        [Self::Plan, Self::Amendment, Self::Closure, Self::Extension, Self::Reassignment, Self::Withdrawal];
}

words! {
    /// Who may sign a step of a chain (docs/domain.md §9).
    pub enum Who {
        UnitHead = "unit_head", "单位负责人";
        LeadLeader = "lead_leader", "牵头领导";
        Office = "office", "整改办";
        Supervisor = "supervisor", "督导核查人";
        Principal = "principal", "主要负责人";
        GroupHead = "group_head", "领导组组长";
        Meeting = "meeting", "会议审定";
        Secrecy = "secrecy", "保密审查人";
    }
}

words! {
    /// How often a statement is owed.
    pub enum Cadence {
        Weekly = "weekly", "每周";
        Monthly = "monthly", "每月";
        Quarterly = "quarterly", "每季";
    }
}

words! {
    /// Colours of the alert level, never mixed with completion (docs/domain.md §7).
    pub enum AlertLevel {
        None = "none", "—";
        Green = "green", "正常";
        Yellow = "yellow", "预警";
        Red = "red", "红灯";
    }
}

/// One step of a chain as the policy writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StepRule {
    /// Who signs.
    pub who: Who,
    /// How many different people.
    pub count: u8,
    /// What the step is called.
    pub label: String,
}

/// Everything an office may set for a round. Days are working days unless the name says otherwise; times are Asia/Shanghai.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Working days from issue to the claim.
    pub claim_working_days: u16,
    /// Working days from claim to the unit plan.
    pub plan_working_days: u16,
    /// Calendar days an immediate correction has.
    pub immediate_calendar_days: u16,
    /// Weekday of the cut-off, 1 = Monday … 7 = Sunday.
    pub cut_off_weekday: u8,
    /// Hour of the cut-off, Asia/Shanghai.
    pub cut_off_hour: u8,
    /// Minute of the cut-off.
    pub cut_off_minute: u8,
    /// Working days after the cut-off when a missing statement becomes an event.
    pub statement_grace_working_days: u16,
    /// Cadence in the concentrated period.
    pub concentrated_cadence: Cadence,
    /// Cadence afterwards.
    pub continuous_cadence: Cadence,
    /// Coordination meetings a month.
    pub meetings_per_month: u8,
    /// The chain of each kind of sign request.
    pub chains: BTreeMap<RequestKind, Vec<StepRule>>,
    /// Working days of observation after closure; 0 allowed.
    pub observation_working_days: u16,
    /// Whether the clock confirms at the end of observation, instead of a supervisor.
    pub confirm_by_clock: bool,
    /// Working days before the due date from which a task with open milestones is in yellow.
    pub due_soon_working_days: u16,
    /// Level of a late milestone.
    pub milestone_late_level: AlertLevel,
    /// Level of a late claim or plan.
    pub claim_or_plan_late_level: AlertLevel,
    /// The criterion filled in where a task brings none.
    pub default_criterion: String,
    /// Whether pages carry reader and time.
    pub watermark: bool,
    /// What the words of a ledger's state column mean when it is imported. A policy kept before there was a list has the default.
    #[serde(default)]
    pub completion_words: CompletionWords,
    /// Working days within which what was handed in is answered, for each step that has to look at it.
    #[serde(default = "answer_working_days")]
    pub answer_working_days: u16,
    /// The ladder of slips, from the lowest level. A policy kept before there was one has the default.
    #[serde(default = "ladder::standard")]
    pub slips: Vec<LevelRule>,
    /// Weeks without a milestone after which a task is stuck and comes before the coordination meeting; 0 for never.
    #[serde(default = "stuck_weeks")]
    pub stuck_weeks: u16,
    /// Whether the leaders of the group have the four personal duties, beside the heads of units.
    #[serde(default)]
    pub leaders_have_duties: bool,
    /// In so many last working days of a month who heads a unit with key problems and has no act of a personal duty is reminded; 0 for never.
    #[serde(default = "duty_reminder_working_days")]
    pub duty_reminder_working_days: u16,
    /// Share of a weekly statement that stood in an earlier one from which it is marked as a copy; 100 marks only what is the same.
    #[serde(default = "copy_percent")]
    pub copy_percent: u16,
    /// Whether a plan is handed in only after the causes of the problem were analysed.
    #[serde(default)]
    pub root_cause_required: bool,
    /// Who signs a document. A policy kept before there were documents has the default.
    #[serde(default = "document::standard_chain")]
    pub documents: Vec<StepRule>,
    /// What is published, and what becomes of opinions; nothing until the round says so.
    #[serde(default)]
    pub publication: PublicationRules,
    /// The colours of the lights; none for those of the product.
    #[serde(default)]
    pub palette: Option<Palette>,
    /// Versions of templates by kind of document or form, where the round has its own; a kind that is not named goes by the one that holds for the
    /// whole house.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(example = json!({ "closure": 3 })))]
    pub forms: BTreeMap<String, i32>,
}

/// The default, also of a policy kept before there was the setting.
fn answer_working_days() -> u16 {
    3
}

fn stuck_weeks() -> u16 {
    3
}

fn duty_reminder_working_days() -> u16 {
    5
}

fn copy_percent() -> u16 {
    85
}

pub(crate) fn step(who: Who, count: u8, label: &str) -> StepRule {
    StepRule { who, count, label: label.to_owned() }
}

impl Default for Policy {
    /// The defaults of docs/domain.md.
    fn default() -> Self {
        let chains = BTreeMap::from([
            (
                RequestKind::Plan,
                vec![
                    step(Who::UnitHead, 1, "单位负责人审签"),
                    step(Who::LeadLeader, 1, "牵头领导审签"),
                    step(Who::Office, 1, "整改办审核"),
                ],
            ),
            (
                RequestKind::Amendment,
                vec![
                    step(Who::UnitHead, 1, "单位负责人审签"),
                    step(Who::LeadLeader, 1, "牵头领导审签"),
                    step(Who::Office, 1, "整改办审核"),
                ],
            ),
            (
                RequestKind::Closure,
                vec![
                    step(Who::UnitHead, 1, "单位负责人真实性承诺"),
                    step(Who::LeadLeader, 1, "牵头领导审签"),
                    step(Who::Supervisor, 2, "督导核查"),
                    step(Who::Principal, 1, "主要负责人审定"),
                ],
            ),
            (
                RequestKind::Extension,
                vec![step(Who::LeadLeader, 1, "牵头领导审签"), step(Who::Office, 1, "整改办审核")],
            ),
            (RequestKind::Reassignment, vec![step(Who::GroupHead, 1, "领导组组长审定")]),
            (RequestKind::Withdrawal, vec![step(Who::Principal, 1, "主要负责人审定")]),
        ]);
        Self {
            claim_working_days: 3,
            plan_working_days: 5,
            immediate_calendar_days: 15,
            cut_off_weekday: 5,
            cut_off_hour: 17,
            cut_off_minute: 0,
            statement_grace_working_days: 1,
            concentrated_cadence: Cadence::Weekly,
            continuous_cadence: Cadence::Monthly,
            meetings_per_month: 2,
            chains,
            observation_working_days: 10,
            confirm_by_clock: false,
            due_soon_working_days: 5,
            milestone_late_level: AlertLevel::Yellow,
            claim_or_plan_late_level: AlertLevel::Yellow,
            default_criterion: "全部措施完成并有佐证材料".to_owned(),
            watermark: true,
            completion_words: CompletionWords::default(),
            answer_working_days: answer_working_days(),
            slips: ladder::standard(),
            stuck_weeks: stuck_weeks(),
            leaders_have_duties: false,
            duty_reminder_working_days: duty_reminder_working_days(),
            copy_percent: copy_percent(),
            root_cause_required: false,
            documents: document::standard_chain(),
            publication: PublicationRules::default(),
            palette: None,
            forms: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// The steps of a kind; every kind has a chain once `check` has passed.
    pub fn chain(&self, kind: RequestKind) -> &[StepRule] {
        self.chains.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The day by which a task issued on a day is claimed.
    pub fn claim_due_on(&self, issued_on: NaiveDate, calendar: &Calendar) -> NaiveDate {
        calendar.add_working_days(issued_on, i64::from(self.claim_working_days))
    }

    /// The day by which the plan of a task claimed on a day is handed in.
    pub fn plan_due_on(&self, claimed_on: NaiveDate, calendar: &Calendar) -> NaiveDate {
        calendar.add_working_days(claimed_on, i64::from(self.plan_working_days))
    }

    /// The day by which an immediate correction issued on a day is done, unless it says another.
    pub fn immediate_due_on(&self, issued_on: NaiveDate) -> Option<NaiveDate> {
        issued_on.checked_add_days(Days::new(u64::from(self.immediate_calendar_days)))
    }

    /// Refuses what no round could work with: an empty or repeated chain, a closure without two verifiers and a ratifier,
    /// a cut-off that is no time of a week, a completion word that says nothing or two things, a ladder out of order (docs/domain.md §3, §9, §25).
    pub fn check(&self) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        for kind in RequestKind::OF_TASKS {
            errors.extend(check_steps(&format!("/chains/{kind}"), self.chain(kind)));
            // Only what goes out is reviewed for its secrecy.
            if self.chain(kind).iter().any(|s| s.who == Who::Secrecy) {
                errors.push(FieldError::at(format!("/chains/{kind}"), "chain-secrecy-unfit"));
            }
        }
        let closure = self.chain(RequestKind::Closure);
        let verifiers: u8 = closure.iter().filter(|s| s.who == Who::Supervisor).map(|s| s.count).sum();
        let ratified = closure.last().is_some_and(|s| matches!(s.who, Who::Principal | Who::Meeting | Who::GroupHead));
        if verifiers < 2 || !ratified {
            errors.push(FieldError::at("/chains/closure", "closure-chain-weak"));
        }
        if !(1..=7).contains(&self.cut_off_weekday) {
            errors.push(FieldError::at("/cut_off_weekday", "out-of-range"));
        }
        if self.cut_off_hour > 23 {
            errors.push(FieldError::at("/cut_off_hour", "out-of-range"));
        }
        if self.cut_off_minute > 59 {
            errors.push(FieldError::at("/cut_off_minute", "out-of-range"));
        }
        if self.default_criterion.trim().is_empty() {
            errors.push(FieldError::at("/default_criterion", "required"));
        }
        if !(50..=100).contains(&self.copy_percent) {
            errors.push(FieldError::at("/copy_percent", "out-of-range"));
        }
        errors.extend(self.completion_words.check("/completion_words"));
        errors.extend(ladder::check(&self.slips));
        errors.extend(check_steps("/documents", &self.documents));
        // No unit signs what the group hands on, and nobody verifies it.
        if self
            .documents
            .iter()
            .any(|s| matches!(s.who, Who::UnitHead | Who::LeadLeader | Who::Supervisor | Who::Meeting | Who::Secrecy))
        {
            errors.push(FieldError::at("/documents", "document-chain-unfit"));
        }
        errors.extend(rules::check(&self.publication));
        errors.extend(self.palette.iter().flat_map(|palette| palette.check("/palette")));
        errors.extend(
            self.forms
                .keys()
                .filter(|kind| kind::label_of(kind).is_none())
                .map(|kind| FieldError::at(format!("/forms/{kind}"), "form-unknown")),
        );
        if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("policy-unsound", errors)) }
    }
}

/// What is wrong with a chain of steps, whatever it is for.
pub(crate) fn check_steps(pointer: &str, chain: &[StepRule]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if chain.is_empty() {
        errors.push(FieldError::at(pointer, "chain-empty"));
    }
    if chain.iter().any(|s| s.count == 0 || s.label.trim().is_empty()) {
        errors.push(FieldError::at(pointer, "chain-step-incomplete"));
    }
    if chain.iter().any(|s| s.count > 1 && s.who != Who::Supervisor && s.who != Who::Office) {
        errors.push(FieldError::at(pointer, "chain-step-single"));
    }
    let mut seen: Vec<Who> = chain.iter().map(|s| s.who).collect();
    seen.sort();
    seen.dedup();
    if seen.len() != chain.len() {
        errors.push(FieldError::at(pointer, "chain-step-repeated"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_sound() {
        assert_eq!(Policy::default().check(), Ok(()));
    }

    #[test]
    fn a_closure_needs_two_verifiers_and_a_ratifier() {
        let mut policy = Policy::default();
        let closure = policy.chains.get_mut(&RequestKind::Closure).unwrap();
        closure[2].count = 1;
        let refusal = policy.check().unwrap_err();
        assert_eq!(refusal.errors, vec![FieldError::at("/chains/closure", "closure-chain-weak")]);
    }

    #[test]
    fn a_policy_kept_before_a_setting_existed_has_its_default() {
        let mut kept = serde_json::to_value(Policy::default()).unwrap();
        kept.as_object_mut().unwrap().remove("completion_words");
        kept.as_object_mut().unwrap().remove("answer_working_days");
        kept.as_object_mut().unwrap().remove("slips");
        kept.as_object_mut().unwrap().remove("stuck_weeks");
        kept.as_object_mut().unwrap().remove("leaders_have_duties");
        kept.as_object_mut().unwrap().remove("duty_reminder_working_days");
        kept.as_object_mut().unwrap().remove("copy_percent");
        kept.as_object_mut().unwrap().remove("documents");
        kept.as_object_mut().unwrap().remove("root_cause_required");
        kept.as_object_mut().unwrap().remove("publication");
        kept.as_object_mut().unwrap().remove("palette");
        kept.as_object_mut().unwrap().remove("forms");
        assert_eq!(serde_json::from_value::<Policy>(kept).unwrap(), Policy::default());
    }

    #[test]
    fn a_completion_word_says_one_thing() {
        let mut policy = Policy::default();
        policy.completion_words.open.push("已完成。".to_owned());
        let at = format!("/completion_words/open/{}", policy.completion_words.open.len() - 1);
        assert_eq!(policy.check().unwrap_err().errors, vec![FieldError::at(at, "word-repeated")]);
    }

    #[test]
    fn an_impossible_cut_off_is_named_by_field() {
        let policy = Policy { cut_off_weekday: 8, cut_off_hour: 24, cut_off_minute: 60, ..Policy::default() };
        let pointers: Vec<_> = policy.check().unwrap_err().errors.into_iter().map(|e| e.pointer).collect();
        assert_eq!(pointers, ["/cut_off_weekday", "/cut_off_hour", "/cut_off_minute"]);
    }

    #[test]
    fn a_share_that_would_mark_everything_or_nothing_is_refused() {
        for (percent, is_sound) in [(49, false), (50, true), (100, true), (101, false)] {
            assert_eq!(Policy { copy_percent: percent, ..Policy::default() }.check().is_ok(), is_sound, "{percent}");
        }
    }
}
