//! The index: which patterns may stand in a text.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;

use crate::model::{Form, Pattern, RuleIx, RuleSet};
use crate::pattern::{self, compile_regex};

/// One pattern of one rule.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) rule: RuleIx,
    /// Which of the rule's patterns.
    pub(super) pattern: usize,
    pub(super) letters: u32,
    /// The compiled regex; made when first needed.
    regex: OnceLock<Option<Regex>>,
}

/// All patterns of a set by the longest text that each must hold.
#[derive(Debug)]
pub(super) struct Index {
    entries: Vec<Entry>,
    automaton: Option<AhoCorasick>,
    /// The entries of each literal of the automaton.
    owners: Vec<Vec<usize>>,
    /// Entries that hold no fixed text, and so may stand anywhere.
    anywhere: Vec<usize>,
    /// Rules without patterns.
    wordless: Vec<RuleIx>,
}

impl Index {
    pub(super) fn new(set: &RuleSet) -> Self {
        let mut index = Self { entries: Vec::new(), automaton: None, owners: Vec::new(), anywhere: Vec::new(), wordless: Vec::new() };
        let mut literals: Vec<&str> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for (rule_index, rule) in set.rules.iter().enumerate() {
            let rule_index = RuleIx(rule_index as u32);
            if rule.patterns.is_empty() {
                index.wordless.push(rule_index);
            }
            for (number, pattern) in rule.patterns.iter().enumerate() {
                let entry = index.entries.len();
                index.entries.push(Entry { rule: rule_index, pattern: number, letters: pattern.letters(), regex: OnceLock::new() });
                match key(pattern) {
                    "" => index.anywhere.push(entry),
                    literal => {
                        let owner = *known.entry(literal).or_insert_with(|| {
                            literals.push(literal);
                            index.owners.push(Vec::new());
                            literals.len() - 1
                        });
                        index.owners[owner].push(entry);
                    }
                }
            }
        }
        if !literals.is_empty() {
            index.automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&literals).ok();
        }
        index
    }

    /// The entries whose literal stands in `folded`, each once.
    pub(super) fn entries(&self, folded: &str) -> impl Iterator<Item = &Entry> {
        let mut hits: Vec<usize> = match &self.automaton {
            Some(automaton) => automaton.find_overlapping_iter(folded).map(|hit| hit.pattern().as_usize()).collect(),
            None => Vec::new(),
        };
        hits.sort_unstable();
        hits.dedup();
        let owned = hits.into_iter().flat_map(|literal| self.owners[literal].iter());
        owned.chain(&self.anywhere).map(|entry| &self.entries[*entry])
    }

    pub(super) fn wordless(&self) -> impl Iterator<Item = RuleIx> + '_ {
        self.wordless.iter().copied()
    }
}

/// The longest text that every match of a pattern holds.
fn key(pattern: &Pattern) -> &str {
    match &pattern.form {
        Form::Text(text) => text.literals().max_by_key(|literal| literal.len()).unwrap_or_default(),
        Form::Regex(regex) => &regex.literal,
    }
}

/// The words that a pattern took, and the names and places of its holes.
type Taken = (Range<usize>, Vec<(String, Range<usize>)>);

impl Entry {
    /// The first place in `folded` where `pattern`, the pattern of this entry, matches.
    pub(super) fn find(&self, pattern: &Pattern, folded: &str, words: usize) -> Option<Taken> {
        match &pattern.form {
            Form::Text(text) => {
                let found = pattern::find(text, folded, words)?;
                let names = text.holes().map(|hole| hole.name.to_string());
                Some((found.range, names.zip(found.holes).collect()))
            }
            Form::Regex(_) => {
                let regex = self.regex.get_or_init(|| compile_regex(&pattern.source)).as_ref()?;
                let captures = regex.captures(folded)?;
                let named = regex.capture_names().flatten().filter_map(|name| Some((name.to_owned(), captures.name(name)?.range())));
                Some((captures.get(0)?.range(), named.collect()))
            }
        }
    }
}
