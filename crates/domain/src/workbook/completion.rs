//! What the words in a ledger's state column mean. The list belongs to the round's policy (docs/domain.md §3, §20); its default is here.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::grid::squeeze;
use crate::refusal::FieldError;

/// What a word says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// Done and closed.
    Done,
    /// Basically done and kept up: closed as well.
    Sustained,
    /// Not finished.
    Open,
    /// Not finished, and kept up without an end.
    Lasting,
}

/// The words of a round by what they say. White space, closing marks and what stands in brackets do not matter: 整改中（80%） is 整改中.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CompletionWords {
    /// Done and closed: 存量办结.
    pub done: Vec<String>,
    /// Basically done and kept up: closed as well.
    pub sustained: Vec<String>,
    /// Not finished: in progress or not started.
    pub open: Vec<String>,
    /// Not finished, and kept up without an end: 长期坚持.
    pub lasting: Vec<String>,
}

/// Words seen in real ledgers.
const DONE: &[&str] = &[
    "已完成",
    "完成",
    "全部完成",
    "已全部完成",
    "已经完成",
    "已整改",
    "已整改完成",
    "已整改到位",
    "整改到位",
    "整改完成",
    "完成整改",
    "整改完毕",
    "已办结",
    "办结",
    "已销号",
    "销号",
    "已整改销号",
    "已完成并销号",
    "现场处置",
    "已现场处置",
    "√",
    "✓",
    "✔",
    "☑",
    "是",
    "100%",
    "已完成整改",
    "已落实",
    "已落实到位",
    "落实到位",
    "已闭环",
    "已关闭",
];

/// Done, and kept up.
const SUSTAINED: &[&str] = &[
    "基本完成并长期坚持",
    "已完成并长期坚持",
    "已经完成,长期坚持",
    "已完成,长期坚持",
    "已整改,长期坚持",
    "基本完成,长期坚持",
];

/// Not finished.
const OPEN: &[&str] = &[
    "基本完成",
    "阶段性办结",
    "阶段性完成",
    "部分整改",
    "部分完成",
    "整改中",
    "正在整改",
    "正在推进",
    "推进中",
    "进行中",
    "办理中",
    "按计划推进",
    "有序推进",
    "未完成",
    "未整改",
    "未销号",
    "未启动",
    "尚未启动",
    "未开始",
    "待整改",
    "待完成",
    "逾期",
    "逾期未完成",
    "×",
    "否",
    "/",
    "-",
    "—",
    "落实中",
    "未落实",
];

/// Kept up without an end.
const LASTING: &[&str] = &["长期坚持", "持续整改", "持续推进", "持续坚持"];

/// Most words of a round, and most characters of one.
const MOST: usize = 500;
const LONGEST: usize = 40;

impl Default for CompletionWords {
    fn default() -> Self {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self { done: list(DONE), sustained: list(SUSTAINED), open: list(OPEN), lasting: list(LASTING) }
    }
}

/// Without what does not matter.
fn plain(text: &str) -> String {
    let text = squeeze(text).replace('，', ",").replace(['。', '；', ';', '！'], "");
    text.split(['(', '（']).next().unwrap_or_default().to_owned()
}

impl CompletionWords {
    fn lists(&self) -> [(&'static str, Completion, &[String]); 4] {
        [
            ("done", Completion::Done, &self.done),
            ("sustained", Completion::Sustained, &self.sustained),
            ("open", Completion::Open, &self.open),
            ("lasting", Completion::Lasting, &self.lasting),
        ]
    }

    /// What no ledger could be read with: a word that says nothing, is a sentence, or stands twice; too many of them.
    pub(crate) fn check(&self, pointer: &str) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut seen = HashMap::new();
        for (list, means, words) in self.lists() {
            for (i, word) in words.iter().enumerate() {
                let at = format!("{pointer}/{list}/{i}");
                let plain = plain(word);
                if plain.is_empty() {
                    errors.push(FieldError::at(at, "required"));
                } else if word.chars().count() > LONGEST {
                    errors.push(FieldError::with(at, "too-long", serde_json::json!({ "max": LONGEST })));
                } else if seen.insert(plain, means).is_some() {
                    errors.push(FieldError::at(at, "word-repeated"));
                }
            }
        }
        if seen.len() > MOST {
            errors.push(FieldError::at(pointer, "too-many"));
        }
        errors
    }

    /// The words ready to be looked up.
    pub fn index(&self) -> Completions {
        let words = self.lists().into_iter().flat_map(|(_, means, words)| words.iter().map(move |w| (plain(w), means)));
        Completions(words.collect())
    }
}

/// The words of a round, each with what it says.
#[derive(Clone, Debug)]
pub struct Completions(HashMap<String, Completion>);

impl Completions {
    /// What the text says; None when the list does not have it. 已整改并销号 says twice that it is done, so it is; other words of two parts are left open.
    pub fn read(&self, text: &str) -> Option<Completion> {
        let plain = plain(text);
        let part = |words: &str| self.0.get(words.trim_end_matches(',')).copied();
        part(&plain).or_else(|| {
            let (first, second) = plain.split_once('并').or_else(|| plain.split_once('且'))?;
            let is_done = part(first) == Some(Completion::Done) && part(second) == Some(Completion::Done);
            is_done.then_some(Completion::Done)
        })
    }
}

/// Whether a share is typed; progress is counted by milestones, so it has no place (docs/domain.md §7).
pub(super) fn has_share(text: &str) -> bool {
    let text = squeeze(text);
    text != "100%" && text.contains(['%', '％'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_real_ledgers_are_understood() {
        let words = CompletionWords::default().index();
        let of = |means: Completion, texts: &[&str]| {
            for text in texts {
                assert_eq!(words.read(text), Some(means), "{text}");
            }
        };
        of(
            Completion::Done,
            &[
                "已完成",
                "完成",
                "已整改",
                "整改完成",
                "已销号",
                "已整改销号",
                "现场处置",
                " √ ",
                "已完成。",
                "已完成（8月）",
            ],
        );
        of(Completion::Sustained, &["基本完成并长期坚持", "已经完成，长期坚持。"]);
        of(
            Completion::Open,
            &[
                "基本完成",
                "阶段性办结",
                "部分整改",
                "整改中",
                "整改中（80%）",
                "正在推进",
                "按计划推进",
                "未完成",
                "未整改",
                "待整改",
            ],
        );
        of(Completion::Lasting, &["长期坚持"]);
        of(Completion::Done, &["已关闭", "已完成整改并销号", "已整改并销号。"]);
        assert_eq!((words.read("部分整改并销号"), words.read("已整改并移交")), (None, None));
        assert_eq!(words.read("已移交"), None);
        assert!(has_share("整改中（80%）") && !has_share("100%"));
    }

    #[test]
    fn a_round_has_words_of_its_own() {
        let own = CompletionWords {
            done: vec!["已 移交。".to_owned()],
            open: vec!["完成".to_owned()],
            ..CompletionWords::default()
        };
        let words = own.index();
        assert_eq!(words.read("已移交（3月）"), Some(Completion::Done));
        assert_eq!((words.read("完成"), words.read("已完成")), (Some(Completion::Open), None));
    }

    #[test]
    fn words_that_say_nothing_or_two_things_are_refused() {
        let mut words = CompletionWords::default();
        assert_eq!(words.check("/w"), vec![]);
        words.done = vec!["（80%）".to_owned(), "长".repeat(41), "长期坚持".to_owned()];
        let found: Vec<_> = words.check("/w").into_iter().map(|e| (e.pointer, e.code)).collect();
        let expected = [("/w/done/0", "required"), ("/w/done/1", "too-long"), ("/w/lasting/0", "word-repeated")];
        assert_eq!(found, expected.map(|(at, code)| (at.to_owned(), code.into())));
    }
}
