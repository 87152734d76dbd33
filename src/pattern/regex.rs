//! Regex patterns: taken apart at load, made into programs when first needed.

use std::sync::OnceLock;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::parse::PatternError;
use super::small::{Places, Small};
use crate::model::{RegexPattern, letters};

/// How large a regex may become, in states by a rough count; what stays below compiles within the `regex` crate's own limit.
const MAX_SIZE: u64 = 20_000;

/// More texts than this are not looked for on behalf of one regex.
const MAX_NEEDS: usize = 32;

/// From this length on, in bytes, one text to look for is as good as a longer one.
const GOOD_NEED: usize = 8;

/// Reads a regex pattern without compiling it.
///
/// # Errors
/// Where it is no regex of the `regex` crate's syntax, matches the empty text, or is too big.
pub fn parse_regex(source: &str) -> Result<RegexPattern, PatternError> {
    let hir = regex_syntax::parse(source).map_err(|error| syntax_error(source, &error))?;
    if hir.properties().minimum_len() == Some(0) {
        let help = "write at least one word that the text must hold";
        return Err(PatternError::new(0..source.len(), "this pattern matches everything", help.to_owned()));
    }
    if size(&hir) > MAX_SIZE {
        let help = "use smaller repetitions, or a text pattern with `*` for words in between";
        return Err(PatternError::new(0..source.len(), "this regex is too big", help.to_owned()));
    }
    let mut groups = Vec::new();
    collect_groups(&hir, &mut groups);
    // Case makes no difference in any case; where the source says so too, its letters would be classes.
    let cased = source.strip_prefix("(?i)").and_then(|source| regex_syntax::parse(source).ok());
    let plain = cased.as_ref().unwrap_or(&hir);
    let needs = all_needs(plain).into_iter().map(|any| any.into_iter().map(String::into_boxed_str).collect()).collect();
    Ok(RegexPattern { needs, letters: least_letters(plain), groups })
}

/// Compiles a regex for folded text. `None` where it is too big after all.
#[must_use]
pub fn compile_regex(source: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(source).case_insensitive(true).build().ok()
}

/// What a regex is searched with.
#[derive(Debug)]
pub struct Program {
    source: Box<str>,
    small: Option<Small>,
    /// Made when first needed: where the small one does not do.
    whole: OnceLock<Option<regex::Regex>>,
}

impl Program {
    /// The program of a regex for folded text.
    #[must_use]
    pub fn new(source: &str) -> Self {
        Self { source: source.into(), small: Small::new(source), whole: OnceLock::new() }
    }

    /// The first match in `text`, and what the groups with names took.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Places> {
        if let Some(Ok(found)) = self.small.as_ref().map(|small| small.find(text)) {
            return found;
        }
        let regex = self.whole.get_or_init(|| compile_regex(&self.source)).as_ref()?;
        let captures = regex.captures(text)?;
        let named = regex.capture_names().flatten().filter_map(|name| Some((name.to_owned(), captures.name(name)?.range())));
        Some((captures.get(0)?.range(), named.collect()))
    }
}

fn syntax_error(source: &str, error: &regex_syntax::Error) -> PatternError {
    let (span, what) = match error {
        regex_syntax::Error::Parse(error) => (error.span(), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (error.span(), error.kind().to_string()),
        _ => return PatternError::new(0..source.len(), "this is no regex", None),
    };
    PatternError::new(span.start.offset..span.end.offset.max(span.start.offset), format!("this is no regex: {what}"), None)
}

fn collect_groups(hir: &Hir, groups: &mut Vec<Box<str>>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            groups.extend(capture.name.clone());
            collect_groups(&capture.sub, groups);
        }
        HirKind::Repetition(repetition) => collect_groups(&repetition.sub, groups),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| collect_groups(part, groups)),
        _ => {}
    }
}

/// How many letters every match holds.
fn least_letters(hir: &Hir) -> u32 {
    match hir.kind() {
        HirKind::Literal(literal) => letters(&lowercase(&literal.0)),
        HirKind::Capture(capture) => least_letters(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => least_letters(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().map(least_letters).sum(),
        HirKind::Alternation(parts) => parts.iter().map(least_letters).min().unwrap_or(0),
        _ => 0,
    }
}

fn lowercase(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).unwrap_or_default().to_lowercase()
}

/// Texts of which every match holds at least one.
type AnyOf = Vec<String>;

/// What every match of a part holds.
#[derive(Debug, Clone, Default)]
struct Needs {
    /// One of these, which are the best to be looked for; nothing where none are known.
    any: AnyOf,
    /// Whether a match is one of these and nothing more.
    whole: bool,
    /// And one of each of these.
    others: Vec<AnyOf>,
}

impl Needs {
    const fn whole(any: AnyOf) -> Self {
        Self { any, whole: true, others: Vec::new() }
    }

    /// How good the texts are to be looked for: the length of the shortest, then as few as can be.
    fn worth(&self) -> (usize, usize) {
        (self.any.iter().map(String::len).min().unwrap_or(0).min(GOOD_NEED), usize::MAX - self.any.len())
    }

    /// Itself, unless there are too many texts or one that says nothing.
    fn telling(self) -> Self {
        if self.any.len() > MAX_NEEDS || self.any.iter().any(String::is_empty) { Self { any: AnyOf::new(), ..self } } else { self }
    }

    /// What a part needs that holds both.
    fn and(self, other: Self) -> Self {
        let (one, other) = (self.telling(), other.telling());
        let other_is_better = other.worth() > one.worth() && !other.any.is_empty() || one.any.is_empty();
        let (mut best, second) = if other_is_better { (other, one) } else { (one, other) };
        best.others.extend((!second.any.is_empty()).then_some(second.any).into_iter().chain(second.others));
        Self { whole: false, ..best }
    }
}

/// What a regex needs, the best first. It may look for more than it must, but never for less.
fn all_needs(hir: &Hir) -> Vec<AnyOf> {
    let needs = needs(hir);
    (!needs.any.is_empty()).then_some(needs.any).into_iter().chain(needs.others).collect()
}

fn needs(hir: &Hir) -> Needs {
    parts_of(hir).telling()
}

fn parts_of(hir: &Hir) -> Needs {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Needs::whole(vec![String::new()]),
        HirKind::Literal(literal) => Needs::whole(vec![lowercase(&literal.0)]),
        HirKind::Class(Class::Unicode(class)) => few_characters(class).map_or_else(Needs::default, Needs::whole),
        HirKind::Capture(capture) => parts_of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => Needs { whole: false, ..needs(&repetition.sub) },
        HirKind::Class(Class::Bytes(_)) | HirKind::Repetition(_) => Needs::default(),
        HirKind::Concat(parts) => in_a_row(parts),
        HirKind::Alternation(parts) => {
            let parts: Vec<Needs> = parts.iter().map(parts_of).collect();
            if parts.iter().any(|part| part.any.is_empty()) {
                return Needs::default();
            }
            let whole = parts.iter().all(|part| part.whole);
            let mut any: AnyOf = parts.into_iter().flat_map(|part| part.any).collect();
            any.sort_unstable();
            any.dedup();
            let union = Needs { any, whole, others: Vec::new() };
            if whole { union } else { union.telling() }
        }
    }
}

/// The characters of a class, in lower case, where they are few.
fn few_characters(class: &ClassUnicode) -> Option<Vec<String>> {
    if class.ranges().iter().map(ClassUnicodeRange::len).sum::<usize>() > MAX_NEEDS {
        return None;
    }
    let characters = class.ranges().iter().flat_map(|range| range.start()..=range.end());
    let mut any: Vec<String> = characters.map(|c| c.to_lowercase().collect()).collect();
    any.sort_unstable();
    any.dedup();
    Some(any)
}

/// What stands in a row: what is known whole joins what stands beside it.
fn in_a_row(parts: &[Hir]) -> Needs {
    let mut all = Needs::default();
    let mut row = Needs::whole(vec![String::new()]);
    let mut unbroken = true;
    for part in parts.iter().map(parts_of) {
        let joined = row.any.len() * part.any.len();
        if part.whole && joined <= MAX_NEEDS {
            row.any = row.any.iter().flat_map(|front| part.any.iter().map(move |back| format!("{front}{back}"))).collect();
            continue;
        }
        unbroken = false;
        all = all.and(std::mem::replace(&mut row, Needs::whole(vec![String::new()]))).and(part);
    }
    if unbroken { row } else { all.and(row) }
}

/// Roughly how many states it compiles to.
fn size(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => class.ranges().len() as u64 + 1,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Capture(capture) => size(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = u64::from(repetition.max.unwrap_or(repetition.min).max(1));
            size(&repetition.sub).saturating_mul(times)
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().map(size).fold(0, u64::saturating_add),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pattern::Folded;

    /// Regexes of few signs, so that many of them match.
    fn regexes() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "ab",
            "B",
            "é ",
            "[a-c]",
            "c+",
            "(ab |C d)",
            "(?:b|)",
            r"\d{2}",
            "(?:[ab]c?)+",
            ".",
            "d*",
            "^",
            r"\b",
        ]);
        let row = prop::collection::vec(part, 1..6).prop_map(|parts| parts.concat());
        prop::collection::vec(row, 1..3).prop_map(|rows| rows.join("|"))
    }

    proptest! {
        #[test]
        fn what_matches_holds_what_is_needed(source in regexes(), text in "[a-dB1é ]{0,16}") {
            let folded = Folded::new(&text);
            let Ok(regex) = parse_regex(&source) else { return Ok(()) };
            if compile_regex(&source).is_some_and(|whole| whole.is_match(folded.as_str())) {
                let holds = |any: &Vec<Box<str>>| any.iter().any(|text| folded.as_str().contains(&**text));
                prop_assert!(regex.needs.iter().all(holds), "{:?}", regex.needs);
            }
        }
    }

    #[test]
    fn regexes_come_apart() {
        let regex = parse_regex(r"Mailbox (?P<mailbox>\S+) is (?:full|locked)").unwrap();
        assert_eq!((&*regex.needs[0][0], regex.letters), ("mailbox ", 13));
        assert_eq!(regex.groups, [Box::from("mailbox")]);
    }

    #[test]
    fn every_match_holds_one_of_each_group_of_texts() {
        for (source, want) in [
            (r"(?i)\bIB(?:00|10)[57]\b", &[&["ib005", "ib007", "ib105", "ib107"][..]][..]),
            (r"(?:^|\s)(?:SC-00[1-4]|DY-)x*", &[&["dy-", "sc-001", "sc-002", "sc-003", "sc-004"]]),
            (r"user \d+ (?:unknown|gone)", &[&["user "], &[" gone", " unknown"]]),
            (r"(a host \S+) of (\d+ (?:in all|there)+)?is down", &[&["a host "], &[" of "], &["is down"]]),
            (r"a+b?c{2}", &[&["a"], &["c"]]),
            (r"(?:mailbox|\d+) full", &[&[" full"]]),
            (r"(?:mailbox|) ?full", &[&["full"]]),
            (r"\S+ \d", &[&[" "]]),
            (r"\w+", &[]),
        ] {
            let needs = parse_regex(source).unwrap().needs;
            let needs: Vec<Vec<&str>> = needs.iter().map(|any| any.iter().map(|text| &**text).collect()).collect();
            assert_eq!(needs, want, "{source}");
        }
    }

    #[test]
    fn wrong_regexes_are_refused() {
        for (source, what) in [
            (".*", "this pattern matches everything"),
            ("a?", "this pattern matches everything"),
            (r"(?:\w{200}){200}", "this regex is too big"),
            ("(unclosed", "this is no regex: unclosed group"),
        ] {
            assert_eq!(parse_regex(source).unwrap_err().what, what, "{source}");
        }
    }

    #[test]
    fn what_is_not_too_big_compiles() {
        for source in [r"\w{25}", r"(?:[a-z]{100}){99}", r"(?:user unknown ){900}"] {
            parse_regex(source).unwrap();
            assert!(compile_regex(source).is_some(), "{source}");
        }
    }
}
