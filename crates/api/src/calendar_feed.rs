//! A person's own deadlines for the calendar program he uses (docs/domain.md §38): a secret address, and behind it thin words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::today;
use domain::ics::{self, Entry};
use domain::ids::RoundId;
use persistence::{PgConnection, actors, agenda, calendar_links, rounds, slips};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::calendar::{own, slips_of};
use crate::extract::{Caller, address};
use crate::problem::Problem;
use crate::public::rate::{Rate, Use};
use crate::tokens;

/// Days behind and ahead of today that are told.
const BEHIND: u64 = 31;
const AHEAD: u64 = 366;
/// Days of one question.
const STRETCH: u64 = 31;

/// How often it is asked, apart from everything else.
static RATE: LazyLock<Rate> = LazyLock::new(Rate::default);

/// The caller's address of his calendar; its token was shown when it was made.
#[derive(Serialize, ToSchema)]
pub struct CalendarLinkView {
    pub made_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
}

/// An address that was made.
#[derive(Serialize, ToSchema)]
pub struct CalendarLinkMade {
    /// In this answer and nowhere else; behind the address of the page.
    #[schema(example = "/calendar/0123456789abcdef.ics")]
    pub path: String,
}

/// See whether the caller has an address of his calendar, and when it was last used.
#[utoipa::path(tag = "calendar", responses((status = 200, body = CalendarLinkView)))]
#[get("/me/calendar-link")]
pub async fn get_calendar_link(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let link = app.db.read(&caller.origin.actor, move |conn| calendar_links::find(conn, &origin)).await?;
    let made_at = link.as_ref().map(|l| l.made_at);
    Ok(HttpResponse::Ok().json(CalendarLinkView { made_at, last_used_at: link.and_then(|l| l.last_used_at) }))
}

/// Make an address of the caller's calendar. It is shown once; an earlier one is worth nothing from then on.
#[utoipa::path(tag = "calendar", responses((status = 201, body = CalendarLinkMade)))]
#[post("/me/calendar-link")]
pub async fn make_calendar_link(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    let (token, digest) = tokens::secret().map_err(Problem::internal)?;
    app.db.write(&caller.origin.actor, move |conn| calendar_links::make(conn, &origin, &digest)).await?;
    Ok(HttpResponse::Created().json(CalendarLinkMade { path: format!("/calendar/{token}.ics") }))
}

/// Revoke the address of the caller's calendar.
#[utoipa::path(tag = "calendar", responses((status = 204)))]
#[delete("/me/calendar-link")]
pub async fn revoke_calendar_link(caller: Caller, app: Data<App>) -> Result<HttpResponse, Problem> {
    let origin = caller.origin.clone();
    app.db.write(&caller.origin.actor, move |conn| calendar_links::revoke(conn, &origin)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What waits for the person on a day, in thin words: what kind and of which number, never what it is about.
fn entries(
    conn: &mut PgConnection,
    actor: &Actor,
    base: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<Entry>, persistence::Error> {
    let (from, to) = (today(now) - Days::new(BEHIND), today(now) + Days::new(AHEAD));
    let filter = own(actor).0;
    let at = |path: String| base.map(|base| format!("{}{path}", base.trim_end_matches('/')));
    let mut found = Vec::new();
    for round in rounds::list(conn, actor)?.into_iter().filter(|r| r.state == "active") {
        let round = RoundId(round.id);
        let mut nth: BTreeMap<String, usize> = BTreeMap::new();
        for first in days(from, to) {
            let last = (first + Days::new(STRETCH - 1)).min(to);
            for entry in agenda::entries(conn, actor, round, &filter, first, last)? {
                if entry.is_done {
                    continue;
                }
                let word = match entry.kind.as_str() {
                    "due" => "时限",
                    "review" => "评估",
                    _ => "节点",
                };
                let mut uid = format!("{}-{}", entry.kind, entry.task_id);
                if entry.kind == "milestone" {
                    uid = format!("{uid}-{}", entry.on_day);
                }
                let n = nth.entry(uid.clone()).or_default();
                *n += 1;
                found.push(Entry {
                    uid: format!("{uid}-{n}@bihuan"),
                    on: entry.on_day,
                    summary: format!("{word} {}", entry.number),
                    url: at(format!("/tasks/{}", entry.task_id)),
                });
            }
        }
        let lines = slips::list(conn, actor, round, now)?;
        for on in from.iter_days().take_while(|on| *on <= to) {
            for slip in slips_of(on, &lines, today(now)) {
                found.push(Entry {
                    uid: format!("slip-{}-{on}@bihuan", slip.id),
                    on,
                    summary: slip.title,
                    url: at(format!("/slips/{}", slip.id)),
                });
            }
        }
    }
    found.sort_by(|a, b| (a.on, &a.uid).cmp(&(b.on, &b.uid)));
    Ok(found)
}

fn days(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(from), |on| on.checked_add_days(Days::new(STRETCH))).take_while(move |on| *on <= to)
}

/// The calendar behind an address: no log-in, no word of what is sensitive.
pub async fn feed(request: HttpRequest, app: Data<App>, token: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    if !RATE.takes(Use::LookUp, &address(&request, &app), now) {
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").retry_after(60));
    }
    let digest = tokens::digest(token.as_bytes());
    let account = app.db.write(&Actor::System, move |conn| calendar_links::used(conn, &digest, now)).await?;
    let account = account.ok_or_else(Problem::not_found)?;
    let base = app.settings.public_url.clone();
    let found = app
        .db
        .read(&Actor::System, move |conn| {
            let loaded = actors::of_account(conn, account, today(now))?;
            if !loaded.is_active {
                return Err(persistence::Error::NotFound);
            }
            let actor = Actor::Person(Box::new(loaded.actor));
            entries(conn, &actor, base.as_deref(), now)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(ics::calendar("整改时限", &found, now)))
}
