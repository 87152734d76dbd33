//! What the rules in force know: rules and categories.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::asking::{Asking, work};
use super::problem::Problem;
use crate::model::{Action, Advice, Facts, Lang, Localized, Rule, RuleSet, Severity, Strength};

/// Which rules are wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    provider: Option<String>,
    category: Option<String>,
}

#[derive(Serialize)]
struct RuleEntry<'s> {
    rule: &'s str,
    provider: &'s str,
    category: &'s str,
    strength: Strength,
    scope: &'s str,
    patterns: Vec<&'s str>,
    place: String,
}

impl<'s> RuleEntry<'s> {
    fn new(set: &'s RuleSet, rule: &'s Rule) -> Self {
        Self {
            rule: &rule.name,
            provider: &set.provider(rule.provider).id,
            category: &set.category(rule.verdict.category).id,
            strength: set.strength(&rule.verdict),
            scope: rule.scope.name(),
            patterns: rule.patterns.iter().map(|pattern| pattern.source.as_str()).collect(),
            place: rule.origin.to_string(),
        }
    }

    fn is_wanted(&self, wanted: &Wanted) -> bool {
        let is = |asked: &Option<String>, own: &str| asked.as_deref().is_none_or(|asked| asked == own);
        is(&wanted.provider, self.provider) && is(&wanted.category, self.category)
    }
}

/// The rules in force, of one provider or category where that is asked for.
pub(super) async fn rules(State(service): State<Shared>, wanted: Result<Query<Wanted>, QueryRejection>) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    work(&service, move |service| {
        let engine = service.live.load();
        let entries = engine.set().rules.iter().map(|rule| RuleEntry::new(engine.set(), rule));
        Ok(Json(entries.filter(|entry| entry.is_wanted(&wanted)).collect::<Vec<_>>()).into_response())
    })
    .await
}

#[derive(Serialize)]
struct CategoryEntry<'s> {
    category: &'s str,
    group: &'s str,
    name: &'s str,
    severity: Severity,
    action: Action,
    advice: Option<String>,
    operator: Option<String>,
    lang: &'s str,
}

/// The categories, in one language.
pub(super) async fn categories(State(service): State<Shared>, asking: Result<Query<Asking>, QueryRejection>) -> Result<Response, Problem> {
    let Query(asking) = asking.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let lang = asking.langs(&service)?.list().remove(0);
    work(&service, move |service| {
        let engine = service.live.load();
        let text = |advice: &Advice| advice.render(&Facts::default(), &lang);
        let name = |name: &'_ Localized<String>, lang: &Lang| name.get(lang).cloned();
        let names: Vec<Option<String>> = engine.set().categories.iter().map(|category| name(&category.name, &lang)).collect();
        let entries = engine.set().categories.iter().zip(&names).map(|(category, name)| CategoryEntry {
            category: &category.id,
            group: &category.group,
            name: name.as_deref().unwrap_or(&category.id),
            severity: category.severity,
            action: category.action,
            advice: text(&category.advice),
            operator: text(&category.operator),
            lang: lang.tag(),
        });
        Ok(Json(entries.collect::<Vec<_>>()).into_response())
    })
    .await
}
