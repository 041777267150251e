//! Key problems and what some heads did about them in person: one has done much, one little, one waits for his own word, one has done nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Utc};
use domain::calendar;
use domain::personal_duty::Entry;
use domain::personal_duty::state::PersonalDuty;
use domain::task::command::TaskCommand;
use domain::task::state::Task;
use persistence::Error;
use persistence::personal_duties::{self, NewAct};
use persistence::tasks::{self, Expected};

use super::organisation::OFFICE;
use super::teller::Teller;

/// Tasks the leading group made key problems.
const KEY: [&str; 4] = ["T12", "T16", "T40", "T52"];

/// What was done: the task, the duty, how many days ago, in what words, and whether the deputy entered it for the head.
const DONE: [(&str, PersonalDuty, u64, &str, bool); 5] = [
    ("T12", PersonalDuty::Research, 16, "主持研究重复隐患治理措施，逐条明确责任人和验收办法", false),
    ("T12", PersonalDuty::Deploy, 9, "召开专题部署会，隐患清单挂图上墙，每周对账", false),
    ("T12", PersonalDuty::Inspect, 2, "带队到选矿厂抽查整改情况，当场指出两处不到位", false),
    ("T52", PersonalDuty::Coordinate, 5, "约谈两家长期未评估的供应商所属单位，督促按期清退", false),
    ("T40", PersonalDuty::Inspect, 1, "到老旧家属区查看供水改造施工，听取住户意见", true),
];

impl Teller<'_> {
    /// The marks, and what was done, as it is entered on one day.
    pub(super) fn personal_duties(&mut self, at: DateTime<Utc>) -> Result<(), Error> {
        let mut known: BTreeMap<String, Task> = BTreeMap::new();
        for id in tasks::ids(self.conn)? {
            let task = tasks::snapshot(self.conn, id)?;
            if task.round == self.round {
                known.insert(task.draft.number.clone(), task);
            }
        }
        let of = |number: &str| known.get(number).ok_or_else(|| Error::internal(format!("the sample has no {number}")));
        let office = self.by(OFFICE[0], at)?;
        for number in KEY {
            let command = TaskCommand::MarkKey { is_key: true, reason: "领导组第2次会议确定".to_owned() };
            tasks::execute(self.conn, &office, of(number)?.id, Expected::Any, command, &self.days.calendar)?;
        }
        for (number, duty, ago, words, by_deputy) in DONE {
            let task = of(number)?;
            let lead = task.lead_unit().ok_or_else(|| Error::internal("a task without a lead unit"))?;
            let head = self.cast.person(&self.cast.of_unit(lead, true)?)?;
            let code = self.cast.of_unit(lead, !by_deputy)?;
            let by = self.by(&code, at)?;
            let on = calendar::today(at) - Days::new(ago);
            let entry = Entry { duty, on, words: words.to_owned(), tasks: vec![task.id], source: None };
            personal_duties::create(self.conn, &by, self.round, Some(head), NewAct::Entered(entry))?;
        }
        Ok(())
    }
}
