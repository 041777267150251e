//! The checks of a rule: the owner says how it is used, a supervisor whether that is so, and what is made of a rule nobody uses (docs/domain.md §43).

use chrono::NaiveDate;

use super::event::RuleEvent;
use super::state::{CheckStanding, FollowKind, FollowedBy, Rule, RuleAnswer, RuleCheck, RuleJudgement, RuleVerdict};
use super::{Context, LONGEST, MOST_FILES, check_words, refuse, said};
use crate::chain::Digest;
use crate::ids::TaskId;
use crate::refusal::{FieldError, Refusal};
use crate::task::context::Decision;

/// What is made of a failed check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Follow {
    /// One of the tasks it answers is taken up again.
    Reopen {
        task: TaskId,
        due_on: NaiveDate,
        reason: String,
    },
    /// Another task was drafted.
    Draft {
        task: TaskId,
    },
    Neither {
        reason: String,
    },
}

/// What the supervisor gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub months: u32,
    pub verdict: RuleVerdict,
    pub words: String,
    pub files: Vec<Digest>,
    pub follow: Option<Follow>,
}

/// Whether the owner can say something now.
pub fn can_be_answered(rule: &Rule, check: &RuleCheck, today: NaiveDate) -> bool {
    check.answer.is_none() && matches!(rule.standing(check, today), CheckStanding::Open | CheckStanding::Overdue)
}

/// Whether it can be judged now: once it was answered, or its day went by without.
pub fn can_be_judged(rule: &Rule, check: &RuleCheck, today: NaiveDate) -> bool {
    matches!(rule.standing(check, today), CheckStanding::Answered | CheckStanding::Overdue)
}

fn open_check(rule: &Rule, months: u32) -> Result<&RuleCheck, Refusal> {
    let check = rule.check(months).ok_or_else(|| Refusal::field("/months", "rule-check-unknown"))?;
    if check.judgement.is_some() { Err(Refusal::conflict("rule-check-decided")) } else { Ok(check) }
}

fn check_files(errors: &mut Vec<FieldError>, files: &[Digest], is_required: bool) {
    if is_required && files.is_empty() {
        errors.push(FieldError::at("/files", "rule-proof-missing"));
    }
    if files.len() > MOST_FILES {
        errors.push(FieldError::at("/files", "too-many"));
    }
}

pub(super) fn answer(
    rule: &Rule,
    months: u32,
    words: &str,
    files: Vec<Digest>,
    ctx: &Context<'_>,
    decision: &mut Decision<RuleEvent>,
) -> Result<RuleEvent, Refusal> {
    let check = open_check(rule, months)?;
    if check.answer.is_some() {
        return Err(Refusal::conflict("rule-check-answered"));
    }
    if !can_be_answered(rule, check, ctx.today()) {
        return Err(Refusal::conflict("rule-check-closed"));
    }
    let mut errors = Vec::new();
    check_words(&mut errors, "/words", words, true, LONGEST);
    check_files(&mut errors, &files, true);
    refuse(errors)?;
    let answer = RuleAnswer { words: decision.words(words), files, by: ctx.person()?, at: ctx.now };
    Ok(RuleEvent::Answered { months, answer })
}

pub(super) fn judge(
    rule: &Rule,
    given: Judgement,
    ctx: &Context<'_>,
    decision: &mut Decision<RuleEvent>,
) -> Result<RuleEvent, Refusal> {
    let by = ctx.person()?;
    let check = open_check(rule, given.months)?;
    // Nobody judges his own words.
    if rule.shape.owner == Some(by) || check.answer.as_ref().is_some_and(|a| a.by == by) {
        return Err(Refusal::forbidden("rule-own-check"));
    }
    if !can_be_judged(rule, check, ctx.today()) {
        return Err(Refusal::conflict("rule-check-closed"));
    }
    let is_good = given.verdict == RuleVerdict::Passed;
    if is_good && check.answer.is_none() {
        return Err(Refusal::conflict("rule-not-answered"));
    }
    let mut errors = Vec::new();
    check_words(&mut errors, "/words", &given.words, true, LONGEST);
    check_files(&mut errors, &given.files, is_good);
    match &given.follow {
        Some(_) if is_good => errors.push(FieldError::at("/follow", "rule-follow-only-failed")),
        None if !is_good => errors.push(FieldError::at("/follow", "required")),
        Some(Follow::Reopen { task, .. }) if !rule.shape.tasks.contains(task) => {
            errors.push(FieldError::at("/follow/task", "rule-task-not-answered"));
        }
        _ => {}
    }
    refuse(errors)?;
    let words = decision.words(&given.words);
    let follow = match given.follow {
        None => None,
        Some(Follow::Reopen { task, reason, .. }) => {
            let reason = said(decision, "/follow/reason", &reason)?;
            Some(FollowedBy { kind: FollowKind::Reopened, task: Some(task), reason: Some(reason) })
        }
        Some(Follow::Draft { task }) => Some(FollowedBy { kind: FollowKind::Drafted, task: Some(task), reason: None }),
        Some(Follow::Neither { reason }) => {
            let reason = said(decision, "/follow/reason", &reason)?;
            Some(FollowedBy { kind: FollowKind::Neither, task: None, reason: Some(reason) })
        }
    };
    let judgement = RuleJudgement { verdict: given.verdict, words, files: given.files, follow, by, at: ctx.now };
    Ok(RuleEvent::Judged { months: given.months, judgement })
}
