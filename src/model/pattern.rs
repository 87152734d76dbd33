//! Patterns as data: what a rule's text or regex says, already taken apart.

use serde::{Deserialize, Serialize};

use super::choice::Choice;
use super::fact::HoleKind;
use super::rule::Origin;

/// From this length on, in bytes, one key is better than several longer ones.
const GOOD_KEY: usize = 8;

/// A pattern, with the place it was written at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// As it stands in the file.
    pub source: String,
    /// What it means.
    pub form: Form,
    /// Where it stands.
    pub origin: Origin,
}

/// The two ways to write a pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Form {
    /// `text = '…'`.
    Text(TextPattern),
    /// `regex = '…'`, in the syntax of the `regex` crate.
    Regex(RegexPattern),
}

/// A text pattern: literal pieces with gaps and holes between them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextPattern {
    /// The parts, in order. No two literal pieces stand side by side.
    pub elements: Vec<Element>,
    /// Whether it must begin where the utterance's words begin (`^`).
    pub at_start: bool,
    /// Whether it must end where the utterance ends (`$`).
    pub at_end: bool,
}

/// A part of a text pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Element {
    /// Folded literal text.
    Literal(Box<str>),
    /// Any of several words or phrases.
    Choice(Choice),
    /// A star glued to a word: the rest of that word.
    Stem,
    /// A star that stands alone: none to twenty words.
    Gap,
    /// A hole.
    Hole(Hole),
}

/// The name of holes whose filling is of no interest: `{_:number}`.
pub const IGNORED: &str = "_";

impl Element {
    /// The texts one of which this part must be; nothing where it has no words of its own, or may be left out.
    fn need(&self) -> Option<Need<'_>> {
        let need = match self {
            Self::Literal(text) => Need(Source::One(text)),
            Self::Choice(choice) => Need(Source::Choice(choice)),
            _ => return None,
        };
        need.texts().all(|text| !text.chars().all(char::is_whitespace)).then_some(need)
    }
}

/// Texts at least one of which every match of a pattern holds.
#[derive(Debug, Clone, Copy)]
pub struct Need<'p>(Source<'p>);

#[derive(Debug, Clone, Copy)]
enum Source<'p> {
    One(&'p str),
    Choice(&'p Choice),
    Any(&'p [Box<str>]),
}

impl<'p> Need<'p> {
    /// The texts.
    pub fn texts(self) -> impl Iterator<Item = &'p str> {
        let (one, choice, any) = match self.0 {
            Source::One(text) => (Some(text), None, &[][..]),
            Source::Choice(choice) => (None, Some(choice), &[][..]),
            Source::Any(texts) => (None, None, texts),
        };
        one.into_iter().chain(choice.into_iter().flat_map(Choice::iter).map(|one| one.text)).chain(any.iter().map(|text| &**text))
    }
}

/// A hole: what fills it becomes the fact `name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// The name of the fact.
    pub name: Box<str>,
    /// What it takes.
    pub kind: HoleKind,
}

/// A regex pattern. It is compiled when first needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegexPattern {
    /// Folded texts: of each group every match must hold one. The group that is best looked for comes first.
    pub needs: Vec<Vec<Box<str>>>,
    /// Letters and digits that every match must hold.
    pub letters: u32,
    /// The names of its groups.
    pub groups: Vec<Box<str>>,
}

impl TextPattern {
    /// Its literal pieces.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().filter_map(|element| match element {
            Element::Literal(text) => Some(&**text),
            _ => None,
        })
    }

    /// The letters and digits that a match holds at most, its holes and gaps aside.
    #[must_use]
    pub fn letters(&self) -> u32 {
        let most = |element: &Element| match element {
            Element::Literal(text) => letters(text),
            Element::Choice(choice) => choice.iter().map(|one| letters(one.text)).max().unwrap_or(0),
            _ => 0,
        };
        self.elements.iter().map(most).sum()
    }

    /// The texts that every match must hold one of; of several such groups the one whose shortest text is the longest. Empty where
    /// there is none.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        let worth = |group: &Vec<&str>| group.iter().map(|text| text.len()).min().unwrap_or(0);
        let groups = self.elements.iter().filter_map(Element::need).map(|need| need.texts().collect());
        groups.max_by_key(|group| (worth(group).min(GOOD_KEY), usize::MAX - group.len(), worth(group))).unwrap_or_default()
    }

    /// Its holes.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.elements.iter().filter_map(|element| match element {
            Element::Hole(hole) => Some(hole),
            _ => None,
        })
    }
}

impl Pattern {
    /// The letters and digits that a match holds at most, its holes and gaps aside; a CJK character counts three.
    #[must_use]
    pub fn letters(&self) -> u32 {
        match &self.form {
            Form::Text(text) => text.letters(),
            Form::Regex(regex) => regex.letters,
        }
    }

    /// What every match must hold. A literal is a need by itself; a choice is one unless it may be left out.
    pub fn needs(&self) -> impl Iterator<Item = Need<'_>> {
        let (elements, groups) = match &self.form {
            Form::Text(text) => (&*text.elements, &[][..]),
            Form::Regex(regex) => (&[][..], &*regex.needs),
        };
        elements.iter().filter_map(Element::need).chain(groups.iter().map(|any| Need(Source::Any(any))))
    }

    /// The names of the facts that it can fill.
    #[must_use]
    pub fn facts(&self) -> Vec<&str> {
        match &self.form {
            Form::Text(text) => text.holes().map(|hole| &*hole.name).filter(|name| *name != IGNORED).collect(),
            Form::Regex(regex) => regex.groups.iter().map(|name| &**name).collect(),
        }
    }
}

/// Letters and digits in `text`; a CJK character counts three, since it says about as much as three letters.
#[must_use]
pub fn letters(text: &str) -> u32 {
    if text.is_ascii() {
        // So few at a time that their count fits into a byte: many are looked at with one instruction.
        let few = |bytes: &[u8]| bytes.iter().map(|byte| u8::from(byte.is_ascii_alphanumeric())).sum::<u8>();
        return text.as_bytes().chunks(u8::MAX as usize).map(|bytes| u32::from(few(bytes))).sum();
    }
    text.chars().map(|c| if is_cjk(c) { 3 } else { u32::from(c.is_alphanumeric()) }).sum()
}

/// Whether `c` belongs to a script that is written without spaces between words.
#[must_use]
pub const fn is_cjk(c: char) -> bool {
    matches!(c as u32,
        0x2E80..=0x303F | 0x3040..=0x30FF | 0x3100..=0x312F | 0x31A0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFF65..=0xFF9F | 0x20000..=0x3FFFF)
}
