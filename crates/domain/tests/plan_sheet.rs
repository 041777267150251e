//! The workbook of a unit's plans as cells: what it says otherwise than it was made from, which ids stay, what of it is never taken.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::ids::{CriterionId, MeasureId, MilestoneId, RoundId, TaskId, UnitId};
use domain::task::text::CriterionText;
use domain::workbook::fill::MARKS;
use domain::workbook::plan_sheet::{
    self, ChangeKind, FilledPlans, Formulas, MILESTONE_COLUMNS, MILESTONES, PLAN_COLUMNS, PLANS, PlanLine, PlanMeasure,
    PlanMilestone, PlanNow,
};
use domain::workbook::{Book, Cell, Sheet};
use uuid::Uuid;

const OBJECTIVE: usize = 7;
const CRITERIA: usize = 8;
const EXCUSE: usize = 9;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn day(d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, d).unwrap()
}

fn criterion(n: u128, text: &str) -> CriterionText {
    CriterionText { id: CriterionId(id(n)), text: text.into() }
}

/// A task with two measures, two criteria and two milestones, the second of them a lower unit's and twice as heavy.
fn line(n: u128) -> PlanLine {
    let measure = |k: u128| PlanMeasure {
        id: MeasureId(id(n * 100 + k)),
        number: format!("T0{n}-{k}"),
        text: format!("措施{k}"),
        due_on: None,
        excuse: None,
    };
    let milestone = |k: u128, unit: Option<u128>, weight: u16| PlanMilestone {
        id: MilestoneId(id(n * 100 + 10 + k)),
        measure: Some(MeasureId(id(n * 100 + 1))),
        title: format!("节点{k}"),
        due_on: Some(day(10 + u32::try_from(k).unwrap())),
        proof: None,
        unit: unit.map(|u| UnitId(id(u))),
        weight,
    };
    PlanLine {
        task: TaskId(id(n)),
        version: 4,
        number: format!("T0{n}"),
        title: format!("问题{n}"),
        disposition: "限期整改".into(),
        due: "2026-06-30".into(),
        objective: Some("目标".into()),
        criteria: vec![criterion(n * 100 + 21, "甲标准"), criterion(n * 100 + 22, "乙标准")],
        measures: vec![measure(1), measure(2)],
        milestones: vec![milestone(1, None, 1), milestone(2, Some(51), 2)],
        unit_leader: None,
    }
}

fn now(lines: Vec<PlanLine>) -> PlanNow {
    let units = BTreeMap::from([(UnitId(id(51)), "一分部".to_owned()), (UnitId(id(52)), "二分部".to_owned())]);
    PlanNow { round: RoundId(id(900)), unit: UnitId(id(901)), lines, units }
}

fn text(words: &str) -> Cell {
    if words.is_empty() { Cell::Empty } else { Cell::Text(words.to_owned()) }
}

/// The workbook as it is made.
fn made(now: &PlanNow) -> Book {
    let heads = |columns: &[&str]| columns.iter().map(|c| text(c)).collect::<Vec<_>>();
    let mut plans = vec![vec![], vec![], heads(&PLAN_COLUMNS)];
    let mut milestones = vec![vec![], vec![], heads(&MILESTONE_COLUMNS)];
    for line in &now.lines {
        for (i, measure) in line.rows().into_iter().enumerate() {
            let mut row: Vec<Cell> = line.given(measure).iter().map(|t| text(t)).collect();
            let of_task = [line.objective.clone().unwrap_or_default(), line.criteria_lines()];
            row.extend(of_task.iter().map(|t| if i == 0 { text(t) } else { Cell::Empty }));
            row.push(text(measure.and_then(|m| m.excuse.as_deref()).unwrap_or_default()));
            plans.push(row);
        }
        for (n, m) in line.milestones.iter().enumerate() {
            milestones.push(vec![
                text(&line.number),
                text(&line.code(n)),
                text(m.measure.map(|id| line.number_of(id)).unwrap_or_default()),
                text(&m.title),
                m.due_on.map_or(Cell::Empty, Cell::Date),
                text(m.proof.as_deref().unwrap_or_default()),
                text(m.unit.map(|u| now.units[&u].as_str()).unwrap_or_default()),
            ]);
        }
    }
    let marks = now.marks().iter().map(|row| row.iter().map(|t| text(t)).collect()).collect();
    let sheet = |name: &str, rows| Sheet { name: name.to_owned(), rows, ..Sheet::default() };
    Book { sheets: vec![sheet(PLANS, plans), sheet(MILESTONES, milestones), sheet(MARKS, marks)] }
}

fn put(book: &mut Book, sheet: usize, row: usize, column: usize, cell: Cell) {
    let cells = &mut book.sheets[sheet].rows[row];
    cells.resize(cells.len().max(column + 1), Cell::Empty);
    cells[column] = cell;
}

fn read(book: &Book, now: &PlanNow) -> FilledPlans {
    let formulas = Formulas { plans: BTreeSet::new(), milestones: BTreeSet::new() };
    plan_sheet::read(book, &formulas, now, day(1)).unwrap()
}

fn faults(found: &FilledPlans) -> Vec<(&str, &str)> {
    found.faults.iter().map(|f| (f.cell.as_str(), f.code.as_str())).collect()
}

#[test]
fn a_workbook_as_it_was_made_changes_nothing() {
    let now = now(vec![line(1), line(2)]);
    assert_eq!(read(&made(&now), &now), FilledPlans { unchanged: 2, ..FilledPlans::default() });
    // Neither does one from which rows are gone.
    let mut book = made(&now);
    book.sheets[0].rows.truncate(4);
    book.sheets[1].rows.truncate(3);
    assert_eq!(read(&book, &now), FilledPlans { unchanged: 2, ..FilledPlans::default() });
}

#[test]
fn a_plan_longer_than_a_cell_is_known_again() {
    let mut long = line(1);
    long.objective = Some("目".repeat(70_000));
    let now = now(vec![long]);
    let marks = now.marks();
    assert!(marks[1].len() > 3 && marks[1].iter().all(|piece| piece.chars().count() <= 32_767));
    assert_eq!(read(&made(&now), &now).unchanged, 1);
}

#[test]
fn criteria_keep_their_ids_by_their_words_and_then_by_their_order() {
    let now = now(vec![line(1)]);
    let mut book = made(&now);
    // The second stays, the first is put otherwise, a third is new.
    put(&mut book, 0, 3, CRITERIA, text("甲标准改写\n\n乙标准\n 丙标准 "));
    let found = read(&book, &now);
    let input = found.plans[0].input.as_ref().unwrap();
    let said: Vec<_> = input.criteria.iter().map(|c| (c.id.map(|i| i.0), c.text.as_str())).collect();
    assert_eq!(said, [(Some(id(121)), "甲标准改写"), (Some(id(122)), "乙标准"), (None, "丙标准")]);
    assert_eq!(found.plans[0].changes.len(), 1);
    assert_eq!(found.plans[0].changes[0].cell.as_deref(), Some("整改方案!I4"));
}

#[test]
fn milestones_are_changed_dropped_and_added_and_keep_what_has_no_cell() {
    let now = now(vec![line(1)]);
    let mut book = made(&now);
    for column in 2..7 {
        put(&mut book, 1, 3, column, Cell::Empty);
    }
    put(&mut book, 1, 4, 4, text("5月28日前"));
    put(&mut book, 1, 4, 6, text("二分部"));
    let added = ["T01", "", "T01-2", "新的", "2026.5.20", "照片", ""];
    book.sheets[1].rows.push(added.iter().map(|t| text(t)).collect());
    let found = read(&book, &now);
    let plan = &found.plans[0];
    let kinds: Vec<_> = plan.changes.iter().map(|c| (c.kind, c.what.as_str())).collect();
    assert_eq!(
        kinds,
        [(ChangeKind::Changed, "节点 T01-J2"), (ChangeKind::New, "新节点"), (ChangeKind::Dropped, "节点 T01-J1")]
    );
    let input = plan.input.as_ref().unwrap();
    let said: Vec<_> = input
        .milestones
        .iter()
        .map(|m| (m.id.map(|i| i.0), m.measure.map(|i| i.0), m.due_on, m.unit.map(|u| u.0), m.weight))
        .collect();
    assert_eq!(
        said,
        [(Some(id(112)), Some(id(101)), day(28), Some(id(52)), Some(2)), (None, Some(id(102)), day(20), None, Some(1))]
    );
    assert_eq!((plan.version, input.measures.len(), input.reason.as_deref()), (4, 0, None));
    // A refusal of the input finds its cell, by the field where it has one.
    assert_eq!(plan.cell_of("/milestones/0/unit"), "节点!G5");
    assert_eq!(plan.cell_of("/milestones/1/due_on"), "节点!E6");
    assert_eq!(plan.cell_of("/criteria/1/text"), "整改方案!I4");
    assert_eq!(plan.cell_of("/unit_leader"), "整改方案!A4");
}

#[test]
fn a_measure_is_excused_in_its_own_row() {
    let now = now(vec![line(1)]);
    let mut book = made(&now);
    put(&mut book, 0, 4, EXCUSE, text("已并入另一项"));
    let found = read(&book, &now);
    let excused = &found.plans[0].input.as_ref().unwrap().excused;
    assert_eq!((excused.len(), excused[0].measure.0, excused[0].reason.as_str()), (1, id(102), "已并入另一项"));
    assert_eq!(found.plans[0].cell_of("/excused/0/reason"), "整改方案!J5");
}

#[test]
fn a_plan_saved_meanwhile_is_a_conflict_unless_it_says_the_same() {
    let before = now(vec![line(1)]);
    let mut book = made(&before);
    put(&mut book, 0, 3, OBJECTIVE, text("表里的目标"));
    let mut saved = line(1);
    saved.version = 5;
    saved.milestones[0].title = "页面上改的".into();
    let found = read(&book, &now(vec![saved.clone()]));
    let plan = &found.plans[0];
    assert!(plan.is_conflict && plan.input.is_none());
    assert_eq!(plan.changes[0].after.as_deref(), Some("表里的目标"));
    assert_eq!((plan.theirs.len(), plan.theirs[0].what.as_str()), (1, "节点 T01-J1"));
    // Only the weight was set otherwise: nothing to show, and yet not overwritten.
    let mut heavier = line(1);
    heavier.milestones[0].weight = 3;
    let plan = &read(&book, &now(vec![heavier])).plans[0];
    assert!(plan.is_conflict && plan.input.is_none());
    // Another version of the task with the same plan is none, and the newest version is what it is saved on.
    let mut touched = line(1);
    touched.version = 9;
    let plan = &read(&book, &now(vec![touched])).plans[0];
    assert_eq!((plan.is_conflict, plan.version), (false, 9));
    // Whoever saved the same left nothing to do.
    let mut same = line(1);
    same.objective = Some("表里的目标".into());
    assert_eq!(read(&book, &now(vec![same])), FilledPlans { unchanged: 1, ..FilledPlans::default() });
}

#[test]
fn a_plan_with_a_fault_is_left_out_whole_and_the_others_are_not() {
    let now = now(vec![line(1), line(2)]);
    let mut book = made(&now);
    put(&mut book, 0, 3, OBJECTIVE, text("一"));
    put(&mut book, 0, 5, OBJECTIVE, text("二"));
    // The whole task is spoken of in its first row alone.
    put(&mut book, 0, 4, OBJECTIVE, text("又一"));
    let found = read(&book, &now);
    assert_eq!(faults(&found), [("整改方案!H5", "plan-cell-locked")]);
    assert_eq!(found.plans.iter().map(|p| p.number.as_str()).collect::<Vec<_>>(), ["T02"]);
    // A milestone of one task in the row of another, and one row twice.
    let mut book = made(&now);
    put(&mut book, 1, 3, 0, text("T02"));
    let again = book.sheets[1].rows[5].clone();
    book.sheets[1].rows.push(again);
    let found = read(&book, &now);
    assert_eq!(faults(&found), [("节点!B4", "plan-cell-locked"), ("节点!B8", "plan-row-repeated")]);
    assert!(found.plans.is_empty());
}

#[test]
fn a_task_whose_plan_can_no_longer_be_written_is_named_only_where_something_was_written() {
    let now_both = now(vec![line(1), line(2)]);
    let mut book = made(&now_both);
    put(&mut book, 0, 3, OBJECTIVE, text("一"));
    let found = read(&book, &now(Vec::new()));
    assert_eq!(faults(&found), [("整改方案!A4", "plan-task-closed")]);
    assert_eq!(found.unchanged, 1);
}
