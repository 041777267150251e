//! The styles of the standard templates, under Chinese names, and the fonts with what stands in for them.

/// 公文标题
const TITLE: &str = "方正小标宋简体";
const BODY: &str = "仿宋_GB2312";
const FIRST: &str = "黑体";
const SECOND: &str = "楷体_GB2312";
const NUMBER: &str = "宋体";

/// Settings of the document: feet differ on odd and even pages.
pub(super) const SETTINGS: &str = "<w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"640\"/><w:evenAndOddHeaders/><w:drawingGridVerticalSpacing w:val=\"290\"/><w:characterSpacingControl w:val=\"compressPunctuation\"/><w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:useFELayout/><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat><w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/>";

/// Each font with the names it is looked for under where it is absent.
pub(super) fn fonts() -> String {
    [
        (TITLE, "小标宋,宋体,SimSun", "roman"),
        (BODY, "仿宋,FangSong", "modern"),
        (FIRST, "SimHei", "modern"),
        (SECOND, "楷体,KaiTi", "modern"),
        (NUMBER, "SimSun", "roman"),
    ]
    .iter()
    .map(|(name, others, family)| {
        format!(
            "<w:font w:name=\"{name}\"><w:altName w:val=\"{others}\"/><w:charset w:val=\"86\"/><w:family w:val=\"{family}\"/><w:pitch w:val=\"default\"/></w:font>"
        )
    })
    .collect()
}

/// A paragraph style; sizes in half points, lengths in twips.
struct Style {
    name: &'static str,
    font: &'static str,
    size: u32,
    /// Exact pitch of lines.
    pitch: u32,
    align: &'static str,
    /// Attributes of `w:ind`.
    indent: &'static str,
    /// Attributes of `w:spacing` besides the pitch.
    space: &'static str,
    /// Depth in the outline.
    level: Option<u32>,
    color: &'static str,
    /// What stands before spacing among the properties: borders, tabs.
    lead: &'static str,
    /// Whether twenty-eight of its characters fill a line.
    ///
    /// By their own spacing, not by the grid of the section: what snaps to that grid stands two cells wide in one of the word processors.
    is_on_grid: bool,
}

/// What most have: the body.
const PLAIN: Style = Style {
    name: "公文正文",
    font: BODY,
    size: 32,
    pitch: 580,
    align: "both",
    indent: "w:firstLineChars=\"200\" w:firstLine=\"640\"",
    space: "",
    level: None,
    color: "",
    lead: "",
    is_on_grid: true,
};
const FLUSH: &str = "w:firstLineChars=\"0\" w:firstLine=\"0\"";
/// Cells of a table.
const CELL: Style =
    Style { name: "表格文字", size: 21, pitch: 300, align: "left", indent: FLUSH, is_on_grid: false, ..PLAIN };

const RED: &str = "FF0000";

fn all() -> Vec<Style> {
    vec![
        PLAIN,
        Style { name: "密级和紧急程度", font: FIRST, align: "left", indent: FLUSH, ..PLAIN },
        Style {
            name: "发文机关标志",
            font: TITLE,
            size: 46,
            pitch: 700,
            align: "center",
            indent: FLUSH,
            color: RED,
            is_on_grid: false,
            ..PLAIN
        },
        Style { name: "发文字号", align: "center", indent: FLUSH, ..PLAIN },
        Style {
            name: "发文字号和签发人",
            align: "left",
            indent: "w:leftChars=\"100\" w:left=\"320\" w:rightChars=\"100\" w:right=\"320\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            lead: "<w:tabs><w:tab w:val=\"right\" w:pos=\"8524\"/></w:tabs>",
            ..PLAIN
        },
        Style {
            name: "红色分隔线",
            size: 8,
            pitch: 120,
            align: "left",
            indent: FLUSH,
            lead: "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"16\" w:space=\"0\" w:color=\"FF0000\"/></w:pBdr>",
            is_on_grid: false,
            ..PLAIN
        },
        Style {
            name: "公文标题",
            font: TITLE,
            size: 44,
            align: "center",
            indent: FLUSH,
            lead: "<w:keepNext/>",
            pitch: 640,
            is_on_grid: false,
            ..PLAIN
        },
        Style { name: "主送机关", align: "left", indent: FLUSH, ..PLAIN },
        Style { name: "一级标题", font: FIRST, level: Some(0), lead: "<w:keepNext/>", ..PLAIN },
        Style { name: "二级标题", font: SECOND, level: Some(1), lead: "<w:keepNext/>", ..PLAIN },
        Style { name: "三级标题", level: Some(2), lead: "<w:keepNext/>", ..PLAIN },
        Style { name: "四级标题", level: Some(3), lead: "<w:keepNext/>", ..PLAIN },
        Style {
            name: "附件说明",
            indent: "w:leftChars=\"500\" w:left=\"1600\" w:hangingChars=\"300\" w:hanging=\"960\"",
            space: "w:before=\"580\"",
            ..PLAIN
        },
        Style {
            name: "附件说明续",
            indent: "w:leftChars=\"500\" w:left=\"1600\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            ..PLAIN
        },
        Style {
            name: "发文机关署名",
            align: "right",
            indent: "w:rightChars=\"200\" w:right=\"640\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            space: "w:before=\"580\"",
            lead: "<w:keepNext/><w:keepLines/>",
            ..PLAIN
        },
        Style {
            name: "成文日期",
            align: "right",
            indent: "w:rightChars=\"400\" w:right=\"1280\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            ..PLAIN
        },
        Style {
            name: "附件标签",
            font: FIRST,
            align: "left",
            indent: FLUSH,
            level: Some(0),
            lead: "<w:keepNext/>",
            ..PLAIN
        },
        Style {
            name: "附件标题",
            font: TITLE,
            size: 36,
            align: "center",
            indent: FLUSH,
            space: "w:after=\"200\"",
            lead: "<w:keepNext/>",
            is_on_grid: false,
            ..PLAIN
        },
        Style {
            name: "版记",
            size: 28,
            pitch: 480,
            align: "left",
            indent: "w:leftChars=\"100\" w:left=\"280\" w:rightChars=\"100\" w:right=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            lead: "<w:keepNext/><w:tabs><w:tab w:val=\"right\" w:pos=\"8560\"/></w:tabs>",
            is_on_grid: false,
            ..PLAIN
        },
        Style {
            name: "页码单页",
            font: NUMBER,
            size: 28,
            pitch: 320,
            align: "right",
            indent: "w:rightChars=\"100\" w:right=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            is_on_grid: false,
            ..PLAIN
        },
        Style {
            name: "页码双页",
            font: NUMBER,
            size: 28,
            pitch: 320,
            align: "left",
            indent: "w:leftChars=\"100\" w:left=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            is_on_grid: false,
            ..PLAIN
        },
        Style {
            name: "表题",
            font: FIRST,
            size: 24,
            pitch: 440,
            align: "center",
            indent: FLUSH,
            lead: "<w:keepNext/>",
            is_on_grid: false,
            ..PLAIN
        },
        Style { name: "表头", font: FIRST, align: "center", ..CELL },
        CELL,
        Style { name: "表格居中", align: "center", ..CELL },
        Style { name: "表格签批", align: "right", ..CELL },
        Style {
            name: "表单标题",
            font: TITLE,
            size: 40,
            pitch: 600,
            align: "center",
            indent: FLUSH,
            space: "w:after=\"160\"",
            lead: "<w:keepNext/>",
            is_on_grid: false,
            ..PLAIN
        },
        Style {
            name: "表单说明",
            size: 24,
            pitch: 400,
            align: "left",
            indent: FLUSH,
            lead: "<w:tabs><w:tab w:val=\"right\" w:pos=\"8844\"/></w:tabs>",
            is_on_grid: false,
            ..PLAIN
        },
        Style {
            name: "数据说明",
            size: 18,
            pitch: 260,
            align: "left",
            indent: FLUSH,
            space: "w:before=\"60\"",
            is_on_grid: false,
            ..PLAIN
        },
        Style { name: "版面空行", size: 4, pitch: 40, align: "left", indent: FLUSH, is_on_grid: false, ..PLAIN },
    ]
}

fn face(font: &str) -> String {
    format!(
        "<w:rFonts w:hint=\"eastAsia\" w:ascii=\"{font}\" w:hAnsi=\"{font}\" w:eastAsia=\"{font}\" w:cs=\"{font}\"/>"
    )
}

fn print(style: &Style) -> String {
    let Style { name, font, size, pitch, align, indent, space, level, color, lead, is_on_grid } = style;
    let face = face(font);
    let color = if color.is_empty() { String::new() } else { format!("<w:color w:val=\"{color}\"/>") };
    let close = if *is_on_grid { "<w:spacing w:val=\"-5\"/>" } else { "" };
    // A heading is followed by the body.
    let next = if level.is_some() { "<w:next w:val=\"公文正文\"/>" } else { "" };
    let level = level.map(|level| format!("<w:outlineLvl w:val=\"{level}\"/>")).unwrap_or_default();
    let space = if space.is_empty() { "w:before=\"0\" w:after=\"0\"" } else { space };
    format!(
        "<w:style w:type=\"paragraph\" w:customStyle=\"1\" w:styleId=\"{name}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/>{next}<w:qFormat/><w:pPr>{lead}<w:snapToGrid w:val=\"0\"/><w:spacing {space} w:line=\"{pitch}\" w:lineRule=\"exact\"/><w:ind {indent}/><w:jc w:val=\"{align}\"/>{level}</w:pPr><w:rPr>{face}{color}{close}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr></w:style>"
    )
}

/// The styles; the default is the body's font and size, after which the grid of characters is counted.
pub(super) fn styles() -> String {
    let face = face(BODY);
    let named: String = all().iter().map(print).collect();
    format!(
        "<w:docDefaults><w:rPrDefault><w:rPr>{face}<w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/><w:pPr><w:widowControl w:val=\"0\"/><w:jc w:val=\"both\"/></w:pPr><w:rPr>{face}<w:kern w:val=\"2\"/><w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/></w:rPr></w:style><w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>{named}"
    )
}
