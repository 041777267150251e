//! The history of a task in sentences, newest first.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use domain::ids::TaskId;
use domain::labels;
use domain::sign_request::SignMode;
use domain::task::event::TaskEvent;
use domain::task::state::Task;
use persistence::events::StoredEvent;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::task_view;

/// One line of the history.
#[derive(Serialize, ToSchema)]
pub struct HistoryLine {
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// Who; the system where nobody acted.
    pub who: String,
    pub text: String,
    /// Whether it changed what people decide on.
    pub decides: bool,
}

/// A page of the history.
#[derive(Serialize, ToSchema)]
pub struct HistoryPage {
    /// Newest first.
    pub items: Vec<HistoryLine>,
    /// What `up_to` asks the next page with; none where the history begins.
    pub next: Option<i64>,
}

/// Which page of the history.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// The seq of the newest line wanted; the last one where it is left out.
    #[param(example = 24)]
    pub up_to: Option<i64>,
    /// Lines a page, 1 to 200; 50 where it is left out.
    pub limit: Option<i64>,
}

/// See what happened to a task, newest first, in pages.
#[utoipa::path(tag = "tasks", params(("id" = Uuid, Path), HistoryQuery), responses((status = 200, body = HistoryPage)))]
#[get("/tasks/{id}/history")]
pub async fn get_history(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<HistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let HistoryQuery { up_to, limit } = query.0;
    let (origin, n) = (caller.origin.clone(), limit.unwrap_or(50).clamp(1, 200));
    let page = app
        .db
        .read(&caller.origin.actor, move |conn| {
            task_view::history_page(conn, &origin.actor, TaskId(*id), up_to, n, origin.now)
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

fn kind_of(task: &Task, id: domain::ids::SignRequestId) -> &'static str {
    task.request(id).map_or("", |r| r.request.kind.label())
}

/// What happened, as a sentence without its subject.
fn sentence(event: &TaskEvent, task: &Task, names: &BTreeMap<Uuid, String>) -> String {
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let base = labels::event(event.kind());
    match event {
        TaskEvent::Issued { due_on: Some(due), .. } => format!("{base}，时限 {due}"),
        TaskEvent::Claimed { on_behalf: true, .. } => format!("{base}（办公室代报）"),
        TaskEvent::RequestSubmitted { request } => format!("{base}{}", request.request.kind.label()),
        TaskEvent::Signed { request, signature } => {
            // Who signs on screen himself has been named already.
            let who = match signature.mode {
                SignMode::Electronic => String::new(),
                _ => signature.person.map_or_else(|| "会议 ".to_owned(), |p| format!("{} ", name(p.0))),
            };
            format!("{}：{who}{}（{}）", kind_of(task, *request), signature.verdict.label(), signature.mode.label())
        }
        TaskEvent::RequestGranted { request }
        | TaskEvent::RequestReturned { request }
        | TaskEvent::RequestRecalled { request }
        | TaskEvent::RequestVoided { request, .. }
        | TaskEvent::SignatureConfirmed { request, .. }
        | TaskEvent::SignatureVoided { request, .. }
        | TaskEvent::SignatureObjected { request, .. } => format!("{}：{base}", kind_of(task, *request)),
        TaskEvent::Extended { due_on, .. } => format!("{base}，时限改为 {due_on}"),
        TaskEvent::DueDateReset { due_on, minutes_number, .. } => format!("{base}为 {due_on}（{minutes_number}）"),
        TaskEvent::MilestoneCompleted { occurred_on, .. } => format!("{base}（{occurred_on}）"),
        TaskEvent::StatementSubmitted { statement, .. } => {
            let late = if statement.is_late { "，迟报" } else { "" };
            format!("{base}（{} {}，第 {} 版{late}）", name(statement.unit.0), statement.week, statement.revision)
        }
        TaskEvent::StatementAcknowledged { week, .. } | TaskEvent::StatementReturned { week, .. } => {
            format!("{base}（{week}）")
        }
        TaskEvent::StatementMissed { unit, week } => format!("{base}：{} {week}", name(unit.0)),
        TaskEvent::Closed { observing_until, .. } => format!("{base}至 {observing_until}"),
        TaskEvent::Reopened { due_on: Some(due), .. } => format!("{base}，新时限 {due}"),
        TaskEvent::Checked { result, on, by, .. } => {
            let by: Vec<String> = by.iter().map(|p| name(p.0)).collect();
            format!("{base}（{on}）：{}，检查人 {}", result.label(), by.join("、"))
        }
        TaskEvent::SlipOpened { slip } => {
            format!("发出{}（{}），应于 {} 前答复", slip.name, name(slip.unit.0), slip.due_on)
        }
        TaskEvent::SlipClosed { name, is_settled, .. } => {
            format!("{name}{}", if *is_settled { "办结" } else { "已撤销" })
        }
        TaskEvent::TakenOver { taken } => format!("{base}：{}移交{}", name(taken.from.0), name(taken.to.0)),
        TaskEvent::CrossCheckerNamed { person, .. } => format!("{base}：{}", name(person.0)),
        TaskEvent::KeyMarked { is_key, .. } => if *is_key { "标为关键问题" } else { "取消关键问题标记" }.to_owned(),
        TaskEvent::CauseAnalysed { cause } => {
            format!("{base}：{}", cause.categories.iter().map(|c| c.label()).collect::<Vec<_>>().join("、"))
        }
        TaskEvent::LightChanged { from, to, reasons } => {
            let why = crate::ledger::reason_texts(reasons);
            let why = if why.is_empty() { String::new() } else { format!("：{}", why.join("；")) };
            format!("{} → {}{why}", from.label(), to.label())
        }
        _ => base.to_owned(),
    }
}

/// Sentences of stored events, newest first.
pub fn lines(events: &[StoredEvent], task: &Task, names: &BTreeMap<Uuid, String>) -> Vec<HistoryLine> {
    events
        .iter()
        .rev()
        .map(|stored| {
            let payload = serde_json::from_str(&stored.payload).unwrap_or_default();
            let event = TaskEvent::parse(&stored.kind, payload).ok();
            HistoryLine {
                seq: stored.seq,
                at: stored.at,
                who: match stored.person_id {
                    Some(person) => names.get(&person).cloned().unwrap_or_default(),
                    None => "系统".to_owned(),
                },
                text: event
                    .as_ref()
                    .map_or_else(|| labels::event(&stored.kind).to_owned(), |e| sentence(e, task, names)),
                decides: event.as_ref().is_some_and(TaskEvent::decides),
            }
        })
        .collect()
}
