//! `modori log` from the outside: what logs give, packed, broken, growing and rotated.

use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::Value;

const ENVIRONMENT: [(&str, &str); 3] = [("XDG_CONFIG_HOME", "/nonexistent"), ("LC_ALL", "C"), ("TZ", "JST-9")];

/// How long anything may take at most.
const LIMIT: Duration = Duration::from_secs(60);

fn run(args: &[&str], stdin: impl Into<Vec<u8>>) -> (String, String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
    command.arg("log").args(args).env_remove("MODORI_RULES").envs(ENVIRONMENT);
    let output = command.write_stdin(stdin.into()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn records(args: &[&str], stdin: impl Into<Vec<u8>>) -> Vec<Value> {
    let (out, ..) = run(&[&["--format", "ndjson"], args].concat(), stdin);
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Some keys of records, each record on a line.
fn keys(records: &[Value], keys: &str) -> Vec<String> {
    let show = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |record: &Value| keys.split(' ').map(|key| show(&record[key])).collect::<Vec<_>>().join(" ");
    records.iter().map(row).collect()
}

fn sample(system: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/logs/{system}.log"))
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

const BOUNCED: &str =
    "2025-02-03T10:11:12Z mx1 postfix/smtp[1]: 4F2A: to=<NAME>, relay=none, delay=1, dsn=5.1.1, status=bounced (550 5.1.1 User unknown)\n";

fn bounced(name: &str) -> String {
    BOUNCED.replace("NAME", name)
}

#[test]
fn the_logs_of_every_system_give_the_same_keys() {
    let shown =
        "line kind recipient final_recipient category sender message_id queue_id reporter remote_host reporting_host status stage time";
    for (system, want) in [
        (
            "postfix",
            &[
                "4 bounce hanako@docomo.ne.jp null recipient_refused s@example.net m1@example.net 3AF4B2C1 postfix mfsmax.docomo.ne.jp mx1 5.0.0 BODY 2025-02-03T10:11:11+09:00",
                "5 delay taro@example.jp null network_error s@example.net m1@example.net 3AF4B2C1 postfix mx.example.jp mx1 4.4.1 CONN 2025-02-03T10:11:11+09:00",
                "6 delay jiro@example.jp null network_error s@example.net m1@example.net 3AF4B2C1 postfix mx.example.jp mx1 4.4.1 CONN 2025-02-03T10:11:11+09:00",
                "7 bounce team@example.org saburo@example.org mailbox_full null null 4Yx2bC0z9RzK1 postfix null mx1 5.2.2 null 2025-02-03T10:11:12+09:00",
                "10 bounce taro@example.jp null network_error s@example.net m1@example.net 3AF4B2C1 postfix mx.example.jp mx1 4.4.1 CONN 2025-02-08T10:11:12+09:00",
            ][..],
        ),
        (
            "sendmail",
            &[
                "2 bounce taro@example.jp null user_unknown s@example.net m2@example.net 513AbC01 sendmail mx.example.jp mx2 5.1.1 null 2025-02-03T10:11:12+09:00",
                "2 bounce jiro@example.jp null user_unknown s@example.net m2@example.net 513AbC01 sendmail mx.example.jp mx2 5.1.1 null 2025-02-03T10:11:12+09:00",
                "3 delay saburo@example.org null network_error null null 513AbC02 sendmail mx.example.org mx2 4.0.0 null 2025-02-03T10:11:13+09:00",
            ],
        ),
        (
            "exim",
            &[
                "2 bounce jiro@example.jp jiro@example.org user_unknown s@example.net m3@example.net 1tabcd-000001-AB exim mx.example.org null 5.1.1 RCPT 2025-02-03T10:11:12",
                "3 delay taro@example.jp null mailbox_full null null 1tabcd-000002-CD exim mx.example.jp null 4.2.2 RCPT 2025-02-03T10:11:13",
            ],
        ),
        (
            "opensmtpd",
            &[
                "1 bounce taro@example.jp null user_unknown s@example.net null 7c4ef8a1b2c3d4e5 opensmtpd mx.example.jp mx3 5.1.1 null 2025-02-03T10:11:12Z",
                "2 delay jiro@example.jp null mailbox_full s@example.net null 7c4ef8a1b2c3d4e6 opensmtpd mx.example.jp mx3 4.2.2 null 2025-02-03T10:11:13Z",
            ],
        ),
        (
            "qmail",
            &[
                "6 bounce taro@example.jp null user_unknown s@example.net null 42 qmail 192.0.2.1 null 5.1.1 RCPT 2025-02-03T10:11:12Z",
                "7 delay jiro@example.jp null network_error s@example.net null 42 qmail null null 4.4.1 null 2025-02-03T10:11:12Z",
            ],
        ),
    ] {
        assert_eq!(keys(&records(&[path(&sample(system))], ""), shown), want, "{system}");
        let all = records(&["--all", path(&sample(system))], "");
        assert_eq!(all.iter().filter(|record| record["kind"] == "success").count(), 1, "{system}");
    }
}

#[test]
fn a_log_gives_the_same_as_the_words_alone() {
    let engine = modori::Engine::load(Vec::new()).unwrap();
    for text in [
        "host mx.example.jp[192.0.2.1] said: 552 5.2.2 <a@example.jp>: Mailbox full (in reply to RCPT TO command)",
        "Host or domain name not found. Name service error for name=nowhere.example type=A: Host not found",
        "mail for example.jp loops back to myself",
        "host mx.example.jp[192.0.2.1] said: 554 5.7.1 Spam (really) (in reply to end of DATA command)",
    ] {
        let line = format!("postfix/smtp[1]: 4F: to=<a@example.jp>, relay=none, delay=1, dsn=5.0.0, status=bounced ({text})\n");
        let looked_up = engine.lookup(text, Default::default());
        let want = looked_up.rule.map(|rule| engine.set().rule(rule).name.clone());
        let record = &records(&["-"], line)[0];
        assert_eq!((record["rule"].as_str(), record["diagnostic"].as_str()), (want.as_deref(), Some(text)));
    }
}

#[test]
fn packed_logs_and_stdin_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let plain = fs::read(sample("postfix")).unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&plain).unwrap();
    let (gz, zst) = (folder.path().join("mail.log.1.gz"), folder.path().join("mail.log.2.zst"));
    fs::write(&gz, gzip.finish().unwrap()).unwrap();
    fs::write(&zst, compress_to_vec(&plain[..], CompressionLevel::Fastest)).unwrap();
    let shown = "line kind recipient category queue_id";
    let want = keys(&records(&[path(&sample("postfix"))], ""), shown);
    assert_eq!(want.len(), 5);
    assert_eq!(keys(&records(&[path(&gz)], ""), shown), want);
    assert_eq!(keys(&records(&[path(&zst)], ""), shown), want);
    assert_eq!(keys(&records(&["-"], plain), shown), want);
}

#[test]
fn what_one_log_says_of_a_message_is_known_in_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("mail.log.1"), folder.path().join("mail.log"));
    fs::write(&old, "postfix/qmgr[1]: 4F2A: from=<s@example.jp>, size=1, nrcpt=1 (queue active)\n").unwrap();
    fs::write(&new, bounced("a@example.jp")).unwrap();
    let found = records(&[path(&old), path(&new)], "");
    assert_eq!(keys(&found, "file index line sender"), [format!("{} 0 1 s@example.jp", path(&new))]);
}

#[test]
fn the_period_is_that_of_the_lines() {
    let log = sample("postfix");
    let lines = |args: &[&str]| keys(&records(&[args, &[path(&log)]].concat(), ""), "line");
    assert_eq!(lines(&["--since", "2025-02-04"]), ["10"]);
    assert_eq!(lines(&["--until", "2025-02-03"]), ["4", "5", "6", "7"]);
    assert_eq!(lines(&["--since", "2025-02-03T10:11:12", "--until", "2025-02-03 10:11"]), ["7"]);
    let (_, error, code) = run(&["--since", "yesterday", path(&log)], "");
    assert_eq!(code, 2);
    assert!(error.contains("2025-02-03T10:00"), "{error}");
}

#[test]
fn times_of_other_zones_are_compared_as_instants() {
    let line = |time: &str| bounced("a@example.jp").replace("2025-02-03T10:11:12Z", time);
    let stamps = [
        "2025-02-03T01:30:00Z",
        "2025-02-03T10:30:00+09:00",
        "<22>1 2025-02-02T20:30:00.003-05:00",
        "2025-02-03T10:30:00",
        "2025-02-03T10:30:00Z",
        "2025-02-03T01:30:00",
    ];
    let log: String = stamps.map(line).concat();
    let json = r#"{"_HOSTNAME":"mx1","MESSAGE":"4F: to=<a@example.jp>, relay=none, dsn=5.1.1, status=bounced (no)","__REALTIME_TIMESTAMP":"1738546200000000"}"#;
    let log = format!("{log}{json}\n");
    let lines = |args: &[&str]| keys(&records(&[args, &["-"]].concat(), log.as_str()), "line");
    let of_that_hour = ["1", "2", "3", "4", "7"];
    assert_eq!(lines(&["--since", "2025-02-03T10:00", "--until", "2025-02-03T10:59"]), of_that_hour);
    assert_eq!(lines(&["--since", "2025-02-03T01:00Z", "--until", "2025-02-02T20:59-05:00"]), of_that_hour);
    assert_eq!(lines(&["--since", "2025-02-03T19:00"]), ["5"]);
    let (summary, ..) = run(&["-"], log.as_str());
    for row in ["\n  01  1  ", "\n  10  5  ", "\n  19  1  "] {
        assert!(summary.contains(row), "{row} in {summary}");
    }
}

#[test]
fn text_is_a_summary_in_both_languages() {
    let log = sample("postfix");
    let (english, _, code) = run(&[path(&log)], "");
    assert_eq!(code, 0);
    for words in [
        "lines read  10",
        "returned     3",
        "deferred     2",
        "Returned, by reason",
        "Mailbox full",
        "NTT DOCOMO",
        "docomo.ne.jp  1",
        "\n  10  5  ██",
    ] {
        assert!(english.contains(words), "{words} in {english}");
    }
    let (japanese, ..) = run(&["--lang", "ja", "--summary", path(&log)], "");
    for words in ["まとめ", "読んだ行      10", "宛先ドメイン別", "時刻別", "NTTドコモ"] {
        assert!(japanese.contains(words), "{words} in {japanese}");
    }
}

#[test]
fn the_same_words_count_by_whose_recipients_they_are_about() {
    let line = |recipient: &str| {
        bounced(recipient).replace("550 5.1.1 User unknown", "550 Unknown user (in reply to end of DATA command)").replace("5.1.1", "5.0.0")
    };
    let log = [line("a@docomo.ne.jp"), line("b@example.jp"), line("c@docomo.ne.jp")].concat();
    let (out, ..) = run(&["--lang", "en", "-"], log);
    let answered = out.split("By who answered").nth(1).unwrap().split("By recipient domain").next().unwrap();
    let bars: Vec<usize> = answered.lines().map(|line| line.matches('█').count()).filter(|length| *length > 0).collect();
    assert_eq!(bars, [30, 15], "{answered}");
}

#[test]
fn the_evidence_is_shown_where_it_is_asked_for() {
    let (out, ..) = run(&["--explain", "-"], bounced("a@example.jp"));
    assert!(out.contains("What to do") && out.contains("Evidence") && out.contains("Summary"), "{out}");
    assert_eq!(run(&["--explain", "--summary", "-"], "").2, 2);
}

#[test]
fn the_other_formats_have_the_keys_too() {
    let log = sample("sendmail");
    let (csv, ..) = run(&["--format", "csv", path(&log)], "");
    assert!(csv.lines().next().unwrap().ends_with(",mail,line,queue_id,time"), "{csv}");
    assert!(csv.contains(",2,513AbC01,2025-02-03T10:11:12+09:00\n"), "{csv}");
    let (json, ..) = run(&["--format", "json", path(&log)], "");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap().len(), 3);
    assert_eq!(run(&["--format", "json", "-"], "").0, "[]\n");
}

#[test]
fn broken_bytes_and_endless_lines_end_nothing() {
    let mut log = b"\xff\xfe status=bounced \x00\n".to_vec();
    log.extend(vec![b'x'; 3 << 20]);
    log.extend(b"\n2025-02-03T10:11:12Z mx1 postfix/smtp[1]: 4F: to=<a\xff@example.jp>, relay=none, dsn=5.1.1, status=bounced (\x82\xa0 User unknown)\n");
    log.extend(bounced("b@example.jp").trim_end().bytes());
    let found = records(&["-"], log);
    assert_eq!(keys(&found, "line recipient category"), ["3 a\u{FFFD}@example.jp user_unknown", "4 b@example.jp user_unknown"]);
}

#[test]
fn how_it_ends_tells_what_happened() {
    let code = |args: &[&str], stdin: &str| run(args, stdin).2;
    assert_eq!(code(&["-"], &bounced("a@example.jp")), 0);
    assert_eq!(code(&["-"], &bounced("a@example.jp").replace("550 5.1.1 User unknown", "zzz").replace("5.1.1", "5.0.0")), 1);
    assert_eq!(code(&["-"], "nothing\n"), 0);
    assert_eq!(code(&["/nonexistent/mail.log"], ""), 2);
    assert_eq!(code(&["/nonexistent/mail.log", path(&sample("exim"))], ""), 1);
    let (_, error, ended) = run(&[env!("CARGO_MANIFEST_DIR")], "");
    assert!(ended == 2 && error.contains("it is a folder"), "{error}");
    assert_eq!(code(&["--follow", "/nonexistent/mail.log"], ""), 2);
    assert_eq!(code(&["--follow", "-"], ""), 2);
}

/// A process that follows a log; it ends with the test.
struct Following {
    process: Child,
    lines: Receiver<String>,
}

impl Following {
    fn start(log: &Path) -> Self {
        let mut command = Process::new(env!("CARGO_BIN_EXE_modori"));
        command.args(["log", "--follow", "--format", "ndjson"]).arg(log).env_remove("MODORI_RULES").envs(ENVIRONMENT);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { process, lines }
    }

    /// The recipient and the line number of the next record.
    fn next(&self) -> String {
        let line = self.lines.recv_timeout(LIMIT).expect("a record in time");
        keys(&[serde_json::from_str(&line).unwrap()], "recipient line")[0].clone()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn append(log: &Path, text: &str) {
    OpenOptions::new().create(true).append(true).open(log).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_growing_log_is_followed_over_a_renaming() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("mail.log");
    append(&log, &bounced("a@example.jp"));
    let following = Following::start(&log);
    assert_eq!(following.next(), "a@example.jp 1");
    let (front, end) = BOUNCED.split_at(40);
    append(&log, front);
    append(&log, &end.replace("NAME", "b@example.jp"));
    assert_eq!(following.next(), "b@example.jp 2");
    fs::rename(&log, folder.path().join("mail.log.1")).unwrap();
    append(&folder.path().join("mail.log.1"), &bounced("late@example.jp"));
    append(&log, &bounced("c@example.jp"));
    assert_eq!(following.next(), "late@example.jp 3");
    assert_eq!(following.next(), "c@example.jp 1");
}

#[test]
fn a_growing_log_is_followed_over_a_truncation() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("mail.log");
    append(&log, &bounced("a@example.jp").repeat(3));
    let following = Following::start(&log);
    assert_eq!([following.next(), following.next(), following.next()], ["a@example.jp 1", "a@example.jp 2", "a@example.jp 3"]);
    fs::copy(&log, folder.path().join("mail.log.1")).unwrap();
    OpenOptions::new().write(true).truncate(true).open(&log).unwrap();
    append(&log, &bounced("b@example.jp"));
    assert_eq!(following.next(), "b@example.jp 1");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_following_with_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("mail.log");
    append(&log, &bounced("a@example.jp"));
    let mut command = Process::new(env!("CARGO_BIN_EXE_modori"));
    command.args(["log", "--follow"]).arg(&log).env_remove("MODORI_RULES").envs(ENVIRONMENT);
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert!(line.starts_with("2025-02-03T10:11:12Z  bounce  a@example.jp  No such mailbox  "), "{line}");
    assert!(Process::new("kill").args(["-s", "INT", &process.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = out.lines().map_while(Result::ok).collect();
    assert!(process.wait().unwrap().success());
    assert!(rest.iter().any(|line| line == "Summary"), "{rest:?}");
}
