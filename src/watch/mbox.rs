//! An mbox that is watched: which file it is, over rotations and restarts.

use std::fs::{self, DirEntry, File, Metadata, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use same_file::Handle;

use super::growing::{Growing, Next, QUIET};
use super::journal::{Journal, Known};
use super::{Backlog, letter};

/// A lock that was left behind counts no longer after this long.
const STALE: Duration = Duration::from_secs(600);

/// An mbox by its name.
#[derive(Debug)]
pub(super) struct Mbox {
    path: PathBuf,
    name: String,
    /// The file that is read, which may have another name by now.
    now: Option<Growing>,
}

impl Mbox {
    pub(super) fn new(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { name: path.display().to_string(), path, now: None }
    }

    /// How it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether a key is that of a mail in it.
    pub(super) fn has(&self, key: &str) -> bool {
        letter::parts(&self.name, key).is_some()
    }

    /// Takes up where the journal left off; whether what came meanwhile may be lost, since the file is gone that was read before.
    ///
    /// # Errors
    /// When it cannot be read, or the journal cannot be written.
    pub(super) fn start(&mut self, journal: &mut Journal, backlog: Backlog) -> io::Result<bool> {
        let named = named(&self.path)?;
        match journal.mbox(&self.name) {
            None => {
                let mut passed = Vec::new();
                let found = named.as_ref().and_then(|(_, about)| number(about));
                if let Some((file, _)) = named {
                    let mut now = Growing::new(&self.name, file)?;
                    if backlog == Backlog::Passed {
                        passed = now.present()?;
                    }
                    self.now = Some(now);
                }
                journal.follow(&self.name, found, passed)?;
                Ok(false)
            }
            Some(Some(before)) if named.is_none_or(|(_, about)| number(&about) != Some(before)) => {
                self.now = self.renamed(before, journal)?;
                Ok(self.now.is_none())
            }
            Some(_) => Ok(false),
        }
    }

    /// The file of this number, which has another name by now.
    fn renamed(&self, before: u64, journal: &Journal) -> io::Result<Option<Growing>> {
        for (path, about) in self.beside()? {
            if number(&about) != Some(before) {
                continue;
            }
            // Numbers are given anew once a file is gone: it may be somebody else's.
            let is_ours = |key: String| journal.known(&key) == Known::Done;
            if self.is_rotated(&path) || self.open(&path)?.peek()?.is_some_and(is_ours) {
                return self.open(&path).map(Some);
            }
        }
        Ok(None)
    }

    /// The file that came after one that was rotated, where that was rotated in its turn.
    fn successor(&self, of: &Growing) -> io::Result<Option<(Growing, Metadata)>> {
        let of_time = of.about()?.modified()?;
        let mut later: Vec<(SystemTime, PathBuf, Metadata)> = Vec::new();
        for (path, about) in self.beside()? {
            let time = about.modified()?;
            if time > of_time && self.is_rotated(&path) {
                later.push((time, path, about));
            }
        }
        later.sort_by_key(|(time, ..)| *time);
        let named = match named(&self.path)? {
            Some((file, _)) => Growing::new(&self.name, file)?.peek()?,
            None => None,
        };
        for (_, path, about) in later {
            // Nobody needs to read a copy of what was read, or will be. What is no mbox is somebody else's.
            let first = self.open(&path)?.peek().unwrap_or_default();
            if first.is_some() && first != named && first.as_deref() != of.first() {
                return Ok(Some((self.open(&path)?, about)));
            }
        }
        Ok(None)
    }

    /// The files in the same folder.
    fn beside(&self) -> io::Result<Vec<(PathBuf, Metadata)>> {
        let Some(folder) = self.path.parent() else { return Ok(Vec::new()) };
        let about = |entry: io::Result<DirEntry>| {
            let entry = entry.ok()?;
            // What is gone meanwhile is not there.
            entry.metadata().ok().filter(Metadata::is_file).map(|about| (entry.path(), about))
        };
        Ok(fs::read_dir(folder)?.filter_map(about).filter(|(path, _)| *path != self.path).collect())
    }

    /// Whether a path is what those who rotate make of the mbox's: `box.1`, `box-20250203`.
    fn is_rotated(&self, path: &Path) -> bool {
        let rest = path.to_str().and_then(|path| path.strip_prefix(self.name.as_str())).unwrap_or_default();
        rest.starts_with(['.', '-', '_'])
            && rest.len() > 1
            && rest.bytes().skip(1).all(|byte| byte.is_ascii_digit() || b".-_T:".contains(&byte))
    }

    fn open(&self, path: &Path) -> io::Result<Growing> {
        Growing::new(&self.name, File::open(path)?)
    }

    /// The next mail that is whole.
    ///
    /// # Errors
    /// When it cannot be read, or the journal cannot be written.
    pub(super) fn next(&mut self, journal: &mut Journal) -> io::Result<Next> {
        loop {
            if let Some(now) = self.now.as_mut().filter(|now| now.is_reading()) {
                match now.next()? {
                    Next::End => {}
                    next => return Ok(next),
                }
            }
            let named = named(&self.path)?;
            if is_locked(&self.path, named.as_ref().map(|(file, _)| file)) {
                return Ok(Next::Soon);
            }
            let Some(now) = &mut self.now else {
                let Some((file, about)) = named else { return Ok(Next::End) };
                journal.follow(&self.name, number(&about), Vec::new())?;
                self.now = Some(Growing::new(&self.name, file)?);
                continue;
            };
            match now.next()? {
                Next::End => {}
                next => return Ok(next),
            }
            if std::mem::take(&mut now.is_first_pass) {
                journal.forget(|key| letter::parts(&self.name, key).is_some_and(|(digest, times)| !now.holds(digest, times)))?;
            }
            let Some((file, _)) = named else { return Ok(Next::End) };
            if Handle::from_file(file)? == now.handle {
                return Ok(Next::End);
            }
            // Whoever wrote to the file while it was renamed is to come to an end.
            if now.quiet()? < QUIET {
                return Ok(Next::Soon);
            }
            if has_a_name(&now.about()?) {
                // It was put aside, and what comes is new, however much it is like what came before.
                journal.forget(|key| letter::parts(&self.name, key).is_some())?;
            }
            let Some(done) = self.now.take() else { continue };
            if let Some((next, about)) = self.successor(&done)? {
                journal.follow(&self.name, number(&about), Vec::new())?;
                self.now = Some(next);
            }
        }
    }
}

/// The file of this name, if there is one.
fn named(path: &Path) -> io::Result<Option<(File, Metadata)>> {
    match File::open(path) {
        Ok(file) => file.metadata().map(|about| Some((file, about))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether somebody is at work on an mbox, and says so by a file beside it (`mbox.lock`) or by flock(2).
fn is_locked(path: &Path, file: Option<&File>) -> bool {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let age = |about: Metadata| about.modified().ok().and_then(|time| SystemTime::now().duration_since(time).ok());
    let is_fresh = |about: Metadata| age(about).is_none_or(|age| age < STALE);
    let is_held = |file: &File| match file.try_lock_shared() {
        Ok(()) => file.unlock().is_err(),
        Err(TryLockError::WouldBlock) => true,
        // A file system without locks.
        Err(TryLockError::Error(_)) => false,
    };
    fs::metadata(beside).is_ok_and(is_fresh) || file.is_some_and(is_held)
}

/// The number that a file keeps when it is renamed.
#[cfg(unix)]
fn number(about: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(about))
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> Option<u64> {
    None
}

/// Whether a file that is open has a name still.
#[cfg(unix)]
fn has_a_name(about: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(about) > 0
}

#[cfg(not(unix))]
fn has_a_name(_: &Metadata) -> bool {
    false
}
