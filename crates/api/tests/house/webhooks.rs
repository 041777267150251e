//! Webhooks: other systems are told by themselves of what they may see, once, signed, and again where it did not arrive.

use crate::support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use api::app::OutwardSettings;
use api::audit::{self, Part};
use api::signer::{self, Signer};
use api::webhooks::{push, sign};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::transparency::audit::FaultKind;
use domain::transparency::note::{self, Checkpoint, Signed, Verifier};
use ed25519_dalek::SigningKey;
use persistence::transparency::{self, Pace};
use persistence::{Database, events};
use serde_json::{Value, json};
use support::receiver::{Answers, Message, Receiver};
use support::slips::{at_work, ids};
use support::{Answer, House, OUTWARD};
use uuid::Uuid;

/// A house that may tell some targets.
async fn house(allowed: &[&str]) -> House {
    let webhook_hosts = allowed.iter().map(|a| domain::webhook::allowed(a).unwrap()).collect();
    OUTWARD.set(OutwardSettings { webhook_hosts, ..OutwardSettings::default() });
    let house = House::new().await;
    OUTWARD.set(OutwardSettings::default());
    house
}

async fn at(receiver: &Receiver) -> House {
    house(&[&format!("http://{}", receiver.address)]).await
}

async fn post(house: &House, path: &str, body: Value) -> Answer {
    house.request("secadmin", "POST", path, None, Some(body)).await
}

async fn service(house: &House) -> String {
    let form = json!({ "name": "集团办公网", "purpose": "推送待办", "person_id": ids(house).await["P041"] });
    let made = house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

async fn form(house: &House, url: &str) -> Value {
    let unit = ids(house).await["U201"].clone();
    json!({ "url": url, "streams": ["task"], "units": [unit], "expires_on": house.today() + Days::new(30) })
}

/// A target of U201 for its tasks.
async fn hook(house: &House, url: &str) -> Value {
    let path = format!("/services/{}/webhooks", service(house).await);
    let form = form(house, url).await;
    post(house, &path, form).await.ok()
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

/// Seals what happened, makes messages of it and sends them until nothing is due now.
async fn push_all(house: &House) {
    house.keep_clock().await;
    while push::turn(&house.app).await.unwrap() {}
}

/// The clerk of U201 hands in that so many contracts were put in order.
async fn state_in(house: &House, task: &str, n: u32) {
    let view = house.get("p041", &format!("/tasks/{task}")).await.ok();
    let follows = view["statements"].as_array().unwrap().iter().filter_map(|s| s["revision"].as_u64()).max();
    let progress = format!("清理合同{n}份");
    let body = json!({ "unit": ids(house).await["U201"], "week": "2026-W10", "progress": progress, "follows": follows.unwrap_or(0) });
    house.request("p041", "POST", &format!("/tasks/{task}/statements"), None, Some(body)).await.ok();
}

async fn sent(house: &House, hook: &Value) -> Vec<Value> {
    let list = house.get("auditor", &format!("/webhooks/{}/deliveries", id(hook))).await.ok();
    list.as_array().unwrap().clone()
}

/// Of messages about one kind of event.
fn of_kind(heard: &[Message], kind: &str) -> Vec<Message> {
    heard.iter().filter(|m| m.said()["type"] == kind).cloned().collect()
}

const STATEMENT: &str = "task.statement_submitted";

/// The only message about a statement, as the administrator sees it.
async fn of_statement(house: &House, hook: &Value) -> Value {
    let all = sent(house, hook).await;
    let found: Vec<&Value> = all.iter().filter(|d| d["kind"] == STATEMENT).collect();
    assert_eq!(found.len(), 1, "{all:?}");
    found[0].clone()
}

#[test]
fn the_signature_is_that_of_the_published_vector() {
    // The vector in the tests of the Standard Webhooks library for Go (TestAsymmetricWebhookSign).
    let seed = STANDARD.decode("VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=").unwrap();
    let key = SigningKey::from_bytes(&seed.try_into().unwrap());
    let signed = sign::signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
    let wanted = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==";
    assert_eq!(signed, wanted);
}

#[test]
fn each_target_has_a_key_of_its_own_that_stays() {
    let folder = std::env::temp_dir().join(format!("bihuan-hooks-{}", Uuid::now_v7()));
    let key = |n: u128| sign::public_key(&sign::key_of(&folder, Uuid::from_u128(n)).unwrap());
    assert_eq!(key(1), key(1));
    assert_ne!(key(1), key(2));
    assert!(key(1).starts_with("whpk_"));
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder.join("webhook-key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[actix_web::test]
async fn what_a_system_may_see_is_told_once_signed_and_without_a_word_of_it() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    house.keep_clock().await;
    let hook = hook(&house, &receiver.url()).await;
    let key = hook["public_key"].as_str().unwrap();
    push_all(&house).await;
    assert_eq!(receiver.heard().len(), 0, "what was before is not told");
    let last = "SELECT max(position)::text AS line FROM event_positions";
    let before = persistence::testing::lines(&house.db.super_url(), last).remove(0);
    state_in(&house, &task, 42).await;
    // Something of a task that U201 has no part in.
    let mut foreign = None;
    for number in ["T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08"] {
        let other = house.task(number).await;
        house.act("p072", &other, "issue", json!({})).await;
        let is_issued = house.get("p072", &format!("/tasks/{other}")).await.ok()["state"] == json!("issued");
        if is_issued && house.get("p041", &format!("/tasks/{other}")).await.status == 404 {
            foreign = Some(other);
            break;
        }
    }
    let foreign = foreign.expect("a task of another unit");
    push_all(&house).await;
    push_all(&house).await;
    let heard = receiver.heard();
    let told = of_kind(&heard, STATEMENT);
    assert_eq!(told.len(), 1, "{heard:?}");
    let said = told[0].said();
    assert_eq!((&said["data"]["stream"], &said["data"]["stream_id"]), (&json!("task"), &json!(task)));
    let names: Vec<&str> = said["data"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["position", "round_id", "seq", "stream", "stream_id"], "ids and no more");
    let names: BTreeSet<&str> = heard.iter().map(Message::id).collect();
    assert_eq!(names.len(), heard.len(), "each once");
    for message in &heard {
        assert!(message.is_signed(key), "{message:?}");
        assert!(!message.body.contains("清理合同42份") && !message.body.contains(&foreign), "{}", message.body);
        assert_eq!((message.path.as_str(), message.headers["content-type"].as_str()), ("/hook", "application/json"));
        assert_eq!(message.headers["webhook-timestamp"], house.app.clock.now().timestamp().to_string());
    }
    let mut changed = told[0].clone();
    changed.body.push(' ');
    assert!(!changed.is_signed(key));
    // A key that reads events for the same units has the very same ones.
    let system = house.get("auditor", "/services").await.ok()[0]["id"].as_str().unwrap().to_owned();
    let unit = ids(&house).await["U201"].clone();
    let asked = json!({ "scopes": ["read_events"], "units": [unit], "expires_on": house.today() + Days::new(30) });
    let given = post(&house, &format!("/services/{system}/keys"), asked).await.ok();
    let feed = house.get(given["key"].as_str().unwrap(), &format!("/events?after={before}&stream=task")).await.ok();
    let places = |list: Vec<Value>| -> BTreeSet<i64> { list.iter().map(|v| v["position"].as_i64().unwrap()).collect() };
    let fed = places(feed["events"].as_array().unwrap().clone());
    assert_eq!(fed, places(heard.iter().map(|m| m.said()["data"].clone()).collect()));
    let one = of_statement(&house, &hook).await;
    assert_eq!((&one["state"], &one["tries"][0]["status"]), (&json!("delivered"), &json!(204)));
    assert_eq!(one["message_id"], told[0].id());
    assert_eq!(one["kind_label"], domain::labels::event(STATEMENT));
    kept(&heard, key);
}

/// Puts messages where programs of another language verify them (`tests/webhooks/check`).
fn kept(heard: &[Message], key: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("webhooks");
    std::fs::create_dir_all(&folder).unwrap();
    let other = sign::public_key(&SigningKey::from_bytes(&[9; 32]));
    for (n, message) in heard.iter().enumerate() {
        let text = json!({ "headers": message.headers, "body": message.body, "public_key": key, "other_key": other });
        std::fs::write(folder.join(format!("{n}.json")), text.to_string()).unwrap();
    }
}

#[actix_web::test]
async fn a_target_is_told_of_each_stream_it_asked_for_as_far_as_its_units_see_it() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    at_work(&house, "S01").await;
    house.keep_clock().await;
    let (ids, path) = (ids(&house).await, format!("/services/{}/webhooks", service(&house).await));
    let mut hooks = Vec::new();
    for (unit, stream) in [("U201", "handover"), ("U201", "rule"), ("U203", "handover")] {
        let asked = json!({ "streams": [stream], "units": [ids[unit]] });
        let mut form = form(&house, &receiver.url()).await;
        form.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
        hooks.push(post(&house, &path, form).await.ok());
    }
    let list = json!({ "from": ids["P041"], "to": ids["P040"], "unit": ids["U201"], "on": house.today(), "basis": "集团任〔2026〕12号" });
    let made = house.request("p072", "POST", "/handovers", None, Some(list)).await.ok();
    push_all(&house).await;
    push_all(&house).await;
    let heard = of_kind(&receiver.heard(), "handover.prepared");
    assert_eq!((heard.len(), receiver.heard().len()), (1, 1));
    assert_eq!(
        (&heard[0].said()["data"]["stream"], &heard[0].said()["data"]["stream_id"]),
        (&json!("handover"), &made["id"])
    );
    let n_sent =
        [sent(&house, &hooks[0]).await.len(), sent(&house, &hooks[1]).await.len(), sent(&house, &hooks[2]).await.len()];
    assert_eq!(n_sent, [1, 0, 0], "to who asked for it and sees it");
}

#[actix_web::test]
async fn what_did_not_arrive_is_tried_again_for_three_days_under_the_same_id() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    house.keep_clock().await;
    let hook = hook(&house, &receiver.url()).await;
    receiver.answer(Answers::With(503));
    state_in(&house, &task, 42).await;
    push_all(&house).await;
    let started: DateTime<Utc> = house.app.clock.now();
    // Minutes of the schedule (docs/domain.md §34), each cut by a tenth at most.
    for (n, pause) in [1, 5, 30, 120, 300, 600, 864, 1200, 1200].into_iter().enumerate() {
        let one = of_statement(&house, &hook).await;
        assert_eq!((one["state"].as_str(), one["attempts"].as_u64()), (Some("due"), Some(n as u64 + 1)));
        assert_eq!(one["tries"][n]["fault"], "对方答复 503 said");
        let next: DateTime<Utc> = one["next_at"].as_str().unwrap().parse().unwrap();
        let waited = next - house.app.clock.now();
        let (least, most) = (TimeDelta::seconds(pause * 54), TimeDelta::seconds(pause * 60));
        assert!(waited >= least && waited <= most, "attempt {n}: {waited}");
        // Not before its time; and then in its turn, for a target that failed is let rest for half a minute whatever else waits for it.
        house.app.clock.set(next - TimeDelta::milliseconds(1));
        while push::turn(&house.app).await.unwrap() {}
        assert_eq!(of_kind(&receiver.heard(), STATEMENT).len(), n + 1);
        for turn in 0..10 {
            house.app.clock.set(next + TimeDelta::seconds(30 * turn));
            while push::turn(&house.app).await.unwrap() {}
            if of_kind(&receiver.heard(), STATEMENT).len() > n + 1 {
                break;
            }
        }
        assert_eq!(of_kind(&receiver.heard(), STATEMENT).len(), n + 2);
    }
    let whole = house.app.clock.now() - started;
    assert!(whole > TimeDelta::hours(64) && whole < TimeDelta::hours(73), "three days: {whole}");
    let one = of_statement(&house, &hook).await;
    assert_eq!((&one["state"], &one["next_at"]), (&json!("failed"), &Value::Null), "left to the administrator");
    house.pass_days(1);
    push_all(&house).await;
    let told = of_kind(&receiver.heard(), STATEMENT);
    assert_eq!(told.len(), 10);
    assert!(told.iter().all(|m| m.id() == told[0].id() && m.body == told[0].body), "the same, however often");
    // Sent once more when it is up again, still under its id; the signature is that of its moment.
    receiver.answer(Answers::With(200));
    let path = format!("/webhooks/{}/replay", id(&hook));
    house.request("sysadmin", "POST", &path, None, Some(json!({}))).await.refused(403, "not-allowed");
    assert!(post(&house, &path, json!({})).await.ok()["n"].as_u64().unwrap() >= 1);
    push_all(&house).await;
    let told = of_kind(&receiver.heard(), STATEMENT);
    assert_eq!((told.len(), told[10].id()), (11, told[0].id()));
    assert_eq!(told[10].headers["webhook-timestamp"], house.app.clock.now().timestamp().to_string());
    assert!(told[10].is_signed(hook["public_key"].as_str().unwrap()));
    assert_eq!(of_statement(&house, &hook).await["state"], "delivered");
    assert_eq!(post(&house, &path, json!({})).await.ok()["n"], 0, "nothing is left lying");
    // One by its id, although it arrived.
    let one = of_statement(&house, &hook).await["id"].clone();
    assert_eq!(post(&house, &path, json!({ "delivery": one })).await.ok()["n"], 1);
    push_all(&house).await;
    assert_eq!(of_kind(&receiver.heard(), STATEMENT).len(), 12);
    post(&house, &path, json!({ "delivery": Uuid::nil() })).await.refused(404, "not-found");
}

#[actix_web::test]
async fn who_answers_410_is_told_no_more_until_he_is_entered_anew() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    house.keep_clock().await;
    let hook = hook(&house, &receiver.url()).await;
    receiver.answer(Answers::With(410));
    state_in(&house, &task, 43).await;
    push_all(&house).await;
    assert_eq!(receiver.heard().len(), 1);
    let service = house.get("auditor", "/services").await.ok()[0]["id"].as_str().unwrap().to_owned();
    let list = format!("/services/{service}/webhooks");
    let now = house.get("auditor", &list).await.ok()[0].clone();
    assert_eq!((&now["state"], &now["is_active"], &now["n_waiting"]), (&json!("gone"), &json!(false), &json!(0)));
    house.pass_days(1);
    state_in(&house, &task, 44).await;
    push_all(&house).await;
    assert_eq!(receiver.heard().len(), 1);
    post(&house, &format!("/webhooks/{}/ping", id(&hook)), json!(null)).await.refused(409, "webhook-ended");
    // Entered anew it goes on from where it stopped.
    receiver.answer(Answers::With(200));
    let path = format!("/webhooks/{}", id(&hook));
    let entered = form(&house, &receiver.url()).await;
    house.request("secadmin", "PUT", &path, None, Some(entered)).await.ok();
    post(&house, &format!("{path}/replay"), json!({})).await.ok();
    push_all(&house).await;
    assert_eq!(of_kind(&receiver.heard(), STATEMENT).len(), 3, "refused, the same again, the one that came meanwhile");
    // Ended for good, by itself or with its system.
    house.request("secadmin", "POST", &format!("{path}/end"), None, None).await.ok();
    state_in(&house, &task, 45).await;
    push_all(&house).await;
    assert_eq!(of_kind(&receiver.heard(), STATEMENT).len(), 3);
    let entered = form(&house, &receiver.url()).await;
    house.request("secadmin", "PUT", &path, None, Some(entered.clone())).await.refused(409, "webhook-ended");
    post(&house, &list, entered.clone()).await.ok();
    house.request("sysadmin", "POST", &format!("/services/{service}/end"), None, None).await.ok();
    let states = house.get("auditor", &list).await.ok();
    assert!(states.as_array().unwrap().iter().all(|h| h["state"] == "ended"), "{states}");
    post(&house, &list, entered).await.refused(409, "service-ended");
    let said = "SELECT kind AS line FROM events WHERE kind LIKE 'service_account.webhook%' ORDER BY at, seq";
    let kinds = persistence::testing::lines(&house.db.super_url(), said);
    let short: Vec<&str> = kinds.iter().map(|k| k.strip_prefix("service_account.webhook_").unwrap()).collect();
    assert_eq!(short, ["made", "gone", "changed", "ended", "made"]);
}

#[actix_web::test]
async fn a_receiver_that_sends_on_pours_out_words_or_says_nothing_holds_up_nobody() {
    let (bad, elsewhere) = (Receiver::open(), Receiver::open());
    let house = house(&[&format!("http://{}", bad.address), &format!("http://{}", elsewhere.address)]).await;
    let hook = hook(&house, &bad.url()).await;
    let ping = format!("/webhooks/{}/ping", id(&hook));
    let tried = async |answers: Answers| -> Value {
        bad.answer(answers);
        post(&house, &ping, json!(null)).await.ok();
        let begun = Instant::now();
        push_all(&house).await;
        assert!(begun.elapsed() < Duration::from_secs(13), "{:?}", begun.elapsed());
        house.app.clock.set(house.app.clock.now() + TimeDelta::minutes(1));
        sent(&house, &hook).await[0].clone()
    };
    let one = tried(Answers::With(200)).await;
    assert_eq!((&one["state"], &one["kind_label"]), (&json!("delivered"), &json!("试推")));
    let one = tried(Answers::Redirect(elsewhere.url())).await;
    assert_eq!((&one["state"], &one["tries"][0]["status"]), (&json!("failed"), &json!(307)), "a trial is made once");
    assert_eq!(elsewhere.heard().len(), 0);
    let one = tried(Answers::Endless).await;
    assert_eq!((&one["state"], &one["tries"][0]["status"]), (&json!("failed"), &json!(500)));
    assert!(one["tries"][0]["fault"].as_str().unwrap().chars().count() <= 200);
    std::thread::sleep(Duration::from_millis(300));
    let poured = bad.poured.load(std::sync::atomic::Ordering::SeqCst);
    assert!(poured < 64 << 20, "{poured} bytes left it before it was hung up on");
    let one = tried(Answers::Silence).await;
    assert_eq!((&one["state"], &one["tries"][0]["fault"]), (&json!("failed"), &json!("10 秒内没有答复")));
    assert_eq!(one["tries"][0]["status"], Value::Null);
    let system = house.get("auditor", "/services").await.ok()[0]["id"].as_str().unwrap().to_owned();
    let now = house.get("auditor", &format!("/services/{system}/webhooks")).await.ok()[0].clone();
    assert_eq!((&now["n_failed"], &now["n_waiting"]), (&json!(0), &json!(0)), "trials are not left lying");
}

#[actix_web::test]
async fn a_target_is_on_the_list_and_leads_nowhere_inside() {
    let receiver = Receiver::open();
    // The name of this machine is allowed by mistake: it leads inside, and is not spoken to.
    let by_name = format!("http://localhost:{}", receiver.address.port());
    let house = house(&["oa.example.cn", &by_name]).await;
    let path = format!("/services/{}/webhooks", service(&house).await);
    for (url, code) in [
        ("https://evil.example/hook", "webhook-not-allowed"),
        ("http://oa.example.cn/hook", "webhook-not-allowed"),
        ("http://127.0.0.1:8080/api/v1/services", "webhook-not-allowed"),
        ("http://169.254.169.254/latest", "webhook-not-allowed"),
        ("https://u:p@oa.example.cn/hook", "not-an-address"),
        ("https://oa.example.cn/hook#x", "not-an-address"),
        ("https://[::1]/hook", "not-an-address"),
        ("file:///etc/passwd", "not-an-address"),
    ] {
        let refused = post(&house, &path, form(&house, url).await).await.refused(422, "content");
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!("/url"), &json!(code)),
            "{url}"
        );
    }
    let fits = form(&house, "https://oa.example.cn/hook").await;
    house.request("sysadmin", "POST", &path, None, Some(fits.clone())).await.refused(403, "not-allowed");
    house.get("p041", &path).await.refused(403, "not-allowed");
    post(&house, &path, fits).await.ok();
    let made = post(&house, &path, form(&house, &format!("{by_name}/hook")).await).await.ok();
    post(&house, &format!("/webhooks/{}/ping", id(&made)), json!(null)).await.ok();
    push_all(&house).await;
    let one = sent(&house, &made).await[0].clone();
    assert!(one["tries"][0]["fault"].as_str().unwrap().contains("不予连接"), "{one}");
    assert_eq!(receiver.heard().len(), 0);
}

#[actix_web::test]
async fn two_servers_deliver_each_message_once() {
    let receiver = Receiver::open();
    let house = at(&receiver).await;
    let task = at_work(&house, "S01").await;
    house.keep_clock().await;
    let hook = hook(&house, &receiver.url()).await;
    for n in 0..12 {
        state_in(&house, &task, n).await;
    }
    house.keep_clock().await;
    let work = async || while push::turn(&house.app).await.unwrap() {};
    futures_util::future::join4(work(), work(), work(), work()).await;
    push_all(&house).await;
    let told = of_kind(&receiver.heard(), STATEMENT);
    let places: Vec<i64> = told.iter().map(|m| m.said()["data"]["position"].as_i64().unwrap()).collect();
    let names: BTreeSet<&str> = told.iter().map(Message::id).collect();
    assert_eq!((told.len(), names.len(), places.iter().collect::<BTreeSet<_>>().len()), (12, 12, 12));
    let left = sent(&house, &hook).await;
    assert!(left.iter().all(|d| d["state"] == "delivered" && d["attempts"] == 1), "{left:?}");
}

/// A house with one target that asks for checkpoints alone, and with a signer.
struct Anchored {
    house: House,
    hook: Value,
    signer: Signer,
    public: String,
}

impl Anchored {
    async fn at(receiver: &Receiver) -> Self {
        let house = at(receiver).await;
        let origin = house.db.database().read_now(transparency::origin).unwrap();
        let file = house.folder().join("signer.key");
        let public = signer::make(&origin, [7; 32], &file).unwrap();
        let signer = Signer::new(Database::new(&house.db.signer_url(), 1), &file, None).unwrap();
        let path = format!("/services/{}/webhooks", service(&house).await);
        let day = house.today() + Days::new(30);
        let form = json!({ "url": receiver.url(), "streams": ["checkpoint"], "units": [], "expires_on": day });
        let hook = post(&house, &path, form).await.ok();
        Self { house, hook, signer, public }
    }

    /// One event more, sealed under a checkpoint and signed; its size.
    async fn signed(&mut self) -> u64 {
        let form = json!({ "name": format!("系统{}", Uuid::now_v7()), "purpose": "试", "person_id": ids(&self.house).await["P041"] });
        self.house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok();
        while self.house.db.database().write_now(|conn| events::seal_at(conn, 500, Pace::Now)).unwrap() > 0 {}
        self.signer.turn().unwrap().expect("a checkpoint to sign")
    }

    /// Two servers, two turns each at once, until nothing is due.
    async fn push(&self) {
        let work = async || while push::turn(&self.house.app).await.unwrap() {};
        futures_util::future::join4(work(), work(), work(), work()).await;
    }

    /// One server, until nothing is due.
    async fn push_alone(&self) {
        while push::turn(&self.house.app).await.unwrap() {}
    }

    fn pass(&self, minutes: i64) {
        self.house.app.clock.set(self.house.app.clock.now() + TimeDelta::minutes(minutes));
    }
}

fn told_sizes(receiver: &Receiver) -> Vec<u64> {
    let heard = of_kind(&receiver.heard(), "checkpoint.signed");
    heard.iter().map(|m| m.said()["data"]["size"].as_u64().unwrap()).collect()
}

#[actix_web::test]
async fn the_newest_checkpoint_is_sent_once_and_never_an_older_one_behind_it() {
    let receiver = Receiver::open();
    let mut own = Anchored::at(&receiver).await;
    own.push().await;
    assert_eq!(receiver.heard().len(), 0, "nothing is signed yet");
    let first = own.signed().await;
    own.push().await;
    own.push().await;
    let heard = receiver.heard();
    assert_eq!(told_sizes(&receiver), [first], "once, by two servers");
    assert!(heard[0].is_signed(own.hook["public_key"].as_str().unwrap()));
    let data = heard[0].said()["data"].clone();
    assert_eq!(data.as_object().unwrap().keys().collect::<Vec<_>>(), ["note", "size"]);
    let (text, lines) = note::opened(data["note"].as_str().unwrap()).unwrap();
    assert_eq!(Checkpoint::parse(text).unwrap().size, first);
    assert_eq!(note::signed(text, lines, &[Verifier::parse(&own.public).unwrap()]), Signed::Yes);

    // A busy day: one in ten minutes, and then the newest.
    let mut newest = 0;
    for _ in 0..3 {
        newest = own.signed().await;
        own.push().await;
    }
    assert_eq!(told_sizes(&receiver), [first], "not before its pause is over");
    own.pass(10);
    own.push().await;
    assert_eq!(told_sizes(&receiver), [first, newest], "those between are left out");

    // One that does not arrive gives way to a newer one, which goes on with its attempts.
    own.pass(10);
    receiver.answer(Answers::With(503));
    let lost = own.signed().await;
    own.push_alone().await;
    assert_eq!(told_sizes(&receiver), [first, newest, lost]);
    let after = own.signed().await;
    own.pass(10);
    own.push_alone().await;
    receiver.answer(Answers::With(204));
    own.pass(60);
    own.push_alone().await;
    assert_eq!(told_sizes(&receiver), [first, newest, lost, after, after], "tried again as the newer one");
    let list = sent(&own.house, &own.hook).await;
    let state = |size: u64| list.iter().find(|d| d["checkpoint_size"] == size).unwrap().clone();
    assert_eq!((&state(lost)["state"], &state(lost)["state_label"]), (&json!("replaced"), &json!("已由更新的代替")));
    assert_eq!((&state(after)["state"], &state(after)["attempts"]), (&json!("delivered"), &json!(3)));
    assert_eq!(state(after)["kind_label"], "台账检查点");
    let replay = format!("/webhooks/{}/replay", id(&own.hook));
    let old = json!({ "delivery": state(lost)["id"] });
    post(&own.house, &replay, old).await.refused(409, "checkpoint-replaced");
    assert_eq!(post(&own.house, &replay, json!({ "delivery": state(after)["id"] })).await.ok()["n"], 1);
    own.push().await;
    assert_eq!(told_sizes(&receiver).last(), Some(&after), "the newest may be sent once more");
    assert_eq!(post(&own.house, &replay, json!({})).await.ok()["n"], 0);
}

/// The program of the chapter that keeps checkpoints, as it stands there.
fn keeper() -> String {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/integration.md");
    let text = std::fs::read_to_string(chapter).unwrap();
    let part = text.split("## ").find(|part| part.contains("替台账存检查点")).unwrap();
    part.split("```python\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_history_cut_short_is_found_from_what_a_receiver_kept() {
    let receiver = Receiver::open();
    let mut own = Anchored::at(&receiver).await;
    let mut sizes = Vec::new();
    for _ in 0..3 {
        sizes.push(own.signed().await);
        own.push().await;
        own.pass(10);
    }
    assert_eq!(told_sizes(&receiver), sizes);
    let (kept, program) = (own.house.folder().join("kept"), keeper());
    for message in receiver.heard().iter().flat_map(|m| [m, m]) {
        let mut child = std::process::Command::new("python3")
            .args(["-c", &program, kept.to_str().unwrap()])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), message.body.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
    let keys = own.house.folder().join("keys");
    std::fs::write(&keys, &own.public).unwrap();
    let found = |part: Part<'_>| {
        let trusted = audit::trusted(Some(&keys), [kept.as_path()]).unwrap();
        let sizes: Vec<u64> = trusted.anchors.iter().map(|a| a.checkpoint.size).collect();
        (audit::of_database(&own.house.db.database(), part, trusted, own.house.app.clock.now()).unwrap(), sizes)
    };
    let (whole, read) = found(Part::Whole);
    assert_eq!((whole.faults, whole.anchors), (vec![], 3));
    assert_eq!(read, sizes, "each once, however often it arrived");
    // Whoever owns the database takes the last event and all that vouches for it away.
    let last = sizes[2];
    let cut = format!(
        "SET session_replication_role = replica; \
         DELETE FROM events e USING event_positions p WHERE p.position > {keep} AND (e.stream_kind, e.stream_id, e.seq) = (p.stream_kind, p.stream_id, p.seq); \
         DELETE FROM event_positions WHERE position > {keep}; DELETE FROM checkpoint_signatures WHERE size > {keep}; \
         DELETE FROM checkpoints WHERE size > {keep}; DELETE FROM tree_nodes WHERE (ordinal + 1) << level > {keep}",
        keep = sizes[1]
    );
    persistence::testing::run(&own.house.db.super_url(), &cut).unwrap();
    let (short, _) = found(Part::Whole);
    let said: Vec<(FaultKind, String)> = short.faults.iter().map(|f| (f.kind, f.key.clone())).collect();
    assert!(said.contains(&(FaultKind::AnchorBeyond, format!("{last}（总序只到 {}）", sizes[1]))), "{said:?}");
    assert_eq!(said.len(), 1, "and nothing inside the database says so: {said:?}");
}
