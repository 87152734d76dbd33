//! Whom a report is about that does not say so.

use super::headers::{Headers, Returned};
use crate::model::{About, Kind, Layout, RecipientSource};

/// Fields of a report that name the address it was sent to, envelope first.
const SENT_TO: [&str; 5] = ["x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "to"];

/// Further fields that name whoever has to do with a report.
const CORRESPONDENTS: [&str; 4] = ["cc", "reply-to", "sender", "return-path"];

/// How long a local part may be, in bytes (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// An address, and where it was found.
pub(super) type Recovered = (String, RecipientSource);

/// The recipients of a report that names none on its page: those in the fields of its layout, the one in the address that it was
/// sent to, or the one that the returned message went to. Of several in the returned message none is guessed.
pub(super) fn recipients(layout: &Layout, headers: &Headers<'_>, returned: Option<&Returned>) -> Vec<Recovered> {
    let replies = matches!(layout.kind, Some(Kind::AutoReply | Kind::Challenge));
    if layout.about.map_or(replies, |about| about == About::Sender) {
        return headers.from_address.iter().map(|from| (from.clone(), RecipientSource::Report)).collect();
    }
    let mut failed: Vec<Recovered> = Vec::new();
    for value in layout.named_in.iter().flat_map(|name| headers.all(name)) {
        let named = value.split(',').map(|address| address.trim().trim_matches(['<', '>'])).filter(|address| address.contains('@'));
        failed.extend(named.map(|address| (address.to_owned(), RecipientSource::Report)));
    }
    if failed.is_empty() { one(headers, returned).into_iter().collect() } else { failed }
}

/// The one address in the words of a report besides those of who wrote it, who got it, and who sent the mail that came back.
pub(super) fn only_address(words: &str, headers: &Headers<'_>, returned: Option<&Returned>) -> Option<Recovered> {
    let mut known: Vec<String> = headers.from_address.iter().cloned().collect();
    known.extend(SENT_TO.iter().chain(&CORRESPONDENTS).flat_map(|name| headers.all(name)).flat_map(|value| addresses_in(&value)));
    known.extend(returned.iter().flat_map(|returned| [&returned.sender, &returned.return_path, &returned.message_id]).flatten().cloned());
    let is_id = |line: &&str| line.split_once(':').is_some_and(|(name, _)| name.trim_end().to_ascii_lowercase().ends_with("id"));
    let mut only: Option<String> = None;
    for address in words.lines().filter(|line| !is_id(line)).flat_map(addresses_in) {
        let is = |other: &String| address.eq_ignore_ascii_case(other);
        if known.iter().any(is) || helps(&address) || only.as_ref().is_some_and(is) {
            continue;
        }
        if only.replace(address).is_some() {
            return None;
        }
    }
    only.map(|address| (address, RecipientSource::OnlyAddress))
}

/// The addresses that stand in a text without quotes around their local parts.
fn addresses_in(text: &str) -> Vec<String> {
    let address = |at: usize| {
        let local = text[..at].bytes().rev().take(MAX_LOCAL).take_while(|byte| is_atom(*byte)).count();
        let host = text[at + 1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')).count();
        let host = text[at + 1..at + 1 + host].trim_end_matches(['.', '-']);
        let local = text[at - local..at].trim_start_matches(['.', '\'', '`', '*', '=', '-', '|']);
        (!local.is_empty() && host.contains('.')).then(|| format!("{local}@{host}"))
    };
    memchr::memchr_iter(b'@', text.as_bytes()).filter_map(address).collect()
}

/// Whether a byte may stand in a local part that is not quoted (RFC 5322, section 3.2.3).
const fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-'..=b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~')
}

/// Whether an address is one that reports tell people to ask at (RFC 2142).
fn helps(address: &str) -> bool {
    let local = address.split_once('@').map_or(address, |(local, _)| local);
    ["postmaster", "mailer-daemon", "abuse", "support", "helpdesk"].iter().any(|name| local.eq_ignore_ascii_case(name))
}

/// The one recipient that a report must be about, where it names none.
pub(super) fn one(headers: &Headers<'_>, returned: Option<&Returned>) -> Option<Recovered> {
    let envelope = returned.and_then(|returned| returned.return_path.as_deref());
    let mut sent_to = SENT_TO.iter().flat_map(|name| headers.all(name));
    let in_envelope = sent_to.find_map(|value| value.split(',').find_map(verp)).or_else(|| envelope.and_then(verp));
    let in_envelope = in_envelope.map(|address| (address, RecipientSource::Verp));
    let to = || match returned.map(|returned| &returned.to[..]) {
        Some([only]) => Some((only.clone(), RecipientSource::ReturnedMail)),
        _ => None,
    };
    in_envelope.or_else(to)
}

/// The recipient in a variable envelope return path: `bounce+taro=example.jp@lists.example.net`, `list-return-12-taro=example.jp@…`.
///
/// An address with several `=` (`SRS0=…`, a signed sender) is something else.
fn verp(address: &str) -> Option<String> {
    let address = address.split_once('<').map_or(address, |(_, inside)| inside).trim().trim_end_matches('>');
    let (local, _) = address.rsplit_once('@')?;
    let (before, domain) = local.split_once('=')?;
    let user = match before.rsplit_once('+') {
        Some((_, user)) => behind_numbers(user),
        None => behind_numbers(before.strip_prefix("bounce-").or_else(|| before.strip_prefix("bounces-")).unwrap_or(before)),
    };
    let labels = || domain.split('.');
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let is_domain = labels().count() > 1 && labels().all(is_label) && labels().next_back().is_none_or(|top| top.parse::<u64>().is_err());
    (is_domain && !user.is_empty()).then(|| format!("{user}@{domain}"))
}

/// What stands behind the serial numbers that some put in front: `list-return-12-taro`, `123456-ab12-taro`.
fn behind_numbers(text: &str) -> &str {
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let mut words = text.match_indices('-').map(|(at, _)| at);
    let mut from = 0;
    let Some(number) = words.find(|at| is_number(&text[std::mem::replace(&mut from, at + 1)..*at])) else { return text };
    let rest = &text[number + 1..];
    match rest.split_once('-') {
        Some((tag, user))
            if !user.is_empty() && tag.bytes().all(|b| b.is_ascii_hexdigit()) && tag.contains(|c: char| c.is_ascii_digit()) =>
        {
            user
        }
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipient_is_found_in_the_envelope() {
        for (address, want) in [
            ("bounce+taro=example.jp@lists.example.net", Some("taro@example.jp")),
            ("<bounces+123456-ab12-taro=example.jp@em.example.net>", Some("taro@example.jp")),
            ("list-return-12-taro.yamada=example.co.jp@lists.example.net", Some("taro.yamada@example.co.jp")),
            ("taro=example.jp@bounce.example.net", Some("taro@example.jp")),
            ("bounce-hanako=example.jp@example.net", Some("hanako@example.jp")),
            ("bounce+a-b=example.jp@example.net", Some("a-b@example.jp")),
            ("taro@example.jp", None),
            ("SRS0=abcd=xy=example.jp=taro@example.net", None),
            ("prvs=12345abcde=taro@example.jp", None),
            ("key=value@example.net", None),
            ("=example.jp@example.net", None),
        ] {
            assert_eq!(verp(address).as_deref(), want, "{address}");
        }
    }

    #[test]
    fn addresses_are_found_between_other_words() {
        let text = "（taro@example.jp）へ、<mailto:b.c+d@mail.example.com>. a@localhost @example.jp x@@y.z";
        assert_eq!(addresses_in(text), ["taro@example.jp", "b.c+d@mail.example.com"]);
    }

    proptest::proptest! {
        #[test]
        fn no_address_panics(address in "[-a-zé0-9+=@<>.]{0,40}") {
            let _ = verp(&address);
            let _ = addresses_in(&address);
        }
    }
}
