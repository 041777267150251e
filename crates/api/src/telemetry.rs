//! Around every request: an id, the security headers, the body of a problem, a time limit, one log line, the metrics.

use std::panic::AssertUnwindSafe;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Responder, get};
use futures_util::FutureExt;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use persistence::transparency::receipts::{self, Receipt};
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;
use crate::scim;
use crate::services;

/// Longest a request may take; uploads of files are given longer.
const PATIENCE: Duration = Duration::from_secs(15);
const PATIENCE_FOR_FILES: Duration = Duration::from_secs(300);

/// The id of a request, in its answer, its problem and its log line.
#[derive(Clone)]
pub struct RequestId(pub String);

/// Content policy of the page and the API.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/// The reference page brings styles of its own.
const CSP_OF_DOCS: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // A second server in one process (tests) shares the first one's figures.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

fn id_of(request: &ServiceRequest) -> String {
    request
        .headers()
        .get("x-request-id")
        .and_then(|v| v.to_str().ok())
        .filter(|v| !v.is_empty() && v.len() <= 64 && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// Runs everything inside with what every answer must have.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    recorder();
    let started = Instant::now();
    let id = id_of(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let app = request.app_data::<Data<App>>().cloned();
    let is_tls = app.as_ref().is_some_and(|a| a.settings.is_tls);
    let method = request.method().clone();
    let path = request.path().to_owned();
    let is_api = path.starts_with("/api/");
    let patience = if is_file(&method, &path) { PATIENCE_FOR_FILES } else { PATIENCE };
    // What no key opens is closed to keys before anything of the request is read.
    let called = if services::is_closed_to_keys(request.request()) {
        Ok(Ok((Err(Problem::new(StatusCode::FORBIDDEN, "not-for-keys").into()), Vec::new())))
    } else if path.contains('\0') || request.uri().path().contains("%00") {
        // No name of anything holds a NUL, and the database takes none.
        Ok(Ok((Err(Problem::not_found().into()), Vec::new())))
    } else {
        let work = receipts::collecting(next.call(request));
        AssertUnwindSafe(tokio::time::timeout(patience, work)).catch_unwind().await
    };
    let mut written = Vec::new();
    // The request cannot be kept beside the call, so a failure answers without it.
    let (answered, mut response) = match called {
        Ok(Ok((Ok(response), receipts))) => {
            let (request, response) = response.into_parts();
            written = receipts;
            (Some(request), response.map_into_boxed_body())
        }
        Ok(Ok((Err(error), _))) => {
            let known = error.as_error::<Problem>().is_some();
            let status = error.as_response_error().status_code();
            (None, if known { error.error_response() } else { fallback(status) })
        }
        Ok(Err(_)) => (None, refusal(StatusCode::SERVICE_UNAVAILABLE, "timeout")),
        Err(_) => {
            tracing::error!(request.id = %id, "a handler panicked");
            (None, refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal"))
        }
    };
    let code = write_problem(&mut response, &id, path.starts_with(scim::FRONT));
    dress(&mut response, &id, &path, is_api, is_tls);
    if is_api && response.status().is_success() {
        acknowledge(&mut response, &written);
    }
    let pattern = answered.as_ref().and_then(HttpRequest::match_pattern).unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    let labels = [("route", pattern.clone()), ("method", method.to_string()), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels[..2]).record(seconds);
    tracing::info!(request.id = %id, http.method = %method, http.route = %pattern, http.status = status,
        duration_ms = started.elapsed().as_millis() as u64, refusal.code = code.unwrap_or_default(), "request");
    match answered {
        Some(request) => Ok(ServiceResponse::new(request, response)),
        None => Err(actix_web::error::InternalError::from_response("refused", response).into()),
    }
}

fn refusal(status: StatusCode, code: &str) -> HttpResponse {
    actix_web::ResponseError::error_response(&Problem::new(status, code))
}

fn is_file(method: &Method, path: &str) -> bool {
    *method == Method::POST && (path.ends_with("/evidence") || path.ends_with("/scans") || path.contains("/imports"))
        || path.contains("/import-previews")
        || path.contains("/downloads/")
}

fn fallback(status: StatusCode) -> HttpResponse {
    let code = match status {
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method-not-allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::BAD_REQUEST => "malformed",
        _ => "internal",
    };
    refusal(status, code)
}

/// A problem gets its body here, where the request's id is known, in the words of who asked; a bare error status becomes a problem too.
fn write_problem(response: &mut HttpResponse, id: &str, speaks_scim: bool) -> Option<String> {
    let found = response.extensions().get::<Problem>().cloned();
    let status = response.status();
    let problem = match found {
        Some(problem) => problem,
        None if (status.is_client_error() || status.is_server_error()) && is_bare(response) => {
            let answer = fallback(status);
            let known = answer.extensions().get::<Problem>().cloned();
            known.unwrap_or_else(|| Problem::new(status, "internal"))
        }
        None => return None,
    };
    let code = problem.code.clone();
    let mut problem = problem;
    id.clone_into(&mut problem.instance);
    let (status, body, kind) = if speaks_scim {
        let (status, body) = scim::error(&problem);
        (status, body, "application/scim+json")
    } else {
        let body = serde_json::to_string(&problem).unwrap_or_default();
        (response.status(), body, "application/problem+json; charset=utf-8")
    };
    let mut headers = response.headers().clone();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.remove(header::CONTENT_LENGTH);
    // The words that are replaced may have been compressed already; these are not.
    headers.remove(header::CONTENT_ENCODING);
    let mut answer = HttpResponse::with_body(status, BoxBody::new(body));
    *answer.headers_mut() = headers;
    *response = answer;
    Some(code)
}

fn is_bare(response: &HttpResponse) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    !kind.starts_with("application/problem+json") && !kind.starts_with("application/json")
}

fn dress(response: &mut HttpResponse, id: &str, path: &str, is_api: bool, is_tls: bool) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(HeaderName::from_static("x-request-id"), id);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if is_tls {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if path.contains("/downloads/") {
        set(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    } else {
        set(header::CONTENT_SECURITY_POLICY, if path.starts_with("/docs") { CSP_OF_DOCS } else { CSP });
    }
    if is_api {
        set(header::CACHE_CONTROL, "no-store");
    }
}

/// A write that was accepted says which events it made (docs/domain.md §33).
fn acknowledge(response: &mut HttpResponse, written: &[Receipt]) {
    let value = crate::receipts::header(written).and_then(|text| HeaderValue::from_str(&text).ok());
    if let Some(value) = value {
        response.headers_mut().insert(HeaderName::from_static(crate::receipts::HEADER), value);
    }
}

/// Alive, whatever the database does.
#[get("/healthz")]
pub async fn healthz() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// Ready to serve: the database answers.
#[get("/readyz")]
pub async fn readyz(app: Data<App>) -> Result<impl Responder, Problem> {
    app.db
        .read(&domain::actor::Actor::System, |conn| persistence::due_acts::backlog(conn, chrono::DateTime::UNIX_EPOCH))
        .await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready"))
}

/// Figures for a Prometheus server.
#[get("/metrics")]
pub async fn metrics_page(app: Data<App>) -> impl Responder {
    let (used, all) = app.db.usage();
    metrics::gauge!("db_connections_in_use").set(f64::from(used));
    metrics::gauge!("db_connections").set(f64::from(all));
    metrics::gauge!("live_streams").set(f64::from(u32::try_from(app.live.listeners()).unwrap_or(u32::MAX)));
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(recorder().render())
}

/// What another server said, for a log line: whatever in it is an address of somebody or something is left out.
pub fn without_addresses(said: &str) -> String {
    let is_address = |word: &&str| word.contains(['@', '/']);
    let words =
        said.split(|c: char| c.is_whitespace() || "<>()[]\"'，：；".contains(c)).filter(|word| !word.is_empty());
    words.map(|word| if is_address(&word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// The crates that are ours, as log lines name them.
const OURS: [&str; 4] = ["api", "bihuan", "domain", "persistence"];

/// Log lines as JSON on standard error: ours as the filter asks, those of others where they warn, whatever it asks, for what they say beneath that may
/// be what they were handed. A panic says where it was and not what of.
pub fn start_log(filter: &str) {
    use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
    use tracing_subscriber::layer::{Layer, SubscriberExt};
    use tracing_subscriber::util::SubscriberInitExt;
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| "info".into());
    let own = filter_fn(|of| {
        let krate = of.target().split("::").next().unwrap_or_default();
        OURS.contains(&krate) || *of.level() <= tracing::Level::WARN
    });
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).with_filter(filter.and(own));
    let _ = tracing_subscriber::registry().with(lines).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if tracing::enabled!(tracing::Level::ERROR) {
            tracing::error!(place, "panicked");
        } else {
            eprintln!("panicked at {place}");
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_server_says_is_logged_without_addresses() {
        let said = "permanent error (550): <zhang.san@mail.example>: User unknown, see https://mail.example/zhang";
        assert_eq!(without_addresses(said), "permanent error 550 : … : User unknown, see …");
        assert_eq!(without_addresses("10 秒内没有答复"), "10 秒内没有答复");
    }
}
