//! How long `check` and `test` take together: on the shipped rules, and on a large generated set (10,000 rules, 20,000 examples).
//!
//! `cargo bench --bench rules` prints the median of some runs of each, from reading the files to the last example.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use modori::Engine;
use modori::rules::{Layer, RawFile, load};
use modori::suite::{Depth, audit, example_cases, run};

fn main() {
    let shipped = [Layer::shipped()];
    let generated = [Layer::shipped(), generated(10_000)];
    for (name, layers, times) in [("shipped", &shipped[..], 11), ("generated", &generated[..], 3)] {
        let check = median(times, || {
            black_box(audit(layers, Depth::Usual));
        });
        let mut sizes = (0, 0, 0);
        let test = median(times, || sizes = tested(layers));
        let (rules, examples, failed) = sizes;
        println!("{name}: {rules} rules, {examples} examples, {failed} failed");
        println!("  check {check:>10.1?}   test {test:>10.1?}   together {:>10.1?}", check + test);
    }
}

/// Runs all examples; how many rules and examples there are, and how many failed.
fn tested(layers: &[Layer]) -> (usize, usize, usize) {
    let set = load(layers).set.expect("the rules load");
    let engine = Engine::new(set);
    let cases = example_cases(engine.set());
    let failed = cases.iter().filter(|case| run(&engine, case).failed()).count();
    (engine.set().rules.len(), cases.len(), failed)
}

fn median(times: usize, mut work: impl FnMut()) -> Duration {
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    taken.sort();
    taken[times / 2]
}

/// So many rules in files of a hundred, with two examples each; the same ones every time.
fn generated(rules: usize) -> Layer {
    let mut seed = 20_250_313_u64;
    let mut next = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut word = move || {
        let syllables = ["ka", "mo", "ri", "te", "shu", "no", "ban", "del", "for", "in", "re", "qu", "ja", "ne", "po", "sti"];
        (0..2 + next(3)).map(|_| syllables[next(syllables.len())]).collect::<String>()
    };
    let mut files = Vec::new();
    for file in 0..rules.div_ceil(100) {
        let mut text = format!("[provider]\nid = \"generated-{file}\"\nkind = \"mta\"\nname.en = \"Generated {file}\"\n");
        for rule in 0..100.min(rules - file * 100) {
            let number = file * 100 + rule;
            let words: Vec<String> = (0..5).map(|_| word()).collect();
            let pattern = format!("{} {} g{number} * {} {{limit}}", words[0], words[1], words[2]);
            let example =
                |reply: &str, between: &str| format!("'{reply} {} {} g{number} {between} {} 12 MB'", words[0], words[1], words[2]);
            let (one, other) = (example("552 5.2.2", &words[3]), example("host mx.example.com[192.0.2.1] said: 452", &words[4]));
            let _ = write!(
                text,
                "\n[[rule]]\nid = \"rule-{number}\"\ncategory = \"mailbox_full\"\ntext = '{pattern}'\nexamples = [{one}, {other}]\n"
            );
        }
        files.push(RawFile::new(format!("generated-{file}.toml"), Ok(text.into_bytes())));
    }
    Layer::from(files)
}
