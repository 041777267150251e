//! Rounds: opened, dated, staffed, ruled, activated; the findings list by aspect.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get, post, put};
use chrono::NaiveDate;
use domain::actor::AssignmentKind;
use domain::ids::{PersonId, RoundId, UnitId};
use domain::pack::PackName;
use domain::policy::Policy;
use persistence::rounds::{self, GroupMember, RoundInput, RoundRow};
use persistence::{Error, PgConnection, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::auth;
use crate::extract::{Body, Caller, ExpectedVersion, IdempotencyKey};
use crate::problem::Problem;

/// What an office enters of a round.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundForm {
    #[schema(example = "2026-1")]
    pub code: String,
    #[schema(example = "2026年巡察反馈整改")]
    pub name: String,
    #[serde(default)]
    pub inspected_org: String,
    #[serde(default)]
    pub inspection_from_on: Option<NaiveDate>,
    #[serde(default)]
    pub inspection_to_on: Option<NaiveDate>,
    #[serde(default)]
    pub feedback_on: Option<NaiveDate>,
    #[serde(default)]
    pub feedback_document: String,
    /// When the Party committee approved the group's plan; from then on measures and leads are frozen.
    #[serde(default)]
    pub plan_approved_on: Option<NaiveDate>,
    #[serde(default)]
    pub plan_document: String,
    #[serde(default)]
    pub mobilised_on: Option<NaiveDate>,
    #[serde(default)]
    pub concentrated_until: Option<NaiveDate>,
    #[serde(default)]
    pub report_due_on: Option<NaiveDate>,
    #[serde(default)]
    #[schema(example = "8月上旬")]
    pub report_due_text: String,
}

impl From<RoundForm> for RoundInput {
    fn from(form: RoundForm) -> Self {
        Self {
            code: form.code.trim().to_owned(),
            name: form.name.trim().to_owned(),
            inspected_org: form.inspected_org,
            inspection_level: "enterprise".into(),
            inspection_from_on: form.inspection_from_on,
            inspection_to_on: form.inspection_to_on,
            feedback_on: form.feedback_on,
            feedback_document: form.feedback_document,
            plan_approved_on: form.plan_approved_on,
            plan_document: form.plan_document,
            mobilised_on: form.mobilised_on,
            concentrated_until: form.concentrated_until,
            report_due_on: form.report_due_on,
            report_due_text: form.report_due_text,
        }
    }
}

/// One of the leading group.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberView {
    pub person_id: Uuid,
    #[serde(default)]
    pub name: String,
    /// head, deputy or member.
    #[schema(example = "head")]
    pub post: String,
    #[serde(default)]
    pub is_principal: bool,
    #[serde(default)]
    pub is_second: bool,
}

/// One of the office or a team.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentView {
    pub person_id: Uuid,
    #[serde(default)]
    pub name: String,
    pub kind: AssignmentKind,
    /// Units a team covers; empty means every unit.
    #[serde(default)]
    pub unit_ids: Vec<Uuid>,
}

/// A round whole.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RoundView {
    pub id: Uuid,
    pub state: String,
    pub state_label: String,
    pub version: i64,
    pub form: RoundForm,
    pub group: Vec<GroupMemberView>,
    pub assignments: Vec<AssignmentView>,
    pub policy: Policy,
    pub policy_version: i32,
    pub policy_basis: String,
    /// The pack it was taken from; none where it was set by hand.
    #[serde(default)]
    pub policy_pack: Option<PackName>,
    /// Whether the caller is of the round's office.
    pub is_office: bool,
    /// Not yet started, and the caller may start it.
    pub can_activate: bool,
}

fn view(conn: &mut PgConnection, caller: &domain::actor::Actor, row: RoundRow) -> Result<RoundView, Error> {
    let id = RoundId(row.id);
    let is_office = domain::rights::permit_office(caller, id).is_ok();
    let (policy, policy_basis) = rounds::policy(conn, id, row.policy_version)?;
    let policy_pack = rounds::pack_of(conn, id, row.policy_version)?;
    let group = rounds::group(conn, id)?;
    let assignments = rounds::assignments(conn, id)?;
    Ok(RoundView {
        id: row.id,
        state_label: match row.state.as_str() {
            "active" => "进行中",
            "closed" => "已结束",
            _ => "筹备",
        }
        .to_owned(),
        can_activate: is_office && row.state == "draft",
        state: row.state,
        version: row.version,
        form: RoundForm {
            code: row.code,
            name: row.name,
            inspected_org: row.inspected_org,
            inspection_from_on: row.inspection_from_on,
            inspection_to_on: row.inspection_to_on,
            feedback_on: row.feedback_on,
            feedback_document: row.feedback_document,
            plan_approved_on: row.plan_approved_on,
            plan_document: row.plan_document,
            mobilised_on: row.mobilised_on,
            concentrated_until: row.concentrated_until,
            report_due_on: row.report_due_on,
            report_due_text: row.report_due_text,
        },
        group: group
            .into_iter()
            .map(|m| GroupMemberView {
                person_id: m.person.0,
                name: m.name,
                post: m.post,
                is_principal: m.is_principal,
                is_second: m.is_second,
            })
            .collect(),
        assignments: assignments
            .into_iter()
            .map(|a| AssignmentView {
                person_id: a.person.0,
                name: a.name,
                kind: a.kind,
                unit_ids: a.units.into_iter().map(|u| u.0).collect(),
            })
            .collect(),
        policy,
        policy_version: row.policy_version,
        policy_basis,
        policy_pack,
        is_office,
    })
}

fn reply(view: &RoundView) -> HttpResponse {
    HttpResponse::Ok().insert_header(("ETag", format!("\"{}\"", view.version))).json(view)
}

/// Open a round; who opens it is of its office.
#[utoipa::path(tag = "rounds", request_body = RoundForm, responses((status = 201, body = RoundView)))]
#[post("/rounds")]
pub async fn open_round(
    caller: Caller,
    app: Data<App>,
    key: IdempotencyKey,
    body: Body<RoundForm>,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let key = key.of(&body.0);
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            idempotency::once(conn, &origin, key.as_ref(), |conn| {
                let row = rounds::create(conn, &origin, body.0.clone().into())?;
                view(conn, &origin.actor, row)
            })
        })
        .await?;
    auth::forget();
    Ok(HttpResponse::Created().insert_header(("ETag", format!("\"{}\"", view.version))).json(view))
}

/// See a round.
#[utoipa::path(tag = "rounds", params(("id" = Uuid, Path)), responses((status = 200, body = RoundView)))]
#[get("/rounds/{id}")]
pub async fn get_round(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let view = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let row = rounds::find(conn, &actor, RoundId(*id))?;
            view(conn, &actor, row)
        })
        .await?;
    Ok(reply(&view))
}

pub(crate) async fn change(
    caller: Caller,
    app: Data<App>,
    run: impl FnOnce(&mut PgConnection, &persistence::Origin) -> Result<RoundRow, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let view = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let row = run(conn, &origin)?;
            view(conn, &origin.actor, row)
        })
        .await?;
    auth::forget();
    Ok(reply(&view))
}

/// Change names and dates of a round.
#[utoipa::path(tag = "rounds", request_body = RoundForm, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = RoundView)))]
#[put("/rounds/{id}")]
pub async fn change_round(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<RoundForm>,
) -> Result<HttpResponse, Problem> {
    change(caller, app, move |conn, origin| rounds::update(conn, origin, RoundId(*id), Some(version.0), body.0.into()))
        .await
}

/// The leading group, in order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetGroup {
    pub members: Vec<GroupMemberView>,
}

/// Set the leading group: one head, one principal.
#[utoipa::path(tag = "rounds", request_body = SetGroup, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = RoundView)))]
#[put("/rounds/{id}/group")]
pub async fn set_group(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<SetGroup>,
) -> Result<HttpResponse, Problem> {
    for (i, member) in body.0.members.iter().enumerate() {
        if !["head", "deputy", "member"].contains(&member.post.as_str()) {
            return Err(Problem::field(&format!("/members/{i}/post"), "wrong-type"));
        }
    }
    change(caller, app, move |conn, origin| {
        let members: Vec<GroupMember> = body
            .0
            .members
            .into_iter()
            .map(|m| GroupMember {
                person: PersonId(m.person_id),
                name: m.name,
                post: m.post,
                is_principal: m.is_principal,
                is_second: m.is_second,
            })
            .collect();
        rounds::set_group(conn, origin, RoundId(*id), Some(version.0), &members)
    })
    .await
}

/// Office and teams.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAssignments {
    pub assignments: Vec<AssignmentView>,
}

/// Set the office and the teams.
#[utoipa::path(tag = "rounds", request_body = SetAssignments, params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = RoundView)))]
#[put("/rounds/{id}/assignments")]
pub async fn set_assignments(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
    body: Body<SetAssignments>,
) -> Result<HttpResponse, Problem> {
    change(caller, app, move |conn, origin| {
        let assignments: Vec<_> = body
            .0
            .assignments
            .into_iter()
            .map(|a| (PersonId(a.person_id), a.kind, a.unit_ids.into_iter().map(UnitId).collect()))
            .collect();
        rounds::set_assignments(conn, origin, RoundId(*id), Some(version.0), &assignments)
    })
    .await
}

/// Activate a round: its findings freeze, its tasks may be issued.
#[utoipa::path(tag = "rounds", params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The ETag the decision rests on")), responses((status = 200, body = RoundView)))]
#[post("/rounds/{id}/activate")]
pub async fn activate_round(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    version: ExpectedVersion,
) -> Result<HttpResponse, Problem> {
    change(caller, app, move |conn, origin| rounds::activate(conn, origin, RoundId(*id), Some(version.0))).await
}

/// A finding with its tasks counted.
#[derive(Serialize, ToSchema)]
pub struct FindingView {
    pub id: Uuid,
    pub number: String,
    pub body: String,
    pub n_tasks: i64,
}

/// An aspect with its findings.
#[derive(Serialize, ToSchema)]
pub struct AspectView {
    pub id: Uuid,
    pub ordinal: i32,
    pub title: String,
    pub findings: Vec<FindingView>,
}

/// List aspects and findings, as far as the caller sees tasks of them.
#[utoipa::path(tag = "rounds", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<AspectView>)))]
#[get("/rounds/{id}/aspects")]
pub async fn list_aspects(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let rows = app.db.read(&caller.origin.actor, move |conn| rounds::aspects(conn, &actor, RoundId(*id))).await?;
    let views: Vec<AspectView> = rows
        .into_iter()
        .map(|a| AspectView {
            id: a.id.0,
            ordinal: a.ordinal,
            title: a.title,
            findings: a
                .findings
                .into_iter()
                .map(|f| FindingView { id: f.id.0, number: f.number, body: f.body, n_tasks: f.n_tasks })
                .collect(),
        })
        .collect();
    Ok(HttpResponse::Ok().json(views))
}
