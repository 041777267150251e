//! Policy packs: those that ship and those that were loaded here, what one would change in a round, and taking it (docs/domain.md §47).

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::RoundId;
use domain::pack::{self, Pack, PackName, scheme_says};
use domain::policy::Policy;
use domain::refusal::{FieldError, Refusal};
use domain::{policy_change, rights};
use persistence::documents::templates;
use persistence::packs::{self, LoadedPack};
use persistence::{Error, PgConnection, appraisals, policy_preview, rounds};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::documents::{DOCX, TemplateKind};
use crate::download;
use crate::extract::{Body, Caller, ExpectedVersion};
use crate::policy::PolicyPreview;
use crate::problem::Problem;
use crate::rounds::{RoundView, change};

/// A setting a pack fixes.
#[derive(Serialize, ToSchema)]
pub struct PackSetting {
    #[schema(example = "/claim_working_days")]
    pub pointer: String,
    #[schema(example = "认领时限")]
    pub label: String,
    #[schema(example = "3个工作日")]
    pub says: String,
    /// What it rests on.
    #[schema(example = "集团巡察整改办法第三条")]
    pub basis: String,
}

/// A scheme of appraisal as a pack fixes it.
#[derive(Serialize, ToSchema)]
pub struct PackScheme {
    /// What each dimension, veto and grade comes to, a line each.
    #[schema(example = json!(["每周写实（20分）：缺报每周写实每次扣2分"]))]
    pub says: Vec<String>,
    /// What it rests on.
    #[schema(example = "集团考评办法第六条")]
    pub basis: String,
}

/// A template of a document or form as a pack fixes it.
#[derive(Serialize, ToSchema)]
pub struct PackForm {
    #[schema(example = "closure")]
    pub kind: String,
    #[schema(example = "销号审批表")]
    pub label: String,
    /// What it rests on.
    #[schema(example = "集团巡察整改办法附件二")]
    pub basis: String,
}

/// A policy pack.
#[derive(Serialize, ToSchema)]
pub struct PackView {
    /// Name, version and the digest it is known by.
    #[serde(flatten)]
    pub title: PackName,
    #[schema(example = "集团党委巡察工作领导小组")]
    pub issuer: String,
    pub valid_from: NaiveDate,
    /// What it is for.
    #[schema(example = "集团内部巡察：集中整改两个月")]
    pub says: String,
    /// Months of the concentrated period from the feedback, where it fixes them.
    pub concentrated_months: Option<u32>,
    pub settings: Vec<PackSetting>,
    /// The scheme of appraisal it fixes, in lines; none where it fixes none.
    pub scheme: Option<PackScheme>,
    /// The templates it fixes; they hold in the rounds that take it.
    pub forms: Vec<PackForm>,
    /// What its tests show, a sentence each; all pass.
    pub tests: Vec<String>,
    /// Whether it came with the product.
    pub is_shipped: bool,
    /// Who loaded it and when; none where it came with the product.
    pub loaded_by: Option<String>,
    pub loaded_at: Option<DateTime<Utc>>,
}

fn view(pack: &Pack, loaded: Option<(String, DateTime<Utc>)>) -> Result<PackView, Problem> {
    let policy = pack.applied(&Policy::default())?;
    let mut settings = Vec::new();
    for (pointer, label, says) in policy_change::settings(&policy) {
        let name = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
        let Some(fixed) = pack.settings.get(name) else { continue };
        // Of the chains only those that the file names.
        let rest = pointer.strip_prefix(&format!("/{name}/"));
        if rest.is_some_and(|rest| fixed.value.is_object() && fixed.value.pointer(&format!("/{rest}")).is_none()) {
            continue;
        }
        settings.push(PackSetting { pointer, label, says, basis: fixed.basis.clone() });
    }
    let (loaded_by, loaded_at) = loaded.unzip();
    Ok(PackView {
        title: pack.title(),
        issuer: pack.issuer.clone(),
        valid_from: pack.valid_from,
        says: pack.says.clone(),
        concentrated_months: pack.concentrated_months.as_ref().map(|m| m.value),
        settings,
        scheme: pack.scheme.as_ref().map(|s| PackScheme { says: scheme_says(&s.value), basis: s.basis.clone() }),
        forms: pack
            .forms
            .iter()
            .map(|(kind, form)| PackForm { kind: kind.clone(), label: label(kind), basis: form.basis.clone() })
            .collect(),
        tests: pack.tests.iter().map(|t| t.says.clone()).collect(),
        is_shipped: loaded_by.is_none(),
        loaded_by,
        loaded_at,
    })
}

fn label(kind: &str) -> String {
    domain::document::kind::label_of(kind).unwrap_or(kind).to_owned()
}

/// Tries the templates of a pack with something of every name, as one that is put in place by hand is tried.
///
/// Errors: `pack-unsound` with every fault at the template it is in.
async fn try_forms(pack: Pack) -> Result<(), Problem> {
    let faults = actix_web::web::block(move || {
        let mut faults = Vec::new();
        for (kind, form) in &pack.forms {
            let found = TemplateKind::parse(kind)?.check(&form.value).err().unwrap_or_default();
            faults.extend(found.into_iter().map(|f| FieldError { pointer: format!("/forms/{kind}/value"), ..f }));
        }
        Ok::<_, Problem>(faults)
    })
    .await
    .map_err(Problem::internal)??;
    if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid("pack-unsound", faults).into()) }
}

fn of(loaded: LoadedPack) -> Result<PackView, Problem> {
    view(&loaded.pack, Some((loaded.by, loaded.at)))
}

/// List the policy packs: those that ship with the product, then those that were loaded here.
#[utoipa::path(tag = "rounds", responses((status = 200, body = Vec<PackView>)))]
#[get("/policy-packs")]
pub async fn list_policy_packs(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let loaded = app.db.read(&caller.origin.actor, move |conn| packs::list(conn, &origin)).await?;
    let mut views: Vec<PackView> = pack::shipped().iter().map(|p| view(p, None)).collect::<Result<_, _>>()?;
    views.extend(loaded.into_iter().map(of).collect::<Result<Vec<_>, _>>()?);
    Ok(HttpResponse::Ok().json(views))
}

/// A pack's file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepPack {
    /// The file whole, JSON as text.
    #[schema(example = "{\"name\": \"集团内部巡察整改\", \"version\": \"2026.2\"}")]
    pub file: String,
}

/// Load a policy pack; refused with every fault and its place unless it is understood whole, rests on something and does what its own tests say.
#[utoipa::path(tag = "rounds", request_body = KeepPack, responses((status = 201, body = PackView)))]
#[post("/policy-packs")]
pub async fn keep_policy_pack(caller: Caller, app: Data<App>, body: Body<KeepPack>) -> Result<HttpResponse, Problem> {
    rights::permit_open_round(&caller.origin.actor)?;
    try_forms(pack::read(&body.0.file)?).await?;
    let origin = caller.origin.clone();
    let kept = app.db.write(&caller.origin.actor, move |conn| packs::keep(conn, &origin, &body.0.file)).await?;
    Ok(HttpResponse::Created().json(of(kept)?))
}

/// What a pack would do to a round if it were taken now.
#[derive(Serialize, ToSchema)]
pub struct PackPreview {
    pub pack: PackName,
    pub effect: PolicyPreview,
    /// The last day of the concentrated period by the pack; none where it fixes none or the round has no day of feedback.
    pub concentrated_until: Option<NaiveDate>,
    /// The one the round has; taking a pack does not change it.
    pub concentrated_until_now: Option<NaiveDate>,
    /// What is edited of the scheme of appraisal now, in lines, where the pack fixes one; none before one was begun.
    pub scheme_now: Option<Vec<String>>,
    /// What would be edited; whoever publishes it decides.
    pub scheme_then: Option<Vec<String>>,
    /// The templates it fixes, each with what holds in the round now.
    pub forms: Vec<FormChange>,
}

/// What a template of a pack takes the place of.
#[derive(Serialize, ToSchema)]
pub struct FormChange {
    #[schema(example = "closure")]
    pub kind: String,
    #[schema(example = "销号审批表")]
    pub label: String,
    /// The version that holds in the round now; none where it is the one that comes with the program.
    pub version_now: Option<i32>,
    /// Whether that is the same file.
    pub is_same: bool,
}

/// The templates of a pack beside those that hold in a round.
fn form_changes(conn: &mut PgConnection, round: RoundId, pack: &Pack) -> Result<Vec<FormChange>, Error> {
    let mut changes = Vec::new();
    for (kind, form) in &pack.forms {
        let Ok(known) = TemplateKind::parse(kind) else { continue };
        let held = templates::chosen(conn, round, kind)?;
        let is_same = match &held {
            Some(mark) => mark.sha256 == hex::encode(Sha256::digest(&form.value)),
            None => known.standard() == form.value,
        };
        changes.push(FormChange {
            kind: kind.clone(),
            label: label(kind),
            version_now: held.map(|m| m.version),
            is_same,
        });
    }
    Ok(changes)
}

/// See what a policy pack would change in a round, setting by setting and light by light; nothing is written.
#[utoipa::path(tag = "rounds", params(("id" = Uuid, Path), ("pack" = String, Path, description = "The digest the pack is known by")), responses((status = 200, body = PackPreview)))]
#[get("/rounds/{id}/policy-packs/{pack}")]
pub async fn preview_policy_pack(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, String)>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let (id, sha256) = path.into_inner();
    let (pack, row, effect, draft, forms) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let round = RoundId(id);
            let row = rounds::find(conn, &origin.actor, round)?;
            rights::permit_office(&origin.actor, round)?;
            let pack = packs::find(conn, &sha256)?;
            let (holds, _) = rounds::policy(conn, round, row.policy_version)?;
            let policy = pack.applied(&holds)?;
            let effect = policy_preview::preview(conn, &origin.actor, round, &policy, &calendar, origin.now)?;
            let draft = appraisals::draft(conn, round)?;
            let forms = form_changes(conn, round, &pack)?;
            Ok((pack, row, effect, draft, forms))
        })
        .await?;
    Ok(HttpResponse::Ok().json(PackPreview {
        pack: pack.title(),
        effect: PolicyPreview::from(effect),
        concentrated_until: row.feedback_on.and_then(|on| pack.concentrated_until(on)),
        concentrated_until_now: row.concentrated_until,
        scheme_now: draft.as_ref().filter(|_| pack.scheme.is_some()).map(scheme_says),
        scheme_then: pack.scheme.as_ref().map(|s| scheme_says(&s.value)),
        forms,
    }))
}

/// Get the file of a policy pack as it came, to be changed into one of one's own.
#[utoipa::path(tag = "rounds", params(("pack" = String, Path, description = "The digest the pack is known by")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
#[get("/policy-packs/{pack}/file")]
pub async fn download_policy_pack(caller: Caller, app: Data<App>, pack: Path<String>) -> Result<HttpResponse, Problem> {
    rights::permit_open_round(&caller.origin.actor)?;
    let (found, text) = app
        .db
        .read(&caller.origin.actor, move |conn| Ok((packs::find(conn, &pack)?, packs::file(conn, &pack)?)))
        .await?;
    let name = download::attachment(format!("{} {}.json", found.name, found.version));
    Ok(HttpResponse::Ok().content_type("application/octet-stream").insert_header(name).body(text))
}

/// Get a template of a policy pack as a file of Word, to be looked at before the pack is taken.
#[utoipa::path(tag = "rounds", params(("pack" = String, Path, description = "The digest the pack is known by"), ("kind" = String, Path, example = "closure")),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/policy-packs/{pack}/forms/{kind}/file")]
pub async fn download_pack_form(
    caller: Caller,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    rights::permit_open_round(&caller.origin.actor)?;
    let (sha256, kind) = path.into_inner();
    let pack = app.db.read(&caller.origin.actor, move |conn| packs::find(conn, &sha256)).await?;
    let form = pack.forms.get(&kind).ok_or_else(Problem::not_found)?;
    let name = format!("{}-{} {}.docx", label(&kind), pack.name, pack.version);
    Ok(HttpResponse::Ok().content_type(DOCX).insert_header(download::attachment(name)).body(form.value.clone()))
}

/// The decision by which a pack is taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakePack {
    #[schema(example = "领导组第1次会议纪要")]
    pub basis: String,
}

/// Take a policy pack for a round: the next version of its policy, with the pack as its source; what the pack does not fix stays.
#[utoipa::path(tag = "rounds", request_body = TakePack, params(("id" = Uuid, Path), ("pack" = String, Path, description = "The digest the pack is known by"), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = RoundView)))]
#[post("/rounds/{id}/policy-packs/{pack}/take")]
pub async fn take_policy_pack(
    caller: Caller,
    app: Data<App>,
    path: Path<(Uuid, String)>,
    version: ExpectedVersion,
    body: Body<TakePack>,
) -> Result<HttpResponse, Problem> {
    let (id, sha256) = path.into_inner();
    change(caller, app, move |conn, origin| {
        packs::load(conn, origin, RoundId(id), Some(version.0), &sha256, &body.0.basis)
    })
    .await
}
