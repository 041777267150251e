//! The server: starts what it needs, serves until it is told to stop, and leaves nothing running.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{App as Server, HttpServer, dev, middleware};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::app::{App, Clock};
use crate::config::Config;
use crate::embedded::Embedded;
use crate::public::rate::Rate;
use crate::tokens::TokenKeys;
use crate::{jobs, live, public, routes, telemetry, web};

/// How long running requests are given at the end, seconds.
const DRAIN_SECONDS: u64 = 10;

/// Connections of the open page.
pub(crate) const OUTSIDE: u32 = 4;

/// The app with its database, private or given.
pub struct Opened {
    pub app: App,
    embedded: Option<Arc<Embedded>>,
}

impl Opened {
    /// Connects, or starts the private PostgreSQL first.
    pub fn new(config: &Config) -> Result<Self, String> {
        let (url, outside, embedded) = match &config.database_url {
            // Without an open page nobody asks it anything.
            Some(url) => (url.clone(), config.public_database_url.clone().unwrap_or_else(|| url.clone()), None),
            None => {
                let embedded = Embedded::start(&config.data_dir)?;
                (embedded.database_url.clone(), embedded.public_url.clone(), Some(embedded))
            }
        };
        let keys = TokenKeys::load(&config.data_dir)?;
        let db = persistence::Database::new(&url, config.pool_size);
        let outside = persistence::Database::new(&outside, OUTSIDE);
        let app = App::new(db, outside, config.settings(), keys, Clock::ahead(config.rehearsal_days));
        Ok(Self { app, embedded })
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(embedded) = &self.embedded {
            embedded.stop();
        }
    }
}

/// Serves until SIGINT, SIGTERM or SIGHUP; `at_start` is told the address once it listens.
///
/// Errors: what keeps it from starting, in words.
pub fn run(config: &Config, at_start: impl FnOnce(&App, &str)) -> Result<(), String> {
    actix_web::rt::System::new().block_on(async move {
        // Listened for before anything is started, so that whatever was started is stopped again.
        let told = stop_signals();
        let opened = Opened::new(config)?;
        let app = opened.app.clone();
        let contract = serde_json::to_string(&routes::document()).map_err(|e| e.to_string())?;
        let contract = Data::new(contract);
        let shared = Data::new(app.clone());
        let server = HttpServer::new(move || {
            let contract = contract.clone();
            Server::new()
                .app_data(shared.clone())
                .configure(|c| routes::configure(c, &contract))
                .configure(web::configure)
                .wrap(middleware::Compress::default())
                .wrap(middleware::from_fn(telemetry::around))
        })
        .workers(2)
        .tcp_nodelay(true)
        .client_request_timeout(Duration::from_secs(10))
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .bind(config.listen)
        .map_err(|e| format!("{}：{e}", config.listen))?;
        let address = server.addrs().first().map(|a| format!("http://{a}")).unwrap_or_default();
        let open = open_page(config, &app)?;
        let server = server.run();
        let handle = server.handle();
        let open_handle = open.as_ref().map(dev::Server::handle);
        let open = open.map(actix_web::rt::spawn);
        let (stop, stopped) = watch::channel(false);
        let listening = actix_web::rt::spawn(live::run(app.clone(), stopped.clone()));
        let sending = actix_web::rt::spawn(jobs::send(app.clone(), stopped.clone()));
        let pushing = actix_web::rt::spawn(jobs::push(app.clone(), stopped.clone()));
        let sweeping = actix_web::rt::spawn(jobs::sweep(app.clone(), stopped.clone()));
        let work = actix_web::rt::spawn(jobs::run(app.clone(), stopped));
        let streams = app.live.clone();
        at_start(&app, &address);
        actix_web::rt::spawn(async move {
            told_to_stop(told).await;
            // Streams never end by themselves and would be waited for.
            streams.close();
            if let Some(open) = open_handle {
                open.stop(true).await;
            }
            handle.stop(true).await;
        });
        server.await.map_err(|e| e.to_string())?;
        let _ = stop.send(true);
        if let Some(open) = open {
            let _ = open.await;
        }
        let _ = work.await;
        let _ = sending.await;
        let _ = pushing.await;
        let _ = sweeping.await;
        let _ = listening.await;
        Ok(())
    })
}

/// The open page on a listener of its own, where one is set; it serves nothing else, and nothing else serves it.
///
/// Errors: what keeps it from listening, in words.
fn open_page(config: &Config, app: &App) -> Result<Option<dev::Server>, String> {
    let Some(address) = config.public_listen else { return Ok(None) };
    let (shared, rate) = (Data::new(app.clone()), Data::new(Rate::default()));
    let server = HttpServer::new(move || {
        Server::new()
            .app_data(shared.clone())
            .app_data(rate.clone())
            .configure(public::configure)
            .wrap(middleware::Compress::default())
            .wrap(middleware::from_fn(public::around))
    })
    .workers(1)
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(DRAIN_SECONDS)
    .disable_signals()
    .bind(address)
    .map_err(|e| format!("{address}：{e}"))?;
    Ok(Some(server.run()))
}

/// What tells the server to stop; caught from now on, also while nobody waits for it yet.
fn stop_signals() -> Vec<Signal> {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect()
}

async fn told_to_stop(mut signals: Vec<Signal>) {
    let waits = signals.iter_mut().map(|s| Box::pin(s.recv()));
    futures_util::future::select_all(waits).await;
}
