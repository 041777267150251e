//! A filled workbook of plans, held against what it was made from and against the plans as they are now. Nothing is changed by it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use uuid::Uuid;

use super::super::dates;
use super::super::fill::{self, CellFault, HEADINGS, mark, written};
use super::super::grid::{Book, Cell, address, squeeze};
use super::difference::{self, Change, Part, Said};
use super::{
    CRITERIA, DUE, EXCUSE, FORM, MEASURE, MILESTONE_COLUMNS, MILESTONE_GIVEN, MILESTONES, OBJECTIVE, PLAN_COLUMNS,
    PLAN_GIVEN, PLANS, PROOF, PlanLine, PlanNow, TITLE, UNIT, one_line,
};
use crate::ids::{CriterionId, MeasureId, MilestoneId, TaskId, UnitId};
use crate::refusal::Refusal;
use crate::task::command::{CriterionInput, ExcuseInput, MilestoneInput, PlanInput};
use crate::task::text::CriterionText;

/// Cells that are formulas, by sheet.
pub struct Formulas {
    pub plans: BTreeSet<(usize, usize)>,
    pub milestones: BTreeSet<(usize, usize)>,
}

/// A plan of which the workbook says something else.
#[derive(Clone, Debug, PartialEq)]
pub struct FilledPlan {
    pub task: TaskId,
    pub number: String,
    pub title: String,
    /// The version of the task it was compared with.
    pub version: i64,
    /// What the workbook changes of what it was made from.
    pub changes: Vec<Change>,
    /// The plan was saved since the workbook was made, and nothing of the workbook is taken.
    pub is_conflict: bool,
    /// What was saved since.
    pub theirs: Vec<Change>,
    /// The plan as the workbook has it; none where it may not be taken.
    pub input: Option<PlanInput>,
    /// The cell of each part of the input, by its pointer without a field: sheet, row, column.
    places: BTreeMap<String, Place>,
}

type Place = (&'static str, usize, usize);

impl FilledPlan {
    /// The cell that a refusal of its input is about.
    pub fn cell_of(&self, pointer: &str) -> String {
        let part: Vec<&str> = pointer.split('/').take(3).collect();
        let found = self.places.get(&part.join("/")).or_else(|| self.places.get(""));
        let (sheet, row, column) = found.copied().unwrap_or((PLANS, HEADINGS + 1, 0));
        let column = match pointer.rsplit('/').next().filter(|_| sheet == MILESTONES) {
            Some("measure") => MEASURE,
            Some("due_on") => DUE,
            Some("proof") => PROOF,
            Some("unit") => UNIT,
            _ => column,
        };
        format!("{sheet}!{}", address(row, column))
    }
}

/// What a filled workbook comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilledPlans {
    pub plans: Vec<FilledPlan>,
    pub faults: Vec<CellFault>,
    /// Plans of which it says nothing new.
    pub unchanged: usize,
}

/// A milestone as its row says it.
#[derive(Clone, Debug)]
struct FilledMilestone {
    id: Option<MilestoneId>,
    row: usize,
    measure: Option<MeasureId>,
    title: String,
    due_on: Option<NaiveDate>,
    proof: Option<String>,
    unit: Option<UnitId>,
}

/// What the workbook says of one plan; what has no row stays as it was.
#[derive(Clone, Debug, Default)]
struct Filled {
    first: Option<usize>,
    objective: Option<Option<String>>,
    criteria: Option<Vec<String>>,
    excuses: BTreeMap<MeasureId, (usize, Option<String>)>,
    /// By the milestone that was there; none where its row was emptied.
    kept: BTreeMap<MilestoneId, Option<FilledMilestone>>,
    added: Vec<FilledMilestone>,
    is_faulty: bool,
}

/// What the hidden sheet says the file was made from.
fn base(book: &Book, now: &PlanNow) -> Result<Vec<PlanLine>, Refusal> {
    let foreign = || Refusal::field("/file", "plan-sheet-foreign");
    let rows = fill::marks(book, FORM, "plan-sheet-foreign")?;
    let head = rows.first().ok_or_else(foreign)?;
    if mark(head, 1) != now.round.0.to_string() {
        return Err(Refusal::field("/file", "plan-sheet-other-round"));
    }
    if mark(head, 2) != now.unit.0.to_string() {
        return Err(Refusal::field("/file", "plan-sheet-other-unit"));
    }
    let line = |row: &Vec<Cell>| {
        let text: String = (1..row.len()).map(|column| mark(row, column)).collect();
        serde_json::from_str(&text).map_err(|_| foreign())
    };
    rows.iter().skip(1).map(line).collect()
}

struct Reader<'a> {
    now: &'a PlanNow,
    base: &'a [PlanLine],
    filled: Vec<Filled>,
    faults: Vec<CellFault>,
    /// The year of a date that names none.
    year: i32,
}

impl Reader<'_> {
    fn fault(&mut self, sheet: &str, at: (usize, usize), code: &str, params: serde_json::Value) {
        let cell = format!("{sheet}!{}", address(at.0, at.1));
        self.faults.push(CellFault { cell, code: code.to_owned(), params });
    }

    /// A fault of a plan, which is left out whole.
    fn fault_of(&mut self, plan: usize, sheet: &str, at: (usize, usize), code: &str, params: serde_json::Value) {
        self.filled[plan].is_faulty = true;
        self.fault(sheet, at, code, params);
    }

    fn place(&self, number: &str) -> Option<usize> {
        self.base.iter().position(|line| line.number == number)
    }

    /// The rows of the first sheet.
    fn plans(&mut self, rows: &[Vec<Cell>], formulas: &BTreeSet<(usize, usize)>) {
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (at, cells) in rows.iter().enumerate().skip(HEADINGS + 1) {
            if cells.iter().take(PLAN_COLUMNS.len()).all(Cell::is_blank) {
                continue;
            }
            let text = |column: usize| cells.get(column).map(Cell::text).unwrap_or_default();
            let Some(plan) = self.place(&text(0)) else {
                self.fault(PLANS, (at, 0), "plan-row-number-unknown", json!({ "number": text(0) }));
                continue;
            };
            let base = self.base;
            let line = &base[plan];
            let measures = line.rows();
            let Some(row) = measures.iter().position(|m| m.map_or("", |m| &m.number) == text(4)) else {
                let params = json!({ "heading": PLAN_COLUMNS[4], "found": text(4) });
                self.fault_of(plan, PLANS, (at, 4), "plan-cell-locked", params);
                continue;
            };
            if !seen.insert((plan, row)) {
                self.fault_of(plan, PLANS, (at, 0), "plan-row-repeated", json!({ "number": text(0) }));
                continue;
            }
            let measure = measures[row];
            for (column, given) in line.given(measure).iter().enumerate() {
                if squeeze(&text(column)) != squeeze(given) {
                    let params = json!({ "heading": PLAN_COLUMNS[column], "found": text(column) });
                    self.fault_of(plan, PLANS, (at, column), "plan-cell-locked", params);
                }
            }
            for (column, heading) in PLAN_COLUMNS.iter().enumerate().skip(PLAN_GIVEN) {
                let cell = cells.get(column);
                // What is said of the whole task is said in its first row.
                let is_locked = if column == EXCUSE { measure.is_none() } else { row > 0 };
                if is_locked && cell.is_some_and(|c| !c.is_blank()) {
                    let params = json!({ "heading": heading, "found": text(column) });
                    self.fault_of(plan, PLANS, (at, column), "plan-cell-locked", params);
                } else if let Some((code, params)) = fill::computed(cell, (at, column), formulas) {
                    self.fault_of(plan, PLANS, (at, column), code, params);
                }
            }
            let said = |column: usize| cells.get(column).and_then(written);
            let filled = &mut self.filled[plan];
            if row == 0 {
                filled.first = Some(at);
                filled.objective = Some(said(OBJECTIVE));
                let lines = said(CRITERIA).unwrap_or_default();
                filled.criteria = Some(lines.lines().map(one_line).filter(|line| !line.is_empty()).collect());
            }
            if let Some(measure) = measure {
                filled.excuses.insert(measure.id, (at, said(EXCUSE)));
            }
        }
    }

    /// The rows of the second sheet.
    fn milestones(&mut self, rows: &[Vec<Cell>], formulas: &BTreeSet<(usize, usize)>) {
        for (at, cells) in rows.iter().enumerate().skip(HEADINGS + 1) {
            let text = |column: usize| cells.get(column).map(Cell::text).unwrap_or_default();
            let is_blank = cells.iter().skip(MILESTONE_GIVEN).take(UNIT + 1 - MILESTONE_GIVEN).all(Cell::is_blank);
            let (number, code) = (text(0), text(1));
            if is_blank && code.is_empty() {
                // A task that was chosen and nothing written yet is nothing.
                continue;
            }
            let Some(plan) = self.place(&number) else {
                let code = if number.is_empty() { "plan-row-number-missing" } else { "plan-row-number-unknown" };
                self.fault(MILESTONES, (at, 0), code, json!({ "number": number }));
                continue;
            };
            let base = self.base;
            let line = &base[plan];
            let own = (0..line.milestones.len()).find(|n| line.code(*n) == code);
            if own.is_none() && !code.is_empty() {
                let params = json!({ "heading": MILESTONE_COLUMNS[1], "found": code });
                self.fault_of(plan, MILESTONES, (at, 1), "plan-cell-locked", params);
                continue;
            }
            let id = own.map(|n| line.milestones[n].id);
            if id.is_some_and(|id| self.filled[plan].kept.contains_key(&id)) {
                self.fault_of(plan, MILESTONES, (at, 1), "plan-row-repeated", json!({ "number": code }));
                continue;
            }
            let made = if is_blank { None } else { self.milestone(plan, at, id, cells, formulas) };
            match id {
                Some(id) => drop(self.filled[plan].kept.insert(id, made)),
                None => self.filled[plan].added.extend(made),
            }
        }
    }

    fn milestone(
        &mut self,
        plan: usize,
        at: usize,
        id: Option<MilestoneId>,
        cells: &[Cell],
        formulas: &BTreeSet<(usize, usize)>,
    ) -> Option<FilledMilestone> {
        let before = self.faults.len();
        for column in MILESTONE_GIVEN..MILESTONE_COLUMNS.len() {
            if let Some((code, params)) = fill::computed(cells.get(column), (at, column), formulas) {
                self.fault_of(plan, MILESTONES, (at, column), code, params);
            }
        }
        if self.faults.len() > before {
            return None;
        }
        let said = |column: usize| cells.get(column).and_then(written);
        let base = self.base;
        let line = &base[plan];
        let measure =
            said(MEASURE).map(|text| (line.measures.iter().find(|m| squeeze(&m.number) == squeeze(&text)), text));
        if let Some((None, found)) = &measure {
            self.fault_of(
                plan,
                MILESTONES,
                (at, MEASURE),
                "plan-measure-unknown",
                json!({ "found": found, "number": line.number }),
            );
        }
        let unit = said(UNIT).map(|text| {
            let known = self.now.units.iter().find(|(_, name)| squeeze(name) == squeeze(&text));
            (known.map(|(id, _)| *id), text)
        });
        if let Some((None, found)) = &unit {
            self.fault_of(plan, MILESTONES, (at, UNIT), "plan-unit-unknown", json!({ "found": found }));
        }
        let day = cells.get(DUE).filter(|cell| !cell.is_blank());
        let due_on = day.and_then(|cell| dates::read(cell, self.year));
        if let Some(cell) = day.filter(|_| due_on.is_none()) {
            self.fault_of(plan, MILESTONES, (at, DUE), "plan-date-unclear", json!({ "found": cell.text() }));
        }
        Some(FilledMilestone {
            id,
            row: at,
            measure: measure.and_then(|(found, _)| found.map(|m| m.id)),
            title: said(TITLE).unwrap_or_default(),
            due_on,
            proof: said(PROOF),
            unit: unit.and_then(|(found, _)| found),
        })
    }

    /// What the workbook makes of one plan.
    fn result(&mut self, plan: usize, unchanged: &mut usize) -> Option<FilledPlan> {
        let filled = self.filled[plan].clone();
        let base = self.base;
        let made_from = &base[plan];
        if filled.is_faulty {
            return None;
        }
        let parts = self.said(made_from, &filled);
        let before = difference::parts(made_from, &self.now.units);
        let changes = difference::changes(&before, &parts);
        if changes.is_empty() {
            *unchanged += 1;
            return None;
        }
        let first = filled.first.unwrap_or(HEADINGS + 1);
        let Some(saved) = self.now.lines.iter().find(|line| line.task == made_from.task) else {
            let params = json!({ "number": made_from.number });
            self.fault(PLANS, (first, 0), "plan-task-closed", params);
            return None;
        };
        let is_conflict = !saved.says_the_same(made_from);
        let theirs = if is_conflict { difference::since(made_from, saved, self.now) } else { Vec::new() };
        // Whoever saved meanwhile may have saved the same.
        if is_conflict && difference::is_same(&difference::parts(saved, &self.now.units), &parts) {
            *unchanged += 1;
            return None;
        }
        for milestone in filled.kept.values().flatten().chain(&filled.added) {
            for (column, is_missing) in [(TITLE, milestone.title.is_empty()), (DUE, milestone.due_on.is_none())] {
                if is_missing {
                    self.fault_of(plan, MILESTONES, (milestone.row, column), "required", json!(null));
                }
            }
        }
        if self.filled[plan].is_faulty {
            return None;
        }
        let (input, places) = input(saved, made_from, &filled);
        Some(FilledPlan {
            task: saved.task,
            number: saved.number.clone(),
            title: saved.title.clone(),
            version: saved.version,
            changes,
            input: (!is_conflict).then_some(input),
            is_conflict,
            theirs,
            places,
        })
    }

    /// What the workbook says, part by part.
    fn said(&self, made_from: &PlanLine, filled: &Filled) -> Vec<(Part, Said)> {
        let mut line = made_from.clone();
        if let Some(objective) = &filled.objective {
            line.objective.clone_from(objective);
        }
        for measure in &mut line.measures {
            if let Some((_, excuse)) = filled.excuses.get(&measure.id) {
                measure.excuse.clone_from(excuse);
            }
        }
        line.criteria = criteria(made_from, filled)
            .into_iter()
            .map(|c| CriterionText { id: c.id.unwrap_or(CriterionId(Uuid::nil())), text: c.text })
            .collect();
        let cell = |sheet: &str, row: usize, column: usize| Some(format!("{sheet}!{}", address(row, column)));
        let first = filled.first;
        let mut parts = difference::parts(&line, &self.now.units);
        parts.retain_mut(|(part, said)| match part {
            Part::Objective => {
                said.cell = first.and_then(|row| cell(PLANS, row, OBJECTIVE));
                true
            }
            Part::Criteria => {
                said.cell = first.and_then(|row| cell(PLANS, row, CRITERIA));
                true
            }
            Part::Excuse(id) => {
                said.cell = filled.excuses.get(id).and_then(|(row, _)| cell(PLANS, *row, EXCUSE));
                true
            }
            Part::Milestone(id) => match filled.kept.get(id) {
                None => true,
                Some(None) => false,
                Some(Some(m)) => {
                    said.text = self.words(&line, m);
                    said.cell = cell(MILESTONES, m.row, TITLE);
                    true
                }
            },
            Part::Added(_) => true,
        });
        for m in &filled.added {
            let said =
                Said { what: "新节点".to_owned(), text: self.words(&line, m), cell: cell(MILESTONES, m.row, TITLE) };
            parts.push((Part::Added(m.row), said));
        }
        parts
    }

    fn words(&self, line: &PlanLine, m: &FilledMilestone) -> String {
        let number = m.measure.map(|id| line.number_of(id)).unwrap_or_default();
        let unit = m.unit.and_then(|id| self.now.units.get(&id)).map(String::as_str);
        difference::milestone(&m.title, m.due_on, m.proof.as_deref(), number, unit)
    }
}

/// The criteria as the workbook has them: the same words keep their id, and so does the first that was put in the place of another.
fn criteria(made_from: &PlanLine, filled: &Filled) -> Vec<CriterionInput> {
    let kept = |c: &CriterionText| CriterionInput { id: Some(c.id), text: c.text.clone() };
    let Some(lines) = &filled.criteria else { return made_from.criteria.iter().map(kept).collect() };
    let mut free: Vec<_> = made_from.criteria.iter().collect();
    let mut same: Vec<Option<CriterionInput>> = Vec::with_capacity(lines.len());
    for line in lines {
        let at = free.iter().position(|c| one_line(&c.text) == *line);
        same.push(at.map(|at| kept(free.remove(at))));
    }
    let mut free = free.into_iter();
    same.into_iter()
        .zip(lines)
        .map(|(same, line)| {
            same.unwrap_or_else(|| CriterionInput { id: free.next().map(|c| c.id), text: line.clone() })
        })
        .collect()
}

/// The plan as the workbook has it, and where each part of it stands.
fn input(saved: &PlanLine, made_from: &PlanLine, filled: &Filled) -> (PlanInput, BTreeMap<String, Place>) {
    let first = filled.first.unwrap_or(HEADINGS + 1);
    let mut places = BTreeMap::from([(String::new(), (PLANS, first, 0))]);
    let mut milestones = Vec::new();
    let mut put = |row: Option<usize>, milestone: Option<MilestoneInput>| {
        let Some(milestone) = milestone else { return };
        if let Some(row) = row {
            places.insert(format!("/milestones/{}", milestones.len()), (MILESTONES, row, TITLE));
        }
        milestones.push(milestone);
    };
    let said = |m: &FilledMilestone, weight: u16| {
        m.due_on.map(|due_on| MilestoneInput {
            id: m.id,
            measure: m.measure,
            title: m.title.clone(),
            proof: m.proof.clone(),
            due_on,
            unit: m.unit,
            weight: Some(weight),
        })
    };
    for old in &made_from.milestones {
        match filled.kept.get(&old.id) {
            Some(Some(m)) => put(Some(m.row), said(m, old.weight)),
            Some(None) => {}
            None => put(
                None,
                old.due_on.map(|due_on| MilestoneInput {
                    id: Some(old.id),
                    measure: old.measure,
                    title: old.title.clone(),
                    proof: old.proof.clone(),
                    due_on,
                    unit: old.unit,
                    weight: Some(old.weight),
                }),
            ),
        }
    }
    for m in &filled.added {
        put(Some(m.row), said(m, 1));
    }
    let criteria = criteria(made_from, filled);
    for i in 0..criteria.len() {
        places.insert(format!("/criteria/{i}"), (PLANS, first, CRITERIA));
    }
    let mut excused = Vec::new();
    for measure in &made_from.measures {
        let (row, reason) = match filled.excuses.get(&measure.id) {
            Some((row, reason)) => (*row, reason.clone()),
            None => (first, measure.excuse.clone()),
        };
        if let Some(reason) = reason {
            places.insert(format!("/excused/{}", excused.len()), (PLANS, row, EXCUSE));
            excused.push(ExcuseInput { measure: measure.id, reason });
        }
    }
    let objective = filled.objective.clone().unwrap_or_else(|| made_from.objective.clone());
    let input = PlanInput {
        objective,
        milestones,
        criteria,
        excused,
        measures: Vec::new(),
        unit_leader: saved.unit_leader,
        reason: None,
    };
    (input, places)
}

/// Reads a filled workbook against the plans as they are now. A part counts as changed where the workbook says otherwise than what it was made from; a
/// plan that was saved since then is a conflict, shown with both sides and never taken (docs/domain.md §29).
///
/// Errors: `content` at /file with `plan-sheet-foreign`, `plan-sheet-other-round`, `plan-sheet-other-unit`, `plan-sheet-missing` or `plan-sheet-columns`.
pub fn read(book: &Book, formulas: &Formulas, now: &PlanNow, today: NaiveDate) -> Result<FilledPlans, Refusal> {
    let base = base(book, now)?;
    let codes = ("plan-sheet-missing", "plan-sheet-columns");
    let plans = fill::sheet(book, PLANS, PLAN_COLUMNS.into_iter(), codes)?;
    let milestones = fill::sheet(book, MILESTONES, MILESTONE_COLUMNS.into_iter(), codes)?;
    let filled = vec![Filled::default(); base.len()];
    let mut reader = Reader { now, base: &base, filled, faults: Vec::new(), year: today.year() };
    reader.plans(&plans.rows, &formulas.plans);
    reader.milestones(&milestones.rows, &formulas.milestones);
    let mut found = FilledPlans::default();
    for plan in 0..base.len() {
        found.plans.extend(reader.result(plan, &mut found.unchanged));
    }
    found.faults = reader.faults;
    Ok(found)
}
