//! The operations of publications and opinions, for sweeps over all of them; each with a body that changes nothing.

use serde_json::{Value, json};

use super::operations::NIL;

/// Those on one publication and one opinion.
pub fn publications(
    round: &str,
    task: &str,
    publication: &str,
    opinion: &str,
) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let get = |path: &'static str, url: String| ("GET", path, url, None);
    let of = |act: &str| format!("/publications/{publication}/{act}");
    let on = |act: &str| format!("/opinions/{opinion}/{act}");
    let reason = || Some(json!({ "reason": "" }));
    let nothing = || Some(json!({}));
    let digits = "0".repeat(64);
    let text = json!({ "problem": "", "measures": "", "outcome": "" });
    let head = json!({
        "revision": 99, "title": "", "lead": "", "next": "", "contact": {}, "opens_page": false, "working_days": 5,
    });
    let paper = json!({
        "signer": NIL, "verdict": "approve",
        "document": { "signed_on": "2026-03-02", "scan": digits, "content_hash": digits, "body": null, "minutes_number": null },
    });
    vec![
        get("/rounds/{id}/publications", format!("/rounds/{round}/publications")),
        (
            "POST",
            "/rounds/{id}/publications",
            format!("/rounds/{round}/publications"),
            Some(json!({ "kind": "progress", "from_on": "2026-03-03", "to_on": "2026-03-02" })),
        ),
        get("/publications/{id}", format!("/publications/{publication}")),
        get("/publications/{id}/file", format!("/publications/{publication}/file")),
        ("PUT", "/publications/{id}", format!("/publications/{publication}"), Some(head)),
        ("POST", "/publications/{id}/items", of("items"), Some(json!({ "tasks": [] }))),
        (
            "PUT",
            "/publications/{id}/items/{item}",
            of(&format!("items/{NIL}")),
            Some(json!({ "revision": 0, "text": text })),
        ),
        ("POST", "/publications/{id}/take-out", of("take-out"), Some(json!({ "item": NIL }))),
        ("POST", "/publications/{id}/submit", of("submit"), nothing()),
        ("POST", "/publications/{id}/recall", of("recall"), nothing()),
        ("POST", "/publications/{id}/sign", of("sign"), Some(json!({ "verdict": "approve" }))),
        ("POST", "/publications/{id}/record-signature", of("record-signature"), Some(paper)),
        (
            "POST",
            "/publications/{id}/confirm-signature",
            of("confirm-signature"),
            Some(json!({ "signature": NIL, "confirmed": true })),
        ),
        ("POST", "/publications/{id}/object", of("object"), Some(json!({ "signature": NIL, "reason": "" }))),
        ("POST", "/publications/{id}/rework", of("rework"), nothing()),
        ("POST", "/publications/{id}/publish", of("publish"), nothing()),
        ("POST", "/publications/{id}/correct", of("correct"), nothing()),
        ("POST", "/publications/{id}/withdraw", of("withdraw"), reason()),
        ("POST", "/publications/{id}/scans", of("scans?filename=a.exe"), None),
        get("/rounds/{id}/opinions", format!("/rounds/{round}/opinions")),
        (
            "POST",
            "/rounds/{id}/opinions",
            format!("/rounds/{round}/opinions"),
            Some(json!({ "channel": "phone", "text": "" })),
        ),
        get("/opinions/{id}", format!("/opinions/{opinion}")),
        get("/tasks/{id}/opinions", format!("/tasks/{task}/opinions")),
        ("POST", "/opinions/{id}/assign", on("assign"), Some(json!({ "unit": NIL }))),
        ("POST", "/opinions/{id}/answer", on("answer"), Some(json!({ "words": "" }))),
        ("POST", "/opinions/{id}/approve", on("approve"), nothing()),
        ("POST", "/opinions/{id}/return", on("return"), reason()),
        ("POST", "/opinions/{id}/judge", on("judge"), Some(json!({ "holds_true": true }))),
        ("POST", "/opinions/{id}/set-aside", on("set-aside"), reason()),
    ]
}
