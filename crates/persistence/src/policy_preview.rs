//! What a policy would do to a round if it held now. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::actor::Actor;
use domain::calendar::{self, Calendar, Week};
use domain::ids::{RoundId, TaskId};
use domain::policy::{AlertLevel, Policy};
use domain::policy_change::{self, PolicyChange};
use domain::rights;
use domain::task::alert::{self, Reason};
use domain::task::context::Facts;
use domain::task::state::{Task, TaskState};
use domain::weekly_statement;

use crate::error::Error;
use crate::rounds;
use crate::schema::tasks;

/// How many running tasks are looked at; the rest is said not to have been.
const LOOKED_AT: usize = 5_000;
/// How many of those whose light changes are named.
const NAMED: usize = 50;

/// A task whose light would be another.
#[derive(Clone, Debug)]
pub struct LightChange {
    pub task: TaskId,
    pub number: String,
    pub before: AlertLevel,
    pub after: AlertLevel,
    /// Why it would be so.
    pub reasons: Vec<Reason>,
}

/// What would follow from a policy.
#[derive(Clone, Debug)]
pub struct PolicyEffect {
    /// Setting by setting.
    pub changes: Vec<PolicyChange>,
    /// Running tasks by their light as it is and as it would be.
    pub lights: BTreeMap<AlertLevel, (usize, usize)>,
    /// The first of those whose light changes, in the order of the ledger.
    pub tasks: Vec<LightChange>,
    pub n_changed: usize,
    /// Requests that wait for a signature; they keep the chain with which they were handed in (docs/domain.md §9).
    pub n_open_requests: usize,
    /// Whether every running task was looked at.
    pub is_whole: bool,
    /// This week's cut-off as it is and as it would be, UTC.
    pub cut_off: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

/// What the policy would change in a round, for its office.
///
/// Errors: `NotFound`, `not-allowed`, and what makes the policy unsound.
pub fn preview(
    conn: &mut PgConnection,
    actor: &Actor,
    id: RoundId,
    policy: &Policy,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<PolicyEffect, Error> {
    rounds::find(conn, actor, id)?;
    rights::permit_office(actor, id)?;
    policy.check()?;
    let (round, holds, policy_version) = rounds::facts(conn, id)?;
    let facts = |policy: &Policy| Facts {
        policy: policy.clone(),
        policy_version,
        round: round.clone(),
        is_being_checked: false,
        paths: BTreeMap::new(),
        without_accounts: BTreeSet::new(),
        people: BTreeMap::new(),
    };
    let (is, would_be) = (facts(&holds), facts(policy));
    let snapshots: Vec<serde_json::Value> = tasks::table
        .filter(tasks::round_id.eq(id.0).and(tasks::state.eq_any(TaskState::RUNNING.map(TaskState::as_str))))
        .order((tasks::ordinal, tasks::id))
        .limit(i64::try_from(LOOKED_AT).unwrap_or(0) + 1)
        .select(tasks::snapshot)
        .load(conn)?;
    let is_whole = snapshots.len() <= LOOKED_AT;
    let week = Week::of(calendar::today(now));
    let mut effect = PolicyEffect {
        changes: policy_change::changes(&holds, policy),
        lights: BTreeMap::new(),
        tasks: Vec::new(),
        n_changed: 0,
        n_open_requests: 0,
        is_whole,
        cut_off: (weekly_statement::cut_off(week, &is, calendar), weekly_statement::cut_off(week, &would_be, calendar)),
    };
    for snapshot in snapshots.into_iter().take(LOOKED_AT) {
        let task: Task = serde_json::from_value(snapshot)?;
        let before = alert::assess(&task, &is, calendar, now);
        let after = alert::assess(&task, &would_be, calendar, now);
        effect.lights.entry(before.level).or_default().0 += 1;
        effect.lights.entry(after.level).or_default().1 += 1;
        effect.n_open_requests += task.requests.iter().filter(|r| r.request.is_open()).count();
        if before.level == after.level {
            continue;
        }
        effect.n_changed += 1;
        if effect.tasks.len() < NAMED {
            effect.tasks.push(LightChange {
                task: task.id,
                number: task.draft.number,
                before: before.level,
                after: after.level,
                reasons: after.reasons,
            });
        }
    }
    Ok(effect)
}
