//! Office files. Read: first guarded against what is no workbook or a bomb, then as cells. Written: what is filled in offline and brought back.
//! Nothing else opens or makes them.

mod guard;
mod read;
mod week_book;

pub use read::{book, formulas};
pub use week_book::{GivenLine, WeekBook, week_book};
