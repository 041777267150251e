//! What follows the issue of a slip: receipt, answer, review, the record of an interview, the hand-over of a referral (docs/domain.md §25).

use chrono::NaiveDate;

use super::event::SlipEvent;
use super::ladder::SlipLevel;
use super::state::{Answer, HandOver, Interview, Kept, Receipt, Review, Slip};
use super::{Context, Decided, InterviewText, MOST, kind, one};
use crate::calendar;
use crate::chain::Digest;
use crate::refusal::{FieldError, Refusal};
use crate::task::check_text;
use crate::task::context::Decision;

/// Longest number of a document, in characters.
const LONGEST_NUMBER: usize = 60;

/// What a unit answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerInput {
    pub words: String,
    /// Files that were received for the slip.
    pub files: Vec<Digest>,
}

/// What is recorded of an interview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterviewInput {
    pub held_on: NaiveDate,
    pub attended: String,
    pub said: String,
    pub promised: String,
    pub promised_on: NaiveDate,
}

/// A referral has no unit to answer it; what a higher slip has overtaken is answered there.
fn check_asks(slip: &Slip) -> Result<(), Refusal> {
    if slip.shape.level.is_referral() {
        return Err(Refusal::conflict("slip-is-referral"));
    }
    if slip.overtaken_by.is_some() {
        return Err(Refusal::conflict("slip-overtaken"));
    }
    Ok(())
}

/// Whether the acting person enters it for the unit instead of being of it.
fn is_on_behalf(ctx: &Context<'_>) -> bool {
    !ctx.actor.person().is_some_and(|p| p.memberships.iter().any(|m| m.unit == ctx.facts.parties.unit))
}

pub(super) fn receive(slip: &Slip, ctx: &Context<'_>) -> Decided {
    check_asks(slip)?;
    let receipt = Receipt { by: ctx.person()?, at: ctx.now, on_behalf: is_on_behalf(ctx) };
    one(SlipEvent::Received { receipt })
}

pub(super) fn answer(slip: &Slip, input: AnswerInput, ctx: &Context<'_>) -> Decided {
    check_asks(slip)?;
    let by = ctx.person()?;
    let mut errors = Vec::new();
    check_text(&mut errors, "/words".to_owned(), &input.words, true);
    if input.files.len() > MOST {
        errors.push(FieldError::at("/files", "too-many"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let answer = Answer {
        words: decision.words(&input.words),
        files: input.files,
        by,
        at: ctx.now,
        on_behalf: is_on_behalf(ctx),
        review: None,
    };
    decision.events.push(SlipEvent::Answered { answer });
    Ok(decision)
}

pub(super) fn review(slip: &Slip, is_accepted: bool, words: Option<&str>, ctx: &Context<'_>) -> Decided {
    check_asks(slip)?;
    let by = ctx.person()?;
    // Whoever answered for a unit without accounts does not review it as well.
    if slip.waiting().is_some_and(|a| a.by == by) {
        return Err(Refusal::forbidden("reviewed-own-answer"));
    }
    if is_accepted && slip.shape.level == SlipLevel::Interview && slip.interview.is_none() {
        return Err(Refusal::conflict("interview-missing"));
    }
    let mut errors = Vec::new();
    check_text(&mut errors, "/words".to_owned(), words.unwrap_or_default(), false);
    if !is_accepted && words.is_none_or(|w| w.trim().is_empty()) {
        errors.push(FieldError::at("/words", "reason-required"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let review = Review { is_accepted, words: decision.words_if(words), by, at: ctx.now };
    decision.events.push(if is_accepted {
        SlipEvent::AnswerAccepted { review }
    } else {
        SlipEvent::AnswerReturned { review }
    });
    Ok(decision)
}

pub(super) fn interview(slip: &Slip, input: InterviewInput, ctx: &Context<'_>) -> Decided {
    if slip.shape.level != SlipLevel::Interview {
        return Err(Refusal::conflict("not-an-interview"));
    }
    if !slip.promise_is_open() {
        return Err(Refusal::conflict("promise-already-kept"));
    }
    let by = ctx.person()?;
    let InterviewInput { held_on, attended, said, promised, promised_on } = input;
    let mut errors = Vec::new();
    for (pointer, words) in [("/attended", &attended), ("/said", &said), ("/promised", &promised)] {
        check_text(&mut errors, pointer.to_owned(), words, true);
    }
    if held_on > ctx.today() {
        errors.push(FieldError::at("/held_on", "in-the-future"));
    }
    if slip.issued_at.is_some_and(|at| held_on < calendar::today(at)) {
        errors.push(FieldError::at("/held_on", "before-slip"));
    }
    if promised_on < held_on {
        errors.push(FieldError::at("/promised_on", "before-from"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let trimmed = |words: String| words.trim().to_owned();
    let text = InterviewText { attended: trimmed(attended), said: trimmed(said), promised: trimmed(promised) };
    let mut decision = Decision::default();
    let text = decision.note(kind::INTERVIEW, &text);
    let interview = Interview { held_on, text, promised_on, by, at: ctx.now, kept: None };
    decision.events.push(SlipEvent::InterviewRecorded { interview });
    Ok(decision)
}

pub(super) fn keep_promise(slip: &Slip, words: &str, ctx: &Context<'_>) -> Decided {
    if slip.promise().is_none() {
        return Err(Refusal::conflict("no-promise"));
    }
    let by = ctx.person()?;
    let mut errors = Vec::new();
    check_text(&mut errors, "/words".to_owned(), words, true);
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let kept = Kept { words: decision.words(words), by, at: ctx.now };
    decision.events.push(SlipEvent::PromiseKept { kept });
    Ok(decision)
}

pub(super) fn hand_over(slip: &Slip, on: NaiveDate, document: String, ctx: &Context<'_>) -> Decided {
    if !slip.shape.level.is_referral() {
        return Err(Refusal::conflict("not-a-referral"));
    }
    let by = ctx.person()?;
    let document = document.trim().to_owned();
    let mut errors = Vec::new();
    if document.is_empty() {
        errors.push(FieldError::at("/document", "required"));
    } else if document.chars().count() > LONGEST_NUMBER {
        errors.push(FieldError::with("/document", "too-long", serde_json::json!({ "max": LONGEST_NUMBER })));
    }
    if on > ctx.today() {
        errors.push(FieldError::at("/on", "in-the-future"));
    }
    if slip.issued_at.is_some_and(|at| on < calendar::today(at)) {
        errors.push(FieldError::at("/on", "before-slip"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    one(SlipEvent::HandedOver { hand_over: HandOver { on, document, by }, at: ctx.now })
}
