//! qmail-send: `starting delivery 5: msg 42 to remote a@example.jp`, then `delivery 5: failure: words_with/line_ends/`.

use std::borrow::Cow;

use super::system::{Attempted, Cut, Literals, Outcome, Told, bracketed, present};
use crate::model::Kind;

pub(super) const LITERALS: Literals =
    Literals { always: &[": failure: ", ": deferral: ", "starting delivery "], messages: &["info msg "], successes: &[": success: "] };

pub(super) fn read(cut: Cut<'_>) -> Option<Told<'_>> {
    match cut.literal {
        "starting delivery " => attempt(cut.after),
        "info msg " => message(cut.after),
        ": failure: " => result(cut, Kind::Bounce),
        ": deferral: " => result(cut, Kind::Delay),
        _ => result(cut, Kind::Success),
    }
}

fn attempt(after: &str) -> Option<Told<'_>> {
    let (number, rest) = after.split_once(": msg ")?;
    let (queue_id, rest) = rest.split_once(" to ")?;
    let (_, recipient) = rest.split_once(' ')?;
    Some(Told::Attempt { number: digits(number)?, queue_id: digits(queue_id)?, recipient: present(recipient.trim())? })
}

/// `42: bytes 1234 from <s@example.jp> qp 99 uid 1000`
fn message(after: &str) -> Option<Told<'_>> {
    let (queue_id, rest) = after.split_once(": bytes ")?;
    let (_, sender) = rest.split_once(" from ")?;
    Some(Told::Message { queue_id: digits(queue_id)?, sender: bracketed(sender), message_id: None })
}

fn result(cut: Cut<'_>, kind: Kind) -> Option<Told<'_>> {
    let (before, number) = cut.before.rsplit_once(' ')?;
    before.ends_with("delivery").then_some(())?;
    let of = Attempted::Number(digits(number)?);
    Some(Told::Results(vec![Outcome { kind, of, sender: None, relay: None, status: None, text: Cow::Owned(words(cut.after.trim_end())) }]))
}

fn digits(text: &str) -> Option<&str> {
    present(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The words as they were before blanks became `_` and line ends `/`. Neither can be told from such signs that were there before:
/// what is in `<…>` keeps its `_`, and a `/` is a line end only where a line can begin behind it.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for (at, c) in text.char_indices() {
        inside = match c {
            '<' => true,
            '>' => false,
            _ => inside,
        };
        let rest = &text[at + c.len_utf8()..];
        out.push(match c {
            '_' if !inside => ' ',
            '/' if ends_line(&text[..at], rest) => '\n',
            c => c,
        });
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a line ends between these: at the end, or before a capital or a reply code (`550_`, `550-`), but not in a URL.
fn ends_line(before: &str, rest: &str) -> bool {
    let is_url = before.ends_with([':', '/']) && (rest.starts_with('/') || before.ends_with('/'));
    let code = matches!(rest.as_bytes(), [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b'_' | b'-', ..]);
    !is_url && (rest.is_empty() || rest == "/" || code || rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::literals::tests::{message, outcome, told};

    #[test]
    fn attempts_and_results_share_a_number() {
        let line = "@4000000067a0a2f00a1b2c3d starting delivery 5: msg 42 to remote a@example.jp";
        assert_eq!(told(line), Some(Told::Attempt { number: "5", queue_id: "42", recipient: "a@example.jp" }));
        let line = "@4000000067a0a2f10a1b2c3d delivery 5: failure: 192.0.2.1_does_not_like_recipient./Remote_host_said:_550-5.1.1_<a_b@example.jp>/\
            550_See_http://example.jp/help/Giving_up_on_192.0.2.1./";
        let said = outcome(line);
        assert_eq!((said.kind, said.of), (Kind::Bounce, Attempted::Number("5")));
        let want = "192.0.2.1 does not like recipient.\nRemote host said: 550-5.1.1 <a_b@example.jp>\n\
            550 See http://example.jp/help\nGiving up on 192.0.2.1.";
        assert_eq!(said.text, want);
    }

    #[test]
    fn other_results_and_messages_are_read() {
        assert_eq!(outcome("qmail: 1738577473.1 delivery 7: deferral: Sorry,_no_host_(#4.4.1)/").kind, Kind::Delay);
        assert_eq!(outcome("delivery 7: success: 192.0.2.1_accepted_message./").kind, Kind::Success);
        assert_eq!(message("info msg 42: bytes 1234 from <s@example.jp> qp 99 uid 1000"), ("42", Some("s@example.jp"), None));
        assert_eq!(told("the delivery x: failure: broken"), None);
        assert_eq!(told("pam: failure: broken"), None);
    }
}
