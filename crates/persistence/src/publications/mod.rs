//! Publications: one transaction per command (lock, see, decide, fold, save, record, tell), and the copy that goes out with it.

mod open;
mod read;
mod records;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::actor::PersonActor;
use domain::calendar::{self, Calendar};
use domain::ids::{PersonId, PublicationId, RoundId, TaskId};
use domain::notification;
use domain::publication::event::{self, PublicationEvent};
use domain::publication::state::{HeadText, Publication, PublicationKind, PublicationState};
use domain::publication::{
    self, Context, Facts, NewPublication, PublicationCommand, PublicationContent, copy, starts_from,
};
use domain::refusal::Refusal;
use domain::rights;
use domain::sign_request::Signing;
use domain::task::context::Decision;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::ledger::Filter;
use crate::notifications::{self, About, Telling};
use crate::references::check_people;
use crate::schema::publications;
use crate::tasks::{Expected, bodies};
use crate::{actors, blobs, due_acts, rounds};

pub use open::{Notice, NoticeAnswer, PublicStanding, answer, notice, notices};
pub(crate) use open::{answered, counted, received};
pub use read::{Internal, LoadedPublication, PublicationLine, find, list, replay, waiting};
pub(crate) use read::{Standing, among, sees_any};
pub(crate) use records::guarded;

/// A command on a publication, as it comes in.
#[derive(Clone, Debug)]
pub enum Input {
    /// Tasks to be put in, with what the records say of them.
    Add(Vec<TaskId>),
    /// Everything that needs nothing looked up.
    Plain(PublicationCommand),
}

impl Input {
    fn action(&self) -> publication::PublicationAction {
        match self {
            Self::Add(_) => publication::PublicationAction::AddItems,
            Self::Plain(command) => command.action(),
        }
    }

    fn people(&self) -> Vec<PersonId> {
        match self {
            Self::Plain(PublicationCommand::Sign { signing: Signing::Paper { signer, .. }, .. }) => vec![*signer],
            Self::Plain(PublicationCommand::Sign {
                signing: Signing::Screen { on_behalf_of: Some(person) }, ..
            }) => {
                vec![*person]
            }
            _ => Vec::new(),
        }
    }
}

fn stream(publication: &Publication) -> Stream {
    Stream { kind: "publication", id: publication.id.0, round: Some(publication.round) }
}

fn with_context<T>(origin: &Origin, calendar: &Calendar, facts: &Facts, run: impl FnOnce(&Context<'_>) -> T) -> T {
    run(&Context { actor: &origin.actor, now: origin.now, calendar, facts, fresh: &Uuid::now_v7 })
}

/// What a publication is begun with.
#[derive(Clone, Debug)]
pub struct Asked {
    pub kind: PublicationKind,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// Which tasks of the round; of closures, those of them that were closed in the period.
    pub filter: Filter,
}

/// Begins a publication with what the records say.
///
/// Errors: `not-allowed`; `publication-off`; content.
pub fn create(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    asked: Asked,
    calendar: &Calendar,
) -> Result<PublicationId, Error> {
    rounds::find(conn, &origin.actor, round)?;
    rights::permit_office(&origin.actor, round)?;
    let facts = Standing::of(conn, round)?.empty();
    let Asked { kind, from_on, to_on, mut filter } = asked;
    if kind == PublicationKind::Closures {
        (filter.closed_from, filter.closed_to) = (Some(from_on), Some(to_on));
    }
    let tasks = records::eligible(conn, &origin.actor, round, &filter)?;
    let items = records::prefilled(conn, &origin.actor, round, &tasks, origin.now)?;
    let head = records::head(conn, &origin.actor, round, kind, &facts.policy.publication, (from_on, to_on))?;
    let new = NewPublication { kind, from_on, to_on, head, items };
    let decision = with_context(origin, calendar, &facts, |ctx| publication::draft(round, new, None, ctx))?;
    begin(conn, origin, &decision)
}

fn begin(
    conn: &mut PgConnection,
    origin: &Origin,
    decision: &Decision<PublicationEvent>,
) -> Result<PublicationId, Error> {
    let id = PublicationId(Uuid::now_v7());
    let begun = decision.events.first().and_then(|e| event::begin(id, e));
    let publication = begun.ok_or_else(|| Error::internal("a draft that drafts nothing"))?;
    save(conn, origin, 0, &publication, decision, Telling::EachThing)?;
    Ok(id)
}

fn lock(conn: &mut PgConnection, id: PublicationId) -> Result<Publication, Error> {
    let snapshot: Option<serde_json::Value> =
        publications::table.find(id.0).select(publications::snapshot).for_update().first(conn).optional()?;
    Ok(serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?)
}

/// Locks it and asks whether the actor sees it and may do this on the version he names.
fn locked(
    conn: &mut PgConnection,
    origin: &Origin,
    id: PublicationId,
    action: publication::PublicationAction,
    expected: Expected,
) -> Result<Publication, Error> {
    let before = lock(conn, id)?;
    if !rights::sees_publication(&origin.actor, &before) {
        return Err(Error::NotFound);
    }
    rights::permit_publication(&origin.actor, action, &before)?;
    if let Expected::Version(version) = expected
        && version != before.version
    {
        return Err(Error::Stale(before.version));
    }
    if !starts_from(action).contains(&before.state) {
        return Err(Refusal::conflict("wrong-state").into());
    }
    Ok(before)
}

/// One command, one transaction (the caller's).
///
/// Errors: `NotFound` when it is not there or not visible, `Stale`, `Refused`.
pub fn execute(
    conn: &mut PgConnection,
    origin: &Origin,
    id: PublicationId,
    expected: Expected,
    input: Input,
    calendar: &Calendar,
) -> Result<Publication, Error> {
    let before = locked(conn, origin, id, input.action(), expected)?;
    let mut facts = Standing::of(conn, before.round)?.facts(conn, &before)?;
    facts.people = people(conn, &input, origin)?;
    let scan = match &input {
        Input::Plain(PublicationCommand::Sign { signing: Signing::Paper { document, .. }, .. }) => {
            Some(document.scan.clone())
        }
        _ => None,
    };
    let command = match input {
        Input::Add(tasks) => {
            let filter = Filter::default();
            let known = records::eligible(conn, &origin.actor, before.round, &filter)?;
            let wanted: Vec<Uuid> = tasks.iter().map(|t| t.0).filter(|t| known.contains(t)).collect();
            let new = records::prefilled(conn, &origin.actor, before.round, &wanted, origin.now)?;
            PublicationCommand::AddItems(new)
        }
        Input::Plain(command) => command,
    };
    match &command {
        PublicationCommand::WriteHead { setting, .. } => {
            check_people(conn, "/secrecy_reviewer", setting.secrecy_reviewer.as_slice())?;
        }
        PublicationCommand::WriteItem { words, .. } => {
            let approvers: Vec<PersonId> = words.exemptions.iter().map(|e| e.approver).collect();
            check_people(conn, "/exemptions", &approvers)?;
        }
        PublicationCommand::Submit => {
            facts.figures = Some(records::figures(conn, &before, origin.now)?);
            facts.guarded = records::guarded(conn, before.round, &facts.policy.publication)?;
        }
        PublicationCommand::Publish | PublicationCommand::Withdraw { .. } => {
            facts.guarded = records::guarded(conn, before.round, &facts.policy.publication)?;
        }
        _ => {}
    }
    let decision = with_context(origin, calendar, &facts, |ctx| publication::decide(&before, command, ctx))?;
    if let Some(scan) = scan {
        blobs::own_scan(conn, origin, blobs::Subject::Publication(id.0), &scan)?;
    }
    let last_seq = before.seq;
    let after = decision.events.iter().fold(before, event::evolve);
    save(conn, origin, last_seq, &after, &decision, Telling::EachThing)?;
    follow(conn, origin, &after, &decision.events, facts.signed.as_ref())?;
    Ok(after)
}

/// What an event makes of what is shown outside, and of the publication that this one corrects.
fn follow(
    conn: &mut PgConnection,
    origin: &Origin,
    publication: &Publication,
    events: &[PublicationEvent],
    signed: Option<&PublicationContent>,
) -> Result<(), Error> {
    for event in events {
        match event {
            PublicationEvent::Published { published } => {
                let content = signed.filter(|_| publication.setting.opens_page);
                let notice = match content {
                    Some(content) => Some(open::show(conn, &copy::of(content, published.on, published.until))?),
                    None => None,
                };
                diesel::update(publications::table.find(publication.id.0))
                    .set(publications::notice_id.eq(notice))
                    .execute(conn)?;
                if let Some(old) = publication::corrected_by(publication) {
                    replace(conn, origin, old, publication.id, notice)?;
                }
            }
            PublicationEvent::Withdrawn { reason, .. } => {
                let words = crate::tasks::words(conn, vec![reason.clone()])?.remove(reason);
                let words = words.map(|body| serde_json::from_str::<domain::task::text::Words>(&body)).transpose()?;
                close(conn, publication, "withdrawn", words.map(|w| w.text), None)?;
            }
            PublicationEvent::Ended { .. } => close(conn, publication, "ended", None, None)?,
            _ => {}
        }
    }
    Ok(())
}

fn close(
    conn: &mut PgConnection,
    publication: &Publication,
    standing: &str,
    reason: Option<String>,
    successor: Option<i64>,
) -> Result<(), Error> {
    match notice_of(conn, publication.id)? {
        Some(notice) => open::close(conn, notice, standing, reason, successor),
        None => Ok(()),
    }
}

/// The number of the open page a publication is shown under.
pub(crate) fn notice_of(conn: &mut PgConnection, id: PublicationId) -> Result<Option<i64>, Error> {
    Ok(publications::table.find(id.0).select(publications::notice_id).first(conn)?)
}

fn replace(
    conn: &mut PgConnection,
    origin: &Origin,
    old: PublicationId,
    by: PublicationId,
    successor: Option<i64>,
) -> Result<(), Error> {
    let before = lock(conn, old)?;
    let Some(event) = publication::replace(&before, by, origin.now) else { return Ok(()) };
    let last_seq = before.seq;
    let after = event::evolve(before, &event);
    let decision = Decision { events: vec![event], revisions: Vec::new() };
    save(conn, origin, last_seq, &after, &decision, Telling::EachThing)?;
    close(conn, &after, "replaced", None, successor)
}

/// Begins the correction of a publication.
///
/// Errors: those of `execute`; `publication-being-corrected`.
pub fn correct(
    conn: &mut PgConnection,
    origin: &Origin,
    id: PublicationId,
    expected: Expected,
    calendar: &Calendar,
) -> Result<PublicationId, Error> {
    let before = locked(conn, origin, id, publication::PublicationAction::Correct, expected)?;
    let facts = Standing::of(conn, before.round)?.facts(conn, &before)?;
    let decision = with_context(origin, calendar, &facts, |ctx| publication::correct(&before, ctx))?;
    begin(conn, origin, &decision)
}

/// A look of the clock at a publication: its days are over, said once.
pub(crate) fn keep_clock(
    conn: &mut PgConnection,
    origin: &Origin,
    id: PublicationId,
    telling: Telling,
) -> Result<(), Error> {
    let before = lock(conn, id)?;
    let Some(event) = publication::end(&before, origin.now) else { return Ok(()) };
    let last_seq = before.seq;
    let after = event::evolve(before, &event);
    let decision = Decision { events: vec![event], revisions: Vec::new() };
    save(conn, origin, last_seq, &after, &decision, telling)?;
    follow(conn, origin, &after, &decision.events, None)
}

fn people(conn: &mut PgConnection, input: &Input, origin: &Origin) -> Result<BTreeMap<PersonId, PersonActor>, Error> {
    actors::of_people(conn, &input.people(), calendar::today(origin.now))
}

fn save(
    conn: &mut PgConnection,
    origin: &Origin,
    last_seq: i64,
    publication: &Publication,
    decision: &Decision<PublicationEvent>,
    telling: Telling,
) -> Result<(), Error> {
    let stored = decision.events.iter().map(|e| e.stored());
    events::keep(conn, origin, stream(publication), last_seq, &decision.revisions, stored, publication.seq)?;
    let head = bodies(conn, [publication.head.clone()])?.remove(&publication.head);
    let head = head.ok_or_else(|| Error::internal("a publication without its words"))?;
    let head: HeadText = serde_json::from_str(&head)?;
    let row = (
        publications::round_id.eq(publication.round.0),
        publications::kind.eq(publication.kind.as_str()),
        publications::state.eq(publication.state.as_str()),
        publications::title.eq(&head.title),
        publications::corrects_id.eq(publication.corrects.map(|p| p.0)),
        publications::snapshot.eq(serde_json::to_value(publication)?),
        publications::seq.eq(publication.seq),
        publications::version.eq(publication.version),
        publications::updated_at.eq(origin.now),
    );
    if let Some(at) = publication::next_look(publication) {
        due_acts::owe(conn, due_acts::KEEP_PUBLICATION_CLOCK, publication.id.0, at)?;
    }
    if last_seq == 0 {
        diesel::insert_into(publications::table)
            .values((publications::id.eq(publication.id.0), publications::created_at.eq(origin.now), row))
            .execute(conn)?;
    } else {
        diesel::update(publications::table.find(publication.id.0)).set(row).execute(conn)?;
    }
    let told: Vec<_> =
        decision.events.iter().flat_map(|e| notification::publication_audience(e, publication)).collect();
    let about = About { kind: "publication", id: publication.id.0, round: publication.round };
    notifications::tell(conn, origin, &about, &told, telling)
}

/// Whether a file received for a publication may be read: its scans, by whoever sees it.
///
/// Errors: `NotFound`.
pub fn permit_file(conn: &mut PgConnection, actor: &domain::actor::Actor, id: PublicationId) -> Result<(), Error> {
    let snapshot: Option<serde_json::Value> =
        publications::table.find(id.0).select(publications::snapshot).first(conn).optional()?;
    let publication: Publication = serde_json::from_value(snapshot.ok_or(Error::NotFound)?)?;
    if rights::sees_publication(actor, &publication) { Ok(()) } else { Err(Error::NotFound) }
}

/// The publication that is shown under a number of the open page now, and its round; nothing once its days are over.
pub(crate) fn shown(conn: &mut PgConnection, notice: i64, today: NaiveDate) -> Result<Option<Publication>, Error> {
    let snapshot: Option<serde_json::Value> = publications::table
        .filter(publications::notice_id.eq(notice))
        .filter(publications::state.eq(PublicationState::Published.as_str()))
        .select(publications::snapshot)
        .first(conn)
        .optional()?;
    let found: Option<Publication> = snapshot.map(serde_json::from_value).transpose()?;
    Ok(found.filter(|p| p.is_shown(today)))
}
