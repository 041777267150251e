//! The operations of handovers, for sweeps over all of them; each with a body that changes nothing.

use serde_json::{Value, json};

use super::operations::NIL;

/// Those on one handover, and on what one person of a unit holds.
pub fn handovers(handover: &str, person: &str, unit: &str) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let get = |path: &'static str, url: String| ("GET", path, url, None);
    let of = |act: &str| format!("/handovers/{handover}/{act}");
    let digits = "0".repeat(64);
    let form = json!({ "from": person, "to": person, "unit": unit, "on": "2026-03-02", "basis": "" });
    let document = json!({ "signed_on": "2026-03-02", "scan": digits, "content_hash": digits, "body": null, "minutes_number": null });
    vec![
        get("/leavers", "/leavers".into()),
        get("/people/{id}/held", format!("/people/{person}/held?unit={unit}")),
        get("/handovers", "/handovers".into()),
        ("POST", "/handovers", "/handovers".into(), Some(form)),
        get("/handovers/{id}", format!("/handovers/{handover}")),
        ("POST", "/handovers/{id}/give", of("give"), Some(json!({ "content_hash": NIL }))),
        ("POST", "/handovers/{id}/take", of("take"), Some(json!({ "content_hash": NIL }))),
        ("POST", "/handovers/{id}/record-signature", of("record-signature"), Some(json!({ "document": document }))),
        ("POST", "/handovers/{id}/confirm-signature", of("confirm-signature"), Some(json!({ "confirmed": true }))),
        ("POST", "/handovers/{id}/withdraw", of("withdraw"), Some(json!({ "reason": "" }))),
        ("POST", "/handovers/{id}/scans", of("scans?filename=a.exe"), None),
    ]
}
