//! Proposals made to hold together: each wins its own text, and none takes what other rules or other proposals are for.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use super::groups::{Group, Offer};
use super::propose::Proposal;
use crate::Engine;
use crate::model::{RuleSet, Strength};
use crate::pattern::{Folded, find, parse_text};
use crate::rules::{Layer, RawFile, load};
use crate::suite::{example_cases, run};

/// How often all are tried out at most.
const ROUNDS: usize = 6;

/// What is wrong with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// It takes what another rule is for.
    Takes,
    /// Another rule speaks in its place.
    Loses,
}

/// Gives the proposals of all groups more words, or more weight, until all hold; one that never does is withdrawn.
pub(super) fn settle(engine: &Engine, layers: &[Layer], groups: &mut [Group]) {
    for round in 0..=ROUNDS {
        let Some(troubles) = troubles(engine, layers, groups, as_reason) else { return };
        if troubles.is_empty() {
            break;
        }
        for group in groups.iter_mut() {
            let Offer::Rule(proposal) = &mut group.offer else { continue };
            let Some(trouble) = troubles.get(&proposal.name(engine)) else { continue };
            let mended = round < ROUNDS
                && match trouble {
                    Trouble::Takes => narrow(proposal),
                    Trouble::Loses => strengthen(proposal),
                };
            if !mended {
                group.offer = Offer::NothingNew;
            }
        }
    }
    let as_written = |proposal: &Proposal| proposal.clone();
    let lost = troubles(engine, layers, groups, as_written).unwrap_or_default();
    for proposal in groups.iter_mut().filter_map(|group| group.offer.rule_mut()) {
        if lost.contains_key(&proposal.name(engine)) {
            proposal.draft.strength = Some(Strength::Reason);
        }
    }
}

/// A proposal with the weight that it gets once a person has said what it means.
fn as_reason(proposal: &Proposal) -> Proposal {
    let mut firm = proposal.clone();
    firm.draft.strength.get_or_insert(Strength::Reason);
    firm
}

/// All of its words, then nothing but these.
fn narrow(proposal: &mut Proposal) -> bool {
    if proposal.draft.text != proposal.whole && !proposal.draft.text.starts_with('^') {
        proposal.draft.text.clone_from(&proposal.whole);
        return true;
    }
    let alone = format!("^{}$", proposal.whole);
    let fits = parse_text(&alone).is_ok_and(|pattern| find(&pattern, Folded::new(&proposal.words).as_str(), 0).is_some());
    let new = fits && proposal.draft.text != alone;
    if new {
        proposal.draft.text = alone;
    }
    new
}

/// All of its words, then priority.
fn strengthen(proposal: &mut Proposal) -> bool {
    if proposal.draft.text != proposal.whole && !proposal.draft.text.starts_with('^') {
        proposal.draft.text.clone_from(&proposal.whole);
        return true;
    }
    proposal.draft.priority.replace(1).is_none()
}

/// What is wrong with which proposal, by rule name, when all are in force; `None` where the rules do not load.
fn troubles(engine: &Engine, layers: &[Layer], groups: &[Group], form: impl Fn(&Proposal) -> Proposal) -> Option<HashMap<String, Trouble>> {
    let proposals: Vec<Proposal> = groups.iter().filter_map(|group| group.offer.rule()).map(form).collect();
    let names: Vec<String> = proposals.iter().map(|proposal| proposal.name(engine)).collect();
    let on_top: Vec<Layer> = layers.iter().cloned().chain([Layer::from(files(engine, &proposals))]).collect();
    let with = load(&on_top).set.map(Engine::new)?;
    let mut found = HashMap::new();
    for (spoke, wanted) in surprises(&with) {
        if names.contains(&spoke) {
            found.insert(spoke, Trouble::Takes);
        } else if names.contains(&wanted) {
            found.entry(wanted).or_insert(Trouble::Loses);
        }
    }
    Some(found)
}

/// The rules that spoke where another one should have, with that.
fn surprises(engine: &Engine) -> Vec<(String, String)> {
    let set: &RuleSet = engine.set();
    let cases = example_cases(set);
    let failed = cases.iter().filter(|case| run(engine, case).failed());
    let pair = |case: &crate::suite::Case| {
        let spoke = case.diagnose(engine).and_then(|diagnosis| diagnosis.rule).map_or("", |rule| &set.rule(rule).name);
        (spoke.to_owned(), case.expected.must.rule.clone().unwrap_or_default())
    };
    failed.map(pair).collect()
}

/// A file for each provider that rules are proposed for.
fn files(engine: &Engine, proposals: &[Proposal]) -> Vec<RawFile> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for proposal in proposals {
        let head = proposal.head(engine);
        let text = texts.entry(head.clone()).or_insert(head);
        let _ = write!(text, "\n{}", proposal.draft.toml());
    }
    let numbered = texts.into_values().enumerate();
    numbered.map(|(number, text)| RawFile::new(format!("proposals {number}"), Ok(text.into_bytes()))).collect()
}
