//! What the records say for a document, read as of one moment: the figures, and the lists its template repeats. The words of a sensitive matter are in
//! no document (docs/domain.md §17, §32).

use std::collections::{BTreeMap, BTreeSet};

use domain::calendar::{self, Calendar, Week};
use domain::document::Records;
use domain::document::expression::Expression;
use domain::document::figure::{self, Figure, Figures};
use domain::document::kind::DocumentKind;
use domain::export::{ExportKind, Line};
use domain::ids::RoundId;
use domain::personal_duty::state::PersonalDuty;
use domain::task::state::{CompletionStatus, Sensitivity, TaskState};
use persistence::ledger::{self, Filter, LedgerRow};
use persistence::order::{Sort, SortKey};
use persistence::{Error, Origin, PgConnection, counts, documents, personal_duties};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::brief;
use crate::covers;
use crate::exports::{Gatherer, long};

/// Tasks that are read at a time.
const PAGE: i64 = 200;

/// A task with what no list says of it.
pub(super) struct Known {
    pub line: Line,
    pub place: LedgerRow,
}

impl Known {
    /// Whether the words of the matter are in no document.
    pub(super) fn is_masked(&self) -> bool {
        self.place.sensitivity != Sensitivity::Open.as_str()
    }

    fn completion(&self) -> Option<CompletionStatus> {
        CompletionStatus::parse(&self.place.completion_status)
    }
}

/// What stands in place of a sensitive matter.
fn masked(line: Line, place: &LedgerRow) -> Line {
    if place.sensitivity == Sensitivity::Open.as_str() {
        return line;
    }
    let label = Sensitivity::parse(&place.sensitivity).map_or("", Sensitivity::label).to_owned();
    let mut finding =
        domain::export::FindingLine { id: line.finding.id, number: line.finding.number, ..Default::default() };
    finding.aspect = line.finding.aspect;
    finding.body.clone_from(&label);
    Line { finding, id: line.id, number: line.number, title: label, state: line.state, ..Line::default() }
}

/// All tasks of the round that are not withdrawn, in the ledger's order, as far as a filter finds them.
pub(super) fn tasks(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    filter: &Filter,
    calendar: &Calendar,
) -> Result<Vec<Known>, Error> {
    let gatherer =
        Gatherer { origin: origin.clone(), round, kind: ExportKind::Ledger, week: None, calendar: calendar.clone() };
    let sort = Sort { key: SortKey::Number, is_descending: false };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let places = ledger::list(conn, &origin.actor, round, filter, sort, after, PAGE)?;
        after = places.last().map(|row| sort.after(row)).and_then(|text| sort.read_after(&text));
        let lines = gatherer.lines(conn, &places)?;
        let n = places.len();
        let mut by_id: BTreeMap<Uuid, LedgerRow> = places.into_iter().map(|p| (p.id, p)).collect();
        for line in lines {
            let Some(place) = by_id.remove(&line.id) else { continue };
            if place.state != TaskState::Withdrawn.as_str() {
                all.push(Known { line: masked(line, &place), place });
            }
        }
        if n < usize::try_from(PAGE).unwrap_or(0) {
            return Ok(all);
        }
    }
}

fn due(line: &Line) -> String {
    match (line.due_on, line.review_on) {
        (Some(on), _) => crate::exports::day(on),
        (None, Some(_)) => "长期坚持".to_owned(),
        (None, None) => String::new(),
    }
}

pub(super) fn task(known: &Known) -> Value {
    let line = &known.line;
    let measures: Vec<Value> = line
        .measures
        .iter()
        .map(|m| json!({ "措施编号": m.number, "措施内容": m.text, "措施进展": m.milestones }))
        .collect();
    json!({
        "任务编号": line.number, "任务标题": line.title, "整改目标": line.objective, "完成标准": line.criteria,
        "完成时限": due(line), "责任领导": line.leaders, "责任单位": line.units, "责任人": line.persons,
        "配合单位": line.supporting, "状态": line.state,
        "完成情况": known.completion().map_or("", CompletionStatus::label),
        "整改成效": line.statement.progress, "措施": measures,
    })
}

/// Every measure as a row, a task without measures as one.
pub(super) fn rows(all: &[Known]) -> Vec<Value> {
    let mut rows = Vec::new();
    for (no, known) in all.iter().enumerate() {
        let line = &known.line;
        let none = domain::export::MeasureLine::default();
        let measures: Vec<_> = if line.measures.is_empty() { vec![&none] } else { line.measures.iter().collect() };
        for m in measures {
            rows.push(json!({
                "序号": (no + 1).to_string(), "问题编号": line.finding.number, "方面": line.finding.aspect,
                "问题原文": line.finding.body, "来源": line.finding.source, "任务编号": line.number, "任务标题": line.title,
                "整改目标": line.objective, "处置类型": line.disposition, "措施编号": m.number, "措施内容": m.text,
                "阶段节点": m.milestones, "计划成果": m.outcome, "完成标准": line.criteria, "完成时限": due(line),
                "责任领导": line.leaders, "责任单位": line.units, "责任人": line.persons, "配合单位": line.supporting,
                "联系人": line.contact, "状态": line.state,
            }));
        }
    }
    rows
}

/// A finding is done when all of its tasks are; else it says how many are.
fn outcome(of: &[&Known]) -> String {
    let n = |wanted: CompletionStatus| of.iter().filter(|k| k.completion() == Some(wanted)).count();
    let (completed, sustained) = (n(CompletionStatus::Completed), n(CompletionStatus::Sustained));
    match of.len() {
        all if completed == all => CompletionStatus::Completed.label().to_owned(),
        all if completed + sustained == all => CompletionStatus::Sustained.label().to_owned(),
        all => format!("{}项任务，已完成{}项", all, completed + sustained),
    }
}

fn findings(all: &[Known]) -> Vec<Value> {
    let mut order: Vec<Uuid> = Vec::new();
    let mut by: BTreeMap<Uuid, Vec<&Known>> = BTreeMap::new();
    for known in all {
        let id = known.line.finding.id;
        by.entry(id).or_insert_with(|| {
            order.push(id);
            Vec::new()
        });
        if let Some(of) = by.get_mut(&id) {
            of.push(known);
        }
    }
    order
        .into_iter()
        .filter_map(|id| {
            let of = by.get(&id)?;
            // One sensitive task keeps the words of its finding back.
            let said = of.iter().find(|k| k.place.sensitivity != Sensitivity::Open.as_str()).or(of.first())?;
            let finding = &said.line.finding;
            Some(json!({
                "问题编号": finding.number, "问题原文": finding.body, "方面": finding.aspect, "问题说明": "",
                "完成情况": outcome(of), "任务": of.iter().map(|k| task(k)).collect::<Vec<_>>(),
            }))
        })
        .collect()
}

fn units(all: &[Known]) -> Vec<Value> {
    #[derive(Default)]
    struct Of {
        tasks: i64,
        closed: i64,
        done: i64,
        red: i64,
        yellow: i64,
    }
    let mut by: BTreeMap<String, Of> = BTreeMap::new();
    for known in all {
        let name = known.place.lead_unit.clone().unwrap_or_else(|| "未明确牵头单位".to_owned());
        let of = by.entry(name).or_default();
        let is_done = matches!(known.completion(), Some(CompletionStatus::Completed | CompletionStatus::Sustained));
        of.tasks += 1;
        of.done += i64::from(is_done);
        of.closed += i64::from(["observing", "closed"].contains(&known.place.state.as_str()));
        of.red += i64::from(known.place.alert_level == "red");
        of.yellow += i64::from(known.place.alert_level == "yellow");
    }
    let mut rows: Vec<(String, Of)> = by.into_iter().collect();
    rows.sort_by(|(a, x), (b, y)| (y.red, y.yellow, a).cmp(&(x.red, x.yellow, b)));
    let rate = |of: &Of| {
        let said = BTreeMap::from([(Figure::Completed, of.done), (Figure::Tasks, of.tasks)]);
        Expression::parse("已完成任务数/任务数").map(|e| e.say(&said)).unwrap_or_default()
    };
    rows.iter()
        .map(|(name, of)| {
            json!({
                "单位名称": name, "单位任务数": of.tasks.to_string(), "单位已销号数": of.closed.to_string(),
                "单位完成率": rate(of), "单位红灯数": of.red.to_string(), "单位预警数": of.yellow.to_string(),
            })
        })
        .collect()
}

fn weekly(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    kept: &BTreeSet<Uuid>,
    calendar: &Calendar,
) -> Result<Map<String, Value>, Error> {
    let found = brief::for_document(conn, origin, round, calendar)?;
    let span = |week: Week| format!("{}至{}", crate::exports::day(week.monday()), crate::exports::day(week.sunday()));
    let row = |row: &brief::BriefRow, word: &str, said: String| {
        let title = row.title.clone().filter(|_| !kept.contains(&row.task_id));
        json!({
            "任务编号": row.number, "任务标题": title.unwrap_or_else(|| Sensitivity::Internal.label().to_owned()),
            "责任单位": row.unit.clone().unwrap_or_default(),
            word: if kept.contains(&row.task_id) { String::new() } else { said },
        })
    };
    let of_units = found.as_ref().map(|f| f.units.as_slice()).unwrap_or_default();
    let moved = found.as_ref().map(|f| f.moved.as_slice()).unwrap_or_default();
    let help = found.as_ref().map(|f| f.help.as_slice()).unwrap_or_default();
    let value = json!({
        "周次": found.as_ref().map(|f| format!("{}年第{}周", f.week.year(), f.week.number())).unwrap_or_default(),
        "起止日期": found.as_ref().map(|f| span(f.week)).unwrap_or_default(),
        "周报单位": of_units.iter().filter(|u| u.owed > 0).map(|u| json!({
            "单位名称": u.name, "应报数": u.owed.to_string(), "按时数": u.in_time.to_string(), "迟报数": u.late.to_string(),
            "未报数": u.missing.to_string(),
        })).collect::<Vec<_>>(),
        "进展": moved.iter().map(|r| row(r, "本周进展", r.moves.join("、"))).collect::<Vec<_>>(),
        "求助": help.iter().map(|r| row(r, "需协调事项", r.help_wanted.clone().unwrap_or_default())).collect::<Vec<_>>(),
    });
    Ok(value.as_object().cloned().unwrap_or_default())
}

fn duties(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    kept: &BTreeSet<Uuid>,
) -> Result<Vec<Value>, Error> {
    let register = personal_duties::register(conn, origin, round, None)?;
    let acts = personal_duties::counted_acts(conn, round, register.period)?;
    let times = |cells: &BTreeMap<PersonalDuty, personal_duties::Cell>, duty| {
        cells.get(&duty).map_or(0, |c: &personal_duties::Cell| c.n).to_string()
    };
    Ok(register
        .rows
        .iter()
        .map(|(row, cells)| {
            let own: Vec<Value> = acts
                .iter()
                .filter(|a| a.head == row.person.0)
                .map(|a| {
                    let is_kept = a.tasks.iter().any(|t| kept.contains(t));
                    json!({
                        "履责日期": crate::exports::day(a.on), "履责类型": a.duty.label(),
                        "履责内容": if is_kept { Sensitivity::Internal.label() } else { a.words.as_str() },
                    })
                })
                .collect();
            json!({
                "领导姓名": row.name, "所在单位": row.units.iter().map(|(_, n)| n.as_str()).collect::<Vec<_>>().join("、"),
                "研究制定次数": times(cells, PersonalDuty::Research), "部署次数": times(cells, PersonalDuty::Deploy),
                "协调督促次数": times(cells, PersonalDuty::Coordinate), "检查落实次数": times(cells, PersonalDuty::Inspect),
                "履责": own,
            })
        })
        .collect())
}

/// The figures, held against the chain that the pages show (docs/domain.md §23).
fn figures(conn: &mut PgConnection, origin: &Origin, round: RoundId) -> Result<Figures, Error> {
    let figures = figure::count(&documents::countable(conn, round, origin.now)?);
    let chain = counts::count(conn, &origin.actor, round, &Filter::default())?;
    for (figure, n) in [
        (Figure::Aspects, chain.aspects),
        (Figure::Findings, chain.findings),
        (Figure::Tasks, chain.tasks),
        (Figure::Measures, chain.measures),
        (Figure::Closed, chain.closed),
        (Figure::Observing, chain.observing),
        (Figure::Completed, chain.completed),
        (Figure::Sustained, chain.sustained),
        (Figure::InProgress, chain.in_progress),
        (Figure::NotStarted, chain.not_started),
        (Figure::Red, chain.red),
        (Figure::Yellow, chain.yellow),
    ] {
        let counted = figures.get(&figure).map_or(0, figure::Counted::value);
        if counted != n {
            return Err(Error::internal(format!("{figure}: {counted} in the document, {n} on the pages")));
        }
    }
    Ok(figures)
}

/// Reads the records of a round for a document of a kind; the caller sees to it that all of it is one moment.
pub(super) fn gather(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    kind: DocumentKind,
    calendar: &Calendar,
) -> Result<Records, Error> {
    let figures = figures(conn, origin, round)?;
    let all = tasks(conn, origin, round, &Filter::default(), calendar)?;
    let kept: BTreeSet<Uuid> =
        all.iter().filter(|k| k.place.sensitivity != Sensitivity::Open.as_str()).map(|k| k.line.id).collect();
    let name = persistence::rounds::find(conn, &origin.actor, round)?.name;
    let mut body = Map::new();
    body.insert("轮次名称".to_owned(), name.into());
    let time = calendar::time_of_day(origin.now).format("%-H时%M分").to_string();
    body.insert("截至时刻".to_owned(), format!("{}{time}", long(origin.now)).into());
    body.extend(covers::names(conn, origin.now)?);
    match kind {
        DocumentKind::Plan => {
            body.insert("清单".to_owned(), rows(&all).into());
            body.insert("问题".to_owned(), findings(&all).into());
        }
        DocumentKind::Report => {
            body.insert("问题".to_owned(), findings(&all).into());
        }
        DocumentKind::Progress => {
            body.insert("单位".to_owned(), units(&all).into());
        }
        DocumentKind::Weekly => body.extend(weekly(conn, origin, round, &kept, calendar)?),
        DocumentKind::Duties => {
            body.insert("领导".to_owned(), duties(conn, origin, round, &kept)?.into());
        }
    }
    Ok(Records { figures, body: Value::Object(body) })
}
