//! `*.test.toml`: suites of cases.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

use super::case::{Case, Expected, Input, Mail, Says};
use crate::matcher::Viewpoint;
use crate::model::{Action, Example, Kind, Lang, RuleSet, Severity};
use crate::rules::{Source, nearest};

/// A suite that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// Its file.
    pub path: PathBuf,
    /// Its cases.
    pub cases: Vec<Case>,
    /// The mails that its cases are tried on.
    pub mails: Vec<PathBuf>,
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
        write!(f, "{}:{}", self.file, self.what)
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
    text: Option<String>,
    mail: Option<PathBuf>,
    failure: Option<usize>,
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
    expect: SaysTable,
    #[serde(default)]
    forbid: SaysTable,
    #[serde(default)]
    todo: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaysTable {
    failures: Option<usize>,
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

/// Reads a suite and the mails beside it; rules, categories and providers that it names must exist in `set`.
///
/// # Errors
/// Everything that is wrong: where the file is no suite, holds no test, or a test names what is not there.
pub fn read_suite(path: &Path, set: &RuleSet) -> Result<Suite, Vec<SuiteError>> {
    let file = path.display().to_string();
    let one = |what: String| vec![SuiteError { file: file.clone(), what }];
    let text = fs::read_to_string(path).map_err(|error| one(format!(" cannot be read: {error}")))?;
    let tables: SuiteFile = toml::from_str(&text).map_err(|error| one(format!(" {error}")))?;
    if tables.test.is_empty() {
        return Err(one(" holds no [[test]]".to_owned()));
    }
    let source = Source::new(&file, text);
    let reading = Reading { set, folder: path.parent().unwrap_or(Path::new("")) };
    let mut suite = Suite { path: path.to_owned(), cases: Vec::new(), mails: Vec::new() };
    let mut errors = Vec::new();
    let mut names = HashSet::new();
    for table in tables.test {
        let line = source.origin(table.span().start).line;
        let table = table.into_inner();
        let name = table.name.clone();
        suite.mails.extend(table.mail.as_ref().map(|mail| reading.folder.join(mail)));
        let case = if names.insert(name.clone()) { reading.case(table) } else { Err("the name stands twice".to_owned()) };
        match case {
            Ok(case) => suite.cases.push(Case { place: format!("{file}:{line}"), ..case }),
            Err(what) => errors.push(SuiteError { file: file.clone(), what: format!("{line}: in `{name}`: {what}") }),
        }
    }
    if errors.is_empty() { Ok(suite) } else { Err(errors) }
}

/// What the tables of a suite are read against.
struct Reading<'r> {
    set: &'r RuleSet,
    folder: &'r Path,
}

impl Reading<'_> {
    fn case(&self, table: TestTable) -> Result<Case, String> {
        let TestTable { name, provider, lang, expect, forbid, todo, .. } = &table;
        let from = match provider {
            None => None,
            Some(id) => Some(self.set.provider_by_id(id).ok_or_else(|| no_such("provider", id, self.providers()))?),
        };
        let lang = lang.as_deref().map_or(Some(Lang::english()), Lang::parse).ok_or("`lang` is no language")?;
        let (name, todo, failures) = (name.clone(), *todo, expect.failures);
        self.known(&expect.rule, &expect.category)?;
        self.known(&forbid.rule, &forbid.category)?;
        if forbid.failures.is_some() {
            return Err("`failures` is for `expect`".to_owned());
        }
        let input = self.input(&table)?;
        let expected = Expected { must: says(table.expect)?, must_not: says(table.forbid)?, failures };
        let from = Viewpoint { customer_of: from, presumed: None };
        Ok(Case { name, place: String::new(), input, from, lang, expected, todo })
    }

    fn providers(&self) -> impl Iterator<Item = &str> {
        self.set.providers.iter().map(|provider| provider.id.as_str())
    }

    /// Whether the rule and the category that a test names exist.
    fn known(&self, rule: &Option<String>, category: &Option<String>) -> Result<(), String> {
        if let Some(name) = rule.as_deref().filter(|name| *name != "none" && self.set.rule_by_name(name).is_none()) {
            return Err(no_such("rule", name, self.set.rules.iter().map(|rule| rule.name.as_str())));
        }
        if let Some(id) = category.as_deref().filter(|id| self.set.category_by_id(id).is_none()) {
            return Err(no_such("category", id, self.set.categories.iter().map(|category| category.id.as_str())));
        }
        Ok(())
    }

    fn input(&self, table: &TestTable) -> Result<Input, String> {
        match (&table.text, &table.mail) {
            (Some(text), None) if table.failure.is_none() && table.expect.failures.is_none() => Ok(Input::Text(example(table, text)?)),
            (Some(_), None) => Err("`failure` and `failures` are for mails".to_owned()),
            (None, Some(mail)) => {
                let known = [&table.command, &table.reply, &table.status, &table.remote, &table.recipient, &table.kind];
                if known.iter().any(|known| known.is_some()) || table.date.is_some() {
                    return Err("a mail brings its own evidence: what is known beside it is for texts".to_owned());
                }
                let path = self.folder.join(mail);
                let bytes = fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
                let failure = table.failure.unwrap_or(1).checked_sub(1).ok_or("failures are counted from 1")?;
                Ok(Input::Mail(Mail { file: path.display().to_string(), bytes, failure }))
            }
            _ => Err("either `text` or `mail` belongs here".to_owned()),
        }
    }
}

fn no_such<'n>(what: &str, name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    let near = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    format!("there is no {what} `{name}`{near}")
}

/// A text with what is known beside it.
fn example(table: &TestTable, text: &str) -> Result<Example, String> {
    let date = table.date.and_then(|datetime| datetime.date).map(|d| format!("{:04}-{:02}-{:02}", d.year, d.month, d.day));
    Ok(Example {
        text: text.to_owned(),
        stage: word("command", table.command.as_deref())?,
        reply: word("reply", table.reply.as_deref())?,
        status: word("status", table.status.as_deref())?,
        remote: table.remote.clone(),
        recipient: table.recipient.clone(),
        kind: word("kind", table.kind.as_deref())?,
        date: word("date", date.as_deref())?,
        line: 0,
    })
}

fn says(table: SaysTable) -> Result<Says, String> {
    word::<Severity>("severity", table.severity.as_deref())?;
    word::<Action>("action", table.action.as_deref())?;
    if table.kind.as_deref() != Some("not_a_report") {
        word::<Kind>("kind", table.kind.as_deref())?;
    }
    let SaysTable { failures: _, rule, category, severity, action, kind, recipient, advice, facts } = table;
    Ok(Says { rule, category, severity, action, kind, recipient, advice, facts: facts.into_iter().collect() })
}

/// A word read by its own parser.
fn word<T: FromStr>(what: &str, text: Option<&str>) -> Result<Option<T>, String> {
    text.map(|text| text.parse().map_err(|_| format!("`{what}` cannot be `{text}`"))).transpose()
}
