//! Each act of the script as the product's own command, by whoever may give it.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::actor::Actor;
use domain::calendar;
use domain::ids::{CriterionId, EvidenceId, MilestoneId, UnitId};
use domain::policy::Who;
use domain::sign_request::{SignDocument, SignRequest, SignatureState, Verdict, is_barred};
use domain::task::command::{
    CriterionInput, DraftInput, EvidenceInput, MeasureInput, MilestoneInput, PartiesInput, PlanInput, Signing,
    SupportingInput, TaskCommand,
};
use domain::task::state::{EvidencePurpose, Milestone};
use persistence::Error;
use persistence::blobs;
use persistence::tasks::{self, LoadedTask};
use uuid::Uuid;

use super::organisation::{OFFICE, TEAMS, year};
use super::script::{self, Act, Plan, Verb};
use super::teller::{Line, Teller};
use super::{files, phrases};

/// The head of the leading group, who is the principal as well.
const PRINCIPAL: &str = "P001";

fn missing(what: &str) -> Error {
    Error::internal(format!("the script lacks {what}"))
}

/// The open request that was handed in last.
fn open(line: &Line) -> Result<SignRequest, Error> {
    let found = line.task.requests.iter().rev().find(|r| r.request.is_open());
    found.map(|r| r.request.clone()).ok_or_else(|| missing("an open request"))
}

/// A file name of these words.
fn filename(words: &str) -> String {
    let name: String = words.chars().filter(|c| !"《》“”，。；：/".contains(*c)).take(24).collect();
    format!("{name}.pdf")
}

impl Teller<'_> {
    fn loaded(&mut self, line: &Line, at: DateTime<Utc>) -> Result<LoadedTask, Error> {
        tasks::find(self.conn, &Actor::System, line.id, at)
    }

    fn words(line: &mut Line, verb: Verb) -> Result<String, Error> {
        line.told.words.get_mut(&verb).and_then(std::collections::VecDeque::pop_front).ok_or_else(|| missing("words"))
    }

    fn lead(line: &Line) -> Result<UnitId, Error> {
        line.task.lead_unit().ok_or_else(|| missing("a lead unit"))
    }

    /// Plays one act; whether it is over. Only signing goes on over several moments.
    pub(super) fn play(&mut self, line: &mut Line, act: &Act, at: DateTime<Utc>) -> Result<bool, Error> {
        let office = OFFICE[0];
        let lead = Self::lead(line)?;
        let unit = self.cast.of_unit(lead, !act.by_deputy)?;
        let today = calendar::today(at);
        match act.verb {
            Verb::BeforeGolive => {
                let basis = Self::words(line, act.verb)?;
                let vouched_by = self.cast.person(&self.cast.of_unit(lead, true)?)?;
                let on = self.days.calendar.add_working_days(today, -4 - i64::from(line.seed % 3));
                self.execute(line, office, at, TaskCommand::CloseBeforeGolive { on, basis, vouched_by })?;
            }
            Verb::Support | Verb::Review => self.revise(line, act.verb, at)?,
            Verb::Issue => self.execute(line, office, at, TaskCommand::Issue { reason: None })?,
            Verb::Claim => self.execute(line, &unit, at, TaskCommand::Claim)?,
            Verb::Wish => {
                let words = Self::words(line, act.verb)?;
                let (code, reason) = script::addressed(&words).ok_or_else(|| missing("a proposed unit"))?;
                let proposed = Some(self.cast.unit(code)?);
                let command = TaskCommand::WishReassignment { proposed, reason: reason.to_owned() };
                self.execute(line, &unit, at, command)?;
            }
            Verb::Uphold => {
                let reason = Self::words(line, act.verb)?;
                self.execute(line, office, at, TaskCommand::Uphold { reason })?;
            }
            Verb::Reassign => {
                let reason = Self::words(line, act.verb)?;
                let mut parties = line.task.draft.parties.clone();
                // The second unit takes the lead, with its person.
                parties.units.swap(0, 1);
                parties.persons.swap(0, 1);
                let input =
                    PartiesInput { leaders: parties.leaders, units: parties.units, persons: parties.persons, reason };
                self.execute(line, office, at, TaskCommand::Reassign(input))?;
            }
            Verb::Plan => {
                let plan = Some(self.plan(line, None, at)?);
                self.execute(line, &unit, at, TaskCommand::SubmitPlan { plan, pledge: !act.by_deputy })?;
            }
            Verb::Amend => {
                let reason = Self::words(line, act.verb)?;
                let plan = self.plan(line, Some(reason), at)?;
                self.execute(line, &unit, at, TaskCommand::ProposeAmendment(plan))?;
            }
            Verb::Extend => {
                let reason = Self::words(line, act.verb)?;
                let due_on = line.task.draft.due_on.ok_or_else(|| missing("a due date"))? + Days::new(28);
                let command = TaskCommand::RequestExtension { due_on, reason, filed_upward: false };
                self.execute(line, &unit, at, command)?;
            }
            Verb::Done => self.milestone_done(line, &unit, act.which, at)?,
            Verb::Proof => self.proof(line, &unit, at)?,
            Verb::Assist => {
                let note = Some(Self::words(line, act.verb)?);
                let own = line.task.draft.supporting.first().ok_or_else(|| missing("a supporting unit"))?.unit;
                let by = self.cast.of_unit(own, true)?;
                self.execute(line, &by, at, TaskCommand::CompleteDuty { unit: own, occurred_on: today, note })?;
            }
            Verb::Close => {
                let results = Self::words(line, act.verb)?;
                let pledge = !act.by_deputy;
                let command = TaskCommand::RequestClosure { results, occurred_on: today, pledge };
                self.execute(line, &unit, at, command)?;
            }
            Verb::Cross => {
                let words = Self::words(line, act.verb)?;
                let (code, reason) = script::addressed(&words).ok_or_else(|| missing("a cross-checker"))?;
                let command =
                    TaskCommand::NameCrossChecker { person: self.cast.person(code)?, reason: reason.to_owned() };
                self.execute(line, PRINCIPAL, at, command)?;
            }
            Verb::Confirm => self.execute(line, office, at, TaskCommand::Confirm)?,
            Verb::Reopen => {
                let command =
                    TaskCommand::Reopen { reason: Self::words(line, act.verb)?, due_on: today + Days::new(21) };
                self.execute(line, TEAMS[0], at, command)?;
            }
            Verb::Withdraw => {
                let command = TaskCommand::RequestWithdrawal { reason: Self::words(line, act.verb)? };
                self.execute(line, office, at, command)?;
            }
            Verb::Approve | Verb::Return => {
                let words = if act.verb == Verb::Return { Some(Self::words(line, act.verb)?) } else { None };
                self.sign(line, words, at)?;
                return Ok(act.verb == Verb::Return || !line.task.requests.iter().any(|r| r.request.is_open()));
            }
            Verb::StandIn => {
                let request = open(line)?;
                let person = request.current_step().and_then(|i| request.chain[i].person);
                let signing = Signing::Screen { on_behalf_of: Some(person.ok_or_else(|| missing("a signer"))?) };
                self.give(
                    line,
                    "P003",
                    &request,
                    Verdict::Approve,
                    "授权代行：同意，按节点推进。".into(),
                    None,
                    signing,
                    at,
                )?;
            }
            Verb::Paper => self.paper(line, at)?,
            Verb::Check => {
                let request = open(line)?;
                let pending = request.signatures.iter().find(|s| s.state == SignatureState::Pending);
                let signature = pending.ok_or_else(|| missing("a signature to confirm"))?.id;
                let command =
                    TaskCommand::ConfirmSignature { request: request.id, signature, confirmed: true, reason: None };
                self.execute(line, OFFICE[1], at, command)?;
            }
            Verb::Meet => self.meeting(line, act.at.week, at)?,
        }
        Ok(true)
    }

    /// The draft with a supporting unit or another review date, everything else as it was entered.
    fn revise(&mut self, line: &mut Line, verb: Verb, at: DateTime<Utc>) -> Result<(), Error> {
        let loaded = self.loaded(line, at)?;
        let mut input = draft_of(&loaded);
        let words = Self::words(line, verb)?;
        if verb == Verb::Review {
            let (moment, _) = script::dated(&words).ok_or_else(|| missing("a review date"))?;
            input.review_on = Some(self.days.date(moment));
        } else {
            let (code, rest) = script::addressed(&words).ok_or_else(|| missing("a supporting unit"))?;
            let (moment, duty) = script::dated(rest).ok_or_else(|| missing("a date"))?;
            let due_on = Some(self.days.date(moment));
            input.supporting.push(SupportingInput { unit: self.cast.unit(code)?, duty: duty.to_owned(), due_on });
        }
        self.execute(line, OFFICE[0], at, TaskCommand::Revise(Box::new(input)))
    }

    /// The unit's next plan; milestones it has already keep their ids by their titles.
    fn plan(&mut self, line: &mut Line, reason: Option<String>, at: DateTime<Utc>) -> Result<PlanInput, Error> {
        let plan: Plan = line.told.plans.pop_front().ok_or_else(|| missing("a plan"))?;
        let loaded = self.loaded(line, at)?;
        let held = &line.task.draft.milestones;
        let known = |title: &str| held.iter().map(|m| m.id).find(|id| loaded.milestone_words(*id).0 == title);
        let mut milestones = Vec::new();
        if !plan.proofs.is_empty() {
            for (milestone, proof) in held.iter().zip(&plan.proofs) {
                milestones.push(MilestoneInput {
                    id: Some(milestone.id),
                    measure: milestone.measure,
                    title: loaded.milestone_words(milestone.id).0,
                    proof: Some(proof.clone()),
                    due_on: milestone.due_on.ok_or_else(|| missing("a date of a milestone"))?,
                    unit: None,
                    weight: None,
                });
            }
        }
        for new in &plan.milestones {
            let measure = line.task.draft.measures.get(new.measure.saturating_sub(1));
            milestones.push(MilestoneInput {
                id: known(&new.title),
                measure: Some(measure.ok_or_else(|| missing("a measure"))?.id),
                title: new.title.clone(),
                proof: Some(new.proof.clone()),
                due_on: self.days.date(new.due),
                unit: None,
                weight: None,
            });
        }
        let criteria = plan
            .criteria
            .iter()
            .enumerate()
            .map(|(i, text)| CriterionInput { id: line.task.draft.criteria.get(i).map(|c| c.id), text: text.clone() });
        let head = self.cast.of_unit(Self::lead(line)?, true)?;
        Ok(PlanInput {
            objective: Some(plan.objective.clone()),
            milestones,
            criteria: criteria.collect(),
            excused: Vec::new(),
            measures: Vec::new(),
            unit_leader: Some(self.cast.person(&head)?),
            reason,
        })
    }

    /// Evidence of a task, sent by somebody.
    #[expect(clippy::too_many_arguments, reason = "what a form of evidence asks for")]
    fn attach(
        &mut self,
        line: &mut Line,
        by: &str,
        name: &str,
        (bytes, media_type): (&[u8], &str),
        purpose: EvidencePurpose,
        (criteria, milestone): (Vec<CriterionId>, Option<MilestoneId>),
        occurred_on: NaiveDate,
        at: DateTime<Utc>,
    ) -> Result<EvidenceId, Error> {
        let blob = self.keep_file(bytes, media_type)?;
        let id = EvidenceId(Uuid::now_v7());
        let input = EvidenceInput { id, blob: blob.sha256.clone(), purpose, criteria, milestone, occurred_on };
        self.execute(line, by, at, TaskCommand::AttachEvidence(input))?;
        let by = self.by(by, at)?;
        blobs::attach(
            self.conn,
            &by,
            id.0,
            &blob,
            blobs::Subject::Task(line.id.0),
            purpose.as_str(),
            name,
            Some(occurred_on),
        )?;
        Ok(id)
    }

    /// A picture shown with a statement.
    pub(super) fn attach_statement(
        &mut self,
        line: &mut Line,
        by: &str,
        name: &str,
        bytes: &[u8],
        at: DateTime<Utc>,
    ) -> Result<EvidenceId, Error> {
        let on = calendar::today(at);
        let file = (bytes, "image/png");
        self.attach(line, by, name, file, EvidencePurpose::Statement, (Vec::new(), None), on, at)
    }

    fn page(&mut self, line: &Line, title: &str, body: &[String], at: DateTime<Utc>) -> Result<Vec<u8>, Error> {
        let unit = self.cast.unit_name(self.conn, Self::lead(line)?)?;
        let mut lines = vec![format!("任务编号：{}", line.told.number)];
        lines.extend_from_slice(body);
        lines.push(format!("填报单位：{unit}"));
        lines.push(calendar::today(at).format("%Y年%-m月%-d日").to_string());
        Ok(files::pdf(title, &lines))
    }

    fn milestone_done(&mut self, line: &mut Line, by: &str, which: usize, at: DateTime<Utc>) -> Result<(), Error> {
        let milestones: Vec<Milestone> = line.task.milestones();
        let id = milestones.get(which.saturating_sub(1)).ok_or_else(|| missing("a milestone"))?.id;
        let (title, proof) = self.loaded(line, at)?.milestone_words(id);
        let name = filename(proof.as_deref().unwrap_or(&format!("{title}记录")));
        let on = calendar::today(at);
        let page = self.page(line, &title, &[format!("节点已于当日完成：{title}。")], at)?;
        let file = (page.as_slice(), "application/pdf");
        self.attach(line, by, &name, file, EvidencePurpose::Milestone, (Vec::new(), Some(id)), on, at)?;
        let note = Some(format!("{title}，佐证已上传。"));
        self.execute(line, by, at, TaskCommand::CompleteMilestone { milestone: id, occurred_on: on, note })
    }

    /// One file for each criterion; a second time, another.
    fn proof(&mut self, line: &mut Line, by: &str, at: DateTime<Utc>) -> Result<(), Error> {
        let loaded = self.loaded(line, at)?;
        let texts = loaded.plan.as_ref().map_or(&loaded.text.criteria, |p| &p.criteria).clone();
        let again = line.task.evidence.iter().any(|e| !e.criteria.is_empty());
        let on = calendar::today(at);
        for criterion in &texts {
            let title = format!("{}{}", criterion.text, if again { "（补充清单）" } else { "" });
            let measures = loaded.text.measures.iter().map(|m| format!("措施：{}。已完成。", m.text));
            let body: Vec<String> = std::iter::once(format!("问题：{}", loaded.text.title)).chain(measures).collect();
            let page = self.page(line, &title, &body, at)?;
            let (name, file) = (filename(&title), (page.as_slice(), "application/pdf"));
            self.attach(line, by, &name, file, EvidencePurpose::Criterion, (vec![criterion.id], None), on, at)?;
        }
        Ok(())
    }

    /// Whoever the present step asks: the person it names, the head, an officer, or a supervisor who is not barred and has not signed.
    fn signer(&mut self, line: &Line, request: &SignRequest, at: DateTime<Utc>) -> Result<String, Error> {
        let step = request.current_step().and_then(|i| request.chain.get(i)).ok_or_else(|| missing("a step"))?;
        match (step.who, step.person) {
            (_, Some(person)) => self.cast.code(person),
            (Who::UnitHead, _) => self.cast.of_unit(Self::lead(line)?, true),
            (Who::Office, _) => Ok(OFFICE[usize::try_from(line.seed).unwrap_or(0) % 2].to_owned()),
            _ => {
                let loaded = self.loaded(line, at)?;
                let paths: Vec<_> = loaded.facts.paths.values().collect();
                let first = usize::try_from(line.seed).unwrap_or(0);
                for i in 0..TEAMS.len() {
                    let code = TEAMS[(first + i) % TEAMS.len()];
                    let by = self.by(code, at)?;
                    let signed = request.has_signed(self.cast.person(code)?);
                    if !signed && by.actor.person().is_some_and(|p| !is_barred(p, &paths)) {
                        return Ok(code.to_owned());
                    }
                }
                Err(missing("a verifier who is not barred"))
            }
        }
    }

    /// The next signature of the open request: an approval, or with words a return.
    fn sign(&mut self, line: &mut Line, returned: Option<String>, at: DateTime<Utc>) -> Result<(), Error> {
        let request = open(line)?;
        let by = self.signer(line, &request, at)?;
        let who = request.current_step().map(|i| request.chain[i].who).ok_or_else(|| missing("a step"))?;
        let method = (who == Who::Supervisor).then(|| phrases::pick(&phrases::METHODS, line.seed + line.n_acts));
        let (verdict, words) = match returned {
            Some(words) => (Verdict::Return, words),
            None => (Verdict::Approve, phrases::of(who, request.kind, line.seed + line.n_acts).to_owned()),
        };
        let signing = Signing::Screen { on_behalf_of: None };
        self.give(line, &by, &request, verdict, words, method, signing, at)
    }

    #[expect(clippy::too_many_arguments, reason = "what a form of signing asks for")]
    fn give(
        &mut self,
        line: &mut Line,
        by: &str,
        request: &SignRequest,
        verdict: Verdict,
        words: String,
        method: Option<&str>,
        signing: Signing,
        at: DateTime<Utc>,
    ) -> Result<(), Error> {
        let command = TaskCommand::Sign {
            request: request.id,
            verdict,
            words: Some(words),
            method: method.map(str::to_owned),
            occurred_on: None,
            signing,
        };
        self.execute(line, by, at, command)
    }

    fn keep_scan(&mut self, line: &Line, bytes: &[u8], name: &str, at: DateTime<Utc>) -> Result<String, Error> {
        let blob = self.keep_file(bytes, "application/pdf")?;
        let by = self.by(OFFICE[0], at)?;
        blobs::attach(self.conn, &by, Uuid::now_v7(), &blob, blobs::Subject::Task(line.id.0), "scan", name, None)?;
        Ok(blob.sha256)
    }

    /// A signature on paper, entered by the office with its scan.
    fn paper(&mut self, line: &mut Line, at: DateTime<Utc>) -> Result<(), Error> {
        let request = open(line)?;
        let signer = self.signer(line, &request, at)?;
        let who = request.current_step().map(|i| request.chain[i].who).ok_or_else(|| missing("a step"))?;
        let title = format!("{}签批单", request.kind.label());
        let said = phrases::of(who, request.kind, line.seed);
        let hash = &request.revision.as_str()[..16];
        let page = self.page(line, &title, &[format!("校验码：{hash}"), format!("签批意见：{said}")], at)?;
        let name = format!("{title}（{}）扫描件.pdf", line.told.number);
        let document = SignDocument {
            signed_on: self.days.calendar.add_working_days(calendar::today(at), -1),
            scan: self.keep_scan(line, &page, &name, at)?,
            content_hash: Some(hash.to_owned()),
            body: None,
            minutes_number: None,
        };
        let signing = Signing::Paper { signer: self.cast.person(&signer)?, document };
        self.give(line, OFFICE[0], &request, Verdict::Approve, said.to_owned(), None, signing, at)
    }

    /// A decision of the coordination meeting of that week, entered by the office with the minutes: one scan for all it decided.
    fn meeting(&mut self, line: &mut Line, week: i64, at: DateTime<Utc>) -> Result<(), Error> {
        let request = open(line)?;
        let held_on = calendar::today(at);
        let number = format!("梓铜巡改纪〔{}〕{}号", year(self.days.first_monday), (week + 1) / 2);
        let title = format!("巡察整改协调会纪要{number}");
        let body = [
            held_on.format("会议时间：%Y年%-m月%-d日下午").to_string(),
            "会议审定提请的销号事项，逐项表决通过。".to_owned(),
        ];
        let scan = self.keep_scan(line, &files::pdf(&title, &body), &format!("{title}.pdf"), at)?;
        let document = SignDocument {
            signed_on: held_on,
            scan,
            content_hash: None,
            body: Some("巡察整改领导组协调会".to_owned()),
            minutes_number: Some(number),
        };
        let words = phrases::of(Who::Meeting, request.kind, 0).to_owned();
        self.give(line, OFFICE[0], &request, Verdict::Approve, words, None, Signing::Meeting { document }, at)
    }
}

/// A draft as it would be entered again.
fn draft_of(loaded: &LoadedTask) -> DraftInput {
    let (draft, text) = (&loaded.task.draft, &loaded.text);
    DraftInput {
        number: draft.number.clone(),
        title: text.title.clone(),
        objective: text.objective.clone(),
        disposition: draft.disposition,
        sensitivity: Some(draft.sensitivity),
        readers: draft.readers.clone(),
        leaders: draft.parties.leaders.clone(),
        units: draft.parties.units.clone(),
        persons: draft.parties.persons.clone(),
        supporting: Vec::new(),
        due_on: draft.due_on,
        review_on: draft.review_on,
        measures: draft
            .measures
            .iter()
            .zip(&text.measures)
            .map(|(m, words)| MeasureInput {
                id: Some(m.id),
                number: Some(m.number.clone()),
                text: words.text.clone(),
                due_on: m.due_on,
            })
            .collect(),
        criteria: text.criteria.iter().map(|c| CriterionInput { id: Some(c.id), text: c.text.clone() }).collect(),
        milestones: draft
            .milestones
            .iter()
            .filter_map(|m| {
                let (title, proof) = loaded.milestone_words(m.id);
                Some(MilestoneInput {
                    id: Some(m.id),
                    measure: m.measure,
                    title,
                    proof,
                    due_on: m.due_on?,
                    unit: m.unit,
                    weight: Some(m.weight),
                })
            })
            .collect(),
        doubts: draft.doubts,
        is_key: draft.is_key,
    }
}
