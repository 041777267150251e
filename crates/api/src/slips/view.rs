//! What a slip shows: who it is addressed to, where it stands, who signed it, what was answered and what came of it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{PersonId, SlipId};
use domain::sign_request::{RequestState, SignRequest, Verdict};
use domain::slip::state::{Answer, BasisKind, Slip};
use domain::slip::{self, SlipAction};
use persistence::blobs::{self, AttachmentRow};
use persistence::slips::{self, LoadedSlip, SlipLine};
use persistence::{Origin, PgConnection};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::task_view::{Named, SigningView, signing_of};

/// Something the caller may do with a slip.
#[derive(Serialize, ToSchema)]
pub struct SlipActionView {
    #[schema(example = "answer_slip")]
    pub action: String,
    #[schema(example = "答复")]
    pub label: String,
    /// Somebody waits for it, so that it stands in the caller's list of things to do.
    pub is_waited_for: bool,
}

/// The task a slip is about.
#[derive(Serialize, ToSchema)]
pub struct SlipTaskView {
    pub id: Uuid,
    pub number: String,
    pub title: String,
}

/// One line of a list of slips.
#[derive(Serialize, ToSchema)]
pub struct SlipLineView {
    pub id: Uuid,
    pub level: String,
    /// What the round calls the level.
    pub level_label: String,
    /// None until it is issued.
    #[schema(example = "〔2026〕3号")]
    pub number: Option<String>,
    /// Level and number.
    #[schema(example = "督办通知单〔2026〕3号")]
    pub name: String,
    /// Its matter.
    pub title: String,
    pub state: String,
    pub state_label: String,
    pub urgency: String,
    pub urgency_label: String,
    /// Goes to the discipline commission; its unit learns nothing of it.
    pub is_referral: bool,
    /// Issued and not yet settled.
    pub is_open: bool,
    /// The unit owes an answer whose day is over.
    pub is_overdue: bool,
    pub unit: Named,
    pub task: Option<SlipTaskView>,
    pub due_on: Option<NaiveDate>,
    /// Working days until then; negative when it is past.
    pub working_days_left: Option<i64>,
    pub drafted_at: DateTime<Utc>,
    pub issued_at: Option<DateTime<Utc>>,
    pub open_actions: Vec<SlipActionView>,
    pub version: i64,
}

impl SlipLineView {
    /// Whether the caller can move its signing on.
    pub(super) fn is_to_sign(&self) -> bool {
        let signing = [SlipAction::Sign, SlipAction::RecordSignature, SlipAction::ConfirmSignature];
        self.open_actions.iter().any(|o| signing.iter().any(|a| a.as_str() == o.action))
    }
}

/// Another slip that this one has to do with.
#[derive(Serialize, ToSchema)]
pub struct SlipLinkView {
    pub id: Uuid,
    pub name: String,
}

/// That the unit signed for it.
#[derive(Serialize, ToSchema)]
pub struct ReceiptView {
    pub by: Named,
    pub at: DateTime<Utc>,
    /// Entered by the office for a unit without accounts.
    pub on_behalf: bool,
}

/// A file of an answer.
#[derive(Serialize, ToSchema)]
pub struct AnswerFileView {
    pub id: Uuid,
    pub filename: String,
    pub media_type: String,
}

/// What the review of an answer came to.
#[derive(Serialize, ToSchema)]
pub struct SlipReviewView {
    pub is_accepted: bool,
    pub words: Option<String>,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub struct SlipAnswerView {
    pub words: String,
    pub files: Vec<AnswerFileView>,
    pub by: Named,
    pub at: DateTime<Utc>,
    pub on_behalf: bool,
    pub review: Option<SlipReviewView>,
}

/// The record of an interview.
#[derive(Serialize, ToSchema)]
pub struct InterviewView {
    pub held_on: NaiveDate,
    pub attended: String,
    pub said: String,
    pub promised: String,
    pub promised_on: NaiveDate,
    /// What was promised is not done and its day is over.
    pub is_overdue: bool,
    pub by: Named,
    pub at: DateTime<Utc>,
    pub kept: Option<KeptView>,
}

/// That a promise was kept.
#[derive(Serialize, ToSchema)]
pub struct KeptView {
    pub words: String,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// The hand-over of a referral.
#[derive(Serialize, ToSchema)]
pub struct HandOverView {
    pub on: NaiveDate,
    pub document: String,
    pub by: Named,
}

/// A slip.
#[derive(Serialize, ToSchema)]
pub struct SlipView {
    pub round_id: Uuid,
    #[serde(flatten)]
    pub line: SlipLineView,
    pub basis_kind: String,
    pub basis_kind_label: String,
    pub basis_id: Option<Uuid>,
    pub basis: String,
    pub gap: String,
    pub asked: String,
    pub supporting: Vec<Named>,
    /// The day that was asked for when it was drafted.
    pub asked_due_on: Option<NaiveDate>,
    /// Working days the ladder gives where no day was asked for.
    pub answer_working_days: Option<u16>,
    pub receive_due_on: Option<NaiveDate>,
    pub drafted_by: Named,
    pub request: Option<SigningView>,
    /// Why a signer returned it last.
    pub returned: Option<String>,
    /// Whom the caller can sign for now, beside himself.
    pub signs_for: Vec<Named>,
    pub objections: Vec<String>,
    pub receipt: Option<ReceiptView>,
    /// Oldest first.
    pub answers: Vec<SlipAnswerView>,
    pub interview: Option<InterviewView>,
    pub hand_over: Option<HandOverView>,
    pub settled_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
    /// The slip it was raised from.
    pub lower: Option<SlipLinkView>,
    /// The slip it was raised to.
    pub higher: Option<SlipLinkView>,
    /// The higher one is in force and answered in its place.
    pub is_overtaken: bool,
    /// The level it can be raised to.
    pub next_level: Option<String>,
    /// The caller may know no more than that there is one.
    pub is_redacted: bool,
}

impl SlipView {
    /// Who gave the last signature of those that hold; blank where nobody has.
    pub(crate) fn signer(&self) -> String {
        let signed = self.request.as_ref().and_then(|r| r.signatures.iter().rev().find(|s| !s.is_void));
        signed.and_then(|s| s.person.as_ref()).map(|p| p.name.clone()).unwrap_or_default()
    }

    /// What was answered last.
    pub(crate) fn answered(&self) -> String {
        self.answers.last().map(|a| a.words.clone()).unwrap_or_default()
    }

    /// What the review of the last answer said.
    pub(crate) fn reviewed(&self) -> String {
        let review = self.answers.last().and_then(|a| a.review.as_ref());
        let said = |r: &SlipReviewView| if r.is_accepted { "同意" } else { "退回" }.to_owned();
        review.map(|r| r.words.clone().unwrap_or_else(|| said(r))).unwrap_or_default()
    }
}

/// Who reads, and when.
pub(crate) struct Reader<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) calendar: &'a Calendar,
    pub(crate) now: DateTime<Utc>,
}

impl Reader<'_> {
    /// A line of a list.
    pub(crate) fn line(&self, line: &SlipLine) -> SlipLineView {
        let slip = &line.slip;
        let today = calendar::today(self.now);
        let due_on = slip.due_on.or(slip.shape.due_on);
        let level_label = slip::level_name(slip.shape.level, &line.facts.policy).to_owned();
        SlipLineView {
            id: slip.id.0,
            level: slip.shape.level.as_str().to_owned(),
            level_label,
            number: slip.number.map(|n| n.to_string()),
            name: line.name(),
            title: line.title.clone(),
            state: slip.state.as_str().to_owned(),
            state_label: slip.state_label().to_owned(),
            urgency: slip.shape.urgency.as_str().to_owned(),
            urgency_label: slip.shape.urgency.label().to_owned(),
            is_referral: slip.shape.level.is_referral(),
            is_open: slip.is_open(),
            is_overdue: slip.is_overdue(today),
            unit: named(&line.names, slip.shape.unit.0),
            task: line.task.as_ref().map(|t| SlipTaskView {
                id: t.id.0,
                number: t.number.clone(),
                title: t.title.clone(),
            }),
            due_on,
            working_days_left: due_on
                .filter(|_| slip.is_open())
                .map(|due| self.calendar.working_days_between(today, due)),
            drafted_at: slip.drafted_at,
            issued_at: slip.issued_at,
            open_actions: line
                .open_actions(self.actor, self.calendar, self.now)
                .into_iter()
                .map(|a| SlipActionView {
                    action: a.as_str().to_owned(),
                    label: a.label().to_owned(),
                    is_waited_for: super::todo::is_waited_for(line, a, self.calendar, self.now),
                })
                .collect(),
            version: slip.version,
        }
    }
}

fn named(names: &BTreeMap<Uuid, String>, id: Uuid) -> Named {
    Named { id, name: names.get(&id).cloned().unwrap_or_default() }
}

struct Seen<'a> {
    loaded: &'a LoadedSlip,
    files: Vec<AttachmentRow>,
}

impl Seen<'_> {
    fn person(&self, person: PersonId) -> Named {
        named(&self.loaded.names, person.0)
    }

    fn words(&self, digest: &Digest) -> Option<String> {
        self.loaded.words.get(digest).cloned()
    }

    fn request(&self, request: &SignRequest) -> SigningView {
        let scans: BTreeMap<String, Uuid> =
            self.files.iter().filter(|f| f.purpose == blobs::SCAN).map(|f| (f.blob_sha256.clone(), f.id)).collect();
        signing_of(request, &|id| named(&self.loaded.names, id), &|d| self.words(d), &scans)
    }

    fn answer(&self, answer: &Answer) -> SlipAnswerView {
        let of = |d: &Digest| self.files.iter().find(|f| f.purpose != blobs::SCAN && f.blob_sha256 == d.as_str());
        let files = answer.files.iter().filter(|_| self.loaded.line.reads_content()).filter_map(of);
        SlipAnswerView {
            words: self.words(&answer.words).unwrap_or_default(),
            files: files
                .map(|f| AnswerFileView { id: f.id, filename: f.filename.clone(), media_type: f.media_type.clone() })
                .collect(),
            by: self.person(answer.by),
            at: answer.at,
            on_behalf: answer.on_behalf,
            review: answer.review.as_ref().map(|r| SlipReviewView {
                is_accepted: r.is_accepted,
                words: r.words.as_ref().and_then(|d| self.words(d)),
                by: self.person(r.by),
                at: r.at,
            }),
        }
    }

    fn interview(&self, slip: &Slip, today: NaiveDate) -> Option<InterviewView> {
        let held = slip.interview.as_ref()?;
        let text = self.loaded.interview.as_ref();
        Some(InterviewView {
            held_on: held.held_on,
            attended: text.map(|t| t.attended.clone()).unwrap_or_default(),
            said: text.map(|t| t.said.clone()).unwrap_or_default(),
            promised: text.map(|t| t.promised.clone()).unwrap_or_default(),
            promised_on: held.promised_on,
            is_overdue: held.kept.is_none() && held.promised_on < today,
            by: self.person(held.by),
            at: held.at,
            kept: held.kept.as_ref().map(|k| KeptView {
                words: self.words(&k.words).unwrap_or_default(),
                by: self.person(k.by),
                at: k.at,
            }),
        })
    }

    /// Why the newest signing came back, while nobody has sent it again.
    fn returned(&self, slip: &Slip) -> Option<String> {
        let request = slip.request().filter(|r| r.state == RequestState::Returned)?;
        let signature = request.signatures.iter().rev().find(|s| s.verdict == Verdict::Return)?;
        self.words(signature.words.as_ref()?)
    }
}

/// A slip as the caller sees it.
pub(crate) fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: SlipId,
    calendar: &Calendar,
) -> Result<SlipView, persistence::Error> {
    let loaded = slips::find(conn, &origin.actor, id, origin.now)?;
    let files = blobs::of_subject(conn, blobs::Subject::Slip(id.0))?;
    Ok(whole(&loaded, files, origin, calendar))
}

/// A slip with the files received for it, as the caller sees it.
pub(super) fn whole(loaded: &LoadedSlip, files: Vec<AttachmentRow>, origin: &Origin, calendar: &Calendar) -> SlipView {
    let reader = Reader { actor: &origin.actor, calendar, now: origin.now };
    let mut line = reader.line(&loaded.line);
    line.title.clone_from(&loaded.text.matter);
    let slip = &loaded.line.slip;
    let policy = &loaded.line.facts.policy;
    let seen = Seen { loaded, files };
    let link = |(id, name): &(SlipId, String)| SlipLinkView { id: id.0, name: name.clone() };
    let signs_for = loaded.line.with_context(&origin.actor, calendar, origin.now, |ctx| slip::signable_for(slip, ctx));
    let may_raise = line.open_actions.iter().any(|o| o.action == SlipAction::Raise.as_str());
    let next_level = slip::level_above(slip, policy).ok().filter(|_| may_raise).map(|rule| rule.name.clone());
    let rule = domain::slip::ladder::rule_of(&policy.slips, slip.shape.level);
    SlipView {
        round_id: slip.round.0,
        basis_kind: slip.shape.basis.kind.as_str().to_owned(),
        basis_kind_label: BasisKind::label(slip.shape.basis.kind).to_owned(),
        basis_id: slip.shape.basis.id,
        basis: loaded.text.basis.clone(),
        gap: loaded.text.gap.clone(),
        asked: loaded.text.asked.clone(),
        supporting: slip.shape.supporting.iter().map(|u| named(&loaded.names, u.0)).collect(),
        asked_due_on: slip.shape.due_on,
        answer_working_days: rule.map(|r| r.answer_working_days),
        receive_due_on: slip.receive_due_on,
        drafted_by: seen.person(slip.drafted_by),
        request: slip.request().map(|r| seen.request(r)),
        returned: seen.returned(slip),
        signs_for: signs_for.into_iter().flatten().map(|p| seen.person(p)).collect(),
        objections: slip.objections.iter().filter_map(|(_, reason)| seen.words(reason)).collect(),
        receipt: slip.receipt.map(|r| ReceiptView { by: seen.person(r.by), at: r.at, on_behalf: r.on_behalf }),
        answers: slip.answers.iter().map(|a| seen.answer(a)).collect(),
        interview: seen.interview(slip, calendar::today(origin.now)),
        hand_over: slip.hand_over.as_ref().map(|h| HandOverView {
            on: h.on,
            document: h.document.clone(),
            by: seen.person(h.by),
        }),
        settled_at: slip.settled_at,
        withdrawn: slip.withdrawn.as_ref().and_then(|d| seen.words(d)),
        lower: loaded.lower.as_ref().map(link),
        higher: loaded.higher.as_ref().map(link),
        is_overtaken: slip.overtaken_by.is_some(),
        next_level,
        is_redacted: !loaded.line.reads_content(),
        line,
    }
}
