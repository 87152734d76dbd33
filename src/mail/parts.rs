//! The parts of a report: its own words, its fields for programs, and the message that came back.

use super::charset;
use super::dsn::REPORTER_FIELD;
use super::headers::Returned;
use super::html;
use super::mime::{Kind, Message, Part};
use crate::model::{Limit, Own, letters};

/// How many lines of a report's own words are read.
const MAX_LINES: usize = 2_000_000;

/// A part of a type that tells nothing is looked into for fields up to this size, in bytes.
const MAX_FIELDS: usize = 64 << 10;

/// How many letters the words have at most that only send the reader to another part (`Please see the HTML part`).
const MAX_POINTER: u32 = 100;

/// A report taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts<'m> {
    /// The report's own words, in the order of the parts.
    pub(super) text: String,
    /// The fields for programs (`message/delivery-status`), one a part.
    pub(super) status: Vec<String>,
    /// The fields of an abuse report (`message/feedback-report`).
    pub(super) feedback: Option<String>,
    /// The message that came back.
    pub(super) returned: Option<Returned>,
    /// The message that stands in it whole: the one that came back, or another report.
    pub(super) inner: Option<Message<'m>>,
    /// The limit at which the report's own words were cut.
    pub(super) limit: Option<Limit>,
}

impl<'m> Parts<'m> {
    /// Takes a report apart; `own` is who we are.
    pub(super) fn new(message: impl Into<Message<'m>>, own: &Own) -> Self {
        let (message, mut parts, mut html) = (message.into(), Self::default(), Vec::new());
        for part in message.parts {
            parts.add(message, part, own, &mut html);
        }
        if !html.is_empty() && parts.says_little() {
            let html: Vec<_> = html.into_iter().map(|part| message.text(part)).collect();
            parts.take_html(&html::words(&html.concat()));
        }
        let long = parts.text.len() > MAX_LINES;
        if let Some(end) = long.then(|| memchr::memchr_iter(b'\n', parts.text.as_bytes()).nth(MAX_LINES)).flatten() {
            parts.text.truncate(end);
            parts.limit = Some(Limit::Size);
        }
        parts
    }

    /// Whether its plain words may be no more than those that send the reader to others: they are few, and name nobody.
    fn says_little(&self) -> bool {
        self.text.trim().is_empty() || !self.is_standard() && !self.text.contains('@') && letters(&self.text) <= MAX_POINTER
    }

    /// Takes up the words that the parts in HTML show: where plain text says anything, only if they name somebody whom it does not.
    fn take_html(&mut self, words: &str) {
        if self.text.trim().is_empty() {
            self.text.clear();
        } else if !words.contains('@') {
            return;
        }
        self.text.push_str(words);
    }

    /// Whether it has parts for programs, as the standards want them.
    pub(super) fn is_standard(&self) -> bool {
        self.feedback.is_some() || !self.status.is_empty()
    }

    /// Adds a part; one in HTML is put aside, since it is read only where plain text does not say the same.
    fn add(&mut self, message: Message<'m>, part: &'m Part, own: &Own, html: &mut Vec<&'m Part>) {
        match part.kind {
            Kind::Status => self.status.push(charset::fields(&message.bytes(part))),
            Kind::Feedback => self.feedback = Some(charset::fields(&message.bytes(part))),
            Kind::Headers => self.returned = self.returned.take().or_else(|| Returned::parse(message.text(part).as_bytes(), own)),
            // What follows the returned message belongs to it.
            _ if self.returned.is_some() => {}
            Kind::Message => {
                self.inner = message.inside(part);
                self.returned = self.inner.map(|inner| Returned::new(inner, own));
            }
            Kind::Text => {
                self.text.push_str(&message.text(part));
                self.text.push('\n');
            }
            Kind::Html => html.push(part),
            Kind::Other if self.status.is_empty() => self.status.extend(fields_in(message, part)),
            Kind::Multipart | Kind::Other => {}
        }
    }
}

/// The fields for programs in a part of another type (`application/octet-stream; name="details.txt"`), as which some programs pass them on.
fn fields_in(message: Message<'_>, part: &Part) -> Option<String> {
    let is_small = message.raw_body(part).len() <= MAX_FIELDS;
    let bytes = is_small.then(|| message.bytes(part))?;
    let begin = bytes.trim_ascii_start().get(..REPORTER_FIELD.len());
    let begins = begin.is_some_and(|begin| begin.eq_ignore_ascii_case(REPORTER_FIELD.as_bytes()));
    begins.then(|| charset::fields(&bytes))
}
