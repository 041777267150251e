//! Lists that are handed on, with real files: what they hold is what the asker sees, their figures are those of the page, and nothing half made is given out.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::time::{Duration, SystemTime};

use calamine::{Data, Range, Reader, Xlsx};
use domain::export::{Column, ExportKind};
use serde_json::{Value, json};
use support::{Answer, House};

/// The clerk of a unit, the office, the team.
const OFFICE: &str = "p072";
const TEAM: &str = "p068";

pub(crate) async fn begun(house: &House, who: &str, body: Value) -> Answer {
    let path = format!("/rounds/{}/exports", house.round().await);
    house.request(who, "POST", &path, None, Some(body)).await
}

/// How a list stands once it is no longer being made.
pub(crate) async fn ended(house: &House, who: &str, id: &str) -> Value {
    for _ in 0..600 {
        let view = house.get(who, &format!("/exports/{id}")).await.ok();
        if view["state"] != "running" {
            return view;
        }
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("an export never ended");
}

pub(crate) async fn file(house: &House, who: &str, body: Value) -> Vec<u8> {
    let id = begun(house, who, body).await.ok()["id"].as_str().unwrap().to_owned();
    let view = ended(house, who, &id).await;
    assert_eq!(view["state"], "ready", "{view}");
    let answer = house.get(who, &format!("/exports/{id}/file")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(view["size"].as_u64().unwrap(), answer.bytes.len() as u64);
    answer.bytes.to_vec()
}

pub(crate) fn sheet(bytes: &[u8]) -> Range<Data> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    book.worksheet_range(&name).unwrap()
}

/// The rows of the list, below the headings and above the totals.
pub(crate) fn rows(range: &Range<Data>) -> Vec<Vec<Data>> {
    let all: Vec<Vec<Data>> = range.rows().map(<[Data]>::to_vec).collect();
    all[3..all.len() - 1].to_vec()
}

pub(crate) fn column(kind: ExportKind, of: Column) -> usize {
    kind.columns().iter().position(|c| *c == of).unwrap()
}

/// What a column says, blanks of cells that were put together left out.
fn said(rows: &[Vec<Data>], column: usize) -> Vec<String> {
    rows.iter().map(|r| r[column].to_string()).filter(|text| !text.is_empty()).collect()
}

pub(crate) fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// What the log says of an export.
fn said_of(house: &House, id: &str) -> Vec<String> {
    let sql =
        format!("SELECT kind AS line FROM events WHERE stream_kind = 'export' AND stream_id = '{id}' ORDER BY seq");
    persistence::testing::lines(&house.db.super_url(), &sql)
}

async fn seen(house: &House, who: &str, filter: &str) -> Vec<Value> {
    let round = house.round().await;
    let page = house.get(who, &format!("/rounds/{round}/tasks?limit=200{filter}")).await.ok();
    page["items"].as_array().unwrap().clone()
}

/// Tasks at work, one of them with a statement.
async fn at_work(house: &House) -> String {
    let clerk = House::login("乙午一");
    for number in ["T24", "T30"] {
        let task = house.task(number).await;
        house.act(OFFICE, &task, "issue", json!({ "reason": "即办" })).await.ok();
        house.act(&clerk, &task, "claim", json!({})).await.ok();
    }
    let sheet = house.get(&clerk, &format!("/rounds/{}/statements", house.round().await)).await.ok();
    let task = house.task("T24").await;
    let body = json!({ "unit": sheet["unit_id"], "week": sheet["week"], "follows": 0, "progress": "清理了 12 份档案", "help_wanted": "请财务部配合" });
    house.request(&clerk, "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await.ok();
    sheet["week"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn the_ledger_as_a_workbook_says_what_the_page_says() {
    let house = House::new().await;
    at_work(&house).await;
    let bytes = file(&house, OFFICE, json!({ "kind": "ledger" })).await;
    let range = sheet(&bytes);
    let kind = ExportKind::Ledger;
    let heads: Vec<String> = range.rows().nth(2).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(heads, kind.columns().iter().map(|c| c.title().to_owned()).collect::<Vec<_>>());
    let rows = rows(&range);
    let tasks = seen(&house, OFFICE, "").await;
    let numbers: Vec<String> = tasks.iter().map(|t| t["number"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said(&rows, column(kind, Column::TaskNumber)), numbers);
    let chain = house.get(OFFICE, &format!("/rounds/{}/chain", house.round().await)).await.ok();
    assert_eq!(said(&rows, column(kind, Column::Measure)).len() as i64, chain["measures"].as_i64().unwrap());
    // A date is a date, a number a number, what was stated stands beside its task.
    let row = rows.iter().find(|r| r[column(kind, Column::TaskNumber)] == Data::String("T24".into())).unwrap();
    let due = tasks.iter().find(|t| t["number"] == "T24").unwrap()["due_on"].as_str().unwrap().to_owned();
    let Data::DateTime(on) = &row[column(kind, Column::DueOn)] else { panic!("{row:?}") };
    assert_eq!(on.as_datetime().unwrap().date().to_string(), due);
    assert!(matches!(row[column(kind, Column::No)], Data::Float(_)));
    assert_eq!(row[column(kind, Column::Progress)].to_string(), "清理了 12 份档案");
    assert_eq!(row[column(kind, Column::Difficulties)].to_string(), "请领导组协调：请财务部配合");
    // The last line has the figures of the chain.
    let total = range.rows().next_back().unwrap()[0].to_string();
    for (word, field) in [("任务", "tasks"), ("问题", "findings"), ("措施", "measures"), ("方面", "aspects")] {
        assert!(total.contains(&format!("{word} {} ", chain[field])), "{total} {field}");
    }
    assert!(total.contains(&format!("正在推进 {}，", chain["in_progress"])), "{total}");
    assert!(total.contains("数据截至 2026年") && !total.contains("封存"), "{total}");
    // Once events are sealed it says how far, with the root of the checkpoint.
    let sealed = house.sealed();
    let bytes = file(&house, OFFICE, json!({ "kind": "ledger" })).await;
    let total = sheet(&bytes).rows().next_back().unwrap()[0].to_string();
    assert!(total.ends_with(&sealed), "{total}");
}

#[actix_web::test]
async fn it_is_set_for_the_printer_and_put_together_for_the_eye() {
    let house = House::new().await;
    let bytes = file(&house, OFFICE, json!({ "kind": "ledger" })).await;
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("paperSize=\"8\"") && xml.contains("orientation=\"landscape\""), "A3");
    assert!(xml.contains("fitToHeight=\"0\""));
    assert!(xml.contains("ySplit=\"3\""), "headings stay in sight");
    assert!(xml.contains("<mergeCell ref=\"A1:AB1\"/>"));
    assert!(xml.matches("<mergeCell ").count() > 60);
    let book = part(&bytes, "xl/workbook.xml");
    assert!(book.contains("_xlnm.Print_Titles") && book.contains("$3:$3"), "{book}");
    // Left for other programs, which look at it too.
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("ledger.xlsx"), &bytes).unwrap();
    let listed = file(&house, OFFICE, json!({ "kind": "findings" })).await;
    assert!(part(&listed, "xl/worksheets/sheet1.xml").contains("paperSize=\"9\""), "A4");
}

#[actix_web::test]
async fn every_list_is_made_for_every_reader_and_holds_what_he_sees() {
    let house = House::new().await;
    let week = at_work(&house).await;
    let clerk = House::login("乙午一");
    let units = house.get(&clerk, "/me").await.ok();
    let unit = units["posts"][0]["unit_id"].clone();
    for who in [OFFICE, TEAM, "p001", "p003", &clerk] {
        let visible: BTreeSet<String> =
            seen(&house, who, "").await.iter().map(|t| t["number"].as_str().unwrap().to_owned()).collect();
        assert!(!visible.is_empty(), "{who}");
        // The list of slips and the archive are looked at by themselves.
        let of_tasks = ExportKind::ALL.iter().filter(|kind| kind.is_of_tasks() && **kind != ExportKind::Archives);
        for kind in of_tasks {
            let mut body = json!({ "kind": kind });
            if *kind == ExportKind::Brief {
                body["filter"] = json!({ "unit": unit });
            }
            if *kind == ExportKind::Statements {
                body["week"] = json!(week);
            }
            let range = sheet(&file(&house, who, body).await);
            let told: BTreeSet<String> = said(&rows(&range), column(*kind, Column::TaskNumber)).into_iter().collect();
            match kind {
                ExportKind::Brief => assert!(told.is_subset(&visible) && !told.is_empty(), "{who}"),
                // Of the two tasks at work one has a statement and the other owes one.
                ExportKind::Statements if who != "p003" => {
                    assert_eq!(told, ["T24", "T30"].map(str::to_owned).into(), "{who}");
                }
                ExportKind::Statements => assert!(told.is_subset(&visible)),
                _ => assert_eq!(told, visible, "{who} {}", kind.label()),
            }
        }
    }
}

#[actix_web::test]
async fn what_may_not_be_read_is_not_handed_on_either() {
    let house = House::new().await;
    let secret = "某事项处置不当";
    let id = house.task("T05").await;
    let view = house.get(OFFICE, &format!("/tasks/{id}")).await.ok();
    let leader = view["leaders"][0].clone();
    let ids = |list: &Value| list.as_array().unwrap().iter().map(|x| x["id"].clone()).collect::<Vec<_>>();
    let words = |list: &Value| {
        list.as_array().unwrap().iter().map(|m| json!({ "id": m["id"], "text": secret })).collect::<Vec<_>>()
    };
    let draft = json!({
        "number": "T05", "title": secret, "objective": secret, "disposition": "dated", "due_on": view["due_on"],
        "sensitivity": "internal", "readers": [leader["id"]], "leaders": ids(&view["leaders"]), "units": ids(&view["units"]),
        "persons": ids(&view["persons"]), "measures": words(&view["measures"]), "criteria": words(&view["criteria"]),
    });
    house.act(OFFICE, &id, "revise", draft).await.ok();
    house.act(OFFICE, &id, "issue", json!({})).await.ok();
    let reader = House::login(leader["name"].as_str().unwrap());
    let clerk = House::login(view["persons"][0]["name"].as_str().unwrap());
    let mut told = Vec::new();
    for who in [reader.as_str(), clerk.as_str(), TEAM] {
        for kind in ["ledger", "findings", "measures", "responsibilities"] {
            let bytes = file(&house, who, json!({ "kind": kind })).await;
            let xml = part(&bytes, "xl/worksheets/sheet1.xml");
            assert!(xml.contains("T05"), "{who} sees that it is there");
            told.push((who == reader, xml.contains(secret)));
        }
    }
    assert_eq!(told.iter().filter(|(reads, says)| *reads && *says).count(), 4, "{told:?}");
    assert!(told.iter().all(|(reads, says)| reads == says), "{told:?}");
}

#[actix_web::test]
async fn it_can_be_read_in_again_and_is_the_same_ledger() {
    let house = House::new().await;
    let chain = house.get(OFFICE, &format!("/rounds/{}/chain", house.round().await)).await.ok();
    let bytes: &'static [u8] = file(&house, OFFICE, json!({ "kind": "ledger" })).await.leak();
    let path = format!("/rounds/{}/imports?filename=a.xlsx&dry_run=true", house.round().await);
    let read = house.upload(OFFICE, &path, bytes).await.ok();
    for field in ["aspects", "findings", "tasks", "measures"] {
        assert_eq!(read["report"][field], chain[field], "{field}: {}", read["report"]);
    }
}

#[actix_web::test]
async fn a_filter_narrows_it_and_is_said_in_words() {
    let house = House::new().await;
    at_work(&house).await;
    let clerk = House::login("乙午一");
    let unit = house.get(&clerk, "/me").await.ok()["posts"][0].clone();
    let filter = json!({ "unit": unit["unit_id"], "state": "rectifying", "closed": "false", "due_from": "2026-01-01", "text": "T" });
    let range = sheet(&file(&house, OFFICE, json!({ "kind": "ledger", "filter": filter })).await);
    let about = range.rows().nth(1).unwrap()[0].to_string();
    for words in [
        &format!("单位：{}", unit["unit"].as_str().unwrap()),
        "状态：整改中",
        "销号：未销号",
        "时限不早于：2026-01-01",
        "含有：T",
    ] {
        assert!(about.contains(words), "{about}");
    }
    let numbers = said(&rows(&range), column(ExportKind::Ledger, Column::TaskNumber));
    assert_eq!(numbers, ["T24", "T30"]);
    // What finds nothing is a list without rows and with its totals.
    let none = sheet(&file(&house, OFFICE, json!({ "kind": "ledger", "filter": { "state": "closed" } })).await);
    assert_eq!(rows(&none).len(), 0);
    assert!(none.rows().next_back().unwrap()[0].to_string().contains("任务 0 项"));
}

#[actix_web::test]
async fn what_looks_like_a_formula_is_a_text() {
    let house = House::new().await;
    let lists = house.get(OFFICE, &format!("/rounds/{}/lists?text=T08", house.round().await)).await.ok();
    let row = lists["items"].as_array().unwrap().iter().find(|r| r["number"] == "T08").unwrap().clone();
    let evil = "=HYPERLINK(\"http://x\",\"y\")";
    let edit = json!({ "is_check": false, "reason": "改", "items": [{ "id": row["id"], "version": row["version"], "cells": [{ "column": "title", "text": evil }] }] });
    house.request(OFFICE, "POST", &format!("/rounds/{}/list-edits", house.round().await), None, Some(edit)).await.ok();
    let bytes = file(&house, OFFICE, json!({ "kind": "findings" })).await;
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"));
    assert!(said(&rows(&sheet(&bytes)), column(ExportKind::Findings, Column::Title)).contains(&evil.to_owned()));
}

#[actix_web::test]
async fn what_is_asked_for_wrongly_is_refused_at_its_place() {
    let house = House::new().await;
    let wrong = [
        (json!({ "kind": "brief" }), "/filter/unit", "required"),
        (json!({ "kind": "statements" }), "/week", "required"),
        (json!({ "kind": "statements", "week": "2026-W99" }), "/week", "wrong-type"),
        (json!({ "kind": "ledger", "filter": { "colour": "red" } }), "/filter", "wrong-type"),
        (json!({ "kind": "ledger", "filter": { "limit": "5" } }), "/filter", "unknown-field"),
        (json!({ "kind": "ledger", "filter": { "finding": "x" } }), "/finding", "wrong-type"),
        (json!({ "kind": "ledger", "filter": { "sort": "colour" } }), "/sort", "wrong-type"),
        (json!({ "kind": "slips", "filter": { "light": "red" } }), "/filter", "wrong-type"),
        (json!({ "kind": "slips", "filter": { "state": "rectifying" } }), "/filter", "wrong-type"),
        (json!({ "kind": "archives", "filter": { "light": "red" } }), "/filter", "unknown-field"),
    ];
    for (body, pointer, code) in wrong {
        let refused = begun(&house, OFFICE, body.clone()).await.refused(422, "content");
        assert_eq!(
            (refused["errors"][0]["pointer"].as_str(), refused["errors"][0]["code"].as_str()),
            (Some(pointer), Some(code)),
            "{body}"
        );
    }
    // Nobody of a round one does not see, whatever he asks.
    begun(&house, "p010", json!({ "kind": "brief" })).await.refused(404, "not-found");
}

#[actix_web::test]
async fn it_is_the_askers_alone_is_given_up_and_is_not_kept_for_ever() {
    let house = House::new().await;
    let id = begun(&house, OFFICE, json!({ "kind": "ledger" })).await.ok()["id"].as_str().unwrap().to_owned();
    for (method, path) in [("GET", ""), ("GET", "/file"), ("POST", "/cancel")] {
        house.request("p073", method, &format!("/exports/{id}{path}"), None, None).await.refused(404, "not-found");
    }
    ended(&house, OFFICE, &id).await;
    // One that is done is not given up any more.
    assert_eq!(
        house.request(OFFICE, "POST", &format!("/exports/{id}/cancel"), None, None).await.ok()["state"],
        "ready"
    );
    let folder = house.folder().join("exports");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let now = SystemTime::now();
    assert_eq!(api::exports::sweep(house.folder(), now).unwrap(), 0);
    assert_eq!(api::exports::sweep(house.folder(), now + Duration::from_secs(25 * 3600)).unwrap(), 1);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    house.pass_days(2);
    assert_eq!(house.get(OFFICE, &format!("/exports/{id}")).await.ok()["state"], "expired");
    house.get(OFFICE, &format!("/exports/{id}/file")).await.refused(409, "export-expired");
    let listed = house.get(OFFICE, &format!("/rounds/{}/exports", house.round().await)).await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn one_whose_server_waits_is_cancelled_leaves_no_file_and_a_third_is_refused() {
    let house = House::new().await;
    // Nobody else's list is made before this is let go.
    let turn = house.app.exports.clone().acquire_owned().await.unwrap();
    let first = begun(&house, OFFICE, json!({ "kind": "ledger" })).await.ok()["id"].as_str().unwrap().to_owned();
    let second = begun(&house, OFFICE, json!({ "kind": "findings" })).await.ok()["id"].as_str().unwrap().to_owned();
    begun(&house, OFFICE, json!({ "kind": "ledger" })).await.refused(409, "too-many-exports");
    begun(&house, TEAM, json!({ "kind": "ledger" })).await.ok();
    house.get(OFFICE, &format!("/exports/{first}/file")).await.refused(409, "export-not-ready");
    let given_up = house.request(OFFICE, "POST", &format!("/exports/{first}/cancel"), None, None).await.ok();
    assert_eq!(given_up["state"], "cancelled");
    drop(turn);
    assert_eq!(ended(&house, OFFICE, &second).await["state"], "ready");
    assert_eq!(ended(&house, OFFICE, &first).await["state"], "cancelled");
    house.get(OFFICE, &format!("/exports/{first}/file")).await.refused(409, "export-not-ready");
    actix_web::rt::time::sleep(Duration::from_millis(800)).await;
    assert!(!house.folder().join(format!("exports/{first}.xlsx")).exists());
    let kinds = said_of(&house, &first);
    assert_eq!(kinds, ["export.begun", "export.cancelled"]);
    house.get(OFFICE, &format!("/exports/{second}/file")).await;
    assert_eq!(said_of(&house, &second), ["export.begun", "export.ready", "export.taken"]);
}

#[actix_web::test]
async fn one_whose_server_went_away_has_failed_and_says_so() {
    let house = House::new().await;
    let turn = house.app.exports.clone().acquire_owned().await.unwrap();
    let id = begun(&house, OFFICE, json!({ "kind": "ledger" })).await.ok()["id"].as_str().unwrap().to_owned();
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::seconds(61));
    // Asked before its server says anything more.
    house
        .app
        .db
        .write_now(|conn| {
            let silent = house.app.clock.now() - chrono::TimeDelta::seconds(61);
            persistence::exports::beat(conn, id.parse().unwrap(), 3, 59, silent)
        })
        .unwrap();
    let view = house.get(OFFICE, &format!("/exports/{id}")).await.ok();
    assert_eq!((view["state"].clone(), view["n_done"].clone()), (json!("failed"), json!(3)));
    assert!(view["fault"].as_str().unwrap().contains("中断"));
    drop(turn);
}
