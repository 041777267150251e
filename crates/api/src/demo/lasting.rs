//! What keeps it from coming back: a rule with the office's confirmation, and a systemic problem whose sister units are looking at themselves.

use chrono::{DateTime, Days, Utc};
use domain::calendar;
use domain::chain::Digest;
use domain::ids::{RuleId, SystemicProblemId, TaskId};
use domain::rule_register::state::{RuleKind, RuleText};
use domain::rule_register::{RuleCommand, RuleInput};
use domain::systemic::state::CheckVerdict;
use domain::systemic::{AnswerInput, NewProblem, SystemicCommand};
use persistence::Error;
use persistence::blobs::{self, StoredBlob, Subject};
use persistence::rule_register::{self, Input};
use persistence::systemic;
use persistence::tasks::Expected;
use uuid::Uuid;

use super::files;
use super::organisation::{OFFICE, TEAMS, year};
use super::script::Moment;
use super::teller::Teller;

/// The task whose measure is a rule, and the tasks that are one problem.
pub(super) const RULED: &str = "T44";
pub(super) const ALIKE: [&str; 3] = ["T14", "T30", "T48"];
/// Who owns the problem; who was asked to look at himself: one found something, one nothing, one has not answered.
const OWNER: &str = "U107";
const FOUND: &str = "U303";
const FOUND_NOTHING: &str = "U205";
const SILENT: &str = "U206";

impl Teller<'_> {
    /// A page as it was issued or handed in.
    fn sheet(&self, title: &str, lines: &[&str]) -> Result<StoredBlob, Error> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        self.keep_file(&files::pdf(title, &lines), "application/pdf")
    }

    /// The unit that corrected its own practice enters the rule that holds it, with the issued document.
    pub(super) fn enter_rule(&mut self, task: TaskId, at: DateTime<Utc>) -> Result<RuleId, Error> {
        let unit = self.cast.unit("U106")?;
        let by = self.by(&self.cast.of_unit(unit, false)?, at)?;
        let number = format!("梓铜财〔{}〕11号", year(calendar::today(at)));
        let input = RuleInput {
            kind: RuleKind::Revised,
            text: RuleText {
                title: "业务招待管理办法".to_owned(),
                number: number.clone(),
                control: "一餐一审批：没有事前审批单、公函和清单的招待费，财务不予报销".to_owned(),
                question: "抽本季度十笔招待费，是否每笔都有事前审批单、公函和清单？".to_owned(),
            },
            issuer: unit,
            effective_on: calendar::today(at) - Days::new(5),
            tasks: vec![task],
            replaces: None,
            owner_unit: unit,
            owner: Some(self.cast.person(&self.cast.of_unit(unit, true)?)?),
        };
        let days = &self.days.calendar;
        let id = rule_register::create(self.conn, &by, self.round, input, days)?;
        let lines = ["第一条　业务招待实行一餐一审批。", "第二条　报销附审批单、公函和清单，缺一不付。"];
        let blob = self.sheet(&format!("业务招待管理办法（{number}）"), &lines)?;
        let name = "业务招待管理办法.pdf";
        blobs::attach(self.conn, &by, Uuid::now_v7(), &blob, Subject::Rule(id.0), rule_register::ISSUED, name, None)?;
        rule_register::execute(self.conn, &by, id, Expected::Any, Input::Submit, days)?;
        Ok(id)
    }

    /// The office confirms it and says who will look whether it is used.
    pub(super) fn confirm_rule(&mut self, rule: RuleId, at: DateTime<Utc>) -> Result<(), Error> {
        let by = self.by(OFFICE[1], at)?;
        let command = RuleCommand::Confirm { supervisor: Some(self.cast.person(TEAMS[1])?) };
        rule_register::execute(self.conn, &by, rule, Expected::Any, Input::Plain(command), &self.days.calendar)
    }

    /// Tasks of several units are one problem of the group, and others look at themselves.
    pub(super) fn confirm_systemic(
        &mut self,
        members: Vec<TaskId>,
        at: DateTime<Utc>,
    ) -> Result<SystemicProblemId, Error> {
        let by = self.by(OFFICE[0], at)?;
        let on = |week, day| self.days.date(Moment { week, day, time: None });
        let new = NewProblem {
            round: self.round,
            title: "台账和记录不完整、事后补记".to_owned(),
            measure: "统一台账式样，当日登记当日签字，企业管理部每月抽查，缺项计入月度考核".to_owned(),
            ground: "环保设施台账、支部工作记录、派车记录三项都是缺项和事后补记，各单位没有统一式样，也没有人核对"
                .to_owned(),
            owner: self.cast.unit(OWNER)?,
            due_on: on(12, 5),
            members,
        };
        let due_on = on(8, 5);
        let id = systemic::confirm(self.conn, &by, new)?;
        let units = [FOUND, FOUND_NOTHING, SILENT].map(|code| self.cast.unit(code));
        let units = units.into_iter().collect::<Result<Vec<_>, _>>()?;
        systemic::execute(self.conn, &by, id, Expected::Any, SystemicCommand::Ask { units, due_on })?;
        Ok(id)
    }

    /// Two of the units answer, each by its head.
    pub(super) fn answer_systemic(&mut self, problem: SystemicProblemId, at: DateTime<Utc>) -> Result<(), Error> {
        let answers = [
            (FOUND, CheckVerdict::Similar, "翻查上半年点检记录，磨矿工段有 11 天漏签，已要求当班补签并注明补签日期"),
            (FOUND_NOTHING, CheckVerdict::HasNot, "核对上半年施工日志和机械台班记录 186 份，逐日签字，没有缺项"),
        ];
        for (code, verdict, words) in answers {
            let unit = self.cast.unit(code)?;
            let by = self.by(&self.cast.of_unit(unit, true)?, at)?;
            let mut proof = Vec::new();
            if verdict == CheckVerdict::HasNot {
                let blob = self.sheet("自查情况说明", &[words])?;
                let (id, purpose) = (Uuid::now_v7(), systemic::purpose_of(unit));
                let subject = Subject::SystemicProblem(problem.0);
                blobs::attach(self.conn, &by, id, &blob, subject, &purpose, "自查情况说明.pdf", None)?;
                proof.extend(Digest::parse(&blob.sha256));
            }
            let command = SystemicCommand::Answer(AnswerInput { unit, verdict, words: words.to_owned(), proof });
            systemic::execute(self.conn, &by, problem, Expected::Any, command)?;
        }
        Ok(())
    }

    /// The office accepts that a unit has nothing of the kind.
    pub(super) fn accept_systemic(&mut self, problem: SystemicProblemId, at: DateTime<Utc>) -> Result<(), Error> {
        let by = self.by(OFFICE[0], at)?;
        let unit = self.cast.unit(FOUND_NOTHING)?;
        systemic::execute(self.conn, &by, problem, Expected::Any, SystemicCommand::Accept { unit })?;
        Ok(())
    }
}
