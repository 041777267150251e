//! Makes a backup: the dump first, then the files it names, which are there already and never change; under another name until it is whole.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persistence::backup::{self, Facts, KnownFile};
use persistence::database::at_one_moment;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{BLOBS, DIGEST, DUMP, FORMAT, KEY, LAST, LastBackup, MANIFEST, Manifest, Part, SEAL, copy, dump, say};
use crate::config::Config;
use crate::embedded::Embedded;
use crate::evidence::blob_path;
use crate::tokens::TokenKeys;

/// How many faults are named.
const NAMED: usize = 20;

/// The database whose owner we are, started for us where it is the private one and rests.
struct Source {
    url: String,
    embedded: Option<Arc<Embedded>>,
}

impl Source {
    fn of(config: &Config) -> Result<Self, String> {
        match (&config.owner_url, &config.database_url) {
            (Some(url), _) => Ok(Self { url: url.clone(), embedded: None }),
            (None, Some(_)) => Err("备份要读整个数据库，请以 BIHUAN_OWNER_URL 指明结构属主的数据库地址".to_owned()),
            (None, None) if !Embedded::is_there(&config.data_dir) => {
                Err(format!("{} 里没有数据库，没有什么可以备份", config.data_dir.display()))
            }
            (None, None) => {
                let embedded = Embedded::as_it_is(&config.data_dir)?;
                Ok(Self { url: embedded.owner_url.clone(), embedded: Some(embedded) })
            }
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some(embedded) = &self.embedded {
            embedded.stop();
        }
    }
}

struct Writing<'a> {
    config: &'a Config,
    zip: ZipWriter<File>,
    parts: Vec<Part>,
}

/// Makes a backup of the configured house as `file`, also while it is served; the text to print.
///
/// Errors: in words; then there is no such file. A file that the database names and that is not there, or is not what its name says, is one.
pub fn make(config: &Config, file: &Path) -> Result<String, String> {
    if file.exists() {
        return Err(format!("{} 已经有了，备份不覆盖已有的文件", file.display()));
    }
    let source = Source::of(config)?;
    let unfinished = PathBuf::from(format!("{}.part", file.display()));
    let made = write(config, &source.url, &unfinished, file);
    if made.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    made
}

fn write(config: &Config, url: &str, unfinished: &Path, file: &Path) -> Result<String, String> {
    let target = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(unfinished);
    let zip = ZipWriter::new(target.map_err(say(unfinished))?);
    let mut writing = Writing { config, zip, parts: Vec::new() };
    let (facts, files) = writing.database(url)?;
    writing.files(&files)?;
    if let Some(public) = TokenKeys::public_part(&config.data_dir)? {
        writing.part(KEY, &mut public.as_bytes())?;
    }
    let (mut target, parts) = writing.close(&facts)?;
    let sha256 = seal(&mut target).map_err(say(unfinished))?;
    let size = target.metadata().map_err(say(unfinished))?.len();
    drop(target);
    std::fs::rename(unfinished, file).map_err(say(file))?;
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|f| f.sync_all()).map_err(say(folder))?;
    let last = LastBackup { at: facts.at, file: file.display().to_string(), sha256, size };
    leave(&config.data_dir, &last)?;
    Ok(format!(
        "已备份到 {}\n数据时刻  {}\n大小      {size} 字节，{parts} 个部分，其中附件 {} 个\n数据库    {} 张表，{} 条事件链，事件序号到 {}\n摘要      sha256 {}\n\
         不含令牌签名私钥、数据库各角色的密码和配置文件，请另行保管。备份含全部业务数据，应与数据同等保密。\n",
        last.file,
        facts.at.to_rfc3339(),
        files.len(),
        facts.counts.len(),
        facts.streams,
        facts.last_position,
        last.sha256
    ))
}

impl Writing<'_> {
    /// One part to its end, by a name.
    fn part(&mut self, name: &str, from: &mut impl std::io::Read) -> Result<(String, u64), String> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true)
            .unix_permissions(0o600);
        self.zip.start_file(name, options).map_err(|e| format!("{name}：{e}"))?;
        let (sha256, size) = copy(from, &mut self.zip).map_err(|e| format!("{name}：{e}"))?;
        self.parts.push(Part { name: name.to_owned(), sha256: sha256.clone(), size });
        Ok((sha256, size))
    }

    /// The dump, what the database is like and which files it names, all as of one moment.
    fn database(&mut self, url: &str) -> Result<(Facts, Vec<KnownFile>), String> {
        let data_dir = self.config.data_dir.clone();
        let read = at_one_moment(url, |conn, snapshot| {
            let (facts, files) = (backup::facts(conn)?, backup::files(conn)?);
            Ok(self.dump(&data_dir, url, snapshot).map(|()| (facts, files)))
        });
        read.map_err(|e| format!("数据库：{e}"))?
    }

    fn dump(&mut self, data_dir: &Path, url: &str, snapshot: &str) -> Result<(), String> {
        let mut running = dump::dump(data_dir, url, snapshot)?;
        let Some(mut out) = running.child.stdout.take() else { return Err("pg_dump 没有输出".to_owned()) };
        if let Err(words) = self.part(DUMP, &mut out) {
            running.stop();
            return Err(words);
        }
        running.end()
    }

    fn files(&mut self, files: &[KnownFile]) -> Result<(), String> {
        let folder = &self.config.data_dir;
        let missing: Vec<String> = files
            .iter()
            .map(|f| blob_path(folder, &f.sha256))
            .filter(|p| !p.is_file())
            .map(|p| p.display().to_string())
            .collect();
        if !missing.is_empty() {
            let named = missing.iter().take(NAMED).cloned().collect::<Vec<_>>().join("\n  ");
            return Err(format!("数据库里有 {} 个附件不在磁盘上，没有备份：\n  {named}", missing.len()));
        }
        for known in files {
            let path = blob_path(folder, &known.sha256);
            let mut from = File::open(&path).map_err(say(&path))?;
            let (sha256, size) = self.part(&format!("{BLOBS}{}/{}", &known.sha256[..2], known.sha256), &mut from)?;
            if sha256 != known.sha256 || i64::try_from(size) != Ok(known.size) {
                return Err(format!(
                    "附件 {} 的内容与其摘要不符（现为 {sha256}，{size} 字节），没有备份",
                    path.display()
                ));
            }
        }
        Ok(())
    }

    /// The manifest and the directory; the file and how many parts it has.
    fn close(mut self, facts: &Facts) -> Result<(File, usize), String> {
        let manifest = Manifest {
            format: FORMAT,
            product: env!("CARGO_PKG_VERSION").to_owned(),
            database: facts.clone(),
            parts: std::mem::take(&mut self.parts),
            left_out: "令牌签名私钥、数据库各角色的密码、配置文件、已导出的清单".to_owned(),
        };
        let n = manifest.parts.len();
        let text = serde_json::to_vec_pretty(&manifest).map_err(|e| e.to_string())?;
        self.part(MANIFEST, &mut text.as_slice())?;
        self.zip.set_comment(format!("{SEAL}{}", "0".repeat(DIGEST))).map_err(|e| e.to_string())?;
        Ok((self.zip.finish().map_err(|e| e.to_string())?, n))
    }
}

/// Writes the digest of all before it into the last bytes, and sees everything to the disk; the digest.
fn seal(file: &mut File) -> std::io::Result<String> {
    let end = file.seek(SeekFrom::End(-(DIGEST as i64)))?;
    file.rewind()?;
    let (sha256, _) = copy(&mut std::io::Read::take(&mut *file, end), &mut std::io::sink())?;
    file.seek(SeekFrom::Start(end))?;
    file.write_all(sha256.as_bytes())?;
    file.sync_all()?;
    Ok(sha256)
}

/// Leaves the line for `doctor`, whole or not at all.
fn leave(data_dir: &Path, last: &LastBackup) -> Result<(), String> {
    let (path, new) = (data_dir.join(LAST), data_dir.join(format!("{LAST}.part")));
    let text = serde_json::to_string(last).map_err(|e| e.to_string())?;
    std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &path)).map_err(say(&path))
}
