//! What falls on the days of a calendar: due dates, reviews and milestones of the tasks somebody sees, or of those he answers for.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::RoundId;
use domain::rights;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::{Filter, narrowed, readable, reader, visible};
use crate::statement::Statement;

/// Most entries of a stretch of days; beyond it there is a count of each day.
pub const MOST: i64 = 300;

/// Something that falls on a day.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Entry {
    #[diesel(sql_type = Date)]
    pub on_day: NaiveDate,
    /// due, review or milestone.
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub task_id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    /// None where the reader may know no more than that there is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    #[diesel(sql_type = Text)]
    pub sensitivity: String,
    #[diesel(sql_type = Text)]
    pub alert_level: String,
    /// The task is closed, or the milestone done.
    #[diesel(sql_type = Bool)]
    pub is_done: bool,
    /// How many of the kind fall on the day, listed or not.
    #[diesel(sql_type = BigInt)]
    pub of_day: i64,
}

/// The entries of these days, by day; what is closed or done stays in its place.
pub fn entries(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    filter: &Filter,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Entry>, Error> {
    let (scope, reader) = (rights::scope(actor), reader(actor, round));
    let mut query = Statement::default().sql("SELECT * FROM (");
    let parts: [(&'static str, &'static str, &'static str, &'static str); 3] = [
        ("due", "t.due_on", "t.title", ""),
        ("review", "t.review_on", "t.title", ""),
        ("milestone", "m.due_on", "m.title", " JOIN milestones m ON m.task_id = t.id"),
    ];
    for (i, (kind, day, title, join)) in parts.into_iter().enumerate() {
        let done = if kind == "milestone" { "m.done_on IS NOT NULL" } else { "t.state IN ('observing', 'closed')" };
        query = query
            .sql(if i == 0 { "(SELECT " } else { " UNION ALL (SELECT " })
            .sql(day)
            .sql(" AS on_day, '")
            .sql(kind)
            .sql("' AS kind, t.id AS task_id, t.number, CASE WHEN ");
        query = readable(query, &reader)
            .sql(" THEN ")
            .sql(title)
            .sql(" END AS title, t.sensitivity, t.alert_level, ")
            .sql(done)
            .sql(" AS is_done, count(*) OVER (PARTITION BY ")
            .sql(day)
            .sql(") AS of_day, t.ordinal FROM tasks t")
            .sql(join)
            .sql(" WHERE ")
            .sql(day)
            .sql(" BETWEEN ")
            .bind::<Date, _>(from)
            .sql(" AND ")
            .bind::<Date, _>(to)
            // A milestone on the due date itself says nothing more than the due date.
            .sql(if kind == "milestone" { " AND m.due_on IS DISTINCT FROM t.due_on" } else { "" })
            .sql(" AND t.state <> 'withdrawn' AND ");
        query = narrowed(visible(query, round, &scope), filter, &reader)
            .sql(" ORDER BY 1, t.ordinal, t.id")
            .sql(format!(" LIMIT {MOST})"));
    }
    let query = query.sql(format!(") AS e ORDER BY on_day, kind, ordinal, task_id, title LIMIT {MOST}"));
    Ok(query.load(conn)?)
}
