//! The weekly brief: who handed in, what moved and what did not, what asks for help; each figure with its rows (docs/domain.md §28).

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::brief::{self, Part};
use domain::calendar::{Calendar, Week};
use domain::ids::{RoundId, UnitId};
use domain::task;
use domain::task::command::Action;
use domain::task::state::StatementReply;
use persistence::brief::{Brief, Line, Moved, Of};
use persistence::{Origin, PgConnection, tasks};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::burden::BurdenEffort;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::statements::CopyView;

/// Rows that come with the brief itself, for each list.
const FIRST: usize = 10;
/// Most rows of one answer.
const MOST: usize = 200;
/// The lists that come with it, in their order.
const LISTED: [Part; 5] = [Part::Missing, Part::Still, Part::Help, Part::Returned, Part::Copied];

/// Which week; the last whose cut-off is over unless given.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BriefQuery {
    #[param(example = "2026-W11")]
    pub week: Option<String>,
}

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BriefRowsQuery {
    #[param(example = "2026-W11")]
    pub week: String,
    /// The figure they make.
    #[param(inline)]
    pub part: Part,
    /// Of one unit alone.
    pub unit: Option<Uuid>,
    /// Rows passed over.
    #[serde(default)]
    pub skip: usize,
    /// At most 200; 50 unless given.
    pub limit: Option<usize>,
}

/// A figure of the brief.
#[derive(Serialize, ToSchema)]
pub struct BriefFigure {
    /// The word of its rows.
    #[schema(example = "missing")]
    pub part: String,
    #[schema(example = "未报")]
    pub label: String,
    pub n: usize,
}

/// A unit's week.
#[derive(Default, Serialize, ToSchema)]
pub struct BriefUnit {
    pub id: Uuid,
    pub name: String,
    pub owed: usize,
    pub in_time: usize,
    pub late: usize,
    pub missing: usize,
    pub returned: usize,
    pub copied: usize,
    pub moved: usize,
    pub still: usize,
    pub help: usize,
}

/// A row behind a figure.
#[derive(Serialize, ToSchema)]
pub struct BriefRow {
    pub task_id: Uuid,
    pub number: String,
    /// None where the reader may know no more than that there is one.
    pub title: Option<String>,
    /// Whether the reader may open the task.
    pub opens: bool,
    pub unit: Option<String>,
    pub unit_id: Option<Uuid>,
    /// How the statement stands, in words.
    #[schema(example = "未报")]
    pub standing: Option<String>,
    pub revision: Option<u16>,
    /// What was done, or why nothing was.
    pub said: Option<String>,
    pub help_wanted: Option<String>,
    pub return_reason: Option<String>,
    pub copy: Option<CopyView>,
    /// What moved, in words.
    pub moves: Vec<String>,
    /// Milestones that were not done by the cut-off.
    pub milestones_left: i64,
    /// Whether the caller may answer the statement now.
    pub may_answer: bool,
}

/// Rows that belong together.
#[derive(Serialize, ToSchema)]
pub struct BriefList {
    pub part: String,
    pub label: String,
    /// How many there are, shown or not.
    pub n: usize,
    pub items: Vec<BriefRow>,
}

/// The brief of a week.
#[derive(Serialize, ToSchema)]
pub struct BriefView {
    pub week: String,
    pub monday: NaiveDate,
    pub sunday: NaiveDate,
    /// The cut-off before, from which it reckons.
    pub from: DateTime<Utc>,
    pub cut_off: DateTime<Utc>,
    /// As of when these figures stand.
    pub now: DateTime<Utc>,
    pub previous: Option<String>,
    /// The next week, once its cut-off is over.
    pub next: Option<String>,
    /// Units that owed a statement, and those of them of which nothing is missing.
    pub n_units: usize,
    pub n_whole_units: usize,
    pub figures: Vec<BriefFigure>,
    /// Those with what is missing first.
    pub units: Vec<BriefUnit>,
    /// What is missing, did not move, asks for help, came back or is a copy: the first of each.
    pub lists: Vec<BriefList>,
    /// What the ISO week cost all units to fill in, for who reads the whole brief.
    pub burden: Option<BurdenEffort>,
}

/// Whether a line makes a figure; what moved is told by the task's own.
fn is_part(line: &Line, part: Part, moved: &BTreeSet<Uuid>) -> bool {
    let stated = line.stated.as_ref();
    match part {
        Part::Owed => line.is_owed,
        Part::InTime => line.is_owed && stated.is_some_and(|s| !s.is_late),
        Part::Late => line.is_owed && stated.is_some_and(|s| s.is_late),
        Part::Missing => line.is_owed && stated.is_none(),
        Part::Extra => !line.is_owed && stated.is_some(),
        Part::Returned => stated.is_some_and(|s| s.reply == StatementReply::Returned),
        Part::Copied => stated.is_some_and(|s| s.copy.is_some()),
        Part::Help => stated.is_some_and(|s| s.asks_help && s.reply != StatementReply::Returned),
        Part::Still => line.is_at_work && line.left > 0 && !moved.contains(&line.of.id),
        Part::Moved | Part::Milestones | Part::States | Part::Closed | Part::Granted => false,
    }
}

fn is_moved(moved: &Moved, part: Part) -> bool {
    part == Part::Moved || moved.moves.keys().any(|one| one.part() == part)
}

/// A row, before it is told.
enum Row<'a> {
    Line(&'a Line),
    Moved(&'a Moved),
}

impl Row<'_> {
    fn of(&self) -> &Of {
        match self {
            Self::Line(line) => &line.of,
            Self::Moved(moved) => &moved.of,
        }
    }
}

/// The rows of a figure, in the ledger's order.
fn rows(found: &Brief, part: Part, unit: Option<Uuid>) -> Vec<Row<'_>> {
    let moved: BTreeSet<Uuid> = found.moved.iter().map(|m| m.of.id).collect();
    let is_of = |of: &Of| unit.is_none_or(|unit| of.unit.as_ref().is_some_and(|(id, _)| *id == unit));
    let lines = found.lines.iter().filter(|l| is_part(l, part, &moved)).map(Row::Line);
    let moves = found.moved.iter().filter(|m| is_moved(m, part)).map(Row::Moved);
    lines.chain(moves).filter(|row| is_of(row.of())).collect()
}

fn units(found: &Brief) -> Vec<BriefUnit> {
    let moved: BTreeSet<Uuid> = found.moved.iter().map(|m| m.of.id).collect();
    let mut units: BTreeMap<Uuid, BriefUnit> = BTreeMap::new();
    let mut count = |of: &Of, is: &dyn Fn(Part) -> bool| {
        let Some((id, name)) = &of.unit else { return };
        let unit =
            units.entry(*id).or_insert_with(|| BriefUnit { id: *id, name: name.clone(), ..BriefUnit::default() });
        for (n, part) in [
            (&mut unit.owed, Part::Owed),
            (&mut unit.in_time, Part::InTime),
            (&mut unit.late, Part::Late),
            (&mut unit.missing, Part::Missing),
            (&mut unit.returned, Part::Returned),
            (&mut unit.copied, Part::Copied),
            (&mut unit.moved, Part::Moved),
            (&mut unit.still, Part::Still),
            (&mut unit.help, Part::Help),
        ] {
            *n += usize::from(is(part));
        }
    };
    found.lines.iter().for_each(|line| count(&line.of, &|part| is_part(line, part, &moved)));
    found.moved.iter().for_each(|one| count(&one.of, &|part| is_moved(one, part)));
    let mut units: Vec<BriefUnit> = units.into_values().collect();
    units.sort_by(|a, b| (b.missing, b.late, b.still, &a.name, a.id).cmp(&(a.missing, a.late, a.still, &b.name, b.id)));
    units
}

/// Of these rows, whose statements the caller may answer now.
fn answerable(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    week: Week,
    rows: &[&Line],
    calendar: &Calendar,
) -> Result<BTreeSet<(Uuid, Uuid)>, persistence::Error> {
    let waits =
        |line: &&&Line| line.of.opens && line.stated.as_ref().is_some_and(|s| s.reply == StatementReply::Waiting);
    let ids: BTreeSet<Uuid> = rows.iter().filter(waits).map(|line| line.of.id).collect();
    let all = tasks::find_many(conn, &origin.actor, round, &ids.into_iter().collect::<Vec<_>>(), origin.now)?;
    let mut found = BTreeSet::new();
    for loaded in &all {
        let open =
            loaded.with_context(&origin.actor, calendar, origin.now, |ctx| task::open_actions(&loaded.task, ctx));
        if open.iter().any(|o| o.action == Action::ReturnStatement && o.missing.is_empty()) {
            let of_task = rows.iter().filter(|line| line.of.id == loaded.task.id.0);
            let units = of_task.filter_map(|line| line.of.unit.as_ref()).map(|(unit, _)| *unit);
            let waits = |unit: &Uuid| {
                loaded.task.statement(UnitId(*unit), week).is_some_and(|s| s.reply == StatementReply::Waiting)
            };
            found.extend(units.filter(waits).map(|unit| (loaded.task.id.0, unit)));
        }
    }
    Ok(found)
}

fn told(row: &Row<'_>, found: &Brief, answerable: &BTreeSet<(Uuid, Uuid)>) -> BriefRow {
    let of = row.of();
    let line = match row {
        Row::Line(line) => Some(*line),
        Row::Moved(_) => None,
    };
    let stated = line.and_then(|l| l.stated.as_ref());
    let text = stated.and_then(|s| s.text.as_ref());
    let moves = found.moved.iter().find(|m| m.of.id == of.id).map(|m| &m.moves);
    let standing = line.and_then(|l| {
        [Part::InTime, Part::Late, Part::Missing, Part::Extra].into_iter().find(|p| is_part(l, *p, &BTreeSet::new()))
    });
    let unit_id = of.unit.as_ref().map(|(id, _)| *id);
    BriefRow {
        task_id: of.id,
        number: of.number.clone(),
        title: of.title.clone(),
        opens: of.opens,
        unit: of.unit.as_ref().map(|(_, name)| name.clone()),
        unit_id,
        standing: standing.map(|part| part.label().to_owned()),
        revision: stated.map(|s| s.revision),
        said: text.and_then(|t| {
            t.progress.clone().or_else(|| t.no_progress_reason.as_ref().map(|why| format!("本周无进展：{why}")))
        }),
        help_wanted: text.and_then(|t| t.help_wanted.clone()).filter(|words| !words.trim().is_empty()),
        return_reason: stated.and_then(|s| s.return_reason.clone()),
        copy: stated.and_then(|s| s.copy).map(CopyView::from),
        moves: moves
            .into_iter()
            .flatten()
            .map(|(one, n)| if *n == 1 { one.label().to_owned() } else { format!("{} {n} 次", one.label()) })
            .collect(),
        milestones_left: line.map_or(0, |l| l.left),
        may_answer: unit_id.is_some_and(|unit| answerable.contains(&(of.id, unit))),
    }
}

/// One list, told from its rows.
struct Page<'a> {
    part: Part,
    n: usize,
    rows: Vec<Row<'a>>,
}

impl<'a> Page<'a> {
    fn of(found: &'a Brief, part: Part, unit: Option<Uuid>, skip: usize, limit: usize) -> Self {
        let all = rows(found, part, unit);
        Self { part, n: all.len(), rows: all.into_iter().skip(skip).take(limit).collect() }
    }
}

fn tell(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    found: &Brief,
    pages: &[Page<'_>],
    calendar: &Calendar,
) -> Result<Vec<BriefList>, persistence::Error> {
    let lines: Vec<&Line> = pages
        .iter()
        .flat_map(|page| &page.rows)
        .filter_map(|row| match row {
            Row::Line(line) => Some(*line),
            Row::Moved(_) => None,
        })
        .collect();
    let answerable = answerable(conn, origin, round, found.stretch.week, &lines, calendar)?;
    Ok(pages
        .iter()
        .map(|page| BriefList {
            part: page.part.as_str().to_owned(),
            label: page.part.label().to_owned(),
            n: page.n,
            items: page.rows.iter().map(|row| told(row, found, &answerable)).collect(),
        })
        .collect())
}

fn week_of(text: &str) -> Result<Week, Problem> {
    Week::parse(text).ok_or_else(|| Problem::field("/week", "wrong-type"))
}

/// What a document says of a week.
pub(crate) struct WeekTold {
    pub week: Week,
    pub units: Vec<BriefUnit>,
    pub moved: Vec<BriefRow>,
    pub help: Vec<BriefRow>,
}

/// The last week whose cut-off is over, for a document; none before the first.
pub(crate) fn for_document(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    calendar: &Calendar,
) -> Result<Option<WeekTold>, persistence::Error> {
    let found = match persistence::brief::load(conn, &origin.actor, round, None, calendar, origin.now) {
        Err(persistence::Error::NotFound) => return Ok(None),
        found => found?.0,
    };
    let of = |part| rows(&found, part, None).iter().map(|row| told(row, &found, &BTreeSet::new())).collect();
    Ok(Some(WeekTold { week: found.stretch.week, units: units(&found), moved: of(Part::Moved), help: of(Part::Help) }))
}

/// Read the brief of a week.
///
/// It is there once the week's cut-off is over, and reckoned from the records whenever it is read. Units see what concerns their tasks.
#[utoipa::path(tag = "brief", params(("id" = Uuid, Path), BriefQuery), responses((status = 200, body = BriefView)))]
#[get("/rounds/{id}/brief")]
pub async fn get_brief(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<BriefQuery>,
) -> Result<HttpResponse, Problem> {
    let week = query.0.week.as_deref().map(week_of).transpose()?;
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let (round, now) = (RoundId(*id), origin.now);
    let days = calendar.clone();
    // Whoever sits in the leading group reads figures of the whole round: the brief itself says what is shown to whom.
    let (found, policy, lists, burden) = app
        .db
        .read(&Actor::System, move |conn| {
            let (found, policy) = persistence::brief::load(conn, &origin.actor, round, week, &days, now)?;
            let pages: Vec<Page<'_>> = LISTED.iter().map(|part| Page::of(&found, *part, None, 0, FIRST)).collect();
            let lists = tell(conn, &origin, round, &found, &pages, &days)?;
            let burden = persistence::burden::of_week(conn, &origin.actor, round, found.stretch.week)?;
            Ok((found, policy, lists, burden))
        })
        .await?;
    let units = units(&found);
    let week = found.stretch.week;
    Ok(HttpResponse::Ok().json(BriefView {
        week: week.to_string(),
        monday: week.monday(),
        sunday: week.sunday(),
        from: found.stretch.from,
        cut_off: found.stretch.until,
        now,
        previous: brief::before(week, &policy, &calendar).map(|w| w.to_string()),
        next: brief::after(week, &policy, &calendar, now).map(|w| w.to_string()),
        n_units: units.iter().filter(|u| u.owed > 0).count(),
        n_whole_units: units.iter().filter(|u| u.owed > 0 && u.missing == 0).count(),
        figures: Part::ALL
            .iter()
            .map(|part| BriefFigure {
                part: part.as_str().to_owned(),
                label: part.label().to_owned(),
                n: rows(&found, *part, None).len(),
            })
            .collect(),
        units,
        lists,
        burden: burden.map(BurdenEffort::from),
    }))
}

/// Open the rows of a figure of the brief.
#[utoipa::path(tag = "brief", params(("id" = Uuid, Path), BriefRowsQuery), responses((status = 200, body = BriefList)))]
#[get("/rounds/{id}/brief/rows")]
pub async fn list_brief_rows(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<BriefRowsQuery>,
) -> Result<HttpResponse, Problem> {
    let BriefRowsQuery { week, part, unit, skip, limit } = query.0;
    let week = week_of(&week)?;
    let limit = limit.unwrap_or(50).min(MOST);
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let (round, now) = (RoundId(*id), origin.now);
    let list = app
        .db
        .read(&Actor::System, move |conn| {
            let (found, _) = persistence::brief::load(conn, &origin.actor, round, Some(week), &calendar, now)?;
            let page = [Page::of(&found, part, unit, skip, limit)];
            Ok(tell(conn, &origin, round, &found, &page, &calendar)?.pop())
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}
