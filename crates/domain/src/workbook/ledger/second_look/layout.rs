//! Rows and columns whose place says what they mean, and may say otherwise: joined rows, blank cells, columns nobody understands, headings among the rows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::grid::{Cell, Grid, squeeze};
use super::super::super::names::{self, Match};
use super::super::build::{Builder, Spot};
use super::super::deadline;
use super::super::layout::{Column, Table};
use super::super::meaning::{self, Meaning};
use super::super::{Outcome, SheetReading};
use super::{Looked, PASSED};

/// Shortest words of a measure, in characters, and headings that ask for one in other words.
const SHORTEST_MEASURE: usize = 4;
const LIKE_MEASURES: [&str; 15] =
    ["打算", "做法", "安排", "计划", "任务", "动作", "招", "怎么", "步骤", "举动", "改", "办", "机制", "长效", "制度"];

/// Marks that say whether something is done, or who is meant.
const MARKS: [&str; 16] = ["√", "✓", "✔", "☑", "×", "✗", "是", "否", "○", "●", "△", "▲", "Y", "N", "有", "无"];

/// Shortest words that may be a problem or a measure, in characters.
const SHORTEST_WORDS: usize = 4;

impl Builder<'_> {
    /// Rows that were joined to the task above though nothing but their place says so.
    pub(super) fn joined(&mut self, grid: &Grid<'_>, table: &Table, tasks: &[Looked]) {
        let Some(problem) = table.column(Meaning::Item).or_else(|| table.column(Meaning::Finding)) else { return };
        let ordinal = table.column(Meaning::Ordinal);
        let is_blank = |row: usize, column: usize| {
            let (r, c) = grid.anchor(row, column);
            grid.at(r, c).is_blank()
        };
        for looked in tasks {
            let Some(first) = looked.rows.first().copied() else { continue };
            for row in looked.rows[1..].iter().copied().filter(|row| table.header.1 < *row && *row < table.end) {
                let is_own = |c: &Column| !grid.at(row, c.index).is_blank();
                // Who answers, who leads and how far it is, each said anew: rows of a task do not say that, tasks do.
                let tells = |of: &[Meaning]| table.columns.iter().any(|c| of.contains(&c.meaning) && is_own(c));
                let n_told = [
                    tells(&[Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons]),
                    tells(&[Meaning::LeadLeaders, Meaning::Leaders]),
                    tells(&[Meaning::Status]),
                ];
                let is_own_task = n_told.iter().filter(|told| **told).count() > 1
                    || table.columns.iter().any(|c| c.meaning == Meaning::Kept && c.is_unknown && is_own(c));
                let has_own_problem = !grid.at(row, problem).is_blank();
                if has_own_problem || !is_blank(row, problem) && !is_own_task {
                    continue;
                }
                let has_number = ordinal.is_some_and(|c| {
                    !grid.at(row, c).is_blank()
                        && squeeze(&grid.at(row, c).text()) != squeeze(&grid.at(first, c).text())
                });
                let filled = grid.filled(row);
                let is_label = |c: &usize| grid.at(row, *c).text().ends_with(['：', ':']);
                let has_measure = table.of(Meaning::Measure).any(|c| !is_blank(row, c.index));
                if !has_number && has_measure && !is_own_task && !filled.iter().any(is_label) {
                    continue;
                }
                self.reading = Some(looked.task);
                for column in filled {
                    for at in [(row, column), grid.anchor(first, column)] {
                        let text = grid.at(at.0, at.1).text();
                        if !text.is_empty() {
                            let message =
                                format!("第 {} 行没有写问题，与第 {} 行读作一项；请核对。", row + 1, first + 1);
                            let spot = Spot { sheet: self.sheet, row: at.0, column: at.1 };
                            self.ask(spot, "row_joined", &text, message, None);
                        }
                    }
                }
            }
        }
        self.reading = None;
    }

    /// Cells left blank under a filled one: perhaps nobody, perhaps the same as above.
    pub(super) fn left_blank(&mut self, grid: &Grid<'_>, table: &Table, tasks: &[Looked]) {
        const FAMILIES: [&[Meaning]; 4] = [
            &[Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons],
            &[Meaning::Persons, Meaning::UnitsAndPersons],
            &[Meaning::LeadLeaders, Meaning::Leaders],
            &[Meaning::Due],
        ];
        let of_table = |row: usize| table.header.1 < row && row < table.end;
        let mut rows: Vec<(usize, &Looked)> =
            tasks.iter().filter_map(|t| Some((t.rows.first().copied().filter(|row| of_table(*row))?, t))).collect();
        rows.sort_by_key(|(row, _)| *row);
        for family in FAMILIES {
            let Some(column) = table.columns.iter().find(|c| family.contains(&c.meaning)) else { continue };
            let (mut from, mut above) = (table.header.1 + 1, None);
            for (row, looked) in &rows {
                above = (from..*row).rev().find(|r| !grid.at(*r, column.index).is_blank()).or(above);
                from = *row;
                let has_some = looked.said.iter().any(|(m, ..)| family.contains(m));
                let Some(above) = above.filter(|_| !has_some) else { continue };
                self.reading = Some(looked.task);
                let text = grid.at(above, column.index).text();
                let message = format!("第 {} 行没有写{}，是否与上面的“{text}”相同？", row + 1, column.meaning.label());
                for at in [above, *row] {
                    let spot = Spot { sheet: self.sheet, row: at, column: column.index };
                    self.ask(spot, "cell_blank", &grid.at(at, column.index).text(), message.clone(), None);
                }
            }
        }
        self.reading = None;
    }

    /// A table without a column of problems: each row was read as a task of its own by its measure.
    pub(super) fn without_problem(&mut self, grid: &Grid<'_>, table: &Table, tasks: &[Looked], reading: &SheetReading) {
        if table.has(Meaning::Finding) || table.has(Meaning::Item) || !table.has(Meaning::Measure) {
            return;
        }
        for looked in tasks {
            self.reading = Some(looked.task);
            for row in looked.rows.iter().filter(|row| table.header.1 < **row && **row < table.end) {
                let message = "这张表没有问题一列，每行读作一项；请核对这一格读得对不对。";
                self.ask_each(grid, *row, "layout_unsure", message);
            }
        }
        self.reading = None;
        for (number, _) in reading.rows.iter().filter(|(_, became)| matches!(became, Outcome::Skipped { .. })) {
            self.ask_each(grid, number - 1, "row_passed", PASSED);
        }
    }

    /// A problem without a number where the others have one: perhaps more of the one above.
    pub(super) fn unnumbered(&mut self, grid: &Grid<'_>, table: &Table, tasks: &[Looked]) {
        let (Some(ordinal), Some(_), None) =
            (table.column(Meaning::Ordinal), table.column(Meaning::Finding), table.column(Meaning::Item))
        else {
            return;
        };
        let of_table = |t: &&Looked| t.rows.first().is_some_and(|row| table.header.1 < *row && *row < table.end);
        let tasks: Vec<&Looked> = tasks.iter().filter(of_table).collect();
        let has_number = |t: &Looked| {
            let (row, column) = grid.anchor(t.rows[0], ordinal);
            !grid.at(row, column).is_blank()
        };
        if tasks.iter().filter(|t| has_number(t)).count() * 2 < tasks.len() {
            return;
        }
        for pair in tasks.windows(2).filter(|pair| has_number(pair[0]) && !has_number(pair[1])) {
            for looked in pair {
                self.reading = Some(looked.task);
                for row in &looked.rows {
                    let message = "有一行没有序号，读作另一项，可能是上一项的一部分；请核对。";
                    self.ask_each(grid, *row, "row_joined", message);
                }
            }
        }
        self.reading = None;
    }

    /// Columns that are only kept though their cells are such as are read, and cells merged over columns of different meanings.
    pub(super) fn columns(&mut self, grid: &Grid<'_>, table: &Table, tasks: &[Looked]) {
        let task_of: BTreeMap<usize, usize> =
            tasks.iter().flat_map(|t| t.rows.iter().map(move |row| (*row, t.task))).collect();
        let meaning_of = |index: usize| table.columns.iter().find(|c| c.index == index).map(|c| c.meaning);
        let is_repeated_matter =
            |c: &Column| c.is_repeated && meaning::label(&c.heading).is_some_and(Meaning::is_matter);
        let is_beside = table.columns.iter().any(is_repeated_matter);
        let has = |meanings: &[Meaning]| table.columns.iter().any(|c| meanings.contains(&c.meaning));
        let lacks_something = !has(&[Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons])
            || !has(&[Meaning::Persons, Meaning::UnitsAndPersons])
            || !has(&[Meaning::Due])
            || !has(&[Meaning::Status, Meaning::DoneOn]);
        for row in (table.header.1 + 1..table.end).filter(|row| task_of.contains_key(row)) {
            self.reading = task_of.get(&row).copied();
            if is_beside {
                self.ask_each(
                    grid,
                    row,
                    "layout_unsure",
                    "表头里问题一列出现了两次，像是并排的两张表；请核对这一格读得对不对。",
                );
            }
            for column in grid.filled(row) {
                let cell = grid.at(row, column);
                let text = cell.text();
                let spot = Spot { sheet: self.sheet, row, column };
                let known = table.columns.iter().find(|c| c.index == column);
                if let Some(c) = known
                    && let Some(what) = self.unread(cell, c, lacks_something)
                {
                    let became = if c.meaning == Meaning::Kept { "没有读入" } else { "按内容读入" };
                    let message = format!("“{}”这一列的意思看不准，这一格{became}；请核对。", c.heading);
                    self.ask(spot, "cell_unplaced", &text, message, None);
                    let is_next = |o: &Column| o.meaning == Meaning::Measure && o.index.abs_diff(c.index) == 1;
                    for other in table.columns.iter().filter(|o| is_kin(what, o.meaning) || is_next(o)) {
                        let at = grid.anchor(row, other.index);
                        if !grid.at(at.0, at.1).is_blank() {
                            let spot = Spot { sheet: self.sheet, row: at.0, column: at.1 };
                            let message =
                                format!("“{}”里也像是写了{}，没有一并读入；请核对。", c.heading, what.label());
                            self.ask(spot, "cell_unplaced", &grid.at(at.0, at.1).text(), message, None);
                        }
                    }
                }
                if let Some(merge) = grid.merge(row, column).filter(|m| m.right > m.left) {
                    let meanings: BTreeSet<Meaning> = (merge.left..=merge.right)
                        .filter_map(meaning_of)
                        .filter(|m| !matches!(m, Meaning::Kept | Meaning::Remark | Meaning::Ignored))
                        .collect();
                    if meanings.len() > 1 {
                        let message = "这一格并在意思不同的几列上；请核对。".to_owned();
                        self.ask(spot, "cell_more", &text, message, None);
                    }
                }
            }
        }
        self.reading = None;
    }

    /// What a cell that is only kept may be: of a column that nobody understands, or whose meaning another column has.
    fn unread(&self, cell: &Cell, column: &Column, lacks_something: bool) -> Option<Meaning> {
        // Of people it is hard to tell who leads and who does it.
        if column.is_guessed && matches!(column.meaning, Meaning::Persons | Meaning::Leaders) {
            return Some(Meaning::Kept);
        }
        if column.meaning != Meaning::Kept {
            return None;
        }
        if column.is_repeated {
            return meaning::label(&column.heading).or(Some(Meaning::Kept));
        }
        if !column.is_unknown {
            return None;
        }
        let is_word = matches!(cell, Cell::Text(text) if text.chars().count() >= SHORTEST_WORDS);
        let is_mark = matches!(cell, Cell::Text(text) if MARKS.contains(&text.trim()));
        let looks = self.looks_like(cell, &column.heading);
        looks.or_else(|| (lacks_something || is_word || is_mark).then_some(Meaning::Kept))
    }

    /// What a cell of a column that nobody understands looks like.
    fn looks_like(&self, cell: &Cell, heading: &str) -> Option<Meaning> {
        let text = cell.text();
        let directory = self.context.directory;
        let names = names::join_lone(names::split(&text));
        let all = |is_so: &dyn Fn(&String) -> bool| !names.is_empty() && names.iter().all(is_so);
        match cell {
            Cell::Text(_) if all(&|name| !matches!(directory.unit(name), Match::None)) => Some(Meaning::Units),
            Cell::Text(_) if all(&|name| !matches!(directory.person(name, &[]), Match::None)) => Some(Meaning::Persons),
            Cell::Text(_) if text.chars().count() > 1 && self.context.completion.read(&text).is_some() => {
                Some(Meaning::Status)
            }
            Cell::Text(_)
                if text.chars().count() >= SHORTEST_MEASURE && LIKE_MEASURES.iter().any(|w| heading.contains(w)) =>
            {
                Some(Meaning::Measure)
            }
            _ => None,
        }
    }

    /// Words of headings among the rows: the table is none, or ended before.
    pub(super) fn labels_among_rows(&mut self, grid: &Grid<'_>, table: &Table, reading: &SheetReading) {
        let is_of_rows =
            |row: &usize| matches!(reading.rows.get(&(row + 1)), Some(Outcome::Taken { .. } | Outcome::Doubted) | None);
        let is_heading = |row: usize, c: usize| {
            let text = grid.at(row, c).text();
            let known =
                meaning::known(&text).filter(|m| !matches!(m, Meaning::Kept | Meaning::Remark | Meaning::Ordinal));
            known.is_some() && self.context.completion.read(&text).is_none() && !deadline::is_label(&text)
        };
        let rows: Vec<usize> =
            (table.header.1 + 1..table.end).filter(is_of_rows).filter(|row| !grid.filled(*row).is_empty()).collect();
        let found: Vec<usize> =
            rows.iter().copied().filter(|row| grid.filled(*row).into_iter().any(|c| is_heading(*row, c))).collect();
        let asked = if found.len() > 1 { rows } else { found };
        for row in asked {
            self.ask_each(
                grid,
                row,
                "layout_unsure",
                "表里又出现了表头的字样，看不准这张表的版式；请核对这一格读得对不对。",
            );
        }
    }
}

/// Columns whose reading another one like it would change.
fn is_kin(what: Meaning, column: Meaning) -> bool {
    match what {
        Meaning::Units => matches!(column, Meaning::LeadUnits | Meaning::Units | Meaning::UnitsAndPersons),
        Meaning::Persons => matches!(column, Meaning::Persons | Meaning::UnitsAndPersons | Meaning::Leaders),
        Meaning::Kept => false,
        _ => column == what,
    }
}
