//! What stands in the places of the marks.

use serde_json::json;

use super::*;

#[test]
fn an_expression_takes_the_format_of_the_run_it_begins_in() {
    let body = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>共{{任</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r w:rsidR=\"1\"><w:rPr><w:i/></w:rPr><w:t>务</w:t></w:r><w:bookmarkStart w:id=\"3\" w:name=\"a\"/><w:r><w:t>数}</w:t></w:r><w:ins w:id=\"9\" w:author=\"x\"><w:r><w:t>}项</w:t></w:r></w:ins><w:bookmarkEnd w:id=\"3\"/></w:p>";
    assert_eq!(
        filled(body, &json!({ "任务数": 12 })),
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">共12</w:t></w:r><w:bookmarkStart w:id=\"1\" w:name=\"a\"/><w:r><w:t xml:space=\"preserve\">项</w:t></w:r><w:bookmarkEnd w:id=\"1\"/></w:p>"
    );
}

#[test]
fn full_width_braces_and_spaces_are_understood() {
    let words = json!({ "甲+乙": 3, "甲/乙": "50%", "名": "是" });
    let body = line("｛｛甲 ＋　乙｝｝，{{ 甲／乙 }}，{｛？名｝}好{{/ ？名}}");
    assert_eq!(seen(&body, &words), "3，50%，好");
}

#[test]
fn text_is_escaped_and_what_xml_cannot_hold_is_dropped() {
    let words = json!({ "甲": "<w:p>&\u{0}\u{b}\u{FFFE}\"'{{乙}}\t。" });
    assert!(filled(&line("见{{甲}}"), &words).contains(">见&lt;w:p&gt;&amp;\"'{{乙}} 。<"));
}

#[test]
fn lines_are_paragraphs_of_the_same_format_alone_and_breaks_in_a_sentence() {
    let words = json!({ "正文": "　　第一段。\r\n\n第二段。", "空": "" });
    let alone = "<w:p><w:pPr><w:pStyle w:val=\"a\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>{{正文}}</w:t></w:r></w:p>";
    let each = |text: &str| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val=\"a\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"
        )
    };
    assert_eq!(filled(alone, &words), format!("{}{}", each("第一段。"), each("第二段。")));
    assert_eq!(seen(&line("见：{{正文}}"), &words), "见：　　第一段。⏎⏎第二段。");
    assert_eq!(seen(&[line("一"), line("{{空}}"), line(" {{空}}{{空}}"), line("二{{空}}")].concat(), &words), "一\n二");
}

#[test]
fn an_empty_text_leaves_the_paragraph_a_cell_needs_and_the_end_of_a_section() {
    let words = json!({ "空": "" });
    let cell = table(&[row(&["{{空}}", "乙"])]);
    assert_eq!(filled(&cell, &words).matches("<w:p").count(), 3, "two cells and the paragraph after the last table");
    let section = "<w:p><w:pPr><w:sectPr><w:type/></w:sectPr></w:pPr><w:r><w:t>{{空}}</w:t></w:r></w:p>";
    let bytes = fill(&docx(section), &Words::of(&words), moment()).unwrap();
    assert!(part(&bytes, "word/document.xml").contains("<w:p><w:pPr><w:sectPr><w:type/></w:sectPr></w:pPr></w:p>"));
}

#[test]
fn a_part_that_begins_or_ends_with_a_section_keeps_the_section() {
    let mark = |mark: &str, kind: &str| {
        format!("<w:p><w:pPr><w:sectPr><w:type w:val=\"{kind}\"/></w:sectPr></w:pPr><w:r><w:t>{mark}</w:t></w:r></w:p>")
    };
    let body = [mark("{{#甲}}", "one"), line("中"), mark("{{/甲}}", "two")].concat();
    let bytes = fill(&docx(&body), &Words::of(&json!({ "甲": [1, 2] })), moment()).unwrap();
    let text = part(&bytes, "word/document.xml");
    let order: Vec<usize> = ["one", ">中<", "two"].iter().map(|word| text.find(word).unwrap()).collect();
    assert!(order.is_sorted() && text.matches("\"one\"").count() == 1 && text.matches("\"two\"").count() == 1);
    assert_eq!(text.matches("中").count(), 2);
}

#[test]
fn parts_repeat_nest_and_depend() {
    let words = json!({ "单位": "一公司", "是": true, "否": false, "题": [
        { "名": "甲", "事": [{ "条": "1" }, { "条": "2" }] },
        { "名": "乙", "事": [], "单位": "二公司" },
    ] });
    let body = [
        line("{{#题}}"),
        line("{{名}}（{{单位}}）"),
        line("{{#事}}"),
        line("{{名}}{{条}}"),
        line("{{/事}}"),
        line("{{!事}}"),
        line("无"),
        line("{{/!事}}"),
        line("{{/题}}"),
        line("{{?是}}"),
        line("末{{?否}}不{{/?否}}{{!否}}尾{{?是}}。{{/?是}}{{/!否}}"),
        line("{{/?是}}"),
    ];
    assert_eq!(seen(&body.concat(), &words), "甲（一公司）\n甲1\n甲2\n乙（二公司）\n无\n末尾。");
}

#[test]
fn what_stands_between_marks_of_a_condition_goes_with_it() {
    let body = "<w:p><w:r><w:t>号{{?否}}签</w:t><w:tab/><w:t>发{{/?否}}</w:t><w:tab/><w:t>尾</w:t></w:r></w:p>";
    let text = filled(body, &json!({ "否": false }));
    assert_eq!(text.matches("<w:tab/>").count(), 1);
    assert!(text.find("号").unwrap() < text.find("<w:tab/>").unwrap());
    assert_eq!(filled(body, &json!({ "否": true })).matches("<w:tab/>").count(), 2);
}

#[test]
fn rows_repeat_by_marks_in_the_row_or_in_rows_of_their_own() {
    let words = json!({ "是": true, "否": false, "单": [{ "a": "1", "b": "x" }, { "a": "2", "b": "y" }] });
    let within = table(&[row(&["甲", "乙"]), row(&["{{#单}}{{a}}", "{{b}}{{/单}}"])]);
    assert_eq!(seen(&within, &words), "甲|乙|/\n1|x|/\n2|y|/");
    let around = table(&[row(&["{{#单}}", ""]), row(&["{{a}}", "{{b}}"]), row(&["共", ""]), row(&["", "{{/单}}"])]);
    assert_eq!(
        seen(&around, &words),
        "1|x|/\n共|/\n2|y|/\n共|/".replace("共|/", "共||/").replace("||", "|\n|").replace("|\n|", "||")
    );
    let line_of_one = table(&[row(&["{{#单}}{{a}}{{/单}}"])]);
    assert_eq!(seen(&line_of_one, &words), "1|/\n2|/");
    let depends = table(&[row(&["{{?否}}甲", "乙{{/?否}}"]), row(&["{{?是}}丙", "{{?否}}x{{/?否}}{{/?是}}"])]);
    assert_eq!(seen(&depends, &words), "丙||/");
    let both = table(&[row(&["{{?是}}{{#单}}{{a}}", "{{b}}{{/单}}{{/?是}}"])]);
    assert_eq!(seen(&both, &words), "1|x|/\n2|y|/");
}

#[test]
fn blocks_repeat_in_a_cell() {
    let cell =
        format!("<w:tbl><w:tr><w:tc>{}{}{}</w:tc></w:tr></w:tbl>", line("{{#单}}"), line("{{a}}"), line("{{/单}}"));
    assert_eq!(seen(&cell, &json!({ "单": [{ "a": "1" }, { "a": "2" }] })), "1\n2|/");
    assert!(filled(&cell, &json!({ "单": [] })).contains("<w:tc><w:p/></w:tc>"), "a cell holds a paragraph");
}

#[test]
fn cells_join_the_one_above_where_both_say_the_same() {
    let words = json!({ "单": [
        { "题": "甲", "事": "1", "空": "" }, { "题": "甲", "事": "2", "空": "" }, { "题": "乙", "事": "2", "空": "" },
    ] });
    let text = filled(&table(&[row(&["{{#单}}{{^题}}", "{{^空}}", "{{事}}{{/单}}"])]), &words);
    let cells: Vec<&str> = text.split("<w:tc>").skip(1).collect();
    let merge = |i: usize| {
        let cell: &str = cells[i];
        cell.split("<w:vMerge w:val=\"").nth(1).map(|rest| &rest[..rest.find('"').unwrap()])
    };
    assert_eq!(
        (0..9).map(merge).collect::<Vec<_>>(),
        [Some("restart"), None, None, Some("continue"), None, None, None, None, None]
    );
    assert!(cells[0].contains("甲") && !cells[3].contains("甲") && cells[6].contains("乙"));
    assert!(cells[3].starts_with("<w:tcPr><w:tcW w:w=\"9\"/><w:vMerge w:val=\"continue\"/></w:tcPr><w:p"));
}

#[test]
fn cells_of_different_groups_do_not_join() {
    let words = json!({ "单": [{ "题": "甲", "事": "1", "限": "八月" }, { "题": "乙", "事": "2", "限": "八月" }, { "题": "乙", "事": "3", "限": "八月" }] });
    let text = filled(&table(&[row(&["{{#单}}{{^题}}", "{{事}}", "{{^限}}{{/单}}"])]), &words);
    let joined: Vec<bool> = text.split("<w:tc>").skip(1).map(|cell| cell.contains("\"continue\"")).collect();
    assert_eq!(joined, [false, false, false, false, false, false, true, false, true]);
}

#[test]
fn tables_that_repeat_do_not_run_into_each_other() {
    let body = [line("{{#单}}"), table(&[row(&["{{a}}"])]), line("{{/单}}")].concat();
    let text = filled(&body, &json!({ "单": [{ "a": "1" }, { "a": "2" }] }));
    assert!(!text.contains("</w:tbl><w:tbl>") && text.matches("<w:tbl>").count() == 2 && text.ends_with("<w:p/>"));
}

#[test]
fn heads_feet_boxes_and_content_controls_are_filled() {
    let words = json!({ "甲": "好", "单": [{ "a": "1" }, { "a": "2" }] });
    let mut parts = entries(&[
        format!("<w:sdt><w:sdtPr><w:id w:val=\"7\"/><w:dataBinding w:x=\"\"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>", line("控{{甲}}")),
        format!("<w:p><w:r><w:pict><v:textbox xmlns:v=\"v\"><w:txbxContent>{}{}{}</w:txbxContent></v:textbox></w:pict></w:r><w:r><w:t>{{{{甲}}}}</w:t></w:r></w:p>", line("{{#单}}"), line("框{{a}}"), line("{{/单}}")),
        "<w:p><w:hyperlink w:anchor=\"x\"><w:r><w:t>{{甲</w:t></w:r></w:hyperlink><w:r><w:t>}}链</w:t></w:r></w:p>".to_owned(),
    ].concat());
    for name in ["word/header1.xml", "word/footer1.xml"] {
        let text = String::from_utf8(parts[name].clone()).unwrap().replace('页', "{{甲}}页");
        parts.insert(name.to_owned(), text.into_bytes());
    }
    let bytes = fill(&packed(&parts), &Words::of(&words), moment()).unwrap();
    assert!(part(&bytes, "word/header1.xml").contains("好页眉") && part(&bytes, "word/footer1.xml").contains("好页脚"));
    let text = part(&bytes, "word/document.xml");
    assert!(text.contains("控好") && text.contains("框1") && text.contains("框2") && text.contains(">链<"));
    assert!(!text.contains("{{") && !text.contains("dataBinding") && !text.contains("w:val=\"7\""));
}

#[test]
fn ids_stay_unique_where_blocks_repeat() {
    let drawing = "<w:p w14:paraId=\"0A\" w:rsidR=\"00B\"><w:bookmarkStart w:id=\"0\" w:name=\"x\"/><w:r><w:drawing><wp:inline><wp:docPr id=\"5\" name=\"图\"/></wp:inline></w:drawing></w:r><w:bookmarkEnd w:id=\"0\"/></w:p>";
    let body = [line("{{#单}}").as_str(), drawing, &line("{{/单}}")].concat();
    let text = filled(&body, &json!({ "单": [1, 2, 3] }));
    let ids: Vec<&str> = text.split("<wp:docPr id=\"").skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert!(!text.contains("paraId") && !text.contains("rsid") && !text.contains("bookmark"));
    assert_eq!(filled(&body, &json!({ "单": [1] })).matches("w:name=\"x\"").count(), 1);
}

#[test]
fn revisions_are_taken_as_accepted_and_comments_do_not_go_along() {
    let body = "<w:p><w:pPr><w:rPr><w:ins w:id=\"1\"/></w:rPr><w:pPrChange w:id=\"2\"><w:pPr/></w:pPrChange></w:pPr><w:commentRangeStart w:id=\"0\"/><w:del w:id=\"3\"><w:r><w:delText>旧{{x}}</w:delText></w:r></w:del><w:ins w:id=\"4\"><w:r><w:t>新</w:t></w:r></w:ins><w:commentRangeEnd w:id=\"0\"/><w:r><w:commentReference w:id=\"0\"/></w:r></w:p>";
    let text = filled(body, &json!({}));
    assert!(
        text.contains("新") && ["旧", "w:ins", "w:del", "Change", "comment"].iter().all(|word| !text.contains(word)),
        "{text}"
    );
}

#[test]
fn the_same_input_makes_the_same_bytes_and_the_moment_is_in_it() {
    let words = json!({ "单": [{ "a": "1" }, { "a": "2" }] });
    let template = docx(&[line("{{#单}}"), line("{{a}}"), line("{{/单}}")].concat());
    let make = |at| fill(&template, &Words::of(&words), at).unwrap();
    let first = make(moment());
    assert_eq!(first, make(moment()));
    assert_ne!(first, make(moment() + chrono::Duration::seconds(1)));
    let core = part(&first, "docProps/core.xml");
    assert!(core.contains("2020-08-05T00:00:00Z") && !core.contains("某管理员"));
    let mut other = entries("");
    other.insert("word/zz.xml".to_owned(), Vec::new());
    let names = |bytes: &[u8]| {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
        (0..archive.len())
            .map(|i| {
                let entry = archive.by_index(i).unwrap();
                assert_eq!(entry.last_modified(), Some(zip::DateTime::default()));
                entry.name().unwrap().into_owned()
            })
            .collect::<Vec<_>>()
    };
    let order = names(&fill(&packed(&other), &Words::of(&words), moment()).unwrap());
    assert_eq!(order[0], "[Content_Types].xml");
    assert_eq!(order[1], "_rels/.rels");
    assert!(order[2..].is_sorted());
}
