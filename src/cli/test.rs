//! `modori test`: do the rules say what their examples and suites expect?

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::setup::Setup;
use super::{Common, Exit, Failed};
use crate::model::RuleSet;
use crate::suite::{Case, CaseResult, Outcome, example_cases, read_suite, run};

/// Run the examples of all rules, and suites
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori test
  modori test --rules ./my-rules
  modori test --rules ./my-rules --filter unknown-user
  modori test suites/bounces.test.toml

A run fails when a case fails, when a rule has no example, and when nothing ran.
Suites are files that end in .test.toml, beside the rules or named here.")]
pub(super) struct Test {
    /// Suites: files, or folders that hold some
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Run only the cases whose name or place holds this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Test {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let set = setup.engine.set();
        let mut cases = example_cases(set);
        for path in self.common.rules.iter().chain(&self.paths) {
            for file in suites(path)? {
                cases.extend(suite(&file, set)?);
            }
        }
        let wanted = |case: &Case| self.filter.as_deref().is_none_or(|text| case.name.contains(text) || case.place.contains(text));
        cases.retain(wanted);
        let outcomes: Vec<Outcome<'_>> = cases.iter().map(|case| run(&setup.engine, case)).collect();
        let mut out = anstream::stdout().lock();
        outcomes.iter().try_for_each(|outcome| print(&mut out, outcome))?;
        let bare = if self.filter.is_none() { without_examples(&mut out, set)? } else { 0 };
        Ok(summary(&mut out, &outcomes, bare)?)
    }
}

/// The suites at a path.
fn suites(path: &Path) -> Result<Vec<PathBuf>, Failed> {
    if path.is_file() {
        return Ok(if is_suite(path) { vec![path.to_owned()] } else { Vec::new() });
    }
    let entries = fs::read_dir(path).map_err(|error| Failed::Because(format!("{} cannot be read: {error}", path.display())))?;
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| Failed::Because(format!("{} cannot be read: {error}", path.display())))?;
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            found.extend(suites(&path)?);
        } else if is_suite(&path) {
            found.push(path);
        }
    }
    Ok(found)
}

fn is_suite(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".test.toml"))
}

fn suite(file: &Path, set: &RuleSet) -> Result<Vec<Case>, Failed> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| Failed::Because(format!("{name} cannot be read: {error}")))?;
    let cases = read_suite(&name, &text, set).map_err(|error| Failed::Because(error.to_string()))?;
    if cases.is_empty() {
        return Err(Failed::Because(format!("{name} holds no [[test]]")));
    }
    Ok(cases)
}

fn print(out: &mut impl Write, outcome: &Outcome<'_>) -> io::Result<()> {
    let case = outcome.case;
    match &outcome.result {
        CaseResult::Passed | CaseResult::Todo => Ok(()),
        CaseResult::Mended => writeln!(out, "FAILED {}\n  {}\n  passes now: take `todo` away", case.name, case.place),
        CaseResult::Wrong(differences) => {
            writeln!(out, "FAILED {}\n  {}\n  {}", case.name, case.place, case.example.text.escape_debug())?;
            differences.iter().try_for_each(|one| writeln!(out, "    {}: expected {}, got {}", one.what, one.expected, one.got))
        }
    }
}

/// Says which rules have no example, and how many.
fn without_examples(out: &mut impl Write, set: &RuleSet) -> io::Result<usize> {
    let bare: Vec<_> = set.rules.iter().filter(|rule| rule.examples.is_empty()).collect();
    bare.iter().try_for_each(|rule| writeln!(out, "FAILED {} has no example\n  {}", rule.name, rule.origin))?;
    Ok(bare.len())
}

fn summary(out: &mut impl Write, outcomes: &[Outcome<'_>], bare: usize) -> io::Result<Exit> {
    let failed = outcomes.iter().filter(|outcome| outcome.failed()).count();
    let todo = outcomes.iter().filter(|outcome| outcome.result == CaseResult::Todo).count();
    let passed = outcomes.len() - failed - todo;
    if outcomes.is_empty() {
        writeln!(out, "nothing ran, which counts as a failure")?;
        return Ok(Exit::No);
    }
    writeln!(out, "{passed} passed, {failed} failed, {todo} todo; {bare} rules without an example")?;
    Ok(if failed + bare > 0 { Exit::No } else { Exit::Done })
}
