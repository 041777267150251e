//! What facts come to by a scheme: whole numbers of hundredths of a point, every one of them open to its facts (docs/domain.md §45).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::facts::{Derived, Fact, Source};
use super::scheme::{Effect, FactKind, Period, Scheme, SubjectKind};
use crate::ids::{PersonId, UnitId};

/// Who is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalSubject))]
#[serde(deny_unknown_fields)]
pub struct Subject {
    pub kind: SubjectKind,
    /// The unit, or the person.
    pub id: Uuid,
}

impl Subject {
    /// A unit.
    pub fn unit(id: UnitId) -> Self {
        Self { kind: SubjectKind::Unit, id: id.0 }
    }

    /// A leader.
    pub fn leader(id: PersonId) -> Self {
        Self { kind: SubjectKind::Leader, id: id.0 }
    }
}

/// What one item comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub fact: FactKind,
    pub effect: Effect,
    /// How often it counts.
    pub n: u32,
    /// What that makes without a cap, in hundredths of a point, below 0 where it takes.
    pub raw: i64,
    /// The same under the item's cap.
    pub points: i64,
    pub facts: Vec<Fact>,
}

/// What one dimension comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionScore {
    /// In hundredths of a point, between 0 and its cap.
    pub points: i64,
    /// One for each item of the scheme, in its order.
    pub lines: Vec<Line>,
}

/// The score of one subject as the facts make it, before anybody adjusts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub subject: Subject,
    /// In the order of the scheme.
    pub dimensions: Vec<DimensionScore>,
    /// In hundredths of a point.
    pub total: i64,
    /// The vetoes that hold, by their place in the scheme, with the facts.
    pub vetoes: Vec<(usize, Vec<Fact>)>,
    /// Place of the grade in the scheme, 0 for the best.
    pub grade: usize,
}

/// A score as it grows, one fact after another.
#[derive(Clone, Debug)]
pub struct Tally<'a> {
    scheme: &'a Scheme,
    period: Period,
    subject: Subject,
    facts: BTreeSet<Fact>,
}

impl<'a> Tally<'a> {
    /// Nothing yet: every dimension at its full mark.
    pub fn new(scheme: &'a Scheme, period: Period, subject: Subject) -> Self {
        Self { scheme, period, subject, facts: BTreeSet::new() }
    }

    /// One more fact; the same one twice is one.
    pub fn add(&mut self, fact: Fact) {
        self.facts.insert(fact);
    }

    fn counted(&self, kind: FactKind, every: Option<u16>) -> (u32, Vec<Fact>) {
        let counts = |fact: &&Fact| fact.counts(self.period, every) > 0;
        let facts: Vec<Fact> = self.facts.iter().filter(|f| f.kind == kind).filter(counts).copied().collect();
        (facts.iter().map(|f| f.counts(self.period, every)).sum(), facts)
    }

    /// The score of what was added so far.
    pub fn score(&self) -> Score {
        let mut dimensions = Vec::new();
        for dimension in &self.scheme.dimensions {
            let lines: Vec<Line> = dimension
                .items
                .iter()
                .map(|item| {
                    let (n, facts) = self.counted(item.fact, item.days);
                    let amount = i64::from(n) * item.points;
                    let capped = item.cap.map_or(amount, |cap| amount.min(cap));
                    let sign = if item.effect == Effect::Deduct { -1 } else { 1 };
                    Line { fact: item.fact, effect: item.effect, n, raw: sign * amount, points: sign * capped, facts }
                })
                .collect();
            let points = dimension.full() + lines.iter().map(|l| l.points).sum::<i64>();
            dimensions.push(DimensionScore { points: points.clamp(0, dimension.most()), lines });
        }
        let mut vetoes = Vec::new();
        for (i, veto) in self.scheme.vetoes.iter().enumerate() {
            let (n, facts) = self.counted(veto.fact, None);
            if n >= veto.count {
                vetoes.push((i, facts));
            }
        }
        let total = dimensions.iter().map(|d| d.points).sum();
        let grade = graded(self.scheme, total, vetoes.iter().map(|(i, _)| *i));
        Score { subject: self.subject, dimensions, total, vetoes, grade }
    }
}

/// The place of the grade that so many points give where these vetoes hold.
pub fn graded(scheme: &Scheme, total: i64, vetoes: impl Iterator<Item = usize>) -> usize {
    let limits = vetoes.filter_map(|i| {
        let veto = scheme.vetoes.get(i)?;
        scheme.grades.iter().position(|grade| grade.name == veto.grade)
    });
    limits.chain([scheme.grade(total)]).max().unwrap_or(0)
}

/// The scores of everybody the scheme appraises: whom any running task lay with on a day of the period, and whom a fact of it is about.
pub fn reckon(scheme: &Scheme, derived: &Derived, period: Period) -> Vec<Score> {
    let appraises = |kind: SubjectKind| scheme.subjects.contains(&kind);
    let subjects = |unit: Option<UnitId>, leader: Option<PersonId>| {
        let unit = unit.map(Subject::unit).filter(|_| appraises(SubjectKind::Unit));
        let leader = leader.map(Subject::leader).filter(|_| appraises(SubjectKind::Leader));
        unit.into_iter().chain(leader)
    };
    let mut tallies: BTreeMap<Subject, Tally<'_>> = BTreeMap::new();
    for held in derived.held.iter().filter(|h| h.from <= period.to && period.from <= h.to) {
        for subject in subjects(held.unit, held.leader) {
            tallies.entry(subject).or_insert_with(|| Tally::new(scheme, period, subject));
        }
    }
    for fact in derived.facts.iter().filter(|f| f.counts(period, Some(1)) > 0 || f.counts(period, None) > 0) {
        for subject in subjects(fact.unit, fact.leader) {
            tallies.entry(subject).or_insert_with(|| Tally::new(scheme, period, subject)).add(*fact);
        }
    }
    tallies.into_values().map(|tally| tally.score()).collect()
}

/// Where somebody stands once people have adjusted what the facts made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub subject: Subject,
    /// What the facts made, and what people added or took, in hundredths of a point.
    pub reckoned: i64,
    pub adjusted: i64,
    /// Both together, between 0 and the most of the scheme.
    pub total: i64,
    pub grade: usize,
    /// Among those of its kind: 1 for the best; who stands equal shares it.
    pub rank: usize,
}

/// Where everybody stands; a better grade comes first, then more points.
pub fn standings(scheme: &Scheme, scores: &[Score], adjusted: impl Fn(Subject) -> i64) -> Vec<Standing> {
    let mut all: Vec<Standing> = scores
        .iter()
        .map(|score| {
            let by_people = adjusted(score.subject);
            let total = (score.total + by_people).clamp(0, scheme.most());
            let grade = graded(scheme, total, score.vetoes.iter().map(|(i, _)| *i));
            Standing { subject: score.subject, reckoned: score.total, adjusted: by_people, total, grade, rank: 0 }
        })
        .collect();
    let before = |a: &Standing, b: &Standing| (a.grade, -a.total) < (b.grade, -b.total);
    let ranks: Vec<usize> = all
        .iter()
        .map(|one| 1 + all.iter().filter(|o| o.subject.kind == one.subject.kind && before(o, one)).count())
        .collect();
    for (one, rank) in all.iter_mut().zip(ranks) {
        one.rank = rank;
    }
    all.sort_by_key(|one| (one.subject.kind, one.rank, one.subject.id));
    all
}

/// How one subject's facts and score differ between two reckonings of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    /// Hundredths of a point; none where it was, or is, not appraised.
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub came: Vec<Fact>,
    pub went: Vec<Fact>,
}

impl Change {
    /// The events behind what came.
    pub fn sources(&self) -> BTreeSet<Source> {
        self.came.iter().map(|fact| fact.source).collect()
    }
}

fn facts_of(score: &Score) -> BTreeSet<Fact> {
    let lines = score.dimensions.iter().flat_map(|d| &d.lines).flat_map(|l| &l.facts);
    lines.chain(score.vetoes.iter().flat_map(|(_, facts)| facts)).copied().collect()
}

/// What changed from one reckoning to the next; who stands as before is left out.
pub fn changes(before: &[Score], after: &[Score]) -> Vec<Change> {
    let find = |all: &[Score], subject: Subject| all.iter().find(|s| s.subject == subject).cloned();
    let subjects: BTreeSet<Subject> = before.iter().chain(after).map(|s| s.subject).collect();
    let mut changed = Vec::new();
    for subject in subjects {
        let (old, new) = (find(before, subject), find(after, subject));
        if old == new {
            continue;
        }
        let (had, has) = (old.as_ref().map(facts_of), new.as_ref().map(facts_of));
        let (had, has) = (had.unwrap_or_default(), has.unwrap_or_default());
        changed.push(Change {
            subject,
            before: old.map(|s| s.total),
            after: new.map(|s| s.total),
            came: has.difference(&had).copied().collect(),
            went: had.difference(&has).copied().collect(),
        });
    }
    changed
}
