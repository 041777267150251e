//! Log-in by a provider of identities over real HTTP: who it names is let in to his own account, and whatever is not as it was agreed is refused by
//! its code.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use actix_web::test::TestRequest;
use api::app::ProviderSettings;
use chrono::TimeDelta;
use serde_json::json;
use support::provider::{Provider, Signs, parts};
use support::{Answer, House, PROVIDER};

async fn house_with(settings: ProviderSettings) -> House {
    PROVIDER.with_borrow_mut(|p| *p = Some(settings));
    let house = House::new().await;
    PROVIDER.with_borrow_mut(|p| *p = None);
    house
}

async fn both() -> (House, Provider) {
    let provider = Provider::open();
    let house = house_with(provider.settings()).await;
    provider.set_time(house.app.clock.now().timestamp());
    (house, provider)
}

fn place(answer: &Answer) -> String {
    answer.headers.get("location").expect("it leads on").to_str().unwrap().to_owned()
}

/// The cookie of a name that an answer sets, if it sets one that holds.
fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.get_all("set-cookie").filter_map(|v| v.to_str().ok());
    let found = set.map(|s| s.split(';').next().unwrap()).find(|s| s.starts_with(&format!("{name}=")))?;
    (!found.ends_with('=')).then(|| found.to_owned())
}

/// Somebody on his way: where the provider was asked to send him, and the cookie of his browser.
struct OnTheWay {
    asked: String,
    state: String,
    cookie: String,
}

async fn go(house: &House, to: &str) -> OnTheWay {
    let answer = house.send(TestRequest::get().uri(&format!("/api/v1/sessions/provider?to={to}"))).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let (asked, cookie) = (place(&answer), cookie(&answer, "bihuan-provider").expect("the browser is known again"));
    let state = parts(asked.split_once('?').unwrap().1)["state"].clone();
    OnTheWay { asked, state, cookie }
}

async fn back(house: &House, query: &str, cookie: &str) -> Answer {
    let request = TestRequest::get()
        .uri(&format!("/api/v1/sessions/provider/return?{query}"))
        .insert_header(("cookie", cookie.to_owned()));
    let answer = house.send(request).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer
}

/// The whole way of somebody whom the provider calls by a name.
async fn log_in(house: &House, provider: &Provider, name: &str) -> Answer {
    let way = go(house, "/ledger").await;
    let code = provider.agree(&way.asked, name);
    back(house, &format!("code={code}&state={}&iss={}", way.state, provider.issuer()), &way.cookie).await
}

#[track_caller]
fn refused(answer: &Answer, code: &str) {
    assert_eq!(place(answer), format!("/?refused={code}"));
    assert_eq!(cookie(answer, "bihuan"), None, "no session");
    assert_ne!(domain::labels::say(code, &json!(null)), code, "it has words");
}

async fn me(house: &House, answer: &Answer) -> serde_json::Value {
    let cookie = cookie(answer, "bihuan").expect("a session");
    let request = TestRequest::post().uri("/api/v1/sessions/refresh").insert_header(("cookie", cookie));
    let token = house.send(request).await.ok()["access_token"].as_str().unwrap().to_owned();
    let request = TestRequest::get().uri("/api/v1/me").insert_header(("authorization", format!("Bearer {token}")));
    house.send(request).await.ok()
}

#[actix_web::test]
async fn whom_the_provider_names_is_let_in_to_his_own_account_and_to_where_he_wanted() {
    let (house, provider) = both().await;
    let ways = house.send(TestRequest::get().uri("/api/v1/sessions/ways")).await.ok();
    assert_eq!(ways["provider"], "统一身份认证");
    let answer = log_in(&house, &provider, "P012").await;
    assert_eq!(place(&answer), "/ledger");
    let set: Vec<&str> = answer.headers.get_all("set-cookie").filter_map(|v| v.to_str().ok()).collect();
    let session = set.iter().find(|s| s.starts_with("bihuan=")).unwrap();
    assert!(session.contains("HttpOnly") && session.contains("SameSite=Strict"), "{session}");
    assert_eq!(me(&house, &answer).await["login"], "p012");
    // The log-in here stays.
    let body = json!({ "login": "p012", "password": house.password() });
    house.send(TestRequest::post().uri("/api/v1/sessions").set_json(body)).await.ok();
}

#[actix_web::test]
async fn accounts_are_matched_and_never_made() {
    let (house, provider) = both().await;
    refused(&log_in(&house, &provider, "stranger").await, "provider-account-unknown");
    provider.twist(|claims| claims["preferred_username"] = json!(null));
    refused(&log_in(&house, &provider, "p012").await, "provider-account-unknown");
    provider.twist(|_| {});
    let found = house.get("secadmin", "/accounts?text=p012").await.ok()["items"][0].clone();
    let path = format!("/accounts/{}/disable", found["id"].as_str().unwrap());
    house.request("secadmin", "POST", &path, found["version"].as_i64(), None).await.ok();
    refused(&log_in(&house, &provider, "p012").await, "provider-account-unknown");
    assert_eq!(house.get("secadmin", "/accounts?text=stranger").await.ok()["items"], json!([]));
}

#[actix_web::test]
async fn a_token_that_is_not_as_agreed_is_refused_by_its_code() {
    let (house, provider) = both().await;
    let now = house.app.clock.now().timestamp();
    type Change = (&'static str, Box<dyn Fn(&mut serde_json::Value) + Send>);
    let set = |name: &'static str, value: serde_json::Value| -> Box<dyn Fn(&mut serde_json::Value) + Send> {
        Box::new(move |claims| claims[name] = value.clone())
    };
    let changes: Vec<Change> = vec![
        ("provider-nonce", set("nonce", json!("another"))),
        ("provider-nonce", set("nonce", json!(null))),
        ("provider-audience", set("aud", json!("another"))),
        ("provider-audience", set("aud", json!(["bihuan", "another"]))),
        ("provider-audience", set("azp", json!("another"))),
        ("provider-issuer", set("iss", json!("https://evil.example"))),
        ("provider-expired", set("exp", json!(now - 60))),
        ("provider-expired", set("iat", json!(now + 120))),
    ];
    for (code, change) in changes {
        provider.twist(change);
        refused(&log_in(&house, &provider, "p012").await, code);
    }
    provider.twist(|claims| {
        claims["aud"] = json!(["another", "bihuan"]);
        claims["azp"] = json!("bihuan");
    });
    assert_eq!(place(&log_in(&house, &provider, "p012").await), "/ledger");
    provider.twist(|_| {});
    for signs in [Signs::Foreign, Signs::Shared, Signs::None, Signs::Cut] {
        provider.sign(signs);
        refused(&log_in(&house, &provider, "p012").await, "provider-signature");
    }
}

#[actix_web::test]
async fn a_new_key_of_the_provider_is_taken_and_an_unknown_one_is_not() {
    let (house, provider) = both().await;
    let later = |seconds| {
        house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::seconds(seconds));
        provider.set_time(house.app.clock.now().timestamp());
    };
    assert_eq!(place(&log_in(&house, &provider, "p012").await), "/ledger");
    assert_eq!(place(&log_in(&house, &provider, "p013").await), "/ledger");
    assert_eq!(provider.keys_asked(), 1, "keys are remembered");
    provider.sign(Signs::Unknown);
    refused(&log_in(&house, &provider, "p012").await, "provider-key");
    assert_eq!(provider.keys_asked(), 1, "nobody makes the server ask at every try");
    later(31);
    refused(&log_in(&house, &provider, "p012").await, "provider-key");
    later(31);
    provider.sign(Signs::Own);
    provider.rotate();
    assert_eq!(place(&log_in(&house, &provider, "p012").await), "/ledger");
    assert_eq!(provider.keys_asked(), 3);
}

#[actix_web::test]
async fn what_was_begun_holds_once_in_the_browser_that_began_it_for_ten_minutes() {
    let (house, provider) = both().await;
    let iss = provider.issuer();
    let way = go(&house, "/").await;
    let code = provider.agree(&way.asked, "p012");
    let query = format!("code={code}&state={}&iss={iss}", way.state);
    // Another browser, or none that began anything; a state nobody made.
    let other = go(&house, "/").await;
    refused(&back(&house, &query, &other.cookie).await, "provider-state");
    refused(&back(&house, &query, "x=y").await, "provider-state");
    refused(
        &back(&house, &format!("code={code}&state=made-up&iss={iss}"), "bihuan-provider=made-up").await,
        "provider-state",
    );
    assert_eq!(place(&back(&house, &query, &way.cookie).await), "/");
    refused(&back(&house, &query, &way.cookie).await, "provider-state");
    // A code that was used, with a state that was not.
    let again = go(&house, "/").await;
    provider.agree(&again.asked, "p012");
    refused(
        &back(&house, &format!("code={code}&state={}&iss={iss}", again.state), &again.cookie).await,
        "provider-code",
    );
    // A code of another log-in does not fit the verifier of this one.
    let (first, second) = (go(&house, "/").await, go(&house, "/").await);
    let code = provider.agree(&first.asked, "p012");
    refused(
        &back(&house, &format!("code={code}&state={}&iss={iss}", second.state), &second.cookie).await,
        "provider-code",
    );
    let late = go(&house, "/").await;
    let code = provider.agree(&late.asked, "p012");
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::minutes(10));
    refused(
        &back(&house, &format!("code={code}&state={}&iss={iss}", late.state), &late.cookie).await,
        "provider-state",
    );
}

#[actix_web::test]
async fn another_provider_that_mixes_itself_in_is_refused() {
    let (house, provider) = both().await;
    for iss in ["&iss=https://evil.example", ""] {
        let way = go(&house, "/").await;
        let code = provider.agree(&way.asked, "p012");
        refused(&back(&house, &format!("code={code}&state={}{iss}", way.state), &way.cookie).await, "provider-issuer");
    }
    let way = go(&house, "/").await;
    let said = format!("error=access_denied&state={}&iss={}", way.state, provider.issuer());
    refused(&back(&house, &said, &way.cookie).await, "provider-declined");

    // It calls itself otherwise than it was set up; and one that is not there at all.
    let other = Provider::open();
    other.call_itself("https://evil.example");
    let house = house_with(other.settings()).await;
    let answer = house.send(TestRequest::get().uri("/api/v1/sessions/provider")).await;
    refused(&answer, "provider-issuer");
    let nobody = ProviderSettings { issuer: "http://127.0.0.1:1".to_owned(), ..other.settings() };
    let house = house_with(nobody).await;
    refused(&house.send(TestRequest::get().uri("/api/v1/sessions/provider")).await, "provider-unreachable");
}

#[actix_web::test]
async fn nobody_is_led_elsewhere_by_where_he_wanted_to_be() {
    let (house, _provider) = both().await;
    for to in ["//evil.example", "https://evil.example", "/%5Cevil.example", "/api/v1/me", "ledger", "/%0D%0Ax"] {
        let answer = house.send(TestRequest::get().uri(&format!("/api/v1/sessions/provider?to={to}"))).await;
        assert_eq!(answer.refused(422, "content")["errors"][0]["code"], "path-form", "{to}");
    }
    // Where there is no provider there is no such way.
    let plain = House::new().await;
    plain.send(TestRequest::get().uri("/api/v1/sessions/provider")).await.refused(404, "not-found");
    assert_eq!(plain.send(TestRequest::get().uri("/api/v1/sessions/ways")).await.ok()["provider"], json!(null));
}

#[actix_web::test]
async fn what_the_provider_vouches_for_is_a_second_factor_only_where_it_was_set_so() {
    let (house, provider) = both().await;
    let asked = json!({ "required_of": ["unit", "leader", "supervisor"], "proof_minutes": 15, "version": 0 });
    house.request("secadmin", "PUT", "/identity-rules", None, Some(asked)).await.ok();
    // The provider says nothing of a second factor: one of ours is to be begun.
    let plain = log_in(&house, &provider, "p012").await;
    assert_eq!(me(&house, &plain).await["must_enrol_second_factor"], true);
    provider.twist(|claims| claims["amr"] = json!(["pwd", "otp"]));
    let other = log_in(&house, &provider, "p012").await;
    assert_eq!(me(&house, &other).await["must_enrol_second_factor"], true, "otp was not set");
    provider.twist(|claims| claims["amr"] = json!(["pwd", "mfa"]));
    let strong = log_in(&house, &provider, "p012").await;
    assert_eq!(me(&house, &strong).await["must_enrol_second_factor"], false);

    // Who has one of ours is asked for its code, unless the provider vouches.
    let begun = house.request("p013", "POST", "/me/second-factor", None, None).await.ok();
    let secret = support::secret_bytes(begun["secret"].as_str().unwrap());
    let step = domain::second_factor::step_of(house.app.clock.now());
    let first = json!({ "code": domain::second_factor::code_at(&secret, step) });
    house.request("p013", "POST", "/me/second-factor/confirm", None, Some(first)).await.ok();
    assert_eq!(place(&log_in(&house, &provider, "p013").await), "/ledger");
    provider.twist(|_| {});
    let waits = log_in(&house, &provider, "p013").await;
    assert_eq!(cookie(&waits, "bihuan"), None, "no session before the code");
    let ticket = place(&waits).strip_prefix("/#ticket=").expect("a ticket").to_owned();
    let body = json!({ "ticket": ticket, "code": domain::second_factor::code_at(&secret, step + 1) });
    house.send(TestRequest::post().uri("/api/v1/sessions/code").set_json(body)).await.ok();
}

#[actix_web::test]
async fn a_person_may_be_found_by_his_code() {
    let provider = Provider::open();
    let settings = ProviderSettings {
        claim: "employee".to_owned(),
        matched: api::app::Matched::PersonCode,
        ..provider.settings()
    };
    let house = house_with(settings).await;
    provider.set_time(house.app.clock.now().timestamp());
    provider.twist(|claims| claims["employee"] = json!("P012"));
    assert_eq!(me(&house, &log_in(&house, &provider, "whoever").await).await["login"], "p012");
}

/// A session by the provider, some time ago; its token of this moment.
async fn long_ago(house: &House, provider: &Provider, login: &str) -> String {
    let answer = log_in(house, provider, login).await;
    let mut kept = cookie(&answer, "bihuan").expect("a session");
    let mut token = String::new();
    for _ in 0..2 {
        house.app.clock.set(house.app.clock.now() + TimeDelta::minutes(20));
        provider.set_time(house.app.clock.now().timestamp());
        let request = TestRequest::post().uri("/api/v1/sessions/refresh").insert_header(("cookie", kept.clone()));
        let renewed = house.send(request).await;
        kept = cookie(&renewed, "bihuan").expect("it goes on");
        token = renewed.ok()["access_token"].as_str().unwrap().to_owned();
    }
    token
}

async fn post(house: &House, token: &str, path: &str) -> Answer {
    let request =
        TestRequest::post().uri(&format!("/api/v1{path}")).insert_header(("authorization", format!("Bearer {token}")));
    house.send(request).await
}

/// The whole way of a proof anew as somebody; where the browser is sent in the end.
async fn prove(house: &House, provider: &Provider, token: &str, name: &str) -> String {
    let begun = post(house, token, "/sessions/provider/proof").await;
    let kept = cookie(&begun, "bihuan-provider").expect("the browser is known again");
    let asked = begun.ok()["address"].as_str().unwrap().to_owned();
    let said = parts(asked.split_once('?').unwrap().1);
    assert_eq!((said["prompt"].as_str(), said["max_age"].as_str()), ("login", "0"), "he is asked anew");
    let code = provider.agree(&asked, name);
    let sent = format!("code={code}&state={}&iss={}", said["state"], provider.issuer());
    let place = place(&back(house, &sent, &kept).await);
    // What was agreed holds once.
    assert_eq!(self::place(&back(house, &sent, &kept).await), "/?refused=provider-state");
    place
}

#[actix_web::test]
async fn a_proof_anew_is_given_at_the_provider_by_who_logs_in_there_again() {
    let (house, provider) = both().await;
    let token = long_ago(&house, &provider, "p012").await;
    post(&house, &token, "/me/second-factor").await.refused(403, "proof-wanted");
    let now = house.app.clock.now().timestamp();
    let at = |time: i64| move |claims: &mut serde_json::Value| claims["auth_time"] = json!(time);
    // It does not say when he logged in, or he did long before.
    assert_eq!(prove(&house, &provider, &token, "p012").await, "/proved?refused=provider-not-fresh");
    provider.twist(at(now - 61));
    assert_eq!(prove(&house, &provider, &token, "p012").await, "/proved?refused=provider-not-fresh");
    // Somebody else did, or nobody who is known here.
    provider.twist(at(now));
    assert_eq!(prove(&house, &provider, &token, "p013").await, "/proved?refused=provider-other-person");
    assert_eq!(prove(&house, &provider, &token, "stranger").await, "/proved?refused=provider-other-person");
    // A token that is not believed proves nothing either.
    provider.sign(Signs::Foreign);
    assert_eq!(prove(&house, &provider, &token, "p012").await, "/proved?refused=provider-signature");
    provider.sign(Signs::Own);
    post(&house, &token, "/me/second-factor").await.refused(403, "proof-wanted");
    assert_eq!(prove(&house, &provider, &token, "p012").await, "/proved");
    let begun = post(&house, &token, "/me/second-factor").await.ok();
    // Where a code is in use, it is the code that proves, unless the provider vouches for a second factor.
    let secret = support::secret_bytes(begun["secret"].as_str().unwrap());
    let step = domain::second_factor::step_of(house.app.clock.now());
    let first = json!({ "code": domain::second_factor::code_at(&secret, step) });
    let confirm = TestRequest::post()
        .uri("/api/v1/me/second-factor/confirm")
        .insert_header(("authorization", format!("Bearer {token}")))
        .set_json(first);
    house.send(confirm).await.ok();
    assert_eq!(prove(&house, &provider, &token, "p012").await, "/proved?refused=provider-code-wanted");
    provider.twist(move |claims| {
        claims["auth_time"] = json!(now);
        claims["amr"] = json!(["pwd", "mfa"]);
    });
    assert_eq!(prove(&house, &provider, &token, "p012").await, "/proved");
    // Nobody begins it who is not logged in, and nobody where there is no provider.
    house.send(TestRequest::post().uri("/api/v1/sessions/provider/proof")).await.refused(401, "unauthenticated");
    let alone = House::new().await;
    alone.request("p012", "POST", "/sessions/provider/proof", None, None).await.refused(404, "not-found");
}
