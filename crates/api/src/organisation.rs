//! Units, people and delegations; imports of both as tables.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, delete, get, post};
use chrono::NaiveDate;
use domain::ids::{DelegationId, PersonId};
use domain::refusal::Refusal;
use domain::workbook::table;
use persistence::idempotency;
use persistence::organisation::{self, DelegationInput, ImportCounts, PersonInput, UnitInput};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller, IdempotencyKey, Params, read};
use crate::problem::Problem;

/// A unit of the tree.
#[derive(Serialize, ToSchema)]
pub struct UnitView {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub kind: String,
    pub parent_id: Option<Uuid>,
    /// 0 for the group.
    pub depth: usize,
}

/// List all units in the order of the tree.
#[utoipa::path(tag = "organisation", responses((status = 200, body = Vec<UnitView>)))]
#[get("/units")]
pub async fn list_units(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let rows = app.db.read(&caller.origin.actor, move |conn| organisation::units(conn, &actor)).await?;
    let views: Vec<UnitView> = rows
        .into_iter()
        .map(|u| UnitView {
            depth: u.path.len().saturating_sub(1),
            id: u.id,
            code: u.code,
            name: u.name,
            aliases: u.aliases,
            kind: u.kind,
            parent_id: u.parent_id,
        })
        .collect();
    Ok(HttpResponse::Ok().json(views))
}

/// A post of a person.
#[derive(Serialize, ToSchema)]
pub struct PostView {
    pub unit_id: Uuid,
    pub unit: String,
    pub post: String,
    pub is_head: bool,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub posts: Vec<PostView>,
    pub has_account: bool,
}

/// List all people with their posts of today.
#[utoipa::path(tag = "organisation", responses((status = 200, body = Vec<PersonView>)))]
#[get("/people")]
pub async fn list_people(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let today = domain::calendar::today(caller.origin.now);
    let rows = app.db.read(&caller.origin.actor, move |conn| organisation::people(conn, &actor, today)).await?;
    let views: Vec<PersonView> = rows
        .into_iter()
        .map(|p| PersonView {
            id: p.id,
            code: p.code,
            name: p.name,
            posts: p
                .posts
                .into_iter()
                .map(|q| PostView { unit_id: q.unit_id, unit: q.unit_name, post: q.post, is_head: q.is_head })
                .collect(),
            has_account: p.has_account,
        })
        .collect();
    Ok(HttpResponse::Ok().json(views))
}

/// Which table, and whether only to look.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// units or people.
    pub kind: String,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What an import of units or people did, or would do.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct OrganisationImport {
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
}

impl From<ImportCounts> for OrganisationImport {
    fn from(c: ImportCounts) -> Self {
        Self { created: c.created, updated: c.updated, unchanged: c.unchanged }
    }
}

/// Units from a table.
pub fn unit_inputs(text: &str) -> Result<Vec<UnitInput>, Refusal> {
    let lines = table::read_units(text).map_err(|errors| Refusal::invalid("content", errors))?;
    Ok(lines
        .into_iter()
        .map(|u| UnitInput {
            code: u.code,
            name: u.name,
            aliases: u.aliases,
            kind: u.kind.to_owned(),
            parent_code: u.parent_code,
        })
        .collect())
}

/// People from a table.
pub fn person_inputs(text: &str) -> Result<Vec<PersonInput>, Refusal> {
    let lines = table::read_people(text).map_err(|errors| Refusal::invalid("content", errors))?;
    Ok(lines
        .into_iter()
        .map(|p| PersonInput { code: p.code, name: p.name, unit_code: p.unit_code, post: p.post, is_head: p.is_head })
        .collect())
}

/// Import units or people from a CSV table in UTF-8.
///
/// Whole or nothing; importing the same table again changes nothing. Faults are named by row (from 0) and column.
#[utoipa::path(tag = "organisation", params(ImportQuery), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = OrganisationImport)))]
#[post("/organisation/imports")]
pub async fn import_organisation(
    caller: Caller,
    app: Data<App>,
    query: Params<ImportQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    domain::account::permit_organisation(caller.actor())?;
    let bytes = read(payload, 5 * 1024 * 1024).await?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| Problem::field("/file", "file-broken"))?;
    if text.contains('\0') {
        return Err(Problem::field("/file", "not-text"));
    }
    let origin = caller.origin.clone();
    let is_dry = query.0.dry_run;
    let kind = query.0.kind.clone();
    let (units, people) = match kind.as_str() {
        "units" => (unit_inputs(&text)?, Vec::new()),
        "people" => (Vec::new(), person_inputs(&text)?),
        _ => return Err(Problem::field("/kind", "wrong-type")),
    };
    let counted = std::sync::Arc::new(std::sync::Mutex::new(None));
    let inside = counted.clone();
    let done = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let counts = if units.is_empty() {
                organisation::import_people(conn, &origin, &people)?
            } else {
                organisation::import_units(conn, &origin, &units)?
            };
            if let Ok(mut slot) = inside.lock() {
                *slot = Some(counts.clone());
            }
            // A dry run does everything and keeps nothing.
            if is_dry { Err(persistence::Error::NotFound) } else { Ok(counts) }
        })
        .await;
    let counts = match done {
        Ok(counts) => counts,
        Err(persistence::Error::NotFound) if is_dry => {
            counted.lock().ok().and_then(|mut c| c.take()).unwrap_or_default()
        }
        Err(error) => return Err(error.into()),
    };
    auth::forget();
    Ok(HttpResponse::Ok().json(OrganisationImport::from(counts)))
}

/// A delegation.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DelegationView {
    pub id: Uuid,
    pub person_id: Uuid,
    pub stand_in_id: Uuid,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub document: String,
    pub granted_by: String,
    pub revoked_on: Option<NaiveDate>,
}

impl From<organisation::DelegationRow> for DelegationView {
    fn from(d: organisation::DelegationRow) -> Self {
        Self {
            id: d.id,
            person_id: d.person_id,
            stand_in_id: d.stand_in_id,
            from_on: d.from_on,
            to_on: d.to_on,
            document: d.document,
            granted_by: d.granted_by,
            revoked_on: d.revoked_on,
        }
    }
}

/// List delegations, newest first.
#[utoipa::path(tag = "organisation", responses((status = 200, body = Vec<DelegationView>)))]
#[get("/delegations")]
pub async fn list_delegations(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let rows = app.db.read(&caller.origin.actor, move |conn| organisation::list_delegations(conn, &actor)).await?;
    Ok(HttpResponse::Ok().json(rows.into_iter().map(DelegationView::from).collect::<Vec<_>>()))
}

/// A new delegation.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantDelegation {
    /// Who is stood in for.
    pub person_id: Uuid,
    /// Who stands in.
    pub stand_in_id: Uuid,
    pub from_on: NaiveDate,
    #[serde(default)]
    pub to_on: Option<NaiveDate>,
    #[schema(example = "〔2026〕12号")]
    pub document: String,
    #[schema(example = "党委会")]
    pub granted_by: String,
}

/// Enter a delegation on its document.
#[utoipa::path(tag = "organisation", request_body = GrantDelegation, responses((status = 201, body = DelegationView)))]
#[post("/delegations")]
pub async fn grant_delegation(
    caller: Caller,
    app: Data<App>,
    key: IdempotencyKey,
    body: Body<GrantDelegation>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let input = DelegationInput {
                    person: PersonId(body.0.person_id),
                    stand_in: PersonId(body.0.stand_in_id),
                    from_on: body.0.from_on,
                    to_on: body.0.to_on,
                    document: body.0.document.clone(),
                    granted_by: body.0.granted_by.clone(),
                };
                organisation::create_delegation(conn, &origin, input).map(DelegationView::from)
            })
        })
        .await?;
    auth::forget();
    Ok(HttpResponse::Created().json(view))
}

/// End a delegation today.
#[utoipa::path(tag = "organisation", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/delegations/{id}")]
pub async fn revoke_delegation(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    app.db
        .write(&caller.origin.actor, move |conn| organisation::revoke_delegation(conn, &origin, DelegationId(*id)))
        .await?;
    auth::forget();
    Ok(HttpResponse::NoContent().finish())
}
