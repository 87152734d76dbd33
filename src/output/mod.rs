//! Output: diagnoses and faults as text and JSON. Nothing here decides what a diagnosis is.

mod evidence;
mod faults;
mod junit;
mod record;
mod run;
mod text;
mod wording;

pub use evidence::{Evidence, FactOrigin, FactSource, Loser, Said};
pub use faults::{fault_record, render_faults, render_github, sarif_log};
pub use junit::render_junit;
pub use record::{Langs, Record, SCHEMA_VERSION, Texts};
pub use run::{render_run, run_record};
pub use text::{render_evidence, render_left_out, render_text};
