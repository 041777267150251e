//! What people do with a publication, one handler per act.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpResponse, post, put};
use chrono::NaiveDate;
use domain::ids::{ItemId, PersonId, PublicationId, RoundId, SignatureId, TaskId};
use domain::publication::rules::Contact;
use domain::publication::state::{Exemption, Ground, HeadText, ItemText, ItemWords, PublicationKind, Setting};
use domain::publication::{PublicationAction, PublicationCommand};
use domain::rights;
use domain::sign_request::{SignDocument, Signing, Verdict};
use persistence::publications::{self, Asked, Input};
use persistence::tasks::Expected;
use persistence::{blobs, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::reply;
use super::view::{self, PublicationView};
use crate::acts::acts;
use crate::app::App;
use crate::evidence::ScanView;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey, Params};
use crate::ledger::LedgerQuery;
use crate::problem::Problem;
use crate::task_commands::{Nothing, WithReason};

/// A publication to be begun: what is in it comes from the records.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicationForm {
    #[schema(inline)]
    pub kind: PublicationKind,
    /// The period it is about; of closures, those closed in it.
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// Parameters of the ledger by their names, without where a page begins; all of the round without any.
    #[serde(default)]
    #[schema(example = json!({ "unit": "0198a1b2-0000-7000-8000-000000000000" }))]
    pub filter: BTreeMap<String, String>,
}

/// A publication that was begun.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DraftedPublication {
    pub id: Uuid,
}

/// Begin a publication with what the records say of its tasks; sensitive matters are left out.
#[utoipa::path(tag = "publications", request_body = PublicationForm, params(("id" = Uuid, Path)), responses((status = 201, body = DraftedPublication)))]
#[post("/rounds/{id}/publications")]
pub async fn draft_publication(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Body<PublicationForm>,
) -> Result<HttpResponse, Problem> {
    let key = key.of(&body.0);
    let PublicationForm { kind, from_on, to_on, filter } = body.0;
    if ["after", "limit", "group", "sort"].iter().any(|key| filter.contains_key(*key)) {
        return Err(Problem::field("/filter", "unknown-field"));
    }
    let query = LedgerQuery::from_words(&filter).ok_or_else(|| Problem::field("/filter", "wrong-type"))?;
    let asked = Asked { kind, from_on, to_on, filter: query.filter()? };
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let drafted = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let id = publications::create(conn, &origin, RoundId(*id), asked, &calendar)?;
                Ok(DraftedPublication { id: id.0 })
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(drafted))
}

/// Begin the correction of a published notice with everything carried over; what is published stays until the correction is.
#[utoipa::path(tag = "publications", request_body = Nothing, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 201, body = DraftedPublication)))]
#[post("/publications/{id}/correct")]
pub async fn correct_publication(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let begun = app
        .db
        .write(&caller.origin.actor, move |conn| {
            publications::correct(conn, &origin, PublicationId(*id), version.into(), &calendar)
        })
        .await?;
    Ok(HttpResponse::Created().json(DraftedPublication { id: begun.0 }))
}

async fn perform(
    app: &App,
    caller: &Caller,
    id: Uuid,
    expected: Expected,
    input: Input,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let view: PublicationView = app
        .db
        .write(&caller.origin.actor, move |conn| {
            publications::execute(conn, &origin, PublicationId(id), expected, input, &calendar)?;
            view::load(conn, &origin, PublicationId(id), &calendar)
        })
        .await?;
    Ok(reply(&view))
}

/// The words beside the items, as they are typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WritePublication {
    /// How often it was written when it was read; another number is refused, and nothing overwritten.
    pub revision: u32,
    #[schema(example = "关于巡察反馈问题整改进展情况的通报")]
    pub title: String,
    pub lead: String,
    pub next: String,
    #[schema(inline)]
    pub contact: Contact,
    pub opens_page: bool,
    #[schema(example = 5)]
    pub working_days: u16,
    #[serde(default)]
    pub secrecy_reviewer: Option<PersonId>,
}

/// Write the words beside the items of a draft.
#[utoipa::path(tag = "publications", request_body = WritePublication, params(("id" = Uuid, Path)), responses((status = 200, body = PublicationView)))]
#[put("/publications/{id}")]
pub async fn write_publication(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<WritePublication>,
) -> Result<HttpResponse, Problem> {
    let WritePublication { revision, title, lead, next, contact, opens_page, working_days, secrecy_reviewer } = body.0;
    let command = PublicationCommand::WriteHead {
        revision,
        head: HeadText { title, lead, next, contact },
        setting: Setting { opens_page, working_days, secrecy_reviewer },
    };
    perform(&app, &caller, *id, Expected::Any, Input::Plain(command)).await
}

/// Something of an item that is not published.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptionForm {
    #[schema(inline)]
    pub ground: Ground,
    /// The name, amount or case number that must not stand in the public words.
    #[schema(example = "甲子安")]
    pub word: String,
    #[serde(default)]
    pub reason: String,
    /// Who approved it.
    pub approver: PersonId,
}

/// The public words of an item, as they are typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteItem {
    /// How often it was written when it was read; another number is refused, and nothing overwritten.
    pub revision: u32,
    #[schema(inline)]
    pub text: ItemText,
    #[serde(default)]
    pub exemptions: Vec<ExemptionForm>,
}

/// Write the public words of an item, with what is exempted of it.
#[utoipa::path(tag = "publications", request_body = WriteItem, params(("id" = Uuid, Path), ("item" = Uuid, Path)), responses((status = 200, body = PublicationView)))]
#[put("/publications/{id}/items/{item}")]
pub async fn write_publication_item(
    caller: Caller,
    app: Data<App>,
    ids: Path<(Uuid, Uuid)>,
    body: Body<WriteItem>,
) -> Result<HttpResponse, Problem> {
    let (id, item) = ids.into_inner();
    let WriteItem { revision, text, exemptions } = body.0;
    let exemption =
        |e: ExemptionForm| Exemption { ground: e.ground, word: e.word, reason: e.reason, approver: e.approver };
    let words = ItemWords { text, exemptions: exemptions.into_iter().map(exemption).collect() };
    let command = PublicationCommand::WriteItem { item: ItemId(item), revision, words };
    perform(&app, &caller, id, Expected::Any, Input::Plain(command)).await
}

acts! {
    tag: "publications", answers: PublicationView, wraps: std::convert::identity;
    /// Put tasks in, with what the records say of them.
    add_publication_items "/publications/{id}/items" AddItems => |b| Input::Add(b.tasks);
    /// Take an item out.
    take_out_publication_item "/publications/{id}/take-out" TakeOutPublicationItem => |b| Input::Plain(PublicationCommand::TakeOut { item: b.item });
    /// Send a draft for signature; its words are checked, its figures frozen.
    submit_publication "/publications/{id}/submit" Nothing => |_b| Input::Plain(PublicationCommand::Submit);
    /// Take a publication back before anybody has signed it.
    recall_publication "/publications/{id}/recall" Nothing => |_b| Input::Plain(PublicationCommand::Recall);
    /// Sign or return a publication on screen.
    sign_publication "/publications/{id}/sign" SignPublication => |b| Input::Plain(PublicationCommand::Sign { verdict: b.verdict, words: b.words, signing: Signing::Screen { on_behalf_of: b.on_behalf_of } });
    /// Enter a signature given on paper; a second officer confirms it.
    record_publication_signature "/publications/{id}/record-signature" RecordPublicationSignature => |b| Input::Plain(PublicationCommand::Sign { verdict: b.verdict, words: b.words, signing: Signing::Paper { signer: b.signer, document: b.document } });
    /// Confirm or refuse a recorded signature as the second officer.
    confirm_publication_signature "/publications/{id}/confirm-signature" ConfirmPublicationSignature => |b| Input::Plain(PublicationCommand::ConfirmSignature { signature: b.signature, confirmed: b.confirmed, reason: b.reason });
    /// Object to a signature recorded for oneself.
    object_to_publication_signature "/publications/{id}/object" ObjectToPublicationSignature => |b| Input::Plain(PublicationCommand::Object { signature: b.signature, reason: b.reason });
    /// Take what was signed back to its draft before it is published; the signatures are void.
    rework_publication "/publications/{id}/rework" Nothing => |_b| Input::Plain(PublicationCommand::Rework);
    /// Publish what was signed, for its number of working days; the words are checked once more.
    publish_publication "/publications/{id}/publish" Nothing => |_b| Input::Plain(PublicationCommand::Publish);
    /// Withdraw a publication with a reason; of a published one a line with the reason remains.
    withdraw_publication "/publications/{id}/withdraw" WithReason => |b| Input::Plain(PublicationCommand::Withdraw { reason: b.reason });
}

/// Tasks to be put in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItems {
    pub tasks: Vec<TaskId>,
}

/// An item to be taken out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeOutPublicationItem {
    pub item: ItemId,
}

/// A signature on screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignPublication {
    pub verdict: Verdict,
    /// Needed to return; of a secrecy review, its opinion.
    #[serde(default)]
    pub words: Option<String>,
    /// Whom the caller stands in for.
    #[serde(default)]
    pub on_behalf_of: Option<PersonId>,
}

/// A signature given on paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPublicationSignature {
    /// Who signed.
    pub signer: PersonId,
    pub verdict: Verdict,
    #[serde(default)]
    pub words: Option<String>,
    pub document: SignDocument,
}

/// The second officer's answer to a recorded signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPublicationSignature {
    pub signature: SignatureId,
    pub confirmed: bool,
    #[serde(default)]
    pub reason: Option<String>,
}

/// A signer's objection to what was recorded for him.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectToPublicationSignature {
    pub signature: SignatureId,
    #[schema(example = "并非本人所签")]
    pub reason: String,
}

/// Name of a file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PublicationFileQuery {
    pub filename: String,
}

/// Receive the scan of a publication signed on paper; its digest goes into the signature.
#[utoipa::path(tag = "publications", params(("id" = Uuid, Path), PublicationFileQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = ScanView)))]
#[post("/publications/{id}/scans")]
pub async fn receive_publication_scan(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<PublicationFileQuery>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let publication = PublicationId(*id);
    let origin = caller.origin.clone();
    app.db
        .read(&caller.origin.actor, move |conn| {
            let found = publications::find(conn, &origin.actor, publication, origin.now)?.line.publication;
            Ok(rights::permit_publication(&origin.actor, PublicationAction::RecordSignature, &found)?)
        })
        .await?;
    let (blob, filename) = crate::evidence::received(&app, payload, &query.0.filename).await?;
    let origin = caller.origin.clone();
    let (kept, name) = (blob.clone(), filename.clone());
    app.db
        .write(&caller.origin.actor, move |conn| {
            let subject = blobs::Subject::Publication(publication.0);
            blobs::attach(conn, &origin, Uuid::now_v7(), &kept, subject, blobs::SCAN, &name, None)
        })
        .await?;
    Ok(HttpResponse::Created().json(ScanView { sha256: blob.sha256, filename }))
}
