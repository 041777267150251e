//! How well the signals on a closure do: rules of words on labelled texts (`tests/fixtures/quality`, written down before the rules were tried on their
//! test half), rules of facts on histories made for them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::ids::{EvidenceId, MilestoneId};
use domain::policy::Policy;
use domain::quality::{Handed, is_only_words, is_vague, signals};
use domain::task::state::{Done, EvidenceMark, EvidencePurpose};
use domain::task::text::StatementText;
use support::{P, World, at, date, uuid, week};

/// Half, label, text.
fn labelled(name: &str) -> Vec<(String, String, String)> {
    let path = format!("{}/../../tests/fixtures/quality/{name}.tsv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].to_owned(), fields[1].to_owned(), fields[2].to_owned())
        })
        .collect()
}

fn measured(set: &[(String, String, String)], half: &str, label: &str, rule: fn(&str) -> bool) -> (f64, f64) {
    let (mut right, mut said, mut wanted) = (0u32, 0u32, 0u32);
    for (_, own, text) in set.iter().filter(|(of, ..)| of == half) {
        let (is_wanted, is_said) = (own == label, rule(text));
        right += u32::from(is_wanted && is_said);
        said += u32::from(is_said);
        wanted += u32::from(is_wanted);
        if is_wanted != is_said {
            println!("{half}: {own} {text}");
        }
    }
    (f64::from(right) / f64::from(said), f64::from(right) / f64::from(wanted))
}

#[test]
fn words_that_change_nothing_are_told_from_those_that_do() {
    for (name, label, rule) in
        [("measures", "weak", is_only_words as fn(&str) -> bool), ("criteria", "vague", is_vague as fn(&str) -> bool)]
    {
        let set = labelled(name);
        for half in ["tune", "test"] {
            let (precision, recall) = measured(&set, half, label, rule);
            println!("{name}, {half}: precision {precision:.2}, recall {recall:.2}");
            assert!(precision >= 0.8 && recall >= 0.7, "{name} {half}: {precision} {recall}");
        }
    }
}

/// Words of a week by its letter; an apostrophe changes a day in them and nothing else.
fn week_of(letter: char, is_changed: bool) -> String {
    let day = if is_changed { "9月12日" } else { "9月5日" };
    match letter {
        'A' => format!("截至{day}，对照清单逐户核对合同台账，已向各承租方发函，催收工作正在推进，总体有序。"),
        'B' => format!("{day}召开专题会，研究欠款处置路径，财务部牵头与三家单位对账，差异部分已列表。"),
        'C' => format!("{day}收到第一笔回款二十六万元，已入账；其余两户签了还款协议，分三期付清。"),
        'D' => format!("律师函{day}寄出，法院已受理一户，另一户提出以设备抵偿，正在请人评估。"),
        'E' => format!("评估报告{day}出具，设备作价四十一万元，党委会原则同意，待签补充协议。"),
        'F' => format!("补充协议{day}签订，设备移交入库，台账更新，欠款余额降到九万元。"),
        'G' => format!("{day}印发应收账款管理办法，信用额度、催收时限和责任人写进系统审批流程。"),
        'H' => format!("内审{day}抽查十二笔，手续齐全，欠款全部结清，可以申请验收。"),
        _ => unreachable!("no such week: {letter}"),
    }
}

fn offsets(field: &str) -> Vec<i64> {
    field.split(' ').filter(|part| *part != "-").map(|part| part.parse().unwrap()).collect()
}

/// What a line of `histories.tsv` tells, and the rules whose signals it shows.
fn signalled(fields: &[&str]) -> BTreeSet<String> {
    let issued = date("2020-03-02");
    let day = |offset: i64| issued + TimeDelta::days(offset);
    let moment = |offset: i64| at(&format!("{} 10:00", day(offset)));
    let (planned, taken): (i64, i64) = (fields[2].parse().unwrap(), fields[3].parse().unwrap());
    let mut task = World::rectifying().task.unwrap();
    task.issued_on = Some(issued);
    task.draft.due_on = Some(day(planned));
    task.evidence.clear();
    let milestones = offsets(fields[4]).into_iter().enumerate();
    task.done = milestones
        .map(|(n, on)| (MilestoneId(uuid(500 + n as u128)), Done { occurred_on: day(on), at: moment(on) }))
        .collect();
    for (n, on) in offsets(fields[5]).into_iter().enumerate() {
        task.evidence.push(EvidenceMark {
            id: EvidenceId(uuid(700 + n as u128)),
            blob: format!("{n:064x}"),
            purpose: EvidencePurpose::Criterion,
            criteria: Vec::new(),
            milestone: None,
            unit: None,
            by: P::Clerk.person(),
            occurred_on: day(on),
        });
    }
    let mut weeks: Vec<(char, bool)> = Vec::new();
    for mark in fields[6].chars() {
        match (mark, weeks.last_mut()) {
            ('\'', Some(last)) => last.1 = true,
            _ => weeks.push((mark, false)),
        }
    }
    let text = |letter, is_changed| StatementText {
        progress: Some(week_of(letter, is_changed)),
        difficulties: None,
        help_wanted: None,
        next_step: None,
        no_progress_reason: None,
        evidence: Vec::new(),
    };
    let weeks = weeks.into_iter().enumerate();
    let statements =
        weeks.map(|(n, (letter, is_changed))| (week(&format!("2020-W{:02}", 11 + n)), text(letter, is_changed)));
    let reused: usize = fields[8].parse().unwrap();
    let handed = Handed {
        measures: vec!["修订应收账款管理办法"],
        criteria: vec!["欠款全部入账"],
        statements: statements.collect(),
        reused: (0..reused).map(|n| (EvidenceId(uuid(700 + n as u128)), BTreeSet::from(["T09".to_owned()]))).collect(),
        in_the_hour: fields[7].parse().unwrap(),
        near_percent: Policy::default().copy_percent,
    };
    signals(&task, &handed, day(taken)).into_iter().map(|s| s.rule.as_str().to_owned()).collect()
}

#[test]
fn histories_worth_a_second_look_are_told_from_the_others() {
    let path = format!("{}/../../tests/fixtures/quality/histories.tsv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let rules = [
        "evidence_reused",
        "evidence_misdated",
        "weeks_copied",
        "many_in_an_hour",
        "much_faster",
        "milestones_at_once",
    ];
    for half in ["tune", "test"] {
        let mut counted = rules.map(|_| (0u32, 0u32, 0u32));
        for line in text.lines().filter(|line| line.starts_with(half)) {
            let fields: Vec<&str> = line.split('\t').collect();
            let wanted: BTreeSet<&str> = fields[1].split(',').filter(|rule| *rule != "-").collect();
            let said = signalled(&fields);
            assert!(said.iter().all(|rule| rules.contains(&rule.as_str())), "{line}: {said:?}");
            for (rule, (right, given, asked)) in rules.iter().zip(&mut counted) {
                let (is_wanted, is_said) = (wanted.contains(rule), said.contains(*rule));
                *right += u32::from(is_wanted && is_said);
                *given += u32::from(is_said);
                *asked += u32::from(is_wanted);
                if is_wanted != is_said {
                    println!("{half}: {rule} {} {}", if is_wanted { "missed" } else { "said of" }, fields[9]);
                }
            }
        }
        let (mut right, mut given, mut asked) = (0, 0, 0);
        for (rule, (own_right, own_given, own_asked)) in rules.iter().zip(counted) {
            println!("{half}: {rule}: {own_right} right of {own_given} said, of {own_asked} wanted");
            (right, given, asked) = (right + own_right, given + own_given, asked + own_asked);
        }
        let (precision, recall) = (f64::from(right) / f64::from(given), f64::from(right) / f64::from(asked));
        println!("{half}: precision {precision:.2}, recall {recall:.2}");
        assert!(precision >= 0.7 && recall >= 0.7, "{half}: {precision} {recall}");
    }
}
