//! Rows that were passed over, whether the reason may hide a task, and totals that count otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::grid::{Grid, squeeze};
use super::super::super::numbering;
use super::super::build::Builder;
use super::super::form;
use super::super::labels;
use super::super::layout::Table;
use super::super::meaning::{self, Meaning};
use super::super::rows;
use super::super::{Outcome, SheetReading};
use super::{Looked, MOST_CELLS, PASSED, is_party};

impl Builder<'_> {
    /// Rows passed over that may be more than the reason says.
    pub(super) fn passed(&mut self, grid: &Grid<'_>, tables: &[Table], reading: &SheetReading) {
        let last = tables.last().map(|t| t.header.1);
        let first = tables.first().map_or(usize::MAX, |t| t.header.0);
        let titles: BTreeMap<String, usize> = self.titles(grid, reading);
        let taken = self.rows_taken().first().copied().unwrap_or(usize::MAX);
        let findings: BTreeSet<String> = self.findings.iter().map(|f| bare(&f.text)).collect();
        let of_units: BTreeSet<usize> = self
            .tasks
            .iter()
            .flat_map(|t| &t.said)
            .filter(|s| s.spot.sheet == self.sheet)
            .map(|s| s.spot.row)
            .collect();
        let is_telling = last.is_none() && self.tells_of_somebody(grid);
        for (number, became) in &reading.rows {
            let Outcome::Skipped { reason } = became else { continue };
            let row = number - 1;
            let filled = grid.filled(row);
            let Some(column) = filled.first().copied() else { continue };
            let text = grid.at(row, column).text();
            let is_doubted = match reason.as_str() {
                "title" => {
                    self.hides_task(grid, row)
                        || self.names_unit_of_rows(grid, tables, row)
                        || last.is_none()
                            && !is_called_form(&text)
                            && titles.get(&shape(&text)).is_none_or(|n| *n < 2)
                            && row > taken
                }
                "note" if last.is_some() => {
                    self.names_who_answers(&text)
                        || row > first
                            && !rows::is_note(&text)
                            && !rows::is_marked_note(&text)
                            && text.chars().count() > 1
                            && grid.merge(row, column).is_some()
                }
                "note" => self.hides_task(grid, row) || is_telling,
                "section" => {
                    let words = filled.last().map(|c| grid.at(row, *c).text()).unwrap_or_default();
                    let of_heading = numbering::section(&words).map_or(words.clone(), |(_, _, words)| words);
                    let is_finding = findings.contains(&bare(&words)) || findings.contains(&bare(&of_heading));
                    !is_aspect(&words) && !is_finding && !of_units.contains(&row) && !self.names_party(&words)
                }
                "signature" => self.hides_task(grid, row),
                _ => false,
            };
            if is_doubted {
                self.ask_each(grid, row, "row_passed", PASSED);
            }
        }
    }

    /// A note that says who answers: 以上由甲乙牵头.
    fn names_who_answers(&self, text: &str) -> bool {
        let answers = ["牵头", "负责", "责任", "承办", "包"].iter().any(|word| text.contains(word));
        let people = &self.context.directory.people;
        answers && people.iter().any(|p| p.name.chars().count() > 1 && text.contains(p.name.as_str()))
    }

    /// A title that names a unit above a table that has no column of units.
    fn names_unit_of_rows(&self, grid: &Grid<'_>, tables: &[Table], row: usize) -> bool {
        let lacks_units = |t: &&Table| {
            ![Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons].iter().any(|meaning| t.has(*meaning))
        };
        let is_above = tables.iter().find(|t| t.header.0 > row).filter(lacks_units).is_some();
        let units = &self.context.directory.units;
        is_above
            && !self.units_of_sheets.contains_key(&self.sheet)
            && grid.filled(row).into_iter().any(|c| {
                let text = grid.at(row, c).text();
                let says = |name: &String| name.chars().count() > 2 && text.contains(name.as_str());
                units.iter().any(|u| says(&u.name) || u.aliases.iter().any(says))
            })
    }

    /// Whether a sheet without a header names people or units all the same, and is not called an index or a summary.
    fn tells_of_somebody(&self, grid: &Grid<'_>) -> bool {
        let name = &grid.sheet.name;
        if ["目录", "汇总", "统计", "说明", "要求", "须知", "封面"].iter().any(|word| name.contains(word))
        {
            return false;
        }
        let directory = self.context.directory;
        let cells = (0..grid.sheet.rows.len()).flat_map(|row| grid.filled(row).into_iter().map(move |c| (row, c)));
        let says = |text: &str| {
            directory.people.iter().any(|p| p.name.chars().count() > 1 && text.contains(&p.name))
                || directory.units.iter().any(|u| u.name.chars().count() > 2 && text.contains(&u.name))
        };
        cells.take(MOST_CELLS).filter(|(row, c)| says(&grid.at(*row, *c).text())).count() > 1
    }

    /// Titles without their numbers, and how often each comes.
    fn titles(&self, grid: &Grid<'_>, reading: &SheetReading) -> BTreeMap<String, usize> {
        let mut titles = BTreeMap::new();
        for (number, became) in &reading.rows {
            if matches!(became, Outcome::Skipped { reason } if reason == "title") {
                for column in grid.filled(number - 1) {
                    *titles.entry(shape(&grid.at(number - 1, column).text())).or_insert(0) += 1;
                }
            }
        }
        titles
    }

    /// Whether a row that was passed over says who answers, or what is to be done.
    fn hides_task(&self, grid: &Grid<'_>, row: usize) -> bool {
        let filled = grid.filled(row);
        let is_label = |c: &usize| {
            let beside = grid.at(row, grid.merge(row, *c).map_or(*c, |m| m.right) + 1);
            let text = grid.at(row, *c).text();
            let known = meaning::known(&text).filter(|m| m.is_matter() || is_party(*m) || *m == Meaning::Due);
            known.is_some() && !beside.is_blank() && form::is_label(grid, (row, *c))
        };
        let tells = |c: &usize| {
            let text = grid.at(row, *c).text();
            labels::read(&text).iter().any(|l| {
                let answers = ["责任", "牵头", "包案", "包保", "分管", "挂", "整改", "措施", "问题"]
                    .iter()
                    .any(|word| l.heading.contains(word));
                let is_signed = l.heading.ends_with("负责人") || rows::is_signature(&text);
                !l.value.is_empty()
                    && answers
                    && !is_signed
                    && (l.meaning.is_matter() || is_party(l.meaning) || l.meaning == Meaning::Due)
            })
        };
        let n_names = filled.iter().filter(|c| self.names_party(&grid.at(row, **c).text())).count();
        filled.iter().any(is_label) || filled.iter().any(tells) || n_names > 1
    }

    /// A total that counts otherwise than what came out.
    pub(super) fn counted(&mut self, grid: &Grid<'_>, tables: &[Table], reading: &SheetReading, tasks: &[Looked]) {
        let totals = reading
            .rows
            .iter()
            .filter(|(_, became)| matches!(became, Outcome::Skipped { reason } if reason == "total"));
        let totals: Vec<usize> = totals.map(|(number, _)| number - 1).collect();
        let ([_], [total]) = (tables, totals.as_slice()) else { return };
        if grid.filled(*total).into_iter().any(|c| grid.at(*total, c).text().contains("小计")) {
            return;
        }
        let words = grid.filled(*total).into_iter().map(|c| grid.at(*total, c).text()).collect::<Vec<_>>().join(" ");
        let Some(said) = count_of(&words) else { return };
        let findings: BTreeSet<usize> =
            tasks.iter().filter_map(|t| self.tasks.get(t.task)).map(|t| t.finding).collect();
        let n_measures: usize = tasks.iter().filter_map(|t| self.tasks.get(t.task)).map(|t| t.measures.len()).sum();
        if [tasks.len(), findings.len(), n_measures].contains(&said) {
            return;
        }
        for looked in tasks {
            self.reading = Some(looked.task);
            for row in &looked.rows {
                let message = format!("合计写的是 {said} 项，这张表读出 {} 项；请核对这一格。", tasks.len());
                self.ask_each(grid, *row, "count_differs", &message);
            }
        }
        self.reading = None;
    }
}

/// Words without white space and closing marks, by which a heading is the finding it became.
fn bare(text: &str) -> String {
    squeeze(text).trim_end_matches(['。', '；', '：', ':']).to_owned()
}

/// Words that head problems of one kind, and are none themselves.
fn is_aspect(text: &str) -> bool {
    let text = squeeze(text);
    let text = text.split(['(', '（']).next().unwrap_or_default();
    ["方面", "领域", "类", "问题", "情况", "工作", "建设", "部分", "责任制", "管理", "环节", "项目", "落实"]
        .iter()
        .any(|word| text.ends_with(word))
}

/// Words without their figures, by which titles of one kind are the same.
fn shape(text: &str) -> String {
    squeeze(text).chars().filter(|c| !c.is_ascii_digit() && !"一二三四五六七八九十".contains(*c)).collect()
}

/// A title that calls a form by its kind.
fn is_called_form(text: &str) -> bool {
    ["单", "表", "卡", "清单", "台账", "通知", "书", "函", "编号", "No", "档案"].iter().any(|word| text.contains(word))
}

/// The first number that counts things: 合计 6项.
fn count_of(text: &str) -> Option<usize> {
    let chars: Vec<char> = squeeze(text).chars().collect();
    (0..chars.len()).find_map(|i| {
        let is_first = chars[i].is_ascii_digit() && (i == 0 || !chars[i - 1].is_ascii_digit());
        let digits: String = chars[i..].iter().take_while(|c| c.is_ascii_digit()).collect();
        let rest: String = chars[i + digits.len().max(1)..].iter().take(3).collect();
        let counts = rest.starts_with('项') || rest.starts_with("个问题") || rest.starts_with("条问题");
        if is_first && counts { digits.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_say_how_many_there_are() {
        for (text, n) in
            [("合计 6项", Some(6)), ("共12个问题", Some(12)), ("合计 7500", None), ("小计：3项，已完成1项", Some(3))]
        {
            assert_eq!(count_of(text), n, "{text}");
        }
    }
}
