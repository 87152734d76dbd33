//! What the header of a part says about its body (RFC 2045).

use std::borrow::Cow;

use encoding_rs::Encoding;
use mail_parser::ContentType;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::DecoderFnc;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;

use super::Kind;
use super::field::{Field, named};

/// What the header of a part says about its body.
pub(super) struct Content<'m> {
    kind: Option<ContentType<'m>>,
    pub(super) transfer: Transfer,
}

impl<'m> Content<'m> {
    pub(super) fn new(raw: &'m [u8], fields: &[Field]) -> Self {
        let last = |name| named(raw, fields, name).next_back();
        let transfer = last("content-transfer-encoding").map_or(Transfer::Plain, Transfer::new);
        let kind = last("content-type").and_then(|value| MessageStream::new(value).parse_content_type().into_content_type());
        Self { kind, transfer }
    }

    /// The line that stands between the parts of a multipart, as far as it is always the same.
    pub(super) fn separator(&self) -> Option<Vec<u8>> {
        let kind = self.kind.as_ref().filter(|kind| kind.ctype() == "multipart")?;
        let boundary = kind.attribute("boundary").filter(|boundary| !boundary.is_empty())?;
        Some([b"--", boundary.as_bytes()].concat())
    }

    /// What the part is; `usual` where it does not say so.
    pub(super) fn kind(&self, usual: Kind) -> Kind {
        let Some(kind) = &self.kind else { return usual };
        match (kind.ctype(), kind.subtype().unwrap_or_default()) {
            ("message", "rfc822" | "global") => Kind::Message,
            ("message", "delivery-status" | "global-delivery-status") => Kind::Status,
            ("message", "feedback-report") => Kind::Feedback,
            ("message", "global-headers") | ("text", "rfc822-headers") => Kind::Headers,
            ("text", "html") => Kind::Html,
            ("text", _) => Kind::Text,
            _ => Kind::Other,
        }
    }

    /// What the parts of a multipart are that do not say so.
    pub(super) fn usual_inside(&self) -> Kind {
        if self.kind.as_ref().and_then(ContentType::subtype) == Some("digest") { Kind::Message } else { Kind::Text }
    }

    pub(super) fn charset(&self) -> Option<Charset> {
        let label = self.kind.as_ref()?.attribute("charset")?.as_bytes();
        Some(Charset { decoder: charset_decoder(label), encoding: Encoding::for_label(label) })
    }
}

/// How the bytes of a part are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    QuotedPrintable,
    Base64,
}

/// The character set that a part says it is in.
#[derive(Debug, Clone, Copy)]
pub(in crate::mail) struct Charset {
    /// What reads it; none where nobody knows it.
    pub(in crate::mail) decoder: Option<DecoderFnc>,
    pub(in crate::mail) encoding: Option<&'static Encoding>,
}

impl Charset {
    /// Whether ASCII says the same in it.
    pub(in crate::mail) fn holds_ascii(self) -> bool {
        self.decoder.is_none() || self.encoding.is_some_and(Encoding::is_ascii_compatible)
    }
}

impl Transfer {
    fn new(value: &[u8]) -> Self {
        match value.trim_ascii() {
            name if name.eq_ignore_ascii_case(b"base64") => Self::Base64,
            name if name.eq_ignore_ascii_case(b"quoted-printable") => Self::QuotedPrintable,
            _ => Self::Plain,
        }
    }

    /// The bytes that are written so; none where they are not.
    pub(super) fn decode(self, raw: &[u8]) -> Option<Cow<'_, [u8]>> {
        let strictly = match self {
            Self::Plain => return Some(Cow::Borrowed(raw)),
            Self::QuotedPrintable => quoted_printable_decode(raw),
            Self::Base64 => base64_decode(raw),
        };
        strictly.map(Cow::Owned).or_else(|| self.decode_leniently(raw))
    }

    /// Likewise, but slower, and passing over what is a little wrong.
    fn decode_leniently(self, raw: &[u8]) -> Option<Cow<'_, [u8]>> {
        let mut stream = MessageStream::new(raw);
        let (end, bytes) = match self {
            Self::Plain => return Some(Cow::Borrowed(raw)),
            Self::QuotedPrintable => stream.decode_quoted_printable_mime(b""),
            Self::Base64 => stream.decode_base64_mime(b""),
        };
        (end != usize::MAX).then_some(bytes)
    }
}
