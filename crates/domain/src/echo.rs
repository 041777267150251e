//! Whether what was handed in was answered, and in time: the rate 事事有回音 (docs/domain.md §23).

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::policy::Policy;

/// How something handed in stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// Answered within its time.
    InTime,
    /// Answered after it.
    Late,
    /// Not answered, its time not over.
    Waiting,
    /// Not answered and its time over.
    Overdue,
}

/// The last day on which an answer is in time: the policy's working days for each step that has to look at it.
pub fn answer_due_on(handed_in_on: NaiveDate, steps: u16, policy: &Policy, calendar: &Calendar) -> NaiveDate {
    let days = i64::from(policy.answer_working_days) * i64::from(steps.max(1));
    calendar.add_working_days(handed_in_on, days)
}

/// How it stands today.
pub fn echo(
    handed_in_on: NaiveDate,
    answered_on: Option<NaiveDate>,
    steps: u16,
    policy: &Policy,
    calendar: &Calendar,
    today: NaiveDate,
) -> Echo {
    let due = answer_due_on(handed_in_on, steps, policy, calendar);
    match answered_on {
        Some(on) if on <= due => Echo::InTime,
        Some(_) => Echo::Late,
        None if today <= due => Echo::Waiting,
        None => Echo::Overdue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_answer_is_in_time_until_the_end_of_its_last_working_day() {
        let (policy, calendar) = (Policy::default(), Calendar::builtin());
        let stands = |answered: Option<&str>, today: &str| {
            // Handed in on a Thursday; Friday, Monday and Tuesday are its three days.
            echo(date("2026-03-05"), answered.map(date), 1, &policy, &calendar, date(today))
        };
        assert_eq!(stands(Some("2026-03-10"), "2026-03-20"), Echo::InTime);
        assert_eq!(stands(Some("2026-03-11"), "2026-03-20"), Echo::Late);
        assert_eq!(stands(None, "2026-03-10"), Echo::Waiting);
        assert_eq!(stands(None, "2026-03-11"), Echo::Overdue);
    }

    #[test]
    fn each_step_has_its_days_and_a_holiday_is_none() {
        let (policy, calendar) = (Policy::default(), Calendar::builtin());
        assert_eq!(answer_due_on(date("2020-09-30"), 1, &policy, &calendar), date("2020-10-12"));
        assert_eq!(answer_due_on(date("2026-03-05"), 3, &policy, &calendar), date("2026-03-18"));
        // A chain that says nothing is one step.
        assert_eq!(answer_due_on(date("2026-03-05"), 0, &policy, &calendar), date("2026-03-10"));
    }
}
