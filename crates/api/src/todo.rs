//! What waits for the caller, grouped by urgency: the open acts of his tasks that somebody waits for.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar, Week};
use domain::ids::{RoundId, UnitId};
use domain::task::command::Action;
use domain::task::state::StatementReply;
use domain::task::{self};
use domain::weekly_statement;
use persistence::tasks::{self, LoadedTask};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::extract::Caller;
use crate::problem::Problem;

/// One thing to do.
#[derive(Serialize, ToSchema)]
pub struct TodoItem {
    /// The act, such as claim, sign, submit_statement.
    pub action: String,
    /// What to do, in words.
    pub what: String,
    /// Background in a few words.
    pub context: String,
    /// None for something that is about several tasks at once.
    pub task_id: Option<Uuid>,
    pub number: Option<String>,
    pub title: Option<String>,
    pub version: Option<i64>,
    pub since: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    /// overdue, today, week or later.
    pub group: String,
    /// How many, where it is about several.
    pub count: usize,
}

/// Everything that waits for the caller in a round.
#[derive(Serialize, ToSchema)]
pub struct TodoList {
    pub items: Vec<TodoItem>,
    pub overdue: usize,
    pub today: usize,
    pub now: DateTime<Utc>,
    pub cut_off: Option<DateTime<Utc>>,
    /// Whether the calendar of this year is announced.
    pub is_calendar_announced: bool,
}

struct Collector<'a> {
    actor: &'a Actor,
    calendar: &'a Calendar,
    now: DateTime<Utc>,
    items: Vec<TodoItem>,
}

impl Collector<'_> {
    fn group(&self, due_at: Option<DateTime<Utc>>) -> &'static str {
        let today = calendar::today(self.now);
        let end_of_week = calendar::end_of_day(Week::of(today).sunday());
        match due_at {
            Some(due) if due <= self.now => "overdue",
            Some(due) if due <= calendar::end_of_day(today) => "today",
            Some(due) if due <= end_of_week => "week",
            Some(_) => "later",
            None => "week",
        }
    }

    fn push(
        &mut self,
        loaded: Option<&LoadedTask>,
        action: Action,
        what: String,
        context: String,
        since: Option<DateTime<Utc>>,
        due_at: Option<DateTime<Utc>>,
    ) {
        let group = self.group(due_at).to_owned();
        self.items.push(TodoItem {
            action: action.as_str().to_owned(),
            what,
            context,
            task_id: loaded.map(|l| l.task.id.0),
            number: loaded.map(|l| l.task.draft.number.clone()),
            title: loaded.map(|l| l.text.title.clone()),
            version: loaded.map(|l| l.task.version),
            since,
            due_at,
            group,
            count: 1,
        });
    }

    fn look(&mut self, loaded: &LoadedTask) {
        let task = &loaded.task;
        let open = loaded.with_context(self.actor, self.calendar, self.now, |ctx| task::open_actions(task, ctx));
        let due = |on: Option<NaiveDate>| on.map(calendar::end_of_day);
        for act in open {
            match act.action {
                Action::Claim => {
                    let due_at = due(task.claim_due_on);
                    self.push(Some(loaded), act.action, "认领任务".into(), String::new(), None, due_at);
                }
                Action::SubmitPlan => {
                    let returned = task
                        .requests
                        .last()
                        .is_some_and(|r| r.request.state == domain::sign_request::RequestState::Returned);
                    let context = if returned { "方案已退回，请修改后重报" } else { "" };
                    let due_at = due(task.plan_due_on);
                    self.push(Some(loaded), act.action, "报送方案".into(), context.into(), task.claimed_at, due_at);
                }
                Action::Sign | Action::ConfirmSignature | Action::RecordMeeting => {
                    for (id, on_behalf) in &act.requests {
                        let Some(request) = task.request(*id).map(|r| &r.request) else { continue };
                        let verb = act.action.label();
                        let context = if on_behalf.is_some() { "授权代行" } else { "" };
                        let what = format!("{verb}：{}", request.kind.label());
                        let since = Some(request.submitted_at);
                        self.push(Some(loaded), act.action, what, context.into(), since, None);
                    }
                }
                Action::Uphold => {
                    let since = task.wish.as_ref().map(|w| w.at);
                    self.push(Some(loaded), act.action, "处理责任分工调整申请".into(), String::new(), since, None);
                }
                Action::Confirm if act.missing.is_empty() => {
                    self.push(Some(loaded), act.action, "确认销号".into(), "跟踪巩固期满".into(), None, None);
                }
                Action::RequestClosure if act.missing.is_empty() => {
                    let due_at = due(task.draft.due_on);
                    let context = "条件已经齐备";
                    self.push(Some(loaded), act.action, "申请销号".into(), context.into(), None, due_at);
                }
                Action::CompleteMilestone => self.milestones(loaded),
                Action::SubmitStatement => self.statements(loaded),
                _ => {}
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
            self.push(Some(loaded), Action::CompleteMilestone, what, context, None, Some(calendar::end_of_day(on)));
        }
    }

    fn own_units(&self) -> Vec<UnitId> {
        self.actor.person().map(|p| p.memberships.iter().filter_map(|m| m.unit.unit()).collect()).unwrap_or_default()
    }

    /// Missing weeks and returned statements; the running week is one line for all tasks.
    fn statements(&mut self, loaded: &LoadedTask) {
        let task = &loaded.task;
        for unit in self.own_units() {
            for week in weekly_statement::missing_weeks(task, unit, &loaded.facts, self.calendar, self.now) {
                let due_at = weekly_statement::cut_off(week, &loaded.facts, self.calendar);
                let what = format!("补报第{}周写实", week.number());
                self.push(Some(loaded), Action::SubmitStatement, what, "截止时未报".into(), None, due_at);
            }
            let returned: Vec<Week> = task
                .statements
                .iter()
                .filter(|s| s.unit == unit && s.reply == StatementReply::Returned)
                .filter(|s| task.statement(unit, s.week).is_some_and(|n| n.revision == s.revision))
                .map(|s| s.week)
                .collect();
            for week in returned {
                let what = format!("修改退回的第{}周写实", week.number());
                self.push(Some(loaded), Action::SubmitStatement, what, String::new(), None, None);
            }
        }
    }

    /// Several tasks and one act make one line.
    fn together(&mut self, action: Action, what: String, count: usize, due_at: Option<DateTime<Utc>>) {
        if count > 0 {
            self.push(None, action, what, String::new(), None, due_at);
            if let Some(last) = self.items.last_mut() {
                last.count = count;
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
            let round = RoundId(*id);
            persistence::rounds::find(conn, &origin.actor, round)?;
            let ids = persistence::ledger::visible_ids(conn, &origin.actor, round)?;
            let all = tasks::find_many(conn, &origin.actor, round, &ids, origin.now)?;
            Ok(collect(&all, &origin.actor, &calendar, origin.now))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

fn collect(all: &[LoadedTask], actor: &Actor, calendar: &Calendar, now: DateTime<Utc>) -> TodoList {
    let mut collector = Collector { actor, calendar, now, items: Vec::new() };
    let today = calendar::today(now);
    let week = Week::of(today);
    let (mut drafts, mut unanswered, mut owed, mut written) = (0, 0, 0, 0);
    let mut cut_off = None;
    for loaded in all {
        collector.look(loaded);
        let task = &loaded.task;
        cut_off = cut_off.or_else(|| weekly_statement::cut_off(week, &loaded.facts, calendar));
        for unit in collector.own_units() {
            if weekly_statement::is_owed(task, unit, week, &loaded.facts, calendar) {
                owed += 1;
                written += usize::from(task.statement(unit, week).is_some());
            }
        }
        let open = loaded.with_context(actor, calendar, now, |ctx| task::open_actions(task, ctx));
        drafts += usize::from(open.iter().any(|o| o.action == Action::Issue && o.missing.is_empty()));
        unanswered += usize::from(open.iter().any(|o| o.action == Action::AcknowledgeStatement));
    }
    if owed > written && cut_off.is_some_and(|at| at > now) {
        let what = format!("交第{}周写实（已交 {written} / {owed}）", week.number());
        collector.together(Action::SubmitStatement, what, owed - written, cut_off);
    }
    collector.together(Action::Issue, format!("下发任务 {drafts} 项"), drafts, None);
    collector.together(Action::AcknowledgeStatement, format!("阅签写实，涉及 {unanswered} 项任务"), unanswered, None);
    let mut items = collector.items;
    items.sort_by_key(|i| (i.due_at.unwrap_or(DateTime::<Utc>::MAX_UTC), i.number.clone()));
    TodoList {
        overdue: items.iter().filter(|i| i.group == "overdue").count(),
        today: items.iter().filter(|i| i.group == "today").count(),
        items,
        now,
        cut_off,
        is_calendar_announced: calendar.is_announced(chrono::Datelike::year(&today)),
    }
}
