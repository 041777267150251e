//! What helps whoever writes a plan, over the API: advice at its place, dates worked back; and what was signed, shown as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use crate::support;

use serde_json::{Value, json};
use support::{House, waiting_for};

const CLERK: &str = "乙午一";

/// T26 in planning: dated, led by one unit, issued and claimed on the first day.
async fn planning(house: &House) -> (String, String, Value) {
    let clerk = House::login(CLERK);
    let task = house.task("T26").await;
    house.act("p072", &task, "issue", json!({ "reason": "按批复" })).await.ok();
    let view = house.act(&clerk, &task, "claim", json!({})).await.ok();
    (task, clerk, view)
}

fn places(advice: &Value) -> Vec<(String, String)> {
    let said = |n: &Value, key: &str| n[key].as_str().unwrap().to_owned();
    advice["notes"].as_array().unwrap().iter().map(|n| (said(n, "pointer"), said(n, "code"))).collect()
}

#[actix_web::test]
async fn a_plan_is_asked_about_while_it_is_written_and_nothing_is_kept() {
    let house = House::new().await;
    let (task, clerk, view) = planning(&house).await;
    let path = format!("/tasks/{task}/plan-advice");
    let measure = &view["measures"][0]["id"];
    let sketch = json!({
        "milestones": [
            { "measure": measure, "title": "进一步提高思想认识", "proof": "", "due_on": "2026-03-14" },
            { "measure": measure, "title": "印发办法", "proof": "文件", "due_on": "2026-03-12" },
            { "title": "还没有定" },
        ],
        "criteria": ["办法印发并执行"],
    });
    let advice = house.request(&clerk, "POST", &path, None, Some(sketch)).await.ok();
    let found = places(&advice);
    for (place, code) in [
        ("/milestones/0/title", "says-nothing"),
        ("/milestones/0/proof", "milestone-without-proof"),
        ("/milestones/0/due_on", "milestone-on-weekend"),
        ("/milestones/1/due_on", "milestones-out-of-order"),
        ("/milestones/2/due_on", "milestone-without-date"),
    ] {
        assert!(found.contains(&(place.to_owned(), code.to_owned())), "{place} {code} in {found:?}");
    }
    let text =
        advice["notes"].as_array().unwrap().iter().find(|n| n["code"] == "milestone-on-weekend").unwrap()["text"]
            .clone();
    assert!(text.as_str().unwrap().contains("2026-03-13"), "{text}");
    let rest = advice["rest_days"].as_array().unwrap();
    assert!(rest.contains(&json!("2026-03-14")) && !rest.contains(&json!("2026-03-13")));
    assert_eq!(house.get(&clerk, &format!("/tasks/{task}")).await.ok()["version"], view["version"]);
    // Who does not see the task does not see its measures either.
    house.request("p010", "POST", &path, None, Some(json!({}))).await.refused(404, "not-found");
    let many = json!({ "criteria": vec!["x"; 101] });
    house.request(&clerk, "POST", &path, None, Some(many)).await.refused(422, "content");
    house.request(&clerk, "POST", &path, None, Some(json!({ "milestone": [] }))).await.refused(422, "content");
}

#[actix_web::test]
async fn dates_are_worked_back_by_the_calendar_of_the_server() {
    let house = House::new().await;
    let (task, clerk, _) = planning(&house).await;
    let path = format!("/tasks/{task}/plan-dates");
    let ask = |body: Value| house.request(&clerk, "POST", &path, None, Some(body));
    // Friday 13 March back to Monday 9 March; today is Monday 2 March.
    let dates = ask(json!({ "ends_on": "2026-03-15", "days": [3, 2] })).await.ok();
    let step = |from: &str, to: &str| json!({ "begins_on": from, "due_on": to });
    assert_eq!(dates["steps"], json!([step("2026-03-09", "2026-03-11"), step("2026-03-12", "2026-03-13")]));
    assert_eq!((&dates["available"], &dates["lacking"]), (&json!(10), &json!(0)));
    let dates = ask(json!({ "ends_on": "2026-03-06", "days": [7] })).await.ok();
    assert_eq!((&dates["available"], &dates["lacking"]), (&json!(5), &json!(2)));
    // Without an end the task's own date is it.
    let due = house.get(&clerk, &format!("/tasks/{task}")).await.ok()["due_on"].as_str().unwrap().to_owned();
    let last = ask(json!({ "days": [1] })).await.ok()["steps"][0]["due_on"].as_str().unwrap().to_owned();
    assert!(last <= due, "{last} {due}");
    for (body, place) in [
        (json!({ "days": [0] }), "/days/0"),
        (json!({ "days": [1, 401] }), "/days/1"),
        (json!({ "days": vec![1; 101] }), "/days"),
        (json!({ "days": [1], "ends_on": "2099-01-01" }), "/ends_on"),
    ] {
        assert_eq!(ask(body).await.refused(422, "content")["errors"][0]["pointer"], place);
    }
    house.request("p010", "POST", &path, None, Some(json!({ "days": [1] }))).await.refused(404, "not-found");
}

fn part<'a>(request: &'a Value, label: &str) -> Vec<&'a str> {
    let parts = request["parts"].as_array().unwrap();
    let found = parts.iter().find(|p| p["label"] == label);
    found.map(|p| p["lines"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect()).unwrap_or_default()
}

#[actix_web::test]
async fn what_was_signed_is_shown_as_it_was_when_it_was_handed_in() {
    let house = House::new().await;
    let (task, clerk, view) = planning(&house).await;
    let criteria = json!([{ "id": view["criteria"][0]["id"], "text": "手续全部办结" }]);
    let milestone = json!({ "measure": view["measures"][0]["id"], "title": "完成再核查", "proof": "核查表", "due_on": "2026-03-20" });
    let plan = json!({ "objective": "应退尽退", "milestones": [milestone], "criteria": criteria });
    house.act(&clerk, &task, "submit-plan", json!({ "plan": plan, "pledge": true })).await.ok();
    let (who, request) = waiting_for(&house, &task).await.unwrap();
    let back = json!({ "request": request, "verdict": "return", "words": "节点太少" });
    house.act(&House::login(&who), &task, "sign", back).await.ok();
    // Worked on since: another objective, another date.
    let milestone = json!({ "measure": view["measures"][0]["id"], "title": "完成再核查", "proof": "核查表", "due_on": "2026-03-27" });
    let plan = json!({ "objective": "另一个目标", "milestones": [milestone], "criteria": criteria });
    house.act(&clerk, &task, "submit-plan", json!({ "plan": plan, "pledge": true })).await.ok();
    let view = house.get(&clerk, &format!("/tasks/{task}")).await.ok();
    let [newer, older] = view["requests"].as_array().unwrap().as_slice() else { panic!("two requests") };
    assert_eq!(part(older, "整改目标"), ["应退尽退"]);
    assert_eq!(part(newer, "整改目标"), ["另一个目标"]);
    assert!(part(older, "节点").contains(&"2026-03-20 完成再核查，佐证：核查表"), "{:?}", part(older, "节点"));
    assert!(part(newer, "节点").contains(&"2026-03-27 完成再核查，佐证：核查表"));
    assert_eq!(part(older, "完成标准"), ["1. 手续全部办结"]);
    assert!(part(older, "措施")[0].starts_with("T26-1 "), "{:?}", part(older, "措施"));
    assert!(part(older, "责任人")[0].starts_with(CLERK));
    assert_eq!(part(older, "实际完成日期"), Vec::<&str>::new(), "what a plan does not say is left out");
    assert_ne!(older["content_hash"], newer["content_hash"]);
    // What is shown says what is bound: the words and the content of the hash are one text.
    assert_eq!(older["content"]["objective"], "应退尽退");
}
