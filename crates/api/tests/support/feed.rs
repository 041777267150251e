//! The feed of events as other systems hear it: a key for a unit, and what it heard of one kind of streams (docs/domain.md §34).

use std::collections::BTreeSet;

use chrono::Days;
use serde_json::{Value, json};

use super::House;
use super::slips::ids;

/// A key for the events of one unit, given to a system of its own.
pub async fn key(house: &House, unit: &str) -> String {
    let ids = ids(house).await;
    let form = json!({ "name": format!("{unit}的系统"), "purpose": "汇总事件", "person_id": ids["P072"] });
    let service = house.request("sysadmin", "POST", "/services", None, Some(form)).await.ok()["id"].clone();
    let path = format!("/services/{}/keys", service.as_str().unwrap());
    let grant =
        json!({ "scopes": ["read_events"], "units": [ids[unit]], "expires_on": house.today() + Days::new(300) });
    let given = house.request("secadmin", "POST", &path, None, Some(grant)).await.ok();
    given["key"].as_str().unwrap().to_owned()
}

/// What the feed says to a key of one kind of streams, from its beginning to its end; each event once.
pub async fn heard(house: &House, key: &str, stream: &str) -> Vec<Value> {
    house.sealed();
    let (mut events, mut after) = (Vec::new(), 0);
    loop {
        let part = house.get(key, &format!("/events?after={after}&stream={stream}")).await.ok();
        events.extend(part["events"].as_array().unwrap().clone());
        after = part["next"].as_i64().unwrap();
        if part["is_more"] == json!(false) {
            break;
        }
    }
    let places: BTreeSet<i64> = events.iter().map(|e| e["position"].as_i64().unwrap()).collect();
    assert_eq!(places.len(), events.len(), "each once");
    events
}

/// The kinds of what was heard, without the name of the stream before each.
pub fn kinds(heard: &[Value]) -> Vec<&str> {
    heard.iter().map(|e| e["kind"].as_str().unwrap().split_once('.').unwrap().1).collect()
}
