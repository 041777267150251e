//! Documents over the API: figures that agree, files that are the same to the byte, one difference for one event, templates that are tried before they hold.

use crate::support;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use support::word::{changed, words};
use support::{Answer, House};

const OFFICE: &str = "p072";
const OFFICE_TOO: &str = "p073";
const PRINCIPAL: &str = "p001";
const TEAM: &str = "p068";
const KINDS: [&str; 5] = ["plan", "report", "progress", "weekly", "duties"];

async fn drafted(house: &House, kind: &str) -> String {
    let path = format!("/rounds/{}/documents", house.round().await);
    let made = house.request(OFFICE, "POST", &path, None, Some(json!({ "kind": kind }))).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

async fn seen(house: &House, id: &str) -> Value {
    house.get(OFFICE, &format!("/documents/{id}")).await.ok()
}

async fn act(house: &House, who: &str, id: &str, act: &str, body: Value) -> Answer {
    let version = seen(house, id).await["version"].as_i64();
    house.request(who, "POST", &format!("/documents/{id}/{act}"), version, Some(body)).await
}

async fn revised(house: &House, id: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let view = seen(house, id).await;
    let mut sections = json!({});
    for section in view["sections"].as_array().unwrap() {
        sections[section["name"].as_str().unwrap()] = section["text"].clone();
    }
    let mut words = json!({ "head": view["head"], "sections": sections, "findings": {} });
    change(&mut words);
    house.request(OFFICE, "PUT", &format!("/documents/{id}"), view["version"].as_i64(), Some(words)).await
}

async fn file(house: &House, who: &str, path: &str) -> Vec<u8> {
    let answer = house.get(who, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.bytes.to_vec()
}

/// Enters what no record holds.
async fn entered(house: &House, id: &str) {
    for key in ["cleared", "recovered", "persons_handled"] {
        let body = json!({ "figure": key, "value": 0, "reason": "各部门统计" });
        act(house, OFFICE, id, "figures", body).await.ok();
    }
}

/// Somebody who works in a unit.
async fn clerk(house: &House) -> String {
    let task = house.task("T01").await;
    let view = house.get(OFFICE, &format!("/tasks/{task}")).await.ok();
    House::login(view["persons"][0]["name"].as_str().unwrap())
}

fn figure<'a>(view: &'a Value, key: &str) -> &'a Value {
    view["figures"].as_array().unwrap().iter().find(|f| f["key"] == key).unwrap()
}

async fn story() -> House {
    House::with(support::first_day(), api::demo::run).await
}

#[actix_web::test]
async fn every_kind_is_a_file_of_word_with_the_figures_of_the_pages() {
    let house = story().await;
    let chain = house.get(OFFICE, &format!("/rounds/{}/chain", house.round().await)).await.ok();
    for kind in KINDS {
        let id = drafted(&house, kind).await;
        let view = seen(&house, &id).await;
        for (key, of) in [("findings", "findings"), ("tasks", "tasks"), ("measures", "measures"), ("closed", "closed")]
        {
            assert_eq!(figure(&view, key)["said"], json!(chain[of].to_string()), "{kind} {key}");
        }
        // The report names figures that no record holds.
        assert_eq!(view["missing"].as_array().unwrap().len(), if kind == "report" { 3 } else { 0 }, "{kind}");
        let bytes = file(&house, OFFICE, &format!("/documents/{id}/file")).await;
        let said = words(&bytes);
        assert!(!said.contains("{{") && !said.contains("｛｛"), "{kind} leaves a mark behind");
        assert!(said.contains(view["head"]["title"].as_str().unwrap()), "{kind}");
        for section in view["sections"].as_array().unwrap() {
            let own = section["said"].as_str().unwrap();
            assert!(!own.contains("{{") && said.contains(own), "{kind}: {own}");
        }
    }
}

/// The cells of a row of a table as they stand one after the other in the words of a file.
fn row(cells: &[String]) -> String {
    cells.iter().map(|cell| format!("\n{cell}")).collect()
}

#[actix_web::test]
async fn the_weekly_brief_on_paper_and_the_duties_say_what_their_pages_say() {
    let house = story().await;
    let round = house.round().await;
    let id = drafted(&house, "weekly").await;
    let said = words(&file(&house, OFFICE, &format!("/documents/{id}/file")).await);
    // The newest week whose cut-off is over.
    let brief = house.get(OFFICE, &format!("/rounds/{round}/brief")).await.ok();
    let (year, week) = brief["week"].as_str().unwrap().split_once("-W").unwrap();
    assert!(said.contains(&format!("{year}年第{}周", week.parse::<u8>().unwrap())), "{}", brief["week"]);
    let owing: Vec<&Value> =
        brief["units"].as_array().unwrap().iter().filter(|u| u["owed"].as_i64().unwrap() > 0).collect();
    assert!(owing.len() > 5, "{brief}");
    for unit in owing {
        let name = unit["name"].as_str().unwrap().to_owned();
        let cells = ["owed", "in_time", "late", "missing"].map(|key| unit[key].to_string());
        let expected = row(&std::iter::once(name).chain(cells).collect::<Vec<_>>());
        assert!(said.contains(&expected), "{expected:?} is not in the document");
    }

    let id = drafted(&house, "duties").await;
    let said = words(&file(&house, OFFICE, &format!("/documents/{id}/file")).await);
    let register = house.get(OFFICE, &format!("/rounds/{round}/personal-duties")).await.ok();
    let heads = register["heads"].as_array().unwrap();
    assert!(heads.iter().any(|h| h["n"].as_i64().unwrap() > 0), "{register}");
    for head in heads {
        let counts = head["duties"].as_array().unwrap().iter().map(|d| d["n"].to_string());
        let expected = row(&counts.collect::<Vec<_>>());
        let name = head["name"].as_str().unwrap();
        let line = said.split(&format!("\n{name}\n")).nth(1).unwrap_or_else(|| panic!("{name} is not in the document"));
        assert!(format!("\n{line}").contains(&expected), "{name}: {expected:?}");
    }
}

#[actix_web::test]
async fn the_report_says_each_finding_with_its_tasks_and_measures() {
    let house = story().await;
    let id = drafted(&house, "report").await;
    let words_of = "已约谈相关责任人，逾期任务{{逾期任务数}}项。";
    let view = seen(&house, &id).await;
    let number = view["findings"][0]["number"].as_str().unwrap().to_owned();
    let view = revised(&house, &id, |w| w["findings"] = json!({ number.as_str(): words_of })).await.ok();
    let overdue = figure(&view, "overdue")["said"].as_str().unwrap().to_owned();
    let said = words(&file(&house, OFFICE, &format!("/documents/{id}/file")).await);
    assert!(said.contains(&format!("已约谈相关责任人，逾期任务{overdue}项。")));
    let tasks = house.get(OFFICE, &format!("/rounds/{}/tasks?limit=200", house.round().await)).await.ok();
    let open = tasks["items"].as_array().unwrap().iter().filter(|t| t["state"] != "withdrawn");
    for task in open {
        assert!(said.contains(task["title"].as_str().unwrap()), "{}", task["title"]);
    }
    assert_eq!(view["findings"].as_array().unwrap().len().to_string(), figure(&view, "findings")["said"]);
}

#[actix_web::test]
async fn made_again_it_is_the_same_to_the_byte_whatever_happened_since() {
    let house = story().await;
    let mut first = Vec::new();
    for kind in KINDS {
        let id = drafted(&house, kind).await;
        let bytes = file(&house, OFFICE, &format!("/documents/{id}/file")).await;
        first.push((id, bytes));
    }
    recorded(&house).await;
    house.pass_days(3);
    for (id, bytes) in &first {
        assert!(*bytes == file(&house, OFFICE, &format!("/documents/{id}/file")).await);
    }
}

/// One event that moves one figure: a meeting that was held is recorded.
async fn recorded(house: &House) -> String {
    let round = house.round().await;
    let people = house.get(OFFICE, &format!("/rounds/{round}")).await.ok();
    let chair = people["group"][0]["person_id"].clone();
    let meeting = json!({
        "kind": "mobilisation", "title": "动员部署会", "at": house.app.clock.now(), "place": "一会议室",
        "body": "领导组", "chair": chair, "attendees": [], "guests": [],
    });
    let body = json!({ "meeting": meeting, "held": { "number": "纪要〔2026〕9号", "summary": "部署整改" } });
    let made = house.request(OFFICE, "POST", &format!("/rounds/{round}/meetings"), None, Some(body)).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn one_event_shows_as_one_difference_with_its_cause() {
    let house = story().await;
    let first = drafted(&house, "progress").await;
    assert_eq!(seen(&house, &first).await["compared"], Value::Null);
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::minutes(5));
    let meeting = recorded(&house).await;
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::minutes(5));
    let second = drafted(&house, "progress").await;
    let compared = seen(&house, &second).await["compared"].clone();
    assert_eq!(compared["id"], json!(first));
    let differences = compared["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{differences:?}");
    let (one, n) = (&differences[0], figure(&seen(&house, &first).await, "meetings")["value"].as_i64().unwrap());
    assert_eq!(
        (&one["key"], &one["before"], &one["after"]),
        (&json!("meetings"), &json!(n.to_string()), &json!((n + 1).to_string()))
    );
    assert_eq!((&one["n_causes"], &one["causes"][0]["id"]), (&json!(1), &json!(meeting)));
    // The first one, put on the records of now, says the same as the second.
    house.app.clock.set(house.app.clock.now() + chrono::TimeDelta::minutes(5));
    let view = act(&house, OFFICE, &first, "refresh", json!({})).await.ok();
    assert_eq!(figure(&view, "meetings")["value"], json!(n + 1));
    let other = seen(&house, &second).await;
    assert_eq!(view["compared"]["differences"], json!([]));
    assert_eq!(view["figures"], other["figures"]);
}

#[actix_web::test]
async fn a_report_is_signed_filed_locked_and_corrected() {
    let house = story().await;
    let id = drafted(&house, "report").await;
    entered(&house, &id).await;
    // A figure that is not right by the office's own knowledge, marked with who and why; then the sums no longer come out.
    let completed = figure(&seen(&house, &id).await, "completed")["value"].as_i64().unwrap();
    let body = json!({ "figure": "completed", "value": completed + 1, "reason": "现场核实" });
    let view = act(&house, OFFICE, &id, "figures", body).await.ok();
    assert_eq!(figure(&view, "completed")["entered"]["reason"], "现场核实");
    assert_eq!(figure(&view, "completed")["counted"], json!(completed.to_string()));
    act(&house, OFFICE, &id, "submit", json!({})).await.refused(422, "document-incomplete");
    assert!(view["missing"][0]["words"].as_str().unwrap().starts_with("任务数："), "{}", view["missing"]);
    let progress = figure(&view, "in_progress")["value"].as_i64().unwrap();
    let body = json!({ "figure": "in_progress", "value": progress - 1, "reason": "现场核实" });
    let view = act(&house, OFFICE, &id, "figures", body).await.ok();
    assert_eq!(view["missing"], json!([]));
    let said = words(&file(&house, OFFICE, &format!("/documents/{id}/file")).await);
    assert!(said.contains(&format!("系统记录为{completed}，由")), "the document says what was entered by hand");

    house.get(PRINCIPAL, &format!("/documents/{id}")).await.refused(404, "not-found");
    act(&house, OFFICE, &id, "submit", json!({})).await.ok();
    let todo = house.get(PRINCIPAL, &format!("/rounds/{}/todo", house.round().await)).await.ok();
    assert!(!todo["items"].to_string().contains(&id), "it is the office's turn first");
    act(&house, OFFICE, &id, "sign", json!({ "verdict": "approve" })).await.refused(403, "signed-own-submission");
    act(&house, OFFICE_TOO, &id, "sign", json!({ "verdict": "approve" })).await.ok();
    let todo = house.get(PRINCIPAL, &format!("/rounds/{}/todo", house.round().await)).await.ok();
    assert!(todo["items"].to_string().contains(&id));
    let notices = house.get(PRINCIPAL, "/notices").await.ok().to_string();
    assert!(notices.contains(&id));
    let view = act(&house, PRINCIPAL, &id, "sign", json!({ "verdict": "approve" })).await.ok();
    assert_eq!(view["state"], "filed");
    let filed = file(&house, TEAM, &format!("/documents/{id}/file")).await;
    revised(&house, &id, |w| w["head"]["title"] = json!("改")).await.refused(409, "wrong-state");
    act(&house, OFFICE, &id, "refresh", json!({})).await.refused(409, "wrong-state");

    let begun = act(&house, OFFICE, &id, "correct", json!({ "reason": "漏计一项" })).await.ok();
    act(&house, OFFICE, &id, "correct", json!({ "reason": "再来" })).await.refused(409, "correction-begun");
    let next = begun["id"].as_str().unwrap().to_owned();
    let view = seen(&house, &next).await;
    assert_eq!((&view["n_version"], &view["correction"]), (&json!(2), &json!("漏计一项")));
    assert!(words(&file(&house, OFFICE, &format!("/documents/{next}/file")).await).contains("漏计一项"));
    act(&house, OFFICE, &next, "submit", json!({})).await.ok();
    act(&house, OFFICE_TOO, &next, "sign", json!({ "verdict": "approve" })).await.ok();
    act(&house, PRINCIPAL, &next, "sign", json!({ "verdict": "approve" })).await.ok();
    assert_eq!(seen(&house, &id).await["replaced_by"], json!(next));
    assert!(filed == file(&house, TEAM, &format!("/documents/{id}/file")).await, "the first version stays as it was");
    for document in [&id, &next] {
        let document = domain::ids::DocumentId(document.parse().unwrap());
        house
            .app
            .db
            .read_now(|conn| {
                assert_eq!(persistence::events::first_broken(conn, "document", document.0)?, None);
                let row = persistence::documents::find(conn, &domain::actor::Actor::System, document)?.document;
                assert_eq!(persistence::documents::replay(conn, document)?, Some(row));
                Ok(())
            })
            .unwrap();
    }
}

#[actix_web::test]
async fn two_people_at_one_document_do_not_write_over_each_other() {
    let house = House::new().await;
    let id = drafted(&house, "plan").await;
    let view = seen(&house, &id).await;
    let body = json!({ "figure": "persons_handled", "value": 3, "reason": "纪检统计" });
    let path = format!("/documents/{id}/figures");
    house.request(OFFICE, "POST", &path, view["version"].as_i64(), Some(body.clone())).await.ok();
    let answer = house.request(OFFICE_TOO, "POST", &path, view["version"].as_i64(), Some(body)).await;
    assert_eq!(answer.status, 412, "{}", answer.body);
}

#[actix_web::test]
async fn units_learn_of_no_document_and_a_draft_is_the_offices_own() {
    let house = story().await;
    let id = drafted(&house, "report").await;
    let path = format!("/rounds/{}/documents", house.round().await);
    let clerk = clerk(&house).await;
    for who in [clerk.as_str(), TEAM, PRINCIPAL] {
        house.get(who, &format!("/documents/{id}")).await.refused(404, "not-found");
        house.get(who, &format!("/documents/{id}/file")).await.refused(404, "not-found");
        assert_eq!(house.get(who, &path).await.ok()["items"], json!([]), "{who}");
        house.request(who, "POST", &path, None, Some(json!({ "kind": "report" }))).await.refused(403, "not-allowed");
    }
}

#[actix_web::test]
async fn the_words_of_a_sensitive_matter_are_in_no_document() {
    let house = House::new().await;
    let secret = "某事项处置不当";
    let id = house.task("T05").await;
    let view = house.get(OFFICE, &format!("/tasks/{id}")).await.ok();
    let ids = |list: &Value| list.as_array().unwrap().iter().map(|x| x["id"].clone()).collect::<Vec<_>>();
    let words_of = |list: &Value| {
        list.as_array().unwrap().iter().map(|m| json!({ "id": m["id"], "text": secret })).collect::<Vec<_>>()
    };
    let draft = json!({
        "number": "T05", "title": secret, "objective": secret, "disposition": "dated", "due_on": view["due_on"],
        "sensitivity": "internal", "readers": [], "leaders": ids(&view["leaders"]), "units": ids(&view["units"]),
        "persons": ids(&view["persons"]), "measures": words_of(&view["measures"]), "criteria": words_of(&view["criteria"]),
    });
    house.act(OFFICE, &id, "revise", draft).await.ok();
    for kind in KINDS {
        let document = drafted(&house, kind).await;
        let bytes = file(&house, OFFICE, &format!("/documents/{document}/file")).await;
        let said = words(&bytes);
        assert!(!said.contains(secret), "{kind}");
        assert!(!seen(&house, &document).await.to_string().contains(secret), "{kind}");
    }
}

#[actix_web::test]
async fn forms_say_what_their_record_says() {
    let house = story().await;
    let round = house.round().await;
    let task = house.task("T01").await;
    let view = house.get(OFFICE, &format!("/tasks/{task}")).await.ok();
    let said = words(&file(&house, OFFICE, &format!("/tasks/{task}/closure-form")).await);
    for told in [&view["title"], &view["finding"], &view["criteria"][0]["text"]] {
        assert!(said.contains(told.as_str().unwrap()), "{told}");
    }
    let slips = house.get(OFFICE, &format!("/rounds/{round}/slips")).await.ok();
    let slip = slips.as_array().unwrap().iter().find(|s| !s["number"].is_null()).unwrap();
    let said = words(&file(&house, OFFICE, &format!("/slips/{}/file", slip["id"].as_str().unwrap())).await);
    assert!(said.contains(slip["title"].as_str().unwrap()) && said.contains(slip["number"].as_str().unwrap()));
    let meetings = house.get(OFFICE, &format!("/rounds/{round}/meetings")).await.ok();
    let all = meetings["items"].as_array().unwrap();
    let over = all.iter().find(|m| m["state"] == "concluded").unwrap();
    let said = words(&file(&house, OFFICE, &format!("/meetings/{}/minutes", over["id"].as_str().unwrap())).await);
    assert!(said.contains(over["title"].as_str().unwrap()));
    let ahead = all.iter().find(|m| m["state"] == "scheduled").unwrap();
    let path = format!("/meetings/{}/minutes", ahead["id"].as_str().unwrap());
    house.get(OFFICE, &path).await.refused(409, "meeting-not-over");
    let unit = view["units"][0]["id"].as_str().unwrap();
    let said = words(&file(&house, OFFICE, &format!("/rounds/{round}/unit-brief?unit={unit}")).await);
    assert!(said.contains(view["units"][0]["name"].as_str().unwrap()) && said.contains("T01"));
    let page = house.get(OFFICE, &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    let row = page["items"].as_array().unwrap().iter().find(|t| t["number"] == "T01").unwrap().clone();
    let finding = row["finding_id"].as_str().unwrap();
    let said = words(&file(&house, OFFICE, &format!("/findings/{finding}/archive")).await);
    assert!(said.contains(view["finding"].as_str().unwrap()) && said.contains("下发"));
}

#[actix_web::test]
async fn why_it_came_about_stands_in_the_closure_form_and_in_the_document_of_its_finding() {
    let house = House::new().await;
    let ids = support::slips::ids(&house).await;
    let round = house.round().await;
    let aspects = house.get(OFFICE, &format!("/rounds/{round}/aspects")).await.ok();
    let finding = aspects[0]["findings"][0]["id"].as_str().unwrap().to_owned();
    for (number, sensitivity, earlier, last) in [
        ("C01", "open", "起初以为是人手不够", "没有专人负责，也没有清理时限"),
        ("C02", "internal", "另有起因不宜公开", "另有根源不宜公开"),
    ] {
        let draft = json!({
            "number": number, "title": "存量合同清理不力", "disposition": "dated", "sensitivity": sensitivity, "readers": [],
            "due_on": house.today() + chrono::Days::new(200), "leaders": [ids["P003"]], "units": [ids["U201"]],
            "persons": [ids["P041"]], "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
        });
        let body = json!({ "finding_id": finding, "draft": draft });
        let made = house.request(OFFICE, "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
        let task = made["id"].as_str().unwrap().to_owned();
        house.act(OFFICE, &task, "issue", json!({})).await.ok();
        house.act("p041", &task, "claim", json!({})).await.ok();
        let analysis = |text: &str| json!({ "categories": ["rule_missing"], "text": text });
        house.act("p041", &task, "analyse-cause", analysis(earlier)).await.ok();
        house.act("p041", &task, "analyse-cause", analysis(last)).await.ok();
        let form = words(&file(&house, OFFICE, &format!("/tasks/{task}/closure-form")).await);
        assert!(form.contains(&format!("（制度缺失）{last}")) && !form.contains(earlier), "the last one: {number}");
        let archive = words(&file(&house, OFFICE, &format!("/findings/{finding}/archive")).await);
        let is_open = sensitivity == "open";
        assert_eq!((archive.contains(earlier), archive.contains(last)), (is_open, is_open), "{number}");
    }
}

#[actix_web::test]
async fn a_template_is_tried_before_it_holds_and_old_documents_keep_theirs() {
    let house = story().await;
    let old = drafted(&house, "report").await;
    let before = file(&house, OFFICE, &format!("/documents/{old}/file")).await;
    let standard = file(&house, OFFICE, "/document-templates/report/file").await;
    let put = async |name: &'static str, bytes: &'static [u8]| {
        house.upload(OFFICE, &format!("/document-templates/report?filename={name}"), bytes).await
    };
    put("same.docx", standard.clone().leak()).await.refused(409, "template-unchanged");
    let answer = put("bad.docx", changed(&standard, "{{标题}}", "{{没有这项}}{{标题}}")).await;
    let problem = answer.refused(422, "template-unsound");
    let told = problem["errors"].to_string();
    assert!(told.contains("unknown-expression") && told.contains("没有这项") && told.contains("段"), "{told}");
    for (name, bytes) in [
        ("no.docx", b"not a file of word".as_slice()),
        ("open.docx", changed(&standard, "{{标题}}", "{{标题")),
        ("loop.docx", changed(&standard, "{{#问题}}", "")),
    ] {
        let answer = put(name, bytes).await;
        assert!((400..500).contains(&answer.status), "{name}: {}", answer.body);
    }
    let made = put("new.docx", changed(&standard, "{{标题}}", "试行 {{标题}}")).await.ok();
    assert_eq!(made["version"], 2);
    assert!(before == file(&house, OFFICE, &format!("/documents/{old}/file")).await);
    let new = drafted(&house, "report").await;
    let view = seen(&house, &new).await;
    assert_eq!(view["template_version"], 2);
    let said = words(&file(&house, OFFICE, &format!("/documents/{new}/file")).await);
    assert!(said.contains(&format!("试行 {}", view["head"]["title"].as_str().unwrap())));
    let list = house.get(OFFICE, "/document-templates").await.ok();
    let kinds: BTreeSet<&str> = list.as_array().unwrap().iter().map(|t| t["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 11);
    for kind in kinds {
        let bytes = file(&house, OFFICE, &format!("/document-templates/{kind}/file")).await;
        let answer = house
            .upload(
                OFFICE,
                &format!("/document-templates/{kind}?filename=a.docx"),
                changed(&bytes, "<w:body>", "<w:body> "),
            )
            .await;
        assert!(answer.status == 201 || answer.body["code"] == "template-unchanged", "{kind}: {}", answer.body);
    }
    house.get(TEAM, "/document-templates").await.refused(403, "not-allowed");
}

#[actix_web::test]
async fn the_report_counts_down_until_it_is_filed() {
    let house = story().await;
    let round = house.round().await;
    let path = format!("/rounds/{round}/documents");
    let due = house.get(OFFICE, &path).await.ok()["report"].clone();
    assert_eq!(due["missing"], json!(["尚未拟稿"]), "{due}");
    let on: chrono::NaiveDate = due["due_on"].as_str().unwrap().parse().unwrap();
    assert_eq!(due["calendar_days_left"], json!((on - house.today()).num_days()));
    let clerk = clerk(&house).await;
    assert!(house.get(&clerk, &path).await.ok()["report"].is_null());
    // The first page, the cockpit and the wall count the same days.
    let todo = format!("/rounds/{round}/todo");
    for who in [OFFICE, PRINCIPAL] {
        assert_eq!(house.get(who, &todo).await.ok()["report"], due, "{who}");
    }
    assert!(house.get(&clerk, &todo).await.ok()["report"].is_null());
    for page in ["cockpit", "wall"] {
        let view = house.get(PRINCIPAL, &format!("/rounds/{round}/{page}")).await.ok();
        let to = &view["report"];
        assert_eq!((&to["on"], &to["working_days"]), (&due["due_on"], &due["working_days_left"]), "{page}: {view}");
    }
    let id = drafted(&house, "report").await;
    let lacking = house.get(OFFICE, &path).await.ok()["report"]["missing"].clone();
    assert_eq!(lacking.as_array().unwrap().len(), 3, "{lacking}");
    entered(&house, &id).await;
    assert_eq!(house.get(OFFICE, &path).await.ok()["report"]["missing"], json!(["尚未送签"]));
    act(&house, OFFICE, &id, "submit", json!({})).await.ok();
    act(&house, OFFICE_TOO, &id, "sign", json!({ "verdict": "approve" })).await.ok();
    act(&house, PRINCIPAL, &id, "sign", json!({ "verdict": "approve" })).await.ok();
    assert_eq!(house.get(OFFICE, &path).await.ok()["report"], Value::Null);
}
