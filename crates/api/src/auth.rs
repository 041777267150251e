//! From a bearer token to an actor: loaded by key, kept for a second, checked against the account's epoch.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use domain::calendar;
use domain::ids::AccountId;
use persistence::actors::{self, LoadedActor};

use crate::app::App;
use crate::problem::Problem;

/// How long a loaded actor is believed.
const KEPT: Duration = Duration::from_secs(1);

type Kept = HashMap<(usize, AccountId, i32), (Instant, LoadedActor)>;

static CACHE: LazyLock<Mutex<Kept>> = LazyLock::new(|| Mutex::new(HashMap::new()));

/// The actor of a token; a disabled account or an older epoch is nobody.
pub async fn actor(app: &App, token: &str) -> Result<LoadedActor, Problem> {
    let now = app.clock.now();
    let (account, epoch) = app.keys.check(token, now).ok_or_else(Problem::unauthenticated)?;
    // Several servers in one process (tests) do not share what they know.
    let server = std::sync::Arc::as_ptr(&app.keys) as usize;
    let key = (server, account, epoch);
    if let Ok(cache) = CACHE.lock()
        && let Some((since, loaded)) = cache.get(&key)
        && since.elapsed() < KEPT
    {
        return Ok(loaded.clone());
    }
    let today = calendar::today(now);
    let loaded = app
        .db
        .read(&domain::actor::Actor::System, move |conn| actors::of_account(conn, account, today))
        .await
        .map_err(|error| match error {
            persistence::Error::NotFound => Problem::unauthenticated(),
            other => other.into(),
        })?;
    if !loaded.is_active || loaded.epoch != epoch {
        return Err(Problem::unauthenticated());
    }
    if let Ok(mut cache) = CACHE.lock() {
        if cache.len() > 10_000 {
            cache.retain(|_, (since, _)| since.elapsed() < KEPT);
        }
        cache.insert(key, (Instant::now(), loaded.clone()));
    }
    Ok(loaded)
}

/// Forgets who was loaded, after an act that changes what people are; other servers learn of it within a second.
pub fn forget() {
    if let Ok(mut cache) = CACHE.lock() {
        cache.clear();
    }
}
