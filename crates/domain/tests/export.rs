//! The lists that are handed on: every column of every list holds what it promises, cells are put together only where they say the same, and no text is lost.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use chrono::{NaiveDate, NaiveTime};
use domain::export::block::{self, Row, Span};
use domain::export::{
    Cell, Column, ExportKind, FindingLine, Level, Line, MeasureLine, Nature, SlipEntry, StatementLine,
};
use uuid::Uuid;

fn day(d: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2026, 3, d)
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A task with something in every column.
fn full(finding: u128, task: u128, measures: usize) -> Line {
    let said = |what: &str| format!("{what}{task}");
    Line {
        finding: FindingLine {
            id: id(finding),
            number: format!("{finding}"),
            aspect: "党的政治建设".into(),
            body: format!("问题{finding}"),
            source: "巡察反馈".into(),
            document: "巡办〔2026〕1号".into(),
            amount: Some(1234.5),
            basis: "条例".into(),
            scope: "个性".into(),
            period: "2024年".into(),
            recurrence: "2 次，已 6 年".into(),
            file: "一问题一档案-1.docx".into(),
        },
        id: id(task),
        number: said("T"),
        title: said("具体问题"),
        objective: said("目标"),
        disposition: "限期整改".into(),
        criteria: said("标准"),
        due_on: day(20),
        original_due_on: day(10),
        review_on: day(30),
        leaders: "甲".into(),
        units: "乙部".into(),
        persons: "丙".into(),
        supporting: "丁部".into(),
        contact: "戊".into(),
        claimed_on: day(2),
        statement: StatementLine {
            unit: "乙部".into(),
            handed_in: "已报".into(),
            progress: "进展".into(),
            difficulties: "困难".into(),
            next_step: "下步".into(),
        },
        evidence: "1份：a.pdf".into(),
        state: "整改中".into(),
        light: "正常".into(),
        extension: "已延期1次".into(),
        slips: "督办通知单〔2026〕1号 已办结".into(),
        closed_on: day(21),
        checked: "属实（3月22日）".into(),
        remark: "存量办结".into(),
        measures: (1..=measures)
            .map(|n| MeasureLine {
                number: format!("T{task}-{n}"),
                text: format!("措施{n}"),
                milestones: "节点".into(),
                outcome: "成果".into(),
                due_on: day(15),
            })
            .collect(),
    }
}

/// The lists whose rows are made from tasks.
fn of_tasks() -> impl Iterator<Item = &'static ExportKind> {
    ExportKind::ALL.iter().filter(|kind| kind.is_of_tasks())
}

/// A slip with something in every column.
fn slip(n: u128) -> SlipEntry {
    let said = |what: &str| format!("{what}{n}");
    SlipEntry {
        id: id(n),
        number: format!("〔2026〕{n}号"),
        level: "督办函".into(),
        urgency: "加急".into(),
        matter: said("事项"),
        basis: said("依据"),
        task: "T01".into(),
        gap: said("差距"),
        asked: said("要求"),
        due_on: day(20),
        unit: "乙部".into(),
        supporting: "丁部".into(),
        issued_by: "甲".into(),
        issued_on: day(2),
        received_by: "丙".into(),
        received_at: day(3).map(|on| on.and_time(NaiveTime::MIN)),
        answer: said("答复"),
        review: said("意见"),
        state: "办理中".into(),
        is_open: true,
        overdue: Some(4),
    }
}

#[test]
fn every_column_of_the_list_of_slips_is_filled_and_of_its_type() {
    let row = slip(1).row(7);
    let columns = ExportKind::Slips.columns();
    assert_eq!(row.cells.len(), columns.len());
    for (column, cell) in columns.iter().zip(&row.cells) {
        assert!(block::fits(cell, column.nature()), "{}: {cell:?}", column.title());
        assert_ne!(cell, &Cell::Empty, "{}", column.title());
    }
    let blank: Vec<Cell> = SlipEntry::default().row(3).cells.into_iter().filter(|c| *c != Cell::Empty).collect();
    assert_eq!(blank, [Cell::Number(3.0)]);
}

#[test]
fn slips_are_counted_by_where_they_stand_and_those_overdue_by_themselves() {
    let settled = SlipEntry { state: "已办结".into(), is_open: false, overdue: None, ..slip(2) };
    let waiting = SlipEntry { state: "待签收".into(), overdue: None, ..slip(3) };
    let all = [slip(1), settled, waiting, slip(4)];
    let words = SlipEntry::totals(&all);
    assert_eq!(words, "合计 4 件：在办 3 件，逾期 2 件；待签收 1 件，办理中 2 件，已办结 1 件");
    assert_eq!(SlipEntry::totals(&[]), "合计 0 件：在办 0 件，逾期 0 件");
}

#[test]
fn every_column_of_every_list_is_filled_and_of_its_type() {
    for kind in of_tasks() {
        for row in full(1, 1, 2).rows(*kind, 7) {
            for (column, cell) in kind.columns().iter().zip(&row.cells) {
                assert!(block::fits(cell, column.nature()), "{} {}: {cell:?}", kind.label(), column.title());
                assert_ne!(cell, &Cell::Empty, "{} {}", kind.label(), column.title());
            }
        }
    }
}

#[test]
fn an_empty_task_has_one_row_of_blanks_beside_its_number() {
    for kind in of_tasks() {
        let rows = Line::default().rows(*kind, 3);
        assert_eq!(rows.len(), 1, "{}", kind.label());
        let filled: Vec<&Cell> = rows[0].cells.iter().filter(|c| **c != Cell::Empty).collect();
        assert_eq!(filled, [&Cell::Number(3.0)], "{}", kind.label());
    }
}

#[test]
fn what_is_kept_up_has_words_in_the_place_of_its_due_date() {
    let lasting = Line { review_on: day(30), ..Line::default() };
    let at = ExportKind::Measures.columns().iter().position(|c| *c == Column::DueOn).unwrap();
    assert_eq!(lasting.rows(ExportKind::Measures, 1)[0].cells[at], Cell::Text("长期坚持".into()));
    assert!(block::fits(&Cell::Text("长期坚持".into()), Nature::Day));
}

#[test]
fn a_type_that_was_not_promised_does_not_fit() {
    assert!(!block::fits(&Cell::Number(1.0), Nature::Text));
    assert!(!block::fits(&Cell::Text("一".into()), Nature::Number));
    assert!(!block::fits(&Cell::Day(day(1).unwrap()), Nature::Text));
    assert!(!block::fits(&Cell::Number(1.0), Nature::Day));
}

#[test]
fn a_row_is_a_task_or_a_measure_as_the_list_says() {
    for kind in of_tasks() {
        let n = full(1, 1, 3).rows(*kind, 1).len();
        assert_eq!(n, if kind.row() == Level::Measure { 3 } else { 1 }, "{}", kind.label());
        assert!(kind.is_grouped() || kind.row() == Level::Task);
        // No column reaches less far than a row does.
        assert!(kind.columns().iter().all(|c| c.level() <= kind.row()));
    }
}

fn rows(lines: &[Line]) -> Vec<Row> {
    lines.iter().enumerate().flat_map(|(i, line)| line.rows(ExportKind::Ledger, i + 1)).collect()
}

fn at(column: Column) -> usize {
    ExportKind::Ledger.columns().iter().position(|c| *c == column).unwrap()
}

fn of(spans: &[Span], column: Column) -> Vec<(usize, usize)> {
    spans.iter().filter(|s| s.column == at(column)).map(|s| (s.first, s.last)).collect()
}

#[test]
fn cells_of_a_finding_and_of_a_task_are_put_together_and_a_measure_stands_alone() {
    // Two tasks of one finding with two and one measures, then one of another with three.
    let rows = rows(&[full(1, 1, 2), full(1, 2, 1), full(2, 3, 3)]);
    let spans = block::spans(&rows, ExportKind::Ledger.columns());
    assert_eq!(of(&spans, Column::Finding), [(0, 2), (3, 5)]);
    // The aspect is the same, and yet the finding is another.
    assert_eq!(of(&spans, Column::Aspect), [(0, 2), (3, 5)]);
    assert_eq!(of(&spans, Column::Title), [(0, 1), (3, 5)]);
    assert_eq!(of(&spans, Column::Measure), []);
}

#[test]
fn cells_that_say_something_else_are_never_put_together() {
    // One task of the finding may not be read: its cells say less.
    let mut hidden = full(1, 2, 1);
    hidden.finding.body = "敏感事项".into();
    let rows = rows(&[full(1, 1, 1), hidden, full(1, 3, 1)]);
    let spans = block::spans(&rows, ExportKind::Ledger.columns());
    assert_eq!(of(&spans, Column::Finding), []);
    assert_eq!(of(&spans, Column::FindingNumber), [(0, 2)]);
}

#[test]
fn rows_are_as_high_as_their_text_and_what_is_put_together_is_shared_out() {
    let mut long = full(1, 1, 2);
    // 24 wide holds twelve letters: ten lines of them.
    long.measures[0].text = "措".repeat(120);
    // Twenty lines over both rows.
    long.title = "题".repeat(200);
    let rows = rows(&[long]);
    let columns = ExportKind::Ledger.columns();
    assert_eq!(Column::Measure.width(), 24);
    assert_eq!(Column::Title.width(), 20);
    let spans = block::spans(&rows, columns);
    let heights = block::heights(&rows, columns, &spans);
    assert!(heights[0] >= 10.0 * 14.0, "{heights:?}");
    assert!(heights.iter().sum::<f64>() >= 20.0 * 14.0, "{heights:?}");
    assert!(heights[0] > heights[1]);
    let mut endless = full(1, 1, 1);
    endless.title = "题".repeat(20_000);
    let rows = rows_of_one(&endless);
    assert_eq!(block::heights(&rows, columns, &[]), [409.0]);
    assert_eq!(block::heights(&rows_of_one(&Line::default()), columns, &[]), [20.0]);
}

fn rows_of_one(line: &Line) -> Vec<Row> {
    line.rows(ExportKind::Ledger, 1)
}

#[test]
fn a_text_is_held_whole_until_the_cell_is_full_and_then_says_so() {
    let most = "字".repeat(32_767);
    assert_eq!(block::held(&most), most);
    let more = block::held(&"字".repeat(32_768));
    assert_eq!(more.chars().count(), 32_767);
    assert!(more.ends_with("全文见系统）"));
    assert_eq!(block::held("一\u{0}二\u{1b}\n三\t四"), "一二\n三\t四");
}
