//! Appraisal (考评): a scheme that is data, scores that are a fold of events by it, and what people do with them: adjust with a reason, publish, object,
//! answer (docs/domain.md §45). Who, then when, then what; events out.

pub mod event;
pub mod facts;
pub mod scheme;
pub mod score;
pub mod state;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::actor::Actor;
use crate::calendar::{self, Calendar};
use crate::chain::Digest;
use crate::ids::{AccountId, RoundId, UnitId};
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::signature;
use crate::task::check_text;
use crate::task::context::Decision;
use crate::words;
use event::{AppraisalEvent, SchemeEvent};
use scheme::{Period, Scheme, SubjectKind};
use score::{Score, Subject};
use state::{
    Adjustment, Appraisal, AppraisalState, Discarded, Objection, ObjectionAnswer, PublishedScheme, Reckoning,
    SchemeRecord,
};

/// Kinds of revision an appraisal writes, beside words.
pub mod kind {
    /// A scheme whole.
    pub const SCHEME: &str = "appraisal_scheme";
    /// The scores of one reckoning.
    pub const SCORES: &str = "appraisal_scores";
}

words! {
    /// What people do with an appraisal.
    pub enum AppraisalAction {
        Recompute = "recompute_appraisal", "重新计算";
        Adjust = "adjust_appraisal", "调整得分";
        Publish = "publish_appraisal", "公布";
        Discard = "discard_appraisal", "作废";
        Object = "object_to_appraisal", "提出申诉";
        Answer = "answer_objection", "答复申诉";
        Finish = "finish_appraisal", "确定结果";
    }
}

/// The states an act starts from, one line per act (docs/domain.md §45).
pub fn starts_from(action: AppraisalAction) -> &'static [AppraisalState] {
    use AppraisalState::{Computed, Final, Published};
    match action {
        AppraisalAction::Recompute => &[Computed, Published, Final],
        AppraisalAction::Adjust | AppraisalAction::Publish | AppraisalAction::Discard => &[Computed],
        AppraisalAction::Object | AppraisalAction::Answer | AppraisalAction::Finish => &[Published],
    }
}

/// A command on an appraisal that is there.
#[derive(Clone, Debug)]
pub enum AppraisalCommand {
    Recompute,
    /// Points in hundredths, never 0.
    Adjust {
        subject: Subject,
        points: i64,
        reason: String,
    },
    Publish,
    /// What was begun wrongly and never published.
    Discard {
        reason: String,
    },
    Object {
        unit: UnitId,
        words: String,
    },
    /// Points in hundredths; 0 where the score stays.
    Answer {
        unit: UnitId,
        points: i64,
        reason: String,
    },
    Finish,
}

impl AppraisalCommand {
    /// The act it is.
    pub fn action(&self) -> AppraisalAction {
        match self {
            Self::Recompute => AppraisalAction::Recompute,
            Self::Adjust { .. } => AppraisalAction::Adjust,
            Self::Publish => AppraisalAction::Publish,
            Self::Discard { .. } => AppraisalAction::Discard,
            Self::Object { .. } => AppraisalAction::Object,
            Self::Answer { .. } => AppraisalAction::Answer,
            Self::Finish => AppraisalAction::Finish,
        }
    }
}

/// What a reckoning rests on: a published version of the scheme, the place in the order of events, what it came to.
#[derive(Clone, Debug)]
pub struct Basis<'a> {
    pub published: &'a PublishedScheme,
    pub position: i64,
    pub scores: &'a [Score],
}

/// One decision's surroundings.
pub struct Context<'a> {
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    pub calendar: &'a Calendar,
    /// The scheme and the scores of the newest reckoning.
    pub scheme: &'a Scheme,
    pub scores: &'a [Score],
    /// What the records and the scheme say now, where it is reckoned anew.
    pub fresh: Option<Basis<'a>>,
}

impl Context<'_> {
    fn today(&self) -> NaiveDate {
        calendar::today(self.now)
    }
}

fn account(actor: &Actor) -> Result<AccountId, Refusal> {
    actor.person().map(|p| p.account).ok_or_else(|| Refusal::forbidden("not-allowed"))
}

type Drawn<E> = Result<Decision<E>, Refusal>;

fn checked(scheme: &Scheme, decision: &mut Decision<SchemeEvent>) -> Result<Digest, Refusal> {
    scheme.check()?;
    Ok(decision.note(kind::SCHEME, scheme))
}

/// Begins the scheme of a round, or saves what is edited of it.
///
/// Errors: `not-allowed` (403); `scheme-unsound` with every fault at its field (422); `unchanged` (409).
pub fn save_scheme(
    round: RoundId,
    record: Option<&SchemeRecord>,
    scheme: &Scheme,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Drawn<SchemeEvent> {
    rights::permit_office(actor, round)?;
    let mut decision = Decision::default();
    let body = checked(scheme, &mut decision)?;
    match record {
        None => decision.events.push(SchemeEvent::Drafted { round, body, by: account(actor)?, at: now }),
        Some(record) if record.draft == body => return Err(Refusal::conflict("scheme-unchanged")),
        Some(_) => decision.events.push(SchemeEvent::Saved { body }),
    }
    Ok(decision)
}

/// Publishes what is edited as the next version; `draft` is its body.
///
/// Errors: `not-allowed` (403); `scheme-unchanged` (409); content: `required` at /basis; `scheme-unsound`.
pub fn publish_scheme(
    record: &SchemeRecord,
    draft: &Scheme,
    basis: &str,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Drawn<SchemeEvent> {
    rights::permit_publishing_appraisal(actor, record.round)?;
    if !record.has_changes() {
        return Err(Refusal::conflict("scheme-unchanged"));
    }
    let mut errors = Vec::new();
    check_text(&mut errors, "/basis".to_owned(), basis, true);
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let body = checked(draft, &mut decision)?;
    let n = record.current().map_or(1, |p| p.n + 1);
    let basis = decision.words(basis);
    let published = PublishedScheme { n, body, basis, by: account(actor)?, at: now };
    decision.events.push(SchemeEvent::Published { published });
    Ok(decision)
}

fn reckoning(
    n: u32,
    basis: &Basis<'_>,
    decision: &mut Decision<AppraisalEvent>,
    by: AccountId,
    at: DateTime<Utc>,
) -> Reckoning {
    let scores = decision.note(kind::SCORES, &basis.scores);
    let (scheme, body) = (basis.published.n, basis.published.body.clone());
    Reckoning { n, scheme, body, position: basis.position, scores, by, at }
}

/// Begins the appraisal of a period with what the records say of it.
///
/// Errors: `not-allowed` (403); a period that is not over or runs backwards, `nothing-to-appraise` (422).
pub fn compute(
    round: RoundId,
    period: Period,
    basis: &Basis<'_>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Drawn<AppraisalEvent> {
    rights::permit_office(actor, round)?;
    period.check(calendar::today(now))?;
    if basis.scores.is_empty() {
        return Err(Refusal::field("/to", "nothing-to-appraise"));
    }
    let mut decision = Decision::default();
    let reckoning = reckoning(1, basis, &mut decision, account(actor)?, now);
    decision.events.push(AppraisalEvent::Computed { round, period, reckoning });
    Ok(decision)
}

fn gate(appraisal: &Appraisal, action: AppraisalAction, actor: &Actor, today: NaiveDate) -> Result<(), Refusal> {
    rights::permit_appraisal(actor, action, appraisal.round)?;
    if !starts_from(action).contains(&appraisal.state) {
        return Err(Refusal::conflict("wrong-state"));
    }
    let is_over = appraisal.object_until.is_some_and(|until| until < today);
    match action {
        // What units have read stays on the record as a version.
        AppraisalAction::Discard if appraisal.published.is_some() => Err(Refusal::conflict("appraisal-published")),
        AppraisalAction::Object if is_over => Err(Refusal::conflict("objection-over")),
        AppraisalAction::Answer if appraisal.waiting().next().is_none() => Err(Refusal::conflict("nothing-to-answer")),
        AppraisalAction::Finish if appraisal.waiting().next().is_some() => Err(Refusal::conflict("objection-open")),
        AppraisalAction::Finish if !is_over => Err(Refusal::conflict("objection-running")),
        _ => Ok(()),
    }
}

/// Whether somebody would decide about his own score or his own unit's.
fn is_own(actor: &Actor, subject: Subject) -> bool {
    actor.person().is_some_and(|person| match subject.kind {
        SubjectKind::Unit => person.memberships.iter().any(|m| m.unit.unit().is_some_and(|u| u.0 == subject.id)),
        SubjectKind::Leader => person.person.is_some_and(|p| p.0 == subject.id),
    })
}

/// What is adjusted of a subject stays within what the scheme allows, and nobody adjusts himself or his own unit.
fn check_points(appraisal: &Appraisal, subject: Subject, points: i64, ctx: &Context<'_>) -> Result<(), Refusal> {
    if !ctx.scores.iter().any(|score| score.subject == subject) {
        return Err(Refusal::field("/subject", "subject-unknown"));
    }
    if is_own(ctx.actor, subject) {
        return Err(Refusal::forbidden("appraises-himself"));
    }
    let n = appraisal.newest().map_or(0, |r| r.n);
    let limit = ctx.scheme.adjust_limit;
    if appraisal.adjusted(subject, n).saturating_add(points).saturating_abs() > limit {
        let params = json!({ "max": said(limit) });
        return Err(Refusal::invalid("content", vec![FieldError::with("/points", "adjustment-too-large", params)]));
    }
    Ok(())
}

/// So many hundredths of a point as people read them, such as 2.5.
pub fn said(points: i64) -> String {
    let (sign, whole, rest) = (if points < 0 { "-" } else { "" }, points.abs() / 100, points.abs() % 100);
    match (rest, rest % 10) {
        (0, _) => format!("{sign}{whole}"),
        (_, 0) => format!("{sign}{whole}.{}", rest / 10),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}

/// Decides a command on an appraisal.
///
/// Errors: `not-allowed` (403), `wrong-state` and other conflicts (409), content (422).
pub fn decide(appraisal: &Appraisal, command: AppraisalCommand, ctx: &Context<'_>) -> Drawn<AppraisalEvent> {
    gate(appraisal, command.action(), ctx.actor, ctx.today())?;
    let by = account(ctx.actor)?;
    let n = appraisal.newest().map_or(1, |r| r.n);
    let mut decision = Decision::default();
    match command {
        AppraisalCommand::Recompute => {
            let basis = ctx.fresh.as_ref().ok_or_else(|| Refusal::conflict("appraisal-unchanged"))?;
            let is_same = appraisal.newest().is_some_and(|r| r.body == basis.published.body);
            if is_same && basis.scores == ctx.scores {
                return Err(Refusal::conflict("appraisal-unchanged"));
            }
            // What was asked about one version is answered before the next.
            if appraisal.waiting().next().is_some() {
                return Err(Refusal::conflict("objection-open"));
            }
            let reckoning = reckoning(n + 1, basis, &mut decision, by, ctx.now);
            decision.events.push(AppraisalEvent::Recomputed { reckoning });
        }
        AppraisalCommand::Adjust { subject, points, reason } => {
            if points == 0 {
                return Err(Refusal::field("/points", "required"));
            }
            check_points(appraisal, subject, points, ctx)?;
            let reason = signature::reason_of(&reason, &mut decision)?;
            let adjustment = Adjustment { subject, points, reason, n, by, at: ctx.now };
            decision.events.push(AppraisalEvent::Adjusted { adjustment });
        }
        AppraisalCommand::Publish => {
            let days = i64::from(ctx.scheme.objection_working_days);
            let object_until = ctx.calendar.add_working_days(ctx.today(), days);
            decision.events.push(AppraisalEvent::Published { n, object_until, at: ctx.now });
        }
        AppraisalCommand::Discard { reason } => {
            let reason = signature::reason_of(&reason, &mut decision)?;
            let discarded = Discarded { reason, by, at: ctx.now };
            decision.events.push(AppraisalEvent::Discarded { discarded });
        }
        AppraisalCommand::Object { unit, words } => {
            if !rights::heads_unit(ctx.actor, unit) {
                return Err(Refusal::forbidden("not-allowed"));
            }
            if !ctx.scores.iter().any(|score| score.subject == Subject::unit(unit)) {
                return Err(Refusal::field("/unit", "subject-unknown"));
            }
            if appraisal.objection(unit).is_some() {
                return Err(Refusal::conflict("objected-already"));
            }
            let mut errors = Vec::new();
            check_text(&mut errors, "/words".to_owned(), &words, true);
            if !errors.is_empty() {
                return Err(Refusal::invalid("content", errors));
            }
            let words = decision.words(&words);
            let objection = Objection { unit, words, n, by, at: ctx.now, answer: None };
            decision.events.push(AppraisalEvent::Objected { objection });
        }
        AppraisalCommand::Answer { unit, points, reason } => {
            if !appraisal.waiting().any(|o| o.unit == unit) {
                return Err(Refusal::field("/unit", "nothing-to-answer"));
            }
            check_points(appraisal, Subject::unit(unit), points, ctx)?;
            let reason = signature::reason_of(&reason, &mut decision)?;
            let answer = ObjectionAnswer { points, reason: reason.clone(), by, at: ctx.now };
            decision.events.push(AppraisalEvent::Answered { unit, answer });
            if points != 0 {
                let subject = Subject::unit(unit);
                let adjustment = Adjustment { subject, points, reason, n, by, at: ctx.now };
                decision.events.push(AppraisalEvent::Adjusted { adjustment });
            }
        }
        AppraisalCommand::Finish => decision.events.push(AppraisalEvent::Finished { at: ctx.now }),
    }
    Ok(decision)
}

/// The acts open to this actor now; objecting where he heads a unit that has not.
pub fn open_actions(appraisal: &Appraisal, ctx: &Context<'_>) -> Vec<AppraisalAction> {
    let objects = |score: &Score| {
        let unit = UnitId(score.subject.id);
        score.subject.kind == SubjectKind::Unit
            && rights::heads_unit(ctx.actor, unit)
            && appraisal.objection(unit).is_none()
    };
    let may = |action: &AppraisalAction| {
        gate(appraisal, *action, ctx.actor, ctx.today()).is_ok()
            && (*action != AppraisalAction::Object || ctx.scores.iter().any(objects))
    };
    AppraisalAction::ALL.iter().copied().filter(may).collect()
}

/// What of an appraisal waits for this actor, each with the unit it is about: objections that he may answer, a score of a unit he heads that may be
/// objected to until the day that is set, an end to be made. `scored` are the units of his that the published version scores.
pub fn waits_for(
    appraisal: &Appraisal,
    scored: &[UnitId],
    actor: &Actor,
    now: DateTime<Utc>,
) -> Vec<(AppraisalAction, Option<UnitId>)> {
    let may = |action| gate(appraisal, action, actor, calendar::today(now)).is_ok();
    let mut waits = Vec::new();
    if may(AppraisalAction::Answer) {
        let others = appraisal.waiting().filter(|o| !is_own(actor, Subject::unit(o.unit)));
        waits.extend(others.map(|o| (AppraisalAction::Answer, Some(o.unit))));
    }
    if may(AppraisalAction::Object) {
        let own = scored.iter().filter(|u| rights::heads_unit(actor, **u) && appraisal.objection(**u).is_none());
        waits.extend(own.map(|u| (AppraisalAction::Object, Some(*u))));
    }
    if may(AppraisalAction::Finish) {
        waits.push((AppraisalAction::Finish, None));
    }
    waits
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn points_are_said_without_rounding() {
        let all: Vec<String> = [0, 50, -50, 205, 10_000, -250, 7].into_iter().map(said).collect();
        assert_eq!(all, ["0", "0.5", "-0.5", "2.05", "100", "-2.5", "0.07"]);
    }
}
