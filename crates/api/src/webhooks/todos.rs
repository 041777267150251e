//! What waits for people, as the systems that keep their lists are told of it (docs/domain.md §34).

use chrono::{DateTime, TimeDelta, Utc};
use domain::actor::{Actor, PersonActor};
use domain::calendar::{self, Calendar};
use domain::ids::RoundId;
use domain::webhook::HookStream;
use domain::webhook::todo::TodoTold;
use persistence::webhooks::{Lists, dispatch_todos};
use persistence::{Origin, PgConnection, rounds};
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;
use crate::todo::{self, TodoItem};
use crate::{live, provider};

/// One round of telling: whether there was anything to look at.
pub async fn turn(app: &App, now: DateTime<Utc>) -> Result<bool, Problem> {
    let calendar = app.calendar().await?;
    let site = app.settings.public_url.clone().unwrap_or_default();
    let looked = move |conn: &mut PgConnection| {
        let lists = Lists {
            concerns: live::concerns,
            list: |conn: &mut PgConnection, actor: &PersonActor| of_person(conn, actor, &site, &calendar, now),
        };
        dispatch_todos(conn, now, &lists)
    };
    Ok(app.db.write(&Actor::System, looked).await?)
}

/// What waits for somebody in all rounds he has something to do with: what `GET /rounds/{id}/todo` shows him.
pub fn of_person(
    conn: &mut PgConnection,
    actor: &PersonActor,
    site: &str,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Vec<TodoTold>, persistence::Error> {
    let actor = Actor::Person(Box::new(actor.clone()));
    let origin = Origin { actor: actor.clone(), ..Origin::system(now) };
    let mut holds = Vec::new();
    for round in rounds::list(conn, &actor)? {
        let id = RoundId(round.id);
        holds.extend(todo::whole(conn, &origin, id, calendar)?.items.iter().map(|item| told(item, id, site)));
    }
    Ok(holds)
}

/// What a line is about: the word, the noun, the id; the round where it is about several things or none.
fn subject(item: &TodoItem, round: RoundId) -> (&'static str, HookStream, Uuid) {
    let of = |id: Option<Uuid>, word, noun| id.map(|id| (word, noun, id));
    of(item.document_id, "document", HookStream::Document)
        .or(of(item.publication_id, "publication", HookStream::Publication))
        .or(of(item.handover_id, "handover", HookStream::Handover))
        .or(of(item.systemic_problem_id, "systemic", HookStream::SystemicProblem))
        .or(of(item.rule_id, "rule", HookStream::Rule))
        .or(of(item.appraisal_id, "appraisal", HookStream::Appraisal))
        .or(of(item.opinion_id, "opinion", HookStream::Opinion))
        .or(of(item.slip_id, "slip", HookStream::Slip))
        .or(of(item.check_id, "check", HookStream::Check))
        .or(of(item.meeting_id, "meeting", HookStream::Meeting))
        .or(of(item.resolution_id, "resolution", HookStream::Meeting))
        .or(of(item.task_id, "task", HookStream::Task))
        .unwrap_or(("round", HookStream::Task, round.0))
}

/// A line of a list as it is told. Its words are those of the product alone: no text and no title of anybody.
pub fn told(item: &TodoItem, round: RoundId, site: &str) -> TodoTold {
    let (word, stream, about) = subject(item, round);
    let mut id = format!("{}:{word}/{about}", item.action);
    for more in [item.part.map(|p| p.to_string()), item.week.clone()].into_iter().flatten() {
        id = format!("{id}/{more}");
    }
    let noun = match word {
        "handover" => "职务交接",
        "resolution" => "议定事项",
        "systemic" => "共性问题",
        "rule" => "制度建设",
        "appraisal" => "考评",
        _ if item.action.ends_with("_duty") => HookStream::PersonalDuty.label(),
        _ if item.action == "prepare_report" => HookStream::Document.label(),
        _ => stream.label(),
    };
    let act = provider::encode(&item.action);
    let path = match (item.action.as_str(), word) {
        ("submit_statement", _) => {
            item.week.as_ref().map_or_else(|| "/statements".to_owned(), |week| format!("/statements?week={week}"))
        }
        ("confirm_duty", _) => "/duties".to_owned(),
        ("record_duty", _) => "/duties/new".to_owned(),
        ("prepare_report", "round") => "/documents".to_owned(),
        ("issue", "round") => "/ledger?state=draft".to_owned(),
        (_, "round") => "/ledger".to_owned(),
        (_, "opinion") => format!("/opinions?id={about}&act={act}"),
        (_, "systemic") => format!("/systemic/{about}"),
        (_, "publication" | "slip" | "task") => format!("/{word}s/{about}?act={act}"),
        (_, other) => format!("/{other}s/{about}"),
    };
    TodoTold {
        id,
        kind: item.action.clone(),
        label: format!("{noun}：{}", item.verb),
        number: item.number.clone(),
        // Midnight ends the day before it.
        due_on: item.due_at.map(|at| calendar::today(at - TimeDelta::seconds(1))),
        link: format!("{}{path}", site.trim_end_matches('/')),
        subject: (word != "round").then_some(about),
    }
}
