//! Publications over the API and on the open page: nothing goes out that was exempted, marked or sensitive; what goes out is a copy and ends.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use domain::actor::Actor;
use domain::ids::PublicationId;
use domain::publication::PublicationCommand;
use persistence::publications::{self, Input};
use persistence::tasks::Expected;
use persistence::{Database, Error, Origin, accounts, actors};
use serde_json::{Value, json};
use support::House;
use support::publications::*;
use support::slips::{at_work, ids};

fn codes(body: &Value) -> Vec<(String, String)> {
    let of = |e: &Value, key: &str| e[key].as_str().unwrap().to_owned();
    body["errors"].as_array().unwrap().iter().map(|e| (of(e, "pointer"), of(e, "code"))).collect()
}

/// The row is the fold of its events, and its chain holds.
fn folded(house: &House, id: &str) {
    let (id, now) = (PublicationId(id.parse().unwrap()), house.app.clock.now());
    let look = |conn: &mut _| {
        assert_eq!(persistence::events::first_broken(conn, "publication", id.0)?, None);
        let row = publications::find(conn, &Actor::System, id, now)?.line.publication;
        assert_eq!(publications::replay(conn, id)?, Some(row));
        Ok(())
    };
    house.app.db.read_now(look).unwrap();
}

#[actix_web::test]
async fn nothing_is_published_until_the_round_says_so() {
    let house = House::new().await;
    let round = house.round().await;
    let today = house.today();
    let body = json!({ "kind": "progress", "from_on": today, "to_on": today });
    let path = format!("/rounds/{round}/publications");
    house.request("p072", "POST", &path, None, Some(body.clone())).await.refused(409, "publication-off");
    let list = house.get("p072", &path).await.ok();
    assert_eq!((&list["reach"], &list["can_draft"]), (&json!("off"), &json!(false)));
    let entries = |me: Value| me["navigation"].as_array().unwrap().iter().any(|e| e == "opinions");
    assert!(!entries(house.get("p041", "/me").await.ok()));
    switch_on(&house, "text", json!({})).await;
    at_work(&house, "S01").await;
    assert!(entries(house.get("p041", "/me").await.ok()));
    house.request("p072", "POST", &path, None, Some(body.clone())).await.ok();
    house.request("p068", "POST", &path, None, Some(body.clone())).await.refused(403, "not-allowed");
    house.request("p041", "POST", &path, None, Some(body)).await.refused(403, "not-allowed");
    // A page is a step of its own.
    let of = drafted(&house, "progress").await;
    assert_eq!((&of["opens_page"], &of["may_open_page"]), (&json!(false), &json!(false)));
    let mut head = head(&house, &of).await;
    head["opens_page"] = json!(true);
    let path = format!("/publications/{}", of["id"].as_str().unwrap());
    let refused = house.request("p072", "PUT", &path, None, Some(head)).await;
    assert_eq!(codes(&refused.body), [("/opens_page".to_owned(), "publication-page-closed".to_owned())]);
    house.get("p041", &path).await.refused(404, "not-found");
}

#[actix_web::test]
async fn what_is_exempted_marked_or_sensitive_blocks_until_it_is_mended() {
    let house = House::new().await;
    let task = at_work(&house, "S01").await;
    switch_on(&house, "open", json!({ "marked_words": ["内部电话"], "contact": { "phone": "0000-1234567" } })).await;
    let of = drafted(&house, "progress").await;
    let id = of["id"].as_str().unwrap();
    let item = of["items"].as_array().unwrap().iter().find(|i| i["task"] == json!(task)).unwrap().clone();
    assert_eq!(item["text"]["problem"], "合同归档不及时", "what is known is there already");
    assert_eq!(item["internal"]["text"], item["text"]);
    assert_eq!(of["contact"]["phone"], "0000-1234567");
    let ids = ids(&house).await;
    let path = format!("/publications/{id}/items/{}", item["id"].as_str().unwrap());
    let words = |revision: u32, outcome: &str, approver: &str| {
        json!({
            "revision": revision, "text": { "problem": "合同归档不及时", "measures": "清理存量", "outcome": outcome },
            "exemptions": [{ "ground": "privacy", "word": "丙寅正", "reason": "涉及个人", "approver": ids[approver] }],
        })
    };
    let own = house.request("p072", "PUT", &path, None, Some(words(0, "", "P072"))).await;
    assert_eq!(codes(&own.body), [("/exemptions/0/approver".to_owned(), "exemption-approved-by-oneself".to_owned())]);
    let view = house.request("p072", "PUT", &path, None, Some(words(0, "由丙 寅、正负责", "P004"))).await.ok();
    let hit = &view["hits"][0];
    assert_eq!((&hit["item"], &hit["place"], &hit["word"]), (&item["id"], &json!("outcome"), &json!("丙寅正")));
    // Two who write on one item: the second is told, and nothing is overwritten.
    let late = house.request("p073", "PUT", &path, None, Some(words(0, "另一个人写的", "P004"))).await;
    late.refused(409, "publication-changed-meanwhile");
    write_head(&house, id, |head| head["lead"] = json!("详询内 部 电 话。")).await;
    let blocked = act(&house, "p072", id, "submit", json!({})).await;
    let at = format!("/items/{}/outcome", item["id"].as_str().unwrap());
    let hits = [("/lead".to_owned(), "publication-hit".to_owned()), (at, "publication-hit".to_owned())];
    assert_eq!(codes(&blocked.refused(422, "publication-blocked")), hits);
    house.request("p072", "PUT", &path, None, Some(words(1, "由丙某负责", "P004"))).await.ok();
    write_head(&house, id, |head| head["lead"] = json!("现予公布。")).await;
    signed(&house, id).await;
    // What became sensitive after it was signed is not published.
    let sensitive = "UPDATE tasks SET sensitivity = 'internal' WHERE number = 'S01'";
    persistence::testing::run(&house.db.super_url(), sensitive).unwrap();
    let blocked = act(&house, "p072", id, "publish", json!({})).await.refused(422, "publication-blocked");
    assert!(codes(&blocked).iter().any(|(_, code)| code == "publication-item-barred"), "{blocked}");
    let reworked = act(&house, "p072", id, "rework", json!({})).await.ok();
    assert_eq!((&reworked["state"], &reworked["request"]["state_label"]), (&json!("draft"), &json!("已作废")));
    folded(&house, id);
}

#[actix_web::test]
async fn a_publication_is_signed_shown_for_its_days_and_leaves_a_line() {
    let house = House::new().await;
    let open = OpenPage::of(&house).await;
    let task = at_work(&house, "S01").await;
    switch_on(&house, "open", json!({})).await;
    let of = drafted(&house, "progress").await;
    let id = of["id"].as_str().unwrap();
    let without = act(&house, "p072", id, "submit", json!({})).await.refused(422, "chain-incomplete");
    assert_eq!(without["errors"][0]["code"], "signer-missing", "nobody was named to review the secrecy");
    write_head(&house, id, |_| ()).await;
    act(&house, "p072", id, "submit", json!({})).await.ok();
    act(&house, "p072", id, "sign", json!({ "verdict": "approve" })).await.refused(403, "signed-own-submission");
    act(&house, "p001", id, "sign", json!({ "verdict": "approve" })).await.refused(403, "not-your-step");
    act(&house, "p073", id, "sign", json!({ "verdict": "approve" })).await.ok();
    act(&house, "p072", id, "publish", json!({})).await.refused(409, "wrong-state");
    // He sees it because its chain names him.
    let todo = house.get("p004", &format!("/rounds/{}/todo", house.round().await)).await.ok();
    assert!(todo["items"].as_array().unwrap().iter().any(|i| i["publication_id"] == json!(id)), "{todo}");
    act(&house, "p004", id, "sign", json!({ "verdict": "approve", "words": "不涉密" })).await.ok();
    act(&house, "p001", id, "sign", json!({ "verdict": "approve" })).await.ok();
    assert!(!open.get("/").await.body.contains("整改进展情况通报"), "not before it is published");
    let after = act(&house, "p072", id, "publish", json!({})).await.ok();
    let notice = after["notice"].as_i64().unwrap();
    // Monday, and five working days after it.
    assert_eq!((&after["published_on"], &after["until_on"]), (&json!("2026-03-02"), &json!("2026-03-09")));
    let page = open.get(&format!("/notices/{notice}")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("合同归档不及时") && page.body.contains("清理存量"), "{}", page.body);
    assert!(after["plain_text"].as_str().unwrap().contains("1. 合同归档不及时"), "{after}");
    let of_word = house.get("p072", &format!("/publications/{id}/file")).await;
    let words = support::word::words(&of_word.bytes);
    // Every line of the text that goes out stands in the file of Word, and no template's mark is left.
    for line in after["plain_text"].as_str().unwrap().lines().filter(|l| !l.is_empty()) {
        assert!(words.contains(line), "{line}: {words}");
    }
    assert!(!words.contains("{{") && words.contains("2026年3月2日"), "{words}");
    house.get("p010", &format!("/publications/{id}/file")).await.refused(404, "not-found");
    // It is a copy: what changes inside does not show.
    let change = "UPDATE tasks SET title = '改过的标题' WHERE number = 'S01'";
    persistence::testing::run(&house.db.super_url(), change).unwrap();
    assert!(open.get(&format!("/notices/{notice}")).await.body.contains("合同归档不及时"));
    for (name, part) in [
        ("content-security-policy", "default-src 'none'; style-src 'self'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    ] {
        assert!(page.headers.get(name).unwrap().to_str().unwrap().starts_with(part), "{name}");
    }
    assert!(page.headers.get("set-cookie").is_none());
    assert!(
        !page.body.contains("<script") && !page.body.contains("style=") && !page.body.contains("://"),
        "{}",
        page.body
    );
    assert!(!page.body.contains(id) && !page.body.contains(&task), "no id of ours");
    // The last day is a day of it; after it there is a line.
    house.set_day("2026-03-09".parse().unwrap());
    assert!(open.get(&format!("/notices/{notice}")).await.body.contains("合同归档不及时"));
    house.set_day("2026-03-10".parse().unwrap());
    let over = open.get(&format!("/notices/{notice}")).await.body;
    assert!(over.contains("公示期已满") && over.contains("收到意见0件") && !over.contains("合同归档不及时"), "{over}");
    house.keep_clock().await;
    assert_eq!(view(&house, id).await["state"], "ended");
    let bodies = persistence::testing::lines(
        &house.db.super_url(),
        "SELECT standing || ' ' || (body IS NULL)::text AS line FROM published_notices",
    );
    assert_eq!(bodies, ["ended true"], "the copy is gone as well");
    act(&house, "p072", id, "withdraw", json!({ "reason": "有误" })).await.refused(409, "wrong-state");
    folded(&house, id);
}

#[actix_web::test]
async fn a_correction_takes_the_place_of_what_it_corrects_and_a_withdrawal_says_why() {
    let house = House::new().await;
    let open = OpenPage::of(&house).await;
    at_work(&house, "S01").await;
    switch_on(&house, "open", json!({ "marked_words": ["内部电话"] })).await;
    let (id, notice) = published(&house).await;
    let made = act(&house, "p072", &id, "correct", json!({})).await.ok();
    act(&house, "p072", &id, "correct", json!({})).await.refused(409, "publication-being-corrected");
    let new = made["id"].as_str().unwrap();
    write_head(&house, new, |head| head["title"] = json!("更正后的通报")).await;
    assert!(open.get(&format!("/notices/{notice}")).await.body.contains("合同归档不及时"), "it stays until then");
    signed(&house, new).await;
    let after = act(&house, "p072", new, "publish", json!({})).await.ok();
    let newer = after["notice"].as_i64().unwrap();
    let old = open.get(&format!("/notices/{notice}")).await.body;
    assert!(old.contains("已更正") && old.contains(&format!("/notices/{newer}")) && !old.contains("合同归档"), "{old}");
    assert_eq!(view(&house, &id).await["state"], "replaced");
    // The reason is read in public: it is checked as everything else.
    let reason = json!({ "reason": "请打内部电话" });
    act(&house, "p072", new, "withdraw", reason).await.refused(422, "publication-blocked");
    act(&house, "p072", new, "withdraw", json!({ "reason": "所列时间有误" })).await.ok();
    let gone = open.get(&format!("/notices/{newer}")).await.body;
    assert!(gone.contains("已撤回") && gone.contains("所列时间有误") && !gone.contains("合同归档"), "{gone}");
    let token = "0".repeat(32);
    let said = open.hand_in(newer, &[("text", "意见"), ("form", &token)], &[]).await;
    assert_eq!(said.status, 409, "what is not shown takes no opinion");
    folded(&house, &id);
    folded(&house, new);
}

#[actix_web::test]
async fn of_publishing_and_withdrawing_at_once_one_comes_first_and_the_other_is_told() {
    let house = House::new().await;
    at_work(&house, "S01").await;
    switch_on(&house, "open", json!({})).await;
    let of = drafted(&house, "progress").await;
    let id = of["id"].as_str().unwrap().to_owned();
    write_head(&house, &id, |_| ()).await;
    let version = signed(&house, &id).await["version"].as_i64().unwrap();
    let (now, publication) = (house.app.clock.now(), PublicationId(id.parse().unwrap()));
    let run = |login: &'static str, command: PublicationCommand| {
        let db = Database::new(&house.db.url(), 1);
        std::thread::spawn(move || {
            db.write_now(|conn| {
                let account = accounts::credential(conn, login)?.unwrap().id;
                let actor = actors::of_account(conn, account, domain::calendar::today(now))?.actor;
                let origin = Origin { actor: Actor::Person(Box::new(actor)), ..Origin::system(now) };
                let calendar = persistence::calendar::load(conn)?;
                let input = Input::Plain(command);
                publications::execute(conn, &origin, publication, Expected::Version(version), input, &calendar)
            })
        })
    };
    let withdraw = || PublicationCommand::Withdraw { reason: "有误".to_owned() };
    let threads = [
        run("p072", PublicationCommand::Publish),
        run("p073", withdraw()),
        run("p073", PublicationCommand::Publish),
        run("p072", withdraw()),
    ];
    let results: Vec<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().filter(|r| r.is_err()).all(|r| matches!(r, Err(Error::Stale(_) | Error::Refused(_)))));
    let n = persistence::testing::lines(&house.db.super_url(), "SELECT count(*)::text AS line FROM published_notices");
    let is_published = view(&house, &id).await["state"] == "published";
    assert_eq!(n, [if is_published { "1" } else { "0" }]);
    folded(&house, &id);
}

#[actix_web::test]
async fn a_publication_signed_on_paper_counts_when_a_second_officer_has_seen_it() {
    let house = House::new().await;
    at_work(&house, "S01").await;
    switch_on(&house, "text", json!({})).await;
    let of = drafted(&house, "closures").await;
    let id = of["id"].as_str().unwrap();
    write_head(&house, id, |_| ()).await;
    let empty = act(&house, "p072", id, "submit", json!({})).await;
    assert_eq!(codes(&empty.body), [("/items".to_owned(), "publication-empty".to_owned())]);
    let task = house.task("S01").await;
    act(&house, "p072", id, "items", json!({ "tasks": [task] })).await.ok();
    let sent = act(&house, "p072", id, "submit", json!({})).await.ok();
    act(&house, "p073", id, "sign", json!({ "verdict": "approve" })).await.ok();
    let path = format!("/publications/{id}/scans?filename=a.pdf");
    let scan = house.upload("p073", &path, b"%PDF-1.4\n%%EOF\n").await.ok();
    house.upload("p004", &path, b"%PDF-1.4\n%%EOF\n").await.refused(403, "not-allowed");
    let ids = ids(&house).await;
    let document = |hash: &str| json!({ "signed_on": house.today(), "scan": scan["sha256"], "content_hash": hash, "body": null, "minutes_number": null });
    let paper = |hash: &str| json!({ "signer": ids["P004"], "verdict": "approve", "document": document(hash) });
    let hash = sent["request"]["content_hash"].as_str().unwrap();
    act(&house, "p073", id, "record-signature", paper(&"0".repeat(64))).await.refused(422, "content");
    let recorded = act(&house, "p073", id, "record-signature", paper(&hash[..16])).await.ok();
    let signature = &recorded["request"]["signatures"][1];
    assert_eq!(signature["state"], "pending");
    let confirm = json!({ "signature": signature["id"], "confirmed": true });
    act(&house, "p073", id, "confirm-signature", confirm.clone()).await.refused(403, "second-officer-needed");
    act(&house, "p072", id, "confirm-signature", confirm).await.ok();
    act(&house, "p001", id, "sign", json!({ "verdict": "approve" })).await.ok();
    // For the notice board alone: it has its days, and no page.
    let after = act(&house, "p072", id, "publish", json!({})).await.ok();
    assert_eq!((&after["state"], &after["notice"]), (&json!("published"), &Value::Null));
    assert!(after["plain_text"].as_str().unwrap().contains("公示期：2026年3月2日至2026年3月9日"));
    folded(&house, id);
}

#[actix_web::test]
async fn an_opinion_is_received_once_answered_and_looked_up_by_its_code() {
    let house = House::new().await;
    let open = OpenPage::of(&house).await;
    let task = at_work(&house, "S01").await;
    switch_on(&house, "open", json!({ "marked_words": ["内部电话"] })).await;
    let (publication, notice) = published(&house).await;
    let evil = "<script>alert(1)</script>仍有未归档的合同";
    let token = open.token(notice).await;
    let fields = [("text", evil), ("name", "来信人甲"), ("contact", ""), ("website", ""), ("form", token.as_str())];
    let files: [(&str, &[u8]); 1] = [("../a.pdf", b"%PDF-1.4\n%%EOF\n")];
    let first = open.hand_in(notice, &fields, &files).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let code = code_of(&first.body);
    let again = open.hand_in(notice, &fields, &files).await;
    assert!(again.body.contains("没有重复登记"), "{}", again.body);
    assert_eq!(code_of(&again.body), code, "the same form has the same code");
    let kept = persistence::testing::lines(&house.db.super_url(), "SELECT code_sha256 AS line FROM opinions");
    assert_eq!(kept.len(), 1);
    assert_ne!(kept[0], code, "of the code only its digest is kept");
    let round = house.round().await;
    let list = house.get("p072", &format!("/rounds/{round}/opinions")).await.ok();
    let opinion = list["items"][0].clone();
    let id = opinion["id"].as_str().unwrap();
    assert_eq!((&opinion["text"], &opinion["name"]), (&json!(evil), &json!("来信人甲")));
    assert_eq!(opinion["due_on"], "2026-03-16", "ten working days");
    let whole = house.get("p072", &format!("/opinions/{id}")).await.ok();
    assert_eq!(whole["files"][0]["filename"], "a.pdf");
    let file = whole["files"][0]["id"].as_str().unwrap();
    house.request("p041", "POST", &format!("/evidence/{file}/tickets"), None, None).await.refused(404, "not-found");
    house.request("p072", "POST", &format!("/evidence/{file}/tickets"), None, None).await.ok();
    // No unit learns of it before it is given to it, and then not who wrote it.
    house.get("p041", &format!("/opinions/{id}")).await.refused(404, "not-found");
    opine(&house, "p068", id, "assign", json!({ "unit": ids(&house).await["U201"] })).await.refused(403, "not-allowed");
    opine(&house, "p072", id, "assign", json!({ "unit": ids(&house).await["U201"] })).await.ok();
    let seen = house.get("p041", &format!("/opinions/{id}")).await.ok();
    assert_eq!((&seen["name"], &seen["hides_writer"]), (&Value::Null, &json!(true)));
    let todo = house.get("p041", &format!("/rounds/{round}/todo")).await.ok();
    assert!(todo["items"].as_array().unwrap().iter().any(|i| i["opinion_id"] == json!(id)), "{todo}");
    let told = house.get("p041", "/notices").await.ok();
    assert!(told["items"].as_array().unwrap().iter().any(|n| n["opinion_id"] == json!(id)), "{told}");
    assert!(open.look_up(&code).await.body.contains("正在办理"));
    let marked = json!({ "words": "请打内部电话" });
    opine(&house, "p041", id, "answer", marked).await.refused(422, "publication-blocked");
    let answer = "<b>已核查</b>，合同已补齐归档";
    opine(&house, "p041", id, "answer", json!({ "words": answer })).await.ok();
    assert!(!open.look_up(&code).await.body.contains("已核查"), "not before it is approved");
    opine(&house, "p041", id, "approve", json!({})).await.refused(403, "not-allowed");
    opine(&house, "p072", id, "return", json!({ "reason": "请写明日期" })).await.ok();
    opine(&house, "p072", id, "answer", json!({ "words": answer })).await.ok();
    opine(&house, "p072", id, "approve", json!({})).await.refused(403, "opinion-own-answer");
    opine(&house, "p073", id, "approve", json!({})).await.ok();
    let found = open.look_up(&code.replace('-', " ").to_lowercase().replace(' ', "+")).await;
    assert!(found.body.contains("&lt;b&gt;已核查&lt;/b&gt;"), "{}", found.body);
    assert!(!found.body.contains("来信人甲") && !found.body.contains("仍有未归档"), "{}", found.body);
    assert_eq!(open.look_up("00000-00000-00000-00000").await.status, 404);
    // Found true: the task knows of it, and to reopen it is proposed once it is closed.
    opine(&house, "p072", id, "judge", json!({ "holds_true": true, "task": task })).await.ok();
    let of_task = house.get("p072", &format!("/tasks/{task}/opinions")).await.ok();
    assert_eq!((&of_task[0]["id"], &of_task[0]["task"]["is_to_reopen"]), (&json!(id), &json!(false)));
    let counted = view(&house, &publication).await;
    assert_eq!((&counted["n_opinions"], &counted["n_answered"]), (&json!(1), &json!(1)));
    house.set_day("2026-03-10".parse().unwrap());
    let over = open.get(&format!("/notices/{notice}")).await.body;
    assert!(over.contains("收到意见1件，已答复1件"), "{over}");
    assert_eq!(open.look_up(&code).await.status, 200, "the answer stays to be looked up");
    let look = |conn: &mut _| {
        let id = domain::ids::OpinionId(id.parse().unwrap());
        assert_eq!(persistence::events::first_broken(conn, "opinion", id.0)?, None);
        let row = persistence::opinions::find(conn, &Actor::System, id, house.app.clock.now())?.opinion;
        assert_eq!(persistence::opinions::replay(conn, id)?, Some(row));
        Ok(())
    };
    house.app.db.read_now(look).unwrap();
}

#[actix_web::test]
async fn what_is_refused_is_said_honestly_and_nothing_of_it_is_lost() {
    let house = House::new().await;
    let open = OpenPage::of(&house).await;
    at_work(&house, "S01").await;
    switch_on(&house, "open", json!({})).await;
    let (_, notice) = published(&house).await;
    let token = open.token(notice).await;
    let n =
        || persistence::testing::lines(&house.db.super_url(), "SELECT count(*)::text AS line FROM opinions")[0].clone();
    let text = "这是写了很久的一段意见";
    let bad = open.hand_in(notice, &[("text", text), ("form", &token)], &[("a.exe", b"MZ\x90\0\x03\0")]).await;
    assert_eq!(bad.status, 422);
    assert!(bad.body.contains(text) && bad.body.contains("a.exe"), "{}", bad.body);
    let long = "长".repeat(2001);
    let said = open.hand_in(notice, &[("text", &long), ("form", &token)], &[]).await;
    assert!(said.status == 422 && said.body.contains(&long) && said.body.contains("最多 2000 个字"), "{}", said.status);
    assert_eq!(open.hand_in(notice, &[("text", " "), ("form", &token)], &[]).await.status, 422);
    assert_eq!(open.hand_in(notice, &[("text", "绝密内容"), ("form", &token)], &[]).await.status, 422);
    let trapped = open.hand_in(notice, &[("text", text), ("website", "x"), ("form", &token)], &[]).await;
    assert!(trapped.status == 422 && trapped.body.contains(text));
    let stale = open.hand_in(notice, &[("text", text), ("form", "abc")], &[]).await;
    assert!(stale.status == 422 && stale.body.contains("表单已过期") && stale.body.contains(text));
    assert_eq!(open.hand_in(notice, &[("colour", "red")], &[]).await.status, 400);
    assert_eq!(open.hand_in(999, &[("text", text)], &[]).await.status, 404);
    assert_eq!(n(), "0");
    // Seven of the ten an hour are used up.
    for i in 0..3 {
        let said = open.hand_in(notice, &[("text", &format!("意见{i}")), ("form", &token)], &[]).await;
        assert_eq!(said.status, 201, "{i}");
    }
    let refused = open.hand_in(notice, &[("text", text), ("form", &token)], &[]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains(text) && refused.body.contains("提交过于频繁"), "{}", refused.body);
    assert_eq!(n(), "3");
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::hours(1));
    let token = open.token(notice).await;
    assert_eq!(open.hand_in(notice, &[("text", text), ("form", &token)], &[]).await.status, 201);
    // Guessing codes is counted as well.
    let mut statuses = Vec::new();
    for _ in 0..21 {
        statuses.push(open.look_up("00000-00000-00000-00000").await.status);
    }
    assert_eq!((statuses[19], statuses[20]), (404, 429));
}

#[actix_web::test]
async fn an_opinion_that_came_by_telephone_is_entered_and_its_day_goes_by_once() {
    let house = House::new().await;
    at_work(&house, "S01").await;
    switch_on(&house, "text", json!({ "opinion_working_days": 3, "shows_writer": true })).await;
    let round = house.round().await;
    let path = format!("/rounds/{round}/opinions");
    let form = |channel: &str| json!({ "channel": channel, "text": "反映食堂采购", "name": "打电话的人", "received_on": "2026-03-01" });
    let refused = house.request("p072", "POST", &path, None, Some(form("page"))).await;
    assert_eq!(codes(&refused.body), [("/channel".to_owned(), "opinion-channel-unfit".to_owned())]);
    house.request("p041", "POST", &path, None, Some(form("phone"))).await.refused(403, "not-allowed");
    let made = house.request("p072", "POST", &path, None, Some(form("phone"))).await.ok();
    let id = made["id"].as_str().unwrap();
    opine(&house, "p072", id, "assign", json!({ "unit": ids(&house).await["U201"] })).await.ok();
    let seen = house.get("p041", &format!("/opinions/{id}")).await.ok();
    assert_eq!((&seen["name"], &seen["due_on"]), (&json!("打电话的人"), &json!("2026-03-04")));
    house.set_day("2026-03-05".parse().unwrap());
    house.keep_clock().await;
    house.keep_clock().await;
    let told = |notices: Value| {
        let items = notices["items"].as_array().unwrap().clone();
        items
            .iter()
            .filter(|n| n["text"].as_str().unwrap().contains("逾期未答复") && n["opinion_id"] == json!(id))
            .count()
    };
    assert_eq!(told(house.get("p041", "/notices").await.ok()), 1);
    assert_eq!(told(house.get("p072", "/notices").await.ok()), 1);
    let list = house.get("p041", &path).await.ok();
    assert_eq!((&list["items"][0]["is_overdue"], &list["can_enter"]), (&json!(true), &json!(false)));
    opine(&house, "p072", id, "set-aside", json!({ "reason": "与整改无关，已转有关部门" })).await.ok();
    opine(&house, "p072", id, "answer", json!({ "words": "x" })).await.refused(409, "wrong-state");
}

/// A page that nobody logs in to asks for what was published and for nothing else.
#[actix_web::test]
async fn whoever_reads_the_open_page_asks_for_nothing_but_what_was_published() {
    persistence::testing::listen();
    let house = House::new().await;
    let open = OpenPage::of(&house).await;
    at_work(&house, "S01").await;
    switch_on(&house, "open", json!({})).await;
    let (_, notice) = published(&house).await;
    let (code, _) = handed_in(&house, &open, notice, "意见").await;
    persistence::testing::asked();
    for path in
        ["/", "/answers", "/style.css", &format!("/notices/{notice}"), "/notices/999", "/notices/x", "/api/v1/me"]
    {
        open.get(path).await;
    }
    open.look_up(&code).await;
    let asked = persistence::testing::asked();
    let words: Vec<_> = asked.iter().filter(|q| q.to_uppercase().contains("FROM")).collect();
    assert!(words.len() >= 4, "{asked:?}");
    for query in words {
        let tables = query.split(['"', ' ', '(', ')', ',']).filter(|w| !w.is_empty());
        let named: Vec<_> = tables.filter(|w| house_tables(&house).iter().any(|t| t == w)).collect();
        assert!(named.iter().all(|t| t.starts_with("published_")), "{query}");
    }
}

fn house_tables(house: &House) -> Vec<String> {
    persistence::testing::lines(
        &house.db.super_url(),
        "SELECT table_name AS line FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    )
}

/// A word that nobody else has, in every text the house keeps inside; then it is on no public page, whatever is asked for.
#[actix_web::test]
async fn what_was_not_published_is_on_no_public_page() {
    const CANARY: &str = "金丝雀暗语";
    let house = House::new().await;
    let open = OpenPage::of(&house).await;
    at_work(&house, "S01").await;
    switch_on(&house, "open", json!({})).await;
    let (_, notice) = published(&house).await;
    let (code, _) = handed_in(&house, &open, notice, "一条意见").await;
    let url = house.db.super_url();
    // Every text column of every table that is not what was published, and every string within a document.
    let columns = persistence::testing::lines(
        &url,
        "SELECT table_name || '.' || column_name AS line FROM information_schema.columns c \
         JOIN information_schema.tables t USING (table_schema, table_name) WHERE table_schema = 'public' \
         AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'published_%' AND table_name <> '__diesel_schema_migrations' \
         AND data_type = 'text' ORDER BY 1",
    );
    let mut marked = 0;
    for column in &columns {
        let (table, column) = column.split_once('.').unwrap();
        // What a word is one of a closed list, a digest or a key stays; whatever takes the word is free text.
        let sql = format!(
            "SET session_replication_role = replica; UPDATE {table} SET {column} = {column} || '{CANARY}' WHERE {column} IS NOT NULL"
        );
        marked += usize::from(persistence::testing::run(&url, &sql).is_ok());
    }
    assert!(marked >= 40, "{marked} columns took the word");
    let documents = persistence::testing::lines(
        &url,
        "SELECT table_name || '.' || column_name AS line FROM information_schema.columns c \
         JOIN information_schema.tables t USING (table_schema, table_name) WHERE table_schema = 'public' \
         AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'published_%' AND data_type = 'jsonb' ORDER BY 1",
    );
    for column in &documents {
        let (table, column) = column.split_once('.').unwrap();
        let sql = format!(
            "SET session_replication_role = replica; UPDATE {table} SET {column} = regexp_replace({column}::text, '\"([^\"\\\\]*)\"(\\s*[,}}\\]])', '\"\\1{CANARY}\"\\2', 'g')::jsonb"
        );
        persistence::testing::run(&url, &sql).unwrap_or_else(|e| panic!("{table}.{column}: {e}"));
        // Every row in which a text stands now holds the word.
        let without = format!(
            "SELECT count(*)::text AS line FROM {table} WHERE {column}::text ~ '\"[^\"\\\\]*\"\\s*[,}}\\]]' AND {column}::text NOT LIKE '%{CANARY}%'"
        );
        assert_eq!(persistence::testing::lines(&url, &without), ["0"], "{table}.{column}");
    }
    for column in ["tasks.snapshot", "publications.snapshot", "opinions.snapshot", "round_policies.body"] {
        let (table, name) = column.split_once('.').unwrap();
        let with = format!("SELECT count(*)::text AS line FROM {table} WHERE {name}::text LIKE '%{CANARY}%'");
        assert_ne!(persistence::testing::lines(&url, &with), ["0"], "{column} took the word");
    }
    let paths = [
        "/".to_owned(),
        format!("/notices/{notice}"),
        "/notices/999".to_owned(),
        "/notices/-1".to_owned(),
        "/notices/9999999999999999999999".to_owned(),
        "/answers".to_owned(),
        "/style.css".to_owned(),
        "/feed".to_owned(),
        "/robots.txt".to_owned(),
        "/api/v1/rounds".to_owned(),
        "/metrics".to_owned(),
        "/docs/".to_owned(),
        "/%00".to_owned(),
    ];
    let mut said = Vec::new();
    for path in &paths {
        said.push(open.get(path).await);
    }
    said.push(open.look_up(&code).await);
    said.push(open.look_up("nonsense").await);
    let token = "0".repeat(32);
    said.push(open.hand_in(notice, &[("text", "又一条意见"), ("form", &token)], &[]).await);
    said.push(open.hand_in(notice, &[("nonsense", "x")], &[]).await);
    said.push(open.send(actix_web::test::TestRequest::delete().uri("/")).await);
    for answer in &said {
        assert!(!answer.body.contains(CANARY), "{}", answer.body);
        let headers: Vec<String> = answer.headers.iter().map(|(n, v)| format!("{n}: {v:?}")).collect();
        assert!(!headers.iter().any(|h| h.contains(CANARY) || h.starts_with("set-cookie")), "{headers:?}");
        assert!(answer.headers.get("content-type").is_some_and(|v| {
            let kind = v.to_str().unwrap();
            kind.starts_with("text/html") || kind.starts_with("text/css")
        }));
    }
    let statuses: Vec<u16> = said.iter().take(13).map(|s| s.status).collect();
    assert_eq!(statuses, [200, 200, 404, 404, 404, 200, 200, 404, 404, 404, 404, 404, 404]);
    assert!(said[1].body.contains("合同归档不及时"), "what was published still shows: it is a copy");
    // The house cannot check its counters any more: they were written over.
    std::mem::forget(house);
}

#[actix_web::test]
async fn nothing_of_the_house_is_on_the_listener_of_the_open_page_and_nothing_of_that_in_the_house() {
    let house = House::new().await;
    let open = OpenPage::of(&house).await;
    for path in
        ["/api/v1/me", "/api/v1/openapi.json", "/healthz", "/readyz", "/metrics", "/docs/index.html", "/index.html"]
    {
        assert_eq!(open.get(path).await.status, 404, "{path}");
    }
    for path in ["/notices/1", "/answers"] {
        let said = house.send(actix_web::test::TestRequest::with_uri(path)).await;
        assert_eq!(said.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn the_role_of_the_open_page_reads_what_is_outside_and_nothing_else() {
    let house = House::new().await;
    let readable = persistence::testing::lines(
        &house.db.public_url(),
        "SELECT t.table_name || ' ' || p AS line FROM information_schema.tables t, \
             unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p \
         WHERE t.table_schema = 'public' AND has_table_privilege(format('public.%I', t.table_name), p) ORDER BY 1",
    );
    let wanted = ["checkpoint_signatures", "checkpoints", "published_answers", "published_notices"];
    assert_eq!(readable, wanted.map(|table| format!("{table} SELECT")));
    let refused = persistence::testing::run(&house.db.public_url(), "SELECT FROM tasks");
    assert!(refused.unwrap_err().contains("permission denied"));
}
