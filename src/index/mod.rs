//! The index: which patterns may stand in a text.
//!
//! A pattern is looked at where one text of its rarest group stands, and only if every other group may have a text there too. The
//! index is made of plain tables, so that the one of the shipped rules can be made when the program is built; where other rules lie on
//! these, only the others' are made then.

mod common;
mod freeze;
mod needs;
mod tables;
mod windows;
mod words;

use std::ops::Range;
use std::sync::OnceLock;

pub use tables::{Entry, Owner, Tables};
pub use windows::{Filed, WindowTables, Windows};

use crate::model::{Form, Pattern, RuleIx, RuleSet};
use crate::pattern::{Haystack, Program};

/// No more literals than this stand in most texts.
const USUAL: usize = 32;

/// All patterns of a set by the texts that each must hold.
#[derive(Debug)]
pub struct Index {
    layers: Vec<Layer>,
    /// The programs of the regexes of all layers; each is made when first needed.
    programs: Vec<OnceLock<Box<Program>>>,
}

/// Tables that were made of an earlier set, which a set goes on using for the rules that they have in common.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The tables.
    pub tables: Tables,
    /// For each rule of the earlier set, which of this set it is; nothing where it has been left out or changed.
    pub places: Vec<Option<RuleIx>>,
}

/// Tables, and what their numbers are in the whole index.
#[derive(Debug)]
struct Layer {
    tables: Tables,
    /// Which rule of the set each rule of the tables is; nothing where they are numbered alike.
    places: Option<Vec<Option<RuleIx>>>,
    /// The number of the first regex.
    first_regex: u32,
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
    /// The index of a set; only what `ground` does not know of it is made anew.
    #[must_use]
    pub fn new(set: &RuleSet, ground: Option<Ground>) -> Self {
        let mut index = Self { layers: Vec::new(), programs: Vec::new() };
        let Some(Ground { tables, places }) = ground else {
            index.push(Tables::new(set), None);
            return index;
        };
        let mut known = vec![false; set.rules.len()];
        places.iter().flatten().for_each(|rule| known[rule.0 as usize] = true);
        index.push(tables, Some(places));
        if known.contains(&false) {
            index.push(Tables::of(set, |rule| !known[rule.0 as usize]), None);
        }
        index
    }

    fn push(&mut self, tables: Tables, places: Option<Vec<Option<RuleIx>>>) {
        let first_regex = self.programs.len() as u32;
        self.programs.extend(std::iter::repeat_with(OnceLock::new).take(tables.regexes as usize));
        self.layers.push(Layer { tables, places, first_regex });
    }

    /// The entries that may stand in a text, each once, those of one rule side by side.
    pub fn entries(&self, text: &Haystack) -> impl Iterator<Item = Entry> {
        self.layers.iter().flat_map(move |layer| layer.entries(text))
    }

    /// Every entry.
    pub fn all(&self) -> impl Iterator<Item = Entry> {
        self.layers.iter().flat_map(|layer| layer.tables.entries.iter().filter_map(|entry| layer.entry(entry)))
    }

    /// The rules without patterns.
    pub fn wordless(&self) -> impl Iterator<Item = RuleIx> {
        self.layers.iter().flat_map(|layer| layer.tables.wordless.iter().filter_map(|rule| layer.rule(*rule)))
    }

    /// Whether words of a rule of more than usual priority may stand in a text.
    #[must_use]
    pub fn may_be_urgent(&self, text: &Haystack) -> bool {
        self.layers.iter().any(|layer| layer.tables.may_be_urgent(text))
    }

    /// The first place in `text` where `pattern`, the pattern of `entry`, matches; `words` is where the words after the codes begin.
    #[must_use]
    pub fn find(&self, entry: &Entry, pattern: &Pattern, text: &Haystack, words: usize) -> Option<Taken> {
        match &pattern.form {
            Form::Text(form) => {
                let found = text.find(form, words)?;
                let names = form.holes().map(|hole| hole.name.to_string());
                let letters = found.letters(form);
                Some(Taken { range: found.range, holes: names.zip(found.holes).collect(), letters })
            }
            Form::Regex(_) => {
                let program = self.programs.get(entry.regex as usize)?.get_or_init(|| Box::new(Program::new(&pattern.source)));
                let (range, holes) = program.find(text.as_str())?;
                Some(Taken { range, holes, letters: entry.letters })
            }
        }
    }
}

impl Layer {
    /// The entries that may stand in a text, each once.
    fn entries<'i>(&'i self, text: &Haystack) -> impl Iterator<Item = Entry> + use<'i> {
        let mut literals = Vec::with_capacity(USUAL);
        self.tables.windows.find(text.as_str(), |literal| literals.push(literal));
        literals.sort_unstable();
        literals.dedup();
        let owners = literals.into_iter().flat_map(|literal| &self.tables.owners[self.tables.windows.brings(literal)]);
        let mut entries = Vec::with_capacity(USUAL);
        let may_stand = owners.chain(&*self.tables.anywhere).filter(|owner| self.tables.may_stand(owner, text));
        entries.extend(may_stand.map(|owner| owner.entry));
        entries.sort_unstable();
        entries.dedup();
        entries.into_iter().filter_map(|entry| self.entry(&self.tables.entries[entry as usize]))
    }

    /// An entry of the tables as one of the index, unless the set has not this rule of theirs.
    fn entry(&self, entry: &Entry) -> Option<Entry> {
        Some(Entry { rule: self.rule(entry.rule)?.0, regex: self.first_regex + entry.regex, ..*entry })
    }

    /// The rule of the set that a rule of the tables is.
    fn rule(&self, rule: u32) -> Option<RuleIx> {
        self.places.as_ref().map_or(Some(RuleIx(rule)), |places| places[rule as usize])
    }
}
