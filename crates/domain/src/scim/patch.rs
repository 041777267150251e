//! Changes of a resource (RFC 7644 §3.5.2): each names a place, all are made or none.

use serde_json::{Map, Value, json};

use super::filter::{Term, holds, of_parts};
use super::{Attribute, MOST_OPERATIONS, Shape, attribute, refused};
use crate::refusal::Refusal;
use crate::words;

words! {
    /// What a change does.
    pub enum Op {
        Add = "add", "增加";
        Replace = "replace", "替换";
        Remove = "remove", "移除";
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub op: Op,
    pub path: Option<String>,
    pub value: Option<Value>,
}

/// The changes of a request's body.
///
/// Errors: `scim-too-many-operations`; `scim-value-wrong` with its place.
pub fn operations(body: &Value) -> Result<Vec<Operation>, Refusal> {
    let field = |name: &str| {
        let map = body.as_object()?;
        map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let all = field("Operations").and_then(Value::as_array).filter(|all| !all.is_empty());
    let all = all.ok_or_else(|| refused("/Operations", "scim-value-wrong"))?;
    if all.len() > MOST_OPERATIONS {
        return Err(refused("/Operations", "scim-too-many-operations"));
    }
    let read = |(i, one): (usize, &Value)| {
        let op = one.get("op").and_then(Value::as_str).map(str::to_ascii_lowercase);
        // Some clients write the words with a capital letter.
        let op = op
            .and_then(|op| Op::parse(&op))
            .ok_or_else(|| refused(format!("/Operations/{i}/op"), "scim-value-wrong"))?;
        let path = match one.get("path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.clone()),
            Some(_) => return Err(refused(format!("/Operations/{i}/path"), "scim-path-unknown")),
        };
        Ok(Operation { op, path, value: one.get("value").cloned() })
    };
    all.iter().enumerate().map(read).collect()
}

/// A place in a resource.
struct Place {
    extension: Option<&'static str>,
    attribute: Attribute,
    filter: Option<Vec<Term>>,
    part: Option<&'static str>,
}

fn place(path: &str, shape: &Shape) -> Option<Place> {
    let path = path.trim();
    let (front, filter, behind) = match path.split_once('[') {
        None => (path, None, None),
        Some((front, rest)) => {
            let (inside, behind) = rest.rsplit_once(']')?;
            let part = if behind.is_empty() { None } else { Some(behind.strip_prefix('.')?) };
            (front, Some(inside), part)
        }
    };
    // The last dot parts an attribute from its part; dots within the name of a schema are its own.
    let whole = attribute(shape, front);
    let (found, part) = match (whole, front.rsplit_once('.')) {
        (Some(found), _) => (found, behind),
        (None, Some((name, part))) if filter.is_none() => (attribute(shape, name)?, Some(part)),
        _ => return None,
    };
    let (extension, attribute) = found;
    let part = match part {
        None => None,
        Some(called) => Some(*attribute.parts.iter().find(|p| p.eq_ignore_ascii_case(called))?),
    };
    let filter = match filter {
        None => None,
        Some(text) if attribute.is_many => Some(of_parts(text, attribute.parts)?),
        Some(_) => return None,
    };
    // Of many values a part is named of those that a filter finds.
    if attribute.is_many && part.is_some() && filter.is_none() {
        return None;
    }
    Some(Place { extension, attribute, filter, part })
}

/// Makes the changes one after the other.
///
/// Errors: `scim-path-unknown`, `scim-no-target`, `scim-read-only`, `scim-value-wrong`, each at its operation.
pub fn apply(mut resource: Value, operations: &[Operation], shape: &Shape) -> Result<Value, Refusal> {
    for (i, operation) in operations.iter().enumerate() {
        let fault = |code| refused(format!("/Operations/{i}"), code);
        match &operation.path {
            Some(path) if extension(path, shape).is_some() => {
                whole(&mut resource, operation, path, shape).map_err(fault)?;
            }
            Some(path) => {
                let place = place(path, shape).ok_or_else(|| fault("scim-path-unknown"))?;
                change(&mut resource, operation.op, &place, operation.value.as_ref()).map_err(fault)?;
            }
            None if operation.op == Op::Remove => return Err(fault("scim-no-target")),
            None => {
                let Some(Value::Object(all)) = &operation.value else { return Err(fault("scim-value-wrong")) };
                for (path, value) in flat(all, shape) {
                    let place = place(&path, shape).ok_or_else(|| fault("scim-path-unknown"))?;
                    // A resource sent whole names what it is as well.
                    if place.attribute.is_read_only {
                        continue;
                    }
                    change(&mut resource, operation.op, &place, Some(&value)).map_err(fault)?;
                }
            }
        }
    }
    Ok(resource)
}

/// The extension a path names as a whole.
fn extension(path: &str, shape: &Shape) -> Option<(&'static str, &'static [Attribute])> {
    shape.extensions.iter().copied().find(|(urn, _)| urn.eq_ignore_ascii_case(path.trim()))
}

/// An extension added to, replaced or taken away attribute by attribute.
fn whole(resource: &mut Value, operation: &Operation, path: &str, shape: &Shape) -> Result<(), &'static str> {
    let (urn, attributes) = extension(path, shape).ok_or("scim-path-unknown")?;
    let given = operation.value.as_ref().and_then(Value::as_object);
    if operation.op != Op::Remove {
        let known = |key: &String| attributes.iter().any(|a| a.name.eq_ignore_ascii_case(key)) || key == "schemas";
        let given = given.ok_or("scim-value-wrong")?;
        if !given.keys().all(known) {
            return Err("scim-path-unknown");
        }
    }
    for attribute in attributes.iter().filter(|a| !a.is_read_only) {
        let place = Place { extension: Some(urn), attribute: *attribute, filter: None, part: None };
        let value = given.and_then(|all| all.iter().find(|(key, _)| attribute.name.eq_ignore_ascii_case(key)));
        match (operation.op, value) {
            (Op::Remove, _) => change(resource, Op::Remove, &place, None)?,
            (op, Some((_, value))) => change(resource, op, &place, Some(value))?,
            (_, None) => {}
        }
    }
    Ok(())
}

/// The attributes of a resource as paths, those of an extension with its name.
fn flat(all: &Map<String, Value>, shape: &Shape) -> Vec<(String, Value)> {
    let mut paths = Vec::new();
    for (key, value) in all {
        match (shape.extensions.iter().find(|(urn, _)| urn.eq_ignore_ascii_case(key)), value) {
            (Some((urn, _)), Value::Object(inner)) => {
                paths.extend(inner.iter().map(|(name, value)| (format!("{urn}:{name}"), value.clone())));
            }
            _ => paths.push((key.clone(), value.clone())),
        }
    }
    paths
}

fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all.clone(),
        other => vec![other.clone()],
    }
}

/// Whether two values of many are one: the same `value`, or the same unit of a post, else the same altogether.
fn is_same(one: &Value, other: &Value) -> bool {
    // A thing is named by its id or by its address, which ends with it.
    fn key(value: &Value) -> Option<&str> {
        value.get("value").or_else(|| value.get("unit"))?.as_str()?.rsplit('/').next()
    }
    match (key(one), key(other)) {
        (Some(a), Some(b)) => a == b,
        _ => one == other,
    }
}

fn change(resource: &mut Value, op: Op, place: &Place, value: Option<&Value>) -> Result<(), &'static str> {
    if place.attribute.is_read_only {
        return Err("scim-read-only");
    }
    let root = match place.extension {
        None => resource,
        Some(urn) => {
            let map = resource.as_object_mut().ok_or("scim-value-wrong")?;
            map.entry(urn).or_insert_with(|| json!({}))
        }
    };
    let map = root.as_object_mut().ok_or("scim-value-wrong")?;
    let name = place.attribute.name;
    if op != Op::Remove && value.is_none() {
        return Err("scim-value-wrong");
    }
    if place.attribute.is_many {
        let slot = map.entry(name).or_insert_with(|| json!([]));
        let all = slot.as_array_mut().ok_or("scim-value-wrong")?;
        return many(all, op, place, value);
    }
    match (op, place.part, value) {
        (Op::Remove, None, _) => {
            map.remove(name);
        }
        (Op::Remove, Some(part), _) => {
            if let Some(inner) = map.get_mut(name).and_then(Value::as_object_mut) {
                inner.remove(part);
            }
        }
        (_, Some(part), Some(value)) => {
            let inner = map.entry(name).or_insert_with(|| json!({}));
            inner.as_object_mut().ok_or("scim-value-wrong")?.insert(part.to_owned(), value.clone());
        }
        (_, None, Some(value)) => {
            map.insert(name.to_owned(), value.clone());
        }
        (_, _, None) => return Err("scim-value-wrong"),
    }
    Ok(())
}

fn many(all: &mut Vec<Value>, op: Op, place: &Place, value: Option<&Value>) -> Result<(), &'static str> {
    let value = value.cloned().unwrap_or(Value::Null);
    match (op, &place.filter) {
        (Op::Add, None) => {
            for new in listed(&value) {
                if !all.iter().any(|known| is_same(known, &new)) {
                    all.push(new);
                }
            }
        }
        (Op::Replace, None) => *all = listed(&value),
        // Some clients name the values to be removed instead of filtering for them.
        (Op::Remove, None) if value.is_array() || value.is_object() => {
            let gone = listed(&value);
            all.retain(|known| !gone.iter().any(|g| is_same(known, g)));
        }
        (Op::Remove, None) => all.clear(),
        (Op::Remove, Some(filter)) => match place.part {
            None => all.retain(|known| !holds(filter, known)),
            Some(part) => {
                for known in all.iter_mut().filter(|known| holds(filter, known)) {
                    known.as_object_mut().ok_or("scim-value-wrong")?.remove(part);
                }
            }
        },
        (Op::Add | Op::Replace, Some(filter)) => {
            let mut n = 0;
            for known in all.iter_mut().filter(|known| holds(filter, known)) {
                n += 1;
                match place.part {
                    Some(part) => {
                        known.as_object_mut().ok_or("scim-value-wrong")?.insert(part.to_owned(), value.clone());
                    }
                    None => *known = value.clone(),
                }
            }
            if n == 0 {
                return Err("scim-no-target");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{GROUP, USER, urn};
    use super::*;

    fn group() -> Value {
        json!({ "id": "g", "displayName": "财务部", "members": [{ "value": "a" }, { "value": "b" }], urn::UNIT: { "code": "U106" } })
    }

    fn done(resource: Value, shape: &Shape, all: Value) -> Result<Value, (String, &'static str)> {
        let all = operations(&json!({ "Operations": all })).map_err(|r| (r.errors[0].pointer.clone(), r.code))?;
        apply(resource, &all, shape).map_err(|r| (r.errors[0].pointer.clone(), r.code))
    }

    #[test]
    fn members_are_added_once_and_removed_by_filter_by_value_or_all() {
        let members = |all: Value| done(group(), &GROUP, all).unwrap()["members"].clone();
        let add = json!([{ "op": "Add", "path": "members", "value": [{ "value": "b" }, { "value": "c" }] }]);
        assert_eq!(members(add), json!([{ "value": "a" }, { "value": "b" }, { "value": "c" }]));
        assert_eq!(members(json!([{ "op": "remove", "path": "members[value eq \"a\"]" }])), json!([{ "value": "b" }]));
        let named = json!([{ "op": "remove", "path": "members", "value": [{ "value": "b" }] }]);
        assert_eq!(members(named), json!([{ "value": "a" }]));
        assert_eq!(members(json!([{ "op": "remove", "path": "members" }])), json!([]));
        assert_eq!(
            members(json!([{ "op": "replace", "path": "MEMBERS", "value": { "value": "z" } }])),
            json!([{ "value": "z" }])
        );
        let nobody = json!([{ "op": "remove", "path": "members[value eq \"q\"]" }]);
        assert_eq!(members(nobody), group()["members"]);
    }

    #[test]
    fn a_change_without_a_path_is_of_each_attribute_it_names() {
        let all = json!([{ "op": "replace", "value": { "displayName": "财务资产部", (urn::UNIT): { "kind": "department" } } }]);
        let after = done(group(), &GROUP, all).unwrap();
        assert_eq!(
            (&after["displayName"], &after[urn::UNIT]),
            (&json!("财务资产部"), &json!({ "code": "U106", "kind": "department" }))
        );
        let whole = json!([{ "op": "replace", "value": { "id": "other", "schemas": [], "active": false } }]);
        let after = done(json!({ "id": "p" }), &USER, whole).unwrap();
        assert_eq!(after, json!({ "id": "p", "active": false }));
        let named = json!([{ "op": "add", "path": "name.formatted", "value": "张三" }]);
        assert_eq!(done(json!({}), &USER, named).unwrap(), json!({ "name": { "formatted": "张三" } }));
    }

    #[test]
    fn what_cannot_be_done_is_refused_at_its_place_and_nothing_is() {
        let code = |shape: &Shape, all: Value| done(group(), shape, all).unwrap_err();
        let at = |path: &str| json!([{ "op": "replace", "path": path, "value": "x" }]);
        for path in [
            "nickName",
            "members.value",
            "displayName[value eq \"a\"]",
            "members[value eq \"a\"",
            "members[colour eq \"a\"]",
            "members[value eq \"a\"].x",
            "",
            "name.given",
        ] {
            assert_eq!(code(&GROUP, at(path)), ("/Operations/0".to_owned(), "scim-path-unknown"), "{path}");
        }
        for path in ["id", "meta", "schemas"] {
            assert_eq!(code(&GROUP, at(path)).1, "scim-read-only", "{path}");
        }
        assert_eq!(code(&USER, at("groups")).1, "scim-read-only");
        assert_eq!(code(&GROUP, at("members[value eq \"q\"].display")).1, "scim-no-target");
        assert_eq!(code(&GROUP, json!([{ "op": "remove" }])).1, "scim-no-target");
        assert_eq!(
            code(&GROUP, json!([{ "op": "move", "path": "members" }])),
            ("/Operations/0/op".to_owned(), "scim-value-wrong")
        );
        assert_eq!(code(&GROUP, json!([{ "op": "add", "path": "members" }])).1, "scim-value-wrong");
        assert_eq!(code(&GROUP, json!([])).1, "scim-value-wrong");
        let many: Vec<Value> = (0..=MOST_OPERATIONS).map(|_| json!({ "op": "remove", "path": "members" })).collect();
        assert_eq!(code(&GROUP, json!(many)).1, "scim-too-many-operations");
    }
}
