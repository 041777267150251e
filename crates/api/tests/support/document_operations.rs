//! The operations of documents, forms and templates, for the sweep over all of them.

use serde_json::{Value, json};

use super::operations::NIL;

/// What they are about.
pub struct Swept<'a> {
    pub round: &'a str,
    pub document: &'a str,
    pub task: &'a str,
    pub slip: &'a str,
    pub meeting: &'a str,
    pub finding: &'a str,
    pub unit: &'a str,
}

/// Each with a body that changes nothing.
pub fn documents(of: &Swept<'_>) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let Swept { round, document, task, slip, meeting, finding, unit } = of;
    let get = |path: &'static str, url: String| ("GET", path, url, None);
    let act = |path: &'static str, last: &str, body: Value| {
        ("POST", path, format!("/documents/{document}/{last}"), Some(body))
    };
    let head = json!({ "title": "", "issuing_body": "" });
    let signed = json!({
        "signer": NIL, "verdict": "approve",
        "document": { "signed_on": "2026-03-02", "scan": "", "content_hash": null, "body": null, "minutes_number": null },
    });
    vec![
        get("/rounds/{id}/documents", format!("/rounds/{round}/documents")),
        ("POST", "/rounds/{id}/documents", format!("/rounds/{round}/documents"), Some(json!({ "kind": "letter" }))),
        get("/documents/{id}", format!("/documents/{document}")),
        (
            "PUT",
            "/documents/{id}",
            format!("/documents/{document}"),
            Some(json!({ "head": head, "sections": {}, "findings": {} })),
        ),
        get("/documents/{id}/file", format!("/documents/{document}/file")),
        act("/documents/{id}/figures", "figures", json!({ "figure": "tasks", "value": -1, "reason": "" })),
        act("/documents/{id}/refresh", "refresh", json!({})),
        act("/documents/{id}/submit", "submit", json!({})),
        act("/documents/{id}/recall", "recall", json!({})),
        act("/documents/{id}/withdraw", "withdraw", json!({ "reason": "" })),
        act("/documents/{id}/correct", "correct", json!({ "reason": "" })),
        act("/documents/{id}/sign", "sign", json!({ "verdict": "approve" })),
        act("/documents/{id}/record-signature", "record-signature", signed),
        act("/documents/{id}/confirm-signature", "confirm-signature", json!({ "signature": NIL, "confirmed": true })),
        act("/documents/{id}/object", "object", json!({ "signature": NIL, "reason": "" })),
        ("POST", "/documents/{id}/scans", format!("/documents/{document}/scans?filename=a.exe"), None),
        get("/document-templates", "/document-templates".into()),
        get("/document-templates/{kind}/file", "/document-templates/report/file".into()),
        ("POST", "/document-templates/{kind}", "/document-templates/report?filename=a.exe".into(), None),
        get("/tasks/{id}/closure-form", format!("/tasks/{task}/closure-form")),
        get("/slips/{id}/file", format!("/slips/{slip}/file")),
        get("/meetings/{id}/minutes", format!("/meetings/{meeting}/minutes")),
        get("/rounds/{id}/unit-brief", format!("/rounds/{round}/unit-brief?unit={unit}")),
        get("/findings/{id}/archive", format!("/findings/{finding}/archive")),
        get("/tasks/{id}/signals", format!("/tasks/{task}/signals")),
        get("/findings/{id}/alike", format!("/findings/{finding}/alike")),
        get("/rounds/{id}/alike", format!("/rounds/{round}/alike")),
        (
            "POST",
            "/findings/{id}/alike",
            format!("/findings/{finding}/alike"),
            Some(json!({ "other_id": finding, "verdict": "common" })),
        ),
        get("/findings/{id}/scope", format!("/findings/{finding}/scope")),
        (
            "POST",
            "/findings/{id}/scope",
            format!("/findings/{finding}/scope"),
            Some(json!({ "scope": "individual", "reason": "长".repeat(301) })),
        ),
    ]
}
