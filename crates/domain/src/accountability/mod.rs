//! Accountability (问责): what people decided about somebody who answers for rectification, as a record that only those it names read; and the facts that
//! make the system ask somebody to have a look. It never says what is to come of them (docs/domain.md §46). Who, then what; events out.

pub mod event;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actor::Actor;
use crate::appraisal::facts::{Derived, Fact};
use crate::appraisal::scheme::{Period, Scheme};
use crate::appraisal::score::Subject;
use crate::calendar;
use crate::chain::Digest;
use crate::ids::{AccountabilityId, PersonId, RoundId};
use crate::refusal::{FieldError, Refusal};
use crate::rights;
use crate::signature;
use crate::task::check_text;
use crate::task::context::Decision;
use crate::words;
use event::{AccountabilityEvent, Drawn};

/// Kinds of revision a record writes, beside words.
pub mod kind {
    /// The words of a record.
    pub const TEXT: &str = "accountability";
}

words! {
    /// What was decided. People decide it; the list is only what it is called.
    pub enum ActionForm {
        Reminder = "reminder", "提醒谈话";
        Interview = "interview", "约谈";
        Circular = "circular", "通报";
        Admonition = "admonition", "诫勉";
        Organisational = "organisational", "组织处理";
        Other = "other", "其他";
    }
}

words! {
    /// What people do with a record.
    pub enum AccountabilityAction {
        SetReaders = "set_readers", "调整阅看人";
        Withdraw = "withdraw_accountability", "撤销记录";
        Attach = "attach_accountability_file", "上传文件";
    }
}

/// Most readers of one record.
pub const MOST_READERS: usize = 30;

/// The words of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountabilityText {
    /// What it rests on.
    pub basis: String,
    /// Who decided, such as a meeting.
    pub decided_by: String,
    /// Number of the document, where there is one.
    pub document: Option<String>,
    pub note: Option<String>,
}

/// A record as it is entered.
#[derive(Clone, Debug)]
pub struct NewRecord {
    pub subject: Subject,
    pub form: ActionForm,
    pub text: AccountabilityText,
    pub decided_on: NaiveDate,
    pub readers: Vec<PersonId>,
}

/// A record, as it stands: the fold of its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub id: AccountabilityId,
    pub round: RoundId,
    pub subject: Subject,
    pub form: ActionForm,
    /// The revision that holds its [`AccountabilityText`].
    pub text: Digest,
    pub decided_on: NaiveDate,
    pub readers: Vec<PersonId>,
    /// Who entered it; he reads it too.
    pub by: PersonId,
    pub at: DateTime<Utc>,
    /// Why it was withdrawn.
    pub withdrawn: Option<Digest>,
    pub seq: i64,
    pub version: i64,
}

impl Record {
    /// Everybody who reads it.
    pub fn all_readers(&self) -> BTreeSet<PersonId> {
        self.readers.iter().copied().chain([self.by]).collect()
    }
}

type Decided = Result<Decision<AccountabilityEvent>, Refusal>;

/// Who acts, as himself: no key and no administrator has a say in it.
fn person(actor: &Actor) -> Result<PersonId, Refusal> {
    let own = actor.person().filter(|p| p.service.is_none()).and_then(|p| p.person);
    own.ok_or_else(|| Refusal::forbidden("not-allowed"))
}

fn check_readers(readers: &[PersonId], errors: &mut Vec<FieldError>) {
    if readers.is_empty() {
        errors.push(FieldError::at("/readers", "required"));
    }
    if readers.len() > MOST_READERS {
        errors.push(FieldError::with("/readers", "too-many", json!({ "max": MOST_READERS })));
    }
}

fn sorted(readers: &[PersonId]) -> Vec<PersonId> {
    readers.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Enters what was decided.
///
/// Errors: `not-allowed` (403); content: `required`, `in-the-future` at the fields.
pub fn record(round: RoundId, new: NewRecord, actor: &Actor, now: DateTime<Utc>) -> Decided {
    rights::permit_recording_accountability(actor, round)?;
    let by = person(actor)?;
    let NewRecord { subject, form, text, decided_on, readers } = new;
    let mut errors = Vec::new();
    check_text(&mut errors, "/basis".to_owned(), &text.basis, true);
    check_text(&mut errors, "/decided_by".to_owned(), &text.decided_by, true);
    check_text(&mut errors, "/document".to_owned(), text.document.as_deref().unwrap_or_default(), false);
    check_text(&mut errors, "/note".to_owned(), text.note.as_deref().unwrap_or_default(), false);
    if decided_on > calendar::today(now) {
        errors.push(FieldError::at("/decided_on", "in-the-future"));
    }
    check_readers(&readers, &mut errors);
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    let text = decision.note(kind::TEXT, &text);
    let record = Drawn { subject, form, text, decided_on, readers: sorted(&readers), by, at: now };
    decision.events.push(AccountabilityEvent::Recorded { round, record });
    Ok(decision)
}

fn gate(record: &Record, action: AccountabilityAction, actor: &Actor) -> Result<(), Refusal> {
    rights::permit_accountability(actor, action, record)?;
    if record.withdrawn.is_some() { Err(Refusal::conflict("wrong-state")) } else { Ok(()) }
}

/// Names other readers; who entered it always reads it.
///
/// Errors: `not-allowed` (403), `wrong-state` (409), `required` and `too-many` at /readers.
pub fn set_readers(record: &Record, readers: &[PersonId], actor: &Actor) -> Decided {
    gate(record, AccountabilityAction::SetReaders, actor)?;
    let mut errors = Vec::new();
    check_readers(readers, &mut errors);
    if !errors.is_empty() {
        return Err(Refusal::invalid("content", errors));
    }
    let mut decision = Decision::default();
    decision.events.push(AccountabilityEvent::ReadersSet { readers: sorted(readers) });
    Ok(decision)
}

/// Withdraws a record that should not stand, with a reason; it stays readable to who read it.
///
/// Errors: `not-allowed` (403), `wrong-state` (409), `required` at /reason.
pub fn withdraw(record: &Record, reason: &str, actor: &Actor, now: DateTime<Utc>) -> Decided {
    gate(record, AccountabilityAction::Withdraw, actor)?;
    let mut decision = Decision::default();
    let reason = signature::reason_of(reason, &mut decision)?;
    decision.events.push(AccountabilityEvent::Withdrawn { reason, at: now });
    Ok(decision)
}

/// Whether a file may be attached.
///
/// Errors: `not-allowed` (403), `wrong-state` (409).
pub fn permit_file(record: &Record, actor: &Actor) -> Result<(), Refusal> {
    gate(record, AccountabilityAction::Attach, actor)
}

/// The acts open to this actor now.
pub fn open_actions(record: &Record, actor: &Actor) -> Vec<AccountabilityAction> {
    AccountabilityAction::ALL.iter().copied().filter(|action| gate(record, *action, actor).is_ok()).collect()
}

/// Facts that meet a rule of the scheme: somebody is asked to have a look, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub subject: Subject,
    /// Place of the rule in the scheme.
    pub rule: usize,
    pub facts: Vec<Fact>,
}

/// What is laid out as of the end of a day: for each rule of the scheme, every unit and leader with so many facts of its kind within its days.
pub fn looks(scheme: &Scheme, derived: &Derived, today: NaiveDate) -> Vec<Look> {
    let mut found = Vec::new();
    for (rule, look) in scheme.looks.iter().enumerate() {
        let period = Period { from: today - Days::new(u64::from(look.days.saturating_sub(1))), to: today };
        let mut of: BTreeMap<Subject, Vec<Fact>> = BTreeMap::new();
        for fact in derived.facts.iter().filter(|f| f.kind == look.fact && f.counts(period, None) > 0) {
            let (unit, leader) = (fact.unit.map(Subject::unit), fact.leader.map(Subject::leader));
            for subject in unit.into_iter().chain(leader) {
                of.entry(subject).or_default().push(*fact);
            }
        }
        let meets = |facts: &Vec<Fact>| u32::try_from(facts.len()).unwrap_or(u32::MAX) >= look.count;
        let met = of.into_iter().filter(|(_, facts)| meets(facts));
        found.extend(met.map(|(subject, facts)| Look { subject, rule, facts }));
    }
    found
}
