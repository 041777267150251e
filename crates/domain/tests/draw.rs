//! The draw: nobody can steer it, everybody can repeat it, nothing in its bundle can be changed (docs/domain.md §24).

#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test stops at what it did not expect"
)]

use std::collections::BTreeMap;

use chrono::DateTime;
use domain::chain::Digest;
use domain::check::draw::{self, Bundle, Commitment, Entry, Exclusion, Frame, Inspector, Line, Party, Stratum};
use domain::check::estimate::{Counted, untrue_rate};
use domain::ids::{CheckId, PersonId, TaskId};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x1000 + n))
}

fn task(n: u128) -> TaskId {
    TaskId(Uuid::from_u128(0x0010_0000 + n))
}

fn nonce(n: u64) -> Digest {
    Digest::of_bytes(Sha256::digest(n.to_be_bytes()).into())
}

/// Strata of these sizes, with these many drawn of each.
fn frame(strata: &[(&str, u32, u32)]) -> Frame {
    let mut entries = Vec::new();
    for (name, size, _) in strata {
        for _ in 0..*size {
            let n = entries.len() as u128;
            let barred = if n.is_multiple_of(3) { vec![person(n % 4)] } else { Vec::new() };
            entries.push(Entry { task: task(n), number: format!("T{n:03}"), stratum: (*name).to_owned(), barred });
        }
    }
    Frame {
        check: CheckId(Uuid::from_u128(7)),
        nth: 2,
        given_up: vec!["范围有误".to_owned()],
        is_quick: false,
        taken_at: DateTime::from_timestamp_millis(1_789_000_000_123).unwrap(),
        inspectors_each: 2,
        parties: vec![
            Party { person: person(100), name: "甲一".into(), line: Line::Leader },
            Party { person: person(101), name: "乙一".into(), line: Line::Team },
        ],
        inspectors: (0..4).map(|n| Inspector { person: person(n), name: format!("丙{n}") }).collect(),
        strata: strata
            .iter()
            .map(|(name, size, sample)| Stratum { name: (*name).into(), size: *size, sample: *sample })
            .collect(),
        entries,
        excluded: vec![Exclusion { task: task(900), number: "T900".into(), reason: "正在司法程序中".into() }],
    }
}

fn given(frame: &Frame, n: u64) -> Vec<Commitment> {
    let one = |(i, party): (usize, &Party)| {
        let nonce = nonce(n * 10 + i as u64);
        let commitment = draw::commitment(frame.check, party.person, &nonce);
        Commitment { person: party.person, commitment, nonce: Some(nonce) }
    };
    frame.parties.iter().enumerate().map(one).collect()
}

fn bundle(n: u64) -> Bundle {
    let frame = frame(&[("丙一公司 · 已销号", 9, 3), ("丙二公司 · 整改中", 5, 2)]);
    let given = given(&frame, n);
    draw::draw(frame, given)
}

/// χ² of these counts against equal ones, with the degrees of freedom.
fn chi2(counts: &[u64]) -> (f64, f64) {
    let mean = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    (counts.iter().map(|c| (*c as f64 - mean).powi(2) / mean).sum(), counts.len() as f64 - 1.0)
}

/// The value χ² exceeds with probability 0.001 (Wilson and Hilferty).
fn limit(freedom: f64) -> f64 {
    let a = 2.0 / (9.0 * freedom);
    freedom * (1.0 - a + 3.090_232 * a.sqrt()).powi(3)
}

#[test]
fn draws_are_uniform_within_each_stratum() {
    let n: u64 = if std::env::var_os("BIHUAN_TEST_HEAVY").is_some() { 100_000 } else { 20_000 };
    let strata = [("一", 12, 3), ("二", 7, 1), ("三", 20, 5)];
    let frame = frame(&strata);
    let root = frame.root();
    let mut drawn: BTreeMap<TaskId, u64> = frame.entries.iter().map(|e| (e.task, 0)).collect();
    let mut lookers: BTreeMap<PersonId, u64> = BTreeMap::new();
    for i in 0..n {
        let sample = frame.sample(&draw::seed(&given(&frame, i), &root));
        assert_eq!(sample.len(), 9);
        for one in sample {
            *drawn.get_mut(&one.task).unwrap() += 1;
            // Where nobody keeps away, everybody is as likely.
            if one.task == task(1) {
                for inspector in one.inspectors {
                    *lookers.entry(inspector).or_default() += 1;
                }
            }
        }
    }
    let counts: Vec<u64> = drawn.values().copied().collect();
    let (mut from, mut told) = (0, Vec::new());
    for (name, size, sample) in strata {
        let own = &counts[from..from + size as usize];
        from += size as usize;
        assert_eq!(own.iter().sum::<u64>(), n * u64::from(sample));
        // Drawn without replacement: the counts vary less than if each draw stood alone, by (size − sample) / (size − 1).
        let (found, freedom) = chi2(own);
        let spread = f64::from(size - sample) / f64::from(size - 1);
        assert!(found / spread < limit(freedom), "{name}: χ² {found:.1}");
        told.push(format!("{name} χ² {:.1} of {:.1}", found / spread, limit(freedom)));
    }
    let (found, freedom) = chi2(&lookers.values().copied().collect::<Vec<_>>());
    assert!(lookers.len() == 4 && found / (2.0 / 3.0) < limit(freedom), "inspectors: χ² {found:.1}");
    println!("{n} draws: {}; inspectors χ² {:.1}", told.join(", "), found / (2.0 / 3.0));
}

#[test]
fn a_bundle_is_drawn_again_by_anybody() {
    let made = bundle(1);
    let text = serde_json::to_string_pretty(&made).unwrap();
    assert_eq!(draw::verify(&text).unwrap(), made);
    assert_eq!(made.sample.len(), 5);
    for one in &made.sample {
        let entry = made.frame.entries.iter().find(|e| e.task == one.task).unwrap();
        assert_eq!(one.inspectors.len(), 2);
        assert!(one.inspectors.iter().all(|p| !entry.barred.contains(p)));
    }
}

#[test]
fn the_draw_goes_on_without_a_party_and_says_so() {
    let frame = frame(&[("一", 6, 2)]);
    let mut given = given(&frame, 3);
    given[1].nonce = None;
    let made = draw::draw(frame.clone(), given.clone());
    assert_eq!(draw::verify(&serde_json::to_string(&made).unwrap()).unwrap(), made);
    given[0].nonce = None;
    let empty = draw::draw(frame, given);
    assert_eq!(draw::verify(&serde_json::to_string(&empty).unwrap()).unwrap_err().code, "nothing-revealed");
}

/// Every way to change one field of a value: another text, number or truth; an item gone, twice or out of place.
fn changed(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                for other in changed(inner) {
                    let mut map = map.clone();
                    map.insert(key.clone(), other);
                    all.push(Value::Object(map));
                }
                let mut less = map.clone();
                less.remove(key);
                all.push(Value::Object(less));
            }
            let mut more = map.clone();
            more.insert("more".into(), Value::Null);
            all.push(Value::Object(more));
        }
        Value::Array(items) => {
            for (i, inner) in items.iter().enumerate() {
                for other in changed(inner) {
                    let mut items = items.clone();
                    items[i] = other;
                    all.push(Value::Array(items));
                }
                let mut less = items.clone();
                less.remove(i);
                all.push(Value::Array(less));
                let mut twice = items.clone();
                twice.push(inner.clone());
                all.push(Value::Array(twice));
                if i > 0 && items[i] != items[0] {
                    let mut other = items.clone();
                    other.swap(0, i);
                    all.push(Value::Array(other));
                }
            }
        }
        Value::String(text) => {
            let first = text.chars().next().map_or('0', |c| if c == '0' { '1' } else { '0' });
            let rest: String = text.chars().skip(1).collect();
            all.push(Value::String(format!("{first}{rest}")));
            all.push(Value::String(format!("{text} ")));
            all.push(Value::Null);
        }
        Value::Number(n) => all.push(Value::from(n.as_i64().unwrap() + 1)),
        Value::Bool(b) => all.push(Value::Bool(!b)),
        Value::Null => all.push(Value::from("x")),
    }
    all
}

#[test]
fn a_change_of_any_single_field_is_found() {
    let text = serde_json::to_value(bundle(5)).unwrap();
    let all = changed(&text);
    for other in &all {
        assert!(draw::verify(&other.to_string()).is_err(), "{other}");
    }
    println!("{} changes of one field, all refused", all.len());
    assert!(all.len() > 500);
}

#[test]
fn a_change_that_mends_the_digest_is_found_by_what_it_touches() {
    type Change = (&'static str, fn(&mut Bundle));
    let cases: [Change; 6] = [
        ("frame-changed", |b| b.frame.entries[0].stratum = b.frame.strata[1].name.clone()),
        ("commitment-wrong", |b| b.commitments[0].nonce = Some(nonce(999))),
        ("seed-wrong", |b| b.seed = nonce(998)),
        ("sample-wrong", |b| {
            b.sample[0].task =
                b.frame.entries.iter().map(|e| e.task).find(|t| b.sample.iter().all(|s| s.task != *t)).unwrap()
        }),
        ("sample-wrong", |b| b.sample[0].inspectors.reverse()),
        ("frame-changed", |b| b.frame.excluded[0].reason = "无".into()),
    ];
    for (code, change) in cases {
        let mut bundle = bundle(6);
        change(&mut bundle);
        let mut body = serde_json::to_value(&bundle).unwrap();
        body.as_object_mut().unwrap().remove("digest");
        bundle.digest = Digest::of_bytes(Sha256::digest(domain::chain::canonical(&body)).into());
        assert_eq!(draw::verify(&serde_json::to_string(&bundle).unwrap()).unwrap_err().code, code);
    }
}

#[test]
fn the_tree_is_that_of_rfc_6962() {
    // Known answers of the standard's own test data (Certificate Transparency reference implementation).
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(draw::merkle_root(&[]).as_str(), empty);
    let one = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    assert_eq!(draw::merkle_root(&[String::new()]).as_str(), one);
    let leaf = |t: &str| Sha256::new().chain_update([0]).chain_update(t).finalize();
    let node = |a: &[u8], b: &[u8]| Sha256::new().chain_update([1]).chain_update(a).chain_update(b).finalize();
    let (a, b, c) = (leaf("a"), leaf("b"), leaf("c"));
    let three: [u8; 32] = node(&node(&a, &b), &c).into();
    assert_eq!(draw::merkle_root(&["a".into(), "b".into(), "c".into()]), Digest::of_bytes(three));
}

#[test]
fn shares_are_one_each_and_the_rest_by_size() {
    assert_eq!(draw::share(&[50, 30, 20], 10), [5, 3, 2]);
    assert_eq!(draw::share(&[97, 2, 1], 10), [8, 1, 1]);
    assert_eq!(draw::share(&[3, 3, 3], 1), [1, 1, 1]);
    assert_eq!(draw::share(&[3, 2], 99), [3, 2]);
    for (sizes, all) in [(vec![7, 11, 13, 1], 9), (vec![1; 30], 40), (vec![400, 3, 77], 60)] {
        let shares = draw::share(&sizes, all);
        let n: u32 = sizes.iter().sum();
        assert_eq!(shares.iter().sum::<u32>(), all.max(u32::try_from(sizes.len()).unwrap()).min(n));
        assert!(shares.iter().zip(&sizes).all(|(share, size)| (1..=*size).contains(share)));
    }
}

/// A reproducible source of numbers for simulations.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 >> 33) ^ (self.0 >> 17);
        (mixed % u64::from(n)) as u32
    }
}

/// How often the interval holds the true share, for strata of (size, drawn, untrue).
fn coverage(strata: &[(u32, u32, u32)], repeats: u32, dice: &mut Dice) -> f64 {
    let all: u32 = strata.iter().map(|s| s.0).sum();
    let truth = f64::from(strata.iter().map(|s| s.2).sum::<u32>()) / f64::from(all);
    let mut held = 0;
    for _ in 0..repeats {
        let found: Vec<Counted> = strata
            .iter()
            .map(|(size, drawn, untrue)| {
                let (mut left, mut bad, mut hits) = (*size, *untrue, 0);
                for _ in 0..*drawn {
                    if dice.below(left) < bad {
                        bad -= 1;
                        hits += 1;
                    }
                    left -= 1;
                }
                Counted { size: *size, checked: *drawn, untrue: hits }
            })
            .collect();
        let estimate = untrue_rate(&found).unwrap();
        held += u32::from(estimate.low <= truth && truth <= estimate.high);
    }
    f64::from(held) / f64::from(repeats)
}

#[test]
fn the_interval_covers_what_it_promises() {
    let mut dice = Dice(20_261_126);
    for strata in [
        vec![(40, 12, 12), (60, 15, 3), (100, 20, 10)],
        vec![(300, 30, 30), (500, 40, 15), (1200, 60, 72)],
        vec![(30, 5, 6), (30, 5, 3), (30, 5, 0), (30, 5, 3), (30, 5, 9)],
        vec![(400, 20, 8), (400, 20, 20), (400, 20, 40), (400, 20, 60), (400, 20, 80), (400, 20, 20)],
        vec![(2000, 60, 160)],
    ] {
        let share = coverage(&strata, 10_000, &mut dice);
        println!("{strata:?}: covers {:.1} %", share * 100.0);
        assert!((0.93..=0.98).contains(&share), "{strata:?}: {share}");
    }
}

#[test]
fn an_estimate_stands_when_every_stratum_has_a_result() {
    let one = Counted { size: 10, checked: 4, untrue: 1 };
    assert_eq!(untrue_rate(&[one, Counted { size: 5, checked: 0, untrue: 0 }]), None);
    assert_eq!(untrue_rate(&[]), None);
    let whole = untrue_rate(&[Counted { size: 4, checked: 4, untrue: 1 }]).unwrap();
    assert!((whole.share - 0.25).abs() < 1e-12 && (whole.low - whole.high).abs() < 1e-12);
    let none = untrue_rate(&[Counted { size: 200, checked: 30, untrue: 0 }]).unwrap();
    assert!(none.share == 0.0 && none.low == 0.0 && (0.05..0.15).contains(&none.high), "{none:?}");
}

/// A bundle made anew from a frame, so that all its hashes hold.
fn made_of(change: fn(&mut Frame)) -> String {
    let mut frame = frame(&[("一", 6, 2), ("二", 6, 2)]);
    change(&mut frame);
    let given = given(&frame, 11);
    serde_json::to_string(&draw::draw(frame, given)).unwrap()
}

#[test]
fn a_bundle_made_up_against_the_rules_is_refused() {
    assert!(draw::verify(&made_of(|_| {})).is_ok());
    let wrong: [fn(&mut Frame); 7] = [
        // More of one stratum than its share.
        |f| (f.strata[0].sample, f.strata[1].sample) = (3, 1),
        |f| f.strata[0].size = 7,
        |f| f.parties.truncate(1),
        |f| f.parties[0].line = f.parties[1].line,
        |f| f.is_quick = true,
        |f| f.parties[0] = draw::server(),
        |f| f.excluded[0].task = f.entries[0].task,
    ];
    for change in wrong {
        assert_eq!(draw::verify(&made_of(change)).unwrap_err().code, "strata-wrong");
    }
    let twice = made_of(|_| {}).replacen("\"format\":", "\"format\":\"x\",\"format\":", 1);
    assert_eq!(draw::verify(&twice).unwrap_err().code, "bundle-unreadable");
}

#[test]
fn the_published_bundles_are_drawn_again() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    let mut n = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()) {
        if file.extension().is_some_and(|e| e == "json") {
            let bundle = draw::verify(&std::fs::read_to_string(&file).unwrap());
            assert!(bundle.is_ok(), "{}: {bundle:?}", file.display());
            n += 1;
        }
    }
    assert!(n >= 2);
}
