//! Choices: several words or phrases, any of which may stand in one place of a pattern.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Several words or phrases.
///
/// They stand in one piece of memory: those of many patterns are looked through for each text, and to go from word to word all
/// over the memory would take longer than to read them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    texts: Box<str>,
    ends: Box<[End]>,
}

/// Where an alternative ends, in bytes, and whether it is a stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct End(u32, bool);

/// One of several words or phrases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alternative<'c> {
    /// Folded text; empty where the choice may be left out.
    pub text: &'c str,
    /// Whether it is only the beginning of a word.
    pub stem: bool,
}

impl Choice {
    /// The alternatives, in the order in which they are tried.
    ///
    /// ```
    /// use modori::model::{Alternative, Choice};
    /// let choice: Choice = [("full", false), ("exceed", true)].into_iter().collect();
    /// assert_eq!(choice.iter().last(), Some(Alternative { text: "exceed", stem: true }));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Alternative<'_>> {
        let mut start = 0;
        self.ends.iter().map(move |End(end, stem)| {
            let text = &self.texts[std::mem::replace(&mut start, *end as usize)..*end as usize];
            Alternative { text, stem: *stem }
        })
    }

    /// Their texts as bytes, in the same order.
    pub fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        let texts = self.texts.as_bytes();
        self.ends.iter().map(move |End(end, _)| &texts[std::mem::replace(&mut start, *end as usize)..*end as usize])
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.ends.len()
    }

    /// The alternative of a number, from zero.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<Alternative<'_>> {
        let End(end, stem) = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before].0);
        Some(Alternative { text: &self.texts[start as usize..end as usize], stem })
    }
}

/// Of folded texts, each with whether it is only the beginning of a word.
impl<T: AsRef<str>> FromIterator<(T, bool)> for Choice {
    fn from_iter<I: IntoIterator<Item = (T, bool)>>(alternatives: I) -> Self {
        let mut texts = String::new();
        let end = |(text, stem): (T, bool)| {
            texts.push_str(text.as_ref());
            End(texts.len() as u32, stem)
        };
        let ends = alternatives.into_iter().map(end).collect();
        Self { texts: texts.into(), ends }
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_go_through_them_gives_the_same() {
        let choice: Choice = [("満杯", false), ("", false), ("exceed", true)].into_iter().collect();
        let all: Vec<Alternative<'_>> = choice.iter().collect();
        assert_eq!(all.iter().map(|one| (one.text, one.stem)).collect::<Vec<_>>(), [("満杯", false), ("", false), ("exceed", true)]);
        assert_eq!((0..choice.count()).map_while(|number| choice.get(number)).collect::<Vec<_>>(), all);
        assert_eq!(choice.get(choice.count()), None);
        assert!(choice.bytes().eq(all.iter().map(|one| one.text.as_bytes())));
    }
}
