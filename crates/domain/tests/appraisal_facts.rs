//! Facts and scores: what histories come to by a scheme, reckoned by hand; and what holds of any history (docs/domain.md §45).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::appraisal::facts::{Derived, Recorded, derive};
use domain::appraisal::scheme::{FactKind, POINT, Period, Scheme};
use domain::appraisal::score::{Score, Subject, changes, reckon, standings};
use domain::calendar::Week;
use domain::check::state::CheckResult;
use domain::ids::{MilestoneId, SlipId};
use domain::slip::event::SlipEvent;
use domain::slip::ladder::SlipLevel;
use domain::task::event::TaskEvent;
use domain::task::state::{Disposition, DraftShape, Sensitivity};
use support::histories::*;
use support::{at, date, uuid};

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
    let extended =
        late.clone().on("2020-09-14", TaskEvent::Extended { due_on: date("2020-10-10"), filed_upward: false });
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
    assert_eq!(
        (overdue[1].unit, overdue[1].leader, overdue[1].days, overdue[1].nth),
        (Some(unit(2)), Some(leader(2)), 5, 11)
    );
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
    let missing = History::issued("2020-12-31")
        .on("2020-09-14", missed("2020-W37"))
        .on("2020-09-15", stated("2020-W37", 1, true));
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
        .on(
            "2020-09-12",
            TaskEvent::StatementReturned {
                unit: unit(1),
                week: Week::parse("2020-W37").unwrap(),
                revision: 1,
                reason: digest(),
            },
        )
        .on("2020-09-21", missed("2020-W38"))
        .on("2020-09-26", closed("2020-09-26"))
        .on("2020-09-29", checked(CheckResult::Fail, "2020-09-28"));
    let derived =
        derive(&[(history.id, history.events)], &[(SlipId(uuid(6)), slip(SlipLevel::Notice))], date("2020-09-30"));
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

    let caught = history
        .on("2020-09-20", closed("2020-09-20"))
        .on("2020-09-29", checked(CheckResult::FalseClosure, "2020-09-28"));
    let score = of_unit(&reckon(&scheme, &caught.facts("2020-09-30"), september), 1).clone();
    // 95 and half a point for what was early, less 15: 80.5 would be the second grade; the veto gives the last. The bonus would lift the dimension
    // above its full mark, which has no cap of its own: it stays at 40.
    assert_eq!((score.total, score.grade, score.vetoes.len()), (80 * POINT, 3, 1));
    scheme.dimensions[1].cap = Some(45 * POINT);
    assert_eq!(of_unit(&reckon(&scheme, &caught.facts("2020-09-30"), september), 1).total, 80 * POINT + 50);
    // What people add lifts points, and no veto.
    let standing = standings(&scheme, std::slice::from_ref(&score), |_| 500);
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
