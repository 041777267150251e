//! Sheets as rows of cells, and the header row found by the words it holds.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    Date(NaiveDate),
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
        }
    }
}

/// Full-width digits, dots and spaces as their plain forms; other characters stay.
pub(super) fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            '．' => '.',
            '－' => '-',
            _ => c,
        })
        .collect()
}

/// A sheet; rows count from 0 here and from 1 in every report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub name: String,
    pub is_hidden: bool,
    pub rows: Vec<Vec<Cell>>,
}

/// A workbook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    pub sheets: Vec<Sheet>,
}

/// The address of a cell, such as F12.
pub(super) fn address(row: usize, column: usize) -> String {
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

fn heading(text: &str) -> String {
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
