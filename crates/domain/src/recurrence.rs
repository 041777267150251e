//! What a person says of two findings that are alike (docs/domain.md §39): the same matter again in the same place, a matter of the whole group, or two
//! matters. Nobody is asked twice.

use chrono::NaiveDate;
use serde_json::json;

use crate::refusal::{FieldError, Refusal};
use crate::words;

/// Longest reason, in characters.
const LONGEST: usize = 300;

words! {
    /// What two findings that are alike are to each other.
    pub enum Verdict {
        Recurrence = "recurrence", "反弹回潮";
        Common = "common", "共性问题";
        Dismissed = "dismissed", "不是一回事";
    }
}

/// What of two findings a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub is_same_round: bool,
    /// When the round of the one judged was fed back, and that of the other; none while a round does not say.
    pub found_on: Option<NaiveDate>,
    pub other_found_on: Option<NaiveDate>,
}

/// A verdict as it may be kept; the reason trimmed.
///
/// Errors: `content`: `recurrence-same-round`, `recurrence-not-earlier` at `/verdict`; `required` at `/reason` where two are said to be two matters,
/// `too-long`.
pub fn judged(verdict: Verdict, reason: &str, pair: Pair) -> Result<String, Refusal> {
    let reason = reason.trim();
    let mut errors = Vec::new();
    if verdict == Verdict::Recurrence {
        if pair.is_same_round {
            errors.push(FieldError::at("/verdict", "recurrence-same-round"));
        } else if let (Some(found), Some(other)) = (pair.found_on, pair.other_found_on)
            && other >= found
        {
            errors.push(FieldError::at("/verdict", "recurrence-not-earlier"));
        }
    }
    if verdict == Verdict::Dismissed && reason.is_empty() {
        errors.push(FieldError::at("/reason", "required"));
    }
    if reason.chars().count() > LONGEST {
        errors.push(FieldError::with("/reason", "too-long", json!({ "max": LONGEST })));
    }
    if errors.is_empty() { Ok(reason.to_owned()) } else { Err(Refusal::invalid("content", errors)) }
}

/// Whole years between two days: how long a matter has been open since it was first found.
pub fn years_between(first: NaiveDate, today: NaiveDate) -> i64 {
    today.years_since(first).map_or(0, i64::from)
}

/// How often a matter was found and for how long it is known, as a list says it.
pub fn came_back(n: i64, first: Option<NaiveDate>, today: NaiveDate) -> String {
    match first.map(|first| years_between(first, today)) {
        Some(years) if years > 0 => format!("{n} 次，已 {years} 年"),
        _ => format!("{n} 次"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    fn pair(found: Option<&str>, other: Option<&str>) -> Pair {
        Pair { is_same_round: false, found_on: found.map(day), other_found_on: other.map(day) }
    }

    fn codes(result: Result<String, Refusal>) -> Vec<(String, String)> {
        let errors = result.err().map(|r| r.errors).unwrap_or_default();
        errors.into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    fn at(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), code.to_owned())]
    }

    #[test]
    fn what_came_back_was_found_earlier_and_in_another_round() {
        let later = pair(Some("2026-01-10"), Some("2023-05-01"));
        assert_eq!(judged(Verdict::Recurrence, " 又犯 ", later), Ok("又犯".to_owned()));
        assert_eq!(judged(Verdict::Recurrence, "", pair(None, Some("2023-05-01"))), Ok(String::new()));
        let turned = pair(Some("2023-05-01"), Some("2026-01-10"));
        assert_eq!(codes(judged(Verdict::Recurrence, "", turned)), at("/verdict", "recurrence-not-earlier"));
        let same_day = pair(Some("2023-05-01"), Some("2023-05-01"));
        assert_eq!(codes(judged(Verdict::Recurrence, "", same_day)), at("/verdict", "recurrence-not-earlier"));
        let same = Pair { is_same_round: true, ..later };
        assert_eq!(codes(judged(Verdict::Recurrence, "", same)), at("/verdict", "recurrence-same-round"));
        assert!(judged(Verdict::Common, "", same).is_ok() && judged(Verdict::Common, "", turned).is_ok());
    }

    #[test]
    fn who_says_two_matters_says_why() {
        let pair = pair(None, None);
        assert_eq!(codes(judged(Verdict::Dismissed, "  ", pair)), at("/reason", "required"));
        assert!(judged(Verdict::Dismissed, "一个是归档，一个是审批", pair).is_ok());
        assert_eq!(codes(judged(Verdict::Common, &"长".repeat(301), pair)), at("/reason", "too-long"));
        assert!(judged(Verdict::Common, &"长".repeat(300), pair).is_ok());
    }

    #[test]
    fn a_list_says_how_often_and_how_long() {
        assert_eq!(came_back(2, Some(day("2019-11-20")), day("2026-11-19")), "2 次，已 6 年");
        assert_eq!(came_back(3, Some(day("2026-01-01")), day("2026-11-19")), "3 次");
        assert_eq!(came_back(2, None, day("2026-11-19")), "2 次");
    }

    #[test]
    fn years_are_whole_ones() {
        assert_eq!(years_between(day("2023-05-01"), day("2026-04-30")), 2);
        assert_eq!(years_between(day("2023-05-01"), day("2026-05-01")), 3);
        assert_eq!(years_between(day("2026-05-01"), day("2023-05-01")), 0);
    }
}
