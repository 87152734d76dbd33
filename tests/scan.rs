//! `modori scan` from the outside: where mails may be, in which order and form the answers come, and how it ends.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

/// What a run gave: stdout, stderr, exit status.
type Output = (String, String, i32);

fn scan(args: &[&str], paths: &[&Path], stdin: impl Into<Vec<u8>>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
    command.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C").env_remove("NO_COLOR");
    let output = command.arg("scan").args(args).args(paths).write_stdin(stdin.into()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

/// `file kind recipient category`, in order; the file without its folder.
fn lines(args: &[&str], paths: &[&Path], stdin: impl Into<Vec<u8>>) -> Vec<String> {
    let (out, err, _) = scan(&[&["--format", "ndjson"], args].concat(), paths, stdin);
    assert_eq!(err, "");
    let show = |record: &Value, key: &str| record[key].as_str().unwrap_or("-").to_owned();
    let line = |record: Value| {
        let file = show(&record, "file");
        let number = record["mail"].as_u64().map(|number| format!(":{number}")).unwrap_or_default();
        let file = file.rsplit('/').next().unwrap_or_default().to_owned() + &number;
        format!("{file} {} {} {}", show(&record, "kind"), show(&record, "recipient"), show(&record, "category"))
    };
    out.lines().map(|text| line(serde_json::from_str(text).unwrap())).collect()
}

/// A bounce of our own to `recipient`.
fn bounce(recipient: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender\nDate: Mon, 3 Feb 2025 10:00:00 +0900\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.2.2\n\
         Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n\n--b\nContent-Type: message/rfc822\n\nFrom: hanako@example.net\n\
         Subject: =Lunch, \"today\"\nMessage-ID: <m1@example.net>\n\nFrom here on it is a mail.\n\n--b--\n"
    )
}

const LETTER: &str = "From: hanako@example.net\nTo: taro@example.jp\nSubject: Lunch\n\nAre you coming?\n";
const FROM: &str = "From MAILER-DAEMON Mon Feb  3 10:00:00 2025\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    root
}

#[test]
fn lines_may_end_in_anything() {
    let mail = bounce("taro@example.jp");
    let root = folder(&[
        ("1-lf.eml", mail.as_bytes()),
        ("2-crlf.eml", mail.replace('\n', "\r\n").as_bytes()),
        ("3-cr.eml", mail.replace('\n', "\r").as_bytes()),
    ]);
    let want = ["1-lf.eml", "2-crlf.eml", "3-cr.eml"].map(|file| format!("{file} bounce taro@example.jp mailbox_full"));
    assert_eq!(lines(&[], &[root.path()], ""), want);
}

#[test]
fn a_maildir_is_read_without_what_is_no_mail_and_may_be_empty() {
    let mail = bounce("taro@example.jp");
    let root = folder(&[
        ("new/1", mail.as_bytes()),
        ("cur/2:2,S", mail.as_bytes()),
        ("tmp/3", mail.as_bytes()),
        ("dovecot-uidlist", mail.as_bytes()),
        (".Bounces/cur/4", mail.as_bytes()),
    ]);
    fs::create_dir(root.path().join(".Bounces/new")).unwrap();
    let want = ["4", "2:2,S", "1"].map(|file| format!("{file} bounce taro@example.jp mailbox_full"));
    assert_eq!(lines(&[], &[root.path()], ""), want);
    let empty = tempfile::tempdir().unwrap();
    for name in ["cur", "new", "tmp"] {
        fs::create_dir(empty.path().join(name)).unwrap();
    }
    assert_eq!(scan(&[], &[empty.path()], ""), (String::new(), String::new(), 0));
    assert_eq!(scan(&["--format", "json"], &[empty.path()], "").0, "[]\n");
}

#[test]
fn an_mbox_gives_its_mails_by_number_whichever_quoting_it_has() {
    let quoted = |mail: &str, by: &str| mail.replace("\nFrom here", &format!("\n{by}From here"));
    let one = quoted(&bounce("taro@example.jp"), ">");
    let text = format!("{FROM}{one}\n{FROM}{LETTER}\n{FROM}{}\n", quoted(&bounce("jiro@example.jp"), ">>"));
    let want = ["bounces:1 bounce taro@example.jp mailbox_full", "bounces:3 bounce jiro@example.jp mailbox_full"];
    let root = folder(&[("bounces", text.as_bytes()), ("packed.gz", &gzip(text.as_bytes()))]);
    assert_eq!(lines(&[], &[&root.path().join("bounces")], ""), want);
    assert_eq!(lines(&[], &[&root.path().join("packed.gz")], ""), want.map(|line| line.replace("bounces", "packed.gz")));
    assert_eq!(lines(&[], &["-".as_ref()], text.as_bytes()), want.map(|line| line.replace("bounces", "-")));
}

#[test]
fn stdin_may_be_a_mail_with_or_without_a_from_line() {
    let mail = bounce("taro@example.jp");
    for text in [mail.clone().into_bytes(), format!("{FROM}{mail}").into_bytes(), gzip(mail.as_bytes())] {
        assert_eq!(lines(&[], &["-".as_ref()], text), ["- bounce taro@example.jp mailbox_full"]);
    }
    assert_eq!(scan(&[], &["-".as_ref()], ""), (String::new(), String::new(), 0));
}

const SES: &str = r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"Suppressed","bouncedRecipients":[
    {"emailAddress":"taro@example.jp","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"},
    {"emailAddress":"jiro@example.jp"}],"timestamp":"2025-02-03T00:06:40.502Z"},
    "mail":{"source":"hanako@example.net","messageId":"m1","commonHeaders":{"subject":"Lunch"}}}"#;

#[test]
fn notices_of_ses_are_read_bare_and_in_their_envelope() {
    let envelope = serde_json::json!({ "Type": "Notification", "Message": SES }).to_string();
    let complaint = r#"{"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"taro@example.jp"}]}}"#;
    let delivery = r#"{"notificationType":"Delivery","delivery":{"recipients":["taro@example.jp"],"smtpResponse":"250 ok"}}"#;
    for text in [SES.to_owned(), envelope, format!("[{SES}]")] {
        let found = lines(&[], &["-".as_ref()], text);
        assert_eq!(found, ["- bounce taro@example.jp user_unknown", "- bounce jiro@example.jp suppressed"]);
    }
    let found = lines(&[], &["-".as_ref()], format!("{complaint}\n{delivery}\n{{\"other\":1}}\n"));
    assert_eq!(found, ["- complaint taro@example.jp complaint", "- success taro@example.jp delivered"]);
    let mail = format!("From: no-reply@sns.amazonaws.com\nSubject: AWS Notification Message\n\n{SES}\n\n--\nIf you wish to stop\n");
    for text in [mail.clone(), mail.replace('\n', "\r\n")] {
        let found = lines(&[], &["-".as_ref()], text);
        assert_eq!(found, ["- bounce taro@example.jp user_unknown", "- bounce jiro@example.jp suppressed"], "by mail");
    }
    let (out, ..) = scan(&["--format", "json"], &["-".as_ref()], SES);
    let record = &serde_json::from_str::<Value>(&out).unwrap()[0];
    let values = ["sender", "subject", "message_id", "date", "status", "reply", "reporter"].map(|key| record[key].as_str().unwrap());
    assert_eq!(values, ["hanako@example.net", "Lunch", "m1", "2025-02-03", "5.1.1", "550", "amazon-ses"]);
}

#[test]
fn webhooks_of_sending_services_are_read() {
    let sendgrid = r#"[{"email":"a@example.jp","timestamp":1738540800,"event":"bounce","sg_event_id":"x","reason":"552 5.2.2 Mailbox full","status":"5.2.2","type":"bounce"},
        {"email":"b@example.jp","event":"dropped","sg_event_id":"y","reason":"Bounced Address"},{"email":"c@example.jp","event":"open","sg_event_id":"z"}]"#;
    let mailgun = r#"{"event-data":{"event":"failed","severity":"permanent","reason":"suppress-bounce","recipient":"d@example.jp","delivery-status":{"code":605,"message":""}}}"#;
    let postmark = r#"{"RecordType":"Bounce","Type":"SpamNotification","Email":"e@example.jp","Details":"smtp;554 rejected","BouncedAt":"2025-02-03T00:06:40Z"}
        {"RecordType":"Bounce","Type":"AutoResponder","Email":"f@example.jp"}"#;
    let sparkpost = r#"[{"msys":{"message_event":{"type":"bounce","bounce_class":"10","rcpt_to":"g@example.jp","raw_reason":"550 5.1.1 no"}}},
        {"msys":{"message_event":{"type":"spam_complaint","rcpt_to":"h@example.jp"}}}]"#;
    let found = lines(&[], &["-".as_ref()], [sendgrid, mailgun, postmark, sparkpost].join("\n"));
    let want = [
        "a@example.jp mailbox_full",
        "b@example.jp suppressed",
        "d@example.jp suppressed",
        "e@example.jp spam_detected",
        "f@example.jp auto_reply",
        "g@example.jp user_unknown",
        "h@example.jp complaint",
    ];
    let found: Vec<&str> = found.iter().map(|line| line.splitn(3, ' ').nth(2).unwrap()).collect();
    assert_eq!(found, want);
}

#[test]
fn json_that_breaks_off_is_said_and_what_was_whole_is_kept() {
    let (out, err, code) = scan(&["--format", "ndjson"], &["-".as_ref()], format!("{SES}\n{}", &SES[..80]));
    assert_eq!((out.lines().count(), code), (2, 1));
    assert!(err.starts_with("modori: - cannot be read: its JSON is broken"), "{err}");
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_goes_on() {
    let mail = bounce("taro@example.jp");
    let root = folder(&[("a/1.eml", mail.as_bytes()), ("b/2.eml", mail.as_bytes()), ("c.eml.gz", &gzip(mail.as_bytes())[..40])]);
    let gone = root.path().join("gone.eml");
    #[cfg(unix)]
    std::os::unix::fs::symlink(root.path(), root.path().join("a/up")).unwrap();
    let (out, err, code) = scan(&["--format", "ndjson"], &[root.path(), &gone], "");
    assert_eq!((out.lines().count(), code), (2, 1), "{err}");
    let said: Vec<&str> = err.lines().map(|line| line.split(" cannot be read: ").next().unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(said, if cfg!(unix) { vec!["up", "c.eml.gz", "gone.eml"] } else { vec!["c.eml.gz", "gone.eml"] });
    assert_eq!(scan(&[], &[&gone], "").2, 2, "nothing at all could be read");
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_said_and_the_rest_goes_on() {
    use std::os::unix::fs::PermissionsExt as _;
    let mail = bounce("taro@example.jp");
    let root = folder(&[("a/1.eml", mail.as_bytes()), ("b/2.eml", mail.as_bytes())]);
    let closed = root.path().join("a");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let is_closed = fs::read_dir(&closed).is_err();
    let (out, err, code) = scan(&["--format", "ndjson"], &[root.path()], "");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    // Whoever may read everything reads this too.
    if is_closed {
        assert_eq!((out.lines().count(), code), (1, 1));
        assert!(err.contains("/a cannot be read: "), "{err}");
    } else {
        assert_eq!((out.lines().count(), code, err.as_str()), (2, 0, ""));
    }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let mails: Vec<(String, String)> = (0..700).map(|n| (format!("{n:03}.eml"), bounce(&format!("u{n}@example.jp")))).collect();
    let files: Vec<(&str, &[u8])> = mails.iter().map(|(name, mail)| (name.as_str(), mail.as_bytes())).collect();
    let root = folder(&files);
    for format in ["ndjson", "json", "text", "csv"] {
        let alone = scan(&["--format", format, "--threads", "1"], &[root.path()], "");
        assert!(alone.0.matches("u699@example.jp").count() >= 1 && alone.2 == 0);
        assert!(alone == scan(&["--format", format, "--threads", "3"], &[root.path()], ""), "{format} differs");
        assert!(alone == scan(&["--format", format], &[root.path()], ""), "{format} differs");
    }
}

#[test]
fn csv_gives_back_what_the_record_says() {
    let root = folder(&[("a.eml", bounce("taro@example.jp").as_bytes()), ("b.eml", LETTER.as_bytes())]);
    let (json, ..) = scan(&["--format", "ndjson", "--all"], &[root.path()], "");
    let (table, _, code) = scan(&["--format", "csv", "--all"], &[root.path()], "");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), code), (2, 0));
    for (row, record) in rows.iter().zip(json.lines()) {
        let record: Value = serde_json::from_str(record).unwrap();
        for (column, cell) in columns.iter().zip(row) {
            match &record[column] {
                Value::String(text) if text.starts_with('=') => assert_eq!(cell, format!("'{text}"), "no formula"),
                Value::String(text) => assert_eq!(cell, text, "{column}"),
                Value::Number(number) => assert_eq!(cell, number.to_string()),
                Value::Null => assert_eq!(cell, "", "{column}"),
                _ => {}
            }
        }
    }
    assert!(table.contains("\"'=Lunch, \"\"today\"\"\""), "{table}");
    assert_eq!(scan(&["--format", "csv"], &["-".as_ref()], "").0.lines().count(), 1, "the header alone");
}

#[test]
fn sisimai_finds_its_own_names() {
    let root = folder(&[("a.eml", bounce("taro@example.jp").as_bytes()), ("b.eml", LETTER.as_bytes())]);
    let (out, ..) = scan(&["--format", "sisimai", "--all"], &[root.path()], "");
    let facts: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(facts.len(), 1);
    for (key, want) in [
        ("reason", "mailboxfull"),
        ("recipient", "taro@example.jp"),
        ("destination", "example.jp"),
        ("addresser", "hanako@example.net"),
        ("senderdomain", "example.net"),
        ("deliverystatus", "5.2.2"),
        ("replycode", "552"),
        ("action", "failed"),
        ("diagnostictype", "SMTP"),
        ("diagnosticcode", "552 5.2.2 Mailbox full"),
        ("lhost", "mx.example.net"),
        ("messageid", "m1@example.net"),
        ("subject", "=Lunch, \"today\""),
        ("timezoneoffset", "+0000"),
        ("alias", ""),
    ] {
        assert_eq!(facts[0][key], want, "{key}");
    }
    assert_eq!((&facts[0]["hardbounce"], &facts[0]["timestamp"]), (&false.into(), &1_738_540_800.into()));
}

#[test]
fn mails_that_report_nothing_are_named_when_asked_for() {
    let root = folder(&[("a.eml", LETTER.as_bytes()), ("b.eml", bounce("taro@example.jp").as_bytes())]);
    assert_eq!(lines(&[], &[root.path()], ""), ["b.eml bounce taro@example.jp mailbox_full"]);
    assert_eq!(lines(&["--all"], &[root.path()], ""), ["a.eml not_a_report - -", "b.eml bounce taro@example.jp mailbox_full"]);
    let (out, ..) = scan(&["--format", "ndjson", "--all"], &[root.path()], "");
    let keys = |line: &str| serde_json::from_str::<Value>(line).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let records: Vec<&str> = out.lines().collect();
    assert_eq!(keys(records[0]), keys(records[1]), "the keys are the same");
    assert!(scan(&["--all"], &[root.path()], "").0.contains("a.eml\nnot a report\n"));
}

#[test]
fn a_summary_counts_and_names() {
    let unknown = bounce("jiro@example.jp").replace("552 5.2.2 Mailbox full", "zzz").replace("Status: 5.2.2\n", "");
    let root = folder(&[
        ("a.eml", bounce("taro@example.jp").as_bytes()),
        ("b.eml", LETTER.as_bytes()),
        ("c.eml", unknown.as_bytes()),
        ("d.gz", b"\x1f\x8bxx"),
    ]);
    let (out, _, code) = scan(&["--summary"], &[root.path()], "");
    let shown: Vec<String> = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for want in [
        "mails read 3",
        "reports 2",
        "Mailbox full 1 ██████████████████████████████",
        "Mails whose reason is unknown (1)",
        "Could not be read (1)",
    ] {
        assert!(shown.iter().any(|line| line == want), "{want} in {out}");
    }
    assert!(out.contains("/c.eml\n") && out.contains("/d.gz\n") && !out.contains("/a.eml"), "{out}");
    assert_eq!(code, 1);
    assert!(scan(&["--summary", "--lang", "ja"], &[root.path()], "").0.contains("理由別"));
    let (text, ..) = scan(&[], &[root.path()], "");
    assert!(text.ends_with(&format!("\n{out}")), "it stands below the answers");
    let (json, ..) = scan(&["--format", "json"], &[root.path()], "");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap().len(), 2, "JSON has none");
    assert!(!scan(&[], &[&root.path().join("a.eml")], "").0.contains("mails read"), "one mail needs none");
}

#[test]
fn a_mail_with_very_many_recipients_is_answered_whole() {
    let fields: String =
        (0..2_500).map(|n| format!("\nFinal-Recipient: rfc822; u{n}@example.jp\nAction: failed\nStatus: 5.2.2\n")).collect();
    let mail = bounce("taro@example.jp");
    let (before, after) = mail.split_at(mail.find("\nFinal-Recipient").unwrap());
    let mail = format!("{before}{fields}{after}");
    let (out, ..) = scan(&["--format", "ndjson"], &["-".as_ref()], mail.as_bytes());
    let indexes: Vec<u64> = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["index"].as_u64().unwrap()).collect();
    assert!(indexes.iter().copied().eq(0..2_501));
    let (out, ..) = scan(&["--summary"], &["-".as_ref()], mail);
    assert!(out.contains("mails read                   1") && out.contains(" 2501\n"), "{out}");
}

#[test]
fn no_progress_is_shown_where_no_terminal_is() {
    let root = folder(&[("a.eml", bounce("taro@example.jp").as_bytes())]);
    assert_eq!(scan(&["--summary"], &[root.path()], "").1, "");
    assert_eq!(scan(&["--format", "ndjson"], &[root.path()], "").1, "");
}

#[test]
fn evidence_is_given_where_there_is_a_place_for_it() {
    let root = folder(&[("a.eml", bounce("taro@example.jp").as_bytes())]);
    let (out, ..) = scan(&["--explain", "--format", "ndjson"], &[root.path()], "");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["evidence"]["words"], "Mailbox full");
    assert!(scan(&["--explain"], &[root.path()], "").0.contains("Evidence"));
    let (_, err, code) = scan(&["--explain", "--format", "csv"], &[root.path()], "");
    assert!(code == 2 && err.contains("--explain"), "{err}");
}
