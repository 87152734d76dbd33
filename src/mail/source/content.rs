//! One file: what it holds, told by how it begins.

use std::borrow::Cow;
use std::io::{self, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::mbox::{self, Mbox};
use super::{Bytes, Content, Input, Limits, Unread};

/// How a gzip file begins (RFC 1952).
const GZIP: &[u8] = &[0x1f, 0x8b];

/// How much of the front shows what a file is.
const FRONT: usize = 4096;

/// A file that was opened, and gives its mails one by one.
pub(super) enum Opened {
    One(Option<Input>),
    Several(Mbox),
}

impl Opened {
    /// Opens what `bytes` gives.
    pub(super) fn new(name: &str, bytes: Bytes, limits: Limits) -> io::Result<Self> {
        let (front, rest) = front(bytes)?;
        if !front.starts_with(GZIP) {
            return Self::plain(name, front, rest, limits);
        }
        let packed = MultiGzDecoder::new(BufReader::new(Cursor::new(front).chain(rest)));
        let (front, rest) = self::front(Box::new(Unpacked { packed, left: limits.unpacked, limit: limits.unpacked }))?;
        Self::plain(name, front, rest, limits)
    }

    fn plain(name: &str, front: Vec<u8>, rest: Bytes, limits: Limits) -> io::Result<Self> {
        if mbox::begins(&front) {
            let bytes = BufReader::with_capacity(1 << 16, Cursor::new(front).chain(rest));
            return Ok(Self::Several(Mbox::new(name, Box::new(bytes), limits.mail)));
        }
        let is_json = front.trim_ascii_start().first().is_some_and(|first| b"{[".contains(first));
        let (bytes, cut) = whole(front, rest, if is_json { limits.notices } else { limits.mail })?;
        if is_json && cut {
            let limit = limits.notices >> 20;
            return Err(io::Error::other(format!("JSON of more than {limit} MB; split it into files of some lines each")));
        }
        let content = if is_json { Content::Notices(bytes) } else { Content::Mail(bytes) };
        Ok(Self::One(Some(Input { file: name.to_owned(), number: None, content, cut })))
    }
}

impl Iterator for Opened {
    type Item = Result<Input, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::One(input) => input.take().map(Ok),
            Self::Several(mails) => mails.next(),
        }
    }
}

/// The front of some bytes, and what comes behind it.
fn front(mut bytes: Bytes) -> io::Result<(Vec<u8>, Bytes)> {
    // Most mails find room in it without being moved.
    let mut front = Vec::with_capacity(2 * FRONT);
    bytes.by_ref().take(FRONT as u64).read_to_end(&mut front)?;
    Ok((front, bytes))
}

/// Front and rest together, up to a limit; and whether there is more.
fn whole(front: Vec<u8>, rest: Bytes, limit: usize) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = front;
    let room = (limit + 1).saturating_sub(bytes.len());
    if bytes.len() >= FRONT {
        rest.take(room as u64).read_to_end(&mut bytes)?;
    }
    let cut = bytes.len() > limit;
    bytes.truncate(limit);
    Ok((bytes, cut))
}

/// What comes out of a gzip file, up to a limit: a few bytes may unpack to any number.
struct Unpacked<R> {
    packed: R,
    left: u64,
    limit: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // One byte is tried beyond the limit: a file that ends there is whole.
        let room = buffer.len().min(usize::try_from(self.left.max(1)).unwrap_or(usize::MAX));
        let read = self.packed.read(&mut buffer[..room])?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::other(format!("it unpacks to more than {} MB, and what lies beyond was not read", self.limit >> 20))
        })?;
        Ok(read)
    }
}

/// A mail whose lines end in line feeds: one that has only carriage returns gets line feeds in their place.
///
/// ```
/// assert_eq!(&*modori::mail::source::line_ends(b"Subject: x\r\rHello\r"), b"Subject: x\n\nHello\n");
/// assert_eq!(&*modori::mail::source::line_ends(b"Subject: x\r\n"), b"Subject: x\r\n");
/// ```
#[must_use]
pub fn line_ends(mail: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', mail).is_some() || memchr::memchr(b'\r', mail).is_none() {
        return Cow::Borrowed(mail);
    }
    Cow::Owned(mail.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const SMALL: Limits = Limits { mail: 20_000, notices: 20_000, unpacked: 100_000 };

    fn read(bytes: &[u8]) -> Vec<Result<Input, Unread>> {
        match Opened::new("x", Box::new(Cursor::new(bytes.to_vec())), SMALL) {
            Ok(opened) => opened.collect(),
            Err(error) => vec![Err(Unread::new("x", &error))],
        }
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn mail(bytes: &[u8], cut: bool) -> Input {
        Input { file: "x".to_owned(), number: None, content: Content::Mail(bytes.to_vec()), cut }
    }

    #[test]
    fn what_a_file_is_shows_in_how_it_begins() {
        assert_eq!(read(b"Subject: x\n\nHello\n"), [Ok(mail(b"Subject: x\n\nHello\n", false))]);
        assert!(matches!(&read(b"\n [{}]")[..], [Ok(Input { content: Content::Notices(_), .. })]));
        assert_eq!(read(b"From a@example.jp Mon Feb  3 10:00:00 2025\nSubject: x\n"), [Ok(mail(b"Subject: x\n", false))]);
        assert_eq!(read(b"From: a@example.jp\n"), [Ok(mail(b"From: a@example.jp\n", false))]);
        assert_eq!(read(b""), [Ok(mail(b"", false))]);
    }

    #[test]
    fn gzip_is_looked_into() {
        assert_eq!(read(&packed(b"Subject: x\n")), [Ok(mail(b"Subject: x\n", false))]);
        let twice = [packed(b"Subject: x\n"), packed(b"\nHello\n")].concat();
        assert_eq!(read(&twice), [Ok(mail(b"Subject: x\n\nHello\n", false))], "gzip files one behind the other are one");
    }

    #[test]
    fn of_a_long_mail_the_front_is_read() {
        let long = [&b"Subject: x\n\n"[..], &[b'x'; 50_000]].concat();
        assert_eq!(read(&long), [Ok(mail(&long[..20_000], true))]);
        assert_eq!(read(&packed(&long)), [Ok(mail(&long[..20_000], true))]);
        let json = [&b"[\""[..], &[b'x'; 50_000]].concat();
        assert!(read(&json)[0].as_ref().unwrap_err().why.contains("split it"));
    }

    #[test]
    fn what_a_gzip_file_gives_is_limited_and_nothing_before_is_lost() {
        let one = format!("From a@example.jp Mon Feb  3 10:00:00 2025\nSubject: x\n\n{}\n\n", "x".repeat(9_000));
        let found = read(&packed(one.repeat(30).as_bytes()));
        assert!(found.iter().filter(|input| input.is_ok()).count() >= 10, "{found:?}");
        assert!(found.last().unwrap().as_ref().unwrap_err().why.contains("unpacks to more"));
    }

    #[test]
    fn a_broken_gzip_file_is_said_and_its_whole_mails_are_kept() {
        let noise: String = (0..9_000_u32).map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26)).collect();
        let one = format!("From a@example.jp Mon Feb  3 10:00:00 2025\nSubject: x\n\n{noise}\n\n");
        let mut bytes = packed(one.repeat(3).as_bytes());
        bytes.truncate(bytes.len() - 8);
        let found = read(&bytes);
        assert_eq!(found.iter().filter(|input| input.is_ok()).count(), 3);
        assert_eq!(found.last().unwrap().as_ref().unwrap_err().name, "x");
    }
}
