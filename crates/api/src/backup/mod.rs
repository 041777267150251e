//! Backups: one file with the database as of one moment, every file the database names and the public parts of keys; and the way back
//! (docs/domain.md §21).
//!
//! The file is a zip, which is linked already, has a directory that says where each part is, and is opened by any machine's tools. It is stored,
//! not packed: dumps are packed by `pg_dump`, scans and photographs by themselves. Its last 64 bytes are the SHA-256, in hexadecimal, of all
//! bytes before them (to a zip they are a comment), so a byte that changed anywhere and an end that is missing are both found. `manifest.json`
//! has the SHA-256 of every part, to name the one that is damaged.

mod dump;
mod make;
mod open;
mod restore;

use std::io::{Read, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use persistence::backup::Facts;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use make::make;
pub use restore::restore;

/// The form of the file that this program writes, and the newest it reads.
const FORMAT: u32 = 1;
/// Names of the parts.
const MANIFEST: &str = "manifest.json";
const DUMP: &str = "database.dump";
const KEY: &str = "keys/token-key.pub.pem";
const BLOBS: &str = "blobs/";
/// What the comment of the zip begins with; its digest follows.
const SEAL: &str = "bihuan-backup sha256 ";
/// Characters of a SHA-256 in hexadecimal.
const DIGEST: usize = 64;
/// The line a backup leaves in the data folder for `doctor`.
const LAST: &str = "last-backup.json";

/// One part of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    name: String,
    sha256: String,
    /// Bytes.
    size: u64,
}

/// What a backup says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    /// Version of the program that made it.
    product: String,
    database: Facts,
    parts: Vec<Part>,
    /// What is not in it, in words.
    left_out: String,
}

/// What the last backup left in the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastBackup {
    /// The moment of the data in it.
    pub at: DateTime<Utc>,
    pub file: String,
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// The last backup of a data folder; none where none was made.
///
/// Errors: what keeps the line from being read, in words.
pub fn last(data_dir: &Path) -> Result<Option<LastBackup>, String> {
    let path = data_dir.join(LAST);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|e| format!("{}：{e}", path.display()))?,
    };
    serde_json::from_str(&text).map(Some).map_err(|e| format!("{}：{e}", path.display()))
}

/// Copies to the end; the SHA-256 of what was copied and how many bytes it was.
fn copy(from: &mut impl Read, to: &mut impl Write) -> std::io::Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 128 * 1024];
    let mut size = 0;
    loop {
        let n = match from.read(&mut buffer) {
            Ok(0) => return Ok((hex::encode(hasher.finalize()), size)),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        hasher.update(&buffer[..n]);
        to.write_all(&buffer[..n])?;
        size += n as u64;
    }
}

/// The SHA-256 of a file, read from the disk.
///
/// Errors: what keeps it from being read, in words.
pub(crate) fn digest_of(path: &Path) -> Result<String, String> {
    let mut file = std::fs::File::open(path).map_err(say(path))?;
    copy(&mut file, &mut std::io::sink()).map(|(sha256, _)| sha256).map_err(say(path))
}

/// Says a fault with the path it happened at.
fn say(what: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("{}：{error}", what.display())
}
