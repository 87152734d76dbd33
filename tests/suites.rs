//! `modori test` from the outside: suites of texts and mails, pinned outputs, coverage, and the forms it prints.

#[path = "common/command.rs"]
mod command;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use command::run;
use modori::rules::Layer;
use serde_json::Value;

const RULE: &str = "[provider]\nid = \"example\"\nkind = \"mta\"\nname.en = 'Example'\n\n[[rule]]\nid = \"poems\"\ncategory = \"content_rejected\"\n\
    text = ['we accept poems of {limit} only', '詩は {limit} までです']\nexamples = ['550 We accept poems of 2 KB only']\n";

const SUITE: &str = "[[test]]\nname = 'full'\ntext = '552 Mailbox full'\nexpect = { category = 'mailbox_full', severity = 'temporary' }\n\n\
    [[test]]\nname = '二人'\nmail = 'mails/two.eml'\nfailure = 2\nexpect = { kind = 'bounce', recipient = 'list@example.com', failures = 2 }\n\n\
    [[test]]\nname = 'letter'\nmail = 'mails/letter.eml'\nexpect = { kind = 'not_a_report' }\n";

/// A folder with a rule file, a suite and its mails.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mails");
    fs::create_dir(&mails).unwrap();
    write(&folder, "example.toml", RULE);
    write(&folder, "mine.test.toml", SUITE);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails");
    fs::copy(own.join("postfix-two.eml"), mails.join("two.eml")).unwrap();
    fs::copy(own.join("letter.eml"), mails.join("letter.eml")).unwrap();
    folder
}

fn write(folder: &tempfile::TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(name), text).unwrap();
}

/// Runs `modori test` on the folder.
fn test(folder: &tempfile::TempDir, more: &[&str]) -> (String, String, i32) {
    run(&[&["test", "--rules", folder.path().to_str().unwrap()], more].concat())
}

/// Runs the cases of the suite alone.
fn suite(folder: &tempfile::TempDir) -> (String, String, i32) {
    test(folder, &["--filter", "mine.test.toml"])
}

#[test]
fn texts_and_mails_are_tried() {
    let folder = folder();
    let (out, err, code) = suite(&folder);
    assert_eq!((out.as_str(), code), ("3 passed, 0 failed, 0 todo; 0 rules without an example\n", 0), "{err}");
}

#[test]
fn what_differs_is_said_and_nothing_else() {
    let folder = folder();
    let wrong = SUITE
        .replace("list@example.com'", "taro@example.com'")
        .replace("failures = 2", "failures = 3")
        .replace("'not_a_report'", "'delay'");
    write(&folder, "mine.test.toml", &wrong);
    let (out, _, code) = suite(&folder);
    assert_eq!(code, 1);
    let differences: Vec<&str> = out.lines().filter(|line| line.starts_with("    ")).map(str::trim).collect();
    assert_eq!(
        differences,
        [
            "failures: expected 3, got 2",
            "recipient: expected taro@example.com, got list@example.com",
            "kind: expected delay, got not_a_report"
        ]
    );
    assert!(out.contains("FAILED 二人\n  ") && out.contains("mine.test.toml:6\n") && !out.contains("FAILED full"), "{out}");
}

#[test]
fn everything_can_be_forbidden() {
    let folder = folder();
    let wrong = "[[test]]\nname = 'no'\ntext = 'message size 12 exceeds size limit 10 of server mx.example.com[192.0.2.1]'\n\
        [test.forbid]\nrule = 'postfix/message-size'\ncategory = 'message_too_large'\nseverity = 'permanent'\nkind = 'bounce'\nadvice = ' '\nfacts = { size = 12, limit = 11 }\n";
    let wrong = wrong.replace("rule = 'postfix/message-size'\n", "");
    write(&folder, "mine.test.toml", &wrong);
    let (out, ..) = suite(&folder);
    for line in [
        "category: expected not message_too_large",
        "severity: expected not permanent",
        "kind: expected not bounce",
        "fact size: expected not 12, got 12",
        "advice: expected nothing of",
    ] {
        assert!(out.contains(line), "{line} in {out}");
    }
    assert!(!out.contains("fact limit"), "{out}");
}

#[test]
fn what_a_suite_names_must_exist() {
    for (good, bad, why) in [
        ("'mailbox_full'", "'mailbox_ful'", "did you mean `mailbox_full`?"),
        ("expect = { kind = 'bounce'", "provider = 'docmo'\nexpect = { kind = 'bounce'", "did you mean `docomo`?"),
        ("category = 'mailbox_full'", "rule = 'example/poem'", "did you mean `example/poems`?"),
        ("severity = 'temporary'", "severity = 'temporal'", "`severity` cannot be `temporal`"),
        ("mails/two.eml", "mails/three.eml", "three.eml cannot be read"),
        ("mail = 'mails/two.eml'", "command = 'RCPT'", "either `text` or `mail`"),
        ("failure = 2", "failure = 0", "counted from 1"),
        ("name = 'letter'", "name = 'full'", "the name stands twice"),
        ("expect = { kind = 'not", "forbid = { failures = 1 }\nexpect = { kind = 'not", "`failures` is for `expect`"),
    ] {
        let folder = folder();
        write(&folder, "mine.test.toml", &SUITE.replacen(good, bad, 1));
        let (out, err, code) = suite(&folder);
        assert_eq!((out.as_str(), code), ("", 2), "{bad}");
        assert!(err.contains(why) && err.contains("mine.test.toml:"), "{why} in {err}");
    }
    let folder = folder();
    write(&folder, "other.test.toml", "[[test]]\nname = 'x'\n");
    write(&folder, "mine.test.toml", "");
    let (_, err, _) = test(&folder, &[]);
    assert!(err.contains("other.test.toml:1: in `x`") && err.contains("mine.test.toml: holds no [[test]]"), "all at once: {err}");
}

#[test]
fn what_belongs_to_nothing_fails() {
    let folder = folder();
    write(&folder, "mails/lost.eml", "Subject: nobody's\n\n");
    write(&folder, "gone.test.pin", "");
    let (out, _, code) = test(&folder, &[]);
    assert_eq!(code, 1);
    assert!(out.contains("FAILED this mail is in no case\n  ") && out.contains("lost.eml"), "{out}");
    assert!(out.contains("the suite of these pinned outputs is gone") && out.ends_with(", 2 orphans\n"), "{out}");
}

#[test]
fn outputs_are_pinned_compared_and_accepted() {
    let folder = folder();
    assert_eq!(test(&folder, &["--pin"]).2, 0);
    let pin = folder.path().join("mine.test.pin");
    let text = fs::read_to_string(&pin).unwrap();
    assert!(text.contains("[\"二人\"]\n") && text.contains("recipient = \"list@example.com\"\n"), "{text}");
    assert!(text.contains("kind = \"not_a_report\"\n") && text.contains("advice = \""), "{text}");

    fs::write(&pin, text.replace("action = \"retry_later\"", "action = \"wait\"")).unwrap();
    let (out, _, code) = suite(&folder);
    assert_eq!(code, 1);
    assert!(out.contains("pinned action: expected \"wait\", got \"retry_later\""), "{out}");
    assert_eq!(test(&folder, &["--pin"]).2, 1, "what is pinned stays pinned");
    assert_eq!(test(&folder, &["--accept"]).2, 0);
    assert_eq!(fs::read_to_string(&pin).unwrap(), text);

    write(&folder, "mine.test.toml", &SUITE.replace("'full'", "'voll'"));
    let (out, ..) = test(&folder, &[]);
    assert!(out.contains("`full` is pinned, and no case of the suite") && out.contains("pin: expected a pinned output, got none"), "{out}");
}

#[test]
fn cases_are_picked_by_name_file_and_provider_and_listed() {
    let folder = folder();
    let list = |more: &[&str]| test(&folder, &[&["--list"], more].concat());
    let (out, _, code) = list(&["--provider", "example"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("example/poems example 1  ") && out.lines().count() == 1, "{out}");
    assert_eq!(list(&["--filter", "mine.test"]).0.lines().count(), 3);
    assert_eq!(list(&["--filter", "二人"]).0.lines().count(), 1);
    assert_eq!(list(&["--filter", "mine.test", "--provider", "docomo"]).2, 1);
    assert_eq!(list(&["--provider", "exampel"]).2, 2);
}

#[test]
fn coverage_lists_what_no_case_hits() {
    let folder = folder();
    let (out, _, code) = test(&folder, &["--provider", "example", "--coverage"]);
    assert_eq!(code, 0);
    assert!(out.contains("example.toml:9 example/poems 詩は {limit} までです\n"), "{out}");
    assert!(!out.contains("we accept poems"), "{out}");
    assert!(out.contains("coverage: ") && out.contains(" of the patterns ("), "{out}");
    let (out, _, code) = test(&folder, &["--provider", "example", "--coverage", "100"]);
    assert!(code == 1 && out.contains("FAILED less than 100 % of the patterns are hit"), "{out}");
    assert_eq!(test(&folder, &["--coverage", "101"]).2, 2);
}

#[test]
fn machines_get_json_and_junit() {
    let folder = folder();
    write(
        &folder,
        "mine.test.toml",
        &format!("{}todo = true\n", SUITE.replace("severity = 'temporary'", "severity = 'notice'").replace("'not_a_report'", "'delay'")),
    );
    let (out, _, code) = test(&folder, &["--filter", "mine.test", "--format", "json", "--coverage"]);
    let run: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &run["passed"], &run["failed"], &run["todo"]), (1, &1.into(), &1.into(), &1.into()));
    assert_eq!(run["cases"][0]["differences"][0]["what"], "severity");
    assert_eq!(run["cases"][2]["result"], "todo");
    assert!(run["coverage"]["uncovered"].as_array().unwrap().iter().any(|one| one["rule"] == "example/poems"));

    let (out, _, code) = test(&folder, &["--filter", "mine.test", "--format", "junit"]);
    assert_eq!(code, 1);
    for part in [
        "<testsuite name=\"",
        "tests=\"3\"",
        "failures=\"1\"",
        "message=\"severity: expected notice, got temporary\"",
        "<skipped message=\"todo\"",
        "二人",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let (out, ..) = test(&folder, &["--filter", "no such case", "--format", "junit"]);
    assert!(out.contains("nothing ran"), "{out}");
}

/// A process that ends with the test.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_save_runs_the_tests_again() {
    let folder = folder();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_modori"));
    command.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C");
    command.args(["test", "--watch", "--filter", "mine.test", "--rules"]).arg(folder.path());
    let mut watching = Watching(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(watching.0.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert!(next().starts_with("3 passed, 0 failed"));
    write(&folder, "mine.test.toml", &SUITE.replace("'temporary'", "'permanent'"));
    assert_eq!(next(), "FAILED full");
    let sum = std::iter::from_fn(|| Some(next())).find(|line| line.contains("passed")).unwrap();
    assert!(sum.starts_with("2 passed, 1 failed"), "{sum}");
}

/// The suite of mails for the layouts of the shipped rules.
const LAYOUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/layouts/layouts.test.toml");

#[test]
fn mails_of_every_shipped_layout_are_recognised() {
    let (out, err, code) = run(&["test", LAYOUTS, "--filter", "layouts.test.toml"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn every_shipped_layout_has_a_mail() {
    let suite = fs::read_to_string(LAYOUTS).unwrap();
    let id = |table: &toml::Value| table["id"].as_str().unwrap().to_owned();
    let mut without = Vec::new();
    for file in Layer::shipped().files {
        let text = String::from_utf8(file.bytes.unwrap().into_owned()).unwrap();
        let tables: toml::Table = text.parse().unwrap();
        let layouts = tables.get("layout").and_then(toml::Value::as_array).into_iter().flatten();
        let names = layouts.map(|layout| format!("{}/{}", id(&tables["provider"]), id(layout)));
        without.extend(names.filter(|name| !suite.contains(&format!("\"{name}: "))));
    }
    assert_eq!(without, Vec::<String>::new());
}
