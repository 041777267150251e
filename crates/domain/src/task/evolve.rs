//! What an event makes of a task. Total, without any rule: whatever was recorded, happened.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::checked::stands_failed;
use super::event::TaskEvent;
use super::state::{Criterion, Done, Measure, PlanShape, ReportingSpan, StatementReply, TakenOver, Task, TaskState};
use crate::calendar;
use crate::ids::{FindingId, RoundId, SignRequestId, TaskId, UnitId};
use crate::policy::AlertLevel;
use crate::sign_request::{RequestState, SignRequest, SignatureState};

/// The task that a first event makes; none when the event is not a creation.
pub fn begin(id: TaskId, event: &TaskEvent) -> Option<Task> {
    let TaskEvent::Created { round, finding, draft } = event else { return None };
    let (round, finding): (RoundId, FindingId) = (*round, *finding);
    Some(Task {
        id,
        round,
        finding,
        state: TaskState::Draft,
        draft: draft.clone(),
        original_due_on: None,
        plan: None,
        unit_leader: None,
        issued_on: None,
        claim_due_on: None,
        claimed_at: None,
        plan_due_on: None,
        done: BTreeMap::new(),
        reporting: Vec::new(),
        statements: Vec::new(),
        missed: Vec::new(),
        evidence: Vec::new(),
        wish: None,
        requests: Vec::new(),
        cross_checkers: Vec::new(),
        observing_until: None,
        closed_on: None,
        is_closed_before_golive: false,
        reopenings: 0,
        reopened_on: None,
        has_failed_check: false,
        open_slips: Vec::new(),
        objections: Vec::new(),
        causes: Vec::new(),
        overdue_days_kept: 0,
        announced_milestones: Vec::new(),
        announced_due: None,
        announced_observation: false,
        light: AlertLevel::None,
        seq: 1,
        version: 1,
    })
}

/// Folds a whole stream; none when it does not begin with a creation.
pub fn replay(id: TaskId, events: &[TaskEvent]) -> Option<Task> {
    let (first, rest) = events.split_first()?;
    Some(rest.iter().fold(begin(id, first)?, evolve))
}

fn hold(task: &mut Task, plan: &PlanShape) {
    task.draft.milestones.clone_from(&plan.milestones);
    task.draft.criteria = plan.criteria.iter().map(|id| Criterion { id: *id, defaulted: false }).collect();
    for Measure { id, excused, .. } in &mut task.draft.measures {
        *excused = plan.excused.contains(id);
    }
    if let Some(changed) = &plan.measures {
        task.draft.text = changed.text.clone();
        for measure in &mut task.draft.measures {
            if let Some((_, due_on)) = changed.due.iter().find(|(id, _)| *id == measure.id) {
                measure.due_on = *due_on;
            }
        }
    }
    task.plan = Some(plan.digest.clone());
    task.unit_leader = plan.unit_leader;
}

fn start_reporting(task: &mut Task, from: DateTime<Utc>) {
    if let Some(unit) = task.lead_unit() {
        task.reporting.push(ReportingSpan { unit, from, until: None });
    }
}

fn stop_reporting(task: &mut Task, at: DateTime<Utc>) {
    for span in &mut task.reporting {
        span.until.get_or_insert(at);
    }
}

fn request(task: &mut Task, id: SignRequestId) -> Option<&mut SignRequest> {
    task.requests.iter_mut().map(|r| &mut r.request).find(|r| r.id == id)
}

fn set_state(task: &mut Task, id: SignRequestId, state: RequestState) {
    if let Some(request) = request(task, id) {
        request.state = state;
    }
}

fn void_signatures(task: &mut Task, id: SignRequestId) {
    for signature in request(task, id).map(|r| &mut r.signatures).into_iter().flatten() {
        signature.state = SignatureState::Voided;
    }
}

fn take_over(task: &mut Task, taken: &TakenOver) {
    task.draft.parties = taken.parties.clone();
    task.draft.readers.clone_from(&taken.readers);
    task.unit_leader = taken.unit_leader;
    for id in &taken.requests {
        let Some(request) = request(task, *id) else { continue };
        for i in request.steps_of(taken.from) {
            request.chain[i].person = Some(taken.to);
        }
    }
}

fn reply(task: &mut Task, of: (UnitId, crate::calendar::Week, u16), reply: StatementReply) {
    for mark in &mut task.statements {
        if (mark.unit, mark.week, mark.revision) == of {
            mark.reply = reply;
        }
    }
}

/// The task after one more event.
pub fn evolve(mut task: Task, event: &TaskEvent) -> Task {
    task.seq += 1;
    if event.decides() {
        task.version = task.seq;
    }
    apply(&mut task, event);
    task
}

fn apply(task: &mut Task, event: &TaskEvent) {
    match event {
        TaskEvent::Created { draft, .. } | TaskEvent::Revised { draft } => task.draft = draft.clone(),
        TaskEvent::Issued { on, due_on, claim_due_on, .. } => {
            task.state = TaskState::Issued;
            task.issued_on = Some(*on);
            task.draft.due_on = *due_on;
            task.original_due_on = *due_on;
            task.claim_due_on = Some(*claim_due_on);
        }
        TaskEvent::ClosedBeforeGolive { on, .. } => {
            task.state = TaskState::Closed;
            task.is_closed_before_golive = true;
            task.closed_on = Some(*on);
        }
        TaskEvent::Claimed { at, plan_due_on, .. } => {
            task.claimed_at = Some(*at);
            task.plan_due_on = *plan_due_on;
            task.wish = None;
            if plan_due_on.is_some() {
                task.state = TaskState::Planning;
            } else {
                task.state = TaskState::Rectifying;
                start_reporting(task, *at);
            }
        }
        TaskEvent::ReassignmentWished { wish } => task.wish = Some(wish.clone()),
        TaskEvent::Upheld { .. } => task.wish = None,
        TaskEvent::Reassigned { parties, at, claim_due_on, .. } => {
            stop_reporting(task, *at);
            task.draft.parties = parties.clone();
            task.state = TaskState::Issued;
            task.claim_due_on = Some(*claim_due_on);
            task.claimed_at = None;
            task.plan_due_on = None;
            task.wish = None;
            task.unit_leader = None;
        }
        TaskEvent::PartiesAdjusted { parties, .. } => task.draft.parties = parties.clone(),
        TaskEvent::PlanSaved { plan } => hold(task, plan),
        TaskEvent::RequestSubmitted { request } => {
            if matches!(request.effect, super::state::RequestEffect::Plan { .. }) {
                task.state = TaskState::PlanReview;
            }
            task.requests.push(request.clone());
        }
        TaskEvent::Signed { request: id, signature } => {
            if let Some(request) = request(task, *id) {
                request.signatures.push(signature.clone());
            }
        }
        TaskEvent::SignatureConfirmed { request: id, signature, by } => {
            if let Some(found) = request(task, *id).and_then(|r| r.signature_mut(*signature)) {
                found.state = SignatureState::Effective;
                found.confirmed_by = Some(*by);
            }
        }
        TaskEvent::SignatureVoided { request: id, signature, .. } => {
            if let Some(found) = request(task, *id).and_then(|r| r.signature_mut(*signature)) {
                found.state = SignatureState::Voided;
            }
        }
        TaskEvent::SignatureObjected { by, .. } => task.objections.push(*by),
        TaskEvent::ObjectionSettled { person, .. } => task.objections.retain(|by| by != person),
        TaskEvent::RequestGranted { request } => set_state(task, *request, RequestState::Granted),
        TaskEvent::RequestReturned { request } => set_state(task, *request, RequestState::Returned),
        TaskEvent::RequestRecalled { request: id } => {
            let plan = task.request(*id).is_some_and(|r| matches!(r.effect, super::state::RequestEffect::Plan { .. }));
            let closure =
                task.request(*id).is_some_and(|r| matches!(r.effect, super::state::RequestEffect::Closure { .. }));
            set_state(task, *id, RequestState::Recalled);
            if plan {
                task.state = TaskState::Planning;
            } else if closure {
                task.state = TaskState::Rectifying;
            }
        }
        TaskEvent::RequestVoided { request, .. } => {
            set_state(task, *request, RequestState::Voided);
            void_signatures(task, *request);
        }
        TaskEvent::PlanApproved { plan, at } => {
            hold(task, plan);
            task.state = TaskState::Rectifying;
            start_reporting(task, *at);
        }
        TaskEvent::PlanReturned {} => task.state = TaskState::Planning,
        TaskEvent::Amended { plan } => hold(task, plan),
        TaskEvent::Extended { due_on, .. } => task.draft.due_on = Some(*due_on),
        TaskEvent::DueDateReset { due_on, overdue_days, .. } => {
            task.draft.due_on = Some(*due_on);
            task.overdue_days_kept += overdue_days;
        }
        TaskEvent::MilestoneCompleted { milestone, occurred_on, at, .. } => {
            task.done.insert(*milestone, Done { occurred_on: *occurred_on, at: *at });
        }
        TaskEvent::MilestoneReopened { milestone, .. } => {
            task.done.remove(milestone);
        }
        TaskEvent::DutyCompleted { unit, occurred_on, .. } => {
            for supporting in task.draft.supporting.iter_mut().filter(|s| s.unit == *unit) {
                supporting.done_on = Some(*occurred_on);
            }
        }
        TaskEvent::StatementSubmitted { statement, .. } => task.statements.push(statement.clone()),
        TaskEvent::StatementAcknowledged { unit, week, revision } => {
            reply(task, (*unit, *week, *revision), StatementReply::Acknowledged);
        }
        TaskEvent::StatementReturned { unit, week, revision, .. } => {
            reply(task, (*unit, *week, *revision), StatementReply::Returned);
        }
        TaskEvent::EvidenceAttached { evidence } => task.evidence.push(evidence.clone()),
        TaskEvent::EvidenceRemoved { evidence, .. } => task.evidence.retain(|e| e.id != *evidence),
        TaskEvent::ClosureRequested {} => task.state = TaskState::ClosureReview,
        TaskEvent::ClosureReturned { .. } => task.state = TaskState::Rectifying,
        TaskEvent::Closed { on, observing_until, at } => {
            task.state = TaskState::Observing;
            task.closed_on = Some(*on);
            task.observing_until = Some(*observing_until);
            task.announced_observation = false;
            task.has_failed_check = false;
            stop_reporting(task, *at);
        }
        TaskEvent::Confirmed { .. } => task.state = TaskState::Closed,
        TaskEvent::Reopened { due_on, review_on, at, .. } => {
            task.state = TaskState::Rectifying;
            task.draft.due_on = *due_on;
            task.draft.review_on = *review_on;
            task.closed_on = None;
            task.observing_until = None;
            task.is_closed_before_golive = false;
            task.reopenings += 1;
            task.has_failed_check = false;
            task.reopened_on = Some(calendar::today(*at));
            task.done.clear();
            start_reporting(task, *at);
        }
        TaskEvent::Withdrawn { at } => {
            task.state = TaskState::Withdrawn;
            stop_reporting(task, *at);
        }
        TaskEvent::CrossCheckerNamed { person, .. } => task.cross_checkers.push(*person),
        TaskEvent::KeyMarked { is_key, .. } => task.draft.is_key = *is_key,
        TaskEvent::CauseAnalysed { cause } => task.causes.push(cause.clone()),
        TaskEvent::Checked { result, .. } => task.has_failed_check = stands_failed(task, *result),
        TaskEvent::CheckSettled { .. } => task.has_failed_check = false,
        TaskEvent::SlipOpened { slip } => task.open_slips.push(slip.clone()),
        TaskEvent::SlipClosed { slip, .. } => task.open_slips.retain(|s| s.slip != *slip),
        TaskEvent::TakenOver { taken } => take_over(task, taken),
        TaskEvent::MilestonePassed { milestone, due_on } => task.announced_milestones.push((*milestone, *due_on)),
        TaskEvent::DueDatePassed { due_on } => task.announced_due = Some(*due_on),
        TaskEvent::StatementMissed { unit, week } => task.missed.push((*unit, *week)),
        TaskEvent::ObservationEnded {} => task.announced_observation = true,
        TaskEvent::LightChanged { to, .. } => task.light = *to,
    }
}
