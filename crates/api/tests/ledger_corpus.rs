//! The labelled corpus of ledgers (tools/make_ledgers.py): how many cells are read right, and whether every other one is reported.
//!
//! `cargo test -p api --test ledger_corpus -- --nocapture` prints the figures.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use domain::ids::{PersonId, UnitId};
use domain::task::state::Disposition;
use domain::workbook::completion::CompletionWords;
use domain::workbook::ledger::{self, Context, Corrections, Outcome, Reading};
use domain::workbook::report::Skipped;
use domain::workbook::{Book, Directory, TaskDraft};
use serde_json::Value;

fn read(book: &Book, directory: &Directory, default_year: i32) -> Reading {
    let corrections = Corrections::default();
    let completion = CompletionWords::default().index();
    ledger::read(book, &Context { directory, default_year, completion: &completion, corrections: &corrections })
}

fn file(path: &str) -> Book {
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ledgers/");
    api::office::book(&std::fs::read(format!("{home}{path}")).unwrap()).unwrap()
}

/// What a cell of the truth came to.
#[derive(Debug, PartialEq)]
enum Verdict {
    Right,
    Reported,
    Lost(String),
}

#[derive(Default)]
struct Score {
    right: usize,
    readable: usize,
    unreadable: usize,
    lost: Vec<String>,
}

struct Judge<'a> {
    reading: &'a Reading,
    directory: &'a Directory,
    sheet: &'a str,
}

impl Judge<'_> {
    fn names<T: PartialEq>(&self, ids: &[T], known: impl Iterator<Item = (T, String)> + Clone) -> Vec<String> {
        ids.iter().filter_map(|id| known.clone().find(|(k, _)| k == id).map(|(_, name)| name)).collect()
    }

    fn units(&self, ids: &[UnitId]) -> Vec<String> {
        self.names(ids, self.directory.units.iter().map(|u| (u.id, u.name.clone())))
    }

    fn people(&self, ids: &[PersonId]) -> Vec<String> {
        self.names(ids, self.directory.people.iter().map(|p| (p.id, p.name.clone())))
    }

    /// Whether somebody is asked about the cell, or about one beside it that says part of the same.
    fn is_reported(&self, told: &Value) -> bool {
        let beside = told["beside"].as_array().into_iter().flatten();
        std::iter::once(&told["cell"]).chain(beside).filter_map(Value::as_str).any(|cell| self.has_doubt(cell))
    }

    fn has_doubt(&self, cell: &str) -> bool {
        self.reading.plan.doubts.iter().any(|d| d.sheet == self.sheet && d.cell == cell)
    }

    /// Whether the task says what the cell means.
    fn is_right(&self, task: &TaskDraft, told: &Value) -> Result<(), String> {
        let texts = |key: &str| -> Vec<String> {
            told[key]
                .as_array()
                .map(|l| l.iter().map(|t| t.as_str().unwrap_or("").to_owned()).collect())
                .unwrap_or_default()
        };
        let same = |found: Vec<String>, wanted: Vec<String>| {
            if found == wanted { Ok(()) } else { Err(format!("{found:?} for {wanted:?}")) }
        };
        let one =
            |found: &str| same(vec![found.trim().to_owned()], vec![told["text"].as_str().unwrap_or("").to_owned()]);
        match told["kind"].as_str().unwrap_or("") {
            "title" => one(&task.title),
            "finding" => {
                let finding = self.reading.plan.findings.iter().find(|f| f.number == task.finding);
                one(finding.map_or("", |f| f.text.as_str()))
            }
            // A closing stop is no part of what is to be done.
            "measures" => {
                let found = task.measures.iter().map(|m| m.text.trim_end_matches('。').to_owned()).collect();
                same(found, texts("texts"))
            }
            "units" => {
                same(self.units(&task.units), texts("names"))?;
                same(self.units(&task.supporting), texts("supporting"))
            }
            "persons" => same(self.people(&task.persons), texts("names")),
            "leaders" => same(self.people(&task.leaders), texts("names")),
            "due" => {
                let means = &told["means"];
                let date = task.due_on.or(task.review_on).map(|d| d.to_string());
                let found = vec![
                    task.disposition.map_or("", Disposition::as_str).to_owned(),
                    date.unwrap_or_else(|| "none".into()),
                ];
                let on = means["on"].as_str().unwrap_or("none").to_owned();
                same(found, vec![means["disposition"].as_str().unwrap_or("").to_owned(), on])
            }
            "measure_due" => {
                let measure = told["nth"].as_u64().and_then(|n| task.measures.get(usize::try_from(n).unwrap_or(0)));
                let on = measure.and_then(|m| m.due_on).or(task.due_on);
                same(
                    vec![on.map_or_else(|| "none".into(), |d| d.to_string())],
                    vec![told["on"].as_str().unwrap_or("").to_owned()],
                )
            }
            "status" => {
                let done = self.reading.plan.doubts.iter().any(|d| {
                    d.sheet == self.sheet
                        && Some(d.cell.as_str()) == told["cell"].as_str()
                        && d.kind == "closing_incomplete"
                });
                let wanted = told["done"].as_bool().unwrap_or(false);
                if done == wanted { Ok(()) } else { Err(format!("done {done} for {wanted}")) }
            }
            other => Err(format!("the truth speaks of {other}")),
        }
    }

    fn judge(&self, task: Option<&TaskDraft>, told: &Value) -> Verdict {
        let right = task.ok_or_else(|| "no task".to_owned()).and_then(|task| self.is_right(task, told));
        match right {
            Ok(()) => Verdict::Right,
            Err(_) if self.is_reported(told) => Verdict::Reported,
            Err(why) => Verdict::Lost(format!("{} {}: {why}", self.sheet, told["cell"])),
        }
    }
}

/// Nobody could say what the cell means: units that are not there, a date that is none.
fn is_unreadable(told: &Value) -> bool {
    match told["kind"].as_str() {
        Some("units") => told["names"].is_null(),
        Some("due") => told["means"].is_null(),
        _ => false,
    }
}

/// Rows passed over that should not have been, and the other way round. A row without a reason may be called anything, an optional one may be taken.
fn skips_apart(reading: &Reading, due: &Value) -> Vec<String> {
    let is_told = |found: &Skipped, told: &Value| {
        told["sheet"].as_str() == Some(&found.sheet)
            && told["row"].as_u64() == found.row.map(|row| row as u64)
            && told["reason"].as_str().is_none_or(|reason| reason == found.reason)
    };
    let due = due.as_array().unwrap();
    let found = &reading.plan.skipped;
    let beyond = found.iter().filter(|f| !due.iter().any(|t| is_told(f, t))).map(|f| format!("skipped {f:?}"));
    let missed = due
        .iter()
        .filter(|t| t["optional"] != true && !found.iter().any(|f| is_told(f, t)))
        .map(|t| format!("not skipped {t}"));
    beyond.chain(missed).collect()
}

fn measure(wanted: impl Fn(&Value) -> bool) -> Score {
    let directory = support::directory();
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ledgers/corpus/truth.json");
    let truths: Vec<Value> = serde_json::from_slice(&std::fs::read(home).unwrap()).unwrap();
    let mut score = Score::default();
    for truth in truths.iter().filter(|t| wanted(t)) {
        let name = truth["file"].as_str().unwrap();
        let book = file(&format!("corpus/{name}"));
        // Two ledgers say no year anywhere: they have the round's, like those of a real round.
        let reading = read(&book, &directory, 2021);
        let mut lost = Vec::new();
        let told = truth["tasks"].as_array().unwrap();
        for (nth, told) in told.iter().enumerate() {
            let sheet = told["sheet"].as_str().unwrap();
            let row = usize::try_from(told["row"].as_u64().unwrap()).unwrap();
            let rows = reading.sheets.iter().find(|s| s.name == sheet).map(|s| &s.rows);
            let is_across = told["rows"].as_array().is_none_or(Vec::is_empty);
            let task = if is_across {
                reading.plan.tasks.get(nth)
            } else {
                match rows.and_then(|rows| rows.get(&row)) {
                    Some(Outcome::Taken { task }) => reading.plan.tasks.get(*task),
                    _ => None,
                }
            };
            let judge = Judge { reading: &reading, directory: &directory, sheet };
            for cell in told["cells"].as_array().unwrap() {
                let verdict = judge.judge(task, cell);
                if is_unreadable(cell) {
                    score.unreadable += 1
                } else {
                    score.readable += 1
                }
                match verdict {
                    Verdict::Right if !is_unreadable(cell) => score.right += 1,
                    Verdict::Right => {}
                    Verdict::Reported => {
                        if !is_unreadable(cell) {
                            println!("  {name} {sheet} {} asked about", cell["cell"]);
                        }
                    }
                    Verdict::Lost(why) => lost.push(why),
                }
            }
        }
        if reading.plan.tasks.len() != told.len() {
            lost.push(format!("{} tasks for {}", reading.plan.tasks.len(), told.len()));
        }
        lost.extend(skips_apart(&reading, &truth["skipped"]));
        score.lost.extend(lost.into_iter().map(|why| format!("{name} {why}")));
    }
    score
}

fn tell(name: &str, score: &Score) {
    let share = 100.0 * score.right as f64 / score.readable as f64;
    println!(
        "{name}: {} of {} readable cells right ({share:.2} %), {} cells nobody could read; neither right nor reported: {}",
        score.right,
        score.readable,
        score.unreadable,
        score.lost.len()
    );
    score.lost.iter().for_each(|why| println!("  {why}"));
}

#[test]
fn ledgers_looked_at_while_building_are_read() {
    let score = measure(|t| t["held"] == false);
    tell("built on", &score);
    assert!(score.readable > 500 && score.right * 100 >= score.readable * 97);
    assert_eq!(score.lost, Vec::<String>::new());
}

#[test]
fn ledgers_held_out_are_read() {
    let score = measure(|t| t["held"] == true && t["n"].as_u64() <= Some(34));
    tell("held out", &score);
    assert!(score.readable > 500 && score.right * 100 >= score.readable * 97);
    assert_eq!(score.lost, Vec::<String>::new());
}

#[test]
fn ledgers_in_the_habits_of_ten_offices_are_read() {
    let score = measure(|t| (35..=44).contains(&t["n"].as_u64().unwrap()));
    tell("ten offices", &score);
    assert!(score.readable > 300 && score.right * 100 >= score.readable * 97);
    assert_eq!(score.lost, Vec::<String>::new());
}

#[test]
fn ledgers_of_twelve_kinds_of_inspection_are_read() {
    let score = measure(|t| (45..=56).contains(&t["n"].as_u64().unwrap()));
    tell("twelve kinds of inspection", &score);
    assert!(score.readable > 380 && score.right * 100 >= score.readable * 97);
    assert_eq!(score.lost, Vec::<String>::new());
}

#[test]
fn ledgers_sent_in_from_the_field_are_read() {
    let score = measure(|t| (57..=68).contains(&t["n"].as_u64().unwrap()));
    tell("from the field", &score);
    assert!(score.readable > 300 && score.right * 100 >= score.readable * 97);
    assert_eq!(score.lost, Vec::<String>::new());
}

/// Held out and not mended since: what the recogniser made of them when it first saw them. Two forms of county offices it cannot read yet; of the
/// others few cells are wrong without anybody being asked. Better is welcome, worse is not.
#[test]
fn ledgers_never_looked_at_are_read_as_when_first_seen() {
    for (name, numbers, right, lost) in [("county offices", 69..=80, 433, 74), ("twelve companies", 81..=92, 512, 13)] {
        let score = measure(|t| numbers.contains(&t["n"].as_u64().unwrap()));
        tell(name, &score);
        assert!(score.right >= right && score.lost.len() <= lost, "{name}");
    }
}

#[test]
fn the_old_ledger_comes_out_whole() {
    let directory = support::directory();
    let reading = read(&file("old.xlsx"), &directory, 2026);
    let report = reading.plan.report();
    assert_eq!((report.aspects, report.findings, report.tasks, report.measures), (7, 11, 32, 66));
    let skipped: Vec<(Option<usize>, &str)> = report.skipped.iter().map(|s| (s.row, s.reason.as_str())).collect();
    let sections = [5, 21, 24, 33, 37, 42, 47].map(|row| (Some(row), "section"));
    let mut expected = vec![(Some(1), "title"), (Some(2), "title")];
    expected.extend(sections);
    expected.extend([(Some(51), "duplicate"), (Some(53), "total"), (Some(54), "signature"), (None, "hidden_sheet")]);
    assert_eq!(skipped, expected);
    let numbers: Vec<&str> = reading.plan.findings.iter().map(|f| f.number.as_str()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    let doubts = |kind: &str| -> Vec<&str> {
        report.doubts.iter().filter(|d| d.kind == kind).map(|d| d.cell.as_str()).collect()
    };
    assert_eq!(doubts("unit_open"), ["F12", "F25", "F38"]);
    assert_eq!(doubts("share_typed"), ["I12", "I26", "I40"]);
    assert_eq!(doubts("disposition_conflict"), ["I15", "I30", "I45"]);
    let kinds: BTreeSet<&str> = report.doubts.iter().map(|d| d.kind.as_str()).collect();
    let known = ["closing_incomplete", "disposition_conflict", "share_typed", "unit_open"];
    assert_eq!(kinds, BTreeSet::from(known), "every date, name and number of this ledger is read");
    let due = |i: usize| reading.plan.tasks[i].due_on.map(|d| d.to_string()).unwrap_or_default();
    assert_eq!(
        [due(0), due(2), due(3), due(4), due(8)].join(" "),
        "2020-12-31 2020-12-31 2020-09-30 2020-10-31 2020-09-15"
    );
}
