//! Lines, tables and sections as a word processor has them.

use super::super::code;

/// Relation of the foot of odd pages.
pub(super) const ODD: &str = "rIdOdd";
/// Relation of the foot of even pages.
pub(super) const EVEN: &str = "rIdEven";
/// Relation of the foot of a form.
pub(super) const FORM: &str = "rIdForm";
/// What keeps the room of the code where there is none, so that the page number stands where it does.
const NO_CODE: &str = "<w:p><w:pPr><w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"1020\" w:lineRule=\"exact\"/></w:pPr></w:p>";

/// Width of the type area of an upright page of the official format, twips.
pub(super) const UPRIGHT: u32 = 8_844;
/// Width of the type area of a page that lies.
pub(super) const LYING: u32 = 14_570;

/// A part with its root.
pub(super) fn part(root: &str, inner: &str) -> String {
    format!(
        "<w:{root} xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">{inner}</w:{root}>"
    )
}

/// The runs of a text; a tab in it is one.
fn runs(text: &str) -> String {
    let mut runs = String::new();
    for (i, part) in text.split('\t').enumerate() {
        if i > 0 {
            runs.push_str("<w:r><w:tab/></w:r>");
        }
        if !part.is_empty() {
            runs.push_str(&format!(
                "<w:r><w:rPr><w:rFonts w:hint=\"eastAsia\"/></w:rPr><w:t xml:space=\"preserve\">{part}</w:t></w:r>"
            ));
        }
    }
    runs
}

/// A paragraph of a style.
pub(super) fn line(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}</w:p>", runs(text))
}

/// A paragraph that begins with a word in the font of a first heading.
pub(super) fn labelled(style: &str, label: &str, text: &str) -> String {
    format!(
        "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:rPr><w:rFonts w:hint=\"eastAsia\" w:ascii=\"黑体\" w:hAnsi=\"黑体\" w:eastAsia=\"黑体\"/></w:rPr><w:t xml:space=\"preserve\">{label}</w:t></w:r>{}</w:p>",
        runs(text)
    )
}

/// The title, with two lines above and one below; its own lines stand close.
pub(super) fn headline(text: &str) -> String {
    [line("公文正文", ""), line("公文正文", ""), line("公文标题", text), line("公文正文", "")].concat()
}

/// Paragraphs of the body.
pub(super) fn body(lines: &[&str]) -> String {
    lines.iter().map(|text| line("公文正文", text)).collect()
}

/// What a document says of itself: why it corrects another, and which figures somebody entered in the place of the records'.
pub(super) fn notes() -> String {
    body(&[
        "{{?更正说明}}",
        "更正说明：{{更正说明}}",
        "{{/?更正说明}}",
        "{{?数据说明}}",
        "数据说明：",
        "{{数据说明}}",
        "{{/?数据说明}}",
    ])
}

/// A heading and what stands beneath it.
pub(super) fn chapter(heading: &str, lines: &[&str]) -> String {
    line("一级标题", heading) + &body(lines)
}

/// The foot of a page: its number between dashes, the code of the ledger beneath it.
pub(super) fn page_foot(style: &str) -> String {
    [&page_number(style), code::LINE, &line(style, "{{!核验码}}"), NO_CODE, &line(style, "{{/!核验码}}")].concat()
}

/// The foot of a form: the code alone.
pub(super) fn form_foot() -> String {
    code::LINE.to_owned()
}

/// The number of a page between dashes.
fn page_number(style: &str) -> String {
    let field = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    format!(
        "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}{}<w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>{}<w:r><w:t>1</w:t></w:r>{}{}</w:p>",
        runs("— "),
        field("begin"),
        field("separate"),
        field("end"),
        runs(" —")
    )
}

/// How a section of pages lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sheet {
    /// The official format with its grid.
    Official,
    /// The same for a 版记 on a page of its own, which stands at its lower edge.
    Foot,
    /// For a wide table.
    Wide,
    /// A form of one page, without numbers.
    Form,
}

fn section(sheet: Sheet) -> String {
    let feet = format!(
        "<w:footerReference w:type=\"default\" r:id=\"{ODD}\"/><w:footerReference w:type=\"even\" r:id=\"{EVEN}\"/>"
    );
    let form = format!(
        "<w:footerReference w:type=\"default\" r:id=\"{FORM}\"/><w:footerReference w:type=\"even\" r:id=\"{FORM}\"/>"
    );
    let stand = if sheet == Sheet::Foot { "<w:vAlign w:val=\"bottom\"/>" } else { "" };
    let (feet, size, margins, grid) = match sheet {
        Sheet::Official | Sheet::Foot => (
            feet.as_str(),
            "w:w=\"11906\" w:h=\"16838\"",
            "w:top=\"2098\" w:right=\"1474\" w:bottom=\"1980\" w:left=\"1588\" w:header=\"851\" w:footer=\"210\" w:gutter=\"0\"",
            "<w:docGrid w:type=\"linesAndChars\" w:linePitch=\"580\" w:charSpace=\"-860\"/>",
        ),
        Sheet::Wide => (
            feet.as_str(),
            "w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"",
            "w:top=\"1474\" w:right=\"1134\" w:bottom=\"1644\" w:left=\"1134\" w:header=\"851\" w:footer=\"210\" w:gutter=\"0\"",
            "<w:docGrid w:type=\"lines\" w:linePitch=\"312\"/>",
        ),
        Sheet::Form => (
            form.as_str(),
            "w:w=\"11906\" w:h=\"16838\"",
            "w:top=\"737\" w:right=\"1474\" w:bottom=\"1247\" w:left=\"1588\" w:header=\"567\" w:footer=\"210\" w:gutter=\"0\"",
            "<w:docGrid w:type=\"lines\" w:linePitch=\"312\"/>",
        ),
    };
    format!(
        "<w:sectPr>{feet}<w:type w:val=\"nextPage\"/><w:pgSz {size}/><w:pgMar {margins}/><w:cols w:space=\"425\"/>{stand}{grid}</w:sectPr>"
    )
}

/// Ends the pages that lie so; a new page begins.
pub(super) fn end_section(sheet: Sheet) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"版面空行\"/>{}</w:pPr></w:p>", section(sheet))
}

/// Ends the document.
pub(super) fn end(sheet: Sheet) -> String {
    section(sheet)
}

/// A cell over so many columns, of these paragraphs.
pub(super) struct Cell {
    pub(super) span: usize,
    pub(super) inner: String,
    pub(super) is_label: bool,
}

pub(super) fn cell(text: &str) -> Cell {
    Cell { span: 1, inner: line("表格文字", text), is_label: false }
}

pub(super) fn label(text: &str) -> Cell {
    Cell { span: 1, inner: line("表头", text), is_label: true }
}

/// A cell of several columns.
pub(super) fn wide(span: usize, lines: &[&str]) -> Cell {
    Cell { span, inner: lines.iter().map(|text| line("表格文字", text)).collect(), is_label: false }
}

/// A table being drawn.
pub(super) struct Table {
    columns: Vec<u32>,
    rows: String,
    format: &'static str,
}

const RULED: &str = "<w:tblBorders><w:top w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"auto\"/><w:left w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"auto\"/><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"auto\"/><w:right w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"auto\"/><w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/><w:insideV w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/></w:tblBorders>";
/// The lines of a 版记: thick above and below, thin between.
const FOOT: &str = "<w:tblBorders><w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"auto\"/><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"auto\"/><w:insideH w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"auto\"/></w:tblBorders>";

/// Whether a column says something short, which stands in the middle.
fn is_short(text: &str) -> bool {
    ["数}}", "率}}", "号}}", "日期}}", "时限}}", "状态}}", "类型}}", "时间}}"].iter().any(|end| text.ends_with(end))
}

impl Table {
    /// With columns of these shares of a width.
    pub(super) fn new(width: u32, shares: &[u32]) -> Self {
        let all: u32 = shares.iter().sum::<u32>().max(1);
        Self { columns: shares.iter().map(|share| width * share / all).collect(), rows: String::new(), format: RULED }
    }

    /// A 版记 in the place of one column.
    pub(super) fn foot(width: u32) -> Self {
        Self { format: FOOT, ..Self::new(width, &[1]) }
    }

    fn push(mut self, cells: &[Cell], height: u32, is_head: bool) -> Self {
        let mut at = 0;
        let mut inner = String::new();
        for cell in cells {
            let width: u32 = self.columns.iter().skip(at).take(cell.span).sum();
            at += cell.span;
            let span = if cell.span > 1 { format!("<w:gridSpan w:val=\"{}\"/>", cell.span) } else { String::new() };
            let shade = if is_head { "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F2F2F2\"/>" } else { "" };
            let lies = if cell.is_label || cell.span == 1 { "center" } else { "top" };
            inner.push_str(&format!(
                "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{span}{shade}<w:vAlign w:val=\"{lies}\"/></w:tcPr>{}</w:tc>",
                cell.inner
            ));
        }
        let height =
            if height > 0 { format!("<w:trHeight w:val=\"{height}\" w:hRule=\"atLeast\"/>") } else { String::new() };
        let head = if is_head { "<w:tblHeader/>" } else { "" };
        self.rows.push_str(&format!("<w:tr><w:trPr><w:cantSplit/>{height}{head}</w:trPr>{inner}</w:tr>"));
        self
    }

    /// The row that is repeated on every page.
    pub(super) fn head(self, cells: &[&str]) -> Self {
        let cells: Vec<Cell> = cells.iter().map(|text| label(text)).collect();
        self.push(&cells, 0, true)
    }

    pub(super) fn row(self, cells: &[Cell]) -> Self {
        self.push(cells, 0, false)
    }

    /// A row at least so high.
    pub(super) fn tall(self, height: u32, cells: &[Cell]) -> Self {
        self.push(cells, height, false)
    }

    /// A row that is repeated for each of a list.
    pub(super) fn each(self, list: &str, cells: &[&str]) -> Self {
        let last = cells.len().saturating_sub(1);
        let cells: Vec<Cell> = cells
            .iter()
            .enumerate()
            .map(|(i, text)| {
                let open = if i == 0 { format!("{{{{#{list}}}}}") } else { String::new() };
                let close = if i == last { format!("{{{{/{list}}}}}") } else { String::new() };
                let style = if is_short(text) { "表格居中" } else { "表格文字" };
                Cell { inner: line(style, &format!("{open}{text}{close}")), ..cell("") }
            })
            .collect();
        self.push(&cells, 0, false)
    }

    pub(super) fn done(self) -> String {
        let width: u32 = self.columns.iter().sum();
        let grid: String = self.columns.iter().map(|column| format!("<w:gridCol w:w=\"{column}\"/>")).collect();
        format!(
            "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/><w:jc w:val=\"center\"/>{}<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"40\" w:type=\"dxa\"/><w:left w:w=\"85\" w:type=\"dxa\"/><w:bottom w:w=\"40\" w:type=\"dxa\"/><w:right w:w=\"85\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{}</w:tbl>",
            self.format, self.rows
        )
    }
}
