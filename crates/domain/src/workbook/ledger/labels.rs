//! Labels with their values inside one cell: 责任领导：甲子安 责任单位：财务部.

use super::meaning::{self, Meaning};

/// A label and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) meaning: Meaning,
    pub(super) heading: String,
    pub(super) value: String,
}

/// Longest label, in characters.
const LONGEST: usize = 12;

fn ends_label(c: char) -> bool {
    c.is_whitespace() || matches!(c, '；' | ';' | '，' | ',' | '。' | '、' | '/' | '|' | ')' | '）')
}

fn label(text: &str) -> Option<Meaning> {
    match text {
        // 制定以下办法：… goes on with what it announces.
        _ if text.contains("以下") || text.contains("如下") || text.starts_with(['制', '建', '开', '采']) => {
            None
        }
        "单位" | "部门" | "科室" => Some(Meaning::Units),
        "人" | "人员" | "个人" => Some(Meaning::Persons),
        "责任" => Some(Meaning::UnitsAndPersons),
        _ => meaning::label(text),
    }
}

/// Every label of a text with its value; none where the text does not begin with a label that is understood.
pub(super) fn read(text: &str) -> Vec<Labelled> {
    let text: Vec<char> = text.trim().chars().collect();
    let mut found: Vec<(usize, usize, Meaning, String)> = Vec::new();
    for colon in (0..text.len()).filter(|i| matches!(text[*i], '：' | ':')) {
        let begin = (0..colon).rev().find(|i| ends_label(text[*i])).map_or(0, |i| i + 1);
        let words: String = text[begin..colon].iter().collect();
        if colon - begin > LONGEST || found.last().is_some_and(|(_, end, ..)| begin < *end) {
            continue;
        }
        if let Some(meaning) = label(&words) {
            found.push((begin, colon + 1, meaning, words));
        }
    }
    if found.first().is_none_or(|(begin, ..)| *begin > 0) {
        return Vec::new();
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|(begin, ..)| *begin).chain([text.len()]).collect();
    let value = |from: usize, to: usize| -> String {
        let piece: String = text[from..to].iter().collect();
        piece.trim().trim_end_matches(['；', ';', '，', ',', '、', '|', '/']).trim().to_owned()
    };
    found
        .into_iter()
        .zip(ends)
        .map(|((_, from, meaning, heading), to)| Labelled { meaning, heading, value: value(from, to) })
        .collect()
}

/// What a meaning is about: who answers as unit, as person or as leader, or when, or how far.
fn family(meaning: Meaning) -> Option<u8> {
    match meaning {
        Meaning::LeadUnits | Meaning::Units | Meaning::Supporting => Some(1),
        Meaning::Persons => Some(2),
        Meaning::LeadLeaders | Meaning::Leaders => Some(3),
        Meaning::Due => Some(4),
        Meaning::Status => Some(5),
        Meaning::DoneOn => Some(6),
        _ => None,
    }
}

/// The labels of a cell that says more than its column is for; none where the column's own way of reading says it all.
pub(super) fn beyond(column: Meaning, text: &str) -> Vec<Labelled> {
    let is_open = matches!(column, Meaning::Kept | Meaning::UnitsAndPersons) || family(column).is_some();
    if !is_open || !text.contains(['：', ':']) {
        return Vec::new();
    }
    let found = read(text);
    let is_own = |l: &Labelled| match column {
        Meaning::UnitsAndPersons => matches!(family(l.meaning), Some(1 | 2)),
        _ => family(l.meaning) == family(column),
    };
    let is_whole = found.iter().all(|l| family(l.meaning).is_some() && !l.value.is_empty());
    let is_enough = found.len() > usize::from(column == Meaning::Kept);
    if is_whole && is_enough && !found.iter().all(is_own) { found } else { Vec::new() }
}

/// A label of who answers, when, or how far, inside words that are a problem or a measure: 登记台账。责任人：甲.
pub(super) fn inside(text: &str) -> Option<String> {
    let chars: Vec<char> = text.trim().chars().collect();
    let colons = (1..chars.len()).filter(|i| matches!(chars[*i], '：' | ':'));
    colons.into_iter().find_map(|colon| {
        let begin = (0..colon).rev().find(|i| ends_label(chars[*i])).map_or(0, |i| i + 1);
        let whole: String = chars[begin..colon].iter().collect();
        let whole = whole.trim_matches(['（', '(', '【', '[']).to_owned();
        let is_so = |words: &String| {
            let is_short = (2..=LONGEST).contains(&words.chars().count());
            is_short && label(words).is_some_and(|m| family(m).is_some() || m.is_matter())
        };
        let ends = (2..=LONGEST.min(colon)).rev().map(|n| chars[colon - n..colon].iter().collect::<String>());
        let is_bare = |words: &String| !words.starts_with(['（', '(', '【', '[']);
        let by_end = ends.filter(is_bare).find(|words| meaning::known(words).is_some_and(|m| family(m).is_some()));
        Some(whole).filter(is_so).or(by_end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_inside_other_words_is_seen() {
        for (text, label) in [
            ("登记台账。责任人：甲", Some("责任人")),
            ("登记台账（责任单位：财务部）", Some("责任单位")),
            ("登记台账，完成时限：6月底", Some("完成时限")),
            ("登记台账\n整改措施：补登", Some("整改措施")),
            ("每日17:00登记", None),
            ("制定以下办法：登记", None),
            ("登记台账", None),
        ] {
            assert_eq!(inside(text).as_deref(), label, "{text}");
        }
    }

    fn pairs(found: &[Labelled]) -> Vec<(Meaning, &str)> {
        found.iter().map(|l| (l.meaning, l.value.as_str())).collect()
    }

    #[test]
    fn labels_inside_a_cell_are_found_with_their_values() {
        use Meaning::{Due, Finding, Leaders, Measure, Persons, Units};
        let found = read("责任领导：甲子安\n责任单位：财务部；责任人:己寅一");
        assert_eq!(pairs(&found), [(Leaders, "甲子安"), (Units, "财务部"), (Persons, "己寅一")]);
        let found = read("整改措施：1.制定办法：按月登记。2.公示　　完成时限：2020年8月31日17:00前");
        assert_eq!(pairs(&found), [(Measure, "1.制定办法：按月登记。2.公示"), (Due, "2020年8月31日17:00前")]);
        assert_eq!(pairs(&read("存在问题：台账没有登记")), [(Finding, "台账没有登记")]);
        assert_eq!(pairs(&read("单位：财务部")), [(Units, "财务部")]);
        for text in ["制定以下办法：甲", "财务部：己寅一", "17:00", "整改", ""] {
            assert_eq!(read(text), vec![], "{text}");
        }
    }

    #[test]
    fn only_what_the_column_is_not_for_is_taken_apart() {
        use Meaning::{Kept, Leaders, Persons, Units, UnitsAndPersons};
        let all = "责任领导：甲子安；责任单位：财务部";
        assert_eq!(pairs(&beyond(Kept, all)), [(Leaders, "甲子安"), (Units, "财务部")]);
        assert_eq!(pairs(&beyond(UnitsAndPersons, all)), [(Leaders, "甲子安"), (Units, "财务部")]);
        assert_eq!(beyond(UnitsAndPersons, "责任单位：财务部；责任人：己寅一"), vec![]);
        assert_eq!(beyond(Units, "牵头单位：财务部；配合单位：审计部"), vec![]);
        assert_eq!(beyond(Meaning::Finding, all), vec![]);
        assert_eq!(
            pairs(&beyond(Persons, "分管领导：甲子安，责任人：己寅一")),
            [(Leaders, "甲子安"), (Persons, "己寅一")]
        );
    }
}
