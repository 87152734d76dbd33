//! Why a rule does not speak: what of it fits, where it stops, and what would mend it.

mod mend;
mod part;
mod text;

use serde::Serialize;

pub use mend::{Difference, Mend};
use mend::{Patient, mend_regex};
use part::{Part, Pieces, longest_of_regex};
pub use text::render_why_not;

use crate::Engine;
use crate::matcher::{Requirement, Step, Viewpoint};
use crate::model::{Failure, Form, Kind, Lazy, Pattern, RuleIx, Scope};
use crate::pattern::{self, Folded};
use crate::reading::read_codes;

/// How much of what stands beside a part is shown, in characters.
const BESIDE: usize = 40;

/// Why a rule does not speak about a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyNot {
    /// The rule.
    pub rule: String,
    /// Where it stands.
    pub place: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// The utterance that it comes nearest to, as the matcher saw it.
    pub seen: String,
    /// What it asks beside its words, and in vain.
    pub unmet: Vec<Asked>,
    /// Its pattern that comes nearest; none where it has no patterns.
    pub nearest: Option<Nearest>,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Outcome {
    /// It does speak.
    Speaks,
    /// It matches, and another speaks.
    Loses {
        /// The rule that speaks.
        to: String,
        /// The step at which it lost.
        by: Step,
    },
    /// It matches, and a report of this kind is not for it to judge.
    SetAside {
        /// The kind.
        kind: Kind,
    },
    /// It does not match.
    NoMatch,
}

/// Something that a rule asks beside its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// What it asks about.
    pub about: Requirement,
    /// What it wants.
    pub wants: String,
    /// What there is.
    pub is: String,
}

/// A pattern, and how near it comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// As it stands in the file.
    pub pattern: String,
    /// Where it stands.
    pub place: String,
    /// Whether it matches.
    pub matches: bool,
    /// The longest part of it that fits.
    pub fits: String,
    /// The words that this part takes.
    pub words: String,
    /// Where it stops, unless it matches.
    pub stops: Option<Stop>,
    /// What would mend it, if one difference is all.
    pub mend: Option<Mend>,
    #[serde(skip)]
    weight: u32,
}

/// Where a pattern stops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// What the pattern wants there.
    pub wants: String,
    /// Whether it wants it behind the part that fits, not before it.
    pub behind: bool,
    /// What stands there.
    pub is: String,
}

/// Says why `rule` does not speak about `failure`, seen from this viewpoint.
#[must_use]
pub fn why_not(engine: &Engine, failure: &Failure<'_>, from: Viewpoint, rule: RuleIx) -> WhyNot {
    let set = engine.set();
    let of = set.rule(rule);
    let looks = engine.matcher().unmet(set, failure, from, rule).into_iter().map(|unmet| {
        let utterance = &failure.utterances[unmet.utterance];
        (nearest(&of.patterns, &utterance.text), unmet)
    });
    // The nearest pattern first, then the fewest conditions in the way; of equals the utterance nearest the recipient.
    let near = |nearest: &Option<Nearest>| nearest.as_ref().map(Nearest::nearness);
    let best = looks.rev().max_by_key(|(nearest, unmet)| (near(nearest), usize::MAX - unmet.requirements.len()));
    let (nearest, unmet) = best.map_or((None, None), |(nearest, unmet)| (nearest, Some(unmet)));
    let at = unmet.as_ref().map_or(0, |unmet| unmet.utterance);
    let asked = unmet.iter().flat_map(|unmet| &unmet.requirements).map(|about| asked(engine, failure, from, rule, at, *about)).collect();
    WhyNot {
        rule: of.name.clone(),
        place: of.origin.to_string(),
        outcome: outcome(engine, failure, from, rule),
        seen: failure.utterances.get(at).map_or_else(String::new, |utterance| Folded::new(&utterance.text).into_text()),
        unmet: asked,
        nearest,
    }
}

fn outcome(engine: &Engine, failure: &Failure<'_>, from: Viewpoint, rule: RuleIx) -> Outcome {
    let set = engine.set();
    let matches = engine.matcher().all(set, failure, from);
    let Some(own) = matches.iter().find(|found| found.rule == rule) else { return Outcome::NoMatch };
    if matches[0].rule != rule {
        return Outcome::Loses { to: set.rule(matches[0].rule).name.clone(), by: own.rank.step(&matches[0].rank) };
    }
    let spoke = engine.diagnose(failure.clone(), from);
    if spoke.rule == Some(rule) { Outcome::Speaks } else { Outcome::SetAside { kind: spoke.kind } }
}

/// The pattern that comes nearest to an utterance.
fn nearest(patterns: &[Lazy<Pattern>], text: &str) -> Option<Nearest> {
    let folded = Folded::new(text);
    let looks = patterns.iter().map(|pattern| look(pattern, text, folded.as_str()));
    looks.rev().max_by_key(Nearest::nearness)
}

impl Nearest {
    /// The greater, the nearer: what matches, what one difference keeps from matching, what fits most.
    const fn nearness(&self) -> (bool, bool, u32) {
        (self.matches, self.mend.is_some(), self.weight)
    }
}

fn look(pattern: &Pattern, original: &str, text: &str) -> Nearest {
    let words = read_codes(text).words;
    let (whole, part, mend) = match &pattern.form {
        Form::Text(form) => {
            let found = pattern::find(form, text, words).map(|found| found.range);
            let pieces = Pieces::new(form);
            let part = pieces.longest(text, words);
            let mend = || mend::mend(&Patient { pattern: form, pieces: &pieces, text, words });
            let mend = if found.is_none() { mend() } else { None };
            (found, Some(part), mend)
        }
        Form::Regex(_) => {
            let found = pattern::compile_regex(&pattern.source).and_then(|regex| regex.find(text).map(|found| found.range()));
            let mend = if found.is_none() { mend_regex(pattern, original) } else { None };
            (found, longest_of_regex(&pattern.source, text), mend)
        }
    };
    let nothing = || Part { written: String::new(), range: 0..0, next: None, weight: 0 };
    let part = match whole.clone() {
        Some(range) => Part { written: pattern.source.clone(), weight: pattern.letters() + 1, range, next: None },
        None => part.unwrap_or_else(nothing),
    };
    let stops =
        part.next.as_ref().map(|next| Stop { wants: next.written.clone(), behind: next.behind, is: beside(text, &part, next.behind) });
    Nearest {
        pattern: pattern.source.clone(),
        place: pattern.origin.to_string(),
        matches: whole.is_some(),
        fits: part.written,
        words: text[part.range].to_owned(),
        stops,
        mend,
        weight: part.weight,
    }
}

/// What stands beside a part.
fn beside(text: &str, part: &Part, behind: bool) -> String {
    if part.written.is_empty() {
        return String::new();
    }
    if behind {
        return text[part.range.end..].trim_start().chars().take(BESIDE).collect();
    }
    let before: Vec<char> = text[..part.range.start].trim_end().chars().rev().take(BESIDE).collect();
    before.into_iter().rev().collect()
}

/// What a rule asks about something, and what there is of it.
fn asked(engine: &Engine, failure: &Failure<'_>, from: Viewpoint, rule: RuleIx, utterance: usize, about: Requirement) -> Asked {
    let conditions = &engine.set().rule(rule).conditions;
    let known = |is: Option<String>| is.unwrap_or_else(|| "unknown".to_owned());
    let date = || known(failure.date.map(|date| date.to_string()));
    let (wants, is) = match about {
        Requirement::Scope => scope(engine, failure, from, rule, utterance),
        Requirement::Command => (list(&conditions.stages), known(failure.stage(utterance).map(|stage| stage.to_string()))),
        Requirement::Reply => (list(&conditions.replies), known(failure.reply(utterance).map(|reply| reply.to_string()))),
        Requirement::Status => (list(&conditions.statuses), known(failure.status(utterance).map(|status| status.to_string()))),
        Requirement::Kind => (list(&conditions.kinds), known(failure.kind.map(|kind| kind.to_string()))),
        Requirement::Since => (known(conditions.since.map(|date| date.to_string())), date()),
        Requirement::Until => (known(conditions.until.map(|date| date.to_string())), date()),
        Requirement::Not => {
            let text = Folded::new(&failure.utterances[utterance].text);
            let words = read_codes(text.as_str()).words;
            let stands =
                |pattern: &&Lazy<Pattern>| matches!(&pattern.form, Form::Text(form) if pattern::find(form, text.as_str(), words).is_some());
            let there = conditions.absent.iter().find(stands).map(|pattern| pattern.source.clone());
            (format!("no `{}`", known(there)), "it stands there".to_owned())
        }
    };
    Asked { about, wants, is }
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

/// Whose words a rule is for, and whose they are.
fn scope(engine: &Engine, failure: &Failure<'_>, from: Viewpoint, rule: RuleIx, utterance: usize) -> (String, String) {
    let set = engine.set();
    let rule = set.rule(rule);
    let owner = &set.provider(rule.provider).id;
    let host = |host: Option<&str>| host.map_or_else(|| "unknown".to_owned(), |host| format!("unknown ({host})"));
    let name = |provider: Option<crate::model::ProviderIx>, of: Option<&str>| {
        provider.map_or_else(|| host(of), |index| set.provider(index).id.clone())
    };
    match rule.scope {
        Scope::Anywhere => ("anybody".to_owned(), "anybody".to_owned()),
        Scope::Speaker => {
            let speaker = engine.matcher().speaker(failure, utterance, from);
            (format!("words of {owner}"), name(speaker, failure.utterances[utterance].host.as_deref()))
        }
        Scope::Reporter => (format!("a report by {owner}"), name(failure.reporter.or(from.presumed), failure.reporting_host.as_deref())),
        Scope::Asked => (format!("`--provider {owner}`"), name(from.customer_of, None)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::rules::{Layer, RawFile};

    static SHIPPED: LazyLock<Engine> = LazyLock::new(|| Engine::load(Vec::new()).expect("the shipped rules load"));

    fn engine() -> Engine {
        let text = "[provider]\nid = 'example'\nkind = 'mta'\nhosts = ['*.example.com']\n\
            [[rule]]\nid = 'full'\ncategory = 'mailbox_full'\nscope = 'speaker'\ntext = ['the box of letters is full', 'no box {number} here']\n\
            command = 'RCPT'\nreply = '452'\nnot = 'for ever'\nuntil = 2025-01-01\n\
            [[rule]]\nid = 'fuller'\ncategory = 'mailbox_full'\ntext = 'the desk of letters is full'\n\
            [[rule]]\nid = 'by-regex'\ncategory = 'mailbox_full'\nregex = ['Desk  of letters [0-9]+', 'drawer [0-9]+ of desks']\n";
        let file = RawFile::new("example.toml", Ok(text.as_bytes().to_vec()));
        Engine::load(vec![Layer::from(vec![file])]).unwrap()
    }

    fn why(text: &str, rule: &str) -> WhyNot {
        let engine = engine();
        let rule = engine.set().rule_by_name(rule).unwrap();
        why_not(&engine, &engine.read(text), Viewpoint::default(), rule)
    }

    #[test]
    fn conditions_that_are_not_met_are_all_named() {
        let found = why(
            "host mx.example.org[192.0.2.1] said: 550 The box of letters is full for ever (in reply to end of DATA command)",
            "example/full",
        );
        let asked: Vec<String> = found.unmet.iter().map(|one| format!("{}: {}, {}", one.about, one.wants, one.is)).collect();
        assert_eq!(
            asked,
            [
                "scope: words of example, unknown (mx.example.org)",
                "command: RCPT, BODY",
                "reply: 452, 550",
                "until: 2025-01-01, unknown",
                "not: no `for ever`, it stands there"
            ]
        );
        assert!(found.nearest.unwrap().matches);
        assert_eq!(found.outcome, Outcome::NoMatch);
    }

    #[test]
    fn the_nearest_pattern_says_where_it_stops_and_what_mends_it() {
        let nearest = why("452 Sorry, no box B-7 here", "example/full").nearest.unwrap();
        assert_eq!((nearest.pattern.as_str(), nearest.fits.as_str(), nearest.words.as_str()), ("no box {number} here", "no box", "no box"));
        assert_eq!(nearest.place, "example.toml:9:39");
        let stop = nearest.stops.unwrap();
        assert_eq!((stop.wants.as_str(), stop.is.as_str(), stop.behind), ("{number}", "b-7 here", true));
        assert_eq!(nearest.mend.unwrap().write.as_deref(), Some("no box {number:code} here"));
    }

    #[test]
    fn a_regex_that_is_not_folded_is_told_so() {
        let nearest = why("552 Desk  of letters 12 is full", "example/by-regex").nearest.unwrap();
        assert_eq!((nearest.fits.as_str(), nearest.mend.unwrap().difference), (" of letters [0-9]+", Difference::Folding));
        let nearest = why("552 drawer 7 of cupboards", "example/by-regex").nearest.unwrap();
        assert_eq!((nearest.words.as_str(), nearest.stops.unwrap().wants.as_str(), nearest.mend), ("drawer 7 of ", "desks", None));
    }

    #[test]
    fn a_rule_that_matches_speaks_or_lost() {
        assert_eq!(why("550 the desk of letters is full", "example/fuller").outcome, Outcome::Speaks);
        let lost = why(
            "550 the desk of letters is full: 5.1.1 user unknown, no such user, mailbox does not exist, recipient unknown",
            "example/fuller",
        );
        assert!(matches!(lost.outcome, Outcome::Loses { .. } | Outcome::Speaks));
        let nothing = why("", "example/fuller").nearest.unwrap();
        assert_eq!((nothing.fits.as_str(), nothing.mend.as_ref()), ("", None));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_is_proposed_matches(rule in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), put in "[a-z' .-]{0,3}|[あ-ん]", drop in 0..4_usize) {
            let rules = &SHIPPED.set().rules;
            let index = rule.index(rules.len());
            let Some(example) = rules[index].examples.first() else { return Ok(()) };
            let at = example.text.floor_char_boundary(cut.index(example.text.len() + 1));
            let behind: String = example.text[at..].chars().skip(drop).collect();
            let text = format!("{}{put}{behind}", &example.text[..at]);
            let why = why_not(&SHIPPED, &SHIPPED.read(&text), Viewpoint::default(), RuleIx(index as u32));
            if let Some(write) = why.nearest.and_then(|nearest| nearest.mend).and_then(|mend| mend.write) {
                let pattern = pattern::parse_text(&write).unwrap_or_else(|error| panic!("{write}: {error:?}"));
                prop_assert!(pattern::find(&pattern, &why.seen, read_codes(&why.seen).words).is_some(), "{write:?} in {:?}", why.seen);
            }
        }
    }
}
