//! Checks of the database and of the records in it, as the application's role; each question that fails leaves its check unknown.

use std::path::Path;
use std::sync::Arc;

use chrono::{Datelike, TimeDelta};
use domain::calendar;
use persistence::{Database, Error, PgConnection, backup, chains, health, rounds, tasks};

use super::{Report, State};
use crate::app::Clock;
use crate::config::Config;
use crate::demo;
use crate::embedded::{self, Embedded};
use crate::evidence::blob_path;
use crate::sealing;
use crate::serve::OUTSIDE;

/// How many of the newest events have their chains recomputed when not all are.
const NEWEST: i64 = 500;
/// Days after which a password is old.
const OLD_PASSWORD_DAYS: i64 = 365;
/// Days before its end at which a key is to be replaced.
const KEY_DAYS: i64 = 14;
/// Connections to leave to backups and whoever administers the database.
const SPARE: i64 = 5;
/// How many things are named where there are many.
const NAMED: usize = 5;

/// Where the database is; the private one is started where it rests, and stopped again.
struct Place {
    url: String,
    owner_url: Option<String>,
    embedded: Option<Arc<Embedded>>,
}

impl Place {
    fn of(config: &Config) -> Result<Option<Self>, String> {
        if let Some(url) = &config.database_url {
            return Ok(Some(Self { url: url.clone(), owner_url: config.owner_url.clone(), embedded: None }));
        }
        if !Embedded::is_there(&config.data_dir) {
            return Ok(None);
        }
        let embedded = Embedded::as_it_is(&config.data_dir)?;
        let (url, owner_url) = (embedded.database_url.clone(), Some(embedded.owner_url.clone()));
        Ok(Some(Self { url, owner_url, embedded: Some(embedded) }))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(embedded) = &self.embedded {
            embedded.stop();
        }
    }
}

pub(super) fn look(config: &Config, is_deep: bool, clock: &Clock, report: &mut Report) {
    let place = match Place::of(config) {
        Err(words) => {
            report.hindrance = "数据库连不上，没有查";
            return report.say("database", State::Bad, words);
        }
        Ok(None) => {
            report.hindrance = "还没有数据库";
            return report.say("database", State::Unknown, "用自带的 PostgreSQL，首次启动时建立");
        }
        Ok(Some(place)) => place,
    };
    let db = Database::new(&place.url, 2);
    match db.read_now(health::clock) {
        Err(error) => {
            report.hindrance = "数据库连不上，没有查";
            return report.say("database", State::Bad, format!("连不上：{error}"));
        }
        Ok(_) => {
            let kind = if place.embedded.is_some() { "自带的 PostgreSQL" } else { "外部的 PostgreSQL" };
            report.say("database", State::Good, format!("{kind}，可以连接"));
        }
    }
    migrations(place.owner_url.as_deref(), report);
    let looks: [Ask; 22] = [
        server,
        own_clock,
        kind,
        role,
        net,
        tongue,
        history,
        limits,
        connections,
        durability,
        link,
        walk,
        rows,
        files,
        backlog,
        deliveries,
        anchors,
        calendar_years,
        accounts,
        second_factors,
        keys,
        sample,
    ];
    let look = Look { config, is_deep, clock };
    for one in looks {
        // What cannot be asked stays unknown; the reason is the database's, and said once.
        if let Err(error) = db.read_now(|conn| one(conn, &look, report)) {
            tracing::debug!(%error, "a check could not be made");
        }
    }
}

/// One question to the database and what it says of the answer.
type Ask = fn(&mut PgConnection, &Look, &mut Report) -> Result<(), Error>;

struct Look<'a> {
    config: &'a Config,
    is_deep: bool,
    clock: &'a Clock,
}

fn migrations(owner_url: Option<&str>, report: &mut Report) {
    let Some(url) = owner_url else {
        return report.say("migrations", State::Unknown, "没有 BIHUAN_OWNER_URL，不能核对");
    };
    match persistence::database::pending_migrations(url) {
        Err(error) => report.say("migrations", State::Unknown, error.to_string()),
        Ok(0) => report.say("migrations", State::Good, "是最新的"),
        Ok(n) => report.say("migrations", State::Bad, format!("还有 {n} 步未升级")),
    }
}

fn number(conn: &mut PgConnection, name: &str) -> Result<i64, Error> {
    Ok(health::setting(conn, name)?.parse().unwrap_or(0))
}

fn some(names: &[String]) -> String {
    let named = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join("、");
    if names.len() > NAMED { format!("{named} 等 {} 项", names.len()) } else { named }
}

fn server(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let version = health::setting(conn, "server_version")?;
    let major = number(conn, "server_version_num")? / 10_000;
    report.result("database-version", if major >= 15 { Ok(version.clone()) } else { Err(version) });
    // The client must not be older than the server it dumps.
    if let Ok(folder) = embedded::clients(&look.config.data_dir) {
        let own = embedded::major_of(&folder.join("pg_dump"));
        let words = |own: &str| format!("{}，第 {own} 版，数据库是第 {major} 版", folder.display());
        report.result(
            "backup-programs",
            own.and_then(|own| {
                if own.parse::<i64>().is_ok_and(|own| own >= major) { Ok(words(&own)) } else { Err(words(&own)) }
            }),
        );
    }
    Ok(())
}

fn own_clock(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let apart = (health::clock(conn)? - look.clock.now()).abs();
    let state = match apart.num_seconds() {
        0..=1 => State::Good,
        2..=29 => State::Attention,
        _ => State::Bad,
    };
    report.say(
        "clock",
        state,
        format!("与数据库相差 {}.{:03} 秒", apart.num_seconds(), apart.subsec_nanos() / 1_000_000),
    );
    Ok(())
}

fn kind(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let (encoding, collation, size) = health::database(conn)?;
    let is_meant = encoding == "UTF8" && matches!(collation.as_str(), "C.UTF-8" | "C.utf8" | "C");
    report.say("encoding", if is_meant { State::Good } else { State::Attention }, format!("{encoding}、{collation}"));
    let words = format!("{:.1} MB", size as f64 / 1024.0 / 1024.0);
    let is_near = look.config.database_url.is_none();
    match super::place::space(Path::new(&look.config.data_dir)).filter(|_| is_near) {
        Some((free, whole)) => {
            report.say("database-size", super::place::enough(free, whole), format!("{words}，与数据目录同盘"))
        }
        None => report.say("database-size", State::Good, format!("{words}；所在磁盘的余量请在数据库主机上看")),
    }
    Ok(())
}

fn role(conn: &mut PgConnection, _: &Look, report: &mut Report) -> Result<(), Error> {
    let more = health::is_more_than_application(conn)?;
    report.result("app-role", if more.is_empty() { Ok("只有应用所需的权限".to_owned()) } else { Err(more.join("、")) });
    Ok(())
}

fn net(conn: &mut PgConnection, _: &Look, report: &mut Report) -> Result<(), Error> {
    let words = "只看得到一部分的人，数据库也不给他别的任务".to_owned();
    let lacks = || "没有 bihuan_narrow 角色，或表上没有它的规则".to_owned();
    report.result("second-net", if health::has_second_net(conn)? { Ok(words) } else { Err(lacks()) });
    Ok(())
}

fn tongue(conn: &mut PgConnection, _: &Look, report: &mut Report) -> Result<(), Error> {
    let name = health::setting(conn, "lc_messages")?;
    let is_english = name.is_empty() || name == "POSIX" || name.starts_with('C') || name.starts_with("en");
    report.result("messages", if is_english { Ok(name) } else { Err(name) });
    Ok(())
}

fn history(conn: &mut PgConnection, _: &Look, report: &mut Report) -> Result<(), Error> {
    let can = health::can_change_history(conn)?;
    let words = "应用账号不能改、删、清空事件及其正文、附件记录".to_owned();
    report.result("append-only", if can.is_empty() { Ok(words) } else { Err(some(&can)) });
    Ok(())
}

fn limits(conn: &mut PgConnection, _: &Look, report: &mut Report) -> Result<(), Error> {
    let mut words = Vec::new();
    let mut is_limited = true;
    for name in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
        let value = health::setting(conn, name)?;
        is_limited &= value != "0";
        words.push(format!("{name} {value}"));
    }
    report.result("time-limits", if is_limited { Ok(words.join("，")) } else { Err(words.join("，")) });
    Ok(())
}

fn connections(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    // As many again for whoever sees a part only, and those of the open page.
    let own = 2 * i64::from(look.config.pool_size) + i64::from(OUTSIDE);
    let (most, kept) = (number(conn, "max_connections")?, number(conn, "superuser_reserved_connections")?);
    let left = most - kept - own;
    let state = if left < SPARE {
        State::Bad
    } else if left < own {
        State::Attention
    } else {
        State::Good
    };
    report.say("connections", state, format!("程序最多 {own}，数据库最多 {most}（其中 {kept} 留给管理员）"));
    Ok(())
}

fn durability(conn: &mut PgConnection, _: &Look, report: &mut Report) -> Result<(), Error> {
    let mut off = Vec::new();
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        if health::setting(conn, name)? == "off" {
            off.push(format!("{name} 为 off"));
        }
    }
    let words = "fsync、full_page_writes、synchronous_commit 都开着".to_owned();
    report.result("durability", if off.is_empty() { Ok(words) } else { Err(off.join("、")) });
    let sums = health::setting(conn, "data_checksums")?;
    report.say(
        "checksums",
        if sums == "on" { State::Good } else { State::Attention },
        format!("data_checksums 为 {sums}"),
    );
    Ok(())
}

fn link(conn: &mut PgConnection, _: &Look, report: &mut Report) -> Result<(), Error> {
    match health::link(conn)? {
        (false, _) => report.say("database-link", State::Good, "在本机"),
        (true, true) => report.say("database-link", State::Good, "在另一台机器，已加密"),
        (true, false) => report.say("database-link", State::Attention, "在另一台机器，没有加密"),
    }
    Ok(())
}

fn walk(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let walked = if look.is_deep { chains::walk(conn)? } else { chains::walk_newest(conn, NEWEST)? };
    let broken: Vec<String> = walked.broken.iter().map(|b| format!("{} {} 第 {} 条", b.kind, b.id, b.seq)).collect();
    let extent = if look.is_deep { "全部".to_owned() } else { format!("最近 {NEWEST} 个事件所在的") };
    let words = format!("{extent} {} 条链重算相符", walked.streams);
    report.result("chains", if broken.is_empty() { Ok(words) } else { Err(format!("断开：{}", some(&broken))) });
    Ok(())
}

fn rows(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    if !look.is_deep {
        report.say("rows", State::Unknown, "逐个重演，用 --deep 查");
        return Ok(());
    }
    let ids = tasks::ids(conn)?;
    let n = ids.len();
    let mut apart = Vec::new();
    for id in ids {
        let same = tasks::replay(conn, id).and_then(|made| Ok(made.as_ref() == Some(&tasks::snapshot(conn, id)?)));
        if !same.unwrap_or(false) {
            apart.push(id.to_string());
        }
    }
    let words = format!("{n} 个任务都是其事件的结果");
    report.result("rows", if apart.is_empty() { Ok(words) } else { Err(format!("不一致：{}", some(&apart))) });
    Ok(())
}

fn files(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let files = backup::files(conn)?;
    let mut faults = Vec::new();
    for file in &files {
        let path = blob_path(&look.config.data_dir, &file.sha256);
        let fault = match std::fs::metadata(&path) {
            Err(error) => Some(error.to_string()),
            Ok(found) if i64::try_from(found.len()) != Ok(file.size) => Some("大小不符".to_owned()),
            Ok(_) if look.is_deep && crate::backup::digest_of(&path).as_deref() != Ok(&file.sha256) => {
                Some("摘要不符".to_owned())
            }
            Ok(_) => None,
        };
        faults.extend(fault.map(|words| format!("{}…{words}", &file.sha256[..12])));
    }
    let how = if look.is_deep { "都在，逐个重算摘要相符" } else { "都在，大小相符" };
    let words = format!("{} 个，{how}", files.len());
    report.result("files", if faults.is_empty() { Ok(words) } else { Err(some(&faults)) });
    Ok(())
}

fn backlog(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let now = look.clock.now();
    let (n, oldest) = health::unsealed(conn)?;
    let age = oldest.map_or(0, |at| (now - at).num_minutes());
    let state = match age {
        60.. => State::Bad,
        5.. => State::Attention,
        _ => State::Good,
    };
    let words = if n == 0 { "没有".to_owned() } else { format!("{n} 个，最早的在 {age} 分钟前") };
    report.say("sealer", state, words);
    let (waiting, given_up) = health::overdue_acts(conn, now - TimeDelta::minutes(10))?;
    let state = if given_up > 0 {
        State::Bad
    } else if waiting > 0 {
        State::Attention
    } else {
        State::Good
    };
    report.say("due-acts", state, format!("过期十分钟以上 {waiting} 项，连续失败 {given_up} 项"));
    Ok(())
}

fn deliveries(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let (failed, late) = health::undelivered(conn, look.clock.now() - TimeDelta::days(1))?;
    let state = if failed + late > 0 { State::Attention } else { State::Good };
    report.say("deliveries", state, format!("失败 {failed} 条，积压一天以上 {late} 条"));
    Ok(())
}

/// Where checkpoints are kept outside: the signer's file, and the systems they are sent to.
fn anchors(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let now = look.clock.now();
    let found = health::checkpoint_hooks(conn, calendar::today(now))?;
    let mut words = Vec::new();
    if let Some(file) = &look.config.anchor_file {
        words.push(format!("文件 {}", file.display()));
    }
    let mut is_late = false;
    if found.hooks > 0 {
        // A day is more than the pauses between two attempts at most.
        let is_behind = found.size.is_none_or(|size| found.signed.is_some_and(|signed| signed > size));
        is_late = is_behind && found.delivered_at.is_none_or(|at| at < now - TimeDelta::days(1));
        words.push(match (found.size, found.delivered_at) {
            (Some(size), Some(at)) => {
                let time = calendar::time_of_day(at).format("%H:%M");
                format!("推送 {} 处，最近送达总序 {size} 的，{} {time}", found.hooks, calendar::today(at))
            }
            _ => format!("推送 {} 处，还没有送达过", found.hooks),
        });
    }
    let state = if words.is_empty() || is_late { State::Attention } else { State::Good };
    let words = if words.is_empty() { "库外没有".to_owned() } else { words.join("；") };
    report.say("anchors", state, words);
    Ok(())
}

fn calendar_years(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let today = calendar::today(look.clock.now());
    let known = persistence::calendar::load(conn)?;
    let (this, next) = (known.is_announced(today.year()), known.is_announced(today.year() + 1));
    let words = |year: i32, is: bool| format!("{year} 年{}", if is { "已有" } else { "还没有" });
    let text = format!("{}，{}", words(today.year(), this), words(today.year() + 1, next));
    // The arrangement of a year is announced in the November before it.
    let state = match (this, next) {
        (false, _) => State::Bad,
        (true, false) if today.month() == 12 => State::Attention,
        _ => State::Good,
    };
    report.say("calendar", state, text);
    Ok(())
}

fn accounts(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let found = health::accounts(conn, look.clock.now() - TimeDelta::days(OLD_PASSWORD_DAYS))?;
    let attention = |n: i64| if n > 0 { State::Attention } else { State::Good };
    report.say(
        "accounts",
        attention(found.without_role),
        format!("在用 {} 个，没有角色而未停用的 {} 个", found.active, found.without_role),
    );
    report.say(
        "passwords",
        attention(found.old_passwords),
        format!("{OLD_PASSWORD_DAYS} 天以上未换的 {} 个，还没换初始密码的 {} 个", found.old_passwords, found.to_change),
    );
    let text = format!(
        "系统管理员 {} 名，安全管理员 {} 名，审计员 {} 名",
        found.sys_admins, found.security_admins, found.auditors
    );
    let is_whole = [found.sys_admins, found.security_admins, found.auditors].iter().all(|n| *n > 0);
    report.result("administrators", if is_whole { Ok(text) } else { Err(text) });
    Ok(())
}

fn second_factors(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let found = health::second_factors(conn)?;
    if found.in_use > 0 && !look.config.data_dir.join(sealing::FILE).exists() {
        let text = format!("{} 个账号在用，而数据目录里没有 {}，口令打不开", found.in_use, sealing::FILE);
        report.say("second-factors", State::Bad, text);
        return Ok(());
    }
    let required: Vec<&str> = found.rules.required_of.iter().map(|h| h.label()).collect();
    let required = if required.is_empty() { "没有规定必须启用的".to_owned() } else { required.join("、") };
    let is_well = found.administrators_without == 0 && found.lacking == 0;
    report.say(
        "second-factors",
        if is_well { State::Good } else { State::Attention },
        format!(
            "必须启用：{required}；在用 {} 个，该启用而还没有的 {} 个，没有启用的管理员 {} 名",
            found.in_use, found.lacking, found.administrators_without
        ),
    );
    Ok(())
}

fn keys(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let today = calendar::today(look.clock.now());
    let (ending, ended) = health::ending_keys(conn, today, today + TimeDelta::days(KEY_DAYS))?;
    let state = if ending + ended > 0 { State::Attention } else { State::Good };
    report.say("keys", state, format!("{KEY_DAYS} 天内到期 {ending} 把，已过期而未吊销 {ended} 把"));
    Ok(())
}

fn sample(conn: &mut PgConnection, look: &Look, report: &mut Report) -> Result<(), Error> {
    let is_there = match rounds::find_by_code(conn, demo::ROUND) {
        Ok(_) => true,
        Err(Error::NotFound) => false,
        Err(error) => return Err(error),
    };
    let is_meant_seriously = look.config.settings().is_tls || !look.config.listen.ip().is_loopback();
    match (is_there, is_meant_seriously) {
        (false, _) => report.say("demo", State::Good, "没有"),
        (true, false) => report.say("demo", State::Attention, "有示例集团，只在本机，供试用"),
        (true, true) => report.say("demo", State::Bad, "有示例集团和共用密码的示例账号，而系统对外服务"),
    }
    Ok(())
}
