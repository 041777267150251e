//! What a slip says in the columns of its list (督办台账).

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use uuid::Uuid;

use super::block::Row;
use super::{Cell, Column, ExportKind};
use crate::slip::state::SlipState;

/// A slip as it is listed; what the reader may not know is not in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlipEntry {
    pub id: Uuid,
    /// None until it is issued.
    pub number: String,
    /// What the round calls the level.
    pub level: String,
    pub urgency: String,
    pub matter: String,
    pub basis: String,
    /// Number of the task it is about.
    pub task: String,
    pub gap: String,
    pub asked: String,
    pub due_on: Option<NaiveDate>,
    pub unit: String,
    pub supporting: String,
    pub issued_by: String,
    pub issued_on: Option<NaiveDate>,
    pub received_by: String,
    /// Asia/Shanghai.
    pub received_at: Option<NaiveDateTime>,
    /// The latest answer, and what its review said.
    pub answer: String,
    pub review: String,
    pub state: String,
    pub is_open: bool,
    /// Working days since the day of the answer went by, while the unit owes it.
    pub overdue: Option<i64>,
}

impl SlipEntry {
    /// Its row in the list.
    pub fn row(&self, no: usize) -> Row {
        let cells = ExportKind::Slips.columns().iter().map(|column| self.cell(*column, no)).collect();
        Row { finding: self.id, task: self.id, cells }
    }

    fn cell(&self, column: Column, no: usize) -> Cell {
        let text = |text: &String| Cell::text(text.clone());
        let number = |n: i64| Cell::Number(i32::try_from(n).map_or(f64::MAX, f64::from));
        match column {
            Column::No => number(i64::try_from(no).unwrap_or(i64::MAX)),
            Column::SlipNumber => text(&self.number),
            Column::SlipLevel => text(&self.level),
            Column::Urgency => text(&self.urgency),
            Column::Matter => text(&self.matter),
            Column::SlipBasis => text(&self.basis),
            Column::SlipTask => text(&self.task),
            Column::Gap => text(&self.gap),
            Column::Asked => text(&self.asked),
            Column::AnswerDueOn => Cell::day(self.due_on),
            Column::Addressed => text(&self.unit),
            Column::Supporting => text(&self.supporting),
            Column::IssuedBy => text(&self.issued_by),
            Column::IssuedOn => Cell::day(self.issued_on),
            Column::ReceivedBy => text(&self.received_by),
            Column::ReceivedAt => self.received_at.map_or(Cell::Empty, Cell::Moment),
            Column::Answer => text(&self.answer),
            Column::Review => text(&self.review),
            Column::State => text(&self.state),
            Column::Overdue => self.overdue.map_or(Cell::Empty, number),
            // What a task says is in no list of slips.
            _ => Cell::Empty,
        }
    }

    /// What the list comes to, in the figures of the page: open ones, those overdue, and how many stand where.
    pub fn totals<'a>(all: impl IntoIterator<Item = &'a Self>) -> String {
        let (mut n, mut open, mut overdue) = (0, 0, 0);
        // In the order of a slip's life; what waits for its hand-over waits where others wait to be signed for.
        let place = |state: &str| SlipState::ALL.iter().position(|s| s.label() == state).unwrap_or(2);
        let mut states: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for entry in all {
            n += 1;
            open += usize::from(entry.is_open);
            overdue += usize::from(entry.overdue.is_some());
            *states.entry((place(&entry.state), entry.state.as_str())).or_default() += 1;
        }
        let parts: Vec<String> = states.iter().map(|((_, state), n)| format!("{state} {n} 件")).collect();
        let by_state = if parts.is_empty() { String::new() } else { format!("；{}", parts.join("，")) };
        format!("合计 {n} 件：在办 {open} 件，逾期 {overdue} 件{by_state}")
    }
}
