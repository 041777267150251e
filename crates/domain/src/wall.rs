//! The wall chart (挂图作战): which mark a cell bears, how far off the report is, how a date moved, what is to be expected by the report; and what a
//! screen without a log-in shows (docs/domain.md §30). No I/O: what was found is handed in.

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use uuid::Uuid;

use crate::actor::{Actor, PersonActor};
use crate::calendar::Calendar;
use crate::ids::{AccountId, RoundId};
use crate::meeting::agenda::is_overdue;
use crate::refusal::{FieldError, Refusal};
use crate::words;

/// Longest name of a kiosk, in characters.
const LONGEST: usize = 40;

words! {
    /// What a wall turns to, in this order.
    pub enum WallPage {
        Matrix = "matrix", "矩阵";
        Schedule = "schedule", "倒排工期";
        Changes = "changes", "逾期与本周变化";
        Progress = "progress", "进度与预测";
    }
}

words! {
    /// The mark of tasks that are looked at together, the heaviest first.
    pub enum Mark {
        Red = "red", "红灯";
        Yellow = "yellow", "预警";
        Green = "green", "正常";
        Unissued = "unissued", "待下发";
        Dark = "dark", "无灯";
        Done = "done", "已销号";
    }
}

/// Tasks that are looked at together, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub tasks: i64,
    pub closed: i64,
    /// Not yet issued.
    pub draft: i64,
    pub red: i64,
    pub yellow: i64,
    pub green: i64,
}

impl Tally {
    /// The mark of the heaviest among them: one red one makes all of it red; closed is only where all are.
    pub fn mark(&self) -> Mark {
        if self.red > 0 {
            Mark::Red
        } else if self.yellow > 0 {
            Mark::Yellow
        } else if self.green > 0 {
            Mark::Green
        } else if self.draft > 0 {
            Mark::Unissued
        } else if self.closed < self.tasks {
            Mark::Dark
        } else {
            Mark::Done
        }
    }

    /// Counts others with them.
    pub fn add(&mut self, other: &Self) {
        self.tasks += other.tasks;
        self.closed += other.closed;
        self.draft += other.draft;
        self.red += other.red;
        self.yellow += other.yellow;
        self.green += other.green;
    }

    /// What comes first of two when the worst is looked at first.
    pub fn weight(&self) -> (i64, i64, i64) {
        (-self.red, -self.yellow, self.closed - self.tasks)
    }
}

/// How far off a day is, in both ways of counting; negative once it is past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Countdown {
    pub on: NaiveDate,
    /// Working days after today, up to and with the day itself.
    pub working_days: i64,
    pub calendar_days: i64,
}

/// How far off a day is.
pub fn countdown(on: NaiveDate, today: NaiveDate, calendar: &Calendar) -> Countdown {
    Countdown { on, working_days: calendar.working_days_between(today, on), calendar_days: (on - today).num_days() }
}

/// A task against its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates<'a> {
    /// As it was first issued.
    pub original: Option<NaiveDate>,
    /// Dates that were granted or set anew, in their order; the last one holds.
    pub moved: &'a [NaiveDate],
    pub due: NaiveDate,
    /// When it was ratified.
    pub closed: Option<NaiveDate>,
}

/// How a task slipped against its dates, in words; none where it did not.
pub fn slippage(dates: Dates<'_>, today: NaiveDate) -> Option<String> {
    let day = |on: NaiveDate| format!("{}月{}日", on.month(), on.day());
    let moved = dates.original.filter(|first| !dates.moved.is_empty() && *first != dates.due).map(|first| {
        let days = (dates.due - first).num_days();
        let by = if days > 0 { format!("推后 {days} 天") } else { format!("提前 {} 天", -days) };
        format!("原定 {}，{} 次调整，{by}", day(first), dates.moved.len())
    });
    let ended = match dates.closed {
        Some(on) if on > dates.due => Some(format!("晚 {} 天销号", (on - dates.due).num_days())),
        Some(_) => None,
        None => is_overdue(dates.due, today),
    };
    let said: Vec<String> = [moved, ended].into_iter().flatten().collect();
    if said.is_empty() { None } else { Some(said.join("；")) }
}

/// What is to be expected of the tasks that are due by a day. The parts sum to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Due by the day.
    pub planned: i64,
    pub closed: i64,
    /// Not closed, and the date is over.
    pub overdue: i64,
    /// Not closed, and the date will be missed at the present pace (docs/domain.md §26).
    pub behind: i64,
    /// Not closed, and nothing says that the date will be missed.
    pub on_course: i64,
}

/// What is to be expected by a day, from what is due by then and what of it is closed, overdue and behind.
pub fn outlook(planned: i64, closed: i64, overdue: i64, behind: i64) -> Outlook {
    Outlook { planned, closed, overdue, behind, on_course: planned - closed - overdue - behind }
}

/// Who looks at a wall by a link, without being anybody: sees the round whole, as its principal does, and is no reader of a sensitive matter.
pub fn onlooker(round: RoundId) -> Actor {
    Actor::Person(Box::new(PersonActor {
        account: AccountId(Uuid::nil()),
        person: None,
        name: String::new(),
        role: None,
        duty: None,
        memberships: Vec::new(),
        assignments: Vec::new(),
        principal_of: vec![round],
        heads_group_of: Vec::new(),
        stands_in_for: Vec::new(),
        service: None,
    }))
}

/// A screen without a log-in, as the office asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KioskForm {
    /// Where it hangs.
    pub name: String,
    pub pages: Vec<WallPage>,
}

impl KioskForm {
    /// The same with its name trimmed and each page once, in the wall's order.
    ///
    /// Errors: `content` with `required`, `too-long`.
    pub fn checked(&self) -> Result<Self, Refusal> {
        let name = self.name.trim();
        let mut faults = Vec::new();
        if name.is_empty() {
            faults.push(FieldError::at("/name", "required"));
        } else if name.chars().count() > LONGEST {
            faults.push(FieldError::with("/name", "too-long", json!({ "max": LONGEST })));
        }
        if self.pages.is_empty() {
            faults.push(FieldError::at("/pages", "required"));
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid("content", faults));
        }
        let pages = WallPage::ALL.iter().copied().filter(|p| self.pages.contains(p)).collect();
        Ok(Self { name: name.to_owned(), pages })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_heaviest_decides_the_mark_and_closed_is_only_where_all_are() {
        let of = |tasks, closed, draft, red, yellow, green| Tally { tasks, closed, draft, red, yellow, green }.mark();
        assert_eq!(of(6, 1, 1, 1, 1, 1), Mark::Red);
        assert_eq!(of(5, 1, 1, 0, 1, 1), Mark::Yellow);
        assert_eq!(of(4, 1, 1, 0, 0, 1), Mark::Green);
        assert_eq!(of(3, 1, 1, 0, 0, 0), Mark::Unissued);
        assert_eq!(of(2, 1, 0, 0, 0, 0), Mark::Dark);
        assert_eq!(of(2, 2, 0, 0, 0, 0), Mark::Done);
        // A failed check shows on what is closed.
        assert_eq!(of(1, 1, 0, 1, 0, 0), Mark::Red);
    }

    #[test]
    fn what_is_counted_together_is_the_sum_and_the_worst_comes_first() {
        let one = Tally { tasks: 3, closed: 1, draft: 0, red: 1, yellow: 0, green: 1 };
        let other = Tally { tasks: 4, closed: 0, draft: 2, red: 1, yellow: 1, green: 0 };
        let mut both = one;
        both.add(&other);
        assert_eq!(both, Tally { tasks: 7, closed: 1, draft: 2, red: 2, yellow: 1, green: 1 });
        let mut order = [Tally { tasks: 9, closed: 9, ..Tally::default() }, one, both, other];
        order.sort_by_key(Tally::weight);
        assert_eq!(order.map(|t| t.tasks), [7, 4, 3, 9]);
    }

    #[test]
    fn a_countdown_says_both_and_goes_below_nought() {
        let calendar = Calendar::builtin();
        let to = countdown(on("2020-10-10"), on("2020-09-18"), &calendar);
        // The Sunday of 27 September and the Saturday of 10 October are worked; 1 to 8 October are not.
        assert_eq!((to.working_days, to.calendar_days), (11, 22));
        let past = countdown(on("2020-09-17"), on("2020-09-18"), &calendar);
        assert_eq!((past.working_days, past.calendar_days), (-1, -1));
        assert_eq!(countdown(on("2020-09-18"), on("2020-09-18"), &calendar).calendar_days, 0);
    }

    #[test]
    fn a_slippage_says_what_was_moved_and_what_is_late() {
        let today = on("2026-06-11");
        let dates = |original: &str, moved: &'static [NaiveDate], due: &str, closed: Option<&str>| {
            slippage(Dates { original: Some(on(original)), moved, due: on(due), closed: closed.map(on) }, today)
        };
        assert_eq!(dates("2026-06-20", &[], "2026-06-20", None), None);
        assert_eq!(dates("2026-06-20", &[], "2026-06-20", Some("2026-06-20")), None);
        assert_eq!(dates("2026-06-01", &[], "2026-06-01", Some("2026-06-04")).as_deref(), Some("晚 3 天销号"));
        assert_eq!(dates("2026-06-01", &[], "2026-06-01", None).as_deref(), Some("逾期 10 天，时限 6月1日"));
        let twice: &'static [NaiveDate] = Box::leak(Box::new([on("2026-06-05"), on("2026-06-08")]));
        assert_eq!(
            dates("2026-06-01", twice, "2026-06-08", None).as_deref(),
            Some("原定 6月1日，2 次调整，推后 7 天；逾期 3 天，时限 6月8日")
        );
        let once = &twice[..1];
        assert_eq!(dates("2026-06-15", once, "2026-06-12", None).as_deref(), Some("原定 6月15日，1 次调整，提前 3 天"));
        // Moved and moved back, or a task whose first date nobody kept.
        assert_eq!(dates("2026-06-20", twice, "2026-06-20", None), None);
        let kept = Dates { original: None, moved: once, due: on("2026-06-20"), closed: None };
        assert_eq!(slippage(kept, today), None);
    }

    #[test]
    fn the_parts_of_an_outlook_sum_to_the_whole() {
        let all = outlook(36, 24, 3, 2);
        assert_eq!(all.on_course, 7);
        assert_eq!(all.closed + all.overdue + all.behind + all.on_course, all.planned);
    }

    #[test]
    fn an_onlooker_sees_a_round_and_is_nobody() {
        let (round, other) = (RoundId(Uuid::from_u128(1)), RoundId(Uuid::from_u128(2)));
        let actor = onlooker(round);
        let scope = rights::scope(&actor);
        assert!(scope.rounds.contains(&round) && !scope.rounds.contains(&other));
        assert!(scope.persons.is_empty() && scope.units.is_empty() && !scope.is_system);
        assert!(rights::permit_office(&actor, round).is_err() && rights::permit_supervision(&actor, round).is_err());
        assert_eq!(rights::own_rows(&actor, round), None);
    }

    #[test]
    fn a_kiosk_has_a_name_and_shows_something() {
        let form = |name: &str, pages: &[WallPage]| KioskForm { name: name.to_owned(), pages: pages.to_vec() };
        let asked = form(" 一楼大厅 ", &[WallPage::Progress, WallPage::Matrix, WallPage::Matrix]);
        assert_eq!(asked.checked().unwrap(), form("一楼大厅", &[WallPage::Matrix, WallPage::Progress]));
        let codes = |form: KioskForm| -> Vec<(String, String)> {
            form.checked().unwrap_err().errors.into_iter().map(|e| (e.pointer, e.code)).collect()
        };
        let at = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
        assert_eq!(codes(form(" ", &[])), [at("/name", "required"), at("/pages", "required")]);
        assert_eq!(codes(form(&"厅".repeat(41), &[WallPage::Matrix])), [at("/name", "too-long")]);
        assert!(form(&"厅".repeat(40), &[WallPage::Matrix]).checked().is_ok());
    }
}
