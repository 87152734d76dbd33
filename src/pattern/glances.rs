//! Which of many patterns may stand in a text: a look at a few bits of each, which lie side by side for all of them.

use super::signature::{Signature, Usual};
use crate::model::TextPattern;

/// Groups of patterns by some bits of their words.
#[derive(Debug, Default)]
pub struct Glances {
    bits: Vec<[u16; 4]>,
    /// Where those of each group end.
    ends: Vec<usize>,
}

impl<'p> FromIterator<&'p [TextPattern]> for Glances {
    fn from_iter<I: IntoIterator<Item = &'p [TextPattern]>>(groups: I) -> Self {
        let groups: Vec<Vec<&str>> = groups.into_iter().map(keys).collect();
        let bits = |word: &&'p str| Signature::bits(word.as_bytes());
        let usual = Usual::new(groups.iter().flatten().flat_map(bits));
        let mut glances = Self::default();
        for words in &groups {
            glances.bits.extend(words.iter().map(|word| usual.marks(bits(word))));
            glances.ends.push(glances.bits.len());
        }
        glances
    }
}

impl Glances {
    /// Whether one of the patterns of a group may stand in a text of this signature; also where a group asks for nothing.
    #[must_use]
    pub fn may_match(&self, group: usize, signature: &Signature) -> bool {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        let bits = &self.bits[start..self.ends[group]];
        bits.is_empty() || bits.iter().any(|bits| bits.iter().all(|bit| signature.has(*bit)))
    }
}

/// Texts one of which stands wherever one of `patterns` does; none where a pattern has no fixed words.
fn keys(patterns: &[TextPattern]) -> Vec<&str> {
    let all: Vec<Vec<&str>> = patterns.iter().map(TextPattern::keys).collect();
    if all.iter().any(Vec::is_empty) { Vec::new() } else { all.concat() }
}

#[cfg(test)]
mod tests {
    use super::super::parse_text;
    use super::*;

    #[test]
    fn only_groups_of_which_nothing_stands_there_fall_away() {
        let groups = [&["mailbox full", "no such user"][..], &["{over|exceeds} quota"], &["{address}"], &[]];
        let groups = groups.map(|patterns| patterns.iter().map(|text| parse_text(text).unwrap()).collect::<Vec<_>>());
        let glances: Glances = groups.iter().map(Vec::as_slice).collect();
        let passed = |text: &str| (0..4).filter(|group| glances.may_match(*group, &Signature::new(text))).collect::<Vec<_>>();
        assert_eq!(passed("550 no such user here"), [0, 2, 3]);
        assert_eq!(passed("the mailbox exceeds its quota"), [1, 2, 3]);
        assert_eq!(passed("connection timed out"), [2, 3]);
    }
}
