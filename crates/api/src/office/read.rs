//! An xlsx as the domain's grid of cells.

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

#[cfg(test)]
mod tests {
    use domain::actor::UnitPath;
    use domain::ids::{PersonId, UnitId};
    use domain::task::state::Disposition;
    use domain::workbook::table::{read_people, read_units};
    use domain::workbook::{Directory, DirectoryPerson, DirectoryUnit, read_plan};
    use uuid::Uuid;

    use super::*;

    fn directory() -> Directory {
        let units = read_units(include_str!("../../../../tests/fixtures/units.csv")).unwrap();
        let people = read_people(include_str!("../../../../tests/fixtures/people.csv")).unwrap();
        let id = |code: &str| {
            units.iter().position(|u| u.code == code).map(|i| UnitId(Uuid::from_u128(i as u128 + 1))).unwrap()
        };
        Directory {
            units: units
                .iter()
                .map(|u| DirectoryUnit {
                    id: id(&u.code),
                    name: u.name.clone(),
                    aliases: u.aliases.clone(),
                    path: UnitPath(vec![id(&u.code)]),
                })
                .collect(),
            people: people
                .iter()
                .enumerate()
                .map(|(i, p)| DirectoryPerson {
                    id: PersonId(Uuid::from_u128(1000 + i as u128)),
                    name: p.name.clone(),
                    units: vec![id(&p.unit_code)],
                })
                .collect(),
        }
    }

    #[test]
    fn the_plan_workbook_reads_whole_and_without_doubt() {
        let book = book(include_bytes!("../../../../tests/fixtures/plan.xlsx")).unwrap();
        let plan = read_plan(&book, &directory(), 2020);
        let report = plan.report();
        assert_eq!((report.aspects, report.findings, report.tasks, report.measures), (7, 24, 60, 120));
        assert_eq!(report.doubts, vec![]);
        assert_eq!(report.skipped, vec![]);
        let count = |d: Disposition| plan.tasks.iter().filter(|t| t.disposition == Some(d)).count();
        assert_eq!(
            (
                count(Disposition::Immediate),
                count(Disposition::Dated),
                count(Disposition::Staged),
                count(Disposition::Sustained)
            ),
            (14, 31, 8, 7)
        );
        assert_eq!(plan.tasks.iter().map(|t| t.milestones.len()).sum::<usize>(), 22);
        let first = &plan.tasks[0];
        assert_eq!(
            (first.number.as_str(), first.item_number.as_str(), first.finding.as_str()),
            ("T01", "1.1.1", "1.1")
        );
        assert_eq!(first.milestones[0].measure.as_deref(), Some("T01-1"));
        assert_eq!(first.milestones[2].measure, None, "the last node belongs to no measure");
        assert!(plan.tasks.iter().all(|t| t.due_on.is_some() != t.review_on.is_some()));
    }

    #[test]
    fn what_does_not_fit_is_a_doubt_with_its_cell() {
        let mut book = book(include_bytes!("../../../../tests/fixtures/plan.xlsx")).unwrap();
        let sheet = book.sheets.iter_mut().find(|s| s.name == "责任清单").unwrap();
        sheet.rows[1][4] = Cell::Text("没有的部、财务部".into());
        sheet.rows[2][7] = Cell::Text("尽快".into());
        sheet.rows[3][6] = Cell::Text("马上改".into());
        sheet.rows[4][3] = Cell::Text("无此人".into());
        let plan = read_plan(&book, &directory(), 2020);
        let found: Vec<_> = plan.doubts.iter().map(|d| (d.cell.as_str(), d.kind.as_str())).collect();
        assert_eq!(
            found,
            [("E2", "unit_unknown"), ("H3", "date_unclear"), ("G4", "disposition_unknown"), ("D5", "person_unknown")]
        );
        assert_eq!(plan.tasks[0].doubts, 1);
        assert_eq!(plan.tasks.len(), 60, "nothing is dropped");
    }

    #[test]
    fn a_secrecy_mark_stops_the_file_and_is_not_echoed() {
        let mut book = book(include_bytes!("../../../../tests/fixtures/plan.xlsx")).unwrap();
        book.sheets[0].rows[5][6] = Cell::Text("机密★十年 某事".into());
        let plan = read_plan(&book, &directory(), 2020);
        assert!(plan.is_classified);
        let doubt = plan.doubts.iter().find(|d| d.kind == "classified").unwrap();
        assert_eq!((doubt.cell.as_str(), doubt.text.as_str()), ("G6", ""));
    }
}
