//! The frame of a spot check from the tasks in its scope: strata, exclusions, who must keep away (docs/domain.md §24).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::draw::{self, Entry, Exclusion, Frame, Inspector, Party, Stratum};
use crate::actor::{PersonActor, UnitPath};
use crate::ids::{CheckId, PersonId, TaskId};
use crate::refusal::{FieldError, Refusal};
use crate::sign_request::is_barred;
use crate::words;

words! {
    /// What the tasks of a frame are told apart by.
    pub enum Dimension {
        Unit = "unit", "单位";
        Disposition = "disposition", "处置类型";
        State = "state", "状态";
        Speed = "speed", "办结快慢";
        Amount = "amount", "涉及金额";
        Signals = "signals", "销号提示";
    }
}

/// A task in the scope of a spot check.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub task: TaskId,
    pub number: String,
    /// Name of the lead unit.
    pub unit: String,
    pub disposition: &'static str,
    pub state: &'static str,
    pub speed: &'static str,
    /// The band of the money its finding is about.
    pub amount: &'static str,
    /// How many signals its closure shows.
    pub signals: &'static str,
    /// Responsible and supporting units.
    pub units: Vec<UnitPath>,
}

impl Candidate {
    fn stratum(&self, dimensions: &[Dimension]) -> String {
        let part = |dimension: &Dimension| match dimension {
            Dimension::Unit => self.unit.as_str(),
            Dimension::Disposition => self.disposition,
            Dimension::State => self.state,
            Dimension::Speed => self.speed,
            Dimension::Amount => self.amount,
            Dimension::Signals => self.signals,
        };
        let parts: Vec<&str> = Dimension::ALL.iter().filter(|d| dimensions.contains(d)).map(part).collect();
        if parts.is_empty() { "全部".to_owned() } else { parts.join(" · ") }
    }
}

/// The band of an amount, whole yuan; bands are wide, for each one that holds a task costs one task of the sample.
pub fn amount_band(yuan: Option<u64>) -> &'static str {
    match yuan {
        None | Some(0) => "未列金额",
        Some(..100_000) => "10万元以下",
        Some(..1_000_000) => "10万至100万元",
        Some(..10_000_000) => "100万至1000万元",
        Some(_) => "1000万元以上",
    }
}

/// The band of the signals on a closure (docs/domain.md §40); none of a task whose closure was not asked for.
pub fn signal_band(signals: Option<usize>) -> &'static str {
    match signals {
        None => "未申请销号",
        Some(0) => "无提示",
        Some(1) => "一处提示",
        Some(_) => "多处提示",
    }
}

/// What whoever plans the draw asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub dimensions: Vec<Dimension>,
    /// Tasks to draw in all; one of each stratum at least.
    pub sample: u32,
    /// Tasks left out, with the reason.
    pub without: BTreeMap<TaskId, String>,
    pub is_quick: bool,
    pub parties: Vec<Party>,
}

/// Everything that is not asked for.
#[derive(Clone, Debug)]
pub struct Given<'a> {
    pub check: CheckId,
    pub taken_at: DateTime<Utc>,
    /// Why each earlier draw was given up.
    pub given_up: Vec<String>,
    pub candidates: &'a [Candidate],
    pub inspectors: &'a [PersonActor],
}

/// How many inspectors look at each task: two sign every result.
pub const INSPECTORS_EACH: u32 = 2;

/// Freezes a frame.
///
/// Errors: those of [`Frame::check`]; `reason-missing` for an exclusion without a reason, `task-unknown` for one that is not in scope.
pub fn freeze(asked: &Asked, given: &Given<'_>) -> Result<Frame, Refusal> {
    if asked.sample == 0 {
        return Err(Refusal::field("/sample", "sample-out-of-range"));
    }
    let known: BTreeSet<TaskId> = given.candidates.iter().map(|c| c.task).collect();
    for (task, reason) in &asked.without {
        let fault = if !known.contains(task) {
            Some("task-unknown")
        } else if reason.trim().is_empty() {
            Some("required")
        } else {
            None
        };
        if let Some(code) = fault {
            return Err(Refusal::invalid("content", vec![FieldError::at(format!("/without/{task}"), code)]));
        }
    }
    let mut candidates: Vec<&Candidate> = given.candidates.iter().collect();
    candidates.sort_by(|a, b| (&a.number, a.task).cmp(&(&b.number, b.task)));
    let (out, inside): (Vec<&Candidate>, Vec<&Candidate>) =
        candidates.into_iter().partition(|c| asked.without.contains_key(&c.task));
    let entries: Vec<Entry> = inside
        .into_iter()
        .map(|c| Entry {
            task: c.task,
            number: c.number.clone(),
            stratum: c.stratum(&asked.dimensions),
            barred: barred(given.inspectors, &c.units),
        })
        .collect();
    let mut sizes: BTreeMap<&str, u32> = BTreeMap::new();
    for entry in &entries {
        *sizes.entry(&entry.stratum).or_default() += 1;
    }
    let shares = draw::share(&sizes.values().copied().collect::<Vec<_>>(), asked.sample);
    let strata = sizes
        .into_iter()
        .zip(shares)
        .map(|((name, size), sample)| Stratum { name: name.to_owned(), size, sample })
        .collect();
    let excluded = out.into_iter().map(|c| Exclusion {
        task: c.task,
        number: c.number.clone(),
        reason: asked.without.get(&c.task).map(|r| r.trim().to_owned()).unwrap_or_default(),
    });
    let inspectors = given.inspectors.iter().filter_map(|p| {
        let person = p.person?;
        Some(Inspector { person, name: p.name.clone() })
    });
    let frame = Frame {
        check: given.check,
        nth: u32::try_from(given.given_up.len()).unwrap_or(u32::MAX) + 1,
        given_up: given.given_up.clone(),
        is_quick: asked.is_quick,
        taken_at: given.taken_at,
        inspectors_each: INSPECTORS_EACH,
        parties: if asked.is_quick { vec![draw::server()] } else { asked.parties.clone() },
        inspectors: inspectors.collect(),
        excluded: excluded.collect(),
        strata,
        entries,
    };
    frame.check()?;
    Ok(frame)
}

/// Which of these must keep away from a task of these units.
pub fn barred(inspectors: &[PersonActor], units: &[UnitPath]) -> Vec<PersonId> {
    let units: Vec<&UnitPath> = units.iter().collect();
    inspectors.iter().filter(|p| is_barred(p, &units)).filter_map(|p| p.person).collect()
}
