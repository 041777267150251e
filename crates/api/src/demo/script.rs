//! The story as it is written down: acts with their moments, plans, statements and words, read from the tables of tests/fixtures/demo.

use std::collections::{BTreeMap, VecDeque};

use chrono::NaiveTime;

const STORY: &str = include_str!("../../../../tests/fixtures/demo/story.txt");
const WORDS: &str = include_str!("../../../../tests/fixtures/demo/words.txt");
const PLANS: &str = include_str!("../../../../tests/fixtures/demo/plans.txt");
const STATEMENTS: &str = include_str!("../../../../tests/fixtures/demo/statements.txt");

/// A moment as week of the round and day of that week, 1 = Monday, with a time of day where it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) week: i64,
    pub(super) day: i64,
    pub(super) time: Option<NaiveTime>,
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.split_once('@') {
            Some((date, time)) => (date, Some(NaiveTime::parse_from_str(time, "%H%M").ok()?)),
            None => (text, None),
        };
        let (week, day) = date.split_once('.')?;
        let (week, day) = (week.parse().ok()?, day.parse().ok()?);
        (1..=7).contains(&day).then_some(Self { week, day, time })
    }
}

/// What somebody does in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    BeforeGolive,
    Support,
    Review,
    Issue,
    Claim,
    Wish,
    Uphold,
    Reassign,
    Plan,
    /// Signs of the present chain, one after another.
    Approve,
    Return,
    Paper,
    Check,
    StandIn,
    Meet,
    Done,
    Proof,
    Assist,
    Extend,
    Amend,
    Cross,
    Close,
    Confirm,
    Reopen,
    Withdraw,
}

impl Verb {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "golive" => Self::BeforeGolive,
            "support" => Self::Support,
            "review" => Self::Review,
            "issue" => Self::Issue,
            "claim" => Self::Claim,
            "wish" => Self::Wish,
            "uphold" => Self::Uphold,
            "reassign" => Self::Reassign,
            "plan" => Self::Plan,
            "approve" => Self::Approve,
            "return" => Self::Return,
            "paper" => Self::Paper,
            "check" => Self::Check,
            "stand" => Self::StandIn,
            "meet" => Self::Meet,
            "done" => Self::Done,
            "proof" => Self::Proof,
            "assist" => Self::Assist,
            "extend" => Self::Extend,
            "amend" => Self::Amend,
            "cross" => Self::Cross,
            "close" => Self::Close,
            "confirm" => Self::Confirm,
            "reopen" => Self::Reopen,
            "withdraw" => Self::Withdraw,
            _ => return None,
        })
    }
}

/// One act of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Act {
    pub(super) verb: Verb,
    /// Which milestone, from 1, for one that is done.
    pub(super) which: usize,
    /// How many signatures; none for as many as the chain still asks.
    pub(super) times: Option<u8>,
    pub(super) by_deputy: bool,
    pub(super) at: Moment,
}

/// A milestone of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlanMilestone {
    /// Which measure, from 1.
    pub(super) measure: usize,
    pub(super) due: Moment,
    pub(super) title: String,
    pub(super) proof: String,
}

/// A plan as a unit hands it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) objective: String,
    pub(super) criteria: Vec<String>,
    pub(super) milestones: Vec<PlanMilestone>,
    /// Proofs of the milestones that came with the workbook, in order.
    pub(super) proofs: Vec<String>,
}

/// A weekly statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) week: i64,
    pub(super) progress: Option<String>,
    pub(super) difficulties: Option<String>,
    pub(super) help_wanted: Option<String>,
    pub(super) next_step: Option<String>,
    pub(super) no_progress_reason: Option<String>,
    /// Why the office returns it.
    pub(super) returned: Option<String>,
    /// The answer to a returned one.
    pub(super) is_answer: bool,
    /// Handed in on the Monday after.
    pub(super) is_late: bool,
}

/// Everything that happens to one task.
#[derive(Clone, Debug, Default)]
pub(super) struct Storyline {
    pub(super) number: String,
    pub(super) acts: VecDeque<Act>,
    pub(super) plans: VecDeque<Plan>,
    pub(super) statements: VecDeque<Statement>,
    pub(super) words: BTreeMap<Verb, VecDeque<String>>,
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'))
}

fn act(text: &str) -> Option<Act> {
    let (head, at) = text.trim().split_once(' ')?;
    let (head, times) = match head.split_once(':') {
        Some((head, times)) => (head, Some(times.parse().ok()?)),
        None => (head, None),
    };
    let (head, by_deputy) = head.strip_suffix("-d").map_or((head, false), |head| (head, true));
    let word = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let which = head[word.len()..].parse().unwrap_or(0);
    Some(Act { verb: Verb::parse(word)?, which, times, by_deputy, at: Moment::parse(at.trim())? })
}

fn plan(text: &str) -> Option<Plan> {
    let mut plan = Plan::default();
    for part in text.split(" / ") {
        let (head, rest) = part.trim().split_once(' ')?;
        match head {
            "目标" => rest.clone_into(&mut plan.objective),
            "标准" => plan.criteria.push(rest.to_owned()),
            "证" => plan.proofs.extend(rest.split(" | ").map(str::to_owned)),
            "节点" => {
                let (measure, rest) = rest.split_once(' ')?;
                let (due, rest) = rest.split_once(' ')?;
                let (title, proof) = rest.split_once(" 证 ")?;
                plan.milestones.push(PlanMilestone {
                    measure: measure.parse().ok()?,
                    due: Moment::parse(due)?,
                    title: title.to_owned(),
                    proof: proof.to_owned(),
                });
            }
            _ => return None,
        }
    }
    (!plan.criteria.is_empty()).then_some(plan)
}

fn statement(week: &str, text: &str) -> Option<Statement> {
    let (week, is_answer) = week.strip_suffix('+').map_or((week, false), |week| (week, true));
    let mut statement = Statement { week: week.parse().ok()?, is_answer, ..Statement::default() };
    let mut field = "做";
    let mut fields: BTreeMap<&str, String> = BTreeMap::new();
    for word in text.split_whitespace() {
        match word {
            "难" | "求" | "下" | "无" | "退" => field = word,
            "迟" => statement.is_late = true,
            _ => {
                let said = fields.entry(field).or_default();
                if !said.is_empty() {
                    said.push(' ');
                }
                said.push_str(word);
            }
        }
    }
    statement.progress = fields.remove("做");
    statement.difficulties = fields.remove("难");
    statement.help_wanted = fields.remove("求");
    statement.next_step = fields.remove("下");
    statement.no_progress_reason = fields.remove("无");
    statement.returned = fields.remove("退");
    Some(statement)
}

/// Reads the whole story, each task once.
///
/// Errors: the line that cannot be read.
pub(super) fn read() -> Result<Vec<Storyline>, String> {
    let fault = |line: &str| format!("示例剧本有一行读不懂：{line}");
    let mut all: BTreeMap<String, Storyline> = BTreeMap::new();
    for line in lines(STORY) {
        let (number, acts) = line.split_once(" | ").ok_or_else(|| fault(line))?;
        let acts: Option<VecDeque<Act>> = acts.split(" | ").map(act).collect();
        let acts = acts.ok_or_else(|| fault(line))?;
        let told = Storyline { number: number.to_owned(), acts, ..Storyline::default() };
        if all.insert(number.to_owned(), told).is_some() {
            return Err(fault(line));
        }
    }
    for (text, kind) in [(WORDS, 0), (PLANS, 1), (STATEMENTS, 2)] {
        for line in lines(text) {
            let (number, rest) = line.split_once(' ').ok_or_else(|| fault(line))?;
            let told = all.get_mut(number).ok_or_else(|| fault(line))?;
            let understood = match kind {
                0 => rest.split_once(' ').and_then(|(verb, words)| {
                    told.words.entry(Verb::parse(verb)?).or_default().push_back(words.to_owned());
                    Some(())
                }),
                1 => plan(rest).map(|plan| told.plans.push_back(plan)),
                _ => rest
                    .split_once(' ')
                    .and_then(|(week, text)| statement(week, text))
                    .map(|said| told.statements.push_back(said)),
            };
            understood.ok_or_else(|| fault(line))?;
        }
    }
    Ok(all.into_values().collect())
}

/// The code and the rest of words such as `@U105 5.5 核对账务`.
pub(super) fn addressed(words: &str) -> Option<(&str, &str)> {
    words.strip_prefix('@')?.split_once(' ')
}

/// The moment and the rest of words such as `5.5 核对账务`.
pub(super) fn dated(words: &str) -> Option<(Moment, &str)> {
    let (moment, rest) = words.split_once(' ').unwrap_or((words, ""));
    Some((Moment::parse(moment)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn story() -> Vec<Storyline> {
        read().unwrap()
    }

    #[test]
    fn the_whole_story_is_understood_and_two_tasks_stay_drafts() {
        let story = story();
        assert_eq!(story.len(), 58);
        let told: BTreeSet<&str> = story.iter().map(|s| s.number.as_str()).collect();
        assert!(!told.contains("T23") && !told.contains("T36"));
    }

    #[test]
    fn an_act_says_who_which_and_how_often() {
        let act = |text| act(text).unwrap();
        assert_eq!(act("close-d 6.4").verb, Verb::Close);
        assert!(act("close-d 6.4").by_deputy);
        assert_eq!(act("done2 5.2@1430").which, 2);
        assert_eq!(act("done2 5.2@1430").at.time, NaiveTime::from_hms_opt(14, 30, 0));
        assert_eq!(act("approve:3 2.1").times, Some(3));
        assert!(super::act("dance 1.1").is_none() && super::act("claim 1.8").is_none());
    }

    #[test]
    fn no_statement_is_a_copy_of_another_and_nearly_all_carry_a_figure() {
        let said: Vec<String> = story().into_iter().flat_map(|s| s.statements).filter_map(|s| s.progress).collect();
        let different: BTreeSet<&String> = said.iter().collect();
        assert_eq!(different.len(), said.len());
        let figured = said.iter().filter(|t| t.chars().any(|c| c.is_ascii_digit())).count();
        assert!(said.len() > 140 && figured * 100 >= said.len() * 95, "{figured} of {}", said.len());
    }

    #[test]
    fn whoever_hands_in_a_plan_or_a_closure_has_something_to_say() {
        for told in story() {
            let count = |verb: Verb| told.acts.iter().filter(|a| a.verb == verb).count();
            assert_eq!(told.plans.len(), count(Verb::Plan) + count(Verb::Amend), "{}", told.number);
            for verb in [Verb::Close, Verb::Return, Verb::Wish, Verb::Extend, Verb::Amend, Verb::Withdraw] {
                // An act with words has them each time; a returned verification is the office's own words.
                assert_eq!(told.words.get(&verb).map_or(0, VecDeque::len), count(verb), "{} {verb:?}", told.number);
            }
        }
    }
}
