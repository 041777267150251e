//! Cells of the three lists as people type or paste them: what each says of a task, and a task's draft with some of them changed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::dates;
use super::names::{Directory, Match, split};
use crate::ids::{MeasureId, PersonId, UnitId};
use crate::refusal::FieldError;
use crate::task::command::{CriterionInput, DraftInput, MeasureInput, MilestoneInput, SupportingInput};
use crate::task::state::{Disposition, Task};
use crate::task::text::TaskText;
use crate::words;

words! {
    /// A column of the findings list, the measures list or the responsibility list that can be written in (docs/domain.md §2).
    pub enum ListColumn {
        Title = "title", "具体问题";
        Objective = "objective", "整改目标";
        Disposition = "disposition", "处置类型";
        DueOn = "due_on", "完成时限";
        ReviewOn = "review_on", "评估日期";
        Measure = "measure", "整改措施";
        MeasureDueOn = "measure_due_on", "措施时限";
        Criteria = "criteria", "完成标准";
        Leaders = "leaders", "责任领导";
        Units = "units", "责任单位";
        Persons = "persons", "责任人";
        Supporting = "supporting", "配合单位";
    }
}

impl ListColumn {
    /// Whether it says who answers: the parties that may be adjusted after a task was issued (docs/domain.md §4).
    pub fn is_of_parties(self) -> bool {
        matches!(self, ListColumn::Leaders | ListColumn::Units | ListColumn::Persons)
    }
}

/// What somebody wrote into a cell; a measure's columns name the measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellInput {
    pub column: ListColumn,
    pub measure: Option<MeasureId>,
    pub text: String,
}

/// A task as somebody would enter it now. A criterion that is the round's default is left out, so that it stays one.
pub fn written(task: &Task, text: &TaskText) -> DraftInput {
    let draft = &task.draft;
    let words = |id: MeasureId| text.measures.iter().find(|m| m.id == id).map(|m| m.text.clone()).unwrap_or_default();
    DraftInput {
        number: draft.number.clone(),
        title: text.title.clone(),
        objective: text.objective.clone(),
        disposition: draft.disposition,
        sensitivity: Some(draft.sensitivity),
        readers: draft.readers.clone(),
        leaders: draft.parties.leaders.clone(),
        units: draft.parties.units.clone(),
        persons: draft.parties.persons.clone(),
        supporting: draft
            .supporting
            .iter()
            .map(|s| SupportingInput {
                unit: s.unit,
                duty: text.duties.iter().find(|d| d.unit == s.unit).map(|d| d.text.clone()).unwrap_or_default(),
                due_on: s.due_on,
            })
            .collect(),
        due_on: draft.due_on,
        review_on: draft.review_on,
        measures: draft
            .measures
            .iter()
            .map(|m| MeasureInput {
                id: Some(m.id),
                number: Some(m.number.clone()),
                text: words(m.id),
                due_on: m.due_on,
            })
            .collect(),
        criteria: draft
            .criteria
            .iter()
            .filter(|c| !c.defaulted)
            .filter_map(|c| text.criteria.iter().find(|t| t.id == c.id))
            .map(|c| CriterionInput { id: Some(c.id), text: c.text.clone() })
            .collect(),
        milestones: draft
            .milestones
            .iter()
            .filter_map(|m| {
                let words = text.milestones.iter().find(|t| t.id == m.id)?;
                Some(MilestoneInput {
                    id: Some(m.id),
                    measure: m.measure,
                    title: words.title.clone(),
                    proof: words.proof.clone(),
                    due_on: m.due_on?,
                    unit: m.unit,
                    weight: Some(m.weight),
                })
            })
            .collect(),
        doubts: draft.doubts,
        is_key: draft.is_key,
    }
}

fn day(on: Option<NaiveDate>) -> String {
    on.map(|d| d.to_string()).unwrap_or_default()
}

/// What a cell says; names of units and people are looked up.
pub fn read(
    draft: &DraftInput,
    column: ListColumn,
    measure: Option<MeasureId>,
    names: &BTreeMap<Uuid, String>,
) -> String {
    let named =
        |ids: Vec<Uuid>| ids.iter().filter_map(|id| names.get(id)).map(String::as_str).collect::<Vec<_>>().join("、");
    let of_measure = || draft.measures.iter().find(|m| m.id.is_some() && m.id == measure);
    match column {
        ListColumn::Title => draft.title.clone(),
        ListColumn::Objective => draft.objective.clone().unwrap_or_default(),
        ListColumn::Disposition => draft.disposition.map(|d| d.label().to_owned()).unwrap_or_default(),
        ListColumn::DueOn => day(draft.due_on),
        ListColumn::ReviewOn => day(draft.review_on),
        ListColumn::Measure => of_measure().map(|m| m.text.clone()).unwrap_or_default(),
        ListColumn::MeasureDueOn => day(of_measure().and_then(|m| m.due_on)),
        ListColumn::Criteria => draft.criteria.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join("\n"),
        ListColumn::Leaders => named(draft.leaders.iter().map(|p| p.0).collect()),
        ListColumn::Units => named(draft.units.iter().map(|u| u.0).collect()),
        ListColumn::Persons => named(draft.persons.iter().map(|p| p.0).collect()),
        ListColumn::Supporting => named(draft.supporting.iter().map(|s| s.unit.0).collect()),
    }
}

/// Who a cell's names are, in their order.
struct Reader<'a> {
    directory: &'a Directory,
    /// Where people of one name are told apart.
    near: Vec<UnitId>,
    pointer: String,
    faults: Vec<FieldError>,
}

impl Reader<'_> {
    fn fault(&mut self, code: &str, name: &str) {
        let params = serde_json::json!({ "name": name });
        self.faults.push(FieldError::with(self.pointer.clone(), code, params));
    }

    fn units(&mut self, text: &str) -> Vec<UnitId> {
        let mut found = Vec::new();
        for name in split(text) {
            match self.directory.unit(&name) {
                Match::One(id) => found.push(id),
                Match::None => self.fault("no-such-unit", &name),
                Match::Several => self.fault("several-of-the-name", &name),
            }
        }
        found
    }

    /// Somebody who is there already is meant before another of his name.
    fn people(&mut self, text: &str, before: &[PersonId]) -> Vec<PersonId> {
        let mut found = Vec::new();
        for name in split(text) {
            let kept = self.directory.people.iter().find(|p| p.name == name && before.contains(&p.id));
            match kept.map_or_else(|| self.directory.person(&name, &self.near), |p| Match::One(p.id)) {
                Match::One(id) => found.push(id),
                Match::None => self.fault("no-such-person", &name),
                Match::Several => self.fault("several-of-the-name", &name),
            }
        }
        found
    }

    fn day(&mut self, text: &str, year: i32) -> Option<NaiveDate> {
        let text = text.trim();
        if text.is_empty() || text == "—" {
            return None;
        }
        let found = dates::parse(text, year);
        if found.is_none() {
            self.fault("no-date", text);
        }
        found
    }
}

/// Writes cells into a draft; what cannot be understood is a fault at `/cells/N` and changes nothing. A date without a year is of the year given.
pub fn write(draft: &mut DraftInput, cells: &[CellInput], directory: &Directory, year: i32) -> Vec<FieldError> {
    let mut reader = Reader { directory, near: Vec::new(), pointer: String::new(), faults: Vec::new() };
    // Units come first: the people of the row are told apart by them.
    let (units, others): (Vec<_>, Vec<_>) = cells
        .iter()
        .enumerate()
        .partition(|(_, cell)| matches!(cell.column, ListColumn::Units | ListColumn::Supporting));
    for (i, cell) in units.into_iter().chain(others) {
        reader.pointer = format!("/cells/{i}");
        reader.near = draft.units.iter().copied().chain(draft.supporting.iter().map(|s| s.unit)).collect();
        put(draft, cell, &mut reader, year);
    }
    reader.faults
}

fn put(draft: &mut DraftInput, cell: &CellInput, reader: &mut Reader<'_>, year: i32) {
    let text = cell.text.trim();
    match cell.column {
        ListColumn::Title => text.clone_into(&mut draft.title),
        ListColumn::Objective => draft.objective = Some(text.to_owned()).filter(|t| !t.is_empty()),
        ListColumn::Disposition => {
            let found = Disposition::ALL.iter().copied().find(|d| d.label() == text);
            if found.is_none() && !text.is_empty() {
                reader.fault("no-such-disposition", text);
            } else {
                draft.disposition = found;
            }
        }
        ListColumn::DueOn => draft.due_on = reader.day(text, year),
        ListColumn::ReviewOn => draft.review_on = reader.day(text, year),
        ListColumn::Measure | ListColumn::MeasureDueOn => {
            let due_on = if cell.column == ListColumn::MeasureDueOn { reader.day(text, year) } else { None };
            match draft.measures.iter_mut().find(|m| m.id.is_some() && m.id == cell.measure) {
                None => reader.faults.push(FieldError::at(reader.pointer.clone(), "measure-unknown")),
                Some(measure) if cell.column == ListColumn::Measure => text.clone_into(&mut measure.text),
                Some(measure) => measure.due_on = due_on,
            }
        }
        ListColumn::Criteria => {
            let kept = std::mem::take(&mut draft.criteria);
            let mut lines: Vec<&str> = Vec::new();
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            // The same words are the same criterion; other words in a line are that line's in other words.
            let is_moved = |c: &&CriterionInput| lines.contains(&c.text.as_str());
            let same = |i: usize, line: &str| {
                kept.iter().find(|c| c.text == line).or_else(|| kept.get(i).filter(|c| !is_moved(c)))
            };
            let criteria = lines.iter().enumerate();
            draft.criteria = criteria
                .map(|(i, line)| CriterionInput { id: same(i, line).and_then(|c| c.id), text: (*line).to_owned() })
                .collect();
        }
        ListColumn::Leaders => draft.leaders = reader.people(text, &draft.leaders),
        ListColumn::Units => draft.units = reader.units(text),
        ListColumn::Persons => draft.persons = reader.people(text, &draft.persons),
        ListColumn::Supporting => {
            let kept = std::mem::take(&mut draft.supporting);
            draft.supporting = reader
                .units(text)
                .into_iter()
                .map(|unit| {
                    let same = kept.iter().find(|s| s.unit == unit).cloned();
                    same.unwrap_or(SupportingInput { unit, duty: String::new(), due_on: None })
                })
                .collect();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
mod tests {
    use super::super::names::{DirectoryPerson, DirectoryUnit};
    use super::*;
    use crate::actor::UnitPath;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    /// 财务部 (1), 组织部 (2, 组干部); 甲子安 in the first, two of the name 乙丑平, one in each.
    fn directory() -> Directory {
        let unit = |n, name: &str, aliases: &[&str]| DirectoryUnit {
            id: UnitId(id(n)),
            name: name.into(),
            aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
            path: UnitPath(vec![UnitId(id(n))]),
        };
        let person =
            |n, name: &str, of| DirectoryPerson { id: PersonId(id(n)), name: name.into(), units: vec![UnitId(id(of))] };
        Directory {
            units: vec![unit(1, "财务部", &[]), unit(2, "组织部", &["组干部"])],
            people: vec![person(11, "甲子安", 1), person(12, "乙丑平", 1), person(13, "乙丑平", 2)],
        }
    }

    fn names() -> BTreeMap<Uuid, String> {
        let directory = directory();
        let units = directory.units.iter().map(|u| (u.id.0, u.name.clone()));
        units.chain(directory.people.iter().map(|p| (p.id.0, p.name.clone()))).collect()
    }

    fn draft() -> DraftInput {
        serde_json::from_value(serde_json::json!({
            "number": "T01", "title": "台账不全", "units": [id(1)], "leaders": [id(11)],
            "supporting": [{ "unit": id(2), "duty": "提供名册", "due_on": "2026-05-01" }],
            "measures": [{ "id": id(31), "text": "补齐台账", "due_on": "2026-06-30" }, { "id": id(32), "text": "定期核对" }],
            "criteria": [{ "id": id(41), "text": "台账齐全" }, { "id": id(42), "text": "账实相符" }],
        }))
        .unwrap()
    }

    fn cell(column: ListColumn, text: &str) -> CellInput {
        CellInput { column, measure: None, text: text.to_owned() }
    }

    #[test]
    fn what_a_cell_says_written_back_changes_nothing() {
        for column in ListColumn::ALL {
            for measure in [MeasureId(id(31)), MeasureId(id(32))] {
                let mut changed = draft();
                let text = read(&changed, *column, Some(measure), &names());
                let input = CellInput { column: *column, measure: Some(measure), text };
                assert_eq!(write(&mut changed, &[input], &directory(), 2026), []);
                assert_eq!(changed, draft(), "{column}");
            }
        }
    }

    #[test]
    fn names_are_found_in_their_order_and_told_apart_by_the_units_of_the_row() {
        let mut changed = draft();
        let cells = [cell(ListColumn::Leaders, "乙丑平、甲子安"), cell(ListColumn::Units, "组干部")];
        assert_eq!(write(&mut changed, &cells, &directory(), 2026), []);
        assert_eq!(changed.units, [UnitId(id(2))]);
        assert_eq!(changed.leaders, [PersonId(id(13)), PersonId(id(11))]);
        let mut doubtful = draft();
        let faults = write(&mut doubtful, &[cell(ListColumn::Persons, "乙丑平，丙寅正")], &directory(), 2026);
        let told: Vec<_> = faults.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
        assert_eq!(told, [("/cells/0", "several-of-the-name"), ("/cells/0", "no-such-person")]);
    }

    #[test]
    fn somebody_named_already_is_meant_before_another_of_his_name() {
        let mut changed = draft();
        changed.persons = vec![PersonId(id(12))];
        assert_eq!(write(&mut changed, &[cell(ListColumn::Persons, "甲子安、乙丑平")], &directory(), 2026), []);
        assert_eq!(changed.persons, [PersonId(id(11)), PersonId(id(12))]);
    }

    #[test]
    fn a_duty_stays_with_its_unit_and_a_criterion_with_its_id() {
        let mut changed = draft();
        let cells = [cell(ListColumn::Supporting, "财务部 组织部"), cell(ListColumn::Criteria, "账实相符\n\n按月盘点")];
        write(&mut changed, &cells, &directory(), 2026);
        let duties: Vec<_> = changed.supporting.iter().map(|s| (s.unit.0, s.duty.as_str())).collect();
        assert_eq!(duties, [(id(1), ""), (id(2), "提供名册")]);
        let ids: Vec<_> = changed.criteria.iter().map(|c| c.id.map(|c| c.0)).collect();
        assert_eq!(ids, [Some(id(42)), None]);
    }

    #[test]
    fn a_date_and_a_kind_are_read_as_people_write_them() {
        let mut changed = draft();
        let measured = CellInput { measure: Some(MeasureId(id(32))), ..cell(ListColumn::MeasureDueOn, "8月底") };
        let cells = [cell(ListColumn::DueOn, "2026/9/15"), cell(ListColumn::Disposition, "限期整改"), measured];
        assert_eq!(write(&mut changed, &cells, &directory(), 2026), []);
        assert_eq!(changed.due_on, NaiveDate::from_ymd_opt(2026, 9, 15));
        assert_eq!(changed.disposition, Some(Disposition::Dated));
        assert_eq!(changed.measures[1].due_on, NaiveDate::from_ymd_opt(2026, 8, 31));
        let unread =
            [cell(ListColumn::DueOn, "尽快"), cell(ListColumn::Disposition, "慢慢改"), cell(ListColumn::Measure, "x")];
        let faults = write(&mut changed, &unread, &directory(), 2026);
        let codes: Vec<_> = faults.iter().map(|f| f.code.as_str()).collect();
        assert_eq!(codes, ["no-date", "no-such-disposition", "measure-unknown"]);
        assert_eq!(changed.disposition, Some(Disposition::Dated));
    }
}
