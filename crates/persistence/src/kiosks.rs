//! Screens that show a round's wall without a log-in (docs/domain.md §30): made and withdrawn by the round's office, known by the hash of a token.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use domain::ids::RoundId;
use domain::refusal::Refusal;
use domain::rights;
use domain::wall::{KioskForm, WallPage};
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::rounds;
use crate::schema::{accounts, kiosks};

/// Most kiosks of a round that are not withdrawn.
const MOST: i64 = 50;
/// How many of a round are listed.
const LISTED: i64 = 200;
/// A kiosk asks often; when it was last seen is kept once in so long.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(60);

/// A kiosk as it is kept; nobody reads its token again.
#[derive(Clone, Debug)]
pub struct Kiosk {
    pub id: Uuid,
    pub round: RoundId,
    pub name: String,
    pub pages: Vec<WallPage>,
    pub made_by: String,
    pub made_at: DateTime<Utc>,
    pub last_seen_at: Option<DateTime<Utc>>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    seq: i64,
}

type Row =
    (Uuid, Uuid, String, Vec<Option<String>>, String, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, i64);

fn kiosk((id, round, name, pages, made_by, made_at, last_seen_at, withdrawn_at, seq): Row) -> Kiosk {
    let pages = pages.iter().flatten().filter_map(|word| WallPage::parse(word)).collect();
    Kiosk { id, round: RoundId(round), name, pages, made_by, made_at, last_seen_at, withdrawn_at, seq }
}

macro_rules! columns {
    () => {
        (
            kiosks::id,
            kiosks::round_id,
            kiosks::name,
            kiosks::pages,
            accounts::display_name,
            kiosks::created_at,
            kiosks::last_seen_at,
            kiosks::withdrawn_at,
            kiosks::seq,
        )
    };
}

fn one(conn: &mut PgConnection, id: Uuid) -> Result<Kiosk, Error> {
    let row: Option<Row> = kiosks::table
        .inner_join(accounts::table)
        .filter(kiosks::id.eq(id))
        .select(columns!())
        .first(conn)
        .optional()?;
    row.map(kiosk).ok_or(Error::NotFound)
}

/// Kiosks of a round, the newest first; the office's alone.
///
/// Errors: `NotFound`, `not-allowed`.
pub fn list(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<Kiosk>, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    let rows: Vec<Row> = kiosks::table
        .inner_join(accounts::table)
        .filter(kiosks::round_id.eq(round.0))
        .order((kiosks::created_at.desc(), kiosks::id.desc()))
        .limit(LISTED)
        .select(columns!())
        .load(conn)?;
    Ok(rows.into_iter().map(kiosk).collect())
}

/// Makes a kiosk that is known by the digest of its token.
///
/// Errors: `NotFound`, `not-allowed`, `content`.
pub fn make(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    form: &KioskForm,
    token_sha256: &str,
) -> Result<Kiosk, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    let account = origin.account().ok_or(Error::NotFound)?;
    let form = form.checked()?;
    let alive = kiosks::table.filter(kiosks::round_id.eq(round.0).and(kiosks::withdrawn_at.is_null()));
    let n: i64 = alive.count().get_result(conn)?;
    if n >= MOST {
        return Err(Refusal::field("/name", "too-many").into());
    }
    let id = Uuid::now_v7();
    let pages: Vec<&str> = form.pages.iter().map(|p| p.as_str()).collect();
    let stream = Stream { kind: "kiosk", id, round: Some(round) };
    let new = NewEvent { kind: "kiosk.made", payload: json!({ "name": form.name, "pages": pages }) };
    let seq = events::record(conn, origin, stream, 0, &[new])?;
    diesel::insert_into(kiosks::table)
        .values((
            kiosks::id.eq(id),
            kiosks::round_id.eq(round.0),
            kiosks::account_id.eq(account.0),
            kiosks::name.eq(&form.name),
            kiosks::pages.eq(&pages),
            kiosks::token_sha256.eq(token_sha256),
            kiosks::seq.eq(seq),
            kiosks::created_at.eq(origin.now),
        ))
        .execute(conn)?;
    one(conn, id)
}

/// Withdraws a kiosk for good; one that is withdrawn stays as it is.
///
/// Errors: `NotFound`, `not-allowed`.
pub fn withdraw(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<Kiosk, Error> {
    let found = one(conn, id)?;
    rounds::permit_sight(conn, &origin.actor, found.round)?;
    rights::permit_office(&origin.actor, found.round)?;
    kiosks::table.find(id).select(kiosks::id).for_update().first::<Uuid>(conn)?;
    let found = one(conn, id)?;
    if found.withdrawn_at.is_some() {
        return Ok(found);
    }
    let stream = Stream { kind: "kiosk", id, round: Some(found.round) };
    let new = NewEvent { kind: "kiosk.withdrawn", payload: json!({}) };
    let seq = events::record(conn, origin, stream, found.seq, &[new])?;
    diesel::update(kiosks::table.find(id))
        .set((kiosks::withdrawn_at.eq(origin.now), kiosks::seq.eq(seq)))
        .execute(conn)?;
    one(conn, id)
}

/// The kiosk of a token, seen now; none for a token nobody was given or whose kiosk was withdrawn.
pub fn seen(conn: &mut PgConnection, token_sha256: &str, now: DateTime<Utc>) -> Result<Option<Kiosk>, Error> {
    let row: Option<Row> = kiosks::table
        .inner_join(accounts::table)
        .filter(kiosks::token_sha256.eq(token_sha256).and(kiosks::withdrawn_at.is_null()))
        .select(columns!())
        .first(conn)
        .optional()?;
    let Some(found) = row.map(kiosk) else { return Ok(None) };
    if found.last_seen_at.is_none_or(|at| at + SEEN_EVERY <= now) {
        diesel::update(kiosks::table.find(found.id)).set(kiosks::last_seen_at.eq(now)).execute(conn)?;
    }
    Ok(Some(found))
}
