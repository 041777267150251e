//! The week's workbook: the task's own columns locked, those to fill in open, and a hidden sheet that says what it was made from.

use chrono::{DateTime, Utc};
use domain::workbook::week::{GIVEN, HEADINGS, SHEET, StatementField, WeekNow, headings};
use rust_xlsxwriter::{DataValidation, DataValidationRule, Worksheet, XlsxError};

use super::fill_book::{self, Formats, at, column};

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

/// The workbook as the bytes of an xlsx.
pub fn week_book(book: &WeekBook) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = fill_book::begin(&book.title, book.made_at)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(SHEET)?;
    let rows = fill(sheet, book)?;
    lay_out(sheet, rows)?;
    fill_book::marks(&mut workbook, &book.now.marks())?;
    workbook.save_to_buffer()
}

/// Writes title, headings and tasks; the number of rows.
fn fill(sheet: &mut Worksheet, book: &WeekBook) -> Result<usize, XlsxError> {
    let formats = Formats::new();
    fill_book::head(sheet, &formats, (&book.title, HINT), headings())?;
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
            fill_book::open(sheet, row, column(field.column())?, field.of(&line.text), &formats.open)?;
        }
    }
    Ok(HEADINGS + 1 + book.given.len())
}

fn lay_out(sheet: &mut Worksheet, rows: usize) -> Result<(), XlsxError> {
    let length = DataValidation::new()
        .allow_text_length(DataValidationRule::LessThanOrEqualTo(LONGEST))
        .set_error_title("太长")?
        .set_error_message(format!("每格最多 {LONGEST} 个字"))?;
    let last = at(rows.saturating_sub(1))?;
    let (from, to) = (column(GIVEN.len())?, column(WIDTHS.len() - 1)?);
    sheet.add_data_validation(at(HEADINGS + 1)?, from, last, to, &length)?;
    fill_book::lay_out(sheet, &WIDTHS, 2)
}
