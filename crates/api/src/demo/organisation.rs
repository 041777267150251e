//! The people of the sample group, their accounts, and the round they work in.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::{Actor, AssignmentKind, Duty, Role};
use domain::calendar::{self, Calendar};
use domain::ids::{AccountId, PersonId, RoundId, UnitId};
use domain::refusal::Refusal;
use domain::workbook::table::{PersonLine, read_people};
use domain::workbook::{Book, read_plan};
use persistence::accounts::{self, NewAccount};
use persistence::imports::{self, ImportSource};
use persistence::rounds::{self, GroupMember, RoundInput};
use persistence::{Error, Origin, PgConnection, actors, organisation};

use crate::{organisation as tables, tokens};

const UNITS: &str = include_str!("../../../../tests/fixtures/units.csv");
const PEOPLE: &str = include_str!("../../../../tests/fixtures/people.csv");
pub(super) const PLAN: &[u8] = include_bytes!("../../../../tests/fixtures/plan.xlsx");

/// The office's two officers: the first keeps the ledger, the second confirms what he enters.
pub(super) const OFFICE: [&str; 2] = ["P072", "P073"];
/// The supervision teams.
pub(super) const TEAMS: [&str; 4] = ["P068", "P069", "P070", "P071"];

/// Everybody by the codes of the sample's tables.
pub(super) struct Cast {
    accounts: BTreeMap<String, AccountId>,
    persons: BTreeMap<String, PersonId>,
    pub(super) units: BTreeMap<String, UnitId>,
    lines: Vec<PersonLine>,
}

impl Cast {
    /// An account by its person's code, or an administrator's by his login.
    pub(super) fn account(&self, code: &str) -> Result<AccountId, Error> {
        self.accounts.get(code).copied().ok_or_else(|| Error::internal(format!("the sample has no account {code}")))
    }

    pub(super) fn person(&self, code: &str) -> Result<PersonId, Error> {
        self.persons.get(code).copied().ok_or_else(|| Error::internal(format!("the sample has nobody {code}")))
    }

    pub(super) fn unit(&self, code: &str) -> Result<UnitId, Error> {
        self.units.get(code).copied().ok_or_else(|| Error::internal(format!("the sample has no unit {code}")))
    }

    /// The code of a person.
    pub(super) fn code(&self, person: PersonId) -> Result<String, Error> {
        let found = self.persons.iter().find(|(_, id)| **id == person);
        found.map(|(code, _)| code.clone()).ok_or_else(|| Error::internal("somebody the sample does not know"))
    }

    /// The head of a unit, or his deputy, who keeps its papers.
    pub(super) fn of_unit(&self, unit: UnitId, is_head: bool) -> Result<String, Error> {
        let line = self.lines.iter().find(|l| {
            l.role == Role::Unit.as_str() && l.is_head == is_head && self.units.get(&l.unit_code) == Some(&unit)
        });
        line.map(|l| l.code.clone()).ok_or_else(|| Error::internal("a unit of the sample without people"))
    }

    /// Everybody's code.
    pub(super) fn codes(&self) -> Vec<String> {
        self.persons.keys().cloned().collect()
    }

    pub(super) fn unit_name(&self, conn: &mut PgConnection, unit: UnitId) -> Result<String, Error> {
        let names = persistence::tasks::names(conn, vec![unit.0])?;
        Ok(names.into_values().next().unwrap_or_default())
    }
}

/// Somebody acting at a moment.
pub(super) fn origin(conn: &mut PgConnection, account: AccountId, now: DateTime<Utc>) -> Result<Origin, Error> {
    let loaded = actors::of_account(conn, account, calendar::today(now))?;
    Ok(Origin {
        actor: Actor::Person(Box::new(loaded.actor)),
        address: String::new(),
        request_id: "demo".to_owned(),
        now,
    })
}

/// Units, people and an account for each person by the role of the sample; the administrators where a database has none yet.
pub(super) fn make(conn: &mut PgConnection, hash: &str, now: DateTime<Utc>) -> Result<Cast, Error> {
    let administrators = [
        (Duty::SysAdmin, "sysadmin", "系统管理员"),
        (Duty::SecurityAdmin, "secadmin", "安全管理员"),
        (Duty::Auditor, "auditor", "审计管理员"),
    ];
    if accounts::credential(conn, "sysadmin")?.is_none() {
        let new = administrators.map(|(duty, login, name)| (duty, account(login, name, None, hash)));
        accounts::create_administrators(conn, &Origin::system(now), new.into_iter().collect())?;
    }
    let mut by_code = BTreeMap::new();
    for (_, login, _) in administrators {
        by_code.insert(login.to_owned(), accounts::credential(conn, login)?.ok_or(Error::NotFound)?.id);
    }
    let by_sysadmin = origin(conn, by_code["sysadmin"], now)?;
    organisation::import_units(conn, &by_sysadmin, &tables::unit_inputs(UNITS)?)?;
    organisation::import_people(conn, &by_sysadmin, &tables::person_inputs(PEOPLE)?)?;
    let lines = read_people(PEOPLE).map_err(|errors| Refusal::invalid("content", errors))?;
    let mut persons = BTreeMap::new();
    for person in organisation::people(conn, &Actor::System, calendar::today(now))? {
        let Some(line) = lines.iter().find(|l| l.code == person.code) else { continue };
        let id = PersonId(person.id);
        let new = account(&person.code.to_lowercase(), &person.name, Some(id), hash);
        let role = Role::parse(&line.role).unwrap_or(Role::Unit);
        let made = accounts::create_sample(conn, &Origin::system(now), new, role)?;
        by_code.insert(person.code.clone(), AccountId(made.id));
        persons.insert(person.code, id);
    }
    let units = organisation::units(conn, &Actor::System)?.into_iter().map(|u| (u.code, UnitId(u.id))).collect();
    Ok(Cast { accounts: by_code, persons, units, lines })
}

fn account(login: &str, name: &str, person: Option<PersonId>, hash: &str) -> NewAccount {
    NewAccount { login: login.to_owned(), display_name: name.to_owned(), person, password_hash: Some(hash.to_owned()) }
}

/// The round with its leading group, office, teams and the plan workbook, at the moments of entry and of activation.
pub(super) fn round(
    conn: &mut PgConnection,
    cast: &Cast,
    input: RoundInput,
    book: &Book,
    days: &Calendar,
    at: (DateTime<Utc>, DateTime<Utc>),
) -> Result<RoundId, Error> {
    let office = cast.account(OFFICE[0])?;
    let by_office = origin(conn, office, at.0)?;
    let id = RoundId(rounds::create(conn, &by_office, input)?.id);
    // The office's rights are on the actor; the round is his from here on.
    let by_office = origin(conn, office, at.0)?;
    let mut group = Vec::new();
    for (i, line) in cast.lines.iter().filter(|l| l.role == Role::Leader.as_str()).enumerate() {
        group.push(GroupMember {
            person: cast.person(&line.code)?,
            name: line.name.clone(),
            post: ["head", "deputy"].get(i).unwrap_or(&"member").to_string(),
            is_principal: line.is_principal,
            is_second: i == 1,
        });
    }
    rounds::set_group(conn, &by_office, id, None, &group)?;
    let mut assigned: Vec<(PersonId, AssignmentKind, Vec<UnitId>)> = Vec::new();
    for code in OFFICE {
        assigned.push((cast.person(code)?, AssignmentKind::Office, Vec::new()));
    }
    for code in TEAMS {
        assigned.push((cast.person(code)?, AssignmentKind::Team, Vec::new()));
    }
    rounds::set_assignments(conn, &by_office, id, None, &assigned)?;
    let directory = imports::directory(conn, &by_office.actor, at.0)?;
    let plan = read_plan(book, &directory, year(calendar::today(at.0)));
    let source = ImportSource { filename: "整改方案.xlsx", sha256: &tokens::digest(PLAN) };
    imports::commit(conn, &by_office, id, &plan, &source, days)?;
    let by_office = origin(conn, office, at.1)?;
    rounds::activate(conn, &by_office, id, None)?;
    Ok(id)
}

/// The calendar year of a date.
pub(super) fn year(date: NaiveDate) -> i32 {
    chrono::Datelike::year(&date)
}
