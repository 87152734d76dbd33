//! Tests of rules: the examples that stand in rule files, and suites of their own (`*.test.toml`).
//!
//! A test takes the road that a text takes in earnest, against the whole set. A run in which nothing ran has failed.

mod case;
mod file;
mod run;

pub use case::{Case, Expected};
pub use file::{SuiteError, example_cases, read_suite};
pub use run::{CaseResult, Difference, Outcome, run};
