//! What time brings to a slip: each day that goes by is said once, to whom it concerns, and comes before the meeting (docs/domain.md §25, §26).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::calendar;
use domain::ids::SlipId;
use domain::meeting::agenda::{About, is_unanswered};
use domain::notification::{Audience, Rule, slip_warning};
use domain::slip::clock::{is_receipt_late, next_look, passed};
use domain::slip::event::{self, SlipEvent};
use domain::slip::ladder::SlipLevel;
use domain::slip::state::Slip;
use domain::slip::{self, Higher, SlipCommand};
use support::cast::{LEAD, P};
use support::slips::*;
use support::{date, uuid};

/// Signed for until 8 September 2020, answered until the 14th.
fn issued(level: SlipLevel) -> Story {
    Story::issued(level)
}

fn looked(slip: &Slip, on: &str) -> (Slip, Vec<SlipEvent>) {
    let events = passed(slip, calendar::instant(date(on), chrono::NaiveTime::MIN));
    (events.iter().fold(slip.clone(), event::evolve), events)
}

#[test]
fn each_day_that_goes_by_is_said_once_whatever_the_clock_does() {
    let slip = issued(SlipLevel::Notice).slip;
    let version = slip.version;
    assert_eq!(next_look(&slip), Some(calendar::end_of_day(date("2020-09-08"))));
    let (slip, said) = looked(&slip, "2020-09-08");
    assert_eq!(said, [], "until the end of the day it is in time");
    let (slip, said) = looked(&slip, "2020-09-09");
    assert_eq!(said, [SlipEvent::ReceiptPassed { due_on: date("2020-09-08") }]);
    assert_eq!(next_look(&slip), Some(calendar::end_of_day(date("2020-09-14"))));
    // A clock that ran ahead says the rest; set back and on again it says nothing more.
    let (slip, said) = looked(&slip, "2020-09-30");
    assert_eq!(said, [SlipEvent::AnswerPassed { due_on: date("2020-09-14") }]);
    for on in ["2020-09-09", "2020-09-15", "2020-10-30"] {
        assert_eq!(looked(&slip, on).1, []);
    }
    assert_eq!(next_look(&slip), None);
    assert_eq!((slip.version, slip.seq), (version, version + 2), "what time brings is no version of its own");
}

#[test]
fn a_look_that_comes_late_says_both_and_what_was_done_in_time_says_nothing() {
    let slip = issued(SlipLevel::Notice).slip;
    assert_eq!(looked(&slip, "2020-09-20").1.len(), 2);
    let mut story = issued(SlipLevel::Notice);
    story.done(P::Clerk, SlipCommand::Receive);
    assert_eq!(next_look(&story.slip), Some(calendar::end_of_day(date("2020-09-14"))));
    story.done(P::Clerk, answer());
    assert_eq!((next_look(&story.slip), looked(&story.slip, "2020-09-20").1), (None, vec![]));
    // Returned after its day it is owed again, and late.
    story.done(P::Team, review(false, Some("没有清单")));
    assert_eq!(looked(&story.slip, "2020-09-20").1, [SlipEvent::AnswerPassed { due_on: date("2020-09-14") }]);
}

#[test]
fn what_a_higher_slip_took_over_is_not_warned_of_until_that_is_withdrawn() {
    let slip = issued(SlipLevel::Notice).slip;
    let now = calendar::end_of_day(date("2020-09-07"));
    let follow = |slip: &Slip, higher| event::evolve(slip.clone(), &slip::follow(slip, higher, now).unwrap());
    let overtaken = follow(&slip, Higher::Issued(SlipId(uuid(90))));
    assert_eq!((next_look(&overtaken), looked(&overtaken, "2020-09-30").1), (None, vec![]));
    let released = follow(&overtaken, Higher::Withdrawn(SlipId(uuid(90))));
    assert_eq!(looked(&released, "2020-09-30").1.len(), 2);
}

#[test]
fn a_warning_widens_from_the_unit_to_its_heads_the_lead_leader_and_the_principal() {
    let slip = issued(SlipLevel::Notice).slip;
    let due_on = date("2020-09-08");
    let (unit, by) = (Audience::Unit(LEAD), Audience::Person(slip.drafted_by));
    let told = |event, slip: &Slip, leader| slip_warning(&event, slip, leader);
    let not_received = [(Rule::SlipNotReceived, unit), (Rule::SlipNotReceived, by)];
    assert_eq!(told(SlipEvent::ReceiptPassed { due_on }, &slip, Some(P::Leader.person())), not_received);
    let leader = Audience::Person(P::Leader.person());
    let wide = [unit, by, Audience::Heads(LEAD), leader, Audience::Principal, Audience::Office];
    let mut expected: Vec<_> = wide.into_iter().map(|a| (Rule::SlipOverdue, a)).collect();
    assert_eq!(told(SlipEvent::AnswerPassed { due_on }, &slip, Some(P::Leader.person())), expected);
    expected.remove(3);
    assert_eq!(told(SlipEvent::AnswerPassed { due_on }, &slip, None), expected);
    // Of a referral no unit learns, and nobody signs for it.
    let referral = issued(SlipLevel::Referral).slip;
    let said = looked(&referral, "2020-10-30").1;
    assert!(matches!(said[..], [SlipEvent::AnswerPassed { .. }]), "{said:?}");
    assert_eq!(told(said[0].clone(), &referral, None), [(Rule::SlipOverdue, Audience::Office)]);
    assert_eq!(told(SlipEvent::PromiseKept { kept: kept() }, &slip, None), []);
}

#[test]
fn an_unanswered_slip_comes_before_the_meeting_with_its_reason() {
    let mut story = issued(SlipLevel::Notice);
    let why = |slip: &Slip, on: &str| is_unanswered(slip, "督办通知单〔2020〕1号", date(on));
    assert_eq!(why(&story.slip, "2020-09-08"), None);
    assert!(is_receipt_late(&story.slip, date("2020-09-09")) && !is_receipt_late(&story.slip, date("2020-09-08")));
    let not_received = "督办通知单〔2020〕1号没有签收，时限 9月8日，已过 2 天";
    assert_eq!(why(&story.slip, "2020-09-10").as_deref(), Some(not_received));
    let unanswered = "督办通知单〔2020〕1号没有答复，时限 9月14日，已过 3 天";
    assert_eq!(why(&story.slip, "2020-09-17").as_deref(), Some(unanswered));
    story.done(P::Clerk, SlipCommand::Receive);
    assert_eq!(why(&story.slip, "2020-09-10"), None);
    assert_eq!(why(&story.slip, "2020-09-17").as_deref(), Some(unanswered));
    story.done(P::Clerk, answer());
    assert_eq!(why(&story.slip, "2020-09-17"), None);
    let about = About::Slip(SlipId(uuid(7)));
    assert_eq!((about.key(), about.task()), (format!("slip:{}", SlipId(uuid(7))), None));
}

fn kept() -> domain::slip::state::Kept {
    let words = domain::chain::digest("words", "兑现");
    domain::slip::state::Kept { words, by: P::Office.person(), at: calendar::end_of_day(date("2020-09-07")) }
}
