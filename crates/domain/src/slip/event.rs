//! What happened to a slip, and what it makes of it. Events carry ids, scalars and digests; their stored kinds never change.

use chrono::{DateTime, NaiveDate, Utc};

use super::state::{Answer, HandOver, Interview, Kept, Receipt, Review, Shape, Slip, SlipNumber, SlipState};
use crate::chain::Digest;
use crate::events::events;
use crate::ids::{PersonId, RoundId, SignatureId, SlipId};
use crate::sign_request::{RequestState, SignRequest, Signature, SignatureState};
use crate::signature::SigningEvent;

events! {
    /// An event of a slip's stream (docs/domain.md §21, §25).
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    SlipEvent {
        Drafted { round: RoundId, shape: Shape, by: PersonId, at: DateTime<Utc>, raised_from: Option<SlipId> } = "slip.drafted";
        Revised { shape: Shape } = "slip.revised";
        /// Sent for signature.
        Submitted { request: SignRequest } = "slip.submitted";
        /// Taken back before anybody signed.
        Recalled {} = "slip.recalled";
        Signed { signature: Signature } = "slip.signed";
        SignatureConfirmed { signature: SignatureId, by: PersonId } = "slip.signature_confirmed";
        SignatureVoided { signature: SignatureId, reason: Digest } = "slip.signature_voided";
        SignatureObjected { signature: SignatureId, by: PersonId, reason: Digest } = "slip.signature_objected";
        /// A signer returned it to its draft.
        SigningReturned {} = "slip.signing_returned";
        /// All have signed.
        SigningGranted {} = "slip.signing_granted";
        /// It has its number and is in force.
        Issued { number: SlipNumber, at: DateTime<Utc>, receive_due_on: NaiveDate, due_on: NaiveDate } = "slip.issued";
        Received { receipt: Receipt } = "slip.received";
        Answered { answer: Answer } = "slip.answered";
        /// The answer was not enough.
        AnswerReturned { review: Review } = "slip.answer_returned";
        AnswerAccepted { review: Review } = "slip.answer_accepted";
        InterviewRecorded { interview: Interview } = "slip.interview_recorded";
        PromiseKept { kept: Kept } = "slip.promise_kept";
        HandedOver { hand_over: HandOver, at: DateTime<Utc> } = "slip.handed_over";
        /// A slip of a higher level was issued in its place.
        Overtaken { by: SlipId } = "slip.overtaken";
        /// That slip was withdrawn.
        Released {} = "slip.released";
        /// That slip was settled, and this one with it.
        SettledWith { by: SlipId, at: DateTime<Utc> } = "slip.settled_with";
        Withdrawn { reason: Digest } = "slip.withdrawn";
        /// The day until which it was to be signed for went by.
        ReceiptPassed { due_on: NaiveDate } = "slip.receipt_passed";
        /// The day of its answer went by; of a referral, that of its hand-over.
        AnswerPassed { due_on: NaiveDate } = "slip.answer_passed";
    }
}

/// The slip that a first event makes; none where the first is not `Drafted`.
pub fn begin(id: SlipId, event: &SlipEvent) -> Option<Slip> {
    let SlipEvent::Drafted { round, shape, by, at, raised_from } = event else { return None };
    Some(Slip {
        id,
        round: *round,
        state: SlipState::Draft,
        shape: shape.clone(),
        number: None,
        drafted_by: *by,
        drafted_at: *at,
        requests: Vec::new(),
        objections: Vec::new(),
        issued_at: None,
        receive_due_on: None,
        due_on: None,
        receipt: None,
        answers: Vec::new(),
        interview: None,
        hand_over: None,
        settled_at: None,
        withdrawn: None,
        raised_from: *raised_from,
        overtaken_by: None,
        receipt_passed_on: None,
        answer_passed_on: None,
        seq: 1,
        version: 1,
    })
}

fn signature(slip: &mut Slip, id: SignatureId) -> Option<&mut Signature> {
    slip.requests.iter_mut().find_map(|r| r.signature_mut(id))
}

fn end_signing(slip: &mut Slip, state: RequestState) {
    if let Some(request) = slip.requests.last_mut() {
        request.state = state;
    }
}

fn review(slip: &mut Slip, review: &Review) {
    if let Some(answer) = slip.answers.last_mut() {
        answer.review = Some(review.clone());
    }
}

/// The slip after one more event.
pub fn evolve(mut slip: Slip, event: &SlipEvent) -> Slip {
    slip.seq += 1;
    // What only time brings changes nothing that is decided on.
    if !matches!(event, SlipEvent::ReceiptPassed { .. } | SlipEvent::AnswerPassed { .. }) {
        slip.version = slip.seq;
    }
    apply(&mut slip, event);
    slip
}

fn apply(slip: &mut Slip, event: &SlipEvent) {
    match event {
        SlipEvent::Drafted { .. } => {}
        SlipEvent::Revised { shape } => slip.shape = shape.clone(),
        SlipEvent::Submitted { request } => {
            slip.requests.push(request.clone());
            slip.state = SlipState::Signing;
        }
        SlipEvent::Recalled {} => {
            end_signing(slip, RequestState::Recalled);
            slip.state = SlipState::Draft;
        }
        SlipEvent::Signed { signature } => {
            if let Some(request) = slip.requests.last_mut() {
                request.signatures.push(signature.clone());
            }
        }
        SlipEvent::SignatureConfirmed { signature: id, by } => {
            if let Some(found) = signature(slip, *id) {
                found.state = SignatureState::Effective;
                found.confirmed_by = Some(*by);
            }
        }
        SlipEvent::SignatureVoided { signature: id, .. } => {
            if let Some(found) = signature(slip, *id) {
                found.state = SignatureState::Voided;
            }
        }
        SlipEvent::SignatureObjected { signature, reason, .. } => slip.objections.push((*signature, reason.clone())),
        SlipEvent::SigningReturned {} => {
            end_signing(slip, RequestState::Returned);
            slip.state = SlipState::Draft;
        }
        SlipEvent::SigningGranted {} => end_signing(slip, RequestState::Granted),
        SlipEvent::Issued { number, at, receive_due_on, due_on } => {
            slip.number = Some(*number);
            slip.issued_at = Some(*at);
            slip.receive_due_on = Some(*receive_due_on);
            slip.due_on = Some(*due_on);
            slip.state = SlipState::Issued;
        }
        SlipEvent::Received { receipt } => {
            slip.receipt = Some(*receipt);
            slip.state = SlipState::Received;
        }
        SlipEvent::Answered { answer } => {
            slip.answers.push(answer.clone());
            slip.state = SlipState::Answered;
        }
        SlipEvent::AnswerReturned { review: said } => {
            review(slip, said);
            slip.state = SlipState::Received;
        }
        SlipEvent::AnswerAccepted { review: said } => {
            review(slip, said);
            slip.state = SlipState::Settled;
            slip.settled_at = Some(said.at);
        }
        SlipEvent::InterviewRecorded { interview } => slip.interview = Some(interview.clone()),
        SlipEvent::PromiseKept { kept } => {
            if let Some(interview) = &mut slip.interview {
                interview.kept = Some(kept.clone());
            }
        }
        SlipEvent::HandedOver { hand_over, at } => {
            slip.hand_over = Some(hand_over.clone());
            slip.state = SlipState::Settled;
            slip.settled_at = Some(*at);
        }
        SlipEvent::Overtaken { by } => slip.overtaken_by = Some(*by),
        SlipEvent::Released {} => slip.overtaken_by = None,
        SlipEvent::SettledWith { at, .. } => {
            slip.state = SlipState::Settled;
            slip.settled_at = Some(*at);
        }
        SlipEvent::Withdrawn { reason } => {
            if slip.state == SlipState::Signing {
                end_signing(slip, RequestState::Voided);
            }
            slip.withdrawn = Some(reason.clone());
            slip.state = SlipState::Withdrawn;
        }
        SlipEvent::ReceiptPassed { due_on } => slip.receipt_passed_on = Some(*due_on),
        SlipEvent::AnswerPassed { due_on } => slip.answer_passed_on = Some(*due_on),
    }
}

impl SigningEvent for SlipEvent {
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

    fn granted(_at: DateTime<Utc>) -> Self {
        Self::SigningGranted {}
    }
}
