//! The first three accounts, one per duty; passwords are asked or read from a file, never made up.

use std::path::Path;

use domain::account;
use domain::actor::Duty;
use persistence::accounts::{self, NewAccount};
use persistence::{Error, Origin};

use crate::app::App;
use crate::passwords;

/// Duty, login and name of each.
const FIRST: [(Duty, &str, &str); 3] = [
    (Duty::SysAdmin, "sysadmin", "系统管理员"),
    (Duty::SecurityAdmin, "secadmin", "安全管理员"),
    (Duty::Auditor, "auditor", "审计管理员"),
];

/// Makes them; the text to print.
///
/// Errors: a password that is refused, or accounts that are there already.
pub fn run(app: &App, passwords_file: Option<&Path>) -> Result<String, String> {
    let given = match passwords_file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?),
        None => None,
    };
    let mut chosen = Vec::new();
    for (duty, login, name) in FIRST {
        let password = match &given {
            Some(text) => from_file(text, login)?,
            None => asked(login, name)?,
        };
        account::check_password(&password, login, name, "/password").map_err(|r| format!("{login}：{}", words(&r)))?;
        chosen.push((duty, login, name, password));
    }
    make(app, &chosen)?;
    Ok(chosen.iter().map(|(_, login, name, _)| format!("已建账号 {login}（{name}）\n")).collect())
}

/// Makes the three with known passwords.
pub fn make(app: &App, chosen: &[(Duty, &str, &str, String)]) -> Result<(), String> {
    let new: Result<Vec<(Duty, NewAccount)>, String> = chosen
        .iter()
        .map(|(duty, login, name, password)| {
            let password_hash = passwords::hash(password)?;
            let account = NewAccount {
                login: (*login).to_owned(),
                display_name: (*name).to_owned(),
                person: None,
                password_hash: Some(password_hash),
            };
            Ok((*duty, account))
        })
        .collect();
    let new = new?;
    let origin = Origin::system(app.clock.now());
    app.db.write_now(|conn| accounts::create_administrators(conn, &origin, new)).map_err(|error| match error {
        Error::Refused(refusal) => words(&refusal),
        other => other.to_string(),
    })
}

/// What a refusal says.
pub fn words(refusal: &domain::refusal::Refusal) -> String {
    let mut texts: Vec<String> = refusal.errors.iter().map(|e| domain::labels::say(&e.code, &e.params)).collect();
    if texts.is_empty() {
        texts.push(domain::labels::say(refusal.code, &serde_json::Value::Null));
    }
    texts.join("；")
}

fn from_file(text: &str, login: &str) -> Result<String, String> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == login)
        .map(|(_, password)| password.trim().to_owned())
        .ok_or_else(|| format!("密码文件里没有 {login}；每行应为“账号:密码”"))
}

fn asked(login: &str, name: &str) -> Result<String, String> {
    let ask = |prompt: String| rpassword::prompt_password(prompt).map_err(|e| format!("读不到密码：{e}"));
    let first = ask(format!("{name} {login} 的密码："))?;
    if ask("再输一遍：".to_owned())? == first {
        Ok(first)
    } else {
        Err(format!("{login}：两次输入不一致"))
    }
}
