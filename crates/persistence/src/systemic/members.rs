//! The tasks of a problem as their reader may see them, and which groups are proposed to who leads a round.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::{FindingId, RoundId, TaskId, UnitId};
use domain::recurrence::Verdict;
use domain::rights;
use domain::systemic::Members;
use domain::systemic::group::{self, Candidate, Group, Said};
use domain::systemic::state::SystemicProblem;
use domain::task::state::TaskState;
use uuid::Uuid;

use crate::changes;
use crate::error::Error;
use crate::events::Origin;
use crate::rounds;
use crate::schema::{finding_links, systemic_problems};

/// Most findings that are grouped at once, the newest rounds first.
const GROUPED: i64 = 1500;

/// A task of a problem.
#[derive(Clone, Debug, QueryableByName)]
pub struct Member {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = SqlUuid)]
    pub round_id: Uuid,
    #[diesel(sql_type = Text)]
    pub round_name: String,
    #[diesel(sql_type = SqlUuid)]
    pub finding_id: Uuid,
    #[diesel(sql_type = Text)]
    pub finding: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<String>,
}

impl Member {
    /// The words of its state.
    pub fn state_label(&self) -> &'static str {
        TaskState::parse(&self.state).map_or("", TaskState::label)
    }
}

/// These tasks in their order, those left out that the actor does not see or may not read.
pub(super) fn read(conn: &mut PgConnection, actor: &Actor, ids: &[TaskId]) -> Result<Vec<Member>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<Uuid> = ids.iter().map(|t| t.0).collect();
    let rows: Vec<Member> = diesel::sql_query(
        "SELECT t.id, t.number, t.title, t.state, t.round_id, r.name AS round_name, t.finding_id, f.body AS finding, u.id AS unit_id, u.name AS unit \
         FROM unnest($1) WITH ORDINALITY AS asked (id, nth) JOIN tasks t USING (id) JOIN rounds r ON r.id = t.round_id \
         JOIN findings f ON f.id = t.finding_id LEFT JOIN units u ON u.id = t.lead_unit_id ORDER BY asked.nth",
    )
    .bind::<Array<SqlUuid>, _>(asked.clone())
    .load(conn)?;
    let subjects: BTreeMap<Uuid, _> = changes::subjects(conn, &asked.into_iter().collect())?.into_iter().collect();
    let scope = rights::scope(actor);
    let reads = |id: &Uuid| subjects.get(id).is_some_and(|s| scope.covers(s) && rights::reads_content(actor, s));
    Ok(rows.into_iter().filter(|m| reads(&m.id)).collect())
}

/// What the rules ask of the tasks somebody names.
pub(super) fn of_rules(conn: &mut PgConnection, actor: &Actor, ids: &[TaskId]) -> Result<Members, Error> {
    let read = read(conn, actor, ids)?.into_iter().filter(|m| m.state != TaskState::Withdrawn.as_str());
    Ok(Members {
        read: read
            .map(|m| (TaskId(m.id), m.unit_id.map(UnitId), RoundId(m.round_id), FindingId(m.finding_id)))
            .collect(),
    })
}

/// A group that is proposed, with its tasks.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub group: Group,
    pub members: Vec<Member>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    finding_id: Uuid,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    basis: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    task_ids: Vec<Uuid>,
    #[diesel(sql_type = Array<SqlUuid>)]
    unit_ids: Vec<Uuid>,
    #[diesel(sql_type = Bool)]
    is_here: bool,
}

/// Groups that may be one problem, among all rounds the actor works for, each with a task of this round; for its office. What is sensitive is in none:
/// whoever confirms adds it himself.
///
/// Errors: `NotFound` for a round that is not seen, `not-allowed`.
pub fn proposals(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Vec<Proposal>, Error> {
    let actor = &origin.actor;
    rounds::permit_sight(conn, actor, round)?;
    rights::permit_office(actor, round)?;
    let rounds: Vec<Uuid> = rights::scope(actor).rounds.iter().map(|r| r.0).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT f.id AS finding_id, f.body, f.basis, array_agg(t.id ORDER BY t.ordinal, t.id) AS task_ids, \
             array_agg(t.lead_unit_id ORDER BY t.ordinal, t.id) AS unit_ids, f.round_id = $2 AS is_here \
         FROM findings f JOIN rounds r ON r.id = f.round_id \
         JOIN tasks t ON t.finding_id = f.id AND t.state <> 'withdrawn' AND t.lead_unit_id IS NOT NULL AND t.sensitivity = 'open' \
         WHERE f.round_id = ANY($1) AND f.sensitivity = 'open' \
         GROUP BY f.id, r.id ORDER BY f.round_id = $2 DESC, r.feedback_on DESC NULLS LAST, f.ordinal, f.id LIMIT $3",
    )
    .bind::<Array<SqlUuid>, _>(&rounds)
    .bind::<SqlUuid, _>(round.0)
    .bind::<BigInt, _>(GROUPED)
    .load(conn)?;
    let here: BTreeSet<Uuid> = rows.iter().filter(|r| r.is_here).map(|r| r.finding_id).collect();
    let all: Vec<Candidate> = rows
        .into_iter()
        .map(|row| Candidate {
            finding: FindingId(row.finding_id),
            body: row.body,
            basis: row.basis,
            tasks: row.task_ids.into_iter().map(TaskId).zip(row.unit_ids.into_iter().map(UnitId)).collect(),
        })
        .collect();
    let groups = group::propose(&all, &said(conn, &all)?, &known(conn, &rounds)?);
    let groups: Vec<Group> = groups.into_iter().filter(|g| g.findings.iter().any(|f| here.contains(&f.0))).collect();
    let named: BTreeSet<TaskId> = groups.iter().flat_map(|g| g.tasks.iter().copied()).collect();
    let members: BTreeMap<Uuid, Member> =
        read(conn, actor, &named.into_iter().collect::<Vec<_>>())?.into_iter().map(|m| (m.id, m)).collect();
    Ok(groups
        .into_iter()
        .map(|group| {
            let members = group.tasks.iter().filter_map(|t| members.get(&t.0).cloned()).collect();
            Proposal { group, members }
        })
        .collect())
}

fn said(conn: &mut PgConnection, all: &[Candidate]) -> Result<Said, Error> {
    let ids: Vec<Uuid> = all.iter().map(|c| c.finding.0).collect();
    let rows: Vec<(Uuid, Uuid, String)> = finding_links::table
        .filter(finding_links::finding_id.eq_any(&ids).and(finding_links::other_id.eq_any(&ids)))
        .select((finding_links::finding_id, finding_links::other_id, finding_links::verdict))
        .load(conn)?;
    let mut said = Said::default();
    for (one, other, verdict) in rows {
        let pair = (FindingId(one), FindingId(other));
        match Verdict::parse(&verdict) {
            Some(Verdict::Common) => drop(said.common.insert(pair)),
            Some(Verdict::Dismissed) => drop(said.dismissed.insert(pair)),
            Some(Verdict::Recurrence) | None => {}
        }
    }
    Ok(said)
}

/// The tasks of what was confirmed or dismissed; what was withdrawn is proposed again.
fn known(conn: &mut PgConnection, rounds: &[Uuid]) -> Result<Vec<BTreeSet<TaskId>>, Error> {
    let snapshots: Vec<serde_json::Value> = systemic_problems::table
        .filter(systemic_problems::round_id.eq_any(rounds).and(systemic_problems::state.ne("withdrawn")))
        .select(systemic_problems::snapshot)
        .load(conn)?;
    let all: Vec<SystemicProblem> = snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?;
    Ok(all.into_iter().map(|p| p.members.into_iter().collect()).collect())
}
