//! Finding a text pattern in a folded text.
//!
//! The parts are tried from left to right. A gap and a hole have few ways to go on, and a place that failed once is not tried
//! again, so that the time is linear in the text whatever the pattern.

use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::edge::{begins as word_begins, ends as word_ends, is_letter};
use super::hole;
use super::place::{place, places};
use super::starts::Starts;
use super::viable::Viable;
use crate::model::{Choice, Element, HoleKind, IGNORED, TextPattern, is_cjk, letters};

/// How many words a gap may pass over.
const GAP_WORDS: usize = 20;

/// How many bytes a gap may pass over, lest words without spaces make it endless.
const GAP_BYTES: usize = 1_000;

/// After so many steps a search remembers what failed, lest it do the same again and again.
const PATIENCE: usize = 256;

/// Where a pattern was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// All of it.
    pub range: Range<usize>,
    /// What the holes took, in their order.
    pub holes: Vec<Range<usize>>,
    /// The letters and digits of the words that choices took.
    pub chosen: u32,
}

impl Found {
    /// The letters and digits of the words of `pattern` that matched, holes and gaps aside.
    #[must_use]
    pub fn letters(&self, pattern: &TextPattern) -> u32 {
        pattern.literals().map(letters).sum::<u32>() + self.chosen
    }
}

/// The first place in `text`, a folded text, where `pattern` matches. `words` is where the words begin behind the codes.
#[must_use]
pub fn find(pattern: &TextPattern, text: &str, words: usize) -> Option<Found> {
    find_viable(pattern, &Viable::ALL, text, words)
}

/// Likewise, where only some alternatives of its choices may stand there.
#[must_use]
pub fn find_viable(pattern: &TextPattern, viable: &Viable, text: &str, words: usize) -> Option<Found> {
    if !begins(pattern, text, words) {
        return None;
    }
    let first = first_literal(pattern, text)?;
    Search::new(pattern, viable, text).anywhere(words, first)
}

/// Whether what must stand at the start may stand there: a test that most texts fail at once.
fn begins(pattern: &TextPattern, text: &str, words: usize) -> bool {
    let starts = |literal: &str, at: usize| text.as_bytes().get(at..).is_some_and(|text| text.starts_with(literal.as_bytes()));
    match pattern.elements.first() {
        Some(Element::Literal(literal)) if pattern.at_start => starts(literal, words) || starts(literal, 0),
        _ => true,
    }
}

/// Where the first literal stands, if all of them stand in the text, one behind the other: a cheap test that most texts fail.
fn first_literal(pattern: &TextPattern, text: &str) -> Option<usize> {
    let (mut first, mut end) = (None, 0);
    // A blank stands everywhere.
    for literal in pattern.literals().filter(|literal| *literal != " ") {
        let at = end + place(&text.as_bytes()[end..], literal.as_bytes())?;
        first = first.or(Some(at));
        end = at + literal.len();
    }
    Some(first.unwrap_or(0))
}

/// What stands before the place that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Seam {
    /// Nothing, or a gap: letters that follow must begin a word.
    Open,
    /// Letters of the pattern: where a gap or the end follows, a word must end.
    Word,
    /// Anything else.
    Other,
}

/// A point of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    /// The element that comes next.
    index: usize,
    at: usize,
    seam: Seam,
    /// See [`Search::awaited`].
    awaited: u64,
}

struct Search<'a> {
    pattern: &'a TextPattern,
    viable: &'a Viable,
    text: &'a str,
    holes: Vec<Range<usize>>,
    /// Letters of the words chosen so far.
    chosen: u32,
    /// Places that failed; remembered once the search gets long.
    failed: FxHashSet<Place>,
    /// Behind each gap, by its index and what is awaited, a stretch of the text in which nothing fits that follows the gap.
    barren: FxHashMap<(usize, u64), Range<usize>>,
    steps: usize,
}

impl<'a> Search<'a> {
    fn new(pattern: &'a TextPattern, viable: &'a Viable, text: &'a str) -> Self {
        Self { pattern, viable, text, holes: Vec::new(), chosen: 0, failed: FxHashSet::default(), barren: FxHashMap::default(), steps: 0 }
    }

    /// The first place where the pattern matches. `first` is where its first literal first stands.
    fn anywhere(&mut self, words: usize, first: usize) -> Option<Found> {
        let (pattern, text) = (self.pattern, self.text);
        if pattern.at_start {
            let starts = if words > 0 { [Some(words), Some(0)] } else { [Some(0), None] };
            return starts.into_iter().flatten().find_map(|start| self.from(start));
        }
        match pattern.elements.first() {
            Some(Element::Literal(literal)) => places(text.as_bytes(), literal.as_bytes(), first).find_map(|start| self.from(start)),
            _ => Starts::new(pattern, 0, self.viable, text, 0..text.len()).find_map(|start| self.from(start)),
        }
    }

    fn from(&mut self, start: usize) -> Option<Found> {
        self.holes.clear();
        self.chosen = 0;
        let end = self.rest(0, start, Seam::Open)?;
        Some(Found { range: start..end, holes: std::mem::take(&mut self.holes), chosen: self.chosen })
    }

    /// Where the elements from `index` on end, if they match at `at`.
    fn rest(&mut self, index: usize, at: usize, seam: Seam) -> Option<usize> {
        let element = self.pattern.elements.get(index);
        if matches!(element, None | Some(Element::Gap)) && seam == Seam::Word && !word_ends(self.text, at) {
            return None;
        }
        let Some(element) = element else {
            return (!self.pattern.at_end || self.is_end(at)).then_some(at);
        };
        if let Element::Literal(literal) = element {
            let (end, seam) = self.words(literal, at, seam)?;
            return self.rest(index + 1, end, seam);
        }
        self.steps += 1;
        let place = Place { index, at, seam, awaited: self.awaited() };
        let long = self.steps > PATIENCE;
        if long && self.failed.contains(&place) {
            return None;
        }
        let end = match element {
            Element::Stem => self.rest(index + 1, self.word_end(at), Seam::Other),
            Element::Gap => self.gap(index, at),
            Element::Choice(choice) => self.choice(index, choice, at, seam),
            Element::Hole(hole) if hole.kind == HoleKind::Stage => self.stage(index, at),
            Element::Hole(hole) => self.hole(index, hole.kind, at),
            Element::Literal(_) => None,
        };
        if long && end.is_none() {
            self.failed.insert(place);
        }
        end
    }

    /// The end of words of the pattern that stand at `at`, and what then stands before it.
    fn words(&self, words: &str, at: usize, seam: Seam) -> Option<(usize, Seam)> {
        let text = &self.text.as_bytes()[at..];
        if text.first() != words.as_bytes().first() || !text.starts_with(words.as_bytes()) {
            return None;
        }
        if seam == Seam::Open && words.starts_with(is_letter) && !word_begins(self.text, at) {
            return None;
        }
        let seam = if words.ends_with(is_letter) { Seam::Word } else { Seam::Other };
        Some((at + words.len(), seam))
    }

    /// The end of the word that `at` stands in.
    fn word_end(&self, at: usize) -> usize {
        at + self.text[at..].chars().take_while(|c| is_letter(*c)).map(char::len_utf8).sum::<usize>()
    }

    fn choice(&mut self, index: usize, choice: &Choice, at: usize, seam: Seam) -> Option<usize> {
        let chosen = self.chosen;
        for alternative in self.viable.of(index, choice) {
            let reached = match alternative.text {
                "" => Some((at, seam)),
                text => self.words(text, at, seam),
            };
            let Some((end, seam)) = reached else { continue };
            let (end, seam) = if alternative.stem { (self.word_end(end), Seam::Other) } else { (end, seam) };
            self.chosen = chosen + letters(alternative.text);
            if let Some(end) = self.rest(index + 1, end, seam) {
                return Some(end);
            }
        }
        self.chosen = chosen;
        None
    }

    fn gap(&mut self, index: usize, at: usize) -> Option<usize> {
        let text = self.text;
        let reach = self.reach(at, GAP_WORDS);
        let key = (index, self.awaited());
        let from = self.barren.get(&key).filter(|barren| barren.contains(&at)).map_or(at, |barren| barren.end.min(reach));
        let end = match self.pattern.elements.get(index + 1) {
            None => self.rest(index + 1, at, Seam::Open),
            Some(Element::Literal(literal)) => {
                let window = &text.as_bytes()[from..text.len().min(reach + literal.len())];
                places(window, literal.as_bytes(), 0).find_map(|start| self.rest(index + 1, from + start, Seam::Open))
            }
            _ => {
                let mut starts = Starts::new(self.pattern, index + 1, self.viable, text, from..reach);
                starts.find_map(|start| self.rest(index + 1, start, Seam::Open))
            }
        };
        if end.is_none() {
            let barren = self.barren.entry(key).or_insert(at..reach);
            *barren = if barren.contains(&at) { barren.start..reach.max(barren.end) } else { at..reach };
        }
        end
    }

    fn hole(&mut self, index: usize, kind: HoleKind, at: usize) -> Option<usize> {
        let depth = self.holes.len();
        for end in hole::ends(kind, self.text, at).iter() {
            self.holes.push(at..end);
            if self.twins_agree()
                && let Some(end) = self.rest(index + 1, end, Seam::Other)
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
            if let Some(end) = self.rest(index + 1, end, Seam::Other) {
                return Some(end);
            }
            self.holes.truncate(depth);
        }
        None
    }

    /// The end of `words` words from `at` on; two CJK characters count as a word.
    fn reach(&self, at: usize, words: usize) -> usize {
        let bytes = self.text.as_bytes();
        let near = &bytes[at..bytes.len().min(at + GAP_BYTES + 1)];
        if near.is_ascii() {
            // A folded text has no other white space.
            return at + memchr::memchr_iter(b' ', near).nth(words + 1).unwrap_or(near.len());
        }
        let (mut halves, mut end) = (0, at);
        for c in self.text[at..].chars() {
            halves += if c.is_whitespace() { 2 } else { usize::from(!c.is_ascii() && is_cjk(c)) };
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

    /// What was taken under names that a later hole has too, as a hash: it decides whether that one fits.
    fn awaited(&self) -> u64 {
        if self.holes.is_empty() {
            return 0;
        }
        let later = || self.pattern.holes().skip(self.holes.len()).map(|hole| &hole.name);
        let taken = self.pattern.holes().zip(&self.holes).filter(|(hole, _)| *hole.name != *IGNORED);
        let mut hasher = FxHasher::default();
        for (hole, range) in taken.filter(|(hole, _)| later().any(|name| *name == hole.name)) {
            hole.name.hash(&mut hasher);
            self.text[range.clone()].hash(&mut hasher);
        }
        hasher.finish()
    }

    fn twins_agree(&self) -> bool {
        let Some(newest) = self.holes.last() else { return true };
        let Some(hole) = self.pattern.holes().nth(self.holes.len() - 1) else { return true };
        self.pattern
            .holes()
            .zip(&self.holes[..self.holes.len() - 1])
            .all(|(earlier, range)| earlier.name != hole.name || *hole.name == *IGNORED || hole::same(self.text, range, newest))
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
        assert_eq!(
            holes("message size {size} exceeds size limit {limit} of", "Message size 12 exceeds size limit 4310016 of server"),
            ["12", "4310016"]
        );
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
    fn choices_take_one_of_their_words() {
        for (pattern, text, hit) in [
            ("{mailbox|in-box} {is |}full", "your in-box full", true),
            ("{mailbox|in-box} {is |}full", "mailbox is full.", true),
            ("{mailbox|in-box} {is |}full", "mailbox was full", false),
            ("{mailbox|in-box} {is |}full", "supermailbox full", false),
            ("{the |}user unknown", "superuser unknown", false),
            ("user unknown{ here|}", "user unknownish", false),
            ("user {suspend*|lock*}", "user suspended", true),
            ("user {suspend*|lock*} now", "user locked now", true),
            ("{over|exceed*} * {quota|limit}", "exceeds its limit", true),
            ("{over|exceed*} * {quota|limit}", "exceeds its limitless", false),
        ] {
            assert_eq!(found(pattern, text).is_some(), hit, "{pattern} in {text}");
        }
        let pattern = parse_text("{in-box|mailbox} full").unwrap();
        assert_eq!(find(&pattern, "in-box full", 0).unwrap().letters(&pattern), 9);
    }

    #[test]
    fn hard_patterns_take_linear_time() {
        let text = "a ".repeat(20_000);
        assert_eq!(found("a * a * a * a * a * a * b", &format!("{text}{}b", "c ".repeat(40))), None);
        assert_eq!(found("{word} {word:code} {address} x", &text), None);
    }

    const PIECES: &[&str] =
        &["a", "b ", " ", " * ", "{word}", "{_:number}", "{x:word}", "{a|b|}", "{ab*|a b}", "ab*", "{address}", "{host}", "c"];
    const UNITS: &[&str] = &["a", "b", " ", "a b ", "ab", "1", "a@b.example ", "x.example.com ", "<"];

    proptest! {
        #[test]
        fn a_text_is_found_in_itself(text in "[a-zA-Z0-9 あ-んＡ-Ｚ.,:;()<>@-]{1,60}", around in "[ (]{0,3}") {
            if let Ok(pattern) = parse_text(&text) {
                let folded = Folded::new(&format!("{around}{text}"));
                prop_assert!(find(&pattern, folded.as_str(), 0).is_some(), "{:?} in {:?}", pattern, folded);
            }
        }

        /// The steps are counted, so that no clock decides.
        #[test]
        fn any_pattern_takes_linear_time(
            pieces in prop::collection::vec(prop::sample::select(PIECES), 1..9),
            unit in prop::collection::vec(prop::sample::select(UNITS), 1..5),
        ) {
            if let Ok(pattern) = parse_text(&pieces.concat()) {
                let folded = Folded::new(&unit.concat().repeat(2_000 / unit.concat().len()));
                let mut search = Search::new(&pattern, &Viable::ALL, folded.as_str());
                let _ = search.anywhere(0, 0);
                let bound = 80 * pattern.elements.len() * folded.as_str().len();
                prop_assert!(search.steps <= bound, "{} steps for {pattern:?}", search.steps);
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
