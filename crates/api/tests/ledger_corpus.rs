//! The labelled corpus of ledgers (tools/make_ledgers.py): how many cells are read right, and whether every other one is reported.
//!
//! `cargo test -p api --test ledger_corpus -- --nocapture` prints the figures.

#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{PersonId, UnitId};
use domain::task::state::Disposition;
use domain::workbook::completion::CompletionWords;
use domain::workbook::ledger::{self, Context, Corrections, Outcome, Reading};
use domain::workbook::report::Skipped;
use domain::workbook::{Book, Cell, Directory, TaskDraft};
use serde_json::{Value, json};

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
    /// Readable cells that are not read right, and somebody is asked about.
    asked: Vec<String>,
    /// Cells read right that somebody is asked about all the same, by the kind of the doubt.
    needless: BTreeMap<String, usize>,
    n_needless: usize,
    /// Doubts at cells that the truth does not speak of.
    n_beside: usize,
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
        self.kinds(cell).next().is_some()
    }

    fn kinds(&self, cell: &str) -> impl Iterator<Item = &str> {
        self.reading
            .plan
            .doubts
            .iter()
            .filter(move |d| d.sheet == self.sheet && d.cell == cell)
            .map(|d| d.kind.as_str())
    }

    /// What is asked about a cell though it was read right. A finished row is always asked for what closes it.
    fn needless(&self, told: &Value) -> Option<String> {
        let mut kinds = self.kinds(told["cell"].as_str()?).filter(|kind| *kind != "closing_incomplete");
        kinds.next().map(str::to_owned)
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
        Some("units" | "persons" | "leaders") => told["names"].is_null(),
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

/// Doubts at cells that the truth does not speak of: a person has to look at them all the same.
fn beside_the_truth(reading: &Reading, told: &[Value]) -> usize {
    let is_told = |sheet: &str, cell: &str| {
        told.iter().filter(|task| task["sheet"] == sheet).any(|task| {
            task["cells"].as_array().unwrap().iter().any(|told| {
                told["cell"] == cell || told["beside"].as_array().is_some_and(|beside| beside.iter().any(|b| b == cell))
            })
        })
    };
    reading.plan.doubts.iter().filter(|d| !is_told(&d.sheet, &d.cell)).count()
}

fn measure(wanted: impl Fn(&Value) -> bool) -> Score {
    measure_with(wanted, |_, _| true)
}

/// The same after a change to the files that leaves their meaning as it is; false passes a file over.
fn measure_with(wanted: impl Fn(&Value) -> bool, change: impl Fn(&mut Book, &mut Value) -> bool) -> Score {
    let directory = support::directory();
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ledgers/corpus/truth.json");
    let truths: Vec<Value> = serde_json::from_slice(&std::fs::read(home).unwrap()).unwrap();
    let mut score = Score::default();
    for mut truth in truths.into_iter().filter(|t| wanted(t)) {
        let name = truth["file"].as_str().unwrap().to_owned();
        let mut book = file(&format!("corpus/{name}"));
        if !change(&mut book, &mut truth) {
            continue;
        }
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
                    Verdict::Right if !is_unreadable(cell) => {
                        score.right += 1;
                        if let Some(kind) = judge.needless(cell) {
                            score.n_needless += 1;
                            *score.needless.entry(kind).or_default() += 1;
                        }
                    }
                    Verdict::Right => {}
                    Verdict::Reported => {
                        if !is_unreadable(cell) {
                            score.asked.push(format!("{name} {sheet} {}", cell["cell"]));
                        }
                    }
                    Verdict::Lost(why) => lost.push(why),
                }
            }
        }
        score.n_beside += beside_the_truth(&reading, told);
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
    let needless = 100.0 * score.n_needless as f64 / score.readable as f64;
    println!(
        "{name}: {} of {} readable cells right ({share:.2} %), {} cells nobody could read; right and asked about all the same: {} ({needless:.2} %) {:?}, \
         asked beside them: {}; neither right nor reported: {}",
        score.right,
        score.readable,
        score.unreadable,
        score.n_needless,
        score.needless,
        score.n_beside,
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

/// Two sets that were held out. At first sight 433 of 522 cells of the county offices were right (82.95 %), 20 asked about, and 74 cells, rows and counts neither;
/// of the companies 512 of 519 (98.65 %), and 13 neither. Since then the recogniser was mended with them in sight, so what they hold now is no proof of
/// what it makes of a ledger it never saw.
#[test]
fn ledgers_that_were_held_out_once_are_read() {
    for (name, numbers, least) in [("county offices", 69..=80, 520), ("twelve companies", 81..=92, 519)] {
        let score = measure(|t| numbers.contains(&t["n"].as_u64().unwrap()));
        tell(name, &score);
        assert!(score.right >= least, "{name}");
        assert_eq!(score.lost, Vec::<String>::new(), "{name}");
    }
}

/// Two sets written by another hand, who did not see the recogniser, while it was last mended, and measured once before anything was mended for them. At first
/// sight 466 of 468 cells of the city offices were right (99.57 %), the other two asked about; of the subsidiaries 468 of 479 (97.70 %), the other eleven asked
/// about, and one total row (两轮合计) taken for a task, which is mended since. What it makes of ledgers it never saw is held here.
#[test]
fn ledgers_never_looked_at_are_read_as_when_first_seen() {
    for (name, numbers, least) in [("city offices", 93..=104, 466), ("a group's subsidiaries", 105..=116, 468)] {
        let score = measure(|t| numbers.contains(&t["n"].as_u64().unwrap()));
        tell(name, &score);
        assert!(score.right >= least, "{name}");
        assert_eq!(score.lost, Vec::<String>::new(), "{name}");
    }
}

/// Who is asked about what was read right learns to pass over doubts: they stay rare, at the cells that were read and beside them.
#[test]
fn few_are_asked_about_what_was_read_right() {
    let score = measure(|_| true);
    tell("all", &score);
    assert!(score.readable > 4_000);
    assert!(score.n_needless * 100 <= score.readable * 3, "{} of {}", score.n_needless, score.readable);
    assert!(score.n_beside * 100 <= score.readable * 5, "{} of {}", score.n_beside, score.readable);
}

/// Row and column of F12, from 0.
fn place(cell: &str) -> (usize, usize) {
    let at = cell.find(|c: char| c.is_ascii_digit()).unwrap();
    let column = cell[..at].bytes().fold(0usize, |n, b| n * 26 + usize::from(b - b'A') + 1);
    (cell[at..].parse::<usize>().unwrap() - 1, column - 1)
}

/// The cells of a kind that the truth tells of, each with what it is told to mean and with every other cell of its sheet that says the same.
fn each_told(book: &mut Book, truth: &Value, kind: &str, act: impl Fn(&str, &Value) -> Option<String>) {
    for task in truth["tasks"].as_array().unwrap() {
        let sheet = book.sheets.iter_mut().find(|s| s.name == task["sheet"].as_str().unwrap()).unwrap();
        for told in task["cells"].as_array().unwrap().iter().filter(|told| told["kind"] == kind) {
            let (row, column) = place(told["cell"].as_str().unwrap());
            let Some(cell) = sheet.rows.get(row).and_then(|r| r.get(column)).cloned() else { continue };
            if let (Cell::Text(_), Some(text)) = (&cell, act(&cell.text(), told)) {
                let words = |c: &Cell| c.text().split_whitespace().collect::<String>();
                let same = sheet.rows.iter_mut().flatten().filter(|c| words(c) == words(&cell));
                same.for_each(|c| *c = Cell::Text(text.clone()));
            }
        }
    }
}

/// What offices do to a ledger without changing what it means, and what they write beside what belongs in a cell: whatever is not read right is asked about.
#[test]
fn ledgers_changed_as_offices_change_them_are_read_or_reported() {
    // Every fourth of the sets the recogniser was mended with: what a change does to one ledger it does to its like. Of the two later sets, 104 loses a cell to
    // “岗位2、七日”, where a number without a mark stands before one in words.
    let some = |t: &Value| t["n"].as_u64().is_some_and(|n| n % 4 == 0 && n <= 92);
    let mut lost: Vec<String> = Vec::new();
    let mut said = |name: &str, score: Score, least: usize| {
        tell(name, &score);
        assert!(score.readable > 500 && score.right * 100 >= score.readable * least, "{name}");
        lost.extend(score.lost.into_iter().map(|why| format!("{name}: {why}")));
    };
    let signed = measure_with(some, |book, truth| {
        for sheet in book.sheets.iter_mut().filter(|s| !s.is_hidden) {
            let last = sheet.rows.iter().rposition(|r| r.iter().any(|c| !c.is_blank())).unwrap_or(0);
            sheet.rows.truncate(last + 1);
            let words = ["", "站长：", "", "书记（签字）：", "记录：甲某"].map(|t| Cell::Text(t.to_owned()));
            sheet.rows.push(words.to_vec());
            let row = json!({ "sheet": sheet.name, "row": last + 2, "reason": null, "optional": true });
            truth["skipped"].as_array_mut().unwrap().push(row);
        }
        true
    });
    said("with a line to sign below", signed, 97);
    let numbered = measure_with(some, |book, truth| {
        each_told(book, truth, "title", |text, told| {
            (Some(text) == told["text"].as_str()).then(|| format!("3.{text}"))
        });
        true
    });
    said("with numbers before the problems", numbered, 97);
    let parts = |text: &str, told: &Value, number: &dyn Fn(usize) -> String| -> Option<String> {
        let texts: Vec<&str> = told["texts"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let is_list = texts.len() > 1 && told["beside"].is_null() && text.contains(texts[1]);
        is_list.then(|| texts.iter().enumerate().map(|(i, t)| number(i + 1) + t).collect())
    };
    let close = measure_with(some, |book, truth| {
        each_told(book, truth, "measures", |text, told| parts(text, told, &|n| format!("（{n}）")));
        true
    });
    said("with measures numbered close together", close, 97);
    let unparted = measure_with(some, |book, truth| {
        each_told(book, truth, "measures", |text, told| parts(text, told, &|n| format!("{n}、")));
        true
    });
    said("with measures numbered and no mark between them", unparted, 80);
    for tail in ["。责任人：甲某", "（整改时限：6月底前）", "，责任单位：财务部", "⑨另一条"]
    {
        let more = measure_with(some, |book, truth| {
            each_told(book, truth, "measures", |text, told| told["beside"].is_null().then(|| format!("{text}{tail}")));
            true
        });
        said(&format!("with “{tail}” behind the measures"), more, 60);
    }
    for tail in ["（财务部）", "。整改措施：补齐", " 己寅一", "②另一件没有办"] {
        let more = measure_with(some, |book, truth| {
            each_told(book, truth, "title", |text, told| {
                text.contains(told["text"].as_str().unwrap()).then(|| format!("{text}{tail}"))
            });
            true
        });
        said(&format!("with “{tail}” behind the problems"), more, 60);
    }
    assert_eq!(lost, Vec::<String>::new());
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
