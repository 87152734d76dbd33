//! The index: which patterns may stand in a text.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;
use rustc_hash::FxHashMap;

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
    /// The groups of texts it needs beside the one that brings it up.
    groups: Groups,
    /// The compiled regex; made when first needed.
    regex: OnceLock<Option<Regex>>,
}

/// All patterns of a set by the texts that each must hold.
///
/// A pattern is looked at where one text of its rarest group stands, and only if every other group has a text there too.
#[derive(Debug)]
pub(super) struct Index {
    entries: Vec<Entry>,
    windows: Windows,
    /// The entries that each literal of the windows brings up.
    owners: Vec<Vec<u32>>,
    /// Entries that hold no fixed text, and so may stand anywhere.
    anywhere: Vec<u32>,
    /// Rules without patterns.
    wordless: Vec<RuleIx>,
}

/// The groups of one pattern, as numbers of literals.
type Groups = Vec<Vec<u32>>;

impl Index {
    pub(super) fn new(set: &RuleSet) -> Self {
        let mut literals = Literals::default();
        let groups: Vec<Groups> = patterns(set).map(|(_, _, pattern)| literals.groups(pattern)).collect();
        let mut owners: Vec<Vec<u32>> = vec![Vec::new(); literals.texts.len()];
        let mut anywhere = Vec::new();
        let mut entries = Vec::with_capacity(groups.len());
        for (number, ((rule, pattern, of), mut groups)) in patterns(set).zip(groups).enumerate() {
            let rarest = (0..groups.len()).min_by_key(|group| literals.cost(&groups[*group]));
            match rarest.map(|group| groups.swap_remove(group)) {
                None => anywhere.push(number as u32),
                Some(key) => key.into_iter().for_each(|literal| owners[literal as usize].push(number as u32)),
            }
            entries.push(Entry { rule, pattern, letters: of.letters(), groups, regex: OnceLock::new() });
        }
        let numbered = set.rules.iter().enumerate().map(|(index, rule)| (RuleIx(index as u32), rule));
        let wordless = numbered.filter(|(_, rule)| rule.patterns.is_empty()).map(|(index, _)| index).collect();
        Self { entries, windows: Windows::new(literals.texts), owners, anywhere, wordless }
    }

    /// The entries that may stand in `folded`, each once.
    pub(super) fn entries(&self, folded: &str) -> impl Iterator<Item = &Entry> {
        let mut present = vec![0_u64; self.owners.len() / 64 + 1];
        let mut hits: Vec<u32> = self.anywhere.clone();
        self.windows.find(folded, |literal| {
            let (word, bit) = (literal as usize / 64, 1 << (literal % 64));
            if present[word] & bit == 0 {
                present[word] |= bit;
                hits.extend(&self.owners[literal as usize]);
            }
        });
        hits.sort_unstable();
        hits.dedup();
        let stands = move |literal: &u32| present[*literal as usize / 64] & (1 << (literal % 64)) != 0;
        let entries = hits.into_iter().map(|entry| &self.entries[entry as usize]);
        entries.filter(move |entry| entry.groups.iter().all(|group| group.iter().any(&stands)))
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn wordless(&self) -> impl Iterator<Item = RuleIx> + '_ {
        self.wordless.iter().copied()
    }
}

/// The literals of all patterns, each once, with how often patterns need it: what many patterns need, many texts hold.
#[derive(Debug, Default)]
struct Literals<'s> {
    numbers: FxHashMap<&'s str, u32>,
    texts: Vec<Box<str>>,
    needed: Vec<u32>,
}

impl<'s> Literals<'s> {
    fn groups(&mut self, pattern: &'s Pattern) -> Groups {
        match &pattern.form {
            Form::Text(text) => text.needs().map(|group| group.into_iter().map(|text| self.number(text)).collect()).collect(),
            Form::Regex(regex) if regex.literals.is_empty() => Vec::new(),
            Form::Regex(regex) => vec![regex.literals.iter().map(|text| self.number(text)).collect()],
        }
    }

    fn number(&mut self, text: &'s str) -> u32 {
        let number = *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text.into());
            self.needed.push(0);
            self.texts.len() as u32 - 1
        });
        self.needed[number as usize] += 1;
        number
    }

    /// How often a group would bring its pattern up for nothing, by guess; of equal ones, short texts are the worse.
    fn cost(&self, group: &[u32]) -> (u32, usize) {
        let needed = group.iter().map(|literal| self.needed[*literal as usize]).sum();
        let shortest = group.iter().map(|literal| self.texts[*literal as usize].len()).min().unwrap_or(0);
        (needed, usize::MAX - shortest)
    }
}

/// Every pattern of a set, with its rule and its place among the rule's.
fn patterns(set: &RuleSet) -> impl Iterator<Item = (RuleIx, usize, &Pattern)> {
    set.rules.iter().enumerate().flat_map(|(rule, of_rule)| {
        of_rule.patterns.iter().enumerate().map(move |(number, pattern)| (RuleIx(rule as u32), number, pattern))
    })
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
