//! Sends messages to other systems: made from the order of events, each taken by one server, to an address that was looked up once.

use std::io::Read;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::webhook::{FULL_JITTER, Target, message_id};
use persistence::webhooks::{Attempt, Parcel, claim, dispatch, dispatch_checkpoint, settle};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::{sign, todos};
use crate::app::App;
use crate::problem::Problem;

/// How long a target may take to answer, from the connection to the last byte that is read.
const PATIENCE: Duration = Duration::from_secs(10);
/// So much of an answer that says no is read.
const MOST_READ: u64 = 4096;
/// So much of it is kept, in characters.
const LONGEST_FAULT: usize = 200;

/// One round of work: messages for a target that is behind, or one that is sent; whether there was any.
///
/// Nothing is made or sent while no target is allowed.
pub async fn turn(app: &App) -> Result<bool, Problem> {
    let allowed = app.settings.outward.webhook_hosts.clone();
    if allowed.is_empty() {
        return Ok(false);
    }
    let now = app.clock.now();
    let is_behind = app.db.write(&Actor::System, move |conn| dispatch(conn, now)).await?;
    let is_unsaid = app.db.write(&Actor::System, move |conn| dispatch_checkpoint(conn, now)).await?;
    let is_untold = todos::turn(app, now).await?;
    let Some(parcel) = app.db.write(&Actor::System, move |conn| claim(conn, now)).await? else {
        return Ok(is_behind || is_unsaid || is_untold);
    };
    let (folder, sent) = (app.settings.data_dir.clone(), parcel.clone());
    let attempt = actix_web::rt::task::spawn_blocking(move || attempt(&folder, &allowed, &sent, now))
        .await
        .map_err(|e| Problem::internal(e.to_string()))?;
    // What the other side said is kept for the administrator; it may be what it was told, and is in no log.
    if attempt.fault.is_some() {
        let status = attempt.status.unwrap_or_default();
        tracing::warn!(webhook = %parcel.webhook_id, attempt = parcel.attempts, status, "a webhook did not arrive");
    }
    let mut drawn = [0u8; 2];
    getrandom::fill(&mut drawn).map_err(|e| Problem::internal(e.to_string()))?;
    let jitter = u16::from_le_bytes(drawn) % (FULL_JITTER + 1);
    app.db.write(&Actor::System, move |conn| settle(conn, &parcel, &attempt, jitter, now)).await?;
    Ok(true)
}

fn attempt(folder: &Path, allowed: &[String], parcel: &Parcel, now: DateTime<Utc>) -> Attempt {
    let begun = Instant::now();
    let (status, fault) = match send(folder, allowed, parcel, now) {
        Ok((status, fault)) => (Some(status), fault),
        Err(fault) => (None, Some(fault)),
    };
    let fault = fault.map(|f| f.chars().take(LONGEST_FAULT).collect());
    Attempt { at: now, status, fault, millis: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX) }
}

/// Leads every name to the one address that was looked at.
#[derive(Debug)]
struct Fixed(SocketAddr);

impl Resolver for Fixed {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        found.push(self.0);
        Ok(found)
    }
}

/// Who is believed about a target by https: whom this machine believes, so that a group may have an authority of its own.
pub(crate) fn authorities() -> RootCerts {
    let found = rustls_native_certs::load_native_certs().certs;
    let certs: Vec<Certificate<'static>> = found.iter().map(|c| Certificate::from_der(c).to_owned()).collect();
    if certs.is_empty() { RootCerts::WebPki } else { RootCerts::from(certs) }
}

/// The address a target is spoken to at: the first its host has, if all of them may be.
fn address(target: &Target) -> Result<SocketAddr, String> {
    let found: Vec<SocketAddr> = (target.host.as_str(), target.port)
        .to_socket_addrs()
        .map_err(|e| format!("找不到主机 {}：{e}", target.host))?
        .collect();
    match found.iter().find(|a| !target.may_reach(a.ip())) {
        Some(inside) => Err(format!("主机 {} 指向本机或链路内部地址 {}，不予连接", target.host, inside.ip())),
        None => found.first().copied().ok_or_else(|| format!("找不到主机 {}", target.host)),
    }
}

/// Sends a message and says what was answered: the status, and the beginning of what was said where it was not taken.
fn send(
    folder: &Path,
    allowed: &[String],
    parcel: &Parcel,
    now: DateTime<Utc>,
) -> Result<(u16, Option<String>), String> {
    let target = Target::read(&parcel.url).filter(|t| t.is_allowed(allowed)).ok_or("推送地址已不在允许之列")?;
    let at = address(&target)?;
    let key = sign::key_of(folder, parcel.webhook_id)?;
    let (id, timestamp) = (message_id(parcel.id), now.timestamp());
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(TlsConfig::builder().root_certs(authorities()).build())
        .user_agent("bihuan-webhooks")
        .build();
    let agent = ureq::Agent::with_parts(config, DefaultConnector::new(), Fixed(at));
    let mut answer = agent
        .post(&parcel.url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", sign::signature(&key, &id, timestamp, &parcel.body))
        .send(&parcel.body)
        .map_err(|e| match e {
            ureq::Error::Timeout(_) => format!("{} 秒内没有答复", PATIENCE.as_secs()),
            other => other.to_string(),
        })?;
    let status = answer.status();
    if status.is_success() {
        return Ok((status.as_u16(), None));
    }
    let mut said = Vec::new();
    // What cannot be read says nothing; the status has been said.
    let _ = answer.body_mut().as_reader().take(MOST_READ).read_to_end(&mut said);
    let said = String::from_utf8_lossy(&said);
    Ok((status.as_u16(), Some(format!("对方答复 {} {}", status.as_u16(), said.trim()).trim_end().to_owned())))
}
