//! How long one text takes, beside plain ways to do the same in the same run.
//!
//! `cargo bench` prints a table: the median time a text over the examples of the shipped rules (and over a corpus of labelled texts where
//! `MODORI_BENCH_TEXTS` names a JSON lines file with a `text` in each), and the ratio to reading alone and to searching all patterns' words with one automaton.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use modori::Engine;
use modori::model::Form;
use modori::rules::{Layer, load};

fn main() {
    let layers = [Layer::shipped()];
    let engine = Engine::new(load(&layers).set.expect("the shipped rules load"));
    let texts = texts(&engine);
    let automaton = automaton(&engine);
    println!(
        "{} texts of {} bytes on average, {} rules",
        texts.len(),
        texts.iter().map(String::len).sum::<usize>() / texts.len(),
        engine.set().rules.len()
    );

    let searched = median(&texts, |text| {
        black_box(automaton.find_overlapping_iter(&text.to_lowercase()).count());
    });
    let read = median(&texts, |text| {
        black_box(engine.read(text));
    });
    let looked_up = median(&texts, |text| {
        black_box(engine.lookup(text, Default::default()));
    });
    row("one automaton over the words of all patterns", searched, searched);
    row("reading alone", read, searched);
    row("lookup", looked_up, searched);
    let start = median_of(21, || {
        black_box(load(&layers));
    });
    row("loading the shipped rules", start, searched);
    let set = load(&layers).set.expect("the shipped rules load");
    let compile = median_of(21, || {
        black_box(Engine::new(set.clone()));
    });
    row("compiling them", compile, searched);
}

fn row(name: &str, time: Duration, beside: Duration) {
    println!("{name:<46} {:>10.2} µs {:>8.2} x", time.as_nanos() as f64 / 1000.0, time.as_secs_f64() / beside.as_secs_f64());
}

/// The texts to measure with.
fn texts(engine: &Engine) -> Vec<String> {
    if let Some(path) = std::env::var_os("MODORI_BENCH_TEXTS") {
        let file = std::fs::read_to_string(path).expect("the file of texts can be read");
        let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned);
        return file.lines().filter_map(text).collect();
    }
    let examples = engine.set().rules.iter().flat_map(|rule| &rule.examples);
    examples.map(|example| example.text.clone()).collect()
}

/// What a program without an engine would do: search for all words at once, and know no more than that.
fn automaton(engine: &Engine) -> AhoCorasick {
    let patterns = engine.set().rules.iter().flat_map(|rule| &rule.patterns);
    let literals: Vec<&str> = patterns
        .flat_map(|pattern| match &pattern.form {
            Form::Text(text) => text.keys(),
            Form::Regex(_) => Vec::new(),
        })
        .collect();
    AhoCorasick::new(literals).expect("the automaton can be built")
}

/// The median over the texts of the best of several tries.
fn median(texts: &[String], work: impl Fn(&str)) -> Duration {
    let best = |text: &String| {
        let tries = (0..7).map(|_| {
            let start = Instant::now();
            work(text);
            start.elapsed()
        });
        tries.min().unwrap_or_default()
    };
    middle(texts.iter().map(best).collect())
}

fn median_of(times: usize, work: impl Fn()) -> Duration {
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    middle((0..times).map(run).collect())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
