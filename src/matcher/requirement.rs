//! What a rule asks of a failure beside its words.

use super::Hearing;
use crate::model::names::named;
use crate::model::{Conditions, Form, ProviderIx, RuleIx, Scope};

named! {
    /// What a rule can ask beside its words, by the keys of rule files.
    pub enum Requirement {
        /// Whose words they are.
        Scope = "scope",
        /// The stage.
        Command = "command",
        /// The reply code.
        Reply = "reply",
        /// The status code.
        Status = "status",
        /// The kind of the report.
        Kind = "kind",
        /// The first day.
        Since = "since",
        /// The first day after.
        Until = "until",
        /// Texts that must be absent.
        Not = "not",
    }
}

impl Requirement {
    /// Those on what is known beside the words.
    const KNOWN: [Self; 6] = [Self::Command, Self::Reply, Self::Status, Self::Kind, Self::Since, Self::Until];
}

/// What a rule asks in vain of one utterance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The utterance.
    pub utterance: usize,
    /// What is not met; nothing where all is.
    pub requirements: Vec<Requirement>,
}

impl Hearing<'_> {
    /// Whether a rule of this provider and scope is for these words.
    pub(super) fn in_scope(&self, provider: ProviderIx, scope: Scope) -> bool {
        let owner = Some(provider);
        match scope {
            Scope::Anywhere => true,
            Scope::Speaker => self.speaker == owner,
            Scope::Reporter => self.failure.reporter.or(self.from.presumed) == owner,
            Scope::Asked => self.from.customer_of == owner,
        }
    }

    /// Whether all conditions hold.
    pub(super) fn holds(&self, conditions: &Conditions) -> bool {
        self.known_holds(conditions) && !self.forbidden(conditions)
    }

    /// Whether a text stands there that must not.
    pub(super) fn forbidden(&self, conditions: &Conditions) -> bool {
        conditions.absent.iter().any(|pattern| self.stands(&pattern.form))
    }

    /// Whether the conditions on what is known hold; one on something unknown does not.
    pub(super) fn known_holds(&self, conditions: &Conditions) -> bool {
        Requirement::KNOWN.iter().all(|requirement| self.meets(*requirement, conditions))
    }

    fn meets(&self, requirement: Requirement, conditions: &Conditions) -> bool {
        let failure = self.failure;
        let number = self.utterance;
        match requirement {
            Requirement::Scope => true,
            Requirement::Command => {
                let holds = |stage| conditions.stages.contains(&stage);
                conditions.stages.is_empty() || failure.stage(number).is_some_and(holds)
            }
            Requirement::Reply => {
                let holds = |reply| conditions.replies.iter().any(|pattern| pattern.matches(reply));
                conditions.replies.is_empty() || failure.reply(number).is_some_and(holds)
            }
            Requirement::Status => {
                let holds = |status| conditions.statuses.iter().any(|pattern| pattern.matches(status));
                conditions.statuses.is_empty() || failure.status(number).is_some_and(holds)
            }
            Requirement::Kind => conditions.kinds.is_empty() || failure.kind.is_some_and(|kind| conditions.kinds.contains(&kind)),
            Requirement::Since => conditions.since.is_none_or(|since| failure.date.is_some_and(|date| date >= since)),
            Requirement::Until => conditions.until.is_none_or(|until| failure.date.is_some_and(|date| date < until)),
            Requirement::Not => !self.forbidden(conditions),
        }
    }

    fn stands(&self, form: &Form) -> bool {
        match form {
            Form::Text(text) => self.text.find(text, self.words_for(form)).is_some(),
            Form::Regex(_) => false,
        }
    }

    /// What `rule` asks in vain.
    pub(super) fn unmet(&self, rule: RuleIx) -> Unmet {
        let rule = self.set.rule(rule);
        let met = |requirement: Requirement| match requirement {
            Requirement::Scope => self.in_scope(rule.provider, rule.scope),
            other => self.meets(other, &rule.conditions),
        };
        let requirements = Requirement::ALL.iter().copied().filter(|requirement| !met(*requirement)).collect();
        Unmet { utterance: self.utterance, requirements }
    }
}
