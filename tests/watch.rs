//! `modori watch`: each mail exactly once, whenever the process ends.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A Maildir of our own, and a process that watches it.
struct Mailbox {
    root: TempDir,
}

impl Mailbox {
    fn new() -> Self {
        let mailbox = Self { root: tempfile::tempdir().unwrap() };
        for folder in ["mail/new", "mail/cur", "mail/tmp", "told/cur", "told/new"] {
            fs::create_dir_all(mailbox.at(folder)).unwrap();
        }
        mailbox
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Delivers a mail as Maildirs get theirs.
    fn deliver(&self, number: usize) {
        let mail = format!(
            "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; user{number}@example.jp\nAction: failed\nStatus: 5.2.2\n\
             Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n\n--b--\n"
        );
        self.put(&format!("{number}.m.host"), &mail);
    }

    fn put(&self, name: &str, mail: &str) {
        fs::write(self.at("mail/tmp").join(name), mail).unwrap();
        fs::rename(self.at("mail/tmp").join(name), self.at("mail/new").join(name)).unwrap();
    }

    fn watch(&self, args: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
        command.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C");
        command.arg("watch").arg(self.at("mail")).arg("--to").arg(self.at("out")).arg("--state").arg(self.at("state"));
        command.args(args).stderr(Stdio::null()).spawn().unwrap()
    }

    fn records(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.at(name)).unwrap_or_default();
        // The last line may be on its way.
        text.split_inclusive('\n').filter(|line| line.ends_with('\n')).filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn count(&self) -> usize {
        self.records("out").len()
    }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "not in a minute: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// It watches once its journal is there.
fn ready(mailbox: &Mailbox) {
    until("it watches", || mailbox.at("state").exists());
}

#[test]
fn what_arrives_is_told_and_what_was_there_is_not() {
    let mailbox = Mailbox::new();
    mailbox.deliver(1);
    let mut child = mailbox.watch(&[]);
    ready(&mailbox);
    mailbox.deliver(2);
    until("the mail that came", || mailbox.count() == 1);
    mailbox.put("letter", "From: hanako@example.net\nSubject: Lunch\n\nAre you coming?\n");
    fs::rename(mailbox.at("mail/new/2.m.host"), mailbox.at("mail/cur/2.m.host:2,S")).unwrap();
    mailbox.deliver(3);
    until("the next one", || mailbox.count() == 2);
    signal(&child, "-TERM");
    assert!(child.wait().unwrap().success());
    mailbox.deliver(4);
    let child = mailbox.watch(&[]);
    until("what came meanwhile", || mailbox.count() == 3);
    kill(child);
    let recipients: Vec<_> = mailbox.records("out").iter().map(|record| record["recipient"].as_str().unwrap().to_owned()).collect();
    assert_eq!(recipients, ["user2@example.jp", "user3@example.jp", "user4@example.jp"]);
}

#[test]
fn the_backlog_is_told_and_moved_where_that_is_asked_for() {
    let mailbox = Mailbox::new();
    (1..=3).for_each(|number| mailbox.deliver(number));
    mailbox.put("letter", "From: hanako@example.net\nSubject: Lunch\n\nAre you coming?\n");
    let told = mailbox.at("told");
    let child = mailbox.watch(&["--backlog", "--move-to", told.to_str().unwrap()]);
    until("all are moved", || fs::read_dir(told.join("cur")).unwrap().count() == 3);
    kill(child);
    assert_eq!(mailbox.count(), 3);
    assert!(mailbox.at("mail/new/letter").exists(), "what is no report stays");
}

#[test]
fn a_file_that_was_moved_away_is_opened_anew() {
    let mailbox = Mailbox::new();
    let child = mailbox.watch(&[]);
    ready(&mailbox);
    mailbox.deliver(1);
    until("the first", || mailbox.count() == 1);
    fs::rename(mailbox.at("out"), mailbox.at("out.1")).unwrap();
    signal(&child, "-HUP");
    mailbox.deliver(2);
    until("the second", || mailbox.count() == 1 && mailbox.records("out.1").len() == 1);
    kill(child);
}

#[test]
fn two_do_not_watch_with_one_state() {
    let mailbox = Mailbox::new();
    let child = mailbox.watch(&[]);
    ready(&mailbox);
    assert_eq!(mailbox.watch(&[]).wait().unwrap().code(), Some(2));
    kill(child);
}

/// Kills it at all kinds of moments while mails arrive, then lets it end its work.
#[test]
fn a_process_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing_unmarked() {
    const MAILS: usize = 400;
    const KILLS: usize = 15;
    let mailbox = Mailbox::new();
    fs::write(mailbox.at("state"), "").unwrap();
    let mut delivered = 0;
    for round in 0..KILLS {
        let child = mailbox.watch(&[]);
        let before = mailbox.count();
        let wanted = MAILS * (round + 1) / KILLS;
        (delivered..wanted).for_each(|number| mailbox.deliver(number));
        delivered = wanted;
        // After a number of records that is another in each round, in the midst of its work.
        until("some are told", || mailbox.count() >= before + 1 + round * 7 % 20);
        kill(child);
    }
    let child = mailbox.watch(&[]);
    let told = || {
        let mut told: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for record in mailbox.records("out") {
            let of = told.entry(record["recipient"].as_str().unwrap().to_owned()).or_default();
            if record["repeated"] == Value::Bool(true) { of.1 += 1 } else { of.0 += 1 }
        }
        told
    };
    until("all are told", || told().len() == MAILS);
    kill(child);
    assert!(told().values().all(|(plain, _)| *plain <= 1), "nothing is doubled unmarked");
    assert!(told().values().map(|(_, marked)| marked).sum::<usize>() <= KILLS, "at most one is at work when it is killed");
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
    let output = command.arg("watch").arg(Path::new("/nonexistent/Maildir")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("/nonexistent/Maildir"));
}
