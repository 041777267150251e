//! What a sign request binds, part by part in words, as it was when it was handed in; later changes of the task do not touch it.

use std::collections::{BTreeMap, BTreeSet};

use domain::chain::Digest;
use domain::task::state::Task;
use domain::task::text::{SignedContent, SignedMilestone};
use persistence::blobs::AttachmentRow;
use uuid::Uuid;

use super::Names;
use super::shapes::SignedPart;

/// The units and people that what was signed names; some may have left the task since.
pub(super) fn named(task: &Task, words: &BTreeMap<Digest, String>) -> BTreeSet<Uuid> {
    let mut ids = BTreeSet::new();
    for request in &task.requests {
        let body = words.get(&request.request.revision);
        let Some(content) = body.and_then(|b| serde_json::from_str::<SignedContent>(b).ok()) else { continue };
        ids.extend(content.leaders.iter().chain(&content.persons).chain(&content.unit_leader).map(|p| p.0));
        ids.extend(content.units.iter().chain(content.milestones.iter().filter_map(|m| m.unit.as_ref())).map(|u| u.0));
    }
    ids
}

/// Every part that says something.
pub(super) fn parts(
    content: &SignedContent,
    task: &Task,
    names: &Names,
    attachments: &[AttachmentRow],
) -> Vec<SignedPart> {
    let number = |id: &domain::ids::MeasureId| {
        task.draft.measures.iter().find(|m| m.id == *id).map(|m| format!("{} ", m.number)).unwrap_or_default()
    };
    let measure = |id: &domain::ids::MeasureId| {
        let text = content.measures.iter().find(|m| m.id == *id).map(|m| m.text.clone()).unwrap_or_default();
        format!("{}{text}", number(id))
    };
    let all = |ids: Vec<Uuid>| vec![ids.into_iter().map(|id| names.of(id).name).collect::<Vec<_>>().join("、")];
    let one = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
    let on = |date: Option<chrono::NaiveDate>| date.iter().map(ToString::to_string).collect::<Vec<_>>();
    let statement = if content.occurred_on.is_some() { "整改成效" } else { "说明" };
    let filed = content.filed_upward.then(|| "原时限已报上级备案".to_owned());
    let mut parts: Vec<(&str, Vec<String>)> = vec![
        ("任务", vec![format!("{} {}", content.number, content.title)]),
        ("整改目标", one(&content.objective)),
        (statement, one(&content.statement)),
        ("实际完成日期", on(content.occurred_on)),
        ("完成时限", on(content.due_on)),
        ("拟延至", on(content.new_due_on)),
        ("报备", one(&filed)),
        ("措施", content.measures.iter().map(|m| measure(&m.id)).collect()),
        ("措施新时限", content.measure_dates.iter().map(|(id, on)| dated(&number(id), *on)).collect()),
        ("节点", content.milestones.iter().map(|m| milestone(m, names)).collect()),
        ("完成标准", content.criteria.iter().enumerate().map(|(i, c)| format!("{}. {}", i + 1, c.text)).collect()),
        ("不再实施", content.excuses.iter().map(|e| format!("{}：{}", measure(&e.measure), e.reason)).collect()),
    ];
    let files = content.evidence.iter().map(|e| {
        let name = attachments.iter().find(|a| a.id == e.id.0).map_or("文件", |a| a.filename.as_str());
        format!("{name}（校验码 {}）", e.sha256.get(..8).unwrap_or_default().to_uppercase())
    });
    parts.push(("佐证材料", files.collect()));
    parts.push(("责任领导", all(content.leaders.iter().map(|p| p.0).collect())));
    parts.push(("责任单位", all(content.units.iter().map(|u| u.0).collect())));
    parts.push(("责任人", all(content.persons.iter().map(|p| p.0).collect())));
    parts.push(("单位分管领导", all(content.unit_leader.iter().map(|p| p.0).collect())));
    parts
        .into_iter()
        .map(|(label, lines)| (label, lines.into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>()))
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(label, lines)| SignedPart { label: label.to_owned(), lines })
        .collect()
}

fn dated(number: &str, on: Option<chrono::NaiveDate>) -> String {
    on.map_or_else(|| format!("{number}不定时限"), |on| format!("{number}{on}"))
}

fn milestone(m: &SignedMilestone, names: &Names) -> String {
    let mut text = m.due_on.map_or_else(|| "未定时间".to_owned(), |on| on.to_string());
    text += &format!(" {}", m.title);
    if let Some(unit) = m.unit {
        text += &format!("（{}）", names.of(unit.0).name);
    }
    if let Some(proof) = &m.proof {
        text += &format!("，佐证：{proof}");
    }
    if let Some(on) = m.done_on {
        text += &format!("，已于 {on} 完成");
    }
    text
}
