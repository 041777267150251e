//! The list of slips (督办台账): for every reader what the page shows him, each cell of its type, with the figures of the page.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::exports::{begun, column, file, part, rows, sheet};
use crate::support;

use calamine::Data;
use chrono::Days;
use domain::export::{Column, ExportKind};
use serde_json::{Value, json};
use support::House;
use support::slips::*;

const EVIL: &str = "=HYPERLINK(\"http://x\",\"y\")";

/// A task whose words only its reader p040 and the office may read.
async fn sensitive(house: &House) -> String {
    let ids = ids(house).await;
    let round = house.round().await;
    let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
    let draft = json!({
        "number": "S09", "title": "涉及个人的事项", "disposition": "dated", "due_on": house.today() + Days::new(100),
        "sensitivity": "internal", "readers": [ids["P040"]],
        "leaders": [ids["P003"]], "units": [ids["U201"]], "persons": [ids["P041"]],
        "measures": [{ "text": "核实" }], "criteria": [{ "text": "核实完毕" }],
    });
    let body = json!({ "finding_id": aspects[0]["findings"][0]["id"], "draft": draft });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/tasks"), None, Some(body)).await.ok();
    let task = made["id"].as_str().unwrap().to_owned();
    house.act("p072", &task, "issue", json!({})).await.ok();
    task
}

/// Slips in every part of their life: drafted, signed for and answered, returned, overdue, settled, a referral, one about a sensitive matter.
async fn slips_of_all_kinds(house: &House) {
    let task = at_work(house, "S01").await;
    let ids = ids(house).await;
    let mut written = form(house, "notice", Some(&task)).await;
    (written["matter"], written["gap"]) = (json!(EVIL), json!("第一行\n第二行"));
    draft(house, "p072", written.clone()).await;
    let slip = draft(house, "p072", written).await;
    act(house, "p072", &slip, "submit", json!({})).await.ok();
    act(house, "p073", &slip, "sign", approve()).await.ok();
    act(house, "p041", &slip, "receive", json!({})).await.ok();
    act(house, "p041", &slip, "answer", json!({ "words": "第一次答复" })).await.ok();
    act(house, "p072", &slip, "review", json!({ "is_accepted": false, "words": "请补充台账" })).await.ok();
    act(house, "p041", &slip, "answer", json!({ "words": "第二次答复" })).await.ok();
    act(house, "p072", &slip, "review", json!({ "is_accepted": true })).await.ok();
    let second = issued(house, "urge", Some(&task)).await;
    act(house, "p041", &second, "receive", json!({})).await.ok();
    issued(house, "letter", None).await;
    let referral = draft(house, "p072", form(house, "referral", Some(&task)).await).await;
    act(house, "p072", &referral, "submit", json!({})).await.ok();
    act(house, "p001", &referral, "sign", approve()).await.ok();
    let secret = sensitive(house).await;
    let mut body = form(house, "letter", Some(&secret)).await;
    body["supporting"] = json!([]);
    let slip = draft(house, "p072", body).await;
    act(house, "p072", &slip, "submit", json!({})).await.ok();
    act(house, "p001", &slip, "sign", approve()).await.ok();
    act(house, "p041", &slip, "receive", json!({})).await.ok();
    act(house, "p040", &slip, "answer", json!({ "words": "内部核实的经过" })).await.ok();
    let mut by_hand = form(house, "notice", None).await;
    by_hand["unit"] = ids["U306"].clone();
    let slip = draft(house, "p068", by_hand).await;
    act(house, "p068", &slip, "submit", json!({})).await.ok();
    act(house, "p073", &slip, "sign", approve()).await.ok();
    // Three working days to answer an urge or a letter, five a notice: the notice in another unit's hands is not late yet, and what is answered never is.
    house.pass_days(6);
}

fn text(cell: &Data) -> String {
    cell.to_string()
}

/// A day or a moment of a cell, to the minute.
fn moment(cell: &Data) -> Option<String> {
    match cell {
        Data::Empty => None,
        Data::DateTime(at) => Some(at.as_datetime().unwrap().format("%Y-%m-%d %H:%M").to_string()),
        other => panic!("{other:?} is no date"),
    }
}

fn day_of(cell: &Data) -> Option<String> {
    moment(cell).map(|at| at[..10].to_owned())
}

/// The minute of an instant in Asia/Shanghai.
fn shanghai(at: &Value) -> Option<String> {
    let at = chrono::DateTime::parse_from_rfc3339(at.as_str()?).unwrap();
    Some(at.with_timezone(&chrono::FixedOffset::east_opt(8 * 3600).unwrap()).format("%Y-%m-%d %H:%M").to_string())
}

/// What the pages say of a slip stands in its row, cell by cell.
fn compare(who: &str, row: &[Data], line: &Value, view: &Value) {
    let at = |of: Column| &row[column(ExportKind::Slips, of)];
    let said = |of: &Value| of.as_str().unwrap_or_default().to_owned();
    let names = |of: &Value| of.as_array().unwrap().iter().map(|n| said(&n["name"])).collect::<Vec<_>>().join("、");
    let answer = view["answers"].as_array().unwrap().last().cloned().unwrap_or_default();
    for (of, expected) in [
        (Column::SlipNumber, said(&line["number"])),
        (Column::SlipLevel, said(&line["level_label"])),
        (Column::Urgency, said(&line["urgency_label"])),
        (Column::Matter, said(&view["title"])),
        (Column::SlipBasis, said(&view["basis"])),
        (Column::SlipTask, said(&line["task"]["number"])),
        (Column::Gap, said(&view["gap"])),
        (Column::Asked, said(&view["asked"])),
        (Column::Addressed, said(&line["unit"]["name"])),
        (Column::Supporting, names(&view["supporting"])),
        (Column::ReceivedBy, said(&view["receipt"]["by"]["name"])),
        (Column::Answer, said(&answer["words"])),
        (Column::State, said(&line["state_label"])),
    ] {
        assert_eq!(text(at(of)), expected, "{who} {} {}", line["name"], of.title());
        // Whatever it looks like, a text is a text.
        assert!(matches!(at(of), Data::String(_) | Data::Empty), "{who} {}", of.title());
    }
    assert_eq!(day_of(at(Column::AnswerDueOn)).as_deref(), line["due_on"].as_str(), "{who} {}", line["name"]);
    assert_eq!(day_of(at(Column::IssuedOn)), shanghai(&line["issued_at"]).map(|at| at[..10].to_owned()), "{who}");
    assert_eq!(moment(at(Column::ReceivedAt)), shanghai(&view["receipt"]["at"]), "{who}");
    let overdue = line["is_overdue"] == true;
    let days = line["working_days_left"].as_f64().filter(|_| overdue).map(|left| -left);
    let cell = at(Column::Overdue);
    assert_eq!(if let Data::Float(n) = cell { Some(*n) } else { None }, days, "{who} {cell:?}");
}

#[actix_web::test]
async fn the_list_of_slips_is_for_every_reader_what_the_page_shows_him() {
    let house = House::new().await;
    slips_of_all_kinds(&house).await;
    let round = house.round().await;
    let mut counts = Vec::new();
    let sealed = house.sealed();
    for who in ["p072", "p001", "p002", "p068", "p003", "p040", "p041", "p020", "p062"] {
        let lines = house.get(who, &format!("/rounds/{round}/slips")).await.ok();
        let lines = lines.as_array().unwrap();
        let bytes = file(&house, who, json!({ "kind": "slips" })).await;
        let range = sheet(&bytes);
        let rows = rows(&range);
        assert_eq!(rows.len(), lines.len(), "{who}");
        for (row, line) in rows.iter().zip(lines) {
            let view = house.get(who, &format!("/slips/{}", line["id"].as_str().unwrap())).await.ok();
            compare(who, row, line, &view);
        }
        let open = lines.iter().filter(|l| l["is_open"] == true).count();
        let late = lines.iter().filter(|l| l["is_overdue"] == true).count();
        let total = text(&range.rows().next_back().unwrap()[0]);
        assert!(
            total.starts_with(&format!("合计 {} 件：在办 {open} 件，逾期 {late} 件", lines.len())),
            "{who} {total}"
        );
        assert!(total.contains("数据截至 2026年") && total.ends_with(&sealed), "{total}");
        let xml = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(xml.contains("paperSize=\"9\"") && xml.contains("orientation=\"landscape\""), "A4");
        assert!(!xml.contains("<f>"), "no text became a formula");
        // The office, who signed it, and the reader by name (docs/domain.md §17, §25).
        let reads = ["p072", "p001", "p040"].contains(&who);
        assert_eq!(xml.contains("内部核实的经过"), reads, "{who}");
        let hears = ["p072", "p001", "p002"].contains(&who);
        assert_eq!(xml.contains("问责线索移交"), hears, "{who}");
        counts.push((who, lines.len(), late));
        if who == "p072" {
            // Left for other programs, which look at it too.
            let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("slips.xlsx"), &bytes).unwrap();
        }
    }
    // Drafts and the referral are not the units'; the slip by hand is not the leader's.
    let of = |who: &str| counts.iter().find(|c| c.0 == who).map(|c| (c.1, c.2));
    assert_eq!(of("p072"), Some((7, 2)));
    assert_eq!(of("p068"), Some((6, 2)));
    assert_eq!(of("p041"), Some((4, 2)));
    assert_eq!(of("p020"), Some((2, 1)));
    assert_eq!(of("p062"), Some((1, 0)));
}

#[actix_web::test]
async fn who_signed_and_what_the_review_said_stand_in_the_list_of_slips() {
    let house = House::new().await;
    slips_of_all_kinds(&house).await;
    let range = sheet(&file(&house, "p072", json!({ "kind": "slips", "filter": { "state": "settled" } })).await);
    assert!(text(&range.rows().nth(1).unwrap()[0]).contains("范围：状态：已办结"));
    let rows = rows(&range);
    assert_eq!(rows.len(), 1);
    let at = |of: Column| text(&rows[0][column(ExportKind::Slips, of)]);
    let people = house.get("p072", "/people").await.ok();
    let people = people.as_array().or_else(|| people["items"].as_array()).unwrap().clone();
    let name = |code: &str| people.iter().find(|p| p["code"] == code).unwrap()["name"].as_str().unwrap().to_owned();
    assert_eq!(at(Column::IssuedBy), name("P073"));
    assert_eq!(at(Column::ReceivedBy), name("P041"));
    assert_eq!((at(Column::Answer).as_str(), at(Column::Review).as_str()), ("第二次答复", "同意"));
    assert_eq!(at(Column::Matter), EVIL);
    let level = json!({ "kind": "slips", "filter": { "level": "letter" } });
    let range = sheet(&file(&house, "p072", level).await);
    assert!(text(&range.rows().nth(1).unwrap()[0]).contains("范围：督办等级：督办函"));
    assert_eq!(crate::exports::rows(&range).len(), 2);
    // Nobody of a round he does not see.
    begun(&house, "p010", json!({ "kind": "slips" })).await.refused(404, "not-found");
}
