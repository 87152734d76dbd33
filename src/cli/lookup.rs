//! `modori lookup`: why does this text come back?

use std::io::{self, BufRead, BufWriter, IsTerminal, Read, Write};

use clap::Args;

use super::setup::Setup;
use super::stream::read_line;
use super::{Common, Exit, Failed, Format};
use crate::authoring::why_not::{Outcome, render_why_not, why_not};
use crate::model::{Diagnosis, Kind, RuleIx, RuleSet};
use crate::output::{Evidence, Record, render_evidence, render_left_out, render_text};
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
        let mut answers = Answers::new(self, setup, rule);
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
    lookup: &'s Lookup,
    setup: &'s Setup,
    /// The rule that is asked about, under `--why-not`.
    rule: Option<RuleIx>,
    out: BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>,
    count: usize,
    unknown: bool,
}

impl<'s> Answers<'s> {
    fn new(lookup: &'s Lookup, setup: &'s Setup, rule: Option<RuleIx>) -> Self {
        let out = BufWriter::new(anstream::AutoStream::auto(io::stdout().lock()));
        Self { lookup, setup, rule, out, count: 0, unknown: false }
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
        if self.lookup.format == Format::Json {
            self.out.write_all(if self.count == 0 { b"[\n" } else { b",\n" })?;
        }
        match self.rule {
            Some(rule) => self.give_why_not(text, rule)?,
            None => self.give_diagnosis(text)?,
        }
        if self.lookup.format == Format::Ndjson {
            self.out.write_all(b"\n")?;
        }
        self.count += 1;
        Ok(())
    }

    fn give_diagnosis(&mut self, text: &str) -> Result<(), Failed> {
        let engine = &self.setup.engine;
        let diagnosis = engine.lookup(text, self.setup.from);
        self.unknown |= diagnosis.rule.is_none() || diagnosis.category == engine.set().default_category(Kind::Bounce);
        match self.lookup.format {
            Format::Text => self.give_text(&diagnosis),
            Format::Json | Format::Ndjson => self.give_record(&diagnosis),
        }
    }

    fn give_why_not(&mut self, text: &str, rule: RuleIx) -> Result<(), Failed> {
        let engine = &self.setup.engine;
        let why = why_not(engine, &engine.read(text), self.setup.from, rule);
        self.unknown |= why.outcome != Outcome::Speaks;
        match self.lookup.format {
            Format::Text => self.out.write_all(render_why_not(&why).as_bytes())?,
            Format::Json | Format::Ndjson => serde_json::to_writer(&mut self.out, &why).map_err(io::Error::from)?,
        }
        Ok(())
    }

    fn give_text(&mut self, diagnosis: &Diagnosis<'_>) -> Result<(), Failed> {
        for lang in self.setup.langs.list() {
            if self.count > 0 || lang != self.setup.langs.list()[0] {
                writeln!(self.out)?;
            }
            self.out.write_all(render_text(&self.setup.engine, diagnosis, &lang).as_bytes())?;
        }
        if self.lookup.explain {
            let evidence = Evidence::new(&self.setup.engine, diagnosis, self.setup.from);
            self.out.write_all(render_evidence(&evidence).as_bytes())?;
        }
        Ok(())
    }

    fn give_record(&mut self, diagnosis: &Diagnosis<'_>) -> Result<(), Failed> {
        let engine = &self.setup.engine;
        let mut record = Record::new(engine, diagnosis, None, self.count, &self.setup.langs);
        if self.lookup.explain {
            record = record.with_evidence(Evidence::new(engine, diagnosis, self.setup.from));
        }
        serde_json::to_writer(&mut self.out, &record).map_err(io::Error::from)?;
        Ok(())
    }

    fn end(mut self) -> Result<Exit, Failed> {
        if self.lookup.format == Format::Json {
            self.out.write_all(if self.count == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        if self.lookup.format == Format::Text {
            self.out.write_all(render_left_out(&self.setup.engine.set().status).as_bytes())?;
        }
        self.out.flush()?;
        Ok(if self.unknown { Exit::No } else { Exit::Done })
    }
}
