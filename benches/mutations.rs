//! How the reading of mails bears what is broken: 100,000 mutated mails, the slowest of them, and the memory it took.
//!
//! `cargo bench --bench mutations` mutates the mails of `tests/mails`, or those of the folder that `MODORI_BENCH_MAILS` names, by a seeded
//! generator. It ends with an error where one mail takes more than 50 ms of CPU time.

use std::time::Duration;
use std::{env, fs};

use cpu_time::ThreadTime;
use modori::Engine;
use modori::mail::Report;

const MAILS: usize = 100_000;
const LIMIT: Duration = Duration::from_millis(50);

/// A small generator (xorshift), so that every run mutates alike.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

fn main() {
    let folder = env::var("MODORI_BENCH_MAILS").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mails").to_owned());
    let mut paths: Vec<_> = fs::read_dir(folder).expect("the folder of mails").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mails: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).expect("a mail")).collect();
    let engine = Engine::load(Vec::new()).expect("the shipped rules load");
    let mut dice = Dice(0x5EED_0123_4567_89AB);
    let mut times = Vec::with_capacity(MAILS);
    let (mut reports, mut worst) = (0, (Duration::ZERO, 0));
    for number in 0..MAILS {
        let mail = mutated(&mails, &mut dice);
        let start = ThreadTime::now();
        if let Report::Failures(failures) = engine.read_mail(&mail) {
            reports += 1;
            failures.into_iter().for_each(|failure| drop(engine.diagnose(failure, Default::default())));
        }
        let time = start.elapsed();
        worst = worst.max((time, number));
        times.push(time);
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{MAILS} mutated mails of {}, {reports} of them reports", mails.len());
    println!("CPU time a mail: median {:?}, 99.9 % {:?}, worst {:?} (mail {})", at(0.5), at(0.999), worst.0, worst.1);
    println!("peak memory {}", peak().unwrap_or_else(|| "not known here".to_owned()));
    assert!(worst.0 < LIMIT, "mail {} took {:?}", worst.1, worst.0);
}

/// A mail with one to four things wrong with it.
fn mutated(mails: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut mail = mails[dice.below(mails.len())].clone();
    for _ in 0..=dice.below(4) {
        let at = dice.below(mail.len());
        match dice.below(8) {
            0 => mail.truncate(at),
            1 => drop(mail.drain(..at)),
            2 => swap_lines(&mut mail, dice),
            3 => (0..dice.below(40)).for_each(|_| flip(&mut mail, dice)),
            4 => mail = replaced(&mail, b"boundary", b"bounds"),
            5 => mail = replaced(&mail, b"charset=utf-8", b"charset=iso-2022-jp"),
            6 => {
                let other = &mails[dice.below(mails.len())];
                mail.splice(at..at, other[..dice.below(other.len())].iter().copied());
            }
            _ => mail = replaced(&mail, b"\n", b"\r\n"),
        }
    }
    mail
}

fn flip(mail: &mut [u8], dice: &mut Dice) {
    let at = dice.below(mail.len());
    if let Some(byte) = mail.get_mut(at) {
        *byte = dice.below(256) as u8;
    }
}

fn swap_lines(mail: &mut Vec<u8>, dice: &mut Dice) {
    let mut lines: Vec<Vec<u8>> = mail.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
    if !lines.is_empty() {
        lines.swap(one, other);
    }
    *mail = lines.concat();
}

fn replaced(mail: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len());
    let mut rest = mail;
    while let Some(at) = memchr::memmem::find(rest, old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// The most memory that this process held, where the system tells (Linux).
fn peak() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|size| size.trim().to_owned())
}
