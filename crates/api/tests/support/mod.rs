//! A house for tests: the sample group in a database of its own, a clock that stands where it is set, requests as anybody.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, reason = "each test uses its part")]

pub mod answers;
pub mod appraisal_operations;
pub mod document_operations;
pub mod events;
pub mod feed;
pub mod handover_operations;
pub mod operations;
pub mod post;
pub mod provider;
pub mod publication_operations;
pub mod publications;
pub mod receiver;
pub mod rule_operations;
pub mod served;
pub mod slapd;
pub mod slips;
pub mod systemic_operations;
pub mod word;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use actix_http::Request;
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};

use actix_web::web::Data;
use actix_web::{App as Server, middleware, test};
use api::app::{App, AppSettings, Clock, LdapSettings, OutwardSettings, ProviderSettings};
use api::tokens::TokenKeys;
use api::{demo, routes, telemetry, web};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::actor::UnitPath;
use domain::ids::{PersonId, UnitId};
use domain::workbook::table::{read_people, read_units};
use domain::workbook::{Directory, DirectoryPerson, DirectoryUnit};
use futures_util::future::LocalBoxFuture;
use persistence::Database;
use persistence::dataset::{self, Size};
use persistence::testing::TestDatabase;
use serde_json::{Value, json};
use uuid::Uuid;

type Call = Box<dyn Fn(Request) -> LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, actix_web::Error>>>;

thread_local! {
    /// How notices leave the next house that is made in this thread.
    pub static OUTWARD: RefCell<OutwardSettings> = RefCell::default();
    /// The provider of identities of the next house.
    pub static PROVIDER: RefCell<Option<ProviderSettings>> = RefCell::default();
    /// The directory of the next house.
    pub static LDAP: RefCell<Option<LdapSettings>> = RefCell::default();
}

pub struct House {
    pub app: App,
    pub db: TestDatabase,
    folder: PathBuf,
    call: Call,
    tokens: RefCell<HashMap<String, (DateTime<Utc>, String)>>,
}

/// A folder for keys and files that nobody else has.
fn own_folder() -> PathBuf {
    std::env::temp_dir().join(format!("bihuan-test-{}", Uuid::now_v7()))
}

fn app_in(db: &TestDatabase, pool: Database, folder: &Path, outward: OutwardSettings, now: DateTime<Utc>) -> App {
    let settings = AppSettings {
        data_dir: folder.to_owned(),
        web_dir: None,
        is_tls: false,
        public_url: PROVIDER.with_borrow(|p| p.as_ref().map(|_| "http://127.0.0.1:8080".to_owned())),
        trusts_proxy: false,
        outward,
        provider: PROVIDER.with_borrow(Clone::clone),
        ldap: LDAP.with_borrow(Clone::clone),
    };
    let clock = Clock::default();
    clock.set(now);
    App::new(pool, Database::new(&db.public_url(), 2), settings, TokenKeys::load(folder).unwrap(), clock)
}

/// A loaded house that others are copied from; nobody lives in it.
struct Model {
    db: TestDatabase,
    folder: PathBuf,
}

impl Model {
    /// A copy of the one that was loaded so at this moment.
    fn copied(now: DateTime<Utc>, load: fn(&App) -> Result<String, String>) -> (TestDatabase, PathBuf) {
        static KNOWN: Mutex<BTreeMap<(usize, i64), Model>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap();
        let model = known.entry((load as usize, now.timestamp_millis())).or_insert_with(|| Self::loaded(now, load));
        let folder = own_folder();
        copy_folder(&model.folder, &folder);
        (model.db.copy(), folder)
    }

    fn loaded(now: DateTime<Utc>, load: fn(&App) -> Result<String, String>) -> Self {
        let models = Path::new(env!("CARGO_TARGET_TMPDIR")).join("models");
        sweep(&models);
        let (db, folder) = (TestDatabase::new(), models.join(Uuid::now_v7().to_string()));
        let app = app_in(&db, Database::new(&db.url(), 8), &folder, OutwardSettings::default(), now);
        load(&app).unwrap();
        Self { db, folder }
    }
}

/// Nothing ends with a program of tests, so what an earlier one left is taken away by the next.
fn sweep(models: &Path) {
    for entry in std::fs::read_dir(models).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age.as_secs() > 2 * 3600) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy_folder(&path, &target) } else { std::fs::copy(path, target).map(drop).unwrap() }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: actix_web::http::header::HeaderMap,
    /// The body as it came.
    pub bytes: actix_web::web::Bytes,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.body);
        self.body
    }

    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        self.body
    }
}

/// A Monday, nine in the morning in Asia/Shanghai.
pub fn first_day() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-02T01:00:00Z").unwrap().to_utc()
}

impl House {
    /// Empty but for the sample group with its tasks as drafts, at `first_day`.
    pub async fn new() -> Self {
        Self::with(first_day(), demo::begin).await
    }

    /// The same, its database reached through another address of the tests' cluster.
    pub async fn behind(address: &str) -> Self {
        let direct = persistence::testing::cluster();
        Self::reaching(|url| url.replace(direct, address), first_day(), demo::begin).await
    }

    /// The sample group as it is loaded at a moment: once for all tests of a program that begin alike, each of which has a copy.
    pub async fn with(now: DateTime<Utc>, load: fn(&App) -> Result<String, String>) -> Self {
        Self::reaching(|url| url, now, load).await
    }

    async fn reaching(
        by: impl FnOnce(String) -> String,
        now: DateTime<Utc>,
        load: fn(&App) -> Result<String, String>,
    ) -> Self {
        let (db, folder) = actix_web::rt::task::spawn_blocking(move || Model::copied(now, load)).await.unwrap();
        let pool = Database::new(&by(db.url()), 8);
        Self::around(db, pool, folder, now).await
    }

    /// A data set instead of the sample group, and one connection, so that what it has prepared can be looked at.
    pub async fn measured(size: Size) -> Self {
        let db = TestDatabase::new();
        let now = DateTime::parse_from_rfc3339("2026-06-10T02:00:00Z").unwrap().to_utc();
        dataset::fill(&db.owner_url(), size, 1, "no password", now).unwrap();
        let pool = Database::new(&db.url(), 1);
        Self::around(db, pool, own_folder(), now).await
    }

    async fn around(db: TestDatabase, pool: Database, folder: PathBuf, now: DateTime<Utc>) -> Self {
        let app = app_in(&db, pool, &folder, OUTWARD.with_borrow(Clone::clone), now);
        let contract = Data::new(String::new());
        let shared = Data::new(app.clone());
        let service = test::init_service(
            Server::new()
                .app_data(shared)
                .configure(|c| routes::configure(c, &contract))
                .configure(web::configure)
                .wrap(middleware::Compress::default())
                .wrap(middleware::from_fn(telemetry::around)),
        )
        .await;
        let call: Call = Box::new(move |request| Box::pin(service.call(request)));
        Self { app, db, folder, call, tokens: RefCell::default() }
    }

    /// The password of every sample account.
    pub fn password(&self) -> String {
        std::fs::read_to_string(self.folder.join("demo-password")).unwrap().trim().to_owned()
    }

    /// Where its keys and files are.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Lets working time pass: sets the clock to nine in the morning of a day.
    pub fn set_day(&self, day: NaiveDate) {
        self.app.clock.set(day.and_hms_opt(1, 0, 0).unwrap().and_utc());
    }

    pub fn today(&self) -> NaiveDate {
        domain::calendar::today(self.app.clock.now())
    }

    pub fn pass_days(&self, days: i64) {
        self.app.clock.set(self.app.clock.now() + TimeDelta::days(days));
    }

    /// Runs the jobs until nothing is due.
    pub async fn keep_clock(&self) {
        while api::jobs::turn(&self.app).await.unwrap() {}
    }

    async fn token(&self, login: &str) -> String {
        // Another system comes with its key.
        if login.starts_with("bihuan_") {
            return login.to_owned();
        }
        let now = self.app.clock.now();
        if let Some((at, token)) = self.tokens.borrow().get(login)
            && now - *at < TimeDelta::minutes(5)
            && now >= *at
        {
            return token.clone();
        }
        let name = login.to_owned();
        let credential = self
            .app
            .db
            .read(&domain::actor::Actor::System, move |conn| persistence::accounts::credential(conn, &name))
            .await
            .unwrap()
            .unwrap_or_else(|| panic!("no account {login}"));
        let (token, _) = self.app.keys.issue(credential.id, credential.epoch, Uuid::nil(), now).unwrap();
        self.tokens.borrow_mut().insert(login.to_owned(), (now, token.clone()));
        token
    }

    /// Seals what happened; what a list says of it in its last words.
    pub fn sealed(&self) -> String {
        let (db, pace) = (self.db.database(), persistence::transparency::Pace::Now);
        while db.write_now(|conn| persistence::events::seal_at(conn, 500, pace)).unwrap() > 0 {}
        let kept = db.read_now(persistence::transparency::newest).unwrap().unwrap();
        let lines: Vec<&str> = kept.text.lines().collect();
        format!("。事件封存至第 {} 件，根 {}", lines[1], lines[2])
    }

    /// Everything is sealed, and the whole ledger verifies: chains, order, tree, every row against its events.
    pub fn verifies(&self) {
        self.sealed();
        let now = self.app.clock.now();
        let verified = |conn: &mut _| persistence::transparency::verify::whole(conn, Default::default(), None, now);
        let found = self.db.database().read_as_of_now(verified).unwrap();
        assert!(found.faults.is_empty() && found.size > 0, "{:?}", found.faults);
    }

    /// A token that holds by the real clock, for servers in processes of their own.
    pub fn real_token(&self, login: &str) -> String {
        let find = |conn: &mut _| Ok(persistence::accounts::credential(conn, login)?.expect("the account is there"));
        let credential = self.app.db.read_now(find).unwrap();
        let now = Clock::default().now();
        self.app.keys.issue(credential.id, credential.epoch, Uuid::nil(), now).unwrap().0
    }

    pub async fn send(&self, request: test::TestRequest) -> Answer {
        let request = request.to_request();
        let (method, path) = (request.method().to_string(), request.path().to_owned());
        let response = match (self.call)(request).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        // A stream of events has no end to wait for.
        let kind = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/event-stream") {
            return Answer { status, body: Value::Null, headers, bytes: actix_web::web::Bytes::new() };
        }
        let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
        let is_json =
            headers.get("content-type").is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("application/json")));
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if is_json {
            answers::given(&method, &path, status, &body);
        }
        Answer { status, body, headers, bytes }
    }

    /// A request as somebody; `-` is nobody.
    pub async fn request(
        &self,
        login: &str,
        method: &str,
        path: &str,
        version: Option<i64>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = test::TestRequest::with_uri(&format!("/api/v1{path}")).method(method.parse().unwrap());
        if login != "-" {
            request = request.insert_header(("authorization", format!("Bearer {}", self.token(login).await)));
        }
        if let Some(version) = version {
            request = request.insert_header(("if-match", format!("\"{version}\"")));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        self.send(request).await
    }

    pub async fn get(&self, login: &str, path: &str) -> Answer {
        self.request(login, "GET", path, None, None).await
    }

    /// The sample round.
    pub async fn round(&self) -> String {
        let me = self.get("p072", "/me").await.ok();
        me["rounds"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The id of a task by its number.
    pub async fn task(&self, number: &str) -> String {
        let round = self.round().await;
        let page = self.get("p072", &format!("/rounds/{round}/tasks?limit=200")).await.ok();
        let items = page["items"].as_array().unwrap();
        items.iter().find(|t| t["number"] == number).unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// An act on a task as somebody, on the version that holds now.
    pub async fn act(&self, login: &str, task: &str, act: &str, body: Value) -> Answer {
        let view = self.get("p072", &format!("/tasks/{task}")).await.ok();
        self.request(login, "POST", &format!("/tasks/{task}/{act}"), view["version"].as_i64(), Some(body)).await
    }

    /// Sends a file.
    pub async fn upload(&self, login: &str, path: &str, bytes: &'static [u8]) -> Answer {
        let token = self.token(login).await;
        let request = test::TestRequest::post()
            .uri(&format!("/api/v1{path}"))
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("content-type", "application/octet-stream"))
            .set_payload(bytes);
        self.send(request).await
    }

    /// Sends a table of units or people.
    pub async fn table(&self, login: &str, path: &str, table: String) -> Answer {
        let token = self.token(login).await;
        let request = test::TestRequest::post()
            .uri(&format!("/api/v1{path}"))
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("content-type", "text/csv"))
            .set_payload(table);
        self.send(request).await
    }

    /// The login of a person by name and unit alias.
    pub fn login(name: &str) -> String {
        let people = include_str!("../../../../tests/fixtures/people.csv");
        let line = people.lines().find(|l| l.split(',').nth(1) == Some(name)).unwrap();
        line.split(',').next().unwrap().to_lowercase()
    }
}

/// Whatever a test did, the counters are those of a recount, and what happened is what the contract says of the feed.
impl Drop for House {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(persistence::testing::counters_apart(&self.db.super_url()), Vec::<String>::new());
            events::fit(&events::newest(&self.db.super_url()));
            answers::keep();
            // A stream that is written is one of the list, and that is in the feed or apart from it.
            assert_eq!(events::unknown_streams(&self.db.super_url()), Vec::<String>::new());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The sample group's units and people as names are looked up, without a database.
pub fn directory() -> Directory {
    let units = read_units(include_str!("../../../../tests/fixtures/units.csv")).unwrap();
    let people = read_people(include_str!("../../../../tests/fixtures/people.csv")).unwrap();
    let id =
        |code: &str| units.iter().position(|u| u.code == code).map(|i| UnitId(Uuid::from_u128(i as u128 + 1))).unwrap();
    Directory {
        units: units
            .iter()
            .map(|u| DirectoryUnit {
                id: id(&u.code),
                name: u.name.clone(),
                aliases: u.aliases.clone(),
                path: UnitPath(vec![id(&u.code)]),
            })
            .collect(),
        people: people
            .iter()
            .enumerate()
            .map(|(i, p)| DirectoryPerson {
                id: PersonId(Uuid::from_u128(1000 + i as u128)),
                name: p.name.clone(),
                units: vec![id(&p.unit_code)],
            })
            .collect(),
    }
}

/// The bytes of a second factor's secret as it is shown.
pub fn secret_bytes(secret: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret.chars().map(|c| format!("{:05b}", digits.find(c).unwrap())).collect();
    bits.as_bytes().chunks_exact(8).map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap()).collect()
}

/// The login of whoever the current step of a task's open request waits for, and the request's id.
pub async fn waiting_for(house: &House, task: &str) -> Option<(String, String)> {
    let view = house.get("p072", &format!("/tasks/{task}")).await.ok();
    let request = view["requests"].as_array()?.iter().find(|r| r["state"] == "open")?.clone();
    let step = request["chain"].as_array()?.iter().find(|s| s["is_current"] == json!(true))?.clone();
    let who = match step["person"]["name"].as_str() {
        Some(name) => name.to_owned(),
        None => step["who"].as_str()?.to_owned(),
    };
    Some((who, request["id"].as_str()?.to_owned()))
}
