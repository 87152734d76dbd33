//! The headers of a mail, as far as reports are told by them.

use std::borrow::Cow;

use jiff::civil::Date;
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, HeaderName, Message};

use super::charset::unescaped;
use super::own::{backscatter, carried};
use super::parser::PARSER;
use crate::model::Own;
use crate::pattern::{Folded, Haystack};

/// The header fields of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'m>(&'m Message<'m>);

impl<'m> Fields<'m> {
    /// The values of all fields of a name, as they stand. Those that are no UTF-8 are passed over.
    fn raw(self, name: &str) -> impl Iterator<Item = &'m str> {
        let message = self.0;
        let headers = message.parts.first().into_iter().flat_map(|part| &part.headers);
        headers.filter(move |header| header.name.as_str().eq_ignore_ascii_case(name)).filter_map(|header| {
            let value = message.raw_message.get(header.offset_start as usize..header.offset_end as usize)?;
            std::str::from_utf8(value).ok()
        })
    }

    /// The values of all fields of a name, unfolded.
    pub(super) fn all(self, name: &str) -> impl Iterator<Item = Cow<'m, str>> {
        self.raw(name).map(unfolded)
    }

    /// Likewise, decoded where they are plain words.
    pub(super) fn decoded(self, name: &str) -> impl Iterator<Item = String> {
        self.raw(name).map(|raw| {
            let value = if raw.contains("=?") { decoded(raw) } else { None }.map_or_else(|| unfolded(raw), Cow::Owned);
            unescaped(&value).into_owned()
        })
    }
}

/// What the headers of a report say.
#[derive(Debug)]
pub(super) struct Headers<'m> {
    pub(super) from: Haystack,
    pub(super) subject: Haystack,
    /// The address that the report comes from.
    pub(super) from_address: Option<&'m str>,
    pub(super) date: Option<Date>,
    fields: Fields<'m>,
}

impl<'m> Headers<'m> {
    pub(super) fn new(message: &'m Message<'m>) -> Self {
        let fields = Fields(message);
        let mut from = message.from().map(shown).unwrap_or_default();
        if let Some(raw) = fields.all("from").next() {
            from.push(' ');
            from.push_str(&raw);
        }
        Self {
            from: Folded::new(&from).into(),
            subject: Folded::new(&unescaped(message.subject().unwrap_or_default())).into(),
            from_address: message.from().and_then(first_address),
            date: message.date().and_then(|d| Date::new(d.year.try_into().ok()?, d.month.try_into().ok()?, d.day.try_into().ok()?).ok()),
            fields,
        }
    }

    /// The values of all fields of a name, unfolded.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = Cow<'m, str>> {
        self.fields.all(name)
    }
}

/// A value without its line ends, its words one blank apart.
fn unfolded(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let mut before = 0;
    let is_plain =
        value.bytes().all(|byte| (byte.is_ascii_graphic() || byte == b' ') && std::mem::replace(&mut before, byte) | byte != b' ');
    if is_plain { Cow::Borrowed(value) } else { Cow::Owned(value.split_whitespace().collect::<Vec<_>>().join(" ")) }
}

fn shown(address: &Address<'_>) -> String {
    let one = |addr: &Addr<'_>| format!("{} <{}>", addr.name().unwrap_or_default(), addr.address().unwrap_or_default());
    address.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn first_address<'m>(address: &'m Address<'m>) -> Option<&'m str> {
    address.iter().find_map(|addr| addr.address())
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
    /// Whether somebody else sent it in our name; none where that is not known.
    pub(super) backscatter: Option<bool>,
    /// The fields that answers should carry, by the names they were asked for.
    pub(super) carried: Vec<(String, String)>,
}

impl Returned {
    /// What the headers of a returned message tell; `own` is who we are.
    pub(super) fn new(message: &Message<'_>, own: &Own) -> Self {
        let addresses = |address: &Address<'_>| address.iter().filter_map(|addr| addr.address()).map(str::to_owned).collect::<Vec<_>>();
        let text = |value: Option<&str>| value.map(str::to_owned).filter(|value| !value.is_empty());
        let envelope = message.header(HeaderName::ReturnPath).and_then(|value| value.as_text());
        let return_path = text(envelope.map(|text| text.trim_matches(['<', '>'])));
        let sender = message.from().and_then(first_address).map(str::to_owned);
        let mut returned = Self {
            sender: sender.or_else(|| return_path.clone()).filter(|sender| !sender.is_empty()),
            subject: message.subject().map(|subject| unescaped(subject).into_owned()),
            message_id: message.message_id().map(str::to_owned),
            to: message.to().into_iter().chain(message.cc()).flat_map(addresses).collect(),
            return_path,
            backscatter: None,
            carried: carried(own, Fields(message)),
        };
        returned.backscatter = backscatter(own, &returned, Fields(message));
        returned
    }

    /// Reads the headers of a returned message from its text.
    pub(super) fn parse(text: &[u8], own: &Own) -> Option<Self> {
        let start = text.iter().position(|b| !b.is_ascii_whitespace())?;
        let message = PARSER.parse_headers(&text[start..])?;
        message.headers_raw().next()?;
        Some(Self::new(&message, own))
    }
}

/// A value with its encoded words (RFC 2047) read.
fn decoded(raw: &str) -> Option<String> {
    let line = format!("{}\n", unfolded(raw));
    MessageStream::new(line.as_bytes()).parse_unstructured().as_text().map(str::to_owned)
}
