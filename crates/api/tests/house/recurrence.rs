//! Findings that are alike over the years: proposed with their reason to who works for both rounds, judged once, followed back; nobody else hears of it.

use crate::support;

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use support::House;

fn ledger(rows: &[&[&str]]) -> &'static [u8] {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate() {
            sheet.write(u32::try_from(r).unwrap(), u16::try_from(c).unwrap(), *text).unwrap();
        }
    }
    Box::leak(book.save_to_buffer().unwrap().into_boxed_slice())
}

/// A round of 2019 with these findings, one task each, of the office p072.
async fn earlier(house: &House, findings: &[&str]) -> String {
    let form =
        json!({ "code": "A-2019", "name": "2019年审计", "feedback_on": "2019-06-20", "inspection_level": "audit" });
    let made = house.request("p072", "POST", "/rounds", None, Some(form)).await;
    let made = if made.status == 201 {
        made.ok()
    } else {
        let form = json!({ "code": "A-2019", "name": "2019年审计", "feedback_on": "2019-06-20" });
        house.request("p072", "POST", "/rounds", None, Some(form)).await.ok()
    };
    let round = made["id"].as_str().unwrap().to_owned();
    let mut rows: Vec<Vec<String>> =
        vec![["序号", "存在问题", "整改措施", "责任单位", "整改时限"].map(str::to_owned).to_vec()];
    for (n, finding) in findings.iter().enumerate() {
        rows.push(vec![
            (n + 1).to_string(),
            (*finding).to_owned(),
            "立行立改".into(),
            "财务部".into(),
            "2019年12月31日".into(),
        ]);
    }
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let preview =
        house.upload("p072", &format!("/rounds/{round}/import-previews?filename=a.xlsx"), ledger(&rows)).await.ok();
    let id = preview["id"].as_str().unwrap();
    let taken = house
        .request("p072", "POST", &format!("/import-previews/{id}/commit"), None, Some(json!({ "take": "all" })))
        .await
        .ok();
    assert_eq!(taken["created"], findings.len(), "{preview}");
    round
}

async fn finding(house: &House) -> (String, String) {
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let first = &aspects[0]["findings"][0];
    (first["id"].as_str().unwrap().to_owned(), first["body"].as_str().unwrap().to_owned())
}

async fn alike(house: &House, login: &str, finding: &str) -> Value {
    house.get(login, &format!("/findings/{finding}/alike")).await.ok()
}

async fn judge(house: &House, login: &str, finding: &str, form: Value) -> support::Answer {
    house.request(login, "POST", &format!("/findings/{finding}/alike"), None, Some(form)).await
}

/// The proposals that are of another round than the finding asked about.
fn of_others<'v>(view: &'v Value, round: &str) -> Vec<&'v Value> {
    let all = view["proposals"].as_array().unwrap();
    all.iter().filter(|p| p["finding"]["round_id"] == round).collect()
}

#[actix_web::test]
async fn what_is_alike_is_proposed_judged_once_and_followed_back() {
    let house = House::new().await;
    let (own, body) = finding(&house).await;
    let again = format!("审计指出：{body}，至今没有改正");
    let old = earlier(&house, &[&again, "食堂燃气报警装置未定期校验"]).await;
    let before = alike(&house, "p072", &own).await;
    let found = of_others(&before, &old);
    assert_eq!(found.len(), 1, "the stranger is not proposed: {before}");
    let proposal = found[0];
    assert_eq!(proposal["finding"]["body"], again);
    assert!(proposal["score"].as_f64().unwrap() > 0.5 && proposal["is_earlier"] == true, "{proposal}");
    let words: Vec<&str> = proposal["words"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    assert!(!words.is_empty() && words.iter().all(|w| body.contains(w) && again.contains(w)), "{words:?}");
    assert_eq!((&before["n_found"], &before["years_open"], &before["may_judge"]), (&json!(1), &json!(0), &json!(true)));

    let other = proposal["finding"]["id"].clone();
    let form = |verdict: &str, reason: &str| json!({ "other_id": other, "verdict": verdict, "reason": reason });
    judge(&house, "p072", &own, form("dismissed", " ")).await.refused(422, "content");
    // Seen from 2019, this year's is not the earlier one.
    let turned = json!({ "other_id": own, "verdict": "recurrence" });
    judge(&house, "p072", other.as_str().unwrap(), turned).await.refused(422, "content");
    let after = judge(&house, "p072", &own, form("recurrence", "同一问题再次被指出")).await.ok();
    assert!(of_others(&after, &old).is_empty(), "nobody is asked twice");
    let link = &after["links"][0];
    assert_eq!((&link["verdict_label"], &link["finding"]["id"]), (&json!("反弹回潮"), &other));
    assert_eq!((&after["n_found"], &after["years_open"]), (&json!(2), &json!(6)));
    let lineage: Vec<&Value> = after["lineage"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
    assert_eq!(lineage, [&other, &json!(own)], "the earliest first");
    // From the other side it is the same.
    let back = alike(&house, "p072", other.as_str().unwrap()).await;
    assert_eq!((back["links"][0]["finding"]["id"].as_str(), &back["n_found"]), (Some(own.as_str()), &json!(2)));
    // A later word takes the place of the earlier, and both are on the record.
    let changed = judge(&house, "p072", &own, form("dismissed", "一个是制度，一个是执行")).await.ok();
    assert_eq!((changed["links"].as_array().unwrap().len(), &changed["n_found"]), (1, &json!(1)));
    let said = persistence::testing::lines(
        &house.db.super_url(),
        "SELECT kind || ' ' || seq AS line FROM events WHERE stream_kind = 'finding_link' ORDER BY seq",
    );
    assert_eq!(said, ["finding_link.judged 1", "finding_link.judged 2"]);
}

#[actix_web::test]
async fn nothing_of_a_round_one_does_not_work_for_is_proposed_or_linked() {
    let house = House::new().await;
    let (own, body) = finding(&house).await;
    let old = earlier(&house, &[&format!("审计指出：{body}")]).await;
    let other = of_others(&alike(&house, "p072", &own).await, &old)[0]["finding"]["id"].clone();
    // A supervisor of this round who has nothing to do with that of 2019.
    let seen = alike(&house, "p073", &own).await;
    assert!(of_others(&seen, &old).is_empty(), "{seen}");
    let form = json!({ "other_id": other, "verdict": "common" });
    judge(&house, "p073", &own, form.clone()).await.refused(404, "not-found");
    // What is not alike is not linked by its address; nor is a finding to itself.
    let strange = json!({ "other_id": own, "verdict": "common" });
    judge(&house, "p072", &own, strange).await.refused(404, "not-found");
    // A unit sees nothing of it, a principal looks and does not judge.
    house.get("p041", &format!("/findings/{own}/alike")).await.refused(404, "not-found");
    judge(&house, "p041", &own, form.clone()).await.refused(404, "not-found");
    judge(&house, "p001", &own, form).await.refused(403, "not-allowed");
}

#[actix_web::test]
async fn two_who_judge_at_once_leave_one_verdict() {
    let house = House::new().await;
    let (own, body) = finding(&house).await;
    let old = earlier(&house, &[&format!("审计指出：{body}")]).await;
    let other = of_others(&alike(&house, "p072", &own).await, &old)[0]["finding"]["id"].clone();
    let form = |reason: &str| json!({ "other_id": other, "verdict": "recurrence", "reason": reason });
    let (first, second) =
        tokio::join!(judge(&house, "p072", &own, form("一")), judge(&house, "p072", &own, form("二")));
    first.ok();
    second.ok();
    let kept = alike(&house, "p072", &own).await;
    assert_eq!(kept["links"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_round_says_which_of_its_findings_are_like_an_earlier_one_until_somebody_has_said_what_they_are() {
    let house = House::new().await;
    let (own, body) = finding(&house).await;
    let round = house.round().await;
    let path = format!("/rounds/{round}/alike");
    assert_eq!(house.get("p072", &path).await.ok()["n_findings"], 0, "within one round nothing is earlier");
    let old = earlier(&house, &[&format!("审计指出：{body}，至今没有改正")]).await;
    let found = house.get("p072", &path).await.ok();
    assert_eq!((&found["n_findings"], &found["findings"]), (&json!(1), &json!([own])));
    assert_eq!(house.get("p072", &format!("/rounds/{old}/alike")).await.ok()["n_findings"], 0, "the other is later");
    assert_eq!(
        house.get("p073", &path).await.ok()["n_findings"],
        0,
        "of a round one does not work for nothing is said"
    );
    house.get("p041", &path).await.refused(404, "not-found");
    let other = of_others(&alike(&house, "p072", &own).await, &old)[0]["finding"]["id"].clone();
    judge(&house, "p072", &own, json!({ "other_id": other, "verdict": "recurrence" })).await.ok();
    assert_eq!(house.get("p072", &path).await.ok()["n_findings"], 0);
}
