//! A whole set of rules, every name in it resolved.

use serde::{Deserialize, Serialize};

use super::category::{Category, CategoryIx, Provider, ProviderIx};
use super::layout::Layout;
use super::lazy::Lazy;
use super::notice::Notice;
use super::rule::{Note, Rule, RuleIx, Verdict};
use super::shape::{Shape, StageWord, Transcript};
use super::word::{Kind, Strength};

/// Everything that one load of rule files gave. Every index in it is valid within it.
///
/// The default is what no files give.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct RuleSet {
    /// The categories, in the order of the files.
    pub categories: Vec<Category>,
    /// The providers, layer by layer, those that a layer brings in by id.
    pub providers: Vec<Provider>,
    /// The rules in force, by provider and id.
    pub rules: Vec<Rule>,
    /// The notes.
    pub notes: Vec<Note>,
    /// The shapes of diagnostics.
    pub shapes: Lazy<Vec<Shape>>,
    /// The forms of SMTP transcripts.
    pub transcripts: Lazy<Vec<Transcript>>,
    /// The layouts of reports, those that ask most first.
    pub layouts: Lazy<Vec<Layout>>,
    /// The forms of JSON notices, in the order of the files.
    pub notices: Lazy<Vec<Notice>>,
    /// The words for stages, longest first.
    pub stage_words: Lazy<Vec<StageWord>>,
    /// The category of a failure of each kind that no rule explains, in the order of [`Kind::ALL`].
    pub defaults: [CategoryIx; Kind::ALL.len()],
    /// How the set came about.
    pub status: SetStatus,
}

/// How a set came about: its version, and what is in force.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SetStatus {
    /// Counts the sets that a process has loaded, from 1.
    pub generation: u64,
    /// A hash of every file's name and bytes, in hexadecimal.
    pub hash: String,
    /// How many files were read.
    pub files: usize,
    /// The names of rules that a later layer replaced.
    pub overridden: Vec<String>,
    /// The names of rules that are switched off.
    pub disabled: Vec<String>,
    /// What was left out for its errors (only where that was asked for), each with the reason.
    pub left_out: Vec<String>,
}

impl RuleSet {
    /// The category of this index.
    #[must_use]
    pub fn category(&self, index: CategoryIx) -> &Category {
        &self.categories[index.0 as usize]
    }

    /// The provider of this index.
    #[must_use]
    pub fn provider(&self, index: ProviderIx) -> &Provider {
        &self.providers[index.0 as usize]
    }

    /// The rule of this index.
    #[must_use]
    pub fn rule(&self, index: RuleIx) -> &Rule {
        &self.rules[index.0 as usize]
    }

    /// The provider of this id.
    #[must_use]
    pub fn provider_by_id(&self, id: &str) -> Option<ProviderIx> {
        self.providers.iter().position(|provider| provider.id == id).map(|index| ProviderIx(index as u32))
    }

    /// The rule of this name (`provider/id`).
    #[must_use]
    pub fn rule_by_name(&self, name: &str) -> Option<RuleIx> {
        self.rules.iter().position(|rule| rule.name == name).map(|index| RuleIx(index as u32))
    }

    /// The category of this id.
    #[must_use]
    pub fn category_by_id(&self, id: &str) -> Option<CategoryIx> {
        self.categories.iter().position(|category| category.id == id).map(|index| CategoryIx(index as u32))
    }

    /// How much the words say that lead to a verdict.
    #[must_use]
    pub fn strength(&self, verdict: &Verdict) -> Strength {
        verdict.strength.unwrap_or_else(|| self.category(verdict.category).strength)
    }

    /// The category of a failure of this kind that no rule explains.
    #[must_use]
    pub fn default_category(&self, kind: Kind) -> CategoryIx {
        self.defaults[kind as usize]
    }
}
