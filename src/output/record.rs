//! One JSON object a failure. Its keys are an interface: they are only ever added to, and what is not known is null.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::Engine;
use crate::model::{Action, Diagnosis, Facts, Kind, Lang, ProviderIx, Reply, Severity, Stage, Status, Strength};

use super::evidence::Evidence;

/// The version of the record's keys.
pub const SCHEMA_VERSION: u32 = 1;

/// In which languages texts are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Langs {
    /// In one; a text that does not exist in it is given in the nearest there is.
    One(Lang),
    /// In Japanese and English, by language.
    All,
}

impl Langs {
    /// What `f` gives in these languages.
    fn texts<T>(&self, f: impl Fn(&Lang) -> T) -> Texts<T> {
        match self {
            Self::One(lang) => Texts::One(f(lang)),
            Self::All => Texts::All(both().into_iter().map(|lang| (lang.tag().to_owned(), f(&lang))).collect()),
        }
    }

    /// The tag, or `all`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::One(lang) => lang.tag(),
            Self::All => "all",
        }
    }

    /// The languages one by one.
    #[must_use]
    pub fn list(&self) -> Vec<Lang> {
        match self {
            Self::One(lang) => vec![lang.clone()],
            Self::All => both(),
        }
    }
}

fn both() -> Vec<Lang> {
    Lang::parse("ja").into_iter().chain([Lang::english()]).collect()
}

/// A text in one language, or in several by tag.
#[derive(Debug)]
pub enum Texts<T> {
    /// In the language asked for.
    One(T),
    /// By language.
    All(Vec<(String, T)>),
}

impl<T: Serialize> Serialize for Texts<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(text) => text.serialize(serializer),
            Self::All(texts) => {
                let mut map = serializer.serialize_map(Some(texts.len()))?;
                for (lang, text) in texts {
                    map.serialize_entry(lang, text)?;
                }
                map.end()
            }
        }
    }
}

/// The record of one failure.
#[derive(Debug, Serialize)]
pub struct Record<'d> {
    schema_version: u32,
    file: Option<&'d str>,
    index: usize,
    kind: Kind,
    recipient: Option<&'d str>,
    final_recipient: Option<&'d str>,
    category: &'d str,
    group: &'d str,
    severity: Severity,
    action: Action,
    strength: Strength,
    provider: Option<&'d str>,
    rule: Option<&'d str>,
    reporter: Option<&'d str>,
    remote: Option<&'d str>,
    reporting_host: Option<&'d str>,
    remote_host: Option<&'d str>,
    status: Option<Status>,
    reply: Option<Reply>,
    command: Option<&'static str>,
    stage: Option<Stage>,
    diagnostic: &'d str,
    facts: &'d Facts,
    advice: Texts<Option<String>>,
    notes: Texts<Vec<String>>,
    operator: Texts<Option<String>>,
    lang: &'d str,
    sender: Option<&'d str>,
    subject: Option<&'d str>,
    message_id: Option<&'d str>,
    date: Option<String>,
    generation: u64,
    left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
}

impl<'d> Record<'d> {
    /// The record of a diagnosis; `index` is its place among those of the same input, `file` the input's name.
    #[must_use]
    pub fn new(engine: &'d Engine, diagnosis: &'d Diagnosis<'d>, file: Option<&'d str>, index: usize, langs: &'d Langs) -> Self {
        let set = engine.set();
        let failure = &diagnosis.failure;
        let category = set.category(diagnosis.category);
        let id = |provider: Option<ProviderIx>| provider.map(|index| set.provider(index).id.as_str());
        Self {
            schema_version: SCHEMA_VERSION,
            file,
            index,
            kind: diagnosis.kind,
            recipient: failure.recipient.as_deref(),
            final_recipient: failure.final_recipient.as_deref(),
            category: &category.id,
            group: &category.group,
            severity: diagnosis.severity,
            action: diagnosis.action,
            strength: diagnosis.strength,
            provider: id(diagnosis.provider),
            rule: diagnosis.rule.map(|rule| set.rule(rule).name.as_str()),
            reporter: id(diagnosis.reporter),
            remote: id(diagnosis.remote),
            reporting_host: failure.reporting_host.as_deref(),
            remote_host: failure.remote_host.as_deref(),
            status: diagnosis.status,
            reply: diagnosis.reply,
            command: diagnosis.stage.map(Stage::command),
            stage: diagnosis.stage,
            diagnostic: &failure.diagnostic,
            facts: &diagnosis.facts,
            advice: langs.texts(|lang| engine.advice(diagnosis, lang)),
            notes: langs.texts(|lang| engine.note_texts(diagnosis, lang)),
            operator: langs.texts(|lang| engine.operator(diagnosis, lang)),
            lang: langs.name(),
            sender: failure.sender.as_deref(),
            subject: failure.subject.as_deref(),
            message_id: failure.message_id.as_deref(),
            date: failure.date.map(|date| date.to_string()),
            generation: set.status.generation,
            left_out: set.status.left_out.len(),
            evidence: None,
        }
    }

    /// The record with the evidence for it.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// What of it hangs on the failure and the rules alone, as a JSON object: what a test can pin.
    #[must_use]
    pub fn pinned(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.retain(|key, _| {
                !["schema_version", "file", "index", "diagnostic", "generation", "left_out", "evidence"].contains(&key.as_str())
            });
        }
        value
    }
}
