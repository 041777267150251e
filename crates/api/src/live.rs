//! Tells an open page that something it shows has changed: one stream a page, fed by one look a second at the order of events, however many look.
//! A message says only what changed and never what it says now; the page asks for that as it always does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use domain::actor::{Actor, PersonActor};
use domain::ids::{AccountId, PersonId};
use domain::rights::{self, Subject};
use futures_util::stream;
use persistence::actors::LoadedActor;
use persistence::changes::{self, Changes};
use serde::Serialize;
use tokio::sync::{Notify, watch};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::{self, Caller};
use crate::problem::Problem;

/// How often the order of events is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// After so many looks it is asked who may still listen.
const LOOKS_PER_ROUND: u32 = 5;
/// How long after a failure.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often a silent stream says that it lives.
const BEAT: Duration = Duration::from_secs(15);
/// Streams of one session: its tabs, where the browser cannot let them share one.
const PER_SESSION: usize = 6;
/// Streams in all.
const IN_ALL: usize = 5_000;
/// Most tasks a message names.
const NAMED: usize = 50;
/// How far back notices are looked for again, because they may have been written elsewhere at the same moment, milliseconds.
const LOOKED_BACK: u128 = 30_000;

/// What has changed of what the caller sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Changed {
    /// He was told something.
    pub notices: bool,
    /// Something may wait for him that did not, or no longer.
    pub todo: bool,
    /// Tasks in his sight.
    pub tasks: BTreeSet<Uuid>,
    /// There are more than are named.
    pub is_many: bool,
    /// Some check that he sees.
    pub checks: bool,
    /// Some document that he sees.
    pub documents: bool,
    /// Some slip that he sees.
    pub slips: bool,
    /// Some meeting that he sees, or something resolved that is his to do.
    pub meetings: bool,
    /// Some act of a personal duty that he sees.
    pub duties: bool,
    /// Some publication that he sees.
    pub publications: bool,
    /// Some opinion that he sees.
    pub opinions: bool,
}

/// A message of the stream.
#[derive(ToSchema)]
pub struct LiveMessage {
    /// `hello`, `changed` or `over`.
    #[schema(example = "changed")]
    pub event: String,
    /// `Changed` as JSON.
    #[schema(content_media_type = "application/json")]
    pub data: String,
}

impl Changed {
    fn name(&mut self, task: Uuid) {
        self.todo = true;
        if self.tasks.len() < NAMED {
            self.tasks.insert(task);
        } else {
            self.is_many |= !self.tasks.contains(&task);
        }
    }
}

/// What waits to be sent on a stream: changes add up, so that a slow reader holds no more than one message.
#[derive(Default)]
struct Held {
    changed: Changed,
    is_over: bool,
}

#[derive(Default)]
struct Letterbox {
    held: Mutex<Held>,
    rings: Notify,
}

/// Goes on where somebody panicked while he held it; what is in it is whole between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Letterbox {
    fn put(&self, change: impl FnOnce(&mut Held)) {
        change(&mut lock(&self.held));
        self.rings.notify_one();
    }

    fn take(&self) -> Option<Held> {
        let mut held = lock(&self.held);
        let is_some = held.is_over || held.changed != Changed::default();
        is_some.then(|| std::mem::take(&mut *held))
    }
}

/// Somebody who listens.
struct Listener {
    account: AccountId,
    epoch: i32,
    session: Uuid,
    ends_at: DateTime<Utc>,
    person: Option<PersonId>,
    actor: Actor,
    letters: Arc<Letterbox>,
}

/// How far the order of events and the notices were read.
#[derive(Clone)]
struct Cursor {
    position: i64,
    told: BTreeSet<Uuid>,
}

#[derive(Default)]
struct State {
    cursor: Option<Cursor>,
    listeners: BTreeMap<u64, Listener>,
    next: u64,
    is_closed: bool,
}

/// Everybody who listens to this server.
#[derive(Default)]
pub struct Live {
    state: Mutex<State>,
}

/// A place among the listeners, given up when it is dropped.
struct Place {
    live: Arc<Live>,
    id: u64,
    letters: Arc<Letterbox>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.live.state);
        state.listeners.remove(&self.id);
        if state.listeners.is_empty() {
            state.cursor = None;
        }
    }
}

/// The lowest id of a notice that is looked at; ids begin with the time they were made.
fn floor() -> Uuid {
    let now = Uuid::now_v7().as_u128() >> 80;
    Uuid::from_u128(now.saturating_sub(LOOKED_BACK) << 80)
}

impl Live {
    /// How many listen.
    pub fn listeners(&self) -> usize {
        lock(&self.state).listeners.len()
    }

    /// Whether the server stops, and with it every stream.
    pub fn is_closed(&self) -> bool {
        lock(&self.state).is_closed
    }

    /// Ends every stream and takes no new one, so that the server can stop.
    pub fn close(&self) {
        let mut state = lock(&self.state);
        state.is_closed = true;
        state.listeners.values().for_each(|l| l.letters.put(|held| held.is_over = true));
    }

    fn enter(self: &Arc<Self>, listener: Listener, cursor: Cursor) -> Result<Place, Problem> {
        let mut state = lock(&self.state);
        if state.is_closed {
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
        }
        let of_session =
            state.listeners.values().filter(|l| (l.account, l.session) == (listener.account, listener.session));
        if of_session.count() >= PER_SESSION || state.listeners.len() >= IN_ALL {
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests").retry_after(60));
        }
        // Whoever comes first says where to begin.
        state.cursor.get_or_insert(cursor);
        state.next += 1;
        let (id, letters) = (state.next, listener.letters.clone());
        state.listeners.insert(id, listener);
        Ok(Place { live: self.clone(), id, letters })
    }

    fn cursor(&self) -> Option<Cursor> {
        lock(&self.state).cursor.clone()
    }

    /// Tells whoever sees what changed.
    fn deliver(&self, changes: &Changes, seen: &[(Uuid, Subject)], told: Vec<(Uuid, Uuid)>, floor: Uuid) {
        let mut state = lock(&self.state);
        let Some(cursor) = state.cursor.as_mut() else { return };
        cursor.position = changes.position;
        let news: BTreeSet<PersonId> =
            told.iter().filter(|(id, _)| !cursor.told.contains(id)).map(|(_, person)| PersonId(*person)).collect();
        cursor.told.extend(told.into_iter().map(|(id, _)| id));
        cursor.told.retain(|id| *id > floor);
        for listener in state.listeners.values() {
            let changed = Changed {
                notices: listener.person.is_some_and(|p| news.contains(&p)),
                ..changed_for(&listener.actor, changes, seen)
            };
            if changed != Changed::default() {
                listener.letters.put(|held| {
                    held.changed.notices |= changed.notices;
                    held.changed.todo |= changed.todo;
                    changed.tasks.into_iter().for_each(|task| held.changed.name(task));
                    held.changed.is_many |= changed.is_many;
                    held.changed.checks |= changed.checks;
                    held.changed.slips |= changed.slips;
                    held.changed.documents |= changed.documents;
                    held.changed.meetings |= changed.meetings;
                    held.changed.duties |= changed.duties;
                    held.changed.publications |= changed.publications;
                    held.changed.opinions |= changed.opinions;
                });
            }
        }
    }

    fn asked(&self) -> (Vec<AccountId>, Vec<Uuid>) {
        let state = lock(&self.state);
        let accounts: BTreeSet<AccountId> = state.listeners.values().map(|l| l.account).collect();
        let sessions: BTreeSet<Uuid> = state.listeners.values().map(|l| l.session).collect();
        (accounts.into_iter().collect(), sessions.into_iter().collect())
    }

    /// Ends the streams of whoever may no longer listen, and takes in what the others see now.
    fn refresh(&self, actors: &BTreeMap<AccountId, LoadedActor>, ended: &BTreeSet<Uuid>, now: DateTime<Utc>) {
        for listener in lock(&self.state).listeners.values_mut() {
            let standing = actors.get(&listener.account).filter(|a| a.is_active && a.epoch == listener.epoch);
            match standing {
                Some(loaded) if now < listener.ends_at && !ended.contains(&listener.session) => {
                    listener.actor = Actor::Person(Box::new(loaded.actor.clone()));
                }
                _ => listener.letters.put(|held| held.is_over = true),
            }
        }
    }
}

/// What has changed of what somebody sees, notices aside.
fn changed_for(actor: &Actor, changes: &Changes, seen: &[(Uuid, Subject)]) -> Changed {
    let (scope, person) = (rights::scope(actor), actor.person().and_then(|p| p.person));
    let mut changed = Changed {
        todo: changes.rounds.iter().any(|round| scope.rounds.contains(round)),
        checks: changes.checks.iter().any(|check| rights::sees_check(actor, check)),
        slips: changes.slips.iter().any(|(slip, of)| rights::sees_slip(actor, slip, of)),
        ..Changed::default()
    };
    for (document, group) in &changes.documents {
        let concerns = rights::sees_document(actor, document, group);
        changed.documents |= concerns;
        changed.todo |= concerns;
    }
    for (meeting, group) in &changes.meetings {
        let owns = meeting.items.iter().filter_map(|i| i.resolution()).any(|r| rights::owns(actor, r));
        let concerns = rights::sees_meeting(actor, meeting, group) || owns && meeting.concluded_at.is_some();
        changed.meetings |= concerns;
        changed.todo |= concerns;
    }
    changed.publications = changes.publications.iter().any(|p| rights::sees_publication(actor, p));
    changed.opinions = changes.opinions.iter().any(|(o, unit)| rights::sees_opinion(actor, o, unit.as_ref()));
    changed.todo |= changed.publications || changed.opinions;
    for (act, head) in &changes.duties {
        let concerns = rights::sees_duties(actor, act.round, head);
        changed.duties |= concerns;
        changed.todo |= concerns && person == Some(act.head);
    }
    seen.iter().filter(|(_, s)| scope.covers(s)).for_each(|(task, _)| changed.name(*task));
    changed
}

/// Whether what happened may have changed what waits for somebody.
pub(crate) fn concerns(changes: &Changes, seen: &[(Uuid, Subject)], actor: &PersonActor) -> bool {
    changed_for(&Actor::Person(Box::new(actor.clone())), changes, seen) != Changed::default()
}

/// Looks until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut looks: u32 = 0;
    loop {
        looks = looks.wrapping_add(1);
        let is_round = u32::is_multiple_of(looks, LOOKS_PER_ROUND);
        let rest = match turn(&app, is_round).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => LOOK,
            // The jobs say that the database is away.
            Err(_) => REST_AFTER_FAILURE,
        };
        tokio::select! {
            _ = stop.changed() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// One look: whether there is more to see at once. Nothing is asked while nobody listens.
async fn turn(app: &App, is_round: bool) -> Result<bool, Problem> {
    let Some(Cursor { position, .. }) = app.live.cursor() else { return Ok(false) };
    let (floor, now) = (floor(), app.clock.now());
    let (changes, seen, told) = app
        .db
        .read(&Actor::System, move |conn| {
            let changes = changes::since(conn, position, now)?;
            let ids: BTreeSet<Uuid> = changes.tasks.values().flatten().copied().collect();
            let seen = if ids.is_empty() { Vec::new() } else { changes::subjects(conn, &ids)? };
            Ok((changes, seen, changes::told_since(conn, floor)?))
        })
        .await?;
    app.live.deliver(&changes, &seen, told, floor);
    if is_round {
        let (accounts, sessions) = app.live.asked();
        let now = app.clock.now();
        let today = domain::calendar::today(now);
        let (actors, ended) = app
            .db
            .read(&Actor::System, move |conn| {
                let actors = persistence::actors::of_accounts(conn, &accounts, today)?;
                Ok((actors, changes::ended_sessions(conn, &sessions)?))
            })
            .await?;
        app.live.refresh(&actors, &ended, now);
    }
    Ok(changes.is_cut)
}

/// A message as it goes over the wire.
fn message(event: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
}

/// Where a stream stands: about to begin, under way, over.
enum Stage {
    First(Place),
    Open(Place),
    Over,
}

async fn next(stage: Stage) -> Option<(Result<Bytes, actix_web::Error>, Stage)> {
    let nothing = Changed::default();
    let (said, stage) = match stage {
        Stage::First(place) => (message("hello", &nothing), Stage::Open(place)),
        Stage::Open(place) => loop {
            match place.letters.take() {
                Some(held) if held.is_over => break (message("over", &nothing), Stage::Over),
                Some(held) => break (message("changed", &held.changed), Stage::Open(place)),
                None => {}
            }
            if tokio::time::timeout(BEAT, place.letters.rings.notified()).await.is_err() {
                break (Bytes::from_static(b": alive\n\n"), Stage::Open(place));
            }
        },
        Stage::Over => return None,
    };
    Some((Ok(said), stage))
}

/// Listen to what changes.
///
/// Server-sent events: `hello` once, then `changed` with what changed of what the caller sees, `over` when the session or the access token ends
/// or the server stops; a comment every 15 seconds says that the stream lives. Whoever reconnects asks for everything he shows again.
#[utoipa::path(tag = "live", responses((status = 200, content_type = "text/event-stream", body = LiveMessage)))]
#[get("/live")]
pub async fn listen(caller: Caller, request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let bearer = extract::bearer(&request).and_then(|token| app.keys.check(token, caller.origin.now));
    let bearer = bearer.ok_or_else(Problem::unauthenticated)?;
    let floor = floor();
    let cursor = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let told = changes::told_since(conn, floor)?.into_iter().map(|(id, _)| id).collect();
            Ok(Cursor { position: changes::position(conn)?, told })
        })
        .await?;
    let listener = Listener {
        account: bearer.account,
        epoch: bearer.epoch,
        session: bearer.session,
        ends_at: bearer.ends_at,
        person: caller.origin.person(),
        actor: caller.origin.actor.clone(),
        letters: Arc::default(),
    };
    let place = app.live.enter(listener, cursor)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        // Neither gathered to be compressed here nor by a proxy.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(Stage::First(place), next)))
}

#[cfg(test)]
mod tests {
    use domain::actor::Role;
    use domain::ids::RoundId;

    use super::*;

    fn listener(session: u128) -> Listener {
        Listener {
            account: AccountId(Uuid::from_u128(1)),
            epoch: 1,
            session: Uuid::from_u128(session),
            ends_at: DateTime::<Utc>::MAX_UTC,
            person: Some(PersonId(Uuid::from_u128(9))),
            actor: Actor::Person(Box::new(principal(RoundId(Uuid::from_u128(7))))),
            letters: Arc::default(),
        }
    }

    fn principal(round: RoundId) -> PersonActor {
        PersonActor {
            account: AccountId(Uuid::from_u128(1)),
            person: Some(PersonId(Uuid::from_u128(9))),
            name: String::new(),
            role: Some(Role::Leader),
            duty: None,
            memberships: Vec::new(),
            assignments: Vec::new(),
            principal_of: vec![round],
            heads_group_of: Vec::new(),
            stands_in_for: Vec::new(),
            service: None,
        }
    }

    fn cursor() -> Cursor {
        Cursor { position: 3, told: BTreeSet::new() }
    }

    fn subject(round: u128) -> Subject {
        Subject {
            round: RoundId(Uuid::from_u128(round)),
            state: domain::task::state::TaskState::Issued,
            sensitivity: domain::task::state::Sensitivity::Open,
            readers: Vec::new(),
            leaders: Vec::new(),
            cross_checkers: Vec::new(),
            units: Vec::new(),
            supporting: Vec::new(),
            milestone_units: Vec::new(),
            former_units: Vec::new(),
            lead_unit_has_accounts: true,
        }
    }

    #[test]
    fn a_slow_reader_holds_one_message_with_everything_in_it() {
        let live = Arc::new(Live::default());
        let place = live.enter(listener(1), cursor()).unwrap();
        for n in 0..200u128 {
            let changes = Changes { position: 4 + i64::try_from(n).unwrap(), ..Changes::default() };
            let others = Uuid::from_u128(5_000 + n);
            let seen = [(Uuid::from_u128(100 + n), subject(7)), (others, subject(8))];
            live.deliver(&changes, &seen, Vec::new(), Uuid::nil());
        }
        let held = place.letters.take().unwrap();
        assert_eq!((held.changed.tasks.len(), held.changed.is_many, held.changed.todo), (NAMED, true, true));
        assert!(held.changed.tasks.iter().all(|id| id.as_u128() < 5_000), "only of the round he sees");
        assert!(!held.changed.notices);
        assert!(place.letters.take().is_none());
    }

    #[test]
    fn a_notice_is_told_once_to_its_reader() {
        let live = Arc::new(Live::default());
        let place = live.enter(listener(1), cursor()).unwrap();
        let (mine, other) = (Uuid::from_u128(9), Uuid::from_u128(10));
        let changes = Changes { position: 3, ..Changes::default() };
        live.deliver(&changes, &[], vec![(Uuid::from_u128(50), other)], Uuid::nil());
        assert!(place.letters.take().is_none());
        for _ in 0..2 {
            live.deliver(&changes, &[], vec![(Uuid::from_u128(50), other), (Uuid::from_u128(51), mine)], Uuid::nil());
        }
        assert!(place.letters.take().unwrap().changed.notices);
        live.deliver(&changes, &[], vec![(Uuid::from_u128(51), mine)], Uuid::nil());
        assert!(place.letters.take().is_none());
    }

    #[test]
    fn a_session_has_so_many_streams_and_gives_them_back() {
        let live = Arc::new(Live::default());
        let held: Vec<Place> = (0..PER_SESSION).map(|_| live.enter(listener(1), cursor()).unwrap()).collect();
        assert_eq!(live.enter(listener(1), cursor()).map(|_| ()).unwrap_err().status, 429);
        let other = live.enter(listener(2), cursor()).unwrap();
        drop(held);
        let again = live.enter(listener(1), cursor()).unwrap();
        assert_eq!(live.listeners(), 2);
        drop((other, again));
        assert!(live.cursor().is_none(), "nothing is asked while nobody listens");
    }

    #[test]
    fn nobody_comes_in_once_it_is_closed() {
        let live = Arc::new(Live::default());
        let place = live.enter(listener(1), cursor()).unwrap();
        live.close();
        assert!(place.letters.take().unwrap().is_over);
        assert_eq!(live.enter(listener(1), cursor()).map(|_| ()).unwrap_err().status, 503);
    }

    #[test]
    fn whoever_may_no_longer_listen_is_told_so() {
        let live = Arc::new(Live::default());
        let (kept, ended) = (live.enter(listener(1), cursor()).unwrap(), live.enter(listener(2), cursor()).unwrap());
        let actor = domain::actor::PersonActor {
            account: AccountId(Uuid::from_u128(1)),
            person: None,
            name: String::new(),
            role: None,
            duty: None,
            memberships: Vec::new(),
            assignments: Vec::new(),
            principal_of: Vec::new(),
            heads_group_of: Vec::new(),
            stands_in_for: Vec::new(),
            service: None,
        };
        let loaded =
            LoadedActor { actor, login: String::new(), epoch: 1, is_active: true, must_change_password: false };
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let actors: BTreeMap<AccountId, LoadedActor> = [(AccountId(Uuid::from_u128(1)), loaded)].into();
        live.refresh(&actors, &[Uuid::from_u128(2)].into(), now);
        assert!(kept.letters.take().is_none());
        assert!(ended.letters.take().unwrap().is_over);
        live.refresh(&BTreeMap::new(), &BTreeSet::new(), now);
        assert!(kept.letters.take().unwrap().is_over);
    }
}
