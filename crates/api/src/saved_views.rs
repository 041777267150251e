//! Views of the ledger that people keep: a name for a filter, an order, a grouping and columns.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use domain::ids::RoundId;
use persistence::saved_views::{self, SavedView, SavedViewInput};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller};
use crate::ledger::LedgerQuery;
use crate::problem::Problem;

/// A column with its width in pixels; those that are not named are not shown.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewColumn {
    #[schema(example = "title")]
    pub key: String,
    #[serde(default)]
    #[schema(example = 320, maximum = 4000)]
    pub width: Option<u32>,
}

/// What a person keeps of a view.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedViewForm {
    #[schema(example = "党建与纪律两方面")]
    pub name: String,
    /// Seen by everybody who sees the round; the office alone makes such a view.
    #[serde(default)]
    pub is_shared: bool,
    /// Parameters of the ledger by their names, without where a page begins.
    #[serde(default)]
    #[schema(example = json!({ "light": "red,yellow" }))]
    pub filter: BTreeMap<String, String>,
    /// As the ledger takes it; empty for its own order.
    #[serde(default)]
    #[schema(example = "due")]
    pub sort: String,
    /// finding, lead or none; empty for the usual.
    #[serde(default)]
    #[schema(example = "lead")]
    pub group: String,
    /// In their order; empty for the person's own.
    #[serde(default)]
    pub columns: Vec<ViewColumn>,
}

/// A view that is kept.
#[derive(Serialize, ToSchema)]
pub struct SavedViewView {
    pub id: Uuid,
    pub name: String,
    pub is_shared: bool,
    pub filter: BTreeMap<String, String>,
    pub sort: String,
    pub group: String,
    pub columns: Vec<ViewColumn>,
    pub made_by: String,
    pub is_own: bool,
    /// Whether the caller may change or remove it.
    pub may_change: bool,
}

/// Most columns of a view, and the longest name of one.
const MOST: usize = 40;

/// Widest a column is kept, pixels.
const WIDEST: u32 = 4000;

/// Longest all filters of a view together, bytes: a hundred ids.
const LONGEST: usize = 4_000;

/// Whether the ledger understands what the view would ask of it.
fn checked(form: &SavedViewForm) -> Result<SavedViewInput, Problem> {
    if ["after", "limit", "sort", "group"].iter().any(|key| form.filter.contains_key(*key)) {
        return Err(Problem::field("/filter", "unknown-field"));
    }
    LedgerQuery::from_words(&form.filter).ok_or_else(|| Problem::field("/filter", "wrong-type"))?.filter()?;
    let ordered = LedgerQuery { sort: Some(form.sort.clone()).filter(|s| !s.is_empty()), ..LedgerQuery::default() };
    ordered.order()?;
    if !["", "finding", "lead", "none"].contains(&form.group.as_str()) {
        return Err(Problem::field("/group", "wrong-type"));
    }
    let longest = form.columns.iter().map(|c| c.key.len()).max().unwrap_or(0);
    let words: usize = form.filter.values().map(String::len).sum();
    if form.columns.len() > MOST || longest > MOST || words > LONGEST {
        return Err(Problem::field("/columns", "too-large"));
    }
    if form.columns.iter().any(|c| c.width.is_some_and(|width| width > WIDEST)) {
        return Err(Problem::field("/columns", "out-of-range"));
    }
    let body = json!({ "filter": form.filter, "sort": form.sort, "group": form.group, "columns": form.columns });
    Ok(SavedViewInput { name: form.name.clone(), is_shared: form.is_shared, body })
}

/// A kept body as a form; what an older page kept and nobody knows any more is left out.
fn view(kept: SavedView) -> SavedViewView {
    let part = |name: &str| kept.body.get(name).cloned().unwrap_or_default();
    SavedViewView {
        id: kept.id,
        filter: serde_json::from_value(part("filter")).unwrap_or_default(),
        sort: serde_json::from_value(part("sort")).unwrap_or_default(),
        group: serde_json::from_value(part("group")).unwrap_or_default(),
        columns: serde_json::from_value(part("columns")).unwrap_or_default(),
        name: kept.name,
        is_shared: kept.is_shared,
        made_by: kept.made_by,
        is_own: kept.is_own,
        may_change: kept.may_change,
    }
}

/// List the views of a round: the shared ones and the caller's own.
#[utoipa::path(tag = "ledger", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<SavedViewView>)))]
#[get("/rounds/{id}/views")]
pub async fn list_views(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let kept = app.db.read(&caller.origin.actor, move |conn| saved_views::list(conn, &origin, RoundId(*id))).await?;
    Ok(HttpResponse::Ok().json(kept.into_iter().map(view).collect::<Vec<_>>()))
}

/// Keep a view of the ledger.
#[utoipa::path(tag = "ledger", request_body = SavedViewForm, params(("id" = Uuid, Path)), responses((status = 201, body = SavedViewView)))]
#[post("/rounds/{id}/views")]
pub async fn save_view(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<SavedViewForm>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let input = checked(&body.0)?;
    let kept = app
        .db
        .write(&caller.origin.actor, move |conn| saved_views::create(conn, &origin, RoundId(*id), &input))
        .await?;
    Ok(HttpResponse::Created().json(view(kept)))
}

/// Change a view: its name, what it shows, who sees it.
#[utoipa::path(tag = "ledger", request_body = SavedViewForm, params(("id" = Uuid, Path), ("view" = Uuid, Path)), responses((status = 200, body = SavedViewView)))]
#[put("/rounds/{id}/views/{view}")]
pub async fn change_view(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, Uuid)>,
    body: Body<SavedViewForm>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (round, id) = path.into_inner();
    let input = checked(&body.0)?;
    let kept = app
        .db
        .write(&caller.origin.actor, move |conn| saved_views::update(conn, &origin, RoundId(round), id, &input))
        .await?;
    Ok(HttpResponse::Ok().json(view(kept)))
}

/// Remove a view.
#[utoipa::path(tag = "ledger", params(("id" = Uuid, Path), ("view" = Uuid, Path)), responses((status = 204)))]
#[delete("/rounds/{id}/views/{view}")]
pub async fn remove_view(caller: Caller, app: Data<App>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (round, id) = path.into_inner();
    app.db.write(&caller.origin.actor, move |conn| saved_views::remove(conn, &origin, RoundId(round), id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
