//! Publications as they are read: with what the rules look at, and the words of the records beside the public ones.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::ids::{ItemId, PersonId, PublicationId, RoundId, TaskId};
use domain::policy::Policy;
use domain::publication::event::{self, PublicationEvent};
use domain::publication::guard::Hit;
use domain::publication::state::{Figures, HeadText, ItemText, ItemWords, Publication, PublicationState};
use domain::publication::{self, Context, Facts, PublicationAction, PublicationContent};
use domain::rights;
use domain::task::context::RoundFacts;
use domain::task::text::Words;
use uuid::Uuid;

use super::records;
use crate::error::Error;
use crate::schema::publications;
use crate::statement::Statement;
use crate::tasks::{bodies, names};
use crate::{events, rounds};

/// What a list says of a publication.
#[derive(Clone, Debug)]
pub struct PublicationLine {
    pub publication: Publication,
    pub title: String,
    pub facts: Facts,
    /// The number of the open page, once it is shown there.
    pub notice: Option<i64>,
}

impl PublicationLine {
    /// Runs with the surroundings of a decision.
    pub fn with_context<T>(
        &self,
        actor: &Actor,
        calendar: &Calendar,
        now: DateTime<Utc>,
        run: impl FnOnce(&Context<'_>) -> T,
    ) -> T {
        run(&Context { actor, now, calendar, facts: &self.facts, fresh: &Uuid::now_v7 })
    }

    /// The acts open to this actor now.
    pub fn open_actions(&self, actor: &Actor, calendar: &Calendar, now: DateTime<Utc>) -> Vec<PublicationAction> {
        self.with_context(actor, calendar, now, |ctx| publication::open_actions(&self.publication, ctx))
    }
}

/// What the records say of an item's task now, to who sees the task.
#[derive(Clone, Debug)]
pub struct Internal {
    pub number: String,
    pub state_label: &'static str,
    pub text: ItemText,
}

/// A publication whole, for whoever may see it.
#[derive(Clone, Debug)]
pub struct LoadedPublication {
    pub line: PublicationLine,
    pub internal: BTreeMap<TaskId, Internal>,
    /// Names of everybody it speaks of.
    pub names: BTreeMap<Uuid, String>,
    /// What was written, by its digest.
    pub words: BTreeMap<Digest, String>,
    /// Figures that are signed, or those of now.
    pub figures: Figures,
    /// Words that stand where they may not, while it can still be changed or published.
    pub hits: Vec<Hit>,
    /// The correction that is begun or stands in its place.
    pub correction: Option<Uuid>,
    /// Opinions received and answered.
    pub n_received: i64,
    pub n_answered: i64,
}

/// What holds for every publication of a round.
pub(crate) struct Standing {
    round: RoundFacts,
    policy: Policy,
    policy_version: i32,
}

impl Standing {
    pub(crate) fn of(conn: &mut PgConnection, round: RoundId) -> Result<Self, Error> {
        let (round, policy, policy_version) = rounds::facts(conn, round)?;
        Ok(Self { round, policy, policy_version })
    }

    /// What the rules look at of one that is not there yet.
    pub(super) fn empty(&self) -> Facts {
        Facts {
            policy: self.policy.clone(),
            policy_version: self.policy_version,
            principal: self.round.principal,
            group_head: self.round.group_head,
            people: BTreeMap::new(),
            head: HeadText::default(),
            items: BTreeMap::new(),
            signed: None,
            figures: None,
            guarded: Vec::new(),
            barred: BTreeSet::new(),
            has_correction: false,
        }
    }

    /// What the rules look at of one, its words among them.
    pub(super) fn facts(&self, conn: &mut PgConnection, publication: &Publication) -> Result<Facts, Error> {
        let signed = publication.request().map(|r| r.revision.clone());
        let wanted = publication.items.iter().map(|i| i.words.clone()).chain([publication.head.clone()]);
        let kept = bodies(conn, wanted.chain(signed.clone()).collect::<BTreeSet<_>>())?;
        let head = kept.get(&publication.head).ok_or_else(|| Error::internal("a publication without its words"))?;
        let mut items: BTreeMap<ItemId, ItemWords> = BTreeMap::new();
        for item in &publication.items {
            let body = kept.get(&item.words).ok_or_else(|| Error::internal("an item without its words"))?;
            items.insert(item.id, serde_json::from_str(body)?);
        }
        let signed: Option<PublicationContent> =
            signed.and_then(|d| kept.get(&d).map(|body| serde_json::from_str(body))).transpose()?;
        let tasks: Vec<Uuid> = publication.items.iter().map(|i| i.task.0).collect();
        let barred = records::barred(conn, &tasks)?.into_iter().map(TaskId).collect();
        let correction = correction_of(conn, publication.id)?;
        Ok(Facts {
            head: serde_json::from_str(head)?,
            items,
            signed,
            barred,
            has_correction: correction.is_some(),
            ..self.empty()
        })
    }
}

fn correction_of(conn: &mut PgConnection, id: PublicationId) -> Result<Option<Uuid>, Error> {
    Ok(publications::table
        .filter(publications::corrects_id.eq(id.0).and(publications::state.ne("withdrawn")))
        .select(publications::id)
        .first(conn)
        .optional()?)
}

type Row = (serde_json::Value, String, Option<i64>);

fn lines(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    rows: Vec<Row>,
) -> Result<Vec<PublicationLine>, Error> {
    let mut seen = Vec::new();
    let mut standing = None;
    for (snapshot, title, notice) in rows {
        let publication: Publication = serde_json::from_value(snapshot)?;
        if !rights::sees_publication(actor, &publication) {
            continue;
        }
        let of = match standing.take() {
            Some(of) => of,
            None => Standing::of(conn, round)?,
        };
        let mut facts = of.empty();
        facts.has_correction = correction_of(conn, publication.id)?.is_some();
        standing = Some(of);
        seen.push(PublicationLine { publication, title, facts, notice });
    }
    Ok(seen)
}

/// Publications of a round that the actor sees, newest first.
pub fn list(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<PublicationLine>, Error> {
    let rows: Vec<Row> = publications::table
        .filter(publications::round_id.eq(round.0))
        .order((publications::created_at.desc(), publications::id.desc()))
        .select((publications::snapshot, publications::title, publications::notice_id))
        .load(conn)?;
    let seen = lines(conn, actor, round, rows)?;
    // Whoever reviews the secrecy of one may have nothing else to do with the round.
    if seen.is_empty() { rounds::permit_sight(conn, actor, round).map(|()| seen) } else { Ok(seen) }
}

/// Publications of a round in which something may wait for the actor, newest first.
pub fn waiting(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<Vec<PublicationLine>, Error> {
    let open = [PublicationState::Draft, PublicationState::Signing, PublicationState::Approved];
    let rows: Vec<Row> = publications::table
        .filter(publications::round_id.eq(round.0))
        .filter(publications::state.eq_any(open.map(PublicationState::as_str)))
        .order((publications::created_at.desc(), publications::id.desc()))
        .select((publications::snapshot, publications::title, publications::notice_id))
        .load(conn)?;
    lines(conn, actor, round, rows)
}

/// These publications as they stand now.
pub(crate) fn among(conn: &mut PgConnection, ids: BTreeSet<Uuid>) -> Result<Vec<Publication>, Error> {
    let snapshots: Vec<serde_json::Value> =
        publications::table.filter(publications::id.eq_any(ids)).select(publications::snapshot).load(conn)?;
    Ok(snapshots.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?)
}

/// Everybody a publication speaks of.
fn people(publication: &Publication, facts: &Facts) -> BTreeSet<PersonId> {
    let mut found = BTreeSet::from([publication.drafted_by]);
    for request in &publication.requests {
        found.insert(request.submitted_by);
        found.extend(request.chain.iter().filter_map(|s| s.person));
        for s in &request.signatures {
            found.insert(s.recorded_by);
            found.extend(s.person.iter().chain(&s.confirmed_by).chain(&s.stand_in));
        }
    }
    found.extend(publication.setting.secrecy_reviewer);
    found.extend(publication.published.as_ref().map(|p| p.by));
    let signed = facts.signed.iter().flat_map(|c| &c.items).map(|i| &i.words);
    found.extend(facts.items.values().chain(signed).flat_map(|i| &i.exemptions).map(|e| e.approver));
    found
}

fn digests(publication: &Publication) -> Vec<Digest> {
    let signatures = publication.requests.iter().flat_map(|r| &r.signatures).filter_map(|s| s.words.as_ref());
    let objections = publication.objections.iter().map(|(_, reason)| reason);
    signatures.chain(objections).chain(&publication.withdrawn).cloned().collect()
}

/// A publication whole, if the actor sees it.
pub fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    id: PublicationId,
    now: DateTime<Utc>,
) -> Result<LoadedPublication, Error> {
    let row: Option<Row> = publications::table
        .find(id.0)
        .select((publications::snapshot, publications::title, publications::notice_id))
        .first(conn)
        .optional()?;
    let (snapshot, title, notice) = row.ok_or(Error::NotFound)?;
    let publication: Publication = serde_json::from_value(snapshot)?;
    if !rights::sees_publication(actor, &publication) {
        return Err(Error::NotFound);
    }
    let mut facts = Standing::of(conn, publication.round)?.facts(conn, &publication)?;
    facts.guarded = records::guarded(conn, publication.round, &facts.policy.publication)?;
    let tasks: Vec<Uuid> = publication.items.iter().map(|i| i.task.0).collect();
    let known = records::internal(conn, actor, publication.round, &tasks, now)?;
    let internal = known.into_iter().map(|(l, text)| {
        let said = Internal { number: l.task.draft.number.clone(), state_label: l.task.state.label(), text };
        (l.task.id, said)
    });
    let internal: BTreeMap<TaskId, Internal> = internal.collect();
    let mut words = BTreeMap::new();
    for (digest, body) in bodies(conn, digests(&publication))? {
        words.insert(digest, serde_json::from_str::<Words>(&body)?.text);
    }
    let names = names(conn, people(&publication, &facts).into_iter().map(|p| p.0).collect())?;
    let is_draft = publication.state == PublicationState::Draft;
    let figures = match facts.signed.as_ref().filter(|_| !is_draft) {
        Some(content) => content.figures.clone(),
        None => records::figures(conn, &publication, now)?,
    };
    let is_open = is_draft || publication.state == PublicationState::Approved;
    let items: Vec<(ItemId, &ItemWords)> =
        publication.items.iter().filter_map(|i| Some((i.id, facts.items.get(&i.id)?))).collect();
    let hits = if is_open { publication::hits(&facts.head, &items, &facts.guarded) } else { Vec::new() };
    let correction = correction_of(conn, id)?;
    let (n_received, n_answered) = crate::opinions::count_of(conn, id)?;
    let line = PublicationLine { publication, title, facts, notice };
    Ok(LoadedPublication { line, internal, names, words, figures, hits, correction, n_received, n_answered })
}

#[derive(QueryableByName)]
struct Any {
    #[diesel(sql_type = Bool)]
    is_on: bool,
}

/// Whether the chain of a publication of a round names the actor, or one of his units answers an opinion of it.
pub(crate) fn sees_any(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<bool, Error> {
    let scope = rights::scope(actor);
    let persons: Vec<String> = scope.persons.iter().map(ToString::to_string).collect();
    let units: Vec<Uuid> = scope.units.iter().map(|u| u.0).collect();
    if persons.is_empty() && units.is_empty() {
        return Ok(false);
    }
    let found: Any = Statement::default()
        .sql(
            "SELECT EXISTS (SELECT FROM publications p, jsonb_path_query(p.snapshot, '$.requests[*].chain[*].person') AS signer \
             WHERE signer #>> '{}' = ANY(",
        )
        .bind::<Array<Text>, _>(persons)
        .sql(") AND p.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(") OR EXISTS (SELECT FROM opinions o JOIN units u ON u.id = o.unit_id WHERE u.path && ")
        .bind::<Array<SqlUuid>, _>(units)
        .sql(" AND o.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .sql(") AS is_on")
        .get_result(conn)?;
    Ok(found.is_on)
}

/// The events of a publication as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: PublicationId) -> Result<Option<Publication>, Error> {
    events::folded(conn, "publication", id.0, PublicationEvent::parse, |event| event::begin(id, event), event::evolve)
}
