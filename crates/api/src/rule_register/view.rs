//! What the register, an entry and the form show.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{RoundId, RuleId, UnitId};
use domain::rights;
use domain::rule_register::figure::RuleFigure;
use domain::rule_register::judging::{can_be_answered, can_be_judged};
use domain::rule_register::state::{
    CheckStanding, Rule, RuleAnswer, RuleCheck, RuleJudgement, RuleKind, RuleState, RuleText,
};
use domain::rule_register::{Context, RuleAction, open_actions};
use domain::task::state::{Sensitivity, TaskState};
use persistence::blobs::AttachmentRow;
use persistence::rule_register::{self, Form, LoadedRule, RuleTask};
use persistence::{Origin, PgConnection};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::task_view::Named;

/// A task that a rule answers.
#[derive(Serialize, ToSchema)]
pub struct RuleTaskView {
    pub id: Uuid,
    pub number: String,
    pub title: String,
    /// Whether it was closed, so that a failed check can take it up again.
    pub is_closed: bool,
}

/// A file of an entry.
#[derive(Serialize, ToSchema)]
pub struct RuleFileView {
    pub id: Uuid,
    pub filename: String,
    /// SHA-256 of its content, 64 hex digits.
    pub sha256: String,
}

/// What the owner said.
#[derive(Serialize, ToSchema)]
pub struct RuleAnswerView {
    pub words: String,
    pub files: Vec<RuleFileView>,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// What was made of a failed check.
#[derive(Serialize, ToSchema)]
pub struct RuleFollowView {
    #[schema(example = "reopen")]
    pub kind: String,
    #[schema(example = "任务重新整改")]
    pub label: String,
    /// The task that was taken up again or drafted.
    pub task_id: Option<Uuid>,
    pub reason: Option<String>,
}

/// What the supervisor found.
#[derive(Serialize, ToSchema)]
pub struct RuleJudgementView {
    #[schema(example = "passed")]
    pub verdict: String,
    #[schema(example = "通过")]
    pub label: String,
    pub words: String,
    pub files: Vec<RuleFileView>,
    pub follow: Option<RuleFollowView>,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// A check of a rule.
#[derive(Serialize, ToSchema)]
pub struct RuleCheckView {
    /// 3, 6 or 12; names the check.
    pub months: u32,
    pub opens_on: NaiveDate,
    pub due_on: NaiveDate,
    #[schema(example = "open")]
    pub standing: String,
    #[schema(example = "待负责人说明")]
    pub standing_label: String,
    pub is_overdue: bool,
    pub answer: Option<RuleAnswerView>,
    pub judgement: Option<RuleJudgementView>,
    /// Whether the caller may answer it now.
    pub may_answer: bool,
    /// Whether the caller may judge it now.
    pub may_judge: bool,
}

/// Something the caller may do with an entry.
#[derive(Serialize, ToSchema)]
pub struct RuleActionView {
    #[schema(example = "confirm_rule")]
    pub action: String,
    #[schema(example = "确认登记")]
    pub label: String,
}

/// Another entry of the register.
#[derive(Serialize, ToSchema)]
pub struct RuleRef {
    pub id: Uuid,
    pub title: String,
    pub number: String,
}

/// An entry of the register.
#[derive(Serialize, ToSchema)]
pub struct RuleView {
    pub id: Uuid,
    pub round_id: Uuid,
    #[schema(example = "made")]
    pub kind: String,
    #[schema(example = "新建")]
    pub kind_label: String,
    #[schema(example = "in_force")]
    pub state: String,
    #[schema(example = "施行中")]
    pub state_label: String,
    /// Whether it counts as lasting: its last check passed.
    pub is_lasting: bool,
    /// Whether its words are only for the readers of a matter and not shown.
    pub is_kept: bool,
    pub title: String,
    pub number: String,
    /// The control it brings.
    pub control: String,
    /// What a checker asks.
    pub question: String,
    pub issuer: Named,
    pub effective_on: NaiveDate,
    /// Its tasks that the caller sees.
    pub tasks: Vec<RuleTaskView>,
    /// How many more it answers that he does not see.
    pub n_unseen: usize,
    /// The rule it revises or abolishes.
    pub replaces: Option<RuleRef>,
    /// The entry that took its place or abolished it.
    pub ended_by: Option<RuleRef>,
    pub owner_unit: Named,
    pub owner: Option<Named>,
    pub supervisor: Option<Named>,
    /// The issued document.
    pub file: Option<RuleFileView>,
    pub entered_by: Named,
    pub entered_at: DateTime<Utc>,
    pub submitted_by: Option<Named>,
    pub submitted_at: Option<DateTime<Utc>>,
    /// Why it came back last.
    pub returned: Option<String>,
    pub confirmed_by: Option<Named>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    pub checks: Vec<RuleCheckView>,
    pub open_actions: Vec<RuleActionView>,
    /// Who may be named to judge, for who may name somebody.
    pub supervisors: Vec<Named>,
    /// Who may be named to own it, for who may name somebody.
    pub owners: Vec<Named>,
    pub version: i64,
}

/// A row of the register.
#[derive(Serialize, ToSchema)]
pub struct RuleLine {
    pub id: Uuid,
    #[schema(example = "made")]
    pub kind: String,
    #[schema(example = "新建")]
    pub kind_label: String,
    #[schema(example = "in_force")]
    pub state: String,
    #[schema(example = "施行中")]
    pub state_label: String,
    pub is_kept: bool,
    pub title: String,
    pub number: String,
    pub issuer: Named,
    pub effective_on: NaiveDate,
    pub owner_unit: Named,
    pub owner: Option<Named>,
    pub tasks: Vec<RuleTaskView>,
    pub n_unseen: usize,
    /// The check that is next or open.
    pub next_check: Option<RuleNextCheck>,
}

/// The check that is next or open.
#[derive(Serialize, ToSchema)]
pub struct RuleNextCheck {
    /// 3, 6 or 12; names the check.
    pub months: u32,
    pub due_on: NaiveDate,
    #[schema(example = "coming")]
    pub standing: String,
    #[schema(example = "未到检验期")]
    pub standing_label: String,
    pub is_overdue: bool,
}

/// A figure with how many rows it opens.
#[derive(Serialize, ToSchema)]
pub struct RuleFigureView {
    #[schema(example = "made")]
    pub figure: String,
    #[schema(example = "新建")]
    pub label: String,
    /// How many entries it counts.
    pub n: usize,
}

/// A word to choose.
#[derive(Serialize, ToSchema)]
pub struct RuleChoice {
    #[schema(example = "made")]
    pub value: String,
    #[schema(example = "新建")]
    pub label: String,
}

/// The register of a round.
#[derive(Serialize, ToSchema)]
pub struct RuleList {
    pub figures: Vec<RuleFigureView>,
    pub items: Vec<RuleLine>,
    pub kinds: Vec<RuleChoice>,
    pub states: Vec<RuleChoice>,
    /// Owners' units of what is seen.
    pub units: Vec<Named>,
    /// Whether the caller may enter a rule.
    pub may_enter: bool,
}

/// What the form offers.
#[derive(Serialize, ToSchema)]
pub struct RuleFormView {
    pub kinds: Vec<RuleChoice>,
    /// The first day a rule can have taken effect.
    pub begins_on: NaiveDate,
    /// The last day, Asia/Shanghai.
    pub today: NaiveDate,
    /// Tasks the caller may name.
    pub tasks: Vec<RuleTaskView>,
    pub units: Vec<Named>,
    /// The unit whose people are offered.
    pub unit: Option<Uuid>,
    pub owners: Vec<Named>,
    /// Rules in force that may be revised or abolished.
    pub in_force: Vec<RuleRef>,
    /// The task that is filled in already.
    pub task: Option<Uuid>,
    /// The owner that is filled in already.
    pub owner: Option<Uuid>,
}

/// How a list is narrowed.
pub(super) struct Narrowed {
    pub(super) figure: Option<RuleFigure>,
    pub(super) kind: Option<RuleKind>,
    pub(super) state: Option<RuleState>,
    pub(super) unit: Option<UnitId>,
}

fn named(names: &BTreeMap<Uuid, String>, id: Uuid) -> Named {
    Named { id, name: names.get(&id).cloned().unwrap_or_default() }
}

fn task(task: &RuleTask) -> RuleTaskView {
    let state = TaskState::parse(&task.state);
    RuleTaskView {
        id: task.id,
        number: task.number.clone(),
        title: task.title.clone(),
        is_closed: matches!(state, Some(TaskState::Observing | TaskState::Closed)),
    }
}

/// The words, or what stands in their place.
fn text(loaded: &LoadedRule) -> RuleText {
    loaded
        .text
        .clone()
        .unwrap_or_else(|| RuleText { title: Sensitivity::Internal.label().to_owned(), ..RuleText::default() })
}

fn next_check(rule: &Rule, today: NaiveDate) -> Option<RuleNextCheck> {
    let standing = |check: &RuleCheck| rule.standing(check, today);
    let waits = |c: &&RuleCheck| standing(c).is_open() || standing(c) == CheckStanding::Coming;
    rule.checks.iter().find(waits).map(|check| RuleNextCheck {
        months: check.months,
        due_on: check.due_on,
        standing: standing(check).as_str().to_owned(),
        standing_label: standing(check).label().to_owned(),
        is_overdue: standing(check) == CheckStanding::Overdue,
    })
}

fn line(loaded: &LoadedRule, today: NaiveDate) -> RuleLine {
    let (rule, text) = (&loaded.rule, text(loaded));
    let name = |id: Uuid| named(&loaded.names, id);
    RuleLine {
        id: rule.id.0,
        kind: rule.shape.kind.as_str().to_owned(),
        kind_label: rule.shape.kind.label().to_owned(),
        state: rule.state.as_str().to_owned(),
        state_label: rule.state.label().to_owned(),
        is_kept: loaded.text.is_none(),
        title: text.title,
        number: text.number,
        issuer: name(rule.shape.issuer.0),
        effective_on: rule.shape.effective_on,
        owner_unit: name(rule.shape.owner_unit.0),
        owner: rule.shape.owner.map(|p| name(p.0)),
        tasks: loaded.tasks.iter().map(task).collect(),
        n_unseen: loaded.n_unseen,
        next_check: next_check(rule, today),
    }
}

fn choices<T: Copy>(all: &[T], word: fn(T) -> &'static str, label: fn(T) -> &'static str) -> Vec<RuleChoice> {
    all.iter().map(|one| RuleChoice { value: word(*one).to_owned(), label: label(*one).to_owned() }).collect()
}

/// The list; its figures are of everything seen of the unit, whatever else it is narrowed by.
pub(super) fn list(origin: &Origin, round: RoundId, narrowed: &Narrowed, found: &[LoadedRule]) -> RuleList {
    let today = calendar::today(origin.now);
    let of_unit: Vec<&LoadedRule> =
        found.iter().filter(|r| narrowed.unit.is_none_or(|unit| r.rule.shape.owner_unit == unit)).collect();
    let figures = RuleFigure::ALL.iter().map(|figure| RuleFigureView {
        figure: figure.as_str().to_owned(),
        label: figure.label().to_owned(),
        n: of_unit.iter().filter(|r| figure.counts(&r.rule, today)).count(),
    });
    let is_asked = |r: &&&LoadedRule| {
        narrowed.figure.is_none_or(|f| f.counts(&r.rule, today))
            && narrowed.kind.is_none_or(|k| r.rule.shape.kind == k)
            && narrowed.state.is_none_or(|s| r.rule.state == s)
    };
    let units: BTreeMap<Uuid, Named> =
        found.iter().map(|r| (r.rule.shape.owner_unit.0, named(&r.names, r.rule.shape.owner_unit.0))).collect();
    RuleList {
        figures: figures.collect(),
        items: of_unit.iter().filter(is_asked).map(|r| line(r, today)).collect(),
        kinds: choices(RuleKind::ALL, RuleKind::as_str, RuleKind::label),
        states: choices(RuleState::ALL, RuleState::as_str, RuleState::label),
        units: units.into_values().collect(),
        may_enter: rights::permit_entering_rule(&origin.actor, round).is_ok(),
    }
}

struct Seen<'a> {
    loaded: &'a LoadedRule,
    files: &'a [AttachmentRow],
}

impl Seen<'_> {
    fn named(&self, id: Uuid) -> Named {
        named(&self.loaded.names, id)
    }

    /// Words of a digest; empty where they are kept.
    fn said(&self, digest: &Digest) -> String {
        self.loaded.words.get(digest).cloned().unwrap_or_default()
    }

    fn file(&self, digest: &Digest) -> Option<RuleFileView> {
        let found = self.files.iter().rev().find(|f| f.blob_sha256 == digest.as_str());
        found.map(|f| RuleFileView { id: f.id, filename: f.filename.clone(), sha256: f.blob_sha256.clone() })
    }

    fn answer(&self, answer: &RuleAnswer) -> RuleAnswerView {
        RuleAnswerView {
            words: self.said(&answer.words),
            files: answer.files.iter().filter_map(|f| self.file(f)).collect(),
            by: self.named(answer.by.0),
            at: answer.at,
        }
    }

    fn judgement(&self, judgement: &RuleJudgement) -> RuleJudgementView {
        RuleJudgementView {
            verdict: judgement.verdict.as_str().to_owned(),
            label: judgement.verdict.label().to_owned(),
            words: self.said(&judgement.words),
            files: judgement.files.iter().filter_map(|f| self.file(f)).collect(),
            follow: judgement.follow.as_ref().map(|f| RuleFollowView {
                kind: f.kind.as_str().to_owned(),
                label: f.kind.label().to_owned(),
                task_id: f.task.map(|t| t.0),
                reason: f.reason.as_ref().map(|d| self.said(d)),
            }),
            by: self.named(judgement.by.0),
            at: judgement.at,
        }
    }
}

fn reference(
    conn: &mut PgConnection,
    origin: &Origin,
    id: Option<RuleId>,
) -> Result<Option<RuleRef>, persistence::Error> {
    let Some(id) = id else { return Ok(None) };
    match rule_register::find(conn, origin, id) {
        Ok((found, _)) => Ok(Some(refer(&found))),
        Err(persistence::Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn refer(loaded: &LoadedRule) -> RuleRef {
    let text = text(loaded);
    RuleRef { id: loaded.rule.id.0, title: text.title, number: text.number }
}

/// An entry as the caller sees it.
pub(super) fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RuleId,
    calendar: &Calendar,
) -> Result<RuleView, persistence::Error> {
    let (loaded, files) = rule_register::find(conn, origin, id)?;
    let today = calendar::today(origin.now);
    let ctx = Context { actor: &origin.actor, now: origin.now, calendar, facts: &loaded.facts };
    let open = open_actions(&loaded.rule, &ctx);
    let names_people = open.iter().any(|a| matches!(a, RuleAction::Confirm | RuleAction::Entrust));
    let people =
        if names_people { rule_register::people(conn, origin, &loaded)? } else { rule_register::People::default() };
    let replaces = reference(conn, origin, loaded.rule.shape.replaces)?;
    let ended_by = reference(conn, origin, loaded.rule.ended.as_ref().map(|e| e.rule))?;
    let (rule, words) = (&loaded.rule, text(&loaded));
    let seen = Seen { loaded: &loaded, files: &files };
    let may = |action: RuleAction| open.contains(&action);
    let checks = rule.checks.iter().map(|check| {
        let standing = rule.standing(check, today);
        RuleCheckView {
            months: check.months,
            opens_on: check.opens_on,
            due_on: check.due_on,
            standing: standing.as_str().to_owned(),
            standing_label: standing.label().to_owned(),
            is_overdue: standing == CheckStanding::Overdue,
            answer: check.answer.as_ref().map(|a| seen.answer(a)),
            judgement: check.judgement.as_ref().map(|j| seen.judgement(j)),
            may_answer: may(RuleAction::Answer) && can_be_answered(rule, check, today),
            may_judge: may(RuleAction::Judge) && can_be_judged(rule, check, today),
        }
    });
    let issued = files.iter().rev().find(|f| f.purpose == rule_register::ISSUED);
    let file = match &rule.file {
        // What was handed in is what counts; before that, what was received last.
        Some(digest) if rule.state != RuleState::Draft => seen.file(digest),
        _ => issued.map(|f| RuleFileView { id: f.id, filename: f.filename.clone(), sha256: f.blob_sha256.clone() }),
    };
    let all = |list: Vec<(Uuid, String)>| list.into_iter().map(|(id, name)| Named { id, name }).collect();
    Ok(RuleView {
        id: rule.id.0,
        round_id: rule.round.0,
        kind: rule.shape.kind.as_str().to_owned(),
        kind_label: rule.shape.kind.label().to_owned(),
        state: rule.state.as_str().to_owned(),
        state_label: rule.state.label().to_owned(),
        is_lasting: rule.state == RuleState::Lasting,
        is_kept: loaded.text.is_none(),
        title: words.title,
        number: words.number,
        control: words.control,
        question: words.question,
        issuer: seen.named(rule.shape.issuer.0),
        effective_on: rule.shape.effective_on,
        tasks: loaded.tasks.iter().map(task).collect(),
        n_unseen: loaded.n_unseen,
        replaces,
        ended_by,
        owner_unit: seen.named(rule.shape.owner_unit.0),
        owner: rule.shape.owner.map(|p| seen.named(p.0)),
        supervisor: rule.supervisor.map(|p| seen.named(p.0)),
        file,
        entered_by: seen.named(rule.entered_by.0),
        entered_at: rule.entered_at,
        submitted_by: rule.submitted_by.map(|p| seen.named(p.0)),
        submitted_at: rule.submitted_at,
        returned: rule.returned.as_ref().map(|d| seen.said(d)),
        confirmed_by: rule.confirmed_by.map(|p| seen.named(p.0)),
        confirmed_at: rule.confirmed_at,
        reason: rule.reason.as_ref().map(|d| seen.said(d)),
        checks: checks.collect(),
        open_actions: open
            .iter()
            .map(|a| RuleActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
            .collect(),
        supervisors: all(people.supervisors),
        owners: all(people.owners),
        version: rule.version,
    })
}

pub(super) fn form(found: Form, today: NaiveDate) -> RuleFormView {
    let all = |list: Vec<(Uuid, String)>| list.into_iter().map(|(id, name)| Named { id, name }).collect();
    RuleFormView {
        kinds: choices(RuleKind::ALL, RuleKind::as_str, RuleKind::label),
        begins_on: found.begins_on,
        today,
        tasks: found.tasks.iter().map(task).collect(),
        units: all(found.units),
        unit: found.unit,
        owners: all(found.owners),
        in_force: found.in_force.iter().map(refer).collect(),
        task: found.filled.as_ref().map(|f| f.task),
        owner: found.filled.as_ref().and_then(|f| f.owner),
    }
}
