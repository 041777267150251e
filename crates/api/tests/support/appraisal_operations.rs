//! The operations of appraisals and of records of accountability, for sweeps over all of them; each with a body that changes nothing.

use std::collections::BTreeMap;

use chrono::Days;
use serde_json::{Value, json};

use super::House;
use super::operations::NIL;

/// Those on the scheme of a round and on one appraisal of it that scores a unit.
pub fn appraisals(
    round: &str,
    appraisal: &str,
    unit: &str,
) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let get = |path: &'static str, url: String| ("GET", path, url, None);
    let of = |act: &str| format!("/appraisals/{appraisal}/{act}");
    let scheme = |act: &str| format!("/rounds/{round}/appraisal-scheme{act}");
    let empty =
        json!({ "subjects": [], "dimensions": [], "grades": [], "adjust_limit": 0, "objection_working_days": 0 });
    let never = json!({ "from": "2026-03-02", "to": "2026-03-01" });
    let tried = json!({ "scheme": empty, "from": "2026-03-02", "to": "2026-03-01" });
    let subject = json!({ "kind": "unit", "id": NIL });
    vec![
        get("/rounds/{id}/appraisal-scheme", scheme("")),
        ("PUT", "/rounds/{id}/appraisal-scheme", scheme(""), Some(empty)),
        ("POST", "/rounds/{id}/appraisal-scheme/publish", scheme("/publish"), Some(json!({ "basis": "" }))),
        ("POST", "/rounds/{id}/appraisal-scheme/simulate", scheme("/simulate"), Some(tried)),
        get("/rounds/{id}/appraisals", format!("/rounds/{round}/appraisals")),
        ("POST", "/rounds/{id}/appraisals", format!("/rounds/{round}/appraisals"), Some(never)),
        get("/appraisals/{id}", format!("/appraisals/{appraisal}")),
        get("/appraisals/{id}/scores/{kind}/{subject}", of(&format!("scores/unit/{unit}"))),
        ("POST", "/appraisals/{id}/recompute", of("recompute"), Some(json!({}))),
        (
            "POST",
            "/appraisals/{id}/adjust",
            of("adjust"),
            Some(json!({ "subject": subject, "points": 0, "reason": "" })),
        ),
        ("POST", "/appraisals/{id}/publish", of("publish"), Some(json!({}))),
        ("POST", "/appraisals/{id}/discard", of("discard"), Some(json!({ "reason": "" }))),
        ("POST", "/appraisals/{id}/object", of("object"), Some(json!({ "unit": NIL, "words": "" }))),
        ("POST", "/appraisals/{id}/answer", of("answer"), Some(json!({ "unit": NIL, "points": 0, "reason": "" }))),
        ("POST", "/appraisals/{id}/finish", of("finish"), Some(json!({}))),
    ]
}

/// Those on the records of accountability of a round and on one of them.
pub fn accountability(round: &str, record: &str) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let get = |path: &'static str, url: String| ("GET", path, url, None);
    let of = |act: &str| format!("/accountability/{record}/{act}");
    let form = json!({
        "subject": { "kind": "unit", "id": NIL }, "form": "interview", "basis": "", "decided_by": "", "decided_on": "2026-03-02", "readers": [],
    });
    vec![
        get("/rounds/{id}/accountability", format!("/rounds/{round}/accountability")),
        ("POST", "/rounds/{id}/accountability", format!("/rounds/{round}/accountability"), Some(form)),
        get("/accountability/{id}", format!("/accountability/{record}")),
        ("POST", "/accountability/{id}/readers", of("readers"), Some(json!({ "readers": [] }))),
        ("POST", "/accountability/{id}/withdraw", of("withdraw"), Some(json!({ "reason": "" }))),
        ("POST", "/accountability/{id}/files", of("files?filename=a.exe"), None),
    ]
}

/// A word that is in a record of accountability and nowhere else.
pub const UNTOLD: &str = "KanarieAccountzQ7";

/// What the principal entered about the lead unit's clerk, and one other reads.
pub async fn recorded_accountability(house: &House, round: &str, ids: &BTreeMap<String, Value>) -> String {
    let form = json!({
        "subject": { "kind": "leader", "id": ids["P041"] }, "form": "admonition", "basis": format!("{UNTOLD}依据"),
        "decided_by": format!("{UNTOLD}会议"), "decided_on": house.today(), "document": format!("{UNTOLD}文号"),
        "note": format!("{UNTOLD}说明"), "readers": [ids["P002"]],
    });
    let path = format!("/rounds/{round}/accountability");
    let made = house.request("p001", "POST", &path, None, Some(form)).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let paper = format!("/accountability/{id}/files?filename={UNTOLD}.pdf");
    house.upload("p001", &paper, b"%PDF-1.4\n%%EOF\n").await.ok();
    house.keep_clock().await;
    house.sealed();
    id
}

/// The appraisal of the two months until yesterday, which the units read.
pub async fn published_appraisal(house: &House, round: &str) -> String {
    house.sealed();
    let path = format!("/rounds/{round}/appraisal-scheme");
    let scheme = house.get("p072", &path).await.ok()["scheme"].clone();
    house.request("p072", "PUT", &path, Some(0), Some(scheme)).await.ok();
    let basis = json!({ "basis": "领导组第3次会议纪要" });
    house.request("p001", "POST", &format!("{path}/publish"), Some(1), Some(basis)).await.ok();
    // Of a day that is over; what comes after this happens on the day it would have.
    let now = house.app.clock.now();
    house.pass_days(1);
    let yesterday = house.today() - Days::new(1);
    let period = json!({ "from": yesterday - Days::new(60), "to": yesterday });
    let made = house.request("p072", "POST", &format!("/rounds/{round}/appraisals"), None, Some(period)).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    house.request("p001", "POST", &format!("/appraisals/{id}/publish"), Some(1), Some(json!({}))).await.ok();
    house.app.clock.set(now);
    id
}
