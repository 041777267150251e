//! Who sees a slip: no unit before it is issued, no unit and no team a referral, nobody the words of a matter he does not read.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use chrono::Days;
use serde_json::{Value, json};
use support::House;
use support::slips::*;

/// A house where some slips are read by all kinds of people; it takes a while to make, so these share it.
#[actix_web::test]
async fn a_slip_is_seen_by_whom_it_concerns_and_not_before_it_does() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    no_unit_learns_of_a_slip_before_it_is_issued(&house, &task).await;
    no_unit_and_no_team_learns_of_a_referral(&house, &task).await;
    a_unit_that_has_nothing_else_in_the_round_finds_its_slip(&house).await;
    paper_and_its_second_officer(&house).await;
    a_sensitive_matter_is_read_by_who_reads_its_task(&house).await;
    a_failed_result_begins_a_slip(&house, &task).await;
}

async fn no_unit_learns_of_a_slip_before_it_is_issued(house: &House, task: &str) {
    let round = house.round().await;
    let slip = draft(house, "p072", form(house, "notice", Some(task)).await).await;
    let blind = async || {
        for unit in ["p040", "p041", "p020", "p003"] {
            assert_eq!(house.get(unit, &format!("/rounds/{round}/slips")).await.ok(), json!([]), "{unit}");
            house.get(unit, &format!("/slips/{slip}")).await.refused(404, "not-found");
            house
                .request(unit, "POST", &format!("/slips/{slip}/receive"), Some(1), Some(json!({})))
                .await
                .refused(404, "not-found");
            assert_eq!((todo(house, unit).await, told(house, unit).await), (vec![], vec![]), "{unit}");
        }
        for what in [format!("/tasks/{task}"), format!("/tasks/{task}/history")] {
            let said = house.get("p041", &what).await.ok().to_string();
            assert!(!said.contains("督办通知单") && !said.contains(&slip), "{what}: {said}");
        }
    };
    blind().await;
    act(house, "p072", &slip, "submit", json!({})).await.ok();
    blind().await;
    assert_eq!(house.get("p072", &format!("/tasks/{task}")).await.ok()["slips"][0]["state"], "signing");
    act(house, "p072", &slip, "withdraw", json!({ "reason": " " })).await.refused(422, "content");
    act(house, "p072", &slip, "withdraw", json!({ "reason": "改为电话督促" })).await.ok();
    blind().await;
    // What was issued is taken back before the eyes of the unit.
    let slip = issued(house, "notice", Some(task)).await;
    assert!(house.get("p041", &format!("/tasks/{task}")).await.ok()["open_actions"].to_string().contains("slip-open"));
    assert_eq!(house.get("p003", &format!("/rounds/{round}/slips")).await.ok().as_array().map(Vec::len), Some(1));
    for unit in ["p010", "p030"] {
        house.get(unit, &format!("/slips/{slip}")).await.refused(404, "not-found");
    }
    act(house, "p068", &slip, "withdraw", json!({ "reason": "已当面解决" })).await.refused(403, "not-allowed");
    act(house, "p072", &slip, "withdraw", json!({ "reason": "已当面解决" })).await.ok();
    assert_eq!(house.get("p041", &format!("/slips/{slip}")).await.ok()["withdrawn"], "已当面解决");
    assert!(told(house, "p041").await.contains(&"督办单已撤销，不必再办".to_owned()));
    assert!(!house.get("p041", &format!("/tasks/{task}")).await.ok()["open_actions"].to_string().contains("slip-open"));
    folded(house, &slip);
}

async fn no_unit_and_no_team_learns_of_a_referral(house: &House, task: &str) {
    let path = format!("/rounds/{}/slips", house.round().await);
    let body = form(house, "referral", Some(task)).await;
    house.request("p068", "POST", &path, None, Some(body.clone())).await.refused(403, "not-allowed");
    let slip = draft(house, "p072", body).await;
    act(house, "p072", &slip, "submit", json!({})).await.ok();
    let view = act(house, "p001", &slip, "sign", approve()).await.ok();
    assert_eq!(view["name"], "问责线索移交〔2026〕1号");
    for blind in ["p040", "p041", "p020", "p068", "p003"] {
        house.get(blind, &format!("/slips/{slip}")).await.refused(404, "not-found");
        let list = house.get(blind, &path).await.ok().to_string();
        assert!(!list.contains("问责"), "{blind}: {list}");
    }
    for what in [format!("/tasks/{task}"), format!("/tasks/{task}/history")] {
        for reader in ["p041", "p068"] {
            let said = house.get(reader, &what).await.ok().to_string();
            assert!(!said.contains("问责线索"), "{reader} {what}: {said}");
        }
    }
    let unblocked = house.get("p041", &format!("/tasks/{task}")).await.ok()["open_actions"].to_string();
    assert!(!unblocked.contains("slip-open"), "a referral blocks nothing, for a unit would learn of it");
    assert!(todo(house, "p072").await.iter().any(|t| t.1 == "登记移交：问责线索移交〔2026〕1号"));
    let hand_over = json!({ "on": house.today(), "document": "移送〔2026〕1号" });
    act(house, "p072", &slip, "hand-over", json!({ "on": house.today(), "document": "" }))
        .await
        .refused(422, "content");
    let view = act(house, "p072", &slip, "hand-over", hand_over).await.ok();
    assert_eq!(
        (view["state"].as_str(), view["hand_over"]["document"].as_str()),
        (Some("settled"), Some("移送〔2026〕1号"))
    );
    house.get("p002", &format!("/slips/{slip}")).await.ok();
    folded(house, &slip);
}

/// The draft round's tasks are seen by no unit yet; a slip by hand opens the round to the unit it goes to.
async fn a_unit_that_has_nothing_else_in_the_round_finds_its_slip(house: &House) {
    let round = house.round().await;
    let rounds = |me: &Value| me["rounds"].as_array().map(Vec::len);
    assert_eq!(rounds(&house.get("p062", "/me").await.ok()), Some(0));
    let ids = ids(house).await;
    let mut by_hand = form(house, "notice", None).await;
    by_hand["unit"] = ids["U306"].clone();
    let slip = draft(house, "p068", by_hand).await;
    act(house, "p068", &slip, "submit", json!({})).await.ok();
    assert_eq!(rounds(&house.get("p062", "/me").await.ok()), Some(0));
    act(house, "p073", &slip, "sign", approve()).await.ok();
    assert_eq!(rounds(&house.get("p062", "/me").await.ok()), Some(1));
    let list = house.get("p062", &format!("/rounds/{round}/slips")).await.ok();
    assert_eq!((list.as_array().map(Vec::len), list[0]["id"].as_str()), (Some(1), Some(slip.as_str())));
    assert_eq!(todo(house, "p062").await.len(), 1);
}

async fn paper_and_its_second_officer(house: &House) {
    let ids = ids(house).await;
    let slip = draft(house, "p068", form(house, "letter", None).await).await;
    act(house, "p068", &slip, "submit", json!({})).await.ok();
    let hash = house.get("p072", &format!("/slips/{slip}")).await.ok()["request"]["content_hash"].clone();
    let mut document = json!({ "signed_on": house.today(), "scan": "0".repeat(64), "content_hash": hash });
    let paper = |document: &Value| json!({ "signer": ids["P001"], "verdict": "approve", "document": document });
    act(house, "p072", &slip, "record-signature", paper(&document)).await.refused(422, "content");
    house
        .upload("p068", &format!("/slips/{slip}/scans?filename=a.pdf"), b"%PDF-1.4\n")
        .await
        .refused(403, "not-allowed");
    let scan = house.upload("p072", &format!("/slips/{slip}/scans?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
    document["scan"] = scan["sha256"].clone();
    let view = act(house, "p072", &slip, "record-signature", paper(&document)).await.ok();
    let signature = view["request"]["signatures"][0].clone();
    assert_eq!((signature["is_pending"].as_bool(), signature["scan_id"].is_string()), (Some(true), true));
    let confirm = json!({ "signature": signature["id"], "confirmed": true });
    act(house, "p072", &slip, "confirm-signature", confirm.clone()).await.refused(403, "second-officer-needed");
    let view = act(house, "p073", &slip, "confirm-signature", confirm).await.ok();
    assert_eq!(view["name"], "督办函〔2026〕1号");
    let object = json!({ "signature": signature["id"], "reason": "并非本人所签" });
    let view = act(house, "p001", &slip, "object", object.clone()).await.ok();
    assert_eq!((view["objections"][0].as_str(), view["state"].as_str()), (Some("并非本人所签"), Some("issued")));
    act(house, "p001", &slip, "object", object).await.refused(409, "already-objected");
    folded(house, &slip);
}

async fn a_sensitive_matter_is_read_by_who_reads_its_task(house: &House) {
    let ids = ids(house).await;
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let draft_of = json!({
        "number": "S09", "title": "涉及个人的事项", "disposition": "dated", "due_on": house.today() + Days::new(100),
        "sensitivity": "internal", "readers": [ids["P040"]],
        "leaders": [ids["P003"]], "units": [ids["U201"]], "persons": [ids["P041"]],
        "measures": [{ "text": "核实" }], "criteria": [{ "text": "核实完毕" }],
    });
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft_of });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    let task = made["id"].as_str().unwrap().to_owned();
    house.act("p072", &task, "issue", json!({})).await.ok();
    let known = house.get("p068", &format!("/rounds/{round}/slip-proposal?task={task}")).await.ok();
    assert_eq!(
        (known["matter"].as_str(), known["gap"].as_str()),
        (Some(""), Some("")),
        "what is not read is not carried over"
    );
    let mut body = form(house, "letter", Some(&task)).await;
    body["supporting"] = json!([]);
    let slip = draft(house, "p072", body).await;
    act(house, "p072", &slip, "submit", json!({})).await.ok();
    let of_signer = house.get("p001", &format!("/slips/{slip}")).await.ok();
    assert_eq!(of_signer["gap"], "存量合同仍未归档", "who signs reads what he signs");
    act(house, "p001", &slip, "sign", approve()).await.ok();
    act(house, "p041", &slip, "receive", json!({})).await.ok();
    act(house, "p040", &slip, "answer", json!({ "words": "内部核实的经过" })).await.ok();
    for (reader, reads) in [("p072", true), ("p040", true), ("p041", false), ("p068", false)] {
        let view = house.get(reader, &format!("/slips/{slip}")).await.ok();
        let said =
            [&view, &house.get(reader, &format!("/rounds/{round}/slips")).await.ok()].map(ToString::to_string).concat();
        assert_eq!(
            (view["is_redacted"].as_bool(), view["gap"] == "存量合同仍未归档"),
            (Some(!reads), reads),
            "{reader}"
        );
        assert_eq!(said.contains("内部核实的经过"), reads, "{reader}");
    }
    let of_slip = |list: Value| {
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().find(|n| n["slip_id"] == json!(slip)).map(|n| n["title"].clone())
    };
    assert_eq!(of_slip(house.get("p041", "/notices").await.ok()), Some(json!("敏感事项")));
    assert_eq!(of_slip(house.get("p040", "/notices").await.ok()), Some(json!("合同归档滞后")));
}

async fn a_failed_result_begins_a_slip(house: &House, task: &str) {
    let ids = ids(house).await;
    let round = house.round().await;
    let plan = json!({
        "kind": "special", "title": "合同归档专项检查", "from_on": house.today(), "to_on": house.today() + Days::new(5),
        "inspectors": [ids["P068"], ids["P069"]], "tasks": [task],
    });
    let check = house.request("p068", "POST", &format!("/rounds/{round}/checks"), None, Some(plan)).await.ok();
    let check = check["id"].as_str().unwrap().to_owned();
    let proposal = format!("/rounds/{round}/slip-proposal?task={task}&check={check}");
    house.get("p068", &proposal).await.refused(422, "content");
    house.request("p068", "POST", &format!("/checks/{check}/announce"), Some(1), Some(json!({}))).await.ok();
    let found = json!({ "result": "fail", "found": "存量合同未归档", "occurred_on": house.today() });
    let path = format!("/checks/{check}/results/{task}");
    let view = house.request("p068", "PUT", &path, None, Some(found)).await.ok();
    let sign = format!("{path}/signature");
    house.request("p069", "POST", &sign, view["version"].as_i64(), Some(json!({}))).await.ok();
    let known = house.get("p068", &proposal).await.ok();
    assert_eq!(known["basis"], "专项检查“合同归档专项检查”：不属实");
    assert_eq!((known["gap"].as_str(), known["basis_kind"].as_str()), (Some("存量合同未归档"), Some("check")));
    let mut body = form(house, "notice", Some(task)).await;
    (body["basis_kind"], body["basis_id"], body["basis"]) = (json!("check"), json!(check), known["basis"].clone());
    draft(house, "p068", body).await;
}
