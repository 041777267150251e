//! What waits for the caller in systemic problems: a self-check to answer or to stand for, an answer to look at, a measure to report.

use chrono::{DateTime, Utc};
use domain::actor::Role;
use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::systemic::SystemicAction;
use domain::systemic::state::SelfCheckState;
use persistence::systemic::{self, Loaded};
use persistence::{Origin, PgConnection};

use crate::todo::{TodoItem, days_until, group_of};

/// The lines of the caller's list that are about systemic problems.
pub(crate) fn todo(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    calendar: &Calendar,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let is_unit = origin.actor.person().is_some_and(|p| p.role == Some(Role::Unit));
    let mut items = Vec::new();
    for loaded in systemic::waiting(conn, origin, round)? {
        let open = loaded.open_actions(origin);
        for check in &loaded.problem.checks {
            let may = |action| open.contains(&(action, Some(check.unit)));
            let due = Some(calendar::end_of_day(check.due_on));
            let what = match check.state {
                // The office could answer for a unit nobody can log in for; then it waits for the office.
                SelfCheckState::Asked if may(SystemicAction::Answer) => {
                    Some((SystemicAction::Answer, "报送举一反三自查", "自查"))
                }
                SelfCheckState::Returned if may(SystemicAction::Answer) => {
                    Some((SystemicAction::Answer, "修改举一反三自查（已退回）", "修改"))
                }
                SelfCheckState::Entered if may(SystemicAction::ConfirmAnswer) => {
                    Some((SystemicAction::ConfirmAnswer, "确认举一反三自查", "确认"))
                }
                SelfCheckState::HandedIn if may(SystemicAction::Accept) => {
                    Some((SystemicAction::Accept, "审核举一反三自查", "审核"))
                }
                _ => None,
            };
            let Some((action, what, verb)) = what else { continue };
            let since = check.answer.as_ref().map(|a| a.confirmed_at.unwrap_or(a.at));
            let of_unit = loaded.names.get(&check.unit.0).cloned().unwrap_or_default();
            let from = if is_unit { "整改办布置".to_owned() } else { of_unit };
            let due = due.filter(|_| action != SystemicAction::Accept);
            let line = item(&loaded, action, what, verb, (since, due), from, calendar, origin.now);
            items.push(TodoItem { part: Some(check.unit.0), ..line });
        }
        let Some(confirmed) = &loaded.problem.confirmed else { continue };
        let due = Some(calendar::end_of_day(confirmed.due_on));
        let since = Some(confirmed.at);
        if open.contains(&(SystemicAction::Report, None)) {
            let what = "落实共性问题的集团层面措施";
            let from = "整改办认定".to_owned();
            items.push(item(&loaded, SystemicAction::Report, what, "报完成", (since, due), from, calendar, origin.now));
        }
        if open.contains(&(SystemicAction::Close, None)) {
            let from = "自查和措施已齐".to_owned();
            items.push(item(
                &loaded,
                SystemicAction::Close,
                "办结共性问题",
                "办结",
                (None, due),
                from,
                calendar,
                origin.now,
            ));
        }
    }
    Ok(items)
}

#[expect(clippy::too_many_arguments, reason = "a line of the list, made in one place")]
fn item(
    loaded: &Loaded,
    action: SystemicAction,
    what: &str,
    verb: &str,
    (since, due_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    from: String,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> TodoItem {
    let problem = &loaded.problem;
    let title = problem.confirmed.as_ref().and_then(|c| loaded.words.get(&c.title)).cloned();
    TodoItem {
        action: action.as_str().to_owned(),
        what: what.to_owned(),
        verb: verb.to_owned(),
        context: title.unwrap_or_default(),
        version: Some(problem.version),
        since,
        from: Some(from),
        group: group_of(due_at, now).to_owned(),
        working_days_left: due_at.map(|at| days_until(calendar, now, at)),
        working_days_waited: since.map(|at| calendar.working_days_between(calendar::today(at), calendar::today(now))),
        due_at,
        count: 1,
        systemic_problem_id: Some(problem.id.0),
        ..TodoItem::default()
    }
}
