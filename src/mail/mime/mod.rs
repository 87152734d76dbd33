//! The parts of a mail, by where they stand in it (RFC 5322, RFC 2046).
//!
//! A report may return a message of any size, and pictures beside its words. Nothing is decoded before somebody reads it, so that what
//! nobody reads costs no more than to find its end. Single fields, encodings and character sets are left to mail-parser.

mod content;
mod field;
mod walk;

use std::borrow::Cow;
use std::ops::Range;

use content::Transfer;
use field::{Field, fields, named};

use super::charset;

pub(super) use content::Charset;

/// A mail taken apart.
#[derive(Debug)]
pub(super) struct Mail<'m> {
    raw: &'m [u8],
    parts: Vec<Part>,
}

/// A mail, or a message inside one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'m> {
    raw: &'m [u8],
    /// Itself, then what it holds, in the order in which it stands there. What a message inside it holds is that message's own.
    pub(super) parts: &'m [Part],
}

/// A part of a message.
#[derive(Debug)]
pub(super) struct Part {
    fields: Vec<Field>,
    pub(super) kind: Kind,
    charset: Option<Charset>,
    transfer: Transfer,
    body: Range<usize>,
    inner: Option<Inner>,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `multipart/…`: the parts behind it are in it.
    Multipart,
    /// `message/rfc822`
    Message,
    /// `message/delivery-status`
    Status,
    /// `message/feedback-report`
    Feedback,
    /// `text/rfc822-headers`
    Headers,
    /// Plain text, or what can be read as such.
    Text,
    /// `text/html`
    Html,
    /// What has no words.
    Other,
}

/// The message in a part.
#[derive(Debug)]
struct Inner {
    /// Its bytes, where it was encoded.
    raw: Option<Vec<u8>>,
    parts: Vec<Part>,
}

impl<'m> Mail<'m> {
    /// Reads a mail; none where it has neither a field nor a body.
    pub(super) fn parse(raw: &'m [u8]) -> Option<Self> {
        let parts = walk::parts(raw);
        if parts.is_empty() { Self::parse_headers(raw) } else { Some(Self { raw, parts }) }
    }

    /// Reads the header alone; none where it has no field.
    pub(super) fn parse_headers(raw: &'m [u8]) -> Option<Self> {
        let (fields, _) = fields(raw, 0);
        let end = raw.len();
        let header = |fields| Part { fields, kind: Kind::Text, charset: None, transfer: Transfer::Plain, body: end..end, inner: None };
        (!fields.is_empty()).then(|| Self { raw, parts: vec![header(fields)] })
    }
}

impl<'m> From<&'m Mail<'_>> for Message<'m> {
    fn from(mail: &'m Mail<'_>) -> Self {
        Self { raw: mail.raw, parts: &mail.parts }
    }
}

impl<'m> Message<'m> {
    /// The values of its own header fields of a name, as they stand.
    pub(super) fn values(self, name: &str) -> impl DoubleEndedIterator<Item = &'m [u8]> {
        let fields = self.parts.first().map_or(&[][..], |part| &part.fields);
        named(self.raw, fields, name)
    }

    /// The message in a part.
    pub(super) fn inside(self, part: &'m Part) -> Option<Self> {
        let inner = part.inner.as_ref()?;
        Some(Self { raw: inner.raw.as_deref().unwrap_or(self.raw), parts: &inner.parts })
    }

    /// What stands in a part, before it is decoded.
    pub(super) fn raw_body(self, part: &Part) -> &'m [u8] {
        &self.raw[part.body.clone()]
    }

    /// The bytes of a part; as they stand, where they are not encoded as it says.
    pub(super) fn bytes(self, part: &Part) -> Cow<'m, [u8]> {
        let raw = self.raw_body(part);
        part.transfer.decode(raw).unwrap_or(Cow::Borrowed(raw))
    }

    /// The text of a part.
    pub(super) fn text(self, part: &Part) -> Cow<'m, str> {
        charset::text(self.bytes(part), part.charset)
    }
}

#[cfg(test)]
mod tests {
    use super::walk::MAX_UNPACKED;
    use super::*;

    /// The kinds and texts of all parts, those of messages inside in brackets.
    fn shown(message: Message<'_>) -> String {
        let one = |part: &Part| match message.inside(part) {
            Some(inner) => format!("Message[{}]", shown(inner)),
            None if part.kind == Kind::Multipart => "Multipart".to_owned(),
            None => format!("{:?} {}", part.kind, String::from_utf8_lossy(&message.bytes(part))),
        };
        message.parts.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn read(mail: &str) -> String {
        let crlf = mail.replace('\n', "\r\n");
        let [lf, crlf] =
            [mail, &crlf].map(|mail| Mail::parse(mail.as_bytes()).map_or_else(|| "nothing".to_owned(), |mail| shown((&mail).into())));
        assert_eq!(lf, crlf.replace('\r', ""));
        lf
    }

    const REPORT: &str = "Subject: x\nContent-Type: multipart/report;\n boundary=b\n\nfront\n--b\n\nwords\n--b\nContent-Type: message/delivery-status\n\n\
        Status: 5\n\n--b\nContent-Type: message/rfc822\n\nSubject: y\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/html\n\n<p>\n\
        --c\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\naGk=\n--c--\nback\n--b--\nback\n";

    #[test]
    fn parts_are_found_where_they_stand() {
        assert_eq!(read(REPORT), "Multipart, Text words, Status Status: 5\n, Message[Multipart, Html <p>, Other hi]");
        assert_eq!(read("Subject: x\n\nwords\n"), "Text words\n");
        assert_eq!(read("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: y\n\nhi\n--b--\n"), "Multipart, Message[Text hi]");
        assert_eq!(read(""), "nothing");
        assert_eq!(read("no field\n"), "nothing");
        assert_eq!(read("Subject: x\n"), "Text ");
    }

    #[test]
    fn broken_mails_are_read_as_far_as_they_go() {
        assert_eq!(read("Content-Type: multipart/mixed; boundary=no\n\n--b\n\nwords\n"), "Text --b\n\nwords\n");
        let cut = &REPORT[..REPORT.find("aGk=").unwrap() + 2];
        assert!(read(cut).ends_with("Message[Multipart, Html <p>, Text aG]"), "{}", read(cut));
        let cut = &REPORT[..REPORT.find("Status: 5").unwrap()];
        assert_eq!(read(cut), "Multipart, Text words, Status ");
        assert_eq!(read("Content-Type: message/rfc822\n\nSubject: y\n"), "Text Subject: y\n");
    }

    #[test]
    fn encodings_are_undone_where_they_are_what_they_say() {
        let packed =
            |encoding: &str, body: &str| read(&format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n{body}"));
        assert_eq!(packed("Base64", "U3ViamVjdDogeQoKaGk=\n"), "Message[Text hi]");
        assert_eq!(packed("quoted-printable", "Subject: y=0A=0Ahi"), "Message[Text hi]");
        assert_eq!(packed("base64", "Subject: y\n\nhi\n"), "Text Subject: y\n\nhi\n");
        let again = |mail: String| {
            format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n{}", mail.replace('=', "=3D"))
        };
        let deep = (0..=MAX_UNPACKED).fold("Subject: y\n\nhi\n".to_owned(), |mail, _| again(mail));
        assert!(read(&deep).contains("Text Subject: y"), "{}", read(&deep));
    }
    #[test]
    fn any_number_of_parts_inside_each_other_is_read_in_bounds() {
        let deep = "Content-Type: message/rfc822\n\n".repeat(100_000);
        assert!(Mail::parse(deep.as_bytes()).is_some());
        let deep: String = (0..50_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        assert!(Mail::parse(deep.as_bytes()).is_some());
        let lost = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".to_owned()
            + &"Content-Type: multipart/mixed; boundary=no\n\n--b\n".repeat(100_000);
        assert!(Mail::parse(lost.as_bytes()).is_some());
    }
}
