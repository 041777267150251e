//! What a task says in each column.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Cell, Column, ExportKind, Level};

/// A finding as it is listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingLine {
    pub id: Uuid,
    pub number: String,
    pub aspect: String,
    pub body: String,
    pub source: String,
    pub document: String,
    /// Yuan.
    pub amount: Option<f64>,
    pub basis: String,
    pub scope: String,
    pub period: String,
    /// How often its matter was found and for how long it is known, in words.
    pub recurrence: String,
    /// Its document within an archive.
    pub file: String,
}

/// A measure as it is listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeasureLine {
    pub number: String,
    pub text: String,
    pub milestones: String,
    pub outcome: String,
    pub due_on: Option<NaiveDate>,
}

/// The statement a list shows of a task; without one all is blank.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatementLine {
    pub unit: String,
    /// 已交, 迟报 or 未交.
    pub handed_in: String,
    pub progress: String,
    pub difficulties: String,
    pub next_step: String,
}

/// A task as it is listed, with its finding and its measures; what the reader may not know is not in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub finding: FindingLine,
    pub id: Uuid,
    pub number: String,
    pub title: String,
    pub objective: String,
    pub disposition: String,
    pub criteria: String,
    pub due_on: Option<NaiveDate>,
    pub original_due_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    pub leaders: String,
    pub units: String,
    pub persons: String,
    pub supporting: String,
    pub contact: String,
    pub claimed_on: Option<NaiveDate>,
    pub statement: StatementLine,
    pub evidence: String,
    pub state: String,
    pub light: String,
    pub extension: String,
    pub slips: String,
    pub closed_on: Option<NaiveDate>,
    pub checked: String,
    pub remark: String,
    pub measures: Vec<MeasureLine>,
}

/// One row of a list, with what its cells belong to.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub finding: Uuid,
    pub task: Uuid,
    pub cells: Vec<Cell>,
}

impl Row {
    /// Whether a cell of this level reaches into another row.
    pub fn shares(&self, other: &Self, level: Level) -> bool {
        match level {
            Level::Finding => self.finding == other.finding,
            Level::Task => self.task == other.task,
            Level::Measure => false,
        }
    }
}

impl Line {
    /// The rows of a task in a list: one, or one for each measure.
    pub fn rows(&self, kind: ExportKind, no: usize) -> Vec<Row> {
        let none = MeasureLine::default();
        let measures: Vec<&MeasureLine> = match kind.row() {
            Level::Measure if !self.measures.is_empty() => self.measures.iter().collect(),
            _ => vec![&none],
        };
        measures
            .into_iter()
            .map(|measure| Row {
                finding: self.finding.id,
                task: self.id,
                cells: kind.columns().iter().map(|column| self.cell(*column, no, measure)).collect(),
            })
            .collect()
    }

    fn cell(&self, column: Column, no: usize, measure: &MeasureLine) -> Cell {
        let (finding, statement) = (&self.finding, &self.statement);
        let text = |text: &String| Cell::text(text.clone());
        match column {
            Column::No => Cell::Number(u32::try_from(no).map_or(f64::MAX, f64::from)),
            Column::FindingNumber => text(&finding.number),
            Column::Aspect => text(&finding.aspect),
            Column::Finding => text(&finding.body),
            Column::Source => text(&finding.source),
            Column::FeedbackDocument => text(&finding.document),
            Column::Amount => finding.amount.map_or(Cell::Empty, Cell::Number),
            Column::Basis => text(&finding.basis),
            Column::Scope => text(&finding.scope),
            Column::Recurrence => text(&finding.recurrence),
            Column::Period => text(&finding.period),
            Column::TaskNumber => text(&self.number),
            Column::Title => text(&self.title),
            Column::Objective => text(&self.objective),
            Column::Disposition => text(&self.disposition),
            Column::MeasureNumber => text(&measure.number),
            Column::Measure => text(&measure.text),
            Column::Milestones => text(&measure.milestones),
            Column::Outcome => text(&measure.outcome),
            Column::MeasureDueOn => Cell::day(measure.due_on),
            Column::Criteria => text(&self.criteria),
            Column::DueOn => self.due_on.map_or_else(|| Cell::text(self.lasting()), Cell::Day),
            Column::ReviewOn => Cell::day(self.review_on),
            Column::Leaders => text(&self.leaders),
            Column::Units => text(&self.units),
            Column::Persons => text(&self.persons),
            Column::Supporting => text(&self.supporting),
            Column::Contact => text(&self.contact),
            Column::ClaimedOn => Cell::day(self.claimed_on),
            Column::StatementUnit => text(&statement.unit),
            Column::HandedIn => text(&statement.handed_in),
            Column::Progress => text(&statement.progress),
            Column::Difficulties => text(&statement.difficulties),
            Column::NextStep => text(&statement.next_step),
            Column::Evidence => text(&self.evidence),
            Column::State => text(&self.state),
            Column::Light => text(&self.light),
            Column::OriginalDueOn => Cell::day(self.original_due_on),
            Column::Extension => text(&self.extension),
            Column::Slips => text(&self.slips),
            Column::ClosedOn => Cell::day(self.closed_on),
            Column::Checked => text(&self.checked),
            Column::Remark => text(&self.remark),
            Column::File => text(&finding.file),
            // What a slip says is in no list of tasks.
            Column::SlipNumber
            | Column::SlipLevel
            | Column::Urgency
            | Column::Matter
            | Column::SlipBasis
            | Column::SlipTask
            | Column::Gap
            | Column::Asked
            | Column::AnswerDueOn
            | Column::Addressed
            | Column::IssuedBy
            | Column::IssuedOn
            | Column::ReceivedBy
            | Column::ReceivedAt
            | Column::Answer
            | Column::Review
            | Column::Overdue => Cell::Empty,
        }
    }

    /// What stands in the place of a due date: what is kept up has none.
    fn lasting(&self) -> &str {
        if self.review_on.is_some() { "长期坚持" } else { "" }
    }
}
