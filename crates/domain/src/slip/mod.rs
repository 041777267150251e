//! Slips (督办单): drafted, signed, signed for, answered, reviewed, raised to the next level (docs/domain.md §25). Who, then when, then what; events out.

pub mod clock;
pub mod event;
pub mod ladder;
mod signing;
pub mod state;
mod unit;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::actor::{Actor, PersonActor, UnitPath};
use crate::calendar::{self, Calendar};
use crate::ids::{PersonId, RoundId, SignatureId, SlipId, TaskId, UnitId};
use crate::policy::Policy;
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::sign_request::{SignRequest, Signing, SigningFacts, Verdict};
use crate::signature::{self, Entry};
use crate::task::check_text;
use crate::task::context::{Decision, Revision};
use crate::words;
use event::SlipEvent;
use ladder::{LevelRule, SlipLevel};
use state::{Basis, BasisKind, Shape, Slip, SlipState, Urgency};

pub use signing::{is_granted, issue};
pub use unit::{AnswerInput, InterviewInput};

/// Kinds of revision a slip writes.
pub mod kind {
    /// A [`super::SlipText`].
    pub const TEXT: &str = "slip_text";
    /// A [`super::SlipContent`].
    pub const SIGNED: &str = "slip_signed";
    /// A [`super::InterviewText`].
    pub const INTERVIEW: &str = "slip_interview";
}

/// Longest matter, in characters; one slip has one matter.
const LONGEST_MATTER: usize = 200;

/// Most supporting units, files of an answer.
const MOST: usize = 60;

/// What a slip says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipText {
    /// 事项.
    pub matter: String,
    /// 依据, in words.
    pub basis: String,
    /// 存在差距.
    pub gap: String,
    /// 办理要求.
    pub asked: String,
}

/// What was said in an interview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterviewText {
    pub attended: String,
    pub said: String,
    pub promised: String,
}

/// Exactly what is signed; its digest is the request's content hash. The number comes with the last signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipContent {
    pub round: RoundId,
    pub level: SlipLevel,
    pub name: String,
    pub urgency: Urgency,
    pub text: SlipText,
    pub basis: Basis,
    pub task: Option<TaskId>,
    pub task_number: Option<String>,
    pub unit: UnitId,
    pub supporting: Vec<UnitId>,
    /// None: so many working days from its issue.
    pub due_on: Option<NaiveDate>,
    pub answer_working_days: u16,
}

words! {
    /// What people do with a slip.
    pub enum SlipAction {
        Revise = "revise_slip", "修改督办单";
        Submit = "submit_slip", "送签";
        Recall = "recall_slip", "撤回送签";
        Withdraw = "withdraw_slip", "撤销督办单";
        Sign = "sign_slip", "签发";
        RecordSignature = "record_slip_signature", "代录纸质签发";
        ConfirmSignature = "confirm_slip_signature", "复核代录签发";
        Object = "object_to_slip_signature", "对代录提出异议";
        Receive = "receive_slip", "签收";
        Answer = "answer_slip", "答复";
        Review = "review_slip", "复核答复";
        Raise = "raise_slip", "升级";
        RecordInterview = "record_interview", "记录约谈";
        KeepPromise = "keep_promise", "核销承诺";
        HandOver = "hand_over_slip", "登记移交";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §25).
pub fn starts_from(action: SlipAction) -> &'static [SlipState] {
    use SlipState::{Answered, Draft, Issued, Received, Settled, Signing, Withdrawn};
    match action {
        SlipAction::Revise | SlipAction::Submit => &[Draft],
        SlipAction::Recall => &[Signing],
        SlipAction::Withdraw => &[Draft, Signing, Issued, Received, Answered],
        SlipAction::Sign | SlipAction::RecordSignature | SlipAction::ConfirmSignature => &[Signing],
        SlipAction::Object => &[Signing, Issued, Received, Answered, Settled, Withdrawn],
        SlipAction::Receive => &[Issued],
        SlipAction::Answer => &[Received],
        SlipAction::Review => &[Answered],
        SlipAction::Raise => &[Issued, Received],
        SlipAction::RecordInterview => &[Issued, Received, Answered],
        SlipAction::KeepPromise => &[Issued, Received, Answered, Settled],
        SlipAction::HandOver => &[Issued],
    }
}

/// What is entered of a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipInput {
    pub level: SlipLevel,
    pub urgency: Urgency,
    pub text: SlipText,
    pub basis: Basis,
    pub task: Option<TaskId>,
    pub unit: UnitId,
    pub supporting: Vec<UnitId>,
    pub due_on: Option<NaiveDate>,
}

/// A command on a slip that is there.
#[derive(Clone, Debug)]
pub enum SlipCommand {
    Revise(SlipInput),
    Submit,
    Recall,
    Withdraw { reason: String },
    Sign { verdict: Verdict, words: Option<String>, signing: Signing },
    ConfirmSignature { signature: SignatureId, confirmed: bool, reason: Option<String> },
    Object { signature: SignatureId, reason: String },
    Receive,
    Answer(AnswerInput),
    Review { is_accepted: bool, words: Option<String> },
    RecordInterview(InterviewInput),
    KeepPromise { words: String },
    HandOver { on: NaiveDate, document: String },
}

impl SlipCommand {
    /// The act it is.
    pub fn action(&self) -> SlipAction {
        match self {
            Self::Revise(_) => SlipAction::Revise,
            Self::Submit => SlipAction::Submit,
            Self::Recall => SlipAction::Recall,
            Self::Withdraw { .. } => SlipAction::Withdraw,
            Self::Sign { signing: Signing::Screen { .. }, .. } => SlipAction::Sign,
            Self::Sign { .. } => SlipAction::RecordSignature,
            Self::ConfirmSignature { .. } => SlipAction::ConfirmSignature,
            Self::Object { .. } => SlipAction::Object,
            Self::Receive => SlipAction::Receive,
            Self::Answer(_) => SlipAction::Answer,
            Self::Review { .. } => SlipAction::Review,
            Self::RecordInterview(_) => SlipAction::RecordInterview,
            Self::KeepPromise { .. } => SlipAction::KeepPromise,
            Self::HandOver { .. } => SlipAction::HandOver,
        }
    }
}

/// Who has to do with a slip, as far as sight and rights go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The unit addressed.
    pub unit: UnitPath,
    pub supporting: Vec<UnitPath>,
    /// Whether somebody of the unit can log in.
    pub unit_has_accounts: bool,
    /// Leaders of the task it is about.
    pub leaders: Vec<PersonId>,
}

/// The task a slip is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskFacts {
    pub id: TaskId,
    pub number: String,
    /// Responsible and supporting units.
    pub units: Vec<UnitId>,
    pub lead_leader: Option<PersonId>,
    /// Issued and not withdrawn.
    pub is_under_way: bool,
}

/// Everything beside the slip that stands still while a command is decided.
#[derive(Clone, Debug)]
pub struct Facts {
    pub policy: Policy,
    pub policy_version: i32,
    pub principal: Option<PersonId>,
    pub group_head: Option<PersonId>,
    pub parties: Parties,
    /// The task the slip, or what is entered, is about.
    pub task: Option<TaskFacts>,
    /// Whether a slip of a higher level follows it already.
    pub has_higher: bool,
    /// Standing of people signed for.
    pub people: BTreeMap<PersonId, PersonActor>,
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub calendar: &'a Calendar,
    pub facts: &'a Facts,
    /// What the slip says now.
    pub text: &'a SlipText,
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

    /// The rule of a level, as the round uses it now.
    fn rule(&self, level: SlipLevel) -> Result<&LevelRule, Refusal> {
        ladder::rule_of(&self.facts.policy.slips, level).ok_or_else(|| Refusal::field("/level", "slip-level-unused"))
    }

    fn signing(&self, slip: &Slip) -> SigningFacts<'_> {
        SigningFacts {
            round: slip.round,
            lead_leader: self.facts.task.as_ref().and_then(|t| t.lead_leader),
            leaders: &[],
            lead_unit: None,
            units: Vec::new(),
            principal: self.facts.principal,
            group_head: self.facts.group_head,
            secrecy_reviewer: None,
            cross_checkers: &[],
            is_being_checked: false,
            is_principals_own: false,
        }
    }
}

type Decided = Result<Decision<SlipEvent>, Refusal>;

fn one(event: SlipEvent) -> Decided {
    Ok(Decision { events: vec![event], revisions: Vec::new() })
}

fn shape(input: SlipInput, ctx: &Context<'_>) -> Result<(Shape, Revision), Refusal> {
    let SlipInput { level, urgency, text, basis, task, unit, supporting, due_on } = input;
    let mut errors = Vec::new();
    for (pointer, words) in
        [("/matter", &text.matter), ("/basis", &text.basis), ("/gap", &text.gap), ("/asked", &text.asked)]
    {
        check_text(&mut errors, pointer.to_owned(), words, true);
    }
    if text.matter.trim().chars().count() > LONGEST_MATTER {
        errors.push(FieldError::with("/matter", "too-long", json!({ "max": LONGEST_MATTER })));
    }
    if ladder::rule_of(&ctx.facts.policy.slips, level).is_none() {
        errors.push(FieldError::at("/level", "slip-level-unused"));
    }
    if due_on.is_some_and(|due| due <= ctx.today()) {
        errors.push(FieldError::at("/due_on", "not-in-the-future"));
    }
    if supporting.len() > MOST {
        errors.push(FieldError::at("/supporting", "too-many"));
    }
    for (i, other) in supporting.iter().enumerate() {
        if *other == unit || supporting[..i].contains(other) {
            errors.push(FieldError::at(format!("/supporting/{i}"), "repeated"));
        }
    }
    if matches!(basis.kind, BasisKind::Task | BasisKind::Check) && basis.id.is_none() {
        errors.push(FieldError::at("/basis_id", "required"));
    }
    if basis.kind == BasisKind::Task && basis.id != task.map(|t| t.0) {
        errors.push(FieldError::at("/basis_id", "task-unknown"));
    }
    if let Some(task) = &ctx.facts.task {
        if !task.is_under_way {
            errors.push(FieldError::at("/task", "slip-task-not-under-way"));
        }
        if !task.units.contains(&unit) {
            errors.push(FieldError::at("/unit", "slip-unit-outside-task"));
        }
        for (i, other) in supporting.iter().enumerate() {
            if !task.units.contains(other) {
                errors.push(FieldError::at(format!("/supporting/{i}"), "slip-unit-outside-task"));
            }
        }
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let trimmed = |words: String| words.trim().to_owned();
    let SlipText { matter, basis: basis_words, gap, asked } = text;
    let text =
        SlipText { matter: trimmed(matter), basis: trimmed(basis_words), gap: trimmed(gap), asked: trimmed(asked) };
    let mut kept = Decision::<SlipEvent>::default();
    let text = kept.note(kind::TEXT, &text);
    let shape = Shape { level, urgency, text, basis, task, unit, supporting, due_on };
    Ok((shape, kept.revisions.remove(0)))
}

/// Drafts a slip.
///
/// Errors: `not-allowed`; content.
pub fn draft(round: RoundId, input: SlipInput, ctx: &Context<'_>) -> Decided {
    rights::permit_drafting_slip(ctx.actor, round, input.level)?;
    drafted(round, input, None, ctx)
}

fn drafted(round: RoundId, input: SlipInput, raised_from: Option<SlipId>, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    let (shape, text) = shape(input, ctx)?;
    let event = SlipEvent::Drafted { round, shape, by, at: ctx.now, raised_from };
    Ok(Decision { events: vec![event], revisions: vec![text] })
}

/// The level a slip is raised to.
///
/// Errors: `no-higher-level`.
pub fn level_above<'a>(slip: &Slip, policy: &'a Policy) -> Result<&'a LevelRule, Refusal> {
    ladder::next(&policy.slips, slip.shape.level).ok_or_else(|| Refusal::conflict("no-higher-level"))
}

/// Drafts the slip of the next level with everything carried over; this one stays open until that one is settled.
///
/// Errors: `not-allowed` (403); `wrong-state`, `no-higher-level`, `already-raised` (409).
pub fn raise(slip: &Slip, ctx: &Context<'_>) -> Decided {
    rights::permit_slip(ctx.actor, SlipAction::Raise, slip, &ctx.facts.parties)?;
    if !starts_from(SlipAction::Raise).contains(&slip.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    let level = level_above(slip, &ctx.facts.policy)?.level;
    rights::permit_drafting_slip(ctx.actor, slip.round, level)?;
    if ctx.facts.has_higher {
        return Err(Refusal::conflict("already-raised"));
    }
    let mut text = ctx.text.clone();
    let asked = slip.due_on.map(|due| format!("（应于{}前答复）", due.format("%Y年%-m月%-d日"))).unwrap_or_default();
    text.basis = format!("{}{asked}；{}", name(slip, &ctx.facts.policy), text.basis);
    let Shape { basis, task, unit, supporting, .. } = slip.shape.clone();
    let input = SlipInput { level, urgency: Urgency::Urgent, text, basis, task, unit, supporting, due_on: None };
    drafted(slip.round, input, Some(slip.id), ctx)
}

/// What the round calls a level.
pub fn level_name(level: SlipLevel, policy: &Policy) -> &str {
    ladder::rule_of(&policy.slips, level).map_or(level.label(), |rule| &rule.name)
}

/// What a slip is called: its level in the round's words, with its number once it has one.
pub fn name(slip: &Slip, policy: &Policy) -> String {
    let name = level_name(slip.shape.level, policy);
    slip.number.map_or_else(|| name.to_owned(), |number| format!("{name}{number}"))
}

/// Decides a command on a slip.
///
/// Errors: `not-allowed` (403), `wrong-state` and other conflicts (409), content (422).
pub fn decide(slip: &Slip, command: SlipCommand, ctx: &Context<'_>) -> Decided {
    let action = command.action();
    rights::permit_slip(ctx.actor, action, slip, &ctx.facts.parties)?;
    if !starts_from(action).contains(&slip.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    match command {
        SlipCommand::Revise(input) => {
            rights::permit_drafting_slip(ctx.actor, slip.round, input.level)?;
            let (shape, text) = shape(input, ctx)?;
            Ok(Decision { events: vec![SlipEvent::Revised { shape }], revisions: vec![text] })
        }
        SlipCommand::Submit => signing::submit(slip, ctx),
        SlipCommand::Recall => {
            if slip.request().is_some_and(SignRequest::has_signatures) {
                return Err(Refusal::conflict("already-signed-by-someone"));
            }
            one(SlipEvent::Recalled {})
        }
        SlipCommand::Withdraw { reason } => {
            let mut decision = Decision::default();
            let reason = signature::reason_of(&reason, &mut decision)?;
            decision.events.push(SlipEvent::Withdrawn { reason });
            Ok(decision)
        }
        SlipCommand::Sign { verdict, words, signing } => {
            let entry = Entry { verdict, words, method: None, occurred_on: None };
            signing::sign(slip, entry, signing, ctx)
        }
        SlipCommand::ConfirmSignature { signature, confirmed, reason } => {
            signing::confirm(slip, signature, confirmed, reason.as_deref(), ctx)
        }
        SlipCommand::Object { signature, reason } => signing::object(slip, signature, &reason, ctx),
        SlipCommand::Receive => unit::receive(slip, ctx),
        SlipCommand::Answer(input) => unit::answer(slip, input, ctx),
        SlipCommand::Review { is_accepted, words } => unit::review(slip, is_accepted, words.as_deref(), ctx),
        SlipCommand::RecordInterview(input) => unit::interview(slip, input, ctx),
        SlipCommand::KeepPromise { words } => unit::keep_promise(slip, &words, ctx),
        SlipCommand::HandOver { on, document } => unit::hand_over(slip, on, document, ctx),
    }
}

/// What becomes of a slip of a higher level, for the one it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Higher {
    Issued(SlipId),
    Withdrawn(SlipId),
    Settled(SlipId),
}

/// What a slip makes of what became of the one that follows it: issued, it is answered instead; settled, it settles both (docs/domain.md §25).
pub fn follow(slip: &Slip, higher: Higher, now: DateTime<Utc>) -> Option<SlipEvent> {
    match higher {
        Higher::Issued(by) => {
            let waits = matches!(slip.state, SlipState::Issued | SlipState::Received);
            waits.then_some(SlipEvent::Overtaken { by })
        }
        Higher::Withdrawn(by) => (slip.overtaken_by == Some(by)).then_some(SlipEvent::Released {}),
        Higher::Settled(by) => {
            (slip.overtaken_by == Some(by) && slip.is_open()).then_some(SlipEvent::SettledWith { by, at: now })
        }
    }
}

/// The acts open to this actor now.
pub fn open_actions(slip: &Slip, ctx: &Context<'_>) -> Vec<SlipAction> {
    let may = |action: &SlipAction| {
        starts_from(*action).contains(&slip.state)
            && rights::permit_slip(ctx.actor, *action, slip, &ctx.facts.parties).is_ok()
            && waits(slip, *action, ctx)
    };
    SlipAction::ALL.iter().copied().filter(may).collect()
}

/// For whom this person can sign now: himself, or somebody he stands in for.
pub fn signable_for(slip: &Slip, ctx: &Context<'_>) -> Vec<Option<PersonId>> {
    let (Some(request), Some(own)) = (slip.request(), ctx.actor.person()) else { return Vec::new() };
    signature::signable_for(request, own, &ctx.signing(slip))
}

fn waits(slip: &Slip, action: SlipAction, ctx: &Context<'_>) -> bool {
    let person = ctx.actor.person().and_then(|p| p.person);
    let is_plain = slip.overtaken_by.is_none() && !slip.shape.level.is_referral();
    let request = slip.request();
    match action {
        SlipAction::Revise | SlipAction::Submit | SlipAction::Withdraw => true,
        SlipAction::Recall => request.is_some_and(|r| !r.has_signatures()),
        SlipAction::Sign => !signable_for(slip, ctx).is_empty(),
        SlipAction::RecordSignature => request.is_some_and(|r| r.may_be_recorded_by(person)),
        SlipAction::ConfirmSignature => request.is_some_and(|r| r.may_be_confirmed_by(person)),
        SlipAction::Object => {
            let is_new = |id: SignatureId| slip.objections.iter().all(|(known, _)| *known != id);
            person.zip(request).is_some_and(|(own, r)| r.entered_for(own).any(|s| is_new(s.id)))
        }
        SlipAction::Receive | SlipAction::Answer => is_plain,
        SlipAction::Review => is_plain && slip.waiting().is_some_and(|a| Some(a.by) != person),
        SlipAction::Raise => {
            let level = level_above(slip, &ctx.facts.policy).map(|rule| rule.level);
            !ctx.facts.has_higher
                && level.is_ok_and(|level| rights::permit_drafting_slip(ctx.actor, slip.round, level).is_ok())
        }
        SlipAction::RecordInterview => slip.shape.level == SlipLevel::Interview && slip.promise_is_open(),
        SlipAction::KeepPromise => slip.promise().is_some(),
        SlipAction::HandOver => slip.shape.level.is_referral(),
    }
}

impl Slip {
    /// Whether the record of an interview may still be written: there is none, or its promise is not kept yet.
    fn promise_is_open(&self) -> bool {
        self.interview.as_ref().is_none_or(|i| i.kept.is_none())
    }
}
