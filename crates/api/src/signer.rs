//! The signer (docs/domain.md §33): a process of its own, with a key that neither the server nor the database has. It signs a checkpoint only when the
//! tree it signed last is the beginning of this one, and keeps what it signed outside the database.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::transparency::anchor;
use domain::transparency::note::{self, Checkpoint, NoteKey, Signed};
use domain::transparency::tree;
use persistence::transparency::{self, Kept};
use persistence::{Database, Error};

use crate::config::Config;
use crate::embedded::Embedded;
use crate::tokens::write_private;

/// How long it rests between two looks.
const REST: Duration = Duration::from_secs(1);
/// How long after the database was away.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The database is away; it is tried again.
    Away(String),
    /// What was found must not be signed, or cannot be kept; a person has to look.
    Refused(String),
}

fn say(what: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("{}：{error}", what.display())
}

fn failed(error: Error) -> Stop {
    match error {
        Error::Unavailable | Error::Busy => Stop::Away("数据库没有应答".to_owned()),
        Error::StorageFull => Stop::Away("数据库的磁盘满了".to_owned()),
        error => Stop::Refused(format!("拒绝签名：{error}")),
    }
}

/// Where the signer reads: its own role in the house's database, or in the private one.
fn open(config: &Config) -> Result<(Database, Option<Arc<Embedded>>), String> {
    match (&config.signer.url, &config.database_url) {
        (Some(url), _) => Ok((Database::new(url, 2), None)),
        (None, Some(_)) => Err("请以 BIHUAN_SIGNER_URL 指明签名角色 bihuan_signer 的数据库地址".to_owned()),
        (None, None) => {
            let embedded = Embedded::start(&config.data_dir)?;
            Ok((Database::new(&embedded.signer_url, 2), Some(embedded)))
        }
    }
}

fn state_of(key: &Path) -> PathBuf {
    let mut name = key.as_os_str().to_owned();
    name.push(".state");
    name.into()
}

/// Makes a key in a file that only its owner can read, beside it what was signed last: nothing yet. The public key, to be handed on.
///
/// Errors: what keeps it from being made, in words; a key that is there already is never written over.
pub fn init(config: &Config, file: &Path) -> Result<String, String> {
    let (db, embedded) = open(config)?;
    let origin = db.read_now(transparency::origin).map_err(|e| format!("读不到台账的标识：{e}"));
    if let Some(embedded) = embedded {
        embedded.stop();
    }
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|e| e.to_string())?;
    make(&origin?, seed, file)
}

/// The same for a tree of this name, from 32 random bytes.
///
/// Errors: as for `init`.
pub fn make(origin: &str, seed: [u8; 32], file: &Path) -> Result<String, String> {
    let key = NoteKey::new(origin, seed).ok_or("台账的标识不能作签名者的名字")?;
    write_private(file, &(key.secret_text() + "\n")).map_err(say(file))?;
    let state = state_of(file);
    let nothing = Checkpoint { origin: origin.to_owned(), size: 0, root: tree::empty_root() };
    write_private(&state, &nothing.text()).map_err(say(&state))?;
    Ok(key.verifier().text())
}

/// Signs until it is stopped, or once.
///
/// Errors: why it refuses, in words.
pub fn run(config: &Config, is_once: bool) -> Result<(), String> {
    let file = config.signer.key.as_ref().ok_or("请以 BIHUAN_SIGNER_KEY 指明私钥文件，先用 bihuan signer init 生成")?;
    let (db, _embedded) = open(config)?;
    let mut signer = Signer::new(db, file, config.anchor_file.as_deref())?;
    loop {
        let rest = match signer.turn() {
            Ok(Some(size)) => {
                tracing::info!(size, "checkpoint signed");
                REST
            }
            Ok(None) => REST,
            Err(Stop::Refused(words)) => return Err(words),
            Err(Stop::Away(words)) if is_once => return Err(words),
            Err(Stop::Away(words)) => {
                tracing::warn!(words, "signing waits");
                REST_AFTER_FAILURE
            }
        };
        if is_once {
            return Ok(());
        }
        std::thread::sleep(rest);
    }
}

/// A key with what it signed last.
pub struct Signer {
    db: Database,
    key: NoteKey,
    state: PathBuf,
    anchors: Option<PathBuf>,
    last: Checkpoint,
    /// Size of what this process knows to be signed and kept everywhere.
    done: u64,
    _alone: File,
}

impl Signer {
    /// Reads the key and what it signed last.
    ///
    /// Errors: what is not as it must be, in words: a key others can read, a state that is gone or not its own, another signer with this key.
    pub fn new(db: Database, file: &Path, anchors: Option<&Path>) -> Result<Self, String> {
        use std::os::unix::fs::PermissionsExt;
        let kept = File::open(file).map_err(say(file))?;
        if kept.metadata().map_err(say(file))?.permissions().mode() & 0o077 != 0 {
            return Err(format!("{}：别人也能读这个私钥，请 chmod 600", file.display()));
        }
        if kept.try_lock().is_err() {
            return Err(format!("{}：另一个签名进程正在用它", file.display()));
        }
        let key = NoteKey::parse(&std::fs::read_to_string(file).map_err(say(file))?)
            .ok_or_else(|| format!("{}：不是私钥", file.display()))?;
        let state = state_of(file);
        let text = std::fs::read_to_string(&state).map_err(say(&state))?;
        let last = last_signed(&text, &key).ok_or_else(|| format!("{}：不是这个私钥签的", state.display()))?;
        Ok(Self { db, key, state, anchors: anchors.map(Path::to_owned), last, done: 0, _alone: kept })
    }

    /// Looks once, and signs the newest checkpoint where it is not signed yet; its size.
    ///
    /// Errors: why not.
    pub fn turn(&mut self) -> Result<Option<u64>, Stop> {
        let newest = self.db.read_now(transparency::newest).map_err(failed)?;
        let Some(newest) = newest else { return Err(Stop::Refused("拒绝签名：检查点都不见了".to_owned())) };
        let refuse = |words: &str| Err(Stop::Refused(format!("拒绝签名总序到 {} 的检查点：{words}", newest.size)));
        let last = &self.last;
        let Some(head) = Checkpoint::parse(&newest.text).filter(|head| head.size == newest.size) else {
            return refuse("不是检查点");
        };
        if head.origin != last.origin {
            return refuse(&format!("标识是 {}，上次签的是 {}", head.origin, last.origin));
        }
        if head.size < last.size {
            return refuse(&format!("上次签到 {}，总序变短了：历史被截短，或换回了旧备份", last.size));
        }
        if head.size == 0 || head.size == self.done {
            return Ok(None);
        }
        let proof = self.db.read_now(|conn| transparency::consistency(conn, last.size, head.size)).map_err(failed)?;
        if !tree::is_consistent(last.size, &last.root, head.size, &head.root, &proof) {
            return refuse(&format!("它不以上次签的 {} 开头：历史被改写", last.size));
        }
        self.sign(&newest, head).map(Some)
    }

    /// What was promised is remembered first, so that no crash makes it sign two histories; the same text signed twice is the same signature.
    fn sign(&mut self, newest: &Kept, head: Checkpoint) -> Result<u64, Stop> {
        let line = self.key.sign(&newest.text);
        self.remember(&note::note(&newest.text, &line)).map_err(|e| Stop::Refused(say(&self.state)(e)))?;
        self.last = head;
        if let Some(file) = &self.anchors {
            keep_outside(file, newest.size, &newest.text, &line).map_err(Stop::Refused)?;
        }
        let verifier = self.key.verifier();
        self.db.write_now(|conn| transparency::keep_signature(conn, newest.size, &verifier, &line)).map_err(failed)?;
        self.done = newest.size;
        Ok(newest.size)
    }

    fn remember(&self, text: &str) -> std::io::Result<()> {
        let fresh = self.state.with_extension("state.new");
        let _ = std::fs::remove_file(&fresh);
        write_private(&fresh, text)?;
        std::fs::rename(&fresh, &self.state)?;
        let folder = self.state.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

/// The checkpoint of a state file: one this key signed, or that of the empty tree.
fn last_signed(text: &str, key: &NoteKey) -> Option<Checkpoint> {
    let Some((signed, lines)) = note::opened(text) else {
        return Checkpoint::parse(text).filter(|c| c.size == 0 && c.root == tree::empty_root());
    };
    let is_own = note::signed(signed, lines, &[key.verifier()]) == Signed::Yes;
    Checkpoint::parse(signed).filter(|_| is_own)
}

/// Writes a signed checkpoint behind those that are kept outside, unless it is the last of them.
fn keep_outside(file: &Path, size: u64, text: &str, line: &str) -> Result<(), String> {
    let kept = match std::fs::read_to_string(file) {
        Ok(kept) => kept,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(say(file)(error)),
    };
    let last = kept.trim_end().rsplit("\n\n").nth(1).map(|text| format!("{text}\n"));
    if last.as_deref().and_then(Checkpoint::parse).is_some_and(|c| c.size == size) && kept.ends_with("\n\n") {
        return Ok(());
    }
    if !kept.is_empty() && !kept.ends_with("\n\n") {
        return Err(format!("{}：最后一个检查点没有写完，请先核对", file.display()));
    }
    let mut open = std::fs::OpenOptions::new();
    let mut out = open.append(true).create(true).open(file).map_err(say(file))?;
    let written = out.write_all(anchor::entry(text, line).as_bytes()).and_then(|()| out.sync_all());
    if written.is_err() {
        // Half an entry, as a full disk leaves it, would be taken for damage.
        let _ = out.set_len(kept.len() as u64);
    }
    written.map_err(say(file))
}
