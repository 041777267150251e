//! The auditor's look at the ledger of events (docs/domain.md §33): what happened, by kind, stream and day, and how far it is sealed and verified.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::account::permit_audit;
use domain::calendar;
use domain::transparency::StreamKind;
use domain::transparency::note::{Checkpoint, note};
use persistence::events::{self, SealedEvent, Trail};
use persistence::transparency::{self, Kept};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::download;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// One event as the auditor sees it.
#[derive(Serialize, ToSchema)]
pub struct EventView {
    /// Place in the one order of all events.
    pub position: i64,
    pub stream_kind: String,
    /// What the stream is the record of, in words.
    pub stream_label: String,
    pub stream_id: Uuid,
    pub seq: i64,
    pub kind: String,
    pub text: String,
    pub at: DateTime<Utc>,
    pub name: Option<String>,
    pub role: String,
    pub address: String,
    pub hash: String,
}

/// Where to go on: onwards after a position, oldest first, or back before one, newest first; without either, from the newest back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    pub after: Option<i64>,
    pub before: Option<i64>,
    pub limit: Option<i64>,
    /// Only streams of this kind.
    #[param(example = "task")]
    pub stream_kind: Option<String>,
    /// Only this stream.
    pub stream_id: Option<Uuid>,
    /// From this day on, Asia/Shanghai.
    #[param(example = "2026-03-02")]
    pub from: Option<NaiveDate>,
    /// Up to this day and with it.
    #[param(example = "2026-03-31")]
    pub to: Option<NaiveDate>,
}

/// Days are whole, in Asia/Shanghai.
fn trail(
    stream_kind: Option<String>,
    stream_id: Option<Uuid>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Trail {
    let begins = |day| calendar::instant(day, NaiveTime::MIN);
    Trail { stream_kind, stream_id, from: from.map(begins), to: to.and_then(|day| day.succ_opt()).map(begins) }
}

fn label(kind: &str) -> String {
    StreamKind::parse(kind).map_or_else(|| kind.to_owned(), |known| known.label().to_owned())
}

/// Read the log of all events in their sealed order; for the auditor.
#[utoipa::path(tag = "accounts", params(EventQuery), responses((status = 200, body = Vec<EventView>)))]
#[get("/audit/events")]
pub async fn list_audit_events(
    caller: Caller,
    app: Data<App>,
    query: Params<EventQuery>,
) -> Result<HttpResponse, Problem> {
    permit_audit(caller.actor())?;
    let EventQuery { after, before, limit, stream_kind, stream_id, from, to } = query.0;
    let trail = trail(stream_kind, stream_id, from, to);
    let rows = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let limit = limit.unwrap_or(100).clamp(1, 200);
            match after {
                Some(after) => events::sealed_after(conn, &trail, after, limit),
                None => events::sealed_before(conn, &trail, before.unwrap_or(i64::MAX), limit),
            }
        })
        .await?;
    let views: Vec<EventView> = rows
        .into_iter()
        .map(|e| EventView {
            text: domain::labels::event(&e.kind).to_owned(),
            stream_label: label(&e.stream_kind),
            position: e.position,
            stream_kind: e.stream_kind,
            stream_id: e.stream_id,
            seq: e.seq,
            kind: e.kind,
            at: e.at,
            name: e.name,
            role: e.role,
            address: e.address,
            hash: e.hash,
        })
        .collect();
    Ok(HttpResponse::Ok().json(views))
}

/// Which events are taken away.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventFileQuery {
    /// Behind this position; from the beginning where it is left out.
    #[param(example = 0)]
    pub after: Option<i64>,
    /// Only streams of this kind.
    #[param(example = "task")]
    pub stream_kind: Option<String>,
    /// Only this stream.
    pub stream_id: Option<Uuid>,
    /// From this day on, Asia/Shanghai.
    #[param(example = "2026-03-02")]
    pub from: Option<NaiveDate>,
    /// Up to this day and with it.
    #[param(example = "2026-03-31")]
    pub to: Option<NaiveDate>,
}

/// Most lines of one file.
const MOST: usize = 20_000;

/// A cell that no spreadsheet takes for a formula, whatever it begins with.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, text.replace('"', "\"\""))
}

/// The lines of a table, with a mark before the first so that spreadsheets read it as UTF-8.
fn table(rows: &[SealedEvent]) -> String {
    let line = |cells: &[String]| cells.iter().map(|c| cell(c)).collect::<Vec<_>>().join(",") + "\r\n";
    let heads = ["总序", "时间", "何人", "身份", "种类", "编号", "第几件", "何事", "事件", "来自", "哈希"];
    let mut text = "\u{feff}".to_owned() + &line(&heads.map(str::to_owned));
    for e in rows.iter().take(MOST) {
        text += &line(&[
            e.position.to_string(),
            format!("{} {}", calendar::today(e.at), calendar::time_of_day(e.at).format("%H:%M:%S")),
            e.name.clone().unwrap_or_else(|| "系统".to_owned()),
            e.role.clone(),
            label(&e.stream_kind),
            e.stream_id.to_string(),
            e.seq.to_string(),
            domain::labels::event(&e.kind).to_owned(),
            e.kind.clone(),
            e.address.clone(),
            e.hash.clone(),
        ]);
    }
    if let Some(next) = rows.get(MOST) {
        text += &line(&[format!("一次最多 {MOST} 件，总序 {} 起的没有列出", next.position)]);
    }
    text
}

/// Take the log away as a table (CSV, UTF-8), oldest first, at most 20 000 lines; for the auditor.
#[utoipa::path(tag = "accounts", params(EventFileQuery), responses((status = 200, body = String, content_type = "text/csv")))]
#[get("/audit/events/file")]
pub async fn get_event_file(
    caller: Caller,
    app: Data<App>,
    query: Params<EventFileQuery>,
) -> Result<HttpResponse, Problem> {
    permit_audit(caller.actor())?;
    let EventFileQuery { after, stream_kind, stream_id, from, to } = query.0;
    let trail = trail(stream_kind, stream_id, from, to);
    let most = i64::try_from(MOST).unwrap_or(i64::MAX) + 1;
    let rows = app
        .db
        .read(&caller.origin.actor, move |conn| events::sealed_after(conn, &trail, after.unwrap_or(0), most))
        .await?;
    let name = format!("操作日志-{}.csv", calendar::today(app.clock.now()));
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(download::attachment(name))
        .body(table(&rows)))
}

/// A checkpoint of the ledger.
#[derive(Serialize, ToSchema)]
pub struct CheckpointView {
    /// Events under it.
    pub size: u64,
    /// The root, 44 characters of base64, as it stands in the text.
    pub root: String,
    pub made_at: DateTime<Utc>,
    /// The signed note (c2sp.org/tlog-checkpoint); without signature lines while nobody signed it.
    pub note: String,
}

impl From<Kept> for CheckpointView {
    fn from(kept: Kept) -> Self {
        let root = kept.text.lines().nth(2).unwrap_or_default().to_owned();
        Self { size: kept.size, root, made_at: kept.made_at, note: note(&kept.text, &kept.lines) }
    }
}

/// What the last verification came to.
#[derive(Serialize, ToSchema)]
pub struct VerificationView {
    pub made_at: DateTime<Utc>,
    /// Whether only what came after a checkpoint was looked at.
    pub is_partial: bool,
    pub size: i64,
    /// Checkpoints whose signature was believed.
    pub signed: i64,
    /// Checkpoints kept outside that were compared.
    pub anchors: i64,
    pub faults: i64,
    /// Where what does not fit begins.
    pub first_fault: Option<String>,
}

/// A kind of stream with its words.
#[derive(Serialize, ToSchema)]
pub struct StreamKindView {
    pub kind: String,
    pub label: String,
}

/// How far the ledger is sealed, signed and verified.
#[derive(Serialize, ToSchema)]
pub struct LedgerState {
    /// Which tree: the first line of every checkpoint.
    pub origin: String,
    /// Events that wait to be sealed.
    pub waiting: i64,
    pub newest: Option<CheckpointView>,
    pub newest_signed: Option<CheckpointView>,
    /// None before the first; it is made by `bihuan audit verify`.
    pub verification: Option<VerificationView>,
    /// The kinds of streams there can be.
    pub kinds: Vec<StreamKindView>,
}

/// See how far the ledger is sealed, signed and verified; for the auditor.
#[utoipa::path(tag = "accounts", responses((status = 200, body = LedgerState)))]
#[get("/audit/ledger")]
pub async fn get_ledger_state(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    permit_audit(caller.actor())?;
    let state = app
        .db
        .read(&caller.origin.actor, |conn| {
            let newest = transparency::newest(conn)?;
            let head = newest.as_ref().and_then(|kept| Checkpoint::parse(&kept.text));
            Ok(LedgerState {
                origin: head.map(|head| head.origin).unwrap_or_default(),
                waiting: transparency::waiting(conn)?,
                newest: newest.map(CheckpointView::from),
                newest_signed: transparency::newest_signed(conn)?.map(CheckpointView::from),
                verification: transparency::last_verification(conn)?.map(|v| VerificationView {
                    made_at: v.made_at,
                    is_partial: v.part == "since",
                    size: v.size,
                    signed: v.n_signed,
                    anchors: v.n_anchors,
                    faults: v.n_faults,
                    first_fault: v.first_fault,
                }),
                kinds: StreamKind::ALL
                    .iter()
                    .map(|k| StreamKindView { kind: k.as_str().to_owned(), label: k.label().to_owned() })
                    .collect(),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(position: i64, address: &str) -> SealedEvent {
        SealedEvent {
            position,
            stream_kind: "task".to_owned(),
            stream_id: Uuid::nil(),
            seq: 1,
            kind: "task.issued".to_owned(),
            at: DateTime::from_timestamp(1_772_413_200, 0).unwrap(),
            name: Some("=甲\"乙".to_owned()),
            role: "unit".to_owned(),
            address: address.to_owned(),
            hash: "ab".to_owned(),
        }
    }

    #[test]
    fn a_table_holds_no_formula_and_says_where_it_was_cut() {
        let text = table(&[event(1, "@SUM(A1)")]);
        let line = text.lines().nth(1).unwrap();
        assert!(line.starts_with("\"1\",\"2026-03-02 09:00:00\",\"'=甲\"\"乙\",\"unit\",\"整改任务\","), "{line}");
        assert!(line.contains(",\"'@SUM(A1)\","), "{line}");
        let many: Vec<SealedEvent> = (1..=20_001).map(|n| event(n, "")).collect();
        let text = table(&many);
        assert_eq!(text.lines().count(), 20_002);
        assert!(text.lines().last().unwrap().contains("总序 20001 起的没有列出"));
    }
}
