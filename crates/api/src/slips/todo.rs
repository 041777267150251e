//! What waits for the caller in the slips he sees: to sign, to sign for, to answer, to review; and what is proposed for the next level.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::{Actor, Role};
use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::slip::state::{Slip, SlipState};
use domain::slip::{self, SlipAction};
use persistence::PgConnection;
use persistence::slips::{self, SlipLine};

use crate::todo::{TodoItem, days_until, group_of};

/// One thing to do with a slip.
struct Wait {
    action: SlipAction,
    what: String,
    verb: &'static str,
    from: &'static str,
    since: Option<DateTime<Utc>>,
    due_on: Option<NaiveDate>,
}

/// The lines of the caller's list that are about slips.
pub(crate) fn todo(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let mut items = Vec::new();
    for line in slips::waiting(conn, actor, round, now)? {
        let open = line.open_actions(actor, calendar, now);
        let mut waits: Vec<Wait> = open.into_iter().filter_map(|a| wait(&line, a, calendar, now)).collect();
        waits.extend(promise(&line, actor));
        items.extend(waits.into_iter().map(|w| item(&line, w, calendar, now)));
    }
    Ok(items)
}

/// What an open act is as a thing to do; an act nobody waits for is none.
fn wait(line: &SlipLine, action: SlipAction, calendar: &Calendar, now: DateTime<Utc>) -> Option<Wait> {
    let slip = &line.slip;
    let name = line.name();
    let level = slip::level_name(slip.shape.level, &line.facts.policy);
    let plain = |what: String, verb, from, since, due_on| Some(Wait { action, what, verb, from, since, due_on });
    let submitted = slip.request().map(|r| r.submitted_at);
    match action {
        SlipAction::Sign => plain(format!("签发：{level}"), "签发", "送签", submitted, None),
        SlipAction::ConfirmSignature => plain(format!("复核代录签发：{level}"), "复核", "代录", submitted, None),
        SlipAction::Submit => {
            let returned = slip.request().map(|r| r.submitted_at);
            let what = if returned.is_some() { format!("修改退回的{level}") } else { format!("送签{level}") };
            plain(what, "送签", "拟制", returned.or(Some(slip.drafted_at)), None)
        }
        SlipAction::Receive => plain(format!("签收{name}"), "签收", "签发", slip.issued_at, slip.receive_due_on),
        SlipAction::Answer => {
            let since = slip.answers.last().and_then(|a| a.review.as_ref()).map(|r| r.at);
            let what =
                if since.is_some() { format!("重新答复{name}（已退回）") } else { format!("答复{name}") };
            plain(what, "答复", "签发", since.or(slip.issued_at), slip.due_on)
        }
        SlipAction::Review => {
            let at = slip.waiting().map(|a| a.at);
            let days = i64::from(line.facts.policy.answer_working_days);
            let due = at.map(|at| calendar.add_working_days(calendar::today(at), days));
            plain(format!("复核{name}的答复"), "复核", "单位答复", at, due)
        }
        SlipAction::Raise if slip.is_overdue(calendar::today(now)) => {
            let next = slip::level_above(slip, &line.facts.policy).ok()?;
            plain(format!("{name}逾期未办结，提请升级为{}", next.name), "升级", "签发", slip.issued_at, slip.due_on)
        }
        SlipAction::HandOver => plain(format!("登记移交：{name}"), "登记", "审定", slip.issued_at, slip.due_on),
        SlipAction::RecordInterview if slip.interview.is_none() => {
            plain(format!("记录约谈情况：{name}"), "记录", "签发", slip.issued_at, slip.due_on)
        }
        SlipAction::KeepPromise => {
            let since = slip.interview.as_ref().map(|i| i.at);
            plain(format!("核销约谈承诺：{name}"), "核销", "约谈", since, slip.promise())
        }
        SlipAction::Revise
        | SlipAction::Recall
        | SlipAction::Withdraw
        | SlipAction::RecordSignature
        | SlipAction::Object
        | SlipAction::Raise
        | SlipAction::RecordInterview => None,
    }
}

/// Whether an act is a thing to do for whom it is open to.
pub(super) fn is_waited_for(line: &SlipLine, action: SlipAction, calendar: &Calendar, now: DateTime<Utc>) -> bool {
    wait(line, action, calendar, now).is_some()
}

/// What was promised in an interview stands with the heads of the unit until the office has ticked it off.
fn promise(line: &SlipLine, actor: &Actor) -> Option<Wait> {
    let slip: &Slip = &line.slip;
    let person = actor.person().filter(|p| p.role == Some(Role::Unit))?;
    let heads = person.memberships.iter().any(|m| m.is_head && m.unit == line.facts.parties.unit);
    let due_on = slip.promise().filter(|_| heads && slip.state != SlipState::Withdrawn)?;
    Some(Wait {
        action: SlipAction::KeepPromise,
        what: format!("兑现约谈承诺：{}", line.name()),
        verb: "查看",
        from: "约谈",
        since: slip.interview.as_ref().map(|i| i.at),
        due_on: Some(due_on),
    })
}

fn item(line: &SlipLine, wait: Wait, calendar: &Calendar, now: DateTime<Utc>) -> TodoItem {
    let Wait { action, what, verb, from, since, due_on } = wait;
    let due_at = due_on.map(calendar::end_of_day);
    TodoItem {
        action: action.as_str().to_owned(),
        what,
        verb: verb.to_owned(),
        context: line.title.clone(),
        number: line.task.as_ref().map(|t| t.number.clone()),
        version: Some(line.slip.version),
        since,
        from: Some(from.to_owned()),
        group: group_of(due_at, now).to_owned(),
        working_days_left: due_at.map(|at| days_until(calendar, now, at)),
        working_days_waited: since.map(|at| calendar.working_days_between(calendar::today(at), calendar::today(now))),
        due_at,
        count: 1,
        about: Vec::new(),
        slip_id: Some(line.slip.id.0),
        ..TodoItem::default()
    }
}
