//! The feed of events for other systems: the one order of all events from a place on, as far as somebody sees what they are about (docs/domain.md §34).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::appraisal::event::AppraisalEvent;
use domain::appraisal::state::Appraisal;
use domain::ids::RoundId;
use domain::rights;
use domain::rule_register::Parties;
use domain::rule_register::event::RuleEvent;
use domain::rule_register::state::Rule;
use domain::systemic::event::SystemicEvent;
use domain::systemic::state::SystemicProblem;
use uuid::Uuid;

use crate::appraisals::Scored;
use crate::error::Error;
use crate::events::Origin;
use crate::statement::Statement;
use crate::{appraisals, changes, handovers, rule_register, systemic};

/// An event as it is handed on.
#[derive(Clone, Debug, QueryableByName)]
pub struct FeedEvent {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Text)]
    pub stream_kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub stream_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = SmallInt)]
    pub schema_version: i16,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub person_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub round_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    pub payload: String,
    #[diesel(sql_type = Text)]
    pub alg: String,
    #[diesel(sql_type = Text)]
    pub hash: String,
}

/// What is asked for: all of it has to fit.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The place of the last event that was read; 0 for the beginning.
    pub after: i64,
    /// `task`, `slip` and so on.
    pub stream_kind: Option<String>,
    pub round: Option<Uuid>,
    /// Of whoever acted.
    pub unit: Option<Uuid>,
}

/// A part of the feed.
#[derive(Clone, Debug)]
pub struct Part {
    pub events: Vec<FeedEvent>,
    /// Where to go on from; it moves on over what is not shown.
    pub next: i64,
    /// Whether more is there already.
    pub is_more: bool,
}

/// What somebody sees of what changed, as it stands now.
#[derive(Default)]
struct Sight {
    /// Streams of which he sees every event.
    whole: BTreeSet<Uuid>,
    /// What many see a part of, asked of each event.
    problems: BTreeMap<Uuid, SystemicProblem>,
    rules: BTreeMap<Uuid, (Rule, Parties)>,
    appraisals: BTreeMap<Uuid, (Appraisal, Scored)>,
}

impl Sight {
    fn shows(&self, actor: &Actor, event: &FeedEvent) -> bool {
        self.whole.contains(&event.stream_id) || self.shows_part(actor, event).unwrap_or(false)
    }

    /// None for an event of something else, or one that cannot be read: it is not shown either.
    fn shows_part(&self, actor: &Actor, event: &FeedEvent) -> Option<bool> {
        let payload = || serde_json::from_str(&event.payload).ok();
        let (kind, id) = (event.kind.as_str(), event.stream_id);
        match event.stream_kind.as_str() {
            "systemic_problem" => {
                let said = SystemicEvent::parse(kind, payload()?).ok()?;
                Some(rights::hears_of_problem(actor, self.problems.get(&id)?, &said))
            }
            "rule" => {
                let ((rule, parties), said) = (self.rules.get(&id)?, RuleEvent::parse(kind, payload()?).ok()?);
                Some(rights::hears_of_rule(actor, rule, parties, &said))
            }
            "appraisal" => {
                let (appraisal, scored) = self.appraisals.get(&id)?;
                let said = AppraisalEvent::parse(kind, payload()?).ok()?;
                Some(rights::hears_of_appraisal(actor, appraisal, scored, &said))
            }
            "appraisal_scheme" => Some(rights::sees_appraisals(actor, RoundId(event.round_id?))),
            _ => None,
        }
    }
}

fn sight(conn: &mut PgConnection, origin: &Origin, found: &changes::Changes) -> Result<Sight, Error> {
    let actor = &origin.actor;
    let scope = rights::scope(actor);
    let ids: BTreeSet<Uuid> = found.tasks.values().flatten().copied().collect();
    let tasks = if ids.is_empty() { Vec::new() } else { changes::subjects(conn, &ids)? };
    let mut seen: BTreeSet<Uuid> = tasks.iter().filter(|(_, s)| scope.covers(s)).map(|(id, _)| *id).collect();
    seen.extend(found.checks.iter().filter(|c| rights::sees_check(actor, c)).map(|c| c.id.0));
    seen.extend(found.slips.iter().filter(|(s, of)| rights::sees_slip(actor, s, of)).map(|(s, _)| s.id.0));
    seen.extend(found.meetings.iter().filter(|(m, g)| rights::sees_meeting(actor, m, g)).map(|(m, _)| m.id.0));
    seen.extend(found.documents.iter().filter(|(d, g)| rights::sees_document(actor, d, g)).map(|(d, _)| d.id.0));
    seen.extend(found.publications.iter().filter(|p| rights::sees_publication(actor, p)).map(|p| p.id.0));
    seen.extend(
        found.opinions.iter().filter(|(o, unit)| rights::sees_opinion(actor, o, unit.as_ref())).map(|(o, _)| o.id.0),
    );
    seen.extend(
        found.duties.iter().filter(|(act, head)| rights::sees_duties(actor, act.round, head)).map(|(a, _)| a.id.0),
    );
    let mut sight = Sight { whole: seen, ..Sight::default() };
    for (kind, ids) in &found.parted {
        match kind.as_str() {
            "systemic_problem" => {
                sight.problems = systemic::among(conn, ids)?.into_iter().map(|p| (p.id.0, p)).collect()
            }
            "rule" => {
                let all = rule_register::among(conn, ids, origin.now)?;
                sight.rules = all.into_iter().map(|(rule, of)| (rule.id.0, (rule, of))).collect();
            }
            "appraisal" => {
                let all = appraisals::among(conn, ids)?;
                sight.appraisals = all.into_iter().map(|(a, scored)| (a.id.0, (a, scored))).collect();
            }
            "handover" => {
                let all = handovers::among(conn, ids)?;
                sight
                    .whole
                    .extend(all.iter().filter(|(h, unit)| rights::sees_handover(actor, h, unit)).map(|(h, _)| h.id.0));
            }
            _ => {}
        }
    }
    Ok(sight)
}

/// Events after a place in their one order, which has no gap and is given when an event is sealed: nobody who reads on from `next` misses one, however
/// long the transaction took that wrote it.
pub fn after(conn: &mut PgConnection, origin: &Origin, asked: &Asked) -> Result<Part, Error> {
    let found = changes::since(conn, asked.after, origin.now)?;
    let sight = sight(conn, origin, &found)?;
    let mut events: Vec<FeedEvent> = Statement::default()
        .sql(
            "SELECT o.position, e.stream_kind, e.stream_id, e.seq, e.kind, e.schema_version, e.at, e.person_id, e.role, e.unit_id, \
             e.round_id, e.payload, e.alg, e.hash FROM event_positions o JOIN events e USING (stream_kind, stream_id, seq) \
             WHERE o.position > ",
        )
        .bind::<BigInt, _>(asked.after)
        .sql(" AND o.position <= ")
        .bind::<BigInt, _>(found.position)
        .sql(" ORDER BY o.position")
        .load(conn)?;
    events.retain(|e| {
        sight.shows(&origin.actor, e)
            && asked.stream_kind.as_ref().is_none_or(|kind| *kind == e.stream_kind)
            && asked.round.is_none_or(|round| Some(round) == e.round_id)
            && asked.unit.is_none_or(|unit| Some(unit) == e.unit_id)
    });
    Ok(Part { events, next: found.position, is_more: found.is_cut })
}
