//! People and units as SCIM resources, written and read.

use actix_web::HttpRequest;
use domain::ids::{PersonId, UnitId};
use domain::refusal::Refusal;
use domain::scim::urn;
use persistence::directory::{PersonForm, PersonRecord, PostForm, UnitForm, UnitRecord};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::FRONT;

/// Where the server was reached, for addresses that lead back to it.
#[derive(Clone, Debug)]
pub struct Base(String);

impl Base {
    pub fn of(request: &HttpRequest) -> Self {
        let info = request.connection_info();
        Self(format!("{}://{}{FRONT}", info.scheme(), info.host()))
    }

    /// The address of one thing.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }
}

/// Resources as a list.
pub fn list(resources: Vec<Value>) -> Value {
    json!({
        "schemas": [urn::LIST], "totalResults": resources.len(), "startIndex": 1, "itemsPerPage": resources.len(), "Resources": resources,
    })
}

/// Leaves what was asked for; what names a resource stays.
pub fn narrow(resource: &mut Value, only: Option<&[String]>, without: &[String]) {
    let Some(map) = resource.as_object_mut() else { return };
    let is_of = |names: &[String], key: &str| {
        let key = key.to_ascii_lowercase();
        names.iter().any(|name| {
            *name == key || name.split('.').next() == Some(key.as_str()) || name.starts_with(&format!("{key}:"))
        })
    };
    map.retain(|key, _| {
        ["schemas", "id", "meta"].contains(&key.as_str())
            || match only {
                Some(names) => is_of(names, key),
                None => !without.iter().any(|name| *name == key.to_ascii_lowercase()),
            }
    });
}

/// A person.
pub fn user(person: &PersonRecord, base: &Base) -> Value {
    let id = person.id.0;
    let home = person.posts.first();
    let groups: Vec<Value> = person
        .posts
        .iter()
        .map(|p| json!({ "value": p.unit, "display": p.unit_name, "$ref": base.at(&format!("Groups/{}", p.unit.0)), "type": "direct" }))
        .collect();
    let posts: Vec<Value> = person
        .posts
        .iter()
        .map(|p| {
            let unit = base.at(&format!("Groups/{}", p.unit.0));
            json!({ "unit": unit, "post": p.post, "isHead": p.is_head, "isHome": p.is_home, "from": p.from_on })
        })
        .collect();
    let mut user = json!({
        "schemas": [urn::USER],
        "id": id, "userName": person.code, "name": { "formatted": person.name }, "displayName": person.name,
        "active": person.left_on.is_none(), "groups": groups,
        "meta": { "resourceType": "User", "location": base.at(&format!("Users/{id}")), "version": format!("W/\"{}\"", person.version) },
    });
    if !posts.is_empty() {
        user["schemas"] = json!([urn::USER, urn::PERSON]);
        user[urn::PERSON] = json!({ "posts": posts });
    }
    if let Some(external) = &person.external_id {
        user["externalId"] = json!(external);
    }
    if let Some(home) = home {
        user["title"] = json!(home.post);
    }
    user
}

/// A unit.
pub fn group(unit: &UnitRecord, base: &Base) -> Value {
    let id = unit.id.0;
    let members: Vec<Value> = unit
        .members
        .iter()
        .map(|(person, name)| json!({ "value": person, "display": name, "$ref": base.at(&format!("Users/{}", person.0)), "type": "User" }))
        .collect();
    let mut group = json!({
        "schemas": [urn::GROUP, urn::UNIT],
        "id": id, "displayName": unit.name, "members": members,
        urn::UNIT: { "code": unit.code, "kind": unit.kind },
        "meta": { "resourceType": "Group", "location": base.at(&format!("Groups/{id}")), "version": format!("W/\"{}\"", unit.version) },
    });
    if let Some(external) = &unit.external_id {
        group["externalId"] = json!(external);
    }
    if let Some(parent) = unit.parent {
        group[urn::UNIT]["parent"] = json!(base.at(&format!("Groups/{}", parent.0)));
    }
    if !unit.aliases.is_empty() {
        group[urn::UNIT]["aliases"] = json!(unit.aliases);
    }
    group
}

fn wrong(pointer: &str) -> Refusal {
    Refusal::field(pointer, "scim-value-wrong")
}

/// A text under a name in any case; none where there is none.
fn text(map: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match get(map, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|t| !t.is_empty())),
        Some(_) => Err(wrong(&format!("/{name}"))),
    }
}

fn get<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// A truth, also as clients write it that only know words.
fn truth(value: &Value, pointer: &str) -> Result<bool, Refusal> {
    match value {
        Value::Bool(is) => Ok(*is),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(wrong(pointer)),
    }
}

fn object(value: &Value) -> Result<&Map<String, Value>, Refusal> {
    value.as_object().ok_or_else(|| wrong(""))
}

/// An id: by itself, as the end of an address, or as the `value` of a reference.
fn reference(value: &Value, pointer: &str) -> Result<Uuid, Refusal> {
    let part = |name: &str| value.get(name).and_then(Value::as_str);
    let text = value.as_str().or_else(|| part("value")).or_else(|| part("$ref"));
    // An address ends with the id.
    text.and_then(|t| t.rsplit('/').next()?.parse().ok()).ok_or_else(|| wrong(pointer))
}

fn array<'a>(value: &'a Value, pointer: &str) -> Result<&'a [Value], Refusal> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(all) => Ok(all),
        _ => Err(wrong(pointer)),
    }
}

/// The name somebody is called by: of the two places the one that says something new.
fn called(map: &Map<String, Value>, before: Option<&str>) -> Result<Option<String>, Refusal> {
    let display = text(map, "displayName")?;
    let name = match get(map, "name") {
        Some(Value::Object(parts)) => {
            let whole =
                || Ok(text(parts, "familyName")?.unwrap_or_default() + &text(parts, "givenName")?.unwrap_or_default());
            match text(parts, "formatted")? {
                Some(formatted) => Some(formatted),
                None => Some(whole()?).filter(|t: &String| !t.is_empty()),
            }
        }
        None | Some(Value::Null) => None,
        Some(_) => return Err(wrong("/name")),
    };
    Ok(match (display, name) {
        (Some(display), Some(name)) if Some(display.as_str()) == before => Some(name),
        (Some(display), _) => Some(display),
        (None, name) => name,
    })
}

/// What a resource says of a person.
///
/// Errors: `scim-value-wrong` with its place.
pub fn person_form(value: &Value, before: Option<&PersonRecord>) -> Result<PersonForm, Refusal> {
    let map = object(value)?;
    let posts = match get(map, urn::PERSON).map(object).transpose()?.and_then(|more| get(more, "posts")) {
        None => None,
        Some(posts) => Some(array(posts, "/posts")?.iter().enumerate().map(post).collect::<Result<Vec<_>, _>>()?),
    };
    Ok(PersonForm {
        code: text(map, "userName")?.unwrap_or_default(),
        name: called(map, before.map(|b| b.name.as_str()))?.unwrap_or_default(),
        external_id: text(map, "externalId")?,
        is_active: match get(map, "active") {
            None | Some(Value::Null) => true,
            Some(value) => truth(value, "/active")?,
        },
        posts,
    })
}

fn post((i, value): (usize, &Value)) -> Result<PostForm, Refusal> {
    let at = |rest: &str| format!("/posts/{i}/{rest}");
    let map = object(value)?;
    let is = |name: &str| get(map, name).map_or(Ok(false), |value| truth(value, &at(name)));
    Ok(PostForm {
        unit: UnitId(reference(get(map, "unit").unwrap_or(&Value::Null), &at("unit"))?),
        post: text(map, "post")?.unwrap_or_default(),
        is_head: is("isHead")?,
        is_home: is("isHome")?,
    })
}

/// What a resource says of a unit; its code is its number elsewhere, unless it has one of its own.
///
/// Errors: `scim-value-wrong` with its place.
pub fn unit_form(value: &Value, before: Option<&UnitRecord>) -> Result<UnitForm, Refusal> {
    let map = object(value)?;
    let nothing = Map::new();
    let more = get(map, urn::UNIT).map(object).transpose()?;
    let own = more.unwrap_or(&nothing);
    let external_id = text(map, "externalId")?;
    let members = match get(map, "members") {
        None => None,
        Some(all) => Some(
            array(all, "/members")?
                .iter()
                .enumerate()
                .map(|(i, one)| reference(one, &format!("/members/{i}")).map(PersonId))
                .collect::<Result<Vec<_>, _>>()?,
        ),
    };
    // A resource without the extension leaves what only that says.
    let parent = match get(own, "parent") {
        None if more.is_none() => before.and_then(|b| b.parent),
        None | Some(Value::Null) => None,
        Some(parent) => Some(UnitId(reference(parent, "/parent")?)),
    };
    let aliases = match get(own, "aliases") {
        None if more.is_none() => before.map(|b| b.aliases.clone()).unwrap_or_default(),
        None => Vec::new(),
        Some(all) => array(all, "/aliases")?
            .iter()
            .map(|one| one.as_str().map(str::to_owned).ok_or_else(|| wrong("/aliases")))
            .collect::<Result<_, _>>()?,
    };
    let code = text(own, "code")?.or_else(|| before.map(|b| b.code.clone()));
    let kind = text(own, "kind")?.or_else(|| before.map(|b| b.kind.clone()));
    Ok(UnitForm {
        code: code.or_else(|| external_id.clone()).unwrap_or_default(),
        name: text(map, "displayName")?.unwrap_or_default(),
        kind: kind.unwrap_or_else(|| "other".to_owned()),
        aliases,
        parent,
        external_id,
        members,
    })
}
