//! What an index is made of: flat tables, made from a set or when the program was built.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::common::{Common, Rarest, SHORT};
use super::needs::Needs;
use super::windows::WindowTables;
use super::words::Word;
use crate::model::{Form, RuleIx, RuleSet};
use crate::pattern::Haystack;
use crate::pattern::signature::{self, Signature, Usual};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Owner {
    /// Its number.
    pub entry: u32,
    /// Marks of words that the text needs besides.
    pub marks: [u16; 4],
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
    /// Groups of words one after another: how many words, then the marks of each.
    pub groups: Cow<'static, [u16]>,
    /// Entries that hold no fixed text that could be looked for, and so may stand anywhere.
    pub anywhere: Cow<'static, [Owner]>,
    /// Rules without patterns.
    pub wordless: Cow<'static, [u32]>,
    /// Entries of rules of more than usual priority.
    pub urgent: Cow<'static, [Owner]>,
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
        let (mut entries, mut wordless, mut urgent, mut regexes) = (Vec::with_capacity(set.rules.len()), Vec::new(), Vec::new(), 0);
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
        for (number, entry) in entries.iter().enumerate() {
            let groups = needs.groups(number);
            let key = telling.key(groups.clone());
            let owner = telling.owner(number, groups.clone(), key, &mut flat);
            if set.rules[entry.rule as usize].priority > 0 {
                urgent.push(telling.owner(number, groups, None, &mut flat));
            }
            match key {
                Some(key) => needs.group(key).for_each(|word| looked_for.push(word, needs.words.get(word), owner)),
                None => anywhere.push(owner),
            }
        }
        let brings = looked_for.counts();
        let (windows, order) = WindowTables::new(&needs.words, &looked_for.literals, &telling.rarest, &telling.windows, &brings);
        Self {
            entries: entries.into(),
            owners: looked_for.owners(&order, &brings),
            groups: flat.into(),
            anywhere: anywhere.into(),
            wordless: wordless.into(),
            urgent: urgent.into(),
            regexes,
            windows,
        }
    }

    /// Whether words of a rule of more than usual priority may stand in a text.
    pub(super) fn may_be_urgent(&self, text: &Haystack) -> bool {
        self.urgent.iter().any(|owner| self.may_stand(owner, text))
    }

    /// Whether a text may hold a word of each of an entry's groups.
    #[inline]
    pub(super) fn may_stand(&self, owner: &Owner, text: &Haystack) -> bool {
        if owner.groups.1 == 0 && owner.marks == [Signature::ANY; 4] {
            return true;
        }
        let signature = text.signature();
        let mut at = owner.groups.0 as usize;
        owner.marks.iter().all(|mark| signature.has(*mark))
            && (0..owner.groups.1).all(|_| {
                let start = at + 1;
                at = start + 2 * usize::from(self.groups[at]);
                self.groups[start..at].as_chunks::<2>().0.iter().any(|marks| marks.iter().all(|mark| signature.has(*mark)))
            })
    }
}

/// What many patterns need, many texts hold: how much it tells that a text stands somewhere.
struct Telling<'n> {
    needs: &'n Needs,
    windows: Common,
    /// By which of its windows each word is looked for.
    rarest: Vec<Rarest>,
    /// How often each bit of signatures turns up among patterns that need several words.
    usual: Usual,
}

impl<'n> Telling<'n> {
    fn new(needs: &'n Needs) -> Self {
        let windows = Common::new(needs.words.iter(), needs.len());
        let rarest = needs.words.iter().map(|word| windows.rarest(word)).collect();
        let several = (0..needs.len()).map(|pattern| needs.groups(pattern)).filter(|groups| groups.len() > 1);
        let words = several.flatten().flat_map(|group| needs.group(group));
        let usual = Usual::new(words.flat_map(|word| bits_of(needs.words.get(word))));
        Self { needs, windows, rarest, usual }
    }

    fn word(&self, word: usize) -> Word<'n> {
        self.needs.words.get(word)
    }

    /// The group by which a pattern is best looked for; of equal ones, that of long texts. None where each has a word that is too short.
    fn key(&self, groups: Range<usize>) -> Option<usize> {
        let is_long = |group: &usize| self.needs.group(*group).all(|word| self.word(word).len() >= SHORT);
        if groups.len() == 1 {
            return Some(groups.start).filter(is_long);
        }
        let costs = |group| self.needs.group(group).map(|word| self.rarest[word].cost(self.word(word)));
        let cost = |group| costs(group).fold(0, u32::saturating_add);
        let shortest = |group| self.needs.group(group).map(|word| self.word(word).len()).min();
        groups.filter(is_long).min_by_key(|group| (cost(*group), Reverse(shortest(*group))))
    }

    /// An entry with the marks of all its groups but the key, the most telling first; those of several words are put into `flat`. Groups
    /// with a word that has no marks are left out.
    fn owner(&self, entry: usize, groups: Range<usize>, key: Option<usize>, flat: &mut Vec<u16>) -> Owner {
        let marked =
            |words: &Range<usize>| words.len() <= MAX_MARKED && words.clone().all(|word| self.word(word).len() >= signature::WINDOW);
        let others = groups.filter(|group| Some(*group) != key).map(|group| self.needs.group(group)).filter(marked);
        let mut owner = Owner { entry: entry as u32, marks: [Signature::ANY; 4], groups: (flat.len() as u32, 0) };
        let mut others: Vec<Vec<[u16; 2]>> =
            others.map(|words| words.map(|word| self.usual.marks(bits_of(self.word(word)))).collect()).collect();
        if others.len() > 1 {
            others.sort_by_cached_key(|marks| marks.iter().map(|[rarest, _]| self.usual.count(*rarest)).fold(0, u32::saturating_add));
        }
        let (inside, _) = owner.marks.as_chunks_mut::<2>();
        let mut inside = inside.iter_mut();
        for group in others {
            if let [word] = &*group
                && let Some(marks) = inside.next()
            {
                *marks = *word;
                continue;
            }
            owner.groups.1 += 1;
            flat.push(group.len() as u16);
            flat.extend(group.as_flattened());
        }
        owner
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

    /// How many owners each literal has.
    fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.literals.len()];
        self.owners.iter().for_each(|(literal, _)| counts[*literal as usize] += 1);
        counts
    }

    /// The owners, those of the literals in this order. Of each literal there are so many.
    fn owners(self, order: &[u32], counts: &[u32]) -> Cow<'static, [Owner]> {
        let (mut places, mut end) = (vec![0; order.len()], 0);
        for literal in order {
            places[*literal as usize] = end;
            end += counts[*literal as usize] as usize;
        }
        let mut owners = vec![Owner::default(); self.owners.len()];
        for (literal, owner) in self.owners {
            let place = &mut places[literal as usize];
            owners[*place] = owner;
            *place += 1;
        }
        owners.into()
    }
}

/// The bits that a text has wherever a word stands in it.
fn bits_of(word: Word<'_>) -> impl Iterator<Item = u16> {
    word.windows::<{ signature::WINDOW }>().map(|window| signature::bit(window as u32))
}
