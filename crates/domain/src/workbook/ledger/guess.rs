//! What a column means by what stands in it, where its heading does not say and no other column says it.
//!
//! A guess is used and asked about once, at the heading; until it is answered every task that rests on it is in doubt.

use std::collections::BTreeSet;

use super::super::completion::{Completion, Completions};
use super::super::dates;
use super::super::grid::{Cell, Grid, squeeze};
use super::super::names::{self, Directory, Match};
use super::super::written;
use super::deadline::{self, Deadline};
use super::layout::Column;
use super::meaning::{self, Meaning};
use super::parts;

/// What the cells are held against.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) directory: &'a Directory,
    pub(super) completion: &'a Completions,
    pub(super) year: i32,
}

impl Known<'_> {
    /// Whether a heading is one of several states or ways of handling that are ticked: 已完成, 立行立改.
    pub(super) fn is_choice(&self, heading: &str) -> bool {
        let bare = meaning::bare(heading);
        bare.chars().count() > 1 && (self.completion.read(&bare).is_some() || deadline::is_label(&bare))
    }

    /// Whether the cell holds a day, or units or people and nothing else: no heading.
    pub(super) fn is_content(&self, cell: &Cell) -> bool {
        let text = cell.text();
        let is_name = |name: &String| {
            !matches!(self.directory.unit(name), Match::None)
                || !matches!(self.directory.person(name, &[]), Match::None)
        };
        let names = names::split(&text);
        matches!(cell, Cell::Date(_))
            || dates::parse(&text, self.year).is_some()
            || !names.is_empty() && names.iter().all(is_name)
    }
}

/// Rows looked at; a column does not change its meaning further down.
const MOST_ROWS: usize = 60;
/// Fewest cells of a row of data: what stands around the data has fewer.
const FEWEST_CELLS: usize = 3;
/// Shortest words of a problem, in characters, on the average.
const SHORTEST_PROBLEM: usize = 4;

/// Days and people of another act than the rectification.
const OTHER_ACTS: [&str; 16] = [
    "检查",
    "排查",
    "发现",
    "填报",
    "反馈",
    "验收",
    "登记",
    "实际",
    "开始",
    "起始",
    "启动",
    "起止前",
    "审核",
    "复核",
    "联系",
    "核查",
];

fn is_of_another_act(column: &Column) -> bool {
    OTHER_ACTS.iter().any(|word| column.heading.contains(word)) && !parts::is_of_object(&column.heading)
}

/// Headings that ask for a measure in other words, where no column is called so.
const LIKE_MEASURES: [&str; 14] = [
    "措施",
    "举措",
    "任务",
    "要求",
    "建议",
    "意见",
    "方案",
    "计划",
    "安排",
    "打算",
    "做法",
    "怎么",
    "整改内容",
    "工作内容",
];

/// Headings of those who lead without being called leaders.
const LIKE_LEADERS: [&str; 9] = ["牵头", "分管", "主管", "包", "挂", "领衔", "主抓", "班子", "总负责"];

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
        let is_known = |name: &String| !matches!(self.known.directory.unit(name), Match::None);
        !names.is_empty() && names.iter().all(is_known)
            || self
                .written(cell)
                .is_some_and(|w| w.persons.is_empty() && !(w.units.is_empty() && w.supporting.is_empty()))
    }

    /// Units with their people.
    fn is_both(&self, cell: &Cell) -> bool {
        self.written(cell).is_some_and(|w| !w.persons.is_empty() && !w.units.is_empty())
    }

    fn written(&self, cell: &Cell) -> Option<written::Written> {
        matches!(cell, Cell::Text(_)).then(|| written::read(self.known.directory, &cell.text(), &[])).flatten()
    }

    fn is_state(&self, cell: &Cell) -> bool {
        let text = cell.text();
        text.chars().count() > 1 && self.known.completion.told(&text).is_some()
    }

    fn is_disposition(&self, cell: &Cell) -> bool {
        let text = cell.text();
        text.chars().count() <= 6 && deadline::disposition(&text).is_some()
    }

    fn is_person(&self, cell: &Cell) -> bool {
        let directory = self.known.directory;
        let is_known = |name: &String| {
            !matches!(directory.person(name, &[]), Match::None)
                || !matches!(directory.person_with_post(name, &[]), Match::None)
        };
        let names = names::join_lone(names::split(&cell.text()));
        !names.is_empty() && names.iter().all(is_known)
            || self.written(cell).is_some_and(|w| w.units.is_empty() && !w.persons.is_empty())
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

    /// A column that is called units without saying of what act, whatever stands in it.
    fn named_units(&self) -> Option<usize> {
        let is_so = |c: &Column| parts::names_units(&meaning::bare(&c.heading)) && !is_of_another_act(c);
        self.unnamed.iter().copied().find(|place| is_so(&self.columns[*place]))
    }

    fn unnamed_where(&self, is_so: impl Fn(&Cell) -> bool) -> Option<usize> {
        let fits = |place: &usize| {
            let column = &self.columns[*place];
            !is_of_another_act(column) && self.data.is_mostly(column.index, &is_so)
        };
        self.unnamed.iter().copied().find(fits)
    }

    /// Columns that hold something else than their headings say, all through: people under units, units under people, states under days.
    fn verify(&mut self) {
        use Meaning::{DoneOn, Due, LeadLeaders, LeadUnits, Leaders, Persons, Status, Units};
        let data = &self.data;
        let is_all = |index: usize, is_so: &dyn Fn(&Cell) -> bool| {
            data.cells(index).count() > 1 && data.cells(index).all(|(_, cell)| is_so(cell))
        };
        let found: Vec<Option<Meaning>> = self
            .columns
            .iter()
            .map(|c| match c.meaning {
                Units | LeadUnits if is_all(c.index, &|cell| data.is_person(cell)) => Some(Persons),
                Persons | Leaders | LeadLeaders if is_all(c.index, &|cell| data.is_unit(cell)) => Some(Units),
                Due | DoneOn if is_all(c.index, &|cell| data.is_state(cell) && !data.is_time_limit(cell)) => {
                    Some(Status)
                }
                Status if is_all(c.index, &|cell| data.is_time_limit(cell) && !data.is_state(cell)) => Some(Due),
                _ => None,
            })
            .collect();
        for (column, meaning) in self.columns.iter_mut().zip(found) {
            if let Some(meaning) = meaning {
                (column.meaning, column.is_guessed) = (meaning, true);
            }
        }
    }

    /// What is called nearly so; a task beside the problem; else the longest words behind it.
    fn measures(&mut self) {
        use Meaning::{Finding, Item, Kept, Objective};
        let data = &self.data;
        let has_problem = !self.lacks(&[Finding]);
        let is_long = |c: &Column| data.length_of_problems(c.index).is_some();
        let is_called = |c: &Column, words: &[&str]| words.iter().any(|w| c.heading.contains(w));
        let is_so = |c: &Column| c.meaning == Kept && is_called(c, &LIKE_MEASURES[..2]);
        let is_like = |c: &Column| {
            let is_free = c.meaning == Kept
                || c.meaning == Item && has_problem && is_called(c, &["任务", "整改内容", "工作内容"]);
            is_free && is_called(c, &LIKE_MEASURES) && is_long(c)
        };
        let problem = self.columns.iter().rposition(|c| matches!(c.meaning, Finding | Item));
        let behind = |place: &&usize| {
            problem.is_some_and(|p| **place > p)
                && is_long(&self.columns[**place])
                && !is_of_another_act(&self.columns[**place])
        };
        let is_target = |c: &Column| c.meaning == Objective && c.heading.contains("要求") && is_long(c);
        let place = self.columns.iter().position(is_so).or_else(|| self.columns.iter().position(is_like));
        let place = place.or_else(|| self.unnamed.iter().find(behind).copied());
        let place = place.or_else(|| self.columns.iter().position(is_target));
        self.take(place, Meaning::Measure);
    }

    /// Words of the state alone in a column that is not called so; ways of handling in one that is called a class.
    fn states(&mut self) {
        let place = self
            .unnamed
            .iter()
            .copied()
            .find(|place| self.data.is_mostly(self.columns[*place].index, |cell| self.data.is_state(cell)));
        self.take(place, Meaning::Status);
    }

    fn dispositions(&mut self) {
        let data = &self.data;
        let is_so = |c: &Column| {
            matches!(c.meaning, Meaning::Kept | Meaning::Aspect)
                && data.is_mostly(c.index, |cell| data.is_disposition(cell))
                && data.cells(c.index).all(|(_, cell)| data.is_disposition(cell))
        };
        let place = self.columns.iter().position(is_so);
        self.take(place, Meaning::Disposition);
    }

    fn time_limits(&mut self) {
        let data = &self.data;
        let status = self.columns.iter().find(|c| c.meaning == Meaning::Status).map(|c| c.index);
        let is_day_of_end = |c: &Column| {
            c.meaning == Meaning::DoneOn
                && !is_of_another_act(c)
                && data.is_mostly(c.index, |cell| data.is_time_limit(cell))
                && (data.is_of_limits(c.index, status)
                    || status.is_none() && parts::is_open_day(&meaning::bare(&c.heading)))
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
        let place = self.columns.iter().position(is_so).or_else(|| {
            let is_like = |place: &usize| {
                let column = &self.columns[*place];
                LIKE_LEADERS.iter().any(|w| column.heading.contains(w))
                    && self.data.is_mostly(column.index, |cell| self.data.is_person(cell))
            };
            self.unnamed.iter().copied().find(is_like)
        });
        self.take(place, Meaning::Leaders);
    }

    /// 责任人（部门）: a column of people that names their units too, or the other way round, where no other column does.
    fn both(&mut self) {
        use Meaning::{LeadUnits, Persons, Units};
        let (lacks_units, lacks_persons) = (self.lacks(&[Units, LeadUnits]), self.lacks(&[Persons]));
        let data = &self.data;
        let is_so = |c: &Column| {
            (lacks_units && c.meaning == Persons || lacks_persons && matches!(c.meaning, Units | LeadUnits))
                && data.is_mostly(c.index, |cell| data.is_both(cell))
        };
        if let Some(place) = self.columns.iter().position(is_so) {
            self.columns[place].meaning = Meaning::UnitsAndPersons;
        }
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

/// Rows looked at for a header whose words say nothing.
const MOST_HEADER_ROWS: usize = 30;
/// Fewest columns of such a table, and rows under it.
const FEWEST_COLUMNS: usize = 4;
const FEWEST_ROWS: usize = 2;

/// The row above a table that nobody can read by its headings: short words, each its own, over columns of problems and of two things at least that go with them.
pub(super) fn header_by_content(grid: &Grid<'_>, known: Known<'_>) -> Option<usize> {
    (0..grid.sheet.rows.len().min(MOST_HEADER_ROWS)).find(|row| {
        let filled = grid.filled(*row);
        let rows: Vec<usize> = (*row + 1..grid.sheet.rows.len())
            .filter(|below| grid.filled(*below).len() >= FEWEST_CELLS)
            .take(MOST_ROWS)
            .collect();
        if filled.len() < FEWEST_COLUMNS || rows.len() < FEWEST_ROWS {
            return false;
        }
        let data = Data { grid, rows, known };
        let is_content = |cell: &Cell| {
            !matches!(cell, Cell::Text(text) if text.chars().count() <= 12)
                || data.is_unit(cell)
                || data.is_person(cell)
                || data.is_time_limit(cell) && cell.text().contains(|c: char| c.is_ascii_digit())
                || data.is_state(cell) && !known.is_choice(&cell.text())
        };
        let words: BTreeSet<String> = filled.iter().map(|c| squeeze(&grid.at(*row, *c).text())).collect();
        if words.len() < filled.len() || filled.iter().any(|c| is_content(grid.at(*row, *c))) {
            return false;
        }
        let has = |is_so: &dyn Fn(&Cell) -> bool| filled.iter().any(|c| data.is_mostly(*c, is_so));
        let kinds = [
            has(&|cell| data.is_unit(cell)),
            has(&|cell| data.is_person(cell)),
            has(&|cell| data.is_time_limit(cell)),
            has(&|cell| data.is_state(cell)),
        ];
        kinds.iter().filter(|k| **k).count() >= 2 && filled.iter().any(|c| data.length_of_problems(*c).is_some())
    })
}

/// Settles what the table lacks; a table without problems and measures is no ledger, and is left as it is.
pub(super) fn settle(
    grid: &Grid<'_>,
    rows: std::ops::Range<usize>,
    known: Known<'_>,
    columns: &mut [Column],
    unnamed: &[usize],
    is_by_content: bool,
) {
    use Meaning::{
        Disposition, Due, Finding, Item, LeadLeaders, LeadUnits, Leaders, Measure, Persons, Status, Units,
        UnitsAndPersons,
    };
    let rows = rows.filter(|row| grid.filled(*row).len() >= FEWEST_CELLS).take(MOST_ROWS).collect();
    let mut search = Search { data: Data { grid, rows, known }, columns, unnamed: unnamed.iter().copied().collect() };
    if search.lacks(&[Finding, Item, Measure]) && !is_by_content {
        return;
    }
    search.verify();
    if search.lacks(&[Disposition]) {
        search.dispositions();
    }
    if search.lacks(&[Due]) {
        search.time_limits();
    }
    if search.lacks(&[Status]) {
        search.states();
    }
    if search.lacks(&[Leaders, LeadLeaders]) {
        search.leaders();
    }
    if search.lacks(&[UnitsAndPersons]) {
        search.both();
    }
    if search.lacks(&[Persons, Units, LeadUnits, UnitsAndPersons]) {
        let place = search.unnamed_where(|cell| search.data.is_both(cell));
        search.take(place, UnitsAndPersons);
    }
    if search.lacks(&[Persons, UnitsAndPersons]) {
        let place = search.unnamed_where(|cell| search.data.is_person(cell));
        search.take(place, Persons);
    }
    if search.lacks(&[Leaders, LeadLeaders]) {
        let place = search.unnamed_where(|cell| search.data.is_person(cell));
        search.take(place, Leaders);
    }
    if search.lacks(&[Units, LeadUnits, UnitsAndPersons]) {
        let place = search.unnamed_where(|cell| search.data.is_unit(cell)).or_else(|| search.named_units());
        search.take(place, Units);
    }
    if search.lacks(&[Finding, Item]) {
        search.problems();
    }
    if search.lacks(&[Measure]) {
        search.measures();
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
        &["序号", "摘录", "整改措施", "归口", "谁来办", "日子", "完成情况", "备注", "佐证材料"],
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
        let head: &[&str] = &["序号", "摘录", "整改措施", "责任单位", "备注"];
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
