//! The register of heads and periods, the acts behind a figure, the form's choices, and what waits for a head; as many statements however many rows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::{Actor, Role};
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{DutyActId, PersonId, RoundId};
use domain::personal_duty::state::{DutyAct, PersonalDuty};
use domain::personal_duty::suggest::Suggestion;
use domain::personal_duty::{Head, Period, is_reminded};
use domain::policy::Policy;
use domain::rights::{self, Enters};
use domain::task::text::Words;
use uuid::Uuid;

use super::heads::{self, Ground, HeadRow};
use super::known::{self, DutyTask};
use crate::error::Error;
use crate::events::Origin;
use crate::rounds;
use crate::schema::personal_duties;
use crate::statement::Statement;
use crate::tasks::{bodies, names};

/// Most acts that are listed at once.
const MOST: i64 = 200;

/// What a head has done of a duty in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub n: i64,
    /// Of these, about a key problem.
    pub n_key: i64,
    /// Entered for him, and not yet confirmed.
    pub n_unconfirmed: i64,
}

/// The register of a period as the actor sees it.
#[derive(Clone, Debug)]
pub struct Register {
    pub ground: Ground,
    pub period: Period,
    /// Those with key problems first; who was a head and has acts in the period comes last.
    pub rows: Vec<(HeadRow, BTreeMap<PersonalDuty, Cell>)>,
    /// Units with a part in the round and no head, for who sees all.
    pub without_head: Vec<String>,
    pub sees_all: bool,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = SqlUuid)]
    head_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    duty: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = BigInt)]
    n_key: i64,
    #[diesel(sql_type = BigInt)]
    n_unconfirmed: i64,
}

fn counted(conn: &mut PgConnection, round: RoundId, period: Period) -> Result<Vec<CountRow>, Error> {
    Ok(Statement::default()
        .sql(
            "SELECT d.head_id, p.name, d.duty, count(*) FILTER (WHERE d.state = 'counted') AS n, \
                 count(*) FILTER (WHERE d.state = 'counted' AND EXISTS (SELECT FROM personal_duty_tasks x JOIN tasks t ON t.id = x.task_id \
                     WHERE t.is_key AND x.personal_duty_id = d.id)) AS n_key, \
                 count(*) FILTER (WHERE d.state = 'unconfirmed') AS n_unconfirmed \
             FROM personal_duties d JOIN persons p ON p.id = d.head_id WHERE d.state IN ('counted', 'unconfirmed') AND d.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND d.occurred_on BETWEEN ")
        .bind::<Date, _>(period.from)
        .sql(" AND ")
        .bind::<Date, _>(period.to)
        .sql(" GROUP BY d.head_id, p.name, d.duty ORDER BY p.name, d.head_id")
        .load(conn)?)
}

/// The register of a round; of a month, or of the whole round where none is given.
///
/// Errors: `NotFound`.
pub fn register(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    month: Option<Period>,
) -> Result<Register, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    let ground = heads::ground(conn, round)?;
    let today = calendar::today(origin.now);
    let period = month.unwrap_or_else(|| Period::whole(ground.begins_on, today));
    let all = heads::heads(conn, &origin.actor, round, &ground.policy, today)?;
    let counts = counted(conn, round, period)?;
    let sees_all = rights::sees_all_duties(&origin.actor, round);
    let own = origin.person();
    let mut cells: BTreeMap<Uuid, BTreeMap<PersonalDuty, Cell>> = BTreeMap::new();
    let mut former: BTreeMap<Uuid, String> = BTreeMap::new();
    for row in counts {
        let Some(duty) = PersonalDuty::parse(&row.duty) else { continue };
        let cell = Cell { n: row.n, n_key: row.n_key, n_unconfirmed: row.n_unconfirmed };
        cells.entry(row.head_id).or_default().insert(duty, cell);
        former.insert(row.head_id, row.name);
    }
    let mut rows = Vec::new();
    for row in all.rows {
        former.remove(&row.person.0);
        if rights::sees_duties(&origin.actor, round, &row.head) {
            let of = cells.remove(&row.person.0).unwrap_or_default();
            rows.push((row, of));
        }
    }
    for (id, name) in former {
        let person = PersonId(id);
        if sees_all || own == Some(person) {
            let head = Head { person: Some(person), ..Head::default() };
            let row = HeadRow { head, person, name, units: Vec::new(), n_key: 0, is_current: false };
            rows.push((row, cells.remove(&id).unwrap_or_default()));
        }
    }
    let without_head = if sees_all { all.without_head } else { Vec::new() };
    Ok(Register { ground, period, rows, without_head, sees_all })
}

/// An act with its words and tasks, as far as the reader may read them.
#[derive(Clone, Debug)]
pub struct LoadedAct {
    pub act: DutyAct,
    /// None where they are about a sensitive matter that the reader does not read.
    pub words: Option<String>,
    /// Why it was refused or withdrawn.
    pub reason: Option<String>,
    pub head: String,
    pub entered_by: String,
    /// Its tasks that the reader sees.
    pub tasks: Vec<DutyTask>,
    /// How many more it names.
    pub n_unseen: usize,
}

/// Whose duties the actor sees of an act: those of the head as he stands now, and of the units it was entered for.
fn of_act(conn: &mut PgConnection, origin: &Origin, act: &DutyAct) -> Result<Head, Error> {
    let ground = heads::ground(conn, act.round)?;
    let all = heads::heads(conn, &origin.actor, act.round, &ground.policy, calendar::today(origin.now))?;
    let mut head = all.rows.into_iter().find(|r| r.person == act.head).map(|r| r.head).unwrap_or_default();
    head.person = Some(act.head);
    head.units.extend(&act.units);
    Ok(head)
}

/// Whoever does not see the duties of a head is not told that there is an act.
///
/// Errors: `NotFound`.
pub(super) fn permit_sight(conn: &mut PgConnection, origin: &Origin, act: &DutyAct) -> Result<(), Error> {
    let head = of_act(conn, origin, act)?;
    let seen = rights::sees_duties(&origin.actor, act.round, &head) || origin.person() == Some(act.entered_by);
    if seen { Ok(()) } else { Err(Error::NotFound) }
}

/// One act, if the actor sees it.
///
/// Errors: `NotFound`.
pub fn find(conn: &mut PgConnection, origin: &Origin, id: DutyActId) -> Result<LoadedAct, Error> {
    let act = super::snapshot(conn, id)?;
    permit_sight(conn, origin, &act)?;
    let round = act.round;
    load(conn, &origin.actor, round, vec![act])?.pop().ok_or(Error::NotFound)
}

/// The acts of a head in a period, the latest first, those that were refused and withdrawn among them.
///
/// Errors: `NotFound` where the actor does not see the duties of this head.
pub fn acts(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    head: PersonId,
    duty: Option<PersonalDuty>,
    month: Option<Period>,
) -> Result<Vec<LoadedAct>, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    let ground = heads::ground(conn, round)?;
    let today = calendar::today(origin.now);
    let all = heads::heads(conn, &origin.actor, round, &ground.policy, today)?;
    let of = all.rows.into_iter().find(|r| r.person == head).map(|r| r.head);
    let of = of.unwrap_or_else(|| Head { person: Some(head), ..Head::default() });
    if !rights::sees_duties(&origin.actor, round, &of) {
        return Err(Error::NotFound);
    }
    let period = month.unwrap_or_else(|| Period::whole(ground.begins_on, today));
    let mut query = personal_duties::table
        .filter(personal_duties::round_id.eq(round.0).and(personal_duties::head_id.eq(head.0)))
        .filter(personal_duties::occurred_on.between(period.from, period.to))
        .order((personal_duties::occurred_on.desc(), personal_duties::id.desc()))
        .limit(MOST)
        .select(personal_duties::snapshot)
        .into_boxed();
    if let Some(duty) = duty {
        query = query.filter(personal_duties::duty.eq(duty.as_str()));
    }
    let snapshots: Vec<serde_json::Value> = query.load(conn)?;
    let found = snapshots.into_iter().map(serde_json::from_value).collect::<Result<Vec<DutyAct>, _>>()?;
    load(conn, &origin.actor, round, found)
}

fn load(conn: &mut PgConnection, actor: &Actor, round: RoundId, acts: Vec<DutyAct>) -> Result<Vec<LoadedAct>, Error> {
    let digests: BTreeSet<Digest> =
        acts.iter().flat_map(|a| std::iter::once(&a.words).chain(&a.reason)).cloned().collect();
    let kept = bodies(conn, digests)?;
    let said = |digest: &Digest| -> Result<String, Error> {
        let body = kept.get(digest).ok_or_else(|| Error::internal("an act without its words"))?;
        Ok(serde_json::from_str::<Words>(body)?.text)
    };
    let people: BTreeSet<Uuid> = acts.iter().flat_map(|a| [a.head.0, a.entered_by.0]).collect();
    let names = names(conn, people.into_iter().collect())?;
    let name = |person: PersonId| names.get(&person.0).cloned().unwrap_or_default();
    let ids: BTreeSet<Uuid> = acts.iter().flat_map(|a| &a.tasks).map(|t| t.0).collect();
    let tasks = known::tasks(conn, actor, round, ids.into_iter().collect())?;
    let own = actor.person().and_then(|p| p.person);
    let mut loaded = Vec::new();
    for act in acts {
        let of: Vec<&DutyTask> = tasks.iter().filter(|t| act.tasks.iter().any(|id| id.0 == t.id)).collect();
        let reads = own.is_some_and(|p| p == act.head || p == act.entered_by)
            || of.iter().all(|t| t.reads_content || !t.is_sensitive);
        loaded.push(LoadedAct {
            words: if reads { Some(said(&act.words)?) } else { None },
            reason: act.reason.as_ref().filter(|_| reads).map(said).transpose()?,
            head: name(act.head),
            entered_by: name(act.entered_by),
            n_unseen: of.iter().filter(|t| !t.is_seen).count(),
            tasks: of.into_iter().filter(|t| t.is_seen).cloned().collect(),
            act,
        });
    }
    Ok(loaded)
}

/// What a form offers: for whom the actor may enter, of whom it is, the tasks to choose from, what the records suggest.
#[derive(Clone, Debug)]
pub struct Form {
    pub begins_on: NaiveDate,
    /// Those the actor may enter for, himself first.
    pub heads: Vec<HeadRow>,
    /// The one it is for; none where the actor may enter for nobody.
    pub head: Option<(HeadRow, Enters)>,
    pub tasks: Vec<DutyTask>,
    /// Only for the head himself.
    pub suggestions: Vec<Suggestion>,
}

/// The form for a head, for the actor himself where none is named.
///
/// Errors: `NotFound`.
pub fn form(conn: &mut PgConnection, origin: &Origin, round: RoundId, head: Option<PersonId>) -> Result<Form, Error> {
    rounds::permit_sight(conn, &origin.actor, round)?;
    let ground = heads::ground(conn, round)?;
    let today = calendar::today(origin.now);
    let all = heads::heads(conn, &origin.actor, round, &ground.policy, today)?;
    let mut may: Vec<(HeadRow, Enters)> = all
        .rows
        .into_iter()
        .filter_map(|row| Some((rights::permit_entering_duty(&origin.actor, round, &row.head).ok()?, row)))
        .map(|(enters, row)| (row, enters))
        .collect();
    may.sort_by_key(|(_, enters)| *enters != Enters::Own);
    let chosen = match head {
        Some(person) => Some(may.iter().find(|(r, _)| r.person == person).cloned().ok_or(Error::NotFound)?),
        None => may.first().cloned(),
    };
    let (mut tasks, mut suggestions) = (Vec::new(), Vec::new());
    if let Some((row, enters)) = &chosen {
        tasks = known::offered(conn, &origin.actor, row.person, &row.head, round)?;
        if *enters == Enters::Own {
            suggestions = known::suggestions(conn, round, row.person, today)?;
        }
    }
    let heads = may.into_iter().map(|(row, _)| row).collect();
    Ok(Form { begins_on: ground.begins_on, heads, head: chosen, tasks, suggestions })
}

/// What waits for a head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Entered for him and waiting for his word.
    pub n_unconfirmed: i64,
    pub since: Option<DateTime<Utc>>,
    /// The month ends soon, he has key problems and nothing counts yet: how many they are.
    pub reminder: Option<i64>,
    /// Whether he may enter something of his own.
    pub records: bool,
}

#[derive(QueryableByName)]
struct OwnRow {
    #[diesel(sql_type = BigInt)]
    n_unconfirmed: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    n_this_month: i64,
}

/// What waits for the actor in his own duties; who can have none costs no statement.
pub fn waiting(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    policy: &Policy,
    calendar: &Calendar,
) -> Result<Waiting, Error> {
    let Some(person) = origin.actor.person() else { return Ok(Waiting::default()) };
    let may_be = person.memberships.iter().any(|m| m.is_head) && person.role == Some(Role::Unit)
        || person.role == Some(Role::Leader);
    let (Some(id), true) = (person.person, may_be) else { return Ok(Waiting::default()) };
    let today = calendar::today(origin.now);
    let month = Period::of(today);
    let own: OwnRow = Statement::default()
        .sql(
            "SELECT count(*) FILTER (WHERE d.state = 'unconfirmed') AS n_unconfirmed, \
                 min(d.created_at) FILTER (WHERE d.state = 'unconfirmed') AS since, count(*) FILTER (WHERE d.state = 'counted' AND d.occurred_on >= ",
        )
        .bind::<Date, _>(month.from)
        .sql(") AS n_this_month FROM personal_duties d WHERE d.head_id = ")
        .bind::<SqlUuid, _>(id.0)
        .sql(" AND d.round_id = ")
        .bind::<SqlUuid, _>(round.0)
        .get_result(conn)?;
    let all = heads::heads(conn, &origin.actor, round, policy, today)?;
    let row = all.rows.into_iter().find(|r| r.person == id);
    let is_soon = is_reminded(today, policy.duty_reminder_working_days, calendar);
    let n_key = row.as_ref().map_or(0, |r| r.n_key);
    Ok(Waiting {
        n_unconfirmed: own.n_unconfirmed,
        since: own.since,
        reminder: (is_soon && n_key > 0 && own.n_this_month == 0).then_some(n_key),
        records: row.is_some(),
    })
}

/// An act that counts, with its words.
#[derive(Clone, Debug)]
pub struct CountedAct {
    pub head: Uuid,
    pub duty: PersonalDuty,
    pub on: NaiveDate,
    pub words: String,
    pub tasks: Vec<Uuid>,
}

#[derive(QueryableByName)]
struct ActRow {
    #[diesel(sql_type = Jsonb)]
    snapshot: serde_json::Value,
    #[diesel(sql_type = Text)]
    body: String,
}

/// Every act of a period that counts, by head and day, in one statement.
pub fn counted_acts(conn: &mut PgConnection, round: RoundId, period: Period) -> Result<Vec<CountedAct>, Error> {
    let rows: Vec<ActRow> = Statement::default()
        .sql(
            "SELECT d.snapshot, r.body FROM personal_duties d JOIN revisions r ON r.sha256 = d.snapshot ->> 'words' \
             WHERE d.state = 'counted' AND d.round_id = ",
        )
        .bind::<SqlUuid, _>(round.0)
        .sql(" AND d.occurred_on BETWEEN ")
        .bind::<Date, _>(period.from)
        .sql(" AND ")
        .bind::<Date, _>(period.to)
        .sql(" ORDER BY d.head_id, d.occurred_on, d.id")
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            let act: DutyAct = serde_json::from_value(row.snapshot)?;
            let words = serde_json::from_str::<Words>(&row.body)?.text;
            let tasks = act.tasks.iter().map(|t| t.0).collect();
            Ok(CountedAct { head: act.head.0, duty: act.duty, on: act.on, words, tasks })
        })
        .collect()
}
