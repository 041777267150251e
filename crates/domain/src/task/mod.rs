//! The decider of a rectification task: who, then when, then what; events out, nothing else.

pub mod advice;
pub mod alert;
mod analysis;
mod checked;
mod clock;
pub mod command;
pub mod context;
mod draft;
pub mod event;
mod evolve;
mod open;
mod phrases;
mod plan;
mod request;
mod responsibility;
mod sign;
pub mod state;
mod supervised;
pub mod text;
mod work;

pub use clock::next_moment;
pub(crate) use draft::check_text;
pub use draft::create;
pub use evolve::{begin, evolve, replay};
pub use open::{Missing, OpenAction, open_actions};
pub use request::missing_for_closure;

use command::{Action, TaskCommand};
use context::{Context, Decision};
use state::{Task, TaskState};

use crate::refusal::Refusal;
use crate::signature::Entry;

/// The states an act starts from, one line per act (docs/domain.md §8).
pub fn starts_from(action: Action) -> &'static [TaskState] {
    use TaskState::{Closed, ClosureReview, Draft, Issued, Observing, PlanReview, Planning, Rectifying, Withdrawn};
    match action {
        Action::Revise => &[Draft],
        Action::Issue => &[Draft],
        Action::CloseBeforeGolive => &[Draft],
        Action::Claim => &[Issued],
        Action::WishReassignment => &[Issued, Planning, Rectifying],
        Action::Uphold => &[Issued, Planning, Rectifying],
        Action::Reassign => &[Issued, Planning, Rectifying],
        Action::AdjustParties => &[Issued, Planning, Rectifying],
        Action::SavePlan => &[Planning],
        Action::SubmitPlan => &[Planning],
        Action::Sign | Action::RecordSignature | Action::ConfirmSignature | Action::RecordMeeting | Action::Recall => {
            &[Draft, Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing]
        }
        Action::Object | Action::SettleObjection => {
            &[Draft, Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing, Closed, Withdrawn]
        }
        Action::SubmitStatement => &[Issued, Planning, Rectifying, ClosureReview],
        Action::AcknowledgeStatement => &[Issued, Planning, Rectifying, ClosureReview, Observing],
        Action::ReturnStatement => &[Issued, Planning, Rectifying, ClosureReview],
        Action::CompleteMilestone => &[Rectifying],
        Action::ReopenMilestone => &[Rectifying],
        Action::CompleteDuty => &[Rectifying, ClosureReview],
        Action::AttachEvidence => &[Issued, Planning, Rectifying, ClosureReview],
        Action::RemoveEvidence => &[Issued, Planning, Rectifying, ClosureReview],
        Action::RequestExtension => &[Rectifying],
        Action::ResetDueDate => &[Rectifying],
        Action::ProposeAmendment => &[Rectifying],
        Action::RequestClosure => &[Rectifying],
        Action::NameCrossChecker => &[Planning, PlanReview, Rectifying, ClosureReview],
        Action::MarkKey => &[Draft, Issued, Planning, PlanReview, Rectifying, ClosureReview],
        Action::AnalyseCause => &[Planning, Rectifying],
        Action::Confirm => &[Observing],
        Action::Reopen => &[Observing, Closed],
        Action::RequestWithdrawal => &[Draft, Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing],
        Action::RecordCheck => &[Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing, Closed],
        Action::SettleCheck => &[Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing, Closed],
        Action::OpenSlip => &[Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing, Closed],
        Action::CloseSlip => &[Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing, Closed, Withdrawn],
        Action::TakeOver => &[Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing],
        Action::KeepClock => &[Issued, Planning, PlanReview, Rectifying, ClosureReview, Observing],
    }
}

/// Decides a command: who may, whether the state allows it, whether the content holds (docs/domain.md §8).
///
/// Errors: `not-allowed` (403), `wrong-state` and other conflicts (409), content (422).
pub fn decide(task: &Task, command: TaskCommand, ctx: &Context<'_>) -> Result<Decision, Refusal> {
    ctx.gate(task, command.action())?;
    match command {
        TaskCommand::Revise(input) => draft::revise(task, *input, ctx),
        TaskCommand::Issue { reason } => draft::issue(task, reason, ctx),
        TaskCommand::CloseBeforeGolive { on, basis, vouched_by } => {
            draft::close_before_golive(on, &basis, vouched_by, ctx)
        }
        TaskCommand::Claim => responsibility::claim(task, ctx),
        TaskCommand::WishReassignment { proposed, reason } => responsibility::wish(task, proposed, &reason, ctx),
        TaskCommand::Uphold { reason } => responsibility::uphold(task, &reason),
        TaskCommand::Reassign(input) => responsibility::reassign(task, input, ctx),
        TaskCommand::AdjustParties(input) => responsibility::adjust(task, input),
        TaskCommand::SavePlan(input) => plan::save(task, input, ctx),
        TaskCommand::SubmitPlan { plan, pledge } => plan::submit(task, plan, pledge, ctx),
        TaskCommand::Sign { request, verdict, words, method, occurred_on, signing } => {
            sign::sign(task, request, Entry { verdict, words, method, occurred_on }, signing, ctx)
        }
        TaskCommand::ConfirmSignature { request, signature, confirmed, reason } => {
            sign::confirm(task, request, signature, confirmed, reason, ctx)
        }
        TaskCommand::Object { request, signature, reason } => sign::object(task, request, signature, &reason, ctx),
        TaskCommand::SettleObjection { person, reason } => sign::settle_objection(task, person, &reason),
        TaskCommand::Recall { request } => sign::recall(task, request, ctx),
        TaskCommand::SubmitStatement(input) => work::submit_statement(task, input, ctx),
        TaskCommand::AcknowledgeStatement { unit, week, revision } => {
            work::acknowledge_statement(task, unit, week, revision)
        }
        TaskCommand::ReturnStatement { unit, week, revision, reason } => {
            work::return_statement(task, unit, week, revision, &reason)
        }
        TaskCommand::CompleteMilestone { milestone, occurred_on, note } => {
            work::complete_milestone(task, milestone, occurred_on, note, ctx)
        }
        TaskCommand::ReopenMilestone { milestone, reason } => work::reopen_milestone(task, milestone, &reason),
        TaskCommand::CompleteDuty { unit, occurred_on, note } => {
            work::complete_duty(task, unit, occurred_on, note, ctx)
        }
        TaskCommand::AttachEvidence(input) => work::attach_evidence(task, input, ctx),
        TaskCommand::RemoveEvidence { evidence, reason } => work::remove_evidence(task, evidence, &reason, ctx),
        TaskCommand::RequestExtension { due_on, reason, filed_upward } => {
            request::extension(task, due_on, &reason, filed_upward, ctx)
        }
        TaskCommand::ResetDueDate { due_on, body, minutes_number, reason } => {
            request::reset_due_date(task, due_on, body, minutes_number, &reason, ctx)
        }
        TaskCommand::ProposeAmendment(input) => plan::amend(task, input, ctx),
        TaskCommand::RequestClosure { results, occurred_on, pledge } => {
            request::closure(task, &results, occurred_on, pledge, ctx)
        }
        TaskCommand::NameCrossChecker { person, reason } => sign::name_cross_checker(task, person, &reason, ctx),
        TaskCommand::MarkKey { is_key, reason } => draft::mark_key(task, is_key, &reason),
        TaskCommand::AnalyseCause { categories, text } => analysis::analyse(task, &categories, &text, ctx),
        TaskCommand::Confirm => work::confirm(task, ctx),
        TaskCommand::Reopen { reason, due_on } => work::reopen(task, &reason, due_on, ctx),
        TaskCommand::RecordCheck { check, result } => checked::record(task, check, &result, ctx),
        TaskCommand::SettleCheck { reason } => checked::settle(task, &reason, ctx),
        TaskCommand::OpenSlip(slip) => supervised::open(task, slip),
        TaskCommand::CloseSlip { slip, is_settled } => supervised::close(task, slip, is_settled),
        TaskCommand::TakeOver(input) => responsibility::take_over(task, &input),
        TaskCommand::RequestWithdrawal { reason } => request::withdrawal(task, &reason, ctx),
        TaskCommand::KeepClock => Ok(clock::keep(task, ctx)),
    }
}
