//! Rounds: dates, leading group, assignments, policy in versions; aspects and findings, frozen once the round is active.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use domain::actor::{Actor, AssignmentKind};
use domain::ids::{AspectId, FindingId, PersonId, RoundId, UnitId};
use domain::pack::PackName;
use domain::palette::Palette;
use domain::policy::Policy;
use domain::publication::rules::Reach;
use domain::refusal::{FieldError, Refusal};
use domain::rights;
use domain::task::context::RoundFacts;
use serde_json::json;
use uuid::Uuid;

use crate::documents::templates;
use crate::error::Error;
use crate::events::{self, NewEvent, Origin, Stream};
use crate::references::{check_people, check_units};
use crate::schema::{aspects, findings, leading_group_members, persons, round_assignments, round_policies, rounds};
use crate::{counts, due_acts, ledger, publications, slips, systemic};

/// A round.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = rounds)]
pub struct RoundRow {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub state: String,
    pub seq: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub inspected_org: String,
    pub inspection_level: String,
    pub inspection_from_on: Option<NaiveDate>,
    pub inspection_to_on: Option<NaiveDate>,
    pub feedback_on: Option<NaiveDate>,
    pub feedback_document: String,
    pub plan_approved_on: Option<NaiveDate>,
    pub plan_document: String,
    pub mobilised_on: Option<NaiveDate>,
    pub concentrated_until: Option<NaiveDate>,
    pub report_due_on: Option<NaiveDate>,
    pub report_due_text: String,
    pub policy_version: i32,
}

impl RoundRow {
    /// Who speaks in its documents: the group that was inspected.
    pub fn issuing_body(&self) -> String {
        let named = self.inspected_org.trim();
        if named.is_empty() { self.name.clone() } else { named.to_owned() }
    }
}

/// What an office enters of a round.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = rounds, treat_none_as_null = true)]
pub struct RoundInput {
    pub code: String,
    pub name: String,
    pub inspected_org: String,
    pub inspection_level: String,
    pub inspection_from_on: Option<NaiveDate>,
    pub inspection_to_on: Option<NaiveDate>,
    pub feedback_on: Option<NaiveDate>,
    pub feedback_document: String,
    pub plan_approved_on: Option<NaiveDate>,
    pub plan_document: String,
    pub mobilised_on: Option<NaiveDate>,
    pub concentrated_until: Option<NaiveDate>,
    pub report_due_on: Option<NaiveDate>,
    pub report_due_text: String,
}

/// One of the leading group.
#[derive(Clone, Debug)]
pub struct GroupMember {
    pub person: PersonId,
    pub name: String,
    /// head, deputy or member.
    pub post: String,
    pub is_principal: bool,
    pub is_second: bool,
}

/// One of the office or a team.
#[derive(Clone, Debug)]
pub struct AssignmentRow {
    pub person: PersonId,
    pub name: String,
    pub kind: AssignmentKind,
    pub units: Vec<UnitId>,
}

fn stream(id: RoundId) -> Stream {
    Stream { kind: "round", id: id.0, round: Some(id) }
}

fn check(input: &RoundInput) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    for (pointer, text) in [("/code", &input.code), ("/name", &input.name)] {
        if text.trim().is_empty() {
            errors.push(FieldError::at(pointer, "required"));
        }
    }
    if let (Some(from), Some(to)) = (input.inspection_from_on, input.inspection_to_on)
        && to < from
    {
        errors.push(FieldError::at("/inspection_to_on", "before-from"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("content", errors)) }
}

/// Opens a round with the default policy; who opens it is of its office.
pub fn create(conn: &mut PgConnection, origin: &Origin, input: RoundInput) -> Result<RoundRow, Error> {
    rights::permit_open_round(&origin.actor)?;
    check(&input)?;
    let person = origin.person().ok_or(Error::NotFound)?;
    let id = RoundId(Uuid::now_v7());
    let payload = json!({ "code": input.code, "name": input.name });
    let first = [
        NewEvent { kind: "round.created", payload },
        NewEvent { kind: "round.assigned", payload: json!({ "person": person, "kind": "office" }) },
    ];
    let seq = events::record(conn, origin, stream(id), 0, &first)?;
    diesel::insert_into(rounds::table)
        .values((
            rounds::id.eq(id.0),
            rounds::code.eq(&input.code),
            rounds::name.eq(&input.name),
            rounds::seq.eq(seq),
            rounds::version.eq(seq),
            rounds::created_at.eq(origin.now),
        ))
        .execute(conn)?;
    diesel::update(rounds::table.find(id.0)).set(&input).execute(conn)?;
    diesel::insert_into(round_policies::table)
        .values((
            round_policies::round_id.eq(id.0),
            round_policies::version.eq(1),
            round_policies::body.eq(serde_json::to_value(Policy::default())?),
            round_policies::basis.eq("系统默认"),
            round_policies::valid_from.eq(origin.now),
        ))
        .execute(conn)?;
    assign(conn, id, person, AssignmentKind::Office, &[])?;
    find_row(conn, id)
}

fn assign(
    conn: &mut PgConnection,
    round: RoundId,
    person: PersonId,
    kind: AssignmentKind,
    units: &[UnitId],
) -> Result<(), Error> {
    let unit_ids: Vec<Uuid> = units.iter().map(|u| u.0).collect();
    diesel::insert_into(round_assignments::table)
        .values((
            round_assignments::round_id.eq(round.0),
            round_assignments::person_id.eq(person.0),
            round_assignments::kind.eq(kind.as_str()),
            round_assignments::unit_ids.eq(&unit_ids),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

fn find_row(conn: &mut PgConnection, id: RoundId) -> Result<RoundRow, Error> {
    rounds::table.find(id.0).select(RoundRow::as_select()).first(conn).optional()?.ok_or(Error::NotFound)
}

/// Whether the actor sees a task of a round, a slip or an opinion that was sent to his unit, or a publication that he signs.
fn sees_any(conn: &mut PgConnection, actor: &Actor, id: RoundId) -> Result<bool, Error> {
    Ok(ledger::sees_any(conn, actor, id)?
        || slips::sees_any(conn, actor, id)?
        || publications::sees_any(conn, actor, id)?
        || systemic::sees_any(conn, actor, id)?)
}

/// Rounds the actor has something to do with.
pub fn list(conn: &mut PgConnection, actor: &Actor) -> Result<Vec<RoundRow>, Error> {
    let all: Vec<RoundRow> = rounds::table.order(rounds::created_at.desc()).select(RoundRow::as_select()).load(conn)?;
    let scope = rights::scope(actor);
    let mut seen = Vec::new();
    for round in all {
        let id = RoundId(round.id);
        if scope.sees_whole(id) || sees_any(conn, actor, id)? {
            seen.push(round);
        }
    }
    Ok(seen)
}

/// A round the actor has something to do with.
pub fn find(conn: &mut PgConnection, actor: &Actor, id: RoundId) -> Result<RoundRow, Error> {
    let row = find_row(conn, id)?;
    let scope = rights::scope(actor);
    if scope.sees_whole(id) || sees_any(conn, actor, id)? { Ok(row) } else { Err(Error::NotFound) }
}

/// Whether the actor has something to do with a round, else `NotFound`; who works for all of it is known to without asking.
pub fn permit_sight(conn: &mut PgConnection, actor: &Actor, id: RoundId) -> Result<(), Error> {
    if rights::scope(actor).rounds.contains(&id) {
        return Ok(());
    }
    find(conn, actor, id).map(|_| ())
}

/// A round for who has been shown something of it; whether he sees it is not asked again.
pub fn known(conn: &mut PgConnection, id: RoundId) -> Result<RoundRow, Error> {
    find_row(conn, id)
}

/// The round of a finding; whether the actor sees it is asked by the caller.
///
/// Errors: `NotFound`.
pub fn of_finding(conn: &mut PgConnection, id: FindingId) -> Result<RoundId, Error> {
    let round: Option<Uuid> = findings::table.find(id.0).select(findings::round_id).first(conn).optional()?;
    Ok(RoundId(round.ok_or(Error::NotFound)?))
}

/// The round of a code, for the command line.
pub fn find_by_code(conn: &mut PgConnection, code: &str) -> Result<RoundRow, Error> {
    rounds::table
        .filter(rounds::code.eq(code))
        .select(RoundRow::as_select())
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)
}

/// Locks a round for a change by its office and checks the version.
fn lock(conn: &mut PgConnection, origin: &Origin, id: RoundId, expected: Option<i64>) -> Result<RoundRow, Error> {
    find(conn, &origin.actor, id)?;
    rights::permit_office(&origin.actor, id)?;
    let row: RoundRow = rounds::table.find(id.0).select(RoundRow::as_select()).for_update().first(conn)?;
    match expected {
        Some(version) if version != row.version => Err(Error::Stale(row.version)),
        _ => Ok(row),
    }
}

/// Writes an event of the round and raises its version.
fn changed(conn: &mut PgConnection, origin: &Origin, row: &RoundRow, event: NewEvent) -> Result<(), Error> {
    let seq = events::record(conn, origin, stream(RoundId(row.id)), row.seq, &[event])?;
    diesel::update(rounds::table.find(row.id)).set((rounds::seq.eq(seq), rounds::version.eq(seq))).execute(conn)?;
    Ok(())
}

/// Changes the dates and names of a round.
pub fn update(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RoundId,
    expected: Option<i64>,
    input: RoundInput,
) -> Result<RoundRow, Error> {
    let row = lock(conn, origin, id, expected)?;
    check(&input)?;
    let payload = json!({
        "code": input.code, "name": input.name, "feedback_on": input.feedback_on, "feedback_document": input.feedback_document,
        "plan_approved_on": input.plan_approved_on, "plan_document": input.plan_document, "mobilised_on": input.mobilised_on,
        "concentrated_until": input.concentrated_until, "report_due_on": input.report_due_on,
        "inspection_from_on": input.inspection_from_on, "inspection_to_on": input.inspection_to_on,
    });
    changed(conn, origin, &row, NewEvent { kind: "round.changed", payload })?;
    diesel::update(rounds::table.find(id.0)).set(&input).execute(conn)?;
    // Until when statements are owed every week follows from it.
    if input.concentrated_until != row.concentrated_until {
        due_acts::look_again(conn, id.0, origin.now)?;
    }
    find_row(conn, id)
}

/// Sets the leading group anew: one head, at most one principal.
pub fn set_group(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RoundId,
    expected: Option<i64>,
    members: &[GroupMember],
) -> Result<RoundRow, Error> {
    let row = lock(conn, origin, id, expected)?;
    if members.iter().filter(|m| m.post == "head").count() != 1 {
        return Err(Refusal::field("/members", "one-head").into());
    }
    if members.iter().filter(|m| m.is_principal).count() != 1 {
        return Err(Refusal::field("/members", "one-principal").into());
    }
    let people: Vec<_> = members.iter().map(|m| m.person).collect();
    check_people(conn, "/members", &people)?;
    let payload = json!({ "members": members.iter().map(|m| json!({
        "person": m.person, "post": m.post, "is_principal": m.is_principal, "is_second": m.is_second })).collect::<Vec<_>>() });
    changed(conn, origin, &row, NewEvent { kind: "round.group_set", payload })?;
    diesel::delete(leading_group_members::table.filter(leading_group_members::round_id.eq(id.0))).execute(conn)?;
    for (i, member) in members.iter().enumerate() {
        diesel::insert_into(leading_group_members::table)
            .values((
                leading_group_members::round_id.eq(id.0),
                leading_group_members::person_id.eq(member.person.0),
                leading_group_members::post.eq(&member.post),
                leading_group_members::is_principal.eq(member.is_principal),
                leading_group_members::is_second.eq(member.is_second),
                leading_group_members::ordinal.eq(i32::try_from(i).unwrap_or(0)),
            ))
            .execute(conn)?;
    }
    find_row(conn, id)
}

/// Sets office and teams anew; whoever does it must stay in the office.
pub fn set_assignments(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RoundId,
    expected: Option<i64>,
    assignments: &[(PersonId, AssignmentKind, Vec<UnitId>)],
) -> Result<RoundRow, Error> {
    let row = lock(conn, origin, id, expected)?;
    if !assignments.iter().any(|(p, kind, _)| Some(*p) == origin.person() && *kind == AssignmentKind::Office) {
        return Err(Refusal::field("/assignments", "self-removed").into());
    }
    let people: Vec<_> = assignments.iter().map(|(person, ..)| *person).collect();
    check_people(conn, "/assignments", &people)?;
    for (i, (.., units)) in assignments.iter().enumerate() {
        check_units(conn, &format!("/assignments/{i}/unit_ids"), units)?;
    }
    let payload = json!({ "assignments": assignments });
    changed(conn, origin, &row, NewEvent { kind: "round.assignments_set", payload })?;
    diesel::delete(round_assignments::table.filter(round_assignments::round_id.eq(id.0))).execute(conn)?;
    for (person, kind, units) in assignments {
        assign(conn, id, *person, *kind, units)?;
    }
    find_row(conn, id)
}

/// A new version of the policy, with its basis.
pub fn set_policy(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RoundId,
    expected: Option<i64>,
    policy: &Policy,
    basis: &str,
) -> Result<RoundRow, Error> {
    set_policy_from(conn, origin, id, expected, policy, basis, None)
}

/// The same where the policy was taken from a pack.
pub(crate) fn set_policy_from(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RoundId,
    expected: Option<i64>,
    policy: &Policy,
    basis: &str,
    pack: Option<&PackName>,
) -> Result<RoundRow, Error> {
    let row = lock(conn, origin, id, expected)?;
    policy.check()?;
    for (kind, version) in &policy.forms {
        if templates::digest(conn, kind, *version)?.is_none() {
            let error = FieldError::at(format!("/forms/{kind}"), "form-version-unknown");
            return Err(Refusal::invalid("policy-unsound", vec![error]).into());
        }
    }
    if basis.trim().is_empty() {
        return Err(Refusal::field("/basis", "required").into());
    }
    let version = row.policy_version + 1;
    let body = serde_json::to_value(policy)?;
    let mut payload = json!({ "version": version, "policy": body });
    if let Some(pack) = pack {
        payload["pack"] = json!(pack);
    }
    changed(conn, origin, &row, NewEvent { kind: "round.policy_set", payload })?;
    diesel::insert_into(round_policies::table)
        .values((
            round_policies::round_id.eq(id.0),
            round_policies::version.eq(version),
            round_policies::body.eq(body),
            round_policies::basis.eq(basis.trim()),
            round_policies::valid_from.eq(origin.now),
            round_policies::pack.eq(pack.map(serde_json::to_value).transpose()?),
        ))
        .execute(conn)?;
    diesel::update(rounds::table.find(id.0)).set(rounds::policy_version.eq(version)).execute(conn)?;
    due_acts::look_again(conn, id.0, origin.now)?;
    find_row(conn, id)
}

/// Freezes the findings and opens the round for issuing (docs/domain.md §3).
pub fn activate(
    conn: &mut PgConnection,
    origin: &Origin,
    id: RoundId,
    expected: Option<i64>,
) -> Result<RoundRow, Error> {
    let row = lock(conn, origin, id, expected)?;
    if row.state != "draft" {
        return Err(Refusal::conflict("round-active").into());
    }
    let mut missing = Vec::new();
    let group: i64 = leading_group_members::table
        .filter(leading_group_members::round_id.eq(id.0).and(leading_group_members::is_principal))
        .count()
        .get_result(conn)?;
    if group == 0 {
        missing.push(FieldError::at("/group", "principal-missing"));
    }
    let n: i64 = findings::table.filter(findings::round_id.eq(id.0)).count().get_result(conn)?;
    if n == 0 {
        missing.push(FieldError::at("/findings", "findings-missing"));
    }
    if !missing.is_empty() {
        return Err(Refusal::invalid("round-incomplete", missing).into());
    }
    changed(conn, origin, &row, NewEvent { kind: "round.activated", payload: json!({}) })?;
    diesel::update(rounds::table.find(id.0)).set(rounds::state.eq("active")).execute(conn)?;
    find_row(conn, id)
}

/// The leading group in its order.
pub fn group(conn: &mut PgConnection, id: RoundId) -> Result<Vec<GroupMember>, Error> {
    let rows: Vec<(Uuid, String, String, bool, bool)> = leading_group_members::table
        .inner_join(persons::table)
        .filter(leading_group_members::round_id.eq(id.0))
        .order(leading_group_members::ordinal)
        .select((
            persons::id,
            persons::name,
            leading_group_members::post,
            leading_group_members::is_principal,
            leading_group_members::is_second,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(person, name, post, is_principal, is_second)| GroupMember {
            person: PersonId(person),
            name,
            post,
            is_principal,
            is_second,
        })
        .collect())
}

/// Office and teams.
pub fn assignments(conn: &mut PgConnection, id: RoundId) -> Result<Vec<AssignmentRow>, Error> {
    let rows: Vec<(Uuid, String, String, Vec<Uuid>)> = round_assignments::table
        .inner_join(persons::table)
        .filter(round_assignments::round_id.eq(id.0))
        .order((round_assignments::kind, persons::code))
        .select((persons::id, persons::name, round_assignments::kind, round_assignments::unit_ids))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(person, name, kind, units)| {
            Some(AssignmentRow {
                person: PersonId(person),
                name,
                kind: AssignmentKind::parse(&kind)?,
                units: units.into_iter().map(UnitId).collect(),
            })
        })
        .collect())
}

/// A policy version's body and basis.
pub fn policy(conn: &mut PgConnection, id: RoundId, version: i32) -> Result<(Policy, String), Error> {
    let (body, basis): (serde_json::Value, String) = round_policies::table
        .find((id.0, version))
        .select((round_policies::body, round_policies::basis))
        .first(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    Ok((serde_json::from_value(body)?, basis))
}

/// What the page has to know of each of these rounds before it asks for anything of it.
#[derive(Clone, Debug, Default)]
pub struct OfPage {
    /// Whether it publishes anything.
    pub publishes: bool,
    /// The colours of its lights where it has its own.
    pub palette: Option<Palette>,
}

/// What the policies that hold say to the page, by round.
pub fn of_page(conn: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, OfPage>, Error> {
    let bodies: Vec<(Uuid, serde_json::Value)> = round_policies::table
        .inner_join(rounds::table)
        .filter(rounds::id.eq_any(ids).and(rounds::policy_version.eq(round_policies::version)))
        .select((rounds::id, round_policies::body))
        .load(conn)?;
    let mut all = BTreeMap::new();
    for (id, body) in bodies {
        let policy: Policy = serde_json::from_value(body)?;
        all.insert(id, OfPage { publishes: policy.publication.reach != Reach::Off, palette: policy.palette });
    }
    Ok(all)
}

/// The pack a version of a round's policy was taken from; none where it was set by hand.
pub fn pack_of(conn: &mut PgConnection, id: RoundId, version: i32) -> Result<Option<PackName>, Error> {
    let pack: Option<serde_json::Value> =
        round_policies::table.find((id.0, version)).select(round_policies::pack).first(conn).optional()?.flatten();
    Ok(pack.map(serde_json::from_value).transpose()?)
}

/// What the rules must know of a round, with the policy that holds.
pub(crate) fn facts(conn: &mut PgConnection, id: RoundId) -> Result<(RoundFacts, Policy, i32), Error> {
    let row = find_row(conn, id)?;
    let members: Vec<(Uuid, String, bool)> = leading_group_members::table
        .filter(leading_group_members::round_id.eq(id.0))
        .select((leading_group_members::person_id, leading_group_members::post, leading_group_members::is_principal))
        .load(conn)?;
    let (policy, _) = policy(conn, id, row.policy_version)?;
    let facts = RoundFacts {
        id,
        is_active: row.state == "active",
        principal: members.iter().find(|m| m.2).map(|m| PersonId(m.0)),
        group_head: members.iter().find(|m| m.1 == "head").map(|m| PersonId(m.0)),
        concentrated_until: row.concentrated_until,
        is_plan_approved: row.plan_approved_on.is_some(),
    };
    Ok((facts, policy, row.policy_version))
}

/// An aspect with its findings.
#[derive(Clone, Debug)]
pub struct AspectRow {
    pub id: AspectId,
    pub ordinal: i32,
    pub title: String,
    pub findings: Vec<FindingRow>,
}

/// A finding with how many tasks it has.
#[derive(Clone, Debug)]
pub struct FindingRow {
    pub id: FindingId,
    pub number: String,
    pub body: String,
    pub n_tasks: i64,
}

/// The findings list by aspect; a finding is shown to whoever sees a task of it.
pub fn aspects(conn: &mut PgConnection, actor: &Actor, id: RoundId) -> Result<Vec<AspectRow>, Error> {
    find(conn, actor, id)?;
    let seen = counts::by_finding(conn, actor, id)?;
    let all: Vec<(Uuid, i32, String)> = aspects::table
        .filter(aspects::round_id.eq(id.0))
        .order(aspects::ordinal)
        .select((aspects::id, aspects::ordinal, aspects::title))
        .load(conn)?;
    let rows: Vec<(Uuid, Uuid, String, String)> = findings::table
        .filter(findings::round_id.eq(id.0))
        .order(findings::ordinal)
        .select((findings::id, findings::aspect_id, findings::number, findings::body))
        .load(conn)?;
    let mut by_aspect: BTreeMap<Uuid, Vec<FindingRow>> = BTreeMap::new();
    for (finding, aspect, number, body) in rows {
        if let Some(n_tasks) = seen.get(&finding) {
            by_aspect.entry(aspect).or_default().push(FindingRow {
                id: FindingId(finding),
                number,
                body,
                n_tasks: *n_tasks,
            });
        }
    }
    Ok(all
        .into_iter()
        .filter_map(|(aspect, ordinal, title)| {
            let findings = by_aspect.remove(&aspect)?;
            Some(AspectRow { id: AspectId(aspect), ordinal, title, findings })
        })
        .collect())
}
