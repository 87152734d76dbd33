//! Output: diagnoses and faults as text, JSON and CSV. Nothing here decides what a diagnosis is.

mod csv;
mod evidence;
mod faults;
mod format;
mod junit;
mod line;
mod log_summary;
mod record;
mod run;
mod sisimai;
mod summary;
mod text;
mod wording;

pub use evidence::{Evidence, FactOrigin, FactSource, Loser, Said};
pub use faults::{fault_record, render_faults, render_github, sarif_log};
pub use format::{Document, Format, Logged, Place, Printer};
pub use junit::render_junit;
pub use line::render_entry;
pub use log_summary::LogSummary;
pub use record::{Langs, Record, SCHEMA_VERSION, Texts};
pub use run::{render_run, run_record};
pub use summary::{Counted, Summary};
pub use text::{render_evidence, render_left_out, render_text};
pub use wording::{action, severity};
