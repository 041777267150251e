//! The three lists: what their cells say, who may write in which, and many written at once, each task by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use serde_json::{Value, json};
use support::House;

async fn row(house: &House, who: &str, number: &str) -> Value {
    let round = house.round().await;
    let page = house.get(who, &format!("/rounds/{round}/lists?text={number}")).await.ok();
    page["items"].as_array().unwrap().iter().find(|r| r["number"] == number).unwrap().clone()
}

async fn send(house: &House, who: &str, is_check: bool, items: Value) -> Value {
    let round = house.round().await;
    let body = json!({ "is_check": is_check, "items": items, "reason": "按职责调整" });
    house.request(who, "POST", &format!("/rounds/{round}/list-edits"), None, Some(body)).await.ok()
}

fn item(row: &Value, cells: Value) -> Value {
    json!({ "id": row["id"], "version": row["version"], "cells": cells })
}

#[actix_web::test]
async fn a_row_says_what_the_task_says() {
    let house = House::new().await;
    let row = row(&house, "p072", "T08").await;
    let task = house.get("p072", &format!("/tasks/{}", row["id"].as_str().unwrap())).await.ok();
    let joined = |part: &str| {
        let names = task[part].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap());
        names.collect::<Vec<_>>().join("、")
    };
    for part in ["leaders", "units", "persons"] {
        assert_eq!(row[part].as_str().unwrap(), joined(part));
    }
    for part in ["title", "finding_number", "finding", "aspect", "version"] {
        assert_eq!(row[part], task[part], "{part}");
    }
    assert_eq!(row["disposition"], task["disposition_label"]);
    let texts = |list: &Value| list.as_array().unwrap().iter().map(|m| m["text"].clone()).collect::<Vec<_>>();
    assert_eq!(texts(&row["measures"]), texts(&task["measures"]));
}

#[actix_web::test]
async fn a_draft_is_written_in_by_the_office_alone_and_an_issued_task_only_where_its_people_stand() {
    let house = House::new().await;
    let open = |row: Value| row["open_columns"].as_array().unwrap().len();
    let draft = row(&house, "p072", "T08").await;
    assert!(open(draft.clone()) > 10);
    assert_eq!(draft["needs_reason"], json!(false));
    // The team sees drafts and writes none.
    assert_eq!(open(row(&house, "p068", "T08").await), 0);
    let id = draft["id"].as_str().unwrap().to_owned();
    house.act("p072", &id, "issue", json!({})).await.ok();
    let issued = row(&house, "p072", "T08").await;
    assert_eq!(
        (issued["open_columns"].clone(), issued["needs_reason"].clone()),
        (json!(["leaders", "units", "persons"]), json!(true))
    );
    let title = item(&issued, json!([{ "column": "title", "text": "另一个说法" }]));
    let answer = send(&house, "p072", true, json!([title])).await;
    assert_eq!(answer[0]["problem"]["errors"][0]["code"], json!("cell-fixed"));
    let refused =
        send(&house, "p068", false, json!([item(&issued, json!([{ "column": "persons", "text": "" }]))])).await;
    assert_eq!(refused[0]["problem"]["code"], json!("not-allowed"));
}

#[actix_web::test]
async fn a_check_says_the_difference_and_changes_nothing_and_saving_does_what_it_said() {
    let house = House::new().await;
    let (a, b) = (row(&house, "p072", "T08").await, row(&house, "p072", "T05").await);
    let measure = a["measures"][0]["id"].clone();
    let items = json!([
        item(
            &a,
            json!([
                { "column": "title", "text": "台账与实物不符" },
                { "column": "measure", "measure": measure, "text": "逐项核对，限期补齐" },
                { "column": "leaders", "text": "丙寅正，甲子安" },
            ])
        ),
        item(
            &b,
            json!([{ "column": "due_on", "text": "什么时候都行" }, { "column": "objective", "text": "不再发生" }])
        ),
    ]);
    let told = send(&house, "p072", true, items.clone()).await;
    assert_eq!(told[0]["problem"], Value::Null, "{told}");
    assert_eq!(told[0]["changes"][0]["old"], a["title"]);
    assert_eq!(told[0]["changes"][2]["new"], json!("丙寅正、甲子安"));
    let fault = &told[1]["problem"]["errors"][0];
    assert_eq!((fault["pointer"].as_str(), fault["code"].as_str()), (Some("/cells/0"), Some("no-date")));
    assert_eq!(row(&house, "p072", "T08").await, a, "a check changes nothing");

    let done = send(&house, "p072", false, items).await;
    assert_eq!((&done[0]["problem"], done[1]["problem"]["code"].as_str()), (&Value::Null, Some("content")));
    let after = row(&house, "p072", "T08").await;
    assert_eq!((after["title"].as_str(), after["leaders"].as_str()), (Some("台账与实物不符"), Some("丙寅正、甲子安")));
    assert_eq!(after["measures"][0]["text"], json!("逐项核对，限期补齐"));
    assert_eq!(after["version"], done[0]["version"]);
    // What was not written stays as it was.
    for part in ["units", "persons", "due_on", "criteria", "supporting", "disposition"] {
        assert_eq!(after[part], a[part], "{part}");
    }
    assert_eq!(row(&house, "p072", "T05").await, b, "the task in doubt is left alone");
}

#[actix_web::test]
async fn a_stale_version_is_told_with_what_holds_now() {
    let house = House::new().await;
    let before = row(&house, "p072", "T08").await;
    let write = |text: &str| json!([item(&before, json!([{ "column": "title", "text": text }]))]);
    send(&house, "p073", false, write("第二人写的")).await;
    let answer = send(&house, "p072", true, write("第一人写的")).await;
    let held = row(&house, "p072", "T08").await;
    assert_eq!((answer[0]["problem"]["code"].as_str(), &answer[0]["version"]), (Some("stale"), &held["version"]));
    assert_eq!(
        (answer[0]["changes"][0]["old"].as_str(), answer[0]["changes"][0]["new"].as_str()),
        (Some("第二人写的"), Some("第一人写的"))
    );
    send(&house, "p072", false, write("第一人写的")).await;
    assert_eq!(
        row(&house, "p072", "T08").await["title"],
        json!("第二人写的"),
        "nothing is written on what was not seen"
    );
}

#[actix_web::test]
async fn people_of_an_issued_task_are_adjusted_beneath_the_same_lead() {
    let house = House::new().await;
    let id = house.task("T08").await;
    house.act("p072", &id, "issue", json!({})).await.ok();
    let issued = row(&house, "p072", "T08").await;
    let leaders = issued["leaders"].as_str().unwrap();
    let another = ["辛未明", "壬申和"].into_iter().find(|name| !leaders.contains(name)).unwrap();
    let with_another = item(&issued, json!([{ "column": "leaders", "text": format!("{leaders}、{another}") }]));
    let done = send(&house, "p072", false, json!([with_another])).await;
    assert_eq!(done[0]["problem"], Value::Null, "{done}");
    let now = row(&house, "p072", "T08").await;
    assert_eq!(now["leaders"].as_str(), Some(format!("{leaders}、{another}").as_str()));
    assert_eq!((&now["units"], &now["persons"]), (&issued["units"], &issued["persons"]));
    let led = item(&now, json!([{ "column": "leaders", "text": format!("{another}、{leaders}") }]));
    let told = send(&house, "p072", true, json!([led])).await;
    assert_eq!(told[0]["problem"]["errors"][0]["code"], json!("lead-changes"));
}
