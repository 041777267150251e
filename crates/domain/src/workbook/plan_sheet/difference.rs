//! What one plan says otherwise than another, part by part, in words.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{PlanLine, PlanNow};
use crate::ids::{MeasureId, MilestoneId, UnitId};
use crate::words;

words! {
    /// What became of a part of a plan.
    pub enum ChangeKind {
        New = "new", "新增";
        Changed = "changed", "改";
        Dropped = "dropped", "删去";
    }
}

/// A part of a plan that is said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    /// Which part: 整改目标, 完成标准, 节点 T01-J2.
    pub what: String,
    /// Where it stands in the workbook, such as 节点!D7; none where it is not from there.
    pub cell: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A part of a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Objective,
    Criteria,
    Excuse(MeasureId),
    Milestone(MilestoneId),
    /// One that is not there yet, by its row.
    Added(usize),
}

/// What a part is called, what it says, and where.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub what: String,
    pub text: String,
    pub cell: Option<String>,
}

/// A milestone in words: 2026-05-20 完成归档；佐证：台账；措施 T01-1；承担：某部.
pub(super) fn milestone(
    title: &str,
    due_on: Option<NaiveDate>,
    proof: Option<&str>,
    measure: &str,
    unit: Option<&str>,
) -> String {
    let due = due_on.map_or_else(|| "未定".to_owned(), |on| on.to_string());
    let mut text = format!("{due} {title}");
    for (label, part) in [("佐证：", proof), ("措施 ", Some(measure).filter(|m| !m.is_empty())), ("承担：", unit)]
    {
        if let Some(part) = part {
            text += &format!("；{label}{part}");
        }
    }
    text
}

/// What a saved plan says, part by part, in the order of the workbook.
pub(super) fn parts(line: &PlanLine, units: &BTreeMap<UnitId, String>) -> Vec<(Part, Said)> {
    let mut parts = Vec::new();
    let mut say = |part: Part, what: String, text: String| {
        if !text.is_empty() {
            parts.push((part, Said { what, text, cell: None }));
        }
    };
    say(Part::Objective, "整改目标".to_owned(), line.objective.clone().unwrap_or_default());
    say(Part::Criteria, "完成标准".to_owned(), line.criteria_lines());
    for measure in &line.measures {
        let text = measure.excuse.clone().unwrap_or_default();
        say(Part::Excuse(measure.id), format!("{} 不再实施", measure.number), text);
    }
    for (n, m) in line.milestones.iter().enumerate() {
        let number = m.measure.map(|id| line.number_of(id)).unwrap_or_default();
        let unit = m.unit.and_then(|id| units.get(&id)).map(String::as_str);
        let text = milestone(&m.title, m.due_on, m.proof.as_deref(), number, unit);
        say(Part::Milestone(m.id), format!("节点 {}", line.code(n)), text);
    }
    parts
}

/// What the second says otherwise than the first.
pub(super) fn changes(before: &[(Part, Said)], after: &[(Part, Said)]) -> Vec<Change> {
    let old: BTreeMap<&Part, &Said> = before.iter().map(|(part, said)| (part, said)).collect();
    let new: BTreeMap<&Part, &Said> = after.iter().map(|(part, said)| (part, said)).collect();
    let mut changes = Vec::new();
    for (part, said) in after {
        let was = old.get(part);
        if was.is_none_or(|was| was.text != said.text) {
            changes.push(Change {
                kind: if was.is_some() { ChangeKind::Changed } else { ChangeKind::New },
                what: said.what.clone(),
                cell: said.cell.clone(),
                before: was.map(|was| was.text.clone()),
                after: Some(said.text.clone()),
            });
        }
    }
    for (_, said) in before.iter().filter(|(part, _)| !new.contains_key(part)) {
        changes.push(Change {
            kind: ChangeKind::Dropped,
            what: said.what.clone(),
            cell: None,
            before: Some(said.text.clone()),
            after: None,
        });
    }
    changes
}

/// Whether two plans say the same, whatever ids their milestones have and in whatever order they stand.
pub(super) fn is_same(one: &[(Part, Said)], other: &[(Part, Said)]) -> bool {
    let sorted = |parts: &[(Part, Said)]| {
        let any = Part::Added(0);
        let class = |part: &Part| match part {
            Part::Milestone(_) | Part::Added(_) => any.clone(),
            part => part.clone(),
        };
        let mut all: Vec<(Part, String)> = parts.iter().map(|(part, said)| (class(part), said.text.clone())).collect();
        all.sort();
        all
    };
    sorted(one) == sorted(other)
}

/// What was saved since a workbook was made.
pub(super) fn since(made_from: &PlanLine, saved: &PlanLine, now: &PlanNow) -> Vec<Change> {
    changes(&parts(made_from, &now.units), &parts(saved, &now.units))
}
