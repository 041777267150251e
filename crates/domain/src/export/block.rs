//! Rows put together to be read: which cells become one, how high each row must be, and what stands in a row that is not put together.

pub use super::line::Row;
use super::{Cell, Column, Level, Nature};

/// Cells of one column that become one; rows counted within the block, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub column: usize,
    pub first: usize,
    pub last: usize,
}

/// A line of the type the lists are set in, points; and the least and most a row may be high.
const LINE: f64 = 14.0;
const LEAST: f64 = 20.0;
/// What a spreadsheet allows.
const MOST: f64 = 409.0;
/// Space above and below the text of a cell, points.
const SPACE: f64 = 6.0;

/// The most letters a cell of a spreadsheet holds.
const LONGEST: usize = 32_767;
/// What ends a text that is longer.
const CUT: &str = "……（单元格容纳不下，全文见系统）";

/// Which cells of neighbouring rows are one: those of the same finding or the same task, in columns that reach over it, and that say the same.
pub fn spans(rows: &[Row], columns: &[Column]) -> Vec<Span> {
    let mut spans = Vec::new();
    for (column, of) in columns.iter().enumerate() {
        if of.level() == Level::Measure {
            continue;
        }
        let mut first = 0;
        for row in 1..=rows.len() {
            let is_same = |other: &Row| {
                other.shares(&rows[first], of.level()) && other.cells[column] == rows[first].cells[column]
            };
            if rows.get(row).is_some_and(is_same) {
                continue;
            }
            if row - first > 1 {
                spans.push(Span { column, first, last: row - 1 });
            }
            first = row;
        }
    }
    spans
}

/// How many lines a text takes in so many characters of width; a letter outside the alphabet is two wide.
fn lines(text: &str, width: u16) -> usize {
    let width = usize::from(width).max(2);
    let of_line = |line: &str| {
        let wide: usize = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        wide.div_ceil(width).max(1)
    };
    text.split('\n').map(of_line).sum()
}

fn needed(cell: &Cell, column: Column) -> f64 {
    match cell {
        Cell::Text(text) => f64::from(u32::try_from(lines(text, column.width())).unwrap_or(u32::MAX)) * LINE + SPACE,
        _ => LEAST,
    }
}

/// The span of each cell, by row and column; none where it stands alone.
pub fn covered(spans: &[Span], rows: usize, columns: usize) -> Vec<Vec<Option<Span>>> {
    let mut grid = vec![vec![None; columns]; rows];
    for span in spans {
        for row in &mut grid[span.first..=span.last] {
            row[span.column] = Some(*span);
        }
    }
    grid
}

/// How high each row must be for all of its text to be seen, points: a cell that reaches over several rows is shared out among them.
pub fn heights(rows: &[Row], columns: &[Column], spans: &[Span]) -> Vec<f64> {
    let grid = covered(spans, rows.len(), columns.len());
    let mut heights: Vec<f64> = rows
        .iter()
        .zip(&grid)
        .map(|(row, spans)| {
            let own = columns.iter().zip(&row.cells).zip(spans).filter(|(_, span)| span.is_none());
            own.map(|((column, cell), _)| needed(cell, *column)).fold(LEAST, f64::max)
        })
        .collect();
    for span in spans {
        let wanted = needed(&rows[span.first].cells[span.column], columns[span.column]);
        let have: f64 = heights[span.first..=span.last].iter().sum();
        if wanted > have {
            let n = u32::try_from(span.last - span.first + 1).unwrap_or(1);
            let more = (wanted - have) / f64::from(n);
            heights[span.first..=span.last].iter_mut().for_each(|h| *h += more);
        }
    }
    heights.iter().map(|h| h.clamp(LEAST, MOST)).collect()
}

/// A text as a cell can hold it: without what XML cannot, cut where it is too long and said so.
pub fn held(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    if clean.chars().count() <= LONGEST {
        return clean;
    }
    clean.chars().take(LONGEST - CUT.chars().count()).chain(CUT.chars()).collect()
}

/// Whether a cell is of the type its column promises; a day may be said in words.
pub fn fits(cell: &Cell, nature: Nature) -> bool {
    match (cell, nature) {
        (Cell::Empty, _) | (Cell::Text(_), Nature::Text | Nature::Day) | (Cell::Number(_), Nature::Number) => true,
        (Cell::Day(_), nature) => nature == Nature::Day,
        (Cell::Moment(_), nature) => nature == Nature::Moment,
        _ => false,
    }
}
