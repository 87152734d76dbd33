//! One test case: a text, what is known beside it, and what must come out.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Example, Failure, Kind, Reply, Stage, Status};

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

/// What is known beside a text, where the text does not tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The stage of the words nearest the recipient.
    pub stage: Option<Stage>,
    /// Their reply code.
    pub reply: Option<Reply>,
    /// Their status code.
    pub status: Option<Status>,
    /// The host that spoke them.
    pub remote: Option<String>,
    /// The recipient.
    pub recipient: Option<String>,
    /// The kind of the report.
    pub kind: Option<Kind>,
    /// The day of the report.
    pub date: Option<Date>,
}

impl From<&Example> for Evidence {
    fn from(example: &Example) -> Self {
        Self {
            stage: example.stage,
            reply: example.reply,
            status: example.status,
            remote: example.remote.clone(),
            recipient: example.recipient.clone(),
            kind: example.kind,
            date: example.date,
        }
    }
}

/// A test case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it is called in the output.
    pub name: String,
    /// Where it stands: `file:line`.
    pub place: String,
    /// The text.
    pub text: String,
    /// What is known beside it.
    pub evidence: Evidence,
    /// From where it is looked at.
    pub from: Viewpoint,
    /// The language of the advice.
    pub lang: crate::model::Lang,
    /// What must come out.
    pub expected: Expected,
    /// Whether it is known to fail; it fails once it passes.
    pub todo: bool,
}

impl Evidence {
    /// Puts what is known into a failure that was read from the text.
    pub fn apply<'t>(&'t self, failure: &mut Failure<'t>) {
        if let Some(last) = failure.utterances.last_mut() {
            last.stage = self.stage.or(last.stage);
            last.reply = self.reply.or(last.reply);
            last.status = self.status.or(last.status);
            if let Some(host) = &self.remote {
                last.host = Some(Cow::Borrowed(host));
            }
        }
        if let Some(host) = &self.remote {
            failure.remote_host = Some(Cow::Borrowed(host));
        }
        if let Some(recipient) = &self.recipient {
            failure.recipient = Some(Cow::Borrowed(recipient));
        }
        failure.kind = self.kind.or(failure.kind);
        failure.date = self.date.or(failure.date);
    }
}

impl Case {
    /// The diagnosis of the case.
    #[must_use]
    pub fn diagnose<'c>(&'c self, engine: &Engine) -> Diagnosis<'c> {
        let mut failure = engine.read(&self.text);
        self.evidence.apply(&mut failure);
        engine.diagnose(failure, self.from)
    }
}
