//! People do with slips whatever comes to their mind; what must hold, holds after every step (docs/domain.md §25).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use chrono::Duration;
use domain::ids::PersonId;
use domain::sign_request::{RequestState, SignMode, SignatureState, Signing, Verdict};
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{Slip, SlipState};
use domain::slip::{AnswerInput, SlipAction, SlipCommand, starts_from};
use support::cast::P;
use support::form;
use support::slips::*;

/// A small generator with a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

fn some_command(story: &Story, action: SlipAction, dice: &mut Dice) -> Option<SlipCommand> {
    let words = if dice.roll(8) == 0 { " ".to_owned() } else { "有情况".to_owned() };
    let day = domain::calendar::today(story.now) - Duration::days(dice.roll(3) as i64);
    let person = dice.pick(P::ALL).person();
    Some(match action {
        SlipAction::Revise => SlipCommand::Revise(input(dice.pick(SlipLevel::ALL))),
        SlipAction::Submit => SlipCommand::Submit,
        SlipAction::Recall => SlipCommand::Recall,
        SlipAction::Withdraw if dice.roll(6) == 0 => SlipCommand::Withdraw { reason: words },
        SlipAction::Withdraw => return None,
        SlipAction::Sign => {
            let on_behalf_of = (dice.roll(6) == 0).then_some(person);
            let verdict = if dice.roll(6) == 0 { Verdict::Return } else { Verdict::Approve };
            SlipCommand::Sign { verdict, words: Some(words), signing: Signing::Screen { on_behalf_of } }
        }
        SlipAction::RecordSignature => {
            let document = form(story.slip.request()?.revision.as_str(), &day.to_string());
            SlipCommand::Sign {
                verdict: Verdict::Approve,
                words: None,
                signing: Signing::Paper { signer: person, document },
            }
        }
        SlipAction::ConfirmSignature => SlipCommand::ConfirmSignature {
            signature: story.slip.request()?.signatures.last()?.id,
            confirmed: dice.roll(4) > 0,
            reason: Some(words),
        },
        SlipAction::Object => {
            SlipCommand::Object { signature: story.slip.request()?.signatures.last()?.id, reason: words }
        }
        SlipAction::Receive => SlipCommand::Receive,
        SlipAction::Answer => SlipCommand::Answer(AnswerInput { words, files: Vec::new() }),
        SlipAction::Review => SlipCommand::Review { is_accepted: dice.roll(3) > 0, words: Some(words) },
        SlipAction::Raise => return None,
        SlipAction::RecordInterview => SlipCommand::RecordInterview(interview(&day.to_string(), "2030-01-01")),
        SlipAction::KeepPromise => SlipCommand::KeepPromise { words },
        SlipAction::HandOver => SlipCommand::HandOver { on: day, document: words },
    })
}

/// What must hold of a slip at any time.
fn check(story: &Story, before: &Slip) {
    let slip = &story.slip;
    assert_eq!(slip.number.is_some(), slip.was_issued(), "a number and its issue belong together");
    assert!(before.number.is_none() || before.number == slip.number, "a number stays");
    assert!(slip.seq == slip.version && slip.seq >= before.seq);
    if slip.was_issued() {
        let request = slip.request().unwrap();
        assert!(matches!(request.state, RequestState::Granted));
        let signers: Vec<PersonId> = request
            .signatures
            .iter()
            .filter(|s| s.state == SignatureState::Effective)
            .filter_map(|s| s.person)
            .collect();
        assert!(!signers.is_empty() && !signers.contains(&slip.drafted_by), "signed by who drafted it");
        for signature in request.signatures.iter().filter(|s| s.mode == SignMode::Paper) {
            let counts = signature.state == SignatureState::Effective;
            let second = signature.confirmed_by.is_some_and(|by| by != signature.recorded_by);
            assert!(!counts || second, "a paper signature with one officer");
        }
    }
    if matches!(slip.state, SlipState::Draft | SlipState::Signing) {
        assert!(slip.receipt.is_none() && slip.answers.is_empty() && slip.number.is_none());
    }
    if slip.shape.level.is_referral() {
        assert!(slip.receipt.is_none() && slip.answers.is_empty(), "a referral was answered");
        for who in [P::Head, P::Clerk, P::SupportHead, P::Team] {
            assert!(!story.sees(who), "{who:?} sees a referral");
        }
    }
    for who in [P::Head, P::Clerk, P::SupportHead] {
        assert!(slip.was_issued() || !story.sees(who), "{who:?} sees what is not issued");
    }
    for answer in &slip.answers {
        assert!(answer.review.as_ref().is_none_or(|r| r.by != answer.by), "reviewed his own answer");
    }
    let accepted = slip.answers.iter().any(|a| a.review.as_ref().is_some_and(|r| r.is_accepted));
    assert_eq!(slip.state == SlipState::Settled, accepted || slip.hand_over.is_some());
    assert_eq!(slip.state == SlipState::Answered, slip.waiting().is_some() && slip.state != SlipState::Withdrawn);
    if slip.state == SlipState::Settled && slip.shape.level == SlipLevel::Interview {
        assert!(slip.interview.is_some(), "an interview without its record");
    }
}

#[test]
fn whatever_people_do_with_a_slip_the_rules_hold() {
    let mut reached: BTreeSet<(SlipLevel, SlipState)> = BTreeSet::new();
    let mut accepted = 0;
    for seed in 0..2_000 {
        let mut dice = Dice(seed);
        let mut story = Story::drafted(dice.pick(SlipLevel::ALL));
        story.facts.parties.unit_has_accounts = dice.roll(3) > 0;
        for _ in 0..40 {
            let who = dice.pick(P::ALL);
            let open = story.open(who);
            let action =
                if open.is_empty() || dice.roll(4) == 0 { dice.pick(SlipAction::ALL) } else { dice.pick(&open) };
            story.now += Duration::hours(dice.roll(30) as i64);
            let Some(command) = some_command(&story, action, &mut dice) else { continue };
            let action = command.action();
            let before = story.slip.clone();
            let said = format!("seed {seed}, {who:?}: {command:?}");
            match story.ask(who, command) {
                Err(refusal) => assert!(!refusal.code.is_empty()),
                Ok(events) => {
                    assert!(open.contains(&action), "{said} was accepted but never offered");
                    assert!(starts_from(action).contains(&before.state), "{said}");
                    story.accept(events);
                    check(&story, &before);
                    reached.insert((story.slip.shape.level, story.slip.state));
                    accepted += 1;
                }
            }
        }
    }
    for level in SlipLevel::ALL.iter().filter(|l| !l.is_referral()) {
        for state in SlipState::ALL {
            assert!(reached.contains(&(*level, *state)), "{level} never got to {state}");
        }
    }
    assert!(reached.contains(&(SlipLevel::Referral, SlipState::Settled)));
    println!("{accepted} acts accepted");
}
