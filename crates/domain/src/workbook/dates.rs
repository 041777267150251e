//! Dates as people write them. All are calendar dates; a missing year is the one the caller gives.

use chrono::{Datelike, NaiveDate};

use super::grid::{Cell, narrow};

fn last_day(year: i32, month: u32) -> Option<NaiveDate> {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    NaiveDate::from_ymd_opt(next_year, next_month, 1)?.pred_opt()
}

/// Reads a date from a cell: real dates, 20200831, 2020.8.31, 2020/9/15, 2020-08-31, 2020年8月31日, 9月30日前, 2020年8月底前, 8月上旬 (the 10th),
/// 中旬 (the 20th), 下旬 and 底 (the last day), full-width digits. None when it is something else (docs/domain.md §20).
pub fn read(cell: &Cell, default_year: i32) -> Option<NaiveDate> {
    match cell {
        Cell::Date(date) => Some(*date),
        Cell::Number(n) if n.fract() == 0.0 => compact(&format!("{n:.0}")),
        Cell::Text(text) => parse(text, default_year),
        Cell::Empty | Cell::Number(_) => None,
    }
}

fn compact(digits: &str) -> Option<NaiveDate> {
    (digits.len() == 8).then(|| NaiveDate::parse_from_str(digits, "%Y%m%d").ok()).flatten().filter(|d| d.year() > 1949)
}

/// The same from text.
pub fn parse(text: &str, default_year: i32) -> Option<NaiveDate> {
    let plain: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.trim_end_matches(['前', '止', '内']).trim_end_matches("之").trim_end_matches("以");
    if let Some(date) = compact(plain) {
        return Some(date);
    }
    let (year, rest) = match plain.split_once('年') {
        Some((year, rest)) => (year.parse().ok()?, rest),
        None => (default_year, plain),
    };
    if let Some((month, day)) = rest.split_once('月') {
        let month: u32 = month.parse().ok()?;
        return match day {
            "" | "底" | "末" | "下旬" => last_day(year, month),
            "上旬" => NaiveDate::from_ymd_opt(year, month, 10),
            "中旬" => NaiveDate::from_ymd_opt(year, month, 20),
            day => NaiveDate::from_ymd_opt(year, month, day.trim_end_matches(['日', '号']).parse().ok()?),
        };
    }
    // A clock time behind the date does not matter.
    let date = plain.get(..10).filter(|d| plain.len() > 10 && d.is_ascii()).unwrap_or(plain);
    let parts: Vec<&str> = date.split(['.', '/', '-']).filter(|p| !p.is_empty()).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, expected) in [
            ("20200831", "2020-08-31"),
            ("2020.8.31", "2020-08-31"),
            ("2020/9/15", "2020-09-15"),
            ("2020-07-05", "2020-07-05"),
            ("2020年8月31日", "2020-08-31"),
            ("２０２０年１０月３１日", "2020-10-31"),
            ("9月30日前", "2020-09-30"),
            ("2020年8月底前", "2020-08-31"),
            ("2020年2月", "2020-02-29"),
            ("8月上旬", "2020-08-10"),
            ("8月中旬", "2020-08-20"),
            ("11月下旬", "2020-11-30"),
            ("2020-08-31 00:00:00", "2020-08-31"),
        ] {
            assert_eq!(parse(text, 2020), Some(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["长期坚持", "立行立改", "2020年13月", "2月30日", "12345678", "", "3.14"] {
            assert_eq!(parse(text, 2020), None, "{text}");
        }
        assert_eq!(read(&Cell::Number(44_000.5), 2020), None);
        assert_eq!(read(&Cell::Number(20_200_831.0), 2020), Some("2020-08-31".parse().unwrap()));
    }
}
