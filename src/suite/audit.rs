//! The audit of a set: everything that is wrong with it or worth a look, what only its own examples can show included.

use std::sync::Arc;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::coverage::Coverage;
use super::examples::{cases_of, example_cases};
use crate::Engine;
use crate::model::{Rule, RuleIx, RuleSet, SetStatus};
use crate::rules::{Code, Fault, Layer, Source, Sources, lint, load, without_allowed};

/// How far an audit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// What is probably a mistake.
    Usual,
    /// Also patterns that no example hits.
    Strict,
}

/// What an audit found.
#[derive(Debug)]
pub struct Audit {
    /// Every fault, by file and place, but for what comments allow.
    pub faults: Vec<Fault>,
    /// How many rules are in force, and how the set came about; none where it was refused.
    pub loaded: Option<(usize, SetStatus)>,
}

/// Loads a set and looks at it. A set that is refused is not looked at further: its errors come first.
#[must_use]
pub fn audit(layers: &[Layer], depth: Depth) -> Audit {
    let loaded = load(layers);
    let Some(set) = loaded.set else { return Audit { faults: loaded.faults, loaded: None } };
    let mut faults = loaded.faults;
    let status = (set.rules.len(), set.status.clone());
    faults.extend(look(set, &loaded.sources, depth));
    let judged = |code| depth >= Depth::Strict || code != Code::UnhitPattern;
    Audit { faults: without_allowed(faults, &loaded.sources, judged), loaded: Some(status) }
}

fn look(set: RuleSet, sources: &[Arc<Source>], depth: Depth) -> Vec<Fault> {
    let sources = Sources::new(sources);
    let engine = Engine::new(set);
    let (mut faults, shadowed) = rayon::join(|| lint(engine.set(), &sources), || shadowed(&engine, &sources));
    faults.extend(shadowed);
    if depth >= Depth::Strict {
        faults.extend(unhit(&engine, &sources));
    }
    faults
}

/// Warns of rules that speak in none of their examples, since other rules do.
fn shadowed(engine: &Engine, sources: &Sources<'_>) -> Vec<Fault> {
    let set = engine.set();
    let rules = (0..set.rules.len() as u32).into_par_iter().map(RuleIx);
    rules.filter_map(|index| shadow(set.rule(index), set.rule(speaks_instead(engine, index)?), sources)).collect()
}

/// The rule that speaks in the examples of a rule, which itself speaks in none.
fn speaks_instead(engine: &Engine, index: RuleIx) -> Option<RuleIx> {
    let mut instead = None;
    for case in cases_of(engine.set().rule(index)).filter(|case| case.expected.must.rule.is_some()) {
        match case.diagnose(engine).and_then(|diagnosis| diagnosis.rule) {
            Some(spoke) if spoke == index => return None,
            spoke => instead = instead.or(spoke),
        }
    }
    instead
}

fn shadow(rule: &Rule, by: &Rule, sources: &Sources<'_>) -> Option<Fault> {
    let fault = sources.warn_of_line(&rule.origin, Code::ShadowedRule, format!("{} speaks in none of its examples", rule.name))?;
    let fault = fault.label(format!("{} speaks instead", by.name));
    let fault = match sources.find(&by.origin) {
        Some((source, at)) => fault.other(source, at..at, "this one"),
        None => fault,
    };
    Some(fault.help(format!(
        "`modori lookup --explain` with an example shows the step at which it lost; `modori test --filter {}` lists them",
        rule.name
    )))
}

/// Warns of patterns that no example of any rule hits.
fn unhit(engine: &Engine, sources: &Sources<'_>) -> Vec<Fault> {
    let set = engine.set();
    let mut coverage = Coverage::default();
    example_cases(set).iter().for_each(|case| coverage.add(engine, case));
    let warn = |one: super::Uncovered<'_>| {
        let fault = match one.pattern {
            Some(_) => sources.warn_of_string(one.origin, Code::UnhitPattern, "no example hits this pattern"),
            None => sources.warn_of_line(one.origin, Code::UnhitPattern, "no example shows this rule"),
        };
        Some(fault?.label(format!("of {}", one.rule.name)).help("add an example in which it decides".to_owned()))
    };
    coverage.uncovered(set).filter_map(warn).collect()
}
