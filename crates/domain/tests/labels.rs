//! The words the page offers in its choices are the domain's own, written out for it and held here.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

use std::fmt::Write as _;
use std::path::Path;

use domain::account::ProvedBy;
use domain::accountability::ActionForm;
use domain::actor::{AssignmentKind, Role};
use domain::appraisal::scheme::{Effect, FactKind, SubjectKind};
use domain::cause::{CauseCategory, FindingScope};
use domain::document::kind::{DocumentKind, FormKind};
use domain::opinion::state::Channel;
use domain::policy::{AlertLevel, Cadence, RequestKind, Who};
use domain::publication::rules::Reach;
use domain::publication::state::{Ground, PublicationKind};
use domain::rule_register::state::{FollowKind, RuleVerdict};
use domain::service::KeyScope;
use domain::sign_request::Verdict;
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{BasisKind, SlipState, Urgency};
use domain::task::command::Action;
use domain::task::state::{CompletionStatus, Disposition, TaskState};
use domain::wall::{Mark, WallPage};
use domain::webhook::HookStream;

/// One list as a constant of the page: stored word to label, in the domain's order.
fn list(made: &mut String, name: &str, words: impl Iterator<Item = (&'static str, &'static str)>) {
    writeln!(made, "\nexport const {name} = {{").unwrap();
    for (word, label) in words {
        assert!(!label.contains('\''), "{label} would end the string");
        writeln!(made, "  {word}: '{label}',").unwrap();
    }
    writeln!(made, "}} as const").unwrap();
}

#[test]
fn the_page_says_what_the_domain_says() {
    let mut made = String::from(
        "// The domain's words for the page's choices. Made by: BLESS=1 cargo test -p domain --test labels. Not edited by hand.\n",
    );
    list(&mut made, "taskStates", TaskState::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "alertLevels", AlertLevel::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "cadences", Cadence::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "requestKinds", RequestKind::OF_TASKS.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "signers", Who::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "dispositions", Disposition::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "completionStatuses", CompletionStatus::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "causeCategories", CauseCategory::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "findingScopes", FindingScope::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "roles", Role::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "assignmentKinds", AssignmentKind::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "verdicts", Verdict::ALL.iter().map(|w| (w.as_str(), w.label())));
    let documents = DocumentKind::ALL.iter().map(|w| (w.as_str(), w.label()));
    list(&mut made, "templateKinds", documents.chain(FormKind::ALL.iter().map(|w| (w.as_str(), w.label()))));
    list(&mut made, "slipLevels", SlipLevel::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "slipStates", SlipState::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "urgencies", Urgency::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "basisKinds", BasisKind::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "reaches", Reach::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "publicationKinds", PublicationKind::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "grounds", Ground::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "channels", Channel::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "actions", Action::ALL.iter().map(|w| (w.as_str(), w.label())));

    list(&mut made, "provedBy", ProvedBy::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "ruleVerdicts", RuleVerdict::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "followKinds", FollowKind::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "keyScopes", KeyScope::ALL.iter().map(|s| (s.as_str(), s.label())));
    list(&mut made, "hookStreams", HookStream::ALL.iter().map(|s| (s.as_str(), s.label())));
    list(&mut made, "wallPages", WallPage::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "factKinds", FactKind::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "accountabilityForms", ActionForm::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "pointEffects", Effect::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "appraisedKinds", SubjectKind::ALL.iter().map(|w| (w.as_str(), w.label())));
    list(&mut made, "marks", Mark::ALL.iter().map(|w| (w.as_str(), w.label())));

    let said = |code: &'static str| (code, domain::labels::say(code, &serde_json::Value::Null));
    // Said by the page itself, before it asks the server.
    writeln!(made, "\nexport const words = {{").unwrap();
    for (code, text) in
        ["required", "content", "file-too-large", "file-empty", "file-type-refused", "file-not-xlsx"].map(said)
    {
        writeln!(made, "  '{code}': '{text}',").unwrap();
    }
    // What a log-in by the provider comes back with, in the page's address.
    for (code, text) in domain::labels::CODES.iter().filter(|(code, _)| code.starts_with("provider-")) {
        writeln!(made, "  '{code}': '{text}',").unwrap();
    }
    writeln!(made, "}} as const").unwrap();

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../frontend/src/labels.gen.ts");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "frontend/src/labels.gen.ts is stale; run BLESS=1 cargo test -p domain --test labels");
}
