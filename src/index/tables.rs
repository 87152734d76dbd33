//! What an index is made of: flat tables, made from a set or when the program was built.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::common::{Common, Rarest};
use super::needs::Needs;
use super::windows::WindowTables;
use super::words::Word;
use crate::model::{Form, RuleIx, RuleSet};
use crate::pattern::signature::{self, Signature};

/// A choice of more words than this is not looked into before its pattern is.
const MAX_MARKED: usize = 100;

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
}

impl Entry {
    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> RuleIx {
        RuleIx(self.rule)
    }
}

/// An entry that a literal brings up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Its number.
    pub entry: u32,
    /// Where the groups begin of which the text needs a word each, and how many there are.
    pub groups: (u32, u32),
}

/// The tables of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// The patterns, by rule and number.
    pub entries: Cow<'static, [Entry]>,
    /// The entries that literals bring up, those of one literal side by side.
    pub owners: Cow<'static, [Owner]>,
    /// Where those of each literal end.
    pub owner_ends: Cow<'static, [u32]>,
    /// Groups of words one after another: how many words, then the marks of each.
    pub groups: Cow<'static, [u16]>,
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
        let mut needs = Needs::with_capacity(set.rules.len());
        let (mut entries, mut wordless, mut regexes) = (Vec::with_capacity(set.rules.len()), Vec::new(), 0);
        for (rule, of_rule) in (0..).zip(&set.rules).filter(|(rule, _)| wanted(RuleIx(*rule))) {
            if of_rule.patterns.is_empty() {
                wordless.push(rule);
            }
            for (pattern, of) in (0..).zip(of_rule.patterns.iter()) {
                needs.push(of);
                entries.push(Entry { rule, pattern, letters: of.letters(), regex: regexes });
                regexes += u32::from(matches!(of.form, Form::Regex(_)));
            }
        }
        let telling = Telling::new(&needs);
        let mut looked_for = LookedFor::with_capacity(needs.len());
        let (mut anywhere, mut flat) = (Vec::new(), Vec::new());
        for entry in 0..needs.len() {
            let groups = needs.groups(entry);
            let Some(key) = telling.key(groups.clone()) else {
                anywhere.push(entry as u32);
                continue;
            };
            let groups = (flat.len() as u32, telling.push_marks(groups, key, &mut flat));
            let owner = Owner { entry: entry as u32, groups };
            needs.group(key).for_each(|word| looked_for.push(word, needs.words.get(word), owner));
        }
        let (owners, owner_ends) = looked_for.owners();
        Self {
            entries: entries.into(),
            owners,
            owner_ends,
            groups: flat.into(),
            anywhere: anywhere.into(),
            wordless: wordless.into(),
            regexes,
            windows: WindowTables::new(&needs.words, &looked_for.literals, &telling.rarest, &telling.windows),
        }
    }

    /// Whether a text of this signature may hold a word of each of an entry's groups.
    pub(super) fn may_stand(&self, owner: &Owner, signature: &Signature) -> bool {
        let mut at = owner.groups.0 as usize;
        (0..owner.groups.1).all(|_| {
            let start = at + 1;
            at = start + 2 * usize::from(self.groups[at]);
            self.groups[start..at].chunks_exact(2).any(|marks| signature.has(marks[0]) && signature.has(marks[1]))
        })
    }

    /// The entries that a literal brings up.
    pub(super) fn owners(&self, literal: u32) -> &[Owner] {
        let literal = literal as usize;
        let start = literal.checked_sub(1).map_or(0, |before| self.owner_ends[before]);
        &self.owners[start as usize..self.owner_ends[literal] as usize]
    }
}

/// What many patterns need, many texts hold: how much it tells that a text stands somewhere.
struct Telling<'n> {
    needs: &'n Needs,
    windows: Common,
    /// By which of its windows each word is looked for.
    rarest: Vec<Rarest>,
    /// How often each bit of signatures turns up among patterns that need several words.
    bits: Vec<u32>,
}

impl<'n> Telling<'n> {
    fn new(needs: &'n Needs) -> Self {
        let windows = Common::new(needs.words.iter(), needs.len());
        let rarest = needs.words.iter().map(|word| windows.rarest(word)).collect();
        let mut bits = vec![0; signature::SIZE];
        let several = (0..needs.len()).map(|pattern| needs.groups(pattern)).filter(|groups| groups.len() > 1);
        for word in several.flatten().flat_map(|group| needs.group(group)) {
            bits_of(needs.words.get(word)).for_each(|bit| bits[usize::from(bit)] += 1);
        }
        // Every text has it.
        bits[usize::from(Signature::ANY)] = u32::MAX;
        Self { needs, windows, rarest, bits }
    }

    fn word(&self, word: usize) -> Word<'n> {
        self.needs.words.get(word)
    }

    /// The group by which a pattern is best looked for; of equal ones, that of long texts.
    fn key(&self, groups: Range<usize>) -> Option<usize> {
        if groups.len() == 1 {
            return Some(groups.start);
        }
        let costs = |group| self.needs.group(group).map(|word| self.rarest[word].cost(self.word(word)));
        let cost = |group| costs(group).fold(0, u32::saturating_add);
        let shortest = |group| self.needs.group(group).map(|word| self.word(word).len()).min();
        groups.min_by_key(|group| (cost(*group), Reverse(shortest(*group))))
    }

    /// Puts the marks of all groups but the key into `flat`; how many groups these are. Those with a word that has no marks are left
    /// out.
    fn push_marks(&self, groups: Range<usize>, key: usize, flat: &mut Vec<u16>) -> u32 {
        let marked =
            |words: &Range<usize>| words.len() <= MAX_MARKED && words.clone().all(|word| self.word(word).len() >= signature::WINDOW);
        let mut count = 0;
        for words in groups.filter(|group| *group != key).map(|group| self.needs.group(group)).filter(marked) {
            count += 1;
            flat.push(words.len() as u16);
            words.for_each(|word| flat.extend(self.marks(self.word(word))));
        }
        count
    }

    /// Those two bits of a word that are the rarest.
    fn marks(&self, word: Word<'_>) -> [u16; 2] {
        let mut marks = [(u32::MAX, Signature::ANY); 2];
        for bit in bits_of(word) {
            let mark = (self.bits[usize::from(bit)], bit);
            if mark < marks[0] {
                marks = [mark, marks[0]];
            } else if mark.1 != marks[0].1 && mark < marks[1] {
                marks[1] = mark;
            }
        }
        marks.map(|(_, bit)| bit)
    }
}

/// The literals that are looked for in texts, each once, and what they bring up.
struct LookedFor<'n> {
    numbers: FxHashMap<&'n [u8], u32>,
    /// Which words they are.
    literals: Vec<u32>,
    /// By the literal's number.
    owners: Vec<(u32, Owner)>,
}

impl<'n> LookedFor<'n> {
    /// Nothing yet, with room for the literals of so many patterns.
    fn with_capacity(patterns: usize) -> Self {
        let numbers = FxHashMap::with_capacity_and_hasher(patterns, Default::default());
        Self { numbers, literals: Vec::with_capacity(patterns), owners: Vec::with_capacity(patterns) }
    }

    fn push(&mut self, number: usize, word: Word<'n>, owner: Owner) {
        let literal = *self.numbers.entry(word.bytes()).or_insert_with(|| {
            self.literals.push(number as u32);
            self.literals.len() as u32 - 1
        });
        self.owners.push((literal, owner));
    }

    /// The owners by literal, and where those of each literal end.
    fn owners(&mut self) -> (Cow<'static, [Owner]>, Cow<'static, [u32]>) {
        self.owners.sort_by_key(|(literal, _)| *literal);
        let mut ends = vec![0; self.literals.len()];
        for (end, (literal, _)) in (1..).zip(&self.owners) {
            ends[*literal as usize] = end;
        }
        (self.owners.iter().map(|(_, owner)| *owner).collect(), ends.into())
    }
}

/// The bits that a text has wherever a word stands in it.
fn bits_of(word: Word<'_>) -> impl Iterator<Item = u16> {
    word.windows::<{ signature::WINDOW }>().map(|window| signature::bit(window as u32))
}
