//! Who acts: a person with an account, a role and posts, or the system's clock.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, PersonId, RoundId, UnitId};
use crate::service::Service;
use crate::words;

words! {
    /// What a person comes to the product for (docs/domain.md §1).
    pub enum Role {
        Leader = "leader", "领导";
        Unit = "unit", "单位";
        Supervisor = "supervisor", "督导";
    }
}

words! {
    /// One of the three separated administrative duties; it gives no right over a task (docs/domain.md §1).
    pub enum Duty {
        SysAdmin = "sys_admin", "系统管理员";
        SecurityAdmin = "security_admin", "安全管理员";
        Auditor = "auditor", "审计员";
    }
}

words! {
    /// How a round assigns a supervisor (docs/domain.md §1).
    pub enum AssignmentKind {
        Office = "office", "整改办";
        Team = "team", "督导组";
    }
}

/// A unit with the units above it: the first is the root of the tree, the last the unit itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitPath(pub Vec<UnitId>);

impl UnitPath {
    /// The unit itself.
    pub fn unit(&self) -> Option<UnitId> {
        self.0.last().copied()
    }

    /// Whether this unit is `other` or stands below it.
    pub fn is_within(&self, other: &UnitPath) -> bool {
        !other.0.is_empty() && self.0.starts_with(&other.0)
    }

    /// Whether this is the root of the tree, the group itself.
    pub fn is_root(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether one stands above the other or both are the same, the root never counting (docs/domain.md §10).
    pub fn is_in_line_with(&self, other: &UnitPath) -> bool {
        !self.is_root() && !other.is_root() && (self.is_within(other) || other.is_within(self))
    }
}

/// A post in a unit that a person holds today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The unit and those above it.
    pub unit: UnitPath,
    /// Name of the post, as the organisation writes it.
    pub post: String,
    /// Whether the person heads the unit.
    pub is_head: bool,
    /// Whether this is a secondment (抽调); avoidance looks at the home unit as well.
    pub is_secondment: bool,
}

/// What a round assigns a supervisor to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The round.
    pub round: RoundId,
    /// Office or team.
    pub kind: AssignmentKind,
    /// Units a team covers; empty means every unit.
    pub units: Vec<UnitId>,
}

/// A person in front of the product, loaded anew for each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonActor {
    /// The account used.
    pub account: AccountId,
    /// The person behind it; administrators may have none.
    pub person: Option<PersonId>,
    /// The name shown.
    pub name: String,
    /// The role, once the security administrator has given one.
    pub role: Option<Role>,
    /// The administrative duty, if any.
    pub duty: Option<Duty>,
    /// Posts held today, home unit first.
    pub memberships: Vec<Membership>,
    /// Rounds this supervisor is assigned to.
    pub assignments: Vec<Assignment>,
    /// Rounds of which this person is the principal or the second (党政同责).
    pub principal_of: Vec<RoundId>,
    /// Rounds whose leading group this person heads.
    pub heads_group_of: Vec<RoundId>,
    /// Persons this one stands in for today (授权代行), with the last day of it, Asia/Shanghai.
    pub stands_in_for: Vec<(PersonId, Option<NaiveDate>)>,
    /// Another system that came with a key: its units stand as posts, and it is no person (docs/domain.md §34).
    pub service: Option<Service>,
}

impl PersonActor {
    /// Who stands behind an act: the person himself, or whoever answers for the service. For what is recorded, never for what is allowed.
    pub fn answers(&self) -> Option<PersonId> {
        self.person.or_else(|| self.service.as_ref().map(|s| s.person))
    }

    /// The home unit, if the person has one.
    pub fn home_unit(&self) -> Option<&UnitPath> {
        self.memberships.first().map(|m| &m.unit)
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person with an account.
    Person(Box<PersonActor>),
    /// The clock and other automatic acts; never a substitute for a person's decision.
    System,
}

impl Actor {
    /// The person, unless it is the system.
    pub fn person(&self) -> Option<&PersonActor> {
        match self {
            Actor::Person(person) => Some(person),
            Actor::System => None,
        }
    }
}
