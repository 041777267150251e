//! Whether a weekly statement repeats an earlier one of the same unit on the same task (docs/domain.md §28). A remark for whoever reads or writes it;
//! nothing is refused for it.

use std::collections::BTreeMap;

use crate::calendar::Week;
use crate::task::text::StatementText;

/// So many earlier statements are compared, counted back from the week.
pub const COMPARED: usize = 4;

/// Fewest pieces of which a share says anything; shorter texts are alike only when they are the same.
const FEWEST_PIECES: usize = 10;

/// What a statement repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The week of the earlier statement.
    pub week: Week,
    /// How much of the text stood there already; 100 only where the two are the same.
    pub percent: u8,
}

impl Copy {
    /// The remark, in words.
    pub fn words(self) -> String {
        let (week, percent) = (self.week.number(), self.percent);
        if percent == 100 {
            format!("与第{week}周写实文字相同")
        } else {
            format!("与第{week}周写实有 {percent}% 的文字相同")
        }
    }
}

/// What a statement is judged by: what was done, or why nothing was.
fn said(text: &StatementText) -> &str {
    text.progress.as_deref().or(text.no_progress_reason.as_deref()).unwrap_or_default()
}

/// The earlier statement that this one repeats most, the newest of equals; none where no share reaches the round's threshold.
pub fn copy_of<'a>(
    now: &StatementText,
    earlier: impl IntoIterator<Item = (Week, &'a StatementText)>,
    near_percent: u16,
) -> Option<Copy> {
    let text = plain(said(now));
    let copies = earlier.into_iter().filter_map(|(week, then)| {
        let percent = share(&text, &plain(said(then)))?;
        (percent == 100 || u16::from(percent) >= near_percent).then_some(Copy { week, percent })
    });
    copies.max_by_key(|c| (c.percent, c.week))
}

/// How much of a text stood in an earlier one, in whole hundredths; none where there is nothing to say.
fn share(text: &[char], then: &[char]) -> Option<u8> {
    if text.is_empty() {
        return None;
    }
    if text == then {
        return Some(100);
    }
    let mut there: BTreeMap<&[char], usize> = BTreeMap::new();
    then.windows(2).for_each(|piece| *there.entry(piece).or_default() += 1);
    let (here, before) = (text.len() - 1, then.len().saturating_sub(1));
    if here.min(before) < FEWEST_PIECES {
        return None;
    }
    let mut common = 0;
    for piece in text.windows(2) {
        if let Some(left) = there.get_mut(piece).filter(|left| **left > 0) {
            *left -= 1;
            common += 1;
        }
    }
    // All of it may stand there in another order, or in a longer text: that is not the same.
    u8::try_from(common * 100 / here).ok().map(|percent| percent.min(99))
}

/// A character as it counts: full-width forms as their plain ones, letters small.
fn plain_char(c: char) -> char {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    c.to_ascii_lowercase()
}

/// A text without what may differ from week to week though nothing else does: white space, punctuation, dates and numbers of weeks.
fn plain(text: &str) -> Vec<char> {
    let all = close(text);
    let mut kept = Vec::with_capacity(all.len());
    let mut at = 0;
    while let Some(c) = all.get(at) {
        let passed = dated(&all[at..]);
        if passed > 0 {
            at += passed;
            continue;
        }
        // A number stands or goes whole, so that no rest of it looks like a day.
        let run = digits(&all[at..]).max(1);
        if c.is_alphanumeric() {
            kept.extend(&all[at..at + run]);
        }
        at += run;
    }
    kept
}

/// The characters as they count, without white space but between two numbers.
fn close(text: &str) -> Vec<char> {
    let mut all: Vec<char> = Vec::with_capacity(text.len() / 2);
    let mut is_apart = false;
    for c in text.chars().map(plain_char) {
        if c.is_whitespace() {
            is_apart = true;
            continue;
        }
        if is_apart && c.is_ascii_digit() && all.last().is_some_and(char::is_ascii_digit) {
            all.push(' ');
        }
        is_apart = false;
        all.push(c);
    }
    all
}

fn digits(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

/// How many characters from here are a date or the number of a week: `2026-03-06`, `3月6日`, `6号`, `第10周`, `第十周`.
fn dated(text: &[char]) -> usize {
    if text.first() == Some(&'第') {
        let number =
            text[1..].iter().take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(**c)).count();
        return if number > 0 && text.get(1 + number) == Some(&'周') { number + 2 } else { 0 };
    }
    let n = digits(text);
    if n == 0 {
        return 0;
    }
    match text.get(n) {
        Some('年' | '月' | '日' | '号') => n + 1,
        Some(mark @ ('-' | '/' | '.')) if n == 4 => {
            let month = digits(&text[n + 1..]);
            let after = n + 1 + month;
            let day = if text.get(after) == Some(mark) { digits(&text[after + 1..]) } else { 0 };
            if (1..=2).contains(&month) && (1..=2).contains(&day) { after + 1 + day } else { 0 }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(text: &str) -> Week {
        Week::parse(text).unwrap()
    }

    fn done(text: &str) -> StatementText {
        StatementText { progress: Some(text.to_owned()), ..StatementText::default() }
    }

    fn percent(now: &str, then: &str) -> Option<u8> {
        copy_of(&done(now), [(week("2026-W10"), &done(then))], 0).map(|c| c.percent)
    }

    #[test]
    fn white_space_punctuation_dates_and_weeks_make_no_difference() {
        let then = "第10周：3月6日完成合同台账核对，差异 2 项。";
        for now in [
            "第10周：3月6日完成合同台账核对，差异 2 项。",
            "第11周 ３月１３日完成合同台账核对；差异2项",
            "第十一周，2026年3月13日完成合同台账核对,差异2项!",
            "2026-03-13完成合同台账核对差异2项",
            "2026/3/13 13号完成合同台账\n核对差异２项",
        ] {
            assert_eq!(percent(now, then), Some(100), "{now}");
        }
    }

    #[test]
    fn other_numbers_are_told_apart() {
        // Twelve characters, eleven pieces, of which two hold the number.
        assert_eq!(percent("完成合同台账核对差异3项", "完成合同台账核对差异2项"), Some(81));
        assert_eq!(plain("共 3 项，另 4 5 项"), plain("共3项另45项"));
        // A number is no date because its end looks like one.
        assert_eq!(plain("共12026-03-13项"), plain("共120260313项"));
        assert_eq!(plain("比例3.5，2026.13"), plain("比例35202613"));
        assert_eq!(plain("2026-3"), plain("20263"));
        assert_eq!(plain("2026-03/13"), plain("20260313"));
        assert_eq!(plain("2026-003-1"), plain("20260031"));
        assert_eq!(plain("第三方核对，第周"), plain("第三方核对第周"));
    }

    #[test]
    fn a_share_is_of_this_weeks_text() {
        let then = "完成合同台账核对并补签归档";
        // Shortened: all of it stood there.
        assert_eq!(percent("完成合同台账核对并补签", then), Some(99));
        // Twelve pieces of seventeen; five are new.
        assert_eq!(percent("完成合同台账核对并补签归档培训两期人", then), Some(70));
        // The same pieces in another order are not the same text.
        assert_eq!(percent("核合同归档补签核台账核", "核台账核合同归档补签核"), Some(99));
    }

    #[test]
    fn a_piece_is_found_as_often_as_it_stood_there() {
        // Eleven pieces here, of which the earlier text has ab once.
        assert_eq!(percent("abababababab", "ab0123456789x"), Some(100 / 11));
    }

    #[test]
    fn short_texts_are_alike_only_when_they_are_the_same() {
        assert_eq!(percent("继续推进", "继续推进。"), Some(100));
        assert_eq!(percent("继续推进中", "继续推进"), None);
        assert_eq!(percent("继续推进台账核对与归档工作", "继续推进"), None);
        assert_eq!(percent("继", "续"), None);
    }

    #[test]
    fn nothing_repeats_nothing() {
        assert_eq!(percent("", ""), None);
        assert_eq!(percent("……", "！"), None);
        assert_eq!(percent("3月6日", "3月13日"), None);
        assert_eq!(copy_of(&StatementText::default(), [(week("2026-W10"), &StatementText::default())], 0), None);
        assert_eq!(copy_of(&done("继续推进"), [], 85), None);
    }

    #[test]
    fn a_reason_for_no_progress_is_compared_too() {
        let why = |text: &str| StatementText { no_progress_reason: Some(text.to_owned()), ..StatementText::default() };
        let copy = copy_of(&why("等财政批复"), [(week("2026-W10"), &why("等财政批复。"))], 85);
        assert_eq!(copy, Some(Copy { week: week("2026-W10"), percent: 100 }));
        // Difficulties may stay what they are.
        let both = |text: &str| StatementText { difficulties: Some("缺人手".to_owned()), ..done(text) };
        assert_eq!(copy_of(&both("补签合同十一份并移交"), [(week("2026-W10"), &both("台账核对完毕"))], 85), None);
    }

    #[test]
    fn the_threshold_is_the_rounds_and_the_weightiest_copy_is_named() {
        let then = done("完成合同台账核对并补签归档");
        let now = done("完成合同台账核对并补签存档");
        // Ten of twelve pieces.
        let at = |near| copy_of(&now, [(week("2026-W10"), &then)], near).map(|c| c.percent);
        assert_eq!((at(83), at(84), at(100)), (Some(83), None, None));
        let earlier = [(week("2026-W08"), &now), (week("2026-W09"), &now), (week("2026-W10"), &then)];
        assert_eq!(copy_of(&now, earlier, 80), Some(Copy { week: week("2026-W09"), percent: 100 }));
        assert_eq!(copy_of(&now, earlier, 100).map(|c| c.week), Some(week("2026-W09")));
    }

    #[test]
    fn the_remark_names_the_week() {
        let copy = |percent| Copy { week: week("2026-W10"), percent }.words();
        assert_eq!(copy(100), "与第10周写实文字相同");
        assert_eq!(copy(93), "与第10周写实有 93% 的文字相同");
    }
}
