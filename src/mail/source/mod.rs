//! Sources: paths to mails, one at a time and in a stable order.
//!
//! A path may be a mail, an mbox, JSON notices, any of them packed by gzip, a Maildir, a folder with any of these below it, or
//! `-` for stdin. What a file is shows in what it holds, never in its name. What cannot be read is said, and the rest goes on.

mod content;
mod mbox;
mod walk;

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use content::Opened;
use walk::Place;

pub use content::line_ends;
pub use mbox::{Mbox, is_separator};

/// How much of an input is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of one mail, in bytes. Of a longer one the front is read, where a report has its words.
    pub mail: usize,
    /// Of one file of JSON notices, in bytes. A longer one is refused.
    pub notices: usize,
    /// Of what comes out of one gzip file, in bytes. The mails before are read.
    pub unpacked: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { mail: 64 << 20, notices: 16 << 20, unpacked: 4 << 30 }
    }
}

/// What a source gave: something to read, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The file, `-` for stdin.
    pub file: String,
    /// In an mbox of several mails the mail's number, from 1.
    pub number: Option<usize>,
    /// What was found.
    pub content: Content,
    /// Whether only the front of it is there, since it is longer than [`Limits::mail`].
    pub cut: bool,
}

impl Input {
    /// How people call it: `box.mbox:3` is the third mail of an mbox.
    #[must_use]
    pub fn name(&self) -> String {
        self.number.map_or_else(|| self.file.clone(), |number| format!("{}:{number}", self.file))
    }
}

/// What an input holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One mail.
    Mail(Vec<u8>),
    /// JSON, in which a sending service may tell what came back.
    Notices(Vec<u8>),
}

impl Content {
    /// How many bytes it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Mail(bytes) | Self::Notices(bytes) => bytes.len(),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The file or folder.
    pub name: String,
    /// Why, in words.
    pub why: String,
}

impl Unread {
    /// That an error kept it from being read.
    #[must_use]
    pub fn new(name: &str, why: &io::Error) -> Self {
        Self { name: name.to_owned(), why: why.to_string() }
    }
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cannot be read: {}", self.name, self.why)
    }
}

/// Everything that stands at some paths, in their order; folders in the order of names.
///
/// ```
/// use modori::mail::source::{Inputs, Limits};
/// let nowhere = Inputs::new(vec!["/nonexistent".into()], Limits::default());
/// assert!(nowhere.map(|input| input.unwrap_err().name).eq(["/nonexistent"]));
/// ```
pub struct Inputs {
    places: Box<dyn Iterator<Item = Result<Place, Unread>> + Send>,
    open: Option<Opened>,
    limits: Limits,
}

impl std::fmt::Debug for Inputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inputs").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Inputs {
    /// The inputs at `paths`. Nothing is opened before it is its turn.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>, limits: Limits) -> Self {
        Self { places: Box::new(paths.into_iter().flat_map(walk::places)), open: None, limits }
    }

    /// The inputs in these bytes, as if they were a file of this name.
    #[must_use]
    pub fn in_bytes(name: &str, bytes: Vec<u8>, limits: Limits) -> Self {
        let opened = Opened::new(name, Box::new(io::Cursor::new(bytes)), limits);
        let (open, failed) = match opened {
            Ok(opened) => (Some(opened), None),
            Err(error) => (None, Some(Err(Unread::new(name, &error)))),
        };
        Self { places: Box::new(failed.into_iter()), open, limits }
    }

    fn open(&self, place: &Place) -> Result<Opened, Unread> {
        let name = place.name();
        let opened = match place {
            Place::Stdin => Opened::new(&name, Box::new(io::stdin()), self.limits),
            Place::File(path) => File::open(path).and_then(|file| Opened::new(&name, Box::new(file), self.limits)),
        };
        opened.map_err(|error| Unread::new(&name, &error))
    }
}

impl Iterator for Inputs {
    type Item = Result<Input, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(input) = self.open.as_mut().and_then(Iterator::next) {
                return Some(input);
            }
            let opened = self.places.next()?.and_then(|place| self.open(&place));
            match opened {
                Ok(opened) => self.open = Some(opened),
                Err(unread) => {
                    self.open = None;
                    return Some(Err(unread));
                }
            }
        }
    }
}

/// The files in which mails may be at a path: itself, or all below a folder, of a Maildir only its mails.
pub fn files(path: PathBuf) -> impl Iterator<Item = Result<PathBuf, Unread>> + Send {
    walk::below(path)
}

/// Bytes from anywhere.
type Bytes = Box<dyn Read + Send>;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_vanishes_meanwhile_is_said_and_the_rest_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        for name in ["1", "2", "3"] {
            fs::write(file(name), format!("Subject: {name}\n")).unwrap();
        }
        let mut inputs = Inputs::new(vec![folder.path().to_owned()], Limits::default());
        assert_eq!(inputs.next().unwrap().unwrap().content, Content::Mail(b"Subject: 1\n".to_vec()));
        fs::remove_file(file("2")).unwrap();
        assert_eq!(inputs.next().unwrap().unwrap_err().name, file("2").display().to_string());
        assert_eq!(inputs.next().unwrap().unwrap().name(), file("3").display().to_string());
        assert_eq!(inputs.next(), None);
    }
}
