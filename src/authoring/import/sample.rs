//! A text that a regex matches: the plainest there is.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A sample longer than this helps nobody.
const LONGEST: usize = 400;

/// A text that `regex` matches; none where it is no regex, or only a very long text would do.
pub(super) fn sample(regex: &str) -> Option<String> {
    let hir = regex_syntax::parse(regex).ok()?;
    let mut out = String::new();
    add(&hir, &mut out);
    (out.len() <= LONGEST && !out.trim().is_empty()).then(|| out.trim().to_owned())
}

fn add(hir: &Hir, out: &mut String) {
    if out.len() > LONGEST {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(plainest(class)),
        HirKind::Capture(capture) => add(&capture.sub, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| add(part, out)),
        HirKind::Alternation(parts) => parts.iter().take(1).for_each(|part| add(part, out)),
        HirKind::Repetition(repetition) if repetition.min == 0 => {
            // What may be left out is left out, but words that anything may part stay apart.
            if matches!(repetition.sub.kind(), HirKind::Class(class) if holds(class, ' ')) {
                out.push(' ');
            }
        }
        HirKind::Repetition(repetition) => (0..repetition.min.min(LONGEST as u32 + 1)).for_each(|_| add(&repetition.sub, out)),
    }
}

/// The plainest character of a class.
fn plainest(class: &Class) -> Option<char> {
    let first = match class {
        Class::Unicode(class) => class.ranges().first().map(regex_syntax::hir::ClassUnicodeRange::start),
        Class::Bytes(class) => class.ranges().first().map(|range| char::from(range.start())),
    };
    ['x', '5', ' ', '-'].into_iter().find(|c| holds(class, *c)).or(first)
}

fn holds(class: &Class, c: char) -> bool {
    match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c)),
        Class::Bytes(class) => class.ranges().iter().any(|range| (u32::from(range.start())..=u32::from(range.end())).contains(&(c as u32))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_matches_its_regex() {
        for source in [r"^5\d\d .*over quota", r"(?:user|mailbox) \S+ (?:is )?full", r"a{3}b+c?", r"[^a-z]x", r"\bspam\b", "宛先.?不明"]
        {
            let text = sample(source).unwrap();
            assert!(regex::Regex::new(source).unwrap().is_match(&text), "{source}: {text}");
        }
        assert_eq!(sample("("), None);
        assert_eq!(sample("x{1000}"), None);
    }
}
