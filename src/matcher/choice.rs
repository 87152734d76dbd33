//! The order of choice: which of several rules speaks.

use std::cmp::Reverse;

use crate::model::names::named;
use crate::model::{RuleIx, Scope, Strength};

/// What decides between two rules that match, in the order of the fields. A greater one speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Asked for as a customer of the rule's provider.
    pub asked: bool,
    /// The rule's priority.
    pub priority: i32,
    /// How much its words say.
    pub strength: Strength,
    /// The place of the utterance; a later one is nearer the recipient.
    pub utterance: usize,
    /// Whether words matched, and not codes alone.
    pub words: bool,
    /// Whose words the rule is for.
    pub scope: Scope,
    /// Letters that every match of the pattern holds.
    pub letters: u32,
    /// Whether the rule belongs to one system, and not to the standards or general language.
    pub own: bool,
    /// How many conditions the rule has.
    pub conditions: u32,
    /// The rule's place by provider id and rule id; the first speaks.
    pub rule: Reverse<RuleIx>,
    /// Which of the rule's patterns it is; the first speaks.
    pub pattern: Reverse<usize>,
}

named! {
    /// The step at which a rule lost against the one that speaks.
    pub enum Step {
        /// The other was asked for.
        Asked = "asked",
        /// The other has a higher priority.
        Priority = "priority",
        /// The other's words say more.
        Strength = "strength",
        /// The other matched nearer the recipient.
        Utterance = "utterance",
        /// The other matched words, not codes alone.
        Words = "words",
        /// The other is for just this speaker.
        Scope = "scope",
        /// The other's pattern holds more letters.
        Letters = "letters",
        /// The other belongs to one system, and not to general language.
        Own = "own",
        /// The other has more conditions.
        Conditions = "conditions",
        /// The other's name comes first.
        Name = "name",
    }
}

impl Rank {
    /// The first step at which `self` and `winner` differ.
    #[must_use]
    pub fn step(&self, winner: &Self) -> Step {
        let same = [
            self.asked == winner.asked,
            self.priority == winner.priority,
            self.strength == winner.strength,
            self.utterance == winner.utterance,
            self.words == winner.words,
            self.scope == winner.scope,
            self.letters == winner.letters,
            self.own == winner.own,
            self.conditions == winner.conditions,
        ];
        same.iter().position(|same| !same).map_or(Step::Name, |index| Step::ALL[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_steps() {
        let low = Rank {
            asked: false,
            priority: 0,
            strength: Strength::Symptom,
            utterance: 0,
            words: false,
            scope: Scope::Anywhere,
            letters: 1,
            own: false,
            conditions: 0,
            rule: Reverse(RuleIx(9)),
            pattern: Reverse(0),
        };
        let mut steps = vec![
            Rank { asked: true, ..low },
            Rank { priority: 1, ..low },
            Rank { strength: Strength::Weak, ..low },
            Rank { utterance: 1, ..low },
            Rank { words: true, ..low },
            Rank { scope: Scope::Speaker, ..low },
            Rank { letters: 2, ..low },
            Rank { own: true, ..low },
            Rank { conditions: 1, ..low },
            Rank { rule: Reverse(RuleIx(1)), ..low },
        ];
        let named: Vec<Step> = steps.iter().map(|winner| low.step(winner)).collect();
        assert_eq!(named, Step::ALL);
        let sorted = steps.clone();
        steps.sort_by(|a, b| b.cmp(a));
        assert_eq!(steps, sorted);
    }
}
