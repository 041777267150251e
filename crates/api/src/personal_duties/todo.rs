//! What waits for a head in his own duties: acts entered for him, and near the end of a month that there is none yet.

use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::personal_duty::{DutyAction, Period};
use domain::policy::Policy;
use persistence::personal_duties;
use persistence::{Origin, PgConnection};

use crate::todo::{TodoItem, days_until, group_of};

/// The lines of the caller's list that are about his duties, and whether he may enter an act of his own.
pub(crate) fn todo(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    policy: &Policy,
    calendar: &Calendar,
) -> Result<(Vec<TodoItem>, bool), persistence::Error> {
    let waiting = personal_duties::waiting(conn, origin, round, policy, calendar)?;
    let now = origin.now;
    let line = |action: &str, what: String, verb: &str, context: String| TodoItem {
        action: action.to_owned(),
        what,
        verb: verb.to_owned(),
        context,
        group: group_of(None, now).to_owned(),
        count: 1,
        about: Vec::new(),
        ..TodoItem::default()
    };
    let mut items = Vec::new();
    if waiting.n_unconfirmed > 0 {
        let what = format!("确认代填的“四个亲自” {} 条", waiting.n_unconfirmed);
        let since = waiting.since;
        let waited = since.map(|at| calendar.working_days_between(calendar::today(at), calendar::today(now)));
        items.push(TodoItem {
            since,
            from: Some("单位代填".to_owned()),
            working_days_waited: waited,
            count: usize::try_from(waiting.n_unconfirmed).unwrap_or(1),
            ..line(DutyAction::Confirm.as_str(), what, "去确认", "确认后才计入".to_owned())
        });
    }
    if let Some(n_key) = waiting.reminder {
        let due_at = Some(calendar::end_of_day(Period::of(calendar::today(now)).to));
        let what = "本月还没有“四个亲自”记录".to_owned();
        items.push(TodoItem {
            due_at,
            group: group_of(due_at, now).to_owned(),
            working_days_left: due_at.map(|at| days_until(calendar, now, at)),
            ..line("record_duty", what, "记一条", format!("负责关键问题 {n_key} 项"))
        });
    }
    Ok((items, waiting.records))
}
