//! Files looked at, corrected and taken in over the API: whole or nothing, again nothing, never more than a person chose.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use rust_xlsxwriter::{Format, Workbook};
use serde_json::{Value, json};
use support::House;

const OLD: &[u8] = include_bytes!("../../../../tests/fixtures/ledgers/old.xlsx");

/// A round of its own, still a draft, of the office p072.
async fn round(house: &House) -> String {
    let form = json!({ "code": "L-1", "name": "导入", "feedback_on": "2020-06-20" });
    house.request("p072", "POST", "/rounds", None, Some(form)).await.ok()["id"].as_str().unwrap().to_owned()
}

fn xlsx(rows: &[&[&str]]) -> &'static [u8] {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate() {
            sheet
                .write_with_format(u32::try_from(r).unwrap(), u16::try_from(c).unwrap(), *text, &Format::new())
                .unwrap();
        }
    }
    Box::leak(book.save_to_buffer().unwrap().into_boxed_slice())
}

async fn open(house: &House, round: &str, file: &'static [u8]) -> Value {
    house.upload("p072", &format!("/rounds/{round}/import-previews?filename=a.xlsx"), file).await.ok()
}

async fn correct(house: &House, preview: &Value, corrections: Value) -> Value {
    let id = preview["id"].as_str().unwrap();
    house.request("p072", "PUT", &format!("/import-previews/{id}"), None, Some(corrections)).await.ok()
}

async fn take(house: &House, preview: &Value, what: &str) -> Value {
    let id = preview["id"].as_str().unwrap();
    let body = json!({ "take": what });
    house.request("p072", "POST", &format!("/import-previews/{id}/commit"), None, Some(body)).await.ok()
}

fn figures(view: &Value) -> [i64; 4] {
    ["created", "updated", "unchanged", "kept"].map(|key| view[key].as_i64().unwrap())
}

fn cells<'v>(preview: &'v Value, kind: &str) -> Vec<&'v str> {
    let doubts = preview["doubts"].as_array().unwrap().iter();
    doubts.filter(|d| d["kind"] == kind).map(|d| d["cell"].as_str().unwrap()).collect()
}

async fn tasks(house: &House, round: &str) -> Vec<Value> {
    let page = house.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
    page["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn the_old_ledger_is_settled_doubt_by_doubt_and_comes_in_as_chosen() {
    let house = House::new().await;
    let round = round(&house).await;
    let preview = open(&house, &round, OLD).await;
    let report = &preview["report"];
    let counts = ["aspects", "findings", "tasks", "measures"].map(|key| report[key].as_u64().unwrap());
    assert_eq!(counts, [7, 11, 32, 66]);
    assert_eq!(cells(&preview, "unit_open"), ["F12", "F25", "F38"]);
    let f12 = preview["doubts"].as_array().unwrap().iter().find(|d| d["cell"] == "F12").unwrap().clone();
    assert_eq!(f12["proposal"], "资本运营部、梓岭机电设备有限公司、梓岭陶瓷科技有限公司、法律事务部");
    assert!(preview["n_clear"].as_u64().unwrap() < 32);

    // One by one, and all of a kind; the finished rows with what closing them needs.
    let people = house.get("p072", "/people").await.ok();
    let people = people.as_array().or_else(|| people["items"].as_array()).unwrap().clone();
    let voucher = people.iter().find(|p| p["code"] == "P072").unwrap()["id"].clone();
    let mut said = json!({ "answers": [
        { "kind": "unit_open", "sheet": "台账（2020.10）", "cell": "F12", "say": "accept" },
        { "kind": "unit_open", "sheet": "台账（2020.10）", "cell": "F25", "say": "read", "text": "组织部、审计部" },
        { "kind": "unit_open", "say": "accept" },
        { "kind": "share_typed", "say": "accept" },
        { "kind": "disposition_conflict", "say": "accept" },
    ] });
    let preview = correct(&house, &preview, said.clone()).await;
    let n_done = cells(&preview, "closing_incomplete").len();
    assert_eq!(
        preview["doubts"].as_array().unwrap().len(),
        n_done,
        "only what closing needs is open: {}",
        preview["doubts"]
    );
    assert_eq!(preview["n_clear"], 32 - n_done);
    assert_eq!(figures(&take(&house, &preview, "clear").await), [32 - i64::try_from(n_done).unwrap(), 0, 0, 0]);

    let answer = json!({ "kind": "closing_incomplete", "say": "close", "on": "2020-10-15", "basis": "2020年10月台账", "vouched_by": voucher });
    said["answers"].as_array_mut().unwrap().push(answer);
    let preview = correct(&house, &preview, said).await;
    assert_eq!((preview["doubts"].as_array().unwrap().len(), preview["n_clear"].as_u64().unwrap()), (0, 32));
    let n_done = i64::try_from(n_done).unwrap();
    assert_eq!(figures(&take(&house, &preview, "all").await), [n_done, 0, 32 - n_done, 0]);
    assert_eq!(figures(&take(&house, &preview, "all").await), [0, 0, 32, 0], "the same rows again change nothing");
    let again = open(&house, &round, OLD).await;
    assert_eq!(again["doubts"], json!([]), "what was said of this very file holds still");
    assert_eq!(figures(&take(&house, &again, "all").await), [0, 0, 32, 0], "so the file dropped again changes nothing");
    let tasks = tasks(&house, &round).await;
    assert_eq!(tasks.len(), 32);
    let closed = tasks.iter().filter(|t| t["state"] == "closed").count();
    assert_eq!(i64::try_from(closed).unwrap(), n_done, "finished rows are closed, by the office's own command");
    assert_eq!(tasks.iter().filter(|t| t["state"] == "draft").count(), 32 - closed);
}

#[actix_web::test]
async fn doubts_stay_on_the_drafts_they_came_with() {
    let house = House::new().await;
    let round = round(&house).await;
    let preview = open(&house, &round, OLD).await;
    assert_eq!(figures(&take(&house, &preview, "all").await), [32, 0, 0, 0]);
    let tasks = tasks(&house, &round).await;
    let task = tasks.iter().find(|t| t["number"] == "2.3").unwrap();
    let view = house.get("p072", &format!("/tasks/{}", task["id"].as_str().unwrap())).await.ok();
    // F12 各单位 and I12 整改中（80%）.
    assert_eq!(
        view["n_doubts"].as_u64().or_else(|| view["draft"]["doubts"].as_u64()).or_else(|| view["doubts"].as_u64()),
        Some(2),
        "{view}"
    );
}

const HEAD: [&str; 6] = ["序号", "存在问题", "整改措施", "责任单位", "责任人", "整改时限"];

#[actix_web::test]
async fn changed_rows_change_drafts_and_a_row_in_the_middle_moves_nobody() {
    let house = House::new().await;
    let round = round(&house).await;
    let first = ["1", "值班记录填写不全", "补齐记录", "财务部", "己寅一", "9月30日前"];
    let second = ["2", "库房盘点流于形式", "重新盘点", "审计部", "戊酉一", "2020/10/31"];
    let preview = open(&house, &round, xlsx(&[&HEAD, &first, &second])).await;
    assert_eq!(preview["doubts"], json!([]));
    assert_eq!(figures(&take(&house, &preview, "all").await), [2, 0, 0, 0]);
    let known = tasks(&house, &round).await;

    let between = ["2", "合同归档更新不及时", "补归档", "财务部", "己寅一", "11月底前"];
    let moved = ["3", "库房盘点流于形式", "重新盘点", "审计部", "戊酉一", "2020/11/30"];
    let preview = open(&house, &round, xlsx(&[&HEAD, &first, &between, &moved])).await;
    assert_eq!(figures(&take(&house, &preview, "all").await), [1, 1, 1, 0]);
    let now = tasks(&house, &round).await;
    assert_eq!(now.len(), 3);
    for task in &known {
        assert!(now.iter().any(|t| t["id"] == task["id"] && t["title"] == task["title"]), "{task}");
    }
    let due = now.iter().find(|t| t["title"] == "库房盘点流于形式").unwrap()["due_on"].clone();
    assert_eq!(due, "2020-11-30");
    // Nothing is deleted by a file that has less.
    let preview = open(&house, &round, xlsx(&[&HEAD, &first])).await;
    assert_eq!(figures(&take(&house, &preview, "all").await), [0, 0, 1, 0]);
    assert_eq!(tasks(&house, &round).await.len(), 3);
}

#[actix_web::test]
async fn what_a_column_means_is_kept_for_the_next_file_of_the_shape() {
    let house = House::new().await;
    let round = round(&house).await;
    let head = ["序号", "存在问题", "整改措施", "责任单位", "经手", "整改时限"];
    let first = xlsx(&[&head, &["1", "甲事未办", "办甲事", "财务部", "己寅一", "9月30日前"]]);
    let preview = open(&house, &round, first).await;
    assert_eq!(preview["sheets"][0]["tables"][0]["columns"][4]["meaning"], "persons", "a guess, by the name in it");
    assert!(preview.to_string().contains("column_guessed"));
    let sheets = json!([{ "sheet": "Sheet1", "columns": [{ "column": 5, "meaning": "remark" }] }]);
    let preview = correct(&house, &preview, json!({ "sheets": sheets })).await;
    assert_eq!(preview["sheets"][0]["tables"][0]["columns"][4]["meaning"], "remark");
    assert!(!preview.to_string().contains("column_guessed"), "what was chosen is no guess");
    let next = xlsx(&[&head, &["1", "乙事未办", "办乙事", "审计部", "戊酉一", "9月30日前"]]);
    let preview = open(&house, &round, next).await;
    assert_eq!(preview["sheets"][0]["tables"][0]["columns"][4]["meaning"], "remark");
    // Only whoever put a file there sees it.
    let id = preview["id"].as_str().unwrap();
    house.get("p068", &format!("/import-previews/{id}")).await.refused(404, "not-found");
    let page = house.get("p072", &format!("/import-previews/{id}/sheets/1?from=2")).await.ok();
    assert_eq!((page["from"].as_u64(), page["rows"][0][1].as_str()), (Some(2), Some("乙事未办")));
    house.get("p072", &format!("/import-previews/{id}/sheets/9")).await.refused(404, "not-found");
}

#[actix_web::test]
async fn what_was_said_of_a_file_is_found_again_after_another_file() {
    let house = House::new().await;
    let round = round(&house).await;
    let head = ["序号", "存在问题", "整改措施", "责任单位", "责任人", "整改时限"];
    let first = xlsx(&[&head, &["1", "甲事未办", "办甲事", "财务部", "己寅一", "尽快"]]);
    let other = xlsx(&[&head, &["1", "乙事未办", "办乙事", "审计部", "戊酉一", "9月30日前"]]);
    let preview = open(&house, &round, first).await;
    assert_eq!(cells(&preview, "date_unclear"), ["F2"]);
    let answer = json!({ "kind": "date_unclear", "sheet": "Sheet1", "cell": "F2", "say": "read", "text": "9月30日前" });
    let preview = correct(&house, &preview, json!({ "answers": [answer] })).await;
    assert!(cells(&preview, "date_unclear").is_empty());
    let preview = open(&house, &round, other).await;
    assert_eq!(preview["corrections"]["answers"].as_array().unwrap().len(), 0, "of another file nothing was said");
    let preview = open(&house, &round, first).await;
    assert!(cells(&preview, "date_unclear").is_empty(), "what was said of the first file holds still");
}

#[actix_web::test]
async fn a_marked_file_is_neither_kept_nor_taken_in() {
    let house = House::new().await;
    let round = round(&house).await;
    let file = xlsx(&[&HEAD, &["1", "机密★某事", "办", "财务部", "己寅一", "9月30日前"]]);
    let preview = open(&house, &round, file).await;
    assert_eq!((preview["is_classified"].as_bool(), preview["report"]["tasks"].as_u64()), (Some(true), Some(0)));
    assert!(!preview.to_string().contains("某事"), "what stands there is not echoed");
    let kept =
        persistence::testing::lines(&house.db.super_url(), "SELECT length(body)::text AS line FROM import_previews");
    assert_eq!(kept, ["0"]);
    let id = preview["id"].as_str().unwrap();
    let body = Some(json!({ "take": "all" }));
    let answer = house.request("p072", "POST", &format!("/import-previews/{id}/commit"), None, body).await;
    assert_eq!(answer.status, 422);
}

/// Sets the words of a round that mean done.
async fn set_done_words(house: &House, round: &str, done: &[&str]) -> support::Answer {
    let view = house.get("p072", &format!("/rounds/{round}")).await.ok();
    let mut policy = view["policy"].clone();
    policy["completion_words"]["done"] = json!(done);
    let body = json!({ "policy": policy, "basis": "领导组第2次会议纪要" });
    house.request("p072", "PUT", &format!("/rounds/{round}/policy"), view["version"].as_i64(), Some(body)).await
}

#[actix_web::test]
async fn what_counts_as_done_is_what_the_round_says() {
    let house = House::new().await;
    let round = round(&house).await;
    let file = xlsx(&[
        &["序号", "存在问题", "整改措施", "责任单位", "整改时限", "完成情况"],
        &["1", "甲事未办", "办甲事", "财务部", "2020年9月30日", "已移交"],
        &["2", "乙事未办", "办乙事", "审计部", "2020年9月30日", "已完成"],
    ]);
    let before = open(&house, &round, file).await;
    assert_eq!((cells(&before, "status_unclear"), cells(&before, "closing_incomplete")), (vec!["F2"], vec!["F3"]));
    set_done_words(&house, &round, &["已移交", "长期坚持"]).await.refused(422, "policy-unsound");
    set_done_words(&house, &round, &["已移交"]).await.ok();
    // The file that is being looked at follows, and so does the next one.
    let id = before["id"].as_str().unwrap();
    for after in [house.get("p072", &format!("/import-previews/{id}")).await.ok(), open(&house, &round, file).await] {
        assert_eq!((cells(&after, "status_unclear"), cells(&after, "closing_incomplete")), (vec!["F3"], vec!["F2"]));
    }
    let looked =
        house.upload("p072", &format!("/rounds/{round}/imports?filename=a.xlsx&dry_run=true"), file).await.ok();
    let kinds = |cell: &str| -> Vec<&str> {
        let doubts = looked["report"]["doubts"].as_array().unwrap().iter();
        doubts.filter(|d| d["cell"] == cell).map(|d| d["kind"].as_str().unwrap()).collect()
    };
    assert_eq!((kinds("F2"), kinds("F3")), (vec!["closing_incomplete"], vec!["status_unclear"]));
}

#[actix_web::test]
async fn the_command_line_reads_with_the_words_of_the_round_it_is_told() {
    let house = House::new().await;
    let round = round(&house).await;
    set_done_words(&house, &round, &["已移交"]).await.ok();
    let file = xlsx(&[
        &["序号", "存在问题", "整改措施", "责任单位", "整改时限", "完成情况"],
        &["1", "甲事未办", "办甲事", "财务部", "2020年9月30日", "已移交"],
    ]);
    let path = house.folder().join("a.xlsx");
    std::fs::write(&path, file).unwrap();
    let kinds = |more: &[&str]| -> Vec<String> {
        let told = std::process::Command::new(env!("CARGO_BIN_EXE_bihuan"))
            .args(["import", "--dry-run", "--json"])
            .args(more)
            .arg(&path)
            .env("BIHUAN_DATA_DIR", house.folder())
            .env("BIHUAN_DATABASE_URL", house.db.url())
            .output()
            .unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let report: Value = serde_json::from_slice(&told.stdout).unwrap();
        report["doubts"].as_array().unwrap().iter().map(|d| d["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&["--round", "L-1"]), ["closing_incomplete"]);
    assert_eq!(kinds(&[]), ["status_unclear"], "without a round the default holds");
}
