//! Whatever stands in a sheet: every row that is not blank is taken, skipped with a reason, or in doubt. Sheets are made at random from what ledgers hold.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeSet;

use domain::workbook::completion::CompletionWords;
use domain::workbook::ledger::{self, Answer, Context, Corrections, Outcome, Reading, Say};
use domain::workbook::{Book, Cell, Directory, Merge, Sheet, address};

/// Numbers that follow each other as if by chance, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const HEADINGS: [&str; 22] = [
    "序号",
    "方面",
    "反馈问题",
    "具体问题",
    "存在问题",
    "整改措施",
    "措施",
    "责任",
    "责任领导",
    "责任单位",
    "牵头单位",
    "配合单位",
    "责任人",
    "整改时限",
    "完成时间",
    "完成情况",
    "办结日期",
    "备注",
    "问题来源",
    "天气",
    "阶段节点",
    "处置类型",
];
const WORDS: [&str; 40] = [
    "一、党的建设方面",
    "（二）制度执行",
    "合计",
    "填表人：甲某",
    "注：每月一报",
    "填报单位：综合部",
    "同上",
    "各单位",
    "财务部、审计部",
    "牵头：甲 配合：乙",
    "1.补齐\n2.公示",
    "①核对；②归档",
    "一是培训；二是检查",
    "立行立改",
    "长期坚持",
    "9月30日前",
    "2020.8.31",
    "20200831",
    "尽快",
    "已完成",
    "√",
    "整改中（80%）",
    "正在推进",
    "重复，待删",
    "值班记录填写不全",
    "库房盘点流于形式",
    "合同归档不及时",
    "1",
    "2.",
    "（三）",
    "４",
    "分步实施：8月底前甲；10月底前乙",
    "/",
    "无",
    "甲子安",
    "1.11#墩裂缝",
    "\u{200f}右到左\u{200f}",
    "1899年12月31日",
    "限期整改",
    "说明",
];

fn cell(dice: &mut Dice) -> Cell {
    match dice.below(20) {
        0..=5 => Cell::Empty,
        6 => Cell::Text("  ".into()),
        7 => Cell::Number(f64::from(u32::try_from(dice.below(40)).unwrap_or(0))),
        8 => Cell::Number(20_200_831.0),
        9 => Cell::Date("2020-09-30".parse().unwrap()),
        10 => Cell::Error("#REF!".into()),
        _ => Cell::Text(dice.pick(&WORDS).into()),
    }
}

fn sheet(dice: &mut Dice, name: &str) -> Sheet {
    let width = 1 + dice.below(12);
    let height = dice.below(24);
    let mut rows: Vec<Vec<Cell>> = (0..height).map(|_| (0..=dice.below(width)).map(|_| cell(dice)).collect()).collect();
    for _ in 0..dice.below(3) {
        if height > 0 {
            let row = dice.below(height);
            rows[row] = (0..width).map(|_| Cell::Text(dice.pick(&HEADINGS).into())).collect();
        }
    }
    let merges = (0..dice.below(8))
        .map(|_| {
            let (top, left) = (dice.below(height + 1), dice.below(width));
            Merge { top, left, bottom: top + dice.below(4), right: left + dice.below(5) }
        })
        .collect();
    Sheet { name: name.into(), is_hidden: dice.below(8) == 0, rows, merges }
}

fn read(book: &Book, corrections: &Corrections) -> Reading {
    let directory = Directory::default();
    let completion = CompletionWords::default().index();
    ledger::read(book, &Context { directory: &directory, default_year: 2020, completion: &completion, corrections })
}

fn row_of(cell: &str) -> usize {
    cell.trim_start_matches(|c: char| c.is_ascii_uppercase()).parse().unwrap_or(0)
}

/// Everything that must hold of a reading; the number of rows looked at.
fn hold(book: &Book, reading: &Reading) -> usize {
    let plan = &reading.plan;
    let mut n = 0;
    let mut taken = BTreeSet::new();
    for (sheet, told) in book.sheets.iter().zip(&reading.sheets) {
        if sheet.is_hidden {
            assert!(
                plan.skipped.iter().any(|s| s.sheet == sheet.name && s.row.is_none() && s.reason == "hidden_sheet")
            );
            assert!(told.rows.is_empty());
            continue;
        }
        let columns: BTreeSet<usize> = told.tables.iter().flat_map(|t| t.columns.iter().map(|c| c.column)).collect();
        for (i, cells) in sheet.rows.iter().enumerate() {
            let row = i + 1;
            let is_blank = cells.iter().all(Cell::is_blank);
            let became = told.rows.get(&row);
            if is_blank {
                continue;
            }
            n += 1;
            match became {
                None => panic!("row {row} of {} vanished: {cells:?}", sheet.name),
                Some(Outcome::Header) => {}
                Some(Outcome::Taken { task }) => {
                    assert!(*task < plan.tasks.len());
                    taken.insert(*task);
                    for (c, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
                        let at = address(i, c);
                        let is_told = !told.tables.is_empty() && columns.contains(&(c + 1))
                            || told.tables.is_empty()
                            || plan.doubts.iter().any(|d| d.sheet == sheet.name && d.cell == at);
                        assert!(is_told, "{at} {cell:?} vanished");
                    }
                }
                Some(Outcome::Skipped { reason }) => {
                    let is_told =
                        plan.skipped.iter().any(|s| s.sheet == sheet.name && s.row == Some(row) && s.reason == *reason);
                    assert!(is_told, "row {row} is skipped without being told");
                }
                Some(Outcome::Doubted) => {
                    let is_asked = plan.doubts.iter().any(|d| {
                        let is_of_sheet = ["header_missing", "matter_missing"].contains(&d.kind.as_str());
                        d.sheet == sheet.name && (is_of_sheet || row_of(&d.cell) == row)
                    });
                    assert!(is_asked, "row {row} is in doubt without a doubt");
                }
            }
        }
    }
    assert_eq!(taken.len(), plan.tasks.len(), "every task has its rows");
    assert_eq!(reading.questions.len(), plan.doubts.len());
    let numbers: BTreeSet<&str> = plan.tasks.iter().map(|t| t.number.as_str()).collect();
    assert_eq!(numbers.len(), plan.tasks.len(), "every task has a number of its own");
    for task in &plan.tasks {
        assert!(!task.title.trim().is_empty());
        assert!(plan.findings.iter().any(|f| f.number == task.finding));
        let measures: BTreeSet<&str> = task.measures.iter().map(|m| m.number.as_str()).collect();
        assert_eq!(measures.len(), task.measures.len());
    }
    n
}

#[test]
fn every_row_is_accounted_for_whatever_stands_in_it() {
    let (mut rows, mut tasks, mut doubts) = (0, 0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let names = ["甲表", "乙表", "丙表"];
        let n = 1 + dice.below(names.len());
        let book = Book { sheets: names[..n].iter().map(|name| sheet(&mut dice, name)).collect() };
        let reading = read(&book, &Corrections::default());
        rows += hold(&book, &reading);
        tasks += reading.plan.tasks.len();
        doubts += reading.plan.doubts.len();
        assert_eq!(read(&book, &Corrections::default()), reading, "the same file reads the same");

        // Leaving everything out settles every doubt and loses no row.
        let kinds: BTreeSet<&String> = reading.plan.doubts.iter().map(|d| &d.kind).collect();
        let answers: Vec<Answer> = kinds
            .iter()
            .map(|kind| Answer { kind: (*kind).clone(), sheet: None, cell: None, say: Say::Leave })
            .collect();
        let settled = read(&book, &Corrections { answers, ..Corrections::default() });
        hold_settled(&book, &settled);
    }
    println!("{rows} rows, {tasks} tasks, {doubts} doubts");
    assert!(rows > 6_000 && tasks > 600 && doubts > 3_000);
}

/// After every doubt is answered: rows are still all accounted for, though a cell may now stand without its question.
fn hold_settled(book: &Book, reading: &Reading) {
    for (sheet, told) in book.sheets.iter().zip(&reading.sheets).filter(|(s, _)| !s.is_hidden) {
        for (i, cells) in sheet.rows.iter().enumerate().filter(|(_, cells)| !cells.iter().all(Cell::is_blank)) {
            assert!(told.rows.contains_key(&(i + 1)), "row {} of {} vanished: {cells:?}", i + 1, sheet.name);
        }
    }
}

#[test]
fn a_row_is_one_finding_and_one_task_where_there_is_one_problem_column() {
    let head = ["序号", "隐患问题描述", "整改要求（措施）", "整改责任单位"];
    let text = |t: &&str| Cell::Text((*t).into());
    let rows: Vec<Vec<Cell>> = [
        head.iter().map(text).collect(),
        ["1", "同样的话", "办一", "财务部"].iter().map(text).collect(),
        ["2", "同样的话", "办二", "财务部"].iter().map(text).collect(),
        ["3", "同样的话", "办二", "财务部"].iter().map(text).collect(),
    ]
    .into();
    let book = Book { sheets: vec![Sheet { name: "表".into(), rows, ..Sheet::default() }] };
    let reading = read(&book, &Corrections::default());
    let report = reading.plan.report();
    assert_eq!((report.aspects, report.findings, report.tasks, report.measures), (0, 3, 3, 3));
    let repeated: Vec<&str> =
        report.doubts.iter().filter(|d| d.kind == "row_repeated").map(|d| d.cell.as_str()).collect();
    assert_eq!(repeated, ["B4"], "the same words under another number are taken, and asked about");
    let answer = Answer { kind: "row_repeated".into(), sheet: None, cell: None, say: Say::Leave };
    let settled = read(&book, &Corrections { answers: vec![answer], ..Corrections::default() });
    assert_eq!(settled.plan.tasks.len(), 2);
    assert_eq!(
        settled.plan.skipped.iter().map(|s| (s.row, s.reason.as_str())).collect::<Vec<_>>(),
        [(Some(4), "duplicate")]
    );
}

#[test]
fn the_year_of_a_sheet_follows_one_rule() {
    let book = |name: &str, title: &str, dates: [&str; 2]| {
        let text = |t: &str| Cell::Text(t.into());
        let mut rows = vec![vec![text(title)]];
        rows.push(["存在问题", "整改措施", "整改时限"].map(text).into());
        for (i, date) in dates.into_iter().enumerate() {
            rows.push([format!("问题{i}").as_str(), "办", date].map(text).into());
        }
        Book { sheets: vec![Sheet { name: name.into(), rows, ..Sheet::default() }] }
    };
    let year = |book: &Book, said: Option<i32>| {
        let reading = read(book, &Corrections { year: said, ..Corrections::default() });
        reading.plan.tasks[0].due_on.map(|d| d.format("%Y").to_string()).unwrap_or_default()
    };
    for (name, title, dates, said, expected, why) in [
        ("表", "台账", ["9月30日", "10月1日"], None, "2020", "the round's"),
        ("表", "2018年巡察整改台账", ["9月30日", "10月1日"], None, "2018", "the title's"),
        (
            "表",
            "2018年巡察整改台账",
            ["9月30日", "2019.10.1"],
            None,
            "2019",
            "the year of the full dates before the title's",
        ),
        ("台账（2021.10）", "2018年台账", ["9月30日", "2019.10.1"], None, "2021", "the sheet's name before the dates"),
        (
            "台账（2021.10）",
            "填报日期：2022年1月5日",
            ["9月30日", "2019.10.1"],
            None,
            "2022",
            "the day of filling in before all",
        ),
        ("台账（2021.10）", "填报日期：2022年1月5日", ["9月30日", "2019.10.1"], Some(2017), "2017", "a person's word"),
    ] {
        assert_eq!(year(&book(name, title, dates), said), expected, "{why}");
    }
}

#[test]
fn answers_of_a_person_are_read_from_their_json() {
    let said = serde_json::json!({
        "year": 2020,
        "sheets": [{ "sheet": "表", "columns": [{ "column": 3, "meaning": "measure" }] }],
        "answers": [
            { "kind": "unit_open", "sheet": "表", "cell": "F12", "say": "read", "text": "财务部" },
            { "kind": "share_typed", "say": "accept" },
            { "kind": "closing_incomplete", "say": "close", "on": "2020-10-15", "basis": "纪要", "vouched_by": "00000000-0000-0000-0000-000000000001" },
        ],
    });
    let corrections: Corrections = serde_json::from_value(said.clone()).unwrap();
    assert_eq!(corrections.answers.len(), 3);
    let again: Corrections = serde_json::from_value(serde_json::to_value(&corrections).unwrap()).unwrap();
    assert_eq!(again, corrections);
}
