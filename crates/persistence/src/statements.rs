//! The week of a unit: every task it may or must write about, with what it wrote last week and this.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::{Calendar, Week};
use domain::chain::Digest;
use domain::copied::{self, Copy};
use domain::ids::{RoundId, UnitId};
use domain::policy::Policy;
use domain::task::event::TaskEvent;
use domain::task::state::{StatementMark, StatementReply, Task, TaskState};
use domain::task::text::{StatementText, Words};
use domain::weekly_statement;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::events;
use crate::tasks::{self, LoadedTask};

/// A revision of a statement with what it says.
#[derive(Clone, Debug)]
pub struct Written {
    pub mark: StatementMark,
    pub text: StatementText,
    /// Why it came back, if it did.
    pub return_reason: Option<String>,
}

/// One task of a unit's week.
#[derive(Clone, Debug)]
pub struct WeekRow {
    pub loaded: LoadedTask,
    /// Whether the unit must write, or may.
    pub is_owed: bool,
    /// The newest revision.
    pub this: Option<Written>,
    /// The revision that was frozen at the cut-off, where a later one changed it.
    pub frozen: Option<Written>,
    pub last: Option<Written>,
    /// The earlier statement that this one repeats.
    pub copy: Option<Copy>,
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
    let shown = all.iter().flat_map(|l| marks(&l.task, unit, week)).flatten();
    let compared = all.iter().flat_map(|l| earlier(&l.task, unit, week));
    let bodies = tasks::bodies(conn, shown.chain(compared).map(|m| m.digest.clone()).collect::<BTreeSet<_>>())?;
    let reasons = return_reasons(conn, all.iter().map(|l| &l.task))?;
    let mut rows = Vec::new();
    for loaded in all {
        let task = &loaded.task;
        let is_owed = weekly_statement::is_owed(task, unit, week, &loaded.facts, calendar);
        let is_working = matches!(task.state, TaskState::Rectifying | TaskState::ClosureReview);
        if !is_owed && !is_working {
            continue;
        }
        let with_text = |mark: Option<&StatementMark>| {
            let mark = mark?.clone();
            let text = bodies.get(&mark.digest).and_then(|b| serde_json::from_str(b).ok())?;
            let return_reason = reasons.get(&(task.id.0, unit, mark.week, mark.revision)).cloned();
            Some(Written { mark, text, return_reason })
        };
        let [this, frozen, last] = marks(task, unit, week);
        let (this, frozen, last) = (with_text(this), with_text(frozen), with_text(last));
        let copy = this.as_ref().and_then(|t| repeated(&t.text, task, unit, week, &bodies, &loaded.facts.policy));
        rows.push(WeekRow { is_owed, this, frozen, last, copy, loaded });
    }
    Ok(rows)
}

/// The newest revision of the week, the one the cut-off froze where that is another, and the newest of any week before.
fn marks(task: &Task, unit: UnitId, week: Week) -> [Option<&StatementMark>; 3] {
    let this = task.statement(unit, week);
    let of_unit = || task.statements.iter().filter(|s| s.unit == unit);
    let frozen = of_unit()
        .filter(|s| s.week == week && !s.is_after_cut_off)
        .max_by_key(|s| s.revision)
        .filter(|s| this.is_some_and(|newest| newest.revision > s.revision));
    let last = of_unit().filter(|s| s.week < week).max_by_key(|s| (s.week, s.revision));
    [this, frozen, last]
}

/// What a unit wrote on a task before a week, the newest first, as far back as statements are compared (docs/domain.md §28).
fn earlier(task: &Task, unit: UnitId, week: Week) -> Vec<&StatementMark> {
    let mut newest: BTreeMap<Week, &StatementMark> = BTreeMap::new();
    for mark in task.statements.iter().filter(|s| s.unit == unit && s.week < week) {
        newest.entry(mark.week).and_modify(|m| *m = if mark.revision > m.revision { mark } else { *m }).or_insert(mark);
    }
    newest.into_values().rev().take(copied::COMPARED).collect()
}

/// The earlier statement that a text repeats, among bodies that were read.
pub fn repeated(
    text: &StatementText,
    task: &Task,
    unit: UnitId,
    week: Week,
    bodies: &BTreeMap<Digest, String>,
    policy: &Policy,
) -> Option<Copy> {
    let before: Vec<(Week, StatementText)> = earlier(task, unit, week)
        .into_iter()
        .filter_map(|m| Some((m.week, serde_json::from_str(bodies.get(&m.digest)?).ok()?)))
        .collect();
    copied::copy_of(text, before.iter().map(|(week, text)| (*week, text)), policy.copy_percent)
}

/// The same for a text that was not handed in yet.
pub fn would_repeat(
    conn: &mut PgConnection,
    text: &StatementText,
    loaded: &LoadedTask,
    unit: UnitId,
    week: Week,
) -> Result<Option<Copy>, Error> {
    let digests = earlier(&loaded.task, unit, week).into_iter().map(|m| m.digest.clone());
    let bodies = tasks::bodies(conn, digests.collect::<BTreeSet<_>>())?;
    Ok(repeated(text, &loaded.task, unit, week, &bodies, &loaded.facts.policy))
}

/// Reasons by task, unit, week and revision of a statement.
pub type ReturnReasons = BTreeMap<(Uuid, UnitId, Week, u16), String>;

/// Why statements came back.
pub fn return_reasons<'a>(
    conn: &mut PgConnection,
    tasks: impl Iterator<Item = &'a Task>,
) -> Result<ReturnReasons, Error> {
    const KIND: &str = "task.statement_returned";
    let is_returned = |t: &&Task| t.statements.iter().any(|s| s.reply == StatementReply::Returned);
    let ids: Vec<Uuid> = tasks.filter(is_returned).map(|t| t.id.0).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let stored: Vec<(Uuid, String)> = events::table
        .filter(events::stream_kind.eq("task").and(events::stream_id.eq_any(ids)).and(events::kind.eq(KIND)))
        .select((events::stream_id, events::payload))
        .load(conn)?;
    let mut found = BTreeMap::new();
    for (task, payload) in stored {
        let event = TaskEvent::parse(KIND, serde_json::from_str(&payload)?);
        if let Ok(TaskEvent::StatementReturned { unit, week, revision, reason }) = event {
            found.insert((task, unit, week, revision), reason);
        }
    }
    let bodies = tasks::bodies(conn, found.values().cloned().collect::<BTreeSet<_>>())?;
    let words = |digest| serde_json::from_str::<Words>(bodies.get(digest)?).ok().map(|w| w.text);
    Ok(found.iter().filter_map(|(key, digest)| Some((*key, words(digest)?))).collect())
}
