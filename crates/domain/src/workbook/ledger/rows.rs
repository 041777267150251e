//! What a row of a sheet is: data, or one of the things that stand around data.

use super::super::grid::{Cell, Grid, squeeze};
use super::super::numbering;
use super::layout::Table;
use super::meaning::{self, Meaning};

/// Why a row is no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Title,
    Section,
    Total,
    Signature,
    Note,
    Duplicate,
}

impl Reason {
    /// The word of the report.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Reason::Title => "title",
            Reason::Section => "section",
            Reason::Total => "total",
            Reason::Signature => "signature",
            Reason::Note => "note",
            Reason::Duplicate => "duplicate",
        }
    }
}

/// What a row under a header is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blank,
    Data,
    Skip(Reason),
    /// A heading among the rows: its level, its number, its words.
    Section(u8, Option<usize>, String),
    /// Something alone that is neither.
    Unplaced,
}

const TOTALS: [&str; 9] = ["合计", "总计", "小计", "共计", "总数", "汇总", "本页小计", "累计", "本页合计"];
/// A line that shows how the form is filled in, and one that says that nothing follows.
const EXAMPLES: [&str; 8] = ["例", "示例", "样例", "范例", "填写示例", "填报示例", "举例", "例如"];
const ENDS: [&str; 5] = ["以下空白", "此页无正文", "本页以下空白", "空白", "（完）"];
const SIGNERS: [&str; 17] = [
    "填表人",
    "填报人",
    "制表人",
    "审核人",
    "复核人",
    "制表",
    "填表",
    "审核",
    "经办人：",
    "联系人：",
    "联系电话",
    "签字",
    "盖章",
    "填报日期",
    "填表日期",
    "负责人：",
    "签发",
];
const NOTES: [&str; 14] = [
    "注：",
    "注:",
    "备注：",
    "备注:",
    "说明：",
    "说明:",
    "填写要求",
    "填表说明",
    "填报说明",
    "填写说明",
    "※",
    "备注1",
    "填表要求",
    "注意事项",
];

/// 1. 填表人… at the foot, 填报单位 at the head: marks of who wrote it.
pub(super) fn is_signature(text: &str) -> bool {
    let text = squeeze(text).replace(':', "：");
    let is_blank_to_sign = ["签字：", "签名：", "盖章：", "（签字）：", "（签名）：", "（签字）", "（盖章）"];
    SIGNERS.iter().any(|word| text.starts_with(word))
        || is_blank_to_sign.iter().any(|end| text.ends_with(end))
        || text.ends_with("年月日")
}

/// 编制人：甲, 核对：乙: who made the table, in a line where every cell says so.
fn is_signed(text: &str) -> bool {
    let text = squeeze(text).replace(':', "：");
    let Some((label, _)) = text.split_once('：') else { return false };
    let ends = ["人", "者", "员", "表", "核", "签", "字", "章", "日期", "时间", "领导", "电话", "单位", "部门"];
    let acts = ["填", "制", "编", "审", "核", "签", "报", "统计", "录", "校", "经办", "负责", "主管", "联系", "章"];
    label.chars().count() <= 8
        && ends.iter().any(|end| label.ends_with(end))
        && acts.iter().any(|act| label.contains(act))
}

/// Longest label of a line to sign, and longest words behind it, in characters.
const LONGEST_SIGNED: usize = 12;

/// A label closed by a colon, with nothing or a name or a day behind it: 段长：, 检查人：甲, 整改办主任（签字）：.
fn is_to_sign(text: &str) -> bool {
    let text = squeeze(text).replace(':', "：");
    let Some((label, value)) = text.split_once('：') else { return false };
    let is_short = |part: &str| part.chars().count() <= LONGEST_SIGNED && !part.contains(['，', '。', '；', ';', '：']);
    !label.is_empty() && is_short(label) && is_short(value) && !meaning::label(label).is_some_and(Meaning::is_matter)
}

/// A line to sign below the rows: labels in all its cells, or a name in the cell behind a label; and below it nothing of the ledger.
fn is_closing(grid: &Grid<'_>, table: &Table, row: usize) -> bool {
    let of_labels = |row: usize| {
        let filled = grid.filled(row);
        let texts: Vec<String> = filled.iter().map(|c| grid.at(row, *c).text()).collect();
        let is_behind =
            |i: usize| i > 0 && texts[i - 1].ends_with(['：', ':']) && texts[i].chars().count() <= LONGEST_SIGNED;
        !texts.is_empty() && (0..texts.len()).all(|i| is_to_sign(&texts[i]) || is_behind(i))
    };
    let is_foot = |row: usize| {
        let filled = grid.filled(row);
        let text = filled.first().map(|c| grid.at(row, *c).text()).unwrap_or_default();
        filled.is_empty() || is_note(&text) || is_signature(&text) || is_total(&text) || is_end(&text) || of_labels(row)
    };
    let end = table.end.min(row + MOST_BELOW);
    of_labels(row) && (row + 1..end).all(is_foot)
}

/// Rows looked at below a line to sign.
const MOST_BELOW: usize = 40;

pub(super) fn is_note(text: &str) -> bool {
    let text = squeeze(text);
    NOTES.iter().any(|word| text.starts_with(word))
        || text.starts_with("注1")
        || text.starts_with("注（")
        || is_page_number(&text)
}

/// Words that explain how the table is kept, without being called a note.
pub(super) fn is_marked_note(text: &str) -> bool {
    let text = squeeze(text);
    let explains = ["填写", "填报", "本表", "此表", "以上", "报送", "统计口径", "截至", "未写年份", "为准"];
    is_example(&text)
        || is_end(&text)
        || text.starts_with(['*', '＊', '★'])
        || explains.iter().any(|word| text.contains(word))
}

/// 第 2 页 共 5 页, left by a printed document.
fn is_page_number(text: &str) -> bool {
    text.contains('页') && text.chars().all(|c| c.is_ascii_digit() || "第共页/，,-—一二三四五六七八九十".contains(c))
}

/// Longest name of a total, in characters: 第一季度合计.
const LONGEST_TOTAL: usize = 8;

fn is_total(text: &str) -> bool {
    let text = squeeze(text);
    TOTALS
        .iter()
        .any(|word| text == *word || text.starts_with(&format!("{word}：")) || text.starts_with(&format!("{word}:")))
        || ["合计", "总计", "共计", "小计", "累计", "本页合计"]
            .iter()
            .any(|word| text.starts_with(word) && text.chars().count() < 40)
        || text.chars().count() <= LONGEST_TOTAL && ["合计", "总计", "小计"].iter().any(|word| text.ends_with(word))
        || is_count(&text)
}

/// 共 12 个问题, 其中：已完成 5 项: how many there are.
fn is_count(text: &str) -> bool {
    let rest = text.strip_prefix("其中").or_else(|| text.strip_prefix('共'));
    rest.is_some_and(|rest| {
        let rest = rest.trim_start_matches(['：', ':', '有']);
        text.chars().count() < 40
            && text.contains(|c: char| c.is_ascii_digit())
            && text.contains(['个', '项', '条', '件'])
            && (text.starts_with("其中") || rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

fn is_example(text: &str) -> bool {
    let text = squeeze(text);
    EXAMPLES.contains(&text.trim_matches(['(', ')', '（', '）', ':', '：', '1', '一']))
}

fn is_end(text: &str) -> bool {
    let text = squeeze(text);
    ENDS.contains(&text.trim_matches(['-', '—', '*', '＊', '(', ')', '（', '）', '/']))
}

/// What the row is, given the table it stands in.
pub(super) fn kind(grid: &Grid<'_>, table: &Table, row: usize) -> Kind {
    let filled = grid.filled(row);
    let Some(first) = filled.first().copied() else { return Kind::Blank };
    let text = grid.at(row, first).text();
    let meaning_of = |column: usize| table.columns.iter().find(|c| c.index == column).map(|c| c.meaning);
    if is_total(&text)
        && filled.iter().all(|c| !matches!(meaning_of(*c), Some(Meaning::LeadUnits | Meaning::Units | Meaning::Due)))
    {
        return Kind::Skip(Reason::Total);
    }
    if is_example(&text) && filled.len() > 1 || filled.len() == 1 && is_end(&text) {
        return Kind::Skip(Reason::Note);
    }
    // 填表说明 is a note, though it begins like 填表人.
    if filled.len() <= 2 && is_note(&text) {
        return Kind::Skip(Reason::Note);
    }
    let is_signed_line = || filled.iter().all(|c| is_signed(&grid.at(row, *c).text()));
    if filled.len() <= 4 && (is_signature(&text) || is_signed_line()) || is_closing(grid, table, row) {
        return Kind::Skip(Reason::Signature);
    }
    let width = grid.merge(row, first).map_or(1, |m| m.right - m.left + 1);
    if filled.len() == 1 {
        return alone(grid, table, row, first, width, meaning_of(first));
    }
    // 一 beside its words: the number of a section in the column of numbers.
    if let [number, words] = filled.as_slice()
        && meaning_of(*number) == Some(Meaning::Ordinal)
        && grid.merge(row, *words).is_some_and(|m| is_wide(m.right - m.left + 1, table))
        && let Some(n) = numbering::ordinal(&grid.at(row, *number).text())
    {
        let text = grid.at(row, *words).text();
        return match numbering::section(&text) {
            Some((level, n, words)) => Kind::Section(level, Some(n), words),
            None => Kind::Section(1, Some(n), text),
        };
    }
    if let [number, words] = filled.as_slice()
        && let Some(section) = parted_section(grid, row, (*number, meaning_of(*number)), (*words, meaning_of(*words)))
    {
        return section;
    }
    if filled
        .iter()
        .all(|c| meaning_of(*c).is_none_or(|m| matches!(m, Meaning::Remark | Meaning::Ordinal | Meaning::Ignored)))
    {
        let is_under_merge = table.columns.iter().any(|c| c.meaning.is_matter() && grid.continues(row, c.index));
        return if is_under_merge { Kind::Data } else { Kind::Unplaced };
    }
    Kind::Data
}

/// 一 or （一） in the column of numbers and words beside it, and nothing else in the row: a heading whose number has a cell of its own.
fn parted_section(
    grid: &Grid<'_>,
    row: usize,
    (number, number_means): (usize, Option<Meaning>),
    (words, words_mean): (usize, Option<Meaning>),
) -> Option<Kind> {
    let text = grid.at(row, number).text();
    let is_chinese = text.contains(|c: char| "一二三四五六七八九十".contains(c));
    let is_problem = matches!(words_mean, Some(Meaning::Aspect | Meaning::Finding | Meaning::Item));
    let n = numbering::ordinal(&text).filter(|_| is_chinese && is_problem && number_means == Some(Meaning::Ordinal))?;
    let level = if text.contains(['(', '（']) { 2 } else { 1 };
    Some(Kind::Section(level, Some(n), grid.at(row, words).text()))
}

fn is_wide(width: usize, table: &Table) -> bool {
    width >= 3 && width * 2 >= table.columns.len()
}

/// A row with one cell: a heading, a note, a number that waits for its row, or a piece of data.
fn alone(grid: &Grid<'_>, table: &Table, row: usize, column: usize, width: usize, meaning: Option<Meaning>) -> Kind {
    let cell = grid.at(row, column);
    let text = cell.text();
    if is_wide(width, table) {
        return match numbering::section(&text) {
            Some((level, n, words)) => Kind::Section(level, Some(n), words),
            None if text.chars().count() <= 40 && !text.contains('。') => Kind::Section(1, None, text),
            None => Kind::Skip(Reason::Note),
        };
    }
    let is_first = table.columns.first().is_none_or(|c| column <= c.index);
    // 二、作风建设方面 alone where the problems stand; under a merged problem it is a piece of that.
    let is_under_merge = || table.columns.iter().any(|c| c.meaning.is_matter() && grid.continues(row, c.index));
    let is_double = table.has(Meaning::Finding) && table.has(Meaning::Item);
    let is_problem = matches!(meaning, Some(Meaning::Finding | Meaning::Item)) && !is_double && !is_under_merge();
    if let Some((level, n, words)) = numbering::section(&text)
        && (is_first || meaning == Some(Meaning::Aspect) || is_problem)
        && !words.is_empty()
        && text.chars().count() <= 60
    {
        return Kind::Section(level, Some(n), words);
    }
    match meaning {
        Some(Meaning::Ordinal) if matches!(cell, Cell::Number(_)) || numbering::ordinal(&text).is_some() => {
            // A form filled with numbers down to its last line.
            Kind::Skip(Reason::Note)
        }
        Some(Meaning::Ordinal) if text.ends_with("方面") || text.ends_with("问题") || text.ends_with('类') => {
            Kind::Section(1, None, text)
        }
        Some(Meaning::Aspect) => Kind::Section(1, None, text),
        Some(m) if m.is_matter() => Kind::Data,
        Some(_) if table.columns.iter().any(|c| c.meaning.is_matter() && grid.continues(row, c.index)) => Kind::Data,
        _ => Kind::Unplaced,
    }
}

/// Rows before a header: titles; in between tables only those that stand right above the next header.
pub(super) fn title_begins(grid: &Grid<'_>, after: usize, header: usize) -> usize {
    let mut begin = header;
    for row in (after..header).rev() {
        let filled = grid.filled(row);
        let Some(first) = filled.first() else { if begin < header { break } else { continue } };
        let text = grid.at(row, *first).text();
        let is_foot = is_total(&text) || is_note(&text) || squeeze(&text).starts_with("填表人");
        let is_head = filled.len() <= 3
            && filled.iter().all(|c| grid.at(row, *c).text().chars().count() <= 60)
            && numbering::section(&text).is_none()
            && numbering::ordinal(&text).is_none()
            && !is_foot
            && (grid.merge(row, *first).is_some() || filled.len() == 1 || squeeze(&text).contains(['：', ':']));
        if !is_head {
            break;
        }
        begin = row;
    }
    begin
}

/// Whether a sheet without a header looks like a table all the same: three rows or more with three cells or more.
pub(super) fn is_dense(grid: &Grid<'_>) -> bool {
    (0..grid.sheet.rows.len()).filter(|row| grid.filled(*row).len() >= 3).take(3).count() >= 3
}

/// The same header again, at the top of a printed page.
pub(super) fn is_same_header(table: &Table, next: &Table) -> bool {
    table.headings() == next.headings()
        && table
            .columns
            .iter()
            .zip(&next.columns)
            .all(|(a, b)| (a.index, meaning::bare(&a.heading)) == (b.index, meaning::bare(&b.heading)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_below_a_table_is_told_apart() {
        for text in ["审计组长签字：", "被审计单位负责人（签字）", "填表人：甲", "单位盖章:"]
        {
            assert!(is_signature(text), "{text}");
        }
        assert!(!is_signature("验收单未签字"));
        assert!(is_signature("责任单位签收：      年   月   日"));
        assert!(
            is_signed("编制人：甲")
                && is_signed("复核人: 乙")
                && !is_signed("责任单位：财务部")
                && !is_signed("存在问题：台账")
        );
        assert!(is_note("填表说明：一事一行。"));
        for text in ["段长：", "检查人：庚亥五", "整改办主任（签字）：", "审核：戊亥二"] {
            assert!(is_to_sign(text), "{text}");
        }
        for text in ["整改措施：", "存在问题：台账", "制定办法：按月登记，按季公示", "台账没有登记"]
        {
            assert!(!is_to_sign(text), "{text}");
        }
        for text in ["合计", "小计（3项）", "两轮合计", "共12个问题", "其中：已完成5项，未完成2项", "累计：8"]
        {
            assert!(is_total(text), "{text}");
        }
        assert!(!is_total("共性问题3项没有整改") && !is_total("其中两户没有清退"));
        assert!(is_example("（示例）") && is_example("例：") && !is_example("例会没有记录"));
        assert!(is_end("——以下空白——") && !is_end("空白记录本"));
    }
}
