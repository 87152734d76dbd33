//! Faults as a SARIF 2.1.0 log (OASIS), which editors and code hosts read.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Value, json};

use super::places;
use crate::rules::{Code, Fault, Source};

/// The log of one run.
#[must_use]
pub fn sarif_log(faults: &[Fault]) -> Value {
    let codes: BTreeSet<Code> = faults.iter().map(|fault| fault.code).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "modori",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": codes.into_iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": faults.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn rule(code: Code) -> Value {
    let page = code.page();
    json!({ "id": code, "shortDescription": { "text": page.lines().find(|line| !line.is_empty() && !line.starts_with('#')) }, "help": { "text": page, "markdown": page } })
}

fn result(fault: &Fault) -> Value {
    let more = [Some(&fault.label), fault.note.as_ref(), fault.help.as_ref()].into_iter().flatten().filter(|text| !text.is_empty());
    let message: Vec<&str> = std::iter::once(&fault.title).chain(more).map(String::as_str).collect();
    let related = fault.other.iter().enumerate().map(|(id, (source, range, word))| {
        let mut location = location(source, range);
        location["id"] = json!(id);
        location["message"] = json!({ "text": word });
        location
    });
    json!({
        "ruleId": fault.code,
        "level": fault.level,
        "message": { "text": message.join("\n") },
        "locations": [location(&fault.source, &fault.range)],
        "relatedLocations": related.collect::<Vec<_>>(),
    })
}

fn location(source: &Arc<Source>, range: &Range<usize>) -> Value {
    let (start, end) = places(source, range);
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&start.file) },
        "region": { "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column },
    } })
}

/// A file's name as a URI reference: what may not stand in one is escaped.
fn uri(file: &str) -> String {
    let mut out = String::with_capacity(file.len());
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
