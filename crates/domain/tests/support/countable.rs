//! What figures are counted from: four tasks, one of each completion.

use domain::document::figure::{Countable, CountedFinding, CountedTask};
use domain::policy::AlertLevel;
use domain::rule_register::figure::RuleFigure;
use domain::task::state::{CompletionStatus, Disposition, TaskState};

use super::uuid;

pub(crate) fn task(n: u128, completion: CompletionStatus) -> CountedTask {
    let state = match completion {
        CompletionStatus::Completed | CompletionStatus::Sustained => TaskState::Closed,
        CompletionStatus::InProgress => TaskState::Rectifying,
        CompletionStatus::NotStarted => TaskState::Issued,
    };
    CountedTask {
        id: uuid(n),
        finding: uuid(100 + n / 2),
        state,
        completion,
        level: AlertLevel::Green,
        disposition: Some(Disposition::Dated),
        measures: 2,
        is_overdue: false,
        is_extended: false,
        is_reopened: false,
    }
}

/// Four tasks, one of each completion, of findings 100 (task 1), 101 (2, 3), 102 (4); finding 103 has none.
pub(crate) fn countable() -> Countable {
    use CompletionStatus::{Completed, InProgress, NotStarted, Sustained};
    let mut tasks = vec![task(1, Completed), task(2, Sustained), task(3, InProgress), task(4, NotStarted)];
    tasks[0].disposition = Some(Disposition::Immediate);
    tasks[1].state = TaskState::Observing;
    tasks[2].level = AlertLevel::Red;
    tasks[2].is_overdue = true;
    tasks[2].is_extended = true;
    tasks[2].is_reopened = true;
    tasks[3].level = AlertLevel::Yellow;
    tasks[3].measures = 0;
    tasks[3].disposition = None;
    let finding = |n: u128, aspect: u128, amount| CountedFinding {
        id: uuid(n),
        aspect: uuid(aspect),
        amount,
        came_back: n > 101,
    };
    Countable {
        tasks,
        findings: vec![finding(100, 200, 350), finding(101, 200, 0), finding(102, 201, 100), finding(103, 202, 9)],
        meetings: vec![uuid(300)],
        checks: vec![(uuid(400), vec![uuid(1), uuid(2)]), (uuid(401), vec![uuid(2)])],
        slips: vec![uuid(500), uuid(501)],
        // One made, in force and passed; one made and revised since; the revision; one abolished; one that waits.
        rules: vec![
            (uuid(600), vec![RuleFigure::Made, RuleFigure::InForce, RuleFigure::Lasting]),
            (uuid(601), vec![RuleFigure::Made]),
            (uuid(602), vec![RuleFigure::Revised, RuleFigure::InForce]),
            (uuid(603), vec![RuleFigure::Abolished]),
            (uuid(604), vec![RuleFigure::Waiting]),
        ],
    }
}
