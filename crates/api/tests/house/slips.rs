//! Slips over the API: numbered without a gap, answered in one place, raised by a person.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use chrono::Days;
use domain::actor::Actor;
use domain::ids::{RoundId, SlipId};
use domain::sign_request::{Signing, Verdict};
use domain::slip::SlipCommand;
use persistence::slips::{self, Input};
use persistence::tasks::Expected;
use persistence::{Database, Error, Origin, accounts, actors};
use serde_json::{Value, json};
use support::House;
use support::slips::*;
use uuid::Uuid;

#[actix_web::test]
async fn a_slip_is_signed_answered_and_reviewed_and_its_task_waits_for_it() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    and_worked(&house, &task).await;

    // Everything known is there already.
    let round = house.round().await;
    let known = house.get("p072", &format!("/rounds/{round}/slip-proposal?task={task}")).await.ok();
    let ids = ids(&house).await;
    assert_eq!((known["matter"].as_str(), known["basis"].as_str()), (Some("合同归档不及时"), Some("整改任务 S01")));
    assert_eq!((&known["unit"], known["units"].as_array().map(Vec::len)), (&ids["U201"], Some(2)));
    let levels: Vec<_> = known["levels"].as_array().unwrap().iter().map(|l| l["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["notice", "urge", "letter", "interview", "referral"]);
    let of_team = house.get("p068", &format!("/rounds/{round}/slip-proposal")).await.ok();
    assert_eq!(of_team["levels"].as_array().map(Vec::len), Some(4), "a team refers nothing");
    house.get("p041", &format!("/rounds/{round}/slip-proposal")).await.refused(403, "not-allowed");

    // A retried draft is one draft.
    let path = format!("/rounds/{round}/slips");
    let body = form(&house, "notice", Some(&task)).await;
    let slip = draft(&house, "p072", body.clone()).await;
    let mut outside = body.clone();
    outside["unit"] = ids["U111"].clone();
    let refused = house.request("p072", "POST", &path, None, Some(outside)).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["code"], "slip-unit-outside-task");
    assert_eq!(refused["errors"][0]["text"], "不是这项任务的责任单位或配合单位");
    let mut nowhere = body.clone();
    nowhere["unit"] = json!(Uuid::nil());
    house.request("p072", "POST", &path, None, Some(nowhere)).await.refused(422, "content");
    let mut unknown = body.clone();
    unknown["task"] = json!(Uuid::nil());
    let refused = house.request("p072", "POST", &path, None, Some(unknown)).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["code"], "task-unknown");
    let mut check = body;
    (check["basis_kind"], check["basis_id"]) = (json!("check"), json!(Uuid::nil()));
    let refused = house.request("p072", "POST", &path, None, Some(check)).await.refused(422, "content");
    assert_eq!(refused["errors"][0]["code"], "check-unknown");

    // A stale version is told so.
    house
        .request("p072", "POST", &format!("/slips/{slip}/submit"), Some(9), Some(json!({})))
        .await
        .refused(412, "stale");
    act(&house, "p072", &slip, "submit", json!({})).await.ok();
    assert_eq!(todo(&house, "p073").await[0].1, "签发：督办通知单");
    let to_sign = house.get("p073", &format!("/rounds/{round}/slips?to_sign=true")).await.ok();
    assert_eq!(to_sign.as_array().map(Vec::len), Some(1));
    act(&house, "p072", &slip, "sign", approve()).await.refused(403, "signed-own-submission");
    let view = act(&house, "p073", &slip, "sign", approve()).await.ok();
    assert_eq!(view["name"], "督办通知单〔2026〕1号");

    // The closure is blocked, and the unit is told what by.
    let closing = json!({ "results": "完成", "occurred_on": house.today() });
    let refused = house.act("p041", &task, "request-closure", closing.clone()).await.refused(422, "closure-not-ready");
    assert_eq!(refused["errors"][0]["text"], "督办通知单〔2026〕1号未办结");
    let seen = house.get("p041", &format!("/tasks/{task}")).await.ok();
    assert_eq!(seen["slips"][0]["name"], "督办通知单〔2026〕1号");
    assert_eq!((seen["may_draft_slip"].as_bool(), seen["slips"].as_array().map(Vec::len)), (Some(false), Some(1)));
    assert!(seen["history"].to_string().contains("发出督办通知单〔2026〕1号"), "{}", seen["history"]);

    // The unit signs for it and answers with a file, from its list of things to do.
    assert_eq!(told(&house, "p041").await, ["收到督办单，请签收并按时答复"]);
    assert_eq!(todo(&house, "p041").await[0].1, "签收督办通知单〔2026〕1号");
    assert_eq!(todo(&house, "p020").await, [], "a supporting unit sees it and does nothing");
    house.get("p020", &format!("/slips/{slip}")).await.ok();
    act(&house, "p041", &slip, "receive", json!({})).await.ok();
    let file = house.upload("p041", &format!("/slips/{slip}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    house
        .upload("p020", &format!("/slips/{slip}/files?filename=a.pdf"), b"%PDF-1.4\n")
        .await
        .refused(403, "not-allowed");
    let ticket = format!("/evidence/{}/tickets", file["id"].as_str().unwrap());
    house.request("p072", "POST", &ticket, None, None).await.refused(404, "not-found");
    let reply = json!({ "words": "已补齐归档", "files": [file["id"]] });
    let foreign = json!({ "words": "已补齐归档", "files": [Uuid::nil()] });
    act(&house, "p041", &slip, "answer", foreign).await.refused(422, "content");
    // The same file sent twice is one file.
    let again = house.upload("p041", &format!("/slips/{slip}/files?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    let twice = json!({ "words": "已补齐归档", "files": [file["id"], again["id"]] });
    let view = act(&house, "p041", &slip, "answer", twice).await.ok();
    let files = &view["answers"][0]["files"];
    assert_eq!((files.as_array().map(Vec::len), files[0]["filename"].as_str()), (Some(1), Some("a.pdf")));
    for reader in ["p072", "p020", "p001"] {
        house.request(reader, "POST", &ticket, None, None).await.ok();
    }
    house.request("p010", "POST", &ticket, None, None).await.refused(404, "not-found");

    // Returned, answered again, accepted.
    assert!(todo(&house, "p072").await.iter().any(|t| t.1 == "复核督办通知单〔2026〕1号的答复"));
    act(&house, "p068", &slip, "review", json!({ "is_accepted": false })).await.refused(422, "content");
    act(&house, "p068", &slip, "review", json!({ "is_accepted": false, "words": "没有清单" })).await.ok();
    assert_eq!(todo(&house, "p041").await[0].1, "重新答复督办通知单〔2026〕1号（已退回）");
    act(&house, "p041", &slip, "answer", reply).await.ok();
    let view = act(&house, "p072", &slip, "review", json!({ "is_accepted": true })).await.ok();
    assert_eq!((view["state"].as_str(), actions(&view)), (Some("settled"), vec![]));
    assert_eq!(view["answers"][0]["review"]["words"], "没有清单");
    assert!(told(&house, "p041").await.contains(&"督办单已办结".to_owned()));
    let history = house.get("p041", &format!("/tasks/{task}/history")).await.ok().to_string();
    assert!(history.contains("督办通知单〔2026〕1号办结"), "{history}");
    house.act("p041", &task, "request-closure", closing).await.ok();
    assert_eq!(folded(&house, &slip).state.as_str(), "settled");
}

#[actix_web::test]
async fn what_is_overdue_is_proposed_for_the_next_level_and_a_person_raises_it() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    let first = issued(&house, "notice", Some(&task)).await;
    act(&house, "p041", &first, "receive", json!({})).await.ok();
    let due = house.get("p072", &format!("/slips/{first}")).await.ok()["due_on"].clone();
    assert_eq!(due, json!("2026-03-09"), "five working days");
    assert!(!todo(&house, "p072").await.iter().any(|t| t.0 == "raise_slip"));
    house.set_day("2026-03-10".parse().unwrap());
    let waits = todo(&house, "p072").await;
    let proposed = waits.iter().find(|t| t.0 == "raise_slip").unwrap();
    assert_eq!(
        (proposed.1.as_str(), proposed.2.as_str()),
        ("督办通知单〔2026〕1号逾期未办结，提请升级为催办单", "overdue")
    );
    let list = house.get("p072", &format!("/rounds/{}/slips", house.round().await)).await.ok();
    assert_eq!(list[0]["is_overdue"], true);

    // One click, everything carried over; nothing changes for the unit before the second officer has signed.
    let raised = act(&house, "p072", &first, "raise", json!({})).await.ok();
    let second = raised["id"].as_str().unwrap().to_owned();
    act(&house, "p073", &first, "raise", json!({})).await.refused(409, "already-raised");
    let view = house.get("p072", &format!("/slips/{second}")).await.ok();
    assert_eq!((view["level"].as_str(), view["lower"]["id"].as_str()), (Some("urge"), Some(first.as_str())));
    assert!(
        view["basis"].as_str().unwrap().starts_with("督办通知单〔2026〕1号（应于2026年3月9日前答复）"),
        "{}",
        view["basis"]
    );
    assert_eq!(house.get("p072", &format!("/slips/{first}")).await.ok()["higher"]["id"], json!(second));
    assert_eq!(house.get("p041", &format!("/slips/{first}")).await.ok()["higher"], Value::Null);
    act(&house, "p072", &second, "submit", json!({})).await.ok();
    act(&house, "p073", &second, "sign", approve()).await.ok();

    // Now the higher one is answered in its place, and the task waits for both.
    let view = house.get("p041", &format!("/slips/{first}")).await.ok();
    assert_eq!(
        (view["is_overtaken"].as_bool(), view["higher"]["name"].as_str()),
        (Some(true), Some("催办单〔2026〕1号"))
    );
    act(&house, "p041", &first, "answer", json!({ "words": "已办" })).await.refused(409, "slip-overtaken");
    let blocked = house.get("p041", &format!("/tasks/{task}")).await.ok()["open_actions"].to_string();
    assert_eq!(blocked.matches("slip-open").count(), 2);
    act(&house, "p041", &second, "receive", json!({})).await.ok();
    act(&house, "p041", &second, "answer", json!({ "words": "已办" })).await.ok();
    act(&house, "p072", &second, "review", json!({ "is_accepted": true })).await.ok();
    assert_eq!(house.get("p041", &format!("/slips/{first}")).await.ok()["state"], "settled");
    let free = house.get("p041", &format!("/tasks/{task}")).await.ok()["open_actions"].to_string();
    assert!(!free.contains("slip-open"));

    // Where the higher one is withdrawn, the first is answered again; it may then be raised once more.
    let third = issued(&house, "notice", Some(&task)).await;
    let fourth = act(&house, "p072", &third, "raise", json!({})).await.ok()["id"].as_str().unwrap().to_owned();
    act(&house, "p072", &fourth, "submit", json!({})).await.ok();
    act(&house, "p073", &fourth, "sign", approve()).await.ok();
    act(&house, "p072", &fourth, "withdraw", json!({ "reason": "已解决" })).await.ok();
    act(&house, "p041", &third, "receive", json!({})).await.ok();
    act(&house, "p073", &third, "raise", json!({})).await.ok();
    for slip in [&first, &second, &third, &fourth] {
        folded(&house, slip);
    }
}

#[actix_web::test]
async fn what_was_promised_in_an_interview_is_tracked_until_the_office_ticks_it_off() {
    let house = House::new().await;
    let slip = issued(&house, "interview", None).await;
    assert!(todo(&house, "p072").await.iter().any(|t| t.0 == "record_interview"));
    let record = json!({
        "held_on": house.today(), "attended": "甲子安、丙一公司负责人", "said": "指出归档长期滞后", "promised": "月底前全部归档",
        "promised_on": house.today() + Days::new(10),
    });
    act(&house, "p040", &slip, "interview", record.clone()).await.refused(403, "not-allowed");
    let view = act(&house, "p072", &slip, "interview", record).await.ok();
    assert_eq!(view["interview"]["promised"], "月底前全部归档");
    assert!(told(&house, "p040").await.contains(&"约谈承诺已登记，请按期兑现".to_owned()));
    assert!(!told(&house, "p041").await.contains(&"约谈承诺已登记，请按期兑现".to_owned()), "the head alone");
    act(&house, "p041", &slip, "receive", json!({})).await.ok();
    act(&house, "p041", &slip, "answer", json!({ "words": "已制定计划" })).await.ok();
    act(&house, "p072", &slip, "review", json!({ "is_accepted": true })).await.ok();
    house.pass_days(20);
    let promise = |list: Vec<(String, String, String)>| list.into_iter().find(|t| t.0 == "keep_promise");
    let of_head = promise(todo(&house, "p040").await).unwrap();
    assert_eq!((of_head.1.as_str(), of_head.2.as_str()), ("兑现约谈承诺：约谈通知书〔2026〕1号", "overdue"));
    assert_eq!(promise(todo(&house, "p041").await), None);
    assert_eq!(promise(todo(&house, "p072").await).unwrap().1, "核销约谈承诺：约谈通知书〔2026〕1号");
    assert_eq!(house.get("p040", &format!("/slips/{slip}")).await.ok()["interview"]["is_overdue"], true);
    act(&house, "p072", &slip, "keep-promise", json!({ "words": "" })).await.refused(422, "content");
    act(&house, "p072", &slip, "keep-promise", json!({ "words": "现场核对，已归档" })).await.ok();
    assert_eq!(promise(todo(&house, "p040").await), None);
    folded(&house, &slip);
}

#[actix_web::test]
async fn the_ladder_is_the_rounds_own() {
    let house = House::new().await;
    let round = house.round().await;
    let view = house.get("p072", &format!("/rounds/{round}")).await.ok();
    let mut policy = view["policy"].clone();
    assert_eq!(policy["slips"].as_array().map(Vec::len), Some(5));
    policy["slips"][0]["name"] = json!("督促单");
    policy["slips"][0]["answer_working_days"] = json!(2);
    policy["slips"][0]["chain"] = json!([{ "who": "group_head", "count": 1, "label": "组长签发" }]);
    policy["slips"].as_array_mut().unwrap().remove(1);
    let seen = house
        .request("p072", "POST", &format!("/rounds/{round}/policy/preview"), None, Some(policy.clone()))
        .await
        .ok();
    let changed: Vec<_> = seen["changes"].as_array().unwrap().iter().map(|c| c["pointer"].as_str().unwrap()).collect();
    assert_eq!(changed, ["/slips/notice", "/slips/urge"]);
    let set = |policy: &Value| json!({ "policy": policy, "basis": "领导组第2次会议" });
    let path = format!("/rounds/{round}/policy");
    let mut wrong = policy.clone();
    wrong["slips"][0]["chain"][0]["who"] = json!("unit_head");
    let refused = house.request("p072", "PUT", &path, view["version"].as_i64(), Some(set(&wrong))).await;
    assert_eq!(refused.refused(422, "policy-unsound")["errors"][0]["code"], "slip-chain-unfit");
    house.request("p072", "PUT", &path, view["version"].as_i64(), Some(set(&policy))).await.ok();
    let slips = format!("/rounds/{round}/slips");
    house.request("p072", "POST", &slips, None, Some(form(&house, "urge", None).await)).await.refused(422, "content");
    let slip = draft(&house, "p072", form(&house, "notice", None).await).await;
    act(&house, "p072", &slip, "submit", json!({})).await.ok();
    act(&house, "p073", &slip, "sign", approve()).await.refused(403, "not-your-step");
    let view = act(&house, "p001", &slip, "sign", approve()).await.ok();
    assert_eq!((view["name"].as_str(), view["due_on"].as_str()), (Some("督促单〔2026〕1号"), Some("2026-03-04")));
}

/// Many are signed at the same moment, some in transactions that are undone: the numbers are one to so many, each once.
#[actix_web::test]
async fn numbers_have_no_gap_and_no_double_whoever_is_faster() {
    const MANY: usize = 24;
    let house = House::new().await;
    let mut waiting = Vec::new();
    for _ in 0..MANY {
        let slip = draft(&house, "p072", form(&house, "notice", None).await).await;
        act(&house, "p072", &slip, "submit", json!({})).await.ok();
        waiting.push(SlipId(slip.parse().unwrap()));
    }
    let pool = Database::new(&house.db.url(), 8);
    let (now, today) = (house.app.clock.now(), house.today());
    let load = |conn: &mut _| {
        let account = accounts::credential(conn, "p073")?.expect("the account is there").id;
        actors::of_account(conn, account, today)
    };
    let actor = Actor::Person(Box::new(pool.read_now(load).unwrap().actor));
    let origin = Origin { actor, address: "127.0.0.1".to_owned(), request_id: "race".to_owned(), now };
    let calendar = domain::calendar::Calendar::builtin();
    let sign = |conn: &mut _, id: SlipId| {
        let signing = Signing::Screen { on_behalf_of: None };
        let command = SlipCommand::Sign { verdict: Verdict::Approve, words: None, signing };
        slips::execute(conn, &origin, id, Expected::Any, Input::Plain(command), &calendar)
    };
    std::thread::scope(|scope| {
        for (lane, id) in waiting.iter().enumerate() {
            let (pool, sign) = (&pool, &sign);
            scope.spawn(move || {
                // Every third is undone after it had its number, and tried again.
                if lane % 3 == 0 {
                    let undone: Result<(), Error> = pool.write_now(|conn| {
                        sign(conn, *id)?;
                        Err(Error::NotFound)
                    });
                    assert!(undone.is_err());
                }
                // The same one twice at once: one of them finds it signed.
                let outcomes: Vec<bool> = std::thread::scope(|pair| {
                    let run = || pool.write_now(|conn| sign(conn, *id)).is_ok();
                    let (a, b) = (pair.spawn(run), pair.spawn(run));
                    vec![a.join().unwrap(), b.join().unwrap()]
                });
                assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 1);
            });
        }
    });
    let round = RoundId(house.round().await.parse().unwrap());
    let lines = pool.read_now(|conn| slips::list(conn, &Actor::System, round, now)).unwrap();
    let mut numbers: Vec<u32> = lines.iter().map(|l| l.slip.number.expect("issued").n).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=MANY as u32).collect::<Vec<_>>());
    // Another level and another year count by themselves.
    let other = issued(&house, "urge", None).await;
    assert_eq!(house.get("p072", &format!("/slips/{other}")).await.ok()["name"], "催办单〔2026〕1号");
    house.set_day("2027-01-04".parse().unwrap());
    let next_year = issued(&house, "notice", None).await;
    assert_eq!(house.get("p072", &format!("/slips/{next_year}")).await.ok()["number"], "〔2027〕1号");
}
