//! What holds of any history: a score is the fold of its facts, in whatever order they are read (docs/domain.md §45).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use chrono::Days;
use domain::appraisal::facts::{Derived, Fact, LOOKED_AT, Recorded, derive};
use domain::appraisal::scheme::{Effect, FactKind, Item, Period, Scheme, SubjectKind};
use domain::appraisal::score::{Tally, reckon};
use domain::calendar::{self, Week};
use domain::check::state::CheckResult;
use domain::ids::{MilestoneId, SlipId, TaskId};
use domain::policy::AlertLevel;
use domain::slip::event::SlipEvent;
use domain::slip::ladder::SlipLevel;
use domain::task::event::TaskEvent;
use support::histories::*;
use support::{at, date, uuid};

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
            3..=5 => passed(&due.to_string()),
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
        effect: if matches!(fact, FactKind::ClosedEarly | FactKind::ClosedInTime) {
            Effect::Bonus
        } else {
            Effect::Deduct
        },
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
