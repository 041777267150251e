//! Tests: what a clerk would doubt is asked about at its own cell, and what is clear is not.

use super::super::habits::{doubts, merged, sheet};

const HEAD: &[&str] = &["序号", "存在问题", "整改措施", "责任单位", "责任人", "完成时限", "完成情况", "备注"];
const FIRST: &[&str] = &["1", "台账没有登记", "补登台账", "财务部", "甲子安", "6月30日", "整改中", ""];

#[test]
fn a_clear_ledger_is_asked_nothing() {
    let second: &[&str] =
        &["2", "合同没有归档", "1.补归档；2.定期抽查", "审计部", "乙丑平", "5月31日", "未完成", "已发函"];
    let found = sheet(&[HEAD, FIRST, second]);
    assert_eq!(found.plan.doubts, vec![]);
}

#[test]
fn what_stands_beside_a_problem_or_a_measure_in_its_cell_is_asked_about() {
    let row = |problem: &'static str, measure: &'static str| -> Vec<(String, String)> {
        let second = ["2", problem, measure, "审计部", "乙丑平", "5月31日", "未完成", ""];
        let found = sheet(&[HEAD, FIRST, &second]);
        found.plan.doubts.into_iter().map(|d| (d.cell, d.kind)).collect()
    };
    let one = |cell: &str, kind: &str| vec![(cell.to_owned(), kind.to_owned())];
    assert_eq!(row("合同没有归档（审计部）", "补归档"), one("B3", "cell_more"));
    assert_eq!(row("合同没有归档②印章没有登记", "补归档"), one("B3", "problem_parts"));
    assert_eq!(row("合同没有归档", "补归档。责任人：乙丑平"), one("C3", "cell_more"));
    assert_eq!(row("合同没有归档", "补归档⑨公示"), one("C3", "measure_parts"));
    assert_eq!(row("合同没有归档，", "补归档"), one("B3", "cell_more"));
    assert_eq!(row("合同没有归档", "合同没有归档"), one("C3", "cell_misplaced"));
}

#[test]
fn a_blank_cell_under_a_filled_one_is_asked_about_with_the_one_above() {
    let found = sheet(&[HEAD, FIRST, &["2", "合同没有归档", "补归档", "", "乙丑平", "5月31日", "未完成", ""]]);
    assert_eq!(doubts(&found, "cell_blank"), ["D2", "D3"]);
}

#[test]
fn a_row_without_a_number_may_be_more_of_the_one_above() {
    let found = sheet(&[
        HEAD,
        FIRST,
        &["", "也没有公示", "公示台账", "审计部", "乙丑平", "5月31日", "未完成", ""],
        &["2", "合同没有归档", "补归档", "工会", "丙寅正", "5月31日", "未完成", ""],
    ]);
    assert_eq!(doubts(&found, "row_joined").iter().filter(|c| c.ends_with('3')).count(), 6);
    assert!(doubts(&found, "row_joined").contains(&"B2") && !doubts(&found, "row_joined").contains(&"B4"));
}

#[test]
fn a_column_nobody_knows_is_asked_about_where_something_stands_in_it() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "远期打算", "责任单位", "责任人", "完成时限", "完成情况"],
        &["1", "台账没有登记", "补登台账", "建立数据库", "财务部", "甲子安", "6月30日", "整改中"],
        &["2", "合同没有归档", "补归档", "", "审计部", "乙丑平", "5月31日", "整改中"],
    ]);
    assert_eq!(doubts(&found, "cell_unplaced"), ["C2", "D2"]);
}

#[test]
fn headings_among_the_rows_put_the_layout_in_doubt() {
    let second: &[&str] = &["2", "合同没有归档", "完成时限", "审计部", "乙丑平", "5月31日", "未完成", ""];
    let found = sheet(&[HEAD, FIRST, second]);
    assert_eq!(doubts(&found, "layout_unsure"), ["A3", "B3", "C3", "D3", "E3", "F3", "G3"]);
    let beside: &[&str] = &["序号", "存在问题", "整改措施", "责任单位", "序号", "存在问题", "整改措施", "责任单位"];
    let found = sheet(&[beside, &["1", "台账没有登记", "补登台账", "财务部", "2", "合同没有归档", "补归档", "审计部"]]);
    assert_eq!(doubts(&found, "layout_unsure"), ["A2", "B2", "C2", "D2", "E2", "F2", "G2", "H2"]);
}

#[test]
fn rows_passed_over_are_asked_about_where_they_name_who_answers() {
    let found = merged(
        &[&["整改台账"], &["责任领导：甲子安　责任单位：财务部"], HEAD, FIRST, &["以上由乙丑平牵头，年底前完成。"]],
        &[[0, 0, 0, 7], [1, 0, 1, 7], [4, 0, 4, 7]],
    );
    assert_eq!(doubts(&found, "row_passed"), ["A2", "A5"]);
}

#[test]
fn a_remark_that_changes_another_cell_is_asked_about_with_it() {
    let second: &[&str] = &["2", "合同没有归档", "补归档", "审计部", "乙丑平", "5月31日", "未完成", "责任人改为丙寅正"];
    let found = sheet(&[HEAD, FIRST, second]);
    assert_eq!(doubts(&found, "cell_more"), ["D3", "E3", "F3", "G3", "H3"]);
}

#[test]
fn a_total_that_counts_otherwise_puts_every_cell_in_doubt() {
    let found = sheet(&[HEAD, FIRST, &["合计", "3项", "", "", "", "", "", ""]]);
    assert_eq!(doubts(&found, "count_differs"), ["A2", "B2", "C2", "D2", "E2", "F2", "G2"]);
    let found = sheet(&[HEAD, FIRST, &["合计", "1项", "", "", "", "", "", ""]]);
    assert_eq!(found.plan.doubts, vec![]);
}

#[test]
fn it_is_asked_who_leads_where_several_units_stand_without_saying() {
    let second: &[&str] = &["2", "合同没有归档", "补归档", "审计部会同财务部", "乙丑平", "5月31日", "未完成", ""];
    let found = sheet(&[HEAD, FIRST, second]);
    assert_eq!(doubts(&found, "roles_unsure"), ["D3"]);
    let head: &[&str] = &["序号", "存在问题", "整改措施", "牵头单位/配合单位", "责任人", "完成时限"];
    let found = sheet(&[head, &["1", "台账没有登记", "补登台账", "审计部/财务部、工会", "甲子安", "6月30日"]]);
    let task = &found.plan.tasks[0];
    assert_eq!((task.units.len(), task.supporting.len(), found.plan.doubts.len()), (1, 2, 0));
}
