//! Units and people of a task: names in order and by role, matched by name and alias, near ones proposed.

use super::super::completion;
use super::super::dates;
use super::super::drafts::TaskDraft;
use super::super::grid::{Cell, Grid, squeeze};
use super::super::names::{self, Match, NameList};
use super::super::written;
use super::build::{Builder, Said, Spot};
use super::corrections::Say;
use super::labels;
use super::layout::Table;
use super::meaning::Meaning;
use super::take::is_nothing;
use crate::ids::{PersonId, UnitId};

/// A name that means nobody, or more than one.
enum Missed {
    Unknown(String),
    Several(String),
}

/// What the names of a cell came to.
#[derive(Default)]
struct Found {
    units: Vec<UnitId>,
    supporting: Vec<UnitId>,
    persons: Vec<PersonId>,
    missed: Vec<Missed>,
    is_open: bool,
    /// A unit in a column of people, or a person in a column of units.
    is_misplaced: bool,
    /// Units beside leaders, in a table that has no column for them.
    has_units_of_leaders: bool,
}

fn full_brackets(text: &str) -> String {
    text.replace('(', "（").replace(')', "）")
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

const LEADING: [&str; 3] = ["牵头", "主责", "主办"];
const SUPPORTING: [&str; 5] = ["配合", "协办", "协助", "协同", "参与"];

fn place(text: &str, words: &[&str]) -> Option<usize> {
    words.iter().filter_map(|word| text.find(word)).min()
}

/// Whether a heading names those who lead and those who support together, and the first first.
fn order_of_heading(said: &Said) -> Option<bool> {
    let heading = squeeze(&said.heading);
    let (lead, support) = (place(&heading, &LEADING)?, place(&heading, &SUPPORTING)?);
    (said.meaning == Meaning::Units).then_some(lead < support)
}

/// 生产部/采购部 under 牵头单位/配合单位: each part has the role that the heading says in its order.
fn roles_by_heading(said: &Said, text: &str) -> Option<String> {
    let is_lead_first = order_of_heading(said)?;
    if place(text, &LEADING).is_some() || place(text, &SUPPORTING).is_some() {
        return None;
    }
    let (first, second) = ["/", "／", "\n", "；", ";"].iter().find_map(|mark| text.split_once(*mark))?;
    let is_whole =
        !first.trim().is_empty() && !second.trim().is_empty() && !second.contains(['/', '／', '\n', '；', ';']);
    let (lead, support) = if is_lead_first { (first, second) } else { (second, first) };
    is_whole.then(|| format!("牵头:{} 配合:{}", lead.trim(), support.trim()))
}

/// Columns in the order in which what they say leads.
const ORDER: [Meaning; 7] = [
    Meaning::LeadUnits,
    Meaning::Units,
    Meaning::UnitsAndPersons,
    Meaning::Supporting,
    Meaning::Persons,
    Meaning::LeadLeaders,
    Meaning::Leaders,
];

impl Builder<'_> {
    /// Reads the parties of a task from the cells that name them. Leaders have no supporting role: those behind 配合 follow those in the lead.
    pub(super) fn parties(&mut self, said: &[Said], task: &mut TaskDraft) {
        for meaning in ORDER {
            let mut headings: Vec<&str> = Vec::new();
            for cell in said.iter().filter(|s| s.meaning == meaning) {
                let is_second = !headings.is_empty() && !headings.contains(&cell.heading.as_str());
                headings.push(&cell.heading);
                if is_second && matches!(meaning, Meaning::Units | Meaning::Persons) {
                    let message = format!("前面已有一列{}，这里的也一并读入；请核对。", meaning.label());
                    self.ask(cell.spot, "cell_unplaced", &cell.cell.text(), message, None);
                }
                self.party(cell, &cell.cell, task, said);
                self.leaders_among_people(cell, said);
            }
        }
        let names_units =
            |s: &Said| matches!(s.meaning, Meaning::LeadUnits | Meaning::Units | Meaning::UnitsAndPersons);
        if task.units.is_empty()
            && !said.iter().any(names_units)
            && let Some(unit) = said.first().and_then(|s| self.units_of_sheets.get(&s.spot.sheet)).copied()
        {
            self.plan.units.insert(unit);
            task.units.push(unit);
        }
        let units = &task.units;
        task.supporting.retain(|u| !units.contains(u));
    }

    /// 责任领导、责任单位和责任人 in one column: who of them leads is not said.
    fn leaders_among_people(&mut self, cell: &Said, all: &[Said]) {
        let has_leaders = all.iter().any(|s| matches!(s.meaning, Meaning::Leaders | Meaning::LeadLeaders));
        let is_mixed = matches!(cell.meaning, Meaning::UnitsAndPersons | Meaning::Persons);
        if is_mixed && !has_leaders && cell.heading.contains("领导") {
            let message = "这里领导和责任人写在一起，都读作责任人；请核对。".to_owned();
            self.ask(cell.spot, "cell_unplaced", &cell.cell.text(), message, None);
        }
    }

    fn party(&mut self, said: &Said, cell: &Cell, task: &mut TaskDraft, all: &[Said]) {
        let text = cell.text();
        if said.meaning == Meaning::Supporting && is_nothing(&text) {
            return;
        }
        let is_date = !matches!(cell, Cell::Text(_)) || dates::parse(&text, self.year).is_some();
        if is_date || self.context.completion.read(&text).is_some() || completion::has_share(&text) {
            let message = format!("这里应写{}，写的是“{text}”，可能错了列。", said.meaning.label());
            self.ask(said.spot, "cell_misplaced", &text, message, None);
            task.extra.insert(said.heading.clone(), text);
            return;
        }
        let by_heading = roles_by_heading(said, &text);
        let roles = by_heading.as_deref().unwrap_or(&text);
        let mut found = self.find(said.meaning, roles, &task.units);
        if let Some(whole) = self.find_written(said.meaning, roles, &task.units, &found, all) {
            found = whole;
        }
        if by_heading.is_none() && self.leaves_roles_open(said, &text, &found) {
            let message = "这里写了几个单位，没有写明哪个牵头、哪个配合，都读作责任单位；请核对。".to_owned();
            self.ask(said.spot, "roles_unsure", &text, message, None);
        }
        if found.has_units_of_leaders {
            let message = "这里既写了领导也写了单位，单位读作责任单位；请核对。".to_owned();
            self.ask(said.spot, "cell_unplaced", &text, message, None);
        }
        if found.missed.is_empty() && !found.is_open && !found.is_misplaced {
            self.put(said.meaning, found, task);
            return;
        }
        let (kind, message, proposal) = self.question(said, &text, &found, all);
        match self.ask(said.spot, kind, &text, message, proposal.clone()) {
            Some(Say::Accept) if proposal.is_some() => {
                let proposed = self.find(said.meaning, &proposal.unwrap_or_default(), &task.units);
                self.put(said.meaning, proposed, task);
            }
            _ => self.put(said.meaning, found, task),
        }
        task.extra.insert(said.heading.clone(), text);
    }

    /// Several units of which it is not said who leads: under a heading that asks for it, beside one that is said to lead, parted by marks of two kinds,
    /// joined by words that may mean either, or one in brackets behind the other.
    fn leaves_roles_open(&self, said: &Said, text: &str, found: &Found) -> bool {
        if found.units.len() < 2 || !found.supporting.is_empty() {
            return false;
        }
        if order_of_heading(said).is_some() {
            return true;
        }
        // A line that breaks behind a mark is no mark of its own.
        let joined = text.trim().replace("、\n", "、").replace("，\n", "，");
        let is_parted_twice = joined.contains('、') && joined.contains(['；', ';', '/', '／', '\n']);
        let is_joined = ["会同", "联合", "→", ">", "＞"].iter().any(|word| text.contains(word));
        let directory = self.context.directory;
        let is_unit = |name: &str| matches!(directory.unit(name.trim()), Match::One(_));
        let holds_unit = |name: &String| {
            let inner = name.split_once(['(', '（']).and_then(|(_, rest)| rest.split([')', '）']).next());
            !is_unit(&full_brackets(name)) && inner.is_some_and(is_unit)
        };
        let is_in_brackets = names::split(text).iter().any(holds_unit);
        let is_told_of_one = place(text, &LEADING).is_some();
        said.meaning == Meaning::Units && (is_told_of_one || is_parted_twice || is_joined || is_in_brackets)
    }

    fn put(&mut self, meaning: Meaning, found: Found, task: &mut TaskDraft) {
        for unit in found.units.iter().chain(&found.supporting) {
            self.plan.units.insert(*unit);
        }
        let is_leader = matches!(meaning, Meaning::LeadLeaders | Meaning::Leaders);
        let people = if is_leader { &mut task.leaders } else { &mut task.persons };
        found.persons.into_iter().for_each(|p| push(people, p));
        let is_supporting = meaning == Meaning::Supporting;
        found
            .units
            .into_iter()
            .for_each(|u| push(if is_supporting { &mut task.supporting } else { &mut task.units }, u));
        found.supporting.into_iter().for_each(|u| push(&mut task.supporting, u));
    }

    /// Matches the names of a text.
    fn find(&self, meaning: Meaning, text: &str, near: &[UnitId]) -> Found {
        let NameList { leading, supporting, is_open } = names::list(text);
        let mut found = Found { is_open, ..Found::default() };
        let directory = self.context.directory;
        let wants_units =
            matches!(meaning, Meaning::LeadUnits | Meaning::Units | Meaning::Supporting | Meaning::UnitsAndPersons);
        let wants_people = !wants_units || meaning == Meaning::UnitsAndPersons;
        let mut posts = Vec::new();
        let both = [(leading, false), (supporting, true)];
        for (names, supports) in both {
            let names = if wants_units { names } else { names::join_lone(names) };
            let names = if meaning == Meaning::UnitsAndPersons { self.apart(names) } else { names };
            for name in names {
                let unit = directory.unit(&name);
                let mut nearby = found.units.clone();
                nearby.extend(near);
                let mut person = directory.person(&name, &nearby);
                if wants_people && unit == Match::None && person == Match::None {
                    person = directory.person_with_post(&name, &nearby);
                    if person == Match::None && names::is_post(&name) {
                        posts.push(name);
                        continue;
                    }
                }
                match (unit, person) {
                    (Match::One(unit), _) if wants_units => {
                        push(if supports { &mut found.supporting } else { &mut found.units }, unit);
                    }
                    (_, Match::One(person)) if wants_people => push(&mut found.persons, person),
                    (Match::Several, _) | (_, Match::Several) => found.missed.push(Missed::Several(name)),
                    (Match::One(_), _) | (_, Match::One(_)) => {
                        found.is_misplaced = true;
                        found.missed.push(Missed::Unknown(name));
                    }
                    _ => found.missed.push(Missed::Unknown(name)),
                }
            }
        }
        // A post beside a name says nothing more; alone, it is asked about.
        if found.persons.is_empty() {
            found.missed.extend(posts.into_iter().map(Missed::Unknown));
        }
        found
    }

    /// Names that the marks between them do not part, or that say their roles behind them; None where it is no better.
    fn find_written(
        &self,
        meaning: Meaning,
        text: &str,
        near: &[UnitId],
        found: &Found,
        all: &[Said],
    ) -> Option<Found> {
        let is_half = meaning == Meaning::UnitsAndPersons && (found.units.is_empty() || found.persons.is_empty());
        if found.is_open || found.missed.is_empty() && !found.is_misplaced && !is_half {
            return None;
        }
        if let Some(whole) = self.find_whole(meaning, text, near) {
            return Some(whole);
        }
        let written::Written { mut units, mut supporting, mut persons } =
            written::read(self.context.directory, &full_brackets(text), near)?;
        let has = |meanings: &[Meaning]| all.iter().any(|s| meanings.contains(&s.meaning));
        let wants_units = matches!(meaning, Meaning::LeadUnits | Meaning::Units | Meaning::Supporting);
        let is_found = match meaning {
            Meaning::UnitsAndPersons => true,
            _ if wants_units => !units.is_empty() || !supporting.is_empty(),
            _ => !persons.is_empty(),
        };
        // People beside a unit, or a unit beside its people, count where no column of their own names them.
        if wants_units && has(&[Meaning::Persons, Meaning::UnitsAndPersons]) {
            persons.clear();
        }
        let has_units = has(&[Meaning::LeadUnits, Meaning::Units, Meaning::UnitsAndPersons]);
        if meaning != Meaning::UnitsAndPersons && !wants_units && has_units {
            units.clear();
            supporting.clear();
        }
        let is_leader = matches!(meaning, Meaning::LeadLeaders | Meaning::Leaders);
        let has_units_of_leaders = is_leader && !units.is_empty();
        is_found.then(|| Found { units, supporting, persons, has_units_of_leaders, ..Found::default() })
    }

    /// One name with white space in it, as where a narrow column breaks it, or with brackets of the other width.
    fn find_whole(&self, meaning: Meaning, text: &str, near: &[UnitId]) -> Option<Found> {
        let directory = self.context.directory;
        let name = squeeze(text);
        let is_of_units = matches!(meaning, Meaning::LeadUnits | Meaning::Units | Meaning::Supporting);
        match (directory.unit(&name), directory.unit(&full_brackets(&name)), directory.person(&name, near)) {
            (Match::One(unit), ..) | (_, Match::One(unit), _) if meaning == Meaning::Supporting => {
                Some(Found { supporting: vec![unit], ..Found::default() })
            }
            (Match::One(unit), ..) | (_, Match::One(unit), _) if is_of_units => {
                Some(Found { units: vec![unit], ..Found::default() })
            }
            (.., Match::One(person)) if !is_of_units && meaning != Meaning::UnitsAndPersons => {
                Some(Found { persons: vec![person], ..Found::default() })
            }
            _ => None,
        }
    }

    /// Units written together with their people, each by itself.
    fn apart(&self, names: Vec<String>) -> Vec<String> {
        let directory = self.context.directory;
        let apart = |name: String| match directory.unit_before_people(&name) {
            Some((unit, people)) if directory.unit(&name) == Match::None => {
                std::iter::once(unit.to_owned()).chain(people).collect()
            }
            _ => vec![name],
        };
        names.into_iter().flat_map(apart).collect()
    }

    /// The unit whose own ledger a sheet is: named above the header, or by the sheet.
    pub(super) fn unit_of_sheet(&self, grid: &Grid<'_>, header: usize) -> Option<UnitId> {
        self.unit_above(grid, 0..header).or_else(|| match self.context.directory.unit(grid.sheet.name.trim()) {
            Match::One(unit) => Some(unit),
            _ => None,
        })
    }

    /// The unit that rows above a header name for all rows below it.
    pub(super) fn unit_above(&self, grid: &Grid<'_>, rows: std::ops::Range<usize>) -> Option<UnitId> {
        let directory = self.context.directory;
        let unit = |text: &str| match directory.unit(text.trim()) {
            Match::One(unit) => Some(unit),
            _ => None,
        };
        let above = rows.flat_map(|row| grid.filled(row).into_iter().map(move |column| (row, column)));
        above.into_iter().find_map(|(row, column)| {
            let text = grid.at(row, column).text();
            let (label, rest) = text.split_once(['：', ':'])?;
            let label = squeeze(label);
            let is_label = label.ends_with("单位") || label.ends_with("部门") || label == "单位名称";
            let beside = grid.at(row, column + 1).text();
            let rest = rest.split(['　', ' ', '\n']).find(|part| !part.is_empty()).unwrap_or(&beside);
            unit(rest).filter(|_| is_label)
        })
    }

    /// Leaders and people who answer for all rows of a table without a column of them: 包案领导：甲乙 above the header.
    pub(super) fn people_above(&self, grid: &Grid<'_>, rows: std::ops::Range<usize>, table: &Table) -> Vec<Said> {
        let is_of_all = |label: &labels::Labelled| {
            let lacks = match label.meaning {
                Meaning::Leaders | Meaning::LeadLeaders => {
                    !table.has(Meaning::Leaders) && !table.has(Meaning::LeadLeaders)
                }
                Meaning::Persons => !table.has(Meaning::Persons) && !table.has(Meaning::UnitsAndPersons),
                _ => false,
            };
            let answers = ["责任", "包", "分管", "牵头", "挂", "承办"].iter().any(|word| label.heading.contains(word));
            lacks && answers && self.find(label.meaning, &label.value, &[]).missed.is_empty() && !label.value.is_empty()
        };
        let cells = rows.flat_map(|row| grid.filled(row).into_iter().map(move |column| (row, column)));
        let said = cells.flat_map(|(row, column)| {
            let mut found = labels::read(&grid.at(row, column).text());
            if let [only] = found.as_mut_slice()
                && only.value.is_empty()
            {
                only.value = grid.at(row, column + 1).text();
            }
            let spot = Spot { sheet: self.sheet, row, column };
            found.into_iter().filter(&is_of_all).map(move |label| Said {
                meaning: label.meaning,
                heading: label.heading,
                spot,
                cell: Cell::Text(label.value),
            })
        });
        said.collect()
    }

    /// What to ask about names that did not come out.
    fn question(&self, said: &Said, text: &str, found: &Found, all: &[Said]) -> (&'static str, String, Option<String>) {
        let wants_units = matches!(said.meaning, Meaning::LeadUnits | Meaning::Units | Meaning::Supporting);
        let what = if wants_units { "单位" } else { "人员" };
        let listed = |missed: &[&Missed]| {
            missed
                .iter()
                .map(|m| match m {
                    Missed::Unknown(n) | Missed::Several(n) => format!("“{n}”"),
                })
                .collect::<String>()
        };
        let unknown: Vec<&Missed> = found.missed.iter().filter(|m| matches!(m, Missed::Unknown(_))).collect();
        let several: Vec<&Missed> = found.missed.iter().filter(|m| matches!(m, Missed::Several(_))).collect();
        if found.is_misplaced {
            let message = format!("{}不是{what}，可能错了列。", listed(&unknown));
            return ("cell_misplaced", message, None);
        }
        if !unknown.is_empty() {
            let mut proposed = text.to_owned();
            let mut near = Vec::new();
            for missed in &unknown {
                let Missed::Unknown(name) = missed else { continue };
                if let Some(known) = self.near(name, wants_units, said.meaning == Meaning::UnitsAndPersons) {
                    proposed = proposed.replace(name.as_str(), &known);
                    near.push(known);
                }
            }
            let is_whole = near.len() == unknown.len() && several.is_empty() && !found.is_open;
            let hint = if near.is_empty() { String::new() } else { format!("是不是“{}”？", near.join("、")) };
            let kind = if wants_units { "unit_unknown" } else { "person_unknown" };
            return (kind, format!("没有名为{}的{what}。{hint}", listed(&unknown)), is_whole.then_some(proposed));
        }
        if !several.is_empty() {
            let kind = if wants_units { "unit_ambiguous" } else { "person_ambiguous" };
            return (kind, format!("{}对应多个{what}，请注明。", listed(&several)), None);
        }
        if !wants_units {
            return ("person_open", "没有写明是哪些人。".into(), None);
        }
        let mut names: Vec<String> = Vec::new();
        found.units.iter().for_each(|u| push(&mut names, self.unit_name(*u)));
        let people = all.iter().filter(|s| s.meaning == Meaning::Persons);
        let mut n = 0;
        for person in people.flat_map(|s| self.find(Meaning::Persons, &s.cell.text(), &found.units).persons) {
            n += 1;
            if let Some(person) = self.context.directory.people.iter().find(|p| p.id == person)
                && let [unit] = person.units.as_slice()
            {
                push(&mut names, self.unit_name(*unit));
            }
        }
        let proposal = (n > 0 && !names.is_empty()).then(|| names.join("、"));
        let hint = match &proposal {
            Some(names) => format!("按责任人所在单位推，应为{names}。"),
            None => "请写明单位。".to_owned(),
        };
        ("unit_open", format!("没有写明是哪些单位。{hint}"), proposal)
    }

    pub(super) fn unit_name(&self, id: UnitId) -> String {
        self.context.directory.units.iter().find(|u| u.id == id).map(|u| u.name.clone()).unwrap_or_default()
    }

    fn near(&self, name: &str, is_unit: bool, is_either: bool) -> Option<String> {
        let directory = self.context.directory;
        let unit = || directory.near_unit(name).map(|u| u.name.clone());
        let person = || directory.near_person(name).map(|p| p.name.clone());
        match (is_unit, is_either) {
            (_, true) => unit().or_else(person),
            (true, _) => unit(),
            (false, _) => person(),
        }
    }

    /// The person who vouches, if there is such a person.
    pub(super) fn voucher(&self, id: PersonId) -> Option<PersonId> {
        self.context.directory.people.iter().any(|p| p.id == id).then_some(id)
    }

    /// The spot of a column's cell in the first row of a task.
    pub(super) fn spot_of(&self, said: &[Said], meaning: Meaning, otherwise: Spot) -> Spot {
        said.iter().find(|s| s.meaning == meaning).map_or(otherwise, |s| s.spot)
    }
}
