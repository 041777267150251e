//! Units and people found by the names people use for them.

use crate::actor::UnitPath;
use crate::ids::{PersonId, UnitId};

/// A unit as it may be written.
#[derive(Clone, Debug)]
pub struct DirectoryUnit {
    pub id: UnitId,
    pub name: String,
    pub aliases: Vec<String>,
    pub path: UnitPath,
}

/// A person with his units.
#[derive(Clone, Debug)]
pub struct DirectoryPerson {
    pub id: PersonId,
    pub name: String,
    pub units: Vec<UnitId>,
}

/// Everybody and every unit a name may mean.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub units: Vec<DirectoryUnit>,
    pub people: Vec<DirectoryPerson>,
}

/// What a name comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match<T> {
    One(T),
    None,
    Several,
}

fn one<T: Copy + PartialEq>(found: Vec<T>) -> Match<T> {
    match found.as_slice() {
        [] => Match::None,
        [only] => Match::One(*only),
        _ => Match::Several,
    }
}

impl Directory {
    /// The unit of a full name or an alias.
    pub fn unit(&self, name: &str) -> Match<UnitId> {
        let exact: Vec<_> = self.units.iter().filter(|u| u.name == name).map(|u| u.id).collect();
        if !exact.is_empty() {
            return one(exact);
        }
        one(self.units.iter().filter(|u| u.aliases.iter().any(|a| a == name)).map(|u| u.id).collect())
    }

    /// The person of a name; one that occurs twice is told apart by the units of the row.
    pub fn person(&self, name: &str, near: &[UnitId]) -> Match<PersonId> {
        let all: Vec<&DirectoryPerson> = self.people.iter().filter(|p| p.name == name).collect();
        match all.as_slice() {
            [] => Match::None,
            [only] => Match::One(only.id),
            several => {
                let here: Vec<_> =
                    several.iter().filter(|p| p.units.iter().any(|u| near.contains(u))).map(|p| p.id).collect();
                if here.len() == 1 { one(here) } else { Match::Several }
            }
        }
    }
}

/// A cell's names in order; brackets keep what is inside them together.
pub fn split(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut current = String::new();
    let mut depth = 0u32;
    for c in text.chars() {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_break =
            depth == 0 && matches!(c, '、' | '，' | ',' | '；' | ';' | '/' | '\n' | '\r' | ' ' | '\t' | '\u{3000}');
        if is_break {
            names.push(std::mem::take(&mut current));
        } else {
            current.push(c);
        }
    }
    names.push(current);
    names.into_iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_but_brackets_hold() {
        assert_eq!(split("甲子安、乙丑平，丙寅正/丁卯清"), ["甲子安", "乙丑平", "丙寅正", "丁卯清"]);
        assert_eq!(split("组织部（人力资源部、党校） 财务部"), ["组织部（人力资源部、党校）", "财务部"]);
        assert_eq!(split(" 、 "), Vec::<String>::new());
    }
}
