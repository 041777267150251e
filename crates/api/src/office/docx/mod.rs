//! Documents of Word: a template with marks in, the document with what stands in their places out (`docs/domain.md` §32).
//!
//! A template is guarded ([`package`]), its parts become trees ([`tree`]), the marks in them are found ([`marks`]) and ordered into what repeats and what
//! depends on something ([`outline`]), and the outline is written out over a [`Scope`] ([`fill`]). Every fault is told with its place; a template with
//! a fault makes no document. The same template, scope and moment make the same bytes. One name is drawn and not written ([`code`]).

mod code;
mod fill;
mod marks;
mod outline;
mod package;
mod paragraph;
pub mod standard;
mod tree;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

/// Where the expressions of a template are looked up.
pub trait Scope {
    /// What stands in the place of an expression; lines are paragraphs.
    fn text(&self, expression: &str) -> Result<String, Unknown>;
    /// What a repeated part is repeated for.
    fn list(&self, name: &str) -> Result<Vec<Box<dyn Scope + '_>>, Unknown>;
    /// Whether a part that depends on something stands.
    fn holds(&self, name: &str) -> Result<bool, Unknown>;
}

/// What a scope does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// `unknown-expression` or `wrong-expression`.
    pub code: String,
    /// What is wrong, in words; may be empty.
    pub detail: String,
}

impl Unknown {
    /// A name that is not known here.
    pub fn expression() -> Self {
        Self { code: "unknown-expression".to_owned(), detail: String::new() }
    }

    /// A known name used as what it is not.
    pub fn wrong(detail: impl Into<String>) -> Self {
        Self { code: "wrong-expression".to_owned(), detail: detail.into() }
    }
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Stable code, kebab-case.
    pub code: String,
    /// In words: 正文第 3 段, 第 2 个表格第 4 行第 1 列, 页眉, 页脚, 文件.
    pub place: String,
    /// The text around it.
    pub near: String,
}

impl Fault {
    fn of_file(code: &str, near: impl Into<String>) -> Self {
        Self { code: code.to_owned(), place: "文件".to_owned(), near: near.into() }
    }
}

/// What was found to be wrong, each once, in the order it was found.
#[derive(Default)]
struct Faults {
    told: Vec<Fault>,
    seen: BTreeSet<Fault>,
}

impl Faults {
    /// More than a person reads at once.
    const MOST: usize = 500;

    fn push(&mut self, fault: Fault) {
        if self.told.len() < Self::MOST && self.seen.insert(fault.clone()) {
            self.told.push(fault);
        }
    }
}

/// The template with the scope's words in the places of its marks, as the bytes of a docx.
///
/// Errors: every fault that was found, 500 of them at most. Of the file: `file-too-large`, `file-encrypted`, `file-old-format`, `file-not-docx`, `file-broken`, `file-bomb`,
/// `template-macro`, `template-external`, `template-embedded`, `template-signed`. Of its marks: `mark-not-closed`, `mark-not-opened`, `mark-empty`,
/// `part-not-closed`, `part-not-opened`, `part-crossing`, `part-in-sentence`, `merge-outside-table`, what the scope says of an expression, and
/// `document-too-large` where what repeats would fill more than a document holds.
pub fn fill(template: &[u8], scope: &dyn Scope, as_of: DateTime<Utc>) -> Result<Vec<u8>, Vec<Fault>> {
    let mut package = package::Package::open(template)?;
    // What is told of the ledger behind a document stands at its foot, whether the template thought of it or not.
    let code = scope.text(code::NAME).unwrap_or_default();
    if !code.trim().is_empty() {
        code::foot(&mut package);
    }
    let mut faults = Faults::default();
    let mut writing = fill::Writing::new(scope);
    for part in package.take() {
        let outline = outline::Outline::of(&part.root, part.kind, &mut faults);
        let filled = writing.part(&outline, &mut faults);
        code::keep(package.entries_mut(), &part.name, &filled, &code);
        package.put(&part.name, filled);
    }
    if faults.told.is_empty() { package.close(as_of) } else { Err(faults.told) }
}
