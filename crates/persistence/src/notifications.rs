//! Who was told what: one row per rule, subject, day and recipient; the words are rendered when they are read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::AssignmentKind;
use domain::calendar;
use domain::ids::{PersonId, RoundId};
use domain::notification::{Audience, Rule};
use domain::refusal::Refusal;
use domain::task::state::Task;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::Origin;
use crate::outward;
use crate::schema::{deliveries, leading_group_members, memberships, notifications, quiet_rules, round_assignments};
use crate::statement::Statement;

/// How people are told what a command brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// Each thing by itself.
    EachThing,
    /// Everything of a day as one, with how many things it was: the clock catching up after the server was off.
    OneDigest,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) kind: &'static str,
    pub(crate) id: Uuid,
    pub(crate) round: RoundId,
}

impl About {
    pub(crate) fn task(task: &Task) -> Self {
        Self { kind: "task", id: task.id.0, round: task.round }
    }
}

/// A notice as its reader sees it.
#[derive(Clone, Debug, QueryableByName)]
pub struct NoticeRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub rule: String,
    #[diesel(sql_type = Jsonb)]
    pub params: serde_json::Value,
    /// The task it is about, unless it is a digest or about something else.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub task_id: Option<Uuid>,
    /// The document it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub document_id: Option<Uuid>,
    /// The slip it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub slip_id: Option<Uuid>,
    /// The meeting it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub meeting_id: Option<Uuid>,
    /// The publication it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub publication_id: Option<Uuid>,
    /// The opinion it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub opinion_id: Option<Uuid>,
    /// The resolution it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub resolution_id: Option<Uuid>,
    /// The act of a personal duty it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub duty_act_id: Option<Uuid>,
    /// The appraisal it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub appraisal_id: Option<Uuid>,
    /// The record of accountability it is about; its reader is told nothing more.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub accountability_id: Option<Uuid>,
    /// The handover it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub handover_id: Option<Uuid>,
    /// The systemic problem it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub systemic_problem_id: Option<Uuid>,
    /// The rule of the register it is about.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub rule_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub read_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub number: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub sensitivity: Option<String>,
    /// None where he may know no more than that there is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
}

fn members(conn: &mut PgConnection, unit: Uuid, heads_only: bool, today: NaiveDate) -> Result<Vec<Uuid>, Error> {
    let mut query = memberships::table
        .filter(memberships::unit_id.eq(unit))
        .filter(memberships::from_on.le(today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .select(memberships::person_id)
        .into_boxed();
    if heads_only {
        query = query.filter(memberships::is_head);
    }
    Ok(query.load(conn)?)
}

fn people(conn: &mut PgConnection, audience: Audience, round: RoundId, today: NaiveDate) -> Result<Vec<Uuid>, Error> {
    let assigned = |conn: &mut PgConnection, kind: &str| -> Result<Vec<Uuid>, Error> {
        Ok(round_assignments::table
            .filter(round_assignments::round_id.eq(round.0).and(round_assignments::kind.eq(kind)))
            .select(round_assignments::person_id)
            .load(conn)?)
    };
    match audience {
        Audience::Unit(unit) => members(conn, unit.0, false, today),
        Audience::Heads(unit) => members(conn, unit.0, true, today),
        Audience::Person(PersonId(person)) => Ok(vec![person]),
        Audience::Office => assigned(conn, "office"),
        Audience::Verifiers => assigned(conn, "team"),
        Audience::Principal => Ok(leading_group_members::table
            .filter(leading_group_members::round_id.eq(round.0).and(leading_group_members::is_principal))
            .select(leading_group_members::person_id)
            .load(conn)?),
    }
}

/// Tells everybody a command concerns; each is told once a day of one thing, the actor himself never.
pub(crate) fn tell(
    conn: &mut PgConnection,
    origin: &Origin,
    about: &About,
    told: &[(Rule, Audience)],
    telling: Telling,
) -> Result<(), Error> {
    let today = calendar::today(origin.now);
    let mut rows: BTreeSet<(&'static str, Uuid)> = BTreeSet::new();
    for (rule, audience) in told {
        for person in people(conn, *audience, about.round, today)? {
            if origin.person() != Some(PersonId(person)) {
                rows.insert((rule.as_str(), person));
            }
        }
    }
    if telling == Telling::OneDigest {
        return digest(conn, origin, about, rows.into_iter().map(|(_, person)| person));
    }
    each(conn, origin, about, rows.into_iter().collect())
}

/// Tells each of a rule by itself. Whom a clock that ran ahead has told already is not told again when the day comes.
fn each(conn: &mut PgConnection, origin: &Origin, about: &About, rows: Vec<(&'static str, Uuid)>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let (rules, recipients): (Vec<&str>, Vec<Uuid>) = rows.into_iter().unzip();
    let ids: Vec<Uuid> = rules.iter().map(|_| Uuid::now_v7()).collect();
    Statement::default()
        .sql(
            "WITH told AS (INSERT INTO notifications \
                 (id, rule, subject_kind, subject_id, due_on, recipient_id, params, created_at, read_at) \
                 SELECT t.id, t.rule, s.kind, s.id, s.today, t.recipient, '{}', s.now, q.rule_at FROM (SELECT ",
        )
        .bind::<Text, _>(about.kind)
        .sql(" AS kind, ")
        .bind::<SqlUuid, _>(about.id)
        .sql(" AS id, ")
        .bind::<Date, _>(calendar::today(origin.now))
        .sql(" AS today, ")
        .bind::<Timestamptz, _>(origin.now)
        .sql(" AS now) AS s, unnest(")
        .bind::<Array<SqlUuid>, _>(ids)
        .sql(", ")
        .bind::<Array<Text>, _>(rules)
        .sql(", ")
        .bind::<Array<SqlUuid>, _>(recipients)
        .sql(
            ") AS t(id, rule, recipient) \
                 LEFT JOIN LATERAL (SELECT s.now AS rule_at FROM quiet_rules q \
                     WHERE q.person_id = t.recipient AND q.rule = t.rule) q ON true \
                 WHERE NOT EXISTS (SELECT FROM notifications n WHERE n.rule = t.rule AND n.subject_kind = s.kind \
                     AND n.subject_id = s.id AND n.due_on > s.today AND n.recipient_id = t.recipient) \
                 ON CONFLICT DO NOTHING RETURNING id, rule, recipient_id, created_at, read_at) \
             INSERT INTO deliveries (notification_id, channel, state, next_at) \
                 SELECT id, 'inbox', 'done', created_at FROM told UNION ALL SELECT o.id, o.channel, 'due', o.created_at FROM (",
        )
        .sql(outward::DUE)
        .bind::<Array<Text>, _>(outward::going_out())
        .sql(") END) AS o")
        .execute(conn)?;
    Ok(())
}

fn deliver(conn: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::notification_id.eq(id),
            deliveries::channel.eq("inbox"),
            deliveries::state.eq("done"),
            deliveries::next_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// Adds what each recipient is told to his digest of the day; recipients come in order, so that two workers do not wait for each other in a circle.
fn digest(
    conn: &mut PgConnection,
    origin: &Origin,
    about: &About,
    told: impl Iterator<Item = Uuid>,
) -> Result<(), Error> {
    let mut counts: BTreeMap<Uuid, i64> = BTreeMap::new();
    told.for_each(|person| *counts.entry(person).or_default() += 1);
    for (recipient, n) in counts {
        let id: Uuid = diesel::insert_into(notifications::table)
            .values((
                notifications::id.eq(Uuid::now_v7()),
                notifications::rule.eq(Rule::CaughtUp.as_str()),
                notifications::subject_kind.eq("round"),
                notifications::subject_id.eq(about.round.0),
                notifications::due_on.eq(calendar::today(origin.now)),
                notifications::recipient_id.eq(recipient),
                notifications::params.eq(json!({ "n": n })),
                notifications::created_at.eq(origin.now),
            ))
            .on_conflict((
                notifications::rule,
                notifications::subject_kind,
                notifications::subject_id,
                notifications::due_on,
                notifications::recipient_id,
            ))
            .do_update()
            .set(notifications::params.eq(diesel::dsl::sql::<diesel::sql_types::Jsonb>(
                "jsonb_build_object('n', (notifications.params->>'n')::bigint + (excluded.params->>'n')::bigint)",
            )))
            .returning(notifications::id)
            .get_result(conn)?;
        deliver(conn, id, origin.now)?;
        outward::owe(conn, id)?;
    }
    Ok(())
}

/// Unread notices are counted up to this many.
pub const COUNTED: i64 = 1_000;

/// Which notices are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub is_unread: bool,
    /// The moment and id of the last one seen.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: i64,
}

/// Notices of the person who asks, the newest first. A task's words are shown to who may read them (docs/domain.md §17).
pub fn list(conn: &mut PgConnection, origin: &Origin, asked: &Asked) -> Result<Vec<NoticeRow>, Error> {
    let Some(person) = origin.person() else { return Ok(Vec::new()) };
    let assignments = origin.actor.person().map(|p| p.assignments.as_slice()).unwrap_or_default();
    let office: Vec<Uuid> =
        assignments.iter().filter(|a| a.kind == AssignmentKind::Office).map(|a| a.round.0).collect();
    let mut query = Statement::default()
        .sql(
            "SELECT n.id, n.rule, n.params, CASE WHEN n.subject_kind = 'task' THEN t.id END AS task_id, p.id AS slip_id, \
             CASE WHEN n.subject_kind = 'document' THEN n.subject_id END AS document_id, \
             CASE WHEN n.subject_kind = 'meeting' THEN n.subject_id END AS meeting_id, \
             CASE WHEN n.subject_kind = 'publication' THEN n.subject_id END AS publication_id, \
             CASE WHEN n.subject_kind = 'opinion' THEN n.subject_id END AS opinion_id, \
             CASE WHEN n.subject_kind = 'resolution' THEN n.subject_id END AS resolution_id, \
             CASE WHEN n.subject_kind = 'personal_duty' THEN n.subject_id END AS duty_act_id, \
             CASE WHEN n.subject_kind = 'handover' THEN n.subject_id END AS handover_id, \
             CASE WHEN n.subject_kind = 'systemic_problem' THEN n.subject_id END AS systemic_problem_id, \
             CASE WHEN n.subject_kind = 'rule' THEN n.subject_id END AS rule_id, \
             CASE WHEN n.subject_kind = 'accountability' THEN n.subject_id END AS accountability_id, \
             CASE WHEN n.subject_kind = 'appraisal' THEN n.subject_id END AS appraisal_id, \
             n.created_at, n.read_at, t.number, t.sensitivity, CASE WHEN t.id IS NULL OR t.sensitivity = 'open' OR (t.sensitivity = 'internal' AND (t.round_id = ANY(",
        )
        .bind::<Array<SqlUuid>, _>(office)
        .sql(") OR t.snapshot #> '{draft,readers}' ? ")
        .bind::<Text, _>(person.to_string())
        .sql(
            ")) THEN COALESCE(p.title, o.title, t.title) END AS title \
             FROM notifications n LEFT JOIN slips p ON p.id = n.subject_id AND n.subject_kind = 'slip' \
             LEFT JOIN documents o ON o.id = n.subject_id AND n.subject_kind = 'document' \
             LEFT JOIN tasks t ON t.id = CASE n.subject_kind WHEN 'task' THEN n.subject_id ELSE p.task_id END \
             WHERE n.recipient_id = ",
        )
        .bind::<SqlUuid, _>(person.0);
    if asked.is_unread {
        query = query.sql(" AND n.read_at IS NULL");
    }
    if let Some((at, id)) = asked.after {
        query = query
            .sql(" AND (n.created_at, n.id) < (")
            .bind::<Timestamptz, _>(at)
            .sql(", ")
            .bind::<SqlUuid, _>(id)
            .sql(")");
    }
    Ok(query.sql(" ORDER BY n.created_at DESC, n.id DESC LIMIT ").sql(asked.limit.to_string()).load(conn)?)
}

#[derive(QueryableByName)]
struct Unread {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many notices this person has not read, counted up to `COUNTED`.
pub fn unread(conn: &mut PgConnection, origin: &Origin) -> Result<i64, Error> {
    let Some(person) = origin.person() else { return Ok(0) };
    let row: Unread = Statement::default()
        .sql("SELECT count(*) AS n FROM (SELECT FROM notifications WHERE read_at IS NULL AND recipient_id = ")
        .bind::<SqlUuid, _>(person.0)
        .sql(format!(" LIMIT {COUNTED}) AS unread"))
        .get_result(conn)?;
    Ok(row.n)
}

/// Marks one of this person's notices as read; reading it twice is reading it once.
///
/// Errors: `NotFound` for what is not his.
pub fn mark_one_read(conn: &mut PgConnection, origin: &Origin, id: Uuid) -> Result<(), Error> {
    let person = origin.person().ok_or(Error::NotFound)?;
    let own = notifications::table.filter(notifications::id.eq(id).and(notifications::recipient_id.eq(person.0)));
    let read_at: Option<Option<DateTime<Utc>>> = own.select(notifications::read_at).first(conn).optional()?;
    if read_at.ok_or(Error::NotFound)?.is_none() {
        diesel::update(notifications::table.find(id)).set(notifications::read_at.eq(origin.now)).execute(conn)?;
    }
    Ok(())
}

/// The rules whose notices this person is not called to.
pub fn quiet_rules(conn: &mut PgConnection, person: PersonId) -> Result<Vec<Rule>, Error> {
    let rules: Vec<String> =
        quiet_rules::table.filter(quiet_rules::person_id.eq(person.0)).select(quiet_rules::rule).load(conn)?;
    Ok(rules.iter().filter_map(|rule| Rule::parse(rule)).collect())
}

/// Sets them anew; what is told by them from now on counts as read at once.
///
/// Errors: `must-be-told` for a rule behind which something waits.
pub fn set_quiet_rules(conn: &mut PgConnection, person: PersonId, rules: &BTreeSet<Rule>) -> Result<(), Error> {
    if rules.iter().any(|rule| !rule.may_be_quiet()) {
        return Err(Refusal::field("/quiet", "must-be-told").into());
    }
    diesel::delete(quiet_rules::table.filter(quiet_rules::person_id.eq(person.0))).execute(conn)?;
    let rows: Vec<_> =
        rules.iter().map(|r| (quiet_rules::person_id.eq(person.0), quiet_rules::rule.eq(r.as_str()))).collect();
    diesel::insert_into(quiet_rules::table).values(rows).execute(conn)?;
    Ok(())
}

/// Marks every notice of this person as read.
pub fn mark_read(conn: &mut PgConnection, origin: &Origin) -> Result<(), Error> {
    let Some(person) = origin.person() else { return Ok(()) };
    diesel::update(
        notifications::table.filter(notifications::recipient_id.eq(person.0).and(notifications::read_at.is_null())),
    )
    .set(notifications::read_at.eq(origin.now))
    .execute(conn)?;
    Ok(())
}
