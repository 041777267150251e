//! What a grid of cells means: headers found by what they say, dates and names read as people write them. It knows no file format.

pub mod dates;
mod grid;
pub mod names;
mod plan;
pub mod report;
pub mod table;

pub use grid::{Book, Cell, Sheet};
pub use names::{Directory, DirectoryPerson, DirectoryUnit};
pub use plan::{AspectDraft, FindingDraft, MeasureDraft, MilestoneDraft, PlanDraft, TaskDraft, read_plan};
pub use report::{Doubt, ImportReport, Skipped};
