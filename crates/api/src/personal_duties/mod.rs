//! The four personal duties of heads: the register of a round, the acts behind a figure, and what is entered, confirmed, refused, withdrawn
//! (docs/domain.md §27).

mod todo;
mod view;

pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::ids::{DutyActId, PersonId, RoundId, TaskId};
use domain::personal_duty::state::PersonalDuty;
use domain::personal_duty::{DutyCommand, Entry, Period};
use persistence::idempotency;
use persistence::personal_duties::{self, NewAct};
use persistence::tasks::Expected;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::acts::acts;
use crate::app::App;
use crate::extract::{Body, Caller, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// Of which month.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DutyPeriod {
    /// A month of Asia/Shanghai; the whole round where none is given.
    #[param(example = "2026-03")]
    pub month: Option<String>,
}

fn period(month: Option<&str>) -> Result<Option<Period>, Problem> {
    month.map(|text| Period::parse(text).ok_or_else(|| Problem::field("/month", "no-such-month"))).transpose()
}

/// Get the register of the four personal duties: heads by duties, as far as the caller sees them, those with key problems first.
#[utoipa::path(tag = "personal duties", params(("id" = Uuid, Path), DutyPeriod), responses((status = 200, body = DutyRegister)))]
#[get("/rounds/{id}/personal-duties")]
pub async fn get_duty_register(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<DutyPeriod>,
) -> Result<HttpResponse, Problem> {
    let month = period(query.0.month.as_deref())?;
    let (origin, round) = (caller.origin.clone(), RoundId(*id));
    let found =
        app.db.read(&caller.origin.actor, move |conn| personal_duties::register(conn, &origin, round, month)).await?;
    Ok(HttpResponse::Ok().json(view::register(&caller.origin, round, query.0.month, found)))
}

/// Whose acts, of which duty and month.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DutyActQuery {
    pub head: Uuid,
    #[param(example = "research")]
    pub duty: Option<String>,
    /// A month of Asia/Shanghai; the whole round where none is given.
    #[param(example = "2026-03")]
    pub month: Option<String>,
}

/// List the acts of a head behind a figure of the register, the latest first, with those that were refused or withdrawn.
#[utoipa::path(tag = "personal duties", params(("id" = Uuid, Path), DutyActQuery), responses((status = 200, body = Vec<DutyActView>)))]
#[get("/rounds/{id}/personal-duties/acts")]
pub async fn list_duty_acts(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<DutyActQuery>,
) -> Result<HttpResponse, Problem> {
    let DutyActQuery { head, duty, month } = query.0;
    let month = period(month.as_deref())?;
    let duty = match duty {
        Some(word) => Some(PersonalDuty::parse(&word).ok_or_else(|| Problem::field("/duty", "wrong-type"))?),
        None => None,
    };
    let origin = caller.origin.clone();
    let found = app
        .db
        .read(&caller.origin.actor, move |conn| {
            personal_duties::acts(conn, &origin, RoundId(*id), PersonId(head), duty, month)
        })
        .await?;
    let acts: Vec<DutyActView> = found.into_iter().map(|a| view::act(caller.actor(), a)).collect();
    Ok(HttpResponse::Ok().json(acts))
}

/// For whom.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DutyFormQuery {
    /// The head; the caller himself, or the first he may enter for, where none is given.
    pub head: Option<Uuid>,
}

/// Get what the form offers: for whom the caller may enter, the tasks to choose from, and what the records suggest to him.
#[utoipa::path(tag = "personal duties", params(("id" = Uuid, Path), DutyFormQuery), responses((status = 200, body = DutyForm)))]
#[get("/rounds/{id}/personal-duties/form")]
pub async fn get_duty_form(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<DutyFormQuery>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let head = query.0.head.map(PersonId);
    let found =
        app.db.read(&caller.origin.actor, move |conn| personal_duties::form(conn, &origin, RoundId(*id), head)).await?;
    Ok(HttpResponse::Ok().json(view::form(&caller.origin, found)))
}

/// An act as it is entered.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDutyAct {
    /// Whose; the caller's own where none is given.
    #[serde(default)]
    pub head: Option<PersonId>,
    #[schema(inline)]
    pub duty: PersonalDuty,
    pub on: NaiveDate,
    #[schema(example = "到一号矿现场核对整改措施，逐条明确责任人")]
    pub words: String,
    #[serde(default)]
    pub tasks: Vec<TaskId>,
}

/// Enter an act: counted at once where the head does it himself, else once he has confirmed it.
#[utoipa::path(tag = "personal duties", request_body = NewDutyAct, params(("id" = Uuid, Path)), responses((status = 201, body = DutyActView)))]
#[post("/rounds/{id}/personal-duties")]
pub async fn enter_duty_act(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<NewDutyAct>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(&body.0);
    let NewDutyAct { head, duty, on, words, tasks } = body.0;
    let entry = Entry { duty, on, words, tasks, source: None };
    create(&app, &caller, RoundId(*id), head, key, NewAct::Entered(entry)).await
}

/// A suggestion by its key.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeSuggestion {
    #[schema(example = "plan:2026-03-05")]
    pub key: String,
}

/// Take over what the records suggest to the caller, with its day, words and tasks; the same is never taken twice.
#[utoipa::path(tag = "personal duties", request_body = TakeSuggestion, params(("id" = Uuid, Path)), responses((status = 201, body = DutyActView)))]
#[post("/rounds/{id}/personal-duties/take")]
pub async fn take_suggestion(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<TakeSuggestion>,
) -> Result<HttpResponse, Problem> {
    let once = key.of(&body.0);
    create(&app, &caller, RoundId(*id), None, once, NewAct::Taken(body.0.key)).await
}

async fn create(
    app: &App,
    caller: &Caller,
    round: RoundId,
    head: Option<PersonId>,
    key: Option<idempotency::Key>,
    new: NewAct,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let id: Uuid = idempotency::once(conn, &origin, key.as_ref(), |conn| {
                Ok(personal_duties::create(conn, &origin, round, head, new)?.0)
            })?;
            personal_duties::find(conn, &origin, DutyActId(id))
        })
        .await?;
    Ok(HttpResponse::Created().json(view::act(caller.actor(), found)))
}

/// Get an act.
#[utoipa::path(tag = "personal duties", params(("id" = Uuid, Path)), responses((status = 200, body = DutyActView)))]
#[get("/personal-duties/{id}")]
pub async fn get_duty_act(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found =
        app.db.read(&caller.origin.actor, move |conn| personal_duties::find(conn, &origin, DutyActId(*id))).await?;
    Ok(reply(&view::act(caller.actor(), found)))
}

fn reply(act: &DutyActView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", act.version))).json(act)
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    command: DutyCommand,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found = app
        .db
        .write(&caller.origin.actor, move |conn| {
            personal_duties::execute(conn, &origin, DutyActId(id), expected, command)?;
            personal_duties::find(conn, &origin, DutyActId(id))
        })
        .await?;
    Ok(reply(&view::act(caller.actor(), found)))
}

acts! {
    tag: "personal duties", answers: DutyActView, wraps: std::convert::identity;
    /// Confirm an act that was entered for the caller; from now on it counts.
    confirm_duty_act "/personal-duties/{id}/confirm" Nothing => |_b| DutyCommand::Confirm;
    /// Refuse an act that was entered for the caller, with the reason; who entered it is told.
    refuse_duty_act "/personal-duties/{id}/refuse" WithReason => |b| DutyCommand::Refuse { reason: b.reason };
    /// Withdraw an act, with the reason; nothing of it is changed otherwise. By the head, or by who entered it while it is not confirmed.
    withdraw_duty_act "/personal-duties/{id}/withdraw" WithReason => |b| DutyCommand::Withdraw { reason: b.reason };
}
