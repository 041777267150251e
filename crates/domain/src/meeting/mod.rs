//! Meetings (协调会、动员部署会、党委会专题研究、领导组会、专题民主生活会): scheduled, opened on an agenda that builds itself, resolved item by item,
//! concluded with minutes, and resolutions followed until they are done (docs/domain.md §26). Who, then when, then what; events out.

pub mod agenda;
pub mod event;
pub mod state;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::actor::Actor;
use crate::calendar;
use crate::chain::Digest;
use crate::ids::{HandoverId, ItemId, PersonId, RoundId, SignRequestId, TaskId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::task::context::{Decision, Revision};
use crate::words;
use agenda::Line;
use event::{MeetingEvent, Shape};
use state::{Added, Item, Meeting, MeetingKind, MeetingState, Outcome, Report, Resolution, Standing, TakenOut};

/// Kinds of revision a meeting writes.
pub mod kind {
    /// A [`super::Brief`].
    pub const BRIEF: &str = "meeting_brief";
    /// The lines of an agenda.
    pub const AGENDA: &str = "agenda";
}

/// Longest title, place, body, name, number and reason, in characters.
const LONGEST: usize = 200;

/// Longest resolution, report and summary, in characters.
const LONGEST_TEXT: usize = 4_000;

/// Most attendees, and most files of a report.
const MOST: usize = 100;

/// Most lines of an agenda.
pub const MOST_ITEMS: usize = 300;

/// What a meeting is called, where it is, and whom it names that has no entry among the people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    pub title: String,
    pub place: String,
    /// The body that meets, as closures it ratifies name it.
    pub body: String,
    /// Who chairs, where he is none of the people.
    pub chair: Option<String>,
    /// Others who take part, by name.
    pub guests: Vec<String>,
}

words! {
    /// What people do with a meeting and its resolutions.
    pub enum MeetingAction {
        Revise = "revise_meeting", "修改安排";
        Order = "order_agenda", "调整顺序";
        Add = "add_item", "增加议题";
        TakeOut = "take_out_item", "移出议题";
        PutBack = "put_back_item", "恢复议题";
        Open = "open_meeting", "开始会议";
        Decide = "decide_item", "记录议定事项";
        Ratify = "ratify_closures", "审定销号";
        Conclude = "conclude_meeting", "结束会议，出纪要";
        Cancel = "cancel_meeting", "取消会议";
        Report = "report_resolution", "报办结";
        Accept = "accept_resolution", "认可办结";
        Return = "return_resolution", "退回";
        Replace = "replace_resolution", "由新的议定事项接替";
        TakeOver = "take_over_resolution", "职务交接";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §26).
pub fn starts_from(action: MeetingAction) -> &'static [MeetingState] {
    use MeetingState::{Concluded, Open, Scheduled};
    match action {
        MeetingAction::Revise => &[Scheduled],
        MeetingAction::Order => &[Scheduled],
        MeetingAction::Add => &[Scheduled, Open],
        MeetingAction::TakeOut => &[Scheduled],
        MeetingAction::PutBack => &[Scheduled],
        MeetingAction::Open => &[Scheduled],
        MeetingAction::Decide => &[Open],
        MeetingAction::Ratify => &[Open],
        MeetingAction::Conclude => &[Open],
        MeetingAction::Cancel => &[Scheduled],
        MeetingAction::Report => &[Concluded],
        MeetingAction::Accept => &[Concluded],
        MeetingAction::Return => &[Concluded],
        MeetingAction::Replace => &[Concluded],
        MeetingAction::TakeOver => &[Concluded],
    }
}

/// What is entered of a meeting.
#[derive(Clone, Debug)]
pub struct Plan {
    pub kind: MeetingKind,
    pub at: DateTime<Utc>,
    pub brief: Brief,
    pub chair: Option<PersonId>,
    pub attendees: Vec<PersonId>,
}

/// What came of an item, as it is written down.
#[derive(Clone, Debug)]
pub enum Decided {
    Noted,
    Resolved {
        text: String,
        unit: Option<UnitId>,
        person: Option<PersonId>,
        due_on: Option<NaiveDate>,
    },
    /// What was written is taken back.
    Cleared,
}

/// A command on a meeting that is there.
#[derive(Clone, Debug)]
pub enum MeetingCommand {
    Revise(Plan),
    Order(Vec<String>),
    Add {
        title: String,
        task: Option<TaskId>,
    },
    TakeOut {
        key: String,
        reason: String,
    },
    PutBack {
        key: String,
    },
    /// With the agenda as it is now.
    Open(Vec<Line>),
    /// On the revision of the item that was seen.
    Decide {
        item: ItemId,
        revision: u32,
        decided: Decided,
    },
    /// The closures that this meeting ratified, once their tasks have taken it.
    Ratify {
        ratified: Vec<(ItemId, SignRequestId)>,
        number: String,
        scan: Digest,
    },
    Conclude {
        number: String,
        /// Whether what nobody wrote anything on was only heard.
        notes_rest: bool,
    },
    Cancel {
        reason: String,
    },
    Report {
        item: ItemId,
        words: String,
        files: Vec<Digest>,
    },
    Accept {
        item: ItemId,
    },
    Return {
        item: ItemId,
        reason: String,
    },
    Replace {
        item: ItemId,
        later: ItemId,
    },
    /// Both have signed a handover; only the handover gives it.
    TakeOver {
        item: ItemId,
        handover: HandoverId,
        from: PersonId,
        to: PersonId,
    },
}

impl MeetingCommand {
    /// The act it is.
    pub fn action(&self) -> MeetingAction {
        match self {
            Self::Revise(_) => MeetingAction::Revise,
            Self::Order(_) => MeetingAction::Order,
            Self::Add { .. } => MeetingAction::Add,
            Self::TakeOut { .. } => MeetingAction::TakeOut,
            Self::PutBack { .. } => MeetingAction::PutBack,
            Self::Open(_) => MeetingAction::Open,
            Self::Decide { .. } => MeetingAction::Decide,
            Self::Ratify { .. } => MeetingAction::Ratify,
            Self::Conclude { .. } => MeetingAction::Conclude,
            Self::Cancel { .. } => MeetingAction::Cancel,
            Self::Report { .. } => MeetingAction::Report,
            Self::Accept { .. } => MeetingAction::Accept,
            Self::Return { .. } => MeetingAction::Return,
            Self::Replace { .. } => MeetingAction::Replace,
            Self::TakeOver { .. } => MeetingAction::TakeOver,
        }
    }
}

/// Who decides, and when.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    /// Makes new ids.
    pub fresh: &'a dyn Fn() -> Uuid,
}

impl Context<'_> {
    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.person).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }
}

type Outcomes = Result<Decision<MeetingEvent>, Refusal>;

fn one(event: MeetingEvent) -> Outcomes {
    Ok(Decision { events: vec![event], revisions: Vec::new() })
}

fn required(pointer: &str, text: &str, longest: usize) -> Option<FieldError> {
    if text.trim().is_empty() { Some(FieldError::at(pointer, "required")) } else { bounded(pointer, text, longest) }
}

fn bounded(pointer: &str, text: &str, longest: usize) -> Option<FieldError> {
    (text.trim().chars().count() > longest).then(|| FieldError::with(pointer, "too-long", json!({ "max": longest })))
}

fn refuse(errors: Vec<FieldError>) -> Result<(), Refusal> {
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

fn shape(plan: Plan) -> Result<(Shape, Revision), Refusal> {
    let Plan { kind, at, brief, chair, attendees } = plan;
    let trimmed = |text: &str| text.trim().to_owned();
    let brief = Brief {
        title: trimmed(&brief.title),
        place: trimmed(&brief.place),
        body: trimmed(&brief.body),
        chair: brief.chair.as_deref().map(trimmed).filter(|c| !c.is_empty() && chair.is_none()),
        guests: brief.guests.iter().map(|g| trimmed(g)).filter(|g| !g.is_empty()).collect(),
    };
    let mut errors: Vec<FieldError> = [("/title", &brief.title), ("/place", &brief.place), ("/body", &brief.body)]
        .into_iter()
        .filter_map(|(pointer, text)| required(pointer, text, LONGEST))
        .collect();
    match &brief.chair {
        Some(name) => errors.extend(bounded("/chair_name", name, LONGEST)),
        None if chair.is_none() => errors.push(FieldError::at("/chair", "required")),
        None => {}
    }
    for (i, guest) in brief.guests.iter().enumerate() {
        errors.extend(bounded(&format!("/guests/{i}"), guest, LONGEST));
    }
    if attendees.len() + brief.guests.len() > MOST {
        errors.push(FieldError::at("/attendees", "too-many"));
    }
    if attendees.iter().collect::<BTreeSet<_>>().len() < attendees.len() {
        errors.push(FieldError::at("/attendees", "repeated"));
    }
    refuse(errors)?;
    let mut kept = Decision::<MeetingEvent>::default();
    let brief = kept.note(kind::BRIEF, &brief);
    Ok((Shape { kind, brief, at, chair, attendees }, kept.revisions.remove(0)))
}

/// Puts a meeting into the calendar.
///
/// Errors: `not-allowed`; content.
pub fn schedule(ctx: &Context<'_>, round: RoundId, plan: Plan) -> Outcomes {
    rights::permit_meeting(ctx.actor, MeetingAction::Revise, round)?;
    check_ahead(&plan, ctx)?;
    let (shape, brief) = shape(plan)?;
    Ok(Decision { events: vec![MeetingEvent::Scheduled { round, shape }], revisions: vec![brief] })
}

/// A meeting is planned for today or later; what was held is recorded.
fn check_ahead(plan: &Plan, ctx: &Context<'_>) -> Result<(), Refusal> {
    if calendar::today(plan.at) < calendar::today(ctx.now) { Err(Refusal::field("/at", "in-the-past")) } else { Ok(()) }
}

/// Records a meeting that was held, so that it counts.
///
/// Errors: `not-allowed`; content.
pub fn record(ctx: &Context<'_>, round: RoundId, plan: Plan, number: Option<&str>, summary: Option<&str>) -> Outcomes {
    rights::permit_meeting(ctx.actor, MeetingAction::Revise, round)?;
    let mut errors = Vec::new();
    if plan.at > ctx.now {
        errors.push(FieldError::at("/at", "in-the-future"));
    }
    errors.extend(number.and_then(|n| bounded("/number", n, LONGEST)));
    errors.extend(summary.and_then(|s| bounded("/summary", s, LONGEST_TEXT)));
    refuse(errors)?;
    let (shape, brief) = shape(plan)?;
    let mut decision = Decision { events: Vec::new(), revisions: vec![brief] };
    let number = number.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
    let summary = decision.words_if(summary);
    decision.events.push(MeetingEvent::Recorded { round, shape, number, summary });
    Ok(decision)
}

/// Decides a command on a meeting.
///
/// Errors: `not-allowed` (403), `wrong-state`, `item-overtaken` and other conflicts (409), content (422).
pub fn decide(meeting: &Meeting, command: MeetingCommand, ctx: &Context<'_>) -> Outcomes {
    let action = command.action();
    permit(meeting, &command, ctx.actor)?;
    if !starts_from(action).contains(&meeting.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    match command {
        MeetingCommand::Revise(plan) => {
            check_ahead(&plan, ctx)?;
            let (shape, brief) = shape(plan)?;
            Ok(Decision { events: vec![MeetingEvent::Revised { shape }], revisions: vec![brief] })
        }
        MeetingCommand::Order(order) => {
            if order.len() > MOST_ITEMS {
                return Err(Refusal::field("/keys", "too-many"));
            }
            if order.iter().collect::<BTreeSet<_>>().len() < order.len() {
                return Err(Refusal::field("/keys", "repeated"));
            }
            one(MeetingEvent::Ordered { order })
        }
        MeetingCommand::Add { title, task } => add(meeting, &title, task, ctx),
        MeetingCommand::TakeOut { key, reason } => take_out(meeting, key, &reason, ctx),
        MeetingCommand::PutBack { key } => {
            if !meeting.changes.taken_out.iter().any(|t| t.key == key) {
                return Err(Refusal::field("/key", "item-unknown"));
            }
            one(MeetingEvent::ItemPutBack { key })
        }
        MeetingCommand::Open(lines) => open(&lines, ctx),
        MeetingCommand::Decide { item, revision, decided } => write(meeting, item, revision, decided, ctx),
        MeetingCommand::Ratify { ratified, number, scan } => {
            check_number(meeting, &number)?;
            let (items, requests) = ratified.into_iter().unzip();
            one(MeetingEvent::Ratified { items, requests, number: number.trim().to_owned(), scan })
        }
        MeetingCommand::Conclude { number, notes_rest } => conclude(meeting, &number, notes_rest, ctx),
        MeetingCommand::Cancel { reason } => {
            let mut decision = Decision::default();
            refuse(required("/reason", &reason, LONGEST).into_iter().collect())?;
            let reason = decision.words(&reason);
            decision.events.push(MeetingEvent::Cancelled { reason });
            Ok(decision)
        }
        MeetingCommand::Report { item, words, files } => report(meeting, item, &words, files, ctx),
        MeetingCommand::Accept { item } => {
            let reported = reported(meeting, item)?;
            let by = ctx.person()?;
            if reported.by == by {
                return Err(Refusal::forbidden("accepted-own-report"));
            }
            one(MeetingEvent::ResolutionAccepted { item, by, at: ctx.now })
        }
        MeetingCommand::Return { item, reason } => {
            reported(meeting, item)?;
            refuse(required("/reason", &reason, LONGEST).into_iter().collect())?;
            let by = ctx.person()?;
            let mut decision = Decision::default();
            let reason = decision.words(&reason);
            decision.events.push(MeetingEvent::ResolutionReturned { item, by, reason, at: ctx.now });
            Ok(decision)
        }
        MeetingCommand::Replace { item, later } => {
            if !resolution(meeting, item)?.standing.is_left() {
                return Err(Refusal::conflict("resolution-settled"));
            }
            one(MeetingEvent::ResolutionReplaced { item, later, at: ctx.now })
        }
        MeetingCommand::TakeOver { item, handover, from, to } => {
            let resolution = resolution(meeting, item)?;
            if !resolution.standing.is_left() || resolution.person != Some(from) {
                return Err(Refusal::conflict("resolution-settled"));
            }
            one(MeetingEvent::ResolutionTakenOver { item, handover, to })
        }
    }
}

/// Whether the actor may give this command: the office for the meeting, its owner for what came of a resolution.
///
/// Errors: `not-allowed`.
pub fn permit(meeting: &Meeting, command: &MeetingCommand, actor: &Actor) -> Result<(), Refusal> {
    match command {
        MeetingCommand::Report { item, .. } => {
            let owned = meeting.item(*item).and_then(Item::resolution).is_some_and(|r| rights::owns(actor, r));
            if owned { Ok(()) } else { rights::permit_meeting(actor, MeetingAction::Report, meeting.round) }
        }
        command => rights::permit_meeting(actor, command.action(), meeting.round),
    }
}

fn add(meeting: &Meeting, title: &str, task: Option<TaskId>, ctx: &Context<'_>) -> Outcomes {
    refuse(required("/title", title, LONGEST).into_iter().collect())?;
    if meeting.items.len().max(meeting.changes.added.len()) >= MOST_ITEMS {
        return Err(Refusal::field("/title", "too-many"));
    }
    let mut decision = Decision::default();
    let id = (ctx.fresh)();
    let (key, title) = (format!("hand:{id}"), decision.words(title));
    decision.events.push(if meeting.state == MeetingState::Open {
        let item = Item {
            id: ItemId(id),
            key,
            task,
            request: None,
            left_over: None,
            slip: None,
            title: Some(title),
            revision: 0,
            outcome: None,
        };
        MeetingEvent::ItemRaised { item }
    } else {
        MeetingEvent::ItemAdded { added: Added { key, title, task } }
    });
    Ok(decision)
}

fn take_out(meeting: &Meeting, key: String, reason: &str, ctx: &Context<'_>) -> Outcomes {
    let mut errors: Vec<FieldError> = required("/reason", reason, LONGEST).into_iter().collect();
    if key.is_empty() || key.len() > 60 {
        errors.push(FieldError::at("/key", "item-unknown"));
    }
    refuse(errors)?;
    if meeting.changes.taken_out.iter().any(|t| t.key == key) {
        return Err(Refusal::conflict("item-taken-out"));
    }
    if meeting.changes.taken_out.len() >= MOST_ITEMS {
        return Err(Refusal::field("/key", "too-many"));
    }
    let by = ctx.person()?;
    let mut decision = Decision::default();
    let reason = decision.words(reason);
    decision.events.push(MeetingEvent::ItemTakenOut { taken_out: TakenOut { key, reason, by } });
    Ok(decision)
}

fn open(lines: &[Line], ctx: &Context<'_>) -> Outcomes {
    let mut decision = Decision::default();
    let agenda = decision.note(kind::AGENDA, &lines);
    let items = lines
        .iter()
        .filter(|line| line.taken_out.is_none())
        .map(|line| Item {
            id: ItemId((ctx.fresh)()),
            key: line.key.clone(),
            task: line.task,
            request: line.request,
            left_over: line.left_over,
            slip: line.slip,
            title: line.title.clone(),
            revision: 0,
            outcome: None,
        })
        .collect();
    decision.events.push(MeetingEvent::Opened { agenda, items, at: ctx.now });
    Ok(decision)
}

fn write(meeting: &Meeting, id: ItemId, revision: u32, decided: Decided, ctx: &Context<'_>) -> Outcomes {
    let item = meeting.item(id).ok_or_else(|| Refusal::field("/item", "item-unknown"))?;
    if item.outcome == Some(Outcome::Ratified) {
        return Err(Refusal::conflict("item-ratified"));
    }
    if item.revision != revision {
        return Err(Refusal::conflict("item-overtaken"));
    }
    match decided {
        Decided::Noted => one(MeetingEvent::Noted { item: id }),
        Decided::Cleared => one(MeetingEvent::OutcomeCleared { item: id }),
        Decided::Resolved { text, unit, person, due_on } => {
            let mut errors: Vec<FieldError> = required("/text", &text, LONGEST_TEXT).into_iter().collect();
            if unit.is_none() && person.is_none() {
                errors.push(FieldError::at("/unit", "resolution-without-owner"));
            }
            match due_on {
                None => errors.push(FieldError::at("/due_on", "required")),
                Some(on) if on < calendar::today(ctx.now) => errors.push(FieldError::at("/due_on", "in-the-past")),
                Some(_) => {}
            }
            let owner_missing = unit.is_none() && person.is_none();
            if !errors.is_empty() {
                let code = if owner_missing { "resolution-without-owner" } else { "content" };
                return Err(Refusal::invalid(code, errors));
            }
            let mut decision = Decision::default();
            let resolution = Resolution {
                text: decision.words(&text),
                unit,
                person,
                due_on: due_on.unwrap_or_else(|| calendar::today(ctx.now)),
                standing: Standing::Running,
                report: None,
                returned: None,
                moved_at: None,
            };
            decision.events.push(MeetingEvent::Resolved { item: id, resolution });
            Ok(decision)
        }
    }
}

/// The minutes of a meeting have one number.
///
/// Errors: content.
pub fn check_number(meeting: &Meeting, number: &str) -> Result<(), Refusal> {
    let mut errors: Vec<FieldError> = required("/number", number, LONGEST).into_iter().collect();
    if let Some(known) = meeting.number.as_deref().filter(|known| errors.is_empty() && *known != number.trim()) {
        errors.push(FieldError::with("/number", "minutes-number-differs", json!({ "number": known })));
    }
    refuse(errors)
}

fn conclude(meeting: &Meeting, number: &str, notes_rest: bool, ctx: &Context<'_>) -> Outcomes {
    check_number(meeting, number)?;
    let rest: Vec<ItemId> = meeting.items.iter().filter(|i| i.outcome.is_none()).map(|i| i.id).collect();
    if !rest.is_empty() && !notes_rest {
        let error = FieldError::with("/notes_rest", "items-undecided", json!({ "n": rest.len() }));
        return Err(Refusal::conflict("items-undecided").with_errors(vec![error]));
    }
    one(MeetingEvent::Concluded { number: number.trim().to_owned(), noted: rest, at: ctx.now })
}

fn resolution(meeting: &Meeting, item: ItemId) -> Result<&Resolution, Refusal> {
    meeting.item(item).and_then(Item::resolution).ok_or_else(|| Refusal::field("/item", "item-unknown"))
}

fn reported(meeting: &Meeting, item: ItemId) -> Result<&Report, Refusal> {
    let resolution = resolution(meeting, item)?;
    match &resolution.report {
        Some(report) if resolution.standing == Standing::Reported => Ok(report),
        _ => Err(Refusal::conflict("resolution-not-reported")),
    }
}

fn report(meeting: &Meeting, item: ItemId, words: &str, files: Vec<Digest>, ctx: &Context<'_>) -> Outcomes {
    if resolution(meeting, item)?.standing != Standing::Running {
        return Err(Refusal::conflict("resolution-settled"));
    }
    let mut errors: Vec<FieldError> = required("/words", words, LONGEST_TEXT).into_iter().collect();
    if files.len() > MOST {
        errors.push(FieldError::at("/files", "too-many"));
    }
    refuse(errors)?;
    let by = ctx.person()?;
    let mut decision = Decision::default();
    let report = Report { words: decision.words(words), files, by, at: ctx.now };
    decision.events.push(MeetingEvent::ResolutionReported { item, report });
    Ok(decision)
}

/// The acts open to this actor on a meeting now.
pub fn open_actions(actor: &Actor, meeting: &Meeting) -> Vec<MeetingAction> {
    let waits = |action: MeetingAction| match action {
        MeetingAction::Report
        | MeetingAction::Accept
        | MeetingAction::Return
        | MeetingAction::Replace
        | MeetingAction::TakeOver => false,
        MeetingAction::PutBack => !meeting.changes.taken_out.is_empty(),
        MeetingAction::Ratify => meeting.items.iter().any(|i| i.request.is_some() && i.outcome.is_none()),
        _ => true,
    };
    let may = |action: &MeetingAction| {
        waits(*action)
            && starts_from(*action).contains(&meeting.state)
            && rights::permit_meeting(actor, *action, meeting.round).is_ok()
    };
    MeetingAction::ALL.iter().copied().filter(may).collect()
}

/// The acts open to this actor on a resolution of a meeting that is over.
pub fn open_on_resolution(actor: &Actor, round: RoundId, resolution: &Resolution) -> Vec<MeetingAction> {
    let may = |action: MeetingAction| rights::permit_meeting(actor, action, round).is_ok();
    let is_own_report = || resolution.report.as_ref().map(|r| r.by) == actor.person().and_then(|p| p.person);
    match resolution.standing {
        Standing::Running if rights::owns(actor, resolution) || may(MeetingAction::Report) => {
            vec![MeetingAction::Report]
        }
        Standing::Reported if may(MeetingAction::Accept) && is_own_report() => vec![MeetingAction::Return],
        Standing::Reported if may(MeetingAction::Accept) => vec![MeetingAction::Accept, MeetingAction::Return],
        _ => Vec::new(),
    }
}
