//! The signing of a document: sent, signed on screen or on paper, confirmed, objected to; with the last signature it is filed (docs/domain.md §9, §32).

use super::event::DocumentEvent;
use super::{Context, Decided, Document, DocumentContent, missing, reason_of, revision};
use crate::ids::{SignRequestId, SignatureId};
use crate::policy::RequestKind;
use crate::refusal::Refusal;
use crate::sign_request::{RequestState, SignRequest, SignatureState, Signing, Verdict, chain_for, check_chain};
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
    let verdict = entry.verdict;
    let facts = ctx.signing(document);
    let desk = Desk { actor: ctx.actor, now: ctx.now, people: &ctx.facts.people, facts: &facts, fresh: ctx.fresh };
    let mut decision = Decision::default();
    let signed = signature::give(request, entry, signing, &desk, &mut decision)?;
    decision.events.push(DocumentEvent::Signed { signature: signed.clone() });
    if signed.state == SignatureState::Effective {
        let mut after = request.clone();
        after.signatures.push(signed);
        decision.events.extend(concluded(&after, verdict, ctx));
    }
    Ok(decision)
}

/// What follows from one more effective signature.
fn concluded(after: &SignRequest, verdict: Verdict, ctx: &Context<'_>) -> Option<DocumentEvent> {
    match verdict {
        Verdict::Return => Some(DocumentEvent::SigningReturned {}),
        Verdict::Approve => after.current_step().is_none().then_some(DocumentEvent::Filed { at: ctx.now }),
    }
}

pub(super) fn confirm(
    document: &Document,
    id: SignatureId,
    confirmed: bool,
    reason: Option<&str>,
    ctx: &Context<'_>,
) -> Decided {
    let request = request(document)?;
    let by = ctx.person()?;
    let verdict = signature::confirmable(request, id, by)?.verdict;
    let mut decision = Decision::default();
    if confirmed {
        decision.events.push(DocumentEvent::SignatureConfirmed { signature: id, by });
        let mut after = request.clone();
        if let Some(signed) = after.signature_mut(id) {
            signed.state = SignatureState::Effective;
        }
        decision.events.extend(concluded(&after, verdict, ctx));
    } else {
        let reason = reason_of(reason.unwrap_or_default(), &mut decision)?;
        decision.events.push(DocumentEvent::SignatureVoided { signature: id, reason });
    }
    Ok(decision)
}

pub(super) fn object(document: &Document, id: SignatureId, reason: &str, ctx: &Context<'_>) -> Decided {
    let request = request(document)?;
    let by = ctx.person()?;
    let mut decision = Decision::default();
    if document.objections.iter().any(|(known, _)| *known == id) {
        return Err(Refusal::conflict("already-objected"));
    }
    let reason = signature::objection(request, id, by, reason, &mut decision)?;
    decision.events.push(DocumentEvent::SignatureObjected { signature: id, by, reason: reason.clone() });
    if request.is_open() {
        decision.events.push(DocumentEvent::SignatureVoided { signature: id, reason });
    }
    Ok(decision)
}
