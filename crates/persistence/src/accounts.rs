//! Accounts: made by the system administrator, given a role by the security administrator, looked up at log-in.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use domain::account::{self, ProvedBy};
use domain::actor::{Duty, Role};
use domain::ids::{AccountId, PersonId, RoundId};
use domain::notification::{Audience, Rule};
use domain::refusal::Refusal;
use domain::warning;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::schema::{accounts, login_failures, memberships, persons, units};
use crate::second_factors;

/// An account as administrators see it.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub id: Uuid,
    pub person_id: Option<Uuid>,
    pub login: String,
    pub display_name: String,
    pub role: Option<String>,
    pub duty: Option<String>,
    pub status: String,
    pub must_change_password: bool,
    pub last_login_at: Option<DateTime<Utc>>,
    pub unit_name: Option<String>,
    /// A second factor is in use.
    pub has_second_factor: bool,
    pub proved_by: ProvedBy,
    pub seq: i64,
    pub version: i64,
}

type Columns = (
    Uuid,
    Option<Uuid>,
    String,
    String,
    Option<String>,
    Option<String>,
    String,
    bool,
    Option<DateTime<Utc>>,
    i64,
    i64,
    String,
);

const COLUMNS: (
    accounts::id,
    accounts::person_id,
    accounts::login,
    accounts::display_name,
    accounts::role,
    accounts::duty,
    accounts::status,
    accounts::must_change_password,
    accounts::last_login_at,
    accounts::seq,
    accounts::version,
    accounts::proved_by,
) = (
    accounts::id,
    accounts::person_id,
    accounts::login,
    accounts::display_name,
    accounts::role,
    accounts::duty,
    accounts::status,
    accounts::must_change_password,
    accounts::last_login_at,
    accounts::seq,
    accounts::version,
    accounts::proved_by,
);

/// The stored word; the database holds no other.
fn proved_by(word: &str) -> ProvedBy {
    ProvedBy::parse(word).unwrap_or(ProvedBy::Local)
}

fn row(c: Columns) -> AccountRow {
    AccountRow {
        id: c.0,
        person_id: c.1,
        login: c.2,
        display_name: c.3,
        role: c.4,
        duty: c.5,
        status: c.6,
        must_change_password: c.7,
        last_login_at: c.8,
        unit_name: None,
        has_second_factor: false,
        seq: c.9,
        version: c.10,
        proved_by: proved_by(&c.11),
    }
}

/// What log-in needs to know.
#[derive(Clone, Debug)]
pub struct Credential {
    pub id: AccountId,
    pub login: String,
    /// Empty where the directory is asked instead.
    pub password_hash: String,
    pub proved_by: ProvedBy,
    pub is_active: bool,
    pub epoch: i32,
}

/// The credential of a login name; no actor, for nobody is known yet.
pub fn credential(conn: &mut PgConnection, login: &str) -> Result<Option<Credential>, Error> {
    let found: Option<(Uuid, String, String, String, i32, String)> = accounts::table
        // A service never logs in.
        .filter(accounts::login.eq(login.to_lowercase()).and(accounts::is_service.eq(false)))
        .select((
            accounts::id,
            accounts::login,
            accounts::password_hash,
            accounts::status,
            accounts::epoch,
            accounts::proved_by,
        ))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, login, password_hash, status, epoch, proof)| Credential {
        id: AccountId(id),
        login,
        password_hash,
        proved_by: proved_by(&proof),
        is_active: status == "active",
        epoch,
    }))
}

/// The credential of the account of a person by his code.
pub fn credential_of_person(conn: &mut PgConnection, code: &str) -> Result<Option<Credential>, Error> {
    let login: Option<String> = accounts::table
        .inner_join(persons::table.on(persons::id.nullable().eq(accounts::person_id)))
        .filter(persons::code.eq(code))
        .select(accounts::login)
        .first(conn)
        .optional()?;
    login.map_or(Ok(None), |login| credential(conn, &login))
}

/// The credential of an account that is logged in, to check an old password.
pub fn credential_of(conn: &mut PgConnection, id: AccountId) -> Result<Credential, Error> {
    let login: String =
        accounts::table.find(id.0).select(accounts::login).first(conn).optional()?.ok_or(Error::NotFound)?;
    credential(conn, &login)?.ok_or(Error::NotFound)
}

/// Whether the directory answers for an account.
pub fn is_in_directory(conn: &mut PgConnection, id: AccountId) -> Result<bool, Error> {
    let own = accounts::table.find(id.0).filter(accounts::proved_by.eq(ProvedBy::Directory.as_str()));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(conn)?)
}

/// Until when this login is locked for this source, if it is (docs/domain.md §1; account × source, so that no outsider locks a leader out).
pub fn locked_until(
    conn: &mut PgConnection,
    login: &str,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let since = now - Duration::minutes(account::LOCK_MINUTES + account::FAILURE_WINDOW_MINUTES);
    let failures: Vec<DateTime<Utc>> = login_failures::table
        .filter(login_failures::login.eq(login.to_lowercase()))
        .filter(login_failures::source.eq(source))
        .filter(login_failures::at.gt(since))
        .order(login_failures::at)
        .select(login_failures::at)
        .load(conn)?;
    Ok(account::locked_until(&failures, now))
}

/// Remembers a failed log-in.
pub fn record_failure(conn: &mut PgConnection, login: &str, source: &str, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::insert_into(login_failures::table)
        .values((
            login_failures::login.eq(login.to_lowercase()),
            login_failures::source.eq(source),
            login_failures::at.eq(now),
        ))
        .execute(conn)?;
    diesel::delete(login_failures::table.filter(login_failures::at.lt(now - Duration::days(1)))).execute(conn)?;
    Ok(())
}

/// Keeps the same password under a hash of today's parameters.
pub fn rehash(conn: &mut PgConnection, id: AccountId, hash: &str) -> Result<(), Error> {
    diesel::update(accounts::table.find(id.0)).set(accounts::password_hash.eq(hash)).execute(conn)?;
    Ok(())
}

/// Remembers a log-in that was proved whole and forgets the failures before it.
pub fn record_login(conn: &mut PgConnection, id: AccountId, source: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let login: String = diesel::update(accounts::table.find(id.0))
        .set(accounts::last_login_at.eq(now))
        .returning(accounts::login)
        .get_result(conn)?;
    diesel::delete(
        login_failures::table.filter(login_failures::login.eq(login)).filter(login_failures::source.eq(source)),
    )
    .execute(conn)?;
    Ok(())
}

/// A new account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub login: String,
    pub display_name: String,
    pub person: Option<PersonId>,
    /// None: the directory is asked.
    pub password_hash: Option<String>,
}

fn stream(id: Uuid) -> Stream {
    Stream::of("account", id)
}

/// Makes an account, inactive until the security administrator gives it a role.
pub fn create(conn: &mut PgConnection, origin: &Origin, new: NewAccount) -> Result<AccountRow, Error> {
    account::permit_create(&origin.actor)?;
    let must_change_password = new.password_hash.is_some();
    insert(conn, origin, new, None, None, "inactive", must_change_password)
}

/// The first three accounts of a database, one per duty; refused once there is any account.
pub fn create_administrators(
    conn: &mut PgConnection,
    origin: &Origin,
    new: Vec<(Duty, NewAccount)>,
) -> Result<(), Error> {
    let n: i64 = accounts::table.count().get_result(conn)?;
    if n > 0 {
        return Err(Refusal::conflict("accounts-there").into());
    }
    for (duty, account) in new {
        insert(conn, origin, account, None, Some(duty), "active", false)?;
    }
    Ok(())
}

/// An active account with a role, for the sample group alone.
pub fn create_sample(
    conn: &mut PgConnection,
    origin: &Origin,
    new: NewAccount,
    role: Role,
) -> Result<AccountRow, Error> {
    insert(conn, origin, new, Some(role), None, "active", false)
}

fn insert(
    conn: &mut PgConnection,
    origin: &Origin,
    new: NewAccount,
    role: Option<Role>,
    duty: Option<Duty>,
    status: &'static str,
    must_change_password: bool,
) -> Result<AccountRow, Error> {
    account::check_login(&new.login)?;
    let id = Uuid::now_v7();
    let payload = json!({ "login": new.login.to_lowercase(), "person": new.person, "role": role, "duty": duty, "status": status });
    let proof = if new.password_hash.is_some() { ProvedBy::Local } else { ProvedBy::Directory };
    let mut made = vec![NewEvent { kind: "account.created", payload }];
    if proof == ProvedBy::Directory {
        made.push(proof_set(proof));
    }
    let seq = events::record(conn, origin, stream(id), 0, &made)?;
    let inserted: Columns = diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::person_id.eq(new.person.map(|p| p.0)),
            accounts::login.eq(new.login.to_lowercase()),
            accounts::display_name.eq(new.display_name),
            accounts::role.eq(role.map(Role::as_str)),
            accounts::duty.eq(duty.map(Duty::as_str)),
            accounts::status.eq(status),
            accounts::password_hash.eq(new.password_hash.unwrap_or_default()),
            accounts::proved_by.eq(proof.as_str()),
            accounts::must_change_password.eq(must_change_password),
            accounts::seq.eq(seq),
            accounts::version.eq(seq),
            accounts::created_at.eq(origin.now),
        ))
        .returning(COLUMNS)
        .get_result(conn)?;
    Ok(row(inserted))
}

/// What an administrator changes.
#[derive(Clone, Debug)]
pub enum Change {
    /// Gives or takes the role and says whether the account may log in.
    Role(Option<Role>),
    Enable,
    Disable,
    /// A new one-time password.
    Reset(String),
    /// The directory is asked from now on, or a password here: a new one-time password.
    ProvedBy(Option<String>),
    /// Takes away the second factor of somebody who lost it, for a reason.
    ResetSecondFactor(String),
}

fn proof_set(proof: ProvedBy) -> NewEvent {
    NewEvent { kind: "account.proved_by_set", payload: json!({ "proved_by": proof }) }
}

/// Holds that an account may stop being one of those that can log in while the directory is down: another active one of its duty has a password
/// here. All of the duty are locked, so that of two at once one stays.
///
/// Errors: `last-local-administrator` (409).
fn keep_a_local_one(conn: &mut PgConnection, id: Uuid, duty: &str) -> Result<(), Error> {
    let active: Vec<(Uuid, String)> = accounts::table
        .filter(accounts::duty.eq(duty).and(accounts::status.eq("active")))
        .order(accounts::id)
        .select((accounts::id, accounts::proved_by))
        .for_update()
        .load(conn)?;
    let is_local = |proof: &str| proved_by(proof) == ProvedBy::Local;
    let (own, others): (Vec<_>, Vec<_>) = active.iter().partition(|(a, _)| *a == id);
    let is_last = own.iter().any(|(_, proof)| is_local(proof)) && !others.iter().any(|(_, proof)| is_local(proof));
    if is_last { Err(Refusal::conflict("last-local-administrator").into()) } else { Ok(()) }
}

/// Changes an account; every change raises its epoch, so that what it holds ends at once.
pub fn change(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AccountId,
    expected: Option<i64>,
    change: Change,
) -> Result<AccountRow, Error> {
    account::permit_administer(&origin.actor)?;
    if origin.account() == Some(id) {
        return Err(Refusal::forbidden("own-account").into());
    }
    let target = accounts::table.find(id.0).filter(accounts::is_service.eq(false));
    let found: Columns = target.select(COLUMNS).for_update().first(conn).optional()?.ok_or(Error::NotFound)?;
    let before = row(found);
    if expected.is_some_and(|version| version != before.version) {
        return Err(Error::Stale(before.version));
    }
    let (kind, payload) = match &change {
        Change::Role(role) => {
            if before.duty.is_some() {
                return Err(Refusal::conflict("duty-and-role").into());
            }
            if role.is_some() && before.person_id.is_none() {
                return Err(Refusal::field("/person", "person-missing").into());
            }
            ("account.role_given", json!({ "role": role }))
        }
        Change::Enable => {
            if before.role.is_none() && before.duty.is_none() {
                return Err(Refusal::conflict("role-missing").into());
            }
            ("account.enabled", json!({}))
        }
        Change::Disable => {
            if let Some(duty) = before.duty.as_deref() {
                keep_a_local_one(conn, id.0, duty)?;
            }
            ("account.disabled", json!({}))
        }
        Change::Reset(_) => {
            if before.proved_by == ProvedBy::Directory {
                return Err(Refusal::conflict("password-in-directory").into());
            }
            ("account.password_reset", json!({}))
        }
        Change::ProvedBy(hash) => {
            let proof = if hash.is_some() { ProvedBy::Local } else { ProvedBy::Directory };
            if proof == before.proved_by {
                return Err(Refusal::field("/proved_by", "unchanged").into());
            }
            if let (ProvedBy::Directory, Some(duty)) = (proof, before.duty.as_deref()) {
                keep_a_local_one(conn, id.0, duty)?;
            }
            ("account.proved_by_set", json!({ "proved_by": proof }))
        }
        Change::ResetSecondFactor(reason) => {
            if reason.trim().is_empty() {
                return Err(Refusal::field("/reason", "required").into());
            }
            second_factors::remove(conn, id)?;
            if let Some(person) = before.person_id {
                let about = About { kind: "account", id: id.0, round: RoundId(Uuid::nil()) };
                let told = warning::told(Rule::SecondFactorReset, |_| vec![Audience::Person(PersonId(person))]);
                notifications::tell(conn, origin, &about, &told, Telling::EachThing)?;
            }
            ("account.second_factor_reset", json!({ "reason": reason.trim() }))
        }
    };
    let seq = events::record(conn, origin, stream(id.0), before.seq, &[NewEvent { kind, payload }])?;
    let target = accounts::table.find(id.0);
    match change {
        Change::Role(Some(role)) => diesel::update(target)
            .set((accounts::role.eq(role.as_str()), accounts::status.eq("active")))
            .execute(conn)?,
        Change::Role(None) => diesel::update(target)
            .set((accounts::role.eq(None::<String>), accounts::status.eq("inactive")))
            .execute(conn)?,
        Change::Enable => diesel::update(target).set(accounts::status.eq("active")).execute(conn)?,
        Change::Disable => diesel::update(target).set(accounts::status.eq("disabled")).execute(conn)?,
        Change::Reset(hash) => diesel::update(target)
            .set((accounts::password_hash.eq(hash), accounts::must_change_password.eq(true)))
            .execute(conn)?,
        Change::ProvedBy(hash) => diesel::update(target)
            .set((
                accounts::must_change_password.eq(hash.is_some()),
                accounts::proved_by.eq(if hash.is_some() { ProvedBy::Local } else { ProvedBy::Directory }.as_str()),
                accounts::password_hash.eq(hash.unwrap_or_default()),
            ))
            .execute(conn)?,
        Change::ResetSecondFactor(_) => 0,
    };
    let after: Columns = diesel::update(accounts::table.find(id.0))
        .set((accounts::epoch.eq(accounts::epoch + 1), accounts::seq.eq(seq), accounts::version.eq(seq)))
        .returning(COLUMNS)
        .get_result(conn)?;
    let has_second_factor = second_factors::is_in_use(conn, id)?;
    Ok(AccountRow { has_second_factor, ..row(after) })
}

/// Disables the accounts of somebody who has left, as the security administrator would.
///
/// Errors: `last-administrator` (409) where one of them is the last of its duty that can log in.
pub(crate) fn disable_of(conn: &mut PgConnection, origin: &Origin, person: PersonId) -> Result<(), Error> {
    let own: Vec<(Uuid, Option<String>, i64)> = accounts::table
        .filter(accounts::person_id.eq(person.0).and(accounts::status.ne("disabled")))
        .order(accounts::id)
        .select((accounts::id, accounts::duty, accounts::seq))
        .for_update()
        .load(conn)?;
    for (id, duty, seq) in own {
        if let Some(duty) = duty {
            // All of the duty are locked, so that of two who leave at once one stays.
            let active: Vec<Uuid> = accounts::table
                .filter(accounts::duty.eq(&duty).and(accounts::status.eq("active")))
                .order(accounts::id)
                .select(accounts::id)
                .for_update()
                .load(conn)?;
            if active == [id] {
                return Err(Refusal::conflict("last-administrator").into());
            }
            keep_a_local_one(conn, id, &duty)?;
        }
        let event = NewEvent { kind: "account.disabled", payload: json!({}) };
        let seq = events::record(conn, origin, stream(id), seq, &[event])?;
        diesel::update(accounts::table.find(id))
            .set((
                accounts::status.eq("disabled"),
                accounts::epoch.eq(accounts::epoch + 1),
                accounts::seq.eq(seq),
                accounts::version.eq(seq),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// A person changes his own password; every session ends.
pub fn change_own_password(conn: &mut PgConnection, origin: &Origin, hash: String) -> Result<(), Error> {
    let id = origin.account().ok_or(Error::NotFound)?.0;
    let seq: i64 = accounts::table.find(id).select(accounts::seq).for_update().first(conn)?;
    let event = NewEvent { kind: "account.password_changed", payload: json!({}) };
    let seq = events::record(conn, origin, stream(id), seq, &[event])?;
    diesel::update(accounts::table.find(id))
        .set((
            accounts::password_hash.eq(hash),
            accounts::must_change_password.eq(false),
            accounts::epoch.eq(accounts::epoch + 1),
            accounts::seq.eq(seq),
            accounts::version.eq(seq),
        ))
        .execute(conn)?;
    Ok(())
}

/// Accounts after a login name, in its order; only for administrators.
pub fn list(
    conn: &mut PgConnection,
    origin: &Origin,
    text: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<AccountRow>, Error> {
    account::permit_list(&origin.actor)?;
    let mut query = accounts::table
        .left_join(persons::table.on(persons::id.nullable().eq(accounts::person_id)))
        .left_join(
            memberships::table.on(memberships::person_id.nullable().eq(accounts::person_id).and(memberships::is_home)),
        )
        .left_join(units::table.on(units::id.nullable().eq(memberships::unit_id.nullable())))
        .select((COLUMNS, units::name.nullable()))
        .filter(accounts::is_service.eq(false))
        .order(accounts::login)
        .limit(limit)
        .into_boxed();
    if let Some(text) = text.map(str::trim).filter(|t| !t.is_empty()) {
        let pattern = format!("%{}%", crate::ledger::escape_like(text));
        query = query.filter(
            accounts::login
                .like(pattern.clone())
                .or(accounts::display_name.like(pattern.clone()))
                .or(units::name.nullable().like(pattern).assume_not_null()),
        );
    }
    if let Some(after) = after {
        query = query.filter(accounts::login.gt(after.to_owned()));
    }
    let rows: Vec<(Columns, Option<String>)> = query.load(conn)?;
    let holders = second_factors::holders(conn, &rows.iter().map(|(c, _)| c.0).collect::<Vec<_>>())?;
    let full = |(c, unit_name): (Columns, Option<String>)| {
        let has_second_factor = holders.contains(&c.0);
        AccountRow { unit_name, has_second_factor, ..row(c) }
    };
    Ok(rows.into_iter().map(full).collect())
}
