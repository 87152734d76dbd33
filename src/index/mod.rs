//! The index: which patterns may stand in a text.
//!
//! A pattern is looked at where one text of its rarest group stands, and only if every other group has a text there too. The
//! index is made of plain tables, so that the one of the shipped rules can be made when the program is built.

mod freeze;
mod tables;
mod windows;

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

pub use tables::{Entry, Tables};
pub use windows::{Filed, WindowTables, Windows};

use crate::model::{Form, Pattern, RuleIx};
use crate::pattern::{self, compile_regex};

/// All patterns of a set by the texts that each must hold.
#[derive(Debug)]
pub struct Index {
    tables: Tables,
    /// The compiled regexes; each is made when first needed.
    regexes: Vec<OnceLock<Option<Regex>>>,
}

/// What a pattern took of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// The matched words, in bytes of the folded text.
    pub range: Range<usize>,
    /// The names and places of its holes.
    pub holes: Vec<(String, Range<usize>)>,
    /// The letters and digits that every such match holds.
    pub letters: u32,
}

impl Index {
    /// Makes tables ready.
    #[must_use]
    pub fn new(tables: Tables) -> Self {
        let regexes = std::iter::repeat_with(OnceLock::new).take(tables.regexes as usize).collect();
        Self { tables, regexes }
    }

    /// The entries that may stand in `folded`, each once.
    pub fn entries(&self, folded: &str) -> impl Iterator<Item = &Entry> {
        let mut present = vec![0_u64; self.tables.literals() / 64 + 1];
        let mut hits: Vec<u32> = self.tables.anywhere.to_vec();
        self.tables.windows.find(folded, |literal| {
            let (word, bit) = (literal as usize / 64, 1 << (literal % 64));
            if present[word] & bit == 0 {
                present[word] |= bit;
                hits.extend(self.tables.owners(literal));
            }
        });
        hits.sort_unstable();
        hits.dedup();
        let stands = move |literal: &u32| present[*literal as usize / 64] & (1 << (literal % 64)) != 0;
        let entries = hits.into_iter().map(|entry| &self.tables.entries[entry as usize]);
        entries.filter(move |entry| self.tables.groups(entry).all(|group| group.iter().any(&stands)))
    }

    /// Every entry.
    #[must_use]
    pub fn all(&self) -> &[Entry] {
        &self.tables.entries
    }

    /// The rules without patterns.
    pub fn wordless(&self) -> impl Iterator<Item = RuleIx> + '_ {
        self.tables.wordless.iter().copied().map(RuleIx)
    }

    /// The first place in `folded` where `pattern`, the pattern of `entry`, matches; `words` is where the words after the codes begin.
    #[must_use]
    pub fn find(&self, entry: &Entry, pattern: &Pattern, folded: &str, words: usize) -> Option<Taken> {
        match &pattern.form {
            Form::Text(text) => {
                let found = pattern::find(text, folded, words)?;
                let names = text.holes().map(|hole| hole.name.to_string());
                Some(Taken { range: found.range, holes: names.zip(found.holes).collect(), letters: found.letters })
            }
            Form::Regex(_) => {
                let regex = self.regexes.get(entry.regex as usize)?.get_or_init(|| compile_regex(&pattern.source)).as_ref()?;
                let captures = regex.captures(folded)?;
                let named = regex.capture_names().flatten().filter_map(|name| Some((name.to_owned(), captures.name(name)?.range())));
                Some(Taken { range: captures.get(0)?.range(), holes: named.collect(), letters: entry.letters })
            }
        }
    }
}
