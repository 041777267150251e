//! The feed: what it says is what the contract says of it, and as a stream it says all of it, from where one stopped (docs/domain.md §34).

use crate::support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use api::app::Clock;
use api::demo;
use api::feed::kinds::{APART, STREAMS};
use chrono::Days;
use domain::transparency::StreamKind;
use domain::webhook::HookStream;
use serde_json::{Value, json};
use support::House;
use support::events::{every, fit, misfits};
use support::served::{Listening, Served, free_address, serve};

const AS_STREAM: &str = "Accept: text/event-stream\r\n";

/// A house of today that is served, and a key of the whole group for its feed with the id it is revoked by.
async fn served() -> (House, SocketAddr, Served, String, String) {
    let house = House::with(Clock::default().now(), demo::begin).await;
    let units = house.get("p072", "/units").await.ok();
    let group = units.as_array().unwrap().iter().find(|u| u["code"] == "U000").unwrap()["id"].clone();
    let person = house.get("p072", "/people").await.ok()[0]["id"].clone();
    let form = json!({ "name": "数据中心", "purpose": "汇总事件", "person_id": person });
    let service = house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok()["id"].clone();
    let grant = json!({ "scopes": ["read_events"], "units": [group], "expires_on": house.today() + Days::new(30) });
    let path = format!("/services/{}/keys", service.as_str().unwrap());
    let given = house.request("secadmin", "POST", &path, None, Some(grant)).await.ok();
    let id = given["service"]["keys"][0]["id"].as_str().unwrap().to_owned();
    let address = free_address();
    let server = serve(house.folder(), address, Some(&house.db.url()));
    (house, address, server, given["key"].as_str().unwrap().to_owned(), id)
}

/// The events a stream said so far.
fn said(stream: &Listening) -> Vec<Value> {
    let data = stream.heard.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok());
    data.filter(|event: &Value| event["position"].is_i64()).collect()
}

/// The last id it said.
fn last_id(stream: &Listening) -> String {
    stream.heard.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().unwrap().to_owned()
}

/// The feed from its beginning, asked for part by part.
async fn asked(house: &House, key: &str) -> Vec<Value> {
    let (mut events, mut after) = (Vec::new(), 0);
    loop {
        let part = house.get(key, &format!("/events?after={after}")).await.ok();
        events.extend(part["events"].as_array().unwrap().clone());
        after = part["next"].as_i64().unwrap();
        if part["is_more"] == json!(false) {
            return events;
        }
    }
}

/// A stream that somebody adds is in the feed, and then a webhook may ask for it, or stands on the list of those that are not. That nothing else is
/// written is looked at where every house of a test ends.
#[test]
fn every_stream_is_in_the_feed_or_apart_from_it_for_a_reason() {
    let mut known: Vec<StreamKind> =
        STREAMS.iter().map(|(stream, _)| *stream).chain(APART.iter().map(|(stream, _)| *stream)).collect();
    known.sort();
    let mut all = StreamKind::ALL.to_vec();
    all.sort();
    assert_eq!(known, all, "each stream is on one of the two lists, once");
    assert!(APART.iter().all(|(_, reason)| !reason.is_empty()));
    let unasked: Vec<&StreamKind> =
        STREAMS.iter().map(|(stream, _)| stream).filter(|s| HookStream::parse(s.as_str()).is_none()).collect();
    assert_eq!(unasked, Vec::<&StreamKind>::new(), "no webhook can ask for these");
    // Nobody but whom a record names hears of it (docs/domain.md §46).
    let secret = StreamKind::AccountabilityAction;
    assert!(APART.iter().any(|(stream, _)| *stream == secret) && HookStream::parse(secret.as_str()).is_none());
}

#[actix_web::test]
async fn a_stream_says_all_that_the_feed_says_and_goes_on_where_one_stopped() {
    let (house, address, _server, key, _) = served().await;
    let task = house.task("T05").await;
    house.act("p072", &task, "issue", json!({})).await.ok();
    let mut stream = Listening::open(address, "/events", AS_STREAM, &key);
    stream.hears("\"kind\":\"task.issued\"");
    stream.wait(Duration::from_secs(2));
    let heard = said(&stream);
    assert!(!heard.is_empty() && heard.iter().any(|e| e["stream_id"] == json!(task)));
    assert_eq!(heard, asked(&house, &key).await, "the same in the same order");
    let stopped = last_id(&stream);
    drop(stream);

    // What happens while nobody listens is there when he comes back, once, and nothing of before.
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let clerk = House::login(view["persons"][0]["name"].as_str().unwrap());
    house.act(&clerk, &task, "claim", json!({})).await.ok();
    let more = format!("{AS_STREAM}Last-Event-ID: {stopped}\r\n");
    let mut again = Listening::open(address, "/events?after=0", &more, &key);
    again.hears("\"kind\":\"task.claimed\"");
    let last: i64 = stopped.parse().unwrap();
    assert!(said(&again).iter().all(|e| e["position"].as_i64().unwrap() > last), "{}", again.heard);
    // Narrowed as the feed is; what is not asked for is passed over by an id alone.
    let mut slips = Listening::open(address, "/events?stream=slip", AS_STREAM, &key);
    slips.hears("id: 0");
    slips.wait(Duration::from_secs(2));
    assert_eq!(said(&slips), Vec::<Value>::new());
    for (more, status) in [("Last-Event-ID: 999999999\r\n", 422), ("Last-Event-ID: here\r\n", 422)] {
        let mut none = Listening::open(address, "/events", &format!("{AS_STREAM}{more}"), &key);
        none.hears(&format!("HTTP/1.1 {status}"));
    }
}

#[actix_web::test]
async fn a_stream_lives_while_nothing_happens_and_ends_with_its_key() {
    let (house, address, _server, key, id) = served().await;
    let began = Instant::now();
    let mut streams: Vec<Listening> =
        (0..4).map(|_| Listening::open(address, "/events?stream=slip", AS_STREAM, &key)).collect();
    streams.iter_mut().for_each(|stream| stream.hears("retry: "));
    let mut fifth = Listening::open(address, "/events?stream=slip", AS_STREAM, &key);
    fifth.hears("HTTP/1.1 429");
    streams[0].hears(": alive");
    // Longer than a request may take otherwise.
    assert!(began.elapsed() >= Duration::from_secs(14), "{:?}", began.elapsed());
    house.request("secadmin", "POST", &format!("/keys/{id}/revoke"), None, None).await.ok();
    for stream in &mut streams {
        stream.hears("event: over");
        stream.ends();
    }
    let mut none = Listening::open(address, "/events", AS_STREAM, &key);
    none.hears("HTTP/1.1 401");
}

#[actix_web::test]
async fn every_event_of_the_story_is_what_the_contract_says_of_its_kind() {
    let house = House::with(support::first_day() + chrono::TimeDelta::days(168), demo::run).await;
    let all = every(&house.db.super_url());
    assert!(all.len() > 1000, "{}", all.len());
    fit(&all);
    // What no kind says is found.
    let (kind, data) = all.iter().find(|(kind, _)| kind == "task.issued").unwrap();
    for broken in [json!({}), json!(null), json!([]), json!({ "on": "some day", "due_on": null, "claim_due_on": null })]
    {
        assert!(!misfits(kind, &broken).is_empty(), "{broken}");
    }
    assert!(!misfits("task.invented", data).is_empty());
}
