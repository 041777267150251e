//! What a slip makes of a task: it stands in the history, and while it is open the task is not closed (docs/domain.md §25).

use super::context::Decision;
use super::event::TaskEvent;
use super::state::{OpenSlip, Task};
use crate::ids::SlipId;
use crate::refusal::Refusal;

/// A slip was issued to a unit of the task. Its words are the slip's own.
pub(super) fn open(task: &Task, slip: OpenSlip) -> Result<Decision, Refusal> {
    if task.open_slips.iter().any(|s| s.slip == slip.slip) {
        return Err(Refusal::conflict("wrong-state"));
    }
    Ok(Decision { events: vec![TaskEvent::SlipOpened { slip }], revisions: Vec::new() })
}

/// Its answer was accepted, or it was withdrawn.
pub(super) fn close(task: &Task, slip: SlipId, is_settled: bool) -> Result<Decision, Refusal> {
    let Some(open) = task.open_slips.iter().find(|s| s.slip == slip) else {
        return Err(Refusal::conflict("wrong-state"));
    };
    let event = TaskEvent::SlipClosed { slip, name: open.name.clone(), is_settled };
    Ok(Decision { events: vec![event], revisions: Vec::new() })
}
