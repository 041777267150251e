//! The pool and the only transaction. Work runs on the blocking pool; a full or lost pool answers `Unavailable`, never a hang.

use std::time::{Duration, Instant};

use diesel::r2d2::{ConnectionManager, CustomizeConnection, ManageConnection, Pool};
use diesel::{Connection, PgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use domain::actor::Actor;
use domain::rights;

use crate::error::Error;
use crate::transparency::receipts;

/// Every migration of the product, in order.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// How long a caller waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a connection that worked is believed to live without being asked.
const BELIEVED: Duration = Duration::from_secs(1);

/// A connection and since when it is known to live; not known after anything went wrong on it.
struct Kept {
    conn: PgConnection,
    lives_since: Option<Instant>,
    /// What the second net was last told on it.
    sight: Option<Sight>,
}

impl Kept {
    fn run<T>(&mut self, run: impl FnOnce(&mut PgConnection) -> Result<T, Error>) -> Result<T, Error> {
        self.lives_since = None;
        let result = run(&mut self.conn);
        self.lives_since = result.is_ok().then(Instant::now);
        result
    }

    /// The same, with the second net told first whom it is for.
    fn run_within<T>(
        &mut self,
        sight: &Sight,
        run: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.sight.as_ref() != Some(sight) {
            self.sight = None;
            self.run(|conn| sight.tell(conn))?;
            self.sight = Some(sight.clone());
        }
        self.run(run)
    }
}

/// Asks a connection whether it lives only when it has rested or failed: the question costs as much as a small query.
struct Keeper(ConnectionManager<PgConnection>);

impl ManageConnection for Keeper {
    type Connection = Kept;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Kept, Self::Error> {
        Ok(Kept { conn: self.0.connect()?, lives_since: None, sight: None })
    }

    fn is_valid(&self, kept: &mut Kept) -> Result<(), Self::Error> {
        match kept.lives_since {
            Some(since) if since.elapsed() < BELIEVED => Ok(()),
            _ => self.0.is_valid(&mut kept.conn),
        }
    }

    fn has_broken(&self, kept: &mut Kept) -> bool {
        self.0.has_broken(&mut kept.conn)
    }
}

/// What somebody who sees a part only may see: the second net under every query he reads with (docs/domain.md §19).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sight {
    persons: String,
    units: String,
}

impl Sight {
    /// None for the clock, and for whoever sees all of a round.
    fn of(actor: &Actor) -> Option<Self> {
        let scope = rights::scope(actor);
        if scope.is_system || !scope.rounds.is_empty() {
            return None;
        }
        let array = |ids: Vec<String>| format!("{{{}}}", ids.join(","));
        Some(Self {
            persons: array(scope.persons.iter().map(ToString::to_string).collect()),
            units: array(scope.units.iter().map(ToString::to_string).collect()),
        })
    }

    fn tell(&self, conn: &mut PgConnection) -> Result<(), Error> {
        diesel::sql_query("SELECT set_config('bihuan.persons', $1, false), set_config('bihuan.units', $2, false)")
            .bind::<diesel::sql_types::Text, _>(&self.persons)
            .bind::<diesel::sql_types::Text, _>(&self.units)
            .execute(conn)?;
        Ok(())
    }
}

/// Time limits of a connection, and whether it reads under the second net.
#[derive(Debug)]
struct Limits {
    is_narrow: bool,
}

impl CustomizeConnection<Kept, diesel::r2d2::Error> for Limits {
    fn on_acquire(&self, kept: &mut Kept) -> Result<(), diesel::r2d2::Error> {
        diesel::sql_query(
            "SELECT set_config('statement_timeout', '10s', false), set_config('lock_timeout', '5s', false), \
             set_config('idle_in_transaction_session_timeout', '20s', false), set_config('TimeZone', 'UTC', false)",
        )
        .execute(&mut kept.conn)
        .and_then(|_| if self.is_narrow { narrow(&mut kept.conn) } else { Ok(()) })
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

/// Takes the role whose rows are those of `Sight`. A cluster that was never told of it has no second net; `bihuan doctor` says so.
fn narrow(conn: &mut PgConnection) -> diesel::QueryResult<()> {
    diesel::sql_query(
        "SELECT set_config('role', rolname, false) FROM pg_roles \
         WHERE rolname = 'bihuan_narrow' AND pg_has_role(session_user, oid, 'MEMBER')",
    )
    .execute(conn)
    .map(drop)
}

/// The database as the application sees it.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Keeper>,
    /// For reads of whoever sees a part only. Connections of their own, for PostgreSQL plans every statement anew when the role changes.
    narrow: Pool<Keeper>,
}

impl Database {
    /// Pools on this URL, each of so many connections at most. It does not connect yet, so that a server can start before its database and heal by itself.
    pub fn new(url: &str, size: u32) -> Self {
        let pool = |is_narrow| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .test_on_check_out(true)
                .connection_timeout(PATIENCE)
                .connection_customizer(Box::new(Limits { is_narrow }))
                .build_unchecked(Keeper(ConnectionManager::new(url)))
        };
        Self { pool: pool(false), narrow: pool(true) }
    }

    /// Connections in use and in the pool.
    pub fn usage(&self) -> (u32, u32) {
        let states = [self.pool.state(), self.narrow.state()];
        let all = states.iter().map(|s| s.connections).sum::<u32>();
        (all - states.iter().map(|s| s.idle_connections).sum::<u32>(), all)
    }

    /// Runs queries that change nothing. For an actor who sees a part only the database itself shows no task, and no statement of one, that is not
    /// his, whatever the queries ask.
    pub async fn read<T, F>(&self, actor: &Actor, run: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut PgConnection) -> Result<T, Error> + Send + 'static,
    {
        let (pool, sight) = self.pool_of(actor);
        blocking(move || {
            let mut kept = pool.get().map_err(|_| Error::Unavailable)?;
            match &sight {
                Some(sight) => kept.run_within(sight, run),
                None => kept.run(run),
            }
        })
        .await
    }

    fn pool_of(&self, actor: &Actor) -> (Pool<Keeper>, Option<Sight>) {
        match Sight::of(actor) {
            Some(sight) => (self.narrow.clone(), Some(sight)),
            None => (self.pool.clone(), None),
        }
    }

    /// Runs queries that change nothing and all see the same moment, however long they take together.
    pub async fn read_as_of<T, F>(&self, actor: &Actor, run: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut PgConnection) -> Result<T, Error> + Send + 'static,
    {
        let (pool, sight) = self.pool_of(actor);
        blocking(move || {
            let mut kept = pool.get().map_err(|_| Error::Unavailable)?;
            match &sight {
                Some(sight) => kept.run_within(sight, |conn| moment(conn, run)),
                None => kept.run(|conn| moment(conn, run)),
            }
        })
        .await
    }

    /// Runs one transaction: everything happens, or nothing.
    pub async fn write<T, F>(&self, _actor: &Actor, run: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut PgConnection) -> Result<T, Error> + Send + 'static,
    {
        let pool = self.pool.clone();
        let (result, written) = blocking(move || {
            receipts::begin();
            let result = pool.get().map_err(|_| Error::Unavailable)?.run(|conn| transaction(conn, run))?;
            Ok((result, receipts::taken()))
        })
        .await?;
        receipts::hand_over(written);
        Ok(result)
    }

    /// The same transaction where there is no runtime: the command line and tests.
    pub fn write_now<T>(&self, run: impl FnOnce(&mut PgConnection) -> Result<T, Error>) -> Result<T, Error> {
        receipts::begin();
        self.pool.get().map_err(|_| Error::Unavailable)?.run(|conn| transaction(conn, run))
    }

    /// Reads that all see the same moment, where there is no runtime.
    pub fn read_as_of_now<T>(&self, run: impl FnOnce(&mut PgConnection) -> Result<T, Error>) -> Result<T, Error> {
        self.pool.get().map_err(|_| Error::Unavailable)?.run(|conn| moment(conn, run))
    }

    /// Reads where there is no runtime.
    pub fn read_now<T>(&self, run: impl FnOnce(&mut PgConnection) -> Result<T, Error>) -> Result<T, Error> {
        self.pool.get().map_err(|_| Error::Unavailable)?.run(run)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes transactions")]
fn transaction<T>(
    conn: &mut PgConnection,
    run: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    conn.transaction(run)
}

fn moment<T>(conn: &mut PgConnection, run: impl FnOnce(&mut PgConnection) -> Result<T, Error>) -> Result<T, Error> {
    conn.build_transaction().repeatable_read().read_only().run(|conn| {
        // Between two pages there is work to do; a machine that is busy may take its time over it.
        diesel::sql_query("SET LOCAL idle_in_transaction_session_timeout = '120s'").execute(conn)?;
        run(conn)
    })
}

/// Runs a part of a transaction that may fail by itself: what it did is taken back, what was done before it stays.
#[expect(clippy::disallowed_methods, reason = "a savepoint within the one transaction")]
pub(crate) fn attempt<T>(
    conn: &mut PgConnection,
    run: impl FnOnce(&mut PgConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    let before = receipts::so_far();
    conn.transaction(run).inspect_err(|_| receipts::go_back(before))
}

async fn blocking<T: Send + 'static>(run: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(run).await.map_err(Error::internal)?
}

/// Brings the schema up to date as its owner; returns the names of what was run.
pub fn migrate(owner_url: &str) -> Result<Vec<String>, Error> {
    let mut conn = PgConnection::establish(owner_url).map_err(|_| Error::Unavailable)?;
    let run = conn.run_pending_migrations(MIGRATIONS).map_err(Error::internal)?;
    let names = run.iter().map(ToString::to_string).collect();
    crate::calendar::fill(&mut conn)?;
    Ok(names)
}

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    found: bool,
}

fn exists(conn: &mut PgConnection, query: &str, name: &str) -> Result<bool, Error> {
    let row: Found = diesel::sql_query(query).bind::<diesel::sql_types::Text, _>(name).get_result(conn)?;
    Ok(row.found)
}

/// Makes the roles and the database in a cluster of our own, as its superuser; what is there stays.
pub fn provision(cluster_url: &str, passwords: &Passwords<'_>) -> Result<(), Error> {
    let mut conn = PgConnection::establish(cluster_url).map_err(|_| Error::Unavailable)?;
    create_roles(&mut conn, passwords)?;
    if !exists(&mut conn, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS found", "bihuan")? {
        diesel::sql_query("CREATE DATABASE bihuan OWNER bihuan_owner").execute(&mut conn)?;
    }
    Ok(())
}

/// What each role logs in with.
#[derive(Default)]
pub struct Passwords<'a> {
    pub owner: &'a str,
    pub app: &'a str,
    pub signer: &'a str,
    pub public: &'a str,
}

/// The roles the product connects as, where the cluster lacks them.
pub(crate) fn create_roles(conn: &mut PgConnection, passwords: &Passwords<'_>) -> Result<(), Error> {
    let quoted = |text: &str| text.replace('\'', "''");
    let roles = [
        ("bihuan_owner", passwords.owner),
        ("bihuan_app", passwords.app),
        ("bihuan_signer", passwords.signer),
        ("bihuan_public", passwords.public),
    ];
    for (role, password) in roles {
        if !exists(conn, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS found", role)? {
            diesel::sql_query(format!("CREATE ROLE {role} LOGIN PASSWORD '{}'", quoted(password))).execute(conn)?;
        }
    }
    if !exists(conn, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS found", "bihuan_narrow")? {
        diesel::sql_query("CREATE ROLE bihuan_narrow NOLOGIN").execute(conn)?;
        diesel::sql_query("GRANT bihuan_narrow TO bihuan_app").execute(conn)?;
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Snapshot {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// Reads as the owner, all of it at one moment however long it takes, with the name by which another program sees the same moment meanwhile.
pub fn at_one_moment<T>(
    owner_url: &str,
    run: impl FnOnce(&mut PgConnection, &str) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut conn = PgConnection::establish(owner_url).map_err(|_| Error::Unavailable)?;
    conn.build_transaction().repeatable_read().read_only().run(|conn| {
        // The other program takes as long as it takes.
        diesel::sql_query(
            "SELECT set_config('TimeZone', 'UTC', true), set_config('statement_timeout', '0', true), \
             set_config('idle_in_transaction_session_timeout', '0', true)",
        )
        .execute(conn)?;
        let snapshot: Snapshot = diesel::sql_query("SELECT pg_export_snapshot() AS name").get_result(conn)?;
        run(conn, &snapshot.name)
    })
}

/// Migrations that the schema still lacks.
pub fn pending_migrations(owner_url: &str) -> Result<usize, Error> {
    let mut conn = PgConnection::establish(owner_url).map_err(|_| Error::Unavailable)?;
    Ok(conn.pending_migrations(MIGRATIONS).map_err(Error::internal)?.len())
}
