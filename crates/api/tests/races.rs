//! Many clients give the same command at the same moment, for every act in the life of a task: one succeeds, the others are told why not, the
//! stream has the events of one, its chain holds and its row is what the events make. Every client has a connection of its own, so that as many
//! transactions meet as there are clients.
//!
//! `BIHUAN_TEST_HEAVY=1 cargo test --profile quick -p api --test races -- --nocapture` runs ten thousand rounds of sixty-four clients.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::Instant;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Calendar, Week};
use domain::cause::CauseCategory;
use domain::check::state::{CheckResult, ResultMark};
use domain::ids::{CheckId, EvidenceId, FindingId, HandoverId, PersonId, RoundId, SlipId, TaskId, UnitId};
use domain::policy::RequestKind;
use domain::refusal::RefusalKind;
use domain::sign_request::{SignDocument, Verdict};
use domain::task::command::{
    Action, CriterionInput, DraftInput, EvidenceInput, MilestoneInput, PartiesInput, PlanInput, Signing,
    StatementInput, TakeOver, TaskCommand,
};
use domain::task::state::{EvidencePurpose, OpenSlip, Task, TaskState};
use persistence::events::{self, Origin};
use persistence::tasks::{self, Expected, Placement};
use persistence::{Database, Error, accounts, actors};
use serde_json::json;
use support::House;
use uuid::Uuid;

/// Where the races are run.
struct Arena {
    pool: Database,
    calendar: Calendar,
    clients: usize,
    ids: BTreeMap<String, Uuid>,
    scan: String,
    round: RoundId,
    finding: FindingId,
    begins: DateTime<Utc>,
}

/// What came of the rounds run.
#[derive(Default)]
struct Tally {
    rounds: BTreeMap<Action, usize>,
    successes: usize,
    /// Nobody succeeded, or who succeeded is not in the stream.
    lost: Vec<String>,
    /// More than one succeeded, or the stream has more than the events of one.
    double: Vec<String>,
}

impl Tally {
    fn total(&self) -> usize {
        self.rounds.values().sum()
    }

    fn in_words(&self, clients: usize) -> String {
        format!(
            "{} rounds of {clients} clients over {} acts: {} successes, {} lost, {} double",
            self.total(),
            self.rounds.len(),
            self.successes,
            self.lost.len(),
            self.double.len()
        )
    }

    fn add(&mut self, other: Self) {
        for (action, n) in other.rounds {
            *self.rounds.entry(action).or_default() += n;
        }
        self.successes += other.successes;
        self.lost.extend(other.lost);
        self.double.extend(other.double);
    }
}

/// One task on its way, with the moment it has reached.
struct Life<'a> {
    arena: &'a Arena,
    tally: &'a mut Tally,
    id: TaskId,
    now: DateTime<Utc>,
}

fn is_versioned(action: Action) -> bool {
    !matches!(
        action,
        Action::SubmitStatement
            | Action::AcknowledgeStatement
            | Action::ReturnStatement
            | Action::AttachEvidence
            | Action::RemoveEvidence
            | Action::KeepClock
    )
}

impl Life<'_> {
    fn task(&self) -> Task {
        self.arena.pool.read_now(|conn| tasks::snapshot(conn, self.id)).unwrap()
    }

    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }

    /// Everybody at once; one of them does it.
    fn race(&mut self, login: &str, command: &TaskCommand) {
        let action = command.action();
        let before = self.task();
        let expected = if is_versioned(action) { Expected::Version(before.version) } else { Expected::Any };
        let (origin, gate, id) = (self.arena.origin(login, self.now), Barrier::new(self.arena.clients), self.id);
        let (pool, calendar) = (&self.arena.pool, &self.arena.calendar);
        let outcomes: Vec<Result<Task, Error>> = std::thread::scope(|scope| {
            let client = || {
                gate.wait();
                pool.write_now(|conn| tasks::execute(conn, &origin, id, expected, command.clone(), calendar))
            };
            let clients: Vec<_> = (0..self.arena.clients).map(|_| scope.spawn(client)).collect();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        for outcome in &outcomes {
            match outcome {
                Ok(_) | Err(Error::Stale(_)) => {}
                Err(Error::Refused(refusal)) if refusal.kind != RefusalKind::Forbidden => {}
                Err(error) => panic!("{action:?}: {error}"),
            }
        }
        let mut done: Vec<i64> = outcomes.iter().flatten().map(|t| t.seq).filter(|seq| *seq > before.seq).collect();
        if action == Action::KeepClock {
            // The clock may look as often as it likes; what it says, it says once.
            done.dedup();
            done.extend((done.is_empty() && outcomes.iter().any(Result::is_ok)).then_some(before.seq));
        }
        self.settle(action, &done);
    }

    /// Holds those who were told of success against the stream, the chain and the row.
    fn settle(&mut self, action: Action, done: &[i64]) {
        let (task, id) = (self.task(), self.id);
        let (events, replayed, broken) = self
            .arena
            .pool
            .read_now(|conn| {
                let events = events::history(conn, "task", id.0)?.len() as i64;
                Ok((events, tasks::replay(conn, id)?, events::first_broken(conn, "task", id.0)?))
            })
            .unwrap();
        let told = format!("{action:?} of {}: told {done:?}, {events} events", task.draft.number);
        assert_eq!((replayed.as_ref(), broken), (Some(&task), None), "{told}");
        *self.tally.rounds.entry(action).or_default() += 1;
        self.tally.successes += done.len();
        if done.len() > 1 || done.iter().any(|seq| *seq < events) {
            self.tally.double.push(told);
        } else if done.is_empty() || done.iter().any(|seq| *seq > events) {
            self.tally.lost.push(told);
        }
    }

    fn sign(&mut self, login: &str, kind: RequestKind) {
        self.say(login, kind, Verdict::Approve);
    }

    fn say(&mut self, login: &str, kind: RequestKind, verdict: Verdict) {
        let request = self.task().open_request(kind).expect("it is open").request.id;
        let signing = Signing::Screen { on_behalf_of: None };
        let (words, method) = (Some("请补充".to_owned()), Some("现场查看".to_owned()));
        self.race(login, &TaskCommand::Sign { request, verdict, words, method, occurred_on: None, signing });
    }

    /// Decided by a meeting, whose minutes the office enters.
    fn meet(&mut self, kind: RequestKind) {
        let request = self.task().open_request(kind).unwrap().request.id;
        let document = SignDocument {
            signed_on: self.today(),
            scan: self.arena.scan.clone(),
            content_hash: None,
            body: Some("领导组".to_owned()),
            minutes_number: Some("〔2026〕4号".to_owned()),
        };
        let signing = Signing::Meeting { document };
        let (verdict, words) = (Verdict::Approve, Some("同意".to_owned()));
        self.race("p072", &TaskCommand::Sign { request, verdict, words, method: None, occurred_on: None, signing });
    }

    /// On paper, entered by one officer, seen by the other, objected to, settled.
    fn sign_on_paper(&mut self, signer: &str, kind: RequestKind) {
        let request = self.task().open_request(kind).unwrap().request.clone();
        let document = SignDocument {
            signed_on: self.today(),
            scan: self.arena.scan.clone(),
            content_hash: Some(request.revision.as_str().to_owned()),
            body: None,
            minutes_number: None,
        };
        let signer_id = self.arena.person(&signer.to_uppercase());
        let command = TaskCommand::Sign {
            request: request.id,
            verdict: Verdict::Approve,
            words: None,
            method: None,
            occurred_on: None,
            signing: Signing::Paper { signer: signer_id, document },
        };
        self.race("p072", &command);
        let signature = self.task().request(request.id).unwrap().request.signatures.last().unwrap().id;
        let confirm = TaskCommand::ConfirmSignature { request: request.id, signature, confirmed: true, reason: None };
        self.race("p073", &confirm);
        self.race(signer, &TaskCommand::Object { request: request.id, signature, reason: "非本人所签".to_owned() });
        self.race("p001", &TaskCommand::SettleObjection { person: signer_id, reason: "已核实".to_owned() });
    }

    fn plan(&self) -> PlanInput {
        let task = self.task();
        let milestone = MilestoneInput {
            id: None,
            measure: None,
            title: "清理完毕".to_owned(),
            proof: Some("清单".to_owned()),
            due_on: self.today() + Days::new(60),
            unit: None,
            weight: None,
        };
        let criteria =
            task.draft.criteria.iter().map(|c| CriterionInput { id: Some(c.id), text: "全部归档".to_owned() });
        PlanInput { milestones: vec![milestone], criteria: criteria.collect(), ..PlanInput::default() }
    }

    fn submit_plan(&mut self) {
        self.race("p041", &TaskCommand::SubmitPlan { plan: None, pledge: false });
    }

    fn statement(&mut self, follows: u16) {
        let input = StatementInput {
            unit: UnitId(self.arena.ids["U201"]),
            week: Week::of(self.today()),
            follows,
            progress: Some(format!("已清理{follows}份")),
            difficulties: None,
            help_wanted: None,
            next_step: None,
            no_progress_reason: None,
            evidence: Vec::new(),
        };
        self.race("p041", &TaskCommand::SubmitStatement(input));
    }

    fn attach(&mut self, n: usize) -> EvidenceId {
        let input = EvidenceInput {
            id: EvidenceId(Uuid::now_v7()),
            blob: format!("{n:064x}"),
            purpose: EvidencePurpose::Criterion,
            criteria: self.task().draft.criteria.iter().map(|c| c.id).collect(),
            milestone: None,
            occurred_on: self.today(),
        };
        let id = input.id;
        self.race("p041", &TaskCommand::AttachEvidence(input));
        id
    }

    fn complete_all(&mut self) {
        for milestone in self.task().milestones() {
            if self.task().done.contains_key(&milestone.id) {
                continue;
            }
            let occurred_on = self.today();
            self.race("p041", &TaskCommand::CompleteMilestone { milestone: milestone.id, occurred_on, note: None });
        }
    }

    fn plan_until_signed(&mut self) {
        self.race("p072", &TaskCommand::Issue { reason: None });
        self.race("p041", &TaskCommand::WishReassignment { proposed: None, reason: "应由他人".to_owned() });
        self.race("p072", &TaskCommand::Uphold { reason: "维持".to_owned() });
        self.race("p041", &TaskCommand::Claim);
        let plan = self.plan();
        self.race("p041", &TaskCommand::SavePlan(plan));
        self.submit_plan();
        let request = self.task().open_request(RequestKind::Plan).unwrap().request.id;
        self.race("p041", &TaskCommand::Recall { request });
        self.submit_plan();
        self.sign("p040", RequestKind::Plan);
        self.say("p003", RequestKind::Plan, Verdict::Return);
        self.submit_plan();
        self.sign("p040", RequestKind::Plan);
        // The objection voided it: he signs himself.
        self.sign_on_paper("p003", RequestKind::Plan);
        self.sign("p003", RequestKind::Plan);
        self.sign("p073", RequestKind::Plan);
    }

    fn work(&mut self) {
        self.statement(0);
        let (unit, week) = (UnitId(self.arena.ids["U201"]), Week::of(self.today()));
        let reason = "太简".to_owned();
        self.race("p068", &TaskCommand::ReturnStatement { unit, week, revision: 1, reason });
        self.statement(1);
        self.race("p072", &TaskCommand::AcknowledgeStatement { unit, week, revision: 2 });
        self.race(
            "p041",
            &TaskCommand::RequestExtension {
                due_on: self.today() + Days::new(300),
                reason: "招标推迟".to_owned(),
                filed_upward: false,
            },
        );
        self.sign("p003", RequestKind::Extension);
        self.sign("p072", RequestKind::Extension);
        let amended = PlanInput { reason: Some("细化".to_owned()), ..self.plan() };
        self.race("p041", &TaskCommand::ProposeAmendment(amended));
        for who in ["p040", "p003", "p072"] {
            self.sign(who, RequestKind::Amendment);
        }
        let occurred_on = self.today();
        let unit = UnitId(self.arena.ids["U106"]);
        self.race("p020", &TaskCommand::CompleteDuty { unit, occurred_on, note: None });
        self.complete_all();
        let milestone = self.task().milestones()[0].id;
        self.race("p041", &TaskCommand::ReopenMilestone { milestone, reason: "误报".to_owned() });
        self.complete_all();
        let evidence = self.attach(1);
        self.race("p041", &TaskCommand::RemoveEvidence { evidence, reason: "传错".to_owned() });
        self.attach(2);
    }

    fn close(&mut self) {
        let occurred_on = self.today();
        self.race("p041", &TaskCommand::RequestClosure { results: "完成".to_owned(), occurred_on, pledge: false });
        for who in ["p040", "p003", "p068", "p069", "p001"] {
            self.sign(who, RequestKind::Closure);
        }
        assert_eq!(self.task().state, TaskState::Observing);
        self.now += chrono::TimeDelta::days(40);
        let take = |from, to| {
            let (from, to) = (self.arena.person(from), self.arena.person(to));
            let handover = HandoverId(Uuid::from_u128(9));
            TaskCommand::TakeOver(TakeOver { handover, from, to, basis: "职务交接".to_owned() })
        };
        let (there, back) = (take("P003", "P005"), take("P005", "P003"));
        self.race("clock", &there);
        self.race("clock", &back);
        self.race("clock", &TaskCommand::KeepClock);
        self.race("p072", &TaskCommand::Confirm);
        let check = |result| {
            let mark = ResultMark {
                result,
                found: domain::chain::digest("words", "现场情况"),
                occurred_on,
                files: Vec::new(),
                by: self.arena.person("P068"),
                at: self.now,
                signed_by: Some(self.arena.person("P069")),
                signed_at: Some(self.now),
                returned: None,
            };
            TaskCommand::RecordCheck { check: CheckId(Uuid::from_u128(7)), result: Box::new(mark) }
        };
        let untrue = check(CheckResult::FalseClosure);
        self.race("p068", &untrue);
        self.race("p072", &TaskCommand::SettleCheck { reason: "已当场整改到位".to_owned() });
        let slip = SlipId(Uuid::from_u128(8));
        let unit = UnitId(self.arena.ids["U201"]);
        let open = OpenSlip { slip, name: "督办通知单〔2026〕1号".to_owned(), unit, due_on: occurred_on };
        self.race("clock", &TaskCommand::OpenSlip(open));
        self.race("clock", &TaskCommand::CloseSlip { slip, is_settled: true });
        let due_on = self.today() + Days::new(30);
        self.race("p068", &TaskCommand::Reopen { reason: "反弹".to_owned(), due_on });
    }

    fn end(&mut self) {
        self.now += chrono::TimeDelta::days(60);
        self.race("clock", &TaskCommand::KeepClock);
        let due_on = self.today() + Days::new(30);
        let (body, minutes_number, reason) = ("领导组".to_owned(), "〔2026〕3号".to_owned(), "核定".to_owned());
        self.race("p072", &TaskCommand::ResetDueDate { due_on, body, minutes_number, reason });
        let person = self.arena.person("P037");
        self.race("p001", &TaskCommand::NameCrossChecker { person, reason: "核查人不足".to_owned() });
        let text = "审批与执行由同一人办理".to_owned();
        self.race("p072", &TaskCommand::AnalyseCause { categories: vec![CauseCategory::RuleEnforcement], text });
        self.race("p072", &TaskCommand::MarkKey { is_key: true, reason: "涉及面广".to_owned() });
        let mut parties = PartiesInput {
            leaders: vec![self.arena.person("P003")],
            units: vec![UnitId(self.arena.ids["U201"])],
            persons: vec![self.arena.person("P041"), self.arena.person("P040")],
            reason: "补充责任人".to_owned(),
        };
        self.race("p072", &TaskCommand::AdjustParties(parties.clone()));
        parties.units = vec![UnitId(self.arena.ids["U111"])];
        self.race("p072", &TaskCommand::Reassign(parties));
        self.race("p072", &TaskCommand::RequestWithdrawal { reason: "重复".to_owned() });
        self.meet(RequestKind::Withdrawal);
        assert_eq!(self.task().state, TaskState::Withdrawn);
    }
}

impl Arena {
    async fn new(house: &House, clients: usize, lanes: usize) -> Self {
        let mut ids = BTreeMap::new();
        for path in ["/units", "/people"] {
            let page = house.get("p072", path).await.ok();
            for item in page.as_array().or_else(|| page["items"].as_array()).unwrap() {
                ids.insert(item["code"].as_str().unwrap().to_owned(), item["id"].as_str().unwrap().parse().unwrap());
            }
        }
        let any = house.task("T01").await;
        let scan = house.upload("p072", &format!("/tasks/{any}/scans?filename=a.pdf"), b"%PDF-1.4\n%%EOF\n").await.ok();
        let round = house.round().await;
        let aspects = house.get("p072", &format!("/rounds/{round}/aspects")).await.ok();
        Self {
            // One more for each lane, to look between the rounds.
            pool: Database::new(&house.db.url(), u32::try_from((clients + 1) * lanes).unwrap()),
            calendar: Calendar::builtin(),
            clients,
            ids,
            scan: scan["sha256"].as_str().unwrap().to_owned(),
            round: RoundId(round.parse().unwrap()),
            finding: FindingId(aspects[0]["findings"][0]["id"].as_str().unwrap().parse().unwrap()),
            begins: house.app.clock.now(),
        }
    }

    fn person(&self, code: &str) -> PersonId {
        PersonId(self.ids[code])
    }

    fn origin(&self, login: &str, now: DateTime<Utc>) -> Origin {
        let actor = if login == "clock" {
            Actor::System
        } else {
            let loaded = self.pool.read_now(|conn| {
                let account = accounts::credential(conn, login)?.expect("the account is there").id;
                actors::of_account(conn, account, calendar::today(now))
            });
            Actor::Person(Box::new(loaded.unwrap().actor))
        };
        Origin { actor, address: "127.0.0.1".to_owned(), request_id: "race".to_owned(), now }
    }

    fn draft(&self, number: &str) -> DraftInput {
        let due_on = calendar::today(self.begins) + Days::new(200);
        serde_json::from_value(json!({
            "number": number, "title": "合同归档不及时", "disposition": "dated", "due_on": due_on,
            "leaders": [self.ids["P003"]], "units": [self.ids["U201"]], "persons": [self.ids["P041"]],
            "supporting": [{ "unit": self.ids["U106"], "duty": "提供台账" }],
            "measures": [{ "text": "清理存量" }], "criteria": [{ "text": "全部归档" }],
        }))
        .unwrap()
    }

    fn enter<'a>(&'a self, tally: &'a mut Tally, number: &str) -> Life<'a> {
        let origin = self.origin("p072", self.begins);
        let placement = Placement::default();
        let made = self.pool.write_now(|conn| {
            tasks::create(conn, &origin, self.round, self.finding, self.draft(number), &placement, &self.calendar)
        });
        Life { id: made.unwrap().id, now: self.begins, arena: self, tally }
    }

    /// Races through the lives of tasks until there have been so many rounds.
    fn run(&self, lane: usize, wanted: usize) -> Tally {
        let mut tally = Tally::default();
        for n in 1.. {
            let number = format!("R{lane}-{n}A");
            let mut life = self.enter(&mut tally, &number);
            life.race("p072", &TaskCommand::Revise(Box::new(self.draft(&number))));
            life.plan_until_signed();
            life.work();
            life.close();
            life.end();
            let mut life = self.enter(&mut tally, &format!("R{lane}-{n}B"));
            let (on, vouched_by) = (life.today(), self.person("P003"));
            life.race("p072", &TaskCommand::CloseBeforeGolive { on, basis: "集团〔2025〕8号".to_owned(), vouched_by });
            if tally.total() >= wanted {
                break;
            }
            if n % 5 == 0 {
                println!("lane {lane}: {}", tally.in_words(self.clients));
            }
        }
        tally
    }
}

#[actix_web::test]
async fn of_all_who_do_the_same_at_once_one_succeeds_whatever_it_is() {
    let is_heavy = std::env::var_os("BIHUAN_TEST_HEAVY").is_some();
    // Those who meet at a task wait for each other; a second lane beside the first uses what they leave of the machine.
    let (clients, lanes, wanted) = if is_heavy { (64, 2, 10_000) } else { (12, 1, 1) };
    let house = House::new().await;
    let arena = Arena::new(&house, clients, lanes).await;
    let began = Instant::now();
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let arena = &arena;
        let running: Vec<_> = (0..lanes).map(|lane| scope.spawn(move || arena.run(lane, wanted / lanes))).collect();
        running.into_iter().for_each(|lane| tally.add(lane.join().unwrap()));
    });
    println!("{}, in {:?}", tally.in_words(clients), began.elapsed());
    assert_eq!((tally.successes, tally.lost, tally.double), (tally.rounds.values().sum(), Vec::new(), Vec::new()));
    let missed: Vec<_> = Action::ALL.iter().filter(|a| !tally.rounds.contains_key(a)).collect();
    assert!(missed.is_empty(), "acts nobody raced: {missed:?}");
}
