//! The signing of a document: sent, signed on screen or on paper, confirmed, objected to; with the last signature it is filed (docs/domain.md §9, §32).

use super::event::DocumentEvent;
use super::{Context, Decided, Document, DocumentContent, missing, revision};
use crate::ids::{SignRequestId, SignatureId};
use crate::policy::RequestKind;
use crate::refusal::Refusal;
use crate::sign_request::{RequestState, SignRequest, Signing, chain_for, check_chain};
use crate::signature::{self, Desk, Entry};
use crate::task::context::Decision;

pub(super) fn submit(document: &Document, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    let errors = missing(document, ctx.text, ctx.records);
    if !errors.is_empty() {
        return Err(Refusal::invalid("document-incomplete", errors));
    }
    let chain = chain_for(&ctx.facts.policy.documents, &ctx.signing(document), false, None);
    check_chain(&chain, by)?;
    let content = DocumentContent {
        round: document.round,
        kind: document.kind,
        n_version: document.n_version,
        text: document.text.clone(),
        records: document.records.clone(),
        as_of: document.as_of,
        template: document.template.clone(),
        entered: document.entered.clone(),
        corrects: document.corrects.clone(),
    };
    let mut decision = Decision::default();
    let request = SignRequest {
        id: SignRequestId((ctx.fresh)()),
        kind: RequestKind::Document,
        revision: decision.note(revision::SIGNED, &content),
        policy_version: ctx.facts.policy_version,
        chain,
        signatures: Vec::new(),
        submitted_by: by,
        on_behalf_of: None,
        submitted_at: ctx.now,
        state: RequestState::Open,
    };
    decision.events.push(DocumentEvent::Submitted { request });
    Ok(decision)
}

fn request(document: &Document) -> Result<&SignRequest, Refusal> {
    document.request().ok_or_else(|| Refusal::conflict("request-not-open"))
}

pub(super) fn sign(document: &Document, entry: Entry, signing: Signing, ctx: &Context<'_>) -> Decided {
    let request = request(document)?;
    let facts = ctx.signing(document);
    let desk = Desk { actor: ctx.actor, now: ctx.now, people: &ctx.facts.people, facts: &facts, fresh: ctx.fresh };
    signature::sign(request, entry, signing, &desk)
}

pub(super) fn confirm(
    document: &Document,
    id: SignatureId,
    confirmed: bool,
    reason: Option<&str>,
    ctx: &Context<'_>,
) -> Decided {
    let request = request(document)?;
    signature::confirm(request, id, confirmed, reason, ctx.person()?, ctx.now)
}

pub(super) fn object(document: &Document, id: SignatureId, reason: &str, ctx: &Context<'_>) -> Decided {
    signature::object(request(document)?, &document.objections, id, reason, ctx.person()?)
}
