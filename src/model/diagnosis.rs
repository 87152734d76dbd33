//! The diagnosis: a failure, and what the rules say about it.

use std::ops::Range;

use super::category::{CategoryIx, ProviderIx};
use super::code::{Reply, Status};
use super::fact::Facts;
use super::failure::Failure;
use super::rule::RuleIx;
use super::word::{Action, Kind, Severity, Stage, Strength};

/// A failure, the rule that spoke, and what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis<'t> {
    /// The failure.
    pub failure: Failure<'t>,
    /// What kind of report it is, as told or as the category shows.
    pub kind: Kind,
    /// Why the mail came back.
    pub category: CategoryIx,
    /// Whether sending again can help.
    pub severity: Severity,
    /// What a program should do.
    pub action: Action,
    /// How much the words said.
    pub strength: Strength,
    /// The rule that spoke; none where no rule matched.
    pub rule: Option<RuleIx>,
    /// The words that it went by; none where it went by codes alone.
    pub words: Option<Words>,
    /// Whose words these are.
    pub provider: Option<ProviderIx>,
    /// Who refused the mail.
    pub remote: Option<ProviderIx>,
    /// Who wrote the report.
    pub reporter: Option<ProviderIx>,
    /// The status code that counts.
    pub status: Option<Status>,
    /// The reply code that counts.
    pub reply: Option<Reply>,
    /// The stage at which it was said.
    pub stage: Option<Stage>,
    /// What is known besides.
    pub facts: Facts,
    /// The notes that belong to it: indexes of the set's.
    pub notes: Vec<usize>,
}

/// The words that a rule went by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Which of the rule's patterns.
    pub pattern: usize,
    /// Which utterance of the failure.
    pub utterance: usize,
    /// Where in the utterance's text as rules see it, in bytes.
    pub seen: Range<usize>,
}
