//! What appraisals and scores look like to a reader. Points are whole hundredths of a point.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::appraisal::facts::Fact;
use domain::appraisal::scheme::{Effect, FactKind, Scheme, SubjectKind};
use domain::appraisal::score::{Score, Subject};
use domain::appraisal::state::{Appraisal, AppraisalState};
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::ids::{AppraisalId, RoundId, TaskId};
use domain::rights;
use persistence::appraisals;
use persistence::{Origin, PgConnection};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::task_view::Named;

pub(super) fn named(id: Uuid, names: &BTreeMap<Uuid, String>) -> Named {
    Named { id, name: names.get(&id).cloned().unwrap_or_default() }
}

pub(super) fn said(words: &BTreeMap<Digest, String>, digest: &Digest) -> String {
    words.get(digest).cloned().unwrap_or_default()
}

pub(super) fn grade_of(scheme: &Scheme, grade: usize) -> String {
    scheme.grades.get(grade).map(|g| g.name.clone()).unwrap_or_default()
}

/// What a list says of an appraisal.
#[derive(Serialize, ToSchema)]
pub struct AppraisalLine {
    pub id: Uuid,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    #[schema(inline)]
    pub state: AppraisalState,
    pub state_label: String,
    /// The version the caller reads.
    pub n: u32,
    pub published_at: Option<DateTime<Utc>>,
    /// Last day of objections.
    pub object_until: Option<NaiveDate>,
    /// Objections that wait for an answer; none for who does not answer them.
    pub n_waiting: Option<usize>,
}

/// The appraisals of a round the caller sees.
#[derive(Serialize, ToSchema)]
pub struct AppraisalList {
    pub items: Vec<AppraisalLine>,
    /// Whether the caller sees the scheme.
    pub sees_scheme: bool,
    /// Whether the caller may begin one.
    pub may_begin: bool,
}

/// What everybody but who sees all of it reads of its state.
fn state_of(appraisal: &Appraisal, is_whole: bool) -> AppraisalState {
    if is_whole || appraisal.state != AppraisalState::Computed { appraisal.state } else { AppraisalState::Published }
}

/// A list as its reader sees it.
pub fn appraisal_list(all: &[Appraisal], actor: &Actor, round: RoundId) -> AppraisalList {
    let is_whole = rights::sees_appraisals(actor, round);
    let items = all.iter().map(|a| {
        let state = state_of(a, is_whole);
        let newest = a.newest().map_or(1, |r| r.n);
        AppraisalLine {
            id: a.id.0,
            from: a.period.from,
            to: a.period.to,
            state,
            state_label: state.label().to_owned(),
            n: if is_whole { newest } else { a.published.unwrap_or(newest) },
            published_at: a.published_at,
            object_until: a.object_until,
            n_waiting: is_whole.then(|| a.waiting().count()),
        }
    });
    AppraisalList {
        items: items.collect(),
        sees_scheme: is_whole,
        may_begin: rights::permit_office(actor, round).is_ok(),
    }
}

/// Where somebody stands.
#[derive(Serialize, ToSchema)]
pub struct StandingView {
    #[schema(inline)]
    pub kind: SubjectKind,
    pub subject: Named,
    /// Only where the caller reads the ranking.
    pub rank: Option<usize>,
    /// With what people adjusted, in hundredths of a point; none where the caller reads only the rank.
    pub total: Option<i64>,
    /// As the facts made it.
    pub reckoned: Option<i64>,
    /// Hundredths of a point after adjustments.
    pub adjusted: Option<i64>,
    /// The grade by the scheme.
    pub grade: Option<String>,
    /// Whether the caller reads its facts.
    pub opens: bool,
}

/// One reckoning of the period.
#[derive(Serialize, ToSchema)]
pub struct ReckoningView {
    /// Its number; later ones follow when something came to light late.
    pub n: u32,
    /// Which version of the scheme.
    pub scheme: u32,
    /// Up to which event of the one order of all events.
    pub position: i64,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// What changed for one subject from the version before.
#[derive(Serialize, ToSchema)]
pub struct ScoreChange {
    #[schema(inline)]
    pub kind: SubjectKind,
    pub subject: Named,
    /// Hundredths of a point, as the facts make it; none where it was, or is, not appraised.
    pub before: Option<i64>,
    /// Hundredths of a point after it.
    pub after: Option<i64>,
    /// How many facts came, and how many went.
    pub n_came: usize,
    pub n_went: usize,
}

/// What a unit said against its score, and what was answered.
#[derive(Serialize, ToSchema)]
pub struct ObjectionView {
    pub unit: Named,
    /// Of which reckoning it objects to the score.
    pub n: u32,
    pub words: String,
    pub by: String,
    pub at: DateTime<Utc>,
    pub answer: Option<ObjectionAnswerView>,
}

/// The answer to an objection.
#[derive(Serialize, ToSchema)]
pub struct ObjectionAnswerView {
    /// Hundredths of a point by which the score changed; 0 where it stays.
    pub points: i64,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// An act that is open.
#[derive(Serialize, ToSchema)]
pub struct AppraisalActionView {
    /// Stable code.
    pub action: String,
    pub label: String,
}

/// An appraisal in the version the caller reads.
#[derive(Serialize, ToSchema)]
pub struct AppraisalView {
    pub id: Uuid,
    pub version: i64,
    pub round_id: Uuid,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    #[schema(inline)]
    pub state: AppraisalState,
    pub state_label: String,
    /// The version that is shown, and the newest the caller reads.
    pub n: u32,
    /// Number of the newest reckoning.
    pub newest: u32,
    /// The version that is published.
    pub published: Option<u32>,
    pub published_at: Option<DateTime<Utc>>,
    /// Last day of objections.
    pub object_until: Option<NaiveDate>,
    /// Why it was discarded, where it was.
    pub discarded: Option<DiscardedView>,
    /// Whether everybody who is appraised reads where all stand.
    pub shows_ranking: bool,
    /// The most people may add or take of one score, in hundredths of a point.
    pub adjust_limit: i64,
    /// Who sees all of it reads every version, oldest first; others none of them.
    pub reckonings: Vec<ReckoningView>,
    pub standings: Vec<StandingView>,
    /// Only who sees all of it reads what changed.
    pub changes: Vec<ScoreChange>,
    /// Those the caller reads, oldest first.
    pub objections: Vec<ObjectionView>,
    /// Units for which the caller may object.
    pub objects_for: Vec<Named>,
    pub open_actions: Vec<AppraisalActionView>,
}

/// Why an appraisal was discarded.
#[derive(Serialize, ToSchema)]
pub struct DiscardedView {
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// An appraisal as the caller sees it.
pub fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AppraisalId,
    n: Option<u32>,
    calendar: &Calendar,
) -> Result<AppraisalView, persistence::Error> {
    let actor = &origin.actor;
    let loaded = appraisals::find(conn, actor, id, n)?;
    let of = &loaded.appraisal;
    let names = &loaded.names;
    let account = |id: domain::ids::AccountId| names.get(&id.0).cloned().unwrap_or_default();
    let reads_ranks = loaded.is_whole || loaded.scheme.shows_ranking;
    let standings = loaded
        .standings
        .iter()
        .filter(|s| reads_ranks || loaded.own.contains(&s.subject))
        .map(|s| {
            let opens = loaded.own.contains(&s.subject);
            StandingView {
                kind: s.subject.kind,
                subject: named(s.subject.id, names),
                rank: reads_ranks.then_some(s.rank),
                total: opens.then_some(s.total),
                reckoned: opens.then_some(s.reckoned),
                adjusted: opens.then_some(s.adjusted),
                grade: opens.then(|| grade_of(&loaded.scheme, s.grade)),
                opens,
            }
        })
        .collect();
    let changes = loaded.changes.iter().filter(|_| loaded.is_whole).map(|c| ScoreChange {
        kind: c.subject.kind,
        subject: named(c.subject.id, names),
        before: c.before,
        after: c.after,
        n_came: c.came.len(),
        n_went: c.went.len(),
    });
    let objections = of.objections.iter().filter(|o| loaded.own.contains(&Subject::unit(o.unit)));
    let objections = objections.filter(|o| loaded.is_whole || Some(o.n) <= of.published).map(|o| ObjectionView {
        unit: named(o.unit.0, names),
        n: o.n,
        words: said(&loaded.words, &o.words),
        by: account(o.by),
        at: o.at,
        answer: o.answer.as_ref().map(|a| ObjectionAnswerView {
            points: a.points,
            reason: said(&loaded.words, &a.reason),
            by: account(a.by),
            at: a.at,
        }),
    });
    let newest = if loaded.is_whole { of.newest().map_or(1, |r| r.n) } else { loaded.n };
    let open: Vec<_> = if loaded.n == newest { loaded.open_actions(actor, calendar, origin.now) } else { Vec::new() };
    let may_object = open.contains(&domain::appraisal::AppraisalAction::Object);
    let heads = |s: &Subject| {
        let unit = domain::ids::UnitId(s.id);
        s.kind == SubjectKind::Unit && rights::heads_unit(actor, unit) && of.objection(unit).is_none()
    };
    let objects_for = loaded.own.iter().filter(|s| may_object && heads(s)).map(|s| named(s.id, names)).collect();
    let state = state_of(of, loaded.is_whole);
    Ok(AppraisalView {
        id: of.id.0,
        version: of.version,
        round_id: of.round.0,
        from: of.period.from,
        to: of.period.to,
        state,
        state_label: state.label().to_owned(),
        discarded: of.discarded.as_ref().map(|d| DiscardedView {
            reason: said(&loaded.words, &d.reason),
            by: account(d.by),
            at: d.at,
        }),
        n: loaded.n,
        newest,
        published: of.published,
        published_at: of.published_at,
        object_until: of.object_until,
        shows_ranking: loaded.scheme.shows_ranking,
        adjust_limit: loaded.scheme.adjust_limit,
        reckonings: of
            .reckonings
            .iter()
            .filter(|_| loaded.is_whole)
            .map(|r| ReckoningView { n: r.n, scheme: r.scheme, position: r.position, by: account(r.by), at: r.at })
            .collect(),
        standings,
        changes: changes.collect(),
        objections: objections.collect(),
        objects_for,
        open_actions: open
            .into_iter()
            .map(|a| AppraisalActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
            .collect(),
    })
}

/// A fact behind a point.
#[derive(Serialize, ToSchema)]
pub struct FactView {
    #[schema(inline)]
    pub kind: FactKind,
    pub label: String,
    /// Its day; of what lasts, the first.
    pub on: NaiveDate,
    /// How many days it lasts; 1 of what does not.
    pub days: u32,
    /// The task it is about, where the caller sees it.
    pub task_id: Option<Uuid>,
    pub task_number: Option<String>,
    /// The slip it comes from.
    pub slip_id: Option<Uuid>,
    /// The number of the event in the stream of the task or the slip.
    pub seq: i64,
}

/// What one item comes to.
#[derive(Serialize, ToSchema)]
pub struct LineView {
    #[schema(inline)]
    pub fact: FactKind,
    pub label: String,
    #[schema(inline)]
    pub effect: Effect,
    /// How often it counted.
    pub n: u32,
    /// For each time, in hundredths of a point.
    pub each: i64,
    /// Of what lasts: once for every so many days begun.
    pub every_days: Option<u16>,
    /// Without the item's cap, below 0 where it takes.
    pub raw: i64,
    /// Hundredths of a point; taken where negative.
    pub points: i64,
    pub facts: Vec<FactView>,
}

/// What one dimension comes to.
#[derive(Serialize, ToSchema)]
pub struct DimensionView {
    pub name: String,
    /// Its full mark, in hundredths of a point.
    pub full: i64,
    /// Hundredths of a point.
    pub points: i64,
    pub lines: Vec<LineView>,
}

/// A veto that holds.
#[derive(Serialize, ToSchema)]
pub struct VetoView {
    pub reason: String,
    /// The best grade it leaves.
    pub grade: String,
    pub facts: Vec<FactView>,
}

/// What people adjusted.
#[derive(Serialize, ToSchema)]
pub struct AdjustmentView {
    /// Hundredths of a point added, or taken where negative.
    pub points: i64,
    pub reason: String,
    /// From which reckoning on it counts.
    pub n: u32,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// The score of one unit or leader, open to its facts.
#[derive(Serialize, ToSchema)]
pub struct ScoreView {
    pub appraisal_id: Uuid,
    /// The number of the reckoning.
    pub n: u32,
    #[schema(inline)]
    pub kind: SubjectKind,
    pub subject: Named,
    pub total: i64,
    /// Hundredths of a point before adjustments.
    pub reckoned: i64,
    /// Hundredths of a point after adjustments.
    pub adjusted: i64,
    /// The grade by the scheme.
    pub grade: String,
    /// Among those of its kind; none where the scheme shows no ranking.
    pub rank: Option<usize>,
    pub dimensions: Vec<DimensionView>,
    pub vetoes: Vec<VetoView>,
    pub adjustments: Vec<AdjustmentView>,
    /// Facts that came, and that went, since the version before.
    pub came: Vec<FactView>,
    pub went: Vec<FactView>,
}

/// The score of one subject as the caller sees it.
///
/// Errors: `NotFound` where he does not read it.
pub fn score(
    conn: &mut PgConnection,
    origin: &Origin,
    id: AppraisalId,
    n: Option<u32>,
    subject: Subject,
) -> Result<ScoreView, persistence::Error> {
    let actor = &origin.actor;
    let loaded = appraisals::find(conn, actor, id, n)?;
    if !loaded.own.contains(&subject) {
        return Err(persistence::Error::NotFound);
    }
    let find = |scores: &[Score]| scores.iter().find(|s| s.subject == subject).cloned();
    let score = find(&loaded.scores).ok_or(persistence::Error::NotFound)?;
    let standing = loaded.standings.iter().find(|s| s.subject == subject).copied();
    let standing = standing.ok_or(persistence::Error::NotFound)?;
    let change = loaded.changes.iter().find(|c| c.subject == subject);
    let (came, went) = change.map(|c| (c.came.clone(), c.went.clone())).unwrap_or_default();
    let lines = score.dimensions.iter().flat_map(|d| &d.lines).flat_map(|l| &l.facts);
    let all: Vec<Fact> =
        lines.chain(score.vetoes.iter().flat_map(|(_, facts)| facts)).chain(&came).chain(&went).copied().collect();
    let numbers = appraisals::numbers(conn, actor, loaded.appraisal.round, &all)?;
    // A slip is its unit's; who led its task may not see it.
    let sees_slips = loaded.is_whole || subject.kind == SubjectKind::Unit;
    let views = |facts: &[Fact]| facts.iter().map(|f| fact_view(f, &numbers, sees_slips)).collect::<Vec<_>>();
    let names = &loaded.names;
    let scheme = &loaded.scheme;
    let dimensions = scheme.dimensions.iter().zip(&score.dimensions).map(|(of, score)| DimensionView {
        name: of.name.clone(),
        full: of.full(),
        points: score.points,
        lines: of
            .items
            .iter()
            .zip(&score.lines)
            .map(|(item, line)| LineView {
                fact: line.fact,
                label: line.fact.label().to_owned(),
                effect: line.effect,
                n: line.n,
                each: item.points,
                every_days: item.days,
                raw: line.raw,
                points: line.points,
                facts: views(&line.facts),
            })
            .collect(),
    });
    let vetoes = score.vetoes.iter().filter_map(|(i, facts)| {
        let veto = scheme.vetoes.get(*i)?;
        Some(VetoView { reason: veto.reason.clone(), grade: veto.grade.clone(), facts: views(facts) })
    });
    let adjusted = loaded.appraisal.adjustments.iter().filter(|a| a.subject == subject && a.n <= loaded.n);
    Ok(ScoreView {
        appraisal_id: loaded.appraisal.id.0,
        n: loaded.n,
        kind: subject.kind,
        subject: named(subject.id, names),
        total: standing.total,
        reckoned: standing.reckoned,
        adjusted: standing.adjusted,
        grade: grade_of(scheme, standing.grade),
        rank: (loaded.is_whole || scheme.shows_ranking).then_some(standing.rank),
        dimensions: dimensions.collect(),
        vetoes: vetoes.collect(),
        adjustments: adjusted
            .map(|a| AdjustmentView {
                points: a.points,
                reason: said(&loaded.words, &a.reason),
                n: a.n,
                by: names.get(&a.by.0).cloned().unwrap_or_default(),
                at: a.at,
            })
            .collect(),
        came: views(&came),
        went: views(&went),
    })
}

/// A fact as somebody sees it who sees the tasks with these numbers.
pub(crate) fn fact_view(fact: &Fact, numbers: &BTreeMap<TaskId, String>, sees_slips: bool) -> FactView {
    let number = fact.task.and_then(|task| numbers.get(&task)).cloned();
    FactView {
        kind: fact.kind,
        label: fact.kind.label().to_owned(),
        on: fact.on,
        days: fact.days,
        task_id: fact.task.filter(|_| number.is_some()).map(|t| t.0),
        task_number: number,
        slip_id: (fact.source.is_slip && sees_slips).then_some(fact.source.id),
        seq: fact.source.seq,
    }
}
