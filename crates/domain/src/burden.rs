//! What rectification costs a unit in filling in: per unit and ISO week, from what was handed in, never per person (docs/domain.md §44). Nothing is
//! measured at anybody's keyboard: it is reckoned from the words that are on the record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::calendar::{self, Week};
use crate::ids::UnitId;
use crate::task::text::{SignedContent, StatementText, TaskText, Words};
use crate::words;

/// Characters somebody is taken to write in a minute, thinking included.
pub const CHARACTERS_A_MINUTE: usize = 40;

/// What a field costs beside its characters, in the same measure: half a minute.
const CHARACTERS_A_FIELD: usize = CHARACTERS_A_MINUTE / 2;

words! {
    /// What was handed in.
    pub enum HandInKind {
        Statement = "statement", "每周写实";
        /// A plan or an amendment: all of it is the unit's own.
        Plan = "plan", "方案";
        /// A closure or an extension: its own is what it says for it.
        Request = "request", "销号、延期申请";
        /// To a slip, or on the use of a rule.
        Answer = "answer", "答复、说明";
    }
}

/// Something a unit handed in.
#[derive(Clone, Debug)]
pub struct HandIn {
    pub unit: UnitId,
    /// The task or the slip it is about.
    pub about: Uuid,
    pub at: DateTime<Utc>,
    /// Fields the unit fills in.
    pub own: Vec<String>,
    /// What the form brought along from the records.
    pub brought: Vec<String>,
}

/// What it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    pub hand_ins: usize,
    /// Fields whose words stood nowhere before.
    pub fields: usize,
    /// Their characters without white space; no fewer keys were pressed.
    pub typed: usize,
    /// Fields that stood there already, or were brought along.
    pub carried_fields: usize,
    /// Their characters.
    pub carried: usize,
}

impl Effort {
    /// Minutes, estimated (估算): half a minute for a field and one for forty characters typed, rounded up.
    pub fn minutes(&self) -> usize {
        (self.fields * CHARACTERS_A_FIELD + self.typed).div_ceil(CHARACTERS_A_MINUTE)
    }

    /// Both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            hand_ins: self.hand_ins + other.hand_ins,
            fields: self.fields + other.fields,
            typed: self.typed + other.typed,
            carried_fields: self.carried_fields + other.carried_fields,
            carried: self.carried + other.carried,
        }
    }
}

/// The fields of a task as it was issued: what a plan takes over from it nobody typed.
pub fn of_task(body: &str) -> Vec<String> {
    let Ok(text) = serde_json::from_str::<TaskText>(body) else { return Vec::new() };
    let measures = text.measures.into_iter().map(|m| m.text);
    let criteria = text.criteria.into_iter().map(|c| c.text);
    let milestones = text.milestones.into_iter().flat_map(|m| std::iter::once(m.title).chain(m.proof));
    text.objective.into_iter().chain(measures).chain(criteria).chain(milestones).collect()
}

/// The unit's own fields of a body, and what its form brought along; both empty where it is not what it should be.
pub fn fields(kind: HandInKind, body: &str) -> (Vec<String>, Vec<String>) {
    fn read<T: serde::de::DeserializeOwned>(body: &str) -> Option<T> {
        serde_json::from_str(body).ok()
    }
    match kind {
        HandInKind::Statement => {
            let Some(text) = read::<StatementText>(body) else { return (Vec::new(), Vec::new()) };
            let all = [text.progress, text.difficulties, text.help_wanted, text.next_step, text.no_progress_reason];
            (all.into_iter().flatten().collect(), Vec::new())
        }
        HandInKind::Answer => (read::<Words>(body).map(|w| w.text).into_iter().collect(), Vec::new()),
        HandInKind::Plan | HandInKind::Request => {
            let Some(content) = read::<SignedContent>(body) else { return (Vec::new(), Vec::new()) };
            let milestones = content.milestones.into_iter().flat_map(|m| std::iter::once(m.title).chain(m.proof));
            let criteria = content.criteria.into_iter().map(|c| c.text);
            let excuses = content.excuses.into_iter().map(|e| e.reason);
            let mut of_plan: Vec<String> = milestones.chain(criteria).chain(excuses).chain(content.objective).collect();
            let mut brought: Vec<String> = content.measures.into_iter().map(|m| m.text).collect();
            brought.push(content.title);
            let mut own: Vec<String> = content.statement.into_iter().collect();
            if kind == HandInKind::Plan {
                own.append(&mut of_plan)
            } else {
                brought.append(&mut of_plan)
            }
            (own, brought)
        }
    }
}

fn characters(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// What each unit spent in each week. A field counts as carried where the same words, trimmed, stood in the task or in something handed in about the
/// same before it; hand-ins are given from before the first week that is asked for, so that their words are known, and every week of them is answered.
pub fn reckon(
    given: impl IntoIterator<Item = (Uuid, Vec<String>)>,
    hand_ins: &[HandIn],
) -> BTreeMap<(UnitId, Week), Effort> {
    let mut stood: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
    for (about, fields) in given {
        stood.entry(about).or_default().extend(fields.iter().map(|f| f.trim().to_owned()));
    }
    let mut ordered: Vec<&HandIn> = hand_ins.iter().collect();
    ordered.sort_by_key(|h| (h.at, h.about, h.unit));
    let mut found: BTreeMap<(UnitId, Week), Effort> = BTreeMap::new();
    for one in ordered {
        let before = stood.entry(one.about).or_default();
        let effort = found.entry((one.unit, Week::of(calendar::today(one.at)))).or_default();
        effort.hand_ins += 1;
        for field in one.own.iter().map(|f| f.trim()).filter(|f| !f.is_empty()) {
            if before.contains(field) {
                effort.carried_fields += 1;
                effort.carried += characters(field);
            } else {
                effort.fields += 1;
                effort.typed += characters(field);
            }
        }
        for field in one.brought.iter().map(|f| f.trim()).filter(|f| !f.is_empty()) {
            effort.carried_fields += 1;
            effort.carried += characters(field);
        }
        before.extend(one.own.iter().map(|f| f.trim().to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    const UNIT: UnitId = UnitId(Uuid::from_u128(1));
    const OTHER: UnitId = UnitId(Uuid::from_u128(2));
    const TASK: Uuid = Uuid::from_u128(9);

    fn hand_in(unit: UnitId, day: &str, own: &[&str], brought: &[&str]) -> HandIn {
        let at = calendar::instant(day.parse().unwrap(), NaiveTime::from_hms_opt(9, 0, 0).unwrap());
        let all = |fields: &[&str]| fields.iter().map(|f| (*f).to_owned()).collect();
        HandIn { unit, about: TASK, at, own: all(own), brought: all(brought) }
    }

    fn week(text: &str) -> Week {
        Week::parse(text).unwrap()
    }

    /// By hand: 2026-03-02 is the Monday of W10. 完成清理 has four characters, 下周 归档 four without its space, 归档 in the task is not typed.
    #[test]
    fn what_stood_there_before_is_carried_and_the_rest_was_typed() {
        let given = vec![(TASK, vec!["归档".to_owned()])];
        let all = [
            hand_in(UNIT, "2026-03-02", &["完成清理", "下周 归档", " 归档 ", "  "], &["标题十个字"]),
            // Sunday is the same week; the first field is the one of Monday again, whoever hands it in.
            hand_in(OTHER, "2026-03-08", &["完成清理", "新情况"], &[]),
            hand_in(UNIT, "2026-03-09", &["新情况"], &[]),
        ];
        let found = reckon(given, &all);
        let effort = |hand_ins, fields, typed, carried_fields, carried| Effort {
            hand_ins,
            fields,
            typed,
            carried_fields,
            carried,
        };
        // Two fields of four and four; carried 归档 (2) and what was brought along (5).
        assert_eq!(found[&(UNIT, week("2026-W10"))], effort(1, 2, 8, 2, 7));
        assert_eq!(found[&(OTHER, week("2026-W10"))], effort(1, 1, 3, 1, 4));
        assert_eq!(found[&(UNIT, week("2026-W11"))], effort(1, 0, 0, 1, 3));
        assert_eq!(found.len(), 3);
        let both = found[&(UNIT, week("2026-W10"))].with(found[&(UNIT, week("2026-W11"))]);
        assert_eq!(both, effort(2, 2, 8, 3, 10));
    }

    /// Two fields are a minute, eighty characters two; forty-one characters and no field two, for a minute begun counts.
    #[test]
    fn minutes_are_half_a_one_for_a_field_and_one_for_forty_characters() {
        let of = |fields, typed| Effort { fields, typed, ..Effort::default() }.minutes();
        assert_eq!((of(0, 0), of(2, 80), of(0, 41), of(1, 1)), (0, 3, 2, 1));
    }

    #[test]
    fn the_fields_of_a_statement_are_those_that_are_filled_in() {
        let body = serde_json::to_string(&StatementText {
            progress: Some("完成制度初稿".into()),
            next_step: Some("征求意见".into()),
            ..StatementText::default()
        });
        let (own, brought) = fields(HandInKind::Statement, &body.unwrap());
        assert_eq!((own, brought.len()), (vec!["完成制度初稿".to_owned(), "征求意见".to_owned()], 0));
        assert_eq!(fields(HandInKind::Answer, "{\"text\":\"已整改\"}").0, ["已整改"]);
        assert_eq!(fields(HandInKind::Plan, "nonsense"), (Vec::new(), Vec::new()));
    }
}
