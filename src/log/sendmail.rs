//! Sendmail 8: `sm-mta[123]: 513ABC01: to=<a@example.jp>, delay=…, relay=mx.example.jp. [192.0.2.1], dsn=5.1.1, stat=User unknown`.

use super::escape::unescaped;
use super::system::{Attempted, Cut, Literals, Outcome, Told, bracketed, last_id, present};
use crate::model::{Kind, Status};

pub(super) const LITERALS: Literals = Literals { always: &[", stat="], messages: &[", msgid="], successes: &[", stat=Sent"] };

/// What may stand in the fields behind the recipients, each as `, key=value`.
const KEYS: [&str; 12] = [
    ", ctladdr=",
    ", delay=",
    ", xdelay=",
    ", mailer=",
    ", pri=",
    ", relay=",
    ", dsn=",
    ", ntries=",
    ", stage=",
    ", tls=",
    ", tls_verify=",
    ", reply=",
];

pub(super) fn read(cut: Cut<'_>) -> Option<Told<'_>> {
    if cut.literal == ", msgid=" {
        return message(cut);
    }
    let (before, fields) = cut.before.split_once(": to=")?;
    let queue_id = last_id(before)?;
    let text = cut.after.trim();
    let status = value(fields, ", dsn=").and_then(|dsn| dsn.parse().ok());
    let kind = if cut.literal == ", stat=" { kind(text, status)? } else { Kind::Success };
    let said = value(fields, ", reply=").filter(|_| kind != Kind::Success).unwrap_or(text);
    let outcome = |recipient| Outcome {
        kind,
        of: Attempted::Delivery { queue_id, recipient, original: None },
        sender: None,
        relay: value(fields, ", relay=").and_then(host),
        status,
        text: unescaped(said),
    };
    Some(Told::Results(recipients(fields).map(outcome).collect()))
}

/// `513ABC01: from=<s@example.jp>, size=12, class=0, nrcpts=1, msgid=<m1@example.jp>, …`
fn message(cut: Cut<'_>) -> Option<Told<'_>> {
    let (before, sender) = cut.before.split_once(": from=")?;
    let sender = sender.split(',').next().unwrap_or_default();
    let sender = if sender.starts_with('<') { bracketed(sender) } else { present(sender) };
    Some(Told::Message { queue_id: last_id(before)?, sender, message_id: bracketed(cut.after) })
}

/// What `stat=` says: a success, a delay, a failure; nothing has happened yet where the mail was only queued.
fn kind(stat: &str, status: Option<Status>) -> Option<Kind> {
    let begins = |word: &str| stat.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word));
    if begins("Sent") || begins("queued") || begins("quarantined") {
        return None;
    }
    let later = begins("Deferred") || status.is_some_and(Status::is_temporary);
    Some(if later { Kind::Delay } else { Kind::Bounce })
}

/// The addresses between commas before the first field.
fn recipients(fields: &str) -> impl Iterator<Item = &str> {
    let end = KEYS.iter().filter_map(|key| fields.find(key)).min().unwrap_or(fields.len());
    fields[..end].split(',').map(|address| address.trim().trim_matches(['<', '>'])).filter(|address| !address.is_empty())
}

/// The value of a field, up to the next one.
fn value<'l>(fields: &'l str, key: &str) -> Option<&'l str> {
    let (_, value) = fields.split_once(key)?;
    let end = KEYS.iter().filter_map(|key| value.find(key)).min().unwrap_or(value.len());
    present(value[..end].trim())
}

/// The host of `mx.example.jp. [192.0.2.1]`; what stands without an address was not spoken to.
fn host(relay: &str) -> Option<&str> {
    let (host, _) = relay.split_once(" [")?;
    present(host.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::literals::tests::{message, outcome, outcomes, told};

    const HEAD: &str = "Feb  3 10:11:12 mx1 sm-mta[4711]: 513AbC01: ";

    #[test]
    fn every_recipient_has_its_result() {
        let line = format!(
            "{HEAD}to=<a@example.jp>,<b@example.jp>, ctladdr=<s@example.com> (1000/1000), delay=00:00:02, xdelay=00:00:01, mailer=esmtp, \
             pri=120000, relay=mx.example.jp. [192.0.2.1], dsn=5.1.1, stat=User unknown"
        );
        let said = outcomes(&line);
        let names: Vec<_> = said.iter().map(|outcome| outcome.of).collect();
        let of = |recipient| Attempted::Delivery { queue_id: "513AbC01", recipient, original: None };
        assert_eq!(names, [of("a@example.jp"), of("b@example.jp")]);
        assert_eq!((said[0].relay, &*said[0].text, said[0].kind), (Some("mx.example.jp"), "User unknown", Kind::Bounce));
    }

    #[test]
    fn the_answer_says_more_than_the_result() {
        let line = format!("{HEAD}to=<a@example.jp>, delay=00:00:02, dsn=5.1.1, reply=550 5.1.1 Gone, really, stat=User unknown");
        assert_eq!(outcome(&line).text, "550 5.1.1 Gone, really");
    }

    #[test]
    fn the_kind_is_that_of_the_words_and_the_code() {
        let kind = |stat: &str, dsn: &str| outcome(&format!("{HEAD}to=a@example.jp, delay=1, dsn={dsn}, stat={stat}")).kind;
        assert_eq!(kind("Deferred: Connection refused by mx.example.jp.", "4.0.0"), Kind::Delay);
        assert_eq!(kind("451 4.7.1 Try again", "4.7.1"), Kind::Delay);
        assert_eq!(kind("Service unavailable", "5.0.0"), Kind::Bounce);
        assert_eq!(kind("Sent (ok 1)", "2.0.0"), Kind::Success);
        assert_eq!(told(&format!("{HEAD}to=<a@example.jp>, delay=00:00:00, stat=queued")), None);
    }

    #[test]
    fn a_message_has_a_sender_and_an_id() {
        let line =
            format!("{HEAD}from=<s@example.com>, size=12, class=0, nrcpts=1, msgid=<m1@example.com>, proto=ESMTP, relay=x [192.0.2.9]");
        assert_eq!(message(&line), ("513AbC01", Some("s@example.com"), Some("m1@example.com")));
        let line = format!("{HEAD}from=root, size=12, class=0, nrcpts=1, msgid=<m1@example.com>, relay=root@localhost");
        assert_eq!(message(&line), ("513AbC01", Some("root"), Some("m1@example.com")));
    }
}
