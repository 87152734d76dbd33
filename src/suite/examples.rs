//! The examples in rule files as cases.

use super::case::{Case, Expected, Input, Says};
use crate::matcher::Viewpoint;
use crate::model::{Example, Lang, Rule, RuleSet, Scope};

/// The examples and counter-examples of every rule of a set.
///
/// Rules for one speaker, one reporter or one provider's customers are tried as that provider's.
#[must_use]
pub fn example_cases(set: &RuleSet) -> Vec<Case> {
    set.rules.iter().flat_map(cases_of).collect()
}

/// The examples and counter-examples of one rule, in this order.
pub(super) fn cases_of(rule: &Rule) -> impl Iterator<Item = Case> {
    let says = || Says { rule: Some(rule.name.clone()), ..Says::default() };
    let examples = rule.examples.iter().enumerate().map(move |(number, example)| {
        let expected = Expected { must: says(), ..Expected::default() };
        example_case(rule, example, format!("{} example {}", rule.name, number + 1), expected)
    });
    let counter_examples = rule.counter_examples.iter().enumerate().map(move |(number, example)| {
        let expected = Expected { must_not: says(), ..Expected::default() };
        example_case(rule, example, format!("{} counter-example {}", rule.name, number + 1), expected)
    });
    examples.chain(counter_examples)
}

fn example_case(rule: &Rule, example: &Example, name: String, expected: Expected) -> Case {
    Case {
        name,
        place: format!("{}:{}", rule.origin.file, example.line),
        input: Input::Text(example.clone()),
        from: viewpoint(rule),
        lang: Lang::english(),
        expected,
        todo: false,
    }
}

/// From where the examples of a rule are looked at.
fn viewpoint(rule: &Rule) -> Viewpoint {
    let provider = Some(rule.provider);
    match rule.scope {
        Scope::Anywhere => Viewpoint::default(),
        Scope::Speaker | Scope::Reporter => Viewpoint { presumed: provider, ..Viewpoint::default() },
        Scope::Asked => Viewpoint { customer_of: provider, ..Viewpoint::default() },
    }
}
