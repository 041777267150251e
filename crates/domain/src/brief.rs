//! What the weekly brief says and of which stretch of time (docs/domain.md §28). It is reckoned from the records whenever it is read; nothing of it is
//! kept, and nobody writes it.

use chrono::{DateTime, NaiveTime, Utc};

use crate::calendar::{self, Calendar, Week};
use crate::policy::Policy;
use crate::weekly_statement::cut_off_under;
use crate::words;

/// Weeks that may follow each other without a working day; further back nobody looks.
const LONGEST_REST: usize = 8;

words! {
    /// A figure of the brief; each opens its rows.
    pub enum Part {
        Owed = "owed", "应报";
        InTime = "in_time", "按时报";
        Late = "late", "迟报";
        Missing = "missing", "未报";
        Extra = "extra", "补充报";
        Returned = "returned", "被退回";
        Copied = "copied", "与往周雷同";
        Moved = "moved", "有进展";
        Milestones = "milestones", "完成节点";
        States = "states", "状态变化";
        Closed = "closed", "新销号";
        Granted = "granted", "批准调整或延期";
        Still = "still", "没有进展";
        Help = "help", "请求协调";
    }
}

words! {
    /// What happened to a task that counts as moving.
    pub enum Move {
        Milestone = "task.milestone_completed", "完成节点";
        Duty = "task.duty_completed", "完成配合事项";
        Issued = "task.issued", "下发";
        Claimed = "task.claimed", "认领";
        PlanApproved = "task.plan_approved", "方案通过";
        PlanReturned = "task.plan_returned", "方案退回";
        ClosureRequested = "task.closure_requested", "申请销号";
        ClosureReturned = "task.closure_returned", "销号退回";
        Closed = "task.closed", "销号";
        Confirmed = "task.confirmed", "确认销号";
        Reopened = "task.reopened", "重新整改";
        Amended = "task.amended", "方案调整通过";
        Extended = "task.extended", "延期通过";
        Reassigned = "task.reassigned", "责任分工调整";
        DueDateReset = "task.due_date_reset", "重新核定时限";
    }
}

/// The event that takes a milestone back; it is counted against those that were done.
pub const TAKEN_BACK: &str = "task.milestone_reopened";

impl Move {
    /// The figure it counts for.
    pub fn part(self) -> Part {
        match self {
            Self::Milestone | Self::Duty => Part::Milestones,
            Self::Issued
            | Self::Claimed
            | Self::PlanApproved
            | Self::PlanReturned
            | Self::ClosureRequested
            | Self::ClosureReturned
            | Self::Confirmed
            | Self::Reopened => Part::States,
            Self::Closed => Part::Closed,
            Self::Amended | Self::Extended | Self::Reassigned | Self::DueDateReset => Part::Granted,
        }
    }
}

/// The stretch a brief is about: from the cut-off before to its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub week: Week,
    /// The cut-off before; what falls on it belongs to the brief before.
    pub from: DateTime<Utc>,
    /// Its own cut-off, which belongs to it.
    pub until: DateTime<Utc>,
}

/// The stretch of a week; none for a week without a cut-off.
pub fn stretch(week: Week, policy: &Policy, calendar: &Calendar) -> Option<Stretch> {
    let until = cut_off_under(week, policy, calendar)?;
    let before = before(week, policy, calendar).and_then(|w| cut_off_under(w, policy, calendar));
    Some(Stretch { week, from: before.unwrap_or_else(|| calendar::instant(week.monday(), NaiveTime::MIN)), until })
}

/// The nearest earlier week that has a cut-off.
pub fn before(week: Week, policy: &Policy, calendar: &Calendar) -> Option<Week> {
    let weeks = std::iter::successors(Some(week.previous()), |w| Some(w.previous())).take(LONGEST_REST);
    weeks.into_iter().find(|w| cut_off_under(*w, policy, calendar).is_some())
}

/// The nearest later week whose cut-off is over.
pub fn after(week: Week, policy: &Policy, calendar: &Calendar, now: DateTime<Utc>) -> Option<Week> {
    let weeks = std::iter::successors(Some(week.next()), |w| Some(w.next())).take(LONGEST_REST);
    weeks
        .into_iter()
        .find_map(|w| cut_off_under(w, policy, calendar).map(|at| (w, at)))
        .filter(|(_, at)| *at <= now)
        .map(|(w, _)| w)
}

/// The last week whose cut-off is over.
pub fn latest(policy: &Policy, calendar: &Calendar, now: DateTime<Utc>) -> Option<Week> {
    let this = Week::of(calendar::today(now));
    let is_over = |week: &Week| cut_off_under(*week, policy, calendar).is_some_and(|at| at <= now);
    Some(this).filter(is_over).or_else(|| before(this, policy, calendar))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(text: &str) -> Week {
        Week::parse(text).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_brief_is_about_the_time_from_one_cut_off_to_the_next() {
        let (policy, calendar) = (Policy::default(), Calendar::builtin());
        let found = stretch(week("2026-W11"), &policy, &calendar).unwrap();
        assert_eq!((found.from, found.until), (at("2026-03-06T09:00:00Z"), at("2026-03-13T09:00:00Z")));
        assert_eq!(found.week, week("2026-W11"));
    }

    #[test]
    fn a_week_without_a_working_day_has_no_brief_and_the_next_one_reaches_back_over_it() {
        let (policy, calendar) = (Policy::default(), Calendar::builtin());
        // The Spring Festival of 2026: 16 to 20 February are not worked.
        let rest = week("2026-W08");
        assert_eq!(cut_off_under(rest, &policy, &calendar), None);
        assert_eq!(stretch(rest, &policy, &calendar), None);
        assert_eq!(before(week("2026-W09"), &policy, &calendar), Some(week("2026-W07")));
        let over = stretch(week("2026-W09"), &policy, &calendar).unwrap();
        assert_eq!(Some(over.from), cut_off_under(week("2026-W07"), &policy, &calendar));
        assert_eq!(after(week("2026-W07"), &policy, &calendar, at("2026-03-02T00:00:00Z")), Some(week("2026-W09")));
    }

    #[test]
    fn the_newest_brief_is_that_of_the_last_cut_off() {
        let (policy, calendar) = (Policy::default(), Calendar::builtin());
        for (now, newest) in [
            ("2026-03-13T08:59:59Z", "2026-W10"),
            ("2026-03-13T09:00:00Z", "2026-W11"),
            ("2026-03-16T00:00:00Z", "2026-W11"),
            ("2026-02-24T01:00:00Z", "2026-W07"),
        ] {
            assert_eq!(latest(&policy, &calendar, at(now)), Some(week(newest)), "{now}");
        }
        let next = |now| after(week("2026-W10"), &policy, &calendar, at(now));
        assert_eq!(next("2026-03-13T08:59:59Z"), None);
        assert_eq!(next("2026-03-13T09:00:00Z"), Some(week("2026-W11")));
    }

    #[test]
    fn what_moves_counts_for_one_figure() {
        for (one, part) in [
            (Move::Milestone, Part::Milestones),
            (Move::Duty, Part::Milestones),
            (Move::Claimed, Part::States),
            (Move::Reopened, Part::States),
            (Move::Closed, Part::Closed),
            (Move::Extended, Part::Granted),
        ] {
            assert_eq!(one.part(), part, "{one}");
        }
        // What is said is no move, and neither is what time brings.
        for kind in ["task.statement_submitted", "task.light_changed", "task.milestone_passed", TAKEN_BACK] {
            assert_eq!(Move::parse(kind), None, "{kind}");
        }
        for one in Move::ALL {
            assert!(crate::task::event::TaskEvent::KINDS.contains(&one.as_str()), "{one}");
        }
        assert!(crate::task::event::TaskEvent::KINDS.contains(&TAKEN_BACK));
    }
}
