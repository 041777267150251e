//! Every finding's document in one archive: each the one that is fetched by itself, only what the asker sees, and a catalogue of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::exports::{begun, column, ended, file, rows, sheet};
use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use domain::export::{Column, ExportKind};
use serde_json::json;
use support::House;

const OFFICE: &str = "p072";

fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut entries = BTreeMap::new();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).unwrap();
        let name = entry.name().unwrap().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert!(entries.insert(name, bytes).is_none());
    }
    entries
}

#[actix_web::test]
async fn an_archive_holds_each_finding_as_it_is_fetched_by_itself_and_nothing_that_is_not_seen() {
    let house = House::new().await;
    let clerk = House::login("乙午一");
    let task = house.task("T24").await;
    house.act(OFFICE, &task, "issue", json!({ "reason": "即办" })).await.ok();
    house.act(&clerk, &task, "claim", json!({})).await.ok();
    let round = house.round().await;
    let mut sizes = Vec::new();
    let sealed = house.sealed();
    for who in [OFFICE, "p003", &clerk] {
        // At one moment: the clock of a test stands still.
        let mut entries = unpacked(&file(&house, who, json!({ "kind": "archives" })).await);
        let catalogue = entries.remove("目录.xlsx").unwrap();
        let page = house.get(who, &format!("/rounds/{round}/tasks?limit=200")).await.ok();
        let tasks = page["items"].as_array().unwrap();
        let findings: BTreeMap<&str, &str> =
            tasks.iter().map(|t| (t["finding_number"].as_str().unwrap(), t["finding_id"].as_str().unwrap())).collect();
        let names: BTreeSet<String> = findings.keys().map(|n| format!("一问题一档案-{n}.docx")).collect();
        assert_eq!(entries.keys().cloned().collect::<BTreeSet<_>>(), names, "{who}");
        for (number, id) in &findings {
            let alone = house.get(who, &format!("/findings/{id}/archive")).await;
            assert_eq!(alone.status, 200);
            let packed = &entries[&format!("一问题一档案-{number}.docx")];
            assert!(alone.bytes == *packed, "{who} {number}: made by itself it is another");
        }
        // The catalogue names every task with the file it stands in, and its figures are those of the page.
        let range = sheet(&catalogue);
        let rows = rows(&range);
        assert_eq!(rows.len(), tasks.len(), "{who}");
        let at = |of: Column| column(ExportKind::Archives, of);
        let listed: Vec<String> = rows.iter().map(|r| r[at(Column::TaskNumber)].to_string()).collect();
        let seen: Vec<&str> = tasks.iter().map(|t| t["number"].as_str().unwrap()).collect();
        assert_eq!(listed.iter().map(String::as_str).collect::<BTreeSet<_>>(), seen.into_iter().collect(), "{who}");
        let named: BTreeSet<String> =
            rows.iter().map(|r| r[at(Column::File)].to_string()).filter(|name| !name.is_empty()).collect();
        assert_eq!(named, names, "{who}");
        let total = range.rows().next_back().unwrap()[0].to_string();
        assert!(total.contains(&format!("任务 {} 项", tasks.len())) && total.ends_with(&sealed), "{who} {total}");
        sizes.push(entries.len());
    }
    assert_eq!(sizes[0], 24, "every finding of the sample");
    assert!(sizes[2] < sizes[0], "a clerk has those of his unit: {sizes:?}");
}

#[actix_web::test]
async fn an_archive_that_is_given_up_leaves_nothing_behind() {
    let house = House::new().await;
    let turn = house.app.exports.clone().acquire_owned().await.unwrap();
    let id = begun(&house, OFFICE, json!({ "kind": "archives" })).await.ok()["id"].as_str().unwrap().to_owned();
    house.request(OFFICE, "POST", &format!("/exports/{id}/cancel"), None, None).await.ok();
    drop(turn);
    // The next one is made when the first has let go.
    let next = begun(&house, OFFICE, json!({ "kind": "archives" })).await.ok()["id"].as_str().unwrap().to_owned();
    let view = ended(&house, OFFICE, &next).await;
    assert_eq!((view["state"].as_str(), view["n_done"].clone()), (Some("ready"), view["n_all"].clone()));
    assert!(view["filename"].as_str().unwrap().ends_with(".zip"), "{view}");
    actix_web::rt::time::sleep(std::time::Duration::from_millis(800)).await;
    let left: Vec<String> = std::fs::read_dir(house.folder().join("exports"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, [format!("{next}.zip")]);
}
