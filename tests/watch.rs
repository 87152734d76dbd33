//! `modori watch`: each mail exactly once, whenever the process ends.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A mail that says of one recipient that it came back.
fn bounce(number: usize) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; user{number}@example.jp\nAction: failed\nStatus: 5.2.2\n\
         Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n\n--b--\n"
    )
}

fn in_mbox(number: usize) -> String {
    format!("{FROM}{}\n", bounce(number))
}

const FROM: &str = "From MAILER-DAEMON  Mon Feb  3 10:00:00 2025\n";

/// A Maildir and an mbox of our own, and a process that watches them.
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
        self.put(&format!("{number}.m.host"), &bounce(number));
    }

    fn put(&self, name: &str, mail: &str) {
        fs::write(self.at("mail/tmp").join(name), mail).unwrap();
        fs::rename(self.at("mail/tmp").join(name), self.at("mail/new").join(name)).unwrap();
    }

    fn watch(&self, args: &[&str]) -> Child {
        self.run(&[&[self.at("mail").to_str().unwrap()], args].concat())
    }

    /// Watches an mbox.
    fn watch_mbox(&self, args: &[&str]) -> Child {
        self.run(&[&["--mbox", self.at("mbox").to_str().unwrap()], args].concat())
    }

    fn run(&self, args: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
        command.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C");
        command.arg("watch").arg("--to").arg(self.at("out")).arg("--state").arg(self.at("state"));
        command.args(args).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Adds mails to an mbox, as those who deliver do.
    fn append(&self, numbers: impl IntoIterator<Item = usize>) {
        numbers.into_iter().for_each(|number| self.add(&in_mbox(number)));
    }

    fn add(&self, text: &str) {
        let mut mbox = fs::OpenOptions::new().create(true).append(true).open(self.at("mbox")).unwrap();
        mbox.write_all(text.as_bytes()).unwrap();
    }

    /// The numbers of the mails that were told of, sorted: one that is marked as repeated only if it was not told of before.
    fn told(&self) -> Vec<usize> {
        let mut told = Vec::new();
        for record in self.records("out") {
            let number = record["recipient"].as_str().unwrap().trim_start_matches("user").trim_end_matches("@example.jp").parse().unwrap();
            if record["repeated"].is_null() || !told.contains(&number) {
                told.push(number);
            }
        }
        told.sort_unstable();
        told
    }

    /// How often each recipient was told of, plainly and marked as repeated.
    fn times(&self) -> BTreeMap<String, (usize, usize)> {
        let mut told: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for record in self.records("out") {
            let of = told.entry(record["recipient"].as_str().unwrap().to_owned()).or_default();
            if record["repeated"] == Value::Bool(true) { of.1 += 1 } else { of.0 += 1 }
        }
        told
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

/// It follows an mbox once its journal says which file that is, or that there is none.
fn follows(mailbox: &Mailbox) {
    until("it follows", || fs::read_to_string(mailbox.at("state")).is_ok_and(|journal| journal.contains("[\"mbox\",")));
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
    until("all are told", || mailbox.times().len() == MAILS);
    kill(child);
    assert!(mailbox.times().values().all(|(plain, _)| *plain <= 1), "nothing is doubled unmarked");
    assert!(mailbox.times().values().map(|(_, marked)| marked).sum::<usize>() <= KILLS, "at most one is at work when it is killed");
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
    let output = command.arg("watch").arg(Path::new("/nonexistent/Maildir")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("/nonexistent/Maildir"));
}

#[test]
fn mails_that_are_added_to_an_mbox_are_told() {
    let mailbox = Mailbox::new();
    mailbox.append(1..=2);
    let child = mailbox.watch_mbox(&[mailbox.at("mail").to_str().unwrap()]);
    follows(&mailbox);
    mailbox.append([3]);
    mailbox.add(&format!("{FROM}From: hanako@example.net\nSubject: Lunch\n\n>From noon on?\n\n"));
    mailbox.append([4]);
    until("the last mail too", || mailbox.told() == [3, 4]);
    mailbox.deliver(5);
    until("one in a Maildir", || mailbox.told() == [3, 4, 5]);
    kill(child);
    mailbox.append([6, 7]);
    let child = mailbox.watch_mbox(&[mailbox.at("mail").to_str().unwrap()]);
    until("what came meanwhile", || mailbox.told() == [3, 4, 5, 6, 7]);
    kill(child);
    let last = mailbox.records("out").pop().unwrap();
    assert_eq!((last["file"].as_str(), last["mail"].as_u64()), (mailbox.at("mbox").to_str(), Some(7)));
}

#[test]
fn an_mbox_may_come_later_and_its_backlog_be_told() {
    let mailbox = Mailbox::new();
    let child = mailbox.watch_mbox(&[]);
    follows(&mailbox);
    kill(child);
    mailbox.append(1..=2);
    let child = mailbox.watch_mbox(&[]);
    until("it was not there at the first start", || mailbox.told() == [1, 2]);
    kill(child);
    let other = Mailbox::new();
    other.append(1..=3);
    let child = other.run(&["--backlog", other.at("mbox").to_str().unwrap()]);
    until("the backlog", || other.told() == [1, 2, 3]);
    kill(child);
}

#[test]
fn a_mail_that_is_half_written_waits_for_its_other_half() {
    let mailbox = Mailbox::new();
    let child = mailbox.watch_mbox(&[]);
    follows(&mailbox);
    // Also where it looks like an end.
    for (round, part) in ["-Type", "--b\n", "--b--"].into_iter().enumerate() {
        let (first, second) = (10 + 2 * round, 11 + 2 * round);
        let mail = in_mbox(second);
        let cut = mail.find(part).unwrap();
        fs::write(mailbox.at("mbox"), "").unwrap();
        fs::write(mailbox.at("out"), "").unwrap();
        mailbox.append([first]);
        mailbox.add(&mail[..cut]);
        until("the one before", || mailbox.told() == [first]);
        thread::sleep(Duration::from_millis(1_500));
        assert_eq!(mailbox.told(), [first]);
        mailbox.add(&mail[cut..]);
        until("the whole", || mailbox.told() == [first, second]);
    }
    kill(child);
}

#[test]
fn nothing_is_read_while_an_mbox_is_locked() {
    let mailbox = Mailbox::new();
    let child = mailbox.watch_mbox(&[]);
    follows(&mailbox);
    fs::write(mailbox.at("mbox.lock"), "").unwrap();
    mailbox.append(1..=2);
    thread::sleep(Duration::from_millis(1_500));
    assert_eq!(mailbox.count(), 0);
    fs::remove_file(mailbox.at("mbox.lock")).unwrap();
    until("both", || mailbox.told() == [1, 2]);
    kill(child);
}

#[test]
fn an_mbox_that_is_rotated_is_read_to_its_end() {
    let mailbox = Mailbox::new();
    let child = mailbox.watch_mbox(&[]);
    follows(&mailbox);
    mailbox.append([1]);
    until("the first", || mailbox.told() == [1]);
    mailbox.append([2]);
    fs::rename(mailbox.at("mbox"), mailbox.at("mbox.1")).unwrap();
    mailbox.append([3, 1]);
    until("the old and the new, in which the first came once more", || mailbox.told() == [1, 1, 2, 3]);
    kill(child);
    mailbox.append([4]);
    fs::rename(mailbox.at("mbox"), mailbox.at("mbox.2")).unwrap();
    mailbox.append([5]);
    let child = mailbox.watch_mbox(&[]);
    until("also while nobody watches", || mailbox.told() == [1, 1, 2, 3, 4, 5]);
    kill(child);
    for (number, name) in [(6, "mbox.3"), (7, "mbox-20250204"), (8, "mbox.5")] {
        mailbox.append([number]);
        fs::rename(mailbox.at("mbox"), mailbox.at(name)).unwrap();
        // Whose times tell in which order they came.
        thread::sleep(Duration::from_millis(30));
    }
    fs::copy(mailbox.at("mbox.5"), mailbox.at("mbox.6")).unwrap();
    fs::write(mailbox.at("mbox2"), in_mbox(100)).unwrap();
    mailbox.append([9]);
    let child = mailbox.watch_mbox(&[]);
    until("also over several rotations", || mailbox.told() == [1, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    kill(child);
}

#[test]
fn an_mbox_that_a_reader_wrote_anew_gives_nothing_twice() {
    let mailbox = Mailbox::new();
    let child = mailbox.watch_mbox(&[]);
    follows(&mailbox);
    mailbox.append(1..=3);
    until("three", || mailbox.told() == [1, 2, 3]);
    let read = |number: usize| in_mbox(number).replacen("\nSubject", "\nStatus: RO\nX-Status: A\nSubject", 1);
    // In place, then by another file, then to nothing.
    fs::write(mailbox.at("mbox"), [read(2), read(3), in_mbox(4)].concat()).unwrap();
    until("the new one", || mailbox.told() == [1, 2, 3, 4]);
    fs::write(mailbox.at("mbox.new"), [read(4), read(3), in_mbox(5)].concat()).unwrap();
    fs::rename(mailbox.at("mbox.new"), mailbox.at("mbox")).unwrap();
    until("the next new one", || mailbox.told() == [1, 2, 3, 4, 5]);
    fs::write(mailbox.at("mbox"), in_mbox(6)).unwrap();
    until("one in place of all", || mailbox.told() == [1, 2, 3, 4, 5, 6]);
    kill(child);
    fs::write(mailbox.at("mbox"), [read(6), in_mbox(7)].concat()).unwrap();
    let child = mailbox.watch_mbox(&[]);
    until("also while nobody watches", || mailbox.told() == [1, 2, 3, 4, 5, 6, 7]);
    kill(child);
}

#[test]
fn what_is_no_mbox_is_said() {
    let mailbox = Mailbox::new();
    fs::write(mailbox.at("mbox"), "Dear diary\n").unwrap();
    assert_eq!(mailbox.watch_mbox(&[]).wait().unwrap().code(), Some(2));
    fs::remove_file(mailbox.at("mbox")).unwrap();
    fs::create_dir(mailbox.at("mbox")).unwrap();
    assert_eq!(mailbox.watch_mbox(&[]).wait().unwrap().code(), Some(2));
}

/// As with a Maildir; between two processes the mbox is rotated, or read by somebody.
#[test]
fn a_process_that_is_killed_again_and_again_does_the_same_with_an_mbox() {
    const MAILS: usize = 300;
    const KILLS: usize = 15;
    let mailbox = Mailbox::new();
    fs::write(mailbox.at("state"), "").unwrap();
    fs::write(mailbox.at("mbox"), "").unwrap();
    let mut delivered = 0;
    for round in 0..KILLS {
        let child = mailbox.watch_mbox(&["--backlog"]);
        let before = mailbox.count();
        let wanted = MAILS * (round + 1) / KILLS;
        for number in delivered..wanted {
            let mail = in_mbox(number);
            let (front, rest) = mail.split_at(number * 37 % mail.len());
            mailbox.add(front);
            mailbox.add(rest);
        }
        delivered = wanted;
        until("some are told", || mailbox.count() > before + round * 5 % 16);
        kill(child);
        match round % 5 {
            1 => {
                fs::rename(mailbox.at("mbox"), mailbox.at(&format!("mbox.{round}"))).unwrap();
                fs::write(mailbox.at("mbox"), "").unwrap();
            }
            3 => {
                let text = fs::read_to_string(mailbox.at("mbox")).unwrap();
                fs::write(mailbox.at("mbox"), text.replace("\nSubject", "\nStatus: RO\nSubject")).unwrap();
            }
            _ => {}
        }
    }
    let child = mailbox.watch_mbox(&["--backlog"]);
    let untold = || (0..MAILS).filter(|number| !mailbox.times().contains_key(&format!("user{number}@example.jp"))).collect::<Vec<_>>();
    let start = Instant::now();
    while !untold().is_empty() && start.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(untold(), [0; 0], "all are told");
    kill(child);
    assert!(mailbox.times().values().all(|(plain, _)| *plain <= 1), "nothing is doubled unmarked");
    assert!(mailbox.times().values().map(|(_, marked)| marked).sum::<usize>() <= KILLS, "at most one is at work when it is killed");
}
