//! A log that is still being written: what comes, also after it was rotated by renaming or by copying and truncating.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::entry::Entry;
use super::open::Opened;
use super::prefix::Clock;
use super::reader::Reader;

/// A log file that is followed.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    log: Opened<Growing>,
}

/// A file whose end is not the end.
#[derive(Debug)]
struct Growing(File);

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 if !buffer.is_empty() => Err(ErrorKind::WouldBlock.into()),
            read => Ok(read),
        }
    }
}

/// What became of a file behind its name.
enum Fate {
    Same,
    Shorter,
    Another(File),
}

impl Tail {
    /// Opens a log at its beginning.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), log: Opened::new(Growing(File::open(path)?), Clock::now()) })
    }

    /// How many lines were read since the log was opened, or rotated.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.log.lines()
    }

    /// The entries of the next lines; `None` where there is nothing new for now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_entries(&mut self, reader: &mut Reader) -> io::Result<Option<Vec<Entry>>> {
        self.log.clock = Clock::now();
        if let Some(entries) = self.log.next_entries(reader)?.filter(|_| self.log.blocks.has_lines()) {
            return Ok(Some(entries));
        }
        let fate = self.fate()?;
        // Whoever wrote may have written on until the file had its new name, and was just not seen yet.
        if let Some(entries) = self.log.next_entries(reader)?.filter(|_| self.log.blocks.has_lines()) {
            return Ok(Some(entries));
        }
        match fate {
            Fate::Same => Ok(None),
            Fate::Shorter => {
                self.log.blocks.forget();
                self.log.blocks.input().0.seek(SeekFrom::Start(0))?;
                self.log.lines = 0;
                Ok(Some(Vec::new()))
            }
            Fate::Another(file) => {
                let left = self.log.last_entries(reader);
                self.log = Opened::new(Growing(file), Clock::now());
                Ok(Some(left))
            }
        }
    }

    /// Whether the name still means the file that is open. A name that means nothing, or nothing that may be read yet, may soon mean the
    /// next one.
    fn fate(&mut self) -> io::Result<Fate> {
        let file = &mut self.log.blocks.input().0;
        let now = match File::open(&self.path) {
            Ok(now) => now,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => return Ok(Fate::Same),
            Err(error) => return Err(error),
        };
        if Handle::from_file(now.try_clone()?)? != Handle::from_file(file.try_clone()?)? {
            return Ok(Fate::Another(now));
        }
        let is_shorter = now.metadata()?.len() < file.stream_position()?;
        Ok(if is_shorter { Fate::Shorter } else { Fate::Same })
    }
}
