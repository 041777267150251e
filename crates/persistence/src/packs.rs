//! Policy packs that were loaded here; a file is kept as it came and is known by its digest (docs/domain.md §47).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::ids::RoundId;
use domain::pack::{self, Pack, PackName};
use domain::refusal::Refusal;
use domain::rights;
use uuid::Uuid;

use crate::appraisals;
use crate::documents::templates;
use crate::error::Error;
use crate::events::Origin;
use crate::rounds::{self, RoundRow};
use crate::schema::{accounts, policy_packs};

/// A pack that was loaded here, by whom and when.
#[derive(Clone, Debug)]
pub struct LoadedPack {
    pub pack: Pack,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// Those that were loaded here, the newest first. One that this version of the product no longer finds sound is left out.
///
/// Errors: `not-allowed`.
pub fn list(conn: &mut PgConnection, origin: &Origin) -> Result<Vec<LoadedPack>, Error> {
    rights::permit_open_round(&origin.actor)?;
    let rows: Vec<(String, String, DateTime<Utc>)> = policy_packs::table
        .inner_join(accounts::table)
        .order((policy_packs::created_at.desc(), policy_packs::id))
        .select((policy_packs::body, accounts::display_name, policy_packs::created_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(body, by, at)| Some(LoadedPack { pack: pack::read(&body).ok()?, by, at }))
        .collect())
}

/// Keeps a file whose tests pass.
///
/// Errors: `not-allowed`; `pack-unsound` with every fault; `pack-there` (409) where one of this name and version is kept or ships.
pub fn keep(conn: &mut PgConnection, origin: &Origin, text: &str) -> Result<LoadedPack, Error> {
    rights::permit_open_round(&origin.actor)?;
    let pack = pack::read(text)?;
    let by = origin.account().ok_or(Error::NotFound)?;
    if pack::shipped().iter().any(|s| (&s.name, &s.version) == (&pack.name, &pack.version)) {
        return Err(Refusal::conflict("pack-there").into());
    }
    let kept = diesel::insert_into(policy_packs::table)
        .values((
            policy_packs::id.eq(Uuid::now_v7()),
            policy_packs::name.eq(&pack.name),
            policy_packs::version.eq(&pack.version),
            policy_packs::body.eq(text),
            policy_packs::sha256.eq(&pack.sha256),
            policy_packs::account_id.eq(by.0),
            policy_packs::created_at.eq(origin.now),
        ))
        .on_conflict((policy_packs::name, policy_packs::version))
        .do_nothing()
        .execute(conn)?;
    if kept == 0 {
        return Err(Refusal::conflict("pack-there").into());
    }
    let by = accounts::table.find(by.0).select(accounts::display_name).first(conn)?;
    Ok(LoadedPack { pack, by, at: origin.now })
}

/// A pack by its digest, kept here or shipped.
///
/// Errors: `NotFound`.
pub fn find(conn: &mut PgConnection, sha256: &str) -> Result<Pack, Error> {
    match pack::shipped().iter().find(|p| p.sha256 == sha256) {
        Some(pack) => Ok(pack.clone()),
        None => Ok(pack::read(&file(conn, sha256)?)?),
    }
}

/// The file of a pack as it came, kept here or shipped.
///
/// Errors: `NotFound`.
pub fn file(conn: &mut PgConnection, sha256: &str) -> Result<String, Error> {
    if let Some(text) = pack::shipped_file(sha256) {
        return Ok(text.to_owned());
    }
    let body: Option<String> = policy_packs::table
        .filter(policy_packs::sha256.eq(sha256))
        .select(policy_packs::body)
        .first(conn)
        .optional()?;
    body.ok_or(Error::NotFound)
}

/// Makes the next version of a round's policy from what holds and what a pack fixes, and names the pack as its source; a scheme of appraisal that it
/// fixes is saved as what is edited, for who publishes it; its templates hold in this round from now on.
///
/// Errors: those of `rounds::set_policy`; `NotFound`; `pack-not-valid-yet` (409) before its first day; `unchanged` where it changes nothing.
pub fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    expected: Option<i64>,
    sha256: &str,
    basis: &str,
) -> Result<RoundRow, Error> {
    rounds::find(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    let pack = find(conn, sha256)?;
    if pack.valid_from > domain::calendar::today(origin.now) {
        return Err(Refusal::conflict("pack-not-valid-yet").into());
    }
    let row = rounds::known(conn, round)?;
    let (holds, _) = rounds::policy(conn, round, row.policy_version)?;
    let mut policy = pack.applied(&holds)?;
    let source: PackName = pack.title();
    for (kind, form) in &pack.forms {
        policy.forms.insert(kind.clone(), templates::keep_of_pack(conn, origin, kind, &form.value, &source)?);
    }
    if policy == holds && rounds::pack_of(conn, round, row.policy_version)?.as_ref() == Some(&source) {
        return Err(Refusal::conflict("unchanged").into());
    }
    let taken = rounds::set_policy_from(conn, origin, round, expected, &policy, basis, Some(&source))?;
    if let Some(scheme) = &pack.scheme {
        appraisals::take_scheme(conn, origin, round, &scheme.value)?;
    }
    Ok(taken)
}
