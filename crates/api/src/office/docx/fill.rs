//! An outline written out over a scope.

use super::code;
use super::marks::{self, Control};
use super::outline::{Block, Frame, Outline, Paragraph, Part, Piece, is_blank};
use super::paragraph::{Edit, characters, edited};
use super::tree::{Element, Node};
use super::{Fault, Faults, Scope, Unknown};

/// Most characters and elements that a document is filled with.
const MOST_WRITTEN: usize = 40_000_000;
/// Characters that an element counts for.
const ELEMENT: usize = 32;

/// A row that was written: which of the template it was made from, and what its cells say that are merged where they say the same.
struct Row {
    template: usize,
    merged: Vec<Option<String>>,
}

struct Written {
    node: Node,
    row: Option<Row>,
}

impl From<Node> for Written {
    fn from(node: Node) -> Self {
        Self { node, row: None }
    }
}

pub(super) struct Writing<'s> {
    scope: &'s dyn Scope,
    written: usize,
}

impl<'s> Writing<'s> {
    pub(super) fn new(scope: &'s dyn Scope) -> Self {
        Self { scope, written: 0 }
    }

    /// The part filled; what could not be said is among the faults.
    pub(super) fn part(&mut self, outline: &Outline<'_>, faults: &mut Faults) -> Element {
        let scope = self.scope;
        self.frame(&outline.root, scope, faults)
    }

    fn is_full(&self) -> bool {
        self.written > MOST_WRITTEN
    }

    fn count(&mut self, n: usize, place: &str, near: &str, faults: &mut Faults) {
        let was_full = self.is_full();
        self.written = self.written.saturating_add(n);
        if self.is_full() && !was_full {
            faults.push(fault("document-too-large", place, near));
        }
    }

    fn frame(&mut self, frame: &Frame<'_>, scope: &dyn Scope, faults: &mut Faults) -> Element {
        let mut written = Vec::new();
        self.blocks(&frame.inner, scope, faults, &mut written);
        let element = frame.element;
        merge(&mut written);
        let mut children: Vec<Node> = Vec::with_capacity(written.len());
        for Written { node, .. } in written {
            // Two tables that touch are one table to a word processor.
            if node.is("w:tbl") && children.last().is_some_and(|last| last.is("w:tbl")) {
                children.push(Node::Element(between_tables()));
            }
            children.push(node);
        }
        end_with_paragraph(element, &mut children);
        Element { name: element.name.clone(), attributes: element.attributes.clone(), children }
    }

    fn blocks(&mut self, blocks: &[Block<'_>], scope: &dyn Scope, faults: &mut Faults, into: &mut Vec<Written>) {
        for block in blocks {
            if self.is_full() {
                return;
            }
            match block {
                Block::Other(node) => {
                    self.count(ELEMENT * node.element().map_or(1, Element::size), "文件", "", faults);
                    into.push((*node).clone().into());
                }
                Block::Frame(frame) => {
                    self.count(ELEMENT, "文件", "", faults);
                    let element = self.frame(frame, scope, faults);
                    let row = (frame.element.name == "w:tr").then(|| Row {
                        template: std::ptr::from_ref(frame.element).addr(),
                        merged: frame
                            .inner
                            .iter()
                            .filter_map(merged_cell)
                            .zip(cells(&element))
                            .map(|(is, cell)| is.then(|| said(cell)))
                            .collect(),
                    });
                    into.push(Written { node: Node::Element(element), row });
                }
                Block::Paragraph(paragraph) => self.paragraph(paragraph, scope, faults, into),
                Block::Part(part) => self.bound(part, scope, faults, into),
            }
        }
    }

    fn bound(&mut self, part: &Part<'_>, scope: &dyn Scope, faults: &mut Faults, into: &mut Vec<Written>) {
        let stands = match &part.control {
            Control::Each(name) => match scope.list(name) {
                Ok(each) => {
                    for inner in each {
                        self.count(ELEMENT, &part.place, &part.near, faults);
                        if self.is_full() {
                            return;
                        }
                        self.blocks(&part.inner, inner.as_ref(), faults, into);
                    }
                    return;
                }
                Err(unknown) => Err(unknown),
            },
            Control::Where(name) => scope.holds(name),
            Control::WhereNot(name) => scope.holds(name).map(|holds| !holds),
        };
        match stands {
            Ok(true) => self.blocks(&part.inner, scope, faults, into),
            Ok(false) => {}
            Err(unknown) => faults.push(told(&unknown, &part.place, &part.near)),
        }
    }

    fn paragraph(
        &mut self,
        paragraph: &Paragraph<'_>,
        scope: &dyn Scope,
        faults: &mut Faults,
        into: &mut Vec<Written>,
    ) {
        let place = paragraph.place.as_str();
        let size = ELEMENT * paragraph.element.size() + paragraph.characters.len();
        if paragraph.pieces.is_empty() && paragraph.boxes.is_empty() {
            self.count(size, place, "", faults);
            into.push(Node::Element(paragraph.element.clone()).into());
            return;
        }
        let mut edits = Vec::new();
        edits_of(&paragraph.pieces, paragraph, scope, faults, &mut edits);
        let said: usize = edits.iter().map(|edit| edit.text.len()).sum();
        self.count(size + said, place, "", faults);
        let boxes = paragraph
            .boxes
            .iter()
            .filter_map(|block| match block {
                Block::Frame(frame) => Some(self.frame(frame, scope, faults)),
                _ => None,
            })
            .collect();
        let is_all_marks = paragraph.is_all_marks();
        // One expression alone: its lines are paragraphs.
        if let ([edit], [Piece::Say { .. }], true) = (edits.as_mut_slice(), paragraph.pieces.as_slice(), is_all_marks) {
            let lines: Vec<String> =
                edit.text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
            let last = lines.len();
            self.count(size.saturating_mul(last.saturating_sub(1)), place, "", faults);
            if self.is_full() {
                return;
            }
            for (i, line) in lines.into_iter().enumerate() {
                edit.text = line;
                let mut element = edited(paragraph.element, std::slice::from_ref(edit), Vec::new());
                if i > 0 {
                    take_from_format(&mut element, "w:pageBreakBefore");
                }
                if i + 1 < last {
                    take_from_format(&mut element, "w:sectPr");
                }
                into.push(Node::Element(element).into());
            }
            if last > 0 {
                return;
            }
            edit.text.clear();
        }
        let element = edited(paragraph.element, &edits, boxes);
        let ends_section = element.child("w:pPr").is_some_and(|p| p.child("w:sectPr").is_some());
        if is_all_marks && !ends_section && is_blank(&characters(&element)) {
            return;
        }
        into.push(Node::Element(element).into());
    }
}

fn fault(code: &str, place: &str, near: &str) -> Fault {
    Fault { code: code.to_owned(), place: place.to_owned(), near: near.to_owned() }
}

fn told(unknown: &Unknown, place: &str, near: &str) -> Fault {
    let near = if unknown.detail.is_empty() { near.to_owned() } else { format!("{near}（{}）", unknown.detail) };
    fault(&unknown.code, place, &near)
}

fn edits_of(pieces: &[Piece], paragraph: &Paragraph<'_>, scope: &dyn Scope, faults: &mut Faults, into: &mut Vec<Edit>) {
    let near = |range| marks::near(&paragraph.characters, range);
    let nothing = |range: &std::ops::Range<usize>| Edit { range: range.clone(), text: String::new(), drawing: None };
    for piece in pieces {
        match piece {
            Piece::Remove(range) => into.push(nothing(range)),
            Piece::Say { range, expression, .. } => match scope.text(expression) {
                Ok(text) if expression == code::NAME => {
                    let drawing = (!text.trim().is_empty()).then(|| code::drawing(&text));
                    into.push(Edit { drawing, ..nothing(range) });
                }
                Ok(text) => {
                    into.push(Edit { text: text.replace("\r\n", "\n").replace('\r', "\n"), ..nothing(range) });
                }
                Err(unknown) => faults.push(told(&unknown, &paragraph.place, &near(range))),
            },
            Piece::Where { control, open, inner, close } => {
                let stands = match control {
                    Control::Each(_) => Ok(true),
                    Control::Where(name) => scope.holds(name),
                    Control::WhereNot(name) => scope.holds(name).map(|holds| !holds),
                };
                match stands {
                    Ok(true) => {
                        into.push(nothing(open));
                        edits_of(inner, paragraph, scope, faults, into);
                        into.push(nothing(close));
                    }
                    Ok(false) => into.push(nothing(&(open.start..close.end))),
                    Err(unknown) => faults.push(told(&unknown, &paragraph.place, &near(open))),
                }
            }
        }
    }
}

/// Whether a child of a row is a cell that is merged; none where it is no cell.
fn merged_cell(block: &Block<'_>) -> Option<bool> {
    let Block::Frame(cell) = block else { return None };
    let is_merged = cell.inner.iter().any(|block| {
        let Block::Paragraph(paragraph) = block else { return false };
        paragraph.pieces.iter().any(|piece| matches!(piece, Piece::Say { is_merged: true, .. }))
    });
    (cell.element.name == "w:tc").then_some(is_merged)
}

fn cells(row: &Element) -> impl Iterator<Item = &Element> {
    row.elements().filter(|e| e.name == "w:tc")
}

fn said(cell: &Element) -> String {
    let blocks = cell.elements().filter(|block| block.name != "w:tcPr");
    blocks.map(|block| characters(block).into_iter().collect::<String>()).collect::<Vec<_>>().join("\n")
}

/// Joins the cells of rows from the same row of the template that say the same as the one above.
fn merge(written: &mut [Written]) {
    for at in 1..written.len() {
        let (above, here) = written.split_at_mut(at);
        let (
            Some(Written { node: Node::Element(upper), row: Some(above) }),
            Some(Written { node: Node::Element(lower), row: Some(row) }),
        ) = (above.last_mut(), here.first_mut())
        else {
            continue;
        };
        if above.template != row.template {
            continue;
        }
        // What differs parts everything to the right of it as well: a group stays a group.
        let mut is_same = true;
        let joined: Vec<bool> = row
            .merged
            .iter()
            .zip(&above.merged)
            .map(|(here, above)| {
                is_same &= here.is_none() || here == above;
                is_same && here.as_deref().is_some_and(|said| !said.is_empty())
            })
            .collect();
        let (mut upper, mut lower) = (cells_mut(upper), cells_mut(lower));
        for (i, _) in joined.iter().enumerate().filter(|(_, is_joined)| **is_joined) {
            if let (Some(upper), Some(lower)) = (upper.get_mut(i), lower.get_mut(i)) {
                if !is_joined(upper) {
                    join(upper, "restart");
                }
                join(lower, "continue");
                let format =
                    lower.elements().filter(|e| e.name == "w:p").last().and_then(|p| p.child("w:pPr")).cloned();
                lower.children.retain(|node| node.is("w:tcPr"));
                lower.children.push(Node::Element(empty_paragraph(format)));
            }
        }
    }
}

fn cells_mut(row: &mut Element) -> Vec<&mut Element> {
    row.children
        .iter_mut()
        .filter_map(|node| match node {
            Node::Element(element) if element.name == "w:tc" => Some(element),
            _ => None,
        })
        .collect()
}

fn is_joined(cell: &Element) -> bool {
    cell.child("w:tcPr").is_some_and(|p| p.child("w:vMerge").is_some())
}

/// Sets how a cell is merged, at the place the schema has for it.
fn join(cell: &mut Element, how: &str) {
    const BEFORE: [&str; 5] = ["w:cnfStyle", "w:tcW", "w:gridSpan", "w:hMerge", "w:vMerge"];
    if cell.child("w:tcPr").is_none() {
        cell.children.insert(0, Node::Element(Element::new("w:tcPr")));
    }
    for node in &mut cell.children {
        if let Node::Element(format) = node
            && format.name == "w:tcPr"
        {
            format.children.retain(|node| !node.is("w:vMerge"));
            let at = format.children.iter().take_while(|n| BEFORE.iter().any(|name| n.is(name))).count();
            format.children.insert(at, Node::Element(Element::new("w:vMerge").with("w:val", how)));
        }
    }
}

fn take_from_format(paragraph: &mut Element, name: &str) {
    for node in &mut paragraph.children {
        if let Node::Element(format) = node
            && format.name == "w:pPr"
        {
            format.children.retain(|node| !node.is(name));
        }
    }
}

fn empty_paragraph(format: Option<Element>) -> Element {
    let mut paragraph = Element::new("w:p");
    paragraph.children.extend(format.map(Node::Element));
    take_from_format(&mut paragraph, "w:sectPr");
    paragraph
}

fn between_tables() -> Element {
    let mut format = Element::new("w:pPr");
    format.children.push(Node::Element(
        Element::new("w:spacing")
            .with("w:before", "0")
            .with("w:after", "0")
            .with("w:line", "240")
            .with("w:lineRule", "exact"),
    ));
    empty_paragraph(Some(format))
}

/// A cell, a head, a foot, a note and a box hold at least one paragraph and a cell ends with one, as the body does.
fn end_with_paragraph(template: &Element, children: &mut Vec<Node>) {
    const HOLDERS: [&str; 7] = ["w:tc", "w:hdr", "w:ftr", "w:footnote", "w:endnote", "w:txbxContent", "w:body"];
    if !HOLDERS.contains(&template.name.as_str()) {
        return;
    }
    let at = children.iter().rposition(|node| !node.is("w:sectPr")).map_or(0, |i| i + 1);
    let last = children[..at].iter().rev().find_map(Node::element);
    let needs_one = last.is_none_or(|last| matches!(last.name.as_str(), "w:tbl" | "w:tcPr"));
    if needs_one {
        let format = template.elements().filter(|e| e.name == "w:p").last().and_then(|p| p.child("w:pPr")).cloned();
        children.insert(at, Node::Element(empty_paragraph(format)));
    }
}
