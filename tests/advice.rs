//! The language of advice: it is there in both languages, short, said once, and does not contradict the severity it stands with.

use std::collections::BTreeMap;

use modori::Engine;
use modori::matcher::Viewpoint;
use modori::model::{Advice, Facts, Lang, RuleSet, Severity, Template};

fn engine() -> Engine {
    Engine::load(Vec::new()).expect("the shipped rules load")
}

/// Every sentence that people may be told, with the rule or category it stands in.
fn sentences(set: &RuleSet) -> Vec<(String, &Advice)> {
    let categories =
        set.categories.iter().flat_map(|c| [(format!("{} advice", c.id), &c.advice), (format!("{} operator", c.id), &c.operator)]);
    let rules = set.rules.iter().flat_map(|r| [(format!("{} advice", r.name), &r.advice), (format!("{} operator", r.name), &r.operator)]);
    let notes = set.notes.iter().map(|note| (note.origin.to_string(), &note.text));
    categories.chain(rules).chain(notes).map(|(name, advice)| (name, &**advice)).filter(|(_, advice)| !advice.is_empty()).collect()
}

#[test]
fn advice_exists_in_both_languages_and_is_short_enough() {
    let engine = engine();
    let mut wrong = Vec::new();
    for (place, advice) in sentences(engine.set()) {
        for tag in ["ja", "en"] {
            match advice.0.exact(tag) {
                None => wrong.push(format!("{place} is missing in {tag}")),
                Some(variants) => {
                    let lang = Lang::parse(tag).unwrap();
                    let bare = variants.iter().any(|template| template.facts().next().is_none());
                    let long = variants
                        .iter()
                        .filter_map(|template| template.render(&Facts::default(), &lang))
                        .any(|text| text.chars().count() > 400);
                    if !bare {
                        wrong.push(format!("{place} in {tag} needs a fact in every variant"));
                    }
                    if long {
                        wrong.push(format!("{place} in {tag} is over 400 characters"));
                    }
                }
            }
        }
    }
    for category in engine.set().categories.iter().filter(|c| c.advice.is_empty() || c.operator.is_empty()) {
        wrong.push(format!("{} has no advice", category.id));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// A sentence with its holes left open.
fn shown(template: &Template) -> String {
    let mut facts = Facts::default();
    template.facts().for_each(|name| facts.add(name, modori::model::Fact::Text(format!("{{{name}}}"))));
    template.render(&facts, &Lang::english()).unwrap_or_default()
}

#[test]
fn nothing_is_said_twice_in_the_same_words() {
    let engine = engine();
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (place, advice) in sentences(engine.set()) {
        for text in advice.0.iter().flat_map(|(_, variants)| variants).map(shown) {
            assert!(!text.trim().is_empty(), "{place} is empty");
            places.entry(text).or_default().push(place.clone());
        }
    }
    places.retain(|_, places| places.len() > 1);
    assert!(places.is_empty(), "{places:#?}");
}

/// Words that say that it may go well by itself.
const PATIENT: &[&str] = &[
    "again later",
    "again tomorrow",
    "in an hour",
    "in some hours",
    "half a day",
    "some hours",
    "a few hours",
    "しばらく",
    "時間をおいて",
    "時間ほど",
    "半日",
    "あとでもう一度",
    "翌日",
    "明日",
];
/// Words that say that it never will.
const HOPELESS: &[&str] = &["never send", "will never", "二度と送ら", "今後も届きません"];

/// The advice to senders, with the severity that it goes with.
fn with_severity(set: &RuleSet) -> Vec<(String, &Advice, Severity)> {
    let rules = set.rules.iter().map(|rule| {
        let severity = rule.verdict.severity.unwrap_or(set.category(rule.verdict.category).severity);
        (rule.name.clone(), &*rule.advice, severity)
    });
    let categories = set.categories.iter().map(|category| (category.id.clone(), &*category.advice, category.severity));
    categories.chain(rules).collect()
}

#[test]
fn advice_does_not_contradict_its_severity() {
    let engine = engine();
    let (mut wrong, mut patient) = (Vec::new(), 0);
    for (place, advice, severity) in with_severity(engine.set()) {
        let words = if severity == Severity::Permanent { PATIENT } else { HOPELESS };
        for text in advice.0.iter().flat_map(|(_, variants)| variants).map(|template| shown(template).to_lowercase()) {
            if let Some(said) = words.iter().find(|words| text.contains(**words)) {
                wrong.push(format!("{place} is {severity} and says {said:?}: {text}"));
            }
            patient += usize::from(PATIENT.iter().any(|words| text.contains(words)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(patient > 10, "these are no words of ours any more: {PATIENT:?}");
}

#[test]
fn of_two_notes_about_the_same_who_is_customer_and_recipient_gets_one() {
    let engine = engine();
    let notes = |text: &str, customer_of: Option<&str>| {
        let customer_of = customer_of.and_then(|id| engine.set().provider_by_id(id));
        engine.lookup(text, Viewpoint { customer_of, ..Viewpoint::default() }).notes.len()
    };
    let kagoya = "<taro@kagoya.net>: host mx.kagoya.net[192.0.2.1] said: 552 5.2.2 Mailbox full";
    assert_eq!((notes(kagoya, None), notes(kagoya, Some("kagoya"))), (1, 1));
    let so_net = "<taro@aa.so-net.ne.jp>: host mx.so-net.ne.jp[192.0.2.1] said: 552 5.2.2 Mailbox full";
    assert_eq!((notes(so_net, None), notes(so_net, Some("so-net"))), (1, 2), "these are about different things");
}
