//! A unit's week: one row per task, last week beside it.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::Week;
use domain::ids::{RoundId, UnitId};
use domain::task::state::StatementMark;
use domain::task::text::StatementText;
use domain::weekly_statement;
use persistence::statements;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::ledger::{LightView, light};
use crate::problem::Problem;

/// What a unit wrote in one week.
#[derive(Serialize, ToSchema)]
pub struct WrittenView {
    pub week: String,
    pub revision: u16,
    pub at: DateTime<Utc>,
    pub is_late: bool,
    pub reply: String,
    pub reply_label: String,
    pub progress: Option<String>,
    pub difficulties: Option<String>,
    pub help_wanted: Option<String>,
    pub next_step: Option<String>,
    pub no_progress_reason: Option<String>,
    pub evidence: Vec<Uuid>,
}

fn written(found: (StatementMark, StatementText)) -> WrittenView {
    let (mark, text) = found;
    WrittenView {
        week: mark.week.to_string(),
        revision: mark.revision,
        at: mark.at,
        is_late: mark.is_late,
        reply: mark.reply.as_str().to_owned(),
        reply_label: mark.reply.label().to_owned(),
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
    pub last: Option<WrittenView>,
}

/// A unit's week.
#[derive(Serialize, ToSchema)]
pub struct WeekSheet {
    pub unit_id: Uuid,
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

/// See a unit's week of statements.
#[utoipa::path(tag = "statements", params(("id" = Uuid, Path), WeekQuery), responses((status = 200, body = WeekSheet)))]
#[get("/rounds/{id}/statements")]
pub async fn get_week(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<WeekQuery>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let current = Week::of(domain::calendar::today(origin.now));
    let week = match &query.0.week {
        Some(text) => Week::parse(text).ok_or_else(|| Problem::field("/week", "wrong-type"))?,
        None => current,
    };
    let own = origin.actor.person().and_then(|p| p.home_unit()).and_then(|u| u.unit());
    let unit = query.0.unit.map(UnitId).or(own).ok_or_else(|| Problem::field("/unit", "required"))?;
    let sheet = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::rounds::permit_sight(conn, &origin.actor, RoundId(*id))?;
            let rows = statements::week(conn, &origin.actor, RoundId(*id), unit, week, &calendar, origin.now)?;
            let cut_off = rows.first().and_then(|r| weekly_statement::cut_off(week, &r.loaded.facts, &calendar));
            let today = domain::calendar::today(origin.now);
            let lines = rows
                .into_iter()
                .map(|row| {
                    let task = &row.loaded.task;
                    let alert = domain::task::alert::assess(task, &row.loaded.facts, &calendar, origin.now);
                    let planned = row.loaded.plan.as_ref().map(|p| &p.criteria).filter(|c| !c.is_empty());
                    let criteria = planned.unwrap_or(&row.loaded.text.criteria);
                    WeekLine {
                        task_id: task.id.0,
                        number: task.draft.number.clone(),
                        title: row.loaded.text.title.clone(),
                        light: light(alert.level, &alert.reasons),
                        due_on: task.draft.due_on,
                        is_owed: row.is_owed,
                        working_days_left: task.draft.due_on.map(|due| calendar.working_days_between(today, due)),
                        due_milestones: task
                            .milestones()
                            .iter()
                            .filter(|m| !task.done.contains_key(&m.id))
                            .filter_map(|m| Some((m, m.due_on.filter(|on| *on <= week.sunday())?)))
                            .map(|(m, due_on)| DueMilestone {
                                id: m.id.0,
                                title: row.loaded.milestone_words(m.id).0,
                                due_on,
                            })
                            .collect(),
                        criteria: criteria.iter().map(|c| c.text.clone()).collect(),
                        this: row.this.map(written),
                        last: row.last.map(written),
                    }
                })
                .collect();
            Ok(WeekSheet {
                unit_id: unit.0,
                week: week.to_string(),
                monday: week.monday(),
                sunday: week.sunday(),
                previous: week.previous().to_string(),
                next: (week < current).then(|| week.next().to_string()),
                is_past_cut_off: cut_off.is_some_and(|at| at <= origin.now),
                cut_off,
                lines,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(sheet))
}
