//! Bounces that rules explain badly, put together by shape: what a rule would be worth writing for.

use std::collections::HashMap;

use super::cluster::{Cluster, clusters};
use super::generalise::shape;
use super::propose::{Proposal, Proposer, telling};
use super::settle::settle;
use super::stand_in::StandIns;
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{CategoryIx, Failure, Kind, RuleIx, Strength, TextPattern};
use crate::pattern::{Folded, find, parse_text};
use crate::reading::read_codes;
use crate::rules::Layer;

/// How much of another group's words a rule must hold for both to be one group.
const COVERS: f64 = 0.65;

/// With more groups than this, only the largest take in others.
const TAKING_IN: usize = 1_000;

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
    /// What can be done about them.
    pub offer: Offer,
}

/// What can be done about a group.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "nearly all are rules")]
pub enum Offer {
    /// A rule that holds against all others.
    Rule(Proposal),
    /// Nothing: the words are all that the rule that speaks now goes by, and a rule of the same words would take what is its.
    NothingNew,
    /// Nothing: they hold no words.
    NoWords,
}

impl Offer {
    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> Option<&Proposal> {
        if let Self::Rule(proposal) = self { Some(proposal) } else { None }
    }

    pub(super) const fn rule_mut(&mut self) -> Option<&mut Proposal> {
        if let Self::Rule(proposal) = self { Some(proposal) } else { None }
    }
}

/// The failures that no rule explains, or only weakly, in groups, the largest first; `layers` are the rules that they were judged by.
#[must_use]
pub fn groups(engine: &Engine, known: &Vocabulary, layers: &[Layer], failures: &[Failure<'_>]) -> Vec<Group> {
    let badly = failures.iter().enumerate().filter(|(_, failure)| is_badly_explained(engine, failure));
    let clusters = clusters(badly.map(|(index, failure)| (index, words_shape(failure, known))), known);
    let proposer = Proposer::new(engine, known);
    let one = |cluster: &Cluster| group(engine, known, &proposer, &failures[cluster.members[0]], cluster);
    let mut groups = taken_in(clusters.iter().map(one).collect());
    number_ids(&mut groups);
    settle(engine, layers, &mut groups);
    groups
}

fn group(engine: &Engine, known: &Vocabulary, proposer: &Proposer<'_>, failure: &Failure<'_>, cluster: &Cluster) -> Group {
    let sample = StandIns::new(engine, known, &failure.diagnostic).replace(&failure.diagnostic);
    let diagnosis = engine.diagnose(failure.clone(), Viewpoint::default());
    let mut proposal = proposer.propose(failure);
    if let Some((proposal, word)) = proposal.as_mut().zip(cluster.varying.as_deref()) {
        proposal.open(word);
    }
    Group {
        count: cluster.members.len(),
        sample,
        category: diagnosis.category,
        rule: diagnosis.rule,
        offer: proposal.map_or(Offer::NoWords, Offer::Rule),
    }
}

/// Groups with those taken in whose words a rule for another one holds nearly whole.
fn taken_in(mut groups: Vec<Group>) -> Vec<Group> {
    let patterns: Vec<Option<(TextPattern, f64)>> = groups.iter().map(|group| pattern(group.offer.rule()?)).collect();
    let words: Vec<String> = groups.iter().map(|group| group.offer.rule().map_or("", |rule| &rule.words)).map(folded).collect();
    let mut gone = vec![false; groups.len()];
    for (at, pattern) in patterns.iter().enumerate().take(TAKING_IN) {
        let Some((pattern, _)) = pattern.as_ref().filter(|_| !gone[at]) else { continue };
        for other in (0..groups.len()).filter(|other| *other != at) {
            let Some((_, whole)) = patterns[other].as_ref().filter(|_| !gone[other]) else { continue };
            if f64::from(pattern.letters()) >= COVERS * whole && find(pattern, &words[other], 0).is_some() {
                gone[other] = true;
                groups[at].count += groups[other].count;
            }
        }
    }
    let mut left = gone.iter();
    groups.retain(|_| left.next() == Some(&false));
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// The pattern of a proposal, and the letters of all of its words.
fn pattern(proposal: &Proposal) -> Option<(TextPattern, f64)> {
    let whole = parse_text(&proposal.whole).ok()?;
    Some((parse_text(&proposal.draft.text).ok()?, f64::from(whole.letters())))
}

fn folded(text: &str) -> String {
    Folded::new(text).into_text()
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
    for proposal in groups.iter_mut().filter_map(|group| group.offer.rule_mut()) {
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

    fn grouped(texts: &[&str]) -> Vec<(usize, String, Option<String>)> {
        let engine = Engine::load(Vec::new()).expect("the shipped rules load");
        let known = Vocabulary::new(engine.set());
        let failures: Vec<Failure<'_>> = texts.iter().map(|text| engine.read(text)).collect();
        let groups = groups(&engine, &known, &[Layer::shipped()], &failures);
        groups.into_iter().map(|group| (group.count, group.sample, group.offer.rule().map(|rule| rule.draft.text.clone()))).collect()
    }

    #[test]
    fn texts_of_one_shape_are_one_group_and_the_largest_comes_first() {
        let groups = grouped(&[
            "550 5.1.1 User unknown",
            "554 The porter sleeps until 10:30",
            "554 Parcel a1b2c3d4 for sato@shop.internal weighs 8 MB",
            "550 Parcel 99zz88yy for kato@shop.internal weighs 12 MB",
        ]);
        assert_eq!(groups.iter().map(|group| group.0).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(groups[0].1, "554 Parcel ID0001 for user1@example.com weighs 8 MB");
        assert_eq!(groups[0].2.as_deref(), Some("Parcel {_:code} for {address} weighs"));
    }

    #[test]
    fn a_word_that_differs_becomes_a_hole() {
        let groups = grouped(&["554 Porters of Yamanobe do not carry parcels", "554 Porters of Kurosawa do not carry parcels"]);
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].0, groups[0].2.as_deref()), (2, Some("Porters of {_:word} do not carry parcels")));
    }

    #[test]
    fn a_text_that_holds_little_more_is_taken_in() {
        let groups = grouped(&["554 Parcels are not carried across the mountain, bye", "554 Parcels are not carried across the mountain"]);
        assert_eq!(groups.iter().map(|group| group.0).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn words_that_a_rule_goes_by_already_make_no_new_rule() {
        let groups = grouped(&["450 4.2.1 Please try again later"]);
        assert_eq!((groups[0].0, groups[0].2.as_deref()), (1, None));
    }
}
