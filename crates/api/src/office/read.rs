//! An xlsx as the domain's grid of cells.

use std::io::Cursor;

use calamine::{Data, DataType, Reader, SheetVisible, Xlsx};
use domain::refusal::Refusal;
use domain::workbook::{Book, Cell, Sheet};

use super::guard;

/// Most cells taken in.
const MOST_CELLS: usize = 2_000_000;

/// Reads a workbook after guarding it.
///
/// Errors: those of the guard; `file-broken`; `file-too-many-cells`.
pub fn book(bytes: &[u8]) -> Result<Book, Refusal> {
    guard::check(bytes)?;
    let broken = || Refusal::field("/file", "file-broken");
    let mut xlsx: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let sheets: Vec<(String, bool)> =
        xlsx.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible != SheetVisible::Visible)).collect();
    let mut cells = 0usize;
    let mut book = Book::default();
    for (name, is_hidden) in sheets {
        let range = xlsx.worksheet_range(&name).map_err(|_| broken())?;
        let (height, width) = range.get_size();
        cells = cells.saturating_add(height.saturating_mul(width));
        if cells > MOST_CELLS {
            return Err(Refusal::field("/file", "file-too-many-cells"));
        }
        // The range begins at the first cell that is used; rows and columns are told from the sheet's corner.
        let (top, left) = range.start().map_or((0, 0), |(r, c)| (r as usize, c as usize));
        let mut rows: Vec<Vec<Cell>> = vec![Vec::new(); top];
        for row in range.rows() {
            let mut cells: Vec<Cell> = vec![Cell::Empty; left];
            cells.extend(row.iter().map(cell));
            rows.push(cells);
        }
        book.sheets.push(Sheet { name, is_hidden, rows });
    }
    Ok(book)
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty | Data::Error(_) => Cell::Empty,
        Data::String(text) if text.trim().is_empty() => Cell::Empty,
        Data::String(text) => Cell::Text(text.clone()),
        Data::DateTime(_) | Data::DateTimeIso(_) => {
            data.as_date().map_or_else(|| Cell::Text(data.to_string()), Cell::Date)
        }
        Data::Float(n) => Cell::Number(*n),
        #[expect(clippy::cast_precision_loss, reason = "a cell holds no larger number than a float does")]
        Data::Int(n) => Cell::Number(*n as f64),
        other => Cell::Text(other.to_string()),
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
