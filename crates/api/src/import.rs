//! Import of the plan workbook, by the page and by the command line: preview, then all or nothing.

use std::path::Path as FilePath;
use std::sync::Arc;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Datelike, Utc};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::RoundId;
use domain::workbook::{Directory, ImportReport, PlanDraft, read_plan};
use persistence::imports::{self, ImportOutcome, ImportSource};
use persistence::{Error, Origin};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params, read};
use crate::office;
use crate::problem::Problem;
use crate::tokens;

/// Largest workbook, bytes.
const LARGEST: usize = 20 * 1024 * 1024;

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
    /// The year of dates that have none; this year unless given.
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
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let round = RoundId(*id);
    let origin = caller.origin.clone();
    let directory = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::rounds::find(conn, &origin.actor, round)?;
            domain::rights::permit_office(&origin.actor, round)?;
            imports::directory(conn, &origin.actor, origin.now)
        })
        .await?;
    let bytes = read(payload, LARGEST).await.map_err(|_| Problem::field("/file", "file-too-large"))?;
    let sha256 = tokens::digest(&bytes);
    let year = query.0.year.unwrap_or_else(|| domain::calendar::today(caller.origin.now).year());
    let directory = Arc::new(directory);
    let names = directory.clone();
    let plan = tokio::task::spawn_blocking(move || office::book(&bytes).map(|book| read_plan(&book, &names, year)))
        .await
        .map_err(Problem::internal)??;
    let mut view = PlanImportView {
        report: plan.report(),
        tasks: preview(&plan, &directory),
        is_committed: false,
        created: 0,
        updated: 0,
        unchanged: 0,
        kept: 0,
    };
    if query.0.dry_run {
        return Ok(HttpResponse::Ok().json(view));
    }
    if !plan.doubts.is_empty() && !plan.is_classified && !query.0.with_doubts {
        return Err(Problem::new(actix_web::http::StatusCode::CONFLICT, "import-doubts"));
    }
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

/// What the command line asks for.
pub struct ImportRequest<'a> {
    pub file: &'a FilePath,
    /// Code of the round; not needed to look.
    pub round: Option<&'a str>,
    pub dry_run: bool,
    pub is_json: bool,
    /// Login on whose behalf it is committed.
    pub login: Option<&'a str>,
}

/// Imports from the command line; the text to print.
pub fn run(app: &App, request: &ImportRequest<'_>) -> Result<String, String> {
    let now = app.clock.now();
    let bytes = std::fs::read(request.file).map_err(|e| format!("{}: {e}", request.file.display()))?;
    let say = |refusal: domain::refusal::Refusal| {
        let texts: Vec<String> = refusal.errors.iter().map(|e| domain::labels::say(&e.code, &e.params)).collect();
        if texts.is_empty() { domain::labels::say(refusal.code, &serde_json::Value::Null) } else { texts.join("；") }
    };
    let fail = |error: Error| match error {
        Error::Refused(refusal) => say(refusal),
        Error::NotFound => "没有找到这一轮次或账号".to_owned(),
        other => other.to_string(),
    };
    let book = office::book(&bytes).map_err(say)?;
    let directory = app.db.read_now(|conn| imports::directory(conn, &Actor::System, now)).map_err(fail)?;
    let plan = read_plan(&book, &directory, domain::calendar::today(now).year());
    let report = plan.report();
    let mut outcome = None;
    if !request.dry_run {
        let (Some(code), Some(login)) = (request.round, request.login) else {
            return Err("导入须用 --round 指明轮次、用 --as 指明账号；只看结果请加 --dry-run".to_owned());
        };
        if !plan.doubts.is_empty() {
            return Err(format!("文件有 {} 处疑点，未导入；请先用 --dry-run 查看", plan.doubts.len()));
        }
        let filename = request.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let sha256 = tokens::digest(&bytes);
        outcome = Some(commit_as(app, code, login, &plan, &filename, &sha256, now).map_err(fail)?);
    }
    if request.is_json {
        return serde_json::to_string_pretty(&report).map_err(|e| e.to_string());
    }
    Ok(summary(&report, outcome))
}

fn commit_as(
    app: &App,
    code: &str,
    login: &str,
    plan: &PlanDraft,
    filename: &str,
    sha256: &str,
    now: DateTime<Utc>,
) -> Result<ImportOutcome, Error> {
    app.db.write_now(|conn| {
        let calendar: Calendar = persistence::calendar::load(conn)?;
        let round = persistence::rounds::find_by_code(conn, code)?;
        let account = persistence::accounts::credential(conn, login)?.ok_or(Error::NotFound)?;
        let today = domain::calendar::today(now);
        let loaded = persistence::actors::of_account(conn, account.id, today)?;
        let origin = Origin {
            actor: Actor::Person(Box::new(loaded.actor)),
            address: String::new(),
            request_id: "command-line".to_owned(),
            now,
        };
        imports::commit(conn, &origin, RoundId(round.id), plan, &ImportSource { filename, sha256 }, &calendar)
    })
}

fn summary(report: &ImportReport, outcome: Option<ImportOutcome>) -> String {
    let mut text = format!(
        "方面 {} › 问题 {} › 任务 {} › 措施 {}；单位 {}；略过 {} 行；疑点 {} 处\n",
        report.aspects,
        report.findings,
        report.tasks,
        report.measures,
        report.units,
        report.skipped.len(),
        report.doubts.len()
    );
    for doubt in &report.doubts {
        text += &format!("  {} {}：{}（{}）\n", doubt.sheet, doubt.cell, doubt.message, doubt.text);
    }
    if let Some(o) = outcome {
        text += &format!(
            "已入账：新增 {}，更新 {}，未变 {}，已下发保持原样 {}\n",
            o.created, o.updated, o.unchanged, o.kept
        );
    }
    text
}
