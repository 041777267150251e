//! What a column means by what stands in it, where its heading does not say and no other column says it.
//!
//! A guess is used and asked about once, at the heading; until it is answered every task that rests on it is in doubt.

use std::collections::BTreeSet;

use super::super::completion::{Completion, Completions};
use super::super::grid::{Cell, Grid, squeeze};
use super::super::names::{self, Directory, Match};
use super::deadline::{self, Deadline};
use super::layout::Column;
use super::meaning::Meaning;

/// What the cells are held against.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) directory: &'a Directory,
    pub(super) completion: &'a Completions,
    pub(super) year: i32,
}

/// Rows looked at; a column does not change its meaning further down.
const MOST_ROWS: usize = 60;
/// Fewest cells of a row of data: what stands around the data has fewer.
const FEWEST_CELLS: usize = 3;
/// Shortest words of a problem, in characters, on the average.
const SHORTEST_PROBLEM: usize = 4;

/// Days and people of another act than the rectification.
const OTHER_ACTS: [&str; 14] =
    ["检查", "排查", "发现", "填报", "反馈", "验收", "登记", "实际", "开始", "起始", "审核", "复核", "联系", "核查"];

fn is_of_another_act(column: &Column) -> bool {
    OTHER_ACTS.iter().any(|word| column.heading.contains(word))
}

/// The cells of the data under a header.
struct Data<'g, 'a> {
    grid: &'g Grid<'a>,
    rows: Vec<usize>,
    known: Known<'g>,
}

impl<'g> Data<'g, '_> {
    fn cells(&self, index: usize) -> impl Iterator<Item = (usize, &'g Cell)> + '_ {
        let grid = self.grid;
        self.rows.iter().map(move |row| (*row, grid.at(*row, index))).filter(|(_, cell)| !cell.is_blank())
    }

    /// Whether most cells of the column are so, and there is one.
    fn is_mostly(&self, index: usize, is_so: impl Fn(&Cell) -> bool) -> bool {
        let (mut n, mut n_so) = (0usize, 0usize);
        for (_, cell) in self.cells(index) {
            n += 1;
            n_so += usize::from(is_so(cell));
        }
        n_so > 0 && n_so * 2 > n
    }

    fn is_time_limit(&self, cell: &Cell) -> bool {
        let read = deadline::read(cell, self.known.year);
        !matches!(cell, Cell::Number(_)) && !matches!(read, Deadline::None | Deadline::Unclear | Deadline::Unsure(_))
    }

    fn is_unit(&self, cell: &Cell) -> bool {
        let names = names::split(&cell.text());
        !names.is_empty() && names.iter().all(|name| !matches!(self.known.directory.unit(name), Match::None))
    }

    fn is_person(&self, cell: &Cell) -> bool {
        let directory = self.known.directory;
        let is_known = |name: &String| {
            !matches!(directory.person(name, &[]), Match::None)
                || !matches!(directory.person_with_post(name, &[]), Match::None)
        };
        let names = names::split(&cell.text());
        !names.is_empty() && names.iter().all(is_known)
    }

    /// Days that cannot be those something was done on: words instead of a day, the end of a month, a day in a row that is not finished.
    fn is_of_limits(&self, index: usize, status: Option<usize>) -> bool {
        self.cells(index).any(|(row, cell)| match deadline::read(cell, self.known.year) {
            Deadline::Immediate(None) | Deadline::Sustained(_) | Deadline::Staged(_) => true,
            Deadline::On(_) => {
                let text = cell.text();
                let is_open = || {
                    let said = status.and_then(|s| self.known.completion.read(&self.grid.at(row, s).text()));
                    matches!(said, Some(Completion::Open | Completion::Lasting))
                };
                text.ends_with('底') || text.contains('前') || is_open()
            }
            _ => false,
        })
    }

    /// How long the words of a column are on the average, where they are the words of problems: most rows have some, each its own.
    fn length_of_problems(&self, index: usize) -> Option<usize> {
        let words: Vec<String> = self.cells(index).map(|(_, cell)| squeeze(&cell.text())).collect();
        let distinct: BTreeSet<&String> = words.iter().collect();
        let is_other = |cell: &Cell| {
            !matches!(cell, Cell::Text(_)) || self.is_time_limit(cell) || self.is_unit(cell) || self.is_person(cell)
        };
        let is_own = words.len() * 2 > self.rows.len() && distinct.len() * 10 >= words.len() * 8;
        let length = words.iter().map(|w| w.chars().count()).sum::<usize>().checked_div(words.len())?;
        (is_own && length >= SHORTEST_PROBLEM && !self.is_mostly(index, is_other)).then_some(length)
    }
}

/// The columns of a table while what it lacks is looked for.
struct Search<'c, 'g, 'a> {
    data: Data<'g, 'a>,
    columns: &'c mut [Column],
    /// The columns, by their place, whose headings say nothing that is known.
    unnamed: BTreeSet<usize>,
}

impl Search<'_, '_, '_> {
    fn lacks(&self, meanings: &[Meaning]) -> bool {
        !self.columns.iter().any(|c| meanings.contains(&c.meaning))
    }

    fn take(&mut self, place: Option<usize>, meaning: Meaning) {
        if let Some(place) = place {
            self.unnamed.remove(&place);
            (self.columns[place].meaning, self.columns[place].is_guessed) = (meaning, true);
        }
    }

    fn unnamed_where(&self, is_so: impl Fn(&Cell) -> bool) -> Option<usize> {
        let fits = |place: &usize| {
            let column = &self.columns[*place];
            !is_of_another_act(column) && self.data.is_mostly(column.index, &is_so)
        };
        self.unnamed.iter().copied().find(fits)
    }

    fn measures(&mut self) {
        let is_so = |c: &Column| c.meaning == Meaning::Kept && ["措施", "举措"].iter().any(|w| c.heading.contains(w));
        self.take(self.columns.iter().position(is_so), Meaning::Measure);
    }

    fn time_limits(&mut self) {
        let data = &self.data;
        let status = self.columns.iter().find(|c| c.meaning == Meaning::Status).map(|c| c.index);
        let is_day_of_end = |c: &Column| {
            c.meaning == Meaning::DoneOn
                && !is_of_another_act(c)
                && data.is_mostly(c.index, |cell| data.is_time_limit(cell))
                && data.is_of_limits(c.index, status)
        };
        let place = self.columns.iter().position(is_day_of_end);
        let place = place.or_else(|| self.unnamed_where(|cell| data.is_time_limit(cell)));
        self.take(place, Meaning::Due);
    }

    fn leaders(&mut self) {
        let data = &self.data;
        let is_so = |c: &Column| {
            c.meaning == Meaning::Kept
                && c.heading.contains("领导")
                && data.is_mostly(c.index, |cell| data.is_person(cell))
        };
        self.take(self.columns.iter().position(is_so), Meaning::Leaders);
    }

    /// The problem stands before what is done about it; where nothing there fits, behind.
    fn problems(&mut self) {
        let measure = self.columns.iter().position(|c| c.meaning == Meaning::Measure).unwrap_or(0);
        let candidate = |place: &usize| {
            let length = self.data.length_of_problems(self.columns[*place].index)?;
            Some((*place < measure, length, std::cmp::Reverse(*place)))
        };
        let place = self.unnamed.iter().filter_map(candidate).max().map(|(.., place)| place.0);
        self.take(place, Meaning::Finding);
    }
}

/// Settles what the table lacks; a table without problems and measures is no ledger, and is left as it is.
pub(super) fn settle(
    grid: &Grid<'_>,
    rows: std::ops::Range<usize>,
    known: Known<'_>,
    columns: &mut [Column],
    unnamed: &[usize],
) {
    use Meaning::{Due, Finding, Item, LeadLeaders, LeadUnits, Leaders, Measure, Persons, Units, UnitsAndPersons};
    let rows = rows.filter(|row| grid.filled(*row).len() >= FEWEST_CELLS).take(MOST_ROWS).collect();
    let mut search = Search { data: Data { grid, rows, known }, columns, unnamed: unnamed.iter().copied().collect() };
    if search.lacks(&[Finding, Item, Measure]) {
        return;
    }
    if search.lacks(&[Measure]) {
        search.measures();
    }
    if search.lacks(&[Due]) {
        search.time_limits();
    }
    if search.lacks(&[Leaders, LeadLeaders]) {
        search.leaders();
    }
    if search.lacks(&[Persons, UnitsAndPersons]) {
        let place = search.unnamed_where(|cell| search.data.is_person(cell));
        search.take(place, Persons);
    }
    if search.lacks(&[Units, LeadUnits, UnitsAndPersons]) {
        let place = search.unnamed_where(|cell| search.data.is_unit(cell));
        search.take(place, Units);
    }
    if search.lacks(&[Finding, Item]) {
        search.problems();
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::completion::CompletionWords;
    use super::super::super::grid::{Book, Sheet};
    use super::super::super::names::{DirectoryPerson, DirectoryUnit};
    use super::super::{Answer, Context, Corrections, Reading, Say, read};
    use super::*;
    use crate::actor::UnitPath;
    use crate::ids::{PersonId, UnitId};
    use uuid::Uuid;

    fn directory() -> Directory {
        let unit = |n: u128, name: &str| {
            let id = UnitId(Uuid::from_u128(n));
            DirectoryUnit { id, name: name.into(), aliases: Vec::new(), path: UnitPath(vec![id]) }
        };
        let person = |n: u128, name: &str| DirectoryPerson {
            id: PersonId(Uuid::from_u128(n)),
            name: name.into(),
            units: Vec::new(),
        };
        Directory {
            units: vec![unit(1, "财务部"), unit(2, "审计部")],
            people: vec![person(11, "甲乙"), person(12, "丙丁"), person(13, "戊己")],
        }
    }

    fn reading(rows: &[&[&str]], corrections: &Corrections) -> Reading {
        let cell = |text: &&str| if text.is_empty() { Cell::Empty } else { Cell::Text((*text).to_owned()) };
        let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let book = Book { sheets: vec![Sheet { name: "表".into(), rows, ..Sheet::default() }] };
        let (directory, completion) = (directory(), CompletionWords::default().index());
        read(&book, &Context { directory: &directory, default_year: 2020, completion: &completion, corrections })
    }

    fn meanings(reading: &Reading) -> Vec<Meaning> {
        reading.sheets[0].tables[0].columns.iter().map(|c| c.meaning).collect()
    }

    fn asked(reading: &Reading) -> Vec<&str> {
        reading.plan.doubts.iter().filter(|d| d.kind == "column_guessed").map(|d| d.cell.as_str()).collect()
    }

    const UNNAMED: &[&[&str]] = &[
        &["序号", "情形", "整改措施", "归口", "谁来办", "何时", "完成情况", "备注", "佐证材料"],
        &["1", "台账没有按月登记", "补登台账", "财务部", "甲乙", "6月底前", "整改中", "", ""],
        &["2", "合同没有按时归档", "补归档", "审计部", "丙丁", "立行立改", "已完成", "", ""],
    ];

    #[test]
    fn what_no_heading_says_is_read_from_the_cells_and_asked_about() {
        use Meaning::{Due, Finding, Kept, Measure, Ordinal, Persons, Remark, Status, Units};
        let found = reading(UNNAMED, &Corrections::default());
        assert_eq!(meanings(&found), [Ordinal, Finding, Measure, Units, Persons, Due, Status, Remark, Kept]);
        assert_eq!(asked(&found), ["B1", "D1", "E1", "F1"]);
        assert_eq!(found.plan.tasks[0].title, "台账没有按月登记");
        assert!(found.plan.tasks.iter().all(|task| task.doubts >= 4), "each task waits for the answers");
        assert_eq!(found.plan.tasks[0].due_on.map(|d| d.to_string()).as_deref(), Some("2020-06-30"));
    }

    #[test]
    fn the_heading_is_asked_about_and_not_the_numbers_under_it() {
        let head: &[&str] = &["序号", "情形", "整改措施", "责任单位", "备注"];
        let row: &[&str] = &["1", "台账没有按月登记", "补登台账", "财务部", ""];
        let found = reading(&[head, &["（1）", "（2）", "（3）", "（4）", "（5）"], row], &Corrections::default());
        assert_eq!(asked(&found), ["B1"]);
    }

    #[test]
    fn a_refused_guess_is_kept_as_it_is() {
        let answer = Answer {
            kind: "column_guessed".into(),
            sheet: Some("表".into()),
            cell: Some("F1".into()),
            say: Say::Leave,
        };
        let found = reading(UNNAMED, &Corrections { answers: vec![answer], ..Corrections::default() });
        assert_eq!(meanings(&found)[5], Meaning::Kept);
        assert_eq!(asked(&found), ["B1", "D1", "E1"]);
    }

    #[test]
    fn a_day_of_completion_is_a_time_limit_where_it_cannot_be_the_day_it_was_done() {
        let table = |on: &'static str, status: &'static str| -> Vec<Meaning> {
            let rows: [&[&str]; 2] = [
                &["序号", "存在问题", "整改措施", "责任单位", "整改完成时间", "完成情况"],
                &["1", "台账没有登记", "补登台账", "财务部", on, status],
            ];
            meanings(&reading(&rows, &Corrections::default()))
        };
        assert_eq!(table("6月底前", "已完成")[4], Meaning::Due);
        assert_eq!(table("6月20日", "整改中")[4], Meaning::Due);
        assert_eq!(table("6月20日", "已完成")[4], Meaning::DoneOn);
    }

    #[test]
    fn days_and_people_of_another_act_are_not_taken() {
        let rows: [&[&str]; 2] = [
            &["序号", "排查日期", "存在问题", "整改措施", "责任单位", "验收的人", "督办领导"],
            &["1", "2020年6月3日", "台账没有登记", "补登台账", "财务部", "甲乙", "戊己"],
        ];
        let found = reading(&rows, &Corrections::default());
        assert_eq!(meanings(&found)[1], Meaning::Kept);
        assert_eq!(meanings(&found)[5], Meaning::Kept);
        assert_eq!(meanings(&found)[6], Meaning::Leaders);
        assert_eq!(asked(&found), ["G1"]);
    }

    #[test]
    fn how_much_is_no_problem() {
        let text = |t: &str| Cell::Text(t.to_owned());
        let rows = vec![
            vec![text("序号"), text("审计发现的问题"), text("问题（万元）"), text("整改措施"), text("责任单位")],
            vec![Cell::Number(1.0), text("往来没有清理"), Cell::Number(126.5), text("清理往来"), text("财务部")],
        ];
        let book = Book { sheets: vec![Sheet { name: "表".into(), rows, ..Sheet::default() }] };
        let (directory, completion, corrections) =
            (directory(), CompletionWords::default().index(), Corrections::default());
        let context =
            Context { directory: &directory, default_year: 2020, completion: &completion, corrections: &corrections };
        assert_eq!(read(&book, &context).plan.tasks[0].title, "往来没有清理");
    }
}
