//! The operations of systemic problems, for sweeps over all of them; each with a body that changes nothing.

use serde_json::{Value, json};

use super::operations::NIL;

/// Those on one problem, its round, and a task.
pub fn systemic(problem: &str, round: &str, task: &str) -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let get = |path: &'static str, url: String| ("GET", path, url, None);
    let of = |act: &str| format!("/systemic-problems/{problem}/{act}");
    let form = json!({ "title": "", "measure": "", "ground": "", "owner": NIL, "due_on": "2020-01-01", "members": [] });
    let amended = json!({ "title": "", "measure": "", "owner": NIL, "due_on": "2020-01-01", "reason": "" });
    let unit = json!({ "unit": NIL });
    vec![
        get("/rounds/{id}/systemic-problems", format!("/rounds/{round}/systemic-problems")),
        get("/rounds/{id}/systemic-proposals", format!("/rounds/{round}/systemic-proposals")),
        ("POST", "/rounds/{id}/systemic-problems", format!("/rounds/{round}/systemic-problems"), Some(form)),
        (
            "POST",
            "/rounds/{id}/systemic-dismissals",
            format!("/rounds/{round}/systemic-dismissals"),
            Some(json!({ "members": [], "reason": "" })),
        ),
        get("/systemic-problems/{id}", format!("/systemic-problems/{problem}")),
        ("POST", "/systemic-problems/{id}/amend", of("amend"), Some(amended)),
        ("POST", "/systemic-problems/{id}/ask", of("ask"), Some(json!({ "units": [], "due_on": "2020-01-01" }))),
        (
            "POST",
            "/systemic-problems/{id}/answer",
            of("answer"),
            Some(json!({ "unit": NIL, "verdict": "has", "words": "" })),
        ),
        ("POST", "/systemic-problems/{id}/confirm-answer", of("confirm-answer"), Some(unit.clone())),
        ("POST", "/systemic-problems/{id}/accept", of("accept"), Some(unit.clone())),
        ("POST", "/systemic-problems/{id}/return", of("return"), Some(json!({ "unit": NIL, "reason": "" }))),
        ("POST", "/systemic-problems/{id}/raise", of("raise"), Some(unit)),
        ("POST", "/systemic-problems/{id}/report", of("report"), Some(json!({ "words": "" }))),
        ("POST", "/systemic-problems/{id}/return-report", of("return-report"), Some(json!({ "reason": "" }))),
        ("POST", "/systemic-problems/{id}/close", of("close"), Some(json!({}))),
        ("POST", "/systemic-problems/{id}/withdraw", of("withdraw"), Some(json!({ "reason": "" }))),
        ("POST", "/systemic-problems/{id}/files", of(&format!("files?unit={NIL}&filename=a.exe")), None),
        get("/tasks/{id}/systemic-problems", format!("/tasks/{task}/systemic-problems")),
    ]
}
