//! The package of a document: opened with everything refused that no template may bring, closed with the same bytes each time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::Fault;
use super::tree::{self, Element, Node};
use crate::office::guard;

const CONTENT_TYPES: &str = "[Content_Types].xml";
const RELATIONS: &str = "_rels/.rels";
const CORE: &str = "docProps/core.xml";
/// Most elements of all parts that are filled.
const MOST_ELEMENTS: usize = 500_000;

/// What a part is that is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Body,
    Header,
    Footer,
    Notes,
}

impl Kind {
    /// The place of everything in it; none for the body, whose places are counted.
    pub(super) fn place(self) -> Option<&'static str> {
        match self {
            Self::Body => None,
            Self::Header => Some("页眉"),
            Self::Footer => Some("页脚"),
            Self::Notes => Some("脚注"),
        }
    }
}

/// A part that is filled.
pub(super) struct Told {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) root: Element,
}

pub(super) struct Package {
    entries: BTreeMap<String, Vec<u8>>,
    told: Vec<Told>,
    drawings: usize,
    bookmarks: usize,
}

struct Relation {
    kind: String,
    target: String,
    is_external: bool,
}

impl Package {
    /// Errors: see [`super::fill`].
    pub(super) fn open(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        guard::check_document(bytes).map_err(|refusal| {
            refusal.errors.iter().map(|error| Fault::of_file(&error.code, "")).collect::<Vec<_>>()
        })?;
        let broken = |near: &str| vec![Fault::of_file("file-broken", near)];
        let entries = unpack(bytes).ok_or_else(|| broken(""))?;
        let mut faults = BTreeSet::new();
        let types = entries.get(CONTENT_TYPES).and_then(|b| tree::parse(b)).ok_or_else(|| broken(CONTENT_TYPES))?;
        for name in entries.keys() {
            let small = name.to_ascii_lowercase();
            if small.contains("vbaproject") || small.contains("vbadata") {
                faults.insert(Fault::of_file("template-macro", name));
            } else if small.contains("/embeddings/") || small.contains("/activex/") {
                faults.insert(Fault::of_file("template-embedded", name));
            } else if small.starts_with("_xmlsignatures/") {
                faults.insert(Fault::of_file("template-signed", name));
            }
            if small.ends_with(".rels") {
                let relations = relations(&entries[name]).ok_or_else(|| broken(name))?;
                faults.extend(relations.iter().filter_map(refused));
            }
        }
        if types.elements().any(|t| t.attribute("ContentType").is_some_and(|t| t.contains("macroEnabled"))) {
            faults.insert(Fault::of_file("template-macro", CONTENT_TYPES));
        }
        let not_docx = || vec![Fault::of_file("file-not-docx", "")];
        let main = main_part(&entries).ok_or_else(not_docx)?;
        let is_document = types.elements().any(|t| {
            t.attribute("PartName").is_some_and(|name| name.trim_start_matches('/') == main)
                && t.attribute("ContentType").is_some_and(|t| t.ends_with("wordprocessingml.document.main+xml"))
        });
        if !is_document && faults.is_empty() {
            return Err(not_docx());
        }
        let mut told = Vec::new();
        let mut elements = 0;
        for (name, kind) in told_names(&entries, &main) {
            let mut root = tree::parse(&entries[&name]).ok_or_else(|| broken(&name))?;
            let is_right = matches!(
                (kind, root.name.as_str()),
                (Kind::Body, "w:document")
                    | (Kind::Header, "w:hdr")
                    | (Kind::Footer, "w:ftr")
                    | (Kind::Notes, "w:footnotes" | "w:endnotes")
            );
            if !is_right {
                return Err(not_docx());
            }
            elements += root.size();
            if elements > MOST_ELEMENTS {
                return Err(vec![Fault::of_file("file-too-large", name)]);
            }
            foreign(&root, kind, &mut faults);
            clean(&mut root);
            told.push(Told { name, kind, root });
        }
        if faults.is_empty() {
            Ok(Self { entries, told, drawings: 0, bookmarks: 0 })
        } else {
            Err(faults.into_iter().collect())
        }
    }

    /// The parts that are filled, the body first; each is put back with [`Package::put`].
    pub(super) fn take(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    /// The parts that are filled, the body first.
    pub(super) fn told(&self) -> &[Told] {
        &self.told
    }

    pub(super) fn told_mut(&mut self) -> &mut [Told] {
        &mut self.told
    }

    /// What an entry holds.
    pub(super) fn entry(&self, name: &str) -> Option<&[u8]> {
        self.entries.get(name).map(Vec::as_slice)
    }

    pub(super) fn entries_mut(&mut self) -> &mut BTreeMap<String, Vec<u8>> {
        &mut self.entries
    }

    /// Adds a part that is filled like the others.
    pub(super) fn add(&mut self, name: &str, kind: Kind, root: Element) {
        self.told.push(Told { name: name.to_owned(), kind, root });
    }

    /// Puts a part in, its drawings and bookmarks numbered through the whole document.
    pub(super) fn put(&mut self, name: &str, mut root: Element) {
        let mut ends: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        root.visit(&mut |element| {
            let id = element.attribute("w:id").unwrap_or_default();
            match element.name.as_str() {
                "w:bookmarkStart" => ends.entry(id.to_owned()).or_default().0 += 1,
                "w:bookmarkEnd" => ends.entry(id.to_owned()).or_default().1 += 1,
                _ => {}
            }
        });
        // A bookmark that was repeated or lost an end is none any more.
        let kept: BTreeMap<String, String> = ends
            .into_iter()
            .filter(|(_, counts)| *counts == (1, 1))
            .map(|(id, _)| {
                self.bookmarks += 1;
                (id, self.bookmarks.to_string())
            })
            .collect();
        root.visit_mut(&mut |element| {
            element.children.retain(|node| {
                let mark = node.element().filter(|e| matches!(e.name.as_str(), "w:bookmarkStart" | "w:bookmarkEnd"));
                mark.is_none_or(|mark| mark.attribute("w:id").is_some_and(|id| kept.contains_key(id)))
            });
            match element.name.as_str() {
                "wp:docPr" => {
                    self.drawings += 1;
                    set(element, "id", &self.drawings.to_string());
                }
                "w:bookmarkStart" | "w:bookmarkEnd" => {
                    if let Some(id) = element.attribute("w:id").and_then(|id| kept.get(id)) {
                        set(element, "w:id", id);
                    }
                }
                _ => {}
            }
        });
        self.entries.insert(name.to_owned(), tree::print(&root));
    }

    /// The bytes of the docx: the same entries in the same order, of one fixed time, made and changed at that moment.
    pub(super) fn close(mut self, as_of: DateTime<Utc>) -> Result<Vec<u8>, Vec<Fault>> {
        if let Some(core) = self.entries.get_mut(CORE) {
            *core = core_properties(as_of);
        }
        pack(&self.entries).ok_or_else(|| vec![Fault::of_file("file-broken", "")])
    }
}

/// The properties of a document: when it was made and nothing of who made its template.
pub(super) fn core_properties(as_of: DateTime<Utc>) -> Vec<u8> {
    let moment = as_of.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dcterms:created xsi:type=\"dcterms:W3CDTF\">{moment}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{moment}</dcterms:modified></cp:coreProperties>"
    )
    .into_bytes()
}

/// The entries as the bytes of a package, what names the types first.
pub(super) fn pack(entries: &BTreeMap<String, Vec<u8>>) -> Option<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    let first = [CONTENT_TYPES, RELATIONS];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let ordered = first
        .into_iter()
        .filter_map(|name| entries.get_key_value(name))
        .chain(entries.iter().filter(|(name, _)| !first.contains(&name.as_str())));
    for (name, bytes) in ordered {
        writer.start_file(name.as_str(), options).ok()?;
        writer.write_all(bytes).ok()?;
    }
    writer.finish().ok().map(Cursor::into_inner)
}

fn unpack(bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut entries = BTreeMap::new();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).ok()?;
        let name = entry.name().ok()?.into_owned();
        if name.ends_with('/') {
            continue;
        }
        let is_outside = name.starts_with('/') || name.contains('\\') || name.split('/').any(|part| part == "..");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).ok()?;
        if is_outside || entries.insert(name, content).is_some() {
            return None;
        }
    }
    Some(entries)
}

fn relations(bytes: &[u8]) -> Option<Vec<Relation>> {
    let root = tree::parse(bytes)?;
    let said = |e: &Element, name: &str| e.attribute(name).unwrap_or_default().to_owned();
    Some(
        root.elements()
            .map(|e| Relation {
                kind: said(e, "Type").rsplit('/').next().unwrap_or_default().to_owned(),
                target: said(e, "Target"),
                is_external: e.attribute("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external")),
            })
            .collect(),
    )
}

fn refused(relation: &Relation) -> Option<Fault> {
    let called = match relation.kind.as_str() {
        "attachedTemplate" => "附加的模板",
        "hyperlink" => "超链接",
        "image" => "外部图片",
        "oleObject" => "嵌入的对象",
        "package" => "嵌入的文件",
        "control" => "控件",
        "aFChunk" => "插入的文件",
        "subDocument" => "子文档",
        "frame" => "框架",
        _ => "外部引用",
    };
    let near = format!("{called}：{}", relation.target);
    match relation.kind.as_str() {
        "vbaProject" | "wordVbaData" | "attachedToolbars" => Some(Fault::of_file("template-macro", &relation.target)),
        _ if relation.is_external => Some(Fault::of_file("template-external", near)),
        "oleObject" | "package" | "control" | "aFChunk" | "subDocument" | "activeXControlBinary" => {
            Some(Fault::of_file("template-embedded", near))
        }
        _ => None,
    }
}

/// The part a relation of another part points to.
fn target(of: &str, relation: &Relation) -> String {
    if let Some(absolute) = relation.target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = of.split('/').collect();
    path.pop();
    for step in relation.target.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

fn main_part(entries: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let relations = relations(entries.get(RELATIONS)?)?;
    let main = relations.iter().find(|relation| relation.kind == "officeDocument" && !relation.is_external)?;
    Some(target("", main)).filter(|name| entries.contains_key(name))
}

fn told_names(entries: &BTreeMap<String, Vec<u8>>, main: &str) -> Vec<(String, Kind)> {
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", main));
    let beside = format!("{folder}{}_rels/{file}.rels", if folder.is_empty() { "" } else { "/" });
    let found = entries.get(&beside).and_then(|bytes| relations(bytes)).unwrap_or_default();
    let mut names = BTreeMap::new();
    for relation in found.iter().filter(|relation| !relation.is_external) {
        let kind = match relation.kind.as_str() {
            "header" => Kind::Header,
            "footer" => Kind::Footer,
            "footnotes" | "endnotes" => Kind::Notes,
            _ => continue,
        };
        let name = target(main, relation);
        if entries.contains_key(&name) && name != main {
            names.insert(name, kind);
        }
    }
    std::iter::once((main.to_owned(), Kind::Body)).chain(names).collect()
}

/// What a part draws in from elsewhere.
fn foreign(root: &Element, kind: Kind, faults: &mut BTreeSet<Fault>) {
    const FIELDS: [&str; 9] =
        ["INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "DDE", "DDEAUTO", "LINK", "IMPORT", "DATABASE", "MACROBUTTON"];
    let place = kind.place().unwrap_or("正文");
    let mut fields = String::new();
    let mut found = Vec::new();
    root.visit(&mut |element| {
        let name = element.name.rsplit(':').next().unwrap_or_default();
        match name {
            "altChunk" => found.push(("template-embedded", "插入的文件（altChunk）")),
            "subDoc" => found.push(("template-embedded", "子文档（subDoc）")),
            "OLEObject" | "objectEmbed" => found.push(("template-embedded", "嵌入的对象（OLE）")),
            "objectLink" => found.push(("template-external", "链接的对象（OLE）")),
            "control" => found.push(("template-embedded", "控件（control）")),
            "instrText" => fields.push_str(&element.text()),
            "fldChar" => fields.push(' '),
            "fldSimple" => {
                fields.push(' ');
                fields.push_str(element.attribute("w:instr").unwrap_or_default());
                fields.push(' ');
            }
            _ => {}
        }
    });
    for (code, near) in found {
        faults.insert(Fault { code: code.to_owned(), place: place.to_owned(), near: near.to_owned() });
    }
    let words = fields.split(|c: char| c.is_whitespace() || c == '"').map(str::to_ascii_uppercase);
    for word in words.filter(|word| FIELDS.contains(&word.as_str())) {
        let code = if word == "MACROBUTTON" { "template-macro" } else { "template-external" };
        faults.insert(Fault { code: code.to_owned(), place: place.to_owned(), near: format!("域：{word}") });
    }
}

fn set(element: &mut Element, name: &str, value: &str) {
    if let Some((_, old)) = element.attributes.iter_mut().find(|(n, _)| n == name) {
        value.clone_into(old);
    }
}

/// Takes out what a word processor leaves between the letters and what must not be there twice: proofing marks, revisions (as accepted), comments, ids.
fn clean(element: &mut Element) {
    const GONE: [&str; 17] = [
        "w:proofErr",
        "w:lastRenderedPageBreak",
        "w:del",
        "w:moveFrom",
        "w:moveFromRangeStart",
        "w:moveFromRangeEnd",
        "w:moveToRangeStart",
        "w:moveToRangeEnd",
        "w:numberingChange",
        "w:cellIns",
        "w:cellDel",
        "w:commentRangeStart",
        "w:commentRangeEnd",
        "w:commentReference",
        "w:dataBinding",
        "w:showingPlcHdr",
        "w:smartTagPr",
    ];
    const OPENED: [&str; 3] = ["w:ins", "w:moveTo", "w:smartTag"];
    fn flat(children: Vec<Node>, into: &mut Vec<Node>) {
        for node in children {
            match node {
                Node::Element(element) if OPENED.contains(&element.name.as_str()) => flat(element.children, into),
                Node::Element(element)
                    if GONE.contains(&element.name.as_str())
                        || element.name.ends_with("PrChange")
                        || element.name.ends_with("PrExChange") => {}
                node => into.push(node),
            }
        }
    }
    element.attributes.retain(|(name, _)| {
        let is_id = matches!(name.as_str(), "w14:paraId" | "w14:textId" | "wp14:anchorId" | "wp14:editId");
        !is_id && !name.starts_with("w:rsid")
    });
    let mut children = Vec::with_capacity(element.children.len());
    flat(std::mem::take(&mut element.children), &mut children);
    if element.name == "w:sdtPr" {
        children.retain(|node| !node.is("w:id"));
    }
    element.children = children;
    for node in &mut element.children {
        if let Node::Element(element) = node {
            clean(element);
        }
    }
}
