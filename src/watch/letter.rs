//! A mail in an mbox: what it is known by, and whether it has an end.

use std::fmt::Write as _;

use mail_parser::{MessageParser, MimeHeaders as _};
use memchr::memmem;

/// Fields that mail readers and servers write into the mails of an mbox, and change there.
const READERS: [&[u8]; 11] = [
    b"content-length",
    b"lines",
    b"status",
    b"x-imap",
    b"x-imapbase",
    b"x-keywords",
    b"x-mozilla-keys",
    b"x-mozilla-status",
    b"x-mozilla-status2",
    b"x-status",
    b"x-uid",
];

/// How many bytes of a digest are kept.
const DIGEST: usize = 16;

/// A hash of a mail that stays when it is read, marked, or moved in its mbox.
pub(super) fn digest(mail: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    let (head, body) = split(mail);
    let mut is_passed = false;
    for line in head.split(|byte| *byte == b'\n') {
        let is_continued = line.starts_with(b" ") || line.starts_with(b"\t");
        is_passed = if is_continued { is_passed } else { is_readers(line) };
        if !is_passed {
            hasher.update(line.trim_ascii_end()).update(b"\n");
        }
    }
    hasher.update(body.trim_ascii_end());
    hasher.finalize().as_bytes()[..DIGEST].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn is_readers(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii_end();
    READERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What a mail is known as: by its mbox and its digest, and by how many like it stand there up to it.
pub(super) fn key(mbox: &str, digest: &str, times: u32) -> String {
    if times == 1 { format!("{mbox}/{digest}") } else { format!("{mbox}/{digest}.{times}") }
}

/// The digest and the number in a key of this mbox.
pub(super) fn parts<'k>(mbox: &str, key: &'k str) -> Option<(&'k str, u32)> {
    let rest = key.strip_prefix(mbox)?.strip_prefix('/')?;
    let (digest, times) = rest.split_once('.').map_or((rest, Some(1)), |(digest, times)| (digest, times.parse().ok()));
    Some((digest, times?))
}

/// Whether a mail ends as one does in an mbox: one of several parts behind its last part (RFC 2046, 5.1.1), any other with an empty line.
pub(super) fn ends(mail: &[u8]) -> bool {
    let (head, body) = split(mail);
    let message = MessageParser::default().parse_headers(head);
    let kind = message.as_ref().and_then(|message| message.content_type());
    match kind.and_then(|kind| kind.attribute("boundary")) {
        Some(boundary) => memmem::rfind(body, format!("\n--{boundary}--").as_bytes()).is_some(),
        None => !body.trim_ascii().is_empty() && (body.ends_with(b"\n\n") || body.ends_with(b"\n\r\n")),
    }
}

/// Header fields, and the rest with the empty line before it.
fn split(mail: &[u8]) -> (&[u8], &[u8]) {
    let end = [&b"\n\n"[..], b"\n\r\n"].iter().filter_map(|end| memmem::find(mail, end)).min();
    mail.split_at(end.map_or(mail.len(), |end| end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_that_was_read_has_the_digest_that_it_had() {
        let mail = b"From: a@example.jp\nSubject: x\n\nHello\n\nStatus: fine\n\n";
        let read = b"From: a@example.jp\nSubject: x\nStatus: RO\nX-Keywords: a\n b\nContent-Length: 9\n\nHello\n\nStatus: fine\n";
        assert_eq!(digest(mail), digest(read));
        assert_eq!(digest(mail).len(), 2 * DIGEST);
        for other in
            ["From: a@example.jp\nSubject: y\n\nHello\n\nStatus: fine\n\n", "From: a@example.jp\nSubject: x\n\nHello\n\nStatus: bad\n\n"]
        {
            assert_ne!(digest(mail), digest(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn keys_are_read_again() {
        for (times, key) in [(1, "/m/box/ab"), (2, "/m/box/ab.2")] {
            assert_eq!(super::key("/m/box", "ab", times), key);
            assert_eq!(parts("/m/box", key), Some(("ab", times)));
        }
        assert_eq!(parts("/m/box", "/m/box2/ab"), None);
    }

    #[test]
    fn the_end_of_a_mail_shows() {
        let several = "Content-Type: multipart/report;\n boundary=\"b b\"\n\n--b b\n\nx\n\n";
        for (mail, ends) in [
            (several.to_owned(), false),
            (format!("{several}--b b--\n"), true),
            ("Subject: x\n\n".to_owned(), false),
            ("Subject: x\n\nHello\n".to_owned(), false),
            ("Subject: x\n\nHello\n\n".to_owned(), true),
            ("Subject: x\r\n\r\nHello\r\n\r\n".to_owned(), true),
            (String::new(), false),
        ] {
            assert_eq!(super::ends(mail.as_bytes()), ends, "{mail:?}");
        }
    }
}
