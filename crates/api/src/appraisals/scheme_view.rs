//! What schemes and simulations look like to a reader. Points are whole hundredths of a point.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::appraisal::scheme::{Period, Scheme, SubjectKind};
use domain::appraisal::score::{Standing, Subject};
use domain::ids::RoundId;
use domain::rights;
use persistence::appraisals::{LoadedScheme, Simulated};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{grade_of, named, said};
use crate::task_view::Named;

/// A version of a scheme that was published.
#[derive(Serialize, ToSchema)]
pub struct SchemeVersionView {
    /// The number of the version.
    pub n: u32,
    /// What it rests on, in words.
    pub basis: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// The scheme of a round.
#[derive(Serialize, ToSchema)]
pub struct SchemeView {
    /// 0 where nothing was saved yet.
    pub version: i64,
    /// What is being edited.
    pub scheme: Scheme,
    /// Whether it differs from what was published last.
    pub has_changes: bool,
    /// Oldest first.
    pub published: Vec<SchemeVersionView>,
    pub watchers: Vec<Named>,
    pub may_edit: bool,
    pub may_publish: bool,
}

/// A scheme as its reader sees it.
pub fn scheme_view(loaded: LoadedScheme, actor: &Actor, round: RoundId) -> SchemeView {
    let LoadedScheme { record, draft, words, names, .. } = loaded;
    let watchers = draft.watchers.iter().map(|p| named(p.0, &names)).collect();
    let published = record.iter().flat_map(|r| &r.published).map(|p| SchemeVersionView {
        n: p.n,
        basis: said(&words, &p.basis),
        by: names.get(&p.by.0).cloned().unwrap_or_default(),
        at: p.at,
    });
    SchemeView {
        version: record.as_ref().map_or(0, |r| r.version),
        published: published.collect(),
        has_changes: record.as_ref().is_none_or(|r| r.has_changes()),
        may_edit: rights::permit_office(actor, round).is_ok(),
        may_publish: record.is_some() && rights::permit_publishing_appraisal(actor, round).is_ok(),
        scheme: draft,
        watchers,
    }
}

/// What a scheme comes to for one unit or leader, beside the scheme that holds.
#[derive(Serialize, ToSchema)]
pub struct SimulatedScore {
    #[schema(inline)]
    pub kind: SubjectKind,
    pub subject: Named,
    /// Hundredths of a point; none where the scheme that is tried does not appraise it.
    pub total: Option<i64>,
    /// The grade by the scheme that is tried.
    pub grade: Option<String>,
    /// Among those of its kind by the scheme that is tried.
    pub rank: Option<usize>,
    /// Of each dimension of the scheme that is tried, in its order.
    pub dimensions: Vec<i64>,
    /// By the scheme that holds.
    pub current_total: Option<i64>,
    /// The grade by the scheme in force; none where there is none.
    pub current_grade: Option<String>,
}

/// What a scheme comes to on a period.
#[derive(Serialize, ToSchema)]
pub struct SimulationView {
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// Up to which event of the one order of all events.
    pub position: i64,
    /// Names of the dimensions of the scheme that is tried.
    pub dimensions: Vec<String>,
    /// Best first.
    pub items: Vec<SimulatedScore>,
}

/// A simulation as its reader sees it.
pub fn simulation_view(simulated: &Simulated, period: Period) -> SimulationView {
    let Simulated { scheme, scores, current, position, names } = simulated;
    let standings = domain::appraisal::score::standings(scheme, scores, |_| 0);
    let held = |subject: Subject| {
        let (scheme, scores) = current.as_ref()?;
        let score = scores.iter().find(|s| s.subject == subject)?;
        Some((score.total, grade_of(scheme, score.grade)))
    };
    let line = |subject: Subject, standing: Option<&Standing>| {
        let score = scores.iter().find(|s| s.subject == subject);
        let (current_total, current_grade) = held(subject).unzip();
        SimulatedScore {
            kind: subject.kind,
            subject: named(subject.id, names),
            total: standing.map(|s| s.total),
            grade: standing.map(|s| grade_of(scheme, s.grade)),
            rank: standing.map(|s| s.rank),
            dimensions: score.iter().flat_map(|s| &s.dimensions).map(|d| d.points).collect(),
            current_total,
            current_grade,
        }
    };
    let mut items: Vec<SimulatedScore> = standings.iter().map(|s| line(s.subject, Some(s))).collect();
    let only_before = current.iter().flat_map(|(_, scores)| scores).map(|s| s.subject);
    items.extend(only_before.filter(|s| !standings.iter().any(|o| o.subject == *s)).map(|s| line(s, None)));
    SimulationView {
        from: period.from,
        to: period.to,
        position: *position,
        dimensions: scheme.dimensions.iter().map(|d| d.name.clone()).collect(),
        items,
    }
}
