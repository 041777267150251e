//! Chains and signatures: one model for everything that is signed. It knows people and units as facts, never a table or a route.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::{AssignmentKind, PersonActor, UnitPath};
use crate::chain::Digest;
use crate::ids::{PersonId, RoundId, SignRequestId, SignatureId, UnitId};
use crate::policy::{RequestKind, StepRule, Who};
use crate::refusal::{FieldError, Refusal};
use crate::words;

words! {
    /// What a signer says.
    pub enum Verdict {
        Approve = "approve", "同意";
        Return = "return", "退回";
    }
}

words! {
    /// How a signature came about (docs/domain.md §11).
    pub enum SignMode {
        Electronic = "electronic", "本人签";
        Paper = "paper", "纸质签批代录";
        Meeting = "meeting", "会议审定";
        Delegated = "delegated", "授权代行";
    }
}

words! {
    /// Where a sign request stands.
    pub enum RequestState {
        Open = "open", "签批中";
        Granted = "granted", "已同意";
        Returned = "returned", "已退回";
        Recalled = "recalled", "已撤回";
        Voided = "voided", "已作废";
    }
}

words! {
    /// Whether a signature counts.
    pub enum SignatureState {
        Pending = "pending", "待复核";
        Effective = "effective", "有效";
        Voided = "voided", "已作废";
    }
}

/// One step of a request's own chain, copied from the policy when it was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// Who signs.
    pub who: Who,
    /// How many different people.
    pub count: u8,
    /// What the step is called; a merged step carries both names.
    pub label: String,
    /// The one person who can sign, where the chain says exactly who.
    pub person: Option<PersonId>,
    /// Met by the head's own submission with the pledge.
    pub met_by_submission: bool,
}

/// The paper or the minutes behind a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignDocument {
    /// Day on the paper, or day of the meeting, Asia/Shanghai.
    pub signed_on: NaiveDate,
    /// SHA-256 of the scan, hex; the file is an attachment.
    pub scan: String,
    /// The content hash printed on the signed form, hex; it must be that of the request.
    pub content_hash: Option<String>,
    /// The body that decided, for a meeting.
    pub body: Option<String>,
    /// Number of the minutes, for a meeting.
    pub minutes_number: Option<String>,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signature {
    /// Its id.
    pub id: SignatureId,
    /// Index of the step in the chain.
    pub step: u8,
    /// Who answers for it; none for a meeting.
    pub person: Option<PersonId>,
    /// What was said.
    pub verdict: Verdict,
    /// How.
    pub mode: SignMode,
    /// Revision of the words, if any.
    pub words: Option<Digest>,
    /// How the verifier checked, for a verification step.
    pub method: Option<String>,
    /// Server time, UTC.
    pub at: DateTime<Utc>,
    /// The day it happened, Asia/Shanghai; earlier than `at` only with a document or a verification.
    pub occurred_on: NaiveDate,
    /// The paper or the minutes.
    pub document: Option<SignDocument>,
    /// Who typed it in.
    pub recorded_by: PersonId,
    /// The second officer who confirmed a paper signature.
    pub confirmed_by: Option<PersonId>,
    /// The stand-in who signed for the person.
    pub stand_in: Option<PersonId>,
    /// Whether it counts.
    pub state: SignatureState,
}

/// How a signature is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signing {
    /// On screen, by the person himself or by a stand-in for another.
    Screen { on_behalf_of: Option<PersonId> },
    /// On paper, entered by an officer.
    Paper { signer: PersonId, document: SignDocument },
    /// In a meeting, entered by an officer.
    Meeting { document: SignDocument },
}

/// A sign request as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignRequest {
    /// Its id.
    pub id: SignRequestId,
    /// What it is about.
    pub kind: RequestKind,
    /// SHA-256 of exactly what is signed.
    pub revision: Digest,
    /// The policy version whose chain was copied.
    pub policy_version: i32,
    /// The steps.
    pub chain: Vec<Step>,
    /// Signatures in the order they came.
    pub signatures: Vec<Signature>,
    /// Who handed it in.
    pub submitted_by: PersonId,
    /// The unit for which the office entered it.
    pub on_behalf_of: Option<UnitId>,
    /// When it was handed in, UTC.
    pub submitted_at: DateTime<Utc>,
    /// Where it stands.
    pub state: RequestState,
}

impl SignRequest {
    /// Whether it still waits for somebody.
    pub fn is_open(&self) -> bool {
        self.state == RequestState::Open
    }

    /// Effective approvals of a step.
    pub fn approvals(&self, step: usize) -> usize {
        self.signatures
            .iter()
            .filter(|s| {
                usize::from(s.step) == step && s.state == SignatureState::Effective && s.verdict == Verdict::Approve
            })
            .count()
    }

    /// Paper signatures of a step that wait for the second officer.
    pub fn pending(&self, step: usize) -> usize {
        self.signatures.iter().filter(|s| usize::from(s.step) == step && s.state == SignatureState::Pending).count()
    }

    /// The first step that is not complete.
    pub fn current_step(&self) -> Option<usize> {
        (0..self.chain.len())
            .find(|&i| !self.chain[i].met_by_submission && self.approvals(i) < usize::from(self.chain[i].count))
    }

    /// Whether a person's signature on this request counts or waits for confirmation.
    pub fn has_signed(&self, person: PersonId) -> bool {
        self.signatures.iter().any(|s| s.person == Some(person) && s.state != SignatureState::Voided)
    }

    /// Whether anybody has signed, so that it cannot be recalled any more.
    pub fn has_signatures(&self) -> bool {
        self.signatures.iter().any(|s| s.state != SignatureState::Voided)
    }

    /// Steps that wait for this person as the lead leader and are not signed.
    pub fn steps_of(&self, person: PersonId) -> Vec<usize> {
        let waits = |i: &usize| {
            let step = &self.chain[*i];
            step.who == Who::LeadLeader && step.person == Some(person) && self.approvals(*i) < usize::from(step.count)
        };
        (0..self.chain.len()).filter(waits).collect()
    }

    /// Whether this officer may enter the next signature from paper: everything but a meeting's step.
    pub fn may_be_recorded_by(&self, person: Option<PersonId>) -> bool {
        let waits = |i: usize| self.approvals(i) + self.pending(i) < usize::from(self.chain[i].count);
        self.is_open()
            && (Some(self.submitted_by) != person || self.on_behalf_of.is_some())
            && self.current_step().is_some_and(|i| self.chain[i].who != Who::Meeting && waits(i))
    }

    /// Whether a paper signature waits for this officer as the second one.
    pub fn may_be_confirmed_by(&self, person: Option<PersonId>) -> bool {
        let waits =
            |s: &Signature| s.state == SignatureState::Pending && Some(s.recorded_by) != person && s.person != person;
        self.is_open() && self.signatures.iter().any(waits)
    }

    /// Signatures that were entered for this person and that he may object to.
    pub fn entered_for(&self, person: PersonId) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(move |s| {
            s.person == Some(person)
                && matches!(s.mode, SignMode::Paper | SignMode::Delegated)
                && s.state != SignatureState::Voided
        })
    }

    /// One of its signatures, to be changed by what happened to it.
    pub fn signature_mut(&mut self, id: SignatureId) -> Option<&mut Signature> {
        self.signatures.iter_mut().find(|s| s.id == id)
    }
}

/// What the signing rules must know of the subject.
#[derive(Clone, Debug)]
pub struct SigningFacts<'a> {
    /// The round.
    pub round: RoundId,
    /// The lead leader.
    pub lead_leader: Option<PersonId>,
    /// All leaders named.
    pub leaders: &'a [PersonId],
    /// The lead unit's path.
    pub lead_unit: Option<&'a UnitPath>,
    /// Paths of responsible and supporting units.
    pub units: Vec<&'a UnitPath>,
    /// The round's principal.
    pub principal: Option<PersonId>,
    /// The head of the leading group.
    pub group_head: Option<PersonId>,
    /// Who was named to review the secrecy of a publication.
    pub secrecy_reviewer: Option<PersonId>,
    /// Cross-checkers the principal named.
    pub cross_checkers: &'a [PersonId],
    /// Whether a check on the spot is to look at it first.
    pub is_being_checked: bool,
    /// Whether it is the principal's own matter, so that a meeting takes his step.
    pub is_principals_own: bool,
}

/// Whether a supervisor is barred from checking or verifying because one of his units stands in line with one of the task's (docs/domain.md §10).
pub fn is_barred(person: &PersonActor, units: &[&UnitPath]) -> bool {
    person.memberships.iter().any(|m| units.iter().any(|u| m.unit.is_in_line_with(u)))
}

fn is_assigned(person: &PersonActor, round: RoundId, kind: AssignmentKind) -> bool {
    person.assignments.iter().any(|a| a.round == round && a.kind == kind)
}

/// Whether a team assignment of this person covers a unit.
pub fn is_team_covering(person: &PersonActor, round: RoundId, unit: &UnitPath) -> bool {
    let covers = |units: &[UnitId]| units.is_empty() || unit.0.iter().any(|u| units.contains(u));
    person.assignments.iter().any(|a| a.round == round && a.kind == AssignmentKind::Team && covers(&a.units))
}

/// Whether a team assignment of this person covers the lead unit; without one, a team for every unit does.
fn is_team_for(person: &PersonActor, facts: &SigningFacts<'_>) -> bool {
    let nobody = UnitPath(Vec::new());
    is_team_covering(person, facts.round, facts.lead_unit.unwrap_or(&nobody))
}

/// Whether this person may verify the subject at all, whatever the request (docs/domain.md §10).
pub fn may_verify(person: &PersonActor, facts: &SigningFacts<'_>) -> bool {
    let named = person.person.is_some_and(|p| facts.cross_checkers.contains(&p));
    let leads = person.person.is_some_and(|p| facts.leaders.contains(&p));
    (named || is_team_for(person, facts)) && !leads && !is_barred(person, &facts.units)
}

/// The chain of a new request: the policy's steps, the head's own submission taken as the first signature, the principal's step turned into a
/// meeting where the principal leads the task himself or the lead unit is the group, steps that fall on one person merged into the later one, and
/// the head of the leading group added where there is a reason for it (docs/domain.md §9).
pub fn chain_for(
    rules: &[StepRule],
    facts: &SigningFacts<'_>,
    submitted_by_head: bool,
    head_reason: Option<&str>,
) -> Vec<Step> {
    let mut rules = rules.to_vec();
    if let Some(label) = head_reason.filter(|_| !rules.iter().any(|r| r.who == Who::GroupHead)) {
        rules.push(StepRule { who: Who::GroupHead, count: 1, label: label.to_owned() });
    }
    let mut chain: Vec<Step> = Vec::with_capacity(rules.len());
    for rule in rules {
        let mut step = Step {
            who: rule.who,
            count: rule.count,
            label: rule.label,
            person: None,
            met_by_submission: rule.who == Who::UnitHead && submitted_by_head,
        };
        if rule.who == Who::Principal && facts.is_principals_own {
            step.who = Who::Meeting;
            step.label = "领导组会议审定".to_owned();
        }
        step.person = match step.who {
            Who::LeadLeader => facts.lead_leader,
            Who::Principal => facts.principal,
            Who::GroupHead => facts.group_head,
            Who::Secrecy => facts.secrecy_reviewer,
            Who::UnitHead | Who::Office | Who::Supervisor | Who::Meeting => None,
        };
        if let Some(earlier) = step.person.and_then(|p| chain.iter().position(|s| s.person == Some(p))) {
            let merged = chain.remove(earlier);
            step.label = format!("{}、{}", merged.label, step.label);
        }
        chain.push(step);
    }
    chain
}

/// A chain that names nobody, or only the submitter, could never be finished.
///
/// Errors: `chain-incomplete`, `signed-own-submission`.
pub fn check_chain(chain: &[Step], submitted_by: PersonId) -> Result<(), Refusal> {
    for step in chain {
        let names_one = matches!(step.who, Who::LeadLeader | Who::Principal | Who::GroupHead | Who::Secrecy);
        if names_one && step.person.is_none() {
            let missing = FieldError::with("", "signer-missing", json!({ "step": step.label }));
            return Err(Refusal::invalid("chain-incomplete", vec![missing]));
        }
        if names_one && step.person == Some(submitted_by) {
            return Err(Refusal::forbidden("signed-own-submission"));
        }
    }
    Ok(())
}

/// Whether `signer` may give the next signature of this request; the rules look at the signer, not at who types (docs/domain.md §9, §10).
///
/// Errors: `request-not-open`, `not-your-step`, `already-signed`, `signed-own-submission`, `avoidance`, `check-pending`, `needs-meeting`.
pub fn check_signer(request: &SignRequest, signer: &PersonActor, facts: &SigningFacts<'_>) -> Result<usize, Refusal> {
    if !request.is_open() {
        return Err(Refusal::conflict("request-not-open"));
    }
    let Some(index) = request.current_step() else { return Err(Refusal::conflict("request-not-open")) };
    let step = &request.chain[index];
    let Some(person) = signer.person else { return Err(Refusal::forbidden("not-your-step")) };
    let fits = match step.who {
        Who::UnitHead => {
            facts.lead_unit.is_some_and(|unit| signer.memberships.iter().any(|m| m.is_head && m.unit == *unit))
        }
        Who::LeadLeader | Who::Principal | Who::GroupHead | Who::Secrecy => step.person == Some(person),
        Who::Office => is_assigned(signer, facts.round, AssignmentKind::Office),
        Who::Supervisor => {
            let team = is_team_for(signer, facts) || facts.cross_checkers.contains(&person);
            if team && !may_verify(signer, facts) {
                return Err(Refusal::forbidden("avoidance"));
            }
            // Whoever verifies waits for what is found on the spot (docs/domain.md §24).
            if team && facts.is_being_checked {
                return Err(Refusal::conflict("check-pending"));
            }
            team
        }
        Who::Meeting => return Err(Refusal::conflict("needs-meeting")),
    };
    if !fits {
        return Err(Refusal::forbidden("not-your-step"));
    }
    if request.submitted_by == person {
        return Err(Refusal::forbidden("signed-own-submission"));
    }
    if request.has_signed(person) {
        return Err(Refusal::conflict("already-signed"));
    }
    if request.approvals(index) + request.pending(index) >= usize::from(step.count) {
        return Err(Refusal::conflict("awaiting-confirmation"));
    }
    if step.who == Who::Supervisor {
        let ratifies = request.chain.iter().any(|s| s.who != Who::Supervisor && s.person == Some(person));
        if ratifies {
            return Err(Refusal::forbidden("avoidance"));
        }
    }
    Ok(index)
}

/// Whether a meeting may decide the next step: its own, or that of the principal or of the head of the leading group (docs/domain.md §11).
pub fn check_meeting(request: &SignRequest) -> Result<usize, Refusal> {
    match request.current_step() {
        Some(index) if request.is_open() => match request.chain[index].who {
            Who::Meeting | Who::Principal | Who::GroupHead => Ok(index),
            _ => Err(Refusal::conflict("not-a-meeting-step")),
        },
        _ => Err(Refusal::conflict("request-not-open")),
    }
}
