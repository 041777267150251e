//! What people do with a meeting, one handler per act.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{ItemId, MeetingId, PersonId, RoundId, TaskId, UnitId};
use domain::meeting::state::MeetingKind;
use domain::meeting::{Brief, Decided, MeetingCommand, Plan};
use persistence::idempotency;
use persistence::meetings::{self, Input, NewMeeting};
use persistence::tasks::Expected;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::reply;
use super::view::{self, MeetingView, RefusedItem};
use crate::acts::acts;
use crate::app::App;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey};
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// A meeting as it is arranged.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetingForm {
    #[schema(inline)]
    pub kind: MeetingKind,
    #[schema(example = "整改工作第五次协调会")]
    pub title: String,
    pub at: DateTime<Utc>,
    #[schema(example = "机关三楼会议室")]
    pub place: String,
    /// The body that meets, as closures it ratifies name it.
    #[schema(example = "整改工作领导组")]
    pub body: String,
    #[serde(default)]
    pub chair: Option<PersonId>,
    /// Who chairs, where he is none of the people.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub chair_name: Option<String>,
    #[serde(default)]
    pub attendees: Vec<PersonId>,
    /// Others who take part, by name.
    #[serde(default)]
    pub guests: Vec<String>,
}

impl From<MeetingForm> for Plan {
    fn from(form: MeetingForm) -> Self {
        let MeetingForm { kind, title, at, place, body, chair, chair_name, attendees, guests } = form;
        Self { kind, at, brief: Brief { title, place, body, chair: chair_name, guests }, chair, attendees }
    }
}

/// What is to be remembered of a meeting that was held before it was entered.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldForm {
    #[serde(default)]
    #[schema(example = "整改纪要〔2026〕3号")]
    pub number: Option<String>,
    #[serde(default)]
    #[schema(example = "通报巡察反馈意见，部署整改工作")]
    pub summary: Option<String>,
}

/// A meeting to be entered.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMeetingForm {
    pub meeting: MeetingForm,
    /// Given for one that was held already.
    #[serde(default)]
    pub held: Option<HeldForm>,
}

/// A meeting that was entered.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct EnteredMeeting {
    pub id: Uuid,
}

/// Put a meeting into the calendar, or record one that was held.
#[utoipa::path(tag = "meetings", request_body = NewMeetingForm, params(("id" = Uuid, Path)), responses((status = 201, body = EnteredMeeting)))]
#[post("/rounds/{id}/meetings")]
pub async fn enter_meeting(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<NewMeetingForm>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let entered = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let NewMeetingForm { meeting, held } = body.0;
                let new = NewMeeting { plan: meeting.into(), held: held.map(|h| (h.number, h.summary)) };
                Ok(EnteredMeeting { id: meetings::create(conn, &origin, RoundId(*id), new)?.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(entered))
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    input: Input,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view: MeetingView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            meetings::execute(conn, &origin, MeetingId(id), expected, input, &calendar)?;
            view::load(conn, &origin.actor, MeetingId(id), &calendar, origin.now)
        })
        .await?;
    Ok(reply(&view))
}

/// Change the arrangement of a meeting; whoever takes part is told.
#[utoipa::path(tag = "meetings", request_body = MeetingForm, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = MeetingView)))]
#[put("/meetings/{id}")]
pub async fn revise_meeting(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<MeetingForm>,
) -> Result<HttpResponse, Problem> {
    perform(&app, &caller, *id, version.into(), Input::Revise(body.0.into())).await
}

/// The items in the order in which they are to be heard.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgendaOrder {
    pub keys: Vec<String>,
}

/// An item put on by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    #[schema(example = "研究跨单位资金清理的分工")]
    pub title: String,
    /// The task it is about, if it is about one.
    #[serde(default)]
    pub task: Option<TaskId>,
}

/// An item that is not to be heard, with the reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOutItem {
    pub key: String,
    #[schema(example = "牵头单位已另行报告")]
    pub reason: String,
}

/// An item by its key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemKey {
    pub key: String,
}

/// How a meeting ends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcludeMeeting {
    /// Number of the minutes.
    #[schema(example = "整改纪要〔2026〕5号")]
    pub number: String,
    /// Items nobody wrote anything on were only heard.
    #[serde(default)]
    pub notes_rest: bool,
}

acts! {
    tag: "meetings", answers: MeetingView, wraps: std::convert::identity;
    /// Order the agenda; what comes up later stands behind.
    order_agenda "/meetings/{id}/order" AgendaOrder => |b| Input::Plain(MeetingCommand::Order(b.keys));
    /// Take an item off the agenda; the reason is kept.
    take_out_item "/meetings/{id}/take-out" TakeOutItem => |b| Input::Plain(MeetingCommand::TakeOut { key: b.key, reason: b.reason });
    /// Put an item back that was taken off.
    put_back_item "/meetings/{id}/put-back" ItemKey => |b| Input::Plain(MeetingCommand::PutBack { key: b.key });
    /// Open the meeting: its agenda is frozen as it is now.
    open_meeting "/meetings/{id}/open" Nothing => |_b| Input::Open;
    /// End the meeting; from now on what was resolved waits for its owners.
    conclude_meeting "/meetings/{id}/conclude" ConcludeMeeting => |b| Input::Plain(MeetingCommand::Conclude { number: b.number, notes_rest: b.notes_rest });
    /// Cancel a meeting that was not opened.
    cancel_meeting "/meetings/{id}/cancel" WithReason => |b| Input::Plain(MeetingCommand::Cancel { reason: b.reason });
}

/// Put an item on the agenda by hand, before the meeting or while it is held.
#[utoipa::path(tag = "meetings", request_body = NewItem, params(("id" = Uuid, Path)), responses((status = 200, body = MeetingView)))]
#[post("/meetings/{id}/items")]
pub async fn add_item(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<NewItem>,
) -> Result<HttpResponse, Problem> {
    let NewItem { title, task } = body.0;
    perform(&app, &caller, *id, Expected::Any, Input::Plain(MeetingCommand::Add { title, task })).await
}

/// What came of an item: resolved with words, owner and date; only noted; or taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideItem {
    /// The revision that was seen; whoever writes on an older one is told.
    pub revision: u32,
    #[serde(default)]
    pub is_noted: bool,
    /// Empty, with nothing noted, to take back what was written.
    #[serde(default)]
    #[schema(example = "由财务部牵头，十日内提出清理方案")]
    pub text: String,
    #[serde(default)]
    pub unit: Option<UnitId>,
    #[serde(default)]
    pub person: Option<PersonId>,
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

/// Write down what came of an item while the meeting is held.
///
/// Two who write on different items do not wait for each other; of two who write on the same one the second is told.
#[utoipa::path(tag = "meetings", request_body = DecideItem, params(("id" = Uuid, Path), ("item" = Uuid, Path)), responses((status = 200, body = MeetingView)))]
#[put("/meetings/{id}/items/{item}")]
pub async fn decide_item(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, Uuid)>,
    body: Body<DecideItem>,
) -> Result<HttpResponse, Problem> {
    let (id, item) = path.into_inner();
    let DecideItem { revision, is_noted, text, unit, person, due_on } = body.0;
    let is_empty = text.trim().is_empty() && unit.is_none() && person.is_none() && due_on.is_none();
    let decided = match (is_noted, is_empty) {
        (true, _) => Decided::Noted,
        (false, true) => Decided::Cleared,
        (false, false) => Decided::Resolved { text, unit, person, due_on },
    };
    let command = MeetingCommand::Decide { item: ItemId(item), revision, decided };
    perform(&app, &caller, id, Expected::Any, Input::Plain(command)).await
}

/// The closures that a meeting ratified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatifyClosures {
    pub items: Vec<ItemId>,
    /// Number of the minutes.
    #[schema(example = "整改纪要〔2026〕5号")]
    pub number: String,
    /// SHA-256 of the received scan.
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub scan: String,
}

/// A meeting after its closures were ratified.
#[derive(Serialize, ToSchema)]
pub struct RatifiedView {
    pub meeting: MeetingView,
    /// Those that were refused, each with the reason; nothing of them is written.
    pub refused: Vec<RefusedItem>,
}

/// Ratify many closures in one go, with the body, the day and the minutes of the meeting.
#[utoipa::path(tag = "meetings", request_body = RatifyClosures, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = RatifiedView)))]
#[post("/meetings/{id}/ratify")]
pub async fn ratify_closures(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<RatifyClosures>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let RatifyClosures { items, number, scan } = body.0;
    let origin = caller.origin.clone();
    let (meeting, refused) = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let input = Input::Ratify { items, number, scan };
            let done = meetings::execute(conn, &origin, MeetingId(*id), version.into(), input, &calendar)?;
            Ok((view::load(conn, &origin.actor, MeetingId(*id), &calendar, origin.now)?, done.refused))
        })
        .await?;
    let refused = refused
        .into_iter()
        .map(|(item, error)| {
            let problem = Problem::from(error);
            let fault = problem.errors.first().map(|f| f.text.clone());
            RefusedItem { item: item.0, reason: fault.unwrap_or(problem.title) }
        })
        .collect();
    let etag = format!("\"{}\"", meeting.version);
    Ok(HttpResponse::Ok().insert_header(("ETag", etag)).json(RatifiedView { meeting, refused }))
}
