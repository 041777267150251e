//! Working days by the State Council's notices, ISO weeks, cut-offs. Dates and times of day are Asia/Shanghai, instants are UTC.

use std::collections::BTreeMap;
use std::ops::Bound;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::words;

#[path = "calendar_years.rs"]
mod years;

words! {
    /// A day that is not what its weekday says.
    pub enum DayKind {
        Holiday = "holiday", "放假";
        Makeup = "makeup", "调休上班";
    }
}

/// Asia/Shanghai; no daylight saving since 1991.
const SHANGHAI: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("eight hours are an offset"),
};

/// The date in Asia/Shanghai at an instant.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&SHANGHAI).date_naive()
}

/// The time of day in Asia/Shanghai at an instant.
pub fn time_of_day(now: DateTime<Utc>) -> NaiveTime {
    now.with_timezone(&SHANGHAI).time()
}

/// The instant of a time of day of a date, both Asia/Shanghai.
pub fn instant(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    SHANGHAI
        .from_local_datetime(&date.and_time(time))
        .single()
        .map_or(DateTime::<Utc>::MAX_UTC, |at| at.with_timezone(&Utc))
}

/// The first instant after a day, Asia/Shanghai.
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    date.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| instant(next, NaiveTime::MIN))
}

/// An ISO week, written `2020-W38`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    /// Monday of the week.
    monday: NaiveDate,
}

impl Week {
    /// The week of a date.
    pub fn of(date: NaiveDate) -> Self {
        let back = Days::new(u64::from(date.weekday().num_days_from_monday()));
        Self { monday: date.checked_sub_days(back).unwrap_or(date) }
    }

    /// Reads `2020-W38`; none when there is no such week.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, week) = text.split_once("-W")?;
        if year.len() != 4 || week.len() != 2 {
            return None;
        }
        let monday = NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, Weekday::Mon)?;
        Some(Self { monday })
    }

    /// Its Monday.
    pub fn monday(self) -> NaiveDate {
        self.monday
    }

    /// Its Sunday.
    pub fn sunday(self) -> NaiveDate {
        self.monday.checked_add_days(Days::new(6)).unwrap_or(self.monday)
    }

    /// ISO year.
    pub fn year(self) -> i32 {
        self.monday.iso_week().year()
    }

    /// ISO week number, 1 to 53.
    pub fn number(self) -> u32 {
        self.monday.iso_week().week()
    }

    /// The week after.
    #[must_use]
    pub fn next(self) -> Self {
        Self { monday: self.monday.checked_add_days(Days::new(7)).unwrap_or(self.monday) }
    }

    /// The week before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self { monday: self.monday.checked_sub_days(Days::new(7)).unwrap_or(self.monday) }
    }

    fn days(self) -> impl DoubleEndedIterator<Item = NaiveDate> {
        (0..7u64).filter_map(move |n| self.monday.checked_add_days(Days::new(n)))
    }
}

impl std::fmt::Display for Week {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-W{:02}", self.year(), self.number())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Week {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let week = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String);
        week.description(Some("An ISO week")).pattern(Some("^[0-9]{4}-W[0-9]{2}$")).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Week {}

impl Serialize for Week {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Week {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Week::parse(&text).ok_or_else(|| serde::de::Error::custom("an ISO week such as 2020-W38"))
    }
}

/// One year of the calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    /// The notice it rests on.
    pub notice: String,
    /// Days that are not what their weekday says.
    pub days: BTreeMap<NaiveDate, DayKind>,
}

/// Which days are worked (docs/domain.md §16). A year without a notice goes by weekdays alone and is marked as not announced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    years: BTreeMap<i32, CalendarYear>,
}

impl Calendar {
    /// The years that were announced when this was built: 2004 to 2026.
    pub fn builtin() -> Self {
        let mut calendar = Self::default();
        for year in years::YEARS {
            let mut days = BTreeMap::new();
            for (list, kind) in [(year.holidays, DayKind::Holiday), (year.makeup_days, DayKind::Makeup)] {
                for day in list {
                    let (month, day) = (u32::from(day / 100), u32::from(day % 100));
                    if let Some(date) = NaiveDate::from_ymd_opt(year.year, month, day) {
                        days.insert(date, kind);
                    }
                }
            }
            let notice = format!("国务院办公厅关于{}年部分节假日安排的通知", year.year);
            calendar.set_year(year.year, CalendarYear { notice, days });
        }
        calendar
    }

    /// Puts a year in, or replaces it.
    pub fn set_year(&mut self, year: i32, days: CalendarYear) {
        self.years.insert(year, days);
    }

    /// The years that are announced.
    pub fn years(&self) -> impl Iterator<Item = (i32, &CalendarYear)> {
        self.years.iter().map(|(year, days)| (*year, days))
    }

    /// Whether the year's notice is known.
    pub fn is_announced(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// The notice a year rests on, if it is announced.
    pub fn notice(&self, year: i32) -> Option<&str> {
        self.years.get(&year).map(|y| y.notice.as_str())
    }

    /// What the notice makes of a day that is not what its weekday says.
    pub fn kind(&self, date: NaiveDate) -> Option<DayKind> {
        self.years.get(&date.year()).and_then(|y| y.days.get(&date)).copied()
    }

    /// Whether a day is worked.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        match self.kind(date) {
            Some(DayKind::Holiday) => false,
            Some(DayKind::Makeup) => true,
            None => is_weekday(date),
        }
    }

    /// The date `n` working days after (before, when negative) a date; `n` = 0 is the date itself, worked or not.
    pub fn add_working_days(&self, date: NaiveDate, n: i64) -> NaiveDate {
        let mut left = n.unsigned_abs();
        let mut day = date;
        while left > 0 {
            let step = if n > 0 { day.succ_opt() } else { day.pred_opt() };
            let Some(next) = step else { return day };
            day = next;
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// Working days after `from` up to and including `to`; negative when `to` is earlier.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        if to < from {
            return -self.working_days_between(to, from);
        }
        // Days that are not what their weekday says are few; the rest is arithmetic, for a page of the ledger asks for every row.
        let apart = self.years.range(from.year()..=to.year()).flat_map(|(year, of_year)| {
            let within = of_year.days.range((Bound::Excluded(from), Bound::Included(to)));
            within.filter(|(day, _)| day.year() == *year)
        });
        let moved = apart.map(|(day, kind)| match (kind, is_weekday(*day)) {
            (DayKind::Holiday, true) => -1,
            (DayKind::Makeup, false) => 1,
            _ => 0,
        });
        weekdays_until(to) - weekdays_until(from) + moved.sum::<i64>()
    }

    /// When a week's cut-off is: that weekday at that time, moved to the last working day of the week when it is not worked; none when no day of the
    /// week is worked (docs/domain.md §14).
    pub fn cut_off(&self, week: Week, weekday: Weekday, time: NaiveTime) -> Option<DateTime<Utc>> {
        let wished = week.days().find(|d| d.weekday() == weekday)?;
        let day =
            if self.is_working_day(wished) { wished } else { week.days().rev().find(|d| self.is_working_day(*d))? };
        Some(instant(day, time))
    }
}

fn is_weekday(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Mondays to Fridays from the first day of our era, a Monday, up to and including this one.
fn weekdays_until(day: NaiveDate) -> i64 {
    let n = i64::from(day.num_days_from_ce());
    n.div_euclid(7) * 5 + n.rem_euclid(7).min(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn make_up_days_of_2020_are_worked() {
        let calendar = Calendar::builtin();
        assert!(calendar.is_working_day(date("2020-09-27")), "a Sunday worked for the national day");
        assert!(calendar.is_working_day(date("2020-10-10")), "a Saturday worked after it");
        assert!(!calendar.is_working_day(date("2020-10-08")), "a Thursday off");
        assert!(!calendar.is_working_day(date("2020-09-26")), "a plain Saturday");
        assert!(calendar.is_working_day(date("2020-09-25")), "a plain Friday");
    }

    #[test]
    fn working_days_step_over_the_national_day() {
        let calendar = Calendar::builtin();
        // 30 September is worked; 1 to 8 October are off; 9 (Friday) and 10 (made up) are worked.
        assert_eq!(calendar.add_working_days(date("2020-09-30"), 1), date("2020-10-09"));
        assert_eq!(calendar.add_working_days(date("2020-09-30"), 2), date("2020-10-10"));
        assert_eq!(calendar.add_working_days(date("2020-10-09"), -1), date("2020-09-30"));
        assert_eq!(calendar.add_working_days(date("2020-10-04"), 0), date("2020-10-04"));
        assert_eq!(calendar.working_days_between(date("2020-09-30"), date("2020-10-10")), 2);
        assert_eq!(calendar.working_days_between(date("2020-10-10"), date("2020-09-30")), -2);
    }

    #[test]
    fn working_days_between_are_those_one_would_count() {
        let calendar = Calendar::builtin();
        let first = date("2019-12-20");
        for from in first.iter_days().take(60) {
            let mut counted = 0;
            // Over a Spring Festival, make-up days, the end of two years.
            for to in from.iter_days().skip(1).take(420) {
                counted += i64::from(calendar.is_working_day(to));
                assert_eq!(calendar.working_days_between(from, to), counted, "{from} to {to}");
                assert_eq!(calendar.working_days_between(to, from), -counted, "{to} to {from}");
            }
            assert_eq!(calendar.working_days_between(from, from), 0);
        }
        // A year that is not announced goes by weekdays.
        assert_eq!(calendar.working_days_between(date("2026-12-31"), date("2027-01-10")), 6);
    }

    #[test]
    fn the_mock_countdowns_hold() {
        // 18 September 2020: 26 working days to 31 October, 70 to 31 December, 27 September and 10 October counted.
        let calendar = Calendar::builtin();
        assert_eq!(calendar.working_days_between(date("2020-09-18"), date("2020-10-31")), 26);
        assert_eq!(calendar.working_days_between(date("2020-09-18"), date("2020-12-31")), 70);
    }

    #[test]
    fn a_cut_off_moves_to_the_last_working_day() {
        let calendar = Calendar::builtin();
        let at = NaiveTime::from_hms_opt(17, 0, 0).unwrap();
        let cut_off =
            |text: &str| calendar.cut_off(Week::parse(text).unwrap(), Weekday::Fri, at).map(|t| t.to_rfc3339());
        assert_eq!(cut_off("2020-W38").unwrap(), "2020-09-18T09:00:00+00:00");
        // The week of 28 September: Thursday to Sunday are off, Wednesday is the last worked.
        assert_eq!(cut_off("2020-W40").unwrap(), "2020-09-30T09:00:00+00:00");
        // Spring festival 2020 was off from Friday 24 January (notice) to Sunday 2 February: a week with no working day owes nothing.
        assert_eq!(cut_off("2020-W05"), None);
    }

    #[test]
    fn a_year_without_a_notice_is_marked() {
        let calendar = Calendar::builtin();
        assert!(calendar.is_announced(2004) && calendar.is_announced(2026));
        assert!(!calendar.is_announced(2027));
        assert!(calendar.is_working_day(date("2027-01-01")), "nobody has said otherwise yet");
    }

    #[test]
    fn a_day_ends_at_midnight_in_shanghai() {
        assert_eq!(end_of_day(date("2020-09-18")).to_rfc3339(), "2020-09-18T16:00:00+00:00");
        assert_eq!(today("2020-09-18T15:59:59Z".parse().unwrap()), date("2020-09-18"));
        assert_eq!(today("2020-09-18T16:00:00Z".parse().unwrap()), date("2020-09-19"));
    }

    #[test]
    fn weeks_are_written_and_read() {
        let week = Week::of(date("2021-01-03"));
        assert_eq!(week.to_string(), "2020-W53");
        assert_eq!(Week::parse("2020-W53"), Some(week));
        assert_eq!((week.monday(), week.sunday()), (date("2020-12-28"), date("2021-01-03")));
        assert_eq!(week.next().to_string(), "2021-W01");
        assert_eq!(week.next().previous(), week);
        assert!(["2020-W54", "2020-38", "20-W01", "2020-W1"].iter().all(|t| Week::parse(t).is_none()));
    }
}
