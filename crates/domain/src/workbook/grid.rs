//! Sheets as rows of cells with their merged ranges, and the header row of a plain list found by the words it holds.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Date(NaiveDate),
    /// A formula that came to nothing, such as #REF!.
    Error(String),
}

impl Cell {
    /// The cell as text, full-width digits and spaces made plain, trimmed; a whole number without a point.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => narrow(text).trim().to_owned(),
            Cell::Number(n) if n.fract() == 0.0 && n.abs() < 1e15 => format!("{n:.0}"),
            Cell::Number(n) => n.to_string(),
            Cell::Date(date) => date.to_string(),
            Cell::Error(text) => text.clone(),
        }
    }

    /// Whether there is nothing to read: empty, white space or invisible marks.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.chars().all(|c| c.is_whitespace() || is_invisible(c)),
            _ => false,
        }
    }
}

/// Marks of direction and width that show nothing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// Full-width digits, dots and spaces as their plain forms, invisible marks left out; other characters stay.
pub(super) fn narrow(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            '．' => '.',
            '－' => '-',
            _ => c,
        })
        .collect()
}

/// Narrow and without any white space: for comparing words.
pub(super) fn squeeze(text: &str) -> String {
    narrow(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// A range of cells shown as one; what stands in it stands in its first cell. Both ends belong to it, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    pub top: usize,
    pub left: usize,
    pub bottom: usize,
    pub right: usize,
}

/// A sheet; rows count from 0 here and from 1 in every report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub name: String,
    pub is_hidden: bool,
    pub rows: Vec<Vec<Cell>>,
    pub merges: Vec<Merge>,
}

const EMPTY: &Cell = &Cell::Empty;

/// Largest merged range followed cell by cell; a larger one is drawing, not data.
const LARGEST_MERGE: usize = 100_000;

/// A sheet with its merged ranges looked up, and cells a person gave other words to.
pub(super) struct Grid<'a> {
    pub(super) sheet: &'a Sheet,
    /// Cells under a merged range, without its first one, to its place in the list.
    covered: HashMap<(usize, usize), usize>,
    anchors: HashMap<(usize, usize), usize>,
    replaced: HashMap<(usize, usize), Cell>,
    pub(super) width: usize,
}

impl<'a> Grid<'a> {
    pub(super) fn new(sheet: &'a Sheet, replaced: HashMap<(usize, usize), Cell>) -> Self {
        let width = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
        let height = sheet.rows.len();
        let mut grid = Self { sheet, covered: HashMap::new(), anchors: HashMap::new(), replaced, width };
        let mut budget = LARGEST_MERGE;
        for (i, merge) in sheet.merges.iter().enumerate() {
            let rows = merge.top..(merge.bottom + 1).min(height);
            let columns = merge.left..(merge.right + 1).min(width);
            let area = rows.len().saturating_mul(columns.len());
            if area > budget {
                continue;
            }
            budget -= area / 4;
            // A true merged range holds nothing beneath; one that hides what was written is no reason to lose it.
            let hides = rows.clone().any(|row| {
                sheet.rows[row]
                    .iter()
                    .enumerate()
                    .take(columns.end)
                    .skip(columns.start)
                    .any(|(column, cell)| (row, column) != (merge.top, merge.left) && !cell.is_blank())
            });
            if hides {
                continue;
            }
            grid.anchors.insert((merge.top, merge.left), i);
            for row in rows {
                for column in columns.clone().filter(|c| (row, *c) != (merge.top, merge.left)) {
                    grid.covered.insert((row, column), i);
                }
            }
        }
        grid
    }

    /// What stands in the cell itself.
    pub(super) fn at(&self, row: usize, column: usize) -> &Cell {
        self.replaced
            .get(&(row, column))
            .or_else(|| self.sheet.rows.get(row).and_then(|r| r.get(column)))
            .unwrap_or(EMPTY)
    }

    /// The first cell of the merged range over this cell, or the cell.
    pub(super) fn anchor(&self, row: usize, column: usize) -> (usize, usize) {
        self.covered
            .get(&(row, column))
            .map_or((row, column), |i| (self.sheet.merges[*i].top, self.sheet.merges[*i].left))
    }

    /// The merged range that this cell begins.
    pub(super) fn merge(&self, row: usize, column: usize) -> Option<Merge> {
        self.anchors.get(&(row, column)).map(|i| self.sheet.merges[*i])
    }

    /// Whether the cell lies under a merged range that began in a row above.
    pub(super) fn continues(&self, row: usize, column: usize) -> bool {
        self.anchor(row, column).0 < row
    }

    /// Cells of the row that hold something of their own.
    pub(super) fn filled(&self, row: usize) -> Vec<usize> {
        (0..self.sheet.rows.get(row).map_or(0, Vec::len)).filter(|c| !self.at(row, *c).is_blank()).collect()
    }
}

/// A workbook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    pub sheets: Vec<Sheet>,
}

/// The address of a cell, such as F12.
pub fn address(row: usize, column: usize) -> String {
    let mut letters = String::new();
    let mut n = column + 1;
    while n > 0 {
        let digit = u8::try_from((n - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'A' + digit));
        n = (n - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

/// Where the header is and which column means what.
pub(super) struct Header<F> {
    pub(super) row: usize,
    pub(super) columns: BTreeMap<F, usize>,
    /// Columns with a heading that is not understood.
    pub(super) extra: Vec<(usize, String)>,
}

pub(super) fn heading(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .split(['(', '（'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The first of the leading rows that holds at least `least` of the known headings; each field takes the first column that names it.
pub(super) fn find_header<F: Ord + Copy>(sheet: &Sheet, synonyms: &[(&str, F)], least: usize) -> Option<Header<F>> {
    for (row, cells) in sheet.rows.iter().enumerate().take(20) {
        let mut columns = BTreeMap::new();
        let mut extra = Vec::new();
        for (column, cell) in cells.iter().enumerate() {
            let text = heading(&cell.text());
            if text.is_empty() {
                continue;
            }
            match synonyms.iter().find(|(word, _)| *word == text) {
                Some((_, field)) if !columns.contains_key(field) => {
                    columns.insert(*field, column);
                }
                _ => extra.push((column, text)),
            }
        }
        if columns.len() >= least {
            return Some(Header { row, columns, extra });
        }
    }
    None
}
