//! What a grid of cells means: headers found by what they say, dates and names read as people write them. It knows no file format.

mod boxes;
pub mod cells;
pub mod completion;
pub mod dates;
mod drafts;
pub mod fill;
mod grid;
pub mod ledger;
pub mod names;
pub mod numbering;
mod plan;
pub mod plan_sheet;
pub mod report;
mod secrecy;
pub mod table;
pub mod week;
mod written;

pub use drafts::{AspectDraft, ClosingDraft, FindingDraft, MeasureDraft, MilestoneDraft, PlanDraft, TaskDraft};
pub use grid::{Book, Cell, Merge, Sheet, address};
pub use names::{Directory, DirectoryPerson, DirectoryUnit};
pub use plan::read_plan;
pub use report::{Doubt, ImportReport, Skipped};
