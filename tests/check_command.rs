//! `modori check` from the outside: its forms, what it denies, and the pages on codes.

#[path = "common/command.rs"]
mod command;

use std::fs;

use command::run;
use serde_json::Value;

const FULL: &str = "[provider]\nid = \"example\"\nkind = \"mta\"\n\n[[rule]]\nid = \"full\"\ncategory = \"mailbox_full\"\ntext = '満杯'\nexamples = ['552 満杯']\n";

/// Runs `modori check` on a folder with this one rule file.
fn check(rules: &str, more: &[&str]) -> (String, String, i32) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("example.toml"), rules).unwrap();
    run(&[&["check", "--rules", folder.path().to_str().unwrap()], more].concat())
}

#[test]
fn the_shipped_rules_need_no_look() {
    let (out, _, code) = run(&["check", "--deny", "warnings"]);
    assert!(code == 0 && out.ends_with(" switched off: 0 errors, 0 warnings\n") && out.lines().count() == 1, "{out}");
}

#[test]
fn warnings_are_denied_together_or_by_code() {
    let code = |more: &[&str]| check(FULL, more).2;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--deny", "warnings"]), 1);
    assert_eq!(code(&["--deny", "slow_pattern", "--deny", "short_pattern"]), 1);
    assert_eq!(code(&["--deny", "slow_pattern"]), 0);
    let (_, err, code) = check(FULL, &["--deny", "slow_patern"]);
    assert!(code == 2 && err.contains("did you mean `slow_pattern`?"), "{err}");
    assert_eq!(check(&FULL.replace("text", "# allow: short_pattern\ntext"), &["--deny", "warnings"]).2, 0);
}

#[test]
fn strict_asks_for_an_example_of_every_pattern() {
    let rules = FULL.replace("'満杯'\n", "['満杯です', '宛先の受信箱に空きがありません']\n").replace("552 満杯'", "552 満杯です'");
    assert!(!check(&rules, &[]).0.contains("unhit_pattern"));
    let (out, _, code) = check(&rules, &["--strict", "--format", "github"]);
    let own: Vec<&str> = out.lines().filter(|line| line.contains("/example.toml")).collect();
    assert!(code == 0 && own.len() == 1 && own[0].contains("title=unhit_pattern") && own[0].contains("line=8"), "{own:?}");
}

#[test]
fn programs_get_json_and_sarif() {
    let (out, _, code) = check(&FULL.replace("mailbox_full", "mailbox_ful"), &["--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["errors"], &found["rules"]), (1, &1.into(), &Value::Null));
    let fault = found["faults"].as_array().unwrap().iter().find(|fault| fault["level"] == "error").unwrap();
    for (key, want) in [("code", Value::from("unknown_category")), ("line", 7.into()), ("column", 12.into()), ("end_column", 25.into())] {
        assert_eq!(fault[key], want, "{key}");
    }
    assert_eq!(fault["help"], "did you mean `mailbox_full`?");
    let (out, ..) = check(FULL, &["--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert!(found["rules"].as_u64() > Some(100) && found["warnings"] == 1, "{found}");
    let (out, ..) = check(FULL, &["--format", "sarif"]);
    let log: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"short_pattern".into(), &"warning".into()));
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
}

#[test]
fn a_code_is_explained() {
    let (out, _, code) = run(&["check", "--explain", "short_pattern"]);
    assert!(code == 0 && out.starts_with("# short_pattern\n") && out.contains("## What to do"), "{out}");
    let (_, err, code) = run(&["check", "--explain", "short_patern"]);
    assert!(code == 2 && err.contains("did you mean `short_pattern`?"), "{err}");
    assert!(check(FULL, &[]).0.contains("`modori check --explain short_pattern` tells more"));
}
