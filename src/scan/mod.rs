//! Scanning: many mails, or the lines of logs, to printed answers, on several processors, in the order of the input.

mod crew;
mod follow;
mod known;
mod logs;

use std::{io, vec};

use crate::Engine;
use crate::mail::source::{Content, Input, Unread};
use crate::mail::{Report, Told};
use crate::matcher::Viewpoint;
use crate::model::Failure;
use crate::output::{Counted, Place, Printer};

pub use crew::{Bulk, Crew};
pub use follow::Followed;
pub use known::Known;
pub use logs::{Answered, Answers, LogScanner, Logs, Sheet};

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

impl Bulk for Result<Input, Unread> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, |input| input.content.len())
    }
}

/// How many failures of one mail are judged and printed at once.
const PART: usize = 1_000;

/// How many bytes one answer usually takes at most when it is printed.
const USUAL: usize = 3 << 10;

/// What one input gave: its failures in parts, the first of them judged and printed.
#[derive(Debug)]
pub struct Answer {
    /// The input's name.
    pub name: String,
    /// The answers of this part, printed.
    pub printed: Vec<u8>,
    /// What is counted of them.
    pub counted: Vec<Counted>,
    /// Why the input could not be read, or not to its end.
    pub fault: Option<String>,
    /// What whoever scans must know of it besides.
    pub remark: Option<String>,
    file: String,
    number: Option<usize>,
    index: usize,
    left: vec::IntoIter<Failure<'static>>,
}

impl Scanner<'_> {
    /// Reads one input, and judges and prints the first part of what it says.
    ///
    /// # Errors
    /// When an answer cannot be printed.
    pub fn answer(&self, input: Result<Input, Unread>) -> io::Result<Answer> {
        let input = match input {
            Ok(input) => input,
            Err(Unread { name, why }) => return Ok(Answer::unread(name, why)),
        };
        let Told { report, fault } = match &input.content {
            Content::Mail(mail) => Told { report: self.engine.read_mail(mail), fault: None },
            Content::Notices(json) => self.engine.read_notices(json),
        };
        let remark = input.cut.then(|| format!("only its first {} MB were read", input.content.len() >> 20));
        let (failures, limit) = match report {
            Report::Failures(failures) => (failures, None),
            Report::NoReport(limit) => (Vec::new(), limit),
        };
        let remark =
            remark.or_else(|| limit.map(|limit| format!("it was read only up to a limit ({limit}), and up to there reports nothing")));
        let mut answer = Answer { fault, remark, ..Answer::new(&input, failures) };
        self.go_on(&mut answer)?;
        if self.others == Others::Named && answer.counted.is_empty() && answer.fault.is_none() {
            let place = Place { file: Some(&answer.file), mail: answer.number, index: 0, logged: None };
            self.printer.no_report(&mut answer.printed, limit, place)?;
        }
        Ok(answer)
    }

    /// Judges and prints the next part of an answer in place of the last; whether there was one.
    ///
    /// # Errors
    /// When an answer cannot be printed.
    pub fn go_on(&self, answer: &mut Answer) -> io::Result<bool> {
        answer.printed.clear();
        answer.counted.clear();
        answer.printed.reserve(USUAL * answer.left.len().min(1));
        for failure in answer.left.by_ref().take(PART) {
            let diagnosis = self.engine.diagnose(failure, self.from);
            let place = Place { file: Some(&answer.file), mail: answer.number, index: answer.index, logged: None };
            self.printer.answer(&mut answer.printed, &diagnosis, place)?;
            answer.counted.push(Counted::new(self.engine, &diagnosis));
            answer.index += 1;
        }
        Ok(!answer.counted.is_empty())
    }
}

impl Answer {
    fn new(input: &Input, failures: Vec<Failure<'static>>) -> Self {
        Self {
            name: input.name(),
            printed: Vec::new(),
            counted: Vec::new(),
            fault: None,
            remark: None,
            file: input.file.clone(),
            number: input.number,
            index: 0,
            left: failures.into_iter(),
        }
    }

    fn unread(name: String, why: String) -> Self {
        let nothing = Input { file: name, number: None, content: Content::Mail(Vec::new()), cut: false };
        Self { fault: Some(why), ..Self::new(&nothing, Vec::new()) }
    }

    /// Whether something was read of it.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.fault.is_none() || !self.counted.is_empty()
    }
}
