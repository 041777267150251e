//! Ledgers kept by hand: any sheet with a header of problems and measures becomes drafts, and every row and cell of it is accounted for (docs/domain.md §20).
//!
//! A row is taken, skipped with a reason, or in doubt; what could not be placed is a doubt with its address, a question and, where there is one, a proposal.
//! A person's corrections (what a column means, what a cell should say) are part of the input, so that the same file with the same corrections reads the same.

mod build;
mod corrections;
mod deadline;
mod finish;
mod form;
mod guess;
#[cfg(test)]
mod habits;
mod labels;
mod lacks;
mod layout;
mod meaning;
mod outline;
mod parties;
mod parts;
mod rows;
mod second_look;
mod take;

use std::collections::{BTreeMap, HashMap};

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::completion::Completions;
use super::dates;
use super::drafts::PlanDraft;
use super::grid::{Book, Cell, Grid, address, squeeze};
use super::names::Directory;
use super::report::Skipped;
use super::{plan, secrecy};
use crate::chain;
use build::{Builder, Spot};
use rows::{Kind, Reason};

pub use corrections::{Answer, ColumnCorrection, Corrections, Say, SheetCorrection};
pub use meaning::Meaning;

/// What a ledger is read with.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    pub directory: &'a Directory,
    /// The year of dates that have none, where neither a person nor the sheet says one.
    pub default_year: i32,
    pub completion: &'a Completions,
    pub corrections: &'a Corrections,
}

/// What became of a row that is not blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "became", rename_all = "snake_case")]
pub enum Outcome {
    Header,
    /// Part of a task, by its place in the list.
    Taken {
        task: usize,
    },
    Skipped {
        reason: String,
    },
    /// A person must look; nothing of it was taken in.
    Doubted,
}

/// A column as it was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ColumnReading {
    /// From 1.
    pub column: usize,
    pub heading: String,
    pub meaning: Meaning,
}

/// A header with its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableReading {
    /// First and last row of the header, from 1.
    pub header_first: usize,
    pub header_last: usize,
    pub columns: Vec<ColumnReading>,
}

/// A sheet as it was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetReading {
    pub name: String,
    pub is_hidden: bool,
    pub is_ignored: bool,
    /// The year its dates were completed with.
    pub year: i32,
    pub tables: Vec<TableReading>,
    /// What became of every row that is not blank, by its number from 1.
    // In JSON a number that names is text.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Outcome>))]
    pub rows: BTreeMap<usize, Outcome>,
}

/// What goes with a doubt: a proposal to accept, and the task it holds back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// What the cell would be read as when accepted.
    pub proposal: Option<String>,
    /// By its place in the list.
    pub task: Option<usize>,
}

/// A file as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub plan: PlanDraft,
    pub sheets: Vec<SheetReading>,
    /// One for each doubt of the plan, in the same order.
    pub questions: Vec<Question>,
    /// The three linked lists, which need no mapping.
    pub is_plan: bool,
    /// What files of the same shape are known by; empty where nothing has a header.
    pub shape: String,
}

/// Reads a file: the three linked lists as such, everything else as ledgers kept by hand.
pub fn read(book: &Book, context: &Context<'_>) -> Reading {
    if let Some(marks) = secrecy::marks(book) {
        let questions = vec![Question::default(); marks.len()];
        let plan = PlanDraft { doubts: marks, is_classified: true, ..PlanDraft::default() };
        return Reading { plan, questions, ..Reading::default() };
    }
    if plan::is_plan(book) {
        let year = context.corrections.year.unwrap_or(context.default_year);
        let plan = plan::read_plan(book, context.directory, year);
        let questions = vec![Question::default(); plan.doubts.len()];
        return Reading { plan, questions, is_plan: true, ..Reading::default() };
    }
    let mut builder = Builder::new(context);
    let mut sheets = Vec::new();
    let mut shapes = Vec::new();
    for (index, sheet) in book.sheets.iter().enumerate() {
        let said = context.corrections.sheet(&sheet.name);
        let mut reading = SheetReading {
            name: sheet.name.clone(),
            is_hidden: sheet.is_hidden,
            is_ignored: said.is_some_and(|s| s.is_ignored),
            year: context.default_year,
            tables: Vec::new(),
            rows: BTreeMap::new(),
        };
        if sheet.is_hidden || reading.is_ignored {
            let reason = if sheet.is_hidden { "hidden_sheet" } else { "note" };
            builder.plan.skipped.push(Skipped { sheet: sheet.name.clone(), row: None, reason: reason.into() });
        } else {
            let replaced: HashMap<(usize, usize), Cell> = context
                .corrections
                .replaced(&sheet.name)
                .filter_map(|(cell, text)| Some((place(cell)?, Cell::Text(text.to_owned()))))
                .collect();
            let grid = Grid::new(sheet, replaced);
            builder.begin_sheet(index, &sheet.name);
            let known = guess::Known {
                directory: context.directory,
                completion: context.completion,
                year: context.default_year,
            };
            let mut tables = layout::tables(&grid, said, known);
            forget_refused_guesses(&mut tables, &grid, &sheet.name, context.corrections);
            shapes.extend(tables.iter().flat_map(|t| t.headings().into_iter().map(squeeze)).map(|h| format!("{h}\n")));
            read_sheet(&mut builder, &grid, &tables, &mut reading);
            account(&mut builder, &grid, &mut reading);
            builder.second_look(&grid, &tables, &reading);
        }
        sheets.push(reading);
    }
    let shape = shapes.concat();
    let shape = if shape.is_empty() { shape } else { chain::digest("ledger_shape", &shape).as_str().to_owned() };
    let (plan, questions, tasks_of_rows) = builder.finish();
    for (sheet, row, became) in tasks_of_rows {
        if let Some(reading) = sheets.get_mut(sheet) {
            reading.rows.insert(row + 1, became);
        }
    }
    Reading { plan, sheets, questions, is_plan: false, shape }
}

/// What a person does not let stand: the column is kept as it is.
fn forget_refused_guesses(tables: &mut [layout::Table], grid: &Grid<'_>, sheet: &str, said: &Corrections) {
    for table in tables {
        let is_refused = |column: &layout::Column| {
            let (row, anchor) = table.heading_of(grid, column);
            column.is_guessed && matches!(said.answer("column_guessed", sheet, &address(row, anchor)), Some(Say::Leave))
        };
        let refused: Vec<bool> = table.columns.iter().map(is_refused).collect();
        for (column, _) in table.columns.iter_mut().zip(refused).filter(|(_, is_refused)| *is_refused) {
            (column.meaning, column.is_guessed) = (Meaning::Kept, false);
        }
    }
}

/// F12 as row and column from 0.
fn place(address: &str) -> Option<(usize, usize)> {
    let digits = address.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = address.split_at(digits);
    let column = letters.bytes().try_fold(0usize, |n, b| {
        b.is_ascii_uppercase().then(|| n.saturating_mul(26).saturating_add(usize::from(b - b'A') + 1))
    })?;
    Some((number.parse::<usize>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

fn skip(builder: &mut Builder<'_>, reading: &mut SheetReading, row: usize, reason: Reason) {
    let reason = reason.as_str().to_owned();
    builder.plan.skipped.push(Skipped { sheet: reading.name.clone(), row: Some(row + 1), reason: reason.clone() });
    reading.rows.insert(row + 1, Outcome::Skipped { reason });
}

fn read_sheet(builder: &mut Builder<'_>, grid: &Grid<'_>, tables: &[layout::Table], reading: &mut SheetReading) {
    let height = grid.sheet.rows.len();
    reading.year = year(builder.context, grid, tables);
    builder.year = reading.year;
    if form::is_card(grid, tables) && form::read(builder, grid, reading) {
        return;
    }
    if tables.is_empty() {
        without_header(builder, grid, reading);
        return;
    }
    let mut titles_from = 0;
    let mut said: Option<&layout::Table> = None;
    let has_units = |t: &layout::Table| {
        [Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons].iter().any(|meaning| t.has(*meaning))
    };
    if !tables.iter().any(has_units)
        && let Some(unit) = builder.unit_of_sheet(grid, tables[0].header.0)
    {
        builder.units_of_sheets.insert(builder.sheet, unit);
    }
    for (i, table) in tables.iter().enumerate() {
        let above = builder.people_above(grid, titles_from..table.header.0, table);
        if i == 0 || !above.is_empty() {
            builder.above = above;
        }
        for row in titles_from..table.header.0 {
            if !grid.filled(row).is_empty() {
                let text = grid.at(row, grid.filled(row)[0]).text();
                let reason = if rows::is_note(&text) { Reason::Note } else { Reason::Title };
                skip(builder, reading, row, reason);
            }
        }
        for row in table.header.0..=table.header.1 {
            if !grid.filled(row).is_empty() {
                reading.rows.insert(row + 1, Outcome::Header);
            }
        }
        let titled = titles_from..table.header.0;
        let is_repeated = said.is_some_and(|before| rows::is_same_header(before, table));
        reading.tables.push(TableReading {
            header_first: table.header.0 + 1,
            header_last: table.header.1 + 1,
            columns: table
                .columns
                .iter()
                .map(|c| ColumnReading { column: c.index + 1, heading: c.heading.clone(), meaning: c.meaning })
                .collect(),
        });
        let end = tables.get(i + 1).map_or(height, |next| rows::title_begins(grid, table.header.1 + 1, next.header.0));
        titles_from = end;
        let more = said.and_then(|before| more_of_a_form(grid, before, table, end));
        builder.begin_table(is_repeated || more.is_some());
        if i > 0
            && !has_units(table)
            && let Some(unit) = builder.unit_above(grid, titled.clone())
        {
            builder.stand_under(unit, titled.start);
        }
        if let Some(row) = more {
            builder.take_more(grid, table, row);
        } else if table.has_matter() {
            builder.repeated_columns(grid, table);
            read_rows(builder, grid, table, end, reading);
        } else {
            without_matter(builder, grid, table, end, reading);
        }
        said = Some(table);
    }
}

/// The one row under a header without a problem that follows another header with one row: a form in blocks, its labels above their values.
fn more_of_a_form(grid: &Grid<'_>, before: &layout::Table, table: &layout::Table, end: usize) -> Option<usize> {
    let rows = |from: usize, end: usize| (from..end).filter(|row| !grid.filled(*row).is_empty()).collect::<Vec<_>>();
    let (first, own) = (rows(before.header.1 + 1, table.header.0), rows(table.header.1 + 1, end));
    let is_new = table.columns.iter().all(|c| c.meaning == Meaning::Kept || !before.has(c.meaning));
    (!table.has_matter() && first.len() == 1 && is_new).then_some(())?;
    own.first().copied().filter(|_| own.len() == 1)
}

fn read_rows(
    builder: &mut Builder<'_>,
    grid: &Grid<'_>,
    table: &layout::Table,
    end: usize,
    reading: &mut SheetReading,
) {
    let headings = outline::headings(grid, table, end);
    for row in table.header.1 + 1..end {
        if let Some(heading) = headings.get(&row) {
            builder.finding_above(heading);
            skip(builder, reading, row, Reason::Section);
            continue;
        }
        match rows::kind(grid, table, row) {
            Kind::Blank => {}
            Kind::Skip(reason) => skip(builder, reading, row, reason),
            Kind::Section(level, n, words) => {
                let column = grid.filled(row).last().copied().unwrap_or(0);
                builder.section(table, Spot { sheet: builder.sheet, row, column }, (level, n, &words));
                skip(builder, reading, row, Reason::Section);
            }
            Kind::Unplaced if builder.is_heading_of_unit(grid, row) => skip(builder, reading, row, Reason::Section),
            Kind::Unplaced => unplaced(builder, grid, row, reading),
            Kind::Data => match builder.take(grid, table, row) {
                take::Taken::Task => {}
                take::Taken::Duplicate => skip(builder, reading, row, Reason::Duplicate),
                take::Taken::Nothing => unplaced(builder, grid, row, reading),
            },
        }
    }
}

/// The row as one doubt, with all that stands in it.
fn unplaced(builder: &mut Builder<'_>, grid: &Grid<'_>, row: usize, reading: &mut SheetReading) {
    let filled = grid.filled(row);
    let Some(first) = filled.first() else { return };
    let text = filled.iter().map(|c| grid.at(row, *c).text()).collect::<Vec<_>>().join(" ｜ ");
    let spot = Spot { sheet: builder.sheet, row, column: *first };
    let said = builder.ask(
        spot,
        "row_unplaced",
        &text,
        "看不出这一行属于哪个问题，未导入；请补上问题，或确认不导入。".into(),
        None,
    );
    if said.is_some() {
        skip(builder, reading, row, Reason::Note);
    } else {
        doubt(builder, grid, row, reading);
    }
}

/// A row that is not taken in: each of its cells is asked about.
fn doubt(builder: &mut Builder<'_>, grid: &Grid<'_>, row: usize, reading: &mut SheetReading) {
    reading.rows.insert(row + 1, Outcome::Doubted);
    builder.ask_each(grid, row, "row_part", "这一格所在的行未导入；请核对。");
}

/// A sheet that has a header but neither problems nor measures.
fn without_matter(
    builder: &mut Builder<'_>,
    grid: &Grid<'_>,
    table: &layout::Table,
    end: usize,
    reading: &mut SheetReading,
) {
    let rows: Vec<usize> = (table.header.1 + 1..end).filter(|row| !grid.filled(*row).is_empty()).collect();
    let spot = Spot {
        sheet: builder.sheet,
        row: table.header.0,
        column: grid.filled(table.header.0).first().copied().unwrap_or(0),
    };
    let message = format!("此表没有问题列，也没有措施列，{} 行未导入；请指明各列的意思，或不导入此表。", rows.len());
    let is_settled =
        builder.ask(spot, "matter_missing", &grid.at(spot.row, spot.column).text(), message, None).is_some();
    for row in rows {
        if is_settled {
            skip(builder, reading, row, Reason::Note);
        } else {
            doubt(builder, grid, row, reading);
        }
    }
}

/// A sheet without any header: words are notes; what looks like a table is asked about.
fn without_header(builder: &mut Builder<'_>, grid: &Grid<'_>, reading: &mut SheetReading) {
    let rows: Vec<usize> = (0..grid.sheet.rows.len()).filter(|row| !grid.filled(*row).is_empty()).collect();
    let Some(first) = rows.first().copied() else { return };
    let spot = Spot { sheet: builder.sheet, row: first, column: grid.filled(first)[0] };
    let is_settled = !rows::is_dense(grid) || {
        let message = format!("没有找到表头，{} 行未导入；请指明表头在第几行，或不导入此表。", rows.len());
        builder.ask(spot, "header_missing", &grid.at(spot.row, spot.column).text(), message, None).is_some()
    };
    for row in rows {
        if is_settled {
            skip(builder, reading, row, Reason::Note);
        } else {
            doubt(builder, grid, row, reading);
        }
    }
}

/// The year of a sheet's dates that have none: a person's word; the day of filling in above the header; the sheet's name; the year most of its full dates have;
/// its title; else the round's. A date is never moved into the next year.
fn year(context: &Context<'_>, grid: &Grid<'_>, tables: &[layout::Table]) -> i32 {
    if let Some(year) = context.corrections.year {
        return year;
    }
    let first = tables.first().map_or(0, |t| t.header.0);
    let above: Vec<String> = (0..first)
        .flat_map(|row| grid.filled(row).into_iter().map(move |column| (row, column)))
        .map(|(row, column)| grid.at(row, column).text())
        .collect();
    let dated = above
        .iter()
        .filter(|t| t.contains("日期") || t.contains("时间") || t.contains("截至"))
        .find_map(|t| dates::year(t));
    dated
        .or_else(|| dates::year(&grid.sheet.name))
        .or_else(|| usual_year(grid, tables))
        .or_else(|| above.iter().find_map(|t| dates::year(t)))
        .unwrap_or(context.default_year)
}

fn usual_year(grid: &Grid<'_>, tables: &[layout::Table]) -> Option<i32> {
    let columns = |table: &layout::Table| -> Vec<usize> {
        table.of(Meaning::Due).chain(table.of(Meaning::DoneOn)).map(|c| c.index).collect()
    };
    year_of_most(tables.iter().flat_map(|table| {
        columns(table)
            .into_iter()
            .flat_map(move |column| (table.header.1 + 1..table.end).map(move |row| grid.at(row, column)))
    }))
}

/// The year that most dates have which are written in full; of two, the later.
fn year_of_most<'c>(cells: impl Iterator<Item = &'c Cell>) -> Option<i32> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for cell in cells {
        // A date that is the same whatever year is lent to it has its own.
        if let (Some(a), Some(b)) = (dates::read(cell, 1951), dates::read(cell, 1952))
            && a == b
        {
            *counts.entry(a.year()).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(year, n)| (*n, *year)).map(|(year, _)| year)
}

/// Nothing vanishes: a row that nobody spoke for is in doubt.
fn account(builder: &mut Builder<'_>, grid: &Grid<'_>, reading: &mut SheetReading) {
    let taken = builder.rows_taken();
    for row in 0..grid.sheet.rows.len() {
        let is_known = reading.rows.contains_key(&(row + 1)) || taken.contains(&row);
        if !is_known && !grid.filled(row).is_empty() {
            unplaced(builder, grid, row, reading);
        }
    }
}

/// The address of a spot, with the sheet's name.
fn at(spot: Spot) -> String {
    address(spot.row, spot.column)
}
