//! The wall chart: units against findings, the schedule, what is overdue and moved, what is to be expected; the overview's own figures beside them
//! (docs/domain.md §30).

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar, Week};
use domain::ids::RoundId;
use domain::meeting::agenda::is_overdue;
use domain::palette::Palette;
use domain::recurrence::years_between;
use domain::task::alert::Reason;
use domain::task::state::TaskState;
use domain::wall::{self, Dates, Mark, Tally};
use persistence::brief::Moved;
use persistence::ledger::{Filter, LedgerRow};
use persistence::overview::Overview;
use persistence::wall::{Behind, Extent, Matrix, Schedule, Wall};
use persistence::{Error, PgConnection};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::ledger::{TOGETHER, reason_texts};
use crate::overview::{self, OverviewView, between};
use crate::problem::Problem;

/// Most units and findings of a matrix, the worst first, and most cells.
const UNITS: usize = 500;
const FINDINGS: usize = 3_000;
const CELLS: usize = 20_000;
/// Rows of what is overdue and red.
const ROWS: i64 = 40;
/// Tasks of the schedule that come with the wall; the rest is asked for by page.
const BARS: i64 = 60;
/// Most tasks of a page of the schedule.
const PAGE: i64 = 200;
/// Longest part of a finding's words that stands at a column, in characters.
const QUOTED: usize = 60;

/// Tasks counted together, with the mark of the heaviest.
#[derive(Debug, Serialize, ToSchema)]
pub struct TallyView {
    /// red, yellow, green, unissued, dark or done.
    #[schema(value_type = String, example = "red")]
    pub mark: Mark,
    pub tasks: i64,
    pub closed: i64,
    pub red: i64,
    pub yellow: i64,
}

impl From<Tally> for TallyView {
    fn from(t: Tally) -> Self {
        Self { mark: t.mark(), tasks: t.tasks, closed: t.closed, red: t.red, yellow: t.yellow }
    }
}

/// A unit as a row: the tasks it leads.
#[derive(Serialize, ToSchema)]
pub struct WallUnit {
    /// None stands for tasks that no unit leads yet.
    pub id: Option<Uuid>,
    pub name: String,
    #[serde(flatten)]
    pub tally: TallyView,
}

/// A finding as a column.
#[derive(Serialize, ToSchema)]
pub struct WallFinding {
    pub id: Uuid,
    pub number: String,
    /// The first of its words; none where a task of it is a matter the reader may not read.
    pub words: Option<String>,
    pub aspect: String,
    /// How often its matter was found; none where it never came back, and for who does not see the whole round.
    #[schema(example = 2)]
    pub n_found: Option<i64>,
    /// For how many whole years that matter is known.
    #[schema(example = 6)]
    pub years_open: Option<i64>,
    #[serde(flatten)]
    pub tally: TallyView,
}

/// A cell that has a task: the places of its row and column in their lists.
#[derive(Debug, Serialize, ToSchema)]
pub struct WallCell {
    pub unit: usize,
    pub finding: usize,
    #[serde(flatten)]
    pub tally: TallyView,
}

/// Units against findings; what has no task has no cell.
#[derive(Serialize, ToSchema)]
pub struct MatrixView {
    /// The worst first, five hundred at most.
    pub units: Vec<WallUnit>,
    pub n_units: usize,
    /// In the inspecting body's order; of more than three thousand the worst.
    pub findings: Vec<WallFinding>,
    pub n_findings: usize,
    /// Findings whose matter was found before, of all.
    pub n_came_back: usize,
    /// The worst first, twenty thousand at most.
    pub cells: Vec<WallCell>,
    pub n_cells: usize,
}

/// How far off the written report is.
#[derive(Serialize, ToSchema)]
pub struct CountdownView {
    pub on: NaiveDate,
    /// The words the day is known by.
    #[schema(example = "8月上旬")]
    pub text: String,
    /// Working days after today, up to and with the day; negative once it is past.
    pub working_days: i64,
    pub calendar_days: i64,
}

/// A milestone of a task on the schedule.
#[derive(Serialize, ToSchema)]
pub struct StoneView {
    /// Empty where the reader may not read it.
    pub title: String,
    pub due_on: NaiveDate,
    pub done_on: Option<NaiveDate>,
}

/// A task on the schedule.
#[derive(Serialize, ToSchema)]
pub struct ScheduleBar {
    pub task_id: Uuid,
    pub number: String,
    /// None where the reader may know no more than that there is one.
    pub title: Option<String>,
    pub unit: Option<String>,
    pub leader: Option<String>,
    #[schema(value_type = String, example = "red")]
    pub mark: Mark,
    pub began_on: Option<NaiveDate>,
    pub original_due_on: Option<NaiveDate>,
    /// Dates that were granted or set anew, in their order.
    pub moved_to: Vec<NaiveDate>,
    pub due_on: NaiveDate,
    /// When it was ratified.
    pub closed_on: Option<NaiveDate>,
    pub progress_done: i32,
    pub progress_all: i32,
    pub milestones: Vec<StoneView>,
    /// How it slipped, in words.
    pub slippage: Option<String>,
}

/// A page of the schedule.
#[derive(Serialize, ToSchema)]
pub struct ScheduleView {
    pub today: NaiveDate,
    /// Issued tasks with a due date, shown or not.
    pub n: i64,
    pub bars: Vec<ScheduleBar>,
}

/// A leader with the tasks he is named on.
#[derive(Serialize, ToSchema)]
pub struct WallLeader {
    pub id: Uuid,
    pub name: String,
    pub tasks: i64,
    pub red: i64,
}

/// A task of a roll.
#[derive(Serialize, ToSchema)]
pub struct RollRow {
    pub task_id: Uuid,
    pub number: String,
    /// None where the reader may know no more than that there is one.
    pub title: Option<String>,
    pub unit: Option<String>,
    pub due_on: Option<NaiveDate>,
    /// Why it is here, in words.
    pub why: String,
}

/// Tasks, the first of them named.
#[derive(Serialize, ToSchema)]
pub struct Roll {
    pub n: i64,
    pub rows: Vec<RollRow>,
}

/// A task that moved.
#[derive(Serialize, ToSchema)]
pub struct WallMove {
    pub task_id: Uuid,
    pub number: String,
    /// None where the reader may know no more than that there is one.
    pub title: Option<String>,
    pub unit: Option<String>,
    /// What happened, in words.
    pub moves: Vec<String>,
    pub is_closed: bool,
}

/// Tasks that moved, the first hundred of them named, closures before the rest.
#[derive(Serialize, ToSchema)]
pub struct MovesView {
    /// From this day on.
    pub since: NaiveDate,
    pub n: usize,
    pub rows: Vec<WallMove>,
}

/// What is to be expected of the tasks due by the report; the parts sum to `planned`.
#[derive(Serialize, ToSchema)]
pub struct OutlookView {
    pub by: NaiveDate,
    pub planned: i64,
    pub closed: i64,
    pub overdue: i64,
    pub behind: i64,
    pub on_course: i64,
}

/// Everything a wall shows.
#[derive(Serialize, ToSchema)]
pub struct WallView {
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub round: String,
    /// The colours of the round's lights; none for those of the product.
    pub palette: Option<Palette>,
    /// The figures of the overview for the same reader.
    pub overview: OverviewView,
    pub report: Option<CountdownView>,
    pub matrix: MatrixView,
    pub schedule: ScheduleView,
    /// Whose schedule may be asked for.
    pub leaders: Vec<WallLeader>,
    pub overdue: Roll,
    pub red: Roll,
    pub moves: MovesView,
    /// Tasks that will miss their date at the present pace, the first hundred of them named.
    pub behind: Roll,
    pub outlook: Option<OutlookView>,
}

fn quoted(words: &str) -> String {
    let mut short: String = words.trim().chars().take(QUOTED).collect();
    if short.len() < words.trim().len() {
        short.push('…');
    }
    short
}

fn matrix(found: &Matrix, today: NaiveDate) -> MatrixView {
    let mut units: BTreeMap<Option<Uuid>, Tally> = BTreeMap::new();
    let mut findings: BTreeMap<Uuid, (Tally, bool)> = BTreeMap::new();
    for cell in &found.cells {
        units.entry(cell.unit).or_default().add(&cell.tally);
        let of_finding = findings.entry(cell.finding).or_default();
        of_finding.0.add(&cell.tally);
        of_finding.1 |= cell.hidden > 0;
    }
    let (n_units, n_findings, n_cells) = (units.len(), findings.len(), found.cells.len());
    let name = |id: Option<Uuid>| id.map_or("未定牵头单位", |id| found.units.get(&id).map_or("", String::as_str));
    let mut units: Vec<(Option<Uuid>, Tally)> = units.into_iter().collect();
    units.sort_by_key(|(id, tally)| (tally.weight(), name(*id), *id));
    units.truncate(UNITS);
    let mut heaviest: Vec<(Uuid, Tally)> = findings.iter().map(|(id, (tally, _))| (*id, *tally)).collect();
    heaviest.sort_by_key(|(id, tally)| (tally.weight(), *id));
    let kept: BTreeSet<Uuid> = heaviest.into_iter().take(FINDINGS).map(|(id, _)| id).collect();
    let columns: Vec<_> = found.findings.iter().filter(|f| kept.contains(&f.id)).collect();
    let rows: BTreeMap<Option<Uuid>, usize> = units.iter().enumerate().map(|(i, (id, _))| (*id, i)).collect();
    let places: BTreeMap<Uuid, usize> = columns.iter().enumerate().map(|(i, f)| (f.id, i)).collect();
    let placed = found.cells.iter().filter_map(|c| Some((*rows.get(&c.unit)?, *places.get(&c.finding)?, c.tally)));
    let mut cells: Vec<(usize, usize, Tally)> = placed.collect();
    cells.sort_by_key(|(unit, finding, tally)| (tally.weight(), *unit, *finding));
    cells.truncate(CELLS);
    MatrixView {
        n_units,
        n_findings,
        n_came_back: found.findings.iter().filter(|f| f.n_found.is_some()).count(),
        n_cells,
        cells: cells
            .into_iter()
            .map(|(unit, finding, tally)| WallCell { unit, finding, tally: tally.into() })
            .collect(),
        findings: columns
            .into_iter()
            .map(|f| {
                let (tally, is_hidden) = findings.get(&f.id).copied().unwrap_or_default();
                let words = (!is_hidden).then(|| quoted(&f.body));
                WallFinding {
                    id: f.id,
                    number: f.number.clone(),
                    words,
                    aspect: f.aspect.clone(),
                    n_found: f.n_found,
                    years_open: f.first_found_on.map(|first| years_between(first, today)),
                    tally: tally.into(),
                }
            })
            .collect(),
        units: units
            .iter()
            .map(|(id, tally)| WallUnit { id: *id, name: name(*id).to_owned(), tally: (*tally).into() })
            .collect(),
    }
}

fn mark(alert_level: &str, is_closed: bool) -> Mark {
    let of = |level: &str| i64::from(alert_level == level);
    let closed = i64::from(is_closed);
    Tally { tasks: 1, closed, draft: 0, red: of("red"), yellow: of("yellow"), green: of("green") }.mark()
}

fn schedule(found: Schedule, today: NaiveDate) -> ScheduleView {
    let mut stones: BTreeMap<Uuid, Vec<StoneView>> = BTreeMap::new();
    for stone in found.stones {
        let view = StoneView { title: stone.title, due_on: stone.due_on, done_on: stone.done_on };
        stones.entry(stone.task_id).or_default().push(view);
    }
    let mut moved = found.moved;
    let bars = found.bars.into_iter().map(|bar| {
        let moved_to = moved.remove(&bar.id).unwrap_or_default();
        let dates = Dates { original: bar.original_due_on, moved: &moved_to, due: bar.due_on, closed: bar.closed_on };
        ScheduleBar {
            slippage: wall::slippage(dates, today),
            mark: mark(&bar.alert_level, bar.is_closed),
            milestones: stones.remove(&bar.id).unwrap_or_default(),
            task_id: bar.id,
            number: bar.number,
            title: bar.title,
            unit: bar.unit,
            leader: bar.leader,
            began_on: bar.began_on,
            original_due_on: bar.original_due_on,
            moved_to,
            due_on: bar.due_on,
            closed_on: bar.closed_on,
            progress_done: bar.progress_done,
            progress_all: bar.progress_all,
        }
    });
    ScheduleView { today, n: found.n, bars: bars.collect() }
}

/// A row of the ledger on a roll. An onlooker learns no words of what is not issued yet.
pub(crate) fn roll_row(row: LedgerRow, today: NaiveDate, is_onlooker: bool) -> RollRow {
    let is_draft = TaskState::parse(&row.state) == Some(TaskState::Draft);
    let reasons: Vec<Reason> = serde_json::from_value(row.alert_reasons).unwrap_or_default();
    let overdue = row.due_on.and_then(|due| is_overdue(due, today));
    let reason = || reason_texts(&reasons).into_iter().next().unwrap_or_default();
    RollRow {
        task_id: row.id,
        number: row.number,
        title: Some(row.title).filter(|_| row.reads_content && !(is_onlooker && is_draft)),
        unit: row.lead_unit,
        due_on: row.due_on,
        why: overdue.unwrap_or_else(reason),
    }
}

/// What moved, closures first, so many of it named.
pub(crate) fn moves(found: Vec<Moved>, since: NaiveDate) -> MovesView {
    let n = found.len();
    let mut rows: Vec<WallMove> = found
        .into_iter()
        .map(|one| WallMove {
            is_closed: one.moves.contains_key(&domain::brief::Move::Closed),
            task_id: one.of.id,
            number: one.of.number,
            title: one.of.title,
            unit: one.of.unit.map(|(_, name)| name),
            moves: one.moves.keys().map(|m| m.label().to_owned()).collect(),
        })
        .collect();
    rows.sort_by_key(|row| !row.is_closed);
    rows.truncate(TOGETHER);
    MovesView { since, n, rows }
}

fn behind(found: Vec<Behind>) -> Roll {
    let n = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let rows = found.into_iter().take(TOGETHER).map(|b| RollRow {
        task_id: b.id,
        number: b.number,
        title: b.title,
        unit: b.unit,
        due_on: Some(b.due_on),
        why: b.why,
    });
    Roll { n, rows: rows.collect() }
}

/// How far off the report of a round is, if it has a day.
pub(crate) fn report(
    (on, text): (Option<NaiveDate>, String),
    calendar: &Calendar,
    today: NaiveDate,
) -> Option<CountdownView> {
    let to = wall::countdown(on?, today, calendar);
    Some(CountdownView { on: to.on, text, working_days: to.working_days, calendar_days: to.calendar_days })
}

fn outlook(found: &Wall, days: &[persistence::overview::Day], today: NaiveDate) -> Option<OutlookView> {
    let by = found.report.0?;
    let (planned, closed) = between(days, true, NaiveDate::MIN, by);
    let (over, over_closed) = between(days, true, NaiveDate::MIN, by.min(today.pred_opt().unwrap_or(today)));
    let behind = found.behind.iter().filter(|b| b.due_on <= by).count();
    let all = wall::outlook(planned, closed, over - over_closed, i64::try_from(behind).unwrap_or(0));
    Some(OutlookView {
        by,
        planned: all.planned,
        closed: all.closed,
        overdue: all.overdue,
        behind: all.behind,
        on_course: all.on_course,
    })
}

/// A wall as it was found, told.
pub(crate) struct Found {
    wall: Wall,
    overview: Overview,
    palette: Option<Palette>,
}

/// Reads a wall with the overview's figures.
pub(crate) fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Found, Error> {
    let today = calendar::today(now);
    let since = calendar::instant(Week::of(today).monday(), NaiveTime::MIN);
    let extent = Extent { today, now, since, bars: BARS, rows: ROWS };
    let wall = persistence::wall::load(conn, actor, round, calendar, &extent)?;
    let (window, _) = overview::window(today);
    let palette = persistence::rounds::of_page(conn, &[round.0])?.remove(&round.0).and_then(|of| of.palette);
    Ok(Found { wall, overview: persistence::overview::load(conn, actor, round, &window)?, palette })
}

/// Tells it.
pub(crate) fn tell(found: Found, calendar: &Calendar, now: DateTime<Utc>, is_onlooker: bool) -> WallView {
    let today = calendar::today(now);
    let Found { wall, overview, palette } = found;
    let outlook = outlook(&wall, &overview.counted.days, today);
    let (_, since) = overview::window(today);
    let figures = overview::view(overview, calendar, now, since);
    let roll = |n, rows: Vec<LedgerRow>| Roll {
        n,
        rows: rows.into_iter().map(|row| roll_row(row, today, is_onlooker)).collect(),
    };
    let (on, text, round) = wall.report;
    WallView {
        now,
        today,
        round,
        palette,
        report: report((on, text), calendar, today),
        matrix: matrix(&wall.matrix, today),
        schedule: schedule(wall.schedule, today),
        leaders: wall
            .leaders
            .into_iter()
            .map(|l| WallLeader { id: l.id, name: l.name, tasks: l.tasks, red: l.red })
            .collect(),
        overdue: roll(figures.due.overdue, wall.overdue),
        red: roll(figures.chain.red, wall.red),
        moves: moves(wall.moved, Week::of(today).monday()),
        behind: behind(wall.behind),
        outlook,
        overview: figures,
    }
}

/// See the wall chart of a round.
///
/// Within the caller's sight; a unit sees its own rows of the matrix and the schedule. The figures are those of the overview.
#[utoipa::path(tag = "wall", params(("id" = Uuid, Path)), responses((status = 200, body = WallView)))]
#[get("/rounds/{id}/wall")]
pub async fn get_wall(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let (actor, now) = (caller.origin.actor.clone(), caller.origin.now);
    let days = calendar.clone();
    let found = app.db.read(&caller.origin.actor, move |conn| find(conn, &actor, RoundId(*id), &days, now)).await?;
    Ok(HttpResponse::Ok().json(tell(found, &calendar, now, false)))
}

/// Whose schedule, and where its page begins.
#[derive(Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScheduleQuery {
    /// Tasks this unit leads.
    pub lead: Option<Uuid>,
    /// Tasks this leader is named on.
    pub leader: Option<Uuid>,
    #[serde(default)]
    pub skip: u32,
    /// Two hundred at most; sixty unless given.
    pub limit: Option<i64>,
}

/// Read a page of the schedule, of a unit or a leader.
#[utoipa::path(tag = "wall", params(("id" = Uuid, Path), ScheduleQuery), responses((status = 200, body = ScheduleView)))]
#[get("/rounds/{id}/wall/schedule")]
pub async fn get_schedule(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<ScheduleQuery>,
) -> Result<HttpResponse, Problem> {
    let (actor, today) = (caller.origin.actor.clone(), calendar::today(caller.origin.now));
    let ScheduleQuery { lead, leader, skip, limit } = query.0;
    let filter = Filter { lead_units: lead.into_iter().collect(), leader, ..Filter::default() };
    let limit = limit.unwrap_or(BARS).clamp(1, PAGE);
    let found = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::rounds::permit_sight(conn, &actor, RoundId(*id))?;
            persistence::wall::schedule(conn, &actor, RoundId(*id), &filter, i64::from(skip), limit)
        })
        .await?;
    Ok(HttpResponse::Ok().json(schedule(found, today)))
}

#[cfg(test)]
mod tests {
    use persistence::wall::{Cell, Column};

    use super::*;

    const DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 19).unwrap();

    fn cell(unit: u128, finding: u128, red: i64, tasks: i64) -> Cell {
        let unit = (unit > 0).then(|| Uuid::from_u128(unit));
        Cell { unit, finding: Uuid::from_u128(finding), tally: Tally { tasks, red, ..Tally::default() }, hidden: 0 }
    }

    fn column(n: u128) -> Column {
        Column {
            id: Uuid::from_u128(n),
            number: n.to_string(),
            body: "问题".repeat(40),
            aspect: "政治建设".to_owned(),
            n_found: (n == 11).then_some(2),
            first_found_on: NaiveDate::from_ymd_opt(2019, 11, 20).filter(|_| n == 11),
        }
    }

    #[test]
    fn rows_and_columns_sum_to_the_cells_and_the_worst_comes_first() {
        let mut hidden = cell(2, 11, 2, 4);
        hidden.hidden = 1;
        let cells = vec![cell(1, 10, 0, 3), hidden, cell(1, 11, 1, 1), cell(0, 10, 0, 2)];
        let units = [(Uuid::from_u128(1), "财务部".to_owned()), (Uuid::from_u128(2), "审计部".to_owned())].into();
        let view = matrix(&Matrix { cells, units, findings: vec![column(10), column(11)] }, DAY);
        let rows: Vec<_> = view.units.iter().map(|u| (u.name.as_str(), u.tally.tasks, u.tally.red)).collect();
        assert_eq!(rows, [("审计部", 4, 2), ("财务部", 4, 1), ("未定牵头单位", 2, 0)]);
        let columns: Vec<_> = view.findings.iter().map(|f| (f.number.as_str(), f.tally.tasks)).collect();
        assert_eq!(columns, [("10", 5), ("11", 5)]);
        // Found in November 2019, a day short of seven years ago.
        let back: Vec<_> = view.findings.iter().map(|f| (f.n_found, f.years_open)).collect();
        assert_eq!(back, [(None, None), (Some(2), Some(6))]);
        // What somebody may not read is not quoted, and what is quoted is short.
        assert_eq!(view.findings[1].words, None);
        assert_eq!(view.findings[0].words.as_ref().map(|w| w.chars().count()), Some(QUOTED + 1));
        let placed: Vec<_> = view.cells.iter().map(|c| (c.unit, c.finding, c.tally.tasks)).collect();
        assert_eq!(placed, [(0, 1, 4), (1, 1, 1), (1, 0, 3), (2, 0, 2)]);
    }

    #[test]
    fn of_too_many_the_worst_are_shown_and_all_are_counted() {
        let wide: Vec<Cell> = (1..=FINDINGS as u128 + 5).map(|f| cell(1, f, i64::from(f == 3_004), 1)).collect();
        let findings = (1..=FINDINGS as u128 + 5).map(column).collect();
        let view = matrix(&Matrix { cells: wide, units: BTreeMap::new(), findings }, DAY);
        assert_eq!((view.n_findings, view.findings.len(), view.n_cells), (FINDINGS + 5, FINDINGS, FINDINGS + 5));
        assert!(view.findings.iter().any(|f| f.number == "3004"));
        assert_eq!((view.cells[0].tally.mark, view.cells.len()), (Mark::Red, FINDINGS));
        let tall: Vec<Cell> = (1..=UNITS as u128 + 2).map(|u| cell(u, 1, 0, 1)).collect();
        let view = matrix(&Matrix { cells: tall, units: BTreeMap::new(), findings: vec![column(1)] }, DAY);
        assert_eq!((view.n_units, view.units.len(), view.cells.len()), (UNITS + 2, UNITS, UNITS));
    }
}
