//! Histories of tasks and slips written down event by event, with their days.

use chrono::{DateTime, Utc};
use domain::appraisal::facts::{Derived, Recorded, derive};
use domain::appraisal::scheme::FactKind;
use domain::calendar::Week;
use domain::chain::Digest;
use domain::check::state::CheckResult;
use domain::ids::{CheckId, FindingId, PersonId, TaskId, UnitId};
use domain::slip::event::SlipEvent;
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{Basis, BasisKind, Shape, SlipNumber, Urgency};
use domain::task::event::TaskEvent;
use domain::task::state::{Disposition, DraftShape, Parties, Sensitivity, StatementMark, StatementReply};

use super::{at, date, round, uuid};

pub(crate) fn digest() -> Digest {
    Digest::of_bytes([7; 32])
}

pub(crate) fn unit(n: u128) -> UnitId {
    UnitId(uuid(100 + n))
}

pub(crate) fn leader(n: u128) -> PersonId {
    PersonId(uuid(200 + n))
}

pub(crate) fn parties(n: u128) -> Parties {
    Parties { leaders: vec![leader(n)], units: vec![unit(n)], persons: Vec::new() }
}

pub(crate) fn draft(n: u128) -> DraftShape {
    DraftShape {
        text: digest(),
        number: "T01".to_owned(),
        disposition: Some(Disposition::Dated),
        sensitivity: Sensitivity::Open,
        readers: Vec::new(),
        parties: parties(n),
        supporting: Vec::new(),
        due_on: None,
        review_on: None,
        measures: Vec::new(),
        criteria: Vec::new(),
        milestones: Vec::new(),
        doubts: 0,
        is_key: false,
    }
}

/// A history that is written down event by event, at ten in the morning of its day unless it says when.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) id: TaskId,
    pub(crate) events: Vec<Recorded<TaskEvent>>,
}

impl History {
    pub(crate) fn of(draft: DraftShape) -> Self {
        let new = Self { id: TaskId(uuid(3)), events: Vec::new() };
        new.on("2020-08-31", TaskEvent::Created { round: round(), finding: FindingId(uuid(2)), draft })
    }

    /// Issued on 1 September 2020 to unit 1 and leader 1, due on this day, claimed the same morning.
    pub(crate) fn issued(due: &str) -> Self {
        Self::of(draft(1)).on("2020-09-01", issued("2020-09-01", due)).on("2020-09-01", claimed("2020-09-01"))
    }

    pub(crate) fn on(self, day: &str, event: TaskEvent) -> Self {
        self.at(at(&format!("{day} 10:00")), event)
    }

    pub(crate) fn at(mut self, at: DateTime<Utc>, event: TaskEvent) -> Self {
        let seq = i64::try_from(self.events.len()).unwrap() + 1;
        self.events.push(Recorded { seq, at, event });
        self
    }

    pub(crate) fn facts(&self, until: &str) -> Derived {
        derive(&[(self.id, self.events.clone())], &[], date(until))
    }

    /// Kinds with their days and how many days, until a day.
    pub(crate) fn said(&self, until: &str) -> Vec<(FactKind, String, u32)> {
        self.facts(until).facts.iter().map(|f| (f.kind, f.on.to_string(), f.days)).collect()
    }
}

pub(crate) fn issued(on: &str, due: &str) -> TaskEvent {
    TaskEvent::Issued { on: date(on), due_on: Some(date(due)), claim_due_on: date("2020-09-04"), late_reason: None }
}

pub(crate) fn claimed(on: &str) -> TaskEvent {
    let at = at(&format!("{on} 10:00"));
    TaskEvent::Claimed { unit: unit(1), by: leader(9), at, plan_due_on: None, on_behalf: false }
}

pub(crate) fn passed(due: &str) -> TaskEvent {
    TaskEvent::DueDatePassed { due_on: date(due) }
}

pub(crate) fn closed(on: &str) -> TaskEvent {
    TaskEvent::Closed { on: date(on), observing_until: date(on), at: at(&format!("{on} 10:00")) }
}

pub(crate) fn reassigned(n: u128, on: &str) -> TaskEvent {
    let at = at(&format!("{on} 10:00"));
    TaskEvent::Reassigned { parties: parties(n), reason: digest(), at, claim_due_on: date("2020-12-31") }
}

pub(crate) fn stated(week: &str, revision: u16, is_late: bool) -> TaskEvent {
    let statement = StatementMark {
        unit: unit(1),
        week: Week::parse(week).unwrap(),
        revision,
        digest: digest(),
        at: at("2020-09-11 10:00"),
        is_late,
        is_after_cut_off: false,
        reply: StatementReply::Waiting,
    };
    TaskEvent::StatementSubmitted { statement, by: leader(9), on_behalf: false }
}

pub(crate) fn missed(week: &str) -> TaskEvent {
    TaskEvent::StatementMissed { unit: unit(1), week: Week::parse(week).unwrap() }
}

pub(crate) fn checked(result: CheckResult, on: &str) -> TaskEvent {
    TaskEvent::Checked { check: CheckId(uuid(5)), result, on: date(on), found: digest(), by: Vec::new() }
}

pub(crate) fn slip(level: SlipLevel) -> Vec<Recorded<SlipEvent>> {
    let shape = Shape {
        level,
        urgency: Urgency::Normal,
        text: digest(),
        basis: Basis { kind: BasisKind::Task, id: None },
        task: Some(TaskId(uuid(3))),
        unit: unit(1),
        supporting: Vec::new(),
        due_on: None,
    };
    let now = at("2020-09-07 10:00");
    let drafted = SlipEvent::Drafted { round: round(), shape, by: leader(9), at: now, raised_from: None };
    let number = SlipNumber { year: 2020, n: 1 };
    let issued = SlipEvent::Issued { number, at: now, receive_due_on: date("2020-09-08"), due_on: date("2020-09-14") };
    let events = [
        (now, drafted),
        (now, issued),
        (at("2020-09-09 00:00"), SlipEvent::ReceiptPassed { due_on: date("2020-09-08") }),
        (at("2020-09-15 00:00"), SlipEvent::AnswerPassed { due_on: date("2020-09-14") }),
    ];
    (1..).zip(events).map(|(seq, (at, event))| Recorded { seq, at, event }).collect()
}
