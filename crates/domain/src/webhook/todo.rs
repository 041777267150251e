//! What waits for somebody, as another system is told of it: what it is about and where it is done, never what it says (docs/domain.md §34).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::body;

/// The kind of a message that something waits for somebody.
pub const OPENED: &str = "todo.opened";
/// The kind of a message that its day moved while it waits.
pub const CHANGED: &str = "todo.changed";
/// The kind of a message that it waits no longer.
pub const DONE: &str = "todo.done";
/// Somebody's list is looked at again after this time, whatever happened: time brings things to do by itself.
pub const FULL_PASS: TimeDelta = TimeDelta::minutes(15);
/// So many lists are looked at in one go.
pub const AT_ONCE: i64 = 20;

/// One thing to do, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodoTold {
    /// What is to be done with what: the same as long as it waits, and for whomever.
    pub id: String,
    /// The act, such as claim or sign.
    pub kind: String,
    /// In Chinese, of fixed words.
    pub label: String,
    /// Of the task, where it has one; numbers say nothing.
    pub number: Option<String>,
    /// The day it was due on when it was told, Asia/Shanghai.
    pub due_on: Option<NaiveDate>,
    /// The page it is done on.
    pub link: String,
    /// What it is about, where that is one thing.
    #[serde(skip)]
    pub subject: Option<Uuid>,
}

/// Whom something waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The code of the person here.
    pub code: String,
    /// His name in the system that keeps people, where one does.
    pub external_id: Option<String>,
}

/// What is to be told so that the other side knows what holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub opened: Vec<TodoTold>,
    /// Of what was told open, that is due on another day than was told.
    pub changed: Vec<TodoTold>,
    /// Of what was told open, by its id.
    pub done: BTreeSet<String>,
}

/// What was told open, by id with the day it was due on then, and what holds; two things of one id are one.
pub fn difference(told: &BTreeMap<String, Option<NaiveDate>>, holds: Vec<TodoTold>) -> Difference {
    let mut by_id: BTreeMap<String, TodoTold> = BTreeMap::new();
    for item in holds {
        by_id.entry(item.id.clone()).or_insert(item);
    }
    let done = told.keys().filter(|id| !by_id.contains_key(*id)).cloned().collect();
    let (open, opened): (Vec<_>, Vec<_>) = by_id.into_values().partition(|item| told.contains_key(&item.id));
    let changed = open.into_iter().filter(|item| told.get(&item.id) != Some(&item.due_on)).collect();
    Difference { opened, changed, done }
}

/// The body of a message: the same of what is done as of what was opened, but for its type and moment.
pub fn todo_body(kind: &str, at: DateTime<Utc>, opened_at: DateTime<Utc>, whom: &Told, item: &TodoTold) -> String {
    let opened_at = opened_at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let data = json!({
        "id": item.id, "kind": item.kind, "label": item.label, "number": item.number, "due_on": item.due_on,
        "link": item.link, "opened_at": opened_at,
        "person": { "code": whom.code, "external_id": whom.external_id },
    });
    body(kind, at, &data)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn item(id: &str) -> TodoTold {
        TodoTold {
            id: id.to_owned(),
            kind: "sign".to_owned(),
            label: "整改任务：签批".to_owned(),
            number: Some("S01".to_owned()),
            due_on: None,
            link: "/tasks/x".to_owned(),
            subject: Some(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn what_is_new_is_opened_what_is_gone_is_done_and_what_stays_is_left_alone() {
        let told = BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), None)]);
        let found = difference(&told, vec![item("b"), item("c"), item("c")]);
        assert_eq!(found.opened.iter().map(|i| i.id.as_str()).collect::<Vec<_>>(), ["c"], "two of one id are one");
        assert_eq!(found.done, BTreeSet::from(["a".to_owned()]));
        assert_eq!(difference(&told, vec![item("a"), item("b")]), Difference::default());
        assert_eq!(difference(&told, Vec::new()).done, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn a_day_that_moved_is_told_and_nothing_else() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 9);
        let told = BTreeMap::from([("a".to_owned(), day), ("b".to_owned(), None), ("c".to_owned(), day)]);
        let due = |id: &str, on| TodoTold { due_on: on, ..item(id) };
        let later = NaiveDate::from_ymd_opt(2026, 3, 16);
        let found = difference(&told, vec![due("a", later), due("b", day), due("c", day)]);
        assert_eq!(found.changed, [due("a", later), due("b", day)]);
        assert_eq!((found.opened, found.done), (Vec::new(), BTreeSet::new()));
    }

    #[test]
    fn a_message_says_who_and_where_and_no_word_of_what() {
        let whom = Told { code: "P041".to_owned(), external_id: None };
        let at = "2026-03-05T01:02:03Z".parse().unwrap();
        let said: Value = serde_json::from_str(&todo_body(OPENED, at, at, &whom, &item("sign:task/7"))).unwrap();
        assert_eq!(
            said,
            json!({
                "type": "todo.opened", "timestamp": "2026-03-05T01:02:03.000Z",
                "data": {
                    "id": "sign:task/7", "kind": "sign", "label": "整改任务：签批", "number": "S01", "due_on": null,
                    "link": "/tasks/x", "opened_at": "2026-03-05T01:02:03.000Z",
                    "person": { "code": "P041", "external_id": null },
                },
            })
        );
    }
}
