//! Logs that are still being written, to sheets.

use std::path::Path;
use std::sync::Arc;

use super::logs::Sheet;
use crate::log::{Reader, Tail};
use crate::mail::source::Unread;

/// A log that is followed.
#[derive(Debug)]
pub struct Followed {
    name: Arc<str>,
    tail: Tail,
    reader: Reader,
    before: usize,
}

impl Followed {
    /// Follows a log from its beginning.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, reader: Reader) -> Result<Self, Unread> {
        let name = path.display().to_string();
        let tail = Tail::open(path).map_err(|error| Unread::new(&name, &error))?;
        Ok(Self { name: name.into(), tail, reader, before: 0 })
    }

    /// The entries of what was written since; `None` where that is nothing.
    ///
    /// # Errors
    /// When it can no longer be read.
    pub fn next_sheet(&mut self) -> Result<Option<Sheet>, Unread> {
        let lines = self.tail.lines();
        let entries = self.tail.next_entries(&mut self.reader).map_err(|error| Unread::new(&self.name, &error))?;
        Ok(entries.map(|entries| {
            let before = self.before;
            self.before += entries.len();
            Sheet { file: Arc::clone(&self.name), before, entries, lines: self.tail.lines().saturating_sub(lines) }
        }))
    }
}
