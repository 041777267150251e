//! Whom and what a data set's tasks are about: the organisation, its people with accounts, an active round with findings.

use chrono::{DateTime, Days, Utc};
use diesel::prelude::*;
use domain::actor::{Actor, AssignmentKind, PersonActor, UnitPath};
use domain::calendar::{self, Calendar};
use domain::chain;
use domain::ids::{PersonId, UnitId};
use domain::policy::Policy;
use domain::task::context::RoundFacts;
use serde_json::json;
use uuid::Uuid;

use super::Size;
use super::copy::{Waiting, row};
use super::words::{self, Chance};
use crate::error::Error;
use crate::events::{self, NewEvent, Origin, StoredEvent, Stream};
use crate::rounds::{self, GroupMember, RoundInput};
use crate::schema::blobs;
use crate::{actors, calendar as years};

/// How many leaders share the tasks.
const LEADERS: usize = 10;
/// Tasks of one finding.
const TASKS_PER_FINDING: usize = 5;

/// Everything tasks refer to.
pub(super) struct World {
    pub(super) chance: Chance,
    pub(super) now: DateTime<Utc>,
    pub(super) calendar: Calendar,
    pub(super) round: RoundFacts,
    pub(super) policy: Policy,
    pub(super) policy_version: i32,
    pub(super) findings: Vec<Uuid>,
    /// The first is the group.
    pub(super) units: Vec<UnitPath>,
    /// The head of each unit, in the order of the units.
    pub(super) heads: Vec<PersonActor>,
    pub(super) leaders: Vec<PersonActor>,
    pub(super) office: PersonActor,
    pub(super) team: Vec<PersonActor>,
    pub(super) principal: PersonActor,
    /// The one file that proves everything.
    pub(super) blob: String,
}

/// Writes a stream's events down.
pub(super) fn write_events(waiting: &mut Waiting, events: &[StoredEvent]) {
    for e in events {
        row!(
            waiting.events,
            e.stream_kind,
            e.stream_id,
            e.seq,
            e.kind,
            e.schema_version,
            e.at,
            e.account_id,
            e.person_id,
            e.role,
            e.unit_id,
            e.address,
            e.request_id,
            e.round_id,
            e.payload,
            e.alg,
            e.prev_hash,
            e.hash
        );
    }
}

struct Founder<'a> {
    chance: &'a Chance,
    origin: Origin,
    password_hash: &'a str,
    waiting: Waiting,
}

impl Founder<'_> {
    fn begin(&mut self, kind: &'static str, id: Uuid, event: &'static str, payload: serde_json::Value) {
        let new = [NewEvent { kind: event, payload }];
        let made = events::chained(&self.origin, Stream::of(kind, id), 0, String::new(), DateTime::UNIX_EPOCH, &new);
        write_events(&mut self.waiting, &made);
    }

    /// A tree of three levels: the group, a tenth of the units below it, the rest below those.
    fn units(&mut self, n: usize) -> Vec<UnitPath> {
        let branches = (n / 10).max(2);
        let mut units: Vec<UnitPath> = Vec::with_capacity(n);
        for i in 0..n {
            let id = self.chance.id(self.origin.now);
            let parent = match i {
                0 => None,
                _ if i <= branches => units.first(),
                _ => units.get(1 + i % branches),
            };
            let (kind, name) = match i {
                0 => ("group", "集团公司".to_owned()),
                _ if i <= branches => ("subsidiary", format!("第{i}子公司")),
                _ => ("plant", format!("第{i}分厂")),
            };
            let mut path = parent.map(|p| p.0.clone()).unwrap_or_default();
            let above = path.last().map(|u| u.0);
            path.push(UnitId(id));
            let code = format!("U{i:05}");
            let payload = json!({ "code": code, "name": name, "aliases": [], "kind": kind, "parent": above });
            self.begin("unit", id, "unit.created", payload);
            let ids: Vec<Uuid> = path.iter().map(|u| u.0).collect();
            row!(self.waiting.units, id, code, name, kind, above, ids, i32::try_from(i).unwrap_or(0), 1i64, 1i64);
            units.push(UnitPath(path));
        }
        units
    }

    /// A person with a post and an account of a role.
    fn person(&mut self, login: &str, name: &str, unit: &UnitPath, post: &str, role: &str) -> PersonId {
        let now = self.origin.now;
        let (id, account) = (self.chance.id(now), self.chance.id(now));
        let is_head = role == "unit";
        let unit = unit.unit().map(|u| u.0);
        let code = login.to_uppercase();
        let payload = json!({ "code": code, "name": name, "unit": unit, "post": post, "is_head": is_head });
        self.begin("person", id, "person.created", payload);
        row!(self.waiting.persons, id, code, name, 1i64, 1i64);
        let from_on = calendar::today(now);
        row!(self.waiting.memberships, self.chance.id(now), id, unit, post, is_head, true, from_on);
        let payload = json!({ "login": login, "person": id, "role": role, "duty": null, "status": "active" });
        self.begin("account", account, "account.created", payload);
        row!(
            self.waiting.accounts,
            account,
            id,
            login,
            name,
            role,
            "active",
            self.password_hash,
            false,
            1i64,
            1i64,
            now
        );
        PersonId(id)
    }
}

/// Makes it.
pub(super) fn found(
    conn: &mut PgConnection,
    size: &Size,
    seed: u64,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<World, Error> {
    let chance = Chance::new(seed);
    let before = now - chrono::TimeDelta::days(300);
    let mut founder =
        Founder { chance: &chance, origin: Origin::system(before), password_hash, waiting: Waiting::default() };
    let units = founder.units(size.units);
    let root = units[0].clone();
    let mut ids = Vec::new();
    for (i, unit) in units.iter().enumerate() {
        ids.push(founder.person(&format!("head{i:05}"), &format!("负责人{i}"), unit, "负责人", "unit"));
    }
    let leaders: Vec<PersonId> = (0..LEADERS)
        .map(|i| founder.person(&format!("leader{i:02}"), &format!("领导{i}"), &root, "副总经理", "leader"))
        .collect();
    let principal = founder.person("principal", "主要负责人", &root, "董事长", "leader");
    let office = founder.person("office", "整改办", &root, "整改办主任", "supervisor");
    let team: Vec<PersonId> = (0..2)
        .map(|i| founder.person(&format!("team{i}"), &format!("督导{i}"), &root, "督导组成员", "supervisor"))
        .collect();
    let blob = chain::digest("file", "one file for all").as_str().to_owned();
    let mut waiting = founder.waiting;
    waiting.send(conn)?;
    diesel::insert_into(blobs::table)
        .values((
            blobs::sha256.eq(&blob),
            blobs::alg.eq(chain::ALG),
            blobs::size.eq(1024i64),
            blobs::media_type.eq("application/pdf"),
            blobs::created_at.eq(before),
        ))
        .execute(conn)?;

    let today = calendar::today(now);
    let (round, findings) = open_round(conn, &chance, size, before, now, office, &team, principal)?;
    let (facts, policy, policy_version) = rounds::facts(conn, round)?;
    let mut standing = actors::of_people(conn, &[&ids[..], &leaders, &team, &[principal, office]].concat(), today)?;
    let mut take = |id: PersonId| standing.remove(&id).ok_or_else(|| Error::internal("a person who is not there"));
    Ok(World {
        heads: ids.into_iter().map(&mut take).collect::<Result<_, _>>()?,
        leaders: leaders.into_iter().map(&mut take).collect::<Result<_, _>>()?,
        team: team.into_iter().map(&mut take).collect::<Result<_, _>>()?,
        office: take(office)?,
        principal: take(principal)?,
        calendar: years::load(conn)?,
        round: facts,
        policy,
        policy_version,
        findings,
        units,
        blob,
        now,
        chance,
    })
}

#[expect(clippy::too_many_arguments, reason = "one round out of everybody")]
fn open_round(
    conn: &mut PgConnection,
    chance: &Chance,
    size: &Size,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    office: PersonId,
    team: &[PersonId],
    principal: PersonId,
) -> Result<(domain::ids::RoundId, Vec<Uuid>), Error> {
    let today = calendar::today(now);
    let act = |conn: &mut PgConnection| -> Result<Origin, Error> {
        let person = actors::of_people(conn, &[office], today)?.remove(&office);
        let actor = Actor::Person(Box::new(person.ok_or_else(|| Error::internal("no office"))?));
        Ok(Origin { actor, ..Origin::system(before) })
    };
    let input = RoundInput {
        code: "BENCH".to_owned(),
        name: "集团巡视整改".to_owned(),
        inspected_org: "集团公司".to_owned(),
        inspection_level: "enterprise".to_owned(),
        feedback_on: Some(calendar::today(before)),
        plan_approved_on: Some(calendar::today(before)),
        concentrated_until: today.checked_add_days(Days::new(180)),
        report_due_on: today.checked_add_days(Days::new(60)),
        ..RoundInput::default()
    };
    let origin = act(conn)?;
    let round = domain::ids::RoundId(rounds::create(conn, &origin, input)?.id);
    let origin = act(conn)?;
    let mut assigned = vec![(office, AssignmentKind::Office, Vec::new())];
    assigned.extend(team.iter().map(|t| (*t, AssignmentKind::Team, Vec::new())));
    rounds::set_assignments(conn, &origin, round, None, &assigned)?;
    let head = GroupMember {
        person: principal,
        name: String::new(),
        post: "head".to_owned(),
        is_principal: true,
        is_second: false,
    };
    rounds::set_group(conn, &origin, round, None, &[head])?;
    let mut waiting = Waiting::default();
    let aspects: Vec<Uuid> = (0..4).map(|_| chance.id(before)).collect();
    for (i, id) in aspects.iter().enumerate() {
        row!(waiting.aspects, id, round.0, i32::try_from(i + 1).unwrap_or(0), format!("第{}方面", i + 1));
    }
    let n = (size.tasks / TASKS_PER_FINDING).max(1);
    let mut findings = Vec::with_capacity(n);
    for i in 0..n {
        let id = chance.id(before);
        let ordinal = i32::try_from(i + 1).unwrap_or(0);
        row!(waiting.findings, id, round.0, aspects[i % 4], ordinal, format!("{}", i + 1), words::finding(chance));
        findings.push(id);
    }
    waiting.send(conn)?;
    rounds::activate(conn, &origin, round, None)?;
    Ok((round, findings))
}
