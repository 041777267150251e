//! What a document shows: its words with their figures said, what is missing, how its figures differ from the last one's, and why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar};
use domain::document::expression;
use domain::document::figure::{self, Difference, Figure, Said};
use domain::document::kind::DocumentKind;
use domain::document::{self, Document, DocumentAction, Head, Records};
use domain::ids::{DocumentId, PersonId};
use domain::labels;
use domain::sign_request::{RequestState, Verdict};
use domain::wall;
use persistence::documents::{self, Cause, DocumentLine, LoadedDocument};
use persistence::rounds::RoundRow;
use persistence::{Origin, PgConnection, blobs};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::covers;
use crate::task_view::{Named, SigningView, signing_of};

/// Most events that are told of one figure.
const CAUSES: usize = 20;

/// Something the caller may do with a document.
#[derive(Serialize, ToSchema)]
pub struct DocumentActionView {
    #[schema(example = "submit_document")]
    pub action: String,
    #[schema(example = "送签")]
    pub label: String,
}

/// One line of a list of documents.
#[derive(Serialize, ToSchema)]
pub struct DocumentLineView {
    pub id: Uuid,
    pub kind: DocumentKind,
    #[schema(example = "整改落实情况报告")]
    pub kind_label: String,
    pub title: String,
    pub state: String,
    pub state_label: String,
    /// 1, and one more for each correction.
    pub n_version: u32,
    /// The moment of its figures, UTC.
    pub as_of: DateTime<Utc>,
    pub filed_at: Option<DateTime<Utc>>,
    /// A later version was filed in its place.
    pub replaced_by: Option<Uuid>,
    /// The step of its signing that waits.
    #[schema(example = "主要负责人签发")]
    pub waits_for: Option<String>,
    pub open_actions: Vec<DocumentActionView>,
    pub version: i64,
}

/// A section of the words.
#[derive(Serialize, ToSchema)]
pub struct SectionView {
    #[schema(example = "总体情况")]
    pub name: String,
    /// As it was written, figures in double braces.
    pub text: String,
    /// With the figures in their places.
    pub said: String,
    /// What the kind proposes.
    pub proposed: String,
}

/// A finding beside the words that are written of it.
#[derive(Serialize, ToSchema)]
pub struct DocumentFindingView {
    pub number: String,
    pub body: String,
    /// How its tasks stand, in words.
    #[schema(example = "3项任务，已完成2项")]
    pub outcome: String,
    /// What its tasks already say, a line each.
    pub tasks: Vec<String>,
    /// What the office adds.
    pub text: String,
    pub said: String,
}

/// A figure somebody entered.
#[derive(Serialize, ToSchema)]
pub struct EnteredView {
    /// Where it is from.
    pub reason: String,
    pub by: Named,
    pub at: DateTime<Utc>,
}

/// A figure of a document.
#[derive(Serialize, ToSchema)]
pub struct FigureView {
    pub key: Figure,
    /// The name that texts and templates use.
    #[schema(example = "已完成任务数")]
    pub name: String,
    /// As the document says it; none where somebody has to enter it.
    #[schema(example = "18")]
    pub said: Option<String>,
    /// As the records count it; none where they do not hold it.
    pub counted: Option<String>,
    /// A count, or hundredths of a yuan.
    pub value: Option<i64>,
    pub is_amount: bool,
    /// The records do not hold it.
    pub is_entered: bool,
    pub entered: Option<EnteredView>,
}

/// Something to be done before it can be sent.
#[derive(Serialize, ToSchema)]
pub struct DocumentLackView {
    #[schema(example = "/sections/存在不足")]
    pub pointer: String,
    #[schema(example = "存在不足：不能为空")]
    pub words: String,
}

/// An event that moved a figure.
#[derive(Serialize, ToSchema)]
pub struct CauseView {
    pub at: DateTime<Utc>,
    /// What happened.
    #[schema(example = "销号")]
    pub what: String,
    /// To what: a task's number, a meeting's title.
    #[schema(example = "T12")]
    pub name: String,
    /// task, meeting, check or slip.
    pub about: String,
    pub id: Uuid,
}

/// A figure that differs.
#[derive(Serialize, ToSchema)]
pub struct DifferenceView {
    pub key: Figure,
    pub name: String,
    pub before: String,
    pub after: String,
    /// Oldest first, the first twenty.
    pub causes: Vec<CauseView>,
    /// How many events there are, shown or not.
    pub n_causes: usize,
}

/// How the figures differ from those of an earlier document of the kind.
#[derive(Serialize, ToSchema)]
pub struct ComparedView {
    pub id: Uuid,
    pub title: String,
    pub as_of: DateTime<Utc>,
    pub differences: Vec<DifferenceView>,
}

/// A document.
#[derive(Serialize, ToSchema)]
pub struct DocumentView {
    pub round_id: Uuid,
    #[serde(flatten)]
    pub line: DocumentLineView,
    pub head: Head,
    pub sections: Vec<SectionView>,
    pub findings: Vec<DocumentFindingView>,
    pub figures: Vec<FigureView>,
    pub missing: Vec<DocumentLackView>,
    pub compared: Option<ComparedView>,
    pub template_version: i32,
    /// SHA-256 of what the figures and lists are, hex; the same records make the same document.
    pub records_sha256: String,
    pub drafted_by: Named,
    pub drafted_at: DateTime<Utc>,
    pub request: Option<SigningView>,
    /// Why a signer returned it last.
    pub returned: Option<String>,
    /// Whom the caller can sign for now, beside himself.
    pub signs_for: Vec<Named>,
    pub objections: Vec<String>,
    /// The version it corrects, and why.
    pub corrects: Option<Uuid>,
    pub correction: Option<String>,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
}

/// The written report to the higher body, until it is filed.
#[derive(Serialize, ToSchema)]
pub struct ReportDueView {
    pub due_on: NaiveDate,
    /// As it was asked for.
    #[schema(example = "8月上旬")]
    pub due_text: String,
    pub working_days_left: i64,
    pub calendar_days_left: i64,
    pub document_id: Option<Uuid>,
    /// What is missing for it, in words; none where it only waits for signatures.
    pub missing: Vec<String>,
}

/// What a document of a kind begins with.
pub(super) fn head(kind: DocumentKind, round: &RoundRow) -> Head {
    let base = round.name.trim_end_matches("整改");
    let title = match kind {
        DocumentKind::Plan => format!("{base}整改方案"),
        DocumentKind::Report => format!("关于{base}整改落实情况的报告"),
        DocumentKind::Progress => format!("关于{base}整改阶段性进展情况的通报"),
        DocumentKind::Weekly => format!("{base}整改工作每周简报"),
        DocumentKind::Duties => format!("{base}领导干部履行整改责任情况"),
    };
    Head { title, issuing_body: round.issuing_body(), ..Head::default() }
}

fn named(names: &BTreeMap<Uuid, String>, id: Uuid) -> Named {
    Named { id, name: names.get(&id).cloned().unwrap_or_default() }
}

/// A line of a list.
pub(super) fn line(found: &DocumentLine, open: Vec<DocumentAction>) -> DocumentLineView {
    let document = &found.document;
    let open_step = document.request().filter(|r| r.is_open());
    DocumentLineView {
        id: document.id.0,
        kind: document.kind,
        kind_label: document.kind.label().to_owned(),
        title: found.title.clone(),
        state: document.state.as_str().to_owned(),
        state_label: document.state.label().to_owned(),
        n_version: document.n_version,
        as_of: document.as_of,
        filed_at: document.filed_at,
        replaced_by: document.replaced_by.map(|d| d.0),
        waits_for: open_step.and_then(|r| Some(r.chain.get(r.current_step()?)?.label.clone())),
        open_actions: open
            .into_iter()
            .map(|a| DocumentActionView { action: a.as_str().to_owned(), label: a.label().to_owned() })
            .collect(),
        version: document.seq,
    }
}

fn says(figure: Figure, value: i64) -> String {
    if figure.is_amount() { expression::money(value) } else { value.to_string() }
}

fn figures(loaded: &LoadedDocument, said: &Said) -> Vec<FigureView> {
    let view = |figure: &Figure| {
        let entered = loaded.document.entered.get(figure);
        FigureView {
            key: *figure,
            name: figure.label().to_owned(),
            said: said.get(figure).map(|n| says(*figure, *n)),
            counted: loaded.records.figures.get(figure).map(|c| says(*figure, c.value())),
            value: said.get(figure).copied(),
            is_amount: figure.is_amount(),
            is_entered: figure.is_entered(),
            entered: entered.map(|e| EnteredView {
                reason: loaded.words.get(&e.reason).cloned().unwrap_or_default(),
                by: named(&loaded.names, e.by.0),
                at: e.at,
            }),
        }
    };
    Figure::ALL.iter().map(view).collect()
}

/// The name of a place in the words, for who reads what is missing.
fn place(pointer: &str) -> String {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    match (pointer.starts_with("/figures/"), Figure::parse(last)) {
        (true, Some(figure)) => figure.label().to_owned(),
        _ => last.to_owned(),
    }
}

pub(super) fn missing(loaded: &LoadedDocument) -> Vec<DocumentLackView> {
    let faults = document::missing(&loaded.document, &loaded.text, &loaded.records);
    faults
        .into_iter()
        .map(|f| DocumentLackView {
            words: format!("{}：{}", place(&f.pointer), labels::say(&f.code, &f.params)),
            pointer: f.pointer,
        })
        .collect()
}

fn findings(loaded: &LoadedDocument, said: &Said) -> Vec<DocumentFindingView> {
    let items = loaded.records.body["问题"].as_array().map(Vec::as_slice).unwrap_or_default();
    let word = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    items
        .iter()
        .map(|item| {
            let number = word(item, "问题编号");
            let text = loaded.text.findings.get(&number).cloned().unwrap_or_default();
            let tasks = item["任务"].as_array().map(Vec::as_slice).unwrap_or_default();
            let of_task = |task: &serde_json::Value| {
                let done = word(task, "整改成效");
                let done = if done.is_empty() { String::new() } else { format!("：{done}") };
                format!("{} {}（{}）{done}", word(task, "任务编号"), word(task, "任务标题"), word(task, "完成情况"))
            };
            DocumentFindingView {
                body: word(item, "问题原文"),
                outcome: word(item, "完成情况"),
                tasks: tasks.iter().map(of_task).collect(),
                said: expression::say(&text, said),
                text,
                number,
            }
        })
        .collect()
}

fn difference(one: Difference, causes: &[Cause]) -> DifferenceView {
    let of: Vec<&Cause> = causes.iter().filter(|c| one.moved.contains(&c.moved)).collect();
    DifferenceView {
        key: one.figure,
        name: one.figure.label().to_owned(),
        before: says(one.figure, one.before),
        after: says(one.figure, one.after),
        n_causes: of.len(),
        causes: of
            .into_iter()
            .take(CAUSES)
            .map(|c| CauseView {
                at: c.at,
                what: labels::event(&c.kind).to_owned(),
                name: c.name.clone(),
                about: c.stream_kind.clone(),
                id: c.stream_id,
            })
            .collect(),
    }
}

fn compared(conn: &mut PgConnection, loaded: &LoadedDocument) -> Result<Option<ComparedView>, persistence::Error> {
    let Some((earlier, records)): Option<(Document, Records)> = documents::before(conn, loaded)? else {
        return Ok(None);
    };
    let differences = figure::differences(&records.figures, &loaded.records.figures);
    let moved: BTreeSet<Uuid> = differences.iter().flat_map(|d| d.moved.iter().copied()).collect();
    let causes = documents::causes(conn, &moved, earlier.as_of, loaded.document.as_of)?;
    Ok(Some(ComparedView {
        id: earlier.id.0,
        title: format!("{}（第{}版）", earlier.kind.label(), earlier.n_version),
        as_of: earlier.as_of,
        differences: differences.into_iter().map(|d| difference(d, &causes)).collect(),
    }))
}

/// The acts open to this actor, from what a list knows.
pub(super) fn open(
    loaded: &Document,
    facts: &document::Facts,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Vec<DocumentAction> {
    let (text, records) = Default::default();
    let ctx = document::Context { actor, now, facts, text: &text, records: &records, fresh: &Uuid::now_v7 };
    document::open_actions(loaded, &ctx)
}

/// A document as the caller sees it.
pub(super) fn load(
    conn: &mut PgConnection,
    origin: &Origin,
    id: DocumentId,
) -> Result<DocumentView, persistence::Error> {
    let loaded = documents::find(conn, &origin.actor, id)?;
    let compared = compared(conn, &loaded)?;
    let files = blobs::of_subject(conn, blobs::Subject::Document(id.0))?;
    let scans: BTreeMap<String, Uuid> = files.into_iter().map(|f| (f.blob_sha256, f.id)).collect();
    let own = &loaded.document;
    let said = own.said(&loaded.records);
    let words = |digest: &domain::chain::Digest| loaded.words.get(digest).cloned();
    let person = |person: PersonId| named(&loaded.names, person.0);
    let open = loaded.with_context(&origin.actor, origin.now, |ctx| document::open_actions(own, ctx));
    let signs_for = loaded.with_context(&origin.actor, origin.now, |ctx| document::signable_for(own, ctx));
    let found = DocumentLine { document: own.clone(), title: loaded.text.head.title.clone() };
    let returned = own
        .request()
        .filter(|r| r.state == RequestState::Returned)
        .and_then(|r| words(r.signatures.iter().rev().find(|s| s.verdict == Verdict::Return)?.words.as_ref()?));
    let sections = own.kind.sections().iter().map(|s| {
        let text = loaded.text.sections.get(s.name).cloned().unwrap_or_default();
        let said = expression::say(&text, &said);
        SectionView { name: s.name.to_owned(), said, text, proposed: s.proposed.to_owned() }
    });
    Ok(DocumentView {
        round_id: own.round.0,
        line: line(&found, open),
        head: loaded.text.head.clone(),
        sections: sections.collect(),
        findings: findings(&loaded, &said),
        figures: figures(&loaded, &said),
        missing: missing(&loaded),
        compared,
        template_version: own.template.version,
        records_sha256: own.records.as_str().to_owned(),
        drafted_by: person(own.drafted_by),
        drafted_at: loaded.created_at,
        request: own.request().map(|r| signing_of(r, &|id| named(&loaded.names, id), &words, &scans)),
        returned,
        signs_for: signs_for.into_iter().flatten().map(person).collect(),
        objections: own.objections.iter().filter_map(|(_, reason)| words(reason)).collect(),
        corrects: own.corrects.as_ref().map(|c| c.of.0),
        correction: own.corrects.as_ref().and_then(|c| words(&c.reason)),
        withdrawn: own.withdrawn.as_ref().and_then(words),
    })
}

/// The report of a round that is due upward and not filed yet, with what is missing for it.
pub(super) fn report_due(
    conn: &mut PgConnection,
    origin: &Origin,
    round: &RoundRow,
    lines: &[DocumentLine],
    calendar: &Calendar,
) -> Result<Option<ReportDueView>, persistence::Error> {
    let Some(due_on) = round.report_due_on else { return Ok(None) };
    let of_kind = lines
        .iter()
        .filter(|l| l.document.kind == DocumentKind::Report && l.document.state != document::DocumentState::Withdrawn);
    let reports: Vec<&Document> = of_kind.map(|l| &l.document).collect();
    if reports.iter().any(|d| d.state == document::DocumentState::Filed) {
        return Ok(None);
    }
    let today = calendar::today(origin.now);
    let (document_id, missing) = match reports.first() {
        None => (None, vec!["尚未拟稿".to_owned()]),
        Some(own) if own.state == document::DocumentState::Draft => {
            let loaded = documents::find(conn, &origin.actor, own.id)?;
            let missing: Vec<String> = missing(&loaded).into_iter().map(|m| m.words).collect();
            (Some(own.id.0), if missing.is_empty() { vec!["尚未送签".to_owned()] } else { missing })
        }
        Some(own) => (Some(own.id.0), Vec::new()),
    };
    let left = wall::countdown(due_on, today, calendar);
    Ok(Some(ReportDueView {
        due_on,
        due_text: round.report_due_text.clone(),
        working_days_left: left.working_days,
        calendar_days_left: left.calendar_days,
        document_id,
        missing,
    }))
}

/// What is written by the names that stand in one document: its head, its sections, what it says of itself.
pub(super) fn names(loaded: &LoadedDocument, said: &Said) -> serde_json::Map<String, serde_json::Value> {
    let own = &loaded.document;
    let head = &loaded.text.head;
    let dated = crate::exports::day(head.dated_on.unwrap_or_else(|| calendar::today(own.as_of)));
    let mut map = loaded.records.body.as_object().cloned().unwrap_or_default();
    let mut put = |name: &str, text: String| {
        map.insert(name.to_owned(), text.into());
    };
    for (name, text) in [
        ("标题", &head.title),
        ("发文机关", &head.issuing_body),
        ("发文字号", &head.number),
        ("签发人", &head.issuer),
        ("密级", &head.secrecy),
        ("紧急程度", &head.urgency),
        ("主送机关", &head.addressee),
        ("抄送", &head.copies),
        ("印发机关", &head.issuing_body),
        ("成文日期", &dated),
        ("印发日期", &dated),
    ] {
        put(name, text.clone());
    }
    put("模板版本", format!("第{}版", own.template.version));
    // Drafted before documents said what the ledger was.
    for name in covers::NAMES {
        if !loaded.records.body.get(name).is_some_and(serde_json::Value::is_string) {
            put(name, String::new());
        }
    }
    put("更正说明", own.corrects.as_ref().and_then(|c| loaded.words.get(&c.reason).cloned()).unwrap_or_default());
    put("数据说明", entered_words(loaded));
    for section in own.kind.sections() {
        let text = loaded.text.sections.get(section.name).map(|t| expression::say(t, said)).unwrap_or_default();
        put(&format!("正文.{}", section.name), text);
    }
    if let Some(items) = map.get_mut("问题").and_then(|v| v.as_array_mut()) {
        for item in items {
            let words = item["问题编号"].as_str().and_then(|n| loaded.text.findings.get(n));
            let words = words.map(|t| expression::say(t, said)).unwrap_or_default();
            if let Some(of) = item.as_object_mut() {
                of.insert("问题说明".to_owned(), words.into());
            }
        }
    }
    map
}

/// Where a document says another figure than the records hold, it says so.
fn entered_words(loaded: &LoadedDocument) -> String {
    let changed = loaded.document.entered.iter().filter(|(figure, _)| !figure.is_entered());
    let words = changed.map(|(figure, entry)| {
        let counted = loaded.records.figures.get(figure).map_or(0, figure::Counted::value);
        let who = loaded.names.get(&entry.by.0).cloned().unwrap_or_default();
        let why = loaded.words.get(&entry.reason).cloned().unwrap_or_default();
        format!(
            "{}：系统记录为{}，由{who}更正为{}，理由：{why}",
            figure.label(),
            says(*figure, counted),
            says(*figure, entry.value)
        )
    });
    words.collect::<Vec<_>>().join("\n")
}
