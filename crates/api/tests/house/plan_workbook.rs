//! The workbook of three linked lists, read from its file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use domain::task::state::Disposition;
use domain::workbook::{Book, Cell, read_plan};

fn plan_file() -> Book {
    api::office::book(include_bytes!("../../../../tests/fixtures/plan.xlsx")).unwrap()
}

#[test]
fn the_plan_workbook_reads_whole_and_without_doubt() {
    let book = plan_file();
    let plan = read_plan(&book, &support::directory(), 2020);
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
    assert_eq!((first.number.as_str(), first.item_number.as_str(), first.finding.as_str()), ("T01", "1.1.1", "1.1"));
    assert_eq!(first.milestones[0].measure.as_deref(), Some("T01-1"));
    assert_eq!(first.milestones[2].measure, None, "the last node belongs to no measure");
    assert!(plan.tasks.iter().all(|t| t.due_on.is_some() != t.review_on.is_some()));
}

#[test]
fn what_does_not_fit_is_a_doubt_with_its_cell() {
    let mut book = plan_file();
    let sheet = book.sheets.iter_mut().find(|s| s.name == "责任清单").unwrap();
    sheet.rows[1][4] = Cell::Text("没有的部、财务部".into());
    sheet.rows[2][7] = Cell::Text("尽快".into());
    sheet.rows[3][6] = Cell::Text("马上改".into());
    sheet.rows[4][3] = Cell::Text("无此人".into());
    let plan = read_plan(&book, &support::directory(), 2020);
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
    let mut book = plan_file();
    book.sheets[0].rows[5][6] = Cell::Text("机密★十年 某事".into());
    let plan = read_plan(&book, &support::directory(), 2020);
    assert!(plan.is_classified);
    let doubt = plan.doubts.iter().find(|d| d.kind == "classified").unwrap();
    assert_eq!((doubt.cell.as_str(), doubt.text.as_str()), ("G6", ""));
}
