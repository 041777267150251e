//! How much waits for the caller in each round he has something to do with, so that what waits in one is seen from another.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use domain::ids::RoundId;
use persistence::rounds;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::Problem;
use crate::todo;

/// So many rounds are looked through at most, the newest first.
const MOST: usize = 12;

/// What waits for the caller in a round.
#[derive(Serialize, ToSchema)]
pub struct RoundTodo {
    pub round_id: Uuid,
    #[schema(example = "2026年巡察反馈问题整改")]
    pub name: String,
    /// Things to do in it; what is of no round is not among them.
    pub count: usize,
    /// Those whose time is over.
    pub overdue: usize,
}

/// Count what waits for the caller in each of his rounds; one in which nothing waits is left out.
#[utoipa::path(tag = "todo", responses((status = 200, body = Vec<RoundTodo>)))]
#[get("/me/todo")]
pub async fn count_todo(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let counts = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let mut counts = Vec::new();
            for round in rounds::list(conn, &origin.actor)?.into_iter().take(MOST) {
                let list = todo::whole(conn, &origin, RoundId(round.id), &calendar)?;
                let of_round: Vec<_> = list.items.iter().filter(|item| item.handover_id.is_none()).collect();
                if of_round.is_empty() {
                    continue;
                }
                let overdue = of_round.iter().filter(|item| item.group == "overdue").count();
                counts.push(RoundTodo { round_id: round.id, name: round.name, count: of_round.len(), overdue });
            }
            Ok(counts)
        })
        .await?;
    Ok(HttpResponse::Ok().json(counts))
}
