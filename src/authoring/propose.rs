//! From a failure that no rule explains well to a rule for it.

use super::alike::Alike;
use super::draft::Draft;
use super::generalise::generalise;
use super::stand_in::StandIns;
use super::vocabulary::Vocabulary;
use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{Diagnosis, Example, Failure, Kind, ProviderIx, ProviderKind, RuleIx, Strength, Utterance, letters};
use crate::reading::read_codes;

/// Fewer letters than this make no pattern that is safe by itself.
const SAFE_LETTERS: u32 = 12;

/// A pattern longer than this, in characters, is cut behind a sentence.
const LONG: usize = 90;

/// The id of a file for rules that belong to no provider that is known.
const OWN_PROVIDER: &str = "own-rules";

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
    pub(super) whole: String,
    /// The words that it is for, with stand-ins.
    pub(super) words: String,
    /// Whose file it belongs in; none where no known provider spoke.
    pub provider: Option<ProviderIx>,
    /// Why the category is proposed.
    pub basis: Basis,
    /// The rule that takes the text now.
    pub taken_by: Option<RuleIx>,
}

/// Proposes rules. It looks through the whole set once, and is then asked as often as one likes.
#[derive(Debug)]
pub struct Proposer<'e> {
    engine: &'e Engine,
    known: &'e Vocabulary,
    alike: Alike<'e>,
}

impl<'e> Proposer<'e> {
    /// A proposer of rules on top of the engine's; `known` is the vocabulary of the same set.
    #[must_use]
    pub fn new(engine: &'e Engine, known: &'e Vocabulary) -> Self {
        Self { engine, known, alike: Alike::new(engine.set()) }
    }

    /// A rule for what was said in a failure; none where that holds no words.
    #[must_use]
    pub fn propose(&self, failure: &Failure<'_>) -> Option<Proposal> {
        let engine = self.engine;
        let diagnosis = engine.diagnose(failure.clone(), Viewpoint::default());
        let mut stand_ins = StandIns::new(engine, self.known, &failure.diagnostic);
        let spoken = telling(failure);
        let redacted = stand_ins.replace(spoken.map_or("", |utterance| &*utterance.text));
        let words = &redacted[read_codes(&redacted).words..];
        let whole = generalise(words, self.known);
        if letters(&whole) == 0 {
            return None;
        }
        let (basis, category) = self.category(&diagnosis, words);
        let provider = diagnosis.provider.or(diagnosis.remote).filter(|provider| is_named(engine, *provider));
        let draft = Draft {
            remarks: remarks(engine, &basis, diagnosis.rule),
            id: free_id(engine, &id_of(&whole, &category), provider),
            category,
            strength: None,
            priority: None,
            reply: (letters(&whole) < SAFE_LETTERS).then_some(diagnosis.reply).flatten(),
            text: first_sentences(&whole).to_owned(),
            example: example(engine, failure, spoken, &mut stand_ins, &redacted),
        };
        Some(Proposal { draft, whole, words: words.to_owned(), provider, basis, taken_by: diagnosis.rule })
    }

    /// The category that fits best, and why.
    fn category(&self, diagnosis: &Diagnosis<'_>, words: &str) -> (Basis, String) {
        let set = self.engine.set();
        let silent = set.default_category(Kind::Bounce);
        let id = |category| set.category(category).id.clone();
        let spoken = diagnosis.rule.filter(|_| diagnosis.category != silent);
        match spoken {
            Some(rule) if diagnosis.strength > Strength::Symptom => (Basis::Now(rule), id(diagnosis.category)),
            _ => match (self.alike.most(words), spoken) {
                (Some(rule), _) => (Basis::Alike(rule), id(set.rule(rule).verdict.category)),
                (None, Some(rule)) => (Basis::Now(rule), id(diagnosis.category)),
                (None, None) => (Basis::Nothing, id(silent)),
            },
        }
    }
}

/// The words that tell most: those nearest the recipient, unless they are hardly any.
pub(super) fn telling<'f, 't>(failure: &'f Failure<'t>) -> Option<&'f Utterance<'t>> {
    let weight = |utterance: &&Utterance<'_>| letters(&utterance.text[utterance.words.min(utterance.text.len())..]);
    let last = failure.utterances.iter().rev().find(|utterance| weight(utterance) >= SAFE_LETTERS);
    last.or_else(|| failure.utterances.iter().max_by_key(weight))
}

fn is_named(engine: &Engine, provider: ProviderIx) -> bool {
    engine.set().provider(provider).kind != ProviderKind::Standard
}

fn remarks(engine: &Engine, basis: &Basis, taken_by: Option<RuleIx>) -> Vec<String> {
    let name = |rule: RuleIx| engine.set().rule(rule).name.as_str();
    let mut remarks = vec![match basis {
        Basis::Now(rule) => format!("The category is what {} says of it now.", name(*rule)),
        Basis::Alike(rule) => format!("The category is that of {}, whose words are like these: make sure that it fits.", name(*rule)),
        Basis::Nothing => "Nothing tells the category: choose one (`modori rules categories` lists them).".to_owned(),
    }];
    if let Some(rule) = taken_by.filter(|rule| *basis != Basis::Now(*rule)) {
        remarks.push(format!("Until now {} takes it.", name(rule)));
    }
    remarks
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

/// An id of a pattern's first words; of the category where these have no ASCII letters.
pub(super) fn id_of(pattern: &str, category: &str) -> String {
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
    if id.is_empty() { category.replace('_', "-") } else { id }
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
    /// Makes a hole of a word that differs from bounce to bounce.
    pub(super) fn open(&mut self, word: &str) {
        for pattern in [&mut self.draft.text, &mut self.whole] {
            let lower = pattern.to_ascii_lowercase();
            let stands = |at: &usize| {
                let (before, after) = (&lower[..*at], &lower[at + word.len()..]);
                let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                !letter(before.chars().next_back())
                    && !letter(after.chars().next())
                    && before.matches('{').count() == before.matches('}').count()
            };
            let at = lower.match_indices(word).map(|(at, _)| at).find(stands);
            at.into_iter().for_each(|at| pattern.replace_range(at..at + word.len(), "{_:word}"));
        }
    }

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
}
