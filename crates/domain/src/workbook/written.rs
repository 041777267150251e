//! Names in words that no mark parts: 财务部牵头审计部配合, 党委书记甲子安、总经理乙丑平, 财务部（己寅一 13800000000）.
//!
//! The words are cut into names that are known and words that say a role or a post. Where anything else is left, nothing is said of them.

use super::names::{Directory, Match};
use crate::ids::{PersonId, UnitId};

/// Names of a cell in their order; those that are said to lead go first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) units: Vec<UnitId>,
    pub(super) supporting: Vec<UnitId>,
    pub(super) persons: Vec<PersonId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Leads,
    Supports,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Unit(UnitId),
    Person(PersonId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Name(Name),
    Post,
    Role(Role),
    /// Parts names, but not roles.
    Comma,
    /// Ends what a role was said of.
    Stop,
    Colon,
    Open,
    Close,
    Filler,
}

const LEADS: [&str; 12] =
    ["牵头", "主办", "主责", "总负责", "负总责", "领办", "领衔", "主抓", "为主", "第一责任", "主要责任", "负责牵头"];
const SUPPORTS: [&str; 9] = ["配合", "协办", "协助", "协同", "参与", "协作", "会办", "辅助", "协管"];

/// Words of a post, the longest first where one is in another.
const POSTS: [&str; 52] = [
    "党委书记",
    "党委副书记",
    "党总支书记",
    "党支部书记",
    "支部书记",
    "纪委书记",
    "副书记",
    "书记",
    "董事长",
    "副董事长",
    "总经理",
    "副总经理",
    "经理",
    "副经理",
    "副总",
    "总会计师",
    "总工程师",
    "总经济师",
    "工程师",
    "会计师",
    "工会主席",
    "副主席",
    "主席",
    "主任",
    "副主任",
    "部长",
    "副部长",
    "处长",
    "副处长",
    "科长",
    "副科长",
    "股长",
    "所长",
    "站长",
    "队长",
    "组长",
    "副组长",
    "班长",
    "院长",
    "副院长",
    "校长",
    "副校长",
    "厂长",
    "副厂长",
    "矿长",
    "副矿长",
    "局长",
    "副局长",
    "总监",
    "主管",
    "干事",
    "秘书",
];

const MORE_POSTS: [&str; 24] = [
    "县长",
    "副县长",
    "区长",
    "镇长",
    "乡长",
    "市长",
    "会长",
    "行长",
    "社长",
    "馆长",
    "园长",
    "台长",
    "总裁",
    "常委",
    "委员",
    "助理",
    "专员",
    "调研员",
    "四级调研员",
    "指导员",
    "教导员",
    "同志",
    "成员",
    "政委",
];

/// Words that name nobody and change nothing.
const FILLERS: [&str; 46] = [
    "具体负责",
    "负责",
    "分管领导",
    "责任领导",
    "主要领导",
    "责任单位",
    "责任部门",
    "责任科室",
    "责任人",
    "负责人",
    "联系人",
    "经办人",
    "承办人",
    "经办",
    "承办",
    "联系电话",
    "电话",
    "手机",
    "单位",
    "部门",
    "科室",
    "领导",
    "个人",
    "分管",
    "主管",
    "包保",
    "具体",
    "落实",
    "实施",
    "会同",
    "联合",
    "以及",
    "分别",
    "及其",
    "直接",
    "主持工作",
    "兼任",
    "A岗",
    "B岗",
    "A角",
    "B角",
    "AB岗",
    "人员",
    "其中",
    "由",
    "兼",
];

const JOINTS: [char; 8] = ['和', '与', '及', '并', '由', '女', '男', '代'];

fn longest<'w>(rest: &str, words: impl Iterator<Item = &'w str>) -> usize {
    words.filter(|word| rest.starts_with(word)).map(str::len).max().unwrap_or(0)
}

/// The known name that begins here, the longest; with its length.
fn name(directory: &Directory, rest: &str, near: &[UnitId]) -> Option<(Name, usize)> {
    let units = directory.units.iter().flat_map(|u| std::iter::once(&u.name).chain(&u.aliases)).map(String::as_str);
    let is_name = |length: &usize| rest[..*length].chars().count() >= 2;
    let unit = Some(longest(rest, units)).filter(is_name).unwrap_or(0);
    let people = directory.people.iter().map(|p| p.name.as_str());
    let person = Some(longest(rest, people)).filter(is_name).unwrap_or(0);
    if unit == 0 && person == 0 {
        return None;
    }
    if unit >= person {
        let Match::One(id) = directory.unit(&rest[..unit]) else { return None };
        return Some((Name::Unit(id), unit));
    }
    let Match::One(id) = directory.person(&rest[..person], near) else { return None };
    Some((Name::Person(id), person))
}

/// The piece that begins here and its length in bytes.
fn piece(directory: &Directory, rest: &str, near: &[UnitId]) -> Option<(Piece, usize)> {
    let c = rest.chars().next()?;
    let mark = match c {
        ':' | '：' => Some(Piece::Colon),
        '(' | '（' | '[' | '【' | '〔' => Some(Piece::Open),
        ')' | '）' | ']' | '】' | '〕' => Some(Piece::Close),
        ';' | '；' | '\n' | '\r' | '。' => Some(Piece::Stop),
        '、' | '，' | ',' | '/' | '\\' | '|' | '+' | '＋' | '&' | '·' => Some(Piece::Comma),
        '-' | '—' | '－' | '.' | '．' | '*' | '→' => Some(Piece::Filler),
        _ if c.is_whitespace() => Some(Piece::Comma),
        _ if c.is_ascii_digit() => Some(Piece::Filler),
        _ => None,
    };
    if let Some(mark) = mark {
        return Some((mark, c.len_utf8()));
    }
    if let Some((name, length)) = name(directory, rest, near) {
        return Some((Piece::Name(name), length));
    }
    let post = longest(rest, POSTS.iter().chain(&MORE_POSTS).copied());
    let lead = longest(rest, LEADS.iter().copied());
    let support = longest(rest, SUPPORTS.iter().copied());
    let filler = longest(rest, FILLERS.iter().copied());
    let found = [
        (post, Piece::Post),
        (lead, Piece::Role(Role::Leads)),
        (support, Piece::Role(Role::Supports)),
        (filler, Piece::Filler),
    ];
    let (length, piece) = found.into_iter().max_by_key(|(length, _)| *length)?;
    if length > 0 {
        return Some((piece, length));
    }
    JOINTS.contains(&c).then_some((Piece::Comma, c.len_utf8()))
}

fn pieces(directory: &Directory, text: &str, near: &[UnitId]) -> Option<Vec<Piece>> {
    let mut rest = text.trim();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, length) = piece(directory, rest, near)?;
        // 集团公司财务部 is one unit: the first says whose the second is, or the words are not understood.
        if let (Some(Piece::Name(Name::Unit(above))), Piece::Name(Name::Unit(unit))) = (pieces.last().copied(), piece) {
            directory.units.iter().any(|u| u.id == unit && u.path.0.contains(&above)).then(|| pieces.pop())?;
        }
        pieces.push(piece);
        rest = &rest[length..];
    }
    Some(pieces)
}

/// Names with the role each is said to have, while the pieces are gone through.
#[derive(Default)]
struct Roll {
    told: Vec<(Name, Option<Role>)>,
    waiting: Vec<Name>,
    /// The role said before a colon.
    role: Option<Role>,
}

impl Roll {
    fn settle(&mut self, role: Option<Role>) {
        let role = role.or(self.role);
        self.told.extend(self.waiting.drain(..).map(|name| (name, role)));
    }

    /// A role behind names is theirs, in brackets that of the last, or of all behind those that lead; before names, of those that follow.
    fn enter(&mut self, role: Role, is_before: bool, is_in_brackets: bool) {
        if is_before || self.waiting.is_empty() {
            self.settle(None);
            self.role = Some(role);
        } else if is_in_brackets && !(role == Role::Supports && self.of(Some(Role::Leads)).next().is_some()) {
            let last = self.waiting.pop();
            self.settle(None);
            self.told.extend(last.map(|name| (name, Some(role))));
        } else {
            self.settle(Some(role));
            self.role = None;
        }
    }

    fn of(&self, role: Option<Role>) -> impl Iterator<Item = Name> + '_ {
        self.told.iter().filter(move |(_, told)| *told == role).map(|(name, _)| *name)
    }
}

/// Reads names that are written with their roles and posts in any way; None where a word is left that is not understood, or nobody is named.
pub(super) fn read(directory: &Directory, text: &str, near: &[UnitId]) -> Option<Written> {
    let pieces = pieces(directory, text, near)?;
    let mut roll = Roll::default();
    let mut depth = 0u32;
    for (i, piece) in pieces.iter().enumerate() {
        match piece {
            // 财务部部长甲乙: the unit says which post.
            Piece::Name(Name::Unit(_)) if is_title(&pieces[i + 1..]) => {}
            Piece::Name(name) => roll.waiting.push(*name),
            Piece::Role(role) => {
                let behind = pieces[i + 1..].iter().find(|p| !matches!(p, Piece::Filler));
                roll.enter(*role, matches!(behind, Some(Piece::Colon)), depth > 0);
            }
            // A line of names whose role stands in brackets behind the last.
            Piece::Stop if depth > 0 => {}
            Piece::Stop => roll.settle(None),
            Piece::Open => depth += 1,
            Piece::Close => depth = depth.saturating_sub(1),
            Piece::Post | Piece::Comma | Piece::Colon | Piece::Filler => {}
        }
    }
    roll.settle(None);
    let mut written = Written::default();
    for name in roll.of(Some(Role::Leads)).chain(roll.of(None)) {
        match name {
            Name::Unit(unit) => written.units.push(unit),
            Name::Person(person) => written.persons.push(person),
        }
    }
    for name in roll.of(Some(Role::Supports)) {
        match name {
            Name::Unit(unit) => written.supporting.push(unit),
            Name::Person(person) => written.persons.push(person),
        }
    }
    let is_somebody = !written.units.is_empty() || !written.persons.is_empty() || !written.supporting.is_empty();
    is_somebody.then_some(written)
}

/// A post right behind a unit, and a person behind it.
fn is_title(behind: &[Piece]) -> bool {
    let posts = behind.iter().take_while(|p| matches!(p, Piece::Post | Piece::Filler)).count();
    let has_post = behind.iter().take(posts).any(|p| matches!(p, Piece::Post));
    has_post
        && matches!(
            behind.iter().skip(posts).find(|p| !matches!(p, Piece::Colon)),
            Some(Piece::Name(Name::Person(_)) | Piece::Close)
        )
}

#[cfg(test)]
mod tests {
    use super::super::names::{DirectoryPerson, DirectoryUnit};
    use super::*;
    use crate::actor::UnitPath;
    use uuid::Uuid;

    fn directory() -> Directory {
        let unit = |n: u128, name: &str, alias: &str| DirectoryUnit {
            id: UnitId(Uuid::from_u128(n)),
            name: name.into(),
            aliases: vec![alias.into()],
            path: UnitPath(Vec::new()),
        };
        let person = |n: u128, name: &str| DirectoryPerson {
            id: PersonId(Uuid::from_u128(n)),
            name: name.into(),
            units: Vec::new(),
        };
        let mut units = vec![
            unit(1, "财务部", "财务"),
            unit(2, "审计部", "审计"),
            unit(3, "工会办公室", "工会"),
            unit(4, "总公司", "公司"),
        ];
        units[0].path = UnitPath(vec![units[3].id, units[0].id]);
        Directory { units, people: vec![person(11, "甲子安"), person(12, "乙丑平"), person(13, "丙寅正")] }
    }

    type Ids = (Vec<u128>, Vec<u128>, Vec<u128>);

    fn written(text: &str) -> Option<Ids> {
        let found = read(&directory(), text, &[])?;
        let units = |list: &[UnitId]| list.iter().map(|u| u.0.as_u128()).collect();
        Some((units(&found.units), units(&found.supporting), found.persons.iter().map(|p| p.0.as_u128()).collect()))
    }

    #[test]
    fn names_are_found_with_their_roles() {
        for (text, units, supporting, persons) in [
            ("财务部牵头，审计部、工会配合", &[1][..], &[2, 3][..], &[][..]),
            ("财务部牵头审计部配合", &[1], &[2], &[]),
            ("由财务部牵头，会同审计部", &[1, 2], &[], &[]),
            ("审计部、财务部（牵头）", &[1, 2], &[], &[]),
            ("财务部（牵头）\n审计部（配合）、工会（协办）", &[1], &[2, 3], &[]),
            ("财务部（牵头）\n审计部、工会（配合）", &[1], &[2, 3], &[]),
            ("牵头单位：财务部；协作单位：审计部和工会", &[1], &[2, 3], &[]),
            ("配合：审计部；牵头：财务部", &[1], &[2], &[]),
            ("财务部及审计部", &[1, 2], &[], &[]),
            ("财务部+审计部", &[1, 2], &[], &[]),
            ("总公司财务部", &[1], &[], &[]),
            ("财务部（甲子安）", &[1], &[], &[11]),
            ("财务部 甲子安 13800000000", &[1], &[], &[11]),
            ("党委书记甲子安、总经理乙丑平", &[], &[], &[11, 12]),
            ("甲子安同志、乙丑平同志", &[], &[], &[11, 12]),
            ("甲子安（0551-8801234）", &[], &[], &[11]),
            ("工会主席丙寅正", &[], &[], &[13]),
            ("丙寅正（财务部部长）", &[], &[], &[13]),
            ("A角：甲子安 B角：乙丑平", &[], &[], &[11, 12]),
            ("乙丑平、甲子安（牵头）", &[], &[], &[11, 12]),
            ("主管领导：甲子安，具体负责：乙丑平", &[], &[], &[11, 12]),
        ] {
            let expected = (units.to_vec(), supporting.to_vec(), persons.to_vec());
            assert_eq!(written(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_holds_another_word_is_not_read() {
        for text in [
            "县财务部",
            "财务部审计部",
            "财务部下属企业",
            "甲子",
            "待定",
            "各单位",
            "财务部等单位",
            "单位",
            "",
            "甲子安办公室整理",
        ] {
            assert_eq!(written(text), None, "{text}");
        }
    }
}
