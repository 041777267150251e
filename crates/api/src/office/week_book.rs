//! The week's workbook: the task's own columns locked, those to fill in open, and a hidden sheet that says what it was made from.

use chrono::{DateTime, Utc};
use domain::workbook::week::{GIVEN, HEADINGS, MARKS, SHEET, StatementField, WeekNow, headings};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    ProtectionOptions, Workbook, Worksheet, XlsxError,
};

/// What a task brings with it in its row.
pub struct GivenLine {
    pub title: String,
    pub criteria: String,
    pub due: String,
    /// What was written the week before.
    pub last: String,
    pub is_owed: bool,
}

/// A week to be filled in; the lines of both lists are the same tasks in the same order.
pub struct WeekBook {
    pub title: String,
    pub given: Vec<GivenLine>,
    pub now: WeekNow,
    pub made_at: DateTime<Utc>,
}

/// Widths of all columns, in characters.
const WIDTHS: [f64; 10] = [9.0, 24.0, 28.0, 14.0, 34.0, 44.0, 24.0, 24.0, 24.0, 24.0];
/// Longest text of a field, characters.
const LONGEST: u32 = 4_000;
const HINT: &str = "灰色的格已锁定，只填白色的格；填好后在“每周写实”页点“传回填好的表”，核对差异后再提交。“本周进展”和“本周无进展的原因”只填一个。";

struct Formats {
    title: Format,
    hint: Format,
    heading: Format,
    given: Format,
    open: Format,
}

impl Formats {
    fn new() -> Self {
        let plain = || Format::new().set_font_name("宋体").set_font_size(10.5);
        let framed =
            || plain().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00C0_C6CC)).set_text_wrap();
        Self {
            title: plain().set_bold().set_font_size(14.0),
            hint: plain().set_font_color(Color::RGB(0x0059_6370)),
            heading: framed()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0x00DD_E6F1)),
            given: framed().set_align(FormatAlign::Top).set_background_color(Color::RGB(0x00F1_F3F5)),
            open: framed().set_align(FormatAlign::Top).set_num_format("@").set_unlocked(),
        }
    }
}

fn at(n: usize) -> Result<u32, XlsxError> {
    u32::try_from(n).map_err(|_| XlsxError::RowColumnLimitError)
}

fn column(n: usize) -> Result<u16, XlsxError> {
    u16::try_from(n).map_err(|_| XlsxError::RowColumnLimitError)
}

/// The workbook as the bytes of an xlsx.
pub fn week_book(book: &WeekBook) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(book.made_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_title(&book.title).set_creation_datetime(&made));
    let sheet = workbook.add_worksheet();
    sheet.set_name(SHEET)?;
    let rows = fill(sheet, book)?;
    lay_out(sheet, rows)?;
    let marks = workbook.add_worksheet();
    marks.set_name(MARKS)?;
    for (row, cells) in book.now.marks().iter().enumerate() {
        for (i, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            marks.write_string(at(row)?, column(i)?, text)?;
        }
    }
    marks.protect().set_very_hidden(true);
    workbook.save_to_buffer()
}

/// Writes title, headings and tasks; the number of rows.
fn fill(sheet: &mut Worksheet, book: &WeekBook) -> Result<usize, XlsxError> {
    let formats = Formats::new();
    sheet.write_string_with_format(0, 0, &book.title, &formats.title)?;
    sheet.write_string_with_format(1, 0, HINT, &formats.hint)?;
    for (i, heading) in headings().enumerate() {
        sheet.write_string_with_format(at(HEADINGS)?, column(i)?, heading, &formats.heading)?;
    }
    for (i, (given, line)) in book.given.iter().zip(&book.now.lines).enumerate() {
        let row = at(HEADINGS + 1 + i)?;
        let title = if given.is_owed {
            given.title.clone()
        } else {
            format!("{}（可补充，不报不计漏报）", given.title)
        };
        for (c, text) in [&line.number, &title, &given.criteria, &given.due, &given.last].into_iter().enumerate() {
            sheet.write_string_with_format(row, column(c)?, text, &formats.given)?;
        }
        for field in StatementField::ALL {
            let c = column(field.column())?;
            match field.of(&line.text) {
                Some(text) => sheet.write_string_with_format(row, c, text, &formats.open)?,
                None => sheet.write_blank(row, c, &formats.open)?,
            };
        }
    }
    Ok(HEADINGS + 1 + book.given.len())
}

fn lay_out(sheet: &mut Worksheet, rows: usize) -> Result<(), XlsxError> {
    for (i, width) in WIDTHS.iter().enumerate() {
        sheet.set_column_width(column(i)?, *width)?;
    }
    sheet.set_row_height(at(HEADINGS)?, 24.0)?;
    sheet.set_freeze_panes(at(HEADINGS + 1)?, 2)?;
    let length = DataValidation::new()
        .allow_text_length(DataValidationRule::LessThanOrEqualTo(LONGEST))
        .set_error_title("太长")?
        .set_error_message(format!("每格最多 {LONGEST} 个字"))?;
    let last = at(rows.saturating_sub(1))?;
    let (from, to) = (column(GIVEN.len())?, column(WIDTHS.len() - 1)?);
    sheet.add_data_validation(at(HEADINGS + 1)?, from, last, to, &length)?;
    let options = ProtectionOptions { format_columns: true, format_rows: true, ..ProtectionOptions::new() };
    sheet.protect_with_options(&options);
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(at(HEADINGS)?, at(HEADINGS)?)?;
    Ok(())
}
