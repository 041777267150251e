//! Where the tables of a sheet are: header rows found by what they say, flattened to one meaning a column.

use std::collections::BTreeSet;

use super::super::completion::Completions;
use super::super::grid::{Cell, Grid};
use super::super::numbering;
use super::corrections::SheetCorrection;
use super::guess::{self, Known};
use super::meaning::{self, Meaning};

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) index: usize,
    /// The words above it, joined; empty where there are none.
    pub(super) heading: String,
    pub(super) meaning: Meaning,
    /// Another column has this meaning already, so this one is only kept.
    pub(super) is_repeated: bool,
    /// Its content says what it means, and its heading does not.
    pub(super) is_guessed: bool,
    /// Its heading says nothing that is known.
    pub(super) is_unknown: bool,
}

impl Column {
    fn new(index: usize, heading: String, meaning: Meaning, is_unknown: bool) -> Self {
        Self { index, heading, meaning, is_repeated: false, is_guessed: false, is_unknown }
    }
}

/// A header and the rows under it.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// First and last row of the header.
    pub(super) header: (usize, usize),
    /// The row behind its last.
    pub(super) end: usize,
    pub(super) columns: Vec<Column>,
}

impl Table {
    pub(super) fn has(&self, meaning: Meaning) -> bool {
        self.columns.iter().any(|c| c.meaning == meaning)
    }

    pub(super) fn of(&self, meaning: Meaning) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(move |c| c.meaning == meaning)
    }

    /// The column of a meaning that only one may have.
    pub(super) fn column(&self, meaning: Meaning) -> Option<usize> {
        self.of(meaning).map(|c| c.index).next()
    }

    /// The cell of a column's innermost heading; a row of numbers under the headings is none.
    pub(super) fn heading_of(&self, grid: &Grid<'_>, column: &Column) -> (usize, usize) {
        let spots = (self.header.0..=self.header.1).rev().map(|row| grid.anchor(row, column.index));
        let is_heading = |(row, at): &(usize, usize)| {
            let text = grid.at(*row, *at).text();
            !text.is_empty() && column.heading.ends_with(&text)
        };
        let mut spots = spots.filter(is_heading);
        spots.next().unwrap_or_else(|| grid.anchor(self.header.1, column.index))
    }

    /// There is a problem or a measure to read.
    pub(super) fn has_matter(&self) -> bool {
        self.columns.iter().any(|c| c.meaning.is_matter())
    }

    /// What the shape of a ledger is known by: the headings in their order.
    pub(super) fn headings(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.heading.as_str()).collect()
    }
}

/// Most rows of a header.
const TALLEST: usize = 4;
/// Longest words of a header, in characters.
const LONGEST: usize = 24;

/// What stands in brackets explains the heading, and may be long.
fn is_short(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    let bare = meaning::bare(text);
    !bare.is_empty() && bare.chars().count() <= LONGEST && !bare.contains(['：', ':', '。'])
}

/// 1, 2, 3 … or A, B, C … under the headings; the columns before the first number may be counted 甲, 乙 or be called 栏次.
fn is_numbering(grid: &Grid<'_>, row: usize) -> bool {
    let filled = grid.filled(row);
    let texts = filled.iter().map(|c| grid.at(row, *c).text());
    let texts: Vec<String> = texts.map(|t| t.trim_matches(['(', ')', '（', '）']).to_owned()).collect();
    let n_before =
        texts.iter().take_while(|t| matches!(t.as_str(), "甲" | "乙" | "丙" | "丁" | "栏次" | "序号" | "列次")).count();
    let is_run = |next: &dyn Fn(usize) -> String| texts[n_before..].iter().enumerate().all(|(i, t)| *t == next(i));
    texts.len() >= 3
        && texts.len() - n_before >= 2
        && (is_run(&|i| (i + 1).to_string())
            || is_run(&|i| u8::try_from(i).map_or(String::new(), |i| char::from(b'A' + i % 26).to_string())))
}

/// Labels with their values in turn, as in a row of a form: 责任单位 财务部 责任人 甲乙.
fn is_of_pairs(grid: &Grid<'_>, filled: &[usize], row: usize, known: Known<'_>) -> bool {
    let cells: Vec<(bool, bool)> = filled
        .iter()
        .map(|c| (meaning::label(&grid.at(row, *c).text()).is_some(), known.is_content(grid.at(row, *c))))
        .collect();
    let alternate = cells.len() >= 4 && cells.iter().enumerate().all(|(i, (is_label, _))| *is_label == (i % 2 == 0));
    alternate || cells.windows(2).any(|pair| matches!(pair, [(true, _), (false, true)]))
}

/// The words above a column, outermost first.
fn words(grid: &Grid<'_>, (top, bottom): (usize, usize), column: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for row in top..=bottom {
        let (mut r, mut c) = grid.anchor(row, column);
        // A group written once above several columns without a merge.
        let has_below = |c: usize| (row + 1..=bottom).any(|below| !grid.at(below, c).is_blank());
        while grid.at(r, c).is_blank()
            && row < bottom
            && (r, c) == (row, c)
            && c > 0
            && has_below(c)
            && has_below(c - 1)
        {
            (r, c) = grid.anchor(row, c - 1);
        }
        if r < top {
            continue;
        }
        let text = grid.at(r, c).text();
        if !text.is_empty() && words.last() != Some(&text) && !is_numbering(grid, row) {
            words.push(text);
        }
    }
    words
}

/// Last row of the header that begins here, by merges, by leaves under groups, by a row of numbers.
fn bottom(grid: &Grid<'_>, top: usize) -> usize {
    let filled = grid.filled(top);
    let tall = filled.iter().filter_map(|c| grid.merge(top, *c)).map(|m| m.bottom).filter(|b| b - top < TALLEST);
    let mut bottom = tall.max().unwrap_or(top);
    while bottom + 1 - top < TALLEST {
        let next = bottom + 1;
        let cells = grid.filled(next);
        let is_leaf = |c: &usize| {
            let (r, anchor) = grid.anchor(bottom, *c);
            let above = grid.at(r, anchor);
            let is_group = grid.merge(r, anchor).is_some_and(|m| m.right > m.left);
            let is_open = (top..=bottom).all(|row| grid.at(grid.anchor(row, *c).0, grid.anchor(row, *c).1).is_blank());
            let begins_group = above.is_blank() || grid.at(bottom, c + 1).is_blank() && cells.contains(&(c + 1));
            is_short(grid.at(next, *c))
                && (is_group || is_open || begins_group && meaning::known(&grid.at(next, *c).text()).is_some())
        };
        let n_known = cells.iter().filter(|c| meaning::of_column(&words(grid, (top, next), **c)).is_some()).count();
        if !cells.is_empty()
            && cells.len() < filled.len() + cells.len().div_ceil(2)
            && cells.iter().all(is_leaf)
            && n_known > 0
        {
            bottom = next;
        } else {
            break;
        }
    }
    if bottom + 1 - top < TALLEST + 1 && is_numbering(grid, bottom + 1) { bottom + 1 } else { bottom }
}

/// Groups in the row above the first that is understood: merged over several columns, or words of a heading with nothing beside them.
fn top(grid: &Grid<'_>, row: usize) -> usize {
    let Some(above) = row.checked_sub(1) else { return row };
    let filled = grid.filled(above);
    let is_short_word = |c: &usize| is_short(grid.at(above, *c));
    let is_merged = |c: &usize| {
        let width = grid.merge(above, *c).map_or(1, |m| m.right - m.left + 1);
        width >= 2 && width * 10 < grid.width * 7
    };
    let is_loose = |c: &usize| {
        let text = meaning::bare(&grid.at(above, *c).text());
        let is_of_heading =
            ["责任", "时间", "时限", "措施", "问题", "整改", "完成", "落实"].iter().any(|w| text.contains(w));
        is_of_heading && grid.at(above, c + 1).is_blank() && !grid.at(row, c + 1).is_blank()
    };
    let is_group = |c: &usize| is_short_word(c) && (is_merged(c) || filled.len() > 1 && is_loose(c));
    if !filled.is_empty() && filled.iter().all(is_group) { above } else { row }
}

/// The header that begins in this row, if one does.
fn header(grid: &Grid<'_>, row: usize, names: Known<'_>) -> Option<(usize, usize)> {
    let filled = grid.filled(row);
    if filled.len() < 2 {
        return None;
    }
    let meanings = |read: fn(&str) -> Option<Meaning>| -> BTreeSet<Meaning> {
        filled.iter().filter_map(|c| read(&grid.at(row, *c).text())).collect()
    };
    let n_short = filled.iter().filter(|c| is_short(grid.at(row, **c))).count();
    let is_head = meanings(meaning::known).len() >= 2 || n_short == filled.len() && meanings(meaning::label).len() >= 3;
    if !is_head || n_short * 10 < filled.len() * 7 || is_of_pairs(grid, &filled, row, names) {
        return None;
    }
    let span = (top(grid, row), bottom(grid, row));
    let mut n_columns = 0usize;
    let mut found = BTreeSet::new();
    let mut n_known = 0usize;
    for column in 0..grid.width.min(MOST_COLUMNS) {
        let words = words(grid, span, column);
        if words.is_empty() {
            continue;
        }
        n_columns += 1;
        if let Some(meaning) = meaning::of_column(&words) {
            n_known += 1;
            found.insert(meaning);
        } else if words.last().is_some_and(|leaf| names.is_choice(leaf)) {
            n_known += 1;
        }
    }
    let has_matter = found.iter().any(|m| m.is_matter());
    let is_enough = found.len() >= 3 || has_matter && found.len() >= 2;
    (is_enough && n_known * 2 >= n_columns).then_some(span)
}

/// Columns looked at for headings; what lies beyond is reported cell by cell.
const MOST_COLUMNS: usize = 256;

/// The tables of a sheet from top to bottom. What a person said of the sheet goes before what is found.
pub(super) fn tables(grid: &Grid<'_>, said: Option<&SheetCorrection>, known: Known<'_>) -> Vec<Table> {
    let height = grid.sheet.rows.len();
    let mut spans: Vec<(usize, usize)> = Vec::new();
    if let Some(first) = said.and_then(|s| s.header_first).and_then(|r| r.checked_sub(1)).filter(|r| *r < height) {
        let last = said.and_then(|s| s.header_last).and_then(|r| r.checked_sub(1)).unwrap_or(first);
        spans.push((first, last.clamp(first, (first + TALLEST).min(height - 1))));
    } else {
        let mut row = 0;
        while row < height {
            match header(grid, row, known) {
                Some(span) => {
                    spans.push(span);
                    row = span.1 + 1;
                }
                None => row += 1,
            }
        }
    }
    let by_content = spans.is_empty().then(|| guess::header_by_content(grid, known)).flatten();
    spans.extend(by_content.map(|row| (row, row)));
    let mut tables: Vec<Table> = Vec::new();
    for (i, span) in spans.iter().enumerate() {
        let end = spans.get(i + 1).map_or(height, |next| next.0);
        let mut columns = columns(grid, *span, end, known, by_content.is_some());
        for chosen in said.map(|s| s.columns.as_slice()).unwrap_or_default() {
            let Some(index) = chosen.column.checked_sub(1) else { continue };
            match columns.iter_mut().find(|c| c.index == index) {
                Some(column) => {
                    (column.meaning, column.is_repeated, column.is_guessed) = (chosen.meaning, false, false);
                    column.is_unknown = false;
                }
                None => columns.push(Column {
                    index,
                    heading: String::new(),
                    meaning: chosen.meaning,
                    is_repeated: false,
                    is_guessed: false,
                    is_unknown: false,
                }),
            }
        }
        tables.push(Table { header: *span, end, columns });
    }
    tables
}

fn columns(grid: &Grid<'_>, span: (usize, usize), end: usize, known: Known<'_>, is_by_content: bool) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut leaves: Vec<String> = Vec::new();
    let mut unnamed: Vec<usize> = Vec::new();
    for index in 0..grid.width.min(MOST_COLUMNS) {
        let words = words(grid, span, index);
        if words.is_empty() {
            if columns.is_empty() && is_of_ordinals(grid, span.1 + 1..end, index) {
                let meaning = Meaning::Ordinal;
                columns.push(Column::new(index, String::new(), meaning, false));
                leaves.push(String::new());
            }
            continue;
        }
        let read = meaning::of_column(&words);
        let meaning = read.unwrap_or_else(|| {
            unnamed.push(columns.len());
            Meaning::Kept
        });
        // How many, or how much, is no problem.
        let is_amount = meaning.is_matter() && is_of_numbers(grid, span.1 + 1..end, index);
        let meaning = if is_amount { Meaning::Kept } else { meaning };
        leaves.push(words.last().cloned().unwrap_or_default());
        columns.push(Column::new(index, words.concat(), meaning, read.is_none()));
    }
    settle_open_days(&mut columns, &leaves);
    // What was asked for is no measure where the measures stand beside it.
    let is_demand = |leaf: &String| meaning::is_demand(leaf);
    let has_measures = columns.iter().zip(&leaves).any(|(c, leaf)| c.meaning == Meaning::Measure && !is_demand(leaf));
    for (column, _) in columns
        .iter_mut()
        .zip(&leaves)
        .filter(|(c, leaf)| has_measures && c.meaning == Meaning::Measure && is_demand(leaf))
    {
        column.meaning = Meaning::Kept;
    }
    settle_states(grid, span, end, known.completion, &mut columns);
    guess::settle(grid, span.1 + 1..end, known, &mut columns, &unnamed, is_by_content);
    let mut seen = BTreeSet::new();
    let mut problems: Vec<String> = Vec::new();
    for column in &mut columns {
        let is_same_problem = column.meaning == Meaning::Finding && problems.contains(&column.heading);
        if column.meaning == Meaning::Finding {
            problems.push(column.heading.clone());
        }
        if column.meaning.is_shared() || seen.insert(column.meaning) {
            continue;
        }
        let second = match column.meaning {
            // The same heading again is another table beside the first.
            Meaning::Finding if is_same_problem => Meaning::Finding,
            Meaning::Finding => Meaning::Item,
            Meaning::Ordinal => Meaning::FindingNumber,
            other => other,
        };
        if seen.insert(second) {
            column.meaning = second;
        } else {
            (column.meaning, column.is_repeated) = (Meaning::Kept, true);
        }
    }
    columns
}

/// 完成时间 is the time limit unless another column is.
fn settle_open_days(columns: &mut [Column], leaves: &[String]) {
    let is_due = |column: &Column| column.meaning == Meaning::Due;
    let has_plain = columns.iter().zip(leaves).any(|(c, leaf)| is_due(c) && !meaning::is_open_time(leaf));
    let open = columns.iter_mut().zip(leaves).filter(|(c, leaf)| is_due(c) && meaning::is_open_time(leaf));
    for (column, _) in open.skip(usize::from(!has_plain)) {
        column.meaning = Meaning::DoneOn;
    }
}

/// Whether nothing but numbers stands in the column.
fn is_of_numbers(grid: &Grid<'_>, rows: std::ops::Range<usize>, index: usize) -> bool {
    let mut cells = rows.take(500).map(|row| grid.at(row, index)).filter(|cell| !cell.is_blank()).peekable();
    cells.peek().is_some() && cells.all(|cell| matches!(cell, Cell::Number(_)))
}

/// Whether 1, 2, 3 … stands in a column that nobody gave a heading.
fn is_of_ordinals(grid: &Grid<'_>, rows: std::ops::Range<usize>, index: usize) -> bool {
    let cells = rows.take(500).map(|row| grid.at(row, index)).filter(|cell| !cell.is_blank());
    let found: Vec<Option<usize>> = cells.map(|cell| numbering::ordinal(&cell.text())).collect();
    found.first() == Some(&Some(1)) && found.iter().all(Option::is_some)
}

/// Of several columns that tell the state, the one whose words are understood best; the others tell how it went.
fn settle_states(grid: &Grid<'_>, span: (usize, usize), end: usize, completion: &Completions, columns: &mut [Column]) {
    let n_understood = |index: usize| {
        (span.1 + 1..end.min(span.1 + 500))
            .filter(|row| completion.read(&grid.at(*row, index).text()).is_some())
            .count()
    };
    let states: Vec<usize> = (0..columns.len()).filter(|i| columns[*i].meaning == Meaning::Status).collect();
    // Of one column a month or a quarter, the last that says something.
    let is_of_period =
        |i: &&usize| ["月", "季度", "周", "期", "次", "阶段"].iter().any(|w| columns[**i].heading.contains(w));
    let is_by_period = states.iter().filter(is_of_period).count() > 1;
    let last = states.iter().rev().find(|i| n_understood(columns[**i].index) > 0).filter(|_| is_by_period).copied();
    let best = || states.iter().copied().max_by_key(|i| (n_understood(columns[*i].index), std::cmp::Reverse(*i)));
    let best = last.or_else(best);
    if states.len() > 1 {
        for i in states.into_iter().filter(|i| Some(*i) != best) {
            columns[i].meaning = Meaning::Kept;
        }
    }
}
