//! The scheme of appraisal that a pack fixes (docs/domain.md §45, §47): read with it, tried by its tests, taken as a draft that nobody is scored by
//! before it is published.

use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Fixed;
use crate::appraisal::facts::{Fact, Source};
use crate::appraisal::said;
use crate::appraisal::scheme::{Effect, FactKind, Item, Period, Scheme};
use crate::appraisal::score::{Subject, Tally};
use crate::ids::UnitId;
use crate::refusal::FieldError;

/// What is wrong with it, at its place in the file: what no scheme may be, and people, whom a file cannot know.
pub(super) fn faults(fixed: &Fixed<Scheme>) -> Vec<FieldError> {
    let mut errors = fixed.value.check().err().map(|refusal| refusal.errors).unwrap_or_default();
    for (name, is_empty) in [("looks", fixed.value.looks.is_empty()), ("watchers", fixed.value.watchers.is_empty())] {
        if !is_empty {
            errors.retain(|e| !e.pointer.starts_with(&format!("/{name}")));
            errors.push(FieldError::at(format!("/{name}"), "pack-names-people"));
        }
    }
    errors.into_iter().map(|e| FieldError { pointer: format!("/scheme/value{}", e.pointer), ..e }).collect()
}

/// What so many facts come to by a scheme, each of one day: the points in hundredths, and the grade.
pub(super) fn outcome(scheme: &Scheme, facts: &[FactKind]) -> (i64, String) {
    let on = NaiveDate::MIN;
    let unit = UnitId(Uuid::nil());
    let mut tally = Tally::new(scheme, Period { from: on, to: on }, Subject::unit(unit));
    for (seq, kind) in (1..).zip(facts) {
        let source = Source { is_slip: false, id: Uuid::nil(), seq };
        tally.add(Fact { kind: *kind, on, days: 1, nth: 1, unit: Some(unit), leader: None, task: None, source });
    }
    let score = tally.score();
    (score.total, scheme.grades.get(score.grade).map(|g| g.name.clone()).unwrap_or_default())
}

/// What a test asks of it.
pub(super) fn found(scheme: &Scheme, facts: &[FactKind], name: &str) -> Value {
    let (points, grade) = outcome(scheme, facts);
    if name == "points" { json!(points) } else { json!(grade) }
}

fn item(of: &Item) -> String {
    let (sign, often) = match (of.effect, of.days) {
        (Effect::Deduct, None) => ("扣", "每次".to_owned()),
        (Effect::Deduct, Some(days)) => ("扣", format!("每{days}天")),
        (Effect::Bonus, _) => ("加", "每次".to_owned()),
    };
    let most = of.cap.map(|cap| format!("，最多{}分", said(cap))).unwrap_or_default();
    format!("{}{often}{sign}{}分{most}", of.fact.label(), said(of.points))
}

/// A scheme in lines, for who compares two.
pub fn says(scheme: &Scheme) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for dimension in &scheme.dimensions {
        let items: Vec<String> = dimension.items.iter().map(item).collect();
        lines.push(format!("{}（{}分）：{}", dimension.name, dimension.weight, items.join("；")));
    }
    for veto in &scheme.vetoes {
        lines.push(format!("{}{}次起最高评“{}”：{}", veto.fact.label(), veto.count, veto.grade, veto.reason));
    }
    let grades: Vec<String> = scheme.grades.iter().map(|g| format!("{}（{}分起）", g.name, said(g.at_least))).collect();
    lines.push(format!("等次：{}", grades.join("、")));
    lines.push(format!(
        "人工调整不超过{}分；公布后{}个工作日内可申诉",
        said(scheme.adjust_limit),
        scheme.objection_working_days
    ));
    lines
}

/// The scheme of a pack as it is saved in a round: whoever is asked to have a look there, and when, stays as it is.
pub fn taken(of_pack: &Scheme, draft: Option<&Scheme>) -> Scheme {
    let (looks, watchers) = draft.map(|d| (d.looks.clone(), d.watchers.clone())).unwrap_or_default();
    Scheme { looks, watchers, ..of_pack.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appraisal::scheme::{LookRule, POINT};
    use crate::ids::PersonId;

    #[test]
    fn facts_come_to_what_the_scheme_says() {
        // Full marks without a fact; a missed week takes two points of twenty; a false closure is a veto whatever the points say.
        let scheme = Scheme::default();
        assert_eq!(outcome(&scheme, &[]), (100 * POINT, "好".to_owned()));
        let missed = [FactKind::StatementMissed, FactKind::StatementMissed];
        assert_eq!(outcome(&scheme, &missed), (96 * POINT, "好".to_owned()));
        assert_eq!(outcome(&scheme, &[FactKind::FalseClosure]), (85 * POINT, "较差".to_owned()));
    }

    #[test]
    fn a_file_names_nobody_and_what_is_wrong_stands_at_its_place() {
        let look = LookRule { fact: FactKind::FalseClosure, count: 1, days: 90, reason: "办法第九条".to_owned() };
        let person = PersonId(Uuid::nil());
        let named = Scheme { looks: vec![look.clone()], watchers: vec![person], ..Scheme::default() };
        let mut light = Scheme::default();
        light.dimensions[0].weight = 10;
        let of = |value: Scheme| {
            faults(&Fixed { value, basis: "办法".to_owned() })
                .into_iter()
                .map(|e| (e.pointer, e.code))
                .collect::<Vec<_>>()
        };
        let at = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
        assert_eq!(of(Scheme::default()), Vec::new());
        assert_eq!(
            of(named),
            [at("/scheme/value/looks", "pack-names-people"), at("/scheme/value/watchers", "pack-names-people")]
        );
        assert_eq!(of(light), [at("/scheme/value/dimensions", "scheme-weights")]);
        // In a round that has them they stay.
        let draft = Scheme { looks: vec![look], watchers: vec![person], ..Scheme::default() };
        let kept = taken(&Scheme { adjust_limit: 0, ..Scheme::default() }, Some(&draft));
        assert_eq!((kept.watchers, kept.looks.len(), kept.adjust_limit), (vec![person], 1, 0));
    }

    #[test]
    fn a_scheme_is_told_line_by_line() {
        let lines = says(&Scheme::default());
        assert!(lines[0].starts_with("每周写实（20分）：缺报每周写实每次扣2分；"), "{}", lines[0]);
        assert!(lines[1].contains("整改任务超期每10天扣1分，最多20分"), "{}", lines[1]);
        assert!(lines.iter().any(|l| l == "虚假整改1次起最高评“较差”：存在虚假整改"));
    }
}
