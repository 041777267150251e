//! What every workbook that is filled in offline has in common: what is given is grey and locked, what is to be filled in is white and open, and a hidden
//! sheet says what it was made from.

use chrono::{DateTime, Utc};
use domain::workbook::fill::{HEADINGS, MARKS};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, ProtectionOptions, Workbook, Worksheet,
    XlsxError,
};

pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) hint: Format,
    pub(super) heading: Format,
    pub(super) given: Format,
    pub(super) open: Format,
    pub(super) open_day: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
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
            open_day: framed().set_align(FormatAlign::Top).set_num_format("yyyy-mm-dd").set_unlocked(),
        }
    }
}

pub(super) fn at(n: usize) -> Result<u32, XlsxError> {
    u32::try_from(n).map_err(|_| XlsxError::RowColumnLimitError)
}

pub(super) fn column(n: usize) -> Result<u16, XlsxError> {
    u16::try_from(n).map_err(|_| XlsxError::RowColumnLimitError)
}

/// A workbook with its title and the moment it was made.
pub(super) fn begin(title: &str, made_at: DateTime<Utc>) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    Ok(workbook)
}

/// Writes the title, how to fill it in, and the headings.
pub(super) fn head<'a>(
    sheet: &mut Worksheet,
    formats: &Formats,
    (title, hint): (&str, &str),
    headings: impl Iterator<Item = &'a str>,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(0, 0, title, &formats.title)?;
    sheet.write_string_with_format(1, 0, hint, &formats.hint)?;
    for (i, heading) in headings.enumerate() {
        sheet.write_string_with_format(at(HEADINGS)?, column(i)?, heading, &formats.heading)?;
    }
    Ok(())
}

/// A cell to fill in, with what stands in it already.
pub(super) fn open(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: Option<&str>,
    format: &Format,
) -> Result<(), XlsxError> {
    match text {
        Some(text) => sheet.write_string_with_format(row, column, text, format)?,
        None => sheet.write_blank(row, column, format)?,
    };
    Ok(())
}

/// Locks what is not open, keeps the headings in sight and on every page, and sets it for A4 the long way.
pub(super) fn lay_out(sheet: &mut Worksheet, widths: &[f64], frozen_columns: u16) -> Result<(), XlsxError> {
    for (i, width) in widths.iter().enumerate() {
        sheet.set_column_width(column(i)?, *width)?;
    }
    sheet.set_row_height(at(HEADINGS)?, 24.0)?;
    sheet.set_freeze_panes(at(HEADINGS + 1)?, frozen_columns)?;
    let options = ProtectionOptions { format_columns: true, format_rows: true, ..ProtectionOptions::new() };
    sheet.protect_with_options(&options);
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(at(HEADINGS)?, at(HEADINGS)?)?;
    Ok(())
}

/// A sheet of rows that nobody sees.
pub(super) fn hidden(workbook: &mut Workbook, name: &str, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    for (row, cells) in rows.iter().enumerate() {
        for (i, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(at(row)?, column(i)?, text)?;
        }
    }
    sheet.protect().set_very_hidden(true);
    Ok(())
}

/// The sheet that says what it was made from.
pub(super) fn marks(workbook: &mut Workbook, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    hidden(workbook, MARKS, rows)
}
