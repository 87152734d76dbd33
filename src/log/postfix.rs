//! Postfix: `postfix/smtp[123]: 4F2A1: to=<a@example.jp>, relay=…, delay=…, dsn=5.1.1, status=bounced (reason)`.

use std::borrow::Cow;

use super::escape::unescaped;
use super::system::{Attempted, Cut, Literals, Outcome, Told, around, bracketed, last_id, present};
use crate::model::Kind;

/// A delivery that went well says who no longer waits, and so is looked at even where only failures are wanted.
pub(super) const LITERALS: Literals = Literals {
    always: &["status=bounced", "status=deferred", "status=expired", "status=force-expired", "status=SOFTBOUNCE", "status=sent"],
    messages: &[": from=<", ": message-id="],
    successes: &[],
};

pub(super) fn read(cut: Cut<'_>) -> Option<Told<'_>> {
    match cut.literal {
        ": from=<" => sender(cut),
        ": message-id=" => {
            let message_id = bracketed(cut.after).or_else(|| present(cut.after.trim()));
            Some(Told::Message { queue_id: last_id(cut.before)?, sender: None, message_id })
        }
        "status=bounced" => result(cut, Kind::Bounce),
        "status=expired" | "status=force-expired" => result(cut, Kind::Bounce).or_else(|| expired(cut)),
        "status=sent" => result(cut, Kind::Success),
        _ => result(cut, Kind::Delay),
    }
}

/// The queue manager's `4F2A1: from=<s@example.jp>, size=1234, nrcpt=1 (queue active)`.
fn sender(cut: Cut<'_>) -> Option<Told<'_>> {
    let (sender, rest) = cut.after.split_once('>')?;
    around(rest, ", nrcpt=")?;
    Some(Told::Message { queue_id: last_id(cut.before)?, sender: present(sender), message_id: None })
}

/// The queue manager's `4F2A1: from=<s@example.jp>, status=expired, returned to sender`.
fn expired(cut: Cut<'_>) -> Option<Told<'_>> {
    let (before, sender) = around(cut.before, ": from=<")?;
    let (sender, _) = sender.split_once('>')?;
    Some(Told::Expired { queue_id: last_id(before)?, sender: present(sender), text: cut.after.trim_matches([',', ' ']) })
}

fn result(cut: Cut<'_>, kind: Kind) -> Option<Told<'_>> {
    let (before, fields) = around(cut.before, ": to=<")?;
    let (recipient, fields) = around(fields, ">,")?;
    let original = field(fields, " orig_to=").and_then(bracketed);
    Some(Told::Results(vec![Outcome {
        kind,
        of: Attempted::Delivery { queue_id: last_id(before)?, recipient: present(recipient)?, original },
        sender: None,
        relay: field(fields, " relay=").and_then(host),
        status: field(fields, " dsn=").and_then(|dsn| dsn.parse().ok()),
        text: reason(cut.after),
    }]))
}

/// The value of a field, up to the comma behind it.
fn field<'l>(fields: &'l str, name: &str) -> Option<&'l str> {
    let (_, value) = around(fields, name)?;
    value.split(',').next()
}

/// The host of `mx.example.jp[192.0.2.1]:25`. A name without an address, or with the path of a socket, is one of its own services.
fn host(relay: &str) -> Option<&str> {
    let (host, address) = relay.split_once('[')?;
    (!address.contains('/')).then_some(host).and_then(present)
}

/// What stands in the brackets that end the line; a line that was cut has lost the last one.
fn reason(after: &str) -> Cow<'_, str> {
    let after = after.trim();
    let inside = after.strip_prefix('(').unwrap_or(after);
    unescaped(inside.strip_suffix(')').unwrap_or(inside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::literals::tests::{message, outcome, told};

    const HEAD: &str = "Feb  3 10:11:12 mx1 postfix/smtp[4711]: ";

    #[test]
    fn a_result_is_read_with_its_fields() {
        let line = format!(
            "{HEAD}3AF4B2C1: to=<jiro@example.org>, orig_to=<jiro@example.jp>, relay=mx.example.org[192.0.2.7]:25, conn_use=2, delay=1.2, \
             delays=0.1/0/0.5/0.6, dsn=5.1.1, status=bounced (host mx.example.org[192.0.2.7] said: 550 5.1.1 <jiro@example.org>: User (x) unknown \
             (in reply to RCPT TO command))"
        );
        let said = outcome(&line);
        let of = Attempted::Delivery { queue_id: "3AF4B2C1", recipient: "jiro@example.org", original: Some("jiro@example.jp") };
        assert_eq!((said.kind, said.of, said.relay), (Kind::Bounce, of, Some("mx.example.org")));
        assert_eq!(said.status.map(|status| status.to_string()).as_deref(), Some("5.1.1"));
        assert!(said.text.starts_with("host mx") && said.text.ends_with("RCPT TO command)"), "{}", said.text);
    }

    #[test]
    fn the_kind_is_that_of_the_status() {
        let kind =
            |status: &str| outcome(&format!("{HEAD}4Yx2bC0z9RzK1: to=<a@example.jp>, relay=none, dsn=4.4.1, status={status} (x)")).kind;
        assert_eq!(["bounced", "deferred", "SOFTBOUNCE", "sent"].map(kind), [Kind::Bounce, Kind::Delay, Kind::Delay, Kind::Success]);
        assert_eq!(told(&format!("{HEAD}4F: to=<a@example.jp>, relay=none, dsn=2.0.0, status=deliverable (x)")), None);
    }

    #[test]
    fn own_services_are_no_hosts() {
        for (relay, want) in
            [("none", None), ("mx1[private/lmtp]", None), ("local", None), ("[192.0.2.1]:25", None), ("h[192.0.2.1]:24", Some("h"))]
        {
            let line = format!("{HEAD}4F: to=<a@example.jp>, relay={relay}, delay=1, dsn=5.2.2, status=bounced (full)");
            assert_eq!(outcome(&line).relay, want, "{relay}");
        }
    }

    #[test]
    fn lines_that_were_cut_or_escaped_are_read() {
        let line =
            format!("{HEAD}4F: to=<a@example.jp>, relay=none, dsn=4.4.1, status=deferred (connect to mx.example.jp[192.0.2.1]:25: Conn");
        assert_eq!(outcome(&line).text, "connect to mx.example.jp[192.0.2.1]:25: Conn");
        let line = format!("{HEAD}4F: to=<a@example.jp>, relay=none, dsn=5.0.0, status=bounced (Command output:#012 no space#011left)");
        assert_eq!(outcome(&line).text, "Command output:  no space left");
    }

    #[test]
    fn a_message_has_a_sender_and_an_id() {
        assert_eq!(
            message("Feb  3 10:11:12 mx1 postfix/qmgr[9]: 3AF4B2C1: from=<s@example.jp>, size=12, nrcpt=1 (queue active)"),
            ("3AF4B2C1", Some("s@example.jp"), None)
        );
        assert_eq!(message("postfix/cleanup[8]: 3AF4B2C1: message-id=<m1@example.jp>"), ("3AF4B2C1", None, Some("m1@example.jp")));
    }

    #[test]
    fn a_message_is_given_up() {
        let line = "Feb  3 10:11:12 mx1 postfix/qmgr[9]: 3AF4B2C1: from=<s@example.jp>, status=expired, returned to sender";
        let want = Told::Expired { queue_id: "3AF4B2C1", sender: Some("s@example.jp"), text: "returned to sender" };
        assert_eq!(told(line), Some(want));
    }
}
