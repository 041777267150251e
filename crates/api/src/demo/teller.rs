//! Plays the story: always the earliest act that is left, each by its person at its moment, the clock kept in between.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::actor::Actor;
use domain::calendar::{self, Week};
use domain::ids::{RoundId, TaskId};
use domain::task::command::{StatementInput, TaskCommand};
use domain::task::state::{StatementReply, Task, TaskState};
use persistence::tasks::{self, Expected};
use persistence::{Error, Origin, PgConnection, notifications, organisation as people};

use super::days::RoundDays;
use super::organisation::{Cast, OFFICE, TEAMS, origin};
use super::script::{Act, Moment, Statement, Storyline, Verb};
use super::supervision::Supervision;
use super::{delegation, files};

/// The unit that writes its statements all at once, late on Friday.
const LATE_WRITERS: &str = "U102";

/// One task on its way through the story.
pub(super) struct Line {
    pub(super) id: TaskId,
    /// Spreads its acts over hours and phrases.
    pub(super) seed: u32,
    pub(super) told: Storyline,
    /// The task after its last act.
    pub(super) task: Task,
    answers: VecDeque<(DateTime<Utc>, Answer)>,
    last: DateTime<Utc>,
    pub(super) n_acts: u32,
    /// Signatures given of the act at hand.
    signed: u8,
}

/// What the office says to a statement.
enum Answer {
    Acknowledge(Week, u16),
    Return(Week, u16, String),
}

enum Next {
    Act,
    Statement,
    Answer,
}

/// Plays the story in the caller's transaction.
pub(super) struct Teller<'a> {
    pub(super) conn: &'a mut PgConnection,
    pub(super) cast: &'a Cast,
    pub(super) days: &'a RoundDays,
    folder: &'a Path,
    pub(super) round: RoundId,
    /// Until when the clock was kept.
    clock: DateTime<Utc>,
    actors: HashMap<(String, NaiveDate), Actor>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(
        conn: &'a mut PgConnection,
        cast: &'a Cast,
        days: &'a RoundDays,
        folder: &'a Path,
        round: RoundId,
        clock: DateTime<Utc>,
    ) -> Self {
        Self { conn, cast, days, folder, round, clock, actors: HashMap::new() }
    }

    /// Plays everything up to now.
    ///
    /// Errors: an act that the product refuses, with the task, the act and its moment.
    pub(super) fn tell(mut self, story: Vec<Storyline>, now: DateTime<Utc>) -> Result<(), Error> {
        let mut delegated = Some((self.moment(4, 5, 11), delegation(self.cast, self.days)?));
        let mut in_person = Some(self.moment(6, 4, 90));
        let mut read = Some(self.moment(6, 5, 60));
        let mut lines = self.lines(story)?;
        let by_number = lines.iter().map(|line| (line.told.number.clone(), line.id)).collect();
        let mut around = Supervision::new(self.days, by_number);
        loop {
            let earliest = lines
                .iter()
                .enumerate()
                .filter_map(|(i, line)| self.next(line).map(|(at, next)| (at, i, next)))
                .min_by_key(|(at, i, _)| (*at, *i));
            let Some((at, i, next)) = earliest.filter(|(at, ..)| *at <= now) else { break };
            if let Some((when, input)) = delegated.take_if(|(when, _)| *when <= at) {
                let by = self.by("secadmin", when)?;
                people::create_delegation(self.conn, &by, input)?;
            }
            if let Some(when) = in_person.take_if(|when| *when <= at) {
                self.keep_clock(when)?;
                self.personal_duties(when)?;
            }
            around.play(&mut self, at)?;
            self.keep_clock(at)?;
            if let Some(when) = read.take_if(|when| *when <= at) {
                self.read_notices(when)?;
            }
            let line = &mut lines[i];
            line.last = at;
            line.n_acts += 1;
            let what = format!("{} {at}", line_name(line, &next));
            let played = match next {
                Next::Act => self.act(line, at),
                Next::Statement => self.statement(line, at),
                Next::Answer => self.answer(line, at),
            };
            played.map_err(|error| match error {
                Error::Refused(refusal) => Error::internal(format!("{what}: {}", crate::init::words(&refusal))),
                other => Error::internal(format!("{what}: {other}")),
            })?;
            // A light that the act itself changed is said at once.
            while tasks::keep_clock_once(self.conn, at + TimeDelta::seconds(1), &self.days.calendar)? {}
        }
        around.play(&mut self, now)?;
        self.keep_clock(now)
    }

    /// The round that is told of.
    pub(super) fn round(&self) -> RoundId {
        self.round
    }

    /// Everybody has read what he was told until then.
    fn read_notices(&mut self, at: DateTime<Utc>) -> Result<(), Error> {
        for code in self.cast.codes() {
            let by = self.by(&code, at)?;
            notifications::mark_read(self.conn, &by)?;
        }
        Ok(())
    }

    fn lines(&mut self, story: Vec<Storyline>) -> Result<Vec<Line>, Error> {
        let mut by_number: BTreeMap<String, Task> = BTreeMap::new();
        for id in tasks::ids(self.conn)? {
            let task = tasks::snapshot(self.conn, id)?;
            if task.round == self.round {
                by_number.insert(task.draft.number.clone(), task);
            }
        }
        story
            .into_iter()
            .enumerate()
            .map(|(i, told)| {
                let task = by_number
                    .remove(&told.number)
                    .ok_or_else(|| Error::internal(format!("the sample plan has no {}", told.number)))?;
                let seed = u32::try_from(i).unwrap_or(0);
                let last = self.clock;
                Ok(Line { id: task.id, seed, told, task, answers: VecDeque::new(), last, n_acts: 0, signed: 0 })
            })
            .collect()
    }

    fn moment(&self, week: i64, day: i64, seed: u32) -> DateTime<Utc> {
        self.days.at(Moment { week, day, time: None }, seed)
    }

    /// Never before what the task has behind it.
    fn after(&self, line: &Line, wished: DateTime<Utc>) -> DateTime<Utc> {
        if wished > line.last { wished } else { self.days.later(line.last, 6 + line.seed % 7) }
    }

    fn next(&self, line: &Line) -> Option<(DateTime<Utc>, Next)> {
        let act = line.told.acts.front().map(|act| (self.act_moment(line, act), Next::Act));
        let said = line.told.statements.front().map(|said| {
            let at = self.statement_moment(line, said);
            // In a week that holidays shorten, the plan may be approved on the day of the statement: approval comes first.
            let approved = act.as_ref().map(|(at, _)| *at).filter(|approved| {
                !is_working(&line.task) && Week::of(calendar::today(*approved)) == self.days.week(said.week)
            });
            (approved.map_or(at, |approved| at.max(approved + TimeDelta::seconds(1))), Next::Statement)
        });
        let answer = line.answers.front().map(|(at, _)| (self.after(line, *at), Next::Answer));
        [act, said, answer].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    fn act_moment(&self, line: &Line, act: &Act) -> DateTime<Utc> {
        if line.signed > 0 {
            return self.days.later(line.last, 95 + (line.seed * 13 + u32::from(line.signed) * 31) % 70);
        }
        let wished = self.days.at(act.at, line.seed + line.n_acts * 5);
        let over = match (act.verb, line.task.observing_until) {
            (Verb::Confirm, Some(until)) => self.days.later(calendar::end_of_day(until), line.seed % 50),
            _ => wished,
        };
        self.after(line, wished.max(over))
    }

    fn statement_moment(&self, line: &Line, said: &Statement) -> DateTime<Utc> {
        let (seed, week) = (line.seed + u32::try_from(said.week).unwrap_or(0), said.week);
        let writes_late = line.task.lead_unit() == self.cast.units.get(LATE_WRITERS).copied();
        let wished = if said.is_answer {
            let returned = line.answers.back().map_or(line.last, |(at, _)| *at);
            self.moment(week, 5, seed).max(self.days.later(returned, 45))
        } else if said.returned.is_some() {
            self.moment(week, 4, seed)
        } else if said.is_late {
            self.moment(week + 1, 1, 0)
        } else if writes_late && week == 7 {
            let time = NaiveTime::from_hms_opt(16, 5 + line.seed % 30, seed % 60);
            self.days.at(Moment { week, day: 5, time }, 0)
        } else {
            self.moment(week, if seed.is_multiple_of(3) { 4 } else { 5 }, seed)
        };
        self.after(line, wished)
    }

    /// The clock from where it stood to this moment: at every midnight and cut-off.
    pub(super) fn keep_clock(&mut self, until: DateTime<Utc>) -> Result<(), Error> {
        for at in self.days.ticks(self.clock, until) {
            while tasks::keep_clock_once(self.conn, at, &self.days.calendar)? {}
        }
        self.clock = self.clock.max(until);
        while tasks::keep_clock_once(self.conn, self.clock, &self.days.calendar)? {}
        Ok(())
    }

    fn act(&mut self, line: &mut Line, at: DateTime<Utc>) -> Result<(), Error> {
        let Some(act) = line.told.acts.front().cloned() else { return Ok(()) };
        let is_over = self.play(line, &act, at)?;
        line.signed += 1;
        let enough = act.times.is_none_or(|n| line.signed >= n);
        if is_over || act.verb == Verb::Approve && act.times.is_some() && enough {
            line.told.acts.pop_front();
            line.signed = 0;
        }
        Ok(())
    }

    /// Whether a week asks for statements at all and this task for one.
    fn is_open(&self, line: &Line, week: Week) -> bool {
        let days = &self.days.calendar;
        is_working(&line.task) && (0..5).any(|n| days.is_working_day(week.monday() + TimeDelta::days(n)))
    }

    fn statement(&mut self, line: &mut Line, at: DateTime<Utc>) -> Result<(), Error> {
        let Some(said) = line.told.statements.pop_front() else { return Ok(()) };
        let week = self.days.week(said.week);
        let Some(unit) = line.task.lead_unit().filter(|_| self.is_open(line, week)) else { return Ok(()) };
        let follows = line.task.statement(unit, week).map_or(0, |s| s.revision);
        if said.is_answer != (follows > 0) {
            return Ok(());
        }
        let by = self.cast.of_unit(unit, line.seed.is_multiple_of(4))?;
        let mut evidence = Vec::new();
        if !said.is_answer && (line.seed + u32::try_from(said.week).unwrap_or(0)).is_multiple_of(4) {
            let values: Vec<u32> = (1..=said.week.unsigned_abs()).map(|w| figure(line.seed, w)).collect();
            let name = format!("{}第{}周进度图.png", line.told.number, said.week);
            evidence.push(self.attach_statement(line, &by, &name, &files::chart(&values), at)?);
        }
        let input = StatementInput {
            unit,
            week,
            follows,
            progress: said.progress,
            difficulties: said.difficulties,
            help_wanted: said.help_wanted,
            next_step: said.next_step,
            no_progress_reason: said.no_progress_reason,
            evidence,
        };
        self.execute(line, &by, at, TaskCommand::SubmitStatement(input))?;
        let answered = self.moment(said.week + 1, 1, line.seed * 3 + 1);
        match said.returned {
            Some(reason) => {
                line.answers.push_back((self.days.later(at, 45), Answer::Return(week, follows + 1, reason)));
            }
            // Half of last week's still wait to be read.
            None if said.week < 6 || line.seed.is_multiple_of(2) => {
                let read =
                    if said.is_answer || said.is_late { answered.max(self.days.later(at, 240)) } else { answered };
                line.answers.push_back((read, Answer::Acknowledge(week, follows + 1)));
            }
            None => {}
        }
        Ok(())
    }

    fn answer(&mut self, line: &mut Line, at: DateTime<Utc>) -> Result<(), Error> {
        let (Some((_, answer)), Some(unit)) = (line.answers.pop_front(), line.task.lead_unit()) else { return Ok(()) };
        let (Answer::Acknowledge(week, revision) | Answer::Return(week, revision, _)) = &answer;
        let (week, revision) = (*week, *revision);
        let is_waiting = line.task.statement(unit, week).is_some_and(|s| s.reply == StatementReply::Waiting);
        let is_over = matches!(line.task.state, TaskState::Closed | TaskState::Withdrawn);
        let readers = [OFFICE[0], TEAMS[0], OFFICE[1], TEAMS[2], OFFICE[0]];
        let by = readers[usize::try_from(line.seed).unwrap_or(0) % readers.len()];
        match answer {
            _ if !is_waiting || is_over => Ok(()),
            Answer::Acknowledge(..) => {
                self.execute(line, by, at, TaskCommand::AcknowledgeStatement { unit, week, revision })
            }
            Answer::Return(.., reason) if line.task.state != TaskState::Observing => {
                self.execute(line, OFFICE[0], at, TaskCommand::ReturnStatement { unit, week, revision, reason })
            }
            Answer::Return(..) => Ok(()),
        }
    }

    /// Somebody as he stands on that day.
    pub(super) fn by(&mut self, code: &str, at: DateTime<Utc>) -> Result<Origin, Error> {
        let key = (code.to_owned(), calendar::today(at));
        let made = match self.actors.get(&key) {
            Some(actor) => {
                Origin { actor: actor.clone(), address: String::new(), request_id: "demo".to_owned(), now: at }
            }
            None => origin(self.conn, self.cast.account(code)?, at)?,
        };
        self.actors.entry(key).or_insert_with(|| made.actor.clone());
        Ok(made)
    }

    /// One command of the product.
    pub(super) fn execute(
        &mut self,
        line: &mut Line,
        by: &str,
        at: DateTime<Utc>,
        command: TaskCommand,
    ) -> Result<(), Error> {
        let by = self.by(by, at)?;
        line.task = tasks::execute(self.conn, &by, line.id, Expected::Any, command, &self.days.calendar)?;
        Ok(())
    }

    /// A file as if it had been sent.
    pub(super) fn keep_file(&self, bytes: &[u8], media_type: &str) -> Result<persistence::blobs::StoredBlob, Error> {
        files::keep(self.folder, bytes, media_type).map_err(Error::internal)
    }
}

/// A figure of a task's progress in a week, growing.
fn figure(seed: u32, week: u64) -> u32 {
    let week = u32::try_from(week).unwrap_or(1);
    week * (3 + seed % 5) + seed * 7 % 4
}

/// Whether its plan stands and its measures are under way.
fn is_working(task: &Task) -> bool {
    matches!(task.state, TaskState::Rectifying | TaskState::ClosureReview)
}

fn line_name(line: &Line, next: &Next) -> String {
    let what = match next {
        Next::Act => line.told.acts.front().map(|a| format!("{:?}", a.verb)).unwrap_or_default(),
        Next::Statement => "statement".to_owned(),
        Next::Answer => "answer".to_owned(),
    };
    format!("{} {what}", line.told.number)
}
