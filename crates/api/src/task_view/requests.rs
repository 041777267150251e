//! Sign requests as they are shown, and the path from issue to confirmation with whom it waits for.

use std::collections::BTreeMap;

use domain::chain::Digest;
use domain::policy::Who;
use domain::sign_request::{RequestState, SignMode, SignRequest, Signature, SignatureState, Step};
use domain::task::state::{Disposition, RequestEffect, Task, TaskRequest, TaskState};
use domain::task::text::SignedContent;
use persistence::blobs::AttachmentRow;
use uuid::Uuid;

use super::shapes::{Named, RequestView, SignatureView, SigningView, StageView, StepView};
use super::signed::parts;
use super::{Names, words_at};

pub(super) fn request_view(
    task: &Task,
    entry: &TaskRequest,
    words: &BTreeMap<Digest, String>,
    names: &Names,
    attachments: &[AttachmentRow],
    scans: &BTreeMap<String, Uuid>,
) -> RequestView {
    let request = &entry.request;
    let body = words.get(&request.revision);
    let content: Option<SignedContent> = body.and_then(|b| serde_json::from_str(b).ok());
    RequestView {
        id: request.id.0,
        kind: request.kind.as_str().to_owned(),
        kind_label: request.kind.label().to_owned(),
        is_open: request.is_open(),
        is_returned: request.state == RequestState::Returned,
        state: request.state.as_str().to_owned(),
        state_label: request.state.label().to_owned(),
        content_hash: request.revision.as_str().to_owned(),
        submitted_by: names.of(request.submitted_by.0),
        on_behalf_of: request.on_behalf_of.map(|u| names.of(u.0)),
        submitted_at: request.submitted_at,
        statement: content.as_ref().and_then(|c| c.statement.clone()),
        due_on: content.as_ref().and_then(|c| c.due_on),
        new_due_on: match &entry.effect {
            RequestEffect::Extension { due_on, .. } => Some(*due_on),
            _ => None,
        },
        occurred_on: content.as_ref().and_then(|c| c.occurred_on),
        chain: steps_of(request, &|id| names.of(id)),
        signatures: signatures_of(request, &|id| names.of(id), &|d| words_at(words, d), scans),
        parts: content.as_ref().map(|c| parts(c, task, names, attachments)).unwrap_or_default(),
        content: body.and_then(|b| serde_json::from_str(b).ok()),
    }
}

/// The steps of a request, with whose turn it is.
fn steps_of(request: &SignRequest, name: &dyn Fn(Uuid) -> Named) -> Vec<StepView> {
    let current = request.current_step().filter(|_| request.is_open());
    let view = |(i, step): (usize, &Step)| StepView {
        who: step.who.as_str().to_owned(),
        label: step.label.clone(),
        count: step.count,
        approvals: request.approvals(i),
        person: step.person.map(|p| name(p.0)),
        is_met_by_submission: step.met_by_submission,
        is_current: current == Some(i),
        needs_method: step.who == Who::Supervisor,
    };
    request.chain.iter().enumerate().map(view).collect()
}

/// The signatures of a request, in the order they came.
fn signatures_of(
    request: &SignRequest,
    name: &dyn Fn(Uuid) -> Named,
    words: &dyn Fn(&Digest) -> Option<String>,
    scans: &BTreeMap<String, Uuid>,
) -> Vec<SignatureView> {
    let view = |s: &Signature| SignatureView {
        id: s.id.0,
        step: request.chain.get(usize::from(s.step)).map(|c| c.label.clone()).unwrap_or_default(),
        person: s.person.map(|p| name(p.0)),
        verdict: s.verdict.as_str().to_owned(),
        verdict_label: s.verdict.label().to_owned(),
        mode: s.mode.as_str().to_owned(),
        mode_label: s.mode.label().to_owned(),
        words: s.words.as_ref().and_then(words),
        method: s.method.clone(),
        at: s.at,
        occurred_on: s.occurred_on,
        recorded_by: name(s.recorded_by.0),
        confirmed_by: s.confirmed_by.map(|p| name(p.0)),
        stand_in: s.stand_in.map(|p| name(p.0)),
        scan_id: s.document.as_ref().and_then(|d| scans.get(&d.scan).copied()),
        minutes_number: s.document.as_ref().and_then(|d| d.minutes_number.clone()),
        is_recorded: matches!(s.mode, SignMode::Paper | SignMode::Meeting),
        is_pending: s.state == SignatureState::Pending,
        is_void: s.state == SignatureState::Voided,
        state: s.state.as_str().to_owned(),
        state_label: s.state.label().to_owned(),
    };
    request.signatures.iter().map(view).collect()
}

/// Where the task is on its way, with who it waits for.
pub(super) fn stages(task: &Task, requests: &[RequestView], lead: Option<&Named>) -> Vec<StageView> {
    let stage =
        |label: &str, status: &str, on, note| StageView { label: label.into(), status: status.into(), on, note };
    if task.is_closed_before_golive {
        return vec![stage("存量办结", "done", task.closed_on, None)];
    }
    if task.state == TaskState::Withdrawn {
        let issued = task.issued_on.map(|on| stage("下发", "done", Some(on), None));
        let note = "录入错误，不再计入任务数".to_owned();
        return issued.into_iter().chain([stage("作废", "current", None, Some(note))]).collect();
    }
    let here = match task.state {
        TaskState::Draft | TaskState::Withdrawn => "下发",
        TaskState::Issued => "认领",
        TaskState::Planning | TaskState::PlanReview => "方案",
        TaskState::Rectifying => "整改",
        TaskState::ClosureReview => "销号",
        TaskState::Observing => "跟踪巩固",
        TaskState::Closed => "",
    };
    let waits = requests
        .iter()
        .filter(|r| r.is_open)
        .flat_map(|r| &r.chain)
        .find(|s| s.is_current)
        .map(|s| format!("等 {}", s.person.as_ref().map_or(s.label.clone(), |p| p.name.clone())));
    let lead = lead.map_or("牵头单位", |l| l.name.as_str());
    let otherwise = match task.state {
        TaskState::Issued => format!("等 {lead}认领"),
        TaskState::Planning => format!("等 {lead}报方案"),
        TaskState::Rectifying => format!("等 {lead}报节点、交写实、申请销号"),
        TaskState::Observing => "期满后整改办确认".to_owned(),
        state => state.label().to_owned(),
    };
    let path = [
        ("下发", task.issued_on),
        ("认领", task.claimed_at.map(domain::calendar::today)),
        ("方案", None),
        ("整改", None),
        ("销号", task.closed_on),
        ("跟踪巩固", task.observing_until),
        ("确认", None),
    ];
    // An immediate correction has no plan to pass (docs/domain.md §5).
    let has_plan = task.draft.disposition != Some(Disposition::Immediate);
    let mut is_passed = true;
    path.into_iter()
        .filter(|(label, _)| has_plan || *label != "方案")
        .map(|(label, on)| {
            let is_here = label == here;
            is_passed &= !is_here;
            let status = if is_here {
                "current"
            } else if is_passed {
                "done"
            } else {
                "ahead"
            };
            stage(label, status, on, is_here.then(|| waits.clone().unwrap_or_else(|| otherwise.clone())))
        })
        .collect()
}

/// A request with its chain and its signatures.
pub(crate) fn signing_of(
    request: &SignRequest,
    name: &dyn Fn(Uuid) -> Named,
    words: &dyn Fn(&Digest) -> Option<String>,
    scans: &BTreeMap<String, Uuid>,
) -> SigningView {
    SigningView {
        id: request.id.0,
        is_open: request.is_open(),
        state_label: request.state.label().to_owned(),
        content_hash: request.revision.as_str().to_owned(),
        submitted_by: name(request.submitted_by.0),
        submitted_at: request.submitted_at,
        chain: steps_of(request, name),
        signatures: signatures_of(request, name, words, scans),
    }
}
