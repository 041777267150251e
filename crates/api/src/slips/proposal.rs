//! What a new slip begins with: everything the product knows already, so that nothing is typed twice.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use domain::calendar;
use domain::ids::{CheckId, ItemId, RoundId, TaskId};
use domain::refusal::Refusal;
use domain::rights;
use domain::slip::state::BasisKind;
use domain::task::alert;
use persistence::meetings::{self, LoadedResolution};
use persistence::{checks, rounds, tasks};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::ledger::reason_texts;
use crate::problem::Problem;
use crate::task_view::Named;

/// What a slip is to be about.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ProposalQuery {
    pub task: Option<Uuid>,
    /// A check with a signed result at the task.
    pub check: Option<Uuid>,
    /// A resolution of a meeting, with its task or without.
    pub resolution: Option<Uuid>,
}

/// A level the caller may draft, with the day an answer would be due were it issued today.
#[derive(Serialize, ToSchema)]
pub struct LevelView {
    pub level: String,
    pub name: String,
    pub due_on: NaiveDate,
    pub answer_working_days: u16,
    pub is_referral: bool,
    /// Who signs it, in words.
    pub signers: Vec<String>,
}

/// What a slip begins with.
#[derive(Serialize, ToSchema)]
pub struct SlipProposal {
    /// From the lowest.
    pub levels: Vec<LevelView>,
    pub task_id: Option<Uuid>,
    pub task_number: Option<String>,
    pub matter: String,
    pub basis_kind: String,
    pub basis_id: Option<Uuid>,
    pub basis: String,
    pub gap: String,
    /// The unit addressed unless another is chosen.
    pub unit: Option<Uuid>,
    /// The units of the task; without a task any unit may be addressed.
    pub units: Vec<Named>,
}

/// A slip that asks for what a meeting resolved, in its words as far as they may be read.
fn rest_on(proposal: &mut SlipProposal, found: &LoadedResolution) {
    proposal.basis_kind = BasisKind::Meeting.as_str().to_owned();
    proposal.basis_id = Some(found.item.id.0);
    let number = found.number.as_deref().map(|n| format!("（{n}）")).unwrap_or_default();
    proposal.basis = format!("“{}”{number}议定事项", found.title);
    let text = found.words.get(&found.resolution.text).filter(|_| found.reads).cloned().unwrap_or_default();
    proposal.matter = text.chars().take(200).collect();
    let due = found.resolution.due_on.format("%-m月%-d日");
    proposal.gap = if text.is_empty() {
        String::new()
    } else {
        format!("会议议定：{text}；时限 {due}，{}", found.resolution.standing.label())
    };
}

/// Get what a new slip begins with: levels, unit, matter, basis and gap, as far as they are known.
#[utoipa::path(tag = "slips", params(("id" = Uuid, Path), ProposalQuery), responses((status = 200, body = SlipProposal)))]
#[get("/rounds/{id}/slip-proposal")]
pub async fn propose_slip(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<ProposalQuery>,
) -> Result<HttpResponse, Problem> {
    let days = app.calendar().await?;
    let origin = caller.origin.clone();
    let ProposalQuery { task, check, resolution } = query.0;
    let proposal = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let round = RoundId(*id);
            let policy_version = rounds::find(conn, &origin.actor, round)?.policy_version;
            rights::permit_supervision(&origin.actor, round)?;
            let (policy, _) = rounds::policy(conn, round, policy_version)?;
            let today = calendar::today(origin.now);
            let may = |level| rights::permit_drafting_slip(&origin.actor, round, level).is_ok();
            let levels = policy.slips.iter().filter(|r| may(r.level)).map(|r| LevelView {
                level: r.level.as_str().to_owned(),
                name: r.name.clone(),
                due_on: days.add_working_days(today, i64::from(r.answer_working_days)),
                answer_working_days: r.answer_working_days,
                is_referral: r.level.is_referral(),
                signers: r.chain.iter().map(|s| s.label.clone()).collect(),
            });
            let mut proposal = SlipProposal {
                levels: levels.collect(),
                task_id: None,
                task_number: None,
                matter: String::new(),
                basis_kind: BasisKind::Other.as_str().to_owned(),
                basis_id: None,
                basis: String::new(),
                gap: String::new(),
                unit: None,
                units: Vec::new(),
            };
            let resolution = match resolution {
                Some(id) => Some(meetings::find_resolution(conn, &origin.actor, ItemId(id))?),
                None => None,
            };
            if let Some(found) = resolution.as_ref().filter(|r| task.is_none() && r.round == round) {
                rest_on(&mut proposal, found);
                if let Some(unit) = found.resolution.unit {
                    proposal.unit = Some(unit.0);
                }
            }
            let Some(task) = task else { return Ok(proposal) };
            let loaded = tasks::find(conn, &origin.actor, TaskId(task), origin.now)?;
            if loaded.task.round != round {
                return Err(Refusal::field("/task", "task-unknown").into());
            }
            let draft = &loaded.task.draft;
            let units: Vec<Uuid> = draft
                .parties
                .units
                .iter()
                .copied()
                .chain(draft.supporting.iter().map(|s| s.unit))
                .map(|u| u.0)
                .collect();
            let names = tasks::names(conn, units.clone())?;
            proposal.units = units
                .into_iter()
                .filter_map(|id| names.get(&id).map(|name| Named { id, name: name.clone() }))
                .collect();
            proposal.unit = loaded.task.lead_unit().map(|u| u.0);
            proposal.task_id = Some(task);
            proposal.task_number = Some(draft.number.clone());
            proposal.basis_kind = BasisKind::Task.as_str().to_owned();
            proposal.basis_id = Some(task);
            proposal.basis = format!("整改任务 {}", draft.number);
            let subject = domain::task::context::subject(&loaded.task, &loaded.facts);
            // What may not be read is not carried over either.
            if !rights::reads_content(&origin.actor, &subject) {
                return Ok(proposal);
            }
            proposal.matter = loaded.text.title.chars().take(200).collect();
            let alert = alert::assess(&loaded.task, &loaded.facts, &days, origin.now);
            proposal.gap = reason_texts(&alert.reasons).join("；");
            if let Some(check) = check {
                let found = checks::find(conn, &origin.actor, CheckId(check))?;
                let result = found.check.target(TaskId(task)).and_then(|t| t.signed());
                let result = result.ok_or_else(|| Refusal::field("/check", "no-result-yet"))?;
                proposal.basis_kind = BasisKind::Check.as_str().to_owned();
                proposal.basis_id = Some(check);
                let kind = found.check.kind.label();
                proposal.basis = format!("{kind}“{}”：{}", found.brief.title, result.result.label());
                proposal.gap = found.words.get(&result.found).cloned().unwrap_or_default();
            }
            if let Some(found) = resolution.filter(|r| r.item.task == Some(TaskId(task))) {
                let matter = std::mem::take(&mut proposal.matter);
                rest_on(&mut proposal, &found);
                proposal.matter = matter;
            }
            Ok(proposal)
        })
        .await?;
    Ok(HttpResponse::Ok().json(proposal))
}
