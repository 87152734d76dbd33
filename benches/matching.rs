//! How long it takes to find the rules that match a text, beside other ways to look for many patterns at once, all in one run.
//!
//! `cargo bench --bench matching` prints a table for 1,000 and 10,000 rules that are made from a seed, and for the shipped ones;
//! `-- large` adds 100,000 rules, `-- all` also what takes minutes there. Times are the processor's, medians over texts; the ratio is
//! to a set of 135 anchored regexes.

mod seeded;

use std::hint::black_box;
use std::time::Duration;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use cpu_time::ThreadTime;
use modori::matcher::{Matcher, Viewpoint};
use modori::model::{Failure, Form, RuleSet, Speaker, Utterance};
use modori::rules::{Layer, load};
use regex::{RegexSet, RegexSetBuilder};
use seeded::{Pattern, anchored, layer, patterns, texts};

/// How many texts the slow ways are tried on.
const FEW: usize = 60;

fn main() {
    let asked = |what: &str| std::env::args().any(|argument| argument == what);
    let all = patterns(if asked("all") || asked("large") { 100_000 } else { 10_000 });
    let marks = RegexSet::new(anchored(135)).expect("the anchored set compiles");
    shipped(&marks);
    for count in [1_000, 10_000, 100_000].into_iter().filter(|count| *count <= all.len()) {
        generated(&marks, &all[..count], asked("all"));
    }
}

/// The rules inside the binary, on their own examples.
fn shipped(marks: &RegexSet) {
    let set = load(&[Layer::shipped_as_written()]).set.expect("the shipped rules load");
    let texts: Vec<String> = set.rules.iter().flat_map(|rule| rule.examples.iter().map(|example| example.text.clone())).collect();
    println!("\n{} shipped rules, {} examples", set.rules.len(), texts.len());
    let base = median(&texts, |text| marks.matches(text).iter().count());
    row("135 anchored regexes", base, base);
    modori(&set, &texts, base);
}

/// A set made from these patterns, and the other ways.
fn generated(marks: &RegexSet, patterns: &[Pattern], everything: bool) {
    let texts = texts(patterns, 1_000);
    let start = ThreadTime::now();
    let mut set = load(&[Layer::shipped(), layer(patterns)]).set.expect("the rules load");
    let loading = start.elapsed();
    set.rules.retain(|rule| rule.name.starts_with("seeded-"));
    println!("\n{} rules, {} texts of {} bytes", set.rules.len(), texts.len(), texts.iter().map(String::len).sum::<usize>() / texts.len());
    let base = median(&texts, |text| marks.matches(text).iter().count());
    row("135 anchored regexes", base, base);
    row("loading the rules from TOML", loading, base);
    modori(&set, &texts, base);
    words(&set, &texts, base);
    if patterns.len() <= 10_000 || everything {
        filtered(patterns, &texts, base);
    }
    if patterns.len() <= 1_000 {
        regex_set(patterns, &texts[..FEW], base);
    }
}

fn modori(set: &RuleSet, texts: &[String], base: Duration) {
    let failures: Vec<Failure<'_>> = texts.iter().map(|text| failure(text)).collect();
    let build = middle((0..5).map(|_| time(|| Matcher::new(set, None))).collect());
    row("modori, building", build, base);
    let fresh = Matcher::new(set, None);
    let from = Viewpoint::default();
    let first = middle(failures.iter().map(|failure| time(|| fresh.choose(set, failure, from))).collect());
    row("modori, first match, text never seen", first, base);
    let start = ThreadTime::now();
    let cold = Matcher::new(set, None);
    let built = start.elapsed();
    failures.iter().for_each(|failure| drop(black_box(cold.choose(set, failure, from))));
    row("modori, all these texts once, on average", (start.elapsed() - built) / failures.len() as u32, base);
    row("modori, first match", median(&failures, |failure| fresh.choose(set, failure, from)), base);
    let found: usize = failures.iter().map(|failure| fresh.hits(set, failure, from).len()).sum();
    row(&format!("modori, all matches ({})", share(found, texts)), median(&failures, |failure| fresh.hits(set, failure, from)), base);
}

/// The words of all patterns alone, in one automaton.
fn words(set: &RuleSet, texts: &[String], base: Duration) {
    let literals = set.rules.iter().flat_map(|rule| rule.patterns.iter()).flat_map(|pattern| match &pattern.form {
        Form::Text(text) => text.keys().into_iter().map(str::to_owned).collect(),
        Form::Regex(regex) => regex.needs.iter().take(1).flatten().map(ToString::to_string).collect::<Vec<_>>(),
    });
    let literals: Vec<String> = literals.collect();
    let mut automaton = None;
    let build = time(|| automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&literals).ok());
    let automaton = automaton.expect("the automaton can be built");
    row("aho-corasick over the words, building", build, base);
    row("aho-corasick over the words", median(texts, |text| automaton.find_overlapping_iter(&text.to_ascii_lowercase()).count()), base);
}

fn filtered(patterns: &[Pattern], texts: &[String], base: Duration) {
    let start = ThreadTime::now();
    let mut builder = regex_filtered::Builder::new();
    for pattern in patterns {
        builder = builder.push(&pattern.as_regex()).expect("the regex compiles");
    }
    let set = builder.build().expect("the filter can be built");
    row("regex-filtered, building", start.elapsed(), base);
    let found: usize = texts.iter().map(|text| set.matching(text).count()).sum();
    row("regex-filtered, first match", median(texts, |text| set.matching(text).next().map(|found| found.0)), base);
    row(&format!("regex-filtered, all matches ({})", share(found, texts)), median(texts, |text| set.matching(text).count()), base);
}

fn regex_set(patterns: &[Pattern], texts: &[String], base: Duration) {
    let start = ThreadTime::now();
    let mut builder = RegexSetBuilder::new(patterns.iter().map(Pattern::as_regex));
    let set = builder.size_limit(1 << 30).build().expect("the set compiles");
    row("RegexSet (?i), building", start.elapsed(), base);
    let found: usize = texts.iter().map(|text| set.matches(text).iter().count()).sum();
    row("RegexSet (?i), whether any matches", median(texts, |text| set.is_match(text)), base);
    row(&format!("RegexSet (?i), all matches ({})", share(found, texts)), median(texts, |text| set.matches(text).iter().count()), base);
}

/// How many were found a text.
fn share(found: usize, texts: &[String]) -> String {
    format!("{:.2} a text", found as f64 / texts.len() as f64)
}

fn failure(text: &str) -> Failure<'_> {
    let utterance =
        Utterance { text: text.into(), speaker: Speaker::Reporter, host: None, stage: None, reply: None, status: None, words: 0 };
    Failure { utterances: vec![utterance], diagnostic: text.into(), ..Failure::default() }
}

fn row(name: &str, time: Duration, base: Duration) {
    println!("{name:<46} {:>12.2} µs {:>12.2} x", time.as_nanos() as f64 / 1000.0, time.as_secs_f64() / base.as_secs_f64());
}

fn time<T>(mut work: impl FnMut() -> T) -> Duration {
    let start = ThreadTime::now();
    black_box(work());
    start.elapsed()
}

/// The median over `all` of the best of some tries, each of which does the work so often that a look at the clock does not count.
fn median<T, R>(all: &[T], work: impl Fn(&T) -> R) -> Duration {
    let best = |one: &T| {
        let once = time(|| work(one));
        let often = (20_000 / once.as_nanos().max(1)).clamp(1, 50) as u32;
        let tries = (0..5).map(|_| time(|| (0..often).for_each(|_| drop(black_box(work(one))))) / often);
        tries.min().unwrap_or_default()
    };
    middle(all.iter().map(best).collect())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
