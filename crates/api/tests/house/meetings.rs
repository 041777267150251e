//! Meetings over the API: an agenda that builds itself, closures ratified in one go, resolutions followed until they are done, and units that see
//! no more than what is theirs.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use chrono::Days;
use domain::ids::MeetingId;
use domain::meeting::state::Meeting;
use persistence::meetings;
use serde_json::{Value, json};
use support::{Answer, House};

async fn id_of(house: &House, path: &str, code: &str) -> Value {
    let all = house.get("p072", path).await.ok();
    let all = all.as_array().or_else(|| all["items"].as_array()).unwrap().clone();
    all.iter().find(|p| p["code"] == code).unwrap()["id"].clone()
}

async fn form(house: &House, title: &str) -> Value {
    json!({
        "kind": "coordination", "title": title, "at": house.app.clock.now(), "place": "三楼会议室", "body": "整改工作领导组",
        "chair": id_of(house, "/people", "P003").await, "attendees": [id_of(house, "/people", "P068").await], "guests": ["外请专家"],
    })
}

async fn scheduled(house: &House, title: &str) -> String {
    let path = format!("/rounds/{}/meetings", house.round().await);
    let body = json!({ "meeting": form(house, title).await });
    house.request("p072", "POST", &path, None, Some(body)).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn seen(house: &House, meeting: &str) -> Value {
    house.get("p072", &format!("/meetings/{meeting}")).await.ok()
}

async fn act(house: &House, login: &str, meeting: &str, act: &str, body: Value) -> Answer {
    let view = seen(house, meeting).await;
    house.request(login, "POST", &format!("/meetings/{meeting}/{act}"), view["version"].as_i64(), Some(body)).await
}

async fn write(house: &House, login: &str, meeting: &str, item: &Value, body: Value) -> Answer {
    let path = format!("/meetings/{meeting}/items/{}", item.as_str().unwrap());
    house.request(login, "PUT", &path, None, Some(body)).await
}

/// Items of an agenda that have a source.
fn with_source<'a>(view: &'a Value, source: &str) -> Vec<&'a Value> {
    let has = |i: &&Value| i["sources"].as_array().unwrap().iter().any(|s| s["source"] == source);
    view["items"].as_array().unwrap().iter().filter(has).collect()
}

/// The row is the fold of its events, and its chain holds.
fn folded(house: &House, meeting: &str) -> Meeting {
    let id = MeetingId(meeting.parse().unwrap());
    house
        .app
        .db
        .read_now(|conn| {
            assert_eq!(persistence::events::first_broken(conn, "meeting", id.0)?, None);
            let row = meetings::snapshot(conn, id)?;
            assert_eq!(meetings::replay(conn, id)?, Some(row.clone()));
            Ok(row)
        })
        .unwrap()
}

/// The group in its seventh week takes a while to tell, so these share it.
#[actix_web::test]
async fn a_meeting_goes_from_the_calendar_to_resolutions_that_are_done() {
    let house = House::with(support::first_day(), api::demo::run).await;
    the_next_meeting_stands_in_the_calendar(&house).await;
    let (meeting, resolution) = a_meeting_is_held(&house).await;
    what_was_resolved_is_followed(&house, &meeting, &resolution).await;
    two_secretaries_do_not_overwrite_each_other(&house).await;
    a_unit_sees_what_is_its_own_and_no_meeting(&house, &meeting, &resolution).await;
    what_was_held_is_recorded_and_counts(&house).await;
}

async fn the_next_meeting_stands_in_the_calendar(house: &House) {
    let round = house.round().await;
    let list = house.get("p072", &format!("/rounds/{round}/meetings")).await.ok();
    let on = list["proposed_on"].as_str().unwrap().to_owned();
    let month = format!("/rounds/{round}/calendar?from={on}&to={on}");
    let day = house.get("p072", &month).await.ok()["days"][0].clone();
    assert_eq!((day["is_working"].as_bool(), day["meetings"][0]["id"].is_null()), (Some(true), true), "{day}");
    assert_eq!(house.get("p041", &month).await.ok()["days"][0]["meetings"], json!([]), "a unit sees none");
    // Set for that day, it is proposed no more.
    let mut meeting = form(house, "第五次协调会").await;
    meeting["at"] = json!(format!("{on}T07:00:00Z"));
    let path = format!("/rounds/{round}/meetings");
    let id = house.request("p072", "POST", &path, None, Some(json!({ "meeting": meeting }))).await.ok()["id"].clone();
    let day = house.get("p001", &month).await.ok()["days"][0].clone();
    assert_eq!(day["meetings"].as_array().map(Vec::len), Some(1));
    assert_eq!(day["meetings"][0]["id"], id);
    let list = house.get("p072", &path).await.ok();
    assert!(list["proposed_on"].as_str().unwrap() > on.as_str());
    let told = house.get("p068", "/notices").await.ok().to_string();
    assert!(told.contains("会议已安排"), "{told}");
    act(house, "p072", id.as_str().unwrap(), "cancel", json!({ "reason": "改期" })).await.ok();
    let told = house.get("p003", "/notices").await.ok().to_string();
    assert!(told.contains("会议已取消"), "{told}");
}

async fn a_meeting_is_held(house: &House) -> (String, String) {
    // Weeks later, so that there is something to say.
    house.pass_days(70);
    house.keep_clock().await;
    let meeting = scheduled(house, "第六次协调会").await;
    let view = seen(house, &meeting).await;
    for source in ["overdue", "stuck", "ratify"] {
        assert!(!with_source(&view, source).is_empty(), "{source}");
    }
    // Every line that says overdue is so in the ledger, and none is left out.
    let round = house.round().await;
    let page = house
        .get("p072", &format!("/rounds/{round}/tasks?due_to={}&closed=false&limit=200", house.today() - Days::new(1)))
        .await
        .ok();
    let running = ["issued", "planning", "plan_review", "rectifying", "closure_review"];
    let due = |t: &&Value| running.contains(&t["state"].as_str().unwrap()) && t["due_on"].is_string();
    let overdue: Vec<&Value> = page["items"].as_array().unwrap().iter().filter(due).collect();
    assert_eq!(with_source(&view, "overdue").len(), overdue.len());

    // Ordered, one taken out with its reason, one put on.
    let mut keys: Vec<Value> = view["items"].as_array().unwrap().iter().map(|i| i["key"].clone()).collect();
    keys.reverse();
    let view = act(house, "p072", &meeting, "order", json!({ "keys": keys })).await.ok();
    assert_eq!(view["items"][0]["key"], keys[0]);
    let gone = keys.last().unwrap().clone();
    act(house, "p072", &meeting, "take-out", json!({ "key": gone, "reason": "" })).await.refused(422, "content");
    let view = act(house, "p072", &meeting, "take-out", json!({ "key": gone, "reason": "另行研究" })).await.ok();
    assert_eq!(
        (view["taken_out"][0]["key"].clone(), view["taken_out"][0]["taken_out"].as_str()),
        (gone, Some("另行研究"))
    );
    let path = format!("/meetings/{meeting}/items");
    house.request("p072", "POST", &path, None, Some(json!({ "title": "研究跨单位资金清理" }))).await.ok();
    act(house, "p068", &meeting, "open", json!({})).await.refused(403, "not-allowed");
    let view = act(house, "p072", &meeting, "open", json!({})).await.ok();
    assert_eq!(view["items"].as_array().unwrap().last().unwrap()["title"], "研究跨单位资金清理");
    // From now on the agenda stands.
    act(house, "p072", &meeting, "order", json!({ "keys": [] })).await.refused(409, "wrong-state");

    let task = with_source(&view, "overdue")[0].clone();
    let unit = id_of(house, "/units", "U201").await;
    let mut body = json!({ "revision": 0, "text": "十日内提出清理方案", "due_on": house.today() + Days::new(10) });
    write(house, "p072", &meeting, &task["id"], body.clone()).await.refused(422, "resolution-without-owner");
    body["unit"] = unit;
    let view = write(house, "p072", &meeting, &task["id"], body).await.ok();
    let item = view["items"].as_array().unwrap().iter().find(|i| i["id"] == task["id"]).unwrap();
    assert_eq!((item["outcome"].as_str(), item["revision"].as_i64()), (Some("resolved"), Some(1)));

    ratified_in_one_go(house, &meeting, &view).await;
    act(house, "p072", &meeting, "conclude", json!({ "number": "整改纪要〔2026〕6号" }))
        .await
        .refused(409, "items-undecided");
    let end = json!({ "number": "整改纪要〔2026〕6号", "notes_rest": true });
    let view = act(house, "p072", &meeting, "conclude", end).await.ok();
    assert_eq!((view["state"].as_str(), view["number"].as_str()), (Some("concluded"), Some("整改纪要〔2026〕6号")));
    assert!(view["items"].as_array().unwrap().iter().all(|i| i["outcome"].is_string()));
    folded(house, &meeting);
    (meeting, task["id"].as_str().unwrap().to_owned())
}

async fn ratified_in_one_go(house: &House, meeting: &str, view: &Value) {
    let closures = with_source(view, "ratify");
    let mut items: Vec<Value> = closures.iter().map(|i| i["id"].clone()).collect();
    assert!(!items.is_empty());
    // One that is no closure comes back with its reason, the others go through.
    let other = with_source(view, "overdue")[0]["id"].clone();
    items.push(other.clone());
    let missing = json!({ "items": items, "number": "整改纪要〔2026〕6号", "scan": "0".repeat(64) });
    let answer = act(house, "p072", meeting, "ratify", missing).await.ok();
    assert_eq!(answer["refused"].as_array().map(Vec::len), Some(items.len()), "without the scan nothing is written");
    assert_eq!(answer["meeting"]["number"], Value::Null);
    house
        .upload("p068", &format!("/meetings/{meeting}/scans?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n")
        .await
        .refused(403, "not-allowed");
    let scan =
        house.upload("p072", &format!("/meetings/{meeting}/scans?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    let body = json!({ "items": items, "number": "整改纪要〔2026〕6号", "scan": scan["sha256"] });
    let answer = act(house, "p072", meeting, "ratify", body.clone()).await.ok();
    assert_eq!(answer["refused"].as_array().unwrap().iter().map(|r| r["item"].clone()).collect::<Vec<_>>(), [other]);
    for item in answer["meeting"]["items"].as_array().unwrap().iter().filter(|i| i["is_closure"] == json!(true)) {
        assert_eq!(item["outcome"], "ratified");
        let task = house.get("p072", &format!("/tasks/{}", item["task_id"].as_str().unwrap())).await.ok();
        assert_eq!(task["state"], "observing");
        let id = domain::ids::TaskId(item["task_id"].as_str().unwrap().parse().unwrap());
        let state = house.app.db.read_now(|conn| persistence::tasks::snapshot(conn, id)).unwrap();
        let signature = state.requests.iter().flat_map(|r| &r.request.signatures).max_by_key(|s| s.at).unwrap();
        let document = signature.document.as_ref().unwrap();
        assert_eq!(document.body.as_deref(), Some("整改工作领导组"));
        assert_eq!(document.minutes_number.as_deref(), Some("整改纪要〔2026〕6号"));
        assert_eq!(document.signed_on, house.today());
    }
    // Again it changes nothing: every one is refused.
    let again = act(house, "p072", meeting, "ratify", body).await.ok();
    assert_eq!(again["refused"].as_array().map(Vec::len), Some(items.len()));
    assert_eq!(again["meeting"]["version"], answer["meeting"]["version"]);
}

async fn what_was_resolved_is_followed(house: &House, meeting: &str, resolution: &str) {
    let round = house.round().await;
    let todo = async |login: &str| house.get(login, &format!("/rounds/{round}/todo")).await.ok().to_string();
    assert!(todo("p041").await.contains(resolution), "its owner has it to do");
    assert!(!todo("p072").await.contains(resolution) && !todo("p043").await.contains(resolution));
    assert!(house.get("p041", "/notices").await.ok().to_string().contains("有会议议定事项由您办理"));
    // It begins the next agenda as long as it is not done.
    let next = scheduled(house, "第七次协调会").await;
    let view = seen(house, &next).await;
    // What earlier meetings of the story left over stands there too, before everything else.
    let items = view["items"].as_array().unwrap();
    let place = items.iter().position(|i| i["left_over"]["id"] == *resolution).unwrap();
    assert!(items[..place].iter().all(|i| !i["left_over"].is_null()), "{place}");
    assert_eq!(items[place]["title"], "十日内提出清理方案");

    let path = format!("/resolutions/{resolution}");
    slip_from(house, resolution).await;
    let file = house.upload("p041", &format!("{path}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    house.upload("p010", &format!("{path}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.refused(404, "not-found");
    let report = json!({ "words": "方案已印发", "files": [file["id"]] });
    house
        .request("p010", "POST", &format!("{path}/report"), None, Some(report.clone()))
        .await
        .refused(404, "not-found");
    let place = house.request("p041", "POST", &format!("{path}/report"), None, Some(report.clone())).await.ok();
    assert_eq!(place["resolution"]["files"][0]["filename"], "a.pdf");
    house
        .request("p040", "POST", &format!("{path}/report"), None, Some(report.clone()))
        .await
        .refused(409, "resolution-settled");
    assert!(todo("p072").await.contains(resolution), "the office is to accept it");
    let version = place["version"].as_i64();
    house
        .request("p041", "POST", &format!("{path}/accept"), version, Some(json!({})))
        .await
        .refused(403, "not-allowed");
    let place = house
        .request("p073", "POST", &format!("{path}/return"), version, Some(json!({ "reason": "缺印发稿" })))
        .await
        .ok();
    assert!(todo("p041").await.contains("缺印发稿"));
    let stale = house.request("p072", "POST", &format!("{path}/accept"), version, Some(json!({}))).await;
    stale.refused(412, "stale");
    assert_eq!(place["resolution"]["standing"], "running");
    let place = house.request("p041", "POST", &format!("{path}/report"), None, Some(report)).await.ok();
    house.request("p072", "POST", &format!("{path}/accept"), place["version"].as_i64(), Some(json!({}))).await.ok();
    assert!(!todo("p041").await.contains(resolution) && !todo("p072").await.contains(resolution));
    let view = seen(house, &next).await;
    let mut left = view["items"].as_array().unwrap().iter().map(|i| &i["left_over"]["id"]);
    assert!(left.all(|id| id != resolution), "done is off the agenda");
    // The page of the meeting says what moved after it.
    let view = seen(house, meeting).await;
    let item = view["items"].as_array().unwrap().iter().find(|i| i["id"] == *resolution).unwrap();
    assert_eq!(item["moved"], json!(["议定事项已办结"]));
    folded(house, meeting);
}

/// A resolution begins a slip that rests on it.
async fn slip_from(house: &House, resolution: &str) {
    let place = house.get("p072", &format!("/resolutions/{resolution}")).await.ok();
    assert_eq!((&place["may_draft_slip"], &place["round_id"]), (&json!(true), &json!(house.round().await)));
    assert_eq!(house.get("p041", &format!("/resolutions/{resolution}")).await.ok()["may_draft_slip"], false);
    let task = place["task_id"].as_str().unwrap();
    let path = format!("/rounds/{}/slip-proposal?task={task}&resolution={resolution}", house.round().await);
    let known = house.get("p072", &path).await.ok();
    assert_eq!((&known["basis_kind"], &known["basis_id"]), (&json!("meeting"), &json!(resolution)));
    assert!(known["basis"].as_str().unwrap().contains("整改纪要〔2026〕6号"), "{known}");
    assert!(known["gap"].as_str().unwrap().contains("十日内提出清理方案"), "{known}");
    let nothing = json!({
        "level": "notice", "urgency": "normal", "matter": "清理方案", "basis_kind": "meeting", "basis_id": uuid::Uuid::nil(),
        "basis": "议定事项", "gap": "未提出", "asked": "提出方案", "unit": known["unit"],
    });
    let drafts = format!("/rounds/{}/slips", house.round().await);
    let refused = house.request("p072", "POST", &drafts, None, Some(nothing)).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["code"], "resolution-unknown");
}

async fn two_secretaries_do_not_overwrite_each_other(house: &House) {
    let meeting = scheduled(house, "第八次协调会").await;
    for title in ["议题一", "议题二"] {
        let path = format!("/meetings/{meeting}/items");
        house.request("p072", "POST", &path, None, Some(json!({ "title": title }))).await.ok();
    }
    let view = act(house, "p072", &meeting, "open", json!({})).await.ok();
    let items: Vec<Value> = view["items"].as_array().unwrap().iter().rev().take(2).map(|i| i["id"].clone()).collect();
    let noted = json!({ "revision": 0, "is_noted": true });
    let (one, two) = futures_util::future::join(
        write(house, "p072", &meeting, &items[0], noted.clone()),
        write(house, "p073", &meeting, &items[0], noted.clone()),
    )
    .await;
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "of two on one item one is told");
    let lost = if one.status == 409 { one } else { two };
    lost.refused(409, "item-overtaken");
    let (one, two) = futures_util::future::join(
        write(house, "p072", &meeting, &items[0], json!({ "revision": 1 })),
        write(house, "p073", &meeting, &items[1], noted),
    )
    .await;
    assert_eq!((one.status, two.status), (200, 200), "on different items nobody waits for the other");
    let state = folded(house, &meeting);
    assert_eq!(state.items.iter().map(|i| i.revision).sum::<u32>(), 3);
    let end = json!({ "number": "整改纪要〔2026〕8号", "notes_rest": true });
    let version = seen(house, &meeting).await["version"].as_i64();
    let path = format!("/meetings/{meeting}/conclude");
    let (one, two) = futures_util::future::join(
        house.request("p072", "POST", &path, version, Some(end.clone())),
        house.request("p073", "POST", &path, version, Some(end)),
    )
    .await;
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

async fn a_unit_sees_what_is_its_own_and_no_meeting(house: &House, meeting: &str, resolution: &str) {
    let round = house.round().await;
    for unit in ["p010", "p040", "p041"] {
        assert_eq!(house.get(unit, &format!("/rounds/{round}/meetings")).await.ok()["items"], json!([]));
        house.get(unit, &format!("/meetings/{meeting}")).await.refused(404, "not-found");
        for path in ["open", "conclude", "ratify"] {
            let body = match path {
                "conclude" => json!({ "number": "1" }),
                "ratify" => json!({ "items": [], "number": "1", "scan": "" }),
                _ => json!({}),
            };
            let answer = house.request(unit, "POST", &format!("/meetings/{meeting}/{path}"), Some(1), Some(body)).await;
            answer.refused(404, "not-found");
        }
        let owns = unit != "p010";
        assert_eq!(house.get(unit, &format!("/resolutions/{resolution}")).await.status, if owns { 200 } else { 404 });
        let list = house.get(unit, &format!("/rounds/{round}/resolutions")).await.ok().to_string();
        assert_eq!(list.contains(resolution), owns);
    }
    // Who sees the task sees what was resolved on it.
    let place = house.get("p072", &format!("/resolutions/{resolution}")).await.ok();
    let task = place["task_id"].as_str().unwrap();
    let path = format!("/rounds/{round}/resolutions?task={task}");
    let of_task = house.get("p001", &path).await.ok();
    assert_eq!(of_task.as_array().map(Vec::len), Some(1));
    assert_eq!(of_task[0]["sees_meeting"], json!(true));
}

async fn what_was_held_is_recorded_and_counts(house: &House) {
    let round = house.round().await;
    let path = format!("/rounds/{round}/meetings");
    let mut meeting = form(house, "动员部署会").await;
    meeting["kind"] = json!("mobilisation");
    let body = json!({ "meeting": meeting, "held": { "number": "纪要〔2026〕1号", "summary": "部署整改" } });
    let count = async || {
        let list = house.get("p001", &path).await.ok();
        let of =
            |k: &str| list["held"].as_array().unwrap().iter().find(|h| h["kind"] == k).unwrap()["n"].as_u64().unwrap();
        (of("mobilisation"), of("coordination"))
    };
    let before = count().await;
    let id = house.request("p072", "POST", &path, None, Some(body.clone())).await.ok()["id"].clone();
    assert_eq!(count().await, (before.0 + 1, before.1));
    let view = seen(house, id.as_str().unwrap()).await;
    assert_eq!((view["is_recorded"].as_bool(), view["summary"].as_str()), (Some(true), Some("部署整改")));
    let mut ahead = body;
    ahead["meeting"]["at"] = json!(house.app.clock.now() + chrono::TimeDelta::days(1));
    house.request("p072", "POST", &path, None, Some(ahead)).await.refused(422, "content");
    folded(house, id.as_str().unwrap());
}
