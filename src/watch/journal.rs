//! The journal: which mails were judged, in a file that outlives the process.
//!
//! It is only ever added to, a line for each step, and now and then written anew without what is gone. A last line that is
//! not whole was never written.

use std::borrow::Cow;
use std::collections::HashMap;
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

/// A line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line<'l> {
    /// What is known of a mail.
    Mail(Known, Cow<'l, str>),
    /// Which file an mbox was when it was read, by the number that it keeps when it is renamed.
    Mbox(Tag, Cow<'l, str>, Option<u64>),
}

#[derive(Serialize, Deserialize)]
enum Tag {
    #[serde(rename = "mbox")]
    Mbox,
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
    mboxes: HashMap<String, Option<u64>>,
    lines: usize,
    is_new: bool,
}

impl Journal {
    /// A journal that ends with the process.
    #[must_use]
    pub fn passing() -> Self {
        Self { path: None, file: None, _lock: None, known: HashMap::new(), mboxes: HashMap::new(), lines: 0, is_new: true }
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
        let mut journal = Self { path: Some(path.to_owned()), file: Some(file), _lock: lock, is_new: false, ..Self::passing() };
        for line in whole.lines().filter(|line| !line.is_empty()) {
            let line = serde_json::from_str(line)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("line {} is none of a journal's", journal.lines + 1)))?;
            match line {
                Line::Mail(step, key) => drop(journal.known.insert(key.into_owned(), step)),
                Line::Mbox(_, name, file) => drop(journal.mboxes.insert(name.into_owned(), file)),
            }
            journal.lines += 1;
        }
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
        self.append(&[Line::Mail(step, key.into())])?;
        self.known.insert(key.to_owned(), step);
        Ok(())
    }

    fn append(&mut self, lines: &[Line<'_>]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(printed(lines)?.as_bytes())?;
        self.lines += lines.len();
        Ok(())
    }

    /// Which file an mbox was, if it was one; nothing where it was never read.
    #[must_use]
    pub fn mbox(&self, name: &str) -> Option<Option<u64>> {
        self.mboxes.get(name).copied()
    }

    /// Notes which file an mbox is now, and that these of its mails are not to be judged.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn follow(&mut self, name: &str, file: Option<u64>, passed: Vec<String>) -> io::Result<()> {
        let mails = passed.iter().map(|key| Line::Mail(Known::Done, key.into()));
        // Last: what was cut off before it is done once more.
        let lines: Vec<Line<'_>> = mails.chain([Line::Mbox(Tag::Mbox, name.into(), file)]).collect();
        self.append(&lines)?;
        self.mboxes.insert(name.to_owned(), file);
        self.known.extend(passed.into_iter().map(|key| (key, Known::Done)));
        Ok(())
    }

    /// Forgets mails.
    ///
    /// # Errors
    /// When the journal cannot be written anew; the old one then stays.
    pub fn forget(&mut self, is_gone: impl Fn(&str) -> bool) -> io::Result<()> {
        let before = self.known.len();
        self.known.retain(|key, _| !is_gone(key));
        if self.known.len() == before { Ok(()) } else { self.rewrite() }
    }

    /// Forgets the mails that are there no more, once there are many.
    ///
    /// # Errors
    /// When the journal cannot be written anew; the old one then stays.
    pub fn keep(&mut self, is_present: impl Fn(&str) -> bool) -> io::Result<()> {
        let many = self.lines.max(self.known.len());
        if many < SPARE || many < SPARE + 2 * self.known.keys().filter(|key| is_present(key)).count() {
            return Ok(());
        }
        self.known.retain(|key, _| is_present(key));
        self.rewrite()
    }

    /// Writes it anew beside, then puts it in place.
    fn rewrite(&mut self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let beside = beside(path, "new");
        let mut file = File::create(&beside)?;
        let mails = self.known.iter().map(|(key, step)| Line::Mail(*step, key.into()));
        let mboxes = self.mboxes.iter().map(|(name, file)| Line::Mbox(Tag::Mbox, name.into(), *file));
        let lines: Vec<Line<'_>> = mails.chain(mboxes).collect();
        file.write_all(printed(&lines)?.as_bytes())?;
        self.lines = lines.len();
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        self.file = Some(OpenOptions::new().append(true).open(path)?);
        Ok(())
    }
}

fn printed(lines: &[Line<'_>]) -> io::Result<String> {
    lines.iter().map(|line| Ok(serde_json::to_string(line)? + "\n")).collect()
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
        journal.keep(|_| false).unwrap();
        journal.done("kept").unwrap();
        drop(journal);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "[\"done\",\"kept\"]\n");
    }

    #[test]
    fn which_file_an_mbox_is_is_known_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let mut journal = Journal::open(&path).unwrap();
        journal.start([]).unwrap();
        assert_eq!(journal.mbox("/m/box"), None);
        journal.follow("/m/box", Some(1), vec!["/m/box/ab".to_owned(), "/m/box/cd".to_owned()]).unwrap();
        journal.follow("/m/box", None, Vec::new()).unwrap();
        journal.follow("/m/other", Some(7), Vec::new()).unwrap();
        journal.forget(|key| key == "/m/box/ab").unwrap();
        drop(journal);
        let journal = Journal::open(&path).unwrap();
        assert_eq!([journal.mbox("/m/box"), journal.mbox("/m/other"), journal.mbox("/m")], [Some(None), Some(Some(7)), None]);
        assert_eq!(["/m/box/ab", "/m/box/cd"].map(|key| journal.known(key)), [Known::New, Known::Done]);
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
