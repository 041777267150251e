//! What the house asks of everybody who logs in: of whom a second factor, and how long a proof of identity holds (docs/domain.md §35).

use std::collections::BTreeSet;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, put};
use domain::account;
use domain::second_factor::{Holder, IdentityRules};
use persistence::identity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller};
use crate::problem::Problem;

/// A role or duty, and whether a second factor is asked of it.
#[derive(Serialize, ToSchema)]
pub struct HolderView {
    #[schema(example = "leader")]
    pub holder: String,
    pub label: String,
    pub is_required: bool,
}

/// What the house asks.
#[derive(Serialize, ToSchema)]
pub struct IdentityRulesView {
    pub holders: Vec<HolderView>,
    /// How old a proof of identity may be where one is asked for, minutes.
    #[schema(example = 15)]
    pub proof_minutes: u16,
    pub version: i64,
}

fn view((rules, version): (IdentityRules, i64)) -> IdentityRulesView {
    let one = |holder: &Holder| HolderView {
        holder: holder.as_str().to_owned(),
        label: holder.label().to_owned(),
        is_required: rules.required_of.contains(holder),
    };
    IdentityRulesView { holders: Holder::ALL.iter().map(one).collect(), proof_minutes: rules.proof_minutes, version }
}

/// Say what the house asks of who logs in.
#[utoipa::path(tag = "accounts", responses((status = 200, body = IdentityRulesView)))]
#[get("/identity-rules")]
pub async fn get_identity_rules(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    account::permit_list(&caller.origin.actor)?;
    let rules = app.db.read(&caller.origin.actor, identity::rules).await?;
    Ok(HttpResponse::Ok().json(view(rules)))
}

/// What the house is to ask.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetIdentityRules {
    #[schema(value_type = Vec<String>, example = json!(["leader", "security_admin"]))]
    pub required_of: BTreeSet<Holder>,
    #[schema(example = 15)]
    pub proof_minutes: u16,
    /// The version the choice rests on.
    pub version: i64,
}

/// Set what the house asks of who logs in, for everybody and at once.
#[utoipa::path(tag = "accounts", request_body = SetIdentityRules, responses((status = 200, body = IdentityRulesView)))]
#[put("/identity-rules")]
pub async fn set_identity_rules(
    caller: Caller,
    app: Data<App>,
    body: Body<SetIdentityRules>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let SetIdentityRules { required_of, proof_minutes, version } = body.0;
    let rules = app
        .db
        .write(&caller.origin.actor, move |conn| {
            identity::set_rules(conn, &origin, version, &IdentityRules { required_of, proof_minutes })?;
            identity::rules(conn)
        })
        .await?;
    auth::forget();
    Ok(HttpResponse::Ok().json(view(rules)))
}
