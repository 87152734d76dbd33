//! Which rule's words are most like a text's: what a person would think of first.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Form, Kind, RuleIx, RuleSet, Strength};
use crate::pattern::Folded;

/// How much like another text a text must be, from 0 to 1.
const LIKE: f64 = 0.35;

/// Fewer words in common say nothing.
const SHARED: usize = 3;

/// The words of all rules that give a reason, by pattern and example.
#[derive(Debug)]
pub(super) struct Alike<'s> {
    texts: Vec<(RuleIx, BTreeSet<String>)>,
    /// How much a word tells: the rarer, the more.
    weights: HashMap<String, f64>,
    /// How much a word tells that no rule has.
    unknown: f64,
    set: &'s RuleSet,
}

impl<'s> Alike<'s> {
    pub(super) fn new(set: &'s RuleSet) -> Self {
        let silent = set.default_category(Kind::Bounce);
        let telling = |rule: &crate::model::Rule| set.strength(&rule.verdict) == Strength::Reason && rule.verdict.category != silent;
        let mut texts = Vec::new();
        for (index, rule) in (0u32..).zip(&set.rules).filter(|(_, rule)| telling(rule)) {
            let patterns = rule.patterns.iter().filter(|pattern| matches!(pattern.form, Form::Text(_))).map(|pattern| &pattern.source);
            let examples = rule.examples.iter().map(|example| &example.text);
            texts.extend(patterns.chain(examples).map(|text| (RuleIx(index), words(text))));
        }
        let mut counts: HashMap<String, f64> = HashMap::new();
        for word in texts.iter().flat_map(|(_, words)| words) {
            *counts.entry(word.clone()).or_default() += 1.0;
        }
        let total = texts.len() as f64 + 1.0;
        let weights = counts.into_iter().map(|(word, count)| (word, (total / (count + 1.0)).ln().powi(2))).collect();
        Self { texts, weights, unknown: total.ln().powi(2), set }
    }

    /// The rule of which a pattern or an example shares most of its rare words with a text, and enough of them.
    pub(super) fn most(&self, text: &str) -> Option<RuleIx> {
        let own = words(text);
        let length = self.sum(own.iter());
        let likeness = |words: &BTreeSet<String>| {
            if own.intersection(words).count() < SHARED {
                return 0.0;
            }
            let shared = self.sum(own.intersection(words));
            shared / (length * self.sum(words.iter())).sqrt().max(f64::MIN_POSITIVE)
        };
        let name = |rule: RuleIx| &self.set.rule(rule).name;
        let rated = self.texts.iter().map(|(rule, words)| (*rule, likeness(words)));
        let best = rated.max_by(|a, b| a.1.total_cmp(&b.1).then_with(|| name(b.0).cmp(name(a.0))));
        best.filter(|(_, likeness)| *likeness >= LIKE).map(|(rule, _)| rule)
    }

    fn sum<'w>(&self, words: impl Iterator<Item = &'w String>) -> f64 {
        words.map(|word| self.weights.get(word).copied().unwrap_or(self.unknown)).sum()
    }
}

/// The words of a text, folded; numbers and holes aside.
fn words(text: &str) -> BTreeSet<String> {
    let folded = Folded::new(text);
    let words = folded.as_str().split(|c: char| !c.is_alphanumeric() && c != '{' && c != ':');
    let tells = |word: &&str| word.len() > 2 && !word.contains(|c: char| c.is_ascii_digit() || c == '{' || c == ':');
    words.filter(tells).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    #[test]
    fn rare_words_decide_and_too_few_decide_nothing() {
        let engine = Engine::load(Vec::new()).expect("the shipped rules load");
        let set = engine.set();
        let alike = Alike::new(set);
        let rule = set.rules.iter().position(|rule| rule.examples.first().is_some_and(|e| words(&e.text).len() > 8)).unwrap();
        let example = &set.rules[rule].examples[0].text;
        let found = alike.most(example).unwrap();
        assert_eq!(set.rule(found).verdict.category, set.rules[rule].verdict.category);
        assert_eq!(alike.most("Parcel desk: items above the threshold of our porter"), None);
        assert_eq!(alike.most(""), None);
    }
}
