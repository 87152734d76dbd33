//! The parts of a mail, by where they stand in it (RFC 5322, RFC 2046).
//!
//! A report may return a message of any size, and pictures beside its words. Nothing is decoded before somebody reads it, so that what
//! nobody reads costs no more than to find its end. Single fields, encodings and character sets are left to mail-parser.

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::Encoding;
use mail_parser::ContentType;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::DecoderFnc;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use memchr::memmem::Finder;

use super::charset;
use super::mend::MAX_PARTS;

/// How many encoded messages inside each other are read.
const MAX_UNPACKED: usize = 3;

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

/// A header field: its name, and its value up to the end of its last line.
#[derive(Debug)]
struct Field {
    name: Range<usize>,
    value: Range<usize>,
}

/// How the bytes of a part are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transfer {
    Plain,
    QuotedPrintable,
    Base64,
}

/// The character set that a part says it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charset {
    /// What reads it; none where nobody knows it.
    pub(super) decoder: Option<DecoderFnc>,
    pub(super) encoding: Option<&'static Encoding>,
}

impl Charset {
    /// Whether ASCII says the same in it.
    pub(super) fn holds_ascii(self) -> bool {
        self.decoder.is_none() || self.encoding.is_some_and(Encoding::is_ascii_compatible)
    }
}

impl<'m> Mail<'m> {
    /// Reads a mail; none where it has neither a field nor a body.
    pub(super) fn parse(raw: &'m [u8]) -> Option<Self> {
        let parts = Walk { raw, opened: 0, unpacked: 0 }.message(0, None).0;
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

/// The values of fields of a name.
fn named<'m>(raw: &'m [u8], fields: &[Field], name: &str) -> impl DoubleEndedIterator<Item = &'m [u8]> {
    let same = move |field: &&Field| raw[field.name.clone()].eq_ignore_ascii_case(name.as_bytes());
    fields.iter().filter(same).map(|field| &raw[field.value.clone()])
}

/// The header fields from `at` on, and where the body begins, if there is a blank line. What is no field is passed over.
fn fields(raw: &[u8], mut at: usize) -> (Vec<Field>, Option<usize>) {
    let mut fields = Vec::with_capacity(16);
    let end_of_line = |at: usize| memchr::memchr(b'\n', &raw[at..]).map_or(raw.len(), |length| at + length + 1);
    loop {
        at += raw[at..].iter().take_while(|byte| byte.is_ascii_whitespace() && **byte != b'\n').count();
        match raw.get(at) {
            None => return (fields, None),
            Some(b'\n') => return (fields, Some(at + 1)),
            Some(_) => {}
        }
        let mut end = end_of_line(at);
        let begin = at + raw[at..end].iter().take_while(|byte| **byte == b':' || byte.is_ascii_whitespace()).count();
        let colon = memchr::memchr(b':', &raw[begin..end]).map(|length| begin + length);
        if let Some(colon) = colon {
            while matches!(raw.get(end), Some(b' ' | b'\t')) {
                end = end_of_line(end);
            }
            fields.push(Field { name: begin..begin + raw[begin..colon].trim_ascii_end().len(), value: colon + 1..end });
        }
        at = end;
    }
}

/// What the header of a part says about its body.
struct Content<'m> {
    kind: Option<ContentType<'m>>,
    transfer: Transfer,
}

impl<'m> Content<'m> {
    fn new(raw: &'m [u8], fields: &[Field]) -> Self {
        let last = |name| named(raw, fields, name).next_back();
        let transfer = last("content-transfer-encoding").map_or(Transfer::Plain, Transfer::new);
        let kind = last("content-type").and_then(|value| MessageStream::new(value).parse_content_type().into_content_type());
        Self { kind, transfer }
    }

    /// The line that stands between the parts of a multipart, as far as it is always the same.
    fn separator(&self) -> Option<Vec<u8>> {
        let kind = self.kind.as_ref().filter(|kind| kind.ctype() == "multipart")?;
        let boundary = kind.attribute("boundary").filter(|boundary| !boundary.is_empty())?;
        Some([b"--", boundary.as_bytes()].concat())
    }

    /// What the part is; `usual` where it does not say so.
    fn kind(&self, usual: Kind) -> Kind {
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
    fn usual_inside(&self) -> Kind {
        if self.kind.as_ref().and_then(ContentType::subtype) == Some("digest") { Kind::Message } else { Kind::Text }
    }

    fn charset(&self) -> Option<Charset> {
        let label = self.kind.as_ref()?.attribute("charset")?.as_bytes();
        Some(Charset { decoder: charset_decoder(label), encoding: Encoding::for_label(label) })
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
    fn decode(self, raw: &[u8]) -> Option<Cow<'_, [u8]>> {
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

/// The way through a mail.
struct Walk<'m> {
    raw: &'m [u8],
    /// How many parts were opened that may hold others. Beyond a number they are read as text: each is one more search.
    opened: usize,
    /// How many messages around this one were encoded.
    unpacked: usize,
}

impl Walk<'_> {
    /// The parts of the message at `at`, which a separator may end; and where that one ends, if it was met.
    fn message(&mut self, at: usize, around: Option<&Finder<'_>>) -> (Vec<Part>, Option<usize>) {
        let mut parts = Vec::new();
        let next = self.part(at, around, Kind::Text, &mut parts);
        (parts, next)
    }

    /// Adds the part at `at`, and those inside it. Where the separator around it ends; none at the end of the mail.
    fn part(&mut self, at: usize, around: Option<&Finder<'_>>, usual: Kind, parts: &mut Vec<Part>) -> Option<usize> {
        let raw = self.raw;
        let (fields, body) = fields(raw, at);
        let body = body?..raw.len();
        let content = Content::new(raw, &fields);
        let (kind, transfer) = (content.kind(usual), content.transfer);
        let mut part = Part { kind, charset: content.charset(), transfer, inner: None, fields, body };
        if let Some(separator) = content.separator().filter(|_| self.may_open()) {
            let separator = Finder::new(&separator);
            if let Some(first) = behind(raw, part.body.start, &separator) {
                parts.push(Part { kind: Kind::Multipart, ..part });
                let end = self.parts(first, &separator, content.usual_inside(), parts)?;
                return behind(raw, end, around?);
            }
            part.kind = Kind::Text;
        }
        let is_open = part.kind == Kind::Message && transfer == Transfer::Plain && self.may_open();
        let next = if is_open { self.open(&mut part, around) } else { self.close(&mut part, around) };
        parts.push(part);
        next
    }

    /// Whether one more part may be opened.
    const fn may_open(&mut self) -> bool {
        self.opened += 1;
        self.opened <= MAX_PARTS
    }

    /// Adds the parts behind the first separator. Where the last separator ends.
    fn parts(&mut self, first: usize, separator: &Finder<'_>, usual: Kind, parts: &mut Vec<Part>) -> Option<usize> {
        let mut at = first;
        loop {
            at += self.raw[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
            at += usize::from(self.raw.get(at) == Some(&b'\n'));
            at = self.part(at, Some(separator), usual, parts)?;
            if self.raw[at..].starts_with(b"--") {
                return Some(at + 2);
            }
        }
    }

    /// Reads the message in a part.
    fn open(&mut self, part: &mut Part, around: Option<&Finder<'_>>) -> Option<usize> {
        let (parts, next) = self.message(part.body.start, around);
        if parts.is_empty() {
            part.kind = Kind::Text;
        } else {
            part.inner = Some(Inner { raw: None, parts });
        }
        next
    }

    /// Finds the end of a part that holds no others.
    fn close(&self, part: &mut Part, around: Option<&Finder<'_>>) -> Option<usize> {
        let start = part.body.start;
        let found = around.map(|separator| separator.find(&self.raw[start..]).map(|length| start + length));
        if let Some(Some(at)) = found {
            part.body.end = end_of_part(&self.raw[..at]).max(start);
        } else if found.is_some() && !matches!(part.kind, Kind::Status | Kind::Feedback | Kind::Headers) {
            // The mail was cut off.
            (part.kind, part.transfer) = (Kind::Text, Transfer::Plain);
        }
        if part.kind == Kind::Message {
            self.unpack(part);
        }
        Some(found?? + around?.needle().len())
    }

    /// Reads the message in a part that is encoded.
    fn unpack(&self, part: &mut Part) {
        let bytes = part.transfer.decode(&self.raw[part.body.clone()]).filter(|_| self.unpacked < MAX_UNPACKED);
        let Some(raw) = bytes.map(Cow::into_owned) else {
            part.kind = Kind::Text;
            return;
        };
        let parts = Walk { raw: &raw, opened: self.opened, unpacked: self.unpacked + 1 }.message(0, None).0;
        part.inner = (!parts.is_empty()).then_some(Inner { raw: Some(raw), parts });
    }
}

/// Where the next separator behind `at` ends.
fn behind(raw: &[u8], at: usize, separator: &Finder<'_>) -> Option<usize> {
    Some(at + separator.find(&raw[at..])? + separator.needle().len())
}

/// The length of what stands before a separator, without the line end that belongs to that.
fn end_of_part(before: &[u8]) -> usize {
    let line = before.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    line.unwrap_or(before).len()
}

#[cfg(test)]
mod tests {
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
    fn header_fields_are_found_by_name() {
        let mail = Mail::parse(b"From a@example.jp Mon Feb  3\nTo: a\n\tb\nno field\n: : X-Y : 1\nto:c\n \n\nto: d\n").unwrap();
        let values = |name| Message::from(&mail).values(name).map(String::from_utf8_lossy).collect::<Vec<_>>();
        assert_eq!(values("TO"), [" a\n\tb\n", "c\n \n"]);
        assert_eq!(values("x-y"), [" 1\n"]);
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
