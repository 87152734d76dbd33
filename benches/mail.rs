//! How long one mail takes, beside reading its file, and beside parsing it with mail-parser and doing nothing with what that found.
//!
//! `cargo bench --bench mail` prints the median and the mean CPU time a mail of each, and the ratio of the last to the second. The mails are
//! those of `tests/mails` and `tests/layouts`, or those below the folder that `MODORI_BENCH_MAILS` names. With a folder as its argument it
//! only parses the mails there, once: a whole process, for `benches/processes`.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use cpu_time::ThreadTime;
use mail_parser::MessageParser;
use modori::Engine;
use modori::mail::source::{Inputs, Limits, files};
use modori::model::Lang;
use modori::output::{Format, Langs, Printer};
use modori::scan::{Others, Scanner};

/// How often each mail is read; the fastest time counts.
const PASSES: usize = 7;

/// What is done with a mail, and its name.
type Row<'w> = (&'static str, &'w dyn Fn(&PathBuf));

fn main() {
    if let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) {
        return below(folder.into()).for_each(|path| parsed(&MessageParser::default(), &path));
    }
    let paths = paths();
    let engine = Engine::load(Vec::new()).expect("the shipped rules load");
    let langs = Langs::One(Lang::english());
    let printer = Printer { engine: &engine, format: Format::Ndjson, langs: &langs, evidence: None };
    let scanner = Scanner { engine: &engine, from: Default::default(), printer, others: Others::Silent };
    let parser = MessageParser::default();

    let read = |path: &PathBuf| {
        black_box(fs::read(path).expect("a mail"));
    };
    let parsed = |path: &PathBuf| parsed(&parser, path);
    let diagnosed = |path: &PathBuf| {
        for input in Inputs::new(vec![path.clone()], Limits::default()) {
            black_box(scanner.answer(input).expect("an answer"));
        }
    };
    let kinds: [Row<'_>; 3] =
        [("reading", &read), ("reading and mail-parser alone", &parsed), ("reading, diagnosing and writing NDJSON", &diagnosed)];
    let mut times = vec![vec![Duration::MAX; paths.len()]; kinds.len()];
    // All in turn, so that what else the machine does slows each of them down alike.
    for _ in 0..PASSES {
        for (times, (_, work)) in times.iter_mut().zip(kinds) {
            for (best, path) in times.iter_mut().zip(&paths) {
                let start = ThreadTime::now();
                work(path);
                *best = start.elapsed().min(*best);
            }
        }
    }
    println!("{} mails", paths.len());
    let beside = sums(&mut times[1]);
    for (times, (name, _)) in times.iter_mut().zip(kinds) {
        let (median, mean) = sums(times);
        println!("{name:<40} median {median:>8.1} µs {:>6.2} x   mean {mean:>8.1} µs {:>6.2} x", median / beside.0, mean / beside.1);
    }
}

/// Every file below the folder of mails.
fn paths() -> Vec<PathBuf> {
    let folders = match std::env::var_os("MODORI_BENCH_MAILS") {
        Some(folder) => vec![PathBuf::from(folder)],
        None => ["mails", "layouts"].map(|folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)).to_vec(),
    };
    folders.into_iter().flat_map(below).collect()
}

fn below(folder: PathBuf) -> impl Iterator<Item = PathBuf> {
    files(folder).map(|path| path.expect("a folder of mails"))
}

fn parsed(parser: &MessageParser, path: &PathBuf) {
    let mail = fs::read(path).expect("a mail");
    black_box(parser.parse(&mail));
}

/// The median and the mean, in microseconds.
fn sums(times: &mut [Duration]) -> (f64, f64) {
    times.sort_unstable();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    (micros(median), micros(times.iter().sum()) / times.len() as f64)
}
