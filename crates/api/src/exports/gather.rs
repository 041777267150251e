//! What the lists say of tasks, a page at a time; every statement is asked once for a page, whatever it holds.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::calendar::{self, Calendar, Week};
use domain::chain::Digest;
use domain::check::state::CheckResult;
use domain::export::{ExportKind, FindingLine, Line, MeasureLine, StatementLine};
use domain::ids::{RoundId, UnitId};
use domain::policy::{AlertLevel, RequestKind};
use domain::recurrence::came_back;
use domain::sign_request::RequestState;
use domain::slip::ladder::SlipLevel;
use domain::slip::level_name;
use domain::slip::state::{SlipNumber, SlipState};
use domain::task::state::{EvidenceMark, StatementMark, StatementReply, Task};
use domain::task::text::StatementText;
use domain::weekly_statement;
use domain::workbook::cells;
use persistence::ledger::{self, LedgerRow, Origins};
use persistence::tasks::{self, LoadedTask};
use persistence::{Error, Origin, PgConnection, exports};
use uuid::Uuid;

use crate::lists::{self, ListRow};

/// Who asks, for what, and as of when.
pub struct Gatherer {
    pub origin: Origin,
    pub round: RoundId,
    pub kind: ExportKind,
    /// The week of the statements.
    pub week: Option<Week>,
    pub calendar: Calendar,
}

/// Everything of a page that is looked up at once.
struct Looked {
    names: BTreeMap<Uuid, String>,
    origins: BTreeMap<Uuid, Origins>,
    statements: BTreeMap<Digest, StatementText>,
    files: BTreeMap<Uuid, String>,
    slips: Vec<exports::SlipMark>,
    checks: BTreeMap<Uuid, exports::CheckMark>,
}

/// 9月18日
fn short(on: NaiveDate) -> String {
    format!("{}月{}日", on.month(), on.day())
}

/// How many names of files a cell tells.
const FILES: usize = 5;

impl Gatherer {
    fn now(&self) -> DateTime<Utc> {
        self.origin.now
    }

    /// The lines of a page of tasks, in its order: one for each task, or one for each statement of the week.
    pub fn lines(&self, conn: &mut PgConnection, places: &[LedgerRow]) -> Result<Vec<Line>, Error> {
        let ids: Vec<Uuid> = places.iter().map(|p| p.id).collect();
        let found = tasks::find_many(conn, &self.origin.actor, self.round, &ids, self.now())?;
        let looked = self.look_up(conn, &found, ids)?;
        let by_id: BTreeMap<Uuid, &LedgerRow> = places.iter().map(|p| (p.id, p)).collect();
        let mut lines = Vec::with_capacity(found.len());
        for loaded in &found {
            let Some(place) = by_id.get(&loaded.task.id.0) else { continue };
            let cells = lists::row(
                loaded,
                place,
                looked.origins.get(&place.id),
                &looked.names,
                &self.origin,
                (Vec::new(), false),
            );
            let line = self.line(loaded, place, cells, &looked);
            if self.kind == ExportKind::Statements {
                lines.extend(self.of_week(loaded, place.reads_content, &line, &looked));
            } else {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    fn look_up(&self, conn: &mut PgConnection, found: &[LoadedTask], ids: Vec<Uuid>) -> Result<Looked, Error> {
        let mut named: BTreeSet<Uuid> =
            found.iter().flat_map(|l| lists::named(&cells::written(&l.task, &l.text))).collect();
        named.extend(found.iter().flat_map(|l| l.task.statements.iter().map(|s| s.unit.0)));
        let wanted = found.iter().flat_map(|l| self.shown(&l.task)).map(|m| m.digest.clone());
        let bodies = tasks::words(conn, wanted.collect::<BTreeSet<_>>().into_iter().collect())?;
        let text = |(digest, body): (Digest, String)| Some((digest, serde_json::from_str(&body).ok()?));
        Ok(Looked {
            names: tasks::names(conn, named.into_iter().collect())?,
            statements: bodies.into_iter().filter_map(text).collect(),
            files: exports::files(conn, &ids)?,
            slips: exports::slips(conn, &ids)?,
            checks: exports::checks(conn, &ids)?.into_iter().map(|c| (c.task_id, c)).collect(),
            origins: ledger::origins(conn, ids)?.into_iter().map(|o| (o.id, o)).collect(),
        })
    }

    /// The statements a list shows of a task: all of the week asked for, else the newest of the lead unit that was not sent back.
    fn shown<'a>(&self, task: &'a Task) -> Vec<&'a StatementMark> {
        match self.week {
            Some(week) => {
                let units: BTreeSet<UnitId> =
                    task.statements.iter().filter(|s| s.week == week).map(|s| s.unit).collect();
                units.into_iter().filter_map(|unit| task.statement(unit, week)).collect()
            }
            None => newest(task).into_iter().collect(),
        }
    }

    fn line(&self, loaded: &LoadedTask, place: &LedgerRow, cells: ListRow, looked: &Looked) -> Line {
        let task = &loaded.task;
        let reads = place.reads_content;
        let level = AlertLevel::parse(&place.alert_level).unwrap_or(AlertLevel::None);
        let day = |on: Option<NaiveDate>| on.filter(|_| reads);
        let statement = newest(task).filter(|_| reads).map(|mark| statement_line(mark, looked)).unwrap_or_default();
        let measures = cells.measures.into_iter().map(|m| MeasureLine {
            due_on: m.due_on.parse().ok(),
            number: m.number,
            text: m.text,
            milestones: m.milestones,
            outcome: m.outcome,
        });
        Line {
            finding: FindingLine {
                id: place.finding_id,
                number: cells.finding_number,
                aspect: cells.aspect,
                body: cells.finding,
                source: cells.source,
                document: cells.feedback_document,
                amount: cells.amount.parse().ok(),
                basis: cells.basis,
                scope: cells.scope,
                period: cells.period,
                recurrence: place
                    .n_found
                    .map_or_else(String::new, |n| came_back(n, place.first_found_on, calendar::today(self.now()))),
                file: String::new(),
            },
            id: task.id.0,
            number: cells.number,
            title: cells.title,
            objective: cells.objective,
            disposition: cells.disposition,
            criteria: cells.criteria,
            due_on: day(task.draft.due_on),
            original_due_on: day(task.original_due_on),
            review_on: day(task.draft.review_on),
            leaders: cells.leaders,
            units: cells.units,
            persons: cells.persons,
            supporting: cells.supporting,
            contact: cells.contact,
            claimed_on: cells.claimed_on,
            statement,
            evidence: if reads { files(&task.evidence.iter().collect::<Vec<_>>(), looked) } else { String::new() },
            state: cells.state_label,
            light: if level == AlertLevel::None { String::new() } else { level.label().to_owned() },
            extension: if reads { extension(task) } else { String::new() },
            slips: slips(loaded, looked),
            closed_on: task.closed_on,
            checked: looked.checks.get(&task.id.0).map(checked).unwrap_or_default(),
            remark: if task.is_closed_before_golive { "存量办结".to_owned() } else { String::new() },
            measures: measures.collect(),
        }
    }

    /// One line for each unit that handed in a statement of the week or owes one.
    fn of_week(&self, loaded: &LoadedTask, reads: bool, line: &Line, looked: &Looked) -> Vec<Line> {
        let Some(week) = self.week else { return Vec::new() };
        let task = &loaded.task;
        let mut lines = Vec::new();
        for mark in self.shown(task) {
            let mut own = line.clone();
            own.statement = if reads { statement_line(mark, looked) } else { StatementLine::default() };
            own.statement.unit = looked.names.get(&mark.unit.0).cloned().unwrap_or_default();
            own.statement.handed_in = if mark.is_late { "迟报" } else { "已报" }.to_owned();
            let text = looked.statements.get(&mark.digest);
            let named = |e: &&EvidenceMark| text.is_some_and(|t| t.evidence.contains(&e.id));
            own.evidence = if reads {
                files(&task.evidence.iter().filter(named).collect::<Vec<_>>(), looked)
            } else {
                String::new()
            };
            lines.push(own);
        }
        let Some(lead) = task.lead_unit() else { return lines };
        let is_owed = weekly_statement::is_owed(task, lead, week, &loaded.facts, &self.calendar);
        if is_owed && task.statement(lead, week).is_none() {
            let is_over =
                weekly_statement::cut_off(week, &loaded.facts, &self.calendar).is_some_and(|at| at < self.now());
            let mut own = line.clone();
            own.evidence = String::new();
            own.statement = StatementLine {
                unit: looked.names.get(&lead.0).cloned().unwrap_or_default(),
                handed_in: if is_over { "未报" } else { "待报" }.to_owned(),
                ..StatementLine::default()
            };
            lines.insert(0, own);
        }
        lines
    }
}

/// The newest statement of the lead unit that was not sent back.
fn newest(task: &Task) -> Option<&StatementMark> {
    let lead = task.lead_unit()?;
    let own = task.statements.iter().filter(|s| s.unit == lead);
    own.filter(|s| task.statement(lead, s.week) == Some(*s) && s.reply != StatementReply::Returned)
        .max_by_key(|s| s.week)
}

fn statement_line(mark: &StatementMark, looked: &Looked) -> StatementLine {
    let Some(text) = looked.statements.get(&mark.digest) else { return StatementLine::default() };
    let without = text.no_progress_reason.as_ref().map(|why| format!("本周无进展：{why}"));
    let help = text.help_wanted.as_ref().map(|help| format!("请领导组协调：{help}"));
    StatementLine {
        progress: text.progress.clone().or(without).unwrap_or_default(),
        difficulties: [text.difficulties.clone(), help].into_iter().flatten().collect::<Vec<_>>().join("\n"),
        next_step: text.next_step.clone().unwrap_or_default(),
        ..StatementLine::default()
    }
}

/// 7份：a.pdf、b.pdf等
fn files(evidence: &[&EvidenceMark], looked: &Looked) -> String {
    if evidence.is_empty() {
        return String::new();
    }
    let names: Vec<&str> =
        evidence.iter().filter_map(|e| looked.files.get(&e.id.0)).take(FILES).map(String::as_str).collect();
    let more = if evidence.len() > FILES { "等" } else { "" };
    format!("{}份：{}{more}", evidence.len(), names.join("、"))
}

/// How often a later date was granted.
fn extension(task: &Task) -> String {
    let granted = |r: &&domain::task::state::TaskRequest| {
        r.request.kind == RequestKind::Extension && r.request.state == RequestState::Granted
    };
    match task.requests.iter().filter(granted).count() {
        0 => String::new(),
        n => format!("已延期{n}次"),
    }
}

fn slips(loaded: &LoadedTask, looked: &Looked) -> String {
    let own = looked.slips.iter().filter(|s| s.task_id == loaded.task.id.0);
    let words = own.filter_map(|s| {
        let level = SlipLevel::parse(&s.level)?;
        let number = SlipNumber { year: s.year, n: u32::try_from(s.n).ok()? };
        let state = SlipState::parse(&s.state)?;
        Some(format!("{}{number} {}", level_name(level, &loaded.facts.policy), state.label()))
    });
    words.collect::<Vec<_>>().join("\n")
}

/// 不属实（9月18日）
fn checked(mark: &exports::CheckMark) -> String {
    let result = CheckResult::parse(&mark.result).map_or("", CheckResult::label);
    mark.on.map_or_else(|| result.to_owned(), |on| format!("{result}（{}）", short(on)))
}

/// A day as a document says it: 2026年9月18日.
pub fn day(on: NaiveDate) -> String {
    format!("{}年{}月{}日", on.year(), on.month(), on.day())
}

/// The day of a moment, Asia/Shanghai, as a document says it.
pub fn long(at: DateTime<Utc>) -> String {
    day(calendar::today(at))
}
