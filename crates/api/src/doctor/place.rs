//! Checks of the settings and of the data folder.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{Report, State};
use crate::app::Clock;
use crate::backup;
use crate::config::Config;
use crate::embedded;
use crate::ldap::Ldap;
use crate::sender;

const GIB: u64 = 1024 * 1024 * 1024;
/// Days after which a backup is late, and after which it is missed.
const LATE_DAYS: i64 = 2;
const MISSED_DAYS: i64 = 8;

pub(super) fn look(config: &Config, is_deep: bool, clock: &Clock, report: &mut Report) {
    folder(&config.data_dir, report);
    disk(&config.data_dir, report);
    match &config.web_dir {
        None => report.say("web", State::Good, "由代理提供"),
        Some(web) => {
            let words = web.display().to_string();
            let is_there = web.join("index.html").is_file();
            report.result("web", if is_there { Ok(words) } else { Err(format!("{words} 里没有 index.html")) });
        }
    }
    addresses(config, report);
    let ahead = config.rehearsal_days;
    let state = if ahead == 0 { State::Good } else { State::Attention };
    report.say("rehearsal", state, if ahead == 0 { "未用".to_owned() } else { format!("提前 {ahead} 天") });
    let log = &config.log;
    let is_chatty = ["debug", "trace"].iter().any(|word| log.contains(word));
    let state = if log == "off" || is_chatty { State::Attention } else { State::Good };
    report.say("log-level", state, log.clone());
    mail(config, is_deep, report);
    directory(config, report);
    audit_keys(config, report);
    last_backup(config, clock, report);
    report.result("backup-programs", embedded::clients(&config.data_dir).map(|p| p.display().to_string()));
}

fn folder(data_dir: &Path, report: &mut Report) {
    let words = data_dir.display().to_string();
    let probe = data_dir.join(".doctor");
    let writable = std::fs::create_dir_all(data_dir)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    report.result("data-dir", writable.map(|()| format!("{words} 可写")).map_err(|e| format!("{words}：{e}")));
    let Some(mode) = mode(data_dir) else { return };
    let state = match mode & 0o077 {
        0 => State::Good,
        others if others & 0o022 != 0 => State::Bad,
        _ => State::Attention,
    };
    report.say("data-dir-rights", state, format!("{mode:03o}"));
    let (mut seen, mut open) = (Vec::new(), Vec::new());
    for name in ["token-key.pem", crate::sealing::FILE, "postgres-passwords", "demo-password"] {
        if let Some(mode) = self::mode(&data_dir.join(name)) {
            let words = format!("{name} {mode:03o}");
            if mode & 0o077 == 0 { seen.push(words) } else { open.push(words) }
        }
    }
    match (seen.is_empty(), open.is_empty()) {
        (_, false) => report.say("key-rights", State::Bad, open.join("、")),
        (false, true) => report.say("key-rights", State::Good, seen.join("、")),
        (true, true) => report.say("key-rights", State::Unknown, "还没有密钥，首次启动时建立"),
    }
}

fn audit_keys(config: &Config, report: &mut Report) {
    let (keys, anchors) = (config.audit_keys.as_deref(), config.anchor_file.as_deref());
    if keys.is_none() && anchors.is_none() {
        report.say("audit-keys", State::Attention, "未设公钥和外存检查点");
        return;
    }
    let trusted = crate::audit::trusted(keys, anchors);
    report
        .result("audit-keys", trusted.map(|t| format!("公钥 {} 个，外存检查点 {} 个", t.keys.len(), t.anchors.len())));
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|m| m.permissions().mode() & 0o777)
}

/// Free and whole bytes of the disk a folder is on, as `df` says.
pub(super) fn space(folder: &Path) -> Option<(u64, u64)> {
    let output = Command::new("df").arg("-Pk").arg(folder).env("LC_ALL", "C").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut fields = text.lines().nth(1)?.split_whitespace().skip(1);
    let whole: u64 = fields.next()?.parse().ok()?;
    let free: u64 = fields.nth(1)?.parse().ok()?;
    Some((free * 1024, whole * 1024))
}

/// How much is left: bad below half a gigabyte, little below five or a twentieth.
pub(super) fn enough(free: u64, whole: u64) -> State {
    if free < GIB / 2 {
        State::Bad
    } else if free < 5 * GIB || free < whole / 20 {
        State::Attention
    } else {
        State::Good
    }
}

fn disk(data_dir: &Path, report: &mut Report) {
    match space(data_dir) {
        None => report.say("disk", State::Unknown, "df 没有回答"),
        Some((free, whole)) => {
            let words = format!("可用 {:.1} GB，共 {:.1} GB", free as f64 / GIB as f64, whole as f64 / GIB as f64);
            report.say("disk", enough(free, whole), words);
        }
    }
}

fn addresses(config: &Config, report: &mut Report) {
    let is_local = config.listen.ip().is_loopback();
    let is_tls = config.settings().is_tls;
    let url = config.public_url.clone();
    match (&url, is_local) {
        (Some(url), _) => report.say("address", State::Good, format!("{url}，服务听 {}", config.listen)),
        (None, true) => report.say("address", State::Good, format!("只在本机，{}", config.listen)),
        (None, false) => report.say("address", State::Bad, format!("听 {}，没有写明网址", config.listen)),
    }
    let plain_loopback = url.as_ref().is_none_or(|u| {
        let host = u.trim_start_matches("http://");
        ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local))
    });
    match (is_tls, is_local && plain_loopback) {
        (true, _) => report.say("secure", State::Good, "https；Cookie 带 Secure 和 __Host-，发 HSTS"),
        (false, true) => report.say("secure", State::Attention, "http，只在本机，供试用"),
        (false, false) => report.say("secure", State::Bad, "http：密码和 Cookie 明文传输"),
    }
    let (state, words) = match (config.trusts_proxy, is_local, is_tls) {
        (true, true, _) => (State::Good, "相信本机代理写的 X-Forwarded-For"),
        (true, false, _) => (State::Attention, "相信 X-Forwarded-For，而服务端口不只本机可连：须确认只有代理能连"),
        (false, true, true) => (State::Attention, "https 由代理终结，却不相信它写的来源地址：所有人都显示为代理的地址"),
        (false, _, _) => (State::Good, "不相信 X-Forwarded-For，以连接的地址为准"),
    };
    report.say("proxy", state, words);
    match config.public_listen {
        None => report.say("public-page", State::Good, "未开"),
        Some(address) if address.ip().is_loopback() => {
            report.say("public-page", State::Good, format!("听本机 {address}"))
        }
        Some(address) => report.say("public-page", State::Attention, format!("听 {address}，不经代理也能连到")),
    }
}

fn mail(config: &Config, is_deep: bool, report: &mut Report) {
    match (&config.outward.mail, is_deep) {
        (None, _) => report.say("mail", State::Good, "未设发信服务器，不发邮件"),
        (Some((_, from)), false) => {
            report.say("mail", State::Unknown, format!("发信人 {from}；是否连得上用 --deep 试"))
        }
        (Some((url, from)), true) => report.result(
            "mail",
            sender::reach(url).map(|()| format!("连得上，发信人 {from}")).map_err(|e| format!("连不上：{e}")),
        ),
    }
}

fn directory(config: &Config, report: &mut Report) {
    let Some(settings) = config.ldap.clone() else {
        return report.say("directory", State::Good, "未设，账号都用本系统密码");
    };
    let url = settings.url.clone();
    // On a thread of its own, for whoever looks may be within a runtime.
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        runtime.block_on(Ldap::new(settings).reach())
    });
    let asked = asked.join().unwrap_or_else(|_| Err("没有查成".to_owned()));
    report.result("directory", asked.map(|()| format!("{url} 有回答")).map_err(|e| format!("{url}：{e}")));
}

fn last_backup(config: &Config, clock: &Clock, report: &mut Report) {
    match backup::last(&config.data_dir) {
        Err(words) => report.say("last-backup", State::Unknown, words),
        Ok(None) => report.say("last-backup", State::Attention, "从未以 bihuan backup 备份"),
        Ok(Some(last)) => {
            let days = (clock.now() - last.at).num_days();
            let is_there = Path::new(&last.file).is_file();
            let words = format!(
                "{}（{days} 天前），{}，{} 字节{}",
                domain::calendar::today(last.at),
                last.file,
                last.size,
                if is_there { "" } else { "，文件已不在原处" }
            );
            let state = match days {
                d if d >= MISSED_DAYS => State::Bad,
                d if d >= LATE_DAYS => State::Attention,
                _ => State::Good,
            };
            report.say("last-backup", state, words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_full_below_half_a_gigabyte_and_short_below_five_or_a_twentieth() {
        assert_eq!(enough(GIB / 2 - 1, 100 * GIB), State::Bad);
        assert_eq!(enough(GIB / 2, 100 * GIB), State::Attention);
        assert_eq!(enough(5 * GIB, 100 * GIB), State::Good);
        assert_eq!(enough(49 * GIB, 1000 * GIB), State::Attention);
    }
}
