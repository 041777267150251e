//! A person's deadlines for the calendar program he uses: a secret address, thin words, the days of the page's own calendar.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeMap;

use actix_web::test::TestRequest;
use chrono::Days;
use serde_json::{Value, json};
use support::{Answer, House};

async fn fetch(house: &House, path: &str) -> Answer {
    house.send(TestRequest::get().uri(path)).await
}

async fn made(house: &House, login: &str) -> String {
    let made = house.request(login, "POST", "/me/calendar-link", None, None).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.ok()["path"].as_str().unwrap().to_owned()
}

/// The properties of each event, by the rules of the standard: lines end with CRLF, a line that begins with a blank goes on.
fn read(answer: &Answer) -> Vec<BTreeMap<String, String>> {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers.get("content-type").unwrap(), "text/calendar; charset=utf-8");
    let text = String::from_utf8(answer.bytes.to_vec()).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
    let whole = text.replace("\r\n ", "");
    assert!(whole.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && whole.contains("\r\nMETHOD:PUBLISH\r\n"));
    whole
        .split("BEGIN:VEVENT\r\n")
        .skip(1)
        .map(|event| {
            let lines = event.split("END:VEVENT").next().unwrap().split("\r\n").filter(|line| !line.is_empty());
            lines.map(|line| line.split_once(':').unwrap()).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
        })
        .collect()
}

async fn entered(house: &House, number: &str, more: Value) {
    let people = house.get("p072", "/people").await.ok();
    let units = house.get("p072", "/units").await.ok();
    let id =
        |all: &Value, code: &str| all.as_array().unwrap().iter().find(|i| i["code"] == code).unwrap()["id"].clone();
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let mut draft = json!({
        "number": number, "title": "存量合同清理不力", "disposition": "dated", "due_on": house.today() + Days::new(40),
        "leaders": [id(&people, "P003")], "units": [id(&units, "U201")], "persons": [id(&people, "P041")],
        "measures": [{ "text": "清理存量", "due_on": house.today() + Days::new(20) }], "criteria": [{ "text": "全部归档" }],
    });
    draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    house.act("p072", made["id"].as_str().unwrap(), "issue", json!({})).await.ok();
}

#[actix_web::test]
async fn a_calendar_by_its_secret_address_says_the_days_of_the_page_and_no_word_of_what_they_are_about() {
    let house = House::new().await;
    entered(&house, "K01", json!({})).await;
    entered(&house, "K02", json!({ "sensitivity": "internal", "due_on": house.today() + Days::new(200) })).await;
    assert_eq!(house.get("p041", "/me/calendar-link").await.ok()["made_at"], Value::Null);
    let path = made(&house, "p041").await;
    let events = read(&fetch(&house, &path).await);
    let text = format!("{events:?}");
    assert!(!text.contains("存量合同") && !text.contains("清理存量"), "{text}");

    // The page's own calendar, month by month, has the same days and numbers.
    let round = house.round().await;
    let mut page = Vec::new();
    for n in 0..5 {
        let (from, to) = (house.today() + Days::new(n * 90), house.today() + Days::new(n * 90 + 89));
        let month = house.get("p041", &format!("/rounds/{round}/calendar?from={from}&to={to}")).await.ok();
        for day in month["days"].as_array().unwrap() {
            for item in day["items"].as_array().unwrap().iter().filter(|i| i["is_done"] == json!(false)) {
                let word = match item["kind"].as_str().unwrap() {
                    "due" => "时限",
                    "review" => "评估",
                    _ => "节点",
                };
                page.push((
                    day["on"].as_str().unwrap().replace('-', ""),
                    format!("{word} {}", item["number"].as_str().unwrap()),
                ));
            }
        }
    }
    let mut told: Vec<(String, String)> =
        events.iter().map(|e| (e["DTSTART;VALUE=DATE"].clone(), e["SUMMARY"].clone())).collect();
    page.sort();
    told.sort();
    assert_eq!(told, page);
    assert!(
        told.iter().any(|(_, words)| words == "时限 K01") && told.iter().any(|(_, words)| words == "时限 K02"),
        "{told:?}"
    );
    // The same thing has the same name whenever it is told of.
    let uids = |events: &[BTreeMap<String, String>]| events.iter().map(|e| e["UID"].clone()).collect::<Vec<_>>();
    house.pass_days(1);
    assert_eq!(uids(&read(&fetch(&house, &path).await)), uids(&events));

    // Kept as a hash alone; its last use is shown to its owner.
    let token = path.trim_start_matches("/calendar/").trim_end_matches(".ics");
    let kept = persistence::testing::lines(
        &house.db.super_url(),
        &format!("SELECT count(*)::text AS line FROM calendar_links WHERE calendar_links::text LIKE '%{token}%'"),
    );
    assert_eq!(kept, ["0"]);
    assert!(house.get("p041", "/me/calendar-link").await.ok()["last_used_at"].is_string());

    // Worth nothing once another is made, it is revoked, or the account cannot log in.
    let second = made(&house, "p041").await;
    assert_eq!(fetch(&house, &path).await.status, 404);
    assert_eq!(fetch(&house, &second).await.status, 200);
    assert_eq!(house.request("p041", "DELETE", "/me/calendar-link", None, None).await.status, 204);
    assert_eq!(fetch(&house, &second).await.status, 404);
    let third = made(&house, "p041").await;
    let accounts = house.get("secadmin", "/accounts?text=p041").await.ok();
    let account = &accounts["items"][0];
    let url = format!("/accounts/{}/disable", account["id"].as_str().unwrap());
    house.request("secadmin", "POST", &url, account["version"].as_i64(), None).await.ok();
    assert_eq!(fetch(&house, &third).await.status, 404);
    house.request("sysadmin", "POST", "/me/calendar-link", None, None).await.refused(404, "not-found");
    // Nobody guesses his way in.
    let mut last = 0;
    for _ in 0..30 {
        last = fetch(&house, "/calendar/nothing.ics").await.status;
    }
    assert_eq!(last, 429);
}
