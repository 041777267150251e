//! The ladder of slips (督办等级): which levels a round uses, in which order, how long each gives, and who signs it. It is policy (docs/domain.md §25).

use serde::{Deserialize, Serialize};

use crate::policy::{StepRule, Who, check_steps, step};
use crate::refusal::FieldError;
use crate::words;

words! {
    /// How earnest a slip is, from the lowest.
    pub enum SlipLevel {
        Notice = "notice", "督办通知单";
        Urge = "urge", "催办单";
        Letter = "letter", "督办函";
        Interview = "interview", "约谈通知书";
        Referral = "referral", "问责线索移交";
    }
}

impl SlipLevel {
    /// Whether it goes to the discipline commission instead of a unit; a unit learns nothing of it.
    pub fn is_referral(self) -> bool {
        self == Self::Referral
    }
}

/// One level as the policy writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    pub level: SlipLevel,
    /// What the round calls it.
    #[cfg_attr(feature = "openapi", schema(example = "督办通知单"))]
    pub name: String,
    /// Working days from issue to the answer; of a referral, to its hand-over.
    pub answer_working_days: u16,
    /// Working days from issue until it is signed for.
    pub receive_working_days: u16,
    /// Who signs it.
    pub chain: Vec<StepRule>,
}

fn rule(level: SlipLevel, answer: u16, receive: u16, who: Who, label: &str) -> LevelRule {
    LevelRule {
        level,
        name: level.label().to_owned(),
        answer_working_days: answer,
        receive_working_days: receive,
        chain: vec![step(who, 1, label)],
    }
}

/// The default, also of a policy kept before there was a ladder.
pub fn standard() -> Vec<LevelRule> {
    vec![
        rule(SlipLevel::Notice, 5, 1, Who::Office, "整改办签发"),
        rule(SlipLevel::Urge, 3, 1, Who::Office, "整改办签发"),
        rule(SlipLevel::Letter, 3, 1, Who::Principal, "主要负责人签发"),
        rule(SlipLevel::Interview, 3, 1, Who::Principal, "主要负责人签发"),
        rule(SlipLevel::Referral, 5, 1, Who::GroupHead, "领导组组长审定"),
    ]
}

/// The rule of a level; none where the round does not use it.
pub fn rule_of(ladder: &[LevelRule], level: SlipLevel) -> Option<&LevelRule> {
    ladder.iter().find(|r| r.level == level)
}

/// The level after this one.
pub fn next(ladder: &[LevelRule], level: SlipLevel) -> Option<&LevelRule> {
    ladder.iter().find(|r| r.level > level)
}

/// What no round could work with: no level, levels twice or out of order, one without a name, days or a chain that somebody of the round signs.
pub fn check(ladder: &[LevelRule]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if ladder.is_empty() {
        errors.push(FieldError::at("/slips", "required"));
    }
    if !ladder.windows(2).all(|pair| pair[0].level < pair[1].level) {
        errors.push(FieldError::at("/slips", "slip-levels-out-of-order"));
    }
    for (i, rule) in ladder.iter().enumerate() {
        let name = rule.name.trim().chars().count();
        if name == 0 || name > 20 {
            errors
                .push(FieldError::at(format!("/slips/{i}/name"), if name == 0 { "required" } else { "out-of-range" }));
        }
        for (field, days) in
            [("answer_working_days", rule.answer_working_days), ("receive_working_days", rule.receive_working_days)]
        {
            if !(1..=250).contains(&days) {
                errors.push(FieldError::at(format!("/slips/{i}/{field}"), "out-of-range"));
            }
        }
        let pointer = format!("/slips/{i}/chain");
        errors.extend(check_steps(&pointer, &rule.chain));
        // The unit does not sign what is sent to it, and nobody verifies what only asks.
        if rule.chain.iter().any(|s| matches!(s.who, Who::UnitHead | Who::Supervisor | Who::Meeting | Who::Secrecy)) {
            errors.push(FieldError::at(pointer, "slip-chain-unfit"));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(change: impl FnOnce(&mut Vec<LevelRule>)) -> Vec<(String, String)> {
        let mut ladder = standard();
        change(&mut ladder);
        check(&ladder).into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), code.to_owned())]
    }

    #[test]
    fn the_standard_ladder_is_sound_and_a_round_may_leave_levels_out() {
        assert_eq!(codes(|_| ()), []);
        assert_eq!(codes(|l| drop(l.remove(1))), []);
        let mut short = standard();
        short.remove(1);
        assert_eq!(next(&short, SlipLevel::Notice).map(|r| r.level), Some(SlipLevel::Letter));
        assert_eq!(next(&short, SlipLevel::Referral), None);
        assert_eq!(rule_of(&short, SlipLevel::Urge), None);
    }

    #[test]
    fn what_no_round_could_work_with_is_named_by_field() {
        assert_eq!(codes(Vec::clear), one("/slips", "required"));
        assert_eq!(codes(|l| l.swap(0, 1)), one("/slips", "slip-levels-out-of-order"));
        assert_eq!(codes(|l| l[1].level = SlipLevel::Notice), one("/slips", "slip-levels-out-of-order"));
        assert_eq!(codes(|l| l[0].name = " ".into()), one("/slips/0/name", "required"));
        assert_eq!(codes(|l| l[0].name = "督".repeat(21)), one("/slips/0/name", "out-of-range"));
        assert_eq!(codes(|l| l[2].answer_working_days = 0), one("/slips/2/answer_working_days", "out-of-range"));
        assert_eq!(codes(|l| l[2].receive_working_days = 251), one("/slips/2/receive_working_days", "out-of-range"));
        assert_eq!(codes(|l| l[3].chain.clear()), one("/slips/3/chain", "chain-empty"));
        for who in [Who::UnitHead, Who::Supervisor, Who::Meeting, Who::Secrecy] {
            assert_eq!(codes(|l| l[0].chain[0].who = who), one("/slips/0/chain", "slip-chain-unfit"));
        }
    }
}
