//! The four personal duties (四个亲自): dated acts of heads and leaders, entered by themselves, or by their unit and then confirmed by them; what the
//! records already know is suggested and never counted by itself (docs/domain.md §27). Who, then when, then what; events out.

pub mod event;
pub mod state;
pub mod suggest;

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde_json::json;

use crate::actor::Actor;
use crate::calendar::{self, Calendar};
use crate::ids::{PersonId, RoundId, TaskId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::rights::{self, Enters};
use crate::task::context::Decision;
use crate::words;
use event::DutyEvent;
use state::{DutyAct, DutyState, PersonalDuty, Source};

/// Longest words of an act, in characters.
const LONGEST_TEXT: usize = 500;

/// Longest reason, in characters.
const LONGEST: usize = 200;

/// Most tasks an act is about.
pub const MOST_TASKS: usize = 50;

/// Somebody whose duties these are, with what rights ask about him.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// None only before it is known who.
    pub person: Option<PersonId>,
    /// Units with a part in the round that he heads.
    pub units: BTreeSet<UnitId>,
    /// One of the leading group, in a round whose policy counts the duties of leaders.
    pub is_leader: bool,
    /// Lead leaders in whose charge his units are, as far as they were asked for.
    pub in_charge: BTreeSet<PersonId>,
}

impl Head {
    /// Whether the duties are his at all.
    pub fn is_bound(&self) -> bool {
        self.is_leader || !self.units.is_empty()
    }
}

words! {
    /// What people do with an act.
    pub enum DutyAction {
        Confirm = "confirm_duty", "确认";
        Refuse = "refuse_duty", "不认可";
        Withdraw = "withdraw_duty", "撤回";
    }
}

/// The states an act on it starts from, one line per act (docs/domain.md §27).
pub fn starts_from(action: DutyAction) -> &'static [DutyState] {
    use DutyState::{Counted, Unconfirmed};
    match action {
        DutyAction::Confirm => &[Unconfirmed],
        DutyAction::Refuse => &[Unconfirmed],
        DutyAction::Withdraw => &[Unconfirmed, Counted],
    }
}

/// What is entered of an act.
#[derive(Clone, Debug)]
pub struct Entry {
    pub duty: PersonalDuty,
    pub on: NaiveDate,
    pub words: String,
    /// Tasks it is about; that they are of the round and in the head's sight is for whoever can look.
    pub tasks: Vec<TaskId>,
    /// What the records know of it, where it was suggested.
    pub source: Option<Source>,
}

/// A command on an act that is there.
#[derive(Clone, Debug)]
pub enum DutyCommand {
    Confirm,
    Refuse { reason: String },
    Withdraw { reason: String },
}

impl DutyCommand {
    /// The act it is.
    pub fn action(&self) -> DutyAction {
        match self {
            Self::Confirm => DutyAction::Confirm,
            Self::Refuse { .. } => DutyAction::Refuse,
            Self::Withdraw { .. } => DutyAction::Withdraw,
        }
    }
}

/// Who decides, and when.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
}

impl Context<'_> {
    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.person).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }
}

type Outcomes = Result<Decision<DutyEvent>, Refusal>;

fn required(pointer: &str, text: &str, longest: usize) -> Option<FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Some(FieldError::at(pointer, "required"));
    }
    (text.chars().count() > longest).then(|| FieldError::with(pointer, "too-long", json!({ "max": longest })))
}

/// Enters an act: counted at once where the head enters it himself, else waiting for him.
///
/// Errors: `not-a-head`, content (422); `not-allowed` (403).
pub fn record(ctx: &Context<'_>, round: RoundId, head: &Head, begins_on: NaiveDate, entry: Entry) -> Outcomes {
    let (Some(person), true) = (head.person, head.is_bound()) else {
        return Err(Refusal::field("/head", "not-a-head"));
    };
    let enters = rights::permit_entering_duty(ctx.actor, round, head)?;
    let mut errors: Vec<FieldError> = required("/words", &entry.words, LONGEST_TEXT).into_iter().collect();
    if entry.on > calendar::today(ctx.now) {
        errors.push(FieldError::at("/on", "in-the-future"));
    }
    if entry.on < begins_on {
        errors.push(FieldError::with("/on", "before-round", json!({ "on": begins_on })));
    }
    if entry.tasks.len() > MOST_TASKS {
        errors.push(FieldError::at("/tasks", "too-many"));
    }
    if entry.tasks.iter().collect::<BTreeSet<_>>().len() < entry.tasks.len() {
        errors.push(FieldError::at("/tasks", "repeated"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let words = decision.words(&entry.words);
    decision.events.push(DutyEvent::Recorded {
        round,
        duty: entry.duty,
        head: person,
        units: head.units.iter().copied().collect(),
        on: entry.on,
        words,
        tasks: entry.tasks,
        source: entry.source,
        by: ctx.person()?,
        is_confirmed: enters == Enters::Own,
        at: ctx.now,
    });
    Ok(decision)
}

/// Decides a command on an act.
///
/// Errors: `not-allowed`, `confirm-own-only`, `confirmed-by-head` (403), `duty-decided` (409), content (422).
pub fn decide(act: &DutyAct, command: DutyCommand, ctx: &Context<'_>) -> Outcomes {
    let action = command.action();
    rights::permit_duty(ctx.actor, action, act)?;
    if !starts_from(action).contains(&act.state) {
        return Err(Refusal::conflict("duty-decided"));
    }
    let (by, at) = (ctx.person()?, ctx.now);
    let mut decision = Decision::default();
    let reason = |decision: &mut Decision<DutyEvent>, text: &str| match required("/reason", text, LONGEST) {
        Some(error) => Err(Refusal::invalid("content", vec![error])),
        None => Ok(decision.words(text)),
    };
    let event = match command {
        DutyCommand::Confirm => DutyEvent::Confirmed { at },
        DutyCommand::Refuse { reason: text } => DutyEvent::Refused { reason: reason(&mut decision, &text)?, at },
        DutyCommand::Withdraw { reason: text } => {
            DutyEvent::Withdrawn { reason: reason(&mut decision, &text)?, by, at }
        }
    };
    decision.events.push(event);
    Ok(decision)
}

/// The acts open to this actor on an act now.
pub fn open_actions(actor: &Actor, act: &DutyAct) -> Vec<DutyAction> {
    let may = |action: &DutyAction| {
        starts_from(*action).contains(&act.state) && rights::permit_duty(actor, *action, act).is_ok()
    };
    DutyAction::ALL.iter().copied().filter(may).collect()
}

/// The days of a register: a month, or the whole round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// The month a day is in.
    pub fn of(day: NaiveDate) -> Self {
        let from = day.with_day(1).unwrap_or(day);
        let next = from.checked_add_months(chrono::Months::new(1)).unwrap_or(from);
        Self { from, to: next.pred_opt().unwrap_or(day) }
    }

    /// Reads `2020-09`; none when there is no such month.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1).map(Self::of)
    }

    /// From the beginning of a round to a day.
    pub fn whole(begins_on: NaiveDate, today: NaiveDate) -> Self {
        Self { from: begins_on.min(today), to: today }
    }
}

/// Whether the month is so near its end that who has done nothing is reminded: today and so many working days are left, or fewer; 0 for never.
pub fn is_reminded(today: NaiveDate, working_days: u16, calendar: &Calendar) -> bool {
    working_days > 0 && calendar.working_days_between(today, Period::of(today).to) < i64::from(working_days)
}
