//! Finding the lines that tell something, in whole blocks at once.

use std::ops::Range;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use super::reader::{Messages, Results, Wanted};
use super::system::{Cut, Literals, System};

/// All literals of all systems.
#[derive(Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
    literals: Vec<(&'static str, System)>,
}

/// A literal in a block.
#[derive(Debug, Clone)]
pub(super) struct Hit {
    pub(super) range: Range<usize>,
    pub(super) literal: &'static str,
    pub(super) system: System,
}

impl Finder {
    /// The literals of the lines that are wanted.
    pub(super) fn new(wanted: &Wanted) -> Result<Self, BuildError> {
        let of = |system: &'static System| {
            let Literals { always, messages, successes } = system.literals();
            let messages = if wanted.messages == Messages::Joined { messages } else { &[] };
            let successes = if wanted.results == Results::All { successes } else { &[] };
            // A success begins like what is always looked for, and so comes first.
            successes.iter().chain(always).chain(messages).map(move |literal| (*literal, *system))
        };
        let literals: Vec<(&'static str, System)> = System::ALL.iter().flat_map(of).collect();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(literals.iter().map(|(literal, _)| literal))?;
        Ok(Self { automaton, literals })
    }

    /// The first literal in a part of a block.
    pub(super) fn find(&self, block: &[u8], range: Range<usize>) -> Option<Hit> {
        let found = self.automaton.find(aho_corasick::Input::new(block).range(range))?;
        let (literal, system) = self.literals[found.pattern().as_usize()];
        Some(Hit { range: found.range(), literal, system })
    }
}

impl Hit {
    /// The line cut at the literal.
    pub(super) fn cut<'l>(&self, before: &'l str, after: &'l str) -> Cut<'l> {
        Cut { before, literal: self.literal, after }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::log::system::{Outcome, Told};

    /// What a line tells, if anything.
    pub(in crate::log) fn told(line: &str) -> Option<Told<'_>> {
        let finder = Finder::new(&Wanted { results: Results::All, ..Wanted::default() }).unwrap();
        let mut from = 0;
        while let Some(hit) = finder.find(line.as_bytes(), from..line.len()) {
            if let Some(told) = hit.system.read(hit.cut(&line[..hit.range.start], &line[hit.range.end..])) {
                return Some(told);
            }
            from = hit.range.end;
        }
        None
    }

    /// The results that a line tells.
    pub(in crate::log) fn outcomes(line: &str) -> Vec<Outcome<'_>> {
        match told(line) {
            Some(Told::Results(outcomes)) => outcomes,
            other => panic!("{other:?} in {line}"),
        }
    }

    /// The one result that a line tells.
    pub(in crate::log) fn outcome(line: &str) -> Outcome<'_> {
        let mut outcomes = outcomes(line);
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    }

    /// The message that a line tells of: queue id, sender, id.
    pub(in crate::log) fn message(line: &str) -> (&str, Option<&str>, Option<&str>) {
        match told(line) {
            Some(Told::Message { queue_id, sender, message_id }) => (queue_id, sender, message_id),
            other => panic!("{other:?} in {line}"),
        }
    }
}
