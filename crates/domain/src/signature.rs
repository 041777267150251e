//! Giving a signature, whatever it is for: on screen, on paper, by a meeting, by a stand-in; confirmed by a second officer, objected to.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::actor::{Actor, PersonActor};
use crate::calendar;
use crate::chain::Digest;
use crate::ids::{PersonId, SignatureId};
use crate::policy::Who;
use crate::refusal::{FieldError, Refusal};
use crate::sign_request::{
    SignDocument, SignMode, SignRequest, Signature, SignatureState, Signing, SigningFacts, Verdict, check_meeting,
    check_signer,
};
use crate::task::check_text;
use crate::task::context::Decision;

/// What a signer says, however it reaches us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub verdict: Verdict,
    pub words: Option<String>,
    /// How a verifier checked.
    pub method: Option<String>,
    /// When, if earlier than today.
    pub occurred_on: Option<NaiveDate>,
}

/// Where signatures are given: who is at it, when, and what the rules look at.
pub struct Desk<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    /// Standing of the people signed for.
    pub people: &'a BTreeMap<PersonId, PersonActor>,
    pub facts: &'a SigningFacts<'a>,
    /// Makes new ids.
    pub fresh: &'a dyn Fn() -> Uuid,
}

impl Desk<'_> {
    fn standing(&self, person: PersonId) -> Result<&PersonActor, Refusal> {
        self.people.get(&person).ok_or_else(|| Refusal::field("/signer", "person-unknown"))
    }

    fn own(&self) -> Result<(&PersonActor, PersonId), Refusal> {
        let own = self.actor.person().ok_or_else(|| Refusal::forbidden("not-allowed"))?;
        Ok((own, own.person.ok_or_else(|| Refusal::forbidden("not-allowed"))?))
    }

    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }
}

/// The signature that comes of an entry; one from paper waits for a second officer (docs/domain.md §9, §11).
pub fn give<E>(
    request: &SignRequest,
    entry: Entry,
    signing: Signing,
    desk: &Desk<'_>,
    decision: &mut Decision<E>,
) -> Result<Signature, Refusal> {
    let (own, typed_by) = desk.own()?;
    let (step, person, mode, document, stand_in) = match signing {
        Signing::Screen { on_behalf_of: None } => {
            let step = check_signer(request, own, desk.facts)?;
            (step, Some(typed_by), SignMode::Electronic, None, None)
        }
        Signing::Screen { on_behalf_of: Some(person) } => {
            // The rules look at the person signed for; the stand-in must not have handed it in or signed already (docs/domain.md §11).
            if !own.stands_in_for.iter().any(|(p, _)| *p == person) {
                return Err(Refusal::forbidden("no-delegation"));
            }
            if request.submitted_by == typed_by {
                return Err(Refusal::forbidden("signed-own-submission"));
            }
            if request.has_signed(typed_by) || request.signatures.iter().any(|s| s.stand_in == Some(typed_by)) {
                return Err(Refusal::conflict("already-signed"));
            }
            let step = check_signer(request, desk.standing(person)?, desk.facts)?;
            if request.chain[step].who == Who::Supervisor {
                return Err(Refusal::forbidden("verification-not-delegated"));
            }
            (step, Some(person), SignMode::Delegated, None, Some(typed_by))
        }
        Signing::Paper { signer, document } => {
            if request.submitted_by == typed_by && request.on_behalf_of.is_none() {
                return Err(Refusal::forbidden("recorded-own-submission"));
            }
            if signer == typed_by {
                return Err(Refusal::field("/signer", "recorded-own-signature"));
            }
            check_document(&document, request.revision.as_str(), false, desk.today())?;
            let step = check_signer(request, desk.standing(signer)?, desk.facts)?;
            (step, Some(signer), SignMode::Paper, Some(document), None)
        }
        Signing::Meeting { document } => {
            check_document(&document, request.revision.as_str(), true, desk.today())?;
            let step = check_meeting(request)?;
            (step, None, SignMode::Meeting, Some(document), None)
        }
    };
    let method = entry.method.map(|m| m.trim().to_owned()).filter(|m| !m.is_empty());
    let words = entry.words.map(|w| w.trim().to_owned()).filter(|w| !w.is_empty());
    check_entry(request.chain[step].who, entry.verdict, words.as_deref(), method.as_deref())?;
    let occurred_on = document.as_ref().map(|d| d.signed_on).or(entry.occurred_on).unwrap_or_else(|| desk.today());
    if occurred_on > desk.today() {
        return Err(Refusal::field("/occurred_on", "in-the-future"));
    }
    Ok(Signature {
        id: SignatureId((desk.fresh)()),
        step: u8::try_from(step).unwrap_or(u8::MAX),
        person,
        verdict: entry.verdict,
        mode,
        words: decision.words_if(words.as_deref()),
        method,
        at: desk.now,
        occurred_on,
        document,
        recorded_by: typed_by,
        confirmed_by: None,
        stand_in,
        state: if mode == SignMode::Paper { SignatureState::Pending } else { SignatureState::Effective },
    })
}

fn check_entry(who: Who, verdict: Verdict, words: Option<&str>, method: Option<&str>) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    if verdict == Verdict::Return && words.is_none() {
        errors.push(FieldError::at("/words", "reason-required"));
    }
    if who == Who::Supervisor && method.is_none() {
        errors.push(FieldError::at("/method", "method-required"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

/// A scan must be of the very content that is asked about (docs/domain.md §11).
pub(crate) fn check_document(
    document: &SignDocument,
    revision: &str,
    is_meeting: bool,
    today: NaiveDate,
) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    if document.signed_on > today {
        errors.push(FieldError::at("/document/signed_on", "in-the-future"));
    }
    if document.scan.len() != 64 || !document.scan.bytes().all(|b| b.is_ascii_hexdigit()) {
        errors.push(FieldError::at("/document/scan", "scan-missing"));
    }
    if is_meeting {
        for (pointer, value) in
            [("/document/body", &document.body), ("/document/minutes_number", &document.minutes_number)]
        {
            if value.as_deref().is_none_or(|v| v.trim().is_empty()) {
                errors.push(FieldError::at(pointer, "required"));
            }
        }
    } else if document.content_hash.is_none() {
        errors.push(FieldError::at("/document/content_hash", "required"));
    }
    if document.content_hash.as_deref().is_some_and(|hash| !matches_hash(hash, revision)) {
        errors.push(FieldError::at("/document/content_hash", "content-hash-differs"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

/// The whole hash, or its first sixteen digits or more, as they are printed on the form.
fn matches_hash(given: &str, revision: &str) -> bool {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    given.len() >= 16 && revision.starts_with(&given)
}

/// The signature of an id.
///
/// Errors: `signature-unknown`.
pub fn find(request: &SignRequest, id: SignatureId) -> Result<&Signature, Refusal> {
    let found = request.signatures.iter().find(|s| s.id == id);
    found.ok_or_else(|| Refusal::field("/signature", "signature-unknown"))
}

/// Whether this officer may answer for a paper signature: two officers, neither the signer (docs/domain.md §11).
///
/// Errors: `signature-unknown`, `nothing-to-confirm`, `second-officer-needed`.
pub fn confirmable(request: &SignRequest, id: SignatureId, by: PersonId) -> Result<&Signature, Refusal> {
    let pending = find(request, id)?;
    if pending.state != SignatureState::Pending || !request.is_open() {
        return Err(Refusal::conflict("nothing-to-confirm"));
    }
    if pending.recorded_by == by || pending.person == Some(by) {
        return Err(Refusal::forbidden("second-officer-needed"));
    }
    Ok(pending)
}

/// Whether a signer may object to what was recorded for him, and his reason, kept (docs/domain.md §11).
///
/// Errors: `signature-unknown`, `not-your-signature`, `signature-voided`, content.
pub fn objection<E>(
    request: &SignRequest,
    id: SignatureId,
    by: PersonId,
    reason: &str,
    decision: &mut Decision<E>,
) -> Result<Digest, Refusal> {
    let recorded = find(request, id)?;
    if recorded.person != Some(by) || !matches!(recorded.mode, SignMode::Paper | SignMode::Delegated) {
        return Err(Refusal::forbidden("not-your-signature"));
    }
    if recorded.state == SignatureState::Voided {
        return Err(Refusal::conflict("signature-voided"));
    }
    decision.words_if(Some(reason)).ok_or_else(|| Refusal::field("/reason", "required"))
}

/// For whom this person can sign the next step: himself, or somebody he stands in for; none where it is not his turn.
pub fn signable_for(request: &SignRequest, own: &PersonActor, facts: &SigningFacts<'_>) -> Vec<Option<PersonId>> {
    if !request.is_open() {
        return Vec::new();
    }
    if check_signer(request, own, facts).is_ok() {
        return vec![None];
    }
    let is_party = own.person.is_some_and(|p| request.submitted_by == p || request.has_signed(p));
    let step = request.current_step().and_then(|i| request.chain[i].person);
    let people = own.stands_in_for.iter().filter(|_| !is_party).map(|(p, _)| *p);
    people.filter(|p| step == Some(*p) && !request.has_signed(*p)).map(Some).collect()
}

/// The events by which a stream of its own tells how it is signed.
pub trait SigningEvent: Sized {
    fn signed(signature: Signature) -> Self;
    fn confirmed(signature: SignatureId, by: PersonId) -> Self;
    fn voided(signature: SignatureId, reason: Digest) -> Self;
    fn objected(signature: SignatureId, by: PersonId, reason: Digest) -> Self;
    /// A signer sent it back.
    fn returned() -> Self;
    /// All have signed.
    fn granted(at: DateTime<Utc>) -> Self;
}

/// What follows from one more effective signature; `after` has it.
fn concluded<E: SigningEvent>(after: &SignRequest, verdict: Verdict, now: DateTime<Utc>) -> Option<E> {
    match verdict {
        Verdict::Return => Some(E::returned()),
        Verdict::Approve => after.current_step().is_none().then(|| E::granted(now)),
    }
}

/// Signs what has a stream of its own, on screen or on paper; one from paper waits for a second officer (docs/domain.md §9, §11).
///
/// Errors: those of [`give`].
pub fn sign<E: SigningEvent>(
    request: &SignRequest,
    entry: Entry,
    signing: Signing,
    desk: &Desk<'_>,
) -> Result<Decision<E>, Refusal> {
    let verdict = entry.verdict;
    let mut decision = Decision::default();
    let signed = give(request, entry, signing, desk, &mut decision)?;
    decision.events.push(E::signed(signed.clone()));
    if signed.state == SignatureState::Effective {
        let mut after = request.clone();
        after.signatures.push(signed);
        decision.events.extend(concluded(&after, verdict, desk.now));
    }
    Ok(decision)
}

/// The second officer's answer to a signature from paper, with a reason where it is void.
///
/// Errors: those of [`confirmable`]; content.
pub fn confirm<E: SigningEvent>(
    request: &SignRequest,
    id: SignatureId,
    is_confirmed: bool,
    reason: Option<&str>,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<Decision<E>, Refusal> {
    let verdict = confirmable(request, id, by)?.verdict;
    let mut decision = Decision::default();
    if is_confirmed {
        decision.events.push(E::confirmed(id, by));
        let mut after = request.clone();
        if let Some(signed) = after.signature_mut(id) {
            signed.state = SignatureState::Effective;
        }
        decision.events.extend(concluded(&after, verdict, now));
    } else {
        let reason = reason_of(reason.unwrap_or_default(), &mut decision)?;
        decision.events.push(E::voided(id, reason));
    }
    Ok(decision)
}

/// A signer's objection to what was recorded for him; while others still sign, the signature is void with it.
///
/// Errors: `already-objected`; those of [`objection`].
pub fn object<E: SigningEvent>(
    request: &SignRequest,
    objections: &[(SignatureId, Digest)],
    id: SignatureId,
    reason: &str,
    by: PersonId,
) -> Result<Decision<E>, Refusal> {
    let mut decision = Decision::default();
    if objections.iter().any(|(known, _)| *known == id) {
        return Err(Refusal::conflict("already-objected"));
    }
    let reason = objection(request, id, by, reason, &mut decision)?;
    decision.events.push(E::objected(id, by, reason.clone()));
    if request.is_open() {
        decision.events.push(E::voided(id, reason));
    }
    Ok(decision)
}

/// A reason that has to be given, kept.
///
/// Errors: content.
pub(crate) fn reason_of<E>(reason: &str, decision: &mut Decision<E>) -> Result<Digest, Refusal> {
    let mut errors = Vec::new();
    check_text(&mut errors, "/reason".to_owned(), reason, true);
    if errors.is_empty() { Ok(decision.words(reason)) } else { Err(Refusal::invalid("content", errors)) }
}
