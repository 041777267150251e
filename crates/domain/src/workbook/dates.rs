//! Dates as people write them. All are calendar dates; a missing year is the one the caller gives.

use chrono::{Datelike, NaiveDate};

use super::grid::{Cell, narrow};

fn last_day(year: i32, month: u32) -> Option<NaiveDate> {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    NaiveDate::from_ymd_opt(next_year, next_month, 1)?.pred_opt()
}

/// Years a date of this work can have; others are slips of the pen.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2100;

/// Days between the spreadsheet's day 0 and 1 January 1970.
const SERIAL_EPOCH: i64 = 25_569;

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|d| YEARS.contains(&d.year()))
}

/// Reads a date from a cell: real dates, 20200831, 202008, a date that lost its format, and text as `parse` does. None when it is something else (docs/domain.md §20).
pub fn read(cell: &Cell, default_year: i32) -> Option<NaiveDate> {
    match cell {
        Cell::Date(date) => Some(*date).filter(|d| YEARS.contains(&d.year())),
        Cell::Number(n) if n.fract() == 0.0 => {
            // From 2000 to 2099 as the spreadsheet counts days.
            #[expect(clippy::cast_possible_truncation, reason = "checked just before")]
            let serial = (36_526.0..=73_050.0).contains(n).then_some(*n as i64);
            compact(&format!("{n:.0}")).or_else(|| {
                NaiveDate::from_ymd_opt(1970, 1, 1)?.checked_add_signed(chrono::Duration::days(serial? - SERIAL_EPOCH))
            })
        }
        Cell::Text(text) => parse(text, default_year),
        Cell::Empty | Cell::Number(_) | Cell::Error(_) => None,
    }
}

fn compact(digits: &str) -> Option<NaiveDate> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        8 => NaiveDate::parse_from_str(digits, "%Y%m%d").ok().filter(|d| YEARS.contains(&d.year())),
        6 => {
            let (year, month) = (digits[..4].parse().ok()?, digits[4..].parse().ok()?);
            last_day(year, month).filter(|d| (1990..=2100).contains(&d.year()))
        }
        _ => None,
    }
}

fn quarter(text: &str) -> Option<u32> {
    let text = text.trim_start_matches('第').trim_end_matches(['末', '底']);
    let text = text.strip_prefix(['Q', 'q']).or_else(|| text.strip_suffix("季度"))?;
    Some(
        3 * match text {
            "一" | "1" => 1,
            "二" | "2" => 2,
            "三" | "3" => 3,
            "四" | "4" => 4,
            _ => return None,
        },
    )
}

/// Up to 31 in Chinese, such as 十二.
fn counted(text: &str) -> Option<u32> {
    let digit = |c: char| "一二三四五六七八九".chars().position(|d| d == c).and_then(|i| u32::try_from(i + 1).ok());
    let (tens, ones) = match text.split_once('十') {
        Some(("", ones)) => (1, ones),
        Some((tens, ones)) => (digit(tens.chars().next().filter(|_| tens.chars().count() == 1)?)?, ones),
        None => (0, text),
    };
    let ones = match ones.chars().collect::<Vec<_>>().as_slice() {
        [] if tens > 0 => 0,
        [one] => digit(*one)?,
        _ => return None,
    };
    Some(tens * 10 + ones).filter(|n| *n <= 31)
}

/// 二0二一 and 二O二一 with the naught that is meant.
fn with_naughts(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_numeral = |c: Option<&char>| c.is_some_and(|c| "〇一二三四五六七八九".contains(*c));
    let is_naught = |i: usize| {
        matches!(chars[i], '0' | 'O' | 'o')
            && i > 0
            && is_numeral(chars.get(i - 1))
            && (is_numeral(chars.get(i + 1)) || chars.get(i + 1) == Some(&'年'))
    };
    chars.iter().enumerate().map(|(i, c)| if is_naught(i) { '〇' } else { *c }).collect()
}

/// 二〇二一年六月三十日 with its numbers in digits; a year is written figure by figure.
fn in_digits(text: &str) -> String {
    let numerals = |c: char| "〇○零一二三四五六七八九十".contains(c);
    if !text.contains(numerals) {
        return text.to_owned();
    }
    let text = &with_naughts(text);
    let mut made = String::new();
    let mut waiting = String::new();
    for c in text.chars() {
        if numerals(c) {
            waiting.push(c);
            continue;
        }
        let figures = || -> Option<String> {
            let figure =
                |c: char| "〇一二三四五六七八九".chars().position(|d| d == c || d == '〇' && "○零".contains(c));
            waiting.chars().map(|c| figure(c).map(|n| n.to_string())).collect()
        };
        let number = match c {
            '年' if matches!(waiting.chars().count(), 2 | 4) => figures(),
            '月' | '日' | '号' => counted(&waiting).map(|n| n.to_string()),
            _ => None,
        };
        made += &number.unwrap_or_else(|| waiting.clone());
        waiting.clear();
        made.push(c);
    }
    made + &waiting
}

/// The date in text: 20200831, 2020.8.31, 2020/9/15, 20.8.31, 2020-08-31 00:00, 2020年8月31日, 9月30日前, 8.31前, 2020年8月底前, 8月上旬 (the 10th),
/// 中旬 (the 20th), 下旬 and 底 (the last day), 三季度, 年底, full-width digits, 二〇二〇年八月.
pub fn parse(text: &str, default_year: i32) -> Option<NaiveDate> {
    // Nothing that is a date is longer; a clock time behind it does not matter.
    let plain: String =
        narrow(text).replace('／', "/").chars().filter(|c| !c.is_whitespace() || *c == ' ').take(40).collect();
    let plain = plain.trim();
    let dated = plain.split_once(' ').filter(|(date, time)| date.contains(['-', '/', '.']) && time.contains(':'));
    let plain: String = dated.map_or(plain, |(date, _)| date).chars().filter(|c| *c != ' ').collect();
    let plain = in_digits(&plain);
    let has_before = plain.ends_with(['前', '止', '内']);
    let plain =
        plain.trim_end_matches(['前', '止', '内']).trim_end_matches('之').trim_end_matches('以').trim_end_matches('截');
    if let Some(date) = compact(plain) {
        return Some(date);
    }
    match plain {
        "上半年" | "上半年底" | "上半年末" => return day(default_year, 6, 30),
        "下半年" | "下半年底" | "下半年末" => return day(default_year, 12, 31),
        _ => {}
    }
    let (year, rest) = match plain.split_once('年') {
        Some((year, rest)) => {
            let is_this = matches!(year, "今" | "本") || year.is_empty() && !rest.contains('月');
            let year: i32 = if is_this { default_year } else { year.parse().ok()? };
            (if (10..100).contains(&year) { 2000 + year } else { year }, rest)
        }
        None => (default_year, plain),
    };
    // 2020.6月底
    let (year, rest) = match rest.split_once(['.', '/', '-']) {
        Some((of, rest)) if of.len() == 4 && rest.contains('月') && of.bytes().all(|b| b.is_ascii_digit()) => {
            (of.parse().ok()?, rest)
        }
        _ => (year, rest),
    };
    if let Some((month, of_month)) = rest.split_once('月') {
        let month: u32 = month.parse().ok()?;
        return match of_month {
            "" | "份" | "底" | "末" | "份底" | "下旬" | "月底" | "月末" => {
                last_day(year, month).filter(|d| YEARS.contains(&d.year()))
            }
            "上旬" | "初" => day(year, month, 10),
            "中旬" => day(year, month, 20),
            text => day(year, month, text.trim_end_matches(['日', '号']).parse().ok()?),
        };
    }
    if plain.contains('年') {
        return match rest {
            "底" | "末" | "内" | "度" | "年底" | "年末" | "年内" | "年终" | "终" | "全年" | "下半年" | "下半年底" => {
                day(year, 12, 31)
            }
            "上半年" | "上半年底" | "上半年末" => day(year, 6, 30),
            text => last_day(year, quarter(text)?).filter(|d| YEARS.contains(&d.year())),
        };
    }
    if let Some(month) = quarter(plain) {
        return last_day(year, month);
    }
    let plain = if plain.contains(['.', '/', '-']) { plain.trim_end_matches(['日', '号']) } else { plain };
    let date = plain.get(..10).filter(|d| plain.len() > 10 && d.is_ascii()).unwrap_or(plain);
    if !date.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'/' | b'-')) {
        return None;
    }
    let parts: Vec<&str> = date.split(['.', '/', '-']).filter(|p| !p.is_empty()).collect();
    let number = |i: usize| parts[i].parse::<u32>().ok();
    match parts.as_slice() {
        [year, ..] if year.len() == 4 => {
            let year = year.parse().ok()?;
            match parts.len() {
                3 => day(year, number(1)?, number(2)?),
                2 => last_day(year, number(1)?).filter(|d| YEARS.contains(&d.year())),
                _ => None,
            }
        }
        [year, _, _] if year.len() == 2 => day(2000 + year.parse::<i32>().ok()?, number(1)?, number(2)?),
        // 3.14 alone is a number; with 前 behind it is a day.
        [_, _] if has_before => day(default_year, number(0)?, number(1)?),
        _ => None,
    }
}

/// Longest date looked for inside a text, in characters.
const LONGEST: usize = 18;

/// Every date inside a text, with its first and last character (the last not included).
pub(super) fn find(text: &str, default_year: i32) -> Vec<(NaiveDate, usize, usize)> {
    let chars: Vec<char> = narrow(text).chars().collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let begins = chars[i].is_ascii_digit() && (i == 0 || !chars[i - 1].is_ascii_digit())
            || "年第上下今一二三四五六七八九十".contains(chars[i]);
        let hit = begins
            .then(|| {
                (i + 2..=(i + LONGEST).min(chars.len())).rev().find_map(|end| {
                    let piece: String = chars[i..end].iter().collect();
                    let ends = chars[end - 1];
                    let is_cut = ends.is_ascii_digit() && chars.get(end).is_some_and(char::is_ascii_digit);
                    let is_part =
                        matches!(chars.get(end), Some('日' | '号' | '底' | '末' | '前')) && !matches!(ends, '月');
                    let is_whole = !ends.is_whitespace() && !is_cut && !is_part;
                    is_whole.then(|| parse(&piece, default_year)).flatten().map(|date| (date, i, end))
                })
            })
            .flatten();
        match hit {
            Some((date, start, end)) => {
                found.push((date, start, end));
                i = end;
            }
            None => i += 1,
        }
    }
    found
}

/// The last year written in full in a text, such as 2020 in （2020.10）.
pub(super) fn year(text: &str) -> Option<i32> {
    let chars: Vec<char> = narrow(text).chars().collect();
    let mut found = None;
    let mut i = 0;
    while i < chars.len() {
        let digits: String = chars[i..].iter().take_while(|c| c.is_ascii_digit()).collect();
        if digits.is_empty() {
            i += 1;
            continue;
        }
        let behind = chars.get(i + digits.len());
        let is_year = digits.len() == 4
            && (behind.is_none() || matches!(behind, Some('年' | '.' | '-' | '/' | ')' | '）' | '〕')));
        if is_year || digits.len() == 8 || digits.len() == 6 {
            found = digits[..4].parse().ok().filter(|y| (1990..=2100).contains(y)).or(found);
        }
        i += digits.len();
    }
    found
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
            ("2020/8/31 15:20", "2020-08-31"),
            ("20.8.31", "2020-08-31"),
            ("20年8月31日", "2020-08-31"),
            ("2020.8", "2020-08-31"),
            ("202008", "2020-08-31"),
            ("8.31前", "2020-08-31"),
            ("8月份", "2020-08-31"),
            ("9 月 30 日前", "2020-09-30"),
            ("2020年底前", "2020-12-31"),
            ("年底前", "2020-12-31"),
            ("2020年第三季度", "2020-09-30"),
            ("二季度末", "2020-06-30"),
            ("二〇二〇年八月三十一日", "2020-08-31"),
            ("二〇年十二月", "2020-12-31"),
            ("十一月二十日前", "2020-11-20"),
            ("六月底", "2020-06-30"),
            ("二0二0年六月三十日", "2020-06-30"),
            ("二O二〇年六月", "2020-06-30"),
            ("2020.6.30日", "2020-06-30"),
            ("2020.6月底前", "2020-06-30"),
            ("2020年年底前", "2020-12-31"),
            ("今年年底前", "2020-12-31"),
            ("今年6月底", "2020-06-30"),
            ("2020年下半年", "2020-12-31"),
            ("下半年", "2020-12-31"),
            ("上半年", "2020-06-30"),
            ("２０２０／５／１０", "2020-05-10"),
            ("2020年Q2", "2020-06-30"),
            ("6月末", "2020-06-30"),
        ] {
            assert_eq!(parse(text, 2020), Some(expected.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "长期坚持",
            "立行立改",
            "2020年13月",
            "2月30日",
            "12345678",
            "",
            "3.14",
            "1899年3月1日",
            "0年1月1日",
            "9999999999999年1月1日",
            "十年内",
            "十三月",
            "三个月",
            "四十日",
        ] {
            assert_eq!(parse(text, 2020), None, "{text}");
        }
        assert_eq!(read(&Cell::Number(44_000.5), 2020), None);
        assert_eq!(
            read(&Cell::Number(44_074.0), 2020),
            Some("2020-08-31".parse().unwrap()),
            "a date that lost its format"
        );
        assert_eq!(read(&Cell::Date("1899-12-31".parse().unwrap()), 2020), None);
        assert_eq!(read(&Cell::Number(20_200_831.0), 2020), Some("2020-08-31".parse().unwrap()));
    }

    #[test]
    fn dates_inside_a_text_are_found() {
        let found = |text: &str| -> Vec<String> { find(text, 2020).iter().map(|(d, ..)| d.to_string()).collect() };
        assert_eq!(found("立行立改（7月31日前）"), ["2020-07-31"]);
        assert_eq!(
            found("8月底前完成甲；10月底前完成乙；2020年12月31日前报批"),
            ["2020-08-31", "2020-10-31", "2020-12-31"]
        );
        assert_eq!(found("2020.8.31、2020.9.30"), ["2020-08-31", "2020-09-30"]);
        assert_eq!(found("完成3.5公里栏杆，11#墩"), Vec::<String>::new());
        assert_eq!(found("年底前完成"), ["2020-12-31"]);
    }

    #[test]
    fn the_year_of_a_title_is_found() {
        for (text, expected) in [
            ("台账（2020.10）", Some(2020)),
            ("2019年巡察整改台账（2020年10月）", Some(2020)),
            ("填报日期：２０２０年１０月１５日", Some(2020)),
            ("2025", Some(2025)),
            ("电话：0000-0000000", None),
            ("台账", None),
        ] {
            assert_eq!(year(text), expected, "{text}");
        }
    }
}
