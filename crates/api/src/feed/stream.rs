//! The feed as a stream: server-sent events, each with its place as its id, so that whoever comes back with `Last-Event-ID` goes on where he
//! stopped (docs/domain.md §34).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::actor::Actor;
use domain::service::KeyScope;
use futures_util::stream;
use persistence::Origin;
use persistence::feed::{self, Asked, Part};
use serde::Serialize;
use utoipa::ToSchema;

use super::{FeedEventView, LOOK, view};
use crate::app::App;
use crate::extract;
use crate::problem::Problem;
use crate::services;

/// How often a silent stream says that it lives.
const BEAT: Duration = Duration::from_secs(15);
/// How often it is asked whether the key still holds, and what it opens.
const PROVED: Duration = Duration::from_secs(5);
/// Streams of one key on a server.
const PER_KEY: usize = 4;
/// Streams of all keys on a server.
const IN_ALL: usize = 200;

/// A message of the stream. One with an id and no data only says how far the feed was read.
#[derive(Serialize, ToSchema)]
pub struct FeedMessage {
    /// The place of the event, sent as `Last-Event-ID` by whoever comes back.
    #[schema(example = "1289")]
    pub id: String,
    /// An event of the feed as JSON; of the message `over`, an empty object.
    #[schema(content_media_type = "application/json")]
    pub data: String,
}

/// The streams that are open, counted by the id of their key.
#[derive(Default)]
pub struct Streams(Mutex<BTreeMap<String, usize>>);

/// A place among them, given up when it is dropped.
struct Place {
    streams: Arc<Streams>,
    key: String,
}

impl Streams {
    fn held(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>, key: &str) -> Result<Place, Problem> {
        let mut held = self.held();
        if held.get(key).is_some_and(|n| *n >= PER_KEY) || held.values().sum::<usize>() >= IN_ALL {
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").retry_after(60));
        }
        *held.entry(key.to_owned()).or_default() += 1;
        Ok(Place { streams: self.clone(), key: key.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.streams.held();
        if let Some(n) = held.get_mut(&self.key) {
            *n -= 1;
        }
        held.retain(|_, n| *n > 0);
    }
}

/// A stream under way.
struct Reading {
    app: Data<App>,
    /// The whole text of the key, to be proved again.
    key: String,
    origin: Origin,
    asked: Asked,
    /// When something was last said, and when the key was last proved.
    said: Instant,
    proved: Instant,
    _place: Place,
}

/// What comes next on a stream.
enum Stage {
    First(Reading),
    Open(Reading),
    Over,
}

impl Reading {
    /// Whether the key still holds and opens the feed; what it sees is taken in anew.
    async fn prove(&mut self) -> bool {
        self.origin.now = self.app.clock.now();
        if self.proved.elapsed() < PROVED {
            return true;
        }
        self.proved = Instant::now();
        let Ok(actor) = services::holder(&self.app, &self.key, &self.origin.address).await else { return false };
        let is_open = actor.service.as_ref().is_some_and(|service| service.permit(Some(KeyScope::ReadEvents)).is_ok());
        self.origin.actor = Actor::Person(Box::new(actor));
        is_open
    }

    async fn read(&self) -> Result<Part, Problem> {
        let (origin, asked) = (self.origin.clone(), self.asked.clone());
        Ok(self.app.db.read(&self.origin.actor, move |conn| feed::after(conn, &origin, &asked)).await?)
    }
}

fn message(event: &FeedEventView) -> Result<String, Problem> {
    let data = serde_json::to_string(event).map_err(|e| Problem::internal(e.to_string()))?;
    Ok(format!("id: {}\ndata: {data}\n\n", event.position))
}

/// The messages of a part; where the feed was read beyond its last event, an id without data says how far.
fn messages(part: Part) -> Result<String, Problem> {
    let mut text = String::new();
    let mut last = 0;
    for event in part.events {
        last = event.position;
        text.push_str(&message(&view(event)?)?);
    }
    if last < part.next {
        text.push_str(&format!("id: {}\n\n", part.next));
    }
    Ok(text)
}

/// The next bytes of a stream. It ends without a word where the database does not answer: whoever listens comes back and goes on.
async fn next(stage: Stage) -> Option<(Result<Bytes, actix_web::Error>, Stage)> {
    let mut reading = match stage {
        Stage::First(reading) => {
            let text = format!("retry: 3000\nid: {}\n\n", reading.asked.after);
            return Some((Ok(Bytes::from(text)), Stage::Open(reading)));
        }
        Stage::Open(reading) => reading,
        Stage::Over => return None,
    };
    loop {
        if reading.app.live.is_closed() || !reading.prove().await {
            return Some((Ok(Bytes::from_static(b"event: over\ndata: {}\n\n")), Stage::Over));
        }
        let part = reading.read().await.ok()?;
        let (is_silent, is_more) = (part.events.is_empty(), part.is_more);
        reading.asked.after = part.next;
        if !is_silent {
            reading.said = Instant::now();
            return Some((Ok(Bytes::from(messages(part).ok()?)), Stage::Open(reading)));
        }
        if reading.said.elapsed() >= BEAT {
            reading.said = Instant::now();
            let text = format!(": alive\nid: {}\n\n", reading.asked.after);
            return Some((Ok(Bytes::from(text)), Stage::Open(reading)));
        }
        if !is_more {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Whether a stream is asked for.
pub fn is_wanted(request: &HttpRequest) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT).filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/event-stream"))
}

/// The place a listener stopped at, from `Last-Event-ID`; none where he comes for the first time.
///
/// Errors: `wrong-type` at /after for what is no place.
pub fn stopped_at(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    let Some(value) = request.headers().get("last-event-id") else { return Ok(None) };
    let place = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    place.map(Some).ok_or_else(|| Problem::field("/after", "wrong-type"))
}

/// Begins a stream from a place that is there.
///
/// Errors: `too-many-requests` (429) where the key has too many.
pub fn begin(app: &Data<App>, origin: Origin, request: &HttpRequest, asked: Asked) -> Result<HttpResponse, Problem> {
    let key = extract::bearer(request).ok_or_else(Problem::unauthenticated)?.to_owned();
    let id = services::key::read(&key).ok_or_else(Problem::unauthenticated)?.id.to_owned();
    let place = app.feeds.enter(&id)?;
    let now = Instant::now();
    let reading = Reading { app: app.clone(), key, origin, asked, said: now, proved: now, _place: place };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        // Neither gathered to be compressed here nor by a proxy.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(Stage::First(reading), next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_so_many_streams_and_gives_them_back() {
        let streams = Arc::new(Streams::default());
        let held: Vec<Place> = (0..PER_KEY).map(|_| streams.enter("a").unwrap()).collect();
        assert_eq!(streams.enter("a").map(drop).unwrap_err().status, 429);
        let other = streams.enter("b").unwrap();
        drop(held);
        let again = streams.enter("a").unwrap();
        drop((other, again));
        assert!(streams.held().is_empty());
        let many: Vec<Place> = (0..IN_ALL).map(|n| streams.enter(&n.to_string()).unwrap()).collect();
        assert_eq!(streams.enter("c").map(drop).unwrap_err().status, 429);
        drop(many);
    }

    #[test]
    fn what_is_not_seen_is_passed_over_by_an_id_alone() {
        assert_eq!(messages(Part { events: Vec::new(), next: 7, is_more: false }).unwrap(), "id: 7\n\n");
    }
}
