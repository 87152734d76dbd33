//! What each kind of hole takes of a folded text, and the fact it becomes.

use std::ops::Range;

use super::edge::is_letter;
use crate::model::{Fact, HoleKind, is_cjk};

/// The ends at which a hole may stop, best first; none where it cannot begin.
#[derive(Debug, Default)]
pub(super) struct Ends {
    ends: [usize; 3],
    count: usize,
}

impl Ends {
    fn push(&mut self, end: usize) {
        if self.count < self.ends.len() && !self.iter().any(|known| known == end) {
            self.ends[self.count] = end;
            self.count += 1;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + use<> {
        self.ends.into_iter().take(self.count)
    }
}

/// Where a hole of this kind that begins at `at` may end.
pub(super) fn ends(kind: HoleKind, text: &str, at: usize) -> Ends {
    let mut ends = Ends::default();
    let rest = &text[at..];
    if text[..at].chars().next_back().is_some_and(is_letter) && rest.starts_with(is_letter) && !kind.is_number() {
        return ends;
    }
    match kind {
        kind if kind.is_number() => number_ends(kind, text, at, &mut ends),
        HoleKind::Address if rest.starts_with('<') => {
            bracketed(rest, at, &mut ends, |rest| address_length(rest, is_local_char, is_host_char));
        }
        HoleKind::Address => bracketed(rest, at, &mut ends, bare_address_length),
        HoleKind::Domain => bracketed(rest, at, &mut ends, domain_length),
        HoleKind::Host => bracketed(rest, at, &mut ends, host_length),
        HoleKind::Ip => bracketed(rest, at, &mut ends, ip_length),
        HoleKind::Url => bracketed(rest, at, &mut ends, url_length),
        HoleKind::Code => word_ends(rest, at, &mut ends, |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')),
        _ => word_ends(rest, at, &mut ends, |c| !c.is_whitespace()),
    }
    ends
}

fn run(text: &str, takes: impl Fn(char) -> bool) -> usize {
    text.find(|c| !takes(c)).unwrap_or(text.len())
}

fn number_ends(kind: HoleKind, text: &str, at: usize, ends: &mut Ends) {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| c.is_ascii_digit()) || !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return;
    }
    let mut digits = run(rest, |c| c.is_ascii_digit() || matches!(c, ',' | '.'));
    digits = rest[..digits].trim_end_matches([',', '.']).len();
    if kind.is_bytes() {
        let space = usize::from(rest[digits..].starts_with(' '));
        let unit = &rest[digits + space..];
        let length = run(unit, |c| c.is_ascii_alphabetic() || "バイトキロメガギ".contains(c));
        if length > 0 && unit_size(&unit[..length]).is_some() {
            ends.push(at + digits + space + length);
        }
    }
    ends.push(at + digits);
}

/// How many bytes a unit is.
fn unit_size(unit: &str) -> Option<u64> {
    Some(match unit {
        "b" | "byte" | "bytes" | "octet" | "octets" | "バイト" => 1,
        "k" | "kb" | "kib" | "kbyte" | "kbytes" | "kilobytes" | "キロバイト" => 1 << 10,
        "m" | "mb" | "mib" | "mbyte" | "mbytes" | "megabytes" | "メガバイト" => 1 << 20,
        "g" | "gb" | "gib" | "gbyte" | "gbytes" | "gigabytes" | "ギガバイト" => 1 << 30,
        "t" | "tb" | "tib" | "terabytes" => 1 << 40,
        _ => return None,
    })
}

/// Ends of what `length` measures, with or without brackets around it; the closing one is wanted where there is an opening one.
fn bracketed(rest: &str, at: usize, ends: &mut Ends, length: impl Fn(&str) -> Option<usize>) {
    let closing = match rest.chars().next() {
        Some('<') => Some('>'),
        Some('[') => Some(']'),
        Some('(') => Some(')'),
        Some('"') => Some('"'),
        Some('\'') => Some('\''),
        _ => None,
    };
    match closing {
        Some(closing) => {
            if let Some(inside) = length(&rest[1..])
                && rest[1 + inside..].starts_with(closing)
            {
                ends.push(at + 2 + inside);
            }
        }
        None => {
            if let Some(length) = length(rest) {
                // No name ends in a full stop but a host's written in full, and behind that words go on: the sentence's end is likelier.
                ends.push(at + rest[..length].trim_end_matches('.').len());
                ends.push(at + length);
            }
        }
    }
}

fn host_length(rest: &str) -> Option<usize> {
    host_length_of(rest, is_bare_host_char)
}

/// A dot that ends a sentence makes no domain of its last word.
fn domain_length(rest: &str) -> Option<usize> {
    host_length(rest).filter(|length| rest[..*length].trim_end_matches('.').contains('.'))
}

fn host_length_of(rest: &str, takes: impl Fn(char) -> bool) -> Option<usize> {
    let length = run(rest, takes);
    (length > 0 && rest.starts_with(char::is_alphanumeric)).then_some(length)
}

fn is_host_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Where no bracket ends a name, Japanese and the particles of Korean go on behind it without a space.
fn is_bare_host_char(c: char) -> bool {
    is_host_char(c) && !is_cjk(c) && !is_hangul(c)
}

const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7AF}')
}

fn is_local_char(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '@' | '<' | '>' | '"' | '(' | ')' | '[' | ']' | ',' | ';')
}

/// Where no bracket begins an address, a label or Japanese may stand right before it.
fn is_bare_local_char(c: char) -> bool {
    is_local_char(c) && c != ':' && !is_cjk(c)
}

/// How long an address is that no bracket begins, with the sign of a list or the Japanese bracket that may stand before it.
fn bare_address_length(rest: &str) -> Option<usize> {
    let sign = if rest.starts_with(['・', '「', '『', '【', '〔', '〈', '《']) { '・'.len_utf8() } else { 0 };
    address_length(&rest[sign..], is_bare_local_char, is_bare_host_char).map(|length| sign + length)
}

fn address_length(rest: &str, local: impl Fn(char) -> bool, host: impl Fn(char) -> bool) -> Option<usize> {
    let local = match rest.strip_prefix('"') {
        Some(quoted) => quoted.find('"')? + 2,
        None => run(rest, local),
    };
    let domain = rest[local..].strip_prefix('@')?;
    let literal = domain.strip_prefix('[').and_then(|inside| inside.find(']')).map(|length| length + 2);
    let length = literal.or_else(|| host_length_of(domain, host)).filter(|_| local > 0)?;
    Some(local + 1 + length)
}

fn ip_length(rest: &str) -> Option<usize> {
    let prefix = if rest.starts_with("ipv6:") { 5 } else { 0 };
    let length = run(&rest[prefix..], |c| c.is_ascii_hexdigit() || matches!(c, '.' | ':'));
    let text = rest[prefix..prefix + length].trim_end_matches(['.', ':']);
    text.parse::<std::net::IpAddr>().ok().map(|_| prefix + text.len())
}

fn url_length(rest: &str) -> Option<usize> {
    if !(rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("www.")) {
        return None;
    }
    let length = run(rest, |c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '\''));
    Some(rest[..length].trim_end_matches(['.', ',', ';', ':', ')', ']', '!', '?']).len())
}

fn word_ends(rest: &str, at: usize, ends: &mut Ends, takes: impl Fn(char) -> bool) {
    let length = run(rest, takes);
    if length > 0 {
        ends.push(at + length);
        let trimmed = rest[..length].trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        if trimmed > 0 {
            ends.push(at + trimmed);
        }
    }
}

/// The fact that a hole of this kind becomes when `taken`, a part of the text as it was written, fills it.
///
/// `None` where a number is too large to be one, or where a `number` is none to count by: `30.11` may be a day.
#[must_use]
pub fn fact(kind: HoleKind, taken: &str) -> Option<Fact> {
    if kind.is_number() {
        return integer(kind, taken).map(|number| Fact::Integer(number, kind));
    }
    let taken = taken.trim();
    let pairs = [('<', '>'), ('[', ']'), ('(', ')'), ('"', '"'), ('\'', '\'')];
    let inside = pairs.iter().find_map(|(open, close)| taken.strip_prefix(*open)?.strip_suffix(*close));
    Some(Fact::Text(inside.unwrap_or(taken).to_owned()))
}

fn integer(kind: HoleKind, taken: &str) -> Option<u64> {
    let folded = super::Folded::new(taken);
    let folded = folded.as_str();
    let digits = run(folded, |c| c.is_ascii_digit() || matches!(c, ',' | '.'));
    let unit = if kind.is_bytes() { unit_size(folded[digits..].trim()).unwrap_or(1) } else { 1 };
    let number = &folded[..digits];
    let grouped = |sign: char| number.split(sign).skip(1).all(|group| group.len() == 3) && number.contains(sign);
    if number.bytes().all(|b| b.is_ascii_digit()) {
        return number.parse::<u64>().ok()?.checked_mul(unit);
    }
    // `1,024` and `1.024.000` are grouped; `5.3 MB` is not, and neither is `4.310 MB`.
    let whole = grouped(',') && !number.contains('.') || unit == 1 && grouped('.') && !number.contains(',');
    if whole {
        return number.replace([',', '.'], "").parse::<u64>().ok()?.checked_mul(unit);
    }
    if kind == HoleKind::Number {
        return None;
    }
    let value: f64 = number.replace(',', "").parse().ok()?;
    Some((value * unit as f64).round() as u64)
}

/// Whether two holes took the same, brackets aside.
pub(super) fn same(text: &str, one: &Range<usize>, other: &Range<usize>) -> bool {
    let plain = |range: &Range<usize>| {
        let part = &text[range.clone()];
        part.trim_matches(['<', '>', '[', ']', '(', ')', '"', '\''])
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(kind: HoleKind, text: &str) -> Vec<&str> {
        ends(kind, text, 0).iter().map(|end| &text[..end]).collect()
    }

    #[test]
    fn holes_take_what_they_say() {
        for (kind, text, want) in [
            (HoleKind::Size, "20mb.", vec!["20mb", "20"]),
            (HoleKind::Size, "5545579 exceeds", vec!["5545579"]),
            (HoleKind::Days, "5 days", vec!["5"]),
            (HoleKind::Address, "<a.b@example.com>:", vec!["<a.b@example.com>"]),
            (HoleKind::Address, "a@example.com. foo", vec!["a@example.com", "a@example.com."]),
            (HoleKind::Address, "<user>", vec![]),
            (HoleKind::Address, "<太郎@例え.example>:", vec!["<太郎@例え.example>"]),
            (HoleKind::Address, "a@example.jpに", vec!["a@example.jp"]),
            (HoleKind::Address, "a@example.kr에게", vec!["a@example.kr"]),
            (HoleKind::Address, "「a@example.jp」", vec!["「a@example.jp"]),
            (HoleKind::Address, "宛先:a@example.jp", vec![]),
            (HoleKind::Address, "ため、a@example.jp", vec![]),
            (HoleKind::Address, "mailto:a@example.jp", vec![]),
            (HoleKind::Ip, "[192.0.2.1]", vec!["[192.0.2.1]"]),
            (HoleKind::Ip, "2001:db8::1.", vec!["2001:db8::1"]),
            (HoleKind::Ip, "1.2.3", vec![]),
            (HoleKind::Host, "mx.example.com.:", vec!["mx.example.com", "mx.example.com."]),
            (HoleKind::Domain, "localhost", vec![]),
            (HoleKind::Domain, "policy. contact us", vec![]),
            (HoleKind::Domain, "example.com. foo", vec!["example.com", "example.com."]),
            (HoleKind::Url, "https://example.com/x). y", vec!["https://example.com/x"]),
            (HoleKind::Code, "s3150.", vec!["s3150.", "s3150"]),
            (HoleKind::Word, "foo: bar", vec!["foo:", "foo"]),
        ] {
            assert_eq!(takes(kind, text), want, "{kind} {text}");
        }
    }

    #[test]
    fn numbers_become_integers() {
        for (kind, text, want) in [
            (HoleKind::Limit, "20 MB", 20 << 20),
            (HoleKind::Limit, "10,240 KB", 10_240 << 10),
            (HoleKind::Size, "1.5 MB", 3 << 19),
            (HoleKind::Size, "12.345.678", 12_345_678),
            (HoleKind::Days, "5", 5),
            (HoleKind::Hours, "8.5", 9),
        ] {
            assert_eq!(fact(kind, text), Some(Fact::Integer(want, kind)), "{text}");
        }
        assert_eq!(fact(HoleKind::Number, "99999999999999999999999"), None);
        assert_eq!(fact(HoleKind::Number, "30.11"), None);
    }
}
