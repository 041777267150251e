//! The standard templates, made by code: one per kind of document, in 公文格式 (GB/T 9704-2012) where it is one (`docs/domain.md` §32).
//!
//! They are written with a few words of our own ([`page`]) and no library: what the format asks for (indents counted in characters, a grid of lines and
//! characters, alternative names of fonts, feet of odd and even pages, a hint which font a quotation mark takes) is a dozen elements, and the engine that
//! fills them reads and prints these anyway.

mod forms;
mod lists;
mod official;
mod page;
mod styles;

use std::collections::BTreeMap;

use chrono::DateTime;

use super::package::{core_properties, pack};

/// The kinds of documents that have a standard template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 整改方案
    Plan,
    /// 整改落实情况报告
    Report,
    /// 阶段性进展通报
    Progress,
    /// 公示稿
    Notice,
    /// 会议纪要
    Minutes,
    /// 督办单
    Slip,
    /// 销号审批表
    Closure,
    /// 单位任务书
    Brief,
    /// 每周简报
    Weekly,
    /// 领导履责情况
    Duties,
    /// 一问题一档案
    Archive,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Plan,
        Self::Report,
        Self::Progress,
        Self::Notice,
        Self::Minutes,
        Self::Slip,
        Self::Closure,
        Self::Brief,
        Self::Weekly,
        Self::Duties,
        Self::Archive,
    ];
}

/// The standard template of a kind as the bytes of a docx, the same each time.
pub fn standard(kind: Kind) -> Vec<u8> {
    let body = match kind {
        Kind::Plan => official::plan(),
        Kind::Report => official::report(),
        Kind::Progress => official::progress(),
        Kind::Notice => official::notice(),
        Kind::Minutes => official::minutes(),
        Kind::Slip => forms::slip(),
        Kind::Closure => forms::closure(),
        Kind::Brief => lists::brief(),
        Kind::Weekly => forms::weekly(),
        Kind::Duties => forms::duties(),
        Kind::Archive => forms::archive(),
    };
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let overrides: String = [
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("fontTable", "fontTable"),
        ("footer1", "footer"),
        ("footer2", "footer"),
        ("footer3", "footer"),
    ]
    .iter()
    .map(|(name, kind)| format!("<Override PartName=\"/word/{name}.xml\" ContentType=\"{word}.{kind}+xml\"/>"))
    .collect();
    let relations: String = [
        ("rIdStyles", "styles", "styles"),
        ("rIdSettings", "settings", "settings"),
        ("rIdFonts", "fontTable", "fontTable"),
        (page::ODD, "footer", "footer1"),
        (page::EVEN, "footer", "footer2"),
        (page::FORM, "footer", "footer3"),
    ]
    .iter()
    .map(|(id, kind, name)| format!("<Relationship Id=\"{id}\" Type=\"{relation}/{kind}\" Target=\"{name}.xml\"/>"))
    .collect();
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>{overrides}</Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{relation}/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"rId2\" Type=\"{package}/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
            ),
        ),
        (
            "word/_rels/document.xml.rels",
            format!("<Relationships xmlns=\"{package}/relationships\">{relations}</Relationships>"),
        ),
        ("word/document.xml", page::part("document", &format!("<w:body>{body}</w:body>"))),
        ("word/styles.xml", page::part("styles", &styles::styles())),
        ("word/settings.xml", page::part("settings", styles::SETTINGS)),
        ("word/fontTable.xml", page::part("fonts", &styles::fonts())),
        ("word/footer1.xml", page::part("ftr", &page::page_foot("页码单页"))),
        ("word/footer2.xml", page::part("ftr", &page::page_foot("页码双页"))),
        ("word/footer3.xml", page::part("ftr", &page::form_foot())),
    ];
    let declared =
        |text: String| format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n{text}").into_bytes();
    let mut entries: BTreeMap<String, Vec<u8>> =
        parts.into_iter().map(|(name, text)| (name.to_owned(), declared(text))).collect();
    entries.insert("docProps/core.xml".to_owned(), core_properties(DateTime::UNIX_EPOCH));
    pack(&entries).unwrap_or_default()
}
