//! Commands as people would give them, and the worlds at each stage of a task's life.

use chrono::NaiveDate;
use domain::check::state::{CheckResult, ResultMark};
use domain::ids::{
    CheckId, CriterionId, EvidenceId, HandoverId, MeasureId, MilestoneId, PersonId, SignRequestId, SignatureId, SlipId,
    UnitId,
};
use domain::policy::RequestKind;
use domain::sign_request::{SignDocument, Verdict};
use domain::task::command::{
    CriterionInput, DraftInput, EvidenceInput, ExcuseInput, MeasureChange, MeasureInput, MilestoneInput, PartiesInput,
    PlanInput, Signing, StatementInput, SupportingInput, TakeOver, TaskCommand,
};
use domain::task::state::{Disposition, EvidencePurpose, OpenSlip};

use super::cast::{BELOW, LEAD, NEW, P, SECOND_UNIT, SUPPORT};
use super::{World, at, date, uuid, week};

/// A dated task with two measures, one criterion, a second responsible unit and a supporting one; due at the end of 2020.
pub(crate) fn draft() -> DraftInput {
    DraftInput {
        number: "T01".to_owned(),
        title: "合同归档不及时".to_owned(),
        objective: Some("合同三日内归档".to_owned()),
        disposition: Some(Disposition::Dated),
        sensitivity: None,
        readers: Vec::new(),
        leaders: vec![P::Leader.person(), P::OtherLeader.person()],
        units: vec![LEAD, SECOND_UNIT],
        persons: vec![P::Clerk.person()],
        supporting: vec![SupportingInput {
            unit: SUPPORT,
            duty: "提供合同台账".to_owned(),
            due_on: Some(date("2020-11-30")),
        }],
        due_on: Some(date("2020-12-31")),
        review_on: None,
        measures: vec![measure("清理存量", Some("2020-10-30")), measure("修订办法", None)],
        criteria: vec![CriterionInput { id: None, text: "存量合同全部归档".to_owned() }],
        milestones: Vec::new(),
        doubts: 0,
        is_key: false,
    }
}

pub(crate) fn measure(text: &str, due_on: Option<&str>) -> MeasureInput {
    MeasureInput { id: None, number: None, text: text.to_owned(), due_on: due_on.map(date) }
}

/// An immediate correction with one measure: no plan, its claim starts the work.
pub(crate) fn immediate_draft() -> DraftInput {
    DraftInput {
        disposition: Some(Disposition::Immediate),
        due_on: None,
        supporting: Vec::new(),
        measures: vec![measure("补齐签字", None)],
        ..draft()
    }
}

/// A sustained task: a review date, no due date.
pub(crate) fn sustained_draft() -> DraftInput {
    DraftInput {
        disposition: Some(Disposition::Sustained),
        due_on: None,
        review_on: Some(date("2020-12-15")),
        measures: vec![measure("每季度自查", None)],
        ..draft()
    }
}

pub(crate) fn milestone(title: &str, due_on: &str) -> MilestoneInput {
    MilestoneInput {
        id: None,
        measure: None,
        title: title.to_owned(),
        proof: Some("清单".to_owned()),
        due_on: date(due_on),
        unit: None,
        weight: None,
    }
}

pub(crate) fn issue() -> TaskCommand {
    TaskCommand::Issue { reason: None }
}

pub(crate) fn submit_plan(plan: PlanInput) -> TaskCommand {
    TaskCommand::SubmitPlan { plan: Some(plan), pledge: false }
}

pub(crate) fn sign(request: SignRequestId) -> TaskCommand {
    TaskCommand::Sign {
        request,
        verdict: Verdict::Approve,
        words: None,
        method: None,
        occurred_on: None,
        signing: Signing::Screen { on_behalf_of: None },
    }
}

pub(crate) fn give_back(request: SignRequestId, words: &str) -> TaskCommand {
    TaskCommand::Sign {
        request,
        verdict: Verdict::Return,
        words: Some(words.to_owned()),
        method: Some("现场查看".to_owned()),
        occurred_on: None,
        signing: Signing::Screen { on_behalf_of: None },
    }
}

pub(crate) fn verify(request: SignRequestId, on: &str) -> TaskCommand {
    TaskCommand::Sign {
        request,
        verdict: Verdict::Approve,
        words: None,
        method: Some("现场查看".to_owned()),
        occurred_on: Some(date(on)),
        signing: Signing::Screen { on_behalf_of: None },
    }
}

pub(crate) fn sign_for(request: SignRequestId, person: PersonId) -> TaskCommand {
    TaskCommand::Sign {
        request,
        verdict: Verdict::Approve,
        words: None,
        method: None,
        occurred_on: None,
        signing: Signing::Screen { on_behalf_of: Some(person) },
    }
}

pub(crate) fn scan() -> String {
    "a1".repeat(32)
}

/// A form signed by hand, with the first sixteen digits of the hash printed on it.
pub(crate) fn form(hash: &str, signed_on: &str) -> SignDocument {
    SignDocument {
        signed_on: date(signed_on),
        scan: scan(),
        content_hash: Some(hash[..16].to_owned()),
        body: None,
        minutes_number: None,
    }
}

/// The minutes of a meeting.
pub(crate) fn minutes(signed_on: &str) -> SignDocument {
    SignDocument {
        signed_on: date(signed_on),
        scan: scan(),
        content_hash: None,
        body: Some("党委会".to_owned()),
        minutes_number: Some("2020年第12期".to_owned()),
    }
}

pub(crate) fn paper(request: SignRequestId, signer: PersonId, document: SignDocument) -> TaskCommand {
    TaskCommand::Sign {
        request,
        verdict: Verdict::Approve,
        words: None,
        method: None,
        occurred_on: None,
        signing: Signing::Paper { signer, document },
    }
}

pub(crate) fn meeting(request: SignRequestId, document: SignDocument) -> TaskCommand {
    TaskCommand::Sign {
        request,
        verdict: Verdict::Approve,
        words: None,
        method: None,
        occurred_on: None,
        signing: Signing::Meeting { document },
    }
}

pub(crate) fn confirm_signature(request: SignRequestId, signature: SignatureId) -> TaskCommand {
    TaskCommand::ConfirmSignature { request, signature, confirmed: true, reason: None }
}

/// A statement that says something was done.
pub(crate) fn statement(unit: UnitId, in_week: &str) -> StatementInput {
    StatementInput {
        unit,
        week: week(in_week),
        follows: 0,
        progress: Some("已清理三十份".to_owned()),
        difficulties: None,
        help_wanted: None,
        next_step: None,
        no_progress_reason: None,
        evidence: Vec::new(),
    }
}

pub(crate) fn state_week(unit: UnitId, in_week: &str) -> TaskCommand {
    TaskCommand::SubmitStatement(statement(unit, in_week))
}

pub(crate) fn complete(milestone: MilestoneId, on: &str) -> TaskCommand {
    TaskCommand::CompleteMilestone { milestone, occurred_on: date(on), note: None }
}

pub(crate) fn evidence(n: u128, criteria: Vec<CriterionId>, on: &str) -> EvidenceInput {
    EvidenceInput {
        id: EvidenceId(uuid(5_000 + n)),
        blob: format!("{n:064x}"),
        purpose: EvidencePurpose::Criterion,
        criteria,
        milestone: None,
        occurred_on: date(on),
    }
}

pub(crate) fn extension(due_on: &str) -> TaskCommand {
    TaskCommand::RequestExtension { due_on: date(due_on), reason: "需等候批复".to_owned(), filed_upward: false }
}

pub(crate) fn closure(on: &str) -> TaskCommand {
    TaskCommand::RequestClosure { results: "已全部归档".to_owned(), occurred_on: date(on), pledge: false }
}

pub(crate) fn reset(due_on: &str) -> TaskCommand {
    TaskCommand::ResetDueDate {
        due_on: date(due_on),
        body: "领导组会".to_owned(),
        minutes_number: "第7期".to_owned(),
        reason: "外部批复未到".to_owned(),
    }
}

pub(crate) fn reopen(due_on: &str) -> TaskCommand {
    TaskCommand::Reopen { reason: "问题反弹".to_owned(), due_on: date(due_on) }
}

/// What two of the team signed on the spot.
pub(crate) fn checked(result: CheckResult, on: &str) -> TaskCommand {
    let mark = ResultMark {
        result,
        found: domain::chain::digest("words", "现场情况"),
        occurred_on: date(on),
        files: Vec::new(),
        by: P::Team.person(),
        at: at(&format!("{on} 15:00")),
        signed_by: Some(P::Team2.person()),
        signed_at: Some(at(&format!("{on} 16:00"))),
        returned: None,
    };
    TaskCommand::RecordCheck { check: CheckId(uuid(77)), result: Box::new(mark) }
}

pub(crate) fn settle() -> TaskCommand {
    TaskCommand::SettleCheck { reason: "已当场整改到位".to_owned() }
}

/// A slip to the lead unit that was issued.
pub(crate) fn open_slip(n: u128) -> TaskCommand {
    TaskCommand::OpenSlip(OpenSlip {
        slip: SlipId(uuid(8_000 + n)),
        name: format!("督办通知单〔2020〕{n}号"),
        unit: LEAD,
        due_on: date("2020-12-01"),
    })
}

pub(crate) fn close_slip(n: u128) -> TaskCommand {
    TaskCommand::CloseSlip { slip: SlipId(uuid(8_000 + n)), is_settled: n % 2 == 1 }
}

pub(crate) fn take_over(from: P, to: P) -> TaskCommand {
    TaskCommand::TakeOver(TakeOver {
        handover: HandoverId(uuid(8_500)),
        from: from.person(),
        to: to.person(),
        basis: "职务交接，依据集团任〔2020〕3号".to_owned(),
    })
}

pub(crate) fn withdraw() -> TaskCommand {
    TaskCommand::RequestWithdrawal { reason: "重复录入".to_owned() }
}

pub(crate) fn wish() -> TaskCommand {
    TaskCommand::WishReassignment { proposed: Some(NEW), reason: "不属于本单位职责".to_owned() }
}

pub(crate) fn parties(leaders: &[P], units: &[UnitId], persons: &[P]) -> PartiesInput {
    PartiesInput {
        leaders: leaders.iter().map(|p| p.person()).collect(),
        units: units.to_vec(),
        persons: persons.iter().map(|p| p.person()).collect(),
        reason: "职责划转".to_owned(),
    }
}

/// Another lead unit, the same leaders.
pub(crate) fn to_new_unit() -> PartiesInput {
    parties(&[P::Leader, P::OtherLeader], &[NEW, SECOND_UNIT], &[P::NewHead])
}

/// The same lead, one leader less.
pub(crate) fn without_other_leader() -> PartiesInput {
    parties(&[P::Leader], &[LEAD, SECOND_UNIT], &[P::Clerk])
}

impl World {
    pub(crate) fn measure(&self, i: usize) -> MeasureId {
        self.task().draft.measures[i].id
    }

    pub(crate) fn criterion(&self) -> CriterionId {
        self.task().draft.criteria[0].id
    }

    pub(crate) fn milestone(&self, i: usize) -> MilestoneId {
        self.task().milestones()[i].id
    }

    pub(crate) fn last_signature(&self, kind: RequestKind) -> SignatureId {
        let request = self.task().request(self.request(kind)).unwrap();
        request.request.signatures.last().unwrap().id
    }

    /// The unit's plan: one milestone of the first measure, given to the unit below, and one of the task; the criterion is kept.
    pub(crate) fn plan(&self) -> PlanInput {
        PlanInput {
            objective: Some("归档率百分之百".to_owned()),
            milestones: vec![
                MilestoneInput {
                    measure: Some(self.measure(0)),
                    unit: Some(BELOW),
                    ..milestone("清理完毕", "2020-10-15")
                },
                milestone("验收", "2020-12-15"),
            ],
            criteria: self.kept_criteria(),
            unit_leader: Some(P::Head.person()),
            ..PlanInput::default()
        }
    }

    pub(crate) fn kept_criteria(&self) -> Vec<CriterionInput> {
        let text = "存量合同全部归档".to_owned();
        self.task().draft.criteria.iter().map(|c| CriterionInput { id: Some(c.id), text: text.clone() }).collect()
    }

    /// The plan that holds, with its own milestones kept, as an amendment would start from.
    pub(crate) fn amended(&self) -> PlanInput {
        let milestones = self.task().draft.milestones.iter().map(|m| MilestoneInput {
            id: Some(m.id),
            measure: m.measure,
            title: "沿用".to_owned(),
            proof: Some("清单".to_owned()),
            due_on: m.due_on.unwrap(),
            unit: m.unit,
            weight: Some(m.weight),
        });
        PlanInput {
            milestones: milestones.collect(),
            criteria: self.kept_criteria(),
            reason: Some("进度调整".to_owned()),
            ..PlanInput::default()
        }
    }

    /// A frozen measure in other words and with another date.
    pub(crate) fn reworded(&self, i: usize, due_on: &str) -> MeasureChange {
        MeasureChange { measure: self.measure(i), text: "逐份清理并编目".to_owned(), due_on: Some(date(due_on)) }
    }

    pub(crate) fn excuse(&self, i: usize) -> ExcuseInput {
        ExcuseInput { measure: self.measure(i), reason: "上级已统一办理".to_owned() }
    }

    /// A draft as it was entered on 1 September.
    pub(crate) fn drafted() -> Self {
        Self::new().drafted_as(draft())
    }

    pub(crate) fn drafted_as(mut self, input: DraftInput) -> Self {
        self.create(P::Office, input).then(&["task.created"]);
        self
    }

    /// Issued on 1 September.
    pub(crate) fn issued() -> Self {
        Self::drafted().and_issued()
    }

    pub(crate) fn and_issued(mut self) -> Self {
        self.done(P::Office, issue());
        self
    }

    /// Claimed on 2 September.
    pub(crate) fn planning() -> Self {
        Self::issued().and_claimed()
    }

    pub(crate) fn and_claimed(self) -> Self {
        let mut world = self.at("2020-09-02 10:00");
        world.done(P::Clerk, TaskCommand::Claim);
        world
    }

    /// The clerk handed the plan in on 3 September.
    pub(crate) fn plan_review() -> Self {
        Self::planning().and_plan_submitted()
    }

    pub(crate) fn and_plan_submitted(self) -> Self {
        let mut world = self.at("2020-09-03 10:00");
        let plan = world.plan();
        world.done(P::Clerk, submit_plan(plan));
        world
    }

    /// The plan was signed on Monday 7 September; the first week owed is 2020-W37.
    pub(crate) fn rectifying() -> Self {
        Self::plan_review().and_plan_signed()
    }

    pub(crate) fn and_plan_signed(self) -> Self {
        let mut world = self.at("2020-09-07 10:00");
        let request = world.request(RequestKind::Plan);
        for who in [P::Head, P::Leader, P::Office] {
            world.done(who, sign(request));
        }
        world
    }

    /// On 9 September everything is done and proven.
    pub(crate) fn ready() -> Self {
        Self::rectifying().and_worked("2020-09-09")
    }

    /// Every milestone done, every criterion proven.
    pub(crate) fn and_worked(self, on: &str) -> Self {
        let mut world = self.at(&format!("{on} 10:00"));
        let open: Vec<MilestoneId> =
            world.task().milestones().iter().map(|m| m.id).filter(|id| !world.task().done.contains_key(id)).collect();
        for id in open {
            world.done(P::Clerk, complete(id, on));
        }
        if world.task().evidence.is_empty() {
            let criterion = world.criterion();
            world.done(P::Clerk, TaskCommand::AttachEvidence(evidence(1, vec![criterion], on)));
        }
        world
    }

    /// The clerk asked for closure on 9 September.
    pub(crate) fn closure_review() -> Self {
        Self::ready().and_closure_requested("2020-09-09")
    }

    pub(crate) fn and_closure_requested(mut self, on: &str) -> Self {
        self.done(P::Clerk, closure(on));
        self
    }

    /// Ratified on 10 September; observed until 24 September.
    pub(crate) fn observing() -> Self {
        Self::closure_review().and_ratified("2020-09-10")
    }

    pub(crate) fn and_ratified(self, on: &str) -> Self {
        let mut world = self.at(&format!("{on} 10:00"));
        let request = world.request(RequestKind::Closure);
        world.done(P::Head, sign(request));
        world.done(P::Leader, sign(request));
        world.done(P::Team, verify(request, on));
        world.done(P::Team2, verify(request, on));
        world.done(P::Principal, sign(request));
        world
    }

    /// Confirmed on 25 September.
    pub(crate) fn closed() -> Self {
        let mut world = Self::observing().at("2020-09-25 10:00");
        world.done(P::Office, TaskCommand::Confirm);
        world
    }

    /// An immediate correction, issued and claimed: at work since 2 September.
    pub(crate) fn immediate() -> Self {
        Self::new().drafted_as(immediate_draft()).and_issued().and_claimed()
    }
}

/// The instant a day is over.
pub(crate) fn midnight_after(day: &str) -> chrono::DateTime<chrono::Utc> {
    let next: NaiveDate = date(day).succ_opt().unwrap();
    at(&format!("{next} 00:00"))
}
