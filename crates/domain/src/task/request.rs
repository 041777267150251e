//! What is handed in for signature: closure, extension, withdrawal; and the one place that opens a sign request.

use chrono::NaiveDate;
use serde_json::json;

use super::context::{Context, Decision};
use super::event::TaskEvent;
use super::state::{EvidenceMark, PlanShape, RequestEffect, Task, TaskRequest};
use super::text::{
    CriterionText, MilestoneText, PlanText, SignedContent, SignedEvidence, SignedMilestone, TaskText, kind,
};
use crate::calendar;
use crate::ids::SignRequestId;
use crate::policy::{RequestKind, Who};
use crate::refusal::{FieldError, Refusal};
use crate::sign_request::{RequestState, SignRequest, chain_for, check_chain};
use crate::weekly_statement;

/// The kind of request an effect belongs to.
pub(super) fn kind_of(effect: &RequestEffect) -> RequestKind {
    match effect {
        RequestEffect::Plan { .. } => RequestKind::Plan,
        RequestEffect::Amendment { .. } => RequestKind::Amendment,
        RequestEffect::Closure { .. } => RequestKind::Closure,
        RequestEffect::Extension { .. } => RequestKind::Extension,
        RequestEffect::Reassignment { .. } => RequestKind::Reassignment,
        RequestEffect::Withdrawal => RequestKind::Withdrawal,
    }
}

/// Hands in a request: copies the chain of today's policy, binds it to exactly what is signed (docs/domain.md §9).
///
/// A head who hands in himself gives the pledge with it and meets the first step; one who does not is told so, for nobody else could sign it.
pub(super) fn open(
    task: &Task,
    effect: RequestEffect,
    statement: Option<&str>,
    pledge: bool,
    ctx: &Context<'_>,
    decision: &mut Decision,
) -> Result<SignRequestId, Refusal> {
    let submitted_by = ctx.person()?;
    let request_kind = kind_of(&effect);
    let heads = task.lead_unit().is_some_and(|unit| ctx.heads(unit));
    let rules = ctx.facts.policy.chain(request_kind);
    if heads && !pledge && rules.iter().any(|r| r.who == Who::UnitHead) {
        return Err(Refusal::field("/pledge", "pledge-required"));
    }
    let chain = ctx.with_signing(task, |facts| chain_for(rules, facts, heads && pledge, head_reason(&effect, ctx)));
    check_chain(&chain, submitted_by)?;
    let content = content(task, &effect, statement, ctx, decision);
    let id = SignRequestId((ctx.fresh)());
    let request = SignRequest {
        id,
        kind: request_kind,
        revision: decision.note(kind::SIGNED, &content),
        policy_version: ctx.facts.policy_version,
        chain,
        signatures: Vec::new(),
        submitted_by,
        on_behalf_of: task.lead_unit().filter(|_| ctx.is_on_behalf(task) && is_units_own(request_kind)),
        submitted_at: ctx.now,
        state: RequestState::Open,
    };
    decision.events.push(TaskEvent::RequestSubmitted { request: TaskRequest { request, effect } });
    Ok(id)
}

/// Why the head of the leading group signs as well, in the words of his step: a date that was filed upward, a measure that was frozen
/// (docs/domain.md §8, §9).
fn head_reason(effect: &RequestEffect, ctx: &Context<'_>) -> Option<&'static str> {
    match effect {
        RequestEffect::Extension { filed_upward: true, .. } => Some("领导组组长审定（时限已报备）"),
        RequestEffect::Amendment { plan } if plan.measures.is_some() && ctx.facts.round.is_plan_approved => {
            Some("领导组组长审定（调整整改措施）")
        }
        _ => None,
    }
}

fn is_units_own(kind: RequestKind) -> bool {
    !matches!(kind, RequestKind::Reassignment | RequestKind::Withdrawal)
}

/// Exactly what is signed: the task's words, its milestones, criteria and evidence as they stand, and what is asked for.
fn content(
    task: &Task,
    effect: &RequestEffect,
    statement: Option<&str>,
    ctx: &Context<'_>,
    decision: &Decision,
) -> SignedContent {
    let asked: Option<(PlanShape, PlanText)> = match effect {
        RequestEffect::Plan { plan } | RequestEffect::Amendment { plan } => {
            let noted = decision.revisions.iter().find(|r| r.digest == plan.digest);
            let text = noted
                .and_then(|r| serde_json::from_str(&r.body).ok())
                .or_else(|| ctx.plan.cloned())
                .unwrap_or_else(|| PlanText {
                    objective: None,
                    milestones: Vec::new(),
                    criteria: Vec::new(),
                    excuses: Vec::new(),
                    reason: None,
                });
            Some((plan.clone(), text))
        }
        _ => None,
    };
    let held = ctx.plan;
    let plan_text = asked.as_ref().map(|(_, t)| t).or(held);
    let shapes = match &asked {
        Some((plan, _)) => {
            let mut changed = task.clone();
            changed.draft.milestones.clone_from(&plan.milestones);
            for measure in &mut changed.draft.measures {
                measure.excused = plan.excused.contains(&measure.id);
            }
            changed.milestones()
        }
        None => task.milestones(),
    };
    let parties = match effect {
        RequestEffect::Reassignment { parties } => parties,
        _ => &task.draft.parties,
    };
    let changed = asked.as_ref().and_then(|(plan, _)| plan.measures.as_ref());
    let words: Option<TaskText> = changed
        .and_then(|c| decision.revisions.iter().find(|r| r.digest == c.text))
        .and_then(|r| serde_json::from_str(&r.body).ok());
    SignedContent {
        kind: kind_of(effect).as_str().to_owned(),
        task: task.id,
        number: task.draft.number.clone(),
        title: ctx.text.title.clone(),
        measures: words.as_ref().unwrap_or(ctx.text).measures.clone(),
        measure_dates: changed.map(|c| c.due.clone()).unwrap_or_default(),
        milestones: shapes
            .iter()
            .map(|m| {
                let words = milestone_words(m.id, plan_text, ctx);
                SignedMilestone {
                    id: m.id,
                    measure: m.measure,
                    title: words.as_ref().map(|w| w.title.clone()).unwrap_or_default(),
                    proof: words.and_then(|w| w.proof),
                    due_on: m.due_on,
                    done_on: task.done.get(&m.id).map(|d| d.occurred_on),
                    unit: m.unit,
                    weight: m.weight,
                }
            })
            .collect(),
        criteria: match plan_text {
            Some(text) if !text.criteria.is_empty() => text.criteria.clone(),
            _ => ctx.text.criteria.clone(),
        },
        excuses: plan_text.map(|t| t.excuses.clone()).unwrap_or_default(),
        evidence: task.evidence.iter().map(signed_evidence).collect(),
        objective: plan_text.and_then(|t| t.objective.clone()).or_else(|| ctx.text.objective.clone()),
        statement: statement.map(|s| s.trim().to_owned()),
        due_on: task.draft.due_on,
        new_due_on: match effect {
            RequestEffect::Extension { due_on, .. } => Some(*due_on),
            _ => None,
        },
        occurred_on: match effect {
            RequestEffect::Closure { occurred_on } => Some(*occurred_on),
            _ => None,
        },
        filed_upward: matches!(effect, RequestEffect::Extension { filed_upward: true, .. }),
        unit_leader: asked.as_ref().map_or(task.unit_leader, |(plan, _)| plan.unit_leader),
        leaders: parties.leaders.clone(),
        units: parties.units.clone(),
        persons: parties.persons.clone(),
    }
}

fn signed_evidence(mark: &EvidenceMark) -> SignedEvidence {
    SignedEvidence { id: mark.id, sha256: mark.blob.clone(), criteria: mark.criteria.clone() }
}

/// The words of a milestone: the plan's, else the draft's, else those of the measure whose implicit milestone it is.
fn milestone_words(id: crate::ids::MilestoneId, plan: Option<&PlanText>, ctx: &Context<'_>) -> Option<MilestoneText> {
    plan.and_then(|p| p.milestones.iter().find(|m| m.id == id))
        .or_else(|| ctx.text.milestones.iter().find(|m| m.id == id))
        .cloned()
        .or_else(|| {
            ctx.text.measures.iter().find(|m| m.id.0 == id.0).map(|m| MilestoneText {
                id,
                title: m.text.clone(),
                proof: None,
            })
        })
}

/// Everything that stands in the way of a closure, each with its place; empty when it may be asked for (docs/domain.md §12).
pub fn missing_for_closure(task: &Task, ctx: &Context<'_>) -> Vec<FieldError> {
    let mut missing = Vec::new();
    for milestone in task.milestones() {
        if !task.done.contains_key(&milestone.id) {
            let title = milestone_words(milestone.id, ctx.plan, ctx).map(|w| w.title).unwrap_or_default();
            missing.push(FieldError::with(
                "",
                "milestone-open",
                json!({ "milestone": milestone.id, "title": title, "due_on": milestone.due_on }),
            ));
        }
    }
    let criteria: Vec<CriterionText> = match ctx.plan {
        Some(plan) if !plan.criteria.is_empty() => plan.criteria.clone(),
        _ => ctx.text.criteria.clone(),
    };
    for criterion in &task.draft.criteria {
        if !task.evidence.iter().any(|e| e.criteria.contains(&criterion.id)) {
            let text = criteria.iter().find(|c| c.id == criterion.id).map(|c| c.text.clone()).unwrap_or_default();
            missing.push(FieldError::with(
                "",
                "criterion-without-evidence",
                json!({ "criterion": criterion.id, "text": text }),
            ));
        }
    }
    if let Some(unit) = task.lead_unit() {
        for week in weekly_statement::missing_weeks(task, unit, ctx.facts, ctx.calendar, ctx.now) {
            missing.push(FieldError::with("", "statement-missing", json!({ "week": week })));
        }
    }
    for (kind, code) in [
        (RequestKind::Extension, "extension-open"),
        (RequestKind::Amendment, "amendment-open"),
        (RequestKind::Reassignment, "reassignment-open"),
        (RequestKind::Withdrawal, "withdrawal-open"),
        (RequestKind::Closure, "closure-open"),
    ] {
        if let Some(open) = task.open_request(kind) {
            missing.push(FieldError::with("", code, json!({ "request": open.request.id })));
        }
    }
    for slip in &task.open_slips {
        missing.push(FieldError::with("", "slip-open", json!({ "slip": slip.slip, "number": slip.name })));
    }
    missing
}

pub(super) fn closure(
    task: &Task,
    results: &str,
    occurred_on: NaiveDate,
    pledge: bool,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let mut errors = Vec::new();
    if results.trim().is_empty() {
        errors.push(FieldError::at("/results", "required"));
    }
    if occurred_on > ctx.today() {
        errors.push(FieldError::at("/occurred_on", "in-the-future"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let missing = missing_for_closure(task, ctx);
    if !missing.is_empty() {
        return Err(Refusal::invalid("closure-not-ready", missing));
    }
    let mut decision = Decision::default();
    open(task, RequestEffect::Closure { occurred_on }, Some(results), pledge, ctx, &mut decision)?;
    decision.events.push(TaskEvent::ClosureRequested {});
    Ok(decision)
}

pub(super) fn extension(
    task: &Task,
    due_on: NaiveDate,
    reason: &str,
    filed_upward: bool,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let Some(current) = task.draft.due_on else { return Err(Refusal::conflict("no-due-date")) };
    if ctx.now >= calendar::end_of_day(current) {
        return Err(Refusal::conflict("due-date-passed"));
    }
    if task.open_request(RequestKind::Extension).is_some() {
        return Err(Refusal::conflict("extension-pending"));
    }
    let mut errors = Vec::new();
    if due_on <= current {
        errors.push(FieldError::with("/due_on", "not-later", json!({ "due_on": current })));
    }
    if reason.trim().is_empty() {
        errors.push(FieldError::at("/reason", "required"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    open(task, RequestEffect::Extension { due_on, filed_upward }, Some(reason), true, ctx, &mut decision)?;
    Ok(decision)
}

pub(super) fn reset_due_date(
    task: &Task,
    due_on: NaiveDate,
    body: String,
    minutes_number: String,
    reason: &str,
    ctx: &Context<'_>,
) -> Result<Decision, Refusal> {
    let Some(current) = task.draft.due_on else { return Err(Refusal::conflict("no-due-date")) };
    if ctx.now < calendar::end_of_day(current) {
        return Err(Refusal::conflict("due-date-not-passed"));
    }
    let mut errors = Vec::new();
    for (pointer, text) in [("/body", &body), ("/minutes_number", &minutes_number)] {
        if text.trim().is_empty() {
            errors.push(FieldError::at(pointer, "required"));
        }
    }
    if reason.trim().is_empty() {
        errors.push(FieldError::at("/reason", "required"));
    }
    if due_on <= ctx.today() {
        errors.push(FieldError::at("/due_on", "not-in-the-future"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    for open in task.requests.iter().filter(|r| r.request.is_open() && r.request.kind == RequestKind::Extension) {
        let reason = decision.words("会议已重新核定时限，原延期申请作废。");
        decision.events.push(TaskEvent::RequestVoided { request: open.request.id, reason });
    }
    let overdue_days = u32::try_from((ctx.today() - current).num_days()).unwrap_or(0);
    let reason = decision.words(reason);
    decision.events.push(TaskEvent::DueDateReset { due_on, overdue_days, minutes_number, body, reason });
    Ok(decision)
}

pub(super) fn withdrawal(task: &Task, reason: &str, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    if task.open_request(RequestKind::Withdrawal).is_some() {
        return Err(Refusal::conflict("withdrawal-pending"));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::field("/reason", "required"));
    }
    let mut decision = Decision::default();
    open(task, RequestEffect::Withdrawal, Some(reason), false, ctx, &mut decision)?;
    Ok(decision)
}
