//! `modori test`: do the rules say what their examples and suites expect?

use std::fs;
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
        outcomes.iter().for_each(print);
        let bare = if self.filter.is_none() { without_examples(set) } else { 0 };
        Ok(summary(&outcomes, bare))
    }
}

/// The suites at a path.
fn suites(path: &Path) -> Result<Vec<PathBuf>, Failed> {
    if path.is_file() {
        return Ok(if is_suite(path) { vec![path.to_owned()] } else { Vec::new() });
    }
    let entries = fs::read_dir(path).map_err(|error| Failed::Because(format!("{} cannot be read: {error}", path.display())))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
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

fn print(outcome: &Outcome<'_>) {
    let case = outcome.case;
    match &outcome.result {
        CaseResult::Passed | CaseResult::Todo => {}
        CaseResult::Mended => anstream::println!("FAILED {}\n  {}\n  passes now: take `todo` away", case.name, case.place),
        CaseResult::Wrong(differences) => {
            anstream::println!("FAILED {}\n  {}\n  {}", case.name, case.place, case.text.escape_debug());
            for difference in differences {
                anstream::println!("    {}: expected {}, got {}", difference.what, difference.expected, difference.got);
            }
        }
    }
}

/// Says which rules have no example, and how many.
fn without_examples(set: &RuleSet) -> usize {
    let bare = set.rules.iter().filter(|rule| rule.examples.is_empty());
    bare.inspect(|rule| anstream::println!("FAILED {} has no example\n  {}", rule.name, rule.origin)).count()
}

fn summary(outcomes: &[Outcome<'_>], bare: usize) -> Exit {
    let failed = outcomes.iter().filter(|outcome| outcome.failed()).count();
    let todo = outcomes.iter().filter(|outcome| outcome.result == CaseResult::Todo).count();
    let passed = outcomes.len() - failed - todo;
    if outcomes.is_empty() {
        anstream::println!("nothing ran, which counts as a failure");
        return Exit::No;
    }
    anstream::println!("{passed} passed, {failed} failed, {todo} todo; {bare} rules without an example");
    if failed + bare > 0 { Exit::No } else { Exit::Done }
}
