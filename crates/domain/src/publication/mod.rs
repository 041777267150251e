//! Publications (公示): drafted item by item, checked, signed, published for so many working days, corrected or withdrawn (docs/domain.md §31). Who, then
//! when, then what; events out.

pub mod copy;
pub mod event;
pub mod guard;
mod publishing;
pub mod rules;
mod signing;
pub mod state;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::actor::{Actor, PersonActor};
use crate::calendar::{self, Calendar};
use crate::ids::{ItemId, PersonId, PublicationId, RoundId, SignatureId, TaskId};
use crate::policy::Policy;
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::sign_request::{SignRequest, Signing, SigningFacts, Verdict};
use crate::signature::{self, Entry};
use crate::task::check_text;
use crate::task::context::Decision;
use crate::words;
use event::PublicationEvent;
use guard::{Guarded, Place};
use rules::{Contact, Reach};
use state::{Exemption, Figures, Ground, HeadText, Item, ItemText, ItemWords, Publication, PublicationKind};
use state::{PublicationState, Setting};

pub use publishing::{end, next_look, replace};

/// Kinds of revision a publication writes.
pub mod kind {
    /// A [`super::HeadText`].
    pub const HEAD: &str = "publication_head";
    /// An [`super::ItemWords`].
    pub const ITEM: &str = "publication_item";
    /// A [`super::PublicationContent`].
    pub const SIGNED: &str = "publication_signed";
}

/// Most items of a publication, and exemptions of an item.
pub const MOST_ITEMS: usize = 300;
const MOST_EXEMPTIONS: usize = 20;
/// Longest title and longest exempted word, in characters.
const LONGEST_TITLE: usize = 100;
const LONGEST_WORD: usize = 60;

words! {
    /// What people do with a publication.
    pub enum PublicationAction {
        WriteHead = "write_publication", "修改公示稿";
        AddItems = "add_publication_items", "增加事项";
        WriteItem = "write_publication_item", "改写事项";
        TakeOut = "take_out_publication_item", "移出事项";
        Submit = "submit_publication", "送审签";
        Recall = "recall_publication", "撤回审签";
        Sign = "sign_publication", "审签";
        RecordSignature = "record_publication_signature", "代录纸质审签";
        ConfirmSignature = "confirm_publication_signature", "复核代录审签";
        Object = "object_to_publication_signature", "对代录提出异议";
        Rework = "rework_publication", "退回修改";
        Publish = "publish_publication", "发布";
        Correct = "correct_publication", "更正";
        Withdraw = "withdraw_publication", "撤回公示";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §31).
pub fn starts_from(action: PublicationAction) -> &'static [PublicationState] {
    use PublicationState::{Approved, Draft, Ended, Published, Replaced, Signing, Withdrawn};
    match action {
        PublicationAction::WriteHead
        | PublicationAction::AddItems
        | PublicationAction::WriteItem
        | PublicationAction::TakeOut
        | PublicationAction::Submit => &[Draft],
        PublicationAction::Recall
        | PublicationAction::Sign
        | PublicationAction::RecordSignature
        | PublicationAction::ConfirmSignature => &[Signing],
        PublicationAction::Object => &[Signing, Approved, Published, Ended, Replaced, Withdrawn],
        PublicationAction::Rework | PublicationAction::Publish => &[Approved],
        PublicationAction::Correct => &[Published],
        PublicationAction::Withdraw => &[Draft, Signing, Approved, Published],
    }
}

/// Exactly what is signed; its digest is the request's content hash, and what goes out is a copy of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationContent {
    pub round: RoundId,
    pub kind: PublicationKind,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub head: HeadText,
    pub items: Vec<SignedItem>,
    pub figures: Figures,
    pub setting: Setting,
}

/// An item as it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedItem {
    pub item: ItemId,
    pub task: TaskId,
    pub words: ItemWords,
}

/// A publication as it is begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPublication {
    pub kind: PublicationKind,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub head: HeadText,
    pub items: Vec<NewItem>,
}

/// An item as it is put in: its task, and what the records say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewItem {
    pub task: TaskId,
    pub words: ItemWords,
}

/// A command on a publication that is there.
#[derive(Clone, Debug)]
pub enum PublicationCommand {
    WriteHead { revision: u32, head: HeadText, setting: Setting },
    AddItems(Vec<NewItem>),
    WriteItem { item: ItemId, revision: u32, words: ItemWords },
    TakeOut { item: ItemId },
    Submit,
    Recall,
    Sign { verdict: Verdict, words: Option<String>, signing: Signing },
    ConfirmSignature { signature: SignatureId, confirmed: bool, reason: Option<String> },
    Object { signature: SignatureId, reason: String },
    Rework,
    Publish,
    Withdraw { reason: String },
}

impl PublicationCommand {
    /// The act it is.
    pub fn action(&self) -> PublicationAction {
        match self {
            Self::WriteHead { .. } => PublicationAction::WriteHead,
            Self::AddItems(_) => PublicationAction::AddItems,
            Self::WriteItem { .. } => PublicationAction::WriteItem,
            Self::TakeOut { .. } => PublicationAction::TakeOut,
            Self::Submit => PublicationAction::Submit,
            Self::Recall => PublicationAction::Recall,
            Self::Sign { signing: Signing::Screen { .. }, .. } => PublicationAction::Sign,
            Self::Sign { .. } => PublicationAction::RecordSignature,
            Self::ConfirmSignature { .. } => PublicationAction::ConfirmSignature,
            Self::Object { .. } => PublicationAction::Object,
            Self::Rework => PublicationAction::Rework,
            Self::Publish => PublicationAction::Publish,
            Self::Withdraw { .. } => PublicationAction::Withdraw,
        }
    }
}

/// Everything beside the publication that stands still while a command is decided.
#[derive(Clone, Debug)]
pub struct Facts {
    pub policy: Policy,
    pub policy_version: i32,
    pub principal: Option<PersonId>,
    pub group_head: Option<PersonId>,
    /// Standing of people signed for.
    pub people: BTreeMap<PersonId, PersonActor>,
    /// What it says now.
    pub head: HeadText,
    pub items: BTreeMap<ItemId, ItemWords>,
    /// What was signed last, once it was sent.
    pub signed: Option<PublicationContent>,
    /// The figures as of now.
    pub figures: Option<Figures>,
    /// Words that may go out nowhere: the round's marked words, and what the records know of sensitive matters.
    pub guarded: Vec<Guarded>,
    /// Tasks of its items that may not be published: sensitive ones, and those withdrawn.
    pub barred: BTreeSet<TaskId>,
    /// Whether a correction of it is begun already.
    pub has_correction: bool,
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub calendar: &'a Calendar,
    pub facts: &'a Facts,
    /// Makes new ids.
    pub fresh: &'a dyn Fn() -> Uuid,
}

impl Context<'_> {
    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }

    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.person).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }

    fn signing(&self, publication: &Publication) -> SigningFacts<'_> {
        SigningFacts {
            round: publication.round,
            lead_leader: None,
            leaders: &[],
            lead_unit: None,
            units: Vec::new(),
            principal: self.facts.principal,
            group_head: self.facts.group_head,
            secrecy_reviewer: publication.setting.secrecy_reviewer,
            cross_checkers: &[],
            is_being_checked: false,
            is_principals_own: false,
        }
    }

    /// Whether the round publishes at all.
    fn check_reach(&self, opens_page: bool) -> Result<(), Refusal> {
        match self.facts.policy.publication.reach {
            Reach::Off => Err(Refusal::conflict("publication-off")),
            Reach::Text if opens_page => Err(Refusal::field("/opens_page", "publication-page-closed")),
            Reach::Text | Reach::Open => Ok(()),
        }
    }
}

type Decided = Result<Decision<PublicationEvent>, Refusal>;

fn one(event: PublicationEvent) -> Decided {
    Ok(Decision { events: vec![event], revisions: Vec::new() })
}

/// Begins a publication with what the records say of its items.
///
/// Errors: `not-allowed`; `publication-off`; content.
pub fn draft(round: RoundId, new: NewPublication, corrects: Option<&Publication>, ctx: &Context<'_>) -> Decided {
    rights::permit_office(ctx.actor, round)?;
    ctx.check_reach(false)?;
    let by = ctx.person()?;
    let NewPublication { kind, from_on, to_on, head, items } = new;
    let rules = &ctx.facts.policy.publication;
    let mut errors = Vec::new();
    if to_on < from_on {
        errors.push(FieldError::at("/to_on", "before-from"));
    }
    if to_on > ctx.today() {
        errors.push(FieldError::at("/to_on", "in-the-future"));
    }
    if items.len() > MOST_ITEMS {
        errors.push(FieldError::with("/filter", "publication-too-many", json!({ "max": MOST_ITEMS })));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let setting = corrects.map_or_else(
        || Setting { opens_page: rules.reach == Reach::Open, working_days: rules.working_days, secrecy_reviewer: None },
        |old| old.setting,
    );
    let items = items.into_iter().map(|new| put_in(new, ctx, &mut decision)).collect();
    let head = decision.note(kind::HEAD, &trimmed_head(head));
    let corrects = corrects.map(|old| old.id);
    decision.events.push(PublicationEvent::Drafted {
        round,
        kind,
        from_on,
        to_on,
        head,
        setting,
        items,
        by,
        at: ctx.now,
        corrects,
    });
    Ok(decision)
}

fn put_in(new: NewItem, ctx: &Context<'_>, decision: &mut Decision<PublicationEvent>) -> Item {
    let words = decision.note(kind::ITEM, &new.words);
    Item { id: ItemId((ctx.fresh)()), task: new.task, revision: 0, words }
}

/// Begins the correction of what is published, with everything carried over; what is published stays until the correction is.
///
/// Errors: `not-allowed`, `wrong-state`, `publication-being-corrected`.
pub fn correct(publication: &Publication, ctx: &Context<'_>) -> Decided {
    gate(publication, PublicationAction::Correct, ctx)?;
    if ctx.facts.has_correction {
        return Err(Refusal::conflict("publication-being-corrected"));
    }
    let carried =
        |item: &Item| NewItem { task: item.task, words: ctx.facts.items.get(&item.id).cloned().unwrap_or_default() };
    let new = NewPublication {
        kind: publication.kind,
        from_on: publication.from_on,
        to_on: publication.to_on,
        head: ctx.facts.head.clone(),
        items: publication.items.iter().map(carried).collect(),
    };
    draft(publication.round, new, Some(publication), ctx)
}

fn gate(publication: &Publication, action: PublicationAction, ctx: &Context<'_>) -> Result<(), Refusal> {
    rights::permit_publication(ctx.actor, action, publication)?;
    if starts_from(action).contains(&publication.state) { Ok(()) } else { Err(Refusal::conflict("wrong-state")) }
}

/// Decides a command on a publication.
///
/// Errors: `not-allowed` (403), `wrong-state` and other conflicts (409), content (422).
pub fn decide(publication: &Publication, command: PublicationCommand, ctx: &Context<'_>) -> Decided {
    gate(publication, command.action(), ctx)?;
    match command {
        PublicationCommand::WriteHead { revision, head, setting } => {
            write_head(publication, revision, head, setting, ctx)
        }
        PublicationCommand::AddItems(new) => add(publication, new, ctx),
        PublicationCommand::WriteItem { item, revision, words } => write_item(publication, item, revision, words, ctx),
        PublicationCommand::TakeOut { item } => {
            known(publication, item)?;
            one(PublicationEvent::ItemTakenOut { item })
        }
        PublicationCommand::Submit => signing::submit(publication, ctx),
        PublicationCommand::Recall => {
            if publication.request().is_some_and(SignRequest::has_signatures) {
                return Err(Refusal::conflict("already-signed-by-someone"));
            }
            one(PublicationEvent::Recalled {})
        }
        PublicationCommand::Sign { verdict, words, signing } => {
            let entry = Entry { verdict, words, method: None, occurred_on: None };
            signing::sign(publication, entry, signing, ctx)
        }
        PublicationCommand::ConfirmSignature { signature, confirmed, reason } => {
            signing::confirm(publication, signature, confirmed, reason.as_deref(), ctx)
        }
        PublicationCommand::Object { signature, reason } => signing::object(publication, signature, &reason, ctx),
        PublicationCommand::Rework => one(PublicationEvent::Reworked {}),
        PublicationCommand::Publish => publishing::publish(publication, ctx),
        PublicationCommand::Withdraw { reason } => publishing::withdraw(publication, &reason, ctx),
    }
}

fn known(publication: &Publication, item: ItemId) -> Result<&Item, Refusal> {
    publication.item(item).ok_or_else(|| Refusal::field("/item", "publication-item-unknown"))
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

fn trimmed_head(head: HeadText) -> HeadText {
    let HeadText { title, lead, next, contact } = head;
    let Contact { phone, mailbox, email, window } = contact;
    let contact = Contact {
        phone: trimmed(&phone),
        mailbox: trimmed(&mailbox),
        email: trimmed(&email),
        window: trimmed(&window),
    };
    HeadText { title: trimmed(&title), lead: trimmed(&lead), next: trimmed(&next), contact }
}

fn write_head(
    publication: &Publication,
    revision: u32,
    head: HeadText,
    setting: Setting,
    ctx: &Context<'_>,
) -> Decided {
    if revision != publication.head_revision {
        return Err(Refusal::conflict("publication-changed-meanwhile"));
    }
    let mut errors = Vec::new();
    for (pointer, text) in [("/title", &head.title), ("/lead", &head.lead), ("/next", &head.next)] {
        check_text(&mut errors, pointer.to_owned(), text, false);
    }
    if head.title.trim().chars().count() > LONGEST_TITLE {
        errors.push(FieldError::with("/title", "too-long", json!({ "max": LONGEST_TITLE })));
    }
    errors.extend(rules::check_contact(&head.contact, "/contact"));
    if !(1..=rules::LONGEST_DAYS).contains(&setting.working_days) {
        errors.push(FieldError::at("/working_days", "out-of-range"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    ctx.check_reach(setting.opens_page)?;
    let mut decision = Decision::default();
    let head = decision.note(kind::HEAD, &trimmed_head(head));
    decision.events.push(PublicationEvent::HeadWritten { head, setting });
    Ok(decision)
}

fn add(publication: &Publication, new: Vec<NewItem>, ctx: &Context<'_>) -> Decided {
    let mut decision = Decision::default();
    let is_new = |n: &NewItem| publication.items.iter().all(|i| i.task != n.task);
    let new: Vec<NewItem> = new.into_iter().filter(is_new).collect();
    if new.is_empty() {
        return Err(Refusal::field("/tasks", "publication-nothing-new"));
    }
    if publication.items.len() + new.len() > MOST_ITEMS {
        return Err(Refusal::field("/tasks", "too-many"));
    }
    let items = new.into_iter().map(|n| put_in(n, ctx, &mut decision)).collect();
    decision.events.push(PublicationEvent::ItemsAdded { items });
    Ok(decision)
}

fn write_item(publication: &Publication, id: ItemId, revision: u32, words: ItemWords, ctx: &Context<'_>) -> Decided {
    let item = known(publication, id)?;
    if revision != item.revision {
        return Err(Refusal::conflict("publication-changed-meanwhile"));
    }
    let by = ctx.person()?;
    let ItemWords { text: ItemText { problem, measures, outcome }, exemptions } = words;
    let mut errors = Vec::new();
    for (pointer, text) in [("/problem", &problem), ("/measures", &measures), ("/outcome", &outcome)] {
        check_text(&mut errors, pointer.to_owned(), text, false);
    }
    if exemptions.len() > MOST_EXEMPTIONS {
        errors.push(FieldError::at("/exemptions", "too-many"));
    }
    for (i, exemption) in exemptions.iter().enumerate() {
        let at = |field: &str| format!("/exemptions/{i}/{field}");
        let (word, approver) = (at("word"), at("approver"));
        check_text(&mut errors, at("reason"), &exemption.reason, exemption.ground == Ground::Other);
        if !guard::is_findable(&exemption.word) {
            errors.push(FieldError::at(word.clone(), "word-too-short"));
        } else if exemption.word.chars().count() > LONGEST_WORD {
            errors.push(FieldError::with(word.clone(), "too-long", json!({ "max": LONGEST_WORD })));
        }
        // Who marks it does not approve it as well.
        if exemption.approver == by {
            errors.push(FieldError::at(approver.clone(), "exemption-approved-by-oneself"));
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let tidy = |e: Exemption| Exemption { word: trimmed(&e.word), reason: trimmed(&e.reason), ..e };
    let text = ItemText { problem: trimmed(&problem), measures: trimmed(&measures), outcome: trimmed(&outcome) };
    let words = ItemWords { text, exemptions: exemptions.into_iter().map(tidy).collect() };
    let mut decision = Decision::default();
    let words = decision.note(kind::ITEM, &words);
    decision.events.push(PublicationEvent::ItemWritten { item: id, words });
    Ok(decision)
}

/// Every guarded word that stands in the public words of a publication: its own exemptions and what may go out nowhere.
pub fn hits(head: &HeadText, items: &[(ItemId, &ItemWords)], guarded: &[Guarded]) -> Vec<guard::Hit> {
    let exempted = items.iter().flat_map(|(_, words)| &words.exemptions);
    let exempted = exempted.map(|e| Guarded { kind: guard::GuardKind::Exempted, word: e.word.clone() });
    let all: Vec<Guarded> = exempted.chain(guarded.iter().cloned()).collect();
    let Contact { phone, mailbox, email, window } = &head.contact;
    let mut texts: Vec<(Option<ItemId>, Place, &str)> =
        vec![(None, Place::Title, &head.title), (None, Place::Lead, &head.lead), (None, Place::Next, &head.next)];
    texts.extend([phone, mailbox, email, window].map(|line| (None, Place::Contact, line.as_str())));
    for (id, words) in items {
        let ItemText { problem, measures, outcome } = &words.text;
        texts.extend([
            (Some(*id), Place::Problem, problem.as_str()),
            (Some(*id), Place::Measures, measures.as_str()),
            (Some(*id), Place::Outcome, outcome.as_str()),
        ]);
    }
    guard::find(&texts, &all)
}

/// The acts open to this actor now.
pub fn open_actions(publication: &Publication, ctx: &Context<'_>) -> Vec<PublicationAction> {
    let may = |action: &PublicationAction| gate(publication, *action, ctx).is_ok() && waits(publication, *action, ctx);
    PublicationAction::ALL.iter().copied().filter(may).collect()
}

/// For whom this person can sign now: himself, or somebody he stands in for.
pub fn signable_for(publication: &Publication, ctx: &Context<'_>) -> Vec<Option<PersonId>> {
    let (Some(request), Some(own)) = (publication.request(), ctx.actor.person()) else { return Vec::new() };
    signature::signable_for(request, own, &ctx.signing(publication))
}

fn waits(publication: &Publication, action: PublicationAction, ctx: &Context<'_>) -> bool {
    let person = ctx.actor.person().and_then(|p| p.person);
    let request = publication.request();
    match action {
        PublicationAction::WriteHead
        | PublicationAction::AddItems
        | PublicationAction::WriteItem
        | PublicationAction::TakeOut
        | PublicationAction::Submit
        | PublicationAction::Rework
        | PublicationAction::Publish
        | PublicationAction::Withdraw => true,
        PublicationAction::Correct => !ctx.facts.has_correction,
        PublicationAction::Recall => request.is_some_and(|r| !r.has_signatures()),
        PublicationAction::Sign => !signable_for(publication, ctx).is_empty(),
        PublicationAction::RecordSignature => request.is_some_and(|r| r.may_be_recorded_by(person)),
        PublicationAction::ConfirmSignature => request.is_some_and(|r| r.may_be_confirmed_by(person)),
        PublicationAction::Object => {
            let is_new = |id: SignatureId| publication.objections.iter().all(|(known, _)| *known != id);
            person.zip(request).is_some_and(|(own, r)| r.entered_for(own).any(|s| is_new(s.id)))
        }
    }
}

/// The publication that is corrected by this one, where it is one.
pub fn corrected_by(publication: &Publication) -> Option<PublicationId> {
    publication.corrects.filter(|_| publication.state == PublicationState::Published)
}
