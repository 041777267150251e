//! What no template may be or hold, told with its place.

use serde_json::json;

use super::*;

fn codes(bytes: &[u8]) -> Vec<String> {
    let faults = fill(bytes, &Words::of(&json!({})), moment()).unwrap_err();
    assert!(faults.iter().all(|fault| !fault.place.is_empty()));
    faults.into_iter().map(|fault| fault.code).collect()
}

fn with(name: &str, content: &str) -> Vec<u8> {
    let mut parts = entries("");
    parts.insert(name.to_owned(), content.as_bytes().to_vec());
    packed(&parts)
}

fn with_relation(kind: &str, rest: &str) -> Vec<u8> {
    let content = format!("<Relationships><Relationship Id=\"r\" Type=\"{RELATION}/{kind}\" {rest}/></Relationships>");
    with("word/_rels/settings.xml.rels", &content)
}

#[test]
fn what_is_no_document_is_named() {
    assert_eq!(codes(b"hello"), ["file-not-docx"]);
    assert_eq!(codes(b"PK\x03\x04rest"), ["file-broken"]);
    assert_eq!(
        codes(&[&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat()),
        ["file-old-format"]
    );
    let mut none = entries("");
    none.remove("word/document.xml");
    assert_eq!(codes(&packed(&none)), ["file-not-docx"]);
    let mut sheet = entries("");
    let types = String::from_utf8(sheet["[Content_Types].xml"].clone()).unwrap();
    sheet.insert("[Content_Types].xml".to_owned(), types.replace("document.main", "sheet.main").into_bytes());
    assert_eq!(codes(&packed(&sheet)), ["file-not-docx"]);
    assert_eq!(codes(&with("word/document.xml", "<w:hdr/>")), ["file-not-docx"]);
    assert_eq!(codes(&with("word/document.xml", "<w:document><w:body>")), ["file-broken"]);
    assert_eq!(codes(&with("word/document.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><w:document/>")), ["file-broken"]);
    assert_eq!(codes(&with("../evil", "")), ["file-broken"]);
}

#[test]
fn what_would_fill_the_memory_is_stopped() {
    assert_eq!(codes(&with("word/document.xml", &"a".repeat(15_000_000))), ["file-bomb"]);
    let deep =
        format!("<w:document><w:body>{}{}</w:body></w:document>", "<w:p>".repeat(10_000), "</w:p>".repeat(10_000));
    assert_eq!(codes(&with("word/document.xml", &deep)), ["file-broken"]);
    let each: Vec<i32> = (0..200).collect();
    let nested: String = (0..6).map(|_| line("{{#单}}")).chain((0..6).map(|_| line("{{/单}}"))).collect();
    assert_eq!(told(&nested, &json!({ "单": each }))[0].split(' ').next(), Some("document-too-large"));
}

#[test]
fn what_runs_or_comes_from_elsewhere_is_refused_by_name() {
    assert_eq!(codes(&with("word/vbaProject.bin", "")), ["template-macro"]);
    assert_eq!(codes(&with("word/embeddings/oleObject1.bin", "")), ["template-embedded"]);
    assert_eq!(codes(&with("_xmlsignatures/sig1.xml", "")), ["template-signed"]);
    let mut macros = entries("");
    let types = String::from_utf8(macros["[Content_Types].xml"].clone()).unwrap();
    let types = types.replace(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
    );
    macros.insert("[Content_Types].xml".to_owned(), types.into_bytes());
    assert_eq!(codes(&packed(&macros)), ["template-macro"]);
    let outside = with_relation("attachedTemplate", "Target=\"file:///C:/x.dotm\" TargetMode=\"External\"");
    let faults = fill(&outside, &Words::of(&json!({})), moment()).unwrap_err();
    assert_eq!(
        (faults[0].code.as_str(), faults[0].near.as_str()),
        ("template-external", "附加的模板：file:///C:/x.dotm")
    );
    assert_eq!(
        codes(&with_relation("hyperlink", "Target=\"http://x\" TargetMode=\"External\"")),
        ["template-external"]
    );
    assert_eq!(codes(&with_relation("aFChunk", "Target=\"a.html\"")), ["template-embedded"]);
    assert_eq!(codes(&with_relation("oleObject", "Target=\"a.bin\"")), ["template-embedded"]);
    assert_eq!(codes(&docx("<w:altChunk r:id=\"r\"/>")), ["template-embedded"]);
    assert_eq!(codes(&docx("<w:p><w:r><w:object><o:OLEObject/></w:object></w:r></w:p>")), ["template-embedded"]);
    let field = "<w:p><w:r><w:instrText> INCLUDE</w:instrText></w:r><w:r><w:instrText>TEXT \"C:\\\\x\"</w:instrText></w:r></w:p>";
    assert_eq!(codes(&docx(field)), ["template-external"]);
    assert_eq!(codes(&docx("<w:p><w:fldSimple w:instr=\"ddeauto x y\"/></w:p>")), ["template-external"]);
    assert!(fill(&docx("<w:p><w:fldSimple w:instr=\" PAGE \"/></w:p>"), &Words::of(&json!({})), moment()).is_ok());
}

#[test]
fn every_fault_of_the_marks_is_told_at_once_with_its_place() {
    let words = json!({ "单": [{ "a": "1" }, { "a": "2" }], "甲": "x", "是": true });
    let body = [
        line("好"),
        line("前{{甲 后"),
        line("前}}后"),
        line("空{{ }}的"),
        line("句{{#单}}里{{/单}}"),
        line("{{/单}}"),
        line("不知道{{丙}}"),
        line("{{单}}"),
        line("{{^甲}}"),
        table(&[row(&["甲", "乙"]), row(&["{{#单}}{{a}}", "{{戊}}{{/单}}"])]),
        line("句{{?是}}未完"),
        line("{{?是}}"),
    ];
    assert_eq!(
        told(&body.concat(), &words),
        [
            "mark-not-closed 正文第 2 段 前{{甲 后",
            "mark-not-opened 正文第 3 段 前}}后",
            "mark-empty 正文第 4 段 空{{ }}的",
            "part-in-sentence 正文第 5 段 句{{#单}}里{{/单}}",
            "part-in-sentence 正文第 5 段 句{{#单}}里{{/单}}",
            "part-not-opened 正文第 6 段 {{/单}}",
            "merge-outside-table 正文第 9 段 {{^甲}}",
            "part-not-closed 正文第 10 段 句{{?是}}未完",
            "part-not-closed 正文第 11 段 {{?是}}",
            "unknown-expression 正文第 7 段 不知道{{丙}}",
            "wrong-expression 正文第 8 段 {{单}}（这是清单，不是一个值）",
            "unknown-expression 第 1 个表格第 2 行第 2 列 {{戊}}{{/单}}",
        ]
        .into_iter()
        .scan(Vec::new(), |before: &mut Vec<&str>, one| {
            let is_first = !before.contains(&one);
            before.push(one);
            Some(is_first.then_some(one))
        })
        .flatten()
        .collect::<Vec<_>>()
    );
}

#[test]
fn parts_that_cross_or_do_not_end_where_they_began_are_told() {
    let words = json!({ "甲": [{}], "乙": [{}], "是": true });
    let crossing = [line("{{#甲}}"), line("{{#乙}}"), line("{{/甲}}"), line("{{/乙}}")].concat();
    let all = told(&crossing, &words);
    assert_eq!(all[0], "part-crossing 正文第 3 段 {{/甲}}");
    assert_eq!(
        told(&line("{{?是}}{{!否}}{{/?是}}{{/!否}}"), &words)[0],
        "part-crossing 正文第 1 段 {{?是}}{{!否}}{{/?是}}{{/!否}}"
    );
    let through_a_cell = [line("{{#甲}}"), table(&[row(&["x", "{{/甲}}"])])].concat();
    assert_eq!(
        told(&through_a_cell, &words),
        ["part-not-opened 第 1 个表格第 1 行第 2 列 {{/甲}}", "part-not-closed 正文第 1 段 {{#甲}}"]
    );
    let rows = table(&[row(&["{{#甲}}", ""]), row(&["x", ""])]);
    assert_eq!(told(&rows, &words), ["part-not-closed 第 1 个表格第 1 行 {{#甲}}"]);
    assert_eq!(told(&[line("{{#无}}"), line("{{/无}}")].concat(), &words), ["unknown-expression 正文第 1 段 {{#无}}"]);
    assert_eq!(told(&[line("{{?无}}"), line("{{/?无}}")].concat(), &words), ["unknown-expression 正文第 1 段 {{?无}}"]);
}

#[test]
fn a_mark_does_not_go_over_a_tab_or_into_another_paragraph() {
    let words = json!({ "甲": "x" });
    let tab = "<w:p><w:r><w:t>{{甲</w:t><w:tab/><w:t>}}</w:t></w:r></w:p>";
    assert_eq!(told(tab, &words).len(), 2);
    assert_eq!(told(&[line("{{甲"), line("}}")].concat(), &words).len(), 2);
}

#[test]
fn faults_of_heads_and_feet_say_so() {
    let mut parts = entries("");
    for name in ["word/header1.xml", "word/footer1.xml"] {
        let text = String::from_utf8(parts[name].clone()).unwrap().replace('页', "{{无}}页");
        parts.insert(name.to_owned(), text.into_bytes());
    }
    let faults = fill(&packed(&parts), &Words::of(&json!({})), moment()).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.place.as_str()).collect::<Vec<_>>(), ["页脚", "页眉"]);
}

#[test]
fn a_heavy_paragraph_that_repeats_is_stopped_before_it_fills_the_memory() {
    let heavy = format!("<w:p><w:r><w:drawing>{}</w:drawing></w:r></w:p>", "<a/>".repeat(20_000));
    let each: Vec<i32> = (0..1_000).collect();
    let body = [line("{{#单}}"), heavy, line("{{/单}}")].concat();
    let mut parts = entries(&body);
    // What does not pack well keeps the guard against bombs out of it.
    let noise: Vec<u8> = (0..400_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    parts.insert("word/media/image1.bin".to_owned(), noise);
    let faults = fill(&packed(&parts), &Words::of(&json!({ "单": each })), moment()).unwrap_err();
    assert_eq!(faults[0].code, "document-too-large");
    assert_eq!(faults.len(), 1);
}
