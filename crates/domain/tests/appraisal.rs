//! Schemes and appraisals as people deal with them: who does what, when, and what is refused (docs/domain.md §45).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use domain::actor::Actor;
use domain::appraisal::event::{self, AppraisalEvent, SchemeEvent};
use domain::appraisal::scheme::{POINT, Period, Scheme};
use domain::appraisal::score::{Score, Subject};
use domain::appraisal::state::{Appraisal, AppraisalState, SchemeRecord};
use domain::appraisal::{
    self, AppraisalAction, AppraisalCommand, Basis, Context, compute, open_actions, publish_scheme, save_scheme,
    starts_from,
};
use domain::calendar::Calendar;
use domain::ids::{AppraisalId, SchemeId};
use domain::refusal::Refusal;
use domain::rights;
use support::cast::{BELOW, GROUP, LEAD, P, SUPPORT, everybody, key};
use support::*;

fn actor(who: P) -> Actor {
    if who == P::Clock { Actor::System } else { Actor::Person(Box::new(everybody()[&who].clone())) }
}

fn drafted() -> SchemeRecord {
    let decision = save_scheme(round(), None, &Scheme::default(), &actor(P::Office), at("2020-10-01 09:00")).unwrap();
    event::begin_scheme(SchemeId(uuid(50)), &decision.events[0]).unwrap()
}

fn published() -> SchemeRecord {
    let before = drafted();
    let now = at("2020-10-01 10:00");
    let decision = publish_scheme(&before, &Scheme::default(), "集团考〔2020〕1号", &actor(P::Principal), now).unwrap();
    decision.events.iter().fold(before, event::evolve_scheme)
}

fn scores(total: i64) -> Vec<Score> {
    [LEAD, SUPPORT]
        .map(|unit| Score { subject: Subject::unit(unit), dimensions: Vec::new(), total, vetoes: Vec::new(), grade: 0 })
        .to_vec()
}

struct Case {
    appraisal: Appraisal,
    record: SchemeRecord,
    scheme: Scheme,
    scores: Vec<Score>,
    fresh: Vec<Score>,
    now: &'static str,
}

impl Case {
    fn computed() -> Self {
        let (record, scores) = (published(), scores(95 * POINT));
        let period = Period { from: date("2020-09-01"), to: date("2020-09-30") };
        let basis = Basis { published: &record.published[0], position: 10, scores: &scores };
        let decision = compute(round(), period, &basis, &actor(P::Office), at("2020-10-09 10:00")).unwrap();
        let appraisal = event::begin(AppraisalId(uuid(51)), &decision.events[0]).unwrap();
        let fresh = scores.clone();
        Self { appraisal, record, scheme: Scheme::default(), scores, fresh, now: "2020-10-09 11:00" }
    }

    fn ask(&mut self, who: P, command: AppraisalCommand) -> Result<(), Refusal> {
        let (actor, calendar) = (actor(who), Calendar::default());
        let action = command.action();
        let fresh = Some(Basis { published: &self.record.published[0], position: 20, scores: &self.fresh });
        let (scheme, scores) = (&self.scheme, &self.scores[..]);
        let ctx = Context { actor: &actor, now: at(self.now), calendar: &calendar, scheme, scores, fresh };
        let is_open = open_actions(&self.appraisal, &ctx).contains(&action);
        let decision = appraisal::decide(&self.appraisal, command, &ctx)?;
        assert!(is_open, "{action} was done and not offered");
        for event in &decision.events {
            let (kind, payload) = event.stored();
            assert_eq!(AppraisalEvent::parse(kind, payload).as_ref(), Ok(event));
        }
        if action == AppraisalAction::Recompute {
            self.scores = self.fresh.clone();
        }
        self.appraisal = decision.events.iter().fold(self.appraisal.clone(), event::evolve);
        Ok(())
    }

    fn done(&mut self, who: P, command: AppraisalCommand) {
        self.ask(who, command).unwrap();
    }

    fn refused(&mut self, who: P, command: AppraisalCommand) -> String {
        let refusal = self.ask(who, command).unwrap_err();
        refusal.errors.first().map_or(refusal.code.to_owned(), |e| e.code.clone())
    }
}

fn adjust(points: i64) -> AppraisalCommand {
    AppraisalCommand::Adjust { subject: Subject::unit(LEAD), points, reason: "专班推进有力".into() }
}

fn object(words: &str) -> AppraisalCommand {
    AppraisalCommand::Object { unit: LEAD, words: words.into() }
}

fn answer(points: i64) -> AppraisalCommand {
    AppraisalCommand::Answer { unit: LEAD, points, reason: "已核实".into() }
}

#[test]
fn the_office_writes_a_scheme_and_the_principal_makes_it_hold() {
    let now = at("2020-10-01 09:00");
    let save =
        |who, scheme: &Scheme, record: Option<&SchemeRecord>| save_scheme(round(), record, scheme, &actor(who), now);
    for who in [P::Principal, P::Leader, P::Team, P::Head, P::Admin, P::Clock] {
        assert_eq!(save(who, &Scheme::default(), None).unwrap_err().code, "not-allowed", "{who:?}");
    }
    let mut unsound = Scheme::default();
    unsound.dimensions[0].weight = 19;
    assert_eq!(save(P::Office, &unsound, None).unwrap_err().code, "scheme-unsound");
    let record = drafted();
    assert_eq!(save(P::Office, &Scheme::default(), Some(&record)).unwrap_err().code, "scheme-unchanged");

    let publish =
        |who, basis: &str, record: &SchemeRecord| publish_scheme(record, &Scheme::default(), basis, &actor(who), now);
    assert_eq!(publish(P::Office, "1号", &record).unwrap_err().code, "not-allowed");
    assert_eq!(publish(P::Principal, " ", &record).unwrap_err().errors[0].pointer, "/basis");
    let record = published();
    assert_eq!(record.current().map(|p| p.n), Some(1));
    assert_eq!(publish(P::Principal, "2号", &record).unwrap_err().code, "scheme-unchanged");

    // An edited scheme holds once it is published, as the next version.
    let changed = Scheme { shows_ranking: true, ..Scheme::default() };
    let saved = save(P::Office, &changed, Some(&record)).unwrap();
    let record = saved.events.iter().fold(record, event::evolve_scheme);
    assert!(record.has_changes());
    let decision = publish_scheme(&record, &changed, "2号", &actor(P::Second), now).unwrap();
    let record = decision.events.iter().fold(record, event::evolve_scheme);
    assert_eq!((record.current().map(|p| p.n), record.published.len()), (Some(2), 2));
    for event in saved.events.iter().chain(&decision.events) {
        let (kind, payload) = event.stored();
        assert_eq!(SchemeEvent::parse(kind, payload).as_ref(), Ok(event));
    }
}

#[test]
fn an_appraisal_goes_from_the_office_to_the_principal_to_the_unit_and_back() {
    let mut case = Case::computed();
    assert_eq!(case.refused(P::Head, object("…")), "wrong-state");
    assert_eq!(case.refused(P::Team, adjust(100)), "not-allowed");
    case.done(P::Office, adjust(200));
    assert_eq!(case.refused(P::Office, AppraisalCommand::Publish), "not-allowed");
    case.done(P::Principal, AppraisalCommand::Publish);
    // Five working days from Friday 9 October 2020; the calendar of this test knows weekends only.
    assert_eq!(case.appraisal.object_until, Some(date("2020-10-16")));
    assert_eq!(case.refused(P::Office, adjust(100)), "wrong-state");
    assert_eq!(case.refused(P::Office, answer(0)), "nothing-to-answer");
    assert_eq!(case.refused(P::Office, AppraisalCommand::Finish), "objection-running");

    // The head of the unit, once, with words.
    assert_eq!(case.refused(P::Clerk, object("漏记")), "not-allowed");
    assert_eq!(case.refused(P::SupportHead, object("漏记")), "not-allowed");
    assert_eq!(case.refused(P::Head, object("  ")), "required");
    case.done(P::Head, object("提前销号没有计入"));
    assert_eq!(case.refused(P::Head, object("再申诉")), "objected-already");
    assert_eq!(case.refused(P::Office, AppraisalCommand::Recompute), "appraisal-unchanged");

    assert_eq!(case.refused(P::Office, answer(301)), "adjustment-too-large");
    case.done(P::Office, answer(300));
    assert_eq!(case.appraisal.adjusted(Subject::unit(LEAD), 1), 500);
    assert_eq!(case.appraisal.objection(LEAD).unwrap().answer.as_ref().map(|a| a.points), Some(300));

    case.now = "2020-10-19 09:00";
    assert_eq!(
        case.refused(P::SupportHead, AppraisalCommand::Object { unit: SUPPORT, words: "晚了".into() }),
        "objection-over"
    );
    case.done(P::Office, AppraisalCommand::Finish);
    assert_eq!(case.appraisal.state, AppraisalState::Final);
}

#[test]
fn people_adjust_with_a_reason_within_what_the_scheme_allows_and_never_themselves() {
    let mut case = Case::computed();
    assert_eq!(case.refused(P::Office, adjust(0)), "required");
    assert_eq!(case.refused(P::Office, adjust(501)), "adjustment-too-large");
    case.done(P::Office, adjust(-500));
    assert_eq!(case.refused(P::Office, adjust(-1)), "adjustment-too-large");
    case.done(P::Office, adjust(1000));
    let stranger = AppraisalCommand::Adjust {
        subject: Subject::unit(domain::ids::UnitId(uuid(77))),
        points: 1,
        reason: "理由".into(),
    };
    assert_eq!(case.refused(P::Office, stranger), "subject-unknown");
    let unreasoned = AppraisalCommand::Adjust { subject: Subject::unit(SUPPORT), points: 1, reason: " ".into() };
    assert_eq!(case.refused(P::Office, unreasoned), "required");
    let own = everybody()[&P::Office].memberships.first().and_then(|m| m.unit.unit());
    if let Some(own) = own {
        case.scores.push(Score { subject: Subject::unit(own), ..case.scores[0].clone() });
        let himself = AppraisalCommand::Adjust { subject: Subject::unit(own), points: 1, reason: "理由".into() };
        assert_eq!(case.refused(P::Office, himself), "appraises-himself");
    }
}

#[test]
fn what_comes_later_makes_a_new_version_and_the_one_before_stays() {
    let mut case = Case::computed();
    assert_eq!(case.refused(P::Office, AppraisalCommand::Recompute), "appraisal-unchanged");
    case.done(P::Office, adjust(100));
    case.done(P::Principal, AppraisalCommand::Publish);
    case.done(P::Head, object("请核实"));
    case.fresh = scores(90 * POINT);
    assert_eq!(case.refused(P::Office, AppraisalCommand::Recompute), "objection-open");
    case.done(P::Office, answer(0));
    case.now = "2020-10-19 09:00";
    case.done(P::Office, AppraisalCommand::Finish);
    case.done(P::Office, AppraisalCommand::Recompute);
    // Units go on reading the version that was published until the next is.
    assert_eq!((case.appraisal.state, case.appraisal.published), (AppraisalState::Computed, Some(1)));
    assert_eq!(case.appraisal.reckonings.iter().map(|r| (r.n, r.position)).collect::<Vec<_>>(), [(1, 10), (2, 20)]);
    case.done(P::Office, adjust(50));
    let lead = Subject::unit(LEAD);
    assert_eq!((case.appraisal.adjusted(lead, 1), case.appraisal.adjusted(lead, 2)), (100, 150));
    case.done(P::Principal, AppraisalCommand::Publish);
    assert_eq!(case.appraisal.published, Some(2));
    // Against a score that is new one may object anew.
    case.done(P::Head, object("新情况"));
}

#[test]
fn every_act_starts_where_it_should() {
    for action in AppraisalAction::ALL {
        assert!(!starts_from(*action).is_empty());
    }
}

#[test]
fn a_score_is_read_by_whose_it_is_the_units_above_and_those_who_answer_for_the_round() {
    let line = everybody()[&P::Clerk].memberships[0].unit.0.clone();
    let reads = |who: P| rights::reads_score(&actor(who), round(), Subject::unit(LEAD), &line);
    for who in [P::Office, P::Principal, P::Second, P::Head, P::Clerk] {
        assert!(reads(who), "{who:?}");
    }
    for who in [P::SupportHead, P::Team, P::Leader, P::Stranger, P::Admin, P::SubClerk] {
        assert!(!reads(who), "{who:?}");
    }
    // A key reads what its unit reads, and objects to nothing.
    assert!([LEAD, GROUP].into_iter().all(|unit| rights::reads_score(&key(unit), round(), Subject::unit(LEAD), &line)));
    assert!([SUPPORT, BELOW].into_iter().all(|unit| !rights::reads_score(
        &key(unit),
        round(),
        Subject::unit(LEAD),
        &line
    )));
    for action in AppraisalAction::ALL {
        assert!(rights::permit_appraisal(&key(LEAD), *action, round()).is_err(), "{action}");
    }
    let own = Subject::leader(P::Leader.person());
    assert!(rights::reads_score(&actor(P::Leader), round(), own, &[]));
    assert!(!rights::reads_score(&actor(P::OtherLeader), round(), own, &[]));
}

mod accountability {
    use domain::accountability::event::{self, AccountabilityEvent};
    use domain::accountability::{
        AccountabilityText, ActionForm, NewRecord, Record, looks, open_actions, record, set_readers, withdraw,
    };
    use domain::appraisal::facts::{Derived, Fact, Source};
    use domain::appraisal::scheme::{FactKind, LookRule};
    use domain::ids::{AccountabilityId, PersonId};

    use super::*;

    fn new() -> NewRecord {
        NewRecord {
            subject: Subject::leader(P::Leader.person()),
            form: ActionForm::Interview,
            text: AccountabilityText {
                basis: "领导组第4次会议纪要".into(),
                decided_by: "领导组".into(),
                document: None,
                note: None,
            },
            decided_on: date("2020-10-09"),
            readers: vec![P::Principal.person()],
        }
    }

    fn entered() -> Record {
        let decision = record(round(), new(), &actor(P::Office), at("2020-10-10 09:00")).unwrap();
        for event in &decision.events {
            let (kind, payload) = event.stored();
            assert_eq!(AccountabilityEvent::parse(kind, payload).as_ref(), Ok(event));
        }
        event::begin(AccountabilityId(uuid(60)), &decision.events[0]).unwrap()
    }

    #[test]
    fn the_office_or_the_principal_enters_what_was_decided_whole() {
        let now = at("2020-10-10 09:00");
        for who in [P::Team, P::Leader, P::Head, P::Clerk, P::Admin, P::Clock, P::Stranger] {
            assert_eq!(record(round(), new(), &actor(who), now).unwrap_err().code, "not-allowed", "{who:?}");
        }
        assert!(record(round(), new(), &actor(P::Principal), now).is_ok());
        let at_of = |change: fn(&mut NewRecord)| {
            let mut changed = new();
            change(&mut changed);
            record(round(), changed, &actor(P::Office), now).unwrap_err().errors[0].pointer.clone()
        };
        assert_eq!(at_of(|n| n.text.basis = " ".into()), "/basis");
        assert_eq!(at_of(|n| n.text.decided_by = String::new()), "/decided_by");
        assert_eq!(at_of(|n| n.decided_on = date("2020-10-11")), "/decided_on");
        assert_eq!(at_of(|n| n.readers.clear()), "/readers");
    }

    #[test]
    fn nobody_reads_a_record_but_whom_it_names_and_who_entered_it() {
        let record = entered();
        for who in P::ALL {
            let reads = rights::reads_accountability(&actor(*who), &record);
            assert_eq!(reads, [P::Office, P::Principal].contains(who), "{who:?}");
        }
        // Not even whoever stands in for one it names.
        let named = Record { readers: vec![P::Leader.person()], ..entered() };
        assert!(rights::reads_accountability(&actor(P::Leader), &named));
        assert!(!rights::reads_accountability(&actor(P::StandIn), &named));
    }

    #[test]
    fn only_who_entered_it_changes_its_readers_or_withdraws_it_once() {
        let before = entered();
        let readers = [PersonId(uuid(400)), PersonId(uuid(399)), PersonId(uuid(400))];
        assert_eq!(set_readers(&before, &readers, &actor(P::Principal)).unwrap_err().code, "not-allowed");
        assert!(open_actions(&before, &actor(P::Principal)).is_empty());
        let decision = set_readers(&before, &readers, &actor(P::Office)).unwrap();
        let after = decision.events.iter().fold(before, event::evolve);
        assert_eq!(after.readers, [PersonId(uuid(399)), PersonId(uuid(400))]);
        let now = at("2020-10-12 09:00");
        assert_eq!(withdraw(&after, " ", &actor(P::Office), now).unwrap_err().errors[0].code, "required");
        let decision = withdraw(&after, "登记有误", &actor(P::Office), now).unwrap();
        let after = decision.events.iter().fold(after, event::evolve);
        assert_eq!(withdraw(&after, "再撤", &actor(P::Office), now).unwrap_err().code, "wrong-state");
        assert!(rights::reads_accountability(&actor(P::Office), &after));
    }

    #[test]
    fn so_many_facts_within_so_many_days_are_laid_out_and_nothing_more_is_said() {
        let rule = LookRule { fact: FactKind::StatementMissed, count: 3, days: 30, reason: "连续缺报".into() };
        let scheme = Scheme { looks: vec![rule], watchers: vec![P::Principal.person()], ..Scheme::default() };
        assert!(rights::is_watcher(&actor(P::Principal), &scheme) && !rights::is_watcher(&actor(P::Office), &scheme));
        let missed = |n: i64, on: &str| Fact {
            kind: FactKind::StatementMissed,
            on: date(on),
            days: 1,
            nth: 1,
            unit: Some(LEAD),
            leader: (n < 3).then_some(P::Leader.person()),
            task: None,
            source: Source { is_slip: false, id: uuid(3), seq: n },
        };
        let facts = vec![missed(1, "2020-09-01"), missed(2, "2020-09-14"), missed(3, "2020-09-30")];
        let derived = Derived { facts, held: Vec::new() };
        let of = |today: &str| {
            looks(&scheme, &derived, date(today)).into_iter().map(|l| (l.subject, l.facts.len())).collect::<Vec<_>>()
        };
        // The leader was in charge for two of the three. Thirty days back from the 30th is the 1st; a day later the first has left the span.
        assert_eq!(of("2020-09-30"), [(Subject::unit(LEAD), 3)]);
        assert_eq!(of("2020-10-01"), []);
    }
}
