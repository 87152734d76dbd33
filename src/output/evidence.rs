//! The evidence for a diagnosis: who said what, which words decided, and which rules came after.

use serde::Serialize;

use crate::Engine;
use crate::matcher::{Step, Viewpoint};
use crate::model::{Diagnosis, Reply, Speaker, Stage, Status};
use crate::pattern::Folded;

/// Why the diagnosis is what it is.
#[derive(Debug, Serialize)]
pub struct Evidence {
    /// What was said, nearest the recipient last.
    pub utterances: Vec<Said>,
    /// The pattern that matched, as it stands in its file.
    pub pattern: Option<String>,
    /// Where the rule stands.
    pub place: Option<String>,
    /// The words that it took.
    pub words: Option<String>,
    /// The rules that matched as well.
    pub losers: Vec<Loser>,
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
    /// What it would have said.
    pub category: String,
    /// The step at which it lost.
    pub lost_by: Step,
}

impl Evidence {
    /// Collects the evidence for a diagnosis that `engine` gave from this viewpoint.
    #[must_use]
    pub fn new(engine: &Engine, diagnosis: &Diagnosis<'_>, from: Viewpoint) -> Self {
        let set = engine.set();
        let matches = engine.matcher().all(set, &diagnosis.failure, from);
        let losers = matches.iter().skip(1).map(|lost| Loser {
            rule: set.rule(lost.rule).name.clone(),
            category: set.category(lost.verdict.category).id.clone(),
            lost_by: lost.rank.step(&matches[0].rank),
        });
        let rule = diagnosis.rule.map(|rule| set.rule(rule));
        let words = diagnosis.words.as_ref();
        let said = diagnosis.failure.utterances.iter().enumerate().map(|(index, utterance)| Said {
            speaker: utterance.speaker,
            host: utterance.host.as_deref().map(str::to_owned),
            stage: utterance.stage,
            reply: utterance.reply,
            status: utterance.status,
            text: utterance.text.to_string(),
            seen: Folded::new(&utterance.text).as_str().to_owned(),
            decided: words.filter(|words| words.utterance == index).map(|words| (words.range.start, words.range.end)),
        });
        Self {
            utterances: said.collect(),
            pattern: rule.zip(words).map(|(rule, words)| rule.patterns[words.pattern].source.clone()),
            place: rule.map(|rule| rule.origin.to_string()),
            words: words.map(|words| diagnosis.failure.utterances[words.utterance].text[words.range.clone()].to_owned()),
            losers: losers.collect(),
        }
    }
}
