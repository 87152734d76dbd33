//! Rules, their conditions and examples, and notes.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::category::{CategoryIx, ProviderIx};
use super::code::{Reply, ReplyPattern, Status, StatusPattern};
use super::lazy::Lazy;
use super::pattern::Pattern;
use super::word::{Action, Audience, Kind, Scope, Severity, Stage, Strength};

/// Where something stands in a rule file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The file's name, as it was given.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Which rule of a [`RuleSet`](super::RuleSet).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleIx(pub u32);

/// What words mean. A shipped rule is unpacked when first looked at.
#[derive(Clone, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Rule {
    body: Lazy<Box<RuleBody>>,
    #[serde(skip)]
    built_in: Option<RuleIx>,
}

/// All that a rule says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct RuleBody {
    /// `provider/id`, its name everywhere.
    pub name: String,
    /// Whose rule it is.
    pub provider: ProviderIx,
    /// Whose words it is for.
    pub scope: Scope,
    /// Decides before strength and everything below it; hardly ever needed.
    pub priority: i32,
    /// What it says.
    pub verdict: Verdict,
    /// The words: any of these. Empty where the rule goes by its conditions alone.
    pub patterns: Lazy<Vec<Lazy<Pattern>>>,
    /// What else must hold.
    pub conditions: Conditions,
    /// What it says under further conditions; the first that holds.
    pub overrides: Vec<Override>,
    /// What to tell the sender, in place of the category's advice.
    pub advice: Lazy<Advice>,
    /// What to tell the operator, in place of the category's.
    pub operator: Lazy<Advice>,
    /// Texts that it must win.
    pub examples: Lazy<Vec<Example>>,
    /// Texts that it must not win.
    pub counter_examples: Lazy<Vec<Example>>,
    /// Where it stands.
    pub origin: Origin,
}

impl Rule {
    /// Marks it as the rule of this index in the set inside the binary.
    pub(crate) const fn mark_built_in(&mut self, index: RuleIx) {
        self.built_in = Some(index);
    }

    /// Which rule it is of the set inside the binary, if it is from there.
    #[must_use]
    pub const fn built_in(&self) -> Option<RuleIx> {
        self.built_in
    }

    /// The ids of its provider and of itself within that.
    #[must_use]
    pub fn ids(&self) -> (&str, &str) {
        self.name.split_once('/').unwrap_or_default()
    }
}

impl From<RuleBody> for Rule {
    fn from(body: RuleBody) -> Self {
        Self { body: Lazy::from(Box::new(body)), built_in: None }
    }
}

impl Deref for Rule {
    type Target = RuleBody;

    fn deref(&self) -> &RuleBody {
        &self.body
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// By what it says, wherever it is from.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl RuleBody {
    /// What it says when `holds` tells which conditions are met.
    pub fn verdict_where(&self, holds: impl Fn(&Conditions) -> bool) -> &Verdict {
        self.overrides.iter().find(|change| holds(&change.conditions)).map_or(&self.verdict, |change| &change.verdict)
    }
}

/// What a rule says about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Why the mail came back.
    pub category: CategoryIx,
    /// How much the words say, in place of what the category's mostly do.
    pub strength: Option<Strength>,
    /// In place of the category's severity.
    pub severity: Option<Severity>,
    /// In place of the category's action.
    pub action: Option<Action>,
}

/// Another verdict under further conditions (`when`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Override {
    /// What must hold.
    pub conditions: Conditions,
    /// What the rule says then.
    pub verdict: Verdict,
}

/// What must hold beside the words. Within one list any will do; an empty list asks nothing. A condition on something that
/// is not known does not hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Conditions {
    /// Stages of the SMTP session.
    pub stages: Vec<Stage>,
    /// Reply codes.
    pub replies: Vec<ReplyPattern>,
    /// Enhanced status codes.
    pub statuses: Vec<StatusPattern>,
    /// Kinds of report.
    pub kinds: Vec<Kind>,
    /// Texts that must be absent from the utterance.
    pub absent: Vec<Lazy<Pattern>>,
    /// The first day on which it holds.
    pub since: Option<Date>,
    /// The first day on which it holds no more.
    pub until: Option<Date>,
}

impl Conditions {
    /// How many conditions there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        let lists = [
            !self.stages.is_empty(),
            !self.replies.is_empty(),
            !self.statuses.is_empty(),
            !self.kinds.is_empty(),
            !self.absent.is_empty(),
            self.since.is_some(),
            self.until.is_some(),
        ];
        lists.into_iter().map(u32::from).sum()
    }
}

/// A text that a rule is tried on, with what is known beside it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The text.
    pub text: String,
    /// The stage, where the text does not show it.
    pub stage: Option<Stage>,
    /// The reply code, likewise.
    pub reply: Option<Reply>,
    /// The status, likewise.
    pub status: Option<Status>,
    /// The host that refused.
    pub remote: Option<String>,
    /// The recipient's address.
    pub recipient: Option<String>,
    /// The kind of the report.
    pub kind: Option<Kind>,
    /// The date of the report.
    pub date: Option<Date>,
    /// The line of the file it stands in.
    pub line: u32,
}

/// An addition to the advice for one provider and some categories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Note {
    /// Whose note it is.
    pub provider: ProviderIx,
    /// The categories it belongs to.
    pub categories: Vec<CategoryIx>,
    /// Which mails it belongs to.
    pub audience: Audience,
    /// The note.
    pub text: Lazy<Advice>,
    /// Where it stands.
    pub origin: Origin,
}
