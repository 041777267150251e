//! The ledger: a page of tasks as the caller may see them, and the chain of counts over the same filter.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::Calendar;
use domain::ids::RoundId;
use domain::labels;
use domain::policy::AlertLevel;
use domain::recurrence::years_between;
use domain::task::alert::Reason;
use domain::task::state::{Disposition, Sensitivity, TaskState};
use persistence::counts::{self, Counts, GroupBy, GroupCounts};
use persistence::ledger::{self, Filter, LedgerRow};
use persistence::order::Sort;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{Caller, Params};
use crate::problem::Problem;

/// A light with its reasons in words.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct LightView {
    /// none, green, yellow or red.
    pub level: String,
    pub label: String,
    pub reasons: Vec<String>,
}

fn reason_text(reason: &Reason) -> String {
    let params = serde_json::json!({ "on": reason.on, "week": reason.weeks.first() });
    labels::say(&reason.code, &params)
}

/// The words of reasons, in their order, each said once.
pub fn reason_texts(reasons: &[Reason]) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for text in reasons.iter().map(reason_text) {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said
}

/// A light from a level and its reasons.
pub fn light(level: AlertLevel, reasons: &[Reason]) -> LightView {
    LightView { level: level.as_str().to_owned(), label: level.label().to_owned(), reasons: reason_texts(reasons) }
}

/// One line of the ledger.
#[derive(Serialize, ToSchema)]
pub struct LedgerLine {
    pub id: Uuid,
    pub number: String,
    pub item_number: String,
    pub title: String,
    pub state: String,
    pub state_label: String,
    pub disposition_label: Option<String>,
    pub completion_status: String,
    pub light: LightView,
    pub lead_unit: Option<String>,
    pub lead_leader: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub original_due_on: Option<NaiveDate>,
    pub review_on: Option<NaiveDate>,
    /// Working days to the due date; negative when it is past.
    pub working_days_left: Option<i64>,
    pub is_closed: bool,
    pub progress_done: i32,
    pub progress_all: i32,
    pub n_measures: i32,
    pub n_doubts: i32,
    pub updated_at: DateTime<Utc>,
    pub lead_unit_id: Option<Uuid>,
    pub finding_id: Uuid,
    pub finding_number: String,
    pub finding: String,
    pub aspect: String,
    /// A key problem.
    pub is_key: bool,
    /// How often the matter of its finding was found; none where it never came back, and for who does not see the whole round.
    #[schema(example = 2)]
    pub n_found: Option<i64>,
    /// For how many whole years that matter is known.
    #[schema(example = 6)]
    pub years_open: Option<i64>,
    pub version: i64,
}

/// A page of the ledger.
#[derive(Serialize, ToSchema)]
pub struct LedgerPage {
    pub items: Vec<LedgerLine>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// The chain: aspects, findings, tasks, measures, closed; the lights; the four completion statuses, which sum to all.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct ChainView {
    pub aspects: i64,
    pub findings: i64,
    pub tasks: i64,
    pub measures: i64,
    pub closed: i64,
    pub observing: i64,
    pub red: i64,
    pub yellow: i64,
    pub green: i64,
    pub draft: i64,
    pub completed: i64,
    pub sustained: i64,
    pub in_progress: i64,
    pub not_started: i64,
}

impl From<Counts> for ChainView {
    fn from(c: Counts) -> Self {
        Self {
            aspects: c.aspects,
            findings: c.findings,
            tasks: c.tasks,
            measures: c.measures,
            closed: c.closed,
            observing: c.observing,
            red: c.red,
            yellow: c.yellow,
            green: c.green,
            draft: c.draft,
            completed: c.completed,
            sustained: c.sustained,
            in_progress: c.in_progress,
            not_started: c.not_started,
        }
    }
}

/// How the ledger is narrowed, ordered and put together; lists are comma-separated words.
#[derive(Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LedgerQuery {
    pub aspect: Option<Uuid>,
    /// One finding or several.
    pub finding: Option<String>,
    /// Lead units alone, without what is below them; `none` stands for tasks without one.
    pub lead: Option<String>,
    /// A unit and everything below it.
    pub unit: Option<Uuid>,
    /// Any responsible leader.
    pub leader: Option<Uuid>,
    #[param(example = "rectifying,closure_review")]
    pub state: Option<String>,
    pub disposition: Option<String>,
    #[param(example = "red,yellow")]
    pub light: Option<String>,
    pub completion: Option<String>,
    pub due_from: Option<NaiveDate>,
    pub due_to: Option<NaiveDate>,
    /// Two characters or more of the number or the words.
    pub text: Option<String>,
    /// Only closed tasks, or only those not closed.
    pub closed: Option<bool>,
    /// Ratified on this day or later, and closed since.
    pub closed_from: Option<NaiveDate>,
    pub closed_to: Option<NaiveDate>,
    /// Only tasks of which a statement or a sign request waits for its answer.
    pub unanswered: Option<bool>,
    /// Only key problems.
    pub key: Option<bool>,
    /// Only those whose finding was found before; for who sees the whole round.
    pub came_back: Option<bool>,
    /// Kinds of causes, as last analysed.
    #[param(example = "rule_missing,supervision")]
    pub cause: Option<String>,
    /// individual or systemic: findings decided to be of this kind.
    #[param(example = "systemic")]
    pub scope: Option<String>,
    /// These tasks alone, a hundred at most.
    pub task: Option<String>,
    /// number, due or light, with a minus sign from the last to the first; by number unless given. Counts have no order.
    #[param(example = "-due")]
    pub sort: Option<String>,
    /// finding or lead (the lead unit): what groups are made of. Rows and counts have none.
    #[param(example = "finding")]
    pub group: Option<String>,
    pub after: Option<String>,
    pub limit: Option<i64>,
}

fn words(text: Option<&str>) -> Vec<String> {
    text.map(|t| t.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect()).unwrap_or_default()
}

/// Most findings, units or tasks that one request asks for together.
pub(crate) const TOGETHER: usize = 100;

fn ids(field: &str, text: Option<&str>) -> Result<Vec<Uuid>, Problem> {
    let wrong = || Problem::field(&format!("/{field}"), "wrong-type");
    let found: Vec<Uuid> = words(text)
        .iter()
        .map(|word| if word == "none" { Ok(Uuid::nil()) } else { word.parse().map_err(|_| wrong()) })
        .collect::<Result<_, _>>()?;
    if found.len() > TOGETHER { Err(Problem::field(&format!("/{field}"), "too-many")) } else { Ok(found) }
}

impl LedgerQuery {
    /// The query of parameters by their names, as an address has them, where everything is text; none if one is not understood.
    pub fn from_words(words: &BTreeMap<String, String>) -> Option<Self> {
        let value = |text: &String| text.parse().map_or_else(|_| json!(text), |yes: bool| json!(yes));
        let asked = words.iter().map(|(key, text)| (key.clone(), value(text))).collect();
        serde_json::from_value(serde_json::Value::Object(asked)).ok()
    }

    /// The filter in it.
    ///
    /// Errors: `content` with the field that is no id.
    pub fn filter(&self) -> Result<Filter, Problem> {
        let findings = ids("finding", self.finding.as_deref())?;
        let (finding, among) = match findings.as_slice() {
            [one] => (Some(*one), Vec::new()),
            _ => (None, findings),
        };
        Ok(Filter {
            aspect: self.aspect,
            finding,
            among,
            lead_units: ids("lead", self.lead.as_deref())?,
            unit: self.unit,
            leader: self.leader,
            states: words(self.state.as_deref()),
            dispositions: words(self.disposition.as_deref()),
            alert_levels: words(self.light.as_deref()),
            completion_statuses: words(self.completion.as_deref()),
            due_from: self.due_from,
            due_to: self.due_to,
            text: self.text.clone(),
            closed: self.closed,
            closed_from: self.closed_from,
            closed_to: self.closed_to,
            unanswered: self.unanswered.unwrap_or(false),
            is_key: self.key.unwrap_or(false),
            came_back: self.came_back.unwrap_or(false),
            causes: words(self.cause.as_deref()),
            scope: self.scope.clone(),
            tasks: ids("task", self.task.as_deref())?,
        })
    }

    /// The order in it.
    pub fn order(&self) -> Result<Sort, Problem> {
        match self.sort.as_deref() {
            None => Ok(Sort::default()),
            Some(words) => Sort::parse(words).ok_or_else(|| Problem::field("/sort", "wrong-type")),
        }
    }

    /// What groups are made of; findings unless it says otherwise.
    fn grouped(&self) -> Result<GroupBy, Problem> {
        match self.group.as_deref() {
            None | Some("finding") => Ok(GroupBy::Finding),
            Some("lead") => Ok(GroupBy::LeadUnit),
            Some(_) => Err(Problem::field("/group", "wrong-type")),
        }
    }
}

fn line(row: LedgerRow, calendar: &Calendar, today: NaiveDate) -> LedgerLine {
    let state = TaskState::parse(&row.state).unwrap_or(TaskState::Draft);
    let reasons: Vec<Reason> = serde_json::from_value(row.alert_reasons).unwrap_or_default();
    let is_closed = matches!(state, TaskState::Observing | TaskState::Closed | TaskState::Withdrawn);
    LedgerLine {
        id: row.id,
        number: row.number,
        item_number: row.item_number,
        title: if row.reads_content {
            row.title
        } else {
            Sensitivity::parse(&row.sensitivity).map_or("敏感事项", Sensitivity::label).to_owned()
        },
        state_label: state.label().to_owned(),
        state: row.state,
        disposition_label: row.disposition.as_deref().and_then(Disposition::parse).map(|d| d.label().to_owned()),
        completion_status: row.completion_status,
        light: light(AlertLevel::parse(&row.alert_level).unwrap_or(AlertLevel::None), &reasons),
        lead_unit: row.lead_unit,
        lead_leader: row.lead_leader,
        working_days_left: row.due_on.filter(|_| !is_closed).map(|due| calendar.working_days_between(today, due)),
        due_on: row.due_on,
        original_due_on: row.original_due_on,
        review_on: row.review_on,
        is_closed,
        progress_done: row.progress_done,
        progress_all: row.progress_all,
        n_measures: row.n_measures,
        n_doubts: row.n_doubts,
        updated_at: row.updated_at,
        lead_unit_id: row.lead_unit_id,
        finding_id: row.finding_id,
        finding_number: row.finding_number,
        finding: row.finding,
        aspect: row.aspect,
        is_key: row.is_key,
        n_found: row.n_found,
        years_open: row.first_found_on.map(|first| years_between(first, today)),
        version: row.version,
    }
}

/// List tasks of a round, in the ledger's order or another.
#[utoipa::path(tag = "ledger", params(("id" = Uuid, Path), LedgerQuery), responses((status = 200, body = LedgerPage)))]
#[get("/rounds/{id}/tasks")]
pub async fn list_tasks(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<LedgerQuery>,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let today = domain::calendar::today(caller.origin.now);
    let limit = query.0.limit.unwrap_or(50).clamp(1, 200);
    let (filter, sort) = (query.0.filter()?, query.0.order()?);
    let after = query
        .0
        .after
        .as_deref()
        .map(|text| sort.read_after(text).ok_or_else(|| Problem::field("/after", "wrong-type")));
    let after = after.transpose()?;
    let actor = caller.origin.actor.clone();
    let mut rows = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let rows = ledger::list(conn, &actor, RoundId(*id), &filter, sort, after, limit + 1)?;
            // Whoever sees a task of it sees the round.
            if rows.is_empty() {
                persistence::rounds::permit_sight(conn, &actor, RoundId(*id))?;
            }
            Ok(rows)
        })
        .await?;
    let keep = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = rows.len() > keep;
    rows.truncate(keep);
    let next = rows.last().filter(|_| is_more).map(|row| sort.after(row));
    let items = rows.into_iter().map(|r| line(r, &calendar, today)).collect();
    Ok(HttpResponse::Ok().json(LedgerPage { items, next }))
}

/// Count the chain over a filter.
#[utoipa::path(tag = "ledger", params(("id" = Uuid, Path), LedgerQuery), responses((status = 200, body = ChainView)))]
#[get("/rounds/{id}/chain")]
pub async fn count_chain(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<LedgerQuery>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let filter = query.0.filter()?;
    let counts = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let counts = counts::count(conn, &actor, RoundId(*id), &filter)?;
            if counts.tasks == 0 {
                persistence::rounds::permit_sight(conn, &actor, RoundId(*id))?;
            }
            Ok(counts)
        })
        .await?;
    Ok(HttpResponse::Ok().json(ChainView::from(counts)))
}

/// Rows of the ledger that belong together, with their subtotals.
#[derive(Serialize, ToSchema)]
pub struct GroupView {
    /// The finding or the lead unit; none for tasks without a lead unit.
    pub id: Option<Uuid>,
    pub number: String,
    pub label: String,
    pub aspect: String,
    /// All rows listed; withdrawn tasks are in none of the other figures.
    pub rows: i64,
    pub tasks: i64,
    pub measures: i64,
    pub closed: i64,
    pub red: i64,
    pub yellow: i64,
}

impl From<GroupCounts> for GroupView {
    fn from(g: GroupCounts) -> Self {
        Self {
            id: g.id,
            number: g.number,
            label: g.label,
            aspect: g.aspect,
            rows: g.rows,
            tasks: g.tasks,
            measures: g.measures,
            closed: g.closed,
            red: g.red,
            yellow: g.yellow,
        }
    }
}

/// Count the groups of the ledger over a filter.
#[utoipa::path(tag = "ledger", params(("id" = Uuid, Path), LedgerQuery), responses((status = 200, body = Vec<GroupView>)))]
#[get("/rounds/{id}/groups")]
pub async fn count_groups(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<LedgerQuery>,
) -> Result<HttpResponse, Problem> {
    let actor = caller.origin.actor.clone();
    let (filter, by) = (query.0.filter()?, query.0.grouped()?);
    let groups = app
        .db
        .read(&caller.origin.actor, move |conn| {
            let groups = counts::groups(conn, &actor, RoundId(*id), &filter, by)?;
            if groups.is_empty() {
                persistence::rounds::permit_sight(conn, &actor, RoundId(*id))?;
            }
            Ok(groups)
        })
        .await?;
    Ok(HttpResponse::Ok().json(groups.into_iter().map(GroupView::from).collect::<Vec<_>>()))
}
