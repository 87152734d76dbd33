//! The parts of a report: its own words, its fields for programs, and the message that came back.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::charset;
use super::headers::Returned;
use crate::model::{Limit, Own};

/// How many lines of a report's own words are read.
const MAX_LINES: usize = 2_000_000;

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
    pub(super) inner: Option<&'m Message<'m>>,
    /// The limit at which the report's own words were cut.
    pub(super) limit: Option<Limit>,
}

impl<'m> Parts<'m> {
    /// Takes a report apart; `own` is who we are.
    pub(super) fn new(message: &'m Message<'m>, own: &Own) -> Self {
        let mut parts = Self::default();
        let mut html = Vec::new();
        for part in &message.parts {
            parts.add(message, part, own, &mut html);
        }
        if parts.text.trim().is_empty() {
            let html: Vec<_> = html.into_iter().map(|(part, text)| charset::text(message, part, text)).collect();
            parts.text = html_to_text(&html.concat());
        }
        if let Some(end) = memchr::memchr_iter(b'\n', parts.text.as_bytes()).nth(MAX_LINES) {
            parts.text.truncate(end);
            parts.limit = Some(Limit::Size);
        }
        parts
    }

    /// Whether it has parts for programs, as the standards want them.
    pub(super) fn is_standard(&self) -> bool {
        self.feedback.is_some() || !self.status.is_empty()
    }

    /// Adds a part; one in HTML is put aside, since it is read only where nothing says the same in plain text.
    fn add(&mut self, message: &'m Message<'m>, part: &'m MessagePart<'m>, own: &Own, html: &mut Vec<(&'m MessagePart<'m>, &'m str)>) {
        if is_type(part, "message", "delivery-status") || is_type(part, "message", "global-delivery-status") {
            self.status.push(charset::fields(part.contents()));
        } else if is_type(part, "message", "feedback-report") {
            self.feedback = Some(charset::fields(part.contents()));
        } else if is_type(part, "text", "rfc822-headers") || is_type(part, "message", "global-headers") {
            self.returned = self.returned.take().or_else(|| Returned::parse(part.contents(), own));
        } else if self.returned.is_some() {
            // What follows the returned message belongs to it.
        } else {
            match &part.body {
                PartType::Message(inner) => {
                    self.returned = Some(Returned::new(inner, own));
                    self.inner = Some(inner);
                }
                PartType::Text(text) => {
                    self.text.push_str(&charset::text(message, part, text));
                    self.text.push('\n');
                }
                PartType::Html(text) => html.push((part, text)),
                _ => {}
            }
        }
    }
}

fn is_type(part: &MessagePart<'_>, main: &str, sub: &str) -> bool {
    part.content_type().is_some_and(|t| t.ctype().eq_ignore_ascii_case(main) && t.subtype().is_some_and(|s| s.eq_ignore_ascii_case(sub)))
}
