//! The week's workbook: made with its codes locked, filled in offline, brought back and looked at. What it says is handed in by the same commands
//! as on the page; nothing here changes anything.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use domain::ids::RoundId;
use domain::labels;
use domain::workbook::week::{self, FilledRow, LineNow, StatementField, WeekNow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{WeekFound, WeekQuery, criteria};
use crate::app::App;
use crate::download;
use crate::extract::{Caller, Params};
use crate::office::{self, GivenLine, WeekBook};
use crate::problem::Problem;

/// Largest filled workbook, bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// What the workbook says otherwise of one field.
#[derive(Serialize, ToSchema)]
pub struct FieldChangeView {
    pub field: StatementField,
    pub label: String,
    /// What is handed in now.
    pub before: Option<String>,
    /// What the workbook says; none empties the field.
    pub after: Option<String>,
}

/// A task of which the workbook says something else.
#[derive(Serialize, ToSchema)]
pub struct FilledRowView {
    pub task_id: Uuid,
    pub number: String,
    /// Something was handed in after the workbook was made.
    pub is_stale: bool,
    pub changes: Vec<FieldChangeView>,
}

/// A cell that cannot be taken as it is; its row is left out.
#[derive(Serialize, ToSchema)]
pub struct CellFaultView {
    #[schema(example = "F7")]
    pub cell: String,
    pub code: String,
    pub text: String,
}

/// What a filled workbook comes to, before anything is done with it.
#[derive(Serialize, ToSchema)]
pub struct WeekWorkbookPreview {
    #[schema(example = "2026-W38")]
    pub week: String,
    pub unit_id: Uuid,
    pub rows: Vec<FilledRowView>,
    pub faults: Vec<CellFaultView>,
}

/// The week as a filled workbook is compared with it.
fn now_of(found: &WeekFound) -> WeekNow {
    let lines = found.rows.iter().map(|row| LineNow {
        task: row.loaded.task.id,
        number: row.loaded.task.draft.number.clone(),
        revision: row.this.as_ref().map_or(0, |w| w.mark.revision),
        text: row.this.as_ref().map(|w| w.text.clone()).unwrap_or_default(),
    });
    WeekNow { round: found.round, unit: found.unit, week: found.week, lines: lines.collect() }
}

/// 2026年9月18日
fn day(on: chrono::NaiveDate) -> String {
    use chrono::Datelike;
    format!("{}年{}月{}日", on.year(), on.month(), on.day())
}

fn given(found: &WeekFound) -> Vec<GivenLine> {
    let lines = found.rows.iter().map(|row| {
        let last = row.last.as_ref().map(|w| match (&w.text.progress, &w.text.no_progress_reason) {
            (Some(progress), _) => progress.clone(),
            (None, Some(reason)) => format!("本周无进展：{reason}"),
            (None, None) => String::new(),
        });
        GivenLine {
            title: row.loaded.text.title.clone(),
            criteria: criteria(row).join("\n"),
            due: row.loaded.task.draft.due_on.map_or_else(|| "长期坚持".to_owned(), day),
            last: last.unwrap_or_default(),
            is_owed: row.is_owed,
        }
    });
    lines.collect()
}

/// Get the week's workbook to fill in offline: the codes are locked, what is handed in already stands in it.
#[utoipa::path(tag = "statements", params(("id" = Uuid, Path), WeekQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/rounds/{id}/statements/workbook")]
pub async fn get_week_workbook(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<WeekQuery>,
) -> Result<HttpResponse, Problem> {
    let found = WeekFound::of(&caller, &app, RoundId(*id), &query.0).await?;
    if found.rows.is_empty() {
        return Err(Problem::field("/week", "week-empty"));
    }
    let number = found.week.number();
    let span = format!("{}至{}", day(found.week.monday()), day(found.week.sunday()));
    let book = WeekBook {
        title: format!("{} 第{number}周每周写实（{span}）", found.unit_name),
        given: given(&found),
        now: now_of(&found),
        made_at: found.now,
    };
    let _turn = app.workbooks.turn().await?;
    let bytes = tokio::task::spawn_blocking(move || office::week_book(&book)).await.map_err(Problem::internal)?;
    let bytes = bytes.map_err(Problem::internal)?;
    let name = format!("每周写实-第{number}周-{}.xlsx", found.unit_name);
    let attached = download::attachment(name);
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(attached)
        .body(bytes))
}

/// Look at a filled workbook: the body is the xlsx file. It is compared with what is handed in now; nothing is kept and nothing changes.
///
/// Answers 422 with the reason when it is no workbook of this week and unit, or its columns were moved.
#[utoipa::path(tag = "statements", params(("id" = Uuid, Path), WeekQuery),
    request_body(content = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    responses((status = 200, body = WeekWorkbookPreview)))]
#[post("/rounds/{id}/statements/workbook/previews")]
pub async fn preview_week_workbook(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<WeekQuery>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let found = WeekFound::of(&caller, &app, RoundId(*id), &query.0).await?;
    let (bytes, _room) = app.workbooks.body(&request, payload, LARGEST).await?;
    let _turn = app.workbooks.turn().await?;
    let now = now_of(&found);
    let read = tokio::task::spawn_blocking(move || {
        let book = office::book(&bytes)?;
        week::read(&book, &office::formulas(&bytes, week::SHEET)?, &now)
    });
    let filled = read.await.map_err(Problem::internal)??;
    Ok(HttpResponse::Ok().json(WeekWorkbookPreview {
        week: found.week.to_string(),
        unit_id: found.unit.0,
        rows: filled.rows.into_iter().map(row_view).collect(),
        faults: filled
            .faults
            .into_iter()
            .map(|f| CellFaultView { text: labels::say(&f.code, &f.params), cell: f.cell, code: f.code })
            .collect(),
    }))
}

fn row_view(row: FilledRow) -> FilledRowView {
    FilledRowView {
        task_id: row.task.0,
        number: row.number,
        is_stale: row.is_stale,
        changes: row
            .changes
            .into_iter()
            .map(|c| FieldChangeView {
                field: c.field,
                label: c.field.label().to_owned(),
                before: c.before,
                after: c.after,
            })
            .collect(),
    }
}
