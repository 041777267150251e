//! The week of a unit: every task it may or must write about, with what it wrote last week and this.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::{Calendar, Week};
use domain::ids::{RoundId, TaskId, UnitId};
use domain::task::state::{StatementMark, TaskState};
use domain::task::text::StatementText;
use domain::weekly_statement;
use uuid::Uuid;

use crate::error::Error;
use crate::tasks::{self, LoadedTask};

/// One task of a unit's week.
#[derive(Clone, Debug)]
pub struct WeekRow {
    pub loaded: LoadedTask,
    /// Whether the unit must write, or may.
    pub is_owed: bool,
    pub this: Option<(StatementMark, StatementText)>,
    pub last: Option<(StatementMark, StatementText)>,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "only orders")]
    ordinal: i64,
}

/// Every task of the round this unit takes part in and that is under work, or for which it owes this week.
pub fn week(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    unit: UnitId,
    week: Week,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<WeekRow>, Error> {
    let ids: Vec<Id> = diesel::sql_query(
        "SELECT DISTINCT t.id, t.ordinal FROM tasks t JOIN task_units x ON x.task_id = t.id \
         WHERE t.round_id = $1 AND x.unit_id = $2 AND t.state = ANY($3) ORDER BY t.ordinal, t.id",
    )
    .bind::<SqlUuid, _>(round.0)
    .bind::<SqlUuid, _>(unit.0)
    .bind::<Array<Text>, _>(vec!["issued", "planning", "plan_review", "rectifying", "closure_review", "observing"])
    .load(conn)?;
    let mut rows = Vec::new();
    for Id { id, .. } in ids {
        let loaded = match tasks::find(conn, actor, TaskId(id), now) {
            Ok(loaded) => loaded,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let task = &loaded.task;
        let is_owed = weekly_statement::is_owed(task, unit, week, &loaded.facts, calendar);
        let is_working = matches!(task.state, TaskState::Rectifying | TaskState::ClosureReview);
        if !is_owed && !is_working {
            continue;
        }
        let this = task.statement(unit, week).cloned();
        let last = task.statements.iter().filter(|s| s.unit == unit && s.week < week).max_by_key(|s| (s.week, s.revision)).cloned();
        let bodies = tasks::bodies(conn, this.iter().chain(&last).map(|s| s.digest.clone()))?;
        let with_text = |mark: Option<StatementMark>| {
            mark.and_then(|m| bodies.get(&m.digest).and_then(|b| serde_json::from_str(b).ok()).map(|t| (m, t)))
        };
        let (this, last) = (with_text(this), with_text(last));
        rows.push(WeekRow { is_owed, this, last, loaded });
    }
    Ok(rows)
}
