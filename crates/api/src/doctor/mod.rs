//! Looks at the settings, the data folder, the database and the records in it, and says what is wrong in words an operator understands.
//!
//! `list.rs` has every check with its advice, `place.rs` looks at settings and files, `database.rs` at the database and what is in it,
//! `dengbao.rs` holds what was found against the clauses of a third-level assessment.

mod database;
mod dengbao;
mod list;
mod place;

use std::collections::BTreeMap;

use serde::Serialize;

pub use dengbao::{Form, assess};
pub use list::CHECKS;

use crate::app::Clock;
use crate::config::{Config, VARIABLES};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Good,
    Attention,
    Bad,
    /// What it takes to say was not there.
    Unknown,
}

impl State {
    /// In Chinese, of two letters.
    pub fn label(self) -> &'static str {
        match self {
            Self::Good => "正常",
            Self::Attention => "注意",
            Self::Bad => "有误",
            Self::Unknown => "未知",
        }
    }
}

/// What one check came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable; listed in `CHECKS`.
    pub code: &'static str,
    /// What it is about.
    pub about: &'static str,
    pub state: State,
    /// The value that was found.
    pub found: String,
    /// What to do; empty when it is good or was not looked at.
    pub advice: &'static str,
}

/// What has been found so far, by code.
#[derive(Default)]
struct Report {
    found: BTreeMap<&'static str, (State, String)>,
    /// Why what comes later could not be looked at.
    hindrance: &'static str,
}

impl Report {
    fn say(&mut self, code: &'static str, state: State, found: impl Into<String>) {
        debug_assert!(CHECKS.iter().any(|check| check.code == code), "{code} is not listed");
        self.found.insert(code, (state, found.into()));
    }

    /// Good, or bad with the words of the fault.
    fn result(&mut self, code: &'static str, result: Result<String, String>) {
        match result {
            Ok(words) => self.say(code, State::Good, words),
            Err(words) => self.say(code, State::Bad, words),
        }
    }

    /// In the order of the list; what nobody could say is unknown.
    fn findings(mut self) -> Vec<Finding> {
        CHECKS
            .iter()
            .map(|check| {
                // What was not looked at needs no advice of its own.
                let (state, found, advice) = match self.found.remove(check.code) {
                    Some((State::Good, found)) => (State::Good, found, ""),
                    Some((state, found)) => (state, found, check.advice),
                    None => (State::Unknown, self.hindrance.to_owned(), ""),
                };
                Finding { code: check.code, about: check.about, state, found, advice }
            })
            .collect()
    }
}

/// Runs every check; with `is_deep` also those that take long or ask others: all chains, all files, all rows, the mail server.
pub fn examine(config: &Result<Config, Vec<String>>, is_deep: bool, clock: &Clock) -> Vec<Finding> {
    let mut report = Report { hindrance: "没有答复", ..Report::default() };
    match config {
        Err(faults) => {
            report.hindrance = "配置有误，没有查";
            report.say("configuration", State::Bad, faults.join("；"));
        }
        Ok(config) => {
            report.say("configuration", State::Good, format!("{} 项配置都读得懂", VARIABLES.len()));
            place::look(config, is_deep, clock, &mut report);
            database::look(config, is_deep, clock, &mut report);
        }
    }
    report.say("version", State::Good, format!("闭环 {}", env!("CARGO_PKG_VERSION")));
    report.findings()
}

/// Whether anything is bad.
pub fn is_bad(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.state == State::Bad)
}

/// The findings as a table to read.
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        text += &format!("{}  {}（{}）：{}\n", finding.state.label(), finding.about, finding.code, finding.found);
        if !finding.advice.is_empty() {
            text += &format!("      处理：{}\n", finding.advice);
        }
    }
    let n = |state| findings.iter().filter(|f| f.state == state).count();
    text += &format!(
        "共 {} 项：正常 {}，注意 {}，有误 {}，未知 {}\n",
        findings.len(),
        n(State::Good),
        n(State::Attention),
        n(State::Bad),
        n(State::Unknown)
    );
    text
}

/// The findings for a program.
///
/// Errors: none in practice; the words of the failure.
pub fn json(findings: &[Finding], clock: &Clock) -> Result<String, String> {
    let whole = serde_json::json!({
        "product": env!("CARGO_PKG_VERSION"),
        "at": clock.now(),
        "is_bad": is_bad(findings),
        "findings": findings,
    });
    serde_json::to_string_pretty(&whole).map_err(|e| e.to_string())
}
