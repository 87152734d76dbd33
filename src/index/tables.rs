//! What an index is made of: flat tables, made from a set or when the program was built.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::windows::WindowTables;
use crate::model::{Form, Pattern, Rule, RuleIx, RuleSet};

/// Shorter words, in bytes, stand in most texts: that a pattern needs one tells little of whether it fits.
const TELLING: usize = 3;

/// One pattern of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The number of the rule in its set.
    pub rule: u32,
    /// Which of the rule's patterns.
    pub pattern: u32,
    /// The letters and digits that a match holds at most.
    pub letters: u32,
    /// Which regex it is; of no use for text patterns.
    pub regex: u32,
    /// Where the groups begin that it needs beside the one that brings it up, and how many there are.
    pub groups: (u32, u32),
}

impl Entry {
    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> RuleIx {
        RuleIx(self.rule)
    }
}

/// The tables of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// The patterns, by rule and number.
    pub entries: Cow<'static, [Entry]>,
    /// Groups of literals one after another: how many literals, then their numbers.
    pub groups: Cow<'static, [u32]>,
    /// The entries that literals bring up, those of one literal side by side.
    pub owners: Cow<'static, [u32]>,
    /// Where those of each literal end.
    pub owner_ends: Cow<'static, [u32]>,
    /// Entries that hold no fixed text, and so may stand anywhere.
    pub anywhere: Cow<'static, [u32]>,
    /// Rules without patterns.
    pub wordless: Cow<'static, [u32]>,
    /// How many regexes there are.
    pub regexes: u32,
    /// The literals, and how they are found.
    pub windows: WindowTables,
}

impl Tables {
    /// The tables of all of a set's patterns.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        Self::of(set, |_| true)
    }

    /// The tables of the patterns of those rules that are `wanted`.
    #[must_use]
    pub fn of(set: &RuleSet, wanted: impl Fn(RuleIx) -> bool) -> Self {
        let rules: Vec<(u32, &Rule)> = (0..).zip(&set.rules).filter(|(rule, _)| wanted(RuleIx(*rule))).collect();
        let mut literals = Literals::default();
        let groups: Vec<Groups> = patterns(&rules).map(|(_, _, pattern)| literals.groups(pattern)).collect();
        let mut looked_for = LookedFor::default();
        let (mut anywhere, mut flat, mut regexes) = (Vec::new(), Vec::new(), 0);
        let mut entries = Vec::with_capacity(groups.len());
        for (number, ((rule, pattern, of), mut groups)) in patterns(&rules).zip(groups).enumerate() {
            let rarest = (0..groups.len()).min_by_key(|group| literals.cost(&groups[*group]));
            match rarest.map(|group| groups.swap_remove(group)) {
                None => anywhere.push(number as u32),
                Some(key) => key.into_iter().for_each(|literal| looked_for.owners(literal).push(number as u32)),
            }
            groups.retain(|group| literals.shortest(group) >= TELLING);
            let place = (flat.len() as u32, groups.len() as u32);
            for group in groups {
                flat.push(group.len() as u32);
                flat.extend(group.into_iter().map(|literal| looked_for.number(literal) as u32));
            }
            entries.push(Entry { rule, pattern, letters: of.letters(), regex: regexes, groups: place });
            regexes += u32::from(matches!(of.form, Form::Regex(_)));
        }
        let wordless = rules.iter().filter(|(_, rule)| rule.patterns.is_empty());
        let ends = looked_for.owners.iter().scan(0, |end, of| {
            *end += of.len() as u32;
            Some(*end)
        });
        let texts: Vec<&str> = looked_for.literals.iter().map(|literal| literals.texts[*literal as usize]).collect();
        Self {
            owner_ends: ends.collect(),
            owners: looked_for.owners.concat().into(),
            wordless: wordless.map(|(rule, _)| *rule).collect(),
            windows: WindowTables::new(&texts),
            entries: entries.into(),
            groups: flat.into(),
            anywhere: anywhere.into(),
            regexes,
        }
    }

    /// How many literals there are.
    pub(super) fn literals(&self) -> usize {
        self.owner_ends.len()
    }

    /// The entries that a literal brings up.
    pub(super) fn owners(&self, literal: u32) -> &[u32] {
        let literal = literal as usize;
        let start = literal.checked_sub(1).map_or(0, |before| self.owner_ends[before]);
        &self.owners[start as usize..self.owner_ends[literal] as usize]
    }

    /// The groups of which an entry needs a literal each.
    pub(super) fn groups(&self, entry: &Entry) -> impl Iterator<Item = &[u32]> {
        let mut at = entry.groups.0 as usize;
        (0..entry.groups.1).map(move |_| {
            let start = at + 1;
            at = start + self.groups[at] as usize;
            &self.groups[start..at]
        })
    }
}

/// The groups of one pattern, as numbers of literals.
type Groups = Vec<Vec<u32>>;

/// The literals of all patterns, each once, with how often patterns need it: what many patterns need, many texts hold.
#[derive(Debug, Default)]
struct Literals<'s> {
    numbers: FxHashMap<&'s str, u32>,
    texts: Vec<&'s str>,
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
            self.texts.push(text);
            self.needed.push(0);
            self.texts.len() as u32 - 1
        });
        self.needed[number as usize] += 1;
        number
    }

    /// How often a group would bring its pattern up for nothing, by guess; of equal ones, short texts are the worse.
    fn cost(&self, group: &[u32]) -> (u32, usize) {
        let needed = group.iter().map(|literal| self.needed[*literal as usize]).sum();
        (needed, usize::MAX - self.shortest(group))
    }

    /// The bytes of the shortest text of a group.
    fn shortest(&self, group: &[u32]) -> usize {
        group.iter().map(|literal| self.texts[*literal as usize].len()).min().unwrap_or(0)
    }
}

/// Those literals that are looked for in texts, under numbers of their own.
#[derive(Debug, Default)]
struct LookedFor {
    numbers: FxHashMap<u32, usize>,
    literals: Vec<u32>,
    /// The entries that each brings up.
    owners: Vec<Vec<u32>>,
}

impl LookedFor {
    fn number(&mut self, literal: u32) -> usize {
        *self.numbers.entry(literal).or_insert_with(|| {
            self.literals.push(literal);
            self.owners.push(Vec::new());
            self.literals.len() - 1
        })
    }

    fn owners(&mut self, literal: u32) -> &mut Vec<u32> {
        let number = self.number(literal);
        &mut self.owners[number]
    }
}

/// Every pattern of some rules, with the number of its rule and its place among the rule's.
fn patterns<'s>(rules: &[(u32, &'s Rule)]) -> impl Iterator<Item = (u32, u32, &'s Pattern)> {
    rules.iter().flat_map(|(rule, of_rule)| (0..).zip(of_rule.patterns.iter()).map(|(number, pattern)| (*rule, number, pattern)))
}
