//! The people and units of the test group.

use std::collections::BTreeMap;

use domain::actor::{Actor, Assignment, AssignmentKind, Duty, Membership, PersonActor, Role, UnitPath};
use domain::ids::{AccountId, PersonId, UnitId};
use domain::service::{KeyScope, Service};

use super::{round, uuid};

/// Everybody who can give a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum P {
    /// The clock of the server, no person.
    Clock,
    /// 党委书记: principal and head of the leading group.
    Principal,
    /// The second leader (党政同责).
    Second,
    /// The lead leader of the task.
    Leader,
    /// Named after the lead leader.
    OtherLeader,
    /// Signs for the lead leader while he is away.
    StandIn,
    /// A member of the rectification office.
    Office,
    /// Its second officer.
    Office2,
    /// A third officer.
    Office3,
    /// A member of the supervision team.
    Team,
    /// Another one.
    Team2,
    /// A member of the team whose home is the lead unit.
    TeamOfUnit,
    /// A supervisor of no team of this round, whom the principal may name.
    Checker,
    /// Head of the lead unit.
    Head,
    /// Clerk of the lead unit.
    Clerk,
    /// Clerk of the unit below the lead unit.
    SubClerk,
    /// Head of the supporting unit.
    SupportHead,
    /// Head of the second responsible unit.
    SecondUnitHead,
    /// Head of a unit the task may be given to.
    NewHead,
    /// Head of a unit that has nothing to do with it.
    Stranger,
    /// Administrator of the accounts.
    Admin,
}

impl P {
    pub(crate) const ALL: &'static [P] = &[
        P::Clock,
        P::Principal,
        P::Second,
        P::Leader,
        P::OtherLeader,
        P::StandIn,
        P::Office,
        P::Office2,
        P::Office3,
        P::Team,
        P::Team2,
        P::TeamOfUnit,
        P::Checker,
        P::Head,
        P::Clerk,
        P::SubClerk,
        P::SupportHead,
        P::SecondUnitHead,
        P::NewHead,
        P::Stranger,
        P::Admin,
    ];

    pub(crate) fn person(self) -> PersonId {
        PersonId(uuid(100 + self as u128))
    }
}

/// The units: the group, and those below it.
pub(crate) const GROUP: UnitId = UnitId(uuid::Uuid::from_u128(10));
pub(crate) const LEAD: UnitId = UnitId(uuid::Uuid::from_u128(11));
pub(crate) const BELOW: UnitId = UnitId(uuid::Uuid::from_u128(12));
pub(crate) const SUPPORT: UnitId = UnitId(uuid::Uuid::from_u128(13));
pub(crate) const SECOND_UNIT: UnitId = UnitId(uuid::Uuid::from_u128(14));
pub(crate) const NEW: UnitId = UnitId(uuid::Uuid::from_u128(15));
pub(crate) const STRANGE: UnitId = UnitId(uuid::Uuid::from_u128(16));
pub(crate) const BUREAU: UnitId = UnitId(uuid::Uuid::from_u128(17));

pub(crate) fn paths() -> BTreeMap<UnitId, UnitPath> {
    let mut paths: BTreeMap<_, _> = [LEAD, SUPPORT, SECOND_UNIT, NEW, STRANGE, BUREAU]
        .into_iter()
        .map(|unit| (unit, UnitPath(vec![GROUP, unit])))
        .collect();
    paths.insert(GROUP, UnitPath(vec![GROUP]));
    paths.insert(BELOW, UnitPath(vec![GROUP, LEAD, BELOW]));
    paths
}

pub(crate) fn member(unit: UnitId, is_head: bool) -> Membership {
    Membership { unit: paths()[&unit].clone(), post: "职员".to_owned(), is_head, is_secondment: false }
}

pub(crate) fn assigned(kind: AssignmentKind) -> Assignment {
    Assignment { round: round(), kind, units: Vec::new() }
}

fn person(who: P, role: Role, memberships: Vec<Membership>) -> PersonActor {
    PersonActor {
        account: AccountId(uuid(200 + who as u128)),
        person: Some(who.person()),
        name: format!("{who:?}"),
        role: Some(role),
        duty: None,
        memberships,
        assignments: Vec::new(),
        principal_of: Vec::new(),
        heads_group_of: Vec::new(),
        stands_in_for: Vec::new(),
        service: None,
    }
}

/// A key of another system for the events of one unit; the clerk answers for it (docs/domain.md §34).
pub(crate) fn key(unit: UnitId) -> Actor {
    let service = Service { scopes: [KeyScope::ReadEvents].into(), person: P::Clerk.person() };
    let named = person(P::Clerk, Role::Unit, vec![member(unit, false)]);
    Actor::Person(Box::new(PersonActor { person: None, service: Some(service), ..named }))
}

pub(crate) fn everybody() -> BTreeMap<P, PersonActor> {
    let mut people = BTreeMap::new();
    for who in [P::Principal, P::Second, P::Leader, P::OtherLeader, P::StandIn] {
        people.insert(who, person(who, Role::Leader, vec![member(GROUP, false)]));
    }
    for who in [P::Office, P::Office2, P::Office3, P::Team, P::Team2, P::Checker] {
        people.insert(who, person(who, Role::Supervisor, vec![member(BUREAU, false)]));
    }
    people.insert(P::TeamOfUnit, person(P::TeamOfUnit, Role::Supervisor, vec![member(LEAD, false)]));
    for (who, unit, is_head) in [
        (P::Head, LEAD, true),
        (P::Clerk, LEAD, false),
        (P::SubClerk, BELOW, false),
        (P::SupportHead, SUPPORT, true),
        (P::SecondUnitHead, SECOND_UNIT, true),
        (P::NewHead, NEW, true),
        (P::Stranger, STRANGE, true),
    ] {
        people.insert(who, person(who, Role::Unit, vec![member(unit, is_head)]));
    }
    for who in [P::Office, P::Office2, P::Office3] {
        people.get_mut(&who).unwrap().assignments.push(assigned(AssignmentKind::Office));
    }
    for who in [P::Team, P::Team2, P::TeamOfUnit] {
        people.get_mut(&who).unwrap().assignments.push(assigned(AssignmentKind::Team));
    }
    for who in [P::Principal, P::Second] {
        people.get_mut(&who).unwrap().principal_of.push(round());
    }
    people.get_mut(&P::Principal).unwrap().heads_group_of.push(round());
    people.get_mut(&P::StandIn).unwrap().stands_in_for.push((P::Leader.person(), None));
    let mut admin = person(P::Admin, Role::Unit, Vec::new());
    admin.role = None;
    admin.duty = Some(Duty::SecurityAdmin);
    people.insert(P::Admin, admin);
    people
}
