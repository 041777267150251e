//! What goes on around the tasks of the story: a check with its results, three slips in different states, a coordination meeting with what it
//! resolved, and the next one; a rule and a systemic problem. By the product's own commands, as everything in the story.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use domain::check::CheckCommand;
use domain::check::state::{CheckKind, CheckResult};
use domain::ids::{CheckId, ItemId, MeetingId, RuleId, SlipId, SystemicProblemId, TaskId};
use domain::meeting::state::MeetingKind;
use domain::meeting::{self, Brief, Decided, MeetingCommand};
use domain::sign_request::{Signing, Verdict};
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{Basis, BasisKind, Urgency};
use domain::slip::{SlipCommand, SlipInput, SlipText};
use persistence::Error;
use persistence::checks::{self, CheckInput, FoundInput};
use persistence::meetings::{self, NewMeeting};
use persistence::slips;
use persistence::tasks::{self, Expected};

use super::days::RoundDays;
use super::lasting::{ALIKE, RULED};
use super::organisation::{OFFICE, TEAMS};
use super::script::Moment;
use super::teller::Teller;

/// The task whose unit reports nothing, and one whose unit reports what is there.
const UNTRUE: &str = "T12";
const TRUE: &str = "T06";
/// The task that a slip moves.
const URGED: &str = "T02";
/// The unit that is written to about no task.
const WRITTEN_TO: &str = "U106";

/// What happens, in its order.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A slip about a task is drafted, signed, signed for, answered and accepted.
    Urge,
    UrgeReceived,
    UrgeAnswered,
    UrgeAccepted,
    /// One about no task is signed for and then left.
    Write,
    WriteReceived,
    /// A check on the spot, with what it finds.
    PlanCheck,
    Found,
    FinishCheck,
    /// A slip for what was found untrue, which nobody has signed for.
    SlipOfCheck,
    /// A meeting and the next one.
    Schedule,
    Meet,
    Report,
    Accept,
    ScheduleNext,
    /// A rule is entered and confirmed; tasks are one problem, units look at themselves.
    EnterRule,
    ConfirmRule,
    OneProblem,
    LookedAt,
    AcceptLook,
}

/// The moments of each, as week and day of the round.
const PLAN: [(i64, i64, Step); 20] = [
    (5, 2, Step::Urge),
    (5, 3, Step::UrgeReceived),
    (5, 3, Step::Write),
    (5, 4, Step::WriteReceived),
    (5, 5, Step::UrgeAnswered),
    (5, 5, Step::Schedule),
    (6, 1, Step::UrgeAccepted),
    (6, 1, Step::EnterRule),
    (6, 2, Step::PlanCheck),
    (6, 2, Step::ConfirmRule),
    (6, 2, Step::OneProblem),
    (6, 3, Step::Found),
    (6, 3, Step::FinishCheck),
    (6, 4, Step::Meet),
    (6, 4, Step::ScheduleNext),
    (6, 5, Step::SlipOfCheck),
    (6, 5, Step::Report),
    (6, 5, Step::LookedAt),
    (7, 1, Step::Accept),
    (7, 1, Step::AcceptLook),
];

/// What is still to come, and what was made so far.
pub(super) struct Supervision {
    due: VecDeque<(DateTime<Utc>, Step)>,
    tasks: BTreeMap<String, TaskId>,
    urge: Option<SlipId>,
    write: Option<SlipId>,
    check: Option<CheckId>,
    meeting: Option<MeetingId>,
    resolution: Option<(ItemId, String)>,
    rule: Option<RuleId>,
    problem: Option<SystemicProblemId>,
}

impl Supervision {
    pub(super) fn new(days: &RoundDays, tasks: BTreeMap<String, TaskId>) -> Self {
        let mut due: VecDeque<(DateTime<Utc>, Step)> = VecDeque::new();
        for (n, (week, day, step)) in (0u32..).zip(PLAN) {
            let at = days.at(Moment { week, day, time: None }, n * 7 + 3);
            // In a week that holidays shorten, several fall on one day: each after the one before.
            let after = due.back().map_or(at, |(last, _)| days.later(*last, 3));
            due.push_back((at.max(after), step));
        }
        Self {
            due,
            tasks,
            urge: None,
            write: None,
            check: None,
            meeting: None,
            resolution: None,
            rule: None,
            problem: None,
        }
    }

    /// Plays what is due until then.
    pub(super) fn play(&mut self, teller: &mut Teller<'_>, until: DateTime<Utc>) -> Result<(), Error> {
        while let Some((at, step)) = self.due.front().copied().filter(|(at, _)| *at <= until) {
            self.due.pop_front();
            teller.keep_clock(at)?;
            self.step(teller, step, at).map_err(|error| match error {
                Error::Refused(refusal) => Error::internal(format!("{step:?} {at}: {}", crate::init::words(&refusal))),
                other => Error::internal(format!("{step:?} {at}: {other}")),
            })?;
        }
        Ok(())
    }

    fn task(&self, number: &str) -> Result<TaskId, Error> {
        self.tasks.get(number).copied().ok_or_else(|| Error::internal(format!("the story has no {number}")))
    }

    fn step(&mut self, teller: &mut Teller<'_>, step: Step, at: DateTime<Utc>) -> Result<(), Error> {
        match step {
            Step::Urge => {
                let task = self.task(URGED)?;
                let words = [
                    "技术改造资金两个月没有落实",
                    "整改任务 T02",
                    "资金方案提出后没有会签，节点逾期",
                    "五个工作日内拿出会签后的资金方案",
                ];
                self.urge = Some(issue(teller, BasisKind::Task, Some(task), None, words, at)?);
            }
            Step::Write => {
                let words = [
                    "审计提供的差旅台账不全",
                    "督导组调阅时发现",
                    "缺第二季度三个部门的报销明细",
                    "补齐明细并说明缺失原因",
                ];
                self.write = Some(issue(teller, BasisKind::Other, None, Some(WRITTEN_TO), words, at)?);
            }
            Step::SlipOfCheck => {
                let (task, check) = (self.task(UNTRUE)?, self.check);
                let words = [
                    "隐患排查清单与现场不符",
                    "跟踪督查“安全与股权整改跟踪督查”：不属实",
                    "清单写明已消除的隐患在现场仍在",
                    "重新排查，逐条说明，五个工作日内答复",
                ];
                let made = issue_on(
                    teller,
                    Basis { kind: BasisKind::Check, id: check.map(|c| c.0) },
                    Some(task),
                    None,
                    words,
                    at,
                )?;
                tracing::debug!(slip.id = %made, "a slip of the check");
            }
            Step::UrgeReceived => self.of_unit(teller, self.urge, slips::Input::Plain(SlipCommand::Receive), at)?,
            Step::WriteReceived => self.of_unit(teller, self.write, slips::Input::Plain(SlipCommand::Receive), at)?,
            Step::UrgeAnswered => {
                let words = "资金方案已经财务部会签，首批 500 万元列入本季度计划，附会签页。";
                self.of_unit(teller, self.urge, slips::Input::Answer(words.to_owned(), Vec::new()), at)?;
            }
            Step::UrgeAccepted => {
                let command =
                    SlipCommand::Review { is_accepted: true, words: Some("方案已会签，同意办结".to_owned()) };
                let by = teller.by(OFFICE[0], at)?;
                if let Some(id) = self.urge {
                    let calendar = &teller.days.calendar;
                    slips::execute(teller.conn, &by, id, Expected::Any, slips::Input::Plain(command), calendar)?;
                }
            }
            Step::PlanCheck | Step::Found | Step::FinishCheck => self.check(teller, step, at)?,
            Step::Schedule | Step::Meet | Step::Report | Step::Accept | Step::ScheduleNext => {
                self.meeting(teller, step, at)?;
            }
            Step::EnterRule => self.rule = Some(teller.enter_rule(self.task(RULED)?, at)?),
            Step::OneProblem => {
                let members = ALIKE.map(|number| self.task(number)).into_iter().collect::<Result<_, _>>()?;
                self.problem = Some(teller.confirm_systemic(members, at)?);
            }
            Step::ConfirmRule | Step::LookedAt | Step::AcceptLook => self.lasting(teller, step, at)?,
        }
        Ok(())
    }

    fn lasting(&mut self, teller: &mut Teller<'_>, step: Step, at: DateTime<Utc>) -> Result<(), Error> {
        match (step, self.rule, self.problem) {
            (Step::ConfirmRule, Some(rule), _) => teller.confirm_rule(rule, at),
            (Step::LookedAt, _, Some(problem)) => teller.answer_systemic(problem, at),
            (Step::AcceptLook, _, Some(problem)) => teller.accept_systemic(problem, at),
            _ => Ok(()),
        }
    }

    /// An act of the unit a slip went to.
    fn of_unit(
        &self,
        teller: &mut Teller<'_>,
        slip: Option<SlipId>,
        input: slips::Input,
        at: DateTime<Utc>,
    ) -> Result<(), Error> {
        let Some(id) = slip else { return Ok(()) };
        let unit = slips::find(teller.conn, &domain::actor::Actor::System, id, at)?.line.slip.shape.unit;
        let by = teller.by(&teller.cast.of_unit(unit, false)?, at)?;
        slips::execute(teller.conn, &by, id, Expected::Any, input, &teller.days.calendar)?;
        Ok(())
    }

    fn check(&mut self, teller: &mut Teller<'_>, step: Step, at: DateTime<Utc>) -> Result<(), Error> {
        let (untrue, held) = (self.task(UNTRUE)?, self.task(TRUE)?);
        let run = |teller: &mut Teller<'_>, who: &str, id: CheckId, input: checks::Input| {
            let by = teller.by(who, at)?;
            checks::execute(teller.conn, &by, id, Expected::Any, input, &teller.days.calendar).map(|_| ())
        };
        let Some(id) = self.check else {
            let today = domain::calendar::today(at);
            let input = CheckInput {
                kind: CheckKind::FollowUp,
                title: "安全与股权整改跟踪督查".to_owned(),
                questions: vec!["措施是否落到现场".to_owned(), "台账与现场是否一致".to_owned()],
                from_on: today,
                to_on: teller.days.date(Moment { week: 7, day: 5, time: None }),
                inspectors: vec![teller.cast.person(TEAMS[0])?, teller.cast.person(TEAMS[1])?],
                tasks: vec![untrue, held],
            };
            let by = teller.by(TEAMS[0], at)?;
            let id = checks::create(teller.conn, &by, teller.round(), input)?;
            self.check = Some(id);
            return run(teller, TEAMS[0], id, checks::Input::Plain(CheckCommand::Announce));
        };
        if matches!(step, Step::FinishCheck) {
            let words = Some("抽看两项，一项与现场不符，已发督办单".to_owned());
            return run(teller, TEAMS[0], id, checks::Input::Plain(CheckCommand::Finish { words }));
        }
        let results = [
            (untrue, CheckResult::Fail, "清单上标为已消除的 6 处隐患，现场 4 处仍在，没有复查记录"),
            (held, CheckResult::Pass, "盘亏设备已查明 5 台，与台账一致；职工安置意向表抽看 40 份，均有签字"),
        ];
        for (task, result, found) in results {
            let occurred_on = domain::calendar::today(at);
            let found = FoundInput { result, found: found.to_owned(), occurred_on, files: Vec::new() };
            run(teller, TEAMS[0], id, checks::Input::Record(task, found))?;
            run(teller, TEAMS[1], id, checks::Input::Plain(CheckCommand::Sign { task, objection: None }))?;
        }
        Ok(())
    }

    fn meeting(&mut self, teller: &mut Teller<'_>, step: Step, at: DateTime<Utc>) -> Result<(), Error> {
        let run = |teller: &mut Teller<'_>, who: &str, id: MeetingId, input: meetings::Input| {
            let by = teller.by(who, at)?;
            meetings::execute(teller.conn, &by, id, Expected::Any, input, &teller.days.calendar)
        };
        match (step, self.meeting) {
            (Step::Schedule, _) => {
                let held = self.due.iter().find(|(_, step)| matches!(step, Step::Meet)).map_or(at, |(when, _)| *when);
                self.meeting = Some(schedule(teller, "整改工作第三次协调会", held, at)?);
            }
            (Step::ScheduleNext, _) => {
                let next = teller.days.at(Moment { week: 8, day: 2, time: None }, 11);
                schedule(teller, "整改工作第四次协调会", next, at)?;
            }
            (Step::Meet, Some(id)) => {
                let opened = run(teller, OFFICE[0], id, meetings::Input::Open)?.meeting;
                let due_on = teller.days.date(Moment { week: 8, day: 5, time: None });
                let texts = ["牵头单位逐项倒排剩余节点，每周三报进度", "相关部门本周内会商一次，形成书面意见"];
                let heard = opened.items.iter().filter_map(|item| Some((item.id, item.task?)));
                for ((item, task), text) in heard.take(texts.len()).zip(texts) {
                    let Some(unit) = tasks::snapshot(teller.conn, task)?.lead_unit() else { continue };
                    let decided = Decided::Resolved {
                        text: text.to_owned(),
                        unit: Some(unit),
                        person: None,
                        due_on: Some(due_on),
                    };
                    let command = MeetingCommand::Decide { item, revision: 0, decided };
                    run(teller, OFFICE[0], id, meetings::Input::Plain(command))?;
                    let owner = teller.cast.of_unit(unit, false)?;
                    self.resolution.get_or_insert((item, owner));
                }
                let number = format!("整改纪要〔{}〕3号", super::organisation::year(domain::calendar::today(at)));
                let command = MeetingCommand::Conclude { number, notes_rest: true };
                run(teller, OFFICE[0], id, meetings::Input::Plain(command))?;
            }
            (Step::Report, Some(id)) => {
                if let Some((item, owner)) = self.resolution.clone() {
                    let words = "剩余节点已倒排到周，首份进度表已报整改办。".to_owned();
                    run(teller, &owner, id, meetings::Input::Report { item, words, files: Vec::new() })?;
                }
            }
            (Step::Accept, Some(id)) => {
                if let Some((item, _)) = self.resolution.clone() {
                    run(teller, OFFICE[1], id, meetings::Input::Plain(MeetingCommand::Accept { item }))?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn schedule(teller: &mut Teller<'_>, title: &str, held: DateTime<Utc>, at: DateTime<Utc>) -> Result<MeetingId, Error> {
    let plan = meeting::Plan {
        kind: MeetingKind::Coordination,
        at: held,
        brief: Brief {
            title: title.to_owned(),
            place: "集团机关三楼会议室".to_owned(),
            body: "整改工作领导组".to_owned(),
            chair: None,
            guests: Vec::new(),
        },
        chair: Some(teller.cast.person("P001")?),
        attendees: vec![teller.cast.person("P003")?, teller.cast.person(TEAMS[0])?],
    };
    let by = teller.by(OFFICE[0], at)?;
    meetings::create(teller.conn, &by, teller.round(), NewMeeting { plan, held: None })
}

/// A slip of the lowest level, drafted by one officer and signed by the other.
fn issue(
    teller: &mut Teller<'_>,
    kind: BasisKind,
    task: Option<TaskId>,
    unit: Option<&str>,
    words: [&str; 4],
    at: DateTime<Utc>,
) -> Result<SlipId, Error> {
    issue_on(teller, Basis { kind, id: task.map(|t| t.0) }, task, unit, words, at)
}

fn issue_on(
    teller: &mut Teller<'_>,
    basis: Basis,
    task: Option<TaskId>,
    unit: Option<&str>,
    [matter, rests_on, gap, asked]: [&str; 4],
    at: DateTime<Utc>,
) -> Result<SlipId, Error> {
    let unit = match (unit, task) {
        (Some(code), _) => teller.cast.unit(code)?,
        (None, Some(task)) => tasks::snapshot(teller.conn, task)?.lead_unit().ok_or(Error::NotFound)?,
        (None, None) => return Err(Error::NotFound),
    };
    let input = SlipInput {
        level: SlipLevel::Notice,
        urgency: Urgency::Normal,
        text: SlipText {
            matter: matter.to_owned(),
            basis: rests_on.to_owned(),
            gap: gap.to_owned(),
            asked: asked.to_owned(),
        },
        basis,
        task,
        unit,
        supporting: Vec::new(),
        due_on: None,
    };
    let by = teller.by(OFFICE[0], at)?;
    let round = teller.round();
    let id = slips::create(teller.conn, &by, round, input, &teller.days.calendar)?;
    let plain = slips::Input::Plain(SlipCommand::Submit);
    slips::execute(teller.conn, &by, id, Expected::Any, plain, &teller.days.calendar)?;
    let second = teller.by(OFFICE[1], at)?;
    let command =
        SlipCommand::Sign { verdict: Verdict::Approve, words: None, signing: Signing::Screen { on_behalf_of: None } };
    slips::execute(teller.conn, &second, id, Expected::Any, slips::Input::Plain(command), &teller.days.calendar)?;
    Ok(id)
}
