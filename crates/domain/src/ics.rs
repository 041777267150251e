//! A calendar as other programs read it (RFC 5545): whole days with a few words and a link, for who subscribes to it (docs/domain.md §38).

use chrono::{DateTime, NaiveDate, Utc};

/// Longest line, in octets, without its end.
const LONGEST: usize = 75;

/// Something that falls on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The same every time the same thing is told of.
    pub uid: String,
    pub on: NaiveDate,
    pub summary: String,
    pub url: Option<String>,
}

/// Text as a value: what parts values and lines is escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line folded so that none is longer than 75 octets and no letter is cut.
fn fold(line: &str, out: &mut String) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// The calendar, made at a moment.
pub fn calendar(name: &str, entries: &[Entry], stamp: DateTime<Utc>) -> String {
    let mut out = String::new();
    let stamp = stamp.format("%Y%m%dT%H%M%SZ").to_string();
    let mut line = |text: String| fold(&text, &mut out);
    line("BEGIN:VCALENDAR".to_owned());
    line("VERSION:2.0".to_owned());
    line("PRODID:-//Bihuan//Deadlines//ZH".to_owned());
    line("METHOD:PUBLISH".to_owned());
    line("CALSCALE:GREGORIAN".to_owned());
    line(format!("X-WR-CALNAME:{}", escaped(name)));
    line("REFRESH-INTERVAL;VALUE=DURATION:PT6H".to_owned());
    for entry in entries {
        line("BEGIN:VEVENT".to_owned());
        line(format!("UID:{}", escaped(&entry.uid)));
        line(format!("DTSTAMP:{stamp}"));
        line(format!("DTSTART;VALUE=DATE:{}", entry.on.format("%Y%m%d")));
        line(format!("SUMMARY:{}", escaped(&entry.summary)));
        if let Some(url) = &entry.url {
            // An address has nothing that is escaped, and must not hold the end of a line.
            line(format!("URL:{}", url.replace(char::is_control, "")));
        }
        line("TRANSP:TRANSPARENT".to_owned());
        line("END:VEVENT".to_owned());
    }
    line("END:VCALENDAR".to_owned());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(summary: &str) -> String {
        let entry = Entry {
            uid: "due-1@bihuan".to_owned(),
            on: "2026-03-31".parse().unwrap(),
            summary: summary.to_owned(),
            url: Some("https://bihuan.example/tasks/1".to_owned()),
        };
        let stamp = "2026-03-02T01:00:00Z".parse().unwrap();
        calendar("整改时限", &[entry], stamp)
    }

    #[test]
    fn a_day_is_written_as_the_standard_says() {
        let text = made("时限 T01");
        for line in [
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
            "\r\nMETHOD:PUBLISH\r\n",
            "\r\nUID:due-1@bihuan\r\nDTSTAMP:20260302T010000Z\r\nDTSTART;VALUE=DATE:20260331\r\nSUMMARY:时限 T01\r\n",
            "\r\nURL:https://bihuan.example/tasks/1\r\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
        assert!(made("a;b,c\\d\ne\u{7}").contains("\r\nSUMMARY:a\\;b\\,c\\\\d\\ne\r\n"));
    }

    #[test]
    fn no_line_is_longer_than_75_octets_and_unfolded_it_is_what_it_was() {
        let long = "长".repeat(60) + &"x".repeat(200);
        let text = made(&long);
        assert!(text.split("\r\n").all(|line| line.len() <= LONGEST));
        assert!(text.replace("\r\n ", "").contains(&format!("SUMMARY:{long}\r\n")));
    }
}
