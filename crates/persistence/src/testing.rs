//! A fresh database for every test, copied from a template that is made once per state of the migrations.

use std::sync::{Mutex, OnceLock};

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use domain::actor::Actor;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::database::{self, Database, MIGRATIONS, Passwords};
use crate::error::Error;

/// A database of its own, dropped with the value.
pub struct TestDatabase {
    name: String,
}

/// Host and port of the tests' cluster, which trusts its users: `./test` starts one and sets BIHUAN_TEST_CLUSTER.
#[expect(clippy::disallowed_methods, clippy::expect_used, reason = "the tests' own switch")]
pub fn cluster() -> &'static str {
    static CLUSTER: OnceLock<String> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        std::env::var("BIHUAN_TEST_CLUSTER")
            .expect("BIHUAN_TEST_CLUSTER is not set; `./test --cluster` starts a cluster and prints it")
    })
}

fn url(user: &str, database: &str) -> String {
    format!("postgres://{user}@{}/{database}", cluster())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    found: bool,
}

/// The template's name follows the migrations, so that an old one is never copied.
fn template(conn: &mut PgConnection) -> Result<String, Error> {
    use diesel::migration::{Migration, MigrationSource};
    let migrations: Vec<Box<dyn Migration<diesel::pg::Pg>>> = MIGRATIONS.migrations().map_err(Error::internal)?;
    let mut hasher = Sha256::new();
    for name in migrations.iter().map(|m| m.name().to_string()) {
        hasher.update(name.as_bytes());
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let found = std::fs::read_dir(folder).map_err(Error::internal)?;
    let mut steps: Vec<_> = found.flatten().map(|step| step.path()).filter(|step| step.is_dir()).collect();
    steps.sort();
    for step in steps {
        hasher.update(std::fs::read(step.join("up.sql")).map_err(Error::internal)?);
    }
    let name = format!("tpl_{}", &hex::encode(hasher.finalize())[..16]);
    diesel::sql_query("SELECT pg_advisory_lock(724091, 2)").execute(conn)?;
    let made = make(conn, &name);
    diesel::sql_query("SELECT pg_advisory_unlock(724091, 2)").execute(conn)?;
    made.map(|()| name)
}

fn make(conn: &mut PgConnection, name: &str) -> Result<(), Error> {
    let exists: Found =
        diesel::sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate) AS found")
            .bind::<diesel::sql_types::Text, _>(name)
            .get_result(conn)?;
    if exists.found {
        return Ok(());
    }
    database::create_roles(conn, &Passwords::default())?;
    diesel::sql_query(format!("DROP DATABASE IF EXISTS {name}")).execute(conn)?;
    diesel::sql_query(format!("CREATE DATABASE {name} OWNER bihuan_owner")).execute(conn)?;
    database::migrate(&url("bihuan_owner", name))?;
    diesel::sql_query(format!("ALTER DATABASE {name} IS_TEMPLATE true")).execute(conn)?;
    Ok(())
}

#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
impl TestDatabase {
    /// A copy of the template.
    pub fn new() -> Self {
        let mut conn = PgConnection::establish(&url("super", "postgres")).expect("the test cluster answers");
        let template = template(&mut conn).expect("the template can be made");
        let name = format!("t_{}", Uuid::now_v7().simple());
        diesel::sql_query(format!("CREATE DATABASE {name} TEMPLATE {template} OWNER bihuan_owner"))
            .execute(&mut conn)
            .expect("the template can be copied");
        Self { name }
    }

    /// A copy of it as it is; whoever is connected to it is cut off, and a pool connects anew.
    pub fn copy(&self) -> Self {
        let mut conn = PgConnection::establish(&url("super", "postgres")).expect("the test cluster answers");
        let name = format!("t_{}", Uuid::now_v7().simple());
        diesel::sql_query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1")
            .bind::<diesel::sql_types::Text, _>(&self.name)
            .execute(&mut conn)
            .expect("the superuser may cut off");
        diesel::sql_query(format!("CREATE DATABASE {name} TEMPLATE {} OWNER bihuan_owner", self.name))
            .execute(&mut conn)
            .expect("a database nobody uses can be copied");
        Self { name }
    }

    /// Its name in the cluster.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As the application connects.
    pub fn url(&self) -> String {
        url("bihuan_app", &self.name)
    }

    /// As the signer connects.
    pub fn signer_url(&self) -> String {
        url("bihuan_signer", &self.name)
    }

    /// As what is read outside connects.
    pub fn public_url(&self) -> String {
        url("bihuan_public", &self.name)
    }

    /// As migrations connect.
    pub fn owner_url(&self) -> String {
        url("bihuan_owner", &self.name)
    }

    /// As the cluster's superuser connects, for what only a test does.
    pub fn super_url(&self) -> String {
        url("super", &self.name)
    }

    /// A pool as the application's.
    pub fn database(&self) -> Database {
        Database::new(&self.url(), 8)
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Ok(mut conn) = PgConnection::establish(&url("super", "postgres")) {
            let _ = diesel::sql_query(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).execute(&mut conn);
        }
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Runs statements as whoever the URL names; the database's own words when it refuses.
pub fn run(url: &str, sql: &str) -> Result<(), String> {
    use diesel::connection::SimpleConnection;
    let mut conn = PgConnection::establish(url).map_err(|e| e.to_string())?;
    conn.batch_execute(sql).map_err(|e| e.to_string())
}

/// Does what only a superuser can, past every constraint and trigger, looks at what became of it, and takes it back.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub fn undone<T>(
    super_url: &str,
    sql: &str,
    look: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    use diesel::connection::{SimpleConnection, TransactionManager};
    type Manager = <PgConnection as Connection>::TransactionManager;
    let mut conn = PgConnection::establish(super_url).expect("the test cluster answers");
    Manager::begin_transaction(&mut conn)?;
    conn.batch_execute("SET LOCAL session_replication_role = replica; SET LOCAL TimeZone = 'UTC'")?;
    conn.batch_execute(sql).map_err(|e| Error::internal(format!("{sql}: {e}")))?;
    let seen = look(&mut conn);
    Manager::rollback_transaction(&mut conn)?;
    seen
}

/// The lines of a query with one text column named `line`.
#[expect(clippy::expect_used, reason = "a test's own query")]
pub fn lines(url: &str, sql: &str) -> Vec<String> {
    let mut conn = PgConnection::establish(url).expect("the test cluster answers");
    let rows: Vec<Line> = diesel::sql_query(sql).load(&mut conn).expect("the test's query is sound");
    rows.into_iter().map(|row| row.line).collect()
}

/// The same as the database shows it to an actor.
#[expect(clippy::expect_used, reason = "a test's own query")]
pub async fn lines_for(db: &Database, actor: &Actor, sql: &str) -> Vec<String> {
    let sql = sql.to_owned();
    let rows: Vec<Line> =
        db.read(actor, move |conn| Ok(diesel::sql_query(sql).load(conn)?)).await.expect("the test's query is sound");
    rows.into_iter().map(|row| row.line).collect()
}

/// Counters that differ from a recount of the tasks, as `table kept, recounted`; nothing is changed.
#[expect(clippy::expect_used, reason = "a test without its database has nothing to say")]
pub fn counters_apart(url: &str) -> Vec<String> {
    const TABLES: [&str; 3] = ["task_counters", "lead_counters", "day_counters"];
    let mut conn = PgConnection::establish(url).expect("the test cluster answers");
    conn.test_transaction::<_, diesel::result::Error, _>(|conn| {
        for table in TABLES {
            diesel::sql_query(format!("CREATE TEMP TABLE kept_{table} AS TABLE {table}")).execute(conn)?;
        }
        diesel::sql_query("SELECT recount_tasks()").execute(conn)?;
        let mut apart = Vec::new();
        for table in TABLES {
            // Rows that came to nothing stay as noughts.
            let some = if table == "task_counters" { "n_tasks + n_withdrawn" } else { "n_tasks" };
            let rows: Vec<Line> = diesel::sql_query(format!(
                "SELECT '{table} ' || COALESCE(k::text, 'none') || ', ' || COALESCE(c::text, 'none') AS line \
                 FROM (SELECT * FROM kept_{table} WHERE {some} > 0) k FULL JOIN {table} c ON k::text = c::text \
                 WHERE k IS NULL OR c IS NULL"
            ))
            .load(conn)?;
            apart.extend(rows.into_iter().map(|row| row.line));
        }
        Ok(apart)
    })
}

static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Begins to note what every connection made from now on asks.
#[expect(clippy::expect_used, reason = "a test without its ears has nothing to say")]
pub fn listen() {
    use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
    fn ear() -> Option<Box<dyn Instrumentation>> {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let (InstrumentationEvent::StartQuery { query, .. }, Ok(mut asked)) = (event, ASKED.lock()) {
                asked.push(query.to_string());
            }
        }))
    }
    set_default_instrumentation(ear).expect("diesel can be listened to");
}

/// What was asked since the last time, the question whether a connection lives left out.
pub fn asked() -> Vec<String> {
    let all = ASKED.lock().map(|mut asked| std::mem::take(&mut *asked)).unwrap_or_default();
    all.into_iter().filter(|query| !query.starts_with("SELECT 1 ")).collect()
}

/// Lets what this connection did so far be counted by PostgreSQL's statistics.
pub fn flush(conn: &mut PgConnection) -> Result<(), Error> {
    diesel::sql_query("SELECT pg_stat_force_next_flush()").execute(conn)?;
    diesel::sql_query("SELECT 1").execute(conn)?;
    Ok(())
}

/// How often this connection ran kept statements with a text, by a plan that was kept and by one made for the occasion.
pub fn plans(conn: &mut PgConnection, text: &str) -> Result<(i64, i64), Error> {
    #[derive(QueryableByName)]
    struct Plans {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        kept: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        made: i64,
    }
    let found: Plans = diesel::sql_query(
        "SELECT COALESCE(sum(generic_plans), 0)::bigint AS kept, COALESCE(sum(custom_plans), 0)::bigint AS made \
         FROM pg_prepared_statements WHERE position($1 IN statement) > 0",
    )
    .bind::<diesel::sql_types::Text, _>(text)
    .get_result(conn)?;
    Ok((found.kept, found.made))
}

/// Takes every migration back and puts it on again, calling between.
///
/// Errors: those of the migrations.
pub fn down_and_up(owner_url: &str, between: impl FnOnce()) -> Result<(), Error> {
    use diesel_migrations::MigrationHarness;
    let mut conn = PgConnection::establish(owner_url).map_err(|_| Error::Unavailable)?;
    conn.revert_all_migrations(MIGRATIONS).map_err(Error::internal)?;
    between();
    conn.run_pending_migrations(MIGRATIONS).map_err(Error::internal)?;
    Ok(())
}
