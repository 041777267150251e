//! Templates as a word processor writes them, filled from words given as JSON; the standard ones among them.
#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use api::office::docx::{Fault, Scope, Unknown, fill};
use chrono::{DateTime, Utc};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

mod code;
mod filling;
mod hostile;
mod refusals;
mod standards;

/// Words of a JSON object; what an inner one does not hold is asked of the outer.
struct Words<'w> {
    here: &'w Value,
    outer: Option<&'w Words<'w>>,
}

impl<'w> Words<'w> {
    fn of(here: &'w Value) -> Self {
        Self { here, outer: None }
    }

    fn find(&self, name: &str) -> Option<&'w Value> {
        self.here.get(name).or_else(|| self.outer.and_then(|outer| outer.find(name)))
    }
}

impl Scope for Words<'_> {
    fn text(&self, expression: &str) -> Result<String, Unknown> {
        match self.find(expression) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(_) => Err(Unknown::wrong("这是清单，不是一个值")),
            None => Err(Unknown::expression()),
        }
    }

    fn list(&self, name: &str) -> Result<Vec<Box<dyn Scope + '_>>, Unknown> {
        let Value::Array(each) = self.find(name).ok_or_else(Unknown::expression)? else {
            return Err(Unknown::wrong("这不是清单"));
        };
        Ok(each.iter().map(|here| Box::new(Words { here, outer: Some(self) }) as Box<dyn Scope + '_>).collect())
    }

    fn holds(&self, name: &str) -> Result<bool, Unknown> {
        match self.find(name) {
            Some(Value::String(text)) => Ok(!text.is_empty()),
            Some(Value::Array(each)) => Ok(!each.is_empty()),
            Some(Value::Bool(holds)) => Ok(*holds),
            _ => Err(Unknown::expression()),
        }
    }
}

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_596_585_600, 0).unwrap()
}

const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The entries of a document with this body, a header and a footer.
fn entries(body: &str) -> BTreeMap<String, Vec<u8>> {
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{main}.document.main+xml\"/><Override PartName=\"/word/header1.xml\" ContentType=\"{main}.header+xml\"/><Override PartName=\"/word/footer1.xml\" ContentType=\"{main}.footer+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATION}/officeDocument\" Target=\"word/document.xml\"/></Relationships>"
            ),
        ),
        (
            "word/_rels/document.xml.rels",
            format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATION}/header\" Target=\"header1.xml\"/><Relationship Id=\"rId2\" Type=\"{RELATION}/footer\" Target=\"/word/footer1.xml\"/></Relationships>"
            ),
        ),
        (
            "docProps/core.xml",
            "<cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\"><dc:creator>某管理员</dc:creator></cp:coreProperties>"
                .to_owned(),
        ),
        (
            "word/document.xml",
            format!("<?xml version=\"1.0\"?><w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>"),
        ),
        ("word/header1.xml", format!("<w:hdr {NAMESPACES}>{}</w:hdr>", line("页眉"))),
        ("word/footer1.xml", format!("<w:ftr {NAMESPACES}>{}</w:ftr>", line("页脚"))),
    ];
    parts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect()
}

fn packed(entries: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    package(entries, CompressionMethod::Deflated)
}

fn package(entries: &BTreeMap<String, Vec<u8>>, method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(name.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    packed(&entries(body))
}

/// A paragraph of one run.
fn line(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn row(cells: &[&str]) -> String {
    let cells: String =
        cells.iter().map(|text| format!("<w:tc><w:tcPr><w:tcW w:w=\"9\"/></w:tcPr>{}</w:tc>", line(text))).collect();
    format!("<w:tr>{cells}</w:tr>")
}

fn table(rows: &[String]) -> String {
    format!("<w:tbl><w:tblPr/><w:tblGrid/>{}</w:tbl>", rows.concat())
}

/// A part of a filled document as text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The body of the document that a body makes with these words.
fn filled(body: &str, words: &Value) -> String {
    let bytes = fill(&docx(body), &Words::of(words), moment()).unwrap();
    let text = part(&bytes, "word/document.xml");
    let from = text.find("<w:body>").unwrap() + "<w:body>".len();
    text[from..text.find("<w:sectPr").unwrap()].to_owned()
}

/// What a reader sees: paragraphs as lines, cells between bars.
fn seen(body: &str, words: &Value) -> String {
    let mut text = filled(body, words)
        .replace("</w:p>", "\n")
        .replace("</w:tc>", "|")
        .replace("</w:tr>", "/\n")
        .replace("<w:br/>", "⏎");
    while let (Some(from), Some(to)) = (text.find('<'), text.find('>')) {
        text.replace_range(from..=to, "");
    }
    text.replace("\n|", "|").trim_end().to_owned()
}

fn faults(body: &str, words: &Value) -> Vec<Fault> {
    fill(&docx(body), &Words::of(words), moment()).unwrap_err()
}

/// The faults as `code place near`.
fn told(body: &str, words: &Value) -> Vec<String> {
    faults(body, words).into_iter().map(|f| format!("{} {} {}", f.code, f.place, f.near)).collect()
}
