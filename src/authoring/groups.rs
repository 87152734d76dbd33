//! Bounces that rules explain badly, put together by shape: what a rule would be worth writing for.

use std::collections::HashMap;

use super::generalise::shape;
use super::propose::{Proposal, Proposer, telling};
use super::stand_in::StandIns;
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{CategoryIx, Failure, Kind, RuleIx, Strength};
use crate::reading::read_codes;

/// Failures whose words differ only in what changes from bounce to bounce.
#[derive(Debug)]
pub struct Group {
    /// How many there are.
    pub count: usize,
    /// One of them, with stand-ins.
    pub sample: String,
    /// Why it came back, as far as rules tell now.
    pub category: CategoryIx,
    /// The rule that says so.
    pub rule: Option<RuleIx>,
    /// A rule for them; none where they hold no words.
    pub proposal: Option<Proposal>,
}

/// The failures that no rule explains, or only weakly, in groups, the largest first.
#[must_use]
pub fn groups(engine: &Engine, known: &Vocabulary, failures: &[Failure<'_>]) -> Vec<Group> {
    let mut by_shape: HashMap<String, (usize, usize)> = HashMap::new();
    for (index, failure) in failures.iter().enumerate().filter(|(_, failure)| is_badly_explained(engine, failure)) {
        by_shape.entry(words_shape(failure, known)).or_insert((index, 0)).1 += 1;
    }
    let mut order: Vec<(usize, usize)> = by_shape.into_values().collect();
    order.sort_by_key(|(first, count)| (std::cmp::Reverse(*count), *first));
    let proposer = Proposer::new(engine, known);
    let mut groups: Vec<Group> = order.into_iter().map(|(first, count)| group(engine, known, &proposer, &failures[first], count)).collect();
    number_ids(&mut groups);
    groups
}

fn group(engine: &Engine, known: &Vocabulary, proposer: &Proposer<'_>, failure: &Failure<'_>, count: usize) -> Group {
    let sample = StandIns::new(engine, known, &failure.diagnostic).replace(&failure.diagnostic);
    let diagnosis = engine.diagnose(failure.clone(), Viewpoint::default());
    Group { count, sample, category: diagnosis.category, rule: diagnosis.rule, proposal: proposer.propose(failure) }
}

/// Whether no rule explains a failure, or only in words that also wrap other reasons.
fn is_badly_explained(engine: &Engine, failure: &Failure<'_>) -> bool {
    let diagnosis = engine.diagnose(failure.clone(), Viewpoint::default());
    let failed = matches!(diagnosis.kind, Kind::Bounce | Kind::Delay);
    failed && (diagnosis.rule.is_none() || diagnosis.strength < Strength::Reason)
}

/// What is common to the words of a group; the codes where there are no words.
fn words_shape(failure: &Failure<'_>, known: &Vocabulary) -> String {
    let text = telling(failure).map_or("", |utterance| &*utterance.text);
    let words = &text[read_codes(text).words..];
    shape(if words.trim().is_empty() { text } else { words }, known)
}

/// Gives rules of one id different ones.
fn number_ids(groups: &mut [Group]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for proposal in groups.iter_mut().filter_map(|group| group.proposal.as_mut()) {
        let count = seen.entry(proposal.draft.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            proposal.draft.id.push_str(&format!("-{count}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_one_shape_are_one_group_and_the_largest_comes_first() {
        let engine = Engine::load(Vec::new()).expect("the shipped rules load");
        let known = Vocabulary::new(engine.set());
        let texts = [
            "550 5.1.1 User unknown",
            "554 The porter sleeps until 10:30",
            "554 Parcel a1b2c3d4 for sato@shop.internal weighs 8 MB",
            "550 Parcel 99zz88yy for kato@shop.internal weighs 12 MB",
        ];
        let failures: Vec<Failure<'_>> = texts.iter().map(|text| engine.read(text)).collect();
        let groups = groups(&engine, &known, &failures);
        assert_eq!(groups.iter().map(|group| group.count).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(groups[0].sample, "554 Parcel ID0001 for user1@example.com weighs 8 MB");
        assert_eq!(groups[0].proposal.as_ref().unwrap().draft.text, "Parcel {_:code} for {address} weighs");
    }
}
