//! One JSON object a failure. Its keys are an interface: they are only ever added to, and what is not known is null.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::Engine;
use crate::model::{Action, Diagnosis, Facts, Lang, Limit, ProviderIx, RecipientSource, Reply, Severity, Stage, Status, Strength};

use super::csv::Cell;
use super::evidence::Evidence;
use super::format::Place;

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

impl<T: Default> Default for Texts<T> {
    fn default() -> Self {
        Self::One(T::default())
    }
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

/// What the record of a mail that reports nothing has as its kind.
const NO_REPORT: &str = "not_a_report";

/// Header fields of the returned mail, by name.
#[derive(Debug, Default)]
struct Headers<'d>(&'d [(String, String)]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The keys that hang on where a failure was found, and on the load of the rules.
const UNPINNED: [&str; 10] =
    ["schema_version", "file", "index", "diagnostic", "generation", "left_out", "line", "queue_id", "time", "evidence"];

/// The record of one failure, or of a mail that reports none.
#[derive(Debug, Default, Serialize)]
pub struct Record<'d> {
    schema_version: u32,
    file: Option<&'d str>,
    index: usize,
    kind: &'static str,
    recipient: Option<&'d str>,
    recipient_source: Option<RecipientSource>,
    final_recipient: Option<&'d str>,
    category: Option<&'d str>,
    group: Option<&'d str>,
    severity: Option<Severity>,
    action: Option<Action>,
    strength: Option<Strength>,
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
    diagnostic: Option<&'d str>,
    facts: Option<&'d Facts>,
    advice: Texts<Option<String>>,
    notes: Texts<Vec<String>>,
    operator: Texts<Option<String>>,
    lang: &'d str,
    sender: Option<&'d str>,
    subject: Option<&'d str>,
    message_id: Option<&'d str>,
    date: Option<String>,
    headers: Headers<'d>,
    backscatter: Option<bool>,
    limit: Option<Limit>,
    generation: u64,
    left_out: usize,
    mail: Option<usize>,
    line: Option<u64>,
    queue_id: Option<&'d str>,
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
}

impl<'d> Record<'d> {
    /// The record of a diagnosis.
    #[must_use]
    pub fn new(engine: &'d Engine, diagnosis: &'d Diagnosis<'d>, place: Place<'d>, langs: &'d Langs) -> Self {
        let set = engine.set();
        let failure = &diagnosis.failure;
        let category = set.category(diagnosis.category);
        let id = |provider: Option<ProviderIx>| provider.map(|index| set.provider(index).id.as_str());
        Self {
            schema_version: SCHEMA_VERSION,
            file: place.file,
            index: place.index,
            kind: diagnosis.kind.name(),
            recipient: failure.recipient.as_deref(),
            recipient_source: failure.recipient_source(),
            final_recipient: failure.final_recipient.as_deref(),
            category: Some(&category.id),
            group: Some(&category.group),
            severity: Some(diagnosis.severity),
            action: Some(diagnosis.action),
            strength: Some(diagnosis.strength),
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
            diagnostic: Some(&failure.diagnostic),
            facts: Some(&diagnosis.facts),
            advice: langs.texts(|lang| engine.advice(diagnosis, lang)),
            notes: langs.texts(|lang| engine.note_texts(diagnosis, lang)),
            operator: langs.texts(|lang| engine.operator(diagnosis, lang)),
            lang: langs.name(),
            sender: failure.sender.as_deref(),
            subject: failure.subject.as_deref(),
            message_id: failure.message_id.as_deref(),
            date: failure.date.map(|date| date.to_string()),
            headers: Headers(&failure.headers),
            backscatter: failure.backscatter,
            limit: failure.limit,
            generation: set.status.generation,
            left_out: set.status.left_out.len(),
            mail: place.mail,
            line: place.logged.map(|logged| logged.line),
            queue_id: place.logged.and_then(|logged| logged.queue_id),
            time: place.logged.and_then(|logged| logged.time).map(|time| time.to_string()),
            evidence: None,
        }
    }

    /// The record of a mail that reports nothing, as far as it was read.
    #[must_use]
    pub fn no_report(engine: &'d Engine, limit: Option<Limit>, place: Place<'d>, langs: &'d Langs) -> Self {
        let status = &engine.set().status;
        Self {
            schema_version: SCHEMA_VERSION,
            file: place.file,
            mail: place.mail,
            kind: NO_REPORT,
            advice: langs.texts(|_| None),
            notes: langs.texts(|_| Vec::new()),
            operator: langs.texts(|_| None),
            lang: langs.name(),
            limit,
            generation: status.generation,
            left_out: status.left_out.len(),
            ..Self::default()
        }
    }

    /// The record with the evidence for it, where that is wanted.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Option<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }

    /// The columns of a table of records: the name and the value of each. They are only ever added to, at the end.
    pub(super) fn columns(&self) -> [(&'static str, &dyn Cell); 35] {
        [
            ("file", &self.file),
            ("index", &self.index),
            ("kind", &self.kind),
            ("recipient", &self.recipient),
            ("final_recipient", &self.final_recipient),
            ("category", &self.category),
            ("group", &self.group),
            ("severity", &self.severity),
            ("action", &self.action),
            ("strength", &self.strength),
            ("provider", &self.provider),
            ("rule", &self.rule),
            ("reporter", &self.reporter),
            ("remote", &self.remote),
            ("reporting_host", &self.reporting_host),
            ("remote_host", &self.remote_host),
            ("status", &self.status),
            ("reply", &self.reply),
            ("command", &self.command),
            ("stage", &self.stage),
            ("diagnostic", &self.diagnostic),
            ("facts", &self.facts),
            ("advice", &self.advice),
            ("notes", &self.notes),
            ("operator", &self.operator),
            ("lang", &self.lang),
            ("sender", &self.sender),
            ("subject", &self.subject),
            ("message_id", &self.message_id),
            ("date", &self.date),
            ("generation", &self.generation),
            ("mail", &self.mail),
            ("line", &self.line),
            ("queue_id", &self.queue_id),
            ("time", &self.time),
        ]
    }

    /// What of it hangs on the failure and the rules alone, as a JSON object: what a test can pin.
    #[must_use]
    pub fn pinned(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.retain(|key, _| !UNPINNED.contains(&key.as_str()));
        }
        value
    }
}
