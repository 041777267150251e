//! What has changed since a place in the one order of events, and whom it concerns: for those who look at the page while it happens. What is asked
//! costs by what has changed, not by how many look.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use domain::actor::UnitPath;
use domain::check::state::Check;
use domain::document::Document;
use domain::ids::{PersonId, RoundId, UnitId};
use domain::meeting::state::Meeting;
use domain::opinion::state::Opinion;
use domain::personal_duty::Head;
use domain::personal_duty::state::DutyAct;
use domain::publication::state::Publication;
use domain::rights::Subject;
use domain::slip::Parties;
use domain::slip::state::Slip;
use domain::task::context::subject_among;
use domain::task::state::Task;
use uuid::Uuid;

use crate::error::Error;
use crate::schema::{checks, documents, meetings, notifications, slips, tasks};
use crate::statement::Statement;

/// Most events looked at in one go.
pub const MOST: i64 = 500;

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = BigInt)]
    position: i64,
}

/// The place of the last event that has one.
pub fn position(conn: &mut PgConnection) -> Result<i64, Error> {
    let last: Last = Statement::default()
        .sql("SELECT COALESCE(max(position), 0) AS position FROM event_positions")
        .get_result(conn)?;
    Ok(last.position)
}

#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = Text)]
    stream_kind: String,
    #[diesel(sql_type = SqlUuid)]
    stream_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    round_id: Option<Uuid>,
}

/// What events after a place are about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Where to go on from.
    pub position: i64,
    /// Tasks by their round.
    pub tasks: BTreeMap<RoundId, BTreeSet<Uuid>>,
    /// Checks as they stand now.
    pub checks: Vec<Check>,
    /// Slips as they stand now, with who has to do with them.
    pub slips: Vec<(Slip, Parties)>,
    /// Meetings as they stand now, each with the people of its round's leading group.
    pub meetings: Vec<(Meeting, BTreeSet<PersonId>)>,
    /// Acts of personal duties as they stand now, with whom they concern.
    pub duties: Vec<(DutyAct, Head)>,
    /// Documents as they stand now, each with the people of its round's leading group.
    pub documents: Vec<(Document, BTreeSet<PersonId>)>,
    /// Publications and opinions as they stand now, these with the path of the unit that answers.
    pub publications: Vec<Publication>,
    pub opinions: Vec<(Opinion, Option<UnitPath>)>,
    /// Systemic problems, rules, handovers and appraisals by the kind of their stream. Whom they concern only the feed of other systems asks.
    pub parted: BTreeMap<String, BTreeSet<Uuid>>,
    /// Rounds whose own settings changed.
    pub rounds: BTreeSet<RoundId>,
    /// Everything the events were about.
    pub subjects: BTreeSet<Uuid>,
    /// Whether something happened that may concern anybody: people, posts, accounts, units, a round's own settings.
    pub is_wide: bool,
    /// Whether there may be more.
    pub is_cut: bool,
}

/// The leading group of a round, asked once.
fn group_of(
    conn: &mut PgConnection,
    round: RoundId,
    known: &mut BTreeMap<RoundId, BTreeSet<PersonId>>,
) -> Result<BTreeSet<PersonId>, Error> {
    if let Some(group) = known.get(&round) {
        return Ok(group.clone());
    }
    let group = crate::meetings::group(conn, round)?;
    known.insert(round, group.clone());
    Ok(group)
}

/// The changes after a place, at most `MOST` events of them.
pub fn since(conn: &mut PgConnection, position: i64, now: DateTime<Utc>) -> Result<Changes, Error> {
    let placed: Vec<Placed> = Statement::default()
        .sql(
            "SELECT o.position, o.stream_kind, o.stream_id, e.round_id \
             FROM event_positions o JOIN events e USING (stream_kind, stream_id, seq) WHERE o.position > ",
        )
        .bind::<BigInt, _>(position)
        .sql(format!(" ORDER BY o.position LIMIT {MOST}"))
        .load(conn)?;
    let mut changes = Changes { position, is_cut: i64::try_from(placed.len()) == Ok(MOST), ..Changes::default() };
    let (mut checked, mut of_slips, mut met) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut done, mut written) = (BTreeSet::new(), BTreeSet::new());
    let (mut published, mut said) = (BTreeSet::new(), BTreeSet::new());
    for row in placed {
        changes.position = row.position;
        changes.subjects.insert(row.stream_id);
        match (row.stream_kind.as_str(), row.round_id) {
            ("task", Some(round)) => {
                changes.tasks.entry(RoundId(round)).or_default().insert(row.stream_id);
            }
            ("check", _) => {
                checked.insert(row.stream_id);
            }
            ("slip", _) => {
                of_slips.insert(row.stream_id);
            }
            ("meeting", _) => {
                met.insert(row.stream_id);
            }
            ("personal_duty", _) => {
                done.insert(row.stream_id);
            }
            ("document", _) => {
                written.insert(row.stream_id);
            }
            ("publication", _) => {
                published.insert(row.stream_id);
            }
            ("opinion", _) => {
                said.insert(row.stream_id);
            }
            ("systemic_problem" | "rule" | "handover" | "appraisal", _) => {
                changes.parted.entry(row.stream_kind.clone()).or_default().insert(row.stream_id);
                changes.is_wide = true;
            }
            ("round", _) => {
                changes.rounds.insert(RoundId(row.stream_id));
                changes.is_wide = true;
            }
            // What changes nobody's rights or duties.
            (
                "export" | "template" | "kiosk" | "finding_link" | "channel_rules" | "identity_rules"
                | "service_account",
                _,
            ) => {}
            _ => changes.is_wide = true,
        }
    }
    if !checked.is_empty() {
        let snapshots: Vec<serde_json::Value> =
            checks::table.filter(checks::id.eq_any(checked)).select(checks::snapshot).load(conn)?;
        changes.checks = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    }
    if !of_slips.is_empty() {
        let snapshots: Vec<serde_json::Value> =
            slips::table.filter(slips::id.eq_any(of_slips)).select(slips::snapshot).load(conn)?;
        let found: Vec<Slip> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
        let parties = crate::slips::parties(conn, &found, now)?;
        changes.slips = found.into_iter().zip(parties).collect();
    }
    let mut groups: BTreeMap<RoundId, BTreeSet<PersonId>> = BTreeMap::new();
    if !met.is_empty() {
        let snapshots: Vec<serde_json::Value> =
            meetings::table.filter(meetings::id.eq_any(met)).select(meetings::snapshot).load(conn)?;
        for snapshot in snapshots {
            let meeting: Meeting = serde_json::from_value(snapshot)?;
            let group = group_of(conn, meeting.round, &mut groups)?;
            changes.meetings.push((meeting, group));
        }
    }
    if !written.is_empty() {
        let snapshots: Vec<serde_json::Value> =
            documents::table.filter(documents::id.eq_any(written)).select(documents::snapshot).load(conn)?;
        for snapshot in snapshots {
            let document: Document = serde_json::from_value(snapshot)?;
            let group = group_of(conn, document.round, &mut groups)?;
            changes.documents.push((document, group));
        }
    }
    if !done.is_empty() {
        changes.duties = crate::personal_duties::with_heads(conn, done)?;
    }
    if !published.is_empty() {
        changes.publications = crate::publications::among(conn, published)?;
    }
    if !said.is_empty() {
        changes.opinions = crate::opinions::among(conn, said)?;
    }
    Ok(changes)
}

/// What rights look at of these tasks, as far as sight goes: who can log in for a unit does not matter to it.
pub fn subjects(conn: &mut PgConnection, ids: &BTreeSet<Uuid>) -> Result<Vec<(Uuid, Subject)>, Error> {
    let snapshots: Vec<serde_json::Value> =
        tasks::table.filter(tasks::id.eq_any(ids)).select(tasks::snapshot).load(conn)?;
    let found: Vec<Task> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    let named = found.iter().flat_map(|task| crate::tasks::units_of(task, None)).collect();
    let paths = crate::tasks::paths(conn, &named)?;
    let path = |unit: UnitId| paths.get(&unit).cloned().unwrap_or_else(|| UnitPath(vec![unit]));
    Ok(found.iter().map(|task| (task.id.0, subject_among(task, path, |_| true))).collect())
}

/// Who was told something, by the notice's id; ids grow with time, and what was written at the same moment elsewhere may be seen a little later.
pub fn told_since(conn: &mut PgConnection, floor: Uuid) -> Result<Vec<(Uuid, Uuid)>, Error> {
    Ok(notifications::table
        .filter(notifications::id.gt(floor))
        .select((notifications::id, notifications::recipient_id))
        .order(notifications::id)
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = SqlUuid)]
    family_id: Uuid,
}

/// Which of these sessions are ended.
pub fn ended_sessions(conn: &mut PgConnection, sessions: &[Uuid]) -> Result<BTreeSet<Uuid>, Error> {
    let rows: Vec<Ended> = Statement::default()
        .sql("SELECT DISTINCT family_id FROM refresh_tokens WHERE revoked_at IS NOT NULL AND family_id = ANY(")
        .bind::<Array<SqlUuid>, _>(sessions.to_vec())
        .sql(")")
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.family_id).collect())
}
