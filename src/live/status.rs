//! What is in force, since when, and what was last refused.

use jiff::Timestamp;
use serde::Serialize;

use crate::Engine;

/// What is in force, since when, and what was last refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Which load is in force, from 1.
    pub generation: u64,
    /// The hash of the files in force.
    pub hash: String,
    /// When they were loaded.
    pub loaded_at: Timestamp,
    /// When was last looked whether they had changed.
    pub last_attempt: Timestamp,
    /// Why the files that are there now were refused; `None` where they are in force.
    pub last_error: Option<String>,
    /// How many different sets were refused since the start.
    pub refused: u64,
    /// How many files lie on the shipped ones, at how many places.
    pub files: usize,
    /// The places.
    pub places: Vec<String>,
    /// How many rules are in force.
    pub rules: usize,
    /// Names of rules that a later layer replaced.
    pub overridden: Vec<String>,
    /// Names of rules that are switched off.
    pub disabled: Vec<String>,
    /// What was left out for its errors, each with the reason.
    pub left_out: Vec<String>,
}

impl Status {
    /// The status right after a set came into force.
    pub(super) fn in_force(engine: &Engine, files: usize, places: Vec<String>, refused: u64) -> Self {
        let now = Timestamp::now();
        let set = &engine.set().status;
        Self {
            generation: set.generation,
            hash: set.hash.clone(),
            loaded_at: now,
            last_attempt: now,
            last_error: None,
            refused,
            files,
            places,
            rules: engine.set().rules.len(),
            overridden: set.overridden.clone(),
            disabled: set.disabled.clone(),
            left_out: set.left_out.clone(),
        }
    }
}
