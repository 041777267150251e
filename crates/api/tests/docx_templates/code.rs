//! What is told of the ledger behind a document stands at its foot, where the template says or behind what it has there.

use api::office::docx::standard::{Kind, standard};
use serde_json::json;

use super::*;

pub(crate) const CHECKPOINT: &str =
    "bihuan/01890000-0000-7000-8000-000000000001\n128914\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
pub(crate) const LINE: &str = "台账总序 128914 · 根 47DEQpj8HBSa… · 生成时间 2020-08-05 08:00";

fn told() -> Value {
    json!({ "核验码": CHECKPOINT, "核验说明": LINE })
}

fn made(template: &[u8]) -> Vec<u8> {
    fill(template, &Words::of(&told()), moment()).unwrap()
}

fn picture(bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut read = Vec::new();
    archive.by_name("word/media/ledger-code.png").unwrap().read_to_end(&mut read).unwrap();
    read
}

/// The code, its words, its picture and what ties them together, in a part.
fn stands(bytes: &[u8], name: &str) -> String {
    let text = part(bytes, &format!("word/{name}"));
    assert_eq!(text.matches("r:embed=\"rIdLedgerCode\"").count(), 1, "{name}: {text}");
    // 18 millimetres, and the whole of it as the description.
    assert!(text.contains("<wp:extent cx=\"648000\" cy=\"648000\"/>"), "{text}");
    assert!(text.contains(&format!("descr=\"{}\"", CHECKPOINT.replace('\n', "&#10;"))), "{text}");
    assert!(text.contains("根 47DEQpj8HBSa… · 生成时间 2020-08-05 08:00") && !text.contains("{{"), "{text}");
    let relations = part(bytes, &format!("word/_rels/{name}.rels"));
    assert_eq!(relations.matches("Target=\"media/ledger-code.png\"").count(), 1, "{relations}");
    let types = part(bytes, "[Content_Types].xml");
    assert_eq!(types.matches("Extension=\"png\"").count(), 1, "{types}");
    assert!(picture(bytes).starts_with(b"\x89PNG"));
    text
}

#[test]
fn every_standard_template_has_the_code_at_the_foot_of_every_page() {
    for kind in Kind::ALL {
        let names = super::standards::words(3);
        let bytes = fill(&standard(kind), &Words::of(&names), moment()).unwrap();
        for foot in ["footer1.xml", "footer2.xml", "footer3.xml"] {
            stands(&bytes, foot);
        }
        let body = part(&bytes, "word/document.xml");
        let sections = body.matches("<w:sectPr>").count();
        for of in ["default", "even"] {
            let said = format!("<w:footerReference w:type=\"{of}\"");
            assert_eq!(body.matches(&said).count(), sections, "{kind:?}: each section has its foot");
        }
    }
}

#[test]
fn a_template_with_a_foot_of_its_own_keeps_it_and_gets_the_code_behind_it() {
    let mut parts = entries(&line("文"));
    let body = String::from_utf8(parts["word/document.xml"].clone()).unwrap();
    let refers = "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/></w:sectPr>";
    parts.insert("word/document.xml".to_owned(), body.replace("<w:sectPr/>", refers).into_bytes());
    let bytes = made(&packed(&parts));
    let foot = stands(&bytes, "footer1.xml");
    let (own, added) = (foot.find("页脚").unwrap(), foot.find("rIdLedgerCode").unwrap());
    assert!(own < added, "behind what stands there: {foot}");
    assert!(!part(&bytes, "word/document.xml").contains("rIdLedgerFoot"), "it has a foot and needs no other");
    assert_eq!(bytes, made(&packed(&parts)), "the same each time");
}

#[test]
fn a_template_without_a_foot_gets_one_for_every_sort_of_page() {
    let mut parts =
        entries(&[line("文"), "<w:p><w:pPr><w:sectPr><w:titlePg/></w:sectPr></w:pPr></w:p>".to_owned()].concat());
    parts.remove("word/footer1.xml");
    for name in ["[Content_Types].xml", "word/_rels/document.xml.rels"] {
        let text = String::from_utf8(parts[name].clone()).unwrap();
        let from = text
            .find("<Override PartName=\"/word/footer1.xml\"")
            .or_else(|| text.find("<Relationship Id=\"rId2\""))
            .unwrap();
        let to = from + text[from..].find("/>").unwrap() + 2;
        parts.insert(name.to_owned(), [&text[..from], &text[to..]].concat().into_bytes());
    }
    let even = format!("<w:settings {NAMESPACES}><w:evenAndOddHeaders/></w:settings>");
    parts.insert("word/settings.xml".to_owned(), even.into_bytes());
    let bytes = made(&packed(&parts));
    stands(&bytes, "footerLedger.xml");
    let body = part(&bytes, "word/document.xml");
    for of in ["default", "even", "first"] {
        let said = format!("w:type=\"{of}\" r:id=\"rIdLedgerFoot\"");
        assert_eq!(body.matches(&said).count(), 1, "later sections go on with it: {body}");
    }
    assert!(part(&bytes, "[Content_Types].xml").contains("PartName=\"/word/footerLedger.xml\""));
    assert!(part(&bytes, "word/_rels/document.xml.rels").contains("Target=\"footerLedger.xml\""));
}

#[test]
fn a_template_that_says_where_has_it_there_and_nowhere_else() {
    // As a word processor splits it, with full-width braces.
    let marked = "<w:p><w:r><w:t>｛｛核验</w:t></w:r><w:r><w:t>码｝｝{{核验说明}}</w:t></w:r></w:p>";
    let bytes = made(&docx(marked));
    stands(&bytes, "document.xml");
    assert!(!part(&bytes, "word/footer1.xml").contains("rIdLedgerCode"));
    let text = part(&bytes, "word/document.xml");
    assert!(text.find("<w:drawing>").unwrap() < text.find("台账总序").unwrap(), "in its place in the line: {text}");
}

#[test]
fn where_there_is_no_checkpoint_nothing_is_said_and_nothing_added() {
    let nothing = json!({ "核验码": "", "核验说明": "" });
    let plain = docx(&line("文"));
    let made = |template: &[u8], words: &Value| fill(template, &Words::of(words), moment()).unwrap();
    assert_eq!(made(&plain, &nothing), made(&plain, &json!({})), "a document that was there before stays what it was");
    let marked = docx(&[line("{{核验码}}"), line("文")].concat());
    assert!(!part(&made(&marked, &nothing), "word/document.xml").contains("w:drawing"));
    let mut archive = ZipArchive::new(Cursor::new(made(&marked, &nothing))).unwrap();
    assert!(archive.by_name("word/media/ledger-code.png").is_err());
}
