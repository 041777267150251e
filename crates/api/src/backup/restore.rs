//! Puts a backup back into an empty place, ends the sessions it remembers, and says whether everything is there (docs/domain.md §21).

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use persistence::backup::{self, Facts};
use persistence::database::{at_one_moment, migrate};
use persistence::{Database, chains, second_factors};

use super::open::{Backup, open};
use super::{BLOBS, DUMP, copy, dump, say};
use crate::app::Clock;
use crate::config::Config;
use crate::embedded::Embedded;
use crate::evidence::blob_path;
use crate::sealing;

/// How many things are named where there are many.
const NAMED: usize = 10;

/// Where it goes.
enum Target<'a> {
    /// A folder with a private PostgreSQL, both made here.
    Folder(&'a Path),
    /// A database by the address of its owner; files go to the configured data folder.
    Url(&'a str),
}

/// What was found afterwards, line by line, and whether all of it fits.
struct Found {
    text: String,
    is_well: bool,
}

impl Found {
    fn line(&mut self, what: &str, fault: Option<String>, words: &str) {
        let (mark, words) = match &fault {
            None => ("相符", words),
            Some(fault) => ("不符", fault.as_str()),
        };
        self.is_well &= fault.is_none();
        self.text += &format!("{mark}  {what}：{words}\n");
    }
}

/// Restores `file` into an empty folder or an empty database; the text to print.
///
/// Errors: what is in the way, what is damaged, or what was found not to fit, in words.
pub fn restore(config: &Config, file: &Path, into: &str) -> Result<String, String> {
    let is_url = into.starts_with("postgres://") || into.starts_with("postgresql://");
    let target = if is_url { Target::Url(into) } else { Target::Folder(Path::new(into)) };
    let data_dir = match target {
        Target::Folder(folder) => folder.to_path_buf(),
        Target::Url(_) => config.data_dir.clone(),
    };
    refuse_what_is_there(&target, &data_dir)?;
    let mut backup = open(file)?;
    refuse_newer(&backup.manifest.database.schema)?;
    if let Target::Url(url) = target {
        refuse_without_roles(&backup.manifest.database.roles, url)?;
    }
    let not_done =
        |words: String| format!("恢复没有完成：{words}\n{} 里已写入的不可使用，请清空后重来", data_dir.display());
    let embedded = match target {
        Target::Url(_) => None,
        Target::Folder(folder) => Some(new_cluster(folder).map_err(not_done)?),
    };
    let url = embedded.as_ref().map_or_else(|| into.to_owned(), |e| e.owner_url.clone());
    let restored = refuse_without_roles(&backup.manifest.database.roles, &url)
        .and_then(|()| put_back(&mut backup, &url, &data_dir))
        .map_err(not_done);
    if let Some(embedded) = embedded {
        embedded.stop();
    }
    let found = restored?;
    if found.is_well {
        Ok(found.text)
    } else {
        Err(format!("{}恢复的内容与备份不符，请勿使用", found.text))
    }
}

/// Some of many, for a sentence.
fn some(names: &[String]) -> String {
    let named = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
    if names.len() > NAMED { format!("{named} 等 {} 项", names.len()) } else { named }
}

fn inside(folder: &Path) -> Result<Vec<String>, String> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(say(folder))?,
    };
    let mut names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn refuse_what_is_there(target: &Target, data_dir: &Path) -> Result<(), String> {
    let folder = match target {
        Target::Folder(folder) => (*folder).to_path_buf(),
        Target::Url(_) => data_dir.join("blobs"),
    };
    let there = inside(&folder)?;
    if !there.is_empty() {
        return Err(format!("{} 不是空的，里面有 {}；恢复不覆盖已有的东西", folder.display(), some(&there)));
    }
    if let Target::Url(url) = target {
        let tables = at_one_moment(url, |conn, _| backup::tables(conn)).map_err(|e| format!("数据库：{e}"))?;
        if !tables.is_empty() {
            return Err(format!("数据库不是空的，里面有表 {}；恢复不覆盖已有的东西", some(&tables)));
        }
    }
    Ok(())
}

fn refuse_newer(schema: &[String]) -> Result<(), String> {
    let known = backup::known_schema().map_err(|e| e.to_string())?;
    let unknown: Vec<String> = schema.iter().filter(|v| !known.contains(v)).cloned().collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(format!("备份的数据库结构比本程序新，有本程序不认识的步骤 {}；请用更新的程序恢复", some(&unknown)))
}

/// What was granted to a role can be put back only where the role is.
fn refuse_without_roles(roles: &[String], url: &str) -> Result<(), String> {
    let missing =
        at_one_moment(url, |conn, _| backup::missing_roles(conn, roles)).map_err(|e| format!("数据库：{e}"))?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("数据库里还没有角色 {}，请先由集群管理员建立（deploy/db）", some(&missing)))
}

fn new_cluster(folder: &Path) -> Result<Arc<Embedded>, String> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(say(folder))?;
    if let Some(left) = Embedded::left_behind(folder) {
        return Err(format!("同名的旧目录留下了数据库 {}，请先移走", left.display()));
    }
    Embedded::as_it_is(folder)
}

fn put_back(backup: &mut Backup, url: &str, data_dir: &Path) -> Result<Found, String> {
    put_files_back(backup, data_dir)?;
    put_database_back(backup, url, data_dir)?;
    let mut found = Found { text: String::new(), is_well: true };
    let manifest = &backup.manifest;
    found.text = format!(
        "备份      闭环 {}，数据时刻 {}，摘要 sha256 {}\n",
        manifest.product,
        manifest.database.at.to_rfc3339(),
        backup.sha256
    );
    compare(&manifest.database, url, &mut found)?;
    let done = migrate(url).map_err(|e| format!("升级结构：{e}"))?;
    let schema = manifest.database.schema.last().cloned().unwrap_or_default();
    let words =
        if done.is_empty() { String::new() } else { format!("，已升级 {} 步：{}", done.len(), done.join("、")) };
    found.line("数据库结构", None, &format!("备份时为 {schema}{words}"));
    look_at_files(url, data_dir, &mut found)?;
    let now = Clock::default().now();
    let ended = Database::new(url, 2).write_now(|conn| backup::end_sessions(conn, now)).map_err(|e| e.to_string())?;
    // A backup has no private key: what another machine sealed does not open here.
    let forgotten = if data_dir.join(sealing::FILE).exists() {
        String::new()
    } else {
        let n = Database::new(url, 2).write_now(second_factors::forget_all).map_err(|e| e.to_string())?;
        format!("备份不带密钥，动态口令打不开，已解除（{n} 个），本人须重新启用。\n")
    };
    found.text += &format!(
        "已结束全部会话（{ended} 个），所有人须重新登录。\n{forgotten}\
         数据时刻之后停用的账号、改过的密码、吊销的密钥和挂图链接都回到了当时的样子，请安全管理员逐一核对。\n"
    );
    Ok(found)
}

fn put_files_back(backup: &mut Backup, data_dir: &Path) -> Result<(), String> {
    use std::os::unix::fs::DirBuilderExt;
    let blobs: Vec<_> = backup.manifest.parts.iter().filter(|p| p.name.starts_with(BLOBS)).cloned().collect();
    let mut folders: Vec<PathBuf> = Vec::new();
    for part in blobs {
        let path = blob_path(data_dir, &part.sha256);
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        if !folder.is_dir() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(say(&folder))?;
            folders.push(folder);
        }
        let mut from = backup.zip.by_name(&part.name).map_err(|e| format!("{}：{e}", part.name))?;
        let mut to = File::create_new(&path).map_err(say(&path))?;
        copy(&mut from, &mut to).and_then(|_| to.sync_all()).map_err(say(&path))?;
    }
    for folder in folders {
        File::open(&folder).and_then(|f| f.sync_all()).map_err(say(&folder))?;
    }
    Ok(())
}

fn put_database_back(backup: &mut Backup, url: &str, data_dir: &Path) -> Result<(), String> {
    let mut from = backup.zip.by_name(DUMP).map_err(|e| format!("{DUMP}：{e}"))?;
    let mut running = dump::put_back(data_dir, url)?;
    let Some(mut to) = running.child.stdin.take() else { return Err("pg_restore 没有输入".to_owned()) };
    // What it says of its faults is worth more than that it closed the pipe.
    let copied = copy(&mut from, &mut to);
    drop(to);
    running.end()?;
    copied.map(drop).map_err(|e| format!("{DUMP}：{e}"))
}

/// Holds the database against the manifest, before anything in it is changed, and recomputes every chain.
fn compare(expected: &Facts, url: &str, found: &mut Found) -> Result<(), String> {
    let (facts, walked) = at_one_moment(url, |conn, _| Ok((backup::facts(conn)?, chains::walk(conn)?)))
        .map_err(|e| format!("核对：{e}"))?;
    let tables: BTreeSet<&String> = expected.counts.keys().chain(facts.counts.keys()).collect();
    let apart: Vec<String> = tables
        .into_iter()
        .filter(|table| expected.counts.get(*table) != facts.counts.get(*table))
        .map(|table| {
            format!("{table} 备份时 {:?} 行、现有 {:?} 行", expected.counts.get(table), facts.counts.get(table))
        })
        .collect();
    let rows: i64 = facts.counts.values().sum();
    let words = format!("{} 张表，共 {rows} 行", facts.counts.len());
    found.line("各表行数", (!apart.is_empty()).then(|| some(&apart)), &words);
    let heads = (facts.streams, facts.last_position, facts.heads.as_str());
    let is_same = heads == (expected.streams, expected.last_position, expected.heads.as_str());
    let words = format!("{} 条事件链的末尾与备份时一致，事件序号到 {}", facts.streams, facts.last_position);
    found.line("事件末尾", (!is_same).then(|| "与备份时不一致".to_owned()), &words);
    let broken: Vec<String> = walked.broken.iter().map(|b| format!("{} {} 第 {} 条", b.kind, b.id, b.seq)).collect();
    let words = format!("{} 条链、{} 个事件逐一重算，全部相符", walked.streams, walked.events);
    found.line("事件链", (!broken.is_empty()).then(|| format!("链在此断开：{}", some(&broken))), &words);
    Ok(())
}

/// Reads every file the database names again, from the disk.
fn look_at_files(url: &str, data_dir: &Path, found: &mut Found) -> Result<(), String> {
    let files = at_one_moment(url, |conn, _| backup::files(conn)).map_err(|e| format!("核对：{e}"))?;
    let mut bytes = 0;
    let mut faults = Vec::new();
    for file in &files {
        let path = blob_path(data_dir, &file.sha256);
        match File::open(&path).and_then(|mut f| copy(&mut f, &mut std::io::sink())) {
            Ok((sha256, size)) if sha256 == file.sha256 && i64::try_from(size) == Ok(file.size) => bytes += size,
            Ok(_) => faults.push(format!("{} 与摘要不符", file.sha256)),
            Err(error) => faults.push(format!("{}：{error}", file.sha256)),
        }
    }
    let words = format!("{} 个，共 {bytes} 字节，逐个重算摘要相符", files.len());
    found.line("附件", (!faults.is_empty()).then(|| some(&faults)), &words);
    Ok(())
}
