//! Publications and opinions decided: who, when, what; what blocks, what is signed, what time brings (docs/domain.md §31).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at what it did not expect")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::{Actor, UnitPath};
use domain::calendar::Calendar;
use domain::ids::{ItemId, OpinionId, PublicationId, TaskId};
use domain::opinion::state::{Channel, Opinion, OpinionState, Writer};
use domain::opinion::{self, NewOpinion, OpinionCommand};
use domain::policy::{Policy, Who};
use domain::publication::event::{self, PublicationEvent};
use domain::publication::guard::{GuardKind, Guarded};
use domain::publication::rules::{PublicationRules, Reach};
use domain::publication::state::{
    Exemption, Figures, Ground, HeadText, ItemText, ItemWords, Publication, PublicationKind, PublicationState,
};
use domain::publication::{
    self, Context, Facts, NewItem, NewPublication, PublicationAction, PublicationCommand, PublicationContent, copy,
    open_actions,
};
use domain::refusal::Refusal;
use domain::sign_request::{Signing, Verdict};
use support::cast::{GROUP, LEAD, P, everybody};
use support::*;
use uuid::Uuid;

fn actor(who: P) -> Actor {
    if who == P::Clock { Actor::System } else { Actor::Person(Box::new(everybody()[&who].clone())) }
}

fn figures(tasks: i64) -> Figures {
    Figures {
        as_of: at("2020-09-07 09:00"),
        findings: 2,
        tasks,
        measures: 6,
        completed: 1,
        sustained: 0,
        in_progress: 1,
        not_started: 1,
        immediate: 1,
        immediate_done: 1,
        meetings: 2,
        checks: 0,
        slips: 1,
        extensions: 0,
        reopened: 0,
        closed_in_period: 1,
    }
}

fn words(outcome: &str) -> ItemWords {
    let text =
        ItemText { problem: "合同归档不及时".into(), measures: "清理存量".into(), outcome: outcome.into() };
    ItemWords { text, exemptions: Vec::new() }
}

/// A publication on its way, with what the rules look at of it.
struct World {
    publication: Publication,
    facts: Facts,
    now: &'static str,
}

impl World {
    fn drafted(kind: PublicationKind, items: usize) -> Self {
        let mut policy = Policy::default();
        policy.publication.reach = Reach::Open;
        let facts = Facts {
            policy,
            policy_version: 1,
            principal: Some(P::Principal.person()),
            group_head: None,
            people: BTreeMap::new(),
            head: HeadText { title: "通报".into(), lead: "现予公布。".into(), ..HeadText::default() },
            items: BTreeMap::new(),
            signed: None,
            figures: Some(figures(3)),
            guarded: Vec::new(),
            barred: BTreeSet::new(),
            has_correction: false,
        };
        let item = |n: usize| NewItem { task: TaskId(uuid(n as u128)), words: words("已完成") };
        let new = NewPublication {
            kind,
            from_on: date("2020-08-03"),
            to_on: date("2020-09-07"),
            head: facts.head.clone(),
            items: (0..items).map(item).collect(),
        };
        let drafted = run(P::Office, "2020-09-07 10:00", &facts, |ctx| publication::draft(round(), new, None, ctx));
        let publication = event::begin(PublicationId(uuid(700)), &drafted.unwrap().events[0]).unwrap();
        let mut world = Self { publication, facts, now: "2020-09-07 10:00" };
        world.publication.setting.secrecy_reviewer = Some(P::Leader.person());
        let ids: Vec<ItemId> = world.publication.items.iter().map(|i| i.id).collect();
        world.facts.items = ids.into_iter().map(|id| (id, words("已完成"))).collect();
        world
    }

    fn ask(&self, who: P, command: PublicationCommand) -> Result<Vec<PublicationEvent>, Refusal> {
        run(who, self.now, &self.facts, |ctx| publication::decide(&self.publication, command, ctx)).map(|d| d.events)
    }

    fn done(&mut self, who: P, command: PublicationCommand) -> Vec<PublicationEvent> {
        let is_sent = matches!(command, PublicationCommand::Submit);
        let decided = run(who, self.now, &self.facts, |ctx| publication::decide(&self.publication, command, ctx));
        let decided = decided.unwrap();
        self.publication = decided.events.iter().fold(self.publication.clone(), event::evolve);
        if is_sent {
            let body = &decided.revisions[0].body;
            self.facts.signed = Some(serde_json::from_str::<PublicationContent>(body).unwrap());
        }
        decided.events
    }

    fn signed(mut self) -> Self {
        self.done(P::Office, PublicationCommand::Submit);
        for who in [P::Office2, P::Leader, P::Principal] {
            self.done(who, sign());
        }
        assert_eq!(self.publication.state, PublicationState::Approved);
        self
    }

    fn published(self) -> Self {
        let mut world = self.signed();
        world.done(P::Office, PublicationCommand::Publish);
        world
    }

    fn acts(&self, who: P) -> Vec<PublicationAction> {
        let actor = actor(who);
        let calendar = Calendar::builtin();
        let fresh = || Uuid::from_u128(9);
        let ctx = Context { actor: &actor, now: at(self.now), calendar: &calendar, facts: &self.facts, fresh: &fresh };
        open_actions(&self.publication, &ctx)
    }
}

fn run<T>(who: P, now: &str, facts: &Facts, run: impl FnOnce(&Context<'_>) -> T) -> T {
    let actor = actor(who);
    let calendar = Calendar::builtin();
    let next = std::cell::Cell::new(500);
    let fresh = || {
        next.set(next.get() + 1);
        Uuid::from_u128(next.get())
    };
    run(&Context { actor: &actor, now: at(now), calendar: &calendar, facts, fresh: &fresh })
}

fn sign() -> PublicationCommand {
    PublicationCommand::Sign { verdict: Verdict::Approve, words: None, signing: Signing::Screen { on_behalf_of: None } }
}

fn code<T: std::fmt::Debug>(asked: Result<T, Refusal>) -> String {
    let refusal = asked.unwrap_err();
    refusal.errors.first().map_or(refusal.code.to_owned(), |e| e.code.clone())
}

#[test]
fn nothing_is_begun_or_sent_where_the_round_publishes_nothing() {
    let mut world = World::drafted(PublicationKind::Progress, 1);
    world.facts.policy.publication.reach = Reach::Off;
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Submit)), "publication-off");
    world.facts.policy.publication.reach = Reach::Text;
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Submit)), "publication-page-closed");
    world.publication.setting.opens_page = false;
    assert!(world.ask(P::Office, PublicationCommand::Submit).is_ok());
    for who in [P::Team, P::Head, P::Clerk, P::Leader, P::Principal, P::Clock] {
        assert_eq!(code(world.ask(who, PublicationCommand::Submit)), "not-allowed", "{who:?}");
    }
}

#[test]
fn what_is_lacking_is_named_at_its_place() {
    let mut world = World::drafted(PublicationKind::Closures, 0);
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Submit)), "publication-empty");
    world.facts.figures = None;
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Submit)), "publication-without-figures");
    world.facts.figures = Some(figures(4));
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Submit)), "publication-figures-apart");
    let mut world = World::drafted(PublicationKind::Progress, 1);
    let id = world.publication.items[0].id;
    world.facts.items.insert(id, ItemWords::default());
    world.facts.head.lead.clear();
    let refused = world.ask(P::Office, PublicationCommand::Submit).unwrap_err();
    let places: Vec<_> = refused.errors.iter().map(|e| e.pointer.clone()).collect();
    assert_eq!(places, ["/lead".to_owned(), format!("/items/{id}/problem")]);
    let mut world = World::drafted(PublicationKind::Progress, 1);
    world.publication.setting.secrecy_reviewer = None;
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Submit)), "signer-missing");
}

#[test]
fn every_kind_of_word_that_may_not_go_out_blocks_before_it_is_signed_and_before_it_is_published() {
    let mut world = World::drafted(PublicationKind::Progress, 2);
    let (first, second) = (world.publication.items[0].id, world.publication.items[1].id);
    let mut exempting = words("已完成");
    let exemption = Exemption {
        ground: Ground::Case,
        word: "〔2020〕7号".into(),
        reason: String::new(),
        approver: P::Principal.person(),
    };
    exempting.exemptions = vec![exemption];
    world.facts.items.insert(first, exempting);
    world.facts.items.insert(second, words("见(2020) 7号，张三丰经手，内部电话"));
    let guarded = |kind, word: &str| Guarded { kind, word: word.into() };
    world.facts.guarded = vec![
        guarded(GuardKind::Marked, "内部电话"),
        guarded(GuardKind::Person, "张三丰"),
        guarded(GuardKind::Matter, "合同归档不及时"),
    ];
    world.facts.barred = BTreeSet::from([world.publication.items[0].task]);
    let refused = world.ask(P::Office, PublicationCommand::Submit).unwrap_err();
    assert_eq!(refused.code, "publication-blocked");
    let found: Vec<_> = refused.errors.iter().map(|e| (e.pointer.clone(), e.params["kind"].clone())).collect();
    let at = |id: ItemId, place: &str| format!("/items/{id}/{place}");
    assert_eq!(
        found,
        [
            (at(first, "problem"), "敏感事项的内容".into()),
            (at(second, "problem"), "敏感事项的内容".into()),
            (at(second, "outcome"), "豁免内容".into()),
            (at(second, "outcome"), "标记词".into()),
            (at(second, "outcome"), "敏感事项的人员".into()),
            (format!("/items/{first}"), serde_json::Value::Null),
        ]
    );
    let mut world = World::drafted(PublicationKind::Progress, 1).signed();
    world.facts.guarded = vec![guarded(GuardKind::Marked, "清理存量")];
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Publish)), "publication-hit");
    world.done(P::Office, PublicationCommand::Rework);
    assert_eq!(world.publication.state, PublicationState::Draft);
    assert!(!world.acts(P::Office).contains(&PublicationAction::Publish));
}

#[test]
fn two_who_write_on_one_are_told_and_who_marks_does_not_approve() {
    let mut world = World::drafted(PublicationKind::Progress, 1);
    let item = world.publication.items[0].id;
    let write = |revision, words| PublicationCommand::WriteItem { item, revision, words };
    world.done(P::Office, write(0, words("甲")));
    assert_eq!(code(world.ask(P::Office2, write(0, words("乙")))), "publication-changed-meanwhile");
    world.done(P::Office2, write(1, words("乙")));
    assert_eq!(world.publication.items[0].revision, 2);
    let exempt = |word: &str, ground, reason: &str, approver: P| {
        let exemption = Exemption { ground, word: word.into(), reason: reason.into(), approver: approver.person() };
        write(2, ItemWords { exemptions: vec![exemption], ..words("丙") })
    };
    for (command, refused) in [
        (exempt("甲", Ground::Privacy, "", P::Leader), "word-too-short"),
        (exempt(&"甲".repeat(61), Ground::Privacy, "", P::Leader), "too-long"),
        (exempt("张三丰", Ground::Other, " ", P::Leader), "required"),
        (exempt("张三丰", Ground::Privacy, "", P::Office), "exemption-approved-by-oneself"),
    ] {
        assert_eq!(code(world.ask(P::Office, command)), refused);
    }
    world.done(P::Office, exempt("张三丰", Ground::Privacy, "", P::Leader));
    let head = |revision| {
        let setting = world.publication.setting;
        PublicationCommand::WriteHead { revision, head: HeadText::default(), setting }
    };
    assert_eq!(code(world.ask(P::Office, head(1))), "publication-changed-meanwhile");
    assert!(world.ask(P::Office, head(0)).is_ok());
    let unknown = PublicationCommand::TakeOut { item: ItemId(uuid(1)) };
    assert_eq!(code(world.ask(P::Office, unknown)), "publication-item-unknown");
    let same = NewItem { task: world.publication.items[0].task, words: words("") };
    assert_eq!(code(world.ask(P::Office, PublicationCommand::AddItems(vec![same]))), "publication-nothing-new");
}

#[test]
fn a_chain_without_a_secrecy_review_opens_no_page() {
    let mut world = World::drafted(PublicationKind::Progress, 1);
    world.facts.policy.publication.chain.retain(|s| s.who != Who::Secrecy);
    world.done(P::Office, PublicationCommand::Submit);
    world.done(P::Office2, sign());
    world.done(P::Principal, sign());
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Publish)), "publication-without-review");
}

#[test]
fn who_signs_is_who_the_chain_names_and_a_return_leads_back() {
    let mut world = World::drafted(PublicationKind::Progress, 1);
    world.done(P::Office, PublicationCommand::Submit);
    assert_eq!(code(world.ask(P::Office, sign())), "signed-own-submission");
    assert_eq!(code(world.ask(P::Leader, sign())), "not-your-step");
    assert_eq!(code(world.ask(P::OtherLeader, sign())), "not-allowed", "he does not even see it");
    assert!(world.acts(P::Office).contains(&PublicationAction::Recall));
    world.done(P::Office2, sign());
    assert_eq!(code(world.ask(P::Office, PublicationCommand::Recall)), "already-signed-by-someone");
    let back = PublicationCommand::Sign {
        verdict: Verdict::Return,
        words: Some("第二段涉密".into()),
        signing: Signing::Screen { on_behalf_of: None },
    };
    world.done(P::Leader, back);
    assert_eq!(world.publication.state, PublicationState::Draft);
    let world = world.signed();
    assert_eq!(world.publication.requests.len(), 2);
}

#[test]
fn what_goes_out_is_what_was_signed_for_so_many_working_days() {
    let world = World::drafted(PublicationKind::Closures, 1).published();
    let published = world.publication.published.clone().unwrap();
    // A Monday and the five working days after it.
    assert_eq!((published.on, published.until), (date("2020-09-07"), date("2020-09-14")));
    assert!(world.publication.is_shown(date("2020-09-14")) && !world.publication.is_shown(date("2020-09-15")));
    let copy = copy::of(&world.facts.signed.clone().unwrap(), published.on, published.until);
    assert_eq!(
        copy.figures,
        [
            "截至2020年9月7日，巡视巡察反馈问题2个，分解整改任务3项，制定整改措施6条。其中已完成1项，基本完成并长期坚持0项，正在推进1项，未启动1项，完成率33.3%。",
            "立行立改事项1项，已完成1项。",
            "2020年8月3日至2020年9月7日，销号1项。",
            "召开整改工作会议2次，发出督办单1件。",
        ]
    );
    let text = copy::plain_text(&copy);
    for line in ["通报", "1. 合同归档不及时", "整改措施：清理存量", "公示期：2020年9月7日至2020年9月14日。"]
    {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
    assert_eq!(publication::end(&world.publication, at("2020-09-14 23:00")), None);
    let ended = publication::end(&world.publication, at("2020-09-15 00:30")).unwrap();
    let over = event::evolve(world.publication.clone(), &ended);
    assert_eq!(over.state, PublicationState::Ended);
    assert_eq!((publication::end(&over, at("2020-09-16 08:00")), publication::next_look(&over)), (None, None));
    assert_eq!(publication::replace(&over, PublicationId(uuid(2)), at("2020-09-16 08:00")), None);
}

#[test]
fn a_correction_carries_everything_over_and_a_withdrawal_is_checked() {
    let mut world = World::drafted(PublicationKind::Progress, 1).published();
    let correct =
        |world: &World| run(P::Office, world.now, &world.facts, |ctx| publication::correct(&world.publication, ctx));
    let begun = event::begin(PublicationId(uuid(2)), &correct(&world).unwrap().events[0]).unwrap();
    assert_eq!(begun.corrects, Some(world.publication.id));
    assert_eq!(begun.setting, world.publication.setting);
    assert_eq!(begun.items[0].task, world.publication.items[0].task);
    assert_eq!(publication::corrected_by(&begun), None, "not before it is published");
    world.facts.has_correction = true;
    assert_eq!(code(correct(&world)), "publication-being-corrected");
    assert!(!world.acts(P::Office).contains(&PublicationAction::Correct));
    let replaced = publication::replace(&world.publication, begun.id, at("2020-09-08 09:00")).unwrap();
    assert_eq!(event::evolve(world.publication.clone(), &replaced).replaced_by, Some(begun.id));
    world.facts.guarded = vec![Guarded { kind: GuardKind::Marked, word: "内部电话".into() }];
    let withdraw = |reason: &str| PublicationCommand::Withdraw { reason: reason.into() };
    assert_eq!(code(world.ask(P::Office, withdraw("请打内部电话"))), "publication-hit");
    assert_eq!(code(world.ask(P::Office, withdraw(" "))), "required");
    world.done(P::Office, withdraw("时间有误"));
    assert_eq!(world.publication.state, PublicationState::Withdrawn);
}

fn opinion_facts() -> opinion::Facts {
    let guarded = vec![Guarded { kind: GuardKind::Marked, word: "内部电话".into() }];
    opinion::Facts {
        rules: PublicationRules::default(),
        unit: Some(UnitPath(vec![GROUP, LEAD])),
        guarded,
        waiting: None,
    }
}

fn opine<T>(who: P, facts: &opinion::Facts, run: impl FnOnce(&opinion::Context<'_>) -> T) -> T {
    let actor = actor(who);
    let calendar = Calendar::builtin();
    run(&opinion::Context { actor: &actor, now: at("2020-09-07 10:00"), calendar: &calendar, facts })
}

fn new(channel: Channel) -> NewOpinion {
    NewOpinion {
        channel,
        publication: None,
        received_on: None,
        text: "三楼仍有未归档的合同".into(),
        writer: Writer::default(),
        files: Vec::new(),
        code: None,
    }
}

fn received() -> Opinion {
    let decided = opine(P::Clock, &opinion_facts(), |ctx| opinion::receive(round(), new(Channel::Page), ctx)).unwrap();
    opinion::event::begin(OpinionId(uuid(3)), &decided.events[0]).unwrap()
}

fn told(opinion: &Opinion, who: P, command: OpinionCommand) -> Result<Opinion, Refusal> {
    let decided = opine(who, &opinion_facts(), |ctx| opinion::decide(opinion, command, ctx))?;
    Ok(decided.events.iter().fold(opinion.clone(), opinion::event::evolve))
}

#[test]
fn an_opinion_is_received_by_the_page_or_entered_by_the_office() {
    let facts = opinion_facts();
    let take = |who, new| opine(who, &facts, |ctx| opinion::receive(round(), new, ctx));
    assert_eq!(code(take(P::Clerk, new(Channel::Phone))), "not-allowed");
    assert_eq!(code(take(P::Office, new(Channel::Page))), "opinion-channel-unfit");
    assert_eq!(code(take(P::Clock, new(Channel::Phone))), "opinion-channel-unfit");
    let ahead = NewOpinion { received_on: Some(date("2020-09-08")), ..new(Channel::Letter) };
    assert_eq!(code(take(P::Office, ahead)), "in-the-future");
    let long = NewOpinion { text: "长".repeat(2001), ..new(Channel::Page) };
    assert_eq!(code(take(P::Clock, long)), "too-long");
    let named = Writer { name: "名".repeat(41), contact: "1".repeat(101) };
    let refused = take(P::Clock, NewOpinion { writer: named, ..new(Channel::Page) }).unwrap_err();
    assert_eq!(refused.errors.iter().map(|e| e.pointer.as_str()).collect::<Vec<_>>(), ["/name", "/contact"]);
    let digest = received().text;
    let many = NewOpinion { files: vec![digest; 4], ..new(Channel::Page) };
    assert_eq!(code(take(P::Clock, many)), "too-many-files");
    // Ten working days after a Monday.
    let opinion = received();
    assert_eq!((opinion.due_on, opinion.writer, opinion.entered_by), (date("2020-09-21"), None, None));
}

#[test]
fn an_answer_shows_once_another_has_approved_it() {
    let opinion = received();
    let answer = |words: &str| OpinionCommand::Answer { words: words.into() };
    let assign = |due: Option<&str>| OpinionCommand::Assign { unit: LEAD, due_on: due.map(date) };
    assert_eq!(code(told(&opinion, P::Clerk, assign(None))), "not-allowed");
    assert_eq!(code(told(&opinion, P::Office, assign(Some("2020-09-04")))), "in-the-past");
    let given = told(&opinion, P::Office, assign(Some("2020-09-10"))).unwrap();
    assert_eq!((given.state, given.due_on), (OpinionState::Assigned, date("2020-09-10")));
    assert_eq!(code(told(&given, P::Clerk, answer("请打内部电话"))), "publication-hit");
    assert_eq!(code(told(&given, P::Clerk, answer(" "))), "required");
    let answered = told(&given, P::Clerk, answer("已归档")).unwrap();
    assert_eq!((answered.state, answered.reply()), (OpinionState::Answered, None));
    assert_eq!(code(told(&answered, P::Clerk, OpinionCommand::Approve)), "not-allowed");
    let back = told(&answered, P::Office, OpinionCommand::Return { reason: "写明日期".into() }).unwrap();
    assert_eq!(back.state, OpinionState::Assigned);
    let again = told(&back, P::Office, answer("已于9月8日归档")).unwrap();
    assert_eq!(code(told(&again, P::Office, OpinionCommand::Approve)), "opinion-own-answer");
    let replied = told(&again, P::Office2, OpinionCommand::Approve).unwrap();
    assert!(replied.reply().is_some() && !replied.is_open());
    assert_eq!(code(told(&replied, P::Office, answer("x"))), "wrong-state");
    // Whether it holds true can be found later as well.
    let task = Some(TaskId(uuid(7)));
    let judge = |holds_true| OpinionCommand::Judge { holds_true, task, words: None };
    assert_eq!(told(&replied, P::Office, judge(true)).unwrap().proves(), task);
    assert_eq!(told(&replied, P::Office, judge(false)).unwrap().proves(), None);
    let aside = OpinionCommand::SetAside { reason: "与整改无关".into() };
    let set_aside = told(&opinion, P::Office, aside).unwrap();
    assert_eq!(code(told(&set_aside, P::Office, judge(true))), "wrong-state");
    // From the office's own answer it leads back to the office.
    let own = told(&opinion, P::Office, answer("已归档")).unwrap();
    let own = told(&own, P::Office2, OpinionCommand::Return { reason: "写明日期".into() }).unwrap();
    assert_eq!(own.state, OpinionState::Received);
}

#[test]
fn that_the_day_of_an_opinion_went_by_is_said_once() {
    let opinion = received();
    assert_eq!(opinion::passed(&opinion, at("2020-09-21 23:00")), None);
    let passed = opinion::passed(&opinion, at("2020-09-22 00:30")).unwrap();
    let after = opinion::event::evolve(opinion.clone(), &passed);
    assert_eq!((after.version, after.seq), (1, 2), "what only time brings is no version");
    assert_eq!((opinion::passed(&after, at("2020-09-23 09:00")), opinion::next_look(&after)), (None, None));
    assert!(opinion::next_look(&opinion).is_some());
}

#[test]
fn every_stored_form_is_read_back_as_it_was() {
    let mut world = World::drafted(PublicationKind::Progress, 1);
    let mut seen = world.done(P::Office, PublicationCommand::Submit);
    for who in [P::Office2, P::Leader, P::Principal] {
        seen.extend(world.done(who, sign()));
    }
    seen.extend(world.done(P::Office, PublicationCommand::Publish));
    assert!(seen.len() >= 6);
    for event in seen {
        let (kind, payload) = event.stored();
        assert_eq!(PublicationEvent::parse(kind, payload).unwrap(), event);
    }
    assert!(PublicationEvent::parse("publication.unheard_of", serde_json::json!({})).is_err());
}
