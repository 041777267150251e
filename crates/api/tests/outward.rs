//! Notices that leave the page: by a mail server and a robot on this machine, each once, nothing of their content, failures shown and tried again.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use api::app::OutwardSettings;
use api::sender;
use chrono::TimeDelta;
use persistence::testing::lines;
use serde_json::{Value, json};
use support::post::{MailServer, robot};
use support::served::{PATIENCE, Served, free_address, serve_with};
use support::{Answer, House, OUTWARD};

async fn house(mail: Option<&MailServer>, robot_hosts: Vec<String>) -> House {
    let mail = mail.map(|m| (m.url(), "整改闭环 <noreply@group.example.cn>".to_owned()));
    OUTWARD.set(OutwardSettings { mail, robot_hosts, ..OutwardSettings::default() });
    let house = House::new().await;
    OUTWARD.set(OutwardSettings::default());
    house
}

/// Sends until nothing is left that is due now.
async fn send_all(house: &House) {
    while sender::turn(&house.app).await.unwrap() {}
}

/// A task issued to its unit; the login of its clerk.
async fn issue(house: &House, number: &str) -> (String, String) {
    let task = house.task(number).await;
    let view = house.act("p072", &task, "issue", json!({})).await.ok();
    (task, House::login(view["persons"][0]["name"].as_str().unwrap()))
}

async fn send(house: &House, login: &str, method: &str, path: &str, body: Value) -> Answer {
    house.request(login, method, path, None, Some(body)).await
}

/// A clerk to whom three tasks or more will be issued, and their numbers.
async fn clerk(house: &House) -> (String, Vec<String>) {
    let round = house.round().await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    let mut tasks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in page["items"].as_array().unwrap() {
        let view = house.get("p072", &format!("/tasks/{}", item["id"].as_str().unwrap())).await.ok();
        let name = view["persons"][0]["name"].as_str().unwrap().to_owned();
        tasks.entry(name).or_default().push(item["number"].as_str().unwrap().to_owned());
    }
    let (name, numbers) = tasks.into_iter().find(|(_, numbers)| numbers.len() >= 3).expect("a clerk with three tasks");
    (House::login(&name), numbers)
}

#[actix_web::test]
async fn a_notice_goes_out_by_mail_once_and_says_nothing_of_its_task() {
    let post = MailServer::open();
    let house = house(Some(&post), Vec::new()).await;
    let (clerk, numbers) = clerk(&house).await;
    let told = send(&house, &clerk, "PUT", "/me/told-by", json!({ "mail": " a@b.cn " })).await.ok();
    assert_eq!((told["mail"].as_str(), told["has_mail"].as_bool()), (Some("a@b.cn"), Some(true)));
    let (task, _) = issue(&house, &numbers[0]).await;
    send_all(&house).await;
    send_all(&house).await;
    let mails = post.taken();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("a@b.cn", "整改闭环：任务已下发，请认领"));
    assert!(mail.text.contains(&numbers[0]), "{}", mail.text);
    let title = house.get("p072", &format!("/tasks/{task}")).await.ok()["title"].as_str().unwrap().to_owned();
    assert!(!mail.text.contains(&title) && !title.is_empty());
}

#[actix_web::test]
async fn what_was_read_in_the_page_or_is_not_to_go_out_stays() {
    let post = MailServer::open();
    let house = house(Some(&post), Vec::new()).await;
    let (clerk, numbers) = clerk(&house).await;
    send(&house, &clerk, "PUT", "/me/told-by", json!({ "mail": "a@b.cn" })).await.ok();
    issue(&house, &numbers[0]).await;
    send(&house, &clerk, "POST", "/notices/read", Value::Null).await;
    send_all(&house).await;
    assert!(post.taken().is_empty());
    // The administrator keeps the rule in the page; a colleague with an old picture of the rules does not overwrite that.
    let rules = house.get("sysadmin", "/channel-rules").await.ok();
    assert_eq!(
        rules["rules"].as_array().unwrap().iter().find(|r| r["rule"] == "task_issued").unwrap()["channels"],
        json!(["mail", "robot"])
    );
    let set = json!({ "rules": { "task_issued": [] }, "version": rules["version"] });
    send(&house, "sysadmin", "PUT", "/channel-rules", set.clone()).await.ok();
    assert_eq!(send(&house, "sysadmin", "PUT", "/channel-rules", set.clone()).await.status, 412);
    send(&house, "p072", "PUT", "/channel-rules", set).await.refused(403, "not-allowed");
    issue(&house, &numbers[1]).await;
    send_all(&house).await;
    assert!(post.taken().is_empty());
    // Without an address nothing is owed; taken away meanwhile, it is dropped.
    send(&house, &clerk, "PUT", "/me/told-by", json!({})).await.ok();
    let owed =
        lines(&house.db.super_url(), "SELECT channel || ' ' || state AS line FROM deliveries WHERE channel <> 'inbox'");
    assert_eq!(owed, ["mail dropped"]);
}

#[actix_web::test]
async fn a_digest_is_one_mail_on_the_next_working_morning() {
    let post = MailServer::open();
    let house = house(Some(&post), Vec::new()).await;
    let (clerk, numbers) = clerk(&house).await;
    send(&house, &clerk, "PUT", "/me/told-by", json!({ "mail": "a@b.cn", "is_digest": true })).await.ok();
    for number in &numbers[..3] {
        issue(&house, number).await;
    }
    send_all(&house).await;
    assert!(post.taken().is_empty(), "not before the morning");
    let due = lines(
        &house.db.super_url(),
        "SELECT DISTINCT to_char(next_at AT TIME ZONE 'Asia/Shanghai', 'HH24:MI') || ' ' || attempts AS line FROM deliveries WHERE channel = 'mail'",
    );
    assert_eq!(due, ["08:00 0"], "put off, which is no attempt");
    house.app.clock.set(house.app.clock.now() + TimeDelta::days(12));
    send_all(&house).await;
    let mails = post.taken();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].subject, "整改闭环：您有3项待办");
    for number in &numbers[..3] {
        assert!(mails[0].text.contains(number), "{}", mails[0].text);
    }
}

#[actix_web::test]
async fn a_failure_is_shown_tried_again_and_at_last_left_to_the_administrator() {
    let post = MailServer::open();
    post.is_shut.store(true, Ordering::SeqCst);
    let house = house(Some(&post), Vec::new()).await;
    let (clerk, numbers) = clerk(&house).await;
    send(&house, &clerk, "PUT", "/me/told-by", json!({ "mail": "a@b.cn" })).await.ok();
    issue(&house, &numbers[0]).await;
    for attempt in 1..=6 {
        send_all(&house).await;
        let failed = house.get("sysadmin", "/failed-notices").await.ok();
        let one = &failed.as_array().unwrap()[0];
        assert_eq!(one["attempts"], json!(attempt), "{one}");
        assert!(one["fault"].as_str().unwrap().contains("451"), "{one}");
        assert_eq!(one["again_at"].is_null(), attempt == 6, "{one}");
        house.app.clock.set(house.app.clock.now() + TimeDelta::hours(13));
    }
    send_all(&house).await;
    assert!(post.taken().is_empty());
    house.get("p072", "/failed-notices").await.refused(403, "not-allowed");
    post.is_shut.store(false, Ordering::SeqCst);
    send(&house, &clerk, "POST", "/failed-notices/retry", Value::Null).await.refused(403, "not-allowed");
    let again = send(&house, "sysadmin", "POST", "/failed-notices/retry", Value::Null).await.ok();
    assert_eq!(again["n"], json!(1));
    send_all(&house).await;
    assert_eq!(post.taken().len(), 1);
    assert_eq!(house.get("sysadmin", "/failed-notices").await.ok(), json!([]));
}

#[actix_web::test]
async fn a_robot_is_off_until_its_host_is_allowed_and_then_says_how_many() {
    let (address, heard) = robot(r#"{"errcode":0,"errmsg":"ok"}"#);
    let url = format!("http://{address}/send?key=1");
    let form = |url: &str| json!({ "robot": { "kind": "wecom", "url": url } });
    let closed = house(None, Vec::new()).await;
    let (own, _) = clerk(&closed).await;
    let refused = send(&closed, &own, "PUT", "/me/told-by", form(&url)).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["code"], "robot-not-allowed");
    let trial = json!({ "channel": "robot", "told_by": {} });
    send(&closed, &own, "POST", "/me/told-by/trials", trial).await.refused(409, "channel-off");

    let house = house(None, vec![address.to_string(), "qyapi.weixin.qq.com".to_owned()]).await;
    let (clerk, numbers) = clerk(&house).await;
    for bad in ["https://evil.example.cn/x", "http://qyapi.weixin.qq.com/x", "https://u:p@qyapi.weixin.qq.com/x"] {
        send(&house, &clerk, "PUT", "/me/told-by", form(bad)).await.refused(422, "content");
    }
    send(&house, &clerk, "PUT", "/me/told-by", form("https://qyapi.weixin.qq.com/x")).await.ok();
    send(&house, &clerk, "PUT", "/me/told-by", form(&url)).await.ok();
    let trial = json!({ "channel": "robot", "told_by": form(&url) });
    assert_eq!(send(&house, &clerk, "POST", "/me/told-by/trials", trial).await.status, 204);
    issue(&house, &numbers[0]).await;
    send_all(&house).await;
    let said = json!({ "msgtype": "text", "text": { "content": "您有1项待办" } });
    assert_eq!(*heard.lock().unwrap(), [said.clone(), said]);
    // A robot that does not take it is a failure like any other.
    let (address, heard) = robot(r#"{"code":19024,"msg":"Key Words Not Found"}"#);
    lines(
        &house.db.super_url(),
        &format!("UPDATE told_by SET robot_kind = 'feishu', robot_url = 'http://{address}/x' RETURNING '' AS line"),
    );
    issue(&house, &numbers[1]).await;
    send_all(&house).await;
    assert!(heard.lock().unwrap().is_empty(), "the host is not among the allowed ones");
    let failed = house.get("sysadmin", "/failed-notices").await.ok();
    assert_eq!(failed[0]["fault"], "机器人地址不在允许之列");
}

/// Three servers in three time zones on one database, killed at random while the clock has half a year to say and mails are on their way.
#[actix_web::test]
async fn three_clocks_killed_at_random_send_each_warning_once() {
    let kills = if std::env::var_os("BIHUAN_TEST_HEAVY").is_some() { 60 } else { 4 };
    let post = MailServer::open();
    post.pause.store(15, Ordering::SeqCst);
    let house = House::new().await;
    house.round().await;
    let url = house.db.super_url();
    lines(
        &url,
        "INSERT INTO told_by SELECT id, 'p' || left(id::text, 8) || substr(id::text, 25) || '@b.cn', NULL, NULL, false FROM persons RETURNING '' AS line",
    );
    for n in 1..=(12 + kills).min(30) {
        let (task, clerk) = issue(&house, &format!("T{n:02}")).await;
        if n % 2 == 0 {
            house.act(&clerk, &task, "claim", json!({})).await.ok();
        }
    }
    let folder = house.folder().to_path_buf();
    let (smtp, database) = (post.url(), house.db.url());
    let zones = ["UTC", "Asia/Shanghai", "America/New_York"];
    let start = |which: usize| -> Served {
        let more = [("TZ", zones[which]), ("BIHUAN_SMTP_URL", &smtp), ("BIHUAN_MAIL_FROM", "noreply@group.example.cn")];
        serve_with(&folder, free_address(), Some(&database), &more)
    };
    let mut servers: Vec<Served> = (0..3).map(start).collect();
    for n in 0..kills {
        let before = post.taken().len();
        let waited = Instant::now();
        while post.taken().len() < before + 1 + n % 2 && waited.elapsed() < Duration::from_secs(4) {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis((n as u64 * 13) % 31));
        let victim = n % 3;
        servers[victim].child.kill().unwrap();
        servers[victim].child.wait().unwrap();
        servers[victim] = start(victim);
    }
    // What a killed server had taken is free again after its lease; here it is let go at once.
    let quiet = Instant::now();
    let left = |sql: &str| lines(&url, sql)[0].parse::<usize>().unwrap();
    loop {
        lines(
            &url,
            "UPDATE deliveries SET next_at = now() WHERE state = 'sending' AND next_at < now() + interval '4 minutes 50 seconds' RETURNING '' AS line",
        );
        let owed = left("SELECT count(*)::text AS line FROM deliveries WHERE state IN ('due', 'sending')");
        let clock = left(
            "SELECT count(*)::text AS line FROM due_acts WHERE done_at IS NULL AND due_at <= now() AND attempts < 10",
        );
        if owed + clock == 0 {
            break;
        }
        assert!(quiet.elapsed() < PATIENCE, "{owed} mails and {clock} acts of the clock are left");
        std::thread::sleep(Duration::from_millis(200));
    }
    drop(servers);
    // The journal of what was to be told, held against what the mail server took.
    let journal: BTreeSet<String> =
        lines(&url, "SELECT notification_id || ' ' || state AS line FROM deliveries WHERE channel = 'mail'")
            .into_iter()
            .map(|line| format!("<{}.mail@group.example.cn>", line.strip_suffix(" done").expect("every mail went out")))
            .collect();
    let mails = post.taken();
    let arrived: BTreeSet<String> = mails.iter().map(|m| m.id.clone()).collect();
    assert_eq!(arrived, journal);
    let twice = lines(
        &url,
        "SELECT rule AS line FROM notifications GROUP BY rule, subject_kind, subject_id, due_on, recipient_id HAVING count(*) > 1",
    );
    assert!(twice.is_empty(), "{twice:?}");
    let again = mails.len() - arrived.len();
    assert!(again <= kills, "only a kill between a mail's end and its receipt sends it again, under the same name");
    println!(
        "{kills} kills of three servers: {} warnings by mail, each once by its name, {again} handed over again under the same name, 0 lost",
        arrived.len()
    );
}
