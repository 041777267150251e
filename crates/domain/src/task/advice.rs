//! What a reader of a plan would ask about, said while it is written; and its dates worked back from the end (倒排). Advice hinders nothing.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::phrases::says_nothing;
use super::state::Task;
use super::text::TaskText;
use crate::calendar::{Calendar, DayKind};
use crate::ids::{MeasureId, MilestoneId};
use crate::refusal::FieldError;

/// A milestone as far as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SketchedMilestone {
    /// Which one, where it is there already.
    #[serde(default)]
    pub id: Option<MilestoneId>,
    /// The measure it refines; none for the whole task.
    #[serde(default)]
    pub measure: Option<MeasureId>,
    /// What is reached.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(example = "印发督办办法"))]
    pub title: String,
    /// What will prove it.
    #[serde(default)]
    pub proof: Option<String>,
    /// When.
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
}

/// A plan as far as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanSketch {
    /// Milestones in the order they are written in.
    #[serde(default)]
    pub milestones: Vec<SketchedMilestone>,
    /// Criteria in their words.
    #[serde(default)]
    pub criteria: Vec<String>,
    /// Measures that need not be done.
    #[serde(default)]
    pub excused: Vec<MeasureId>,
}

/// What a reader would ask about, each with its place (docs/domain.md §6, §16).
pub fn advice(
    task: &Task,
    text: &TaskText,
    sketch: &PlanSketch,
    calendar: &Calendar,
    today: NaiveDate,
) -> Vec<FieldError> {
    let mut found = Vec::new();
    for (i, milestone) in sketch.milestones.iter().enumerate() {
        if says_nothing(&milestone.title) {
            found.push(FieldError::at(format!("/milestones/{i}/title"), "says-nothing"));
        }
        let is_proved = milestone.proof.as_deref().is_some_and(|p| !p.trim().is_empty());
        if !milestone.title.trim().is_empty() && !is_proved {
            found.push(FieldError::at(format!("/milestones/{i}/proof"), "milestone-without-proof"));
        }
        let due_on = format!("/milestones/{i}/due_on");
        let is_done = milestone.id.is_some_and(|id| task.done.contains_key(&id));
        match milestone.due_on {
            None => found.push(FieldError::at(due_on, "milestone-without-date")),
            // What is done was done; its date is no question any more.
            Some(_) if is_done => {}
            Some(on) => {
                let before = &sketch.milestones[..i];
                about_date(&mut found, &due_on, on, task, calendar, today);
                if before.iter().any(|b| b.measure == milestone.measure && b.due_on.is_some_and(|b| b > on)) {
                    found.push(FieldError::at(due_on, "milestones-out-of-order"));
                }
            }
        }
    }
    for measure in task.draft.measures.iter().filter(|m| !sketch.excused.contains(&m.id)) {
        let params = json!({ "number": measure.number });
        if !sketch.milestones.iter().any(|m| m.measure == Some(measure.id)) {
            found.push(FieldError::with("/milestones", "measure-without-proof", params.clone()));
        }
        let words = text.measures.iter().find(|m| m.id == measure.id);
        if words.is_some_and(|m| says_nothing(&m.text)) {
            found.push(FieldError::with("/milestones", "measure-says-nothing", params));
        }
    }
    if sketch.criteria.iter().all(|c| c.trim().is_empty()) {
        found.push(FieldError::at("/criteria", "criterion-missing"));
    }
    let empty = sketch.criteria.iter().enumerate().filter(|(_, c)| says_nothing(c));
    found.extend(empty.map(|(i, _)| FieldError::at(format!("/criteria/{i}/text"), "says-nothing")));
    found
}

fn about_date(
    found: &mut Vec<FieldError>,
    at: &str,
    on: NaiveDate,
    task: &Task,
    calendar: &Calendar,
    today: NaiveDate,
) {
    if let Some(due) = task.draft.due_on.filter(|due| on > *due) {
        found.push(FieldError::with(at, "after-due-date", json!({ "due_on": due })));
    } else if on < today {
        found.push(FieldError::at(at, "milestone-past"));
    }
    if !calendar.is_working_day(on) {
        let is_holiday = calendar.kind(on) == Some(DayKind::Holiday);
        let code = if is_holiday { "milestone-on-holiday" } else { "milestone-on-weekend" };
        found.push(FieldError::with(at, code, json!({ "before": calendar.add_working_days(on, -1) })));
    }
}

/// A step of a plan with its working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its first working day.
    pub begins_on: NaiveDate,
    /// Its last.
    pub due_on: NaiveDate,
}

/// Steps worked back from the end of the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkedBack {
    /// In the order given.
    pub steps: Vec<Step>,
    /// Working days there are from today to the end, both counted.
    pub available: i64,
    /// Working days by which the steps are too long to begin today.
    pub lacking: i64,
}

/// Steps of so many working days each, one after the other, the last ending on the last working day up to `end` (docs/domain.md §6, §16).
/// A step takes a day at least.
pub fn work_back(end: NaiveDate, days: &[u16], calendar: &Calendar, today: NaiveDate) -> WorkedBack {
    let up_to = |day: NaiveDate| if calendar.is_working_day(day) { day } else { calendar.add_working_days(day, -1) };
    let count = |from: NaiveDate, to: NaiveDate| {
        let before = from.pred_opt().unwrap_or(from);
        calendar.working_days_between(before, to).max(0)
    };
    let mut due_on = up_to(end);
    let available = count(today, due_on);
    let mut steps = Vec::with_capacity(days.len());
    for n in days.iter().rev() {
        let begins_on = calendar.add_working_days(due_on, 1 - i64::from((*n).max(1)));
        steps.push(Step { begins_on, due_on });
        due_on = calendar.add_working_days(begins_on, -1);
    }
    steps.reverse();
    let yesterday = today.pred_opt().unwrap_or(today);
    let lacking = steps.first().map_or(0, |first| count(first.begins_on, yesterday));
    WorkedBack { steps, available, lacking }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn worked(end: &str, days: &[u16], today: &str) -> (Vec<(String, String)>, i64, i64) {
        let back = work_back(date(end), days, &Calendar::builtin(), date(today));
        let steps = back.steps.iter().map(|s| (s.begins_on.to_string(), s.due_on.to_string())).collect();
        (steps, back.available, back.lacking)
    }

    fn step(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn steps_follow_each_other_up_to_the_end_in_working_days() {
        // 30 September 2020 is a Wednesday; the Sunday before it was worked.
        let (steps, available, lacking) = worked("2020-09-30", &[2, 3], "2020-09-22");
        assert_eq!(steps, [step("2020-09-25", "2020-09-27"), step("2020-09-28", "2020-09-30")]);
        assert_eq!((available, lacking), (8, 0), "22 to 25, 27 to 30");
    }

    #[test]
    fn an_end_that_is_not_worked_moves_before_the_holiday() {
        let (steps, ..) = worked("2020-10-05", &[1], "2020-09-22");
        assert_eq!(steps, [step("2020-09-30", "2020-09-30")]);
        let (steps, ..) = worked("2020-09-19", &[1], "2020-09-01");
        assert_eq!(steps, [step("2020-09-18", "2020-09-18")]);
    }

    #[test]
    fn a_step_takes_a_day_at_least() {
        let (steps, ..) = worked("2020-09-18", &[0, 1], "2020-09-01");
        assert_eq!(steps, [step("2020-09-17", "2020-09-17"), step("2020-09-18", "2020-09-18")]);
    }

    #[test]
    fn what_is_too_long_says_by_how_much() {
        // Five working days from Monday to Friday, seven asked for: the Thursday and Friday before lack.
        let (steps, available, lacking) = worked("2020-09-18", &[7], "2020-09-14");
        assert_eq!((steps, available, lacking), (vec![step("2020-09-10", "2020-09-18")], 5, 2));
        // The end has passed.
        let (_, available, lacking) = worked("2020-09-11", &[1], "2020-09-14");
        assert_eq!((available, lacking), (0, 1));
    }

    #[test]
    fn no_steps_are_no_steps() {
        assert_eq!(worked("2020-09-18", &[], "2020-09-14"), (vec![], 5, 0));
    }
}
