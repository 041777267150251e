//! Takes the drafts of a file in: whole or nothing, again changes nothing, what is issued is never touched.

mod matching;
pub mod previews;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::{ImportId, PersonId, RoundId, TaskId, UnitId};
use domain::refusal::{FieldError, Refusal};
use domain::rights;
use domain::task::command::{CriterionInput, DraftInput, MeasureInput, MilestoneInput, SupportingInput, TaskCommand};
use domain::workbook::{Directory, DirectoryPerson, DirectoryUnit, PlanDraft, TaskDraft};
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::{imports, tasks as task_rows};
use crate::tasks::{self, Expected, Placement};
use crate::{counts, organisation, rounds};
use matching::Place;

/// Units and people by name, as the importer looks them up.
pub fn directory(conn: &mut PgConnection, actor: &Actor, now: DateTime<Utc>) -> Result<Directory, Error> {
    let units = organisation::units(conn, actor)?;
    let people = organisation::people(conn, actor, domain::calendar::today(now))?;
    Ok(Directory {
        units: units
            .into_iter()
            .map(|u| DirectoryUnit { id: UnitId(u.id), path: u.unit_path(), name: u.name, aliases: u.aliases })
            .collect(),
        people: people
            .into_iter()
            .map(|p| DirectoryPerson {
                id: PersonId(p.id),
                name: p.name,
                units: p.posts.iter().map(|post| UnitId(post.unit_id)).collect(),
            })
            .collect(),
    })
}

/// What a commit did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOutcome {
    pub created: i32,
    pub updated: i32,
    pub unchanged: i32,
    /// Changed in the file but already issued: kept as they are.
    pub kept: i32,
}

/// What is known of the file.
#[derive(Clone, Debug)]
pub struct ImportSource<'a> {
    pub filename: &'a str,
    pub sha256: &'a str,
}

fn draft_input(task: &TaskDraft, number: &str) -> DraftInput {
    // Numbers of measures become ids only inside; a milestone names its measure by a placeholder that `link` resolves.
    DraftInput {
        number: number.to_owned(),
        title: task.title.clone(),
        objective: task.objective.clone(),
        disposition: task.disposition,
        sensitivity: None,
        readers: Vec::new(),
        leaders: task.leaders.clone(),
        units: task.units.clone(),
        persons: task.persons.clone(),
        supporting: task
            .supporting
            .iter()
            .map(|unit| SupportingInput { unit: *unit, duty: String::new(), due_on: None })
            .collect(),
        due_on: task.due_on,
        review_on: task.review_on,
        measures: task
            .measures
            .iter()
            .map(|m| MeasureInput {
                id: Some(domain::ids::MeasureId(Uuid::now_v7())),
                number: Some(match m.number.strip_prefix(&task.number) {
                    Some(rest) => format!("{number}{rest}"),
                    None => m.number.clone(),
                }),
                text: m.text.clone(),
                due_on: m.due_on,
            })
            .collect(),
        criteria: task.criterion.iter().map(|text| CriterionInput { id: None, text: text.clone() }).collect(),
        milestones: Vec::new(),
        doubts: task.doubts,
        is_key: false,
    }
}

/// Gives the milestones the ids of the measures they belong to.
fn link(input: &mut DraftInput, task: &TaskDraft) {
    input.milestones = task
        .milestones
        .iter()
        .map(|m| MilestoneInput {
            id: None,
            measure: m.measure.as_ref().and_then(|number| {
                task.measures.iter().position(|known| known.number == *number).and_then(|i| input.measures[i].id)
            }),
            title: m.title.clone(),
            proof: None,
            due_on: m.due_on,
            unit: None,
            weight: None,
        })
        .collect();
}

/// Commits a plan as drafts of the round, in the caller's transaction (docs/domain.md §20).
///
/// Errors: `not-allowed`; `import-classified`; `findings-frozen` when the file changes a finding of an active round.
pub fn commit(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    plan: &PlanDraft,
    source: &ImportSource<'_>,
    calendar: &Calendar,
) -> Result<ImportOutcome, Error> {
    let row = rounds::find(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    if plan.is_classified {
        return Err(Refusal::invalid("import-classified", vec![FieldError::at("/file", "classified")]).into());
    }
    if plan.tasks.is_empty() {
        return Err(Refusal::invalid("import-empty", vec![FieldError::at("/file", "import-empty")]).into());
    }
    let placed = matching::put_findings(conn, round, plan, row.state != "draft")?;
    let places = matching::place(conn, round, plan, &placed)?;
    let mut outcome = ImportOutcome::default();
    let mut written = Vec::new();
    for (i, (task, place)) in plan.tasks.iter().zip(places).enumerate() {
        let digest = task.digest.as_str().to_owned();
        match place {
            Place::Known(row) if row.digest.as_deref() == Some(&digest) => outcome.unchanged += 1,
            Place::Known(row) if row.state != "draft" => outcome.kept += 1,
            Place::Known(row) => {
                // Fresh measures: their old ids are not carried by a file.
                let mut input = draft_input(task, &row.number);
                link(&mut input, task);
                revise(conn, origin, TaskId(row.id), input, task, calendar)?;
                close(conn, origin, TaskId(row.id), task, calendar)?;
                outcome.updated += 1;
                written.push(row.id);
            }
            Place::New(number) => {
                let mut input = draft_input(task, &number);
                link(&mut input, task);
                let finding = placed.get(&task.finding).ok_or(Error::NotFound)?.id;
                let placement = Placement {
                    ordinal: i64::try_from(i).unwrap_or(0) + 1,
                    item_number: task.item_number.clone(),
                    extra: json!(task.extra),
                    source_digest: Some(digest),
                };
                let created = tasks::create(conn, origin, round, finding, input, &placement, calendar)?;
                close(conn, origin, created.id, task, calendar)?;
                outcome.created += 1;
                written.push(created.id.0);
            }
        }
    }
    counts::settle(conn, round, written)?;
    let id = ImportId(Uuid::now_v7());
    let report = serde_json::to_value(plan.report())?;
    let payload = json!({ "sha256": source.sha256, "created": outcome.created, "updated": outcome.updated,
        "unchanged": outcome.unchanged, "kept": outcome.kept });
    let stream = Stream { kind: "import", id: id.0, round: Some(round) };
    events::record(conn, origin, stream, 0, &[NewEvent { kind: "import.committed", payload }])?;
    diesel::insert_into(imports::table)
        .values((
            imports::id.eq(id.0),
            imports::round_id.eq(round.0),
            imports::filename.eq(source.filename),
            imports::blob_sha256.eq(source.sha256),
            imports::account_id.eq(origin.account().ok_or(Error::NotFound)?.0),
            imports::report.eq(report),
            imports::n_created.eq(outcome.created),
            imports::n_updated.eq(outcome.updated),
            imports::n_unchanged.eq(outcome.unchanged),
            imports::n_kept.eq(outcome.kept),
            imports::committed_at.eq(origin.now),
        ))
        .execute(conn)?;
    Ok(outcome)
}

fn revise(
    conn: &mut PgConnection,
    origin: &Origin,
    id: TaskId,
    mut input: DraftInput,
    task: &TaskDraft,
    calendar: &Calendar,
) -> Result<(), Error> {
    // A draft is rewritten as the file has it; its measures keep their ids where the numbers are the same.
    let before = tasks::snapshot(conn, id)?;
    // No file says what is a key problem.
    input.is_key = before.draft.is_key;
    for measure in &mut input.measures {
        let fresh = measure.id;
        let kept = before.draft.measures.iter().find(|m| Some(&m.number) == measure.number.as_ref()).map(|m| m.id);
        measure.id = kept;
        for milestone in input.milestones.iter_mut().filter(|m| m.measure == fresh && fresh.is_some()) {
            milestone.measure = kept;
        }
    }
    tasks::execute(conn, origin, id, Expected::Any, TaskCommand::Revise(Box::new(input)), calendar)?;
    diesel::update(task_rows::table.find(id.0))
        .set((
            task_rows::source_digest.eq(task.digest.as_str()),
            task_rows::extra.eq(json!(task.extra)),
            task_rows::item_number.eq(&task.item_number),
        ))
        .execute(conn)?;
    Ok(())
}

/// Enters a row that was finished before the product came as closed, as the office says it (docs/domain.md §8).
fn close(
    conn: &mut PgConnection,
    origin: &Origin,
    id: TaskId,
    task: &TaskDraft,
    calendar: &Calendar,
) -> Result<(), Error> {
    if let Some(closing) = task.closing.as_ref().filter(|_| task.doubts == 0) {
        let command = TaskCommand::CloseBeforeGolive {
            on: closing.on,
            basis: closing.basis.clone(),
            vouched_by: closing.vouched_by,
        };
        tasks::execute(conn, origin, id, Expected::Any, command, calendar)?;
    }
    Ok(())
}
