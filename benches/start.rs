//! How long whole processes take, from their start to their end, in turns with `true`, which does nothing.
//!
//! `cargo bench --bench start` prints the median of some runs of each, and how many times that of `true` it is.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many rules lie on top in the rows that have some: a megabyte.
const ON_TOP: usize = 2000;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_rules(folder.path());
    let text = "550 5.1.1 <taro@example.jp>: Recipient address rejected: User unknown in virtual mailbox table";
    let modori = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
        command.args(arguments);
        command
    };
    let on_top = folder.path().to_str().expect("a path in UTF-8");
    let quick = vec![
        ("true", Command::new("true")),
        ("modori --version", modori(&["--version"])),
        ("modori lookup TEXT", modori(&["lookup", text])),
        ("with 2,000 rules on top", modori(&["lookup", "--rules", on_top, text])),
    ];
    print(quick, 101);
    print(vec![("true", Command::new("true")), ("modori check", modori(&["check"])), ("modori test", modori(&["test"]))], 7);
}

/// Runs the commands in turns, and prints the median of each.
fn print(mut rows: Vec<(&str, Command)>, times: usize) {
    let mut taken = vec![Vec::new(); rows.len()];
    for _ in 0..times {
        rows.iter_mut().zip(&mut taken).for_each(|((_, command), taken)| taken.push(run(command)));
    }
    let medians: Vec<Duration> = taken.iter_mut().map(|taken| *taken.select_nth_unstable(times / 2).1).collect();
    for ((name, _), median) in rows.iter().zip(&medians) {
        println!("{name:<24} {median:>10.2?} {:>8.1} x", median.as_secs_f64() / medians[0].as_secs_f64());
    }
}

fn run(command: &mut Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the command starts");
    let taken = start.elapsed();
    assert!(status.code().is_some_and(|code| code < 2), "{command:?} could not do it");
    taken
}

/// Rules such as operators write, in files of a hundred.
fn write_rules(folder: &Path) {
    for file in 0..ON_TOP / 100 {
        let mut text =
            format!("[provider]\nid = \"own-{file}\"\nkind = \"mta\"\nname.en = \"Own {file}\"\nhosts = [\"*.own-{file}.example.com\"]\n");
        for number in file * 100..(file + 1) * 100 {
            let (one, other) = (word(number), word(number * 7 + 3));
            let _ = write!(
                text,
                "
[[rule]]
id = \"rule-{number}\"
category = \"mailbox_full\"
text = ['{one} {other} g{number} * allows {{limit}}', 'no ({one}|{other}) left for g{number}']
reply = \"5*\"
advice.en = \"The {one} of {other} takes no more mail for now; ask its owner to clear it, then send the message again.\"
advice.ja = \"{one} の {other} は、いまはこれ以上メールを受け取れません。相手に整理してもらってから送り直してください。\"
examples = ['552 5.2.2 {one} {other} g{number} here allows 12 MB', 'host mx.own-{file}.example.com[192.0.2.1] said: 550 no {one} left for g{number}']
"
            );
        }
        fs::write(folder.join(format!("own-{file}.toml")), text).expect("a file of rules");
    }
}

/// The word of a number: the same one every time.
fn word(number: usize) -> String {
    let syllables = ["ka", "mo", "ri", "te", "shu", "no", "ban", "del", "for", "in", "re", "qu", "ja", "ne", "po", "sti"];
    [number, number / 16, number / 256].map(|part| syllables[part * 5 % syllables.len()]).concat()
}
