//! Mails of our own making: who failed, with which words, at which stage, and what kind of report it is.

#[path = "common/mails.rs"]
mod mails;

use mails::{mail, scan_with, summary_with};
use modori::Engine;
use modori::mail::Report;
use modori::model::{Diagnosis, Kind};
use proptest::prelude::*;

static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));

fn scan(mail: &[u8]) -> Vec<Diagnosis<'static>> {
    scan_with(&ENGINE, mail)
}

fn summary(mail: &[u8]) -> Vec<String> {
    summary_with(&ENGINE, mail)
}

#[test]
fn fields_and_page_are_read_together() {
    let mail = mail("postfix-two");
    assert_eq!(summary(&mail), ["taro@example.jp user_unknown RCPT 5.1.1", "list@example.com mailbox_full BODY 5.2.2"]);
    let failures = scan(&mail);
    assert_eq!(failures[1].failure.final_recipient.as_deref(), Some("jiro@example.org"));
    assert_eq!(failures[0].failure.remote_host.as_deref(), Some("mx.example.jp"));
    assert_eq!(failures[0].failure.reporting_host.as_deref(), Some("mx.example.net"));
    let returned = |d: &Diagnosis<'_>| {
        [d.failure.sender.clone(), d.failure.subject.clone(), d.failure.message_id.clone()].map(|t| t.unwrap().into_owned())
    };
    assert_eq!(returned(&failures[0]), ["hanako@example.net", "Lunch", "m1@example.net"]);
    assert_eq!(failures[0].failure.date.map(|date| date.to_string()).as_deref(), Some("2025-02-03"));
}

#[test]
fn prose_is_read_by_its_layout() {
    assert_eq!(summary(&mail("sendmail-pipelining")), ["taro@example.jp user_unknown RCPT 5.1.1"]);
    assert_eq!(summary(&mail("qmail")), ["taro@example.jp user_unknown RCPT 5.1.1", "jiro@example.org spam_detected BODY 5.7.1"]);
    assert_eq!(summary(&mail("no-mime")), ["taro@example.jp mailbox_full - 5.2.2"]);
}

#[test]
fn kinds_are_told_apart() {
    for (name, kind) in [
        ("postfix-two", Kind::Bounce),
        ("exim-delay", Kind::Delay),
        ("complaint", Kind::Complaint),
        ("out-of-office", Kind::AutoReply),
        ("success", Kind::Success),
    ] {
        let kinds: Vec<Kind> = scan(&mail(name)).iter().map(|diagnosis| diagnosis.kind).collect();
        assert!(!kinds.is_empty() && kinds.iter().all(|found| *found == kind), "{name}: {kinds:?}");
    }
    assert_eq!(ENGINE.read_mail(&mail("letter")), Report::NoReport(None));
}

#[test]
fn a_delay_says_that_nothing_need_be_sent_again() {
    let mail = mail("exim-delay");
    assert_eq!(summary(&mail), ["taro@example.jp mailbox_full RCPT 4.2.2"]);
    let diagnosis = &scan(&mail)[0];
    assert_eq!((diagnosis.severity.name(), diagnosis.action.name()), ("notice", "wait"));
    let lang = modori::model::Lang::english();
    let waiting = ENGINE.set().category(ENGINE.set().default_category(Kind::Delay));
    let opening = waiting.advice.render(&diagnosis.facts, &lang).unwrap();
    assert!(ENGINE.advice(diagnosis, &lang).unwrap().starts_with(&opening));
}

#[test]
fn line_ends_make_no_difference() {
    let text = String::from_utf8(mail("qmail")).unwrap();
    assert_eq!(summary(text.replace('\n', "\r\n").as_bytes()), summary(text.as_bytes()));
}

#[test]
fn a_message_that_is_cut_off_by_an_outer_boundary_is_survived() {
    let mail = "From: a@example.net\nSubject: x\n\n--b2\nContent-Type: text/plain\n\nHi\n--b2\nContent-Type: message/rfc822\nx: y\n\n--b1\n\
        Content-Type: message/rfc822\n\nMessage-ID: <m1@example.net>\n\nHi\n--b2--\n";
    assert_eq!(summary(mail.as_bytes()), Vec::<String>::new());
    let crossed =
        "From: a@example.net\nSubject: x\nContent-Type: multipart/mixed; boundary=b2\n\n--b2\nContent-Type: message/rfc822\n\n--b2--\n";
    assert_eq!(summary(crossed.as_bytes()), Vec::<String>::new());
}

/// The mail with the lines at two places changed for each other.
fn with_lines_swapped(mail: &[u8], one: usize, other: usize) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = mail.split_inclusive(|byte| *byte == b'\n').collect();
    let count = lines.len();
    lines.swap(one % count, other % count);
    lines.concat()
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let names = [
        "postfix-two",
        "sendmail-pipelining",
        "qmail",
        "exim-delay",
        "complaint",
        "success",
        "no-mime",
        "forwarded",
        "forwarded-inline",
        "no-boundary",
        "utf8-addresses",
        "interscan-session",
        "verp",
    ];
    (prop::sample::select(names.to_vec()), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>(), 0..8_u8).prop_map(
        |(name, one, other, byte, how)| {
            let mut bytes = mail(name);
            let (a, b) = (one.index(bytes.len()), other.index(bytes.len()));
            match how {
                0 => bytes.truncate(a),
                1 => bytes[a] = byte,
                2 => drop(bytes.drain(a.min(b)..a.max(b))),
                3 => bytes.swap(a, b),
                4 => bytes = with_lines_swapped(&bytes, a, b),
                5 => bytes = String::from_utf8_lossy(&bytes).replace("boundary=", "limit=").into_bytes(),
                6 => bytes = encoding_rs::SHIFT_JIS.encode(&String::from_utf8_lossy(&bytes)).0.into_owned(),
                _ => bytes = [&bytes[a..], &bytes[..a]].concat(),
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = scan(&bytes);
    }

    #[test]
    fn broken_mails_are_survived(bytes in mutated()) {
        let _ = scan(&bytes);
    }
}
