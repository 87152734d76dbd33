//! The command from the outside: what it prints, and how it ends.

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

fn run(args: &[&str], stdin: impl Into<Vec<u8>>) -> (String, String, i32) {
    let output = modori().args(args).write_stdin(stdin.into()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn record(args: &[&str]) -> Value {
    let (out, _, _) = run(&[&["lookup", "--format", "ndjson"], args].concat(), "");
    serde_json::from_str(&out).unwrap()
}

const RULE: &str = "[provider]\nid = \"example\"\nkind = \"mta\"\nname.en = 'Example'\n\n[[rule]]\nid = \"poems\"\ncategory = \"content_rejected\"\n\
    text = 'we accept poems of {limit} only'\nexamples = ['550 We accept poems of 2 KB only']\nadvice.en = 'Send a poem of {limit}.'\nadvice.ja = '{limit} の詩を送ってください。'\n";

fn rules(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn a_text_gets_its_diagnosis() {
    let record = record(&[
        "<taro@example.jp>: host mx.example.jp[192.0.2.1] said: 552 5.2.2 <taro@example.jp>: Mailbox full (in reply to RCPT TO command)",
    ]);
    for (key, want) in [
        ("category", "mailbox_full"),
        ("group", "mailbox"),
        ("severity", "temporary"),
        ("action", "retry_later"),
        ("kind", "bounce"),
        ("recipient", "taro@example.jp"),
        ("remote_host", "mx.example.jp"),
        ("status", "5.2.2"),
        ("reply", "552"),
        ("stage", "RCPT"),
        ("command", "RCPT"),
        ("reporter", "postfix"),
        ("lang", "en"),
    ] {
        assert_eq!(record[key], want, "{key} in {record}");
    }
    assert!(record["advice"].as_str().unwrap().len() > 40);
}

#[test]
fn the_keys_of_a_record_are_those_of_the_contract() {
    let record = record(&["552 5.2.2 Mailbox full"]);
    let keys: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
    let want = "schema_version file index kind recipient recipient_source final_recipient category group severity action strength provider rule reporter remote \
        reporting_host remote_host status reply command stage diagnostic facts advice notes operator lang sender subject message_id date \
        headers backscatter limit generation left_out mail line queue_id time";
    assert_eq!(keys, want.split_whitespace().collect::<Vec<_>>());
    assert_eq!(record["recipient"], Value::Null);
}

#[test]
fn severity_follows_the_codes() {
    assert_eq!(record(&["450 4.1.1 User unknown"])["severity"], "temporary");
    assert_eq!(record(&["450 4.1.1 User unknown"])["action"], "retry_later");
    assert_eq!(record(&["550 5.1.1 User unknown"])["action"], "suppress_address");
}

#[test]
fn the_last_hop_speaks() {
    let text = "host a.example.com[192.0.2.1] said: 554 5.7.1 host b.example.net[192.0.2.2] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command) (in reply to end of DATA command)";
    let record = record(&[text]);
    assert_eq!(
        (&record["category"], &record["remote_host"], &record["stage"]),
        (&"mailbox_full".into(), &"b.example.net".into(), &"RCPT".into())
    );
}

#[test]
fn sendmail_pipelining_shows_a_refusal_at_rcpt() {
    let session = |end: &str| format!("... while talking to mx.example.jp.: >>> DATA <<< 550 5.1.1 <taro@example.jp>: User unknown {end}");
    let stage = |end: &str| record(&["--", &session(end)])["stage"].clone();
    assert_eq!(stage("550 5.1.1 <taro@example.jp>... User unknown <<< 503 Need RCPT command"), "RCPT");
    assert_eq!(stage("554 5.0.0 Service unavailable"), "BODY");
}

#[test]
fn lines_give_one_object_each_in_order() {
    let input = "552 Mailbox full\n\n550 User unknown\r\n\u{3053}\u{3093}\n";
    let (out, _, code) = run(&["lookup", "--format", "ndjson", "-"], input);
    let records: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 4);
    assert_eq!(records.iter().map(|r| r["index"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!((&records[0]["category"], &records[2]["category"]), (&"mailbox_full".into(), &"user_unknown".into()));
    assert_eq!((&records[1]["category"], &records[1]["rule"]), (&"undetermined".into(), &Value::Null));
    assert_eq!(code, 1, "lines had no rule");
}

#[test]
fn json_is_one_array() {
    let (out, _, code) = run(&["lookup", "--format", "json", "552 Mailbox full", "550 User unknown"], "");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&out).unwrap().len(), 2);
    assert_eq!(code, 0);
    assert_eq!(run(&["lookup", "--format", "json", "-"], "").0, "[]\n");
}

#[test]
fn lookup_has_all_formats() {
    let (table, _, code) = run(&["lookup", "--format", "csv", "552 Mailbox full", "550 User unknown"], "");
    let first: Vec<&str> = table.lines().map(|line| line.split(',').nth(5).unwrap()).collect();
    assert_eq!((first, code), (vec!["category", "mailbox_full", "user_unknown"], 0));
    let (json, ..) = run(&["lookup", "--format", "sisimai", "552 Mailbox full"], "");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap()[0]["reason"], "mailboxfull");
}

#[test]
fn texts_come_in_the_language_asked_for() {
    let (japanese, ..) = run(&["lookup", "--lang", "ja", "552 Mailbox full"], "");
    assert!(japanese.contains("どうすればよいか"), "{japanese}");
    let all = record(&["--lang", "all", "552 Mailbox full"]);
    assert!(all["advice"]["ja"].is_string() && all["advice"]["en"].is_string());
    let (by_locale, ..) = {
        let output = modori().env("LC_ALL", "ja_JP.UTF-8").args(["lookup", "552 Mailbox full"]).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(),)
    };
    assert_eq!(by_locale, japanese);
}

#[test]
fn the_text_form_keeps_to_eighty_columns() {
    for lang in ["ja", "en"] {
        let long = format!(
            "<taro@docomo.ne.jp>: host mfsmax.docomo.ne.jp[192.0.2.1] said: 550 Unknown user taro@docomo.ne.jp {} (in reply to end of DATA command)",
            "x".repeat(300)
        );
        let (out, ..) = run(&["lookup", "--lang", lang, "--provider", "kagoya", &long], "");
        for line in out.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
        }
    }
}

#[test]
fn colours_come_when_wanted_only() {
    let plain = run(&["lookup", "552 Mailbox full"], "").0;
    assert!(!plain.contains('\u{1b}'));
    assert!(run(&["lookup", "--color", "always", "552 Mailbox full"], "").0.contains('\u{1b}'));
    let output = modori().env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").args(["lookup", "552 Mailbox full"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), plain);
}

#[test]
fn text_from_mails_does_not_steer_the_terminal() {
    let (out, ..) = run(&["lookup", "--explain", "552 Mailbox \u{1b}[31m full \u{7}"], "");
    assert!(!out.contains('\u{1b}') && !out.contains('\u{7}'), "{out:?}");
}

#[test]
fn explain_names_words_place_and_losers() {
    let record = record(&["--explain", "550 5.2.2 Mailbox full, user unknown to us"]);
    let evidence = &record["evidence"];
    assert!(evidence["words"].is_string() && evidence["pattern"].is_string());
    assert!(evidence["place"].as_str().unwrap().contains(".toml:"));
    let losers = evidence["losers"].as_array().unwrap();
    assert!(losers.iter().all(|loser| loser["lost_by"].is_string()) && losers.len() > 1, "{losers:?}");
    assert!(run(&["lookup", "--explain", "552 Mailbox full"], "").0.contains("lost by"));
}

#[test]
fn a_rule_file_dropped_into_a_folder_speaks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let text = "550 We accept poems of 2 KB only";
    assert_ne!(record(&[text])["rule"], "example/poems");
    rules(folder.path(), "example.toml", RULE);
    let poems = record(&["--rules", path, text]);
    assert_eq!(
        (&poems["rule"], &poems["category"], &poems["facts"]["limit"]),
        (&"example/poems".into(), &"content_rejected".into(), &2048.into())
    );
    assert_eq!(poems["advice"], "Send a poem of 2 KB.");
    assert_eq!(record(&["--rules", path, "--lang", "ja", text])["advice"], "2 KB の詩を送ってください。");

    let upper = tempfile::tempdir().unwrap();
    rules(upper.path(), "mine.toml", &RULE.replace("content_rejected", "policy_violation"));
    assert_eq!(record(&["--rules", path, "--rules", upper.path().to_str().unwrap(), text])["category"], "policy_violation");
    rules(upper.path(), "mine.toml", "[provider]\nid = \"example\"\n[[rule]]\nid = \"poems\"\ndisabled = true\n");
    assert_ne!(record(&["--rules", path, "--rules", upper.path().to_str().unwrap(), text])["rule"], "example/poems");
    let by_variable = modori().env("MODORI_RULES", path).args(["lookup", "--format", "ndjson", text]).output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&by_variable.stdout).unwrap()["rule"], "example/poems");
}

#[test]
fn settings_are_found_and_wrong_ones_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("modori.toml");
    fs::create_dir(folder.path().join("mine")).unwrap();
    rules(&folder.path().join("mine"), "example.toml", RULE);
    fs::write(&file, "lang = \"ja\"\nrules = [\"mine\"]\n").unwrap();
    let found = record(&["--config", file.to_str().unwrap(), "550 We accept poems of 2 KB only"]);
    assert_eq!((&found["rule"], &found["lang"]), (&"example/poems".into(), &"ja".into()));
    fs::write(&file, "langue = \"ja\"\n").unwrap();
    let (_, err, code) = run(&["lookup", "--config", file.to_str().unwrap(), "x"], "");
    assert_eq!(code, 2);
    assert!(err.contains("langue") && err.contains("modori.toml"), "{err}");
}

#[test]
fn broken_rules_are_refused_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    rules(
        folder.path(),
        "example.toml",
        &format!("{RULE}\n[[rule]]\nid = \"bad\"\ncategory = \"no_such\"\ntext = 'words that mean nothing'\n"),
    );
    let (out, err, code) = run(&["lookup", "--rules", path, "552 Mailbox full"], "");
    assert_eq!((out.as_str(), code), ("", 2));
    assert!(err.contains("unknown_category") && err.contains("example.toml:16:12"), "{err}");
    let (out, err, code) = run(&["lookup", "--rules", path, "--keep-going", "--format", "ndjson", "550 We accept poems of 2 KB only"], "");
    let record: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&record["rule"], &record["left_out"], code), (&"example/poems".into(), &1.into(), 0));
    assert!(err.contains("left out"), "{err}");
    assert_eq!(run(&["check", "--rules", path], "").2, 1);
}

#[test]
fn what_cannot_be_done_exits_with_two() {
    for args in [
        &["lookup", "--rules", "/nonexistent/rules", "x"][..],
        &["lookup", "--provider", "nobody", "x"],
        &["lookup", "--lang", "日本語", "x"],
        &["rules", "show", "docomo/unknown-usr"],
        &["frobnicate"],
    ] {
        let (out, err, code) = run(args, "");
        assert_eq!((out.as_str(), code), ("", 2), "{args:?}");
        assert!(!err.is_empty());
    }
    assert!(run(&["lookup", "--provider", "docmo", "x"], "").1.contains("did you mean `docomo`?"));
}

#[test]
fn rules_are_listed_shown_and_found() {
    let (list, ..) = run(&["rules"], "");
    assert!(list.contains("carrier") && list.contains("docomo") && list.contains("hash "), "{list}");
    let (show, ..) = run(&["rules", "show", "docomo/unknown-user"], "");
    assert!(show.contains("unknown user") && show.contains("recipient_refused"), "{show}");
    assert!(run(&["rules", "search", "forwarding loop"], "").0.contains("postfix/"));
    assert_eq!(run(&["rules", "search", "no words like these"], "").2, 1);
}

#[test]
fn tests_fail_when_they_should() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    rules(folder.path(), "example.toml", RULE);
    assert_eq!(run(&["test", "--rules", path, "--filter", "example/"], "").2, 0);
    assert_eq!(run(&["test", "--rules", path, "--filter", "no such case"], "").2, 1, "nothing ran");

    rules(folder.path(), "example.toml", &RULE.replace("2 KB only'", "many words'"));
    let (out, _, code) = run(&["test", "--rules", path, "--filter", "example/"], "");
    assert_eq!(code, 1);
    assert!(out.contains("expected example/poems"), "{out}");

    rules(folder.path(), "example.toml", &RULE.replace("examples =", "counter_examples ="));
    let (out, _, code) = run(&["test", "--rules", path], "");
    assert_eq!(code, 1);
    assert!(out.contains("example/poems has no example") && out.contains("example/poems counter-example 1"), "{out}");
}

#[test]
fn who_we_are_stands_in_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("modori.toml");
    fs::write(&file, "our_domains = ['example.jp']\nour_hosts = ['*.out.example.jp']\nheaders = ['list-id']\n").unwrap();
    let mail = |name: &str| format!("{}/tests/mails/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    let scan = |name: &str, format: &str| run(&["scan", "--config", file.to_str().unwrap(), "--format", format, &mail(name)], "").0;
    let record = |name: &str| serde_json::from_str::<Value>(&scan(name, "ndjson")).unwrap();

    let forged = record("forged");
    assert_eq!((&forged["backscatter"], &forged["severity"], &forged["action"]), (&true.into(), &"notice".into(), &"none".into()));
    assert!(scan("forged", "text").contains("was not sent from your servers"));

    let verp = record("verp");
    assert_eq!((&verp["recipient"], &verp["recipient_source"]), (&"taro@example.jp".into(), &"verp".into()));
    assert_eq!((&verp["backscatter"], &verp["headers"]["list-id"]), (&Value::Null, &"Readers <readers.lists.example.net>".into()));
    assert!(scan("verp", "text").contains("taro@example.jp (from the address that the report came to)"));
}

#[test]
fn suites_are_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let suite = "[[test]]\nname = 'full'\ntext = '552 Mailbox full'\nexpect = { category = 'mailbox_full', severity = 'temporary' }\nforbid = { category = 'user_unknown' }\n\n\
        [[test]]\nname = 'limit'\ntext = 'message size 12 exceeds size limit 10 of server mx.example.com[192.0.2.1]'\nexpect = { facts = { size = 12, limit = 10 } }\n\n\
        [[test]]\nname = 'later'\ntext = '552 Mailbox full'\nexpect = { category = 'user_unknown' }\ntodo = true\n";
    rules(folder.path(), "mine.test.toml", suite);
    let (out, _, code) = run(&["test", path, "--filter", "mine.test"], "");
    assert_eq!((code, out.trim()), (0, "2 passed, 0 failed, 1 todo; 0 rules without an example"));

    rules(folder.path(), "mine.test.toml", &suite.replace("category = 'user_unknown' }\ntodo", "category = 'mailbox_full' }\ntodo"));
    let (out, _, code) = run(&["test", path, "--filter", "mine.test"], "");
    assert!(code == 1 && out.contains("passes now"), "{out}");
    rules(folder.path(), "mine.test.toml", &suite.replace("size = 12", "size = 13"));
    assert!(run(&["test", path, "--filter", "mine.test"], "").0.contains("fact size: expected 13, got 12"));
    for wrong in [suite.replace("'mailbox_full'", "'mailbox_fool'"), suite.replace("name = 'full'", "nam = 'full'"), String::new()] {
        rules(folder.path(), "mine.test.toml", &wrong);
        assert_eq!(run(&["test", path], "").2, 2, "{wrong}");
    }
}

#[test]
fn any_input_is_survived() {
    let huge = vec![b'a'; 50 * 1024 * 1024];
    let (out, err, _) = run(&["lookup", "--format", "ndjson", "-"], huge);
    assert_eq!(out.lines().count(), 1);
    assert!(err.contains("only its first 256 KB"), "{err}");
    let spaced = "550 5.1.1 said: (in reply to ".repeat(20_000);
    assert_eq!(run(&["lookup", "--format", "ndjson", "-"], spaced).0.lines().count(), 1);
    for bytes in [&b""[..], b"\0\0\0\n", b"\xff\xfe\xfd 552 Mailbox full\n", b"\x1b$B$\"\n", "<<< >>> <<<\n".as_bytes()] {
        let (out, _, code) = run(&["lookup", "--format", "ndjson", "-"], bytes);
        assert!(code < 2 && out.lines().count() <= 1, "{bytes:?}");
    }
    assert_eq!(run(&["lookup", "--format", "ndjson"], "").0.lines().count(), 1, "an empty text is a text");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let script = format!("yes '552 Mailbox full' | head -20000 | {} lookup --format ndjson - | head -1", env!("CARGO_BIN_EXE_modori"));
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", &format!("{{ {script}; }} 2>&1")])
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(out.lines().count(), 1, "{out}");
}

#[test]
fn a_check_that_nobody_reads_to_the_end_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    let rule = |number: u32| format!("[[rule]]\nid = \"r{number}\"\ncategory = \"no_such\"\ntext = 'rule {number} of very many'\n");
    let many: String = (0..2_000).map(rule).collect();
    rules(folder.path(), "example.toml", &format!("[provider]\nid = \"example\"\nkind = \"mta\"\n{many}"));
    let script = format!("{} check --rules {} | true", env!("CARGO_BIN_EXE_modori"), folder.path().display());
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &script]).env("XDG_CONFIG_HOME", "/nonexistent").output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
