//! A failure: one recipient, and what was said about it.

use std::borrow::Cow;

use jiff::civil::Date;

use super::category::ProviderIx;
use super::code::{Reply, Status};
use super::fact::Facts;
use super::names::named;
use super::word::{Kind, Stage};

named! {
    /// Who spoke, seen from the sender. A later one is nearer the recipient.
    pub enum Speaker {
        /// The system that wrote the report.
        Reporter = "reporter",
        /// The system that it spoke to.
        Remote = "remote",
        /// A system further on.
        Further = "further",
    }
}

/// The words that one speaker said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance<'t> {
    /// The words, as they were written.
    pub text: Cow<'t, str>,
    /// Who spoke.
    pub speaker: Speaker,
    /// The speaker's host name, where it is named.
    pub host: Option<Cow<'t, str>>,
    /// The stage at which it was said.
    pub stage: Option<Stage>,
    /// The reply code that the words begin with.
    pub reply: Option<Reply>,
    /// The enhanced status code in the words.
    pub status: Option<Status>,
    /// Where the words begin behind their codes, in bytes of `text`.
    pub words: usize,
}

/// One recipient and what was said about it. Delays, successes, complaints and automatic replies are failures too, told apart
/// by `kind`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failure<'t> {
    /// The kind of the report, where it is known.
    pub kind: Option<Kind>,
    /// The address that the sender used.
    pub recipient: Option<Cow<'t, str>>,
    /// The address that it was expanded to.
    pub final_recipient: Option<Cow<'t, str>>,
    /// What was said, nearest the recipient last.
    pub utterances: Vec<Utterance<'t>>,
    /// The provider that wrote the report.
    pub reporter: Option<ProviderIx>,
    /// The host that wrote the report.
    pub reporting_host: Option<Cow<'t, str>>,
    /// The host that refused.
    pub remote_host: Option<Cow<'t, str>>,
    /// The report's own status code.
    pub status: Option<Status>,
    /// The report's own reply code.
    pub reply: Option<Reply>,
    /// The day of the report.
    pub date: Option<Date>,
    /// Who sent the message that came back.
    pub sender: Option<Cow<'t, str>>,
    /// The subject of the message that came back.
    pub subject: Option<Cow<'t, str>>,
    /// The id of the message that came back.
    pub message_id: Option<Cow<'t, str>>,
    /// The whole diagnostic, as it was written.
    pub diagnostic: Cow<'t, str>,
    /// What the report tells besides.
    pub facts: Facts,
}

impl Failure<'_> {
    /// The stage of an utterance: its own.
    #[must_use]
    pub fn stage(&self, index: usize) -> Option<Stage> {
        self.utterances.get(index).and_then(|utterance| utterance.stage)
    }

    /// The reply of an utterance: its own, else the report's.
    #[must_use]
    pub fn reply(&self, index: usize) -> Option<Reply> {
        self.utterances.get(index).and_then(|utterance| utterance.reply).or(self.reply)
    }

    /// The status of an utterance: its own, else the report's. An x.0.0 never stands before a fuller one.
    #[must_use]
    pub fn status(&self, index: usize) -> Option<Status> {
        let own = self.utterances.get(index).and_then(|utterance| utterance.status);
        match (own, self.status) {
            (Some(own), Some(report)) if own.is_bare() && !report.is_bare() => Some(report),
            (own, report) => own.or(report),
        }
    }
}
