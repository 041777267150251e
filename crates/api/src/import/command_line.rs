//! Import from the command line: look at a file without a round, a log-in or even a database, or commit it on somebody's behalf.

use std::path::Path;

use chrono::{DateTime, Datelike, Utc};
use domain::actor::Actor;
use domain::calendar::Calendar;
use domain::ids::RoundId;
use domain::policy::Policy;
use domain::workbook::ledger::{self, Context, Corrections};
use domain::workbook::{Directory, ImportReport, PlanDraft};
use persistence::imports::{self, ImportOutcome, ImportSource};
use persistence::{Error, Origin, rounds};

use crate::app::App;
use crate::config::Config;
use crate::office;
use crate::serve::Opened;
use crate::tokens;

/// What the command line asks for.
pub struct ImportRequest<'a> {
    pub file: &'a Path,
    /// Code of the round; not needed to look.
    pub round: Option<&'a str>,
    pub dry_run: bool,
    pub is_json: bool,
    /// Login on whose behalf it is committed.
    pub login: Option<&'a str>,
    /// Take the rows in doubt in as well, as drafts that keep their doubts.
    pub with_doubts: bool,
    /// The year of dates that have none.
    pub year: Option<i32>,
}

fn say(refusal: domain::refusal::Refusal) -> String {
    let texts: Vec<String> = refusal.errors.iter().map(|e| domain::labels::say(&e.code, &e.params)).collect();
    if texts.is_empty() { domain::labels::say(refusal.code, &serde_json::Value::Null) } else { texts.join("；") }
}

fn fail(error: Error) -> String {
    match error {
        Error::Refused(refusal) => say(refusal),
        Error::NotFound => "没有找到这一轮次或账号".to_owned(),
        other => other.to_string(),
    }
}

/// The database, where there is one to open: looking at a file makes none.
fn open(config: &Config) -> Option<Result<Opened, String>> {
    let is_there = config.database_url.is_some() || config.data_dir.join("postgres-passwords").exists();
    is_there.then(|| Opened::new(config))
}

/// Imports from the command line; the text to print.
pub fn run(config: &Config, request: &ImportRequest<'_>) -> Result<String, String> {
    let bytes = std::fs::read(request.file).map_err(|e| format!("{}: {e}", request.file.display()))?;
    let book = office::book(&bytes).map_err(say)?;
    let now = crate::app::Clock::ahead(config.rehearsal_days).now();
    let today = domain::calendar::today(now);
    let opened = match open(config) {
        Some(Ok(opened)) => Some(opened),
        Some(Err(error)) if !request.dry_run => return Err(error),
        None if !request.dry_run => return Err("还没有数据库，无法导入；只看结果请加 --dry-run".to_owned()),
        _ => None,
    };
    let directory = match &opened {
        Some(opened) => {
            let found = opened.app.db.read_now(|conn| imports::directory(conn, &Actor::System, now));
            if request.dry_run { found.unwrap_or_default() } else { found.map_err(fail)? }
        }
        None => Directory::default(),
    };
    let corrections = Corrections { year: request.year, ..Corrections::default() };
    let policy = match (&opened, request.round) {
        (Some(opened), Some(code)) => {
            let found = opened.app.db.read_now(|conn| {
                let round = rounds::find_by_code(conn, code)?;
                Ok(rounds::policy(conn, RoundId(round.id), round.policy_version)?.0)
            });
            if request.dry_run { found.unwrap_or_default() } else { found.map_err(fail)? }
        }
        _ => Policy::default(),
    };
    let completion = policy.completion_words.index();
    let context = Context {
        directory: &directory,
        default_year: today.year(),
        completion: &completion,
        corrections: &corrections,
    };
    let plan = ledger::read(&book, &context).plan;
    let report = plan.report();
    let mut outcome = None;
    if !request.dry_run {
        let (Some(code), Some(login), Some(opened)) = (request.round, request.login, &opened) else {
            return Err("导入须用 --round 指明轮次、用 --as 指明账号；只看结果请加 --dry-run".to_owned());
        };
        if !plan.doubts.is_empty() && !request.with_doubts {
            return Err(format!(
                "文件有 {} 处疑点，未导入；请先用 --dry-run 查看，或加 --with-doubts 全部作为草稿导入",
                plan.doubts.len()
            ));
        }
        let filename = request.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let sha256 = tokens::digest(&bytes);
        let source = ImportSource { filename: &filename, sha256: &sha256 };
        outcome = Some(commit_as(&opened.app, code, login, &plan, &source, now).map_err(fail)?);
    }
    if request.is_json {
        return serde_json::to_string_pretty(&report).map(|text| text + "\n").map_err(|e| e.to_string());
    }
    Ok(summary(&report, outcome))
}

fn commit_as(
    app: &App,
    code: &str,
    login: &str,
    plan: &PlanDraft,
    source: &ImportSource<'_>,
    now: DateTime<Utc>,
) -> Result<ImportOutcome, Error> {
    app.db.write_now(|conn| {
        let calendar: Calendar = persistence::calendar::load(conn)?;
        let round = persistence::rounds::find_by_code(conn, code)?;
        let account = persistence::accounts::credential(conn, login)?.ok_or(Error::NotFound)?;
        let today = domain::calendar::today(now);
        let loaded = persistence::actors::of_account(conn, account.id, today)?;
        let origin = Origin {
            actor: Actor::Person(Box::new(loaded.actor)),
            address: String::new(),
            request_id: "command-line".to_owned(),
            now,
        };
        imports::commit(conn, &origin, RoundId(round.id), plan, source, &calendar)
    })
}

fn summary(report: &ImportReport, outcome: Option<ImportOutcome>) -> String {
    let mut text = format!(
        "方面 {} › 问题 {} › 任务 {} › 措施 {}；单位 {}；略过 {} 行；疑点 {} 处\n",
        report.aspects,
        report.findings,
        report.tasks,
        report.measures,
        report.units,
        report.skipped.len(),
        report.doubts.len()
    );
    for doubt in &report.doubts {
        text += &format!("  {} {}：{}（{}）\n", doubt.sheet, doubt.cell, doubt.message, doubt.text);
    }
    if let Some(o) = outcome {
        text += &format!(
            "已入账：新增 {}，更新 {}，未变 {}，已下发保持原样 {}\n",
            o.created, o.updated, o.unchanged, o.kept
        );
    }
    text
}
