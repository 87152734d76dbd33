//! Logs to printed answers.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::crew::Bulk;
use super::known::Known;
use crate::Engine;
use crate::log::{self, Entry, Opened, Reader};
use crate::mail::source::Unread;
use crate::matcher::Viewpoint;
use crate::model::Diagnosis;
use crate::output::{Counted, Logged, Place, Printer, render_entry};

/// How many bytes one answer may take when it is printed.
const PRINTED: usize = 4 << 10;

/// How the entries of a log are answered.
#[derive(Debug, Clone, Copy)]
pub enum Answers<'e> {
    /// They are counted and no more.
    Counts(&'e Known),
    /// A line for each.
    Lines(Printer<'e>),
    /// All that is known of each, as the printer's format has it.
    Records(Printer<'e>),
}

/// Answers for entries of logs. Several threads may share it.
#[derive(Debug, Clone, Copy)]
pub struct LogScanner<'e> {
    /// The engine that answers.
    pub engine: &'e Engine,
    /// Whose customer asks.
    pub from: Viewpoint,
    /// How the entries are answered.
    pub answers: Answers<'e>,
}

/// Entries of one log that were read together.
#[derive(Debug)]
pub struct Sheet {
    /// The log's name.
    pub file: Arc<str>,
    /// How many entries of this log came before.
    pub before: usize,
    /// The entries.
    pub entries: Vec<Entry>,
    /// How many lines they were found in.
    pub lines: u64,
}

/// A sheet with its answers.
#[derive(Debug)]
pub struct Answered {
    /// What was answered.
    pub sheet: Sheet,
    /// The answers, printed.
    pub printed: Vec<u8>,
    /// What is counted of each entry.
    pub counted: Vec<Counted>,
}

impl Bulk for Result<Sheet, Unread> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, |sheet| sheet.entries.len() * PRINTED)
    }
}

impl LogScanner<'_> {
    /// Judges the entries of a sheet and prints what is wanted of them.
    ///
    /// # Errors
    /// When an answer cannot be printed.
    pub fn answer(&self, sheet: Sheet) -> io::Result<Answered> {
        let (mut printed, mut counted) = (Vec::new(), Vec::with_capacity(sheet.entries.len()));
        for (number, entry) in sheet.entries.iter().enumerate() {
            let judge = || self.engine.diagnose(self.engine.read_entry(entry), self.from);
            let count = |diagnosis: &Diagnosis<'_>| Counted::new(self.engine, diagnosis);
            counted.push(match self.answers {
                Answers::Counts(known) => known.counted(entry, || count(&judge())),
                Answers::Lines(printer) => {
                    let diagnosis = judge();
                    render_entry(&mut printed, &printer, entry, &diagnosis);
                    count(&diagnosis)
                }
                Answers::Records(printer) => {
                    let diagnosis = judge();
                    let logged = Logged { line: entry.line, queue_id: entry.queue_id.as_deref(), time: entry.time };
                    let place = Place { file: Some(&sheet.file), mail: None, index: sheet.before + number, logged: Some(logged) };
                    printer.answer(&mut printed, &diagnosis, place)?;
                    count(&diagnosis)
                }
            });
        }
        Ok(Answered { sheet, printed, counted })
    }
}

/// The entries of several logs, one log after the other; `-` is stdin.
#[derive(Debug)]
pub struct Logs {
    reader: Reader,
    paths: std::vec::IntoIter<PathBuf>,
    open: Option<(Arc<str>, Opened)>,
    before: usize,
}

impl Logs {
    /// The entries that `reader` finds in these logs.
    #[must_use]
    pub fn new(reader: Reader, paths: Vec<PathBuf>) -> Self {
        Self { reader, paths: paths.into_iter(), open: None, before: 0 }
    }

    /// Opens the next log.
    fn open_next(&mut self) -> Option<Result<(), Unread>> {
        let path = self.paths.next()?;
        let name = path.display().to_string();
        let opened = if path == Path::new("-") { log::stdin() } else { log::open(&path) };
        self.before = 0;
        Some(match opened {
            Ok(opened) => {
                self.open = Some((name.into(), opened));
                Ok(())
            }
            Err(error) => Err(Unread::new(&name, &error)),
        })
    }
}

impl Iterator for Logs {
    type Item = Result<Sheet, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((file, log)) = &mut self.open else {
                match self.open_next()? {
                    Ok(()) => continue,
                    Err(unread) => return Some(Err(unread)),
                }
            };
            let lines = log.lines();
            match log.next_entries(&mut self.reader) {
                Ok(Some(entries)) => {
                    let sheet = Sheet { file: file.clone(), before: self.before, lines: log.lines() - lines, entries };
                    self.before += sheet.entries.len();
                    return Some(Ok(sheet));
                }
                Ok(None) => self.open = None,
                Err(error) => {
                    let unread = Unread::new(file, &error);
                    self.open = None;
                    return Some(Err(unread));
                }
            }
        }
    }
}
