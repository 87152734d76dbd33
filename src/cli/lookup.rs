//! `modori lookup`: why does this text come back?

use std::io::{self, BufRead, IsTerminal, Read};

use clap::Args;

use super::setup::Setup;
use super::stream::{Stdout, read_line, stdout};
use super::{Common, Exit, Failed};
use crate::authoring::why_not::{Outcome, render_why_not, why_not};
use crate::model::{Kind, RuleIx, RuleSet};
use crate::output::{Document, Format, Place, Printer, render_left_out};
use crate::reading::MAX_TEXT;
use crate::rules::nearest;

/// Say why a text comes back, and what to do about it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori lookup '550 5.1.1 <taro@example.jp>: Recipient address rejected: User unknown'
  modori lookup --lang ja --provider kagoya 'mail forwarding loop for taro@example.jp'
  grep 'status=bounced' maillog | modori lookup --format ndjson -
  pbpaste | modori lookup --explain
  modori lookup --why-not docomo/unknown-user '550 Unknown users here'")]
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

    /// Say why this rule does not speak: what of it fits, where it stops, and what would mend it
    #[arg(long, value_name = "PROVIDER/RULE", conflicts_with = "explain")]
    why_not: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Lookup {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let rule = self.why_not.as_deref().map(|name| rule(setup.engine.set(), name)).transpose()?;
        let mut answers = Answers::new(self, setup, rule)?;
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

/// The rule of a name.
fn rule(set: &RuleSet, name: &str) -> Result<RuleIx, Failed> {
    if let Some(index) = set.rule_by_name(name) {
        return Ok(index);
    }
    if set.status.disabled.iter().any(|disabled| disabled == name) {
        return Err(Failed::Because(format!("{name} does not speak since it is switched off (`disabled = true`)")));
    }
    let near = nearest(name, set.rules.iter().map(|rule| rule.name.as_str()));
    let near = near.map_or_else(|| "`modori rules list` names them".to_owned(), |near| format!("did you mean `{near}`?"));
    Err(Failed::Because(format!("there is no rule `{name}`; {near}")))
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
    /// The rule that is asked about, under `--why-not`.
    rule: Option<RuleIx>,
    printer: Printer<'s>,
    out: Document<Stdout>,
    printed: Vec<u8>,
    count: usize,
    unknown: bool,
}

impl<'s> Answers<'s> {
    fn new(lookup: &Lookup, setup: &'s Setup, rule: Option<RuleIx>) -> Result<Self, Failed> {
        let printer = setup.printer(lookup.format, lookup.explain || rule.is_some())?;
        let out = stdout(lookup.format);
        Ok(Self { setup, rule, printer, out: Document::new(lookup.format, out), printed: Vec::new(), count: 0, unknown: false })
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
        self.printed.clear();
        match self.rule {
            Some(rule) => self.print_why_not(text, rule)?,
            None => self.print_diagnosis(text)?,
        }
        self.out.add(&self.printed)?;
        self.count += 1;
        Ok(())
    }

    fn print_diagnosis(&mut self, text: &str) -> io::Result<()> {
        let engine = &self.setup.engine;
        let diagnosis = engine.lookup(text, self.setup.from);
        self.unknown |= diagnosis.rule.is_none() || diagnosis.category == engine.set().default_category(Kind::Bounce);
        self.printer.answer(&mut self.printed, &diagnosis, Place { file: None, mail: None, index: self.count, logged: None })
    }

    fn print_why_not(&mut self, text: &str, rule: RuleIx) -> io::Result<()> {
        let engine = &self.setup.engine;
        let why = why_not(engine, &engine.read(text), self.setup.from, rule);
        self.unknown |= why.outcome != Outcome::Speaks;
        self.printer.other(&mut self.printed, &render_why_not(&why), &why)
    }

    fn end(mut self) -> Result<Exit, Failed> {
        if self.printer.format == Format::Text {
            self.out.add(render_left_out(&self.setup.engine.set().status).as_bytes())?;
        }
        self.out.end()?;
        Ok(if self.unknown { Exit::No } else { Exit::Done })
    }
}
