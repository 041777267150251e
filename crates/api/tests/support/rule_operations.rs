//! The operations of the register of rules, for sweeps over all of them; each with a body that changes nothing.

use serde_json::{Value, json};

use super::operations::NIL;

/// Those of a round's register, and on one entry.
pub fn rules(round: &str, rule: &str) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let get = |path: &'static str, url: String| ("GET", path, url, None);
    let of = |act: &str| format!("/rules/{rule}/{act}");
    let form = json!({ "kind": "made", "title": "", "number": "", "issuer": NIL, "effective_on": "2026-03-02", "owner_unit": NIL });
    let reason = json!({ "reason": "" });
    let judge = json!({ "months": 3, "verdict": "passed", "words": "" });
    vec![
        get("/rounds/{id}/rules", format!("/rounds/{round}/rules")),
        get("/rounds/{id}/rules/form", format!("/rounds/{round}/rules/form")),
        ("POST", "/rounds/{id}/rules", format!("/rounds/{round}/rules"), Some(form.clone())),
        get("/rules/{id}", format!("/rules/{rule}")),
        ("POST", "/rules/{id}/change", of("change"), Some(form)),
        ("POST", "/rules/{id}/submit", of("submit"), Some(json!({}))),
        ("POST", "/rules/{id}/return", of("return"), Some(reason.clone())),
        ("POST", "/rules/{id}/confirm", of("confirm"), Some(json!({}))),
        ("POST", "/rules/{id}/entrust", of("entrust"), Some(json!({ "owner": NIL, "supervisor": NIL, "reason": "" }))),
        ("POST", "/rules/{id}/withdraw", of("withdraw"), Some(reason)),
        ("POST", "/rules/{id}/answer", of("answer"), Some(json!({ "months": 3, "words": "" }))),
        ("POST", "/rules/{id}/judge", of("judge"), Some(judge)),
        ("POST", "/rules/{id}/files", of("files?filename=a.exe&purpose=proof"), None),
    ]
}
