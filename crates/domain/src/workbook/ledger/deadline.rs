//! What stands in the column of time limits: a day, a way of handling, stages, or several of them.

use chrono::{Datelike, NaiveDate};

use super::super::dates;
use super::super::grid::{Cell, squeeze};
use crate::task::state::Disposition;

/// A time limit as it was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deadline {
    None,
    On(NaiveDate),
    Immediate(Option<NaiveDate>),
    /// With the day of the first review, where one is written.
    Sustained(Option<NaiveDate>),
    /// Two stages or more, each with its words.
    Staged(Vec<(NaiveDate, String)>),
    /// A day inside words that say more; or several days without words. The last day is proposed.
    Unsure(NaiveDate),
    Unclear,
}

const IMMEDIATE: [&str; 30] = [
    "立行立改",
    "立即整改",
    "立查立改",
    "即知即改",
    "边查边改",
    "马上整改",
    "立整立改",
    "立说立行",
    "即查即改",
    "即行即改",
    "边督边改",
    "边审边改",
    "边巡边改",
    "未巡先改",
    "立即纠正",
    "立即完成",
    "随时整改",
    "马上改",
    "立即改",
    "立刻改",
    "当场改",
    "立刻",
    "马上",
    "立改",
    "立即",
    "当场整改",
    "现场整改",
    "即时整改",
    "当场",
    "即时",
];
const SUSTAINED: [&str; 18] = [
    "长期坚持",
    "持续整改",
    "持续推进",
    "持续坚持",
    "常态化",
    "常抓不懈",
    "长期推进",
    "长期落实",
    "长期执行",
    "长期保持",
    "全年坚持",
    "经常性",
    "贯穿全年",
    "长期",
    "持续",
    "长效",
    "常态",
    "常年",
];

/// Words around a day that change nothing of it.
const FILLERS: [&str; 52] = [
    "全面完成整改",
    "完成整改",
    "整改完成",
    "整改到位",
    "全部完成",
    "全面完成",
    "限期整改",
    "限时整改",
    "完成时限",
    "整改时限",
    "即日起至",
    "即日起到",
    "从即日起",
    "已完成",
    "完成",
    "办结",
    "销号",
    "完毕",
    "整改",
    "到位",
    "截止",
    "截至",
    "之前",
    "以前",
    "不晚于",
    "不迟于",
    "最迟",
    "至迟",
    "务必",
    "力争",
    "确保",
    "争取",
    "预计",
    "预期",
    "原则上",
    "计划",
    "时限",
    "限期",
    "限时",
    "底前",
    "上午",
    "下午",
    "下班",
    "中午",
    "当日",
    "全部",
    "全面",
    "已",
    "前",
    "于",
    "止",
    "限",
];

/// Whether the word is the name of a way of handling.
pub(super) fn is_label(text: &str) -> bool {
    Disposition::ALL.iter().any(|d| d.label() == text)
}

/// The disposition a word stands for.
pub(super) fn disposition(text: &str) -> Option<Disposition> {
    let text = squeeze(text);
    let text = text.trim_end_matches(['类', '。']);
    if text.is_empty() {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if let Some(exact) = Disposition::ALL.iter().copied().find(|d| d.label() == text) {
        return Some(exact);
    }
    match text {
        _ if text.chars().count() > 12 => None,
        _ if has(&["立行立改", "立即整改", "立查立改", "即知即改", "立改"]) => {
            Some(Disposition::Immediate)
        }
        _ if has(&["分步", "分阶段", "分期"]) => Some(Disposition::Staged),
        _ if has(&["长期", "持续", "常态", "常抓不懈"]) => Some(Disposition::Sustained),
        _ if has(&["限期", "限时", "集中整改"]) => Some(Disposition::Dated),
        _ => None,
    }
}

/// Length of a clock time at the start of the text, such as 17:00 or 18时.
fn clock(text: &[char]) -> usize {
    let digits = |from: usize| text[from.min(text.len())..].iter().take_while(|c| c.is_ascii_digit()).count();
    let hours = digits(0);
    match text.get(hours) {
        Some(':' | '：') if (1..=2).contains(&hours) => hours + 1 + digits(hours + 1),
        Some('时' | '点') if (1..=2).contains(&hours) => hours + 1,
        _ => 0,
    }
}

/// What is left of a text without its days, their clock times, marks and fillers.
fn leftover(text: &str, spans: &[(NaiveDate, usize, usize)]) -> String {
    let chars: Vec<char> = text.chars().collect();
    let spans: Vec<(NaiveDate, usize, usize)> = spans
        .iter()
        .map(|(date, start, end)| (*date, *start, end + clock(&chars[(*end).min(chars.len())..])))
        .collect();
    let mut rest: String = chars
        .iter()
        .enumerate()
        .filter(|(i, _)| !spans.iter().any(|(_, start, end)| (start..end).contains(&i)))
        .map(|(_, c)| *c)
        .filter(|c| !matches!(c, '(' | ')' | '（' | '）' | '：' | ':' | '，' | ',' | '。' | '；' | ';' | '、' | '日'))
        .collect();
    for week in ["星期", "周"] {
        for day in "一二三四五六日天".chars() {
            rest = rest.replace(&format!("{week}{day}"), "");
        }
    }
    for filler in FILLERS {
        rest = rest.replace(filler, "");
    }
    rest
}

/// `8月底前完成甲；10月底前完成乙`: each part with its day and its words.
pub(super) fn stages(text: &str, year: i32) -> Option<Vec<(NaiveDate, String)>> {
    let mut found = Vec::new();
    let mut rest = text;
    for mark in ["分步实施", "分阶段实施", "分阶段整改", "分阶段"] {
        rest = rest.trim_start().strip_prefix(mark).unwrap_or(rest).trim_start_matches(['：', ':', ' ', '，']);
    }
    let parts: Vec<&str> = rest.split(['；', ';', '\n']).map(str::trim).filter(|p| !p.is_empty()).collect();
    let parts: Vec<String> =
        if parts.len() > 1 { parts.into_iter().map(str::to_owned).collect() } else { by_dates(rest, year) };
    for part in parts {
        let spans = dates::find(&part, year);
        let (date, start, end) = *spans.last()?;
        let chars: Vec<char> = part.chars().collect();
        let before: String = chars.get(..start)?.iter().collect();
        let after: String = chars.get(end..)?.iter().collect();
        let strip = |text: &str| {
            text.trim_matches([' ', '：', ':', '，', ',', '、', '。', '（', '）', '(', ')', '前', '-', '—']).to_owned()
        };
        let (before, after) = (strip(&before), strip(&after));
        let before = super::super::numbering::split(&before).concat();
        let words = match (before.is_empty(), after.is_empty()) {
            (true, _) => after,
            (_, true) => before,
            _ => format!("{before}，{after}"),
        };
        found.push((date, words));
    }
    (!found.is_empty()).then_some(found)
}

/// Cuts a text before each of its dates, where nothing else parts the stages.
fn by_dates(text: &str, year: i32) -> Vec<String> {
    let spans = dates::find(text, year);
    let chars: Vec<char> = text.chars().collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for (_, start, _) in spans.iter().skip(1) {
        parts.push(chars[from..*start].iter().collect());
        from = *start;
    }
    parts.push(chars[from..].iter().collect());
    parts
}

/// From one day to another, such as 2021年3月-6月, 3.1-5.20, 3月1日至8月31日: the last day. Nothing else may stand there.
fn span(text: &str, year: i32) -> Option<NaiveDate> {
    let (from, to) = ['至', '—', '–', '－', '~', '～', '-', '到'].iter().find_map(|mark| {
        let (from, to) = text.split_once(*mark)?;
        let from = from.trim_start_matches(['自', '从']).trim_end_matches('起');
        Some((from, to.trim_start_matches(['-', '—']).trim_end_matches("完成").trim_end_matches("整改")))
    })?;
    if matches!(from, "即日" | "现在" | "现" | "目前" | "反馈之日") {
        return dates::parse(to, year);
    }
    // 3.1 is a day only beside another.
    let day = |text: &str, year: i32| dates::parse(text, year).or_else(|| dates::parse(&format!("{text}前"), year));
    let begin = day(from, year).or_else(|| day(&format!("{from}月"), year).filter(|_| to.contains('月')))?;
    let end = day(to, begin.year())?;
    (begin <= end).then_some(end)
}

/// 6/30 and 06-30 are days; of 3-6 and 0630 it is only likely.
fn month_and_day(text: &str, year: i32) -> Option<Deadline> {
    let is_figures = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let day = |month: &str, day: &str| dates::parse(&format!("{month}.{day}前"), year);
    if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
        return day(&text[..2], &text[2..]).map(Deadline::Unsure);
    }
    let text = text.trim_end_matches(['前', '止']);
    let (month, of_month) = text.split_once(['/', '-']).filter(|(m, d)| is_figures(m) && is_figures(d))?;
    let date = day(month, of_month)?;
    let is_sure = text.contains('/') || of_month.len() == 2;
    Some(if is_sure { Deadline::On(date) } else { Deadline::Unsure(date) })
}

/// Reads a time limit.
pub(super) fn read(cell: &Cell, year: i32) -> Deadline {
    if let Some(date) = dates::read(cell, year) {
        return Deadline::On(date);
    }
    let (Cell::Text(_) | Cell::Number(_)) = cell else {
        return if matches!(cell, Cell::Empty) { Deadline::None } else { Deadline::Unclear };
    };
    let whole = cell.text();
    let text = squeeze(&whole);
    if text.is_empty() {
        return Deadline::None;
    }
    if let Cell::Number(_) = cell {
        // 8.31, typed as a number: a day most likely.
        return dates::parse(&format!("{text}前"), year).map_or(Deadline::Unclear, Deadline::Unsure);
    }
    if let Some(end) = span(&text, year) {
        return Deadline::On(end);
    }
    // 4.20 as words is a day; 6.3 may have lost its last digit on the way.
    if let Some((month, day)) = text.split_once(['.', '．'])
        && [month, day].iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
        && let Some(date) = dates::parse(&format!("{text}前"), year)
    {
        return if day.len() == 2 { Deadline::On(date) } else { Deadline::Unsure(date) };
    }
    if let Some(read) = month_and_day(&text, year) {
        return read;
    }
    let spans = dates::find(&text, year);
    let last = spans.iter().map(|(date, ..)| *date).max();
    let is_staged = text.contains("分步") || text.contains("分阶段") || spans.len() > 1;
    if is_staged && let Some(stages) = stages(&whole, year) {
        return match stages.as_slice() {
            [_, _, ..] if stages.iter().all(|(_, words)| !words.is_empty()) => Deadline::Staged(stages),
            _ => last.map_or(Deadline::Unclear, Deadline::Unsure),
        };
    }
    let rest = leftover(&text, &spans);
    let said = |words: &[&str]| {
        let word = words.iter().find(|w| text.contains(**w))?;
        // The word goes first, so that 整改 in it is no filler.
        let bare = text.replace(word, "");
        Some(leftover(&bare, &dates::find(&bare, year)))
    };
    if let Some(rest) = said(&IMMEDIATE) {
        // 已于巡察期间立行立改 has no day, and needs none.
        let around = ["巡察期间", "巡视期间", "检查期间", "审计期间", "现场", "已", "在", "并"];
        let is_plain = around.iter().fold(rest, |rest, word| rest.replace(word, "")).is_empty();
        let date = spans.first().map(|(date, ..)| *date);
        return if is_plain { Deadline::Immediate(date) } else { date.map_or(Deadline::Unclear, Deadline::Unsure) };
    }
    if let Some(rest) = said(&SUSTAINED) {
        let is_plain = rest.chars().count() <= 4;
        return if is_plain { Deadline::Sustained(last) } else { last.map_or(Deadline::Unclear, Deadline::Unsure) };
    }
    match (spans.as_slice(), rest.is_empty()) {
        ([(date, ..)], true) => Deadline::On(*date),
        ([(date, ..)], false) => Deadline::Unsure(*date),
        _ => Deadline::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn time_limits_are_read_as_people_write_them() {
        let read = |text: &str| read(&Cell::Text(text.into()), 2020);
        let stage = |on: &str, words: &str| (date(on), words.to_owned());
        for (text, expected) in [
            ("2020/12/31", Deadline::On(date("2020-12-31"))),
            ("9月30日前", Deadline::On(date("2020-09-30"))),
            ("2020年8月底前完成整改", Deadline::On(date("2020-08-31"))),
            ("限期整改（2020年9月底前）", Deadline::On(date("2020-09-30"))),
            ("立行立改", Deadline::Immediate(None)),
            ("立即整改", Deadline::Immediate(None)),
            ("立行立改，已完成", Deadline::Immediate(None)),
            ("2020年8月31日17:00前", Deadline::On(date("2020-08-31"))),
            ("8月31日18时前完成", Deadline::On(date("2020-08-31"))),
            ("立行立改（7月31日前）", Deadline::Immediate(Some(date("2020-07-31")))),
            ("已于巡察期间立行立改", Deadline::Immediate(None)),
            ("长期坚持", Deadline::Sustained(None)),
            ("持续整改", Deadline::Sustained(None)),
            ("2020年底前完成，长期坚持", Deadline::Sustained(Some(date("2020-12-31")))),
            (
                "分步实施：8月底前完成甲；10月底前形成乙并报批",
                Deadline::Staged(vec![stage("2020-08-31", "完成甲"), stage("2020-10-31", "形成乙并报批")]),
            ),
            (
                "第一阶段：8月31日前；第二阶段：10月31日前",
                Deadline::Staged(vec![stage("2020-08-31", "第一阶段"), stage("2020-10-31", "第二阶段")]),
            ),
            (
                "8月底前完成甲，10月底前完成乙",
                Deadline::Staged(vec![stage("2020-08-31", "完成甲"), stage("2020-10-31", "完成乙")]),
            ),
            ("2020年3月-6月", Deadline::On(date("2020-06-30"))),
            ("3-6月", Deadline::On(date("2020-06-30"))),
            ("2020年3月1日至2020年8月31日", Deadline::On(date("2020-08-31"))),
            ("3.1-5.20", Deadline::On(date("2020-05-20"))),
            ("2020.3.1—2021.2.28", Deadline::On(date("2021-02-28"))),
            ("9月1日至8月1日", Deadline::Unsure(date("2020-09-01"))),
            ("二〇二〇年六月底前", Deadline::On(date("2020-06-30"))),
            ("六月底", Deadline::On(date("2020-06-30"))),
            ("十月十五日前", Deadline::On(date("2020-10-15"))),
            ("常抓不懈", Deadline::Sustained(None)),
            ("6.30", Deadline::On(date("2020-06-30"))),
            ("6.3", Deadline::Unsure(date("2020-06-03"))),
            ("13.45", Deadline::Unclear),
            ("当场整改", Deadline::Immediate(None)),
            ("立说立行", Deadline::Immediate(None)),
            ("马上改", Deadline::Immediate(None)),
            ("边督边改，2020年8月31日前", Deadline::Immediate(Some(date("2020-08-31")))),
            ("常态长效", Deadline::Sustained(None)),
            ("长期推进（每季度小结）", Deadline::Unclear),
            ("已于2020年3月完成", Deadline::On(date("2020-03-31"))),
            ("力争8月底前完成", Deadline::On(date("2020-08-31"))),
            ("8月31日（周一）下班前", Deadline::On(date("2020-08-31"))),
            ("最迟8月31日", Deadline::On(date("2020-08-31"))),
            ("2020年8月31日前销号", Deadline::On(date("2020-08-31"))),
            ("即日起至8月31日", Deadline::On(date("2020-08-31"))),
            ("自2020年3月1日起至8月31日", Deadline::On(date("2020-08-31"))),
            ("2020年1月—6月底前完成", Deadline::On(date("2020-06-30"))),
            ("8/31", Deadline::On(date("2020-08-31"))),
            ("08-31前", Deadline::On(date("2020-08-31"))),
            ("3-6", Deadline::Unsure(date("2020-03-06"))),
            ("0831", Deadline::Unsure(date("2020-08-31"))),
            ("2020年二季度末前", Deadline::On(date("2020-06-30"))),
            ("今年年底前完成", Deadline::On(date("2020-12-31"))),
            ("自8月31日起", Deadline::Unsure(date("2020-08-31"))),
            ("每年8月底", Deadline::Unsure(date("2020-08-31"))),
            ("8月底前完成50%", Deadline::Unsure(date("2020-08-31"))),
            ("月底前", Deadline::Unclear),
            ("节前", Deadline::Unclear),
            ("国庆节前", Deadline::Unclear),
            ("每月25日前", Deadline::Unclear),
            ("下一轮巡察前", Deadline::Unclear),
            ("2020年8月31日前办结", Deadline::On(date("2020-08-31"))),
            ("三个月内", Deadline::Unclear),
            ("2020.8.31、2020.9.30", Deadline::Unsure(date("2020-09-30"))),
            ("与甲方协商后8月底前", Deadline::Unsure(date("2020-08-31"))),
            ("尽快", Deadline::Unclear),
            ("收到通知后15日内", Deadline::Unclear),
            ("", Deadline::None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(super::read(&Cell::Number(8.31), 2020), Deadline::Unsure(date("2020-08-31")));
        assert_eq!(super::read(&Cell::Error("#REF!".into()), 2020), Deadline::Unclear);
    }
}
