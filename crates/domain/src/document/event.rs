//! What happened to a document, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, Utc};

use super::figure::Figure;
use super::kind::DocumentKind;
use super::{Correction, Document, DocumentState, Override, TemplateMark};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{DocumentId, PersonId, RoundId, SignatureId};
use crate::sign_request::{RequestState, SignRequest, Signature, SignatureState};
use crate::signature::SigningEvent;

events! {
    /// An event of a document's stream (docs/domain.md §21, §32).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    DocumentEvent {
        Drafted {
            round: RoundId, kind: DocumentKind, text: Digest, records: Digest, as_of: DateTime<Utc>, template: TemplateMark,
            by: PersonId, corrects: Option<Correction>,
        } = "document.drafted";
        Revised { text: Digest } = "document.revised";
        /// Somebody entered a figure that the records do not hold, or another than they hold.
        Entered { figure: Figure, entry: Override } = "document.figure_entered";
        /// The figure of the records holds again.
        Restored { figure: Figure } = "document.figure_restored";
        /// It stands on the records of a later moment now.
        Refreshed { records: Digest, as_of: DateTime<Utc>, template: TemplateMark } = "document.refreshed";
        Submitted { request: SignRequest } = "document.submitted";
        Recalled {} = "document.recalled";
        Signed { signature: Signature } = "document.signed";
        SignatureConfirmed { signature: SignatureId, by: PersonId } = "document.signature_confirmed";
        SignatureVoided { signature: SignatureId, reason: Digest } = "document.signature_voided";
        SignatureObjected { signature: SignatureId, by: PersonId, reason: Digest } = "document.signature_objected";
        SigningReturned {} = "document.signing_returned";
        /// All have signed: it is filed, and stays as it is.
        Filed { at: DateTime<Utc> } = "document.filed";
        /// A later version was filed in its place.
        Replaced { by: DocumentId } = "document.replaced";
        Withdrawn { reason: Digest } = "document.withdrawn";
    }
}

/// The document that a first event makes; none where the first is not `Drafted`.
pub fn begin(id: DocumentId, event: &DocumentEvent) -> Option<Document> {
    let DocumentEvent::Drafted { round, kind, text, records, as_of, template, by, corrects } = event else {
        return None;
    };
    Some(Document {
        id,
        round: *round,
        kind: *kind,
        state: DocumentState::Draft,
        n_version: corrects.as_ref().map_or(1, |c| c.n_version + 1),
        text: text.clone(),
        records: records.clone(),
        as_of: *as_of,
        template: template.clone(),
        entered: std::collections::BTreeMap::new(),
        drafted_by: *by,
        requests: Vec::new(),
        objections: Vec::new(),
        filed_at: None,
        corrects: corrects.clone(),
        replaced_by: None,
        withdrawn: None,
        seq: 1,
    })
}

fn signature(document: &mut Document, id: SignatureId) -> Option<&mut Signature> {
    document.requests.iter_mut().find_map(|r| r.signature_mut(id))
}

fn end_signing(document: &mut Document, state: RequestState) {
    if let Some(request) = document.requests.last_mut() {
        request.state = state;
    }
}

/// The document after one more event.
pub fn evolve(mut document: Document, event: &DocumentEvent) -> Document {
    document.seq += 1;
    apply(&mut document, event);
    document
}

fn apply(document: &mut Document, event: &DocumentEvent) {
    match event {
        DocumentEvent::Drafted { .. } => {}
        DocumentEvent::Revised { text } => document.text = text.clone(),
        DocumentEvent::Entered { figure, entry } => {
            document.entered.insert(*figure, entry.clone());
        }
        DocumentEvent::Restored { figure } => {
            document.entered.remove(figure);
        }
        DocumentEvent::Refreshed { records, as_of, template } => {
            document.records = records.clone();
            document.as_of = *as_of;
            document.template = template.clone();
        }
        DocumentEvent::Submitted { request } => {
            document.requests.push(request.clone());
            document.state = DocumentState::Signing;
        }
        DocumentEvent::Recalled {} => {
            end_signing(document, RequestState::Recalled);
            document.state = DocumentState::Draft;
        }
        DocumentEvent::Signed { signature } => {
            if let Some(request) = document.requests.last_mut() {
                request.signatures.push(signature.clone());
            }
        }
        DocumentEvent::SignatureConfirmed { signature: id, by } => {
            if let Some(found) = signature(document, *id) {
                found.state = SignatureState::Effective;
                found.confirmed_by = Some(*by);
            }
        }
        DocumentEvent::SignatureVoided { signature: id, .. } => {
            if let Some(found) = signature(document, *id) {
                found.state = SignatureState::Voided;
            }
        }
        DocumentEvent::SignatureObjected { signature, reason, .. } => {
            document.objections.push((*signature, reason.clone()));
        }
        DocumentEvent::SigningReturned {} => {
            end_signing(document, RequestState::Returned);
            document.state = DocumentState::Draft;
        }
        DocumentEvent::Filed { at } => {
            end_signing(document, RequestState::Granted);
            document.state = DocumentState::Filed;
            document.filed_at = Some(*at);
        }
        DocumentEvent::Replaced { by } => document.replaced_by = Some(*by),
        DocumentEvent::Withdrawn { reason } => {
            if document.state == DocumentState::Signing {
                end_signing(document, RequestState::Voided);
            }
            document.withdrawn = Some(reason.clone());
            document.state = DocumentState::Withdrawn;
        }
    }
}

impl SigningEvent for DocumentEvent {
    fn signed(signature: Signature) -> Self {
        Self::Signed { signature }
    }

    fn confirmed(signature: SignatureId, by: PersonId) -> Self {
        Self::SignatureConfirmed { signature, by }
    }

    fn voided(signature: SignatureId, reason: Digest) -> Self {
        Self::SignatureVoided { signature, reason }
    }

    fn objected(signature: SignatureId, by: PersonId, reason: Digest) -> Self {
        Self::SignatureObjected { signature, by, reason }
    }

    fn returned() -> Self {
        Self::SigningReturned {}
    }

    fn granted(at: DateTime<Utc>) -> Self {
        Self::Filed { at }
    }
}
