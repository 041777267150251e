//! What the register, an act and the form show.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar;
use domain::ids::RoundId;
use domain::personal_duty::state::{DutyState, PersonalDuty};
use domain::personal_duty::{Period, open_actions};
use domain::rights::{self, Enters};
use persistence::Origin;
use persistence::personal_duties::{DutyTask, Form, HeadRow, LoadedAct, Register};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What stands in place of words that are only for the readers of a matter.
const KEPT: &str = "内容仅限指定人员阅看";

/// Most months a register offers to choose from.
const MONTHS: usize = 36;

/// A unit or person by name.
#[derive(Serialize, ToSchema)]
pub struct DutyNamed {
    pub id: Uuid,
    pub name: String,
}

/// What a head has done of one duty.
#[derive(Serialize, ToSchema)]
pub struct DutyCellView {
    #[schema(example = "research")]
    pub duty: String,
    #[schema(example = "亲自研究制定措施")]
    pub label: String,
    pub n: i64,
    /// Of these, about a key problem.
    pub n_key: i64,
    /// Entered for him and not yet confirmed; not counted.
    pub n_unconfirmed: i64,
}

/// A row of the register.
#[derive(Serialize, ToSchema)]
pub struct DutyHeadView {
    pub id: Uuid,
    pub name: String,
    pub units: Vec<DutyNamed>,
    /// One of the leading group, where the policy counts the duties of leaders.
    pub is_leader: bool,
    /// Whether he still is a head.
    pub is_current: bool,
    /// Key problems in his hands.
    pub n_key: i64,
    pub duties: Vec<DutyCellView>,
    pub n: i64,
    /// Whether the caller may enter for him.
    pub may_enter: bool,
}

/// A month to choose.
#[derive(Serialize, ToSchema)]
pub struct DutyMonth {
    #[schema(example = "2026-03")]
    pub month: String,
    #[schema(example = "2026年3月")]
    pub label: String,
}

/// The register of the four personal duties.
#[derive(Serialize, ToSchema)]
pub struct DutyRegister {
    /// None for the whole round.
    pub month: Option<String>,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub heads: Vec<DutyHeadView>,
    /// Heads with key problems who have no act that counts, for who sees all.
    pub n_none: usize,
    /// Units with a part in the round and no head, for who sees all.
    pub without_head: Vec<String>,
    pub sees_all: bool,
    /// Whether the caller may enter an act, his own or somebody's.
    pub may_enter: bool,
    /// Whether he has duties of his own.
    pub is_own: bool,
    /// Whether the duties of leaders count in this round.
    pub leaders_have_duties: bool,
    /// Months of the round, the latest first.
    pub months: Vec<DutyMonth>,
}

fn months(from: NaiveDate, today: NaiveDate) -> Vec<DutyMonth> {
    let mut found = Vec::new();
    let mut month = Period::of(today).from;
    while month >= Period::of(from).from && found.len() < MONTHS {
        let label = format!("{}年{}月", month.year(), month.month());
        found.push(DutyMonth { month: month.format("%Y-%m").to_string(), label });
        let Some(before) = month.pred_opt() else { break };
        month = Period::of(before).from;
    }
    found
}

fn units(row: &HeadRow) -> Vec<DutyNamed> {
    row.units.iter().map(|(id, name)| DutyNamed { id: id.0, name: name.clone() }).collect()
}

pub(super) fn register(origin: &Origin, round: RoundId, month: Option<String>, found: Register) -> DutyRegister {
    let (actor, today) = (&origin.actor, calendar::today(origin.now));
    let own = origin.person();
    let mut is_own = false;
    let heads: Vec<DutyHeadView> = found
        .rows
        .iter()
        .map(|(row, cells)| {
            let duties: Vec<DutyCellView> = PersonalDuty::ALL
                .iter()
                .map(|duty| {
                    let cell = cells.get(duty).copied().unwrap_or_default();
                    DutyCellView {
                        duty: duty.as_str().to_owned(),
                        label: duty.label().to_owned(),
                        n: cell.n,
                        n_key: cell.n_key,
                        n_unconfirmed: cell.n_unconfirmed,
                    }
                })
                .collect();
            is_own |= row.is_current && own == Some(row.person);
            DutyHeadView {
                id: row.person.0,
                name: row.name.clone(),
                units: units(row),
                is_leader: row.head.is_leader,
                is_current: row.is_current,
                n_key: row.n_key,
                n: duties.iter().map(|d| d.n).sum(),
                may_enter: row.is_current && rights::permit_entering_duty(actor, round, &row.head).is_ok(),
                duties,
            }
        })
        .collect();
    DutyRegister {
        month,
        from: found.period.from,
        to: found.period.to,
        n_none: heads.iter().filter(|h| found.sees_all && h.is_current && h.n_key > 0 && h.n == 0).count(),
        may_enter: heads.iter().any(|h| h.may_enter),
        heads,
        without_head: found.without_head,
        sees_all: found.sees_all,
        is_own,
        leaders_have_duties: found.ground.policy.leaders_have_duties,
        months: months(found.ground.begins_on, today),
    }
}

/// A task an act names.
#[derive(Serialize, ToSchema)]
pub struct DutyTaskView {
    pub id: Uuid,
    pub number: String,
    pub title: String,
    pub is_key: bool,
}

fn task(task: DutyTask) -> DutyTaskView {
    DutyTaskView { id: task.id, number: task.number, title: task.title, is_key: task.is_key }
}

/// Something the caller may do with an act.
#[derive(Serialize, ToSchema)]
pub struct DutyActionView {
    #[schema(example = "confirm_duty")]
    pub action: String,
    #[schema(example = "确认")]
    pub label: String,
}

/// An act of a personal duty.
#[derive(Serialize, ToSchema)]
pub struct DutyActView {
    pub id: Uuid,
    pub duty: String,
    pub duty_label: String,
    pub head: DutyNamed,
    pub on: NaiveDate,
    pub words: String,
    /// Its tasks that the caller sees.
    pub tasks: Vec<DutyTaskView>,
    /// How many more it names that he does not see.
    pub n_unseen: usize,
    /// What the records know of it, where it was taken over.
    #[schema(example = "签报单位整改方案")]
    pub source: Option<String>,
    /// Who entered it, where it was not the head himself.
    pub entered_by: Option<String>,
    pub entered_at: DateTime<Utc>,
    pub state: String,
    pub state_label: String,
    /// Whether it counts.
    pub is_counted: bool,
    /// Whether it was refused or withdrawn.
    pub is_void: bool,
    /// Why it was refused or withdrawn.
    pub reason: Option<String>,
    pub open_actions: Vec<DutyActionView>,
    pub version: i64,
}

pub(super) fn act(actor: &Actor, loaded: LoadedAct) -> DutyActView {
    let act = loaded.act;
    let open = open_actions(actor, &act);
    DutyActView {
        id: act.id.0,
        duty: act.duty.as_str().to_owned(),
        duty_label: act.duty.label().to_owned(),
        head: DutyNamed { id: act.head.0, name: loaded.head },
        on: act.on,
        words: loaded.words.unwrap_or_else(|| KEPT.to_owned()),
        tasks: loaded.tasks.into_iter().map(task).collect(),
        n_unseen: loaded.n_unseen,
        source: act.source.as_ref().map(|s| s.kind.label().to_owned()),
        entered_by: (act.entered_by != act.head).then_some(loaded.entered_by),
        entered_at: act.entered_at,
        state: act.state.as_str().to_owned(),
        state_label: act.state.label().to_owned(),
        is_counted: act.state == DutyState::Counted,
        is_void: matches!(act.state, DutyState::Refused | DutyState::Withdrawn),
        reason: loaded.reason,
        open_actions: open
            .into_iter()
            .map(|a| DutyActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
            .collect(),
        version: act.version,
    }
}

/// Somebody the caller may enter for.
#[derive(Serialize, ToSchema)]
pub struct DutyEnterable {
    pub id: Uuid,
    pub name: String,
    pub units: Vec<DutyNamed>,
}

/// What the records know and the head may take over with one press.
#[derive(Serialize, ToSchema)]
pub struct DutySuggestion {
    #[schema(example = "plan:2026-03-05")]
    pub key: String,
    pub duty: String,
    pub duty_label: String,
    pub on: NaiveDate,
    #[schema(example = "签报单位整改方案，涉及 3 项任务")]
    pub words: String,
}

/// One of the four, to choose.
#[derive(Serialize, ToSchema)]
pub struct DutyChoice {
    #[schema(example = "research")]
    pub duty: String,
    #[schema(example = "亲自研究制定措施")]
    pub label: String,
}

/// What the form offers.
#[derive(Serialize, ToSchema)]
pub struct DutyForm {
    pub duties: Vec<DutyChoice>,
    /// The first and the last day an act can have been done on.
    pub begins_on: NaiveDate,
    pub today: NaiveDate,
    /// Those the caller may enter for, himself first.
    pub heads: Vec<DutyEnterable>,
    /// Whom this form is for; none where he may enter for nobody.
    pub head: Option<DutyEnterable>,
    /// Whether that is the caller himself, so that it counts at once.
    pub is_own: bool,
    /// Key problems first.
    pub tasks: Vec<DutyTaskView>,
    pub suggestions: Vec<DutySuggestion>,
}

pub(super) fn form(origin: &Origin, found: Form) -> DutyForm {
    let enterable = |row: &HeadRow| DutyEnterable { id: row.person.0, name: row.name.clone(), units: units(row) };
    DutyForm {
        duties: PersonalDuty::ALL
            .iter()
            .map(|d| DutyChoice { duty: d.as_str().to_owned(), label: d.label().to_owned() })
            .collect(),
        begins_on: found.begins_on,
        today: calendar::today(origin.now),
        heads: found.heads.iter().map(enterable).collect(),
        is_own: found.head.as_ref().is_some_and(|(_, enters)| *enters == Enters::Own),
        head: found.head.as_ref().map(|(row, _)| enterable(row)),
        tasks: found.tasks.into_iter().map(task).collect(),
        suggestions: found
            .suggestions
            .into_iter()
            .map(|s| DutySuggestion {
                key: s.key(),
                duty: s.kind.duty().as_str().to_owned(),
                duty_label: s.kind.duty().label().to_owned(),
                on: s.on,
                words: s.words(),
            })
            .collect(),
    }
}
