//! What a person is named by and still open, kind by kind, and who left a post and still answers for something (docs/domain.md §37): so many statements
//! whatever there is.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use domain::actor::{Actor, AssignmentKind, Duty, Role, UnitPath};
use domain::handover::Held;
use domain::handover::state::{HeldKind, Part};
use domain::ids::{PersonId, RoundId, UnitId};
use domain::meeting::state::Standing;
use domain::rights::{self, Subject};
use domain::task::state::{Sensitivity, TaskState};
use uuid::Uuid;

use crate::changes;
use crate::error::Error;
use crate::statement::Statement;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    round_id: Uuid,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Date>)]
    due_on: Option<NaiveDate>,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Array<Text>)]
    parts: Vec<String>,
}

/// A task is open from its issue until it is closed for good; what is only drafted is nobody's yet.
const OPEN_TASKS: &str = "('issued', 'planning', 'plan_review', 'rectifying', 'closure_review', 'observing')";

/// What this person still holds, tasks first, each in the order of its number.
pub fn held(conn: &mut PgConnection, person: PersonId) -> Result<Vec<Held>, Error> {
    let open_tasks = OPEN_TASKS;
    let named = "jsonb_path_exists(s.snapshot, '$.requests[*] ? (@.state == \"open\").chain[*].person ? (@ == $p)', jsonb_build_object('p', o.own::text))";
    let rows: Vec<Row> = Statement::default()
        .sql("WITH o AS (SELECT ")
        .bind::<SqlUuid, _>(person.0)
        .sql(format!(
            " AS own) \
             SELECT kind, id, round_id, number, title, state, due_on, version, array_agg(DISTINCT part) AS parts FROM ( \
             SELECT 'task' AS kind, t.id, t.round_id, t.number, t.title, t.state, t.due_on, t.version, p.part FROM o JOIN ( \
                 SELECT person_id, task_id, part FROM task_people UNION ALL \
                 SELECT waits_for_person_id, task_id, 'signature' FROM sign_requests WHERE state = 'open' AND waits_for = 'lead_leader' \
             ) p ON p.person_id = o.own JOIN tasks t ON t.id = p.task_id WHERE t.state IN {open_tasks} \
             UNION ALL SELECT 'resolution', r.id, r.round_id, COALESCE(m.snapshot->>'number', ''), COALESCE(v.body::jsonb->>'text', ''), r.standing, \
                 r.due_on, 0, 'owner' FROM o JOIN resolutions r ON r.person_id = o.own AND r.standing IN ('running', 'reported') \
                 JOIN meetings m ON m.id = r.meeting_id LEFT JOIN revisions v ON v.sha256 = r.text_sha256 \
             UNION ALL SELECT 'slip', s.id, s.round_id, '', '', s.state, NULL, 0, CASE WHEN s.snapshot->>'drafted_by' = o.own::text THEN 'drafter' ELSE 'signer' END \
                 FROM o JOIN slips s ON s.state IN ('draft', 'signing') AND (s.snapshot->>'drafted_by' = o.own::text OR {named}) \
             UNION ALL SELECT 'document', s.id, s.round_id, '', '', s.state, NULL, 0, 'signer' FROM o JOIN documents s ON s.state = 'signing' AND {named} \
             UNION ALL SELECT 'publication', s.id, s.round_id, '', '', s.state, NULL, 0, 'signer' FROM o JOIN publications s ON s.state = 'signing' AND {named} \
             UNION ALL SELECT 'check', s.id, s.round_id, '', '', s.snapshot->>'state', NULL, 0, 'inspector' FROM o \
                 JOIN checks s ON s.snapshot->'inspectors' ? o.own::text AND s.snapshot->>'state' NOT IN ('finished', 'cancelled') \
             UNION ALL SELECT 'personal_duty', d.id, d.round_id, '', '', d.state, NULL, 0, 'head' FROM o JOIN personal_duties d ON d.head_id = o.own AND d.state = 'unconfirmed' \
             UNION ALL SELECT 'round', r.id, r.id, '', '', r.state, NULL, 0, 'group' FROM o JOIN leading_group_members g ON g.person_id = o.own \
                 JOIN rounds r ON r.id = g.round_id AND r.state <> 'closed' \
             UNION ALL SELECT 'round', r.id, r.id, '', '', r.state, NULL, 0, 'office' FROM o JOIN round_assignments g ON g.person_id = o.own \
                 JOIN rounds r ON r.id = g.round_id AND r.state <> 'closed' \
             UNION ALL SELECT 'service', s.account_id, s.account_id, '', '', 'active', NULL, 0, 'answers' FROM o JOIN service_accounts s ON s.person_id = o.own \
                 JOIN accounts a ON a.id = s.account_id AND a.status = 'active' \
             ) named GROUP BY kind, id, round_id, number, title, state, due_on, version ORDER BY kind <> 'task', kind <> 'resolution', kind, number, id"
        ))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(read).collect())
}

fn read(row: Row) -> Option<Held> {
    let kind = HeldKind::parse(&row.kind)?;
    let state = match kind {
        HeldKind::Task => TaskState::parse(&row.state).map(|s| s.label().to_owned()),
        HeldKind::Resolution => Standing::parse(&row.state).map(|s| s.label().to_owned()),
        _ => None,
    };
    Some(Held {
        kind,
        id: row.id,
        round: RoundId(row.round_id),
        number: row.number,
        title: row.title,
        state: state.unwrap_or_default(),
        due_on: row.due_on,
        version: row.version,
        parts: row.parts.iter().filter_map(|part| Part::parse(part)).collect(),
    })
}

/// What of it the actor may see and put on a list: the system administrator all of it, an office that of its rounds, a unit what it has a part in.
pub struct Sight {
    tasks: BTreeMap<Uuid, Subject>,
    /// The task, the unit and the person of a resolution.
    resolutions: BTreeMap<Uuid, (Option<Uuid>, Option<UnitId>)>,
}

impl Sight {
    /// Of these things, each a kind and an id; so many statements whatever there is.
    pub fn of(conn: &mut PgConnection, things: impl Iterator<Item = (HeldKind, Uuid)>) -> Result<Self, Error> {
        use crate::schema::resolutions;
        let (mut of_tasks, mut ids) = (BTreeSet::new(), Vec::new());
        for (kind, id) in things {
            match kind {
                HeldKind::Task => {
                    of_tasks.insert(id);
                }
                HeldKind::Resolution => ids.push(id),
                _ => {}
            }
        }
        let rows: Vec<(Uuid, Option<Uuid>, Option<Uuid>)> = resolutions::table
            .filter(resolutions::id.eq_any(ids))
            .select((resolutions::id, resolutions::task_id, resolutions::unit_id))
            .load(conn)?;
        of_tasks.extend(rows.iter().filter_map(|(_, task, _)| *task));
        let tasks = if of_tasks.is_empty() { Vec::new() } else { changes::subjects(conn, &of_tasks)? };
        let resolutions = rows.into_iter().map(|(id, task, unit)| (id, (task, unit.map(UnitId)))).collect();
        Ok(Self { tasks: tasks.into_iter().collect(), resolutions })
    }

    /// Whether the actor may put it on a list.
    pub fn may_list(&self, actor: &Actor, kind: HeldKind, id: Uuid, round: RoundId) -> bool {
        let Some(person) = actor.person() else { return false };
        let is_office = person.assignments.iter().any(|a| a.kind == AssignmentKind::Office && a.round == round);
        if person.duty == Some(Duty::SysAdmin) || person.role == Some(Role::Supervisor) && is_office {
            return true;
        }
        let scope = rights::scope(actor);
        let covers = |task: Uuid| self.tasks.get(&task).is_some_and(|subject| scope.covers(subject));
        match kind {
            HeldKind::Task => covers(id),
            HeldKind::Resolution => match self.resolutions.get(&id) {
                Some((Some(task), _)) => covers(*task),
                Some((None, Some(unit))) => scope.units.contains(unit),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the actor, who sees the list, reads what it is about: nobody with a duty alone, and of what is sensitive only who reads the task.
    pub fn reads(&self, actor: &Actor, kind: HeldKind, id: Uuid) -> bool {
        let Some(person) = actor.person() else { return true };
        let task = match kind {
            HeldKind::Task => Some(id),
            HeldKind::Resolution => self.resolutions.get(&id).and_then(|(task, _)| *task),
            _ => None,
        };
        let is_plain = |subject: &Subject| match subject.sensitivity {
            Sensitivity::Open => true,
            _ => rights::reads_content(actor, subject),
        };
        person.role.is_some() && task.is_none_or(|task| self.tasks.get(&task).is_some_and(is_plain))
    }

    /// What stands in place of the words that are not read.
    pub fn kept(&self, kind: HeldKind, id: Uuid) -> &'static str {
        let task = match kind {
            HeldKind::Resolution => self.resolutions.get(&id).and_then(|(task, _)| *task).unwrap_or(id),
            _ => id,
        };
        match self.tasks.get(&task).map(|subject| subject.sensitivity) {
            Some(Sensitivity::Open) | None => "（无权查看内容）",
            Some(other) => other.label(),
        }
    }
}

/// Somebody whose post in a unit ended while he still answers for something there.
#[derive(Clone, Debug)]
pub struct Leaver {
    pub person: PersonId,
    pub name: String,
    pub unit: UnitPath,
    pub unit_name: String,
    pub ended_on: NaiveDate,
    /// Tasks and resolutions.
    pub n: i64,
    /// Whether a list of his is being signed.
    pub is_listed: bool,
}

#[derive(QueryableByName)]
struct LeaverRow {
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    path: Vec<Uuid>,
    #[diesel(sql_type = Text)]
    unit_name: String,
    #[diesel(sql_type = Date)]
    ended_on: NaiveDate,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    is_listed: bool,
}

/// Whose post ended while he still answers for something of that unit or of one below, as far as the actor looks after it; the latest first. Whoever
/// still has a post there or above has not left; one who has a post nowhere answers for what is of no unit as well.
pub fn leavers(conn: &mut PgConnection, actor: &Actor, today: NaiveDate) -> Result<Vec<Leaver>, Error> {
    let rows: Vec<LeaverRow> = Statement::default()
        .sql("WITH d AS (SELECT ")
        .bind::<Date, _>(today)
        .sql(format!(
            " AS today), here AS (SELECT m.person_id, m.unit_id FROM memberships m, d WHERE m.from_on <= d.today AND (m.to_on IS NULL OR m.to_on >= d.today)), \
             ended AS (SELECT m.person_id, m.unit_id, u.path, u.name AS unit_name, max(m.to_on) AS ended_on FROM memberships m JOIN d ON m.to_on < d.today \
                 JOIN units u ON u.id = m.unit_id WHERE NOT EXISTS (SELECT FROM here h WHERE h.person_id = m.person_id AND h.unit_id = ANY(u.path)) \
                 GROUP BY 1, 2, 3, 4), \
             gone AS (SELECT e.*, NOT EXISTS (SELECT FROM ended l WHERE l.person_id = e.person_id AND (l.ended_on, l.unit_id) > (e.ended_on, e.unit_id)) AS is_last \
                 FROM ended e WHERE NOT EXISTS (SELECT FROM ended a WHERE a.person_id = e.person_id AND a.unit_id <> e.unit_id AND a.unit_id = ANY(e.path))), \
             left_over AS ( \
                 SELECT g.person_id, g.unit_id, t.id FROM gone g JOIN task_people p ON p.person_id = g.person_id AND p.part <> 'cross_checker' \
                     JOIN tasks t ON t.id = p.task_id AND t.state IN {OPEN_TASKS} \
                     WHERE EXISTS (SELECT FROM task_units w JOIN units u ON u.id = w.unit_id WHERE w.task_id = t.id AND g.unit_id = ANY(u.path)) \
                 UNION SELECT g.person_id, g.unit_id, r.id FROM gone g JOIN resolutions r ON r.person_id = g.person_id AND r.standing IN ('running', 'reported') \
                     LEFT JOIN units u ON u.id = r.unit_id \
                     WHERE g.unit_id = ANY(u.path) OR u.id IS NULL AND g.is_last AND NOT EXISTS (SELECT FROM here h WHERE h.person_id = g.person_id)) \
             SELECT g.person_id, p.name, g.path, g.unit_name, g.ended_on, count(*) AS n, \
                 EXISTS (SELECT FROM handovers h WHERE h.from_id = g.person_id AND h.unit_id = g.unit_id AND h.state IN ('prepared', 'given')) AS is_listed \
             FROM gone g JOIN left_over l USING (person_id, unit_id) JOIN persons p ON p.id = g.person_id \
             GROUP BY g.person_id, p.name, g.path, g.unit_name, g.unit_id, g.ended_on ORDER BY g.ended_on DESC, g.unit_name, p.name, g.person_id"
        ))
        .load(conn)?;
    let all = rows.into_iter().map(|row| Leaver {
        person: PersonId(row.person_id),
        name: row.name,
        unit: UnitPath(row.path.into_iter().map(UnitId).collect()),
        unit_name: row.unit_name,
        ended_on: row.ended_on,
        n: row.n,
        is_listed: row.is_listed,
    });
    Ok(all.filter(|l| rights::permit_preparing_handover(actor, &l.unit).is_ok()).collect())
}
