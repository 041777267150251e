//! Import of plans and ledgers, by the page and by the command line: preview, correct, then whole or nothing.

mod command_line;
mod previews;

use std::sync::Arc;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use chrono::Datelike;
use domain::ids::RoundId;
use domain::refusal::Refusal;
use domain::workbook::completion::Completions;
use domain::workbook::ledger::{self, Context, Corrections, Reading};
use domain::workbook::{Directory, ImportReport, PlanDraft};
use persistence::imports::{self, ImportOutcome, ImportSource};
use persistence::rounds;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::office;
use crate::problem::Problem;
use crate::tokens;

pub use command_line::{ImportRequest, run};
pub use previews::*;

/// Largest workbook, bytes.
pub const LARGEST: usize = 20 * 1024 * 1024;

/// How to take a workbook in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlanImportQuery {
    pub filename: String,
    /// Only look; nothing is kept.
    #[serde(default)]
    pub dry_run: bool,
    /// Take rows in doubt in as drafts, with their doubts.
    #[serde(default)]
    pub with_doubts: bool,
    /// Take in only the tasks without a doubt.
    #[serde(default)]
    pub only_clear: bool,
    /// The year of dates that have none; the sheet's own or the round's unless given.
    pub year: Option<i32>,
}

/// One task as it was read.
#[derive(Serialize, ToSchema)]
pub struct PreviewTask {
    pub number: String,
    pub item_number: String,
    pub title: String,
    pub finding_number: String,
    pub disposition: Option<String>,
    pub due_on: Option<chrono::NaiveDate>,
    pub review_on: Option<chrono::NaiveDate>,
    pub leaders: Vec<String>,
    pub units: Vec<String>,
    pub persons: Vec<String>,
    pub measures: Vec<String>,
    pub n_milestones: usize,
    pub doubts: u16,
}

/// What an import read and did.
#[derive(Serialize, ToSchema)]
pub struct PlanImportView {
    pub report: ImportReport,
    pub tasks: Vec<PreviewTask>,
    pub is_committed: bool,
    pub created: i32,
    pub updated: i32,
    pub unchanged: i32,
    /// Changed in the file but already issued, so kept.
    pub kept: i32,
}

/// What the files of a round are read with.
struct Ground {
    directory: Directory,
    /// The year of dates that have none.
    year: i32,
    /// What the words of the state column mean there.
    completion: Completions,
}

impl Ground {
    /// That of a round, for whoever may import into it.
    async fn of(caller: &Caller, app: &App, round: RoundId) -> Result<Arc<Self>, Problem> {
        let origin = caller.origin.clone();
        let found = app
            .db
            .read(&caller.origin.actor, move |conn| {
                let row = rounds::find(conn, &origin.actor, round)?;
                domain::rights::permit_office(&origin.actor, round)?;
                let feedback_on = row.feedback_on;
                let (policy, _) = rounds::policy(conn, round, row.policy_version)?;
                Ok(Self {
                    directory: imports::directory(conn, &origin.actor, origin.now)?,
                    year: feedback_on.unwrap_or_else(|| domain::calendar::today(origin.now)).year(),
                    completion: policy.completion_words.index(),
                })
            })
            .await?;
        Ok(Arc::new(found))
    }
}

/// Reads a file with what a person said of it.
fn look(bytes: &[u8], ground: &Ground, corrections: &Corrections) -> Result<Reading, Refusal> {
    let book = office::book(bytes)?;
    let Ground { directory, year, completion } = ground;
    Ok(ledger::read(&book, &Context { directory, default_year: *year, completion, corrections }))
}

fn preview(plan: &PlanDraft, directory: &Directory) -> Vec<PreviewTask> {
    let unit = |id: &domain::ids::UnitId| {
        directory.units.iter().find(|u| u.id == *id).map(|u| u.name.clone()).unwrap_or_default()
    };
    let person = |id: &domain::ids::PersonId| {
        directory.people.iter().find(|p| p.id == *id).map(|p| p.name.clone()).unwrap_or_default()
    };
    plan.tasks
        .iter()
        .map(|t| PreviewTask {
            number: t.number.clone(),
            item_number: t.item_number.clone(),
            title: t.title.clone(),
            finding_number: t.finding.clone(),
            disposition: t.disposition.map(|d| d.label().to_owned()),
            due_on: t.due_on,
            review_on: t.review_on,
            leaders: t.leaders.iter().map(person).collect(),
            units: t.units.iter().map(unit).collect(),
            persons: t.persons.iter().map(person).collect(),
            measures: t.measures.iter().map(|m| m.text.clone()).collect(),
            n_milestones: t.milestones.len(),
            doubts: t.doubts,
        })
        .collect()
}

/// Import the plan workbook of three linked lists: the body is the xlsx file.
///
/// A dry run answers what would be taken in; a commit is whole or nothing; the same file again changes nothing.
#[utoipa::path(tag = "imports", params(("id" = Uuid, Path), PlanImportQuery),
    request_body(content = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    responses((status = 200, body = PlanImportView)))]
#[post("/rounds/{id}/imports")]
pub async fn import_plan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<PlanImportQuery>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let round = RoundId(*id);
    let ground = Ground::of(&caller, &app, round).await?;
    let (bytes, _room) = app.workbooks.body(&request, payload, LARGEST).await?;
    let turn = app.workbooks.turn().await?;
    let sha256 = tokens::digest(&bytes);
    let corrections = Corrections { year: query.0.year, ..Corrections::default() };
    let known = ground.clone();
    let reading =
        tokio::task::spawn_blocking(move || look(&bytes, &known, &corrections)).await.map_err(Problem::internal)??;
    drop(turn);
    let plan = reading.plan;
    let mut view = PlanImportView {
        report: plan.report(),
        tasks: preview(&plan, &ground.directory),
        is_committed: false,
        created: 0,
        updated: 0,
        unchanged: 0,
        kept: 0,
    };
    if query.0.dry_run {
        return Ok(HttpResponse::Ok().json(view));
    }
    let is_chosen = query.0.with_doubts || query.0.only_clear;
    if !plan.doubts.is_empty() && !plan.is_classified && !is_chosen {
        return Err(Problem::new(actix_web::http::StatusCode::CONFLICT, "import-doubts"));
    }
    let plan = if query.0.only_clear { plan.clear() } else { plan };
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let filename = query.0.filename.clone();
    let outcome = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let source = ImportSource { filename: &filename, sha256: &sha256 };
            imports::commit(conn, &origin, round, &plan, &source, &calendar)
        })
        .await?;
    view.is_committed = true;
    let ImportOutcome { created, updated, unchanged, kept } = outcome;
    (view.created, view.updated, view.unchanged, view.kept) = (created, updated, unchanged, kept);
    Ok(HttpResponse::Ok().json(view))
}
