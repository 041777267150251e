//! Handovers (交接清单, 新官理旧账): what somebody who leaves his post still answers for, listed, signed by him and by who comes, and moved when both
//! have signed (docs/domain.md §37). Who, then when, then what; events out.

pub mod event;
pub mod state;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::actor::{Actor, UnitPath};
use crate::calendar;
use crate::chain::Digest;
use crate::ids::{AccountId, PersonId, RoundId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::sign_request::{SignDocument, SignMode};
use crate::signature;
use crate::task::check_text;
use crate::task::context::Decision;
use crate::words;
use event::{DrawnUp, HandoverEvent};
use state::{Handover, HandoverState, HeldKind, Item, Part, Signature};

/// Kinds of revision a handover writes, beside words.
pub mod kind {
    /// What is signed.
    pub const SIGNED: &str = "handover_signed";
}

/// Most things on one list.
pub const MOST_ITEMS: usize = 500;
/// Longest basis, in characters.
const LONGEST_BASIS: usize = 200;

words! {
    /// What people do with a handover.
    pub enum HandoverAction {
        Give = "give_handover", "签字移交";
        Record = "record_handover_signature", "登记纸质签字";
        Confirm = "confirm_handover_signature", "复核纸质签字";
        Take = "take_handover", "签收";
        Withdraw = "withdraw_handover", "撤回清单";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §37).
pub fn starts_from(action: HandoverAction) -> &'static [HandoverState] {
    use HandoverState::{Given, Prepared};
    match action {
        HandoverAction::Give | HandoverAction::Record | HandoverAction::Confirm => &[Prepared],
        HandoverAction::Take => &[Given],
        HandoverAction::Withdraw => &[Prepared, Given],
    }
}

/// Something a person is named by, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub kind: HeldKind,
    pub id: Uuid,
    pub round: RoundId,
    pub number: String,
    pub title: String,
    pub state: String,
    pub due_on: Option<NaiveDate>,
    pub version: i64,
    pub parts: Vec<Part>,
}

impl Held {
    /// Whether a handover moves anything of it.
    pub fn moves(&self) -> bool {
        self.parts.iter().any(|part| part.moves())
    }

    fn written(&self, decision: &mut Decision<HandoverEvent>) -> Item {
        Item {
            kind: self.kind,
            id: self.id,
            round: self.round,
            number: self.number.clone(),
            title: decision.words(&self.title),
            state: self.state.clone(),
            due_on: self.due_on,
            version: self.version,
            parts: self.parts.iter().copied().filter(|part| part.moves()).collect(),
        }
    }
}

/// A list as somebody draws it up.
#[derive(Clone, Debug)]
pub struct NewHandover {
    pub from: PersonId,
    pub to: PersonId,
    pub unit: UnitId,
    pub on: NaiveDate,
    pub basis: String,
}

/// A command on a handover that is there; whoever signs names the content he saw.
#[derive(Clone, Debug)]
pub enum HandoverCommand {
    Give { content: String },
    Record { document: SignDocument },
    Confirm { is_confirmed: bool, reason: Option<String> },
    Take { content: String },
    Withdraw { reason: String },
}

impl HandoverCommand {
    /// The act it is.
    pub fn action(&self) -> HandoverAction {
        match self {
            Self::Give { .. } => HandoverAction::Give,
            Self::Record { .. } => HandoverAction::Record,
            Self::Confirm { .. } => HandoverAction::Confirm,
            Self::Take { .. } => HandoverAction::Take,
            Self::Withdraw { .. } => HandoverAction::Withdraw,
        }
    }
}

/// Everything beside the handover that stands still while a command is decided.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The unit it is of.
    pub unit: UnitPath,
    /// Whether who leaves, and who comes, can log in.
    pub from_can_log_in: bool,
    pub to_can_log_in: bool,
    /// What is listed, as it stands now; what he does not hold any more is not among it.
    pub now: Vec<Held>,
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub facts: &'a Facts,
}

impl Context<'_> {
    fn account(&self) -> Result<AccountId, Refusal> {
        self.actor.person().map(|p| p.account).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }

    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }
}

type Decided = Result<Decision<HandoverEvent>, Refusal>;

/// Exactly what is signed.
#[derive(Serialize)]
struct Signed<'a> {
    from: PersonId,
    to: PersonId,
    unit: UnitId,
    on: NaiveDate,
    basis: &'a Digest,
    items: &'a [Item],
}

/// What the list holds now, and the digest of exactly that.
fn as_it_stands(handover: &Handover, now: &[Held], decision: &mut Decision<HandoverEvent>) -> (Vec<Item>, Digest) {
    let items: Vec<Item> = now.iter().map(|held| held.written(decision)).collect();
    let Handover { from, to, unit, on, basis, .. } = handover;
    let signed = Signed { from: *from, to: *to, unit: *unit, on: *on, basis, items: &items };
    let content = decision.note(kind::SIGNED, &signed);
    (items, content)
}

/// The digest of what is to be signed now, as whoever signs has to name it.
pub fn content(handover: &Handover, now: &[Held]) -> Digest {
    as_it_stands(handover, now, &mut Decision::default()).1
}

/// What is no longer as it was written down, each with what it is now; none where he does not hold it any more.
pub fn changes<'a>(handover: &'a Handover, now: &'a [Held]) -> Vec<(&'a Item, Option<&'a Held>)> {
    let mut changed = Vec::new();
    for item in &handover.items {
        let held = now.iter().find(|held| held.kind == item.kind && held.id == item.id);
        let is_same = held.is_some_and(|held| *item == held.written(&mut Decision::default()));
        if !is_same {
            changed.push((item, held));
        }
    }
    changed
}

/// Draws a list up from what somebody holds now.
///
/// Errors: `not-allowed`; content: `same-person`, `handover-receiver-no-account` at /to, `required` at /basis, `required` or `too-many` at /items.
pub fn prepare(new: NewHandover, ctx: &Context<'_>) -> Decided {
    rights::permit_preparing_handover(ctx.actor, &ctx.facts.unit)?;
    let NewHandover { from, to, unit, on, basis } = new;
    let mut errors = Vec::new();
    if from == to {
        errors.push(FieldError::at("/to", "same-person"));
    } else if !ctx.facts.to_can_log_in {
        // Who comes signs himself, so that a list nobody can sign for is not begun.
        errors.push(FieldError::at("/to", "handover-receiver-no-account"));
    }
    check_text(&mut errors, "/basis".to_owned(), &basis, true);
    if basis.trim().chars().count() > LONGEST_BASIS {
        errors.push(FieldError::with("/basis", "too-long", json!({ "max": LONGEST_BASIS })));
    }
    if ctx.facts.now.is_empty() {
        errors.push(FieldError::at("/items", "required"));
    }
    if ctx.facts.now.len() > MOST_ITEMS {
        errors.push(FieldError::at("/items", "too-many"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let basis = decision.words(&basis);
    let items = ctx.facts.now.iter().map(|held| held.written(&mut decision)).collect();
    let list = DrawnUp { from, to, unit, on, basis, items, by: ctx.account()?, at: ctx.now };
    decision.events.push(HandoverEvent::Prepared { list });
    Ok(decision)
}

fn gate(handover: &Handover, action: HandoverAction, ctx: &Context<'_>) -> Result<(), Refusal> {
    rights::permit_handover(ctx.actor, action, handover, &ctx.facts.unit)?;
    if !starts_from(action).contains(&handover.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    let has_paper = handover.pending.is_some();
    match action {
        HandoverAction::Give | HandoverAction::Record if has_paper => Err(Refusal::conflict("awaiting-confirmation")),
        HandoverAction::Record if ctx.facts.from_can_log_in => Err(Refusal::conflict("handover-signs-himself")),
        HandoverAction::Confirm if !has_paper => Err(Refusal::conflict("nothing-to-confirm")),
        _ => Ok(()),
    }
}

/// What holds now must be what was looked at: what changed meanwhile is said, and the list is looked at again (docs/domain.md §37).
fn signable(handover: &Handover, seen: &str, decision: &mut Decision<HandoverEvent>, ctx: &Context<'_>) -> Signable {
    if ctx.facts.now.is_empty() {
        return Err(Refusal::conflict("handover-empty"));
    }
    let (items, content) = as_it_stands(handover, &ctx.facts.now, decision);
    if content.as_str() == seen {
        return Ok((items, content));
    }
    let errors = changes(handover, &ctx.facts.now).into_iter().map(|(item, held)| {
        let now = held.map_or("已不由其负责", |held| held.state.as_str());
        FieldError::with("/content", "handover-item-changed", json!({ "number": item.number, "now": now }))
    });
    Err(Refusal::conflict("handover-changed").with_errors(errors.collect()))
}

type Signable = Result<(Vec<Item>, Digest), Refusal>;

fn own(person: PersonId, content: Digest, ctx: &Context<'_>) -> Signature {
    Signature {
        person,
        mode: SignMode::Electronic,
        at: ctx.now,
        signed_on: ctx.today(),
        content,
        document: None,
        recorded_by: None,
        confirmed_by: None,
    }
}

/// Decides a command on a handover.
///
/// Errors: `not-allowed` (403), `wrong-state`, `handover-changed`, `handover-empty` and other conflicts (409), content (422).
pub fn decide(handover: &Handover, command: HandoverCommand, ctx: &Context<'_>) -> Decided {
    gate(handover, command.action(), ctx)?;
    let mut decision = Decision::default();
    let event = match command {
        HandoverCommand::Give { content } => {
            let (items, content) = signable(handover, &content, &mut decision, ctx)?;
            HandoverEvent::Given { signature: own(handover.from, content, ctx), items }
        }
        HandoverCommand::Record { document } => {
            let (items, content) = as_it_stands(handover, &ctx.facts.now, &mut decision);
            if items.is_empty() {
                return Err(Refusal::conflict("handover-empty"));
            }
            signature::check_document(&document, content.as_str(), false, ctx.today())?;
            let signature = Signature {
                mode: SignMode::Paper,
                signed_on: document.signed_on,
                document: Some(document),
                recorded_by: Some(ctx.account()?),
                ..own(handover.from, content, ctx)
            };
            HandoverEvent::PaperRecorded { signature, items }
        }
        HandoverCommand::Confirm { is_confirmed, reason } => {
            let by = ctx.account()?;
            let own = ctx.actor.person().and_then(|p| p.person);
            let pending = handover.pending.as_ref();
            // Two officers, and neither of the two whose list it is (docs/domain.md §11).
            if pending.and_then(|s| s.recorded_by) == Some(by)
                || own.is_some_and(|p| p == handover.from || p == handover.to)
            {
                return Err(Refusal::forbidden("second-officer-needed"));
            }
            if is_confirmed {
                HandoverEvent::PaperConfirmed { by }
            } else {
                let reason = signature::reason_of(reason.as_deref().unwrap_or_default(), &mut decision)?;
                HandoverEvent::PaperRefused { by, reason }
            }
        }
        HandoverCommand::Take { content } => {
            let (items, content) = signable(handover, &content, &mut decision, ctx)?;
            HandoverEvent::Taken { signature: own(handover.to, content, ctx), items }
        }
        HandoverCommand::Withdraw { reason } => {
            let reason = signature::reason_of(&reason, &mut decision)?;
            HandoverEvent::Withdrawn { reason, at: ctx.now }
        }
    };
    decision.events.push(event);
    Ok(decision)
}

/// The acts open to this actor now.
pub fn open_actions(handover: &Handover, ctx: &Context<'_>) -> Vec<HandoverAction> {
    let own = ctx.actor.person();
    let is_recorder = handover.pending.as_ref().and_then(|s| s.recorded_by) == own.map(|p| p.account);
    let is_party = own.and_then(|p| p.person).is_some_and(|p| p == handover.from || p == handover.to);
    let may = |action: &HandoverAction| {
        let bars = *action == HandoverAction::Confirm && (is_recorder || is_party);
        gate(handover, *action, ctx).is_ok() && !bars
    };
    HandoverAction::ALL.iter().copied().filter(may).collect()
}
