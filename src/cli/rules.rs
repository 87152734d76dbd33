//! `modori rules`: what is known.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::{Args, Subcommand};

use super::setup::Setup;
use super::{Common, Exit, Failed};
use crate::model::{Advice, Conditions, Facts, Lang, Named as _, ProviderKind, Rule, RuleIx, RuleSet};
use crate::rules::nearest;

/// List, show or search the rules in force
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori rules
  modori rules show docomo/unknown-user
  modori rules categories
  modori rules search 'mailbox full'")]
pub(super) struct Rules {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Every provider with its rules, or the rules of one
    List {
        /// A provider
        #[arg(value_name = "PROVIDER")]
        provider: Option<String>,
    },
    /// Every category: its id, how severe it is, its name
    Categories,
    /// One rule, whole
    Show {
        /// Its name
        #[arg(value_name = "PROVIDER/RULE")]
        rule: String,
    },
    /// Rules whose names, categories, patterns or examples hold these words
    Search {
        /// The words
        #[arg(value_name = "WORDS", required = true)]
        words: Vec<String>,
    },
}

impl Rules {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let set = setup.engine.set();
        let lang = setup.langs.list().remove(0);
        let (text, exit) = match &self.action {
            None | Some(Action::List { provider: None }) => (overview(set, &lang), Exit::Done),
            Some(Action::List { provider: Some(id) }) => {
                let index = set.provider_by_id(id).ok_or_else(|| unknown("provider", id, set.providers.iter().map(|p| p.id.as_str())))?;
                (lines(set.rules.iter().filter(|rule| rule.provider == index), set), Exit::Done)
            }
            Some(Action::Categories) => (categories(set, &lang), Exit::Done),
            Some(Action::Show { rule }) => {
                let index = set.rule_by_name(rule).ok_or_else(|| unknown("rule", rule, set.rules.iter().map(|r| r.name.as_str())))?;
                (show(set, index, &lang), Exit::Done)
            }
            Some(Action::Search { words }) => {
                let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
                let found = lines(set.rules.iter().filter(|rule| holds(rule, set, &words)), set);
                let exit = if found.is_empty() { Exit::No } else { Exit::Done };
                (found, exit)
            }
        };
        anstream::stdout().lock().write_all(text.as_bytes())?;
        Ok(exit)
    }
}

pub(super) fn unknown<'n>(what: &str, name: &str, names: impl Iterator<Item = &'n str>) -> Failed {
    let list = if what == "category" { "; `modori rules categories` lists them" } else { "" };
    let near = nearest(name, names).map_or_else(|| list.to_owned(), |near| format!("; did you mean `{near}`?"));
    Failed::Because(format!("there is no {what} `{name}`{near}"))
}

/// Counts by kind and provider.
fn overview(set: &RuleSet, lang: &Lang) -> String {
    let mut out = String::new();
    for kind in ProviderKind::all() {
        let of_kind: Vec<_> = set.providers.iter().enumerate().filter(|(_, provider)| provider.kind == *kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{kind}");
        for (index, provider) in of_kind {
            let rules = set.rules.iter().filter(|rule| rule.provider.0 as usize == index).count();
            let name = provider.name.get(lang).unwrap_or(&provider.id);
            let _ = writeln!(out, "  {:<16} {rules:>4} rules  {name}", provider.id);
        }
    }
    let status = &set.status;
    let _ = writeln!(
        out,
        "{} rules of {} providers, {} categories; {} overridden, {} switched off, {} left out; generation {}, hash {}",
        set.rules.len(),
        set.providers.len(),
        set.categories.len(),
        status.overridden.len(),
        status.disabled.len(),
        status.left_out.len(),
        status.generation,
        status.hash,
    );
    out
}

/// Every category in the order of its file.
fn categories(set: &RuleSet, lang: &Lang) -> String {
    let mut out = String::new();
    for category in &set.categories {
        let name = category.name.get(lang).unwrap_or(&category.id);
        let _ = writeln!(out, "{:<20} {:<10} {name}", category.id, category.severity.name());
    }
    out
}

fn lines<'r>(rules: impl Iterator<Item = &'r Rule>, set: &RuleSet) -> String {
    let mut out = String::new();
    for rule in rules {
        let _ = writeln!(out, "{:<40} {:<20} {}", rule.name, set.category(rule.verdict.category).id, rule.origin);
    }
    out
}

fn holds(rule: &Rule, set: &RuleSet, words: &[String]) -> bool {
    let mut text = format!("{} {}", rule.name, set.category(rule.verdict.category).id).to_lowercase();
    let patterns = rule.patterns.iter().map(|pattern| pattern.source.as_str());
    for part in patterns.chain(rule.examples.iter().map(|example| example.text.as_str())) {
        text.push('\n');
        text.push_str(&part.to_lowercase());
    }
    words.iter().all(|word| text.contains(word))
}

fn show(set: &RuleSet, index: RuleIx, lang: &Lang) -> String {
    let rule = set.rule(index);
    let category = set.category(rule.verdict.category);
    let mut out = String::new();
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "{label:<12} {value}");
        }
    };
    line("rule", &rule.name);
    line("at", &rule.origin.to_string());
    line("category", &category.id);
    line("severity", rule.verdict.severity.unwrap_or(category.severity).name());
    line("action", rule.verdict.action.unwrap_or(category.action).name());
    line("strength", set.strength(&rule.verdict).name());
    line("scope", rule.scope.name());
    for pattern in &rule.patterns {
        line("pattern", &pattern.source);
    }
    line("conditions", &conditions(&rule.conditions));
    for change in &rule.overrides {
        line("when", &format!("{} -> {}", conditions(&change.conditions), set.category(change.verdict.category).id));
    }
    for example in &rule.examples {
        line("example", &example.text);
    }
    line("advice", &advice(&rule.advice, &category.advice, lang));
    line("operator", &advice(&rule.operator, &category.operator, lang));
    out
}

/// The advice that needs no fact: the rule's own, else the category's.
fn advice(own: &Advice, category: &Advice, lang: &Lang) -> String {
    let facts = Facts::default();
    own.render(&facts, lang).or_else(|| category.render(&facts, lang)).unwrap_or_default()
}

fn conditions(conditions: &Conditions) -> String {
    let mut parts = Vec::new();
    let mut add = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            parts.push(format!("{name} {}", values.join("|")));
        }
    };
    add("command", conditions.stages.iter().map(ToString::to_string).collect());
    add("reply", conditions.replies.iter().map(ToString::to_string).collect());
    add("status", conditions.statuses.iter().map(ToString::to_string).collect());
    add("kind", conditions.kinds.iter().map(ToString::to_string).collect());
    add("not", conditions.absent.iter().map(|pattern| pattern.source.clone()).collect());
    add("since", conditions.since.iter().map(ToString::to_string).collect());
    add("until", conditions.until.iter().map(ToString::to_string).collect());
    parts.join(", ")
}
