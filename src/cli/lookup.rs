//! `modori lookup`: why does this text come back?

use std::io::{self, BufRead, BufWriter, IsTerminal, Read};

use clap::Args;

use super::setup::Setup;
use super::stream::read_line;
use super::{Common, Exit, Failed};
use crate::model::Kind;
use crate::output::{Document, Format, Place, Printer};
use crate::reading::MAX_TEXT;

/// Say why a text comes back, and what to do about it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori lookup '550 5.1.1 <taro@example.jp>: Recipient address rejected: User unknown'
  modori lookup --lang ja --provider kagoya 'mail forwarding loop for taro@example.jp'
  grep 'status=bounced' maillog | modori lookup --format ndjson -
  pbpaste | modori lookup --explain")]
pub(super) struct Lookup {
    /// The texts; `-` reads one a line from stdin, none at all reads stdin as one text
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,

    /// How to print the answers
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    format: Format,

    /// Show who said what, which words decided, and which rules lost at which step
    #[arg(long)]
    explain: bool,

    #[command(flatten)]
    common: Common,
}

impl Lookup {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let mut answers = Answers::new(self, setup)?;
        if self.texts.is_empty() {
            answers.give(&whole_stdin()?)?;
        }
        for text in &self.texts {
            if text == "-" {
                let mut input = io::stdin().lock();
                answers.give_lines(&mut input)?;
            } else {
                answers.give(text)?;
            }
        }
        answers.end()
    }
}

/// Stdin as one text; of more than is ever read of a text, the front.
fn whole_stdin() -> Result<String, Failed> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        anstream::eprintln!("modori: paste the text, then press Ctrl-D");
    }
    let mut bytes = Vec::new();
    let read = stdin.lock().take(MAX_TEXT as u64).read_to_end(&mut bytes);
    read.map_err(|error| Failed::Because(format!("stdin cannot be read: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The answers on their way to stdout.
struct Answers<'s> {
    setup: &'s Setup,
    printer: Printer<'s>,
    out: Document<BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>>,
    printed: Vec<u8>,
    count: usize,
    unknown: bool,
}

impl<'s> Answers<'s> {
    fn new(lookup: &Lookup, setup: &'s Setup) -> Result<Self, Failed> {
        let printer = setup.printer(lookup.format, lookup.explain)?;
        let out = BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()));
        Ok(Self { setup, printer, out: Document::new(lookup.format, out), printed: Vec::new(), count: 0, unknown: false })
    }

    fn give_lines(&mut self, input: &mut impl BufRead) -> Result<(), Failed> {
        let mut buffer = Vec::new();
        let read = |input: &mut _, buffer: &mut _| {
            read_line(input, buffer).map_err(|error| Failed::Because(format!("stdin cannot be read: {error}")))
        };
        while let Some(line) = read(input, &mut buffer)? {
            self.give(&line)?;
        }
        Ok(())
    }

    fn give(&mut self, text: &str) -> Result<(), Failed> {
        if text.len() > MAX_TEXT {
            anstream::eprintln!("modori: text {}: only its first {} KB were read", self.count + 1, MAX_TEXT / 1024);
        }
        let diagnosis = self.setup.engine.lookup(text, self.setup.from);
        self.unknown |= diagnosis.rule.is_none() || diagnosis.category == self.setup.engine.set().default_category(Kind::Bounce);
        self.printed.clear();
        self.printer.answer(&mut self.printed, &diagnosis, Place { file: None, mail: None, index: self.count, logged: None })?;
        self.out.add(&self.printed)?;
        self.count += 1;
        Ok(())
    }

    fn end(self) -> Result<Exit, Failed> {
        self.out.end()?;
        Ok(if self.unknown { Exit::No } else { Exit::Done })
    }
}
