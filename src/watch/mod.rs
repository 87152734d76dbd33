//! Watching: mails are judged as they arrive, each exactly once, whenever the process ends and begins again.
//!
//! For each mail the journal notes that its records are about to be written, and then that they are. Whoever finds only the
//! first note after a sudden end writes the records once more, marked as `repeated`.
//! Nothing else is ever written twice, and nothing is left out.
//!
//! A mail in a Maildir is known by its name, one in an mbox by what it says.

mod growing;
mod journal;
mod letter;
mod mbox;
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
use crate::mail::source::{self, Input, Inputs, Limits, Unread};
use crate::matcher::Viewpoint;
use crate::output::{Format, Langs, Printer};
use crate::scan::{Others, Scanner};

use growing::{Next, QUIET};
use mbox::Mbox;

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
    /// Files in mbox format to which mails are appended. One that is not there may come.
    pub mboxes: Vec<PathBuf>,
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
    /// A watch over these folders and mboxes.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>, mboxes: Vec<PathBuf>, langs: Langs, journal: Journal, sink: Sink) -> Self {
        Self { folders, mboxes, langs, provider: None, move_to: None, journal, sink, complaints: HashSet::new() }
    }

    /// Judges what arrives until `stop` says so; what cannot be read goes to `complain`, once.
    ///
    /// # Errors
    /// When folders cannot be watched, or records or the journal cannot be written.
    pub fn run(&mut self, live: &Live, backlog: Backlog, stop: &AtomicBool, complain: impl Fn(&str)) -> io::Result<()> {
        let mut bell = Bell::new(self.folders.iter().chain(&self.mboxes).cloned()).map_err(io::Error::other)?;
        if self.journal.is_new() {
            let present = if backlog == Backlog::Passed { self.present(&complain) } else { Vec::new() };
            self.journal.start(present.into_iter().map(|(key, _)| key))?;
        }
        let mut mboxes: Vec<Mbox> = self.mboxes.iter().map(|path| Mbox::new(path)).collect();
        for mbox in &mut mboxes {
            if mbox.start(&mut self.journal, backlog).map_err(|error| named(mbox.name(), &error))? {
                let name = mbox.name();
                complain(&format!(
                    "{name} was replaced while nobody watched; what the old file got last was not read, if it got something"
                ));
            }
        }
        while !stop.load(Ordering::Relaxed) {
            let soon = self.round(live, &mut mboxes, stop, &complain)?;
            wait(&mut bell, stop, if soon { QUIET / 2 } else { LONGEST });
        }
        Ok(())
    }

    /// Judges all mails that are there and were not judged yet; whether there is one that will soon be whole.
    fn round(&mut self, live: &Live, mboxes: &mut [Mbox], stop: &AtomicBool, complain: &impl Fn(&str)) -> io::Result<bool> {
        let present = self.present(complain);
        for (key, path) in &present {
            if stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            match self.journal.known(key) {
                Known::Done => {}
                known => self.judge_file(live, key, path, known, complain)?,
            }
        }
        let mut soon = false;
        for mbox in &mut *mboxes {
            soon |= self.judge_mbox(live, mbox, stop, complain)?;
        }
        let files: HashSet<&str> = present.iter().map(|(key, _)| key.as_str()).collect();
        self.journal.keep(|key| files.contains(key) || mboxes.iter().any(|mbox| mbox.has(key)))?;
        Ok(soon)
    }

    /// Judges the mails that came to an mbox; whether there is one that will soon be whole.
    fn judge_mbox(&mut self, live: &Live, mbox: &mut Mbox, stop: &AtomicBool, complain: &impl Fn(&str)) -> io::Result<bool> {
        while !stop.load(Ordering::Relaxed) {
            let mail = match mbox.next(&mut self.journal) {
                Ok(Next::Mail(mail)) => *mail,
                Ok(Next::Soon) => return Ok(true),
                Ok(Next::End) => break,
                Err(error) => {
                    self.complain(named(mbox.name(), &error).to_string(), complain);
                    break;
                }
            };
            let known = match self.journal.known(&mail.key) {
                Known::Done => continue,
                known => {
                    if mail.was_cut {
                        Known::Begun
                    } else {
                        known
                    }
                }
            };
            let records = self.records(live, [Ok(mail.input)])?;
            self.tell(&mail.key, records, known)?;
            self.journal.done(&mail.key)?;
        }
        Ok(false)
    }

    /// Judges a mail that is a file.
    fn judge_file(&mut self, live: &Live, key: &str, path: &Path, known: Known, complain: &impl Fn(&str)) -> io::Result<()> {
        let records = match self.records(live, Inputs::new(vec![path.to_owned()], Limits::default())) {
            Ok(records) => records,
            // Somebody read it and its name changed, or it is gone: the next round knows.
            Err(_) if !path.exists() => return Ok(()),
            Err(error) => {
                self.complain(format!("{} cannot be read: {error}", path.display()), complain);
                return Ok(());
            }
        };
        let is_report = !records.is_empty();
        self.tell(key, records, known)?;
        if is_report {
            // Before it is done: a mail that was not moved is judged again, one that was cannot be.
            self.put_away(path, complain);
        }
        self.journal.done(key)
    }

    /// Writes the records of a mail, if there are any.
    fn tell(&mut self, key: &str, records: Vec<u8>, known: Known) -> io::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let records = if known == Known::Begun { repeated(&records)? } else { records };
        self.journal.begin(key)?;
        self.sink.write(&records)
    }

    /// The records of all that these say, one a line.
    fn records(&self, live: &Live, inputs: impl IntoIterator<Item = Result<Input, Unread>>) -> io::Result<Vec<u8>> {
        let engine = live.load();
        let customer_of = self.provider.as_deref().and_then(|id| engine.set().provider_by_id(id));
        let from = Viewpoint { customer_of, presumed: None };
        let printer = Printer { engine: &engine, format: Format::Ndjson, langs: &self.langs, evidence: None };
        let scanner = Scanner { engine: &engine, from, printer, others: Others::Silent };
        let mut records = Vec::new();
        for input in inputs {
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

/// An error of what is called so.
fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name} cannot be read: {error}"))
}

/// Waits for mail, for the end, or until it is time to look on all accounts.
fn wait(bell: &mut Bell, stop: &AtomicBool, longest: Duration) {
    let start = Instant::now();
    let breath = BREATH.min(longest);
    while !stop.load(Ordering::Relaxed) && start.elapsed() < longest {
        let asked = Instant::now();
        if bell.wait(Some(breath)) {
            return;
        }
        // A bell that is broken does not wait.
        thread::sleep((breath / 2).saturating_sub(asked.elapsed()));
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
