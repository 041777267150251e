//! What an auditor does with the ledger on the command line (docs/domain.md §33): verifies it, whole or in part, and takes it away as a bundle.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use domain::transparency::anchor;
use domain::transparency::audit::{Auditor, FaultKind, Findings, Record};
use domain::transparency::note::{self, Checkpoint, Signed, Verifier};
use domain::transparency::tree::Frontier;
use persistence::transparency::verify::{self, Trusted};
use persistence::transparency::{self, Verification, records};
use persistence::{Database, Error};
use uuid::Uuid;

use crate::config::Config;
use crate::serve::Opened;

/// What is verified.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    Whole,
    /// What came after a checkpoint that is kept in a file.
    Since(&'a Path),
    /// One stream, as `kind/id`.
    Stream(&'a str),
    /// A bundle in a file, without a database.
    Bundle(&'a Path),
}

fn say(what: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("{}：{error}", what.display())
}

fn keys(file: &Path) -> Result<Vec<Verifier>, String> {
    let text = std::fs::read_to_string(file).map_err(say(file))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| Verifier::parse(line).ok_or_else(|| format!("{}：{line} 不是公钥", file.display()))).collect()
}

/// The keys and anchors an operator trusts: the signer's own file, and what receivers kept (docs/integration.md).
///
/// Errors: what of them cannot be read, in words.
pub fn trusted<'a>(
    key_file: Option<&Path>,
    anchor_files: impl IntoIterator<Item = &'a Path>,
) -> Result<Trusted, String> {
    let keys = key_file.map(keys).transpose()?.unwrap_or_default();
    let mut anchors = Vec::new();
    for file in anchor_files {
        let text = std::fs::read_to_string(file).map_err(say(file))?;
        anchors.extend(anchor::read(&text).map_err(|n| format!("{}：第 {n} 个检查点不完整", file.display()))?);
    }
    Ok(Trusted { keys, anchors })
}

/// Verifies against what was kept outside, in the files that are given and in that of the settings, and says in words what it came to.
///
/// Errors: the same with what does not fit, the first of it first; or what keeps it from verifying.
pub fn run(config: &Config, part: Part<'_>, anchors: &[PathBuf], now: DateTime<Utc>) -> Result<String, String> {
    let files = config.anchor_file.iter().chain(anchors).map(PathBuf::as_path);
    let trusted = trusted(config.audit_keys.as_deref(), files)?;
    let (has_keys, has_anchors) = (!trusted.keys.is_empty(), !trusted.anchors.is_empty());
    let found = match part {
        Part::Bundle(file) => bundle(file, trusted)?,
        part => {
            let opened = Opened::new(config)?;
            let found = of_database(&opened.app.db, part, trusted, now)?;
            remember(&opened.app.db, part, &found, now)?;
            found
        }
    };
    let mut lines = Vec::new();
    if !has_keys {
        lines.push("没有核对签名：请以 BIHUAN_AUDIT_KEYS 指明公钥文件".to_owned());
    }
    if !has_anchors && !matches!(part, Part::Stream(_)) {
        lines.push("没有对照外存检查点：请以 --anchors 或 BIHUAN_ANCHOR_FILE 指明".to_owned());
    }
    let words = [said(&found), lines].concat().join("\n");
    if found.faults.is_empty() { Ok(words) } else { Err(words) }
}

/// The auditor's page says when the ledger was verified last; a look at one stream is none.
fn remember(db: &Database, part: Part<'_>, found: &Findings, now: DateTime<Utc>) -> Result<(), String> {
    let part = match part {
        Part::Whole => "whole",
        Part::Since(_) => "since",
        Part::Stream(_) | Part::Bundle(_) => return Ok(()),
    };
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let verification = Verification {
        id: Uuid::now_v7(),
        made_at: now,
        part: part.to_owned(),
        size: count(found.size),
        root: found.root.clone(),
        n_signed: count(found.signed),
        n_anchors: count(found.anchors),
        n_faults: count(found.faults.len() as u64),
        first_fault: found.faults.first().map(ToString::to_string),
    };
    db.write_now(|conn| transparency::keep_verification(conn, &verification)).map_err(|error| error.to_string())
}

/// What a verification came to, a line each; faults first.
pub fn said(found: &Findings) -> Vec<String> {
    let mut lines = Vec::new();
    if !found.faults.is_empty() {
        lines.push(format!("不一致，{} 处：", found.faults.len()));
        lines.extend(found.faults.iter().map(ToString::to_string));
    }
    lines.push(format!(
        "{}：事件 {}，流水 {}，检查点 {}（已核对签名 {}），外存检查点 {}，总序 {}，根 {}",
        if found.faults.is_empty() { "一致" } else { "所核对的" },
        found.events,
        found.streams,
        found.checkpoints,
        found.signed,
        found.anchors,
        found.size,
        found.root
    ));
    lines
}

/// Verifies in the database, all of it as of one moment.
///
/// Errors: what keeps it from verifying, in words.
pub fn of_database(db: &Database, part: Part<'_>, trusted: Trusted, now: DateTime<Utc>) -> Result<Findings, String> {
    let since = match part {
        Part::Since(file) => Some(trusted_checkpoint(file, &trusted.keys)?),
        _ => None,
    };
    let stream = match part {
        Part::Stream(text) => {
            let parts = text.split_once('/').and_then(|(kind, id)| Some((kind, id.parse::<Uuid>().ok()?)));
            Some(parts.ok_or_else(|| format!("{text}：应为“种类/编号”，如 task/0190…"))?)
        }
        _ => None,
    };
    db.read_as_of_now(|conn| match stream {
        Some((kind, id)) => verify::stream(conn, kind, id, now),
        None => verify::whole(conn, trusted, since.as_ref(), now),
    })
    .map_err(|error| match error {
        Error::NotFound => "没有这条流水".to_owned(),
        error => format!("没有核对完：{error}"),
    })
}

/// A checkpoint an auditor kept; where keys are known, one of them must have signed it.
fn trusted_checkpoint(file: &Path, keys: &[Verifier]) -> Result<Checkpoint, String> {
    let text = std::fs::read_to_string(file).map_err(say(file))?;
    let (text, lines) = note::opened(&text).unwrap_or((&text, ""));
    if !keys.is_empty() && note::signed(text, lines, keys) != Signed::Yes {
        return Err(format!("{}：没有可信的签名", file.display()));
    }
    Checkpoint::parse(text).ok_or_else(|| format!("{}：不是检查点", file.display()))
}

/// Verifies a bundle, without a database.
///
/// Errors: what keeps it from being read.
pub fn bundle(file: &Path, trusted: Trusted) -> Result<Findings, String> {
    let lines = BufReader::new(File::open(file).map_err(say(file))?).lines();
    let mut auditor = Auditor::new(Frontier::default(), trusted.keys, trusted.anchors);
    for (i, line) in lines.enumerate() {
        match serde_json::from_str::<Record>(&line.map_err(say(file))?) {
            Ok(record) => drop(auditor.take(&record)),
            Err(_) => auditor.fault("bundle", format!("第 {} 行", i + 1), FaultKind::Form),
        }
    }
    Ok(auditor.finish())
}

/// Writes the whole ledger into a file that only its owner can read, with the public keys that are known; how many lines.
///
/// Errors: what keeps it from being written; a file that is there already is never written over.
pub fn export(db: &Database, keys: &[Verifier], file: &Path, now: DateTime<Utc>) -> Result<u64, String> {
    use std::os::unix::fs::OpenOptionsExt;
    let opened = File::options().write(true).create_new(true).mode(0o600).open(file).map_err(say(file))?;
    let (mut out, mut n) = (BufWriter::new(opened), 0);
    let keys = keys.iter().map(Verifier::text).collect();
    db.read_as_of_now(|conn| {
        records::each(conn, 0, keys, now, |_, record| {
            n += 1;
            serde_json::to_writer(&mut out, &record)?;
            out.write_all(b"\n").map_err(Error::internal)
        })
    })
    .and_then(|()| out.flush().map_err(Error::internal))
    .map_err(|error| format!("{}：{error}", file.display()))?;
    Ok(n)
}

/// The same as an operator asks for it.
///
/// Errors: as for `export`.
pub fn export_run(config: &Config, file: &Path, now: DateTime<Utc>) -> Result<String, String> {
    let trusted = trusted(config.audit_keys.as_deref(), None)?;
    let n = export(&Opened::new(config)?.app.db, &trusted.keys, file, now)?;
    Ok(format!("已写入 {}，{n} 行；核对：python3 tools/audit_verify.py {}", file.display(), file.display()))
}
