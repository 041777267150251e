//! The list of what is linked and shipped (`tools/sbom`, CycloneDX) names all of it and nothing else, and nothing runs by being installed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What the tool writes for a program with these features.
fn listed(features: &[&str]) -> Value {
    let made = Command::new("node").arg("tools/sbom").args(features).current_dir(root()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let again = Command::new("node").arg("tools/sbom").args(features).current_dir(root()).output().unwrap();
    assert_eq!(made.stdout, again.stdout, "the same each time");
    serde_json::from_slice(&made.stdout).unwrap()
}

/// Name and version of what begins so in the list.
fn of(bom: &Value, front: &str) -> BTreeSet<(String, String)> {
    let text = |c: &Value, name: &str| c[name].as_str().unwrap().to_owned();
    let components = bom["components"].as_array().unwrap().iter();
    components
        .filter(|c| text(c, "bom-ref").starts_with(front))
        .map(|c| (text(c, "name"), text(c, "version")))
        .collect()
}

/// Crates along edges of a kind, from another crate's point of view: cargo's own.
fn tree(edges: &str, more: &[&str]) -> BTreeSet<(String, String)> {
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "-p", "api", "-e", edges, "--target", &target, "--prefix", "none"])
        .args(more)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    });
    lines.collect()
}

#[test]
fn the_bill_names_every_crate_that_is_linked_and_none_that_only_tests_or_builds() {
    for features in [&[][..], &["bundled-libpq"]] {
        let bom = listed(features);
        let more: Vec<&str> = features.iter().flat_map(|f| ["--features", f]).collect();
        let mut linked = tree("normal", &more);
        let own = bom["metadata"]["component"]["version"].as_str().unwrap().to_owned();
        assert_eq!(bom["metadata"]["component"]["name"], "bihuan");
        assert!(linked.remove(&("api".to_owned(), own.clone())), "the product itself is the root");
        let mut named = of(&bom, "pkg:cargo/");
        named.extend(of(&bom, "bihuan/"));
        assert_eq!(named, linked, "{features:?}");
        let all = tree("all", &more);
        let beside: Vec<_> = all.difference(&linked).filter(|c| c.0 != "api").collect();
        assert!(beside.len() > 5 && beside.iter().all(|c| !named.contains(c)), "what only tests or builds: {beside:?}");
        // libpq and its TLS are linked where the program brings its own.
        assert_eq!(named.iter().any(|c| c.0 == "pq-src"), !features.is_empty());
    }
}

#[test]
fn the_bill_names_every_package_of_the_page_and_none_that_only_builds_it() {
    let bom = listed(&[]);
    let lock = std::fs::read_to_string(root().join("frontend/package-lock.json")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    let (mut shipped, mut dev) = (BTreeSet::new(), BTreeSet::new());
    for (path, package) in lock["packages"].as_object().unwrap().iter().filter(|(path, _)| !path.is_empty()) {
        let name = path.rsplit("node_modules/").next().unwrap().to_owned();
        let into = if package["dev"] == true { &mut dev } else { &mut shipped };
        into.insert((name, package["version"].as_str().unwrap().to_owned()));
    }
    assert_eq!(of(&bom, "pkg:npm/"), shipped);
    assert!(dev.iter().any(|(name, _)| name == "vitest") && dev.is_disjoint(&of(&bom, "pkg:npm/")));
    // Whatever the page itself imports is among them.
    let names: BTreeSet<String> = shipped.into_iter().map(|(name, _)| name).collect();
    let mut n = 0;
    for (file, imported) in imports(&root().join("frontend/src")) {
        n += 1;
        let depth = if imported.starts_with('@') { 2 } else { 1 };
        let package = imported.split('/').take(depth).collect::<Vec<_>>().join("/");
        assert!(names.contains(&package), "{}: {imported}", file.display());
    }
    assert!(n > 100, "only {n} imports were found");
}

/// What files of the page import from packages; tests aside.
fn imports(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(imports(&path));
        } else if (name.ends_with(".ts") || name.ends_with(".tsx"))
            && !name.contains(".test.")
            && !name.ends_with(".d.ts")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| line.starts_with("import ") || line.starts_with("} from")) {
                let Some(from) = line.split('\'').nth(1) else { continue };
                if !from.starts_with('.') {
                    found.push((path.clone(), from.to_owned()));
                }
            }
        }
    }
    found
}

#[test]
fn the_bill_holds_for_each_what_it_is_its_licence_its_checksum_and_what_it_needs() {
    let bom = listed(&[]);
    assert_eq!((&bom["bomFormat"], &bom["specVersion"]), (&Value::from("CycloneDX"), &Value::from("1.6")));
    assert!(bom["metadata"].get("timestamp").is_none(), "no moment but the one that is given");
    let components = bom["components"].as_array().unwrap();
    let mut refs: BTreeSet<&str> = components.iter().map(|c| c["bom-ref"].as_str().unwrap()).collect();
    assert_eq!(refs.len(), components.len(), "each once");
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for c in components {
        let own = c["bom-ref"].as_str().unwrap();
        assert!(!c["licenses"][0]["expression"].as_str().unwrap().contains("NOASSERTION"), "{own}");
        if own.starts_with("pkg:") {
            assert_eq!(c["purl"], c["bom-ref"]);
            let sum = c["hashes"][0]["content"].as_str().unwrap();
            let is_right = if own.starts_with("pkg:cargo/") { lock.contains(sum) } else { sum.len() == 128 };
            assert!(is_right, "{own}: {sum}");
        }
    }
    let root = bom["metadata"]["component"]["bom-ref"].as_str().unwrap();
    refs.insert(root);
    let needs: BTreeMap<&str, Vec<&str>> = bom["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            (
                d["ref"].as_str().unwrap(),
                d["dependsOn"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect(),
            )
        })
        .collect();
    assert_eq!(needs.keys().copied().collect::<BTreeSet<_>>(), refs);
    // Everything is there because something needs it, from the product on.
    let (mut reached, mut to_see) = (BTreeSet::new(), vec![root]);
    while let Some(one) = to_see.pop() {
        if reached.insert(one) {
            to_see.extend(&needs[one]);
        }
    }
    assert_eq!(refs.difference(&reached).collect::<Vec<_>>(), Vec::<&&str>::new());
}

/// Packages that may run a script when they are installed, each with why.
const SCRIPTED: &[(&str, &str)] = &[];

#[test]
fn nothing_runs_by_being_installed() {
    let settings = std::fs::read_to_string(root().join("frontend/.npmrc")).unwrap();
    assert!(settings.lines().any(|line| line == "ignore-scripts=true"));
    let lock = std::fs::read_to_string(root().join("frontend/package-lock.json")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    assert!(packages.len() > 50, "only {} packages were found", packages.len());
    for (path, _) in packages.iter().filter(|(_, package)| package["hasInstallScript"] == true) {
        assert!(SCRIPTED.iter().any(|(name, _)| path.ends_with(name)), "{path} runs a script when it is installed");
    }
}
