//! Matching: a failure, and the one rule that speaks.
//!
//! The index finds all candidates in one pass over the words; holes, edges and regexes are looked at only there, and only while
//! the candidate could still win.

mod choice;
mod directory;
mod requirement;
mod standing;

use std::cell::OnceCell;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;

use rustc_hash::FxHashSet;

pub use choice::{Rank, Step};
pub use directory::Directory;
pub use requirement::{Requirement, Unmet};
use standing::Standings;

use crate::index::{Entry, Ground, Index, Taken};
use crate::model::{Failure, Form, ProviderIx, Rule, RuleIx, RuleSet, Scope, Speaker, Strength, Verdict};
use crate::pattern::{Folded, Haystack};
use crate::reading::read_codes;

/// No more candidates than this come up for most texts.
const USUAL: usize = 16;

/// From where a failure is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewpoint {
    /// As a customer of this provider.
    pub customer_of: Option<ProviderIx>,
    /// The speaker and reporter, where the failure does not name them.
    pub presumed: Option<ProviderIx>,
}

/// A rule that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The rule.
    pub rule: RuleIx,
    /// What it says here.
    pub verdict: Verdict,
    /// The pattern that matched, of the rule's; none where conditions alone did.
    pub pattern: Option<usize>,
    /// The utterance that it matched.
    pub utterance: usize,
    /// The matched words, in bytes of the folded utterance.
    pub range: Range<usize>,
    /// What the holes took: the names with their places, likewise.
    pub holes: Vec<(String, Range<usize>)>,
    /// What it is chosen by.
    pub rank: Rank,
}

/// The patterns of a set, made ready for matching.
#[derive(Debug)]
pub struct Matcher {
    index: Index,
    /// The rules without patterns, those that may rank highest first.
    wordless: Vec<(Bound, RuleIx)>,
    standings: Standings,
    directory: Directory,
}

/// The first of what ranks are compared by. A rule without patterns that has less than the best match need not be looked at; nor one
/// that has as much, where the best match is one of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Bound {
    asked: bool,
    priority: i32,
    strength: Strength,
}

/// One utterance of a failure, with the set that it is matched against.
struct Hearing<'a> {
    index: &'a Index,
    standings: &'a Standings,
    set: &'a RuleSet,
    failure: &'a Failure<'a>,
    from: Viewpoint,
    utterance: usize,
    text: Haystack,
    /// Where the words begin behind the codes; looked for when first needed.
    words: OnceCell<usize>,
    speaker: Option<ProviderIx>,
}

/// A rule that would rank so, at best, if its words matched.
struct Candidate {
    rule: RuleIx,
    entry: Option<Entry>,
    verdict: Verdict,
    rank: Rank,
}

impl Matcher {
    /// Makes the patterns of `set` ready, but for what `ground` knows of it already.
    #[must_use]
    pub fn new(set: &RuleSet, ground: Option<Ground>) -> Self {
        let index = Index::new(set, ground);
        let mut wordless: Vec<_> = index.wordless().map(|rule| (Bound::of(set, set.rule(rule)), rule)).collect();
        wordless.sort_unstable_by_key(|(bound, rule)| Reverse((*bound, Reverse(*rule))));
        Self { index, wordless, standings: Standings::new(set), directory: Directory::new(set) }
    }

    /// Which provider hosts and domains belong to.
    #[must_use]
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The rule that speaks, if any matches. `set` is the set that this was made from.
    #[must_use]
    pub fn choose(&self, set: &RuleSet, failure: &Failure<'_>, from: Viewpoint) -> Option<Match> {
        let mut best = None;
        for hearing in self.hearings(set, failure, from) {
            if best.as_ref().is_none_or(|best| hearing.may_outrank(best)) {
                self.consider_worded(&hearing, &mut best);
            }
            for (bound, rule) in &self.wordless {
                let stands = |best: &Match| (*bound, false) < (Bound::from(&best.rank), best.rank.words);
                if best.as_ref().is_some_and(stands) {
                    break;
                }
                if let Some(candidate) = hearing.wordless(*rule).filter(|candidate| outranks(&candidate.rank, best.as_ref())) {
                    hearing.consider(&candidate, &mut best);
                }
            }
        }
        best
    }

    /// Takes what words say in an utterance for the best match, if they say anything that ranks higher.
    fn consider_worded(&self, hearing: &Hearing<'_>, best: &mut Option<Match>) {
        // Few are ever looked at: a heap gives the best first without sorting the rest.
        let mut candidates = Vec::with_capacity(USUAL);
        candidates.extend(self.worded(hearing));
        let mut candidates = BinaryHeap::from(candidates);
        while let Some(candidate) = candidates.pop().filter(|candidate| outranks(&candidate.rank, best.as_ref())) {
            hearing.consider(&candidate, best);
        }
    }

    /// Every rule that matches, each with its best pattern; the one that speaks comes first.
    #[must_use]
    pub fn all(&self, set: &RuleSet, failure: &Failure<'_>, from: Viewpoint) -> Vec<Match> {
        let mut found = self.hits(set, failure, from);
        let mut seen = FxHashSet::default();
        found.retain(|one| seen.insert(one.rule));
        found
    }

    /// Every pattern that matches, of every rule; the one that speaks comes first.
    #[must_use]
    pub fn hits(&self, set: &RuleSet, failure: &Failure<'_>, from: Viewpoint) -> Vec<Match> {
        let mut found: Vec<Match> = Vec::new();
        for hearing in self.hearings(set, failure, from) {
            let wordless = self.wordless.iter().filter_map(|(_, rule)| hearing.wordless(*rule));
            found.extend(self.worded(&hearing).chain(wordless).filter_map(|candidate| hearing.confirm(&candidate)));
        }
        found.sort_by_key(|found| Reverse(found.rank));
        found
    }

    /// The provider that spoke an utterance: by its host; by the recipient's domain only where no host is named.
    #[must_use]
    pub fn speaker(&self, failure: &Failure<'_>, utterance: usize, from: Viewpoint) -> Option<ProviderIx> {
        let utterance = failure.utterances.get(utterance)?;
        match utterance.host.as_deref() {
            Some(host) => self.directory.host(host),
            None if utterance.speaker == Speaker::Reporter && failure.remote_host.is_some() => failure.reporter,
            None => failure.recipient.as_deref().and_then(|address| self.directory.address(address)).or(from.presumed),
        }
    }

    /// What a rule asks beside its words, and in vain, of each utterance; of those nearest the recipient first.
    #[must_use]
    pub fn unmet(&self, set: &RuleSet, failure: &Failure<'_>, from: Viewpoint, rule: RuleIx) -> Vec<Unmet> {
        self.hearings(set, failure, from).map(|hearing| hearing.unmet(rule)).collect()
    }

    /// The utterances, nearest the recipient first.
    fn hearings<'a>(&'a self, set: &'a RuleSet, failure: &'a Failure<'a>, from: Viewpoint) -> impl Iterator<Item = Hearing<'a>> {
        (0..failure.utterances.len()).rev().map(move |utterance| {
            let text = Haystack::from(Folded::new(&failure.utterances[utterance].text));
            let speaker = self.speaker(failure, utterance, from);
            Hearing { index: &self.index, standings: &self.standings, set, failure, from, utterance, text, words: OnceCell::new(), speaker }
        })
    }

    /// The rules whose words may stand in an utterance; all of them fit otherwise.
    fn worded(&self, hearing: &Hearing<'_>) -> impl Iterator<Item = Candidate> {
        // The entries of a rule stand side by side, so that its conditions are looked at once.
        let mut last = None;
        self.index.entries(&hearing.text).filter_map(move |entry| {
            let rule = entry.rule();
            if last.as_ref().is_none_or(|(known, _)| *known != rule) {
                last = Some((rule, hearing.standing(rule)));
            }
            let (verdict, rank) = last.as_ref()?.1?;
            Some(Candidate { rule, entry: Some(entry), verdict, rank: ranked(rank, entry) })
        })
    }
}

/// Whether a match of this rank would speak in place of the best one so far.
fn outranks(rank: &Rank, best: Option<&Match>) -> bool {
    best.is_none_or(|best| best.rank < *rank)
}

impl Bound {
    /// What a rule ranks by at best.
    fn of(set: &RuleSet, rule: &Rule) -> Self {
        let own = set.strength(&rule.verdict);
        let strength = rule.overrides.iter().map(|change| set.strength(&change.verdict)).fold(own, Ord::max);
        Self { asked: rule.scope == Scope::Asked, priority: rule.priority, strength }
    }
}

impl From<&Rank> for Bound {
    fn from(rank: &Rank) -> Self {
        Self { asked: rank.asked, priority: rank.priority, strength: rank.strength }
    }
}

/// The rank of a rule with one of its patterns.
fn ranked(rank: Rank, entry: Entry) -> Rank {
    Rank { words: true, letters: entry.letters, pattern: Reverse(entry.pattern as usize), ..rank }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl Hearing<'_> {
    /// Whether words here may speak in place of the best match so far, of an utterance nearer the recipient. Against a reason, only those
    /// of a rule that is asked for or urgent do.
    fn may_outrank(&self, best: &Match) -> bool {
        let is_reason = best.rank.strength == Strength::Reason && best.rank.priority >= 0;
        !is_reason || self.from.customer_of.is_some() || self.index.may_be_urgent(&self.text)
    }

    /// A rule without patterns, if it fits.
    fn wordless(&self, rule: RuleIx) -> Option<Candidate> {
        let (verdict, rank) = self.standing(rule)?;
        Some(Candidate { rule, entry: None, verdict, rank })
    }

    /// Where the words begin behind the codes, for a pattern that asks for it.
    fn words_for(&self, form: &Form) -> usize {
        match form {
            Form::Text(text) if text.at_start => *self.words.get_or_init(|| read_codes(self.text.as_str()).words),
            _ => 0,
        }
    }

    /// Takes a candidate for the best match, if it is one and ranks higher.
    fn consider(&self, candidate: &Candidate, best: &mut Option<Match>) {
        // A candidate's rank is the best it can have: a choice of words may turn out shorter.
        if let Some(found) = self.confirm(candidate).filter(|found| outranks(&found.rank, best.as_ref())) {
            *best = Some(found);
        }
    }

    /// The match of a candidate, if its words stand there.
    fn confirm(&self, candidate: &Candidate) -> Option<Match> {
        let rule = self.set.rule(candidate.rule);
        let taken = match candidate.entry {
            None => Taken::default(),
            Some(entry) => {
                let pattern = &rule.patterns[entry.pattern as usize];
                self.index.find(&entry, pattern, &self.text, self.words_for(&pattern.form))?
            }
        };
        if self.forbidden(&rule.conditions) {
            return None;
        }
        Some(Match {
            rule: candidate.rule,
            verdict: candidate.verdict,
            pattern: candidate.entry.map(|entry| entry.pattern as usize),
            utterance: self.utterance,
            range: taken.range,
            holes: taken.holes,
            rank: Rank { letters: taken.letters, ..candidate.rank },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::Engine;

    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));

    /// Every rule that matches, found by trying each of them.
    fn one_by_one(matcher: &Matcher, set: &RuleSet, failure: &Failure<'_>) -> Option<Match> {
        let tries = |hearing: Hearing<'_>| {
            let worded = matcher.index.all().filter_map(|entry| {
                let (verdict, rank) = hearing.standing(entry.rule())?;
                hearing.confirm(&Candidate { rule: entry.rule(), entry: Some(entry), verdict, rank: ranked(rank, entry) })
            });
            let wordless = matcher.index.wordless().filter_map(|rule| hearing.confirm(&hearing.wordless(rule)?));
            worded.chain(wordless).max_by_key(|found| found.rank)
        };
        matcher.hearings(set, failure, Viewpoint::default()).filter_map(tries).max_by_key(|found| found.rank)
    }

    /// Texts in which rules meet: pieces of patterns and examples, cut and joined.
    fn texts() -> impl Strategy<Value = String> {
        let set = ENGINE.set();
        let examples = set.rules.iter().flat_map(|rule| rule.examples.iter().map(|example| example.text.clone()));
        let patterns =
            set.rules.iter().flat_map(|rule| rule.patterns.iter().map(|pattern| pattern.source.replace(['{', '}', '|', '*'], " ")));
        let pieces: Vec<String> = examples.chain(patterns).filter(|text| !text.is_empty()).collect();
        let piece = (prop::sample::select(pieces), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(text, cut, whole)| {
            let at = text.floor_char_boundary(cut.index(text.len()));
            if whole { text } else { text[at..].to_owned() }
        });
        prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_index_misses_nothing(text in texts(), farther in texts()) {
            let mut failure = ENGINE.read(&farther);
            failure.utterances.extend(ENGINE.read(&text).utterances);
            let chosen = ENGINE.matcher().choose(ENGINE.set(), &failure, Viewpoint::default());
            let all = ENGINE.matcher().all(ENGINE.set(), &failure, Viewpoint::default());
            prop_assert_eq!(all.first(), chosen.as_ref());
            prop_assert_eq!(chosen, one_by_one(ENGINE.matcher(), ENGINE.set(), &failure));
        }
    }
}
