//! Streams of events over sockets, from servers in processes of their own on one database: who is concerned hears, who is not does not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use api::app::Clock;
use api::demo;
use serde_json::{Value, json};
use support::House;
use support::served::{Listening, Served, free_address, serve};

/// How long it takes to be sure that nothing comes: several looks at the order of events.
const QUIET: Duration = Duration::from_secs(6);

/// The sample group today, and two servers on it.
async fn two_servers() -> (House, [(SocketAddr, Served); 2]) {
    let house = House::with(Clock::default().now(), demo::begin).await;
    let servers = [(); 2].map(|()| {
        let address = free_address();
        (address, serve(house.folder(), address, Some(&house.db.url())))
    });
    (house, servers)
}

/// Who leads a task, and somebody of a unit who does not see it once it is issued.
async fn clerk_and_stranger(house: &House, task: &str) -> (String, String) {
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let clerk = House::login(view["persons"][0]["name"].as_str().unwrap());
    for n in (10..68).rev() {
        let login = format!("p{n:03}");
        if house.get(&login, &format!("/tasks/{task}")).await.status == 404 {
            let me = house.get(&login, "/me").await.ok();
            if me["navigation"].as_array().is_some_and(|n| n.iter().any(|e| e == "statements")) && login != clerk {
                return (clerk, login);
            }
        }
    }
    panic!("everybody sees {task}")
}

#[actix_web::test]
async fn whoever_is_concerned_hears_it_on_either_server_and_nobody_else() {
    let (house, [(first, _one), (second, _two)]) = two_servers().await;
    let task = house.task("T05").await;
    let (clerk, _) = clerk_and_stranger(&house, &task).await;
    // Seen by those who see drafts only, until it is issued.
    let mut office = Listening::open(first, "/live", "", &house.real_token("p073"));
    let mut concerned = Listening::open(second, "/live", "", &house.real_token(&clerk));
    office.hears("event: hello");
    concerned.hears("event: hello");
    house.act("p072", &task, "issue", json!({})).await.ok();
    let (_, stranger) = clerk_and_stranger(&house, &task).await;
    let mut other = Listening::open(first, "/live", "", &house.real_token(&stranger));
    other.hears("event: hello");

    concerned.hears("\"notices\":true");
    concerned.hears(&task);
    office.hears(&task);
    let told = concerned.changes();
    assert!(told.iter().any(|c| c["todo"] == true && c["tasks"][0] == task.as_str()), "{told:?}");
    assert!(office.changes().iter().all(|c| c["notices"] == false), "the office did it itself");

    // What is claimed concerns the same people, on whichever server they listen; nobody is told what it is.
    house.act(&clerk, &task, "claim", json!({})).await.ok();
    office.wait(QUIET);
    other.wait(QUIET);
    assert!(office.changes().len() >= 2, "{:?}", office.changes());
    assert_eq!(other.changes(), Vec::<Value>::new(), "{}", other.heard);
    // A slip is heard of by its unit with its issue; the office hears of the draft.
    let ids = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let form = json!({
        "level": "notice", "urgency": "normal", "matter": "整改滞后", "basis_kind": "task", "basis_id": task, "basis": "整改任务 T05",
        "gap": "未报方案", "asked": "尽快报送方案", "task": task, "unit": ids["units"][0]["id"],
    });
    let path = format!("/rounds/{}/slips", house.round().await);
    let slip = house.request("p072", "POST", &path, None, Some(form)).await.ok()["id"].as_str().unwrap().to_owned();
    house.request("p072", "POST", &format!("/slips/{slip}/submit"), Some(1), Some(json!({}))).await.ok();
    office.hears("\"slips\":true");
    concerned.wait(QUIET);
    assert!(concerned.changes().iter().all(|c| c["slips"] == false), "{:?}", concerned.changes());
    let sign = json!({ "verdict": "approve" });
    house.request("p073", "POST", &format!("/slips/{slip}/sign"), Some(2), Some(sign)).await.ok();
    concerned.hears("\"slips\":true");
    other.wait(QUIET);
    assert_eq!(other.changes(), Vec::<Value>::new(), "{}", other.heard);
    for said in concerned.changes() {
        let keys: Vec<_> = said.as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            keys,
            [
                "checks",
                "documents",
                "duties",
                "is_many",
                "meetings",
                "notices",
                "opinions",
                "publications",
                "slips",
                "tasks",
                "todo"
            ]
        );
    }
    assert!(concerned.heard.contains("content-encoding: identity") || !concerned.heard.contains("gzip"));
}

#[actix_web::test]
async fn a_stream_that_broke_off_comes_back_and_its_place_is_free_again() {
    let (house, [(address, _one), _]) = two_servers().await;
    let task = house.task("T05").await;
    let token = house.real_token("p073");
    let mut streams: Vec<Listening> = (0..6).map(|_| Listening::open(address, "/live", "", &token)).collect();
    streams.iter_mut().for_each(|s| s.hears("event: hello"));
    let mut beyond = Listening::open(address, "/live", "", &token);
    beyond.hears("429");
    beyond.hears("too-many-requests");
    let another = house.real_token("p072");
    Listening::open(address, "/live", "", &another).hears("event: hello");

    drop(streams);
    let began = Instant::now();
    let mut again = loop {
        let mut stream = Listening::open(address, "/live", "", &token);
        stream.hears("HTTP/1.1");
        if stream.heard.starts_with("HTTP/1.1 200") {
            break stream;
        }
        assert!(began.elapsed() < support::served::PATIENCE, "{}", stream.heard);
    };
    again.hears("event: hello");
    house.act("p072", &task, "issue", json!({})).await.ok();
    again.hears(&task);
}

#[actix_web::test]
async fn a_stream_ends_with_the_session_and_with_the_server() {
    let (house, [(first, one), (second, _two)]) = two_servers().await;
    Listening::open(first, "/live", "", "no token").hears("401");

    let mut ended = Listening::open(second, "/live", "", &house.real_token("p041"));
    let mut kept = Listening::open(second, "/live", "", &house.real_token("p040"));
    ended.hears("event: hello");
    kept.hears("event: hello");
    let page = house.get("secadmin", "/accounts?text=p041").await.ok();
    let account = page["items"][0].clone();
    let path = format!("/accounts/{}/disable", account["id"].as_str().unwrap());
    house.request("secadmin", "POST", &path, account["version"].as_i64(), None).await.ok();
    ended.hears("event: over");
    ended.ends();
    assert!(!kept.heard.contains("event: over"));

    let mut open = Listening::open(first, "/live", "", &house.real_token("p040"));
    open.hears("event: hello");
    let mut one = one;
    let began = Instant::now();
    let pid = one.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    open.hears("event: over");
    open.ends();
    let status = one.child.wait().unwrap();
    let took = began.elapsed();
    println!("stopped with an open stream in {} ms", took.as_millis());
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(9), "it waited for the stream: {took:?}");
}
