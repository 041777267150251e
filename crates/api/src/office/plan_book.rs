//! The workbook of a unit's plans: a sheet with a row for each measure, one with a row for each milestone and room for more, drop-downs for what may be
//! chosen, and two hidden sheets: what it was made from, and what the drop-downs offer.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::workbook::fill::HEADINGS;
use domain::workbook::plan_sheet::{
    MILESTONE_COLUMNS, MILESTONE_GIVEN, MILESTONES, PLAN_COLUMNS, PLAN_GIVEN, PLANS, PlanLine, PlanMilestone, PlanNow,
};
use rust_xlsxwriter::{DataValidation, ExcelDateTime, Formula, Workbook, Worksheet, XlsxError};

use super::fill_book::{self, Formats, at, column};

/// Plans to be filled in.
pub struct PlanBook {
    pub title: String,
    pub now: PlanNow,
    pub made_at: DateTime<Utc>,
}

const PLAN_WIDTHS: [f64; 10] = [9.0, 26.0, 10.0, 12.0, 10.0, 34.0, 12.0, 30.0, 36.0, 24.0];
const MILESTONE_WIDTHS: [f64; 7] = [10.0, 11.0, 12.0, 44.0, 13.0, 34.0, 18.0];
/// Empty rows for new milestones.
const ROOM: usize = 200;
/// What the drop-downs offer.
const CHOICES: &str = "填报选项";
const PLAN_HINT: &str = "灰色的格已锁定，只填白色的格；完成标准一行写一条（Alt+Enter 换行）；节点填在“节点”表；填好后在“认领与方案”页点“传回填好的方案表”，核对差异后再存入。";
const MILESTONE_HINT: &str = "一行一个节点。已有的可以改，整行清空就是删去；新节点从灰色编号以下的空行写起，先选任务编号；所属措施不选就是整项任务的节点。";

/// The workbook as the bytes of an xlsx.
pub fn plan_book(book: &PlanBook) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = fill_book::begin(&book.title, book.made_at)?;
    let formats = Formats::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(PLANS)?;
    plans(sheet, book, &formats)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(MILESTONES)?;
    milestones(sheet, book, &formats)?;
    fill_book::marks(&mut workbook, &book.now.marks())?;
    choices(&mut workbook, &book.now)?;
    workbook.save_to_buffer()
}

fn plans(sheet: &mut Worksheet, book: &PlanBook, formats: &Formats) -> Result<(), XlsxError> {
    fill_book::head(sheet, formats, (&book.title, PLAN_HINT), PLAN_COLUMNS.into_iter())?;
    let mut next = HEADINGS + 1;
    for line in &book.now.lines {
        for (i, measure) in line.rows().into_iter().enumerate() {
            let row = at(next)?;
            for (c, text) in line.given(measure).iter().enumerate() {
                sheet.write_string_with_format(row, column(c)?, text, &formats.given)?;
            }
            let criteria = line.criteria_lines();
            let of_task = [line.objective.as_deref(), Some(criteria.as_str())];
            for (c, text) in of_task.into_iter().enumerate() {
                let c = column(PLAN_GIVEN + c)?;
                match i {
                    0 => fill_book::open(sheet, row, c, text.filter(|t| !t.is_empty()), &formats.open)?,
                    _ => drop(sheet.write_blank(row, c, &formats.given)?),
                }
            }
            let c = column(PLAN_COLUMNS.len() - 1)?;
            match measure {
                Some(measure) => fill_book::open(sheet, row, c, measure.excuse.as_deref(), &formats.open)?,
                None => drop(sheet.write_blank(row, c, &formats.given)?),
            }
            next += 1;
        }
    }
    fill_book::lay_out(sheet, &PLAN_WIDTHS, 2)
}

fn day(on: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(on.year()).map_err(|_| XlsxError::DateTimeRangeError(on.to_string()))?;
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    ExcelDateTime::from_ymd(year, part(on.month()), part(on.day()))
}

fn milestones(sheet: &mut Worksheet, book: &PlanBook, formats: &Formats) -> Result<(), XlsxError> {
    fill_book::head(sheet, formats, (MILESTONES, MILESTONE_HINT), MILESTONE_COLUMNS.into_iter())?;
    let mut next = HEADINGS + 1;
    for line in &book.now.lines {
        for (n, milestone) in line.milestones.iter().enumerate() {
            let row = at(next)?;
            sheet.write_string_with_format(row, 0, &line.number, &formats.given)?;
            sheet.write_string_with_format(row, 1, line.code(n), &formats.given)?;
            filled(sheet, row, line, milestone, &book.now, formats)?;
            next += 1;
        }
    }
    let free = next;
    for row in free..free + ROOM {
        let row = at(row)?;
        sheet.write_blank(row, 0, &formats.open)?;
        sheet.write_blank(row, 1, &formats.given)?;
        for (c, heading) in MILESTONE_COLUMNS.into_iter().enumerate().skip(MILESTONE_GIVEN) {
            let format = if heading == "完成时间" { &formats.open_day } else { &formats.open };
            sheet.write_blank(row, column(c)?, format)?;
        }
    }
    drop_downs(sheet, &book.now, (at(HEADINGS + 1)?, at(free)?, at(free + ROOM - 1)?))?;
    fill_book::lay_out(sheet, &MILESTONE_WIDTHS, 2)
}

fn filled(
    sheet: &mut Worksheet,
    row: u32,
    line: &PlanLine,
    milestone: &PlanMilestone,
    now: &PlanNow,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let measure = milestone.measure.map(|id| line.number_of(id));
    let unit = milestone.unit.and_then(|id| now.units.get(&id)).map(String::as_str);
    fill_book::open(sheet, row, 2, measure, &formats.open)?;
    fill_book::open(sheet, row, 3, Some(&milestone.title), &formats.open)?;
    match milestone.due_on {
        Some(on) => drop(sheet.write_datetime_with_format(row, 4, day(on)?, &formats.open_day)?),
        None => drop(sheet.write_blank(row, 4, &formats.open_day)?),
    }
    fill_book::open(sheet, row, 5, milestone.proof.as_deref(), &formats.open)?;
    fill_book::open(sheet, row, 6, unit, &formats.open)
}

fn from_list(formula: String, message: &str) -> Result<DataValidation, XlsxError> {
    DataValidation::new()
        .allow_list_formula(Formula::new(formula))
        .set_error_title("请从列表里选")?
        .set_error_message(message)
}

/// The tasks in the empty rows; in every row the measures of its task, and the units below.
fn drop_downs(sheet: &mut Worksheet, now: &PlanNow, (first, free, last): (u32, u32, u32)) -> Result<(), XlsxError> {
    let tasks = from_list(format!("={CHOICES}!$A$1:$A${}", now.lines.len().max(1)), "请选这份方案表里的任务编号")?;
    sheet.add_data_validation(free, 0, last, 0, &tasks)?;
    // The measures of the task that stands in the same row: they follow each other.
    let own = format!(
        "=OFFSET({CHOICES}!$D$1,MATCH($A{row},{CHOICES}!$C:$C,0)-1,0,COUNTIF({CHOICES}!$C:$C,$A{row}),1)",
        row = first + 1
    );
    let measures = from_list(own, "请选这项任务的措施编号；整项任务的节点不填")?;
    sheet.add_data_validation(first, 2, last, 2, &measures)?;
    if !now.units.is_empty() {
        let units =
            from_list(format!("={CHOICES}!$B$1:$B${}", now.units.len()), "请选本单位下属的单位；本单位承担的不填")?;
        sheet.add_data_validation(first, 6, last, 6, &units)?;
    }
    Ok(())
}

/// Tasks, units, and each measure beside its task.
fn choices(workbook: &mut Workbook, now: &PlanNow) -> Result<(), XlsxError> {
    let measures = now.lines.iter().flat_map(|l| l.measures.iter().map(|m| (l.number.as_str(), m.number.as_str())));
    let measures: Vec<(&str, &str)> = measures.collect();
    let units: Vec<&str> = now.units.values().map(String::as_str).collect();
    let n = now.lines.len().max(units.len()).max(measures.len());
    let row = |i: usize| {
        let (task, measure) = measures.get(i).copied().unwrap_or_default();
        let number = now.lines.get(i).map_or("", |line| &line.number);
        [number, units.get(i).copied().unwrap_or_default(), task, measure].map(str::to_owned).to_vec()
    };
    fill_book::hidden(workbook, CHOICES, &(0..n).map(row).collect::<Vec<_>>())
}
