//! What a round sets about publications: whether there are any, for how long, signed by whom, which words never go out (docs/domain.md §31).

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::guard;
use crate::policy::{StepRule, Who, check_steps, step};
use crate::refusal::FieldError;
use crate::words;

words! {
    /// How far what is published goes.
    pub enum Reach {
        Off = "off", "不公示";
        Text = "text", "公示栏和办公网";
        Open = "open", "公示栏、办公网和公示网页";
    }
}

/// Where the reader of a notice turns to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Contact {
    pub phone: String,
    /// 信箱, of paper.
    pub mailbox: String,
    pub email: String,
    /// Where one can come, and when.
    pub window: String,
}

/// The rules of a round about publications and opinions; a policy kept before there were any has the default, which is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PublicationRules {
    pub reach: Reach,
    /// Working days a notice is shown, unless another number is set for it.
    pub working_days: u16,
    pub chain: Vec<StepRule>,
    /// Words that never go out.
    pub marked_words: Vec<String>,
    pub contact: Contact,
    /// Working days until an opinion is answered.
    pub opinion_working_days: u16,
    /// Whether the unit that answers an opinion is shown who wrote it.
    pub shows_writer: bool,
}

impl Default for PublicationRules {
    fn default() -> Self {
        Self {
            reach: Reach::Off,
            working_days: 5,
            chain: vec![
                step(Who::Office, 1, "整改办审核"),
                step(Who::Secrecy, 1, "保密审查"),
                step(Who::Principal, 1, "主要负责人审定"),
            ],
            marked_words: Vec::new(),
            contact: Contact::default(),
            opinion_working_days: 10,
            shows_writer: false,
        }
    }
}

/// Most marked words, and the longest, in characters.
const MOST_WORDS: usize = 500;
const LONGEST_WORD: usize = 60;
/// Longest line of a contact, in characters.
pub(super) const LONGEST_CONTACT: usize = 200;
/// Longest time a notice is shown, working days.
pub(super) const LONGEST_DAYS: u16 = 60;

/// What is wrong with the rules.
pub fn check(rules: &PublicationRules) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, days) in [("working_days", rules.working_days), ("opinion_working_days", rules.opinion_working_days)] {
        if !(1..=LONGEST_DAYS).contains(&days) {
            errors.push(FieldError::at(format!("/publication/{field}"), "out-of-range"));
        }
    }
    errors.extend(check_steps("/publication/chain", &rules.chain));
    let fits = |who: Who| matches!(who, Who::Office | Who::Secrecy | Who::Principal | Who::GroupHead);
    let is_decided = rules.chain.last().is_some_and(|s| matches!(s.who, Who::Principal | Who::GroupHead));
    if !rules.chain.iter().all(|s| fits(s.who)) || !rules.chain.is_empty() && !is_decided {
        errors.push(FieldError::at("/publication/chain", "publication-chain-unfit"));
    }
    if rules.reach == Reach::Open && !rules.chain.iter().any(|s| s.who == Who::Secrecy) {
        errors.push(FieldError::at("/publication/chain", "publication-chain-without-secrecy"));
    }
    if rules.marked_words.len() > MOST_WORDS {
        errors.push(FieldError::at("/publication/marked_words", "too-many"));
    }
    for (i, word) in rules.marked_words.iter().enumerate() {
        let at = format!("/publication/marked_words/{i}");
        if !guard::is_findable(word) {
            errors.push(FieldError::at(at, "word-too-short"));
        } else if word.chars().count() > LONGEST_WORD {
            errors.push(FieldError::with(at, "too-long", json!({ "max": LONGEST_WORD })));
        }
    }
    errors.extend(check_contact(&rules.contact, "/publication/contact"));
    errors
}

/// What is wrong with where the reader turns to.
pub(super) fn check_contact(contact: &Contact, pointer: &str) -> Vec<FieldError> {
    let Contact { phone, mailbox, email, window } = contact;
    [("phone", phone), ("mailbox", mailbox), ("email", email), ("window", window)]
        .into_iter()
        .filter(|(_, text)| text.chars().count() > LONGEST_CONTACT)
        .map(|(field, _)| FieldError::with(format!("{pointer}/{field}"), "too-long", json!({ "max": LONGEST_CONTACT })))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(change: impl FnOnce(&mut PublicationRules)) -> Vec<(String, String)> {
        let mut rules = PublicationRules::default();
        change(&mut rules);
        check(&rules).into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    fn at(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(format!("/publication/{pointer}"), code.to_owned())]
    }

    #[test]
    fn the_defaults_publish_nothing_and_are_sound() {
        assert_eq!(PublicationRules::default().reach, Reach::Off);
        assert_eq!(codes(|_| ()), []);
        assert_eq!(codes(|r| r.reach = Reach::Open), []);
    }

    #[test]
    fn an_open_page_needs_a_secrecy_review_and_a_leader_who_decides() {
        let without = |r: &mut PublicationRules| drop(r.chain.remove(1));
        assert_eq!(codes(without), []);
        let opened = |r: &mut PublicationRules| {
            without(r);
            r.reach = Reach::Open;
        };
        assert_eq!(codes(opened), at("chain", "publication-chain-without-secrecy"));
        assert_eq!(codes(|r| drop(r.chain.pop())), at("chain", "publication-chain-unfit"));
        for who in [Who::UnitHead, Who::LeadLeader, Who::Supervisor, Who::Meeting] {
            assert_eq!(codes(|r| r.chain[0].who = who), at("chain", "publication-chain-unfit"), "{who}");
        }
        assert_eq!(codes(|r| r.chain.clear()), at("chain", "chain-empty"));
    }

    #[test]
    fn days_and_words_have_bounds() {
        for days in [0, 61] {
            assert_eq!(codes(|r| r.working_days = days), at("working_days", "out-of-range"));
            assert_eq!(codes(|r| r.opinion_working_days = days), at("opinion_working_days", "out-of-range"));
        }
        assert_eq!(codes(|r| r.marked_words = vec!["甲".into()]), at("marked_words/0", "word-too-short"));
        assert_eq!(codes(|r| r.marked_words = vec!["甲、 ".into()]), at("marked_words/0", "word-too-short"));
        assert_eq!(codes(|r| r.marked_words = vec!["甲".repeat(61)]), at("marked_words/0", "too-long"));
        assert_eq!(codes(|r| r.marked_words = vec!["甲乙".into(); 501]), at("marked_words", "too-many"));
        assert_eq!(codes(|r| r.contact.email = "a".repeat(201)), at("contact/email", "too-long"));
    }
}
