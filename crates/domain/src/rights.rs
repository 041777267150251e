//! All authorization: who may see a task and who may do what with it. Nothing else in the product decides that.

mod appraisal;
mod document;
mod handover;
mod publication;
mod rule_register;
mod systemic;

use std::collections::BTreeSet;

use crate::actor::{Actor, AssignmentKind, PersonActor, Role, UnitPath};
use crate::check::CheckAction;
use crate::check::state::Check;
use crate::ids::{PersonId, RoundId, UnitId};
use crate::meeting::MeetingAction;
use crate::meeting::state::{Meeting, Resolution};
use crate::personal_duty::state::{DutyAct, DutyState};
use crate::personal_duty::{DutyAction, Head};
use crate::refusal::Refusal;
use crate::service::KeyScope;
use crate::sign_request::{is_barred, is_team_covering};
use crate::slip::ladder::SlipLevel;
use crate::slip::state::Slip;
use crate::slip::{Parties, SlipAction};
use crate::task::command::Action;
use crate::task::state::{Sensitivity, TaskState};
use crate::words;

pub use appraisal::{
    heads_unit, hears_of_appraisal, is_watcher, permit_accountability, permit_appraisal, permit_publishing_appraisal,
    permit_recording_accountability, reads_accountability, reads_score, sees_appraisals,
};
pub use document::{permit_document, permit_templates, sees_document};
pub use handover::{permit_handover, permit_preparing_handover, sees_handover};
pub use publication::{
    permit_opinion, permit_publication, reads_writer, sees_opinion, sees_publication, sees_publications,
};
pub use rule_register::{
    answers_for, hears_of_rule, lists_rule, permit_entering_rule, permit_rule, reads_rule, sees_rule,
};
pub use systemic::{
    hears_of_problem, owns_problem, permit_systemic, reads_check, sees_problem, sees_problems, stands_for,
    works_for_unit,
};

words! {
    /// How an actor stands to a task (docs/domain.md §19).
    pub enum Relation {
        System = "system", "系统";
        Office = "office", "整改办";
        OfficeOnBehalf = "office_on_behalf", "整改办（代报）";
        Team = "team", "督导组";
        Principal = "principal", "主要负责人";
        GroupHead = "group_head", "领导组组长";
        LeadLeader = "lead_leader", "牵头领导";
        Leader = "leader", "责任领导";
        StandIn = "stand_in", "授权代行人";
        CrossChecker = "cross_checker", "交叉核查人";
        LeadUnitHead = "lead_unit_head", "牵头单位负责人";
        LeadUnit = "lead_unit", "牵头单位";
        ResponsibleUnit = "responsible_unit", "责任单位";
        SupportingUnit = "supporting_unit", "配合单位";
        MilestoneUnit = "milestone_unit", "分解任务单位";
        FormerUnit = "former_unit", "原牵头单位";
        UnitAbove = "unit_above", "上级单位";
    }
}

/// The facts of a task that rights may look at.
#[derive(Clone, Debug)]
pub struct Subject {
    pub round: RoundId,
    pub state: TaskState,
    pub sensitivity: Sensitivity,
    pub readers: Vec<PersonId>,
    pub leaders: Vec<PersonId>,
    pub cross_checkers: Vec<PersonId>,
    /// Responsible units, the lead unit first.
    pub units: Vec<UnitPath>,
    pub supporting: Vec<UnitPath>,
    pub milestone_units: Vec<UnitPath>,
    /// Earlier lead units that still owe statements.
    pub former_units: Vec<UnitPath>,
    /// Whether somebody of the lead unit can log in.
    pub lead_unit_has_accounts: bool,
}

impl Subject {
    fn all_units(&self) -> impl Iterator<Item = &UnitPath> {
        self.units.iter().chain(&self.supporting).chain(&self.milestone_units).chain(&self.former_units)
    }
}

/// What an actor may see of the ledger; persistence turns it into a filter and a test holds the two equal (docs/domain.md §19).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Rounds seen whole.
    pub rounds: BTreeSet<RoundId>,
    /// Persons whose naming as leader or cross-checker opens a task, drafts excepted.
    pub persons: BTreeSet<PersonId>,
    /// Units whose tasks, and those of the units below, are open, drafts excepted.
    pub units: BTreeSet<UnitId>,
    /// The clock sees everything.
    pub is_system: bool,
}

impl Scope {
    /// Whether every task of a round is seen.
    pub fn sees_whole(&self, round: RoundId) -> bool {
        self.is_system || self.rounds.contains(&round)
    }
}

/// What this actor may see.
pub fn scope(actor: &Actor) -> Scope {
    let Actor::Person(person) = actor else { return Scope { is_system: true, ..Scope::default() } };
    let mut scope = Scope::default();
    scope.rounds.extend(person.principal_of.iter().chain(&person.heads_group_of));
    match person.role {
        Some(Role::Supervisor) => scope.rounds.extend(person.assignments.iter().map(|a| a.round)),
        Some(Role::Unit) => scope.units.extend(person.memberships.iter().filter_map(|m| m.unit.unit())),
        Some(Role::Leader) | None => {}
    }
    if person.role.is_some() {
        scope.persons.extend(person.person);
        scope.persons.extend(person.stands_in_for.iter().map(|(p, _)| *p));
    }
    scope
}

impl Scope {
    /// Whether a task with these facts is seen.
    pub fn covers(&self, subject: &Subject) -> bool {
        self.is_system
            || self.rounds.contains(&subject.round)
            || subject.state != TaskState::Draft
                && (subject.leaders.iter().chain(&subject.cross_checkers).any(|p| self.persons.contains(p))
                    || subject.all_units().any(|path| path.0.iter().any(|u| self.units.contains(u))))
    }
}

/// How the actor stands to the task; empty means the task is not visible.
pub fn relations(actor: &Actor, subject: &Subject) -> BTreeSet<Relation> {
    let mut found = BTreeSet::new();
    let Actor::Person(person) = actor else {
        found.insert(Relation::System);
        return found;
    };
    if !scope(actor).covers(subject) {
        return found;
    }
    if person.principal_of.contains(&subject.round) {
        found.insert(Relation::Principal);
    }
    if person.heads_group_of.contains(&subject.round) {
        found.insert(Relation::GroupHead);
    }
    match person.role {
        Some(Role::Supervisor) => supervisor_relations(person, subject, &mut found),
        Some(Role::Unit) => unit_relations(person, subject, &mut found),
        Some(Role::Leader) | None => {}
    }
    if let Some(id) = person.person {
        if subject.leaders.first() == Some(&id) {
            found.insert(Relation::LeadLeader);
        }
        if subject.leaders.contains(&id) {
            found.insert(Relation::Leader);
        }
        if subject.cross_checkers.contains(&id) {
            found.insert(Relation::CrossChecker);
        }
    }
    if person.stands_in_for.iter().any(|(p, _)| subject.leaders.contains(p)) {
        found.insert(Relation::StandIn);
    }
    found
}

fn supervisor_relations(person: &PersonActor, subject: &Subject, found: &mut BTreeSet<Relation>) {
    for assignment in person.assignments.iter().filter(|a| a.round == subject.round) {
        match assignment.kind {
            AssignmentKind::Office => {
                found.insert(Relation::Office);
                if !subject.lead_unit_has_accounts {
                    found.insert(Relation::OfficeOnBehalf);
                }
            }
            AssignmentKind::Team => {
                found.insert(Relation::Team);
            }
        }
    }
}

fn unit_relations(person: &PersonActor, subject: &Subject, found: &mut BTreeSet<Relation>) {
    let before = found.len();
    for membership in &person.memberships {
        let unit = &membership.unit;
        if subject.units.first() == Some(unit) {
            found.insert(Relation::LeadUnit);
            if membership.is_head {
                found.insert(Relation::LeadUnitHead);
            }
        }
        if subject.units.contains(unit) {
            found.insert(Relation::ResponsibleUnit);
        }
        if subject.supporting.contains(unit) {
            found.insert(Relation::SupportingUnit);
        }
        if subject.milestone_units.contains(unit) {
            found.insert(Relation::MilestoneUnit);
        }
        if subject.former_units.contains(unit) {
            found.insert(Relation::FormerUnit);
        }
    }
    let above = subject.all_units().any(|path| person.memberships.iter().any(|m| path.is_within(&m.unit)));
    if found.len() == before && above {
        found.insert(Relation::UnitAbove);
    }
}

/// Who may do an act, one line per act. Signing is open to whoever a chain can name; the chain itself decides (docs/domain.md §9).
pub fn who(action: Action) -> &'static [Relation] {
    use Relation::{
        CrossChecker, FormerUnit, GroupHead, LeadLeader, LeadUnit, LeadUnitHead, Leader, MilestoneUnit, Office,
        OfficeOnBehalf, Principal, ResponsibleUnit, StandIn, SupportingUnit, System, Team,
    };
    match action {
        Action::Revise => &[Office],
        Action::Issue => &[Office],
        Action::CloseBeforeGolive => &[Office],
        Action::Claim => &[LeadUnit, OfficeOnBehalf],
        Action::WishReassignment => &[LeadUnit, OfficeOnBehalf],
        Action::Uphold => &[Office],
        Action::Reassign => &[Office],
        Action::AdjustParties => &[Office],
        Action::SavePlan => &[LeadUnit, OfficeOnBehalf],
        Action::SubmitPlan => &[LeadUnit, OfficeOnBehalf],
        Action::Sign => &[LeadUnitHead, LeadLeader, StandIn, Office, Team, CrossChecker, Principal, GroupHead],
        Action::RecordSignature => &[Office],
        Action::ConfirmSignature => &[Office],
        Action::RecordMeeting => &[Office],
        Action::Object => &[LeadUnitHead, Leader, Office, Team, CrossChecker, Principal, GroupHead],
        Action::SettleObjection => &[Principal, GroupHead],
        Action::Recall => &[LeadUnit, Office],
        Action::SubmitStatement => {
            &[LeadUnit, ResponsibleUnit, SupportingUnit, MilestoneUnit, FormerUnit, OfficeOnBehalf]
        }
        Action::AcknowledgeStatement => &[Office, Team],
        Action::ReturnStatement => &[Office, Team],
        Action::CompleteMilestone => &[LeadUnit, MilestoneUnit, OfficeOnBehalf],
        Action::ReopenMilestone => &[LeadUnit, OfficeOnBehalf],
        Action::CompleteDuty => &[SupportingUnit],
        Action::AttachEvidence => {
            &[LeadUnit, ResponsibleUnit, SupportingUnit, MilestoneUnit, FormerUnit, Office, Team, CrossChecker]
        }
        Action::RemoveEvidence => {
            &[LeadUnit, ResponsibleUnit, SupportingUnit, MilestoneUnit, Office, Team, CrossChecker]
        }
        Action::RequestExtension => &[LeadUnit, OfficeOnBehalf],
        Action::ResetDueDate => &[Office],
        Action::ProposeAmendment => &[LeadUnit, OfficeOnBehalf],
        Action::RequestClosure => &[LeadUnit, OfficeOnBehalf],
        Action::NameCrossChecker => &[Principal],
        Action::MarkKey => &[Office],
        Action::AnalyseCause => &[LeadUnit, Office],
        Action::Confirm => &[Office, Team],
        Action::Reopen => &[Office, Team],
        Action::RequestWithdrawal => &[Office],
        Action::RecordCheck => &[Office, Team],
        Action::SettleCheck => &[Office, Team],
        Action::OpenSlip => &[System],
        Action::CloseSlip => &[System],
        Action::TakeOver => &[System],
        Action::KeepClock => &[System],
    }
}

/// Whether the actor may do the act on this task at all.
///
/// Errors: `not-allowed` (403). Whoever does not see the task never gets here.
pub fn permit(actor: &Actor, action: Action, subject: &Subject) -> Result<BTreeSet<Relation>, Refusal> {
    // Of all acts on a task a key opens one.
    if let Some(service) = actor.person().and_then(|p| p.service.as_ref()) {
        service.permit((action == Action::SubmitStatement).then_some(KeyScope::WriteStatements))?;
    }
    let found = relations(actor, subject);
    if who(action).iter().any(|relation| found.contains(relation)) {
        Ok(found)
    } else {
        Err(Refusal::forbidden("not-allowed"))
    }
}

/// Whether the actor reads the content of the task, or only that there is one (docs/domain.md §17).
pub fn reads_content(actor: &Actor, subject: &Subject) -> bool {
    match subject.sensitivity {
        Sensitivity::Open => true,
        Sensitivity::Secret | Sensitivity::Referred => false,
        Sensitivity::Internal => {
            let found = relations(actor, subject);
            found.contains(&Relation::System)
                || found.contains(&Relation::Office)
                || actor.person().and_then(|p| p.person).is_some_and(|p| subject.readers.contains(&p))
        }
    }
}

/// Whether the actor leads a round's office: it makes findings, tasks, imports, dates and policy of the round.
///
/// Errors: `not-allowed`.
pub fn permit_office(actor: &Actor, round: RoundId) -> Result<(), Refusal> {
    let office = actor.person().is_some_and(|p| {
        p.role == Some(Role::Supervisor)
            && p.assignments.iter().any(|a| a.round == round && a.kind == AssignmentKind::Office)
    });
    if office { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor supervises a round, in its office or a team: plans checks and draws their samples (docs/domain.md §24).
///
/// Errors: `not-allowed`.
pub fn permit_supervision(actor: &Actor, round: RoundId) -> Result<(), Refusal> {
    let supervises = actor
        .person()
        .is_some_and(|p| p.role == Some(Role::Supervisor) && p.assignments.iter().any(|a| a.round == round));
    if supervises { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether a check is seen: by who supervises the round, its principal and group head, the parties of its draw and its inspectors; never by a unit (docs/domain.md §24).
pub fn sees_check(actor: &Actor, check: &Check) -> bool {
    let Some(person) = actor.person() else { return true };
    let own = |id: PersonId| person.role.is_some_and(|r| r != Role::Unit) && person.person == Some(id);
    permit_supervision(actor, check.round).is_ok()
        || person.principal_of.contains(&check.round)
        || person.heads_group_of.contains(&check.round)
        || check.draws.iter().flat_map(|d| &d.parties).any(|p| own(p.person))
        || check.inspectors.iter().any(|p| own(*p))
}

/// Whether the share found untrue is shown: to who supervises the round and the heads of its leading group (docs/domain.md §24).
pub fn sees_untrue_rate(actor: &Actor, check: &Check) -> bool {
    permit_supervision(actor, check.round).is_ok()
        || actor
            .person()
            .is_some_and(|p| p.principal_of.contains(&check.round) || p.heads_group_of.contains(&check.round))
}

/// Whether the actor may do an act on a check he sees, one line per act (docs/domain.md §24).
///
/// Errors: `not-allowed`.
pub fn permit_check(actor: &Actor, action: CheckAction, check: &Check) -> Result<(), Refusal> {
    let person = actor.person().and_then(|p| p.person);
    let is_own = |id: PersonId| person == Some(id);
    let may = match action {
        CheckAction::Revise
        | CheckAction::Freeze
        | CheckAction::GoOn
        | CheckAction::GiveUp
        | CheckAction::Announce
        | CheckAction::Finish
        | CheckAction::Cancel => permit_supervision(actor, check.round).is_ok(),
        CheckAction::Commit | CheckAction::Reveal => {
            check.draw().is_some_and(|d| d.parties.iter().any(|p| is_own(p.person)))
        }
        CheckAction::Record | CheckAction::Sign => check.targets.iter().flat_map(|t| &t.inspectors).any(|p| is_own(*p)),
    };
    if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor may draft a slip of a level: who supervises the round; a referral is the office's alone (docs/domain.md §25).
///
/// Errors: `not-allowed`.
pub fn permit_drafting_slip(actor: &Actor, round: RoundId, level: SlipLevel) -> Result<(), Refusal> {
    if level.is_referral() { permit_office(actor, round) } else { permit_supervision(actor, round) }
}

/// Whether the chain of a slip names the actor, or somebody he stands in for: he sees and reads what he signs, whatever it is about.
pub fn signs_slip(actor: &Actor, slip: &Slip) -> bool {
    let is_unit = actor.person().is_some_and(|p| p.role == Some(Role::Unit));
    let chains = slip.requests.iter().flat_map(|r| &r.chain).filter_map(|s| s.person);
    let signed = slip.requests.iter().flat_map(|r| &r.signatures).filter_map(|s| s.person);
    let own = scope(actor).persons;
    !is_unit && chains.chain(signed).any(|id| own.contains(&id))
}

/// Whether a slip is seen. A referral: by the round's office, its principal and group head, and who signs it. Any other: by everybody who supervises the
/// round as well, and once it is issued by the unit addressed, the supporting units, the units above them and the leaders of its task (docs/domain.md §25).
pub fn sees_slip(actor: &Actor, slip: &Slip, parties: &Parties) -> bool {
    let Some(person) = actor.person() else { return true };
    let scope = scope(actor);
    if permit_office(actor, slip.round).is_ok()
        || person.principal_of.contains(&slip.round)
        || person.heads_group_of.contains(&slip.round)
        || signs_slip(actor, slip)
    {
        return true;
    }
    if slip.shape.level.is_referral() {
        return false;
    }
    permit_supervision(actor, slip.round).is_ok()
        || slip.was_issued()
            && (parties.leaders.iter().any(|p| scope.persons.contains(p))
                || std::iter::once(&parties.unit)
                    .chain(&parties.supporting)
                    .any(|path| path.0.iter().any(|u| scope.units.contains(u))))
}

/// Whether the actor may do an act on a slip he sees, one line per act (docs/domain.md §25).
///
/// Errors: `not-allowed`; `avoidance` for a review by who is barred.
pub fn permit_slip(actor: &Actor, action: SlipAction, slip: &Slip, parties: &Parties) -> Result<(), Refusal> {
    let Some(person) = actor.person() else { return Err(Refusal::forbidden("not-allowed")) };
    let is_office = permit_office(actor, slip.round).is_ok();
    let is_unit = person.role == Some(Role::Unit);
    let is_drafter = person.person == Some(slip.drafted_by) && permit_supervision(actor, slip.round).is_ok();
    let may = match action {
        SlipAction::Revise | SlipAction::Submit | SlipAction::Recall => is_drafter,
        SlipAction::Withdraw => is_office || is_drafter && !slip.was_issued(),
        SlipAction::Sign | SlipAction::Object => !is_unit && sees_slip(actor, slip, parties),
        SlipAction::RecordSignature | SlipAction::ConfirmSignature => is_office,
        SlipAction::Receive | SlipAction::Answer => {
            is_unit && person.memberships.iter().any(|m| m.unit == parties.unit)
                || is_office && !parties.unit_has_accounts
        }
        SlipAction::Review => {
            let units: Vec<&UnitPath> = std::iter::once(&parties.unit).chain(&parties.supporting).collect();
            if !is_office && !is_team_covering(person, slip.round, &parties.unit) {
                false
            } else if is_barred(person, &units) {
                return Err(Refusal::forbidden("avoidance"));
            } else {
                true
            }
        }
        SlipAction::Raise => permit_supervision(actor, slip.round).is_ok(),
        SlipAction::RecordInterview | SlipAction::KeepPromise | SlipAction::HandOver => is_office,
    };
    if may { Ok(()) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether a meeting is seen: by who supervises the round, by its leaders (principal, head, members of the leading group), and by a leader who takes
/// part; never by a unit, which sees what was resolved for it (docs/domain.md §26).
pub fn sees_meeting(actor: &Actor, meeting: &Meeting, group: &BTreeSet<PersonId>) -> bool {
    let Some(person) = actor.person() else { return true };
    sees_meetings(actor, meeting.round, group)
        || person.role.is_some_and(|r| r != Role::Unit) && person.person.is_some_and(|p| meeting.is_attended_by(p))
}

/// Whether the meetings of a round are seen without taking part in them.
pub fn sees_meetings(actor: &Actor, round: RoundId, group: &BTreeSet<PersonId>) -> bool {
    let Some(person) = actor.person() else { return true };
    permit_supervision(actor, round).is_ok()
        || person.principal_of.contains(&round)
        || person.heads_group_of.contains(&round)
        || person.role == Some(Role::Leader) && person.person.is_some_and(|p| group.contains(&p))
}

/// What the actor sees of a weekly brief: whoever sees the meetings of the round sees all of it, everybody else his tasks (docs/domain.md §28).
pub fn brief_scope(actor: &Actor, round: RoundId, group: &BTreeSet<PersonId>) -> Scope {
    let mut scope = scope(actor);
    if sees_meetings(actor, round, group) {
        scope.rounds.insert(round);
    }
    scope
}

/// The units whose rows of the wall are shown, with those below them: a unit's own; none says all that the actor sees (docs/domain.md §30).
pub fn own_rows(actor: &Actor, round: RoundId) -> Option<BTreeSet<UnitId>> {
    let person = actor.person().filter(|p| p.role == Some(Role::Unit))?;
    let scope = scope(actor);
    (!scope.rounds.contains(&round)).then(|| person.memberships.iter().filter_map(|m| m.unit.unit()).collect())
}

/// Whether a resolution is the actor's to carry out: his own, or that of a unit he works for.
pub fn owns(actor: &Actor, resolution: &Resolution) -> bool {
    let Some(person) = actor.person().filter(|p| p.role.is_some()) else { return false };
    let of_unit = |unit: UnitId| {
        person.role == Some(Role::Unit) && person.memberships.iter().any(|m| m.unit.unit() == Some(unit))
    };
    resolution.person.is_some_and(|p| person.person == Some(p)) || resolution.unit.is_some_and(of_unit)
}

/// Whether the actor may do an act on a meeting of a round, one line per act; the owner of a resolution reports on it besides (docs/domain.md §26).
///
/// Errors: `not-allowed`.
pub fn permit_meeting(actor: &Actor, action: MeetingAction, round: RoundId) -> Result<(), Refusal> {
    match action {
        MeetingAction::Revise
        | MeetingAction::Order
        | MeetingAction::Add
        | MeetingAction::TakeOut
        | MeetingAction::PutBack
        | MeetingAction::Open
        | MeetingAction::Decide
        | MeetingAction::Ratify
        | MeetingAction::Conclude
        | MeetingAction::Cancel
        | MeetingAction::Report
        | MeetingAction::Accept
        | MeetingAction::Return
        | MeetingAction::Replace => permit_office(actor, round),
        MeetingAction::TakeOver if *actor == Actor::System => Ok(()),
        MeetingAction::TakeOver => Err(Refusal::forbidden("not-allowed")),
    }
}

/// How somebody enters an act of a personal duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enters {
    /// The head himself.
    Own,
    /// Somebody for him, who then confirms it.
    ForHead,
}

/// Whether the duties of a head are seen: by himself and his unit, by the lead leaders in whose charge it is, by the round's office, its principals and
/// the head of its leading group (docs/domain.md §27).
pub fn sees_duties(actor: &Actor, round: RoundId, head: &Head) -> bool {
    let Some(person) = actor.person() else { return true };
    sees_all_duties(actor, round)
        || person.role.is_some() && person.person.is_some() && person.person == head.person
        || works_for(person, &head.units)
        || person.role == Some(Role::Leader) && person.person.is_some_and(|p| head.in_charge.contains(&p))
}

/// Whether the duties of every head of a round are seen, and so who has done none.
pub fn sees_all_duties(actor: &Actor, round: RoundId) -> bool {
    let Some(person) = actor.person() else { return true };
    permit_office(actor, round).is_ok()
        || person.role.is_some() && (person.principal_of.contains(&round) || person.heads_group_of.contains(&round))
}

fn works_for(person: &PersonActor, units: &BTreeSet<UnitId>) -> bool {
    person.role == Some(Role::Unit)
        && person.memberships.iter().filter_map(|m| m.unit.unit()).any(|unit| units.contains(&unit))
}

/// Whether the actor may enter an act of a head: the head his own; whoever works for his unit, or for a leader the round's office, for him
/// (docs/domain.md §27).
///
/// Errors: `not-allowed`.
pub fn permit_entering_duty(actor: &Actor, round: RoundId, head: &Head) -> Result<Enters, Refusal> {
    let Some(person) = actor.person().filter(|p| p.role.is_some()) else {
        return Err(Refusal::forbidden("not-allowed"));
    };
    if person.person.is_some() && person.person == head.person {
        return Ok(Enters::Own);
    }
    let may = works_for(person, &head.units) || head.is_leader && permit_office(actor, round).is_ok();
    if may { Ok(Enters::ForHead) } else { Err(Refusal::forbidden("not-allowed")) }
}

/// Whether the actor may do an act on an act of a personal duty he sees, one line per act. What was done in person is confirmed in person: no stand-in
/// does it (docs/domain.md §27).
///
/// Errors: `not-allowed`, `confirm-own-only`, `confirmed-by-head`.
pub fn permit_duty(actor: &Actor, action: DutyAction, act: &DutyAct) -> Result<(), Refusal> {
    let person = actor.person().filter(|p| p.role.is_some()).and_then(|p| p.person);
    let is_head = person == Some(act.head);
    let entered_it = person == Some(act.entered_by);
    match action {
        DutyAction::Confirm | DutyAction::Refuse if is_head => Ok(()),
        DutyAction::Confirm | DutyAction::Refuse => Err(Refusal::forbidden("confirm-own-only")),
        DutyAction::Withdraw if is_head => Ok(()),
        DutyAction::Withdraw if entered_it && act.state == DutyState::Counted => {
            Err(Refusal::forbidden("confirmed-by-head"))
        }
        DutyAction::Withdraw if entered_it => Ok(()),
        DutyAction::Withdraw => Err(Refusal::forbidden("not-allowed")),
    }
}

/// Whether the actor may open a round: any supervisor, who is then assigned to its office.
///
/// Errors: `not-allowed`.
pub fn permit_open_round(actor: &Actor) -> Result<(), Refusal> {
    if actor.person().is_some_and(|p| p.role == Some(Role::Supervisor)) {
        Ok(())
    } else {
        Err(Refusal::forbidden("not-allowed"))
    }
}

/// Whether the actor may change or remove a saved view he sees: his own, and any that is shared if he leads the round's office (docs/domain.md §19).
///
/// Errors: `not-allowed`.
pub fn permit_saved_view(actor: &Actor, round: RoundId, is_own: bool, is_shared: bool) -> Result<(), Refusal> {
    if is_own {
        return Ok(());
    }
    if is_shared { permit_office(actor, round) } else { Err(Refusal::forbidden("not-allowed")) }
}
