//! The contract: what `utoipa` reads off the handlers, with what holds for every operation added in one place.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Info, OpenApi, Ref, RefOr, ResponseBuilder, SecurityRequirement};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::{Fault, Problem};

/// What the document begins with.
pub fn base() -> OpenApi {
    let mut document = OpenApi::new(
        Info::builder()
            .title("Bihuan 闭环")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(
                "Closed-loop rectification. Dates are days in Asia/Shanghai, moments are UTC. Errors are problem documents \
                 (RFC 9457) with a stable `code`; words for people are in Chinese.",
            ))
            .build(),
        utoipa::openapi::Paths::new(),
    );
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("session", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme("kiosk", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.schemas.insert(Fault::name().into_owned(), Fault::schema());
    document.security = Some(vec![SecurityRequirement::new::<_, _, &str>("session", [])]);
    document
}

/// The refusals every operation can answer with, by what it is: public ones need no log-in, unversioned ones never are stale.
pub fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let is_public = operation.security.is_some();
            let has_id = path.contains('{');
            let has_body = operation.request_body.is_some();
            let is_versioned =
                operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::T(p) if p.name == "If-Match"));
            let has_input = has_body || operation.parameters.iter().flatten().count() > 0;
            let statuses = [
                ("400", has_body, "The body is no JSON or breaks off"),
                ("401", !is_public || path.ends_with("/sessions"), "Nobody is logged in"),
                ("401", path == "/api/v1/sessions/code", "The log-in took too long, or its ticket was used"),
                ("401", path == "/api/v1/kiosk/wall", "The link was withdrawn, or never was one"),
                ("403", !is_public, "The caller may not do this"),
                ("404", has_id, "Not there, or not to be seen by the caller"),
                ("409", has_body && !is_public, "The state does not allow it"),
                ("412", is_versioned, "Somebody changed it meanwhile; `version` says what holds now"),
                ("422", has_input, "The content is refused; `errors` says where and why"),
                ("428", is_versioned, "`If-Match` is missing"),
                ("429", is_try(path), "Too many tries; `Retry-After` says when to come back"),
                (
                    "429",
                    path == "/api/v1/live",
                    "Too many streams of this session; `Retry-After` says when to come back",
                ),
                ("503", true, "The database does not answer; it heals by itself"),
            ];
            for (status, answer) in &mut operation.responses.responses {
                if let RefOr::T(answer) = answer
                    && answer.description.is_empty()
                {
                    answer.description = what_comes(status).to_owned();
                }
            }
            for (status, applies, words) in statuses {
                if applies && !operation.responses.responses.contains_key(status) {
                    operation.responses.responses.insert(status.to_owned(), refusal(words));
                }
            }
        }
    }
}

/// Whether a wrong answer counts towards the lock of the log-in.
fn is_try(path: &str) -> bool {
    let tail = path.trim_start_matches("/api/v1");
    ["/sessions", "/sessions/code", "/sessions/proof", "/me/second-factor/give-up"].contains(&tail)
}

/// What an answer is, where its operation says no more; a document without it is none by the standard.
fn what_comes(status: &str) -> &'static str {
    match status {
        "200" => "As it stands now",
        "201" => "Made",
        "202" => "Begun, and goes on by itself",
        "204" => "Done; there is nothing to say",
        _ => "The answer",
    }
}

fn refusal(words: &str) -> RefOr<utoipa::openapi::Response> {
    let schema = RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name(Problem::name()));
    ResponseBuilder::new()
        .description(words)
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
        .build()
        .into()
}
