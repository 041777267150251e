//! SCIM 2.0 (RFC 7643, RFC 7644; docs/domain.md §36): people and units for the system that keeps them, under `/api/scim/v2`. What it may do is what the
//! organisation's own page does; what it is refused has its code inside a SCIM error.

mod discovery;
mod resource;

use std::collections::HashMap;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, Path, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use domain::ids::{PersonId, UnitId};
use domain::refusal::Refusal;
use domain::scim::filter::{self, Term};
use domain::scim::{self, GROUP, MOST_RESULTS, Shape, USER, patch, urn};
use persistence::directory::{self, Asked, PersonForm};
use persistence::{Origin, PgConnection};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::auth;
use crate::extract::{Caller, read};
use crate::problem::Problem;
use resource::Base;

/// Where it is spoken.
pub const FRONT: &str = "/api/scim/v2";
const JSON: &str = "application/scim+json";
/// Largest body, bytes.
const LARGEST: usize = 1024 * 1024;

/// Its addresses.
pub fn routes() -> actix_web::Scope {
    let at = |path: &str| web::resource(path.to_owned()).default_service(web::route().to(not_so));
    web::scope(FRONT)
        .service(at("/ServiceProviderConfig").route(web::get().to(config)))
        .service(at("/ResourceTypes").route(web::get().to(resource_types)))
        .service(at("/ResourceTypes/{id}").route(web::get().to(resource_type)))
        .service(at("/Schemas").route(web::get().to(schemas)))
        .service(at("/Schemas/{id}").route(web::get().to(schema)))
        .service(at("/.search").route(web::post().to(search_all)))
        .service(at("/Users/.search").route(web::post().to(search_users)))
        .service(at("/Groups/.search").route(web::post().to(search_groups)))
        .service(at("/Users").route(web::get().to(list_users)).route(web::post().to(create_user)))
        .service(
            at("/Users/{id}")
                .route(web::get().to(get_user))
                .route(web::put().to(change_user))
                .route(web::patch().to(change_user))
                .route(web::delete().to(remove_user)),
        )
        .service(at("/Groups").route(web::get().to(list_groups)).route(web::post().to(create_group)))
        .service(
            at("/Groups/{id}")
                .route(web::get().to(get_group))
                .route(web::put().to(change_group))
                .route(web::patch().to(change_group))
                .route(web::delete().to(remove_group)),
        )
        .default_service(web::route().to(nothing_there))
}

async fn not_so() -> Result<HttpResponse, Problem> {
    Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"))
}

async fn nothing_there() -> Result<HttpResponse, Problem> {
    Err(Problem::not_found())
}

/// A problem as a SCIM error: the status of the standard, its word, and our code before the words.
pub fn error(problem: &Problem) -> (StatusCode, String) {
    let fault = problem.errors.first();
    let code = match fault {
        Some(fault) if problem.code == "content" => fault.code.as_str(),
        _ => problem.code.as_str(),
    };
    let (word, status) = scim::scim_type(code);
    let status = status.unwrap_or(if problem.status == 422 { 400 } else { problem.status });
    let words = match fault {
        Some(fault) if fault.text != problem.title => format!("{}（{} {}）", problem.title, fault.pointer, fault.text),
        _ => problem.title.clone(),
    };
    // The standard's error has no room for a code of ours, so that it stands before the words.
    let mut body =
        json!({ "schemas": [urn::ERROR], "status": status.to_string(), "detail": format!("{code}: {words}") });
    // The word goes with faults of the request alone.
    if let Some(word) = word.filter(|_| matches!(status, 400 | 409 | 413)) {
        body["scimType"] = json!(word);
    }
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), body.to_string())
}

fn answer(status: StatusCode, body: &Value) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_TYPE, JSON));
    if let Some(version) = body["meta"]["version"].as_str().and_then(|v| HeaderValue::from_str(v).ok()) {
        response.insert_header((header::ETAG, version));
    }
    if let Some(location) = body["meta"]["location"].as_str().filter(|_| status == StatusCode::CREATED) {
        response.insert_header((header::LOCATION, location));
    }
    response.body(body.to_string())
}

async fn config(_: Caller, request: HttpRequest) -> HttpResponse {
    answer(StatusCode::OK, &discovery::config(&Base::of(&request)))
}

async fn resource_types(_: Caller, request: HttpRequest) -> HttpResponse {
    answer(StatusCode::OK, &resource::list(discovery::resource_types(&Base::of(&request))))
}

async fn resource_type(_: Caller, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    one_of(discovery::resource_types(&Base::of(&request)), &id)
}

async fn schemas(_: Caller, request: HttpRequest) -> HttpResponse {
    answer(StatusCode::OK, &resource::list(discovery::schemas(&Base::of(&request))))
}

async fn schema(_: Caller, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    one_of(discovery::schemas(&Base::of(&request)), &id)
}

fn one_of(all: Vec<Value>, id: &str) -> Result<HttpResponse, Problem> {
    let found = all.iter().find(|one| one["id"] == id).ok_or_else(Problem::not_found)?;
    Ok(answer(StatusCode::OK, found))
}

/// What a list is asked with.
struct Question {
    asked: Asked,
    start: i64,
    only: Option<Vec<String>>,
    without: Vec<String>,
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()).collect()
}

fn question(request: &HttpRequest, shape: &Shape) -> Result<Question, Problem> {
    let query = web::Query::<HashMap<String, String>>::from_query(request.query_string());
    let query = query.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed"))?.into_inner();
    question_of(&query, shape)
}

/// The same asked in a body (RFC 7644 §3.4.3).
fn question_in(body: &Value, shape: &Shape) -> Result<Question, Problem> {
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = |value: &Value| match value {
        Value::Array(all) => all.iter().map(word).collect::<Vec<_>>().join(","),
        other => word(other),
    };
    let map = body.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    question_of(&map.map(|(key, value)| (key.clone(), text(value))).collect(), shape)
}

fn question_of(query: &HashMap<String, String>, shape: &Shape) -> Result<Question, Problem> {
    if query.contains_key("sortBy") {
        return Err(Problem::field("/sortBy", "scim-sort-unsupported"));
    }
    let number = |name: &str, otherwise: i64| match query.get(name) {
        None => Ok(otherwise),
        Some(text) => text.parse::<i64>().map_err(|_| Problem::field(&format!("/{name}"), "wrong-type")),
    };
    let most = i64::try_from(MOST_RESULTS).unwrap_or(i64::MAX);
    let start = number("startIndex", 1)?.max(1);
    let limit = number("count", most)?.clamp(0, most);
    let terms = match query.get("filter") {
        None => Vec::new(),
        Some(text) => filter::of_list(text, shape)?,
    };
    let asked = Asked { offset: start - 1, limit, ..wanted(&terms) };
    let only = query.get("attributes").map(|text| names(text));
    let without = query.get("excludedAttributes").map(|text| names(text)).unwrap_or_default();
    Ok(Question { asked, start, only, without })
}

fn wanted(terms: &[Term]) -> Asked {
    let mut asked = Asked::default();
    for term in terms {
        let text = term.value.as_str().map(str::to_owned);
        let clash = match term.attribute.as_str() {
            "id" => {
                let id = text.and_then(|t| t.parse::<Uuid>().ok());
                let clash = id.is_none() || asked.id.is_some_and(|known| Some(known) != id);
                asked.id = id;
                clash
            }
            "externalId" => {
                asked.external_id.replace(text.clone().unwrap_or_default()).is_some_and(|k| Some(k) != text)
            }
            "active" => {
                let now = term.value.as_bool();
                let clash = asked.is_active.is_some() && asked.is_active != now;
                asked.is_active = now;
                clash
            }
            _ => asked.called.replace(text.clone().unwrap_or_default()).is_some_and(|k| Some(k) != text),
        };
        asked.is_nothing |= clash;
    }
    asked
}

fn page(question: &Question, total: i64, mut resources: Vec<Value>) -> HttpResponse {
    for resource in &mut resources {
        resource::narrow(resource, question.only.as_deref(), &question.without);
    }
    let mut list = resource::list(resources);
    list["totalResults"] = json!(total);
    list["startIndex"] = json!(question.start);
    answer(StatusCode::OK, &list)
}

/// One resource as it was asked for.
fn single(request: &HttpRequest, status: StatusCode, mut body: Value, shape: &Shape) -> Result<HttpResponse, Problem> {
    let question = question(request, shape)?;
    resource::narrow(&mut body, question.only.as_deref(), &question.without);
    Ok(answer(status, &body))
}

/// The version a change rests on, if it names one.
fn expected(request: &HttpRequest) -> Option<String> {
    let text = request.headers().get(header::IF_MATCH)?.to_str().ok()?.trim();
    (text != "*").then(|| text.trim_start_matches("W/").trim_matches('"').to_owned())
}

async fn body(request: &HttpRequest, payload: Payload) -> Result<Value, Problem> {
    if ![JSON, "application/json"].contains(&request.content_type()) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type"));
    }
    let bytes = read(payload, LARGEST).await?;
    let value: Value = crate::extract::parse(&bytes)?;
    if value.is_object() { Ok(value) } else { Err(Problem::new(StatusCode::BAD_REQUEST, "malformed")) }
}

fn id_of(text: &str) -> Result<Uuid, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

/// The resource as it is to be: sent whole, or changed from what it is.
fn changed(method: &Method, now: Value, sent: Value, shape: &Shape) -> Result<Value, Refusal> {
    if *method == Method::PATCH { patch::apply(now, &patch::operations(&sent)?, shape) } else { Ok(sent) }
}

async fn list_users(caller: Caller, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    users(&caller, &app, question(&request, &USER)?, &request).await
}

async fn search_users(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let asked = question_in(&body(&request, payload).await?, &USER)?;
    users(&caller, &app, asked, &request).await
}

async fn users(caller: &Caller, app: &App, question: Question, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let (origin, asked) = (caller.origin.clone(), question.asked.clone());
    let (total, found) =
        app.db.read(&caller.origin.actor, move |conn| directory::people(conn, &origin, &asked)).await?;
    let base = Base::of(request);
    Ok(page(&question, total, found.iter().map(|person| resource::user(person, &base)).collect()))
}

/// People first, then units: a filter has to fit both.
async fn search_all(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let sent = body(&request, payload).await?;
    let (question, of_units) = (question_in(&sent, &USER)?, question_in(&sent, &GROUP)?.asked);
    let (origin, asked) = (caller.origin.clone(), question.asked.clone());
    let (n_people, people, n_units, units) = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let (n_people, people) = directory::people(conn, &origin, &asked)?;
            let shown = i64::try_from(people.len()).unwrap_or(i64::MAX);
            let behind = Asked { offset: (asked.offset - n_people).max(0), limit: asked.limit - shown, ..of_units };
            let (n_units, units) = directory::units(conn, &origin, &behind)?;
            Ok((n_people, people, n_units, units))
        })
        .await?;
    let base = Base::of(&request);
    let people = people.iter().map(|person| resource::user(person, &base));
    let all = people.chain(units.iter().map(|unit| resource::group(unit, &base)));
    Ok(page(&question, n_people + n_units, all.collect()))
}

async fn get_user(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (origin, id) = (caller.origin.clone(), PersonId(id_of(&id)?));
    let person = app.db.read(&caller.origin.actor, move |conn| directory::person(conn, &origin, id)).await?;
    single(&request, StatusCode::OK, resource::user(&person, &Base::of(&request)), &USER)
}

async fn create_user(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let sent = body(&request, payload).await?;
    let form = resource::person_form(&sent, None)?;
    let origin = caller.origin.clone();
    let person = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let id = directory::put_person(conn, &origin, None, form, None)?;
            directory::person(conn, &origin, id)
        })
        .await?;
    auth::forget();
    single(&request, StatusCode::CREATED, resource::user(&person, &Base::of(&request)), &USER)
}

async fn change_user(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let sent = body(&request, payload).await?;
    let (origin, id, base) = (caller.origin.clone(), PersonId(id_of(&id)?), Base::of(&request));
    let (expected, method, at) = (expected(&request), request.method().clone(), base.clone());
    let person = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let before = directory::person(conn, &origin, id)?;
            let wanted = changed(&method, resource::user(&before, &at), sent, &USER)?;
            let form = resource::person_form(&wanted, Some(&before))?;
            // What is changed from what it is rests on that, whether the client says so or not.
            let rests = expected.or_else(|| Some(before.version.to_string()));
            directory::put_person(conn, &origin, Some(id), form, rests.as_deref())?;
            directory::person(conn, &origin, id)
        })
        .await?;
    auth::forget();
    single(&request, StatusCode::OK, resource::user(&person, &base), &USER)
}

async fn remove_user(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (origin, id, expected) = (caller.origin.clone(), PersonId(id_of(&id)?), expected(&request));
    app.db.write(&caller.origin.actor, move |conn| remove_person(conn, &origin, id, expected.as_deref())).await?;
    auth::forget();
    Ok(HttpResponse::NoContent().finish())
}

fn remove_person(
    conn: &mut PgConnection,
    origin: &Origin,
    id: PersonId,
    expected: Option<&str>,
) -> Result<(), persistence::Error> {
    let before = directory::person(conn, origin, id)?;
    let form = PersonForm { code: before.code, name: before.name, external_id: None, is_active: false, posts: None };
    directory::put_person(conn, origin, Some(id), form, expected)?;
    directory::hide(conn, origin, id)
}

async fn list_groups(caller: Caller, app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    groups(&caller, &app, question(&request, &GROUP)?, &request).await
}

async fn search_groups(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let asked = question_in(&body(&request, payload).await?, &GROUP)?;
    groups(&caller, &app, asked, &request).await
}

async fn groups(
    caller: &Caller,
    app: &App,
    question: Question,
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (origin, asked) = (caller.origin.clone(), question.asked.clone());
    let (total, found) = app.db.read(&caller.origin.actor, move |conn| directory::units(conn, &origin, &asked)).await?;
    let base = Base::of(request);
    Ok(page(&question, total, found.iter().map(|unit| resource::group(unit, &base)).collect()))
}

async fn get_group(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (origin, id) = (caller.origin.clone(), UnitId(id_of(&id)?));
    let unit = app.db.read(&caller.origin.actor, move |conn| directory::unit(conn, &origin, id)).await?;
    single(&request, StatusCode::OK, resource::group(&unit, &Base::of(&request)), &GROUP)
}

async fn create_group(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let sent = body(&request, payload).await?;
    let form = resource::unit_form(&sent, None)?;
    let origin = caller.origin.clone();
    let unit = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let id = directory::put_unit(conn, &origin, None, form, None)?;
            directory::unit(conn, &origin, id)
        })
        .await?;
    auth::forget();
    single(&request, StatusCode::CREATED, resource::group(&unit, &Base::of(&request)), &GROUP)
}

async fn change_group(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let sent = body(&request, payload).await?;
    let (origin, id, base) = (caller.origin.clone(), UnitId(id_of(&id)?), Base::of(&request));
    let (expected, method, at) = (expected(&request), request.method().clone(), base.clone());
    let unit = app
        .db
        .write(&caller.origin.actor, move |conn| {
            let before = directory::unit(conn, &origin, id)?;
            let wanted = changed(&method, resource::group(&before, &at), sent, &GROUP)?;
            let form = resource::unit_form(&wanted, Some(&before))?;
            let rests = expected.or_else(|| Some(before.version.clone()));
            directory::put_unit(conn, &origin, Some(id), form, rests.as_deref())?;
            directory::unit(conn, &origin, id)
        })
        .await?;
    auth::forget();
    single(&request, StatusCode::OK, resource::group(&unit, &base), &GROUP)
}

async fn remove_group(
    caller: Caller,
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (origin, id, expected) = (caller.origin.clone(), UnitId(id_of(&id)?), expected(&request));
    app.db
        .write(&caller.origin.actor, move |conn| directory::retire_unit(conn, &origin, id, expected.as_deref()))
        .await?;
    auth::forget();
    Ok(HttpResponse::NoContent().finish())
}
