//! Findings that are alike (docs/domain.md §39): proposed out of all rounds that the reader works for, judged by a person, and followed back through
//! the years.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use domain::actor::Actor;
use domain::ids::{FindingId, RoundId};
use domain::likeness::{ALIKE, Alike, Index};
use domain::recurrence::{Pair, Verdict, judged};
use domain::refusal::Refusal;
use domain::rights;
use domain::task::context::Decision;
use serde_json::json;
use uuid::Uuid;

use crate::error::Error;
use crate::events::{self, Origin, Stream};
use crate::rounds;
use crate::schema::{accounts, finding_links, findings, tasks};

/// Most findings that are proposed for one.
const PROPOSED: usize = 12;
/// So many of them are earlier ones, where there are, however many others are more alike.
const EARLIER: usize = 6;
/// Most that are looked through for those the reader may see.
const LOOKED_AT: usize = 400;
/// Most that are looked through for the earlier ones among them, where all findings of a round are asked about.
const NEAR: usize = 60;
/// Most findings of a round that are shown as like earlier ones.
const SHOWN: usize = 200;
/// Most findings of one lineage.
const LONGEST: i64 = 200;

/// A finding as it is shown beside another.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: FindingId,
    pub round: RoundId,
    pub round_name: String,
    /// The inspecting level of its round.
    pub inspection_level: String,
    pub number: String,
    pub body: String,
    pub basis: String,
    /// The day its round was fed back.
    pub found_on: Option<NaiveDate>,
    /// Lead units of its tasks.
    pub units: BTreeMap<Uuid, String>,
    /// The state of each of its tasks that is not withdrawn, and the day it was closed.
    pub tasks: Vec<(String, Option<NaiveDate>)>,
}

/// One that is like the finding asked about, and why.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub known: Known,
    pub score: f32,
    pub words: Vec<String>,
    /// Of an earlier feedback than the one asked about.
    pub is_earlier: bool,
    pub is_same_unit: bool,
}

/// What was said of two.
#[derive(Clone, Debug)]
pub struct Link {
    pub id: Uuid,
    pub other: Known,
    pub verdict: Verdict,
    pub reason: String,
    pub score: f32,
    pub words: Vec<String>,
    pub judged_by: String,
    pub judged_at: DateTime<Utc>,
}

/// What is alike, as its reader sees it.
#[derive(Clone, Debug)]
pub struct Likeness {
    pub finding: Known,
    pub proposals: Vec<Proposal>,
    pub links: Vec<Link>,
    pub may_judge: bool,
    pub recurrence: Recurrence,
    /// The same matter through the years, as far as the reader sees it: every finding that is linked to this one as come back, directly or by others,
    /// the earliest first.
    pub lineage: Vec<Known>,
}

/// The index of every finding, made anew when one came in or its words changed.
#[derive(Clone, Default)]
pub struct Memory {
    held: Arc<Mutex<Option<Held>>>,
}

#[derive(Clone)]
struct Held {
    mark: (i64, i64),
    ids: Arc<Vec<Uuid>>,
    index: Arc<Index>,
}

#[derive(QueryableByName)]
struct Mark {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

#[derive(QueryableByName)]
struct Worded {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    body: String,
}

impl Memory {
    fn of(&self, conn: &mut PgConnection) -> Result<Held, Error> {
        let mark: Mark = diesel::sql_query(
            "SELECT count(*) AS n, COALESCE(sum(hashtext(id::text || body)), 0)::bigint AS sum FROM findings",
        )
        .get_result(conn)?;
        let mark = (mark.n, mark.sum);
        let known = self.held.lock().ok().and_then(|held| held.clone());
        if let Some(held) = known.filter(|held| held.mark == mark) {
            return Ok(held);
        }
        let all: Vec<Worded> = diesel::sql_query("SELECT id, body FROM findings ORDER BY id").load(conn)?;
        let index = Index::new(all.iter().map(|f| f.body.as_str()));
        let held = Held { mark, ids: Arc::new(all.iter().map(|f| f.id).collect()), index: Arc::new(index) };
        if let Ok(mut kept) = self.held.lock() {
            *kept = Some(held.clone());
        }
        Ok(held)
    }
}

impl Held {
    fn like(&self, text: &str, most: usize) -> Vec<(Uuid, Alike)> {
        self.like_among(text, most, |_| true)
    }

    fn like_among(&self, text: &str, most: usize, keep: impl Fn(Uuid) -> bool) -> Vec<(Uuid, Alike)> {
        let found = self.index.like_among(text, ALIKE, most, |nth| self.ids.get(nth).is_some_and(|id| keep(*id)));
        found.into_iter().filter_map(|alike| self.ids.get(alike.nth).map(|id| (*id, alike))).collect()
    }
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    round_id: Uuid,
    #[diesel(sql_type = Text)]
    round_name: String,
    #[diesel(sql_type = Text)]
    inspection_level: String,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Text)]
    basis: String,
    #[diesel(sql_type = Text)]
    sensitivity: String,
    #[diesel(sql_type = Nullable<diesel::sql_types::Date>)]
    found_on: Option<NaiveDate>,
    #[diesel(sql_type = Array<SqlUuid>)]
    unit_ids: Vec<Uuid>,
    #[diesel(sql_type = Array<Text>)]
    unit_names: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    states: Vec<String>,
    #[diesel(sql_type = Array<Nullable<diesel::sql_types::Date>>)]
    closed_on: Vec<Option<NaiveDate>>,
}

/// These findings in their order, those left out that the actor does not work for or may not read.
fn known(conn: &mut PgConnection, actor: &Actor, ids: &[Uuid]) -> Result<Vec<Known>, Error> {
    let rows: Vec<KnownRow> = diesel::sql_query(
        "SELECT f.id, f.round_id, r.name AS round_name, r.inspection_level, f.number, f.body, f.basis, f.sensitivity, r.feedback_on AS found_on, \
            COALESCE((SELECT array_agg(u.id ORDER BY u.id) FROM units u WHERE u.id IN ( \
                SELECT t.lead_unit_id FROM tasks t WHERE t.finding_id = f.id AND t.state <> 'withdrawn')), '{}') AS unit_ids, \
            COALESCE((SELECT array_agg(u.name ORDER BY u.id) FROM units u WHERE u.id IN ( \
                SELECT t.lead_unit_id FROM tasks t WHERE t.finding_id = f.id AND t.state <> 'withdrawn')), '{}') AS unit_names, \
            COALESCE((SELECT array_agg(t.state ORDER BY t.ordinal, t.id) FROM tasks t WHERE t.finding_id = f.id AND t.state <> 'withdrawn'), '{}') AS states, \
            COALESCE((SELECT array_agg(t.closed_on ORDER BY t.ordinal, t.id) FROM tasks t WHERE t.finding_id = f.id AND t.state <> 'withdrawn'), '{}') AS closed_on \
         FROM unnest($1) WITH ORDINALITY AS asked (id, nth) JOIN findings f USING (id) JOIN rounds r ON r.id = f.round_id ORDER BY asked.nth",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)?;
    let scope = rights::scope(actor);
    Ok(rows
        .into_iter()
        .filter(|row| {
            let round = RoundId(row.round_id);
            let reads = row.sensitivity == "open"
                || row.sensitivity == "internal" && rights::permit_office(actor, round).is_ok();
            scope.sees_whole(round) && reads
        })
        .map(|row| Known {
            id: FindingId(row.id),
            round: RoundId(row.round_id),
            round_name: row.round_name,
            inspection_level: row.inspection_level,
            number: row.number,
            body: row.body,
            basis: row.basis,
            found_on: row.found_on,
            units: row.unit_ids.into_iter().zip(row.unit_names).collect(),
            tasks: row.states.into_iter().zip(row.closed_on).collect(),
        })
        .collect())
}

/// The finding, for who sees a whole round.
pub(crate) fn own(conn: &mut PgConnection, actor: &Actor, id: FindingId) -> Result<Known, Error> {
    let round = rounds::of_finding(conn, id)?;
    rounds::permit_sight(conn, actor, round)?;
    known(conn, actor, &[id.0])?.pop().ok_or(Error::NotFound)
}

/// Says it of one of the two as it stands in the row, whichever was asked about.
fn links(conn: &mut PgConnection, actor: &Actor, id: FindingId) -> Result<Vec<Link>, Error> {
    type Row = (Uuid, Uuid, Uuid, String, String, f32, Vec<Option<String>>, String, DateTime<Utc>);
    let rows: Vec<Row> = finding_links::table
        .inner_join(accounts::table)
        .filter(finding_links::finding_id.eq(id.0).or(finding_links::other_id.eq(id.0)))
        .order((finding_links::judged_at.desc(), finding_links::id))
        .limit(200)
        .select((
            finding_links::id,
            finding_links::finding_id,
            finding_links::other_id,
            finding_links::verdict,
            finding_links::reason,
            finding_links::score,
            finding_links::words,
            accounts::display_name,
            finding_links::judged_at,
        ))
        .load(conn)?;
    let others: Vec<Uuid> = rows.iter().map(|row| if row.1 == id.0 { row.2 } else { row.1 }).collect();
    let found: BTreeMap<Uuid, Known> = known(conn, actor, &others)?.into_iter().map(|k| (k.id.0, k)).collect();
    Ok(rows
        .into_iter()
        .zip(others)
        .filter_map(|((id, _, _, verdict, reason, score, words, judged_by, judged_at), other)| {
            let other = found.get(&other)?.clone();
            let words = words.into_iter().flatten().collect();
            Some(Link { id, other, verdict: Verdict::parse(&verdict)?, reason, score, words, judged_by, judged_at })
        })
        .collect())
}

/// What is like a finding among all that the actor works for, and what was said of it.
///
/// Errors: `NotFound` for a finding he does not see or may not read.
pub fn alike(conn: &mut PgConnection, memory: &Memory, actor: &Actor, id: FindingId) -> Result<Likeness, Error> {
    let finding = own(conn, actor, id)?;
    let links = links(conn, actor, id)?;
    let may_judge = rights::permit_supervision(actor, finding.round).is_ok();
    let said: BTreeSet<Uuid> = links.iter().map(|link| link.other.id.0).chain([id.0]).collect();
    let (held, earlier) = (memory.of(conn)?, earlier_than(conn, actor, finding.round)?);
    let mut scored = held.like(&finding.body, LOOKED_AT);
    let near = held.like_among(&finding.body, NEAR, |id| earlier.contains(&id));
    scored.extend(near.into_iter().filter(|(id, _)| scored.iter().all(|(known, _)| known != id)).collect::<Vec<_>>());
    scored.retain(|(other, _)| !said.contains(other));
    let ids: Vec<Uuid> = scored.iter().map(|(other, _)| *other).collect();
    let mut found: BTreeMap<Uuid, Known> = known(conn, actor, &ids)?.into_iter().map(|k| (k.id.0, k)).collect();
    let all = scored.into_iter().filter_map(|(other, Alike { score, words, .. })| {
        let known = found.remove(&other)?;
        Some(proposal(&finding, known, score, words))
    });
    let proposals = shortened(all.collect());
    let (recurrence, lineage) = (recurrence(conn, id)?, lineage(conn, actor, id)?);
    Ok(Likeness { finding, proposals, links, may_judge, recurrence, lineage })
}

fn proposal(finding: &Known, known: Known, score: f32, words: Vec<String>) -> Proposal {
    Proposal {
        is_earlier: is_earlier(&known, finding),
        is_same_unit: known.units.keys().any(|unit| finding.units.contains_key(unit)),
        known,
        score,
        words,
    }
}

/// The most alike, with room kept for earlier findings: what came back is not crowded out by what is alike in one round.
fn shortened(all: Vec<Proposal>) -> Vec<Proposal> {
    let n_earlier = all.iter().filter(|p| p.is_earlier).count().min(EARLIER);
    let (mut earlier, mut others) = (n_earlier, PROPOSED - n_earlier);
    let mut takes = |proposal: &Proposal| {
        let room = if proposal.is_earlier && earlier > 0 { &mut earlier } else { &mut others };
        let has_room = *room > 0;
        *room = room.saturating_sub(1);
        has_room
    };
    all.into_iter().filter(|proposal| takes(proposal)).collect()
}

/// A finding of a round that is like earlier ones, nothing said of them yet.
#[derive(Clone, Debug)]
pub struct Unjudged {
    pub finding: Known,
    /// Its first task, where its page is.
    pub task: Option<Uuid>,
    /// How many earlier ones are proposed.
    pub n: usize,
    /// The one most alike.
    pub nearest: Proposal,
}

/// Findings of a round that are like findings of earlier feedbacks of which nothing was said yet: what is to be judged after an import. The most alike
/// first, two hundred at most.
///
/// Errors: `NotFound` for a round he does not see, `not-allowed` for who does not judge.
pub fn unjudged(
    conn: &mut PgConnection,
    memory: &Memory,
    actor: &Actor,
    round: RoundId,
) -> Result<Vec<Unjudged>, Error> {
    rounds::permit_sight(conn, actor, round)?;
    rights::permit_supervision(actor, round)?;
    let own: Vec<Worded> = diesel::sql_query("SELECT id, body FROM findings WHERE round_id = $1 ORDER BY id")
        .bind::<SqlUuid, _>(round.0)
        .load(conn)?;
    let held = memory.of(conn)?;
    // However many findings of the same round are alike, what is earlier is looked for among the earlier ones alone.
    let earlier = earlier_than(conn, actor, round)?;
    let near = |f: &Worded| held.like_among(&f.body, NEAR, |id| earlier.contains(&id));
    let alike: Vec<(Uuid, Vec<(Uuid, Alike)>)> = own.iter().map(|f| (f.id, near(f))).collect();
    let all: BTreeSet<Uuid> =
        alike.iter().flat_map(|(id, found)| found.iter().map(|(other, _)| *other).chain([*id])).collect();
    let ids: Vec<Uuid> = all.into_iter().collect();
    let known: BTreeMap<Uuid, Known> = known(conn, actor, &ids)?.into_iter().map(|k| (k.id.0, k)).collect();
    let said: BTreeSet<(Uuid, Uuid)> = finding_links::table
        .filter(finding_links::finding_id.eq_any(&ids).or(finding_links::other_id.eq_any(&ids)))
        .select((finding_links::finding_id, finding_links::other_id))
        .load::<(Uuid, Uuid)>(conn)?
        .into_iter()
        .flat_map(|(a, b)| [(a, b), (b, a)])
        .collect();
    let firsts = tasks::table.filter(tasks::round_id.eq(round.0).and(tasks::state.ne("withdrawn")));
    let firsts: Vec<(Uuid, Uuid)> =
        firsts.order((tasks::ordinal.desc(), tasks::id)).select((tasks::finding_id, tasks::id)).load(conn)?;
    let firsts: BTreeMap<Uuid, Uuid> = firsts.into_iter().collect();
    let mut found = Vec::new();
    for (id, others) in alike {
        let Some(finding) = known.get(&id) else { continue };
        let proposals = others.into_iter().filter(|(other, _)| !said.contains(&(id, *other)));
        let proposals = proposals.filter_map(|(other, alike)| Some((known.get(&other)?, alike)));
        let mut earlier = proposals.filter(|(other, _)| is_earlier(other, finding));
        let Some((other, Alike { score, words, .. })) = earlier.next() else { continue };
        let nearest = proposal(finding, other.clone(), score, words);
        let n = 1 + earlier.count();
        found.push(Unjudged { finding: finding.clone(), task: firsts.get(&id).copied(), n, nearest });
    }
    found.sort_by(|a, b| b.nearest.score.total_cmp(&a.nearest.score).then(a.finding.id.0.cmp(&b.finding.id.0)));
    found.truncate(SHOWN);
    Ok(found)
}

/// Findings of rounds that were fed back before this one and that the actor sees whole.
fn earlier_than(conn: &mut PgConnection, actor: &Actor, round: RoundId) -> Result<BTreeSet<Uuid>, Error> {
    #[derive(QueryableByName)]
    struct Placed {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
        #[diesel(sql_type = SqlUuid)]
        round_id: Uuid,
    }
    let rows: Vec<Placed> = diesel::sql_query(
        "SELECT f.id, f.round_id FROM findings f JOIN rounds r ON r.id = f.round_id \
         WHERE r.feedback_on < (SELECT feedback_on FROM rounds WHERE id = $1)",
    )
    .bind::<SqlUuid, _>(round.0)
    .load(conn)?;
    let scope = rights::scope(actor);
    Ok(rows.into_iter().filter(|row| scope.sees_whole(RoundId(row.round_id))).map(|row| row.id).collect())
}

fn is_earlier(one: &Known, other: &Known) -> bool {
    matches!((one.found_on, other.found_on), (Some(one), Some(other)) if one < other)
}

/// Says what two findings that are alike are to each other; a later word takes the place of an earlier one, and both are on the record.
///
/// Errors: `NotFound` where either is not seen, `not-allowed`, `not-alike`, content (`domain::recurrence::judged`).
pub fn judge(
    conn: &mut PgConnection,
    memory: &Memory,
    origin: &Origin,
    id: FindingId,
    other: FindingId,
    verdict: Verdict,
    reason: &str,
) -> Result<(), Error> {
    let actor = &origin.actor;
    let finding = own(conn, actor, id)?;
    rights::permit_supervision(actor, finding.round)?;
    let account = origin.account().ok_or(Error::NotFound)?;
    let other = known(conn, actor, &[other.0])?.pop().filter(|o| o.id != id).ok_or(Error::NotFound)?;
    let pair = Pair {
        is_same_round: finding.round == other.round,
        found_on: finding.found_on,
        other_found_on: other.found_on,
    };
    let reason = judged(verdict, reason, pair)?;
    let scored = memory.of(conn)?.like(&finding.body, usize::MAX);
    let (_, alike) =
        scored.into_iter().find(|(found, _)| *found == other.id.0).ok_or(Refusal::conflict("not-alike"))?;
    let pair =
        finding_links::finding_id.eq_any([id.0, other.id.0]).and(finding_links::other_id.eq_any([id.0, other.id.0]));
    // The row of the one with the smaller id, whichever was asked about, is the lock under which one verdict is given.
    let lock = id.0.min(other.id.0);
    findings::table.find(lock).select(findings::id).for_no_key_update().first::<Uuid>(conn)?;
    let known: Option<(Uuid, i64)> =
        finding_links::table.filter(pair).select((finding_links::id, finding_links::seq)).first(conn).optional()?;
    let (link, last_seq) = known.unwrap_or((Uuid::now_v7(), 0));
    let mut decision = Decision::<()>::default();
    let payload = json!({
        "finding": id.0, "other": other.id.0, "verdict": verdict, "reason": decision.words(&reason),
        "score": format!("{:.3}", alike.score),
    });
    let stream = Stream { kind: "finding_link", id: link, round: Some(finding.round) };
    let seq = last_seq + 1;
    let said = [("finding_link.judged", payload)];
    events::keep(conn, origin, stream, last_seq, &decision.revisions, said.into_iter(), seq)?;
    let row = (
        finding_links::finding_id.eq(id.0),
        finding_links::other_id.eq(other.id.0),
        finding_links::round_id.eq(finding.round.0),
        finding_links::verdict.eq(verdict.as_str()),
        finding_links::reason.eq(reason),
        finding_links::score.eq(alike.score),
        finding_links::words.eq(alike.words),
        finding_links::account_id.eq(account.0),
        finding_links::judged_at.eq(origin.now),
        finding_links::seq.eq(seq),
    );
    if last_seq == 0 {
        diesel::insert_into(finding_links::table).values((finding_links::id.eq(link), row)).execute(conn)?;
    } else {
        diesel::update(finding_links::table.find(link)).set(row).execute(conn)?;
    }
    // Of two who link different findings of one matter the second sees what the first said.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('bihuan.lineages'))").execute(conn)?;
    for one in [id.0, other.id.0] {
        set_lineage(conn, one)?;
    }
    Ok(())
}

/// Writes down which findings are one matter with this one by what is said now; whoever was and is not any more is asked about by himself.
fn set_lineage(conn: &mut PgConnection, id: Uuid) -> Result<(), Error> {
    let mut all = BTreeSet::from([id]);
    let mut edge = vec![id];
    while !edge.is_empty() {
        let pairs: Vec<(Uuid, Uuid)> = finding_links::table
            .filter(finding_links::verdict.eq(Verdict::Recurrence.as_str()))
            .filter(finding_links::finding_id.eq_any(&edge).or(finding_links::other_id.eq_any(&edge)))
            .select((finding_links::finding_id, finding_links::other_id))
            .load(conn)?;
        edge = pairs.into_iter().flat_map(|(a, b)| [a, b]).filter(|found| all.insert(*found)).collect();
    }
    let lineage = all.first().copied().filter(|_| all.len() > 1);
    diesel::update(findings::table.filter(findings::id.eq_any(all)))
        .set(findings::lineage_id.eq(lineage))
        .execute(conn)?;
    Ok(())
}

/// How often the matter of a finding was found, and the day of the first feedback; said to who sees the whole round, of whichever rounds it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Recurrence {
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    #[diesel(sql_type = Nullable<Date>)]
    pub first_on: Option<NaiveDate>,
}

/// The same of `f`, joined as `lin`; nothing of one that never came back (docs/domain.md §39).
pub(crate) const RECURRENCE: &str = "LEFT JOIN LATERAL (SELECT count(*) AS n, min(r.feedback_on) AS first_on FROM findings g \
     JOIN rounds r ON r.id = g.round_id WHERE g.lineage_id = f.lineage_id) lin ON f.lineage_id IS NOT NULL";

/// Whether `f` was found before: another finding of its lineage was fed back earlier.
pub(crate) const CAME_BACK: &str = "f.lineage_id IS NOT NULL AND EXISTS (SELECT FROM findings g JOIN rounds r ON r.id = g.round_id \
     JOIN rounds own ON own.id = f.round_id WHERE g.lineage_id = f.lineage_id AND r.feedback_on < own.feedback_on)";

/// How often the matter of a finding was found; once where nothing is linked with it as come back.
fn recurrence(conn: &mut PgConnection, id: FindingId) -> Result<Recurrence, Error> {
    let sql = format!("SELECT COALESCE(lin.n, 1) AS n, lin.first_on FROM findings f {RECURRENCE} WHERE f.id = $1");
    Ok(diesel::sql_query(sql).bind::<SqlUuid, _>(id.0).get_result(conn)?)
}

fn lineage(conn: &mut PgConnection, actor: &Actor, id: FindingId) -> Result<Vec<Known>, Error> {
    let lineage: Option<Uuid> = findings::table.find(id.0).select(findings::lineage_id).first(conn)?;
    let all = findings::table.filter(findings::lineage_id.eq(lineage)).order(findings::id).limit(LONGEST);
    let all: Vec<Uuid> = if lineage.is_some() { all.select(findings::id).load(conn)? } else { vec![id.0] };
    let mut found = known(conn, actor, &all)?;
    found.sort_by_key(|k| (k.found_on.is_none(), k.found_on, k.id.0));
    Ok(found)
}
