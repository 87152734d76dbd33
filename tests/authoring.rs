//! The second half of an operator's loop from outside: new, redact, suggest, diff, fmt, import, completions.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// The command without the settings, rules and language of whoever runs the tests.
fn modori() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
    command.env_remove("MODORI_RULES").env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C").env_remove("NO_COLOR");
    command
}

fn run_in(folder: &Path, args: &[&str], stdin: &[u8]) -> (String, String, i32) {
    let output = modori().current_dir(folder).args(args).write_stdin(stdin.to_vec()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn run(args: &[&str], stdin: &[u8]) -> (String, String, i32) {
    run_in(Path::new("."), args, stdin)
}

const UNKNOWN: &str = "<sato@shop.internal>: host mx7.shop.internal[10.0.0.9] said: 554 Parcel desk: items beyond 8 MB stay at the counter (in reply to end of DATA command)";

#[test]
fn a_new_rule_passes_check_and_test_and_takes_its_text() {
    for text in
        [UNKNOWN, "554 Parcel desk: items beyond 8 MB stay at the counter", "450 4.2.0 the porter of sato@shop.internal sleeps for 5 days"]
    {
        let folder = tempfile::tempdir().unwrap();
        let (_, err, code) = run_in(folder.path(), &["new", "rule", "--from", text, "--to", "own.toml"], b"");
        assert_eq!(code, 0, "{err}");
        let file = fs::read_to_string(folder.path().join("own.toml")).unwrap();
        assert!(!file.contains("sato") && !file.contains("internal"), "{file}");
        assert_eq!(run_in(folder.path(), &["check", "--rules", "own.toml"], b"").2, 0);
        assert_eq!(run_in(folder.path(), &["test", "--rules", "own.toml"], b"").2, 0);
        let (out, _, _) = run_in(folder.path(), &["lookup", "--rules", "own.toml", "--format", "ndjson", text], b"");
        let record: Value = serde_json::from_str(&out).unwrap();
        assert!(record["rule"].as_str().unwrap().starts_with("own-rules/"), "{record}");
        assert_eq!(run_in(folder.path(), &["fmt", "--check", "own.toml"], b"").2, 0);
    }
}

#[test]
fn a_rule_is_appended_to_what_a_person_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let before = "# ours\n[provider]\nid = 'own-rules' # so\nkind = 'standard'\n";
    fs::write(folder.path().join("own.toml"), before).unwrap();
    for _ in 0..2 {
        assert_eq!(run_in(folder.path(), &["new", "rule", "--from", UNKNOWN, "--category", "rejected", "--to", "own.toml"], b"").2, 0);
    }
    let after = fs::read_to_string(folder.path().join("own.toml")).unwrap();
    assert!(after.starts_with(before) && after.matches("[[rule]]").count() == 2, "{after}");
    assert!(after.contains("text     = 'Parcel desk: items beyond {size} stay at the counter'"), "{after}");
    assert_eq!(run(&["new", "rule", "--from", UNKNOWN, "--category", "nonsense"], b"").2, 2);
    assert_eq!(run(&["new", "rule", "--from", "550 5.1.1"], b"").2, 2, "codes are no words");
    assert!(run(&["new", "rule", "--from", "bounce.eml"], b"").1.contains("there is no file bounce.eml"));
}

#[test]
fn a_rule_goes_into_a_folder_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    let (_, err, code) = run_in(folder.path(), &["new", "rule", "--from", UNKNOWN, "--to", "my-rules/new/own.toml"], b"");
    assert_eq!(code, 0, "{err}");
    assert!(folder.path().join("my-rules/new/own.toml").is_file());
}

#[test]
fn categories_are_listed_where_one_is_wanted() {
    let (out, _, code) = run(&["rules", "categories"], b"");
    assert!(code == 0 && out.contains("mailbox_full         temporary  Mailbox full"), "{out}");
    let err = run(&["new", "rule", "--from", UNKNOWN, "--category", "zebra"], b"").1;
    assert!(err.contains("there is no category `zebra`; `modori rules categories` lists them"), "{err}");
    let err = run(&["new", "rule", "--from", UNKNOWN, "--category", "mailbox_ful"], b"").1;
    assert!(err.contains("did you mean `mailbox_full`?"), "{err}");
}

#[test]
fn a_new_provider_is_a_valid_file() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["new", "provider", "shop", "--kind", "isp", "--host", "*.example.com", "--domain", "example.com", "--to", "shop.toml"];
    assert_eq!(run_in(folder.path(), &args, b"").2, 0);
    assert_eq!(run_in(folder.path(), &["check", "--deny", "warnings", "--rules", "shop.toml"], b"").2, 0);
    assert_eq!(run_in(folder.path(), &args, b"").2, 2, "a file that is there is not overwritten");
    assert_eq!(run(&["new", "provider", "No Id"], b"").2, 2);
}

/// A report with what is somebody's own in every place and coding that there is.
const MAIL: &str = "Received: from secret.internal (10.9.8.7) by hub.internal; Mon, 3 Feb 2025 10:00:00 +0900\n\
    From: Mail Delivery System <MAILER-DAEMON@hub.internal>\nTo: \"Sato, Kenji\" <kenji.sato@shop.internal>\n\
    Subject: Undelivered Mail Returned to Sender\nDate: Mon, 3 Feb 2025 10:00:00 +0900\nMIME-Version: 1.0\n\
    Content-Type: multipart/report; report-type=delivery-status; boundary=\"XX\"\n\n--XX\n\
    Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
    This is the mail system at host hub.internal.\n\n\
    <tanaka=40x@far.internal>: unused\n\n\
    <hanako.tanaka@far.internal>: host mx.far.internal[10.9.8.8] said: 550 5.1.1 <hanako.tanaka@far.internal>=\n\
    : User unknown, Hanako Tanaka is gone (in reply to RCPT TO command)\n--XX\n\
    Content-Type: message/delivery-status\n\nReporting-MTA: dns; hub.internal\nX-Postfix-Queue-ID: 4SECRET12\n\n\
    Final-Recipient: rfc822; hanako.tanaka@far.internal\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.far.internal\n\
    Diagnostic-Code: smtp; 550 5.1.1 <hanako.tanaka@far.internal>: User unknown\n\n--XX\nContent-Type: message/rfc822\n\n\
    Message-ID: <abc.def.123@shop.internal>\nFrom: \"Sato Kenji\" <kenji.sato@shop.internal>\n\
    To: Hanako Tanaka <hanako.tanaka@far.internal>, Will Full <w@far.internal>\nSubject: =?utf-8?B?57W25a+G44Gu6KiI55S7?=\n\nMeet me at the zoological garden.\n--XX--\n";

#[test]
fn nothing_of_anybody_is_left_in_a_sample() {
    let (out, err, code) = run(&["redact", "-"], MAIL.as_bytes());
    assert_eq!(code, 0, "{err}");
    let lower = out.to_lowercase();
    for own in
        ["internal", "10.9.8", "kenji", "sato", "hanako", "tanaka", "4secret12", "絶密", "57w2", "zoological", "abc.def", "will full"]
    {
        assert!(!lower.contains(own), "{own} is left in\n{out}");
    }
    assert!(out.contains("User unknown"), "{out}");
    assert!(err.contains("header fields were left out"), "{err}");
    let record = |mail: &str| {
        let (out, _, _) = run(&["scan", "--format", "ndjson", "-"], mail.as_bytes());
        let records: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        records.iter().map(|r| ["category", "rule", "status", "stage", "reporter"].map(|key| r[key].to_string())).collect::<Vec<_>>()
    };
    assert_eq!(record(&out), record(MAIL));
    assert!(!record(MAIL).is_empty());
}

#[test]
fn a_sample_of_every_own_mail_has_the_same_diagnosis() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mails")).unwrap() {
        let path = entry.unwrap().path();
        let (_, err, code) = run(&["redact", path.to_str().unwrap()], b"");
        assert_eq!(code, 0, "{}: {err}", path.display());
    }
}

#[test]
fn a_text_says_what_was_not_judged() {
    let (out, err, code) = run(&["redact", "-"], b"550 5.1.1 <sato@shop.internal>: User unknown; ask Yamanobe");
    assert_eq!((out.trim(), code), ("550 5.1.1 <user1@example.com>: User unknown; ask Yamanobe", 0));
    assert!(err.contains("Yamanobe"), "{err}");
    assert_eq!(run(&["redact", "/nonexistent"], b"").2, 2);
}

#[test]
fn suggestions_are_grouped_and_ready() {
    let lines = "554 Parcel a1b2c3d4 weighs 8 MB\n552 5.2.2 Mailbox full\n554 Parcel 99zz88yy weighs 12 MB\n554 The porter sleeps\n";
    let (out, err, code) = run(&["suggest", "--lines", "-"], lines.as_bytes());
    assert_eq!(code, 1);
    assert!(err.contains("3 of 4 are not well explained, in 2 groups"), "{err}");
    assert!(out.starts_with("# 2 times, now "), "{out}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("s.toml"), format!("[provider]\nid = 'own'\nkind = 'standard'\n\n{out}")).unwrap();
    assert_eq!(run_in(folder.path(), &["check", "--rules", "s.toml"], b"").2, 0);
    let (out, _, _) = run(&["suggest", "--lines", "--top", "1", "--format", "json", "-"], lines.as_bytes());
    let groups: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((groups.as_array().unwrap().len(), &groups[0]["count"]), (1, &Value::from(2)));
    assert_eq!(run(&["suggest", "--lines", "-"], b"552 5.2.2 Mailbox full\n").2, 0);
    assert_eq!(run(&["suggest", "--lines", "-"], b"").2, 2);
}

const OLD: &str =
    "[provider]\nid = 'own'\nkind = 'standard'\n[[rule]]\nid = 'parcel'\ncategory = 'rejected'\ntext = 'parcel desk says no'\n";

#[test]
fn a_change_of_rules_is_shown_and_told_by_the_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.toml"), OLD).unwrap();
    fs::write(folder.path().join("new.toml"), OLD.replace("rejected", "content_rejected")).unwrap();
    fs::write(folder.path().join("texts"), "554 Parcel desk says no\n552 5.2.2 Mailbox full\n").unwrap();
    let diff = |args: &[&str]| run_in(folder.path(), &[&["diff", "--lines"], args].concat(), b"");
    let (out, _, code) = diff(&["old.toml", "new.toml", "texts"]);
    assert_eq!(code, 1);
    assert!(out.contains("1 re-classified: rejected (own/parcel) -> content_rejected (own/parcel)"), "{out}");
    let (out, _, code) = diff(&["shipped", "old.toml", "texts", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["altered"][0]["change"], &found["judged"]), (1, &"gained".into(), &2.into()));
    let (out, _, _) = diff(&["old.toml", "shipped", "texts", "--format", "markdown"]);
    assert!(out.contains("| lost | 1 |"), "{out}");
    assert_eq!(diff(&["old.toml", "old.toml", "texts"]).2, 0);
    assert_eq!(diff(&["nowhere", "old.toml", "texts"]).2, 2);
}

#[test]
fn revisions_of_a_repository_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.current_dir(folder.path()).args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]);
        git.args(args).output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        return;
    }
    fs::create_dir(folder.path().join("rules")).unwrap();
    fs::write(folder.path().join("rules/own.toml"), OLD).unwrap();
    assert!(git(&["add", "."]) && git(&["commit", "-qm", "one"]));
    fs::write(folder.path().join("rules/own.toml"), OLD.replace("rejected", "content_rejected")).unwrap();
    let (out, err, code) = run_in(folder.path(), &["diff", "--lines", "HEAD:rules", "rules", "-"], b"554 parcel desk says no");
    assert_eq!(code, 1, "{err}");
    assert!(out.contains("re-classified: rejected"), "{out}");
    let (_, err, code) = run_in(folder.path(), &["diff", "--lines", "nix:rules", "rules", "-"], b"554 x");
    assert_eq!((code, err.contains("git says")), (2, true), "{err}");
}

#[test]
fn files_are_laid_out_in_place() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.toml"), OLD).unwrap();
    let (out, _, code) = run_in(folder.path(), &["fmt", "--check", "."], b"");
    assert_eq!((out.trim(), code), ("./own.toml", 1));
    assert_eq!(run_in(folder.path(), &["fmt", "."], b"").2, 0);
    let text = fs::read_to_string(folder.path().join("own.toml")).unwrap();
    assert!(text.contains("\n\n[[rule]]\nid       = 'parcel'\n"), "{text}");
    assert_eq!(run_in(folder.path(), &["fmt", "--check", "."], b"").2, 0);
    assert_eq!(run(&["fmt", "-"], b"a=1").0, "a = 1\n");
    assert_eq!(run(&["fmt", "-"], b"[a").2, 2);
}

#[test]
fn the_shipped_files_are_laid_out() {
    let (out, _, code) = run(&["fmt", "--check", concat!(env!("CARGO_MANIFEST_DIR"), "/rules")], b"");
    assert_eq!((out.as_str(), code), ("", 0));
}

#[test]
fn rules_of_other_programs_are_carried_over() {
    let files = [
        ("kumomta", "[rules]\nQuotaIssues = ['parcel box \\d+ stuffed']\nZebra = ['(']\n"),
        ("zonemta", "parcel box stuffed,reject,capacity,x\nbroken\n"),
        ("powermta", "<bounce-category-patterns>\n/parcel box stuffed/ quota-issues\n/x\n</bounce-category-patterns>\n"),
    ];
    for (program, file) in files {
        let (out, err, code) = run(&["import", "--from", program, "-"], file.as_bytes());
        assert_eq!(code, 1, "{err}");
        assert!(err.contains("1 rules carried over, 0 not needed, 1 left out"), "{program}: {err}");
        assert!(out.contains("category = \"mailbox_full\"") && out.contains("\n# line "), "{out}");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("i.toml"), &out).unwrap();
        assert_eq!(run_in(folder.path(), &["check", "--deny", "warnings", "--rules", "i.toml"], b"").2, 0);
        assert_eq!(run_in(folder.path(), &["test", "--rules", "i.toml"], b"").2, 0);
        assert_eq!(run_in(folder.path(), &["fmt", "--check", "i.toml"], b"").2, 0);
    }
    assert_eq!(run(&["import", "--from", "kumomta", "-"], b"nonsense").2, 2);
}

#[test]
fn completions_and_pages_name_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (out, _, code) = run(&["completions", shell], b"");
        assert!(code == 0 && out.contains("suggest") && out.contains("rules"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(&["man", folder.path().to_str().unwrap()], b"").2, 0);
    for page in ["modori.1", "modori-redact.1", "modori-new-rule.1"] {
        assert!(fs::read_to_string(folder.path().join(page)).unwrap().contains(".TH"), "{page}");
    }
    assert!(run(&["man"], b"").0.contains(".TH modori"));
}
