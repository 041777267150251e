//! What every request can reach: database, clock, keys, folders. Built once, by `serve` and by the tests.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use domain::calendar::Calendar;
use persistence::Database;
use persistence::recurrence::Memory;
use tokio::sync::Semaphore;

use crate::feed::stream::Streams;
use crate::ldap::Ldap;
use crate::limits::{HashGate, Workbooks};
use crate::live::Live;
use crate::problem::Problem;
use crate::provider::remote::Remote;
use crate::tokens::TokenKeys;

/// Where the time comes from: the server's clock, the same some days ahead, or one that a test sets.
#[derive(Clone, Default)]
pub struct Clock {
    fixed: Arc<RwLock<Option<DateTime<Utc>>>>,
    ahead: TimeDelta,
}

impl Clock {
    /// Now, UTC, whole milliseconds.
    pub fn now(&self) -> DateTime<Utc> {
        let fixed = self.fixed.read().ok().and_then(|fixed| *fixed);
        fixed.unwrap_or_else(|| system_now() + self.ahead)
    }

    /// The server's clock some calendar days ahead, to rehearse what time brings.
    pub fn ahead(days: i64) -> Self {
        Self { ahead: TimeDelta::days(days), ..Self::default() }
    }

    /// Stops the clock at a moment.
    pub fn set(&self, now: DateTime<Utc>) {
        if let Ok(mut fixed) = self.fixed.write() {
            *fixed = Some(now);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn system_now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

/// What the server is told once, from its configuration.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// Folder of files and keys.
    pub data_dir: PathBuf,
    /// Folder of the built page; none when something else serves it.
    pub web_dir: Option<PathBuf>,
    /// Whether the page is reached by https, so that cookies are Secure and HSTS is sent.
    pub is_tls: bool,
    /// The address users type, for the check of Origin; none accepts the request's own Host.
    pub public_url: Option<String>,
    /// Whether the address of the client is in X-Forwarded-For, set by a proxy of ours.
    pub trusts_proxy: bool,
    /// How notices leave the page.
    pub outward: OutwardSettings,
    /// Who else may say who somebody is.
    pub provider: Option<ProviderSettings>,
    /// The directory that answers for some accounts.
    pub ldap: Option<LdapSettings>,
}

/// By what of ours the provider's claim is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// The login name of the account.
    Login,
    /// The code of the person behind it.
    PersonCode,
}

/// A provider of identities (OpenID Connect). Its secret is printed nowhere.
#[derive(Clone, PartialEq)]
pub struct ProviderSettings {
    pub issuer: String,
    /// Who we are there.
    pub client: String,
    /// None where the provider asks for none: what was agreed proves that it is us.
    pub secret: Option<String>,
    /// The claim that says who somebody is, and by what it is matched.
    pub claim: String,
    pub matched: Matched,
    /// What the button says.
    pub name: String,
    /// Methods (`amr`) or classes (`acr`) of the provider that count as a second factor.
    pub second_factor: Vec<String>,
}

impl std::fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderSettings").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// How the entry of a log-in name is come to in a directory.
#[derive(Clone, PartialEq)]
pub enum LdapEntries {
    /// By its name, made from a template.
    Named(String),
    /// By a search below a base with a filter, as an account with its secret or as nobody.
    Found { base: String, filter: String, account: Option<(String, String)> },
}

/// A directory (LDAP). The secret of its search account is printed nowhere.
#[derive(Clone, PartialEq)]
pub struct LdapSettings {
    pub url: String,
    /// Whether what begins in the open goes on under TLS before anything is said.
    pub start_tls: bool,
    pub entries: LdapEntries,
    /// How long an answer is waited for.
    pub patience: Duration,
}

impl std::fmt::Debug for LdapSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LdapSettings").field("url", &self.url).finish_non_exhaustive()
    }
}

/// How notices leave the page; nothing of it unless it was set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutwardSettings {
    /// The mail server and who the mail is from.
    pub mail: Option<(String, String)>,
    /// Hosts a robot may be at.
    pub robot_hosts: Vec<String>,
    /// Targets of webhooks that are allowed, as `domain::webhook::allowed` writes them.
    pub webhook_hosts: Vec<String>,
}

/// Everything a handler needs.
#[derive(Clone)]
pub struct App {
    pub db: Database,
    /// As the open page reads: by a role that sees what was published and nothing else.
    pub outside: Database,
    pub clock: Clock,
    pub settings: Arc<AppSettings>,
    pub keys: Arc<TokenKeys>,
    pub hashes: Arc<HashGate>,
    pub workbooks: Arc<Workbooks>,
    pub live: Arc<Live>,
    /// The provider of identities with what is known of it, if there is one.
    pub provider: Option<Arc<Remote>>,
    /// The directory, if there is one.
    pub ldap: Option<Arc<Ldap>>,
    /// Streams of the feed.
    pub feeds: Arc<Streams>,
    /// One list is made at a time.
    pub exports: Arc<Semaphore>,
    /// The words of all findings, to find which are alike.
    pub findings: Memory,
    calendar: Arc<RwLock<Option<Arc<Calendar>>>>,
}

impl App {
    /// Puts it together.
    pub fn new(db: Database, outside: Database, settings: AppSettings, keys: TokenKeys, clock: Clock) -> Self {
        Self {
            provider: settings.provider.clone().map(Remote::new).map(Arc::new),
            ldap: settings.ldap.clone().map(Ldap::new).map(Arc::new),
            db,
            outside,
            clock,
            settings: Arc::new(settings),
            keys: Arc::new(keys),
            hashes: Arc::new(HashGate::default()),
            workbooks: Arc::new(Workbooks::default()),
            live: Arc::new(Live::default()),
            feeds: Arc::new(Streams::default()),
            exports: Arc::new(Semaphore::new(1)),
            findings: Memory::default(),
            calendar: Arc::new(RwLock::new(None)),
        }
    }

    /// The calendar, read once; a new year is taken in at the next start.
    pub async fn calendar(&self) -> Result<Arc<Calendar>, Problem> {
        if let Some(calendar) = self.calendar.read().ok().and_then(|c| c.clone()) {
            return Ok(calendar);
        }
        let loaded = self.db.read(&domain::actor::Actor::System, persistence::calendar::load).await?;
        let loaded = Arc::new(loaded);
        if let Ok(mut calendar) = self.calendar.write() {
            *calendar = Some(loaded.clone());
        }
        Ok(loaded)
    }
}
