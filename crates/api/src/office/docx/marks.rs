//! The marks in the text of a paragraph: `{{expression}}`, `{{#list}}`, `{{/list}}`, `{{?name}}`, `{{/?name}}`, `{{!name}}`, `{{/!name}}`, `{{^expression}}`.

use std::ops::Range;

/// What a part of a template is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Control {
    /// Repeated for each.
    Each(String),
    /// Stands where it holds.
    Where(String),
    /// Stands where it does not hold.
    WhereNot(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Expression(String),
    /// An expression whose cell joins the one above where both say the same.
    Merged(String),
    Open(Control),
    Close(Control),
}

/// A mark and the characters it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    pub(super) said: Said,
}

/// Braces that do not match, at a character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loose {
    pub(super) at: usize,
    pub(super) code: &'static str,
}

/// Stands in the text of a paragraph for what is no text: a tab, a break, a picture. No mark goes over it.
pub(super) const NO_TEXT: char = '\u{FFFC}';

fn is_pair(text: &[char], at: usize, half: char, full: char) -> bool {
    let is = |c: Option<&char>| c.is_some_and(|c| *c == half || *c == full);
    is(text.get(at)) && is(text.get(at + 1))
}

/// As people type it in Chinese, as the scope is asked for it.
fn plain(c: char) -> char {
    match c {
        '＋' => '+',
        '－' => '-',
        '／' => '/',
        '．' => '.',
        '（' => '(',
        '）' => ')',
        '＃' => '#',
        '？' => '?',
        '！' => '!',
        '＾' => '^',
        c => c,
    }
}

fn said(inside: &[char]) -> Option<Said> {
    let word: String = inside
        .iter()
        .map(|c| plain(*c))
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}' | '\u{FEFF}'))
        .collect();
    let mut rest = word.as_str();
    let is_close = rest.starts_with('/');
    if is_close {
        rest = &rest[1..];
    }
    let name = |n: usize| rest.get(n..).unwrap_or_default().to_owned();
    let said = match rest.chars().next()? {
        '?' if is_close => Said::Close(Control::Where(name(1))),
        '!' if is_close => Said::Close(Control::WhereNot(name(1))),
        '#' if is_close => Said::Close(Control::Each(name(1))),
        _ if is_close => Said::Close(Control::Each(name(0))),
        '#' => Said::Open(Control::Each(name(1))),
        '?' => Said::Open(Control::Where(name(1))),
        '!' => Said::Open(Control::WhereNot(name(1))),
        '^' => Said::Merged(name(1)),
        _ => Said::Expression(name(0)),
    };
    let (Said::Expression(name)
    | Said::Merged(name)
    | Said::Open(Control::Each(name) | Control::Where(name) | Control::WhereNot(name))
    | Said::Close(Control::Each(name) | Control::Where(name) | Control::WhereNot(name))) = &said;
    (!name.is_empty()).then_some(said)
}

/// Whether a text, however a word processor split it, has the mark of an expression somewhere.
pub(super) fn is_said(text: &str, expression: &str) -> bool {
    let braces = |c: char| match c {
        '｛' => '{',
        '｝' => '}',
        c => plain(c),
    };
    let is_space = |c: &char| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}');
    text.chars().filter(|c| !is_space(c)).map(braces).collect::<String>().contains(&format!("{{{{{expression}}}}}"))
}

/// The marks of a text in their order, and the braces that are none.
pub(super) fn find(text: &[char]) -> (Vec<Mark>, Vec<Loose>) {
    let (mut marks, mut loose) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < text.len() {
        if is_pair(text, at, '{', '｛') {
            let mut end = at + 2;
            while end < text.len()
                && text[end] != NO_TEXT
                && !is_pair(text, end, '{', '｛')
                && !is_pair(text, end, '}', '｝')
            {
                end += 1;
            }
            if !is_pair(text, end, '}', '｝') {
                loose.push(Loose { at, code: "mark-not-closed" });
                at = end.max(at + 2);
                continue;
            }
            match said(&text[at + 2..end]) {
                Some(said) => marks.push(Mark { range: at..end + 2, said }),
                None => loose.push(Loose { at, code: "mark-empty" }),
            }
            at = end + 2;
        } else if is_pair(text, at, '}', '｝') {
            loose.push(Loose { at, code: "mark-not-opened" });
            at += 2;
        } else {
            at += 1;
        }
    }
    (marks, loose)
}

/// The text around a place, for a person to find it.
pub(super) fn near(text: &[char], range: &Range<usize>) -> String {
    const AROUND: usize = 16;
    const LONGEST: usize = 60;
    let from = range.start.saturating_sub(AROUND).min(text.len());
    let to = (range.end + AROUND).min(from + LONGEST).min(text.len());
    text[from..to].iter().map(|c| if *c == NO_TEXT { ' ' } else { *c }).collect::<String>().trim().to_owned()
}
