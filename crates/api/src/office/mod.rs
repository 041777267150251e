//! Reads office files: first guarded against what is no workbook or a bomb, then as cells. Nothing else opens them.

mod guard;
mod read;

pub use read::book;
