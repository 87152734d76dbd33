//! Where cases come from: the examples of a set, and `*.test.toml` files.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::case::{Case, Expected};
use crate::matcher::Viewpoint;
use crate::model::{Example, Lang, Rule, RuleSet, Scope};
use crate::rules::Source;

/// The examples and counter-examples of every rule of a set.
///
/// Rules for one speaker, one reporter or one provider's customers are tried as that provider's.
#[must_use]
pub fn example_cases(set: &RuleSet) -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in &set.rules {
        for (number, example) in rule.examples.iter().enumerate() {
            let expected = Expected { rule: Some(rule.name.clone()), ..Expected::default() };
            cases.push(example_case(rule, example, format!("{} example {}", rule.name, number + 1), expected));
        }
        for (number, example) in rule.counter_examples.iter().enumerate() {
            let expected = Expected { not_rule: Some(rule.name.clone()), ..Expected::default() };
            cases.push(example_case(rule, example, format!("{} counter-example {}", rule.name, number + 1), expected));
        }
    }
    cases
}

fn example_case(rule: &Rule, example: &Example, name: String, expected: Expected) -> Case {
    let provider = Some(rule.provider);
    let from = match rule.scope {
        Scope::Anywhere => Viewpoint::default(),
        Scope::Speaker | Scope::Reporter => Viewpoint { presumed: provider, ..Viewpoint::default() },
        Scope::Asked => Viewpoint { customer_of: provider, ..Viewpoint::default() },
    };
    Case {
        name,
        place: format!("{}:{}", rule.origin.file, example.line),
        example: example.clone(),
        from,
        lang: Lang::english(),
        expected,
        todo: false,
    }
}

/// Why a suite cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuiteError {
    /// The file.
    pub file: String,
    /// What is wrong, with the line where there is one.
    pub what: String,
}

impl fmt::Display for SuiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

impl std::error::Error for SuiteError {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteFile {
    #[serde(default)]
    test: Vec<Spanned<TestTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestTable {
    name: String,
    text: String,
    provider: Option<String>,
    lang: Option<String>,
    command: Option<String>,
    reply: Option<String>,
    status: Option<String>,
    remote: Option<String>,
    recipient: Option<String>,
    kind: Option<String>,
    date: Option<toml::value::Datetime>,
    #[serde(default)]
    expect: ExpectTable,
    #[serde(default)]
    forbid: ForbidTable,
    #[serde(default)]
    todo: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectTable {
    rule: Option<String>,
    category: Option<String>,
    severity: Option<String>,
    action: Option<String>,
    kind: Option<String>,
    recipient: Option<String>,
    advice: Option<String>,
    #[serde(default)]
    facts: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForbidTable {
    rule: Option<String>,
    category: Option<String>,
}

/// Reads a suite; rules, categories and providers that it names must exist in `set`.
///
/// # Errors
/// Where the file is no suite, or a name in it means nothing.
pub fn read_suite(name: &str, text: &str, set: &RuleSet) -> Result<Vec<Case>, SuiteError> {
    let error = |what: String| SuiteError { file: name.to_owned(), what };
    let file: SuiteFile = toml::from_str(text).map_err(|e| error(e.to_string()))?;
    let source = Source::new(name, text.to_owned());
    let mut cases = Vec::with_capacity(file.test.len());
    for table in file.test {
        let line = source.origin(table.span().start).line;
        let table = table.into_inner();
        let title = table.name.clone();
        let case = test_case(table, set).map_err(|what| error(format!("{line}: in `{title}`: {what}")))?;
        cases.push(Case { place: format!("{name}:{line}"), ..case });
    }
    Ok(cases)
}

fn test_case(table: TestTable, set: &RuleSet) -> Result<Case, String> {
    let parse = |what: &str, text: Option<&String>| text.map(|text| format!("{what} cannot be `{text}`"));
    let known = |what: &str, name: Option<&String>, found: &dyn Fn(&str) -> bool| match name {
        Some(name) if !found(name) => Err(format!("there is no {what} `{name}`")),
        _ => Ok(()),
    };
    let is_rule = |name: &str| set.rule_by_name(name).is_some();
    let is_category = |name: &str| set.category_by_id(name).is_some();
    known("rule", table.expect.rule.as_ref(), &is_rule)?;
    known("rule", table.forbid.rule.as_ref(), &is_rule)?;
    known("category", table.expect.category.as_ref(), &is_category)?;
    known("category", table.forbid.category.as_ref(), &is_category)?;
    known("provider", table.provider.as_ref(), &|id| set.provider_by_id(id).is_some())?;
    let read = |what: &'static str, text: &Option<String>| -> Result<(), String> { parse(what, text.as_ref()).map_or(Ok(()), Err) };
    let stage = word(&table.command).map_or_else(|()| read("command", &table.command).map(|()| None), Ok)?;
    let reply = word(&table.reply).map_or_else(|()| read("reply", &table.reply).map(|()| None), Ok)?;
    let status = word(&table.status).map_or_else(|()| read("status", &table.status).map(|()| None), Ok)?;
    let kind = word(&table.kind).map_or_else(|()| read("kind", &table.kind).map(|()| None), Ok)?;
    let date = table.date.and_then(|datetime| datetime.date).map(|d| format!("{:04}-{:02}-{:02}", d.year, d.month, d.day));
    let date = date.map(|text| text.parse().map_err(|_| format!("date cannot be `{text}`"))).transpose()?;
    let lang = table.lang.as_deref().map_or(Some(Lang::english()), Lang::parse).ok_or("lang is no language")?;
    Ok(Case {
        name: table.name,
        place: String::new(),
        example: Example { text: table.text, stage, reply, status, remote: table.remote, recipient: table.recipient, kind, date, line: 0 },
        from: Viewpoint { customer_of: table.provider.and_then(|id| set.provider_by_id(&id)), presumed: None },
        lang,
        expected: Expected {
            rule: table.expect.rule,
            category: table.expect.category,
            severity: table.expect.severity,
            action: table.expect.action,
            kind: table.expect.kind,
            recipient: table.expect.recipient,
            facts: table.expect.facts.into_iter().collect(),
            advice: table.expect.advice,
            not_rule: table.forbid.rule,
            not_category: table.forbid.category,
        },
        todo: table.todo,
    })
}

/// A word read by its own parser; `Err` where it cannot be.
fn word<T: std::str::FromStr>(text: &Option<String>) -> Result<Option<T>, ()> {
    text.as_deref().map(|text| text.parse().map_err(|_| ())).transpose()
}
