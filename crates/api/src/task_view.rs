//! A task as the page shows it: names for ids, words for digests, the acts open to whoever looks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{Calendar, Week};
use domain::chain::Digest;
use domain::ids::{PersonId, TaskId, UnitId};
use domain::task::state::{RequestEffect, StatementMark, Task, TaskState};
use domain::task::text::{SignedContent, StatementText, Words};
use domain::{rights, task, weekly_statement};
use persistence::blobs::{self, AttachmentRow};
use persistence::tasks::{self, LoadedTask};
use persistence::{Error, PgConnection, events};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::history::{self, HistoryLine};
use crate::ledger::{LightView, light};
use crate::problem::Fault;

/// A unit or a person.
#[derive(Clone, Serialize, ToSchema)]
pub struct Named {
    pub id: Uuid,
    pub name: String,
}

/// A supporting unit with its part.
#[derive(Serialize, ToSchema)]
pub struct SupportingView {
    pub unit: Named,
    pub duty: String,
    pub due_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

/// A criterion with how much proves it.
#[derive(Serialize, ToSchema)]
pub struct CriterionView {
    pub id: Uuid,
    pub text: String,
    /// The round's default, not yet confirmed.
    pub is_defaulted: bool,
    pub n_evidence: usize,
}

/// A measure.
#[derive(Serialize, ToSchema)]
pub struct MeasureView {
    pub id: Uuid,
    pub number: String,
    pub text: String,
    pub due_on: Option<NaiveDate>,
    pub is_done: bool,
    pub is_excused: bool,
}

/// A milestone; one that is implicit stands for its whole measure.
#[derive(Serialize, ToSchema)]
pub struct MilestoneView {
    pub id: Uuid,
    pub measure_id: Option<Uuid>,
    pub title: String,
    pub proof: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub unit: Option<Named>,
    pub weight: u16,
    pub is_implicit: bool,
    pub done_on: Option<NaiveDate>,
    pub is_late: bool,
}

/// A statement's revision.
#[derive(Serialize, ToSchema)]
pub struct StatementView {
    pub unit: Named,
    pub week: String,
    pub revision: u16,
    pub at: DateTime<Utc>,
    pub is_late: bool,
    pub is_after_cut_off: bool,
    pub is_newest: bool,
    pub reply: String,
    pub reply_label: String,
    pub progress: Option<String>,
    pub difficulties: Option<String>,
    pub help_wanted: Option<String>,
    pub next_step: Option<String>,
    pub no_progress_reason: Option<String>,
    pub evidence: Vec<Uuid>,
}

/// A piece of evidence.
#[derive(Serialize, ToSchema)]
pub struct EvidenceView {
    pub id: Uuid,
    pub filename: String,
    pub size: i64,
    pub media_type: String,
    pub purpose: String,
    pub purpose_label: String,
    pub criteria: Vec<Uuid>,
    pub milestone_id: Option<Uuid>,
    pub occurred_on: NaiveDate,
    pub received_at: DateTime<Utc>,
    pub unit: Option<Named>,
    pub by: Named,
}

/// A step of a chain.
#[derive(Serialize, ToSchema)]
pub struct StepView {
    pub who: String,
    pub label: String,
    pub count: u8,
    pub approvals: usize,
    pub person: Option<Named>,
    /// Met by the head's own submission.
    pub is_met_by_submission: bool,
    pub is_current: bool,
}

/// A signature.
#[derive(Serialize, ToSchema)]
pub struct SignatureView {
    pub id: Uuid,
    pub step: String,
    pub person: Option<Named>,
    pub verdict: String,
    pub verdict_label: String,
    pub mode: String,
    pub mode_label: String,
    pub words: Option<String>,
    pub method: Option<String>,
    pub at: DateTime<Utc>,
    pub occurred_on: NaiveDate,
    pub recorded_by: Named,
    pub confirmed_by: Option<Named>,
    pub stand_in: Option<Named>,
    pub scan: Option<String>,
    pub minutes_number: Option<String>,
    pub state: String,
    pub state_label: String,
}

/// A sign request with what it asks for.
#[derive(Serialize, ToSchema)]
pub struct RequestView {
    pub id: Uuid,
    pub kind: String,
    pub kind_label: String,
    pub state: String,
    pub state_label: String,
    /// SHA-256 of exactly what is signed.
    pub content_hash: String,
    pub submitted_by: Named,
    pub on_behalf_of: Option<Named>,
    pub submitted_at: DateTime<Utc>,
    /// The submitter's words.
    pub statement: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub new_due_on: Option<NaiveDate>,
    pub occurred_on: Option<NaiveDate>,
    pub chain: Vec<StepView>,
    pub signatures: Vec<SignatureView>,
    /// What is signed, whole, as it was when it was handed in.
    #[schema(value_type = Object)]
    pub content: Option<serde_json::Value>,
}

/// A unit's wish that the task be another's.
#[derive(Serialize, ToSchema)]
pub struct WishView {
    pub unit: Named,
    pub by: Named,
    pub proposed: Option<Named>,
    pub reason: String,
    pub at: DateTime<Utc>,
}

/// A stage of the path from issue to confirmation.
#[derive(Serialize, ToSchema)]
pub struct StageView {
    pub label: String,
    /// done, current or ahead.
    pub status: String,
    pub on: Option<NaiveDate>,
    pub note: Option<String>,
}

/// A request an act is about.
#[derive(Serialize, ToSchema)]
pub struct OpenRequest {
    pub id: Uuid,
    /// Whom a stand-in signs for.
    pub on_behalf_of: Option<Named>,
}

/// An act open to the caller.
#[derive(Serialize, ToSchema)]
pub struct OpenActionView {
    pub action: String,
    pub label: String,
    /// Whether it can be done now.
    pub is_possible: bool,
    /// What stands in the way.
    pub missing: Vec<Fault>,
    pub requests: Vec<OpenRequest>,
}

/// The week a statement would be for.
#[derive(Serialize, ToSchema)]
pub struct WeekView {
    pub week: String,
    pub cut_off: Option<DateTime<Utc>>,
}

/// A task whole.
#[derive(Serialize, ToSchema)]
pub struct TaskView {
    pub id: Uuid,
    pub round_id: Uuid,
    pub number: String,
    pub item_number: String,
    pub title: String,
    pub objective: Option<String>,
    pub aspect: String,
    pub finding_number: String,
    pub finding: String,
    pub state: String,
    pub state_label: String,
    pub disposition: Option<String>,
    pub disposition_label: Option<String>,
    pub sensitivity: String,
    pub completion_label: String,
    pub is_key: bool,
    /// The caller may know that the task is there, not what it says.
    pub is_redacted: bool,
    pub is_closed_before_golive: bool,
    pub reopenings: u16,
    pub doubts: u16,
    pub leaders: Vec<Named>,
    pub units: Vec<Named>,
    pub persons: Vec<Named>,
    pub supporting: Vec<SupportingView>,
    pub unit_leader: Option<Named>,
    pub cross_checkers: Vec<Named>,
    pub due_on: Option<NaiveDate>,
    pub original_due_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    pub working_days_left: Option<i64>,
    pub overdue_days_kept: u32,
    pub light: LightView,
    pub progress_done: u32,
    pub progress_all: u32,
    pub stages: Vec<StageView>,
    pub criteria: Vec<CriterionView>,
    pub measures: Vec<MeasureView>,
    pub milestones: Vec<MilestoneView>,
    pub statements: Vec<StatementView>,
    pub evidence: Vec<EvidenceView>,
    pub requests: Vec<RequestView>,
    pub wish: Option<WishView>,
    pub open_actions: Vec<OpenActionView>,
    pub statement_week: WeekView,
    pub history: Vec<HistoryLine>,
    /// What `If-Match` expects.
    pub version: i64,
}

struct Names(BTreeMap<Uuid, String>);

impl Names {
    fn of(&self, id: Uuid) -> Named {
        Named { id, name: self.0.get(&id).cloned().unwrap_or_default() }
    }
}

fn people_and_units(task: &Task, events: &[events::StoredEvent]) -> BTreeSet<Uuid> {
    let mut ids: BTreeSet<Uuid> = BTreeSet::new();
    ids.extend(task.draft.parties.leaders.iter().chain(&task.draft.parties.persons).map(|p| p.0));
    ids.extend(task.draft.parties.units.iter().map(|u| u.0));
    ids.extend(task.draft.supporting.iter().map(|s| s.unit.0));
    ids.extend(task.milestone_units().map(|u| u.0));
    ids.extend(task.cross_checkers.iter().chain(&task.unit_leader).map(|p| p.0));
    ids.extend(task.statements.iter().map(|s| s.unit.0));
    ids.extend(task.reporting.iter().map(|s| s.unit.0));
    ids.extend(task.evidence.iter().flat_map(|e| [Some(e.by.0), e.unit.map(|u| u.0)]).flatten());
    ids.extend(task.wish.iter().flat_map(|w| [Some(w.unit.0), Some(w.by.0), w.proposed.map(|u| u.0)]).flatten());
    ids.extend(events.iter().filter_map(|e| e.person_id));
    for request in task.requests.iter().map(|r| &r.request) {
        ids.insert(request.submitted_by.0);
        ids.extend(request.on_behalf_of.map(|u| u.0));
        ids.extend(request.chain.iter().filter_map(|s| s.person).map(|p| p.0));
        for s in &request.signatures {
            ids.insert(s.recorded_by.0);
            ids.extend(s.person.iter().chain(&s.confirmed_by).chain(&s.stand_in).map(|p| p.0));
        }
    }
    ids
}

fn words_at(words: &BTreeMap<Digest, String>, digest: &Digest) -> Option<String> {
    words.get(digest).and_then(|body| serde_json::from_str::<Words>(body).ok()).map(|w| w.text)
}

fn statement(mark: &StatementMark, task: &Task, words: &BTreeMap<Digest, String>, names: &Names) -> StatementView {
    let text: StatementText = words.get(&mark.digest).and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
    StatementView {
        unit: names.of(mark.unit.0),
        week: mark.week.to_string(),
        revision: mark.revision,
        at: mark.at,
        is_late: mark.is_late,
        is_after_cut_off: mark.is_after_cut_off,
        is_newest: task.statement(mark.unit, mark.week).is_some_and(|n| n.revision == mark.revision),
        reply: mark.reply.as_str().to_owned(),
        reply_label: mark.reply.label().to_owned(),
        progress: text.progress,
        difficulties: text.difficulties,
        help_wanted: text.help_wanted,
        next_step: text.next_step,
        no_progress_reason: text.no_progress_reason,
        evidence: text.evidence.iter().map(|e| e.0).collect(),
    }
}

fn request_view(entry: &task::state::TaskRequest, words: &BTreeMap<Digest, String>, names: &Names) -> RequestView {
    let request = &entry.request;
    let body = words.get(&request.revision);
    let content: Option<SignedContent> = body.and_then(|b| serde_json::from_str(b).ok());
    let current = request.current_step().filter(|_| request.is_open());
    RequestView {
        id: request.id.0,
        kind: request.kind.as_str().to_owned(),
        kind_label: request.kind.label().to_owned(),
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
        chain: request
            .chain
            .iter()
            .enumerate()
            .map(|(i, step)| StepView {
                who: step.who.as_str().to_owned(),
                label: step.label.clone(),
                count: step.count,
                approvals: request.approvals(i),
                person: step.person.map(|p| names.of(p.0)),
                is_met_by_submission: step.met_by_submission,
                is_current: current == Some(i),
            })
            .collect(),
        signatures: request
            .signatures
            .iter()
            .map(|s| SignatureView {
                id: s.id.0,
                step: request.chain.get(usize::from(s.step)).map(|c| c.label.clone()).unwrap_or_default(),
                person: s.person.map(|p| names.of(p.0)),
                verdict: s.verdict.as_str().to_owned(),
                verdict_label: s.verdict.label().to_owned(),
                mode: s.mode.as_str().to_owned(),
                mode_label: s.mode.label().to_owned(),
                words: s.words.as_ref().and_then(|d| words_at(words, d)),
                method: s.method.clone(),
                at: s.at,
                occurred_on: s.occurred_on,
                recorded_by: names.of(s.recorded_by.0),
                confirmed_by: s.confirmed_by.map(|p| names.of(p.0)),
                stand_in: s.stand_in.map(|p| names.of(p.0)),
                scan: s.document.as_ref().map(|d| d.scan.clone()),
                minutes_number: s.document.as_ref().and_then(|d| d.minutes_number.clone()),
                state: s.state.as_str().to_owned(),
                state_label: s.state.label().to_owned(),
            })
            .collect(),
        content: body.and_then(|b| serde_json::from_str(b).ok()),
    }
}

/// Where the task is on its way, with who it waits for.
fn stages(task: &Task, requests: &[RequestView]) -> Vec<StageView> {
    let place = match task.state {
        TaskState::Draft => 0,
        TaskState::Issued => 1,
        TaskState::Planning | TaskState::PlanReview => 2,
        TaskState::Rectifying => 3,
        TaskState::ClosureReview => 4,
        TaskState::Observing => 5,
        TaskState::Closed => 7,
        TaskState::Withdrawn => 0,
    };
    let waits = requests
        .iter()
        .filter(|r| r.state == "open")
        .flat_map(|r| &r.chain)
        .find(|s| s.is_current)
        .map(|s| format!("等 {}", s.person.as_ref().map_or(s.label.clone(), |p| p.name.clone())));
    let dates = [
        task.issued_on,
        task.claimed_at.map(domain::calendar::today),
        None,
        None,
        task.closed_on,
        task.observing_until,
        None,
    ];
    ["下发", "认领", "方案", "整改", "销号", "跟踪巩固", "确认"]
        .iter()
        .zip(dates)
        .enumerate()
        .map(|(i, (label, on))| StageView {
            label: (*label).to_owned(),
            status: match i.cmp(&place) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "current",
                std::cmp::Ordering::Greater => "ahead",
            }
            .to_owned(),
            on,
            note: (i == place).then(|| waits.clone().unwrap_or_else(|| task.state.label().to_owned())),
        })
        .collect()
}

fn evidence(task: &Task, attachments: &[AttachmentRow], names: &Names) -> Vec<EvidenceView> {
    task.evidence
        .iter()
        .filter_map(|mark| {
            let file = attachments.iter().find(|a| a.id == mark.id.0)?;
            Some(EvidenceView {
                id: mark.id.0,
                filename: file.filename.clone(),
                size: file.size,
                media_type: file.media_type.clone(),
                purpose: mark.purpose.as_str().to_owned(),
                purpose_label: mark.purpose.label().to_owned(),
                criteria: mark.criteria.iter().map(|c| c.0).collect(),
                milestone_id: mark.milestone.map(|m| m.0),
                occurred_on: mark.occurred_on,
                received_at: file.received_at,
                unit: mark.unit.map(|u| names.of(u.0)),
                by: names.of(mark.by.0),
            })
        })
        .collect()
}

/// A task as this actor sees it now.
pub fn view(
    conn: &mut PgConnection,
    actor: &Actor,
    id: TaskId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<TaskView, Error> {
    let loaded = tasks::find(conn, actor, id, now)?;
    let stored = events::history(conn, "task", id.0)?;
    let words = tasks::words_of(conn, &loaded.task)?;
    let attachments = blobs::of_task(conn, id.0)?;
    let place = persistence::ledger::place(conn, id)?;
    let names = Names(tasks::names(conn, people_and_units(&loaded.task, &stored).into_iter().collect())?);
    let subject = domain::task::context::subject(&loaded.task, &loaded.facts);
    let is_redacted = !rights::reads_content(actor, &subject);
    let mut whole = assemble(&loaded, actor, calendar, now, &words, &attachments, &names, &stored);
    whole.item_number = place.item_number;
    whole.aspect = place.aspect;
    whole.finding_number = place.finding_number;
    whole.finding = place.finding;
    if is_redacted {
        redact(&mut whole, loaded.task.draft.sensitivity.label());
    }
    Ok(whole)
}

/// Leaves what makes the counts reconcile and takes the content away (docs/domain.md §17).
fn redact(view: &mut TaskView, label: &str) {
    view.is_redacted = true;
    view.title = label.to_owned();
    view.objective = None;
    view.finding = label.to_owned();
    view.criteria.clear();
    view.measures.clear();
    view.milestones.clear();
    view.statements.clear();
    view.evidence.clear();
    view.requests.clear();
    view.wish = None;
    view.history.clear();
}

#[expect(clippy::too_many_arguments, reason = "one assembly of what was read in one place")]
fn assemble(
    loaded: &LoadedTask,
    actor: &Actor,
    calendar: &Calendar,
    now: DateTime<Utc>,
    words: &BTreeMap<Digest, String>,
    attachments: &[AttachmentRow],
    names: &Names,
    stored: &[events::StoredEvent],
) -> TaskView {
    let task = &loaded.task;
    let draft = &task.draft;
    let today = domain::calendar::today(now);
    let alert = task::alert::assess(task, &loaded.facts, calendar, now);
    let (progress_done, progress_all) = task.progress();
    let open = loaded.with_context(actor, calendar, now, |ctx| task::open_actions(task, ctx));
    let requests: Vec<RequestView> = task.requests.iter().rev().map(|r| request_view(r, words, names)).collect();
    let people = |ids: &[PersonId]| ids.iter().map(|p| names.of(p.0)).collect::<Vec<_>>();
    let units = |ids: &[UnitId]| ids.iter().map(|u| names.of(u.0)).collect::<Vec<_>>();
    let planned = loaded.plan.as_ref();
    let criterion_text = |id: domain::ids::CriterionId| {
        planned
            .iter()
            .flat_map(|p| &p.criteria)
            .chain(&loaded.text.criteria)
            .find(|c| c.id == id)
            .map(|c| c.text.clone())
            .unwrap_or_default()
    };
    let week = Week::of(today);
    let mut statements: Vec<StatementView> = task.statements.iter().map(|s| statement(s, task, words, names)).collect();
    statements.sort_by(|a, b| (&b.week, b.revision).cmp(&(&a.week, a.revision)));
    let is_over = matches!(task.state, TaskState::Observing | TaskState::Closed | TaskState::Withdrawn);
    TaskView {
        id: task.id.0,
        round_id: task.round.0,
        number: draft.number.clone(),
        item_number: String::new(),
        title: loaded.text.title.clone(),
        objective: planned.and_then(|p| p.objective.clone()).or_else(|| loaded.text.objective.clone()),
        aspect: String::new(),
        finding_number: String::new(),
        finding: String::new(),
        state: task.state.as_str().to_owned(),
        state_label: task.state.label().to_owned(),
        disposition: draft.disposition.map(|d| d.as_str().to_owned()),
        disposition_label: draft.disposition.map(|d| d.label().to_owned()),
        sensitivity: draft.sensitivity.as_str().to_owned(),
        completion_label: task.completion_status().label().to_owned(),
        is_key: draft.is_key,
        is_redacted: false,
        is_closed_before_golive: task.is_closed_before_golive,
        reopenings: task.reopenings,
        doubts: draft.doubts,
        leaders: people(&draft.parties.leaders),
        units: units(&draft.parties.units),
        persons: people(&draft.parties.persons),
        supporting: draft
            .supporting
            .iter()
            .map(|s| SupportingView {
                unit: names.of(s.unit.0),
                duty: loaded.text.duties.iter().find(|d| d.unit == s.unit).map(|d| d.text.clone()).unwrap_or_default(),
                due_on: s.due_on,
                done_on: s.done_on,
            })
            .collect(),
        unit_leader: task.unit_leader.map(|p| names.of(p.0)),
        cross_checkers: people(&task.cross_checkers),
        due_on: draft.due_on,
        original_due_on: task.original_due_on,
        review_on: draft.review_on,
        working_days_left: draft.due_on.filter(|_| !is_over).map(|due| calendar.working_days_between(today, due)),
        overdue_days_kept: task.overdue_days_kept,
        light: light(alert.level, &alert.reasons),
        progress_done,
        progress_all,
        stages: stages(task, &requests),
        criteria: draft
            .criteria
            .iter()
            .map(|c| CriterionView {
                id: c.id.0,
                text: criterion_text(c.id),
                is_defaulted: c.defaulted,
                n_evidence: task.evidence.iter().filter(|e| e.criteria.contains(&c.id)).count(),
            })
            .collect(),
        measures: draft
            .measures
            .iter()
            .map(|m| MeasureView {
                id: m.id.0,
                number: m.number.clone(),
                text: loaded.text.measures.iter().find(|t| t.id == m.id).map(|t| t.text.clone()).unwrap_or_default(),
                due_on: m.due_on,
                is_done: task.is_measure_done(m),
                is_excused: m.excused,
            })
            .collect(),
        milestones: task
            .milestones()
            .iter()
            .map(|m| {
                let (title, proof) = loaded.milestone_words(m.id);
                let done_on = task.done.get(&m.id).map(|d| d.occurred_on);
                MilestoneView {
                    id: m.id.0,
                    measure_id: m.measure.map(|x| x.0),
                    title,
                    proof,
                    due_on: m.due_on,
                    unit: m.unit.map(|u| names.of(u.0)),
                    weight: m.weight,
                    is_implicit: m.measure.is_some_and(|x| x.0 == m.id.0),
                    is_late: done_on.is_none() && m.due_on.is_some_and(|on| on < today),
                    done_on,
                }
            })
            .collect(),
        statements,
        evidence: evidence(task, attachments, names),
        wish: task.wish.as_ref().map(|w| WishView {
            unit: names.of(w.unit.0),
            by: names.of(w.by.0),
            proposed: w.proposed.map(|u| names.of(u.0)),
            reason: words_at(words, &w.reason).unwrap_or_default(),
            at: w.at,
        }),
        requests,
        open_actions: open
            .into_iter()
            .map(|o| OpenActionView {
                action: o.action.as_str().to_owned(),
                label: o.action.label().to_owned(),
                is_possible: o.missing.is_empty(),
                missing: o.missing.into_iter().map(Fault::from).collect(),
                requests: o
                    .requests
                    .into_iter()
                    .map(|(id, person)| OpenRequest { id: id.0, on_behalf_of: person.map(|p| names.of(p.0)) })
                    .collect(),
            })
            .collect(),
        statement_week: WeekView {
            week: week.to_string(),
            cut_off: weekly_statement::cut_off(week, &loaded.facts, calendar),
        },
        history: history::lines(stored, task, &names.0),
        version: task.version,
    }
}
