//! A slip's life: who may do what, when, and who learns of it (docs/domain.md §25).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use domain::chain::Digest;
use domain::ids::SlipId;
use domain::notification::{Audience, Rule, slip_audience};
use domain::policy::{StepRule, Who};
use domain::sign_request::{RequestState, SignMode, SignatureState, Signing, Verdict};
use domain::slip::event::{self, SlipEvent};
use domain::slip::ladder::{SlipLevel, rule_of};
use domain::slip::state::{Basis, BasisKind, SlipState};
use domain::slip::{self, AnswerInput, Higher, InterviewInput, SlipAction, SlipCommand, SlipInput, SlipText};
use support::cast::{BELOW, LEAD, NEW, P, STRANGE, SUPPORT, paths};
use support::slips::*;
use support::{date, task_id, uuid};

#[test]
fn a_slip_goes_from_its_draft_to_its_end() {
    let mut story = Story::drafted(SlipLevel::Notice);
    assert_eq!(story.slip.state, SlipState::Draft);
    story.done(P::Office, SlipCommand::Submit);
    assert_eq!((story.slip.state, story.slip.number), (SlipState::Signing, None));
    // The second officer signs; with that it has its number and its days: signed for in one working day, answered in five.
    story.done(P::Office2, sign());
    assert_eq!(story.slip.state, SlipState::Issued);
    assert_eq!(story.slip.number.unwrap().to_string(), "〔2020〕1号");
    assert_eq!(story.slip.receive_due_on, Some(date("2020-09-08")));
    assert_eq!(story.slip.due_on, Some(date("2020-09-14")));
    assert_eq!(slip::name(&story.slip, &story.facts.policy), "督办通知单〔2020〕1号");
    story.refused(P::Head, answer(), "wrong-state");
    story.done(P::Clerk, SlipCommand::Receive);
    assert_eq!(story.slip.receipt.map(|r| (r.by, r.on_behalf)), Some((P::Clerk.person(), false)));
    story.done(P::Clerk, answer());
    story.done(P::Team, review(false, Some("没有清单")));
    assert_eq!(story.slip.state, SlipState::Received);
    story.done(P::Head, answer());
    story.done(P::Office, review(true, None));
    assert_eq!(story.slip.state, SlipState::Settled);
    let reviews: Vec<_> = story.slip.answers.iter().map(|a| a.review.as_ref().unwrap().is_accepted).collect();
    assert_eq!(reviews, [false, true]);
    for who in [P::Office, P::Clerk, P::Principal] {
        assert_eq!(story.open(who), []);
    }
}

#[test]
fn what_is_entered_is_told_everything_that_is_wrong_with_it() {
    let facts = facts();
    let empty = SlipText { matter: " ".into(), basis: String::new(), gap: String::new(), asked: "机密★".into() };
    let wrong = SlipInput {
        text: empty,
        unit: STRANGE,
        supporting: vec![SUPPORT, SUPPORT, STRANGE, NEW],
        due_on: Some(date("2020-09-07")),
        basis: Basis { kind: BasisKind::Task, id: None },
        ..input(SlipLevel::Notice)
    };
    let refusal = draft_by(P::Office, wrong, &facts).unwrap_err();
    assert_eq!(
        faults(&refusal),
        [
            ("/matter", "required"),
            ("/basis", "required"),
            ("/gap", "required"),
            ("/asked", "classified"),
            ("/due_on", "not-in-the-future"),
            ("/supporting/1", "repeated"),
            ("/supporting/2", "repeated"),
            ("/basis_id", "required"),
            ("/basis_id", "task-unknown"),
            ("/unit", "slip-unit-outside-task"),
            ("/supporting/2", "slip-unit-outside-task"),
            ("/supporting/3", "slip-unit-outside-task"),
        ]
    );
    let mut long = input(SlipLevel::Notice);
    long.text.matter = "一".repeat(201);
    long.supporting = vec![SUPPORT; 61];
    let codes: BTreeSet<String> =
        draft_by(P::Office, long, &facts).unwrap_err().errors.into_iter().map(|e| e.code).collect();
    assert!(codes.contains("too-long") && codes.contains("too-many"));
    let check = SlipInput { basis: Basis { kind: BasisKind::Check, id: None }, ..input(SlipLevel::Notice) };
    assert_eq!(faults(&draft_by(P::Office, check, &facts).unwrap_err()), [("/basis_id", "required")]);
    let mut unused = facts.clone();
    unused.policy.slips.remove(0);
    let refusal = draft_by(P::Office, input(SlipLevel::Notice), &unused).unwrap_err();
    assert_eq!(faults(&refusal), [("/level", "slip-level-unused")]);
    let mut withdrawn = facts.clone();
    withdrawn.task.as_mut().unwrap().is_under_way = false;
    let refusal = draft_by(P::Office, input(SlipLevel::Notice), &withdrawn).unwrap_err();
    assert_eq!(faults(&refusal), [("/task", "slip-task-not-under-way")]);
    // By hand it may go to any unit.
    let mut by_hand = facts;
    by_hand.task = None;
    let free = SlipInput {
        task: None,
        unit: STRANGE,
        basis: Basis { kind: BasisKind::Meeting, id: Some(uuid(5)) },
        ..input(SlipLevel::Notice)
    };
    assert!(draft_by(P::Team, free, &by_hand).is_ok());
    for (who, level) in [
        (P::Clerk, SlipLevel::Notice),
        (P::Principal, SlipLevel::Notice),
        (P::Checker, SlipLevel::Notice),
        (P::Team, SlipLevel::Referral),
    ] {
        assert_eq!(draft_by(who, input(level), &by_hand).unwrap_err().code, "not-allowed", "{who:?}");
    }
}

#[test]
fn nobody_signs_what_he_drafted_and_the_chain_says_who() {
    let story = Story::submitted(SlipLevel::Notice);
    story.refused(P::Office, sign(), "signed-own-submission");
    story.refused(P::Team, sign(), "not-your-step");
    story.refused(P::Principal, sign(), "not-your-step");
    story.refused(P::Clerk, sign(), "not-allowed");
    let story = Story::submitted(SlipLevel::Letter);
    story.refused(P::Office2, sign(), "not-your-step");
    assert_eq!(story.open(P::Principal), [SlipAction::Sign]);
    // Only who drafted it changes it, sends it and takes it back.
    let story = Story::drafted(SlipLevel::Notice);
    for command in [SlipCommand::Submit, SlipCommand::Revise(input(SlipLevel::Urge))] {
        story.refused(P::Office2, command, "not-allowed");
    }
    // A chain that names nobody is not begun, nor one that names only who drafted it.
    let mut story = Story::drafted(SlipLevel::Letter);
    story.facts.principal = None;
    story.refused(P::Office, SlipCommand::Submit, "chain-incomplete");
    story.facts.principal = Some(P::Office.person());
    story.refused(P::Office, SlipCommand::Submit, "signed-own-submission");
    // Several sign in order; the lead leader is the task's.
    let mut story = Story::drafted(SlipLevel::Letter);
    let rule = story.facts.policy.slips.iter_mut().find(|r| r.level == SlipLevel::Letter).unwrap();
    rule.chain.insert(0, StepRule { who: Who::LeadLeader, count: 1, label: "牵头领导审核".into() });
    story.done(P::Office, SlipCommand::Submit);
    story.refused(P::Principal, sign(), "not-your-step");
    story.done(
        P::StandIn,
        SlipCommand::Sign {
            verdict: Verdict::Approve,
            words: None,
            signing: Signing::Screen { on_behalf_of: Some(P::Leader.person()) },
        },
    );
    assert_eq!(story.slip.state, SlipState::Signing);
    story.done(P::Principal, sign());
    assert_eq!(story.slip.state, SlipState::Issued);
    assert_eq!(story.slip.request().unwrap().signatures[0].mode, SignMode::Delegated);
}

#[test]
fn a_return_leads_back_to_the_draft_and_a_recall_too() {
    let mut story = Story::submitted(SlipLevel::Notice);
    story.refused_for(P::Office2, give_back_draft(None), &[("/words", "reason-required")]);
    story.done(P::Office2, give_back_draft(Some("办理要求不具体")));
    assert_eq!((story.slip.state, story.slip.request().unwrap().state), (SlipState::Draft, RequestState::Returned));
    let mut again = input(SlipLevel::Urge);
    again.text.asked = "三日内补齐归档".into();
    story.text = again.text.clone();
    story.done(P::Office, SlipCommand::Revise(again));
    story.done(P::Office, SlipCommand::Submit);
    let first = story.slip.requests[0].revision.clone();
    assert_ne!(story.slip.requests[1].revision, first, "other words have another hash");
    story.done(P::Office, SlipCommand::Recall);
    assert_eq!(story.slip.state, SlipState::Draft);
    story.done(P::Office, SlipCommand::Submit);
    story.done(P::Office2, story.paper(P::Office3));
    story.refused(P::Office, SlipCommand::Recall, "already-signed-by-someone");
    // A level dropped from the ladder is not sent any more.
    let mut story = Story::drafted(SlipLevel::Urge);
    story.facts.policy.slips.retain(|r| r.level != SlipLevel::Urge);
    story.refused_for(P::Office, SlipCommand::Submit, &[("/level", "slip-level-unused")]);
    // The task may have been given to others since.
    let mut story = Story::drafted(SlipLevel::Urge);
    story.facts.task.as_mut().unwrap().units = vec![NEW];
    story.refused_for(P::Office, SlipCommand::Submit, &[("/unit", "slip-unit-outside-task")]);
    story.facts.task.as_mut().unwrap().is_under_way = false;
    story.refused_for(P::Office, SlipCommand::Submit, &[("/task", "slip-task-not-under-way")]);
}

#[test]
fn paper_counts_when_a_second_officer_has_seen_it() {
    let mut story = Story::submitted(SlipLevel::Letter);
    story.refused(P::Office, story.paper(P::Principal), "recorded-own-submission");
    story.refused(P::Team, story.paper(P::Principal), "not-allowed");
    story.refused(P::Office2, story.paper(P::Leader), "not-your-step");
    let mut other = story.paper(P::Principal);
    if let SlipCommand::Sign { signing: Signing::Paper { document, .. }, .. } = &mut other {
        document.content_hash = Some("0".repeat(16));
    }
    story.refused_for(P::Office2, other, &[("/document/content_hash", "content-hash-differs")]);
    story.done(P::Office2, story.paper(P::Principal));
    assert_eq!(story.slip.state, SlipState::Signing);
    let confirm = |confirmed: bool, reason: Option<&str>, signature| SlipCommand::ConfirmSignature {
        signature,
        confirmed,
        reason: reason.map(str::to_owned),
    };
    story.refused(P::Office2, confirm(true, None, story.signature()), "second-officer-needed");
    story.refused_for(P::Office3, confirm(false, None, story.signature()), &[("/reason", "required")]);
    story.done(P::Office3, confirm(false, Some("扫描不清"), story.signature()));
    story.refused(P::Office3, confirm(true, None, story.signature()), "nothing-to-confirm");
    story.done(P::Office2, story.paper(P::Principal));
    // The signer objects: it is void, and he signs himself.
    let object = |signature| SlipCommand::Object { signature, reason: "不是本人所签".into() };
    story.refused(P::Leader, object(story.signature()), "not-allowed");
    story.refused(P::Team, object(story.signature()), "not-your-signature");
    story.done(P::Principal, object(story.signature()));
    assert_eq!(story.slip.request().unwrap().signatures.last().unwrap().state, SignatureState::Voided);
    story.refused(P::Principal, object(story.signature()), "already-objected");
    story.done(P::Office2, story.paper(P::Principal));
    let last = story.signature();
    story.done(P::Office3, confirm(true, None, last));
    assert_eq!(story.slip.state, SlipState::Issued);
    // Afterwards an objection changes nothing and is shown.
    assert!(story.open(P::Principal).contains(&SlipAction::Object));
    story.done(P::Principal, object(last));
    assert_eq!((story.slip.state, story.slip.objections.len()), (SlipState::Issued, 2));
    assert!(!story.open(P::Principal).contains(&SlipAction::Object));
}

#[test]
fn a_day_that_was_asked_for_holds_unless_it_is_over_before_the_issue() {
    let mut story = Story::drafted(SlipLevel::Notice);
    let dated = SlipInput { due_on: Some(date("2020-09-09")), ..input(SlipLevel::Notice) };
    story.done(P::Office, SlipCommand::Revise(dated.clone()));
    story.done(P::Office, SlipCommand::Submit);
    let mut late = story.clone().at("2020-09-09 10:00");
    late.refused(P::Office2, sign(), "slip-due-passed");
    late.done(P::Office2, give_back_draft(Some("时限已过")));
    late.refused(P::Office, SlipCommand::Submit, "slip-due-passed");
    let mut on_paper = story.clone();
    on_paper.done(P::Office3, on_paper.paper(P::Office2));
    let on_paper = on_paper.at("2020-09-10 10:00");
    let confirm = SlipCommand::ConfirmSignature { signature: on_paper.signature(), confirmed: true, reason: None };
    on_paper.refused(P::Office, confirm, "slip-due-passed");
    story.done(P::Office2, sign());
    assert_eq!((story.slip.due_on, story.slip.receive_due_on), (Some(date("2020-09-09")), Some(date("2020-09-08"))));
    assert!(!story.slip.is_overdue(date("2020-09-09")));
    assert!(story.slip.is_overdue(date("2020-09-10")));
}

#[test]
fn a_unit_learns_of_a_slip_when_it_is_issued_and_nobody_else_of_a_unit_does() {
    let units = [P::Head, P::Clerk, P::SupportHead];
    for story in [Story::drafted(SlipLevel::Notice), Story::submitted(SlipLevel::Notice)] {
        for who in units.into_iter().chain([P::Leader, P::Stranger, P::Admin, P::Checker]) {
            assert!(!story.sees(who), "{who:?}");
        }
        for who in [P::Office, P::Team, P::Principal, P::Second] {
            assert!(story.sees(who), "{who:?}");
        }
        for event in &story.events {
            let told = slip_audience(event, &story.slip);
            assert!(told.iter().all(|(_, to)| !matches!(to, Audience::Unit(_) | Audience::Heads(_))), "{told:?}");
        }
    }
    let mut withdrawn = Story::submitted(SlipLevel::Notice);
    withdrawn.done(P::Office, withdraw_slip());
    assert_eq!(withdrawn.slip.request().unwrap().state, RequestState::Voided);
    assert!(!withdrawn.sees(P::Head) && slip_audience(withdrawn.events.last().unwrap(), &withdrawn.slip).is_empty());
    let story = Story::issued(SlipLevel::Notice);
    for who in units.into_iter().chain([P::Leader, P::StandIn]) {
        assert!(story.sees(who), "{who:?}");
    }
    for who in [P::SecondUnitHead, P::NewHead, P::Stranger, P::SubClerk, P::Admin, P::OtherLeader] {
        assert!(!story.sees(who), "{who:?}");
    }
    // A unit above sees and does nothing; the supporting unit as well.
    let mut below = story.clone();
    below.facts.parties.unit = paths()[&BELOW].clone();
    below.slip.shape.unit = BELOW;
    assert!(below.sees(P::Head) && below.sees(P::SubClerk));
    below.refused(P::Head, SlipCommand::Receive, "not-allowed");
    assert!(below.ask(P::SubClerk, SlipCommand::Receive).is_ok());
    story.refused(P::SupportHead, SlipCommand::Receive, "not-allowed");
    let told = slip_audience(story.events.last().unwrap(), &story.slip);
    assert_eq!(told, [(Rule::SlipIssued, Audience::Unit(LEAD)), (Rule::SlipIssued, Audience::Unit(SUPPORT))]);
}

#[test]
fn a_unit_without_accounts_is_answered_for_by_the_office_and_reviewed_by_another() {
    let mut story = Story::issued(SlipLevel::Notice);
    story.refused(P::Office, SlipCommand::Receive, "not-allowed");
    story.facts.parties.unit_has_accounts = false;
    story.done(P::Office, SlipCommand::Receive);
    assert!(story.slip.receipt.unwrap().on_behalf);
    story.done(P::Office, answer());
    story.refused(P::Office, review(true, None), "reviewed-own-answer");
    assert!(!story.open(P::Office).contains(&SlipAction::Review));
    story.done(P::Office2, review(true, Some("已核对")));
}

#[test]
fn an_answer_is_reviewed_by_who_may_and_need_not_keep_away() {
    let story = Story::answered(SlipLevel::Notice);
    story.refused(P::TeamOfUnit, review(true, None), "avoidance");
    story.refused(P::Clerk, review(true, None), "not-allowed");
    story.refused(P::Principal, review(true, None), "not-allowed");
    story.refused(P::Checker, review(true, None), "not-allowed");
    story.refused_for(P::Team, review(false, Some(" ")), &[("/words", "reason-required")]);
    story.refused_for(P::Team, review(true, Some(&"长".repeat(4_001))), &[("/words", "too-long")]);
    // A team for other units reviews nothing here.
    let mut elsewhere = story.clone();
    elsewhere.people.get_mut(&P::Team).unwrap().assignments[0].units = vec![NEW];
    elsewhere.refused(P::Team, review(true, None), "not-allowed");
    let empty = SlipCommand::Answer(AnswerInput { words: " ".into(), files: Vec::new() });
    let many = vec![domain::chain::digest("file", "x"); 61];
    let mut received = Story::issued(SlipLevel::Notice);
    received.done(P::Clerk, SlipCommand::Receive);
    received.refused_for(P::Clerk, empty, &[("/words", "required")]);
    let many = SlipCommand::Answer(AnswerInput { words: "答复".into(), files: many });
    received.refused_for(P::Clerk, many, &[("/files", "too-many")]);
    assert_eq!(story.slip.answers[0].files.len(), 1);
}

#[test]
fn an_interview_is_recorded_before_its_answer_is_accepted_and_its_promise_is_tracked() {
    let mut story = Story::answered(SlipLevel::Interview);
    story.refused(P::Office, review(true, None), "interview-missing");
    let record = |i: InterviewInput| SlipCommand::RecordInterview(i);
    let empty = InterviewInput {
        attended: " ".into(),
        said: String::new(),
        promised: String::new(),
        ..interview("2020-09-08", "2020-09-06")
    };
    story.refused_for(
        P::Office,
        record(empty),
        &[
            ("/attended", "required"),
            ("/said", "required"),
            ("/promised", "required"),
            ("/held_on", "in-the-future"),
            ("/promised_on", "before-from"),
        ],
    );
    story.refused_for(P::Office, record(interview("2020-09-04", "2020-09-30")), &[("/held_on", "before-slip")]);
    story.refused(P::Head, record(interview("2020-09-07", "2020-09-30")), "not-allowed");
    story.refused(P::Office, SlipCommand::KeepPromise { words: "已兑现".into() }, "no-promise");
    story.done(P::Office, record(interview("2020-09-07", "2020-09-25")));
    // It may be set right until the promise is ticked off.
    story.done(P::Office2, record(interview("2020-09-07", "2020-09-30")));
    assert_eq!(story.slip.promise(), Some(date("2020-09-30")));
    let told = slip_audience(story.events.last().unwrap(), &story.slip);
    assert_eq!(told, [(Rule::PromiseMade, Audience::Heads(LEAD))]);
    story.done(P::Office, review(true, None));
    // The promise outlives the slip.
    assert_eq!((story.slip.state, story.open(P::Office)), (SlipState::Settled, vec![SlipAction::KeepPromise]));
    story.refused(P::Head, SlipCommand::KeepPromise { words: "已兑现".into() }, "not-allowed");
    story.refused_for(P::Office, SlipCommand::KeepPromise { words: " ".into() }, &[("/words", "required")]);
    story.done(P::Office, SlipCommand::KeepPromise { words: "现场核对，已归档".into() });
    assert_eq!((story.slip.promise(), story.open(P::Office)), (None, vec![]));
    let story = Story::answered(SlipLevel::Notice);
    story.refused(P::Office, record(interview("2020-09-07", "2020-09-30")), "not-an-interview");
    let mut kept = Story::answered(SlipLevel::Interview);
    kept.done(P::Office, record(interview("2020-09-07", "2020-09-30")));
    kept.done(P::Office, SlipCommand::KeepPromise { words: "已归档".into() });
    kept.refused(P::Office, record(interview("2020-09-07", "2020-09-30")), "promise-already-kept");
}

#[test]
fn a_referral_is_handed_over_and_no_unit_and_no_team_learns_of_it() {
    let mut story = Story::issued(SlipLevel::Referral);
    for who in [P::Head, P::Clerk, P::SupportHead, P::Team, P::Team2, P::Leader, P::Stranger] {
        assert!(!story.sees(who), "{who:?}");
    }
    for who in [P::Office, P::Principal, P::Second] {
        assert!(story.sees(who), "{who:?}");
    }
    for event in &story.events {
        let told = slip_audience(event, &story.slip);
        assert!(told.iter().all(|(_, to)| !matches!(to, Audience::Unit(_) | Audience::Heads(_))), "{told:?}");
    }
    story.refused(P::Clerk, SlipCommand::Receive, "slip-is-referral");
    assert_eq!(story.open(P::Clerk), []);
    let hand_over = |on: &str, document: &str| SlipCommand::HandOver { on: date(on), document: document.into() };
    story.refused_for(P::Office, hand_over("2020-09-08", " "), &[("/document", "required"), ("/on", "in-the-future")]);
    let long = "长".repeat(61);
    story.refused_for(P::Office, hand_over("2020-09-04", &long), &[("/document", "too-long"), ("/on", "before-slip")]);
    story.refused(P::Principal, hand_over("2020-09-07", "移送1号"), "not-allowed");
    story.done(P::Office, hand_over("2020-09-07", "移送〔2020〕1号"));
    assert_eq!(story.slip.state, SlipState::Settled);
    let plain = Story::issued(SlipLevel::Notice);
    plain.refused(P::Office, hand_over("2020-09-07", "移送1号"), "not-a-referral");
}

#[test]
fn an_overdue_slip_is_raised_by_a_person_with_everything_carried_over() {
    let story = Story::issued(SlipLevel::Notice).at("2020-09-15 10:00");
    assert!(story.slip.is_overdue(date("2020-09-15")));
    assert!(story.open(P::Office).contains(&SlipAction::Raise));
    assert_eq!(story.raise(P::Clerk).unwrap_err().code, "not-allowed");
    let events = story.raise(P::Office).unwrap();
    let SlipEvent::Drafted { shape, raised_from, .. } = &events[0] else { panic!("{events:?}") };
    assert_eq!((shape.level, *raised_from), (SlipLevel::Urge, Some(story.slip.id)));
    assert_eq!((shape.unit, &shape.supporting, shape.task), (LEAD, &vec![SUPPORT], Some(task_id())));
    let mut again = story.clone();
    again.facts.has_higher = true;
    assert_eq!(again.raise(P::Office).unwrap_err().code, "already-raised");
    assert!(!again.open(P::Office).contains(&SlipAction::Raise));
    // The ladder of the round says what is next; beyond it there is nothing.
    let mut short = story.clone();
    short.facts.policy.slips.retain(|r| r.level != SlipLevel::Urge);
    let events = short.raise(P::Team).unwrap();
    assert!(matches!(&events[0], SlipEvent::Drafted { shape, .. } if shape.level == SlipLevel::Letter));
    short.facts.policy.slips.truncate(1);
    assert_eq!(short.raise(P::Office).unwrap_err().code, "no-higher-level");
    assert!(!short.open(P::Office).contains(&SlipAction::Raise));
    // Only the office refers to the discipline commission.
    let interview = Story::issued(SlipLevel::Interview);
    assert_eq!(interview.raise(P::Team).unwrap_err().code, "not-allowed");
    assert!(!interview.open(P::Team).contains(&SlipAction::Raise));
    assert!(interview.raise(P::Office).is_ok());
    assert_eq!(Story::drafted(SlipLevel::Notice).raise(P::Office).unwrap_err().code, "wrong-state");
}

#[test]
fn a_slip_that_is_overtaken_is_answered_above_and_ends_with_that() {
    let higher = SlipId(uuid(99));
    let mut story = Story::issued(SlipLevel::Notice);
    story.done(P::Clerk, SlipCommand::Receive);
    assert_eq!(slip::follow(&story.slip, Higher::Settled(higher), story.now), None);
    assert_eq!(slip::follow(&story.slip, Higher::Withdrawn(higher), story.now), None);
    let overtaken = slip::follow(&story.slip, Higher::Issued(higher), story.now).unwrap();
    story.accept(vec![overtaken]);
    story.refused(P::Clerk, answer(), "slip-overtaken");
    assert_eq!(story.open(P::Clerk), []);
    assert!(!story.slip.is_overdue(date("2021-01-01")));
    let mut freed = story.clone();
    let released = slip::follow(&freed.slip, Higher::Withdrawn(higher), freed.now).unwrap();
    freed.accept(vec![released]);
    freed.done(P::Clerk, answer());
    assert_eq!(
        slip::follow(&freed.slip, Higher::Issued(higher), freed.now),
        None,
        "what is answered is reviewed first"
    );
    let settled = slip::follow(&story.slip, Higher::Settled(higher), story.now).unwrap();
    story.accept(vec![settled]);
    assert_eq!(story.slip.state, SlipState::Settled);
    assert_eq!(slip::follow(&story.slip, Higher::Settled(higher), story.now), None);
}

#[test]
fn a_slip_has_no_number_before_all_have_signed() {
    let story = Story::submitted(SlipLevel::Notice);
    let early = story.with(P::Clock, |ctx| slip::issue(&story.slip, 7, ctx));
    assert_eq!(early.unwrap_err().code, "wrong-state");
    let mut dropped = Story::submitted(SlipLevel::Notice);
    let signed = dropped.ask(P::Office2, sign()).unwrap();
    dropped.slip = signed.iter().fold(dropped.slip, event::evolve);
    let mut given_away = dropped.clone();
    given_away.facts.task.as_mut().unwrap().units = vec![NEW];
    let refusal = given_away.with(P::Clock, |ctx| slip::issue(&given_away.slip, 1, ctx)).unwrap_err();
    assert_eq!(faults(&refusal), [("/unit", "slip-unit-outside-task")]);
    dropped.facts.policy.slips.remove(0);
    let refusal = dropped.with(P::Clock, |ctx| slip::issue(&dropped.slip, 1, ctx)).unwrap_err();
    assert_eq!(faults(&refusal), [("/level", "slip-level-unused")]);
}

/// Every kind of event reads back; what a slip says of its level is the round's words.
#[test]
fn a_round_calls_its_levels_as_it_likes() {
    let mut story = Story::issued(SlipLevel::Notice);
    story.facts.policy.slips[0].name = "督促函".into();
    assert_eq!(slip::name(&story.slip, &story.facts.policy), "督促函〔2020〕1号");
    assert_eq!(rule_of(&story.facts.policy.slips, SlipLevel::Notice).unwrap().name, "督促函");
    story.facts.policy.slips.clear();
    assert_eq!(slip::name(&story.slip, &story.facts.policy), "督办通知单〔2020〕1号");
    assert!(SlipEvent::parse("slip.unheard_of", serde_json::json!({})).is_err());
    let said: BTreeSet<_> = SlipEvent::KINDS.iter().map(|kind| domain::labels::event(kind)).collect();
    assert_eq!(said.len(), SlipEvent::KINDS.len(), "every kind of event has words of its own");
}

/// Words once noted are found under the digest the event names.
#[test]
fn what_is_signed_is_the_whole_slip() {
    let story = Story::drafted(SlipLevel::Notice);
    let decision = story.with(P::Office, |ctx| slip::decide(&story.slip, SlipCommand::Submit, ctx)).unwrap();
    let SlipEvent::Submitted { request } = &decision.events[0] else { panic!() };
    let noted = decision.revisions.iter().find(|r| r.digest == request.revision).unwrap();
    assert_eq!(noted.kind, slip::kind::SIGNED);
    for said in ["合同归档滞后", "整改任务 T01", "节点已过期", "补齐归档并书面答复", "督办通知单", "T01"]
    {
        assert!(noted.body.contains(said), "{said} is not signed");
    }
    let other: Digest = domain::chain::digest(noted.kind, &noted.body.replace("滞后", "及时"));
    assert_ne!(other, request.revision);
}
