//! Lists that are handed on: asked for with the filter in force, made in the background, fetched when ready.

mod archive;
mod gather;
mod make;
mod slips;

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, TimeDelta, Utc};
use domain::calendar::Week;
use domain::export::ExportKind;
use domain::ids::RoundId;
use domain::labels;
use persistence::PgConnection;
use persistence::exports::{self, ExportRow, KEPT_HOURS};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::download;
use crate::evidence;
use crate::extract::{Body, Caller};
use crate::ledger::LedgerQuery;
use crate::problem::Problem;
use crate::slips::SlipFilter;
pub(crate) use gather::{Gatherer, day, long};
use make::{Narrowed, Order};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const ZIP: &str = "application/zip";

/// A list to be made.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    pub kind: ExportKind,
    /// Parameters of the ledger by their names, without where a page begins; all of the round without any. A unit's brief needs `unit`; the list of
    /// slips takes `level` and `state` of a slip instead; the archive of all findings takes none.
    #[serde(default)]
    #[schema(example = json!({ "light": "red,yellow" }))]
    pub filter: BTreeMap<String, String>,
    /// The ISO week of a list of statements.
    #[serde(default)]
    #[schema(example = "2026-W38")]
    pub week: Option<String>,
}

/// A list that was asked for.
#[derive(Serialize, ToSchema)]
pub struct ExportView {
    pub id: Uuid,
    pub kind: ExportKind,
    #[schema(example = "整改台账")]
    pub kind_label: String,
    /// running, ready, failed, cancelled or expired.
    #[schema(example = "ready")]
    pub state: String,
    /// Tasks (of the list of slips: slips) that are done, and all of them as far as they are counted.
    pub n_done: i64,
    pub n_all: i64,
    /// Why it failed, in words.
    pub fault: Option<String>,
    #[schema(example = "2026年巡察整改-整改台账-20261126.xlsx")]
    pub filename: String,
    /// Bytes.
    pub size: Option<i64>,
    /// SHA-256 of the file, hex.
    pub sha256: Option<String>,
    /// The moment its figures are of, UTC.
    pub as_of: DateTime<Utc>,
    /// Until when the file is kept, UTC.
    pub kept_until: DateTime<Utc>,
}

fn view(row: ExportRow, now: DateTime<Utc>) -> Result<ExportView, Problem> {
    let kind = ExportKind::parse(&row.kind).ok_or_else(|| Problem::internal("an export of no kind"))?;
    let state = row.standing(now).to_owned();
    // Whose server went away left no reason.
    let fault = row.fault.clone().or_else(|| (state == "failed").then(|| "export-broken-off".to_owned()));
    Ok(ExportView {
        id: row.id,
        kind,
        kind_label: kind.label().to_owned(),
        fault: fault.map(|code| labels::say(&code, &json!({}))),
        n_done: row.n_done,
        n_all: row.n_all,
        state,
        filename: row.filename,
        size: row.size,
        sha256: row.sha256,
        as_of: row.created_at,
        kept_until: row.created_at + TimeDelta::hours(KEPT_HOURS),
    })
}

/// What the list is to be made from.
///
/// Errors: `content` with the field that is not understood.
fn understood(form: &ExportForm) -> Result<(Narrowed, Option<Week>), Problem> {
    if form.kind == ExportKind::Slips {
        let filter = SlipFilter::from_words(&form.filter).ok_or_else(|| Problem::field("/filter", "wrong-type"))?;
        return Ok((Narrowed::Slips(filter), None));
    }
    let is_whole = form.kind == ExportKind::Archives;
    let unknown = |key: &String| is_whole || ["after", "limit", "group"].contains(&key.as_str());
    if form.filter.keys().any(unknown) {
        return Err(Problem::field("/filter", "unknown-field"));
    }
    let query = LedgerQuery::from_words(&form.filter).ok_or_else(|| Problem::field("/filter", "wrong-type"))?;
    let filter = query.filter()?;
    query.order()?;
    let week = match (form.kind, form.week.as_deref()) {
        (ExportKind::Statements, None) => return Err(Problem::field("/week", "required")),
        (ExportKind::Statements, Some(text)) => {
            Some(Week::parse(text).ok_or_else(|| Problem::field("/week", "wrong-type"))?)
        }
        _ => None,
    };
    if form.kind == ExportKind::Brief && filter.unit.is_none() {
        return Err(Problem::field("/filter/unit", "required"));
    }
    Ok((Narrowed::Tasks(Box::new(query)), week))
}

/// Ask for a list as the office circulates it: the tasks or slips the caller sees, as far as the filter finds them, as an xlsx file; or for the documents
/// of all findings in one archive.
///
/// It is made in the background; see how far it is at its own address.
#[utoipa::path(tag = "exports", request_body = ExportForm, params(("id" = Uuid, Path)), responses((status = 202, body = ExportView)))]
#[post("/rounds/{id}/exports")]
pub async fn begin_export(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<ExportForm>,
) -> Result<HttpResponse, Problem> {
    let form = body.0;
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    // Whoever does not see the round is told nothing of what would be wrong.
    let find = move |conn: &mut PgConnection| persistence::rounds::find(conn, &origin.actor, round);
    let round_name = app.db.read(&caller.origin.actor, find).await?.name;
    let (narrowed, week) = understood(&form)?;
    let calendar = app.calendar().await?;
    let asked = json!({ "filter": form.filter, "week": form.week });
    let day = domain::calendar::today(caller.origin.now).format("%Y%m%d");
    let of_week = week.map(|w| format!("第{}周", w.number())).unwrap_or_default();
    let filename = format!("{round_name}-{of_week}{}-{day}.{}", form.kind.label(), form.kind.extension());
    let origin = caller.origin.clone();
    let begin = move |conn: &mut PgConnection| exports::begin(conn, &origin, round, form.kind, &asked, &filename);
    let row = app.db.write(&caller.origin.actor, begin).await?;
    let origin = caller.origin.clone();
    let gathered = Gatherer { origin: origin.clone(), round, kind: form.kind, week, calendar: (*calendar).clone() };
    let order = Order { id: row.id, origin, gathered: Arc::new(gathered), round_name, narrowed };
    actix_web::rt::spawn(make::run(app.get_ref().clone(), order));
    Ok(HttpResponse::Accepted().json(view(row, caller.origin.now)?))
}

/// List the caller's own lists of a round, newest first.
#[utoipa::path(tag = "exports", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<ExportView>)))]
#[get("/rounds/{id}/exports")]
pub async fn list_exports(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let rows = app.db.read(&caller.origin.actor, move |conn| exports::recent(conn, &origin, RoundId(*id))).await?;
    let views: Vec<ExportView> = rows.into_iter().map(|row| view(row, caller.origin.now)).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(views))
}

/// Get how far a list is.
#[utoipa::path(tag = "exports", params(("id" = Uuid, Path)), responses((status = 200, body = ExportView)))]
#[get("/exports/{id}")]
pub async fn get_export(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let row = app.db.read(&caller.origin.actor, move |conn| exports::find(conn, &origin, *id)).await?;
    Ok(HttpResponse::Ok().json(view(row, caller.origin.now)?))
}

/// Give up a list that is being made; one that is done stays as it is.
#[utoipa::path(tag = "exports", params(("id" = Uuid, Path)), responses((status = 200, body = ExportView)))]
#[post("/exports/{id}/cancel")]
pub async fn cancel_export(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let row = app.db.write(&caller.origin.actor, move |conn| exports::cancel(conn, &origin, *id)).await?;
    Ok(HttpResponse::Ok().json(view(row, caller.origin.now)?))
}

/// Get the file of a list; that it was taken away is written down.
///
/// Answers 409 while it is being made (`export-not-ready`) and once it is no longer kept (`export-expired`).
#[utoipa::path(tag = "exports", params(("id" = Uuid, Path)),
    responses((status = 200, content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "application/zip")))))]
#[get("/exports/{id}/file")]
pub async fn download_export(
    request: HttpRequest,
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let row = app.db.write(&caller.origin.actor, move |conn| exports::take(conn, &origin, *id)).await?;
    let kind = ExportKind::parse(&row.kind).ok_or_else(|| Problem::internal("an export of no kind"))?;
    let path = make::path(&app.settings.data_dir, row.id, kind);
    let file = actix_files::NamedFile::open(path).map_err(Problem::internal)?;
    let name = download::attachment(row.filename);
    let kind = if kind == ExportKind::Archives { ZIP } else { XLSX };
    let kind = kind.parse().unwrap_or(actix_web::mime::APPLICATION_OCTET_STREAM);
    Ok(file.set_content_disposition(name).set_content_type(kind).into_response(&request))
}

/// Removes files that are no longer kept, and what a server that went away left behind; how many.
pub fn sweep(data_dir: &FilePath, now: SystemTime) -> std::io::Result<usize> {
    let kept = Duration::from_secs(u64::try_from(KEPT_HOURS).unwrap_or(0) * 3600);
    evidence::remove_older(&make::folder(data_dir), kept, now)
}
