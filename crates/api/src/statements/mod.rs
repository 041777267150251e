//! A unit's week: one row per task, last week beside it; on the page, or as a workbook that is filled in offline.

mod workbook;

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{Calendar, Week};
use domain::copied::Copy;
use domain::ids::{RoundId, TaskId, UnitId};
use domain::task::context::subject;
use domain::task::text::StatementText;
use domain::{rights, weekly_statement};
use persistence::statements::{self, WeekRow, Written};
use persistence::{Error, tasks};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller, Params};
use crate::ledger::{LightView, light};
use crate::problem::Problem;

pub use workbook::*;

/// What a unit wrote in one week.
#[derive(Serialize, ToSchema)]
pub struct WrittenView {
    pub week: String,
    pub revision: u16,
    pub at: DateTime<Utc>,
    pub is_late: bool,
    /// A change made after the cut-off to one that was in time.
    pub is_after_cut_off: bool,
    pub reply: String,
    pub reply_label: String,
    /// Why it came back, if it did.
    pub return_reason: Option<String>,
    pub progress: Option<String>,
    pub difficulties: Option<String>,
    pub help_wanted: Option<String>,
    pub next_step: Option<String>,
    pub no_progress_reason: Option<String>,
    pub evidence: Vec<Uuid>,
}

/// The earlier statement that one repeats; a remark, nothing is refused for it.
#[derive(Clone, Serialize, ToSchema)]
pub struct CopyView {
    #[schema(example = "2026-W37")]
    pub week: String,
    /// How much of the text stood there already; 100 where the two are the same.
    pub percent: u8,
    #[schema(example = "与第37周写实文字相同")]
    pub words: String,
}

impl From<Copy> for CopyView {
    fn from(copy: Copy) -> Self {
        Self { week: copy.week.to_string(), percent: copy.percent, words: copy.words() }
    }
}

fn written(found: Written) -> WrittenView {
    let Written { mark, text, return_reason } = found;
    WrittenView {
        week: mark.week.to_string(),
        revision: mark.revision,
        at: mark.at,
        is_late: mark.is_late,
        is_after_cut_off: mark.is_after_cut_off,
        reply: mark.reply.as_str().to_owned(),
        reply_label: mark.reply.label().to_owned(),
        return_reason,
        progress: text.progress,
        difficulties: text.difficulties,
        help_wanted: text.help_wanted,
        next_step: text.next_step,
        no_progress_reason: text.no_progress_reason,
        evidence: text.evidence.iter().map(|e| e.0).collect(),
    }
}

/// A milestone that is late or due in the week.
#[derive(Serialize, ToSchema)]
pub struct DueMilestone {
    pub id: Uuid,
    pub title: String,
    pub due_on: NaiveDate,
}

/// One task of the week.
#[derive(Serialize, ToSchema)]
pub struct WeekLine {
    pub task_id: Uuid,
    pub number: String,
    pub title: String,
    pub light: LightView,
    pub due_on: Option<NaiveDate>,
    /// The unit must write; otherwise it may.
    pub is_owed: bool,
    /// Working days to the due date; negative when it is past.
    pub working_days_left: Option<i64>,
    pub criteria: Vec<String>,
    pub due_milestones: Vec<DueMilestone>,
    pub this: Option<WrittenView>,
    /// The revision that the cut-off froze, where `this` changed it afterwards.
    pub frozen: Option<WrittenView>,
    pub last: Option<WrittenView>,
    /// The earlier statement that `this` repeats.
    pub copy: Option<CopyView>,
}

/// A unit's week.
#[derive(Serialize, ToSchema)]
pub struct WeekSheet {
    pub unit_id: Uuid,
    pub unit: String,
    pub week: String,
    pub monday: NaiveDate,
    pub sunday: NaiveDate,
    pub previous: String,
    /// The next week, once it has begun.
    pub next: Option<String>,
    /// When it is due; none when no day of the week is worked.
    pub cut_off: Option<DateTime<Utc>>,
    pub is_past_cut_off: bool,
    pub lines: Vec<WeekLine>,
}

/// Which unit and week; one's own unit and this week unless given.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WeekQuery {
    pub unit: Option<Uuid>,
    #[param(example = "2026-W38")]
    pub week: Option<String>,
}

/// A week as it was read, with what it is measured by.
struct WeekFound {
    round: RoundId,
    unit: UnitId,
    unit_name: String,
    week: Week,
    current: Week,
    rows: Vec<WeekRow>,
    calendar: Arc<Calendar>,
    now: DateTime<Utc>,
}

impl WeekFound {
    /// Reads what the caller may see of it.
    async fn of(caller: &Caller, app: &App, round: RoundId, query: &WeekQuery) -> Result<Self, Problem> {
        let calendar = app.calendar().await?;
        let origin = caller.origin.clone();
        let now = origin.now;
        let current = Week::of(domain::calendar::today(now));
        let week = match &query.week {
            Some(text) => Week::parse(text).ok_or_else(|| Problem::field("/week", "wrong-type"))?,
            None => current,
        };
        let own = origin.actor.person().and_then(|p| p.home_unit()).and_then(|u| u.unit());
        let unit = query.unit.map(UnitId).or(own).ok_or_else(|| Problem::field("/unit", "required"))?;
        let days = calendar.clone();
        let (rows, unit_name) = app
            .db
            .read(&caller.origin.actor, move |conn| {
                persistence::rounds::permit_sight(conn, &origin.actor, round)?;
                let rows = statements::week(conn, &origin.actor, round, unit, week, &days, now)?;
                let name = tasks::names(conn, vec![unit.0])?.remove(&unit.0).unwrap_or_default();
                Ok((rows, name))
            })
            .await?;
        Ok(Self { round, unit, unit_name, week, current, rows, calendar, now })
    }

    fn cut_off(&self) -> Option<DateTime<Utc>> {
        self.rows.first().and_then(|r| weekly_statement::cut_off(self.week, &r.loaded.facts, &self.calendar))
    }
}

/// What a task must come to: the plan's criteria, else those it was issued with.
fn criteria(row: &WeekRow) -> Vec<String> {
    let planned = row.loaded.plan.as_ref().map(|p| &p.criteria).filter(|c| !c.is_empty());
    planned.unwrap_or(&row.loaded.text.criteria).iter().map(|c| c.text.clone()).collect()
}

fn line(row: WeekRow, week: Week, calendar: &Calendar, now: DateTime<Utc>) -> WeekLine {
    let task = &row.loaded.task;
    let alert = domain::task::alert::assess(task, &row.loaded.facts, calendar, now);
    let today = domain::calendar::today(now);
    WeekLine {
        task_id: task.id.0,
        number: task.draft.number.clone(),
        title: row.loaded.text.title.clone(),
        light: light(alert.level, &alert.reasons),
        due_on: task.draft.due_on,
        is_owed: row.is_owed,
        working_days_left: task.draft.due_on.map(|due| calendar.working_days_between(today, due)),
        criteria: criteria(&row),
        due_milestones: task
            .milestones()
            .iter()
            .filter(|m| !task.done.contains_key(&m.id))
            .filter_map(|m| Some((m, m.due_on.filter(|on| *on <= week.sunday())?)))
            .map(|(m, due_on)| DueMilestone { id: m.id.0, title: row.loaded.milestone_words(m.id).0, due_on })
            .collect(),
        this: row.this.map(written),
        frozen: row.frozen.map(written),
        last: row.last.map(written),
        copy: row.copy.map(CopyView::from),
    }
}

/// See a unit's week of statements.
#[utoipa::path(tag = "statements", params(("id" = Uuid, Path), WeekQuery), responses((status = 200, body = WeekSheet)))]
#[get("/rounds/{id}/statements")]
pub async fn get_week(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<WeekQuery>,
) -> Result<HttpResponse, Problem> {
    let found = WeekFound::of(&caller, &app, RoundId(*id), &query.0).await?;
    let cut_off = found.cut_off();
    let WeekFound { unit, unit_name, week, current, rows, calendar, now, .. } = found;
    Ok(HttpResponse::Ok().json(WeekSheet {
        unit_id: unit.0,
        unit: unit_name,
        week: week.to_string(),
        monday: week.monday(),
        sunday: week.sunday(),
        previous: week.previous().to_string(),
        next: (week < current).then(|| week.next().to_string()),
        is_past_cut_off: cut_off.is_some_and(|at| at <= now),
        cut_off,
        lines: rows.into_iter().map(|row| line(row, week, &calendar, now)).collect(),
    }))
}

/// A statement as far as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementSketch {
    pub unit: Uuid,
    #[schema(example = "2026-W38")]
    pub week: String,
    #[serde(default)]
    pub progress: Option<String>,
    #[serde(default)]
    pub no_progress_reason: Option<String>,
}

/// What a reader would remark.
#[derive(Serialize, ToSchema)]
pub struct StatementAdvice {
    /// The earlier statement that it repeats.
    pub copy: Option<CopyView>,
}

/// Ask whether a statement as far as it is written repeats an earlier one; nothing is kept, and handing it in is not refused for it.
#[utoipa::path(tag = "statements", request_body = StatementSketch, params(("id" = Uuid, Path)), responses((status = 200, body = StatementAdvice)))]
#[post("/tasks/{id}/statement-advice")]
pub async fn advise_statement(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<StatementSketch>,
) -> Result<HttpResponse, Problem> {
    let StatementSketch { unit, week, progress, no_progress_reason } = body.0;
    let week = Week::parse(&week).ok_or_else(|| Problem::field("/week", "wrong-type"))?;
    let given = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
    let text = StatementText {
        progress: given(progress),
        no_progress_reason: given(no_progress_reason),
        ..StatementText::default()
    };
    let origin = caller.origin.clone();
    let copy = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let loaded = tasks::find(conn, &origin.actor, TaskId(*id), origin.now)?;
            if !rights::reads_content(&origin.actor, &subject(&loaded.task, &loaded.facts)) {
                return Err(Error::NotFound);
            }
            statements::would_repeat(conn, &text, &loaded, UnitId(unit), week)
        })
        .await?;
    Ok(HttpResponse::Ok().json(StatementAdvice { copy: copy.map(CopyView::from) }))
}
