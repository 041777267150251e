//! A row of data: which finding and task it belongs to, and what its cells say of them.

use std::collections::BTreeMap;

use super::super::grid::{Cell, Grid, squeeze};
use super::super::numbering;
use super::build::{Builder, MeasureSaid, Said, Spot, TaskBuild, written_number};
use super::corrections::Say;
use super::deadline;
use super::labels;
use super::layout::{Column, Table};
use super::meaning::{self, Meaning};
use super::parts;

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Task,
    Duplicate,
    Nothing,
}

/// Longest words of a problem or a measure, in characters: what a task can hold.
pub(super) const LONGEST: usize = 4_000;

fn is_ditto(text: &str) -> bool {
    let bare = text.trim_matches(['。', '（', '）', '(', ')', ' ']);
    matches!(
        bare,
        "同上"
            | "〃"
            | "″"
            | "\""
            | "同前"
            | "如上"
            | "同上条"
            | "同上行"
            | "同上一条"
            | "同上一行"
            | "”"
            | "“"
            | "''"
            | "\"\""
            | "↑"
    )
}

/// What is written where there is nothing to write.
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "/" | "／" | "-" | "—" | "——" | "--" | "无" | "\\" | "暂无" | "无。")
}

/// The words of a problem: 3.台账没有登记 is the third, and its number is no part of it.
pub(super) fn words_of_problem(text: String) -> String {
    numbering::unnumbered(&text).map_or(text, |(_, words)| words)
}

/// Where a cell stands and what it says: through merged ranges, and through 同上 to the row above.
fn value<'g>(grid: &'g Grid<'_>, table: &Table, row: usize, column: usize) -> (usize, usize, &'g Cell) {
    let own = grid.anchor(row, column);
    let (mut r, mut c) = own;
    while r > table.header.1 + 1 && is_ditto(&grid.at(r, c).text()) {
        (r, c) = grid.anchor(r - 1, column);
    }
    (own.0, own.1, grid.at(r, c))
}

/// A row with the table it stands in.
struct Line<'g, 'a> {
    grid: &'g Grid<'a>,
    table: &'g Table,
    row: usize,
}

impl<'g> Line<'g, '_> {
    fn own(&self, column: Option<usize>) -> bool {
        column.is_some_and(|c| !self.grid.at(self.row, c).is_blank())
    }

    fn continues(&self, column: Option<usize>) -> bool {
        column.is_some_and(|c| self.grid.continues(self.row, c))
    }

    fn text(&self, column: Option<usize>) -> String {
        column.map_or_else(String::new, |c| value(self.grid, self.table, self.row, c).2.text())
    }

    fn of(&self, meaning: Meaning) -> String {
        self.text(self.table.column(meaning))
    }

    /// The words of a problem without the number before them.
    fn problem(&self, column: Option<usize>) -> String {
        words_of_problem(self.text(column))
    }

    fn has_own_measure(&self) -> bool {
        self.table.of(Meaning::Measure).any(|c| self.own(Some(c.index)))
    }

    /// A row without number, problem and measure, that names people, units or days: more of the row above.
    fn is_more_of_the_same(&self, problem: Option<usize>) -> bool {
        let is_own = |c: &&Column| self.own(Some(c.index));
        let own: Vec<Meaning> = self.table.columns.iter().filter(is_own).map(|c| c.meaning).collect();
        problem.is_some()
            && !self.own(problem)
            && !own.is_empty()
            && !self.grid.filled(self.row).iter().any(|c| self.grid.at(self.row, *c).text().contains(['：', ':']))
            && own.iter().all(|m| {
                !m.is_matter()
                    && !matches!(
                        m,
                        Meaning::Ordinal
                            | Meaning::Aspect
                            | Meaning::FindingNumber
                            | Meaning::ItemNumber
                            | Meaning::TaskNumber
                    )
            })
    }

    /// Words by column, for telling a row that was entered twice; numbers and remarks do not count.
    fn print(&self) -> BTreeMap<String, String> {
        let counts = |c: &&Column| {
            !matches!(
                c.meaning,
                Meaning::Ordinal | Meaning::Remark | Meaning::TaskNumber | Meaning::ItemNumber | Meaning::FindingNumber
            )
        };
        let mut print = BTreeMap::new();
        for column in self.table.columns.iter().filter(counts) {
            let name = if column.meaning == Meaning::Kept {
                squeeze(&column.heading)
            } else {
                column.meaning.as_str().to_owned()
            };
            let text = squeeze(&value(self.grid, self.table, self.row, column.index).2.text());
            let entry: &mut String = print.entry(name).or_default();
            entry.push_str(&text);
        }
        print
    }
}

impl Builder<'_> {
    /// Takes a row in.
    pub(super) fn take(&mut self, grid: &Grid<'_>, table: &Table, row: usize) -> Taken {
        let line = Line { grid, table, row };
        if let Some(column) = table.column(Meaning::Due) {
            self.due_columns.insert(self.sheet, column);
        }
        self.enter_aspect_of(&line);
        let finding_column = table.column(Meaning::Finding);
        let item_column = table.column(Meaning::Item);
        let problem = item_column.or(finding_column);
        let is_double = finding_column.is_some() && item_column.is_some();
        if let Some(taken) = self.duplicate(&line) {
            return taken;
        }
        let begins_finding = is_double && self.enter_finding(&line, finding_column);
        let words = line.problem(problem);
        let is_same = self.task.is_some_and(|t| squeeze(&self.tasks[t].title) == squeeze(&words));
        let goes_on = !begins_finding
            && self.task.is_some()
            && (line.continues(problem)
                || !line.own(problem) && (line.has_own_measure() || problem.is_none())
                || is_same && line.has_own_measure() && (is_double || !line.own(table.column(Meaning::Ordinal))));
        if goes_on && problem.is_some() {
            self.go_on(&line);
            return Taken::Task;
        }
        if self.task.is_some() && !begins_finding && line.is_more_of_the_same(problem) {
            self.go_on_asking(&line);
            return Taken::Task;
        }
        let begins = line.own(problem) || line.continues(problem) || begins_finding;
        let title = if !words.is_empty() {
            words
        } else if begins_finding {
            line.problem(finding_column)
        } else {
            line.of(Meaning::Measure)
        };
        if title.is_empty() || !begins && problem.is_some() && !line.has_own_measure() {
            return Taken::Nothing;
        }
        let finding = self.finding_of(&line, &title, is_double);
        self.begin_task(&line, finding, title, problem);
        Taken::Task
    }

    fn enter_aspect_of(&mut self, line: &Line<'_, '_>) {
        let Some(column) = line.table.column(Meaning::Aspect) else { return };
        let text = line.text(Some(column));
        if !text.is_empty() {
            match numbering::section(&text) {
                Some((_, n, words)) if !words.is_empty() => self.enter_aspect(Some(n), &words),
                _ => self.enter_aspect(None, &text),
            }
        }
    }

    /// Whether the row begins a finding; in a table with two problem columns.
    fn enter_finding(&mut self, line: &Line<'_, '_>, column: Option<usize>) -> bool {
        let text = line.problem(column);
        if !line.own(column) || text.is_empty() {
            return false;
        }
        let is_current = self.finding.is_some_and(|f| squeeze(&self.findings[f].text) == squeeze(&text));
        if is_current {
            return false;
        }
        let written = self.finding_number(line);
        self.finding = Some(self.open_finding(&text, written));
        self.task = None;
        true
    }

    fn finding_number(&self, line: &Line<'_, '_>) -> Option<String> {
        written_number(&line.of(Meaning::FindingNumber)).or_else(|| written_number(&line.of(Meaning::Ordinal)))
    }

    fn finding_of(&mut self, line: &Line<'_, '_>, title: &str, is_double: bool) -> usize {
        if is_double {
            if let Some(finding) = self.finding {
                return finding;
            }
            let written = self.finding_number(line);
            let finding = self.open_finding(title, written);
            self.finding = Some(finding);
            let spot = self.spot(line, line.table.column(Meaning::Finding));
            self.reading = Some(self.tasks.len());
            self.ask(spot, "finding_missing", "", "没有反馈问题，暂以具体问题代替。".into(), None);
            self.reading = None;
            return finding;
        }
        if let Some(heading) = self.under_heading {
            return heading;
        }
        let written = self.finding_number(line);
        let finding = self.lone_finding(title, written);
        self.finding = Some(finding);
        finding
    }

    fn spot(&self, line: &Line<'_, '_>, column: Option<usize>) -> Spot {
        let first = line.grid.filled(line.row).first().copied().unwrap_or(0);
        Spot { sheet: self.sheet, row: line.row, column: column.unwrap_or(first) }
    }

    /// A row that says again what an earlier one said: skipped, or with a number of its own, asked about.
    fn duplicate(&mut self, line: &Line<'_, '_>) -> Option<Taken> {
        let (finding, item) = (line.table.column(Meaning::Finding), line.table.column(Meaning::Item));
        let problem = item.or(finding);
        if !line.own(problem) {
            return None;
        }
        let own_finding = line.problem(finding);
        let finding_words = match self.finding {
            _ if item.is_none() && self.under_heading.is_some() => {
                self.under_heading.map(|f| self.findings[f].text.clone()).unwrap_or_default()
            }
            Some(f) if own_finding.is_empty() => self.findings[f].text.clone(),
            _ => own_finding,
        };
        let key = (squeeze(&finding_words), squeeze(&line.problem(problem)));
        let earlier = self.by_words.get(&key)?.clone();
        let print = line.print();
        let remark = squeeze(&line.of(Meaning::Remark));
        let is_marked = ["重复", "待删", "作废", "删除"].iter().any(|w| remark.contains(w));
        let ordinal = squeeze(&line.of(Meaning::Ordinal));
        let has_ordinal = line.own(line.table.column(Meaning::Ordinal));
        for task in earlier {
            let known = &self.tasks[task];
            let raw = |name: &str| {
                let column = line.table.columns.iter().find(|c| c.meaning.as_str() == name)?;
                Some(line.grid.at(line.row, column.index).text())
            };
            let is_equal = print.iter().all(|(name, text)| {
                text.is_empty()
                    || known.print.get(name) == Some(text)
                    || raw(name).is_some_and(|t| is_ditto(&t) || t.trim().is_empty())
            });
            let is_bare = print
                .iter()
                .filter(|(name, _)| *name != "finding" && *name != "item")
                .all(|(name, text)| text.is_empty() || raw(name).is_some_and(|t| is_ditto(&t) || t.trim().is_empty()));
            if !is_marked && !is_equal {
                continue;
            }
            // Two measures of one problem stand in two rows; only what says nothing new is a repetition.
            if is_marked || is_bare || !has_ordinal || ordinal == known.ordinal && known.spot.sheet == self.sheet {
                return Some(Taken::Duplicate);
            }
            let where_from = if known.spot.sheet == self.sheet {
                format!("第 {} 行", known.spot.row + 1)
            } else {
                format!(
                    "“{}”第 {} 行",
                    self.names.get(&known.spot.sheet).cloned().unwrap_or_default(),
                    known.spot.row + 1
                )
            };
            let spot = self.spot(line, problem);
            self.reading = Some(self.tasks.len());
            let message = format!("与{where_from}内容相同，是否重复？");
            let said = self.ask(spot, "row_repeated", &line.text(problem), message, None);
            self.reading = None;
            return matches!(said, Some(Say::Leave)).then_some(Taken::Duplicate);
        }
        None
    }

    fn begin_task(&mut self, line: &Line<'_, '_>, finding: usize, title: String, problem: Option<usize>) {
        let spot = self.spot(line, problem);
        let index = self.tasks.len();
        let own_item = line.table.column(Meaning::Item).or(problem);
        self.reading = Some(index);
        if problem.is_none() || !line.own(own_item) && !line.continues(own_item) {
            let message = "没有具体问题，暂以反馈问题或措施的文字作为任务。".to_owned();
            let spot = Spot { column: own_item.unwrap_or(spot.column), ..spot };
            self.ask(spot, "item_missing", "", message, None);
        }
        let mut extra = BTreeMap::new();
        let title = self.fit(spot, title, "问题全文", &mut extra);
        let finding_text = self.findings[finding].text.clone();
        if finding_text.chars().count() > LONGEST {
            let spot = Spot { column: line.table.column(Meaning::Finding).unwrap_or(spot.column), ..spot };
            self.findings[finding].text = self.fit(spot, finding_text.clone(), "反馈问题全文", &mut extra);
        }
        self.reading = None;
        let key = (squeeze(&finding_text), squeeze(&title));
        self.by_words.entry(key).or_default().push(index);
        self.tasks.push(TaskBuild {
            finding,
            title,
            spot,
            rows: Vec::new(),
            said: Vec::new(),
            measures: Vec::new(),
            item_number: Some(squeeze(&line.of(Meaning::ItemNumber))).filter(|t| !t.is_empty()),
            task_number: Some(squeeze(&line.of(Meaning::TaskNumber))).filter(|t| !t.is_empty()),
            ordinal: squeeze(&line.of(Meaning::Ordinal)),
            print: line.print(),
            extra,
        });
        self.task = Some(index);
        self.tasks[index].said.extend(self.under_unit.clone());
        self.tasks[index].said.extend(self.above.clone());
        self.hear(line, index);
    }

    /// A mark under a heading that is itself a state or a way of handling: 已完成 over √.
    fn ticked(&self, line: &Line<'_, '_>, column: &Column, spot: Spot, cell: &Cell) -> Option<Said> {
        let is_tick = matches!(cell.text().as_str(), "√" | "✓" | "✔" | "☑" | "✅" | "●" | "○" | "v" | "V" | "是" | "1");
        if !is_tick || !matches!(column.meaning, Meaning::Status | Meaning::Kept | Meaning::Disposition) {
            return None;
        }
        let (row, anchor) = line.table.heading_of(line.grid, column);
        let word = meaning::bare(&line.grid.at(row, anchor).text());
        let meaning = if deadline::is_label(&word) {
            Meaning::Disposition
        } else {
            self.context.completion.read(&word)?;
            Meaning::Status
        };
        Some(Said { meaning, heading: column.heading.clone(), spot, cell: Cell::Text(word) })
    }

    /// A second block of a form, its labels above their values as in the first: more of the one task before.
    pub(super) fn take_more(&mut self, grid: &Grid<'_>, table: &Table, row: usize) {
        self.go_on(&Line { grid, table, row });
    }

    /// Measures that nothing parts surely are asked about.
    pub(super) fn parts_unsure(&mut self, spot: Spot, text: &str, n: usize) {
        let message = format!("这里怎样分条没有写明，读作 {n} 条措施；请核对，不对的请写上编号。");
        self.ask(spot, "measure_parts", text, message, None);
    }

    /// Words that a task cannot hold are cut; the whole stands beside it.
    fn fit(&mut self, spot: Spot, text: String, name: &str, extra: &mut BTreeMap<String, String>) -> String {
        if text.chars().count() <= LONGEST {
            return text;
        }
        let cut: String = text.chars().take(LONGEST).collect();
        let message = format!("文字超过 {LONGEST} 字，已截断；全文保留在任务的其他栏目中。");
        self.ask(spot, "text_too_long", &cut.chars().take(60).collect::<String>(), message, None);
        extra.insert(name.to_owned(), text);
        cut
    }

    /// Another row of the same task: its measures, and what else it says of its own.
    fn go_on(&mut self, line: &Line<'_, '_>) {
        if let Some(index) = self.task {
            self.hear(line, index);
        }
    }

    /// The same where nothing but its place says so: each of its cells is asked about.
    fn go_on_asking(&mut self, line: &Line<'_, '_>) {
        let Some(index) = self.task else { return };
        self.reading = Some(index);
        for column in line.grid.filled(line.row) {
            let spot = Spot { sheet: self.sheet, row: line.row, column };
            let text = line.grid.at(line.row, column).text();
            let message = "这一行没有写问题，读作上一行的一部分；请核对。".to_owned();
            self.ask(spot, "cell_unplaced", &text, message, None);
        }
        self.go_on(line);
    }

    fn hear(&mut self, line: &Line<'_, '_>, index: usize) {
        let is_first = self.tasks[index].rows.is_empty();
        self.tasks[index].rows.push(line.row);
        self.reading = Some(index);
        let due = line.table.of(Meaning::Due).next().map(|c| {
            let (row, column, cell) = value(line.grid, line.table, line.row, c.index);
            (Spot { sheet: self.sheet, row, column }, cell.is_blank())
        });
        let number = Some(squeeze(&line.of(Meaning::MeasureNumber))).filter(|t| !t.is_empty());
        for column in &line.table.columns {
            let (row, anchor, cell) = value(line.grid, line.table, line.row, column.index);
            let spot = Spot { sheet: self.sheet, row, column: anchor };
            let is_heard = self.tasks[index].said.iter().any(|s| s.spot == spot && s.meaning == column.meaning);
            if cell.is_blank() || is_heard || column.meaning == Meaning::Ignored {
                continue;
            }
            if column.is_guessed {
                self.guessed_column(line.grid, line.table, column);
            }
            if let Cell::Error(text) = cell {
                let message = "公式出错，此格没有内容；请改成结果。".to_owned();
                self.ask(spot, "formula_error", text, message, None);
                continue;
            }
            if let Some(ticked) = self.ticked(line, column, spot, cell) {
                self.tasks[index].said.push(ticked);
                continue;
            }
            let labelled = labels::beyond(column.meaning, &cell.text());
            if !labelled.is_empty() {
                if !self.tasks[index].said.iter().any(|s| s.spot == spot) {
                    self.tasks[index].said.extend(labelled.into_iter().map(|l| Said {
                        meaning: l.meaning,
                        heading: l.heading,
                        spot,
                        cell: Cell::Text(l.value),
                    }));
                }
                continue;
            }
            let said = Said { meaning: column.meaning, heading: column.heading.clone(), spot, cell: cell.clone() };
            match column.meaning {
                Meaning::Measure if is_nothing(&cell.text()) => {}
                Meaning::Measure => {
                    let (words, is_sure) = numbering::listed(&cell.text());
                    if !is_sure || parts::is_with_progress(&column.heading) {
                        self.parts_unsure(spot, &cell.text(), words.len());
                    }
                    let only = number.clone().filter(|_| words.len() == 1);
                    for text in words {
                        let mut extra = BTreeMap::new();
                        let name = format!("措施{}全文", self.tasks[index].measures.len() + 1);
                        let text = self.fit(spot, text, &name, &mut extra);
                        self.tasks[index].extra.extend(extra);
                        let due = due.filter(|(_, is_blank)| !is_blank).map(|(spot, _)| spot);
                        self.tasks[index].measures.push(MeasureSaid { text, number: only.clone(), due });
                    }
                }
                Meaning::Remark | Meaning::Kept => {
                    let nth = self.tasks[index].measures.len();
                    let name =
                        if is_first { column.heading.clone() } else { format!("措施{nth} {}", column.heading) };
                    self.tasks[index].extra.insert(name, cell.text());
                }
                _ => {}
            }
            self.tasks[index].said.push(said);
        }
        for column in line.grid.filled(line.row) {
            if line.table.columns.iter().any(|c| c.index == column) {
                continue;
            }
            let spot = Spot { sheet: self.sheet, row: line.row, column };
            let text = line.grid.at(line.row, column).text();
            let message = "这一列没有表头，内容原样保留在任务的其他栏目中。".to_owned();
            self.ask(spot, "cell_unplaced", &text, message, None);
            self.tasks[index].extra.insert(super::at(spot), text);
        }
        self.reading = None;
    }
}
