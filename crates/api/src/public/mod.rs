//! The open page (docs/domain.md §31): what anybody reads without a log-in, on a listener of its own that knows nothing else. It reads what was
//! published, what came of opinions and the newest signed checkpoint (docs/domain.md §33), and nothing besides: its role in the database sees no more.

mod intake;
mod page;
pub mod rate;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::calendar;
use domain::opinion::NewOpinion;
use domain::opinion::state::Channel;
use domain::transparency::note::note;
use futures_util::FutureExt;
use persistence::publications::{Notice, PublicStanding};
use persistence::{Error, Origin, opinions, publications, transparency};

use crate::app::App;
use crate::extract;
use intake::Form;
use rate::{Rate, Use};

/// Longest a request may take; one with files is given longer.
const PATIENCE: Duration = Duration::from_secs(15);
const PATIENCE_FOR_FILES: Duration = Duration::from_secs(180);
/// Most bytes of a form without files.
const SMALL: usize = 4096;

const CSP: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Adds every address of the open page.
pub fn configure(config: &mut ServiceConfig) {
    config
        .route("/", web::get().to(list))
        .route("/style.css", web::get().to(style))
        .route("/checkpoint", web::get().to(checkpoint))
        .route("/notices/{id}", web::get().to(show))
        .route("/notices/{id}/opinions", web::post().to(hand_in))
        .route("/answers", web::get().to(ask))
        .route("/answers", web::post().to(look_up))
        .default_service(web::route().to(nothing_there));
}

fn html(status: StatusCode, body: String) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body)
}

fn nothing() -> HttpResponse {
    html(StatusCode::NOT_FOUND, page::plain("没有找到", "没有这个页面，或公示已经移走。"))
}

fn too_often() -> HttpResponse {
    let mut response = html(StatusCode::TOO_MANY_REQUESTS, page::plain("访问过于频繁", "请求过多，请过一会儿再试。"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

fn unavailable() -> HttpResponse {
    html(StatusCode::SERVICE_UNAVAILABLE, page::plain("暂时无法访问", "系统暂时不可用，请稍后再试。"))
}

/// What went wrong inside is for the log alone.
fn failed(error: &Error) -> HttpResponse {
    match error {
        Error::NotFound => nothing(),
        Error::Unavailable | Error::Busy | Error::StorageFull => unavailable(),
        error => {
            tracing::error!(%error, "the open page failed");
            html(StatusCode::INTERNAL_SERVER_ERROR, page::plain("系统出错", "系统出错，请稍后再试。"))
        }
    }
}

fn permits(request: &HttpRequest, app: &App, rate: &Rate, of: Use) -> bool {
    rate.takes(of, &extract::address(request, app), app.clock.now())
}

fn fresh() -> Form {
    Form { token: intake::token().unwrap_or_default(), ..Form::default() }
}

async fn nothing_there() -> HttpResponse {
    nothing()
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(page::STYLE)
}

/// The newest signed checkpoint, so that anybody can keep one: a number and a hash, nothing of what they are made from.
async fn checkpoint(request: HttpRequest, app: Data<App>, rate: Data<Rate>) -> HttpResponse {
    if !permits(&request, &app, &rate, Use::Read) {
        return too_often();
    }
    match app.outside.read(&Actor::System, transparency::newest_signed).await {
        Ok(Some(kept)) => {
            HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(note(&kept.text, &kept.lines))
        }
        Ok(None) => nothing(),
        Err(error) => failed(&error),
    }
}

async fn list(request: HttpRequest, app: Data<App>, rate: Data<Rate>) -> HttpResponse {
    if !permits(&request, &app, &rate, Use::Read) {
        return too_often();
    }
    let today = calendar::today(app.clock.now());
    match app.outside.read(&Actor::System, move |conn| publications::notices(conn, today)).await {
        Ok(notices) => html(StatusCode::OK, page::list(&notices)),
        Err(error) => failed(&error),
    }
}

async fn notice_of(app: &App, id: &str) -> Result<Notice, Error> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let today = calendar::today(app.clock.now());
    let found = app.outside.read(&Actor::System, move |conn| publications::notice(conn, id, today)).await?;
    found.ok_or(Error::NotFound)
}

async fn show(request: HttpRequest, app: Data<App>, rate: Data<Rate>, id: Path<String>) -> HttpResponse {
    if !permits(&request, &app, &rate, Use::Read) {
        return too_often();
    }
    match notice_of(&app, &id).await {
        Ok(notice) => html(StatusCode::OK, page::notice(&notice, &fresh())),
        Err(error) => failed(&error),
    }
}

/// What was written, shown again with what is wrong; nothing of it is lost.
fn again(status: StatusCode, notice: &Notice, form: Form, words: &str) -> HttpResponse {
    let mut form = form;
    if !words.is_empty() {
        form.faults.push(words.to_owned());
    }
    if !intake::is_token(&form.token) {
        form.token = fresh().token;
    }
    html(status, page::notice(notice, &form))
}

async fn hand_in(
    request: HttpRequest,
    app: Data<App>,
    rate: Data<Rate>,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let notice = match notice_of(&app, &id).await {
        Ok(notice) if matches!(notice.standing, PublicStanding::Shown(_)) => notice,
        Ok(notice) => return html(StatusCode::CONFLICT, page::notice(&notice, &fresh())),
        Err(error) => return failed(&error),
    };
    let may = permits(&request, &app, &rate, Use::Write);
    let parts = Multipart::new(request.headers(), payload);
    let Ok(form) = intake::read(&app, parts).await else {
        return html(
            StatusCode::BAD_REQUEST,
            page::plain("没有收到", "表单内容不完整或过大，意见没有提交，请返回后再试。"),
        );
    };
    if !may {
        let words = "提交过于频繁，这份意见还没有提交。请过一小时再提交，或用电话、信件反映。";
        return again(StatusCode::TOO_MANY_REQUESTS, &notice, form, words);
    }
    if !form.faults.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, &notice, form, "");
    }
    if !intake::is_token(&form.token) || !form.trap.is_empty() {
        let form = Form { token: String::new(), ..form };
        return again(StatusCode::UNPROCESSABLE_ENTITY, &notice, form, "表单已过期，请再次提交。");
    }
    let code = intake::code(&form);
    let kept = intake::digest(&code);
    let Ok(calendar) = app.calendar().await else { return again(StatusCode::SERVICE_UNAVAILABLE, &notice, form, BUSY) };
    let (now, sent) = (app.clock.now(), form.clone());
    let number = notice.id;
    let result = app
        .db
        .write(&Actor::System, move |conn| {
            let new = NewOpinion {
                channel: Channel::Page,
                publication: None,
                received_on: None,
                text: sent.text,
                writer: sent.writer,
                files: Vec::new(),
                code: Some(kept),
            };
            opinions::receive(conn, &origin(now), number, new, &sent.files, &calendar)
        })
        .await;
    match result {
        Ok(is_first) => html(StatusCode::CREATED, page::received(number, &code, is_first)),
        Err(Error::NotFound) => nothing(),
        Err(Error::Refused(_)) => again(StatusCode::UNPROCESSABLE_ENTITY, &notice, form, "内容有误，请修改后再提交。"),
        Err(error) => {
            tracing::error!(%error, "an opinion was not taken in");
            again(StatusCode::SERVICE_UNAVAILABLE, &notice, form, BUSY)
        }
    }
}

const BUSY: &str = "系统暂时不可用，这份意见还没有提交，请稍后再提交。";

/// Nobody is logged in, and where a writer sits is not kept: he may stay unnamed.
fn origin(now: DateTime<Utc>) -> Origin {
    Origin::system(now)
}

async fn ask(request: HttpRequest, app: Data<App>, rate: Data<Rate>) -> HttpResponse {
    if !permits(&request, &app, &rate, Use::Read) {
        return too_often();
    }
    html(StatusCode::OK, page::answers("", None, None))
}

/// The code out of a small form.
fn code_in(body: &Bytes) -> String {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(std::str::from_utf8(body).unwrap_or_default());
    let pairs = pairs.map(web::Query::into_inner).unwrap_or_default();
    pairs.into_iter().find(|(name, _)| name == "code").map(|(_, code)| code).unwrap_or_default()
}

async fn look_up(request: HttpRequest, app: Data<App>, rate: Data<Rate>, payload: Payload) -> HttpResponse {
    if !permits(&request, &app, &rate, Use::LookUp) {
        return too_often();
    }
    let Ok(body) = extract::read(payload, SMALL).await else {
        return html(StatusCode::BAD_REQUEST, page::answers("", None, Some("查询码不对。")));
    };
    let given = code_in(&body);
    let unknown = || html(StatusCode::NOT_FOUND, page::answers(&given, None, Some("没有这个查询码，请核对后再查。")));
    let Some(code) = intake::typed(&given) else { return unknown() };
    let kept = intake::digest(&code);
    match app.outside.read(&Actor::System, move |conn| publications::answer(conn, &kept)).await {
        Ok(Some(found)) => html(StatusCode::OK, page::answers(&code, Some(&found), None)),
        Ok(None) => unknown(),
        Err(error) => failed(&error),
    }
}

/// Runs everything inside with the headers every answer has; a failure is a plain page without a detail.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_form = *request.method() == Method::POST && request.path().ends_with("/opinions");
    let is_tls = request.app_data::<Data<App>>().is_some_and(|a| a.settings.is_tls);
    let method = request.method().clone();
    let patience = if is_form { PATIENCE_FOR_FILES } else { PATIENCE };
    let called = AssertUnwindSafe(tokio::time::timeout(patience, next.call(request))).catch_unwind().await;
    // The request cannot be kept beside the call, so a failure answers without it.
    let (answered, mut response) = match called {
        Ok(Ok(Ok(response))) => {
            let (request, response) = response.into_parts();
            (Some(request), response.map_into_boxed_body())
        }
        Ok(Ok(Err(error))) => {
            let status = error.as_response_error().status_code();
            let body = page::plain("没有办成", "请求有误，请返回后再试。");
            (None, html(if status.is_success() { StatusCode::BAD_REQUEST } else { status }, body))
        }
        Ok(Err(_)) => (None, unavailable()),
        Err(_) => {
            tracing::error!("a handler of the open page panicked");
            let body = page::plain("系统出错", "系统出错，请稍后再试。");
            (None, html(StatusCode::INTERNAL_SERVER_ERROR, body))
        }
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if is_tls {
        headers
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    tracing::info!(http.method = %method, http.status = response.status().as_u16(), "open page");
    match answered {
        Some(request) => Ok(ServiceResponse::new(request, response)),
        None => Err(actix_web::error::InternalError::from_response("refused", response).into()),
    }
}
