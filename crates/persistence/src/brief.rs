//! What the weekly brief is reckoned from: the statements of a week as they stand, and what happened to the tasks since the cut-off before
//! (docs/domain.md §28). So many statements however many tasks there are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::brief::{Move, Stretch, TAKEN_BACK};
use domain::calendar::{self, Calendar, Week};
use domain::chain::Digest;
use domain::copied::{self, Copy};
use domain::ids::RoundId;
use domain::policy::Policy;
use domain::rights::{self, Scope};
use domain::task::event::TaskEvent;
use domain::task::state::StatementReply;
use domain::task::text::{StatementText, Words};
use domain::weekly_statement;
use uuid::Uuid;

use crate::error::Error;
use crate::ledger::{Reader, readable, reader, visible};
use crate::statement::Statement;
use crate::{meetings, rounds, tasks};

/// A task of the brief, as its reader may see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Of {
    pub ordinal: i64,
    pub id: Uuid,
    pub number: String,
    /// None where the reader may know no more than that there is one.
    pub title: Option<String>,
    /// Whether the reader may open it.
    pub opens: bool,
    /// Its lead unit, or the unit that writes.
    pub unit: Option<(Uuid, String)>,
}

/// What a unit handed in.
#[derive(Clone, Debug)]
pub struct Stated {
    pub revision: u16,
    pub is_late: bool,
    pub reply: StatementReply,
    pub return_reason: Option<String>,
    pub asks_help: bool,
    /// The words, for who may read them.
    pub text: Option<StatementText>,
    pub copy: Option<Copy>,
}

/// A unit's week on a task.
#[derive(Clone, Debug)]
pub struct Line {
    pub of: Of,
    /// Whether the unit led the task, under work, at the cut-off.
    pub is_at_work: bool,
    /// Whether it therefore owed a statement: that the cadence asks for one in this week. Others may be written.
    pub is_owed: bool,
    pub stated: Option<Stated>,
    /// Milestones that were not done by the cut-off.
    pub left: i64,
}

/// What happened to a task, each kind with how often.
#[derive(Clone, Debug)]
pub struct Moved {
    pub of: Of,
    pub moves: BTreeMap<Move, i64>,
}

/// Everything a brief says, uncounted.
#[derive(Clone, Debug)]
pub struct Brief {
    pub stretch: Stretch,
    pub lines: Vec<Line>,
    pub moved: Vec<Moved>,
}

/// The brief of a week within the reader's sight, with the policy it was reckoned by; the newest unless a week is named.
///
/// Errors: `NotFound` for a round out of sight, or a week whose brief there is not or not yet.
pub fn load(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    week: Option<Week>,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<(Brief, Policy), Error> {
    let scope = rights::brief_scope(actor, round, &meetings::group(conn, round)?);
    if !scope.rounds.contains(&round) {
        rounds::permit_sight(conn, actor, round)?;
    }
    let (facts, policy, _) = rounds::facts(conn, round)?;
    let week = week.or_else(|| domain::brief::latest(&policy, calendar, now)).ok_or(Error::NotFound)?;
    let stretch = domain::brief::stretch(week, &policy, calendar).filter(|s| s.until <= now).ok_or(Error::NotFound)?;
    let is_asked = weekly_statement::is_in_cadence(week, &policy, facts.concentrated_until, calendar);
    let sight = Sight { round, scope: &scope, own: &rights::scope(actor), reader: reader(actor, round) };
    let earlier = earlier(conn, &sight, week)?;
    let reasons = reasons(conn, &sight, week)?;
    let rows = stated(conn, &sight, &stretch, false)?;
    let lines =
        rows.into_iter().map(|row| line(row, is_asked, &earlier, &reasons, &policy)).collect::<Result<_, _>>()?;
    Ok((Brief { stretch, lines, moved: moved(conn, &sight, &stretch)? }, policy))
}

/// Who of the actor's own sight did not hand in for the newest brief, without what the others wrote; none before there is one.
pub fn not_handed_in(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Option<(Stretch, Vec<Of>)>, Error> {
    let (facts, policy, _) = rounds::facts(conn, round)?;
    let week = domain::brief::latest(&policy, calendar, now);
    let stretch = week.and_then(|week| domain::brief::stretch(week, &policy, calendar)).filter(|s| s.until <= now);
    let Some(stretch) = stretch else { return Ok(None) };
    if !weekly_statement::is_in_cadence(stretch.week, &policy, facts.concentrated_until, calendar) {
        return Ok(Some((stretch, Vec::new())));
    }
    let scope = rights::scope(actor);
    let sight = Sight { round, scope: &scope, own: &scope, reader: reader(actor, round) };
    let rows = stated(conn, &sight, &stretch, true)?;
    let lines =
        rows.into_iter().map(|row| line(row, true, &Earlier::new(), &Reasons::new(), &policy).map(|line| line.of));
    Ok(Some((stretch, lines.collect::<Result<_, _>>()?)))
}

/// What happened to the tasks in the actor's sight after a moment and up to another, as a brief counts it.
pub fn moved_since(
    conn: &mut PgConnection,
    actor: &Actor,
    round: RoundId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Moved>, Error> {
    let scope = rights::scope(actor);
    let sight = Sight { round, scope: &scope, own: &scope, reader: reader(actor, round) };
    moved(conn, &sight, &Stretch { week: Week::of(calendar::today(until)), from, until })
}

struct Sight<'a> {
    round: RoundId,
    /// Whose tasks the brief is about.
    scope: &'a Scope,
    /// Those the reader may open.
    own: &'a Scope,
    reader: Reader,
}

impl Sight<'_> {
    /// Goes on with what is said of a task: its number, whether it opens, its title for who may read it.
    fn columns(&self, query: Statement) -> Statement {
        let query = query.sql("t.id, t.ordinal, t.number, (");
        let query = visible(query, self.round, self.own).sql(") AS opens, CASE WHEN ");
        readable(query, &self.reader).sql(" THEN t.title END AS title")
    }

    /// Goes on with which tasks there are.
    fn tasks(&self, query: Statement) -> Statement {
        visible(query.sql("t.state NOT IN ('draft', 'withdrawn') AND "), self.round, self.scope)
    }
}

#[derive(QueryableByName)]
struct StatedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    ordinal: i64,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Bool)]
    opens: bool,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    unit_id: Uuid,
    #[diesel(sql_type = Text)]
    unit: String,
    #[diesel(sql_type = Bool)]
    is_owed: bool,
    #[diesel(sql_type = BigInt)]
    n_left: i64,
    #[diesel(sql_type = Nullable<SmallInt>)]
    revision: Option<i16>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_late: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    reply: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
}

/// Who led a task under work at the cut-off, and whoever else wrote, each with the newest revision; or those alone who led it and wrote nothing.
fn stated(
    conn: &mut PgConnection,
    sight: &Sight<'_>,
    stretch: &Stretch,
    is_missing: bool,
) -> Result<Vec<StatedRow>, Error> {
    let (week, until) = (stretch.week.to_string(), stretch.until);
    let query = sight.columns(Statement::default().sql("SELECT ")).sql(
        ", o.unit_id, u.name AS unit, o.is_owed, w.revision, w.is_late, w.reply, r.body, \
         (SELECT count(*) FROM milestones m WHERE m.task_id = t.id AND (m.done_on IS NULL OR m.done_on > ",
    );
    let query = query
        .bind::<Date, NaiveDate>(calendar::today(until))
        .sql(
            ")) AS n_left FROM tasks t CROSS JOIN LATERAL (SELECT unit_id, bool_or(is_owed) AS is_owed FROM ( \
                 SELECT (s->>'unit')::uuid AS unit_id, true AS is_owed FROM jsonb_array_elements(t.snapshot->'reporting') AS s \
                 WHERE (s->>'from')::timestamptz < ",
        )
        .bind::<Timestamptz, _>(until)
        .sql(" AND COALESCE((s->>'until')::timestamptz > ")
        .bind::<Timestamptz, _>(until)
        .sql(
            ", true) UNION ALL SELECT x.unit_id, false FROM weekly_statements x WHERE x.task_id = t.id AND x.is_newest AND x.week = ",
        )
        .bind::<Text, _>(week.clone())
        .sql(
            ") AS each GROUP BY unit_id) AS o JOIN units u ON u.id = o.unit_id \
             LEFT JOIN weekly_statements w ON w.task_id = t.id AND w.unit_id = o.unit_id AND w.is_newest AND w.week = ",
        )
        .bind::<Text, _>(week)
        .sql(" LEFT JOIN revisions r ON r.sha256 = w.revision_sha256 WHERE ")
        .sql(if is_missing { "o.is_owed AND w.revision IS NULL AND " } else { "" });
    Ok(sight.tasks(query).sql(" ORDER BY t.ordinal, t.id, o.is_owed DESC, u.name, u.id").load(conn)?)
}

/// Texts by task and unit.
type Earlier = BTreeMap<(Uuid, Uuid), Vec<(Week, StatementText)>>;

/// What whoever wrote this week wrote before.
fn earlier(conn: &mut PgConnection, sight: &Sight<'_>, week: Week) -> Result<Earlier, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        task_id: Uuid,
        #[diesel(sql_type = SqlUuid)]
        unit_id: Uuid,
        #[diesel(sql_type = Text)]
        week: String,
        #[diesel(sql_type = Text)]
        body: String,
    }
    let query = Statement::default()
        .sql(format!(
            "SELECT w.task_id, w.unit_id, e.week, r.body FROM weekly_statements w JOIN tasks t ON t.id = w.task_id \
             CROSS JOIN LATERAL (SELECT x.week, x.revision_sha256 FROM weekly_statements x WHERE x.task_id = w.task_id \
                 AND x.unit_id = w.unit_id AND x.is_newest AND x.week < w.week ORDER BY x.week DESC LIMIT {}) AS e \
             JOIN revisions r ON r.sha256 = e.revision_sha256 WHERE w.is_newest AND w.week = ",
            copied::COMPARED
        ))
        .bind::<Text, _>(week.to_string())
        .sql(" AND ");
    let rows: Vec<Row> = sight.tasks(query).load(conn)?;
    let mut found = Earlier::new();
    for row in rows {
        let text = (Week::parse(&row.week), serde_json::from_str(&row.body)?);
        let (Some(week), text) = text else { continue };
        found.entry((row.task_id, row.unit_id)).or_default().push((week, text));
    }
    Ok(found)
}

/// Why statements of the week came back, by task, unit and revision.
type Reasons = BTreeMap<(Uuid, Uuid, u16), String>;

fn reasons(conn: &mut PgConnection, sight: &Sight<'_>, week: Week) -> Result<Reasons, Error> {
    const KIND: &str = "task.statement_returned";
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        task_id: Uuid,
        #[diesel(sql_type = Text)]
        payload: String,
    }
    let query = Statement::default()
        .sql(
            "SELECT w.task_id, e.payload FROM weekly_statements w JOIN tasks t ON t.id = w.task_id \
             JOIN events e ON e.stream_kind = 'task' AND e.stream_id = w.task_id \
             WHERE w.reply = 'returned' AND w.is_newest AND e.kind = ",
        )
        .bind::<Text, _>(KIND)
        .sql(" AND w.week = ")
        .bind::<Text, _>(week.to_string())
        .sql(" AND ");
    let rows: Vec<Row> = sight.tasks(query).load(conn)?;
    let mut digests: BTreeMap<(Uuid, Uuid, u16), Digest> = BTreeMap::new();
    for row in rows {
        let event = TaskEvent::parse(KIND, serde_json::from_str(&row.payload)?);
        if let Ok(TaskEvent::StatementReturned { unit, week: of, revision, reason }) = event
            && of == week
        {
            digests.insert((row.task_id, unit.0, revision), reason);
        }
    }
    let bodies = tasks::bodies(conn, digests.values().cloned().collect::<BTreeSet<_>>())?;
    let words = |digest| serde_json::from_str::<Words>(bodies.get(digest)?).ok().map(|w| w.text);
    Ok(digests.iter().filter_map(|(key, digest)| Some((*key, words(digest)?))).collect())
}

fn line(row: StatedRow, is_asked: bool, earlier: &Earlier, reasons: &Reasons, policy: &Policy) -> Result<Line, Error> {
    let reads = row.title.is_some();
    let of = Of {
        ordinal: row.ordinal,
        id: row.id,
        number: row.number,
        title: row.title,
        opens: row.opens,
        unit: Some((row.unit_id, row.unit)),
    };
    let stated = match (row.revision, row.body) {
        (Some(revision), Some(body)) => {
            let revision = u16::try_from(revision).unwrap_or_default();
            let text: StatementText = serde_json::from_str(&body)?;
            let before = earlier.get(&(row.id, row.unit_id)).into_iter().flatten().map(|(week, text)| (*week, text));
            Some(Stated {
                revision,
                is_late: row.is_late == Some(true),
                reply: row.reply.as_deref().and_then(StatementReply::parse).unwrap_or(StatementReply::Waiting),
                return_reason: reasons.get(&(row.id, row.unit_id, revision)).filter(|_| reads).cloned(),
                asks_help: text.help_wanted.as_deref().is_some_and(|words| !words.trim().is_empty()),
                copy: copied::copy_of(&text, before, policy.copy_percent),
                text: reads.then_some(text),
            })
        }
        _ => None,
    };
    Ok(Line { of, is_at_work: row.is_owed, is_owed: row.is_owed && is_asked, stated, left: row.n_left })
}

#[derive(QueryableByName)]
struct MovedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    ordinal: i64,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Bool)]
    opens: bool,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    unit_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    unit: Option<String>,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What happened to the tasks in the stretch; a milestone that was taken back in it is none that was done.
fn moved(conn: &mut PgConnection, sight: &Sight<'_>, stretch: &Stretch) -> Result<Vec<Moved>, Error> {
    let kinds: Vec<String> = Move::ALL.iter().map(|m| m.as_str().to_owned()).chain([TAKEN_BACK.to_owned()]).collect();
    let query = sight
        .columns(Statement::default().sql("SELECT "))
        .sql(
            ", u.id AS unit_id, u.name AS unit, e.kind, e.n FROM (SELECT stream_id, kind, count(*) AS n FROM events \
             WHERE stream_kind = 'task' AND round_id = ",
        )
        .bind::<SqlUuid, _>(sight.round.0)
        .sql(" AND at > ")
        .bind::<Timestamptz, _>(stretch.from)
        .sql(" AND at <= ")
        .bind::<Timestamptz, _>(stretch.until)
        .sql(" AND kind = ANY(")
        .bind::<Array<Text>, _>(kinds)
        .sql(
            ") GROUP BY stream_id, kind) AS e JOIN tasks t ON t.id = e.stream_id LEFT JOIN units u ON u.id = t.lead_unit_id WHERE ",
        );
    let rows: Vec<MovedRow> = sight.tasks(query).sql(" ORDER BY t.ordinal, t.id, e.kind").load(conn)?;
    let mut found: Vec<Moved> = Vec::new();
    for row in rows {
        let (counted, n) =
            if row.kind == TAKEN_BACK { (Some(Move::Milestone), -row.n) } else { (Move::parse(&row.kind), row.n) };
        let Some(counted) = counted else { continue };
        if found.last().is_none_or(|last| last.of.id != row.id) {
            let of = Of {
                ordinal: row.ordinal,
                id: row.id,
                number: row.number,
                title: row.title,
                opens: row.opens,
                unit: row.unit_id.zip(row.unit),
            };
            found.push(Moved { of, moves: BTreeMap::new() });
        }
        if let Some(last) = found.last_mut() {
            *last.moves.entry(counted).or_default() += n;
        }
    }
    for one in &mut found {
        one.moves.retain(|_, n| *n > 0);
    }
    found.retain(|one| !one.moves.is_empty());
    Ok(found)
}
