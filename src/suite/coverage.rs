//! Coverage: which patterns the cases hit.

use std::collections::HashSet;

use super::case::Case;
use crate::Engine;
use crate::model::{Origin, Rule, RuleIx, RuleSet};

/// The patterns that were hit while their rule spoke. A rule without patterns counts as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    hit: HashSet<(RuleIx, Option<usize>)>,
}

/// A pattern that no case hits, or a rule without patterns that speaks in none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncovered<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// Its pattern, as it stands in the file; none where the rule has none.
    pub pattern: Option<&'s str>,
    /// Where it stands.
    pub origin: &'s Origin,
}

impl Coverage {
    /// Counts what a case hits.
    pub fn add(&mut self, engine: &Engine, case: &Case) {
        for failure in case.read(engine) {
            let hits = engine.matcher().hits(engine.set(), &failure, case.from);
            let speaks = hits.first().map(|first| first.rule);
            self.hit.extend(hits.into_iter().filter(|hit| Some(hit.rule) == speaks).map(|hit| (hit.rule, hit.pattern)));
        }
    }

    /// What no case hits, in the order of the rules.
    pub fn uncovered<'s>(&self, set: &'s RuleSet) -> impl Iterator<Item = Uncovered<'s>> {
        units(set).filter(|(rule, pattern)| !self.hit.contains(&(*rule, *pattern))).map(|(index, number)| {
            let rule = set.rule(index);
            let pattern = number.map(|number| &rule.patterns[number]);
            let origin = pattern.map_or(&rule.origin, |pattern| &pattern.origin);
            Uncovered { rule, pattern: pattern.map(|pattern| pattern.source.as_str()), origin }
        })
    }

    /// How many of the rules spoke in a case, and how many there are.
    #[must_use]
    pub fn rules(&self, set: &RuleSet) -> (usize, usize) {
        let spoke: HashSet<RuleIx> = self.hit.iter().map(|(rule, _)| *rule).collect();
        (spoke.len(), set.rules.len())
    }

    /// How many of the patterns were hit, and how many there are.
    #[must_use]
    pub fn patterns(&self, set: &RuleSet) -> (usize, usize) {
        (self.hit.len(), units(set).count())
    }
}

/// The part of the whole in percent; all of nothing is all.
#[must_use]
pub fn percent((part, whole): (usize, usize)) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// Every pattern of a set, and every rule without any.
fn units(set: &RuleSet) -> impl Iterator<Item = (RuleIx, Option<usize>)> {
    set.rules.iter().enumerate().flat_map(|(index, rule)| {
        let count = rule.patterns.len();
        let numbers = (0..count).map(Some).chain((count == 0).then_some(None));
        numbers.map(move |number| (RuleIx(index as u32), number))
    })
}
