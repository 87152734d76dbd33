//! The schema for editors says what the reader says.

use std::fs;
use std::path::Path;

use modori::authoring::{reference, schema};
use modori::rules::{Code, Layer, load};
use serde_json::Value;

/// A TOML value as JSON; dates become strings, as TOML editors have it.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(yes) => yes.into(),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, value)| (key, json(value))).collect()),
    }
}

fn read(text: &str) -> Option<Value> {
    text.parse::<toml::Table>().ok().map(|table| json(toml::Value::Table(table)))
}

#[test]
fn every_shipped_file_is_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut wrong = Vec::new();
    for file in Layer::shipped().files {
        let text = String::from_utf8(file.bytes.unwrap().into_owned()).unwrap();
        let value = read(&text).unwrap();
        wrong.extend(validator.iter_errors(&value).map(|error| format!("{}: {} {error}", file.name, error.instance_path())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Faults of form, which a schema can see; what names mean across files it cannot.
const FORM: &[Code] = &[Code::UnknownKey, Code::SwallowedKey, Code::WrongType, Code::UnknownWord, Code::BadId];

#[test]
fn what_the_reader_faults_for_its_form_is_invalid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let mut checked = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Some(value) = fs::read_to_string(&path).ok().as_deref().and_then(read) else { continue };
        let loaded = load(&[Layer::shipped(), Layer::read(&path)]);
        if loaded.errors().any(|fault| FORM.contains(&fault.code)) {
            checked += 1;
            assert!(!validator.is_valid(&value), "{} passes the schema", path.display());
        }
    }
    assert!(checked >= 3, "only {checked} broken files");
}

#[test]
fn single_mistakes_are_invalid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let valid = |rule: &str| validator.is_valid(&read(&format!("[provider]\nid = 'a'\n[[rule]]\n{rule}")).unwrap());
    assert!(valid(
        "id = 'x'\ncategory = 'c'\ntext = 't'\nsince = 2025-01-02\nexamples = ['t', { text = 't', command = 'RCPT' }]\nadvice.ja = ['あ']"
    ));
    assert!(valid("id = 'x'\ndisabled = true"));
    for wrong in [
        "id = 'x'",
        "category = 'c'\ntext = 't'",
        "id = 'X Y'\ncategory = 'c'",
        "id = 'x'\ncategory = 'c'\ntxt = 't'",
        "id = 'x'\ncategory = 'c'\ntext = 1",
        "id = 'x'\ncategory = 'c'\nstrength = 'strong'",
        "id = 'x'\ncategory = 'c'\npriority = 'high'",
        "id = 'x'\ncategory = 'c'\nexamples = [{ command = 'RCPT' }]",
        "id = 'x'\ncategory = 'c'\nadvice.'日本語' = 'x'",
        "id = 'x'\ncategory = 'c'\nwhen = [{ id = 'y' }]",
    ] {
        assert!(!valid(wrong), "{wrong}");
    }
}

/// With `MODORI_REFERENCE=write` it is written anew.
#[test]
fn the_reference_names_every_key() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
    if std::env::var_os("MODORI_REFERENCE").is_some_and(|what| what == "write") {
        fs::write(file, reference()).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap(), reference());
}
