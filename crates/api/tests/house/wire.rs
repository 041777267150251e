//! What comes over the wire and is none of what the contract says: it is refused in words that can be read, and by nothing of the database.

use std::collections::BTreeMap;

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::House;

#[actix_web::test]
async fn a_nul_is_refused_wherever_it_is_sent() {
    let house = House::new().await;
    let round = house.round().await;
    let task = house.task("T05").await;
    let not_text = |said: serde_json::Value| assert_eq!(said["errors"][0]["code"], "not-text", "{said}");
    for body in [
        json!({ "body": { "words": "a\0b" } }),
        json!({ "body": { "a\0": 1 } }),
        json!({ "body": { "deep": [["\0"]] } }),
    ] {
        not_text(house.request("p031", "PUT", "/drafts/plan/1", None, Some(body)).await.refused(422, "content"));
    }
    let login = json!({ "login": "p031\0", "password": "x" });
    not_text(house.request("-", "POST", "/sessions", None, Some(login)).await.refused(422, "content"));
    for path in [format!("/rounds/{round}/search?text=a%00b"), "/events?stream=%00".to_owned()] {
        not_text(house.get("p072", &path).await.refused(422, "content"));
    }
    // A part of an address: nothing is there.
    for (method, path) in [
        ("GET", "/drafts/a%00/b".to_owned()),
        ("PUT", "/drafts/a/b%00".to_owned()),
        ("GET", "/downloads/%00".to_owned()),
        ("GET", "/document-templates/%00/file".to_owned()),
        ("GET", format!("/tasks/{task}%00")),
    ] {
        let body = (method == "PUT").then(|| json!({ "body": {} }));
        house.request("p072", method, &path, None, body).await.refused(404, "not-found");
    }
    house.request("secadmin", "POST", "/keys/%00/revoke", None, None).await.refused(404, "not-found");
    // The text that stands for one by six letters is a text like any other.
    let kept = json!({ "body": { "words": "\\u0000" } });
    assert_eq!(house.request("p031", "PUT", "/drafts/plan/1", None, Some(kept.clone())).await.status, 204);
    assert_eq!(house.get("p031", "/drafts/plan/1").await.ok()["body"], kept["body"]);
}

#[actix_web::test]
async fn a_table_with_a_nul_is_refused_where_it_stands() {
    let house = House::new().await;
    let request = TestRequest::post()
        .uri("/api/v1/organisation/imports?kind=units&dry_run=false")
        .insert_header(("authorization", format!("Bearer {}", house.real_token("sysadmin"))))
        .insert_header(("content-type", "text/csv"))
        .set_payload("unit_id,name,level,parent_id\nU999,甲\0乙,2,U000\n");
    house.app.clock.set(api::app::Clock::default().now());
    let said = house.send(request).await;
    assert_eq!(
        said.refused(422, "content")["errors"][0],
        json!({ "pointer": "/file", "code": "not-text", "text": "含有不能保存的字符" })
    );
}

#[actix_web::test]
async fn an_address_says_which_methods_it_takes() {
    let house = House::new().await;
    let task = house.task("T05").await;
    for (method, path, takes) in [
        ("DELETE", "/units".to_owned(), "GET"),
        ("TRACE", "/sessions".to_owned(), "POST, DELETE"),
        ("PATCH", format!("/tasks/{task}"), "GET"),
        ("GET", format!("/tasks/{task}/claim"), "POST"),
        ("POST", "/drafts/plan/1".to_owned(), "GET, PUT, DELETE"),
        // As it stands, not as a session of this id.
        ("PUT", "/me/sessions".to_owned(), "GET, DELETE"),
    ] {
        let said = house.request("p031", method, &path, None, None).await;
        assert_eq!(said.headers.get("allow").map(|v| v.to_str().unwrap()), Some(takes), "{method} {path}");
        said.refused(405, "method-not-allowed");
    }
    for path in ["/nothing", "/units/", "/tasks", "/sessions/refresh/more"] {
        house.get("p031", path).await.refused(404, "not-found");
    }
}

#[actix_web::test]
async fn a_refusal_can_be_read_by_whoever_takes_gzip() {
    let house = House::new().await;
    for path in ["/api/v1/tasks/no-id", "/api/v1/tasks/00000000-0000-0000-0000-000000000001", "/api/v1/nothing"] {
        let request = TestRequest::get().uri(path).insert_header(("accept-encoding", "gzip"));
        let said = house.send(request).await;
        assert!(said.status >= 400 && said.headers.get("content-encoding").is_none(), "{path}: {:?}", said.headers);
        assert!(said.body["code"].is_string(), "{path}");
    }
}

#[actix_web::test]
async fn a_list_is_no_object() {
    let house = House::new().await;
    let round = house.round().await;
    // In the order of its fields, as a reader that knows them would take it.
    let told_by = json!([null, null, false]);
    let said = house.request("p031", "PUT", "/me/told-by", None, Some(told_by)).await.refused(422, "content");
    assert_eq!((&said["errors"][0]["pointer"], &said["errors"][0]["code"]), (&json!(""), &json!("wrong-type")));
    let meeting =
        json!({ "meeting": ["coordination", "协调会", "2026-03-12T01:00:00Z", "三楼会议室", "整改工作领导组"] });
    let path = format!("/rounds/{round}/meetings");
    let said = house.request("p072", "POST", &path, None, Some(meeting)).await.refused(422, "content");
    assert_eq!(said["errors"][0]["pointer"], "/meeting");
    for none in [json!([1]), json!(null), json!("{}")] {
        let said = house.request("p031", "PUT", "/drafts/plan/1", None, Some(json!({ "body": none }))).await;
        assert_eq!(said.refused(422, "content")["errors"][0]["pointer"], "/body");
    }
}

#[actix_web::test]
async fn a_group_and_teams_are_of_people_and_units_that_are_there() {
    let house = House::new().await;
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        for one in house.get("p072", path).await.ok().as_array().unwrap() {
            ids.insert(one["code"].as_str().unwrap().to_owned(), one["id"].clone());
        }
    }
    let path = format!("/rounds/{}", house.round().await);
    let nobody = "01a21d5e-3f4c-737a-8ba3-f9f8a7c00fa8";
    let member = |id: &Value, post: &str, is_principal: bool| json!({ "person_id": id, "name": "", "post": post, "is_principal": is_principal, "is_second": false });
    let version = house.get("p072", &path).await.ok()["version"].as_i64();
    let members = json!([member(&ids["P001"], "head", true), member(&json!(nobody), "member", false)]);
    let said =
        house.request("p072", "PUT", &format!("{path}/group"), version, Some(json!({ "members": members }))).await;
    let said = said.refused(422, "content");
    assert_eq!(
        (&said["errors"][0]["pointer"], &said["errors"][0]["code"]),
        (&json!("/members/1"), &json!("person-unknown"))
    );

    let own = json!({ "person_id": ids["P072"], "name": "", "kind": "office", "unit_ids": [] });
    for (person, unit, pointer) in
        [(&json!(nobody), &ids["U201"], "/assignments/1"), (&ids["P073"], &json!(nobody), "/assignments/1/unit_ids/1")]
    {
        let team = json!({ "person_id": person, "name": "", "kind": "team", "unit_ids": [ids["U202"], unit] });
        let body = json!({ "assignments": [own, team] });
        let said = house.request("p072", "PUT", &format!("{path}/assignments"), version, Some(body)).await;
        assert_eq!(said.refused(422, "content")["errors"][0]["pointer"], pointer);
    }
    assert_eq!(house.get("p072", &path).await.ok()["version"].as_i64(), version, "nothing was kept");
}
