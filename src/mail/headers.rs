//! The headers of a mail, as far as reports are told by them.

use std::borrow::Cow;

use jiff::civil::Date;
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address, HeaderValue};

use super::charset::unescaped;
use super::mime::{Mail, Message};
use super::own::{backscatter, carried};
use crate::model::Own;
use crate::pattern::{Folded, Haystack};

/// The header fields of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'m>(Message<'m>);

impl<'m> Fields<'m> {
    /// The values of all fields of a name, as they stand. Those that are no UTF-8 are passed over.
    fn raw(self, name: &str) -> impl Iterator<Item = &'m str> {
        self.0.values(name).filter_map(|value| std::str::from_utf8(value).ok())
    }

    /// What `parse` makes of the last field of a name.
    fn last(self, name: &str, parse: fn(&mut MessageStream<'m>) -> HeaderValue<'m>) -> Option<HeaderValue<'m>> {
        self.0.values(name).next_back().map(|value| parse(&mut MessageStream::new(value)))
    }

    /// The addresses in the last field of a name.
    fn addresses(self, name: &str) -> Option<Address<'m>> {
        self.last(name, MessageStream::parse_address)?.into_address()
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
    pub(super) from_address: Option<String>,
    pub(super) date: Option<Date>,
    fields: Fields<'m>,
}

impl<'m> Headers<'m> {
    pub(super) fn new(message: impl Into<Message<'m>>) -> Self {
        let fields = Fields(message.into());
        let address = fields.addresses("from");
        let mut from = address.as_ref().map(shown).unwrap_or_default();
        if let Some(raw) = fields.all("from").next() {
            from.push(' ');
            from.push_str(&raw);
        }
        let subject = fields.last("subject", MessageStream::parse_unstructured);
        let date = fields.last("date", MessageStream::parse_date).and_then(HeaderValue::into_datetime);
        Self {
            from: Folded::new(&from).into(),
            subject: Folded::new(&unescaped(subject.as_ref().and_then(HeaderValue::as_text).unwrap_or_default())).into(),
            from_address: address.as_ref().and_then(first_address),
            date: date.and_then(|d| Date::new(d.year.try_into().ok()?, d.month.try_into().ok()?, d.day.try_into().ok()?).ok()),
            fields,
        }
    }

    /// The values of all fields of a name, unfolded.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = Cow<'m, str>> {
        self.fields.all(name)
    }

    /// Likewise, decoded where they are plain words.
    pub(super) fn decoded(&self, name: &str) -> impl Iterator<Item = String> {
        self.fields.decoded(name)
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
    /// Whether somebody else sent it in our name; none where that is not known.
    pub(super) backscatter: Option<bool>,
    /// The fields that answers should carry, by the names they were asked for.
    pub(super) carried: Vec<(String, String)>,
}

impl Returned {
    /// What the headers of a returned message tell; `own` is who we are.
    pub(super) fn new<'m>(message: impl Into<Message<'m>>, own: &Own) -> Self {
        let fields = Fields(message.into());
        let addresses = |address: Address<'_>| address.iter().filter_map(|addr| addr.address()).map(str::to_owned).collect::<Vec<_>>();
        let envelope = fields.last("return-path", MessageStream::parse_id);
        let return_path = envelope.as_ref().and_then(HeaderValue::as_text).map(|text| text.trim_matches(['<', '>']).to_owned());
        let return_path = return_path.filter(|path| !path.is_empty());
        let sender = fields.addresses("from").as_ref().and_then(first_address);
        let subject = fields.last("subject", MessageStream::parse_unstructured);
        let id = fields.last("message-id", MessageStream::parse_id);
        let mut returned = Self {
            sender: sender.or_else(|| return_path.clone()).filter(|sender| !sender.is_empty()),
            subject: subject.as_ref().and_then(HeaderValue::as_text).map(|subject| unescaped(subject).into_owned()),
            message_id: id.as_ref().and_then(HeaderValue::as_text).map(str::to_owned),
            to: ["to", "cc"].into_iter().filter_map(|name| fields.addresses(name)).flat_map(addresses).collect(),
            return_path,
            backscatter: None,
            carried: carried(own, fields),
        };
        returned.backscatter = backscatter(own, &returned, fields);
        returned
    }

    /// Reads the headers of a returned message from its text.
    pub(super) fn parse(text: &[u8], own: &Own) -> Option<Self> {
        let start = text.iter().position(|b| !b.is_ascii_whitespace())?;
        Mail::parse_headers(&text[start..]).map(|header| Self::new(&header, own))
    }
}

/// A value with its encoded words (RFC 2047) read.
fn decoded(raw: &str) -> Option<String> {
    let line = format!("{}\n", unfolded(raw));
    MessageStream::new(line.as_bytes()).parse_unstructured().as_text().map(str::to_owned)
}
