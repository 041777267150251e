//! What a task lacks though a cell of its row holds it: such a cell is asked about where it stands, so that nothing is passed over in silence.

use super::super::completion::Completion;
use super::super::dates;
use super::super::drafts::TaskDraft;
use super::super::grid::{Cell, squeeze};
use super::super::names::{self, Match};
use super::super::numbering;
use super::super::written;
use super::build::{Builder, Said, Spot};
use super::deadline::{self, Deadline};
use super::meaning::{self, Meaning};
use super::parts;

/// Shortest words that could be a measure, in characters.
const SHORTEST_MEASURE: usize = 5;

/// Longest names of a cell, in characters; what is longer tells something.
const LONGEST_NAMES: usize = 40;

/// States of a time that is over say nothing against the last.
const PERIODS: [&str; 5] = ["月", "季度", "周", "期", "阶段"];

/// Words that stand for a measure which is written elsewhere.
const ELSEWHERE: [&str; 10] =
    ["见附件", "详见", "另附", "待定", "待补充", "待明确", "待研究", "附后", "另行", "见方案"];

impl Builder<'_> {
    /// Asks about the cells of a task that hold what it lacks, and about such as hold something else than their heading says.
    pub(super) fn lacks(&mut self, said: &[Said], title: (Spot, &str), task: &TaskDraft) {
        self.misplaced_words(said, title);
        self.states_that_differ(said);
        self.days_in_measures(said, task);
        let others = said.iter().filter(|s| {
            matches!(
                s.meaning,
                Meaning::Kept | Meaning::Remark | Meaning::Objective | Meaning::Criterion | Meaning::Basis
            )
        });
        for cell in others {
            if let Some(meaning) = self.is_what_lacks(cell, said, task) {
                let message =
                    format!("这一格像是{}，没有读作{}；请核对，并指明这一列的意思。", meaning.label(), meaning.label());
                self.ask(cell.spot, "cell_unplaced", &cell.cell.text(), message, None);
            }
        }
    }

    /// A day inside the words of a measure, where nothing else says when.
    fn days_in_measures(&mut self, said: &[Said], task: &TaskDraft) {
        let has_time = task.due_on.is_some() || task.review_on.is_some() || task.disposition.is_some();
        if has_time || said.iter().any(|s| s.meaning == Meaning::Due) {
            return;
        }
        for cell in said.iter().filter(|s| s.meaning == Meaning::Measure) {
            let text = cell.cell.text();
            if !dates::find(&text, self.year).is_empty() {
                let message = "措施里写了日期，没有读作完成时限；请核对。".to_owned();
                self.ask(cell.spot, "cell_unplaced", &text, message, None);
            }
        }
    }

    /// Another column that tells a state too, and says otherwise than the one that was read: both are asked about.
    fn states_that_differ(&mut self, said: &[Said]) {
        let completion = self.context.completion;
        let is_done = |cell: &Said| {
            let means = completion.told(&cell.cell.text())?;
            Some(matches!(means, Completion::Done | Completion::Sustained))
        };
        let Some(read) = said.iter().rfind(|s| s.meaning == Meaning::Status) else { return };
        let Some(done) = is_done(read) else { return };
        let tells_state = |s: &&Said| {
            s.meaning == Meaning::Kept
                && s.spot.row == read.spot.row
                && meaning::label(&s.heading) == Some(Meaning::Status)
                && !PERIODS.iter().any(|word| s.heading.contains(word))
        };
        for other in said.iter().filter(tells_state).filter(|s| is_done(s).is_some_and(|other| other != done)) {
            for cell in [read, other] {
                let message = format!("“{}”与“{}”所写不一致；请核对。", read.heading, other.heading);
                self.ask(cell.spot, "status_unclear", &cell.cell.text(), message, None);
            }
        }
    }

    /// What the cell seems to hold of that which the task lacks.
    fn is_what_lacks(&self, cell: &Said, said: &[Said], task: &TaskDraft) -> Option<Meaning> {
        let heading = meaning::bare(&cell.heading);
        let has = |meaning: Meaning| said.iter().any(|s| s.meaning == meaning);
        let has_units = [Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons].into_iter().any(has);
        let text = cell.cell.text();
        let is_free = !parts::is_of_another_act(&heading) || parts::is_of_object(&heading);
        let has_time = task.due_on.is_some() || task.review_on.is_some() || task.disposition.is_some();
        let is_called_time = is_free && parts::names_time(&heading);
        let is_time = self.is_time_limit(&cell.cell) && !parts::is_of_another_day(&heading);
        if !has_time && !has(Meaning::Due) && (is_called_time || is_time) {
            return Some(Meaning::Due);
        }
        if matches!(cell.cell, Cell::Text(_)) && is_free {
            let (is_unit, is_person) = self.who(&text);
            let is_called = !has_units && parts::names_units(&heading);
            if task.units.is_empty() && (is_unit || is_called) {
                return Some(Meaning::Units);
            }
            if is_person && (task.persons.is_empty() || task.leaders.is_empty()) {
                return Some(if task.persons.is_empty() { Meaning::Persons } else { Meaning::Leaders });
            }
            if !has(Meaning::Status) && self.is_state(&text) {
                return Some(Meaning::Status);
            }
            let is_word = is_unit || is_person || self.is_state(&text) || self.is_time_limit(&cell.cell);
            if task.measures.is_empty() && !is_word && text.chars().count() >= SHORTEST_MEASURE {
                return Some(Meaning::Measure);
            }
        }
        None
    }

    fn is_time_limit(&self, cell: &Cell) -> bool {
        let read = deadline::read(cell, self.year);
        !matches!(cell, Cell::Number(_)) && !matches!(read, Deadline::None | Deadline::Unclear)
    }

    fn is_state(&self, text: &str) -> bool {
        let is_mark = text.chars().count() < 2;
        !is_mark
            && matches!(
                self.context.completion.read(text),
                Some(Completion::Done | Completion::Sustained | Completion::Open)
            )
    }

    /// Whether the text names units, and whether it names people, and nothing else.
    fn who(&self, text: &str) -> (bool, bool) {
        let directory = self.context.directory;
        if text.chars().count() > LONGEST_NAMES {
            return (false, false);
        }
        let names = names::split(text);
        let all = |is_so: &dyn Fn(&String) -> bool| !names.is_empty() && names.iter().all(is_so);
        let is_unit = all(&|name| !matches!(directory.unit(name), Match::None));
        let is_person = all(&|name| !matches!(directory.person(name, &[]), Match::None));
        if is_unit || is_person {
            return (is_unit, is_person);
        }
        written::read(directory, text, &[])
            .map_or((false, false), |w| (!w.units.is_empty() || !w.supporting.is_empty(), !w.persons.is_empty()))
    }

    /// A day, a name or a state where a problem or a measure should be, and a measure that is written elsewhere.
    fn misplaced_words(&mut self, said: &[Said], title: (Spot, &str)) {
        let measures = said.iter().filter(|s| s.meaning == Meaning::Measure).map(|s| (s.spot, s.cell.text(), true));
        let mut words: Vec<(Spot, String, bool)> = measures.collect();
        words.push((title.0, title.1.to_owned(), false));
        for (spot, text, is_measure) in words {
            let (is_unit, is_person) = self.who(&text);
            let is_number = squeeze(&text).parse::<f64>().is_ok() || numbering::ordinal(&text).is_some();
            let is_day = dates::parse(&text, self.year).is_some();
            let is_other = is_unit || is_person || is_number || is_day || self.is_state(&text);
            let is_elsewhere = is_measure && text.chars().count() <= 12 && ELSEWHERE.iter().any(|w| text.contains(w));
            let what = if is_measure { "整改措施" } else { "问题" };
            if is_other {
                let message = format!("这里应写{what}，写的是“{text}”，可能错了列。");
                self.ask(spot, "cell_misplaced", &text, message, None);
            } else if is_elsewhere || is_measure && is_reference(&text) {
                let message = "措施没有写在这里，暂按原文导入；请写明措施。".to_owned();
                self.ask(spot, "cell_misplaced", &text, message, None);
            }
        }
    }
}

/// 同第3项, 参照上条: words that stand for those of another row.
fn is_reference(text: &str) -> bool {
    let text = squeeze(text);
    let begins = ["同", "参照", "参见", "见"].iter().any(|word| text.starts_with(word));
    let names_row = text.contains(|c: char| c.is_ascii_digit() || "上下第项条行".contains(c));
    begins && names_row && text.chars().count() <= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_stand_for_another_row_are_told_apart() {
        for text in ["同第3项", "同1", "见上条", "参照第二条"] {
            assert!(is_reference(text), "{text}");
        }
        for text in ["同步修订管理办法第三章", "见证签字补齐", "同类问题举一反三自查"] {
            assert!(!is_reference(text), "{text}");
        }
    }
}
