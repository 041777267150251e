//! What is read outside: notices and answers in tables of their own. Whoever reads the open page asks for nothing else (docs/domain.md §31).

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::publication::copy::PublicCopy;

use crate::error::Error;
use crate::schema::{published_answers, published_notices};

/// How a notice stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicStanding {
    /// Shown whole.
    Shown(Box<PublicCopy>),
    /// Its days are over; a line remains.
    Ended,
    /// Put right; the number of the notice that stands in its place, where there is one.
    Replaced(Option<i64>),
    Withdrawn(String),
}

/// A notice of the open page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: i64,
    pub kind: String,
    pub title: String,
    pub published_on: NaiveDate,
    pub until_on: NaiveDate,
    pub standing: PublicStanding,
    /// Opinions received and answered.
    pub n_received: i32,
    pub n_answered: i32,
}

/// What the writer of an opinion reads by his code.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct NoticeAnswer {
    pub notice_id: i64,
    pub title: String,
    pub received_on: NaiveDate,
    /// received, working, answered or set_aside.
    pub standing: String,
    pub answer: Option<String>,
    pub answered_on: Option<NaiveDate>,
}

#[derive(Queryable)]
struct Row {
    id: i64,
    kind: String,
    title: String,
    published_on: NaiveDate,
    until_on: NaiveDate,
    standing: String,
    body: Option<serde_json::Value>,
    reason: Option<String>,
    successor_id: Option<i64>,
    n_received: i32,
    n_answered: i32,
}

impl Row {
    fn notice(self, today: NaiveDate) -> Result<Notice, Error> {
        let standing = match (self.standing.as_str(), self.body) {
            ("withdrawn", _) => PublicStanding::Withdrawn(self.reason.unwrap_or_default()),
            ("replaced", _) => PublicStanding::Replaced(self.successor_id),
            // The day counts, whether or not the clock has looked yet.
            ("shown", Some(body)) if today <= self.until_on => {
                PublicStanding::Shown(Box::new(serde_json::from_value(body)?))
            }
            _ => PublicStanding::Ended,
        };
        Ok(Notice {
            id: self.id,
            kind: self.kind,
            title: self.title,
            published_on: self.published_on,
            until_on: self.until_on,
            standing,
            n_received: self.n_received,
            n_answered: self.n_answered,
        })
    }
}

/// Shows a copy under a new number.
pub(super) fn show(conn: &mut PgConnection, copy: &PublicCopy) -> Result<i64, Error> {
    Ok(diesel::insert_into(published_notices::table)
        .values((
            published_notices::kind.eq(&copy.kind),
            published_notices::title.eq(&copy.title),
            published_notices::published_on.eq(copy.from_on),
            published_notices::until_on.eq(copy.until_on),
            published_notices::standing.eq("shown"),
            published_notices::body.eq(serde_json::to_value(copy)?),
        ))
        .returning(published_notices::id)
        .get_result(conn)?)
}

/// Takes a copy off the page; a line remains.
pub(super) fn close(
    conn: &mut PgConnection,
    id: i64,
    standing: &str,
    reason: Option<String>,
    successor: Option<i64>,
) -> Result<(), Error> {
    diesel::update(published_notices::table.find(id))
        .set((
            published_notices::standing.eq(standing),
            published_notices::body.eq(None::<serde_json::Value>),
            published_notices::reason.eq(reason),
            published_notices::successor_id.eq(successor),
        ))
        .execute(conn)?;
    Ok(())
}

/// The newest notices as they stand on a day.
pub fn notices(conn: &mut PgConnection, today: NaiveDate) -> Result<Vec<Notice>, Error> {
    let rows: Vec<Row> = published_notices::table.order(published_notices::id.desc()).limit(100).load(conn)?;
    rows.into_iter().map(|row| row.notice(today)).collect()
}

/// One notice as it stands on a day.
pub fn notice(conn: &mut PgConnection, id: i64, today: NaiveDate) -> Result<Option<Notice>, Error> {
    let row: Option<Row> = published_notices::table.find(id).first(conn).optional()?;
    row.map(|row| row.notice(today)).transpose()
}

/// What came of an opinion, by the digest of its writer's code.
pub fn answer(conn: &mut PgConnection, code_sha256: &str) -> Result<Option<NoticeAnswer>, Error> {
    Ok(published_answers::table
        .inner_join(published_notices::table)
        .filter(published_answers::code_sha256.eq(code_sha256))
        .select((
            published_answers::notice_id,
            published_notices::title,
            published_answers::received_on,
            published_answers::standing,
            published_answers::answer,
            published_answers::answered_on,
        ))
        .first(conn)
        .optional()?)
}

/// Notes that an opinion came in.
pub(crate) fn received(conn: &mut PgConnection, notice: i64, code_sha256: &str, on: NaiveDate) -> Result<(), Error> {
    diesel::insert_into(published_answers::table)
        .values((
            published_answers::code_sha256.eq(code_sha256),
            published_answers::notice_id.eq(notice),
            published_answers::received_on.eq(on),
            published_answers::standing.eq("received"),
        ))
        .execute(conn)?;
    Ok(())
}

/// Says how an opinion stands now, with the answer once it is approved.
pub(crate) fn answered(
    conn: &mut PgConnection,
    code_sha256: &str,
    standing: &str,
    answer: Option<(&str, NaiveDate)>,
) -> Result<(), Error> {
    diesel::update(published_answers::table.find(code_sha256))
        .set((
            published_answers::standing.eq(standing),
            published_answers::answer.eq(answer.map(|(words, _)| words)),
            published_answers::answered_on.eq(answer.map(|(_, on)| on)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Counts an opinion of a notice, as it came in or as it was answered.
pub(crate) fn counted(conn: &mut PgConnection, notice: i64, n_received: i32, n_answered: i32) -> Result<(), Error> {
    diesel::update(published_notices::table.find(notice))
        .set((
            published_notices::n_received.eq(published_notices::n_received + n_received),
            published_notices::n_answered.eq(published_notices::n_answered + n_answered),
        ))
        .execute(conn)?;
    Ok(())
}
