//! The same words mean the same on every road: each rule's examples, wrapped as a reply, as a DSN and as the prose of five mail
//! systems, get the category of the bare text.

use std::fmt::Write as _;

use modori::Engine;
use modori::mail::Report;
use modori::model::{Diagnosis, Example, Stage};
use modori::suite::{Case, Input, example_cases};

const RECIPIENT: &str = "taro@example.com";
const HOST: &str = "mx.example.com";

/// How a text is wrapped.
struct Road {
    name: &'static str,
    wrap: fn(&Example) -> String,
    /// The stages that it can tell.
    tells: &'static [Stage],
}

const ROADS: &[Road] = &[
    Road { name: "reply", wrap: reply, tells: &[] },
    Road { name: "dsn", wrap: dsn, tells: &[] },
    Road { name: "postfix", wrap: postfix, tells: &[Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Body] },
    Road { name: "sendmail", wrap: sendmail, tells: &[Stage::Mail, Stage::Rcpt, Stage::Body] },
    Road { name: "qmail", wrap: qmail, tells: &[] },
    Road { name: "exim", wrap: exim, tells: &[Stage::Conn, Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Body] },
    Road { name: "opensmtpd", wrap: opensmtpd, tells: &[] },
];

fn recipient(example: &Example) -> &str {
    example.recipient.as_deref().unwrap_or(RECIPIENT)
}

fn host(example: &Example) -> &str {
    example.remote.as_deref().unwrap_or(HOST)
}

/// The text as a line of SMTP: with a code in front where it has none.
fn line(example: &Example) -> String {
    let text = example.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let coded = text.as_bytes().first_chunk().is_some_and(|[a, b, c]| b"245".contains(a) && b.is_ascii_digit() && c.is_ascii_digit());
    let code = example.reply.map_or_else(|| "550".to_owned(), |reply| reply.to_string());
    let status = example.status.map(|status| format!("{status} ")).unwrap_or_default();
    if coded { text } else { format!("{code} {status}{text}") }
}

fn headers(from: &str, subject: &str) -> String {
    format!("From: {from}\nTo: <hanako@example.net>\nSubject: {subject}\nDate: Mon, 3 Feb 2025 10:00:00 +0900\n")
}

fn reply(example: &Example) -> String {
    line(example)
}

fn dsn(example: &Example) -> String {
    let mut mail = headers("Mail Delivery Subsystem <mailer-daemon@mx.example.net>", "Delivery report");
    mail.push_str("MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\n");
    mail.push_str("Content-Type: text/plain\n\nYour mail could not be delivered.\n\n--b\nContent-Type: message/delivery-status\n\n");
    let status = example.status.map_or_else(|| "5.0.0".to_owned(), |status| status.to_string());
    let _ = write!(
        mail,
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {}\nAction: failed\nStatus: {status}\nRemote-MTA: dns; {}\n\
         Diagnostic-Code: smtp; {}\n\n--b--\n",
        recipient(example),
        host(example),
        line(example)
    );
    mail
}

fn postfix(example: &Example) -> String {
    let stage = match example.stage {
        Some(Stage::Mail) => " (in reply to MAIL FROM command)",
        Some(Stage::Rcpt) => " (in reply to RCPT TO command)",
        Some(Stage::Data) => " (in reply to DATA command)",
        Some(Stage::Body) => " (in reply to end of DATA command)",
        _ => "",
    };
    let (name, host) = (recipient(example), host(example));
    let mail = headers("MAILER-DAEMON@mx.example.net (Mail Delivery System)", "Undelivered Mail Returned to Sender");
    format!(
        "{mail}\nThis is the mail system at host mx.example.net.\n\n                   The mail system\n\n<{name}>: host {host}[192.0.2.1] said: {}{stage}\n",
        line(example)
    )
}

fn sendmail(example: &Example) -> String {
    let name = recipient(example);
    let sent = match example.stage {
        Some(Stage::Mail) => ">>> MAIL From:<hanako@example.net>\n".to_owned(),
        Some(Stage::Rcpt) => format!(">>> RCPT To:<{name}>\n"),
        Some(Stage::Body) => ">>> DATA\n".to_owned(),
        _ => String::new(),
    };
    let mail = headers("Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>", "Returned mail: see transcript for details");
    format!(
        "{mail}\n   ----- The following addresses had permanent fatal errors -----\n<{name}>\n\n   ----- Transcript of session follows -----\n\
         ... while talking to {}.:\n{sent}<<< {}\n",
        host(example),
        line(example)
    )
}

fn qmail(example: &Example) -> String {
    let mail = headers("MAILER-DAEMON@mx.example.net", "failure notice");
    format!(
        "{mail}\nHi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\
         This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{}>:\nRemote host said: {}\n",
        recipient(example),
        line(example)
    )
}

fn exim(example: &Example) -> String {
    let stage = match example.stage {
        Some(Stage::Conn) => "initial connection",
        Some(Stage::Mail) => "MAIL FROM:<hanako@example.net>",
        Some(Stage::Rcpt) => "RCPT TO:<taro@example.com>",
        Some(Stage::Data) => "DATA",
        Some(Stage::Body) => "end of data",
        _ => "",
    };
    let host = format!("host {} [192.0.2.1]\n    SMTP error from remote mail server after {stage}:\n    ", host(example));
    let said = if stage.is_empty() { String::new() } else { host };
    let mail = headers("Mail Delivery System <Mailer-Daemon@mx.example.net>", "Mail delivery failed: returning message to sender");
    format!(
        "{mail}\nThis message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\n\
         recipients. This is a permanent error. The following address(es) failed:\n\n  {}\n    {said}{}\n",
        recipient(example),
        line(example)
    )
}

fn opensmtpd(example: &Example) -> String {
    let mail = headers("Mailer Daemon <MAILER-DAEMON@mx.example.net>", "Delivery status notification: error");
    format!(
        "{mail}\n    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\n{}: {}\n\n    Below is a copy of the original message:\n",
        recipient(example),
        line(example)
    )
}

/// Rules whose words rightly mean something else on some road: road, rule, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("", "phrases-en-routes/connection-refused", "said by the other side, a refused connection is a refusal and no trouble of the network"),
    ("sendmail", "phrases-en-sessions/security-error", "likewise: 503 5.5.1 AUTH not available"),
    ("sendmail", "reply/command-not-accepted", "a 503 in a session only follows from what was refused before"),
];

/// Why the words of a case cannot travel on a road, if they cannot.
fn stays_home(case: &Case, example: &Example, road: &Road, bare: &Diagnosis<'_>) -> Option<&'static str> {
    if example.kind.is_some() {
        return Some("a report of another kind");
    }
    if example.date.is_some() {
        return Some("a date of its own");
    }
    if case.from.customer_of.is_some() || case.from.presumed.is_some() {
        return Some("only in one provider's mouth or eyes");
    }
    if example.stage.is_some_and(|stage| !road.tells.contains(&stage)) {
        return Some("the stage is lost");
    }
    if bare.reply.is_none() && bare.words.is_none() {
        return Some("it goes by codes that the road would replace");
    }
    if bare.failure.utterances.len() > 1 || bare.failure.recipient.is_some() && example.recipient.is_none() {
        return Some("it is wrapped already");
    }
    None
}

fn category<'e>(engine: &'e Engine, diagnosis: &Diagnosis<'_>) -> &'e str {
    &engine.set().category(diagnosis.category).id
}

fn travel(engine: &Engine, road: &Road, example: &Example) -> String {
    let wrapped = (road.wrap)(example);
    if road.name == "reply" {
        return category(engine, &engine.lookup(&wrapped, Default::default())).to_owned();
    }
    match engine.read_mail(wrapped.as_bytes()) {
        Report::Failures(failures) => {
            let found: Vec<&str> =
                failures.into_iter().map(|failure| category(engine, &engine.diagnose(failure, Default::default()))).collect();
            found.join(" ")
        }
        Report::NoReport(_) => "no report".to_owned(),
    }
}

#[test]
fn the_same_words_mean_the_same_on_every_road() {
    let engine = Engine::load(Vec::new()).expect("the shipped rules load");
    let (mut travelled, mut home, mut differ) = (0, 0, Vec::new());
    for case in example_cases(engine.set()).iter().filter(|case| case.expected.must.rule.is_some()) {
        let (Input::Text(example), Some(bare)) = (&case.input, case.diagnose(&engine)) else { continue };
        let want = category(&engine, &bare);
        for road in ROADS {
            if stays_home(case, example, road, &bare).is_some() {
                home += 1;
                continue;
            }
            travelled += 1;
            let got = travel(&engine, road, example);
            if got != want {
                differ.push((road.name, case.name.clone(), format!("{want} -> {got}: {}", example.text)));
            }
        }
    }
    let excused = |road: &str, case: &str, entry: &(&str, &str, &str)| {
        (entry.0.is_empty() || entry.0 == road) && case.strip_prefix(entry.1).is_some_and(|rest| rest.starts_with(' '))
    };
    for entry in OTHERWISE {
        assert!(differ.iter().any(|(road, case, _)| excused(road, case, entry)), "{entry:?} excuses nothing");
    }
    differ.retain(|(road, case, _)| !OTHERWISE.iter().any(|entry| excused(road, case, entry)));
    assert!(travelled > 4 * home, "{travelled} travelled, {home} stayed at home");
    assert!(differ.is_empty(), "{} of {travelled} differ: {differ:#?}", differ.len());
}
