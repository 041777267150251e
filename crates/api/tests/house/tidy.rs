//! What ARCHITECTURE.md promises of the repository itself, read from the files.
#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::actor::{Duty, Role};
use domain::task::state::TaskState;

/// Longest file written by hand, lines.
const LONGEST: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Files beneath a folder whose names end in one of these, as paths from the root; nothing built, installed or hidden.
fn files(under: &str, ends: &[&str]) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_ours =
                !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules" | "dist" | "results");
            if entry.path().is_dir() && is_ours {
                walk(&entry.path(), found);
            } else if entry.path().is_file() {
                found.push(entry.path());
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(under), &mut found);
    let mut paths: Vec<String> = found
        .iter()
        .map(|path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned())
        .filter(|path| ends.iter().any(|end| path.ends_with(end)))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "nothing found under {under}");
    paths
}

fn stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|s| s.to_str()).unwrap_or_default()
}

fn crates() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Names in the section of a manifest.
fn dependencies(name: &str) -> BTreeSet<String> {
    let manifest = read(format!("crates/{name}/Cargo.toml"));
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap().to_owned();
    section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|n| !n.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_crates_depend_only_on_what_they_may() {
    let named = "base64 chrono ed25519-dalek hex hmac serde serde_json sha1 sha2 thiserror utoipa uuid";
    let domain: BTreeSet<String> = named.split(' ').map(str::to_owned).collect();
    assert_eq!(dependencies("domain"), domain, "the domain knows nobody");
    for name in dependencies("persistence") {
        let is_http = ["actix", "utoipa", "jsonwebtoken", "clap"].iter().any(|known| name.starts_with(known));
        assert!(!is_http && name != "api", "persistence depends on {name}");
    }
    for name in dependencies("api") {
        assert!(!name.starts_with("diesel") && name != "pq-sys", "api depends on {name}");
    }
    let mut faults = Vec::new();
    for path in files("crates", &[".rs"]).into_iter().filter(|p| p.contains("/src/")) {
        let owner = path.split('/').nth(1).unwrap().to_owned();
        for (word, home) in [("diesel", "persistence"), ("actix_web", "api")] {
            if owner != home
                && read(&path).lines().any(|l| !l.trim_start().starts_with("//") && l.contains(&format!("{word}::")))
            {
                faults.push(format!("{path} names {word}"));
            }
        }
        let outside =
            ["std::fs", "std::net", "std::env", "std::time", "std::process", "std::thread", "Utc::now", "now_v7"];
        if owner == "domain" {
            // Its own tests may read a golden file.
            let text = read(&path).split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            faults.extend(outside.iter().filter(|w| text.contains(*w)).map(|w| format!("{path} uses {w}")));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn no_file_is_too_long() {
    let mut long = Vec::new();
    for folder in ["crates", "frontend", "tests", "tools", "deploy"] {
        for path in files(folder, &[".rs", ".ts", ".tsx", ".css", ".mjs", ".sh", ".py"]) {
            let text = read(&path);
            let is_generated = text.lines().take(3).any(|line| line.contains("generated"));
            let n = text.lines().count();
            if n > LONGEST && !is_generated && path != "frontend/src/api/schema.d.ts" {
                long.push(format!("{path}: {n} lines"));
            }
        }
    }
    assert!(long.is_empty(), "a file above {LONGEST} lines is two files: {long:#?}");
}

#[test]
fn no_module_is_a_drawer() {
    let drawers = ["util", "utils", "helper", "helpers", "common", "misc", "shared", "lib2"];
    for folder in ["crates", "frontend", "tests", "tools"] {
        for path in files(folder, &[".rs", ".ts", ".tsx", ".mjs", ".sh", ".py"]) {
            let parts: Vec<&str> = path.split('/').chain([stem(&path)]).collect();
            assert!(!parts.iter().any(|part| drawers.contains(part)), "{path} says nothing about what is in it");
        }
    }
}

#[test]
fn every_module_says_what_it_is() {
    for path in files("crates", &[".rs"]) {
        let text = read(&path);
        let first = text.lines().next().unwrap_or_default();
        let is_printed = first.starts_with("// @generated");
        assert!(is_printed || first.starts_with("//! ") && first.len() > 20, "{path} starts with {first:?}");
    }
}

#[test]
fn every_migration_goes_both_ways() {
    let mut names: Vec<String> = std::fs::read_dir(root().join("migrations"))
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    for (i, name) in names.iter().enumerate() {
        let (number, words) = name.split_once('_').unwrap_or((name, ""));
        assert_eq!(number, format!("{:04}", i + 1), "{name} is out of order");
        assert!(words.len() > 4 && words.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name} has no name");
        for file in ["up.sql", "down.sql"] {
            assert!(read(format!("migrations/{name}/{file}")).trim().len() > 20, "{name} has no {file}");
        }
    }
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_keeper_of_an_invariant_exists() {
    let text = read("ARCHITECTURE.md");
    let table = text.split("## Invariants").nth(1).unwrap().split("\n## ").next().unwrap();
    let tests: BTreeSet<String> = files("crates", &[".rs"])
        .iter()
        .flat_map(|path| {
            let text = read(path);
            let mut names = Vec::new();
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                if line.starts_with("#[test]") || line.starts_with("#[actix_web::test]") {
                    is_test = true;
                } else if let Some(name) =
                    line.strip_prefix("async fn ").or(line.strip_prefix("fn ")).filter(|_| is_test)
                {
                    names.push(name.split('(').next().unwrap_or_default().to_owned());
                    is_test = false;
                }
            }
            names
        })
        .collect();
    let mut n = 0;
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.contains("---") && !line.contains("kept by"))
    {
        let keepers = quoted(row.trim_end_matches(" |").rsplit(" | ").next().unwrap());
        assert!(!keepers.is_empty(), "nobody keeps: {row}");
        for keeper in keepers {
            assert!(
                tests.contains(keeper) || root().join(keeper).is_file(),
                "there is no {keeper}, which should keep: {row}"
            );
            n += 1;
        }
    }
    assert!(n > 20, "only {n} keepers were found");
}

#[test]
fn the_map_shows_what_is_there() {
    let map = read("ARCHITECTURE.md");
    assert!(map.lines().count() <= 200);
    let named: BTreeSet<&str> = quoted(&map).into_iter().collect();
    for name in crates() {
        assert!(named.contains(format!("crates/{name}").as_str()), "{name} is not on the map");
        let part =
            map.split(&format!("### `crates/{name}/src`")).nth(1).unwrap().split("\n#").next().unwrap().to_owned();
        let named: BTreeSet<&str> = quoted(&part).into_iter().collect();
        let inside = root().join(format!("crates/{name}/src"));
        for entry in std::fs::read_dir(&inside).unwrap().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let file = if entry.path().is_dir() { format!("{file}/") } else { file };
            assert!(file == "lib.rs" || named.contains(file.as_str()), "crates/{name}/src/{file} is not on the map");
        }
        for file in named.iter().filter(|n| n.ends_with(".rs")) {
            let is_there =
                files(&format!("crates/{name}/src"), &[".rs"]).iter().any(|path| path.ends_with(&format!("/{file}")));
            assert!(is_there, "the map shows crates/{name}/src/{file}, which is not there");
        }
    }
    for folder in ["migrations", "frontend", "tests", "tools", "deploy", "docs"] {
        assert!(named.contains(folder) && root().join(folder).is_dir(), "{folder}");
    }
}

#[test]
fn every_decision_has_its_number() {
    let mut names: Vec<String> =
        files("docs/adr", &[".md"]).iter().map(|path| stem(path).to_owned()).filter(|name| name != "README").collect();
    names.sort();
    for (i, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}-", i + 1)), "{name} is out of order");
        let text = read(format!("docs/adr/{name}.md"));
        assert!(text.starts_with(&format!("# {}. ", i + 1)), "{name} has another number inside");
        assert!(text.lines().count() <= 60, "{name} is longer than a page");
    }
}

#[test]
fn every_cited_section_of_the_domain_exists() {
    let text = read("docs/domain.md");
    let mut sections = BTreeSet::new();
    for part in text.split("\n## ").skip(1) {
        let number: u32 = part.strip_prefix('§').and_then(|p| p.split(' ').next()).unwrap().parse().unwrap();
        assert_eq!(number as usize, sections.len() + 1, "sections are numbered in order");
        assert!(part.lines().filter(|line| !line.trim().is_empty()).count() > 1, "§{number} says nothing");
        sections.insert(number);
    }
    let mut cited = BTreeSet::new();
    for folder in ["crates", "migrations", "frontend/src"] {
        for path in files(folder, &[".rs", ".sql", ".ts", ".tsx"]) {
            let opening = format!("(docs/{}.md ", "domain");
            for rest in read(&path).split(&opening).skip(1) {
                // One citation may name several: §9, §10.
                for item in rest.split([')', ';']).next().unwrap_or_default().split(", ") {
                    let digits = item.strip_prefix('§').unwrap_or_default();
                    let number: u32 = digits.parse().unwrap_or_else(|_| panic!("{path} cites {item:?}"));
                    assert!(sections.contains(&number), "{path} cites §{number}, which is not in docs/domain.md");
                    cited.insert(number);
                }
            }
        }
    }
    assert!(cited.len() > 15, "only {cited:?} were found");
}

#[test]
fn the_page_compares_no_role_and_no_state_of_a_task() {
    let words: BTreeSet<&str> = TaskState::ALL
        .iter()
        .map(|s| s.as_str())
        .chain(Role::ALL.iter().map(|r| r.as_str()))
        .chain(Duty::ALL.iter().map(|d| d.as_str()))
        // Rounds are drafts and are closed too, and what is left out there is shown elsewhere.
        .filter(|word| !matches!(*word, "draft" | "closed"))
        .collect();
    let mut faults = Vec::new();
    for path in files("frontend/src", &[".ts", ".tsx"]) {
        for (i, line) in read(&path).lines().enumerate() {
            for comparison in ["=== '", "!== '", "=== \"", "!== \"", "case '", "includes('"] {
                for (before, after) in line.match_indices(comparison).map(|(at, m)| line.split_at(at + m.len())) {
                    let word = after.split(['\'', '"']).next().unwrap_or_default();
                    let subject = before.trim_end_matches(comparison).trim_end();
                    let is_rule = ["role", "duty", "state"].iter().any(|name| subject.ends_with(name))
                        || comparison.starts_with("case");
                    if is_rule && words.contains(word) {
                        faults.push(format!("{path}:{}: {}", i + 1, line.trim()));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "what is open comes from the server: {faults:#?}");
}

/// Two shapes of one name would be one in the contract, and one of them wrong.
#[test]
fn no_two_shapes_of_the_contract_have_one_name() {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in ["crates/api/src", "crates/domain/src"] {
        for path in files(folder, &[".rs"]) {
            let text = read(&path);
            for after in text.split("ToSchema").skip(1) {
                // What the derive stands before: attributes, then the shape itself.
                let mut lines = after.lines().skip(1).skip_while(|line| line.trim_start().starts_with("#["));
                let Some(rest) =
                    lines.next().and_then(|l| l.strip_prefix("pub struct ").or(l.strip_prefix("pub enum ")))
                else {
                    continue;
                };
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                known.entry(name).or_default().push(path.clone());
            }
        }
    }
    assert!(known.len() > 300, "only {} were found", known.len());
    // What only events carry stands in the contract under the name of its stream, so that two streams may have a word in common.
    let contract: serde_json::Value = serde_json::from_str(&read("crates/api/golden/openapi.json")).unwrap();
    let of_a_stream =
        |path: &String| path.ends_with("/event.rs") || root().join(path).with_file_name("event.rs").is_file();
    for (name, paths) in known.iter().filter(|(_, paths)| paths.len() > 1) {
        let others = paths.iter().filter(|path| !of_a_stream(path)).count();
        let is_plain = contract["components"]["schemas"][name].is_object();
        assert!(others < 2 && (others == 1 || !is_plain), "{name} stands in {paths:?}");
    }
}
