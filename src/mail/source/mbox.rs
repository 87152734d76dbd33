//! mbox (RFC 4155): many mails in one file, each behind a line `From SENDER DATE`.

use std::io::{self, BufRead};

use super::{Content, Input, Unread};

/// How much of a line is looked at once a mail is as long as it may be.
const LINE: usize = 512;

/// Whether bytes begin an mbox: a `From ` line, ended by a line feed, with a sender in it.
pub(super) fn begins(front: &[u8]) -> bool {
    front.strip_prefix(b"From ").is_some_and(|rest| rest.first().is_some_and(|first| !first.is_ascii_whitespace()) && rest.contains(&b'\n'))
}

/// Whether a line stands between two mails. One that was written into a mail has no date behind the sender.
#[must_use]
pub fn is_separator(line: &[u8]) -> bool {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    const MONTHS: &[&[u8]] = &[b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let words: Vec<&[u8]> = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(12).collect();
    let day_of = |word: &[u8]| DAYS.contains(&word.strip_suffix(b",").unwrap_or(word));
    words.windows(3).any(|three| {
        // `Mon Feb 3`, and `Mon, 3 Feb` as some write it.
        let (month, day) = if MONTHS.contains(&three[1]) { (three[1], three[2]) } else { (three[2], three[1]) };
        day_of(three[0]) && MONTHS.contains(&month) && day.iter().all(u8::is_ascii_digit)
    })
}

/// Whether a line of a mail was quoted so that it stands between no mails: `>From `, and in mboxrd `>>From ` and so on.
fn is_quoted(line: &[u8]) -> bool {
    let inner = &line[line.iter().take_while(|byte| **byte == b'>').count()..];
    inner.len() < line.len() && inner.starts_with(b"From ")
}

/// An mbox, read as a stream: one mail at a time is in memory.
pub struct Mbox {
    file: String,
    bytes: Box<dyn BufRead + Send>,
    limit: usize,
    /// How many mails were given.
    count: usize,
    /// How many bytes were read.
    read: u64,
    /// Where the mail that was given last ends.
    end: u64,
    state: State,
}

impl std::fmt::Debug for Mbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mbox").field("file", &self.file).field("count", &self.count).field("end", &self.end).finish_non_exhaustive()
    }
}

/// How far the reading came.
enum State {
    /// Before the first line of the file.
    Begin,
    /// Behind the line that begins a mail.
    Mail,
    /// A mail was given, and then the file could not be read on.
    Broken(io::Error),
    /// Nothing is left.
    End,
}

impl Mbox {
    /// The mails in these bytes, which begin with a `From ` line; of each at most `limit` bytes.
    #[must_use]
    pub fn new(file: &str, bytes: Box<dyn BufRead + Send>, limit: usize) -> Self {
        Self { file: file.to_owned(), bytes, limit, count: 0, read: 0, end: 0, state: State::Begin }
    }

    /// Where the mail that was given last ends, in bytes from the beginning.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Whether a `From ` line stands behind it, which shows that it is whole.
    #[must_use]
    pub const fn is_followed(&self) -> bool {
        matches!(self.state, State::Mail)
    }

    /// Reads on to the next separator or the end, and takes that line away.
    fn mail(&mut self) -> Input {
        let (mut mail, mut cut, mut after_blank) = (Vec::new(), false, false);
        self.state = State::Mail;
        loop {
            let start = mail.len();
            self.end = self.read;
            match append_line(&mut self.bytes, &mut mail, (self.limit + LINE).saturating_sub(start)) {
                Ok(0) => self.state = State::End,
                Ok(read) => self.read += read,
                Err(error) => self.state = State::Broken(error),
            }
            let line = &mail[start..];
            if !matches!(self.state, State::Mail) {
                break;
            }
            if after_blank && is_separator(line) {
                mail.truncate(start);
                break;
            }
            after_blank = line.trim_ascii().is_empty();
            if is_quoted(line) {
                mail.remove(start);
            }
            cut |= mail.len() > self.limit;
            mail.truncate(self.limit);
        }
        cut |= mail.len() > self.limit;
        mail.truncate(self.limit);
        self.count += 1;
        let is_only = self.count == 1 && matches!(self.state, State::End);
        let number = (!is_only).then_some(self.count);
        Input { file: self.file.clone(), number, content: Content::Mail(mail), cut }
    }
}

impl Iterator for Mbox {
    type Item = Result<Input, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.state, State::End) {
            State::End => None,
            State::Broken(error) => Some(Err(Unread::new(&self.file, &error))),
            State::Begin => match append_line(&mut self.bytes, &mut Vec::new(), 0) {
                Ok(read) => {
                    self.read = read;
                    Some(Ok(self.mail()))
                }
                Err(error) => Some(Err(Unread::new(&self.file, &error))),
            },
            State::Mail => Some(Ok(self.mail())),
        }
    }
}

/// Appends the next line with its end, at most `room` bytes of it; the rest of a longer line is passed over. How long it is: at the
/// end of all nothing.
fn append_line(bytes: &mut impl BufRead, out: &mut Vec<u8>, room: usize) -> io::Result<u64> {
    let (mut left, mut read) = (room, 0);
    loop {
        let buffer = bytes.fill_buf()?;
        if buffer.is_empty() {
            return Ok(read);
        }
        let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
        let taken = end.unwrap_or(buffer.len());
        let kept = taken.min(left);
        out.extend_from_slice(&buffer[..kept]);
        left -= kept;
        read += taken as u64;
        bytes.consume(taken);
        if end.is_some() {
            return Ok(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "From MAILER-DAEMON@example.jp  Mon Feb  3 10:00:00 2025\n";

    fn mails(text: &str, limit: usize) -> Vec<(String, String, bool)> {
        let bytes = io::BufReader::with_capacity(7, io::Cursor::new(text.as_bytes().to_vec()));
        let read = |input: Result<Input, Unread>| {
            let input = input.unwrap();
            let (name, cut) = (input.name(), input.cut);
            let Content::Mail(mail) = input.content else { panic!("no mail") };
            (name, String::from_utf8(mail).unwrap(), cut)
        };
        Mbox::new("box", Box::new(bytes), limit).map(read).collect()
    }

    fn own(name: &str, text: &str) -> (String, String, bool) {
        (name.to_owned(), text.to_owned(), false)
    }

    #[test]
    fn mails_are_numbered_unless_there_is_one() {
        let two = format!("{FROM}Subject: 1\n\none\n\n{FROM}Subject: 2\n\ntwo\n");
        assert_eq!(mails(&two, 999), [own("box:1", "Subject: 1\n\none\n\n"), own("box:2", "Subject: 2\n\ntwo\n")]);
        assert_eq!(mails(&format!("{FROM}Subject: 1\n"), 999), [own("box", "Subject: 1\n")]);
        assert_eq!(mails(&two.replace('\n', "\r\n"), 999)[1].0, "box:2");
    }

    #[test]
    fn where_each_mail_ends_is_known() {
        let first = format!("{FROM}Subject: 1\n\n>From one\n{}\n\n", "x".repeat(5_000));
        let text = format!("{first}{FROM}Subject: 2\n\ntw");
        let mut mbox = Mbox::new("box", Box::new(io::Cursor::new(text.clone().into_bytes())), 100);
        mbox.next();
        assert_eq!((mbox.end(), mbox.is_followed()), (first.len() as u64, true));
        mbox.next();
        assert_eq!((mbox.end(), mbox.is_followed()), (text.len() as u64, false));
    }

    #[test]
    fn both_quotings_are_undone() {
        let text = format!("{FROM}S: x\n\n>From here on\n>>From there\n> From all\n\n>From a Mon Feb  3 10:00:00 2025\n");
        assert_eq!(mails(&text, 999), [own("box", "S: x\n\nFrom here on\n>From there\n> From all\n\nFrom a Mon Feb  3 10:00:00 2025\n")]);
    }

    #[test]
    fn a_line_of_a_mail_ends_it_only_with_a_date_and_behind_a_blank_line() {
        let text = format!("{FROM}S: x\n\nFrom here on it rains\n\nFrom Monday to Friday\nFrom a Mon Feb  3 10:00:00 2025\n");
        assert_eq!(mails(&text, 999).len(), 1);
        for line in ["From - Mon Feb 03 10:00:00 2025", "From x y z Tue Jan 1 00:00 2030", "From 1@xxx Mon, 3 Feb 2025 10:00:00 +0900"] {
            assert!(is_separator(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn a_long_mail_is_cut_and_the_next_one_found() {
        let text = format!("{FROM}S: x\n\n{}\n\n{FROM}S: y\n", "x".repeat(5_000));
        let found = mails(&text, 100);
        assert_eq!((found[0].1.len(), found[0].2), (100, true));
        assert_eq!(found[1], own("box:2", "S: y\n"));
        let lines = format!("{FROM}S: x\n\n{}\n{FROM}S: y\n", "a line\n".repeat(500));
        assert_eq!(mails(&lines, 100).iter().map(|mail| mail.1.len()).collect::<Vec<_>>(), [100, 5]);
    }
}
