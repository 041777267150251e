//! From the last signature on: published for so many working days, ended, replaced by a correction, withdrawn (docs/domain.md §31).

use chrono::{DateTime, Utc};
use serde_json::json;

use super::event::PublicationEvent;
use super::guard::{self, GuardKind, Guarded, Place};
use super::state::{Publication, PublicationState, Published};
use super::{Context, Decided, one, signing};
use crate::calendar;
use crate::ids::PublicationId;
use crate::policy::Who;
use crate::refusal::{FieldError, Refusal};
use crate::sign_request::{RequestState, SignRequest};
use crate::signature::reason_of;
use crate::task::context::Decision;

/// Whether somebody has reviewed the secrecy of what was signed.
fn is_reviewed(request: &SignRequest) -> bool {
    request.chain.iter().enumerate().any(|(i, step)| step.who == Who::Secrecy && request.approvals(i) > 0)
}

pub(super) fn publish(publication: &Publication, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    ctx.check_reach(publication.setting.opens_page)?;
    let granted = publication.request().filter(|r| r.state == RequestState::Granted);
    let (Some(request), Some(content)) = (granted, ctx.facts.signed.as_ref()) else {
        return Err(Refusal::conflict("request-not-open"));
    };
    if publication.setting.opens_page && !is_reviewed(request) {
        return Err(Refusal::conflict("publication-without-review"));
    }
    // What is sensitive may have become so since it was signed.
    signing::check_words(content, ctx)?;
    let on = ctx.today();
    let until = ctx.calendar.add_working_days(on, i64::from(publication.setting.working_days));
    one(PublicationEvent::Published { published: Published { at: ctx.now, by, on, until } })
}

pub(super) fn withdraw(publication: &Publication, reason: &str, ctx: &Context<'_>) -> Decided {
    let mut decision = Decision::default();
    let words = reason_of(reason, &mut decision)?;
    if publication.state == PublicationState::Published {
        // The reason is read in public as well.
        let exempted = ctx.facts.items.values().flat_map(|i| &i.exemptions);
        let exempted = exempted.map(|e| Guarded { kind: GuardKind::Exempted, word: e.word.clone() });
        let all: Vec<Guarded> = exempted.chain(ctx.facts.guarded.iter().cloned()).collect();
        if let Some(hit) = guard::find(&[(None, Place::Reason, reason)], &all).first() {
            let params = json!({ "word": hit.word, "place": hit.place.label(), "kind": hit.kind.label() });
            let fault = FieldError::with("/reason", "publication-hit", params);
            return Err(Refusal::invalid("publication-blocked", vec![fault]));
        }
    }
    decision.events.push(PublicationEvent::Withdrawn { reason: words, at: ctx.now });
    Ok(decision)
}

/// What time brings: the days are over.
pub fn end(publication: &Publication, now: DateTime<Utc>) -> Option<PublicationEvent> {
    let is_over = publication.published.as_ref().is_some_and(|p| p.until < calendar::today(now));
    (publication.state == PublicationState::Published && is_over).then_some(PublicationEvent::Ended { at: now })
}

/// When the clock has to look at it; none where time brings nothing more.
pub fn next_look(publication: &Publication) -> Option<DateTime<Utc>> {
    let published = publication.published.as_ref().filter(|_| publication.state == PublicationState::Published);
    published.map(|p| calendar::end_of_day(p.until))
}

/// A correction was published in its place; what is over already stays as it is.
pub fn replace(publication: &Publication, by: PublicationId, now: DateTime<Utc>) -> Option<PublicationEvent> {
    (publication.state == PublicationState::Published).then_some(PublicationEvent::Replaced { by, at: now })
}
