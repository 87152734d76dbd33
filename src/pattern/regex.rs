//! Regex patterns: taken apart at load, compiled when first needed.

use regex_syntax::hir::{Hir, HirKind};

use super::parse::PatternError;
use crate::model::{RegexPattern, letters};

/// How large a regex may become, in states by a rough count; what stays below compiles within the `regex` crate's own limit.
const MAX_SIZE: u64 = 20_000;

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
    let (literal, letters) = required(cased.as_ref().unwrap_or(&hir));
    Ok(RegexPattern { literal: literal.into(), letters, groups })
}

/// Compiles a regex for folded text. `None` where it is too big after all.
#[must_use]
pub fn compile_regex(source: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(source).case_insensitive(true).build().ok()
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

/// The longest text that every match holds, and how many letters every match holds.
fn required(hir: &Hir) -> (String, u32) {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).unwrap_or_default().to_lowercase();
            let count = letters(&text);
            (text, count)
        }
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Concat(parts) => {
            let (mut best, mut sum) = (String::new(), 0);
            for (text, count) in parts.iter().map(required) {
                sum += count;
                if text.len() > best.len() {
                    best = text;
                }
            }
            (best, sum)
        }
        HirKind::Alternation(parts) => (String::new(), parts.iter().map(|part| required(part).1).min().unwrap_or(0)),
        _ => (String::new(), 0),
    }
}

/// Roughly how many states it compiles to.
fn size(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => class.ranges().len() as u64 + 1,
        HirKind::Class(regex_syntax::hir::Class::Bytes(class)) => class.ranges().len() as u64,
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
    use super::*;

    #[test]
    fn regexes_come_apart() {
        let regex = parse_regex(r"Mailbox (?P<mailbox>\S+) is (?:full|locked)").unwrap();
        assert_eq!((&*regex.literal, regex.letters), ("mailbox ", 13));
        assert_eq!(regex.groups, [Box::from("mailbox")]);
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
