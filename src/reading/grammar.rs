//! The shapes of a rule set, made ready for reading.

use std::borrow::Cow;

use super::codes::read_codes;
use super::openings::Openings;
use super::segment::Parts;
use super::{readable, transcript};
use crate::model::{Failure, Lazy, ProviderIx, Role, RuleSet, Shape, Speaker, Stage, StageWord, Transcript, Utterance};
use crate::pattern::Folded;

/// All shapes of a set.
#[derive(Debug)]
pub struct Grammar {
    openings: Openings,
    transcripts: Lazy<Vec<Transcript>>,
    stage_words: Lazy<Vec<StageWord>>,
}

impl Grammar {
    /// Makes the shapes of `set` ready.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        let openings = Openings::new(set.shapes.clone());
        Self { openings, transcripts: set.transcripts.clone(), stage_words: set.stage_words.clone() }
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
        let candidates = self.openings.in_text(folded.as_str());
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
