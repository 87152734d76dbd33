//! `modori lookup --why-not` and `--explain` from the outside.

#[path = "common/command.rs"]
mod command;

use std::fs;

use command::run;
use serde_json::Value;

const RULES: &str = "[provider]\nid = \"example\"\nkind = \"mta\"\nhosts = [\"*.example.com\"]\n\n\
    [[rule]]\nid = \"parcel\"\ncategory = \"message_too_large\"\nscope = \"speaker\"\ntext = 'items above {limit} are not carried'\ncommand = \"BODY\"\n\
    examples = ['554 items above 8 MB are not carried (in reply to end of DATA command)']\n";

/// A folder with this rule file, and the arguments that name it.
fn folder(rules: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("example.toml"), rules).unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

fn why_not(text: &str) -> Value {
    let (_folder, path) = folder(RULES);
    let (out, err, _) = run(&["lookup", "--rules", &path, "--format", "ndjson", "--why-not", "example/parcel", text]);
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"))
}

#[test]
fn the_condition_and_the_difference_are_named() {
    let why = why_not("host mx.example.org[192.0.2.1] said: 554 Items above eight are not carried (in reply to RCPT TO command)");
    assert_eq!(why["outcome"]["is"], "no_match");
    let about: Vec<&str> = why["unmet"].as_array().unwrap().iter().map(|one| one["about"].as_str().unwrap()).collect();
    assert_eq!(about, ["scope", "command"]);
    assert_eq!((&why["unmet"][1]["wants"], &why["unmet"][1]["is"]), (&"BODY".into(), &"RCPT".into()));
    let nearest = &why["nearest"];
    assert_eq!((&nearest["fits"], &nearest["words"]), (&"are not carried".into(), &"are not carried".into()));
    assert_eq!((&nearest["stops"]["wants"], &nearest["stops"]["behind"]), (&"items above {limit}".into(), &false.into()));
    assert_eq!(
        (&nearest["mend"]["difference"], &nearest["mend"]["write"]),
        (&"hole".into(), &"items above {limit:code} are not carried".into())
    );
}

#[test]
fn what_speaks_or_loses_is_said() {
    let said = "host mx.example.com[192.0.2.1] said: 554 items above 8 MB are not carried (in reply to end of DATA command)";
    assert_eq!(why_not(said)["outcome"]["is"], "speaks");
    let (_folder, path) = folder(&format!(
        "{RULES}\n[[rule]]\nid = \"all\"\ncategory = \"message_too_large\"\npriority = 1\ntext = 'are not carried here'\n"
    ));
    let (out, _, code) = run(&["lookup", "--rules", &path, "--why-not", "example/parcel", &said.replace("carried", "carried here")]);
    assert_eq!(code, 1);
    assert!(out.starts_with("example/parcel matches, and loses to example/all by priority\n"), "{out}");
    assert_eq!(run(&["lookup", "--rules", &path, "--why-not", "example/parcel", said]).2, 0);
}

#[test]
fn a_rule_that_is_not_there_is_named() {
    let (_, err, code) = run(&["lookup", "--why-not", "docomo/unknown-usr", "x"]);
    assert!(code == 2 && err.contains("did you mean `docomo/unknown-user`?"), "{err}");
    let (_folder, path) = folder("[provider]\nid = \"docomo\"\n[[rule]]\nid = \"unknown-user\"\ndisabled = true\n");
    let (_, err, code) = run(&["lookup", "--rules", &path, "--why-not", "docomo/unknown-user", "x"]);
    assert!(code == 2 && err.contains("switched off"), "{err}");
}

#[test]
fn hostile_texts_are_survived() {
    for text in ["", "\u{1b}[31m\u{7}", "items above ", &"items above ".repeat(3_000), &"あ".repeat(5_000)] {
        let (out, _, code) = run(&["lookup", "--why-not", "phrases-en/mailbox-full", text]);
        assert!(code == 1 && !out.contains(['\u{1b}', '\u{7}']), "{out:?}");
    }
}

#[test]
fn explain_tells_where_facts_come_from() {
    let (_folder, path) = folder(RULES);
    let text = "host mx.example.com[192.0.2.1] said: 554 items above 8 MB are not carried (in reply to end of DATA command)";
    let (out, ..) = run(&["lookup", "--rules", &path, "--format", "ndjson", "--explain", text]);
    let evidence = &serde_json::from_str::<Value>(&out).unwrap()["evidence"];
    let fact = &evidence["facts"][0];
    assert_eq!(
        (&fact["name"], &fact["value"], &fact["from"], &fact["words"]),
        (&"limit".into(), &8_388_608.into(), &"pattern".into(), &"8 MB".into())
    );
    assert_eq!(evidence["set_aside"], Value::Null);
    let loser = &evidence["losers"][0];
    assert!(loser["place"].as_str().unwrap().contains(".toml:") && loser["lost_by"].is_string(), "{loser}");
    let (out, ..) = run(&["lookup", "--rules", &path, "--explain", text]);
    assert!(out.contains("fact     limit = 8388608  from “8 MB”"), "{out}");
}

#[test]
fn what_was_left_out_stands_on_stdout() {
    let (_folder, path) = folder(&format!("{RULES}\n[[rule]]\nid = \"bad\"\ncategory = \"no_such\"\ntext = 'words that mean nothing'\n"));
    let (out, _, code) = run(&["lookup", "--rules", &path, "--keep-going", "552 Mailbox full", "550 User unknown"]);
    assert_eq!(code, 0);
    let last: Vec<&str> = out.lines().rev().take(2).collect();
    assert_eq!(last[1], "Left out for 1 errors (--keep-going)");
    assert!(last[0].contains("example.toml:16:12: error[unknown_category]: there is no category `no_such`"), "{out}");
}
