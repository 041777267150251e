//! Knows the same findings and tasks again when a file comes a second time, or grew by a row in the middle.
//!
//! Numbers that the file brings are kept to. Numbers that were made up while reading say little: there the words decide, in the order of the file where the
//! same words occur several times; a number decides only where the words are nearly the same.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use domain::ids::{FindingId, RoundId};
use domain::refusal::Refusal;
use domain::workbook::{FindingDraft, PlanDraft, TaskDraft};
use uuid::Uuid;

use crate::error::Error;
use crate::schema::{aspects, findings, tasks};

/// The aspect of findings that name none.
const NO_ASPECT: &str = "未分方面";

/// Words without white space.
fn key(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether two texts share half of their pairs of characters: the same with a slip corrected.
fn is_similar(a: &str, b: &str) -> bool {
    let pairs = |text: &str| -> BTreeSet<(char, char)> {
        let chars: Vec<char> = key(text).chars().collect();
        chars.windows(2).map(|w| (w[0], w[1])).collect()
    };
    let (a, b) = (pairs(a), pairs(b));
    let common = a.intersection(&b).count();
    common * 2 >= a.len().max(b.len()) && common > 0
}

/// A finding of the round, as the file's finding was matched to it.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) id: FindingId,
    pub(super) number: String,
}

struct KnownFinding {
    id: Uuid,
    number: String,
    body: String,
    is_used: bool,
}

/// Enters aspects and findings; what is known stays, what changed in a draft round follows the file.
///
/// Errors: `findings-frozen` when the file would change a finding of an active round or add one.
pub(super) fn put_findings(
    conn: &mut PgConnection,
    round: RoundId,
    plan: &PlanDraft,
    is_frozen: bool,
) -> Result<BTreeMap<String, Placed>, Error> {
    let frozen = || Refusal::conflict("findings-frozen");
    let aspect_ids = put_aspects(conn, round, plan, is_frozen)?;
    let mut known: Vec<KnownFinding> = findings::table
        .filter(findings::round_id.eq(round.0))
        .order((findings::ordinal, findings::number))
        .select((findings::id, findings::number, findings::body))
        .load::<(Uuid, String, String)>(conn)?
        .into_iter()
        .map(|(id, number, body)| KnownFinding { id, number, body, is_used: false })
        .collect();
    let has_own = plan.tasks.iter().all(|t| t.is_number_own);
    let mut placed = BTreeMap::new();
    let mut by_words: Vec<(usize, &FindingDraft)> = Vec::new();
    for (i, finding) in plan.findings.iter().enumerate() {
        let same = known
            .iter_mut()
            .find(|k| !k.is_used && key(&k.body) == key(&finding.text) && (!has_own || k.number == finding.number));
        match same {
            Some(row) => {
                row.is_used = true;
                placed.insert(finding.number.clone(), Placed { id: FindingId(row.id), number: row.number.clone() });
            }
            None => by_words.push((i, finding)),
        }
    }
    for (i, finding) in by_words {
        if is_frozen {
            return Err(frozen().into());
        }
        let aspect = aspect_ids.get(aspect_title(finding)).copied().ok_or(Error::NotFound)?;
        let row = known
            .iter_mut()
            .find(|k| !k.is_used && k.number == finding.number && (has_own || is_similar(&k.body, &finding.text)));
        if let Some(row) = row {
            row.is_used = true;
            diesel::update(findings::table.find(row.id))
                .set((findings::body.eq(&finding.text), findings::aspect_id.eq(aspect)))
                .execute(conn)?;
            placed.insert(finding.number.clone(), Placed { id: FindingId(row.id), number: row.number.clone() });
            continue;
        }
        let number = free(&finding.number, |n| known.iter().any(|k| k.number == n));
        let id = Uuid::now_v7();
        diesel::insert_into(findings::table)
            .values((
                findings::id.eq(id),
                findings::round_id.eq(round.0),
                findings::aspect_id.eq(aspect),
                findings::ordinal.eq(i32::try_from(i).unwrap_or(0)),
                findings::number.eq(&number),
                findings::body.eq(&finding.text),
            ))
            .execute(conn)?;
        placed.insert(finding.number.clone(), Placed { id: FindingId(id), number: number.clone() });
        known.push(KnownFinding { id, number, body: finding.text.clone(), is_used: true });
    }
    Ok(placed)
}

fn aspect_title(finding: &FindingDraft) -> &str {
    if finding.aspect.is_empty() { NO_ASPECT } else { &finding.aspect }
}

fn put_aspects(
    conn: &mut PgConnection,
    round: RoundId,
    plan: &PlanDraft,
    is_frozen: bool,
) -> Result<BTreeMap<String, Uuid>, Error> {
    let known: Vec<(String, Uuid, i32)> = aspects::table
        .filter(aspects::round_id.eq(round.0))
        .select((aspects::title, aspects::id, aspects::ordinal))
        .load(conn)?;
    let mut ordinals: BTreeSet<i32> = known.iter().map(|(_, _, ordinal)| *ordinal).collect();
    let mut ids: BTreeMap<String, Uuid> = known.into_iter().map(|(title, id, _)| (title, id)).collect();
    let none = plan.findings.iter().any(|f| f.aspect.is_empty()).then(|| (NO_ASPECT.to_owned(), 0));
    let wanted = plan.aspects.iter().map(|a| (a.title.clone(), a.ordinal)).chain(none);
    for (title, ordinal) in wanted {
        if ids.contains_key(&title) {
            continue;
        }
        if is_frozen {
            return Err(Refusal::conflict("findings-frozen").into());
        }
        let next = ordinals.last().copied().unwrap_or(0) + 1;
        let ordinal = if ordinal > 0 && !ordinals.contains(&ordinal) { ordinal } else { next };
        ordinals.insert(ordinal);
        let id = Uuid::now_v7();
        diesel::insert_into(aspects::table)
            .values((
                aspects::id.eq(id),
                aspects::round_id.eq(round.0),
                aspects::ordinal.eq(ordinal),
                aspects::title.eq(&title),
            ))
            .execute(conn)?;
        ids.insert(title, id);
    }
    Ok(ids)
}

/// The number, or with the least figure behind it that makes it free.
fn free(number: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(number) {
        return number.to_owned();
    }
    (2u32..).map(|n| format!("{number}-{n}")).find(|n| !is_taken(n)).unwrap_or_else(|| number.to_owned())
}

/// A task of the round.
#[derive(Clone)]
pub(super) struct KnownTask {
    pub(super) id: Uuid,
    pub(super) number: String,
    pub(super) digest: Option<String>,
    pub(super) state: String,
    finding: Uuid,
    title: String,
}

/// Where a task of the file goes.
pub(super) enum Place {
    Known(KnownTask),
    /// A new task with this number.
    New(String),
}

/// Matches the file's tasks to those of the round, each to one at most.
pub(super) fn place(
    conn: &mut PgConnection,
    round: RoundId,
    plan: &PlanDraft,
    placed: &BTreeMap<String, Placed>,
) -> Result<Vec<Place>, Error> {
    let known: Vec<KnownTask> = tasks::table
        .filter(tasks::round_id.eq(round.0))
        .order((tasks::ordinal, tasks::id))
        .select((tasks::id, tasks::number, tasks::source_digest, tasks::state, tasks::finding_id, tasks::title))
        .load::<(Uuid, String, Option<String>, String, Uuid, String)>(conn)?
        .into_iter()
        .map(|(id, number, digest, state, finding, title)| KnownTask { id, number, digest, state, finding, title })
        .collect();
    let by_number: BTreeMap<&str, usize> = known.iter().enumerate().map(|(i, k)| (k.number.as_str(), i)).collect();
    let mut by_words: BTreeMap<(Uuid, String), Vec<usize>> = BTreeMap::new();
    for (i, task) in known.iter().enumerate().rev() {
        by_words.entry((task.finding, key(&task.title))).or_default().push(i);
    }
    let finding = |task: &TaskDraft| placed.get(&task.finding);
    let mut used = BTreeSet::new();
    let mut found: Vec<Option<usize>> = Vec::new();
    for task in &plan.tasks {
        let hit = if task.is_number_own {
            by_number.get(task.number.as_str()).copied()
        } else {
            finding(task).and_then(|f| by_words.get_mut(&(f.id.0, key(&task.title)))).and_then(Vec::pop)
        };
        found.push(hit.filter(|i| used.insert(*i)));
    }
    for (task, hit) in plan.tasks.iter().zip(&mut found).filter(|(t, hit)| hit.is_none() && !t.is_number_own) {
        let Some(placed) = finding(task) else { continue };
        let same = by_number.get(renumbered(task, placed).as_str()).copied();
        *hit = same.filter(|i| {
            known[*i].finding == placed.id.0 && is_similar(&known[*i].title, &task.title) && used.insert(*i)
        });
    }
    let mut taken: BTreeSet<String> = known.iter().map(|k| k.number.clone()).collect();
    Ok(plan
        .tasks
        .iter()
        .zip(found)
        .map(|(task, hit)| match hit {
            Some(i) => Place::Known(known[i].clone()),
            None => {
                let wanted = finding(task).map_or_else(|| task.number.clone(), |f| renumbered(task, f));
                let number = free(&wanted, |n| taken.contains(n));
                taken.insert(number.clone());
                Place::New(number)
            }
        })
        .collect())
}

/// A made-up number follows the number its finding has in the round.
fn renumbered(task: &TaskDraft, placed: &Placed) -> String {
    match task.number.strip_prefix(&task.finding) {
        Some(rest) if !task.is_number_own && (rest.is_empty() || rest.starts_with('.')) => {
            format!("{}{rest}", placed.number)
        }
        _ => task.number.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_similar;

    #[test]
    fn a_slip_is_similar_and_another_problem_is_not() {
        assert!(is_similar("会议纪要填写不全", "会议纪要填写不完全"));
        assert!(!is_similar("会议纪要填写不全", "库房盘点流于形式"));
        assert!(!is_similar("", ""));
    }
}
