//! How well likeness does on findings labelled by matter (`tests/fixtures/likeness`): chosen on one half, measured on the other.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::time::Instant;

use domain::likeness::{ALIKE, Index};

/// Matter (`none` where nothing is alike) and text.
fn labelled(name: &str) -> Vec<(String, String)> {
    let path = format!("{}/../../tests/fixtures/likeness/{name}.tsv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].to_owned(), fields[2].to_owned())
        })
        .collect()
}

/// Precision and recall over all pairs of different texts, among them so many more that are like none.
fn measured(set: &[(String, String)], more: &[(String, String)]) -> (f64, f64) {
    let all: Vec<&(String, String)> = set.iter().chain(more).collect();
    let index = Index::new(all.iter().map(|(_, text)| text.as_str()));
    let (mut right, mut proposed, mut alike) = (0, 0, 0);
    for (n, (matter, text)) in set.iter().enumerate() {
        let is_alike = |other: usize| matter != "none" && all[other].0 == *matter;
        alike += (0..all.len()).filter(|other| *other != n && is_alike(*other)).count();
        for found in index.like(text, ALIKE, all.len()).iter().filter(|found| found.nth != n) {
            proposed += 1;
            right += usize::from(is_alike(found.nth));
        }
    }
    (f64::from(right as u32) / f64::from(proposed), f64::from(right as u32) / f64::from(alike as u32))
}

#[test]
fn what_is_alike_is_proposed_and_little_else() {
    let (tune, test) = (labelled("tune"), labelled("test"));
    assert!(tune.len() > 90 && test.len() > 90);
    let shared = tune.iter().filter(|(m, _)| m != "none" && test.iter().any(|(other, _)| other == m)).count();
    assert_eq!(shared, 0, "no matter stands in both halves");
    for (name, set, more) in
        [("tune", &tune, &vec![]), ("test", &test, &vec![]), ("test among the other half", &test, &tune)]
    {
        let (precision, recall) = measured(set, more);
        println!("likeness, {name}: precision {precision:.3}, recall {recall:.3} at {ALIKE}");
        if name == "test" {
            assert!(precision >= 0.8 && recall >= 0.7, "{precision} {recall}");
        }
    }
}

#[test]
fn ten_thousand_findings_are_searched_at_once() {
    let all: Vec<String> = labelled("tune").into_iter().chain(labelled("test")).map(|(_, text)| text).collect();
    // Findings of two sentences each, all different, in the words that findings have.
    let many: Vec<String> = (0..10_000)
        .map(|n| format!("{}{}第{n}项", all[n % all.len()], all[(n * 7 + n / all.len()) % all.len()]))
        .collect();
    let index = Index::new(many.iter().map(String::as_str));
    let mut times: Vec<f64> = all
        .iter()
        .map(|text| {
            let began = Instant::now();
            assert!(!index.like(text, ALIKE, 20).is_empty());
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (middle, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("likeness: 10 000 findings searched in {middle:.1} ms (99 %: {most:.1} ms)");
    // Unoptimised and beside other tests; `--profile quick` gives the figure.
    assert!(middle < 500.0, "{middle}");
}
