//! A unit's week as a sheet that is filled in offline: how it is laid out, and what a filled one changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::fill::{self, mark, refuse, written};
pub use super::fill::{CellFault, HEADINGS, MARKS};
use super::grid::{Book, Cell, address};
use crate::calendar::Week;
use crate::ids::{RoundId, TaskId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::task::command::StatementInput;
use crate::task::text::StatementText;
use crate::weekly_statement;
use crate::words;

words! {
    /// A field of a weekly statement that a person fills in.
    pub enum StatementField {
        Progress = "progress", "本周进展";
        NoProgressReason = "no_progress_reason", "本周无进展的原因";
        Difficulties = "difficulties", "困难";
        HelpWanted = "help_wanted", "请领导组协调";
        NextStep = "next_step", "下周打算";
    }
}

impl StatementField {
    /// What a statement says in this field.
    pub fn of(self, text: &StatementText) -> Option<&str> {
        match self {
            StatementField::Progress => text.progress.as_deref(),
            StatementField::NoProgressReason => text.no_progress_reason.as_deref(),
            StatementField::Difficulties => text.difficulties.as_deref(),
            StatementField::HelpWanted => text.help_wanted.as_deref(),
            StatementField::NextStep => text.next_step.as_deref(),
        }
    }

    fn set(self, text: &mut StatementText, words: Option<String>) {
        match self {
            StatementField::Progress => text.progress = words,
            StatementField::NoProgressReason => text.no_progress_reason = words,
            StatementField::Difficulties => text.difficulties = words,
            StatementField::HelpWanted => text.help_wanted = words,
            StatementField::NextStep => text.next_step = words,
        }
    }

    /// The column it is filled in, counted from 0.
    pub fn column(self) -> usize {
        GIVEN.len() + Self::ALL.iter().position(|f| *f == self).unwrap_or_default()
    }
}

/// The sheet a person fills in.
pub const SHEET: &str = "每周写实";
/// Columns that are given and locked, before those to fill in.
pub const GIVEN: [&str; 5] = ["任务编号", "具体问题", "完成标准", "时限", "上周写实"];
/// What the marks begin with: the form of the sheet, raised when it changes.
const FORM: &str = "bihuan-week-1";

/// Every heading, in order.
pub fn headings() -> impl Iterator<Item = &'static str> {
    GIVEN.into_iter().chain(StatementField::ALL.iter().map(|f| f.label()))
}

/// One task of the week as it is now.
#[derive(Clone, Debug)]
pub struct LineNow {
    pub task: TaskId,
    pub number: String,
    /// The newest revision handed in; 0 where there is none.
    pub revision: u16,
    /// What that revision says.
    pub text: StatementText,
}

/// A week as it is now, which a sheet is made from and a filled one is compared with.
#[derive(Clone, Debug)]
pub struct WeekNow {
    pub round: RoundId,
    pub unit: UnitId,
    pub week: Week,
    pub lines: Vec<LineNow>,
}

impl WeekNow {
    /// The rows of the hidden sheet: what it was made from, then each task with its revision and what that said.
    pub fn marks(&self) -> Vec<Vec<String>> {
        let head = [FORM.to_owned(), self.round.0.to_string(), self.unit.0.to_string(), self.week.to_string()];
        let mut rows = vec![head.to_vec()];
        for line in &self.lines {
            let mut row = vec![line.number.clone(), line.revision.to_string()];
            row.extend(StatementField::ALL.iter().map(|f| f.of(&line.text).unwrap_or_default().to_owned()));
            rows.push(row);
        }
        rows
    }
}

/// What a filled sheet says otherwise of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub field: StatementField,
    /// What is handed in now.
    pub before: Option<String>,
    /// What the sheet says; none empties the field.
    pub after: Option<String>,
}

/// A task of which a filled sheet says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledRow {
    pub task: TaskId,
    pub number: String,
    /// Something was handed in after the sheet was made.
    pub is_stale: bool,
    pub changes: Vec<FieldChange>,
}

/// What a filled sheet comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filled {
    pub rows: Vec<FilledRow>,
    pub faults: Vec<CellFault>,
}

/// What the hidden sheet says the file was made from: per number the revision and what that said.
fn base<'a>(book: &'a Book, now: &WeekNow) -> Result<BTreeMap<&'a str, (u16, StatementText)>, Refusal> {
    let foreign = || Refusal::field("/file", "week-sheet-foreign");
    let rows = fill::marks(book, FORM, "week-sheet-foreign")?;
    let head = rows.first().ok_or_else(foreign)?;
    if mark(head, 1) != now.round.0.to_string() {
        return Err(Refusal::field("/file", "week-sheet-other-round"));
    }
    if mark(head, 2) != now.unit.0.to_string() {
        return Err(Refusal::field("/file", "week-sheet-other-unit"));
    }
    if mark(head, 3) != now.week.to_string() {
        let params = json!({ "week": mark(head, 3), "now": now.week.to_string() });
        return Err(refuse("week-sheet-other-week", params));
    }
    let mut found = BTreeMap::new();
    for row in rows.iter().skip(1) {
        let revision = mark(row, 1).parse().map_err(|_| foreign())?;
        let mut words = StatementText::default();
        for (i, field) in StatementField::ALL.iter().enumerate() {
            field.set(&mut words, row.get(2 + i).and_then(written));
        }
        found.insert(mark(row, 0), (revision, words));
    }
    Ok(found)
}

/// Reads a filled sheet against the week as it is now. Nothing is changed by it: a field counts as changed where the sheet says otherwise than what
/// it was made from and than what is handed in now (docs/domain.md §14).
///
/// Errors: `content` at /file with `week-sheet-foreign`, `week-sheet-other-round`, `week-sheet-other-unit`, `week-sheet-other-week`,
/// `week-sheet-missing` or `week-sheet-columns`.
pub fn read(book: &Book, formulas: &BTreeSet<(usize, usize)>, now: &WeekNow) -> Result<Filled, Refusal> {
    let base = base(book, now)?;
    let sheet = fill::sheet(book, SHEET, headings(), ("week-sheet-missing", "week-sheet-columns"))?;
    let mut filled = Filled::default();
    let mut seen: BTreeMap<TaskId, usize> = BTreeMap::new();
    for (at, cells) in sheet.rows.iter().enumerate().skip(HEADINGS + 1) {
        let fill = |field: StatementField| cells.get(field.column()).filter(|c| !c.is_blank());
        let is_filled = StatementField::ALL.iter().any(|f| fill(*f).is_some());
        let number = cells.first().map(Cell::text).unwrap_or_default();
        if number.is_empty() && !is_filled {
            continue;
        }
        let fault = |column: usize, code: &str, params: serde_json::Value| CellFault {
            cell: address(at, column),
            code: code.to_owned(),
            params,
        };
        let Some(line) = now.lines.iter().find(|l| l.number == number) else {
            let code = if number.is_empty() { "week-row-number-missing" } else { "week-row-number-unknown" };
            filled.faults.push(fault(0, code, json!({ "number": number })));
            continue;
        };
        if let Some(first) = seen.insert(line.task, at) {
            let params = json!({ "number": number, "row": first + 1 });
            filled.faults.push(fault(0, "week-row-number-repeated", params));
            continue;
        }
        let before = filled.faults.len();
        for field in StatementField::ALL {
            let column = field.column();
            if let Some((code, params)) = fill::computed(fill(*field), (at, column), formulas) {
                filled.faults.push(fault(column, code, params));
            }
        }
        if filled.faults.len() > before {
            continue;
        }
        let made_from = base.get(number.as_str());
        let (is_stale, old) = made_from.map_or((false, &line.text), |(rev, old)| (*rev != line.revision, old));
        let mut text = line.text.clone();
        let mut changes = Vec::new();
        for field in StatementField::ALL {
            let after = fill(*field).and_then(written);
            let now = field.of(&line.text);
            if after.as_deref() == field.of(old) || after.as_deref() == now {
                continue;
            }
            field.set(&mut text, after.clone());
            changes.push(FieldChange { field: *field, before: now.map(str::to_owned), after });
        }
        let faults = content_faults(text, now);
        for (field, error) in &faults {
            filled.faults.push(fault(field.column(), &error.code, error.params.clone()));
        }
        if faults.is_empty() && !changes.is_empty() {
            filled.rows.push(FilledRow { task: line.task, number, is_stale, changes });
        }
    }
    Ok(filled)
}

/// What could never be handed in: both progress and a reason for none, or a field that is too long. A row that is not complete yet is a draft.
fn content_faults(text: StatementText, now: &WeekNow) -> Vec<(StatementField, FieldError)> {
    let input = StatementInput {
        unit: now.unit,
        week: now.week,
        follows: 0,
        progress: text.progress,
        difficulties: text.difficulties,
        help_wanted: text.help_wanted,
        next_step: text.next_step,
        no_progress_reason: text.no_progress_reason,
        evidence: Vec::new(),
    };
    let errors = weekly_statement::check_content(&input).err().map(|r| r.errors).unwrap_or_default();
    errors
        .into_iter()
        .filter(|e| e.code != "progress-or-reason")
        .filter_map(|e| Some((StatementField::parse(e.pointer.trim_start_matches('/'))?, e)))
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::grid::Sheet;
    use super::*;

    fn line(n: u128, revision: u16, progress: Option<&str>) -> LineNow {
        let text = StatementText { progress: progress.map(str::to_owned), ..StatementText::default() };
        LineNow { task: TaskId(Uuid::from_u128(n)), number: format!("T{n:02}"), revision, text }
    }

    /// T01 without words, T02 handed in once.
    fn now() -> WeekNow {
        WeekNow {
            round: RoundId(Uuid::from_u128(100)),
            unit: UnitId(Uuid::from_u128(200)),
            week: Week::parse("2020-W38").unwrap(),
            lines: vec![line(1, 0, None), line(2, 1, Some("已交的话"))],
        }
    }

    fn text(words: &str) -> Cell {
        if words.is_empty() { Cell::Empty } else { Cell::Text(words.to_owned()) }
    }

    /// The file as it is made: given columns, then what each line says.
    fn made(now: &WeekNow) -> Book {
        let mut rows = vec![vec![text("标题")], vec![text("说明")], headings().map(text).collect()];
        for line in &now.lines {
            let mut row = vec![text(&line.number), text("题"), Cell::Empty, Cell::Empty, Cell::Empty];
            row.extend(StatementField::ALL.iter().map(|f| text(f.of(&line.text).unwrap_or_default())));
            rows.push(row);
        }
        let marks = now.marks().iter().map(|r| r.iter().map(|c| text(c)).collect()).collect();
        let sheet = |name: &str, rows| Sheet { name: name.to_owned(), rows, ..Sheet::default() };
        Book { sheets: vec![sheet(SHEET, rows), Sheet { is_hidden: true, ..sheet(MARKS, marks) }] }
    }

    fn put(book: &mut Book, row: usize, column: usize, cell: Cell) {
        let cells = &mut book.sheets[0].rows[row];
        cells.resize(cells.len().max(column + 1), Cell::Empty);
        cells[column] = cell;
    }

    fn filled(book: &Book) -> Filled {
        read(book, &BTreeSet::new(), &now()).unwrap()
    }

    fn refused(book: &Book) -> FieldError {
        read(book, &BTreeSet::new(), &now()).unwrap_err().errors.remove(0)
    }

    fn faults(book: &Book) -> Vec<(String, String)> {
        filled(book).faults.into_iter().map(|f| (f.cell, f.code)).collect()
    }

    fn fault(cell: &str, code: &str) -> (String, String) {
        (cell.to_owned(), code.to_owned())
    }

    #[test]
    fn a_sheet_as_it_was_made_changes_nothing() {
        assert_eq!(filled(&made(&now())), Filled::default());
        assert_eq!(headings().count(), 10);
    }

    #[test]
    fn each_field_is_read_from_its_column() {
        let mut book = made(&now());
        for (i, field) in
            StatementField::ALL.iter().enumerate().filter(|(_, f)| **f != StatementField::NoProgressReason)
        {
            put(&mut book, 3, field.column(), text(&format!("第{i}")));
        }
        let rows = filled(&book).rows;
        assert_eq!(rows.len(), 1);
        let said: Vec<_> = rows[0].changes.iter().map(|c| (c.field, c.after.as_deref().unwrap())).collect();
        use StatementField::{Difficulties, HelpWanted, NextStep, Progress};
        assert_eq!(said, [(Progress, "第0"), (Difficulties, "第2"), (HelpWanted, "第3"), (NextStep, "第4")]);
        let mut book = made(&now());
        put(&mut book, 3, StatementField::NoProgressReason.column(), text("等批复"));
        assert_eq!(filled(&book).rows[0].changes[0].field, StatementField::NoProgressReason);
    }

    #[test]
    fn words_stay_as_written_and_numbers_and_dates_are_words() {
        let mut book = made(&now());
        put(&mut book, 3, 5, text("  第一行\r\n第２行\r "));
        put(&mut book, 4, 5, Cell::Number(12.0));
        let rows = filled(&book).rows;
        assert_eq!(rows[0].changes[0].after.as_deref(), Some("第一行\n第２行"));
        let change = &rows[1].changes[0];
        assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some("已交的话"), Some("12")));
        assert!(!rows[1].is_stale);
    }

    #[test]
    fn an_emptied_cell_empties_the_field() {
        let mut book = made(&now());
        put(&mut book, 4, 5, text(" \u{200b}"));
        assert_eq!(filled(&book).rows[0].changes[0].after, None);
    }

    #[test]
    fn a_file_that_was_overtaken_is_known_and_what_it_left_alone_stays() {
        let mut old = now();
        old.lines[1] = line(2, 0, None);
        // Made before T02 was handed in, and left alone there: nothing to say.
        assert_eq!(filled(&made(&old)), Filled::default());
        let mut book = made(&old);
        put(&mut book, 4, 5, text("表里的话"));
        let row = &filled(&book).rows[0];
        assert!(row.is_stale);
        assert_eq!(row.changes[0].before.as_deref(), Some("已交的话"));
        // The same words as were handed in meanwhile are no change.
        put(&mut book, 4, 5, text("已交的话"));
        assert_eq!(filled(&book), Filled::default());
    }

    #[test]
    fn a_task_the_file_does_not_know_of_is_compared_with_what_is_now() {
        let mut book = made(&now());
        book.sheets[1].rows.pop();
        put(&mut book, 4, 5, text("新写的"));
        let row = &filled(&book).rows[0];
        assert_eq!((row.number.as_str(), row.is_stale), ("T02", false));
    }

    #[test]
    fn another_file_is_refused_by_what_it_is() {
        assert_eq!(refused(&Book::default()).code, "week-sheet-foreign");
        let mut book = made(&now());
        book.sheets[1].rows.clear();
        assert_eq!(refused(&book).code, "week-sheet-foreign");
        let mut book = made(&now());
        book.sheets[1].rows[0][0] = text("something-else");
        assert_eq!(refused(&book).code, "week-sheet-foreign");
        let mut book = made(&now());
        book.sheets[1].rows[1][1] = Cell::Number(0.0);
        assert_eq!(refused(&book).code, "week-sheet-foreign");
        let mut other = now();
        other.round = RoundId(Uuid::from_u128(101));
        assert_eq!(refused(&made(&other)).code, "week-sheet-other-round");
        let mut other = now();
        other.unit = UnitId(Uuid::from_u128(201));
        assert_eq!(refused(&made(&other)).code, "week-sheet-other-unit");
        let mut other = now();
        other.week = other.week.previous();
        let error = refused(&made(&other));
        assert_eq!((error.code.as_str(), &error.params["week"]), ("week-sheet-other-week", &json!("2020-W37")));
        let mut book = made(&now());
        book.sheets[0].name = "Sheet1".to_owned();
        assert_eq!(refused(&book).code, "week-sheet-missing");
    }

    #[test]
    fn moved_columns_are_named_by_cell() {
        let mut book = made(&now());
        book.sheets[0].rows[2].swap(5, 7);
        let error = refused(&book);
        assert_eq!(error.code, "week-sheet-columns");
        assert_eq!(error.params, json!({ "cell": "F3", "heading": "本周进展", "found": "困难" }));
        book.sheets[0].rows.truncate(1);
        assert_eq!(refused(&book).params["found"], "");
    }

    #[test]
    fn rows_without_their_number_with_another_or_twice_are_named() {
        let mut book = made(&now());
        let mut again = book.sheets[0].rows[3].clone();
        again[5] = text("又写");
        let blank = vec![Cell::Empty; 10];
        let mut nameless = blank.clone();
        nameless[6] = text("无编号");
        let mut unknown = blank.clone();
        unknown[0] = text("T99");
        book.sheets[0].rows.extend([again, blank, nameless, unknown]);
        assert_eq!(
            faults(&book),
            [
                fault("A6", "week-row-number-repeated"),
                fault("A8", "week-row-number-missing"),
                fault("A9", "week-row-number-unknown")
            ]
        );
        assert_eq!(filled(&book).faults[0].params, json!({ "number": "T01", "row": 4 }));
        assert!(filled(&book).rows.is_empty());
    }

    #[test]
    fn formulas_are_not_taken() {
        let mut book = made(&now());
        put(&mut book, 3, 5, text("算出来的"));
        put(&mut book, 4, 7, Cell::Error("#REF!".to_owned()));
        let found = read(&book, &BTreeSet::from([(3, 5), (3, 1)]), &now()).unwrap();
        let codes: Vec<_> = found.faults.iter().map(|f| (f.cell.as_str(), f.code.as_str())).collect();
        assert_eq!(codes, [("F4", "cell-formula"), ("H5", "cell-formula-failed")]);
        assert!(found.rows.is_empty(), "a row with a fault is left out");
    }

    #[test]
    fn what_could_never_be_handed_in_is_named_by_cell() {
        let mut book = made(&now());
        put(&mut book, 3, 7, text(&"长".repeat(4_001)));
        put(&mut book, 4, 6, text("没有进展"));
        assert_eq!(faults(&book), [fault("H4", "too-long"), fault("G5", "progress-and-reason")]);
        // Only a difficulty so far: a draft.
        let mut book = made(&now());
        put(&mut book, 3, 7, text("难"));
        assert_eq!((filled(&book).rows.len(), faults(&book).len()), (1, 0));
    }
}
