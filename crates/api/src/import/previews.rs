//! A file looked at before it is taken in: what each column, row and cell was taken for, corrected by a person as often as it needs.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::RoundId;
use domain::workbook::ledger::{Corrections, Question, Reading, SheetReading};
use domain::workbook::{Doubt, ImportReport, Merge};
use persistence::imports::previews::{self, Preview, PreviewLine};
use persistence::imports::{self, ImportOutcome, ImportSource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Ground, LARGEST, PlanImportView, look};
use crate::app::App;
use crate::extract::{Body, Caller, Params};
use crate::office;
use crate::problem::Problem;
use crate::tokens;

/// Most rows of a sheet in one answer.
const MOST_ROWS: usize = 500;
/// Most answers and columns a person may have said; beyond that the file is corrected in the spreadsheet.
const MOST_SAID: usize = 20_000;

/// The file to look at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PreviewQuery {
    pub filename: String,
}

/// A file that is being looked at.
#[derive(Serialize, ToSchema)]
pub struct PreviewSummary {
    pub id: Uuid,
    pub filename: String,
    pub updated_at: DateTime<Utc>,
}

impl From<PreviewLine> for PreviewSummary {
    fn from(line: PreviewLine) -> Self {
        Self { id: line.id, filename: line.filename, updated_at: line.updated_at }
    }
}

/// A cell a person must look at, with what may be answered.
#[derive(Serialize, ToSchema)]
pub struct OpenDoubt {
    #[serde(flatten)]
    pub doubt: Doubt,
    #[serde(flatten)]
    pub question: Question,
}

/// A task as it was read, in short: its rows are in the sheet.
#[derive(Serialize, ToSchema)]
pub struct ReadTask {
    pub number: String,
    /// Its words, where the sheet itself is not shown.
    pub title: Option<String>,
    pub disposition_label: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    pub n_measures: usize,
    pub n_doubts: u16,
    /// Enters as closed before the product came.
    pub is_closed: bool,
}

/// A file as it was read, with what was said of it.
#[derive(Serialize, ToSchema)]
pub struct ImportPreview {
    pub id: Uuid,
    pub filename: String,
    pub updated_at: DateTime<Utc>,
    pub report: ImportReport,
    /// The three linked lists, whose columns are fixed.
    pub is_plan: bool,
    /// Marked as a state secret: nothing of it may be taken in.
    pub is_classified: bool,
    pub sheets: Vec<SheetReading>,
    pub doubts: Vec<OpenDoubt>,
    pub tasks: Vec<ReadTask>,
    /// Tasks without a doubt.
    pub n_clear: usize,
    pub corrections: Corrections,
}

fn view(preview: &Preview, reading: Reading) -> ImportPreview {
    let report = reading.plan.report();
    let doubts = reading
        .plan
        .doubts
        .iter()
        .cloned()
        .zip(reading.questions)
        .map(|(doubt, question)| OpenDoubt { doubt, question })
        .collect();
    ImportPreview {
        id: preview.id,
        filename: preview.filename.clone(),
        updated_at: preview.updated_at,
        report,
        is_plan: reading.is_plan,
        is_classified: reading.plan.is_classified,
        sheets: reading.sheets,
        doubts,
        n_clear: reading.plan.tasks.iter().filter(|t| t.doubts == 0).count(),
        tasks: reading
            .plan
            .tasks
            .iter()
            .map(|t| ReadTask {
                number: t.number.clone(),
                title: reading.is_plan.then(|| t.title.clone()),
                disposition_label: t.disposition.map(|d| d.label().to_owned()),
                due_on: t.due_on,
                review_on: t.review_on,
                n_measures: t.measures.len(),
                n_doubts: t.doubts,
                is_closed: t.closing.is_some(),
            })
            .collect(),
        corrections: preview.corrections.clone(),
    }
}

async fn reading(bytes: &Bytes, ground: &Arc<Ground>, corrections: Corrections) -> Result<Reading, Problem> {
    let (bytes, ground) = (bytes.clone(), ground.clone());
    let read = tokio::task::spawn_blocking(move || look(&bytes, &ground, &corrections));
    Ok(read.await.map_err(Problem::internal)??)
}

async fn find(caller: &Caller, app: &App, id: Uuid) -> Result<Preview, Problem> {
    let origin = caller.origin.clone();
    Ok(app.db.read(&caller.origin.actor, move |conn| previews::find(conn, &origin, id)).await?)
}

/// Look at a plan or a ledger: the body is the xlsx file. It is kept, with what is said of it, until the next one.
///
/// What was said of this very file holds still, so that the same file again changes nothing; of another file of the same shape, what its
/// columns mean. Answers 422 with the reason when it is no file to read.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path), PreviewQuery),
    request_body(content = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    responses((status = 201, body = ImportPreview)))]
#[post("/rounds/{id}/import-previews")]
pub async fn open_preview(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<PreviewQuery>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let round = RoundId(*id);
    let ground = Ground::of(&caller, &app, round).await?;
    let (bytes, _room) = app.workbooks.body(&request, payload, LARGEST).await?;
    let sha256 = tokens::digest(&bytes);
    let digest = sha256.clone();
    let known = app.db.read(&caller.origin.actor, move |conn| previews::said_of(conn, round, &digest)).await?;
    let is_known = known.is_some();
    let mut corrections = known.unwrap_or_default();
    let _turn = app.workbooks.turn().await?;
    let mut found = reading(&bytes, &ground, corrections.clone()).await?;
    if !is_known {
        let shape = found.shape.clone();
        let kept = app.db.read(&caller.origin.actor, move |conn| previews::mapping(conn, &shape)).await?;
        if !kept.is_empty() {
            corrections.sheets = kept;
            found = reading(&bytes, &ground, corrections.clone()).await?;
        }
    }
    // A file that must not be taken in is not kept either.
    let filename: String = query.0.filename.chars().filter(|c| !c.is_control()).take(200).collect();
    let (origin, file, said, is_classified) =
        (caller.origin.clone(), bytes.clone(), corrections.clone(), found.plan.is_classified);
    let name = filename.clone();
    let digest = sha256.clone();
    let id = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let body: &[u8] = if is_classified { &[] } else { &file };
            previews::put(conn, &origin, round, &name, &digest, body, &said)
        })
        .await?;
    let updated_at = caller.origin.now;
    let preview = Preview { id, round, filename, sha256, body: Vec::new(), corrections, updated_at };
    Ok(HttpResponse::Created().json(view(&preview, found)))
}

/// The files you look at in a round.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<PreviewSummary>)))]
#[get("/rounds/{id}/import-previews")]
pub async fn list_previews(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (origin, round) = (caller.origin.clone(), RoundId(*id));
    let lines = app.db.read(&caller.origin.actor, move |conn| previews::list(conn, &origin, round)).await?;
    Ok(HttpResponse::Ok().json(lines.into_iter().map(PreviewSummary::from).collect::<Vec<_>>()))
}

/// A file you look at, as it reads with what was said of it.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)), responses((status = 200, body = ImportPreview)))]
#[get("/import-previews/{id}")]
pub async fn get_preview(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let _turn = app.workbooks.turn().await?;
    let mut preview = find(&caller, &app, *id).await?;
    let ground = Ground::of(&caller, &app, preview.round).await?;
    let bytes = Bytes::from(std::mem::take(&mut preview.body));
    let found = reading(&bytes, &ground, preview.corrections.clone()).await?;
    Ok(HttpResponse::Ok().json(view(&preview, found)))
}

/// Say what columns mean and how doubts are settled; all that was said before is replaced. Answers the file as it reads now.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)), request_body = Corrections,
    responses((status = 200, body = ImportPreview)))]
#[put("/import-previews/{id}")]
pub async fn correct_preview(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<Corrections>,
) -> Result<HttpResponse, Problem> {
    let corrections = body.0;
    let n_said = corrections.answers.len() + corrections.sheets.iter().map(|s| s.columns.len() + 1).sum::<usize>();
    if n_said > MOST_SAID {
        return Err(Problem::field("/answers", "too-many"));
    }
    let _turn = app.workbooks.turn().await?;
    let mut preview = find(&caller, &app, *id).await?;
    let ground = Ground::of(&caller, &app, preview.round).await?;
    let bytes = Bytes::from(std::mem::take(&mut preview.body));
    // The shape is that of the file as it came, so that the next one is known by it.
    let shape = if corrections.sheets == preview.corrections.sheets {
        String::new()
    } else {
        reading(&bytes, &ground, Corrections::default()).await?.shape
    };
    let found = reading(&bytes, &ground, corrections.clone()).await?;
    let (origin, said, id) = (caller.origin.clone(), corrections.clone(), *id);
    app.db.write(&caller.origin.actor, move |conn| previews::correct(conn, &origin, id, &said, &shape)).await?;
    preview.corrections = corrections;
    preview.updated_at = caller.origin.now;
    Ok(HttpResponse::Ok().json(view(&preview, found)))
}

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RowsQuery {
    /// First row, from 1.
    #[serde(default)]
    pub from: Option<usize>,
    /// Number of rows, 500 at most.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// Merged cells, rows and columns from 1, both ends included.
#[derive(Serialize, ToSchema)]
pub struct MergedCells {
    pub top: usize,
    pub left: usize,
    pub bottom: usize,
    pub right: usize,
}

impl From<&Merge> for MergedCells {
    fn from(merge: &Merge) -> Self {
        Self { top: merge.top + 1, left: merge.left + 1, bottom: merge.bottom + 1, right: merge.right + 1 }
    }
}

/// Rows of a sheet as they stand in the file.
#[derive(Serialize, ToSchema)]
pub struct SheetPage {
    /// Number of the first row, from 1.
    pub from: usize,
    pub rows: Vec<Vec<String>>,
    pub merges: Vec<MergedCells>,
    pub n_rows: usize,
    pub n_columns: usize,
}

/// The rows of a sheet of a file you look at, as they stand there. The number of the sheet counts from 1.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path), ("sheet" = usize, Path), RowsQuery),
    responses((status = 200, body = SheetPage)))]
#[get("/import-previews/{id}/sheets/{sheet}")]
pub async fn get_sheet(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, usize)>,
    query: Params<RowsQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let _turn = app.workbooks.turn().await?;
    let mut preview = find(&caller, &app, id).await?;
    let bytes = std::mem::take(&mut preview.body);
    let book = tokio::task::spawn_blocking(move || office::book(&bytes)).await.map_err(Problem::internal)??;
    let sheet = number.checked_sub(1).and_then(|i| book.sheets.get(i));
    let sheet = sheet.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not-found"))?;
    let from = query.0.from.unwrap_or(1).max(1) - 1;
    let to = (from + query.0.limit.unwrap_or(MOST_ROWS).min(MOST_ROWS)).min(sheet.rows.len());
    let rows = sheet.rows.get(from.min(to)..to).unwrap_or_default();
    Ok(HttpResponse::Ok().json(SheetPage {
        from: from + 1,
        rows: rows.iter().map(|cells| cells.iter().map(domain::workbook::Cell::text).collect()).collect(),
        merges: sheet.merges.iter().filter(|m| m.bottom >= from && m.top < to).map(MergedCells::from).collect(),
        n_rows: sheet.rows.len(),
        n_columns: sheet.rows.iter().map(Vec::len).max().unwrap_or(0),
    }))
}

/// Which rows to take in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// Only tasks without a doubt.
    Clear,
    /// All; those in doubt stay drafts that cannot be issued before their doubts are settled.
    All,
}

/// What to take in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeRequest {
    pub take: Take,
}

/// Take the file in as it reads now: one transaction, whole or nothing. The same rows again change nothing; changed rows change drafts alone; nothing is deleted.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path)), request_body = TakeRequest,
    responses((status = 200, body = PlanImportView)))]
#[post("/import-previews/{id}/commit")]
pub async fn commit_preview(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<TakeRequest>,
) -> Result<HttpResponse, Problem> {
    let _turn = app.workbooks.turn().await?;
    let mut preview = find(&caller, &app, *id).await?;
    let ground = Ground::of(&caller, &app, preview.round).await?;
    let bytes = Bytes::from(std::mem::take(&mut preview.body));
    let plan = reading(&bytes, &ground, preview.corrections.clone()).await?.plan;
    let report = plan.report();
    let plan = if body.0.take == Take::Clear { plan.clear() } else { plan };
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let outcome = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let source = ImportSource { filename: &preview.filename, sha256: &preview.sha256 };
            imports::commit(conn, &origin, preview.round, &plan, &source, &calendar)
        })
        .await?;
    let ImportOutcome { created, updated, unchanged, kept } = outcome;
    let view = PlanImportView { report, tasks: Vec::new(), is_committed: true, created, updated, unchanged, kept };
    Ok(HttpResponse::Ok().json(view))
}
