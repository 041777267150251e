//! The figures of a document: what each counts, what they are bound to, whether they add up, how they differ (docs/domain.md §32).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use domain::document::expression::{Expression, Fault, Piece, money, pieces, say};
use domain::document::figure::{Countable, Figure, Figures, Said, check_sums, count, differences};
use domain::document::kind::{DocumentKind, FormKind};
use domain::document::vocabulary::{misfits, nothing, sample};
use domain::document::{DocumentText, Head, check_words};
use domain::task::state::CompletionStatus;
use support::countable::countable;
use support::uuid;

fn said(figures: &Figures) -> Said {
    figures.iter().map(|(figure, counted)| (*figure, counted.value())).collect()
}

#[test]
fn every_figure_counts_what_it_is_called() {
    use Figure as F;
    let figures = count(&countable());
    let expected = BTreeMap::from([
        (F::Aspects, 2),
        (F::Findings, 3),
        (F::Tasks, 4),
        (F::Measures, 6),
        (F::Closed, 2),
        (F::Observing, 1),
        (F::Completed, 1),
        (F::Sustained, 1),
        (F::InProgress, 1),
        (F::NotStarted, 1),
        // Finding 100 alone: of 101 one task is not done, nor is that of 102.
        (F::FindingsDone, 1),
        (F::Immediate, 1),
        (F::ImmediateDone, 1),
        (F::Red, 1),
        (F::Yellow, 1),
        (F::Overdue, 1),
        (F::Extended, 1),
        (F::Reopened, 1),
        // Of 102 and 103, which came back, 103 has no task.
        (F::CameBack, 1),
        (F::Meetings, 1),
        (F::Checks, 2),
        // Checked twice is one task.
        (F::CheckedTasks, 2),
        (F::Slips, 2),
        (F::Amount, 450),
        (F::RulesMade, 2),
        (F::RulesRevised, 1),
        (F::RulesAbolished, 1),
        (F::RulesLasting, 1),
    ]);
    assert_eq!(said(&figures), expected);
    let entered: BTreeSet<F> = F::ALL.iter().copied().filter(|f| f.is_entered()).collect();
    assert_eq!(entered.len() + figures.len(), F::ALL.len());
    assert_eq!(check_sums(&said(&figures)), []);
    assert_eq!(said(&count(&Countable::default())).values().sum::<i64>(), 0);
}

#[test]
fn names_of_figures_are_all_different_and_found_again() {
    let names: BTreeSet<&str> = Figure::ALL.iter().map(|f| f.label()).collect();
    assert_eq!(names.len(), Figure::ALL.len());
    for figure in Figure::ALL {
        assert_eq!(Figure::named(figure.label()), Some(*figure));
    }
    assert_eq!(Figure::named("任务"), None);
}

#[test]
fn sums_that_do_not_come_out_are_named() {
    let faults = |change: &[(Figure, i64)]| -> Vec<(String, String)> {
        let mut all = said(&count(&countable()));
        all.extend(change.iter().copied());
        check_sums(&all).into_iter().map(|e| (e.pointer, e.code)).collect()
    };
    let one = |pointer: &str, code: &str| vec![(format!("/figures/{pointer}"), code.to_owned())];
    assert_eq!(faults(&[(Figure::Completed, 2)]), one("tasks", "parts-do-not-add-up"));
    assert_eq!(faults(&[(Figure::Completed, -1), (Figure::InProgress, 3)]), one("completed", "out-of-range"));
    for (figure, n) in [
        (Figure::FindingsDone, 4),
        (Figure::Aspects, 4),
        (Figure::Findings, 5),
        (Figure::Closed, 5),
        (Figure::Observing, 3),
        (Figure::Immediate, 5),
        (Figure::ImmediateDone, 2),
        (Figure::Red, 5),
        (Figure::Yellow, 5),
        (Figure::Overdue, 5),
        (Figure::Extended, 5),
        (Figure::Reopened, 5),
        (Figure::CheckedTasks, 5),
        (Figure::Cleared, 451),
        (Figure::Recovered, 451),
    ] {
        assert_eq!(faults(&[(figure, n)]), one(figure.as_str(), "part-exceeds-whole"), "{figure}");
        assert_eq!(faults(&[(figure, n - 1)]), [], "{figure} may be as large as its whole");
    }
}

#[test]
fn one_task_closed_is_a_difference_of_the_figures_it_moves_and_no_other() {
    let before = count(&countable());
    let mut later = countable();
    later.tasks[2].completion = CompletionStatus::Completed;
    let found = differences(&before, &count(&later));
    let told: Vec<_> = found.iter().map(|d| (d.figure, d.before, d.after)).collect();
    assert_eq!(
        told,
        [(Figure::Completed, 1, 2), (Figure::InProgress, 1, 0), (Figure::FindingsDone, 1, 2)],
        "the finding of the task has no other that is open"
    );
    assert_eq!(found[0].moved, BTreeSet::from([uuid(3)]));
    assert_eq!(found[2].moved, BTreeSet::from([uuid(101)]));
    // One in, one out: the sum is the same, and it still differs.
    let mut swapped = countable();
    swapped.tasks[0].is_overdue = true;
    swapped.tasks[2].is_overdue = false;
    let found = differences(&before, &count(&swapped));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].figure, found[0].before, found[0].after), (Figure::Overdue, 1, 1));
    assert_eq!(found[0].moved, BTreeSet::from([uuid(1), uuid(3)]));
    assert_eq!(differences(&before, &before), []);
    assert_eq!(differences(&Figures::new(), &before).len(), before.len());
}

#[test]
fn an_expression_is_a_figure_a_sum_or_a_share() {
    let said = said(&count(&countable()));
    let says = |text: &str| Expression::parse(text).map(|e| e.say(&said));
    for (text, expected) in [
        ("任务数", "4"),
        (" 任务数 ", "4"),
        ("已完成任务数+长期坚持任务数", "2"),
        ("任务数 － 已完成任务数 - 未启动任务数", "2"),
        ("已完成任务数/任务数", "25%"),
        ("已完成任务数＋长期坚持任务数／措施数", "33.3%"),
        ("任务数/逾期任务数", "400%"),
        ("整改完成率", "50%"),
        ("涉及金额", "4.5元"),
        ("处理人数", "〔待填：处理人数〕"),
        ("处理人数/任务数", "〔待填：处理人数〕"),
        ("任务数/处理人数", "〔待填：处理人数〕"),
        ("已清理金额/涉及金额", "〔待填：已清理金额〕"),
    ] {
        assert_eq!(says(text).as_deref(), Ok(expected), "{text}");
    }
    for (text, fault) in [
        ("", Fault::Malformed),
        ("任务数+", Fault::Malformed),
        ("-任务数", Fault::Malformed),
        ("任务数/措施数/方面数", Fault::Malformed),
        ("任务数/", Fault::Malformed),
        ("总任务", Fault::Unknown),
        ("任务数/总数", Fault::Unknown),
        ("任务数+涉及金额", Fault::Mixed),
        ("涉及金额/任务数", Fault::Mixed),
    ] {
        assert_eq!(says(text), Err(fault), "{text}");
    }
    let codes: BTreeSet<&str> = [Fault::Malformed, Fault::Unknown, Fault::Mixed].map(Fault::code).into();
    assert_eq!(codes.len(), 3);
    let empty = Expression::parse("整改完成率").unwrap().say(&said_of_nothing());
    assert_eq!(empty, "—");
    let named = Expression::parse("任务数+措施数/问题数").unwrap().figures();
    assert_eq!(named, [Figure::Tasks, Figure::Measures, Figure::Findings]);
}

fn said_of_nothing() -> Said {
    said(&count(&Countable::default()))
}

#[test]
fn money_is_written_as_a_document_writes_it() {
    for (hundredths, written) in [
        (0, "0元"),
        (5, "0.05元"),
        (450, "4.5元"),
        (123_456, "1234.56元"),
        (999_999, "9999.99元"),
        (1_000_000, "1万元"),
        (350_000_000, "350万元"),
        (123_456_789, "123.456789万元"),
        (-100, "-1元"),
    ] {
        assert_eq!(money(hundredths), written);
    }
}

#[test]
fn a_text_is_cut_at_its_braces_and_every_fault_is_told() {
    let said = said(&count(&countable()));
    assert_eq!(say("共{{任务数}}项，完成率{{ 整改完成率 }}。", &said), "共4项，完成率50%。");
    assert_eq!(say("没有数据", &said), "没有数据");
    assert_eq!(say("", &said), "");
    let cut = pieces("{{任务数}}项").unwrap();
    assert!(matches!(cut[..], [Piece::Bound("任务数", _), Piece::Words("项")]));
    let wrong = "甲{{总数}}乙{{任务数+涉及金额}}丙{{未完";
    let faults: Vec<_> = pieces(wrong).unwrap_err().into_iter().map(|m| (m.code, m.near)).collect();
    assert_eq!(
        faults,
        [
            ("unknown-expression", "总数".to_owned()),
            ("expression-mixes-units", "任务数+涉及金额".to_owned()),
            ("mark-not-closed", "{{未完".to_owned())
        ]
    );
    assert_eq!(say(wrong, &said), wrong, "what cannot be read stays as it stands");
}

#[test]
fn every_kind_proposes_words_that_are_sound_and_a_sample_of_its_names() {
    for kind in DocumentKind::ALL {
        let sections = kind.sections().iter().map(|s| (s.name.to_owned(), s.proposed.to_owned())).collect();
        let text = DocumentText { head: head(), sections, findings: BTreeMap::new() };
        assert_eq!(check_words(*kind, &text), [], "{kind}");
        let more = vec!["轮次名称".to_owned()];
        let mut value = sample(kind.part(), &more);
        assert_eq!(misfits(kind.part(), &more, &value), Vec::<String>::new(), "{kind}");
        assert_eq!(misfits(kind.part(), &more, &nothing(kind.part(), &more)), Vec::<String>::new(), "{kind}");
        value["多余"] = "x".into();
        value.as_object_mut().unwrap().remove("轮次名称");
        assert_eq!(misfits(kind.part(), &more, &value), ["多余", "轮次名称"], "{kind}");
    }
    for kind in FormKind::ALL {
        assert_eq!(misfits(kind.part(), &[], &sample(kind.part(), &[])), Vec::<String>::new(), "{kind}");
    }
    let broken = serde_json::json!({ "问题": [{ "问题编号": "1" }] });
    let found = misfits(DocumentKind::Report.part(), &[], &broken);
    assert!(found.contains(&"问题.问题原文".to_owned()) && found.contains(&"问题.任务".to_owned()), "{found:?}");
    assert_eq!(misfits(DocumentKind::Report.part(), &[], &serde_json::json!([])), ["·"]);
    assert_eq!(misfits(DocumentKind::Report.part(), &[], &serde_json::json!({})), ["问题"]);
}

fn head() -> Head {
    Head { title: "整改情况报告".into(), issuing_body: "甲集团党委".into(), ..Head::default() }
}
