//! Shapes: how mail systems print diagnostics, as data.

use serde::{Deserialize, Serialize};

use super::category::ProviderIx;
use super::names::named;
use super::pattern::TextPattern;
use super::rule::Origin;
use super::word::Stage;

named! {
    /// What the words of a shape do to the text around them.
    pub enum Role {
        /// Somebody else's words follow.
        Quote = "quote",
        /// They are no words of the diagnostic: read and left out.
        Label = "label",
        /// They stay words of the diagnostic and tell something besides.
        Sign = "sign",
    }
}

/// A way in which a diagnostic is printed.
///
/// Holes of the patterns tell about the failure: `{recipient:address}`, `{original:address}`, `{host}`, `{ip}`, `{stage}`;
/// any other becomes a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Whose shape it is.
    pub provider: ProviderIx,
    /// Its name, within the provider.
    pub id: String,
    /// What it does.
    pub role: Role,
    /// What it looks like; of a quote, what stands before the quoted words.
    pub opens: Vec<TextPattern>,
    /// What ends a quote; without any, it goes on to the end.
    pub closes: Vec<TextPattern>,
    /// The stage that it tells, where no hole does.
    pub stage: Option<Stage>,
    /// Where it stands.
    pub origin: Origin,
}

/// How an SMTP session is printed: who spoke in which line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Whose transcript it is.
    pub provider: ProviderIx,
    /// Stands before what our side sent.
    pub sent: String,
    /// Stands before what the other side answered.
    pub received: String,
    /// Replies that only follow from refused recipients, and so show that the refusal was at `RCPT` (pipelining, RFC 2920).
    pub consequences: Vec<TextPattern>,
    /// What shows a line with which the reporter itself sums up what was answered.
    pub summary: Vec<TextPattern>,
    /// Where it stands.
    pub origin: Origin,
}

impl Transcript {
    /// The form in which a session is printed in `text`: the one whose marks stand in it. Of several the one with the longest
    /// marks, which are found less often by chance.
    #[must_use]
    pub fn printed_in<'s>(forms: &'s [Self], text: &str) -> Option<&'s Self> {
        forms.iter().filter(|form| text.contains(&form.received)).max_by_key(|form| form.received.len())
    }
}

/// A word for a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageWord {
    /// The words, folded.
    pub words: String,
    /// What they name.
    pub stage: Stage,
}
