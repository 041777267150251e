//! A stretch of days: which are worked, when the week's statements are due, what falls on each.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::actor::{Actor, Role};
use domain::calendar::{DayKind, Week, today};
use domain::ids::RoundId;
use domain::policy::AlertLevel;
use domain::slip::state::SlipState;
use domain::task::state::Sensitivity;
use domain::weekly_statement;
use persistence::agenda::{self, Entry};
use persistence::ledger::Filter;
use persistence::meetings::{self, MeetingLine};
use persistence::slips::{self, SlipLine};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// Most days of one answer: a month's page with the weeks it touches, twice.
const LONGEST: i64 = 93;

/// Something that falls on a day.
#[derive(Serialize, ToSchema)]
pub struct AgendaItem {
    /// due, review or milestone.
    #[schema(example = "milestone")]
    pub kind: String,
    pub task_id: Uuid,
    pub number: String,
    pub title: String,
    /// none, green, yellow or red.
    pub light: String,
    pub light_label: String,
    /// The task is closed, or the milestone done.
    pub is_done: bool,
}

/// A meeting on a day.
#[derive(Clone, Serialize, ToSchema)]
pub struct DayMeeting {
    /// None where it is only proposed.
    pub id: Option<Uuid>,
    #[schema(example = "协调会")]
    pub title: String,
    pub at: Option<DateTime<Utc>>,
}

/// A day of a slip: that of its answer, or of what was promised in an interview.
#[derive(Clone, Serialize, ToSchema)]
pub struct DaySlip {
    pub id: Uuid,
    #[schema(example = "督办通知单〔2026〕1号答复")]
    pub title: String,
    pub is_late: bool,
}

/// A day.
#[derive(Serialize, ToSchema)]
pub struct DayView {
    pub on: NaiveDate,
    pub is_working: bool,
    /// What the State Council's notice makes of it, in words, where that is not what its weekday says.
    pub note: Option<String>,
    /// When the week's statements are due, on the day they are.
    pub cut_off: Option<DateTime<Utc>>,
    /// Tasks due on it, listed or not.
    pub n_due: i64,
    pub n_reviews: i64,
    pub n_milestones: i64,
    pub items: Vec<AgendaItem>,
    /// Meetings the caller sees; a proposed one has no id.
    pub meetings: Vec<DayMeeting>,
    /// Slips that the caller sees and that wait until then.
    pub slips: Vec<DaySlip>,
}

/// A year of the stretch.
#[derive(Serialize, ToSchema)]
pub struct YearView {
    pub year: i32,
    /// The notice it rests on; none when it is not announced.
    pub notice: Option<String>,
}

/// Days one after the other.
#[derive(Serialize, ToSchema)]
pub struct CalendarView {
    pub today: NaiveDate,
    pub days: Vec<DayView>,
    pub years: Vec<YearView>,
    /// Whose tasks these are, in words.
    pub label: String,
    /// Whether there is more than is listed; each day's counts are whole where anything of the day is listed.
    pub is_cut: bool,
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CalendarQuery {
    #[param(example = "2026-03-01")]
    pub from: NaiveDate,
    /// At most 93 days after the first.
    #[param(example = "2026-03-31")]
    pub to: NaiveDate,
    /// Everything in sight instead of what the caller or his unit answers for.
    pub all: Option<bool>,
}

/// Whose tasks somebody looks for in a calendar: a leader's own, those his unit has a part in; all for the others.
pub(crate) fn own(actor: &Actor) -> (Filter, &'static str) {
    let person = actor.person();
    let all = (Filter::default(), "看得到的全部任务");
    match person.and_then(|p| p.role) {
        Some(Role::Leader) => {
            let leader = person.and_then(|p| p.person).map(|p| p.0);
            (Filter { leader, ..Filter::default() }, "我负责的任务")
        }
        Some(Role::Unit) => match person.and_then(|p| p.home_unit()).and_then(|u| u.unit()) {
            Some(unit) => (Filter { unit: Some(unit.0), ..Filter::default() }, "本单位任务"),
            None => all,
        },
        Some(Role::Supervisor) | None => all,
    }
}

/// The meetings of a day, with the proposed one.
fn meetings_of(on: NaiveDate, met: &[MeetingLine], proposed: Option<NaiveDate>) -> Vec<DayMeeting> {
    let set = met.iter().filter(|m| today(m.meeting.at) == on);
    let mut all: Vec<DayMeeting> =
        set.map(|m| DayMeeting { id: Some(m.meeting.id.0), title: m.title.clone(), at: Some(m.meeting.at) }).collect();
    if proposed == Some(on) {
        all.push(DayMeeting { id: None, title: "协调会（建议，待确定）".to_owned(), at: None });
    }
    all
}

/// The slips of which something is due on a day.
pub(crate) fn slips_of(on: NaiveDate, lines: &[SlipLine], today: NaiveDate) -> Vec<DaySlip> {
    let mut all = Vec::new();
    for line in lines {
        let slip = &line.slip;
        let waits = matches!(slip.state, SlipState::Issued | SlipState::Received) && slip.overtaken_by.is_none();
        let what = if slip.shape.level.is_referral() { "移交" } else { "答复" };
        for (due, what) in [(slip.due_on.filter(|_| waits), what), (slip.promise(), "约谈承诺")] {
            if due == Some(on) {
                all.push(DaySlip { id: slip.id.0, title: format!("{}{what}", line.name()), is_late: on < today });
            }
        }
    }
    all
}

fn item(entry: &Entry) -> AgendaItem {
    let label = || Sensitivity::parse(&entry.sensitivity).map_or("敏感事项", Sensitivity::label).to_owned();
    AgendaItem {
        kind: entry.kind.clone(),
        task_id: entry.task_id,
        number: entry.number.clone(),
        title: entry.title.clone().unwrap_or_else(label),
        light: entry.alert_level.clone(),
        light_label: AlertLevel::parse(&entry.alert_level).map_or("", AlertLevel::label).to_owned(),
        is_done: entry.is_done,
    }
}

/// See what falls on which day.
///
/// Working days, holidays and make-up days; the cut-off of each week; due dates, reviews and milestones. What falls on its task's due date is
/// said once.
#[utoipa::path(tag = "calendar", params(("id" = Uuid, Path), CalendarQuery), responses((status = 200, body = CalendarView)))]
#[get("/rounds/{id}/calendar")]
pub async fn get_calendar(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<CalendarQuery>,
) -> Result<HttpResponse, Problem> {
    let CalendarQuery { from, to, all } = query.0;
    if to < from || (to - from).num_days() > LONGEST {
        return Err(Problem::field("/to", "out-of-range"));
    }
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let (filter, label) =
        if all == Some(true) { (Filter::default(), "看得到的全部任务") } else { own(caller.actor()) };
    let working = calendar.clone();
    let (entries, policy, met, proposed, slips) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let round = RoundId(*id);
            persistence::rounds::permit_sight(conn, &origin.actor, round)?;
            let entries = agenda::entries(conn, &origin.actor, round, &filter, from, to)?;
            let policy = persistence::todo::policy(conn, round)?;
            let met = meetings::between(conn, &origin.actor, round, from, to)?;
            let proposed = if meetings::sees_meetings(conn, &origin.actor, round)? {
                meetings::next_proposed(conn, round, &policy, &working, today(origin.now))?
            } else {
                None
            };
            let slips = slips::list(conn, &origin.actor, round, origin.now)?;
            Ok((entries, policy, met, proposed, slips))
        })
        .await?;
    let days: Vec<DayView> = from
        .iter_days()
        .take_while(|on| *on <= to)
        .map(|on| {
            let of_day: Vec<&Entry> = entries.iter().filter(|e| e.on_day == on).collect();
            let n = |kind: &str| of_day.iter().find(|e| e.kind == kind).map_or(0, |e| e.of_day);
            let cut_off = weekly_statement::cut_off_under(Week::of(on), &policy, &calendar);
            DayView {
                on,
                is_working: calendar.is_working_day(on),
                note: calendar.kind(on).map(|kind: DayKind| kind.label().to_owned()),
                cut_off: cut_off.filter(|at| today(*at) == on),
                n_due: n("due"),
                n_reviews: n("review"),
                n_milestones: n("milestone"),
                items: of_day.into_iter().map(item).collect(),
                meetings: meetings_of(on, &met, proposed),
                slips: slips_of(on, &slips, today(caller.origin.now)),
            }
        })
        .collect();
    let mut years: Vec<i32> = [from, to].map(|on| on.year()).to_vec();
    years.dedup();
    Ok(HttpResponse::Ok().json(CalendarView {
        today: today(caller.origin.now),
        days,
        years: years
            .into_iter()
            .map(|year| YearView { year, notice: calendar.notice(year).map(str::to_owned) })
            .collect(),
        label: label.to_owned(),
        is_cut: i64::try_from(entries.len()).is_ok_and(|n| n >= agenda::MOST),
    }))
}
