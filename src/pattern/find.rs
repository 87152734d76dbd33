//! Finding a text pattern in a folded text.
//!
//! The parts are tried from left to right. A gap and a hole have few ways to go on, and a place that failed once is not tried
//! again, so that the time is linear in the text whatever the pattern.

use std::collections::HashSet;
use std::ops::Range;

use memchr::memmem;

use super::edge::{begins, ends as word_ends, is_letter};
use super::hole;
use crate::model::{Element, HoleKind, TextPattern, is_cjk};

/// How many words a gap may pass over.
const GAP_WORDS: usize = 20;

/// How many bytes a gap may pass over, lest words without spaces make it endless.
const GAP_BYTES: usize = 1_000;

/// Where a pattern was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// All of it.
    pub range: Range<usize>,
    /// What the holes took, in their order.
    pub holes: Vec<Range<usize>>,
}

/// The first place in `text`, a folded text, where `pattern` matches. `words` is where the words begin behind the codes.
#[must_use]
pub fn find(pattern: &TextPattern, text: &str, words: usize) -> Option<Found> {
    if !literals_stand(pattern, text) {
        return None;
    }
    let mut search = Search { pattern, text, holes: Vec::new(), failed: HashSet::new() };
    if pattern.at_start {
        let mut starts = vec![words];
        if words > 0 {
            starts.push(0);
        }
        return starts.into_iter().find_map(|start| search.from(start));
    }
    match pattern.elements.first() {
        Some(Element::Literal(literal)) => memmem::find_iter(text.as_bytes(), literal.as_bytes()).find_map(|start| search.from(start)),
        _ => token_starts(text).find_map(|start| search.from(start)),
    }
}

/// Whether the literals all stand in the text, one behind the other: a cheap test that most texts fail.
fn literals_stand(pattern: &TextPattern, text: &str) -> bool {
    let mut rest = text;
    pattern.literals().all(|literal| match memmem::find(rest.as_bytes(), literal.as_bytes()) {
        Some(at) => {
            rest = &rest[at + literal.len()..];
            true
        }
        None => false,
    })
}

/// The places where a hole may begin.
fn token_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = None;
    text.char_indices().filter_map(move |(at, c)| {
        let starts = !c.is_whitespace() && before.is_none_or(|b: char| !is_letter(b) || !is_letter(c));
        before = Some(c);
        starts.then_some(at)
    })
}

struct Search<'a> {
    pattern: &'a TextPattern,
    text: &'a str,
    holes: Vec<Range<usize>>,
    failed: HashSet<(usize, usize)>,
}

impl Search<'_> {
    fn from(&mut self, start: usize) -> Option<Found> {
        self.holes.clear();
        let end = self.rest(0, start)?;
        Some(Found { range: start..end, holes: std::mem::take(&mut self.holes) })
    }

    /// Where the elements from `index` on end, if they match at `at`.
    fn rest(&mut self, index: usize, at: usize) -> Option<usize> {
        let Some(element) = self.pattern.elements.get(index) else {
            return (!self.pattern.at_end || self.is_end(at)).then_some(at);
        };
        if let Element::Literal(literal) = element {
            let end = self.literal(index, literal, at)?;
            return self.rest(index + 1, end);
        }
        if self.failed.contains(&(index, at)) {
            return None;
        }
        let end = match element {
            Element::Stem => {
                let word = self.text[at..].chars().take_while(|c| is_letter(*c)).map(char::len_utf8).sum::<usize>();
                self.rest(index + 1, at + word)
            }
            Element::Gap => self.gap(index, at),
            Element::Hole(hole) if hole.kind == HoleKind::Stage => self.stage(index, at),
            Element::Hole(_) => self.hole(index, at),
            Element::Literal(_) => None,
        };
        if end.is_none() && !self.has_twins() {
            self.failed.insert((index, at));
        }
        end
    }

    /// The end of a literal that stands at `at`, its edges being edges of words.
    fn literal(&self, index: usize, literal: &str, at: usize) -> Option<usize> {
        let end = at + literal.len();
        if !self.text.as_bytes()[at..].starts_with(literal.as_bytes()) {
            return None;
        }
        let open = |neighbour: Option<&Element>| matches!(neighbour, None | Some(Element::Gap));
        let before = index.checked_sub(1).and_then(|index| self.pattern.elements.get(index));
        if open(before) && literal.starts_with(is_letter) && !begins(self.text, at) {
            return None;
        }
        if open(self.pattern.elements.get(index + 1)) && literal.ends_with(is_letter) && !word_ends(self.text, end) {
            return None;
        }
        Some(end)
    }

    fn gap(&mut self, index: usize, at: usize) -> Option<usize> {
        let reach = self.reach(at, GAP_WORDS);
        match self.pattern.elements.get(index + 1) {
            None => self.rest(index + 1, at),
            Some(Element::Literal(literal)) => {
                let (text, literal) = (self.text, literal.as_bytes());
                let window = &text.as_bytes()[at..text.len().min(reach + literal.len())];
                memmem::find_iter(window, literal).find_map(|start| self.rest(index + 1, at + start))
            }
            Some(_) => {
                let text = self.text;
                token_starts(&text[at..reach]).find_map(|start| self.rest(index + 1, at + start))
            }
        }
    }

    fn hole(&mut self, index: usize, at: usize) -> Option<usize> {
        let Element::Hole(hole) = &self.pattern.elements[index] else { return None };
        let depth = self.holes.len();
        for end in hole::ends(hole.kind, self.text, at).iter() {
            self.holes.push(at..end);
            if self.twins_agree()
                && let Some(end) = self.rest(index + 1, end)
            {
                return Some(end);
            }
            self.holes.truncate(depth);
        }
        None
    }

    /// The words for a stage: as few as the rest allows, or all in reach where they stand last.
    fn stage(&mut self, index: usize, at: usize) -> Option<usize> {
        let reach = self.reach(at, GAP_WORDS);
        let depth = self.holes.len();
        let last = index + 1 == self.pattern.elements.len();
        let text = self.text;
        let stops = text[at..reach].char_indices().skip(1).map(|(offset, _)| at + offset).chain([reach]);
        for end in stops.filter(|end| !last || *end == reach) {
            self.holes.push(at..end);
            if let Some(end) = self.rest(index + 1, end) {
                return Some(end);
            }
            self.holes.truncate(depth);
        }
        None
    }

    /// The end of `words` words from `at` on; two CJK characters count as a word.
    fn reach(&self, at: usize, words: usize) -> usize {
        let (mut halves, mut end) = (0, at);
        for c in self.text[at..].chars() {
            halves += if c.is_whitespace() { 2 } else { usize::from(is_cjk(c)) };
            if halves > words * 2 + 2 || end - at > GAP_BYTES {
                break;
            }
            end += c.len_utf8();
        }
        end
    }

    /// Whether nothing but closing signs follows.
    fn is_end(&self, at: usize) -> bool {
        self.text[at..].chars().all(|c| c.is_whitespace() || matches!(c, '.' | '!' | '>' | ')' | ']' | '"' | '\''))
    }

    /// Whether two holes have the same name, so that what one took decides whether another fits.
    fn has_twins(&self) -> bool {
        let names = || self.pattern.holes().map(|hole| &hole.name);
        names().enumerate().any(|(index, name)| names().skip(index + 1).any(|other| other == name))
    }

    fn twins_agree(&self) -> bool {
        let Some(newest) = self.holes.last() else { return true };
        let Some(hole) = self.pattern.holes().nth(self.holes.len() - 1) else { return true };
        self.pattern.holes().zip(&self.holes[..self.holes.len() - 1]).all(|(earlier, range)| {
            earlier.name != hole.name || hole::same(self.text, range, newest)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Folded, parse_text};
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<Vec<String>> {
        let pattern = parse_text(pattern).unwrap();
        let folded = Folded::new(text);
        let found = find(&pattern, folded.as_str(), 0)?;
        Some(found.holes.into_iter().map(|range| folded.as_str()[range].to_owned()).collect())
    }

    #[test]
    fn literals_match_at_the_edges_of_words() {
        for (pattern, text, hit) in [
            ("user unknown", "550 User  Unknown here", true),
            ("user unknown", "superuser unknown", false),
            ("user unknown", "user unknownish", false),
            ("throttl*", "Throttling now", true),
            ("throttl*", "unthrottled", false),
            ("spam", "see sbl.spam.org", false),
            ("迷惑メール", "これは迷惑メールです", true),
            ("mailbox full", "エラーmailbox fullです", true),
            ("^user unknown", "sorry, user unknown", false),
            ("^sorry", "sorry, user unknown", true),
            ("unknown$", "user unknown.", true),
            ("unknown$", "user unknown here", false),
        ] {
            assert_eq!(found(pattern, text).is_some(), hit, "{pattern} in {text}");
        }
    }

    #[test]
    fn gaps_pass_over_twenty_words_and_no_more() {
        for (words, hit) in [(0, true), (1, true), (20, true), (21, false)] {
            let text = format!("mailbox {}full", "is ".repeat(words));
            assert_eq!(found("mailbox * full", &text).is_some(), hit, "{words}");
        }
        assert!(found("mailbox * full", "mailbox: full").is_some());
        assert!(found("mailbox * full", "mailboxfull").is_none());
        assert!(found("a * b * c", "a x a b x b c").is_some());
    }

    #[test]
    fn holes_take_their_words() {
        let holes = |pattern, text| found(pattern, text).unwrap();
        assert_eq!(holes("message size {size} exceeds size limit {limit} of", "Message size 12 exceeds size limit 4310016 of server"), ["12", "4310016"]);
        assert_eq!(holes("host {host}[{ip}] said:", "host mx.example.com[192.0.2.1] said: 550"), ["mx.example.com", "192.0.2.1"]);
        assert_eq!(holes("{address} unknown", "the <taro@example.jp> unknown"), ["<taro@example.jp>"]);
        assert_eq!(holes("in reply to {stage})", "(in reply to end of DATA command)"), ["end of data command"]);
        assert_eq!(holes("while {stage}", "lost while sending RCPT TO"), ["sending rcpt to"]);
    }

    #[test]
    fn a_name_used_twice_must_fill_alike() {
        assert!(found("{address} is not {address}", "a@example.com is not <a@example.com>").is_some());
        assert!(found("{address} is not {address}", "a@example.com is not b@example.com").is_none());
    }

    #[test]
    fn hard_patterns_take_linear_time() {
        let text = "a ".repeat(20_000);
        assert_eq!(found("a * a * a * a * a * a * b", &format!("{text}{}b", "c ".repeat(40))), None);
        assert_eq!(found("{word} {word:code} {address} x", &text), None);
    }

    proptest! {
        #[test]
        fn a_text_is_found_in_itself(text in "[a-zA-Z0-9 あ-んＡ-Ｚ.,:;()<>@-]{1,60}", around in "[ (]{0,3}") {
            if let Ok(pattern) = parse_text(&text) {
                let folded = Folded::new(&format!("{around}{text}"));
                prop_assert!(find(&pattern, folded.as_str(), 0).is_some(), "{:?} in {:?}", pattern, folded);
            }
        }

        #[test]
        fn no_input_panics(pattern in "\\PC{0,30}", text in any::<String>()) {
            if let Ok(pattern) = parse_text(&pattern) {
                let folded = Folded::new(&text);
                let _ = find(&pattern, folded.as_str(), 0);
            }
        }
    }
}
