//! The shapes of systemic problems as a reader sees them: whole, or his own part.

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar;
use domain::chain::Digest;
use domain::ids::{SystemicProblemId, UnitId};
use domain::systemic::state::{Amendment, CheckAnswer, ProblemState, Progress, SelfCheck, SelfCheckState};
use persistence::blobs::AttachmentRow;
use persistence::systemic::{self, Loaded, Member, Proposal};
use persistence::{Origin, PgConnection};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::exports::day;
use crate::task_view::Named;

/// How far a problem has come.
#[derive(Serialize, ToSchema)]
pub struct SystemicProgressView {
    /// Units that were asked.
    pub asked: usize,
    /// Handed in and not returned.
    pub answered: usize,
    /// Answered that it is there.
    pub has: usize,
    /// Answered that there is something like it.
    pub similar: usize,
    pub has_not: usize,
    /// Returned to the unit and not handed in again.
    pub returned: usize,
    /// Accepted by the office.
    pub accepted: usize,
    /// Tasks made of answers.
    pub raised: usize,
    /// Not handed in and its day is over.
    pub overdue: usize,
}

impl From<Progress> for SystemicProgressView {
    fn from(p: Progress) -> Self {
        let Progress { asked, answered, has, similar, has_not, returned, accepted, raised, overdue } = p;
        Self { asked, answered, has, similar, has_not, returned, accepted, raised, overdue }
    }
}

/// A problem in a list.
#[derive(Serialize, ToSchema)]
pub struct SystemicLine {
    pub id: Uuid,
    #[schema(example = "公务接待无清单、超标准")]
    pub title: String,
    pub state: String,
    pub state_label: String,
    pub owner: Option<Named>,
    pub due_on: Option<NaiveDate>,
    pub is_overdue: bool,
    /// How many tasks are it; for who sees it whole.
    pub n_members: Option<usize>,
    /// For who sees it whole.
    pub progress: Option<SystemicProgressView>,
    /// Where the reader's own self-checks stand, each with its unit's name.
    pub own: Vec<OwnSelfCheck>,
    pub version: i64,
}

/// A self-check of the reader's own unit.
#[derive(Serialize, ToSchema)]
pub struct OwnSelfCheck {
    pub unit: Named,
    pub state_label: String,
    pub due_on: NaiveDate,
    pub is_overdue: bool,
}

/// The problems of a round.
#[derive(Serialize, ToSchema)]
pub struct SystemicList {
    /// Whether the caller confirms and dismisses what is proposed.
    pub may_confirm: bool,
    /// Whether the caller sees the round's problems whole, with the answers of every unit.
    pub sees_all: bool,
    /// Whether the caller works for a unit, which may be asked or own a problem.
    pub is_of_unit: bool,
    pub items: Vec<SystemicLine>,
}

/// A task of a problem.
#[derive(Serialize, ToSchema)]
pub struct SystemicMemberView {
    pub id: Uuid,
    pub number: String,
    pub title: String,
    pub state_label: String,
    pub round_id: Uuid,
    pub round_name: String,
    pub finding_id: Uuid,
    /// The inspecting body's words.
    pub finding: String,
    pub unit: Option<Named>,
}

/// A group that may be one problem.
#[derive(Serialize, ToSchema)]
pub struct SystemicProposalView {
    pub members: Vec<SystemicMemberView>,
    pub n_units: usize,
    /// Why, each in words.
    pub grounds: Vec<String>,
}

/// What is proposed, the widest group first.
#[derive(Serialize, ToSchema)]
pub struct SystemicProposals {
    pub items: Vec<SystemicProposalView>,
}

/// A file of a self-check.
#[derive(Serialize, ToSchema)]
pub struct SelfCheckFileView {
    pub id: Uuid,
    pub filename: String,
    /// What an answer names it by.
    pub sha256: String,
}

/// The self-check of a unit.
#[derive(Serialize, ToSchema)]
pub struct SelfCheckView {
    pub unit: Named,
    pub due_on: NaiveDate,
    pub is_overdue: bool,
    /// Whether its day may still be changed: nothing is handed in.
    pub may_be_moved: bool,
    pub state: String,
    pub state_label: String,
    /// has, similar or has_not; none while nobody has answered.
    pub verdict: Option<String>,
    pub verdict_label: Option<String>,
    pub words: Option<String>,
    pub by: Option<String>,
    pub at: Option<DateTime<Utc>>,
    /// The head who stands for it.
    pub confirmed_by: Option<String>,
    pub is_late: bool,
    /// Why it came back last.
    pub returned_for: Option<String>,
    /// The files of the answer.
    pub files: Vec<SelfCheckFileView>,
    /// The task that was made of it, for who sees it.
    pub task: Option<SystemicMemberView>,
    /// Whether one was made.
    pub is_raised: bool,
}

/// What the owner reported.
#[derive(Serialize, ToSchema)]
pub struct MeasureReportView {
    pub words: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// One thing that was changed.
#[derive(Serialize, ToSchema)]
pub struct SystemicChangeView {
    /// What it is, in words.
    #[schema(example = "牵头部门")]
    pub label: String,
    /// What held before, in words.
    pub before: String,
    /// What holds from then on, in words.
    pub after: String,
}

/// A change of what was confirmed.
#[derive(Serialize, ToSchema)]
pub struct SystemicAmendmentView {
    pub changes: Vec<SystemicChangeView>,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// An act open to the caller.
#[derive(Serialize, ToSchema)]
pub struct SystemicActionView {
    /// Such as answer_check, accept_check.
    pub action: String,
    pub label: String,
    /// The unit whose self-check it is about.
    pub unit: Option<Uuid>,
}

/// A systemic problem as its reader sees it.
#[derive(Serialize, ToSchema)]
pub struct SystemicView {
    pub id: Uuid,
    pub round_id: Uuid,
    pub title: String,
    /// What the group does about it.
    pub measure: String,
    pub owner: Option<Named>,
    pub due_on: Option<NaiveDate>,
    pub is_overdue: bool,
    pub state: String,
    pub state_label: String,
    /// Whether the reader sees every answer.
    pub sees_all: bool,
    /// Why it is one problem; for who sees it whole, as what follows up to the progress.
    pub ground: Option<String>,
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub members: Vec<SystemicMemberView>,
    /// Members the reader may not read.
    pub n_hidden: usize,
    pub progress: Option<SystemicProgressView>,
    /// What was changed since it was confirmed, the newest first; for who sees it whole.
    pub amendments: Vec<SystemicAmendmentView>,
    /// All of them for who sees it whole, else those of the reader's own units.
    pub checks: Vec<SelfCheckView>,
    pub report: Option<MeasureReportView>,
    /// Why the owner's report came back last.
    pub report_returned_for: Option<String>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub open_actions: Vec<SystemicActionView>,
    pub version: i64,
}

fn is_over(due_on: NaiveDate, now: DateTime<Utc>) -> bool {
    calendar::end_of_day(due_on) <= now
}

fn member(m: &Member) -> SystemicMemberView {
    SystemicMemberView {
        id: m.id,
        number: m.number.clone(),
        title: m.title.clone(),
        state_label: m.state_label().to_owned(),
        round_id: m.round_id,
        round_name: m.round_name.clone(),
        finding_id: m.finding_id,
        finding: m.finding.clone(),
        unit: m.unit_id.map(|id| Named { id, name: m.unit.clone().unwrap_or_default() }),
    }
}

pub(super) fn proposal(found: Proposal) -> SystemicProposalView {
    SystemicProposalView {
        members: found.members.iter().map(member).collect(),
        n_units: found.group.n_units,
        grounds: found.group.grounds,
    }
}

/// What a reader of one problem is shown from.
struct Shown<'a> {
    loaded: &'a Loaded,
    origin: &'a Origin,
}

impl Shown<'_> {
    fn named(&self, id: Uuid) -> Named {
        Named { id, name: self.loaded.names.get(&id).cloned().unwrap_or_default() }
    }

    fn said(&self, digest: &Digest) -> String {
        self.loaded.words.get(digest).cloned().unwrap_or_default()
    }

    fn is_overdue(&self) -> bool {
        let problem = &self.loaded.problem;
        let is_due = problem.confirmed.as_ref().is_some_and(|c| is_over(c.due_on, self.origin.now));
        is_due && problem.is_open() && problem.report.is_none()
    }

    /// Whose answers the reader sees.
    fn checks(&self) -> impl Iterator<Item = &SelfCheck> {
        let problem = &self.loaded.problem;
        problem.checks.iter().filter(|c| domain::rights::reads_check(&self.origin.actor, problem, c.unit))
    }

    fn check(&self, of: &SelfCheck, files: &[(UnitId, AttachmentRow)]) -> SelfCheckView {
        let answer: Option<&CheckAnswer> = of.answer.as_ref();
        let person = |id: domain::ids::PersonId| self.named(id.0).name;
        SelfCheckView {
            unit: self.named(of.unit.0),
            due_on: of.due_on,
            is_overdue: of.state.waits_for_unit() && is_over(of.due_on, self.origin.now),
            may_be_moved: self.loaded.problem.is_open() && of.state.waits_for_unit(),
            state: of.state.as_str().to_owned(),
            state_label: of.state.label().to_owned(),
            verdict: answer.map(|a| a.verdict.as_str().to_owned()),
            verdict_label: answer.map(|a| a.verdict.label().to_owned()),
            words: answer.map(|a| self.said(&a.words)),
            by: answer.map(|a| person(a.by)),
            at: answer.map(|a| a.confirmed_at.unwrap_or(a.at)),
            confirmed_by: answer.and_then(|a| a.confirmed_by).map(person),
            is_late: answer.is_some_and(|a| a.is_late),
            returned_for: of
                .returned_for
                .as_ref()
                .filter(|_| of.state == SelfCheckState::Returned)
                .map(|d| self.said(d)),
            files: files
                .iter()
                .filter(|(unit, file)| {
                    *unit == of.unit && answer.is_some_and(|a| a.proof.iter().any(|d| d.as_str() == file.blob_sha256))
                })
                .map(|(_, f)| SelfCheckFileView {
                    id: f.id,
                    filename: f.filename.clone(),
                    sha256: f.blob_sha256.clone(),
                })
                .collect(),
            task: of.task.and_then(|t| self.loaded.raised.iter().find(|m| m.id == t.0)).map(member),
            is_raised: of.task.is_some(),
        }
    }
}

impl Shown<'_> {
    /// What an amendment changed, in words.
    fn amendment(&self, of: &Amendment) -> SystemicAmendmentView {
        let (before, after) = (&of.before, &of.after);
        let terms = [
            ("标题", self.said(&before.title), self.said(&after.title)),
            ("集团层面措施", self.said(&before.measure), self.said(&after.measure)),
            ("牵头部门", self.named(before.owner.0).name, self.named(after.owner.0).name),
            ("完成时限", day(before.due_on), day(after.due_on)),
        ];
        let terms = terms.into_iter().map(|(label, before, after)| (label.to_owned(), before, after));
        let days = of
            .checks
            .iter()
            .map(|moved| (format!("{}自查时限", self.named(moved.unit.0).name), day(moved.before), day(moved.after)));
        SystemicAmendmentView {
            changes: terms
                .chain(days)
                .filter(|(_, before, after)| before != after)
                .map(|(label, before, after)| SystemicChangeView { label, before, after })
                .collect(),
            reason: self.said(&of.reason),
            by: self.named(of.by.0).name,
            at: of.at,
        }
    }
}

/// A problem in a list.
pub(super) fn line(loaded: &Loaded, origin: &Origin) -> SystemicLine {
    let shown = Shown { loaded, origin };
    let problem = &loaded.problem;
    let today = calendar::today(origin.now);
    SystemicLine {
        id: problem.id.0,
        title: problem.confirmed.as_ref().map(|c| shown.said(&c.title)).unwrap_or_default(),
        state: problem.state.as_str().to_owned(),
        state_label: problem.state.label().to_owned(),
        owner: problem.confirmed.as_ref().map(|c| shown.named(c.owner.0)),
        due_on: problem.confirmed.as_ref().map(|c| c.due_on),
        is_overdue: shown.is_overdue(),
        n_members: loaded.sees_all.then_some(problem.members.len()),
        progress: loaded.sees_all.then(|| problem.progress(today).into()),
        own: shown
            .checks()
            .filter(|_| !loaded.sees_all)
            .map(|c| OwnSelfCheck {
                unit: shown.named(c.unit.0),
                state_label: c.state.label().to_owned(),
                due_on: c.due_on,
                is_overdue: c.state.waits_for_unit() && is_over(c.due_on, origin.now),
            })
            .collect(),
        version: problem.version,
    }
}

/// A problem as the caller sees it.
pub fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SystemicProblemId,
) -> Result<SystemicView, persistence::Error> {
    let loaded = systemic::find(conn, origin, id)?;
    let files = systemic::files(conn, origin, &loaded)?;
    let shown = Shown { loaded: &loaded, origin };
    let problem = &loaded.problem;
    let confirmed = problem.confirmed.as_ref();
    let all = loaded.sees_all;
    let may_read_report = all || domain::rights::owns_problem(&origin.actor, problem);
    Ok(SystemicView {
        id: problem.id.0,
        round_id: problem.round.0,
        title: confirmed.map(|c| shown.said(&c.title)).unwrap_or_default(),
        measure: confirmed.map(|c| shown.said(&c.measure)).unwrap_or_default(),
        owner: confirmed.map(|c| shown.named(c.owner.0)),
        due_on: confirmed.map(|c| c.due_on),
        is_overdue: shown.is_overdue(),
        state: problem.state.as_str().to_owned(),
        state_label: problem.state.label().to_owned(),
        sees_all: all,
        ground: confirmed.filter(|_| all).map(|c| shown.said(&c.ground)),
        confirmed_by: confirmed.filter(|_| all).map(|c| shown.named(c.by.0).name),
        confirmed_at: confirmed.filter(|_| all).map(|c| c.at),
        members: loaded.members.iter().map(member).collect(),
        n_hidden: if all { problem.members.len().saturating_sub(loaded.members.len()) } else { 0 },
        progress: all.then(|| problem.progress(calendar::today(origin.now)).into()),
        amendments: problem.amendments.iter().rev().filter(|_| all).map(|a| shown.amendment(a)).collect(),
        checks: shown.checks().map(|c| shown.check(c, &files)).collect(),
        report: problem.report.as_ref().filter(|_| may_read_report).map(|r| MeasureReportView {
            words: shown.said(&r.words),
            by: shown.named(r.by.0).name,
            at: r.at,
        }),
        report_returned_for: problem
            .report_returned_for
            .as_ref()
            .filter(|_| may_read_report && problem.report.is_none())
            .map(|d| shown.said(d)),
        reason: problem
            .reason
            .as_ref()
            .filter(|_| problem.state == ProblemState::Withdrawn || all)
            .map(|d| shown.said(d)),
        ended_at: problem.ended_at,
        open_actions: loaded
            .open_actions(origin)
            .into_iter()
            .map(|(action, unit)| SystemicActionView {
                action: action.as_str().to_owned(),
                label: action.label().to_owned(),
                unit: unit.map(|u| u.0),
            })
            .collect(),
        version: problem.version,
    })
}
