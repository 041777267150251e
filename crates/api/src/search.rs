//! The search beside every page: tasks, units and people by a word or two characters of one.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use domain::ids::RoundId;
use domain::policy::AlertLevel;
use domain::refusal::{FieldError, Refusal};
use domain::task::state::{Sensitivity, TaskState};
use persistence::search;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// A task that was found.
#[derive(Serialize, ToSchema)]
pub struct TaskHit {
    pub id: Uuid,
    pub number: String,
    pub title: String,
    pub state_label: String,
    /// none, green, yellow or red.
    pub light: String,
    pub light_label: String,
    pub lead_unit: Option<String>,
}

/// A unit that was found.
#[derive(Serialize, ToSchema)]
pub struct UnitHit {
    pub id: Uuid,
    pub name: String,
    /// The unit above it.
    pub above: Option<String>,
}

/// A person who was found.
#[derive(Serialize, ToSchema)]
pub struct PersonHit {
    pub id: Uuid,
    pub name: String,
    /// Home unit and post.
    pub post: Option<String>,
    pub unit_id: Option<Uuid>,
    /// Whether he is a leader of a task of the round, so that the ledger can be narrowed to him.
    pub is_leader: bool,
}

/// A few of each kind.
#[derive(Serialize, ToSchema)]
pub struct SearchHits {
    pub tasks: Vec<TaskHit>,
    /// Whether the ledger has more tasks with this text.
    pub is_more: bool,
    pub units: Vec<UnitHit>,
    pub people: Vec<PersonHit>,
}

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// Two letters, digits or Chinese characters and more, up to 50; less finds nothing.
    #[param(example = "采购")]
    pub text: String,
}

/// Find tasks, units and people.
///
/// Tasks within the caller's sight, by number or words; words he may not read are not searched.
#[utoipa::path(tag = "search", params(("id" = Uuid, Path), SearchQuery), responses((status = 200, body = SearchHits)))]
#[get("/rounds/{id}/search")]
pub async fn find(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<SearchQuery>,
) -> Result<HttpResponse, Problem> {
    let text = query.0.text;
    if text.chars().count() > 50 {
        let fault = FieldError::with("/text", "too-long", json!({ "max": 50 }));
        return Err(Refusal::invalid("content", vec![fault]).into());
    }
    let origin = caller.origin.clone();
    let found = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::rounds::permit_sight(conn, &origin.actor, RoundId(*id))?;
            search::find(conn, &origin.actor, RoundId(*id), &text, domain::calendar::today(origin.now))
        })
        .await?;
    let tasks = found.tasks.into_iter().map(|t| TaskHit {
        title: if t.reads_content {
            t.title
        } else {
            Sensitivity::parse(&t.sensitivity).map_or("敏感事项", Sensitivity::label).to_owned()
        },
        state_label: TaskState::parse(&t.state).map_or("", TaskState::label).to_owned(),
        light_label: AlertLevel::parse(&t.alert_level).map_or("", AlertLevel::label).to_owned(),
        light: t.alert_level,
        id: t.id,
        number: t.number,
        lead_unit: t.lead_unit,
    });
    Ok(HttpResponse::Ok().json(SearchHits {
        tasks: tasks.collect(),
        is_more: found.is_more,
        units: found.units.into_iter().map(|u| UnitHit { id: u.id, name: u.name, above: u.place }).collect(),
        people: found
            .people
            .into_iter()
            .map(|p| PersonHit { id: p.id, name: p.name, post: p.place, unit_id: p.unit_id, is_leader: p.is_leader })
            .collect(),
    }))
}
