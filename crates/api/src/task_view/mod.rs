//! A task as the page shows it: names for ids, words for digests, the acts open to whoever looks.

mod requests;
mod shapes;
mod signed;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::calendar::{Calendar, Week};
use domain::cause::{CauseMark, FindingScope};
use domain::chain::Digest;
use domain::ids::{PersonId, TaskId, UnitId};
use domain::sign_request::may_verify;
use domain::task::context::with_signing;
use domain::task::event::TaskEvent;
use domain::task::state::{StatementMark, StatementReply, Task, TaskState};
use domain::task::text::{StatementText, Words};
use domain::{rights, task, weekly_statement};
use persistence::actors;
use persistence::blobs::{self, AttachmentRow};
use persistence::tasks::{self, LoadedTask};
use persistence::{Error, PgConnection, events, statements};
use uuid::Uuid;

pub(crate) use self::requests::signing_of;
use self::requests::{request_view, stages};
pub use self::shapes::*;
use crate::history::{self, HistoryPage};
use crate::ledger::light;
use crate::problem::Fault;
use crate::statements::CopyView;

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
    ids.extend(task.cross_checkers.iter().chain(&task.unit_leader).chain(&task.objections).map(|p| p.0));
    ids.extend(task.statements.iter().map(|s| s.unit.0));
    ids.extend(task.reporting.iter().map(|s| s.unit.0));
    ids.extend(task.evidence.iter().flat_map(|e| [Some(e.by.0), e.unit.map(|u| u.0)]).flatten());
    ids.extend(task.causes.iter().map(|c| c.by.0));
    ids.extend(task.wish.iter().flat_map(|w| [Some(w.unit.0), Some(w.by.0), w.proposed.map(|u| u.0)]).flatten());
    ids.extend(events.iter().filter_map(|e| e.person_id));
    // Both who signed a check, not only the one whose act it was; the unit a slip went to; the two of a handover.
    let named = ["task.checked", "task.slip_opened", "task.taken_over"];
    for event in events.iter().filter(|e| named.contains(&e.kind.as_str())) {
        let payload = serde_json::from_str(&event.payload).unwrap_or_default();
        match TaskEvent::parse(&event.kind, payload) {
            Ok(TaskEvent::Checked { by, .. }) => ids.extend(by.into_iter().map(|p| p.0)),
            Ok(TaskEvent::SlipOpened { slip }) => ids.extend([slip.unit.0]),
            Ok(TaskEvent::TakenOver { taken }) => ids.extend([taken.from.0, taken.to.0]),
            _ => {}
        }
    }
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

fn statement(
    mark: &StatementMark,
    loaded: &LoadedTask,
    words: &BTreeMap<Digest, String>,
    names: &Names,
) -> StatementView {
    let task = &loaded.task;
    let text: StatementText = words.get(&mark.digest).and_then(|b| serde_json::from_str(b).ok()).unwrap_or_default();
    let copy = statements::repeated(&text, task, mark.unit, mark.week, words, &loaded.facts.policy);
    StatementView {
        copy: copy.map(CopyView::from),
        unit: names.of(mark.unit.0),
        week: mark.week.to_string(),
        revision: mark.revision,
        at: mark.at,
        is_late: mark.is_late,
        is_after_cut_off: mark.is_after_cut_off,
        is_newest: task.statement(mark.unit, mark.week).is_some_and(|n| n.revision == mark.revision),
        is_waiting: mark.reply == StatementReply::Waiting,
        reply: mark.reply.as_str().to_owned(),
        reply_label: mark.reply.label().to_owned(),
        return_reason: None,
        progress: text.progress,
        difficulties: text.difficulties,
        help_wanted: text.help_wanted,
        next_step: text.next_step,
        no_progress_reason: text.no_progress_reason,
        evidence: text.evidence.iter().map(|e| e.0).collect(),
    }
}

fn cause(mark: &CauseMark, words: &BTreeMap<Digest, String>, names: &Names) -> RootCauseView {
    RootCauseView {
        categories: mark.categories.iter().map(|c| c.as_str().to_owned()).collect(),
        labels: mark.categories.iter().map(|c| c.label().to_owned()).collect(),
        text: words_at(words, &mark.text).unwrap_or_default(),
        by: names.of(mark.by.0),
        at: mark.at,
    }
}

/// What was said of the causes of a task, the newest first; nothing where the caller does not read its words.
///
/// Errors: `NotFound`.
pub fn causes(
    conn: &mut PgConnection,
    actor: &Actor,
    id: TaskId,
    now: DateTime<Utc>,
) -> Result<Vec<RootCauseView>, Error> {
    let loaded = tasks::find(conn, actor, id, now)?;
    let marks = &loaded.task.causes;
    let reads = rights::reads_content(actor, &domain::task::context::subject(&loaded.task, &loaded.facts));
    if marks.is_empty() || !reads {
        return Ok(Vec::new());
    }
    let words = tasks::words(conn, marks.iter().map(|c| c.text.clone()).collect())?;
    let names = Names(tasks::names(conn, marks.iter().map(|c| c.by.0).collect())?);
    Ok(marks.iter().rev().map(|c| cause(c, &words, &names)).collect())
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
    let stored = latest(conn, &loaded.task, None, RECENT)?;
    let words = tasks::words_of(conn, &loaded.task)?;
    let attachments = blobs::of_task(conn, id.0)?;
    let place = persistence::ledger::place(conn, id)?;
    let mut ids = people_and_units(&loaded.task, &stored);
    ids.extend(signed::named(&loaded.task, &words));
    let names = Names(tasks::names(conn, ids.into_iter().collect())?);
    let subject = domain::task::context::subject(&loaded.task, &loaded.facts);
    let is_redacted = !rights::reads_content(actor, &subject);
    let mut whole = assemble(&loaded, actor, calendar, now, &words, &attachments, &names, &stored);
    if rights::permit_office(actor, loaded.task.round).is_ok() {
        whole.verifiers = Some(verifiers(conn, &loaded, now)?);
    }
    let reasons = statements::return_reasons(conn, std::iter::once(&loaded.task))?;
    for ((_, unit, week, revision), reason) in reasons {
        let is_it =
            |s: &&mut StatementView| s.unit.id == unit.0 && s.week == week.to_string() && s.revision == revision;
        whole.statements.iter_mut().filter(is_it).for_each(|s| s.return_reason = Some(reason.clone()));
    }
    let reader = crate::slips::Reader { actor, calendar, now };
    whole.slips =
        persistence::slips::of_task(conn, actor, &loaded.task, now)?.iter().map(|line| reader.line(line)).collect();
    whole.sees_likeness = rights::scope(actor).rounds.contains(&loaded.task.round);
    whole.may_draft_slip = rights::permit_supervision(actor, loaded.task.round).is_ok()
        && !matches!(loaded.task.state, TaskState::Draft | TaskState::Withdrawn);
    whole.item_number = place.item_number;
    whole.aspect = place.aspect;
    whole.finding_number = place.finding_number;
    whole.finding = place.finding;
    let scope = place.scope.as_deref().and_then(FindingScope::parse);
    whole.scope = scope.map(|s| s.as_str().to_owned());
    whole.scope_label = scope.map(|s| s.label().to_owned());
    if is_redacted {
        redact(&mut whole, loaded.task.draft.sensitivity.label());
    }
    Ok(whole)
}

/// How many lines of its history a task brings with it.
const RECENT: i64 = 20;

/// So many events up to one seq, or to the last.
fn latest(conn: &mut PgConnection, task: &Task, up_to: Option<i64>, n: i64) -> Result<Vec<events::StoredEvent>, Error> {
    let up_to = up_to.unwrap_or(task.seq).min(task.seq);
    events::between(conn, "task", task.id.0, up_to.saturating_sub(n), up_to)
}

/// A page of a task's history, newest first, as far as this actor may read it.
pub fn history_page(
    conn: &mut PgConnection,
    actor: &Actor,
    id: TaskId,
    up_to: Option<i64>,
    n: i64,
    now: DateTime<Utc>,
) -> Result<HistoryPage, Error> {
    let loaded = tasks::find(conn, actor, id, now)?;
    if !rights::reads_content(actor, &domain::task::context::subject(&loaded.task, &loaded.facts)) {
        return Ok(HistoryPage { items: Vec::new(), next: None });
    }
    let stored = latest(conn, &loaded.task, up_to, n)?;
    let names = tasks::names(conn, people_and_units(&loaded.task, &stored).into_iter().collect())?;
    let next = stored.first().map(|e| e.seq - 1).filter(|seq| *seq > 0);
    Ok(HistoryPage { items: history::lines(&stored, &loaded.task, &names), next })
}

/// Who of the teams could verify the task as it stands (docs/domain.md §8, §10).
fn verifiers(conn: &mut PgConnection, loaded: &LoadedTask, now: DateTime<Utc>) -> Result<Vec<Named>, Error> {
    let team = actors::team_of(conn, loaded.task.round, domain::calendar::today(now))?;
    Ok(with_signing(&loaded.task, &loaded.facts, |facts| {
        let able = team.iter().filter(|person| may_verify(person, facts));
        able.filter_map(|p| Some(Named { id: p.person?.0, name: p.name.clone() })).collect()
    }))
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
    view.causes.clear();
    view.scope = None;
    view.scope_label = None;
    view.slips.clear();
    view.wish = None;
    view.history.clear();
    view.n_history = 0;
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
    let scans: BTreeMap<String, Uuid> =
        attachments.iter().filter(|a| a.purpose == blobs::SCAN).map(|a| (a.blob_sha256.clone(), a.id)).collect();
    let requests: Vec<RequestView> =
        task.requests.iter().rev().map(|r| request_view(task, r, words, names, attachments, &scans)).collect();
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
    let mut statements: Vec<StatementView> =
        task.statements.iter().map(|s| statement(s, loaded, words, names)).collect();
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
        finding_id: task.finding.0,
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
        verifiers: None,
        objections: people(&task.objections),
        due_on: draft.due_on,
        original_due_on: task.original_due_on,
        review_on: draft.review_on,
        working_days_left: draft.due_on.filter(|_| !is_over).map(|due| calendar.working_days_between(today, due)),
        overdue_days_kept: task.overdue_days_kept,
        light: light(alert.level, &alert.reasons),
        progress_done,
        progress_all,
        stages: stages(task, &requests, draft.parties.units.first().map(|u| names.of(u.0)).as_ref()),
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
                    is_late: !is_over && task.is_late(m, today),
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
        causes: task.causes.iter().rev().map(|c| cause(c, words, names)).collect(),
        is_cause_required: loaded.facts.policy.root_cause_required,
        scope: None,
        scope_label: None,
        requests,
        slips: Vec::new(),
        may_draft_slip: false,
        sees_likeness: false,
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
        n_history: task.seq,
        version: task.version,
    }
}
