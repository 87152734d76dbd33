//! The mail systems whose logs are read, and what one of their lines can tell.

use std::borrow::Cow;

use memchr::memmem;

use crate::model::names::named;
use crate::model::{Kind, Status};

use super::{exim, opensmtpd, postfix, qmail, sendmail};

named! {
    /// A mail system whose log is read. It bears the name of the provider that it is.
    pub enum System {
        /// Postfix.
        Postfix = "postfix",
        /// Sendmail 8.
        Sendmail = "sendmail",
        /// Exim's main log.
        Exim = "exim",
        /// OpenSMTPD.
        Opensmtpd = "opensmtpd",
        /// qmail-send.
        Qmail = "qmail",
    }
}

/// A line, cut at the literal that was found in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut<'l> {
    pub(super) before: &'l str,
    pub(super) literal: &'static str,
    pub(super) after: &'l str,
}

/// What a line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told<'l> {
    /// Who sent a message, or what its id is.
    Message { queue_id: &'l str, sender: Option<&'l str>, message_id: Option<&'l str> },
    /// An attempt begins, whose result will name nothing but its number.
    Attempt { number: &'l str, queue_id: &'l str, recipient: &'l str },
    /// What came of attempts, for one recipient or several that share it.
    Results(Vec<Outcome<'l>>),
    /// A message was given up; whoever still waited for it does not get it.
    Expired { queue_id: &'l str, sender: Option<&'l str>, text: &'l str },
}

/// What came of an attempt for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome<'l> {
    pub(super) kind: Kind,
    pub(super) of: Attempted<'l>,
    pub(super) sender: Option<&'l str>,
    /// The host that was spoken to.
    pub(super) relay: Option<&'l str>,
    pub(super) status: Option<Status>,
    /// What was said.
    pub(super) text: Cow<'l, str>,
}

/// What was attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempted<'l> {
    /// The delivery to an address, which was expanded from `original` where that is another.
    Delivery { queue_id: &'l str, recipient: &'l str, original: Option<&'l str> },
    /// What an earlier line said of this number.
    Number(&'l str),
}

impl System {
    /// The literals of which every line that tells something holds one.
    pub(super) const fn literals(self) -> Literals {
        match self {
            Self::Postfix => postfix::LITERALS,
            Self::Sendmail => sendmail::LITERALS,
            Self::Exim => exim::LITERALS,
            Self::Opensmtpd => opensmtpd::LITERALS,
            Self::Qmail => qmail::LITERALS,
        }
    }

    /// Reads a line; `None` where it is none of this system.
    pub(super) fn read(self, cut: Cut<'_>) -> Option<Told<'_>> {
        match self {
            Self::Postfix => postfix::read(cut),
            Self::Sendmail => sendmail::read(cut),
            Self::Exim => exim::read(cut),
            Self::Opensmtpd => opensmtpd::read(cut),
            Self::Qmail => qmail::read(cut),
        }
    }
}

/// The literals of a system's lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Literals {
    /// Of lines that tell a failure, or what later ones need for theirs.
    pub(super) always: &'static [&'static str],
    /// Of lines that tell who sent a message, or its id.
    pub(super) messages: &'static [&'static str],
    /// Of lines that tell nothing but a success.
    pub(super) successes: &'static [&'static str],
}

/// What stands between `<` and `>` at the front; `None` for nothing, and for no brackets.
pub(super) fn bracketed(text: &str) -> Option<&str> {
    let (inside, _) = text.strip_prefix('<')?.split_once('>')?;
    present(inside)
}

/// A text, unless it is empty.
pub(super) fn present(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// What stands before and behind the first `needle`.
pub(super) fn around<'l>(text: &'l str, needle: &str) -> Option<(&'l str, &'l str)> {
    let at = memmem::find(text.as_bytes(), needle.as_bytes())?;
    Some((&text[..at], &text[at + needle.len()..]))
}

/// The last word of `text` that only letters and digits are in, which a queue id is.
pub(super) fn last_id(text: &str) -> Option<&str> {
    let length = text.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    present(&text[text.len() - length..])
}
