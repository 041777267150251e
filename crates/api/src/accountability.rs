//! Records of accountability (docs/domain.md §46): what people decided, read by those a record names and by nobody else; and the facts that make the
//! system ask somebody to have a look. What is said to whom is decided here by its own rules, so it is read past the second net.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use domain::accountability::{AccountabilityText, ActionForm, NewRecord, Record, open_actions};
use domain::actor::Actor;
use domain::appraisal::scheme::SubjectKind;
use domain::appraisal::score::Subject;
use domain::ids::{AccountabilityId, PersonId, RoundId};
use domain::rights;
use persistence::accountability::{self, Loaded, Looks};
use persistence::{Origin, PgConnection, blobs, idempotency, rounds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::appraisals::{FactView, fact_view};
use crate::evidence::ScanView;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::handovers::HandoverFileQuery;
use crate::problem::Problem;
use crate::task_commands::WithReason;
use crate::task_view::Named;

/// What a list says of a record.
#[derive(Serialize, ToSchema)]
pub struct AccountabilityLine {
    pub id: Uuid,
    #[schema(inline)]
    pub kind: SubjectKind,
    pub subject: Named,
    #[schema(inline)]
    pub form: ActionForm,
    pub form_label: String,
    pub decided_on: NaiveDate,
    pub is_withdrawn: bool,
}

/// Facts that meet a rule of the scheme. What is to come of them, if anything, people decide.
#[derive(Serialize, ToSchema)]
pub struct LookView {
    #[schema(inline)]
    pub kind: SubjectKind,
    pub subject: Named,
    /// The rule in words.
    #[schema(example = "90 天内缺报每周写实 3 次")]
    pub rule: String,
    /// What the rule rests on.
    pub reason: String,
    pub facts: Vec<FactView>,
}

/// The records that name the caller, and what he is asked to have a look at.
#[derive(Serialize, ToSchema)]
pub struct AccountabilityList {
    /// Newest first.
    pub items: Vec<AccountabilityLine>,
    pub looks: Vec<LookView>,
    /// Whether the caller may enter a record.
    pub may_record: bool,
}

fn named(id: Uuid, names: &BTreeMap<Uuid, String>) -> Named {
    Named { id, name: names.get(&id).cloned().unwrap_or_default() }
}

fn line(of: &Record, names: &BTreeMap<Uuid, String>) -> AccountabilityLine {
    AccountabilityLine {
        id: of.id.0,
        kind: of.subject.kind,
        subject: named(of.subject.id, names),
        form: of.form,
        form_label: of.form.label().to_owned(),
        decided_on: of.decided_on,
        is_withdrawn: of.withdrawn.is_some(),
    }
}

fn look_views(of: &Looks) -> Vec<LookView> {
    let views = of.looks.iter().filter_map(|look| {
        let rule = of.rules.get(look.rule)?;
        Some(LookView {
            kind: look.subject.kind,
            subject: named(look.subject.id, &of.names),
            rule: format!("{} 天内{} {} 次", rule.days, rule.fact.label(), rule.count),
            reason: rule.reason.clone(),
            facts: look.facts.iter().map(|f| fact_view(f, &of.numbers, false)).collect(),
        })
    });
    views.collect()
}

/// List the records of a round that name the caller, and the facts he is asked to have a look at. A record that does not name him is not there.
#[utoipa::path(tag = "accountability", params(("id" = Uuid, Path)), responses((status = 200, body = AccountabilityList)))]
#[get("/rounds/{id}/accountability")]
pub async fn list_accountability(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let round = RoundId(*id);
    let list = app
        .db
        .read_as_of(&Actor::System, move |conn| {
            rounds::permit_sight(conn, &origin.actor, round)?;
            let (records, names) = accountability::list(conn, &origin.actor, round)?;
            let looks = accountability::looks(conn, &origin.actor, round, domain::calendar::today(origin.now))?;
            Ok(AccountabilityList {
                items: records.iter().map(|r| line(r, &names)).collect(),
                looks: look_views(&looks),
                may_record: rights::permit_recording_accountability(&origin.actor, round).is_ok(),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// What was decided, to be entered.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountabilityForm {
    /// A unit, or a person.
    pub subject: Subject,
    #[schema(inline)]
    pub form: ActionForm,
    /// What it rests on.
    #[schema(example = "领导组第4次会议纪要")]
    pub basis: String,
    /// Who decided.
    #[schema(example = "领导组")]
    pub decided_by: String,
    pub decided_on: NaiveDate,
    /// Number of the document.
    #[serde(default)]
    pub document: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
    /// Who reads it beside whoever enters it.
    pub readers: Vec<PersonId>,
}

/// A record that was entered.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct EnteredAccountability {
    pub id: Uuid,
}

/// Enter what people decided about a unit or a person. Only those it names read it; they are told that there is something to look at, and nothing else.
#[utoipa::path(tag = "accountability", request_body = AccountabilityForm, params(("id" = Uuid, Path)), responses((status = 201, body = EnteredAccountability)))]
#[post("/rounds/{id}/accountability")]
pub async fn enter_accountability(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<AccountabilityForm>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let AccountabilityForm { subject, form, basis, decided_by, decided_on, document, note, readers } = body.0;
    let text = AccountabilityText { basis, decided_by, document, note };
    let new = NewRecord { subject, form, text, decided_on, readers };
    let entered = app
        .db
        .write(&caller.origin.actor, move |conn| {
            rounds::permit_sight(conn, &origin.actor, RoundId(*id))?;
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let id = accountability::record(conn, &origin, RoundId(*id), new)?;
                Ok(EnteredAccountability { id: id.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(entered))
}

/// An act that is open.
#[derive(Serialize, ToSchema)]
pub struct AccountabilityActionView {
    /// Stable code.
    pub action: String,
    pub label: String,
}

/// A file that came with a record.
#[derive(Serialize, ToSchema)]
pub struct AccountabilityFileView {
    pub id: Uuid,
    pub filename: String,
    /// Of the file, hex.
    pub sha256: String,
}

/// A record whole.
#[derive(Serialize, ToSchema)]
pub struct AccountabilityView {
    pub id: Uuid,
    pub version: i64,
    pub round_id: Uuid,
    #[schema(inline)]
    pub kind: SubjectKind,
    pub subject: Named,
    #[schema(inline)]
    pub form: ActionForm,
    pub form_label: String,
    /// What it rests on, in words.
    pub basis: String,
    pub decided_by: String,
    pub decided_on: NaiveDate,
    /// The number of the document, where there is one.
    pub document: Option<String>,
    pub note: Option<String>,
    pub readers: Vec<Named>,
    pub entered_by: Named,
    pub entered_at: DateTime<Utc>,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
    pub files: Vec<AccountabilityFileView>,
    pub open_actions: Vec<AccountabilityActionView>,
}

fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AccountabilityId,
) -> Result<AccountabilityView, persistence::Error> {
    let Loaded { record, text, reason, names } = accountability::find(conn, &origin.actor, id)?;
    let files = blobs::of_subject(conn, blobs::Subject::Accountability(id.0))?;
    let open = open_actions(&record, &origin.actor);
    Ok(AccountabilityView {
        id: record.id.0,
        version: record.version,
        round_id: record.round.0,
        kind: record.subject.kind,
        subject: named(record.subject.id, &names),
        form: record.form,
        form_label: record.form.label().to_owned(),
        basis: text.basis,
        decided_by: text.decided_by,
        decided_on: record.decided_on,
        document: text.document,
        note: text.note,
        readers: record.readers.iter().map(|p| named(p.0, &names)).collect(),
        entered_by: named(record.by.0, &names),
        entered_at: record.at,
        withdrawn: reason,
        files: files
            .into_iter()
            .map(|f| AccountabilityFileView { id: f.id, filename: f.filename, sha256: f.blob_sha256 })
            .collect(),
        open_actions: open
            .into_iter()
            .map(|a| AccountabilityActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
            .collect(),
    })
}

fn reply(view: &AccountabilityView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

/// Get a record, as one of those it names.
#[utoipa::path(tag = "accountability", params(("id" = Uuid, Path)), responses((status = 200, body = AccountabilityView)))]
#[get("/accountability/{id}")]
pub async fn get_accountability(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view = app.db.read_as_of(&Actor::System, move |conn| load(conn, &origin, AccountabilityId(*id))).await?;
    Ok(reply(&view))
}

/// Who reads a record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountabilityReaders {
    pub readers: Vec<PersonId>,
}

/// Name other readers, as who entered it; who is taken off the list reads it no more.
#[utoipa::path(tag = "accountability", request_body = AccountabilityReaders, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountabilityView)))]
#[post("/accountability/{id}/readers")]
pub async fn set_accountability_readers(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<AccountabilityReaders>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let id = AccountabilityId(*id);
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            accountability::set_readers(conn, &origin, id, version.0, &body.0.readers)?;
            load(conn, &origin, id)
        })
        .await?;
    Ok(reply(&view))
}

/// Withdraw a record that should not stand, as who entered it, with a reason.
#[utoipa::path(tag = "accountability", request_body = WithReason, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = AccountabilityView)))]
#[post("/accountability/{id}/withdraw")]
pub async fn withdraw_accountability(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<WithReason>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let id = AccountabilityId(*id);
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            accountability::withdraw(conn, &origin, id, version.0, &body.0.reason)?;
            load(conn, &origin, id)
        })
        .await?;
    Ok(reply(&view))
}

/// Receive the document behind a record, from who entered it; those it names may fetch it.
#[utoipa::path(tag = "accountability", params(("id" = Uuid, Path), HandoverFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/accountability/{id}/files")]
pub async fn receive_accountability_file(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<HandoverFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let id = AccountabilityId(*id);
    let actor = caller.actor().clone();
    app.db.read_as_of(&Actor::System, move |conn| accountability::permit_file(conn, &actor, id, true)).await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let origin = caller.origin.clone();
    let (kept, name) = (blob.clone(), filename.clone());
    app.db
        .write(&caller.origin.actor, move |conn| {
            let subject = blobs::Subject::Accountability(id.0);
            blobs::attach(conn, &origin, Uuid::now_v7(), &kept, subject, blobs::SCAN, &name, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(ScanView { sha256: blob.sha256, filename }))
}
