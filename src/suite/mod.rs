//! Tests of rules: the examples that stand in rule files, and suites of their own (`*.test.toml`).
//!
//! A test takes the road that a text or a mail takes in earnest, against the whole set. A run in which nothing ran has failed.

mod audit;
mod case;
mod coverage;
mod examples;
mod file;
mod folder;
mod pin;
mod run;

pub use audit::{Audit, Depth, audit};
pub use case::{Case, Expected, Input, Mail, Says};
pub use coverage::{Coverage, Uncovered, percent};
pub use examples::example_cases;
pub use file::{Suite, SuiteError, read_suite};
pub use folder::{PIN_ENDING, SUITE_ENDING, SuiteFiles, pin_of};
pub use pin::Pin;
pub use run::{CaseResult, Difference, Gap, Outcome, Sums, TestRun, differences, run};
