//! The evidence for a diagnosis: who said what, which words decided, and which rules came after.

use serde::Serialize;

use crate::Engine;
use crate::engine::{decided_at, deciding};
use crate::matcher::{Match, Step, Viewpoint};
use crate::model::names::named;
use crate::model::{Diagnosis, Fact, Failure, Reply, Speaker, Stage, Status};
use crate::pattern::Folded;

/// Why the diagnosis is what it is.
#[derive(Debug, Serialize)]
pub struct Evidence {
    /// What was said, nearest the recipient last.
    pub utterances: Vec<Said>,
    /// The pattern that matched, as it stands in its file.
    pub pattern: Option<String>,
    /// Where the pattern stands.
    pub pattern_place: Option<String>,
    /// Where the rule stands.
    pub place: Option<String>,
    /// The words that it took.
    pub words: Option<String>,
    /// Where each fact comes from.
    pub facts: Vec<FactOrigin>,
    /// The rule that would have spoken, had the report been of a kind that it may judge.
    pub set_aside: Option<String>,
    /// The rules that matched as well.
    pub losers: Vec<Loser>,
}

/// Where a fact comes from.
#[derive(Debug, Serialize)]
pub struct FactOrigin {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: Fact,
    /// From where.
    pub from: FactSource,
    /// The words that became it, where they stand in an utterance.
    pub words: Option<String>,
}

named! {
    /// What a fact was taken from.
    pub enum FactSource {
        /// From a hole of the pattern that matched.
        Pattern = "pattern",
        /// From the way in which a mail system prints reports and diagnostics.
        Reading = "reading",
    }
}

/// One utterance.
#[derive(Debug, Serialize)]
pub struct Said {
    /// Who spoke.
    pub speaker: Speaker,
    /// The speaker's host.
    pub host: Option<String>,
    /// The stage.
    pub stage: Option<Stage>,
    /// The reply code.
    pub reply: Option<Reply>,
    /// The status code.
    pub status: Option<Status>,
    /// The words as they were written.
    pub text: String,
    /// The words as the matcher saw them.
    pub seen: String,
    /// Where in `text` the deciding words stand, in bytes.
    pub decided: Option<(usize, usize)>,
}

/// A rule that matched and did not speak.
#[derive(Debug, Serialize)]
pub struct Loser {
    /// The rule.
    pub rule: String,
    /// Where it stands.
    pub place: String,
    /// What it would have said.
    pub category: String,
    /// The words that it took; none where it went by codes alone.
    pub words: Option<String>,
    /// The step at which it lost.
    pub lost_by: Step,
}

impl Evidence {
    /// Collects the evidence for a diagnosis that `engine` gave from this viewpoint.
    #[must_use]
    pub fn new(engine: &Engine, diagnosis: &Diagnosis<'_>, from: Viewpoint) -> Self {
        let set = engine.set();
        let failure = &diagnosis.failure;
        let matches = engine.matcher().all(set, failure, from);
        let set_aside = matches.first().filter(|first| diagnosis.rule != Some(first.rule));
        let losers = matches.iter().skip(1).map(|lost| Loser::new(engine, failure, lost, &matches[0]));
        let rule = diagnosis.rule.map(|rule| set.rule(rule));
        let words = diagnosis.words.as_ref();
        let said = failure.utterances.iter().enumerate().map(|(index, utterance)| Said {
            speaker: utterance.speaker,
            host: utterance.host.as_deref().map(str::to_owned),
            stage: utterance.stage,
            reply: utterance.reply,
            status: utterance.status,
            text: utterance.text.to_string(),
            seen: Folded::new(&utterance.text).as_str().to_owned(),
            decided: words.filter(|words| words.utterance == index).and_then(|_| decided_at(diagnosis)).map(|at| (at.start, at.end)),
        });
        Self {
            utterances: said.collect(),
            pattern: rule.zip(words).map(|(rule, words)| rule.patterns[words.pattern].source.clone()),
            pattern_place: rule.zip(words).map(|(rule, words)| rule.patterns[words.pattern].origin.to_string()),
            place: rule.map(|rule| rule.origin.to_string()),
            words: deciding(diagnosis).map(str::to_owned),
            facts: facts(engine, diagnosis, matches.first().filter(|first| diagnosis.rule == Some(first.rule))),
            set_aside: set_aside.map(|first| set.rule(first.rule).name.clone()),
            losers: losers.collect(),
        }
    }
}

impl Loser {
    fn new(engine: &Engine, failure: &Failure<'_>, lost: &Match, winner: &Match) -> Self {
        let set = engine.set();
        let text = &failure.utterances[lost.utterance].text;
        Self {
            rule: set.rule(lost.rule).name.clone(),
            place: set.rule(lost.rule).origin.to_string(),
            category: set.category(lost.verdict.category).id.clone(),
            words: lost.pattern.map(|_| text[Folded::origin(text, lost.range.clone())].to_owned()),
            lost_by: lost.rank.step(&winner.rank),
        }
    }
}

/// The facts of a diagnosis with what they come from; `chosen` is the match of the rule that speaks.
fn facts(engine: &Engine, diagnosis: &Diagnosis<'_>, chosen: Option<&Match>) -> Vec<FactOrigin> {
    let failure = &diagnosis.failure;
    let taken = chosen.map_or_else(Vec::new, |chosen| engine.taken(failure, chosen));
    let origin = |(name, value): (&str, &Fact)| {
        let hole = taken.iter().find(|(hole, _, fact)| hole == name && fact == value);
        let words = hole.zip(chosen).map(|((_, range, _), chosen)| failure.utterances[chosen.utterance].text[range.clone()].to_owned());
        let from = if hole.is_some() { FactSource::Pattern } else { FactSource::Reading };
        FactOrigin { name: name.to_owned(), value: value.clone(), from, words }
    };
    diagnosis.facts.iter().map(origin).collect()
}
