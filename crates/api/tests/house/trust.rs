//! What must be impossible, tried: sessions that outlive their end, passwords by force, files that are two things, matters one may not read,
//! shapes nobody asked for, a database that goes away.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use support::{Answer, House};

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

fn cookie(answer: &Answer) -> String {
    let set = answer.headers.get("set-cookie").expect("a cookie is set").to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

async fn log_in(house: &House, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password });
    house.send(TestRequest::post().uri("/api/v1/sessions").set_json(body)).await
}

async fn refresh(house: &House, cookie: &str) -> Answer {
    let request = TestRequest::post().uri("/api/v1/sessions/refresh").insert_header(("cookie", cookie.to_owned()));
    house.send(request).await
}

async fn me(house: &House, token: &str) -> Answer {
    let request = TestRequest::get().uri("/api/v1/me").insert_header(("authorization", format!("Bearer {token}")));
    house.send(request).await
}

#[actix_web::test]
async fn a_refresh_token_works_once_and_its_second_use_ends_the_session() {
    let house = House::new().await;
    let first = log_in(&house, "p012", &house.password()).await;
    let stolen = cookie(&first);
    let token = first.ok()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(me(&house, &token).await.ok()["login"], "p012");
    let renewed = refresh(&house, &stolen).await;
    let own = cookie(&renewed);
    renewed.ok();
    refresh(&house, &stolen).await.refused(401, "unauthenticated");
    refresh(&house, &own).await.refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_session_ends_by_idleness_by_age_and_by_logging_out() {
    let house = House::new().await;
    let start = house.app.clock.now();
    let after = |minutes: i64| house.app.clock.set(start + chrono::TimeDelta::minutes(minutes));
    let idle = cookie(&log_in(&house, "p012", &house.password()).await);
    let mut used = cookie(&log_in(&house, "p012", &house.password()).await);
    let left = cookie(&log_in(&house, "p012", &house.password()).await);
    let out = TestRequest::delete().uri("/api/v1/sessions").insert_header(("cookie", left.clone()));
    assert_eq!(house.send(out).await.status, 204);
    refresh(&house, &left).await.refused(401, "unauthenticated");
    after(31);
    refresh(&house, &idle).await.refused(401, "unauthenticated");
    let fresh = cookie(&log_in(&house, "p012", &house.password()).await);
    refresh(&house, &used).await.refused(401, "unauthenticated");
    used = fresh;
    // Never idle for half an hour, yet over after twelve.
    let mut minutes = 31;
    loop {
        minutes += 25;
        after(minutes);
        let answer = refresh(&house, &used).await;
        if answer.status != 200 {
            answer.refused(401, "unauthenticated");
            break;
        }
        used = cookie(&answer);
    }
    assert!((31 + 12 * 60 - 25..=31 + 12 * 60 + 25).contains(&minutes), "{minutes}");
}

#[actix_web::test]
async fn an_access_token_ends_after_ten_minutes_and_with_its_account() {
    let house = House::new().await;
    let token = log_in(&house, "p012", &house.password()).await.ok()["access_token"].as_str().unwrap().to_owned();
    let accounts = house.get("secadmin", "/accounts?text=p012").await.ok();
    let (id, version) = (accounts["items"][0]["id"].as_str().unwrap(), accounts["items"][0]["version"].as_i64());
    house.request("secadmin", "POST", &format!("/accounts/{id}/disable"), version, Some(json!({}))).await.ok();
    me(&house, &token).await.refused(401, "unauthenticated");
    log_in(&house, "p012", &house.password()).await.refused(401, "login-failed");
    let other = log_in(&house, "p013", &house.password()).await.ok()["access_token"].as_str().unwrap().to_owned();
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::minutes(11));
    me(&house, &other).await.refused(401, "unauthenticated");
    for wrong in ["", "x.y.z", &other[..other.len() - 2], &format!("{other}A")] {
        me(&house, wrong).await.refused(401, "unauthenticated");
    }
}

#[actix_web::test]
async fn five_wrong_passwords_lock_that_name_for_that_source_and_nobody_else() {
    let house = House::new().await;
    for _ in 0..5 {
        log_in(&house, "p012", "wrong-password").await.refused(401, "login-failed");
    }
    let locked = log_in(&house, "p012", &house.password()).await;
    assert!(locked.headers.contains_key("retry-after"));
    locked.refused(429, "login-locked");
    log_in(&house, "p013", &house.password()).await.ok();
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::minutes(31));
    log_in(&house, "p012", &house.password()).await.ok();
    // A name nobody has answers the same.
    log_in(&house, "nobody-at-all", "wrong-password").await.refused(401, "login-failed");
}

#[actix_web::test]
async fn another_origin_gets_no_session() {
    let house = House::new().await;
    let own = cookie(&log_in(&house, "p012", &house.password()).await);
    let request = TestRequest::post()
        .uri("/api/v1/sessions/refresh")
        .insert_header(("cookie", own.clone()))
        .insert_header(("host", "bihuan.example"))
        .insert_header(("origin", "http://elsewhere.example"));
    house.send(request).await.refused(403, "origin-refused");
    refresh(&house, &own).await.ok();
}

#[actix_web::test]
async fn a_changed_password_ends_every_other_session() {
    let house = House::new().await;
    let old = house.password();
    let elsewhere = log_in(&house, "p012", &old).await;
    let elsewhere = (cookie(&elsewhere), elsewhere.ok()["access_token"].as_str().unwrap().to_owned());
    let change = |old: &str, new: &str| json!({ "old": old, "new": new });
    let put = |body| house.request("p012", "PUT", "/me/password", None, Some(body));
    let refused = put(change("not it", "松涛-听雨-2931")).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["pointer"], "/old");
    let refused = put(change(&old, "1234567890")).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["code"], "password-common");
    put(change(&old, "松涛-听雨-2931")).await.ok();
    me(&house, &elsewhere.1).await.refused(401, "unauthenticated");
    refresh(&house, &elsewhere.0).await.refused(401, "unauthenticated");
    log_in(&house, "p012", &old).await.refused(401, "login-failed");
    log_in(&house, "p012", "松涛-听雨-2931").await.ok();
}

#[actix_web::test]
async fn one_duty_makes_an_account_another_opens_it_and_neither_alone() {
    let house = House::new().await;
    let people = house.get("sysadmin", "/people").await.ok();
    let items = people.as_array().cloned().unwrap_or_else(|| people["items"].as_array().unwrap().clone());
    let body = json!({ "login": "p099", "display_name": "新来的", "person_id": null });
    house.request("secadmin", "POST", "/accounts", None, Some(body.clone())).await.refused(403, "not-allowed");
    house.request("p072", "POST", "/accounts", None, Some(body.clone())).await.refused(403, "not-allowed");
    let made = house.request("sysadmin", "POST", "/accounts", None, Some(body)).await.ok();
    assert_eq!(made["status"], "inactive");
    let password = made["one_time_password"].as_str().unwrap().to_owned();
    log_in(&house, "p099", &password).await.refused(401, "login-failed");
    let id = made["id"].as_str().unwrap();
    let give = json!({ "role": "unit" });
    let path = format!("/accounts/{id}/role");
    let version = made["version"].as_i64();
    house.request("sysadmin", "POST", &path, version, Some(give.clone())).await.refused(403, "not-allowed");
    // A role belongs to a person.
    let refused = house.request("secadmin", "POST", &path, version, Some(give)).await;
    assert!(refused.status == 422 || refused.status == 409, "{}", refused.body);
    assert!(items.len() > 70);
}

#[actix_web::test]
async fn a_stand_in_is_one_from_the_moment_it_is_entered_to_the_moment_it_is_ended() {
    let house = House::new().await;
    let people = house.get("secadmin", "/people").await.ok();
    let id = |code: &str| people.as_array().unwrap().iter().find(|p| p["code"] == code).unwrap()["id"].clone();
    let stands_in = async || house.get("p006", "/me").await.ok()["stands_in_for"].as_array().unwrap().len();
    assert_eq!(stands_in().await, 0);
    let grant = json!({ "person_id": id("P003"), "stand_in_id": id("P006"), "from_on": house.today(), "document": "授权书", "granted_by": "党委会" });
    let mut strange = grant.clone();
    strange["stand_in_id"] = json!("01890000-0000-7000-8000-000000000001");
    house.request("secadmin", "POST", "/delegations", None, Some(strange)).await.refused(422, "content");
    let made = house.request("secadmin", "POST", "/delegations", None, Some(grant)).await.ok();
    assert_eq!(stands_in().await, 1, "nothing that was known of him before is believed");
    let path = format!("/delegations/{}", made["id"].as_str().unwrap());
    house.request("secadmin", "DELETE", &path, None, None).await.ok();
    assert_eq!(stands_in().await, 0);
}

#[actix_web::test]
async fn a_sensitive_matter_is_read_by_its_readers_and_found_by_nobody_else() {
    let house = House::new().await;
    let round = house.round().await;
    let id = house.task("T05").await;
    let view = house.get("p072", &format!("/tasks/{id}")).await.ok();
    let leader = view["leaders"][0].clone();
    let login = House::login(leader["name"].as_str().unwrap());
    let texts = |list: &Value| {
        list.as_array().unwrap().iter().map(|m| json!({ "id": m["id"], "text": m["text"] })).collect::<Vec<_>>()
    };
    let ids = |list: &Value| list.as_array().unwrap().iter().map(|x| x["id"].clone()).collect::<Vec<_>>();
    let draft = json!({
        "number": "T05", "title": "某事项处置不当", "disposition": "dated", "due_on": view["due_on"], "sensitivity": "internal",
        "readers": [leader["id"]], "leaders": ids(&view["leaders"]), "units": ids(&view["units"]), "persons": ids(&view["persons"]),
        "measures": texts(&view["measures"]), "criteria": texts(&view["criteria"]),
    });
    house.act("p072", &id, "revise", draft).await.ok();
    house.act("p072", &id, "issue", json!({})).await.ok();
    let clerk = (10..68).map(|n| format!("p{n:03}"));
    let mut unit = None;
    for login in clerk {
        if house.get(&login, &format!("/tasks/{id}")).await.status == 200 {
            unit = Some(login);
            break;
        }
    }
    let unit = unit.expect("its unit sees that it is there");
    let seen = house.get(&unit, &format!("/tasks/{id}")).await.ok();
    assert_eq!((&seen["title"], &seen["is_redacted"]), (&json!("敏感事项"), &json!(true)));
    assert!(!seen.to_string().contains("处置不当"), "{seen}");
    let past = house.get(&unit, &format!("/tasks/{id}/history")).await.ok();
    assert_eq!((&past["items"], &past["next"]), (&json!([]), &json!(null)));
    assert_eq!(house.get(&login, &format!("/tasks/{id}")).await.ok()["title"], "某事项处置不当");
    let found = |login: String, text: &'static str| {
        let (house, round) = (&house, round.clone());
        async move {
            let encoded: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
            let page = house.get(&login, &format!("/rounds/{round}/tasks?text={encoded}")).await.ok();
            let chain = house.get(&login, &format!("/rounds/{round}/chain?text={encoded}")).await.ok();
            (page["items"].as_array().unwrap().len(), chain["tasks"].as_i64().unwrap())
        }
    };
    assert_eq!(found(login, "处置不当").await, (1, 1), "its reader finds it");
    assert_eq!(found(unit.clone(), "处置不当").await, (0, 0), "whoever may not read it does not find it by guessing");
    assert_eq!(found(unit, "T05").await, (1, 1), "its number is no secret");
}

#[actix_web::test]
async fn a_scan_must_have_been_received_and_is_downloaded_by_a_ticket_that_works_once() {
    let house = House::new().await;
    let id = house.task("T05").await;
    house.act("p072", &id, "issue", json!({})).await.ok();
    let view = house.get("p072", &format!("/tasks/{id}")).await.ok();
    let clerk = House::login(view["persons"][0]["name"].as_str().unwrap());
    house.act(&clerk, &id, "claim", json!({})).await.ok();
    let criteria: Vec<Value> =
        view["criteria"].as_array().unwrap().iter().map(|c| json!({ "id": c["id"], "text": c["text"] })).collect();
    let plan = json!({ "criteria": criteria });
    let view = house.act(&clerk, &id, "submit-plan", json!({ "plan": plan, "pledge": true })).await.ok();
    let request = view["requests"][0].clone();
    let step = request["chain"].as_array().unwrap().iter().find(|s| s["is_current"] == json!(true)).unwrap().clone();
    let mut document =
        json!({ "signed_on": house.today(), "scan": "ab".repeat(32), "content_hash": request["content_hash"] });
    let body = |document: &Value| json!({ "request": request["id"], "signer": step["person"]["id"], "verdict": "approve", "document": document });
    let refused = house.act("p072", &id, "record-signature", body(&document)).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["pointer"], "/document/scan");
    let scan = house.upload("p072", &format!("/tasks/{id}/scans?filename=a.pdf"), PDF).await.ok();
    document["scan"] = scan["sha256"].clone();
    let view = house.act("p072", &id, "record-signature", body(&document)).await.ok();
    let scan = view["requests"][0]["signatures"][0]["scan_id"].as_str().expect("the scan is shown").to_owned();
    let ticket = house.request("p072", "POST", &format!("/evidence/{scan}/tickets"), None, Some(json!({}))).await.ok();
    let href = ticket["href"].as_str().unwrap().to_owned();
    let first = house.send(TestRequest::get().uri(&href)).await;
    assert_eq!(first.status, 200);
    let header = |name: &str| first.headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert!(header("content-disposition").starts_with("attachment"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").starts_with("sandbox"));
    house.send(TestRequest::get().uri(&href)).await.refused(404, "not-found");
    house
        .request("p010", "POST", &format!("/evidence/{scan}/tickets"), None, Some(json!({})))
        .await
        .refused(404, "not-found");
}

#[actix_web::test]
async fn what_is_not_asked_for_is_refused_with_its_place() {
    let house = House::new().await;
    let id = house.task("T05").await;
    let path = format!("/tasks/{id}/issue");
    let post = |body: &'static str, kind: &'static str| {
        let (house, path) = (&house, path.clone());
        async move {
            let token =
                log_in(house, "p072", &house.password()).await.ok()["access_token"].as_str().unwrap().to_owned();
            let request = TestRequest::post()
                .uri(&format!("/api/v1{path}"))
                .insert_header(("authorization", format!("Bearer {token}")))
                .insert_header(("if-match", "\"1\""))
                .insert_header(("content-type", kind))
                .set_payload(body);
            house.send(request).await
        }
    };
    post("{", "application/json").await.refused(400, "malformed");
    post("{}", "text/plain").await.refused(415, "unsupported-media-type");
    let unknown = post(r#"{"resaon": "x"}"#, "application/json").await.refused(422, "content");
    assert_eq!(unknown["errors"][0]["code"], "unknown-field");
    let wrong = post(r#"{"reason": 5}"#, "application/json").await.refused(422, "content");
    assert_eq!(
        (&wrong["errors"][0]["pointer"], &wrong["errors"][0]["code"]),
        (&json!("/reason"), &json!("wrong-type"))
    );
    let deep: &'static str = Box::leak(format!("{}{}", "[".repeat(40), "]".repeat(40)).into_boxed_str());
    post(deep, "application/json").await.refused(400, "malformed");
    let large: &'static str = Box::leak(format!(r#"{{"reason": "{}"}}"#, "x".repeat(1 << 20)).into_boxed_str());
    post(large, "application/json").await.refused(413, "too-large");
    let nowhere = house.get("p072", "/no-such-thing").await;
    assert_eq!(nowhere.headers.get("content-type").unwrap(), "application/problem+json; charset=utf-8");
    let nowhere = nowhere.refused(404, "not-found");
    assert!(nowhere["instance"].as_str().is_some_and(|i| !i.is_empty()), "the request can be found in the log");
    house.request("p072", "DELETE", &format!("/tasks/{id}"), None, None).await.refused(405, "method-not-allowed");
    house.get("p072", "/tasks/not-a-uuid").await.refused(404, "not-found");
    house.get("p072", &format!("/tasks/{id}?x=1&y=%00")).await.ok();
}

/// A wire to the tests' cluster that can be cut.
struct Wire {
    address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self { address: listener.local_addr().unwrap(), is_cut: Arc::default(), open: Arc::default() };
        let (is_cut, open) = (wire.is_cut.clone(), wire.open.clone());
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                if is_cut.load(Ordering::SeqCst) {
                    let _ = client.shutdown(Shutdown::Both);
                    continue;
                }
                let server = TcpStream::connect(&target).unwrap();
                for (mut from, mut to) in [
                    (client.try_clone().unwrap(), server.try_clone().unwrap()),
                    (server.try_clone().unwrap(), client.try_clone().unwrap()),
                ] {
                    std::thread::spawn(move || {
                        let mut buffer = [0; 16 * 1024];
                        while let Ok(n) = from.read(&mut buffer) {
                            if n == 0 || to.write_all(&buffer[..n]).is_err() {
                                break;
                            }
                        }
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                open.lock().unwrap().extend([client, server]);
            }
        });
        wire
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

#[actix_web::test]
async fn without_its_database_it_says_so_and_heals_by_itself() {
    let wire = Wire::to(persistence::testing::cluster().to_owned());
    let house = House::behind(&wire.address.to_string()).await;
    let id = house.task("T05").await;
    let path = format!("/tasks/{id}");
    house.get("p072", &path).await.ok();
    wire.cut();
    let began = Instant::now();
    let away = house.get("p072", &path).await;
    assert!(away.headers.contains_key("retry-after"));
    away.refused(503, "unavailable");
    assert!(began.elapsed() < Duration::from_secs(10), "it says so at once: {:?}", began.elapsed());
    assert_eq!(house.send(TestRequest::get().uri("/healthz")).await.status, 200, "alive all the same");
    assert_eq!(house.send(TestRequest::get().uri("/readyz")).await.status, 503, "but not ready");
    wire.mend();
    let healed = Instant::now();
    while house.get("p072", &path).await.status != 200 {
        assert!(healed.elapsed() < Duration::from_secs(20), "it does not heal");
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
    }
}
