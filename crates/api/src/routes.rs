//! Every address of the server, and the contract that is made from them.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt, OpenApiFactory, scope};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    accounts, brief, calendar, checks, evidence, history, import, ledger, lists, live, meetings, notices, openapi,
    organisation, outward, overview, own, plan_advice, policy, rounds, saved_views, search, sessions, signing, slips,
    statements, task_commands, telemetry, todo,
};

fn api() -> impl HttpServiceFactory + OpenApiFactory {
    scope::scope("/api/v1")
        .service(sessions::log_in)
        .service(sessions::refresh_session)
        .service(sessions::log_out)
        .service(sessions::get_me)
        .service(sessions::change_own_password)
        .service(own::list_own_sessions)
        .service(own::end_own_session)
        .service(own::end_other_sessions)
        .service(own::list_notice_rules)
        .service(own::set_notice_rules)
        .service(outward::get_told_by)
        .service(outward::set_told_by)
        .service(outward::try_told_by)
        .service(outward::list_channel_rules)
        .service(outward::set_channel_rules)
        .service(outward::list_failed_notices)
        .service(outward::retry_failed_notices)
        .service(accounts::list_accounts)
        .service(accounts::create_account)
        .service(accounts::give_role)
        .service(accounts::enable_account)
        .service(accounts::disable_account)
        .service(accounts::reset_password)
        .service(accounts::list_audit_events)
        .service(organisation::list_units)
        .service(organisation::list_people)
        .service(organisation::import_organisation)
        .service(organisation::list_delegations)
        .service(organisation::grant_delegation)
        .service(organisation::revoke_delegation)
        .service(rounds::open_round)
        .service(rounds::get_round)
        .service(rounds::change_round)
        .service(rounds::set_group)
        .service(rounds::set_assignments)
        .service(policy::preview_policy)
        .service(policy::set_policy)
        .service(rounds::activate_round)
        .service(rounds::list_aspects)
        .service(import::import_plan)
        .service(import::open_preview)
        .service(import::list_previews)
        .service(import::get_preview)
        .service(import::correct_preview)
        .service(import::get_sheet)
        .service(import::commit_preview)
        .service(ledger::list_tasks)
        .service(ledger::count_chain)
        .service(overview::get_overview)
        .service(calendar::get_calendar)
        .service(search::find)
        .service(ledger::count_groups)
        .service(lists::get_lists)
        .service(lists::edit_lists)
        .service(saved_views::list_views)
        .service(saved_views::save_view)
        .service(saved_views::change_view)
        .service(saved_views::remove_view)
        .service(checks::list_checks)
        .service(checks::plan_check)
        .service(checks::get_check)
        .service(checks::revise_check)
        .service(checks::preview_strata)
        .service(checks::freeze_frame)
        .service(checks::commit_nonce)
        .service(checks::reveal_nonce)
        .service(checks::go_on_without)
        .service(checks::give_up_draw)
        .service(checks::get_bundle)
        .service(checks::announce_check)
        .service(checks::receive_check_file)
        .service(checks::record_result)
        .service(checks::sign_result)
        .service(checks::finish_check)
        .service(checks::cancel_check)
        .service(slips::list_slips)
        .service(slips::propose_slip)
        .service(slips::draft_slip)
        .service(slips::get_slip)
        .service(slips::revise_slip)
        .service(slips::submit_slip)
        .service(slips::recall_slip)
        .service(slips::withdraw_slip)
        .service(slips::sign_slip)
        .service(slips::record_slip_signature)
        .service(slips::confirm_slip_signature)
        .service(slips::object_to_slip_signature)
        .service(slips::receive_slip)
        .service(slips::answer_slip)
        .service(slips::review_slip)
        .service(slips::raise_slip)
        .service(slips::record_interview)
        .service(slips::keep_promise)
        .service(slips::hand_over_slip)
        .service(slips::receive_slip_file)
        .service(slips::receive_slip_scan)
        .service(meetings::list_meetings)
        .service(meetings::enter_meeting)
        .service(meetings::get_meeting)
        .service(meetings::revise_meeting)
        .service(meetings::order_agenda)
        .service(meetings::add_item)
        .service(meetings::take_out_item)
        .service(meetings::put_back_item)
        .service(meetings::open_meeting)
        .service(meetings::decide_item)
        .service(meetings::receive_meeting_scan)
        .service(meetings::ratify_closures)
        .service(meetings::conclude_meeting)
        .service(meetings::cancel_meeting)
        .service(meetings::list_resolutions)
        .service(meetings::get_resolution)
        .service(meetings::receive_report_file)
        .service(meetings::report_resolution)
        .service(meetings::accept_resolution)
        .service(meetings::return_resolution)
        .service(todo::list_todo)
        .service(brief::get_brief)
        .service(brief::list_brief_rows)
        .service(statements::advise_statement)
        .service(statements::get_week)
        .service(statements::get_week_workbook)
        .service(statements::preview_week_workbook)
        .service(signing::list_waiting)
        .service(signing::find_request)
        .service(signing::sign_batch)
        .service(signing::submit_plan_package)
        .service(task_commands::create_task)
        .service(task_commands::run_batch)
        .service(task_commands::get_task)
        .service(history::get_history)
        .service(task_commands::revise_task)
        .service(task_commands::issue_task)
        .service(task_commands::close_before_golive)
        .service(task_commands::claim_task)
        .service(task_commands::wish_reassignment)
        .service(task_commands::uphold_task)
        .service(task_commands::reassign_task)
        .service(task_commands::adjust_parties)
        .service(task_commands::save_plan)
        .service(task_commands::submit_plan)
        .service(plan_advice::advise_plan)
        .service(plan_advice::date_plan)
        .service(task_commands::propose_amendment)
        .service(task_commands::sign_request)
        .service(task_commands::record_signature)
        .service(task_commands::confirm_signature)
        .service(task_commands::object_to_signature)
        .service(task_commands::settle_objection)
        .service(task_commands::recall_request)
        .service(task_commands::complete_milestone)
        .service(task_commands::reopen_milestone)
        .service(task_commands::complete_duty)
        .service(task_commands::submit_statement)
        .service(task_commands::answer_statement)
        .service(task_commands::request_extension)
        .service(task_commands::reset_due_date)
        .service(task_commands::request_closure)
        .service(task_commands::name_cross_checker)
        .service(task_commands::confirm_task)
        .service(task_commands::reopen_task)
        .service(task_commands::settle_check)
        .service(task_commands::request_withdrawal)
        .service(task_commands::remove_evidence)
        .service(evidence::attach_evidence)
        .service(evidence::receive_scan)
        .service(evidence::grant_ticket)
        .service(evidence::download)
        .service(notices::list_notices)
        .service(notices::read_notices)
        .service(notices::read_notice)
        .service(live::listen)
        .service(notices::get_draft)
        .service(notices::save_draft)
        .service(notices::remove_draft)
}

/// The contract as it is served and committed.
pub fn document() -> OpenApi {
    let app = actix_web::App::new().into_utoipa_app().openapi(openapi::base());
    let (_, mut document) = app.service(api()).split_for_parts();
    openapi::complete(&mut document);
    document
}

/// Adds every address but the page's.
pub fn configure(config: &mut ServiceConfig, contract: &web::Data<String>) {
    config
        .app_data(contract.clone())
        .service(telemetry::healthz)
        .service(telemetry::readyz)
        .service(telemetry::metrics_page)
        .route("/api/v1/openapi.json", web::get().to(contract_document))
        .service(
            SwaggerUi::new("/docs/{_:.*}")
                .config(Config::new(["/api/v1/openapi.json"]).use_base_layout().validator_url("none")),
        )
        .service(Plain(api()))
        .route("/api/{rest:.*}", web::route().to(nothing_there));
}

/// The scope as a plain service of `actix-web`, once its part of the contract is known.
struct Plain<T>(T);

impl<T: HttpServiceFactory> HttpServiceFactory for Plain<T> {
    fn register(self, config: &mut actix_web::dev::AppService) {
        self.0.register(config);
    }
}

async fn contract_document(contract: web::Data<String>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(contract.get_ref().clone())
}

async fn nothing_there() -> Result<HttpResponse, crate::problem::Problem> {
    Err(crate::problem::Problem::not_found())
}
