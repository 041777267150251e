//! Documents (文书): drafted from the records of one moment, their words written, signed, filed as a version, corrected by a later one
//! (docs/domain.md §32). Who, then when, then what; events out.

pub mod event;
pub mod expression;
pub mod figure;
pub mod kind;
mod signing;
pub mod vocabulary;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::actor::{Actor, PersonActor};
use crate::chain::Digest;
use crate::ids::{DocumentId, PersonId, RoundId, SignatureId};
use crate::policy::{Policy, StepRule, Who, step};
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::sign_request::{SignRequest, Signing, SigningFacts, Verdict};
use crate::signature::{self, Entry};
use crate::task::check_text;
use crate::task::context::Decision;
use crate::words;
use event::DocumentEvent;
use figure::{Figure, Figures, Said};
use kind::DocumentKind;

/// Kinds of revision a document writes.
pub mod revision {
    /// A [`super::DocumentText`].
    pub const TEXT: &str = "document_text";
    /// A [`super::Records`].
    pub const RECORDS: &str = "document_records";
    /// A [`super::DocumentContent`].
    pub const SIGNED: &str = "document_signed";
}

words! {
    /// Where a document stands.
    pub enum DocumentState {
        Draft = "draft", "拟稿";
        Signing = "signing", "送签";
        Filed = "filed", "已定稿";
        Withdrawn = "withdrawn", "已撤销";
    }
}

words! {
    /// What people do with a document.
    pub enum DocumentAction {
        Revise = "revise_document", "修改文稿";
        EnterFigure = "enter_figure", "填写数据";
        Refresh = "refresh_document", "更新数据";
        Submit = "submit_document", "送签";
        Recall = "recall_document", "撤回送签";
        Withdraw = "withdraw_document", "撤销文稿";
        Sign = "sign_document", "签发";
        RecordSignature = "record_document_signature", "代录纸质签发";
        ConfirmSignature = "confirm_document_signature", "复核代录签发";
        Object = "object_to_document_signature", "对代录提出异议";
        Correct = "correct_document", "更正";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §32).
pub fn starts_from(action: DocumentAction) -> &'static [DocumentState] {
    use DocumentState::{Draft, Filed, Signing, Withdrawn};
    match action {
        DocumentAction::Revise | DocumentAction::EnterFigure | DocumentAction::Refresh | DocumentAction::Submit => {
            &[Draft]
        }
        DocumentAction::Recall
        | DocumentAction::Sign
        | DocumentAction::RecordSignature
        | DocumentAction::ConfirmSignature => &[Signing],
        DocumentAction::Withdraw => &[Draft, Signing],
        DocumentAction::Object => &[Signing, Filed, Withdrawn],
        DocumentAction::Correct => &[Filed],
    }
}

/// The default chain of a document.
pub fn standard_chain() -> Vec<StepRule> {
    vec![step(Who::Office, 1, "整改办核稿"), step(Who::Principal, 1, "主要负责人签发")]
}

/// The template a document is made with, by what it says to the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateMark {
    /// Counted by kind, from 1.
    pub version: i32,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

/// A figure as somebody entered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Override {
    pub value: i64,
    /// Where it is from, or why the records are not right.
    pub reason: Digest,
    pub by: PersonId,
    pub at: DateTime<Utc>,
}

/// The filed version that a document corrects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Correction {
    pub of: DocumentId,
    pub n_version: u32,
    /// 更正说明.
    pub reason: Digest,
}

/// What stands in the head and the foot of an official document (GB/T 9704-2012).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// 标题.
    #[cfg_attr(feature = "openapi", schema(example = "关于巡察反馈意见整改落实情况的报告"))]
    pub title: String,
    /// 发文机关.
    pub issuing_body: String,
    /// 发文字号.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(example = "集团整改〔2026〕8号"))]
    pub number: String,
    /// 签发人, of a report upward.
    #[serde(default)]
    pub issuer: String,
    /// 密级和保密期限.
    #[serde(default)]
    pub secrecy: String,
    /// 紧急程度.
    #[serde(default)]
    pub urgency: String,
    /// 主送机关.
    #[serde(default)]
    pub addressee: String,
    /// 抄送机关.
    #[serde(default)]
    pub copies: String,
    /// 成文日期; the day of its figures where none is given.
    #[serde(default)]
    pub dated_on: Option<NaiveDate>,
}

/// The words of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentText {
    pub head: Head,
    /// By the name of the section; figures stand in braces.
    pub sections: BTreeMap<String, String>,
    /// What the office adds to a finding, by its number.
    pub findings: BTreeMap<String, String>,
}

/// What the records say at one moment: the figures, and what the template lists. It never changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Records {
    pub figures: Figures,
    /// Lists and texts by the names that templates use.
    pub body: serde_json::Value,
}

/// Exactly what is signed; its digest is the request's content hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentContent {
    pub round: RoundId,
    pub kind: DocumentKind,
    pub n_version: u32,
    pub text: Digest,
    pub records: Digest,
    pub as_of: DateTime<Utc>,
    pub template: TemplateMark,
    pub entered: BTreeMap<Figure, Override>,
    pub corrects: Option<Correction>,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub id: DocumentId,
    pub round: RoundId,
    pub kind: DocumentKind,
    pub state: DocumentState,
    /// 1, and one more for each correction.
    pub n_version: u32,
    pub text: Digest,
    pub records: Digest,
    /// The moment of its figures, UTC.
    pub as_of: DateTime<Utc>,
    pub template: TemplateMark,
    pub entered: BTreeMap<Figure, Override>,
    pub drafted_by: PersonId,
    pub requests: Vec<SignRequest>,
    pub objections: Vec<(SignatureId, Digest)>,
    pub filed_at: Option<DateTime<Utc>>,
    pub corrects: Option<Correction>,
    /// The later version that was filed in its place.
    pub replaced_by: Option<DocumentId>,
    pub withdrawn: Option<Digest>,
    /// Events so far; also the version an act is decided on.
    pub seq: i64,
}

impl Document {
    /// The newest request for signatures.
    pub fn request(&self) -> Option<&SignRequest> {
        self.requests.last()
    }

    /// The figures it says: those of the records, and those that were entered.
    pub fn said(&self, records: &Records) -> Said {
        let mut said: Said = records.figures.iter().map(|(figure, counted)| (*figure, counted.value())).collect();
        said.extend(self.entered.iter().map(|(figure, entry)| (*figure, entry.value)));
        said
    }
}

/// A command on a document that is there.
#[derive(Clone, Debug)]
pub enum DocumentCommand {
    Revise(DocumentText),
    /// None: the figure of the records holds again.
    EnterFigure {
        figure: Figure,
        value: Option<i64>,
        reason: String,
    },
    /// With what the records say now, and the template that holds now.
    Refresh {
        records: Box<Records>,
        template: TemplateMark,
    },
    Submit,
    Recall,
    Withdraw {
        reason: String,
    },
    Sign {
        verdict: Verdict,
        words: Option<String>,
        signing: Signing,
    },
    ConfirmSignature {
        signature: SignatureId,
        confirmed: bool,
        reason: Option<String>,
    },
    Object {
        signature: SignatureId,
        reason: String,
    },
}

impl DocumentCommand {
    /// The act it is.
    pub fn action(&self) -> DocumentAction {
        match self {
            Self::Revise(_) => DocumentAction::Revise,
            Self::EnterFigure { .. } => DocumentAction::EnterFigure,
            Self::Refresh { .. } => DocumentAction::Refresh,
            Self::Submit => DocumentAction::Submit,
            Self::Recall => DocumentAction::Recall,
            Self::Withdraw { .. } => DocumentAction::Withdraw,
            Self::Sign { signing: Signing::Screen { .. }, .. } => DocumentAction::Sign,
            Self::Sign { .. } => DocumentAction::RecordSignature,
            Self::ConfirmSignature { .. } => DocumentAction::ConfirmSignature,
            Self::Object { .. } => DocumentAction::Object,
        }
    }
}

/// Everything beside the document that stands still while a command is decided.
#[derive(Clone, Debug)]
pub struct Facts {
    pub policy: Policy,
    pub policy_version: i32,
    pub principal: Option<PersonId>,
    pub group_head: Option<PersonId>,
    /// Members of the leading group.
    pub group: BTreeSet<PersonId>,
    /// Standing of people signed for.
    pub people: BTreeMap<PersonId, PersonActor>,
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub facts: &'a Facts,
    /// What the document says now, and rests on.
    pub text: &'a DocumentText,
    pub records: &'a Records,
    /// Makes new ids.
    pub fresh: &'a dyn Fn() -> Uuid,
}

impl Context<'_> {
    fn person(&self) -> Result<PersonId, Refusal> {
        self.actor.person().and_then(|p| p.person).ok_or_else(|| Refusal::forbidden("not-allowed"))
    }

    fn signing(&self, document: &Document) -> SigningFacts<'_> {
        SigningFacts {
            round: document.round,
            lead_leader: None,
            leaders: &[],
            lead_unit: None,
            units: Vec::new(),
            principal: self.facts.principal,
            group_head: self.facts.group_head,
            cross_checkers: &[],
            is_being_checked: false,
            is_principals_own: false,
            secrecy_reviewer: None,
        }
    }
}

type Decided = Result<Decision<DocumentEvent>, Refusal>;

fn one(event: DocumentEvent) -> Decided {
    Ok(Decision { events: vec![event], revisions: Vec::new() })
}

/// Longest title and longest line of the head, in characters.
const LONGEST_TITLE: usize = 200;
const LONGEST_LINE: usize = 500;

/// What is wrong with the words of a document, by field: a section that the kind does not have, a text too long, braces that say nothing.
pub fn check_words(kind: DocumentKind, text: &DocumentText) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let head = &text.head;
    for (pointer, line, most, is_required) in [
        ("/head/title", &head.title, LONGEST_TITLE, true),
        ("/head/issuing_body", &head.issuing_body, LONGEST_TITLE, true),
        ("/head/number", &head.number, LONGEST_TITLE, false),
        ("/head/issuer", &head.issuer, LONGEST_TITLE, false),
        ("/head/secrecy", &head.secrecy, LONGEST_TITLE, false),
        ("/head/urgency", &head.urgency, LONGEST_TITLE, false),
        ("/head/addressee", &head.addressee, LONGEST_LINE, false),
        ("/head/copies", &head.copies, LONGEST_LINE, false),
    ] {
        if is_required && line.trim().is_empty() {
            errors.push(FieldError::at(pointer, "required"));
        }
        if line.chars().count() > most {
            errors.push(FieldError::with(pointer, "too-long", json!({ "max": most })));
        }
    }
    let mut words = |pointer: String, said: &str| {
        check_text(&mut errors, pointer.clone(), said, false);
        for fault in expression::pieces(said).err().into_iter().flatten() {
            errors.push(FieldError::with(pointer.clone(), fault.code, json!({ "near": fault.near, "place": "" })));
        }
    };
    for (name, said) in &text.sections {
        words(format!("/sections/{name}"), said);
    }
    for (number, said) in &text.findings {
        words(format!("/findings/{number}"), said);
    }
    for name in text.sections.keys() {
        if !kind.sections().iter().any(|s| s.name == name) {
            errors.push(FieldError::at(format!("/sections/{name}"), "unknown-section"));
        }
    }
    errors
}

/// What is missing before it can be sent for signature, by field: sections without words, figures that somebody has to enter, sums that do not come
/// out (docs/domain.md §32).
pub fn missing(document: &Document, text: &DocumentText, records: &Records) -> Vec<FieldError> {
    let said = document.said(records);
    let mut errors = Vec::new();
    for section in document.kind.sections() {
        if text.sections.get(section.name).is_none_or(|words| words.trim().is_empty()) {
            errors.push(FieldError::at(format!("/sections/{}", section.name), "required"));
        }
    }
    let named = text.sections.values().chain(text.findings.values()).filter_map(|words| expression::pieces(words).ok());
    let bound: BTreeSet<Figure> = named
        .flatten()
        .flat_map(|piece| match piece {
            expression::Piece::Words(_) => Vec::new(),
            expression::Piece::Bound(_, expression) => expression.figures(),
        })
        .collect();
    for figure in bound.iter().filter(|f| !said.contains_key(f)) {
        errors.push(FieldError::at(format!("/figures/{figure}"), "required"));
    }
    errors.extend(figure::check_sums(&said));
    errors
}

/// Begins a document of a kind with what the records say now; its sections begin with what is proposed, or with the words of the one it corrects.
///
/// Errors: `not-allowed`; content.
pub fn draft(
    round: RoundId,
    kind: DocumentKind,
    head: Head,
    records: &Records,
    template: TemplateMark,
    ctx: &Context<'_>,
) -> Decided {
    rights::permit_office(ctx.actor, round)?;
    let sections = kind.sections().iter().map(|s| (s.name.to_owned(), s.proposed.to_owned())).collect();
    let text = DocumentText { head, sections, findings: BTreeMap::new() };
    begun(round, kind, &text, records, template, None, ctx)
}

fn begun(
    round: RoundId,
    kind: DocumentKind,
    text: &DocumentText,
    records: &Records,
    template: TemplateMark,
    corrects: Option<(DocumentId, u32, &str)>,
    ctx: &Context<'_>,
) -> Decided {
    let by = ctx.person()?;
    let mut errors = check_words(kind, text);
    if let Some((_, _, reason)) = corrects {
        check_text(&mut errors, "/reason".to_owned(), reason, true);
    }
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let corrects = corrects.map(|(of, n_version, why)| Correction { of, n_version, reason: decision.words(why) });
    let event = DocumentEvent::Drafted {
        round,
        kind,
        text: decision.note(revision::TEXT, text),
        records: decision.note(revision::RECORDS, records),
        as_of: ctx.now,
        template,
        by,
        corrects,
    };
    decision.events.push(event);
    Ok(decision)
}

/// Begins the next version of a filed document, with its words, what was entered and what the records say now.
///
/// Errors: `not-allowed` (403); `wrong-state`, `already-replaced` (409); content.
pub fn correct(
    document: &Document,
    reason: &str,
    records: &Records,
    template: TemplateMark,
    ctx: &Context<'_>,
) -> Decided {
    rights::permit_document(ctx.actor, DocumentAction::Correct, document, &ctx.facts.group)?;
    if !starts_from(DocumentAction::Correct).contains(&document.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    if document.replaced_by.is_some() {
        return Err(Refusal::conflict("already-replaced"));
    }
    let corrects = Some((document.id, document.n_version, reason));
    let mut decision = begun(document.round, document.kind, ctx.text, records, template, corrects, ctx)?;
    // What somebody entered is not typed again; it keeps who, when and why.
    let entered = document.entered.iter();
    decision
        .events
        .extend(entered.map(|(figure, entry)| DocumentEvent::Entered { figure: *figure, entry: entry.clone() }));
    Ok(decision)
}

/// Decides a command on a document.
///
/// Errors: `not-allowed` (403), `wrong-state` and other conflicts (409), content (422).
pub fn decide(document: &Document, command: DocumentCommand, ctx: &Context<'_>) -> Decided {
    let action = command.action();
    rights::permit_document(ctx.actor, action, document, &ctx.facts.group)?;
    if !starts_from(action).contains(&document.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    match command {
        DocumentCommand::Revise(text) => {
            let errors = check_words(document.kind, &text);
            if !errors.is_empty() {
                return Err(Refusal::invalid("content", errors));
            }
            let mut decision = Decision::default();
            let text = decision.note(revision::TEXT, &text);
            decision.events.push(DocumentEvent::Revised { text });
            Ok(decision)
        }
        DocumentCommand::EnterFigure { figure, value, reason } => enter(document, figure, value, &reason, ctx),
        DocumentCommand::Refresh { records, template } => {
            let mut decision = Decision::default();
            let records = decision.note(revision::RECORDS, &*records);
            decision.events.push(DocumentEvent::Refreshed { records, as_of: ctx.now, template });
            Ok(decision)
        }
        DocumentCommand::Submit => signing::submit(document, ctx),
        DocumentCommand::Recall => {
            if document.request().is_some_and(SignRequest::has_signatures) {
                return Err(Refusal::conflict("already-signed-by-someone"));
            }
            one(DocumentEvent::Recalled {})
        }
        DocumentCommand::Withdraw { reason } => {
            let mut decision = Decision::default();
            let reason = signature::reason_of(&reason, &mut decision)?;
            decision.events.push(DocumentEvent::Withdrawn { reason });
            Ok(decision)
        }
        DocumentCommand::Sign { verdict, words, signing } => {
            let entry = Entry { verdict, words, method: None, occurred_on: None };
            signing::sign(document, entry, signing, ctx)
        }
        DocumentCommand::ConfirmSignature { signature, confirmed, reason } => {
            signing::confirm(document, signature, confirmed, reason.as_deref(), ctx)
        }
        DocumentCommand::Object { signature, reason } => signing::object(document, signature, &reason, ctx),
    }
}

/// Most that a figure may be: a million million yuan.
const MOST: i64 = 100_000_000_000_000;

fn enter(document: &Document, figure: Figure, value: Option<i64>, reason: &str, ctx: &Context<'_>) -> Decided {
    let by = ctx.person()?;
    let Some(value) = value else {
        if !document.entered.contains_key(&figure) {
            return Err(Refusal::conflict("figure-not-entered"));
        }
        return one(DocumentEvent::Restored { figure });
    };
    if !(0..=MOST).contains(&value) {
        return Err(Refusal::field("/value", "out-of-range"));
    }
    let mut decision = Decision::default();
    let reason = signature::reason_of(reason, &mut decision)?;
    let entry = Override { value, reason, by, at: ctx.now };
    decision.events.push(DocumentEvent::Entered { figure, entry });
    Ok(decision)
}

/// The acts open to this actor now.
pub fn open_actions(document: &Document, ctx: &Context<'_>) -> Vec<DocumentAction> {
    let may = |action: &DocumentAction| {
        starts_from(*action).contains(&document.state)
            && rights::permit_document(ctx.actor, *action, document, &ctx.facts.group).is_ok()
            && waits(document, *action, ctx)
    };
    DocumentAction::ALL.iter().copied().filter(may).collect()
}

/// For whom this person can sign now: himself, or somebody he stands in for.
pub fn signable_for(document: &Document, ctx: &Context<'_>) -> Vec<Option<PersonId>> {
    let (Some(request), Some(own)) = (document.request(), ctx.actor.person()) else { return Vec::new() };
    signature::signable_for(request, own, &ctx.signing(document))
}

fn waits(document: &Document, action: DocumentAction, ctx: &Context<'_>) -> bool {
    let person = ctx.actor.person().and_then(|p| p.person);
    let request = document.request();
    match action {
        DocumentAction::Revise
        | DocumentAction::EnterFigure
        | DocumentAction::Refresh
        | DocumentAction::Submit
        | DocumentAction::Withdraw => true,
        DocumentAction::Correct => document.replaced_by.is_none(),
        DocumentAction::Recall => request.is_some_and(|r| !r.has_signatures()),
        DocumentAction::Sign => !signable_for(document, ctx).is_empty(),
        DocumentAction::RecordSignature => request.is_some_and(|r| r.may_be_recorded_by(person)),
        DocumentAction::ConfirmSignature => request.is_some_and(|r| r.may_be_confirmed_by(person)),
        DocumentAction::Object => {
            let is_new = |id: SignatureId| document.objections.iter().all(|(known, _)| *known != id);
            person.zip(request).is_some_and(|(own, r)| r.entered_for(own).any(|s| is_new(s.id)))
        }
    }
}
