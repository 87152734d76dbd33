//! `modori log`: what do the logs of the mail server say?

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::setup::Setup;
use super::stream::stdout;
use super::{Common, Exit, Failed};
use crate::log::{self, Messages, Period, Reader, Wanted};
use crate::mail::source::Unread;
use crate::output::{Document, Format, LogSummary, Printer};
use crate::scan::{Answered, Answers, Crew, Followed, Known, LogScanner, Logs, Sheet};

/// How long a log that is followed is left alone when there was nothing new.
const PAUSE: Duration = Duration::from_millis(100);

/// Read the logs of mail servers and say why mails did not arrive
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori log /var/log/mail.log
  modori log --since 2025-02-03T09:00 --format ndjson /var/log/maillog.1.gz /var/log/maillog
  modori log --follow /var/log/mail.log
  journalctl -u postfix -o short-iso | modori log -
  TZ=Asia/Tokyo modori log --since 2025-02-03 tokyo-mail.log

Lines that do not name their time zone are taken to be of this machine's, or of the one in TZ, in which the summary counts hours.
Logs of Postfix, Sendmail, Exim, OpenSMTPD and qmail are read, as files, packed by gzip or Zstandard, or from stdin (`-`).")]
pub(super) struct Log {
    /// Logs, oldest first; `-` is stdin
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// How to print the answers; `text` is a summary, with --follow a line for each
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,

    /// Print what was found in numbers, and no more
    #[arg(long, conflicts_with_all = ["format", "explain"])]
    summary: bool,

    /// Say what was delivered, too
    #[arg(long)]
    all: bool,

    /// Only lines written at this time or later: 2025-02-03, 2025-02-03T09:00, in another zone than this machine's
    /// 2025-02-03T09:00+09:00
    #[arg(long, value_name = "TIME", value_parser = |written: &str| Period::first(written, &TimeZone::system()))]
    since: Option<Timestamp>,

    /// Only lines written at this time or before
    #[arg(long, value_name = "TIME", value_parser = |written: &str| Period::last(written, &TimeZone::system()))]
    until: Option<Timestamp>,

    /// Go on with what is written from now on, until interrupted; a log that is rotated is followed under its name
    #[arg(long)]
    follow: bool,

    /// Show who said what, which words decided, and which rules lost at which step
    #[arg(long)]
    explain: bool,

    /// How many threads to work on [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,

    #[command(flatten)]
    common: Common,
}

impl Log {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let has_stdin = self.files.iter().any(|path| path == Path::new("-"));
        if self.follow && has_stdin {
            return Err(Failed::Because("stdin is read to its end anyway; leave out --follow, or name files only".to_owned()));
        }
        let setup = Setup::leaked(&self.common)?;
        let printer = setup.printer(self.format, self.explain)?;
        let known = Known::default();
        let scanner = LogScanner { engine: &setup.engine, from: setup.from, answers: self.answers(printer, &known) };
        let out = stdout(self.format);
        let mut results = Results { out: Document::new(self.format, out), summary: LogSummary::within(TimeZone::system()) };
        if self.follow {
            self.follow(&scanner, &mut results)?;
        } else {
            // What comes through a pipe is answered as it comes, not when there is enough of it.
            let crew = if has_stdin { Ok(Crew::Alone) } else { Crew::new(self.threads) };
            let crew = crew.map_err(|error| Failed::Because(format!("no threads to work on: {error}")))?;
            let work = |sheet: Result<Sheet, Unread>| sheet.map(|sheet| scanner.answer(sheet));
            crew.each(Logs::new(self.reader()?, self.files.clone()), work, |answered| {
                results.take(answered)?;
                if has_stdin { results.out.flush().map_err(Failed::Output) } else { Ok(()) }
            })?;
        }
        results.end(self.format, &printer)
    }

    fn answers<'e>(&self, printer: Printer<'e>, known: &'e Known) -> Answers<'e> {
        if self.prints_records() {
            Answers::Records(printer)
        } else if self.follow && !self.summary {
            Answers::Lines(printer)
        } else {
            Answers::Counts(known)
        }
    }

    /// Whether all that is known is printed, and not numbers or lines only.
    fn prints_records(&self) -> bool {
        self.format != Format::Text || self.explain
    }

    fn reader(&self) -> Result<Reader, Failed> {
        let wanted = Wanted {
            results: if self.all { log::Results::All } else { log::Results::Failures },
            messages: if self.prints_records() { Messages::Joined } else { Messages::Passed },
            period: Period { since: self.since, until: self.until, zone: TimeZone::system() },
        };
        Reader::new(wanted).map_err(|error| Failed::Because(error.to_string()))
    }

    /// Answers what is written, until a signal comes.
    fn follow<W: Write>(&self, scanner: &LogScanner<'_>, results: &mut Results<W>) -> Result<(), Failed> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop)).map_err(|error| Failed::Because(error.to_string()))?;
        }
        let mut followed = Vec::new();
        for path in &self.files {
            match Followed::open(path, self.reader()?) {
                Ok(log) => followed.push(log),
                Err(unread) => results.unread(&unread),
            }
        }
        while !followed.is_empty() && !stop.load(Ordering::Relaxed) {
            let mut is_quiet = true;
            for log in &mut followed {
                while let Some(sheet) = log.next_sheet().map_err(|unread| Failed::Because(unread.to_string()))? {
                    results.take(Ok(scanner.answer(sheet)))?;
                    is_quiet = false;
                }
            }
            if is_quiet {
                results.out.flush()?;
                thread::sleep(PAUSE);
            }
        }
        Ok(())
    }
}

/// The results of logs under way.
struct Results<W> {
    out: Document<W>,
    summary: LogSummary,
}

impl<W: Write> Results<W> {
    fn take(&mut self, answered: Result<io::Result<Answered>, Unread>) -> Result<(), Failed> {
        let Answered { sheet, printed, counted } = match answered {
            Ok(answered) => answered?,
            Err(unread) => {
                self.unread(&unread);
                return Ok(());
            }
        };
        self.summary.add_lines(sheet.lines);
        for (entry, counted) in sheet.entries.iter().zip(&counted) {
            self.summary.add(entry, counted);
        }
        if printed.is_empty() { Ok(()) } else { self.out.add(&printed).map_err(Failed::Output) }
    }

    fn unread(&mut self, unread: &Unread) {
        anstream::eprintln!("modori: {unread}");
        self.summary.add_unread();
    }

    fn end(mut self, format: Format, printer: &Printer<'_>) -> Result<Exit, Failed> {
        if format == Format::Text {
            for lang in printer.langs.list() {
                self.out.add(format!("\n{}", self.summary.render(printer.engine, &lang)).as_bytes())?;
            }
        }
        self.out.end()?;
        Ok(match &self.summary {
            summary if summary.unread() > 0 && summary.lines() == 0 => Exit::Impossible,
            summary if summary.unread() > 0 || summary.has_unexplained() => Exit::No,
            _ => Exit::Done,
        })
    }
}
