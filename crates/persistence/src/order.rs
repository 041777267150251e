//! In what order the ledger's rows come, and where a page of them begins. Each order has an index that a page is read from (migrations/0006_saved_views).

use chrono::NaiveDate;
use diesel::sql_types::{BigInt, Date, Integer, Uuid as SqlUuid};
use uuid::Uuid;

use crate::ledger::LedgerRow;
use crate::statement::Statement;

/// What rows are ordered by first; then come their places in the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The place in the ledger alone.
    #[default]
    Number,
    /// The due date, else the review; what has neither comes last.
    Due,
    /// Red, yellow, green, none.
    Light,
}

/// An order of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    pub key: SortKey,
    pub is_descending: bool,
}

/// The value of a row that an order looks at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    None,
    Day(NaiveDate),
    Rank(i32),
}

/// The row a page begins after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    value: Value,
    ordinal: i64,
    id: Uuid,
}

impl SortKey {
    /// The words a request names it by.
    pub const WORDS: [(&'static str, Self); 3] = [("number", Self::Number), ("due", Self::Due), ("light", Self::Light)];

    /// The expression an index has.
    fn expression(self) -> Option<&'static str> {
        match self {
            Self::Number => None,
            Self::Due => Some("COALESCE(t.due_on, t.review_on, DATE '9999-12-31')"),
            Self::Light => {
                Some("CASE t.alert_level WHEN 'red' THEN 0 WHEN 'yellow' THEN 1 WHEN 'green' THEN 2 ELSE 3 END")
            }
        }
    }

    fn of(self, row: &LedgerRow) -> Value {
        match self {
            Self::Number => Value::None,
            Self::Due => Value::Day(row.due_on.or(row.review_on).unwrap_or(NEVER)),
            Self::Light => Value::Rank(match row.alert_level.as_str() {
                "red" => 0,
                "yellow" => 1,
                "green" => 2,
                _ => 3,
            }),
        }
    }
}

/// The day of what has no date, as the index has it.
const NEVER: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl Sort {
    /// From words such as `due` or, descending, `-due`.
    pub fn parse(words: &str) -> Option<Self> {
        let (is_descending, word) = words.strip_prefix('-').map_or((false, words), |word| (true, word));
        let (_, key) = SortKey::WORDS.into_iter().find(|(known, _)| *known == word)?;
        Some(Self { key, is_descending })
    }

    /// What stands behind ORDER BY.
    pub(crate) fn clause(self) -> String {
        let way = if self.is_descending { " DESC" } else { "" };
        let columns = self.key.expression().into_iter().chain(["t.ordinal", "t.id"]);
        columns.map(|column| format!("{column}{way}")).collect::<Vec<_>>().join(", ")
    }

    /// Only what comes behind a row.
    pub(crate) fn behind(self, query: Statement, after: After) -> Statement {
        let first = self.key.expression().map(|e| format!("{e}, ")).unwrap_or_default();
        let sign = if self.is_descending { "<" } else { ">" };
        let query = query.sql(format!(" AND ({first}t.ordinal, t.id) {sign} ("));
        let query = match after.value {
            Value::None => query,
            Value::Day(day) => query.bind::<Date, _>(day).sql(", "),
            Value::Rank(rank) => query.bind::<Integer, _>(rank).sql(", "),
        };
        query.bind::<BigInt, _>(after.ordinal).sql(", ").bind::<SqlUuid, _>(after.id).sql(")")
    }

    /// Where the page behind this row begins, as a request carries it.
    pub fn after(self, row: &LedgerRow) -> String {
        let place = format!("{}_{}", row.ordinal, row.id);
        match self.key.of(row) {
            Value::None => place,
            Value::Day(day) => format!("{day}_{place}"),
            Value::Rank(rank) => format!("{rank}_{place}"),
        }
    }

    /// The same read from a request; none where it is of another order.
    pub fn read_after(self, text: &str) -> Option<After> {
        let parts: Vec<&str> = text.split('_').collect();
        let (value, ordinal, id) = match (self.key, parts.as_slice()) {
            (SortKey::Number, [ordinal, id]) => (Value::None, ordinal, id),
            (SortKey::Due, [day, ordinal, id]) => (Value::Day(day.parse().ok()?), ordinal, id),
            (SortKey::Light, [rank, ordinal, id]) => (Value::Rank(rank.parse().ok()?), ordinal, id),
            _ => return None,
        };
        Some(After { value, ordinal: ordinal.parse().ok()?, id: id.parse().ok()? })
    }
}
