//! What was resolved, for its owner, for who sees its task, and for the office that accepts it.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::ids::{ItemId, RoundId, TaskId};
use domain::meeting::state::{MeetingState, Standing};
use domain::meeting::{self, MeetingAction, MeetingCommand};
use persistence::PgConnection;
use persistence::meetings::{self, Asked, Input, LoadedResolution};
use persistence::tasks::Expected;
use persistence::{blobs, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::MeetingFileQuery;
use super::view::{MeetingActionView, ReportFileView, ResolutionView, actions, of_loaded};
use crate::app::App;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};
use crate::todo::{TodoItem, days_until, group_of};

/// A resolution with where it comes from.
#[derive(Serialize, ToSchema)]
pub struct ResolutionPlace {
    pub resolution: ResolutionView,
    pub meeting_id: Uuid,
    pub meeting: String,
    pub held_on: NaiveDate,
    /// Number of the minutes.
    pub number: Option<String>,
    /// Whether the caller sees the meeting itself.
    pub sees_meeting: bool,
    pub task_id: Option<Uuid>,
    pub task_number: Option<String>,
    pub task_title: Option<String>,
    pub open_actions: Vec<MeetingActionView>,
    pub round_id: Uuid,
    /// Whether the caller may begin a slip that rests on it.
    pub may_draft_slip: bool,
    pub version: i64,
}

fn place(
    actor: &Actor,
    loaded: &LoadedResolution,
    files: &[blobs::AttachmentRow],
    sees_meeting: bool,
) -> Option<ResolutionPlace> {
    let task = loaded.task.as_ref();
    Some(ResolutionPlace {
        resolution: of_loaded(loaded, files)?,
        meeting_id: loaded.meeting.0,
        meeting: loaded.title.clone(),
        held_on: loaded.held_on,
        number: loaded.number.clone(),
        sees_meeting,
        task_id: task.map(|t| t.id),
        task_number: task.map(|t| t.number.clone()),
        task_title: task.map(|t| t.title.clone()),
        open_actions: actions(meeting::open_on_resolution(actor, loaded.round, &loaded.resolution)),
        round_id: loaded.round.0,
        may_draft_slip: loaded.resolution.standing.is_left()
            && domain::rights::permit_supervision(actor, loaded.round).is_ok(),
        version: loaded.version,
    })
}

/// Which resolutions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ResolutionQuery {
    /// Only those on this task.
    pub task: Option<Uuid>,
    /// Only those that are not done.
    pub left: Option<bool>,
}

/// List what meetings resolved, as far as the caller sees it: all of it for who sees the meetings, else his own and that on tasks he sees.
#[utoipa::path(tag = "meetings", params(("id" = Uuid, Path), ResolutionQuery), responses((status = 200, body = Vec<ResolutionPlace>)))]
#[get("/rounds/{id}/resolutions")]
pub async fn list_resolutions(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<ResolutionQuery>,
) -> Result<HttpResponse, Problem> {
    let (round, actor) = (RoundId(*id), caller.origin.actor.clone());
    let asked = Asked { task: query.0.task.map(TaskId), is_left: query.0.left == Some(true) };
    let places = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let found = meetings::resolutions(conn, &actor, round, asked)?;
            let sees = meetings::sees_meetings(conn, &actor, round)?;
            if found.is_empty() {
                persistence::rounds::permit_sight(conn, &actor, round)?;
            }
            Ok(found.iter().filter_map(|r| place(&actor, r, &[], sees)).collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(places))
}

fn load(conn: &mut PgConnection, actor: &Actor, id: Uuid) -> Result<ResolutionPlace, persistence::Error> {
    let found = meetings::find_resolution(conn, actor, ItemId(id))?;
    let files = blobs::of_subject(conn, blobs::Subject::Meeting(found.meeting.0))?;
    let sees = meetings::sees_meetings(conn, actor, found.round)?;
    place(actor, &found, &files, sees).ok_or(persistence::Error::NotFound)
}

fn reply(place: &ResolutionPlace) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", place.version))).json(place)
}

/// Get what a meeting resolved.
#[utoipa::path(tag = "meetings", params(("id" = Uuid, Path)), responses((status = 200, body = ResolutionPlace)))]
#[get("/resolutions/{id}")]
pub async fn get_resolution(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let place = app.db.read(&caller.origin.actor, move |conn| load(conn, &actor, *id)).await?;
    Ok(reply(&place))
}

/// Receive a file that proves what came of a resolution; its id goes into the report.
#[utoipa::path(tag = "meetings", params(("id" = Uuid, Path), MeetingFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ReportFileView)))]
#[post("/resolutions/{id}/files")]
pub async fn receive_report_file(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<MeetingFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let meeting = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let found = meetings::find_resolution(conn, &actor, ItemId(*id))?;
            if !domain::rights::owns(&actor, &found.resolution) {
                domain::rights::permit_meeting(&actor, MeetingAction::Report, found.round)?;
            }
            Ok(found.meeting)
        })
        .await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let file = ReportFileView { id: Uuid::now_v7(), filename: filename.clone(), media_type: blob.media_type.clone() };
    let (origin, attachment) = (caller.origin.clone(), file.id);
    app.db
        .write(&caller.origin.actor, move |conn| {
            let subject = blobs::Subject::Meeting(meeting.0);
            blobs::attach(conn, &origin, attachment, &blob, subject, "report", &filename, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(file))
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    key: Option<idempotency::Key>,
    input: Input,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let place = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let found = meetings::find_resolution(conn, &origin.actor, ItemId(id))?;
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let done = meetings::execute(conn, &origin, found.meeting, expected, input, &calendar)?;
                Ok(done.meeting.version)
            })?;
            load(conn, &origin.actor, id)
        })
        .await?;
    Ok(reply(&place))
}

/// What came of a resolution.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportResolution {
    #[schema(example = "清理方案已印发，三家单位已按方案执行")]
    pub words: String,
    /// Ids of files received for it.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// Report a resolution done; the office accepts or returns it.
#[utoipa::path(tag = "meetings", request_body = ReportResolution, params(("id" = Uuid, Path)), responses((status = 200, body = ResolutionPlace)))]
#[post("/resolutions/{id}/report")]
pub async fn report_resolution(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<ReportResolution>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(&body.0);
    let ReportResolution { words, files } = body.0;
    perform(&app, &caller, *id, Expected::Any, key, Input::Report { item: ItemId(*id), words, files }).await
}

/// Accept that a resolution is done.
#[utoipa::path(tag = "meetings", request_body = Nothing, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = ResolutionPlace)))]
#[post("/resolutions/{id}/accept")]
pub async fn accept_resolution(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let Nothing {} = body.0;
    let command = MeetingCommand::Accept { item: ItemId(*id) };
    perform(&app, &caller, *id, version.into(), None, Input::Plain(command)).await
}

/// Return a report with a reason.
#[utoipa::path(tag = "meetings", request_body = WithReason, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = ResolutionPlace)))]
#[post("/resolutions/{id}/return")]
pub async fn return_resolution(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<WithReason>,
) -> Result<HttpResponse, Problem> {
    let command = MeetingCommand::Return { item: ItemId(*id), reason: body.0.reason };
    perform(&app, &caller, *id, version.into(), None, Input::Plain(command)).await
}

/// The lines of the caller's list that are about resolutions: to be carried out by their owner, to be accepted by the office; and the meetings of
/// the day in which he takes part.
pub(crate) fn todo(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let mut items = Vec::new();
    for found in meetings::waiting(conn, actor, round)? {
        let owns = domain::rights::owns(actor, &found.resolution);
        let is_reported = found.resolution.standing == Standing::Reported;
        let open = meeting::open_on_resolution(actor, round, &found.resolution);
        let (action, verb) = match open.first() {
            // The office may report for others; it waits for it only where it owns.
            Some(MeetingAction::Report) if owns => (MeetingAction::Report, "办理"),
            Some(MeetingAction::Accept) => (MeetingAction::Accept, "认可"),
            _ => continue,
        };
        let words = found.words.get(&found.resolution.text).filter(|_| found.reads).cloned();
        let due_at = (!is_reported).then(|| calendar::end_of_day(found.resolution.due_on));
        let report = found.resolution.report.as_ref();
        let returned = found.resolution.returned.as_ref().and_then(|d| found.words.get(d));
        let since = report.map(|r| r.at).filter(|_| is_reported);
        items.push(TodoItem {
            action: action.as_str().to_owned(),
            what: if is_reported { "认可议定事项办结".to_owned() } else { "办理议定事项".to_owned() },
            verb: verb.to_owned(),
            context: match returned {
                Some(reason) if !is_reported => format!("被退回：{reason}"),
                _ => words.unwrap_or_default(),
            },
            task_id: found.task.as_ref().map(|t| t.id),
            number: found.task.as_ref().map(|t| t.number.clone()),
            title: found.task.as_ref().map(|t| t.title.clone()),
            since: since.or(Some(calendar::instant(found.held_on, chrono::NaiveTime::MIN))),
            from: Some(found.title.clone()),
            group: group_of(due_at, now).to_owned(),
            working_days_left: due_at.map(|at| days_until(calendar, now, at)),
            working_days_waited: since
                .map(|at| calendar.working_days_between(calendar::today(at), calendar::today(now))),
            due_at,
            count: 1,
            about: Vec::new(),
            resolution_id: Some(found.item.id.0),
            ..TodoItem::default()
        });
    }
    items.extend(of_the_day(conn, actor, round, now)?);
    Ok(items)
}

/// The meetings of today that the caller is expected at and that are not over.
fn of_the_day(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    now: DateTime<Utc>,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let today = calendar::today(now);
    let person = actor.person().and_then(|p| p.person);
    let met = meetings::between(conn, actor, round, today, today)?;
    let waits = |line: &meetings::MeetingLine| {
        matches!(line.meeting.state, MeetingState::Scheduled | MeetingState::Open)
            && person.is_some_and(|p| line.meeting.is_attended_by(p))
    };
    Ok(met
        .into_iter()
        .filter(waits)
        .map(|line| TodoItem {
            action: "attend_meeting".to_owned(),
            what: format!("参加{}", line.meeting.kind.label()),
            verb: "查看".to_owned(),
            context: line.title,
            group: "today".to_owned(),
            working_days_left: Some(0),
            due_at: Some(line.meeting.at),
            count: 1,
            about: Vec::new(),
            meeting_id: Some(line.meeting.id.0),
            ..TodoItem::default()
        })
        .collect())
}
