//! Trying a rule out before it is written: does it win its text, and whose does it take?

use super::propose::Proposal;
use crate::Engine;
use crate::matcher::Viewpoint;
use crate::model::{RuleIx, Strength};
use crate::rules::{Fault, Layer, RawFile, load};
use crate::suite::{example_cases, run};

/// What a draft's file is called while it is tried out.
const TRIAL_FILE: &str = "the new rule";

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
            let spoke = winner(case.diagnose(with).and_then(|diagnosis| diagnosis.rule));
            if case.expected.must.rule.as_deref() == Some(name) {
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

impl Proposal {
    /// Lays the rule on top of `layers`; `text` is what it is for.
    #[must_use]
    pub fn try_out(&self, engine: &Engine, layers: &[Layer], text: &str) -> Trial {
        let file = format!("{}\n{}", self.head(engine), self.draft.toml());
        let raw = RawFile::new(TRIAL_FILE, Ok(file.into_bytes()));
        let on_top: Vec<Layer> = layers.iter().cloned().chain([Layer::from(vec![raw])]).collect();
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
        let firmer: [&dyn Fn(&mut Self); 3] =
            [&|firmer| firmer.draft.text.clone_from(&firmer.whole), &|firmer| firmer.draft.strength = Some(Strength::Reason), &|firmer| {
                firmer.draft.priority = Some(1);
            }];
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
