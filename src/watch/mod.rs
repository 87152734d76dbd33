//! Watching: mails are judged as they arrive, each exactly once, whenever the process ends and begins again.
//!
//! For each mail the journal notes that its records are about to be written, and then that they are. Whoever finds only the
//! first note after a sudden end writes the records once more, marked as `repeated`.
//! Nothing else is ever written twice, and nothing is left out.

mod journal;
mod sink;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::live::{Bell, Live};
use crate::mail::source::{self, Inputs, Limits};
use crate::matcher::Viewpoint;
use crate::output::{Format, Langs, Printer};
use crate::scan::{Others, Scanner};

pub use journal::{Journal, Known};
pub use sink::Sink;

/// How often it looks whether it is told to stop.
const BREATH: Duration = Duration::from_millis(500);

/// After this long it looks for mails though no bell rang: some file systems tell nothing.
const LONGEST: Duration = Duration::from_secs(30);

/// What becomes of mails that lay there before anybody watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backlog {
    /// They are passed over.
    Passed,
    /// They are judged like those that come.
    Judged,
}

/// Where mails arrive, and how they are told of.
#[derive(Debug)]
pub struct Watch {
    /// Maildirs, or folders into which mails are moved whole.
    pub folders: Vec<PathBuf>,
    /// The languages of texts.
    pub langs: Langs,
    /// Whose customer asks.
    pub provider: Option<String>,
    /// Where mails go that were reports: a folder or Maildir on the same file system.
    pub move_to: Option<PathBuf>,
    /// What was done.
    pub journal: Journal,
    /// Where records go.
    pub sink: Sink,
    /// What was said of mails that cannot be read, once for each.
    complaints: HashSet<String>,
}

impl Watch {
    /// A watch over these folders.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>, langs: Langs, journal: Journal, sink: Sink) -> Self {
        Self { folders, langs, provider: None, move_to: None, journal, sink, complaints: HashSet::new() }
    }

    /// Judges what arrives until `stop` says so; what cannot be read goes to `complain`, once.
    ///
    /// # Errors
    /// When folders cannot be watched, or records or the journal cannot be written.
    pub fn run(&mut self, live: &Live, backlog: Backlog, stop: &AtomicBool, complain: impl Fn(&str)) -> io::Result<()> {
        let mut bell = Bell::new(self.folders.clone()).map_err(io::Error::other)?;
        if self.journal.is_new() {
            let present = if backlog == Backlog::Passed { self.present(&complain) } else { Vec::new() };
            self.journal.start(present.into_iter().map(|(key, _)| key))?;
        }
        while !stop.load(Ordering::Relaxed) {
            self.round(live, stop, &complain)?;
            wait(&mut bell, stop);
        }
        Ok(())
    }

    /// Judges all mails that are there and were not judged yet.
    fn round(&mut self, live: &Live, stop: &AtomicBool, complain: &impl Fn(&str)) -> io::Result<()> {
        let present = self.present(complain);
        for (key, path) in &present {
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            match self.journal.known(key) {
                Known::Done => {}
                known => self.judge(live, key, path, known, complain)?,
            }
        }
        self.journal.keep(&present.iter().map(|(key, _)| key.as_str()).collect())
    }

    fn judge(&mut self, live: &Live, key: &str, path: &Path, known: Known, complain: &impl Fn(&str)) -> io::Result<()> {
        let records = match self.records(live, path) {
            Ok(records) => records,
            // Somebody read it and its name changed, or it is gone: the next round knows.
            Err(_) if !path.exists() => return Ok(()),
            Err(error) => {
                self.complain(format!("{} cannot be read: {error}", path.display()), complain);
                return Ok(());
            }
        };
        if records.is_empty() {
            return self.journal.done(key);
        }
        let records = if known == Known::Begun { repeated(&records)? } else { records };
        self.journal.begin(key)?;
        self.sink.write(&records)?;
        // Before it is done: a mail that was not moved is judged again, one that was cannot be.
        self.put_away(path, complain);
        self.journal.done(key)
    }

    /// The records of all that a file says, one a line.
    fn records(&self, live: &Live, path: &Path) -> io::Result<Vec<u8>> {
        let engine = live.load();
        let customer_of = self.provider.as_deref().and_then(|id| engine.set().provider_by_id(id));
        let from = Viewpoint { customer_of, presumed: None };
        let printer = Printer { engine: &engine, format: Format::Ndjson, langs: &self.langs, evidence: None };
        let scanner = Scanner { engine: &engine, from, printer, others: Others::Silent };
        let mut records = Vec::new();
        for input in Inputs::new(vec![path.to_owned()], Limits::default()) {
            let mut answer = scanner.answer(input)?;
            if let Some(fault) = answer.fault.take().filter(|_| answer.printed.is_empty()) {
                return Err(io::Error::other(fault));
            }
            loop {
                records.extend_from_slice(&answer.printed);
                if !scanner.go_on(&mut answer)? {
                    break;
                }
            }
        }
        Ok(records)
    }

    /// Moves a report to where it is wanted.
    fn put_away(&mut self, path: &Path, complain: &impl Fn(&str)) {
        let (Some(folder), Some(name)) = (&self.move_to, path.file_name()) else { return };
        let cur = folder.join("cur");
        let target = if cur.is_dir() { cur.join(name) } else { folder.join(name) };
        if let Err(error) = fs::rename(path, &target) {
            self.complain(format!("{} cannot be moved to {}: {error}", path.display(), target.display()), complain);
        }
    }

    fn complain(&mut self, complaint: String, complain: &impl Fn(&str)) {
        if !self.complaints.contains(&complaint) {
            complain(&complaint);
            self.complaints.insert(complaint);
        }
    }

    /// The mails that are there, by what they are known as, in order.
    fn present(&mut self, complain: &impl Fn(&str)) -> Vec<(String, PathBuf)> {
        let mut found = Vec::new();
        for folder in self.folders.clone() {
            for file in source::files(folder.clone()) {
                match file {
                    Ok(path) => found.push((key(&folder, &path), path)),
                    Err(unread) => self.complain(format!("{} cannot be read: {}", unread.name, unread.why), complain),
                }
            }
        }
        found
    }
}

/// Waits for mail, for the end, or until it is time to look on all accounts.
fn wait(bell: &mut Bell, stop: &AtomicBool) {
    let start = Instant::now();
    while !stop.load(Ordering::Relaxed) && start.elapsed() < LONGEST {
        let asked = Instant::now();
        if bell.wait(Some(BREATH)) {
            return;
        }
        // A bell that is broken does not wait.
        thread::sleep((BREATH / 2).saturating_sub(asked.elapsed()));
    }
}

/// What a mail is known as: in a Maildir its name without the flags, whether it lies in `new` or in `cur`.
fn key(folder: &Path, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unique = name.split(":2,").next().unwrap_or_default();
    let inner = path.parent().unwrap_or(folder);
    let is_maildir = [OsStr::new("new"), OsStr::new("cur")].contains(&inner.file_name().unwrap_or_default());
    let inner = if is_maildir { inner.parent().unwrap_or(folder) } else { inner };
    inner.join(unique).display().to_string()
}

/// The records, marked as written before, perhaps.
fn repeated(records: &[u8]) -> io::Result<Vec<u8>> {
    let mut marked = Vec::new();
    for record in serde_json::Deserializer::from_slice(records).into_iter::<serde_json::Map<_, _>>() {
        let mut record = record?;
        record.insert("repeated".to_owned(), true.into());
        serde_json::to_writer(&mut marked, &record)?;
        marked.push(b'\n');
    }
    Ok(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_keeps_its_key_when_it_is_read() {
        let folder = Path::new("/m");
        let keys = ["/m/new/1.a.host", "/m/cur/1.a.host:2,S", "/m/cur/1.a.host:2,RS"].map(|path| key(folder, Path::new(path)));
        assert_eq!(keys, ["/m/1.a.host"; 3]);
        assert_ne!(key(folder, Path::new("/m/.Sub/new/1.a.host")), keys[0]);
        assert_eq!(key(folder, Path::new("/m/a.eml")), "/m/a.eml");
    }

    #[test]
    fn repeated_records_say_so_and_stay_in_order() {
        let marked = repeated(b"{\"b\":1,\"a\":2}\n{\"c\":\"x\"}\n").unwrap();
        assert_eq!(String::from_utf8(marked).unwrap(), "{\"b\":1,\"a\":2,\"repeated\":true}\n{\"c\":\"x\",\"repeated\":true}\n");
    }
}
