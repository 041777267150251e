//! Who somebody is: a second factor beside the password, who must have one, and the proof that is asked for anew before what weighs most.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::collections::BTreeSet;

use actix_web::test::TestRequest;
use api::proof::ASKING;
use chrono::TimeDelta;
use domain::second_factor::{code_at, step_of};
use persistence::testing::{lines, run};
use serde_json::{Value, json};
use support::{Answer, House, secret_bytes as bytes};

/// The code of the moment, or of some steps away from it.
fn code(house: &House, secret: &[u8], away: i64) -> String {
    code_at(secret, step_of(house.app.clock.now()) + away)
}

/// Lets some seconds pass.
fn pass(house: &House, seconds: i64) {
    house.app.clock.set(house.app.clock.now() + TimeDelta::seconds(seconds));
}

/// Somebody gets a second factor: its secret and his recovery codes. The clock stands in the step after that of the first code.
async fn enrolled(house: &House, login: &str) -> (Vec<u8>, Vec<String>) {
    let begun = house.request(login, "POST", "/me/second-factor", None, None).await.ok();
    let secret = bytes(begun["secret"].as_str().unwrap());
    let first = json!({ "code": code(house, &secret, 0) });
    let told = house.request(login, "POST", "/me/second-factor/confirm", None, Some(first)).await.ok();
    let codes = told["codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect();
    pass(house, 30);
    (secret, codes)
}

async fn log_in(house: &House, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password });
    house.send(TestRequest::post().uri("/api/v1/sessions").set_json(body)).await
}

/// The ticket of a log-in whose password was right.
async fn ticket(house: &House, login: &str) -> String {
    let wanted = log_in(house, login, &house.password()).await;
    assert!(!wanted.headers.contains_key("set-cookie"), "a password alone is no session");
    wanted.refused(401, "code-wanted")["ticket"].as_str().unwrap().to_owned()
}

async fn with_code(house: &House, ticket: &str, code: &str) -> Answer {
    let body = json!({ "ticket": ticket, "code": code });
    house.send(TestRequest::post().uri("/api/v1/sessions/code").set_json(body)).await
}

/// A request with a token of a session.
async fn call(house: &House, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let mut request = TestRequest::with_uri(&format!("/api/v1{path}"))
        .method(method.parse().unwrap())
        .insert_header(("authorization", format!("Bearer {token}")));
    if let Some(body) = body {
        request = request.set_json(body);
    }
    house.send(request).await
}

fn token(session: &Value) -> String {
    session["access_token"].as_str().unwrap().to_owned()
}

#[track_caller]
fn at_field(answer: Answer, pointer: &str, code: &str) {
    let body = answer.refused(422, "content");
    assert_eq!((&body["errors"][0]["pointer"], &body["errors"][0]["code"]), (&json!(pointer), &json!(code)));
}

#[actix_web::test]
async fn a_password_alone_opens_nothing_where_a_code_is_in_use() {
    let house = House::new().await;
    let (secret, recovery) = enrolled(&house, "p012").await;
    let first = ticket(&house, "p012").await;
    at_field(with_code(&house, &first, "000000").await, "/code", "code-wrong");
    let now = code(&house, &secret, 0);
    let session = with_code(&house, &first, &now).await.ok();
    assert_eq!(call(&house, &token(&session), "GET", "/me", None).await.ok()["has_second_factor"], true);
    // A ticket works once, and so does a code.
    with_code(&house, &first, &code(&house, &secret, 1)).await.refused(401, "login-step-over");
    at_field(with_code(&house, &ticket(&house, "p012").await, &now).await, "/code", "code-wrong");
    with_code(&house, &ticket(&house, "p012").await, &code(&house, &secret, 1)).await.ok();
    // Two steps away is another time.
    pass(&house, 600);
    at_field(with_code(&house, &ticket(&house, "p012").await, &code(&house, &secret, -2)).await, "/code", "code-wrong");
    // A recovery code, however it is typed, once.
    let typed = recovery[0].to_lowercase().replace('-', " ");
    with_code(&house, &ticket(&house, "p012").await, &typed).await.ok();
    at_field(with_code(&house, &ticket(&house, "p012").await, &recovery[0]).await, "/code", "code-wrong");
    let own = house.get("p012", "/me/second-factor").await.ok();
    assert_eq!(own["recovery_codes_left"], 9);
    // Nobody else's ticket, nor one that waited for more than five minutes.
    let waited = ticket(&house, "p012").await;
    pass(&house, 300);
    with_code(&house, &waited, &code(&house, &secret, 0)).await.refused(401, "login-step-over");
    with_code(&house, "no ticket", "123456").await.refused(401, "login-step-over");
    // Who has none logs in as before.
    log_in(&house, "p013", &house.password()).await.ok();
}

#[actix_web::test]
async fn wrong_codes_lock_as_wrong_passwords_do_and_the_right_password_forgives_none() {
    let house = House::new().await;
    let (secret, _) = enrolled(&house, "p012").await;
    for _ in 0..4 {
        let fresh = ticket(&house, "p012").await;
        at_field(with_code(&house, &fresh, "000000").await, "/code", "code-wrong");
    }
    let last = ticket(&house, "p012").await;
    at_field(with_code(&house, &last, "000000").await, "/code", "code-wrong");
    let locked = with_code(&house, &last, &code(&house, &secret, 0)).await;
    assert!(locked.headers.contains_key("retry-after"));
    locked.refused(429, "login-locked");
    log_in(&house, "p012", &house.password()).await.refused(429, "login-locked");
    pass(&house, 31 * 60);
    with_code(&house, &ticket(&house, "p012").await, &code(&house, &secret, 0)).await.ok();
}

#[actix_web::test]
async fn of_many_who_send_one_code_at_once_one_is_let_in() {
    let house = House::new().await;
    let (secret, _) = enrolled(&house, "p012").await;
    let mut tickets = Vec::new();
    for _ in 0..6 {
        tickets.push(ticket(&house, "p012").await);
    }
    let now = code(&house, &secret, 0);
    let tries = tickets.iter().map(|t| with_code(&house, t, &now));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
}

#[actix_web::test]
async fn a_second_factor_is_begun_confirmed_and_given_up_by_its_holder() {
    let house = House::new().await;
    let confirm =
        |code: String| house.request("p012", "POST", "/me/second-factor/confirm", None, Some(json!({ "code": code })));
    confirm("123456".to_owned()).await.refused(409, "enrolment-over");
    let begun = house.request("p012", "POST", "/me/second-factor", None, None).await.ok();
    let secret = bytes(begun["secret"].as_str().unwrap());
    assert_eq!(secret.len(), 20);
    assert!(begun["address"].as_str().unwrap().contains(begun["secret"].as_str().unwrap()));
    at_field(confirm("000000".to_owned()).await, "/code", "code-wrong");
    // Until it is confirmed a password is enough.
    log_in(&house, "p012", &house.password()).await.ok();
    let told = confirm(code(&house, &secret, 0)).await.ok();
    let codes: BTreeSet<&str> = told["codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert_eq!(codes.len(), 10);
    house.request("p012", "POST", "/me/second-factor", None, None).await.refused(409, "second-factor-there");

    // Neither the secret nor a recovery code is in the database as it was shown.
    let kept = lines(
        &house.db.super_url(),
        "SELECT f.sealed || ' ' || r.sha256 || ' ' || f.alg || ' ' || f.seal_alg || ' ' || r.alg AS line FROM second_factors f JOIN recovery_codes r USING (account_id)",
    );
    assert_eq!(kept.len(), 10);
    for line in &kept {
        assert!(!line.contains(begun["secret"].as_str().unwrap()) && codes.iter().all(|c| !line.contains(c)), "{line}");
        assert!(line.ends_with("totp-sha1-6-30 xchacha20-poly1305 sha256"), "{line}");
    }
    let of_account = "SELECT kind || payload::text AS line FROM events WHERE kind LIKE 'account.second%' ORDER BY seq";
    for line in lines(&house.db.super_url(), of_account) {
        assert!(!line.contains(begun["secret"].as_str().unwrap()), "{line}");
    }

    pass(&house, 30);
    let give_up = |password: String, code: String| {
        let body = json!({ "password": password, "code": code });
        house.request("p012", "POST", "/me/second-factor/give-up", None, Some(body))
    };
    at_field(give_up("wrong".to_owned(), code(&house, &secret, 0)).await, "/password", "password-incorrect");
    at_field(give_up(house.password(), "000000".to_owned()).await, "/code", "code-wrong");
    assert_eq!(give_up(house.password(), code(&house, &secret, 0)).await.status, 204);
    give_up(house.password(), code(&house, &secret, 1)).await.refused(409, "second-factor-missing");
    log_in(&house, "p012", &house.password()).await.ok();
}

#[actix_web::test]
async fn who_lost_his_device_is_let_in_again_by_the_security_administrator_on_the_record() {
    let house = House::new().await;
    enrolled(&house, "p012").await;
    let session = {
        let codes = enrolled(&house, "p013").await;
        with_code(&house, &ticket(&house, "p013").await, &codes.1[0]).await.ok()
    };
    let found = house.get("secadmin", "/accounts?text=p013").await.ok();
    let account = found["items"][0].clone();
    assert_eq!(account["has_second_factor"], true);
    let path = format!("/accounts/{}/reset-second-factor", account["id"].as_str().unwrap());
    let reset = |login: &'static str, reason: &'static str| {
        house.request(login, "POST", &path, account["version"].as_i64(), Some(json!({ "reason": reason })))
    };
    reset("sysadmin", "手机遗失").await.refused(403, "not-allowed");
    at_field(reset("secadmin", " ").await, "/reason", "required");
    assert_eq!(reset("secadmin", "手机遗失，本人到场申请").await.ok()["has_second_factor"], false);
    // His sessions are over, a password is enough, and he is told.
    call(&house, &token(&session), "GET", "/me", None).await.refused(401, "unauthenticated");
    let held = token(&log_in(&house, "p013", &house.password()).await.ok());
    let notices = call(&house, &held, "GET", "/notices", None).await.ok();
    let texts: Vec<&str> = notices["items"].as_array().unwrap().iter().map(|n| n["text"].as_str().unwrap()).collect();
    assert!(texts.iter().any(|t| t.starts_with("您的动态口令已由安全管理员解除")), "{texts:?}");
    house.keep_clock().await;
    let log = house.get("auditor", "/audit/events?limit=20").await.ok().to_string();
    assert!(log.contains("解除他人的动态口令"), "{log}");
    let why = "SELECT payload::text AS line FROM events WHERE kind = 'account.second_factor_reset'";
    let why = lines(&house.db.super_url(), why);
    assert!(why.len() == 1 && why[0].contains("手机遗失，本人到场申请"), "{why:?}");
    // Nobody's but theirs; and nobody resets his own.
    let again = house.get("secadmin", "/accounts?text=p013").await.ok()["items"][0].clone();
    let body = json!({ "reason": "再来一次" });
    house
        .request("secadmin", "POST", &path, again["version"].as_i64(), Some(body.clone()))
        .await
        .refused(409, "second-factor-missing");
    let own = house.get("secadmin", "/accounts?text=secadmin").await.ok()["items"][0].clone();
    let path = format!("/accounts/{}/reset-second-factor", own["id"].as_str().unwrap());
    house.request("secadmin", "POST", &path, own["version"].as_i64(), Some(body)).await.refused(403, "own-account");
}

async fn ask_of(house: &House, holders: Value, minutes: u16) -> Answer {
    let version = house.get("secadmin", "/identity-rules").await.ok()["version"].clone();
    let body = json!({ "required_of": holders, "proof_minutes": minutes, "version": version });
    house.request("secadmin", "PUT", "/identity-rules", None, Some(body)).await
}

#[actix_web::test]
async fn who_must_have_a_second_factor_is_led_to_it_before_anything_else() {
    let house = House::new().await;
    let round = house.round().await;
    let rules = house.get("auditor", "/identity-rules").await.ok();
    assert!(
        rules["holders"].as_array().unwrap().iter().all(|h| h["is_required"] == false),
        "nobody, until the house says so"
    );
    assert_eq!(rules["proof_minutes"], 15);
    house.get("p012", "/identity-rules").await.refused(403, "not-allowed");
    let stale = json!({ "required_of": [], "proof_minutes": 15, "version": 7 });
    house.request("secadmin", "PUT", "/identity-rules", None, Some(stale)).await.refused(412, "stale");
    at_field(ask_of(&house, json!([]), 0).await, "/proof_minutes", "out-of-range");

    let tasks = format!("/rounds/{round}/tasks");
    house.get("p001", &tasks).await.ok();
    ask_of(&house, json!(["leader", "auditor"]), 15).await.ok();
    for path in [tasks.as_str(), "/notices", "/me/sessions", "/drafts/x/y"] {
        house.get("p001", path).await.refused(403, "must-enrol-second-factor");
    }
    assert_eq!(house.get("p001", "/me").await.ok()["must_enrol_second_factor"], true);
    house.get("auditor", "/audit/events").await.refused(403, "must-enrol-second-factor");
    // Neither the other roles, nor who is let in to begin one.
    house.get("p072", &tasks).await.ok();
    house.get("p012", "/notices").await.ok();
    let (secret, _) = enrolled(&house, "p001").await;
    house.get("p001", &tasks).await.ok();
    assert_eq!(house.get("p001", "/me").await.ok()["must_enrol_second_factor"], false);
    // Given up, it is asked for at once.
    let body = json!({ "password": house.password(), "code": code(&house, &secret, 0) });
    assert_eq!(house.request("p001", "POST", "/me/second-factor/give-up", None, Some(body)).await.status, 204);
    house.get("p001", &tasks).await.refused(403, "must-enrol-second-factor");
    let told =
        lines(&house.db.super_url(), "SELECT payload::text AS line FROM events WHERE kind = 'identity_rules.set'");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("leader"), "{told:?}");
}

/// A slip that waits for the office's signature: its id and version.
async fn waiting_slip(house: &House) -> (String, i64) {
    let units = house.get("p072", "/units").await.ok();
    let items = units.as_array().or_else(|| units["items"].as_array()).unwrap().clone();
    let unit = items.iter().find(|u| u["code"] == "U201").unwrap()["id"].as_str().unwrap().to_owned();
    let form = support::operations::slip_form("合同归档滞后", &unit);
    let path = format!("/rounds/{}/slips", house.round().await);
    let slip = house.request("p073", "POST", &path, None, Some(form)).await.ok()["id"].as_str().unwrap().to_owned();
    let sent = house.request("p073", "POST", &format!("/slips/{slip}/submit"), Some(1), Some(json!({}))).await.ok();
    (slip, sent["version"].as_i64().unwrap())
}

#[actix_web::test]
async fn a_signature_asks_for_a_proof_that_is_not_older_than_the_house_says() {
    let house = House::new().await;
    let (slip, version) = waiting_slip(&house).await;
    let mut session = log_in(&house, "p072", &house.password()).await;
    let cookie = session.headers.get("set-cookie").unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
    let sign = |token: String| {
        let request = TestRequest::post()
            .uri(&format!("/api/v1/slips/{slip}/sign"))
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("if-match", format!("\"{version}\"")))
            .set_json(json!({ "verdict": "approve" }));
        house.send(request)
    };
    // Renewing a session proves nothing anew.
    pass(&house, 14 * 60);
    let renew = TestRequest::post().uri("/api/v1/sessions/refresh").insert_header(("cookie", cookie));
    session = house.send(renew).await;
    let held = token(&session.ok());
    pass(&house, 60);
    sign(held.clone()).await.refused(403, "proof-wanted");
    call(&house, &held, "GET", &format!("/slips/{slip}"), None).await.ok();
    let prove = |body: Value| call(&house, &held, "POST", "/sessions/proof", Some(body));
    at_field(prove(json!({ "password": "wrong" })).await, "/password", "password-incorrect");
    sign(held.clone()).await.refused(403, "proof-wanted");
    assert_eq!(prove(json!({ "password": house.password() })).await.status, 204);
    assert_eq!(sign(held.clone()).await.ok()["state"], "issued");
}

#[actix_web::test]
async fn where_a_code_is_in_use_the_proof_is_a_code_and_wrong_ones_lock() {
    let house = House::new().await;
    let (secret, recovery) = enrolled(&house, "p012").await;
    let session = token(&with_code(&house, &ticket(&house, "p012").await, &recovery[0]).await.ok());
    ask_of(&house, json!([]), 1).await.ok();
    pass(&house, 60);
    let round = house.round().await;
    let path = format!("/rounds/{round}/exports");
    let export = || call(&house, &session, "POST", &path, Some(json!({ "kind": "ledger" })));
    export().await.refused(403, "proof-wanted");
    let prove = |body: Value| call(&house, &session, "POST", "/sessions/proof", Some(body));
    at_field(prove(json!({ "password": house.password() })).await, "/code", "code-wrong");
    assert_eq!(prove(json!({ "code": code(&house, &secret, 0) })).await.status, 204);
    assert_ne!(export().await.body["code"], "proof-wanted");
    // A proof by one code is not the proof by the same code a moment later.
    at_field(prove(json!({ "code": code(&house, &secret, 0) })).await, "/code", "code-wrong");
    for _ in 0..3 {
        at_field(prove(json!({ "code": "000000" })).await, "/code", "code-wrong");
    }
    prove(json!({ "code": code(&house, &secret, 1) })).await.refused(429, "login-locked");
}

/// By the names of operations: what signs, publishes or hands on. What asks for no proof though it is named so, and why.
const NAMED_SO: &[(&str, &str)] = &[
    ("list_exports", "it looks at what was asked for"),
    ("get_export", "it looks at what was asked for"),
    ("cancel_export", "it gives a list up"),
    ("sign_result", "the second inspector signs where there is no network; it ratifies nothing"),
    ("list_publications", "it looks"),
    ("get_publication", "it looks"),
];

#[test]
fn every_operation_that_signs_publishes_or_hands_on_asks_for_a_proof() {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let (mut known, mut lacking, mut excepted) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let line = (method.to_uppercase(), path.trim_start_matches("/api/v1").to_owned());
            let id = operation["operationId"].as_str().unwrap();
            let words: BTreeSet<&str> = id.split('_').collect();
            let signs = words.contains("sign") || id.starts_with("record_") && id.ends_with("signature");
            let ratifies = words.contains("ratify")
                || words.contains("approve")
                || id.starts_with("confirm_") && id.ends_with("signature");
            let hands_on = words.contains("export") || words.contains("exports");
            let is_of_a_kind = signs || ratifies || hands_on || words.contains("publish");
            let asks = api::proof::asks(&line.0, path);
            if NAMED_SO.iter().any(|(name, _)| *name == id) {
                excepted.insert(id.to_owned());
                assert!(!asks, "{id}");
            } else if is_of_a_kind && !asks {
                lacking.push(id.to_owned());
            }
            known.insert(line);
        }
    }
    assert_eq!(lacking, Vec::<String>::new());
    for (method, path) in ASKING {
        assert!(known.contains(&((*method).to_owned(), (*path).to_owned())), "{method} {path} is no operation");
    }
    for (name, why) in NAMED_SO {
        assert!(excepted.contains(*name), "{name} ({why}) is no operation");
    }
}

#[actix_web::test]
async fn a_server_with_another_key_opens_no_secret_and_takes_recovery_codes() {
    let house = House::new().await;
    let (secret, recovery) = enrolled(&house, "p012").await;
    // What another machine sealed.
    run(&house.db.super_url(), "UPDATE second_factors SET sealed = 'AAAA' || substr(sealed, 5)").unwrap();
    at_field(with_code(&house, &ticket(&house, "p012").await, &code(&house, &secret, 0)).await, "/code", "code-wrong");
    with_code(&house, &ticket(&house, "p012").await, &recovery[3]).await.ok();
}
