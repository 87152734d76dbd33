//! Categories and providers: what a mail came back for, and who says so.

use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::lang::Localized;
use super::lazy::Lazy;
use super::rule::Origin;
use super::word::{Action, Kind, ProviderKind, Severity, Strength};

/// Which category of a [`RuleSet`](super::RuleSet).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CategoryIx(pub u32);

/// Which provider of a [`RuleSet`](super::RuleSet).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProviderIx(pub u32);

/// Why a mail came back. Categories are data, so that an operator can add one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Category {
    /// Its name in rules and output.
    pub id: String,
    /// What it is about: `address`, `mailbox`, `sender` …
    pub group: String,
    /// What people call it.
    pub name: Localized<String>,
    /// Whether sending again can help, unless a rule says otherwise.
    pub severity: Severity,
    /// What a program should do, unless a rule says otherwise.
    pub action: Action,
    /// How strong its rules are unless they say otherwise.
    pub strength: Strength,
    /// The reason names that Sisimai gives the same thing; the first is the one to print.
    pub sisimai: Vec<String>,
    /// The kinds of report that have this category where no rule says why.
    pub default_for: Vec<Kind>,
    /// What to tell the person who sent the mail.
    pub advice: Lazy<Advice>,
    /// What to tell whoever runs the sending server.
    pub operator: Lazy<Advice>,
    /// Where it stands.
    pub origin: Origin,
}

/// A mail system, carrier, service or list, or the standards. One rule file each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Provider {
    /// Its name in rules and output.
    pub id: String,
    /// What it is.
    pub kind: ProviderKind,
    /// What people call it.
    pub name: Lazy<Localized<String>>,
    /// The recipient domains that it serves, `*.` in front for those below a domain.
    pub domains: Lazy<Vec<String>>,
    /// The hosts that speak or report in its name, `*` for any part.
    pub hosts: Lazy<Vec<String>>,
    /// Where it stands.
    pub origin: Origin,
}
