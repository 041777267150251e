//! The automatic check of public words: nothing exempted, no marked word, nothing of a sensitive matter (docs/domain.md §31). Pure, and found by exact
//! text once width, white space and punctuation are taken away.

use serde::{Deserialize, Serialize};

use crate::ids::ItemId;
use crate::words;

words! {
    /// Why a word may not go out.
    pub enum GuardKind {
        Exempted = "exempted", "豁免内容";
        Marked = "marked", "标记词";
        Person = "person", "敏感事项的人员";
        Matter = "matter", "敏感事项的内容";
    }
}

words! {
    /// A place in public words.
    pub enum Place {
        Title = "title", "标题";
        Lead = "lead", "导语";
        Next = "next", "下一步打算";
        Contact = "contact", "联系方式";
        Problem = "problem", "问题";
        Measures = "measures", "整改措施";
        Outcome = "outcome", "整改成效";
        Reason = "reason", "撤回原因";
    }
}

/// A word that may not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarded {
    pub kind: GuardKind,
    pub word: String,
}

/// A word found where it may not stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The item, where it stands in one.
    pub item: Option<ItemId>,
    pub place: Place,
    pub kind: GuardKind,
    pub word: String,
}

/// Shortest word that is looked for, and shortest text of a sensitive matter, in characters that count.
const SHORTEST: usize = 2;
const SHORTEST_MATTER: usize = 6;

/// What is compared: half width, lower case, letters and digits alone, and the point within a number.
fn normal(text: &str) -> Vec<char> {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let counts = |c: &char| c.is_alphanumeric() || *c == '.';
    let all: Vec<char> = text.chars().map(narrow).flat_map(char::to_lowercase).filter(counts).collect();
    let is_digit = |i: Option<usize>| i.and_then(|i| all.get(i)).is_some_and(char::is_ascii_digit);
    let stays = |i: usize| all[i] != '.' || is_digit(i.checked_sub(1)) && is_digit(Some(i + 1));
    (0..all.len()).filter(|i| stays(*i)).map(|i| all[i]).collect()
}

/// Whether a word has enough to be looked for.
pub fn is_findable(word: &str) -> bool {
    normal(word).len() >= SHORTEST
}

/// Whether a word stands in a text. A number is found whole only: 5万元 does not stand in 15万元, nor in 2.5万元.
fn stands_in(text: &[char], word: &[char]) -> bool {
    let is_number = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_digit() || *c == '.');
    let opens = word.first().is_some_and(char::is_ascii_digit);
    let closes = word.last().is_some_and(char::is_ascii_digit);
    text.windows(word.len().max(1)).enumerate().any(|(i, window)| {
        let before = i.checked_sub(1).and_then(|i| text.get(i));
        let after = text.get(i + word.len());
        window == word && !(opens && is_number(before)) && !(closes && is_number(after))
    })
}

/// Every guarded word that stands in these texts, by text and then by word, each once.
pub fn find(texts: &[(Option<ItemId>, Place, &str)], guarded: &[Guarded]) -> Vec<Hit> {
    let shortest = |kind| if kind == GuardKind::Matter { SHORTEST_MATTER } else { SHORTEST };
    let mut wanted: Vec<(&Guarded, Vec<char>)> = guarded.iter().map(|g| (g, normal(&g.word))).collect();
    wanted.retain(|(g, word)| word.len() >= shortest(g.kind));
    let mut hits: Vec<Hit> = Vec::new();
    for (item, place, text) in texts {
        let text = normal(text);
        for (guarded, _) in wanted.iter().filter(|(_, word)| stands_in(&text, word)) {
            let hit = Hit { item: *item, place: *place, kind: guarded.kind, word: guarded.word.clone() };
            if !hits.contains(&hit) {
                hits.push(hit);
            }
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(text: &str, word: &str) -> bool {
        stands_in(&normal(text), &normal(word))
    }

    #[test]
    fn width_case_white_space_and_punctuation_hide_nothing() {
        for text in ["由张三丰负责", "由张 三 丰负责", "由张、三·丰负责", "张\u{200b}三\u{feff}丰", "张\n三\u{3000}丰"]
        {
            assert!(stands(text, "张三丰"), "{text:?}");
        }
        assert!(stands("案号（２０２６）ＡＢ１２号", "(2026)ab12"));
        assert!(stands("金额１，２３４．５万元", "1234.5万元"));
    }

    #[test]
    fn who_is_only_hinted_at_is_not_named() {
        for text in ["由张某负责", "张某某", "三丰公司"] {
            assert!(!stands(text, "张三丰"), "{text}");
        }
    }

    #[test]
    fn a_number_is_found_whole_only() {
        for (text, found) in
            [("共5万元", true), ("共15万元", false), ("共2.5万元", false), ("共.5万元", true), ("5万元", true)]
        {
            assert_eq!(stands(text, "5万元"), found, "{text}");
        }
        for (text, found) in
            [("第12号", true), ("编号12", true), ("第123号", false), ("12.5", false), ("12.", true), ("12.a", true)]
        {
            assert_eq!(stands(text, "12"), found, "{text}");
        }
    }

    #[test]
    fn what_is_too_short_is_not_looked_for() {
        assert!(!is_findable("甲"));
        assert!(!is_findable("、。 ."));
        assert!(is_findable("甲乙"));
        let look = |kind, word: &str| {
            let guarded = Guarded { kind, word: word.to_owned() };
            find(&[(None, Place::Lead, "合同归档不及时，甲乙")], &[guarded]).len()
        };
        assert_eq!(look(GuardKind::Marked, "甲"), 0);
        assert_eq!(look(GuardKind::Marked, "甲乙"), 1);
        assert_eq!(look(GuardKind::Matter, "合同归档不"), 0);
        assert_eq!(look(GuardKind::Matter, "合同归档不及"), 1);
    }

    #[test]
    fn each_hit_is_named_once_with_its_item_and_place() {
        let item = ItemId(uuid::Uuid::from_u128(7));
        let guarded = |kind, word: &str| Guarded { kind, word: word.to_owned() };
        let all = [
            guarded(GuardKind::Exempted, "张三丰"),
            guarded(GuardKind::Exempted, "张三丰"),
            guarded(GuardKind::Marked, "张三"),
        ];
        let found = find(&[(None, Place::Title, "通报"), (Some(item), Place::Outcome, "张三丰，张三丰")], &all);
        let hit = |kind, word: &str| Hit { item: Some(item), place: Place::Outcome, kind, word: word.to_owned() };
        assert_eq!(found, [hit(GuardKind::Exempted, "张三丰"), hit(GuardKind::Marked, "张三")]);
    }

    #[test]
    fn an_empty_text_holds_nothing() {
        assert!(!stands("", "张三"));
        assert!(!stands("张", "张三"));
    }
}
