//! Documents: one transaction per command (lock, see, decide, fold, save, record, tell); read with their words and the records they rest on.

mod countable;
pub mod templates;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::calendar;
use domain::chain::Digest;
use domain::document::event::{self, DocumentEvent};
use domain::document::figure;
use domain::document::kind::DocumentKind;
use domain::document::{
    self, Context, Document, DocumentAction, DocumentCommand, DocumentText, Facts, Head, Records, TemplateMark,
    starts_from,
};
use domain::ids::{DocumentId, PersonId, RoundId};
use domain::notification;
use domain::refusal::Refusal;
use domain::rights;
use domain::sign_request::Signing;
use domain::task::context::Revision;
use domain::task::text::Words;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::notifications::{self, About, Telling};
use crate::schema::documents;
use crate::statement::Statement;
use crate::tasks::{Expected, bodies, names};
use crate::{actors, blobs, meetings, rounds};

pub use countable::countable;

/// What a list says of a document.
#[derive(Clone, Debug)]
pub struct DocumentLine {
    pub document: Document,
    pub title: String,
}

/// A document whole, for whoever may see it.
#[derive(Clone, Debug)]
pub struct LoadedDocument {
    pub document: Document,
    pub text: DocumentText,
    pub records: Records,
    pub facts: Facts,
    /// What was written, by its digest.
    pub words: BTreeMap<Digest, String>,
    /// Names of everybody it speaks of.
    pub names: BTreeMap<Uuid, String>,
    pub created_at: DateTime<Utc>,
}

impl LoadedDocument {
    /// Runs with the surroundings of a decision.
    pub fn with_context<T>(&self, actor: &Actor, now: DateTime<Utc>, run: impl FnOnce(&Context<'_>) -> T) -> T {
        run(&Context { actor, now, facts: &self.facts, text: &self.text, records: &self.records, fresh: &Uuid::now_v7 })
    }
}

fn stream(document: &Document) -> Stream {
    Stream { kind: "document", id: document.id.0, round: Some(document.round) }
}

fn facts(conn: &mut PgConnection, round: RoundId) -> Result<Facts, Error> {
    let (of_round, policy, policy_version) = rounds::facts(conn, round)?;
    Ok(Facts {
        policy,
        policy_version,
        principal: of_round.principal,
        group_head: of_round.group_head,
        group: meetings::group(conn, round)?,
        people: BTreeMap::new(),
    })
}

fn body<T: DeserializeOwned>(kept: &BTreeMap<Digest, String>, digest: &Digest) -> Result<T, Error> {
    let body = kept.get(digest).ok_or_else(|| Error::internal("a document without its words"))?;
    Ok(serde_json::from_str(body)?)
}

/// Begins a document of a kind with what the records say now.
///
/// Errors: `NotFound`, `not-allowed`; content.
pub fn create(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    kind: DocumentKind,
    head: Head,
    records: &Records,
    template: TemplateMark,
) -> Result<DocumentId, Error> {
    rounds::find(conn, &origin.actor, round)?;
    let facts = facts(conn, round)?;
    let none = DocumentText::default();
    let ctx =
        Context { actor: &origin.actor, now: origin.now, facts: &facts, text: &none, records, fresh: &Uuid::now_v7 };
    let decision = document::draft(round, kind, head, records, template, &ctx)?;
    begin(conn, origin, decision.events, &decision.revisions)
}

fn begin(
    conn: &mut PgConnection,
    origin: &Origin,
    events: Vec<DocumentEvent>,
    revisions: &[Revision],
) -> Result<DocumentId, Error> {
    let id = DocumentId(Uuid::now_v7());
    let begun = events.first().and_then(|e| event::begin(id, e));
    let begun = begun.ok_or_else(|| Error::internal("a draft that drafts nothing"))?;
    let document = events[1..].iter().fold(begun, event::evolve);
    save(conn, origin, 0, &document, &events, revisions)?;
    Ok(id)
}

/// Begins the next version of a filed document.
///
/// Errors: `NotFound`, `Stale`; `not-allowed` (403); `wrong-state`, `already-replaced`, `correction-begun` (409); content.
pub fn correct(
    conn: &mut PgConnection,
    origin: &Origin,
    id: DocumentId,
    expected: Expected,
    reason: &str,
    records: &Records,
    template: TemplateMark,
) -> Result<DocumentId, Error> {
    let (before, facts) = lock(conn, &origin.actor, id)?;
    rights::permit_document(&origin.actor, DocumentAction::Correct, &before, &facts.group)?;
    check_version(expected, &before)?;
    let begun: i64 = documents::table
        .filter(documents::corrects_id.eq(id.0).and(documents::state.ne("withdrawn")))
        .count()
        .get_result(conn)?;
    if begun > 0 && before.replaced_by.is_none() {
        return Err(Refusal::conflict("correction-begun").into());
    }
    let kept = bodies(conn, [before.text.clone()])?;
    let text: DocumentText = body(&kept, &before.text)?;
    let ctx =
        Context { actor: &origin.actor, now: origin.now, facts: &facts, text: &text, records, fresh: &Uuid::now_v7 };
    let decision = document::correct(&before, reason, records, template, &ctx)?;
    begin(conn, origin, decision.events, &decision.revisions)
}

fn check_version(expected: Expected, document: &Document) -> Result<(), Error> {
    match expected {
        Expected::Version(version) if version != document.seq => Err(Error::Stale(document.seq)),
        _ => Ok(()),
    }
}

fn lock(conn: &mut PgConnection, actor: &Actor, id: DocumentId) -> Result<(Document, Facts), Error> {
    let snapshot: Option<serde_json::Value> =
        documents::table.find(id.0).select(documents::snapshot).for_update().first(conn).optional()?;
    let document: Document = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    let facts = facts(conn, document.round)?;
    if !rights::sees_document(actor, &document, &facts.group) {
        return Err(Error::NotFound);
    }
    Ok((document, facts))
}

fn people(command: &DocumentCommand) -> Vec<PersonId> {
    match command {
        DocumentCommand::Sign { signing: Signing::Paper { signer, .. }, .. } => vec![*signer],
        DocumentCommand::Sign { signing: Signing::Screen { on_behalf_of: Some(person) }, .. } => vec![*person],
        _ => Vec::new(),
    }
}

/// The scan a signature on paper rests on.
fn scan_of(command: &DocumentCommand) -> Option<String> {
    match command {
        DocumentCommand::Sign { signing: Signing::Paper { document, .. }, .. } => Some(document.scan.clone()),
        _ => None,
    }
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: DocumentId,
    expected: Expected,
    command: DocumentCommand,
) -> Result<Document, Error> {
    let (before, mut facts) = lock(conn, &origin.actor, id)?;
    let action = command.action();
    rights::permit_document(&origin.actor, action, &before, &facts.group)?;
    check_version(expected, &before)?;
    if !starts_from(action).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    facts.people = actors::of_people(conn, &people(&command), calendar::today(origin.now))?;
    let kept = bodies(conn, [before.text.clone(), before.records.clone()])?;
    let (text, records): (DocumentText, Records) = (body(&kept, &before.text)?, body(&kept, &before.records)?);
    let scan = scan_of(&command);
    let ctx = Context {
        actor: &origin.actor,
        now: origin.now,
        facts: &facts,
        text: &text,
        records: &records,
        fresh: &Uuid::now_v7,
    };
    let decision = document::decide(&before, command, &ctx)?;
    if let Some(scan) = scan {
        blobs::own_scan(conn, origin, blobs::Subject::Document(id.0), &scan)?;
    }
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision.events, &decision.revisions)?;
    replace(conn, origin, &after, &decision.events)?;
    Ok(after)
}

/// The version that a filed correction stands for says so from then on.
fn replace(
    conn: &mut PgConnection,
    origin: &Origin,
    document: &Document,
    events: &[DocumentEvent],
) -> Result<(), Error> {
    let is_filed = events.iter().any(|e| matches!(e, DocumentEvent::Filed { .. }));
    let Some(corrects) = document.corrects.as_ref().filter(|_| is_filed) else { return Ok(()) };
    let snapshot: serde_json::Value =
        documents::table.find(corrects.of.0).select(documents::snapshot).for_update().first(conn)?;
    let old: Document = serde_json::from_value(snapshot)?;
    let last_seq = old.seq;
    let event = DocumentEvent::Replaced { by: document.id };
    let old = event::evolve(old, &event);
    save(conn, origin, last_seq, &old, &[event], &[])
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    document: &Document,
    decided: &[DocumentEvent],
    revisions: &[Revision],
) -> Result<(), Error> {
    let stored = decided.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(document), last_seq, revisions, stored, document.seq)?;
    let text: DocumentText = body(&bodies(conn, [document.text.clone()])?, &document.text)?;
    let row = (
        documents::round_id.eq(document.round.0),
        documents::kind.eq(document.kind.as_str()),
        documents::state.eq(document.state.as_str()),
        documents::title.eq(text.head.title.trim()),
        documents::as_of.eq(document.as_of),
        documents::corrects_id.eq(document.corrects.as_ref().map(|c| c.of.0)),
        documents::snapshot.eq(serde_json::to_value(document)?),
        documents::seq.eq(document.seq),
        documents::updated_at.eq(origin.now),
    );
    if last_seq == 0 {
        diesel::insert_into(documents::table)
            .values((documents::id.eq(document.id.0), documents::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(documents::table.find(document.id.0)).set(row).execute(conn)?;
    }
    let told: Vec<_> = decided.iter().flat_map(|e| notification::document_audience(e, document)).collect();
    let about = About { kind: "document", id: document.id.0, round: document.round };
    notifications::tell(conn, origin, &about, &told, Telling::EachThing)
}

/// Documents of a round that the actor sees, the newest first.
///
/// Errors: `NotFound` for who does not see the round.
pub fn list(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<(Vec<DocumentLine>, Facts), Error> {
    rounds::permit_sight(conn, actor, round)?;
    let facts = facts(conn, round)?;
    let rows: Vec<(serde_json::Value, String)> = documents::table
        .filter(documents::round_id.eq(round.0))
        .order((documents::created_at.desc(), documents::id.desc()))
        .select((documents::snapshot, documents::title))
        .load(conn)?;
    let mut lines = Vec::with_capacity(rows.len());
    for (snapshot, title) in rows {
        let document: Document = serde_json::from_value(snapshot)?;
        if rights::sees_document(actor, &document, &facts.group) {
            lines.push(DocumentLine { document, title });
        }
    }
    Ok((lines, facts))
}

/// A document whole, if the actor sees it.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: DocumentId) -> Result<LoadedDocument, Error> {
    let row: Option<(serde_json::Value, DateTime<Utc>)> =
        documents::table.find(id.0).select((documents::snapshot, documents::created_at)).first(conn).optional()?;
    let (snapshot, created_at) = row.ok_or(Error::NotFound)?;
    let document: Document = serde_json::from_value(snapshot)?;
    let facts = facts(conn, document.round)?;
    if !rights::sees_document(actor, &document, &facts.group) {
        return Err(Error::NotFound);
    }
    let of_words = digests(&document);
    let kept = bodies(conn, of_words.iter().cloned().chain([document.text.clone(), document.records.clone()]))?;
    let mut words = BTreeMap::new();
    for digest in of_words {
        if let Some(body) = kept.get(&digest) {
            words.insert(digest, serde_json::from_str::<Words>(body)?.text);
        }
    }
    let (text, records) = (body(&kept, &document.text)?, body(&kept, &document.records)?);
    let names = names(conn, people_of(&document).into_iter().map(|p| p.0).collect())?;
    Ok(LoadedDocument { document, text, records, facts, words, names, created_at })
}

/// Whether a scan received for a document may be read.
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &Actor, id: DocumentId) -> Result<(), Error> {
    find(conn, actor, id).map(drop)
}

/// The last document of the kind before this one that was not withdrawn, with the records it rests on: what its figures are compared with.
pub fn before(conn: &mut PgConnection, document: &LoadedDocument) -> Result<Option<(Document, Records)>, Error> {
    let own = &document.document;
    let query = documents::table
        .filter(documents::round_id.eq(own.round.0).and(documents::kind.eq(own.kind.as_str())))
        .filter(documents::state.ne("withdrawn").and(documents::id.ne(own.id.0)))
        .filter(documents::as_of.lt(own.as_of))
        .order((documents::as_of.desc(), documents::id.desc()))
        .select(documents::snapshot);
    let snapshot: Option<serde_json::Value> = query.first(conn).optional()?;
    let Some(snapshot) = snapshot else { return Ok(None) };
    let earlier: Document = serde_json::from_value(snapshot)?;
    let records = body(&bodies(conn, [earlier.records.clone()])?, &earlier.records)?;
    Ok(Some((earlier, records)))
}

/// An event that moved something a figure counts.
#[derive(Clone, Debug, QueryableByName)]
pub struct Cause {
    /// What was counted otherwise: a task, a finding, a meeting, a check, a slip.
    #[diesel(sql_type = SqlUuid)]
    pub moved: Uuid,
    #[diesel(sql_type = Text)]
    pub stream_kind: String,
    #[diesel(sql_type = SqlUuid)]
    pub stream_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub seq: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// What it is called: a task's number, a meeting's title.
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// The events between two moments of what is counted otherwise after them: of a finding or an aspect, those of its tasks. What moves no figure is left out.
pub fn causes(
    conn: &mut PgConnection,
    moved: &BTreeSet<Uuid>,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Cause>, Error> {
    let ids: Vec<Uuid> = moved.iter().copied().collect();
    let kinds: Vec<&str> = figure::CAUSES.to_vec();
    Ok(Statement::default()
        .sql(
            "WITH moved AS (SELECT DISTINCT m.id, COALESCE(t.id, m.id) AS stream_id FROM unnest(",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .sql(
            ") AS m(id) LEFT JOIN findings f ON f.id = m.id OR f.aspect_id = m.id LEFT JOIN tasks t ON t.finding_id = f.id \
                UNION SELECT l.finding_id, l.id FROM finding_links l WHERE l.finding_id = ANY($1) \
                UNION SELECT l.other_id, l.id FROM finding_links l WHERE l.other_id = ANY($1)) \
             SELECT m.id AS moved, e.stream_kind, e.stream_id, e.seq, e.kind, e.at, \
                COALESCE(t.number, g.title, c.title, s.title, '') AS name \
             FROM moved m JOIN events e ON e.stream_id = m.stream_id \
             LEFT JOIN tasks t ON t.id = e.stream_id LEFT JOIN meetings g ON g.id = e.stream_id \
             LEFT JOIN checks c ON c.id = e.stream_id LEFT JOIN slips s ON s.id = e.stream_id \
             WHERE e.kind = ANY(",
        )
        .bind::<Array<Text>, _>(kinds)
        .sql(
            ") AND e.at > ",
        )
        .bind::<Timestamptz, _>(after)
        .sql(" AND e.at <= ")
        .bind::<Timestamptz, _>(until)
        .sql(" ORDER BY e.at, e.stream_id, e.seq")
        .load(conn)?)
}

fn digests(document: &Document) -> BTreeSet<Digest> {
    let signatures = document.requests.iter().flat_map(|r| &r.signatures).filter_map(|s| s.words.as_ref());
    let objections = document.objections.iter().map(|(_, reason)| reason);
    let entered = document.entered.values().map(|e| &e.reason);
    let corrects = document.corrects.iter().map(|c| &c.reason);
    signatures.chain(objections).chain(entered).chain(corrects).chain(&document.withdrawn).cloned().collect()
}

/// Everybody a document speaks of.
fn people_of(document: &Document) -> BTreeSet<PersonId> {
    let mut found = BTreeSet::from([document.drafted_by]);
    found.extend(document.entered.values().map(|e| e.by));
    for request in &document.requests {
        found.insert(request.submitted_by);
        found.extend(request.chain.iter().filter_map(|s| s.person));
        for s in &request.signatures {
            found.insert(s.recorded_by);
            found.extend(s.person.iter().chain(&s.confirmed_by).chain(&s.stand_in));
        }
    }
    found
}

/// The events of a document as the domain reads them, folded; for comparison with the row.
pub fn replay(conn: &mut PgConnection, id: DocumentId) -> Result<Option<Document>, Error> {
    events::folded(conn, "document", id.0, DocumentEvent::parse, |event| event::begin(id, event), event::evolve)
}
