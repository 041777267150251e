//! The text of a paragraph over all its runs, and the paragraph anew with other words in places of it.

use std::ops::Range;

use super::marks::NO_TEXT;
use super::tree::{Element, Node, is_told};

/// What stands in a line and is no text.
const OPAQUE: [&str; 17] = [
    "w:tab",
    "w:ptab",
    "w:br",
    "w:cr",
    "w:sym",
    "w:noBreakHyphen",
    "w:softHyphen",
    "w:fldChar",
    "w:footnoteReference",
    "w:endnoteReference",
    "w:pgNum",
    "w:drawing",
    "w:pict",
    "w:object",
    "mc:AlternateContent",
    "m:oMath",
    "m:oMathPara",
];
/// What holds neither text nor what stands in a line.
const BESIDE: [&str; 8] =
    ["w:pPr", "w:rPr", "w:sdtPr", "w:sdtEndPr", "w:instrText", "w:delText", "w:delInstrText", "w:customXmlPr"];

/// Words for a range of characters.
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// What stands there behind the text and is none.
    pub(super) drawing: Option<Element>,
}

/// Its characters; [`NO_TEXT`] for what is none.
pub(super) fn characters(paragraph: &Element) -> Vec<char> {
    fn gather(element: &Element, into: &mut Vec<char>) {
        for child in element.elements() {
            match child.name.as_str() {
                "w:t" => into.extend(child.text().chars()),
                name if OPAQUE.contains(&name) => into.push(NO_TEXT),
                name if BESIDE.contains(&name) => {}
                _ => gather(child, into),
            }
        }
    }
    let mut characters = Vec::new();
    gather(paragraph, &mut characters);
    characters
}

/// What holds blocks of its own inside a paragraph: the text of boxes, in their order.
pub(super) fn boxes(paragraph: &Element) -> Vec<&Element> {
    fn gather<'t>(element: &'t Element, into: &mut Vec<&'t Element>) {
        for child in element.elements() {
            if child.name == "w:txbxContent" {
                into.push(child);
            } else {
                gather(child, into);
            }
        }
    }
    let mut found = Vec::new();
    gather(paragraph, &mut found);
    found
}

/// The paragraph with the edits made, in the order of their ranges, and its boxes in the place of those it has.
pub(super) fn edited(paragraph: &Element, edits: &[Edit], boxes: Vec<Element>) -> Element {
    Editor { edits, at: 0, next: 0, boxes: boxes.into_iter() }.element(paragraph)
}

struct Editor<'e> {
    edits: &'e [Edit],
    /// Characters passed.
    at: usize,
    /// First edit that does not end before.
    next: usize,
    boxes: std::vec::IntoIter<Element>,
}

impl Editor<'_> {
    fn element(&mut self, element: &Element) -> Element {
        let mut anew =
            Element { name: element.name.clone(), attributes: element.attributes.clone(), children: Vec::new() };
        for child in &element.children {
            match child {
                Node::Text(text) => anew.children.push(Node::Text(text.clone())),
                Node::Element(child) => match child.name.as_str() {
                    "w:t" => self.text(child, &mut anew.children),
                    name if OPAQUE.contains(&name) => {
                        let is_gone = self.covering().is_some();
                        self.at += 1;
                        let same = self.framed(child);
                        if !is_gone {
                            anew.children.push(Node::Element(same));
                        }
                    }
                    name if BESIDE.contains(&name) => anew.children.push(Node::Element(child.clone())),
                    _ => {
                        let from = self.at;
                        let inner = self.element(child);
                        let is_empty_run = inner.name == "w:r" && inner.elements().all(|e| e.name == "w:rPr");
                        if !(is_empty_run && self.at > from) {
                            anew.children.push(Node::Element(inner));
                        }
                    }
                },
            }
        }
        anew
    }

    /// The element with the text of its boxes anew.
    fn framed(&mut self, element: &Element) -> Element {
        let mut anew =
            Element { name: element.name.clone(), attributes: element.attributes.clone(), children: Vec::new() };
        for child in &element.children {
            anew.children.push(match child {
                Node::Element(child) if child.name == "w:txbxContent" => {
                    Node::Element(self.boxes.next().unwrap_or_else(|| child.clone()))
                }
                Node::Element(child) => Node::Element(self.framed(child)),
                Node::Text(text) => Node::Text(text.clone()),
            });
        }
        anew
    }

    /// The edit whose range the present character is in.
    fn covering(&mut self) -> Option<&Edit> {
        while self.edits.get(self.next).is_some_and(|edit| edit.range.end <= self.at) {
            self.next += 1;
        }
        self.edits.get(self.next).filter(|edit| edit.range.contains(&self.at))
    }

    /// The text of one `w:t`, which may become several with breaks between.
    fn text(&mut self, old: &Element, into: &mut Vec<Node>) {
        let mut said = String::new();
        let mut is_touched = false;
        for c in old.text().chars() {
            let at = self.at;
            match self.covering() {
                Some(edit) => {
                    is_touched = true;
                    if edit.range.start == at {
                        said.push_str(&edit.text);
                        if let Some(drawing) = edit.drawing.clone() {
                            lines(&std::mem::take(&mut said), into);
                            into.push(Node::Element(drawing));
                        }
                    }
                }
                None => said.push(c),
            }
            self.at += 1;
        }
        if !is_touched {
            into.push(Node::Element(old.clone()));
            return;
        }
        lines(&said, into);
    }
}

/// Text as it stands in a run, with breaks between its lines.
fn lines(said: &str, into: &mut Vec<Node>) {
    for (i, line) in said.split('\n').enumerate() {
        if i > 0 {
            into.push(Node::Element(Element::new("w:br")));
        }
        let line: String = line.chars().filter(|c| is_told(*c)).map(|c| if c == '\t' { ' ' } else { c }).collect();
        if !line.is_empty() {
            let mut text = Element::new("w:t").with("xml:space", "preserve");
            text.children.push(Node::Text(line));
            into.push(Node::Element(text));
        }
    }
}
