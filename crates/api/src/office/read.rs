//! An xlsx as the domain's grid of cells.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{DataRef, DataType, Dimensions, Reader, SheetType, SheetVisible, Xlsx};
use domain::refusal::Refusal;
use domain::workbook::{Book, Cell, Merge, Sheet};

use super::guard;

/// Most cells that hold something.
const MOST_CELLS: usize = 500_000;
/// Most cells between the left edge and the last that holds something, over all rows: what the grid takes in memory.
const MOST_PLACES: usize = 1_000_000;
/// Most characters of all cells together.
const MOST_TEXT: usize = 12 * 1024 * 1024;
/// Rightmost column taken in, from 0; a ledger has a few dozen.
const WIDEST: usize = 1_023;

/// Counts what a workbook takes while it is read.
#[derive(Default)]
struct Budget {
    cells: usize,
    places: usize,
    text: usize,
}

/// Reads a workbook after guarding it, cell by cell: blank rows and columns take nothing.
///
/// Errors: those of the guard; `file-broken`; `file-too-many-cells`; `file-too-wide`.
pub fn book(bytes: &[u8]) -> Result<Book, Refusal> {
    guard::check(bytes)?;
    let broken = || Refusal::field("/file", "file-broken");
    let mut xlsx: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let sheets: Vec<(String, bool, bool)> = xlsx
        .sheets_metadata()
        .iter()
        .map(|s| (s.name.clone(), s.visible != SheetVisible::Visible, s.typ == SheetType::WorkSheet))
        .collect();
    let mut budget = Budget::default();
    let mut book = Book::default();
    for (name, is_hidden, is_grid) in sheets {
        if !is_grid {
            book.sheets.push(Sheet { name, is_hidden, ..Sheet::default() });
            continue;
        }
        let rows = rows(&mut xlsx, &name, &mut budget)?;
        let merges = xlsx.merge_cells_by_sheet_name(&name).map_err(|_| broken())?.iter().map(merge).collect();
        book.sheets.push(Sheet { name, is_hidden, rows, merges });
    }
    Ok(book)
}

/// Places of the formulas in a sheet of a workbook that [`book`] has read; none where there is no such sheet.
///
/// Errors: `file-broken`.
pub fn formulas(bytes: &[u8], sheet: &str) -> Result<BTreeSet<(usize, usize)>, Refusal> {
    let broken = || Refusal::field("/file", "file-broken");
    let mut xlsx: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let Ok(mut reader) = xlsx.worksheet_cells_reader(sheet) else { return Ok(BTreeSet::new()) };
    let mut found = BTreeSet::new();
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|_| broken())? {
        if cell.formula.is_some() {
            found.insert((cell.pos.0 as usize, cell.pos.1 as usize));
        }
    }
    Ok(found)
}

fn merge(range: &Dimensions) -> Merge {
    let (top, left) = range.start;
    let (bottom, right) = range.end;
    Merge { top: top as usize, left: left as usize, bottom: bottom as usize, right: right as usize }
}

fn rows(xlsx: &mut Xlsx<Cursor<&[u8]>>, name: &str, budget: &mut Budget) -> Result<Vec<Vec<Cell>>, Refusal> {
    let broken = || Refusal::field("/file", "file-broken");
    let mut reader = xlsx.worksheet_cells_reader(name).map_err(|_| broken())?;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    while let Some(found) = reader.next_cell().map_err(|_| broken())? {
        let (row, column) = (found.get_position().0 as usize, found.get_position().1 as usize);
        let cell = cell(found.get_value());
        if cell.is_blank() {
            continue;
        }
        if column > WIDEST {
            return Err(Refusal::field("/file", "file-too-wide"));
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        let cells = &mut rows[row];
        budget.cells += 1;
        if cells.len() <= column {
            budget.places += column + 1 - cells.len();
            // A row mostly grows by one; doubling would take twice the memory.
            cells.reserve_exact(column + 1 - cells.len());
            cells.resize(column + 1, Cell::Empty);
        }
        if let Cell::Text(text) = &cell {
            budget.text += text.len();
        }
        if budget.cells > MOST_CELLS || budget.places > MOST_PLACES || budget.text > MOST_TEXT {
            return Err(Refusal::field("/file", "file-too-many-cells"));
        }
        cells[column] = cell;
    }
    Ok(rows)
}

fn cell(data: &DataRef<'_>) -> Cell {
    match data {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) => {
            data.as_date().map_or_else(|| Cell::Text(plain(data)), Cell::Date)
        }
        DataRef::Float(n) => Cell::Number(*n),
        #[expect(clippy::cast_precision_loss, reason = "a cell holds no larger number than a float does")]
        DataRef::Int(n) => Cell::Number(*n as f64),
        DataRef::Bool(true) => Cell::Text("是".to_owned()),
        DataRef::Bool(false) => Cell::Text("否".to_owned()),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

/// What a date that is none says as a number or text.
fn plain(data: &DataRef<'_>) -> String {
    match data {
        DataRef::DateTime(date) => date.as_f64().to_string(),
        DataRef::DateTimeIso(text) => text.clone(),
        _ => String::new(),
    }
}
