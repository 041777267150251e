//! Why a problem came about (原因剖析), and whether it is one unit's or the whole group's (个性、共性): what a unit says of the causes, what the records
//! propose as the kind, what a person decides (docs/domain.md §41).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::chain::Digest;
use crate::ids::PersonId;
use crate::refusal::{FieldError, Refusal};
use crate::words;

words! {
    /// Of which kind a root cause is.
    pub enum CauseCategory {
        Mindset = "mindset", "思想认识";
        RuleMissing = "rule_missing", "制度缺失";
        RuleEnforcement = "rule_enforcement", "制度执行";
        Mechanism = "mechanism", "体制机制";
        Ability = "ability", "能力";
        Supervision = "supervision", "监督";
    }
}

words! {
    /// Whether a finding is one unit's matter or that of many.
    pub enum FindingScope {
        Individual = "individual", "个性";
        Systemic = "systemic", "共性";
    }
}

impl FindingScope {
    /// How a task of it is best dealt with.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Individual => "个性问题，宜立行立改",
            Self::Systemic => "共性问题，须剖析原因、建章立制",
        }
    }
}

/// One analysis as it was handed in; its words are a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CauseMark {
    /// One or more, each once, in the order of the list.
    pub categories: Vec<CauseCategory>,
    /// The words.
    pub text: Digest,
    /// Who analysed.
    pub by: PersonId,
    /// When, UTC.
    pub at: DateTime<Utc>,
}

/// Longest reason of a decision, in characters.
const LONGEST: usize = 300;

/// Words by which a finding itself says that it is not one unit's.
const WIDESPREAD: [&str; 10] =
    ["普遍", "多数", "大多", "各单位", "各部门", "各子公司", "下属企业", "不同程度", "系统性", "共性"];

/// What the records know of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeFacts {
    /// Its words.
    pub body: String,
    /// The rules it was judged by, as `rules_of` reads them.
    pub rules: BTreeSet<String>,
    /// How many findings a person said to be a common matter with it (§39).
    pub n_common: usize,
    /// By each of its rules, how many other lead units have a task of a finding that breached it.
    pub others: Vec<(String, usize)>,
}

/// What is proposed, with every reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeProposal {
    pub scope: FindingScope,
    pub reasons: Vec<String>,
}

/// The titles between 《 and 》 that a basis names, without blanks and what stands behind a title in brackets.
pub fn rules_of(basis: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in basis.split('《').skip(1) {
        let Some((title, _)) = part.split_once('》') else { continue };
        let title: String = title.chars().filter(|c| !c.is_whitespace()).collect();
        let title = title.split(['（', '(']).next().unwrap_or_default();
        if !title.is_empty() {
            found.insert(title.to_owned());
        }
    }
    found
}

/// The kind that follows from what the records know; systemic where anything says so.
pub fn propose(facts: &ScopeFacts) -> ScopeProposal {
    let mut reasons = Vec::new();
    if facts.n_common > 0 {
        reasons.push(format!("已认定与另外{}条问题为共性问题", facts.n_common));
    }
    for (rule, n) in facts.others.iter().filter(|(_, n)| *n > 0) {
        reasons.push(format!("另有{n}个单位的问题也违反《{rule}》"));
    }
    if let Some(word) = WIDESPREAD.iter().find(|word| facts.body.contains(**word)) {
        reasons.push(format!("反馈原文写有“{word}”"));
    }
    if reasons.is_empty() {
        let none = "未见同类问题，原文也没有普遍性的表述".to_owned();
        return ScopeProposal { scope: FindingScope::Individual, reasons: vec![none] };
    }
    ScopeProposal { scope: FindingScope::Systemic, reasons }
}

/// The reason of a decision as it may be kept, trimmed.
///
/// Errors: `content`: `required` at `/reason` where the decision differs from the proposal, `too-long`.
pub fn decided(scope: FindingScope, reason: &str, proposed: FindingScope) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() && scope != proposed {
        return Err(Refusal::field("/reason", "required"));
    }
    if reason.chars().count() > LONGEST {
        let fault = FieldError::with("/reason", "too-long", json!({ "max": LONGEST }));
        return Err(Refusal::invalid("content", vec![fault]));
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_its_title_whatever_stands_around_it() {
        let rules = rules_of("违反《集团 招标管理办法（试行）》第八条和《中央八项规定》，《没有结尾");
        assert_eq!(rules.into_iter().collect::<Vec<_>>(), ["中央八项规定", "集团招标管理办法"]);
        assert!(rules_of("没有写依据").is_empty());
    }

    #[test]
    fn what_is_proposed_says_why() {
        let plain = ScopeFacts { body: "食堂台账缺页".to_owned(), ..ScopeFacts::default() };
        assert_eq!(propose(&plain).scope, FindingScope::Individual);
        assert_eq!(propose(&plain).reasons.len(), 1);
        let cases = [
            (ScopeFacts { n_common: 2, ..plain.clone() }, "另外2条"),
            (
                ScopeFacts { others: vec![("招标办法".into(), 0), ("八项规定".into(), 1)], ..plain.clone() },
                "《八项规定》",
            ),
            (ScopeFacts { body: "各单位台账普遍不全".to_owned(), ..plain }, "“普遍”"),
        ];
        for (facts, said) in cases {
            let found = propose(&facts);
            assert_eq!(found.scope, FindingScope::Systemic);
            assert!(found.reasons.len() == 1 && found.reasons[0].contains(said), "{found:?}");
        }
    }

    #[test]
    fn who_decides_against_the_proposal_says_why() {
        use FindingScope::{Individual, Systemic};
        assert_eq!(decided(Systemic, " ", Systemic), Ok(String::new()));
        assert_eq!(decided(Systemic, " 多家都有 ", Individual), Ok("多家都有".to_owned()));
        let refused = decided(Individual, "  ", Systemic).unwrap_err();
        assert_eq!(refused.errors, [FieldError::at("/reason", "required")]);
        assert!(decided(Individual, &"长".repeat(301), Individual).is_err());
    }
}
