//! What an index is made of: flat tables, made from a set or when the program was built.

use std::borrow::Cow;
use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::windows::{Common, WindowTables};
use crate::model::{Form, Pattern, Rule, RuleIx, RuleSet};
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
        let rules: Vec<(u32, &Rule)> = (0..).zip(&set.rules).filter(|(rule, _)| wanted(RuleIx(*rule))).collect();
        let needs: Vec<Vec<Vec<&str>>> = patterns(&rules).map(|(_, _, pattern)| pattern.needs()).collect();
        let telling = Telling::new(&needs);
        let mut looked_for = LookedFor::default();
        let (mut anywhere, mut flat) = (Vec::new(), Vec::new());
        for (entry, groups) in (0..).zip(&needs) {
            match telling.key(groups) {
                None => anywhere.push(entry),
                Some(key) => {
                    let groups_of = (flat.len() as u32, telling.push_marks(groups, key, &mut flat));
                    groups[key].iter().for_each(|literal| looked_for.push(literal, Owner { entry, groups: groups_of }));
                }
            }
        }
        let mut regexes = 0;
        let entries = patterns(&rules).map(|(rule, pattern, of)| {
            let entry = Entry { rule, pattern, letters: of.letters(), regex: regexes };
            regexes += u32::from(matches!(of.form, Form::Regex(_)));
            entry
        });
        let entries = entries.collect();
        let (owners, owner_ends) = looked_for.owners();
        Self {
            entries,
            owners,
            owner_ends,
            groups: flat.into(),
            anywhere: anywhere.into(),
            wordless: rules.iter().filter(|(_, rule)| rule.patterns.is_empty()).map(|(rule, _)| *rule).collect(),
            regexes,
            windows: WindowTables::new(&looked_for.texts, &telling.windows),
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
struct Telling {
    windows: Common,
    /// How often each bit of signatures turns up.
    bits: Vec<u32>,
}

impl Telling {
    fn new(needs: &[Vec<Vec<&str>>]) -> Self {
        let mut telling = Self { windows: Common::new(needs.len()), bits: vec![0; signature::SIZE] };
        for literal in needs.iter().flatten().flatten() {
            telling.windows.count(literal.as_bytes());
            Signature::bits(literal.as_bytes()).for_each(|bit| telling.bits[usize::from(bit)] += 1);
        }
        telling
    }

    /// The group by which a pattern is best looked for; of equal ones, that of long texts.
    fn key(&self, groups: &[Vec<&str>]) -> Option<usize> {
        let cost = |group: &[&str]| group.iter().map(|literal| self.windows.cost(literal.as_bytes())).fold(0, u32::saturating_add);
        let shortest = |group: &[&str]| group.iter().map(|literal| literal.len()).min();
        (0..groups.len()).min_by_key(|group| (cost(&groups[*group]), Reverse(shortest(&groups[*group]))))
    }

    /// Puts the marks of all groups but the key into `flat`; how many groups these are. Those with a word that has no marks are left
    /// out.
    fn push_marks(&self, groups: &[Vec<&str>], key: usize, flat: &mut Vec<u16>) -> u32 {
        let marked = |literals: &[&str]| literals.len() <= MAX_MARKED && literals.iter().all(|text| text.len() >= signature::WINDOW);
        let others = groups.iter().enumerate().filter(|(group, literals)| *group != key && marked(literals));
        let mut count = 0;
        for (_, literals) in others {
            count += 1;
            flat.push(literals.len() as u16);
            literals.iter().for_each(|literal| flat.extend(self.marks(literal)));
        }
        count
    }

    /// Those two bits of a word that are the rarest.
    fn marks(&self, literal: &str) -> [u16; 2] {
        let common = |bit: &u16| (self.bits[usize::from(*bit)], *bit);
        let mut marks = [Signature::ANY; 2];
        for bit in Signature::bits(literal.as_bytes()) {
            if marks[0] == Signature::ANY || common(&bit) < common(&marks[0]) {
                marks = [bit, marks[0]];
            } else if bit != marks[0] && (marks[1] == Signature::ANY || common(&bit) < common(&marks[1])) {
                marks[1] = bit;
            }
        }
        marks
    }
}

/// The literals that are looked for in texts, each once, and what they bring up.
#[derive(Default)]
struct LookedFor<'s> {
    numbers: FxHashMap<&'s str, u32>,
    texts: Vec<&'s str>,
    /// By the literal's number.
    owners: Vec<(u32, Owner)>,
}

impl<'s> LookedFor<'s> {
    fn push(&mut self, literal: &'s str, owner: Owner) {
        let number = *self.numbers.entry(literal).or_insert_with(|| {
            self.texts.push(literal);
            self.texts.len() as u32 - 1
        });
        self.owners.push((number, owner));
    }

    /// The owners by literal, and where those of each literal end.
    fn owners(&mut self) -> (Cow<'static, [Owner]>, Cow<'static, [u32]>) {
        self.owners.sort_by_key(|(literal, _)| *literal);
        let mut ends = vec![0; self.texts.len()];
        for (end, (literal, _)) in (1..).zip(&self.owners) {
            ends[*literal as usize] = end;
        }
        (self.owners.iter().map(|(_, owner)| *owner).collect(), ends.into())
    }
}

/// Every pattern of some rules, with the number of its rule and its place among the rule's.
fn patterns<'s>(rules: &[(u32, &'s Rule)]) -> impl Iterator<Item = (u32, u32, &'s Pattern)> {
    rules.iter().flat_map(|(rule, of_rule)| (0..).zip(of_rule.patterns.iter()).map(|(number, pattern)| (*rule, number, pattern)))
}
