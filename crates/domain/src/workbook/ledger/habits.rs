//! Tests: whole sheets as offices write them, each for a habit and not for a file.

use uuid::Uuid;

use super::super::completion::CompletionWords;
use super::super::drafts::TaskDraft;
use super::super::grid::{Book, Cell, Merge, Sheet};
use super::super::names::{Directory, DirectoryPerson, DirectoryUnit};
use super::{Context, Corrections, Meaning, Reading, read};
use crate::actor::UnitPath;
use crate::ids::{PersonId, UnitId};
use crate::task::state::Disposition;

const UNITS: [(u128, &str); 4] = [(1, "财务部"), (2, "审计部"), (3, "工会"), (4, "法务部")];
const PEOPLE: [(u128, &str); 4] = [(11, "甲子安"), (12, "乙丑平"), (13, "丙寅正"), (14, "丁卯清")];

fn directory() -> Directory {
    let unit = |(n, name): (u128, &str)| {
        let id = UnitId(Uuid::from_u128(n));
        DirectoryUnit { id, name: name.into(), aliases: Vec::new(), path: UnitPath(vec![id]) }
    };
    let person = |(n, name): (u128, &str)| DirectoryPerson {
        id: PersonId(Uuid::from_u128(n)),
        name: name.into(),
        units: Vec::new(),
    };
    Directory { units: UNITS.map(unit).into(), people: PEOPLE.map(person).into() }
}

/// Reads a sheet; ranges of merged cells are given by row and column of both ends, from 0.
pub(super) fn merged(rows: &[&[&str]], merges: &[[usize; 4]]) -> Reading {
    let cell = |text: &&str| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).to_owned()) };
    let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let merges = merges.iter().map(|[top, left, bottom, right]| Merge {
        top: *top,
        left: *left,
        bottom: *bottom,
        right: *right,
    });
    let sheet = Sheet { name: "表".into(), rows, merges: merges.collect(), ..Sheet::default() };
    let (directory, completion, corrections) =
        (directory(), CompletionWords::default().index(), Corrections::default());
    let context =
        Context { directory: &directory, default_year: 2021, completion: &completion, corrections: &corrections };
    read(&Book { sheets: vec![sheet] }, &context)
}

pub(super) fn sheet(rows: &[&[&str]]) -> Reading {
    merged(rows, &[])
}

pub(super) fn doubts<'r>(reading: &'r Reading, kind: &str) -> Vec<&'r str> {
    reading.plan.doubts.iter().filter(|d| d.kind == kind).map(|d| d.cell.as_str()).collect()
}

fn meanings(reading: &Reading) -> Vec<Meaning> {
    reading.sheets[0].tables[0].columns.iter().map(|c| c.meaning).collect()
}

fn skipped(reading: &Reading) -> Vec<(usize, &str)> {
    reading.plan.skipped.iter().filter_map(|s| Some((s.row?, s.reason.as_str()))).collect()
}

fn units(task: &TaskDraft) -> Vec<u128> {
    task.units.iter().map(|u| u.0.as_u128()).collect()
}

fn persons(task: &TaskDraft) -> Vec<u128> {
    task.persons.iter().map(|p| p.0.as_u128()).collect()
}

fn leaders(task: &TaskDraft) -> Vec<u128> {
    task.leaders.iter().map(|p| p.0.as_u128()).collect()
}

fn measures(task: &TaskDraft) -> Vec<&str> {
    task.measures.iter().map(|m| m.text.as_str()).collect()
}

fn due(task: &TaskDraft) -> String {
    task.due_on.map(|d| d.to_string()).unwrap_or_default()
}

#[test]
fn headings_that_ask_are_headings() {
    use Meaning::{Due, Finding, Leaders, Measure, Ordinal, Status, Units};
    let found = sheet(&[
        &["", "查出什么毛病", "怎么改", "谁分管", "谁来办", "什么时候改完", "改得怎么样了"],
        &["1", "台账没有登记", "补登台账", "甲子安", "财务部", "6月底前", "改好了"],
        &["2", "合同没有归档", "补归档", "乙丑平", "审计部", "马上改", "还在改"],
    ]);
    assert_eq!(meanings(&found), [Ordinal, Finding, Measure, Leaders, Units, Due, Status]);
    assert_eq!(doubts(&found, "closing_incomplete"), ["G2"]);
    assert_eq!(doubts(&found, "column_guessed"), ["E1"]);
    assert_eq!(doubts(&found, "cell_unplaced"), Vec::<&str>::new());
    assert_eq!(found.plan.tasks[1].disposition, Some(Disposition::Immediate));
}

#[test]
fn a_table_nobody_can_read_by_its_headings_is_read_by_its_cells_and_asked_about() {
    let found = sheet(&[
        &["重点事"],
        &["项", "摘录", "动作", "归口", "盯办", "日子", "眼下"],
        &["1", "食堂采购没有比价", "启动三家比价", "工会", "丙寅正", "5月底", "已办结"],
        &["2", "公车私用有苗头", "安装定位设备", "财务部", "甲子安", "6月15日", "在办"],
    ]);
    let first = &found.plan.tasks[0];
    assert_eq!((first.title.as_str(), measures(first)), ("食堂采购没有比价", vec!["启动三家比价"]));
    assert_eq!((units(first), persons(first), due(first).as_str()), (vec![3], vec![13], "2021-05-31"));
    assert_eq!(doubts(&found, "column_guessed"), ["B2", "C2", "D2", "E2", "F2", "G2"]);
}

#[test]
fn a_mark_under_a_state_or_a_way_of_handling_is_that_word() {
    let found = sheet(&[
        &["序号", "问题", "措施", "责任部门", "立行立改", "长期坚持", "完成期限", "已完成", "正在推进"],
        &["1", "台账缺页", "补齐", "财务部", "√", "", "", "√", ""],
        &["2", "学习不经常", "建立制度", "工会", "", "√", "", "", "√"],
        &["3", "制度过期", "修订", "审计部", "", "", "2021.6.30", "", "√"],
    ]);
    let ways: Vec<_> = found.plan.tasks.iter().map(|t| t.disposition).collect();
    assert_eq!(ways, [Some(Disposition::Immediate), Some(Disposition::Sustained), Some(Disposition::Dated)]);
    assert_eq!(doubts(&found, "closing_incomplete"), ["H2"]);
}

#[test]
fn the_ticked_of_several_words_in_a_cell_counts() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "整改类型", "整改期限", "完成情况"],
        &["1", "台账缺页", "补齐", "☑立行立改 □限期整改", "", "□已完成 ☑未完成"],
        &["2", "制度过期", "修订", "□立行立改 ☑限期整改", "6月底", "已完成（√） 未完成（ ）"],
    ]);
    let ways: Vec<_> = found.plan.tasks.iter().map(|t| t.disposition).collect();
    assert_eq!(ways, [Some(Disposition::Immediate), Some(Disposition::Dated)]);
    assert_eq!(doubts(&found, "closing_incomplete"), ["F3"]);
}

#[test]
fn units_that_are_headings_answer_for_the_rows_under_them() {
    let found = merged(
        &[
            &["序号", "存在问题", "整改措施", "经办人", "完成时限", "整改结果"],
            &["财务部"],
            &["1", "报销超期", "清理报销", "甲子安", "2021.5.31", "已完成"],
            &["二、审计部（1项）"],
            &["2", "底稿缺失", "补底稿", "乙丑平", "2021.4.30", "整改中"],
        ],
        &[[1, 0, 1, 5], [3, 0, 3, 5]],
    );
    assert_eq!(found.plan.tasks.iter().map(units).collect::<Vec<_>>(), [[1], [2]]);
    assert_eq!(skipped(&found), [(2, "section"), (4, "section")]);
}

#[test]
fn people_named_above_the_header_answer_for_all_rows() {
    let found = sheet(&[
        &["信访积案化解台账"],
        &["包案领导：甲子安　　责任单位：工会　　责任人：丙寅正"],
        &["序号", "群众诉求", "化解措施", "化解时限", "办结情况"],
        &["1", "欠薪投诉", "督促发薪", "2021年5月20日前", "已办结"],
    ]);
    let task = &found.plan.tasks[0];
    assert_eq!((leaders(task), persons(task)), (vec![11], vec![13]));
}

#[test]
fn a_cell_with_labels_says_what_each_label_says() {
    let found = sheet(&[
        &["序号", "反馈意见", "整改措施", "责任分工", "整改期限", "目前进展情况"],
        &[
            "1",
            "议事规则不健全",
            "修订议事规则",
            "责任领导：甲子安\n牵头单位：财务部\n配合单位：审计部\n责任人：丙寅正",
            "6月底",
            "整改中",
        ],
    ]);
    let task = &found.plan.tasks[0];
    assert_eq!((leaders(task), units(task), persons(task)), (vec![11], vec![1], vec![13]));
    assert_eq!(task.supporting.len(), 1);
}

#[test]
fn a_day_on_which_it_was_done_says_that_it_is_unless_the_state_says_otherwise() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任单位", "完成时限", "实际完成时间", "完成情况"],
        &["1", "台账缺页", "补齐", "财务部", "2021.5.31", "2021.5.20", ""],
        &["2", "制度过期", "修订", "审计部", "2021.6.30", "2021.6.20", "整改中"],
        &["3", "合同漏审", "补审", "法务部", "2021.6.30", "/", "整改中"],
    ]);
    assert_eq!(doubts(&found, "closing_incomplete"), ["F2"]);
    assert_eq!(doubts(&found, "status_unclear"), ["F3"]);
    assert_eq!(doubts(&found, "date_unclear"), Vec::<&str>::new());
}

#[test]
fn a_cell_that_holds_what_the_task_lacks_is_asked_about() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任单位", "完成年度", "完成月份", "备注"],
        &["1", "台账缺页", "补齐台账", "财务部", "2021", "6", "已完成"],
    ]);
    assert_eq!(doubts(&found, "cell_unplaced"), ["E2", "F2", "G2"]);
    let found = sheet(&[
        &["序号", "检查单位", "被检查单位", "发现的问题", "整改要求", "整改期限"],
        &["1", "审计部", "财务部", "台账缺页", "补齐台账", "2021.4.20"],
        &["2", "审计部", "工会", "收据缺号", "查明去向", "2021.4.25"],
    ]);
    assert_eq!(found.plan.tasks.iter().map(units).collect::<Vec<_>>(), [[1], [3]]);
    assert_eq!(doubts(&found, "column_guessed"), ["C1"]);
}

#[test]
fn words_that_are_no_problem_and_no_measure_are_asked_about() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任单位", "完成时限"],
        &["1", "财务部", "补齐", "财务部", "6月底"],
        &["2", "制度过期", "见附件", "审计部", "6月底"],
        &["3", "合同漏审", "2021年6月30日", "法务部", "6月底"],
        &["4", "资料漏报", "同第1项", "工会", "6月底"],
        &["5", "公文超期", "限时办结，每日提醒；按月通报，纳入考核", "工会", "6月底"],
    ]);
    assert_eq!(doubts(&found, "cell_misplaced"), ["B2", "C3", "C4", "C5"]);
    assert_eq!(doubts(&found, "measure_parts"), ["C6"]);
}

#[test]
fn two_states_that_differ_are_asked_about() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任单位", "完成时限", "整改情况", "是否销号"],
        &["1", "台账缺页", "补齐", "财务部", "6月底", "已完成", "否"],
        &["2", "制度过期", "修订", "审计部", "/", "已完成", "是"],
    ]);
    assert_eq!(doubts(&found, "status_unclear"), ["F2", "G2"]);
    assert_eq!(doubts(&found, "due_missing"), ["E3"]);
}

#[test]
fn of_states_by_period_the_last_counts() {
    let found = sheet(&[
        &["序号", "主要问题", "整改措施", "牵头部门", "整改到位时间", "一季度进展", "二季度进展"],
        &["1", "预算执行慢", "按月通报", "财务部", "2021年6月30日", "推进中", "已完成"],
        &["2", "审计问题未销号", "逐项销号", "审计部", "2021年9月30日", "推进中", "推进中"],
    ]);
    assert_eq!(doubts(&found, "closing_incomplete"), ["G2"]);
    assert_eq!(found.plan.tasks.iter().map(due).collect::<Vec<_>>(), ["2021-06-30", "2021-09-30"]);
}

#[test]
fn groups_may_stand_above_their_leaves_without_a_merge() {
    use Meaning::{Due, Finding, Kept, Leaders, Measure, Ordinal, Status, Units};
    let found = sheet(&[
        &["", "", "", "责任落实", "", "时间要求", "", ""],
        &["序号", "隐患与不足", "整治举措", "领导", "股室", "启动", "销号", "整治进展"],
        &["1", "通道锁闭", "拆除锁具", "甲子安", "财务部", "4月1日", "4月30日", "整治中"],
    ]);
    assert_eq!(meanings(&found), [Ordinal, Finding, Measure, Leaders, Units, Kept, Due, Status]);
    assert_eq!(due(&found.plan.tasks[0]), "2021-04-30");
}

#[test]
fn a_row_that_names_people_alone_is_more_of_the_row_above_and_asked_about() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任单位", "责任人", "完成时限"],
        &["1", "台账缺页", "补齐台账", "财务部", "甲子安", "6月底"],
        &["", "", "", "审计部", "乙丑平", ""],
        &["2", "制度过期", "修订制度", "工会", "丙寅正", "6月底"],
    ]);
    assert_eq!(found.plan.tasks.iter().map(units).collect::<Vec<_>>(), [vec![1, 2], vec![3]]);
    assert_eq!(doubts(&found, "cell_unplaced"), ["D3", "E3"]);
}

#[test]
fn a_second_column_of_units_is_read_and_asked_about() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任单位", "落实单位", "完成时限"],
        &["1", "台账缺页", "补齐台账", "财务部", "审计部", "6月底"],
    ]);
    assert_eq!(units(&found.plan.tasks[0]), [1, 2]);
    assert_eq!(doubts(&found, "cell_unplaced"), ["E2"]);
}

#[test]
fn a_column_that_holds_something_else_all_through_is_read_as_that_and_asked_about() {
    use Meaning::{Due, Finding, Measure, Ordinal, Persons, Status, Units};
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任人", "责任单位", "完成情况", "完成时限"],
        &["1", "台账缺页", "补齐台账", "财务部", "甲子安", "2021.6.30", "已完成"],
        &["2", "制度过期", "修订制度", "审计部", "乙丑平", "2021.7.31", "整改中"],
    ]);
    assert_eq!(meanings(&found), [Ordinal, Finding, Measure, Units, Persons, Due, Status]);
    assert_eq!(doubts(&found, "column_guessed"), ["D1", "E1", "F1", "G1"]);
}

#[test]
fn several_things_in_one_column_are_asked_about() {
    let found = sheet(&[
        &["序号", "问题清单", "任务清单（整改措施及完成时限）", "责任清单（责任领导、责任单位、责任人）", "成效清单"],
        &["1", "制度不全", "修订制度（2021年5月底前）", "甲子安、财务部、丙寅正", "已完成"],
        &["2", "执行不力", "开展督查（2021年6月底前）", "乙丑平、审计部、丁卯清", "推进中"],
    ]);
    assert_eq!(doubts(&found, "cell_unplaced"), ["C2", "D2", "E2", "C3", "D3", "E3"]);
    let found = sheet(&[
        &["序号", "检查发现", "整改措施及完成情况", "责任部门", "整改时限"],
        &["1", "餐费超标", "退回超标费用", "财务部", "5月底"],
    ]);
    assert_eq!(doubts(&found, "measure_parts"), ["C2"]);
}

#[test]
fn a_name_that_a_narrow_column_breaks_is_one_name() {
    let found = sheet(&[
        &["序号", "存在问题", "整改措施", "责任单位", "责任人", "完成时限"],
        &["1", "台账缺页", "补齐台账", "财务\n部", "甲子\n安", "6月底"],
        &["2", "制度过期", "修订制度", "审计部", "乙 丑 平", "6月底"],
    ]);
    assert_eq!(found.plan.tasks.iter().map(units).collect::<Vec<_>>(), [[1], [2]]);
    assert_eq!(found.plan.tasks.iter().map(persons).collect::<Vec<_>>(), [[11], [12]]);
}

#[test]
fn examples_ends_and_counts_are_no_data() {
    let found = sheet(&[
        &["序号", "问题", "措施", "责任单位", "完成时限", "完成情况"],
        &["例", "某制度缺失", "修订某制度", "某部", "某年某月", "已完成"],
        &["1", "制度缺失", "修订制度", "财务部", "2021年6月", "已完成"],
        &["以下空白"],
        &["共1个问题，已完成1个。"],
        &["编制人：甲", "", "", "复核人：乙"],
    ]);
    assert_eq!(found.plan.tasks.len(), 1);
    assert_eq!(skipped(&found), [(2, "note"), (4, "note"), (5, "total"), (6, "signature")]);
}

#[test]
fn forms_are_read_with_their_labels_beside_above_and_inside() {
    let beside = merged(
        &[
            &["问题整改单（第1号）", "", "", "", "", ""],
            &["问题描述", "防护罩缺失", "", "", "", ""],
            &["整改措施", "1．补装防护罩", "", "", "", ""],
            &["", "2．每周点检", "", "", "", ""],
            &["责任单位", "财务部", "责任人", "甲子安", "分管领导", "乙丑平"],
            &["整改期限", "2021.4.12", "是否完成", "是", "复查人", ""],
        ],
        &[[0, 0, 0, 5], [1, 1, 1, 5], [2, 0, 3, 0], [2, 1, 2, 5], [3, 1, 3, 5]],
    );
    let inside = sheet(&[
        &["问题整改销号卡"],
        &["问题表述：防护罩缺失"],
        &["整改措施：1.补装防护罩 2.每周点检"],
        &["责任单位：财务部　　责任人：甲子安　　分管领导：乙丑平"],
        &["整改时限：2021年4月12日"],
        &["整改进展：已完成"],
    ]);
    let above = merged(
        &[
            &["整改明白卡", "", ""],
            &["问题描述", "整改措施", "整改时限"],
            &["防护罩缺失", "1.补装防护罩2.每周点检", "2021.4.12"],
            &["责任单位", "责任人", "分管领导"],
            &["财务部", "甲子安", "乙丑平"],
        ],
        &[[0, 0, 0, 2]],
    );
    for found in [beside, inside] {
        assert_eq!(doubts(&found, "closing_incomplete").len(), 1);
        is_the_form(&found);
    }
    assert_eq!(above.plan.tasks[0].title, "防护罩缺失");
    assert_eq!((units(&above.plan.tasks[0]), persons(&above.plan.tasks[0])), (vec![1], vec![11]));
}

fn is_the_form(found: &Reading) {
    let [task] = found.plan.tasks.as_slice() else { panic!("{} tasks", found.plan.tasks.len()) };
    assert_eq!((task.title.as_str(), measures(task)), ("防护罩缺失", vec!["补装防护罩", "每周点检"]));
    assert_eq!((units(task), persons(task), leaders(task)), (vec![1], vec![11], vec![12]));
    assert_eq!(due(task), "2021-04-12");
}

#[test]
fn people_in_brackets_behind_units_and_the_other_way_round_are_both_read() {
    for cell in ["财务部（甲子安）", "甲子安（财务部）", "财务部：甲子安", "财务部部长甲子安"]
    {
        let found = sheet(&[
            &["编号", "存在的问题", "整改措施", "责任人（部门）", "整改期限"],
            &["1", "台账缺页", "补齐台账", cell, "20210415"],
            &["2", "制度过期", "修订制度", cell, "20210430"],
        ]);
        let task = &found.plan.tasks[0];
        assert_eq!(persons(task), [11], "{cell}");
        assert!(cell.contains("部长") || units(task) == [1], "{cell}");
    }
}
