//! When a rule is checked, and what time brings to its checks (docs/domain.md §43). Dates are those of Asia/Shanghai.

use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};

use super::event::RuleEvent;
use super::state::{Rule, RuleCheck};
use crate::calendar::{self, Calendar};

/// Calendar months after the effective day at which a rule is checked.
pub const MONTHS: [u32; 3] = [3, 6, 12];

/// Working days before its day from which a check can be answered; so many are left for one whose day was over when the rule was confirmed.
pub const OPEN_WORKING_DAYS: i64 = 10;

/// The day itself where it is worked, else the next working day.
fn worked(day: NaiveDate, calendar: &Calendar) -> NaiveDate {
    if calendar.is_working_day(day) { day } else { calendar.add_working_days(day, 1) }
}

/// The day of a check: so many calendar months after the effective day, the last of the month where it has no such day, moved to the next working day.
pub fn due_on(effective_on: NaiveDate, months: u32, calendar: &Calendar) -> NaiveDate {
    worked(effective_on.checked_add_months(Months::new(months)).unwrap_or(effective_on), calendar)
}

/// The checks of a rule that is confirmed on a day. Of those that nobody could have kept any more the last one is left, with the time to do it.
pub fn checks(effective_on: NaiveDate, confirmed_on: NaiveDate, calendar: &Calendar) -> Vec<RuleCheck> {
    let earliest = calendar.add_working_days(confirmed_on, OPEN_WORKING_DAYS);
    let days = MONTHS.map(|months| (months, due_on(effective_on, months, calendar)));
    let n_late = days.iter().filter(|(_, due)| *due < earliest).count();
    days.into_iter()
        .skip(n_late.saturating_sub(1))
        .map(|(months, due)| {
            let due_on = due.max(earliest);
            RuleCheck {
                months,
                opens_on: calendar.add_working_days(due_on, -OPEN_WORKING_DAYS),
                due_on,
                is_opened: false,
                is_late: false,
                answer: None,
                judgement: None,
            }
        })
        .collect()
}

fn waiting(rule: &Rule) -> impl Iterator<Item = &RuleCheck> {
    rule.checks.iter().filter(|c| c.judgement.is_none() && rule.state.holds())
}

/// What time has brought and was not said yet; each is said once.
pub fn passed(rule: &Rule, now: DateTime<Utc>) -> Vec<RuleEvent> {
    let today = calendar::today(now);
    let mut events = Vec::new();
    for check in waiting(rule) {
        let (months, due_on) = (check.months, check.due_on);
        if !check.is_opened && check.answer.is_none() && check.opens_on <= today {
            events.push(RuleEvent::CheckOpened { months, due_on });
        }
        if !check.is_late && due_on < today {
            events.push(RuleEvent::CheckPassedBy { months, due_on });
        }
    }
    events
}

/// When the clock has to look at it next; none where time alone brings nothing more.
pub fn next_look(rule: &Rule) -> Option<DateTime<Utc>> {
    waiting(rule)
        .flat_map(|check| {
            let is_to_open = !check.is_opened && check.answer.is_none();
            let opens = is_to_open.then(|| calendar::instant(check.opens_on, NaiveTime::MIN));
            let passes = (!check.is_late).then(|| calendar::end_of_day(check.due_on));
            [opens, passes]
        })
        .flatten()
        .min()
}
