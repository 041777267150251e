//! The contract that is committed is the one that is served; a change of it is seen in review.
#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use api::feed::kinds;
use serde_json::Value;

#[test]
fn the_committed_contract_is_that_of_the_code() {
    let made = format!("{}\n", api::routes::document().to_pretty_json().unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/openapi.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "golden/openapi.json is stale; run BLESS=1 cargo test -p api --test contract, then npm run generate"
    );
}

#[test]
fn every_operation_says_what_it_is_and_how_it_fails() {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let mut n = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|s| s.len() > 5), "{name} has no summary");
            assert!(operation["tags"].is_array(), "{name} has no tag");
            assert!(operation["responses"].as_object().unwrap().len() > 1, "{name} names no error");
            n += 1;
        }
    }
    println!("{n} operations");
    assert!(n > 70);
}

/// The page's figures for what is taken in, as it writes them: `kind: { most: 50 * MB`.
#[test]
fn the_page_turns_away_what_the_server_would() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../frontend/src/api/intake.ts");
    let page = std::fs::read_to_string(path).unwrap();
    for (kind, most) in [
        ("evidence", api::evidence::LARGEST),
        ("scan", api::evidence::LARGEST),
        ("workbook", api::import::LARGEST as u64),
    ] {
        let said = format!("{kind}: {{ most: {} * MB", most / (1024 * 1024));
        assert!(page.contains(&said), "the page does not say `{said}`");
    }
}

#[test]
fn every_kind_of_event_has_a_schema_and_an_example_that_fits_it() {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mapped = schemas["FeedEventView"]["allOf"][1]["discriminator"]["mapping"].as_object().unwrap();
    let known: BTreeSet<&str> = kinds::all().map(|(_, kind)| kind).collect();
    assert_eq!(mapped.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    let described: BTreeSet<&str> = schemas
        .iter()
        .filter(|(_, schema)| {
            schema["properties"]["kind"]["enum"].is_array() && schema["properties"]["data"].is_object()
        })
        .filter_map(|(name, _)| name.strip_prefix("event."))
        .collect();
    assert_eq!(described, known, "a kind of the domain has no schema, or a schema is of no kind");
    for (stream, kind) in kinds::all() {
        assert!(kind.starts_with(&format!("{stream}.")), "{kind} of {stream}");
        let schema = &schemas[&kinds::name_of(kind)];
        assert_eq!(schema["properties"]["kind"]["enum"], serde_json::json!([kind]));
        let example = schema["example"]
            .as_object()
            .unwrap_or_else(|| panic!("{kind} has no example; BLESS=1 the tests in which it happens"));
        assert_eq!(support::events::misfits(kind, &example["data"]), Vec::<String>::new());
        assert_eq!(support::events::read_back(stream, kind, &example["data"]), Ok(example["data"].clone()));
    }
    // Nothing refers to what is not there.
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(schemas.contains_key(name), "there is no {name}");
    }
}

/// Faults of an example against a schema of the document.
fn faults(document: &Value, schema: &Value, example: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    validator.iter_errors(example).map(|e| format!("{e} at {}", e.instance_path())).collect()
}

#[test]
fn every_answer_in_json_has_an_example_that_fits_its_shape_and_nearly_all_were_given() {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let (mut given, mut composed, mut wrong) = (BTreeSet::new(), Vec::new(), Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let content = &answer["content"]["application/json"];
                if !status.starts_with('2') || content.is_null() {
                    continue;
                }
                let example = content.get("example").unwrap_or_else(|| panic!("{method} {path} shows no answer"));
                wrong.extend(faults(&document, &content["schema"], example).iter().map(|f| format!("{name}: {f}")));
                if api::examples::answer(name) == Some(example) {
                    given.insert(name.to_owned());
                } else {
                    composed.push(name.to_owned());
                }
            }
        }
    }
    println!(
        "{} answers were given in the tests, {} put together: {}",
        given.len(),
        composed.len(),
        composed.join(", ")
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert!(composed.len() * 6 < given.len(), "BLESS=1 the tests in which they are given");
    let kept: std::collections::BTreeMap<String, Value> =
        serde_json::from_str(include_str!("../golden/answers.json")).unwrap();
    let stale: Vec<&String> = kept.keys().filter(|name| !given.contains(*name)).collect();
    assert_eq!(stale, Vec::<&String>::new(), "no such operation, or it does not answer in JSON");
    let opening: Vec<&String> =
        kept.iter().filter(|(name, of)| support::answers::opens(name, of)).map(|(name, _)| name).collect();
    assert_eq!(opening, Vec::<&String>::new(), "an example lets somebody in, if only into a test that is over");
}

#[test]
fn the_example_of_every_body_fits_its_shape() {
    let document = serde_json::to_value(api::routes::document()).unwrap();
    let mut n = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let content = &operation["requestBody"]["content"]["application/json"];
            if content.is_null() {
                continue;
            }
            let example = content.get("example").unwrap_or_else(|| panic!("{method} {path} has no example"));
            assert_eq!(
                faults(&document, &content["schema"], example),
                Vec::<String>::new(),
                "{method} {path}: {example}"
            );
            n += 1;
        }
    }
    assert!(n > 100, "{n}");
}
