//! The findings, measures and responsibility lists: the same tasks, cell by cell, and many cells written at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{Datelike, NaiveDate};
use domain::calendar::Calendar;
use domain::ids::{MeasureId, RoundId, TaskId};
use domain::refusal::{FieldError, Refusal};
use domain::task::command::{Action, DraftInput, PartiesInput, TaskCommand};
use domain::task::{context, starts_from};
use domain::workbook::Directory;
use domain::workbook::cells::{self, CellInput, ListColumn};
use domain::{rights, task};
use persistence::ledger::{self, Origins};
use persistence::tasks::{self, Expected, LoadedTask};
use persistence::{Error, Origin, PgConnection, imports};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller, Params};
use crate::ledger::LedgerQuery;
use crate::problem::Problem;

/// A measure's cells.
#[derive(Serialize, ToSchema)]
pub struct ListMeasure {
    pub id: Uuid,
    pub number: String,
    pub text: String,
    pub due_on: String,
    /// Its milestones in words.
    pub milestones: String,
    /// What will prove them.
    pub outcome: String,
}

/// A task's cells; dates as days, names joined in their order.
#[derive(Serialize, ToSchema)]
pub struct ListRow {
    pub id: Uuid,
    pub number: String,
    pub version: i64,
    pub state_label: String,
    pub aspect: String,
    pub finding_id: Uuid,
    pub finding_number: String,
    pub finding: String,
    pub source: String,
    pub feedback_document: String,
    pub amount: String,
    pub basis: String,
    pub period: String,
    /// Whether the problem is common to many, in words.
    pub scope: String,
    pub title: String,
    pub objective: String,
    pub disposition: String,
    pub due_on: String,
    pub review_on: String,
    pub criteria: String,
    pub leaders: String,
    pub units: String,
    pub persons: String,
    pub supporting: String,
    pub contact: String,
    pub claimed_on: Option<NaiveDate>,
    pub measures: Vec<ListMeasure>,
    /// Columns this caller may write in now.
    pub open_columns: Vec<ListColumn>,
    /// Whether writing needs a reason.
    pub needs_reason: bool,
}

/// A page of the lists.
#[derive(Serialize, ToSchema)]
pub struct ListPage {
    pub items: Vec<ListRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// The acts that write cells: a draft is revised, the people of an issued task are adjusted.
fn open_columns(loaded: &LoadedTask, origin: &Origin, calendar: &Calendar) -> (Vec<ListColumn>, bool) {
    let open = loaded.with_context(&origin.actor, calendar, origin.now, |ctx| task::open_actions(&loaded.task, ctx));
    let may = |action| open.iter().any(|o| o.action == action && o.missing.is_empty());
    if may(Action::Revise) {
        return (ListColumn::ALL.to_vec(), false);
    }
    let parties = ListColumn::ALL.iter().copied().filter(|c| c.is_of_parties());
    if may(Action::AdjustParties) { (parties.collect(), true) } else { (Vec::new(), false) }
}

/// Everybody and every unit a draft names.
pub(crate) fn named(draft: &DraftInput) -> BTreeSet<Uuid> {
    let people = draft.leaders.iter().chain(&draft.persons).map(|p| p.0);
    let units = draft.units.iter().copied().chain(draft.supporting.iter().map(|s| s.unit)).map(|u| u.0);
    people.chain(units).collect()
}

fn measures(loaded: &LoadedTask, draft: &DraftInput) -> Vec<ListMeasure> {
    let milestones = loaded.task.milestones();
    let of = |id: MeasureId| milestones.iter().filter(move |m| m.measure == Some(id) && m.id.0 != id.0);
    draft
        .measures
        .iter()
        .filter_map(|m| {
            let id = m.id?;
            let words = of(id).map(|m| {
                let (title, _) = loaded.milestone_words(m.id);
                m.due_on.map_or(title.clone(), |due| format!("{title}（{due}）"))
            });
            Some(ListMeasure {
                id: id.0,
                number: m.number.clone().unwrap_or_default(),
                text: m.text.clone(),
                due_on: m.due_on.map(|d| d.to_string()).unwrap_or_default(),
                milestones: words.collect::<Vec<_>>().join("；"),
                outcome: of(id).filter_map(|m| loaded.milestone_words(m.id).1).collect::<Vec<_>>().join("；"),
            })
        })
        .collect()
}

/// Criteria as they hold: the plan's words, else the draft's, the round's default among them.
fn criteria(loaded: &LoadedTask) -> String {
    let words = |id| {
        let planned = loaded.plan.iter().flat_map(|p| &p.criteria);
        planned.chain(&loaded.text.criteria).find(|c| c.id == id).map(|c| c.text.clone())
    };
    loaded.task.draft.criteria.iter().filter_map(|c| words(c.id)).collect::<Vec<_>>().join("\n")
}

/// The cells of a task as its reader may see them, with the columns that are open to him and whether writing them needs a reason.
pub(crate) fn row(
    loaded: &LoadedTask,
    place: &ledger::LedgerRow,
    origins: Option<&Origins>,
    names: &BTreeMap<Uuid, String>,
    origin: &Origin,
    open: (Vec<ListColumn>, bool),
) -> ListRow {
    let task = &loaded.task;
    let reads = rights::reads_content(&origin.actor, &context::subject(task, &loaded.facts));
    let label = task.draft.sensitivity.label();
    let draft = cells::written(task, &loaded.text);
    let cell = |column| if reads { cells::read(&draft, column, None, names) } else { String::new() };
    let said = |text: Option<&String>| text.filter(|_| reads).cloned().unwrap_or_default();
    let (open_columns, needs_reason) = open;
    let planned = loaded.plan.as_ref().and_then(|p| p.objective.clone()).filter(|_| reads);
    ListRow {
        id: task.id.0,
        number: task.draft.number.clone(),
        version: task.version,
        state_label: task.state.label().to_owned(),
        aspect: place.aspect.clone(),
        finding_id: place.finding_id,
        finding_number: place.finding_number.clone(),
        finding: if reads { place.finding.clone() } else { label.to_owned() },
        source: said(origins.map(|o| &o.source)),
        feedback_document: said(origins.map(|o| &o.feedback_document)),
        amount: said(origins.and_then(|o| o.amount.as_ref())),
        basis: said(origins.map(|o| &o.basis)),
        period: said(origins.map(|o| &o.period)),
        scope: match origins.and_then(|o| o.scope.as_deref()).filter(|_| reads) {
            Some("systemic") => "共性".to_owned(),
            Some(_) => "个性".to_owned(),
            None => String::new(),
        },
        title: if reads { draft.title.clone() } else { label.to_owned() },
        objective: planned.unwrap_or_else(|| cell(ListColumn::Objective)),
        disposition: cell(ListColumn::Disposition),
        due_on: cell(ListColumn::DueOn),
        review_on: cell(ListColumn::ReviewOn),
        criteria: if reads { criteria(loaded) } else { String::new() },
        leaders: cell(ListColumn::Leaders),
        units: cell(ListColumn::Units),
        persons: cell(ListColumn::Persons),
        supporting: cell(ListColumn::Supporting),
        contact: origins.and_then(|o| o.extra["联系人"].as_str()).filter(|_| reads).unwrap_or_default().to_owned(),
        claimed_on: task.claimed_at.map(domain::calendar::today),
        measures: if reads { measures(loaded, &draft) } else { Vec::new() },
        open_columns,
        needs_reason,
    }
}

/// List tasks of a round with the cells of the three lists, and which of them the caller may write in.
#[utoipa::path(tag = "lists", params(("id" = Uuid, Path), LedgerQuery), responses((status = 200, body = ListPage)))]
#[get("/rounds/{id}/lists")]
pub async fn get_lists(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<LedgerQuery>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let limit = query.0.limit.unwrap_or(50).clamp(1, 100);
    let (filter, sort) = (query.0.filter()?, query.0.order()?);
    let wrong = || Problem::field("/after", "wrong-type");
    let after = query.0.after.as_deref().map(|text| sort.read_after(text).ok_or_else(wrong)).transpose()?;
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let page = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let mut places = ledger::list(conn, &origin.actor, round, &filter, sort, after, limit + 1)?;
            if places.is_empty() {
                persistence::rounds::permit_sight(conn, &origin.actor, round)?;
            }
            let keep = usize::try_from(limit).unwrap_or(usize::MAX);
            let is_more = places.len() > keep;
            places.truncate(keep);
            let next = places.last().filter(|_| is_more).map(|row| sort.after(row));
            let ids: Vec<Uuid> = places.iter().map(|p| p.id).collect();
            let found = tasks::find_many(conn, &origin.actor, round, &ids, origin.now)?;
            let all: BTreeSet<Uuid> = found.iter().flat_map(|l| named(&cells::written(&l.task, &l.text))).collect();
            let names = tasks::names(conn, all.into_iter().collect())?;
            let origins: BTreeMap<Uuid, Origins> = ledger::origins(conn, ids)?.into_iter().map(|o| (o.id, o)).collect();
            let items = found.iter().filter_map(|loaded| {
                let place = places.iter().find(|p| p.id == loaded.task.id.0)?;
                let open =
                    if place.reads_content { open_columns(loaded, &origin, &calendar) } else { (Vec::new(), false) };
                Some(row(loaded, place, origins.get(&place.id), &names, &origin, open))
            });
            Ok(ListPage { items: items.collect(), next })
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// What a cell is to say.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListCell {
    pub column: ListColumn,
    /// The measure, in a column of measures.
    #[serde(default)]
    pub measure: Option<Uuid>,
    /// As people write it: names in their order, a date, lines.
    #[schema(example = "甲子安、丙寅正")]
    pub text: String,
}

/// The cells of one task, with the version they were written on.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEdit {
    pub id: Uuid,
    pub version: i64,
    pub cells: Vec<ListCell>,
}

/// Cells of many tasks; each task is a transaction of its own.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditLists {
    /// Only say what would change, and what stands in the way.
    #[serde(default)]
    pub is_check: bool,
    pub items: Vec<ListEdit>,
    /// Why people of issued tasks change.
    #[serde(default)]
    pub reason: String,
}

/// A cell as it is now and as it is to be.
#[derive(Serialize, ToSchema)]
pub struct ListChange {
    pub column: ListColumn,
    pub label: String,
    pub measure: Option<Uuid>,
    pub old: String,
    pub new: String,
}

/// What became of one task's cells, or would.
#[derive(Serialize, ToSchema)]
pub struct ListResult {
    pub id: Uuid,
    pub number: String,
    /// The version that holds; a stale one is another than was sent.
    pub version: i64,
    /// One for each cell sent, in their order.
    pub changes: Vec<ListChange>,
    /// The problem, if it was refused; the others are not touched by that. A cell's fault is at `/cells/N`.
    pub problem: Option<Problem>,
}

/// What every item of a request is decided with.
struct Desk {
    round: RoundId,
    origin: Origin,
    directory: Directory,
    calendar: Arc<Calendar>,
    reason: String,
    is_check: bool,
}

/// The command that writes these cells: decided by the state, as every act is.
fn command(loaded: &LoadedTask, draft: DraftInput, inputs: &[CellInput], reason: &str) -> Result<TaskCommand, Refusal> {
    if starts_from(Action::Revise).contains(&loaded.task.state) {
        return Ok(TaskCommand::Revise(Box::new(draft)));
    }
    let fixed: Vec<FieldError> = inputs
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.column.is_of_parties())
        .map(|(i, _)| FieldError::at(format!("/cells/{i}"), "cell-fixed"))
        .collect();
    if !fixed.is_empty() {
        return Err(Refusal::invalid("content", fixed));
    }
    let DraftInput { leaders, units, persons, .. } = draft;
    Ok(TaskCommand::AdjustParties(PartiesInput { leaders, units, persons, reason: reason.to_owned() }))
}

fn edit(conn: &mut PgConnection, desk: &Desk, item: &ListEdit) -> Result<ListResult, Error> {
    let loaded = tasks::find(conn, &desk.origin.actor, TaskId(item.id), desk.origin.now)?;
    if loaded.task.round != desk.round {
        return Err(Error::NotFound);
    }
    let mut result = ListResult {
        id: item.id,
        number: loaded.task.draft.number.clone(),
        version: loaded.task.version,
        changes: Vec::new(),
        problem: None,
    };
    let subject = context::subject(&loaded.task, &loaded.facts);
    if !rights::reads_content(&desk.origin.actor, &subject) {
        return Err(Refusal::forbidden("not-allowed").into());
    }
    let inputs: Vec<CellInput> = item
        .cells
        .iter()
        .map(|c| CellInput { column: c.column, measure: c.measure.map(MeasureId), text: c.text.clone() })
        .collect();
    let before = cells::written(&loaded.task, &loaded.text);
    let mut draft = before.clone();
    let year = domain::calendar::today(desk.origin.now).year();
    let faults = cells::write(&mut draft, &inputs, &desk.directory, year);
    let names = tasks::names(conn, named(&before).union(&named(&draft)).copied().collect())?;
    result.changes = inputs
        .iter()
        .map(|cell| ListChange {
            column: cell.column,
            label: cell.column.label().to_owned(),
            measure: cell.measure.map(|m| m.0),
            old: match cell.column {
                ListColumn::Criteria => criteria(&loaded),
                column => cells::read(&before, column, cell.measure, &names),
            },
            new: cells::read(&draft, cell.column, cell.measure, &names),
        })
        .collect();
    let decided = if faults.is_empty() {
        command(&loaded, draft, &inputs, &desk.reason).map_err(Error::from)
    } else {
        Err(Refusal::invalid("content", faults).into())
    };
    let expected = Expected::Version(item.version);
    let id = TaskId(item.id);
    let done = decided.and_then(|command| {
        if desk.is_check {
            return tasks::rehearse(conn, &desk.origin, id, expected, command, &desk.calendar);
        }
        result.version = tasks::execute(conn, &desk.origin, id, expected, command, &desk.calendar)?.version;
        Ok(())
    });
    match done {
        Ok(()) => Ok(result),
        // What was written of a command that is refused is taken back by whoever made the transaction.
        Err(error) if desk.is_check => Ok(ListResult { problem: Some(error.into()), ..result }),
        Err(error) => Err(error),
    }
}

/// Write cells of the three lists: drafts are revised, people of issued tasks adjusted. With `is_check` the answer says what would change.
#[utoipa::path(tag = "lists", request_body = EditLists, params(("id" = Uuid, Path)), responses((status = 200, body = Vec<ListResult>)))]
#[post("/rounds/{id}/list-edits")]
pub async fn edit_lists(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<EditLists>,
) -> Result<HttpResponse, Problem> {
    let EditLists { is_check, items, reason } = body.0;
    if items.len() > 200 || items.iter().any(|item| item.cells.len() > 200) {
        return Err(Problem::field("/items", "too-large"));
    }
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let directory = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::rounds::permit_sight(conn, &origin.actor, round)?;
            imports::directory(conn, &origin.actor, origin.now)
        })
        .await?;
    let desk = Arc::new(Desk { round, origin: caller.origin.clone(), directory, calendar, reason, is_check });
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let (id, version, at) = (item.id, item.version, desk.clone());
        let asked = item.clone();
        let done = if is_check {
            app.db.read(&caller.origin.actor, move |conn| edit(conn, &at, &asked)).await
        } else {
            app.db.write(&caller.origin.actor, move |conn| edit(conn, &at, &asked)).await
        };
        results.push(match done {
            Ok(result) => result,
            Err(error) => {
                let problem = Problem::from(error);
                let version = problem.version.unwrap_or(version);
                ListResult { id, number: String::new(), version, changes: Vec::new(), problem: Some(problem) }
            }
        });
    }
    Ok(HttpResponse::Ok().json(results))
}
