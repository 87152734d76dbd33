//! `modori test`: do the rules say what their examples and suites expect?

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::settings::Settings;
use super::setup::{Setup, on_top};
use super::{Common, Exit, Failed};
use crate::Engine;
use crate::live::Bell;
use crate::model::RuleSet;
use crate::output::{Langs, Place, Record, render_junit, render_run, run_record};
use crate::suite::{
    Case, Coverage, Gap, Outcome, Pin, SUITE_ENDING, Suite, SuiteFiles, TestRun, differences, example_cases, pin_of, read_suite, run,
};

/// Run the examples of all rules, and suites
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori test
  modori test --rules ./my-rules --watch
  modori test --rules ./my-rules --filter unknown-user
  modori test --provider docomo --list
  modori test --rules ./my-rules --coverage 100
  modori test suites/bounces.test.toml --format junit > report.xml

A run fails when a case fails, when a rule has no example, when a mail or a pinned output belongs to no case, and when nothing ran.
Suites are files that end in .test.toml, beside the rules or named here; pinned outputs lie beside them as .test.pin.

Exit status: 0 all passed; 1 something failed; 2 rules or suites cannot be read.")]
pub(super) struct Test {
    /// Suites: files, or folders that hold some
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Run only the cases whose name or file holds this; with --provider, only those of its rules
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Name the cases that would run, and run none
    #[arg(long)]
    list: bool,

    /// How to print what came out
    #[arg(long, value_enum, default_value_t = TestFormat::Text, value_name = "FORMAT")]
    format: TestFormat,

    /// Say which patterns no case hits; fail if less than PERCENT of them are hit
    #[arg(long, value_name = "PERCENT", num_args = 0..=1, default_missing_value = "0", value_parser = clap::value_parser!(u8).range(0..=100))]
    coverage: Option<u8>,

    /// Write the full outputs of suites that have none pinned yet beside them; every later run compares
    #[arg(long, conflicts_with_all = ["filter", "provider", "list", "watch"])]
    pin: bool,

    /// Write all pinned outputs anew, as they are now
    #[arg(long, conflicts_with_all = ["filter", "provider", "list", "watch", "pin"])]
    accept: bool,

    /// Run again whenever rules or suites change
    #[arg(long, conflicts_with = "list")]
    watch: bool,

    #[command(flatten)]
    common: Common,
}

/// How a run is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    /// For people: what failed, and the sum
    Text,
    /// One JSON object
    Json,
    /// JUnit's XML, for CI systems
    Junit,
}

/// The cases of a run.
struct Book {
    examples: Vec<Case>,
    suites: Vec<Suite>,
    files: SuiteFiles,
}

impl Test {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        if !self.watch {
            return self.round();
        }
        let settings = Settings::find(self.common.config.as_deref())?;
        let watched = on_top(&self.common, &settings)?;
        let watched = watched.iter().chain(&self.paths).chain(&self.common.config);
        let mut bell = Bell::new(watched.cloned()).map_err(|error| Failed::Because(format!("changes cannot be watched: {error}")))?;
        loop {
            match self.round() {
                Err(Failed::Because(why)) => anstream::eprintln!("modori: {}", why.trim_end()),
                other => drop(other?),
            }
            anstream::eprintln!("modori: waiting for changes (Ctrl-C ends)");
            if !bell.wait(None) {
                return Err(Failed::Because("changes cannot be watched any more".to_owned()));
            }
        }
    }

    /// One run.
    fn round(&self) -> Result<Exit, Failed> {
        let setup = Setup::new(&self.common)?;
        let engine = &setup.engine;
        let mut book = self.book(engine.set())?;
        if self.pin || self.accept {
            book.suites
                .iter()
                .filter(|suite| self.accept == pin_of(&suite.path).exists())
                .try_for_each(|suite| write_pin(engine, suite))?;
        }
        if self.is_picky() {
            book.examples.retain(|case| self.wants(case));
            book.suites.iter_mut().for_each(|suite| suite.cases.retain(|case| self.wants(case)));
        }
        let mut out = anstream::stdout().lock();
        if self.list {
            let mut cases = book.cases().peekable();
            let exit = if cases.peek().is_some() { Exit::Done } else { Exit::No };
            cases.try_for_each(|case| writeln!(out, "{}  {}", case.name, case.place))?;
            return Ok(exit);
        }
        let run = self.outcome(engine, &book)?;
        match self.format {
            TestFormat::Text => out.write_all(render_run(&run, engine.set()).as_bytes())?,
            TestFormat::Json => writeln!(out, "{:#}", run_record(&run, engine.set()))?,
            TestFormat::Junit => out.write_all(render_junit(&run, engine.set()).as_bytes())?,
        }
        Ok(if run.passed(engine.set()) { Exit::Done } else { Exit::No })
    }

    /// Whether only some of the cases are wanted.
    const fn is_picky(&self) -> bool {
        self.filter.is_some() || self.common.provider.is_some()
    }

    fn wants(&self, case: &Case) -> bool {
        let named = |text: &String| case.name.contains(text.as_str()) || case.place.contains(text.as_str());
        let of = |provider: &String| {
            let rules = [&case.expected.must.rule, &case.expected.must_not.rule];
            rules.into_iter().flatten().any(|rule| rule.split_once('/').is_some_and(|(owner, _)| owner == provider))
        };
        self.filter.as_ref().is_none_or(named) && self.common.provider.as_ref().is_none_or(of)
    }

    fn book(&self, set: &RuleSet) -> Result<Book, Failed> {
        let mut files = SuiteFiles::default();
        for path in self.common.rules.iter().chain(&self.paths) {
            files.add(path).map_err(|error| Failed::Because(format!("{} cannot be read: {error}", path.display())))?;
        }
        if let Some(stranger) = self.paths.iter().find(|path| path.is_file() && !files.suites.contains(path)) {
            return Err(Failed::Because(format!("{} is no suite: their names end in {SUITE_ENDING}", stranger.display())));
        }
        let (mut suites, mut errors) = (Vec::new(), Vec::new());
        for path in &files.suites {
            match read_suite(path, set) {
                Ok(suite) => suites.push(suite),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return Err(Failed::Because(lines.join("\n")));
        }
        Ok(Book { examples: example_cases(set), suites, files })
    }

    fn outcome<'b>(&self, engine: &Engine, book: &'b Book) -> Result<TestRun<'b>, Failed> {
        let mut test = TestRun { outcomes: book.examples.par_iter().map(|case| run(engine, case)).collect(), ..TestRun::default() };
        for suite in &book.suites {
            let pin = read_pin(&suite.path)?;
            test.outcomes.extend(suite.cases.iter().map(|case| against(engine, case, pin.as_ref())));
            if let Some(pin) = pin.filter(|_| !self.is_picky()) {
                let names: Vec<&str> = suite.cases.iter().map(|case| case.name.as_str()).collect();
                let gap = |name: &str| gap(format!("`{name}` is pinned, and no case of the suite"), &pin_of(&suite.path));
                test.orphans.extend(pin.orphans(&names).map(gap));
            }
        }
        if !self.is_picky() {
            test.orphans.extend(book.files.orphaned_mails(&book.suites).into_iter().map(|mail| gap("this mail is in no case", mail)));
            test.orphans.extend(book.files.orphaned_pins().into_iter().map(|pin| gap("the suite of these pinned outputs is gone", pin)));
            let bare = engine.set().rules.iter().filter(|rule| rule.examples.is_empty());
            test.bare = bare.map(|rule| Gap { what: format!("{} has no example", rule.name), place: rule.origin.to_string() }).collect();
        }
        test.coverage = self.coverage.map(|enough| {
            let mut coverage = Coverage::default();
            book.cases().for_each(|case| coverage.add(engine, case));
            (coverage, enough)
        });
        Ok(test)
    }
}

impl Book {
    fn cases(&self) -> impl Iterator<Item = &Case> {
        self.examples.iter().chain(self.suites.iter().flat_map(|suite| &suite.cases))
    }
}

fn gap(what: impl Into<String>, place: &Path) -> Gap {
    Gap { what: what.into(), place: place.display().to_string() }
}

/// Runs a case against what it expects and what is pinned of it.
fn against<'c>(engine: &Engine, case: &'c Case, pin: Option<&Pin>) -> Outcome<'c> {
    let mut found = differences(engine, case);
    if let Some(pin) = pin {
        found.extend(pin.differences(&case.name, &record(engine, case)));
    }
    Outcome::new(case, found)
}

/// All that a case gives, in its language.
fn record(engine: &Engine, case: &Case) -> serde_json::Value {
    let langs = Langs::One(case.lang.clone());
    let nothing = || serde_json::json!({ "kind": "not_a_report" });
    case.diagnose(engine).map_or_else(nothing, |diagnosis| {
        Record::new(engine, &diagnosis, Place { file: None, mail: None, index: 0, logged: None }, &langs).pinned()
    })
}

/// What is pinned of a suite, if anything is.
fn read_pin(suite: &Path) -> Result<Option<Pin>, Failed> {
    let path = pin_of(suite);
    if !path.exists() {
        return Ok(None);
    }
    let failed = |error: String| Failed::Because(format!("{} cannot be read: {error}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    Pin::read(&text).map(Some).map_err(failed)
}

fn write_pin(engine: &Engine, suite: &Suite) -> Result<(), Failed> {
    let path = pin_of(&suite.path);
    let name = suite.path.file_name().unwrap_or_default().to_string_lossy();
    let text = Pin::write(&name, suite.cases.iter().map(|case| (case.name.as_str(), record(engine, case))));
    fs::write(&path, text).map_err(|error| Failed::Because(format!("{} cannot be written: {error}", path.display())))?;
    anstream::eprintln!("modori: pinned {} cases in {}", suite.cases.len(), path.display());
    Ok(())
}
