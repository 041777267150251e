//! What a check shows: who it is, where it stands, what its draw says, what was found, and the share found untrue.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::chain::Digest;
use domain::check::draw::{Entry, Exclusion};
use domain::check::estimate::{self, Estimate};
use domain::check::state::{Check, CheckState, Target};
use domain::check::{self, Tally};
use domain::ids::{CheckId, PersonId, TaskId};
use domain::task::state::TaskState;
use persistence::PgConnection;
use persistence::blobs;
use persistence::checks::{self, CheckLine, LoadedCheck, TargetLine};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One line of the list of checks.
#[derive(Serialize, ToSchema)]
pub struct CheckLineView {
    pub id: Uuid,
    pub title: String,
    pub kind: String,
    pub kind_label: String,
    pub state: String,
    pub state_label: String,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub announced_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub tally: Tally,
    /// What the caller may do now.
    pub open_actions: Vec<CheckActionView>,
}

/// Something the caller may do with a check.
#[derive(Serialize, ToSchema)]
pub struct CheckActionView {
    #[schema(example = "freeze_frame")]
    pub action: String,
    #[schema(example = "冻结抽样框")]
    pub label: String,
}

/// A person a check speaks of.
#[derive(Serialize, ToSchema)]
pub struct CheckPersonView {
    pub id: Uuid,
    pub name: String,
}

/// What a party of a draw has given.
#[derive(Serialize, ToSchema)]
pub struct PartyView {
    pub person: Uuid,
    pub name: String,
    pub line_label: String,
    pub has_committed: bool,
    pub has_revealed: bool,
    pub is_own: bool,
}

/// A stratum with what was found in it.
#[derive(Serialize, ToSchema)]
pub struct StratumView {
    pub name: String,
    pub size: u32,
    pub sample: u32,
    pub checked: u32,
    pub untrue: u32,
}

/// A draw that was given up, with the reason.
#[derive(Serialize, ToSchema)]
pub struct GivenUpView {
    pub nth: usize,
    pub reason: String,
}

/// The draw under way or done.
#[derive(Serialize, ToSchema)]
pub struct DrawView {
    /// Which draw of the check it is.
    pub nth: u32,
    pub is_quick: bool,
    pub root: Digest,
    pub seed: Option<Digest>,
    pub size: usize,
    pub taken_at: DateTime<Utc>,
    pub parties: Vec<PartyView>,
    pub strata: Vec<StratumView>,
    pub excluded: Vec<Exclusion>,
    /// Why it went on without those who had not revealed.
    pub went_on: Option<String>,
}

/// A file of a result.
#[derive(Serialize, ToSchema)]
pub struct ResultFileView {
    pub id: Uuid,
    pub filename: String,
    pub media_type: String,
}

/// What was found at a task.
#[derive(Serialize, ToSchema)]
pub struct ResultView {
    pub result: String,
    pub label: String,
    pub is_untrue: bool,
    /// Empty for whoever does not read the content of the task, as are the files.
    pub found: String,
    pub occurred_on: NaiveDate,
    pub files: Vec<ResultFileView>,
    pub by: String,
    pub at: DateTime<Utc>,
    pub signed_by: Option<String>,
    pub signed_at: Option<DateTime<Utc>>,
    /// Why the second inspector returned it.
    pub returned: Option<String>,
}

/// A task that is looked at.
#[derive(Serialize, ToSchema)]
pub struct TargetView {
    pub task_id: Uuid,
    pub number: String,
    /// Empty where the caller does not see the task.
    pub title: String,
    pub unit: Option<String>,
    pub state_label: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub stratum: Option<String>,
    pub inspectors: Vec<CheckPersonView>,
    pub result: Option<ResultView>,
    pub may_record: bool,
    pub may_sign: bool,
}

/// A check.
#[derive(Serialize, ToSchema)]
pub struct CheckView {
    pub id: Uuid,
    pub round_id: Uuid,
    pub title: String,
    pub kind: String,
    pub kind_label: String,
    pub state: String,
    pub state_label: String,
    pub questions: Vec<String>,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub announced_at: Option<DateTime<Utc>>,
    pub inspectors: Vec<CheckPersonView>,
    pub draw: Option<DrawView>,
    pub given_up: Vec<GivenUpView>,
    pub targets: Vec<TargetView>,
    pub tally: Tally,
    /// The share found untrue of the whole frame with its 95 % interval; none until every stratum has a result.
    pub untrue_rate: Option<Estimate>,
    pub open_actions: Vec<CheckActionView>,
    pub version: i64,
}

fn actions(actor: &Actor, check: &Check) -> Vec<CheckActionView> {
    check::open_actions(actor, check)
        .into_iter()
        .map(|a| CheckActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
        .collect()
}

/// A line of the list.
pub(super) fn line(actor: &Actor, line: CheckLine) -> CheckLineView {
    let check = line.check;
    CheckLineView {
        id: check.id.0,
        title: line.title,
        kind: check.kind.as_str().to_owned(),
        kind_label: check.kind.label().to_owned(),
        state: check.state.as_str().to_owned(),
        state_label: check.state.label().to_owned(),
        from_on: check.from_on,
        to_on: check.to_on,
        announced_at: check.announced_at,
        created_at: line.created_at,
        tally: check::tally(&check),
        open_actions: actions(actor, &check),
    }
}

struct Seen<'a> {
    loaded: &'a LoadedCheck,
    actor: &'a Actor,
    files: Vec<blobs::AttachmentRow>,
    lines: BTreeMap<Uuid, TargetLine>,
    entries: BTreeMap<TaskId, &'a Entry>,
}

impl Seen<'_> {
    fn own(&self) -> Option<PersonId> {
        self.actor.person().and_then(|p| p.person)
    }

    fn name(&self, person: PersonId) -> String {
        self.loaded.names.get(&person).cloned().unwrap_or_else(|| "服务器".to_owned())
    }

    fn person(&self, person: PersonId) -> CheckPersonView {
        CheckPersonView { id: person.0, name: self.name(person) }
    }

    fn words(&self, digest: &Digest) -> String {
        self.loaded.words.get(digest).cloned().unwrap_or_default()
    }

    fn draw(&self) -> Option<DrawView> {
        let (mark, frame) = (self.loaded.check.draw()?, self.loaded.frame.as_ref()?);
        let counted = check::counted(&self.loaded.check, frame);
        let strata = frame.strata.iter().zip(counted).map(|(stratum, (name, found))| StratumView {
            name,
            size: stratum.size,
            sample: stratum.sample,
            checked: found.checked,
            untrue: found.untrue,
        });
        let parties = mark.parties.iter().map(|p| PartyView {
            person: p.person.0,
            name: self.name(p.person),
            line_label: p.line.label().to_owned(),
            has_committed: p.commitment.is_some(),
            has_revealed: p.nonce.is_some(),
            is_own: self.own() == Some(p.person),
        });
        Some(DrawView {
            nth: frame.nth,
            is_quick: mark.is_quick,
            root: mark.root.clone(),
            seed: mark.seed.clone(),
            size: frame.entries.len(),
            taken_at: frame.taken_at,
            parties: parties.collect(),
            strata: strata.collect(),
            excluded: frame.excluded.clone(),
            went_on: mark.went_on.as_ref().map(|d| self.words(d)),
        })
    }

    fn target(&self, target: &Target) -> TargetView {
        let seen = self.lines.get(&target.task.0);
        let entry = self.entries.get(&target.task);
        // What is said of a matter is for who reads it, and for who wrote it down.
        let reads = seen.is_some_and(|l| l.reads_content) || self.own().is_some_and(|p| target.inspectors.contains(&p));
        let is_running = self.loaded.check.state == CheckState::Running;
        let result = target.result.as_ref().map(|r| ResultView {
            result: r.result.as_str().to_owned(),
            label: r.result.label().to_owned(),
            is_untrue: r.result.is_untrue(),
            found: if reads { self.words(&r.found) } else { String::new() },
            occurred_on: r.occurred_on,
            files: self
                .files
                .iter()
                .filter(|f| reads && r.files.iter().any(|d| d.as_str() == f.blob_sha256))
                .map(|f| ResultFileView { id: f.id, filename: f.filename.clone(), media_type: f.media_type.clone() })
                .collect(),
            by: self.name(r.by),
            at: r.at,
            signed_by: r.signed_by.map(|p| self.name(p)),
            signed_at: r.signed_at,
            returned: r.returned.as_ref().filter(|_| reads).map(|d| self.words(d)),
        });
        TargetView {
            task_id: target.task.0,
            number: seen.map(|l| l.number.clone()).or(entry.map(|e| e.number.clone())).unwrap_or_default(),
            title: seen.map(|l| l.title.clone()).unwrap_or_default(),
            unit: seen.and_then(|l| l.unit.clone()),
            state_label: seen.and_then(|l| TaskState::parse(&l.state)).map(|s| s.label().to_owned()),
            due_on: seen.and_then(|l| l.due_on),
            stratum: entry.map(|e| e.stratum.clone()),
            inspectors: target.inspectors.iter().map(|p| self.person(*p)).collect(),
            result,
            may_record: is_running && check::may_record(target, self.own()),
            may_sign: is_running && check::may_sign(target, self.own()),
        }
    }
}

/// A check as the caller sees it.
pub(super) fn load(conn: &mut PgConnection, actor: &Actor, id: CheckId) -> Result<CheckView, persistence::Error> {
    let loaded = checks::find(conn, actor, id)?;
    let check = &loaded.check;
    let ids: Vec<Uuid> = check.targets.iter().map(|t| t.task.0).collect();
    let lines = checks::targets(conn, actor, check.round, &ids)?;
    let seen = Seen {
        files: blobs::of_subject(conn, blobs::Subject::Check(id.0))?,
        lines: lines.into_iter().map(|l| (l.id, l)).collect(),
        entries: loaded.frame.iter().flat_map(|f| &f.entries).map(|e| (e.task, e)).collect(),
        loaded: &loaded,
        actor,
    };
    let counted = loaded.frame.as_ref().map(|f| check::counted(check, f)).unwrap_or_default();
    let may_know = domain::rights::sees_untrue_rate(actor, check);
    let counted: Vec<_> = counted.into_iter().map(|(_, c)| c).collect();
    let given_up = check.draws.iter().enumerate().filter_map(|(i, d)| {
        let reason = d.given_up.as_ref()?;
        Some(GivenUpView { nth: i + 1, reason: seen.words(reason) })
    });
    Ok(CheckView {
        id: check.id.0,
        round_id: check.round.0,
        title: loaded.brief.title.clone(),
        kind: check.kind.as_str().to_owned(),
        kind_label: check.kind.label().to_owned(),
        state: check.state.as_str().to_owned(),
        state_label: check.state.label().to_owned(),
        questions: loaded.brief.questions.clone(),
        from_on: check.from_on,
        to_on: check.to_on,
        announced_at: check.announced_at,
        inspectors: check.inspectors.iter().map(|p| seen.person(*p)).collect(),
        draw: seen.draw(),
        given_up: given_up.collect(),
        targets: check.targets.iter().map(|t| seen.target(t)).collect(),
        tally: check::tally(check),
        untrue_rate: if may_know { estimate::untrue_rate(&counted) } else { None },
        open_actions: actions(actor, check),
        version: check.version,
    })
}
