//! Units and people found by the names people use for them, in cells that hold several, in order and by role.

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

/// Words a post ends with.
const POSTS: [&str; 27] = [
    "书记",
    "主任",
    "部长",
    "经理",
    "厂长",
    "矿长",
    "主席",
    "董事长",
    "会计师",
    "工程师",
    "经济师",
    "组长",
    "科长",
    "处长",
    "总监",
    "委员",
    "干事",
    "主管",
    "专员",
    "队长",
    "班长",
    "站长",
    "院长",
    "校长",
    "秘书",
    "成员",
    "同志",
];

/// Whether the words are a post, such as 副总经理（生产）, and no name.
pub(super) fn is_post(text: &str) -> bool {
    let bare = text.trim_matches(['(', ')', '（', '）', ':', '：', ' ']);
    let bare = bare.split_once(['(', '（']).map_or(bare, |(before, _)| before);
    POSTS.iter().any(|post| bare.ends_with(post))
}

impl Directory {
    /// The person in words that say his post or his unit as well: 财务部部长甲乙, 甲乙（部长）. None where it is not clear what else they say.
    pub(super) fn person_with_post(&self, text: &str, near: &[UnitId]) -> Match<PersonId> {
        let marks = ['(', ')', '（', '）', ':', '：', '-', '—', '/'];
        let is_title = |rest: &str| {
            let rest = rest.trim_matches(marks);
            is_post(rest) || matches!(self.unit(rest), Match::One(_))
        };
        let mut names: Vec<&str> = self
            .people
            .iter()
            .map(|p| p.name.as_str())
            .filter(|name| name.chars().count() >= 2)
            .filter(|name| text.strip_prefix(name).or_else(|| text.strip_suffix(name)).is_some_and(is_title))
            .collect();
        names.sort_unstable();
        names.dedup();
        match names.as_slice() {
            [name] => self.person(name, near),
            [] => Match::None,
            _ => Match::Several,
        }
    }

    /// A unit and its people written as one: 财务部（甲乙、丙丁）, 财务部：甲乙, 财务部甲乙. The unit's words and the others.
    pub(super) fn unit_before_people<'t>(&self, text: &'t str) -> Option<(&'t str, Vec<String>)> {
        let names = self.units.iter().flat_map(|u| std::iter::once(&u.name).chain(&u.aliases));
        let before =
            names.filter(|name| text.len() > name.len() && text.starts_with(name.as_str())).map(String::len).max()?;
        let (unit, rest) = text.split_at(before);
        let people = split(rest.trim_matches(['(', ')', '（', '）', ':', '：', '-', '—']));
        let is_person = |name: &String| !matches!(self.person(name, &[]), Match::None);
        (!people.is_empty() && people.iter().all(is_person)).then_some((unit, people))
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
        let is_break = depth == 0
            && matches!(
                c,
                '、' | '，' | ',' | '；' | ';' | '/' | '／' | '\\' | '|' | '\n' | '\r' | ' ' | '\t' | '\u{3000}' | '。'
            );
        if is_break {
            names.push(std::mem::take(&mut current));
        } else {
            current.push(c);
        }
    }
    names.push(current);
    names.into_iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect()
}

/// Names of a cell by role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameList {
    /// In order; the first leads.
    pub leading: Vec<String>,
    /// Behind 配合, 协办 or the like.
    pub supporting: Vec<String>,
    /// 各单位, 有关部门, …等: whom it means is not said.
    pub is_open: bool,
}

const LEADING: [&str; 20] = [
    "主要责任单位",
    "主要责任人",
    "牵头责任单位",
    "牵头单位",
    "牵头部门",
    "牵头领导",
    "主办单位",
    "主责单位",
    "责任单位",
    "责任部门",
    "责任领导",
    "分管领导",
    "主要领导",
    "第一责任人",
    "直接责任人",
    "责任人",
    "负责人",
    "牵头",
    "主办",
    "主责",
];
const SUPPORTING: [&str; 12] = [
    "配合责任单位",
    "配合单位",
    "配合部门",
    "配合领导",
    "协办单位",
    "协助单位",
    "协同单位",
    "参与单位",
    "配合",
    "协办",
    "协助",
    "协同",
];

/// A role at the start of a name, such as 牵头：, with what follows.
fn role(piece: &str) -> Option<(bool, &str)> {
    let marks = ['：', ':'];
    let find = |words: &[&str]| {
        words.iter().find_map(|word| piece.strip_prefix(word).and_then(|rest| rest.strip_prefix(marks))).map(str::trim)
    };
    find(&LEADING).map(|rest| (true, rest)).or_else(|| find(&SUPPORTING).map(|rest| (false, rest)))
}

/// A role in brackets behind a name, with the name.
fn role_behind(piece: &str) -> Option<(bool, &str)> {
    let (name, role) = piece.strip_suffix([')', '）'])?.rsplit_once(['(', '（'])?;
    match role {
        "牵头" | "主办" | "主责" | "牵头单位" | "牵头部门" => Some((true, name)),
        "配合" | "协办" | "协助" | "参与" | "协同" | "配合单位" | "配合部门" => Some((false, name)),
        _ => None,
    }
}

fn is_open(name: &str) -> bool {
    let name = name.trim_start_matches("集团");
    let starts = ["各", "有关", "相关", "所属", "全体", "所有"].iter().any(|w| name.starts_with(w));
    let ends =
        ["单位", "部门", "部室", "公司", "厂矿", "支部", "党组织", "党支部", "人员", "领导", "科室", "车间", "党委"];
    starts && ends.iter().any(|w| name.ends_with(w)) || name == "全公司" || name == "全集团"
}

/// A role may follow a name without any mark between, and white space may follow its colon: 牵头：甲配合： 乙 as 牵头:甲 配合:乙.
fn part_roles(text: &str) -> String {
    let mut parted = String::new();
    let mut is_behind = false;
    for c in text.chars() {
        if is_behind && c.is_whitespace() {
            continue;
        }
        is_behind = matches!(c, '：' | ':');
        if is_behind {
            let words = LEADING.iter().chain(&SUPPORTING).filter(|w| parted.ends_with(*w));
            if let Some(word) = words.max_by_key(|w| w.len()) {
                parted.insert(parted.len() - word.len(), ' ');
            }
            parted.push(':');
        } else {
            parted.push(c);
        }
    }
    parted
}

/// Names in a cell: separated, by role, with what is left open.
pub fn list(text: &str) -> NameList {
    let text = part_roles(text);
    let mut list = NameList::default();
    let mut is_leading = true;
    let mut n_leading = 0;
    for mut piece in split(&text) {
        if let Some((leads, rest)) = role(&piece) {
            is_leading = leads;
            piece = rest.to_owned();
        }
        if let Some((leads, rest)) = role_behind(&piece) {
            is_leading = leads;
            piece = rest.to_owned();
            if leads {
                list.leading.insert(n_leading, std::mem::take(&mut piece));
                n_leading += 1;
            } else if n_leading > 0 {
                // 甲（牵头）、乙、丙（配合）: what stands between supports as well.
                list.supporting.extend(list.leading.drain(n_leading..));
            }
        }
        if let Some(rest) =
            piece.strip_suffix("等单位").or_else(|| piece.strip_suffix("等部门")).or_else(|| piece.strip_suffix('等'))
        {
            list.is_open = true;
            piece = rest.to_owned();
        }
        if is_open(&piece) {
            list.is_open = true;
        } else if !piece.is_empty() {
            if is_leading { list.leading.push(piece) } else { list.supporting.push(piece) }
        }
    }
    list
}

/// 张 三 is one name: lone characters belong together.
pub(super) fn join_lone(names: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut is_open = false;
    for name in names {
        let is_lone = name.chars().count() == 1 && !name.is_ascii();
        match joined.last_mut() {
            Some(last) if is_lone && is_open => {
                last.push_str(&name);
                is_open = false;
            }
            _ => {
                joined.push(name);
                is_open = is_lone;
            }
        }
    }
    joined
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = before[0];
        before[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = before[j + 1];
            before[j + 1] = change.min(before[j] + 1).min(before[j + 1] + 1);
        }
    }
    before[b.len()]
}

/// How far two names are from each other; None when they have nothing to do with each other.
fn nearness(written: &str, known: &str) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (written.chars().collect(), known.chars().collect());
    if a.len() < 2 || b.len() < 2 || a.len() > 40 {
        return None;
    }
    if written.contains(known) || known.contains(written) {
        return Some(a.len().abs_diff(b.len()));
    }
    let far = distance(&a, &b);
    (far <= 1 + a.len() / 5).then_some(far + 1)
}

impl Directory {
    /// The one unit whose name is nearest to what is written; none when two are as near.
    pub fn near_unit(&self, written: &str) -> Option<&DirectoryUnit> {
        let mut best: Option<(usize, &DirectoryUnit)> = None;
        let mut is_tied = false;
        for unit in &self.units {
            let names = std::iter::once(&unit.name).chain(&unit.aliases);
            let Some(far) = names.filter_map(|name| nearness(written, name)).min() else { continue };
            match best {
                Some((least, _)) if far > least => {}
                Some((least, _)) if far == least => is_tied = true,
                _ => {
                    best = Some((far, unit));
                    is_tied = false;
                }
            }
        }
        best.filter(|_| !is_tied).map(|(_, unit)| unit)
    }

    /// The one person whose name differs in one character, or stands in what is written, such as 甲子安主任.
    pub fn near_person(&self, written: &str) -> Option<&DirectoryPerson> {
        let chars: Vec<char> = written.chars().collect();
        let is_near = |name: &str| {
            let known: Vec<char> = name.chars().collect();
            known.len() >= 2
                && chars.len() <= 20
                && (written.starts_with(name)
                    || (known.len() == chars.len() && known.len() >= 3 && distance(&chars, &known) == 1))
        };
        let mut found = self.people.iter().filter(|p| is_near(&p.name));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
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

    #[test]
    fn names_have_their_role_and_their_order() {
        for (text, leading, supporting, is_open) in [
            ("牵头：甲子安 配合：乙丑平", &["甲子安"][..], &["乙丑平"][..], false),
            ("牵头: 财务部\n配合: 审计部、法务部", &["财务部"], &["审计部", "法务部"], false),
            ("牵头单位：财务部；配合单位：审计部", &["财务部"], &["审计部"], false),
            ("牵头：甲子安", &["甲子安"], &[], false),
            ("财务部（牵头）、审计部（配合）", &["财务部"], &["审计部"], false),
            ("审计部、财务部（牵头）", &["财务部", "审计部"], &[], false),
            ("财务部（牵头）\n审计部、法务部（配合）", &["财务部"], &["审计部", "法务部"], false),
            ("财务部、审计部（协办）", &["财务部"], &["审计部"], false),
            ("财务部、\n审计部", &["财务部", "审计部"], &[], false),
            ("主要责任单位：财务部配合单位：审计部", &["财务部"], &["审计部"], false),
            ("各单位", &[], &[], true),
            ("财务部、各有关单位", &["财务部"], &[], true),
            ("财务部、审计部等", &["财务部", "审计部"], &[], true),
            ("组织部（人力资源部）", &["组织部（人力资源部）"], &[], false),
        ] {
            let found = list(text);
            assert_eq!(
                (found.leading, found.supporting, found.is_open),
                (
                    leading.iter().map(|s| (*s).to_owned()).collect(),
                    supporting.iter().map(|s| (*s).to_owned()).collect(),
                    is_open
                ),
                "{text}"
            );
        }
        assert_eq!(join_lone(split("甲 子、乙丑平 丙 寅")), ["甲子", "乙丑平", "丙寅"]);
    }

    #[test]
    fn near_names_are_proposed_when_there_is_one() {
        let unit = |n: u128, name: &str, alias: &str| DirectoryUnit {
            id: UnitId(uuid::Uuid::from_u128(n)),
            name: name.into(),
            aliases: vec![alias.into()],
            path: UnitPath(Vec::new()),
        };
        let person = |n: u128, name: &str| DirectoryPerson {
            id: PersonId(uuid::Uuid::from_u128(n)),
            name: name.into(),
            units: Vec::new(),
        };
        let directory = Directory {
            units: vec![
                unit(1, "安全环保部", "安环部"),
                unit(2, "机电设备有限责任公司", "机电设备公司"),
                unit(3, "选矿厂", "选厂"),
            ],
            people: vec![person(1, "甲子安"), person(2, "乙丑平")],
        };
        for (written, near) in [
            ("安全环保处", Some(1)),
            ("机电公司", None),
            ("机电设备分公司", Some(2)),
            ("选矿厂办公室", Some(3)),
            ("组织部", None),
        ] {
            assert_eq!(directory.near_unit(written).map(|u| u.id.0.as_u128()), near, "{written}");
        }
        for (written, near) in [("甲子案", Some(1)), ("乙丑平主任", Some(2)), ("丙寅正", None)] {
            assert_eq!(directory.near_person(written).map(|p| p.id.0.as_u128()), near, "{written}");
        }
    }
}
