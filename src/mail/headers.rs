//! The headers of a mail, as far as reports are told by them.

use jiff::civil::Date;
use mail_parser::{Addr, Address, HeaderName, Message};

use crate::pattern::Folded;

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
        let fields = message.headers_raw().map(|(name, value)| (name.to_ascii_lowercase(), unfolded(value)));
        let fields: Vec<(String, String)> = fields.collect();
        let raw_from = || fields.iter().find(|(name, _)| name == "from").map(|(_, value)| value.clone()).unwrap_or_default();
        let from = message.from().map(shown).unwrap_or_default();
        let from = if from.is_empty() { raw_from() } else { format!("{from} {}", raw_from()) };
        Self {
            from: Folded::new(&from),
            subject: Folded::new(message.subject().unwrap_or_default()),
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
    pub(super) to: Vec<String>,
}

impl Returned {
    pub(super) fn new(message: &Message<'_>) -> Self {
        let to = message
            .to()
            .into_iter()
            .flat_map(|address| address.iter().filter_map(|addr| addr.address()).map(str::to_owned).collect::<Vec<_>>());
        let envelope =
            message.header(HeaderName::ReturnPath).and_then(|value| value.as_text()).map(|text| text.trim_matches(['<', '>']).to_owned());
        let sender = message.from().and_then(first_address).or(envelope).filter(|sender| !sender.is_empty());
        Self {
            sender,
            subject: message.subject().map(str::to_owned),
            message_id: message.message_id().map(str::to_owned),
            to: to.collect(),
        }
    }

    /// Reads the headers of a returned message from its text.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let start = text.iter().position(|b| !b.is_ascii_whitespace())?;
        let message = mail_parser::MessageParser::default().parse_headers(&text[start..])?;
        Some(Self::new(&message)).filter(|returned| *returned != Self::default())
    }
}
