//! The headers of a mail, as far as reports are told by them.

use jiff::civil::Date;
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, HeaderName, Message};

use super::charset::unescaped;
use crate::pattern::Folded;

/// How many fields of a returned message are kept.
const MAX_FIELDS: usize = 1_000;

/// What the headers of a report say.
#[derive(Debug)]
pub(super) struct Headers {
    pub(super) from: Folded,
    pub(super) subject: Folded,
    /// The address that the report comes from.
    pub(super) from_address: Option<String>,
    pub(super) date: Option<Date>,
    /// Names in small letters, values as they stand, unfolded.
    fields: Vec<(String, String)>,
}

impl Headers {
    pub(super) fn new(message: &Message<'_>) -> Self {
        let fields: Vec<(String, String)> =
            message.headers_raw().map(|(name, value)| (name.to_ascii_lowercase(), unfolded(value))).collect();
        let raw_from = || fields.iter().find(|(name, _)| name == "from").map(|(_, value)| value.clone()).unwrap_or_default();
        let from = message.from().map(shown).unwrap_or_default();
        let from = if from.is_empty() { raw_from() } else { format!("{from} {}", raw_from()) };
        Self {
            from: Folded::new(&from),
            subject: Folded::new(&unescaped(message.subject().unwrap_or_default())),
            from_address: message.from().and_then(first_address),
            date: message.date().and_then(|d| Date::new(d.year.try_into().ok()?, d.month.try_into().ok()?, d.day.try_into().ok()?).ok()),
            fields,
        }
    }

    /// The values of all fields of a name in small letters.
    pub(super) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown(address: &Address<'_>) -> String {
    let one = |addr: &Addr<'_>| format!("{} <{}>", addr.name().unwrap_or_default(), addr.address().unwrap_or_default());
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn first_address(address: &Address<'_>) -> Option<String> {
    address.iter().find_map(|addr| addr.address()).map(str::to_owned)
}

/// What is known of the message that came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) sender: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) message_id: Option<String>,
    /// Everybody it was addressed to openly.
    pub(super) to: Vec<String>,
    /// The envelope sender, where a field keeps it.
    pub(super) return_path: Option<String>,
    /// Names in small letters, values decoded and unfolded.
    fields: Vec<(String, String)>,
}

impl Returned {
    pub(super) fn new(message: &Message<'_>) -> Self {
        let addresses = |address: &Address<'_>| address.iter().filter_map(|addr| addr.address()).map(str::to_owned).collect::<Vec<_>>();
        let text = |value: Option<&str>| value.map(str::to_owned).filter(|value| !value.is_empty());
        let envelope = message.header(HeaderName::ReturnPath).and_then(|value| value.as_text());
        let return_path = text(envelope.map(|text| text.trim_matches(['<', '>'])));
        Self {
            sender: message.from().and_then(first_address).or_else(|| return_path.clone()).filter(|sender| !sender.is_empty()),
            subject: message.subject().map(|subject| unescaped(subject).into_owned()),
            message_id: message.message_id().map(str::to_owned),
            to: message.to().into_iter().chain(message.cc()).flat_map(addresses).collect(),
            return_path,
            fields: fields(message),
        }
    }

    /// Reads the headers of a returned message from its text.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let start = text.iter().position(|b| !b.is_ascii_whitespace())?;
        let message = mail_parser::MessageParser::default().parse_headers(&text[start..])?;
        Some(Self::new(&message)).filter(|returned| *returned != Self::default())
    }

    /// The values of all fields of a name.
    pub(super) fn all<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.fields.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The fields of a message: names in small letters, values unfolded, decoded where they are plain words.
fn fields(message: &Message<'_>) -> Vec<(String, String)> {
    let field = |(name, raw): (&str, &str)| {
        let value = if raw.contains("=?") { decoded(raw) } else { None }.unwrap_or_else(|| unfolded(raw));
        (name.to_ascii_lowercase(), unescaped(&value).into_owned())
    };
    message.headers_raw().take(MAX_FIELDS).map(field).collect()
}

/// A value with its encoded words (RFC 2047) read.
fn decoded(raw: &str) -> Option<String> {
    let line = format!("{}\n", unfolded(raw));
    MessageStream::new(line.as_bytes()).parse_unstructured().as_text().map(str::to_owned)
}
