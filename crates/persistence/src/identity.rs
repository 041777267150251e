//! What the house asks of everybody who logs in, and what holds for a session: whether it ended, when its holder last proved who he is
//! (docs/domain.md §35).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Jsonb, Nullable, Timestamptz, Uuid as SqlUuid};
use domain::account;
use domain::ids::AccountId;
use domain::second_factor::IdentityRules;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::schema::{identity_rules, refresh_tokens};

/// The one row of `identity_rules`.
const ONE: Uuid = Uuid::nil();

/// The rules of the house and their version; the defaults until somebody has set them.
pub fn rules(conn: &mut PgConnection) -> Result<(IdentityRules, i64), Error> {
    let row: Option<(serde_json::Value, i64)> =
        identity_rules::table.find(ONE).select((identity_rules::rules, identity_rules::seq)).first(conn).optional()?;
    match row {
        Some((rules, seq)) => Ok((serde_json::from_value(rules)?, seq)),
        None => Ok((IdentityRules::default(), 0)),
    }
}

/// Sets the rules, for everybody and at once.
///
/// Errors: `not-allowed`, `out-of-range`, `Stale`.
pub fn set_rules(conn: &mut PgConnection, origin: &Origin, expected: i64, rules: &IdentityRules) -> Result<(), Error> {
    account::permit_identity_rules(&origin.actor)?;
    rules.check()?;
    let kept: Option<i64> =
        identity_rules::table.find(ONE).select(identity_rules::seq).for_update().first(conn).optional()?;
    let seq = kept.unwrap_or(0);
    if expected != seq {
        return Err(Error::Stale(seq));
    }
    let rules = serde_json::to_value(rules)?;
    let stream = Stream { kind: "identity_rules", id: ONE, round: None };
    let event = NewEvent { kind: "identity_rules.set", payload: json!({ "rules": rules }) };
    let seq = events::record(conn, origin, stream, seq, &[event])?;
    diesel::insert_into(identity_rules::table)
        .values((identity_rules::id.eq(ONE), identity_rules::rules.eq(&rules), identity_rules::seq.eq(seq)))
        .on_conflict(identity_rules::id)
        .do_update()
        .set((identity_rules::rules.eq(&rules), identity_rules::seq.eq(seq)))
        .execute(conn)?;
    Ok(())
}

/// What holds for a session and its account.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Ended before its time.
    pub is_ended: bool,
    /// When its holder last proved who he is; none for a session nobody remembers.
    pub proved_at: Option<DateTime<Utc>>,
    /// A second factor is in use.
    pub has_second_factor: bool,
    /// The session was begun with a second proof that the provider vouches for; what its holder gives up here does not touch it.
    pub is_vouched_for: bool,
    pub rules: IdentityRules,
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Bool)]
    is_ended: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    proved_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    has_second_factor: bool,
    #[diesel(sql_type = Bool)]
    is_vouched_for: bool,
    #[diesel(sql_type = Nullable<Jsonb>)]
    rules: Option<serde_json::Value>,
}

/// What holds for a session of an account.
pub fn standing(conn: &mut PgConnection, account: AccountId, session: Uuid) -> Result<Standing, Error> {
    let row: StandingRow = diesel::sql_query(
        "SELECT COALESCE(bool_or(t.revoked_at IS NOT NULL), false) AS is_ended, max(COALESCE(t.proved_at, t.family_started_at)) AS proved_at, \
            COALESCE(bool_or(t.second_factor = 'provider'), false) AS is_vouched_for, \
            EXISTS (SELECT FROM second_factors f WHERE f.account_id = $2 AND f.confirmed_at IS NOT NULL) AS has_second_factor, \
            (SELECT r.rules FROM identity_rules r) AS rules FROM refresh_tokens t WHERE t.family_id = $1",
    )
    .bind::<SqlUuid, _>(session)
    .bind::<SqlUuid, _>(account.0)
    .get_result(conn)?;
    Ok(Standing {
        is_ended: row.is_ended,
        proved_at: row.proved_at,
        has_second_factor: row.has_second_factor,
        is_vouched_for: row.is_vouched_for,
        rules: row.rules.map(serde_json::from_value).transpose()?.unwrap_or_default(),
    })
}

/// Remembers that the holder of a session has proved anew who he is.
pub fn record_proof(conn: &mut PgConnection, session: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(refresh_tokens::table.filter(refresh_tokens::family_id.eq(session)))
        .set(refresh_tokens::proved_at.eq(now))
        .execute(conn)?;
    Ok(())
}
