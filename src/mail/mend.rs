//! Mails as they come, made fit for a parser: broken header lines, boundaries that fit nothing, and more of it than any report has.

use std::borrow::Cow;

use memchr::memmem;

use super::mime::{Kind, Message};
use crate::model::Limit;

/// How much of one mail is read, in bytes. What a report says stands before the message that it returns.
pub(super) const MAX_MAIL: usize = 64 << 20;

/// How many parts of a mail are read, those inside each other included.
pub(super) const MAX_PARTS: usize = 100;

/// The field that begins a part, at the beginning of a line.
const PART: &[u8] = b"content-type";

/// Header fields with which a message begins; where one stands above a part, the part may be a returned message's.
const OTHERS: [&str; 4] = ["received:", "return-path:", "message-id:", "from:"];

/// A mail that a parser can read, and the limit at which it was cut.
#[derive(Debug)]
pub(super) struct Mended<'m> {
    pub(super) bytes: Cow<'m, [u8]>,
    pub(super) limit: Option<Limit>,
}

/// Cuts a mail at the limits, begins it with its header where lines are left blank above, and indents parameters that stand at the beginning of a line below their `Content-Type`.
pub(super) fn mend(mail: &[u8]) -> Mended<'_> {
    let mut limit = (mail.len() > MAX_MAIL).then_some(Limit::Size);
    let begin = mail.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let mut mail = &mail[begin..mail.len().min(MAX_MAIL).max(begin)];
    let mut bytes = Vec::new();
    let mut kept = 0;
    for (count, field) in first_parts(mail).enumerate() {
        if count == MAX_PARTS {
            limit = Some(Limit::Parts);
            mail = &mail[..field];
            break;
        }
        for at in loose_parameters(mail, field) {
            bytes.extend_from_slice(&mail[kept..at]);
            bytes.push(b' ');
            kept = at;
        }
    }
    if kept == 0 {
        return Mended { bytes: Cow::Borrowed(mail), limit };
    }
    bytes.extend_from_slice(&mail[kept..]);
    Mended { bytes: Cow::Owned(bytes), limit }
}

/// Where the first fields that begin a part stand, one more than are read.
fn first_parts(mail: &[u8]) -> impl Iterator<Item = usize> {
    let is_part = |line: &usize| mail[*line..].get(..PART.len()).is_some_and(|start| start.eq_ignore_ascii_case(PART));
    memchr::memchr_iter(b'\n', mail).map(|end| end + 1).filter(is_part).take(MAX_PARTS + 1)
}

/// Where lines begin that are parameters of the field at `at` and should be indented: `boundary="…"` below `Content-Type: …;`.
fn loose_parameters(mail: &[u8], at: usize) -> Vec<usize> {
    let mut loose = Vec::new();
    let mut line = at;
    while let Some(next) = memchr::memchr(b'\n', &mail[line..]).map(|length| line + length + 1) {
        let goes_on = mail[line..next].trim_ascii_end().ends_with(b";");
        let rest = &mail[next..];
        if !goes_on || rest.is_empty() {
            break;
        }
        if !rest.starts_with(b" ") && !rest.starts_with(b"\t") {
            if !begins_parameter(rest) {
                break;
            }
            loose.push(next);
        }
        line = next;
    }
    loose
}

fn begins_parameter(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'*')).count();
    name > 0 && line[name..].trim_ascii_start().starts_with(b"=")
}

/// A mail whose parts are separated by a boundary that its header does not name, as a multipart that can be read.
///
/// None where it has parts already, or where the parts seem to be those of a message below.
pub(super) fn with_its_boundary<'m>(message: impl Into<Message<'m>>) -> Option<Vec<u8>> {
    let message = message.into();
    let [part] = message.parts else { return None };
    if !matches!(part.kind, Kind::Text | Kind::Html) {
        return None;
    }
    let body = message.raw_body(part);
    if !body.starts_with(b"--") && memmem::find(body, b"\n--").is_none() {
        return None;
    }
    let mut at = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        let next = at + line.len();
        if begins_with_any(line, &OTHERS) {
            return None;
        }
        let boundary = line.strip_prefix(b"--").map(<[u8]>::trim_ascii_end).filter(|boundary| is_boundary(boundary));
        if let Some(boundary) = boundary.filter(|_| begins_with_any(&body[next..], &["content-"])) {
            let head = [b"Content-Type: multipart/mixed; boundary=\"", boundary, b"\"\n\n--", boundary, b"\n\n"].concat();
            return Some([&head, &body[..at], b"\n", &body[at..]].concat());
        }
        at = next;
    }
    None
}

/// Whether it could be a boundary (RFC 2046, section 5.1.1), quotes aside.
fn is_boundary(text: &[u8]) -> bool {
    (1..=200).contains(&text.len()) && text.iter().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\\') || *b == b' ')
}

fn begins_with_any(line: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::super::mime::Mail;
    use super::*;

    #[test]
    fn a_parameter_at_the_beginning_of_a_line_is_indented() {
        let mail = b"Subject: x\nContent-Type: multipart/mixed;\nboundary=\"b\";\ncharset=utf-8\nTo: a\n\ncONTENT-type: text;\nname=x\n";
        let want = "Subject: x\nContent-Type: multipart/mixed;\n boundary=\"b\";\n charset=utf-8\nTo: a\n\ncONTENT-type: text;\n name=x\n";
        assert_eq!(String::from_utf8_lossy(&mend(mail).bytes), want);
    }

    #[test]
    fn sound_mails_are_left_alone() {
        for mail in
            ["Content-Type: text/plain;\n charset=utf-8\n\nfoo;\nbar=1\n", "Subject: a\n\nContent-Type: text/plain;\nSubject: a=b\n", ""]
        {
            assert!(matches!(mend(mail.as_bytes()).bytes, Cow::Borrowed(bytes) if bytes == mail.as_bytes()), "{mail}");
        }
    }

    #[test]
    fn what_is_too_much_is_cut_and_said() {
        let parts = "Content-Type: text/plain\n\n".repeat(MAX_PARTS + 2);
        assert_eq!(mend(parts.as_bytes()).limit, Some(Limit::Parts));
        let large = vec![b'a'; MAX_MAIL + 1];
        let mended = mend(&large);
        assert_eq!((mended.bytes.len(), mended.limit), (MAX_MAIL, Some(Limit::Size)));
    }

    #[test]
    fn a_boundary_that_no_header_names_is_found() {
        let split = |mail: &str| {
            let bytes = with_its_boundary(&Mail::parse(mail.as_bytes())?)?;
            Mail::parse(&bytes).map(|mail| Message::from(&mail).parts.len())
        };
        assert_eq!(
            split("Subject: x\nContent-Type: multipart/mixed; boundary=no\n\nHi\n--b\nContent-Type: text/plain\n\nA\n--b--\n"),
            Some(3)
        );
        assert_eq!(split("Subject: x\n\nHi\n-- \nTaro\n"), None);
        assert_eq!(split("Subject: x\n\nHi\n\nReceived: by mx\n\n--b\nContent-Type: text/plain\n\nA\n--b--\n"), None);
    }
}
