//! What makes a closure worth a second look: for who is about to hand it in, and for who verifies it (docs/domain.md §40).

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use domain::ids::TaskId;
use domain::quality::{QualityRule, Signal};
use domain::rights;
use domain::task::context::subject;
use persistence::{Error, quality, tasks};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::Problem;

/// A signal; no verdict, and nothing is refused for it.
#[derive(Serialize, ToSchema)]
pub struct SignalView {
    #[schema(value_type = String, example = "criterion_vague")]
    pub rule: QualityRule,
    #[schema(example = "销号标准无法核验")]
    pub label: String,
    /// What it rests on.
    #[schema(example = "“管理水平明显提升”别人无法核验")]
    pub words: String,
}

impl From<Signal> for SignalView {
    fn from(signal: Signal) -> Self {
        Self { rule: signal.rule, label: signal.rule.label().to_owned(), words: signal.words() }
    }
}

/// List what makes the closure of a task worth a second look.
///
/// As of the day it was asked for, else of today. Nothing is refused for it.
#[utoipa::path(tag = "tasks", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<SignalView>)))]
#[get("/tasks/{id}/signals")]
pub async fn list_signals(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let found = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let loaded = tasks::find(conn, &origin.actor, TaskId(*id), origin.now)?;
            if !rights::reads_content(&origin.actor, &subject(&loaded.task, &loaded.facts)) {
                return Err(Error::NotFound);
            }
            let found = quality::of_tasks(conn, &origin.actor, &[loaded], origin.now)?;
            Ok(found.into_values().flatten().collect::<Vec<_>>())
        })
        .await?;
    Ok(HttpResponse::Ok().json(found.into_iter().map(SignalView::from).collect::<Vec<_>>()))
}
