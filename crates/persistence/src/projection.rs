//! What lists, inboxes and searches look at, kept beside the task's own state in the same transaction. Nothing here decides.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::calendar::Calendar;
use domain::ids::{PersonId, TaskId, UnitId};
use domain::sign_request::SignatureState;
use domain::task::alert;
use domain::task::event::TaskEvent;
use domain::task::state::Task;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::Origin;
use crate::ledger::bigrams;
use crate::schema::{
    measures, milestones, sign_requests, signatures, task_people, task_units, tasks, weekly_statements,
};
use crate::tasks::{LoadedTask, Placement};

/// Writes the row and everything that follows from the state as a whole.
pub(crate) fn save(
    conn: &mut PgConnection,
    before: Option<&Task>,
    loaded: &LoadedTask,
    placement: Option<&Placement>,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let task = &loaded.task;
    let alert = alert::assess(task, &loaded.facts, calendar, now);
    let (done, all) = task.progress();
    let values = (
        (
            tasks::title.eq(&loaded.text.title),
            tasks::state.eq(task.state.as_str()),
            tasks::disposition.eq(task.draft.disposition.map(|d| d.as_str())),
            tasks::sensitivity.eq(task.draft.sensitivity.as_str()),
            tasks::completion_status.eq(task.completion_status().as_str()),
            tasks::alert_level.eq(alert.level.as_str()),
            tasks::alert_reasons.eq(serde_json::to_value(&alert.reasons)?),
            tasks::lead_unit_id.eq(task.lead_unit().map(|u| u.0)),
            tasks::lead_leader_id.eq(task.lead_leader().map(|p| p.0)),
            tasks::principal_person_id.eq(task.draft.parties.persons.first().map(|p| p.0)),
            tasks::due_on.eq(task.draft.due_on),
            tasks::original_due_on.eq(task.original_due_on),
            tasks::review_on.eq(task.draft.review_on),
            tasks::closed_on.eq(task.closed_on),
        ),
        (
            tasks::n_measures.eq(i32::try_from(task.draft.measures.len()).unwrap_or(i32::MAX)),
            tasks::progress_done.eq(i32::try_from(done).unwrap_or(i32::MAX)),
            tasks::progress_all.eq(i32::try_from(all).unwrap_or(i32::MAX)),
            tasks::n_doubts.eq(i32::from(task.draft.doubts)),
            tasks::is_key.eq(task.draft.is_key),
            tasks::cause_categories.eq(categories(task)),
            tasks::snapshot.eq(serde_json::to_value(task)?),
            tasks::grams.eq(bigrams(&format!("{} {}", task.draft.number, loaded.text.title))),
            tasks::seq.eq(task.seq),
            tasks::version.eq(task.version),
            tasks::updated_at.eq(now),
        ),
    );
    match placement {
        None => {
            diesel::update(tasks::table.find(task.id.0)).set(values).execute(conn)?;
        }
        Some(placement) => {
            diesel::insert_into(tasks::table)
                .values((
                    tasks::id.eq(task.id.0),
                    tasks::round_id.eq(task.round.0),
                    tasks::finding_id.eq(task.finding.0),
                    tasks::number.eq(&task.draft.number),
                    tasks::created_at.eq(now),
                    tasks::ordinal.eq(placement.ordinal),
                    tasks::item_number.eq(&placement.item_number),
                    tasks::extra.eq(if placement.extra.is_null() { json!({}) } else { placement.extra.clone() }),
                    tasks::source_digest.eq(&placement.source_digest),
                    values.0,
                    values.1,
                ))
                .execute(conn)?;
        }
    }
    let changed = |pick: fn(&Task) -> Vec<Uuid>| before.is_none_or(|b| pick(b) != pick(task));
    if changed(unit_ids) {
        save_units(conn, task)?;
    }
    if changed(person_ids) {
        save_people(conn, task)?;
    }
    let same_measures =
        before.is_some_and(|b| b.draft.measures == task.draft.measures && b.draft.text == task.draft.text);
    let same_milestones =
        before.is_some_and(|b| b.milestones() == task.milestones() && b.done == task.done && b.plan == task.plan);
    if !(same_measures && same_milestones) {
        diesel::delete(milestones::table.filter(milestones::task_id.eq(task.id.0))).execute(conn)?;
        if !same_measures {
            save_measures(conn, loaded)?;
        }
        save_milestones(conn, loaded)?;
    }
    Ok(())
}

/// The kinds of causes as last analysed.
fn categories(task: &Task) -> Vec<&'static str> {
    task.causes.last().map_or_else(Vec::new, |cause| cause.categories.iter().map(|c| c.as_str()).collect())
}

fn unit_ids(task: &Task) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = task.draft.parties.units.iter().map(|u| u.0).collect();
    ids.push(Uuid::nil());
    ids.extend(task.draft.supporting.iter().map(|s| s.unit.0));
    ids.push(Uuid::nil());
    ids.extend(task.milestone_units().map(|u| u.0));
    ids.push(Uuid::nil());
    ids.extend(task.reporting.iter().map(|s| s.unit.0));
    ids
}

fn person_ids(task: &Task) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = task.draft.parties.leaders.iter().map(|p| p.0).collect();
    ids.push(Uuid::nil());
    ids.extend(task.draft.parties.persons.iter().map(|p| p.0));
    ids.push(Uuid::nil());
    ids.extend(task.cross_checkers.iter().map(|p| p.0));
    ids.push(Uuid::nil());
    ids.extend(task.unit_leader.iter().map(|p| p.0));
    ids
}

fn save_units(conn: &mut PgConnection, task: &Task) -> Result<(), Error> {
    diesel::delete(task_units::table.filter(task_units::task_id.eq(task.id.0))).execute(conn)?;
    let lead = task.lead_unit();
    let mut rows: Vec<(&'static str, usize, UnitId)> = Vec::new();
    rows.extend(task.draft.parties.units.iter().enumerate().map(|(i, u)| ("responsible", i, *u)));
    rows.extend(task.draft.supporting.iter().enumerate().map(|(i, s)| ("supporting", i, s.unit)));
    rows.extend(task.milestone_units().enumerate().map(|(i, u)| ("milestone", i, u)));
    let former = task.reporting.iter().map(|s| s.unit).filter(|u| lead != Some(*u));
    rows.extend(former.enumerate().map(|(i, u)| ("former", i, u)));
    for (part, ordinal, unit) in rows {
        diesel::insert_into(task_units::table)
            .values((
                task_units::task_id.eq(task.id.0),
                task_units::unit_id.eq(unit.0),
                task_units::part.eq(part),
                task_units::ordinal.eq(i32::try_from(ordinal).unwrap_or(0)),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
    }
    Ok(())
}

fn save_people(conn: &mut PgConnection, task: &Task) -> Result<(), Error> {
    diesel::delete(task_people::table.filter(task_people::task_id.eq(task.id.0))).execute(conn)?;
    let parts: [(&str, Vec<PersonId>); 4] = [
        ("leader", task.draft.parties.leaders.clone()),
        ("person", task.draft.parties.persons.clone()),
        ("cross_checker", task.cross_checkers.clone()),
        ("unit_leader", task.unit_leader.into_iter().collect()),
    ];
    for (part, people) in parts {
        for (i, person) in people.into_iter().enumerate() {
            diesel::insert_into(task_people::table)
                .values((
                    task_people::task_id.eq(task.id.0),
                    task_people::person_id.eq(person.0),
                    task_people::part.eq(part),
                    task_people::ordinal.eq(i32::try_from(i).unwrap_or(0)),
                ))
                .on_conflict_do_nothing()
                .execute(conn)?;
        }
    }
    Ok(())
}

fn save_measures(conn: &mut PgConnection, loaded: &LoadedTask) -> Result<(), Error> {
    let task = &loaded.task;
    diesel::delete(measures::table.filter(measures::task_id.eq(task.id.0))).execute(conn)?;
    for (i, measure) in task.draft.measures.iter().enumerate() {
        let body = loaded.text.measures.iter().find(|m| m.id == measure.id).map(|m| m.text.as_str()).unwrap_or("");
        diesel::insert_into(measures::table)
            .values((
                measures::id.eq(measure.id.0),
                measures::task_id.eq(task.id.0),
                measures::ordinal.eq(i32::try_from(i).unwrap_or(0)),
                measures::number.eq(&measure.number),
                measures::body.eq(body),
                measures::due_on.eq(measure.due_on),
                measures::is_excused.eq(measure.excused),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn save_milestones(conn: &mut PgConnection, loaded: &LoadedTask) -> Result<(), Error> {
    let task = &loaded.task;
    for (i, milestone) in task.milestones().iter().enumerate() {
        let (title, proof) = loaded.milestone_words(milestone.id);
        diesel::insert_into(milestones::table)
            .values((
                milestones::id.eq(milestone.id.0),
                milestones::task_id.eq(task.id.0),
                milestones::measure_id.eq(milestone.measure.map(|m| m.0)),
                milestones::ordinal.eq(i32::try_from(i).unwrap_or(0)),
                milestones::title.eq(title),
                milestones::proof.eq(proof),
                milestones::due_on.eq(milestone.due_on),
                milestones::unit_id.eq(milestone.unit.map(|u| u.0)),
                milestones::done_on.eq(task.done.get(&milestone.id).map(|d| d.occurred_on)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Writes what one event adds to tables of their own.
pub(crate) fn project(
    conn: &mut PgConnection,
    origin: &Origin,
    loaded: &LoadedTask,
    event: &TaskEvent,
) -> Result<(), Error> {
    let task = &loaded.task;
    match event {
        TaskEvent::RequestSubmitted { request } => {
            let request = &request.request;
            diesel::insert_into(sign_requests::table)
                .values((
                    sign_requests::id.eq(request.id.0),
                    sign_requests::kind.eq(request.kind.as_str()),
                    sign_requests::subject_kind.eq("task"),
                    sign_requests::task_id.eq(task.id.0),
                    sign_requests::round_id.eq(task.round.0),
                    sign_requests::revision_sha256.eq(request.revision.as_str()),
                    sign_requests::policy_version.eq(request.policy_version),
                    sign_requests::chain.eq(serde_json::to_value(&request.chain)?),
                    sign_requests::state.eq("open"),
                    sign_requests::submitted_by.eq(request.submitted_by.0),
                    sign_requests::submitted_at.eq(request.submitted_at),
                ))
                .execute(conn)?;
        }
        TaskEvent::Signed { request: id, signature } => {
            let Some(request) = task.request(*id).map(|r| &r.request) else { return Ok(()) };
            let step = usize::from(signature.step);
            let nth = request.signatures.iter().filter(|s| s.step == signature.step).count();
            diesel::insert_into(signatures::table)
                .values((
                    signatures::id.eq(signature.id.0),
                    signatures::sign_request_id.eq(id.0),
                    signatures::step.eq(i16::from(signature.step)),
                    signatures::who.eq(request.chain.get(step).map_or("", |s| s.who.as_str())),
                    signatures::nth.eq(i16::try_from(nth).unwrap_or(i16::MAX)),
                    signatures::person_id.eq(signature.person.map(|p| p.0)),
                    signatures::submitted_by.eq(request.submitted_by.0),
                    signatures::verdict.eq(signature.verdict.as_str()),
                    signatures::mode.eq(signature.mode.as_str()),
                    signatures::words_sha256.eq(signature.words.as_ref().map(|d| d.as_str().to_owned())),
                    signatures::recorded_by.eq(signature.recorded_by.0),
                    signatures::stand_in_id.eq(signature.stand_in.map(|p| p.0)),
                    signatures::occurred_on.eq(signature.occurred_on),
                    signatures::recorded_at.eq(signature.at),
                    signatures::state.eq(signature.state.as_str()),
                ))
                .execute(conn)?;
        }
        TaskEvent::SignatureConfirmed { signature, by, .. } => {
            diesel::update(signatures::table.find(signature.0))
                .set((signatures::state.eq(SignatureState::Effective.as_str()), signatures::confirmed_by.eq(by.0)))
                .execute(conn)?;
        }
        TaskEvent::SignatureVoided { signature, .. } => {
            diesel::update(signatures::table.find(signature.0))
                .set(signatures::state.eq(SignatureState::Voided.as_str()))
                .execute(conn)?;
        }
        TaskEvent::RequestVoided { request, .. } => {
            diesel::update(signatures::table.filter(signatures::sign_request_id.eq(request.0)))
                .set(signatures::state.eq(SignatureState::Voided.as_str()))
                .execute(conn)?;
        }
        TaskEvent::RequestGranted { request } | TaskEvent::RequestReturned { request } => {
            diesel::update(sign_requests::table.find(request.0))
                .set(sign_requests::decided_at.eq(origin.now))
                .execute(conn)?;
        }
        TaskEvent::StatementSubmitted { statement, by, .. } => {
            let week = statement.week.to_string();
            diesel::update(weekly_statements::table.filter(weekly_statements::task_id.eq(task.id.0)))
                .filter(weekly_statements::unit_id.eq(statement.unit.0).and(weekly_statements::week.eq(&week)))
                .set(weekly_statements::is_newest.eq(false))
                .execute(conn)?;
            diesel::insert_into(weekly_statements::table)
                .values((
                    weekly_statements::task_id.eq(task.id.0),
                    weekly_statements::unit_id.eq(statement.unit.0),
                    weekly_statements::week.eq(&week),
                    weekly_statements::revision.eq(i16::try_from(statement.revision).unwrap_or(i16::MAX)),
                    weekly_statements::revision_sha256.eq(statement.digest.as_str()),
                    weekly_statements::submitted_at.eq(origin.now),
                    weekly_statements::submitted_by.eq(by.0),
                    weekly_statements::is_late.eq(statement.is_late),
                    weekly_statements::is_after_cut_off.eq(statement.is_after_cut_off),
                    weekly_statements::reply.eq("waiting"),
                    weekly_statements::is_newest.eq(true),
                ))
                .execute(conn)?;
        }
        TaskEvent::StatementAcknowledged { unit, week, revision } => {
            answer(conn, origin, task.id, (*unit, &week.to_string(), *revision), "acknowledged")?;
        }
        TaskEvent::StatementReturned { unit, week, revision, .. } => {
            answer(conn, origin, task.id, (*unit, &week.to_string(), *revision), "returned")?;
        }
        _ => {}
    }
    Ok(())
}

/// The answer to one revision of a unit's statement for a week.
fn answer(
    conn: &mut PgConnection,
    origin: &Origin,
    task: TaskId,
    (unit, week, revision): (UnitId, &str, u16),
    reply: &str,
) -> Result<(), Error> {
    diesel::update(weekly_statements::table.find((task.0, unit.0, week, i16::try_from(revision).unwrap_or(i16::MAX))))
        .set((weekly_statements::reply.eq(reply), weekly_statements::answered_at.eq(origin.now)))
        .execute(conn)?;
    Ok(())
}

/// Where each of the task's requests stands and who it waits for.
pub(crate) fn signing(conn: &mut PgConnection, task: &Task) -> Result<(), Error> {
    for request in task.requests.iter().map(|r| &r.request) {
        let step = request.current_step().filter(|_| request.is_open()).map(|i| &request.chain[i]);
        diesel::update(sign_requests::table.find(request.id.0))
            .set((
                sign_requests::state.eq(request.state.as_str()),
                sign_requests::waits_for.eq(step.map(|s| s.who.as_str())),
                sign_requests::waits_for_person_id.eq(step.and_then(|s| s.person).map(|p| p.0)),
            ))
            .execute(conn)?;
    }
    Ok(())
}
