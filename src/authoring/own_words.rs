//! Words that are somebody's own, found wherever they stand in a text.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::model::is_cjk;

/// Words with what is put in their place. Letter case makes no difference in ASCII.
#[derive(Debug, Default)]
pub(super) struct OwnWords {
    words: HashMap<String, String>,
    /// Made of the words when first needed; gone when one is added.
    index: Option<(AhoCorasick, Vec<String>)>,
}

impl OwnWords {
    /// Has `word` replaced by `stand_in`.
    pub(super) fn insert(&mut self, word: &str, stand_in: &str) {
        self.words.insert(word.to_owned(), stand_in.to_owned());
        self.index = None;
    }

    /// The same, unless the word has a stand-in already.
    pub(super) fn insert_new(&mut self, word: &str, stand_in: &str) {
        if !self.words.contains_key(word) {
            self.insert(word, stand_in);
        }
    }

    /// The text with stand-ins; of words that overlap, the first, and of those that begin together, the longest.
    pub(super) fn replace(&mut self, text: &str) -> String {
        if self.words.is_empty() {
            return text.to_owned();
        }
        let (automaton, stand_ins) = match &self.index {
            Some(index) => index,
            None => match self.built() {
                Some(index) => self.index.insert(index),
                None => return text.to_owned(),
            },
        };
        let found = automaton.find_overlapping_iter(text).map(|hit| (hit.range(), hit.pattern().as_usize()));
        let mut found: Vec<(Range<usize>, usize)> = found.filter(|(range, _)| is_word(text, range)).collect();
        found.sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, word) in found {
            if range.start >= at {
                out.push_str(&text[at..range.start]);
                out.push_str(&stand_ins[word]);
                at = range.end;
            }
        }
        out.push_str(&text[at..]);
        out
    }

    fn built(&self) -> Option<(AhoCorasick, Vec<String>)> {
        let (words, stand_ins): (Vec<&String>, Vec<String>) = self.words.iter().map(|(word, stand_in)| (word, stand_in.clone())).unzip();
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()?;
        Some((automaton, stand_ins))
    }
}

/// Whether a range of a text is a word by itself.
fn is_word(text: &str, range: &Range<usize>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_cjk(c));
    let inside = &text[range.clone()];
    let (first, last) = (inside.chars().next(), inside.chars().next_back());
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    !(letter(before) && letter(first) || letter(after) && letter(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_whole_and_the_longest_first() {
        let mut words = OwnWords::default();
        assert_eq!(words.replace("sato"), "sato");
        words.insert("sato", "A");
        words.insert("sato kenji", "B");
        words.insert_new("sato", "C");
        assert_eq!(words.replace("Sato, SATO KENJI, satoh, 佐藤satoさん"), "A, B, satoh, 佐藤Aさん");
    }
}
