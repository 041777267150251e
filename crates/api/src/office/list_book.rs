//! A list as the office circulates it, written row by row: what is written is on the disk at once, so that a long list takes no more memory than a short one.

use std::path::Path;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use domain::export::block::{self, Row};
use domain::export::{Cell, Column, ExportKind, Paper};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// The row of the headings; above it stand the title and what the list is of.
const HEADINGS: u32 = 2;

struct Formats {
    title: Format,
    about: Format,
    heading: Format,
    text: Format,
    centred: Format,
    number: Format,
    amount: Format,
    day: Format,
    moment: Format,
    total: Format,
}

impl Formats {
    fn new() -> Self {
        let plain = || Format::new().set_font_name("宋体").set_font_size(10.5).set_align(FormatAlign::VerticalCenter);
        let framed = || plain().set_border(FormatBorder::Thin).set_text_wrap();
        Self {
            title: plain().set_font_name("方正小标宋简体").set_font_size(18.0).set_align(FormatAlign::Center),
            about: plain().set_align(FormatAlign::Left).set_text_wrap(),
            heading: framed()
                .set_font_name("黑体")
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0x00E8_EDF3)),
            text: framed().set_align(FormatAlign::Left),
            centred: framed().set_align(FormatAlign::Center),
            number: framed().set_align(FormatAlign::Center).set_num_format("0"),
            amount: framed().set_align(FormatAlign::Right).set_num_format("#,##0.00"),
            day: framed().set_align(FormatAlign::Center).set_num_format("yyyy-mm-dd"),
            moment: framed().set_align(FormatAlign::Center).set_num_format("yyyy-mm-dd hh:mm"),
            total: plain().set_bold().set_align(FormatAlign::Left).set_text_wrap(),
        }
    }

    /// How a cell is set: short words in the middle of their column, long ones from the left.
    fn of(&self, column: Column, cell: &Cell) -> &Format {
        match (column, cell) {
            (_, Cell::Day(_)) => &self.day,
            (_, Cell::Moment(_)) => &self.moment,
            (Column::Amount, _) => &self.amount,
            (_, Cell::Number(_)) => &self.number,
            _ if column.width() <= 11 => &self.centred,
            _ => &self.text,
        }
    }
}

/// What stands above, below and at the foot of a list.
pub struct ListHead {
    pub kind: ExportKind,
    pub title: String,
    /// The round, the filter in words and the moment it is of.
    pub about: String,
    pub as_of: DateTime<Utc>,
    /// Whether cells that say the same are put together; else each row says everything, and can be sorted and filtered.
    pub is_merged: bool,
}

/// A list that is being written.
pub struct ListBook {
    workbook: Workbook,
    head: ListHead,
    formats: Formats,
    next: u32,
}

fn column(n: usize) -> Result<u16, XlsxError> {
    u16::try_from(n).map_err(|_| XlsxError::RowColumnLimitError)
}

impl ListBook {
    /// Begins it; what does not fit into memory goes to a folder of ours meanwhile.
    pub fn new(head: ListHead, folder: &Path) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder)?;
        let made = ExcelDateTime::from_timestamp(head.as_of.timestamp())?;
        workbook.set_properties(&DocProperties::new().set_title(&head.title).set_creation_datetime(&made));
        let formats = Formats::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(head.kind.label())?;
        lay_out(sheet, &head)?;
        let columns = head.kind.columns();
        let last = column(columns.len() - 1)?;
        sheet.set_row_height(0, 34.0)?;
        sheet.merge_range(0, 0, 0, last, &head.title, &formats.title)?;
        sheet.set_row_height(1, 20.0)?;
        sheet.merge_range(1, 0, 1, last, &head.about, &formats.about)?;
        sheet.set_row_height(HEADINGS, 30.0)?;
        for (i, of) in columns.iter().enumerate() {
            sheet.write_string_with_format(HEADINGS, column(i)?, of.title(), &formats.heading)?;
        }
        Ok(Self { workbook, head, formats, next: HEADINGS + 1 })
    }

    /// How many rows of the list are written.
    pub fn rows(&self) -> u32 {
        self.next - HEADINGS - 1
    }

    /// Writes rows that belong together.
    pub fn write(&mut self, rows: &[Row]) -> Result<(), XlsxError> {
        let columns = self.head.kind.columns();
        let spans = if self.head.is_merged { block::spans(rows, columns) } else { Vec::new() };
        let heights = block::heights(rows, columns, &spans);
        let covered = block::covered(&spans, rows.len(), columns.len());
        let first = self.next;
        let at = |row: usize| u32::try_from(row).map(|row| first + row).map_err(|_| XlsxError::RowColumnLimitError);
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (r, row) in rows.iter().enumerate() {
            sheet.set_row_height(at(r)?, heights[r])?;
            for (c, of) in columns.iter().enumerate() {
                let (cell, format) = (&row.cells[c], self.formats.of(*of, &row.cells[c]));
                match covered[r][c] {
                    // What is put together is written ahead, with its first row.
                    Some(span) if span.first == r => {
                        sheet.merge_range(at(r)?, column(c)?, at(span.last)?, column(c)?, "", format)?;
                        write(sheet, at(r)?, column(c)?, cell, format)?;
                    }
                    Some(_) => {}
                    None => write(sheet, at(r)?, column(c)?, cell, format)?,
                }
            }
            self.next += 1;
        }
        Ok(())
    }

    /// Ends it with its totals, and saves it.
    pub fn save(mut self, totals: &str, path: &Path) -> Result<(), XlsxError> {
        let last = column(self.head.kind.columns().len() - 1)?;
        let sheet = self.workbook.worksheet_from_index(0)?;
        sheet.set_row_height(self.next, 54.0)?;
        sheet.merge_range(self.next, 0, self.next, last, totals, &self.formats.total)?;
        if !self.head.is_merged && self.next > HEADINGS + 1 {
            sheet.autofilter(HEADINGS, 0, self.next - 1, last)?;
        }
        self.workbook.save(path)
    }
}

fn day(on: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(on.year()).map_err(|_| XlsxError::DateTimeRangeError(on.to_string()))?;
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    ExcelDateTime::from_ymd(year, part(on.month()), part(on.day()))
}

/// To the minute, as it is shown.
fn moment(at: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    let part = |n: u32| u16::try_from(n).unwrap_or(0);
    let minute = u8::try_from(at.minute()).unwrap_or(0);
    day(at.date())?.and_hms(part(at.hour()), minute, 0)
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, format: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => sheet.write_blank(row, column, format)?,
        Cell::Text(text) => sheet.write_string_with_format(row, column, block::held(text), format)?,
        Cell::Number(number) => sheet.write_number_with_format(row, column, *number, format)?,
        Cell::Day(on) => sheet.write_datetime_with_format(row, column, day(*on)?, format)?,
        Cell::Moment(at) => sheet.write_datetime_with_format(row, column, moment(*at)?, format)?,
    };
    Ok(())
}

fn lay_out(sheet: &mut Worksheet, head: &ListHead) -> Result<(), XlsxError> {
    for (i, of) in head.kind.columns().iter().enumerate() {
        sheet.set_column_width(column(i)?, f64::from(of.width()))?;
    }
    sheet.set_freeze_panes(HEADINGS + 1, 0)?;
    let paper = match head.kind.paper() {
        Paper::A3 => 8,
        Paper::A4 => 9,
    };
    sheet.set_landscape().set_paper_size(paper).set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3).set_print_center_horizontally(true);
    sheet.set_repeat_rows(HEADINGS, HEADINGS)?;
    sheet.set_footer("&L&\"宋体\"&9&A&R&\"宋体\"&9第 &P 页　共 &N 页");
    Ok(())
}
