//! Checks on the spot (专项检查、跟踪督查、随时抽查): planned, drawn, announced, found and signed (docs/domain.md §24). Who, then when, then what; events out.

pub mod draw;
pub mod estimate;
pub mod event;
pub mod frame;
pub mod state;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::calendar;
use crate::chain::Digest;
use crate::ids::{PersonId, RoundId, TaskId};
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::task::context::{Decision, Revision};
use crate::words;
use draw::{Commitment, Frame};
use event::{CheckEvent, Shape};
use state::{Check, CheckKind, CheckResult, CheckState, DrawMark, PartyMark, ResultMark, Target};

/// Kinds of revision a check writes.
pub mod kind {
    /// A [`super::Brief`].
    pub const BRIEF: &str = "check_brief";
    /// A [`super::draw::Frame`].
    pub const FRAME: &str = "draw_frame";
}

/// Longest title and question, in characters.
const LONGEST: usize = 200;

/// Longest account of what was found, in characters.
const LONGEST_FOUND: usize = 4_000;

/// Most questions, files of a result, people of a team.
const MOST: usize = 60;

/// What a check is called and what is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    pub title: String,
    /// Check questions, in their order.
    pub questions: Vec<String>,
}

words! {
    /// What people do with a check.
    pub enum CheckAction {
        Revise = "revise_check", "修改检查";
        Freeze = "freeze_frame", "冻结抽样框";
        Commit = "commit_nonce", "登记随机数";
        Reveal = "reveal_nonce", "公开随机数";
        GoOn = "go_on_without", "缺席继续";
        GiveUp = "give_up_draw", "作废本次抽取";
        Announce = "announce_check", "宣布进点";
        Record = "record_result", "记录检查情况";
        Sign = "sign_result", "复核签名";
        Finish = "finish_check", "检查办结";
        Cancel = "cancel_check", "取消检查";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §24).
pub fn starts_from(action: CheckAction) -> &'static [CheckState] {
    use CheckState::{Committing, Planned, Ready, Revealing, Running};
    match action {
        CheckAction::Revise => &[Planned],
        CheckAction::Freeze => &[Planned],
        CheckAction::Commit => &[Committing],
        CheckAction::Reveal => &[Revealing],
        CheckAction::GoOn => &[Revealing],
        CheckAction::GiveUp => &[Committing, Revealing, Ready],
        CheckAction::Announce => &[Planned, Ready],
        CheckAction::Record => &[Running],
        CheckAction::Sign => &[Running],
        CheckAction::Finish => &[Running],
        CheckAction::Cancel => &[Planned, Committing, Revealing, Ready],
    }
}

/// What is entered of a check.
#[derive(Clone, Debug)]
pub struct Plan {
    pub kind: CheckKind,
    pub title: String,
    pub questions: Vec<String>,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub inspectors: Vec<PersonId>,
    /// The tasks named, with those of the team who must keep away; empty for a spot check.
    pub tasks: Vec<(TaskId, String, Vec<PersonId>)>,
}

/// What was found at a task.
#[derive(Clone, Debug)]
pub struct Found {
    pub result: CheckResult,
    pub found: String,
    pub occurred_on: NaiveDate,
    pub files: Vec<Digest>,
}

/// A command on a check that is there.
#[derive(Clone, Debug)]
pub enum CheckCommand {
    Revise(Plan),
    /// With the server's nonce where one person draws alone.
    Freeze(Box<Frame>, Option<Digest>),
    Commit(Digest),
    Reveal(Digest),
    GoOn {
        reason: String,
    },
    GiveUp {
        reason: String,
    },
    Announce,
    Record(TaskId, Found),
    /// The second inspector agrees, or says why not.
    Sign {
        task: TaskId,
        objection: Option<String>,
    },
    Finish {
        words: Option<String>,
    },
    Cancel {
        reason: String,
    },
}

impl CheckCommand {
    /// The act it is.
    pub fn action(&self) -> CheckAction {
        match self {
            Self::Revise(_) => CheckAction::Revise,
            Self::Freeze(..) => CheckAction::Freeze,
            Self::Commit(_) => CheckAction::Commit,
            Self::Reveal(_) => CheckAction::Reveal,
            Self::GoOn { .. } => CheckAction::GoOn,
            Self::GiveUp { .. } => CheckAction::GiveUp,
            Self::Announce => CheckAction::Announce,
            Self::Record(..) => CheckAction::Record,
            Self::Sign { .. } => CheckAction::Sign,
            Self::Finish { .. } => CheckAction::Finish,
            Self::Cancel { .. } => CheckAction::Cancel,
        }
    }
}

/// Who decides, when, and what the frame of the draw under way says.
pub struct Context<'a> {
    pub actor: &'a crate::actor::Actor,
    pub now: DateTime<Utc>,
    /// The frame of [`Check::draw`].
    pub frame: Option<&'a Frame>,
}

impl Context<'_> {
    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.person).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }
}

type Decided = Result<Decision<CheckEvent>, Refusal>;

fn one(event: CheckEvent) -> Decided {
    Ok(Decision { events: vec![event], revisions: Vec::new() })
}

fn required(pointer: &str, text: &str, longest: usize) -> Option<FieldError> {
    let n = text.trim().chars().count();
    if n == 0 {
        Some(FieldError::at(pointer, "required"))
    } else if n > longest {
        Some(FieldError::with(pointer, "too-long", json!({ "max": longest })))
    } else {
        None
    }
}

fn shape(plan: Plan) -> Result<(Shape, Revision), Refusal> {
    let mut errors: Vec<FieldError> = required("/title", &plan.title, LONGEST).into_iter().collect();
    for (i, question) in plan.questions.iter().enumerate() {
        errors.extend(required(&format!("/questions/{i}"), question, LONGEST));
    }
    if plan.to_on < plan.from_on {
        errors.push(FieldError::at("/to_on", "before-from"));
    }
    for (pointer, n) in [("/questions", plan.questions.len()), ("/inspectors", plan.inspectors.len())] {
        if n > MOST {
            errors.push(FieldError::at(pointer, "too-many"));
        }
    }
    let people: BTreeSet<PersonId> = plan.inspectors.iter().copied().collect();
    if people.len() < plan.inspectors.len() {
        errors.push(FieldError::at("/inspectors", "repeated"));
    }
    let tasks: BTreeSet<TaskId> = plan.tasks.iter().map(|(t, ..)| *t).collect();
    if tasks.len() < plan.tasks.len() {
        errors.push(FieldError::at("/tasks", "repeated"));
    }
    match plan.kind {
        CheckKind::Spot if !plan.tasks.is_empty() => errors.push(FieldError::at("/tasks", "spot-check-draws")),
        CheckKind::Special | CheckKind::FollowUp if plan.tasks.is_empty() => {
            errors.push(FieldError::at("/tasks", "required"));
        }
        _ => {}
    }
    let mut targets = Vec::new();
    let mut short = Vec::new();
    for (task, number, barred) in plan.tasks {
        let inspectors: Vec<PersonId> = plan.inspectors.iter().copied().filter(|p| !barred.contains(p)).collect();
        if inspectors.len() < frame::INSPECTORS_EACH as usize {
            short.push(number);
        }
        targets.push(Target { task, inspectors, result: None });
    }
    if plan.inspectors.len() < frame::INSPECTORS_EACH as usize {
        errors.push(FieldError::with("/inspectors", "too-few", json!({ "min": frame::INSPECTORS_EACH })));
    } else if !short.is_empty() {
        let params = json!({ "numbers": short.join("、") });
        errors.push(FieldError::with("/inspectors", "too-few-inspectors", params));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let questions = plan.questions.iter().map(|q| q.trim().to_owned()).collect();
    let mut kept = Decision::<CheckEvent>::default();
    let brief = kept.note(kind::BRIEF, &Brief { title: plan.title.trim().to_owned(), questions });
    let Plan { kind, from_on, to_on, inspectors, .. } = plan;
    let shape = Shape { kind, brief, from_on, to_on, inspectors, targets };
    Ok((shape, kept.revisions.remove(0)))
}

/// Plans a check.
///
/// Errors: `not-allowed`; content.
pub fn plan(actor: &crate::actor::Actor, round: RoundId, plan: Plan) -> Decided {
    rights::permit_supervision(actor, round)?;
    let (shape, brief) = shape(plan)?;
    Ok(Decision { events: vec![CheckEvent::Planned { round, shape }], revisions: vec![brief] })
}

/// Decides a command on a check.
///
/// Errors: `not-allowed` (403), `wrong-state` and other conflicts (409), content (422).
pub fn decide(check: &Check, command: CheckCommand, ctx: &Context<'_>) -> Decided {
    let action = command.action();
    rights::permit_check(ctx.actor, action, check)?;
    if !starts_from(action).contains(&check.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    match command {
        CheckCommand::Revise(plan) => {
            let (shape, brief) = shape(plan)?;
            Ok(Decision { events: vec![CheckEvent::Revised { shape }], revisions: vec![brief] })
        }
        CheckCommand::Freeze(frame, nonce) => freeze(check, &frame, nonce),
        CheckCommand::Commit(commitment) => commit(check, commitment, ctx),
        CheckCommand::Reveal(nonce) => reveal(check, nonce, ctx),
        CheckCommand::GoOn { reason } => go_on(check, &reason, ctx),
        CheckCommand::GiveUp { reason } => with_reason(&reason, |reason| CheckEvent::DrawGivenUp { reason }),
        CheckCommand::Announce => {
            if check.targets.is_empty() {
                return Err(Refusal::conflict("not-drawn"));
            }
            one(CheckEvent::Announced { at: ctx.now })
        }
        CheckCommand::Record(task, found) => record(check, task, found, ctx),
        CheckCommand::Sign { task, objection } => sign(check, task, objection, ctx),
        CheckCommand::Finish { words } => finish(check, words.as_deref()),
        CheckCommand::Cancel { reason } => with_reason(&reason, |reason| CheckEvent::Cancelled { reason }),
    }
}

fn with_reason(reason: &str, event: impl FnOnce(Digest) -> CheckEvent) -> Decided {
    if let Some(error) = required("/reason", reason, LONGEST) {
        return Err(Refusal::invalid("content", vec![error]));
    }
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    decision.events.push(event(reason));
    Ok(decision)
}

/// Only a spot check draws.
///
/// Errors: `not-a-spot-check`.
pub fn permit_draw(check: &Check) -> Result<(), Refusal> {
    if check.kind == CheckKind::Spot { Ok(()) } else { Err(Refusal::conflict("not-a-spot-check")) }
}

fn freeze(check: &Check, frame: &Frame, nonce: Option<Digest>) -> Decided {
    permit_draw(check)?;
    frame.check()?;
    let mark = |p: &draw::Party| PartyMark { person: p.person, line: p.line, commitment: None, nonce: None };
    let mut decision = Decision::default();
    let draw = DrawMark {
        frame: decision.note(kind::FRAME, frame),
        root: frame.root(),
        is_quick: frame.is_quick,
        parties: frame.parties.iter().map(mark).collect(),
        seed: None,
        given_up: None,
        went_on: None,
    };
    decision.events.push(CheckEvent::FrameFrozen { draw: draw.clone() });
    if let Some(nonce) = nonce.filter(|_| frame.is_quick) {
        let party = draw::server().person;
        let commitment = draw::commitment(check.id, party, &nonce);
        decision.events.push(CheckEvent::Committed { party, commitment: commitment.clone() });
        decision.events.push(CheckEvent::Revealed { party, nonce: nonce.clone() });
        decision.events.push(drawn(frame, vec![Commitment { person: party, commitment, nonce: Some(nonce) }]));
    }
    Ok(decision)
}

fn drawn(frame: &Frame, commitments: Vec<Commitment>) -> CheckEvent {
    let bundle = draw::draw(frame.clone(), commitments);
    let target = |d: draw::Drawn| Target { task: d.task, inspectors: d.inspectors, result: None };
    CheckEvent::Drawn {
        seed: bundle.seed,
        bundle: bundle.digest,
        targets: bundle.sample.into_iter().map(target).collect(),
    }
}

/// The commitments of a draw, in the order of its parties; a party that gave none has none.
pub fn commitments(draw: &DrawMark) -> Vec<Commitment> {
    let of = |p: &PartyMark| {
        Some(Commitment { person: p.person, commitment: p.commitment.clone()?, nonce: p.nonce.clone() })
    };
    draw.parties.iter().filter_map(of).collect()
}

fn commit(check: &Check, commitment: Digest, ctx: &Context<'_>) -> Decided {
    let party = ctx.person()?;
    let draw = check.draw().ok_or_else(|| Refusal::conflict("wrong-state"))?;
    let mark = draw.parties.iter().find(|p| p.person == party).ok_or_else(|| Refusal::forbidden("not-a-party"))?;
    if mark.commitment.is_some() {
        return Err(Refusal::conflict("already-committed"));
    }
    if draw.parties.iter().any(|p| p.commitment.as_ref() == Some(&commitment)) {
        return Err(Refusal::field("/commitment", "commitment-taken"));
    }
    one(CheckEvent::Committed { party, commitment })
}

fn reveal(check: &Check, nonce: Digest, ctx: &Context<'_>) -> Decided {
    let party = ctx.person()?;
    let draw = check.draw().ok_or_else(|| Refusal::conflict("wrong-state"))?;
    let mark = draw.parties.iter().find(|p| p.person == party).ok_or_else(|| Refusal::forbidden("not-a-party"))?;
    if mark.nonce.is_some() {
        return Err(Refusal::conflict("already-revealed"));
    }
    if mark.commitment.as_ref() != Some(&draw::commitment(check.id, party, &nonce)) {
        return Err(Refusal::field("/nonce", "nonce-does-not-fit"));
    }
    let is_last = draw.parties.iter().all(|p| p.nonce.is_some() || p.person == party);
    let mut decision = Decision::default();
    decision.events.push(CheckEvent::Revealed { party, nonce: nonce.clone() });
    if is_last {
        let frame = ctx.frame.ok_or_else(|| Refusal::conflict("wrong-state"))?;
        let mut all = commitments(draw);
        for given in all.iter_mut().filter(|c| c.person == party) {
            given.nonce = Some(nonce.clone());
        }
        decision.events.push(drawn(frame, all));
    }
    Ok(decision)
}

fn go_on(check: &Check, reason: &str, ctx: &Context<'_>) -> Decided {
    let draw = check.draw().ok_or_else(|| Refusal::conflict("wrong-state"))?;
    if draw.parties.iter().all(|p| p.nonce.is_none()) {
        return Err(Refusal::conflict("nothing-revealed"));
    }
    let without = draw.parties.iter().filter(|p| p.nonce.is_none()).map(|p| p.person).collect();
    let frame = ctx.frame.ok_or_else(|| Refusal::conflict("wrong-state"))?;
    let mut decision = with_reason(reason, |reason| CheckEvent::WentOn { without, reason })?;
    decision.events.push(drawn(frame, commitments(draw)));
    Ok(decision)
}

fn own_target(check: &Check, task: TaskId, person: PersonId) -> Result<&Target, Refusal> {
    let target = check.target(task).ok_or_else(|| Refusal::conflict("not-in-sample"))?;
    if target.inspectors.contains(&person) { Ok(target) } else { Err(Refusal::forbidden("not-your-target")) }
}

fn record(check: &Check, task: TaskId, found: Found, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    let target = own_target(check, task, by)?;
    if target.signed().is_some() {
        return Err(Refusal::conflict("result-signed"));
    }
    // What the other inspector wrote waits for a signature, not for other words.
    if target.result.as_ref().is_some_and(|r| r.by != by && r.returned.is_none()) {
        return Err(Refusal::conflict("result-waits"));
    }
    let mut errors: Vec<FieldError> = required("/found", &found.found, LONGEST_FOUND).into_iter().collect();
    let today = calendar::today(ctx.now);
    if found.occurred_on > today {
        errors.push(FieldError::at("/occurred_on", "in-the-future"));
    }
    if check.announced_at.is_some_and(|at| found.occurred_on < calendar::today(at)) {
        errors.push(FieldError::at("/occurred_on", "before-announcement"));
    }
    if found.files.len() > MOST {
        errors.push(FieldError::at("/files", "too-many"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let result = ResultMark {
        result: found.result,
        found: decision.words(&found.found),
        occurred_on: found.occurred_on,
        files: found.files,
        by,
        at: ctx.now,
        signed_by: None,
        signed_at: None,
        returned: None,
    };
    decision.events.push(CheckEvent::ResultRecorded { task, result });
    Ok(decision)
}

fn sign(check: &Check, task: TaskId, objection: Option<String>, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    let target = own_target(check, task, by)?;
    let Some(result) = &target.result else { return Err(Refusal::conflict("no-result-yet")) };
    if result.signed_by.is_some() {
        return Err(Refusal::conflict("result-signed"));
    }
    if result.returned.is_some() {
        return Err(Refusal::conflict("no-result-yet"));
    }
    if result.by == by {
        return Err(Refusal::forbidden("signed-own-submission"));
    }
    match objection {
        Some(reason) => with_reason(&reason, |reason| CheckEvent::ResultReturned { task, by, reason }),
        None => one(CheckEvent::ResultSigned { task, by, at: ctx.now }),
    }
}

fn finish(check: &Check, words: Option<&str>) -> Decided {
    if check.targets.iter().any(|t| t.signed().is_none()) {
        let n = check.targets.iter().filter(|t| t.signed().is_none()).count();
        let error = FieldError::with("", "results-missing", json!({ "n": n }));
        return Err(Refusal::conflict("results-missing").with_errors(vec![error]));
    }
    let mut decision = Decision::default();
    let words = decision.words_if(words);
    decision.events.push(CheckEvent::Finished { words });
    Ok(decision)
}

/// The acts open to this actor now, whatever task they are about.
pub fn open_actions(actor: &crate::actor::Actor, check: &Check) -> Vec<CheckAction> {
    let person = actor.person().and_then(|p| p.person);
    let mark = check.draw().and_then(|d| d.parties.iter().find(|p| Some(p.person) == person));
    let waits = |action: CheckAction| match action {
        CheckAction::Freeze => check.kind == CheckKind::Spot,
        CheckAction::Announce => !check.targets.is_empty(),
        CheckAction::Commit => mark.is_some_and(|m| m.commitment.is_none()),
        CheckAction::Reveal => mark.is_some_and(|m| m.nonce.is_none()),
        CheckAction::GoOn => check.draw().is_some_and(|d| d.parties.iter().any(|p| p.nonce.is_some())),
        CheckAction::Record => check.targets.iter().any(|t| may_record(t, person)),
        CheckAction::Sign => check.targets.iter().any(|t| may_sign(t, person)),
        CheckAction::Finish => check.targets.iter().all(|t| t.signed().is_some()),
        CheckAction::Revise | CheckAction::GiveUp | CheckAction::Cancel => true,
    };
    let may = |action: &CheckAction| {
        starts_from(*action).contains(&check.state)
            && rights::permit_check(actor, *action, check).is_ok()
            && waits(*action)
    };
    CheckAction::ALL.iter().copied().filter(may).collect()
}

/// Whether this person may write down what was found at a target of a running check.
pub fn may_record(target: &Target, person: Option<PersonId>) -> bool {
    let is_own = person.is_some_and(|p| target.inspectors.contains(&p));
    is_own
        && target
            .result
            .as_ref()
            .is_none_or(|r| r.signed_by.is_none() && (Some(r.by) == person || r.returned.is_some()))
}

/// Whether this person is the one whose signature a target's result waits for.
pub fn may_sign(target: &Target, person: Option<PersonId>) -> bool {
    let is_own = person.is_some_and(|p| target.inspectors.contains(&p));
    is_own
        && target.result.as_ref().is_some_and(|r| r.signed_by.is_none() && r.returned.is_none() && Some(r.by) != person)
}

/// Results by kind and what is still out, for a check's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tally {
    /// Tasks to look at.
    pub drawn: u32,
    /// Of these, with a result that two signed.
    pub checked: u32,
    pub passed: u32,
    pub partial: u32,
    pub failed: u32,
    pub false_closure: u32,
}

/// Counts the results of a check.
pub fn tally(check: &Check) -> Tally {
    let mut tally = Tally { drawn: u32::try_from(check.targets.len()).unwrap_or(u32::MAX), ..Tally::default() };
    for result in check.targets.iter().filter_map(Target::signed) {
        tally.checked += 1;
        match result.result {
            CheckResult::Pass => tally.passed += 1,
            CheckResult::Partial => tally.partial += 1,
            CheckResult::Fail => tally.failed += 1,
            CheckResult::FalseClosure => tally.false_closure += 1,
        }
    }
    tally
}

/// What is known of each stratum of a frame.
pub fn counted(check: &Check, frame: &Frame) -> Vec<(String, estimate::Counted)> {
    let strata: BTreeMap<TaskId, &str> = frame.entries.iter().map(|e| (e.task, e.stratum.as_str())).collect();
    frame
        .strata
        .iter()
        .map(|stratum| {
            let of = check.targets.iter().filter(|t| strata.get(&t.task) == Some(&stratum.name.as_str()));
            let results: Vec<CheckResult> = of.filter_map(Target::signed).map(|r| r.result).collect();
            let n = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let untrue = results.iter().filter(|r| r.is_untrue()).count();
            let counted = estimate::Counted { size: stratum.size, checked: n(results.len()), untrue: n(untrue) };
            (stratum.name.clone(), counted)
        })
        .collect()
}
