//! The shapes of a rule set, made ready for reading.

use std::borrow::Cow;

use aho_corasick::AhoCorasick;

use super::codes::read_codes;
use super::segment::Parts;
use super::{readable, transcript};
use crate::model::{Failure, ProviderIx, Role, RuleSet, Shape, Speaker, Stage, StageWord, TextPattern, Transcript, Utterance};
use crate::pattern::Folded;

/// All shapes of a set, with one automaton that finds which of them a text may hold.
#[derive(Debug)]
pub struct Grammar {
    shapes: Vec<Shape>,
    transcripts: Vec<Transcript>,
    stage_words: Vec<StageWord>,
    automaton: Option<AhoCorasick>,
    /// For each literal of the automaton: shape, and which of its openings.
    owners: Vec<(usize, usize)>,
}

/// An opening of a shape that a text may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'g> {
    pub(super) shape: &'g Shape,
    pub(super) opens: &'g TextPattern,
}

impl Grammar {
    /// Makes the shapes of `set` ready.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        let mut literals = Vec::new();
        let mut owners = Vec::new();
        for (index, shape) in set.shapes.iter().enumerate() {
            for (opening, pattern) in shape.opens.iter().enumerate() {
                for key in pattern.keys() {
                    literals.push(key);
                    owners.push((index, opening));
                }
            }
        }
        Self {
            automaton: AhoCorasick::new(&literals).ok().filter(|_| !literals.is_empty()),
            shapes: set.shapes.clone(),
            transcripts: set.transcripts.clone(),
            stage_words: set.stage_words.clone(),
            owners,
        }
    }

    /// Reads a text: who said what, when, and with which codes. At most [`MAX_TEXT`](super::MAX_TEXT) bytes of it are read.
    #[must_use]
    pub fn read<'t>(&self, text: &'t str) -> Failure<'t> {
        let text = readable(text);
        self.read_folded(text, &Folded::new(text))
    }

    /// Likewise, where the text, which is not longer than is read, was folded already.
    #[must_use]
    pub fn read_folded<'t>(&self, text: &'t str, folded: &Folded) -> Failure<'t> {
        let candidates = self.candidates(folded.as_str());
        let transcript = Transcript::printed_in(&self.transcripts, text);
        if candidates.is_empty() && transcript.is_none() {
            return plain(text);
        }
        let mut parts = Parts::new(self, candidates, text, folded.as_str());
        match transcript {
            Some(form) => transcript::read(&mut parts, form),
            None => parts.read(0..folded.as_str().len(), Speaker::Reporter, 0),
        }
        parts.finish()
    }

    /// The openings of which a literal stands in `folded`, in the order of the shapes.
    fn candidates(&self, folded: &str) -> Vec<Candidate<'_>> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut hits: Vec<_> = automaton.find_overlapping_iter(folded).map(|hit| self.owners[hit.pattern().as_usize()]).collect();
        hits.sort_unstable();
        hits.dedup();
        let candidate =
            |(shape, opening): (usize, usize)| Candidate { shape: &self.shapes[shape], opens: &self.shapes[shape].opens[opening] };
        hits.into_iter().map(candidate).collect()
    }

    /// The stage that folded words name: the longest name in them.
    pub(super) fn stage(&self, words: &str) -> Option<Stage> {
        self.stage_words.iter().find(|known| words.contains(&known.words)).map(|known| known.stage)
    }
}

/// A text without any shape: the words of one speaker. Words with a reply code are a server's answer.
fn plain(text: &str) -> Failure<'_> {
    let speaker = if read_codes(text).reply.is_some() { Speaker::Remote } else { Speaker::Reporter };
    Failure { utterances: vec![utterance(Cow::Borrowed(text), speaker)], diagnostic: Cow::Borrowed(text), ..Failure::default() }
}

/// An utterance with its codes read.
pub(super) fn utterance(text: Cow<'_, str>, speaker: Speaker) -> Utterance<'_> {
    let codes = read_codes(&text);
    Utterance { speaker, host: None, stage: None, reply: codes.reply, status: codes.status, words: codes.words, text }
}

/// Who prints reports like this: the owner of a shape that quotes others.
pub(super) fn reporter_of(shape: &Shape) -> Option<ProviderIx> {
    (shape.role == Role::Quote).then_some(shape.provider)
}
