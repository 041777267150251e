//! What the words in a ledger's state column mean. The list belongs to the round's policy (docs/domain.md §3, §20); its default is here.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::dates;
use super::grid::{narrow, squeeze};
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
    "已整改完毕",
    "已整改落实",
    "已处理",
    "已处理完毕",
    "已处置",
    "已处置完毕",
    "已解决",
    "问题已解决",
    "已全部整改",
    "已全部整改到位",
    "全部整改到位",
    "全部整改完成",
    "全部完成整改",
    "已完结",
    "完结",
    "已纠正",
    "已到位",
    "已验收合格",
    "验收合格",
    "已通过验收",
    "验收通过",
    "已验收销号",
    "已核销",
    "已消号",
    "已消项",
    "已销账",
    "已结案",
    "已清零",
    "办结销号",
    "已办结销号",
    "已完成销号",
    "完成销号",
    "Closed",
    "Done",
    "已化解",
    "化解完成",
    "已整治",
    "整治完成",
    "整治到位",
    "已整治到位",
    "已落实整改",
    "按期完成",
    "如期完成",
    "提前完成",
    "已按期完成",
    "已按时完成",
    "已整改办结",
    "已改",
    "已改好",
    "已改完",
    "改好了",
    "改完了",
    "改完",
    "已办",
    "已办妥",
    "已办理完毕",
    "已办理",
    "已完工",
    "已消除",
    "隐患已消除",
    "闭环",
    "✅",
    "Y",
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
    "在办",
    "正在办理",
    "正在办理中",
    "正在整改中",
    "正在进行",
    "正在落实",
    "正在实施",
    "正在走流程",
    "走流程",
    "审批中",
    "实施中",
    "处理中",
    "处置中",
    "施工中",
    "整治中",
    "跟进中",
    "持续整改中",
    "持续推进中",
    "稳步推进",
    "加快推进",
    "推进",
    "按序时推进",
    "序时推进",
    "Open",
    "正在化解",
    "化解中",
    "未化解",
    "正在整治",
    "未整治",
    "待复核",
    "待复查",
    "待核查",
    "待确认",
    "按时序推进",
    "按计划进行",
    "按计划实施",
    "达到序时进度",
    "有序进行",
    "有序开展",
    "部分解决",
    "部分落实",
    "部分办结",
    "基本到位",
    "初步完成",
    "阶段性进展",
    "未办结",
    "未办理",
    "未到位",
    "未整改到位",
    "未落实到位",
    "未解决",
    "未闭环",
    "未改",
    "未改完",
    "没改完",
    "未动",
    "未动工",
    "未开展",
    "未进行",
    "尚未完成",
    "尚未整改",
    "尚未开展",
    "暂未完成",
    "暂缓",
    "没完成",
    "没改",
    "还没改",
    "正在改",
    "还在改",
    "待验收",
    "待销号",
    "待审核",
    "待办",
    "待办理",
    "待落实",
    "待启动",
    "申请延期",
    "已申请延期",
    "延期",
    "滞后",
    "进度滞后",
    "超期",
    "超期未完成",
    "逾期未整改",
    "✗",
    "✘",
    "❌",
    "N",
];

/// Kept up without an end.
const LASTING: &[&str] =
    &["长期坚持", "持续整改", "持续推进", "持续坚持", "长期推进", "长期整改", "长期", "常态化推进", "常态化坚持"];

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
    let text = squeeze(text).replace('，', ",").replace('％', "%").replace(['。', '；', ';', '！'], "");
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

/// Words before the state that change nothing of it.
const BEFORE: [&str; 14] = [
    "截至目前",
    "截止目前",
    "目前",
    "当前",
    "现已",
    "现",
    "该问题",
    "该项",
    "此项",
    "此问题",
    "均",
    "于",
    "经核查",
    "经复核",
];

/// Words that say that something is left, whatever else is done.
const LEFT: [&str; 20] = [
    "未",
    "尚",
    "待",
    "正在",
    "部分",
    "剩余",
    "下一步",
    "还需",
    "继续",
    "逐步",
    "拟",
    "将",
    "但",
    "除",
    "仍",
    "缺",
    "中",
    "延期",
    "计划",
    "预计",
];

impl Completions {
    /// What a cell of the state column says: one of the words, with a day beside it (6月30日已完成), or with what was done told behind or before it
    /// (已完成。制度已印发). Done only where nothing of it says that something is left.
    pub(super) fn told(&self, text: &str) -> Option<Completion> {
        let whole = without_days(text);
        if let Some(means) = self.read(text).or_else(|| self.dated(&whole)) {
            return Some(means);
        }
        if is_not_yet(&whole) {
            return Some(Completion::Open);
        }
        let clauses: Vec<&str> = whole.split(['。', '；', ';', '，', ',', ':', '：', '\n']).map(str::trim).collect();
        let clauses: Vec<&str> = clauses.into_iter().filter(|c| !c.is_empty()).collect();
        let (first, last) = (clauses.first()?, clauses.last()?);
        let means = self.dated(first).or_else(|| self.dated(last))?;
        let is_done = matches!(means, Completion::Done | Completion::Sustained);
        (!is_done || !LEFT.iter().any(|word| whole.contains(word))).then_some(means)
    }

    fn dated(&self, text: &str) -> Option<Completion> {
        let mut rest = text.trim_start_matches(['-', '—', '：', ':', '，', ',', ' ']);
        while let Some(shorter) = BEFORE.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = shorter;
        }
        let plain = rest.strip_prefix("已于").or_else(|| rest.strip_prefix("已经"));
        self.read(rest).or_else(|| plain.and_then(|p| self.read(&format!("已{p}")).or_else(|| self.read(p))))
    }
}

/// Longest words that begin with a denial and say no more than that, in characters.
const LONGEST_DENIAL: usize = 8;

/// 没有完成, 未开工, 正在施工: words that deny that it is done, whatever they deny. 未再发生 and the like say that it is over.
fn is_not_yet(text: &str) -> bool {
    let text = squeeze(text);
    let denies = ["没", "未", "尚未", "尚在", "暂未", "还未", "还没", "仍未", "仍在", "正在"]
        .iter()
        .any(|w| text.starts_with(w));
    let is_over = ["再", "发现", "见", "发生", "出现"].iter().any(|w| text.contains(w));
    denies && !is_over && text.chars().count() <= LONGEST_DENIAL
}

/// Whether words that say that it is done say elsewhere, as in brackets, that something is left: 已完成（两户除外）.
pub(super) fn says_something_left(text: &str) -> bool {
    let text = squeeze(text);
    let inside = text.split_once(['(', '（']).map_or("", |(_, inside)| inside);
    LEFT.iter().any(|word| inside.contains(word))
}

/// The text without its days, and without a share that says whole.
fn without_days(text: &str) -> String {
    let text = narrow(text).replace('％', "%").replace("100%", "");
    let spans = dates::find(&text, 2000);
    let kept = text.chars().enumerate().filter(|(i, _)| !spans.iter().any(|(_, from, to)| (from..to).contains(&i)));
    kept.map(|(_, c)| c).collect::<String>().trim().to_owned()
}

/// Whether a share is typed; progress is counted by milestones, so it has no place (docs/domain.md §7). 100% is the whole.
pub(super) fn has_share(text: &str) -> bool {
    let text = squeeze(text).replace('％', "%");
    let before = |part: &str| part.chars().rev().take_while(|c| c.is_ascii_digit() || *c == '.').collect::<String>();
    let mut parts: Vec<&str> = text.split('%').collect();
    parts.pop();
    parts.into_iter().any(|part| before(part) != "001")
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
        assert!(has_share("整改中（80%）") && !has_share("100%") && !has_share("100％") && has_share("完成10%"));
    }

    #[test]
    fn a_state_may_be_told_with_its_day_and_with_what_was_done() {
        let words = CompletionWords::default().index();
        for (text, means) in [
            ("已于6月30日完成", Some(Completion::Done)),
            ("2020年6月30日已销号", Some(Completion::Done)),
            ("已完成（6月30日）", Some(Completion::Done)),
            ("已完成。制度已印发并执行。", Some(Completion::Done)),
            ("制度已印发，已完成整改", Some(Completion::Done)),
            ("目前已整改到位", Some(Completion::Done)),
            ("均已办结", Some(Completion::Done)),
            ("已完成100%", Some(Completion::Done)),
            ("100％", Some(Completion::Done)),
            ("正在走流程", Some(Completion::Open)),
            ("正在推进，预计8月完成", Some(Completion::Open)),
            ("整改中：方案已报", Some(Completion::Open)),
            ("未完成，资金未到位", Some(Completion::Open)),
            ("已完成，尚有两户待清退", None),
            ("没有完成", Some(Completion::Open)),
            ("未开工", Some(Completion::Open)),
            ("未再发生", None),
            ("完成部分", None),
            ("已报财务部", None),
            ("制度已印发", None),
        ] {
            assert_eq!(words.told(text), means, "{text}");
        }
        assert!(says_something_left("已完成（剩余两户未清退）") && !says_something_left("已完成（6月30日）"));
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
