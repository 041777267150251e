//! Findings that are alike: what came back, what the whole group has, what is another matter; and one matter through the years (docs/domain.md §39).

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar;
use domain::ids::{FindingId, RoundId};
use domain::recurrence::{Verdict, years_between};
use domain::task::state::TaskState;
use persistence::recurrence::{self, Known, Likeness, Proposal, Unjudged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Body, Caller};
use crate::problem::Problem;

/// A finding beside another.
#[derive(Serialize, ToSchema)]
pub struct KnownFindingView {
    pub id: Uuid,
    pub round_id: Uuid,
    #[schema(example = "2025年巡察整改")]
    pub round_name: String,
    /// Of its round: by whom it was inspected.
    pub inspection_level: String,
    #[schema(example = "3.2.1")]
    pub number: String,
    /// What was found.
    pub body: String,
    /// What it was judged by then: the breached rule, as the feedback says it.
    pub basis: String,
    /// The day its round was fed back.
    pub found_on: Option<NaiveDate>,
    /// Names of the lead units of its tasks.
    pub units: Vec<String>,
    /// How many tasks it has that are not withdrawn, and how many of them are closed.
    pub n_tasks: usize,
    pub n_closed: usize,
    /// The day the last of them was closed; none while one is open.
    pub closed_on: Option<NaiveDate>,
}

/// A finding that is like the one asked about.
#[derive(Serialize, ToSchema)]
pub struct ProposalView {
    pub finding: KnownFindingView,
    /// From 0 (nothing shared) to 1 (the same).
    #[schema(example = 0.42)]
    pub score: f32,
    /// The shared words that weigh most.
    pub words: Vec<String>,
    pub is_earlier: bool,
    pub is_same_unit: bool,
}

/// What was said of two findings.
#[derive(Serialize, ToSchema)]
pub struct FindingLinkView {
    pub id: Uuid,
    pub finding: KnownFindingView,
    #[schema(value_type = String, example = "recurrence")]
    pub verdict: Verdict,
    #[schema(example = "反弹回潮")]
    pub verdict_label: String,
    pub reason: String,
    /// As it was proposed: from 0 to 1.
    pub score: f32,
    pub words: Vec<String>,
    pub judged_by: String,
    pub judged_at: DateTime<Utc>,
}

/// What is alike, and what was said of it.
#[derive(Serialize, ToSchema)]
pub struct LikenessView {
    pub finding: KnownFindingView,
    /// Not yet judged, the most alike first; at most 12.
    pub proposals: Vec<ProposalView>,
    pub links: Vec<FindingLinkView>,
    pub may_judge: bool,
    /// How often the matter was found; 1 where nothing was linked as come back.
    pub n_found: i64,
    /// For how many whole years it is known; 0 where nothing was linked as come back.
    pub years_open: i64,
    /// The same matter through the years as far as the caller works for its rounds, the earliest first.
    pub lineage: Vec<KnownFindingView>,
}

/// What two findings are to each other.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgeFindings {
    pub other_id: Uuid,
    #[schema(value_type = String, example = "recurrence")]
    pub verdict: Verdict,
    /// Required where the two are said to be two matters.
    #[serde(default)]
    #[schema(example = "同一单位三年内再次被指出")]
    pub reason: String,
}

fn known(known: Known) -> KnownFindingView {
    let is_closed = |state: &String| TaskState::parse(state) == Some(TaskState::Closed);
    let n_closed = known.tasks.iter().filter(|(state, _)| is_closed(state)).count();
    let is_done = n_closed > 0 && n_closed == known.tasks.len();
    KnownFindingView {
        id: known.id.0,
        round_id: known.round.0,
        round_name: known.round_name,
        inspection_level: known.inspection_level,
        number: known.number,
        body: known.body,
        basis: known.basis,
        found_on: known.found_on,
        units: known.units.into_values().collect(),
        n_tasks: known.tasks.len(),
        n_closed,
        closed_on: if is_done { known.tasks.iter().filter_map(|(_, on)| *on).max() } else { None },
    }
}

fn proposal(found: Proposal) -> ProposalView {
    ProposalView {
        finding: known(found.known),
        score: found.score,
        words: found.words,
        is_earlier: found.is_earlier,
        is_same_unit: found.is_same_unit,
    }
}

fn view(found: Likeness, today: NaiveDate) -> LikenessView {
    LikenessView {
        n_found: found.recurrence.n,
        years_open: found.recurrence.first_on.map_or(0, |first| years_between(first, today)),
        lineage: found.lineage.into_iter().map(known).collect(),
        finding: known(found.finding),
        proposals: found.proposals.into_iter().map(proposal).collect(),
        links: found
            .links
            .into_iter()
            .map(|l| FindingLinkView {
                id: l.id,
                finding: known(l.other),
                verdict: l.verdict,
                verdict_label: l.verdict.label().to_owned(),
                reason: l.reason,
                score: l.score,
                words: l.words,
                judged_by: l.judged_by,
                judged_at: l.judged_at,
            })
            .collect(),
        may_judge: found.may_judge,
    }
}

async fn look(caller: &Caller, app: &App, id: FindingId) -> Result<LikenessView, Problem> {
    let (actor, memory) = (caller.origin.actor.clone(), app.findings.clone());
    let today = calendar::today(caller.origin.now);
    let found = app.db.read(&caller.origin.actor, move |conn| recurrence::alike(conn, &memory, &actor, id)).await?;
    Ok(view(found, today))
}

/// Find what is like a finding.
///
/// Among all rounds that the caller works for; each with the words the likeness rests on. What was judged already is not proposed again.
#[utoipa::path(tag = "findings", params(("id" = Uuid, Path)), responses((status = 200, body = LikenessView)))]
#[get("/findings/{id}/alike")]
pub async fn find_alike(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(look(&caller, &app, FindingId(*id)).await?))
}

/// A finding that is like earlier ones.
#[derive(Serialize, ToSchema)]
pub struct UnjudgedView {
    pub finding: KnownFindingView,
    /// Its first task, on whose page it is judged; none where it has none.
    pub task_id: Option<Uuid>,
    /// How many earlier ones nothing was said of yet.
    #[schema(example = 1)]
    pub n: usize,
    /// The one most alike.
    pub nearest: ProposalView,
}

/// List findings of a round that are like earlier ones, nothing said of them yet.
///
/// The most alike first, two hundred at most; for who supervises the round.
#[utoipa::path(tag = "findings", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<UnjudgedView>)))]
#[get("/rounds/{id}/alike")]
pub async fn list_unjudged(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (actor, memory) = (caller.origin.actor.clone(), app.findings.clone());
    let found = app
        .db
        .read(&caller.origin.actor, move |conn| recurrence::unjudged(conn, &memory, &actor, RoundId(*id)))
        .await?;
    let view =
        |u: Unjudged| UnjudgedView { finding: known(u.finding), task_id: u.task, n: u.n, nearest: proposal(u.nearest) };
    Ok(HttpResponse::Ok().json(found.into_iter().map(view).collect::<Vec<_>>()))
}

/// Say what two findings are to each other.
///
/// `recurrence` (the same matter again, found earlier in another round), `common` (a matter of more than one unit), `dismissed` (two matters).
#[utoipa::path(tag = "findings", request_body = JudgeFindings, params(("id" = Uuid, Path)), responses((status = 200, body = LikenessView)))]
#[post("/findings/{id}/alike")]
pub async fn judge_alike(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    body: Body<JudgeFindings>,
) -> Result<HttpResponse, Problem> {
    let (origin, memory, form, id) = (caller.origin.clone(), app.findings.clone(), body.0, FindingId(*id));
    app.db
        .write(&caller.origin.actor, move |conn| {
            let other = FindingId(form.other_id);
            recurrence::judge(conn, &memory, &origin, id, other, form.verdict, &form.reason)
        })
        .await?;
    Ok(HttpResponse::Ok().json(look(&caller, &app, id).await?))
}
