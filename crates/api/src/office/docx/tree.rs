//! A part of the package as a tree, read and written.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// Deepest nesting of elements.
const DEEPEST: usize = 128;
/// Most elements of a part.
const MOST_ELEMENTS: usize = 300_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element under its name as written, prefix and all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// The same with an attribute.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(Node::element)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|e| e.name == name)
    }

    /// All text beneath it.
    pub(super) fn text(&self) -> String {
        fn gather(element: &Element, into: &mut String) {
            for child in &element.children {
                match child {
                    Node::Text(text) => into.push_str(text),
                    Node::Element(element) => gather(element, into),
                }
            }
        }
        let mut text = String::new();
        gather(self, &mut text);
        text
    }

    /// How many elements it is, with those beneath it.
    pub(super) fn size(&self) -> usize {
        1 + self.elements().map(Element::size).sum::<usize>()
    }

    /// Visits it and every element beneath it.
    pub(super) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Element)) {
        see(self);
        self.elements().for_each(|element| element.visit(see));
    }

    /// Visits it and every element beneath it, which may be changed.
    pub(super) fn visit_mut(&mut self, see: &mut impl FnMut(&mut Element)) {
        see(self);
        for child in &mut self.children {
            if let Node::Element(element) = child {
                element.visit_mut(see);
            }
        }
    }
}

impl Node {
    pub(super) fn element(&self) -> Option<&Element> {
        match self {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.element().is_some_and(|element| element.name == name)
    }
}

/// Characters that XML 1.0 can hold.
pub(super) fn is_told(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut element = Element::new(start.name().as_ref());
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Some(element)
}

/// The root element; none where it is not well-formed, declares a document type, nests too deep or is too much.
pub(super) fn parse(bytes: &[u8]) -> Option<Element> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader::from_str(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0;
    loop {
        let event = reader.read_event().ok()?;
        let said = match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() >= DEEPEST || elements > MOST_ELEMENTS || root.is_some() {
                    return None;
                }
                open.push(element(&start)?);
                continue;
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > MOST_ELEMENTS {
                    return None;
                }
                close(element(&start)?, &mut open, &mut root)?;
                continue;
            }
            Event::End(_) => {
                let element = open.pop()?;
                close(element, &mut open, &mut root)?;
                continue;
            }
            Event::Text(text) => text.xml10_content().into_owned(),
            Event::CData(text) => text.xml10_content().into_owned(),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(c) => c.to_string(),
                None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
            },
            Event::DocType(_) => return None,
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
        };
        match open.last_mut() {
            Some(parent) => match parent.children.last_mut() {
                Some(Node::Text(text)) => text.push_str(&said),
                _ => parent.children.push(Node::Text(said)),
            },
            None if said.trim().is_empty() => {}
            None => return None,
        }
    }
    if open.is_empty() { root } else { None }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Option<()> {
    match open.last_mut() {
        Some(parent) => parent.children.push(Node::Element(element)),
        None if root.is_none() => *root = Some(element),
        None => return None,
    }
    Some(())
}

fn escape(text: &str, is_attribute: bool, into: &mut String) {
    for c in text.chars().filter(|c| is_told(*c)) {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' if is_attribute => into.push_str("&quot;"),
            '\t' if is_attribute => into.push_str("&#9;"),
            '\n' if is_attribute => into.push_str("&#10;"),
            '\r' => into.push_str("&#13;"),
            c => into.push(c),
        }
    }
}

fn write(element: &Element, into: &mut String) {
    into.push('<');
    into.push_str(&element.name);
    for (name, value) in &element.attributes {
        into.push(' ');
        into.push_str(name);
        into.push_str("=\"");
        escape(value, true, into);
        into.push('"');
    }
    if element.children.is_empty() {
        into.push_str("/>");
        return;
    }
    into.push('>');
    for child in &element.children {
        match child {
            Node::Element(element) => write(element, into),
            Node::Text(text) => escape(text, false, into),
        }
    }
    into.push_str("</");
    into.push_str(&element.name);
    into.push('>');
}

/// The tree as the bytes of a part.
pub(super) fn print(root: &Element) -> Vec<u8> {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    write(root, &mut text);
    text.into_bytes()
}
