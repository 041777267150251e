//! What the program links and the page ships is under a licence that deny.toml allows.
#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The list `allow` of deny.toml.
fn allowed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let list = text.split("\nallow = [").nth(1).unwrap().split(']').next().unwrap().to_owned();
    let found: BTreeSet<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(found.contains("MIT") && found.contains("Apache-2.0"));
    found
}

/// Whether an SPDX expression can be met by what is allowed: one side of an OR, both of an AND.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    /// Splits at a word that stands outside brackets.
    fn split<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
        let (mut depth, mut from, mut parts) = (0i32, 0, Vec::new());
        for (at, c) in text.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ if depth == 0 && at >= from && text[at..].starts_with(word) => {
                    parts.push(&text[from..at]);
                    from = at + word.len();
                }
                _ => {}
            }
        }
        parts.push(&text[from..]);
        parts
    }
    let text = expression.trim();
    let either = split(text, " OR ");
    if either.len() > 1 {
        return either.iter().any(|part| is_met(part, allowed));
    }
    let both = split(text, " AND ");
    if both.len() > 1 {
        return both.iter().all(|part| is_met(part, allowed));
    }
    match text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => is_met(inner, allowed),
        None => allowed.contains(text),
    }
}

#[test]
fn an_expression_is_met_by_one_side_of_an_or_and_both_of_an_and() {
    let allowed: BTreeSet<String> = ["MIT", "Unicode-3.0"].map(str::to_owned).into();
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0-or-later", false),
        ("MIT OR GPL-3.0-only", true),
        ("AGPL-3.0 AND MIT", false),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(GPL-2.0 OR Apache-2.0) AND Unicode-3.0", false),
        ("GPL-2.0 OR (MIT AND Unicode-3.0)", true),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn every_linked_crate_is_under_a_licence_we_accept() {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", &target])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages: BTreeMap<&str, &Value> =
        metadata["packages"].as_array().unwrap().iter().map(|p| (p["id"].as_str().unwrap(), p)).collect();
    let nodes: BTreeMap<&str, &Value> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|n| (n["id"].as_str().unwrap(), n)).collect();
    let ours: BTreeSet<&str> =
        metadata["workspace_members"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    // What is only for tests or for building is not in the program.
    let mut linked = BTreeSet::new();
    let mut to_see: Vec<&str> = ours.iter().copied().collect();
    while let Some(id) = to_see.pop() {
        if !linked.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            if dependency["dep_kinds"].as_array().unwrap().iter().any(|k| k["kind"].is_null()) {
                to_see.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    let allowed = allowed();
    let refused: Vec<String> = linked
        .difference(&ours)
        .map(|id| packages[id])
        .filter(|p| !is_met(&p["license"].as_str().unwrap_or_default().replace('/', " OR "), &allowed))
        .map(|p| format!("{} {}: {}", p["name"], p["version"], p["license"]))
        .collect();
    assert!(linked.len() > 100, "only {} crates were found", linked.len());
    println!("{} crates linked", linked.len() - ours.len());
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn every_shipped_package_is_under_a_licence_we_accept() {
    let lock = std::fs::read_to_string(root().join("frontend/package-lock.json")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    let allowed = allowed();
    let mut n = 0;
    for (path, package) in lock["packages"].as_object().unwrap() {
        if path.is_empty() || package["dev"] == true {
            continue;
        }
        n += 1;
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_met(licence, &allowed), "{path} is under {licence:?}");
    }
    println!("{n} packages shipped");
    assert!(n >= 5, "only {n} packages were found");
}
