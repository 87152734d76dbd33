//! Where words begin and end.
//!
//! `-`, `.` and `_` inside a host name, an address, a dotted number or a URL are no edge: `spam` is not a word of
//! `sbl.spamhaus.org`, nor `unknown` one of `https://example.com/user-unknown`.

use crate::model::is_cjk;

/// How far a name is looked at, in bytes; no host name or address is longer (RFC 5321, section 4.5.3.1).
const REACH: usize = 320;

/// Endings of two-label names. A name of three labels or with `@` shows itself.
const TOP_LEVELS: &[&str] = &["com", "net", "org", "info", "biz", "edu", "gov", "mil", "arpa", "local", "invalid", "test", "example"];

/// Whether a word may begin at `at`, a boundary in folded `text`.
pub(super) fn begins(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    !before.is_some_and(|c| is_letter(c) || is_joint(c) && inside_name(text, at))
}

/// Whether a word may end at `at`, a boundary in folded `text`.
pub(super) fn ends(text: &str, at: usize) -> bool {
    let mut after = text[at..].chars();
    let next = after.next();
    let goes_on = after.next().is_some_and(char::is_alphanumeric);
    !next.is_some_and(|c| is_letter(c) || is_joint(c) && goes_on && inside_name(text, at))
}

/// Whether `c` may stand inside a name.
const fn is_joint(c: char) -> bool {
    matches!(c, '-' | '.' | '_' | '@' | '/' | '=' | '?' | '&' | '%' | '+' | '#')
}

/// Whether `c` is part of a word in a script that puts spaces between words.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_cjk(c)
}

/// Whether `at` lies inside a host name, an address, a dotted number or a URL.
fn inside_name(text: &str, at: usize) -> bool {
    let name = around(text, at, |c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '@' | '+' | '%'));
    is_address(name) || is_host(name) || around(text, at, |c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"')).contains("://")
}

/// The run of characters around `at` that `takes` takes, within reach.
fn around(text: &str, at: usize, takes: impl Fn(char) -> bool) -> &str {
    let length = |chars: &mut dyn Iterator<Item = char>| -> usize {
        let mut length = 0;
        for c in chars {
            if !takes(c) || length > REACH {
                break;
            }
            length += c.len_utf8();
        }
        length
    };
    let start = at - length(&mut text[..at].chars().rev());
    let end = at + length(&mut text[at..].chars());
    &text[start..end]
}

fn is_address(name: &str) -> bool {
    name.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.starts_with(char::is_alphanumeric))
}

fn is_host(name: &str) -> bool {
    let name = name.trim_matches(['.', '-', '_']);
    let labels = name.split('.').count();
    if labels < 2 || name.split('.').any(str::is_empty) {
        return false;
    }
    let last = name.rsplit('.').next().unwrap_or_default();
    let numeric = name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let top_level = last.len() == 2 && last.bytes().all(|b| b.is_ascii_alphabetic()) || TOP_LEVELS.contains(&last);
    numeric || labels > 2 || top_level
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `word` stands in `text` as a word of its own.
    fn is_word(text: &str, word: &str) -> bool {
        let at = text.find(word).unwrap();
        begins(text, at) && ends(text, at + word.len())
    }

    #[test]
    fn names_have_no_edges_inside() {
        for text in [
            "sbl.spam.org",
            "x@spam.example.com",
            "https://example.com/spam?x",
            "spam.example.net",
            "spam-filter.example.org",
            "antispam",
            "spams",
        ] {
            assert!(!is_word(text, "spam"), "{text}");
        }
        assert!(!is_word("192.5.1.1", "5.1.1"));
    }

    #[test]
    fn sentences_do() {
        for text in ["is spam.", "(spam)", "anti-spam", "spam_found", "judged spam.please", "spam: yes", "spam", "迷惑spamメール", "x/spam"]
        {
            assert!(is_word(text, "spam"), "{text}");
        }
        assert!(is_word("unknown:user@example.com", "unknown"));
    }
}
