//! One mbox file that grows: its mails in order, each once it is whole.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::time::{Duration, Instant, SystemTime};

use same_file::Handle;

use super::letter;
use crate::mail::source::{self, Content, Input, Limits, is_separator};

/// A last mail that ends as mails do is whole once nothing was written for this long.
pub(super) const QUIET: Duration = Duration::from_secs(1);

/// One that ends otherwise is taken as it is after this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many bytes are looked at before the next mail, to see whether the file was written anew, and behind it.
const WINDOW: u64 = 4_096;

/// An mbox file that is open, and how far it was read.
#[derive(Debug)]
pub(super) struct Growing {
    name: String,
    file: File,
    pub(super) handle: Handle,
    reader: Option<Reader>,
    /// Where the mail begins that comes next.
    end: u64,
    /// A hash of what stands before it.
    before: blake3::Hash,
    /// How many mails stand before it.
    count: usize,
    last: Option<Last>,
    /// What the first mail is known as.
    first: Option<String>,
    /// How often each mail stands before it, by its digest.
    seen: HashMap<String, u32>,
    /// How the file was when it was looked at last, and since when it has been so.
    looks: (u64, Option<SystemTime>),
    since: Instant,
    /// Since when it is known to be written anew.
    written_anew: Option<Instant>,
    /// Whether it is being read from its beginning.
    pub(super) is_first_pass: bool,
}

/// The mails behind some offset, being read.
#[derive(Debug)]
struct Reader {
    mails: source::Mbox,
    from: u64,
}

/// The mail that was given last.
#[derive(Debug)]
struct Last {
    start: u64,
    digest: String,
    /// Whether more was found where it had seemed to end.
    goes_on: bool,
}

/// What comes next in an mbox.
#[derive(Debug)]
pub(super) enum Next {
    /// A mail.
    Mail(Box<Mail>),
    /// Something that is not whole yet.
    Soon,
    /// Nothing.
    End,
}

/// A mail in an mbox.
#[derive(Debug)]
pub(super) struct Mail {
    /// What it is known as.
    pub(super) key: String,
    pub(super) input: Input,
    /// Whether a part of it was taken for the whole of it before.
    pub(super) was_cut: bool,
}

impl Growing {
    /// Reads a file from its beginning.
    pub(super) fn new(name: &str, file: File) -> io::Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            handle: Handle::from_file(file.try_clone()?)?,
            file,
            reader: None,
            end: 0,
            before: blake3::hash(b""),
            count: 0,
            last: None,
            first: None,
            seen: HashMap::new(),
            looks: (0, None),
            since: Instant::now(),
            written_anew: None,
            is_first_pass: true,
        })
    }

    /// Whether mails of an earlier look are still to come.
    pub(super) const fn is_reading(&self) -> bool {
        self.reader.is_some()
    }

    /// What the file is.
    pub(super) fn about(&self) -> io::Result<std::fs::Metadata> {
        self.file.metadata()
    }

    /// For how long nothing was written.
    pub(super) fn quiet(&mut self) -> io::Result<Duration> {
        let about = self.about()?;
        let looks = (about.len(), about.modified().ok());
        if looks != self.looks {
            (self.looks, self.since) = (looks, Instant::now());
        }
        Ok(self.since.elapsed())
    }

    /// The next mail that is whole.
    ///
    /// # Errors
    /// When the file cannot be read, or is no mbox.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        let quiet = self.quiet()?;
        if self.reader.is_none() {
            match self.look(quiet)? {
                Found::Nothing => return Ok(Next::End),
                Found::Part => return Ok(Next::Soon),
                Found::Mails => {}
            }
        }
        self.take(|mail| quiet >= PATIENCE || (quiet >= QUIET && letter::ends(mail)))
    }

    /// The keys of the mails that are there; the last one counts if it ends as mails do.
    ///
    /// # Errors
    /// When the file cannot be read, or is no mbox.
    pub(super) fn present(&mut self) -> io::Result<Vec<String>> {
        let mut keys = Vec::new();
        if matches!(self.look(QUIET)?, Found::Mails) {
            while let Next::Mail(mail) = self.take(letter::ends)? {
                keys.push(mail.key);
            }
        }
        Ok(keys)
    }

    /// What the first mail is known as, if it was read.
    pub(super) fn first(&self) -> Option<&str> {
        self.first.as_deref()
    }

    /// Reads the first mail of a file that is only looked at, and says what it is known as.
    ///
    /// # Errors
    /// When the file cannot be read, or is no mbox.
    pub(super) fn peek(mut self) -> io::Result<Option<String>> {
        if matches!(self.look(QUIET)?, Found::Mails) {
            self.take(|_| true)?;
        }
        Ok(self.first)
    }

    /// Whether a mail that has this digest stands there so many times.
    pub(super) fn holds(&self, digest: &str, times: u32) -> bool {
        self.seen.get(digest).is_some_and(|seen| *seen >= times)
    }

    /// Looks what stands behind the last mail, and opens it.
    fn look(&mut self, quiet: Duration) -> io::Result<Found> {
        if self.looks.0 < self.end || self.hash_before()? != self.before {
            // Whoever writes it anew is to come to an end first, but not everybody who adds to it then.
            let since = self.written_anew.get_or_insert_with(Instant::now).elapsed();
            if quiet < QUIET && since < PATIENCE {
                return Ok(Found::Part);
            }
            self.begin_anew();
        }
        let mut behind = Vec::new();
        self.file.seek(SeekFrom::Start(self.end))?;
        (&self.file).take(WINDOW).read_to_end(&mut behind)?;
        let blank = behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.end += blank as u64;
        self.before = self.hash_before()?;
        let found = self.found(&behind[blank..])?;
        if matches!(found, Found::Mails) {
            self.file.seek(SeekFrom::Start(self.end))?;
            let bytes = Box::new(BufReader::with_capacity(1 << 16, self.file.try_clone()?));
            self.reader = Some(Reader { mails: source::Mbox::new(&self.name, bytes, Limits::default().mail), from: self.end });
        }
        Ok(found)
    }

    /// What the bytes behind the last mail are. Where that mail goes on, it comes once more.
    fn found(&mut self, behind: &[u8]) -> io::Result<Found> {
        const BEGIN: &[u8] = b"From ";
        let line = behind.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        if behind.is_empty() {
            return Ok(Found::Nothing);
        }
        if BEGIN.starts_with(behind) || (line.starts_with(BEGIN) && !line.ends_with(b"\n") && behind.len() < WINDOW as usize) {
            return Ok(Found::Part);
        }
        match &mut self.last {
            None if line.starts_with(BEGIN) => {}
            None => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "it does not begin as an mbox does, with a line `From SENDER DATE`",
                ));
            }
            Some(_) if is_separator(line) => {}
            Some(last) => {
                last.goes_on = true;
                self.end = last.start;
                self.count -= 1;
                self.seen.entry(last.digest.clone()).and_modify(|times| *times -= 1);
            }
        }
        Ok(Found::Mails)
    }

    /// Takes the next mail from the reader. The last one of the file must be whole.
    fn take(&mut self, is_whole: impl Fn(&[u8]) -> bool) -> io::Result<Next> {
        let Some(mut reader) = self.reader.take() else { return Ok(Next::End) };
        let Some(input) = reader.mails.next() else { return Ok(Next::End) };
        let mut input = input.map_err(|unread| io::Error::other(unread.why))?;
        let (Content::Mail(mail) | Content::Notices(mail)) = &input.content;
        let is_torn = !reader.mails.is_followed() && !is_whole(mail);
        // Somebody may have written the file anew since the last mail was taken.
        if is_torn || self.hash_before()? != self.before {
            return Ok(Next::Soon);
        }
        let digest = letter::digest(mail);
        let start = std::mem::replace(&mut self.end, reader.from + reader.mails.end());
        self.before = self.hash_before()?;
        self.reader = Some(reader);
        let was_cut = self.last.take().is_some_and(|last| last.goes_on);
        let times = self.seen.entry(digest.clone()).or_default();
        *times += 1;
        let key = letter::key(&self.name, &digest, *times);
        self.last = Some(Last { start, digest, goes_on: false });
        if self.count == 0 {
            self.first = Some(key.clone());
        }
        self.count += 1;
        input.number = Some(self.count);
        Ok(Next::Mail(Box::new(Mail { key, input, was_cut })))
    }

    /// Forgets what it read, since the file is another now.
    fn begin_anew(&mut self) {
        (self.end, self.count, self.is_first_pass) = (0, 0, true);
        (self.last, self.written_anew) = (None, None);
        self.seen.clear();
    }

    /// A hash of the last bytes before the next mail. Whoever reads the file reads on where he was.
    fn hash_before(&self) -> io::Result<blake3::Hash> {
        let (mut file, mut before) = (&self.file, Vec::new());
        let start = self.end.saturating_sub(WINDOW);
        let at = file.stream_position()?;
        file.seek(SeekFrom::Start(start))?;
        file.take(self.end - start).read_to_end(&mut before)?;
        file.seek(SeekFrom::Start(at))?;
        Ok(blake3::hash(&before))
    }
}

/// What stands behind the last mail.
enum Found {
    Mails,
    /// Something that is on its way.
    Part,
    Nothing,
}
