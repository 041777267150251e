//! The week of a unit: every task it may or must write about, with what it wrote last week and this.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::{Calendar, Week};
use domain::ids::{RoundId, UnitId};
use domain::task::state::{StatementMark, Task, TaskState};
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
    let ids: Vec<Uuid> = ids.into_iter().map(|r| r.id).collect();
    let all = tasks::find_many(conn, actor, round, &ids, now)?;
    let written = |task: &Task| {
        let this = task.statement(unit, week).cloned();
        let last =
            task.statements.iter().filter(|s| s.unit == unit && s.week < week).max_by_key(|s| (s.week, s.revision));
        (this, last.cloned())
    };
    let marks = all.iter().map(|l| written(&l.task)).flat_map(|(this, last)| this.into_iter().chain(last));
    let bodies = tasks::bodies(conn, marks.map(|m| m.digest).collect::<BTreeSet<_>>())?;
    let mut rows = Vec::new();
    for loaded in all {
        let task = &loaded.task;
        let is_owed = weekly_statement::is_owed(task, unit, week, &loaded.facts, calendar);
        let is_working = matches!(task.state, TaskState::Rectifying | TaskState::ClosureReview);
        if !is_owed && !is_working {
            continue;
        }
        let (this, last) = written(task);
        let with_text = |mark: Option<StatementMark>| {
            mark.and_then(|m| bodies.get(&m.digest).and_then(|b| serde_json::from_str(b).ok()).map(|t| (m, t)))
        };
        let (this, last) = (with_text(this), with_text(last));
        rows.push(WeekRow { is_owed, this, last, loaded });
    }
    Ok(rows)
}
