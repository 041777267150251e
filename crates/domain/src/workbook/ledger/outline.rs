//! Problems told by the depth of their numbers in one column: 1 is what was found, 1.1 and 1.2 are what it consists of.

use std::collections::{BTreeMap, BTreeSet};

use super::super::grid::{Grid, squeeze};
use super::layout::Table;
use super::meaning::Meaning;

/// How a number looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    None,
    Plain,
    Parted,
    Chinese,
    Bracketed,
    Other,
}

fn style(text: &str) -> Style {
    let text = squeeze(text);
    let is_bracketed = text.starts_with(['(', '（']);
    let bare = text.trim_matches(['(', ')', '（', '）', '.', '、', '．']);
    let is_of = |marks: &[char]| bare.chars().all(|c| c.is_ascii_digit() || marks.contains(&c));
    match bare {
        "" => Style::None,
        _ if is_bracketed => Style::Bracketed,
        _ if is_of(&[]) => Style::Plain,
        _ if bare.starts_with(|c: char| c.is_ascii_digit()) && is_of(&['.', '-', '—', '．']) => Style::Parted,
        _ if bare.chars().all(|c| "一二三四五六七八九十".contains(c)) => Style::Chinese,
        _ => Style::Other,
    }
}

/// Rows that are headings of the rows under them, with their number and their words: nothing stands in them but number and problem, and their numbers look
/// otherwise than those of the rows that say more.
pub(super) fn headings(grid: &Grid<'_>, table: &Table, end: usize) -> BTreeMap<usize, (String, String)> {
    let (Some(ordinal), Some(problem)) = (table.column(Meaning::Ordinal), table.column(Meaning::Finding)) else {
        return BTreeMap::new();
    };
    if table.has(Meaning::Item) || !table.has(Meaning::Measure) {
        return BTreeMap::new();
    }
    let is_own = |row: usize, column: usize| !grid.at(row, column).is_blank();
    let rows: Vec<usize> =
        (table.header.1 + 1..end).filter(|row| is_own(*row, problem) && is_own(*row, ordinal)).collect();
    let is_bare = |row: usize| {
        let others = grid.filled(row).into_iter().filter(|c| *c != ordinal && *c != problem);
        let is_covered = |c: usize| c != ordinal && c != problem && grid.continues(row, c);
        others.count() == 0 && !table.columns.iter().any(|c| is_covered(c.index))
    };
    let styles = |is_wanted: bool| -> BTreeSet<Style> {
        rows.iter().filter(|row| is_bare(**row) == is_wanted).map(|row| style(&grid.at(*row, ordinal).text())).collect()
    };
    let (above, below) = (styles(true), styles(false));
    let is_outline = above.len() == 1
        && above.is_disjoint(&below)
        && !below.is_empty()
        && rows.first().is_some_and(|row| is_bare(*row))
        && rows.last().is_some_and(|row| !is_bare(*row));
    if !is_outline || above.contains(&Style::Other) || above.contains(&Style::Chinese) {
        return BTreeMap::new();
    }
    let words = |row: usize| (grid.at(row, ordinal).text(), grid.at(row, problem).text());
    rows.iter().filter(|row| is_bare(**row)).map(|row| (*row, words(*row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_by_how_they_look() {
        for (text, expected) in [
            ("1", Style::Plain),
            ("1.", Style::Plain),
            ("1.1", Style::Parted),
            ("2-3", Style::Parted),
            ("（1）", Style::Bracketed),
            ("一、", Style::Chinese),
            ("XC-001", Style::Other),
            ("", Style::None),
        ] {
            assert_eq!(style(text), expected, "{text}");
        }
    }
}
