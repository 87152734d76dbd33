//! What a log says about one recipient.

use std::borrow::Cow;

use super::stamp::Stamp;
use super::system::System;
use crate::model::{Failure, Kind, ProviderIx, Speaker, Status};
use crate::reading::Grammar;

/// What a log says about one recipient, put together from its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose log it is.
    pub system: System,
    /// The number of the line, from 1.
    pub line: u64,
    /// When it was written, as the log prints it.
    pub time: Option<Stamp>,
    /// A failure, a delay or a success.
    pub kind: Kind,
    /// The name that the mail system gave the message.
    pub queue_id: Option<String>,
    /// The address that the sender used.
    pub recipient: Option<String>,
    /// The address that it was expanded to.
    pub final_recipient: Option<String>,
    /// Who sent the message.
    pub sender: Option<String>,
    /// The id of the message.
    pub message_id: Option<String>,
    /// The host that wrote the line.
    pub host: Option<String>,
    /// The host that it spoke to.
    pub relay: Option<String>,
    /// The status code that the log gives beside the words.
    pub status: Option<Status>,
    /// What was said.
    pub text: String,
}

impl Entry {
    /// The failure: the words are read like any text, and the log's fields added to what they tell.
    #[must_use]
    pub fn failure<'e>(&'e self, grammar: &Grammar, reporter: Option<ProviderIx>) -> Failure<'e> {
        let mut failure = grammar.read(&self.text);
        let relay = || self.relay.as_deref().map(Cow::Borrowed);
        for utterance in failure.utterances.iter_mut().filter(|utterance| utterance.speaker == Speaker::Remote) {
            utterance.host = utterance.host.take().or_else(relay);
        }
        failure.kind = Some(self.kind);
        failure.recipient = self.recipient.as_deref().map(Cow::Borrowed).or(failure.recipient);
        failure.final_recipient = self.final_recipient.as_deref().map(Cow::Borrowed);
        failure.reporter = reporter.or(failure.reporter);
        failure.reporting_host = self.host.as_deref().map(Cow::Borrowed);
        failure.remote_host = failure.remote_host.take().or_else(relay);
        failure.status = self.status.or(failure.status);
        failure.date = self.time.map(Stamp::date);
        failure.sender = self.sender.as_deref().map(Cow::Borrowed);
        failure.message_id = self.message_id.as_deref().map(Cow::Borrowed);
        failure
    }

    /// The address that the delivery was to.
    pub(super) fn last_recipient(&self) -> Option<&str> {
        self.final_recipient.as_deref().or(self.recipient.as_deref())
    }
}
