//! The tests of a pack: given these facts on these days, what the rules themselves say under it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Pack, scoring};
use crate::appraisal::scheme::FactKind;
use crate::calendar::{self, Calendar, Week};
use crate::chain;
use crate::ids::{FindingId, PersonId, RoundId, TaskId, UnitId};
use crate::policy::{AlertLevel, Policy, RequestKind, Who};
use crate::refusal::FieldError;
use crate::task::alert;
use crate::task::context::{Facts, RoundFacts};
use crate::task::event::TaskEvent;
use crate::task::state::{
    Disposition, DraftShape, Parties, ReportingSpan, Sensitivity, StatementMark, StatementReply, Task, TaskState,
};
use crate::task::{begin, evolve};
use crate::weekly_statement;

/// One test: facts, and what must come of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// What it shows, in a sentence.
    pub says: String,
    pub given: Given,
    pub expect: Expect,
}

/// Facts. Days and times are Asia/Shanghai.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The day of the feedback.
    pub feedback_on: Option<NaiveDate>,
    /// Last day of the concentrated period; by the pack where it fixes it and the feedback is given.
    pub concentrated_until: Option<NaiveDate>,
    pub issued_on: Option<NaiveDate>,
    pub claimed_on: Option<NaiveDate>,
    /// The day its plan was approved, from which it is worked on.
    pub at_work_from: Option<NaiveDate>,
    pub disposition: Option<Disposition>,
    pub due_on: Option<NaiveDate>,
    /// Weeks whose statement was handed in.
    pub handed_in: Vec<Week>,
    /// A week that is asked about.
    pub week: Option<Week>,
    /// The kind of request whose chain is asked for.
    pub chain: Option<RequestKind>,
    /// The moment at which the light is looked at.
    pub at: Option<NaiveDateTime>,
    /// What happened to a unit in a period that is appraised, each as often as it stands here.
    pub facts: Vec<FactKind>,
}

/// What the rules must say; at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    pub concentrated_until: Option<NaiveDate>,
    pub claim_due_on: Option<NaiveDate>,
    pub plan_due_on: Option<NaiveDate>,
    /// The due date of an immediate correction.
    pub due_on: Option<NaiveDate>,
    /// When the statement of the week is due.
    pub cut_off: Option<NaiveDateTime>,
    /// Whether a statement is owed for the week.
    pub is_owed: Option<bool>,
    pub light: Option<AlertLevel>,
    /// The colour of that light on the page.
    pub colour: Option<String>,
    /// What the facts come to by the pack's scheme, in hundredths of a point; and the grade.
    pub points: Option<i64>,
    pub grade: Option<String>,
    /// Who signs, in order, each as often as he has to.
    pub chain: Option<Vec<Who>>,
}

impl Pack {
    /// What its tests say that does not come of it, each with its place.
    pub fn failures(&self) -> Vec<FieldError> {
        let calendar = Calendar::builtin();
        let Ok(policy) = self.applied(&Policy::default()) else { return Vec::new() };
        let mut errors = Vec::new();
        for (n, test) in self.tests.iter().enumerate() {
            let run = Run { pack: self, policy: &policy, calendar: &calendar, given: &test.given };
            errors.extend(run.failures(&test.expect, &format!("/tests/{n}")));
        }
        errors
    }
}

struct Run<'a> {
    pack: &'a Pack,
    policy: &'a Policy,
    calendar: &'a Calendar,
    given: &'a Given,
}

/// A moment of Asia/Shanghai.
fn moment(at: NaiveDateTime) -> DateTime<Utc> {
    calendar::instant(at.date(), at.time())
}

impl Run<'_> {
    fn failures(&self, expect: &Expect, pointer: &str) -> Vec<FieldError> {
        let expected = match serde_json::to_value(expect) {
            Ok(Value::Object(fields)) => fields,
            _ => return Vec::new(),
        };
        let wanted: Vec<(String, Value)> = expected.into_iter().filter(|(_, value)| !value.is_null()).collect();
        if wanted.is_empty() {
            return vec![FieldError::at(format!("{pointer}/expect"), "pack-test-incomplete")];
        }
        let mut errors = Vec::new();
        for (name, value) in wanted {
            let at = format!("{pointer}/expect/{name}");
            match self.found(&name) {
                None => errors.push(FieldError::at(at, "pack-test-incomplete")),
                Some(found) if found != value => {
                    let params = json!({ "expected": value, "found": found });
                    errors.push(FieldError::with(at, "pack-test-failed", params));
                }
                Some(_) => {}
            }
        }
        errors
    }

    /// What the rules say; none where a fact is lacking that they ask for.
    fn found(&self, name: &str) -> Option<Value> {
        let given = self.given;
        let found = match name {
            "concentrated_until" => json!(self.pack.concentrated_until(given.feedback_on?)?),
            "claim_due_on" => json!(self.policy.claim_due_on(given.issued_on?, self.calendar)),
            "plan_due_on" => json!(self.policy.plan_due_on(given.claimed_on?, self.calendar)),
            "due_on" => json!(self.policy.immediate_due_on(given.issued_on?)?),
            "cut_off" => {
                let at = weekly_statement::cut_off_under(given.week?, self.policy, self.calendar)?;
                json!(calendar::today(at).and_time(calendar::time_of_day(at)))
            }
            "is_owed" => {
                let until = self.concentrated_until();
                json!(weekly_statement::is_in_cadence(given.week?, self.policy, until, self.calendar))
            }
            "light" => json!(self.light()?),
            "colour" => json!(self.policy.palette.as_ref()?.of(self.light()?)?.paper),
            "points" | "grade" => scoring::found(&self.pack.scheme.as_ref()?.value, &given.facts, name),
            "chain" => {
                let steps = self.policy.chain(given.chain?).iter();
                json!(steps.flat_map(|s| std::iter::repeat_n(s.who, usize::from(s.count))).collect::<Vec<_>>())
            }
            _ => return None,
        };
        Some(found)
    }

    fn light(&self) -> Option<AlertLevel> {
        Some(alert::assess(&self.task()?, &self.facts(), self.calendar, moment(self.given.at?)).level)
    }

    fn concentrated_until(&self) -> Option<NaiveDate> {
        let given = self.given;
        given.concentrated_until.or_else(|| self.pack.concentrated_until(given.feedback_on?))
    }

    fn facts(&self) -> Facts {
        Facts {
            policy: self.policy.clone(),
            policy_version: 1,
            round: RoundFacts {
                id: RoundId(Uuid::nil()),
                is_active: true,
                principal: None,
                group_head: None,
                concentrated_until: self.concentrated_until(),
                is_plan_approved: true,
            },
            is_being_checked: false,
            paths: BTreeMap::new(),
            without_accounts: BTreeSet::new(),
            people: BTreeMap::new(),
        }
    }

    /// A task with these facts: made, issued, claimed and worked on as its events say.
    fn task(&self) -> Option<Task> {
        let given = self.given;
        let (unit, person) = (UnitId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let disposition = given.disposition.unwrap_or(Disposition::Dated);
        let draft = DraftShape {
            text: chain::digest("pack", ""),
            number: "1".to_owned(),
            disposition: Some(disposition),
            sensitivity: Sensitivity::Open,
            readers: Vec::new(),
            parties: Parties { leaders: vec![person], units: vec![unit], persons: vec![person] },
            supporting: Vec::new(),
            due_on: given.due_on,
            review_on: None,
            measures: Vec::new(),
            criteria: Vec::new(),
            milestones: Vec::new(),
            doubts: 0,
            is_key: false,
        };
        let made = TaskEvent::Created { round: RoundId(Uuid::nil()), finding: FindingId(Uuid::nil()), draft };
        let mut task = begin(TaskId(Uuid::nil()), &made)?;
        let issued = given.issued_on?;
        let is_immediate = disposition == Disposition::Immediate;
        let due_on = given.due_on.or_else(|| self.policy.immediate_due_on(issued).filter(|_| is_immediate));
        let claim_due_on = self.policy.claim_due_on(issued, self.calendar);
        task = evolve(task, &TaskEvent::Issued { on: issued, due_on, claim_due_on, late_reason: None });
        if let Some(on) = given.claimed_on {
            let at = calendar::instant(on, NaiveTime::MIN);
            let plan_due_on = (!is_immediate).then(|| self.policy.plan_due_on(on, self.calendar));
            task = evolve(task, &TaskEvent::Claimed { unit, by: person, at, plan_due_on, on_behalf: false });
        }
        if let Some(on) = given.at_work_from {
            task.state = TaskState::Rectifying;
            let from = calendar::instant(on, NaiveTime::MIN);
            task.reporting = vec![ReportingSpan { unit, from, until: None }];
        }
        for week in &given.handed_in {
            task.statements.push(StatementMark {
                unit,
                week: *week,
                revision: 1,
                digest: chain::digest("pack", ""),
                at: calendar::instant(week.monday(), NaiveTime::MIN),
                is_late: false,
                is_after_cut_off: false,
                reply: StatementReply::Acknowledged,
            });
        }
        Some(task)
    }
}
