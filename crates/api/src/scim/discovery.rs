//! What the server says of itself to who speaks SCIM (RFC 7643 §5–7).

use domain::scim::{MOST_RESULTS, urn};
use serde_json::{Value, json};

use super::resource::Base;

/// What it can and cannot do.
pub fn config(base: &Base) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MOST_RESULTS },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "密钥", "primary": true,
            "description": "Authorization: Bearer 密钥；范围为“维护单位和人员”",
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": base.at("ServiceProviderConfig") },
    })
}

/// Its two kinds of resources.
pub fn resource_types(base: &Base) -> Vec<Value> {
    let one = |id: &str, endpoint: &str, schema: &str, description: &str, extensions: Value| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": id, "name": id, "endpoint": endpoint, "description": description, "schema": schema, "schemaExtensions": extensions,
            "meta": { "resourceType": "ResourceType", "location": base.at(&format!("ResourceTypes/{id}")) },
        })
    };
    let optional = |schema: &str| json!({ "schema": schema, "required": false });
    vec![
        one("User", "/Users", urn::USER, "人员", json!([optional(urn::PERSON)])),
        one("Group", "/Groups", urn::GROUP, "单位", json!([optional(urn::UNIT)])),
    ]
}

/// An attribute as a schema describes it.
struct Described {
    name: &'static str,
    kind: &'static str,
    description: &'static str,
    is_many: bool,
    is_needed: bool,
    is_read_only: bool,
    is_unique: bool,
    /// Set once; a value is taken out and another put in.
    is_immutable: bool,
    parts: Vec<Value>,
    /// What a reference leads to.
    refers: &'static str,
}

fn said(of: &Described) -> Value {
    let mutability = match (of.is_read_only, of.is_immutable) {
        (true, _) => "readOnly",
        (_, true) => "immutable",
        _ => "readWrite",
    };
    let mut told = json!({
        "name": of.name, "type": of.kind, "multiValued": of.is_many, "description": of.description, "required": of.is_needed,
        "caseExact": of.kind == "string" || of.kind == "reference", "mutability": mutability,
        "returned": "default", "uniqueness": if of.is_unique { "server" } else { "none" },
    });
    if of.kind == "complex" {
        told["subAttributes"] = json!(of.parts);
    }
    if of.kind == "reference" {
        told["referenceTypes"] = json!([of.refers]);
    }
    if of.name == "kind" {
        told["canonicalValues"] = json!(domain::scim::KINDS);
    }
    told
}

fn plain(name: &'static str, kind: &'static str, description: &'static str) -> Described {
    Described {
        name,
        kind,
        description,
        is_many: false,
        is_needed: false,
        is_read_only: false,
        is_unique: false,
        is_immutable: false,
        parts: Vec::new(),
        refers: if name == "$ref" && description.starts_with("人员") { "User" } else { "Group" },
    }
}

fn fixed(name: &'static str, kind: &'static str, description: &'static str) -> Described {
    Described { is_read_only: true, ..plain(name, kind, description) }
}

fn needed(of: Described) -> Described {
    Described { is_needed: true, ..of }
}

fn many(of: Described, parts: &[Described]) -> Described {
    Described { is_many: true, parts: parts.iter().map(said).collect(), ..of }
}

/// Its schemas.
pub fn schemas(base: &Base) -> Vec<Value> {
    let one = |id: &str, name: &str, description: &str, attributes: &[Described]| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": id, "name": name, "description": description, "attributes": attributes.iter().map(said).collect::<Vec<_>>(),
            "meta": { "resourceType": "Schema", "location": base.at(&format!("Schemas/{id}")) },
        })
    };
    let unique = |of: Described| Described { is_unique: true, ..of };
    let refers = |what| {
        [
            fixed("value", "string", "编号"),
            fixed("display", "string", "名称"),
            fixed("$ref", "reference", what),
            fixed("type", "string", "种类"),
        ]
    };
    let name = Described {
        parts: vec![said(&fixed("formatted", "string", "姓名"))],
        ..fixed("name", "complex", "姓名；新增时没有 displayName 才看这里")
    };
    let posts = [
        needed(plain("unit", "reference", "单位的地址或编号")),
        needed(plain("post", "string", "职务")),
        plain("isHead", "boolean", "是否正职"),
        plain("isHome", "boolean", "是否编制所在"),
        fixed("from", "string", "任职日期"),
    ];
    let kept = |of: Described| Described { is_immutable: true, ..of };
    let members = [
        kept(plain("value", "string", "人员的编号")),
        kept(plain("$ref", "reference", "人员的地址")),
        fixed("display", "string", "姓名"),
        fixed("type", "string", "User"),
    ];
    vec![
        one(
            urn::USER,
            "User",
            "人员",
            &[
                needed(unique(plain("userName", "string", "人员编号"))),
                name,
                needed(plain("displayName", "string", "姓名")),
                fixed("title", "string", "编制所在单位的职务"),
                plain("active", "boolean", "是否在职，没有写明即是；否则职务当日终止，账号停用"),
                many(fixed("groups", "complex", "任职的单位"), &refers("单位的地址")),
            ],
        ),
        one(
            urn::GROUP,
            "Group",
            "单位",
            &[
                needed(unique(plain("displayName", "string", "名称"))),
                many(plain("members", "complex", "在该单位任职的人员"), &members),
            ],
        ),
        one(urn::PERSON, "Person", "任职", &[many(plain("posts", "complex", "现任职务"), &posts)]),
        one(
            urn::UNIT,
            "Unit",
            "单位在树中的位置",
            &[
                needed(unique(plain("code", "string", "单位编号"))),
                needed(plain("kind", "string", "种类")),
                plain("parent", "reference", "上级单位的地址或编号"),
                Described { is_many: true, ..plain("aliases", "string", "简称与别名") },
            ],
        ),
    ]
}
