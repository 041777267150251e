//! From a bearer token to an actor: loaded by key, kept for a second, checked against the account's epoch and the session's end.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::calendar;
use persistence::actors::{self, LoadedActor};
use persistence::identity::{self, Standing};
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// How long a loaded actor is believed.
const KEPT: Duration = Duration::from_secs(1);

/// Whom a token speaks for.
#[derive(Clone)]
pub struct Bearer {
    pub loaded: LoadedActor,
    pub session: Uuid,
    pub standing: Standing,
    /// When the token was issued.
    pub issued_at: DateTime<Utc>,
}

/// What a token came to; the signature is not proved anew while it is kept.
struct Kept {
    since: Instant,
    ends_at: DateTime<Utc>,
    bearer: Bearer,
}

/// By server (several in one process, as in tests, do not share what they know) and token.
type Cache = HashMap<usize, HashMap<String, Kept>>;

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(|| Mutex::new(HashMap::new()));

/// The actor of a token and his session; a disabled account, an older epoch or an ended session is nobody.
pub async fn actor(app: &App, token: &str) -> Result<Bearer, Problem> {
    let now = app.clock.now();
    let server = std::sync::Arc::as_ptr(&app.keys) as usize;
    if let Ok(cache) = CACHE.lock()
        && let Some(kept) = cache.get(&server).and_then(|tokens| tokens.get(token))
        && kept.since.elapsed() < KEPT
        && now < kept.ends_at
    {
        return Ok(kept.bearer.clone());
    }
    let proved = app.keys.check(token, now).ok_or_else(Problem::unauthenticated)?;
    let (account, epoch, session) = (proved.account, proved.epoch, proved.session);
    let today = calendar::today(now);
    let (loaded, standing) = app
        .db
        .read(&domain::actor::Actor::System, move |conn| {
            Ok((actors::of_account(conn, account, today)?, identity::standing(conn, account, session)?))
        })
        .await
        .map_err(|error| match error {
            persistence::Error::NotFound => Problem::unauthenticated(),
            other => other.into(),
        })?;
    if !loaded.is_active || loaded.epoch != epoch || standing.is_ended {
        return Err(Problem::unauthenticated());
    }
    let bearer = Bearer { loaded, session, standing, issued_at: proved.issued_at };
    if let Ok(mut cache) = CACHE.lock() {
        let tokens = cache.entry(server).or_default();
        if tokens.len() > 10_000 {
            tokens.retain(|_, kept| kept.since.elapsed() < KEPT);
        }
        let kept = Kept { since: Instant::now(), ends_at: proved.ends_at, bearer: bearer.clone() };
        tokens.insert(token.to_owned(), kept);
    }
    Ok(bearer)
}

/// Forgets who was loaded, after an act that changes what people are; other servers learn of it within a second.
pub fn forget() {
    if let Ok(mut cache) = CACHE.lock() {
        cache.clear();
    }
}
