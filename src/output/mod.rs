//! Output: diagnoses and faults as text, JSON and CSV. Nothing here decides what a diagnosis is.

mod csv;
mod evidence;
mod faults;
mod format;
mod line;
mod log_summary;
mod record;
mod sisimai;
mod summary;
mod text;
mod wording;

pub use evidence::{Evidence, Loser, Said};
pub use faults::render_faults;
pub use format::{Document, Format, Logged, Place, Printer};
pub use line::render_entry;
pub use log_summary::LogSummary;
pub use record::{Langs, Record, SCHEMA_VERSION, Texts};
pub use summary::{Counted, Summary};
pub use text::{render_evidence, render_text};
