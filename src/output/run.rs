//! What a run of tests came to, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::json;

use crate::model::RuleSet;
use crate::suite::{CaseResult, Coverage, Difference, Gap, Outcome, Sums, TestRun, percent};

/// The run as text: what failed and how it differs, what no case hits, and the sum.
#[must_use]
pub fn render_run(run: &TestRun<'_>, set: &RuleSet) -> String {
    let mut out = String::new();
    run.outcomes.iter().for_each(|outcome| write_outcome(&mut out, outcome));
    for gap in run.bare.iter().chain(&run.orphans) {
        let _ = writeln!(out, "FAILED {}\n  {}", gap.what, gap.place);
    }
    if let Some((coverage, enough)) = &run.coverage {
        write_coverage(&mut out, coverage, *enough, set);
    }
    write_sum(&mut out, run);
    out
}

fn write_outcome(out: &mut String, outcome: &Outcome<'_>) {
    let case = outcome.case;
    match &outcome.result {
        CaseResult::Passed | CaseResult::Todo => {}
        CaseResult::Mended => {
            let _ = writeln!(out, "FAILED {}\n  {}\n  passes now: take `todo` away", case.name, case.place);
        }
        CaseResult::Wrong(differences) => {
            let _ = writeln!(out, "FAILED {}\n  {}\n  {}", case.name, case.place, case.shown().escape_debug());
            for one in differences {
                let _ = writeln!(out, "    {}: expected {}, got {}", one.what, one.expected, one.got);
            }
        }
    }
}

fn write_coverage(out: &mut String, coverage: &Coverage, enough: u8, set: &RuleSet) {
    for one in coverage.uncovered(set) {
        let origin = one.origin;
        let _ = writeln!(out, "uncovered {}:{} {} {}", origin.file, origin.line, one.rule.name, one.pattern.unwrap_or("(its conditions)"));
    }
    let (rules, patterns) = (coverage.rules(set), coverage.patterns(set));
    let _ = writeln!(
        out,
        "coverage: {:.1} % of the rules ({} of {}), {:.1} % of the patterns ({} of {})",
        percent(rules),
        rules.0,
        rules.1,
        percent(patterns),
        patterns.0,
        patterns.1
    );
    if percent(patterns) < f64::from(enough) {
        let _ = writeln!(out, "FAILED less than {enough} % of the patterns are hit");
    }
}

fn write_sum(out: &mut String, run: &TestRun<'_>) {
    if run.outcomes.is_empty() {
        out.push_str("nothing ran, which counts as a failure\n");
        return;
    }
    let Sums { passed, failed, todo } = run.sums();
    let _ = write!(out, "{passed} passed, {failed} failed, {todo} todo; {} rules without an example", run.bare.len());
    let _ = if run.orphans.is_empty() { writeln!(out) } else { writeln!(out, ", {} orphans", run.orphans.len()) };
}

/// The run as one JSON object. Its keys are only ever added to.
#[must_use]
pub fn run_record(run: &TestRun<'_>, set: &RuleSet) -> serde_json::Value {
    let gap = |gap: &Gap| json!({ "what": gap.what, "place": gap.place });
    let Sums { passed, failed, todo } = run.sums();
    json!({
        "schema_version": super::SCHEMA_VERSION,
        "passed": passed,
        "failed": failed,
        "todo": todo,
        "cases": run.outcomes.iter().map(CaseRecord::new).collect::<Vec<_>>(),
        "without_example": run.bare.iter().map(gap).collect::<Vec<_>>(),
        "orphans": run.orphans.iter().map(gap).collect::<Vec<_>>(),
        "coverage": run.coverage.as_ref().map(|(coverage, enough)| coverage_record(coverage, *enough, set)),
    })
}

#[derive(Serialize)]
struct CaseRecord<'o> {
    name: &'o str,
    place: &'o str,
    input: &'o str,
    result: &'static str,
    differences: Vec<serde_json::Value>,
}

impl<'o> CaseRecord<'o> {
    fn new(outcome: &'o Outcome<'_>) -> Self {
        let case = outcome.case;
        let differences: &[Difference] = if let CaseResult::Wrong(differences) = &outcome.result { differences } else { &[] };
        let differences = differences.iter().map(|one| json!({ "what": one.what, "expected": one.expected, "got": one.got }));
        Self {
            name: &case.name,
            place: &case.place,
            input: case.shown(),
            result: result_word(&outcome.result),
            differences: differences.collect(),
        }
    }
}

const fn result_word(result: &CaseResult) -> &'static str {
    match result {
        CaseResult::Passed => "passed",
        CaseResult::Wrong(_) => "failed",
        CaseResult::Todo => "todo",
        CaseResult::Mended => "mended",
    }
}

fn coverage_record(coverage: &Coverage, enough: u8, set: &RuleSet) -> serde_json::Value {
    let part = |counted: (usize, usize)| json!({ "hit": counted.0, "all": counted.1, "percent": percent(counted) });
    let uncovered = coverage
        .uncovered(set)
        .map(|one| json!({ "rule": one.rule.name, "pattern": one.pattern, "file": &*one.origin.file, "line": one.origin.line }));
    json!({
        "rules": part(coverage.rules(set)),
        "patterns": part(coverage.patterns(set)),
        "enough": enough,
        "uncovered": uncovered.collect::<Vec<_>>(),
    })
}
