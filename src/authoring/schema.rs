//! The JSON Schema of rule files, for editors: made of the keys that the reader knows.

use serde_json::{Map, Value, json};

use crate::rules::keys::{FILE_KEYS, Key, Needed, Takes};

/// The schema of a rule file (JSON Schema, draft 7, which TOML editors read).
///
/// ```
/// let schema = modori::authoring::schema();
/// assert!(schema["properties"]["rule"]["items"]["properties"]["text"]["description"].is_string());
/// ```
#[must_use]
pub fn schema() -> Value {
    let mut schema = table(FILE_KEYS);
    let head = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "modori rule file",
        "description": "Rules that tell why mails come back. One file is one provider.",
    });
    if let (Value::Object(schema), Value::Object(mut head)) = (&mut schema, head) {
        head.append(schema);
        *schema = head;
    }
    schema
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.needed == Needed::Yes).map(|key| key.name).collect();
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    let unless: Vec<Value> = keys.iter().filter_map(unless).collect();
    if !unless.is_empty() {
        table["allOf"] = json!(unless);
    }
    table
}

/// A key that must be there unless another is `true`.
fn unless(key: &Key) -> Option<Value> {
    let Needed::Unless(other) = key.needed else { return None };
    Some(json!({ "anyOf": [{ "required": [key.name] }, { "required": [other], "properties": { other: { "const": true } } }] }))
}

fn property(key: &Key) -> Value {
    let mut property = taken(key.takes);
    property["description"] = json!(key.about);
    property
}

fn taken(takes: Takes) -> Value {
    let text = || json!({ "type": "string" });
    match takes {
        Takes::Text => text(),
        Takes::Texts => one_or_many(&text()),
        Takes::Id => json!({ "type": "string", "pattern": "^[a-z0-9_-]+$" }),
        Takes::Yes => json!({ "type": "boolean" }),
        Takes::Integer => json!({ "type": "integer" }),
        Takes::Date => json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}" }),
        Takes::Word(words) => json!({ "enum": words() }),
        Takes::Words(words) => one_or_many(&json!({ "enum": words() })),
        Takes::Localized => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", "not": { "enum": key_names() } },
            "additionalProperties": one_or_many(&json!({ "type": "string", "minLength": 1 })),
        }),
        Takes::Table(keys) => table(keys),
        Takes::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Takes::TablesOfTexts => json!({ "type": "array", "items": { "type": "object", "additionalProperties": one_or_many(&text()) } }),
        Takes::TextsAndTables(keys) => json!({ "type": "array", "items": { "anyOf": [text(), table(keys)] } }),
        Takes::WordsByName(words) => json!({ "type": "object", "additionalProperties": { "enum": words() } }),
    }
}

fn one_or_many(one: &Value) -> Value {
    json!({ "anyOf": [one, { "type": "array", "items": one }] })
}

/// The keys of all tables in a file: none of them is a language, though it may look like one.
fn key_names() -> Vec<&'static str> {
    let inner = FILE_KEYS.iter().filter_map(|key| match key.takes {
        Takes::Table(keys) | Takes::Tables(keys) => Some(keys),
        _ => None,
    });
    let mut names: Vec<&str> = inner.flatten().map(|key| key.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_needs_a_category_unless_it_is_switched_off() {
        let rule = &schema()["properties"]["rule"]["items"];
        assert_eq!(rule["required"], json!(["id"]));
        assert_eq!(rule["allOf"][0]["anyOf"][0]["required"], json!(["category"]));
        assert_eq!(rule["properties"]["strength"]["enum"][0], "symptom");
    }
}
