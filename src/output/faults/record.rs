//! Faults as JSON.

use serde_json::{Value, json};

use super::places;
use crate::rules::Fault;

/// One fault as a JSON object. Its keys are only ever added to.
#[must_use]
pub fn fault_record(fault: &Fault) -> Value {
    let (start, end) = places(&fault.source, &fault.range);
    let other = fault.other.as_ref().map(|(source, range, word)| {
        let (start, end) = places(source, range);
        json!({
            "file": &*start.file, "line": start.line, "column": start.column,
            "end_line": end.line, "end_column": end.column, "label": word,
        })
    });
    json!({
        "code": fault.code,
        "level": fault.level,
        "title": fault.title,
        "file": &*start.file,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "label": Some(&fault.label).filter(|label| !label.is_empty()),
        "note": fault.note,
        "help": fault.help,
        "text": fault.source.text.lines().nth(start.line as usize - 1),
        "other": other,
    })
}
