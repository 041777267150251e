//! What the records say a meeting should hear: so many statements whatever there is, and the rules of the domain over what they find.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable, Text, Uuid as SqlUuid};
use domain::actor::{Actor, UnitPath};
use domain::calendar::{self, Calendar};
use domain::ids::{ItemId, RoundId, SignRequestId, SlipId, TaskId};
use domain::meeting::agenda::{About, Found, Pace, falls_behind, is_overdue, is_stuck, is_unanswered};
use domain::meeting::state::Source;
use domain::policy::Policy;
use domain::rights;
use domain::slip::Parties;
use domain::slip::state::Slip;
use domain::task::state::TaskState;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::{slips, units};
use crate::statement::Statement;

/// Longest part of a call for help that an agenda quotes, in characters.
const QUOTED: usize = 120;

/// The day the work on `t` began: since when its lead unit reports.
pub(crate) const BEGAN_ON: &str =
    "((t.snapshot #>> '{reporting,-1,from}')::timestamptz AT TIME ZONE 'Asia/Shanghai')::date";

#[derive(QueryableByName)]
struct RunningRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Date>)]
    due_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    began_on: Option<NaiveDate>,
    #[diesel(sql_type = BigInt)]
    n_all: i64,
    #[diesel(sql_type = BigInt)]
    n_done: i64,
    #[diesel(sql_type = Nullable<Date>)]
    last_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    help: Option<String>,
}

#[derive(QueryableByName)]
struct ClosureRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    task_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    label: Option<String>,
}

#[derive(QueryableByName)]
struct LeftRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    task_id: Option<Uuid>,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Text)]
    standing: String,
    #[diesel(sql_type = Date)]
    held_on: NaiveDate,
}

/// Everything that should be heard, each kind in the ledger's order; the same for whoever asks.
pub(super) fn found(
    conn: &mut PgConnection,
    round: RoundId,
    policy: &Policy,
    calendar: &Calendar,
    today: NaiveDate,
) -> Result<Vec<Found>, Error> {
    let mut found = Vec::new();
    for row in left(conn, round)? {
        let day = |on: NaiveDate| on.format("%-m月%-d日").to_string();
        let standing = if row.standing == "reported" {
            "已报办结，待认可".to_owned()
        } else {
            is_overdue(row.due_on, today).unwrap_or_else(|| format!("时限 {}", day(row.due_on)))
        };
        let why = format!("{} 会议议定，{standing}", day(row.held_on));
        found.push(Found {
            about: About::LeftOver(ItemId(row.id), row.task_id.map(TaskId)),
            source: Source::LeftOver,
            why,
        });
    }
    for row in running(conn, round)? {
        let about = About::Task(TaskId(row.id));
        let mut say = |source, why: Option<String>| found.extend(why.map(|why| Found { about, source, why }));
        let overdue = row.due_on.and_then(|due| is_overdue(due, today));
        say(Source::Overdue, overdue);
        say(Source::HelpWanted, row.help.as_deref().map(quoted));
        let count = |n: i64| u32::try_from(n).unwrap_or(0);
        // What is worked on has a pace; what is being signed waits for others.
        let Some(from) = row.began_on.filter(|_| row.state == TaskState::Rectifying.as_str()) else { continue };
        let done = count(row.n_done);
        let pace =
            Pace { from, due: row.due_on.unwrap_or(NaiveDate::MAX), done, left: count(row.n_all).saturating_sub(done) };
        say(Source::Stuck, is_stuck(pace, row.last_on, today, policy.stuck_weeks));
        if row.due_on.is_some() {
            say(Source::FallingBehind, falls_behind(pace, today, calendar));
        }
    }
    for slip in owing(conn, round)? {
        let about = slip.shape.task.map_or(About::Slip(slip.id), About::Task);
        let why = is_unanswered(&slip, &domain::slip::name(&slip, policy), today);
        found.extend(why.map(|why| Found { about, source: Source::SlipUnanswered, why }));
    }
    for row in closures(conn, round)? {
        let why = row.label.unwrap_or_else(|| "待审定".to_owned());
        found.push(Found {
            about: About::Closure(SignRequestId(row.id), TaskId(row.task_id)),
            source: Source::Ratify,
            why,
        });
    }
    Ok(found)
}

fn quoted(words: &str) -> String {
    let words = words.trim();
    let mut short: String = words.chars().take(QUOTED).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    short
}

fn running(conn: &mut PgConnection, round: RoundId) -> Result<Vec<RunningRow>, Error> {
    let states: Vec<String> = TaskState::RUNNING.map(|s| s.as_str().to_owned()).to_vec();
    Ok(Statement::default()
        .sql("SELECT t.id, t.state, t.due_on, ")
        .sql(BEGAN_ON)
        .sql(
            " AS began_on, COALESCE(m.n_all, 0) AS n_all, COALESCE(m.n_done, 0) AS n_done, m.last_on, h.help \
             FROM tasks t \
             LEFT JOIN LATERAL (SELECT count(*) AS n_all, count(x.done_on) AS n_done, max(x.done_on) AS last_on \
                 FROM milestones x WHERE x.task_id = t.id) m ON true \
             LEFT JOIN LATERAL (SELECT NULLIF(btrim(r.body::jsonb->>'help_wanted'), '') AS help \
                 FROM weekly_statements w JOIN revisions r ON r.sha256 = w.revision_sha256 \
                 WHERE w.task_id = t.id AND w.is_newest AND w.reply <> 'returned' \
                 ORDER BY w.week DESC, w.submitted_at DESC LIMIT 1) h ON true \
             WHERE t.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND t.sensitivity IN ('open', 'internal') AND t.state = ANY(")
        .bind::<diesel::sql_types::Array<Text>, _>(states)
        .sql(") ORDER BY t.ordinal, t.id")
        .load(conn)?)
}

fn closures(conn: &mut PgConnection, round: RoundId) -> Result<Vec<ClosureRow>, Error> {
    Ok(Statement::default()
        .sql(
            "SELECT r.id, r.task_id, (SELECT '待' || (s->>'label') FROM jsonb_array_elements(r.chain) s \
                 WHERE s->>'who' = r.waits_for LIMIT 1) AS label \
             FROM sign_requests r JOIN tasks t ON t.id = r.task_id WHERE r.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(
            " AND r.state = 'open' AND r.kind = 'closure' AND r.waits_for IN ('principal', 'group_head', 'meeting') \
             ORDER BY t.ordinal, t.id",
        )
        .load(conn)?)
}

/// Slips that a unit has to sign for or to answer; of a referral no meeting learns.
fn owing(conn: &mut PgConnection, round: RoundId) -> Result<Vec<Slip>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        snapshot: serde_json::Value,
    }
    let rows: Vec<Row> = Statement::default()
        .sql("SELECT s.snapshot FROM slips s LEFT JOIN tasks t ON t.id = s.task_id WHERE s.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(
            " AND s.state IN ('issued', 'received') AND s.level <> 'referral' AND COALESCE(t.sensitivity, 'open') IN ('open', 'internal')              ORDER BY s.snapshot->>'due_on', s.id",
        )
        .load(conn)?;
    rows.into_iter().map(|row| Ok(serde_json::from_value(row.snapshot)?)).collect()
}

fn left(conn: &mut PgConnection, round: RoundId) -> Result<Vec<LeftRow>, Error> {
    Ok(Statement::default()
        .sql(
            "SELECT r.id, r.task_id, r.due_on, r.standing, (m.at AT TIME ZONE 'Asia/Shanghai')::date AS held_on \
             FROM resolutions r JOIN meetings m ON m.id = r.meeting_id WHERE r.standing IN ('running', 'reported') AND r.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" ORDER BY r.due_on, r.id")
        .load(conn)?)
}

/// A slip as an agenda names it; what it says stays with who sees it (docs/domain.md §25).
#[derive(Clone, Debug)]
pub struct SlipOnAgenda {
    /// Level and number.
    pub name: String,
    pub unit: Uuid,
    pub unit_name: String,
    pub opens: bool,
}

/// Slips by their ids.
pub(super) fn named(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    ids: &[Uuid],
) -> Result<BTreeMap<SlipId, SlipOnAgenda>, Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let policy = crate::rounds::facts(conn, round)?.1;
    let rows: Vec<(serde_json::Value, String)> = slips::table
        .inner_join(units::table)
        .filter(slips::id.eq_any(ids))
        .select((slips::snapshot, units::name))
        .load(conn)?;
    let mut found = BTreeMap::new();
    for (snapshot, unit_name) in rows {
        let slip: Slip = serde_json::from_value(snapshot)?;
        let unit = UnitPath(vec![slip.shape.unit]);
        let parties = Parties { unit, supporting: Vec::new(), unit_has_accounts: true, leaders: Vec::new() };
        let about = SlipOnAgenda {
            name: domain::slip::name(&slip, &policy),
            unit: slip.shape.unit.0,
            unit_name,
            opens: rights::sees_slip(actor, &slip, &parties),
        };
        found.insert(slip.id, about);
    }
    Ok(found)
}

/// The day on which the next coordination meeting is proposed, if nobody has set one.
pub fn next_proposed(
    conn: &mut PgConnection,
    round: RoundId,
    policy: &Policy,
    calendar: &Calendar,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, Error> {
    #[derive(QueryableByName)]
    struct Day {
        #[diesel(sql_type = Date)]
        on_day: NaiveDate,
    }
    let first = calendar::instant(today - chrono::Days::new(31), chrono::NaiveTime::MIN);
    let set: Vec<Day> = Statement::default()
        .sql(
            "SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS on_day FROM meetings \
             WHERE kind = 'coordination' AND state <> 'cancelled' AND round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND at >= ")
        .bind::<diesel::sql_types::Timestamptz, _>(first)
        .load(conn)?;
    let set: Vec<NaiveDate> = set.into_iter().map(|d| d.on_day).collect();
    Ok(domain::meeting::agenda::next_proposed(today, policy.meetings_per_month, &set, calendar))
}
