//! From a bearer token to an actor: loaded by key, kept for a second, checked against the account's epoch and the session's end.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::calendar;
use persistence::actors::{self, LoadedActor};
use persistence::sessions;
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// How long a loaded actor is believed.
const KEPT: Duration = Duration::from_secs(1);

/// What a token came to; the signature is not proved anew while it is kept.
struct Kept {
    since: Instant,
    ends_at: DateTime<Utc>,
    loaded: LoadedActor,
    session: Uuid,
}

/// By server (several in one process, as in tests, do not share what they know) and token.
type Cache = HashMap<usize, HashMap<String, Kept>>;

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(|| Mutex::new(HashMap::new()));

/// The actor of a token and his session; a disabled account, an older epoch or an ended session is nobody.
pub async fn actor(app: &App, token: &str) -> Result<(LoadedActor, Uuid), Problem> {
    let now = app.clock.now();
    let server = std::sync::Arc::as_ptr(&app.keys) as usize;
    if let Ok(cache) = CACHE.lock()
        && let Some(kept) = cache.get(&server).and_then(|tokens| tokens.get(token))
        && kept.since.elapsed() < KEPT
        && now < kept.ends_at
    {
        return Ok((kept.loaded.clone(), kept.session));
    }
    let proved = app.keys.check(token, now).ok_or_else(Problem::unauthenticated)?;
    let (account, epoch, session) = (proved.account, proved.epoch, proved.session);
    let today = calendar::today(now);
    let (loaded, is_ended) = app
        .db
        .read(&domain::actor::Actor::System, move |conn| {
            Ok((actors::of_account(conn, account, today)?, sessions::is_ended(conn, session)?))
        })
        .await
        .map_err(|error| match error {
            persistence::Error::NotFound => Problem::unauthenticated(),
            other => other.into(),
        })?;
    if !loaded.is_active || loaded.epoch != epoch || is_ended {
        return Err(Problem::unauthenticated());
    }
    if let Ok(mut cache) = CACHE.lock() {
        let tokens = cache.entry(server).or_default();
        if tokens.len() > 10_000 {
            tokens.retain(|_, kept| kept.since.elapsed() < KEPT);
        }
        let kept = Kept { since: Instant::now(), ends_at: proved.ends_at, loaded: loaded.clone(), session };
        tokens.insert(token.to_owned(), kept);
    }
    Ok((loaded, session))
}

/// Forgets who was loaded, after an act that changes what people are; other servers learn of it within a second.
pub fn forget() {
    if let Ok(mut cache) = CACHE.lock() {
        cache.clear();
    }
}
