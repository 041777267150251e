//! A scheme of appraisal as data (docs/domain.md §45): dimensions with their full marks, what each kind of fact takes or gives, vetoes, grades.
//!
//! Every number of points is a whole number of hundredths of a point: nothing is ever rounded.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ids::PersonId;
use crate::refusal::{FieldError, Refusal};
use crate::words;

/// One point, in hundredths.
pub const POINT: i64 = 100;
/// The full mark of all dimensions, in points.
pub const FULL: i64 = 100;

words! {
    /// What is counted: something that happened, or a day that went by, as the records say it (docs/domain.md §45).
    pub enum FactKind {
        StatementMissed = "statement_missed", "缺报每周写实";
        StatementLate = "statement_late", "迟报每周写实";
        StatementReturned = "statement_returned", "每周写实被退回";
        ClaimLate = "claim_late", "逾期未认领";
        PlanLate = "plan_late", "逾期未报整改方案";
        PlanReturned = "plan_returned", "整改方案被退回";
        MilestoneLate = "milestone_late", "阶段节点逾期";
        Overdue = "overdue", "整改任务超期";
        ClosureReturned = "closure_returned", "销号申请被退回";
        CheckFailed = "check_failed", "检查结果不属实";
        FalseClosure = "false_closure", "虚假整改";
        Reopened = "reopened", "回潮反弹重新整改";
        SlipNotice = "slip_notice", "被发督办通知单";
        SlipUrge = "slip_urge", "被发催办单";
        SlipLetter = "slip_letter", "被发督办函";
        SlipInterview = "slip_interview", "被约谈";
        SlipReceiptLate = "slip_receipt_late", "督办单逾期未签收";
        SlipUnanswered = "slip_unanswered", "督办单逾期未答复";
        SlipAnswerReturned = "slip_answer_returned", "督办单答复被退回";
        ClosedInTime = "closed_in_time", "按期销号";
        ClosedEarly = "closed_early", "提前销号";
    }
}

impl FactKind {
    /// Whether it lasts, so that its days may be counted.
    pub fn lasts(self) -> bool {
        self == Self::Overdue
    }
}

words! {
    /// Whether a fact takes points or gives them.
    pub enum Effect {
        Deduct = "deduct", "扣分";
        Bonus = "bonus", "加分";
    }
}

words! {
    /// Who is appraised.
    pub enum SubjectKind {
        Unit = "unit", "单位";
        Leader = "leader", "责任领导";
    }
}

/// What one kind of fact comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalItem))]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub fact: FactKind,
    pub effect: Effect,
    /// For each time, in hundredths of a point, always positive.
    #[cfg_attr(feature = "openapi", schema(example = 200, minimum = 0))]
    pub points: i64,
    /// The most all of them come to, in hundredths of a point; none for no limit but the dimension's own.
    #[serde(default)]
    pub cap: Option<i64>,
    /// Of what lasts: counted once for every so many calendar days begun; none to count it once.
    #[serde(default)]
    pub days: Option<u16>,
}

/// A dimension: it begins at its full mark, loses what is deducted down to nothing, and gains up to its cap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalDimension))]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    #[cfg_attr(feature = "openapi", schema(example = "每周写实"))]
    pub name: String,
    /// Its full mark, in whole points; those of all dimensions make 100.
    pub weight: u16,
    /// The most it comes to with its bonuses, in hundredths of a point; none for its full mark.
    #[serde(default)]
    pub cap: Option<i64>,
    pub items: Vec<Item>,
}

impl Dimension {
    /// Its full mark, in hundredths of a point.
    pub fn full(&self) -> i64 {
        i64::from(self.weight) * POINT
    }

    /// The most it comes to, in hundredths of a point.
    pub fn most(&self) -> i64 {
        self.cap.unwrap_or(self.full())
    }
}

/// So many facts of a kind, and the grade is at most this one, whatever the points say (一票否决).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalVeto))]
#[serde(deny_unknown_fields)]
pub struct Veto {
    pub fact: FactKind,
    /// From how many.
    #[cfg_attr(feature = "openapi", schema(example = 1))]
    pub count: u32,
    /// Name of the best grade that is still given.
    #[cfg_attr(feature = "openapi", schema(example = "较差"))]
    pub grade: String,
    /// Why, in words that everybody reads.
    pub reason: String,
}

/// A grade, from so many points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalGrade))]
#[serde(deny_unknown_fields)]
pub struct Grade {
    #[cfg_attr(feature = "openapi", schema(example = "好"))]
    pub name: String,
    /// In hundredths of a point.
    #[cfg_attr(feature = "openapi", schema(example = 9000))]
    pub at_least: i64,
}

/// So many facts of a kind within a period, and the readers named are asked to have a look. Never more than that (docs/domain.md §46).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalLook))]
#[serde(deny_unknown_fields)]
pub struct LookRule {
    pub fact: FactKind,
    pub count: u32,
    /// Looking back so many calendar days.
    #[cfg_attr(feature = "openapi", schema(example = 90))]
    pub days: u16,
    /// What the rule rests on, in words.
    pub reason: String,
}

/// A scheme whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalScheme))]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    pub subjects: Vec<SubjectKind>,
    pub dimensions: Vec<Dimension>,
    #[serde(default)]
    pub vetoes: Vec<Veto>,
    /// From the best to the last, which begins at 0.
    pub grades: Vec<Grade>,
    /// Whether everybody who is appraised reads where all stand.
    #[serde(default)]
    pub shows_ranking: bool,
    /// The most people may add to a score or take from it, in hundredths of a point, all their adjustments together.
    pub adjust_limit: i64,
    /// Working days from publication within which a unit may object.
    pub objection_working_days: u16,
    /// When somebody is asked to have a look.
    #[serde(default)]
    pub looks: Vec<LookRule>,
    /// Who is asked.
    #[serde(default)]
    pub watchers: Vec<PersonId>,
}

/// The days of an appraisal, both counted, Asia/Shanghai.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AppraisalPeriod))]
#[serde(deny_unknown_fields)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// Whether a day lies in it.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// Refuses one that ends before it begins, is longer than two years, or is not over yet; `today` is the day in Asia/Shanghai.
    ///
    /// Errors: `period-backwards`, `period-too-long`, `period-not-over` at /to.
    pub fn check(&self, today: NaiveDate) -> Result<(), Refusal> {
        if self.to < self.from {
            return Err(Refusal::field("/to", "period-backwards"));
        }
        if (self.to - self.from).num_days() > 731 {
            return Err(Refusal::field("/to", "period-too-long"));
        }
        if self.to >= today {
            return Err(Refusal::field("/to", "period-not-over"));
        }
        Ok(())
    }
}

/// Most dimensions, items of one, vetoes, grades, rules of a look.
const MOST: usize = 30;
/// Longest name and longest reason, in characters.
const LONGEST_NAME: usize = 30;
const LONGEST_REASON: usize = 200;
/// The most points any field holds.
const MOST_POINTS: i64 = 1000 * POINT;

fn named(errors: &mut Vec<FieldError>, pointer: String, text: &str, most: usize) {
    if text.trim().is_empty() {
        errors.push(FieldError::at(pointer, "required"));
    } else if text.chars().count() > most {
        errors.push(FieldError::with(pointer, "too-long", json!({ "max": most })));
    }
}

fn within(errors: &mut Vec<FieldError>, pointer: String, value: i64, from: i64, to: i64) {
    if !(from..=to).contains(&value) {
        errors.push(FieldError::at(pointer, "out-of-range"));
    }
}

impl Scheme {
    /// The most anybody comes to, in hundredths of a point.
    pub fn most(&self) -> i64 {
        self.dimensions.iter().map(Dimension::most).sum()
    }

    /// The grade of so many points: its place, 0 for the best.
    pub fn grade(&self, total: i64) -> usize {
        self.grades.iter().position(|grade| total >= grade.at_least).unwrap_or(self.grades.len().saturating_sub(1))
    }

    /// Refuses what cannot be reckoned by or explained: weights that do not make 100, a fact that counts twice, a veto without a reason or without
    /// an effect, grades out of order (docs/domain.md §45).
    ///
    /// Errors: `scheme-unsound` with every fault at its field.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        if self.subjects.is_empty() {
            errors.push(FieldError::at("/subjects", "required"));
        }
        if self.subjects.iter().collect::<BTreeSet<_>>().len() != self.subjects.len() {
            errors.push(FieldError::at("/subjects", "scheme-repeated"));
        }
        self.check_dimensions(&mut errors);
        self.check_grades(&mut errors);
        self.check_vetoes(&mut errors);
        within(&mut errors, "/adjust_limit".to_owned(), self.adjust_limit, 0, FULL * POINT);
        within(&mut errors, "/objection_working_days".to_owned(), i64::from(self.objection_working_days), 1, 60);
        if self.looks.len() > MOST {
            errors.push(FieldError::at("/looks", "too-many"));
        }
        for (i, look) in self.looks.iter().enumerate() {
            named(&mut errors, format!("/looks/{i}/reason"), &look.reason, LONGEST_REASON);
            within(&mut errors, format!("/looks/{i}/count"), i64::from(look.count), 1, 1000);
            within(&mut errors, format!("/looks/{i}/days"), i64::from(look.days), 1, 731);
        }
        if !self.looks.is_empty() && self.watchers.is_empty() {
            errors.push(FieldError::at("/watchers", "scheme-watchers"));
        }
        if self.watchers.iter().collect::<BTreeSet<_>>().len() != self.watchers.len() {
            errors.push(FieldError::at("/watchers", "scheme-repeated"));
        }
        if errors.is_empty() { Ok(()) } else { Err(Refusal::invalid("scheme-unsound", errors)) }
    }

    fn check_dimensions(&self, errors: &mut Vec<FieldError>) {
        if self.dimensions.is_empty() || self.dimensions.len() > MOST {
            let code = if self.dimensions.is_empty() { "required" } else { "too-many" };
            errors.push(FieldError::at("/dimensions", code));
            return;
        }
        let sum: i64 = self.dimensions.iter().map(|d| i64::from(d.weight)).sum();
        if sum != FULL {
            errors.push(FieldError::with("/dimensions", "scheme-weights", json!({ "sum": sum })));
        }
        let (mut names, mut facts) = (BTreeSet::new(), BTreeSet::new());
        for (i, dimension) in self.dimensions.iter().enumerate() {
            let at = format!("/dimensions/{i}");
            named(errors, format!("{at}/name"), &dimension.name, LONGEST_NAME);
            if !names.insert(dimension.name.trim()) {
                errors.push(FieldError::at(format!("{at}/name"), "scheme-repeated"));
            }
            within(errors, format!("{at}/weight"), i64::from(dimension.weight), 1, FULL);
            if let Some(cap) = dimension.cap {
                within(errors, format!("{at}/cap"), cap, dimension.full(), MOST_POINTS);
            }
            if dimension.items.is_empty() {
                errors.push(FieldError::at(format!("{at}/items"), "required"));
            }
            for (j, item) in dimension.items.iter().enumerate() {
                let at = format!("{at}/items/{j}");
                if !facts.insert(item.fact) {
                    errors.push(FieldError::at(format!("{at}/fact"), "scheme-fact-twice"));
                }
                within(errors, format!("{at}/points"), item.points, 1, MOST_POINTS);
                if let Some(cap) = item.cap {
                    within(errors, format!("{at}/cap"), cap, item.points.max(1), MOST_POINTS);
                }
                if let Some(days) = item.days {
                    within(errors, format!("{at}/days"), i64::from(days), 1, 366);
                    if !item.fact.lasts() {
                        errors.push(FieldError::at(format!("{at}/days"), "scheme-days-unfit"));
                    }
                }
            }
        }
    }

    fn check_grades(&self, errors: &mut Vec<FieldError>) {
        if self.grades.len() < 2 || self.grades.len() > MOST {
            errors.push(FieldError::at("/grades", "scheme-grades"));
        }
        let mut names = BTreeSet::new();
        for (i, grade) in self.grades.iter().enumerate() {
            named(errors, format!("/grades/{i}/name"), &grade.name, LONGEST_NAME);
            if !names.insert(grade.name.trim()) {
                errors.push(FieldError::at(format!("/grades/{i}/name"), "scheme-repeated"));
            }
            if i > 0 && grade.at_least >= self.grades[i - 1].at_least {
                errors.push(FieldError::at(format!("/grades/{i}/at_least"), "scheme-grade-order"));
            }
            if i + 1 == self.grades.len() && grade.at_least != 0 {
                errors.push(FieldError::at(format!("/grades/{i}/at_least"), "scheme-grade-last"));
            }
            if grade.at_least > self.most() {
                errors.push(FieldError::at(format!("/grades/{i}/at_least"), "scheme-grade-unreachable"));
            }
        }
    }

    fn check_vetoes(&self, errors: &mut Vec<FieldError>) {
        if self.vetoes.len() > MOST {
            errors.push(FieldError::at("/vetoes", "too-many"));
        }
        for (i, veto) in self.vetoes.iter().enumerate() {
            if veto.reason.trim().is_empty() {
                errors.push(FieldError::at(format!("/vetoes/{i}/reason"), "veto-reason"));
            } else {
                named(errors, format!("/vetoes/{i}/reason"), &veto.reason, LONGEST_REASON);
            }
            within(errors, format!("/vetoes/{i}/count"), i64::from(veto.count), 1, 1000);
            match self.grades.iter().position(|g| g.name == veto.grade) {
                None => errors.push(FieldError::at(format!("/vetoes/{i}/grade"), "veto-grade")),
                Some(0) => errors.push(FieldError::at(format!("/vetoes/{i}/grade"), "veto-without-effect")),
                Some(_) => {}
            }
            if matches!(veto.fact, FactKind::ClosedInTime | FactKind::ClosedEarly) {
                errors.push(FieldError::at(format!("/vetoes/{i}/fact"), "veto-fact"));
            }
        }
    }
}

fn item(fact: FactKind, effect: Effect, points: i64) -> Item {
    Item { fact, effect, points, cap: None, days: None }
}

impl Default for Scheme {
    /// What an office begins with and changes; nothing is appraised before a scheme is published.
    fn default() -> Self {
        use Effect::{Bonus, Deduct};
        let dimension = |name: &str, weight, items| Dimension { name: name.to_owned(), weight, cap: None, items };
        let overdue = Item { days: Some(10), cap: Some(20 * POINT), ..item(FactKind::Overdue, Deduct, POINT) };
        let early = Item { cap: Some(5 * POINT), ..item(FactKind::ClosedEarly, Bonus, POINT / 2) };
        let grade = |name: &str, points: i64| Grade { name: name.to_owned(), at_least: points * POINT };
        Self {
            subjects: vec![SubjectKind::Unit],
            dimensions: vec![
                dimension(
                    "每周写实",
                    20,
                    vec![
                        item(FactKind::StatementMissed, Deduct, 2 * POINT),
                        item(FactKind::StatementLate, Deduct, POINT),
                        item(FactKind::StatementReturned, Deduct, POINT),
                    ],
                ),
                dimension(
                    "整改进度",
                    40,
                    vec![
                        item(FactKind::ClaimLate, Deduct, POINT),
                        item(FactKind::PlanLate, Deduct, POINT),
                        item(FactKind::MilestoneLate, Deduct, POINT),
                        overdue,
                        early,
                    ],
                ),
                dimension(
                    "整改质量",
                    30,
                    vec![
                        item(FactKind::PlanReturned, Deduct, POINT),
                        item(FactKind::ClosureReturned, Deduct, 2 * POINT),
                        item(FactKind::CheckFailed, Deduct, 5 * POINT),
                        item(FactKind::FalseClosure, Deduct, 15 * POINT),
                        item(FactKind::Reopened, Deduct, 5 * POINT),
                    ],
                ),
                dimension(
                    "督办落实",
                    10,
                    vec![
                        item(FactKind::SlipReceiptLate, Deduct, POINT),
                        item(FactKind::SlipUnanswered, Deduct, 2 * POINT),
                        item(FactKind::SlipAnswerReturned, Deduct, POINT),
                    ],
                ),
            ],
            vetoes: vec![Veto {
                fact: FactKind::FalseClosure,
                count: 1,
                grade: "较差".to_owned(),
                reason: "存在虚假整改".to_owned(),
            }],
            grades: vec![grade("好", 90), grade("较好", 80), grade("一般", 60), grade("较差", 0)],
            shows_ranking: false,
            adjust_limit: 5 * POINT,
            objection_working_days: 5,
            looks: Vec::new(),
            watchers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(change: impl FnOnce(&mut Scheme)) -> Vec<(String, String)> {
        let mut scheme = Scheme::default();
        change(&mut scheme);
        match scheme.check() {
            Ok(()) => Vec::new(),
            Err(refusal) => refusal.errors.into_iter().map(|e| (e.pointer, e.code)).collect(),
        }
    }

    fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), code.to_owned())]
    }

    #[test]
    fn the_scheme_an_office_begins_with_is_sound() {
        assert_eq!(Scheme::default().check(), Ok(()));
    }

    #[test]
    fn weights_that_do_not_make_a_hundred_are_refused_with_their_sum() {
        let mut scheme = Scheme::default();
        scheme.dimensions[0].weight = 25;
        let refusal = scheme.check().unwrap_err();
        assert_eq!(refusal.code, "scheme-unsound");
        assert_eq!(refusal.errors, [FieldError::with("/dimensions", "scheme-weights", json!({ "sum": 105 }))]);
    }

    #[test]
    fn a_veto_has_a_reason_and_an_effect() {
        assert_eq!(faults(|s| s.vetoes[0].reason = "  ".into()), one("/vetoes/0/reason", "veto-reason"));
        assert_eq!(faults(|s| s.vetoes[0].grade = "好".into()), one("/vetoes/0/grade", "veto-without-effect"));
        assert_eq!(faults(|s| s.vetoes[0].grade = "优".into()), one("/vetoes/0/grade", "veto-grade"));
        assert_eq!(faults(|s| s.vetoes[0].count = 0), one("/vetoes/0/count", "out-of-range"));
        assert_eq!(faults(|s| s.vetoes[0].fact = FactKind::ClosedEarly), one("/vetoes/0/fact", "veto-fact"));
    }

    #[test]
    fn every_fault_is_said_at_its_field() {
        assert_eq!(faults(|s| s.subjects.clear()), one("/subjects", "required"));
        assert_eq!(faults(|s| s.dimensions[1].name = "每周写实".into()), one("/dimensions/1/name", "scheme-repeated"));
        assert_eq!(
            faults(|s| s.dimensions[0].items[0].points = 0),
            one("/dimensions/0/items/0/points", "out-of-range")
        );
        assert_eq!(
            faults(|s| s.dimensions[0].items[0].points = -200),
            one("/dimensions/0/items/0/points", "out-of-range")
        );
        assert_eq!(
            faults(|s| s.dimensions[0].items[0].cap = Some(199)),
            one("/dimensions/0/items/0/cap", "out-of-range")
        );
        assert_eq!(
            faults(|s| s.dimensions[0].items[0].days = Some(7)),
            one("/dimensions/0/items/0/days", "scheme-days-unfit")
        );
        assert_eq!(
            faults(|s| s.dimensions[3].items[0].fact = FactKind::StatementLate),
            one("/dimensions/3/items/0/fact", "scheme-fact-twice")
        );
        assert_eq!(faults(|s| s.dimensions[0].cap = Some(1_999)), one("/dimensions/0/cap", "out-of-range"));
        assert_eq!(faults(|s| s.grades[1].at_least = 9_000), one("/grades/1/at_least", "scheme-grade-order"));
        assert_eq!(faults(|s| s.grades[3].at_least = 1), one("/grades/3/at_least", "scheme-grade-last"));
        assert_eq!(faults(|s| s.grades[0].at_least = 10_001), one("/grades/0/at_least", "scheme-grade-unreachable"));
        assert_eq!(faults(|s| s.objection_working_days = 0), one("/objection_working_days", "out-of-range"));
        let look = LookRule { fact: FactKind::Overdue, count: 3, days: 90, reason: "多次超期".into() };
        assert_eq!(faults(|s| s.looks.push(look)), one("/watchers", "scheme-watchers"));
    }

    #[test]
    fn a_period_is_over_and_runs_forward() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let period = |from: &str, to: &str| Period { from: day(from), to: day(to) };
        let code = |p: Period| p.check(day("2020-10-01")).err().map(|r| r.errors[0].code.clone());
        assert_eq!(code(period("2020-09-01", "2020-09-30")), None);
        assert_eq!(code(period("2020-09-01", "2020-10-01")).as_deref(), Some("period-not-over"));
        assert_eq!(code(period("2020-09-02", "2020-09-01")).as_deref(), Some("period-backwards"));
        assert_eq!(code(period("2018-09-01", "2020-09-30")).as_deref(), Some("period-too-long"));
    }
}
