//! Exim's main log: `2025-02-03 10:11:12 1tabcd-000001-AB ** a@example.jp R=dnslookup T=remote_smtp H=mx.example.jp [192.0.2.1]: reason`.

use super::escape::unescaped;
use super::system::{Attempted, Cut, Literals, Outcome, Told, present};
use crate::model::Kind;

pub(super) const LITERALS: Literals =
    Literals { always: &[" ** ", " == "], messages: &[" <= "], successes: &[" => ", " -> ", " *> ", " >> "] };

pub(super) fn read(cut: Cut<'_>) -> Option<Told<'_>> {
    let queue_id = cut.before.rsplit(' ').next().filter(|word| is_id(word))?;
    let kind = match cut.literal {
        " <= " => return Some(message(queue_id, cut.after)),
        " ** " => Kind::Bounce,
        " == " => Kind::Delay,
        _ => Kind::Success,
    };
    let (last, original, rest) = addresses(cut.after)?;
    let fields = Fields::read(rest);
    let text = if kind == Kind::Success { fields.confirmation.unwrap_or_default() } else { fields.text };
    let original = original.filter(|original| !original.eq_ignore_ascii_case(last));
    Some(Told::Results(vec![Outcome {
        kind,
        of: Attempted::Delivery { queue_id, recipient: last, original },
        sender: fields.sender,
        relay: fields.host,
        status: None,
        text: unescaped(text.trim()),
    }]))
}

/// An id: `1tabcd-000001-AB`, or `1tabcd-00000000001-ABCD` of newer versions.
fn is_id(word: &str) -> bool {
    let mut parts = word.split('-').map(str::len);
    let lengths = (parts.next(), parts.next(), parts.next(), parts.next());
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain && matches!(lengths, (Some(6), Some(6), Some(2), None) | (Some(6), Some(11), Some(4), None))
}

/// `<= s@example.jp H=… S=1234 id=m1@example.jp`; `<>` is the sender of a report.
fn message<'l>(queue_id: &'l str, after: &'l str) -> Told<'l> {
    let sender = after.split(' ').next().filter(|sender| *sender != "<>").and_then(present);
    let message_id = after.split_once(" id=").and_then(|(_, rest)| rest.split_whitespace().next());
    Told::Message { queue_id, sender, message_id }
}

/// The address, the one it was made from, and what follows. A pipe or a file has the address it was made from beside it.
fn addresses(after: &str) -> Option<(&str, Option<&str>, &str)> {
    let end = after.find([' ', '\n']).unwrap_or(after.len());
    let (first, rest) = after.split_at(end);
    let original = rest.strip_prefix(" <").and_then(|rest| rest.split_once('>'));
    let rest = original.map_or(rest, |(_, rest)| rest);
    let original = original.map(|(address, _)| address).and_then(present);
    let plain = first.trim_end_matches(':');
    if plain.contains('@') && !plain.starts_with(['|', '/']) {
        return Some((plain, original, if first.ends_with(':') { &after[plain.len()..] } else { rest }));
    }
    if let Some(original) = original {
        return Some((original, None, rest));
    }
    let (_, rest) = after.split_once(" <")?;
    let (address, rest) = rest.split_once('>')?;
    Some((present(address)?, None, rest))
}

/// The fields behind an address, and the words behind them.
#[derive(Debug, Default)]
struct Fields<'l> {
    host: Option<&'l str>,
    sender: Option<&'l str>,
    confirmation: Option<&'l str>,
    text: &'l str,
}

impl<'l> Fields<'l> {
    /// Reads `K=value` after `K=value` up to the colon that ends them. A value in quotes may hold anything.
    fn read(mut rest: &'l str) -> Self {
        let mut fields = Self::default();
        loop {
            rest = rest.trim_start_matches(' ');
            if let Some(text) = rest.strip_prefix(':') {
                fields.text = text;
                return fields;
            }
            let Some(word) = next_word(rest) else {
                fields.text = rest;
                return fields;
            };
            fields.take(word.trim_end_matches(':'));
            rest = &rest[word.len()..];
            if word.ends_with(':') && rest.starts_with([' ', '\n']) {
                fields.text = rest;
                return fields;
            }
        }
    }

    fn take(&mut self, word: &'l str) {
        match word.split_once('=') {
            Some(("H", host)) => self.host = present(host).filter(|host| !host.starts_with('[')),
            Some(("F", sender)) => self.sender = present(sender.trim_matches(['<', '>'])),
            Some(("C", said)) => self.confirmation = Some(said.trim_matches('"')),
            _ => {}
        }
    }
}

/// The next word; a quoted value is one with its name.
fn next_word(rest: &str) -> Option<&str> {
    let blank = rest.find([' ', '\n']).unwrap_or(rest.len());
    let quoted = rest[..blank].find("=\"").map(|at| at + 2);
    let end = quoted.map_or(blank, |from| rest[from..].find('"').map_or(rest.len(), |at| from + at + 1));
    let end = if rest[end..].starts_with(':') && end > blank { end + 1 } else { end };
    present(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::literals::tests::{message, outcome, told};

    const HEAD: &str = "2025-02-03 10:11:12 1tabcd-000001-AB";

    #[test]
    fn a_failure_is_read_with_its_fields() {
        let line = format!(
            "{HEAD} ** jiro@example.org <jiro@example.jp> F=<s@example.com> R=dnslookup T=remote_smtp H=mx.example.org [192.0.2.7]:25 \
             X=TLS1.3:ECDHE:256 CV=yes DN=\"/C=JP: x/CN=y\" DT=1s: SMTP error from remote mail server after RCPT TO:<jiro@example.org>: 550 No"
        );
        let said = outcome(&line);
        let of = Attempted::Delivery { queue_id: "1tabcd-000001-AB", recipient: "jiro@example.org", original: Some("jiro@example.jp") };
        assert_eq!((said.kind, said.of, said.relay, said.sender), (Kind::Bounce, of, Some("mx.example.org"), Some("s@example.com")));
        assert_eq!(said.text, "SMTP error from remote mail server after RCPT TO:<jiro@example.org>: 550 No");
    }

    #[test]
    fn a_deferral_has_a_number_before_its_words() {
        let line = format!("{HEAD} == a@example.jp R=dnslookup T=remote_smtp defer (111): Connection refused");
        assert_eq!((outcome(&line).kind, &*outcome(&line).text), (Kind::Delay, "Connection refused"));
        let line = format!("{HEAD} == a@example.jp R=lookup defer (-1): lowest numbered MX record points to local host");
        assert_eq!(outcome(&line).text, "lowest numbered MX record points to local host");
    }

    #[test]
    fn short_forms_are_read() {
        let of = |recipient| Attempted::Delivery { queue_id: "1tabcd-000001-AB", recipient, original: None };
        let line = format!("{HEAD} ** a@example.jp: retry timeout exceeded");
        assert_eq!((outcome(&line).of, &*outcome(&line).text), (of("a@example.jp"), "retry timeout exceeded"));
        let line = format!("{HEAD} ** |/usr/bin/filter -x <a@example.jp> R=pipes T=address_pipe: Child process returned 127");
        assert_eq!((outcome(&line).of, &*outcome(&line).text), (of("a@example.jp"), "Child process returned 127"));
        let line = "2025-02-03 10:11:12 [99] 1tabcd-00000000001-ABCD ** a@example.jp R=x: Unrouteable address";
        assert_eq!(outcome(line).text, "Unrouteable address");
    }

    #[test]
    fn messages_and_successes_are_read() {
        let line = format!("{HEAD} <= s@example.jp H=x [192.0.2.9] P=esmtp S=1234 id=m1@example.jp");
        assert_eq!(message(&line), ("1tabcd-000001-AB", Some("s@example.jp"), Some("m1@example.jp")));
        let line = format!("{HEAD} => a@example.jp R=dnslookup T=remote_smtp H=mx.example.jp [192.0.2.1] C=\"250 OK id=1\"");
        assert_eq!((outcome(&line).kind, &*outcome(&line).text), (Kind::Success, "250 OK id=1"));
    }

    #[test]
    fn lines_of_others_are_left_alone() {
        assert_eq!(told("if (a == b@example.jp) x: y"), None);
        assert_eq!(told("note ** a@example.jp: hello"), None);
    }
}
