//! One test case: a text, what is known beside it, and what must come out.

use std::borrow::Cow;

use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Example, Failure};

/// What a diagnosis must say. What is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// The rule that must speak.
    pub rule: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The severity, by name.
    pub severity: Option<String>,
    /// The action, by name.
    pub action: Option<String>,
    /// The kind, by name.
    pub kind: Option<String>,
    /// The recipient.
    pub recipient: Option<String>,
    /// Facts by name, as JSON has them.
    pub facts: Vec<(String, serde_json::Value)>,
    /// Words that the advice must hold, in the case's language.
    pub advice: Option<String>,
    /// A rule that must not speak.
    pub not_rule: Option<String>,
    /// A category that must not come out.
    pub not_category: Option<String>,
}

/// A test case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it is called in the output.
    pub name: String,
    /// Where it stands: `file:line`.
    pub place: String,
    /// The text, with what is known beside it.
    pub example: Example,
    /// From where it is looked at.
    pub from: Viewpoint,
    /// The language of the advice.
    pub lang: crate::model::Lang,
    /// What must come out.
    pub expected: Expected,
    /// Whether it is known to fail; it fails once it passes.
    pub todo: bool,
}

impl Case {
    /// The diagnosis of the case.
    #[must_use]
    pub fn diagnose<'c>(&'c self, engine: &Engine) -> Diagnosis<'c> {
        let mut failure = engine.read(&self.example.text);
        add_known(&self.example, &mut failure);
        engine.diagnose(failure, self.from)
    }
}

/// Puts what is known beside the text into the failure that was read from it.
fn add_known<'t>(known: &'t Example, failure: &mut Failure<'t>) {
    if let Some(last) = failure.utterances.last_mut() {
        last.stage = known.stage.or(last.stage);
        last.reply = known.reply.or(last.reply);
        last.status = known.status.or(last.status);
        if let Some(host) = &known.remote {
            last.host = Some(Cow::Borrowed(host));
        }
    }
    if let Some(host) = &known.remote {
        failure.remote_host = Some(Cow::Borrowed(host));
    }
    if let Some(recipient) = &known.recipient {
        failure.recipient = Some(Cow::Borrowed(recipient));
    }
    failure.kind = known.kind.or(failure.kind);
    failure.date = known.date.or(failure.date);
}
