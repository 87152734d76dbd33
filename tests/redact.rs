//! Samples that can be shared: nothing of the original is left but what is said to stay.

use std::fs;
use std::sync::LazyLock;

use mail_parser::MessageParser;
use modori::Engine;
use modori::authoring::{Redacted, Vocabulary, redact_mail};
use proptest::prelude::*;
use regex::{Captures, Regex};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::load(Vec::new()).unwrap());
static KNOWN: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::new(ENGINE.set()));

/// Names and networks for documentation, which are nobody's, with such as a real mail has in their place.
const PRIVATE: &[(&str, &str)] = &[
    ("example.com", "firma.internal"),
    ("example.net", "netz.internal"),
    ("example.org", "verein.internal"),
    ("example.jp", "kaisha.internal"),
    ("192.0.2.", "10.9.8."),
    ("198.51.100.", "10.7.6."),
    ("203.0.113.", "10.5.4."),
];

/// A mail as texts: as it is, and each of its headers and parts decoded.
fn decoded(mail: &[u8]) -> Vec<String> {
    let mut texts = vec![String::from_utf8_lossy(mail).into_owned()];
    let Some(message) = MessageParser::default().parse(mail) else { return texts };
    texts.extend(message.subject().map(str::to_owned));
    let people = [message.from(), message.to(), message.cc()];
    let names = people.into_iter().flatten().flat_map(|all| all.iter()).filter_map(|person| person.name());
    texts.extend(names.map(str::to_owned));
    texts.extend(message.parts.iter().map(|part| String::from_utf8_lossy(part.contents()).into_owned()));
    texts
}

fn redacted(mail: &[u8]) -> Redacted {
    redact_mail(&ENGINE, &KNOWN, mail)
}

/// The addresses, hosts and IP addresses of a mail that are private by the look of them, and the names before an `@`.
fn private_things(mail: &[u8]) -> Vec<String> {
    let host = Regex::new(r"(?i)[a-z0-9_-][a-z0-9._-]*\.internal|10\.(?:9\.8|7\.6|5\.4)\.\d+").unwrap();
    let local = Regex::new(r"(?i)([a-z0-9][a-z0-9._+=-]{2,})@[a-z0-9._-]*internal").unwrap();
    let mut found = Vec::new();
    for text in decoded(mail) {
        found.extend(host.find_iter(&text).map(|one| one.as_str().to_lowercase()));
        found.extend(local.captures_iter(&text).map(|one: Captures<'_>| format!("{}@", one[1].to_lowercase())));
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a name before an `@` is that of a role or of a mail system.
fn is_role(local: &str) -> bool {
    let local = local.trim_end_matches('@');
    ["postmaster", "mailer-daemon", "abuse", "noreply", "no-reply"].contains(&local) || KNOWN.is_sender(local)
}

#[test]
fn nothing_private_is_left_of_any_sample_mail() {
    let mut looked_at = 0;
    for folder in ["tests/layouts", "tests/mails"] {
        for entry in fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "eml") {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            let mail = PRIVATE.iter().fold(String::from_utf8_lossy(&bytes).into_owned(), |mail, (nobodys, own)| mail.replace(nobodys, own));
            let sample = redacted(mail.as_bytes());
            assert!(sample.changes.is_empty(), "{}: {:?}", path.display(), sample.changes);
            let left = decoded(sample.text.as_bytes()).join("\n").to_lowercase();
            for own in private_things(mail.as_bytes()).into_iter().filter(|own| !is_role(own)) {
                assert!(!left.contains(&own), "{own} is left of {}:\n{}", path.display(), sample.text);
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 500, "only {looked_at} private things were looked for");
}

/// Everything private in a made-up mail.
#[derive(Debug, Clone)]
struct Private {
    sender: String,
    recipient: String,
    name: String,
    host: String,
    ip: String,
    subject: String,
    id: String,
}

fn private() -> impl Strategy<Value = Private> {
    let letters = "[b-df-hj-np-tv-xz]{5,7}";
    let domain =
        (letters, prop_oneof![Just("internal"), Just("co.jp"), Just("museum")]).prop_map(|(label, top)| format!("zq{label}.{top}"));
    let local = (letters, prop_oneof!["", "\\.[b-d]{4}", "\\+[f-h]{4}", "_[jk]{4}"]).prop_map(|(front, back)| format!("zx{front}{back}"));
    let name = prop_oneof![Just("四十八願 小鳥遊".to_owned()), letters.prop_map(|word| format!("Zy{word} Zw{word}"))];
    let ip = prop_oneof![
        (1..255u8, 1..255u8).prop_map(|(a, b)| format!("10.77.{a}.{b}")),
        (0x1000..0xffffu16).prop_map(|a| format!("2a0f:7:{a:x}::25"))
    ];
    let words = (letters, letters).prop_map(|(one, two)| format!("Zv{one} and zu{two}"));
    (local.clone(), local, domain.clone(), domain, name, ip, words, "[0-9]{4}[A-F]{4}[0-9]{3}").prop_map(
        |(sender, recipient, here, there, name, ip, subject, id)| Private {
            sender: format!("{sender}@{here}"),
            recipient: format!("{recipient}@{there}"),
            host: format!("mx7.{there}"),
            name,
            ip,
            subject,
            id,
        },
    )
}

/// A text in quoted-printable, every letter of it coded (RFC 2045, section 6.7).
fn quoted_printable(text: &str) -> String {
    let line = |line: &str| {
        let coded: Vec<String> = line.bytes().map(|byte| format!("={byte:02X}")).collect();
        coded.chunks(24).map(<[String]>::concat).collect::<Vec<_>>().join("=\n")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// A delivery status notification about it, the words plain or coded.
fn notification(it: &Private, coded: bool) -> String {
    let Private { sender, recipient, name, host, ip, subject, id } = it;
    let words = format!(
        "This is the mail system at host {host}.\n\nI could not deliver your mail \"{subject}\" of {name}.\n\n<{recipient}>: host {host}[{ip}] said: 550 5.1.1\n    <{recipient}>: Recipient address rejected: User unknown (in reply to RCPT TO command)\n"
    );
    let (coding, words) = if coded { ("quoted-printable", quoted_printable(&words)) } else { ("8bit", words) };
    let word = |text: &str| format!("=?utf-8?Q?{}?=", text.bytes().map(|byte| format!("={byte:02X}")).collect::<String>());
    format!(
        "Received: from {host} ({host} [{ip}]) by mail.example.jp id {id}\nFrom: Mail Delivery System <MAILER-DAEMON@{host}>\nTo: {from} <{sender}>\n\
         Subject: Undelivered Mail Returned to Sender\nDate: Mon, 3 Feb 2025 10:00:00 +0900\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"XX\"\n\n--XX\nContent-Type: text/plain; charset=utf-8\n\
         Content-Transfer-Encoding: {coding}\n\n{words}\n--XX\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\n\
         X-Postfix-Queue-ID: {id}\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; {host}\n\
         Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address rejected: User unknown\n\n--XX\nContent-Type: message/rfc822\n\n\
         Received: from [{ip}] by {host}\nMessage-ID: <{id}@{host}>\nFrom: {from} <{sender}>\nTo: <{recipient}>\nSubject: {title}\n\n\
         Dear {recipient}, {name} says {subject}.\n--XX--\n",
        from = word(name),
        title = word(subject),
    )
}

/// The prose of qmail about it.
fn prose(it: &Private) -> String {
    let Private { sender, recipient, name, host, ip, subject, id } = it;
    format!(
        "From: MAILER-DAEMON@{host}\nTo: {sender}\nSubject: failure notice\nDate: Mon, 3 Feb 2025 10:00:00 +0900\n\n\
         Hi. This is the qmail-send program at {host}.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\
         This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{recipient}>:\n{ip} does not like recipient.\n\
         Remote host said: 550 5.1.1 <{recipient}>: User unknown\nGiving up on {ip}.\n\n--- Below this line is a copy of the message.\n\n\
         Return-Path: <{sender}>\nReceived: (qmail 4711 invoked from network); 3 Feb 2025 01:00:00 -0000\nMessage-ID: <{id}@{host}>\n\
         From: \"{name}\" <{sender}>\nTo: {recipient}\nSubject: {subject}\n\n{name} says {subject}.\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_private_is_left_of_a_made_up_mail(it in private(), coded: bool) {
        for mail in [notification(&it, coded), prose(&it)] {
            let sample = redacted(mail.as_bytes());
            prop_assert!(sample.changes.is_empty(), "{:?}\n{}", sample.changes, mail);
            let left = decoded(sample.text.as_bytes()).join("\n").to_lowercase();
            let locals = [&it.sender, &it.recipient].map(|address| address.split('@').next().unwrap_or_default().to_owned());
            let domain = it.host.trim_start_matches("mx7.").to_owned();
            let own = [&it.sender, &it.recipient, &it.name, &it.host, &it.ip, &it.subject, &it.id, &domain].map(String::as_str);
            for own in own.into_iter().chain(locals.iter().map(String::as_str)).chain(it.name.split(' ')) {
                prop_assert!(!left.contains(&own.to_lowercase()), "{} is left in\n{}", own, sample.text);
            }
            prop_assert!(sample.stays.is_empty(), "{:?}", sample.stays);
        }
    }
}

#[test]
fn names_in_other_forms_go_too() {
    let text = "550 5.7.1 host mx.お店.jp[10.1.2.3] said: refused by ldap:ou=verkauf,dc=kaisha,dc=zq; MTS-ID c=jp;a= ;p=Kaisha;l=DESK0702";
    let redacted = modori::authoring::redact_text(&ENGINE, &KNOWN, text);
    for own in ["お店", "10.1.2", "verkauf", "kaisha", "desk0702"] {
        assert!(!redacted.text.to_lowercase().contains(own), "{own} is left in {}", redacted.text);
    }
}

#[test]
fn names_that_rules_need_stay_and_are_told_and_others_go() {
    let text = "<sato@docomo.ne.jp>: host mfsmax.docomo.ne.jp[10.1.2.3] said: 550 Unknown user sato@docomo.ne.jp, mail from kato@gmail.com";
    let redacted = modori::authoring::redact_text(&ENGINE, &KNOWN, text);
    assert!(redacted.changes.is_empty(), "{:?}", redacted.changes);
    assert!(redacted.stays.iter().any(|name| name == "docomo.ne.jp"), "{:?}", redacted.stays);
    assert!(redacted.text.contains("docomo.ne.jp") && !redacted.text.contains("gmail"), "{}", redacted.text);
}
