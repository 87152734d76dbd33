//! One test case: a text or a mail, what is known beside it, and what must come out.

use std::borrow::Cow;

use crate::Engine;
use crate::mail::Report;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Example, Failure, Lang};

/// What a diagnosis says, as far as a case cares. What is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Says {
    /// The rule that speaks; `none` where none does.
    pub rule: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The severity, by name.
    pub severity: Option<String>,
    /// The action, by name.
    pub action: Option<String>,
    /// The kind, by name; `not_a_report` for a mail that reports nothing.
    pub kind: Option<String>,
    /// The recipient.
    pub recipient: Option<String>,
    /// Facts by name, as JSON has them.
    pub facts: Vec<(String, serde_json::Value)>,
    /// Words that the advice holds, in the case's language.
    pub advice: Option<String>,
}

/// What must come out, and what must not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// What must.
    pub must: Says,
    /// What must not.
    pub must_not: Says,
    /// How many failures a mail must report.
    pub failures: Option<usize>,
}

/// What a case is tried on.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A text, with what is known beside it.
    Text(Example),
    /// A mail.
    Mail(Mail),
}

/// A mail of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The file's name.
    pub file: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which of its failures the case is about, from 0.
    pub failure: usize,
}

/// A test case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it is called in the output.
    pub name: String,
    /// Where it stands: `file:line`.
    pub place: String,
    /// What it is tried on.
    pub input: Input,
    /// From where it is looked at.
    pub from: Viewpoint,
    /// The language of the advice.
    pub lang: Lang,
    /// What must come out.
    pub expected: Expected,
    /// Whether it is known to fail; it fails once it passes.
    pub todo: bool,
}

impl Case {
    /// What its text or mail was read as: one failure for a text, none for a mail that reports nothing.
    #[must_use]
    pub fn read<'c>(&'c self, engine: &Engine) -> Vec<Failure<'c>> {
        match &self.input {
            Input::Text(example) => {
                let mut failure = engine.read(&example.text);
                add_known(example, &mut failure);
                vec![failure]
            }
            Input::Mail(mail) => match engine.read_mail(&mail.bytes) {
                Report::Failures(failures) => failures,
                Report::NoReport(_) => Vec::new(),
            },
        }
    }

    /// The diagnosis that the case is about; none where its mail does not report so many failures.
    #[must_use]
    pub fn diagnose<'c>(&'c self, engine: &Engine) -> Option<Diagnosis<'c>> {
        let failure = self.read(engine).into_iter().nth(self.failure())?;
        Some(engine.diagnose(failure, self.from))
    }

    /// Which of the failures it is about, from 0.
    #[must_use]
    pub const fn failure(&self) -> usize {
        match &self.input {
            Input::Text(_) => 0,
            Input::Mail(mail) => mail.failure,
        }
    }

    /// The text, or the name of the mail.
    #[must_use]
    pub fn shown(&self) -> &str {
        match &self.input {
            Input::Text(example) => &example.text,
            Input::Mail(mail) => &mail.file,
        }
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
