//! Accounts for administrators: made by one duty, given a role by another, watched by the third.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::account::ProvedBy;
use domain::actor::Role;
use domain::ids::{AccountId, PersonId};
use domain::refusal::Refusal;
use persistence::accounts::{self, AccountRow, Change, NewAccount};
use persistence::idempotency;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::passwords;
use crate::problem::Problem;

/// An account.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    pub id: Uuid,
    pub person_id: Option<Uuid>,
    pub login: String,
    pub display_name: String,
    pub unit: Option<String>,
    pub role: Option<String>,
    pub role_label: Option<String>,
    pub duty: Option<String>,
    pub duty_label: Option<String>,
    /// inactive, active or disabled.
    pub status: String,
    pub status_label: String,
    pub is_active: bool,
    pub must_change_password: bool,
    /// A second factor is in use.
    pub has_second_factor: bool,
    pub proved_by: ProvedBy,
    /// In Chinese.
    #[schema(example = "本系统密码")]
    pub proved_by_label: String,
    pub last_login_at: Option<DateTime<Utc>>,
    pub version: i64,
    /// The one-time password, told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_time_password: Option<String>,
}

impl From<AccountRow> for AccountView {
    fn from(row: AccountRow) -> Self {
        let role_label = row.role.as_deref().and_then(Role::parse).map(|r| r.label().to_owned());
        let duty_label = row.duty.as_deref().and_then(domain::actor::Duty::parse).map(|d| d.label().to_owned());
        let status_label = match row.status.as_str() {
            "active" => "启用",
            "disabled" => "停用",
            _ => "待授权",
        };
        Self {
            id: row.id,
            person_id: row.person_id,
            login: row.login,
            display_name: row.display_name,
            unit: row.unit_name,
            role: row.role,
            role_label,
            duty: row.duty,
            duty_label,
            status_label: status_label.to_owned(),
            is_active: row.status == "active",
            status: row.status,
            must_change_password: row.must_change_password,
            has_second_factor: row.has_second_factor,
            proved_by: row.proved_by,
            proved_by_label: row.proved_by.label().to_owned(),
            last_login_at: row.last_login_at,
            version: row.version,
            one_time_password: None,
        }
    }
}

/// Accounts in a page.
#[derive(Serialize, ToSchema)]
pub struct AccountPage {
    pub items: Vec<AccountView>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// Whether there is a directory (LDAP) that can answer for accounts.
    pub has_directory: bool,
}

/// How accounts are narrowed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccountQuery {
    /// Part of a login, a name or a unit.
    pub text: Option<String>,
    pub after: Option<String>,
    pub limit: Option<i64>,
}

/// List accounts.
#[utoipa::path(tag = "accounts", params(AccountQuery), responses((status = 200, body = AccountPage)))]
#[get("/accounts")]
pub async fn list_accounts(
    caller: Caller,
    app: Data<App>,
    query: Params<AccountQuery>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let limit = query.0.limit.unwrap_or(100).clamp(1, 200);
    let rows = app
        .db
        .read(&caller.origin.actor, move |conn| {
            accounts::list(conn, &origin, query.0.text.as_deref(), query.0.after.as_deref(), limit + 1)
        })
        .await?;
    let mut items: Vec<AccountView> = rows.into_iter().map(AccountView::from).collect();
    let is_more = items.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| is_more).map(|a| a.login.clone());
    Ok(HttpResponse::Ok().json(AccountPage { items, next, has_directory: app.ldap.is_some() }))
}

/// A new account.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    #[schema(example = "p012")]
    pub login: String,
    #[schema(example = "乙午一")]
    pub display_name: String,
    /// The person it is for; none for an administrator without tasks.
    #[serde(default)]
    pub person_id: Option<Uuid>,
    /// By what whoever it is for proves who he is: a password here, unless it is the directory.
    #[serde(default = "local")]
    pub proved_by: ProvedBy,
}

fn local() -> ProvedBy {
    ProvedBy::Local
}

/// The directory can answer for an account only where there is one.
///
/// Errors: `directory-missing` (409).
fn check_directory(app: &App, proof: ProvedBy) -> Result<(), Problem> {
    let is_missing = proof == ProvedBy::Directory && app.ldap.is_none();
    if is_missing { Err(Refusal::conflict("directory-missing").into()) } else { Ok(()) }
}

async fn one_time(app: &App) -> Result<(String, String), Problem> {
    let password = passwords::one_time().map_err(Problem::internal)?;
    let clear = password.clone();
    let hash = app.hashes.run(move || passwords::hash(&password)).await?.map_err(Problem::internal)?;
    Ok((clear, hash))
}

/// Make an account; it is inactive until it is given a role.
#[utoipa::path(tag = "accounts", request_body = CreateAccount, responses((status = 201, body = AccountView)))]
#[post("/accounts")]
pub async fn create_account(
    caller: Caller,
    app: Data<App>,
    key: IdempotencyKey,
    body: Body<CreateAccount>,
) -> Result<HttpResponse, Problem> {
    check_directory(&app, body.0.proved_by)?;
    let (clear, password_hash) = match body.0.proved_by {
        ProvedBy::Local => one_time(&app).await.map(|(clear, hash)| (Some(clear), Some(hash)))?,
        ProvedBy::Directory => (None, None),
    };
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let new = NewAccount {
                    login: body.0.login.clone(),
                    display_name: body.0.display_name.clone(),
                    person: body.0.person_id.map(PersonId),
                    password_hash,
                };
                let mut view = AccountView::from(accounts::create(conn, &origin, new)?);
                view.one_time_password = clear;
                Ok(view)
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}

/// The role to give; null takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveRole {
    #[schema(example = "unit")]
    pub role: Option<Role>,
}

async fn change(
    caller: Caller,
    app: Data<App>,
    id: Uuid,
    version: ExpectedVersion,
    change: Change,
    clear: Option<String>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let row = app
        .db
        .write(&caller.origin.actor, move |conn| {
            accounts::change(conn, &origin, AccountId(id), Some(version.0), change)
        })
        .await?;
    auth::forget();
    let mut view = AccountView::from(row);
    view.one_time_password = clear;
    Ok(HttpResponse::Ok().json(view))
}

/// Give an account its role and activate it; its sessions end.
#[utoipa::path(tag = "accounts", request_body = GiveRole, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountView)))]
#[post("/accounts/{id}/role")]
pub async fn give_role(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<GiveRole>,
) -> Result<HttpResponse, Problem> {
    change(caller, app, *id, version, Change::Role(body.0.role), None).await
}

/// Enable an account.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountView)))]
#[post("/accounts/{id}/enable")]
pub async fn enable_account(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
) -> Result<HttpResponse, Problem> {
    change(caller, app, *id, version, Change::Enable, None).await
}

/// Disable an account; it is out within a second.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountView)))]
#[post("/accounts/{id}/disable")]
pub async fn disable_account(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
) -> Result<HttpResponse, Problem> {
    change(caller, app, *id, version, Change::Disable, None).await
}

/// Give an account a one-time password, told once.
#[utoipa::path(tag = "accounts", params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountView)))]
#[post("/accounts/{id}/reset")]
pub async fn reset_password(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
) -> Result<HttpResponse, Problem> {
    let (clear, hash) = one_time(&app).await?;
    change(caller, app, *id, version, Change::Reset(hash), Some(clear)).await
}

/// By what an account is proved from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetProvedBy {
    #[schema(example = "directory")]
    pub proved_by: ProvedBy,
}

/// Say by what an account is proved: a password here, which is told once, or the group's directory; its sessions end.
#[utoipa::path(tag = "accounts", request_body = SetProvedBy, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountView)))]
#[post("/accounts/{id}/proved-by")]
pub async fn set_proved_by(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<SetProvedBy>,
) -> Result<HttpResponse, Problem> {
    check_directory(&app, body.0.proved_by)?;
    let (clear, hash) = match body.0.proved_by {
        ProvedBy::Local => one_time(&app).await.map(|(clear, hash)| (Some(clear), Some(hash)))?,
        ProvedBy::Directory => (None, None),
    };
    change(caller, app, *id, version, Change::ProvedBy(hash), clear).await
}

/// Why somebody's second factor is taken away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetSecondFactor {
    #[schema(example = "手机遗失，本人到场申请")]
    pub reason: String,
}

/// Take away the second factor of somebody who lost it; his sessions end and he is told.
#[utoipa::path(tag = "accounts", request_body = ResetSecondFactor, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountView)))]
#[post("/accounts/{id}/reset-second-factor")]
pub async fn reset_second_factor(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<ResetSecondFactor>,
) -> Result<HttpResponse, Problem> {
    change(caller, app, *id, version, Change::ResetSecondFactor(body.0.reason), None).await
}
