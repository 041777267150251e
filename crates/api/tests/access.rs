//! The access sweep: every operation, as every kind of caller, on a task in every state. What comes back is compared with the rule and with a
//! committed table, so that a change of who may do what is seen in review.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use actix_web::test::TestRequest;
use api::services::operations::{Opens, all as all_opened, opens};
use chrono::Days;
use domain::actor::Actor;
use domain::rights;
use domain::service::KeyScope;
use domain::task::command::Action;
use domain::task::context::subject;
use domain::task::starts_from;
use domain::task::state::TaskState;
use persistence::{accounts, actors, tasks};
use serde_json::{Value, json};
use support::appraisal_operations::{UNTOLD, accountability, appraisals, published_appraisal, recorded_accountability};
use support::document_operations::{Swept, documents};
use support::handover_operations::handovers;
use support::operations::{NIL, others, personal_duties, slip_form};
use support::publication_operations::publications;
use support::rule_operations::rules as rule_register;
use support::systemic_operations::systemic;
use support::{House, waiting_for};

/// Everybody the table names, by what he is to the sweep's task.
const CALLERS: &[(&str, &str)] = &[
    ("nobody", "-"),
    ("sys_admin", "sysadmin"),
    ("security_admin", "secadmin"),
    ("auditor", "auditor"),
    ("principal", "p001"),
    ("second", "p002"),
    ("lead_leader", "p003"),
    ("leader", "p004"),
    ("stand_in", "p006"),
    ("other_leader", "p005"),
    ("office", "p072"),
    ("team", "p068"),
    ("lead_head", "p040"),
    ("lead_clerk", "p041"),
    ("responsible", "p062"),
    ("supporting", "p020"),
    ("milestone_unit", "p052"),
    ("former_unit", "p030"),
    ("cross_checker", "p037"),
    ("unit_below", "p054"),
    ("unit_above", "p042"),
    ("stranger", "p010"),
];

/// The acts on one task: path, act, a body that is understood but never accepted. None: the act takes no words, so the sweep sends a version that
/// cannot hold, and being told so means one may.
fn acts() -> Vec<(&'static str, Action, Option<Value>)> {
    let parties = json!({ "leaders": [], "units": [], "persons": [], "reason": "" });
    let plan = json!({ "criteria": [{ "text": "" }] });
    let reason = json!({ "reason": "" });
    let sign = json!({ "request": NIL, "verdict": "approve" });
    let mut document = json!({ "signed_on": "2026-03-02", "scan": "", "content_hash": "" });
    let paper = json!({ "request": NIL, "signer": NIL, "verdict": "approve", "document": document.clone() });
    document["body"] = json!("");
    vec![
        ("revise", Action::Revise, Some(json!({ "number": "", "title": "" }))),
        ("issue", Action::Issue, None),
        (
            "close-before-golive",
            Action::CloseBeforeGolive,
            Some(json!({ "on": "2026-01-01", "basis": "", "vouched_by": NIL })),
        ),
        ("claim", Action::Claim, None),
        ("wish-reassignment", Action::WishReassignment, Some(reason.clone())),
        ("uphold", Action::Uphold, Some(reason.clone())),
        ("reassign", Action::Reassign, Some(parties.clone())),
        ("adjust-parties", Action::AdjustParties, Some(parties)),
        ("plan", Action::SavePlan, Some(plan.clone())),
        ("submit-plan", Action::SubmitPlan, Some(json!({ "plan": plan.clone(), "pledge": false }))),
        ("propose-amendment", Action::ProposeAmendment, Some(plan)),
        ("sign", Action::Sign, Some(sign)),
        ("record-signature", Action::RecordSignature, Some(paper)),
        (
            "confirm-signature",
            Action::ConfirmSignature,
            Some(json!({ "request": NIL, "signature": NIL, "confirmed": true })),
        ),
        ("object", Action::Object, Some(json!({ "request": NIL, "signature": NIL, "reason": "" }))),
        ("settle-objection", Action::SettleObjection, Some(json!({ "person": NIL, "reason": "" }))),
        ("recall", Action::Recall, Some(json!({ "request": NIL }))),
        (
            "complete-milestone",
            Action::CompleteMilestone,
            Some(json!({ "milestone": NIL, "occurred_on": "2026-03-02" })),
        ),
        ("reopen-milestone", Action::ReopenMilestone, Some(json!({ "milestone": NIL, "reason": "" }))),
        ("complete-duty", Action::CompleteDuty, Some(json!({ "unit": NIL, "occurred_on": "2026-03-02" }))),
        ("statements", Action::SubmitStatement, Some(json!({ "unit": NIL, "week": "2026-W10" }))),
        (
            "answer-statement",
            Action::ReturnStatement,
            Some(json!({ "unit": NIL, "week": "2026-W10", "revision": 1, "return_reason": "x" })),
        ),
        ("request-extension", Action::RequestExtension, Some(json!({ "due_on": "2020-01-01", "reason": "" }))),
        (
            "reset-due-date",
            Action::ResetDueDate,
            Some(json!({ "due_on": "2020-01-01", "body": "", "minutes_number": "", "reason": "" })),
        ),
        (
            "request-closure",
            Action::RequestClosure,
            Some(json!({ "results": "", "occurred_on": "2026-03-02", "pledge": false })),
        ),
        ("name-cross-checker", Action::NameCrossChecker, Some(json!({ "person": NIL, "reason": "" }))),
        ("mark-key", Action::MarkKey, Some(json!({ "is_key": true, "reason": "" }))),
        ("analyse-cause", Action::AnalyseCause, Some(json!({ "categories": [], "text": "" }))),
        ("confirm", Action::Confirm, None),
        ("reopen", Action::Reopen, Some(json!({ "reason": "", "due_on": "2020-01-01" }))),
        ("settle-check", Action::SettleCheck, Some(json!({ "reason": "" }))),
        ("request-withdrawal", Action::RequestWithdrawal, Some(reason)),
        ("remove-evidence", Action::RemoveEvidence, Some(json!({ "evidence": NIL, "reason": "" }))),
        ("evidence", Action::AttachEvidence, None),
    ]
}

/// The ids of units and people by their code.
async fn directory(house: &House) -> BTreeMap<String, Value> {
    let mut ids = BTreeMap::new();
    for path in ["/units", "/people"] {
        let page = house.get("p072", path).await.ok();
        let items = page.as_array().or_else(|| page["items"].as_array()).unwrap().clone();
        for item in items {
            ids.insert(item["code"].as_str().unwrap().to_owned(), item["id"].clone());
        }
    }
    ids
}

/// One task in every state, all of the same people and units.
async fn one_of_each(house: &House) -> Vec<(TaskState, String)> {
    let ids = directory(house).await;
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let finding = aspects[0]["findings"][0]["id"].clone();
    let due = house.today() + Days::new(200);
    let grant = json!({ "person_id": ids["P003"], "stand_in_id": ids["P006"], "from_on": house.today(), "document": "授权书", "granted_by": "甲子安" });
    house.request("secadmin", "POST", "/delegations", None, Some(grant)).await.ok();
    let mut made = Vec::new();
    for (n, state) in TaskState::ALL.iter().enumerate() {
        let draft = json!({
            "number": format!("S{n:02}"), "title": "合同归档不及时", "disposition": "dated", "due_on": due,
            "leaders": [ids["P003"], ids["P004"]], "units": [ids["U111"]], "persons": [ids["P031"]],
            "supporting": [{ "unit": ids["U106"], "duty": "提供台账" }],
            "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
        });
        let body = json!({ "finding_id": finding, "draft": draft });
        let created = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
        let id = created["id"].as_str().unwrap().to_owned();
        bring(house, &id, *state, &ids).await;
        let view = house.get("p072", &format!("/tasks/{id}")).await.ok();
        assert_eq!(view["state"], state.as_str());
        made.push((*state, id));
    }
    made
}

async fn sign_all(house: &House, task: &str) {
    while let Some((_, request)) = waiting_for(house, task).await {
        let mut signed = false;
        for login in ["p040", "p030", "p003", "p068", "p069", "p070", "p073", "p001"] {
            let body = json!({ "request": request, "verdict": "approve", "method": "现场查看" });
            signed = house.act(login, task, "sign", body).await.status == 200;
            if signed {
                break;
            }
        }
        assert!(signed, "nobody signs the next step");
    }
}

/// Takes a draft as far as wanted.
async fn bring(house: &House, id: &str, to: TaskState, ids: &BTreeMap<String, Value>) {
    let act =
        |login: &'static str, act: &'static str, body: Value| async move { house.act(login, id, act, body).await.ok() };
    if to == TaskState::Withdrawn {
        act("p072", "request-withdrawal", json!({ "reason": "重复" })).await;
        return sign_all(house, id).await;
    }
    if to == TaskState::Draft {
        return;
    }
    // Another unit had it first and owes the statements of its time.
    act("p072", "issue", json!({})).await;
    let view = act("p031", "claim", json!({})).await;
    let criteria = json!([{ "id": view["criteria"][0]["id"], "text": "全部归档" }]);
    act("p031", "submit-plan", json!({ "plan": { "criteria": criteria }, "pledge": false })).await;
    sign_all(house, id).await;
    let parties = json!({
        "leaders": [ids["P003"], ids["P004"]], "units": [ids["U201"], ids["U306"]], "persons": [ids["P041"]], "reason": "按职责",
    });
    act("p072", "reassign", parties).await;
    if to == TaskState::Issued {
        return;
    }
    let view = act("p041", "claim", json!({})).await;
    act("p001", "name-cross-checker", json!({ "person": ids["P037"], "reason": "核查人不足" })).await;
    if to == TaskState::Planning {
        return;
    }
    let due = house.today() + Days::new(100);
    let plan = json!({
        "milestones": [{ "title": "清理完毕", "due_on": due, "unit": ids["U301"] }],
        "criteria": [{ "id": view["criteria"][0]["id"], "text": "全部归档" }],
    });
    act("p041", "submit-plan", json!({ "plan": plan, "pledge": false })).await;
    if to == TaskState::PlanReview {
        return;
    }
    sign_all(house, id).await;
    if to == TaskState::Rectifying {
        return;
    }
    let view = house.get("p041", &format!("/tasks/{id}")).await.ok();
    for milestone in view["milestones"].as_array().unwrap() {
        act("p041", "complete-milestone", json!({ "milestone": milestone["id"], "occurred_on": house.today() })).await;
    }
    let criterion = view["criteria"][0]["id"].as_str().unwrap();
    let path = format!("/tasks/{id}/evidence?filename=a.pdf&purpose=criterion&criteria={criterion}");
    house.upload("p041", &path, b"%PDF-1.4\n%%EOF\n").await.ok();
    act("p041", "request-closure", json!({ "results": "完成", "occurred_on": house.today(), "pledge": false })).await;
    if to == TaskState::ClosureReview {
        return;
    }
    sign_all(house, id).await;
    if to == TaskState::Closed {
        let before = house.today();
        house.pass_days(60);
        act("p072", "confirm", json!({})).await;
        house.set_day(before);
    }
}

/// What an answer means for access: nobody, hidden, forbidden, wrong state, open.
fn letter(status: u16, code: &str) -> char {
    match (status, code) {
        (401, _) => '-',
        (404, _) => 'h',
        (403, "not-allowed") => 'n',
        (409, "wrong-state") => 's',
        (status, _) if status < 500 => 'y',
        _ => '!',
    }
}

/// What the rule says of every caller, act and task, from one look at each.
fn rules(house: &House, tasks: &[(TaskState, String)]) -> BTreeMap<(String, Action, String), char> {
    let (today, now) = (house.today(), house.app.clock.now());
    let mut told = BTreeMap::new();
    let read = |conn: &mut _| {
        for (_, task) in tasks {
            let id = domain::ids::TaskId(task.parse().unwrap());
            let loaded = tasks::find(conn, &Actor::System, id, now)?;
            let subject = subject(&loaded.task, &loaded.facts);
            for (_, login) in CALLERS.iter().filter(|(_, login)| *login != "-") {
                let account = accounts::credential(conn, login)?.expect("the account is there").id;
                let actor = Actor::Person(Box::new(actors::of_account(conn, account, today)?.actor));
                for action in Action::ALL {
                    let letter = if rights::relations(&actor, &subject).is_empty() {
                        'h'
                    } else if rights::permit(&actor, *action, &subject).is_err() {
                        'n'
                    } else if !starts_from(*action).contains(&loaded.task.state) {
                        's'
                    } else {
                        'y'
                    };
                    told.insert(((*login).to_owned(), *action, task.clone()), letter);
                }
            }
        }
        Ok(())
    };
    house.db.database().read_now(read).unwrap();
    told
}

async fn ask(house: &House, login: &str, task: &str, path: &str, version: i64, body: Option<&Value>) -> (u16, String) {
    let url = format!("/tasks/{task}/{path}");
    let answer = if path == "evidence" {
        // No kind of file we take.
        let url = format!("{url}?filename=a.exe&purpose=other");
        if login == "-" {
            house.send(TestRequest::post().uri(&format!("/api/v1{url}")).set_payload("MZ")).await
        } else {
            house.upload(login, &url, b"MZ").await
        }
    } else {
        house.request(login, "POST", &url, Some(version), Some(body.cloned().unwrap_or_else(|| json!({})))).await
    };
    (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned())
}

/// A check that two of the first team may carry out.
async fn planned(house: &House, round: &str) -> String {
    let ids = directory(house).await;
    let form = json!({
        "kind": "spot", "title": "随时抽查", "from_on": "2026-03-02", "to_on": "2026-03-13", "inspectors": [ids["P068"], ids["P069"]],
    });
    let planned = house.request("p068", "POST", &format!("/rounds/{round}/checks"), None, Some(form)).await.ok();
    planned["id"].as_str().unwrap().to_owned()
}

/// A slip about the swept task, to its lead unit, with the supporting one.
async fn issued_slip(house: &House, round: &str, task: &str) -> String {
    let ids = directory(house).await;
    let mut form = slip_form("合同归档滞后", ids["U201"].as_str().unwrap());
    form["task"] = json!(task);
    form["supporting"] = json!([ids["U106"]]);
    let path = format!("/rounds/{round}/slips");
    let slip = house.request("p073", "POST", &path, None, Some(form)).await.ok()["id"].as_str().unwrap().to_owned();
    house.request("p073", "POST", &format!("/slips/{slip}/submit"), Some(1), Some(json!({}))).await.ok();
    let sign = json!({ "verdict": "approve" });
    let signed = house.request("p072", "POST", &format!("/slips/{slip}/sign"), Some(2), Some(sign)).await.ok();
    assert_eq!(signed["state"], "issued");
    slip
}

async fn arranged(house: &House, round: &str) -> String {
    let ids = directory(house).await;
    let meeting = json!({
        "kind": "coordination", "title": "协调会", "at": "2026-03-13T01:00:00Z", "place": "三楼会议室", "body": "整改工作领导组",
        "chair": ids["P001"], "attendees": [ids["P068"], ids["P003"], ids["P004"]],
    });
    let path = format!("/rounds/{round}/meetings");
    let entered = house.request("p072", "POST", &path, None, Some(json!({ "meeting": meeting }))).await.ok();
    entered["id"].as_str().unwrap().to_owned()
}

/// An act of the lead unit's head, entered by its clerk.
async fn entered_duty(house: &House, round: &str) -> String {
    let ids = directory(house).await;
    let body = json!({ "head": ids["P040"], "duty": "inspect", "on": house.today(), "words": "到现场查看" });
    let path = format!("/rounds/{round}/personal-duties");
    let entered = house.request("p041", "POST", &path, None, Some(body)).await.ok();
    entered["id"].as_str().unwrap().to_owned()
}

/// A document the office has sent for signature.
async fn drafted_document(house: &House, round: &str) -> String {
    let path = format!("/rounds/{round}/documents");
    let made = house.request("p072", "POST", &path, None, Some(json!({ "kind": "progress" }))).await.ok();
    let document = made["id"].as_str().unwrap().to_owned();
    let sent = house.request("p072", "POST", &format!("/documents/{document}/submit"), Some(1), Some(json!({}))).await;
    assert_eq!(sent.ok()["state"], "signing");
    document
}

/// A publication in its draft, and an opinion that the lead unit answers.
async fn begun_publication(house: &House, round: &str) -> (String, String) {
    support::publications::switch_on(house, "open", json!({})).await;
    let publication = support::publications::drafted(house, "progress").await;
    let ids = directory(house).await;
    let form = json!({ "channel": "phone", "text": "反映合同归档", "name": "打电话的人" });
    let path = format!("/rounds/{round}/opinions");
    let entered = house.request("p072", "POST", &path, None, Some(form)).await.ok();
    let opinion = entered["id"].as_str().unwrap().to_owned();
    let assign = json!({ "unit": ids["U201"] });
    support::publications::opine(house, "p072", &opinion, "assign", assign).await.ok();
    (publication["id"].as_str().unwrap().to_owned(), opinion)
}

/// A list of what the lead unit's clerk holds, which its head is to sign for.
async fn begun_handover(house: &House) -> (String, String, String) {
    let ids = directory(house).await;
    let word = |code: &str| ids[code].as_str().unwrap().to_owned();
    let form = json!({ "from": ids["P041"], "to": ids["P040"], "unit": ids["U201"], "on": house.today(), "basis": "集团任〔2026〕3号" });
    let made = house.request("p072", "POST", "/handovers", None, Some(form)).await.ok();
    (made["id"].as_str().unwrap().to_owned(), word("P041"), word("U201"))
}

/// A systemic problem of two tasks of the round, the lead unit of the sweep asked to look at itself.
async fn begun_problem(house: &House, round: &str) -> String {
    let ids = directory(house).await;
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    let items = page["items"].as_array().unwrap();
    let first = items.iter().find(|t| !t["lead_unit_id"].is_null()).unwrap();
    let other =
        items.iter().find(|t| !t["lead_unit_id"].is_null() && t["lead_unit_id"] != first["lead_unit_id"]).unwrap();
    let form = json!({
        "title": "合同归档不及时", "measure": "修订归档办法", "ground": "两家单位都有", "owner": ids["U106"],
        "due_on": house.today() + Days::new(60), "members": [first["id"], other["id"]],
    });
    let path = format!("/rounds/{round}/systemic-problems");
    let made = house.request("p072", "POST", &path, None, Some(form)).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let ask = json!({ "units": [ids["U201"]], "due_on": house.today() + Days::new(20) });
    house.request("p072", "POST", &format!("/systemic-problems/{id}/ask"), Some(1), Some(ask)).await.ok();
    id
}

/// A rule that the lead unit's clerk entered for a task of its own.
async fn entered_rule(house: &House, round: &str, task: &str) -> String {
    let ids = directory(house).await;
    let form = json!({
        "kind": "made", "title": "合同归档管理办法", "number": "集团规〔2026〕8号", "issuer": ids["U201"], "effective_on": house.today(),
        "control": "逾期不得付款", "question": "是否都归档？", "tasks": [task], "owner_unit": ids["U201"], "owner": ids["P040"],
    });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/rules"), None, Some(form)).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

fn held(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "golden/{name} is stale; run BLESS=1 cargo test -p api --test access and look at the change");
}

/// The operations of the contract, each a method and a path.
fn operations() -> BTreeSet<String> {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let mut all = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            all.insert(format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1")));
        }
    }
    all
}

#[actix_web::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let house = House::new().await;
    let tasks = one_of_each(&house).await;
    let rules = rules(&house, &tasks);
    let mut versions = BTreeMap::new();
    for (_, task) in &tasks {
        let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
        versions.insert(task.clone(), view["version"].as_i64().unwrap());
    }
    let mut cases = 0;
    let mut made = String::from(
        "# 每个操作 × 每类人 × 每种状态。- 未登录，h 看不到（404），n 无权（403），s 状态不符（409），y 可办\n",
    );
    let states: Vec<_> = TaskState::ALL.iter().map(|s| s.as_str()).collect();
    writeln!(made, "# 状态依次为 {}\n", states.join(" ")).unwrap();
    let mut covered = BTreeSet::new();
    for (path, action, body) in acts() {
        covered.insert(format!("POST /tasks/{{id}}/{path}"));
        writeln!(made, "POST /tasks/{{id}}/{path}").unwrap();
        for (name, login) in CALLERS {
            let mut line = String::new();
            for (state, task) in &tasks {
                let asked =
                    if body.is_none() && starts_from(action).contains(state) { 999_999 } else { versions[task] };
                let (status, code) = ask(&house, login, task, path, asked, body.as_ref()).await;
                let found = letter(status, &code);
                let rule = rules.get(&((*login).to_owned(), action, task.clone())).copied().unwrap_or('-');
                assert_eq!(found, rule, "{path} as {name} on a task in {state}: {status} {code}");
                line.push(found);
                cases += 1;
            }
            writeln!(made, "  {name:<15} {line}").unwrap();
        }
    }
    let round = house.round().await;
    let rectified = &tasks.iter().find(|(s, _)| *s == TaskState::Observing).unwrap().1;
    let view = house.get("p072", &format!("/tasks/{rectified}")).await.ok();
    let evidence = view["evidence"][0]["id"].as_str().unwrap();
    let accounts = house.get("secadmin", "/accounts?text=p067").await.ok();
    let account = accounts["items"][0]["id"].as_str().unwrap();
    let check = planned(&house, &round).await;
    let meeting = arranged(&house, &round).await;
    writeln!(made, "\n# 其他操作：应答（状态码与代码）").unwrap();
    let slip = issued_slip(&house, &round, rectified).await;
    let duty = entered_duty(&house, &round).await;
    let mut all = others(&round, rectified, evidence, account, &check, &slip, &meeting);
    all.extend(personal_duties(&round, &duty));
    let document = drafted_document(&house, &round).await;
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let (finding, unit) = (word(&view["finding_id"]), word(&view["units"][0]["id"]));
    all.extend(documents(&Swept {
        round: &round,
        document: &document,
        task: rectified,
        slip: &slip,
        meeting: &meeting,
        finding: &finding,
        unit: &unit,
    }));
    let (publication, opinion) = begun_publication(&house, &round).await;
    all.extend(publications(&round, rectified, &publication, &opinion));
    let (handover, person, of_unit) = begun_handover(&house).await;
    all.extend(handovers(&handover, &person, &of_unit));
    all.extend(systemic(&begun_problem(&house, &round).await, &round, rectified));
    let rule = entered_rule(&house, &round, rectified).await;
    all.extend(rule_register(&round, &rule));
    let appraisal = published_appraisal(&house, &round).await;
    all.extend(appraisals(&round, &appraisal, &of_unit));
    let record = recorded_accountability(&house, &round, &directory(&house).await).await;
    all.extend(accountability(&round, &record));
    for (method, path, url, body) in all.clone() {
        covered.insert(format!("{method} {path}"));
        writeln!(made, "{method} {path}").unwrap();
        let mut answers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, login) in CALLERS {
            let answer = house.request(login, method, &url, Some(999_999), body.clone()).await;
            assert!(answer.status < 500, "{method} {path} as {name}: {}", answer.body);
            // What a record of accountability says is in no answer to anybody it does not name, whatever he asks.
            if !["principal", "second"].contains(name) {
                let said = String::from_utf8_lossy(&answer.bytes);
                assert!(!said.contains(UNTOLD), "{method} {path} tells {name} what a record says");
                // That something was entered is the auditor's to see.
                assert!(*name == "auditor" || !said.contains(&record), "{method} {path} tells {name} of a record");
            }
            let code = answer.body["code"].as_str().unwrap_or_default();
            let code = if answer.status >= 400 { format!(" {code}") } else { String::new() };
            answers.entry(format!("{}{code}", answer.status)).or_default().push(name);
            cases += 1;
        }
        for (answer, names) in answers {
            writeln!(made, "  {answer:<28} {}", names.join(" ")).unwrap();
        }
    }
    let lacking: Vec<_> = operations().difference(&covered).cloned().collect();
    assert!(lacking.is_empty(), "operations nobody swept: {lacking:?}");
    held("access.txt", &made);
    all.extend(acts().into_iter().map(|(path, action, body)| {
        let url = format!("/tasks/{rectified}/{path}");
        let pattern: &'static str = format!("/tasks/{{id}}/{path}").leak();
        let is_open = starts_from(action).contains(&TaskState::Observing);
        ("POST", pattern, url, body.or_else(|| is_open.then(|| json!({}))))
    }));
    let of_keys = keys(&house, &all).await;
    println!("{} operations, {cases} access cases, {of_keys} more with keys", operations().len());
}

/// A key of the sweep's lead unit that opens one thing.
async fn key(house: &House, service: &str, scope: KeyScope) -> String {
    let ids = directory(house).await;
    let body = json!({ "scopes": [scope], "units": [ids["U201"]], "expires_on": house.today() + Days::new(300) });
    let made = house.request("secadmin", "POST", &format!("/services/{service}/keys"), None, Some(body)).await.ok();
    made["key"].as_str().unwrap().to_owned()
}

/// Every operation with a key of each scope: what is listed for a scope is open to it and to no other, and what is not listed to none.
async fn keys(house: &House, all: &[(&'static str, &'static str, String, Option<Value>)]) -> usize {
    let ids = directory(house).await;
    let mut holders = Vec::new();
    for scope in KeyScope::ALL {
        let form = json!({ "name": scope.label(), "purpose": "对接", "person_id": ids["P041"] });
        let service = house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok();
        holders.push((*scope, key(house, service["id"].as_str().unwrap(), *scope).await));
    }
    let mut made = String::from("# 持密钥的系统可办的操作：应答（状态码与代码）；没有列出的一律 403 not-for-keys\n");
    let (mut cases, mut listed) = (0, BTreeSet::new());
    for (method, path, url, body) in all {
        let rule = opens(method, &format!("/api/v1{path}"));
        let mut line = format!("{method} {path}\n");
        for (scope, key) in &holders {
            let answer = house.request(key, method, url, Some(999_999), body.clone()).await;
            let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
            assert!(answer.status < 500, "{method} {path} with {scope}: {}", answer.body);
            let is_closed = answer.status == 403 && ["not-for-keys", "scope-missing"].contains(&code.as_str());
            match rule {
                Opens::Always => assert!(!is_closed, "{method} {path} with {scope}"),
                Opens::With(wanted) => {
                    assert_eq!(is_closed, wanted != *scope, "{method} {path} with {scope}: {} {code}", answer.status);
                }
                Opens::Never => {
                    assert_eq!((answer.status, code.as_str()), (403, "not-for-keys"), "{method} {path} with {scope}");
                }
            }
            let code = if answer.status >= 400 { format!(" {code}") } else { String::new() };
            writeln!(line, "  {:<18} {}{code}", scope.as_str(), answer.status).unwrap();
            cases += 1;
        }
        if rule != Opens::Never {
            listed.insert((*method, format!("/api/v1{path}")));
            made.push_str(&line);
        }
    }
    let known: BTreeSet<_> = all_opened().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(listed, known, "what is listed for keys is in the contract, and all of it was asked for");
    held("keys.txt", &made);
    cases
}
