//! From a failure that no rule explains well to a rule for it.

use std::collections::{BTreeSet, HashMap};

use super::draft::Draft;
use super::generalise::generalise;
use super::stand_in::StandIns;
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Example, Failure, Form, Kind, ProviderIx, ProviderKind, RuleIx, Strength, Utterance, letters};
use crate::pattern::Folded;
use crate::reading::read_codes;
use crate::rules::{Fault, Layer, RawFile, load};
use crate::suite::{example_cases, run};

/// Fewer letters than this make no pattern that is safe by itself.
const SAFE_LETTERS: u32 = 12;

/// A pattern longer than this, in characters, is cut behind a sentence.
const LONG: usize = 90;

/// How much like another text a text must be for its category to be proposed, from 0 to 1.
const LIKE: f64 = 0.35;

/// The id of a file for rules that belong to no provider that is known.
const OWN_PROVIDER: &str = "own-rules";

/// What a draft's file is called while it is tried out.
const TRIAL_FILE: &str = "the new rule";

/// Why a category is proposed.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    /// A rule says so now.
    Now(RuleIx),
    /// A rule says so of words that are like these.
    Alike(RuleIx),
    /// Nothing tells.
    Nothing,
}

/// A rule for a failure, and what is known about it now.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The rule.
    pub draft: Draft,
    /// The pattern of all words, of which the draft's may be the front.
    whole: String,
    /// Whose file it belongs in; none where no known provider spoke.
    pub provider: Option<ProviderIx>,
    /// Why the category is proposed.
    pub basis: Basis,
    /// The rule that takes the text now.
    pub taken_by: Option<RuleIx>,
}

/// What comes of a draft when it is laid on top of the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// What is wrong with the file.
    pub faults: Vec<String>,
    /// The rule that speaks in its place.
    pub lost_to: Option<String>,
    /// Examples of other rules that it takes.
    pub takes: Vec<String>,
}

impl Trial {
    /// Whether nothing stands against the draft.
    #[must_use]
    pub fn is_good(&self) -> bool {
        *self == Self::default()
    }
}

impl Trial {
    /// Runs all examples with the rule `name` in force; `text` must be its too.
    fn run(&mut self, with: &Engine, name: &str, text: &str) {
        let winner = |rule: Option<RuleIx>| rule.map_or("no rule", |rule| with.set().rule(rule).name.as_str()).to_owned();
        for case in example_cases(with.set()).iter().filter(|case| run(with, case).failed()) {
            let spoke = winner(case.diagnose(with).rule);
            if case.expected.rule.as_deref() == Some(name) {
                self.lost_to = Some(spoke);
            } else if spoke == name {
                self.takes.push(case.name.clone());
            }
        }
        let spoke = winner(with.lookup(text, Viewpoint::default()).rule);
        if spoke != name && !text.is_empty() {
            self.lost_to.get_or_insert(spoke);
        }
    }
}

/// A rule for what was said in a failure.
#[must_use]
pub fn propose(engine: &Engine, known: &Vocabulary, failure: &Failure<'_>) -> Proposal {
    let diagnosis = engine.diagnose(failure.clone(), Viewpoint::default());
    let mut stand_ins = StandIns::new(engine, known, &failure.diagnostic);
    let spoken = telling(failure);
    let text = spoken.map_or("", |utterance| &*utterance.text);
    let redacted = stand_ins.replace(text);
    let words = &redacted[read_codes(&redacted).words..];
    let whole = generalise(words, known);
    let (basis, category) = category(engine, &diagnosis, words);
    let provider = diagnosis.provider.or(diagnosis.remote).filter(|provider| is_named(engine, *provider));
    let id = free_id(engine, &id_of(&whole), provider);
    let mut draft = Draft {
        remarks: remarks(engine, &basis, diagnosis.rule),
        id,
        category,
        strength: None,
        priority: None,
        reply: (letters(&whole) < SAFE_LETTERS).then_some(diagnosis.reply).flatten(),
        text: first_sentences(&whole).to_owned(),
        example: example(engine, failure, spoken, &mut stand_ins, &redacted),
    };
    if draft.text.is_empty() {
        draft.remarks.push("This text holds no words of its own; write what it must hold.".to_owned());
    }
    Proposal { draft, whole, provider, basis, taken_by: diagnosis.rule }
}

/// The words that tell most: those nearest the recipient, unless they are hardly any.
fn telling<'f, 't>(failure: &'f Failure<'t>) -> Option<&'f Utterance<'t>> {
    let weight = |utterance: &&Utterance<'_>| letters(&utterance.text[utterance.words.min(utterance.text.len())..]);
    let last = failure.utterances.iter().rev().find(|utterance| weight(utterance) >= SAFE_LETTERS);
    last.or_else(|| failure.utterances.iter().max_by_key(weight))
}

fn is_named(engine: &Engine, provider: ProviderIx) -> bool {
    engine.set().provider(provider).kind != ProviderKind::Standard
}

/// The category that fits best, and why.
fn category(engine: &Engine, diagnosis: &Diagnosis<'_>, words: &str) -> (Basis, String) {
    let set = engine.set();
    let silent = set.default_category(Kind::Bounce);
    let id = |category| set.category(category).id.clone();
    let spoken = diagnosis.rule.filter(|_| diagnosis.category != silent);
    match spoken {
        Some(rule) if diagnosis.strength > Strength::Symptom => (Basis::Now(rule), id(diagnosis.category)),
        _ => match (most_alike(engine, words), spoken) {
            (Some(rule), _) => (Basis::Alike(rule), id(set.rule(rule).verdict.category)),
            (None, Some(rule)) => (Basis::Now(rule), id(diagnosis.category)),
            (None, None) => (Basis::Nothing, id(silent)),
        },
    }
}

fn remarks(engine: &Engine, basis: &Basis, taken_by: Option<RuleIx>) -> Vec<String> {
    let name = |rule: RuleIx| engine.set().rule(rule).name.as_str();
    let mut remarks = vec![match basis {
        Basis::Now(rule) => format!("The category is what {} says of it now.", name(*rule)),
        Basis::Alike(rule) => format!("The category is that of {}, whose words are like these: make sure that it fits.", name(*rule)),
        Basis::Nothing => "Nothing tells the category: choose one (`modori rules` and rules/categories.toml list them).".to_owned(),
    }];
    if let Some(rule) = taken_by.filter(|rule| *basis != Basis::Now(*rule)) {
        remarks.push(format!("Until now {} takes it.", name(rule)));
    }
    remarks
}

/// The rule of which a pattern or an example shares most of its rare words with a text.
fn most_alike(engine: &Engine, text: &str) -> Option<RuleIx> {
    let set = engine.set();
    let silent = set.default_category(Kind::Bounce);
    let texts: Vec<(RuleIx, BTreeSet<String>)> = (0u32..)
        .zip(&set.rules)
        .filter(|(_, rule)| rule.verdict.strength == Strength::Reason && rule.verdict.category != silent)
        .flat_map(|(index, rule)| {
            let patterns = rule.patterns.iter().filter(|pattern| matches!(pattern.form, Form::Text(_))).map(|pattern| &pattern.source);
            let examples = rule.examples.iter().map(|example| &example.text);
            patterns.chain(examples).map(move |text| (RuleIx(index), word_set(text)))
        })
        .collect();
    let mut counts: HashMap<&str, f64> = HashMap::new();
    texts.iter().flat_map(|(_, words)| words).for_each(|word| *counts.entry(word).or_default() += 1.0);
    let weight = |word: &str| ((texts.len() as f64 + 1.0) / (counts.get(word).copied().unwrap_or(0.0) + 1.0)).ln();
    let own = word_set(text);
    let sum = |words: &BTreeSet<String>| words.iter().map(|word| weight(word).powi(2)).sum::<f64>();
    let length = sum(&own);
    let likeness = |words: &BTreeSet<String>| {
        let shared = own.intersection(words).map(|word| weight(word).powi(2)).sum::<f64>();
        shared / (length * sum(words)).sqrt().max(f64::MIN_POSITIVE)
    };
    let best = texts.iter().map(|(rule, words)| (*rule, likeness(words))).max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, likeness)| *likeness >= LIKE).map(|(rule, _)| rule)
}

/// The words of a text, folded; numbers and what stands in braces aside.
fn word_set(text: &str) -> BTreeSet<String> {
    let folded = Folded::new(text);
    let words = folded.as_str().split(|c: char| !c.is_alphanumeric() && c != '{' && c != ':');
    words.filter(|word| word.len() > 2 && !word.contains(|c: char| c.is_ascii_digit() || c == '{' || c == ':')).map(str::to_owned).collect()
}

/// The front of a long pattern, up to the end of a sentence that leaves enough.
fn first_sentences(pattern: &str) -> &str {
    if pattern.chars().count() <= LONG {
        return pattern;
    }
    let ends = pattern.match_indices(". ").map(|(at, _)| at).chain(pattern.match_indices('。').map(|(at, _)| at));
    let cut = ends.filter(|at| letters(&pattern[..*at]) >= 2 * SAFE_LETTERS && !pattern[..*at].ends_with('{')).min();
    cut.map_or(pattern, |at| pattern[..at].trim_end())
}

/// An id of a pattern's first words.
fn id_of(pattern: &str) -> String {
    let mut outside = String::new();
    let mut depth = 0usize;
    for c in pattern.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    let words = outside.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 2);
    let id = words.take(4).collect::<Vec<_>>().join("-");
    if id.is_empty() { "rule".to_owned() } else { id }
}

/// An id that no rule of the provider has.
fn free_id(engine: &Engine, id: &str, provider: Option<ProviderIx>) -> String {
    let owner = provider.map_or(OWN_PROVIDER, |provider| &engine.set().provider(provider).id);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    let mut ids = std::iter::once(id.to_owned()).chain(numbered);
    ids.find(|id| engine.set().rule_by_name(&format!("{owner}/{id}")).is_none()).unwrap_or_default()
}

/// The example: the whole text where it is read as it was, else the words alone with what was known beside them.
fn example(engine: &Engine, failure: &Failure<'_>, spoken: Option<&Utterance<'_>>, stand_ins: &mut StandIns<'_>, words: &str) -> Example {
    let whole = stand_ins.replace(&failure.diagnostic);
    let same = engine.read(&whole).utterances.iter().any(|utterance| Some(&*utterance.text) == Some(words));
    if same || spoken.is_none() {
        return Example { text: one_line(&whole), ..Example::default() };
    }
    let codes = read_codes(words);
    let spoken_reply = spoken.and_then(|utterance| utterance.reply).filter(|_| codes.reply.is_none());
    Example {
        text: one_line(words),
        stage: spoken.and_then(|utterance| utterance.stage),
        reply: spoken_reply,
        status: spoken.and_then(|utterance| utterance.status).filter(|_| codes.status.is_none()),
        ..Example::default()
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Proposal {
    /// The file that the rule belongs in, as far as it must say whose it is.
    #[must_use]
    pub fn head(&self, engine: &Engine) -> String {
        match self.provider {
            Some(provider) => format!("[provider]\nid      = \"{}\"\n", engine.set().provider(provider).id),
            None => super::draft::provider_file(OWN_PROVIDER, ProviderKind::Standard, "Own rules", &[], &[]),
        }
    }

    /// `provider/id`, by which the rule is known.
    #[must_use]
    pub fn name(&self, engine: &Engine) -> String {
        let owner = self.provider.map_or(OWN_PROVIDER, |provider| &engine.set().provider(provider).id);
        format!("{owner}/{}", self.draft.id)
    }

    /// Lays the rule on top of `layers`; `text` is what it is for.
    #[must_use]
    pub fn try_out(&self, engine: &Engine, layers: &[Layer], text: &str) -> Trial {
        let file = format!("{}\n{}", self.head(engine), self.draft.toml());
        let raw = RawFile { name: TRIAL_FILE.to_owned(), bytes: Ok(file.into_bytes()) };
        let on_top: Vec<Layer> = layers.iter().cloned().chain([Layer { files: vec![raw] }]).collect();
        let loaded = load(&on_top);
        let own = |fault: &&Fault| &*fault.source.name == TRIAL_FILE;
        let mut trial = Trial { faults: loaded.faults.iter().filter(own).map(ToString::to_string).collect(), ..Trial::default() };
        if let Some(set) = loaded.set {
            trial.run(&Engine::new(set), &self.name(engine), text);
        }
        trial
    }

    /// The rule in the mildest form that holds against all others: as proposed, with all of its words, as a reason, with priority.
    /// Where none holds, as proposed.
    #[must_use]
    pub fn settled(self, engine: &Engine, layers: &[Layer], text: &str) -> (Self, Trial) {
        let trial = self.try_out(engine, layers, text);
        let firmer: [&dyn Fn(&mut Self); 3] = [
            &|firmer| firmer.draft.text.clone_from(&firmer.whole),
            &|firmer| firmer.draft.strength = Some(Strength::Reason),
            &|firmer| firmer.draft.priority = Some(1),
        ];
        let mut next = self.clone();
        for step in firmer.into_iter().filter(|_| !trial.is_good()) {
            step(&mut next);
            let tried = next.try_out(engine, layers, text);
            if tried.is_good() {
                return (next, tried);
            }
        }
        (self, trial)
    }
}
