//! Appraisals (docs/domain.md §45): the scheme of a round and what it comes to on a period that is over, the appraisal of a period and what people do with it.
//! Who reads a score may not see every task it is about: what is said to whom is decided here by its own rules, so it is read past the second net.

mod scheme_view;
mod todo;
mod view;

pub use scheme_view::*;
pub(crate) use todo::todo;
pub use view::*;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post, put};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::appraisal::AppraisalCommand;
use domain::appraisal::scheme::{Period, Scheme, SubjectKind};
use domain::appraisal::score::Subject;
use domain::ids::{AppraisalId, RoundId, UnitId};
use persistence::tasks::Expected;
use persistence::{appraisals, idempotency, rounds};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::acts::acts;
use crate::app::App;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::WithReason;

/// Get the scheme of a round: what is being edited, and which versions were published. Before anything was saved it is what an office begins with.
#[utoipa::path(tag = "appraisals", params(("id" = Uuid, Path)), responses((status = 200, body = SchemeView)))]
#[get("/rounds/{id}/appraisal-scheme")]
pub async fn get_appraisal_scheme(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let actor = caller.actor().clone();
    let round = RoundId(*id);
    let loaded = app.db.read(&Actor::System, move |conn| appraisals::scheme(conn, &actor, round)).await?;
    Ok(scheme_reply(&scheme_view(loaded, caller.actor(), round)))
}

fn scheme_reply(view: &SchemeView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

/// Save what is edited of the scheme; it holds once it is published. `If-Match` is 0 where nothing was saved yet.
#[utoipa::path(tag = "appraisals", request_body = Scheme, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = SchemeView)))]
#[put("/rounds/{id}/appraisal-scheme")]
pub async fn save_appraisal_scheme(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<Scheme>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let loaded = app
        .db
        .write(&caller.origin.actor, move |conn| {
            appraisals::save_scheme(conn, &origin, round, version.0, &body.0)?;
            appraisals::scheme(conn, &origin.actor, round)
        })
        .await?;
    Ok(scheme_reply(&scheme_view(loaded, caller.actor(), round)))
}

/// What a version of the scheme rests on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishScheme {
    /// The document or the meeting, in words.
    #[schema(example = "领导组第3次会议纪要")]
    pub basis: String,
}

/// Publish what is edited as the next version of the scheme; what is reckoned from now on is reckoned by it.
#[utoipa::path(tag = "appraisals", request_body = PublishScheme, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = SchemeView)))]
#[post("/rounds/{id}/appraisal-scheme/publish")]
pub async fn publish_appraisal_scheme(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<PublishScheme>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let loaded = app
        .db
        .write(&caller.origin.actor, move |conn| {
            appraisals::publish_scheme(conn, &origin, round, version.0, &body.0.basis)?;
            appraisals::scheme(conn, &origin.actor, round)
        })
        .await?;
    Ok(scheme_reply(&scheme_view(loaded, caller.actor(), round)))
}

/// A scheme to be tried on a period.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulateScheme {
    pub scheme: Scheme,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
}

/// Try a scheme on a period that is over, beside the one that holds: by the same reckoning as is published by. Nothing is written.
#[utoipa::path(tag = "appraisals", request_body = SimulateScheme, params(("id" = Uuid, Path)), responses((status = 200, body = SimulationView)))]
#[post("/rounds/{id}/appraisal-scheme/simulate")]
pub async fn simulate_appraisal_scheme(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<SimulateScheme>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let SimulateScheme { scheme, from, to } = body.0;
    let period = Period { from, to };
    let simulated = app
        .db
        .read_as_of(&Actor::System, move |conn| appraisals::simulate(conn, &origin, RoundId(*id), scheme, period))
        .await?;
    Ok(HttpResponse::Ok().json(simulation_view(&simulated, period)))
}

/// List the appraisals of a round the caller sees, the newest period first: the office and the principal all, everybody else those published that score his unit or himself.
#[utoipa::path(tag = "appraisals", params(("id" = Uuid, Path)), responses((status = 200, body = AppraisalList)))]
#[get("/rounds/{id}/appraisals")]
pub async fn list_appraisals(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let actor = caller.actor().clone();
    let round = RoundId(*id);
    let all = app
        .db
        .read(&Actor::System, move |conn| {
            rounds::permit_sight(conn, &actor, round)?;
            appraisals::list(conn, &actor, round)
        })
        .await?;
    Ok(HttpResponse::Ok().json(appraisal_list(&all, caller.actor(), round)))
}

/// A period to be appraised.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppraisePeriod {
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
}

/// An appraisal that was begun.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct BegunAppraisal {
    pub id: Uuid,
}

/// Begin the appraisal of a period that is over: reckoned from the records as they are now, by the version of the scheme that holds.
#[utoipa::path(tag = "appraisals", request_body = AppraisePeriod, params(("id" = Uuid, Path)), responses((status = 201, body = BegunAppraisal)))]
#[post("/rounds/{id}/appraisals")]
pub async fn begin_appraisal(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<AppraisePeriod>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let period = Period { from: body.0.from, to: body.0.to };
    let begun = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let id = appraisals::compute(conn, &origin, RoundId(*id), period)?;
                Ok(BegunAppraisal { id: id.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(begun))
}

/// Which version.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// The newest the caller reads unless given; only who reads all of it may ask for another.
    #[param(minimum = 1)]
    pub n: Option<u32>,
}

/// Get an appraisal in the version the caller reads: where those stand whose score he reads, or all where the scheme shows the ranking; what changed from the version before.
#[utoipa::path(tag = "appraisals", params(("id" = Uuid, Path), VersionQuery), responses((status = 200, body = AppraisalView)))]
#[get("/appraisals/{id}")]
pub async fn get_appraisal(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<VersionQuery>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let n = query.0.n;
    let view = app.db.read(&Actor::System, move |conn| load(conn, &origin, AppraisalId(*id), n, &calendar)).await?;
    Ok(reply(&view))
}

fn reply(view: &AppraisalView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

/// Get the score of one unit or leader: every dimension, every item, every fact with the event it comes from.
#[utoipa::path(tag = "appraisals", params(("id" = Uuid, Path), ("kind" = SubjectKind, Path, description = "A unit or a leader"), ("subject" = Uuid, Path, description = "The unit, or the person"), VersionQuery), responses((status = 200, body = ScoreView)))]
#[get("/appraisals/{id}/scores/{kind}/{subject}")]
pub async fn get_score(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, String, Uuid)>,
    query: Params<VersionQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, kind, subject) = path.into_inner();
    let kind = SubjectKind::parse(&kind).ok_or(persistence::Error::NotFound)?;
    let origin = caller.origin.clone();
    let n = query.0.n;
    let subject = Subject { kind, id: subject };
    let view = app.db.read(&Actor::System, move |conn| score(conn, &origin, AppraisalId(id), n, subject)).await?;
    Ok(HttpResponse::Ok().json(view))
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    command: AppraisalCommand,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view: AppraisalView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            appraisals::execute(conn, &origin, AppraisalId(id), expected, command, &calendar)?;
            load(conn, &origin, AppraisalId(id), None, &calendar)
        })
        .await?;
    Ok(reply(&view))
}

acts! {
    tag: "appraisals", answers: AppraisalView, wraps: std::convert::identity;
    /// Reckon the period anew where records came later or another version of the scheme holds: a new version, which shows what changed.
    recompute_appraisal "/appraisals/{id}/recompute" Empty => |_b| AppraisalCommand::Recompute;
    /// Add points to a score or take some, with a reason, within what the scheme allows, before it is published.
    adjust_appraisal "/appraisals/{id}/adjust" AdjustScore => |b| AppraisalCommand::Adjust { subject: b.subject, points: b.points, reason: b.reason };
    /// Publish the scores: each unit and leader reads its own, and the heads of units may object.
    publish_appraisal "/appraisals/{id}/publish" Empty => |_b| AppraisalCommand::Publish;
    /// Discard an appraisal that was begun wrongly and never published, with a reason; its period may be begun anew.
    discard_appraisal "/appraisals/{id}/discard" WithReason => |b| AppraisalCommand::Discard { reason: b.reason };
    /// Object to the unit's score as its head, once, until the day that is shown.
    object_to_appraisal "/appraisals/{id}/object" ObjectToScore => |b| AppraisalCommand::Object { unit: b.unit, words: b.words };
    /// Answer an objection with a reason; the score stays, or changes by so many points.
    answer_objection "/appraisals/{id}/answer" AnswerObjection => |b| AppraisalCommand::Answer { unit: b.unit, points: b.points, reason: b.reason };
    /// Close the appraisal once the days of objection are over and every one is answered.
    finish_appraisal "/appraisals/{id}/finish" Empty => |_b| AppraisalCommand::Finish;
}

/// Nothing beside the version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Points for or against a subject.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustScore {
    pub subject: Subject,
    /// Hundredths of a point, below 0 to take some; never 0.
    #[schema(example = -150)]
    pub points: i64,
    pub reason: String,
}

/// What a unit says against its score.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectToScore {
    pub unit: UnitId,
    pub words: String,
}

/// What an objection comes to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerObjection {
    pub unit: UnitId,
    /// Hundredths of a point by which the score changes; 0 where it stays.
    #[schema(example = 0)]
    pub points: i64,
    pub reason: String,
}
