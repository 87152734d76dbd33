//! A text in which many patterns are looked for, most of them in vain.

use std::cell::OnceCell;

use super::signature::Signature;
use super::{Folded, Found, Viable, find_viable};
use crate::model::{Element, TextPattern};

/// A folded text that tells quickly of most patterns that they do not stand in it.
#[derive(Debug, Clone)]
pub struct Haystack {
    folded: Folded,
    /// Made when first asked for.
    signature: OnceCell<Signature>,
}

impl From<Folded> for Haystack {
    fn from(folded: Folded) -> Self {
        Self { signature: OnceCell::new(), folded }
    }
}

impl Haystack {
    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.folded.as_str()
    }

    /// Which windows it holds.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        self.signature.get_or_init(|| Signature::new(self.folded.as_str()))
    }

    /// The first place where `pattern` matches; `words` is where the words begin behind the codes.
    ///
    /// ```
    /// use modori::pattern::{Folded, Haystack, parse_text};
    /// let haystack = Haystack::from(Folded::new("552 5.2.2 Mailbox full"));
    /// let pattern = parse_text("mailbox {is |}full").unwrap();
    /// assert_eq!(haystack.find(&pattern, 0).map(|found| found.range), Some(10..22));
    /// assert!(!haystack.has(&parse_text("mailbox unknown").unwrap()));
    /// ```
    #[must_use]
    pub fn find(&self, pattern: &TextPattern, words: usize) -> Option<Found> {
        let viable = match &*pattern.elements {
            // A single piece is found as soon as the text is looked through for a signature.
            [Element::Literal(_)] if self.signature.get().is_none() => Viable::ALL,
            _ => Viable::new(pattern, self.signature())?,
        };
        find_viable(pattern, &viable, self.as_str(), words)
    }

    /// Whether `pattern` stands in it.
    #[must_use]
    pub fn has(&self, pattern: &TextPattern) -> bool {
        self.find(pattern, 0).is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{find, parse_text};
    use super::*;

    const PIECES: &[&str] = &["mail", "box ", " ", " * ", "{word}", "{mailbox|user|}", "{over*|full} ", "quota", "{address}", "容量", "a"];
    const UNITS: &[&str] = &["mailbox", " ", "over", "full ", "quota", "user ", "a@b.example ", "容量", "の", "a", "550 "];

    proptest! {
        #[test]
        fn nothing_is_missed_that_stands_there(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 1..6),
            units in prop::collection::vec(prop::sample::select(UNITS), 0..12),
        ) {
            if let Ok(pattern) = parse_text(&pieces.concat()) {
                let folded = Folded::new(&units.concat());
                prop_assert_eq!(Haystack::from(folded.clone()).find(&pattern, 0), find(&pattern, folded.as_str(), 0), "{:?}", pattern);
            }
        }
    }
}
