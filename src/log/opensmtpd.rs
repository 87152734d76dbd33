//! OpenSMTPD: `smtpd[1]: 1a2b mta delivery evpid=… from=<s> to=<a> rcpt=<-> source="…" relay="192.0.2.1 (mx)" result="PermFail" stat="550 …"`.

use std::borrow::Cow;

use super::system::{Attempted, Cut, Literals, Outcome, Told, bracketed, present};
use crate::model::Kind;

pub(super) const LITERALS: Literals = Literals { always: &["delivery evpid=", "Expire for "], messages: &[], successes: &[] };

pub(super) fn read(cut: Cut<'_>) -> Option<Told<'_>> {
    let queue_id = cut.after.split([' ', ':']).next().and_then(present)?;
    let fields = &cut.after[queue_id.len()..];
    let kind = if cut.literal == "Expire for " { Kind::Bounce } else { kind(value(fields, "result=")?)? };
    let to = value(fields, "to=").and_then(bracketed)?;
    let original = value(fields, "rcpt=").and_then(bracketed).filter(|original| *original != "-" && !original.eq_ignore_ascii_case(to));
    Some(Told::Results(vec![Outcome {
        kind,
        of: Attempted::Delivery { queue_id, recipient: to, original },
        sender: value(fields, "from=").and_then(bracketed),
        relay: value(fields, "relay=").and_then(host),
        status: None,
        text: said(fields),
    }]))
}

fn kind(result: &str) -> Option<Kind> {
    match result {
        "Ok" => Some(Kind::Success),
        "TempFail" => Some(Kind::Delay),
        "PermFail" | "Loop" => Some(Kind::Bounce),
        _ => None,
    }
}

/// The value of a field. What is in quotes goes to the next quote, all else to a blank or comma.
fn value<'l>(fields: &'l str, key: &str) -> Option<&'l str> {
    let mut rest = fields;
    loop {
        let at = rest.find(key)?;
        let is_whole = rest[..at].ends_with(' ');
        rest = &rest[at + key.len()..];
        if is_whole {
            let value = rest.strip_prefix('"').map_or_else(|| rest.split([' ', ',']).next(), |quoted| quoted.split('"').next());
            return value.and_then(present);
        }
    }
}

/// The words of `stat=`, which ends the line; quotes inside them are escaped.
fn said(fields: &str) -> Cow<'_, str> {
    let Some((_, words)) = fields.split_once(" stat=") else { return Cow::Borrowed("") };
    let words = words.trim();
    let inside = words.strip_prefix('"').map_or(words, |inside| inside.strip_suffix('"').unwrap_or(inside));
    if inside.contains('\\') { Cow::Owned(inside.replace("\\\"", "\"")) } else { Cow::Borrowed(inside) }
}

/// The name in `192.0.2.1 (mx.example.jp)`.
fn host(relay: &str) -> Option<&str> {
    let (_, name) = relay.split_once('(')?;
    present(name.trim_end_matches(')'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::literals::tests::{outcome, told};

    const HEAD: &str = "Feb  3 10:11:12 mx1 smtpd[4711]: ";

    #[test]
    fn results_are_read_with_their_fields() {
        let line = format!(
            "{HEAD}0123456789abcdef mta delivery evpid=7c4ef8a1b2c3d4e5 from=<s@example.com> to=<jiro@example.org> rcpt=<jiro@example.jp> \
             source=\"192.0.2.9\" relay=\"192.0.2.7 (mx.example.org)\" delay=2s result=\"PermFail\" stat=\"550 5.1.1 No \\\"jiro\\\" here\""
        );
        let said = outcome(&line);
        let of = Attempted::Delivery { queue_id: "7c4ef8a1b2c3d4e5", recipient: "jiro@example.org", original: Some("jiro@example.jp") };
        assert_eq!((said.kind, said.of, said.relay, said.sender), (Kind::Bounce, of, Some("mx.example.org"), Some("s@example.com")));
        assert_eq!(said.text, "550 5.1.1 No \"jiro\" here");
    }

    #[test]
    fn local_deliveries_and_expiry_are_read() {
        let line = format!(
            "{HEAD}0 mda delivery evpid=7c from=<> to=<a@example.jp> rcpt=<-> user=a delay=1s result=TempFail stat=Error (\"full\")"
        );
        assert_eq!((outcome(&line).kind, &*outcome(&line).text), (Kind::Delay, "Error (\"full\")"));
        let line =
            format!("{HEAD}scheduler: Expire for 7c: from=<s@example.jp>, to=<a@example.jp>, rcpt=<->, delay=4d, stat=Envelope expired");
        assert_eq!((outcome(&line).kind, &*outcome(&line).text), (Kind::Bounce, "Envelope expired"));
        let line = format!("{HEAD}0 mta delivery evpid=7c from=<> to=<a@example.jp> rcpt=<-> result=\"Ok\" stat=\"250 2.0.0 Ok\"");
        assert_eq!(outcome(&line).kind, Kind::Success);
        assert_eq!(told(&format!("{HEAD}0 mta delivery evpid=7c to=<a@example.jp> result=\"What\" stat=\"\"")), None);
    }
}
