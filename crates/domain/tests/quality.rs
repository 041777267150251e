//! How well the signals on a closure do: rules of words on labelled texts (`tests/fixtures/quality`, written down before the rules were tried on their
//! test half), rules of facts on histories made for them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use domain::quality::{is_only_words, is_vague};

/// Half, label, text.
fn labelled(name: &str) -> Vec<(String, String, String)> {
    let path = format!("{}/../../tests/fixtures/quality/{name}.tsv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].to_owned(), fields[1].to_owned(), fields[2].to_owned())
        })
        .collect()
}

fn measured(set: &[(String, String, String)], half: &str, label: &str, rule: fn(&str) -> bool) -> (f64, f64) {
    let (mut right, mut said, mut wanted) = (0u32, 0u32, 0u32);
    for (_, own, text) in set.iter().filter(|(of, ..)| of == half) {
        let (is_wanted, is_said) = (own == label, rule(text));
        right += u32::from(is_wanted && is_said);
        said += u32::from(is_said);
        wanted += u32::from(is_wanted);
        if is_wanted != is_said {
            println!("{half}: {own} {text}");
        }
    }
    (f64::from(right) / f64::from(said), f64::from(right) / f64::from(wanted))
}

#[test]
fn words_that_change_nothing_are_told_from_those_that_do() {
    for (name, label, rule) in
        [("measures", "weak", is_only_words as fn(&str) -> bool), ("criteria", "vague", is_vague as fn(&str) -> bool)]
    {
        let set = labelled(name);
        for half in ["tune", "test"] {
            let (precision, recall) = measured(&set, half, label, rule);
            println!("{name}, {half}: precision {precision:.2}, recall {recall:.2}");
            assert!(precision >= 0.8 && recall >= 0.7, "{name} {half}: {precision} {recall}");
        }
    }
}
