//! What waits for the caller in publications: to sign, to publish, to mend what came back.

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::publication::PublicationAction;
use domain::sign_request::RequestState;
use persistence::PgConnection;
use persistence::publications::{self, PublicationLine};

use crate::todo::{TodoItem, group_of};

/// The lines of the caller's list that are about publications.
pub(crate) fn todo(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<TodoItem>, persistence::Error> {
    let mut items = Vec::new();
    for line in publications::waiting(conn, actor, round)? {
        let open = line.open_actions(actor, calendar, now);
        items.extend(open.into_iter().filter_map(|a| item(&line, a, calendar, now)));
    }
    Ok(items)
}

/// What an open act is as a thing to do; an act nobody waits for is none.
fn item(
    line: &PublicationLine,
    action: PublicationAction,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Option<TodoItem> {
    let of = &line.publication;
    let kind = of.kind.label();
    let request = of.request();
    let (what, verb, from) = match action {
        PublicationAction::Sign => (format!("审签：{kind}"), "审签", "送审签"),
        PublicationAction::ConfirmSignature => (format!("复核代录审签：{kind}"), "复核", "代录"),
        PublicationAction::Publish => (format!("发布：{kind}"), "发布", "审定"),
        PublicationAction::Submit if request.is_some_and(|r| r.state == RequestState::Returned) => {
            (format!("修改退回的{kind}"), "修改", "退回")
        }
        PublicationAction::WriteHead
        | PublicationAction::AddItems
        | PublicationAction::WriteItem
        | PublicationAction::TakeOut
        | PublicationAction::Submit
        | PublicationAction::Recall
        | PublicationAction::RecordSignature
        | PublicationAction::Object
        | PublicationAction::Rework
        | PublicationAction::Correct
        | PublicationAction::Withdraw => return None,
    };
    let since = request.map(|r| r.signatures.last().map_or(r.submitted_at, |s| s.at));
    Some(TodoItem {
        action: action.as_str().to_owned(),
        what,
        verb: verb.to_owned(),
        context: line.title.clone(),
        version: Some(of.version),
        since,
        from: Some(from.to_owned()),
        group: group_of(None, now).to_owned(),
        working_days_waited: since.map(|at| calendar.working_days_between(calendar::today(at), calendar::today(now))),
        count: 1,
        publication_id: Some(of.id.0),
        ..TodoItem::default()
    })
}
