//! The signing of a publication: checked, frozen with its figures, signed on screen or on paper (docs/domain.md §9, §31).

use serde_json::json;

use super::event::PublicationEvent;
use super::guard::Hit;
use super::state::{ItemWords, Publication, PublicationKind};
use super::{Context, Decided, PublicationContent, SignedItem, hits, kind};
use crate::ids::{ItemId, SignRequestId, SignatureId};
use crate::policy::RequestKind;
use crate::refusal::{FieldError, Refusal};
use crate::sign_request::{RequestState, SignRequest, Signing, chain_for, check_chain};
use crate::signature::{self, Desk, Entry};
use crate::task::context::Decision;

/// A hit as a fault at its place.
fn fault(hit: &Hit) -> FieldError {
    let at = hit.item.map_or_else(|| format!("/{}", hit.place), |item| format!("/items/{item}/{}", hit.place));
    let params = json!({ "word": hit.word, "place": hit.place.label(), "kind": hit.kind.label() });
    FieldError::with(at, "publication-hit", params)
}

/// What may not go out blocks; nobody can wave it through (docs/domain.md §31).
pub(super) fn check_words(content: &PublicationContent, ctx: &Context<'_>) -> Result<(), Refusal> {
    let items: Vec<(ItemId, &ItemWords)> = content.items.iter().map(|i| (i.item, &i.words)).collect();
    let found = hits(&content.head, &items, &ctx.facts.guarded);
    let mut errors: Vec<FieldError> = found.iter().map(fault).collect();
    for item in content.items.iter().filter(|i| ctx.facts.barred.contains(&i.task)) {
        errors.push(FieldError::at(format!("/items/{}", item.item), "publication-item-barred"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("publication-blocked", errors)) }
}

pub(super) fn submit(publication: &Publication, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    ctx.check_reach(publication.setting.opens_page)?;
    let facts = ctx.facts;
    let words = |id: ItemId| facts.items.get(&id).cloned().unwrap_or_default();
    let figures = facts.figures.clone().ok_or_else(|| Refusal::conflict("publication-without-figures"))?;
    if figures.completed + figures.sustained + figures.in_progress + figures.not_started != figures.tasks {
        return Err(Refusal::conflict("publication-figures-apart"));
    }
    let content = PublicationContent {
        round: publication.round,
        kind: publication.kind,
        from_on: publication.from_on,
        to_on: publication.to_on,
        head: facts.head.clone(),
        items: publication.items.iter().map(|i| SignedItem { item: i.id, task: i.task, words: words(i.id) }).collect(),
        figures,
        setting: publication.setting,
    };
    let mut errors = Vec::new();
    for (pointer, text) in [("/title", &content.head.title), ("/lead", &content.head.lead)] {
        if text.is_empty() {
            errors.push(FieldError::at(pointer, "required"));
        }
    }
    for item in content.items.iter().filter(|i| i.words.text.problem.is_empty()) {
        errors.push(FieldError::at(format!("/items/{}/problem", item.item), "required"));
    }
    if content.items.is_empty() && content.kind == PublicationKind::Closures {
        errors.push(FieldError::at("/items", "publication-empty"));
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    check_words(&content, ctx)?;
    let chain = chain_for(&facts.policy.publication.chain, &ctx.signing(publication), false, None);
    check_chain(&chain, by)?;
    let mut decision = Decision::default();
    let request = SignRequest {
        id: SignRequestId((ctx.fresh)()),
        kind: RequestKind::Publication,
        revision: decision.note(kind::SIGNED, &content),
        policy_version: facts.policy_version,
        chain,
        signatures: Vec::new(),
        submitted_by: by,
        on_behalf_of: None,
        submitted_at: ctx.now,
        state: RequestState::Open,
    };
    decision.events.push(PublicationEvent::Submitted { request });
    Ok(decision)
}

fn request(publication: &Publication) -> Result<&SignRequest, Refusal> {
    publication.request().ok_or_else(|| Refusal::conflict("request-not-open"))
}

pub(super) fn sign(publication: &Publication, entry: Entry, signing: Signing, ctx: &Context<'_>) -> Decided {
    let request = request(publication)?;
    let facts = ctx.signing(publication);
    let desk = Desk { actor: ctx.actor, now: ctx.now, people: &ctx.facts.people, facts: &facts, fresh: ctx.fresh };
    signature::sign(request, entry, signing, &desk)
}

pub(super) fn confirm(
    publication: &Publication,
    id: SignatureId,
    confirmed: bool,
    reason: Option<&str>,
    ctx: &Context<'_>,
) -> Decided {
    let request = request(publication)?;
    signature::confirm(request, id, confirmed, reason, ctx.person()?, ctx.now)
}

pub(super) fn object(publication: &Publication, id: SignatureId, reason: &str, ctx: &Context<'_>) -> Decided {
    signature::object(request(publication)?, &publication.objections, id, reason, ctx.person()?)
}
