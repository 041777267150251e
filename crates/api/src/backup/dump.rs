//! `pg_dump` and `pg_restore` as processes; a password goes to them by the environment, where no list of processes shows it.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use crate::embedded;

/// An address without its password, and the password.
fn apart(url: &str) -> (String, Option<String>) {
    let whole = || (url.to_owned(), None);
    let Some((scheme, rest)) = url.split_once("://") else { return whole() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some((user, host)) = rest[..end].rsplit_once('@') else { return whole() };
    let Some((name, password)) = user.split_once(':') else { return whole() };
    (format!("{scheme}://{name}@{host}{}", &rest[end..]), Some(decoded(password)))
}

/// The text with each `%41` as the byte it stands for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = (*first == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        match byte.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A running program and what it says of its faults.
pub(super) struct Running {
    pub(super) child: Child,
    name: &'static str,
    faults: JoinHandle<String>,
}

fn start(
    data_dir: &Path,
    name: &'static str,
    url: &str,
    prepare: impl FnOnce(&mut Command),
) -> Result<Running, String> {
    let (address, password) = apart(url);
    let mut command = Command::new(embedded::clients(data_dir)?.join(name));
    command.arg("--no-password").arg(format!("--dbname={address}")).env("LC_ALL", "C.UTF-8").stderr(Stdio::piped());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    prepare(&mut command);
    let mut child = command.spawn().map_err(|e| format!("{name}：{e}"))?;
    let mut faults = child.stderr.take();
    let faults = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = faults.as_mut().map(|f| f.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    });
    Ok(Running { child, name, faults })
}

/// Begins to dump a database as of a moment that was exported under a name; what it writes is piped.
pub(super) fn dump(data_dir: &Path, url: &str, snapshot: &str) -> Result<Running, String> {
    start(data_dir, "pg_dump", url, |command| {
        command.args(["--format=custom", "--no-owner"]).arg(format!("--snapshot={snapshot}"));
        command.stdin(Stdio::null()).stdout(Stdio::piped());
    })
}

/// Begins to put a dump into an empty database, all of it or nothing; it reads what is piped to it.
pub(super) fn put_back(data_dir: &Path, url: &str) -> Result<Running, String> {
    start(data_dir, "pg_restore", url, |command| {
        command.args(["--single-transaction", "--exit-on-error", "--no-owner"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
    })
}

impl Running {
    /// Waits for its end.
    ///
    /// Errors: what it said when it failed.
    pub(super) fn end(mut self) -> Result<(), String> {
        let status = self.child.wait().map_err(|e| format!("{}：{e}", self.name))?;
        let faults = self.faults.join().unwrap_or_default();
        if status.success() { Ok(()) } else { Err(format!("{}：{}", self.name, faults.trim())) }
    }

    /// Ends it before its time.
    pub(super) fn stop(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_the_address_and_read_as_it_is_meant() {
        let taken = apart("postgres://bihuan_owner:a%40b%2Fc@127.0.0.1:5432/bihuan?sslmode=require");
        assert_eq!(taken.0, "postgres://bihuan_owner@127.0.0.1:5432/bihuan?sslmode=require");
        assert_eq!(taken.1.as_deref(), Some("a@b/c"));
        assert_eq!(apart("postgres://super@host/base"), ("postgres://super@host/base".to_owned(), None));
        assert_eq!(apart("postgres://u:a%@h/b").1.as_deref(), Some("a%"));
    }
}
