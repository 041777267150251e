//! What stands between the braces of a template or a text: a figure, a sum of figures, or one sum as a share of another (docs/domain.md §32).

use super::figure::{Figure, Said};

/// The share of what is done, by its name: completed and sustained of all tasks.
pub const RATE: &str = "整改完成率";

/// Figures that are added and taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum(Vec<(bool, Figure)>);

/// A bound expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    Sum(Sum),
    /// In per cent, one place after the point.
    Share(Sum, Sum),
}

/// Why it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A name that is no figure.
    Unknown,
    /// It cannot be read: a sign without a figure, two shares, nothing at all.
    Malformed,
    /// Money and counts in one sum.
    Mixed,
}

impl Fault {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown-expression",
            Self::Malformed => "wrong-expression",
            Self::Mixed => "expression-mixes-units",
        }
    }
}

fn sum(text: &str) -> Result<Sum, Fault> {
    let mut terms = Vec::new();
    let mut is_added = true;
    let mut name = String::new();
    let mut take = |name: &mut String, is_added: bool| {
        let trimmed = name.trim();
        if trimmed.is_empty() {
            return Err(Fault::Malformed);
        }
        terms.push((is_added, Figure::named(trimmed).ok_or(Fault::Unknown)?));
        name.clear();
        Ok(())
    };
    for c in text.chars() {
        match c {
            '+' | '＋' | '-' | '－' => {
                take(&mut name, is_added)?;
                is_added = matches!(c, '+' | '＋');
            }
            _ => name.push(c),
        }
    }
    take(&mut name, is_added)?;
    let first = terms.first().is_some_and(|(_, f)| f.is_amount());
    if terms.iter().any(|(_, f)| f.is_amount() != first) {
        return Err(Fault::Mixed);
    }
    Ok(Sum(terms))
}

impl Sum {
    fn is_amount(&self) -> bool {
        self.0.first().is_some_and(|(_, f)| f.is_amount())
    }

    fn value(&self, said: &Said) -> Result<i64, Figure> {
        self.0.iter().try_fold(0_i64, |total, (is_added, figure)| {
            let n = said.get(figure).copied().ok_or(*figure)?;
            Ok(if *is_added { total.saturating_add(n) } else { total.saturating_sub(n) })
        })
    }
}

impl Expression {
    /// Reads it.
    ///
    /// Errors: what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.trim() == RATE {
            let done = Sum(vec![(true, Figure::Completed), (true, Figure::Sustained)]);
            return Ok(Self::Share(done, Sum(vec![(true, Figure::Tasks)])));
        }
        match text.split(['/', '／']).collect::<Vec<_>>()[..] {
            [all] => Ok(Self::Sum(sum(all)?)),
            [part, whole] => {
                let (part, whole) = (sum(part)?, sum(whole)?);
                if part.is_amount() == whole.is_amount() { Ok(Self::Share(part, whole)) } else { Err(Fault::Mixed) }
            }
            _ => Err(Fault::Malformed),
        }
    }

    /// The figures it names, in their order.
    pub fn figures(&self) -> Vec<Figure> {
        let (first, second) = match self {
            Self::Sum(sum) => (sum, None),
            Self::Share(part, whole) => (part, Some(whole)),
        };
        first.0.iter().chain(second.iter().flat_map(|s| &s.0)).map(|(_, f)| *f).collect()
    }

    /// What it says; a figure nobody entered is named as missing.
    pub fn say(&self, said: &Said) -> String {
        let written = match self {
            Self::Sum(sum) => sum.value(said).map(|n| if sum.is_amount() { money(n) } else { n.to_string() }),
            Self::Share(part, whole) => {
                part.value(said).and_then(|part| whole.value(said).map(|whole| share(part, whole)))
            }
        };
        written.unwrap_or_else(|figure| format!("〔待填：{}〕", figure.label()))
    }
}

/// Hundredths of a yuan as a document writes them: 350万元, 1234.56元.
pub fn money(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let all = hundredths.unsigned_abs();
    let (whole, rest, unit) =
        if all >= 1_000_000 { (all / 1_000_000, all % 1_000_000, "万元") } else { (all / 100, all % 100, "元") };
    let places = if unit == "万元" { 6 } else { 2 };
    let rest = format!("{rest:0places$}");
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { format!("{sign}{whole}{unit}") } else { format!("{sign}{whole}.{rest}{unit}") }
}

/// One number as a share of another, per cent, rounded half up to one place; a dash where there is nothing to share.
fn share(part: i64, whole: i64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    let thousandths = (i128::from(part) * 2000 + i128::from(whole)).div_euclid(i128::from(whole) * 2);
    if thousandths % 10 == 0 {
        format!("{}%", thousandths / 10)
    } else {
        format!("{}.{}%", thousandths / 10, thousandths % 10)
    }
}

/// A text cut at its braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    Bound(&'a str, Expression),
}

/// Something in braces that says nothing, where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    pub code: &'static str,
    /// What stands there.
    pub near: String,
}

/// Cuts a text at its braces.
///
/// Errors: every pair of braces that says nothing, and one that is not closed.
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Vec<Misread>> {
    let (mut pieces, mut faults) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            pieces.push(Piece::Words(&rest[..open]));
        }
        let inner = &rest[open + 2..];
        let Some(close) = inner.find("}}") else {
            let near: String = rest[open..].chars().take(20).collect();
            faults.push(Misread { code: "mark-not-closed", near });
            rest = "";
            break;
        };
        let within = &inner[..close];
        match Expression::parse(within) {
            Ok(expression) => pieces.push(Piece::Bound(within.trim(), expression)),
            Err(fault) => faults.push(Misread { code: fault.code(), near: within.trim().to_owned() }),
        }
        rest = &inner[close + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    if faults.is_empty() { Ok(pieces) } else { Err(faults) }
}

/// A text with its figures said; what cannot be read stays as it stands.
pub fn say(text: &str, said: &Said) -> String {
    match pieces(text) {
        Err(_) => text.to_owned(),
        Ok(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => (*words).to_owned(),
                Piece::Bound(_, expression) => expression.say(said),
            })
            .collect(),
    }
}
