//! What a meeting shows: when and who, its agenda with the reasons, what was resolved, and what moved after it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::chain::Digest;
use domain::ids::{ItemId, MeetingId, TaskId};
use domain::meeting::agenda::Line;
use domain::meeting::state::{Item, Meeting, MeetingState, Outcome};
use domain::meeting::{self, MeetingAction};
use persistence::PgConnection;
use persistence::blobs;
use persistence::meetings::{self, LoadedMeeting, LoadedResolution, MeetingLine};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What stands in place of words that are only for the readers of a matter.
const KEPT: &str = "内容仅限指定人员阅看";

/// Something the caller may do with a meeting or a resolution.
#[derive(Serialize, ToSchema)]
pub struct MeetingActionView {
    #[schema(example = "open_meeting")]
    pub action: String,
    #[schema(example = "开始会议")]
    pub label: String,
}

pub(super) fn actions(open: Vec<MeetingAction>) -> Vec<MeetingActionView> {
    open.into_iter().map(|a| MeetingActionView { action: a.as_str().to_owned(), label: a.label().to_owned() }).collect()
}

/// One line of the list of meetings.
#[derive(Serialize, ToSchema)]
pub struct MeetingLineView {
    pub id: Uuid,
    pub title: String,
    pub kind: String,
    pub kind_label: String,
    pub state: String,
    pub state_label: String,
    pub at: DateTime<Utc>,
    pub number: Option<String>,
    /// Entered after it was held, without an agenda.
    pub is_recorded: bool,
    pub is_over: bool,
    pub n_items: usize,
    pub n_resolutions: usize,
    /// Of these, not yet done.
    pub n_left: usize,
    pub open_actions: Vec<MeetingActionView>,
}

/// A line of the list.
pub(super) fn line(actor: &Actor, line: MeetingLine) -> MeetingLineView {
    let meeting = line.meeting;
    let resolutions: Vec<_> = meeting.items.iter().filter_map(Item::resolution).collect();
    MeetingLineView {
        id: meeting.id.0,
        title: line.title,
        kind: meeting.kind.as_str().to_owned(),
        kind_label: meeting.kind.label().to_owned(),
        state: meeting.state.as_str().to_owned(),
        state_label: meeting.state.label().to_owned(),
        at: meeting.at,
        number: meeting.number.clone(),
        is_recorded: meeting.is_recorded,
        is_over: matches!(meeting.state, MeetingState::Concluded | MeetingState::Cancelled),
        n_items: meeting.items.len(),
        n_resolutions: resolutions.len(),
        n_left: resolutions.iter().filter(|r| r.standing.is_left()).count(),
        open_actions: actions(meeting::open_actions(actor, &meeting)),
    }
}

/// A person or unit a meeting speaks of.
#[derive(Serialize, ToSchema)]
pub struct MeetingNamed {
    pub id: Uuid,
    pub name: String,
}

/// Why an item is on the agenda.
#[derive(Serialize, ToSchema)]
pub struct SourceView {
    #[schema(example = "falling_behind")]
    pub source: String,
    #[schema(example = "按现进度到期完不成")]
    pub label: String,
    #[schema(example = "6 个工作周完成 3 个节点，剩 5 个，照此还要 10 个工作周，到期只有 4 个工作周")]
    pub why: String,
}

/// A file of a report.
#[derive(Serialize, ToSchema)]
pub struct ReportFileView {
    pub id: Uuid,
    pub filename: String,
    pub media_type: String,
}

/// What was resolved.
#[derive(Serialize, ToSchema)]
pub struct ResolutionView {
    pub id: Uuid,
    pub text: String,
    pub unit: Option<MeetingNamed>,
    pub person: Option<MeetingNamed>,
    pub due_on: NaiveDate,
    pub standing: String,
    pub standing_label: String,
    /// Not yet done.
    pub is_left: bool,
    pub report: Option<String>,
    pub reported_by: Option<String>,
    pub reported_at: Option<DateTime<Utc>>,
    pub files: Vec<ReportFileView>,
    /// Why the office returned the last report.
    pub returned: Option<String>,
}

/// An item of an agenda.
#[derive(Serialize, ToSchema)]
pub struct AgendaItemView {
    /// What it is about; an order is given in these.
    #[schema(example = "task:01890000-0000-7000-8000-000000000000")]
    pub key: String,
    /// None before the meeting is opened.
    pub id: Option<Uuid>,
    pub title: String,
    pub task_id: Option<Uuid>,
    pub number: Option<String>,
    pub unit: Option<String>,
    /// The unit, to be proposed as the owner of what is resolved.
    pub unit_id: Option<Uuid>,
    pub state_label: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub sources: Vec<SourceView>,
    /// A closure that this meeting may ratify.
    pub is_closure: bool,
    /// The resolution it is left over from.
    pub left_over: Option<ResolutionView>,
    /// The slip it is about, where it is about one alone and the caller may open it.
    pub slip_id: Option<Uuid>,
    /// Why it is not to be heard.
    pub taken_out: Option<String>,
    pub revision: u32,
    /// noted, ratified or resolved.
    pub outcome: Option<String>,
    pub outcome_label: Option<String>,
    pub resolution: Option<ResolutionView>,
    /// What moved after the meeting, in words; none before it is over, where it is about no task, and of a closure that the meeting itself ratified.
    pub moved: Option<Vec<String>>,
}

/// A meeting.
#[derive(Serialize, ToSchema)]
pub struct MeetingView {
    pub id: Uuid,
    pub round_id: Uuid,
    pub kind: String,
    pub kind_label: String,
    pub state: String,
    pub state_label: String,
    pub title: String,
    pub at: DateTime<Utc>,
    pub place: String,
    pub body: String,
    pub chair: Option<MeetingNamed>,
    pub chair_name: Option<String>,
    pub attendees: Vec<MeetingNamed>,
    pub guests: Vec<String>,
    pub is_recorded: bool,
    /// Whether the agenda still follows the records.
    pub is_live: bool,
    pub is_open: bool,
    pub is_over: bool,
    pub opened_at: Option<DateTime<Utc>>,
    pub concluded_at: Option<DateTime<Utc>>,
    pub number: Option<String>,
    pub summary: Option<String>,
    pub items: Vec<AgendaItemView>,
    /// What was on the agenda and is not to be heard.
    pub taken_out: Vec<AgendaItemView>,
    pub open_actions: Vec<MeetingActionView>,
    pub version: i64,
}

/// What became of a ratification that a task refused.
#[derive(Serialize, ToSchema)]
pub struct RefusedItem {
    pub item: Uuid,
    #[schema(example = "这项已经办结")]
    pub reason: String,
}

/// A resolution as the store gives it.
pub(super) struct Source<'a> {
    pub(super) item: &'a Item,
    pub(super) words: &'a BTreeMap<Digest, String>,
    pub(super) names: &'a BTreeMap<Uuid, String>,
    pub(super) files: &'a [blobs::AttachmentRow],
    pub(super) reads: bool,
}

impl Source<'_> {
    pub(super) fn resolution(&self) -> Option<ResolutionView> {
        let resolution = self.item.resolution()?;
        let words = |digest: &Digest| {
            if self.reads { self.words.get(digest).cloned().unwrap_or_default() } else { KEPT.to_owned() }
        };
        let named = |id: Uuid| MeetingNamed { id, name: self.names.get(&id).cloned().unwrap_or_default() };
        let report = resolution.report.as_ref();
        let is_of = |f: &&blobs::AttachmentRow| {
            self.reads && report.is_some_and(|r| r.files.iter().any(|d| d.as_str() == f.blob_sha256))
        };
        Some(ResolutionView {
            id: self.item.id.0,
            text: words(&resolution.text),
            unit: resolution.unit.map(|u| named(u.0)),
            person: resolution.person.map(|p| named(p.0)),
            due_on: resolution.due_on,
            standing: resolution.standing.as_str().to_owned(),
            standing_label: resolution.standing.label().to_owned(),
            is_left: resolution.standing.is_left(),
            report: report.map(|r| words(&r.words)),
            reported_by: report.map(|r| named(r.by.0).name),
            reported_at: report.map(|r| r.at),
            files: self
                .files
                .iter()
                .filter(is_of)
                .map(|f| ReportFileView { id: f.id, filename: f.filename.clone(), media_type: f.media_type.clone() })
                .collect(),
            returned: resolution.returned.as_ref().map(words),
        })
    }
}

/// A resolution of another meeting than the one that is shown.
pub(super) fn of_loaded(loaded: &LoadedResolution, files: &[blobs::AttachmentRow]) -> Option<ResolutionView> {
    Source { item: &loaded.item, words: &loaded.words, names: &loaded.names, files, reads: loaded.reads }.resolution()
}

struct Seen<'a> {
    loaded: &'a LoadedMeeting,
    files: Vec<blobs::AttachmentRow>,
    units: BTreeMap<TaskId, Uuid>,
}

impl Seen<'_> {
    fn words(&self, digest: &Digest) -> String {
        self.loaded.words.get(digest).cloned().unwrap_or_default()
    }

    fn named(&self, id: Uuid) -> MeetingNamed {
        MeetingNamed { id, name: self.loaded.names.get(&id).cloned().unwrap_or_default() }
    }

    /// An item with the line it was made from, or a line that is no item yet.
    fn item(&self, line: Option<&Line>, item: Option<&Item>) -> AgendaItemView {
        let key = item.map(|i| i.key.clone()).or(line.map(|l| l.key.clone())).unwrap_or_default();
        let id = item.and_then(|i| i.task).or(line.and_then(|l| l.task));
        let task = id.and_then(|t| self.loaded.tasks.get(&t));
        let reads = id.is_none() || task.is_some_and(|t| t.reads_content);
        let left = item.and_then(|i| i.left_over).or(line.and_then(|l| l.left_over));
        let left_over = left
            .and_then(|i: ItemId| self.loaded.left_over.get(&i))
            .and_then(|r| Source { item: &r.item, words: &r.words, names: &r.names, files: &[], reads }.resolution());
        let slip = item.and_then(|i| i.slip).or(line.and_then(|l| l.slip));
        let slip = slip.and_then(|id| Some((id, self.loaded.slips.get(&id)?)));
        let by_hand = item.and_then(|i| i.title.as_ref()).or(line.and_then(|l| l.title.as_ref()));
        let title = match (by_hand, &left_over, &slip) {
            (Some(digest), _, _) => self.words(digest),
            (None, Some(left), _) => left.text.clone(),
            (None, None, Some((_, slip))) => slip.name.clone(),
            (None, None, None) => task.map(|t| t.title.clone()).unwrap_or_else(|| KEPT.to_owned()),
        };
        let sources = line.map(|l| l.sources.as_slice()).unwrap_or_default();
        let source = |(source, why): &(domain::meeting::state::Source, String)| SourceView {
            source: source.as_str().to_owned(),
            label: source.label().to_owned(),
            why: if reads { why.clone() } else { String::new() },
        };
        let outcome = item.and_then(|i| i.outcome.as_ref());
        let resolution = item.and_then(|item| {
            let (words, names) = (&self.loaded.words, &self.loaded.names);
            Source { item, words, names, files: &self.files, reads }.resolution()
        });
        let (outcome, outcome_label) = match outcome {
            None => (None, None),
            Some(Outcome::Noted) => (Some("noted"), Some("知悉")),
            Some(Outcome::Ratified) => (Some("ratified"), Some("同意销号")),
            Some(Outcome::Resolved(_)) => (Some("resolved"), Some("已议定")),
        };
        let is_followed = self.loaded.meeting.state == MeetingState::Concluded
            && item.is_some_and(|i| i.outcome != Some(Outcome::Ratified));
        AgendaItemView {
            key,
            id: item.map(|i| i.id.0),
            title,
            task_id: task.map(|t| t.id),
            number: task.map(|t| t.number.clone()),
            unit: task.and_then(|t| t.unit.clone()).or(slip.map(|(_, s)| s.unit_name.clone())),
            unit_id: id.and_then(|t| self.units.get(&t)).copied().or(slip.map(|(_, s)| s.unit)),
            slip_id: slip.filter(|(_, s)| s.opens).map(|(id, _)| id.0),
            state_label: task
                .and_then(|t| domain::task::state::TaskState::parse(&t.state))
                .map(|s| s.label().to_owned()),
            due_on: task.and_then(|t| t.due_on),
            sources: sources.iter().map(source).collect(),
            is_closure: item.map_or(line.is_some_and(|l| l.request.is_some()), |i| i.request.is_some()),
            left_over,
            taken_out: line.and_then(|l| l.taken_out.as_ref()).map(|d| self.words(d)),
            revision: item.map_or(0, |i| i.revision),
            outcome: outcome.map(str::to_owned),
            outcome_label: outcome_label.map(str::to_owned),
            moved: id.filter(|_| is_followed && task.is_some()).map(|task| self.moved(task, resolution.as_ref())),
            resolution,
        }
    }

    fn moved(&self, task: TaskId, resolution: Option<&ResolutionView>) -> Vec<String> {
        let moves = self.loaded.moves.get(&task).map(Vec::as_slice).unwrap_or_default();
        let mut said: Vec<String> = moves
            .iter()
            .map(|(label, n)| if *n > 1 { format!("{label} {n} 次") } else { (*label).to_owned() })
            .collect();
        said.extend(resolution.filter(|r| r.report.is_some()).map(|r| format!("议定事项{}", r.standing_label)));
        said
    }
}

/// A meeting as the caller sees it.
pub(crate) fn load(
    conn: &mut PgConnection,
    actor: &Actor,
    id: MeetingId,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<MeetingView, persistence::Error> {
    let loaded = meetings::find(conn, actor, id, calendar, now)?;
    let tasks: Vec<Uuid> = loaded.tasks.keys().map(|t| t.0).collect();
    let seen = Seen {
        files: blobs::of_subject(conn, blobs::Subject::Meeting(id.0))?,
        units: persistence::tasks::lead_units(conn, &tasks)?,
        loaded: &loaded,
    };
    let meeting: &Meeting = &loaded.meeting;
    let lines: BTreeMap<&str, &Line> = loaded.lines.iter().map(|l| (l.key.as_str(), l)).collect();
    let items = if meeting.opened_at.is_some() {
        meeting.items.iter().map(|i| seen.item(lines.get(i.key.as_str()).copied(), Some(i))).collect()
    } else {
        loaded.lines.iter().filter(|l| l.taken_out.is_none()).map(|l| seen.item(Some(l), None)).collect()
    };
    Ok(MeetingView {
        id: id.0,
        round_id: meeting.round.0,
        kind: meeting.kind.as_str().to_owned(),
        kind_label: meeting.kind.label().to_owned(),
        state: meeting.state.as_str().to_owned(),
        state_label: meeting.state.label().to_owned(),
        title: loaded.brief.title.clone(),
        at: meeting.at,
        place: loaded.brief.place.clone(),
        body: loaded.brief.body.clone(),
        chair: meeting.chair.map(|p| seen.named(p.0)),
        chair_name: loaded.brief.chair.clone(),
        attendees: meeting.attendees.iter().map(|p| seen.named(p.0)).collect(),
        guests: loaded.brief.guests.clone(),
        is_recorded: meeting.is_recorded,
        is_live: meeting.state == MeetingState::Scheduled,
        is_open: meeting.state == MeetingState::Open,
        is_over: matches!(meeting.state, MeetingState::Concluded | MeetingState::Cancelled),
        opened_at: meeting.opened_at,
        concluded_at: meeting.concluded_at,
        number: meeting.number.clone(),
        summary: meeting.summary.as_ref().map(|d| seen.words(d)),
        items,
        taken_out: loaded.lines.iter().filter(|l| l.taken_out.is_some()).map(|l| seen.item(Some(l), None)).collect(),
        open_actions: actions(meeting::open_actions(actor, meeting)),
        version: meeting.version,
    })
}
