//! What an opinion shows: its words, who wrote it as far as the caller is shown that, where it stands and what was answered.

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{OpinionId, PersonId};
use domain::opinion::state::{Answer, OpinionState};
use persistence::blobs::{self, AttachmentRow};
use persistence::opinions::{self, OpinionLine};
use persistence::{Origin, PgConnection};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::task_view::Named;

/// The opinions of a round.
#[derive(Serialize, ToSchema)]
pub struct OpinionList {
    /// Whether the caller enters what came in another way than by the open page.
    pub can_enter: bool,
    pub items: Vec<OpinionView>,
}

/// Something the caller may do with an opinion.
#[derive(Serialize, ToSchema)]
pub struct OpinionActionView {
    #[schema(example = "answer_opinion")]
    pub action: String,
    #[schema(example = "拟答复")]
    pub label: String,
}

/// A file that came with an opinion.
#[derive(Serialize, ToSchema)]
pub struct OpinionFileView {
    pub id: Uuid,
    pub filename: String,
    pub media_type: String,
}

/// What the review of an answer came to.
#[derive(Serialize, ToSchema)]
pub struct OpinionReviewView {
    pub is_approved: bool,
    pub words: Option<String>,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub struct OpinionAnswerView {
    pub words: String,
    pub by: Named,
    pub at: DateTime<Utc>,
    pub review: Option<OpinionReviewView>,
}

/// The task an opinion was found true of.
#[derive(Serialize, ToSchema)]
pub struct OpinionTaskView {
    pub id: Uuid,
    pub number: String,
    pub title: String,
    pub state_label: String,
    /// It is closed and was not reopened since: to reopen it is proposed.
    pub is_to_reopen: bool,
    /// The caller may reopen it, on its own page.
    pub may_reopen: bool,
    pub is_reopened: bool,
}

/// Whether an opinion holds true.
#[derive(Serialize, ToSchema)]
pub struct JudgementView {
    pub holds_true: bool,
    pub words: Option<String>,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// An opinion.
#[derive(Serialize, ToSchema)]
pub struct OpinionView {
    pub id: Uuid,
    pub round_id: Uuid,
    pub channel: String,
    #[schema(example = "公示网页")]
    pub channel_label: String,
    pub state: String,
    #[schema(example = "办理中")]
    pub state_label: String,
    pub is_open: bool,
    pub is_overdue: bool,
    /// The publication it is about.
    pub publication_id: Option<Uuid>,
    pub publication: Option<String>,
    pub received_on: NaiveDate,
    pub received_at: DateTime<Utc>,
    pub text: String,
    /// None where it has no name, or where the caller is not shown it.
    pub name: Option<String>,
    pub contact: Option<String>,
    /// It has a name that the caller is not shown.
    pub hides_writer: bool,
    /// How many files came with it.
    pub n_files: usize,
    /// Those files; of a list, none.
    pub files: Vec<OpinionFileView>,
    pub entered_by: Option<Named>,
    pub due_on: NaiveDate,
    /// Working days until then; negative when it is past, none once it is over.
    pub working_days_left: Option<i64>,
    pub unit: Option<Named>,
    /// Oldest first.
    pub answers: Vec<OpinionAnswerView>,
    pub judgement: Option<JudgementView>,
    pub task: Option<OpinionTaskView>,
    /// Why nothing is done about it.
    pub set_aside: Option<String>,
    pub settled_at: Option<DateTime<Utc>>,
    pub open_actions: Vec<OpinionActionView>,
    pub version: i64,
}

/// Who reads, and when.
pub(crate) struct Reader<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) calendar: &'a Calendar,
    pub(crate) now: DateTime<Utc>,
}

impl Reader<'_> {
    pub(super) fn view(&self, line: &OpinionLine, files: Vec<AttachmentRow>) -> OpinionView {
        let of = &line.opinion;
        let today = calendar::today(self.now);
        let named = |id: Uuid| Named { id, name: line.names.get(&id).cloned().unwrap_or_default() };
        let person = |p: PersonId| named(p.0);
        let words = |d: &Digest| line.words.get(d).cloned();
        let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        let answer = |a: &Answer| OpinionAnswerView {
            words: words(&a.words).unwrap_or_default(),
            by: person(a.by),
            at: a.at,
            review: a.review.as_ref().map(|r| OpinionReviewView {
                is_approved: r.is_approved,
                words: r.words.as_ref().and_then(words),
                by: person(r.by),
                at: r.at,
            }),
        };
        OpinionView {
            id: of.id.0,
            round_id: of.round.0,
            channel: of.channel.as_str().to_owned(),
            channel_label: of.channel.label().to_owned(),
            state: of.state.as_str().to_owned(),
            state_label: OpinionState::label(of.state).to_owned(),
            is_open: of.is_open(),
            is_overdue: of.is_overdue(today),
            publication_id: of.publication.map(|p| p.0),
            publication: line.about.clone(),
            received_on: of.received_on,
            received_at: of.received_at,
            text: line.text.clone(),
            name: line.writer.as_ref().and_then(|w| given(&w.name)),
            contact: line.writer.as_ref().and_then(|w| given(&w.contact)),
            hides_writer: line.hides_writer,
            n_files: of.files.len(),
            files: files
                .into_iter()
                .map(|f| OpinionFileView { id: f.id, filename: f.filename, media_type: f.media_type })
                .collect(),
            entered_by: of.entered_by.map(person),
            due_on: of.due_on,
            working_days_left: of.is_open().then(|| self.calendar.working_days_between(today, of.due_on)),
            unit: of.unit.map(|u| named(u.0)),
            answers: of.answers.iter().map(answer).collect(),
            judgement: of.judgement.as_ref().map(|j| JudgementView {
                holds_true: j.holds_true,
                words: j.words.as_ref().and_then(words),
                by: person(j.by),
                at: j.at,
            }),
            task: line.task.as_ref().map(|t| OpinionTaskView {
                id: t.id.0,
                number: t.number.clone(),
                title: t.title.clone(),
                state_label: t.state_label.to_owned(),
                is_to_reopen: t.is_to_reopen,
                may_reopen: t.may_reopen,
                is_reopened: t.is_reopened,
            }),
            set_aside: of.set_aside.as_ref().and_then(words),
            settled_at: of.settled_at,
            open_actions: line
                .open_actions(self.actor, self.calendar, self.now)
                .into_iter()
                .map(|a| OpinionActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
                .collect(),
            version: of.version,
        }
    }
}

/// An opinion as the caller sees it, with its files.
pub(super) fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: OpinionId,
    calendar: &Calendar,
) -> Result<OpinionView, persistence::Error> {
    let line = opinions::find(conn, &origin.actor, id, origin.now)?;
    let files = blobs::of_subject(conn, blobs::Subject::Opinion(id.0))?;
    Ok(Reader { actor: &origin.actor, calendar, now: origin.now }.view(&line, files))
}
