//! Office files. Read: first guarded against what is no workbook or a bomb, then as cells. Written: what is filled in offline and brought back, and the
//! lists that are handed on. Filled: documents from templates that are edited in Word.
//! Nothing else opens or makes them.

pub mod docx;
mod fill_book;
mod guard;
mod list_book;
mod plan_book;
mod read;
mod week_book;

pub use list_book::{ListBook, ListHead};
pub use plan_book::{PlanBook, plan_book};
pub use read::{book, formulas};
pub use week_book::{GivenLine, WeekBook, week_book};
