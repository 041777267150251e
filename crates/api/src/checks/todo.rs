//! What waits for the caller in the checks he sees: a number to give, a result to write or to sign.

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::check::{self, CheckAction};
use domain::ids::RoundId;
use persistence::PgConnection;
use persistence::checks::{self, CheckLine};

use crate::todo::{TodoItem, days_until, group_of};

/// The acts that wait for one person; planning and ending a check wait for nobody in particular.
const PERSONAL: [CheckAction; 4] = [CheckAction::Commit, CheckAction::Reveal, CheckAction::Record, CheckAction::Sign];

/// The lines of the caller's list that are about checks.
pub(crate) fn todo(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let person = actor.person().and_then(|p| p.person);
    let mut items = Vec::new();
    for line in checks::list(conn, actor, round)? {
        for action in check::open_actions(actor, &line.check).into_iter().filter(|a| PERSONAL.contains(a)) {
            let targets = line.check.targets.iter();
            let count = match action {
                CheckAction::Record => targets.filter(|t| t.result.is_none() && check::may_record(t, person)).count(),
                CheckAction::Sign => targets.filter(|t| check::may_sign(t, person)).count(),
                _ => 1,
            };
            if count > 0 {
                items.push(item(&line, action, count, calendar, now));
            }
        }
    }
    Ok(items)
}

fn item(line: &CheckLine, action: CheckAction, count: usize, calendar: &Calendar, now: DateTime<Utc>) -> TodoItem {
    let (verb, of_targets) = match action {
        CheckAction::Commit => ("登记", false),
        CheckAction::Reveal => ("公开", false),
        CheckAction::Sign => ("复核", true),
        _ => ("记录", true),
    };
    // A number is waited for by the other parties; no rule sets a time for it.
    let due_at = of_targets.then(|| calendar::end_of_day(line.check.to_on));
    let what = if of_targets { format!("{}（{count} 项）", action.label()) } else { action.label().to_owned() };
    TodoItem {
        action: action.as_str().to_owned(),
        what,
        verb: verb.to_owned(),
        context: line.title.clone(),
        since: Some(line.check.announced_at.unwrap_or(line.created_at)),
        from: Some(line.check.kind.label().to_owned()),
        group: group_of(due_at, now).to_owned(),
        working_days_left: due_at.map(|at| days_until(calendar, now, at)),
        due_at,
        count,
        about: Vec::new(),
        check_id: Some(line.check.id.0),
        ..TodoItem::default()
    }
}
