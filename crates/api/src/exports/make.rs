//! Makes a list that was asked for: reads all of it as of one moment, writes it to the disk, tells how far it is, and stops when it is no longer wanted.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::calendar::Week;
use domain::document::kind::FormKind;
use domain::export::block::Row;
use domain::export::{ExportKind, Line};
use domain::policy::AlertLevel;
use domain::task::state::{CompletionStatus, Disposition, TaskState};
use persistence::counts::{self, Counts};
use persistence::exports::Outcome;
use persistence::ledger::{self, Filter};
use persistence::order::{Sort, SortKey};
use persistence::{Error, Origin, PgConnection, tasks};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::gather::{Gatherer, long};
use crate::app::App;
use crate::covers;
use crate::documents::FormTemplate;
use crate::ledger::LedgerQuery;
use crate::office::{ListBook, ListHead};
use crate::problem::Problem;
use crate::slips::SlipFilter;

/// Tasks that are read at a time.
const PAGE: i64 = 200;
/// A list of more tasks is not put together: it is for sorting and filtering, not for reading on paper.
pub(super) const MOST_MERGED: i64 = 3_000;
/// Rows of one finding that are put together at most.
const MOST_HELD: usize = 500;
/// How often it is said how far it is.
const BEAT: Duration = Duration::from_millis(500);

/// What was asked for.
#[derive(Clone)]
pub struct Order {
    pub id: Uuid,
    pub origin: Origin,
    pub gathered: Arc<Gatherer>,
    pub round_name: String,
    pub narrowed: Narrowed,
}

/// The filter in force: of tasks, or of slips.
#[derive(Clone)]
pub enum Narrowed {
    Tasks(Box<LedgerQuery>),
    Slips(SlipFilter),
}

/// How far it is, and whether it is still wanted.
#[derive(Default)]
pub(super) struct Progress {
    done: AtomicI64,
    all: AtomicI64,
    is_unwanted: AtomicBool,
}

impl Progress {
    pub(super) fn expect(&self, all: i64) {
        self.all.store(all, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, done: usize) {
        self.done.fetch_add(i64::try_from(done).unwrap_or(0), Ordering::Relaxed);
    }

    /// What it comes to where nobody wants it any more.
    pub(super) fn given_up(&self) -> Option<Outcome> {
        self.is_unwanted.load(Ordering::Relaxed).then(|| Outcome::Failed { fault: "cancelled".to_owned() })
    }
}

/// Where the files lie.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("exports")
}

/// Where one file lies.
pub fn path(data_dir: &Path, id: Uuid, kind: ExportKind) -> PathBuf {
    folder(data_dir).join(format!("{id}.{}", kind.extension()))
}

/// Makes it and writes down what came of it.
pub async fn run(app: App, order: Order) {
    let progress = Arc::new(Progress::default());
    let made = {
        let (app, order, progress) = (app.clone(), order.clone(), progress.clone());
        actix_web::rt::spawn(async move {
            let _turn = app.exports.acquire().await.map_err(Error::internal)?;
            make(&app, &order, &progress).await
        })
    };
    let outcome = follow(&app, order.id, &progress, made).await;
    let (id, origin) = (order.id, order.origin.clone());
    let origin = Origin { now: app.clock.now(), ..origin };
    let failed = matches!(outcome, Outcome::Failed { .. });
    let kept = app
        .db
        .write(&order.origin.actor, move |conn| persistence::exports::finish(conn, &origin, id, &outcome))
        .await
        .inspect_err(|problem| tracing::warn!(%problem, "the end of an export was not written down"));
    if failed || !kept.unwrap_or(false) {
        let _ = std::fs::remove_file(path(&app.settings.data_dir, id, order.gathered.kind));
    }
}

/// Says how far it is until it is done.
async fn follow(
    app: &App,
    id: Uuid,
    progress: &Arc<Progress>,
    mut made: actix_web::rt::task::JoinHandle<Result<Outcome, Error>>,
) -> Outcome {
    loop {
        let made = tokio::time::timeout(BEAT, &mut made).await;
        match made {
            Ok(Ok(Ok(outcome))) => return outcome,
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "an export failed");
                return Outcome::Failed { fault: Problem::from(error).code };
            }
            Ok(Err(lost)) => {
                tracing::error!(%lost, "an export was lost");
                return Outcome::Failed { fault: "internal".to_owned() };
            }
            Err(_) => {
                let (done, all) = (progress.done.load(Ordering::Relaxed), progress.all.load(Ordering::Relaxed));
                let now = app.clock.now();
                let beat = move |conn: &mut PgConnection| persistence::exports::beat(conn, id, done, all, now);
                // A database that is away for a moment does not end it; that it was cancelled does.
                if let Ok(false) = app.db.write(&domain::actor::Actor::System, beat).await {
                    progress.is_unwanted.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

async fn make(app: &App, order: &Order, progress: &Arc<Progress>) -> Result<Outcome, Error> {
    let folder = folder(&app.settings.data_dir);
    std::fs::create_dir_all(&folder).map_err(Error::unwritten)?;
    let kind = order.gathered.kind;
    let (order, progress, file) = (order.clone(), progress.clone(), path(&app.settings.data_dir, order.id, kind));
    let actor = order.origin.actor.clone();
    let template = match kind {
        ExportKind::Archives => {
            let now = order.origin.now;
            Some(FormTemplate::of_round(app, &actor, order.gathered.round, FormKind::Archive, now).await?)
        }
        _ => None,
    };
    let write = move |conn: &mut PgConnection| match (&order.narrowed, &template) {
        (Narrowed::Slips(filter), _) => super::slips::written(conn, &order, *filter, &progress, &folder, &file),
        (Narrowed::Tasks(_), Some(template)) => {
            super::archive::written(conn, &order, template, &progress, &folder, &file)
        }
        (Narrowed::Tasks(query), None) => written(conn, &order, query, &progress, &folder, &file),
    };
    app.db.read_as_of(&actor, write).await
}

/// Reads and writes all of it in one go; the totals are those of the rows, or it fails.
fn written(
    conn: &mut PgConnection,
    order: &Order,
    query: &LedgerQuery,
    progress: &Progress,
    folder: &Path,
    file: &Path,
) -> Result<Outcome, Error> {
    let gathered = &order.gathered;
    let (actor, round, kind) = (&order.origin.actor, gathered.round, gathered.kind);
    let filter = query.filter().map_err(|p| Error::internal(p.code))?;
    let sort = match kind {
        ExportKind::Brief => Sort { key: SortKey::Due, is_descending: false },
        _ => query.order().map_err(|p| Error::internal(p.code))?,
    };
    let counts = counts::recount(conn, actor, round, &filter)?;
    progress.expect(counts.tasks);
    let named: Vec<Uuid> = filter.unit.iter().chain(&filter.leader).chain(&filter.lead_units).copied().collect();
    let names = tasks::names(conn, named)?;

    let mut book: Option<ListBook> = None;
    let mut totals = Totals::default();
    let mut after = None;
    // Rows of the finding that is being read; they are written together.
    let mut held: Vec<Row> = Vec::new();
    loop {
        if let Some(given_up) = progress.given_up() {
            return Ok(given_up);
        }
        let places = ledger::list(conn, actor, round, &filter, sort, after, PAGE)?;
        after = places.last().map(|row| sort.after(row)).and_then(|text| sort.read_after(&text));
        let lines = gathered.lines(conn, &places)?;
        let book = match &mut book {
            Some(book) => book,
            None => {
                let filtered = filtered(&filter, &names, lines.first());
                let head = head(order, filtered, counts.tasks <= MOST_MERGED && kind.is_grouped());
                book.insert(ListBook::new(head, folder).map_err(Error::unwritten)?)
            }
        };
        for line in &lines {
            totals.take(line);
            let is_next = held.last().is_some_and(|row| row.finding != line.finding.id);
            if is_next || held.len() >= MOST_HELD {
                book.write(&held).map_err(Error::unwritten)?;
                held.clear();
            }
            held.extend(line.rows(kind, totals.lines));
        }
        let done = places.len();
        progress.advance(done);
        if done < usize::try_from(PAGE).unwrap_or(0) {
            break;
        }
    }
    let Some(mut book) = book else { return Err(Error::internal("a list without a head")) };
    book.write(&held).map_err(Error::unwritten)?;
    let rows = i64::from(book.rows());
    let words = totals.words(kind, &counts, order.origin.now)? + &covers::sentence(conn)?;
    book.save(&words, file).map_err(Error::unwritten)?;
    let (size, sha256) = sealed(file).map_err(Error::unwritten)?;
    Ok(Outcome::Ready { size, sha256, rows, tasks: counts.tasks })
}

pub(super) fn head(order: &Order, filtered: Vec<String>, is_merged: bool) -> ListHead {
    let Gatherer { kind, week, .. } = *order.gathered;
    let now = order.origin.now;
    let filter = if filtered.is_empty() { "全部".to_owned() } else { filtered.join("，") };
    let of_week = week.map(|w: Week| format!("第{}周", w.number())).unwrap_or_default();
    ListHead {
        kind,
        title: title(&order.round_name, &of_week, kind),
        about: format!("范围：{filter}　　截至 {}", moment(now)),
        as_of: now,
        is_merged,
    }
}

/// The round and the list, without a word that both would say: 2026年巡察整改台账.
fn title(round: &str, of_week: &str, kind: ExportKind) -> String {
    let name = if kind.label().starts_with("整改") { round.strip_suffix("整改").unwrap_or(round) } else { round };
    format!("{name}{of_week}{}", kind.label())
}

/// 2026年9月18日 17:00, Asia/Shanghai.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    format!("{} {}", long(at), domain::calendar::time_of_day(at).format("%H:%M"))
}

/// What the rows come to, counted while they are written.
#[derive(Default)]
pub(super) struct Totals {
    pub(super) lines: usize,
    tasks: i64,
    withdrawn: i64,
    last: Option<Uuid>,
    handed_in: BTreeMap<String, i64>,
}

impl Totals {
    pub(super) fn take(&mut self, line: &Line) {
        self.lines += 1;
        if !line.statement.handed_in.is_empty() {
            *self.handed_in.entry(line.statement.handed_in.clone()).or_default() += 1;
        }
        if self.last.replace(line.id) == Some(line.id) {
            return;
        }
        if line.state == TaskState::Withdrawn.label() { self.withdrawn += 1 } else { self.tasks += 1 }
    }

    /// The last line: every figure as the page has it at this moment.
    pub(super) fn words(&self, kind: ExportKind, counts: &Counts, now: DateTime<Utc>) -> Result<String, Error> {
        let as_of = format!("数据截至 {}", moment(now));
        if kind == ExportKind::Statements {
            let parts: Vec<String> = self.handed_in.iter().map(|(word, n)| format!("{word} {n} 项")).collect();
            let all: i64 = self.handed_in.values().sum();
            return Ok(format!("合计 {all} 项{}{}。{as_of}", if all > 0 { "：" } else { "" }, parts.join("，")));
        }
        if self.tasks != counts.tasks {
            return Err(Error::internal(format!("{} tasks listed, {} counted", self.tasks, counts.tasks)));
        }
        let c = counts;
        let withdrawn = if self.withdrawn > 0 {
            format!("另列作废 {} 项，不计入。", self.withdrawn)
        } else {
            String::new()
        };
        Ok(format!(
            "合计：方面 {} 个，问题 {} 个，任务 {} 项，措施 {} 条；已销号 {} 项（其中跟踪巩固 {} 项）；{} {}，{} {}，{} {}，{} {}；红灯 {}，预警 {}，正常 {}。{withdrawn}{as_of}",
            c.aspects,
            c.findings,
            c.tasks,
            c.measures,
            c.closed,
            c.observing,
            CompletionStatus::Completed.label(),
            c.completed,
            CompletionStatus::Sustained.label(),
            c.sustained,
            CompletionStatus::InProgress.label(),
            c.in_progress,
            CompletionStatus::NotStarted.label(),
            c.not_started,
            c.red,
            c.yellow,
            c.green,
        ))
    }
}

/// A filter in words; what it names is said as the first row found by it has it, for no other is known to be seen.
fn filtered(filter: &Filter, names: &BTreeMap<Uuid, String>, first: Option<&Line>) -> Vec<String> {
    let labels = |words: &[String], label: fn(&str) -> Option<&'static str>| {
        words.iter().filter_map(|w| label(w)).collect::<Vec<_>>().join("、")
    };
    let name = |id: &Uuid| names.get(id).map_or("未定", String::as_str);
    let mut said = Vec::new();
    let mut say = |what: &str, value: String| {
        if !value.is_empty() {
            said.push(format!("{what}：{value}"));
        }
    };
    if filter.aspect.is_some() {
        say("方面", first.map(|l| l.finding.aspect.clone()).unwrap_or_default());
    }
    if filter.finding.is_some() {
        say("问题", first.map(|l| l.finding.number.clone()).unwrap_or_default());
    }
    if !filter.among.is_empty() {
        say("问题", format!("所选 {} 个", filter.among.len()));
    }
    say("牵头单位", filter.lead_units.iter().map(name).collect::<Vec<_>>().join("、"));
    say("单位", filter.unit.iter().map(name).collect::<Vec<_>>().join("、"));
    say("领导", filter.leader.iter().map(name).collect::<Vec<_>>().join("、"));
    say("状态", labels(&filter.states, |w| TaskState::parse(w).map(TaskState::label)));
    say("处置类型", labels(&filter.dispositions, |w| Disposition::parse(w).map(Disposition::label)));
    say("灯", labels(&filter.alert_levels, |w| AlertLevel::parse(w).map(AlertLevel::label)));
    say("完成情况", labels(&filter.completion_statuses, |w| CompletionStatus::parse(w).map(CompletionStatus::label)));
    say("时限不早于", filter.due_from.map(|d| d.to_string()).unwrap_or_default());
    say("时限不晚于", filter.due_to.map(|d| d.to_string()).unwrap_or_default());
    say("含有", filter.text.clone().unwrap_or_default());
    say("销号", filter.closed.map(|is| if is { "已销号" } else { "未销号" }.to_owned()).unwrap_or_default());
    say("销号不早于", filter.closed_from.map(|d| d.to_string()).unwrap_or_default());
    say("销号不晚于", filter.closed_to.map(|d| d.to_string()).unwrap_or_default());
    say("待回应", if filter.unanswered { "有".to_owned() } else { String::new() });
    said
}

/// Size and digest of a file.
pub(super) fn sealed(file: &Path) -> std::io::Result<(i64, String)> {
    let mut source = std::fs::File::open(file)?;
    let (mut digest, mut size, mut buffer) = (Sha256::new(), 0_i64, vec![0; 64 * 1024]);
    loop {
        let n = source.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        digest.update(&buffer[..n]);
        size += i64::try_from(n).unwrap_or(0);
    }
    Ok((size, hex::encode(digest.finalize())))
}
