//! Cutting a text at its shapes: the speaker's own words, and what it quotes of others.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use super::grammar::{Grammar, reporter_of, utterance};
use super::openings::Candidate;
use crate::model::{Failure, HoleKind, IGNORED, Role, Shape, Speaker, Stage, TextPattern};
use crate::pattern::{self, Found, Origins};

/// How many utterances and how many hops are told apart in one text; words beyond that stay in the last one.
const MAX_UTTERANCES: usize = 64;
const MAX_DEPTH: usize = 8;

/// A text on its way to a failure.
pub(super) struct Parts<'g, 't> {
    pub(super) grammar: &'g Grammar,
    candidates: Vec<Candidate<'g>>,
    pub(super) text: &'t str,
    pub(super) folded: &'g str,
    origins: OnceCell<Origins>,
    failure: Failure<'t>,
    /// What labels and signs told about whoever speaks next.
    pub(super) context: Context<'t>,
}

/// What is known about an utterance before its words are read.
#[derive(Debug, Clone, Default)]
pub(super) struct Context<'t> {
    pub(super) host: Option<Cow<'t, str>>,
    pub(super) stage: Option<Stage>,
}

/// A quote in a text: the ranges of its opening, of the words inside, and of where it goes on behind.
struct Quote<'g> {
    shape: &'g Shape,
    opens: &'g TextPattern,
    found: Found,
    inside: Range<usize>,
    close: Option<(&'g TextPattern, Found)>,
    rest: usize,
}

impl<'g, 't> Parts<'g, 't> {
    pub(super) fn new(grammar: &'g Grammar, candidates: Vec<Candidate<'g>>, text: &'t str, folded: &'g str) -> Self {
        let failure = Failure { diagnostic: Cow::Borrowed(text), ..Failure::default() };
        Self { grammar, candidates, text, folded, origins: OnceCell::new(), failure, context: Context::default() }
    }

    /// Reads a range of the folded text as the words of `speaker`.
    pub(super) fn read(&mut self, range: Range<usize>, speaker: Speaker, depth: usize) {
        let mut own = Vec::new();
        let mut at = range.start;
        let outer = self.context.clone();
        while let Some(quote) = self.next_quote(at..range.end, depth) {
            let before = self.words(at..quote.found.range.start);
            own.extend(before);
            self.tell(quote.opens, &quote.found, quote.shape);
            if let Some((pattern, found)) = &quote.close {
                self.tell(pattern, found, quote.shape);
            }
            self.failure.reporter = self.failure.reporter.or(reporter_of(quote.shape));
            let inner = if speaker == Speaker::Reporter { Speaker::Remote } else { Speaker::Further };
            self.read(quote.inside, inner, depth + 1);
            self.context = outer.clone();
            at = quote.rest;
        }
        own.extend(self.words(at..range.end));
        self.push(&own, speaker);
    }

    /// The first quote in a range.
    fn next_quote(&self, range: Range<usize>, depth: usize) -> Option<Quote<'g>> {
        if depth >= MAX_DEPTH || self.failure.utterances.len() >= MAX_UTTERANCES {
            return None;
        }
        let quotes = self.candidates.iter().filter(|candidate| candidate.shape.role == Role::Quote);
        let found = quotes.filter_map(|c| self.find(c.opens, range.clone()).map(|found| (c, found)));
        let (candidate, found) = found.min_by_key(|(_, found)| (found.range.start, usize::MAX - found.range.end))?;
        let close = self.closing(candidate, found.range.end..range.end);
        let (end, rest) = close.as_ref().map_or((range.end, range.end), |(_, close)| (close.range.start, close.range.end));
        let inside = found.range.end..end;
        Some(Quote { shape: candidate.shape, opens: candidate.opens, found, inside, close, rest })
    }

    /// What closes a quote: as many closings as there were openings, else the last one.
    fn closing(&self, candidate: &Candidate<'g>, range: Range<usize>) -> Option<(&'g TextPattern, Found)> {
        let mut depth = 1;
        let mut last = None;
        let mut at = range.start;
        for _ in 0..MAX_UTTERANCES {
            let closes =
                candidate.shape.closes.iter().filter_map(|pattern| self.find(pattern, at..range.end).map(|found| (pattern, found)));
            let Some((pattern, close)) = closes.min_by_key(|(_, found)| found.range.start) else { break };
            let mut open_at = at;
            while let Some(open) = self.find(candidate.opens, open_at..close.range.start) {
                depth += 1;
                open_at = open.range.end;
            }
            depth -= 1;
            at = close.range.end;
            last = Some((pattern, close));
            if depth == 0 {
                break;
            }
        }
        last
    }

    /// Finds a pattern in a range of the folded text, where its holes for stages take words that name one.
    fn find(&self, pattern: &TextPattern, range: Range<usize>) -> Option<Found> {
        let names_stage = |found: &Found| {
            let mut holes = pattern.holes().zip(&found.holes);
            holes.all(|(hole, taken)| hole.kind != HoleKind::Stage || self.grammar.stage(&self.folded[taken.clone()]).is_some())
        };
        let mut at = range.start;
        for _ in 0..MAX_UTTERANCES {
            let found = self.find_words(pattern, at..range.end)?;
            if names_stage(&found) {
                return Some(found);
            }
            if found.range.is_empty() {
                return None;
            }
            at = found.range.end;
        }
        None
    }

    /// Finds a pattern in a range of the folded text; the places are those of the whole text.
    fn find_words(&self, pattern: &TextPattern, range: Range<usize>) -> Option<Found> {
        let from = range.start;
        let leading = self.folded[range.clone()].len() - self.folded[range.clone()].trim_start().len();
        let found = pattern::find(pattern, &self.folded[range], leading)?;
        let shift = |range: Range<usize>| range.start + from..range.end + from;
        Some(Found { range: shift(found.range), holes: found.holes.into_iter().map(shift).collect(), chosen: found.chosen })
    }

    /// What is left of a range when its labels are taken out; labels and signs in it are told.
    pub(super) fn words(&mut self, range: Range<usize>) -> Vec<Range<usize>> {
        let asides: Vec<Candidate<'g>> = self.candidates.iter().filter(|c| c.shape.role != Role::Quote).copied().collect();
        let mut cuts: Vec<Range<usize>> = Vec::new();
        for candidate in asides {
            if let Some(found) = self.find(candidate.opens, range.clone()) {
                if candidate.shape.role == Role::Label {
                    if cuts.iter().any(|cut| cut.start < found.range.end && found.range.start < cut.end) {
                        continue;
                    }
                    cuts.push(found.range.clone());
                }
                self.tell(candidate.opens, &found, candidate.shape);
            }
        }
        cuts.sort_by_key(|cut| cut.start);
        let mut left = Vec::new();
        let mut at = range.start;
        for cut in cuts {
            left.push(at..cut.start);
            at = cut.end;
        }
        left.push(at..range.end);
        left.retain(|part| self.folded[part.clone()].contains(char::is_alphanumeric));
        left
    }

    /// The words that became a range of the folded text, as they were written.
    fn original(&self, range: &Range<usize>) -> &'t str {
        &self.text[self.origins.get_or_init(|| Origins::new(self.text)).of(range.clone())]
    }

    /// Takes up what the holes of a shape say.
    fn tell(&mut self, pattern: &TextPattern, found: &Found, shape: &Shape) {
        self.context.stage = shape.stage.or(self.context.stage);
        for (hole, range) in pattern.holes().zip(&found.holes) {
            let folded = &self.folded[range.clone()];
            let taken = self.original(range).trim_matches(|c: char| c.is_whitespace() || "<>[]()\"'".contains(c));
            match &*hole.name {
                "stage" => self.context.stage = self.grammar.stage(folded).or(self.context.stage),
                "host" => self.context.host = Some(Cow::Borrowed(taken.trim_end_matches('.'))),
                "recipient" if self.failure.recipient.is_some() => {}
                "recipient" => self.failure.recipient = Some(Cow::Borrowed(taken)),
                "original" => self.failure.final_recipient = self.failure.recipient.replace(Cow::Borrowed(taken)),
                "ip" | IGNORED => {}
                name => {
                    if let Some(fact) = pattern::fact(hole.kind, taken) {
                        self.failure.facts.add(name, fact);
                    }
                }
            }
        }
    }

    /// Adds the words in `ranges` as one utterance, if there are any.
    pub(super) fn push(&mut self, ranges: &[Range<usize>], speaker: Speaker) {
        let text = match ranges {
            [] => return,
            [one] => Cow::Borrowed(self.original(one).trim()),
            many => {
                let parts = many.iter().map(|range| self.original(range).trim());
                Cow::Owned(parts.collect::<Vec<_>>().join(" "))
            }
        };
        if self.failure.utterances.len() < MAX_UTTERANCES {
            let mut utterance = utterance(text, speaker);
            utterance.host = self.context.host.clone().filter(|_| speaker != Speaker::Reporter);
            utterance.stage = self.context.stage;
            self.failure.utterances.push(utterance);
        }
    }

    /// Adds the reporter's own words about what was just said to it.
    pub(super) fn push_summary(&mut self, ranges: &[Range<usize>]) {
        let context = std::mem::take(&mut self.context);
        self.push(ranges, Speaker::Reporter);
        self.context = context;
    }

    /// The stage of the newest words of somebody else.
    pub(super) fn last_stage(&mut self) -> Option<&mut Option<Stage>> {
        let others = self.failure.utterances.iter_mut().rev().filter(|utterance| utterance.speaker != Speaker::Reporter);
        others.map(|utterance| &mut utterance.stage).next()
    }

    /// The failure, its utterances in order: nearest the recipient last.
    pub(super) fn finish(mut self) -> Failure<'t> {
        self.failure.utterances.sort_by_key(|utterance| utterance.speaker);
        if self.failure.utterances.is_empty() {
            self.failure.utterances.push(utterance(Cow::Borrowed(self.text), Speaker::Reporter));
        }
        let summed_up = self.failure.utterances.iter().filter(|utterance| utterance.speaker == Speaker::Reporter);
        self.failure.status = summed_up.filter_map(|utterance| utterance.status).max_by_key(|status| !status.is_bare());
        let hosts = self.failure.utterances.iter().rev().filter(|utterance| utterance.speaker != Speaker::Reporter);
        self.failure.remote_host = hosts.map(|utterance| utterance.host.clone()).next().flatten().or(self.context.host);
        self.failure
    }
}
