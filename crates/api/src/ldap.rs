//! Log-in by the group's directory (LDAP): the password is tried there by a bind and kept nowhere (docs/domain.md §35). What waits is bounded, and
//! whoever has a password here waits for nothing.

use actix_web::http::StatusCode;
use domain::account::ProvedBy;
use domain::ldap::{filter_of, name_of};
use ldap3::{Ldap as Connection, LdapConnAsync, LdapConnSettings, Scope, SearchEntry, SearchOptions};
use persistence::accounts::Credential;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::app::{App, LdapEntries, LdapSettings};
use crate::problem::Problem;
use crate::tokens;

/// How many ask the directory at once.
const AT_ONCE: usize = 8;

/// What a directory answers to a bind that is not the right one (RFC 4511 §4.1.9): no such entry, a name it does not read, no way to log in so,
/// wrong, no rights, and what stands against it at the entry, such as a lock. Everything else is no answer about the password.
const WRONG: [u32; 7] = [32, 34, 48, 49, 50, 53, 19];

/// The directory does not answer, or nothing that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

impl Unreachable {
    /// The cause goes to the log alone.
    fn because(cause: impl std::fmt::Display) -> Self {
        tracing::warn!(%cause, "the directory does not answer");
        Self
    }
}

impl From<Unreachable> for Problem {
    fn from(_: Unreachable) -> Self {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "directory-unreachable").retry_after(5)
    }
}

/// The directory.
pub struct Ldap {
    settings: LdapSettings,
    gate: Semaphore,
}

/// A connection that is given up with whoever asked for it.
struct Open {
    connection: Connection,
    driver: JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A text nobody has as a name or a password.
fn random() -> Result<String, Unreachable> {
    tokens::secret().map(|(secret, _)| secret).map_err(Unreachable::because)
}

impl Ldap {
    pub fn new(settings: LdapSettings) -> Self {
        Self { settings, gate: Semaphore::new(AT_ONCE) }
    }

    /// Whether a password is that of who has this log-in name in the directory. An empty one never is: a bind without a password succeeds and
    /// proves nothing (RFC 4513 §5.1.2).
    pub async fn is_right(&self, login: &str, password: &str) -> Result<bool, Unreachable> {
        if password.is_empty() {
            return self.pretend().await.map(|()| false);
        }
        self.in_time(self.bind(login, password)).await
    }

    /// Asks for somebody who is not there, so that it takes as long and depends on the directory as much as for somebody who is.
    pub async fn pretend(&self) -> Result<(), Unreachable> {
        let (login, password) = (random()?, random()?);
        self.in_time(self.bind(&login, &password)).await.map(drop)
    }

    /// Whether it answers, and to the search account as to one it knows; in words.
    pub async fn reach(&self) -> Result<(), String> {
        let asked = async {
            let mut open = self.open().await.map_err(|e| e.to_string())?;
            if let LdapEntries::Found { account: Some((name, secret)), .. } = &self.settings.entries {
                let bound = open.connection.simple_bind(name, secret).await.map_err(|e| e.to_string())?;
                return if bound.rc == 0 { Ok(()) } else { Err(format!("查询账号登不上（{}）", bound.rc)) };
            }
            // Any answer will do, be it that nobody unknown may ask.
            let root = open.connection.search("", Scope::Base, "(objectClass=*)", vec!["1.1"]).await;
            root.map(drop).map_err(|e| e.to_string())
        };
        timeout(self.settings.patience, asked).await.unwrap_or_else(|_| Err("没有按时回答".to_owned()))
    }

    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, Unreachable>>) -> Result<T, Unreachable> {
        let Ok(Ok(_permit)) = timeout(self.settings.patience, self.gate.acquire()).await else {
            return Err(Unreachable::because("too many ask it at once"));
        };
        timeout(self.settings.patience, asked).await.unwrap_or_else(|_| Err(Unreachable::because("no answer in time")))
    }

    async fn open(&self) -> Result<Open, ldap3::LdapError> {
        let settings = LdapConnSettings::new().set_starttls(self.settings.start_tls);
        let (stream, connection) = LdapConnAsync::with_settings(settings, &self.settings.url).await?;
        let driver = tokio::spawn(async move {
            if let Err(cause) = stream.drive().await {
                tracing::debug!(%cause, "the connection to the directory ended");
            }
        });
        Ok(Open { connection, driver })
    }

    async fn bind(&self, login: &str, password: &str) -> Result<bool, Unreachable> {
        let mut open = self.open().await.map_err(Unreachable::because)?;
        let name = match &self.settings.entries {
            LdapEntries::Named(template) => Some(name_of(template, login)),
            LdapEntries::Found { base, filter, account } => {
                if let Some((name, secret)) = account {
                    let bound = open.connection.simple_bind(name, secret).await.map_err(Unreachable::because)?;
                    if bound.rc != 0 {
                        return Err(Unreachable::because(format!("the search account is answered {}", bound.rc)));
                    }
                }
                find(&mut open.connection, base, &filter_of(filter, login)).await?
            }
        };
        // Nobody was found: a bind all the same, so that it takes as long.
        let (name, password, is_there) = match (name, &self.settings.entries) {
            (Some(name), _) => (name, password.to_owned(), true),
            (None, LdapEntries::Found { base, .. }) => (base.clone(), random()?, false),
            (None, LdapEntries::Named(_)) => return Ok(false),
        };
        let bound = open.connection.simple_bind(&name, &password).await.map_err(Unreachable::because)?;
        match bound.rc {
            0 => Ok(is_there),
            rc if WRONG.contains(&rc) => Ok(false),
            rc => Err(Unreachable::because(format!("a bind is answered {rc}"))),
        }
    }
}

/// The name of the one entry a filter finds below a base; none where there is none, or more than one.
async fn find(connection: &mut Connection, base: &str, filter: &str) -> Result<Option<String>, Unreachable> {
    let few = SearchOptions::new().sizelimit(2);
    let found = connection
        .with_search_options(few)
        .search(base, Scope::Subtree, filter, vec!["1.1"])
        .await
        .map_err(Unreachable::because)?;
    // 4: there are more than were asked for.
    if !matches!(found.1.rc, 0 | 4) {
        return Err(Unreachable::because(format!("the search is answered {}", found.1.rc)));
    }
    let mut entries = found.0.into_iter().filter(|e| !e.is_ref() && !e.is_intermediate()).map(SearchEntry::construct);
    match (entries.next(), entries.next()) {
        (Some(only), None) => Ok(Some(only.dn).filter(|name| !name.is_empty())),
        (None, _) => Ok(None),
        (Some(_), Some(_)) => {
            tracing::warn!("more than one entry of the directory has a log-in name");
            Ok(None)
        }
    }
}

/// Whether a log-in is proved; `fits` says whether the password is the one kept here, for an account that has one.
///
/// Where there is a directory, whoever is not let in by a password here waits for it, be there such a name or not: neither the time nor the answer
/// tells.
///
/// Errors: `Unreachable`, where the directory does not answer.
pub async fn is_proved(
    app: &App,
    credential: Option<&Credential>,
    fits: bool,
    password: &str,
) -> Result<bool, Unreachable> {
    let credential = credential.filter(|c| c.is_active);
    if fits && credential.is_some_and(|c| c.proved_by == ProvedBy::Local) {
        return Ok(true);
    }
    let Some(ldap) = &app.ldap else { return Ok(false) };
    match credential.filter(|c| c.proved_by == ProvedBy::Directory) {
        Some(credential) => ldap.is_right(&credential.login, password).await,
        None => ldap.pretend().await.map(|()| false),
    }
}
