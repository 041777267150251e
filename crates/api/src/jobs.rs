//! What runs by itself: events get their place in the one order, and the clock of every task is kept.

use std::path::Path;
use std::time::{Duration, SystemTime};

use domain::actor::Actor;
use persistence::Error;
use tokio::sync::watch;

use crate::app::App;
use crate::{evidence, exports, sender, webhooks};

/// How long a round of work waits when there was nothing to do.
const REST: Duration = Duration::from_secs(1);
/// How long after a failure, so that a lost database is not asked in a loop.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often the folder of exports is looked through.
const SWEEP: Duration = Duration::from_secs(600);

/// Works until told to stop; several servers on one database share the work.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let rest = match turn(&app).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => REST,
            Err(problem) => {
                tracing::warn!(%problem, "jobs wait");
                REST_AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// One round of work: whether there was any.
pub async fn turn(app: &App) -> Result<bool, crate::problem::Problem> {
    let sealed = match app.db.write(&Actor::System, |conn| persistence::events::seal(conn, 500)).await {
        Err(error @ (Error::Unavailable | Error::Busy | Error::StorageFull)) => return Err(error.into()),
        Err(error) => {
            // The clock is kept whatever was done to the order of events.
            tracing::error!(%error, "events are not sealed; run bihuan audit verify");
            0
        }
        Ok(sealed) => sealed,
    };
    let calendar = app.calendar().await?;
    let now = app.clock.now();
    let kept =
        app.db.write(&Actor::System, move |conn| persistence::tasks::keep_clock_once(conn, now, &calendar)).await?;
    Ok(kept || sealed > 0)
}

/// Sends what is to leave the page, until told to stop; by itself, for a mail server may take its time.
pub async fn send(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let rest = match sender::turn(&app).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => REST,
            Err(problem) => {
                tracing::warn!(%problem, "sending waits");
                REST_AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Tells other systems what happened, until told to stop; by itself, for a target may be slow or down.
pub async fn push(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let rest = match webhooks::push::turn(&app).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => REST,
            Err(problem) => {
                tracing::warn!(%problem, "webhooks wait");
                REST_AFTER_FAILURE
            }
        };
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Removes files that are no longer kept: of exports, and what never arrived whole. Until told to stop.
pub async fn sweep(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let data_dir = app.settings.data_dir.clone();
        let now = SystemTime::from(app.clock.now());
        match tokio::task::spawn_blocking(move || sweep_once(&data_dir, now)).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::info!(removed, "files no longer kept"),
            Ok(Err(error)) => tracing::warn!(%error, "folders are not looked through"),
            Err(lost) => tracing::error!(%lost, "looking through folders was lost"),
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}

fn sweep_once(data_dir: &Path, now: SystemTime) -> std::io::Result<usize> {
    Ok(exports::sweep(data_dir, now)? + evidence::sweep(data_dir, now)?)
}
