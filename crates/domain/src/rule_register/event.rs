//! What happened to a rule of the register, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};

use super::state::{EndedBy, Rule, RuleAnswer, RuleCheck, RuleJudgement, RuleKind, RuleShape, RuleState, RuleVerdict};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{PersonId, RoundId, RuleId};

events! {
    /// An event of a rule's stream (docs/domain.md §21, §43).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    RuleEvent {
        Entered { round: RoundId, shape: RuleShape, by: PersonId, at: DateTime<Utc> } = "rule.entered";
        /// The draft was changed.
        Changed { shape: RuleShape, by: PersonId, at: DateTime<Utc> } = "rule.changed";
        Submitted { file: Digest, by: PersonId, at: DateTime<Utc> } = "rule.submitted";
        Returned { reason: Digest, by: PersonId, at: DateTime<Utc> } = "rule.returned";
        /// It counts from now on, and its checks have their days.
        Confirmed { supervisor: Option<PersonId>, checks: Vec<RuleCheck>, by: PersonId, at: DateTime<Utc> } = "rule.confirmed";
        /// Somebody else owns it, or judges its checks.
        Entrusted { owner: PersonId, supervisor: PersonId, reason: Digest, by: PersonId, at: DateTime<Utc> } = "rule.entrusted";
        /// Another entry took its place or abolished it.
        Superseded { ended: EndedBy, at: DateTime<Utc> } = "rule.superseded";
        CheckOpened { months: u32, due_on: NaiveDate } = "rule.check_opened";
        CheckPassedBy { months: u32, due_on: NaiveDate } = "rule.check_passed_by";
        Answered { months: u32, answer: RuleAnswer } = "rule.answered";
        Judged { months: u32, judgement: RuleJudgement } = "rule.judged";
        Withdrawn { reason: Digest, by: PersonId, at: DateTime<Utc> } = "rule.withdrawn";
    }
}

/// The rule that a first event makes; none where the first is another.
pub fn begin(id: RuleId, event: &RuleEvent) -> Option<Rule> {
    let RuleEvent::Entered { round, shape, by, at } = event else { return None };
    Some(Rule {
        id,
        round: *round,
        shape: shape.clone(),
        state: RuleState::Draft,
        file: None,
        entered_by: *by,
        entered_at: *at,
        submitted_by: None,
        submitted_at: None,
        returned: None,
        confirmed_by: None,
        confirmed_at: None,
        supervisor: None,
        checks: Vec::new(),
        ended: None,
        reason: None,
        seq: 1,
        version: 1,
    })
}

fn on_check(rule: &mut Rule, months: u32, change: impl FnOnce(&mut RuleCheck)) {
    if let Some(check) = rule.checks.iter_mut().find(|c| c.months == months) {
        change(check);
    }
}

/// The rule after one more event.
pub fn evolve(mut rule: Rule, event: &RuleEvent) -> Rule {
    rule.seq += 1;
    // The clock only tells: nobody's decision rests on what it said.
    if !matches!(event, RuleEvent::CheckOpened { .. } | RuleEvent::CheckPassedBy { .. }) {
        rule.version += 1;
    }
    match event {
        RuleEvent::Entered { .. } => {}
        RuleEvent::Changed { shape, .. } => rule.shape = shape.clone(),
        RuleEvent::Submitted { file, by, at } => {
            rule.state = RuleState::Submitted;
            rule.file = Some(file.clone());
            rule.submitted_by = Some(*by);
            rule.submitted_at = Some(*at);
        }
        RuleEvent::Returned { reason, .. } => {
            rule.state = RuleState::Draft;
            rule.returned = Some(reason.clone());
        }
        RuleEvent::Confirmed { supervisor, checks, by, at } => {
            let is_end = rule.shape.kind == RuleKind::Abolished;
            rule.state = if is_end { RuleState::Abolished } else { RuleState::InForce };
            rule.confirmed_by = Some(*by);
            rule.confirmed_at = Some(*at);
            rule.supervisor = *supervisor;
            rule.checks = checks.clone();
            rule.returned = None;
        }
        RuleEvent::Entrusted { owner, supervisor, .. } => {
            rule.shape.owner = Some(*owner);
            rule.supervisor = Some(*supervisor);
        }
        RuleEvent::Superseded { ended, .. } => {
            let is_end = ended.kind == RuleKind::Abolished;
            rule.state = if is_end { RuleState::Abolished } else { RuleState::Replaced };
            rule.ended = Some(ended.clone());
        }
        RuleEvent::CheckOpened { months, .. } => on_check(&mut rule, *months, |c| c.is_opened = true),
        RuleEvent::CheckPassedBy { months, .. } => on_check(&mut rule, *months, |c| c.is_late = true),
        RuleEvent::Answered { months, answer } => {
            on_check(&mut rule, *months, |c| c.answer = Some(answer.clone()));
        }
        RuleEvent::Judged { months, judgement } => {
            on_check(&mut rule, *months, |c| c.judgement = Some(judgement.clone()));
            let is_good = judgement.verdict == RuleVerdict::Passed;
            rule.state = if is_good { RuleState::Lasting } else { RuleState::InForce };
        }
        RuleEvent::Withdrawn { reason, .. } => {
            rule.state = RuleState::Withdrawn;
            rule.reason = Some(reason.clone());
        }
    }
    rule
}
