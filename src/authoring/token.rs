//! The parts of a text that change from bounce to bounce: addresses, hosts, numbers, ids.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::vocabulary::Vocabulary;
use crate::model::{HoleKind, Reply};

/// A variable part, with the hole that would take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: HoleKind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// What is looked for, the first that fits at a place; `keep` is what looks like one of the others but is none. Edges are
/// those of ASCII words: Japanese runs on into numbers and names. Lengths
/// are bounded (RFC 1035, section 2.3.4, and more than RFC 5321 allows), lest a long word be read again from each of its letters.
const PARTS: &str = r#"(?x)
  (?P<url> (?i:https?|ftp):// [^\s<>"'()\[\]\u{3000}-\u{30FF}\u{4E00}-\u{9FFF}]+ | \b www\. [A-Za-z0-9] [^\s<>"'()\[\]]+ )
| (?P<address>
    (?: "[^"\s@]{1,64}" | [A-Za-z0-9!\#$%&*+/=?^_{|}~] [A-Za-z0-9!\#$%&*+/=?^_{|}~.'`-]{0,255} | [^\x00-\x7F\s]{1,32} )
    @ (?: \[ [0-9A-Za-z:.]+ \] | [A-Za-z0-9] (?: [A-Za-z0-9._-]{0,255} [A-Za-z0-9] )? | \p{L} (?: [\p{L}\p{N}._-]{0,63} [\p{L}\p{N}] )? ) )
| (?P<word> \b \d{4}-\d\d-\d\d \b | \b \d{1,2} (?: st|nd|rd|th )? \s MONTH (?: ,? \s \d{4} )? \b | \b MONTH \s \d{1,2} (?: st|nd|rd|th )? (?: ,? \s \d{4} )? \b | \b \d{1,2} : \d\d (?: : \d\d )? \b )
| (?P<ip> (?: \b (?i:ipv6:) )? (?: [0-9A-Fa-f]{1,4} )? : (?: : | [0-9A-Fa-f]{1,4} : ) [0-9A-Fa-f:]* (?: \d{1,3} (?: \. \d{1,3} ){3} )? | \b \d{1,3} (?: \. \d{1,3} ){3} \b )
| (?P<keep> \b [245] \. \d{1,3} \. \d{1,3} \b | \b [2-5]\d\d - )
| (?P<host> \b [A-Za-z0-9_] [A-Za-z0-9_-]{0,62} (?: \. [A-Za-z0-9_] [A-Za-z0-9_-]{0,62} ){0,9} \. (?: xn--[a-z0-9-]+ | [A-Za-z]{2,24} ) \b )
| (?P<size> \b \d [\d,.]* \s? (?: (?i: bytes? | octets? | [kmgt]i?b (?: ytes? )? | kilobytes? | megabytes? | gigabytes? ) \b | キロバイト | メガバイト | ギガバイト | バイト ) )
| \b (?P<days> \d+ ) \s? (?: days? \b | 日 )
| \b (?P<hours> \d+ ) \s? (?: hours? \b | 時間 )
| \b (?P<minutes> \d+ ) \s? (?: minutes? \b | 分 )
| \b (?P<seconds> \d+ ) \s? (?: seconds? \b | 秒 )
| (?P<code> \b [A-Za-z0-9]+ (?: [_.-] [A-Za-z0-9]+ )* \b )
"#;

/// The names of the parts, with what they are.
const KINDS: &[(&str, HoleKind)] = &[
    ("url", HoleKind::Url),
    ("address", HoleKind::Address),
    ("ip", HoleKind::Ip),
    ("word", HoleKind::Word),
    ("host", HoleKind::Host),
    ("size", HoleKind::Size),
    ("days", HoleKind::Days),
    ("hours", HoleKind::Hours),
    ("minutes", HoleKind::Minutes),
    ("seconds", HoleKind::Seconds),
    ("code", HoleKind::Code),
];

/// Endings by which a name of two labels shows itself though its labels be words.
const TOP_LEVELS: &[&str] = &["com", "net", "org", "invalid", "test", "example"];

/// An id has at least so many characters, and so many digits among them.
const ID_LENGTH: usize = 6;
const ID_DIGITS: usize = 2;

/// The months in English, whole and short.
const MONTHS: &str = "(?: Jan(?:uary)? | Feb(?:ruary)? | Mar(?:ch)? | Apr(?:il)? | May | June? | July? | Aug(?:ust)? | Sep(?:t(?:ember)?)? | Oct(?:ober)? \
    | Nov(?:ember)? | Dec(?:ember)? )";

static PART: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&PARTS.replace("MONTH", MONTHS).replace(r"\b", r"(?-u:\b)")).ok());

/// The variable parts of `text`, in order. Words that rules know are none, whatever they look like.
///
/// ```
/// use modori::Engine;
/// use modori::authoring::{Vocabulary, tokens};
///
/// let words = Vocabulary::new(Engine::load(Vec::new()).unwrap().set());
/// let text = "550 5.1.1 <taro@example.jp> is over 20 MB";
/// let parts: Vec<&str> = tokens(text, &words).into_iter().map(|token| &text[token.range]).collect();
/// assert_eq!(parts, ["taro@example.jp", "20 MB"]);
/// ```
#[must_use]
pub fn tokens(text: &str, known: &Vocabulary) -> Vec<Token> {
    let Some(part) = PART.as_ref() else { return Vec::new() };
    part.captures_iter(text).filter_map(|found| token(&found, text, known)).collect()
}

fn token(found: &Captures<'_>, text: &str, known: &Vocabulary) -> Option<Token> {
    let (kind, taken) = KINDS.iter().find_map(|(name, kind)| Some((*kind, found.name(name)?)))?;
    let mut range = taken.range();
    if kind == HoleKind::Url {
        range.end = range.start + taken.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?']).len();
    }
    let taken = &text[range.clone()];
    let kind = match kind {
        HoleKind::Host if !is_announced(&text[..range.start]) && !is_host(taken, known) => return None,
        HoleKind::Ip if !is_ip(taken) => return None,
        HoleKind::Code => code_kind(taken, known)?,
        kind => kind,
    };
    Some(Token { kind, range })
}

/// Whether what stands before a name says that it is one.
fn is_announced(before: &str) -> bool {
    before.ends_with(['@', '[']) || before.ends_with("host ") || before.ends_with("domain ") || before.ends_with("dns; ")
}

/// Whether dotted words are a host's name and no sentence end without its space.
fn is_host(name: &str, known: &Vocabulary) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let shows = labels.len() > 2 || labels.last().is_some_and(|last| TOP_LEVELS.contains(last)) || name == "example.jp";
    let words = !shows && labels.iter().all(|label| known.has_word(label) && label.bytes().all(|b| b.is_ascii_alphabetic()));
    let initials = labels.iter().all(|label| label.len() == 1) || labels.len() == 2 && labels[0].len() == 1;
    let last = labels.last().copied().unwrap_or_default();
    let sentence = last.starts_with(|c: char| c.is_ascii_uppercase()) && last.contains(|c: char| c.is_ascii_lowercase());
    !initials && !sentence && (known.has_name(name) || !words)
}

fn is_ip(text: &str) -> bool {
    let plain = text.get(..5).filter(|head| head.eq_ignore_ascii_case("ipv6:")).map_or(text, |_| &text[5..]);
    plain.parse::<std::net::IpAddr>().is_ok()
}

/// What a run of letters and digits is: a number, an id, or a word.
fn code_kind(word: &str, known: &Vocabulary) -> Option<HoleKind> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    if digits == word.len() || letters == 0 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return word.parse::<Reply>().is_err().then_some(HoleKind::Number);
    }
    if letters == 0 && digits > ID_LENGTH {
        return Some(HoleKind::Code);
    }
    let id = word.len() >= ID_LENGTH && digits >= ID_DIGITS && letters > 0 && !known.has_word(word) && !is_named_number(word);
    id.then_some(HoleKind::Code)
}

/// `RFC5321`: the number of something that has a name.
fn is_named_number(word: &str) -> bool {
    word.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("rfc")) && word[3..].bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(HoleKind, &str)> {
        let words = Vocabulary::of_words(["see", "spam", "please"]);
        tokens(text, &words).into_iter().map(|token| (token.kind, &text[token.range])).collect()
    }

    #[test]
    fn variable_parts_are_found() {
        for (text, want) in [
            ("550 5.1.1 <taro@example.jp>: gone", vec![(HoleKind::Address, "taro@example.jp")]),
            ("see https://example.com/x?y=1.", vec![(HoleKind::Url, "https://example.com/x?y=1")]),
            ("host mx.example.com[192.0.2.1]", vec![(HoleKind::Host, "mx.example.com"), (HoleKind::Ip, "192.0.2.1")]),
            ("from 2001:db8::25 now", vec![(HoleKind::Ip, "2001:db8::25")]),
            ("limit 20 MB, 5 days", vec![(HoleKind::Size, "20 MB"), (HoleKind::Days, "5")]),
            ("容量20メガバイト 3日", vec![(HoleKind::Size, "20メガバイト"), (HoleKind::Days, "3")]),
            ("a@b@see.please", vec![(HoleKind::Address, "a@b"), (HoleKind::Host, "see.please")]),
            ("queued as 4Xyz12abC", vec![(HoleKind::Code, "4Xyz12abC")]),
            ("message 12345 of 2", vec![(HoleKind::Number, "12345"), (HoleKind::Number, "2")]),
            ("until 12 March, or Feb 3, 2025", vec![(HoleKind::Word, "12 March"), (HoleKind::Word, "Feb 3, 2025")]),
            ("at 12:30:01 on 2025-01-02", vec![(HoleKind::Word, "12:30:01"), (HoleKind::Word, "2025-01-02")]),
            ("宛先taro@example.jpは", vec![(HoleKind::Address, "taro@example.jp")]),
        ] {
            assert_eq!(parts(text), want, "{text}");
        }
    }

    #[test]
    fn words_are_no_variable_parts() {
        for text in [
            "judged spam.please see",
            "mailbox full.Please",
            "RFC5321 says",
            "i.e. this",
            "NOT.FOUND.SinceToday",
            "550-Error: code",
            "550 refused",
        ] {
            assert_eq!(parts(text), [], "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(text: String) {
            for (_, part) in parts(&text) {
                assert!(!part.is_empty());
            }
        }
    }
}
