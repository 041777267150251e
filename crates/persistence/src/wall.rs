//! What the wall chart shows beside the overview (docs/domain.md §30): tasks by lead unit and finding, the schedule with its milestones, what will miss
//! its date. So many statements however many tasks there are; the figures are the overview's own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::RoundId;
use domain::meeting::agenda::{Pace, falls_behind};
use domain::rights;
use domain::task::event::TaskEvent;
use domain::task::state::TaskState;
use domain::wall::Tally;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::{Filter, LedgerRow, list, narrowed, readable, reader, visible};
use crate::meetings::BEGAN_ON;
use crate::order::{Sort, SortKey};
use crate::recurrence::{CAME_BACK, RECURRENCE};
use crate::rounds;
use crate::schema::rounds as round_rows;
use crate::statement::Statement;

/// Tasks of one lead unit on one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// None where no unit leads yet.
    pub unit: Option<Uuid>,
    pub finding: Uuid,
    pub tally: Tally,
    /// Those of them whose words the reader may not read.
    pub hidden: i64,
}

/// A finding as a column.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Column {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Text)]
    pub aspect: String,
    /// How often its matter was found, and the day of the first feedback; none where it never came back.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub n_found: Option<i64>,
    #[diesel(sql_type = Nullable<Date>)]
    pub first_found_on: Option<NaiveDate>,
}

/// Every cell that has a task, with its unit's name and its finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub cells: Vec<Cell>,
    pub units: BTreeMap<Uuid, String>,
    /// In the inspecting body's order.
    pub findings: Vec<Column>,
}

#[derive(QueryableByName)]
struct CellRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    finding_id: Uuid,
    #[diesel(sql_type = BigInt)]
    tasks: i64,
    #[diesel(sql_type = BigInt)]
    closed: i64,
    #[diesel(sql_type = BigInt)]
    draft: i64,
    #[diesel(sql_type = BigInt)]
    red: i64,
    #[diesel(sql_type = BigInt)]
    yellow: i64,
    #[diesel(sql_type = BigInt)]
    green: i64,
    #[diesel(sql_type = BigInt)]
    hidden: i64,
}

/// Goes on with the rows that a unit's own wall has: those it leads, itself or through a unit below it.
fn own(query: Statement, actor: &Actor, round: RoundId) -> Statement {
    let Some(units) = rights::own_rows(actor, round) else { return query };
    let units: Vec<Uuid> = units.into_iter().map(|u| u.0).collect();
    query.sql(" AND t.lead_unit_id IN (SELECT id FROM units WHERE path && ").bind::<Array<SqlUuid>, _>(units).sql(")")
}

/// Tasks by lead unit and finding; a unit sees its own rows.
pub fn matrix(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Matrix, Error> {
    let query = Statement::default().sql(
        "SELECT t.lead_unit_id AS unit_id, t.finding_id, count(*) AS tasks, \
            count(*) FILTER (WHERE t.state IN ('observing', 'closed')) AS closed, count(*) FILTER (WHERE t.state = 'draft') AS draft, \
            count(*) FILTER (WHERE t.alert_level = 'red') AS red, count(*) FILTER (WHERE t.alert_level = 'yellow') AS yellow, \
            count(*) FILTER (WHERE t.alert_level = 'green') AS green, count(*) FILTER (WHERE NOT ",
    );
    let reader = reader(actor, round);
    let query = readable(query, &reader).sql(") AS hidden FROM tasks t WHERE t.state <> 'withdrawn' AND ");
    let query = own(visible(query, round, &rights::scope(actor)), actor, round);
    let rows: Vec<CellRow> = query.sql(" GROUP BY 1, 2").load(conn)?;
    let units: BTreeSet<Uuid> = rows.iter().filter_map(|r| r.unit_id).collect();
    let findings: BTreeSet<Uuid> = rows.iter().map(|r| r.finding_id).collect();
    let findings = Statement::default()
        .sql(
            "SELECT f.id, f.number, f.body, a.title AS aspect, CASE WHEN ",
        )
        .sql(CAME_BACK)
        .sql(
            " THEN lin.n END AS n_found, lin.first_on AS first_found_on FROM findings f JOIN aspects a ON a.id = f.aspect_id ",
        )
        .sql(RECURRENCE)
        .sql(if reader.sees_whole { "" } else { " AND false" })
        .sql(" WHERE f.id = ANY(")
        .bind::<Array<SqlUuid>, _>(findings.into_iter().collect::<Vec<_>>())
        .sql(") ORDER BY a.ordinal, f.ordinal, f.number, f.id")
        .load(conn)?;
    let cells = rows.into_iter().map(|r| Cell {
        unit: r.unit_id,
        finding: r.finding_id,
        hidden: r.hidden,
        tally: Tally { tasks: r.tasks, closed: r.closed, draft: r.draft, red: r.red, yellow: r.yellow, green: r.green },
    });
    let cells = cells.collect();
    Ok(Matrix { cells, findings, units: crate::tasks::names(conn, units.into_iter().collect())? })
}

/// A leader with the tasks he is named on.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct InCharge {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub tasks: i64,
    #[diesel(sql_type = BigInt)]
    pub red: i64,
}

/// Most leaders that are listed.
const LEADERS: i64 = 100;

/// Leaders named on tasks in sight, those with what is red first.
pub fn leaders(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<InCharge>, Error> {
    let query = Statement::default().sql(
        "SELECT p.id, p.name, count(*) AS tasks, count(*) FILTER (WHERE t.alert_level = 'red') AS red \
         FROM task_people x JOIN tasks t ON t.id = x.task_id JOIN persons p ON p.id = x.person_id \
         WHERE x.part = 'leader' AND t.state <> 'withdrawn' AND ",
    );
    let query = own(visible(query, round, &rights::scope(actor)), actor, round);
    Ok(query.sql(format!(" GROUP BY p.id ORDER BY red DESC, tasks DESC, p.name, p.id LIMIT {LEADERS}")).load(conn)?)
}

/// A task on the schedule.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Bar {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    /// None where the reader may know no more than that there is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub leader: Option<String>,
    #[diesel(sql_type = Text)]
    pub alert_level: String,
    #[diesel(sql_type = Bool)]
    pub is_closed: bool,
    #[diesel(sql_type = Nullable<Date>)]
    pub began_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    pub original_due_on: Option<NaiveDate>,
    #[diesel(sql_type = Date)]
    pub due_on: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    pub closed_on: Option<NaiveDate>,
    #[diesel(sql_type = Integer)]
    pub progress_done: i32,
    #[diesel(sql_type = Integer)]
    pub progress_all: i32,
    /// How many there are, shown or not.
    #[diesel(sql_type = BigInt)]
    pub all: i64,
}

/// A milestone on the schedule.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Stone {
    #[diesel(sql_type = SqlUuid)]
    pub task_id: Uuid,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Date)]
    pub due_on: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    pub done_on: Option<NaiveDate>,
}

/// A page of the schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// How many tasks it has, shown or not.
    pub n: i64,
    pub bars: Vec<Bar>,
    pub stones: Vec<Stone>,
    /// Due dates that were granted or set anew, by task, in their order.
    pub moved: BTreeMap<Uuid, Vec<NaiveDate>>,
}

/// Most milestones of one task that are drawn.
const STONES: i64 = 24;

/// Issued tasks that have a due date, as far as a filter leaves them: what is open and red first, then by due date; a unit's are those it leads.
pub fn schedule(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
    skip: i64,
    limit: i64,
) -> Result<Schedule, Error> {
    let reader = reader(actor, round);
    let query = Statement::default().sql("SELECT t.id, t.number, CASE WHEN ");
    let query = readable(query, &reader).sql(format!(
        " THEN t.title END AS title, u.name AS unit, p.name AS leader, t.alert_level, t.state IN ('observing', 'closed') AS is_closed, \
            {BEGAN_ON} AS began_on, t.original_due_on, t.due_on, CASE WHEN t.state IN ('observing', 'closed') THEN t.closed_on END AS closed_on, \
            t.progress_done, t.progress_all, t.all FROM (SELECT t.*, count(*) OVER () AS all FROM tasks t \
         WHERE t.due_on IS NOT NULL AND t.state NOT IN ('draft', 'withdrawn') AND "
    ));
    let query = narrowed(visible(query, round, &rights::scope(actor)), filter, &reader);
    let order = "t.state IN ('observing', 'closed'), \
        CASE t.alert_level WHEN 'red' THEN 0 WHEN 'yellow' THEN 1 WHEN 'green' THEN 2 ELSE 3 END, t.due_on, t.ordinal, t.id";
    let bars: Vec<Bar> = own(query, actor, round)
        .sql(format!(" ORDER BY {order} LIMIT "))
        .bind::<BigInt, _>(limit)
        .sql(" OFFSET ")
        .bind::<BigInt, _>(skip)
        .sql(format!(
            ") t LEFT JOIN units u ON u.id = t.lead_unit_id LEFT JOIN persons p ON p.id = t.lead_leader_id ORDER BY {order}"
        ))
        .load(conn)?;
    let ids: Vec<Uuid> = bars.iter().map(|b| b.id).collect();
    // Titles of a task's milestones are its words.
    let legible: Vec<Uuid> = bars.iter().filter(|b| b.title.is_some()).map(|b| b.id).collect();
    let stones = Statement::default()
        .sql("SELECT m.task_id, CASE WHEN m.task_id = ANY(")
        .bind::<Array<SqlUuid>, _>(legible)
        .sql(") THEN m.title ELSE '' END AS title, m.due_on, m.done_on FROM unnest(")
        .bind::<Array<SqlUuid>, _>(ids.clone())
        .sql(format!(
            ") AS one(id) CROSS JOIN LATERAL (SELECT * FROM milestones WHERE task_id = one.id AND due_on IS NOT NULL \
             ORDER BY due_on, ordinal, id LIMIT {STONES}) AS m ORDER BY m.task_id, m.due_on, m.ordinal, m.id"
        ))
        .load(conn)?;
    Ok(Schedule { n: bars.first().map_or(0, |b| b.all), stones, moved: moved(conn, ids)?, bars })
}

/// Due dates that were granted, or set anew by a meeting.
fn moved(conn: &mut PgConnection, ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, Vec<NaiveDate>>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        stream_id: Uuid,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = Text)]
        payload: String,
    }
    let rows: Vec<Row> = Statement::default()
        .sql("SELECT stream_id, kind, payload FROM events WHERE stream_kind = 'task' AND kind IN ('task.extended', 'task.due_date_reset') AND stream_id = ANY(")
        .bind::<Array<SqlUuid>, _>(ids)
        .sql(") ORDER BY stream_id, seq")
        .load(conn)?;
    let mut found: BTreeMap<Uuid, Vec<NaiveDate>> = BTreeMap::new();
    for row in rows {
        let event = TaskEvent::parse(&row.kind, serde_json::from_str(&row.payload)?);
        if let Ok(TaskEvent::Extended { due_on, .. } | TaskEvent::DueDateReset { due_on, .. }) = event {
            found.entry(row.stream_id).or_default().push(due_on);
        }
    }
    Ok(found)
}

/// A task that will miss its date at the present pace, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    pub id: Uuid,
    pub number: String,
    /// None where the reader may know no more than that there is one.
    pub title: Option<String>,
    pub unit: Option<String>,
    pub due_on: NaiveDate,
    pub why: String,
}

#[derive(QueryableByName)]
struct PaceRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    unit: Option<String>,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Date)]
    began_on: NaiveDate,
    #[diesel(sql_type = BigInt)]
    n_all: i64,
    #[diesel(sql_type = BigInt)]
    n_done: i64,
}

/// Tasks in sight that will miss their date, by the rule of the agenda (docs/domain.md §26), those that are due first before the others.
pub fn behind(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    today: NaiveDate,
) -> Result<Vec<Behind>, Error> {
    let query = Statement::default().sql("SELECT t.id, t.number, CASE WHEN ");
    let query = readable(query, &reader(actor, round)).sql(format!(
        " THEN t.title END AS title, u.name AS unit, t.due_on, {BEGAN_ON} AS began_on, m.n_all, m.n_done \
         FROM tasks t JOIN LATERAL (SELECT count(*) AS n_all, count(x.done_on) AS n_done FROM milestones x WHERE x.task_id = t.id) m \
             ON m.n_done < m.n_all LEFT JOIN units u ON u.id = t.lead_unit_id WHERE {BEGAN_ON} IS NOT NULL AND t.state = '"
    ));
    let query = query.sql(TaskState::Rectifying.as_str()).sql("' AND t.due_on >= ").bind::<Date, _>(today).sql(" AND ");
    let query = visible(query, round, &rights::scope(actor));
    let rows: Vec<PaceRow> = query.sql(" ORDER BY t.due_on, t.ordinal, t.id").load(conn)?;
    let count = |n: i64| u32::try_from(n).unwrap_or(0);
    let found = rows.into_iter().filter_map(|row| {
        let (from, due, done) = (row.began_on, row.due_on, count(row.n_done));
        let pace = Pace { from, due, done, left: count(row.n_all).saturating_sub(done) };
        let why = falls_behind(pace, today, calendar)?;
        Some(Behind { id: row.id, number: row.number, title: row.title, unit: row.unit, due_on: due, why })
    });
    Ok(found.collect())
}

/// The first rows of a filter of the ledger that are open, by due date; withdrawn tasks are no part of it.
pub fn first_due(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<LedgerRow>, Error> {
    let states = TaskState::ALL.iter().filter(|s| **s != TaskState::Withdrawn).map(|s| s.as_str().to_owned()).collect();
    let filter = Filter { states, ..filter.clone() };
    list(conn, actor, round, &filter, Sort { key: SortKey::Due, is_descending: false }, None, limit)
}

/// The day the written report is due, with the words it is known by, and the round's name.
pub fn report(conn: &mut PgConnection, round: RoundId) -> Result<(Option<NaiveDate>, String, String), Error> {
    let columns = (round_rows::report_due_on, round_rows::report_due_text, round_rows::name);
    round_rows::table.find(round.0).select(columns).first(conn).optional()?.ok_or(Error::NotFound)
}

/// What the wall shows beside the overview.
#[derive(Clone, Debug)]
pub struct Wall {
    pub report: (Option<NaiveDate>, String, String),
    pub matrix: Matrix,
    pub leaders: Vec<InCharge>,
    pub schedule: Schedule,
    /// Open and overdue, those that were due first before the others.
    pub overdue: Vec<LedgerRow>,
    pub red: Vec<LedgerRow>,
    /// What moved this week, by the rule of the brief.
    pub moved: Vec<crate::brief::Moved>,
    pub behind: Vec<Behind>,
}

/// How much of what is listed, and of which week.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub today: NaiveDate,
    pub now: DateTime<Utc>,
    /// The first moment of the week.
    pub since: DateTime<Utc>,
    pub bars: i64,
    pub rows: i64,
}

/// Everything of a wall within the actor's sight.
///
/// Errors: `NotFound`.
pub fn load(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    extent: &Extent,
) -> Result<Wall, Error> {
    rounds::permit_sight(conn, actor, round)?;
    let over = Filter { due_to: extent.today.pred_opt(), closed: Some(false), ..Filter::default() };
    let red = Filter { alert_levels: vec!["red".to_owned()], ..Filter::default() };
    Ok(Wall {
        report: report(conn, round)?,
        matrix: matrix(conn, actor, round)?,
        leaders: leaders(conn, actor, round)?,
        schedule: schedule(conn, actor, round, &Filter::default(), 0, extent.bars)?,
        overdue: first_due(conn, actor, round, &over, extent.rows)?,
        red: first_due(conn, actor, round, &red, extent.rows)?,
        moved: crate::brief::moved_since(conn, actor, round, extent.since, extent.now)?,
        behind: behind(conn, actor, round, calendar, extent.today)?,
    })
}
