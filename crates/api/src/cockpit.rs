//! The leader's cockpit: his charge at a glance, red first; what moved this week, who has not handed in, how far off the report is (docs/domain.md §30).
//! It stands on the overview, which has the other figures.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::calendar::{self, Week};
use domain::ids::RoundId;
use persistence::brief::Of;
use persistence::ledger::Filter;
use persistence::{brief, counts, rounds, wall};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::Caller;
use crate::ledger::TOGETHER;
use crate::problem::Problem;
use crate::wall::{CountdownView, MovesView, Roll, moves, report, roll_row};

/// Red tasks that are named.
const NAMED: i64 = 6;

/// A unit that has not handed in, with the tasks it is about.
#[derive(Serialize, ToSchema)]
pub struct NotHandedIn {
    pub unit_id: Uuid,
    pub unit: String,
    /// Tasks whose statement is missing, shown or not.
    pub n: usize,
    /// The first hundred of them.
    pub tasks: Vec<Uuid>,
}

/// Who has not handed in for the last cut-off, by the rule of the weekly brief.
#[derive(Serialize, ToSchema)]
pub struct MissingView {
    #[schema(example = "2026-W23")]
    pub week: String,
    pub cut_off: DateTime<Utc>,
    /// Tasks whose statement is missing.
    pub n: usize,
    /// The first hundred of them.
    pub tasks: Vec<Uuid>,
    /// Those with most first.
    pub units: Vec<NotHandedIn>,
}

/// What a leader sees first.
#[derive(Serialize, ToSchema)]
pub struct CockpitView {
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub report: Option<CountdownView>,
    pub tasks: i64,
    pub closed: i64,
    pub red: Roll,
    pub moves: MovesView,
    /// None before the first cut-off.
    pub missing: Option<MissingView>,
}

/// Units by what they did not hand in, those with most first.
fn missing(owing: &[Of], week: Week, cut_off: DateTime<Utc>) -> MissingView {
    let mut all: BTreeSet<(i64, Uuid)> = BTreeSet::new();
    let mut units: BTreeMap<(String, Uuid), Vec<Uuid>> = BTreeMap::new();
    for of in owing {
        all.insert((of.ordinal, of.id));
        if let Some((id, name)) = &of.unit {
            units.entry((name.clone(), *id)).or_default().push(of.id);
        }
    }
    let first = |tasks: Vec<Uuid>| tasks.into_iter().take(TOGETHER).collect::<Vec<_>>();
    let mut units: Vec<NotHandedIn> = units
        .into_iter()
        .map(|((unit, unit_id), tasks)| NotHandedIn { unit_id, unit, n: tasks.len(), tasks: first(tasks) })
        .collect();
    units.sort_by_key(|unit| std::cmp::Reverse(unit.n));
    MissingView {
        week: week.to_string(),
        cut_off,
        n: all.len(),
        tasks: first(all.into_iter().map(|(_, id)| id).collect()),
        units,
    }
}

/// See what is in the caller's charge at a glance.
#[utoipa::path(tag = "wall", params(("id" = Uuid, Path)), responses((status = 200, body = CockpitView)))]
#[get("/rounds/{id}/cockpit")]
pub async fn get_cockpit(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let (actor, now, round) = (caller.origin.actor.clone(), caller.origin.now, RoundId(*id));
    let today = calendar::today(now);
    let monday = Week::of(today).monday();
    let view = app
        .db
        .read(&caller.origin.actor, move |conn| {
            rounds::permit_sight(conn, &actor, round)?;
            let chain = counts::count(conn, &actor, round, &Filter::default())?;
            let red = Filter { alert_levels: vec!["red".to_owned()], ..Filter::default() };
            let red = wall::first_due(conn, &actor, round, &red, NAMED)?;
            let moved = brief::moved_since(conn, &actor, round, calendar::instant(monday, NaiveTime::MIN), now)?;
            let brief = brief::not_handed_in(conn, &actor, round, &calendar, now)?;
            let (on, text, _) = wall::report(conn, round)?;
            Ok(CockpitView {
                now,
                today,
                report: report((on, text), &calendar, today),
                tasks: chain.tasks,
                closed: chain.closed,
                red: Roll { n: chain.red, rows: red.into_iter().map(|row| roll_row(row, today, false)).collect() },
                moves: moves(moved, monday),
                missing: brief.map(|(stretch, owing)| missing(&owing, stretch.week, stretch.until)),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
