//! The contract that is committed is the one that is served; a change of it is seen in review.
#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::path::Path;

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
