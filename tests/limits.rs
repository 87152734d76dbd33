//! Mails that are too much: they are read as far as anything reads, and it is said where that was not all.

#[path = "common/mails.rs"]
mod mails;

use std::fmt::Write as _;

use mails::{mail, scan_with, summary_with};
use modori::Engine;
use modori::model::Limit;

static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));

/// A notification about as many recipients, each with the field lines of its own and a paragraph on the page.
fn notification(count: usize) -> String {
    let mut page = String::from("This is the mail system at host mx.example.net.\n");
    let mut fields = String::from("Reporting-MTA: dns; mx.example.net\n");
    for number in 0..count {
        let _ = write!(
            page,
            "\n<u{number}@example.jp>: host mx.example.jp[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n"
        );
        let _ = write!(fields, "\nFinal-Recipient: rfc822; u{number}@example.jp\nAction: failed\nStatus: 5.1.1\n");
    }
    format!(
        "From: MAILER-DAEMON@example.net\nSubject: Undelivered Mail Returned to Sender\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\n{page}\n--b\nContent-Type: message/delivery-status\n\n{fields}\n--b--\n"
    )
}

#[test]
fn as_many_recipients_as_there_are_get_their_own_words() {
    let summary = summary_with(&ENGINE, notification(3_000).as_bytes());
    assert_eq!(summary.len(), 3_000);
    assert!(summary.iter().enumerate().all(|(number, line)| *line == format!("u{number}@example.jp user_unknown RCPT 5.1.1")));
}

#[test]
fn recipients_above_the_limit_are_left_out_and_that_is_said() {
    let mut report = String::from("From: MAILER-DAEMON@example.net\nSubject: x\n\nReporting-MTA: dns; mx.example.net\n");
    for number in 0..100_001 {
        let _ = write!(report, "\nFinal-Recipient: rfc822; u{number}@example.jp\n");
    }
    let modori::mail::Report::Failures(failures) = ENGINE.read_mail(report.as_bytes()) else { panic!("no report") };
    assert_eq!(failures.len(), 100_000);
    assert_eq!(failures[0].limit, Some(Limit::Recipients));
    assert_eq!(failures[99_999].recipient.as_deref(), Some("u99999@example.jp"));
}

#[test]
fn recipients_that_share_a_long_text_do_not_each_get_a_copy() {
    let mut page = String::from("From: MAILER-DAEMON@example.net\nSubject: x\n\nCould not be delivered because of\n\nUser unknown\n");
    page.push_str(&"and so on, and so on, and so on\n".repeat(10_000));
    for number in 0..20_000 {
        let _ = writeln!(page, "u{number}@example.jp");
    }
    let page = page.replacen("Subject: x", "Subject: Undeliverable Mail", 1);
    let modori::mail::Report::Failures(failures) = ENGINE.read_mail(page.as_bytes()) else { panic!("no report") };
    assert_eq!(failures.len(), 20_000);
    assert!(failures.iter().map(|failure| failure.diagnostic.len()).sum::<usize>() < 50 << 20);
}

#[test]
fn parts_inside_parts_end_somewhere() {
    for part in ["Content-Type: message/rfc822\n\n", "Content-Type: multipart/digest; boundary=b\n\n--b\n\n"] {
        let nested = format!("From: taro@example.net\nSubject: x\n{}", part.repeat(50_000));
        assert_eq!(summary_with(&ENGINE, nested.as_bytes()), Vec::<String>::new());
    }
    let mut nested = String::from("From: taro@example.net\nSubject: x\n");
    for depth in 0..10_000 {
        let _ = write!(nested, "Content-Type: multipart/mixed; boundary=\"b{depth}\"\n\n--b{depth}\n");
    }
    assert_eq!(summary_with(&ENGINE, nested.as_bytes()), Vec::<String>::new());
}

#[test]
fn a_report_with_too_many_parts_behind_it_is_read() {
    let report = String::from_utf8(mail("postfix-two")).unwrap();
    let many = report.replace("\n--b1--\n", &"\n--b1\nContent-Type: text/plain\n\nHi\n".repeat(1_000));
    let failures = scan_with(&ENGINE, many.as_bytes());
    assert_eq!(summary_with(&ENGINE, many.as_bytes()), summary_with(&ENGINE, report.as_bytes()));
    assert!(failures.iter().all(|diagnosis| diagnosis.failure.limit == Some(Limit::Parts)));
}

#[test]
fn only_the_beginning_of_a_huge_mail_is_read() {
    let report = mail("postfix-two");
    let huge = [&report[..], &vec![b'a'; 80 << 20]].concat();
    let failures = scan_with(&ENGINE, &huge);
    assert_eq!(summary_with(&ENGINE, &huge), summary_with(&ENGINE, &report));
    assert!(failures.iter().all(|diagnosis| diagnosis.failure.limit == Some(Limit::Size)));
}

#[test]
fn only_so_many_lines_are_read() {
    let report =
        notification(3).replace("\n\n--b\nContent-Type: message/", &format!("{}\n--b\nContent-Type: message/", "\n".repeat(2_000_000)));
    let failures = scan_with(&ENGINE, report.as_bytes());
    assert_eq!(failures.iter().map(|diagnosis| diagnosis.failure.limit).collect::<Vec<_>>(), [Some(Limit::Size); 3]);
    assert_eq!(summary_with(&ENGINE, report.as_bytes()), summary_with(&ENGINE, notification(3).as_bytes()));
}

#[test]
fn a_mail_that_reports_nothing_up_to_a_limit_says_so() {
    let parts = "--b\nContent-Type: text/plain\n\nHi\n".repeat(1_000);
    let letter = format!("From: taro@example.net\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n");
    assert_eq!(ENGINE.read_mail(letter.as_bytes()), modori::mail::Report::NoReport(Some(Limit::Parts)));
    assert_eq!(ENGINE.read_mail(b"From: taro@example.net\nSubject: x\n\nHi\n"), modori::mail::Report::NoReport(None));
}
