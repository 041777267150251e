//! What the words in a ledger's state column mean. The list belongs to the round; this is the default.

use super::grid::squeeze;

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

/// The words of a round, squeezed, each with what it says.
#[derive(Clone, Debug)]
pub struct CompletionWords(Vec<(String, Completion)>);

/// Words seen in real ledgers.
const DEFAULT: &[(&str, Completion)] = &[
    ("已完成", Completion::Done),
    ("完成", Completion::Done),
    ("全部完成", Completion::Done),
    ("已全部完成", Completion::Done),
    ("已经完成", Completion::Done),
    ("已整改", Completion::Done),
    ("已整改完成", Completion::Done),
    ("已整改到位", Completion::Done),
    ("整改到位", Completion::Done),
    ("整改完成", Completion::Done),
    ("完成整改", Completion::Done),
    ("整改完毕", Completion::Done),
    ("已办结", Completion::Done),
    ("办结", Completion::Done),
    ("已销号", Completion::Done),
    ("销号", Completion::Done),
    ("已整改销号", Completion::Done),
    ("已完成并销号", Completion::Done),
    ("现场处置", Completion::Done),
    ("已现场处置", Completion::Done),
    ("√", Completion::Done),
    ("✓", Completion::Done),
    ("✔", Completion::Done),
    ("☑", Completion::Done),
    ("是", Completion::Done),
    ("100%", Completion::Done),
    ("基本完成并长期坚持", Completion::Sustained),
    ("已完成并长期坚持", Completion::Sustained),
    ("已经完成,长期坚持", Completion::Sustained),
    ("已完成,长期坚持", Completion::Sustained),
    ("已整改,长期坚持", Completion::Sustained),
    ("基本完成,长期坚持", Completion::Sustained),
    ("长期坚持", Completion::Lasting),
    ("持续整改", Completion::Lasting),
    ("持续推进", Completion::Lasting),
    ("持续坚持", Completion::Lasting),
    ("基本完成", Completion::Open),
    ("阶段性办结", Completion::Open),
    ("阶段性完成", Completion::Open),
    ("部分整改", Completion::Open),
    ("部分完成", Completion::Open),
    ("整改中", Completion::Open),
    ("正在整改", Completion::Open),
    ("正在推进", Completion::Open),
    ("推进中", Completion::Open),
    ("进行中", Completion::Open),
    ("办理中", Completion::Open),
    ("按计划推进", Completion::Open),
    ("有序推进", Completion::Open),
    ("未完成", Completion::Open),
    ("未整改", Completion::Open),
    ("未销号", Completion::Open),
    ("未启动", Completion::Open),
    ("尚未启动", Completion::Open),
    ("未开始", Completion::Open),
    ("待整改", Completion::Open),
    ("待完成", Completion::Open),
    ("逾期", Completion::Open),
    ("逾期未完成", Completion::Open),
    ("×", Completion::Open),
    ("否", Completion::Open),
    ("/", Completion::Open),
    ("-", Completion::Open),
    ("—", Completion::Open),
];

impl Default for CompletionWords {
    fn default() -> Self {
        Self(DEFAULT.iter().map(|(word, means)| ((*word).to_owned(), *means)).collect())
    }
}

/// White space, closing marks and what stands in brackets do not matter; 整改中（80%） is 整改中.
fn plain(text: &str) -> String {
    let text = squeeze(text).replace('，', ",").replace(['。', '；', ';', '！'], "");
    text.split(['(', '（']).next().unwrap_or_default().to_owned()
}

impl CompletionWords {
    /// What the text says; None when the list does not have it.
    pub fn read(&self, text: &str) -> Option<Completion> {
        let text = plain(text);
        self.0.iter().find(|(word, _)| *word == text).map(|(_, means)| *means)
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
        let words = CompletionWords::default();
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
        assert_eq!(words.read("已移交"), None);
        assert!(has_share("整改中（80%）") && !has_share("100%"));
    }
}
