//! The plan workbook: three linked lists (findings, measures, responsibility) read into drafts, with every cell that does not fit as a doubt.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::dates;
use super::drafts::{AspectDraft, FindingDraft, MeasureDraft, MilestoneDraft, PlanDraft, TaskDraft};
use super::grid::{Book, Cell, Header, Sheet, address, find_header};
use super::names::{Directory, Match, split};
use super::report::{Doubt, Skipped};
use super::secrecy;
use crate::ids::{PersonId, UnitId};
use crate::task::state::Disposition;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Ordinal,
    AspectOrdinal,
    Aspect,
    FindingNumber,
    Finding,
    ItemNumber,
    Item,
    TaskNumber,
    MeasureNumber,
    Measure,
    Disposition,
    MeasureDue,
    Stage,
    Leaders,
    Units,
    Persons,
    Supporting,
    Due,
    Milestones,
    Criterion,
    Objective,
}

/// Headings seen, without white space and without what stands in brackets.
const HEADINGS: &[(&str, Field)] = &[
    ("序号", Field::Ordinal),
    ("方面序号", Field::AspectOrdinal),
    ("方面", Field::Aspect),
    ("问题类别", Field::Aspect),
    ("问题编号", Field::FindingNumber),
    ("反馈问题编号", Field::FindingNumber),
    ("反馈问题", Field::Finding),
    ("反馈意见", Field::Finding),
    ("具体问题编号", Field::ItemNumber),
    ("具体问题", Field::Item),
    ("任务编号", Field::TaskNumber),
    ("整改任务编号", Field::TaskNumber),
    ("措施编号", Field::MeasureNumber),
    ("整改措施", Field::Measure),
    ("整改类型", Field::Disposition),
    ("处置类型", Field::Disposition),
    ("措施完成时限", Field::MeasureDue),
    ("完成时限", Field::Due),
    ("整改时限", Field::Due),
    ("阶段目标", Field::Stage),
    ("责任领导", Field::Leaders),
    ("责任单位", Field::Units),
    ("责任人", Field::Persons),
    ("配合单位", Field::Supporting),
    ("阶段节点", Field::Milestones),
    ("完成标准", Field::Criterion),
    ("整改目标", Field::Objective),
];

struct Reader<'a> {
    directory: &'a Directory,
    default_year: i32,
    draft: PlanDraft,
    tasks: Vec<TaskDraft>,
    /// Item number to its place in `tasks`.
    by_item: BTreeMap<String, usize>,
    /// Stage targets of the measures list: item number, date, words, measure number.
    stages: Vec<(String, NaiveDate, String, String)>,
}

struct Line<'a> {
    sheet: &'a Sheet,
    header: &'a Header<Field>,
    row: usize,
}

impl Line<'_> {
    fn cell(&self, field: Field) -> &Cell {
        const EMPTY: &Cell = &Cell::Empty;
        self.header.columns.get(&field).and_then(|c| self.sheet.rows[self.row].get(*c)).unwrap_or(EMPTY)
    }

    fn text(&self, field: Field) -> String {
        self.cell(field).text()
    }

    fn address(&self, field: Field) -> String {
        address(self.row, self.header.columns.get(&field).copied().unwrap_or(0))
    }

    fn extra(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.header.extra.iter().filter_map(|(column, heading)| {
            let text = self.sheet.rows[self.row].get(*column)?.text();
            (!text.is_empty()).then(|| (heading.clone(), text))
        })
    }
}

type Pass<'d> = for<'r, 'l> fn(&'r mut Reader<'d>, &'r Line<'l>);

/// Whether the book is the three linked lists: problems and measures on sheets of their own, tied by the number of the problem.
pub(super) fn is_plan(book: &Book) -> bool {
    let headers: Vec<_> =
        book.sheets.iter().filter(|s| !s.is_hidden).filter_map(|s| find_header(s, HEADINGS, 3)).collect();
    let has = |needed: &[Field], without: Field| {
        headers.iter().any(|h| needed.iter().all(|f| h.columns.contains_key(f)) && !h.columns.contains_key(&without))
    };
    has(&[Field::ItemNumber, Field::Finding, Field::Item], Field::Measure)
        && has(&[Field::ItemNumber, Field::Measure], Field::Finding)
}

/// Reads the three linked lists; `default_year` completes dates that have none (docs/domain.md §20).
pub fn read_plan(book: &Book, directory: &Directory, default_year: i32) -> PlanDraft {
    let mut reader = Reader {
        directory,
        default_year,
        draft: PlanDraft::default(),
        tasks: Vec::new(),
        by_item: BTreeMap::new(),
        stages: Vec::new(),
    };
    if let Some(marks) = secrecy::marks(book) {
        reader.draft.is_classified = true;
        reader.draft.doubts = marks;
    }
    let mut lists: Vec<(&Sheet, Header<Field>)> = Vec::new();
    for sheet in &book.sheets {
        if sheet.is_hidden {
            reader.skip(sheet, None, "hidden_sheet");
            continue;
        }
        if let Some(header) = find_header(sheet, HEADINGS, 3) {
            lists.push((sheet, header));
        }
    }
    // Findings first, then measures, then responsibility, in whatever order the sheets stand.
    let passes: [(&[Field], Pass<'_>); 3] = [
        (&[Field::Finding, Field::Item], Reader::read_finding),
        (&[Field::Measure], Reader::read_measure),
        (&[Field::Leaders, Field::Units], Reader::read_responsibility),
    ];
    for (needed, read) in passes {
        for (sheet, header) in lists.iter().filter(|(_, h)| needed.iter().all(|f| h.columns.contains_key(f))) {
            for row in header.row + 1..sheet.rows.len() {
                let line = Line { sheet, header, row };
                if reader.is_data(&line) {
                    read(&mut reader, &line);
                }
            }
        }
    }
    reader.finish(&lists)
}

impl Reader<'_> {
    fn skip(&mut self, sheet: &Sheet, row: Option<usize>, reason: &str) {
        let skipped = Skipped { sheet: sheet.name.clone(), row: row.map(|r| r + 1), reason: reason.to_owned() };
        if !self.draft.skipped.contains(&skipped) {
            self.draft.skipped.push(skipped);
        }
    }

    fn doubt(&mut self, line: &Line<'_>, field: Field, kind: &str, message: String) {
        let text = line.text(field);
        self.draft.doubts.push(Doubt {
            sheet: line.sheet.name.clone(),
            cell: line.address(field),
            kind: kind.to_owned(),
            text,
            message,
        });
        if let Some(i) = self.by_item.get(&line.text(Field::ItemNumber)) {
            self.tasks[*i].doubts += 1;
        }
    }

    /// Totals, signatures and blank rows are no data.
    fn is_data(&mut self, line: &Line<'_>) -> bool {
        let cells: Vec<String> = line.sheet.rows[line.row].iter().map(Cell::text).filter(|t| !t.is_empty()).collect();
        let Some(first) = cells.first() else { return false };
        let reason = if first.starts_with("合计") || first.starts_with("总计") || first.starts_with("小计") {
            "total"
        } else if first.starts_with("填表人") || first.starts_with("审核人") || first.starts_with("填报人") {
            "signature"
        } else if first.starts_with("注：") || first.starts_with("备注：") || first.starts_with("说明：") {
            "note"
        } else {
            return true;
        };
        self.skip(line.sheet, Some(line.row), reason);
        false
    }

    fn read_finding(&mut self, line: &Line<'_>) {
        let number = line.text(Field::FindingNumber);
        let text = line.text(Field::Finding);
        let item = line.text(Field::ItemNumber);
        let title = line.text(Field::Item);
        let aspect = line.text(Field::Aspect);
        if item.is_empty() || title.is_empty() {
            let message = "缺少具体问题编号或具体问题，无法与另两张清单对应。".to_owned();
            self.doubt(line, Field::ItemNumber, "item_missing", message);
            return;
        }
        if let Some(i) = self.by_item.get(&item).copied() {
            if self.tasks[i].title == title {
                self.skip(line.sheet, Some(line.row), "duplicate");
            } else {
                self.doubt(
                    line,
                    Field::ItemNumber,
                    "number_repeated",
                    format!("具体问题编号 {item} 出现两次，内容不同。"),
                );
            }
            return;
        }
        if !self.draft.aspects.iter().any(|a| a.title == aspect) {
            let next = i32::try_from(self.draft.aspects.len()).unwrap_or(0) + 1;
            let ordinal = line.text(Field::AspectOrdinal).parse().unwrap_or(next);
            self.draft.aspects.push(AspectDraft { ordinal, title: aspect.clone() });
        }
        match self.draft.findings.iter().find(|f| f.number == number) {
            Some(known) if known.text != text => {
                self.doubt(
                    line,
                    Field::Finding,
                    "finding_differs",
                    format!("问题编号 {number} 的反馈问题与前文不同。"),
                );
            }
            Some(_) => {}
            None => self.draft.findings.push(FindingDraft { number: number.clone(), text, aspect }),
        }
        self.by_item.insert(item.clone(), self.tasks.len());
        let mut task = TaskDraft::new(item, title, number);
        task.extra = line.extra().collect();
        self.tasks.push(task);
    }

    /// The task of a row of the second or third list, its words checked against the first.
    fn task(&mut self, line: &Line<'_>) -> Option<usize> {
        let item = line.text(Field::ItemNumber);
        let number = line.text(Field::TaskNumber);
        let found = self
            .by_item
            .get(&item)
            .copied()
            .or_else(|| self.tasks.iter().position(|t| !number.is_empty() && t.number == number));
        let Some(i) = found else {
            let message = format!("具体问题编号 {item} 不在问题清单中。");
            self.doubt(line, Field::ItemNumber, "item_unknown", message);
            return None;
        };
        let title = line.text(Field::Item);
        if !title.is_empty() && title != self.tasks[i].title {
            self.doubt(line, Field::Item, "item_differs", "具体问题的文字与问题清单不同。".into());
        }
        if !number.is_empty() {
            if self.tasks[i].number.is_empty() {
                self.tasks[i].number = number;
            } else if self.tasks[i].number != number {
                let known = self.tasks[i].number.clone();
                self.doubt(line, Field::TaskNumber, "number_differs", format!("任务编号与前文的 {known} 不同。"));
            }
        }
        Some(i)
    }

    fn disposition(&mut self, line: &Line<'_>, i: usize) {
        let text = line.text(Field::Disposition);
        if text.is_empty() {
            return;
        }
        let Some(found) = Disposition::ALL.iter().copied().find(|d| d.label() == text) else {
            self.doubt(
                line,
                Field::Disposition,
                "disposition_unknown",
                "整改类型应为立行立改、限期整改、分步实施或长期坚持。".into(),
            );
            return;
        };
        match self.tasks[i].disposition {
            Some(known) if known != found => {
                self.doubt(
                    line,
                    Field::Disposition,
                    "disposition_differs",
                    format!("整改类型与前文的“{}”不同。", known.label()),
                );
            }
            _ => self.tasks[i].disposition = Some(found),
        }
    }

    fn date(&mut self, line: &Line<'_>, field: Field) -> Option<NaiveDate> {
        let cell = line.cell(field);
        let date = dates::read(cell, self.default_year);
        if date.is_none() && !cell.text().is_empty() {
            self.doubt(line, field, "date_unclear", "看不懂这个时限，请改成年月日。".into());
        }
        date
    }

    fn read_measure(&mut self, line: &Line<'_>) {
        let Some(i) = self.task(line) else { return };
        self.disposition(line, i);
        let text = line.text(Field::Measure);
        if text.is_empty() {
            self.doubt(line, Field::Measure, "measure_missing", "此行没有整改措施。".into());
            return;
        }
        let field = if line.header.columns.contains_key(&Field::MeasureDue) { Field::MeasureDue } else { Field::Due };
        let due_on = self.date(line, field);
        let written = line.text(Field::MeasureNumber);
        let number = if written.is_empty() {
            format!("{}-{}", self.tasks[i].number, self.tasks[i].measures.len() + 1)
        } else {
            written
        };
        if self.tasks.iter().any(|t| t.measures.iter().any(|m| m.number == number)) {
            self.doubt(line, Field::MeasureNumber, "number_repeated", format!("措施编号 {number} 出现两次。"));
            return;
        }
        let stage = line.text(Field::Stage);
        if let Some(on) = due_on.filter(|_| !stage.is_empty()) {
            self.stages.push((self.tasks[i].item_number.clone(), on, stage, number.clone()));
        }
        for (heading, text) in line.extra().collect::<Vec<_>>() {
            self.tasks[i].extra.insert(format!("{number} {heading}"), text);
        }
        self.tasks[i].measures.push(MeasureDraft { number, text, due_on });
    }

    fn units(&mut self, line: &Line<'_>, field: Field) -> Vec<UnitId> {
        let mut found = Vec::new();
        for name in split(&line.text(field)) {
            match self.directory.unit(&name) {
                Match::One(unit) if found.contains(&unit) => {
                    self.doubt(line, field, "unit_repeated", format!("“{name}”写了两次。"));
                }
                Match::One(unit) => {
                    self.draft.units.insert(unit);
                    found.push(unit);
                }
                Match::None => self.doubt(line, field, "unit_unknown", format!("没有名为“{name}”的单位。")),
                Match::Several => self.doubt(line, field, "unit_ambiguous", format!("“{name}”对应多个单位。")),
            }
        }
        found
    }

    fn people(&mut self, line: &Line<'_>, field: Field, near: &[UnitId]) -> Vec<PersonId> {
        let mut found = Vec::new();
        for name in split(&line.text(field)) {
            match self.directory.person(&name, near) {
                Match::One(person) if found.contains(&person) => {
                    self.doubt(line, field, "person_repeated", format!("“{name}”写了两次。"));
                }
                Match::One(person) => found.push(person),
                Match::None => self.doubt(line, field, "person_unknown", format!("没有名为“{name}”的人员。")),
                Match::Several => {
                    self.doubt(line, field, "person_ambiguous", format!("有多名“{name}”，请注明单位。"));
                }
            }
        }
        found
    }

    fn read_responsibility(&mut self, line: &Line<'_>) {
        let Some(i) = self.task(line) else { return };
        self.disposition(line, i);
        if !self.tasks[i].units.is_empty() {
            self.doubt(line, Field::ItemNumber, "number_repeated", "责任清单中此项出现两次。".into());
            return;
        }
        let units = self.units(line, Field::Units);
        let supporting = self.units(line, Field::Supporting);
        let leaders = self.people(line, Field::Leaders, &[]);
        let persons = self.people(line, Field::Persons, &units);
        let date = self.date(line, Field::Due);
        let milestones = self.milestones(line, i);
        let optional = |text: String| (!text.is_empty()).then_some(text);
        let extra: Vec<_> = line.extra().collect();
        let task = &mut self.tasks[i];
        if task.disposition == Some(Disposition::Sustained) {
            task.review_on = date;
        } else {
            task.due_on = date;
        }
        task.units = units;
        task.supporting = supporting;
        task.leaders = leaders;
        task.persons = persons;
        task.milestones = milestones;
        task.criterion = optional(line.text(Field::Criterion));
        task.objective = optional(line.text(Field::Objective));
        task.extra.extend(extra);
    }

    /// `date words；date words`, each tied to the measure whose stage target says the same.
    fn milestones(&mut self, line: &Line<'_>, i: usize) -> Vec<MilestoneDraft> {
        let mut found = Vec::new();
        let item = self.tasks[i].item_number.clone();
        let text = line.text(Field::Milestones);
        for part in text.split(['；', ';', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
            let (date, title) = part.split_once([' ', '：', ':']).unwrap_or((part, ""));
            let title = title.trim();
            match dates::parse(date, self.default_year) {
                Some(due_on) if !title.is_empty() => {
                    let measure = self
                        .stages
                        .iter()
                        .find(|(of, on, words, _)| *of == item && *on == due_on && words == title)
                        .map(|(_, _, _, number)| number.clone());
                    found.push(MilestoneDraft { due_on, title: title.to_owned(), measure });
                }
                _ => self.doubt(line, Field::Milestones, "milestone_unclear", format!("看不懂这个节点：{part}")),
            }
        }
        found
    }

    fn finish(mut self, lists: &[(&Sheet, Header<Field>)]) -> PlanDraft {
        let has = |f: Field| lists.iter().any(|(_, h)| h.columns.contains_key(&f));
        for (field, name) in [(Field::Finding, "问题清单"), (Field::Measure, "整改清单"), (Field::Leaders, "责任清单")]
        {
            if !has(field) {
                self.draft.doubts.push(Doubt {
                    sheet: String::new(),
                    cell: String::new(),
                    kind: "list_missing".into(),
                    text: String::new(),
                    message: format!("文件中没有{name}。"),
                });
            }
        }
        for i in 0..self.tasks.len() {
            let task = &mut self.tasks[i];
            if task.number.is_empty() {
                task.number = task.item_number.clone();
            }
            task.seal();
        }
        self.draft.tasks = self.tasks;
        self.draft.aspects.sort_by_key(|a| a.ordinal);
        self.draft
    }
}
