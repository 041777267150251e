//! Numbers that people type inside a cell: several measures in one cell, an ordinal in a column.

use super::grid::{narrow, squeeze};

/// How the numbers look.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// 1. 1、
    Arabic,
    /// 1) 1）
    ArabicHalf,
    /// (1) （1）
    ArabicBracket,
    /// 一、
    Chinese,
    /// （一）
    ChineseBracket,
    /// ① ⑴ ⒈ ❶ ㈠
    Circled,
    /// 一是
    Is,
    /// 第一，
    Nth,
    /// 措施一：
    Named,
}

const STYLES: [Style; 9] = [
    Style::Named,
    Style::Circled,
    Style::ArabicBracket,
    Style::ChineseBracket,
    Style::Nth,
    Style::Is,
    Style::Chinese,
    Style::ArabicHalf,
    Style::Arabic,
];

/// Numbers that are one character: the first of each run, and how many there are.
const CIRCLED: [(u32, u32); 5] = [(0x2460, 20), (0x2474, 20), (0x2488, 20), (0x2776, 10), (0x3220, 10)];

/// Most numbers looked for in a cell.
const MOST: usize = 99;

fn chinese(n: usize) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    match n {
        0..=9 => DIGITS[n].to_string(),
        10 => "十".to_owned(),
        11..=19 => format!("十{}", DIGITS[n - 10]),
        _ if n.is_multiple_of(10) => format!("{}十", DIGITS[n / 10 % 10]),
        _ => format!("{}十{}", DIGITS[n / 10 % 10], DIGITS[n % 10]),
    }
}

fn starts(text: &[char], word: &str) -> Option<usize> {
    let mut n = 0;
    for c in word.chars() {
        if text.get(n) != Some(&c) {
            return None;
        }
        n += 1;
    }
    Some(n)
}

fn is_circled(c: char) -> bool {
    ('\u{2460}'..='\u{3230}').contains(&c)
        && CIRCLED.iter().any(|(first, n)| (*first..first + n).contains(&u32::from(c)))
}

/// Whether a number of any style can begin with this character: a cheap look before a thorough one.
fn may_begin(text: &[char]) -> bool {
    text.first().is_some_and(|c| {
        c.is_ascii_digit()
            || matches!(c, '(' | '（' | '第' | '措' | '举' | '步')
            || is_circled(*c)
            || "一二三四五六七八九十".contains(*c)
    })
}

/// Length of the nth number of a style at the start of the text.
fn marker(text: &[char], style: Style, n: usize) -> Option<usize> {
    let then = |length: usize, of: &[char]| text.get(length).filter(|c| of.contains(c)).map(|_| length + 1);
    match style {
        Style::Arabic => then(starts(text, &n.to_string())?, &['.', '、']),
        Style::ArabicHalf => then(starts(text, &n.to_string())?, &[')', '）']),
        Style::ArabicBracket | Style::ChineseBracket => {
            let open = text.first().filter(|c| matches!(c, '(' | '（')).map(|_| 1)?;
            let digits = if style == Style::ArabicBracket { n.to_string() } else { chinese(n) };
            then(open + starts(&text[open..], &digits)?, &[')', '）'])
        }
        Style::Chinese => then(starts(text, &chinese(n))?, &['、', '.']),
        Style::Circled => {
            let n = u32::try_from(n).ok()?;
            let nth = |(first, most): &(u32, u32)| char::from_u32(first + n - 1).filter(|_| n <= *most);
            CIRCLED.iter().filter_map(nth).find_map(|c| starts(text, &c.to_string()))
        }
        Style::Is => then(starts(text, &chinese(n))?, &['是', '要']),
        Style::Named => {
            let word = ["措施", "举措", "步骤"].iter().find_map(|word| starts(text, word))?;
            let number = [n.to_string(), chinese(n)].iter().find_map(|n| starts(&text[word..], n))?;
            then(word + number, &['：', ':', '、', '.'])
        }
        Style::Nth => then(starts(text, &format!("第{}", chinese(n)))?, &['，', ',', '、', '：']),
    }
}

/// Where a number may begin: at the start, on a new line, after a mark that ends a clause.
fn is_boundary(text: &[char], i: usize) -> bool {
    i == 0
        || is_circled(text[i])
        || matches!(text[i - 1], '\n' | '\r' | '。' | '；' | ';' | '：' | ':' | '，' | ',' | '、' | ' ' | '\t')
}

/// A digit behind 1. makes it a decimal, except where a new line of a list begins or where things are counted with #, as in 1.11#: item 1, about pier 11.
fn is_decimal(text: &[char], at: usize, length: usize, style: Style, is_listed: bool) -> bool {
    let rest = &text[at + length..];
    let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    style == Style::Arabic && digits > 0 && !is_listed && rest.get(digits) != Some(&'#')
}

fn line_begins(text: &[char], i: usize) -> bool {
    i == 0 || matches!(text[i - 1], '\n' | '\r')
}

/// Whether a number of the style may follow the words before it without any mark between: one in brackets always, 二是 behind a word.
fn is_close(text: &[char], i: usize, style: Style) -> bool {
    match style {
        Style::ArabicBracket | Style::ChineseBracket => true,
        Style::Is => !"第一二三四五六七八九十百".contains(text[i - 1]),
        Style::Nth => true,
        _ => false,
    }
}

/// Where the numbers 1, 2, 3 … of the outermost style stand: (start, length).
fn find(text: &[char]) -> Vec<(usize, usize)> {
    for first in (0..text.len()).filter(|i| is_boundary(text, *i) && may_begin(&text[*i..])) {
        for style in STYLES {
            let Some(length) = marker(&text[first..], style, 1) else { continue };
            let mut found = vec![(first, length)];
            let mut from = first + length;
            for n in 2..=MOST {
                let may_stand = |i: &usize| is_boundary(text, *i) || is_close(text, *i, style);
                let next = (from..text.len()).filter(|i| may_stand(i) && may_begin(&text[*i..])).find_map(|i| {
                    let length = marker(&text[i..], style, n)?;
                    (!is_decimal(text, i, length, style, line_begins(text, i))).then_some((i, length))
                });
                let Some((at, length)) = next else { break };
                found.push((at, length));
                from = at + length;
            }
            let is_single = found.len() == 1;
            if is_single && (first > 0 || is_decimal(text, first, length, style, false)) {
                continue;
            }
            return found;
        }
    }
    Vec::new()
}

/// Characters looked at for a list: a second number stands in the first of them.
const LONGEST_LIST: usize = 2_000;

/// Words that number without a figure: the first and the second of each pair.
const PAIRS: [(&str, &str); 8] = [
    ("其一", "其二"),
    ("首先", "其次"),
    ("第一", "第二"),
    ("A.", "B."),
    ("A、", "B、"),
    ("a.", "b."),
    ("a)", "b)"),
    ("Ⅰ", "Ⅱ"),
];

/// Marks that part a list where they stand between words.
const PARTING: [char; 16] = ['|', '｜', '+', '＋', '/', '／', '→', '●', '•', '■', '◆', '★', '▲', '※', '⇒', '·'];

/// Whether the text still holds a list that was not parted: a second number wherever it stands, words that number, marks between phrases.
pub(super) fn holds_list(text: &str) -> bool {
    let chars: Vec<char> = narrow(text).trim().chars().take(LONGEST_LIST).collect();
    let is_second = |i: usize| {
        let (before, rest) = (chars[i - 1], &chars[i..]);
        let stands = match rest[0] {
            c if c.is_ascii_digit() => !before.is_ascii_alphanumeric() && !"第.．-—(（".contains(before),
            c if "一二三四五六七八九十".contains(c) => !"第(（一二三四五六七八九十百".contains(before),
            _ => true,
        };
        let follows = |length: usize| {
            rest.get(length).is_some_and(|c| !c.is_ascii_digit() && !"一二三四五六七八九十".contains(*c))
        };
        stands
            && may_begin(rest)
            && STYLES.iter().any(|style| {
                let styled = *style != Style::Nth || is_boundary(&chars, i);
                styled && (2..=9).any(|n| marker(rest, *style, n).is_some_and(follows))
            })
    };
    let text: String = chars.iter().collect();
    let counts = |rest: &str| rest.starts_with(|c: char| "季批次轮期类责分项条款个种届".contains(c));
    let in_pairs = PAIRS.iter().any(|(first, second)| {
        let behind = text.split_once(first).and_then(|(_, behind)| behind.split_once(second));
        behind.is_some_and(|(_, rest)| !counts(rest))
    });
    let is_phrase = |part: &str| part.chars().filter(|c| !c.is_ascii()).count() >= 4;
    let is_parted = || {
        let parts: Vec<&str> = text.split(PARTING).collect();
        parts.len() > 1 && parts.iter().all(|part| is_phrase(part))
    };
    (1..chars.len()).any(is_second) || in_pairs || is_parted() || is_counted(&chars)
}

/// 1.1 and 1.2, or 1： and 2：, each before words.
fn is_counted(chars: &[char]) -> bool {
    let stands = |i: usize| i == 0 || !chars[i - 1].is_ascii_alphanumeric() && !matches!(chars[i - 1], '.' | '-');
    let has = |number: &str| {
        (0..chars.len()).filter(|i| stands(*i)).any(|i| {
            let behind = starts(&chars[i..], number).and_then(|n| chars.get(i + n));
            behind.is_some_and(|c| !c.is_ascii() || *c == ' ')
        })
    };
    let is_parted = |mark: char| (1..=30).any(|n| has(&format!("{n}{mark}1")) && has(&format!("{n}{mark}2")));
    let begins = |mark: char| chars.first() == Some(&'1') && chars.get(1) == Some(&mark) && has(&format!("2{mark}"));
    chars.contains(&'1') && (['.', '-'].into_iter().any(is_parted) || [':', '：', ' ', '，'].into_iter().any(begins))
}

/// The words behind the one number that stands before them, such as 3.台账没有登记 or 问题三：台账没有登记; None where there is none, or a list.
pub(super) fn unnumbered(text: &str) -> Option<(usize, String)> {
    let narrowed = narrow(text);
    let text = narrowed.trim();
    let word = ["问题", "隐患", "事项"].iter().find_map(|word| text.strip_prefix(word));
    let chars: Vec<char> = word.unwrap_or(text).chars().collect();
    if !may_begin(&chars) || holds_list(text) {
        return None;
    }
    let named = |n: usize| {
        word?;
        let length = [n.to_string(), chinese(n)].iter().find_map(|n| starts(&chars, n))?;
        chars.get(length).filter(|c| matches!(c, '：' | ':' | '、' | '.'))?;
        Some(length + 1)
    };
    let styled = |n: usize| {
        word.is_none().then_some(())?;
        let styles = STYLES.iter().filter(|style| !matches!(style, Style::Is | Style::Named));
        styles
            .filter_map(|style| marker(&chars, *style, n).map(|length| (*style, length)))
            .find_map(|(style, length)| (!is_decimal(&chars, 0, length, style, false)).then_some(length))
    };
    let (n, length) = (1..=MOST).find_map(|n| Some((n, named(n).or_else(|| styled(n))?)))?;
    // 1.11# is a place, or the first about pier 11: nobody knows.
    chars.get(length).filter(|c| !c.is_ascii_digit())?;
    let rest = clean(&chars[length..]);
    (!rest.is_empty()).then_some((n, rest))
}

fn clean(piece: &[char]) -> String {
    let text: String = piece.iter().collect();
    text.trim().trim_end_matches(['；', ';', '，', ',', '、']).trim().to_owned()
}

/// The parts of a cell that is numbered inside, without their numbers; the whole text when it is not. Words before the first number stay with the first part.
pub fn split(text: &str) -> Vec<String> {
    let chars: Vec<char> = narrow(text).trim().chars().collect();
    let found = find(&chars);
    let mut parts: Vec<String> = Vec::new();
    for (i, (start, length)) in found.iter().enumerate() {
        let end = found.get(i + 1).map_or(chars.len(), |(next, _)| *next);
        parts.push(clean(&chars[start + length..end]));
    }
    let Some((first, _)) = found.first() else {
        let whole = clean(&chars[lone(&chars)..]);
        return if whole.is_empty() { Vec::new() } else { parallel(&whole).unwrap_or_else(|| vec![whole]) };
    };
    let before = clean(&chars[..*first]);
    if !before.is_empty() {
        let between = if before.ends_with(['：', ':']) { "" } else { "\n" };
        parts[0] = format!("{before}{between}{}", parts[0]);
    }
    parts.retain(|p| !p.is_empty());
    parts
}

/// Phrases side by side, parted by semicolons and by nothing else: 制定甲；修订乙；公示丙。 A sentence that has commas as well is one.
fn parallel(text: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = text.split(['；', ';']).map(str::trim).collect();
    let is_phrase = |part: &&str| {
        part.chars().count() >= 4 && !part.trim_end_matches('。').contains(['，', ',', '。', '：', ':', '、', '\n'])
    };
    (parts.len() > 1 && parts.iter().all(is_phrase)).then(|| parts.into_iter().map(str::to_owned).collect())
}

/// Marks that stand before each part of a list; those of the second kind mean something else inside a line.
const BULLETS: [char; 14] = ['●', '•', '■', '◆', '▪', '★', '◇', '□', '▲', '►', '➢', '→', '○', '◎'];
const DASHES: [char; 4] = ['-', '—', '*', '·'];
/// Longest line that is one part of a list, in characters.
const LONGEST_LINE: usize = 60;

/// The measures of a cell, and whether it is sure that they are parted so: numbers, marks and bare phrases say it; lines without any, and sentences
/// with semicolons, do not.
pub(super) fn listed(text: &str) -> (Vec<String>, bool) {
    let parts = split(text);
    let [whole] = parts.as_slice() else {
        let is_sure = !parts.iter().any(|part| holds_list(part));
        return (parts, is_sure);
    };
    if let Some(found) = bulleted(whole) {
        return (found, true);
    }
    let lines: Vec<String> =
        whole.lines().map(|l| clean(&l.chars().collect::<Vec<char>>())).filter(|l| !l.is_empty()).collect();
    let is_part = |line: &String| (4..=LONGEST_LINE).contains(&line.chars().count());
    if lines.len() > 1 && lines.iter().all(is_part) {
        return (lines, false);
    }
    let is_sure = lines.len() == 1 && !whole.trim_end_matches('。').contains(['；', ';']) && !holds_list(whole);
    (parts, is_sure)
}

fn bulleted(text: &str) -> Option<Vec<String>> {
    let first = text.chars().next()?;
    let parts: Vec<&str> = if BULLETS.contains(&first) {
        text.split(first).collect()
    } else if DASHES.contains(&first) && text.lines().all(|line| line.trim().starts_with(DASHES)) {
        text.lines().map(|line| line.trim().trim_start_matches(DASHES)).collect()
    } else {
        return None;
    };
    let parts = parts.into_iter().map(|p| clean(&p.chars().collect::<Vec<char>>())).filter(|p| !p.is_empty());
    Some(parts.collect())
}

/// Length of a number that stands alone before a measure, such as 2. in the second row of a finding.
fn lone(text: &[char]) -> usize {
    if !may_begin(text) {
        return 0;
    }
    STYLES
        .iter()
        .filter(|style| !matches!(style, Style::Is))
        .find_map(|style| {
            (2..=MOST).find_map(|n| marker(text, *style, n).filter(|l| !is_decimal(text, 0, *l, *style, false)))
        })
        .unwrap_or(0)
}

/// A number however it is typed: 1, 1. 1、 （一） 一、 ① ４ 第三. None when it is something else.
pub fn ordinal(text: &str) -> Option<usize> {
    let text: Vec<char> = squeeze(text).chars().collect();
    let bare: String =
        text.iter().filter(|c| !matches!(c, '.' | '、' | '(' | ')' | '（' | '）' | '第' | '项' | '号')).collect();
    if let Ok(n) = bare.parse() {
        return Some(n);
    }
    if bare.chars().count() > 3 {
        return None;
    }
    (1..=MOST).find(|n| bare == chinese(*n) || (text.len() == 1 && marker(&text, Style::Circled, *n).is_some()))
}

/// Which level of headings a line begins, with its number and the words behind: 一、 is 1, （一） is 2.
pub(super) fn section(text: &str) -> Option<(u8, usize, String)> {
    let chars: Vec<char> = narrow(text).trim().chars().collect();
    if !may_begin(&chars) && chars.first() != Some(&'方') {
        return None;
    }
    for (level, style) in [(1, Style::Chinese), (2, Style::ChineseBracket)] {
        for n in 1..=MOST {
            if let Some(length) = marker(&chars, style, n) {
                return Some((level, n, clean(&chars[length..])));
            }
        }
    }
    // 第一方面 and 方面一：
    let text: String = chars.iter().collect();
    (1..=MOST).find_map(|n| {
        let rest = text
            .strip_prefix(&format!("第{}方面", chinese(n)))
            .or_else(|| text.strip_prefix(&format!("方面{}", chinese(n))))?;
        Some((1, n, rest.trim_matches(['：', ':', '、', ' ']).to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_cells_split_into_their_parts() {
        for (text, parts) in [
            ("1.甲\n2.乙", &["甲", "乙"][..]),
            ("1、甲；2、乙；3、丙。", &["甲", "乙", "丙。"]),
            ("（一）甲。（二）乙。", &["甲。", "乙。"]),
            ("（1）甲；(2)乙", &["甲", "乙"]),
            ("①甲；②乙；③丙。", &["甲", "乙", "丙。"]),
            ("一是甲；二是乙；", &["甲", "乙"]),
            ("一、甲\n1.子\n2.子\n二、乙", &["甲\n1.子\n2.子", "乙"]),
            ("１．甲\n２．乙", &["甲", "乙"]),
            ("1)甲\n2)乙", &["甲", "乙"]),
            ("第一，甲；第二，乙", &["甲", "乙"]),
            ("1.只有一条", &["只有一条"]),
            ("①只有一条。", &["只有一条。"]),
            ("2.第二行的措施", &["第二行的措施"]),
            ("没有编号，只有逗号；和分号", &["没有编号，只有逗号；和分号"]),
            ("制定管理办法；修订岗位职责；公示清单。", &["制定管理办法", "修订岗位职责", "公示清单。"]),
            ("制定办法、细则；修订岗位职责", &["制定办法、细则；修订岗位职责"]),
            ("1.11#墩重做\n2.其他", &["11#墩重做", "其他"]),
            ("1.11#墩重做", &["11#墩重做"]),
            ("1.5米宽的栏杆", &["1.5米宽的栏杆"]),
            ("1.先做；2.5万元以内从速\n2.再做", &["先做；2.5万元以内从速", "再做"]),
            ("制定以下办法：1.甲 2.乙", &["制定以下办法：甲", "乙"]),
            ("版本1.0和2.0", &["版本1.0和2.0"]),
            ("", &[]),
        ] {
            assert_eq!(split(text), parts, "{text}");
        }
    }

    #[test]
    fn measures_are_parted_by_marks_and_asked_about_where_nothing_says_so() {
        for (text, parts, is_sure) in [
            ("⑴甲\n⑵乙", &["甲", "乙"][..], true),
            ("⒈甲⒉乙", &["甲", "乙"], true),
            ("㈠甲；㈡乙", &["甲", "乙"], true),
            ("一.制定办法\n二.公示", &["制定办法", "公示"], true),
            ("措施一：制定办法；措施二：公示", &["制定办法", "公示"], true),
            ("●制定办法●公示清单", &["制定办法", "公示清单"], true),
            ("-制定办法\n-公示清单", &["制定办法", "公示清单"], true),
            ("■制定办法", &["制定办法"], true),
            ("制定管理办法\n公示责任清单", &["制定管理办法", "公示责任清单"], false),
            ("制定办法，明确职责；公示清单，接受监督", &["制定办法，明确职责；公示清单，接受监督"], false),
            ("制定办法，明确职责。", &["制定办法，明确职责。"], true),
            ("措施不力的约谈", &["措施不力的约谈"], true),
            ("", &[], true),
        ] {
            let expected = (parts.iter().map(|p| (*p).to_owned()).collect(), is_sure);
            assert_eq!(listed(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_in_brackets_need_no_mark_before_them() {
        let parts = |text: &str| split(text);
        assert_eq!(parts("（1）更换电源（2）每日巡查（3）完善程序"), ["更换电源", "每日巡查", "完善程序"]);
        assert_eq!(parts("（一）登记(二)公示"), ["登记", "公示"]);
        assert_eq!(parts("一是登记二是公示"), ["登记", "公示"]);
        assert_eq!(parts("一是登记，十二是错的"), ["登记，十二是错的"]);
    }

    #[test]
    fn a_list_that_was_not_parted_is_seen() {
        for text in [
            "登记2、公示",
            "1.登记2.公示",
            "登记②公示",
            "首先登记，其次公示",
            "其一登记，其二公示",
            "A.登记B.公示",
            "登记台账/公示清单",
            "登记台账●公示清单",
            "3.1登记台账 3.2公示清单",
            "1：登记台账；2：公示清单",
        ] {
            assert!(holds_list(text), "{text}");
        }
        for text in [
            "登记台账",
            "2.5万元的台账",
            "第二季度公示",
            "每周2、3次",
            "清理A/B岗",
            "按1-2-3级登记",
            "第一季度登记，第二季度公示",
        ] {
            assert!(!holds_list(text), "{text}");
        }
    }

    #[test]
    fn one_number_before_the_words_is_no_part_of_them() {
        for (text, n, words) in [
            ("3.台账没有登记", 3, "台账没有登记"),
            ("（2）台账没有登记", 2, "台账没有登记"),
            ("问题三：台账没有登记", 3, "台账没有登记"),
            ("⑤台账没有登记", 5, "台账没有登记"),
            ("12、台账", 12, "台账"),
        ] {
            assert_eq!(unnumbered(text), Some((n, words.to_owned())), "{text}");
        }
        for text in
            ["1.5米宽的栏杆", "1.11#泵没有护罩", "1.甲台账\n2.乙台账", "一般问题", "问题台账", "3.", "三公经费超支"]
        {
            assert_eq!(unnumbered(text), None, "{text}");
        }
    }

    #[test]
    fn eleven_parts_and_more_are_found() {
        let text: String = (1..=23).map(|n| format!("（{}）措施{n}。", chinese(n))).collect();
        let parts = split(&text);
        assert_eq!((parts.len(), parts[22].as_str()), (23, "措施23。"));
    }

    #[test]
    fn ordinals_are_read_however_they_are_typed() {
        for (text, n) in [
            ("1", 1),
            ("2.", 2),
            ("（三）", 3),
            ("４", 4),
            ("⑤", 5),
            ("六、", 6),
            ("十一", 11),
            ("第12项", 12),
            ("二十", 20),
        ] {
            assert_eq!(ordinal(text), Some(n), "{text}");
        }
        for text in ["", "甲", "1-2", "合计"] {
            assert_eq!(ordinal(text), None, "{text}");
        }
    }

    #[test]
    fn section_headings_have_a_level() {
        assert_eq!(section("一、党的政治建设方面"), Some((1, 1, "党的政治建设方面".into())));
        assert_eq!(section("（十二）其他"), Some((2, 12, "其他".into())));
        assert_eq!(section("第二方面：作风建设"), Some((1, 2, "作风建设".into())));
        assert_eq!(section("一般问题"), None);
    }
}
