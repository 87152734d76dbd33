//! Lints on patterns.

use std::collections::HashMap;

use super::super::fault::{Code, Fault};
use super::Sources;
use super::regex;
use crate::model::{Conditions, Element, Form, Pattern, Rule, RuleSet, Scope, TextPattern};
use crate::pattern::{Folded, signature};

/// A pattern is looked for by a text that it must hold, which has so many bytes at least: shorter ones stand almost everywhere.
const FINDABLE: usize = signature::WINDOW;

/// Fewer letters than this, and no condition, match almost anything.
const TELLING: u32 = 2;

/// What is worth a look in one pattern of a rule.
pub(super) fn lint(rule: &Rule, pattern: &Pattern, sources: &Sources<'_>, faults: &mut Vec<Fault>) {
    let warn = |code, title: &str| sources.warn_of_string(&pattern.origin, code, title);
    if findable(pattern) < FINDABLE {
        let fault = warn(Code::SlowPattern, "nothing in this pattern can be looked for");
        let note = "such a pattern is tried on every text, where others are tried only where one of their words stands";
        let help = "write at least one word of three letters or more that must stand there".to_owned();
        faults.extend(fault.map(|fault| fault.label("no word that every match holds").note(note).help(help)));
    }
    match &pattern.form {
        Form::Text(text) if has_open_edge(text) => {
            let fault = warn(Code::GreedyPattern, "a `*` at the edge of a pattern asks for nothing");
            faults.extend(fault.map(|fault| {
                fault.label("begins or ends with `*`").help("leave it out: a pattern may stand anywhere in the words".to_owned())
            }));
        }
        Form::Text(_) => {}
        Form::Regex(regex) => {
            if regex.letters < TELLING && rule.scope == Scope::Anywhere && rule.conditions == Conditions::default() {
                let fault = warn(Code::GreedyPattern, "this regex matches almost anything");
                let help = "write the words that carry the meaning, or add a condition".to_owned();
                faults.extend(fault.map(|fault| fault.label(format!("fewer than {TELLING} letters that must be there")).help(help)));
            }
            regex::lint(pattern, sources, faults);
        }
    }
}

/// The length in bytes of the shortest text by which the pattern could be looked for.
fn findable(pattern: &Pattern) -> usize {
    match &pattern.form {
        Form::Text(text) => text.keys().iter().map(|key| key.len()).min().unwrap_or(0),
        Form::Regex(regex) => regex.needs.iter().take(1).flatten().map(|text| text.len()).min().unwrap_or(0),
    }
}

fn has_open_edge(text: &TextPattern) -> bool {
    [text.elements.first(), text.elements.last()].contains(&Some(&Element::Gap))
}

/// Warns of patterns that stand twice, under conditions that are the same.
pub(super) fn duplicates(set: &RuleSet, sources: &Sources<'_>, faults: &mut Vec<Fault>) {
    let mut known: HashMap<String, Vec<(&Rule, &Pattern)>> = HashMap::new();
    for rule in &set.rules {
        for pattern in &rule.patterns {
            let same = known.entry(key(pattern)).or_default();
            if let Some((other, earlier)) = same.iter().find(|(other, _)| competes(rule, other)) {
                faults.extend(duplicate(rule, pattern, other, earlier, sources));
            } else {
                same.push((rule, pattern));
            }
        }
    }
}

/// What two patterns share that mean the same.
fn key(pattern: &Pattern) -> String {
    match &pattern.form {
        Form::Text(_) => Folded::new(&pattern.source).into_text(),
        Form::Regex(_) => format!("regex {}", pattern.source),
    }
}

/// Whether two rules are about the same words under the same conditions.
fn competes(one: &Rule, other: &Rule) -> bool {
    let alike = one.scope == other.scope && one.conditions == other.conditions;
    alike && (one.scope == Scope::Anywhere || one.provider == other.provider)
}

fn duplicate(rule: &Rule, pattern: &Pattern, other: &Rule, earlier: &Pattern, sources: &Sources<'_>) -> Option<Fault> {
    let same_rule = rule.name == other.name;
    let title = if same_rule {
        format!("{} has this pattern twice", rule.name)
    } else {
        format!("{} and {} have the same pattern", other.name, rule.name)
    };
    let fault = sources.warn_of_string(&pattern.origin, Code::DuplicatePattern, title)?.label("the same again");
    let fault = match sources.find(&earlier.origin) {
        Some((source, at)) => fault.other(source, source.string_at(at), "first here"),
        None => fault,
    };
    let help = if same_rule { "leave one of them out" } else { "leave it to one of the two rules, or give one a condition" };
    let fault = if same_rule { fault } else { fault.note("under the same conditions only one of two rules ever speaks") };
    Some(fault.help(help.to_owned()))
}
