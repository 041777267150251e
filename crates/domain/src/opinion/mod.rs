//! Opinions (群众意见): received on the open page or entered by hand, given to a unit, answered, the answer approved before its writer reads it
//! (docs/domain.md §31). Who, then when, then what; events out.

pub mod event;
pub mod state;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::actor::{Actor, UnitPath};
use crate::calendar::{self, Calendar};
use crate::chain::Digest;
use crate::ids::{PersonId, PublicationId, RoundId, TaskId, UnitId};
use crate::publication::guard::{self, Guarded, Place};
use crate::publication::rules::PublicationRules;
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::task::check_text;
use crate::task::context::Decision;
use crate::words;
use event::{Incoming, OpinionEvent};
use state::{Answer, Channel, Judgement, Opinion, OpinionState, Review, Writer};

/// Kinds of revision an opinion writes, beside words.
pub mod kind {
    /// A [`super::Writer`].
    pub const WRITER: &str = "opinion_writer";
}

/// Longest text, name and contact of an opinion, in characters.
pub const LONGEST_TEXT: usize = 2000;
pub const LONGEST_NAME: usize = 40;
pub const LONGEST_CONTACT: usize = 100;
/// Most files of an opinion.
pub const MOST_FILES: usize = 3;

words! {
    /// What people do with an opinion.
    pub enum OpinionAction {
        Assign = "assign_opinion", "分办";
        Answer = "answer_opinion", "拟答复";
        Approve = "approve_opinion", "审核答复";
        Return = "return_opinion", "退回答复";
        Judge = "judge_opinion", "认定是否属实";
        SetAside = "set_aside_opinion", "不予办理";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §31).
pub fn starts_from(action: OpinionAction) -> &'static [OpinionState] {
    use OpinionState::{Answered, Assigned, Received, Replied};
    match action {
        OpinionAction::Assign | OpinionAction::Answer | OpinionAction::SetAside => &[Received, Assigned],
        OpinionAction::Approve | OpinionAction::Return => &[Answered],
        OpinionAction::Judge => &[Received, Assigned, Answered, Replied],
    }
}

/// An opinion as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOpinion {
    pub channel: Channel,
    pub publication: Option<PublicationId>,
    /// The day it came in; none of today.
    pub received_on: Option<NaiveDate>,
    pub text: String,
    pub writer: Writer,
    pub files: Vec<Digest>,
    /// SHA-256 of its writer's code.
    pub code: Option<String>,
}

/// A command on an opinion that is there.
#[derive(Clone, Debug)]
pub enum OpinionCommand {
    Assign { unit: UnitId, due_on: Option<NaiveDate> },
    Answer { words: String },
    Approve,
    Return { reason: String },
    Judge { holds_true: bool, task: Option<TaskId>, words: Option<String> },
    SetAside { reason: String },
}

impl OpinionCommand {
    /// The act it is.
    pub fn action(&self) -> OpinionAction {
        match self {
            Self::Assign { .. } => OpinionAction::Assign,
            Self::Answer { .. } => OpinionAction::Answer,
            Self::Approve => OpinionAction::Approve,
            Self::Return { .. } => OpinionAction::Return,
            Self::Judge { .. } => OpinionAction::Judge,
            Self::SetAside { .. } => OpinionAction::SetAside,
        }
    }
}

/// Everything beside the opinion that stands still while a command is decided.
#[derive(Clone, Debug)]
pub struct Facts {
    pub rules: PublicationRules,
    /// The unit it was given to.
    pub unit: Option<UnitPath>,
    /// Words that may go out nowhere.
    pub guarded: Vec<Guarded>,
    /// The words of the answer that waits for its review.
    pub waiting: Option<String>,
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub calendar: &'a Calendar,
    pub facts: &'a Facts,
}

impl Context<'_> {
    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }

    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.person).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }
}

type Decided = Result<Decision<OpinionEvent>, Refusal>;

fn one(event: OpinionEvent) -> Decided {
    Ok(Decision { events: vec![event], revisions: Vec::new() })
}

/// What is wrong with what somebody wrote.
pub fn check_incoming(text: &str, writer: &Writer, n_files: usize) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/text".to_owned(), text, true);
    for (pointer, text, max) in [
        ("/text", text, LONGEST_TEXT),
        ("/name", &writer.name, LONGEST_NAME),
        ("/contact", &writer.contact, LONGEST_CONTACT),
    ] {
        if text.chars().count() > max && !errors.iter().any(|e: &FieldError| e.pointer == pointer) {
            errors.push(FieldError::with(pointer, "too-long", json!({ "max": max })));
        }
    }
    if n_files > MOST_FILES {
        errors.push(FieldError::with("/files", "too-many-files", json!({ "max": MOST_FILES })));
    }
    errors
}

/// Takes an opinion in: by the office by hand, or from the open page, where nobody is logged in.
///
/// Errors: `not-allowed`; content.
pub fn receive(round: RoundId, new: NewOpinion, ctx: &Context<'_>) -> Decided {
    let entered_by = match ctx.actor.person() {
        None => None,
        Some(_) => {
            rights::permit_office(ctx.actor, round)?;
            Some(ctx.person()?)
        }
    };
    let NewOpinion { channel, publication, received_on, text, writer, files, code } = new;
    let mut errors = check_incoming(&text, &writer, files.len());
    let received_on = received_on.unwrap_or_else(|| ctx.today());
    if received_on > ctx.today() {
        errors.push(FieldError::at("/received_on", "in-the-future"));
    }
    // What comes in by the page is received by the page alone.
    if (channel == Channel::Page) != entered_by.is_none() {
        errors.push(FieldError::at("/channel", "opinion-channel-unfit"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let writer = Writer { name: writer.name.trim().to_owned(), contact: writer.contact.trim().to_owned() };
    let is_named = !writer.name.is_empty() || !writer.contact.is_empty();
    let writer = is_named.then(|| decision.note(kind::WRITER, &writer));
    let text = decision.words(&text);
    let due_on = ctx.calendar.add_working_days(received_on, i64::from(ctx.facts.rules.opinion_working_days));
    let incoming = Incoming {
        round,
        publication,
        channel,
        received_at: ctx.now,
        received_on,
        text,
        writer,
        files,
        entered_by,
        code,
        due_on,
    };
    decision.events.push(OpinionEvent::Received { incoming });
    Ok(decision)
}

/// What an answer says is read in public: nothing that may go out nowhere (docs/domain.md §31).
fn check_answer(words: &str, ctx: &Context<'_>) -> Result<(), Refusal> {
    let hits = guard::find(&[(None, Place::Reason, words)], &ctx.facts.guarded);
    let fault = |hit: &guard::Hit| {
        let params = json!({ "word": hit.word, "place": "答复", "kind": hit.kind.label() });
        FieldError::with("/words", "publication-hit", params)
    };
    if hits.is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid("publication-blocked", hits.iter().map(fault).collect()))
}

fn written(pointer: &str, words: &str, is_needed: bool) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    check_text(&mut errors, pointer.to_owned(), words, is_needed);
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

fn gate(opinion: &Opinion, action: OpinionAction, ctx: &Context<'_>) -> Result<(), Refusal> {
    rights::permit_opinion(ctx.actor, action, opinion, ctx.facts.unit.as_ref())?;
    if starts_from(action).contains(&opinion.state) { Ok(()) } else { Err(Refusal::conflict("wrong-state")) }
}

/// Decides a command on an opinion.
///
/// Errors: `not-allowed` (403), `wrong-state` and other conflicts (409), content (422).
pub fn decide(opinion: &Opinion, command: OpinionCommand, ctx: &Context<'_>) -> Decided {
    gate(opinion, command.action(), ctx)?;
    let by = ctx.person()?;
    let at = ctx.now;
    let mut decision = Decision::default();
    match command {
        OpinionCommand::Assign { unit, due_on } => {
            if due_on.is_some_and(|due| due < ctx.today()) {
                return Err(Refusal::field("/due_on", "in-the-past"));
            }
            one(OpinionEvent::Assigned { unit, due_on: due_on.unwrap_or(opinion.due_on) })
        }
        OpinionCommand::Answer { words } => {
            written("/words", &words, true)?;
            check_answer(&words, ctx)?;
            let words = decision.words(&words);
            decision.events.push(OpinionEvent::Answered { answer: Answer { words, by, at, review: None } });
            Ok(decision)
        }
        OpinionCommand::Approve => {
            if opinion.waiting().is_some_and(|a| a.by == by) {
                return Err(Refusal::forbidden("opinion-own-answer"));
            }
            check_answer(ctx.facts.waiting.as_deref().unwrap_or_default(), ctx)?;
            one(OpinionEvent::AnswerApproved { review: Review { is_approved: true, words: None, by, at } })
        }
        OpinionCommand::Return { reason } => {
            written("/reason", &reason, true)?;
            let words = Some(decision.words(&reason));
            let review = Review { is_approved: false, words, by, at };
            decision.events.push(OpinionEvent::AnswerReturned { review });
            Ok(decision)
        }
        OpinionCommand::Judge { holds_true, task, words } => {
            written("/words", words.as_deref().unwrap_or_default(), false)?;
            let words = decision.words_if(words.as_deref());
            decision.events.push(OpinionEvent::Judged { judgement: Judgement { holds_true, task, words, by, at } });
            Ok(decision)
        }
        OpinionCommand::SetAside { reason } => {
            written("/reason", &reason, true)?;
            let reason = decision.words(&reason);
            decision.events.push(OpinionEvent::SetAside { reason, at });
            Ok(decision)
        }
    }
}

/// The acts open to this actor now.
pub fn open_actions(opinion: &Opinion, ctx: &Context<'_>) -> Vec<OpinionAction> {
    let own = ctx.actor.person().and_then(|p| p.person);
    let may = |action: &OpinionAction| {
        let is_own = *action == OpinionAction::Approve && opinion.waiting().map(|a| a.by) == own;
        gate(opinion, *action, ctx).is_ok() && !is_own
    };
    OpinionAction::ALL.iter().copied().filter(may).collect()
}

/// What time brings: its day went by, said once of that day.
pub fn passed(opinion: &Opinion, now: DateTime<Utc>) -> Option<OpinionEvent> {
    let is_new = opinion.due_passed_on != Some(opinion.due_on);
    let passed = opinion.is_overdue(calendar::today(now)) && is_new;
    passed.then_some(OpinionEvent::DuePassed { due_on: opinion.due_on })
}

/// When the clock has to look at it; none where time brings nothing more.
pub fn next_look(opinion: &Opinion) -> Option<DateTime<Utc>> {
    let waits = opinion.is_open() && opinion.due_passed_on != Some(opinion.due_on);
    waits.then(|| calendar::end_of_day(opinion.due_on))
}
