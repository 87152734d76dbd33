//! Scanning: many mails to printed answers, on several processors, in the order of the input.

mod crew;

use std::io;

use crate::Engine;
use crate::mail::source::{Content, Input, Unread};
use crate::mail::{Report, Told};
use crate::matcher::Viewpoint;
use crate::output::{Counted, Place, Printer};

pub use crew::Crew;

/// Answers for one input after the other. Several threads may share it.
#[derive(Debug, Clone, Copy)]
pub struct Scanner<'e> {
    /// The engine that answers.
    pub engine: &'e Engine,
    /// Whose customer asks.
    pub from: Viewpoint,
    /// How answers are printed.
    pub printer: Printer<'e>,
    /// What is printed of a mail that reports nothing.
    pub others: Others,
}

/// What is printed of mails that report nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Nothing.
    Silent,
    /// That they are no report.
    Named,
}

/// What one input gave.
#[derive(Debug)]
pub struct Answer {
    /// The input's name.
    pub name: String,
    /// The answers, printed.
    pub printed: Vec<u8>,
    /// What is counted.
    pub found: Found,
    /// What whoever scans must know of this input besides.
    pub remarks: Vec<String>,
}

/// What is counted of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Failures; none where it is no report.
    Failures(Vec<Counted>),
    /// It could not be read, or not to its end.
    Unread(Vec<Counted>),
}

impl Scanner<'_> {
    /// Reads and judges one input.
    ///
    /// # Errors
    /// When an answer cannot be printed.
    pub fn answer(&self, input: Result<Input, Unread>) -> io::Result<Answer> {
        let input = match input {
            Ok(input) => input,
            Err(Unread { name, why }) => return Ok(Answer::unread(name, &why)),
        };
        let name = input.name();
        let mut remarks = Vec::new();
        if input.cut {
            remarks.push(format!("{name}: only its first {} MB were read", input.content.len() >> 20));
        }
        let Told { report, fault } = match &input.content {
            Content::Mail(mail) => Told { report: self.engine.read_mail(mail), fault: None },
            Content::Notices(json) => self.engine.read_notices(json),
        };
        let mut printed = Vec::new();
        let counted = self.print(report, &input, &mut printed)?;
        let found = if fault.is_some() { Found::Unread(counted) } else { Found::Failures(counted) };
        remarks.extend(fault.map(|fault| format!("{name} cannot be read: {fault}")));
        Ok(Answer { name, printed, found, remarks })
    }

    /// Prints the answers, and counts them.
    fn print(&self, report: Report, input: &Input, printed: &mut Vec<u8>) -> io::Result<Vec<Counted>> {
        let mut counted = Vec::new();
        let mut place = Place { file: Some(&input.file), mail: input.number, index: 0 };
        let failures = match report {
            Report::Failures(failures) => failures,
            Report::NoReport if self.others == Others::Named => {
                self.printer.no_report(printed, place)?;
                Vec::new()
            }
            Report::NoReport => Vec::new(),
        };
        for failure in failures {
            let diagnosis = self.engine.diagnose(failure, self.from);
            counted.push(Counted::new(self.engine, &diagnosis));
            self.printer.answer(printed, &diagnosis, place)?;
            place.index += 1;
        }
        Ok(counted)
    }
}

impl Answer {
    fn unread(name: String, why: &str) -> Self {
        let remarks = vec![format!("{name} cannot be read: {why}")];
        Self { name, printed: Vec::new(), found: Found::Unread(Vec::new()), remarks }
    }
}
