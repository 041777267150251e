//! The drafts while they grow: findings and tasks with the cells that speak of them, and the doubts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::drafts::{AspectDraft, PlanDraft};
use super::super::grid::{Cell, Grid, squeeze};
use super::super::names::Match;
use super::super::numbering;
use super::super::report::Doubt;
use super::corrections::Say;
use super::layout::{Column, Table};
use super::meaning::Meaning;
use super::{Context, Outcome, Question, at};
use crate::ids::UnitId;

/// A cell of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spot {
    pub(super) sheet: usize,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// A cell that speaks of a task.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) meaning: Meaning,
    pub(super) heading: String,
    pub(super) spot: Spot,
    pub(super) cell: Cell,
}

/// A measure with the time limit of its row.
#[derive(Clone, Debug)]
pub(super) struct MeasureSaid {
    pub(super) text: String,
    pub(super) number: Option<String>,
    pub(super) due: Option<Spot>,
}

/// A finding while its number is not settled.
#[derive(Clone, Debug)]
pub(super) struct FindingBuild {
    pub(super) text: String,
    pub(super) aspect: Option<usize>,
    pub(super) written: Option<String>,
}

/// A task while its rows come in.
#[derive(Clone, Debug)]
pub(super) struct TaskBuild {
    pub(super) finding: usize,
    pub(super) title: String,
    pub(super) spot: Spot,
    pub(super) rows: Vec<usize>,
    pub(super) said: Vec<Said>,
    pub(super) measures: Vec<MeasureSaid>,
    pub(super) item_number: Option<String>,
    pub(super) task_number: Option<String>,
    pub(super) ordinal: String,
    /// Meaning or heading to words, for telling a row that was entered twice.
    pub(super) print: BTreeMap<String, String>,
    pub(super) extra: BTreeMap<String, String>,
}

/// A doubt with its place in the order of the sheet.
pub(super) struct Asked {
    pub(super) spot: Spot,
    pub(super) doubt: Doubt,
    pub(super) proposal: Option<String>,
    pub(super) task: Option<usize>,
}

/// Reads sheet after sheet into drafts.
pub(super) struct Builder<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) plan: PlanDraft,
    pub(super) asked: Vec<Asked>,
    pub(super) sheet: usize,
    pub(super) sheet_name: String,
    pub(super) names: BTreeMap<usize, String>,
    pub(super) year: i32,
    pub(super) years: BTreeMap<usize, i32>,
    pub(super) findings: Vec<FindingBuild>,
    pub(super) tasks: Vec<TaskBuild>,
    /// The finding, aspect and heading the next row stands under.
    pub(super) aspect: Option<usize>,
    pub(super) finding: Option<usize>,
    pub(super) under_heading: Option<usize>,
    pub(super) task: Option<usize>,
    /// The unit whose rows follow, as the heading above them names it.
    pub(super) under_unit: Option<Said>,
    /// Leaders and people named above the header for all rows under it.
    pub(super) above: Vec<Said>,
    /// Finding and problem, squeezed, to the tasks that say so.
    pub(super) by_words: HashMap<(String, String), Vec<usize>>,
    pub(super) by_finding: HashMap<(Option<usize>, String), usize>,
    /// Where the time limit stands on a sheet.
    pub(super) due_columns: BTreeMap<usize, usize>,
    /// The unit whose own ledger a sheet without a column of units is.
    pub(super) units_of_sheets: BTreeMap<usize, UnitId>,
    /// The task whose cells are being read.
    pub(super) reading: Option<usize>,
    /// Cells of the sheet asked about because of its layout.
    pub(super) n_of_layout: usize,
    seen: BTreeSet<(Spot, String)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            plan: PlanDraft::default(),
            asked: Vec::new(),
            sheet: 0,
            sheet_name: String::new(),
            names: BTreeMap::new(),
            year: context.default_year,
            years: BTreeMap::new(),
            findings: Vec::new(),
            tasks: Vec::new(),
            aspect: None,
            finding: None,
            under_heading: None,
            task: None,
            under_unit: None,
            above: Vec::new(),
            by_words: HashMap::new(),
            by_finding: HashMap::new(),
            due_columns: BTreeMap::new(),
            units_of_sheets: BTreeMap::new(),
            reading: None,
            n_of_layout: 0,
            seen: BTreeSet::new(),
        }
    }

    pub(super) fn begin_sheet(&mut self, index: usize, name: &str) {
        self.sheet = index;
        self.n_of_layout = 0;
        self.sheet_name = name.to_owned();
        self.names.insert(index, name.to_owned());
        self.begin_table(false);
    }

    /// Another header; the same one again, as at the top of a page, goes on where the last rows were.
    pub(super) fn begin_table(&mut self, goes_on: bool) {
        self.years.insert(self.sheet, self.year);
        if !goes_on {
            (self.aspect, self.finding, self.under_heading, self.task) = (None, None, None, None);
            self.under_unit = None;
        }
    }

    /// Asks about a cell, unless it was answered: then what was said. A cell is asked the same only once, but holds back every task that rests on it.
    pub(super) fn ask(
        &mut self,
        spot: Spot,
        kind: &str,
        text: &str,
        message: String,
        proposal: Option<String>,
    ) -> Option<Say> {
        let name = self.names.get(&spot.sheet).cloned().unwrap_or_default();
        let cell = at(spot);
        if let Some(say) = self.context.corrections.answer(kind, &name, &cell)
            && !matches!(say, Say::Read { .. })
        {
            return Some(say.clone());
        }
        let is_new = self.seen.insert((spot, kind.to_owned()));
        if is_new || self.reading.is_some() {
            let doubt = Doubt { sheet: name, cell, kind: kind.to_owned(), text: text.to_owned(), message };
            self.asked.push(Asked { spot, doubt, proposal, task: self.reading });
        }
        None
    }

    /// A heading among the rows: an aspect, or in a table with one problem column under an aspect, a finding.
    pub(super) fn section(&mut self, table: &Table, spot: Spot, (level, n, words): (u8, Option<usize>, &str)) {
        if self.unit_heading(table, spot, words) {
            return;
        }
        let is_single = !(table.has(Meaning::Finding) && table.has(Meaning::Item));
        (self.finding, self.task) = (None, None);
        if level == 2 && is_single && self.aspect.is_some() {
            let finding = self.open_finding(words, n.map(|n| n.to_string()));
            self.under_heading = Some(finding);
        } else {
            self.under_heading = None;
            self.enter_aspect(n, words);
        }
    }

    /// What was found, in a row of its own above what it consists of.
    pub(super) fn finding_above(&mut self, (number, words): &(String, String)) {
        (self.finding, self.task) = (None, None);
        let finding = self.open_finding(&super::take::words_of_problem(words.clone()), written_number(number));
        self.under_heading = Some(finding);
    }

    /// A heading that is the name of a unit, in a table without a column of units: the rows under it are that unit's.
    fn unit_heading(&mut self, table: &Table, spot: Spot, words: &str) -> bool {
        let has_units = [Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons].iter().any(|m| table.has(*m));
        let name = words.split(['（', '(', '：', ':']).next().unwrap_or_default().trim();
        let is_unit = matches!(self.context.directory.unit(name), Match::One(_))
            || matches!(self.context.directory.unit(words), Match::One(_));
        if has_units || !is_unit {
            return false;
        }
        let full = if matches!(self.context.directory.unit(words), Match::One(_)) { words } else { name };
        let cell = Cell::Text(full.to_owned());
        (self.finding, self.task) = (None, None);
        self.under_unit = Some(Said { meaning: Meaning::Units, heading: "责任单位".to_owned(), spot, cell });
        true
    }

    /// The rows that follow are this unit's, as a line above their header says.
    pub(super) fn stand_under(&mut self, unit: UnitId, row: usize) {
        let spot = Spot { sheet: self.sheet, row, column: 0 };
        let cell = Cell::Text(self.unit_name(unit));
        self.under_unit = Some(Said { meaning: Meaning::Units, heading: "责任单位".to_owned(), spot, cell });
    }

    /// Whether nothing but the name of a unit stands in a row, above the rows that name it again.
    pub(super) fn is_heading_of_unit(&self, grid: &Grid<'_>, row: usize) -> bool {
        let [column] = grid.filled(row)[..] else { return false };
        matches!(self.context.directory.unit(&grid.at(row, column).text()), Match::One(_))
    }

    pub(super) fn enter_aspect(&mut self, n: Option<usize>, words: &str) {
        let title = squeeze(words);
        let known = self.plan.aspects.iter().position(|a| a.title == title);
        let place = known.unwrap_or_else(|| {
            let next = i32::try_from(self.plan.aspects.len()).unwrap_or(0) + 1;
            let ordinal = n.and_then(|n| i32::try_from(n).ok()).unwrap_or(next);
            self.plan.aspects.push(AspectDraft { ordinal, title });
            self.plan.aspects.len() - 1
        });
        if self.aspect != Some(place) {
            (self.finding, self.task, self.under_heading) = (None, None, None);
        }
        self.aspect = Some(place);
    }

    /// The finding of these words under the aspect, new or known.
    pub(super) fn open_finding(&mut self, text: &str, written: Option<String>) -> usize {
        let key = (self.aspect, squeeze(text));
        if let Some(known) = self.by_finding.get(&key) {
            return *known;
        }
        self.findings.push(FindingBuild { text: text.trim().to_owned(), aspect: self.aspect, written });
        self.by_finding.insert(key, self.findings.len() - 1);
        self.findings.len() - 1
    }

    /// A finding of its own, whatever others say.
    pub(super) fn lone_finding(&mut self, text: &str, written: Option<String>) -> usize {
        self.findings.push(FindingBuild { text: text.trim().to_owned(), aspect: self.aspect, written });
        self.findings.len() - 1
    }

    /// Columns whose meaning another column has already: asked about once.
    pub(super) fn repeated_columns(&mut self, grid: &Grid<'_>, table: &Table) {
        for column in table.columns.iter().filter(|c| c.is_repeated) {
            let message = "这一列与前面一列意思相同，内容原样保留在任务的其他栏目中；请指明它的意思。".to_owned();
            self.ask(self.heading_of(grid, table, column), "column_repeated", &column.heading, message, None);
        }
    }

    /// A column that is understood by its content only: asked about once, and every task that has something there waits for the answer.
    pub(super) fn guessed_column(&mut self, grid: &Grid<'_>, table: &Table, column: &Column) {
        let meaning = column.meaning.label();
        let message = format!("表头没有写明这一列的意思，按内容读作“{meaning}”；请核对，不对的请指明它的意思。");
        self.ask(self.heading_of(grid, table, column), "column_guessed", &column.heading, message, None);
    }

    fn heading_of(&self, grid: &Grid<'_>, table: &Table, column: &Column) -> Spot {
        let (row, anchor) = table.heading_of(grid, column);
        Spot { sheet: self.sheet, row, column: anchor }
    }

    /// Rows of this sheet that belong to tasks.
    pub(super) fn rows_taken(&self) -> BTreeSet<usize> {
        self.tasks.iter().filter(|t| t.spot.sheet == self.sheet).flat_map(|t| t.rows.iter().copied()).collect()
    }

    /// The drafts, the questions, and what became of the rows of tasks.
    pub(super) fn finish(mut self) -> (PlanDraft, Vec<Question>, Vec<(usize, usize, Outcome)>) {
        let tasks = std::mem::take(&mut self.tasks);
        let rows = tasks
            .iter()
            .enumerate()
            .flat_map(|(i, t)| t.rows.iter().map(move |row| (t.spot.sheet, *row, Outcome::Taken { task: i })))
            .collect();
        self.forget_ordinals_of_items(&tasks);
        let numbers = self.number_findings();
        self.finish_tasks(tasks, &numbers);
        let mut asked = std::mem::take(&mut self.asked);
        asked.sort_by_key(|a| a.spot);
        let mut questions = Vec::new();
        let mut told: BTreeSet<(Spot, String)> = BTreeSet::new();
        let mut counted: BTreeSet<(Option<usize>, Spot, String)> = BTreeSet::new();
        for asked in asked {
            let is_first = counted.insert((asked.task, asked.spot, asked.doubt.kind.clone()));
            if let Some(task) = asked.task.filter(|_| is_first).and_then(|i| self.plan.tasks.get_mut(i)) {
                task.doubts += 1;
                task.extra.insert(format!("疑点 {}", asked.doubt.cell), asked.doubt.message.clone());
            }
            if told.insert((asked.spot, asked.doubt.kind.clone())) {
                questions.push(Question { proposal: asked.proposal, task: asked.task });
                self.plan.doubts.push(asked.doubt);
            }
        }
        self.plan.tasks.iter_mut().for_each(super::super::drafts::TaskDraft::seal);
        (self.plan, questions, rows)
    }
}

/// The number of a finding as its column or its ordinal says it.
pub(super) fn written_number(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(numbering::ordinal(text).map_or_else(|| squeeze(text), |n| n.to_string()))
}
