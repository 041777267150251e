//! The figures of the register: each is the count of the entries it opens, on the page as in a document (docs/domain.md §32, §43).

use chrono::NaiveDate;

use super::state::{CheckStanding, Rule, RuleKind, RuleState};
use crate::words;

words! {
    /// A figure of the register, and the entries it counts.
    pub enum RuleFigure {
        Made = "made", "新建";
        Revised = "revised", "修订";
        Abolished = "abolished", "废止";
        InForce = "in_force", "施行中";
        Lasting = "lasting", "检验通过";
        Waiting = "waiting", "待确认";
        CheckOpen = "check_open", "待检验";
        CheckOverdue = "check_overdue", "检验逾期";
    }
}

impl RuleFigure {
    /// Whether an entry counts on a day. Made, revised and abolished count once confirmed, whatever became of the rule since.
    pub fn counts(self, rule: &Rule, today: NaiveDate) -> bool {
        let is_confirmed = rule.state.is_confirmed();
        let is_any = |of: fn(CheckStanding) -> bool| rule.checks.iter().any(|c| of(rule.standing(c, today)));
        match self {
            Self::Made => is_confirmed && rule.shape.kind == RuleKind::Made,
            Self::Revised => is_confirmed && rule.shape.kind == RuleKind::Revised,
            Self::Abolished => is_confirmed && rule.shape.kind == RuleKind::Abolished,
            Self::InForce => rule.state.holds(),
            Self::Lasting => rule.state == RuleState::Lasting,
            Self::Waiting => rule.state == RuleState::Submitted,
            Self::CheckOpen => is_any(CheckStanding::is_open),
            Self::CheckOverdue => is_any(|standing| standing == CheckStanding::Overdue),
        }
    }
}
