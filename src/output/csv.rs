//! CSV (RFC 4180): a row for each answer, its columns the keys of the record.

use std::io;

use csv::WriterBuilder;
use serde_json::Value;

use super::record::Record;

/// The columns. They are only ever added to, at the end.
const COLUMNS: [&str; 35] = [
    "file",
    "index",
    "kind",
    "recipient",
    "final_recipient",
    "category",
    "group",
    "severity",
    "action",
    "strength",
    "provider",
    "rule",
    "reporter",
    "remote",
    "reporting_host",
    "remote_host",
    "status",
    "reply",
    "command",
    "stage",
    "diagnostic",
    "facts",
    "advice",
    "notes",
    "operator",
    "lang",
    "sender",
    "subject",
    "message_id",
    "date",
    "generation",
    "mail",
    "line",
    "queue_id",
    "time",
];

/// The first row.
pub(super) fn header() -> Vec<u8> {
    let mut out = COLUMNS.join(",").into_bytes();
    out.push(b'\n');
    out
}

/// Appends the row of a record.
pub(super) fn row(out: &mut Vec<u8>, record: &Record<'_>) -> io::Result<()> {
    let record = serde_json::to_value(record)?;
    let mut writer = WriterBuilder::new().from_writer(out);
    writer.write_record(COLUMNS.iter().map(|column| cell(&record[column])))?;
    writer.flush()
}

/// A value as a cell. What a spreadsheet would take for a formula gets an apostrophe in front, by which it is a text; control
/// characters of a mail must not steer a terminal.
fn cell(value: &Value) -> String {
    let text: String = plain(value).chars().map(|c| if c.is_control() && !"\t\n".contains(c) { '\u{FFFD}' } else { c }).collect();
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.replace("\r\n", "\n"),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("\n"),
        Value::Object(map) => map.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join("; "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_hold_texts_and_no_formulas() {
        assert_eq!(cell(&json!("=HYPERLINK(\"http://example.com\")")), "'=HYPERLINK(\"http://example.com\")");
        assert_eq!([json!("+1"), json!("-"), json!("@x"), json!("\tx")].map(|value| cell(&value)), ["'+1", "'-", "'@x", "'\tx"]);
        assert_eq!(cell(&json!({ "limit": 5, "host": "mx.example.jp" })), "limit=5; host=mx.example.jp");
        assert_eq!(cell(&json!(["one", "two\u{1b}[31m"])), "one\ntwo\u{FFFD}[31m");
        assert_eq!(cell(&Value::Null), "");
    }
}
