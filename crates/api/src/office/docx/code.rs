//! The code at the foot of a document: what the ledger behind it was, as a picture that a telephone reads (docs/domain.md §33).
//!
//! A template says where it stands by the mark `{{核验码}}`, and by `{{核验说明}}` the same in words. One that says nothing of it gets both in a line of
//! their own at the end of every foot it has, and a foot where it has none: its own feet stay as they are.

use std::collections::BTreeMap;

use qrcodegen::{QrCode, QrCodeEcc};

use super::marks::is_said;
use super::package::{Kind, Package};
use super::tree::{self, Element, Node};

/// The name whose value is drawn and not written.
pub(super) const NAME: &str = "核验码";
/// The relation of the picture, in whichever part it stands.
const PICTURE: &str = "rIdLedgerCode";
/// The relation of a foot that a template did not have.
const FOOT: &str = "rIdLedgerFoot";
const WORDPROCESSING: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
/// Edge of the picture in EMU: 18 millimetres, light border included.
const EDGE: u32 = 18 * 36_000;
/// Light modules around a code, as its standard asks for.
const BORDER: i32 = 4;
/// Dots a module has in the picture.
const SCALE: i32 = 6;

/// The line of a foot with the code and its words, as a template has it; nothing of it stands where there is no code.
pub(super) const LINE: &str = "<w:p><w:pPr><w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/><w:ind w:left=\"0\" w:right=\"0\" w:firstLine=\"0\"/><w:jc w:val=\"center\"/><w:textAlignment w:val=\"center\"/></w:pPr><w:r><w:t>{{核验码}}</w:t></w:r><w:r><w:rPr><w:rFonts w:hint=\"eastAsia\" w:ascii=\"宋体\" w:hAnsi=\"宋体\" w:eastAsia=\"宋体\"/><w:sz w:val=\"16\"/><w:szCs w:val=\"16\"/></w:rPr><w:t xml:space=\"preserve\">　{{核验说明}}</w:t></w:r></w:p>";

/// The picture of a code: a PNG of one bit a dot; none where the text is longer than a code holds.
fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let edge = (code.size() + 2 * BORDER) * SCALE;
    let width = usize::try_from(edge).ok()?.div_ceil(8);
    let mut lines = Vec::with_capacity((width + 1) * usize::try_from(edge).ok()?);
    for y in 0..edge {
        // No filter.
        lines.push(0);
        let mut line = vec![0xff_u8; width];
        for x in 0..edge {
            if code.get_module(x / SCALE - BORDER, y / SCALE - BORDER)
                && let Some(byte) = line.get_mut(usize::try_from(x / 8).ok()?)
            {
                *byte &= !(0x80 >> (x % 8));
            }
        }
        lines.extend(line);
    }
    let edge = u32::try_from(edge).ok()?.to_be_bytes();
    let head = [&edge[..], &edge, &[1, 0, 0, 0, 0]].concat();
    let chunks = [chunk(b"IHDR", &head), chunk(b"IDAT", &stored(&lines)), chunk(b"IEND", &[])].concat();
    Some([&b"\x89PNG\r\n\x1a\n"[..], &chunks].concat())
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let told = [&kind[..], data].concat();
    let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
    [&length[..], &told, &crc32fast::hash(&told).to_be_bytes()].concat()
}

/// As zlib has it (RFC 1950), not made smaller: the package it goes into is.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut into = vec![0x78, 0x01];
    let mut parts = data.chunks(0xffff).peekable();
    while let Some(part) = parts.next() {
        let length = u16::try_from(part.len()).unwrap_or_default();
        into.push(u8::from(parts.peek().is_none()));
        into.extend(length.to_le_bytes());
        into.extend((!length).to_le_bytes());
        into.extend(part);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    into.extend((b << 16 | a).to_be_bytes());
    into
}

fn with(mut element: Element, children: impl IntoIterator<Item = Element>) -> Element {
    element.children.extend(children.into_iter().map(Node::Element));
    element
}

/// The code of a text, where a letter may stand; what it says is its description.
pub(super) fn drawing(text: &str) -> Element {
    const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";
    let edge = EDGE.to_string();
    let size = |name: &str| Element::new(name).with("cx", &edge).with("cy", &edge);
    let blip = Element::new("a:blip").with("xmlns:r", RELATIONS).with("r:embed", PICTURE);
    let named = Element::new("pic:cNvPr").with("id", "0").with("name", NAME);
    let frame = with(Element::new("a:xfrm"), [Element::new("a:off").with("x", "0").with("y", "0"), size("a:ext")]);
    let shape = with(Element::new("a:prstGeom").with("prst", "rect"), [Element::new("a:avLst")]);
    let picture = with(
        Element::new("pic:pic").with("xmlns:pic", &format!("{DRAWING}/picture")),
        [
            with(Element::new("pic:nvPicPr"), [named, Element::new("pic:cNvPicPr")]),
            with(Element::new("pic:blipFill"), [blip, with(Element::new("a:stretch"), [Element::new("a:fillRect")])]),
            with(Element::new("pic:spPr"), [frame, shape]),
        ],
    );
    let data = with(Element::new("a:graphicData").with("uri", &format!("{DRAWING}/picture")), [picture]);
    let main = format!("{DRAWING}/main");
    let locks = Element::new("a:graphicFrameLocks").with("xmlns:a", &main).with("noChangeAspect", "1");
    let inline = Element::new("wp:inline")
        .with("xmlns:wp", &format!("{DRAWING}/wordprocessingDrawing"))
        .with("distT", "0")
        .with("distB", "0")
        .with("distL", "0")
        .with("distR", "0");
    let inline = with(
        inline,
        [
            size("wp:extent"),
            Element::new("wp:docPr").with("id", "1").with("name", NAME).with("descr", text),
            with(Element::new("wp:cNvGraphicFramePr"), [locks]),
            with(Element::new("a:graphic").with("xmlns:a", &main), [data]),
        ],
    );
    with(Element::new("w:drawing"), [inline])
}

fn is_drawn(root: &Element) -> bool {
    let mut found = false;
    root.visit(&mut |e| found |= e.name == "a:blip" && e.attribute("r:embed") == Some(PICTURE));
    found
}

fn beside(part: &str) -> (String, String) {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    (format!("{folder}_rels/{file}.rels"), folder)
}

/// A relation of a part, in the place of one of the same name.
fn relate(entries: &mut BTreeMap<String, Vec<u8>>, part: &str, id: &str, kind: &str, target: &str) {
    let name = beside(part).0;
    let none = || Element::new("Relationships").with("xmlns", &format!("{PACKAGE}/relationships"));
    let mut all = entries.get(&name).and_then(|bytes| tree::parse(bytes)).unwrap_or_else(none);
    all.children.retain(|node| node.element().is_none_or(|e| e.attribute("Id") != Some(id)));
    let relation = Element::new("Relationship").with("Id", id).with("Type", &format!("{RELATIONS}/{kind}"));
    all.children.push(Node::Element(relation.with("Target", target)));
    entries.insert(name, tree::print(&all));
}

/// Says of what type a file or all files of an ending are, once.
fn typed(entries: &mut BTreeMap<String, Vec<u8>>, of: (&str, &str), kind: &str, element: &str) {
    const TYPES: &str = "[Content_Types].xml";
    let Some(mut types) = entries.get(TYPES).and_then(|bytes| tree::parse(bytes)) else { return };
    let is_known = |e: &Element| e.attribute(of.0).is_some_and(|said| said.eq_ignore_ascii_case(of.1));
    if !types.elements().any(is_known) {
        let said = Element::new(element).with(of.0, of.1).with("ContentType", kind);
        // Endings stand before names.
        let at = if element == "Default" { 0 } else { types.children.len() };
        types.children.insert(at, Node::Element(said));
        entries.insert(TYPES.to_owned(), tree::print(&types));
    }
}

/// Puts the picture beside a part in which the code stands.
pub(super) fn keep(entries: &mut BTreeMap<String, Vec<u8>>, part: &str, root: &Element, text: &str) {
    let Some(picture) = png(text).filter(|_| is_drawn(root)) else { return };
    let file = "media/ledger-code.png";
    entries.insert(format!("{}{file}", beside(part).1), picture);
    relate(entries, part, PICTURE, "image", file);
    typed(entries, ("Extension", "png"), "image/png", "Default");
}

/// Gives a template that says nothing of the code a line of its own for it in every foot.
pub(super) fn foot(package: &mut Package) {
    let is_said = package.told().iter().any(|part| is_said(&part.root.text(), NAME));
    let Some(line) = tree::parse(format!("<w:ftr xmlns:w=\"{WORDPROCESSING}\">{LINE}</w:ftr>").as_bytes()) else {
        return;
    };
    if is_said {
        return;
    }
    let is_even = package.entry("word/settings.xml").is_some_and(|bytes| {
        tree::parse(bytes).is_some_and(|settings| {
            let even = settings.child("w:evenAndOddHeaders");
            even.is_some_and(|e| !matches!(e.attribute("w:val"), Some("0" | "false" | "off")))
        })
    });
    let mut needed = Vec::new();
    for part in package.told_mut() {
        match part.kind {
            Kind::Footer => part.root.children.extend(line.children.iter().cloned()),
            Kind::Body => needed = footless(&mut part.root, is_even),
            Kind::Header | Kind::Notes => {}
        }
    }
    if needed.is_empty() {
        return;
    }
    // The body is the first part.
    let Some(body) = package.told().first().map(|part| part.name.clone()) else { return };
    let file = "footerLedger.xml";
    let name = format!("{}{file}", beside(&body).1);
    package.add(&name, Kind::Footer, line);
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml";
    typed(package.entries_mut(), ("PartName", &format!("/{name}")), kind, "Override");
    relate(package.entries_mut(), &body, FOOT, "footer", file);
}

/// Refers the first section to the added foot for every sort of page it has none for; which sorts. Later sections go on with it.
fn footless(root: &mut Element, is_even: bool) -> Vec<&'static str> {
    let mut has_title = false;
    root.visit(&mut |e| has_title |= e.name == "w:titlePg");
    let mut wanted = vec!["default"];
    wanted.extend(is_even.then_some("even"));
    wanted.extend(has_title.then_some("first"));
    let mut has_section = false;
    root.visit(&mut |e| has_section |= e.name == "w:sectPr");
    if !has_section {
        root.visit_mut(&mut |element| {
            if element.name == "w:body" {
                element.children.push(Node::Element(Element::new("w:sectPr")));
            }
        });
    }
    let mut is_first = true;
    let mut needed = Vec::new();
    root.visit_mut(&mut |element| {
        if element.name != "w:sectPr" || !std::mem::take(&mut is_first) {
            return;
        }
        let has = |kind: &str| {
            let mut feet = element.elements().filter(|e| e.name == "w:footerReference");
            feet.any(|e| e.attribute("w:type").unwrap_or("default") == kind)
        };
        needed = wanted.iter().copied().filter(|kind| !has(kind)).collect();
        let feet = needed.iter().map(|kind| {
            let foot = Element::new("w:footerReference").with("xmlns:r", RELATIONS);
            Node::Element(foot.with("w:type", kind).with("r:id", FOOT))
        });
        element.children.splice(0..0, feet.collect::<Vec<_>>());
    });
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_picture_of_the_size_it_says() {
        let text = "bihuan.example/01890000-0000-7000-8000-000000000001\n123456\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
        let made = png(text).unwrap();
        assert_eq!(made, png(text).unwrap(), "the same each time");
        assert!(made.starts_with(b"\x89PNG\r\n\x1a\n") && made.ends_with(b"IEND\xaeB\x60\x82"));
        let edge = u32::from_be_bytes(made[16..20].try_into().unwrap());
        // Version 7 at most: 45 modules and the light border, so that a module has a third of a millimetre on paper.
        assert!(edge <= (45 + 8) * 6, "{edge}");
        assert_eq!(png(&"x".repeat(4_000)), None);
        // The published checksums of zlib for these bytes.
        assert!(stored(b"Wikipedia").ends_with(&0x11e6_0398_u32.to_be_bytes()));
    }
}
