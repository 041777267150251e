//! A unit's plans as a workbook, with a real server and real files: what is made, what comes back filled, both sides where somebody saved meanwhile, and
//! every file and row that cannot be taken.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;
use crate::week_workbook::{cells, changed, part, put_in, text};

use std::io::{Cursor, Write};

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use support::House;
use zip::write::SimpleFileOptions;

const PLANS: &str = "xl/worksheets/sheet1.xml";
const MILESTONES: &str = "xl/worksheets/sheet2.xml";

pub(crate) struct Plans {
    pub house: House,
    pub clerk: String,
    pub round: String,
    pub unit: String,
    /// Two tasks in planning, by number.
    pub numbers: Vec<String>,
    pub tasks: Vec<String>,
}

impl Plans {
    /// Two tasks of one unit that need a plan, claimed.
    pub(crate) async fn new() -> Self {
        let house = House::new().await;
        let clerk = House::login("乙午一");
        let round = house.round().await;
        let me = house.get(&clerk, "/me").await.ok();
        let unit = me["posts"][0]["unit_id"].as_str().unwrap().to_owned();
        let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
        let needs = |t: &&Value| t["lead_unit_id"] == json!(unit) && t["disposition_label"] == "限期整改";
        let (mut numbers, mut tasks) = (Vec::new(), Vec::new());
        for task in page["items"].as_array().unwrap().iter().filter(needs).take(2) {
            let id = task["id"].as_str().unwrap().to_owned();
            house.act("p072", &id, "issue", json!({ "reason": "按批复" })).await.ok();
            house.act(&clerk, &id, "claim", json!({})).await.ok();
            numbers.push(task["number"].as_str().unwrap().to_owned());
            tasks.push(id);
        }
        assert_eq!(tasks.len(), 2);
        Self { house, clerk, round, unit, numbers, tasks }
    }

    pub(crate) async fn made(&self) -> Vec<u8> {
        let answer = self.house.get(&self.clerk, &format!("/rounds/{}/plans/workbook", self.round)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.bytes.to_vec()
    }

    pub(crate) async fn look(&self, bytes: &[u8]) -> support::Answer {
        let path = format!("/rounds/{}/plans/workbook/previews", self.round);
        self.house.upload(&self.clerk, &path, Box::leak(bytes.to_vec().into_boxed_slice())).await
    }

    async fn refused(&self, bytes: &[u8]) -> String {
        let problem = self.look(bytes).await.refused(422, "content");
        assert_eq!(problem["errors"][0]["pointer"], "/file");
        problem["errors"][0]["code"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn view(&self, n: usize) -> Value {
        self.house.get(&self.clerk, &format!("/tasks/{}", self.tasks[n])).await.ok()
    }

    /// Saves what a preview offers for a task, by the act of the page.
    pub(crate) async fn save(&self, plan: &Value) -> support::Answer {
        let path = format!("/tasks/{}/plan", plan["task_id"].as_str().unwrap());
        self.house.request(&self.clerk, "POST", &path, plan["version"].as_i64(), Some(plan["plan"].clone())).await
    }
}

/// The row, from 1, of a task in the first sheet.
pub(crate) fn row_of(bytes: &[u8], number: &str) -> usize {
    cells(bytes, "整改方案").iter().position(|r| r[0] == number).unwrap() + 1
}

/// The first empty row, from 1, of the second sheet.
pub(crate) fn free_row(bytes: &[u8]) -> usize {
    cells(bytes, "节点").iter().skip(3).take_while(|r| !r[1].is_empty()).count() + 4
}

fn said(bytes: &[u8], sheet: &str, cell: &str, words: &str) -> Vec<u8> {
    put_in(bytes, sheet, cell, &text(cell, words))
}

/// A day as a spreadsheet saves it.
fn on(bytes: &[u8], cell: &str, day: &str) -> Vec<u8> {
    let day: chrono::NaiveDate = day.parse().unwrap();
    let serial = (day - chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days();
    put_in(bytes, MILESTONES, cell, &format!(r#"<c r="{cell}"><v>{serial}</v></c>"#))
}

/// A new milestone in a row of the second sheet.
fn milestone(bytes: &[u8], row: usize, number: &str, measure: &str, title: &str, day: &str) -> Vec<u8> {
    let bytes = said(bytes, MILESTONES, &format!("A{row}"), number);
    let bytes = said(&bytes, MILESTONES, &format!("C{row}"), measure);
    let bytes = said(&bytes, MILESTONES, &format!("D{row}"), title);
    on(&bytes, &format!("E{row}"), day)
}

fn faults(preview: &Value) -> Vec<(String, String)> {
    let of = |f: &Value, key: &str| f[key].as_str().unwrap().to_owned();
    preview["faults"].as_array().unwrap().iter().map(|f| (of(f, "cell"), of(f, "code"))).collect()
}

fn fault(cell: String, code: &str) -> (String, String) {
    (cell, code.to_owned())
}

#[actix_web::test]
async fn the_workbook_of_plans_locks_its_codes_and_shows_what_is_saved() {
    let plans = Plans::new().await;
    let bytes = plans.made().await;
    let rows = cells(&bytes, "整改方案");
    assert_eq!(rows[2][..5], ["任务编号", "具体问题", "处置类型", "任务时限", "措施编号"]);
    // One row for each measure, the whole task in its first.
    let mut expected = Vec::new();
    for n in 0..2 {
        let view = plans.view(n).await;
        for measure in view["measures"].as_array().unwrap() {
            expected.push((plans.numbers[n].clone(), measure["number"].as_str().unwrap().to_owned()));
        }
        let first = &rows[row_of(&bytes, &plans.numbers[n]) - 1];
        assert_eq!(first[7], view["objective"].as_str().unwrap_or_default());
        let criteria: Vec<&str> =
            view["criteria"].as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap()).collect();
        assert_eq!(first[8], criteria.join("\n"));
    }
    let listed: Vec<(String, String)> = rows[3..].iter().map(|r| (r[0].clone(), r[4].clone())).collect();
    assert_eq!(listed, expected);
    let (styles, sheet) = (part(&bytes, "xl/styles.xml"), part(&bytes, PLANS));
    let formats: Vec<&str> = styles.split("<cellXfs").nth(1).unwrap().split("<xf ").skip(1).collect();
    let is_open = |xml: &str, cell: &str| {
        let style = xml.split(&format!("<c r=\"{cell}\" s=\"")).nth(1).unwrap().split('"').next().unwrap();
        formats[style.parse::<usize>().unwrap()].contains("locked=\"0\"")
    };
    assert_eq!(
        ["A4", "E4", "G4", "H4", "I4", "J4"].map(|c| is_open(&sheet, c)),
        [false, false, false, true, true, true]
    );
    let (second, free) = (part(&bytes, MILESTONES), free_row(&bytes));
    let cells = ["A", "B", "C", "D", "E", "G"].map(|c| is_open(&second, &format!("{c}{free}")));
    assert_eq!(cells, [true, false, true, true, true, true]);
    for sheet in 1..=4 {
        assert!(part(&bytes, &format!("xl/worksheets/sheet{sheet}.xml")).contains("<sheetProtection sheet=\"1\""));
    }
    assert_eq!(second.matches("<dataValidation ").count(), if second.contains("填报选项!$B$1") { 3 } else { 2 });
    assert_eq!(part(&bytes, "xl/workbook.xml").matches("state=\"veryHidden\"").count(), 2);
    // As it is it changes nothing.
    let preview = plans.look(&bytes).await.ok();
    assert_eq!((&preview["plans"], &preview["faults"], &preview["unchanged"]), (&json!([]), &json!([]), &json!(2)));
    // Another unit has no plan of theirs to write, and neither has the office.
    for who in ["p010", "p072"] {
        let path = format!("/rounds/{}/plans/workbook?unit={}", plans.round, plans.unit);
        let answer = plans.house.get(who, &path).await;
        assert!(answer.status == 422 || answer.status == 404, "{who} {}", answer.body);
    }
}

#[actix_web::test]
async fn what_was_filled_in_is_a_difference_and_is_saved_by_the_act_of_the_page() {
    let plans = Plans::new().await;
    let bytes = plans.made().await;
    let number = plans.numbers[0].clone();
    let before = plans.view(0).await;
    let measure = before["measures"][0].clone();
    let measure_number = measure["number"].as_str().unwrap();
    let kept = before["criteria"][0].clone();
    let (row, free) = (row_of(&bytes, &number), free_row(&bytes));
    let filled = said(&bytes, PLANS, &format!("H{row}"), "=一年内整改到位");
    let filled = said(
        &filled,
        PLANS,
        &format!("I{row}"),
        &format!("{}\n制度印发并执行满一季度", kept["text"].as_str().unwrap()),
    );
    let filled = milestone(&filled, free, &number, measure_number, "印发办法", "2026-03-20");
    let filled = said(&filled, MILESTONES, &format!("F{free}"), "红头文件");
    let filled = milestone(&filled, free + 1, &number, "", "全面自查", "2026-03-25");
    let preview = plans.look(&filled).await.ok();
    assert_eq!(preview["faults"], json!([]));
    assert_eq!((preview["plans"].as_array().unwrap().len(), &preview["unchanged"]), (1, &json!(1)));
    let plan = &preview["plans"][0];
    assert_eq!((&plan["number"], &plan["is_conflict"], &plan["theirs"]), (&json!(number), &json!(false), &json!([])));
    let of = |what: &str| plan["changes"].as_array().unwrap().iter().find(|c| c["what"] == what).unwrap().clone();
    assert_eq!(
        (of("整改目标")["after"].as_str(), of("整改目标")["cell"].as_str()),
        (Some("=一年内整改到位"), Some(format!("整改方案!H{row}").as_str()))
    );
    assert_eq!((&of("完成标准")["kind"], &of("完成标准")["before"]), (&json!("changed"), &kept["text"]));
    let added: Vec<&Value> = plan["changes"].as_array().unwrap().iter().filter(|c| c["what"] == "新节点").collect();
    assert_eq!(added.len(), 2);
    assert_eq!(added[0]["after"], format!("2026-03-20 印发办法；佐证：红头文件；措施 {measure_number}"));
    assert_eq!((&added[0]["kind"], &added[0]["cell"]), (&json!("new"), &json!(format!("节点!D{free}"))));
    assert_eq!(added[1]["after"], "2026-03-25 全面自查");
    // Looking changes nothing; saving is the act of the page, and then the file says nothing new.
    assert_eq!(plans.view(0).await["version"], before["version"]);
    plans.save(plan).await.ok();
    let after = plans.view(0).await;
    assert_eq!(after["objective"], "=一年内整改到位");
    let criteria = after["criteria"].as_array().unwrap();
    assert_eq!(
        (criteria.len(), &criteria[0]["id"], &criteria[1]["text"]),
        (2, &kept["id"], &json!("制度印发并执行满一季度"))
    );
    let own: Vec<&Value> =
        after["milestones"].as_array().unwrap().iter().filter(|m| m["is_implicit"] == false).collect();
    let titles: Vec<&str> = own.iter().map(|m| m["title"].as_str().unwrap()).collect();
    assert!(titles.contains(&"印发办法") && titles.contains(&"全面自查"), "{titles:?}");
    let made = own.iter().find(|m| m["title"] == "印发办法").unwrap();
    assert_eq!(
        (&made["measure_id"], &made["proof"], &made["due_on"]),
        (&measure["id"], &json!("红头文件"), &json!("2026-03-20"))
    );
    let again = plans.look(&filled).await.ok();
    assert_eq!((&again["plans"], &again["unchanged"]), (&json!([]), &json!(2)));
    // A second save on the version that was compared is told that it is stale.
    plans.save(plan).await.refused(412, "stale");
    // A milestone whose row is emptied is dropped, one whose cell is changed keeps its id.
    let bytes = plans.made().await;
    let row = |title: &str| cells(&bytes, "节点").iter().position(|r| r[3] == title).unwrap() + 1;
    let (printed, looked) = (row("印发办法"), row("全面自查"));
    let mut filled = said(&bytes, MILESTONES, &format!("D{printed}"), "印发并宣讲办法");
    for column in ["D", "E"] {
        let cell = format!("{column}{looked}");
        filled = put_in(&filled, MILESTONES, &cell, &format!(r#"<c r="{cell}"/>"#));
    }
    let preview = plans.look(&filled).await.ok();
    let kinds: Vec<&str> =
        preview["plans"][0]["changes"].as_array().unwrap().iter().map(|c| c["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["changed", "dropped"], "{preview}");
    plans.save(&preview["plans"][0]).await.ok();
    let now = plans.view(0).await;
    let now = now["milestones"].as_array().unwrap();
    assert!(now.iter().any(|m| m["id"] == made["id"] && m["title"] == "印发并宣讲办法"));
    assert!(!now.iter().any(|m| m["title"] == "全面自查"));
}

#[actix_web::test]
async fn a_plan_that_was_saved_meanwhile_is_shown_from_both_sides_and_not_overwritten() {
    let plans = Plans::new().await;
    let bytes = plans.made().await;
    let view = plans.view(0).await;
    let criteria: Vec<Value> =
        view["criteria"].as_array().unwrap().iter().map(|c| json!({ "id": c["id"], "text": c["text"] })).collect();
    let body = json!({ "objective": "页面上写的目标", "criteria": criteria });
    plans.house.act(&plans.clerk, &plans.tasks[0], "plan", body).await.ok();
    // What the file left alone is no difference, whatever was saved meanwhile.
    assert_eq!(plans.look(&bytes).await.ok()["plans"], json!([]));
    let cell = format!("H{}", row_of(&bytes, &plans.numbers[0]));
    let filled = said(&bytes, PLANS, &cell, "表里写的目标");
    let filled = said(&filled, PLANS, &format!("H{}", row_of(&bytes, &plans.numbers[1])), "另一项的目标");
    let preview = plans.look(&filled).await.ok();
    let found = preview["plans"].as_array().unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((&found[0]["is_conflict"], &found[0]["plan"]), (&json!(true), &Value::Null));
    assert_eq!(found[0]["changes"][0]["after"], "表里写的目标");
    let theirs = found[0]["theirs"].as_array().unwrap();
    assert!(theirs.iter().any(|c| c["what"] == "整改目标" && c["after"] == "页面上写的目标"), "{theirs:?}");
    assert_eq!(
        (&found[1]["is_conflict"], found[1]["plan"]["objective"].as_str()),
        (&json!(false), Some("另一项的目标"))
    );
    plans.save(&found[1]).await.ok();
    assert_eq!(plans.view(0).await["objective"], "页面上写的目标");
    // One that was handed in can no longer be written.
    plans.house.act(&plans.clerk, &plans.tasks[0], "submit-plan", json!({ "pledge": true })).await.ok();
    let preview = plans.look(&filled).await.ok();
    let cell = format!("整改方案!A{}", row_of(&bytes, &plans.numbers[0]));
    assert_eq!(faults(&preview), [fault(cell, "plan-task-closed")], "{preview}");
}

#[actix_web::test]
async fn cells_that_cannot_be_taken_are_named_and_their_plan_is_left_out() {
    let plans = Plans::new().await;
    let bytes = plans.made().await;
    let [one, other] = [0, 1].map(|n| plans.numbers[n].clone());
    let (row, second, free) = (row_of(&bytes, &one), row_of(&bytes, &other), free_row(&bytes));
    let measure = plans.view(0).await["measures"][0]["number"].as_str().unwrap().to_owned();
    // The other plan is always offered.
    let bytes = said(&bytes, PLANS, &format!("H{second}"), "另一项的目标");
    let look = async |filled: Vec<u8>| {
        let preview = plans.look(&filled).await.ok();
        let offered: Vec<&str> =
            preview["plans"].as_array().unwrap().iter().map(|p| p["number"].as_str().unwrap()).collect();
        assert_eq!(offered, [other.as_str()], "{preview}");
        faults(&preview)
    };
    let at = |column: &str, row: usize| format!("{column}{row}");
    assert_eq!(
        look(said(&bytes, PLANS, &at("B", row), "改了题")).await,
        [fault(format!("整改方案!B{row}"), "plan-cell-locked")]
    );
    assert_eq!(
        look(said(&bytes, PLANS, &at("E", row), "X-9")).await,
        [fault(format!("整改方案!E{row}"), "plan-cell-locked")]
    );
    let formula = format!(r#"<c r="H{row}" t="str"><f>1+1</f><v>2</v></c>"#);
    assert_eq!(
        look(put_in(&bytes, PLANS, &at("H", row), &formula)).await,
        [fault(format!("整改方案!H{row}"), "cell-formula")]
    );
    let failed = format!(r#"<c r="I{row}" t="e"><v>#REF!</v></c>"#);
    assert_eq!(
        look(put_in(&bytes, PLANS, &at("I", row), &failed)).await,
        [fault(format!("整改方案!I{row}"), "cell-formula-failed")]
    );
    let plain = milestone(&bytes, free, &one, &measure, "印发办法", "2026-03-20");
    assert_eq!(
        look(said(&plain, MILESTONES, &at("C", free), "没有的措施")).await,
        [fault(format!("节点!C{free}"), "plan-measure-unknown")]
    );
    assert_eq!(
        look(said(&plain, MILESTONES, &at("E", free), "尽快")).await,
        [fault(format!("节点!E{free}"), "plan-date-unclear")]
    );
    assert_eq!(
        look(said(&plain, MILESTONES, &at("G", free), "月球分公司")).await,
        [fault(format!("节点!G{free}"), "plan-unit-unknown")]
    );
    let untitled = put_in(&plain, MILESTONES, &at("D", free), &format!(r#"<c r="D{free}"/>"#));
    assert_eq!(look(untitled).await, [fault(format!("节点!D{free}"), "required")]);
    let undated = put_in(&plain, MILESTONES, &at("E", free), &format!(r#"<c r="E{free}"/>"#));
    assert_eq!(look(undated).await, [fault(format!("节点!E{free}"), "required")]);
    // What the rules of saving refuse stands at its cell as well.
    assert_eq!(
        look(said(&plain, MILESTONES, &at("E", free), "1985-03-20")).await,
        [fault(format!("节点!E{free}"), "out-of-range")]
    );
    // A row of no task, or of one that is not in the sheet, belongs to no plan.
    let mut foreign = milestone(&bytes, free, "T999", "", "别处的事", "2026-03-20");
    assert_eq!(look(foreign).await, [fault(format!("节点!A{free}"), "plan-row-number-unknown")]);
    foreign = milestone(&bytes, free, "", "", "没有编号", "2026-03-20");
    assert_eq!(look(foreign).await, [fault(format!("节点!A{free}"), "plan-row-number-missing")]);
    assert_eq!(
        look(said(&bytes, PLANS, &at("A", row), "T999")).await,
        [fault(format!("整改方案!A{row}"), "plan-row-number-unknown")]
    );
    // Nothing was written by any of it.
    assert_ne!(plans.view(1).await["objective"], "另一项的目标");
}

#[actix_web::test]
async fn another_file_than_the_workbook_of_plans_is_refused_with_its_reason() {
    let plans = Plans::new().await;
    let bytes = plans.made().await;
    assert_eq!(plans.refused(b"no workbook").await, "file-not-xlsx");
    assert_eq!(plans.refused(&bytes[..bytes.len() / 2]).await, "file-broken");
    let mut other = Workbook::new();
    other.add_worksheet().write_string(0, 0, "任务编号").unwrap();
    assert_eq!(plans.refused(&other.save_to_buffer().unwrap()).await, "plan-sheet-foreign");
    let moved = changed(&bytes, "xl/sharedStrings.xml", |xml| xml.replace("做到什么", "干什么"));
    assert_eq!(plans.refused(&moved).await, "plan-sheet-columns");
    let renamed = changed(&bytes, "xl/workbook.xml", |xml| xml.replacen("name=\"节点\"", "name=\"Sheet2\"", 1));
    assert_eq!(plans.refused(&renamed).await, "plan-sheet-missing");
    // Thirty megabytes of one letter.
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, size) in [("xl/workbook.xml", 10), ("xl/worksheets/sheet1.xml", 30_000_000)] {
        writer.start_file(name, options).unwrap();
        writer.write_all(&vec![b'0'; size]).unwrap();
    }
    assert_eq!(plans.refused(&writer.finish().unwrap().into_inner()).await, "file-bomb");
    // The same file for another unit.
    let units = plans.house.get(&plans.clerk, "/units").await.ok();
    let units = units.as_array().unwrap();
    let unit = units.iter().find(|u| u["id"] != json!(plans.unit)).unwrap()["id"].as_str().unwrap();
    let path = format!("/rounds/{}/plans/workbook/previews?unit={unit}", plans.round);
    let answer = plans.house.upload(&plans.clerk, &path, Box::leak(bytes.into_boxed_slice())).await;
    assert_eq!(answer.refused(422, "content")["errors"][0]["code"], "plan-sheet-other-unit");
    // Nothing to write, nothing to fetch.
    let answer = plans.house.get(&plans.clerk, &format!("/rounds/{}/plans/workbook?unit={unit}", plans.round)).await;
    assert_eq!(answer.refused(422, "content")["errors"][0]["code"], "plans-none");
}
