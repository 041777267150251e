//! What the clock owes: one row per act, subject and moment; claimed by one worker, done once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::task::state::TaskState;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::due_acts;

/// Looks at a task's dates.
pub const KEEP_CLOCK: &str = "keep_clock";

/// Looks at a slip's days.
pub const KEEP_SLIP_CLOCK: &str = "keep_slip_clock";

/// Looks at the days of a publication.
pub const KEEP_PUBLICATION_CLOCK: &str = "keep_publication_clock";

/// Looks at the day of an opinion.
pub const KEEP_OPINION_CLOCK: &str = "keep_opinion_clock";

/// Looks at the days of the self-checks of a systemic problem.
pub const KEEP_SYSTEMIC_CLOCK: &str = "keep_systemic_clock";
/// Looks at the checks of a rule.
pub const KEEP_RULE_CLOCK: &str = "keep_rule_clock";

/// Owes an act at a moment; owing it twice is owing it once. What a clock that ran ahead has done already is owed again: when that moment really
/// comes, things may stand otherwise.
pub fn owe(conn: &mut PgConnection, act: &str, subject: Uuid, due_at: DateTime<Utc>) -> Result<(), Error> {
    use diesel::query_dsl::methods::FilterDsl;
    diesel::insert_into(due_acts::table)
        .values((due_acts::act.eq(act), due_acts::subject_id.eq(subject), due_acts::due_at.eq(due_at)))
        .on_conflict((due_acts::act, due_acts::subject_id, due_acts::due_at))
        .do_update()
        .set((due_acts::done_at.eq(None::<DateTime<Utc>>), due_acts::attempts.eq(0)))
        .filter(due_acts::done_at.is_not_null())
        .execute(conn)?;
    Ok(())
}

/// Owes a look at every running task of a round now: what its light rests on has changed.
pub fn look_again(conn: &mut PgConnection, round: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let running: Vec<&str> = TaskState::RUNNING.iter().map(|s| s.as_str()).collect();
    diesel::sql_query(
        "INSERT INTO due_acts (act, subject_id, due_at) SELECT $1, id, $2 FROM tasks WHERE round_id = $3 AND state = ANY($4) \
         ON CONFLICT (act, subject_id, due_at) DO UPDATE SET done_at = NULL, attempts = 0",
    )
    .bind::<Text, _>(KEEP_CLOCK)
    .bind::<Timestamptz, _>(now)
    .bind::<SqlUuid, _>(round)
    .bind::<Array<Text>, _>(running)
    .execute(conn)?;
    Ok(())
}

/// One act that is due.
#[derive(Clone, Debug, QueryableByName)]
pub struct DueAct {
    #[diesel(sql_type = Text)]
    pub act: String,
    #[diesel(sql_type = SqlUuid)]
    pub subject_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub due_at: DateTime<Utc>,
}

/// Claims one due act of these kinds within the caller's transaction; another worker passes over it.
pub fn claim(conn: &mut PgConnection, acts: &[&str], now: DateTime<Utc>) -> Result<Option<DueAct>, Error> {
    Ok(diesel::sql_query(
        "SELECT act, subject_id, due_at FROM due_acts WHERE act = ANY($1) AND done_at IS NULL AND due_at <= $2 AND attempts < 10 \
         ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .bind::<Array<Text>, _>(acts)
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .optional()?)
}

/// Says that an act is done.
pub fn done(conn: &mut PgConnection, due: &DueAct, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(due_acts::table.find((&due.act, due.subject_id, due.due_at)))
        .set(due_acts::done_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Counts a failed attempt, outside what failed and was taken back.
pub fn failed(conn: &mut PgConnection, due: &DueAct) -> Result<(), Error> {
    diesel::update(due_acts::table.find((&due.act, due.subject_id, due.due_at)))
        .set(due_acts::attempts.eq(due_acts::attempts + 1))
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Acts that are due and not done, for the metrics.
pub fn backlog(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<i64, Error> {
    let row: Count = diesel::sql_query("SELECT count(*) AS n FROM due_acts WHERE done_at IS NULL AND due_at <= $1")
        .bind::<Timestamptz, _>(now)
        .get_result(conn)?;
    Ok(row.n)
}
