//! From patterns of another program to a rule file, every rule in it tried out.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use regex_syntax::hir::HirKind;

use super::super::draft::{literal, provider_file, quoted};
use super::super::propose::id_of;
use super::sample::sample;
use super::{Dialect, Foreign, Found, LeftOut};
use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{Kind, ProviderKind, RuleSet};
use crate::pattern::parse_regex;
use crate::rules::{Layer, RawFile, load};
use crate::suite::{example_cases, run};

/// What the classes of other programs are called here.
const CLASSES: &str = include_str!("classes.toml");

/// What the file begins with.
const HEAD: &str = "\
# The rules are weak: shipped rules that give a reason speak first. Take that line away where a rule of yours should.
# What could not be carried over, and what was not needed, stands at the end.
";

/// A rule file made of another program's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The file.
    pub toml: String,
    /// How many rules it holds.
    pub rules: usize,
    /// How many were not needed, since a rule says the same already.
    pub already: usize,
    /// What could not be carried over.
    pub left_out: Vec<LeftOut>,
}

/// A rule under way.
struct Rule {
    foreign: Foreign,
    id: String,
    category: String,
    example: String,
}

/// Makes a rule file of `text`, a file of another program; `layers` are the rules that it will lie on.
///
/// # Errors
/// Where the file is none of that program's, or the layers do not load.
pub fn import(dialect: Dialect, text: &str, layers: &[Layer]) -> Result<Imported, String> {
    let Found { patterns, mut left_out } = dialect.read(text)?;
    let below = load(layers).set.map(Engine::new).ok_or("the rules do not load")?;
    let classes = classes(dialect);
    let mut rules = Vec::new();
    for foreign in patterns {
        match rule(&below, &classes, &foreign) {
            Ok(rule) => rules.push(rule),
            Err(why) => left_out.push(LeftOut { line: foreign.line, what: foreign.regex, why }),
        }
    }
    number_ids(&mut rules);
    let mut already = Vec::new();
    for (id, loss) in losers(dialect, &rules, layers)? {
        if let Some(at) = rules.iter().position(|rule| rule.id == id) {
            let Foreign { line, regex, .. } = rules.remove(at).foreign;
            let one = |why| LeftOut { line, what: regex, why };
            match loss {
                Loss::SaysTheSame(rule) => already.push(one(format!("{rule} says the same"))),
                Loss::Other(why) => left_out.push(one(why)),
            }
        }
    }
    left_out.sort_by_key(|one| one.line);
    let toml = file(dialect, &rules) + &comments("What could not be carried over:", &left_out) + &comments("Not needed:", &already);
    Ok(Imported { toml, rules: rules.len(), already: already.len(), left_out })
}

/// Lines of another program's file with why they made no rule, as comments.
fn comments(title: &str, lines: &[LeftOut]) -> String {
    let mut out = if lines.is_empty() { String::new() } else { format!("\n# {title}\n") };
    for one in lines {
        let what = one.what.replace(char::is_control, " ");
        let _ = write!(out, "# line {}: {what}\n#   {}\n", one.line, one.why);
    }
    out
}

/// Why a rule does not win its own example.
enum Loss {
    /// The rule of this name takes it, and says the same.
    SaysTheSame(String),
    /// Anything else.
    Other(String),
}

/// The classes of a program.
fn classes(dialect: Dialect) -> HashMap<String, String> {
    let table: HashMap<String, HashMap<String, String>> = toml::from_str(CLASSES).unwrap_or_default();
    table.get(dialect.name()).cloned().unwrap_or_default()
}

fn rule(below: &Engine, classes: &HashMap<String, String>, foreign: &Foreign) -> Result<Rule, String> {
    parse_regex(&foreign.regex).map_err(|error| error.what)?;
    let example = foreign.example.clone().or_else(|| sample(&foreign.regex)).ok_or("no sample text could be made of it")?;
    let known = |id: &&String| below.set().category_by_id(id).is_some();
    let named = classes.iter().find(|(class, _)| class.eq_ignore_ascii_case(&foreign.class)).map(|(_, id)| id).filter(known);
    let category = named.cloned().or_else(|| by_rules(below, &example));
    let category = category.ok_or_else(|| format!("nothing here is like its class `{}`", foreign.class))?;
    let words: String = foreign.regex.chars().map(|c| if c == '{' || c == '}' { ' ' } else { c }).collect();
    let words = words.replace("\\d", " ").replace("\\s", " ").replace("\\b", " ");
    Ok(Rule { id: id_of(&words, &category), category, example, foreign: foreign.clone() })
}

/// The category that the rules below give a text, where they know one.
fn by_rules(below: &Engine, text: &str) -> Option<String> {
    let set: &RuleSet = below.set();
    let diagnosis = below.lookup(text, Viewpoint::default());
    let known = diagnosis.rule.is_some() && diagnosis.category != set.default_category(Kind::Bounce);
    known.then(|| set.category(diagnosis.category).id.clone())
}

fn number_ids(rules: &mut [Rule]) {
    let mut seen: HashSet<String> = HashSet::new();
    for rule in rules {
        let mut ids = std::iter::once(rule.id.clone()).chain((2..).map(|number| format!("{}-{number}", rule.id)));
        rule.id = ids.find(|id| seen.insert(id.clone())).unwrap_or_default();
    }
}

/// The rules that do not win their own example when all are laid on top, and why.
fn losers(dialect: Dialect, rules: &[Rule], layers: &[Layer]) -> Result<Vec<(String, Loss)>, String> {
    let raw = RawFile::new("the imported rules", Ok(file(dialect, rules).into_bytes()));
    let on_top: Vec<Layer> = layers.iter().cloned().chain([Layer::from(vec![raw])]).collect();
    let loaded = load(&on_top);
    let faults: Vec<String> = loaded.errors().map(ToString::to_string).collect();
    let with = loaded.set.map(Engine::new).ok_or_else(|| faults.join("\n"))?;
    let front = format!("{}/", provider(dialect));
    let mut out = Vec::new();
    for case in example_cases(with.set()) {
        let Some(id) = case.expected.must.rule.as_deref().and_then(|name| name.strip_prefix(&front)) else { continue };
        if run(&with, &case).failed() {
            let winner = case.diagnose(&with).and_then(|diagnosis| diagnosis.rule).map(|rule| with.set().rule(rule));
            let own = rules.iter().find(|rule| rule.id == id).map(|rule| rule.category.as_str());
            out.push((
                id.to_owned(),
                match winner {
                    Some(winner) if own == Some(&with.set().category(winner.verdict.category).id) => Loss::SaysTheSame(winner.name.clone()),
                    Some(winner) => {
                        let category = &with.set().category(winner.verdict.category).id;
                        Loss::Other(format!("{} takes its sample, and says {category}", winner.name))
                    }
                    None => Loss::Other("it does not match its own sample".to_owned()),
                },
            ));
        }
    }
    Ok(out)
}

fn provider(dialect: Dialect) -> String {
    format!("imported-{dialect}")
}

/// The file, without what was left out.
fn file(dialect: Dialect, rules: &[Rule]) -> String {
    let head = provider_file(&provider(dialect), ProviderKind::Standard, &format!("Imported from {dialect}"), &[], &[]);
    let mut out = format!("# Imported from {dialect}.\n{HEAD}{head}");
    for rule in rules {
        let (key, pattern) = match phrase(&rule.foreign.regex) {
            Some(text) => ("text", literal(&text)),
            None => ("regex", literal(&rule.foreign.regex)),
        };
        let example = literal(&rule.example.split_whitespace().collect::<Vec<_>>().join(" "));
        let _ = write!(
            out,
            "\n[[rule]]\nid       = {}\ncategory = {}\nstrength = \"weak\"\n{key:<8} = {pattern}\nexamples = [{example}]\n",
            quoted(&rule.id),
            quoted(&rule.category),
        );
    }
    out
}

/// The words of a regex that is nothing but words, as a text pattern.
fn phrase(regex: &str) -> Option<String> {
    let hir = regex_syntax::parse(regex).ok()?;
    let HirKind::Literal(words) = hir.kind() else { return None };
    let words = std::str::from_utf8(&words.0).ok()?;
    let plain = words.contains(' ') && words.trim() == words && !words.contains(['*', '{', '}', '^', '$', '\\', '|']);
    plain.then(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_carried_over_and_the_rest_is_listed() {
        let text = "# 554 parcel desk closed for ever\nparcel desk closed,reject,mailbox,x\nthe (?=cook) says,reject,spam,x\nnothing like it,reject,zebra,x\n\
            mailbox full,reject,capacity,x\nparcel \\d+ lost,reject,spam,x\n";
        let layers = [Layer::shipped()];
        let imported = import(Dialect::Zonemta, text, &layers).unwrap();
        assert_eq!(imported.rules, 2, "{}", imported.toml);
        assert!(
            imported.toml.contains("text     = 'parcel desk closed'\nexamples = ['554 parcel desk closed for ever']"),
            "{}",
            imported.toml
        );
        assert!(imported.toml.contains("regex    = 'parcel \\d+ lost'\nexamples = ['parcel 5 lost']"), "{}", imported.toml);
        let why: Vec<(usize, &str)> = imported.left_out.iter().map(|one| (one.line, one.why.as_str())).collect();
        assert_eq!(why.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
        assert!(why[0].1.contains("look-around"), "{}", why[0].1);
        assert_eq!(imported.already, 1);
        assert!(imported.toml.trim_end().ends_with("says the same"), "{}", imported.toml);
        let raw = RawFile::new("i.toml", Ok(imported.toml.into_bytes()));
        assert!(load(&[Layer::shipped(), Layer::from(vec![raw])]).set.is_some());
    }

    #[test]
    fn every_class_has_a_category_that_exists() {
        let engine = Engine::load(Vec::new()).expect("the shipped rules load");
        for dialect in Dialect::ALL {
            let classes = classes(*dialect);
            assert!(classes.len() > 10, "{dialect}");
            for id in classes.values() {
                assert!(engine.set().category_by_id(id).is_some(), "{id}");
            }
        }
    }
}
