//! Running cases, and what a run came to.

use super::case::{Case, Says};
use super::coverage::{Coverage, percent};
use crate::Engine;
use crate::model::{Diagnosis, Failure, RuleSet};

/// What a mail that reports nothing is, in place of a kind.
const NOT_A_REPORT: &str = "not_a_report";

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

impl Difference {
    /// `what` should be `expected` and is `got`.
    #[must_use]
    pub fn new(what: impl Into<String>, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { what: what.into(), expected: expected.into(), got: got.into() }
    }
}

/// A case and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<'c> {
    /// The case.
    pub case: &'c Case,
    /// How it ended.
    pub result: CaseResult,
}

impl<'c> Outcome<'c> {
    /// The outcome of a case of which all this came out otherwise.
    #[must_use]
    pub fn new(case: &'c Case, differences: Vec<Difference>) -> Self {
        let result = match (differences.is_empty(), case.todo) {
            (true, false) => CaseResult::Passed,
            (false, false) => return Self { case, result: CaseResult::Wrong(differences) },
            (false, true) => CaseResult::Todo,
            (true, true) => CaseResult::Mended,
        };
        Self { case, result }
    }

    /// Whether it counts as a failure.
    #[must_use]
    pub const fn failed(&self) -> bool {
        matches!(self.result, CaseResult::Wrong(_) | CaseResult::Mended)
    }
}

/// Something that no case can fail for, and that fails a run all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What is missing or left over.
    pub what: String,
    /// Where.
    pub place: String,
}

/// How many cases ended in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// As expected.
    pub passed: usize,
    /// Otherwise, or as expected where that is marked as not yet so.
    pub failed: usize,
    /// Otherwise, as is known.
    pub todo: usize,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestRun<'c> {
    /// How each case ended.
    pub outcomes: Vec<Outcome<'c>>,
    /// The rules without an example.
    pub bare: Vec<Gap>,
    /// Mails and pinned outputs that belong to no case.
    pub orphans: Vec<Gap>,
    /// What the cases hit, where that was asked, and how much of it in percent is enough.
    pub coverage: Option<(Coverage, u8)>,
}

impl TestRun<'_> {
    /// How many cases passed, failed, and failed as known.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let failed = self.outcomes.iter().filter(|outcome| outcome.failed()).count();
        let todo = self.outcomes.iter().filter(|outcome| outcome.result == CaseResult::Todo).count();
        Sums { passed: self.outcomes.len() - failed - todo, failed, todo }
    }

    /// Whether enough was hit.
    #[must_use]
    pub fn covers_enough(&self, set: &RuleSet) -> bool {
        self.coverage.as_ref().is_none_or(|(coverage, enough)| percent(coverage.patterns(set)) >= f64::from(*enough))
    }

    /// Whether everything is well. A run in which nothing ran is not.
    #[must_use]
    pub fn passed(&self, set: &RuleSet) -> bool {
        let complete = self.bare.is_empty() && self.orphans.is_empty() && self.covers_enough(set);
        !self.outcomes.is_empty() && complete && !self.outcomes.iter().any(Outcome::failed)
    }
}

/// Runs one case.
#[must_use]
pub fn run<'c>(engine: &Engine, case: &'c Case) -> Outcome<'c> {
    Outcome::new(case, differences(engine, case))
}

/// What comes out otherwise than a case expects.
#[must_use]
pub fn differences(engine: &Engine, case: &Case) -> Vec<Difference> {
    let failures = case.read(engine);
    let mut differences = Vec::new();
    if let Some(wanted) = case.expected.failures.filter(|wanted| *wanted != failures.len()) {
        differences.push(Difference::new("failures", wanted.to_string(), failures.len().to_string()));
    }
    match failures.into_iter().nth(case.failure()) {
        Some(failure) => differences.extend(judge(engine, failure, case)),
        None if case.expected.failures == Some(0) => {}
        None => differences.extend(of_no_report(&case.expected.must)),
    }
    differences
}

/// What a mail without the failure in question leaves open of what was expected.
fn of_no_report(must: &Says) -> Option<Difference> {
    match must.kind.as_deref() {
        Some(NOT_A_REPORT) => None,
        wanted => Some(Difference::new("kind", wanted.unwrap_or("a report"), NOT_A_REPORT)),
    }
}

fn judge(engine: &Engine, failure: Failure<'_>, case: &Case) -> Vec<Difference> {
    let diagnosis = engine.diagnose(failure, case.from);
    let advice = engine.advice(&diagnosis, &case.lang).unwrap_or_default();
    let (must, must_not) = (&case.expected.must, &case.expected.must_not);
    let mut out = Vec::new();
    for (what, got) in words(engine.set(), &diagnosis) {
        if let Some(wanted) = word(must, what).filter(|wanted| *wanted != got) {
            out.push(Difference::new(what, wanted, got));
        }
        if word(must_not, what) == Some(got) {
            out.push(Difference::new(what, format!("not {got}"), got));
        }
    }
    out.extend(facts(&diagnosis, must, |fits| !fits, ""));
    out.extend(facts(&diagnosis, must_not, |fits| fits, "not "));
    if let Some(words) = must.advice.as_deref().filter(|words| !advice.contains(*words)) {
        out.push(Difference::new("advice", words, advice.as_str()));
    }
    if let Some(words) = must_not.advice.as_deref().filter(|words| advice.contains(*words)) {
        out.push(Difference::new("advice", format!("nothing of {words}"), advice.as_str()));
    }
    out
}

/// What a diagnosis says in single words, with their names.
fn words<'d>(set: &'d RuleSet, diagnosis: &'d Diagnosis<'_>) -> [(&'static str, &'d str); 6] {
    [
        ("rule", diagnosis.rule.map_or("none", |rule| set.rule(rule).name.as_str())),
        ("category", set.category(diagnosis.category).id.as_str()),
        ("severity", diagnosis.severity.name()),
        ("action", diagnosis.action.name()),
        ("kind", diagnosis.kind.name()),
        ("recipient", diagnosis.failure.recipient.as_deref().unwrap_or("none")),
    ]
}

/// What a case says about one of these words.
fn word<'s>(says: &'s Says, what: &str) -> Option<&'s str> {
    let said = match what {
        "rule" => &says.rule,
        "category" => &says.category,
        "severity" => &says.severity,
        "action" => &says.action,
        "kind" => &says.kind,
        _ => &says.recipient,
    };
    said.as_deref()
}

/// The facts that are wrong: `wrong` tells whether one is that fits what `says` has.
fn facts(diagnosis: &Diagnosis<'_>, says: &Says, wrong: impl Fn(bool) -> bool, before: &str) -> Vec<Difference> {
    let differs = |(name, wanted): &(String, serde_json::Value)| {
        let got = diagnosis.facts.get(name).and_then(|fact| serde_json::to_value(fact).ok());
        let shown = got.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        wrong(got.as_ref() == Some(wanted)).then(|| Difference::new(format!("fact {name}"), format!("{before}{wanted}"), shown))
    };
    says.facts.iter().filter_map(differs).collect()
}
