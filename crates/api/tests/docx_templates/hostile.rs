//! Files that somebody or chance has changed: a document or a refusal, never a panic.

use serde_json::json;

use super::*;

/// A sequence that is the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(n.max(1)).unwrap()).unwrap()
    }
}

fn template() -> BTreeMap<String, Vec<u8>> {
    entries(&[
        line("{{?甲}}前{{甲}}后{{/?甲}}"),
        line("{{#单}}"),
        line("{{a}}与{{甲}}"),
        table(&[row(&["{{#单}}{{^a}}", "{{甲}}{{/单}}"]), row(&["{{#单}}", ""]), row(&["{{a}}", "x"]), row(&["{{/单}}", ""])]),
        line("{{/单}}"),
        "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>{{甲}}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>".to_owned(),
    ].concat())
}

#[test]
fn mutated_parts_and_packages_never_panic() {
    const PIECES: [&str; 14] = [
        "{{",
        "}}",
        "{{#单}}",
        "{{/单}}",
        "{{?甲}}",
        "{{/?甲}}",
        "{{^a}}",
        "<w:p>",
        "</w:p>",
        "<w:tc/>",
        "<w:tbl/>",
        "&#0;",
        "\u{FFFC}",
        "<w:sectPr/>",
    ];
    let words = json!({ "甲": "一\n二", "单": [{ "a": "1" }, { "a": "1" }, { "a": "" }] });
    let parts = template();
    let whole = packed(&parts);
    let names: Vec<&String> = parts.keys().collect();
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let (mut made, mut refused) = (0, 0);
    for round in 0..3_000 {
        let bytes = if round % 3 == 0 {
            let mut bytes = whole.clone();
            for _ in 0..=chance.below(4) {
                let at = chance.below(bytes.len());
                match chance.below(3) {
                    0 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
                    1 => bytes.truncate(at.max(4)),
                    _ => drop(bytes.remove(at)),
                }
            }
            bytes
        } else {
            let mut parts = parts.clone();
            let name = if round % 3 == 1 { "word/document.xml" } else { names[chance.below(names.len())] };
            let mut text: Vec<char> = String::from_utf8(parts[name].clone()).unwrap().chars().collect();
            for _ in 0..=chance.below(3) {
                let at = chance.below(text.len());
                let to = (at + chance.below(30)).min(text.len());
                match chance.below(4) {
                    0 => drop(text.drain(at..to)),
                    1 => drop(text.splice(at..at, PIECES[chance.below(PIECES.len())].chars())),
                    2 => drop(text.splice(at..to, PIECES[chance.below(PIECES.len())].chars())),
                    _ => {
                        let copy: Vec<char> = text[at..to].to_vec();
                        let there = chance.below(text.len());
                        drop(text.splice(there..there, copy));
                    }
                }
            }
            parts.insert(name.to_owned(), text.into_iter().collect::<String>().into_bytes());
            package(&parts, CompressionMethod::Stored)
        };
        match fill(&bytes, &Words::of(&words), moment()) {
            Ok(document) => {
                made += 1;
                // Braces may have come to stand side by side; nothing else may be wrong with what was made.
                if made % 8 == 0 {
                    let left = fill(&document, &Words::of(&words), moment()).err().unwrap_or_default();
                    assert!(
                        left.iter().all(|f| !f.code.starts_with("file-") && !f.code.starts_with("template-")),
                        "{left:?}"
                    );
                }
            }
            Err(faults) => {
                refused += 1;
                assert!(!faults.is_empty(), "a refusal says why");
            }
        }
    }
    assert!(made > 100 && refused > 100, "both ends are reached: {made} made, {refused} refused");
}

#[test]
fn what_nests_deep_is_filled_and_what_is_wrong_everywhere_is_told_within_bounds() {
    let words = json!({ "甲": "好" });
    let mut body = line("{{甲}}");
    for _ in 0..40 {
        body = format!("<w:tbl><w:tr><w:tc>{body}<w:p/></w:tc></w:tr></w:tbl>");
    }
    assert!(filled(&body, &words).contains("好"));
    let mut body = line("{{甲}}");
    for _ in 0..30 {
        body = format!("<w:p><w:r><w:pict><w:txbxContent>{body}</w:txbxContent></w:pict></w:r></w:p>");
    }
    assert!(filled(&body, &words).contains("好"));
    let many: String = (0..3_000).map(|n| line(&format!("{{{{无{n}}}}}"))).collect();
    assert_eq!(faults(&many, &words).len(), 500);
}
