//! Forms: a label, its value beside it, one problem after another; or labels down a column with a problem in every column beside it.

use std::collections::BTreeMap;

use super::super::dates;
use super::super::grid::{Grid, squeeze};
use super::super::numbering;
use super::build::{Builder, MeasureSaid, Said, Spot, TaskBuild, written_number};
use super::meaning::{self, Meaning};
use super::rows::{self, Reason};
use super::{Outcome, SheetReading};
use crate::workbook::report::Skipped;

/// A label with its value.
#[derive(Clone, Debug)]
struct Pair {
    meaning: Meaning,
    heading: String,
    row: usize,
    label: usize,
    value: (usize, usize),
}

/// Every label with the cell to its right.
fn pairs(grid: &Grid<'_>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for row in 0..grid.sheet.rows.len() {
        let mut last_value = None;
        for column in grid.filled(row) {
            let text = grid.at(row, column).text();
            let Some(meaning) = meaning::known(&text).filter(|_| last_value != Some(column)) else { continue };
            let right = grid.merge(row, column).map_or(column, |m| m.right) + 1;
            if right < grid.width.max(right + 1) && meaning::known(&grid.at(row, right).text()).is_none() {
                pairs.push(Pair { meaning, heading: meaning::bare(&text), row, label: column, value: (row, right) });
                last_value = Some(right);
            }
        }
    }
    let has_measures = pairs.iter().any(|p| p.meaning == Meaning::Measure && !meaning::is_demand(&p.heading));
    for pair in pairs.iter_mut().filter(|p| has_measures && meaning::is_demand(&p.heading)) {
        pair.meaning = Meaning::Kept;
    }
    pairs
}

/// Columns of values, where one column of labels has several beside it.
fn value_columns(grid: &Grid<'_>, pairs: &[Pair]) -> Vec<usize> {
    let Some(first) = pairs.first() else { return Vec::new() };
    if pairs.iter().any(|p| p.label != first.label) {
        return vec![first.value.1];
    }
    let is_used = |column: &usize| {
        let n = pairs
            .iter()
            .filter(|p| grid.anchor(p.row, *column) == (p.row, *column) && !grid.at(p.row, *column).is_blank())
            .count();
        n * 2 > pairs.len()
    };
    let columns: Vec<usize> = (first.label + 1..grid.width).filter(is_used).collect();
    if columns.is_empty() { vec![first.value.1] } else { columns }
}

/// Reads a sheet of forms; false when it is none.
pub(super) fn read(builder: &mut Builder<'_>, grid: &Grid<'_>, reading: &mut SheetReading) -> bool {
    let pairs = pairs(grid);
    let kinds: std::collections::BTreeSet<Meaning> = pairs.iter().map(|p| p.meaning).collect();
    if kinds.len() < 3 || !kinds.iter().any(|m| m.is_matter()) {
        return false;
    }
    // A label that comes again begins the next form; measures may be several.
    let mut forms: Vec<Vec<Pair>> = Vec::new();
    for pair in &pairs {
        let comes_again = forms.last().is_none_or(|form| {
            form.iter().any(|p| p.meaning == pair.meaning && p.heading == pair.heading && !pair.meaning.is_shared())
        });
        if comes_again {
            forms.push(Vec::new());
        }
        if let Some(form) = forms.last_mut() {
            form.push(pair.clone());
        }
    }
    let columns = if forms.len() == 1 { value_columns(grid, &pairs) } else { Vec::new() };
    let is_own = builder.context.corrections.year.is_some() || dates::year(&grid.sheet.name).is_some();
    let dated = pairs.iter().filter(|p| matches!(p.meaning, Meaning::Due | Meaning::DoneOn));
    let columns_of = |p: &Pair| if columns.len() > 1 { columns.clone() } else { vec![p.value.1] };
    let cells = dated.flat_map(|p| columns_of(p).into_iter().map(|column| grid.at(p.row, column)));
    if let Some(year) = super::year_of_most(cells).filter(|_| !is_own) {
        reading.year = year;
        builder.year = year;
    }
    builder.begin_table(false);
    let mut spoken: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for pair in &pairs {
        spoken.entry(pair.row).or_default().extend([pair.label, pair.value.1]);
    }
    for form in &forms {
        if columns.len() > 1 {
            for column in &columns {
                let moved: Vec<Pair> = form.iter().map(|p| Pair { value: (p.row, *column), ..p.clone() }).collect();
                moved.iter().for_each(|p| spoken.entry(p.row).or_default().push(p.value.1));
                take(builder, grid, &moved);
            }
        } else {
            take(builder, grid, form);
        }
    }
    remaining(builder, grid, &spoken, pairs.first().map_or(0, |p| p.row), reading);
    true
}

fn take(builder: &mut Builder<'_>, grid: &Grid<'_>, form: &[Pair]) {
    let text = |meaning: Meaning| {
        form.iter().find(|p| p.meaning == meaning).map(|p| grid.at(p.value.0, p.value.1).text()).unwrap_or_default()
    };
    let (finding, item) = (text(Meaning::Finding), text(Meaning::Item));
    let title = [item.as_str(), finding.as_str()].into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_owned();
    let index = builder.tasks.len();
    let sheet = builder.sheet;
    let spot_of = |p: &Pair| Spot { sheet, row: p.value.0, column: p.value.1 };
    let Some(matter) = form.iter().find(|p| p.meaning.is_matter()) else {
        // A form without a problem is asked about, with all that stands in it.
        for pair in form {
            let text = grid.at(pair.value.0, pair.value.1).text();
            let message = "这里没有写明是哪个问题，未导入。".to_owned();
            builder.ask(spot_of(pair), "cell_unplaced", &text, message, None);
        }
        return;
    };
    let spot = form
        .iter()
        .find(|p| p.meaning == Meaning::Item || p.meaning == Meaning::Finding)
        .map_or(spot_of(matter), spot_of);
    let aspect = text(Meaning::Aspect);
    if !aspect.is_empty() {
        let (n, words) = numbering::section(&aspect).map_or((None, aspect.clone()), |(_, n, words)| (Some(n), words));
        builder.enter_aspect(n, &words);
    }
    builder.reading = Some(index);
    let title = if title.is_empty() {
        builder.ask(spot, "item_missing", "", "没有写问题，暂以措施的文字作为任务。".into(), None);
        text(Meaning::Measure)
    } else {
        title
    };
    builder.reading = None;
    if title.is_empty() {
        return;
    }
    let written = written_number(&text(Meaning::FindingNumber)).or_else(|| written_number(&text(Meaning::Ordinal)));
    let is_double = !finding.is_empty() && !item.is_empty();
    let finding =
        if is_double { builder.open_finding(&finding, written) } else { builder.lone_finding(&title, written) };
    let title: String = title.chars().take(super::take::LONGEST).collect();
    let mut task = TaskBuild {
        finding,
        title,
        spot,
        rows: Vec::new(),
        said: Vec::new(),
        measures: Vec::new(),
        item_number: Some(squeeze(&text(Meaning::ItemNumber))).filter(|t| !t.is_empty()),
        task_number: Some(squeeze(&text(Meaning::TaskNumber))).filter(|t| !t.is_empty()),
        ordinal: squeeze(&text(Meaning::Ordinal)),
        print: BTreeMap::new(),
        extra: BTreeMap::new(),
    };
    for pair in form {
        if task.rows.last() != Some(&pair.row) {
            task.rows.push(pair.row);
        }
        let cell = grid.at(pair.value.0, pair.value.1);
        if cell.is_blank() || pair.meaning == Meaning::Ignored {
            continue;
        }
        let spot = spot_of(pair);
        match pair.meaning {
            Meaning::Measure => {
                let parts = numbering::split(&cell.text());
                task.measures.extend(parts.into_iter().map(|text| MeasureSaid { text, number: None, due: None }));
            }
            Meaning::Remark | Meaning::Kept => {
                task.extra.insert(pair.heading.clone(), cell.text());
            }
            _ => {}
        }
        task.said.push(Said { meaning: pair.meaning, heading: pair.heading.clone(), spot, cell: cell.clone() });
    }
    builder.tasks.push(task);
}

/// Cells beside the forms: titles above, signatures, notes, or a doubt.
fn remaining(
    builder: &mut Builder<'_>,
    grid: &Grid<'_>,
    spoken: &BTreeMap<usize, Vec<usize>>,
    first: usize,
    reading: &mut SheetReading,
) {
    let taken = builder.rows_taken();
    for row in 0..grid.sheet.rows.len() {
        let filled = grid.filled(row);
        let Some(column) = filled.first().copied() else { continue };
        let text = grid.at(row, column).text();
        if let Some(known) = spoken.get(&row) {
            for column in filled.iter().filter(|c| !known.contains(c)) {
                let text = grid.at(row, *column).text();
                let spot = Spot { sheet: builder.sheet, row, column: *column };
                let task = builder.tasks.iter().position(|t| t.spot.sheet == spot.sheet && t.rows.contains(&row));
                builder.reading = task;
                builder.ask(spot, "cell_unplaced", &text, "看不出这一格写的是什么，原样保留。".into(), None);
                builder.reading = None;
                if let Some(task) = task.and_then(|i| builder.tasks.get_mut(i)) {
                    task.extra.insert(super::at(spot), text);
                }
            }
            if !taken.contains(&row) {
                reading.rows.insert(row + 1, Outcome::Doubted);
                let spot = Spot { sheet: builder.sheet, row, column };
                builder.ask(spot, "row_unplaced", &text, "看不出这一行属于哪个问题，未导入。".into(), None);
            }
            continue;
        }
        let reason = if rows::is_signature(&text) {
            Some(Reason::Signature)
        } else if rows::is_note(&text) {
            Some(Reason::Note)
        } else if filled.len() == 1 && (row < first || text.chars().count() <= 30) {
            Some(Reason::Title)
        } else {
            None
        };
        if let Some(reason) = reason {
            let reason = reason.as_str().to_owned();
            builder.plan.skipped.push(Skipped {
                sheet: reading.name.clone(),
                row: Some(row + 1),
                reason: reason.clone(),
            });
            reading.rows.insert(row + 1, Outcome::Skipped { reason });
        }
    }
}
