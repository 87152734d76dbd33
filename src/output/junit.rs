//! A run of tests in the JUnit form that CI systems read: a suite for each file.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::model::RuleSet;
use crate::suite::{CaseResult, Gap, Outcome, TestRun, percent};

/// The run as XML.
#[must_use]
pub fn render_junit(run: &TestRun<'_>, set: &RuleSet) -> String {
    let mut report = Report::new("modori");
    let mut suites: Vec<TestSuite> = Vec::new();
    let mut put = |file: &str, case: TestCase| {
        let index = suites.iter().position(|suite| suite.name.as_str() == file).unwrap_or_else(|| {
            suites.push(TestSuite::new(file));
            suites.len() - 1
        });
        suites[index].add_test_case(case);
    };
    for outcome in &run.outcomes {
        put(file_of(&outcome.case.place), case(outcome));
    }
    for gap in run.bare.iter().chain(&run.orphans) {
        put(file_of(&gap.place), failed(&gap.what, &gap.what, &gap.place));
    }
    for gap in whole_run(run, set) {
        put(&gap.place, failed(&gap.what, &gap.what, &gap.place));
    }
    report.add_test_suites(suites);
    report.to_string().unwrap_or_default()
}

/// What fails the run as a whole.
fn whole_run(run: &TestRun<'_>, set: &RuleSet) -> Vec<Gap> {
    let gap = |what: String| Gap { what, place: "all".to_owned() };
    let nothing = run.outcomes.is_empty().then(|| gap("nothing ran".to_owned()));
    let short =
        run.coverage.as_ref().filter(|_| !run.covers_enough(set)).map(|(coverage, enough)| {
            gap(format!("{:.1} % of the patterns are hit, less than {enough} %", percent(coverage.patterns(set))))
        });
    nothing.into_iter().chain(short).collect()
}

fn case(outcome: &Outcome<'_>) -> TestCase {
    let case = outcome.case;
    let mut one = match &outcome.result {
        CaseResult::Passed => TestCase::new(case.name.as_str(), TestCaseStatus::success()),
        CaseResult::Todo => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("todo");
            TestCase::new(case.name.as_str(), status)
        }
        CaseResult::Mended => failed(&case.name, "passes now: take `todo` away", &case.place),
        CaseResult::Wrong(differences) => {
            let lines: Vec<String> = differences.iter().map(|d| format!("{}: expected {}, got {}", d.what, d.expected, d.got)).collect();
            failed(&case.name, &lines.join("; "), &format!("{}\n{}\n{}", case.place, case.shown(), lines.join("\n")))
        }
    };
    one.set_classname(file_of(&case.place));
    one
}

fn failed(name: &str, message: &str, description: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(message).set_description(description);
    TestCase::new(name, status)
}

/// The file of a `file:line` or `file:line:column`.
fn file_of(place: &str) -> &str {
    place.trim_end_matches(|c: char| c.is_ascii_digit() || c == ':')
}
