//! Units and people that a command names: asked for before they are written, so that what is wrong is said at its field.

use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};
use domain::ids::{PersonId, UnitId};
use domain::refusal::Refusal;
use domain::task::command::{DraftInput, TaskCommand};
use uuid::Uuid;

use crate::error::Error;

/// Units and people a command names must exist; a foreign key would only say it less kindly.
pub(crate) fn check_references(conn: &mut PgConnection, command: &TaskCommand) -> Result<(), Error> {
    match command {
        TaskCommand::Revise(draft) => check_draft_references(conn, draft),
        TaskCommand::Reassign(parties) | TaskCommand::AdjustParties(parties) => {
            check_units(conn, "/units", &parties.units)?;
            check_people(conn, "/leaders", &parties.leaders)?;
            check_people(conn, "/persons", &parties.persons)
        }
        TaskCommand::WishReassignment { proposed: Some(unit), .. } => check_units(conn, "/proposed", &[*unit]),
        TaskCommand::SavePlan(plan)
        | TaskCommand::ProposeAmendment(plan)
        | TaskCommand::SubmitPlan { plan: Some(plan), .. } => {
            check_people(conn, "/unit_leader", plan.unit_leader.as_slice())
        }
        TaskCommand::CloseBeforeGolive { vouched_by, .. } => check_people(conn, "/vouched_by", &[*vouched_by]),
        _ => Ok(()),
    }
}

/// The same of what a draft names.
pub(crate) fn check_draft_references(conn: &mut PgConnection, draft: &DraftInput) -> Result<(), Error> {
    check_units(conn, "/units", &draft.units)?;
    let supporting: Vec<_> = draft.supporting.iter().map(|s| s.unit).collect();
    check_units(conn, "/supporting", &supporting)?;
    check_people(conn, "/leaders", &draft.leaders)?;
    check_people(conn, "/persons", &draft.persons)?;
    check_people(conn, "/readers", &draft.readers)
}

#[derive(QueryableByName)]
struct Unknown {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn check_known(
    conn: &mut PgConnection,
    table: &str,
    pointer: &str,
    ids: &[Uuid],
    code: &'static str,
) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let unknown: Option<Unknown> = diesel::sql_query(format!(
        "SELECT i.id FROM unnest($1) AS i(id) LEFT JOIN {table} t ON t.id = i.id WHERE t.id IS NULL LIMIT 1"
    ))
    .bind::<Array<SqlUuid>, _>(ids.to_vec())
    .get_result(conn)
    .optional()?;
    match unknown {
        None => Ok(()),
        Some(Unknown { id }) => {
            let i = ids.iter().position(|known| *known == id).unwrap_or(0);
            Err(Refusal::field(format!("{pointer}/{i}"), code).into())
        }
    }
}

pub(crate) fn check_units(conn: &mut PgConnection, pointer: &str, ids: &[UnitId]) -> Result<(), Error> {
    let ids: Vec<Uuid> = ids.iter().map(|u| u.0).collect();
    check_known(conn, "units", pointer, &ids, "unit-unknown")
}

pub(crate) fn check_people(conn: &mut PgConnection, pointer: &str, ids: &[PersonId]) -> Result<(), Error> {
    let ids: Vec<Uuid> = ids.iter().map(|p| p.0).collect();
    check_known(conn, "persons", pointer, &ids, "person-unknown")
}
