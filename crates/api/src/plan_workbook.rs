//! A unit's plans as a workbook: made with its codes locked, filled in offline, brought back and looked at. What it says is saved by the same command as
//! on the page, task by task; nothing here changes anything (docs/domain.md §29).

use std::collections::BTreeMap;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use domain::ids::{RoundId, TaskId, UnitId};
use domain::labels;
use domain::refusal::Refusal;
use domain::task::command::{Action, PlanInput, TaskCommand};
use domain::task::context::subject;
use domain::task::open_actions;
use domain::task::state::TaskState;
use domain::workbook::plan_sheet::{self, Change, ChangeKind, FilledPlan, Formulas, PlanLine, PlanNow};
use persistence::ledger::{self, Filter};
use persistence::order::{Sort, SortKey};
use persistence::tasks::{self, Expected};
use persistence::{Error, Origin, PgConnection, organisation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::download;
use crate::extract::{Caller, Params};
use crate::office::{self, PlanBook};
use crate::problem::Problem;
use crate::statements::CellFaultView;

/// Largest filled workbook, bytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// Most plans of one workbook; a unit has a few dozen.
const MOST: usize = 500;

/// Whose plans.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PlanBookQuery {
    /// The lead unit; the caller's own where it is left out.
    pub unit: Option<Uuid>,
}

/// A part of a plan that is said otherwise.
#[derive(Serialize, ToSchema)]
pub struct PlanChangeView {
    pub kind: ChangeKind,
    #[schema(example = "新增")]
    pub kind_label: String,
    #[schema(example = "节点 T01-J2")]
    pub what: String,
    /// Its place in the workbook.
    #[schema(example = "节点!D7")]
    pub cell: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A plan of which the workbook says something else.
#[derive(Serialize, ToSchema)]
pub struct PlanDifferenceView {
    pub task_id: Uuid,
    pub number: String,
    pub title: String,
    /// The version to save on.
    pub version: i64,
    /// What the workbook changes of what it was made from.
    pub changes: Vec<PlanChangeView>,
    /// The plan was saved since the workbook was made; nothing of the workbook is taken.
    pub is_conflict: bool,
    /// What was saved since.
    pub theirs: Vec<PlanChangeView>,
    /// The plan to save; none where it may not be taken.
    pub plan: Option<PlanInput>,
}

/// What a filled workbook of plans comes to, before anything is done with it.
#[derive(Serialize, ToSchema)]
pub struct PlanWorkbookPreview {
    pub unit_id: Uuid,
    pub plans: Vec<PlanDifferenceView>,
    /// Plans of which it says nothing new.
    pub unchanged: usize,
    pub faults: Vec<CellFaultView>,
}

/// The plans that the caller may write now for a unit, and its name.
///
/// Errors: `NotFound` of a round that is not seen.
fn now_of(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    unit: UnitId,
    calendar: &domain::calendar::Calendar,
) -> Result<(PlanNow, String), Error> {
    persistence::rounds::permit_sight(conn, &origin.actor, round)?;
    let filter =
        Filter { lead_units: vec![unit.0], states: vec![TaskState::Planning.as_str().to_owned()], ..Filter::default() };
    let sort = Sort { key: SortKey::Number, is_descending: false };
    let most = i64::try_from(MOST).map_err(Error::internal)?;
    let places = ledger::list(conn, &origin.actor, round, &filter, sort, None, most)?;
    let ids: Vec<Uuid> = places.iter().map(|place| place.id).collect();
    let mut lines = Vec::new();
    for loaded in tasks::find_many(conn, &origin.actor, round, &ids, origin.now)? {
        let may = loaded.with_context(&origin.actor, calendar, origin.now, |ctx| {
            open_actions(&loaded.task, ctx).iter().any(|o| o.action == Action::SavePlan && o.missing.is_empty())
        });
        if may && domain::rights::reads_content(&origin.actor, &subject(&loaded.task, &loaded.facts)) {
            lines.push(PlanLine::of(&loaded.task, &loaded.text, loaded.plan.as_ref()));
        }
    }
    let all = organisation::units(conn, &origin.actor)?;
    let name = all.iter().find(|u| u.id == unit.0).map(|u| u.name.clone()).unwrap_or_default();
    let used: Vec<UnitId> = lines.iter().flat_map(|l| l.milestones.iter().filter_map(|m| m.unit)).collect();
    let is_below = |u: &organisation::UnitRow| u.id != unit.0 && u.retired_on.is_none() && u.path.contains(&unit.0);
    let offered = all.iter().filter(|u| is_below(u) || used.contains(&UnitId(u.id)));
    let units: BTreeMap<UnitId, String> = offered.map(|u| (UnitId(u.id), u.name.clone())).collect();
    Ok((PlanNow { round, unit, lines, units }, name))
}

fn unit_of(caller: &Caller, query: &PlanBookQuery) -> Result<UnitId, Problem> {
    let own = caller.origin.actor.person().and_then(|p| p.home_unit()).and_then(|u| u.unit());
    query.unit.map(UnitId).or(own).ok_or_else(|| Problem::field("/unit", "required"))
}

/// Get the workbook of the plans a unit may write now, to fill in offline: the codes are locked, what was saved already stands in it.
#[utoipa::path(tag = "tasks", params(("id" = Uuid, Path), PlanBookQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/rounds/{id}/plans/workbook")]
pub async fn get_plan_workbook(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<PlanBookQuery>,
) -> Result<HttpResponse, Problem> {
    let unit = unit_of(&caller, &query.0)?;
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let find = move |conn: &mut PgConnection| now_of(conn, &origin, RoundId(*id), unit, &calendar);
    let (now, name) = app.db.read(&caller.origin.actor, find).await?;
    if now.lines.is_empty() {
        return Err(Problem::field("/unit", "plans-none"));
    }
    let book =
        PlanBook {
            title: format!("{name} 整改方案（{} 项任务）", now.lines.len()), now, made_at: caller.origin.now
        };
    let _turn = app.workbooks.turn().await?;
    let bytes = tokio::task::spawn_blocking(move || office::plan_book(&book)).await.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header(download::attachment(format!("整改方案-{name}.xlsx")))
        .body(bytes.map_err(Problem::internal)?))
}

/// Look at a filled workbook of plans: the body is the xlsx file. It is compared with the plans as they are now, and each is put to the rules by which it
/// would be saved; nothing is kept and nothing changes.
///
/// Answers 422 with the reason when it is no workbook of this unit's plans, or its columns were moved.
#[utoipa::path(tag = "tasks", params(("id" = Uuid, Path), PlanBookQuery),
    request_body(content = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    responses((status = 200, body = PlanWorkbookPreview)))]
#[post("/rounds/{id}/plans/workbook/previews")]
pub async fn preview_plan_workbook(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<PlanBookQuery>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let unit = unit_of(&caller, &query.0)?;
    let calendar = app.calendar().await?;
    let (origin, days) = (caller.origin.clone(), calendar.clone());
    let find = move |conn: &mut PgConnection| now_of(conn, &origin, RoundId(*id), unit, &days);
    let (now, _) = app.db.read(&caller.origin.actor, find).await?;
    let (bytes, _room) = app.workbooks.body(&request, payload, LARGEST).await?;
    let _turn = app.workbooks.turn().await?;
    let today = domain::calendar::today(caller.origin.now);
    let read = tokio::task::spawn_blocking(move || {
        let book = office::book(&bytes)?;
        let formulas = Formulas {
            plans: office::formulas(&bytes, plan_sheet::PLANS)?,
            milestones: office::formulas(&bytes, plan_sheet::MILESTONES)?,
        };
        plan_sheet::read(&book, &formulas, &now, today)
    });
    let filled = read.await.map_err(Problem::internal)??;
    let faults = filled.faults.into_iter().map(|f| fault(f.cell, f.code, &f.params)).collect();
    let origin = caller.origin.clone();
    let put = move |conn: &mut PgConnection| put_to_rules(conn, &origin, filled.plans, faults, &calendar);
    let (plans, faults) = app.db.write(&caller.origin.actor, put).await?;
    let plans = plans.into_iter().map(plan_view).collect();
    Ok(HttpResponse::Ok().json(PlanWorkbookPreview { unit_id: unit.0, plans, unchanged: filled.unchanged, faults }))
}

/// Leaves out the plans that would be refused, with each reason at its cell.
fn put_to_rules(
    conn: &mut PgConnection,
    origin: &Origin,
    plans: Vec<FilledPlan>,
    mut faults: Vec<CellFaultView>,
    calendar: &domain::calendar::Calendar,
) -> Result<(Vec<FilledPlan>, Vec<CellFaultView>), Error> {
    let mut kept = Vec::with_capacity(plans.len());
    for plan in plans {
        let Some(input) = plan.input.clone() else {
            kept.push(plan);
            continue;
        };
        match rehearsed(conn, origin, plan.task, plan.version, input, calendar)? {
            None => kept.push(plan),
            Some(refusal) if refusal.errors.is_empty() => {
                faults.push(fault(plan.cell_of(""), refusal.code.to_owned(), &serde_json::Value::Null));
            }
            Some(refusal) => {
                faults.extend(refusal.errors.into_iter().map(|e| fault(plan.cell_of(&e.pointer), e.code, &e.params)));
            }
        }
    }
    Ok((kept, faults))
}

fn rehearsed(
    conn: &mut PgConnection,
    origin: &Origin,
    id: TaskId,
    version: i64,
    input: PlanInput,
    calendar: &domain::calendar::Calendar,
) -> Result<Option<Refusal>, Error> {
    match tasks::rehearse(conn, origin, id, Expected::Version(version), TaskCommand::SavePlan(input), calendar) {
        Ok(()) => Ok(None),
        Err(Error::Refused(refusal)) => Ok(Some(refusal)),
        // Handed in, or given to another unit, since it was read a moment ago.
        Err(Error::NotFound) => Ok(Some(Refusal::conflict("wrong-state"))),
        Err(Error::Stale(_)) => Ok(Some(Refusal::conflict("stale"))),
        Err(error) => Err(error),
    }
}

fn fault(cell: String, code: String, params: &serde_json::Value) -> CellFaultView {
    CellFaultView { text: labels::say(&code, params), cell, code }
}

fn change_view(change: Change) -> PlanChangeView {
    PlanChangeView {
        kind: change.kind,
        kind_label: change.kind.label().to_owned(),
        what: change.what,
        cell: change.cell,
        before: change.before,
        after: change.after,
    }
}

fn plan_view(plan: FilledPlan) -> PlanDifferenceView {
    PlanDifferenceView {
        task_id: plan.task.0,
        number: plan.number,
        title: plan.title,
        version: plan.version,
        changes: plan.changes.into_iter().map(change_view).collect(),
        is_conflict: plan.is_conflict,
        theirs: plan.theirs.into_iter().map(change_view).collect(),
        plan: plan.input,
    }
}
