//! The journal: which mails were judged, in a file that outlives the process.
//!
//! It is only ever added to, a line for each step, and now and then written anew without what is gone. A last line that is
//! not whole was never written.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How many lines beyond those in use make it worth writing the journal anew.
const SPARE: usize = 10_000;

/// What is known of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// Nothing.
    New,
    /// Its records were about to be written when the process ended.
    Begun,
    /// Its records are written.
    Done,
}

/// Which mails were judged.
#[derive(Debug)]
pub struct Journal {
    /// Where it lies; nowhere, where it need not outlive the process.
    path: Option<PathBuf>,
    file: Option<File>,
    /// Held as long as the journal is in use.
    _lock: Option<File>,
    known: HashMap<String, Known>,
    lines: usize,
    is_new: bool,
}

impl Journal {
    /// A journal that ends with the process.
    #[must_use]
    pub fn passing() -> Self {
        Self { path: None, file: None, _lock: None, known: HashMap::new(), lines: 0, is_new: true }
    }

    /// The journal in a file. Where there is none, [`start`](Self::start) makes it.
    ///
    /// # Errors
    /// When it cannot be read or written, when it is no journal, and when another process uses it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let lock = Some(lock(path)?);
        let mut file = match OpenOptions::new().append(true).read(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path: Some(path.to_owned()), _lock: lock, ..Self::passing() });
            }
            opened => opened?,
        };
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let (whole, torn) = text.rsplit_once('\n').map_or(("", text.as_str()), |(whole, torn)| (whole, torn));
        let mut known = HashMap::new();
        let mut lines = 0;
        for line in whole.lines().filter(|line| !line.is_empty()) {
            let (step, key): (Known, String) = serde_json::from_str(line)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("line {} is none of a journal's", lines + 1)))?;
            known.insert(key, step);
            lines += 1;
        }
        let mut journal = Self { path: Some(path.to_owned()), file: Some(file), _lock: lock, known, lines, is_new: false };
        if !torn.is_empty() {
            journal.rewrite()?;
        }
        Ok(journal)
    }

    /// Whether it was never started.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Starts a new journal: these mails are not to be judged. It is there with all of them, or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn start(&mut self, passed: impl IntoIterator<Item = String>) -> io::Result<()> {
        self.known.extend(passed.into_iter().map(|key| (key, Known::Done)));
        self.is_new = false;
        self.rewrite()
    }

    /// What is known of a mail.
    #[must_use]
    pub fn known(&self, key: &str) -> Known {
        self.known.get(key).copied().unwrap_or(Known::New)
    }

    /// Notes that the records of a mail are about to be written.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn begin(&mut self, key: &str) -> io::Result<()> {
        self.note(Known::Begun, key)
    }

    /// Notes that the records of a mail are written, or that there are none.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn done(&mut self, key: &str) -> io::Result<()> {
        self.note(Known::Done, key)
    }

    fn note(&mut self, step: Known, key: &str) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(line(step, key)?.as_bytes())?;
            self.lines += 1;
        }
        self.known.insert(key.to_owned(), step);
        Ok(())
    }

    /// Forgets the mails that are not among these, once there are many.
    ///
    /// # Errors
    /// When the journal cannot be written anew; the old one then stays.
    pub fn keep(&mut self, present: &HashSet<&str>) -> io::Result<()> {
        if self.lines.max(self.known.len()) < 2 * present.len() + SPARE {
            return Ok(());
        }
        self.known.retain(|key, _| present.contains(key.as_str()));
        self.rewrite()
    }

    /// Writes it anew beside, then puts it in place.
    fn rewrite(&mut self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let beside = beside(path, "new");
        let mut file = File::create(&beside)?;
        for (key, step) in &self.known {
            file.write_all(line(*step, key)?.as_bytes())?;
        }
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        self.file = Some(OpenOptions::new().append(true).open(path)?);
        self.lines = self.known.len();
        Ok(())
    }
}

fn line(step: Known, key: &str) -> io::Result<String> {
    Ok(serde_json::to_string(&(step, key))? + "\n")
}

/// A file beside the journal.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// Locks a file beside the journal, which is replaced now and then.
fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(beside(path, "lock"))?;
    file.try_lock().map_err(|_| io::Error::new(io::ErrorKind::ResourceBusy, "another process watches with it"))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_known_afterwards_wherever_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let mut journal = Journal::open(&path).unwrap();
        assert!(journal.is_new());
        journal.start([]).unwrap();
        for key in ["a", "b\n\"2"] {
            journal.begin(key).unwrap();
            journal.done(key).unwrap();
        }
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for end in 0..=whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            let lines = whole[..end].iter().filter(|byte| **byte == b'\n').count();
            let wanted = [Known::New, Known::Begun, Known::Done];
            assert_eq!(journal.known("a"), wanted[lines.min(2)], "{end} bytes");
            assert_eq!(journal.known("b\n\"2"), wanted[lines.saturating_sub(2)], "{end} bytes");
            journal.done("c").unwrap();
            drop(journal);
            assert_eq!(Journal::open(&path).unwrap().known("c"), Known::Done, "{end} bytes");
        }
    }

    #[test]
    fn what_is_gone_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let mut journal = Journal::open(&path).unwrap();
        journal.start((0..SPARE).map(|number| number.to_string())).unwrap();
        journal.keep(&HashSet::new()).unwrap();
        journal.done("kept").unwrap();
        drop(journal);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "[\"done\",\"kept\"]\n");
    }

    #[test]
    fn one_process_uses_it_at_a_time_and_other_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let first = Journal::open(&path).unwrap();
        assert!(Journal::open(&path).is_err());
        drop(first);
        assert!(Journal::open(&path).unwrap().is_new(), "it was not started");
        std::fs::write(&path, "dear diary\n").unwrap();
        assert!(Journal::open(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "dear diary\n");
    }
}
