//! Forms: a label, its value beside it, one problem after another; or labels down a column with a problem in every column beside it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::dates;
use super::super::grid::{Cell, Grid, squeeze};
use super::super::numbering;
use super::build::{Builder, MeasureSaid, Said, Spot, TaskBuild, written_number};
use super::labels;
use super::layout::Table;
use super::meaning::{self, Meaning};
use super::parts;
use super::rows::{self, Reason};
use super::take::words_of_problem;
use super::{Outcome, SheetReading};
use crate::workbook::report::Skipped;

/// A label with its value.
#[derive(Clone, Debug)]
struct Pair {
    meaning: Meaning,
    heading: String,
    row: usize,
    label: usize,
    /// Where the value stands.
    value: (usize, usize),
    cell: Cell,
}

/// Whether the cell is a label whatever stands around it: known as a whole, with a number or without, or closed by a colon.
pub(super) fn is_label(grid: &Grid<'_>, (row, column): (usize, usize)) -> bool {
    let text = grid.at(row, column).text();
    // 二、整改措施
    let is_heading = numbering::section(&text).is_some_and(|(_, _, words)| meaning::known(&words).is_some());
    is_heading
        || meaning::known(&text).is_some()
        || is_numbered(&text) && !is_head_of_columns(grid, row, column)
        || text.ends_with(['：', ':']) && meaning::label(&text).is_some()
}

/// 问题1, 措施二: a label with its number.
fn is_numbered(text: &str) -> bool {
    if text.len() > LONGEST_LABEL {
        return false;
    }
    let bare = meaning::bare(text);
    let word = parts::unnumbered(&bare);
    word.chars().count() > 1 && word.len() < bare.len() && bare.starts_with(word) && meaning::known(word).is_some()
}

/// 问题1, 问题2, 问题3 beside each other: heads of the columns below, and no labels of what stands beside them.
fn is_head_of_columns(grid: &Grid<'_>, row: usize, column: usize) -> bool {
    let filled = grid.filled(row);
    let word = words_of_label(&grid.at(row, column).text());
    let is_same = |c: usize| {
        let text = grid.at(row, c).text();
        is_numbered(&text) && words_of_label(&text) == word
    };
    filled.len() <= MOST_LABELS && filled.into_iter().filter(|c| is_same(*c)).count() > 1
}

/// What a label says, without its number.
fn words_of_label(text: &str) -> String {
    let bare = meaning::bare(text);
    if is_numbered(text) { parts::unnumbered(&bare).to_owned() } else { bare }
}

/// Longest label with its number, in bytes; what is longer is a sentence.
const LONGEST_LABEL: usize = 100;
/// Most rows of a sheet of forms in which tables were found as well.
const MOST_ROWS: usize = 2_000;
/// Most labels of a row; what is wider is no form.
const MOST_LABELS: usize = 40;

/// A row of labels with their values below: nothing but labels, and below them something that is none.
fn is_row_of_labels(grid: &Grid<'_>, row: usize) -> bool {
    let filled = grid.filled(row);
    if filled.len() > MOST_LABELS {
        return false;
    }
    let below = |c: usize| (grid.merge(row, c).map_or(row, |m| m.bottom) + 1, c);
    let is_word = |c: usize| {
        let text = grid.at(row, c).text();
        meaning::label(&text).is_some() && !text.ends_with(['：', ':'])
    };
    let is_said = |c: usize| !grid.at(below(c).0, c).is_blank();
    filled.len() >= 2
        && filled.iter().all(|c| is_word(*c) && !is_label(grid, below(*c)))
        && !is_head_of_columns(grid, row, filled[filled.len() - 1])
        && filled.iter().filter(|c| is_said(**c)).count() * 2 > filled.len()
}

/// The values under a label of such a row, down to the next label, title or blank row.
fn values_below(grid: &Grid<'_>, row: usize, column: usize) -> Vec<(usize, usize)> {
    let first = grid.merge(row, column).map_or(row, |m| m.bottom) + 1;
    let labels = grid.filled(row);
    let goes_on = |r: &usize| {
        let filled = grid.filled(*r);
        let is_title = |c: usize| {
            labels.len() > 1
                && grid
                    .merge(*r, c)
                    .is_some_and(|m| labels.iter().filter(|l| (m.left..=m.right).contains(l)).count() > 1)
        };
        !filled.is_empty()
            && !filled.iter().any(|c| is_label(grid, (*r, *c)) || is_title(*c))
            && (filled.len() != 1 || labels.contains(&filled[0]))
            && !is_row_of_labels(grid, *r)
            && !rows::is_signature(&grid.at(*r, filled[0]).text())
    };
    let rows = (first..grid.sheet.rows.len()).take_while(goes_on);
    rows.map(|r| (r, column)).filter(|at| !grid.at(at.0, at.1).is_blank()).collect()
}

/// Whether a sheet in which tables were found is one of forms all the same: rows of labels with their values beside them outside every header, or a header
/// without a problem right below another.
pub(super) fn is_card(grid: &Grid<'_>, tables: &[Table]) -> bool {
    if tables.is_empty() || grid.sheet.rows.len() > MOST_ROWS {
        return tables.is_empty();
    }
    let is_of_header = |row: usize| tables.iter().any(|t| (t.header.0..=t.header.1).contains(&row));
    let mut meanings = BTreeSet::new();
    let (mut n, mut n_problems) = (0usize, 0usize);
    for row in (0..grid.sheet.rows.len()).filter(|row| !is_of_header(*row)) {
        let said: Vec<Meaning> = grid
            .filled(row)
            .into_iter()
            .filter(|c| is_label(grid, (row, *c)))
            .filter(|c| {
                let beside = (row, grid.merge(row, *c).map_or(*c, |m| m.right) + 1);
                !grid.at(beside.0, beside.1).is_blank() && !is_label(grid, beside)
            })
            .filter_map(|c| meaning::label(&words_of_label(&grid.at(row, c).text())))
            .filter(|m| !matches!(m, Meaning::Kept | Meaning::Remark | Meaning::Ordinal))
            .collect();
        n_problems += usize::from(says_problem(grid, row));
        n += usize::from(!said.is_empty());
        meanings.extend(said);
    }
    let is_beside = n >= 2 && meanings.len() >= 2;
    let is_below = tables.windows(2).any(|pair| {
        let between = pair[1].header.0.saturating_sub(pair[0].header.1);
        !pair[1].has_matter() && pair[0].has_matter() && between <= 3 && pair[1].headings() != pair[0].headings()
    });
    let has_problem = tables.iter().any(|t| t.has(Meaning::Finding) || t.has(Meaning::Item));
    is_beside || is_below || n_problems > 0 && !has_problem
}

/// A line that says the problem of the rows below it: 问题一：台账没有登记.
fn says_problem(grid: &Grid<'_>, row: usize) -> bool {
    let said = grid.filled(row).into_iter().flat_map(|c| labels::read(&grid.at(row, c).text()));
    said.into_iter().any(|l| matches!(l.meaning, Meaning::Finding | Meaning::Item) && !l.value.is_empty())
}

/// The columns of labels: most of what stands there would be one.
fn label_columns(grid: &Grid<'_>) -> Vec<bool> {
    let is_of_labels = |column: usize| {
        let texts = (0..grid.sheet.rows.len()).map(|row| grid.at(row, column)).filter(|cell| !cell.is_blank());
        let (n, n_labels) = texts.fold((0usize, 0usize), |(n, n_labels), cell| {
            let is_label = meaning::label(&cell.text()).is_some();
            (n + 1, n_labels + usize::from(is_label))
        });
        n_labels >= 3 && n_labels * 10 >= n * 6
    };
    (0..grid.width).map(is_of_labels).collect()
}

/// Where the values of a label stand: to its right, in as many rows as it covers; else below it.
fn values(grid: &Grid<'_>, row: usize, column: usize) -> Vec<(usize, usize)> {
    let merge = grid.merge(row, column);
    let (bottom, right) = merge.map_or((row, column), |m| (m.bottom, m.right));
    let is_value = |at: &(usize, usize)| !grid.at(at.0, at.1).is_blank() && !is_label(grid, *at);
    let beside: Vec<(usize, usize)> = (row..=bottom).map(|r| (r, right + 1)).filter(is_value).collect();
    if !beside.is_empty() {
        return beside;
    }
    let below = (bottom + 1, column);
    let is_wide = right + 1 >= grid.width || merge.is_some_and(|m| m.right > m.left);
    let is_title = column == 0 && right + 1 >= grid.width;
    match (is_wide && is_value(&below), is_title) {
        (true, _) => vec![below],
        (false, true) => Vec::new(),
        (false, false) => vec![(row, right + 1)],
    }
}

/// Values inside the cell of their label; what stands above a form, such as a number or who sent it, is none of it.
fn inline(grid: &Grid<'_>, row: usize, column: usize) -> Vec<Pair> {
    let is_of_task = |m: Meaning| !matches!(m, Meaning::Kept | Meaning::Ordinal | Meaning::Remark | Meaning::Aspect);
    let found = labels::read(&grid.at(row, column).text());
    if found.iter().any(|l| l.value.is_empty()) || !found.iter().any(|l| is_of_task(l.meaning)) {
        return Vec::new();
    }
    let pair = |l: labels::Labelled| Pair {
        meaning: l.meaning,
        heading: words_of_label(&l.heading),
        row,
        label: column,
        value: (row, column),
        cell: Cell::Text(l.value),
    };
    found.into_iter().map(pair).collect()
}

/// A label by its parts with a wide value beside it, as the last line of a card: 整改结论 before cells merged over the rest of the row.
fn is_before_value(grid: &Grid<'_>, (row, column): (usize, usize)) -> bool {
    let beside = (row, grid.merge(row, column).map_or(column, |m| m.right) + 1);
    let is_wide = grid.merge(beside.0, beside.1).is_some_and(|m| m.right > m.left);
    is_wide && !grid.at(beside.0, beside.1).is_blank() && meaning::label(&grid.at(beside.0, beside.1).text()).is_none()
}

fn has_problem(grid: &Grid<'_>, row: usize) -> bool {
    let meanings = grid.filled(row).into_iter().filter_map(|c| meaning::label(&grid.at(row, c).text()));
    meanings.into_iter().any(|m| matches!(m, Meaning::Finding | Meaning::Item))
}

/// Every label with its values.
fn pairs(grid: &Grid<'_>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let (mut taken, mut n_taken) = (BTreeSet::new(), 0);
    let label_columns = label_columns(grid);
    for row in 0..grid.sheet.rows.len() {
        let is_of_row = is_row_of_labels(grid, row);
        for column in grid.filled(row) {
            taken.extend(pairs[n_taken..].iter().map(|p: &Pair| p.value));
            n_taken = pairs.len();
            if taken.contains(&(row, column)) {
                continue;
            }
            let text = grid.at(row, column).text();
            let may_be = is_label(grid, (row, column))
                || is_of_row
                || label_columns.get(column) == Some(&true)
                || is_before_value(grid, (row, column));
            let Some(meaning) = meaning::label(&words_of_label(&text)).filter(|_| may_be) else {
                pairs.extend(inline(grid, row, column));
                continue;
            };
            // The numbers of a table of measures inside a form are theirs.
            let is_of_measures = is_of_row && meaning == Meaning::Ordinal && !has_problem(grid, row);
            let meaning = if is_of_measures { Meaning::MeasureNumber } else { meaning };
            let found = if is_of_row { values_below(grid, row, column) } else { values(grid, row, column) };
            for value in found {
                let cell = grid.at(value.0, value.1).clone();
                let right = grid.merge(row, column).map_or(column, |m| m.right) + 1;
                // A blank to sign is no label.
                let is_said = !cell.is_blank() || meaning::known(&text).is_some();
                if is_said && value.1 < grid.width.max(right + 1) && !is_label(grid, value) {
                    pairs.push(Pair { meaning, heading: words_of_label(&text), row, label: column, value, cell });
                }
            }
        }
    }
    let has_measures = pairs.iter().any(|p| p.meaning == Meaning::Measure && !meaning::is_demand(&p.heading));
    for pair in pairs.iter_mut().filter(|p| has_measures && meaning::is_demand(&p.heading)) {
        pair.meaning = Meaning::Kept;
    }
    side_by_side(&mut pairs);
    pairs
}

/// Forms beside each other: a label twice in a row begins another block of columns.
fn side_by_side(pairs: &mut [Pair]) {
    let mut first: BTreeMap<(usize, Meaning, &str), usize> = BTreeMap::new();
    for pair in pairs.iter() {
        let column = first.entry((pair.row, pair.meaning, &pair.heading)).or_insert(pair.label);
        *column = pair.label.min(*column);
    }
    let again = |p: &&Pair| p.meaning.is_matter() && first[&(p.row, p.meaning, p.heading.as_str())] < p.label;
    let begins: BTreeSet<usize> =
        pairs.iter().filter(again).filter(|p| p.value != (p.row, p.label)).map(|p| p.label).collect();
    if !begins.is_empty() {
        pairs.sort_by_key(|p| (begins.iter().filter(|b| **b <= p.label).count(), p.row, p.label));
    }
}

/// Columns of values, where one column of labels has several beside it.
fn value_columns(grid: &Grid<'_>, pairs: &[Pair]) -> Vec<usize> {
    let Some(first) = pairs.first() else { return Vec::new() };
    if pairs.iter().any(|p| p.label != first.label || p.value == (p.row, p.label)) {
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
    let kinds: BTreeSet<Meaning> = pairs.iter().map(|p| p.meaning).collect();
    if kinds.len() < 3 || !kinds.iter().any(|m| m.is_matter()) {
        return false;
    }
    // A label that comes again begins the next form; measures may be several.
    let mut forms: Vec<Vec<Pair>> = Vec::new();
    for pair in &pairs {
        let comes_again = forms.last().is_none_or(|form| {
            // Values in several rows beside one label are of one form.
            let is_same = |p: &Pair| {
                (p.meaning, &p.heading) == (pair.meaning, &pair.heading) && (p.row, p.label) != (pair.row, pair.label)
            };
            form.first().is_some_and(is_same) || form.iter().any(|p| is_same(p) && !pair.meaning.is_shared())
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
    let cells = dated.flat_map(|p| columns_of(p).into_iter().map(|column| grid.at(p.value.0, column)));
    if let Some(year) = super::year_of_most(cells).filter(|_| !is_own) {
        reading.year = year;
        builder.year = year;
    }
    builder.begin_table(false);
    let mut spoken: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for pair in &pairs {
        spoken.entry(pair.row).or_default().push(pair.label);
        spoken.entry(pair.value.0).or_default().push(pair.value.1);
    }
    for form in &forms {
        if columns.len() > 1 {
            for column in &columns {
                let cell = |p: &Pair| grid.at(p.value.0, *column).clone();
                let moved = |p: &Pair| Pair { value: (p.value.0, *column), cell: cell(p), ..p.clone() };
                let moved: Vec<Pair> = form.iter().map(moved).collect();
                moved.iter().for_each(|p| spoken.entry(p.value.0).or_default().push(p.value.1));
                take(builder, &moved);
            }
        } else {
            take(builder, form);
        }
    }
    remaining(builder, grid, &spoken, pairs.first().map_or(0, |p| p.row), reading);
    true
}

fn take(builder: &mut Builder<'_>, form: &[Pair]) {
    let text = |meaning: Meaning| form.iter().find(|p| p.meaning == meaning).map(|p| p.cell.text()).unwrap_or_default();
    let (finding, item) = (words_of_problem(text(Meaning::Finding)), words_of_problem(text(Meaning::Item)));
    let title = [item.as_str(), finding.as_str()].into_iter().find(|t| !t.is_empty()).unwrap_or_default().to_owned();
    let index = builder.tasks.len();
    let sheet = builder.sheet;
    let spot_of = |p: &Pair| Spot { sheet, row: p.value.0, column: p.value.1 };
    let Some(matter) = form.iter().find(|p| p.meaning.is_matter()) else {
        // A form without a problem is asked about, with all that stands in it.
        for pair in form {
            let text = pair.cell.text();
            let message = "这里没有写明是哪个问题，未导入。".to_owned();
            builder.ask(spot_of(pair), "cell_unplaced", &text, message, None);
        }
        return;
    };
    let spot = form
        .iter()
        .find(|p| p.meaning == Meaning::Item || p.meaning == Meaning::Finding)
        .map_or(spot_of(matter), spot_of);
    // Two problems in one form: only the first was taken as such.
    for other in form.iter().filter(|p| p.meaning == Meaning::Finding && !p.cell.is_blank()).skip(1) {
        let message = "这里像是另一个问题，没有单独成项；请核对。".to_owned();
        builder.ask(spot_of(other), "cell_unplaced", &other.cell.text(), message, None);
    }
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
    // The day beside a measure in a table inside the form.
    let due_of = |pair: &Pair| {
        let beside = |p: &&Pair| {
            p.meaning == Meaning::Due && p.row == pair.row && p.value.0 == pair.value.0 && p.value.0 > p.row
        };
        form.iter().find(beside).map(spot_of)
    };
    let told = |p: &Pair| p.meaning == Meaning::Status && builder.context.completion.told(&p.cell.text()).is_some();
    // Of several labels of the state, the last that is understood; the others tell how it went.
    let state = form.iter().rfind(|p| told(p)).map(|p| (p.row, p.label));
    let is_other_state = |p: &Pair| p.meaning == Meaning::Status && state.is_some_and(|at| at != (p.row, p.label));
    let form: Vec<Pair> = form
        .iter()
        .map(|p| if is_other_state(p) { Pair { meaning: Meaning::Kept, ..p.clone() } } else { p.clone() })
        .collect();
    for pair in &form {
        for row in [pair.row, pair.value.0] {
            if !task.rows.contains(&row) {
                task.rows.push(row);
            }
        }
        let cell = &pair.cell;
        if cell.is_blank() || pair.meaning == Meaning::Ignored {
            continue;
        }
        let spot = spot_of(pair);
        match pair.meaning {
            Meaning::Measure => {
                let (words, is_sure) = numbering::listed(&cell.text());
                if !is_sure || parts::is_with_progress(&pair.heading) {
                    builder.reading = Some(index);
                    builder.parts_unsure(spot, &cell.text(), words.len());
                    builder.reading = None;
                }
                let due = due_of(pair);
                task.measures.extend(words.into_iter().map(|text| MeasureSaid { text, number: None, due }));
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

/// A few words that are no sentence and no list, as they stand above a form.
fn is_title(text: &str) -> bool {
    text.chars().count() <= 30 && !text.contains(['；', ';', '，', '。', '\n']) && !is_list(text)
}

/// 1.学习不经常: a number and words, which is a problem or a measure and no title; 2021年… is none.
fn is_list(text: &str) -> bool {
    let n = text.chars().take_while(char::is_ascii_digit).count();
    let is_numbered = (1..=2).contains(&n) && text[n..].starts_with(['.', '、', '．', ')', '）']);
    is_numbered || text.starts_with(['①', '-', '●'])
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
        } else if filled.len() == 1 && (row < first && !is_list(&text) || is_title(&text)) {
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
