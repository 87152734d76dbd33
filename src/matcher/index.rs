//! The index: which patterns may stand in a text.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::windows::Windows;
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

/// All patterns of a set by texts that each must hold.
#[derive(Debug)]
pub(super) struct Index {
    entries: Vec<Entry>,
    windows: Windows,
    /// The entries of each literal of the windows.
    owners: Vec<Vec<u32>>,
    /// Entries that hold no fixed text, and so may stand anywhere.
    anywhere: Vec<u32>,
    /// Rules without patterns.
    wordless: Vec<RuleIx>,
}

impl Index {
    pub(super) fn new(set: &RuleSet) -> Self {
        let mut entries = Vec::new();
        let mut literals: Vec<Box<str>> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut owners: Vec<Vec<u32>> = Vec::new();
        let mut anywhere = Vec::new();
        for (rule, number, pattern) in patterns(set) {
            let entry = entries.len() as u32;
            entries.push(Entry { rule, pattern: number, letters: pattern.letters(), regex: OnceLock::new() });
            let keys = keys(pattern);
            if keys.is_empty() {
                anywhere.push(entry);
            }
            for key in keys {
                let literal = *known.entry(key).or_insert_with(|| {
                    literals.push(key.into());
                    owners.push(Vec::new());
                    literals.len() - 1
                });
                owners[literal].push(entry);
            }
        }
        let numbered = set.rules.iter().enumerate().map(|(index, rule)| (RuleIx(index as u32), rule));
        let wordless = numbered.filter(|(_, rule)| rule.patterns.is_empty()).map(|(index, _)| index).collect();
        Self { entries, windows: Windows::new(literals), owners, anywhere, wordless }
    }

    /// The entries of which a key stands in `folded`, each once.
    pub(super) fn entries(&self, folded: &str) -> impl Iterator<Item = &Entry> {
        let mut hits: Vec<u32> = self.anywhere.clone();
        self.windows.find(folded, |literal| hits.extend(&self.owners[literal as usize]));
        hits.sort_unstable();
        hits.dedup();
        hits.into_iter().map(|entry| &self.entries[entry as usize])
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn wordless(&self) -> impl Iterator<Item = RuleIx> + '_ {
        self.wordless.iter().copied()
    }
}

/// Every pattern of a set, with its rule and its place among the rule's.
fn patterns(set: &RuleSet) -> impl Iterator<Item = (RuleIx, usize, &Pattern)> {
    set.rules.iter().enumerate().flat_map(|(rule, of_rule)| {
        of_rule.patterns.iter().enumerate().map(move |(number, pattern)| (RuleIx(rule as u32), number, pattern))
    })
}

/// Texts of which every match of a pattern holds at least one.
fn keys(pattern: &Pattern) -> Vec<&str> {
    match &pattern.form {
        Form::Text(text) => text.keys(),
        Form::Regex(regex) => Some(&*regex.literal).filter(|literal| !literal.is_empty()).into_iter().collect(),
    }
}

/// What a pattern took of a text.
pub(super) struct Taken {
    pub(super) range: Range<usize>,
    /// The names and places of its holes.
    pub(super) holes: Vec<(String, Range<usize>)>,
    pub(super) letters: u32,
}

impl Entry {
    /// The first place in `folded` where `pattern`, the pattern of this entry, matches.
    pub(super) fn find(&self, pattern: &Pattern, folded: &str, words: usize) -> Option<Taken> {
        match &pattern.form {
            Form::Text(text) => {
                let found = pattern::find(text, folded, words)?;
                let names = text.holes().map(|hole| hole.name.to_string());
                Some(Taken { range: found.range, holes: names.zip(found.holes).collect(), letters: found.letters })
            }
            Form::Regex(_) => {
                let regex = self.regex.get_or_init(|| compile_regex(&pattern.source)).as_ref()?;
                let captures = regex.captures(folded)?;
                let named = regex.capture_names().flatten().filter_map(|name| Some((name.to_owned(), captures.name(name)?.range())));
                Some(Taken { range: captures.get(0)?.range(), holes: named.collect(), letters: self.letters })
            }
        }
    }
}
