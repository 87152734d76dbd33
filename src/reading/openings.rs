//! Which openings of shapes a text may hold, by the words that each must have.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem;

use crate::model::{Lazy, Shape, TextPattern};

/// A longer text, in bytes, is worth an automaton by itself.
const SHORT: usize = 4096;

/// The openings of all shapes.
#[derive(Debug)]
pub(super) struct Openings {
    shapes: Lazy<Vec<Shape>>,
    /// Whether a text has been searched before.
    searched: AtomicBool,
    /// Made for the second text: a program that reads only one is done sooner without.
    automaton: OnceLock<Option<Automaton>>,
}

/// Which shape, and which of its openings.
type Place = (usize, usize);

/// What finds the words of all openings in one pass.
#[derive(Debug)]
struct Automaton {
    automaton: AhoCorasick,
    /// The opening of each word.
    owners: Vec<Place>,
}

/// An opening of a shape that a text may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'g> {
    pub(super) shape: &'g Shape,
    pub(super) opens: &'g TextPattern,
}

impl Openings {
    pub(super) fn new(shapes: Lazy<Vec<Shape>>) -> Self {
        Self { shapes, searched: AtomicBool::new(false), automaton: OnceLock::new() }
    }

    /// The openings of which a word stands in `folded`, in the order of the shapes.
    pub(super) fn in_text(&self, folded: &str) -> Vec<Candidate<'_>> {
        let again = self.searched.swap(true, Ordering::Relaxed);
        let mut hits = if again || folded.len() > SHORT { self.hits_at_once(folded) } else { self.hits_by_word(folded) };
        hits.sort_unstable();
        hits.dedup();
        let candidate = |(shape, opening): Place| {
            let shape = &self.shapes[shape];
            Candidate { shape, opens: &shape.opens[opening] }
        };
        hits.into_iter().map(candidate).collect()
    }

    fn hits_by_word(&self, folded: &str) -> Vec<Place> {
        let stands = |word: &str| memmem::find(folded.as_bytes(), word.as_bytes()).is_some();
        self.words().filter(|(_, word)| stands(word)).map(|(place, _)| place).collect()
    }

    fn hits_at_once(&self, folded: &str) -> Vec<Place> {
        let automaton = self.automaton.get_or_init(|| {
            let (owners, words): (Vec<Place>, Vec<&str>) = self.words().unzip();
            let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&words);
            let automaton = automaton.ok().filter(|_| !words.is_empty())?;
            Some(Automaton { automaton, owners })
        });
        let hits = |all: &Automaton| all.automaton.find_overlapping_iter(folded).map(|hit| all.owners[hit.pattern().as_usize()]).collect();
        automaton.as_ref().map_or_else(Vec::new, hits)
    }

    /// The words of which each opening must have one.
    fn words(&self) -> impl Iterator<Item = (Place, &str)> {
        self.shapes.iter().enumerate().flat_map(|(shape, of_shape)| {
            let openings = of_shape.opens.iter().enumerate();
            openings.flat_map(move |(opening, pattern)| pattern.keys().into_iter().map(move |word| ((shape, opening), word)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Element, Origin, ProviderIx, Role};

    fn opening(elements: Vec<Element>) -> TextPattern {
        TextPattern { elements, ..TextPattern::default() }
    }

    fn shape(opens: Vec<TextPattern>) -> Shape {
        let origin = Origin { file: "own.toml".into(), line: 1, column: 1 };
        Shape { provider: ProviderIx(0), id: "own".to_owned(), role: Role::Quote, opens, closes: Vec::new(), stage: None, origin }
    }

    #[test]
    fn the_first_text_is_searched_as_all_others_are() {
        let word = |text: &str| Element::Literal(text.into());
        let either = |texts: [&str; 2]| Element::Choice(texts.into_iter().map(|text| (text, false)).collect());
        let said = shape(vec![opening(vec![word("said:")]), opening(vec![either(["replied", "answered"]), Element::Gap])]);
        let shapes = vec![said, shape(vec![opening(vec![word("said")])])];
        for (text, want) in [("it said: no", &[(0, 0), (1, 0)][..]), ("it answered and replied", &[(0, 1)]), ("nothing", &[])] {
            let openings = Openings::new(shapes.clone().into());
            for time in ["first", "second"] {
                let of = |(shape, opening): &Place| &openings.shapes[*shape].opens[*opening];
                let found: Vec<&TextPattern> = openings.in_text(text).iter().map(|candidate| candidate.opens).collect();
                assert_eq!(found, want.iter().map(of).collect::<Vec<_>>(), "{text}, the {time} time");
            }
        }
    }
}
