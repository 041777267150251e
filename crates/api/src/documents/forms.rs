//! Forms: one record as a file of Word, as far as the caller sees it, by the template that holds (docs/domain.md §32).

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::document::figure::Said;
use domain::document::kind::FormKind;
use domain::export::Line;
use domain::ids::{FindingId, MeetingId, PublicationId, RoundId, SlipId, TaskId};
use domain::policy::{RequestKind, StepRule};
use domain::publication::copy;
use domain::publication::state::ItemText;
use domain::refusal::Refusal;
use persistence::documents::templates;
use persistence::ledger::Filter;
use persistence::rounds::RoundRow;
use persistence::{Error, Origin, PgConnection, exports};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{filled, records, standard_form, word};
use crate::app::App;
use crate::exports::{day, long};
use crate::extract::{Caller, Params};
use crate::problem::Problem;
use crate::task_view::{self, RequestView, RootCauseView, TaskView};
use crate::{covers, meetings, publications, slips};

/// What a form is filled with, and what its file is called.
struct Form {
    kind: FormKind,
    round: RoundId,
    names: Value,
    title: String,
}

impl Form {
    /// Says what the ledger behind it is.
    fn vouch(&mut self, conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), Error> {
        if let Some(names) = self.names.as_object_mut() {
            names.extend(covers::names(conn, now)?);
        }
        Ok(())
    }
}

/// Reads what a form says in one moment, and fills the template that holds for it.
async fn made(
    app: &App,
    caller: &Caller,
    read: impl FnOnce(&mut PgConnection, &Origin, &Calendar) -> Result<Form, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let calendar = app.calendar().await?;
    let origin = caller.origin.clone();
    let (form, round) = app
        .db
        .read_as_of(&caller.origin.actor, move |conn| {
            let mut form = read(conn, &origin, &calendar)?;
            form.vouch(conn, origin.now)?;
            let round = persistence::rounds::known(conn, form.round)?;
            Ok((form, round))
        })
        .await?;
    let now = caller.origin.now;
    let template = FormTemplate::of_round(app, &caller.origin.actor, form.round, form.kind, now).await?;
    let title = format!("{}.docx", form.title);
    let bytes = actix_web::web::block(move || template.fill(form, &round, now)).await.map_err(Problem::internal)??;
    Ok(word(bytes, title))
}

/// The template of a form that holds now in a round.
pub(crate) struct FormTemplate {
    version: i32,
    bytes: Vec<u8>,
}

impl FormTemplate {
    pub(crate) async fn of_round(
        app: &App,
        actor: &Actor,
        round: RoundId,
        kind: FormKind,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let find =
            move |conn: &mut PgConnection| templates::of_round(conn, round, kind.as_str(), &standard_form(kind), now);
        let (mark, bytes) = app.db.write(actor, find).await?;
        Ok(Self { version: mark.version, bytes })
    }

    /// The file of a form as of a moment; at the same moment it is the same, byte for byte.
    fn fill(&self, form: Form, round: &RoundRow, now: DateTime<Utc>) -> Result<Vec<u8>, Problem> {
        let mut names = form.names.as_object().cloned().unwrap_or_default();
        let time = calendar::time_of_day(now).format("%-H时%M分");
        let body = round.issuing_body();
        for (name, text) in
            [("发文机关", body.as_str()), ("密级", ""), ("抄送", ""), ("印发机关", &body), ("印发日期", &long(now))]
        {
            names.insert(name.to_owned(), text.into());
        }
        names.insert("轮次名称".to_owned(), round.name.clone().into());
        names.insert("截至时刻".to_owned(), format!("{}{time}", long(now)).into());
        names.insert("模板版本".to_owned(), format!("第{}版", self.version).into());
        filled(&self.bytes, &names, &Said::new(), now)
    }
}

fn named(all: &[task_view::Named]) -> String {
    all.iter().map(|n| n.name.as_str()).collect::<Vec<_>>().join("、")
}

fn lines(request: Option<&RequestView>, label: &str) -> String {
    let part = request.and_then(|r| r.parts.iter().find(|p| p.label == label));
    part.map(|p| p.lines.join("\n")).unwrap_or_default()
}

/// So much of each text has room in the one page of a closure form; the rest is in the system.
const ROOM_MEASURES: usize = 260;
const ROOM_OUTCOME: usize = 130;
const ROOM_TEXT: usize = 120;
const ROOM_FILES: usize = 3;

fn within(text: String, room: usize) -> String {
    if text.chars().count() <= room {
        return text;
    }
    text.chars().take(room).chain("……（全文见系统）".chars()).collect()
}

/// A box for each signature the chain asks for, filled where it was given.
fn boxes(request: Option<&RequestView>, chain: &[StepRule]) -> Vec<Value> {
    let given = |label: &str| {
        let signatures = request.map(|r| r.signatures.as_slice()).unwrap_or_default();
        signatures.iter().filter(|s| !s.is_void && s.step == label).collect::<Vec<_>>()
    };
    let steps: Vec<(String, u8, bool)> = match request {
        Some(request) => request.chain.iter().map(|s| (s.label.clone(), s.count, s.is_met_by_submission)).collect(),
        None => chain.iter().map(|s| (s.label.clone(), s.count, false)).collect(),
    };
    let mut boxes = Vec::new();
    for (label, count, is_met_by_submission) in steps {
        // Who hands it in as the head of the unit has given his word with that.
        if let Some(request) = request.filter(|_| is_met_by_submission) {
            boxes.push(json!({
                "签批环节": label, "签批人": request.submitted_by.name, "签批意见": "报送时已作真实性承诺。",
                "签批日期": day(calendar::today(request.submitted_at)), "签批方式": "本人报送即签",
            }));
            continue;
        }
        let signatures = given(&label);
        for n in 0..usize::from(count).max(signatures.len()) {
            let signature = signatures.get(n);
            boxes.push(json!({
                "签批环节": label,
                "签批人": signature.map(|s| s.person.as_ref().map_or("会议审定", |p| p.name.as_str())).unwrap_or_default(),
                "签批意见": signature.map(|s| s.words.as_ref().map_or_else(|| s.verdict_label.clone(), |w| format!("{}。{w}", s.verdict_label)))
                    .unwrap_or_default(),
                "签批日期": signature.map(|s| day(s.occurred_on)).unwrap_or_default(),
                "签批方式": signature.map(|s| s.mode_label.clone()).unwrap_or_default(),
            }));
        }
    }
    boxes
}

/// Why it came about as it was said last, with its kinds before it; nothing where nobody said.
fn cause(of: &RootCauseView) -> String {
    format!("（{}）{}", of.labels.join("、"), of.text)
}

fn closure(task: &TaskView, chain: &[StepRule]) -> Value {
    let request = task.requests.iter().rev().find(|r| r.kind == "closure" && !r.is_returned);
    let criteria = task.criteria.iter().enumerate().map(|(i, c)| format!("{}. {}", i + 1, c.text));
    let measures = task.measures.iter().map(|m| {
        let done = if m.is_excused {
            "不再实施"
        } else if m.is_done {
            "已落实"
        } else {
            "未落实"
        };
        format!("{} {}（{done}）", m.number, m.text)
    });
    let newest = task.statements.iter().find_map(|s| s.progress.clone());
    let outcome = Some(lines(request, "整改成效")).filter(|t| !t.is_empty()).or(newest).unwrap_or_default();
    let mut files: Vec<String> = task
        .evidence
        .iter()
        .take(ROOM_FILES)
        .enumerate()
        .map(|(i, e)| format!("{}. {}（{}）", i + 1, e.filename, day(e.occurred_on)))
        .collect();
    if task.evidence.len() > ROOM_FILES {
        files.push(format!("共{}份，其余见系统", task.evidence.len()));
    }
    json!({
        "问题原文": within(task.finding.clone(), ROOM_TEXT), "任务编号": task.number, "任务标题": within(task.title.clone(), ROOM_TEXT),
        "原因剖析": within(task.causes.first().map(cause).unwrap_or_default(), ROOM_TEXT),
        "完成标准": within(criteria.collect::<Vec<_>>().join("\n"), ROOM_TEXT), "整改成效": within(outcome, ROOM_OUTCOME),
        "措施落实情况": within(measures.collect::<Vec<_>>().join("\n"), ROOM_MEASURES), "佐证目录": files.join("\n"),
        "签批": boxes(request, chain),
    })
}

/// Get the closure form of a task as a file of Word: what is there, with boxes for what is not yet signed.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/tasks/{id}/closure-form")]
pub async fn download_closure_form(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    made(&app, &caller, move |conn, origin, calendar| {
        let task = task_view::view(conn, &origin.actor, TaskId(*id), calendar, origin.now)?;
        let title = format!("销号审批表-{}", task.number);
        let round = RoundId(task.round_id);
        let version = persistence::rounds::known(conn, round)?.policy_version;
        let (policy, _) = persistence::rounds::policy(conn, round, version)?;
        let names = closure(&task, policy.chain(RequestKind::Closure));
        Ok(Form { kind: FormKind::Closure, round, names, title })
    })
    .await
}

/// Get a slip as a file of Word.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/slips/{id}/file")]
pub async fn download_slip(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    made(&app, &caller, move |conn, origin, calendar| {
        let slip = slips::load(conn, origin, SlipId(*id), calendar)?;
        let line = &slip.line;
        let at = |at: DateTime<Utc>| format!("{}{}", long(at), calendar::time_of_day(at).format("%-H时%M分"));
        let names = json!({
            "督办单名称": line.level_label, "督办编号": line.number.clone().unwrap_or_default(),
            "紧急程度": line.urgency_label, "督办事项": line.title, "依据": slip.basis, "存在差距": slip.gap,
            "办理要求": slip.asked, "办结时限": line.due_on.map(day).unwrap_or_default(), "牵头单位": line.unit.name,
            "配合单位": named(&slip.supporting),
            "签发人": slip.signer(),
            "签发日期": line.issued_at.map(long).unwrap_or_default(),
            "签收人": slip.receipt.as_ref().map(|r| r.by.name.clone()).unwrap_or_default(),
            "签收时间": slip.receipt.as_ref().map(|r| at(r.at)).unwrap_or_default(),
            "办理结果": slip.answered(), "复核意见": slip.reviewed(),
        });
        let title = line.name.clone();
        Ok(Form { kind: FormKind::Slip, round: RoundId(slip.round_id), names, title })
    })
    .await
}

/// Get the minutes of a meeting as a file of Word.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/meetings/{id}/minutes")]
pub async fn download_minutes(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    made(&app, &caller, move |conn, origin, calendar| {
        let meeting = meetings::load(conn, &origin.actor, MeetingId(*id), calendar, origin.now)?;
        if !meeting.is_over {
            return Err(Refusal::conflict("meeting-not-over").into());
        }
        let item = |(i, item): (usize, &meetings::AgendaItemView)| {
            let resolution = item.resolution.as_ref();
            let number = item.number.as_ref().map(|n| format!("{n} ")).unwrap_or_default();
            let owner = resolution.and_then(|r| r.unit.as_ref().or(r.person.as_ref()));
            json!({
                "议题序号": (i + 1).to_string(), "议题内容": format!("{number}{}", item.title),
                "议定事项": resolution.map(|r| r.text.clone()).or_else(|| item.outcome_label.clone()).unwrap_or_default(),
                "责任单位": owner.map(|n| n.name.clone()).unwrap_or_default(),
                "完成时限": resolution.map(|r| day(r.due_on)).unwrap_or_default(),
            })
        };
        let chair = meeting.chair.as_ref().map(|n| n.name.clone()).or(meeting.chair_name.clone()).unwrap_or_default();
        let time = calendar::time_of_day(meeting.at).format("%-H时%M分");
        let names = json!({
            "会议名称": meeting.title, "会议时间": format!("{}{time}", long(meeting.at)), "会议地点": meeting.place,
            "主持人": chair,
            "参加人员": meeting.attendees.iter().map(|n| n.name.as_str()).collect::<Vec<_>>().join("、"),
            "列席人员": meeting.guests.join("、"), "缺席人员": "", "纪要编号": meeting.number.clone().unwrap_or_default(),
            "议题": meeting.items.iter().enumerate().map(item).collect::<Vec<_>>(),
        });
        let title = format!("{}纪要", meeting.title);
        Ok(Form { kind: FormKind::Minutes, round: RoundId(meeting.round_id), names, title })
    })
    .await
}

/// Get the text of a publication as a file of Word, as it goes out: the words, figures and days of what was signed (公示稿).
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/publications/{id}/file")]
pub async fn download_publication(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    made(&app, &caller, move |conn, origin, calendar| {
        let (text, round) = publications::view::text(conn, origin, PublicationId(*id), calendar)?;
        let contact: Vec<String> =
            copy::contact_lines(&text.contact).into_iter().map(|(label, value)| format!("{label}：{value}")).collect();
        let item = |(i, item): (usize, &ItemText)| {
            json!({
                "事项序号": (i + 1).to_string(), "事项问题": item.problem, "事项措施": item.measures,
                "事项成效": item.outcome,
            })
        };
        let names = json!({
            "公示标题": text.title, "公示导语": text.lead, "公示数据": text.figures.join("\n"), "下步打算": text.next,
            "联系方式": contact.join("\n"), "公示期": format!("{}至{}", day(text.from_on), day(text.until_on)),
            "发布日期": day(text.from_on),
            "公示事项": text.items.iter().enumerate().map(item).collect::<Vec<_>>(),
        });
        Ok(Form { kind: FormKind::Notice, round, names, title: text.title })
    })
    .await
}

/// For which unit.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BriefFormQuery {
    pub unit: Uuid,
}

/// Get the brief of a unit as a file of Word: everything it has a part in, by due date.
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path), BriefFormQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/rounds/{id}/unit-brief")]
pub async fn download_unit_brief(
    caller: Caller,
    app: Data<App>,
    id: Path<Uuid>,
    query: Params<BriefFormQuery>,
) -> Result<HttpResponse, Problem> {
    made(&app, &caller, move |conn, origin, calendar| {
        let round = RoundId(*id);
        persistence::rounds::permit_sight(conn, &origin.actor, round)?;
        let unit = query.0.unit;
        let filter = Filter { unit: Some(unit), ..Filter::default() };
        let mut all = records::tasks(conn, origin, round, &filter, calendar)?;
        all.sort_by_key(|k| (k.line.due_on.is_none(), k.line.due_on));
        // A unit of which the caller sees nothing is not named to him.
        if all.is_empty() {
            return Err(Error::NotFound);
        }
        let name = persistence::tasks::names(conn, vec![unit])?.remove(&unit).ok_or(Error::NotFound)?;
        let title = format!("任务书-{name}");
        let names = json!({ "单位名称": name, "清单": records::rows(&all) });
        Ok(Form { kind: FormKind::Brief, round, names, title })
    })
    .await
}

/// Everything of a finding in one document, and what its catalogue says of the tasks in it.
pub(crate) struct ArchiveFile {
    /// Without the ending.
    pub title: String,
    pub bytes: Vec<u8>,
    pub lines: Vec<Line>,
}

impl ArchiveFile {
    /// The same file as is fetched by itself at this moment.
    ///
    /// Errors: `NotFound` where the caller sees nothing of it, or everything in it was withdrawn.
    pub(crate) fn of(
        conn: &mut PgConnection,
        origin: &Origin,
        finding: FindingId,
        template: &FormTemplate,
        calendar: &Calendar,
    ) -> Result<Self, Error> {
        let (mut form, lines) = archive(conn, origin, finding, calendar)?;
        form.vouch(conn, origin.now)?;
        let round = persistence::rounds::known(conn, form.round)?;
        let title = form.title.clone();
        let bytes = template.fill(form, &round, origin.now).map_err(|p| Error::internal(p.code))?;
        Ok(Self { title, bytes, lines })
    }
}

/// What the document of a finding is filled with, as far as the caller sees it.
fn archive(
    conn: &mut PgConnection,
    origin: &Origin,
    finding: FindingId,
    calendar: &Calendar,
) -> Result<(Form, Vec<Line>), Error> {
    let round = persistence::rounds::of_finding(conn, finding)?;
    persistence::rounds::permit_sight(conn, &origin.actor, round)?;
    let filter = Filter { finding: Some(finding.0), ..Filter::default() };
    let all = records::tasks(conn, origin, round, &filter, calendar)?;
    let Some(first) = all.first() else { return Err(Error::NotFound) };
    let ids: Vec<Uuid> = all.iter().map(|k| k.line.id).collect();
    let files = exports::listed_files(conn, &ids)?;
    let by: BTreeMap<Uuid, &str> = all.iter().map(|k| (k.line.id, k.line.number.as_str())).collect();
    let is_open = |task: &Uuid| all.iter().any(|k| k.line.id == *task && k.place.reads_content);
    let catalogue: Vec<Value> = files
        .iter()
        .filter(|f| is_open(&f.task_id))
        .enumerate()
        .map(|(i, f)| {
            json!({
                "目录序号": (i + 1).to_string(), "材料名称": f.filename, "材料日期": f.on.map(day).unwrap_or_default(),
                "页次说明": by.get(&f.task_id).copied().unwrap_or_default(),
            })
        })
        .collect();
    let mut tasks = Vec::with_capacity(all.len());
    for known in &all {
        let page = task_view::history_page(conn, &origin.actor, TaskId(known.line.id), None, 200, origin.now)?;
        let mut task = records::task(known);
        let told = page
            .items
            .iter()
            .rev()
            .filter(|l| l.decides)
            .map(|l| json!({ "经过时间": long(l.at), "经过人": l.who, "经过事项": l.text }));
        if let Some(map) = task.as_object_mut() {
            // Words of a sensitive matter are in no document (docs/domain.md §17).
            let causes = if known.is_masked() {
                Vec::new()
            } else {
                task_view::causes(conn, &origin.actor, TaskId(known.line.id), origin.now)?
            };
            let said = causes
                .iter()
                .rev()
                .map(|c| json!({ "剖析时间": long(c.at), "剖析人": c.by.name, "剖析内容": cause(c) }));
            map.insert("原因".to_owned(), said.collect::<Vec<_>>().into());
            map.insert("经过".to_owned(), told.collect::<Vec<_>>().into());
        }
        tasks.push(task);
    }
    let of = &first.line.finding;
    let title = format!("一问题一档案-{}", of.number);
    let names = json!({
        "问题编号": of.number, "问题原文": of.body, "方面": of.aspect, "目录": catalogue, "任务": tasks,
    });
    let form = Form { kind: FormKind::Archive, round, names, title };
    Ok((form, all.into_iter().map(|k| k.line).collect()))
}

/// Get everything of a finding as a file of Word, with a catalogue of its files (一问题一档案).
#[utoipa::path(tag = "documents", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/findings/{id}/archive")]
pub async fn download_archive(caller: Caller, app: Data<App>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    made(&app, &caller, move |conn, origin, calendar| Ok(archive(conn, origin, FindingId(*id), calendar)?.0)).await
}
