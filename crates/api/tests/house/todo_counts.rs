//! What waits in one round is seen from another.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::recurrence::earlier;
use crate::support;

use std::collections::BTreeMap;

use chrono::Days;
use serde_json::{Value, json};
use support::House;

/// What the list of a round says of it; what is of no round is left out.
async fn listed(house: &House, login: &str, round: &str) -> (usize, usize) {
    let list = house.get(login, &format!("/rounds/{round}/todo")).await.ok();
    let items: Vec<&Value> =
        list["items"].as_array().unwrap().iter().filter(|item| item["handover_id"].is_null()).collect();
    (items.len(), items.iter().filter(|item| item["group"] == "overdue").count())
}

#[actix_web::test]
async fn what_waits_in_each_round_is_counted_as_its_own_list_does_and_only_where_one_has_something_to_do() {
    let house = House::new().await;
    let other = earlier(&house, &["食堂采购没有招标"]).await;
    let path = format!("/rounds/{other}");
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        for one in house.get("p072", path).await.ok().as_array().unwrap() {
            ids.insert(one["code"].as_str().unwrap().to_owned(), one["id"].clone());
        }
    }
    let head =
        json!({ "person_id": ids["P001"], "name": "", "post": "head", "is_principal": true, "is_second": false });
    let version = house.get("p072", &path).await.ok()["version"].as_i64();
    let group = Some(json!({ "members": [head] }));
    let version = house.request("p072", "PUT", &format!("{path}/group"), version, group).await.ok()["version"].as_i64();
    house.request("p072", "POST", &format!("{path}/activate"), version, None).await.ok();
    let aspects = house.get("p072", &format!("{path}/aspects")).await.ok();
    let draft = json!({
        "number": "C01", "title": "食堂采购没有招标", "disposition": "dated", "due_on": house.today() + Days::new(200),
        "leaders": [ids["P003"]], "units": [ids["U201"]], "persons": [ids["P041"]],
        "measures": [{ "text": "补办招标" }], "criteria": [{ "text": "以后都招标" }],
    });
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    let drafted = house.request("p072", "POST", &format!("{path}/tasks"), None, Some(body)).await.ok();
    let drafted = drafted["id"].as_str().unwrap();
    let round = house.round().await;
    house.act("p072", &house.task("T01").await, "issue", json!({})).await.ok();
    house.pass_days(10);
    house.keep_clock().await;
    for (login, rounds) in [("p072", &[&round, &other][..]), ("p041", &[&round]), ("p001", &[&round, &other])] {
        let mut expected = Vec::new();
        for id in rounds {
            let (count, overdue) = listed(&house, login, id).await;
            if count > 0 {
                expected.push((id.as_str(), count, overdue));
            }
        }
        expected.sort();
        let counts = house.get(login, "/me/todo").await.ok();
        let mut found: Vec<(&str, usize, usize)> = counts
            .as_array()
            .unwrap()
            .iter()
            .map(|c| {
                let n = |name: &str| usize::try_from(c[name].as_u64().unwrap()).unwrap();
                (c["round_id"].as_str().unwrap(), n("count"), n("overdue"))
            })
            .collect();
        found.sort();
        assert_eq!(found, expected, "{login}");
    }
    let office = house.get("p072", "/me/todo").await.ok();
    assert_eq!(office.as_array().unwrap().len(), 2, "{office}");
    // Issued, it waits for the unit, which had nothing to do with that round before.
    let of = async |login: &str| house.get(login, "/me/todo").await.ok().as_array().unwrap().len();
    let before = of("p041").await;
    house.act("p072", drafted, "issue", json!({})).await.ok();
    assert_eq!(of("p041").await, before + 1);
}
