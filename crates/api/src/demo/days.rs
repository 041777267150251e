//! The days of the story: weeks of the round on the real calendar, moments on working days and in office hours.

use chrono::{DateTime, Days as Span, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use domain::calendar::{self, Calendar, Week};

use super::script::Moment;

/// Office hours in minutes of the day, Asia/Shanghai: from, lunch, back, until.
const FROM: u32 = 9 * 60 + 5;
const LUNCH: u32 = 12 * 60;
const BACK: u32 = 13 * 60 + 30;
const UNTIL: u32 = 17 * 60 + 20;

/// The round's weeks; the first begins on a Monday.
pub(super) struct RoundDays {
    pub(super) first_monday: NaiveDate,
    pub(super) calendar: Calendar,
}

impl RoundDays {
    /// Today lies in the seventh week.
    pub(super) fn seventh_week_on(today: NaiveDate, calendar: Calendar) -> Self {
        let monday = Week::of(today).monday();
        Self { first_monday: monday - Span::new(6 * 7), calendar }
    }

    /// The date a moment names, worked or not.
    pub(super) fn date(&self, moment: Moment) -> NaiveDate {
        self.first_monday + TimeDelta::days((moment.week - 1) * 7 + moment.day - 1)
    }

    /// The ISO week of a week of the round.
    pub(super) fn week(&self, week: i64) -> Week {
        Week::of(self.first_monday + TimeDelta::days((week - 1) * 7))
    }

    /// The day on which it is done: that day when it is worked; else the last worked day before it in its week, else the first after it in its
    /// week, else the last worked day before.
    fn worked(&self, date: NaiveDate) -> NaiveDate {
        if self.calendar.is_working_day(date) {
            return date;
        }
        let monday = Week::of(date).monday();
        let days: Vec<NaiveDate> = (0..7).map(|n| monday + TimeDelta::days(n)).collect();
        let worked = |d: &&NaiveDate| self.calendar.is_working_day(**d);
        let before = days.iter().rev().filter(|d| **d < date).find(worked);
        let after = days.iter().filter(|d| **d > date).find(worked);
        before.or(after).copied().unwrap_or_else(|| self.calendar.add_working_days(date, -1))
    }

    /// The instant of a moment; `seed` spreads acts without a time of day over office hours.
    pub(super) fn at(&self, moment: Moment, seed: u32) -> DateTime<Utc> {
        let day = self.worked(self.date(moment));
        match moment.time {
            Some(time) => calendar::instant(day, time),
            None => {
                let minute = FROM + seed * 37 % 340;
                let minute = if minute >= LUNCH { minute + BACK - LUNCH } else { minute };
                instant(day, minute, seed * 29 % 60)
            }
        }
    }

    /// Some minutes later, in office hours: over lunch, and from the evening to the next working morning.
    pub(super) fn later(&self, moment: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
        self.in_hours(moment + TimeDelta::minutes(i64::from(minutes)))
    }

    /// The same moment if it lies in office hours, else the next that does.
    pub(super) fn in_hours(&self, moment: DateTime<Utc>) -> DateTime<Utc> {
        let day = calendar::today(moment);
        let start = calendar::instant(day, NaiveTime::MIN);
        let minute = u32::try_from((moment - start).num_minutes()).unwrap_or(0);
        let second = moment.second();
        if !self.calendar.is_working_day(day) || minute > UNTIL {
            let next = self.calendar.add_working_days(day, 1);
            return instant(next, FROM + minute % 80, second);
        }
        match minute {
            m if m < FROM => instant(day, FROM + m % 40, second),
            m if (LUNCH..BACK).contains(&m) => instant(day, BACK + (m - LUNCH) / 3, second),
            _ => moment,
        }
    }

    /// The moments from one instant (left out) to another (taken in) at which time alone can change a task: midnight and the cut-off.
    pub(super) fn ticks(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let cut_off = NaiveTime::from_hms_opt(17, 0, 0).unwrap_or(NaiveTime::MIN);
        let last = calendar::today(until);
        calendar::today(after)
            .iter_days()
            .take_while(|day| *day <= last)
            .flat_map(|day| [calendar::instant(day, NaiveTime::MIN), calendar::instant(day, cut_off)])
            .filter(|at| after < *at && *at <= until)
            .collect()
    }
}

fn instant(day: NaiveDate, minute: u32, second: u32) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, second).unwrap_or(NaiveTime::MIN);
    calendar::instant(day, time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(today: &str) -> RoundDays {
        RoundDays::seventh_week_on(today.parse().unwrap(), Calendar::builtin())
    }

    fn moment(week: i64, day: i64) -> Moment {
        Moment { week, day, time: None }
    }

    #[test]
    fn today_lies_in_the_seventh_week() {
        for today in ["2026-11-23", "2026-11-25", "2026-11-29"] {
            assert_eq!(days(today).first_monday.to_string(), "2026-10-12", "{today}");
        }
        assert_eq!(days("2027-01-06").date(moment(7, 3)).to_string(), "2027-01-06");
    }

    #[test]
    fn acts_fall_on_working_days_of_their_week() {
        // The week of the national day 2026: Monday to Wednesday (28 to 30 September) are worked, Thursday to Sunday are off.
        let days = days("2026-10-07");
        assert_eq!(days.worked("2026-10-02".parse().unwrap()).to_string(), "2026-09-30");
        // The week after is off until Wednesday.
        assert_eq!(days.worked("2026-10-05".parse().unwrap()).to_string(), "2026-10-08");
        // A week without a working day: the last one before.
        assert_eq!(days.worked("2026-02-18".parse().unwrap()).to_string(), "2026-02-14");
    }

    #[test]
    fn every_moment_is_in_office_hours() {
        let days = days("2026-10-07");
        for week in 1..=7 {
            for day in 1..=5 {
                for seed in 0..200 {
                    let at = days.at(moment(week, day), seed);
                    assert_eq!(days.in_hours(at), at);
                    let later = days.later(at, seed * 3);
                    assert_eq!(days.in_hours(later), later);
                    assert!(later >= at);
                }
            }
        }
    }

    #[test]
    fn the_clock_looks_at_midnight_and_at_the_cut_off() {
        let days = days("2026-11-25");
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let ticks = days.ticks(at("2026-11-20T01:00:00Z"), at("2026-11-21T09:00:00Z"));
        let expected: Vec<_> =
            ["2026-11-20T09:00:00Z", "2026-11-20T16:00:00Z", "2026-11-21T09:00:00Z"].map(at).into_iter().collect();
        assert_eq!(ticks, expected);
    }
}
