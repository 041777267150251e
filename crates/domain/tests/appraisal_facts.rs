//! Facts and scores: what histories come to by a scheme, reckoned by hand; and what holds of any history (docs/domain.md §45).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use chrono::{DateTime, Days, Utc};
use domain::appraisal::facts::{Derived, Fact, LOOKED_AT, Recorded, derive};
use domain::appraisal::scheme::{Effect, FactKind, Item, POINT, Period, Scheme, SubjectKind};
use domain::appraisal::score::{Score, Subject, Tally, changes, reckon, standings};
use domain::calendar::{self, Week};
use domain::chain::Digest;
use domain::check::state::CheckResult;
use domain::ids::{CheckId, FindingId, MilestoneId, PersonId, SlipId, TaskId, UnitId};
use domain::policy::AlertLevel;
use domain::slip::event::SlipEvent;
use domain::slip::ladder::SlipLevel;
use domain::slip::state::{Basis, BasisKind, Shape, SlipNumber, Urgency};
use domain::task::event::TaskEvent;
use domain::task::state::{Disposition, DraftShape, Parties, Sensitivity, StatementMark, StatementReply};
use support::{at, date, round, uuid};

fn digest() -> Digest {
    Digest::of_bytes([7; 32])
}

fn unit(n: u128) -> UnitId {
    UnitId(uuid(100 + n))
}

fn leader(n: u128) -> PersonId {
    PersonId(uuid(200 + n))
}

fn parties(n: u128) -> Parties {
    Parties { leaders: vec![leader(n)], units: vec![unit(n)], persons: Vec::new() }
}

fn draft(n: u128) -> DraftShape {
    DraftShape {
        text: digest(),
        number: "T01".to_owned(),
        disposition: Some(Disposition::Dated),
        sensitivity: Sensitivity::Open,
        readers: Vec::new(),
        parties: parties(n),
        supporting: Vec::new(),
        due_on: None,
        review_on: None,
        measures: Vec::new(),
        criteria: Vec::new(),
        milestones: Vec::new(),
        doubts: 0,
        is_key: false,
    }
}

/// A history that is written down event by event, at ten in the morning of its day unless it says when.
#[derive(Clone)]
struct History {
    id: TaskId,
    events: Vec<Recorded<TaskEvent>>,
}

impl History {
    fn of(draft: DraftShape) -> Self {
        let new = Self { id: TaskId(uuid(3)), events: Vec::new() };
        new.on("2020-08-31", TaskEvent::Created { round: round(), finding: FindingId(uuid(2)), draft })
    }

    /// Issued on 1 September 2020 to unit 1 and leader 1, due on this day, claimed the same morning.
    fn issued(due: &str) -> Self {
        Self::of(draft(1)).on("2020-09-01", issued("2020-09-01", due)).on("2020-09-01", claimed("2020-09-01"))
    }

    fn on(self, day: &str, event: TaskEvent) -> Self {
        self.at(at(&format!("{day} 10:00")), event)
    }

    fn at(mut self, at: DateTime<Utc>, event: TaskEvent) -> Self {
        let seq = i64::try_from(self.events.len()).unwrap() + 1;
        self.events.push(Recorded { seq, at, event });
        self
    }

    fn facts(&self, until: &str) -> Derived {
        derive(&[(self.id, self.events.clone())], &[], date(until))
    }

    /// Kinds with their days and how many days, until a day.
    fn said(&self, until: &str) -> Vec<(FactKind, String, u32)> {
        self.facts(until).facts.iter().map(|f| (f.kind, f.on.to_string(), f.days)).collect()
    }
}

fn issued(on: &str, due: &str) -> TaskEvent {
    TaskEvent::Issued { on: date(on), due_on: Some(date(due)), claim_due_on: date("2020-09-04"), late_reason: None }
}

fn claimed(on: &str) -> TaskEvent {
    let at = at(&format!("{on} 10:00"));
    TaskEvent::Claimed { unit: unit(1), by: leader(9), at, plan_due_on: None, on_behalf: false }
}

fn passed(due: &str) -> TaskEvent {
    TaskEvent::DueDatePassed { due_on: date(due) }
}

fn closed(on: &str) -> TaskEvent {
    TaskEvent::Closed { on: date(on), observing_until: date(on), at: at(&format!("{on} 10:00")) }
}

fn reassigned(n: u128, on: &str) -> TaskEvent {
    let at = at(&format!("{on} 10:00"));
    TaskEvent::Reassigned { parties: parties(n), reason: digest(), at, claim_due_on: date("2020-12-31") }
}

fn stated(week: &str, revision: u16, is_late: bool) -> TaskEvent {
    let statement = StatementMark {
        unit: unit(1),
        week: Week::parse(week).unwrap(),
        revision,
        digest: digest(),
        at: at("2020-09-11 10:00"),
        is_late,
        is_after_cut_off: false,
        reply: StatementReply::Waiting,
    };
    TaskEvent::StatementSubmitted { statement, by: leader(9), on_behalf: false }
}

fn missed(week: &str) -> TaskEvent {
    TaskEvent::StatementMissed { unit: unit(1), week: Week::parse(week).unwrap() }
}

fn checked(result: CheckResult, on: &str) -> TaskEvent {
    TaskEvent::Checked { check: CheckId(uuid(5)), result, on: date(on), found: digest(), by: Vec::new() }
}

fn period(from: &str, to: &str) -> Period {
    Period { from: date(from), to: date(to) }
}

fn day(text: &str, kind: FactKind) -> (FactKind, String, u32) {
    (kind, text.to_owned(), 1)
}

#[test]
fn days_overdue_run_from_the_day_after_the_due_date_to_the_day_it_is_closed() {
    let history = History::issued("2020-09-10").on("2020-09-11", passed("2020-09-10"));
    let overdue = |on: &str, days| vec![(FactKind::Overdue, on.to_owned(), days)];
    assert_eq!(history.said("2020-09-20"), overdue("2020-09-11", 10));
    assert_eq!(history.clone().on("2020-09-15", closed("2020-09-15")).said("2020-09-20"), overdue("2020-09-11", 5));
    // Before anybody said that the day went by there is no fact.
    assert_eq!(History::issued("2020-09-10").said("2020-09-20"), []);
}

#[test]
fn an_extension_clears_what_ran_meanwhile_and_a_meeting_leaves_it() {
    let late = History::issued("2020-09-10").on("2020-09-11", passed("2020-09-10"));
    let extended = late.clone().on("2020-09-14", TaskEvent::Extended { due_on: date("2020-10-10"), filed_upward: false });
    assert_eq!(extended.said("2020-09-30"), []);
    let again = extended.on("2020-10-11", passed("2020-10-10"));
    assert_eq!(again.said("2020-10-12"), [(FactKind::Overdue, "2020-10-11".to_owned(), 2)]);

    let reset = late.on(
        "2020-09-14",
        TaskEvent::DueDateReset {
            due_on: date("2020-10-10"),
            overdue_days: 4,
            minutes_number: "1".into(),
            body: "领导组会".into(),
            reason: digest(),
        },
    );
    // The same four days that the meeting's event names.
    assert_eq!(reset.said("2020-09-30"), [(FactKind::Overdue, "2020-09-11".to_owned(), 4)]);
    assert_eq!(reset.on("2020-10-09", closed("2020-10-09")).said("2020-12-31").len(), 1, "no bonus after a reset");
}

#[test]
fn what_went_by_stays_with_whom_the_task_lay_with_and_the_rest_goes_on() {
    let history = History::issued("2020-09-10")
        .on("2020-09-11", passed("2020-09-10"))
        .on("2020-09-21", reassigned(2, "2020-09-21"))
        .on("2020-09-22", missed("2020-W38"));
    let derived = history.facts("2020-09-25");
    let overdue: Vec<_> = derived.facts.iter().filter(|f| f.kind == FactKind::Overdue).collect();
    assert_eq!(overdue.len(), 2);
    assert_eq!((overdue[0].unit, overdue[0].days, overdue[0].nth), (Some(unit(1)), 10, 1));
    assert_eq!((overdue[1].unit, overdue[1].leader, overdue[1].days, overdue[1].nth), (Some(unit(2)), Some(leader(2)), 5, 11));
    // A week that the old unit owed is missed by the old unit.
    let missed = derived.facts.iter().find(|f| f.kind == FactKind::StatementMissed).unwrap();
    assert_eq!(missed.unit, Some(unit(1)));
    // Once per task it counts with whom it began; by days with both, for days 1 and 11.
    let september = period("2020-09-01", "2020-09-30");
    let counts = |every| overdue.iter().map(|f| f.counts(september, every)).collect::<Vec<_>>();
    assert_eq!(counts(None), [1, 0]);
    assert_eq!(counts(Some(10)), [1, 1]);
    assert_eq!(counts(Some(7)), [2, 1], "days 1 and 8, then day 15");
    let spans: Vec<_> = derived.held.iter().map(|h| (h.unit, h.from.to_string(), h.to.to_string())).collect();
    assert_eq!(
        spans,
        [
            (Some(unit(1)), "2020-09-01".to_owned(), "2020-09-20".to_owned()),
            (Some(unit(2)), "2020-09-21".to_owned(), "2020-09-25".to_owned()),
        ]
    );
}

#[test]
fn what_was_late_when_it_came_is_not_scored_late() {
    let imported = History::of(draft(1))
        .on("2020-09-01", issued("2020-09-01", "2020-08-20"))
        .on("2020-09-01", claimed("2020-09-01"))
        .on("2020-09-01", passed("2020-08-20"))
        .on("2020-09-01", TaskEvent::MilestonePassed { milestone: MilestoneId(uuid(8)), due_on: date("2020-08-10") });
    assert_eq!(imported.said("2020-12-31"), []);
    let finished = History::of(draft(1)).on(
        "2020-09-01",
        TaskEvent::ClosedBeforeGolive { on: date("2020-08-01"), basis: digest(), vouched_by: leader(9) },
    );
    assert_eq!(finished.facts("2020-12-31"), Derived::default());
}

#[test]
fn a_week_counts_once_as_late_or_as_missing() {
    let late = History::issued("2020-12-31")
        .on("2020-09-11", stated("2020-W37", 1, true))
        .on("2020-09-12", stated("2020-W37", 2, true));
    assert_eq!(late.said("2020-12-31"), [day("2020-09-11", FactKind::StatementLate)]);
    let missing =
        History::issued("2020-12-31").on("2020-09-14", missed("2020-W37")).on("2020-09-15", stated("2020-W37", 1, true));
    assert_eq!(missing.said("2020-12-31"), [day("2020-09-14", FactKind::StatementMissed)]);
    assert_eq!(History::issued("2020-12-31").on("2020-09-11", stated("2020-W37", 1, false)).said("2020-12-31"), []);
}

#[test]
fn a_claim_and_a_plan_are_late_from_the_day_after_whether_they_come_or_not() {
    let unclaimed = History::of(draft(1)).on("2020-09-01", issued("2020-09-01", "2020-12-31"));
    assert_eq!(unclaimed.said("2020-09-04"), []);
    let late = [day("2020-09-05", FactKind::ClaimLate)];
    assert_eq!(unclaimed.said("2020-09-05"), late);
    assert_eq!(unclaimed.clone().on("2020-09-09", claimed("2020-09-09")).said("2020-09-30"), late);
    assert_eq!(unclaimed.clone().on("2020-09-04", claimed("2020-09-04")).said("2020-09-30"), []);
    let planning = TaskEvent::Claimed {
        unit: unit(1),
        by: leader(9),
        at: at("2020-09-02 10:00"),
        plan_due_on: Some(date("2020-09-09")),
        on_behalf: false,
    };
    let owed = unclaimed.on("2020-09-02", planning);
    assert_eq!(owed.said("2020-09-09"), []);
    assert_eq!(owed.said("2020-09-10"), [day("2020-09-10", FactKind::PlanLate)]);
}

#[test]
fn what_checks_found_what_came_back_and_what_was_finished_early_counts() {
    let history = History::issued("2020-09-10")
        .on("2020-09-08", TaskEvent::ClosureReturned { at: at("2020-09-08 10:00") })
        .on("2020-09-09", closed("2020-09-09"))
        .on("2020-09-20", checked(CheckResult::FalseClosure, "2020-09-18"))
        .on("2020-09-21", checked(CheckResult::Pass, "2020-09-19"))
        .on(
            "2020-09-22",
            TaskEvent::Reopened {
                reason: digest(),
                due_on: Some(date("2020-10-22")),
                review_on: None,
                at: at("2020-09-22 10:00"),
            },
        )
        .on("2020-10-01", closed("2020-10-01"));
    assert_eq!(
        history.said("2020-12-31"),
        [
            day("2020-09-08", FactKind::ClosureReturned),
            day("2020-09-18", FactKind::FalseClosure),
            day("2020-09-22", FactKind::Reopened),
            day("2020-09-09", FactKind::ClosedInTime),
            day("2020-09-09", FactKind::ClosedEarly),
        ]
    );
}

#[test]
fn what_was_entered_by_mistake_is_dealt_with_elsewhere_or_never_ends_says_nothing() {
    let late = History::issued("2020-09-10").on("2020-09-11", passed("2020-09-10"));
    let withdrawn = late.on("2020-09-20", TaskEvent::Withdrawn { at: at("2020-09-20 10:00") });
    assert_eq!(withdrawn.facts("2020-12-31"), Derived::default());
    for (sensitivity, disposition) in
        [(Sensitivity::Secret, Disposition::Dated), (Sensitivity::Open, Disposition::Sustained)]
    {
        let of = DraftShape { sensitivity, disposition: Some(disposition), ..draft(1) };
        let history = History::of(of)
            .on("2020-09-01", issued("2020-09-01", "2020-09-10"))
            .on("2020-09-01", claimed("2020-09-01"))
            .on("2020-09-11", passed("2020-09-10"));
        assert_eq!(history.facts("2020-12-31").facts, []);
    }
}

fn slip(level: SlipLevel) -> Vec<Recorded<SlipEvent>> {
    let shape = Shape {
        level,
        urgency: Urgency::Normal,
        text: digest(),
        basis: Basis { kind: BasisKind::Task, id: None },
        task: Some(TaskId(uuid(3))),
        unit: unit(1),
        supporting: Vec::new(),
        due_on: None,
    };
    let now = at("2020-09-07 10:00");
    let drafted = SlipEvent::Drafted { round: round(), shape, by: leader(9), at: now, raised_from: None };
    let number = SlipNumber { year: 2020, n: 1 };
    let issued = SlipEvent::Issued { number, at: now, receive_due_on: date("2020-09-08"), due_on: date("2020-09-14") };
    let events = [
        (now, drafted),
        (now, issued),
        (at("2020-09-09 00:00"), SlipEvent::ReceiptPassed { due_on: date("2020-09-08") }),
        (at("2020-09-15 00:00"), SlipEvent::AnswerPassed { due_on: date("2020-09-14") }),
    ];
    (1..).zip(events).map(|(seq, (at, event))| Recorded { seq, at, event }).collect()
}

#[test]
fn a_slip_counts_for_its_unit_and_for_who_led_its_task_and_a_referral_for_nobody() {
    let history = History::issued("2020-12-31").on("2020-09-11", reassigned(2, "2020-09-11"));
    let tasks = [(history.id, history.events)];
    let of = |level| derive(&tasks, &[(SlipId(uuid(6)), slip(level))], date("2020-09-30")).facts;
    let said: Vec<_> = of(SlipLevel::Urge).iter().map(|f| (f.kind, f.on.to_string(), f.unit, f.leader)).collect();
    let line = |kind, on: &str, n| (kind, on.to_owned(), Some(unit(1)), Some(leader(n)));
    assert_eq!(
        said,
        [
            line(FactKind::SlipUrge, "2020-09-07", 1),
            line(FactKind::SlipReceiptLate, "2020-09-09", 1),
            line(FactKind::SlipUnanswered, "2020-09-15", 2),
        ]
    );
    assert_eq!(of(SlipLevel::Referral), []);
    let mut withdrawn = slip(SlipLevel::Urge);
    withdrawn.push(Recorded { seq: 5, at: at("2020-09-16 10:00"), event: SlipEvent::Withdrawn { reason: digest() } });
    assert_eq!(derive(&tasks, &[(SlipId(uuid(6)), withdrawn)], date("2020-09-30")).facts, []);
}

fn of_unit(scores: &[Score], n: u128) -> &Score {
    scores.iter().find(|s| s.subject == Subject::unit(unit(n))).unwrap()
}

/// The scheme an office begins with, reckoned by hand: 写实 20, 进度 40, 质量 30, 督办 10.
#[test]
fn a_month_is_scored_as_by_hand() {
    let history = History::issued("2020-09-04")
        .on("2020-09-05", passed("2020-09-04"))
        .on("2020-09-11", stated("2020-W37", 1, true))
        .on("2020-09-12", TaskEvent::StatementReturned {
            unit: unit(1),
            week: Week::parse("2020-W37").unwrap(),
            revision: 1,
            reason: digest(),
        })
        .on("2020-09-21", missed("2020-W38"))
        .on("2020-09-26", closed("2020-09-26"))
        .on("2020-09-29", checked(CheckResult::Fail, "2020-09-28"));
    let derived = derive(&[(history.id, history.events)], &[(SlipId(uuid(6)), slip(SlipLevel::Notice))], date("2020-09-30"));
    let scores = reckon(&Scheme::default(), &derived, period("2020-09-01", "2020-09-30"));
    let score = of_unit(&scores, 1);
    // 20 − 1 (late) − 1 (returned) − 2 (missing).
    assert_eq!(score.dimensions[0].points, 16 * POINT);
    // 40 − 3: from the 5th to the 26th are 22 days, three times ten begun.
    assert_eq!(score.dimensions[1].points, 37 * POINT);
    // 30 − 5 for a result that was not true.
    assert_eq!(score.dimensions[2].points, 25 * POINT);
    // 10 − 1 (not signed for) − 2 (not answered).
    assert_eq!(score.dimensions[3].points, 7 * POINT);
    assert_eq!((score.total, score.grade), (85 * POINT, 1));
    // Every point opens to its facts.
    for line in score.dimensions.iter().flat_map(|d| &d.lines) {
        assert_eq!(line.n == 0, line.facts.is_empty(), "{:?}", line.fact);
    }
    // October knows nothing of September: the task lay with nobody on any day of it.
    assert!(reckon(&Scheme::default(), &derived, period("2020-10-01", "2020-10-31")).is_empty());
}

#[test]
fn caps_floors_and_vetoes_hold() {
    let mut history = History::issued("2020-12-31");
    for n in 0..12 {
        history = history.on("2020-09-14", missed(&format!("2020-W{}", 20 + n)));
    }
    let facts = history.clone().facts("2020-09-30");
    let mut scheme = Scheme::default();
    let september = period("2020-09-01", "2020-09-30");
    // Twelve at two points would be 24 of a dimension of 20.
    assert_eq!(of_unit(&reckon(&scheme, &facts, september), 1).dimensions[0].points, 0);
    scheme.dimensions[0].items[0].cap = Some(5 * POINT);
    let score = of_unit(&reckon(&scheme, &facts, september), 1).clone();
    let line = &score.dimensions[0].lines[0];
    assert_eq!((line.n, line.raw, line.points, score.dimensions[0].points), (12, -24 * POINT, -5 * POINT, 15 * POINT));
    assert_eq!((score.total, score.grade), (95 * POINT, 0));

    let caught = history.on("2020-09-20", closed("2020-09-20")).on("2020-09-29", checked(CheckResult::FalseClosure, "2020-09-28"));
    let score = of_unit(&reckon(&scheme, &caught.facts("2020-09-30"), september), 1).clone();
    // 95 and half a point for what was early, less 15: 80.5 would be the second grade; the veto gives the last. The bonus would lift the dimension
    // above its full mark, which has no cap of its own: it stays at 40.
    assert_eq!((score.total, score.grade, score.vetoes.len()), (80 * POINT, 3, 1));
    scheme.dimensions[1].cap = Some(45 * POINT);
    assert_eq!(of_unit(&reckon(&scheme, &caught.facts("2020-09-30"), september), 1).total, 80 * POINT + 50);
    // What people add lifts points, and no veto.
    let standing = standings(&scheme, &[score.clone()], |_| 500);
    assert_eq!((standing[0].total, standing[0].grade), (85 * POINT, 3));
    assert_eq!(standings(&scheme, &[score], |_| -100_000)[0].total, 0);
}

#[test]
fn who_stands_equal_shares_a_rank_and_a_veto_comes_last() {
    let scheme = Scheme::default();
    let score = |n: u128, total: i64, grade: usize, vetoes: &[usize]| Score {
        subject: Subject::unit(unit(n)),
        dimensions: Vec::new(),
        total,
        vetoes: vetoes.iter().map(|i| (*i, Vec::new())).collect(),
        grade,
    };
    let all = [score(1, 9_500, 0, &[]), score(2, 9_900, 3, &[0]), score(3, 9_500, 0, &[]), score(4, 7_000, 2, &[])];
    let ranks: Vec<_> = standings(&scheme, &all, |_| 0).iter().map(|s| (s.subject.id, s.rank)).collect();
    assert_eq!(ranks, [(unit(1).0, 1), (unit(3).0, 1), (unit(4).0, 3), (unit(2).0, 4)]);
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for i in (1..all.len()).rev() {
            all.swap(i, usize::try_from(self.roll(i as u64 + 1)).unwrap());
        }
    }
}

/// A task to which things happen in an order that need make no sense: the fold is total, as histories are.
fn random_task(n: u128, dice: &mut Dice) -> (TaskId, Vec<Recorded<TaskEvent>>) {
    let mut history = History::of(draft(1 + u128::from(dice.roll(3))));
    history.id = TaskId(uuid(1000 + n));
    let mut now = at("2020-09-01 09:00");
    let mut due = date("2020-09-10");
    history = history.at(now, issued("2020-09-01", "2020-09-10"));
    for _ in 0..dice.roll(24) {
        now += chrono::Duration::hours(i64::try_from(dice.roll(120)).unwrap());
        let today = calendar::today(now);
        let on = today.to_string();
        let other = 1 + u128::from(dice.roll(3));
        let later = today + Days::new(1 + dice.roll(20));
        let event = match dice.roll(17) {
            0 => claimed(&on),
            1 => reassigned(other, &on),
            2 => TaskEvent::PartiesAdjusted { parties: parties(other), reason: digest() },
            3 | 4 | 5 => passed(&due.to_string()),
            6 => {
                due = later;
                TaskEvent::Extended { due_on: due, filed_upward: false }
            }
            7 => {
                due = later;
                let (minutes_number, body) = (String::new(), String::new());
                TaskEvent::DueDateReset { due_on: due, overdue_days: 1, minutes_number, body, reason: digest() }
            }
            8 => closed(&on),
            9 => {
                due = later;
                TaskEvent::Reopened { reason: digest(), due_on: Some(due), review_on: None, at: now }
            }
            10 => missed(&Week::of(today).to_string()),
            11 => stated(&Week::of(today).to_string(), 1, dice.roll(2) == 0),
            12 => TaskEvent::PlanReturned {},
            13 => TaskEvent::ClosureReturned { at: now },
            14 => checked(CheckResult::ALL[usize::try_from(dice.roll(4)).unwrap()], &on),
            15 => TaskEvent::MilestonePassed { milestone: MilestoneId(uuid(8)), due_on: today },
            _ => TaskEvent::LightChanged { from: AlertLevel::Green, to: AlertLevel::Red, reasons: Vec::new() },
        };
        history = history.at(now, event);
    }
    (history.id, history.events)
}

fn random_slip(n: u128, dice: &mut Dice) -> (SlipId, Vec<Recorded<SlipEvent>>) {
    let level = SlipLevel::ALL[usize::try_from(dice.roll(5)).unwrap()];
    let mut events = slip(level);
    events.truncate(1 + usize::try_from(dice.roll(4)).unwrap());
    (SlipId(uuid(2000 + n)), events)
}

/// A scheme that counts every kind of fact for units and leaders, most by days where days may be counted.
fn whole_scheme(dice: &mut Dice) -> Scheme {
    let mut scheme = Scheme { subjects: vec![SubjectKind::Unit, SubjectKind::Leader], ..Scheme::default() };
    let items = FactKind::ALL.iter().map(|fact| Item {
        fact: *fact,
        effect: if matches!(fact, FactKind::ClosedEarly | FactKind::ClosedInTime) { Effect::Bonus } else { Effect::Deduct },
        points: 1 + i64::try_from(dice.roll(500)).unwrap(),
        cap: (dice.roll(3) == 0).then_some(1_000),
        days: fact.lasts().then(|| 1 + u16::try_from(dice.roll(12)).unwrap()),
    });
    let items: Vec<Item> = items.collect();
    scheme.dimensions.truncate(1);
    scheme.dimensions[0].weight = 100;
    scheme.dimensions[0].items = items;
    scheme
}

#[test]
fn a_score_is_the_fold_of_its_facts_whatever_happened_and_in_whatever_order_it_is_read() {
    for seed in 0..600 {
        let mut dice = Dice(seed);
        let n = 1 + dice.roll(5);
        let mut tasks: Vec<_> = (0..n).map(|n| random_task(u128::from(n), &mut dice)).collect();
        let mut slips: Vec<_> = (0..dice.roll(3)).map(|n| random_slip(u128::from(n), &mut dice)).collect();
        let scheme = whole_scheme(&mut dice);
        assert_eq!(scheme.check(), Ok(()), "seed {seed}");
        let until = date("2020-12-31");
        let derived = derive(&tasks, &slips, until);
        let from = date("2020-09-01") + Days::new(dice.roll(40));
        let whole = Period { from, to: from + Days::new(dice.roll(60)) };
        let scores = reckon(&scheme, &derived, whole);

        // In any order of streams.
        dice.shuffle(&mut tasks);
        dice.shuffle(&mut slips);
        assert_eq!(derive(&tasks, &slips, until), derived, "seed {seed}");
        // What is not looked at changes nothing.
        for (_, events) in &mut tasks {
            events.retain(|e| LOOKED_AT.contains(&e.event.kind()));
        }
        assert_eq!(derive(&tasks, &slips, until), derived, "seed {seed}");
        // One fact after another, in any order, the same one twice.
        let mut facts: Vec<Fact> = derived.facts.clone();
        facts.extend(derived.facts.first().copied());
        dice.shuffle(&mut facts);
        for score in &scores {
            let mut tally = Tally::new(&scheme, whole, score.subject);
            let is_his = |f: &&Fact| match score.subject.kind {
                SubjectKind::Unit => f.unit.is_some_and(|u| u.0 == score.subject.id),
                SubjectKind::Leader => f.leader.is_some_and(|p| p.0 == score.subject.id),
            };
            facts.iter().filter(is_his).for_each(|f| tally.add(*f));
            assert_eq!(tally.score(), *score, "seed {seed}");
            // Within what a scheme can give, and only with facts of its own.
            assert!((0..=scheme.most()).contains(&score.total), "seed {seed}");
        }
        // Two halves count as often as the whole.
        let middle = whole.from + Days::new(dice.roll(30));
        if middle < whole.to {
            let halves = [Period { to: middle, ..whole }, Period { from: middle + Days::new(1), ..whole }];
            for fact in &derived.facts {
                for every in [None, Some(1), Some(7), Some(10)] {
                    let sum: u32 = halves.iter().map(|half| fact.counts(*half, every)).sum();
                    assert_eq!(sum, fact.counts(whole, every), "seed {seed} {fact:?} {every:?}");
                }
            }
        }
        // What is known of a day does not change by looking later, but for what lasts.
        let early = derive(&tasks, &slips, whole.to);
        let one_day = |all: &Derived| -> Vec<Fact> {
            all.facts.iter().filter(|f| !f.kind.lasts() && whole.holds(f.on)).copied().collect()
        };
        assert_eq!(one_day(&early), one_day(&derived), "seed {seed}");
        assert_eq!(reckon(&scheme, &early, whole).len(), scores.len(), "seed {seed}");
    }
}

#[test]
fn an_event_that_came_later_is_shown_by_what_changed() {
    let history = History::issued("2020-12-31").on("2020-09-14", missed("2020-W37"));
    let september = period("2020-09-01", "2020-09-30");
    let scheme = Scheme::default();
    let before = reckon(&scheme, &history.facts("2020-09-30"), september);
    let after = history.on("2020-10-09", checked(CheckResult::Fail, "2020-09-28"));
    let after = reckon(&scheme, &after.facts("2020-09-30"), september);
    let changed = changes(&before, &after);
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].before, changed[0].after), (Some(98 * POINT), Some(93 * POINT)));
    assert_eq!(changed[0].sources().iter().map(|s| s.seq).collect::<Vec<_>>(), [5]);
    assert!(changed[0].went.is_empty());
    assert_eq!(changes(&after, &after), []);
}
