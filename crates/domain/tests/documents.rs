//! A document's life: who may do what, when, and what is signed (docs/domain.md §32).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::chain::Digest;
use domain::document::event::{self, DocumentEvent};
use domain::document::figure::{Figure, count};
use domain::document::kind::DocumentKind;
use domain::document::{
    Context, Document, DocumentAction, DocumentCommand, DocumentState, DocumentText, Facts, Head, Records,
    TemplateMark, check_words, correct, decide, draft, missing, open_actions, signable_for,
};
use domain::ids::DocumentId;
use domain::notification::{Audience, Rule, document_audience};
use domain::policy::{Policy, StepRule, Who};
use domain::refusal::Refusal;
use domain::rights;
use domain::sign_request::{RequestState, SignDocument, Signing, Verdict};
use domain::task::context::Revision;
use support::cast::{P, everybody};
use support::countable::countable;
use support::{at, date, round, uuid};
use uuid::Uuid;

fn head() -> Head {
    Head { title: "整改情况报告".into(), issuing_body: "甲集团党委".into(), ..Head::default() }
}

fn template() -> TemplateMark {
    TemplateMark { version: 1, sha256: "00".repeat(32) }
}

/// A document as it stands, with what the rules look at.
struct Story {
    document: Document,
    text: DocumentText,
    records: Records,
    facts: Facts,
    now: &'static str,
    events: Vec<DocumentEvent>,
    revisions: Vec<Revision>,
    next_id: std::cell::Cell<u128>,
}

fn facts() -> Facts {
    Facts {
        policy: Policy::default(),
        policy_version: 1,
        principal: Some(P::Principal.person()),
        group_head: Some(P::Principal.person()),
        group: BTreeSet::from([P::Principal.person(), P::Leader.person()]),
        people: everybody().values().map(|p| (p.person.unwrap(), p.clone())).collect(),
    }
}

fn actor(who: P) -> Actor {
    match who {
        P::Clock => Actor::System,
        person => Actor::Person(Box::new(everybody()[&person].clone())),
    }
}

fn records() -> Records {
    Records { figures: count(&countable()), body: serde_json::json!({ "问题": [] }) }
}

fn run<T>(
    who: P,
    now: &str,
    facts: &Facts,
    text: &DocumentText,
    records: &Records,
    fresh: &dyn Fn() -> Uuid,
    run: impl FnOnce(&Context<'_>) -> T,
) -> T {
    let actor = actor(who);
    run(&Context { actor: &actor, now: at(now), facts, text, records, fresh })
}

impl Story {
    fn drafted() -> Self {
        let (facts, records, none) = (facts(), records(), DocumentText::default());
        let now = "2020-07-27 10:00";
        let decision = run(P::Office, now, &facts, &none, &records, &|| uuid(1), |ctx| {
            draft(round(), DocumentKind::Progress, head(), &records, template(), ctx)
        })
        .unwrap();
        let document = event::begin(DocumentId(uuid(77)), &decision.events[0]).unwrap();
        let body = |digest: &Digest| decision.revisions.iter().find(|r| r.digest == *digest).unwrap().body.clone();
        let text = serde_json::from_str(&body(&document.text)).unwrap();
        assert_eq!(serde_json::from_str::<Records>(&body(&document.records)).unwrap(), records);
        Self {
            document,
            text,
            records,
            facts,
            now,
            events: decision.events,
            revisions: decision.revisions,
            next_id: std::cell::Cell::new(9_000),
        }
    }

    fn with<T>(&self, who: P, what: impl FnOnce(&Context<'_>) -> T) -> T {
        let fresh = || {
            self.next_id.set(self.next_id.get() + 1);
            uuid(self.next_id.get())
        };
        run(who, self.now, &self.facts, &self.text, &self.records, &fresh, what)
    }

    #[track_caller]
    fn done(&mut self, who: P, command: DocumentCommand) {
        let (text, records) = match &command {
            DocumentCommand::Revise(text) => (Some(text.clone()), None),
            DocumentCommand::Refresh { records, .. } => (None, Some((**records).clone())),
            _ => (None, None),
        };
        let action = command.action();
        let decision = self.with(who, |ctx| decide(&self.document, command, ctx)).unwrap();
        assert!(!decision.events.is_empty(), "{action}");
        for event in decision.events {
            assert_eq!(DocumentEvent::parse(event.kind(), event.stored().1).as_ref(), Ok(&event));
            assert!(DocumentEvent::KINDS.contains(&event.kind()));
            self.document = event::evolve(self.document.clone(), &event);
            self.events.push(event);
        }
        self.revisions.extend(decision.revisions);
        self.text = text.unwrap_or_else(|| self.text.clone());
        self.records = records.unwrap_or_else(|| self.records.clone());
        let begun = event::begin(self.document.id, &self.events[0]).unwrap();
        assert_eq!(self.events[1..].iter().fold(begun, event::evolve), self.document);
    }

    #[track_caller]
    fn refused(&self, who: P, command: DocumentCommand, code: &str) -> Refusal {
        let refusal = self.with(who, |ctx| decide(&self.document, command, ctx)).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal:?}");
        refusal
    }

    fn open(&self, who: P) -> Vec<DocumentAction> {
        self.with(who, |ctx| open_actions(&self.document, ctx))
    }

    fn submitted() -> Self {
        let mut story = Self::drafted();
        story.done(P::Office, DocumentCommand::Submit);
        story
    }

    fn filed() -> Self {
        let mut story = Self::submitted();
        story.done(P::Office2, sign());
        story.done(P::Principal, sign());
        story
    }
}

fn sign() -> DocumentCommand {
    DocumentCommand::Sign { verdict: Verdict::Approve, words: None, signing: Signing::Screen { on_behalf_of: None } }
}

fn send_back(words: Option<&str>) -> DocumentCommand {
    let signing = Signing::Screen { on_behalf_of: None };
    DocumentCommand::Sign { verdict: Verdict::Return, words: words.map(str::to_owned), signing }
}

fn paper(story: &Story, signer: P) -> DocumentCommand {
    let document = SignDocument {
        signed_on: date("2020-07-27"),
        scan: "ab".repeat(32),
        content_hash: Some(story.document.request().unwrap().revision.as_str().to_owned()),
        body: None,
        minutes_number: None,
    };
    let signing = Signing::Paper { signer: signer.person(), document };
    DocumentCommand::Sign { verdict: Verdict::Approve, words: None, signing }
}

fn enter(figure: Figure, value: Option<i64>, reason: &str) -> DocumentCommand {
    DocumentCommand::EnterFigure { figure, value, reason: reason.to_owned() }
}

#[test]
fn a_document_goes_from_its_draft_to_its_filing() {
    let mut story = Story::drafted();
    assert_eq!((story.document.state, story.document.n_version), (DocumentState::Draft, 1));
    assert_eq!(story.text.sections.len(), DocumentKind::Progress.sections().len());
    let mut text = story.text.clone();
    text.findings.insert("1".into(), "已清退{{任务数}}笔。".into());
    story.done(P::Office, DocumentCommand::Revise(text));
    story.done(P::Office, enter(Figure::PersonsHandled, Some(3), "纪检统计"));
    story.done(P::Office, DocumentCommand::Submit);
    assert_eq!(story.document.state, DocumentState::Signing);
    story.refused(P::Office, DocumentCommand::Revise(story.text.clone()), "wrong-state");
    story.refused(P::Office, sign(), "signed-own-submission");
    story.done(P::Office2, sign());
    assert_eq!(story.document.state, DocumentState::Signing);
    story.done(P::Principal, sign());
    assert_eq!(story.document.state, DocumentState::Filed);
    assert_eq!(story.document.filed_at, Some(at("2020-07-27 10:00")));
    assert_eq!(story.document.request().map(|r| r.state), Some(RequestState::Granted));
    for command in [DocumentCommand::Submit, DocumentCommand::Recall, DocumentCommand::Withdraw { reason: "误".into() }]
    {
        story.refused(P::Office, command, "wrong-state");
    }
    assert_eq!(story.open(P::Office), [DocumentAction::Correct]);
}

#[test]
fn what_is_signed_is_exactly_what_the_document_says() {
    let hash = |story: &Story| story.document.request().unwrap().revision.clone();
    let first = hash(&Story::submitted());
    assert_eq!(first, hash(&Story::submitted()), "the same document has the same hash");
    let changes: [fn(&mut Story); 4] = [
        |s| {
            let mut text = s.text.clone();
            text.head.number = "甲党〔2020〕8号".into();
            s.done(P::Office, DocumentCommand::Revise(text));
        },
        |s| s.done(P::Office, enter(Figure::PersonsHandled, Some(3), "纪检统计")),
        |s| {
            let mut later = countable();
            later.tasks[3].is_extended = true;
            let records = Box::new(Records { figures: count(&later), ..records() });
            s.done(P::Office, DocumentCommand::Refresh { records, template: template() });
        },
        |s| {
            let mark = TemplateMark { version: 2, ..template() };
            let records = Box::new(records());
            s.done(P::Office, DocumentCommand::Refresh { records, template: mark });
        },
    ];
    let mut hashes = BTreeSet::from([first]);
    for change in changes {
        let mut story = Story::drafted();
        change(&mut story);
        story.done(P::Office, DocumentCommand::Submit);
        hashes.insert(hash(&story));
    }
    assert_eq!(hashes.len(), 5);
}

#[test]
fn it_is_not_sent_while_something_is_missing_or_does_not_add_up() {
    let mut story = Story::drafted();
    let mut text = story.text.clone();
    text.sections.insert("存在问题".into(), " ".into());
    text.findings.insert("2".into(), "处理{{处理人数}}人，清退{{已清理金额}}。".into());
    story.done(P::Office, DocumentCommand::Revise(text));
    story.done(P::Office, enter(Figure::Completed, Some(2), "现场核实"));
    let refusal = story.refused(P::Office, DocumentCommand::Submit, "document-incomplete");
    let faults: Vec<_> = refusal.errors.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
    assert_eq!(
        faults,
        [
            ("/sections/存在问题", "required"),
            ("/figures/cleared", "required"),
            ("/figures/persons_handled", "required"),
            ("/figures/tasks", "parts-do-not-add-up"),
        ]
    );
    assert_eq!(missing(&story.document, &story.text, &story.records), refusal.errors, "the page is told the same");
    let mut text = story.text.clone();
    text.sections.insert("存在问题".into(), "个别任务进度偏慢。".into());
    story.done(P::Office, DocumentCommand::Revise(text));
    story.done(P::Office, enter(Figure::Cleared, Some(450), "财务统计"));
    story.done(P::Office, enter(Figure::PersonsHandled, Some(0), "纪检统计"));
    story.done(P::Office, enter(Figure::Completed, None, ""));
    story.done(P::Office, DocumentCommand::Submit);
    assert_eq!(story.document.said(&story.records)[&Figure::Cleared], 450);
    assert_eq!(story.document.said(&story.records)[&Figure::Completed], 1);
}

#[test]
fn a_figure_is_entered_with_a_reason_and_given_back() {
    let mut story = Story::drafted();
    story.refused(P::Office, enter(Figure::Tasks, None, ""), "figure-not-entered");
    for (value, reason, pointer) in [(-1, "x", "/value"), (100_000_000_000_001, "x", "/value"), (5, " ", "/reason")] {
        let refusal = story.refused(P::Office, enter(Figure::Tasks, Some(value), reason), "content");
        assert_eq!(refusal.errors[0].pointer, pointer);
    }
    story.done(P::Office, enter(Figure::Tasks, Some(5), "补记一项"));
    let entry = &story.document.entered[&Figure::Tasks];
    assert_eq!((entry.value, entry.by, entry.at), (5, P::Office.person(), at("2020-07-27 10:00")));
    story.done(P::Office, enter(Figure::Tasks, None, ""));
    assert!(story.document.entered.is_empty());
}

#[test]
fn words_are_checked_field_by_field() {
    let mut text = Story::drafted().text;
    text.head = Head {
        title: " ".into(),
        issuing_body: String::new(),
        number: "号".repeat(201),
        copies: "抄".repeat(501),
        ..Head::default()
    };
    text.sections.insert("附带请示".into(), "{{总数}}".into());
    text.findings.insert("1".into(), "机密★".into());
    let faults: BTreeSet<_> =
        check_words(DocumentKind::Progress, &text).into_iter().map(|e| (e.pointer, e.code)).collect();
    let expected = [
        ("/head/title", "required"),
        ("/head/issuing_body", "required"),
        ("/head/number", "too-long"),
        ("/head/copies", "too-long"),
        ("/sections/附带请示", "unknown-expression"),
        ("/sections/附带请示", "unknown-section"),
        ("/findings/1", "classified"),
    ];
    assert_eq!(faults, expected.map(|(p, c)| (p.to_owned(), c.to_owned())).into());
    let story = Story::drafted();
    story.refused(P::Office, DocumentCommand::Revise(text), "content");
}

#[test]
fn a_signer_returns_it_and_the_office_takes_it_back() {
    let mut story = Story::submitted();
    story.refused(P::Office2, send_back(None), "content");
    story.done(P::Office2, send_back(Some("数据再核")));
    assert_eq!(story.document.state, DocumentState::Draft);
    story.done(P::Office, DocumentCommand::Submit);
    story.done(P::Office, DocumentCommand::Recall);
    assert_eq!(story.document.state, DocumentState::Draft);
    story.done(P::Office, DocumentCommand::Submit);
    story.done(P::Office2, sign());
    story.refused(P::Office, DocumentCommand::Recall, "already-signed-by-someone");
    story.refused(P::Office, DocumentCommand::Withdraw { reason: " ".into() }, "content");
    story.done(P::Office, DocumentCommand::Withdraw { reason: "不再报送".into() });
    assert_eq!(story.document.state, DocumentState::Withdrawn);
    assert_eq!(story.document.request().map(|r| r.state), Some(RequestState::Voided));
    let mut draft = Story::drafted();
    draft.done(P::Office, DocumentCommand::Withdraw { reason: "重复".into() });
    assert_eq!(draft.document.state, DocumentState::Withdrawn);
}

#[test]
fn a_signature_on_paper_waits_for_a_second_officer_and_may_be_objected_to() {
    let mut story = Story::submitted();
    story.done(P::Office2, sign());
    let on_paper = paper(&story, P::Principal);
    story.refused(P::Office, on_paper.clone(), "recorded-own-submission");
    story.done(P::Office2, on_paper);
    assert_eq!(story.document.state, DocumentState::Signing, "it waits");
    let id = story.document.request().unwrap().signatures.last().unwrap().id;
    let confirm = |confirmed: bool, reason: Option<&str>| DocumentCommand::ConfirmSignature {
        signature: id,
        confirmed,
        reason: reason.map(str::to_owned),
    };
    story.refused(P::Office3, confirm(false, None), "content");
    assert!(story.open(P::Office3).contains(&DocumentAction::ConfirmSignature));
    assert!(story.open(P::Principal).contains(&DocumentAction::Object));
    let mut refused = Story { events: story.events.clone(), ..Story::submitted() };
    refused.document = story.document.clone();
    refused.done(P::Office3, confirm(false, Some("看不清")));
    assert_eq!(refused.document.state, DocumentState::Signing);
    let mut objected = Story { events: story.events.clone(), ..Story::submitted() };
    objected.document = story.document.clone();
    objected.done(P::Principal, DocumentCommand::Object { signature: id, reason: "并非本人".into() });
    objected.refused(
        P::Principal,
        DocumentCommand::Object { signature: id, reason: "并非本人".into() },
        "already-objected",
    );
    assert!(!objected.open(P::Principal).contains(&DocumentAction::Object));
    story.done(P::Office3, confirm(true, None));
    assert_eq!(story.document.state, DocumentState::Filed);
    story.done(P::Principal, DocumentCommand::Object { signature: id, reason: "并非本人".into() });
    assert_eq!(story.document.state, DocumentState::Filed, "what is filed stays; the objection stands beside it");
}

#[test]
fn a_filed_document_is_corrected_by_a_later_version() {
    let mut story = Story::drafted();
    story.done(P::Office, enter(Figure::PersonsHandled, Some(3), "纪检统计"));
    for (who, command) in [(P::Office, DocumentCommand::Submit), (P::Office2, sign()), (P::Principal, sign())] {
        story.done(who, command);
    }
    let begin =
        |who: P, reason: &str| story.with(who, |ctx| correct(&story.document, reason, &story.records, template(), ctx));
    assert_eq!(begin(P::Principal, "数据有误").unwrap_err().code, "not-allowed");
    assert_eq!(begin(P::Office, " ").unwrap_err().code, "content");
    let decision = begin(P::Office, "漏计一项").unwrap();
    let next = event::begin(DocumentId(uuid(78)), &decision.events[0]).unwrap();
    assert_eq!((next.n_version, next.corrects.as_ref().map(|c| c.of)), (2, Some(story.document.id)));
    assert_eq!(next.text, story.document.text, "it begins with the same words");
    let next = decision.events[1..].iter().fold(next, event::evolve);
    assert_eq!(next.entered, story.document.entered, "and with what was entered");
    let replaced = event::evolve(story.document.clone(), &DocumentEvent::Replaced { by: next.id });
    let again = story.with(P::Office, |ctx| correct(&replaced, "再改", &story.records, template(), ctx));
    assert_eq!(again.unwrap_err().code, "already-replaced");
    let draft = Story::drafted();
    let early = draft.with(P::Office, |ctx| correct(&draft.document, "早", &draft.records, template(), ctx));
    assert_eq!(early.unwrap_err().code, "wrong-state");
}

#[test]
fn each_sees_and_does_what_is_his() {
    let group = facts().group;
    let sees = |story: &Story, who| rights::sees_document(&actor(who), &story.document, &group);
    let (draft, signing, filed) = (Story::drafted(), Story::submitted(), Story::filed());
    for who in [P::Clock, P::Office, P::Office2] {
        assert!([&draft, &signing, &filed].iter().all(|s| sees(s, who)), "{who:?}");
    }
    for who in [P::Principal, P::Leader, P::Team] {
        assert!(!sees(&draft, who) && sees(&signing, who) && sees(&filed, who), "{who:?}");
    }
    for who in [P::Clerk, P::Head, P::Stranger] {
        assert!(![&draft, &signing, &filed].iter().any(|s| sees(s, who)), "{who:?}");
    }
    let acts = |story: &Story, who: P| story.open(who);
    use DocumentAction as A;
    let of_draft = [A::Revise, A::EnterFigure, A::Refresh, A::Submit, A::Withdraw];
    assert_eq!(acts(&draft, P::Office), of_draft);
    assert_eq!(acts(&draft, P::Office2), of_draft, "the office is one");
    assert_eq!(acts(&signing, P::Office), [A::Recall, A::Withdraw]);
    assert_eq!(acts(&signing, P::Office2), [A::Recall, A::Withdraw, A::Sign, A::RecordSignature]);
    assert_eq!(acts(&signing, P::Principal), [], "it is not his turn");
    assert_eq!(acts(&filed, P::Team), []);
    for command in
        [sign(), DocumentCommand::Object { signature: domain::ids::SignatureId(uuid(1)), reason: "x".into() }]
    {
        signing.refused(P::Clerk, command, "not-allowed");
    }
    signing.refused(P::Team, DocumentCommand::Recall, "not-allowed");
    draft.refused(P::Clock, DocumentCommand::Submit, "not-allowed");
    assert!(signable_for_nobody(&draft));
    let outsider = draft.with(P::Clerk, |ctx| {
        domain::document::draft(round(), DocumentKind::Plan, head(), &records(), template(), ctx)
    });
    assert_eq!(outsider.unwrap_err().code, "not-allowed");
    for (who, may) in [(P::Office, true), (P::Team, false), (P::Principal, false), (P::Clock, false)] {
        assert_eq!(rights::permit_templates(&actor(who)).is_ok(), may, "{who:?}");
    }
}

fn signable_for_nobody(story: &Story) -> bool {
    story.with(P::Principal, |ctx| signable_for(&story.document, ctx)).is_empty()
}

#[test]
fn who_has_to_do_something_is_told() {
    let mut story = Story::submitted();
    let told = |story: &Story| {
        let last = story.events.last().unwrap();
        document_audience(last, &story.document)
    };
    assert_eq!(told(&story), [(Rule::SignatureWanted, Audience::Office)]);
    story.done(P::Office2, sign());
    assert_eq!(told(&story), [(Rule::SignatureWanted, Audience::Person(P::Principal.person()))]);
    story.done(P::Office2, paper(&story, P::Principal));
    assert_eq!(
        told(&story),
        [(Rule::SignatureWanted, Audience::Office), (Rule::PaperRecorded, Audience::Person(P::Principal.person()))]
    );
    let id = story.document.request().unwrap().signatures.last().unwrap().id;
    story.done(P::Office3, DocumentCommand::ConfirmSignature { signature: id, confirmed: true, reason: None });
    assert_eq!(told(&story), [(Rule::RequestGranted, Audience::Person(P::Office.person()))]);
    story.done(P::Principal, DocumentCommand::Object { signature: id, reason: "并非本人".into() });
    assert_eq!(told(&story), [(Rule::SignatureObjected, Audience::Office)]);
    let mut returned = Story::submitted();
    returned.done(P::Office2, send_back(Some("再核")));
    assert_eq!(told(&returned), [(Rule::RequestReturned, Audience::Person(P::Office.person()))]);
    let mut quiet = Story::drafted();
    quiet.done(P::Office, enter(Figure::Tasks, Some(5), "补记"));
    assert_eq!(told(&quiet), []);
}

#[test]
fn a_chain_nobody_could_sign_is_refused_in_the_policy() {
    let codes = |change: fn(&mut Vec<StepRule>)| -> Vec<String> {
        let mut policy = Policy::default();
        change(&mut policy.documents);
        policy.check().err().map(|r| r.errors.into_iter().map(|e| e.code).collect()).unwrap_or_default()
    };
    assert_eq!(codes(|_| ()), Vec::<String>::new());
    assert_eq!(codes(Vec::clear), ["chain-empty"]);
    assert_eq!(codes(|c| c[0].who = Who::Meeting), ["document-chain-unfit"]);
    assert_eq!(codes(|c| c[0].who = Who::GroupHead), Vec::<String>::new());
}

#[test]
fn every_kind_of_event_has_words_of_its_own_and_what_does_not_fit_is_not_read() {
    let words: BTreeSet<&str> = DocumentEvent::KINDS.iter().map(|kind| domain::labels::event(kind)).collect();
    assert_eq!(words.len(), DocumentEvent::KINDS.len());
    assert!(DocumentEvent::KINDS.iter().all(|kind| domain::labels::event(kind) != *kind));
    assert!(DocumentEvent::parse("document.filed", serde_json::json!({})).is_err());
    assert!(event::begin(DocumentId(uuid(1)), &DocumentEvent::Recalled {}).is_none());
}
