//! The figures of a round at one look (docs/domain.md §23); each is the count of a filter of the ledger, so that it opens exactly those rows.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::calendar::{self, Calendar, Week};
use domain::echo::{Echo, echo};
use domain::ids::RoundId;
use domain::weekly_statement;
use persistence::overview::{self, Bar, Day, Overview, Window};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::Caller;
use crate::ledger::ChainView;
use crate::problem::Problem;

/// Bars of units that are shown; of the rest there is a count.
const UNITS: i64 = 15;
/// Milestones of the week that are named.
const MILESTONES: i64 = 6;
/// Answers of so many days make the rate.
const ECHO_DAYS: i64 = 28;
/// Weeks before and after this one that a line shows at most.
const WEEKS: usize = 52;

/// Tasks of an aspect, or of a unit that leads them. Red, yellow, green, dark and draft sum to the tasks.
#[derive(Serialize, ToSchema)]
pub struct BarView {
    pub id: Uuid,
    pub name: String,
    /// Of an aspect.
    pub findings: i64,
    /// Of an aspect.
    pub measures: i64,
    pub tasks: i64,
    pub red: i64,
    pub yellow: i64,
    pub green: i64,
    /// Closed and without a light.
    pub dark: i64,
    /// Not yet issued.
    pub draft: i64,
    /// Closed, with a light or without.
    pub closed: i64,
}

/// A week of plan and fact.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WeekPoint {
    #[schema(example = "2026-W10")]
    pub week: String,
    pub monday: NaiveDate,
    pub sunday: NaiveDate,
    /// Tasks due in the week.
    pub due: i64,
    /// Tasks due by its end.
    pub planned: i64,
    /// Tasks ratified in the week; none of a week to come.
    pub closed: Option<i64>,
    /// Tasks ratified by its end.
    pub closed_by_then: Option<i64>,
}

/// Tasks whose due date is over.
#[derive(Serialize, ToSchema)]
pub struct DueView {
    /// The last day that is over.
    pub by: NaiveDate,
    pub all: i64,
    pub closed: i64,
    /// Those of them that are not closed.
    pub overdue: i64,
    /// Tasks without a due date, which are in no plan.
    pub without: i64,
}

/// A milestone of the week.
#[derive(Serialize, ToSchema)]
pub struct WeekMilestone {
    pub task_id: Uuid,
    pub number: String,
    /// None where the reader may know no more than that there is one.
    pub title: Option<String>,
    pub due_on: NaiveDate,
}

/// What this week brings.
#[derive(Serialize, ToSchema)]
pub struct ThisWeek {
    #[schema(example = "2026-W10")]
    pub week: String,
    pub monday: NaiveDate,
    pub sunday: NaiveDate,
    /// When its statements are due; none in a week without a working day.
    pub cut_off: Option<DateTime<Utc>>,
    /// Tasks ratified since Monday.
    pub closed: i64,
    /// Tasks due in it, and those of them that are not closed.
    pub due: i64,
    pub due_open: i64,
    /// Tasks due in the week after that are not closed.
    pub next_due_open: i64,
    /// Milestones due in it and not done, named or not.
    pub n_milestones: i64,
    pub milestones: Vec<WeekMilestone>,
}

/// 件件有着落: findings of which every task has an owner and an outcome.
#[derive(Serialize, ToSchema)]
pub struct LandedView {
    /// The denominator.
    pub findings: i64,
    /// The numerator.
    pub landed: i64,
    /// Findings with a task that is not started.
    pub not_landed: i64,
    /// Findings without any task, for those who see the whole round.
    pub bare: i64,
}

/// 事事有回音: what was handed in, answered in time.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EchoView {
    /// Answers since this day count.
    pub since: NaiveDate,
    /// The denominator: answered in these weeks, or waiting after its time.
    pub all: i64,
    /// The numerator.
    pub in_time: i64,
    pub late: i64,
    /// Waiting, its time over.
    pub overdue: i64,
    /// Waiting within its time; not counted.
    pub waiting: i64,
    /// Calendar days what has waited longest has waited.
    pub longest_days: Option<i64>,
    /// Tasks of which something waits.
    pub tasks: i64,
}

/// The figures of a round.
#[derive(Serialize, ToSchema)]
pub struct OverviewView {
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub chain: ChainView,
    pub due: DueView,
    /// Plan and fact by week; empty before there is either.
    pub weeks: Vec<WeekPoint>,
    /// Units that lead, the worst first, fifteen at most.
    pub units: Vec<BarView>,
    /// How many units lead, shown or not.
    pub n_units: i64,
    pub aspects: Vec<BarView>,
    pub this_week: ThisWeek,
    pub landed: LandedView,
    pub echo: EchoView,
}

fn bar(bar: Bar) -> BarView {
    BarView {
        dark: bar.tasks - bar.red - bar.yellow - bar.green - bar.draft,
        id: bar.id,
        name: bar.name,
        findings: bar.findings,
        measures: bar.measures,
        tasks: bar.tasks,
        red: bar.red,
        yellow: bar.yellow,
        green: bar.green,
        draft: bar.draft,
        closed: bar.closed,
    }
}

/// Plan and fact by week, from the first that has either to the last due date, a year back and a year ahead at most.
fn weeks(days: &[Day], this: Week) -> Vec<WeekPoint> {
    let mut of_week: BTreeMap<Week, (i64, i64)> = BTreeMap::new();
    for day in days {
        let sums = of_week.entry(Week::of(day.on_day)).or_default();
        if day.is_due {
            sums.0 += day.tasks;
        } else {
            sums.1 += day.tasks;
        }
    }
    let (Some(first), Some(last)) = (of_week.keys().next().copied(), of_week.keys().next_back().copied()) else {
        return Vec::new();
    };
    let (mut from, mut to) = (this, this);
    for _ in 0..WEEKS {
        from = if from > first { from.previous() } else { from };
        to = if to < last { to.next() } else { to };
    }
    // Counting begins the week before, so that a line begins at nought.
    if from == first {
        from = from.previous();
    }
    let before = of_week.range(..from).fold((0, 0), |sum, (_, n)| (sum.0 + n.0, sum.1 + n.1));
    let (mut planned, mut closed) = before;
    let mut points = Vec::new();
    let mut week = from;
    while week <= to {
        let (due, ratified) = of_week.get(&week).copied().unwrap_or_default();
        planned += due;
        closed += ratified;
        let is_past = week <= this;
        points.push(WeekPoint {
            week: week.to_string(),
            monday: week.monday(),
            sunday: week.sunday(),
            due,
            planned,
            closed: is_past.then_some(ratified),
            closed_by_then: is_past.then_some(closed),
        });
        week = week.next();
    }
    points
}

fn echoes(found: &Overview, calendar: &Calendar, today: NaiveDate, since: NaiveDate) -> EchoView {
    let mut view = EchoView { since, tasks: found.unanswered, ..EchoView::default() };
    for handed in &found.handed {
        let steps = u16::try_from(handed.steps).unwrap_or(1);
        match echo(handed.handed_in_on, handed.answered_on, steps, &found.policy, calendar, today) {
            Echo::InTime => view.in_time += handed.n,
            Echo::Late => view.late += handed.n,
            Echo::Overdue => view.overdue += handed.n,
            Echo::Waiting => view.waiting += handed.n,
        }
        if handed.answered_on.is_none() {
            view.longest_days = view.longest_days.max(Some((today - handed.handed_in_on).num_days()));
        }
    }
    view.all = view.in_time + view.late + view.overdue;
    view
}

/// Sums of the days from one to another.
pub(crate) fn between(days: &[Day], is_due: bool, from: NaiveDate, to: NaiveDate) -> (i64, i64) {
    let of_days = days.iter().filter(|d| d.is_due == is_due && (from..=to).contains(&d.on_day));
    of_days.fold((0, 0), |sum, d| (sum.0 + d.tasks, sum.1 + d.closed))
}

/// The figures as they were found, told.
pub(crate) fn view(found: Overview, calendar: &Calendar, now: DateTime<Utc>, since: NaiveDate) -> OverviewView {
    let today = calendar::today(now);
    let week = Week::of(today);
    let by = today.pred_opt().unwrap_or(today);
    let days = &found.counted.days;
    let (due, due_closed) = between(days, true, NaiveDate::MIN, by);
    let with_day: i64 = days.iter().filter(|d| d.is_due).map(|d| d.tasks).sum();
    let (this_due, this_due_closed) = between(days, true, week.monday(), week.sunday());
    let next = week.next();
    let (next_due, next_due_closed) = between(days, true, next.monday(), next.sunday());
    let echo = echoes(&found, calendar, today, since);
    let landed = found.counted.landed;
    OverviewView {
        now,
        today,
        due: DueView {
            by,
            all: due,
            closed: due_closed,
            overdue: due - due_closed,
            without: found.chain.tasks - with_day,
        },
        chain: ChainView::from(found.chain),
        weeks: weeks(days, week),
        this_week: ThisWeek {
            week: week.to_string(),
            monday: week.monday(),
            sunday: week.sunday(),
            cut_off: weekly_statement::cut_off_under(week, &found.policy, calendar),
            closed: between(days, false, week.monday(), week.sunday()).0,
            due: this_due,
            due_open: this_due - this_due_closed,
            next_due_open: next_due - next_due_closed,
            n_milestones: found.milestones.first().map_or(0, |m| m.all),
            milestones: found
                .milestones
                .into_iter()
                .map(|m| WeekMilestone { task_id: m.task_id, number: m.number, title: m.title, due_on: m.due_on })
                .collect(),
        },
        landed: LandedView {
            findings: landed.findings + landed.bare,
            landed: landed.landed,
            not_landed: landed.findings - landed.landed,
            bare: landed.bare,
        },
        n_units: found.counted.units.first().map_or(0, |u| u.bars),
        units: found.counted.units.into_iter().map(bar).collect(),
        aspects: found.counted.aspects.into_iter().map(bar).collect(),
        echo,
    }
}

/// What the overview of a day asks for, and since when answers count.
pub(crate) fn window(today: NaiveDate) -> (Window, NaiveDate) {
    let week = Week::of(today);
    let since = today.checked_sub_days(Days::new(ECHO_DAYS.unsigned_abs())).unwrap_or(today);
    let window = Window {
        answered_since: calendar::instant(since, NaiveTime::MIN),
        from: week.monday(),
        to: week.sunday(),
        units: UNITS,
        milestones: MILESTONES,
    };
    (window, since)
}

/// See the figures of a round at one look.
///
/// Within the caller's sight. Each figure is what the chain counts under the filter of the ledger it opens.
#[utoipa::path(tag = "overview", params(("id" = Uuid, Path)), responses((status = 200, body = OverviewView)))]
#[get("/rounds/{id}/overview")]
pub async fn get_overview(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let (actor, now) = (caller.origin.actor.clone(), caller.origin.now);
    let (window, since) = window(calendar::today(now));
    let found = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::rounds::permit_sight(conn, &actor, RoundId(*id))?;
            overview::load(conn, &actor, RoundId(*id), &window)
        })
        .await?;
    Ok(HttpResponse::Ok().json(view(found, &calendar, now, since)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(is_due: bool, on: &str, tasks: i64) -> Day {
        Day { is_due, on_day: on.parse().unwrap(), tasks, closed: 0 }
    }

    #[test]
    fn the_lines_begin_at_nought_and_fact_ends_today() {
        let this = Week::parse("2026-W12").unwrap();
        let days = [day(true, "2026-03-05", 2), day(false, "2026-03-06", 1), day(true, "2026-04-03", 3)];
        let points = weeks(&days, this);
        let lines: Vec<_> = points.iter().map(|p| (p.week.as_str(), p.planned, p.closed_by_then)).collect();
        assert_eq!(
            lines,
            [
                ("2026-W09", 0, Some(0)),
                ("2026-W10", 2, Some(1)),
                ("2026-W11", 2, Some(1)),
                ("2026-W12", 2, Some(1)),
                ("2026-W13", 2, None),
                ("2026-W14", 5, None),
            ]
        );
        assert_eq!((points[5].due, points[1].due, points[1].closed), (3, 2, Some(1)));
    }

    #[test]
    fn what_lies_further_back_is_counted_and_not_drawn() {
        let this = Week::parse("2026-W12").unwrap();
        let days = [day(false, "2020-09-18", 4), day(true, "2026-03-20", 1), day(true, "2030-01-01", 1)];
        let points = weeks(&days, this);
        assert_eq!(points.len(), 1 + 2 * WEEKS);
        assert_eq!((points[0].planned, points[0].closed_by_then), (0, Some(4)));
        assert_eq!(points.last().unwrap().planned, 1);
    }

    #[test]
    fn nothing_due_and_nothing_closed_has_no_lines() {
        assert_eq!(weeks(&[], Week::parse("2026-W12").unwrap()), []);
    }
}
