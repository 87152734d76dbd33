//! `modori scan`: what came back, and why?

use std::io::{self, IsTerminal as _, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Progress;
use super::setup::Setup;
use super::stream::stdout;
use super::{Common, Exit, Failed};
use crate::mail::source::{Inputs, Limits};
use crate::output::{Document, Format, Printer, Summary};
use crate::scan::{Answer, Crew, Others, Scanner};

/// Read mails and say why they came back
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori scan bounce.eml
  modori scan --summary ~/Maildir old-bounces.mbox.gz
  modori scan --format csv notices.json > bounces.csv
  modori scan - < bounce.eml

A path is a mail, an mbox, JSON notices of a sending service, any of them packed by gzip, a Maildir, a folder with any of
these below it, or `-` for stdin.")]
pub(super) struct Scan {
    /// Where the mails are; `-` is stdin
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// How to print the answers
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,

    /// Print what was found in numbers, and no more
    #[arg(long, conflicts_with_all = ["format", "explain", "all"])]
    summary: bool,

    /// Say of mails that report nothing that they are no report
    #[arg(long)]
    all: bool,

    /// Show who said what, which words decided, and which rules lost at which step
    #[arg(long)]
    explain: bool,

    /// How many threads to work on [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    common: Common,
}

impl Scan {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let crew = Crew::new(self.threads).map_err(|error| Failed::Because(format!("no threads to work on: {error}")))?;
        let printer = setup.printer(self.format, self.explain)?;
        let others = if self.all { Others::Named } else { Others::Silent };
        let scanner = Scanner { engine: &setup.engine, from: setup.from, printer, others };
        if self.paths.iter().any(|path| path == Path::new("-")) && io::stdin().is_terminal() {
            anstream::eprintln!("modori: paste the mail, then press Ctrl-D");
        }
        let progress = Progress::beside(io::stdout().is_terminal() && !self.summary);
        let out = stdout(self.format);
        let mut results = Results { scan: self, out: Document::new(self.format, out), summary: Summary::default(), progress };
        let inputs = Inputs::new(self.paths.clone(), Limits::default());
        crew.each(inputs, |input| scanner.answer(input), |answer| results.take(&scanner, answer?))?;
        results.end(&printer)
    }
}

/// The results of a scan under way.
struct Results<'s, W> {
    scan: &'s Scan,
    out: Document<W>,
    summary: Summary,
    progress: Progress,
}

impl<W: Write> Results<'_, W> {
    fn take(&mut self, scanner: &Scanner<'_>, mut answer: Answer) -> Result<(), Failed> {
        if let Some(remark) = &answer.remark {
            self.progress.say(&format!("{}: {remark}", answer.name));
        }
        if let Some(fault) = &answer.fault {
            self.progress.say(&format!("{} cannot be read: {fault}", answer.name));
            self.summary.add_unread(&answer.name);
        }
        if answer.is_read() {
            self.summary.add_mail(!answer.counted.is_empty());
            self.progress.advance(&answer.name);
        }
        loop {
            self.summary.add_failures(&answer.name, &answer.counted);
            if !self.scan.summary {
                self.out.add(&answer.printed)?;
            }
            if !scanner.go_on(&mut answer)? {
                return Ok(());
            }
        }
    }

    fn end(mut self, printer: &Printer<'_>) -> Result<Exit, Failed> {
        self.progress.end();
        if self.scan.summary || (self.scan.format == Format::Text && self.summary.mails() > 1) {
            for lang in printer.langs.list() {
                self.out.add(format!("\n{}", self.summary.render(printer.engine, &lang)).as_bytes())?;
            }
        }
        self.out.end()?;
        Ok(match &self.summary {
            summary if summary.unread() > 0 && summary.mails() == 0 => Exit::Impossible,
            summary if summary.unread() > 0 || summary.has_unexplained() => Exit::No,
            _ => Exit::Done,
        })
    }
}
