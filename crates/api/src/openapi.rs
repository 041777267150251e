//! The contract: what `utoipa` reads off the handlers, with what holds for every operation added in one place.

use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, Content, ContentBuilder, Info, ObjectBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema,
    SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};

use crate::examples;
use crate::feed::kinds;
use crate::live::Changed;
use crate::problem::{Fault, Problem};

/// What can be read once it stands at some state: before that it is there, and says so.
const READS_BY_STATE: &[&str] = &["/api/v1/checks/{id}/bundle", "/api/v1/meetings/{id}/minutes"];

/// What is not there for everybody although its address names nothing: what only an account has that is a person's, and what is named by the query.
const NOT_FOR_ALL: &[&str] = &[
    "/api/v1/me/notice-rules",
    "/api/v1/me/told-by",
    "/api/v1/me/told-by/trials",
    "/api/v1/me/calendar-link",
    "/api/v1/sessions/provider",
    "/api/v1/sessions/provider/proof",
    "/api/v1/sessions/provider/return",
    "/api/v1/audit/proof",
];

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
    components.schemas.insert(Changed::name().into_owned(), Changed::schema());
    document.security = Some(vec![SecurityRequirement::new::<_, _, &str>("session", [])]);
    document
}

/// The refusals every operation can answer with, by what it is: public ones need no log-in, unversioned ones never are stale.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    kinds::describe(components);
    for (path, item) in &mut document.paths.paths {
        let methods = [(false, &mut item.get), (true, &mut item.post), (true, &mut item.put), (true, &mut item.delete)];
        for (is_write, operation) in methods.into_iter().filter_map(|(is_write, o)| Some((is_write, o.as_mut()?))) {
            let is_public = operation.security.is_some();
            let has_id = path.contains('{');
            let has_body = operation.request_body.is_some();
            let mut has_json = false;
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                has_json = body.content.contains_key("application/json");
                for (kind, content) in &mut body.content {
                    say_bytes(kind, content);
                    give_example(kind, content, components);
                }
            }
            let is_versioned =
                operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::T(p) if p.name == "If-Match"));
            let has_input = has_body || operation.parameters.iter().flatten().count() > 0;
            let statuses = [
                ("400", has_body, "The body is no JSON or breaks off"),
                ("401", !is_public || path.ends_with("/sessions"), "Nobody is logged in"),
                ("401", path == "/api/v1/sessions/code", "The log-in took too long, or its ticket was used"),
                ("401", path.ends_with("/sessions/refresh"), "The session is over, or there is no cookie"),
                ("401", path == "/api/v1/kiosk/wall", "The link was withdrawn, or never was one"),
                ("403", true, "The caller may not do this; a key opens nothing but what is listed for it"),
                ("404", has_id || NOT_FOR_ALL.contains(&path.as_str()), "Not there, or not to be seen by the caller"),
                (
                    "409",
                    is_write && !is_public || READS_BY_STATE.contains(&path.as_str()),
                    "The state does not allow it",
                ),
                ("413", has_body, "The body is larger than is taken"),
                ("415", has_json, "The body is said to be something else than JSON"),
                (
                    "412",
                    is_versioned || path == "/api/v1/channel-rules",
                    "Somebody changed it meanwhile; `version` says what holds now",
                ),
                ("422", has_input, "The content is refused; `errors` says where and why"),
                ("428", is_versioned, "`If-Match` is missing"),
                ("429", is_try(path), "Too many tries; `Retry-After` says when to come back"),
                (
                    "429",
                    path == "/api/v1/live" || path == "/api/v1/events",
                    "Too many streams of this session or key; `Retry-After` says when to come back",
                ),
                ("503", true, "The database does not answer; it heals by itself"),
            ];
            for (status, answer) in &mut operation.responses.responses {
                if let RefOr::T(answer) = answer {
                    if answer.description.is_empty() {
                        what_comes(status).clone_into(&mut answer.description);
                    }
                    answer.content.iter_mut().for_each(|(kind, content)| say_bytes(kind, content));
                    if status.starts_with('2') {
                        let name = operation.operation_id.as_deref().unwrap_or_default();
                        answer
                            .content
                            .iter_mut()
                            .for_each(|(kind, content)| show_answer(name, kind, content, components));
                    }
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

/// A file is bytes, which the handlers' type says as a list of numbers.
fn say_bytes(kind: &str, content: &mut RefOr<Content>) {
    let RefOr::T(content) = content else { return };
    let is_list = matches!(content.schema, Some(RefOr::T(Schema::Array(_))));
    if kind != "application/json" && is_list {
        let bytes =
            ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        content.schema = Some(bytes.build().into());
    }
}

/// A body in JSON without an example gets the one its fields make.
fn give_example(kind: &str, content: &mut RefOr<Content>, components: &Components) {
    if let RefOr::T(content) = content
        && kind == "application/json"
        && content.example.is_none()
        && let Some(schema) = &content.schema
    {
        content.example = Some(examples::of_schema(schema, components, 0));
    }
}

/// An answer in JSON shows one that was given in the tests; one that none of them brings about, what its fields make.
fn show_answer(operation: &str, kind: &str, content: &mut RefOr<Content>, components: &Components) {
    let known = examples::answer(operation).filter(|_| kind == "application/json").cloned();
    match content {
        RefOr::T(content) if known.is_some() => content.example = known,
        _ => give_example(kind, content, components),
    }
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
