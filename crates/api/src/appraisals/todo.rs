//! What waits for the caller in appraisals: objections to be answered, a score that may be objected to until a day, an end to be made.

use domain::appraisal::AppraisalAction;
use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use persistence::{Origin, PgConnection, appraisals};

use crate::todo::{TodoItem, days_until, group_of};

/// The lines of the caller's list that are about appraisals.
pub(crate) fn todo(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    calendar: &Calendar,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let now = origin.now;
    let mut items = Vec::new();
    let (all, names) = appraisals::waiting(conn, origin, round)?;
    for (appraisal, waits) in &all {
        for (action, unit) in waits {
            let name = unit.and_then(|u| names.get(&u.0)).cloned().unwrap_or_default();
            let objected = unit.and_then(|u| appraisal.objection(u)).map(|o| o.at);
            let until = appraisal.object_until.map(calendar::end_of_day);
            let (what, verb, since, from, due_at) = match action {
                AppraisalAction::Answer => ("答复考评申诉".to_owned(), "答复", objected, name, None),
                AppraisalAction::Object => {
                    let what = format!("查看{name}考评得分，有异议的可申诉一次");
                    (what, "查看", appraisal.published_at, "主要负责人公布".to_owned(), until)
                }
                _ => ("确定考评结果".to_owned(), "确定", until, "申诉期满，均已答复".to_owned(), None),
            };
            items.push(TodoItem {
                action: action.as_str().to_owned(),
                what,
                verb: verb.to_owned(),
                context: format!("{} 至 {}", appraisal.period.from, appraisal.period.to),
                version: Some(appraisal.version),
                since,
                from: Some(from),
                group: group_of(due_at, now).to_owned(),
                working_days_left: due_at.map(|at| days_until(calendar, now, at)),
                working_days_waited: since
                    .map(|at| calendar.working_days_between(calendar::today(at), calendar::today(now))),
                due_at,
                count: 1,
                appraisal_id: Some(appraisal.id.0),
                part: unit.map(|u| u.0),
                ..TodoItem::default()
            });
        }
    }
    Ok(items)
}
