//! What is fixed for good and seen in review when it changes: rights, transitions, the stored form of every event.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use domain::cause::CauseCategory;
use domain::check::state::CheckResult;
use domain::policy::RequestKind;
use domain::rights;
use domain::task::command::{Action, TaskCommand};
use domain::task::event::TaskEvent;
use domain::task::state::TaskState;
use domain::task::{evolve, starts_from};
use support::cast::{LEAD, SUPPORT};
use support::*;

/// Compares with the committed file; BLESS=1 writes it.
fn held(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "golden/{name} is stale; run BLESS=1 cargo test -p domain --test golden and look at the change"
    );
}

#[test]
fn who_may_do_what_is_what_was_agreed() {
    let mut made = String::from("# 行为 ← 谁（rights.rs）\n");
    for action in Action::ALL {
        let who: Vec<_> = rights::who(*action).iter().map(|r| r.as_str()).collect();
        writeln!(made, "{:<22} ← {}", action.as_str(), who.join(" ")).unwrap();
    }
    held("rights.txt", &made);
}

/// Runs through every life a task can have, so that each kind of event occurs; the streams as they came.
fn lives() -> Vec<Vec<TaskEvent>> {
    let mut streams = Vec::new();
    let mut keep = |world: World| streams.push(world.events);

    // The long one: wish, uphold, plan saved, returned, signed, work, statement answered, amended, extended, missed, passed, closed, confirmed, reopened.
    let mut world = World::issued().at("2020-09-02 10:00");
    world.done(P::Clerk, wish());
    world.done(P::Office, TaskCommand::Uphold { reason: "属于你单位职责".to_owned() });
    let mut world = world.and_claimed();
    let plan = world.plan();
    world.done(P::Clerk, TaskCommand::SavePlan(plan));
    let mut world = world.and_plan_submitted();
    world.done(P::Head, give_back(world.request(RequestKind::Plan), "节点太粗"));
    let plan = world.plan();
    world.done(P::Clerk, submit_plan(plan));
    world.done(P::Clerk, TaskCommand::Recall { request: world.request(RequestKind::Plan) });
    let mut world = world.and_plan_submitted().and_plan_signed();
    world.done(P::Office, TaskCommand::AdjustParties(without_other_leader()));
    let mut world = world.at("2020-09-11 10:00");
    world.done(P::Clerk, state_week(LEAD, "2020-W37"));
    let mark = world.task().statements[0].clone();
    let (unit, week) = (mark.unit, mark.week);
    world.done(P::Team, TaskCommand::ReturnStatement { unit, week, revision: 1, reason: "太简".to_owned() });
    let mut again = statement(LEAD, "2020-W37");
    again.follows = 1;
    again.progress = Some("已清理三十份，余二十份".to_owned());
    world.done(P::Clerk, TaskCommand::SubmitStatement(again));
    world.done(P::Office, TaskCommand::AcknowledgeStatement { unit, week, revision: 2 });
    let amended = world.amended();
    world.done(P::Clerk, TaskCommand::ProposeAmendment(amended));
    let request = world.request(RequestKind::Amendment);
    for who in [P::Head, P::Leader, P::Office] {
        world.done(who, sign(request));
    }
    let milestone = world.milestone(0);
    world.done(P::Clerk, complete(milestone, "2020-09-11"));
    world.done(P::Clerk, TaskCommand::ReopenMilestone { milestone, reason: "误报".to_owned() });
    world.done(
        P::SupportHead,
        TaskCommand::CompleteDuty {
            unit: SUPPORT, occurred_on: date("2020-09-11"), note: Some("已提供".to_owned())
        },
    );
    world.done(P::Clerk, extension("2021-01-31"));
    let request = world.request(RequestKind::Extension);
    let hash = world.hash(RequestKind::Extension);
    world.done(P::Office, paper(request, P::Leader.person(), form(&hash, "2020-09-11")));
    let signature = world.last_signature(RequestKind::Extension);
    world.done(
        P::Office2,
        TaskCommand::ConfirmSignature { request, signature, confirmed: false, reason: Some("扫描不清".to_owned()) },
    );
    world.done(P::Office, paper(request, P::Leader.person(), form(&hash, "2020-09-11")));
    let signature = world.last_signature(RequestKind::Extension);
    world.done(P::Office2, confirm_signature(request, signature));
    world.done(P::Leader, TaskCommand::Object { request, signature, reason: "不是本人所签".to_owned() });
    let person = P::Leader.person();
    world.done(P::Principal, TaskCommand::SettleObjection { person, reason: "已核实，重新签批".to_owned() });
    world.done(P::Leader, sign(request));
    world.done(P::Office3, sign(request));
    let checker = TaskCommand::NameCrossChecker { person: P::Checker.person(), reason: "核查人不足".to_owned() };
    world.done(P::Principal, checker);
    let text = "审批与执行由同一人办理，无人复核".to_owned();
    let categories = vec![CauseCategory::RuleEnforcement, CauseCategory::Mindset];
    world.done(P::Clerk, TaskCommand::AnalyseCause { categories, text });
    world.done(P::Office, TaskCommand::MarkKey { is_key: true, reason: "涉及面广".to_owned() });
    for n in [1, 2] {
        world.done(P::Clock, open_slip(n));
        world.done(P::Clock, close_slip(n));
    }
    world.done(P::Clock, take_over(P::Leader, P::OtherLeader));
    world.done(P::Clock, take_over(P::OtherLeader, P::Leader));
    let criterion = world.criterion();
    world.done(P::Clerk, TaskCommand::AttachEvidence(evidence(9, vec![criterion], "2020-09-11")));
    let wrong = world.task().evidence[0].id;
    world.done(P::Clerk, TaskCommand::RemoveEvidence { evidence: wrong, reason: "传错".to_owned() });
    // Nothing moves until February: milestones, statements and the due date pass, a meeting sets a new date.
    let mut world = world.at("2021-02-02 10:00");
    world.done(P::Clock, TaskCommand::KeepClock);
    world.done(P::Office, reset("2021-03-31"));
    for week in world.task().missed.clone() {
        let mut late = statement(week.0, "2020-W37");
        late.week = week.1;
        world.done(P::Clerk, TaskCommand::SubmitStatement(late));
    }
    let mut world = world.and_worked("2021-02-02").and_closure_requested("2021-02-02");
    let request = world.request(RequestKind::Closure);
    world.done(P::Head, give_back(request, "佐证不足"));
    let mut world = world.and_closure_requested("2021-02-02").and_ratified("2021-02-03").at("2021-02-26 10:00");
    world.done(P::Clock, TaskCommand::KeepClock);
    world.done(P::Office, TaskCommand::Confirm);
    world.done(P::Team, checked(CheckResult::FalseClosure, "2021-02-26"));
    world.done(P::Office, settle());
    world.done(P::Office, reopen("2021-06-30"));
    world.done(P::Clerk, extension("2021-07-31"));
    world.done(P::Office, TaskCommand::RequestWithdrawal { reason: "重复".to_owned() });
    world.done(P::Principal, sign(world.request(RequestKind::Withdrawal)));
    keep(world);

    let mut world = World::drafted();
    world.done(P::Office, TaskCommand::Revise(Box::new(draft())));
    let basis = "党发〔2020〕3号".to_owned();
    let vouched_by = P::Leader.person();
    world.done(P::Office, TaskCommand::CloseBeforeGolive { on: date("2020-06-30"), basis, vouched_by });
    keep(world);

    let mut world = World::planning();
    world.done(P::Office, TaskCommand::Reassign(to_new_unit()));
    keep(world);
    streams
}

#[test]
fn the_stored_form_of_every_event_stays() {
    let mut first: BTreeMap<&str, TaskEvent> = BTreeMap::new();
    for event in lives().into_iter().flatten() {
        let parsed = TaskEvent::parse(event.kind(), event.payload()).unwrap();
        assert_eq!(parsed, event, "what is stored comes back as it was");
        first.entry(event.kind()).or_insert(event);
    }
    let lacking: Vec<_> = TaskEvent::KINDS.iter().filter(|kind| !first.contains_key(**kind)).collect();
    assert!(lacking.is_empty(), "no life has these events: {lacking:?}");
    let made: Vec<_> = TaskEvent::KINDS
        .iter()
        .map(|kind| serde_json::json!({ "kind": kind, "decides": first[kind].decides(), "payload": first[kind].payload() }))
        .collect();
    held("events.json", &format!("{}\n", serde_json::to_string_pretty(&made).unwrap()));
}

#[test]
fn an_old_event_can_still_be_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/events.json");
    let kept: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for stored in &kept {
        TaskEvent::parse(stored["kind"].as_str().unwrap(), stored["payload"].clone()).unwrap();
    }
    assert!(TaskEvent::parse("task.unheard_of", serde_json::json!({})).is_err());
}

#[test]
fn states_follow_each_other_as_agreed() {
    let mut made = String::from("# 行为：可从哪些状态发起（task/mod.rs）\n");
    for action in Action::ALL {
        let from: Vec<_> = starts_from(*action).iter().map(|s| s.as_str()).collect();
        writeln!(made, "{:<22} : {}", action.as_str(), from.join(" ")).unwrap();
    }
    made.push_str("\n# 事件：状态 → 状态（任何状态都不变的事件不列）\n");
    let mut lines = std::collections::BTreeSet::new();
    for stream in lives() {
        let mut task = domain::task::begin(task_id(), &stream[0]).unwrap();
        for event in &stream[1..] {
            let before = task.state;
            task = evolve(task, event);
            if task.state != before {
                lines.insert(format!("{:<27} : {} → {}", event.kind(), before.as_str(), task.state.as_str()));
            }
        }
    }
    for line in lines {
        writeln!(made, "{line}").unwrap();
    }
    held("transitions.txt", &made);
}

#[test]
fn a_state_nothing_starts_from_is_an_end() {
    let ends: Vec<_> = TaskState::ALL
        .iter()
        .filter(|state| {
            Action::ALL
                .iter()
                .filter(|a| !matches!(a, Action::Object | Action::SettleObjection | Action::CloseSlip))
                .all(|action| !starts_from(*action).contains(state))
        })
        .collect();
    assert_eq!(ends, [&TaskState::Withdrawn]);
}
