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

named! {
    /// Where a recipient's address was found.
    pub enum RecipientSource {
        /// The report names it.
        Report = "report",
        /// The address that the report was sent to holds it (variable envelope return paths).
        Verp = "verp",
        /// Nothing names it but the mail that came back: its one recipient.
        ReturnedMail = "returned_mail",
        /// No words say that it is the recipient, but the report holds no other address than this and those of who wrote and got it.
        OnlyAddress = "only_address",
    }
}

named! {
    /// A limit at which reading stopped, so that a mail was read in part.
    pub enum Limit {
        /// The mail is larger than what is read of one mail.
        Size = "size",
        /// It has more parts, or parts deeper inside each other, than any report.
        Parts = "parts",
        /// It names more recipients than are told of one mail.
        Recipients = "recipients",
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
    /// Where that address was found, where the report does not name it.
    pub recovered_from: Option<RecipientSource>,
    /// The address that it was expanded to.
    pub final_recipient: Option<Cow<'t, str>>,
    /// What was said, nearest the recipient last.
    pub utterances: Vec<Utterance<'t>>,
    /// What the whole page of a report says that names this recipient alone, with words that hold no code. It is read where
    /// these words give no reason, and then belongs to the utterances.
    pub page: Cow<'t, str>,
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
    /// Header fields of the message that came back, those asked for by [`Own::headers`](super::Own), by the names asked for.
    pub headers: Vec<(String, String)>,
    /// Whether somebody else sent the message in our name; none where that is not known.
    pub backscatter: Option<bool>,
    /// The limit at which reading the mail stopped, where one was reached.
    pub limit: Option<Limit>,
    /// The whole diagnostic, as it was written.
    pub diagnostic: Cow<'t, str>,
    /// What the report tells besides.
    pub facts: Facts,
}

impl Utterance<'_> {
    /// An utterance that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Utterance<'static> {
        Utterance {
            text: Cow::Owned(self.text.into_owned()),
            host: self.host.map(|host| Cow::Owned(host.into_owned())),
            speaker: self.speaker,
            stage: self.stage,
            reply: self.reply,
            status: self.status,
            words: self.words,
        }
    }
}

impl Failure<'_> {
    /// Where the recipient's address was found; none where it is not known.
    #[must_use]
    pub fn recipient_source(&self) -> Option<RecipientSource> {
        self.recipient.as_ref().map(|_| self.recovered_from.unwrap_or(RecipientSource::Report))
    }

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
