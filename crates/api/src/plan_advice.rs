//! What helps whoever writes a plan: what a reader would ask about it, and its dates worked back from the end. Nothing here changes anything.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use domain::ids::TaskId;
use domain::task::advice::{self, PlanSketch};
use domain::task::context::subject;
use persistence::Error;
use persistence::tasks::{self, LoadedTask};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller};
use crate::problem::{Fault, Problem};

/// Most milestones, criteria or steps looked at.
const MOST: usize = 100;
/// Longest step, working days.
const LONGEST: u16 = 400;
/// How far behind the last date it is said which days are worked, so that the date can be moved there.
const BEYOND: chrono::Days = chrono::Days::new(62);
/// Furthest day that is reckoned with, days from today.
const FURTHEST: i64 = 3_660;

/// What a reader of the plan would ask about.
#[derive(Serialize, ToSchema)]
pub struct PlanAdvice {
    /// Each with the place in the plan; none of it hinders handing in by itself.
    pub notes: Vec<Fault>,
    /// Days that are not worked from today to two months after the last date of the plan or the task.
    pub rest_days: Vec<NaiveDate>,
}

/// Steps to be worked back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanSteps {
    /// When the last step ends; the task's due date where it is left out.
    #[serde(default)]
    pub ends_on: Option<NaiveDate>,
    /// Working days of each step, in order.
    #[schema(example = json!([5, 10, 3]))]
    pub days: Vec<u16>,
}

/// A step with its dates.
#[derive(Serialize, ToSchema)]
pub struct DatedStep {
    pub begins_on: NaiveDate,
    pub due_on: NaiveDate,
}

/// Steps worked back from the end.
#[derive(Serialize, ToSchema)]
pub struct PlanDates {
    pub steps: Vec<DatedStep>,
    /// Working days from today to the end.
    pub available: i64,
    /// Working days by which the steps are too long to begin today.
    pub lacking: i64,
}

async fn find(caller: &Caller, app: &App, id: Uuid) -> Result<LoadedTask, Problem> {
    let origin = caller.origin.clone();
    let found = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let loaded = tasks::find(conn, &origin.actor, TaskId(id), origin.now)?;
            let is_open = domain::rights::reads_content(&origin.actor, &subject(&loaded.task, &loaded.facts));
            if is_open { Ok(loaded) } else { Err(Error::NotFound) }
        })
        .await?;
    Ok(found)
}

/// Ask what a reader would ask about a plan as far as it is written; nothing is kept.
#[utoipa::path(tag = "tasks", request_body = PlanSketch, params(("id" = Uuid, Path)), responses((status = 200, body = PlanAdvice)))]
#[post("/tasks/{id}/plan-advice")]
pub async fn advise_plan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<PlanSketch>,
) -> Result<HttpResponse, Problem> {
    let sketch = body.0;
    if sketch.milestones.len().max(sketch.criteria.len()) > MOST {
        return Err(Problem::field("/milestones", "too-many"));
    }
    let calendar = app.calendar().await?;
    let loaded = find(&caller, &app, *id).await?;
    let today = domain::calendar::today(caller.origin.now);
    let notes = advice::advice(&loaded.task, &loaded.text, &sketch, &calendar, today);
    let dates = sketch.milestones.iter().filter_map(|m| m.due_on).chain(loaded.task.draft.due_on);
    let last = dates.max().unwrap_or(today);
    let last = last.checked_add_days(BEYOND).unwrap_or(last);
    let days = today.iter_days().take_while(|day| *day <= last && (*day - today).num_days() <= FURTHEST);
    Ok(HttpResponse::Ok().json(PlanAdvice {
        notes: notes.into_iter().map(Fault::from).collect(),
        rest_days: days.filter(|day| !calendar.is_working_day(*day)).collect(),
    }))
}

/// Work the dates of steps back from the end in working days; nothing is kept.
#[utoipa::path(tag = "tasks", request_body = PlanSteps, params(("id" = Uuid, Path)), responses((status = 200, body = PlanDates)))]
#[post("/tasks/{id}/plan-dates")]
pub async fn date_plan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<PlanSteps>,
) -> Result<HttpResponse, Problem> {
    let PlanSteps { ends_on, days } = body.0;
    if days.len() > MOST {
        return Err(Problem::field("/days", "too-many"));
    }
    if let Some(i) = days.iter().position(|n| !(1..=LONGEST).contains(n)) {
        return Err(Problem::field(&format!("/days/{i}"), "out-of-range"));
    }
    let calendar = app.calendar().await?;
    let loaded = find(&caller, &app, *id).await?;
    let end = ends_on.or(loaded.task.draft.due_on).or(loaded.task.draft.review_on);
    let end = end.ok_or_else(|| Problem::field("/ends_on", "required"))?;
    let today = domain::calendar::today(caller.origin.now);
    if (end - today).num_days().abs() > FURTHEST {
        return Err(Problem::field("/ends_on", "out-of-range"));
    }
    let back = advice::work_back(end, &days, &calendar, today);
    Ok(HttpResponse::Ok().json(PlanDates {
        steps: back.steps.iter().map(|s| DatedStep { begins_on: s.begins_on, due_on: s.due_on }).collect(),
        available: back.available,
        lacking: back.lacking,
    }))
}
