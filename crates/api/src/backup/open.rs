//! Opens a backup and believes nothing of it before every digest is what it should be; nothing is written.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use zip::ZipArchive;

use super::{BLOBS, DIGEST, DUMP, FORMAT, KEY, MANIFEST, Manifest, Part, copy, say};

/// How many faults are named.
const NAMED: usize = 20;

/// A backup all of whose digests hold.
pub(super) struct Backup {
    pub(super) zip: ZipArchive<File>,
    pub(super) manifest: Manifest,
    /// SHA-256 of the whole but its last 64 bytes.
    pub(super) sha256: String,
}

/// Opens and checks the whole of it.
///
/// Errors: what does not hold, by the names of parts where they can be told.
pub(super) fn open(path: &Path) -> Result<Backup, String> {
    let mut file = File::open(path).map_err(say(path))?;
    let size = file.metadata().map_err(say(path))?.len();
    let no_backup = || format!("{} 不是完整的备份，或已被截短", path.display());
    let end = size.checked_sub(DIGEST as u64).ok_or_else(no_backup)?;
    let (sha256, _) = copy(&mut (&mut file).take(end), &mut std::io::sink()).map_err(say(path))?;
    let mut said = Vec::new();
    file.read_to_end(&mut said).map_err(say(path))?;
    file.seek(SeekFrom::Start(0)).map_err(say(path))?;
    let is_whole = said == sha256.as_bytes();
    let read = ZipArchive::new(file).map_err(|e| e.to_string()).and_then(|mut zip| {
        let manifest = manifest(&mut zip)?;
        let faults = faults(&mut zip, &manifest);
        Ok((zip, manifest, faults))
    });
    match read {
        Err(_) if !is_whole => Err(format!("{}：整个文件的摘要不符，目录也打不开", no_backup())),
        Err(words) => Err(format!("{}：{words}", path.display())),
        Ok((zip, manifest, faults)) if is_whole && faults.is_empty() => Ok(Backup { zip, manifest, sha256 }),
        Ok((_, _, faults)) => {
            let named = faults.iter().take(NAMED).map(|f| format!("\n  {f}")).collect::<String>();
            let whole = if is_whole { "" } else { "，整个文件的摘要不符" };
            Err(format!("{} 已损坏{whole}，没有写入任何东西{named}", path.display()))
        }
    }
}

fn manifest(zip: &mut ZipArchive<File>) -> Result<Manifest, String> {
    let mut text = Vec::new();
    let mut part = zip.by_name(MANIFEST).map_err(|e| format!("{MANIFEST}：{e}"))?;
    part.read_to_end(&mut text).map_err(|e| format!("{MANIFEST}：{e}"))?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|e| format!("{MANIFEST}：{e}"))?;
    if manifest.format > FORMAT {
        return Err(format!("备份的格式是第 {} 版，本程序只认到第 {FORMAT} 版，请用更新的程序恢复", manifest.format));
    }
    Ok(manifest)
}

/// Whether a part may be called so; a file of the house is called by its digest.
fn is_known(part: &Part) -> bool {
    let is_digest =
        part.sha256.len() == DIGEST && part.sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let is_blob = || part.name == format!("{BLOBS}{}/{}", &part.sha256[..2], part.sha256);
    is_digest && (part.name == DUMP || part.name == KEY || is_blob())
}

fn faults(zip: &mut ZipArchive<File>, manifest: &Manifest) -> Vec<String> {
    let mut faults = Vec::new();
    let mut named: BTreeSet<&str> = BTreeSet::from([MANIFEST]);
    for part in &manifest.parts {
        if !is_known(part) || !named.insert(&part.name) {
            faults.push(format!("{}：清单里不该有", part.name));
            continue;
        }
        let found = zip.by_name(&part.name).map_err(|e| e.to_string());
        match found.and_then(|mut p| copy(&mut p, &mut std::io::sink()).map_err(|e| e.to_string())) {
            Ok((sha256, size)) if sha256 == part.sha256 && size == part.size => {}
            Ok((sha256, size)) => faults.push(format!("{}：摘要不符（现为 {sha256}，{size} 字节）", part.name)),
            Err(words) => faults.push(format!("{}：{words}", part.name)),
        }
    }
    if !named.contains(DUMP) {
        faults.push(format!("{DUMP}：清单里没有"));
    }
    for name in zip.file_names() {
        match name {
            Ok(name) if named.contains(name.as_ref()) => {}
            Ok(name) => faults.push(format!("{name}：不在清单里")),
            Err(error) => faults.push(error.to_string()),
        }
    }
    faults
}
