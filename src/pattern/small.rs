//! A regex as a small program, run by trying one way after the other and remembering which failed.
//!
//! What the `regex` crate makes of a regex runs fast, but takes a hundred microseconds to make, and most regexes of a large set run
//! once or never. This is ready in a few. It finds what the crate would find in a folded text: the ways are tried in the same order.

use std::ops::Range;
use std::sync::Arc;

use regex_syntax::hir::{self, Class, ClassUnicode, Hir, HirKind, Look, Repetition};

use super::caseless;

/// More steps than this are left to the `regex` crate.
const MAX_STEPS: usize = 1_000;

/// What failed is remembered in at most so many bits.
const MAX_MEMORY: usize = 1 << 20;

/// The regex as steps.
#[derive(Debug)]
pub(super) struct Small {
    steps: Vec<Step>,
    /// The names of the groups, with their numbers.
    names: Vec<(String, usize)>,
    slots: usize,
    /// The bytes that a match can begin with.
    firsts: [bool; 256],
}

#[derive(Debug, Clone)]
enum Step {
    Text(Box<[u8]>),
    One(Arc<Set>),
    Look(Look),
    /// The place reached is the begin or end of a group.
    Save(usize),
    /// On with the first; with the second where that fails.
    Split(usize, usize),
    Jump(usize),
    Match,
}

/// A part that is put several times.
struct Repeated<'h> {
    hir: &'h Hir,
    /// What it is, where that is one step.
    step: Option<Step>,
}

impl Step {
    /// The step of a text or a class.
    fn of(hir: &Hir) -> Option<Self> {
        match hir.kind() {
            HirKind::Literal(literal) => Some(Self::Text(literal.0.clone())),
            HirKind::Class(Class::Unicode(class)) => Some(Self::One(Arc::new(Set::new(class)))),
            _ => None,
        }
    }
}

/// Some characters.
#[derive(Debug)]
struct Set {
    ascii: u128,
    others: Box<[hir::ClassUnicodeRange]>,
}

/// The places of a match: the whole of it, then its named groups.
pub type Places = (Range<usize>, Vec<(String, Range<usize>)>);

impl Small {
    /// The program of a regex for folded text. `None` where it has parts that are left to the `regex` crate.
    pub(super) fn new(source: &str) -> Option<Self> {
        let mut small = Self { steps: Vec::new(), names: Vec::new(), slots: 2, firsts: [false; 256] };
        small.push(&caseless::parse(source)?)?;
        small.steps.push(Step::Match);
        small.begin_with(0, &mut vec![false; small.steps.len()]);
        Some(small)
    }

    /// Puts the steps for `hir` behind the others.
    fn push(&mut self, hir: &Hir) -> Option<()> {
        if self.steps.len() > MAX_STEPS {
            return None;
        }
        match hir.kind() {
            HirKind::Empty => {}
            HirKind::Literal(_) | HirKind::Class(_) => self.steps.push(Step::of(hir)?),
            HirKind::Look(look) => {
                let known = matches!(look, Look::Start | Look::End | Look::WordUnicode | Look::WordUnicodeNegate);
                known.then(|| self.steps.push(Step::Look(*look)))?;
            }
            HirKind::Repetition(repetition) => self.push_repetition(repetition)?,
            HirKind::Capture(capture) => {
                let slot = capture.index as usize * 2;
                self.slots = self.slots.max(slot + 2);
                // A group that is repeated comes up again.
                let new = self.names.iter().all(|(_, number)| *number != capture.index as usize);
                let name = capture.name.as_ref().filter(|_| new);
                self.names.extend(name.map(|name| (name.to_string(), capture.index as usize)));
                self.steps.push(Step::Save(slot));
                self.push(&capture.sub)?;
                self.steps.push(Step::Save(slot + 1));
            }
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.push(part))?,
            HirKind::Alternation(parts) => self.push_alternation(parts)?,
        }
        Some(())
    }

    fn push_alternation(&mut self, parts: &[Hir]) -> Option<()> {
        let (last, others) = parts.split_last()?;
        let mut ends = Vec::new();
        for part in others {
            let split = self.reserve();
            self.push(part)?;
            ends.push(self.reserve());
            self.steps[split] = Step::Split(split + 1, self.steps.len());
        }
        self.push(last)?;
        let end = self.steps.len();
        ends.into_iter().for_each(|jump| self.steps[jump] = Step::Jump(end));
        Some(())
    }

    fn push_repetition(&mut self, repetition: &Repetition) -> Option<()> {
        let part = Repeated { hir: &repetition.sub, step: Step::of(&repetition.sub) };
        let split = |on, out| if repetition.greedy { Step::Split(on, out) } else { Step::Split(out, on) };
        for _ in 1..repetition.min {
            self.push_repeated(&part)?;
        }
        let Some(max) = repetition.max else {
            // At least once more; where that is not asked, all of it may be left out.
            let skip = (repetition.min == 0).then(|| self.reserve());
            let start = self.steps.len();
            self.push_repeated(&part)?;
            let end = self.steps.len() + 1;
            self.steps.push(split(start, end));
            if let Some(skip) = skip {
                self.steps[skip] = split(start, end);
            }
            return Some(());
        };
        if repetition.min > 0 {
            self.push_repeated(&part)?;
        }
        let mut skips = Vec::new();
        for _ in repetition.min..max {
            skips.push(self.reserve());
            self.push_repeated(&part)?;
        }
        let end = self.steps.len();
        skips.into_iter().for_each(|skip| self.steps[skip] = split(skip + 1, end));
        Some(())
    }

    fn push_repeated(&mut self, part: &Repeated<'_>) -> Option<()> {
        match &part.step {
            Some(_) if self.steps.len() > MAX_STEPS => return None,
            Some(step) => self.steps.push(step.clone()),
            None => self.push(part.hir)?,
        }
        Some(())
    }

    /// A place for a step that is not known yet.
    fn reserve(&mut self) -> usize {
        self.steps.push(Step::Match);
        self.steps.len() - 1
    }

    /// Adds the bytes that a text can begin with from a step on.
    fn begin_with(&mut self, step: usize, seen: &mut [bool]) {
        if std::mem::replace(&mut seen[step], true) {
            return;
        }
        match &self.steps[step] {
            Step::Text(text) => self.firsts[usize::from(text[0])] = true,
            Step::One(set) => {
                let ascii = set.ascii;
                (0..128).filter(|byte| ascii >> byte & 1 != 0).for_each(|byte| self.firsts[byte] = true);
                if !set.others.is_empty() {
                    self.firsts[128..].fill(true);
                }
            }
            Step::Look(_) | Step::Save(_) => self.begin_with(step + 1, seen),
            &Step::Split(one, other) => {
                self.begin_with(one, seen);
                self.begin_with(other, seen);
            }
            &Step::Jump(to) => self.begin_with(to, seen),
            Step::Match => self.firsts.fill(true),
        }
    }

    /// The first match in `text`. `Err` where the text is too long for it.
    pub(super) fn find(&self, text: &str) -> Result<Option<Places>, TooLong> {
        let bits = self.steps.len() * (text.len() + 1);
        if bits > MAX_MEMORY {
            return Err(TooLong);
        }
        let mut run = Run { small: self, text, failed: Vec::new(), slots: vec![None; self.slots], left: Vec::new() };
        let starts = (0..=text.len()).filter(|at| text.as_bytes().get(*at).is_none_or(|byte| self.firsts[usize::from(*byte)]));
        for start in starts.filter(|at| text.is_char_boundary(*at)) {
            if let Some(end) = run.from(start) {
                let group = |group: usize| Some(run.slots[group * 2]?..run.slots[group * 2 + 1]?);
                let named = self.names.iter().filter_map(|(name, number)| Some((name.clone(), group(*number)?)));
                return Ok(Some((start..end, named.collect())));
            }
        }
        Ok(None)
    }
}

/// A text is too long to be searched in this way.
#[derive(Debug)]
pub(super) struct TooLong;

/// A search.
struct Run<'a> {
    small: &'a Small,
    text: &'a str,
    /// A bit for each step and place from which there was no way on. Made at the first fork: most texts are done with before.
    failed: Vec<u64>,
    slots: Vec<Option<usize>>,
    left: Vec<Left>,
}

/// What is left to do where the way that was taken fails.
enum Left {
    Try { step: usize, at: usize },
    Restore { slot: usize, place: Option<usize> },
}

impl Run<'_> {
    /// The end of the match that begins at `start`.
    fn from(&mut self, start: usize) -> Option<usize> {
        let mut end = self.on(0, start);
        while end.is_none() {
            match self.left.pop()? {
                Left::Restore { slot, place } => self.slots[slot] = place,
                Left::Try { step, at } => end = self.on(step, at),
            }
        }
        end
    }

    /// The end of the match, if the first way from here leads to it.
    fn on(&mut self, mut step: usize, mut at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        loop {
            match &self.small.steps[step] {
                Step::Text(text) => {
                    if !bytes[at..].starts_with(text) {
                        return None;
                    }
                    at += text.len();
                    step += 1;
                }
                Step::One(set) => {
                    at += set.length_at(self.text, at)?;
                    step += 1;
                }
                Step::Look(look) => {
                    if !holds(*look, self.text, at) {
                        return None;
                    }
                    step += 1;
                }
                &Step::Save(slot) => {
                    self.left.push(Left::Restore { slot, place: self.slots[slot] });
                    self.slots[slot] = Some(at);
                    step += 1;
                }
                &Step::Split(first, second) => {
                    if self.failed.is_empty() {
                        self.failed.resize(self.small.steps.len() * (bytes.len() + 1) / 64 + 1, 0);
                    }
                    let place = step * (bytes.len() + 1) + at;
                    let (word, bit) = (place / 64, 1 << (place % 64));
                    if self.failed[word] & bit != 0 {
                        return None;
                    }
                    self.failed[word] |= bit;
                    self.left.push(Left::Try { step: second, at });
                    step = first;
                }
                &Step::Jump(to) => step = to,
                Step::Match => return Some(at),
            }
        }
    }
}

impl Set {
    fn new(class: &ClassUnicode) -> Self {
        let mut ascii = 0;
        for range in class.ranges().iter().take_while(|range| range.start().is_ascii()) {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()).min(127));
            ascii |= u128::MAX << start & u128::MAX >> (127 - end);
        }
        Self { ascii, others: class.iter().filter(|range| !range.end().is_ascii()).copied().collect() }
    }

    /// The length of the character at `at`, if it is one of these.
    fn length_at(&self, text: &str, at: usize) -> Option<usize> {
        let byte = *text.as_bytes().get(at)?;
        if byte.is_ascii() {
            return (self.ascii >> byte & 1 != 0).then_some(1);
        }
        let c = text[at..].chars().next()?;
        let range = self.others.partition_point(|range| range.end() < c);
        self.others.get(range).is_some_and(|range| range.start() <= c).then_some(c.len_utf8())
    }
}

/// Whether a condition on what stands around `at` holds.
fn holds(look: Look, text: &str, at: usize) -> bool {
    let word = |c: Option<char>| c.is_some_and(regex_syntax::is_word_character);
    let edge = || word(text[..at].chars().next_back()) != word(text[at..].chars().next());
    match look {
        Look::Start => at == 0,
        Look::End => at == text.len(),
        Look::WordUnicode => edge(),
        _ => !edge(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Folded, compile_regex};
    use super::*;

    /// What the `regex` crate finds.
    fn plainly(source: &str, text: &str) -> Option<Places> {
        let regex = compile_regex(source)?;
        let captures = regex.captures(text)?;
        let named = regex.capture_names().flatten().filter_map(|name| Some((name.to_owned(), captures.name(name)?.range())));
        Some((captures.get(0)?.range(), named.collect()))
    }

    fn small(source: &str, text: &str) -> Option<Places> {
        Small::new(source).unwrap_or_else(|| panic!("{source}")).find(text).unwrap()
    }

    /// Regexes of a few letters, with everything that a program has steps for.
    fn regexes() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "a",
            "b",
            "ab",
            "k",
            "s",
            r"\d",
            r"\S",
            r"\w",
            "[ab]",
            "[^a]",
            ".",
            "あ",
            " ",
            r"\b",
            r"\B",
            "^",
            "$", //
            "A",
            "K",
            "S",
            "[A-K]",
            "[^A]",
            r"[^\WK]",
            "[0-K]",
            "[^!-Z]",
            "[[:upper:]]",
            r"\p{Lu}",
            "(?i)B",
            "(?i:b)",
            "(?-i:B)",
            "Σ",
            "[ς]",
            "é",
            "É",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
                (inner.clone(), prop::sample::select(vec!["?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}", "??", "*?", "+?", "{1,3}?"]))
                    .prop_map(|(inner, times)| format!("(?:{inner}){times}")),
                inner.prop_map(|inner| format!("({inner})")),
            ]
        })
    }

    /// Gives the groups names, so that what they took is compared too.
    fn named(source: &str) -> String {
        let mut parts = source.to_owned();
        for number in 0.. {
            let Some(at) = (0..parts.len()).find(|at| parts.as_bytes()[*at] == b'(' && parts.as_bytes().get(at + 1) != Some(&b'?')) else {
                break;
            };
            parts.replace_range(at..=at, &format!("(?P<g{number}>"));
        }
        parts
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_finds_what_the_crate_finds(source in regexes(), text in "[abks1 あ\u{17F}\u{212A}AéÉσς]{0,12}") {
            let source = named(&source);
            let folded = Folded::new(&text);
            prop_assume!(regex_syntax::parse(&source).is_ok());
            prop_assert_eq!(small(&source, folded.as_str()), plainly(&source, folded.as_str()), "{} in {}", source, folded.as_str());
        }
    }

    #[test]
    fn groups_and_ways_are_those_of_the_crate() {
        for (source, text) in [
            (r"(?i)Mailbox (?P<mailbox>\S+) is (?:full|locked)", "550 mailbox a@example.com is locked"),
            (r"(?P<code>\d{3})[ -](?P<rest>.*?)(?: \((?P<tail>[^)]*)\))?$", "550 no such user (here)"),
            (r"\b(?P<w>s+k*)\b", "xs sk ssk"),
            (r"(?:(?P<a>a)|b)*", "abab"),
            (r"(?P<x>a|ab)(?P<y>c|bcd)?", "abcd"),
        ] {
            assert_eq!(small(source, text), plainly(source, text), "{source}");
        }
    }

    #[test]
    fn what_it_has_no_steps_for_is_left_alone() {
        for source in [r"(?m)^a", r"(?:[a-z]{30} ){30,60}", r"a(?-u:\b)"] {
            assert!(Small::new(source).is_none(), "{source}");
        }
        assert!(Small::new(r"(?:a|b)+c").unwrap().find(&"ab".repeat(400_000)).is_err());
    }
}
