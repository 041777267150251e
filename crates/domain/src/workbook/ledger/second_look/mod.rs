//! A second look at what was read, as a careful clerk takes it: whatever may have been read in part, joined by a guess or passed over is asked about at its own cell.
//!
//! Every filled cell of a sheet that is shown ends in one of three ways: all it says stands in one place of what came out; or it was passed over for a reason that can
//! hide no task; or somebody is asked about it. The reading itself asks where it cannot read; this asks where it read something and might have read it wrong.

mod layout;
mod passed;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::super::completion::Completion;
use super::super::dates;
use super::super::grid::{Cell, Grid, squeeze};
use super::super::names::{self, Match};
use super::super::numbering;
use super::SheetReading;
use super::build::{Builder, Spot};
use super::deadline::{self, Deadline};
use super::labels;
use super::layout::{Column, Table};
use super::meaning::{self, Meaning};

const PASSED: &str = "这一行没有导入；请核对里面有没有要读的内容。";

/// Most cells of a sheet that are asked about because of its layout: beyond, the sheet is no ledger.
const MOST_CELLS: usize = 600;
/// Longest words of a name or a day behind a text, in characters.
const LONGEST_TAIL: usize = 20;

/// A task while it is looked at again.
struct Looked {
    task: usize,
    rows: Vec<usize>,
    title: String,
    said: Vec<(Meaning, Spot, String)>,
}

impl Looked {
    fn last(&self) -> usize {
        self.rows.iter().copied().max().unwrap_or(0)
    }
}

/// Titles of so few characters say no problem.
const SHORTEST_TITLE: usize = 3;

/// Words of a change.
const CHANGES: [&str; 11] =
    ["改为", "改由", "变更为", "调整为", "延至", "延期至", "推迟", "顺延", "移交", "接替", "更正"];

impl Builder<'_> {
    /// Asks about every filled cell of a row.
    pub(super) fn ask_each(&mut self, grid: &Grid<'_>, row: usize, kind: &str, message: &str) {
        for column in grid.filled(row) {
            if self.n_of_layout >= MOST_CELLS {
                return;
            }
            self.n_of_layout += 1;
            let spot = Spot { sheet: self.sheet, row, column };
            self.ask(spot, kind, &grid.at(row, column).text(), message.to_owned(), None);
        }
    }

    /// Looks again at a sheet that was read.
    pub(super) fn second_look(&mut self, grid: &Grid<'_>, tables: &[Table], reading: &SheetReading) {
        let tasks: Vec<Looked> = self
            .tasks
            .iter()
            .enumerate()
            .filter(|(_, t)| t.spot.sheet == self.sheet)
            .map(|(task, t)| Looked {
                task,
                rows: t.rows.clone(),
                title: t.title.clone(),
                said: t.said.iter().map(|s| (s.meaning, s.spot, s.cell.text())).collect(),
            })
            .collect();
        for (i, looked) in tasks.iter().enumerate() {
            self.reading = Some(looked.task);
            self.words(looked);
            self.title(looked);
            self.remarks(looked);
            self.days(grid, looked, tables);
            self.bare(looked, i.checked_sub(1).and_then(|i| tasks.get(i)));
        }
        self.repeated_titles(&tasks);
        self.reading = None;
        let tables = if reading.tables.is_empty() { &[] } else { tables };
        for table in tables {
            self.joined(grid, table, &tasks);
            self.left_blank(grid, table, &tasks);
            self.columns(grid, table, &tasks);
            self.labels_among_rows(grid, table, reading);
            self.without_problem(grid, table, &tasks, reading);
            self.unnumbered(grid, table, &tasks);
        }
        self.passed(grid, tables, reading);
        self.counted(grid, tables, reading, &tasks);
        self.reading = None;
    }

    /// The words of problems and measures: whether they say more than one thing.
    fn words(&mut self, looked: &Looked) {
        let mut problems = Vec::new();
        for (meaning, spot, text) in &looked.said {
            match meaning {
                Meaning::Finding | Meaning::Item => problems.push((*spot, text.clone())),
                Meaning::Measure => {
                    let parts = numbering::listed(text).0;
                    let is_title = parts.iter().any(|part| squeeze(part) == squeeze(&looked.title));
                    let has_problem = looked.said.iter().any(|(m, ..)| matches!(m, Meaning::Finding | Meaning::Item));
                    if is_title && has_problem {
                        let message = "措施与问题的文字相同，可能错了列；请核对。".to_owned();
                        self.ask(*spot, "cell_misplaced", text, message, None);
                    }
                    let of_another_kind = || {
                        let texts = looked.said.iter().filter(|(m, ..)| *m == Meaning::Measure).map(|(.., text)| text);
                        texts.into_iter().any(|text| self.names_party(text) || self.is_day(text))
                    };
                    let mixed = || Some("与这条措施并在一起的另一格不像是措施；请核对。".to_owned());
                    let more = parts.iter().find_map(|part| self.more(part, true));
                    let more = more.or_else(|| of_another_kind().then(mixed).flatten());
                    if let Some(message) = more {
                        self.ask(*spot, "cell_more", text, message, None);
                    }
                }
                _ => {}
            }
        }
        for (spot, text) in problems {
            if numbering::holds_list(&text) {
                let message = "这里像是写了几个问题，读作一个；请核对。".to_owned();
                self.ask(spot, "problem_parts", &text, message, None);
            } else if let Some(message) = self.more(&super::take::words_of_problem(text.clone()), false) {
                self.ask(spot, "cell_more", &text, message, None);
            }
        }
    }

    /// A title that is a state or a name: then the problem stands in another cell, and each that may hold it is asked about.
    fn title(&mut self, looked: &Looked) {
        let title = &looked.title;
        let n = title.chars().count();
        let is_state = n > 1 && self.context.completion.read(title).is_some();
        let n_problems = looked.said.iter().filter(|(m, ..)| matches!(m, Meaning::Finding | Meaning::Item)).count();
        if n_problems < 2 || !(is_state || n <= SHORTEST_TITLE || self.names_party(title)) {
            return;
        }
        for (_, spot, text) in looked.said.iter().filter(|(m, ..)| m.is_matter() || *m == Meaning::Status) {
            let message = format!("“{title}”读作了问题，看不准问题写在哪一格；请核对。");
            self.ask(*spot, "cell_misplaced", text, message, None);
        }
    }

    /// Several tasks of one title: perhaps another column holds the problem.
    fn repeated_titles(&mut self, tasks: &[Looked]) {
        let mut by_title: BTreeMap<String, Vec<&Looked>> = BTreeMap::new();
        tasks.iter().for_each(|t| by_title.entry(squeeze(&t.title)).or_default().push(t));
        for same in by_title.values().filter(|same| same.len() > 1) {
            for looked in same {
                self.reading = Some(looked.task);
                for (_, spot, text) in looked.said.iter().filter(|(m, ..)| m.is_matter()) {
                    let message = format!("{} 项的问题都是“{}”；请核对问题写在哪一格。", same.len(), looked.title);
                    self.ask(*spot, "title_repeated", text, message, None);
                }
            }
        }
    }

    /// A remark that changes what another cell says, or tells another state.
    fn remarks(&mut self, looked: &Looked) {
        let told = |text: &str| {
            let means = self.context.completion.told(text)?;
            Some(matches!(means, Completion::Done | Completion::Sustained))
        };
        let state = looked.said.iter().rfind(|(m, ..)| *m == Meaning::Status).and_then(|(.., text)| told(text));
        let remarks = looked.said.iter().filter(|(m, ..)| *m == Meaning::Remark);
        let changes = |text: &str| CHANGES.iter().any(|word| text.contains(word));
        let differs =
            |text: &str| text.chars().count() > 1 && state.is_some() && told(text).is_some_and(|t| Some(t) != state);
        let found: Vec<(Spot, String, bool)> = remarks
            .filter(|(.., text)| changes(text) || differs(text))
            .map(|(_, spot, text)| (*spot, text.clone(), changes(text)))
            .collect();
        for (spot, remark, is_change) in found {
            let message = "备注像是改了别的格里写的内容；请核对。".to_owned();
            self.ask(spot, "cell_more", &remark, message.clone(), None);
            let is_meant = |m: Meaning| m == Meaning::Status || is_change && (is_party(m) || m == Meaning::Due);
            for (_, spot, text) in looked.said.iter().filter(|(m, spot, _)| is_meant(*m) && spot.row <= looked.last()) {
                self.ask(*spot, "cell_more", text, message.clone(), None);
            }
        }
    }

    /// What else the words of a problem or a measure say.
    fn more(&self, text: &str, is_measure: bool) -> Option<String> {
        let what = if is_measure { "措施" } else { "问题" };
        let asked = |more: &str| Some(format!("这里除了{what}，像是还写了{more}，没有分开读；请核对。"));
        if meaning::known(text).is_some() {
            return Some(format!("这里应写{what}，写的像是表头；请核对。"));
        }
        if let Some(label) = labels::inside(text) {
            return asked(&format!("“{label}”"));
        }
        if text.ends_with(['，', ',', '、', '和', '及']) {
            return Some(format!("这里的{what}像是没有写完，下一行可能是它的一部分；请核对。"));
        }
        if text.ends_with(['：', ':']) {
            return Some(format!("这里应写{what}，写的像是待填的栏目；请核对。"));
        }
        let is_numbered = !is_measure && text.starts_with(|c: char| c.is_ascii_digit()) && {
            let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
            let behind = rest.trim_start_matches(['.', '-']).trim_start_matches(|c: char| c.is_ascii_digit());
            let is_measured = rest.starts_with('.')
                && behind.starts_with(|c: char| "米公万亿元吨个人千%％#号小天年MkKmA度分".contains(c));
            !is_measured && rest.starts_with([' ', ':', '：', '-', '—', '.', '，'])
        };
        if is_numbered {
            return asked("编号");
        }
        if let Some(inner) = in_brackets(text)
            .into_iter()
            .find(|inner| self.names_party(inner) || is_measure && is_limit(inner, self.year))
        {
            return asked(&format!("“{inner}”"));
        }
        let tail = text.rsplit([' ', '\n', '—', '，', '；', '。']).next().unwrap_or_default().trim();
        if tail.len() < text.len() && tail.chars().count() <= LONGEST_TAIL && self.names_party(tail) {
            return asked(&format!("“{tail}”"));
        }
        let is_progress =
            is_measure && ["已完成", "已于", "目前", "截至目前", "已整改"].iter().any(|word| text.starts_with(word));
        if is_progress { asked("完成情况") } else { None }
    }

    fn is_day(&self, text: &str) -> bool {
        matches!(deadline::read(&Cell::Text(text.to_owned()), self.year), Deadline::On(_))
    }

    /// Whether the words are names of units or people and nothing else.
    fn names_party(&self, text: &str) -> bool {
        let directory = self.context.directory;
        let names = names::split(text);
        let is_known = |name: &String| {
            !matches!(directory.unit(name), Match::None) || !matches!(directory.person(name, &[]), Match::None)
        };
        !names.is_empty() && names.iter().all(is_known)
    }

    /// A time limit before the day the problem was found, or years away.
    fn days(&mut self, grid: &Grid<'_>, looked: &Looked, tables: &[Table]) {
        let Some((_, spot, text)) = looked.said.iter().find(|(m, ..)| *m == Meaning::Due).cloned() else { return };
        let Deadline::On(due) = deadline::read(grid.at(spot.row, spot.column), self.year) else { return };
        let is_found = |c: &&Column| {
            c.meaning == Meaning::Kept
                && ["发现", "检查", "排查", "受理", "反馈", "开始"].iter().any(|word| c.heading.contains(word))
        };
        let table = tables.iter().find(|t| t.header.1 < spot.row && spot.row < t.end);
        let found = table.into_iter().flat_map(|t| t.columns.iter()).filter(is_found);
        let is_before =
            found.into_iter().filter_map(|c| dates::read(grid.at(spot.row, c.index), self.year)).any(|day| due < day);
        let is_far = (chrono::Datelike::year(&due) - self.year).abs() > 3;
        if is_before || is_far {
            let message = format!("时限读作{}，与前后的日期不合；请核对。", due.format("%Y年%-m月%-d日"));
            self.ask(spot, "date_unclear", &text, message, None);
        }
    }

    /// A problem with nothing beside it: perhaps a heading, perhaps the rest stands elsewhere.
    fn bare(&mut self, looked: &Looked, before: Option<&Looked>) {
        let tells = |m: &Meaning| {
            !matches!(
                m,
                Meaning::Finding
                    | Meaning::Item
                    | Meaning::Ordinal
                    | Meaning::Aspect
                    | Meaning::FindingNumber
                    | Meaning::Kept
                    | Meaning::Remark
            )
        };
        if looked.said.iter().any(|(m, ..)| tells(m)) {
            return;
        }
        let said = before.into_iter().chain([looked]).flat_map(|l| l.said.iter());
        let matter: Vec<_> = said.filter(|(m, ..)| matches!(m, Meaning::Finding | Meaning::Item)).cloned().collect();
        for (_, spot, text) in matter {
            let message =
                "这里或下一行只写了问题，没有措施、责任和时限，可能是标题，或是同一个问题；请核对。".to_owned();
            self.ask(spot, "row_bare", &text, message, None);
        }
    }
}

/// Whether the cell says who answers.
fn is_party(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::LeadUnits
            | Meaning::Units
            | Meaning::Supporting
            | Meaning::UnitsAndPersons
            | Meaning::Persons
            | Meaning::LeadLeaders
            | Meaning::Leaders
    )
}

/// What stands in brackets.
fn in_brackets(text: &str) -> Vec<&str> {
    let parts = text.split(['(', '（']).skip(1);
    parts.filter_map(|part| part.split([')', '）']).next()).map(str::trim).filter(|inner| !inner.is_empty()).collect()
}

fn is_limit(text: &str, year: i32) -> bool {
    matches!(deadline::read(&Cell::Text(text.to_owned()), year), Deadline::On(_))
        && (text.contains(['前', '底']) || text.contains("完成"))
}
