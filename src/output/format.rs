//! Formats: how answers are printed, and how they become one document.

use std::io::{self, Write};

use clap::ValueEnum;

use super::csv;
use super::evidence::Evidence;
use super::record::{Langs, Record};
use super::sisimai;
use super::text::{printable, render_evidence, render_no_report, render_text};
use serde::Serialize;

use crate::Engine;
use crate::log::Stamp;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Limit};

/// How answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
    /// A table, its first row the names of the columns
    Csv,
    /// One JSON array with the field and reason names of Sisimai 5
    Sisimai,
}

impl Format {
    /// What stands before every answer but the first.
    const fn separator(self) -> &'static [u8] {
        match self {
            Self::Text => b"\n",
            Self::Json | Self::Sisimai => b",\n",
            Self::Ndjson | Self::Csv => b"",
        }
    }

    /// What stands before the first answer.
    fn opening(self) -> Vec<u8> {
        match self {
            Self::Json | Self::Sisimai => b"[\n".to_vec(),
            Self::Csv => csv::header(),
            Self::Text | Self::Ndjson => Vec::new(),
        }
    }

    /// The end of a document with answers, and all of one without any.
    fn ending(self, is_empty: bool) -> Vec<u8> {
        match self {
            Self::Json | Self::Sisimai if is_empty => b"[]\n".to_vec(),
            Self::Json | Self::Sisimai => b"\n]\n".to_vec(),
            Self::Csv if is_empty => self.opening(),
            Self::Text | Self::Ndjson | Self::Csv => Vec::new(),
        }
    }
}

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'p> {
    /// The input's file.
    pub file: Option<&'p str>,
    /// The number of the mail in its file, where it has several.
    pub mail: Option<usize>,
    /// Which answer of this input it is, from 0.
    pub index: usize,
    /// The line of a log that it was read in.
    pub logged: Option<Logged<'p>>,
}

/// A line of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logged<'p> {
    /// Its number, from 1.
    pub line: u64,
    /// The name that the mail system gave the message.
    pub queue_id: Option<&'p str>,
    /// When it was written.
    pub time: Option<Stamp>,
}

/// Most records are no longer, in bytes.
const RECORD: usize = 2048;

/// Prints single answers. Several threads may share it.
#[derive(Debug, Clone, Copy)]
pub struct Printer<'e> {
    /// The engine that gave the answers.
    pub engine: &'e Engine,
    /// The format.
    pub format: Format,
    /// The languages of texts.
    pub langs: &'e Langs,
    /// From where the evidence is given, where it is wanted; `csv` and `sisimai` have no place for it.
    pub evidence: Option<Viewpoint>,
}

impl Printer<'_> {
    /// Appends an answer to `out`.
    ///
    /// # Errors
    /// None in practice: what cannot be written to memory.
    pub fn answer(&self, out: &mut Vec<u8>, diagnosis: &Diagnosis<'_>, place: Place<'_>) -> io::Result<()> {
        let record = || Record::new(self.engine, diagnosis, place, self.langs);
        let evidence = || self.evidence.map(|from| Evidence::new(self.engine, diagnosis, from));
        match self.format {
            Format::Text => {
                for lang in self.langs.list() {
                    self.heading(out, place);
                    out.extend_from_slice(render_text(self.engine, diagnosis, &lang).as_bytes());
                }
                out.extend_from_slice(evidence().map_or_else(String::new, |evidence| render_evidence(&evidence)).as_bytes());
                Ok(())
            }
            Format::Json | Format::Ndjson => self.record(out, &record().with_evidence(evidence())),
            Format::Csv => csv::row(out, &record()),
            Format::Sisimai => {
                out.extend_from_slice(self.format.separator());
                Ok(serde_json::to_writer(out, &sisimai::Fact::new(self.engine, diagnosis, place.file))?)
            }
        }
    }

    /// Appends to `out` that a mail reports nothing. Sisimai has no word for that.
    ///
    /// # Errors
    /// None in practice: what cannot be written to memory.
    pub fn no_report(&self, out: &mut Vec<u8>, limit: Option<Limit>, place: Place<'_>) -> io::Result<()> {
        let record = || Record::no_report(self.engine, limit, place, self.langs);
        match self.format {
            Format::Text => {
                for lang in self.langs.list() {
                    self.heading(out, place);
                    out.extend_from_slice(render_no_report(&lang).as_bytes());
                }
                Ok(())
            }
            Format::Json | Format::Ndjson => self.record(out, &record()),
            Format::Csv => csv::row(out, &record()),
            Format::Sisimai => Ok(()),
        }
    }

    /// The blank line and the file above a text.
    fn heading(&self, out: &mut Vec<u8>, place: Place<'_>) {
        out.extend_from_slice(self.format.separator());
        if let Some(file) = place.file {
            let number = place.mail.map_or_else(String::new, |number| format!(":{number}"));
            out.extend_from_slice(format!("{}{number}\n", printable(file)).as_bytes());
        }
    }

    /// Appends what is no diagnosis to `out`: `text` for people, `record` for programs. CSV and Sisimai have no place for it.
    ///
    /// # Errors
    /// None in practice: what cannot be written to memory.
    pub fn other(&self, out: &mut Vec<u8>, text: &str, record: &impl Serialize) -> io::Result<()> {
        match self.format {
            Format::Text => {
                out.extend_from_slice(self.format.separator());
                out.extend_from_slice(text.as_bytes());
                Ok(())
            }
            Format::Json | Format::Ndjson => self.record(out, record),
            Format::Csv | Format::Sisimai => Ok(()),
        }
    }

    fn record(&self, out: &mut Vec<u8>, record: &impl Serialize) -> io::Result<()> {
        out.reserve(RECORD);
        out.extend_from_slice(self.format.separator());
        serde_json::to_writer(&mut *out, record)?;
        if self.format == Format::Ndjson {
            out.push(b'\n');
        }
        Ok(())
    }
}

/// Answers on their way to a stream, as one document.
#[derive(Debug)]
pub struct Document<W> {
    format: Format,
    out: W,
    is_empty: bool,
}

impl<W: Write> Document<W> {
    /// A document without answers. Nothing is written yet.
    #[must_use]
    pub const fn new(format: Format, out: W) -> Self {
        Self { format, out, is_empty: true }
    }

    /// Writes answers that a [`Printer`] of the same format printed.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn add(&mut self, answers: &[u8]) -> io::Result<()> {
        if !self.is_empty || answers.is_empty() {
            return self.out.write_all(answers);
        }
        self.is_empty = false;
        self.out.write_all(&self.format.opening())?;
        self.out.write_all(answers.strip_prefix(self.format.separator()).unwrap_or(answers))
    }

    /// Sends on what was written so far.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Ends the document.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn end(mut self) -> io::Result<()> {
        self.out.write_all(&self.format.ending(self.is_empty))?;
        self.out.flush()
    }
}
