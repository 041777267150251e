//! Sheets that are filled in offline, filled and saved whole by a program that knows nothing of ours (openpyxl), and brought back.
//! Where there is no such program each test says so by its name and is not counted as proof.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::plan_sheets::{Plans, free_row, row_of};
use crate::support;
use crate::week_workbook::cells;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::House;

/// A Python that has openpyxl.
fn python() -> Option<&'static str> {
    let has = |program: &&str| {
        let asked = Command::new(program).args(["-c", "import openpyxl"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    ["python3", "/usr/bin/python3"].into_iter().find(has)
}

/// The file with these cells filled in and saved by openpyxl; none where it is not there.
fn filled(name: &str, bytes: &[u8], written: &Value) -> Option<Vec<u8>> {
    let Some(python) = python() else {
        eprintln!("   没有 openpyxl，{name} 记为跳过");
        return None;
    };
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("filled");
    std::fs::create_dir_all(&folder).unwrap();
    let (source, target) = (folder.join(format!("{name}.xlsx")), folder.join(format!("{name}-filled.xlsx")));
    std::fs::write(&source, bytes).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/office/fill.py");
    let mut child = Command::new(python)
        .arg(script)
        .args([&source, &target])
        .stdin(Stdio::piped())
        .spawn()
        .expect("it was found a moment ago");
    child.stdin.take().unwrap().write_all(written.to_string().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{name} was not filled in");
    Some(std::fs::read(&target).unwrap())
}

#[actix_web::test]
async fn plans_filled_in_by_another_program_come_back_as_the_same_difference() {
    let plans = Plans::new().await;
    let bytes = plans.made().await;
    let (row, free) = (row_of(&bytes, &plans.numbers[0]), free_row(&bytes));
    let view = plans.view(0).await;
    let measure = view["measures"][0]["number"].as_str().unwrap();
    let number = &plans.numbers[0];
    let written = json!([
        ["整改方案", format!("H{row}"), "一年内整改到位"],
        ["节点", format!("A{free}"), number],
        ["节点", format!("C{free}"), measure],
        ["节点", format!("D{free}"), "印发办法"],
        ["节点", format!("E{free}"), { "day": "2026-03-20" }],
        ["节点", format!("F{free}"), "红头文件"],
        ["节点", format!("A{}", free + 1), number],
        ["节点", format!("D{}", free + 1), "全面自查"],
        ["节点", format!("E{}", free + 1), "3月25日前"],
    ]);
    let Some(back) = filled("plans", &bytes, &written) else { return };
    let preview = plans.look(&back).await.ok();
    assert_eq!((&preview["faults"], &preview["unchanged"]), (&json!([]), &json!(1)), "{preview}");
    let changes = preview["plans"][0]["changes"].as_array().unwrap();
    let said: Vec<(&str, &str)> =
        changes.iter().map(|c| (c["what"].as_str().unwrap(), c["after"].as_str().unwrap())).collect();
    let first = format!("2026-03-20 印发办法；佐证：红头文件；措施 {measure}");
    assert_eq!(said, [("整改目标", "一年内整改到位"), ("新节点", first.as_str()), ("新节点", "2026-03-25 全面自查")]);
    plans.save(&preview["plans"][0]).await.ok();
    // What is saved now stands in the next workbook, and the first one says nothing new.
    let next = plans.made().await;
    let rows = cells(&next, "节点");
    let own: Vec<[&str; 3]> = rows[3..]
        .iter()
        .filter(|r| r[0] == *number && !r[1].is_empty())
        .map(|r| [r[2].as_str(), r[3].as_str(), r[5].as_str()])
        .collect();
    assert!(own.contains(&[measure, "印发办法", "红头文件"]) && own.contains(&["", "全面自查", ""]), "{own:?}");
    assert_eq!(plans.view(0).await["objective"], "一年内整改到位");
    let again = plans.look(&back).await.ok();
    assert_eq!((&again["plans"], &again["faults"]), (&json!([]), &json!([])));
    // Saved by the other program untouched, it changes nothing.
    let back = filled("plans-untouched", &next, &json!([])).unwrap();
    let preview = plans.look(&back).await.ok();
    assert_eq!((&preview["plans"], &preview["unchanged"]), (&json!([]), &json!(2)), "{preview}");
}

#[actix_web::test]
async fn a_week_filled_in_by_another_program_comes_back_as_the_same_difference() {
    let house = House::new().await;
    let clerk = House::login("乙午一");
    let round = house.round().await;
    let mut tasks = Vec::new();
    for number in ["T24", "T30"] {
        let task = house.task(number).await;
        house.act("p072", &task, "issue", json!({ "reason": "即办" })).await.ok();
        house.act(&clerk, &task, "claim", json!({})).await.ok();
        tasks.push(task);
    }
    let bytes = house.get(&clerk, &format!("/rounds/{round}/statements/workbook?week=2026-W10")).await.bytes.to_vec();
    let row = |number: &str| cells(&bytes, "每周写实").iter().position(|r| r[0] == number).unwrap() + 1;
    let written = json!([
        ["每周写实", format!("F{}", row("T24")), "清理了 20 份档案"],
        ["每周写实", format!("G{}", row("T30")), "等批复"],
    ]);
    let Some(back) = filled("week", &bytes, &written) else { return };
    let look = async || {
        let path = format!("/rounds/{round}/statements/workbook/previews?week=2026-W10");
        house.upload(&clerk, &path, Box::leak(back.clone().into_boxed_slice())).await.ok()
    };
    let preview = look().await;
    assert_eq!(preview["faults"], json!([]));
    let rows = preview["rows"].as_array().unwrap();
    let said: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|r| {
            let change = &r["changes"][0];
            (r["number"].as_str().unwrap(), change["field"].as_str().unwrap(), change["after"].as_str().unwrap())
        })
        .collect();
    assert_eq!(said, [("T24", "progress", "清理了 20 份档案"), ("T30", "no_progress_reason", "等批复")]);
    for (task, (_, field, words)) in tasks.iter().zip(&said) {
        let mut body = json!({ "unit": preview["unit_id"], "week": "2026-W10", "follows": 0 });
        body[*field] = json!(words);
        house.request(&clerk, "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await.ok();
    }
    assert_eq!(look().await["rows"], json!([]), "handed in, the file says nothing new");
    let sheet = house.get(&clerk, &format!("/rounds/{round}/statements?week=2026-W10")).await.ok();
    let line =
        |number: &str| sheet["lines"].as_array().unwrap().iter().find(|l| l["number"] == number).unwrap().clone();
    assert_eq!(line("T24")["this"]["progress"], "清理了 20 份档案");
    assert_eq!(line("T30")["this"]["no_progress_reason"], "等批复");
}
