//! What time brings to a slip: the day until which it was to be signed for, and that of its answer, go by (docs/domain.md §25). Each is said once.

use chrono::{DateTime, NaiveDate, Utc};

use super::event::SlipEvent;
use super::state::{Slip, SlipState};
use crate::calendar;

/// The day until which somebody has to sign for it now; none where nobody has to. A referral is signed for by nobody.
fn receipt_due(slip: &Slip) -> Option<NaiveDate> {
    let waits = slip.state == SlipState::Issued && slip.overtaken_by.is_none() && !slip.shape.level.is_referral();
    slip.receive_due_on.filter(|_| waits)
}

/// The day until which an answer, or the hand-over of a referral, is owed now.
fn answer_due(slip: &Slip) -> Option<NaiveDate> {
    let waits = matches!(slip.state, SlipState::Issued | SlipState::Received) && slip.overtaken_by.is_none();
    slip.due_on.filter(|_| waits)
}

/// Whether it waits to be signed for after the day.
pub fn is_receipt_late(slip: &Slip, today: NaiveDate) -> bool {
    receipt_due(slip).is_some_and(|due| due < today)
}

/// What went by and was not said of that day yet.
pub fn passed(slip: &Slip, now: DateTime<Utc>) -> Vec<SlipEvent> {
    let today = calendar::today(now);
    let is_new = |due: &NaiveDate, said: Option<NaiveDate>| *due < today && said != Some(*due);
    let receipt = receipt_due(slip).filter(|due| is_new(due, slip.receipt_passed_on));
    let answer = answer_due(slip).filter(|due| is_new(due, slip.answer_passed_on));
    receipt
        .map(|due_on| SlipEvent::ReceiptPassed { due_on })
        .into_iter()
        .chain(answer.map(|due_on| SlipEvent::AnswerPassed { due_on }))
        .collect()
}

/// When the clock has to look at it next; none where time alone brings nothing more.
pub fn next_look(slip: &Slip) -> Option<DateTime<Utc>> {
    let receipt = receipt_due(slip).filter(|due| slip.receipt_passed_on != Some(*due));
    let answer = answer_due(slip).filter(|due| slip.answer_passed_on != Some(*due));
    receipt.into_iter().chain(answer).min().map(calendar::end_of_day)
}
