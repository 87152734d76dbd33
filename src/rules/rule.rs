//! One `[[rule]]` table: text to draft.

use std::collections::HashSet;
use std::sync::Arc;

use toml::de::DeValue;

use super::draft::{RuleDraft, VerdictDraft};
use super::fault::{Code, Fault};
use super::file::read_advice;
use super::keys::{EXAMPLE_KEYS, RULE_KEYS, WHEN_KEYS};
use super::reader::{At, Reader, Table};
use super::source::Source;
use crate::model::{Conditions, Example, Form, HoleKind, Lazy, Pattern, Scope, letters};
use crate::pattern::{PatternError, parse_regex, parse_text};

/// Fewer letters than this may turn up anywhere by chance.
const SAFE_LETTERS: u32 = 12;

/// Reads a rule; `scope` is what the file says for all its rules, if anything.
pub(super) fn read_rule(reader: &mut Reader, table: &Table<'_>, scope: Option<Scope>) -> Option<RuleDraft> {
    reader.only(table, RULE_KEYS);
    let id = reader.need_id(table, "id = \"unknown-user\"");
    let disabled = reader.yes(table, "disabled");
    if !disabled && !table.has("category") {
        let _ = reader.need_text(table, "category", "category = \"user_unknown\"");
    }
    let scope = reader.word(table, "scope").or(scope);
    let patterns = read_patterns(reader, table);
    let conditions = read_conditions(reader, table);
    let empty = patterns.is_empty() && !table.has("text") && !table.has("regex") && conditions == Conditions::default();
    if empty && !disabled {
        let fault = reader.error(table.range.clone(), Code::EmptyRule, "this rule asks for nothing");
        reader
            .faults
            .push(fault.label("nothing to match").help("give it a `text`, or a condition such as `status = \"5.1.1\"`".to_owned()));
    }
    if scope.is_none() {
        warn_of_short(reader, table, &patterns, &conditions);
    }
    let verdict = read_verdict(reader, table);
    let overrides = reader.tables(table, "when", "`when`").iter().map(|when| read_override(reader, when)).collect();
    Some(RuleDraft {
        priority: reader.integer(table, "priority").unwrap_or(0),
        advice: read_advice(reader, table, "advice", RULE_KEYS),
        operator: read_advice(reader, table, "operator", RULE_KEYS),
        examples: read_examples(reader, table, "examples"),
        counter_examples: read_examples(reader, table, "counter_examples"),
        id: id?,
        disabled,
        scope: scope.unwrap_or(Scope::Anywhere),
        verdict,
        patterns,
        conditions,
        overrides,
    })
}

fn read_verdict(reader: &mut Reader, table: &Table<'_>) -> VerdictDraft {
    let category = reader.text(table, "category");
    VerdictDraft {
        category: category.map(|text| At { value: text.value.to_owned(), range: text.range }),
        strength: reader.word(table, "strength"),
        severity: reader.word(table, "severity"),
        action: reader.word(table, "action"),
    }
}

fn read_override(reader: &mut Reader, when: &Table<'_>) -> (Conditions, VerdictDraft) {
    reader.only(when, WHEN_KEYS);
    let conditions = read_conditions(reader, when);
    if conditions == Conditions::default() {
        let fault = reader.error(when.range.clone(), Code::EmptyRule, "this `when` has no condition");
        reader.faults.push(fault.label("it would always hold").help("add one, such as `command = \"BODY\"`".to_owned()));
    }
    (conditions, read_verdict(reader, when))
}

fn read_conditions(reader: &mut Reader, table: &Table<'_>) -> Conditions {
    Conditions {
        stages: reader.words(table, "command"),
        replies: reader.parsed(table, "reply", "`550` or `5*`"),
        statuses: reader.parsed(table, "status", "`5.1.1` or `*.2.2`"),
        kinds: reader.words(table, "kind"),
        absent: read_texts(reader, table, "not").into_iter().map(Lazy::from).collect(),
        since: reader.date(table, "since"),
        until: reader.date(table, "until"),
    }
}

fn read_patterns(reader: &mut Reader, table: &Table<'_>) -> Vec<Pattern> {
    let mut patterns = read_texts(reader, table, "text");
    for text in reader.texts(table, "regex") {
        match parse_regex(text.value) {
            Ok(regex) => patterns.push(pattern(reader, &text, Form::Regex(regex))),
            Err(error) => reader.faults.push(pattern_fault(&reader.source, &text, &error)),
        }
    }
    patterns
}

fn read_texts(reader: &mut Reader, table: &Table<'_>, key: &str) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for text in reader.texts(table, key) {
        match parse_text(text.value) {
            Ok(parsed) if parsed.holes().any(|hole| hole.kind == HoleKind::Stage) => {
                let fault = reader.error(text.range.clone(), Code::BadPattern, "`{stage}` is for shapes only");
                reader.faults.push(fault.help("use the condition `command = \"RCPT\"`".to_owned()));
            }
            Ok(parsed) if parsed.letters() == 0 => {
                let fault = reader.error(text.range.clone(), Code::BadPattern, "this pattern holds no letter or digit");
                reader.faults.push(fault.help("write at least one word that the text must hold".to_owned()));
            }
            Ok(parsed) => patterns.push(pattern(reader, &text, Form::Text(parsed))),
            Err(error) => reader.faults.push(pattern_fault(&reader.source, &text, &error)),
        }
    }
    patterns
}

fn pattern(reader: &Reader, text: &At<&str>, form: Form) -> Pattern {
    Pattern { source: text.value.to_owned(), form, origin: reader.origin(&text.range) }
}

/// The fault of a pattern, at its place inside the string.
pub(super) fn pattern_fault(source: &Arc<Source>, text: &At<&str>, error: &PatternError) -> Fault {
    let written = source.text.get(text.range.clone()).unwrap_or_default();
    // Only a string without escapes stands in the file as it is.
    let range = match written.find(text.value).filter(|_| !text.value.is_empty()) {
        Some(offset) => {
            let start = text.range.start + offset;
            start + error.range.start..start + error.range.end
        }
        None => text.range.clone(),
    };
    Fault::error(source, range, Code::BadPattern, error.what.clone()).help(error.help.clone())
}

/// Warns of texts that may turn up by chance in anybody's words, where nobody said that they are for anybody's.
fn warn_of_short(reader: &mut Reader, table: &Table<'_>, patterns: &[Pattern], conditions: &Conditions) {
    if conditions.count() > 0 {
        return;
    }
    let read: HashSet<&str> = patterns.iter().map(|pattern| pattern.source.as_str()).collect();
    for text in reader.texts(table, "text").into_iter().filter(|text| read.contains(text.value)) {
        let marked = text.value.contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | ':' | '#' | '^' | '[' | '{'));
        if !marked && letters(text.value) < SAFE_LETTERS {
            let fault = reader.error(text.range, Code::ShortPattern, format!("`{}` may turn up anywhere", text.value)).warning();
            let help = "add words, a code or a condition, or set `scope`: \"speaker\", or \"anywhere\" where that is meant".to_owned();
            reader.faults.push(fault.label(format!("fewer than {SAFE_LETTERS} letters")).help(help));
        }
    }
}

fn read_examples(reader: &mut Reader, table: &Table<'_>, key: &'static str) -> Vec<Example> {
    let Some(value) = table.map.get(key) else { return Vec::new() };
    let DeValue::Array(items) = value.get_ref() else {
        reader.wrong_type(value.span(), key, "a list of texts", value.get_ref());
        return Vec::new();
    };
    let mut examples = Vec::new();
    for item in items {
        let line = reader.source.line(item.span().start);
        match item.get_ref() {
            DeValue::String(text) => examples.push(Example { text: text.clone().into_owned(), line, ..Example::default() }),
            DeValue::Table(map) => {
                let example = Table { name: "an example", map, range: item.span() };
                examples.extend(read_example(reader, &example).map(|example| Example { line, ..example }));
            }
            other => reader.wrong_type(item.span(), key, "a list of texts and tables", other),
        }
    }
    examples
}

fn read_example(reader: &mut Reader, table: &Table<'_>) -> Option<Example> {
    reader.only(table, EXAMPLE_KEYS);
    let text = reader.need_text(table, "text", "text = '550 User unknown'")?;
    Some(Example {
        text: text.value.to_owned(),
        stage: reader.word(table, "command"),
        reply: reader.parsed_one(table, "reply", "`550`"),
        status: reader.parsed_one(table, "status", "`5.1.1`"),
        remote: reader.text(table, "remote").map(|text| text.value.to_owned()),
        recipient: reader.text(table, "recipient").map(|text| text.value.to_owned()),
        kind: reader.word(table, "kind"),
        date: reader.date(table, "date"),
        line: 0,
    })
}
