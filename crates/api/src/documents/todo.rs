//! What waits for the caller in documents: to sign, to confirm, to send again; and the report until it is filed.

use chrono::{DateTime, Utc};
use domain::calendar::{self, Calendar};
use domain::document::{DocumentAction, DocumentState};
use domain::ids::RoundId;
use persistence::documents::{self, DocumentLine};
use persistence::{Origin, PgConnection};

use super::view::{self, ReportDueView};
use crate::todo::{TodoItem, days_until, group_of};

/// The report stands on the list from so many working days before it is due.
const REPORT_AHEAD: i64 = 20;

/// The lines of the caller's list that are about documents, and how the report stands where he sees it.
pub(crate) fn todo(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    calendar: &Calendar,
) -> Result<(Vec<TodoItem>, Option<ReportDueView>), persistence::Error> {
    let (lines, facts) = documents::list(conn, &origin.actor, round)?;
    let mut items = Vec::new();
    for line in &lines {
        let label = line.document.kind.label();
        let submitted = line.document.request().map(|r| r.submitted_at);
        for action in view::open(&line.document, &facts, &origin.actor, origin.now) {
            let (what, verb, from) = match action {
                DocumentAction::Sign => (format!("签发：{label}"), "签发", "送签"),
                DocumentAction::ConfirmSignature => (format!("复核代录签发：{label}"), "复核", "代录"),
                DocumentAction::Submit if submitted.is_some() => (format!("修改退回的{label}"), "修改", "退回"),
                _ => continue,
            };
            items.push(item(line, action.as_str(), what, verb, from, submitted, None, (calendar, origin.now)));
        }
    }
    let due = if domain::rights::sees_meetings(&origin.actor, round, &facts.group) {
        let row = persistence::rounds::find(conn, &origin.actor, round)?;
        view::report_due(conn, origin, &row, &lines, calendar)?
    } else {
        None
    };
    if domain::rights::permit_office(&origin.actor, round).is_ok() {
        items.extend(due.as_ref().and_then(|due| report(due, &lines, origin.now)));
    }
    Ok((items, due))
}

fn report(due: &ReportDueView, lines: &[DocumentLine], now: DateTime<Utc>) -> Option<TodoItem> {
    if due.working_days_left > REPORT_AHEAD || due.missing.is_empty() {
        return None;
    }
    let n = due.missing.len();
    let context = if n == 1 { due.missing.join("") } else { format!("还差 {n} 项") };
    let own =
        lines.iter().find(|l| Some(l.document.id.0) == due.document_id && l.document.state != DocumentState::Withdrawn);
    let due_at = Some(calendar::end_of_day(due.due_on));
    Some(TodoItem {
        action: "prepare_report".to_owned(),
        what: "整改落实情况报告待报送".to_owned(),
        verb: "办理".to_owned(),
        context,
        group: group_of(due_at, now).to_owned(),
        working_days_left: Some(due.working_days_left),
        due_at,
        document_id: own.map(|l| l.document.id.0),
        count: 1,
        ..TodoItem::default()
    })
}

#[expect(clippy::too_many_arguments, reason = "a line of the list, written in one place")]
fn item(
    line: &DocumentLine,
    action: &str,
    what: String,
    verb: &str,
    from: &str,
    since: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
    (calendar, now): (&Calendar, DateTime<Utc>),
) -> TodoItem {
    TodoItem {
        action: action.to_owned(),
        what,
        verb: verb.to_owned(),
        context: line.title.clone(),
        version: Some(line.document.seq),
        since,
        from: Some(from.to_owned()),
        group: group_of(due_at, now).to_owned(),
        working_days_left: due_at.map(|at| days_until(calendar, now, at)),
        working_days_waited: since.map(|at| calendar.working_days_between(calendar::today(at), calendar::today(now))),
        due_at,
        document_id: Some(line.document.id.0),
        count: 1,
        ..TodoItem::default()
    }
}
