//! Log-in by the group's directory, a real one: it answers for its accounts alone, its silence holds up nobody who has a password here, and neither
//! answer nor name opens anything else.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use actix_web::test::TestRequest;
use api::app::{LdapEntries, LdapSettings};
use api::ldap::{Ldap, Unreachable};
use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use persistence::testing::{lines, run};
use serde_json::{Value, json};
use support::slapd::{P012, P013, Slapd, settings};
use support::{Answer, House, LDAP};

async fn house_with(settings: LdapSettings) -> House {
    LDAP.with_borrow_mut(|l| *l = Some(settings));
    let house = House::new().await;
    LDAP.with_borrow_mut(|l| *l = None);
    house
}

async fn log_in(house: &House, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password });
    house.send(TestRequest::post().uri("/api/v1/sessions").set_json(body)).await
}

async fn account(house: &House, login: &str) -> Value {
    let page = house.get("secadmin", &format!("/accounts?text={login}")).await.ok();
    page["items"].as_array().unwrap().iter().find(|a| a["login"] == login).unwrap().clone()
}

/// An act of the security administrator on an account.
async fn administer(house: &House, login: &str, act: &str, body: Option<Value>) -> Answer {
    let found = account(house, login).await;
    let path = format!("/accounts/{}/{act}", found["id"].as_str().unwrap());
    house.request("secadmin", "POST", &path, found["version"].as_i64(), body).await
}

async fn prove_by(house: &House, login: &str, proof: &str) -> Answer {
    administer(house, login, "proved-by", Some(json!({ "proved_by": proof }))).await
}

async fn call(house: &House, token: &str, method: &str, path: &str, body: Value) -> Answer {
    let request = TestRequest::with_uri(&format!("/api/v1{path}"))
        .method(method.parse().unwrap())
        .insert_header(("authorization", format!("Bearer {token}")))
        .set_json(body);
    house.send(request).await
}

fn token(session: &Value) -> String {
    session["access_token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn the_directory_answers_for_its_accounts_and_their_passwords_are_not_here() {
    let Some(slapd) = Slapd::start() else { return };
    for settings in [slapd.named(), slapd.found()] {
        let house = house_with(settings).await;
        let set = prove_by(&house, "p012", "directory").await.ok();
        assert_eq!((&set["proved_by"], &set["proved_by_label"]), (&json!("directory"), &json!("单位目录")));
        assert!(set.get("one_time_password").is_none());
        let session = log_in(&house, "P012", P012).await.ok();
        let me = house.get("p012", "/me").await.ok();
        assert_eq!((&me["password_in_directory"], &me["must_change_password"]), (&json!(true), &json!(false)));
        // The password it had here opens nothing, nor does another, none, or that of somebody else in the directory.
        for wrong in [house.password().as_str(), "wrong", "", P013] {
            log_in(&house, "p012", wrong).await.refused(401, "login-failed");
        }
        // Whoever is in the directory and has a password here, or no account, is not let in by it.
        log_in(&house, "p013", P013).await.refused(401, "login-failed");
        log_in(&house, "p013", &house.password()).await.ok();
        for unknown in ["a,b", "star*", "*)(uid=*", "*", "twice"] {
            log_in(&house, unknown, P012).await.refused(401, "login-failed");
        }
        let kept = lines(&house.db.super_url(), "SELECT password_hash AS line FROM accounts WHERE login = 'p012'");
        assert_eq!(kept, [""]);
        let set = "SELECT payload::text AS line FROM events WHERE kind = 'account.proved_by_set'";
        assert_eq!(lines(&house.db.super_url(), set), [r#"{"proved_by":"directory"}"#]);
        // What is changed in the directory is not changed here.
        let change = json!({ "old": P012, "new": "新的-口令-很长-5521" });
        call(&house, &token(&session), "PUT", "/me/password", change).await.refused(409, "password-in-directory");
        administer(&house, "p012", "reset", None).await.refused(409, "password-in-directory");
        // And back: a password of one use, and the directory opens nothing more.
        let back = prove_by(&house, "p012", "local").await.ok();
        log_in(&house, "p012", P012).await.refused(401, "login-failed");
        // That was the fifth; wrong ones of either kind count together.
        log_in(&house, "p012", P012).await.refused(429, "login-locked");
        house.app.clock.set(house.app.clock.now() + TimeDelta::hours(1));
        let session = log_in(&house, "p012", back["one_time_password"].as_str().unwrap()).await.ok();
        assert_eq!(session["must_change_password"], true);
    }
}

#[actix_web::test]
async fn a_log_in_name_is_never_more_than_a_name_and_no_password_proves_nothing() {
    let Some(slapd) = Slapd::start() else { return };
    for (settings, is_searched) in [(slapd.named(), false), (slapd.found(), true)] {
        let ldap = Ldap::new(settings);
        for (login, password, expected) in [
            ("p012", P012, true),
            ("P012", P012, true),
            ("p012", P013, false),
            ("p012", "", false),
            ("", "", false),
            ("", P012, false),
            ("*", P012, false),
            ("*)(uid=*", P012, false),
            ("p012)(uid=p012", P012, false),
            ("p01*", P012, false),
            ("p012,ou=people", P012, false),
            ("p012\0", P012, false),
            ("nobody", P012, false),
            // Names with what has a meaning elsewhere.
            ("a,b", "逗号-5520", true),
            ("star*", "星号-6631", true),
            // Two of one name are nobody, and have no entry of that name.
            ("twice", "同名-8842", false),
        ] {
            let right = ldap.is_right(login, password).await;
            assert_eq!(right, Ok(expected), "{login:?} {password:?}, searched: {is_searched}");
        }
        assert_eq!(ldap.pretend().await, Ok(()));
        ldap.reach().await.unwrap();
    }
    // A search account that is not let in is no answer about anybody.
    let mut foreign = slapd.found();
    if let LdapEntries::Found { account, .. } = &mut foreign.entries {
        *account = Some(("cn=search,dc=example,dc=cn".to_owned(), "another".to_owned()));
    }
    let ldap = Ldap::new(foreign);
    assert_eq!(ldap.is_right("p012", P012).await, Err(Unreachable));
    assert!(ldap.reach().await.unwrap_err().contains("49"));
}

#[actix_web::test]
async fn wrong_passwords_lock_a_name_whether_it_is_in_the_directory_or_nowhere() {
    let Some(slapd) = Slapd::start() else { return };
    let house = house_with(slapd.found()).await;
    prove_by(&house, "p012", "directory").await.ok();
    for name in ["p012", "nobody"] {
        for _ in 0..5 {
            log_in(&house, name, "wrong").await.refused(401, "login-failed");
        }
        log_in(&house, name, P012).await.refused(429, "login-locked");
    }
}

#[actix_web::test]
async fn where_the_directory_is_down_its_accounts_wait_and_those_with_a_password_here_go_on() {
    let Some(mut slapd) = Slapd::start() else { return };
    let house = house_with(slapd.found()).await;
    prove_by(&house, "p012", "directory").await.ok();
    slapd.stop();
    // More often than would lock: nobody knows whether it was wrong. A name nobody has is answered alike.
    for name in ["p012", "nobody"] {
        for _ in 0..6 {
            let waits = log_in(&house, name, P012).await;
            assert!(waits.headers.contains_key("retry-after"));
            waits.refused(503, "directory-unreachable");
        }
    }
    log_in(&house, "p013", &house.password()).await.ok();
    // So is a wrong password of an account here, which counts.
    for _ in 0..5 {
        log_in(&house, "p013", "wrong").await.refused(503, "directory-unreachable");
    }
    log_in(&house, "p013", &house.password()).await.refused(429, "login-locked");
    slapd.go_on();
    log_in(&house, "p012", P012).await.ok();
}

#[actix_web::test]
async fn a_directory_that_never_answers_holds_up_nobody_who_has_a_password_here() {
    // Connections are made and nothing is ever said.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let named = LdapEntries::Named("uid={login},dc=example,dc=cn".to_owned());
    let patience = Duration::from_secs(3);
    let house = house_with(LdapSettings { patience, ..settings(silent.local_addr().unwrap(), named) }).await;
    prove_by(&house, "p012", "directory").await.ok();
    let began = Instant::now();
    let waiting = join_all((0..12).map(|_| log_in(&house, "p012", P012)));
    let local = async {
        log_in(&house, "p013", &house.password()).await.ok();
        began.elapsed()
    };
    let (answers, local) = join(waiting, local).await;
    for answer in answers {
        answer.refused(503, "directory-unreachable");
    }
    // Eight ask at once; the others wait as long for their turn and then ask, or give up.
    assert!(began.elapsed() >= patience && began.elapsed() < patience * 2 + Duration::from_secs(20));
    assert!(local < began.elapsed(), "who has a password here waited for the directory");
}

#[actix_web::test]
async fn a_code_and_a_fresh_proof_are_asked_of_who_is_in_the_directory_as_of_everybody() {
    let Some(mut slapd) = Slapd::start() else { return };
    let house = house_with(slapd.named()).await;
    prove_by(&house, "p012", "directory").await.ok();
    let token = token(&log_in(&house, "p012", P012).await.ok());
    let prove =
        async |password: &str| call(&house, &token, "POST", "/sessions/proof", json!({ "password": password })).await;
    assert_eq!(prove(P012).await.status, 204);
    let wrong = prove(&house.password()).await.refused(422, "content");
    assert_eq!(wrong["errors"][0]["code"], "password-incorrect");
    assert_eq!(prove("").await.status, 422);
    slapd.stop();
    prove(P012).await.refused(503, "directory-unreachable");
    slapd.go_on();
    // A second factor of ours stands behind the password of the directory.
    let begun = call(&house, &token, "POST", "/me/second-factor", json!({})).await.ok();
    let secret = support::secret_bytes(begun["secret"].as_str().unwrap());
    let step = domain::second_factor::step_of(house.app.clock.now());
    let first = json!({ "code": domain::second_factor::code_at(&secret, step) });
    call(&house, &token, "POST", "/me/second-factor/confirm", first).await.ok();
    log_in(&house, "p012", P012).await.refused(401, "code-wanted");
    log_in(&house, "p012", "wrong").await.refused(401, "login-failed");
    // It is given up with the password of the directory and a code.
    house.app.clock.set(house.app.clock.now() + TimeDelta::seconds(30));
    let code = domain::second_factor::code_at(&secret, step + 1);
    let give_up = json!({ "password": P012, "code": code });
    assert_eq!(call(&house, &token, "POST", "/me/second-factor/give-up", give_up).await.status, 204);
}

#[actix_web::test]
async fn one_of_each_duty_can_always_log_in_without_the_directory() {
    let closed =
        settings("127.0.0.1:1".parse().unwrap(), LdapEntries::Named("uid={login},dc=example,dc=cn".to_owned()));
    let house = house_with(closed).await;
    for only in ["sysadmin", "auditor"] {
        prove_by(&house, only, "directory").await.refused(409, "last-local-administrator");
        administer(&house, only, "disable", None).await.refused(409, "last-local-administrator");
    }
    prove_by(&house, "secadmin", "directory").await.refused(403, "own-account");
    run(&house.db.super_url(), "UPDATE accounts SET duty = 'auditor', role = NULL WHERE login IN ('p012', 'p013')")
        .unwrap();
    // Of three, two at once and then the third: one stays.
    let (one, other) = join(prove_by(&house, "auditor", "directory"), prove_by(&house, "p012", "directory")).await;
    one.ok();
    other.ok();
    prove_by(&house, "p013", "directory").await.refused(409, "last-local-administrator");
    administer(&house, "p013", "disable", None).await.refused(409, "last-local-administrator");
    administer(&house, "p012", "disable", None).await.ok();
    prove_by(&house, "auditor", "local").await.ok();
    let (one, other) = join(prove_by(&house, "auditor", "directory"), prove_by(&house, "p013", "directory")).await;
    assert_eq!([one.status, other.status].iter().filter(|s| **s == 200).count(), 1, "one of two stays local");
    run(&house.db.super_url(), "UPDATE accounts SET status = 'inactive', duty = NULL WHERE login IN ('p012', 'p013')")
        .unwrap();
}

#[actix_web::test]
async fn an_account_is_made_for_who_is_in_the_directory_where_there_is_one() {
    let house = House::new().await;
    let new = json!({ "login": "fresh", "display_name": "新来的", "proved_by": "directory" });
    let make = async |house: &House| house.request("sysadmin", "POST", "/accounts", None, Some(new.clone())).await;
    assert_eq!(house.get("secadmin", "/accounts").await.ok()["has_directory"], false, "the page offers none");
    make(&house).await.refused(409, "directory-missing");
    prove_by(&house, "p012", "directory").await.refused(409, "directory-missing");
    let closed =
        settings("127.0.0.1:1".parse().unwrap(), LdapEntries::Named("uid={login},dc=example,dc=cn".to_owned()));
    let house = house_with(closed).await;
    let made = make(&house).await.ok();
    assert_eq!((&made["proved_by"], &made["must_change_password"]), (&json!("directory"), &json!(false)));
    assert!(made.get("one_time_password").is_none());
    prove_by(&house, "fresh", "directory").await.refused(422, "content");
    // Only who keeps accounts says so.
    let path = format!("/accounts/{}/proved-by", made["id"].as_str().unwrap());
    let body = Some(json!({ "proved_by": "local" }));
    house.request("sysadmin", "POST", &path, made["version"].as_i64(), body).await.refused(403, "not-allowed");
}

/// What the doctor says of the directory, as a program of its own that trusts a certificate.
fn examined(url: &str, start_tls: &str, trusted: &std::path::Path) -> String {
    let said = Command::new(env!("CARGO_BIN_EXE_bihuan"))
        .arg("doctor")
        .env_remove("BIHUAN_TEST_CLUSTER")
        .env("SSL_CERT_FILE", trusted)
        .env("BIHUAN_DATA_DIR", std::env::temp_dir().join("bihuan-no-such-folder"))
        .env("BIHUAN_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
        .env("BIHUAN_LDAP_URL", url)
        .env("BIHUAN_LDAP_STARTTLS", start_tls)
        .env("BIHUAN_LDAP_DN", "uid={login},dc=example,dc=cn")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    text.lines().find(|line| line.contains("单位目录")).unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[test]
fn the_doctor_reaches_a_directory_under_tls_that_it_trusts_and_no_other() {
    let Some(slapd) = Slapd::start() else { return };
    if !slapd.certificate().exists() {
        eprintln!("跳过：没有 openssl，单位目录的加密连接没有演练");
        return;
    }
    let own = slapd.certificate();
    let none = std::path::Path::new("/dev/null");
    let (tls, open) = (slapd.tls.port(), slapd.open.port());
    for (url, start_tls, trusted, is_good) in [
        (format!("ldaps://localhost:{tls}"), "true", own.as_path(), true),
        (format!("ldap://localhost:{open}"), "true", own.as_path(), true),
        (format!("ldap://localhost:{open}"), "false", none, true),
        // A certificate nobody here trusts, one for another name, and nobody at all.
        (format!("ldaps://localhost:{tls}"), "true", none, false),
        (format!("ldaps://127.0.0.1:{tls}"), "true", own.as_path(), false),
        ("ldap://localhost:1".to_owned(), "false", none, false),
    ] {
        let line = examined(&url, start_tls, trusted);
        assert_eq!(line.contains("有回答"), is_good, "{url} {start_tls}: {line}");
    }
}
