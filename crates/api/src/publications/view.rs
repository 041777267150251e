//! What a publication shows: where it stands, its words beside those of the records, its figures, who signed it, and the text that goes out.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::chain::Digest;
use domain::ids::{PersonId, PublicationId, RoundId};
use domain::publication::copy::{self, PublicCopy};
use domain::publication::guard::Hit;
use domain::publication::rules::Contact;
use domain::publication::state::{Figures, Item, ItemText, ItemWords, Publication, PublicationState};
use domain::publication::{PublicationAction, PublicationContent, SignedItem, signable_for};
use domain::sign_request::{RequestState, SignRequest, Verdict};
use persistence::blobs;
use persistence::publications::{self, LoadedPublication, PublicationLine};
use persistence::{Origin, PgConnection};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::task_view::{Named, SigningView, signing_of};

/// Something the caller may do with a publication.
#[derive(Serialize, ToSchema)]
pub struct PublicationActionView {
    #[schema(example = "sign_publication")]
    pub action: String,
    #[schema(example = "审签")]
    pub label: String,
}

/// One line of a list of publications.
#[derive(Serialize, ToSchema)]
pub struct PublicationLineView {
    pub id: Uuid,
    pub kind: String,
    #[schema(example = "整改进展情况通报")]
    pub kind_label: String,
    pub title: String,
    pub state: String,
    #[schema(example = "公示中")]
    pub state_label: String,
    /// The period it is about.
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub n_items: usize,
    pub opens_page: bool,
    /// The days it is shown, once it is published.
    pub published_on: Option<NaiveDate>,
    pub until_on: Option<NaiveDate>,
    /// Its number on the open page.
    pub notice: Option<i64>,
    /// Whom its signing waits for.
    pub waits_for: Option<String>,
    pub drafted_at: DateTime<Utc>,
    pub open_actions: Vec<PublicationActionView>,
    pub version: i64,
}

/// Something of an item that is not published.
#[derive(Serialize, ToSchema)]
pub struct ExemptionView {
    pub ground: String,
    pub ground_label: String,
    pub word: String,
    pub reason: String,
    pub approver: Named,
}

/// A word that stands where it may not.
#[derive(Serialize, ToSchema)]
pub struct HitView {
    /// The item; none beside the items.
    pub item: Option<Uuid>,
    #[schema(example = "outcome")]
    pub place: String,
    pub place_label: String,
    #[schema(example = "豁免内容")]
    pub kind_label: String,
    pub word: String,
    pub remedy: String,
}

/// What the records say of a task now.
#[derive(Serialize, ToSchema)]
pub struct InternalView {
    pub number: String,
    pub state_label: String,
    #[schema(inline)]
    pub text: ItemText,
}

/// An item.
#[derive(Serialize, ToSchema)]
pub struct PublicationItemView {
    pub id: Uuid,
    pub task: Uuid,
    pub revision: u32,
    #[schema(inline)]
    pub text: ItemText,
    pub exemptions: Vec<ExemptionView>,
    /// None for who does not see the task.
    pub internal: Option<InternalView>,
    /// It became a sensitive matter, or was withdrawn.
    pub is_barred: bool,
}

/// A publication.
#[derive(Serialize, ToSchema)]
pub struct PublicationView {
    pub round_id: Uuid,
    #[serde(flatten)]
    pub line: PublicationLineView,
    /// How often the words beside the items were written.
    pub head_revision: u32,
    pub lead: String,
    pub next: String,
    #[schema(inline)]
    pub contact: Contact,
    pub working_days: u16,
    pub secrecy_reviewer: Option<Named>,
    /// Whether the round has an open page.
    pub may_open_page: bool,
    pub items: Vec<PublicationItemView>,
    // As of now, or frozen with what was signed.
    #[schema(inline)]
    pub figures: Figures,
    /// The same in sentences.
    pub sentences: Vec<String>,
    /// What stands where it may not.
    pub hits: Vec<HitView>,
    /// The text that goes out, to be copied into the OA.
    pub plain_text: String,
    pub drafted_by: Named,
    pub request: Option<SigningView>,
    /// Why a signer returned it last.
    pub returned: Option<String>,
    /// Whom the caller can sign for now, beside himself.
    pub signs_for: Vec<Named>,
    pub objections: Vec<String>,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
    /// The publication it puts right, and the one that puts it right.
    pub corrects: Option<Uuid>,
    pub correction: Option<Uuid>,
    /// Opinions received and answered.
    pub n_opinions: i64,
    pub n_answered: i64,
}

/// Who reads, and when.
pub(crate) struct Reader<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) calendar: &'a Calendar,
    pub(crate) now: DateTime<Utc>,
}

impl Reader<'_> {
    /// A line of a list.
    pub(crate) fn line(&self, line: &PublicationLine) -> PublicationLineView {
        let of = &line.publication;
        let waits = of.request().filter(|r| r.is_open());
        let waits = waits.and_then(|r| r.current_step().map(|i| r.chain[i].label.clone()));
        // The clock may not have looked yet.
        let is_over = of.state == PublicationState::Published && !of.is_shown(calendar::today(self.now));
        let state = if is_over { PublicationState::Ended } else { of.state };
        PublicationLineView {
            id: of.id.0,
            kind: of.kind.as_str().to_owned(),
            kind_label: of.kind.label().to_owned(),
            title: line.title.clone(),
            state: state.as_str().to_owned(),
            state_label: state.label().to_owned(),
            from_on: of.from_on,
            to_on: of.to_on,
            n_items: of.items.len(),
            opens_page: of.setting.opens_page,
            published_on: of.published.as_ref().map(|p| p.on),
            until_on: of.published.as_ref().map(|p| p.until),
            notice: line.notice,
            waits_for: waits,
            drafted_at: of.drafted_at,
            open_actions: line
                .open_actions(self.actor, self.calendar, self.now)
                .into_iter()
                .map(|a: PublicationAction| PublicationActionView {
                    action: a.as_str().to_owned(),
                    label: a.label().to_owned(),
                })
                .collect(),
            version: of.version,
        }
    }
}

fn hit(hit: &Hit) -> HitView {
    HitView {
        item: hit.item.map(|i| i.0),
        place: hit.place.as_str().to_owned(),
        place_label: hit.place.label().to_owned(),
        kind_label: hit.kind.label().to_owned(),
        word: hit.word.clone(),
        remedy: hit.kind.remedy().to_owned(),
    }
}

struct Seen<'a>(&'a LoadedPublication);

impl Seen<'_> {
    fn person(&self, person: PersonId) -> Named {
        Named { id: person.0, name: self.0.names.get(&person.0).cloned().unwrap_or_default() }
    }

    fn words(&self, digest: &Digest) -> Option<String> {
        self.0.words.get(digest).cloned()
    }

    fn items(&self, publication: &Publication) -> Vec<PublicationItemView> {
        let facts = &self.0.line.facts;
        let words = |id| facts.items.get(id).cloned().unwrap_or_default();
        publication
            .items
            .iter()
            .map(|item| {
                let ItemWords { text, exemptions } = words(&item.id);
                PublicationItemView {
                    id: item.id.0,
                    task: item.task.0,
                    revision: item.revision,
                    text,
                    exemptions: exemptions
                        .into_iter()
                        .map(|e| ExemptionView {
                            ground: e.ground.as_str().to_owned(),
                            ground_label: e.ground.label().to_owned(),
                            word: e.word,
                            reason: e.reason,
                            approver: self.person(e.approver),
                        })
                        .collect(),
                    internal: self.0.internal.get(&item.task).map(|i| InternalView {
                        number: i.number.clone(),
                        state_label: i.state_label.to_owned(),
                        text: i.text.clone(),
                    }),
                    is_barred: facts.barred.contains(&item.task),
                }
            })
            .collect()
    }

    fn request(&self, request: &SignRequest, scans: &BTreeMap<String, Uuid>) -> SigningView {
        let name = |id: Uuid| Named { id, name: self.0.names.get(&id).cloned().unwrap_or_default() };
        signing_of(request, &name, &|d| self.words(d), scans)
    }

    /// Why the newest signing came back, while nobody has sent it again.
    fn returned(&self, publication: &Publication) -> Option<String> {
        let request = publication.request().filter(|r| r.state == RequestState::Returned)?;
        let signature = request.signatures.iter().rev().find(|s| s.verdict == Verdict::Return)?;
        self.words(signature.words.as_ref()?)
    }
}

/// What goes out, or would go out if it were published today.
fn outward(loaded: &LoadedPublication, calendar: &Calendar, today: NaiveDate) -> PublicCopy {
    let of = &loaded.line.publication;
    let facts = &loaded.line.facts;
    let until = calendar.add_working_days(today, i64::from(of.setting.working_days));
    let (from, until) = of.published.as_ref().map_or((today, until), |p| (p.on, p.until));
    match facts.signed.as_ref().filter(|_| of.state != PublicationState::Draft) {
        Some(content) => copy::of(content, from, until),
        None => {
            let item = |i: &Item| SignedItem {
                item: i.id,
                task: i.task,
                words: facts.items.get(&i.id).cloned().unwrap_or_default(),
            };
            let content = PublicationContent {
                round: of.round,
                kind: of.kind,
                from_on: of.from_on,
                to_on: of.to_on,
                head: facts.head.clone(),
                items: of.items.iter().map(item).collect(),
                figures: loaded.figures.clone(),
                setting: of.setting,
            };
            copy::of(&content, from, until)
        }
    }
}

/// The text of a publication that goes out, or would go out today, and its round.
///
/// Errors: `NotFound` for whom publications are not shown to.
pub(crate) fn text(
    conn: &mut PgConnection,
    origin: &Origin,
    id: PublicationId,
    calendar: &Calendar,
) -> Result<(PublicCopy, RoundId), persistence::Error> {
    let loaded = publications::find(conn, &origin.actor, id, origin.now)?;
    Ok((outward(&loaded, calendar, calendar::today(origin.now)), loaded.line.publication.round))
}

/// A publication as the caller sees it.
pub(super) fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: PublicationId,
    calendar: &Calendar,
) -> Result<PublicationView, persistence::Error> {
    let loaded = publications::find(conn, &origin.actor, id, origin.now)?;
    let files = blobs::of_subject(conn, blobs::Subject::Publication(id.0))?;
    let scans: BTreeMap<String, Uuid> = files.into_iter().map(|f| (f.blob_sha256, f.id)).collect();
    let reader = Reader { actor: &origin.actor, calendar, now: origin.now };
    let line = reader.line(&loaded.line);
    let of = &loaded.line.publication;
    let facts = &loaded.line.facts;
    let seen = Seen(&loaded);
    let signs_for = loaded.line.with_context(&origin.actor, calendar, origin.now, |ctx| signable_for(of, ctx));
    let text = outward(&loaded, calendar, calendar::today(origin.now));
    Ok(PublicationView {
        round_id: of.round.0,
        head_revision: of.head_revision,
        lead: facts.head.lead.clone(),
        next: facts.head.next.clone(),
        contact: facts.head.contact.clone(),
        working_days: of.setting.working_days,
        secrecy_reviewer: of.setting.secrecy_reviewer.map(|p| seen.person(p)),
        may_open_page: facts.policy.publication.reach == domain::publication::rules::Reach::Open,
        items: seen.items(of),
        sentences: text.figures.clone(),
        figures: loaded.figures.clone(),
        hits: loaded.hits.iter().map(hit).collect(),
        plain_text: copy::plain_text(&text),
        drafted_by: seen.person(of.drafted_by),
        request: of.request().map(|r| seen.request(r, &scans)),
        returned: seen.returned(of),
        signs_for: signs_for.into_iter().flatten().map(|p| seen.person(p)).collect(),
        objections: of.objections.iter().filter_map(|(_, reason)| seen.words(reason)).collect(),
        withdrawn: of.withdrawn.as_ref().and_then(|d| seen.words(d)),
        corrects: of.corrects.map(|p| p.0),
        correction: loaded.correction,
        n_opinions: loaded.n_received,
        n_answered: loaded.n_answered,
        line,
    })
}
