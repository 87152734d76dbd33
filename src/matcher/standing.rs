//! What rules rank by before their words are looked at.
//!
//! Many rules come up for a text of which few are looked at in the end. What decides between them is taken out of each rule once,
//! since the rules lie all over the memory.

use std::cmp::Reverse;
use std::sync::OnceLock;

use super::{Hearing, Rank};
use crate::model::{ProviderIx, ProviderKind, RuleIx, RuleSet, Scope, Strength, Verdict};

/// What is known of a rule's rank in any failure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    provider: ProviderIx,
    scope: Scope,
    priority: i32,
    strength: Strength,
    verdict: Verdict,
    /// Whether its provider is one system, and not the standards or general language.
    own: bool,
    conditions: u32,
    /// Whether nothing but words and scope decides what it says, and whether.
    is_plain: bool,
}

/// The standings of a set's rules; each is made when first needed.
#[derive(Debug)]
pub(super) struct Standings(Vec<OnceLock<Standing>>);

impl Standings {
    pub(super) fn new(set: &RuleSet) -> Self {
        Self(std::iter::repeat_with(OnceLock::new).take(set.rules.len()).collect())
    }

    /// That of a rule of the set that these were made for.
    fn of(&self, set: &RuleSet, rule: RuleIx) -> Standing {
        *self.0[rule.0 as usize].get_or_init(|| Standing::new(set, rule))
    }
}

impl Standing {
    fn new(set: &RuleSet, rule: RuleIx) -> Self {
        let rule = set.rule(rule);
        let conditions = &rule.conditions;
        Self {
            provider: rule.provider,
            scope: rule.scope,
            priority: rule.priority,
            strength: set.strength(&rule.verdict),
            verdict: rule.verdict,
            own: set.provider(rule.provider).kind != ProviderKind::Standard,
            conditions: conditions.count(),
            is_plain: rule.overrides.is_empty() && conditions.count() == u32::from(!conditions.absent.is_empty()),
        }
    }
}

impl Hearing<'_> {
    /// What a rule says here and how it ranks by its conditions alone, if everything but its words fits.
    pub(super) fn standing(&self, index: RuleIx) -> Option<(Verdict, Rank)> {
        let standing = self.standings.of(self.set, index);
        if !self.in_scope(standing.provider, standing.scope) {
            return None;
        }
        let (verdict, strength) = if standing.is_plain { (standing.verdict, standing.strength) } else { self.said_here(index)? };
        let rank = Rank {
            asked: standing.scope == Scope::Asked,
            priority: standing.priority,
            strength,
            utterance: self.utterance,
            words: false,
            scope: standing.scope,
            letters: 0,
            own: standing.own,
            conditions: standing.conditions,
            rule: Reverse(index),
            pattern: Reverse(0),
        };
        Some((verdict, rank))
    }

    /// What a rule says here, and how much that says, if its conditions hold but for texts that must be absent.
    fn said_here(&self, index: RuleIx) -> Option<(Verdict, Strength)> {
        let rule = self.set.rule(index);
        self.known_holds(&rule.conditions).then(|| {
            let verdict = *rule.verdict_where(|conditions| self.holds(conditions));
            (verdict, self.set.strength(&verdict))
        })
    }
}
