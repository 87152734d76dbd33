//! The shipped rules: what each example gives is pinned, and so is every sentence of advice.

mod common;

use std::fmt::Write as _;

use modori::Engine;
use modori::index::Tables;
use modori::matcher::{Matcher, Viewpoint};
use modori::model::{Advice, Facts, RuleIx};
use modori::rules::{Fault, Layer, RawFile, load};
use modori::shipped::ground;
use modori::suite::{CaseResult, example_cases, run};

fn engine() -> Engine {
    Engine::load(Vec::new()).expect("the shipped rules load")
}

#[test]
fn what_was_made_ready_is_what_was_written() {
    let (ready, written) = (load(&[Layer::shipped()]).set.unwrap(), load(&[Layer::shipped_as_written()]).set.unwrap());
    let ground = ground(&ready).expect("the shipped rules are sound");
    assert_eq!(ground.tables, Tables::new(&written));
    assert!(ground.places.into_iter().eq((0..ready.rules.len() as u32).map(RuleIx).map(Some)));
    assert_eq!(ready, written);
}

/// Rules before, among and behind the shipped ones, a rule without words, and some in place of shipped rules or against them.
fn on_top(names: &[&str]) -> Layer {
    let rule = |provider: &str, body: &str| {
        let text = format!("[provider]\nid = \"{provider}\"\nkind = \"mta\"\nname.en = \"Own\"\n\n[[rule]]\n{body}\n");
        RawFile::new(format!("own-{provider}-{}.toml", body.len()), Ok(text.into_bytes()))
    };
    let mut files = vec![
        rule("aaa-own", "id = \"full\"\ncategory = \"mailbox_full\"\nregex = '(?i)mailbox (?P<limit>\\S+) full'"),
        rule("mmm-own", "id = \"unknown\"\ncategory = \"user_unknown\"\npriority = 1\ntext = 'user * unknown'"),
        rule("zzz-own", "id = \"codes\"\ncategory = \"user_unknown\"\nreply = \"550\""),
    ];
    for (number, name) in names.iter().enumerate() {
        let (provider, id) = name.split_once('/').unwrap();
        let body = if number % 2 == 0 { "disabled = true" } else { "category = \"mailbox_full\"\ntext = 'unknown'" };
        let text = format!("[provider]\nid = \"{provider}\"\n\n[[rule]]\nid = \"{id}\"\n{body}\n");
        files.push(RawFile::new(format!("own-{number}.toml"), Ok(text.into_bytes())));
    }
    Layer::from(files)
}

#[test]
fn what_was_made_ready_carries_the_rules_on_top() {
    let shipped = engine();
    let mut names: Vec<&str> = shipped.set().rules.iter().step_by(29).map(|rule| rule.name.as_str()).collect();
    // A provider stands in one file of a layer.
    names.dedup_by_key(|name| name.split_once('/').map(|(provider, _)| provider));
    let loaded = load(&[Layer::shipped(), on_top(&names)]);
    let set = loaded.set.unwrap_or_else(|| panic!("{:?}", loaded.faults));
    let used = ground(&set).expect("most shipped rules are as they were");
    assert_eq!(used.places.iter().filter(|place| place.is_none()).count(), names.len());
    let written = load(&[Layer::shipped_as_written(), on_top(&names)]).set.unwrap();
    assert!(ground(&written).is_none());
    let (layered, whole) = (Matcher::new(&set, Some(used)), Matcher::new(&written, None));
    for example in shipped.set().rules.iter().flat_map(|rule| &rule.examples) {
        let failure = shipped.read(&example.text);
        let hits = |matcher: &Matcher, set| matcher.hits(set, &failure, Viewpoint::default());
        assert_eq!(hits(&layered, &set), hits(&whole, &written), "{}", example.text);
        let chosen = layered.choose(&set, &failure, Viewpoint::default());
        assert_eq!(chosen, whole.choose(&written, &failure, Viewpoint::default()), "{}", example.text);
    }
}

/// Something of every kind, on and in place of what is shipped.
const ALL_KINDS: &str = r#"
[[category]]
id = "mailbox_full"
group = "mailbox"
name.en = "Full"
severity = "permanent"
action = "contact_recipient"
strength = "weak"
advice.en = "It holds {mailbox_limit}."

[[category]]
id = "own_reason"
group = "mailbox"
name.en = "A reason of our own"
severity = "temporary"
action = "retry_later"

[provider]
id = "postfix"
name.fr = "Postfix"
hosts = ["mx.example.com"]

[[shape]]
id = "said"
role = "quote"
opens = 'our host {host} said:'

[[transcript]]
sent = 'Ours>'
received = 'Theirs>'

[[layout]]
id = "own-report"
shape = "notice"
opening = 'this is a report of our own'

[[notice]]
id = "own-notice"
kind = "bounce"
where = [{ event = "own" }]
recipient = "email"

[[note]]
category = "own_reason"
note.en = "Ask us."

[stages]
"our greeting" = "CONN"

[[rule]]
id = "own-rule"
category = "own_reason"
text = 'a reason of our own'
"#;

#[test]
fn layers_lie_alike_on_what_was_made_ready_and_on_what_was_written() {
    let own = "[provider]\nid = \"aaa-own\"\nkind = \"mta\"\nname.en = \"Own\"\n\n[[rule]]\nid = \"own\"\ncategory = \"mailbox_full\"\ntext = 'own {size} words'\nadvice.en = \"Up to {size}.\"\n";
    let wrong = "[provider]\nid = \"postfxi\"\n\n[[rule]]\nid = \"own\"\ncategory = \"mailbox_fll\"\ntext = 'own words'\n\n[[note]]\ncategory = \"mailbox_full\"\nnote.en = \"{nothing}\"\n";
    let layer = |texts: &[&str]| {
        let file = |(number, text): (usize, &&str)| RawFile::new(format!("own-{number}.toml"), Ok(text.as_bytes().to_vec()));
        Layer::from(texts.iter().enumerate().map(file).collect::<Vec<_>>())
    };
    for texts in [&[ALL_KINDS, own][..], &[ALL_KINDS, wrong], &[wrong]] {
        let on = |bottom: Layer| load(&[bottom, layer(texts), layer(&[own])]);
        let (ready, written) = (on(Layer::shipped()), on(Layer::shipped_as_written()));
        let own_faults = |faults: &[Fault]| {
            faults.iter().filter(|fault| fault.source.name.starts_with("own")).map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(own_faults(&ready.faults), own_faults(&written.faults));
        assert_eq!(ready.set, written.set);
        assert_eq!(ready.set.is_none(), texts.contains(&wrong));
    }
}

#[test]
fn every_rule_wins_its_examples() {
    let engine = engine();
    let cases = example_cases(engine.set());
    assert!(cases.len() > 1000, "only {} examples", cases.len());
    let failed: Vec<String> = cases
        .iter()
        .map(|case| run(&engine, case))
        .filter(|outcome| outcome.result != CaseResult::Passed)
        .map(|o| format!("{} {:?}", o.case.name, o.result))
        .collect();
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn every_rule_has_an_example() {
    let engine = engine();
    let bare: Vec<&str> = engine.set().rules.iter().filter(|rule| rule.examples.is_empty()).map(|rule| rule.name.as_str()).collect();
    assert_eq!(bare, Vec::<&str>::new());
}

/// The advice in both languages, every variant, holes open.
fn write_advice(out: &mut String, label: &str, advice: &Advice) {
    for (lang, variants) in advice.0.iter() {
        for template in variants {
            let mut facts = Facts::default();
            template.facts().for_each(|name| facts.add(name, modori::model::Fact::Text(format!("<{name}>"))));
            let _ = writeln!(out, "    {label}.{lang}: {}", template.render(&facts, lang).unwrap_or_default());
        }
    }
}

fn what_a_provider_says(engine: &Engine, provider: &str) -> String {
    let set = engine.set();
    let mut out = String::new();
    let cases = example_cases(set);
    for rule in set.rules.iter().filter(|rule| rule.name.split('/').next() == Some(provider)) {
        let _ = writeln!(out, "{}", rule.name);
        let own = cases.iter().filter(|case| case.expected.must.rule.as_deref() == Some(&rule.name));
        for case in own {
            let diagnosis = case.diagnose(engine).expect("a text is one failure");
            let facts = serde_json::to_string(&diagnosis.facts).unwrap_or_default();
            let category = &set.category(diagnosis.category).id;
            let _ = writeln!(out, "  {}", case.shown().escape_debug());
            let _ = writeln!(out, "    {category} {} {} {facts}", diagnosis.severity, diagnosis.action);
        }
        write_advice(&mut out, "advice", &rule.advice);
        write_advice(&mut out, "operator", &rule.operator);
    }
    for note in set.notes.iter().filter(|note| set.provider(note.provider).id == provider) {
        let categories: Vec<&str> = note.categories.iter().map(|index| set.category(*index).id.as_str()).collect();
        let _ = writeln!(out, "note for {} {}", note.audience, categories.join(" "));
        write_advice(&mut out, "note", &note.text);
    }
    out
}

#[test]
fn what_the_rules_say_is_pinned() {
    let engine = engine();
    common::settings().bind(|| {
        for provider in &engine.set().providers {
            let said = what_a_provider_says(&engine, &provider.id);
            if !said.is_empty() {
                insta::assert_snapshot!(format!("rules-{}-{}", provider.kind, provider.id), said);
            }
        }
    });
}

#[test]
fn what_the_categories_say_is_pinned() {
    let engine = engine();
    let mut out = String::new();
    for category in &engine.set().categories {
        let names: Vec<&str> = category.name.iter().map(|(_, name)| name.as_str()).collect();
        let _ =
            writeln!(out, "{} ({}): {} {} {}", category.id, category.group, category.severity, category.action, category.sisimai.join(" "));
        let _ = writeln!(out, "    {}", names.join(" / "));
        write_advice(&mut out, "advice", &category.advice);
        write_advice(&mut out, "operator", &category.operator);
    }
    common::settings().bind(|| insta::assert_snapshot!("categories", out));
}
