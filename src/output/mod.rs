//! Output: diagnoses and faults as text, JSON and CSV. Nothing here decides what a diagnosis is.

mod csv;
mod evidence;
mod faults;
mod format;
mod record;
mod sisimai;
mod summary;
mod text;
mod wording;

pub use evidence::{Evidence, Loser, Said};
pub use faults::render_faults;
pub use format::{Document, Format, Place, Printer};
pub use record::{Langs, Record, SCHEMA_VERSION, Texts};
pub use summary::{Counted, Summary};
pub use text::{render_evidence, render_text};
pub use wording::{action, severity};
