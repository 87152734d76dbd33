//! Advice: sentences with holes for facts, in variants and languages.

use serde::{Deserialize, Serialize};

use super::fact::Facts;
use super::lang::{Lang, Localized};

/// One piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Words.
    Text(String),
    /// The place of a fact, by its name.
    Fact(String),
}

/// A sentence with holes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template(pub Vec<Piece>);

impl Template {
    /// The names of the facts it needs.
    pub fn facts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Fact(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The sentence with its holes filled, or `None` where a fact that it needs is not known.
    #[must_use]
    pub fn render(&self, facts: &Facts, lang: &Lang) -> Option<String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Fact(name) => out.push_str(&facts.get(name)?.display(lang)),
            }
        }
        Some(out)
    }
}

/// Advice in several languages; in each, the first variant whose facts are all known is the one to give.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Advice(pub Localized<Vec<Template>>);

impl Advice {
    /// The advice in `lang` or the nearest language there is.
    ///
    /// A language of which no variant has its facts counts as missing.
    #[must_use]
    pub fn render(&self, facts: &Facts, lang: &Lang) -> Option<String> {
        let first = |variants: &Vec<Template>, lang: &Lang| variants.iter().find_map(|t| t.render(facts, lang));
        self.0.get(lang).and_then(|variants| first(variants, lang)).or_else(|| {
            let english = Lang::english();
            self.0.get(&english).and_then(|variants| first(variants, &english))
        })
    }

    /// Whether there is none in any language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
