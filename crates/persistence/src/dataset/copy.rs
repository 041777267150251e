//! Rows in the text form of COPY, and the tables a data set fills with them.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::{
    accounts, aspects, attachments, due_acts, events, findings, measures, memberships, milestones, persons, revisions,
    sign_requests, signatures, task_people, task_units, tasks, units, weekly_statements,
};

/// A value as COPY reads it.
pub(super) trait Cell {
    fn put(&self, line: &mut String);
}

impl Cell for str {
    fn put(&self, line: &mut String) {
        for c in self.chars() {
            match c {
                '\\' => line.push_str("\\\\"),
                '\n' => line.push_str("\\n"),
                '\r' => line.push_str("\\r"),
                '\t' => line.push_str("\\t"),
                c => line.push(c),
            }
        }
    }
}

impl Cell for String {
    fn put(&self, line: &mut String) {
        self.as_str().put(line);
    }
}

macro_rules! displayed {
    ($($t:ty),+) => {$(
        impl Cell for $t {
            fn put(&self, line: &mut String) {
                let _ = write!(line, "{self}");
            }
        }
    )+};
}

displayed!(i16, i32, i64, bool, Uuid, NaiveDate);

impl Cell for DateTime<Utc> {
    fn put(&self, line: &mut String) {
        line.push_str(&self.to_rfc3339());
    }
}

impl Cell for Value {
    fn put(&self, line: &mut String) {
        self.to_string().put(line);
    }
}

impl<T: Cell + ?Sized> Cell for &T {
    fn put(&self, line: &mut String) {
        (*self).put(line);
    }
}

impl<T: Cell> Cell for Option<T> {
    fn put(&self, line: &mut String) {
        match self {
            Some(value) => value.put(line),
            None => line.push_str("\\N"),
        }
    }
}

/// An array of what needs no quotes: ids, letters and digits.
impl<T: Cell> Cell for Vec<T> {
    fn put(&self, line: &mut String) {
        line.push('{');
        for (i, value) in self.iter().enumerate() {
            if i > 0 {
                line.push(',');
            }
            value.put(line);
        }
        line.push('}');
    }
}

/// Appends one row.
macro_rules! row {
    ($text:expr, $first:expr $(, $cell:expr)* $(,)?) => {{
        $crate::dataset::copy::Cell::put(&$first, &mut $text);
        $($text.push('\t'); $crate::dataset::copy::Cell::put(&$cell, &mut $text);)*
        $text.push('\n');
    }};
}
pub(super) use row;

macro_rules! tables {
    ($($table:ident ($($column:ident),+);)+) => {
        /// Rows that wait, one text for each table, in the order foreign keys ask for.
        #[derive(Default)]
        pub(super) struct Waiting { $(pub(super) $table: String,)+ }

        impl Waiting {
            /// Sends what waits.
            pub(super) fn send(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
                $(if !self.$table.is_empty() {
                    let text = std::mem::take(&mut self.$table);
                    diesel::copy_from($table::table)
                        .from_raw_data(($($table::$column,)+), move |copy| {
                            copy.write_all(text.as_bytes())
                                .map_err(|e| diesel::result::Error::SerializationError(Box::new(e)))
                        })
                        .execute(conn)?;
                })+
                Ok(())
            }
        }
    };
}

tables! {
    units(id, code, name, kind, parent_id, path, ordinal, seq, version);
    persons(id, code, name, seq, version);
    memberships(id, person_id, unit_id, post, is_head, is_home, from_on);
    accounts(id, person_id, login, display_name, role, status, password_hash, must_change_password, seq, version, created_at);
    aspects(id, round_id, ordinal, title);
    findings(id, round_id, aspect_id, ordinal, number, body);
    revisions(sha256, alg, kind, body, created_at);
    tasks(
        id, round_id, finding_id, ordinal, number, item_number, title, state, disposition, sensitivity, completion_status,
        alert_level, alert_reasons, lead_unit_id, lead_leader_id, principal_person_id, due_on, original_due_on, review_on,
        n_measures, progress_done, progress_all, n_doubts, is_key, snapshot, grams, seq, version, created_at, updated_at, closed_on
    );
    task_units(task_id, unit_id, part, ordinal);
    task_people(task_id, person_id, part, ordinal);
    measures(id, task_id, ordinal, number, body, due_on);
    milestones(id, task_id, measure_id, ordinal, title, due_on, done_on);
    weekly_statements(
        task_id, unit_id, week, revision, revision_sha256, submitted_at, submitted_by, is_late, is_after_cut_off, reply,
        is_newest, answered_at
    );
    sign_requests(
        id, kind, subject_kind, task_id, round_id, revision_sha256, policy_version, chain, state, submitted_by,
        submitted_at, waits_for, waits_for_person_id, decided_at
    );
    signatures(
        id, sign_request_id, step, who, nth, person_id, submitted_by, verdict, mode, words_sha256, recorded_by,
        occurred_on, recorded_at, state
    );
    attachments(id, blob_sha256, subject_kind, subject_id, purpose, filename, occurred_on, received_at, account_id);
    due_acts(act, subject_id, due_at);
    events(
        stream_kind, stream_id, seq, kind, schema_version, at, account_id, person_id, role, unit_id, address, request_id,
        round_id, payload, alg, prev_hash, hash
    );
}
