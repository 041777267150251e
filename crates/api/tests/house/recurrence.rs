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
pub(crate) async fn earlier(house: &House, findings: &[&str]) -> String {
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

async fn tasks(house: &House, login: &str, query: &str) -> Vec<Value> {
    let round = house.round().await;
    house.get(login, &format!("/rounds/{round}/tasks{query}")).await.ok()["items"].as_array().unwrap().clone()
}

/// Ledger, counts and wall say of a finding that came back how often and for how long, to who sees the round and to nobody else.
async fn recurs(house: &House, finding: &str, n: i64, years: i64) {
    let of_it = |rows: &[Value]| -> Vec<(Value, Value)> {
        let own = rows.iter().filter(|t| t["finding_id"] == finding);
        own.map(|t| (t["n_found"].clone(), t["years_open"].clone())).collect()
    };
    let round = house.round().await;
    for login in ["p072", "p001"] {
        let (all, back) = (tasks(house, login, "?limit=200").await, tasks(house, login, "?came_back=true").await);
        let rows = of_it(&back);
        assert!(!rows.is_empty() && rows.len() == back.len(), "{login}: {back:?}");
        assert!(rows.iter().all(|row| *row == (json!(n), json!(years))), "{login}: {rows:?}");
        assert_eq!(of_it(&all), rows);
        assert!(all.iter().all(|t| t["finding_id"] == finding || t["n_found"].is_null()), "{login}");
        let counts = house.get(login, &format!("/rounds/{round}/chain?came_back=true")).await.ok();
        assert_eq!(counts["tasks"], json!(back.len()));
        let wall = house.get(login, &format!("/rounds/{round}/wall")).await.ok();
        let columns = wall["matrix"]["findings"].as_array().unwrap();
        let marked: Vec<&Value> = columns.iter().filter(|f| !f["n_found"].is_null()).collect();
        assert_eq!((marked.len(), &wall["matrix"]["n_came_back"]), (1, &json!(1)));
        assert_eq!((&marked[0]["n_found"], &marked[0]["years_open"]), (&json!(n), &json!(years)));
    }
    for login in ["p003", "p041"] {
        let own = tasks(house, login, "?limit=200").await;
        assert!(
            own.iter().any(|t| t["finding_id"] == finding) && own.iter().all(|t| t["n_found"].is_null()),
            "{login}"
        );
        assert_eq!(tasks(house, login, "?came_back=true").await, Vec::<Value>::new(), "{login}");
    }
}

#[actix_web::test]
async fn what_came_back_is_proposed_however_many_findings_of_the_same_round_are_alike() {
    let house = House::new().await;
    let (own, body) = finding(&house).await;
    let round = house.round().await;
    // The same words a hundred times in this round: each is more alike than the one that was found years ago.
    let sql = format!(
        "INSERT INTO findings (id, round_id, aspect_id, ordinal, number, body, basis) \
         SELECT gen_random_uuid(), f.round_id, f.aspect_id, 1000 + n, 'Y-' || n, f.body, '' \
         FROM findings f CROSS JOIN generate_series(1, 100) n WHERE f.id = '{own}'"
    );
    persistence::testing::run(&house.db.super_url(), &sql).unwrap();
    let shorter: String = body.chars().skip(3).collect();
    let old = earlier(&house, &[&shorter]).await;
    let waits = house.get("p072", &format!("/rounds/{round}/alike")).await.ok();
    let waits = waits.as_array().unwrap();
    let of_own = waits.iter().find(|w| w["finding"]["id"] == json!(own)).unwrap();
    assert_eq!((&of_own["n"], &of_own["nearest"]["finding"]["round_id"]), (&json!(1), &json!(old)));
    assert_eq!(waits.len(), 101, "each of them may have come back");
    // On its own page it stands among the proposals as well.
    let view = alike(&house, "p072", &own).await;
    assert_eq!((of_others(&view, &old).len(), view["proposals"].as_array().unwrap().len()), (1, 12));
}

#[actix_web::test]
async fn what_came_in_and_is_like_earlier_findings_waits_to_be_judged() {
    let house = House::new().await;
    let (own, body) = finding(&house).await;
    let round = house.round().await;
    let path = format!("/rounds/{round}/alike");
    assert_eq!(house.get("p072", &path).await.ok(), json!([]));
    let old = earlier(&house, &[&format!("审计指出：{body}"), "食堂燃气报警装置未定期校验"]).await;
    let waits = house.get("p072", &path).await.ok();
    let waits = waits.as_array().unwrap();
    assert_eq!(waits.len(), 1, "{waits:?}");
    assert_eq!((&waits[0]["finding"]["id"], &waits[0]["n"]), (&json!(own), &json!(1)));
    assert_eq!(waits[0]["nearest"]["finding"]["round_id"], json!(old));
    let task = house.get("p072", &format!("/tasks/{}", waits[0]["task_id"].as_str().unwrap())).await.ok();
    assert_eq!(task["finding_id"], json!(own));
    // The earlier one is not like a later one that waits: only what is later is asked about.
    assert_eq!(house.get("p072", &format!("/rounds/{old}/alike")).await.ok(), json!([]));
    let form =
        json!({ "other_id": waits[0]["nearest"]["finding"]["id"], "verdict": "dismissed", "reason": "不是一回事" });
    judge(&house, "p072", &own, form).await.ok();
    assert_eq!(house.get("p072", &path).await.ok(), json!([]), "nobody is asked twice");
    // Who does not work for 2019 is asked about nothing of it; who does not judge is not asked.
    house.get("p001", &path).await.refused(403, "not-allowed");
    house.get("p041", &path).await.refused(404, "not-found");
}

#[actix_web::test]
async fn what_is_alike_is_proposed_judged_once_and_followed_back() {
    let house = House::new().await;
    let (own, body) = finding(&house).await;
    support::slips::at_work(&house, "S01").await;
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
    recurs(&house, &own, 2, 6).await;
    // From the other side it is the same.
    let back = alike(&house, "p072", other.as_str().unwrap()).await;
    assert_eq!((back["links"][0]["finding"]["id"].as_str(), &back["n_found"]), (Some(own.as_str()), &json!(2)));
    // A later word takes the place of the earlier, and both are on the record.
    let changed = judge(&house, "p072", &own, form("dismissed", "一个是制度，一个是执行")).await.ok();
    assert_eq!((changed["links"].as_array().unwrap().len(), &changed["n_found"]), (1, &json!(1)));
    assert_eq!(tasks(&house, "p072", "?came_back=true").await, Vec::<Value>::new());
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
