//! The agenda that builds itself from the records, and the days on which coordination meetings are due (docs/domain.md §26). No I/O: what was
//! found is handed in.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::state::{Changes, Source};
use crate::calendar::Calendar;
use crate::chain::Digest;
use crate::ids::{ItemId, SignRequestId, SlipId, TaskId};
use crate::slip::clock::is_receipt_late;
use crate::slip::state::Slip;

/// Working days of a week, by which a pace is said.
const WEEK: i64 = 5;

/// Working days that must have gone by before a pace says anything.
const EARLIEST: i64 = 2 * WEEK;

/// Something the records say should be heard. The same task may be found for several reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub about: About,
    pub source: Source,
    /// Why, in words.
    pub why: String,
}

/// What an item is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    Task(TaskId),
    /// A closure of a task that a meeting may ratify.
    Closure(SignRequestId, TaskId),
    /// A resolution of an earlier meeting, with the task it is on.
    LeftOver(ItemId, Option<TaskId>),
    /// A slip that is about no task; one that is stands with its task.
    Slip(SlipId),
}

impl About {
    /// How people's changes name it.
    pub fn key(self) -> String {
        match self {
            Self::Task(task) => format!("task:{task}"),
            Self::Closure(request, _) => format!("request:{request}"),
            Self::LeftOver(item, _) => format!("resolution:{item}"),
            Self::Slip(slip) => format!("slip:{slip}"),
        }
    }

    /// The task it is on.
    pub fn task(self) -> Option<TaskId> {
        match self {
            Self::Task(task) | Self::Closure(_, task) => Some(task),
            Self::LeftOver(_, task) => task,
            Self::Slip(_) => None,
        }
    }
}

/// One line of an agenda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub key: String,
    /// Why it is there, the weightiest first, each with its words.
    pub sources: Vec<(Source, String)>,
    pub task: Option<TaskId>,
    pub request: Option<SignRequestId>,
    pub left_over: Option<ItemId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip: Option<SlipId>,
    /// Words of a line put on by hand.
    pub title: Option<Digest>,
    /// Why it is not to be heard.
    pub taken_out: Option<Digest>,
}

/// The agenda: what was found, one line for each thing, in the order of [`Source`] and then as it was handed in; what was put on by hand behind it;
/// then as people ordered it. What came up after somebody ordered stands behind what he ordered. What was taken out stays as a line that says why.
pub fn build(found: Vec<Found>, changes: &Changes) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for Found { about, source, why } in found {
        let key = about.key();
        if let Some(line) = lines.iter_mut().find(|l| l.key == key) {
            line.sources.push((source, why));
            continue;
        }
        let (request, left_over, slip) = match about {
            About::Closure(request, _) => (Some(request), None, None),
            About::LeftOver(item, _) => (None, Some(item), None),
            About::Slip(slip) => (None, None, Some(slip)),
            About::Task(_) => (None, None, None),
        };
        lines.push(Line {
            key,
            sources: vec![(source, why)],
            task: about.task(),
            request,
            left_over,
            slip,
            title: None,
            taken_out: None,
        });
    }
    for line in &mut lines {
        line.sources.sort_by_key(|(source, _)| *source);
    }
    lines.sort_by_key(|line| line.sources.first().map(|(source, _)| *source));
    lines.extend(changes.added.iter().map(|added| Line {
        key: added.key.clone(),
        sources: vec![(Source::ByHand, String::new())],
        task: added.task,
        request: None,
        left_over: None,
        slip: None,
        title: Some(added.title.clone()),
        taken_out: None,
    }));
    for line in &mut lines {
        line.taken_out = changes.taken_out.iter().find(|t| t.key == line.key).map(|t| t.reason.clone());
    }
    let place = |line: &Line| changes.order.iter().position(|key| *key == line.key).unwrap_or(usize::MAX);
    lines.sort_by_key(place);
    lines
}

/// How a running task stands to its milestones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The day its work began.
    pub from: NaiveDate,
    pub due: NaiveDate,
    /// Milestones done since, and left.
    pub done: u32,
    pub left: u32,
}

fn weeks(working_days: i64) -> String {
    let (whole, rest) = (working_days / WEEK, working_days % WEEK);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{}", rest * 2) }
}

/// Why the date will be missed at the present pace, in words; none where it will not, where it is over, or where it is too early to say.
///
/// The pace is milestones done by working days gone. Where none is done yet it is reckoned as though one were done today, which is the fastest pace
/// that can still be true; a task with a single milestone therefore has none.
pub fn falls_behind(pace: Pace, today: NaiveDate, calendar: &Calendar) -> Option<String> {
    let gone = calendar.working_days_between(pace.from, today);
    let remains = calendar.working_days_between(today, pace.due);
    if pace.due < today || gone < EARLIEST || pace.left == 0 {
        return None;
    }
    let (done, left) = if pace.done == 0 { (1, pace.left - 1) } else { (pace.done, pace.left) };
    // Rounded up: a day begun is a day needed.
    let needed = (i64::from(left) * gone).div_euclid(i64::from(done))
        + i64::from(u8::from((i64::from(left) * gone).rem_euclid(i64::from(done)) > 0));
    if needed <= remains {
        return None;
    }
    Some(if pace.done == 0 {
        format!(
            "开工 {} 个工作周还没有完成节点，剩 {} 个节点，到期只有 {} 个工作周",
            weeks(gone),
            pace.left,
            weeks(remains)
        )
    } else {
        format!(
            "{} 个工作周完成 {} 个节点，剩 {} 个，照此还要 {} 个工作周，到期只有 {} 个工作周",
            weeks(gone),
            pace.done,
            pace.left,
            weeks(needed),
            weeks(remains)
        )
    })
}

/// Why a task is stuck, in words: no milestone was done for so many weeks, counted from the last one or from the beginning of the work; none where
/// it is not, or where no milestone is left.
pub fn is_stuck(pace: Pace, last: Option<NaiveDate>, today: NaiveDate, after_weeks: u16) -> Option<String> {
    let since = last.map_or(pace.from, |on| on.max(pace.from));
    let gone = (today - since).num_days() / 7;
    if pace.left == 0 || after_weeks == 0 || gone < i64::from(after_weeks) {
        return None;
    }
    let from = |on: NaiveDate| format!("{}月{}日", on.month(), on.day());
    Some(match last {
        Some(on) => format!("已 {gone} 周没有节点完成，最近一次 {}", from(on)),
        None => format!("开工 {gone} 周还没有节点完成，{} 起", from(pace.from)),
    })
}

/// Why a task is overdue, in words; none where it is not.
pub fn is_overdue(due: NaiveDate, today: NaiveDate) -> Option<String> {
    (due < today).then(|| format!("逾期 {} 天，时限 {}月{}日", (today - due).num_days(), due.month(), due.day()))
}

/// Why an open slip is unanswered, in words: not signed for or not answered after the day; none where it waits within its time.
pub fn is_unanswered(slip: &Slip, name: &str, today: NaiveDate) -> Option<String> {
    let since = |due: Option<NaiveDate>| {
        due.map(|due| format!("时限 {}月{}日，已过 {} 天", due.month(), due.day(), (today - due).num_days()))
    };
    if slip.is_overdue(today) {
        return since(slip.due_on).map(|since| format!("{name}没有答复，{since}"));
    }
    let is_late = is_receipt_late(slip, today);
    since(slip.receive_due_on.filter(|_| is_late)).map(|since| format!("{name}没有签收，{since}"))
}

/// A stretch of a month with one coordination meeting: its first day, the day after its last, and the day proposed, its first working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub on: NaiveDate,
}

/// The stretches of the month of a day: as many as meetings a month, as even as whole days allow. A stretch without a working day has no meeting.
pub fn slots(of: NaiveDate, meetings_per_month: u8, calendar: &Calendar) -> Vec<Slot> {
    let first = of.with_day(1).unwrap_or(of);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    let (days, n) = ((next - first).num_days(), i64::from(meetings_per_month.min(10)));
    (0..n)
        .filter_map(|i| {
            let from = first + chrono::Days::new(u64::try_from(days * i / n).ok()?);
            let until = first + chrono::Days::new(u64::try_from(days * (i + 1) / n).ok()?);
            let on = from.iter_days().take_while(|on| *on < until).find(|on| calendar.is_working_day(*on))?;
            Some(Slot { from, until, on })
        })
        .collect()
}

/// The day of the next coordination meeting that nobody has set yet: the first stretch, from today on, in which none is set or was held. Its day is
/// the proposed one, or the first working day from today where that is past.
pub fn next_proposed(
    today: NaiveDate,
    meetings_per_month: u8,
    set: &[NaiveDate],
    calendar: &Calendar,
) -> Option<NaiveDate> {
    let months = [today, today.with_day(1)?.checked_add_months(chrono::Months::new(1))?];
    months.iter().flat_map(|of| slots(*of, meetings_per_month, calendar)).find_map(|slot| {
        let is_free = !set.iter().any(|on| slot.from <= *on && *on < slot.until);
        let from = slot.on.max(today);
        let on = from.iter_days().take_while(|on| *on < slot.until).find(|on| calendar.is_working_day(*on))?;
        is_free.then_some(on)
    })
}

/// What an event of a task after a meeting counts as: something moved; none for what only time or paperwork brings.
pub fn moved(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "task.milestone_completed" => "完成节点",
        "task.statement_submitted" => "报写实",
        "task.closure_requested" => "申请销号",
        "task.closed" => "销号",
        "task.confirmed" => "确认销号",
        "task.claimed" => "认领",
        "task.plan_approved" => "方案通过",
        "task.amended" => "方案调整通过",
        "task.extended" => "延期通过",
        "task.due_date_reset" => "重新核定时限",
        "task.reopened" => "重新整改",
        "task.duty_completed" => "配合事项完成",
        _ => return None,
    })
}
