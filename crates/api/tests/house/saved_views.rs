//! Views of the ledger that are kept: one's own for oneself, the office's for everybody who sees the round.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use serde_json::{Value, json};
use support::House;

fn form(name: &str, is_shared: bool) -> Value {
    json!({
        "name": name, "is_shared": is_shared, "filter": { "light": "red,yellow", "closed": "false" }, "sort": "-due", "group": "lead",
        "columns": [{ "key": "title", "width": 320 }, { "key": "due" }],
    })
}

async fn names(house: &House, who: &str, path: &str) -> Vec<String> {
    let views = house.get(who, path).await.ok();
    views.as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_view_is_its_makers_alone_unless_the_office_shares_it() {
    let house = House::new().await;
    let path = format!("/rounds/{}/views", house.round().await);
    // The office, its second officer, a supervisor of the team, the principal.
    let kept = house.request("p072", "POST", &path, None, Some(form("红黄灯", true))).await.ok();
    assert_eq!((&kept["filter"], &kept["sort"]), (&form("", true)["filter"], &json!("-due")));
    assert_eq!(kept["columns"], json!([{ "key": "title", "width": 320 }, { "key": "due", "width": null }]));
    assert_eq!((kept["is_own"].clone(), kept["may_change"].clone()), (json!(true), json!(true)));
    house.request("p072", "POST", &path, None, Some(form("我的", false))).await.ok();
    house.request("p001", "POST", &path, None, Some(form("主要负责人的", false))).await.ok();
    assert_eq!(names(&house, "p072", &path).await, ["红黄灯", "我的"]);
    assert_eq!(names(&house, "p073", &path).await, ["红黄灯"]);
    assert_eq!(names(&house, "p001", &path).await, ["红黄灯", "主要负责人的"]);
    house.request("p001", "POST", &path, None, Some(form("给大家", true))).await.refused(403, "not-allowed");
    // Nobody of a round one does not see.
    house.get("p010", &path).await.refused(404, "not-found");
}

#[actix_web::test]
async fn who_made_it_or_the_office_changes_it_and_nobody_else() {
    let house = House::new().await;
    let path = format!("/rounds/{}/views", house.round().await);
    let shared = house.request("p072", "POST", &path, None, Some(form("红黄灯", true))).await.ok();
    let shared = format!("{path}/{}", shared["id"].as_str().unwrap());
    let own = house.request("p001", "POST", &path, None, Some(form("自用", false))).await.ok();
    let own = format!("{path}/{}", own["id"].as_str().unwrap());

    house.request("p001", "PUT", &shared, None, Some(form("改名", true))).await.refused(403, "not-allowed");
    house.request("p001", "DELETE", &shared, None, None).await.refused(403, "not-allowed");
    assert_eq!(house.get("p001", &path).await.ok()[0]["may_change"], json!(false));
    // What is somebody's alone is not there for the office either.
    house.request("p072", "PUT", &own, None, Some(form("改名", false))).await.refused(404, "not-found");
    house.request("p001", "PUT", &own, None, Some(form("共享", true))).await.refused(403, "not-allowed");

    let changed = house.request("p073", "PUT", &shared, None, Some(form("红黄灯（更新）", true))).await.ok();
    assert_eq!((changed["name"].as_str(), &changed["is_own"]), (Some("红黄灯（更新）"), &json!(false)));
    house.request("p001", "PUT", &own, None, Some(form("自用二", false))).await.ok();
    assert_eq!(names(&house, "p001", &path).await, ["红黄灯（更新）", "自用二"]);
    house.request("p073", "DELETE", &shared, None, None).await.ok();
    house.request("p001", "DELETE", &own, None, None).await.ok();
    assert_eq!(names(&house, "p001", &path).await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_view_asks_only_what_the_ledger_understands() {
    let house = House::new().await;
    let path = format!("/rounds/{}/views", house.round().await);
    let wrong = [
        json!({ "name": " " }),
        json!({ "name": "视".repeat(41) }),
        json!({ "name": "a", "filter": { "colour": "red" } }),
        json!({ "name": "a", "filter": { "after": "1_2" } }),
        json!({ "name": "a", "filter": { "unit": "somewhere" } }),
        json!({ "name": "a", "sort": "title" }),
        json!({ "name": "a", "group": "aspect" }),
        json!({ "name": "a", "columns": [{ "key": "k".repeat(41) }] }),
    ];
    for form in wrong {
        house.request("p072", "POST", &path, None, Some(form)).await.refused(422, "content");
    }
    house.request("p072", "POST", &path, None, Some(form("红灯", false))).await.ok();
    house.request("p072", "POST", &path, None, Some(form("红灯", false))).await.refused(409, "already-there");
    // Another person's may have the same name.
    house.request("p073", "POST", &path, None, Some(form("红灯", false))).await.ok();
}
