//! The feed of events for other systems: what happened since a place in the one order of events, waited for where nothing did (docs/domain.md §34).

pub mod kinds;
pub mod stream;

use std::time::{Duration, Instant};

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::refusal::Refusal;
use persistence::feed::{self, Asked, FeedEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use stream::FeedMessage;

/// Longest wait for something to happen, seconds; a request may take no longer than 15.
const LONGEST_WAIT: u64 = 10;
/// How often it is looked whether something did.
const LOOK: Duration = Duration::from_millis(500);

/// From where on, and what of it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FeedQuery {
    /// The `next` of the part before; 0 or nothing for the beginning.
    #[param(example = 0)]
    pub after: Option<i64>,
    /// Only streams of this kind: task, slip, check, meeting, document and so on.
    #[param(example = "task")]
    pub stream: Option<String>,
    /// Only of this round.
    pub round: Option<Uuid>,
    /// Only what this unit did.
    pub unit: Option<Uuid>,
    /// Seconds to wait where nothing is there, at most 10.
    pub wait: Option<u64>,
}

/// Something that happened. It carries ids, figures and digests; words are asked for where they stand, under the rights of now.
#[derive(Serialize, ToSchema)]
pub struct FeedEventView {
    /// Its place in the one order of all events, without a gap.
    #[schema(example = 1289)]
    pub position: i64,
    #[schema(example = "task")]
    pub stream: String,
    pub stream_id: Uuid,
    /// Its number in the stream, from 1 without a gap.
    #[schema(example = 7)]
    pub seq: i64,
    #[schema(example = "task.statement_submitted")]
    pub kind: String,
    /// The form of `data`.
    #[schema(example = 1)]
    pub schema_version: i16,
    /// By the server's clock, UTC.
    pub at: DateTime<Utc>,
    pub person_id: Option<Uuid>,
    #[schema(example = "unit")]
    pub role: String,
    /// Of whoever acted.
    pub unit_id: Option<Uuid>,
    pub round_id: Option<Uuid>,
    /// What happened, by its kind: the schemas whose names begin with `event.` say what it holds.
    #[schema(value_type = Object)]
    pub data: Value,
    #[schema(example = "sha-256")]
    pub alg: String,
    /// The hash of the event, which is a leaf of the ledger.
    pub hash: String,
}

/// A part of the feed.
#[derive(Serialize, ToSchema)]
pub struct FeedPart {
    pub events: Vec<FeedEventView>,
    /// Given as `after` for what follows; it moves on over events the caller does not see.
    #[schema(example = 1300)]
    pub next: i64,
    /// Whether more is there already.
    pub is_more: bool,
}

fn view(event: FeedEvent) -> Result<FeedEventView, Problem> {
    Ok(FeedEventView {
        position: event.position,
        stream: event.stream_kind,
        stream_id: event.stream_id,
        seq: event.seq,
        kind: event.kind,
        schema_version: event.schema_version,
        at: event.at,
        person_id: event.person_id,
        role: event.role,
        unit_id: event.unit_id,
        round_id: event.round_id,
        data: serde_json::from_str(&event.payload).map_err(|e| Problem::internal(e.to_string()))?,
        alg: event.alg,
        hash: event.hash,
    })
}

/// Read what happened since a place, oldest first, waiting where nothing did.
///
/// Complete: an event gets its place when it is sealed, within seconds of what it records, and whoever goes on from `next` misses none. An event of
/// something the caller does not see is left out. `cursor-unknown` (422) for a place beyond the last event: it is another ledger's.
///
/// Whoever accepts `text/event-stream` gets the same as server-sent events, from then on as they happen: each with its place as `id`, which a client
/// sends as `Last-Event-ID` when it comes back; a comment every 15 seconds says that the stream lives; `over` when the key no longer holds or the
/// server stops. At most four streams of a key at once (429).
#[utoipa::path(
    tag = "feed",
    params(FeedQuery, ("Last-Event-ID" = Option<String>, Header, description = "The last `id` of the stream before; it counts more than `after`")),
    responses((status = 200, content((FeedPart = "application/json"), (FeedMessage = "text/event-stream")))),
)]
#[get("/events")]
pub async fn read_feed(
    caller: Caller,
    request: HttpRequest,
    app: Data<App>,
    query: Params<FeedQuery>,
) -> Result<HttpResponse, Problem> {
    // Only other systems read it: a page hears by its own stream, the auditor reads the log.
    if caller.loaded.actor.service.is_none() {
        return Err(Refusal::forbidden("not-allowed").into());
    }
    let FeedQuery { after, stream: stream_kind, round, unit, wait } = query.0;
    let is_stream = stream::is_wanted(&request);
    let stopped_at = if is_stream { stream::stopped_at(&request)? } else { None };
    let asked = Asked { after: stopped_at.or(after).unwrap_or(0), stream_kind, round, unit };
    let last = app.db.read(&Actor::System, persistence::changes::position).await?;
    if asked.after < 0 || asked.after > last {
        return Err(Problem::field("/after", "cursor-unknown"));
    }
    if is_stream {
        return stream::begin(&app, caller.origin, &request, asked);
    }
    let until = Instant::now() + Duration::from_secs(wait.unwrap_or(0).min(LONGEST_WAIT));
    let mut asked = asked;
    loop {
        let (origin, now_asked) = (caller.origin.clone(), asked.clone());
        let part = app.db.read(&caller.origin.actor, move |conn| feed::after(conn, &origin, &now_asked)).await?;
        if !part.events.is_empty() || part.is_more || Instant::now() + LOOK > until {
            let events = part.events.into_iter().map(view).collect::<Result<Vec<_>, _>>()?;
            return Ok(HttpResponse::Ok().json(FeedPart { events, next: part.next, is_more: part.is_more }));
        }
        asked.after = part.next;
        tokio::time::sleep(LOOK).await;
    }
}
