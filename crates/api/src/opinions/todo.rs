//! What waits for the caller in opinions: to assign, to answer, to approve, and a task to be reopened.

use chrono::{DateTime, Utc};
use domain::actor::{Actor, Role};
use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::opinion::OpinionAction;
use domain::opinion::state::OpinionState;
use persistence::PgConnection;
use persistence::opinions::{self, OpinionLine};

use crate::todo::{TodoItem, days_until, group_of};

/// Letters of an opinion that a line of the list shows.
const SHOWN: usize = 40;

/// The lines of the caller's list that are about opinions.
pub(crate) fn todo(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let is_unit = actor.person().is_some_and(|p| p.role == Some(Role::Unit));
    let mut items = Vec::new();
    for line in opinions::waiting(conn, actor, round, now)? {
        let open = line.open_actions(actor, calendar, now);
        let of = &line.opinion;
        let may = |action| open.contains(&action);
        let what = match of.state {
            OpinionState::Received if may(OpinionAction::Assign) => {
                Some((OpinionAction::Assign, "分办群众意见", "分办"))
            }
            // The office could answer as well; it waits for the unit.
            OpinionState::Assigned if is_unit && may(OpinionAction::Answer) => {
                let is_returned = !of.answers.is_empty();
                let words =
                    if is_returned { "修改群众意见的答复（已退回）" } else { "答复群众意见" };
                Some((OpinionAction::Answer, words, "答复"))
            }
            OpinionState::Answered if may(OpinionAction::Approve) => {
                Some((OpinionAction::Approve, "审核群众意见的答复", "审核"))
            }
            _ => None,
        };
        items.extend(what.map(|(action, what, verb)| item(&line, action.as_str(), what, verb, calendar, now)));
        if line.task.as_ref().is_some_and(|t| t.is_to_reopen && t.may_reopen) {
            items.push(item(&line, "reopen", "群众意见属实，提请重新整改", "查看", calendar, now));
        }
    }
    Ok(items)
}

fn item(line: &OpinionLine, action: &str, what: &str, verb: &str, calendar: &Calendar, now: DateTime<Utc>) -> TodoItem {
    let of = &line.opinion;
    let due_at = of.is_open().then(|| calendar::end_of_day(of.due_on));
    let since = of.answers.last().map_or(of.received_at, |a| a.at);
    TodoItem {
        action: action.to_owned(),
        what: what.to_owned(),
        verb: verb.to_owned(),
        context: line.text.chars().take(SHOWN).collect(),
        number: line.task.as_ref().map(|t| t.number.clone()),
        version: Some(of.version),
        since: Some(since),
        from: Some("群众意见".to_owned()),
        group: group_of(due_at, now).to_owned(),
        working_days_left: due_at.map(|at| days_until(calendar, now, at)),
        working_days_waited: Some(calendar.working_days_between(calendar::today(since), calendar::today(now))),
        due_at,
        count: 1,
        opinion_id: Some(of.id.0),
        ..TodoItem::default()
    }
}
