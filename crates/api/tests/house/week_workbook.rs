//! The week's workbook with a real server and real files: what is made, what comes back filled, and every file that cannot be taken.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, SheetVisible, Xlsx};
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::{Value, json};
use support::House;
use zip::write::SimpleFileOptions;

const WEEK: &str = "2026-W10";
/// Tasks that one unit leads and that are at work as soon as they are claimed.
const NUMBERS: [&str; 4] = ["T24", "T30", "T34", "T47"];

struct Week {
    house: House,
    clerk: String,
    round: String,
    tasks: Vec<String>,
    unit: String,
}

impl Week {
    /// Four tasks of one unit at work, the first handed in once.
    async fn new() -> Self {
        let house = House::new().await;
        let clerk = House::login("乙午一");
        let round = house.round().await;
        let mut tasks = Vec::new();
        for number in NUMBERS {
            let task = house.task(number).await;
            house.act("p072", &task, "issue", json!({ "reason": "即办" })).await.ok();
            house.act(&clerk, &task, "claim", json!({})).await.ok();
            tasks.push(task);
        }
        let unit = house.get(&clerk, &format!("/rounds/{round}/statements")).await.ok()["unit_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let week = Self { house, clerk, round, tasks, unit };
        week.hand_in(0, 0, "清理了 12 份档案").await;
        week
    }

    async fn hand_in(&self, task: usize, follows: u16, progress: &str) {
        let body = json!({ "unit": self.unit, "week": WEEK, "follows": follows, "progress": progress });
        let path = format!("/tasks/{}/statements", self.tasks[task]);
        self.house.request(&self.clerk, "POST", &path, None, Some(body)).await.ok();
    }

    async fn sheet(&self) -> Value {
        self.house.get(&self.clerk, &format!("/rounds/{}/statements?week={WEEK}", self.round)).await.ok()
    }

    async fn made(&self, query: &str) -> Vec<u8> {
        let answer = self.house.get(&self.clerk, &format!("/rounds/{}/statements/workbook?{query}", self.round)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.bytes.to_vec()
    }

    async fn look(&self, bytes: &[u8]) -> support::Answer {
        let path = format!("/rounds/{}/statements/workbook/previews?week={WEEK}", self.round);
        self.house.upload(&self.clerk, &path, Box::leak(bytes.to_vec().into_boxed_slice())).await
    }

    /// The code of the one fault a file is refused for.
    async fn refused(&self, bytes: &[u8]) -> String {
        let problem = self.look(bytes).await.refused(422, "content");
        assert_eq!(problem["errors"][0]["pointer"], "/file");
        problem["errors"][0]["code"].as_str().unwrap().to_owned()
    }
}

/// The cells of a sheet as text, row by row.
pub(crate) fn cells(bytes: &[u8], sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let (height, width) = range.get_size();
    let at = |row: usize, column: usize| match range.get_value((row as u32, column as u32)) {
        None | Some(Data::Empty) => String::new(),
        Some(value) => value.to_string(),
    };
    (0..height).map(|r| (0..width).map(|c| at(r, c)).collect()).collect()
}

pub(crate) fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The same file with one of its parts changed, as an office program would save it.
pub(crate) fn changed(bytes: &[u8], name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).unwrap();
        let entry_name = entry.name().unwrap().to_string();
        let mut body = Vec::new();
        entry.read_to_end(&mut body).unwrap();
        if entry_name == name {
            body = change(String::from_utf8(body).unwrap()).into_bytes();
        }
        writer.start_file(entry_name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&body).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What a cell of the sheet to fill in holds, put there as XML.
fn put(bytes: &[u8], cell: &str, inside: &str) -> Vec<u8> {
    put_in(bytes, "xl/worksheets/sheet1.xml", cell, inside)
}

/// The same in any sheet.
pub(crate) fn put_in(bytes: &[u8], sheet: &str, cell: &str, inside: &str) -> Vec<u8> {
    changed(bytes, sheet, |xml| {
        let from = xml.find(&format!("<c r=\"{cell}\"")).unwrap_or_else(|| panic!("{cell} is not there"));
        let end = from + xml[from..].find('>').unwrap() + 1;
        // A blank cell ends at once, a filled one with its own end.
        let end = if xml[..end].ends_with("/>") { end } else { from + xml[from..].find("</c>").unwrap() + 4 };
        format!("{}{inside}{}", &xml[..from], &xml[end..])
    })
}

pub(crate) fn text(cell: &str, words: &str) -> String {
    format!(r#"<c r="{cell}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>"#)
}

fn write(bytes: &[u8], cell: &str, words: &str) -> Vec<u8> {
    put(bytes, cell, &text(cell, words))
}

/// A file made by hand with the same two sheets, which a person or another program may have changed in any way.
fn by_hand(bytes: &[u8], change: impl Fn(&mut Vec<Vec<String>>)) -> Vec<u8> {
    let mut rows = cells(bytes, "每周写实");
    change(&mut rows);
    let mut book = Workbook::new();
    for (name, rows) in [("每周写实", rows), ("填报标识", cells(bytes, "填报标识"))] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let (r, c) = (u32::try_from(r).unwrap(), u16::try_from(c).unwrap());
                match cell.strip_prefix('=') {
                    Some(formula) => sheet.write_formula(r, c, Formula::new(formula).set_result("算出来的")).unwrap(),
                    None => sheet.write_string(r, c, cell).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// Where a task's row is, from 1.
fn row_of(bytes: &[u8], number: &str) -> usize {
    cells(bytes, "每周写实").iter().position(|r| r[0] == number).unwrap() + 1
}

#[actix_web::test]
async fn the_workbook_locks_its_codes_and_shows_what_is_there() {
    let week = Week::new().await;
    let path = format!("/rounds/{}/statements/workbook?week={WEEK}", week.round);
    let answer = week.house.get(&week.clerk, &path).await;
    let kind = answer.headers.get("content-type").unwrap().to_str().unwrap();
    assert_eq!(kind, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    let name = answer.headers.get("content-disposition").unwrap().to_str().unwrap();
    assert!(name.starts_with("attachment") && name.contains("%E7%AC%AC10%E5%91%A8"), "{name}");
    let bytes = answer.bytes.to_vec();
    let rows = cells(&bytes, "每周写实");
    assert!(rows[0][0].contains("第10周"), "{:?}", rows[0]);
    assert_eq!(rows[2][..6], ["任务编号", "具体问题", "完成标准", "时限", "上周写实", "本周进展"]);
    let numbers: Vec<&str> = rows[3..].iter().map(|r| r[0].as_str()).collect();
    assert_eq!(numbers, NUMBERS);
    let first = &rows[row_of(&bytes, "T24") - 1];
    assert_eq!(first[5], "清理了 12 份档案", "what is handed in stands in it");
    // Codes locked, fields open, the marks out of sight.
    assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains("<sheetProtection sheet=\"1\""));
    assert!(part(&bytes, "xl/worksheets/sheet2.xml").contains("<sheetProtection sheet=\"1\""));
    let book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    let hidden: Vec<_> = book.sheets_metadata().iter().map(|s| s.visible == SheetVisible::Visible).collect();
    assert_eq!(hidden, [true, false]);
    let (styles, sheet) = (part(&bytes, "xl/styles.xml"), part(&bytes, "xl/worksheets/sheet1.xml"));
    let formats: Vec<&str> = styles.split("<cellXfs").nth(1).unwrap().split("<xf ").skip(1).collect();
    let is_open = |cell: &str| {
        let style = sheet.split(&format!("<c r=\"{cell}\" s=\"")).nth(1).unwrap().split('"').next().unwrap();
        formats[style.parse::<usize>().unwrap()].contains("locked=\"0\"")
    };
    assert_eq!(["A4", "B4", "E4", "F4", "G4", "J4"].map(is_open), [false, false, false, true, true, true]);
    // As it is it changes nothing.
    let preview = week.look(&bytes).await.ok();
    assert_eq!((&preview["rows"], &preview["faults"]), (&json!([]), &json!([])));
}

#[actix_web::test]
async fn what_was_filled_in_comes_back_as_a_difference_and_changes_nothing() {
    let week = Week::new().await;
    let bytes = week.made(&format!("week={WEEK}")).await;
    let (a, b) = (row_of(&bytes, "T24"), row_of(&bytes, "T30"));
    let filled = write(&bytes, &format!("F{a}"), "清理了 20 份档案");
    let filled = write(&filled, &format!("F{b}"), "两名干部已谈话\n材料归档 &lt;完&gt;");
    let filled = write(&filled, &format!("J{b}"), "下周复核");
    let preview = week.look(&filled).await.ok();
    assert_eq!(preview["faults"], json!([]));
    let rows = preview["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[0]["changes"],
        json!([{ "field": "progress", "label": "本周进展", "before": "清理了 12 份档案", "after": "清理了 20 份档案" }])
    );
    assert_eq!((&rows[1]["number"], &rows[1]["is_stale"]), (&json!("T30"), &json!(false)));
    assert_eq!(rows[1]["changes"][0]["after"], "两名干部已谈话\n材料归档 <完>");
    assert_eq!(rows[1]["changes"][1]["field"], "next_step");
    let sheet = week.sheet().await;
    let line = sheet["lines"].as_array().unwrap().iter().find(|l| l["number"] == "T30").unwrap().clone();
    assert_eq!(line["this"], Value::Null, "looking hands nothing in");
    // Handed in by the same command as on the page, and then the file says nothing new.
    week.hand_in(0, 1, "清理了 20 份档案").await;
    let body = json!({ "unit": week.unit, "week": WEEK, "follows": 0, "progress": "两名干部已谈话\n材料归档 <完>", "next_step": "下周复核" });
    week.house
        .request(&week.clerk, "POST", &format!("/tasks/{}/statements", week.tasks[1]), None, Some(body))
        .await
        .ok();
    assert_eq!(week.look(&filled).await.ok()["rows"], json!([]));
}

#[actix_web::test]
async fn a_file_that_was_overtaken_says_so_row_by_row() {
    let week = Week::new().await;
    let bytes = week.made(&format!("week={WEEK}")).await;
    week.hand_in(0, 1, "页面上又改过").await;
    // Left alone in the file, it stays what it is now.
    assert_eq!(week.look(&bytes).await.ok()["rows"], json!([]));
    let filled = write(&bytes, &format!("F{}", row_of(&bytes, "T24")), "表里改的");
    let rows = week.look(&filled).await.ok()["rows"].clone();
    assert_eq!((&rows[0]["is_stale"], &rows[0]["changes"][0]["before"]), (&json!(true), &json!("页面上又改过")));
}

#[actix_web::test]
async fn rows_that_cannot_be_taken_are_named_by_cell_and_the_others_are() {
    let week = Week::new().await;
    let bytes = week.made(&format!("week={WEEK}")).await;
    let (a, b, c) = (row_of(&bytes, "T24"), row_of(&bytes, "T30"), row_of(&bytes, "T34"));
    let clumsy = by_hand(&bytes, |rows| {
        rows[a - 1][5] = "=1+1".to_owned();
        rows[b - 1][5] = "正常的一行".to_owned();
        rows[c - 1][5] = "有进展".to_owned();
        rows[c - 1][6] = "又说无进展".to_owned();
        let mut again = rows[b - 1].clone();
        again[5] = "第二遍".to_owned();
        let mut unknown = vec![String::new(); rows[b - 1].len()];
        unknown[0] = "T999".to_owned();
        let mut nameless = unknown.clone();
        nameless[0] = String::new();
        nameless[5] = "没有编号".to_owned();
        rows.extend([again, unknown, nameless]);
    });
    let preview = week.look(&clumsy).await.ok();
    let faults: Vec<(&str, &str)> = preview["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["cell"].as_str().unwrap(), f["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        faults,
        [
            (format!("F{a}").as_str(), "cell-formula"),
            (format!("G{c}").as_str(), "progress-and-reason"),
            ("A8", "week-row-number-repeated"),
            ("A9", "week-row-number-unknown"),
            ("A10", "week-row-number-missing"),
        ]
    );
    assert!(preview["faults"][3]["text"].as_str().unwrap().contains("T999"));
    let rows = preview["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["changes"][0]["after"]), (1, &json!("正常的一行")));
    // A cell that failed to compute, as an office program saves it.
    let cell = format!("F{b}");
    let failed = put(&bytes, &cell, &format!(r#"<c r="{cell}" t="e"><v>#NAME?</v></c>"#));
    assert_eq!(week.look(&failed).await.ok()["faults"][0]["code"], "cell-formula-failed");
    let long = write(&bytes, &cell, &"长".repeat(4_001));
    assert_eq!(week.look(&long).await.ok()["faults"][0]["code"], "too-long");
}

#[actix_web::test]
async fn another_file_is_refused_with_its_reason() {
    let week = Week::new().await;
    let bytes = week.made(&format!("week={WEEK}")).await;
    assert_eq!(week.refused(b"no workbook").await, "file-not-xlsx");
    assert_eq!(week.refused(&bytes[..bytes.len() / 2]).await, "file-broken");
    let mut other = Workbook::new();
    other.add_worksheet().write_string(0, 0, "任务编号").unwrap();
    assert_eq!(week.refused(&other.save_to_buffer().unwrap()).await, "week-sheet-foreign");
    assert_eq!(week.refused(&week.made("week=2026-W09").await).await, "week-sheet-other-week");
    let moved = by_hand(&bytes, |rows| rows.iter_mut().for_each(|r| r.swap(5, 7)));
    assert_eq!(week.refused(&moved).await, "week-sheet-columns");
    let lost = by_hand(&bytes, |rows| rows.iter_mut().for_each(|r| drop(r.remove(3))));
    assert_eq!(week.refused(&lost).await, "week-sheet-columns");
    let renamed = changed(&bytes, "xl/workbook.xml", |xml| xml.replace("每周写实", "Sheet1"));
    assert_eq!(week.refused(&renamed).await, "week-sheet-missing");
    // The same file for another unit.
    let units = week.house.get(&week.clerk, "/units").await.ok();
    let units = units.as_array().unwrap();
    let other = units.iter().find(|u| u["id"] != json!(week.unit)).unwrap()["id"].as_str().unwrap();
    let path = format!("/rounds/{}/statements/workbook/previews?week={WEEK}&unit={other}", week.round);
    let answer = week.house.upload(&week.clerk, &path, Box::leak(bytes.into_boxed_slice())).await;
    assert_eq!(answer.refused(422, "content")["errors"][0]["code"], "week-sheet-other-unit");
    // Nothing to write, nothing to fetch.
    let path = format!("/rounds/{}/statements/workbook?unit={other}", week.round);
    let problem = week.house.get(&week.clerk, &path).await.refused(422, "content");
    assert_eq!(problem["errors"][0]["code"], "week-empty");
}

#[actix_web::test]
async fn words_that_look_like_formulas_stay_words() {
    let week = Week::new().await;
    week.hand_in(0, 1, "=HYPERLINK(\"http://example.org\")").await;
    let bytes = week.made(&format!("week={WEEK}")).await;
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"));
    assert_eq!(cells(&bytes, "每周写实")[row_of(&bytes, "T24") - 1][5], "=HYPERLINK(\"http://example.org\")");
    assert_eq!(week.look(&bytes).await.ok()["faults"], json!([]));
}

#[actix_web::test]
async fn the_week_keeps_what_the_cut_off_froze_and_why_something_came_back() {
    let week = Week::new().await;
    let back = json!({ "unit": week.unit, "week": WEEK, "revision": 1, "return_reason": "数字与附件不符" });
    week.house
        .request("p072", "POST", &format!("/tasks/{}/answer-statement", week.tasks[0]), None, Some(back))
        .await
        .ok();
    let line = |sheet: Value| sheet["lines"].as_array().unwrap().iter().find(|l| l["number"] == "T24").unwrap().clone();
    let now = line(week.sheet().await);
    assert_eq!(now["this"]["return_reason"], "数字与附件不符");
    assert_eq!(now["frozen"], Value::Null, "nothing is frozen yet");
    // Friday at five has passed.
    week.house.pass_days(5);
    week.hand_in(0, 1, "更正为 11 份").await;
    let now = line(week.sheet().await);
    assert_eq!((&now["this"]["revision"], &now["this"]["is_after_cut_off"]), (&json!(2), &json!(true)));
    assert_eq!((&now["frozen"]["revision"], &now["frozen"]["progress"]), (&json!(1), &json!("清理了 12 份档案")));
    assert_eq!(now["this"]["return_reason"], Value::Null);
    week.house.pass_days(3);
    let next = week.house.get(&week.clerk, &format!("/rounds/{}/statements?week=2026-W11", week.round)).await.ok();
    assert_eq!(line(next)["last"]["progress"], "更正为 11 份");
}
