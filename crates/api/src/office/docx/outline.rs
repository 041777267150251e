//! What of a part of a template repeats, what depends on something, and what is said where: found once, with every fault of its form.

use std::collections::BTreeSet;
use std::ops::Range;

use super::marks::{self, Control, Mark, NO_TEXT, Said};
use super::package::Kind;
use super::paragraph::{boxes, characters};
use super::tree::{Element, Node};
use super::{Fault, Faults};

/// Elements whose children are blocks, rows or cells.
const FRAMES: [&str; 15] = [
    "w:document",
    "w:body",
    "w:hdr",
    "w:ftr",
    "w:footnotes",
    "w:footnote",
    "w:endnotes",
    "w:endnote",
    "w:sdt",
    "w:sdtContent",
    "w:customXml",
    "w:txbxContent",
    "w:tbl",
    "w:tr",
    "w:tc",
];

pub(super) enum Block<'t> {
    Paragraph(Paragraph<'t>),
    Frame(Frame<'t>),
    Part(Part<'t>),
    Other(&'t Node),
}

pub(super) struct Frame<'t> {
    pub(super) element: &'t Element,
    pub(super) inner: Vec<Block<'t>>,
}

/// Blocks or rows that repeat or depend on something.
pub(super) struct Part<'t> {
    pub(super) control: Control,
    pub(super) place: String,
    pub(super) near: String,
    pub(super) inner: Vec<Block<'t>>,
}

pub(super) struct Paragraph<'t> {
    pub(super) element: &'t Element,
    pub(super) place: String,
    pub(super) characters: Vec<char>,
    pub(super) pieces: Vec<Piece>,
    /// The text boxes that hang on it.
    pub(super) boxes: Vec<Block<'t>>,
}

/// What of a line is not as the template has it.
pub(super) enum Piece {
    Say { range: Range<usize>, expression: String, is_merged: bool },
    Remove(Range<usize>),
    Where { control: Control, open: Range<usize>, inner: Vec<Piece>, close: Range<usize> },
}

impl Paragraph<'_> {
    /// Whether nothing stands in it but what its marks say.
    pub(super) fn is_all_marks(&self) -> bool {
        fn cover(pieces: &[Piece], covered: &mut BTreeSet<usize>) {
            for piece in pieces {
                match piece {
                    Piece::Say { range, .. } | Piece::Remove(range) => covered.extend(range.clone()),
                    Piece::Where { open, close, .. } => covered.extend(open.start..close.end),
                }
            }
        }
        let mut covered = BTreeSet::new();
        cover(&self.pieces, &mut covered);
        !self.pieces.is_empty()
            && self.boxes.is_empty()
            && self.characters.iter().enumerate().all(|(i, c)| covered.contains(&i) || c.is_whitespace())
    }
}

pub(super) struct Outline<'t> {
    pub(super) root: Frame<'t>,
}

impl<'t> Outline<'t> {
    pub(super) fn of(root: &'t Element, kind: Kind, faults: &mut Faults) -> Self {
        let mut finder = Finder {
            kind,
            faults,
            paragraphs: 0,
            tables: 0,
            rows: 0,
            place: None,
            is_in_cell: false,
            claimed: BTreeSet::new(),
        };
        Self { root: finder.frame(root) }
    }
}

/// A part that is opened and not yet closed.
struct Open<'t> {
    control: Control,
    place: String,
    near: String,
    before: Vec<Block<'t>>,
}

/// The one mark of a paragraph or row that holds nothing else.
fn lone(text: &[char]) -> Option<Said> {
    let (found, loose) = marks::find(text);
    let [mark] = found.as_slice() else { return None };
    let is_alone =
        loose.is_empty() && text.iter().enumerate().all(|(i, c)| mark.range.contains(&i) || c.is_whitespace());
    (is_alone && matches!(mark.said, Said::Open(_) | Said::Close(_))).then(|| mark.said.clone())
}

/// The paragraphs of a row, each with the number of its cell; not those of tables inside.
fn paragraphs(row: &Element) -> Vec<(usize, &Element)> {
    fn gather<'t>(element: &'t Element, cell: usize, into: &mut Vec<(usize, &'t Element)>) {
        for child in element.elements() {
            match child.name.as_str() {
                "w:p" => into.push((cell, child)),
                "w:sdt" | "w:sdtContent" | "w:customXml" => gather(child, cell, into),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for (i, cell) in row.elements().filter(|e| e.name == "w:tc").enumerate() {
        gather(cell, i, &mut found);
    }
    found
}

fn address(element: &Element) -> usize {
    std::ptr::from_ref(element).addr()
}

struct Finder<'f> {
    kind: Kind,
    faults: &'f mut Faults,
    paragraphs: usize,
    tables: usize,
    rows: usize,
    /// Where everything is that is inside of a cell.
    place: Option<String>,
    is_in_cell: bool,
    /// Marks that repeat the row they stand in, by paragraph and number.
    claimed: BTreeSet<(usize, usize)>,
}

impl Finder<'_> {
    fn fault(&mut self, code: &str, place: &str, near: String) {
        self.faults.push(Fault { code: code.to_owned(), place: place.to_owned(), near });
    }

    fn frame<'t>(&mut self, element: &'t Element) -> Frame<'t> {
        let (rows, was_in_cell) = (self.rows, self.is_in_cell);
        if element.name == "w:tbl" {
            self.rows = 0;
            if self.place.is_none() {
                self.tables += 1;
            }
        }
        self.is_in_cell |= element.name == "w:tc";
        let inner = if element.name == "w:tr" { self.cells(element) } else { self.blocks(element) };
        self.is_in_cell = was_in_cell;
        if element.name == "w:tbl" {
            self.rows = rows;
        }
        Frame { element, inner }
    }

    fn cells<'t>(&mut self, row: &'t Element) -> Vec<Block<'t>> {
        let is_outer = self.place.is_none();
        let mut column = 0;
        let mut inner = Vec::new();
        for child in &row.children {
            let cell = child.element().filter(|e| FRAMES.contains(&e.name.as_str()));
            let Some(cell) = cell else {
                inner.push(Block::Other(child));
                continue;
            };
            column += 1;
            if is_outer {
                self.place = Some(self.kind.place().map_or_else(
                    || format!("第 {} 个表格第 {} 行第 {column} 列", self.tables, self.rows),
                    str::to_owned,
                ));
            }
            inner.push(Block::Frame(self.frame(cell)));
            if is_outer {
                self.place = None;
            }
        }
        inner
    }

    /// Where a paragraph or row is that comes next.
    fn place(&mut self, element: &Element) -> String {
        let is_row = element.name == "w:tr";
        if is_row {
            self.rows += 1;
        }
        if let Some(place) = &self.place {
            return place.clone();
        }
        if !is_row {
            self.paragraphs += 1;
        }
        match self.kind.place() {
            Some(place) => place.to_owned(),
            None if is_row => format!("第 {} 个表格第 {} 行", self.tables, self.rows),
            None => format!("正文第 {} 段", self.paragraphs),
        }
    }

    /// What a paragraph or row says of the part it opens or closes, where it does nothing else.
    fn control(&self, element: &Element) -> Option<(Said, String)> {
        let text = match element.name.as_str() {
            "w:p" if boxes(element).is_empty() => {
                let is_claimed = self.claimed.range((address(element), 0)..=(address(element), usize::MAX)).next();
                if is_claimed.is_some() {
                    return None;
                }
                characters(element)
            }
            "w:tr" => {
                let has_table = element.elements().any(|cell| cell.child("w:tbl").is_some());
                if has_table || paragraphs(element).iter().any(|(_, p)| !boxes(p).is_empty()) {
                    return None;
                }
                paragraphs(element).into_iter().flat_map(|(_, p)| characters(p)).collect()
            }
            _ => return None,
        };
        lone(&text).map(|said| (said, text.iter().collect::<String>().trim().to_owned()))
    }

    fn blocks<'t>(&mut self, parent: &'t Element) -> Vec<Block<'t>> {
        let mut open: Vec<Open<'t>> = Vec::new();
        let mut here: Vec<Block<'t>> = Vec::new();
        for node in &parent.children {
            let Some(element) = node.element() else {
                here.push(Block::Other(node));
                continue;
            };
            match element.name.as_str() {
                "w:p" | "w:tr" => {
                    let place = self.place(element);
                    match self.control(element) {
                        Some((Said::Open(control), near)) => {
                            self.section_end(element, &place, &mut here);
                            open.push(Open { control, place, near, before: std::mem::take(&mut here) });
                        }
                        Some((Said::Close(control), near)) => {
                            here = self.closed(control, &place, near, &mut open, here);
                            self.section_end(element, &place, &mut here);
                        }
                        _ if element.name == "w:tr" => here.push(self.row(element, &place)),
                        _ => here.push(Block::Paragraph(self.paragraph(element, place))),
                    }
                }
                name if FRAMES.contains(&name) => here.push(Block::Frame(self.frame(element))),
                _ => here.push(Block::Other(node)),
            }
        }
        while let Some(last) = open.pop() {
            self.fault("part-not-closed", &last.place, last.near);
            let mut before = last.before;
            before.append(&mut here);
            here = before;
        }
        here
    }

    /// A paragraph that opens or closes a part may also end a section of the document, which stays.
    fn section_end<'t>(&mut self, element: &'t Element, place: &str, here: &mut Vec<Block<'t>>) {
        if element.child("w:pPr").is_some_and(|p| p.child("w:sectPr").is_some()) {
            let characters = characters(element);
            let pieces = vec![Piece::Remove(0..characters.len())];
            here.push(Block::Paragraph(Paragraph {
                element,
                place: place.to_owned(),
                characters,
                pieces,
                boxes: Vec::new(),
            }));
        }
    }

    fn closed<'t>(
        &mut self,
        control: Control,
        place: &str,
        near: String,
        open: &mut Vec<Open<'t>>,
        here: Vec<Block<'t>>,
    ) -> Vec<Block<'t>> {
        match open.iter().rposition(|o| o.control == control) {
            Some(at) if at + 1 == open.len() => match open.pop() {
                Some(Open { control, place, near, mut before }) => {
                    before.push(Block::Part(Part { control, place, near, inner: here }));
                    before
                }
                None => here,
            },
            Some(at) => {
                self.fault("part-crossing", place, near);
                let mut all = Vec::new();
                for mut part in open.drain(at..) {
                    all.append(&mut part.before);
                }
                all.extend(here);
                all
            }
            None => {
                self.fault("part-not-opened", place, near);
                here
            }
        }
    }

    /// A row with the parts whose marks stand in it around it.
    fn row<'t>(&mut self, row: &'t Element, place: &str) -> Block<'t> {
        let around = self.claim(row);
        let mut block = Block::Frame(self.frame(row));
        for (control, near) in around.into_iter().rev() {
            block = Block::Part(Part { control, place: place.to_owned(), near, inner: vec![block] });
        }
        block
    }

    /// Claims the marks of a row that open in one cell and close in another, or repeat within one line; says what they bind, outermost first.
    fn claim(&mut self, row: &Element) -> Vec<(Control, String)> {
        struct Seen {
            cell: usize,
            paragraph: usize,
            is_own: bool,
            number: usize,
            near: String,
        }
        let mut open: Vec<(Control, Seen)> = Vec::new();
        let mut pairs: Vec<(Control, Seen, Seen)> = Vec::new();
        for (cell, paragraph) in paragraphs(row) {
            let text = characters(paragraph);
            let is_own = lone(&text).is_some();
            for (number, mark) in marks::find(&text).0.into_iter().enumerate() {
                let near = marks::near(&text, &mark.range);
                let seen = Seen { cell, paragraph: address(paragraph), is_own, number, near };
                match mark.said {
                    Said::Open(control) => open.push((control, seen)),
                    Said::Close(control) => match open.pop() {
                        Some((opened, first)) if opened == control => pairs.push((control, first, seen)),
                        // What does not match is told where the cells are read.
                        _ => return Vec::new(),
                    },
                    Said::Expression(_) | Said::Merged(_) => {}
                }
            }
        }
        pairs.retain(|(control, first, last)| {
            let is_list = matches!(control, Control::Each(_));
            let is_blocks = first.cell == last.cell && first.is_own && last.is_own;
            let is_line = first.paragraph == last.paragraph && !is_list;
            !is_blocks && !is_line
        });
        // Pairs are in the order of their ends: the outermost is last.
        pairs.reverse();
        for (_, first, last) in &pairs {
            self.claimed.insert((first.paragraph, first.number));
            self.claimed.insert((last.paragraph, last.number));
        }
        pairs.into_iter().map(|(control, first, _)| (control, first.near)).collect()
    }

    fn paragraph<'t>(&mut self, element: &'t Element, place: String) -> Paragraph<'t> {
        let characters = characters(element);
        let (found, loose) = marks::find(&characters);
        for loose in loose {
            self.fault(loose.code, &place, marks::near(&characters, &(loose.at..loose.at + 2)));
        }
        let pieces = self.pieces(element, found, &characters, &place);
        let was = self.place.replace(place.clone());
        let boxes = boxes(element).into_iter().map(|text| Block::Frame(self.frame(text))).collect();
        self.place = was;
        Paragraph { element, place, characters, pieces, boxes }
    }

    fn pieces(&mut self, element: &Element, found: Vec<Mark>, text: &[char], place: &str) -> Vec<Piece> {
        let mut open: Vec<(Control, Range<usize>, Vec<Piece>)> = Vec::new();
        let mut here = Vec::new();
        for (number, Mark { range, said }) in found.into_iter().enumerate() {
            let near = marks::near(text, &range);
            match said {
                _ if self.claimed.contains(&(address(element), number)) => here.push(Piece::Remove(range)),
                Said::Expression(expression) => here.push(Piece::Say { range, expression, is_merged: false }),
                Said::Merged(expression) => {
                    if !self.is_in_cell {
                        self.fault("merge-outside-table", place, near);
                    }
                    here.push(Piece::Say { range, expression, is_merged: true });
                }
                Said::Open(Control::Each(_)) | Said::Close(Control::Each(_)) => {
                    self.fault("part-in-sentence", place, near);
                }
                Said::Open(control) => open.push((control, range, std::mem::take(&mut here))),
                Said::Close(control) => match open.iter().rposition(|(opened, ..)| *opened == control) {
                    Some(at) if at + 1 == open.len() => {
                        if let Some((control, first, mut before)) = open.pop() {
                            let inner = std::mem::take(&mut here);
                            before.push(Piece::Where { control, open: first, inner, close: range });
                            here = before;
                        }
                    }
                    Some(at) => {
                        self.fault("part-crossing", place, near);
                        open.truncate(at);
                    }
                    None => self.fault("part-not-opened", place, near),
                },
            }
        }
        for (_, range, _) in open {
            self.fault("part-not-closed", place, marks::near(text, &range));
        }
        here
    }
}

/// Whether a line holds nothing to see.
pub(super) fn is_blank(text: &[char]) -> bool {
    text.iter().all(|c| c.is_whitespace() && *c != NO_TEXT)
}
