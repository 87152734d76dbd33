//! Running cases.

use super::case::{Case, Expected};
use crate::Engine;
use crate::model::{Diagnosis, RuleSet};

/// How a case ended, in the words of whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseResult {
    /// Everything came out as expected.
    Passed,
    /// Something else came out: what, expected, got.
    Wrong(Vec<Difference>),
    /// It is marked as known to fail, and fails.
    Todo,
    /// It is marked as known to fail, and passes: the mark should go.
    Mended,
}

/// One thing that came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub what: String,
    /// What was expected of it.
    pub expected: String,
    /// What it is.
    pub got: String,
}

/// A case and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<'c> {
    /// The case.
    pub case: &'c Case,
    /// How it ended.
    pub result: CaseResult,
}

impl Outcome<'_> {
    /// Whether it counts as a failure.
    #[must_use]
    pub const fn failed(&self) -> bool {
        matches!(self.result, CaseResult::Wrong(_) | CaseResult::Mended)
    }
}

/// Runs one case.
#[must_use]
pub fn run<'c>(engine: &Engine, case: &'c Case) -> Outcome<'c> {
    let diagnosis = case.diagnose(engine);
    let differences = differences(engine, &diagnosis, case);
    let result = match (differences.is_empty(), case.todo) {
        (true, false) => CaseResult::Passed,
        (false, false) => CaseResult::Wrong(differences),
        (false, true) => CaseResult::Todo,
        (true, true) => CaseResult::Mended,
    };
    Outcome { case, result }
}

fn differences(engine: &Engine, diagnosis: &Diagnosis<'_>, case: &Case) -> Vec<Difference> {
    let set = engine.set();
    let expected = &case.expected;
    let mut out = Vec::new();
    let rule = rule_name(set, diagnosis);
    let category = set.category(diagnosis.category).id.as_str();
    let wanted = [
        ("rule", &expected.rule, rule),
        ("category", &expected.category, category),
        ("severity", &expected.severity, diagnosis.severity.name()),
        ("action", &expected.action, diagnosis.action.name()),
        ("kind", &expected.kind, diagnosis.kind.name()),
        ("recipient", &expected.recipient, diagnosis.failure.recipient.as_deref().unwrap_or("none")),
    ];
    for (what, expected, got) in wanted {
        if let Some(expected) = expected.as_deref().filter(|expected| *expected != got) {
            out.push(difference(what, expected, got));
        }
    }
    for (what, forbidden, got) in [("rule", &expected.not_rule, rule), ("category", &expected.not_category, category)] {
        if forbidden.as_deref() == Some(got) {
            out.push(difference(what, &format!("not {got}"), got));
        }
    }
    out.extend(fact_differences(diagnosis, expected));
    if let Some(words) = &expected.advice {
        let advice = engine.advice(diagnosis, &case.lang).unwrap_or_default();
        if !advice.contains(words.as_str()) {
            out.push(difference("advice", words, &advice));
        }
    }
    out
}

fn fact_differences<'e>(diagnosis: &'e Diagnosis<'_>, expected: &'e Expected) -> impl Iterator<Item = Difference> + 'e {
    expected.facts.iter().filter_map(|(name, wanted)| {
        let got = diagnosis.facts.get(name).and_then(|fact| serde_json::to_value(fact).ok());
        let shown = got.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        (got.as_ref() != Some(wanted)).then(|| difference(&format!("fact {name}"), &wanted.to_string(), &shown))
    })
}

fn difference(what: &str, expected: &str, got: &str) -> Difference {
    Difference { what: what.to_owned(), expected: expected.to_owned(), got: got.to_owned() }
}

fn rule_name<'s>(set: &'s RuleSet, diagnosis: &Diagnosis<'_>) -> &'s str {
    diagnosis.rule.map_or("none", |rule| set.rule(rule).name.as_str())
}
