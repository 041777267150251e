//! What waits for the caller, grouped by urgency: the open acts of his tasks that somebody waits for.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::actor::{Actor, Role};
use domain::calendar::{self, Calendar, Week};
use domain::chain::Digest;
use domain::ids::{PersonId, RoundId, UnitId};
use domain::policy::{Policy, Who};
use domain::sign_request::{RequestState, SignRequest, Verdict};
use domain::task::command::Action;
use domain::task::state::{StatementMark, StatementReply, TaskState};
use domain::task::text::Words;
use domain::task::{self};
use domain::weekly_statement;
use persistence::tasks::{self, LoadedTask};
use persistence::{Origin, PgConnection, todo};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::documents::ReportDueView;
use crate::extract::Caller;
use crate::problem::Problem;

/// One thing to do.
#[derive(Default, Serialize, ToSchema)]
pub struct TodoItem {
    /// The act, such as claim, sign, submit_statement.
    pub action: String,
    /// What to do, in words.
    pub what: String,
    /// The word on its button.
    pub verb: String,
    /// Background in a few words.
    pub context: String,
    /// None for something that is about several tasks at once.
    pub task_id: Option<Uuid>,
    pub number: Option<String>,
    pub title: Option<String>,
    pub version: Option<i64>,
    pub since: Option<DateTime<Utc>>,
    /// Who or what made it begin.
    pub from: Option<String>,
    /// None where no rule sets a time; then it says how long it has waited.
    pub due_at: Option<DateTime<Utc>>,
    /// Working days until then; negative when it is past.
    pub working_days_left: Option<i64>,
    /// Working days since it began.
    pub working_days_waited: Option<i64>,
    /// overdue, today, week, waiting (no rule sets a time) or later.
    pub group: String,
    /// How many, where it is about several.
    pub count: usize,
    /// Those tasks.
    pub about: Vec<Uuid>,
    /// The check it is about, where it is about one.
    pub check_id: Option<Uuid>,
    /// The slip it is about, where it is about one.
    pub slip_id: Option<Uuid>,
    /// What a meeting resolved, where it is about that.
    pub resolution_id: Option<Uuid>,
    /// The meeting of the day, where it is about one.
    pub meeting_id: Option<Uuid>,
    /// The document it is about, where it is about one.
    pub document_id: Option<Uuid>,
    /// The publication it is about, where it is about one.
    pub publication_id: Option<Uuid>,
    /// The opinion it is about, where it is about one.
    pub opinion_id: Option<Uuid>,
    /// The handover it is about, where it is about one.
    pub handover_id: Option<Uuid>,
    /// The systemic problem it is about, where it is about one.
    pub systemic_problem_id: Option<Uuid>,
    /// The rule of the register it is about, where it is about one.
    pub rule_id: Option<Uuid>,
    /// The appraisal it is about, where it is about one.
    pub appraisal_id: Option<Uuid>,
    /// The week a statement is for.
    #[schema(example = "2026-W38")]
    pub week: Option<String>,
    /// The request or the milestone it is about, so that two lines of one task are told apart.
    #[serde(skip)]
    pub part: Option<Uuid>,
}

/// Something the caller's side handed in and waits for.
#[derive(Serialize, ToSchema)]
pub struct HandedIn {
    pub task_id: Option<Uuid>,
    pub number: Option<String>,
    pub what: String,
    pub waits_for: String,
    pub since: DateTime<Utc>,
    pub working_days: i64,
}

/// Whose tasks the caller answers for, as a filter of the ledger.
#[derive(Serialize, ToSchema)]
pub struct OwnTasks {
    pub label: String,
    pub unit: Option<Uuid>,
    pub leader: Option<Uuid>,
}

/// Everything that waits for the caller in a round.
#[derive(Serialize, ToSchema)]
pub struct TodoList {
    pub items: Vec<TodoItem>,
    pub handed_in: Vec<HandedIn>,
    pub own: Option<OwnTasks>,
    /// How far off the written report is, and what is still missing for it, where the caller answers for it.
    pub report: Option<ReportDueView>,
    /// Whether the caller may enter acts of his own personal duties.
    pub records_duties: bool,
    pub overdue: usize,
    pub today: usize,
    pub now: DateTime<Utc>,
    pub cut_off: Option<DateTime<Utc>>,
    /// Whether the calendar of this year is announced.
    pub is_calendar_announced: bool,
}

impl TodoList {
    /// The list with more in it: what has a time by its time, then what has waited longest.
    pub fn with(mut self, more: Vec<TodoItem>) -> Self {
        self.items.extend(more);
        let last = DateTime::<Utc>::MAX_UTC;
        self.items.sort_by_key(|i| (i.due_at.unwrap_or(last), i.since.unwrap_or(last), i.number.clone()));
        let count = |group: &str| self.items.iter().filter(|i| i.group == group).count();
        (self.overdue, self.today) = (count("overdue"), count("today"));
        self
    }
}

/// How pressing a time is.
pub(crate) fn group_of(due_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> &'static str {
    let today = calendar::today(now);
    let end_of_week = calendar::end_of_day(Week::of(today).sunday());
    match due_at {
        Some(due) if due <= now => "overdue",
        Some(due) if due <= calendar::end_of_day(today) => "today",
        Some(due) if due <= end_of_week => "week",
        Some(_) => "later",
        None => "waiting",
    }
}

/// Working days from today to the day an instant falls on; midnight ends the day before it.
pub(crate) fn days_until(calendar: &Calendar, now: DateTime<Utc>, at: DateTime<Utc>) -> i64 {
    let last = calendar::today(at - TimeDelta::seconds(1));
    calendar.working_days_between(calendar::today(now), last)
}

struct Collector<'a> {
    actor: &'a Actor,
    calendar: &'a Calendar,
    now: DateTime<Utc>,
    names: &'a BTreeMap<Uuid, String>,
    words: &'a BTreeMap<Digest, String>,
    items: Vec<TodoItem>,
    handed_in: Vec<HandedIn>,
}

/// The span of a thing to do: since when, by whom, until when.
#[derive(Default)]
struct Span {
    since: Option<DateTime<Utc>>,
    from: Option<String>,
    due_at: Option<DateTime<Utc>>,
}

impl Span {
    fn until(due_at: Option<DateTime<Utc>>) -> Self {
        Self { due_at, ..Self::default() }
    }

    fn since(mut self, at: Option<DateTime<Utc>>, from: impl Into<String>) -> Self {
        self.since = at;
        self.from = Some(from.into());
        self
    }
}

/// The word on the button; shorter than the name of the act.
fn verb(action: Action) -> &'static str {
    match action {
        Action::SubmitPlan => "编报",
        Action::ConfirmSignature => "复核",
        Action::RecordMeeting => "登记",
        Action::Uphold => "处理",
        Action::Confirm => "确认",
        Action::RequestClosure => "申请",
        Action::CompleteMilestone => "报完成",
        Action::SubmitStatement => "填写",
        Action::AcknowledgeStatement => "阅签",
        Action::SettleCheck => "处理",
        other => other.label(),
    }
}

impl Collector<'_> {
    fn name(&self, person: PersonId) -> String {
        self.names.get(&person.0).cloned().unwrap_or_default()
    }

    /// Working days from the day of an instant to today.
    fn days_since(&self, at: DateTime<Utc>) -> i64 {
        self.calendar.working_days_between(calendar::today(at), calendar::today(self.now))
    }

    fn push(&mut self, loaded: Option<&LoadedTask>, action: Action, what: String, context: String, span: Span) {
        let Span { since, from, due_at } = span;
        self.items.push(TodoItem {
            action: action.as_str().to_owned(),
            what,
            verb: verb(action).to_owned(),
            context,
            task_id: loaded.map(|l| l.task.id.0),
            number: loaded.map(|l| l.task.draft.number.clone()),
            title: loaded.map(|l| l.text.title.clone()),
            version: loaded.map(|l| l.task.version),
            since,
            from,
            group: group_of(due_at, self.now).to_owned(),
            working_days_left: due_at.map(|at| days_until(self.calendar, self.now, at)),
            working_days_waited: since.map(|at| self.days_since(at)),
            due_at,
            count: 1,
            about: loaded.map(|l| l.task.id.0).into_iter().collect(),
            ..TodoItem::default()
        });
    }

    fn look(&mut self, loaded: &LoadedTask) {
        let task = &loaded.task;
        let open = loaded.with_context(self.actor, self.calendar, self.now, |ctx| task::open_actions(task, ctx));
        let due = |on: Option<NaiveDate>| on.map(calendar::end_of_day);
        for act in &open {
            match act.action {
                Action::Claim => {
                    let issued = task.issued_on.map(|on| calendar::instant(on, NaiveTime::MIN));
                    let span = Span::until(due(task.claim_due_on)).since(issued, "整改办下发");
                    self.push(Some(loaded), act.action, "认领任务".into(), String::new(), span);
                }
                Action::SubmitPlan => {
                    let context = self.returned(task).unwrap_or_default();
                    let span = Span::until(due(task.plan_due_on)).since(task.claimed_at, "认领");
                    self.push(Some(loaded), act.action, "报送方案".into(), context, span);
                }
                Action::Sign | Action::ConfirmSignature | Action::RecordMeeting => {
                    for (id, on_behalf) in &act.requests {
                        let Some(request) = task.request(*id).map(|r| &r.request) else { continue };
                        // Where a person can sign himself, it waits for him and not for the desk that could enter his paper.
                        if act.action == Action::RecordMeeting && !waits_for_meeting(request) {
                            continue;
                        }
                        let context = on_behalf.map(|p| format!("代 {} 签", self.name(p))).unwrap_or_default();
                        let what = format!("{}：{}", act.action.label(), request.kind.label());
                        let by = format!("{} 报", self.name(request.submitted_by));
                        self.push(
                            Some(loaded),
                            act.action,
                            what,
                            context,
                            Span::default().since(Some(request.submitted_at), by),
                        );
                        self.of_part(id.0);
                    }
                }
                Action::Uphold => {
                    let by = task.wish.as_ref().map(|w| format!("{} 提出", self.name(w.by))).unwrap_or_default();
                    let span = Span::default().since(task.wish.as_ref().map(|w| w.at), by);
                    self.push(Some(loaded), act.action, "处理责任分工调整申请".into(), String::new(), span);
                }
                Action::Confirm if act.missing.is_empty() => {
                    let ended = task.observing_until.map(|on| calendar::instant(on, NaiveTime::MIN));
                    let span = Span::default().since(ended, "期满");
                    self.push(Some(loaded), act.action, "确认销号".into(), "跟踪巩固期满".into(), span);
                }
                Action::RequestClosure if act.missing.is_empty() => {
                    let span = Span::until(due(task.draft.due_on.or(task.draft.review_on)));
                    let context = self.returned(task).unwrap_or_else(|| "条件已经齐备".to_owned());
                    self.push(Some(loaded), act.action, "申请销号".into(), context, span);
                }
                Action::SettleCheck if matches!(task.state, TaskState::Observing | TaskState::Closed) => {
                    let what = "重新整改，或处理检查结论".to_owned();
                    self.push(Some(loaded), act.action, what, "现场检查不属实".into(), Span::default());
                }
                Action::CompleteMilestone => self.milestones(loaded),
                Action::SubmitStatement => self.statements(loaded),
                _ => {}
            }
        }
        self.wait(loaded, &open);
    }

    /// Why the newest request came back, in the words of whoever returned it.
    fn returned(&self, task: &task::state::Task) -> Option<String> {
        let request = &task.requests.last()?.request;
        if request.state != RequestState::Returned {
            return None;
        }
        let words = request.signatures.iter().rev().find(|s| s.verdict == Verdict::Return)?.words.as_ref();
        let text = words.and_then(|d| self.words.get(d)).and_then(|b| serde_json::from_str::<Words>(b).ok());
        Some(text.map_or("已退回，请修改后重报".to_owned(), |w| format!("退回：“{}”", w.text)))
    }

    /// What the caller or his unit handed in and others have in hand.
    fn wait(&mut self, loaded: &LoadedTask, open: &[task::OpenAction]) {
        let task = &loaded.task;
        let me = self.actor.person().and_then(|p| p.person);
        let units = self.own_units();
        let leads = task.draft.parties.units.first().is_some_and(|u| units.contains(u));
        for request in task.requests.iter().map(|r| &r.request).filter(|r| r.is_open()) {
            let mine = me == Some(request.submitted_by) || leads;
            let is_my_turn = open.iter().flat_map(|o| &o.requests).any(|(id, _)| *id == request.id);
            let Some(step) = request.current_step().and_then(|i| request.chain.get(i)) else { continue };
            if mine && !is_my_turn {
                self.handed_in.push(HandedIn {
                    task_id: Some(task.id.0),
                    number: Some(task.draft.number.clone()),
                    what: request.kind.label().to_owned(),
                    waits_for: step.person.map_or_else(|| step.label.clone(), |p| self.name(p)),
                    since: request.submitted_at,
                    working_days: self.days_since(request.submitted_at),
                });
            }
        }
    }

    /// Milestones late or due by the end of next week.
    fn milestones(&mut self, loaded: &LoadedTask) {
        let task = &loaded.task;
        let soon = calendar::today(self.now) + Days::new(7);
        for milestone in task.milestones() {
            let Some(on) = milestone.due_on.filter(|on| *on <= soon) else { continue };
            if task.done.contains_key(&milestone.id) {
                continue;
            }
            let what = format!("报节点完成：{}", loaded.milestone_words(milestone.id).0);
            let (done, all) = task.progress();
            let context = format!("{done} / {all} 个节点已完成");
            self.push(
                Some(loaded),
                Action::CompleteMilestone,
                what,
                context,
                Span::until(Some(calendar::end_of_day(on))),
            );
            self.of_part(milestone.id.0);
        }
    }

    /// The units the caller acts for; a supervisor or a leader acts for none, wherever his home post is.
    fn own_units(&self) -> Vec<UnitId> {
        let person = self.actor.person().filter(|p| p.role == Some(Role::Unit));
        person.map(|p| p.memberships.iter().filter_map(|m| m.unit.unit()).collect()).unwrap_or_default()
    }

    /// Missing weeks and returned statements; the running week is one line for all tasks.
    fn statements(&mut self, loaded: &LoadedTask) {
        let task = &loaded.task;
        for unit in self.own_units() {
            for week in weekly_statement::missing_weeks(task, unit, &loaded.facts, self.calendar, self.now) {
                let due_at = weekly_statement::cut_off(week, &loaded.facts, self.calendar);
                let what = format!("补报第{}周写实", week.number());
                let span = Span::until(due_at).since(due_at, "截止未报");
                self.push(Some(loaded), Action::SubmitStatement, what, String::new(), span);
                self.of_week(week);
            }
            let returned: Vec<(Week, DateTime<Utc>)> = task
                .statements
                .iter()
                .filter(|s| s.unit == unit && s.reply == StatementReply::Returned)
                .filter(|s| task.statement(unit, s.week).is_some_and(|n| n.revision == s.revision))
                .map(|s| (s.week, s.at))
                .collect();
            for (week, at) in returned {
                // Before the cut-off it is one of that week's; after it, it is changed as soon as one can.
                let due_at = weekly_statement::cut_off(week, &loaded.facts, self.calendar).filter(|at| *at > self.now);
                let what = format!("修改退回的第{}周写实", week.number());
                let span = Span::until(due_at).since(Some(at), "所交被退回");
                self.push(Some(loaded), Action::SubmitStatement, what, String::new(), span);
                self.of_week(week);
            }
        }
    }

    fn of_part(&mut self, part: Uuid) {
        if let Some(last) = self.items.last_mut() {
            last.part = Some(part);
        }
    }

    fn of_week(&mut self, week: Week) {
        if let Some(last) = self.items.last_mut() {
            last.week = Some(week.to_string());
        }
    }

    /// Several tasks and one act make one line.
    fn together(&mut self, action: Action, what: String, about: Vec<Uuid>, span: Span) {
        if !about.is_empty() {
            self.push(None, action, what, String::new(), span);
            if let Some(last) = self.items.last_mut() {
                last.count = about.len();
                last.about = about;
            }
        }
    }
}

/// List what waits for the caller.
#[utoipa::path(tag = "todo", params(("id" = Uuid, Path)), responses((status = 200, body = TodoList)))]
#[get("/rounds/{id}/todo")]
pub async fn list_todo(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let list = app
        .db
        .read(&caller.origin.actor, move |conn| {
            persistence::rounds::permit_sight(conn, &origin.actor, RoundId(*id))?;
            whole(conn, &origin, RoundId(*id), &calendar)
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Everything that waits for somebody in a round he has something to do with.
pub fn whole(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    calendar: &Calendar,
) -> Result<TodoList, persistence::Error> {
    let (actor, now) = (&origin.actor, origin.now);
    let policy = todo::policy(conn, round)?;
    let ids = todo::candidates(conn, actor, round, &policy, calendar::today(now))?;
    let mut others = crate::checks::todo(conn, actor, round, calendar, now)?;
    others.extend(crate::slips::todo(conn, actor, round, calendar, now)?);
    others.extend(crate::meetings::todo(conn, actor, round, calendar, now)?);
    let (papers, report) = crate::documents::todo(conn, origin, round, calendar)?;
    others.extend(papers);
    others.extend(crate::publications::todo(conn, actor, round, calendar, now)?);
    others.extend(crate::opinions::todo(conn, actor, round, calendar, now)?);
    others.extend(crate::handovers::todo(conn, actor, calendar, now)?);
    others.extend(crate::systemic::todo(conn, origin, round, calendar)?);
    others.extend(crate::rule_register::todo(conn, origin, round, calendar)?);
    others.extend(crate::appraisals::todo(conn, origin, round, calendar)?);
    let (duties, records_duties) = crate::personal_duties::todo(conn, origin, round, &policy, calendar)?;
    others.extend(duties);
    let list = of_tasks(conn, origin, round, &ids, &policy, calendar)?.with(others);
    Ok(TodoList { report, records_duties, ..list })
}

/// What waits for somebody among these tasks, as far as he sees them.
pub fn of_tasks(
    conn: &mut PgConnection,
    origin: &Origin,
    round: RoundId,
    ids: &[Uuid],
    policy: &Policy,
    calendar: &Calendar,
) -> Result<TodoList, persistence::Error> {
    let all = tasks::find_many(conn, &origin.actor, round, ids, origin.now)?;
    let names = tasks::names(conn, people(&all))?;
    let words = tasks::words(conn, all.iter().filter_map(|l| return_words(&l.task)).collect())?;
    let cut_off = weekly_statement::cut_off_under(Week::of(calendar::today(origin.now)), policy, calendar);
    Ok(collect(&all, &origin.actor, calendar, origin.now, &names, &words, cut_off))
}

/// Whether nobody but a meeting can take the next step.
fn waits_for_meeting(request: &SignRequest) -> bool {
    request.current_step().and_then(|i| request.chain.get(i)).is_some_and(|step| step.who == Who::Meeting)
}

/// Whether a statement is the newest of its week and nobody has answered it.
fn waits_for_answer(task: &task::state::Task, mark: &StatementMark) -> bool {
    mark.reply == StatementReply::Waiting
        && task.statement(mark.unit, mark.week).is_some_and(|newest| newest.revision == mark.revision)
}

/// The words with which the newest request came back.
fn return_words(task: &task::state::Task) -> Option<Digest> {
    let request = &task.requests.last()?.request;
    let signature = request.signatures.iter().rev().find(|s| s.verdict == Verdict::Return)?;
    signature.words.clone().filter(|_| request.state == RequestState::Returned)
}

/// Everybody a line may name.
fn people(all: &[LoadedTask]) -> Vec<Uuid> {
    let mut ids = BTreeSet::new();
    for task in all.iter().map(|l| &l.task) {
        ids.extend(task.wish.iter().map(|w| w.by.0));
        for request in task.requests.iter().map(|r| &r.request).filter(|r| r.is_open()) {
            ids.insert(request.submitted_by.0);
            ids.extend(request.chain.iter().filter_map(|s| s.person).map(|p| p.0));
        }
    }
    ids.into_iter().collect()
}

/// The tasks somebody answers for: a leader's, or his unit's.
fn own(actor: &Actor) -> Option<OwnTasks> {
    let person = actor.person()?;
    let unit = person.home_unit().and_then(|u| u.unit()).map(|u| u.0);
    match person.role? {
        Role::Leader => {
            Some(OwnTasks { label: "我负责的任务".to_owned(), unit: None, leader: person.person.map(|p| p.0) })
        }
        Role::Unit => Some(OwnTasks { label: "本单位任务".to_owned(), unit, leader: None }),
        Role::Supervisor => Some(OwnTasks { label: "本轮任务".to_owned(), unit: None, leader: None }),
    }
}

fn collect(
    all: &[LoadedTask],
    actor: &Actor,
    calendar: &Calendar,
    now: DateTime<Utc>,
    names: &BTreeMap<Uuid, String>,
    words: &BTreeMap<Digest, String>,
    cut_off: Option<DateTime<Utc>>,
) -> TodoList {
    let mut collector = Collector { actor, calendar, now, names, words, items: Vec::new(), handed_in: Vec::new() };
    let today = calendar::today(now);
    let week = Week::of(today);
    let (mut drafts, mut unanswered, mut unwritten) = (Vec::new(), Vec::new(), Vec::new());
    let (mut owed, mut written) = (0, 0);
    let mut unread: Vec<DateTime<Utc>> = Vec::new();
    let mut unanswered_since: Option<DateTime<Utc>> = None;
    for loaded in all {
        collector.look(loaded);
        let task = &loaded.task;
        for unit in collector.own_units() {
            unread.extend(task.statement(unit, week).filter(|s| s.reply == StatementReply::Waiting).map(|s| s.at));
            if weekly_statement::is_owed(task, unit, week, &loaded.facts, calendar) {
                owed += 1;
                match task.statement(unit, week) {
                    Some(_) => written += 1,
                    None => unwritten.push(task.id.0),
                }
            }
        }
        let open = loaded.with_context(actor, calendar, now, |ctx| task::open_actions(task, ctx));
        if open.iter().any(|o| o.action == Action::Issue && o.missing.is_empty()) {
            drafts.push(task.id.0);
        }
        if open.iter().any(|o| o.action == Action::AcknowledgeStatement) {
            unanswered.push(task.id.0);
            let oldest = task.statements.iter().filter(|s| waits_for_answer(task, s)).map(|s| s.at).min();
            unanswered_since = unanswered_since.into_iter().chain(oldest).min();
        }
    }
    if cut_off.is_some_and(|at| at > now) {
        let what = format!("交第{}周写实（已交 {written} / {owed}）", week.number());
        let monday = calendar::instant(week.monday(), NaiveTime::MIN);
        let span = Span::until(cut_off).since(Some(monday), "本周");
        collector.together(Action::SubmitStatement, what, unwritten, span);
    }
    collector.together(Action::Issue, format!("下发任务 {} 项", drafts.len()), drafts, Span::default());
    let what = format!("阅签写实，涉及 {} 项任务", unanswered.len());
    let span = Span::default().since(unanswered_since, "最早一份");
    collector.together(Action::AcknowledgeStatement, what, unanswered, span);
    let mut handed_in = collector.handed_in;
    if let Some(since) = unread.iter().min() {
        handed_in.push(HandedIn {
            task_id: None,
            number: None,
            what: format!("第{}周写实 {} 项", week.number(), unread.len()),
            waits_for: "整改办阅签".to_owned(),
            since: *since,
            working_days: calendar.working_days_between(calendar::today(*since), today),
        });
    }
    handed_in.sort_by_key(|h| h.since);
    let list = TodoList {
        overdue: 0,
        today: 0,
        items: Vec::new(),
        handed_in,
        own: own(actor),
        report: None,
        records_duties: false,
        now,
        cut_off,
        is_calendar_announced: calendar.is_announced(chrono::Datelike::year(&today)),
    };
    list.with(collector.items)
}
