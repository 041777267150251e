//! What the figures of a document are counted from: the whole round as of the moment of the transaction, whoever reads it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Uuid as SqlUuid};
use domain::calendar;
use domain::check::state::{Check, CheckState};
use domain::document::figure::{Countable, CountedFinding, CountedTask};
use domain::ids::RoundId;
use domain::meeting::state::MeetingState;
use domain::policy::AlertLevel;
use domain::rule_register::figure::RuleFigure;
use domain::rule_register::state::Rule;
use domain::task::state::{CompletionStatus, Disposition, TaskState};
use uuid::Uuid;

use crate::error::Error;
use crate::recurrence::CAME_BACK;
use crate::schema::{checks, meetings, rules, slips};
use crate::statement::Statement;

#[derive(QueryableByName)]
struct TaskRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    finding_id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    completion_status: String,
    #[diesel(sql_type = Text)]
    alert_level: String,
    #[diesel(sql_type = Nullable<Text>)]
    disposition: Option<String>,
    #[diesel(sql_type = BigInt)]
    measures: i64,
    #[diesel(sql_type = Bool)]
    is_overdue: bool,
    #[diesel(sql_type = Bool)]
    is_extended: bool,
    #[diesel(sql_type = Bool)]
    is_reopened: bool,
}

#[derive(QueryableByName)]
struct FindingRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    aspect_id: Uuid,
    #[diesel(sql_type = BigInt)]
    amount: i64,
    #[diesel(sql_type = Bool)]
    came_back: bool,
}

fn word<T>(parsed: Option<T>) -> Result<T, Error> {
    parsed.ok_or_else(|| Error::internal("a word that the domain does not know"))
}

/// Reads it; eight statements, whatever the round holds.
pub fn countable(conn: &mut PgConnection, round: RoundId, now: DateTime<Utc>) -> Result<Countable, Error> {
    let rows: Vec<TaskRow> = Statement::default()
        .sql(
            "SELECT t.id, t.finding_id, t.state, t.completion_status, t.alert_level, t.disposition, t.n_measures::bigint AS measures, \
                t.due_on IS NOT NULL AND t.state NOT IN ('draft', 'observing', 'closed') AND t.due_on < ",
        )
        .bind::<Date, _>(calendar::today(now))
        .sql(
            " AS is_overdue, \
                t.snapshot -> 'requests' @> '[{\"request\": {\"kind\": \"extension\", \"state\": \"granted\"}}]'::jsonb AS is_extended, \
                EXISTS (SELECT FROM events e WHERE e.stream_kind = 'task' AND e.stream_id = t.id AND e.kind = 'task.reopened') AS is_reopened \
             FROM tasks t WHERE t.state <> 'withdrawn' AND t.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .load(conn)?;
    let mut tasks = Vec::with_capacity(rows.len());
    for row in rows {
        tasks.push(CountedTask {
            id: row.id,
            finding: row.finding_id,
            state: word(TaskState::parse(&row.state))?,
            completion: word(CompletionStatus::parse(&row.completion_status))?,
            level: word(AlertLevel::parse(&row.alert_level))?,
            disposition: row.disposition.as_deref().map(|d| word(Disposition::parse(d))).transpose()?,
            measures: row.measures,
            is_overdue: row.is_overdue,
            is_extended: row.is_extended,
            is_reopened: row.is_reopened,
        });
    }
    let findings: Vec<FindingRow> = Statement::default()
        .sql("SELECT f.id, f.aspect_id, COALESCE(round(f.amount * 100), 0)::bigint AS amount, (")
        .sql(CAME_BACK)
        .sql(") AS came_back FROM findings f WHERE f.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .load(conn)?;
    let held = meetings::table.filter(meetings::state.eq(MeetingState::Concluded.as_str()));
    let snapshots: Vec<serde_json::Value> =
        checks::table.filter(checks::round_id.eq(round.0)).select(checks::snapshot).load(conn)?;
    let mut of_checks = Vec::new();
    for snapshot in snapshots {
        let check: Check = serde_json::from_value(snapshot)?;
        if matches!(check.state, CheckState::Running | CheckState::Finished) {
            let known: Vec<Uuid> = check.targets.iter().filter(|t| t.signed().is_some()).map(|t| t.task.0).collect();
            of_checks.push((check.id.0, known));
        }
    }
    let snapshots: Vec<serde_json::Value> =
        rules::table.filter(rules::round_id.eq(round.0)).select(rules::snapshot).load(conn)?;
    let mut of_register = Vec::new();
    for snapshot in snapshots {
        let rule: Rule = serde_json::from_value(snapshot)?;
        let counts = |figure: &RuleFigure| figure.counts(&rule, calendar::today(now));
        of_register.push((rule.id.0, RuleFigure::ALL.iter().copied().filter(counts).collect()));
    }
    let issued = slips::table.filter(slips::n.is_not_null().and(slips::level.ne("referral")));
    Ok(Countable {
        tasks,
        findings: findings
            .into_iter()
            .map(|f| CountedFinding { id: f.id, aspect: f.aspect_id, amount: f.amount, came_back: f.came_back })
            .collect(),
        meetings: held.filter(meetings::round_id.eq(round.0)).select(meetings::id).load(conn)?,
        checks: of_checks,
        slips: issued
            .filter(slips::round_id.eq(round.0).and(slips::state.ne("withdrawn")))
            .select(slips::id)
            .load(conn)?,
        rules: of_register,
    })
}
