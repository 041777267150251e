//! Which findings may be one problem of the group (docs/domain.md §42): by likeness of words, by the rule they breached, by what people said of two. It
//! proposes, each group with its grounds; a person confirms it or says that it is none.

use std::collections::{BTreeMap, BTreeSet};

use crate::cause;
use crate::ids::{FindingId, TaskId, UnitId};
use crate::likeness::Index;

/// From which score two findings are put into one group: more than is asked of a proposal of two, for what is alike by a chain is less alike.
pub const TOGETHER: f32 = 0.3;

/// Most findings like one that are looked at.
const LOOKED_AT: usize = 30;
/// Most groups that are proposed.
const MOST: usize = 40;
/// A group of more members says nothing that can be acted on together.
const WIDEST: usize = 40;

/// A finding with the tasks of it that its reader may read.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub finding: FindingId,
    pub body: String,
    pub basis: String,
    /// Each with its lead unit.
    pub tasks: Vec<(TaskId, UnitId)>,
}

/// What people said of two findings (§39).
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub common: BTreeSet<(FindingId, FindingId)>,
    pub dismissed: BTreeSet<(FindingId, FindingId)>,
}

impl Said {
    fn of(set: &BTreeSet<(FindingId, FindingId)>, a: FindingId, b: FindingId) -> bool {
        set.contains(&(a, b)) || set.contains(&(b, a))
    }
}

/// A proposed group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub findings: Vec<FindingId>,
    pub tasks: Vec<TaskId>,
    pub n_units: usize,
    /// Why, each in words.
    pub grounds: Vec<String>,
}

/// Puts what is joined together; each number is a place in a list.
struct Joined(Vec<usize>);

impl Joined {
    fn root(&mut self, mut n: usize) -> usize {
        while self.0[n] != n {
            self.0[n] = self.0[self.0[n]];
            n = self.0[n];
        }
        n
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}

/// Groups of findings of more than one unit, the widest first. A group all of whose tasks are in one of `known` is not proposed again.
pub fn propose(all: &[Candidate], said: &Said, known: &[BTreeSet<TaskId>]) -> Vec<Group> {
    let mut found: BTreeMap<Vec<usize>, Vec<String>> = BTreeMap::new();
    for (members, ground) in by_words(all, said).into_iter().chain(by_rule(all)) {
        let grounds = found.entry(members).or_default();
        if !grounds.contains(&ground) {
            grounds.push(ground);
        }
    }
    let mut groups: Vec<Group> = found
        .into_iter()
        .filter_map(|(members, grounds)| group(all, &members, grounds))
        .filter(|group| !known.iter().any(|k| group.tasks.iter().all(|task| k.contains(task))))
        .collect();
    groups.sort_by_key(|g| (usize::MAX - g.n_units, usize::MAX - g.tasks.len(), g.findings.clone()));
    groups.truncate(MOST);
    groups
}

/// A group as it is proposed; none of a single finding, of one unit, or of too many.
fn group(all: &[Candidate], members: &[usize], grounds: Vec<String>) -> Option<Group> {
    let members: Vec<&Candidate> = members.iter().filter_map(|n| all.get(*n)).collect();
    let tasks: Vec<TaskId> = members.iter().flat_map(|c| c.tasks.iter().map(|(task, _)| *task)).collect();
    let units: BTreeSet<UnitId> = members.iter().flat_map(|c| c.tasks.iter().map(|(_, unit)| *unit)).collect();
    let is_one = members.len() > 1 && units.len() > 1 && tasks.len() <= WIDEST;
    is_one.then(|| Group {
        findings: members.iter().map(|c| c.finding).collect(),
        tasks,
        n_units: units.len(),
        grounds,
    })
}

/// Findings joined by words that are alike, and by what a person said of two; never by two that a person said are two matters.
fn by_words(all: &[Candidate], said: &Said) -> Vec<(Vec<usize>, String)> {
    let index = Index::new(all.iter().map(|c| c.body.as_str()));
    let mut joined = Joined((0..all.len()).collect());
    let mut edges: Vec<(usize, Vec<String>, bool)> = Vec::new();
    for (n, one) in all.iter().enumerate() {
        for alike in index.like(&one.body, TOGETHER, LOOKED_AT) {
            let Some(other) = all.get(alike.nth).filter(|_| alike.nth > n) else { continue };
            if !Said::of(&said.dismissed, one.finding, other.finding) {
                joined.join(n, alike.nth);
                edges.push((n, alike.words, false));
            }
        }
    }
    let places: BTreeMap<FindingId, usize> = all.iter().enumerate().map(|(n, c)| (c.finding, n)).collect();
    for (a, b) in &said.common {
        if let (Some(a), Some(b)) = (places.get(a), places.get(b)) {
            joined.join(*a, *b);
            edges.push((*a, Vec::new(), true));
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for n in 0..all.len() {
        members.entry(joined.root(n)).or_default().push(n);
    }
    let mut words: BTreeMap<usize, (BTreeMap<String, usize>, bool)> = BTreeMap::new();
    for (n, shared, was_said) in edges {
        let (counted, is_said) = words.entry(joined.root(n)).or_default();
        *is_said |= was_said;
        for word in shared {
            *counted.entry(word).or_default() += 1;
        }
    }
    let mut found = Vec::new();
    for (root, members) in members.into_iter().filter(|(_, m)| m.len() > 1) {
        let (counted, is_said) = words.remove(&root).unwrap_or_default();
        let mut counted: Vec<(String, usize)> = counted.into_iter().collect();
        counted.sort_by(|a, b| b.1.cmp(&a.1).then(b.0.chars().count().cmp(&a.0.chars().count())).then(a.0.cmp(&b.0)));
        let shared: Vec<String> = counted.into_iter().take(4).map(|(word, _)| format!("“{word}”")).collect();
        if !shared.is_empty() {
            found.push((members.clone(), format!("文字相似，多说到{}", shared.join(""))));
        }
        if is_said {
            found.push((members, "其中有已认定的共性问题".to_owned()));
        }
    }
    found
}

/// Findings judged by one rule.
fn by_rule(all: &[Candidate]) -> Vec<(Vec<usize>, String)> {
    let mut of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (n, one) in all.iter().enumerate() {
        for rule in cause::rules_of(&one.basis) {
            of.entry(rule).or_default().push(n);
        }
    }
    of.into_iter().filter(|(_, m)| m.len() > 1).map(|(rule, m)| (m, format!("都违反《{rule}》"))).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn finding(n: u128, unit: u128, body: &str, basis: &str) -> Candidate {
        Candidate {
            finding: FindingId(Uuid::from_u128(n)),
            body: body.to_owned(),
            basis: basis.to_owned(),
            tasks: vec![(TaskId(Uuid::from_u128(100 + n)), UnitId(Uuid::from_u128(unit)))],
        }
    }

    fn numbers(group: &Group) -> Vec<u128> {
        group.findings.iter().map(|f| f.0.as_u128()).collect()
    }

    fn some() -> Vec<Candidate> {
        vec![
            finding(1, 1, "食堂燃气报警装置未定期校验，台账缺页", "违反《燃气安全规定》第二条"),
            finding(2, 2, "职工食堂燃气报警装置没有定期校验", ""),
            finding(3, 3, "公务接待清单与发票不一致", "《接待办法（试行）》"),
            finding(4, 4, "党费收缴台账登记混用", "《接待办法》"),
            finding(5, 3, "选人用人档案任前公示缺页", ""),
        ]
    }

    #[test]
    fn what_is_alike_or_breached_one_rule_is_proposed_with_its_ground() {
        let groups = propose(&some(), &Said::default(), &[]);
        assert_eq!(groups.iter().map(numbers).collect::<Vec<_>>(), [[1, 2], [3, 4]]);
        assert!(groups[0].grounds[0].contains("燃气报警装置"), "{groups:?}");
        assert_eq!(groups[1].grounds, ["都违反《接待办法》"]);
    }

    #[test]
    fn what_a_person_said_of_two_joins_or_parts_them() {
        let id = |n: u128| FindingId(Uuid::from_u128(n));
        let said = Said { common: [(id(5), id(4))].into(), dismissed: [(id(2), id(1))].into() };
        let groups = propose(&some(), &said, &[]);
        assert_eq!(groups.iter().map(numbers).collect::<Vec<_>>(), [[3, 4], [4, 5]]);
        assert_eq!(groups[1].grounds, ["其中有已认定的共性问题"]);
    }

    #[test]
    fn one_units_matter_is_no_group_and_nobody_is_asked_twice_while_the_members_are_the_same() {
        let mut all = some();
        all[1].tasks = vec![(TaskId(Uuid::from_u128(102)), UnitId(Uuid::from_u128(1)))];
        assert_eq!(propose(&all, &Said::default(), &[]).len(), 1, "both are of one unit");
        let known = [101, 102, 999].map(|n| TaskId(Uuid::from_u128(n))).into();
        assert_eq!(propose(&some(), &Said::default(), &[known]).iter().map(numbers).collect::<Vec<_>>(), [[3, 4]]);
        let mut more = some();
        more.push(finding(6, 6, "食堂燃气报警装置从未校验", ""));
        let known = [101, 102].map(|n| TaskId(Uuid::from_u128(n))).into();
        let groups = propose(&more, &Said::default(), &[known]);
        assert_eq!(numbers(&groups[0]), [1, 2, 6], "with a new member it is asked again");
    }
}
