//! From the cells of a task to its draft: numbers, time limits, state, measures, parties.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::super::boxes;
use super::super::completion::{self, Completion};
use super::super::dates;
use super::super::drafts::{ClosingDraft, FindingDraft, MeasureDraft, MilestoneDraft, TaskDraft};
use super::super::grid::Cell;
use super::build::{Builder, Said, Spot, TaskBuild, written_number};
use super::corrections::Say;
use super::deadline::{self, Deadline};
use super::meaning::{self, Meaning};
use crate::task::state::Disposition;

fn are_distinct<'t>(mut items: impl Iterator<Item = &'t str>) -> bool {
    let mut seen = BTreeSet::new();
    items.all(|item| !item.is_empty() && seen.insert(item))
}

fn in_chinese(date: NaiveDate) -> String {
    date.format("%Y年%-m月%-d日").to_string()
}

/// A share that the spreadsheet keeps as a number, where the heading says that it is one.
fn share(said: &Said) -> Option<String> {
    let is_share = ["进度", "率", "百分"].iter().any(|word| said.heading.contains(word));
    match said.cell {
        Cell::Number(n) if is_share && (0.0..=1.0).contains(&n) => Some(format!("{:.0}%", n * 100.0)),
        _ => None,
    }
}

impl Builder<'_> {
    /// Numbers of the findings: as written where all are and differ; else by aspect; else in order.
    pub(super) fn number_findings(&mut self) -> Vec<String> {
        let written: Vec<&str> = self.findings.iter().map(|f| f.written.as_deref().unwrap_or("")).collect();
        let mut numbers: Vec<String> = if are_distinct(written.iter().copied()) {
            written.into_iter().map(str::to_owned).collect()
        } else if self.findings.iter().all(|f| f.aspect.is_some()) {
            let mut counts = std::collections::BTreeMap::new();
            self.findings
                .iter()
                .map(|f| {
                    let aspect = f.aspect.unwrap_or(0);
                    let n = counts.entry(aspect).and_modify(|n| *n += 1).or_insert(1);
                    format!("{}.{n}", self.plan.aspects.get(aspect).map_or(0, |a| a.ordinal))
                })
                .collect()
        } else {
            Vec::new()
        };
        if !are_distinct(numbers.iter().map(String::as_str)) || numbers.len() != self.findings.len() {
            numbers = (1..=self.findings.len()).map(|n| n.to_string()).collect();
        }
        let titles: Vec<String> = self.plan.aspects.iter().map(|a| a.title.clone()).collect();
        self.plan.findings = self
            .findings
            .iter()
            .zip(&numbers)
            .map(|(f, number)| FindingDraft {
                number: number.clone(),
                text: f.text.clone(),
                aspect: f.aspect.and_then(|a| titles.get(a).cloned()).unwrap_or_default(),
            })
            .collect();
        numbers
    }

    /// Ordinals that differ between the tasks of one finding number the tasks, not the findings.
    pub(super) fn forget_ordinals_of_items(&mut self, tasks: &[TaskBuild]) {
        let mut by_finding: std::collections::BTreeMap<usize, Vec<&str>> = std::collections::BTreeMap::new();
        for task in tasks {
            by_finding.entry(task.finding).or_default().push(&task.ordinal);
        }
        if by_finding.values().any(|o| o.len() > 1 && are_distinct(o.iter().copied())) {
            for (finding, ordinals) in by_finding {
                let first = ordinals.first().and_then(|o| written_number(o));
                if self.findings[finding].written == first {
                    self.findings[finding].written = None;
                }
            }
        }
    }

    pub(super) fn finish_tasks(&mut self, tasks: Vec<TaskBuild>, numbers: &[String]) {
        let has_items = are_distinct(tasks.iter().map(|t| t.item_number.as_deref().unwrap_or("")));
        let has_tasks = are_distinct(tasks.iter().map(|t| t.task_number.as_deref().unwrap_or("")));
        let mut counts = vec![0usize; numbers.len()];
        let mut n_of_finding = vec![0usize; numbers.len()];
        tasks.iter().for_each(|t| n_of_finding[t.finding] += 1);
        for (index, built) in tasks.into_iter().enumerate() {
            counts[built.finding] += 1;
            let finding = &numbers[built.finding];
            let is_one = n_of_finding[built.finding] == 1 && self.findings[built.finding].text == built.title;
            let derived = if is_one { finding.clone() } else { format!("{finding}.{}", counts[built.finding]) };
            let item = built.item_number.clone().filter(|_| has_items).unwrap_or(derived);
            let mut task = TaskDraft::new(item.clone(), built.title.clone(), finding.clone());
            task.number = built.task_number.clone().filter(|_| has_tasks).unwrap_or(item);
            task.is_number_own = has_items || has_tasks;
            self.reading = Some(index);
            self.year = self.years.get(&built.spot.sheet).copied().unwrap_or(self.year);
            self.finish_task(built, &mut task);
            self.reading = None;
            self.plan.tasks.push(task);
        }
    }

    fn finish_task(&mut self, built: TaskBuild, task: &mut TaskDraft) {
        task.extra = built.extra;
        let said = &built.said;
        let one = |meaning: Meaning| said.iter().find(|s| s.meaning == meaning);
        task.objective = one(Meaning::Objective).map(|s| s.cell.text());
        task.criterion = one(Meaning::Criterion).map(|s| s.cell.text());
        let written = one(Meaning::Disposition).and_then(|s| self.disposition(s));
        task.disposition = written;
        let dues = self.dues(said, task);
        if let Some(stages) = one(Meaning::Milestones) {
            self.milestones(stages, task);
        }
        task.measures = built
            .measures
            .iter()
            .enumerate()
            .map(|(i, m)| MeasureDraft {
                number: m.number.clone().unwrap_or_else(|| format!("{}-{}", task.number, i + 1)),
                text: m.text.clone(),
                due_on: (dues.len() > 1)
                    .then(|| dues.iter().find(|(s, _)| Some(*s) == m.due).map(|(_, d)| *d))
                    .flatten(),
            })
            .collect();
        if !are_distinct(task.measures.iter().map(|m| m.number.as_str())) {
            let number = task.number.clone();
            task.measures.iter_mut().enumerate().for_each(|(i, m)| m.number = format!("{number}-{}", i + 1));
        }
        if task.measures.is_empty() {
            let spot = self.spot_of(said, Meaning::Measure, Spot { column: built.spot.column + 1, ..built.spot });
            self.ask(spot, "measure_missing", "", "没有写整改措施。".into(), None);
        }
        self.state(said, built.spot, task);
        self.parties(said, task);
        self.lacks(said, (built.spot, &built.title), task);
    }

    fn disposition(&mut self, said: &Said) -> Option<Disposition> {
        let text = said.cell.text();
        let found = deadline::disposition(&boxes::ticked(&text).unwrap_or_else(|| text.clone()));
        if found.is_none() {
            let message = "处置类型应为立行立改、限期整改、分步实施或长期坚持。".to_owned();
            self.ask(said.spot, "disposition_unknown", &text, message, None);
        }
        found
    }

    /// Reads the time limits of a task: the days by cell. The last is the task's own.
    fn dues(&mut self, said: &[Said], task: &mut TaskDraft) -> Vec<(Spot, NaiveDate)> {
        let mut dues = Vec::new();
        let mut n_said = 0;
        let is_written = |s: &&Said| s.meaning == Meaning::Due && !super::take::is_nothing(&s.cell.text());
        for cell in said.iter().filter(is_written) {
            n_said += 1;
            let (implied, date) = self.due(cell, task);
            match (implied, task.disposition) {
                (Some(implied), None) => task.disposition = Some(implied),
                (Some(Disposition::Dated) | None, _) => {}
                // A day by steps is a day all the same; a word against another word is asked about.
                (Some(implied), Some(known)) if implied != known => {
                    let message =
                        format!("时限写“{}”，与处置类型“{}”不同，暂按处置类型。", implied.label(), known.label());
                    self.ask(cell.spot, "disposition_differs", &cell.cell.text(), message, None);
                }
                _ => {}
            }
            if let Some(date) = date {
                dues.push((cell.spot, date));
            }
        }
        let last = dues.iter().map(|(_, date)| *date).max();
        if task.disposition == Some(Disposition::Sustained) {
            task.review_on = last;
        } else {
            task.due_on = last;
        }
        let needs_none = matches!(task.disposition, Some(Disposition::Immediate | Disposition::Sustained));
        if n_said == 0 && !needs_none {
            let otherwise = said.first().map_or(Spot { sheet: self.sheet, row: 0, column: 0 }, |s| s.spot);
            let spot = self.empty_due(said).unwrap_or(otherwise);
            self.ask(spot, "due_missing", "", "没有写完成时限。".into(), None);
            let open = said.iter().find(|s| s.meaning == Meaning::DoneOn && meaning::is_open_time(&s.heading));
            if let Some(day) = open {
                let message = "只写了这一天，没有写完成时限；请核对这一天是时限还是办结日期。".to_owned();
                self.ask(day.spot, "date_unclear", &day.cell.text(), message, None);
            }
        }
        dues
    }

    /// Where the time limit would stand.
    fn empty_due(&self, said: &[Said]) -> Option<Spot> {
        let first = said.iter().find(|s| s.meaning.is_matter())?.spot;
        self.due_columns.get(&first.sheet).map(|column| Spot { column: *column, ..first })
    }

    fn due(&mut self, said: &Said, task: &mut TaskDraft) -> (Option<Disposition>, Option<NaiveDate>) {
        let text = said.cell.text();
        match deadline::read(&said.cell, self.year) {
            Deadline::None => (None, None),
            Deadline::On(date) => (Some(Disposition::Dated), Some(date)),
            Deadline::Immediate(date) => (Some(Disposition::Immediate), date),
            Deadline::Sustained(date) => (Some(Disposition::Sustained), date),
            Deadline::Staged(stages) => {
                let last = stages.iter().map(|(date, _)| *date).max();
                for (due_on, title) in stages {
                    task.milestones.push(MilestoneDraft { due_on, title, measure: None });
                }
                (Some(Disposition::Staged), last)
            }
            Deadline::Unsure(date) => {
                let message = format!("时限读作{}，请核对。", in_chinese(date));
                let answer = self.ask(said.spot, "date_unclear", &text, message, Some(in_chinese(date)));
                task.extra.insert(said.heading.clone(), text);
                match answer {
                    Some(Say::Accept) => (Some(Disposition::Dated), Some(date)),
                    _ => (None, None),
                }
            }
            Deadline::Unclear => {
                let is_state = self.context.completion.read(&text).is_some();
                let (kind, message) = if is_state {
                    ("cell_misplaced", format!("这里应写完成时限，写的是“{text}”，可能错了列。"))
                } else {
                    ("date_unclear", "看不懂这个时限，请写年月日。".to_owned())
                };
                self.ask(said.spot, kind, &text, message, None);
                task.extra.insert(said.heading.clone(), text);
                (None, None)
            }
        }
    }

    fn milestones(&mut self, said: &Said, task: &mut TaskDraft) {
        let text = said.cell.text();
        match deadline::stages(&text, self.year) {
            Some(stages) if stages.iter().all(|(_, words)| !words.is_empty()) => {
                for (due_on, title) in stages {
                    task.milestones.push(MilestoneDraft { due_on, title, measure: None });
                }
            }
            _ => {
                let message = "看不懂这些节点，每个节点应有日期和内容。".to_owned();
                self.ask(said.spot, "milestone_unclear", &text, message, None);
                task.extra.insert(said.heading.clone(), text);
            }
        }
    }

    /// What the columns of state say: an open task, one kept up without an end, or a finished one.
    fn state(&mut self, said: &[Said], spot: Spot, task: &mut TaskDraft) {
        let mut all = Vec::new();
        let mut at = None;
        for cell in said.iter().filter(|s| s.meaning == Meaning::Status) {
            let text = share(cell).unwrap_or_else(|| cell.cell.text());
            let text = boxes::ticked(&text).unwrap_or(text);
            task.extra.insert(cell.heading.clone(), text.clone());
            let is_date = !matches!(cell.cell, Cell::Text(_)) || dates::parse(&text, self.year).is_some();
            match self.context.completion.told(&text) {
                _ if completion::has_share(&text) => {
                    let message = "进度由节点算出，不收百分比；按未办结导入，原文留在其他栏目中。".to_owned();
                    self.ask(cell.spot, "share_typed", &text, message, None);
                    all.push(Completion::Open);
                }
                Some(means) => {
                    let is_done = matches!(means, Completion::Done | Completion::Sustained);
                    if is_done && completion::says_something_left(&text) {
                        let message = "写了办结，又像是还有没做完的；请核对。".to_owned();
                        self.ask(cell.spot, "status_unclear", &text, message, None);
                    }
                    all.push(means);
                    at.get_or_insert(cell.spot);
                }
                None => {
                    let (kind, message) = if is_date {
                        ("cell_misplaced", format!("这里应写完成情况，写的是“{text}”，可能错了列。"))
                    } else {
                        ("status_unclear", "看不出是否办结，按未办结导入，原文留在其他栏目中。".to_owned())
                    };
                    self.ask(cell.spot, kind, &text, message, None);
                    all.push(Completion::Open);
                }
            }
        }
        let done_on = self.done_on(said, task);
        let day = said.iter().rfind(|s| s.meaning == Meaning::DoneOn);
        // A day on which it was done says that it is, where nothing else says anything.
        if let Some(day) = day.filter(|_| done_on.is_some() && all.is_empty()) {
            all.push(Completion::Done);
            at = Some(day.spot);
        }
        let is_done = !all.is_empty() && all.iter().all(|c| matches!(c, Completion::Done | Completion::Sustained));
        let at = at.unwrap_or(spot);
        if let Some(day) = day.filter(|_| done_on.is_some() && !is_done) {
            let message = "写了办结日期，完成情况却不是办结；按未办结导入。".to_owned();
            self.ask(day.spot, "status_unclear", &day.cell.text(), message, None);
        }
        if all.contains(&Completion::Lasting) && !is_done {
            match task.disposition {
                None => {
                    task.disposition = Some(Disposition::Sustained);
                }
                Some(Disposition::Sustained) => {}
                Some(known) => {
                    let message = format!("写“长期坚持”，时限却是{}的；按{}导入。", known.label(), known.label());
                    let text = said.iter().find(|s| s.spot == at).map(|s| s.cell.text()).unwrap_or_default();
                    self.ask(at, "disposition_conflict", &text, message, Some(known.label().to_owned()));
                }
            }
        }
        if is_done {
            self.close(said, at, done_on, task);
        }
    }

    fn done_on(&mut self, said: &[Said], task: &mut TaskDraft) -> Option<NaiveDate> {
        let is_day = |s: &&Said| s.meaning == Meaning::DoneOn && !super::take::is_nothing(&s.cell.text());
        let cell = said.iter().rfind(is_day)?;
        let text = cell.cell.text();
        task.extra.insert(cell.heading.clone(), text.clone());
        let date = dates::read(&cell.cell, self.year).or_else(|| match deadline::read(&cell.cell, self.year) {
            Deadline::On(date) => Some(date),
            _ => None,
        });
        if date.is_none() {
            let is_state = self.context.completion.read(&text).is_some();
            let kind = if is_state { "cell_misplaced" } else { "date_unclear" };
            let message = if is_state {
                format!("这里应写办结日期，写的是“{text}”，可能错了列。")
            } else {
                "看不懂这个办结日期，请写年月日。".to_owned()
            };
            self.ask(cell.spot, kind, &text, message, None);
        }
        date
    }

    /// A finished row enters as closed when date, basis and voucher are known (docs/domain.md §8); until then it is a draft in doubt.
    fn close(&mut self, said: &[Said], at: Spot, done_on: Option<NaiveDate>, task: &mut TaskDraft) {
        let written = said.iter().find(|s| s.meaning == Meaning::Basis).map(|s| s.cell.text());
        let text = said.iter().find(|s| s.spot == at).map(|s| s.cell.text()).unwrap_or_default();
        let lacks: Vec<&str> =
            [done_on.is_none().then_some("办结日期"), written.is_none().then_some("依据文件"), Some("确认人")]
                .into_iter()
                .flatten()
                .collect();
        let message = format!("已办结，作存量办结导入，还缺{}。", lacks.join("、"));
        if let Some(Say::Close { on, basis, vouched_by }) =
            self.ask(at, "closing_incomplete", &text, message.clone(), None)
        {
            let basis = written.unwrap_or(basis);
            match (done_on.or(on), self.voucher(vouched_by)) {
                (Some(on), Some(vouched_by)) if !basis.trim().is_empty() => {
                    task.closing = Some(ClosingDraft { on, basis, vouched_by });
                }
                _ => {
                    // What was said was not enough: asked again under another name, so that the answer does not hide it.
                    self.ask(at, "closing_unfinished", &text, message, None);
                }
            }
        }
    }
}
