//! The scheme of a round: edited, tried on a period that is over, published (docs/domain.md §45).

use std::collections::BTreeMap;

use diesel::prelude::*;
use domain::actor::Actor;
use domain::appraisal::event::{self, SchemeEvent};
use domain::appraisal::scheme::{Period, Scheme};
use domain::appraisal::score::{Score, reckon};
use domain::appraisal::state::SchemeRecord;
use domain::appraisal::{publish_scheme as decide_publication, save_scheme as decide_saving};
use domain::calendar;
use domain::chain::Digest;
use domain::ids::{RoundId, SchemeId};
use domain::pack;
use domain::refusal::Refusal;
use domain::rights;
use domain::task::context::Decision;
use uuid::Uuid;

use super::{records, words};
use crate::changes;
use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::references::check_people;
use crate::schema::{appraisal_schemes, rounds};
use crate::tasks::bodies;

/// A scheme with the bodies its versions name.
#[derive(Clone, Debug)]
pub struct LoadedScheme {
    /// None before the office saved one.
    pub record: Option<SchemeRecord>,
    /// What is being edited; before that what an office begins with.
    pub draft: Scheme,
    /// The version that holds.
    pub current: Option<Scheme>,
    pub words: BTreeMap<Digest, String>,
    /// Names of accounts and of the people who are asked to have a look.
    pub names: BTreeMap<Uuid, String>,
}

fn row(conn: &mut PgConnection, round: RoundId) -> Result<Option<SchemeRecord>, Error> {
    let snapshot: Option<serde_json::Value> = appraisal_schemes::table
        .filter(appraisal_schemes::round_id.eq(round.0))
        .select(appraisal_schemes::snapshot)
        .first(conn)
        .optional()?;
    Ok(snapshot.map(serde_json::from_value).transpose()?)
}

/// The scheme behind a digest.
pub(super) fn body(conn: &mut PgConnection, digest: &Digest) -> Result<Scheme, Error> {
    let text =
        bodies(conn, [digest.clone()])?.remove(digest).ok_or_else(|| Error::internal("a scheme without body"))?;
    Ok(serde_json::from_str(&text)?)
}

/// The version that holds, with its body.
///
/// Errors: `scheme-missing` (409).
pub(super) fn current(conn: &mut PgConnection, round: RoundId) -> Result<(SchemeRecord, Scheme), Error> {
    let record = row(conn, round)?;
    let record = record.filter(|r| r.current().is_some());
    let record = record.ok_or_else(|| Refusal::conflict("scheme-missing"))?;
    let published = record.current().map(|p| p.body.clone()).unwrap_or_else(|| record.draft.clone());
    let scheme = body(conn, &published)?;
    Ok((record, scheme))
}

/// The version that holds of a round, where there is one.
pub(crate) fn holds(conn: &mut PgConnection, round: RoundId) -> Result<Option<Scheme>, Error> {
    match row(conn, round)?.and_then(|record| record.current().map(|p| p.body.clone())) {
        Some(digest) => Ok(Some(body(conn, &digest)?)),
        None => Ok(None),
    }
}

/// The scheme of a round, for who sees its appraisals whole.
///
/// Errors: `NotFound`.
pub fn scheme(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<LoadedScheme, Error> {
    if !rights::sees_appraisals(actor, round) {
        return Err(Error::NotFound);
    }
    let record = row(conn, round)?;
    let draft = match &record {
        Some(record) => body(conn, &record.draft)?,
        None => Scheme::default(),
    };
    let published = record.as_ref().and_then(|r| r.current()).map(|p| p.body.clone());
    let current = published.map(|digest| body(conn, &digest)).transpose()?;
    let versions = record.iter().flat_map(|r| &r.published);
    let words = words(conn, versions.clone().map(|p| p.basis.clone()).collect())?;
    let mut names = super::account_names(conn, versions.map(|p| p.by).collect())?;
    names.extend(crate::tasks::names(conn, draft.watchers.iter().map(|p| p.0).collect())?);
    Ok(LoadedScheme { record, draft, current, words, names })
}

fn keep(
    conn: &mut PgConnection,
    origin: &Origin,
    record: Option<SchemeRecord>,
    decision: &Decision<SchemeEvent>,
) -> Result<(), Error> {
    let last_seq = record.as_ref().map_or(0, |r| r.seq);
    let after = match record {
        Some(record) => Some(decision.events.iter().fold(record, event::evolve_scheme)),
        None => decision.events.first().and_then(|e| event::begin_scheme(SchemeId(Uuid::now_v7()), e)),
    };
    let after = after.ok_or_else(|| Error::internal("a scheme that begins with nothing"))?;
    let stream = Stream { kind: "appraisal_scheme", id: after.id.0, round: Some(after.round) };
    let stored = decision.events.iter().map(SchemeEvent::stored);
    events::keep(conn, origin, stream, last_seq, &decision.revisions, stored, after.seq)?;
    let row = (
        appraisal_schemes::snapshot.eq(serde_json::to_value(&after)?),
        appraisal_schemes::seq.eq(after.seq),
        appraisal_schemes::version.eq(after.version),
        appraisal_schemes::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        let new = (
            appraisal_schemes::id.eq(after.id.0),
            appraisal_schemes::round_id.eq(after.round.0),
            appraisal_schemes::created_at.eq(origin.now),
            row,
        );
        diesel::insert_into(appraisal_schemes::table).values(new).execute(conn)?;
    } else {
        diesel::update(appraisal_schemes::table.find(after.id.0)).set(row).execute(conn)?;
    }
    Ok(())
}

/// Locks the round's scheme, which may not be there yet, and looks whether what was looked at still holds; 0 is the version of what is not there.
fn locked(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    expected: i64,
    permit: fn(&Actor, RoundId) -> Result<(), Refusal>,
) -> Result<Option<SchemeRecord>, Error> {
    if !rights::sees_appraisals(&origin.actor, round) {
        return Err(Error::NotFound);
    }
    permit(&origin.actor, round)?;
    // The round's row is the lock: a scheme that is not there cannot be locked.
    let there: Option<Uuid> = rounds::table.find(round.0).select(rounds::id).for_update().first(conn).optional()?;
    there.ok_or(Error::NotFound)?;
    let record = row(conn, round)?;
    let version = record.as_ref().map_or(0, |r| r.version);
    if version == expected { Ok(record) } else { Err(Error::Stale(version)) }
}

/// Saves what is edited.
///
/// Errors: `NotFound`, `Stale`, `not-allowed` (403), `scheme-unchanged` (409), `scheme-unsound` and people who are not there (422).
pub fn save_scheme(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    expected: i64,
    scheme: &Scheme,
) -> Result<(), Error> {
    let record = locked(conn, origin, round, expected, rights::permit_office)?;
    let decision = decide_saving(round, record.as_ref(), scheme, &origin.actor, origin.now)?;
    check_people(conn, "/watchers", &scheme.watchers)?;
    keep(conn, origin, record, &decision)
}

/// Saves the scheme of a policy pack as what is edited; whoever is asked to have a look stays. One that is there already is left as it is.
///
/// Errors: `NotFound`, `not-allowed` (403).
pub(crate) fn take_scheme(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    of_pack: &Scheme,
) -> Result<(), Error> {
    let version = row(conn, round)?.map_or(0, |r| r.version);
    let record = locked(conn, origin, round, version, rights::permit_office)?;
    let draft = record.as_ref().map(|r| body(conn, &r.draft)).transpose()?;
    let scheme = pack::scheme_taken(of_pack, draft.as_ref());
    match decide_saving(round, record.as_ref(), &scheme, &origin.actor, origin.now) {
        Ok(decision) => keep(conn, origin, record, &decision),
        Err(refusal) if refusal.code == "scheme-unchanged" => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The scheme that is edited in a round, where one was begun.
pub fn draft(conn: &mut PgConnection, round: RoundId) -> Result<Option<Scheme>, Error> {
    let record = row(conn, round)?;
    record.map(|r| body(conn, &r.draft)).transpose()
}

/// Publishes what is edited as the next version.
///
/// Errors: `NotFound`, `Stale`, `not-allowed` (403), `scheme-unchanged` (409), content (422).
pub fn publish_scheme(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    expected: i64,
    basis: &str,
) -> Result<(), Error> {
    let record = locked(conn, origin, round, expected, rights::permit_publishing_appraisal)?;
    let record = record.ok_or_else(|| Refusal::conflict("scheme-unchanged"))?;
    let draft = body(conn, &record.draft)?;
    let decision = decide_publication(&record, &draft, basis, &origin.actor, origin.now)?;
    keep(conn, origin, Some(record), &decision)
}

/// What a scheme comes to on a period, as the records are now.
#[derive(Clone, Debug)]
pub struct Simulated {
    pub scheme: Scheme,
    pub scores: Vec<Score>,
    /// The scheme that holds and what it comes to on the same facts; none before one was published.
    pub current: Option<(Scheme, Vec<Score>)>,
    /// Up to which event of the one order.
    pub position: i64,
    pub names: BTreeMap<Uuid, String>,
}

/// Tries a scheme on a period that is over, beside the one that holds: the same function that is published by; nothing is written.
///
/// Errors: `NotFound`, `not-allowed` (403), `scheme-unsound`, a period that is not over (422).
pub fn simulate(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    scheme: Scheme,
    period: Period,
) -> Result<Simulated, Error> {
    if !rights::sees_appraisals(&origin.actor, round) {
        return Err(Error::NotFound);
    }
    scheme.check()?;
    period.check(calendar::today(origin.now))?;
    let position = changes::position(conn)?;
    let derived = records::derived(conn, round, position, period.to)?;
    let scores = reckon(&scheme, &derived, period);
    let current = holds(conn, round)?.map(|holds| {
        let scores = reckon(&holds, &derived, period);
        (holds, scores)
    });
    let subjects = scores.iter().chain(current.iter().flat_map(|(_, scores)| scores)).map(|s| s.subject.id).collect();
    let names = crate::tasks::names(conn, subjects)?;
    Ok(Simulated { scheme, scores, current, position, names })
}

/// The events of a scheme folded, for comparison with the row.
pub fn replay_scheme(conn: &mut PgConnection, id: SchemeId) -> Result<Option<SchemeRecord>, Error> {
    events::folded(
        conn,
        "appraisal_scheme",
        id.0,
        SchemeEvent::parse,
        |event| event::begin_scheme(id, event),
        event::evolve_scheme,
    )
}
