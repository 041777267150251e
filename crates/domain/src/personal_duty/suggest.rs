//! What the records already know of a head: plans he signed or handed in himself, meetings he chaired, checks he signed for. Each is suggested for one of the four duties,
//! all of a kind and a day together; nothing of it counts until he takes it over (docs/domain.md §27).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::state::PersonalDuty;
use crate::ids::TaskId;
use crate::words;

words! {
    /// What a suggestion rests on, in the words it is entered with.
    pub enum SourceKind {
        Plan = "plan", "签报单位整改方案";
        Amendment = "amendment", "签报方案调整";
        Pledge = "pledge", "签报销号申请并作真实性承诺";
        Closure = "closure", "审签销号申请";
        Mobilisation = "mobilisation", "主持动员部署会";
        Committee = "committee", "主持党委会专题研究";
        Coordination = "coordination", "主持协调会";
        Group = "group", "主持领导组会";
        Check = "check", "参加现场检查并签名";
    }
}

impl SourceKind {
    /// The duty it is suggested for.
    pub fn duty(self) -> PersonalDuty {
        match self {
            Self::Plan | Self::Amendment | Self::Committee => PersonalDuty::Research,
            Self::Mobilisation => PersonalDuty::Deploy,
            Self::Closure | Self::Coordination | Self::Group => PersonalDuty::Coordinate,
            Self::Pledge | Self::Check => PersonalDuty::Inspect,
        }
    }
}

/// One thing the records know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub kind: SourceKind,
    pub id: Uuid,
    pub on: NaiveDate,
    /// Tasks it was about.
    pub tasks: Vec<TaskId>,
}

/// What is suggested: everything of a kind on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub kind: SourceKind,
    pub on: NaiveDate,
    pub ids: Vec<Uuid>,
    pub tasks: Vec<TaskId>,
}

impl Suggestion {
    /// What names it until it is taken over.
    pub fn key(&self) -> String {
        format!("{}:{}", self.kind, self.on)
    }

    /// The words it is entered with; no title stands in them, for titles are not everybody's to read.
    pub fn words(&self) -> String {
        match (self.tasks.len(), self.ids.len()) {
            (0, 0 | 1) => self.kind.label().to_owned(),
            (0, n) => format!("{}，{n} 次", self.kind.label()),
            (n, _) => format!("{}，涉及 {n} 项任务", self.kind.label()),
        }
    }
}

/// What is suggested of what is known, the latest first.
pub fn suggest(known: Vec<Known>) -> Vec<Suggestion> {
    let mut found: BTreeMap<(NaiveDate, SourceKind), Suggestion> = BTreeMap::new();
    for Known { kind, id, on, tasks } in known {
        let one =
            found.entry((on, kind)).or_insert_with(|| Suggestion { kind, on, ids: Vec::new(), tasks: Vec::new() });
        if !one.ids.contains(&id) {
            one.ids.push(id);
        }
        for task in tasks {
            if !one.tasks.contains(&task) {
                one.tasks.push(task);
            }
        }
    }
    let mut all: Vec<Suggestion> = found.into_values().collect();
    all.sort_by_key(|s| (std::cmp::Reverse(s.on), s.kind));
    for one in &mut all {
        one.tasks.truncate(super::MOST_TASKS);
    }
    all
}
