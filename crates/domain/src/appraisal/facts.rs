//! What the records say of a unit and a leader, as facts that count: a pure fold of the streams of tasks and slips (docs/domain.md §45).
//!
//! A fact names the event it comes from and the day it is of, Asia/Shanghai. It belongs to whom the task lay with on that day, and stays there when
//! the task goes to somebody else.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::scheme::{FactKind, Period};
use crate::calendar::{self, Week};
use crate::check::state::CheckResult;
use crate::ids::{PersonId, SignRequestId, SlipId, TaskId, UnitId};
use crate::slip::event::SlipEvent;
use crate::slip::ladder::SlipLevel;
use crate::slip::state::Shape;
use crate::task::event::TaskEvent;
use crate::task::state::{Disposition, DraftShape, Parties, RequestEffect, Sensitivity};

/// The kinds of events that facts are made from; nothing else in a stream changes any.
pub const LOOKED_AT: &[&str] = &[
    "task.created",
    "task.revised",
    "task.issued",
    "task.closed_before_golive",
    "task.claimed",
    "task.reassigned",
    "task.parties_adjusted",
    "task.taken_over",
    "task.request_submitted",
    "task.request_recalled",
    "task.plan_returned",
    "task.extended",
    "task.due_date_reset",
    "task.statement_submitted",
    "task.statement_returned",
    "task.statement_missed",
    "task.closure_returned",
    "task.closed",
    "task.reopened",
    "task.withdrawn",
    "task.checked",
    "task.milestone_passed",
    "task.due_date_passed",
    "slip.drafted",
    "slip.revised",
    "slip.issued",
    "slip.answer_returned",
    "slip.withdrawn",
    "slip.receipt_passed",
    "slip.answer_passed",
];

/// The event a fact comes from: its stream and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Whether it stands in a slip's stream; else in a task's.
    pub is_slip: bool,
    pub id: Uuid,
    pub seq: i64,
}

/// Something that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    pub kind: FactKind,
    /// Its day; of what lasts, the first.
    pub on: NaiveDate,
    /// How many days it lasts; 1 of what does not.
    pub days: u32,
    /// Which day of all that it lasted the first one is; more than 1 where it began with somebody else.
    pub nth: u32,
    pub unit: Option<UnitId>,
    /// The lead leader of the task on that day.
    pub leader: Option<PersonId>,
    pub task: Option<TaskId>,
    pub source: Source,
}

impl Fact {
    /// How often it counts within a period: once, or, of what lasts and is counted by days, once for every `every` calendar days begun in it. Over two
    /// periods that follow each other it counts as often as over both together.
    pub fn counts(&self, period: Period, every: Option<u16>) -> u32 {
        let Some(every) = every.filter(|_| self.kind.lasts()).map(u32::from).filter(|n| *n > 0) else {
            return u32::from(self.nth == 1 && period.holds(self.on));
        };
        let begun = |days: u32| days.div_ceil(every);
        let last = self.on + Days::new(u64::from(self.days.saturating_sub(1)));
        let (from, to) = (period.from.max(self.on), period.to.min(last));
        let before = |day: NaiveDate| self.nth - 1 + u32::try_from((day - self.on).num_days()).unwrap_or(0);
        if from > to { 0 } else { begun(before(to) + 1) - begun(before(from)) }
    }
}

/// An event with its number in its stream and its moment, UTC.
#[derive(Clone, Debug)]
pub struct Recorded<E> {
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub event: E,
}

/// A span in which a task lay with a unit and a leader, both days counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Held {
    pub task: TaskId,
    pub unit: Option<UnitId>,
    pub leader: Option<PersonId>,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// All facts up to a day, and with whom tasks lay; in an order of their own, whatever order the streams came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    pub facts: Vec<Fact>,
    pub held: Vec<Held>,
}

/// Derives them from whole streams, as of the end of a day.
pub fn derive(
    tasks: &[(TaskId, Vec<Recorded<TaskEvent>>)],
    slips: &[(SlipId, Vec<Recorded<SlipEvent>>)],
    until: NaiveDate,
) -> Derived {
    let mut derived = Derived::default();
    for (id, events) in tasks {
        let mut fold = TaskFold::new(*id);
        events.iter().for_each(|event| fold.add(event));
        let own = fold.finish(until);
        derived.facts.extend(own.facts);
        derived.held.extend(own.held);
    }
    derived.held.sort();
    for (id, events) in slips {
        let mut fold = SlipFold::new(*id);
        events.iter().for_each(|event| fold.add(event));
        derived.facts.extend(fold.finish(&derived.held));
    }
    derived.facts.sort();
    derived
}

/// A day by which something is owed, and the event that set it.
#[derive(Clone, Copy, Debug)]
struct Owed {
    due: NaiveDate,
    seq: i64,
}

/// A due date that went by and was not met yet.
#[derive(Clone, Debug)]
struct Overdue {
    due: NaiveDate,
    seq: i64,
    /// From which day it lies with whom.
    with: Vec<(NaiveDate, Option<UnitId>, Option<PersonId>)>,
}

/// The fold of a task's stream.
#[derive(Clone, Debug)]
pub struct TaskFold {
    id: TaskId,
    unit: Option<UnitId>,
    leader: Option<PersonId>,
    is_placeholder: bool,
    is_sustained: bool,
    /// Issued and not closed.
    is_running: bool,
    is_withdrawn: bool,
    issued_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    /// The date that was promised first, or was moved to by an extension; none once a meeting set another or the task came back.
    promised_on: Option<NaiveDate>,
    claim: Option<Owed>,
    plan: Option<Owed>,
    /// The same whether or not it is in.
    plan_set: Option<Owed>,
    plan_requests: BTreeSet<SignRequestId>,
    missed: BTreeSet<(UnitId, Week)>,
    overdue: Option<Overdue>,
    since: Option<NaiveDate>,
    facts: Vec<Fact>,
    held: Vec<Held>,
}

impl TaskFold {
    /// Before the first event.
    pub fn new(id: TaskId) -> Self {
        Self {
            id,
            unit: None,
            leader: None,
            is_placeholder: false,
            is_sustained: false,
            is_running: false,
            is_withdrawn: false,
            issued_on: None,
            due_on: None,
            promised_on: None,
            claim: None,
            plan: None,
            plan_set: None,
            plan_requests: BTreeSet::new(),
            missed: BTreeSet::new(),
            overdue: None,
            since: None,
            facts: Vec::new(),
            held: Vec::new(),
        }
    }

    fn source(&self, seq: i64) -> Source {
        Source { is_slip: false, id: self.id.0, seq }
    }

    fn fact(&mut self, kind: FactKind, on: NaiveDate, seq: i64) {
        self.fact_of(kind, on, seq, self.unit);
    }

    fn fact_of(&mut self, kind: FactKind, on: NaiveDate, seq: i64, unit: Option<UnitId>) {
        let (leader, task, source) = (self.leader, Some(self.id), self.source(seq));
        self.facts.push(Fact { kind, on, days: 1, nth: 1, unit, leader, task, source });
    }

    /// What a day brings that is begun: claims and plans whose day is over.
    fn pass(&mut self, day: NaiveDate) {
        let over = |owed: &Owed| owed.due < day;
        for (kind, owed) in [(FactKind::ClaimLate, self.claim), (FactKind::PlanLate, self.plan)] {
            if let Some(owed) = owed.filter(over) {
                self.fact(kind, owed.due + Days::new(1), owed.seq);
                match kind {
                    FactKind::ClaimLate => self.claim = None,
                    _ => self.plan = None,
                }
            }
        }
    }

    /// A plan that came back in time is owed by the same day.
    fn owe_plan_again(&mut self, day: NaiveDate) {
        self.plan = self.plan_set.filter(|owed| owed.due >= day);
    }

    fn hold(&mut self, until: NaiveDate) {
        if let Some(from) = self.since.take().filter(|from| *from <= until) {
            let (task, unit, leader) = (self.id, self.unit, self.leader);
            self.held.push(Held { task, unit, leader, from, to: until });
        }
    }

    /// It lies with others from this day on; the days before stay where they were.
    fn pass_on(&mut self, parties: &Parties, day: NaiveDate) {
        let (unit, leader) = (parties.units.first().copied(), parties.leaders.first().copied());
        if (unit, leader) == (self.unit, self.leader) {
            return;
        }
        if self.since.is_some() {
            self.hold(day - Days::new(1));
            self.since = Some(day);
        }
        (self.unit, self.leader) = (unit, leader);
        if let Some(overdue) = &mut self.overdue {
            overdue.with.push((day.max(overdue.due + Days::new(1)), unit, leader));
        }
    }

    /// The days overdue up to a day, as facts of those it lay with.
    fn overdue_until(&mut self, last: NaiveDate) {
        let Some(overdue) = self.overdue.take() else { return };
        let first = overdue.due + Days::new(1);
        for (i, (from, unit, leader)) in overdue.with.iter().enumerate() {
            let to = overdue.with.get(i + 1).map_or(last, |(next, ..)| (*next - Days::new(1)).min(last));
            let (days, before) = ((to - *from).num_days() + 1, (*from - first).num_days());
            let (Ok(days), Ok(before)) = (u32::try_from(days), u32::try_from(before)) else { continue };
            if days > 0 {
                self.facts.push(Fact {
                    kind: FactKind::Overdue,
                    on: *from,
                    days,
                    nth: before + 1,
                    unit: *unit,
                    leader: *leader,
                    task: Some(self.id),
                    source: self.source(overdue.seq),
                });
            }
        }
    }

    fn end(&mut self, day: NaiveDate) {
        self.overdue_until(day);
        self.hold(day);
        self.is_running = false;
        (self.claim, self.plan) = (None, None);
    }

    fn begin(&mut self, day: NaiveDate) {
        self.is_running = true;
        self.since = Some(day);
    }

    fn enter(&mut self, draft: &DraftShape) {
        self.unit = draft.parties.units.first().copied();
        self.leader = draft.parties.leaders.first().copied();
        self.is_placeholder = matches!(draft.sensitivity, Sensitivity::Secret | Sensitivity::Referred);
        self.is_sustained = draft.disposition == Some(Disposition::Sustained);
    }

    /// One more event of the stream; they come in their order.
    pub fn add(&mut self, recorded: &Recorded<TaskEvent>) {
        let (day, seq) = (calendar::today(recorded.at), recorded.seq);
        self.pass(day);
        match &recorded.event {
            TaskEvent::Created { draft, .. } | TaskEvent::Revised { draft } => self.enter(draft),
            TaskEvent::Issued { on, due_on, claim_due_on, .. } => {
                self.issued_on = Some(*on);
                (self.due_on, self.promised_on) = (*due_on, *due_on);
                self.claim = Some(Owed { due: *claim_due_on, seq });
                self.begin(day);
            }
            TaskEvent::Claimed { plan_due_on, .. } => {
                self.claim = None;
                self.plan_set = plan_due_on.map(|due| Owed { due, seq });
                self.plan = self.plan_set;
            }
            TaskEvent::Reassigned { parties, claim_due_on, .. } => {
                self.pass_on(parties, day);
                self.plan = None;
                self.claim = Some(Owed { due: *claim_due_on, seq });
            }
            TaskEvent::PartiesAdjusted { parties, .. } => self.pass_on(parties, day),
            TaskEvent::TakenOver { taken } => self.pass_on(&taken.parties, day),
            TaskEvent::RequestSubmitted { request } => {
                if matches!(request.effect, RequestEffect::Plan { .. }) {
                    self.plan_requests.insert(request.request.id);
                    self.plan = None;
                }
            }
            TaskEvent::RequestRecalled { request } => {
                if self.plan_requests.contains(request) {
                    self.owe_plan_again(day);
                }
            }
            TaskEvent::PlanReturned {} => {
                self.fact(FactKind::PlanReturned, day, seq);
                self.owe_plan_again(day);
            }
            TaskEvent::Extended { due_on, .. } => {
                // Granting clears it from the original date.
                self.overdue = None;
                self.due_on = Some(*due_on);
                self.promised_on = self.promised_on.map(|_| *due_on);
            }
            TaskEvent::DueDateReset { due_on, .. } => {
                self.overdue_until(day);
                self.due_on = Some(*due_on);
                self.promised_on = None;
            }
            TaskEvent::StatementSubmitted { statement, .. } => {
                let week = (statement.unit, statement.week);
                if statement.is_late && statement.revision == 1 && !self.missed.contains(&week) {
                    self.fact_of(FactKind::StatementLate, day, seq, Some(statement.unit));
                }
            }
            TaskEvent::StatementReturned { unit, .. } => {
                self.fact_of(FactKind::StatementReturned, day, seq, Some(*unit));
            }
            TaskEvent::StatementMissed { unit, week } => {
                self.missed.insert((*unit, *week));
                self.fact_of(FactKind::StatementMissed, day, seq, Some(*unit));
            }
            TaskEvent::MilestonePassed { due_on, .. } => {
                // What falls on the due date itself is said once, by the due date.
                if self.due_on.is_none_or(|due| *due_on < due) && self.issued_on.is_none_or(|on| *due_on >= on) {
                    self.fact(FactKind::MilestoneLate, *due_on + Days::new(1), seq);
                }
            }
            TaskEvent::DueDatePassed { due_on } => {
                let came_late = self.issued_on.is_none_or(|issued| *due_on < issued);
                if self.is_running && !self.is_sustained && !came_late && self.due_on == Some(*due_on) {
                    let with = vec![(*due_on + Days::new(1), self.unit, self.leader)];
                    self.overdue = Some(Overdue { due: *due_on, seq, with });
                }
            }
            TaskEvent::ClosureReturned { .. } => self.fact(FactKind::ClosureReturned, day, seq),
            TaskEvent::Closed { on, .. } => {
                if let Some(promised) = self.promised_on {
                    if *on <= promised {
                        self.fact(FactKind::ClosedInTime, *on, seq);
                    }
                    if *on < promised {
                        self.fact(FactKind::ClosedEarly, *on, seq);
                    }
                }
                self.end(*on);
            }
            TaskEvent::ClosedBeforeGolive { .. } => self.end(day),
            TaskEvent::Reopened { due_on, .. } => {
                self.fact(FactKind::Reopened, day, seq);
                (self.due_on, self.promised_on) = (*due_on, None);
                self.begin(day);
            }
            TaskEvent::Withdrawn { .. } => {
                self.end(day);
                self.is_withdrawn = true;
            }
            TaskEvent::Checked { result, on, .. } => match result {
                CheckResult::Fail => self.fact(FactKind::CheckFailed, *on, seq),
                CheckResult::FalseClosure => self.fact(FactKind::FalseClosure, *on, seq),
                CheckResult::Pass | CheckResult::Partial => {}
            },
            TaskEvent::PlanApproved { .. }
            | TaskEvent::ReassignmentWished { .. }
            | TaskEvent::Upheld { .. }
            | TaskEvent::PlanSaved { .. }
            | TaskEvent::Signed { .. }
            | TaskEvent::SignatureConfirmed { .. }
            | TaskEvent::SignatureVoided { .. }
            | TaskEvent::SignatureObjected { .. }
            | TaskEvent::ObjectionSettled { .. }
            | TaskEvent::RequestGranted { .. }
            | TaskEvent::RequestReturned { .. }
            | TaskEvent::RequestVoided { .. }
            | TaskEvent::Amended { .. }
            | TaskEvent::MilestoneCompleted { .. }
            | TaskEvent::MilestoneReopened { .. }
            | TaskEvent::DutyCompleted { .. }
            | TaskEvent::StatementAcknowledged { .. }
            | TaskEvent::EvidenceAttached { .. }
            | TaskEvent::EvidenceRemoved { .. }
            | TaskEvent::ClosureRequested {}
            | TaskEvent::Confirmed { .. }
            | TaskEvent::CrossCheckerNamed { .. }
            | TaskEvent::KeyMarked { .. }
            | TaskEvent::CheckSettled { .. }
            | TaskEvent::SlipOpened { .. }
            | TaskEvent::SlipClosed { .. }
            | TaskEvent::ObservationEnded {}
            | TaskEvent::CauseAnalysed { .. }
            | TaskEvent::LightChanged { .. } => {}
        }
    }

    /// What it comes to at the end of a day. A task that was entered by mistake, or is dealt with elsewhere, says nothing.
    pub fn finish(mut self, until: NaiveDate) -> Derived {
        self.pass(until);
        self.overdue_until(until);
        self.hold(until);
        if self.is_withdrawn || self.is_placeholder {
            return Derived::default();
        }
        self.facts.retain(|fact| fact.on <= until);
        self.facts.sort();
        Derived { facts: self.facts, held: self.held }
    }
}

/// The fold of a slip's stream. A referral is about nobody's points: a unit learns of none (docs/domain.md §25).
#[derive(Clone, Debug)]
pub struct SlipFold {
    id: SlipId,
    shape: Option<Shape>,
    is_withdrawn: bool,
    facts: Vec<Fact>,
}

impl SlipFold {
    /// Before the first event.
    pub fn new(id: SlipId) -> Self {
        Self { id, shape: None, is_withdrawn: false, facts: Vec::new() }
    }

    fn fact(&mut self, kind: FactKind, on: NaiveDate, seq: i64) {
        let Some(shape) = &self.shape else { return };
        let source = Source { is_slip: true, id: self.id.0, seq };
        let (unit, task) = (Some(shape.unit), shape.task);
        self.facts.push(Fact { kind, on, days: 1, nth: 1, unit, leader: None, task, source });
    }

    /// One more event of the stream; they come in their order.
    pub fn add(&mut self, recorded: &Recorded<SlipEvent>) {
        let (day, seq) = (calendar::today(recorded.at), recorded.seq);
        match &recorded.event {
            SlipEvent::Drafted { shape, .. } | SlipEvent::Revised { shape } => self.shape = Some(shape.clone()),
            SlipEvent::Issued { .. } => {
                let kind = self.shape.as_ref().and_then(|shape| match shape.level {
                    SlipLevel::Notice => Some(FactKind::SlipNotice),
                    SlipLevel::Urge => Some(FactKind::SlipUrge),
                    SlipLevel::Letter => Some(FactKind::SlipLetter),
                    SlipLevel::Interview => Some(FactKind::SlipInterview),
                    SlipLevel::Referral => None,
                });
                if let Some(kind) = kind {
                    self.fact(kind, day, seq);
                }
            }
            SlipEvent::ReceiptPassed { due_on } => {
                self.fact(FactKind::SlipReceiptLate, *due_on + Days::new(1), seq);
            }
            SlipEvent::AnswerPassed { due_on } => self.fact(FactKind::SlipUnanswered, *due_on + Days::new(1), seq),
            SlipEvent::AnswerReturned { .. } => self.fact(FactKind::SlipAnswerReturned, day, seq),
            SlipEvent::Withdrawn { .. } => self.is_withdrawn = true,
            _ => {}
        }
    }

    /// What it comes to; its leader is who led its task on that day.
    pub fn finish(self, held: &[Held]) -> Vec<Fact> {
        let is_referral = self.shape.as_ref().is_none_or(|shape| shape.level.is_referral());
        if self.is_withdrawn || is_referral {
            return Vec::new();
        }
        let leads = |task: TaskId, day: NaiveDate| {
            let from = held.partition_point(|h| h.task < task);
            held[from..].iter().take_while(|h| h.task == task).find(|h| h.from <= day && day <= h.to)
        };
        self.facts
            .into_iter()
            .map(|fact| {
                let leader = fact.task.and_then(|task| leads(task, fact.on)).and_then(|h| h.leader);
                Fact { leader, ..fact }
            })
            .collect()
    }
}
