//! Every address of the server, and the contract that is made from them.

use std::sync::LazyLock;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use utoipa::openapi::{OpenApi, PathItem};
use utoipa_actix_web::{AppExt, OpenApiFactory, scope};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{
    accountability, accounts, appraisals, brief, calendar, calendar_feed, checks, cockpit, covers, documents, evidence,
    exports, feed, handovers, history, identity_rules, import, kiosks, ledger, lists, live, meetings, notices, openapi,
    opinions, organisation, outward, overview, own, personal_duties, plan_advice, plan_workbook, policy, proof,
    provider, publications, quality, receipts, recurrence, rounds, saved_views, scim, search, second_factor, services,
    sessions, signing, slips, statements, task_commands, telemetry, todo, trail, wall, webhooks,
};

use crate::problem::Problem;

fn api() -> impl HttpServiceFactory + OpenApiFactory {
    scope::scope("/api/v1")
        .service(sessions::log_in)
        .service(sessions::refresh_session)
        .service(sessions::log_out)
        .service(second_factor::log_in_with_code)
        .service(proof::prove)
        .service(provider::list_ways)
        .service(provider::come_back)
        .service(provider::go_to_provider)
        .service(sessions::get_me)
        .service(sessions::change_own_password)
        .service(second_factor::get_second_factor)
        .service(second_factor::begin_second_factor)
        .service(second_factor::confirm_second_factor)
        .service(second_factor::give_up_second_factor)
        .service(own::list_own_sessions)
        .service(own::end_own_session)
        .service(own::end_other_sessions)
        .service(own::list_notice_rules)
        .service(own::set_notice_rules)
        .service(calendar_feed::get_calendar_link)
        .service(calendar_feed::make_calendar_link)
        .service(calendar_feed::revoke_calendar_link)
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
        .service(accounts::reset_second_factor)
        .service(identity_rules::get_identity_rules)
        .service(identity_rules::set_identity_rules)
        .service(trail::list_audit_events)
        .service(trail::get_event_file)
        .service(trail::get_ledger_state)
        .service(covers::get_covers)
        .service(receipts::get_proof)
        .service(services::list_services)
        .service(services::make_service)
        .service(services::end_service)
        .service(services::give_key)
        .service(services::revoke_key)
        .service(services::get_own_key)
        .service(webhooks::list_webhooks)
        .service(webhooks::make_webhook)
        .service(webhooks::change_webhook)
        .service(webhooks::end_webhook)
        .service(webhooks::ping_webhook)
        .service(webhooks::list_deliveries)
        .service(webhooks::replay_webhook)
        .service(feed::read_feed)
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
        .service(policy::list_warnings)
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
        .service(wall::get_wall)
        .service(wall::get_schedule)
        .service(cockpit::get_cockpit)
        .service(kiosks::list_kiosks)
        .service(kiosks::make_kiosk)
        .service(kiosks::withdraw_kiosk)
        .service(kiosks::get_kiosk_wall)
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
        .service(documents::list_documents)
        .service(documents::draft_document)
        .service(documents::get_document)
        .service(documents::revise_document)
        .service(documents::refresh_document)
        .service(documents::correct_document)
        .service(documents::enter_figure)
        .service(documents::submit_document)
        .service(documents::recall_document)
        .service(documents::withdraw_document)
        .service(documents::sign_document)
        .service(documents::record_document_signature)
        .service(documents::confirm_document_signature)
        .service(documents::object_to_document_signature)
        .service(documents::receive_document_scan)
        .service(documents::download_document)
        .service(documents::list_templates)
        .service(documents::download_template)
        .service(documents::put_template)
        .service(documents::download_closure_form)
        .service(documents::download_slip)
        .service(documents::download_minutes)
        .service(documents::download_publication)
        .service(documents::download_unit_brief)
        .service(documents::download_archive)
        .service(quality::list_signals)
        .service(recurrence::find_alike)
        .service(recurrence::judge_alike)
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
        .service(personal_duties::get_duty_register)
        .service(personal_duties::enter_duty_act)
        .service(personal_duties::list_duty_acts)
        .service(personal_duties::get_duty_form)
        .service(personal_duties::take_suggestion)
        .service(personal_duties::get_duty_act)
        .service(personal_duties::confirm_duty_act)
        .service(personal_duties::refuse_duty_act)
        .service(personal_duties::withdraw_duty_act)
        .service(publications::list_publications)
        .service(publications::draft_publication)
        .service(publications::get_publication)
        .service(publications::write_publication)
        .service(publications::add_publication_items)
        .service(publications::write_publication_item)
        .service(publications::take_out_publication_item)
        .service(publications::submit_publication)
        .service(publications::recall_publication)
        .service(publications::sign_publication)
        .service(publications::record_publication_signature)
        .service(publications::confirm_publication_signature)
        .service(publications::object_to_publication_signature)
        .service(publications::rework_publication)
        .service(publications::publish_publication)
        .service(publications::correct_publication)
        .service(publications::withdraw_publication)
        .service(publications::receive_publication_scan)
        .service(handovers::list_leavers)
        .service(handovers::list_held)
        .service(handovers::list_handovers)
        .service(handovers::prepare_handover)
        .service(handovers::get_handover)
        .service(handovers::give_handover)
        .service(handovers::record_handover_signature)
        .service(handovers::confirm_handover_signature)
        .service(handovers::take_handover)
        .service(handovers::withdraw_handover)
        .service(handovers::receive_handover_scan)
        .service(appraisals::get_appraisal_scheme)
        .service(appraisals::save_appraisal_scheme)
        .service(appraisals::publish_appraisal_scheme)
        .service(appraisals::simulate_appraisal_scheme)
        .service(appraisals::list_appraisals)
        .service(appraisals::begin_appraisal)
        .service(appraisals::get_appraisal)
        .service(appraisals::get_score)
        .service(appraisals::recompute_appraisal)
        .service(appraisals::adjust_appraisal)
        .service(appraisals::publish_appraisal)
        .service(appraisals::object_to_appraisal)
        .service(appraisals::answer_objection)
        .service(appraisals::finish_appraisal)
        .service(accountability::list_accountability)
        .service(accountability::enter_accountability)
        .service(accountability::get_accountability)
        .service(accountability::set_accountability_readers)
        .service(accountability::withdraw_accountability)
        .service(accountability::receive_accountability_file)
        .service(opinions::list_opinions)
        .service(opinions::enter_opinion)
        .service(opinions::get_opinion)
        .service(opinions::assign_opinion)
        .service(opinions::answer_opinion)
        .service(opinions::approve_opinion)
        .service(opinions::return_opinion)
        .service(opinions::judge_opinion)
        .service(opinions::set_aside_opinion)
        .service(opinions::list_task_opinions)
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
        .service(plan_workbook::get_plan_workbook)
        .service(plan_workbook::preview_plan_workbook)
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
        .service(task_commands::mark_key)
        .service(task_commands::confirm_task)
        .service(task_commands::reopen_task)
        .service(task_commands::settle_check)
        .service(task_commands::request_withdrawal)
        .service(task_commands::remove_evidence)
        .service(evidence::attach_evidence)
        .service(evidence::receive_scan)
        .service(evidence::grant_ticket)
        .service(evidence::download)
        .service(exports::begin_export)
        .service(exports::list_exports)
        .service(exports::get_export)
        .service(exports::cancel_export)
        .service(exports::download_export)
        .service(notices::list_notices)
        .service(notices::read_notices)
        .service(notices::read_notice)
        .service(live::listen)
        .service(notices::get_draft)
        .service(notices::save_draft)
        .service(notices::remove_draft)
        .default_service(web::route().to(nothing_there))
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
        .service(scim::routes())
        .route("/calendar/{token}.ics", web::get().to(calendar_feed::feed))
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

/// The methods of every address of the contract, by the parts of its path.
static METHODS: LazyLock<Vec<(Vec<String>, String)>> = LazyLock::new(|| {
    let parts = |path: &str| path.split('/').map(str::to_owned).collect();
    let methods = |item: &PathItem| {
        let given = [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("DELETE", &item.delete)];
        given.iter().filter(|(_, operation)| operation.is_some()).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    document().paths.paths.iter().map(|(path, item)| (parts(path), methods(item))).collect()
});

/// What an address of the contract takes; none where it is none.
fn methods_of(path: &str) -> Option<&'static str> {
    let given: Vec<&str> = path.split('/').collect();
    let fits = |parts: &[String]| {
        parts.len() == given.len() && parts.iter().zip(&given).all(|(part, own)| part.starts_with('{') || part == own)
    };
    // Where several fit, the one with the fewest parts that may be anything is meant.
    let found = METHODS.iter().filter(|(parts, _)| fits(parts));
    found.min_by_key(|(parts, _)| parts.iter().filter(|p| p.starts_with('{')).count()).map(|(_, methods)| &**methods)
}

/// An address that is none, or one that does not take this method.
async fn nothing_there(request: HttpRequest) -> HttpResponse {
    match methods_of(request.path()).filter(|methods| methods.split(", ").all(|m| m != request.method().as_str())) {
        Some(methods) => {
            let mut answer = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed").error_response();
            if let Ok(methods) = HeaderValue::from_str(methods) {
                answer.headers_mut().insert(header::ALLOW, methods);
            }
            answer
        }
        None => Problem::not_found().error_response(),
    }
}
