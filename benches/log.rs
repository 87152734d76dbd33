//! How fast a mail log is read, beside `rg -c` on the same file: `cargo bench --bench log [-- MEGABYTES]`.
//!
//! The log is Postfix's, made from a seed; one delivery in five fails or is deferred.

#[allow(dead_code)]
mod seeded;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use seeded::Seeded;

/// What fails, with the recipient in place of `{}`.
const FAILURES: [&str; 8] = [
    "dsn=5.1.1, status=bounced (host mx.example.jp[192.0.2.1] said: 550 5.1.1 <{}>: Recipient address rejected: User unknown (in reply to RCPT TO command))",
    "dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.7]:25: Connection timed out)",
    "dsn=5.2.2, status=bounced (host mx.example.com[192.0.2.3] said: 552 5.2.2 <{}>: Mailbox full (in reply to end of DATA command))",
    "dsn=4.7.1, status=deferred (host mx.example.jp[192.0.2.1] said: 450 4.7.1 <{}>: Recipient address rejected: Greylisted (in reply to RCPT TO command))",
    "dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=nowhere.example type=A: Host not found)",
    "dsn=5.7.1, status=bounced (host mx.example.org[192.0.2.7] said: 554 5.7.1 Service unavailable; Client host [192.0.2.99] blocked using bl.example.org (in reply to RCPT TO command))",
    "dsn=4.2.0, status=deferred (host mx.example.com[192.0.2.3] said: 421 4.7.0 Too many connections, try again later (in reply to MAIL FROM command))",
    "dsn=5.0.0, status=bounced (host mx.example.jp[192.0.2.1] said: 550 Unknown user {} (in reply to end of DATA command))",
];

fn write_log(path: &Path, bytes: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut seeded = Seeded(42);
    let (mut written, mut mail) = (0, 0_u64);
    while written < bytes {
        mail += 1;
        let second = mail / 8;
        let head = format!("Feb  3 {:02}:{:02}:{:02} mx1 postfix", second / 3600 % 24, second / 60 % 60, second % 60);
        let id = format!("{:012X}", mail * 0x1_0001 + 0x4F00_0000_0000);
        let to = format!("user{}@{}", seeded.below(1_000_000), ["example.jp", "example.org", "example.com"][seeded.below(3) as usize]);
        let result = if seeded.below(5) == 0 {
            FAILURES[seeded.below(FAILURES.len() as u64) as usize].replace("{}", &to)
        } else {
            format!("dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {:X})", seeded.below(1 << 40))
        };
        let text = format!(
            "{head}/smtpd[811]: {id}: client=app{n}.example.net[192.0.2.{n}]\n{head}/cleanup[812]: {id}: message-id=<{mail:x}.{r:x}@example.net>\n\
             {head}/qmgr[813]: {id}: from=<bounce+{r}@example.net>, size={r}, nrcpt=1 (queue active)\n\
             {head}/smtp[814]: {id}: to=<{to}>, relay=mx.example.jp[192.0.2.1]:25, delay=0.{n}, delays=0.01/0/0.1/0.{n}, {result}\n\
             {head}/qmgr[813]: {id}: removed\n",
            n = seeded.below(200),
            r = seeded.below(100_000)
        );
        out.write_all(text.as_bytes())?;
        written += text.len() as u64;
    }
    out.flush()
}

/// How long a command takes, the best of some runs, and the most memory that it held, in KB.
fn measure(command: impl Fn() -> Command) -> (Duration, u64) {
    let run = |_| {
        let start = Instant::now();
        let mut child = command().stdout(Stdio::null()).spawn().expect("the command runs");
        let mut most = 0;
        while child.try_wait().expect("a child").is_none() {
            let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
            most = peak.unwrap_or(0).max(most);
            std::thread::sleep(Duration::from_millis(2));
        }
        (start.elapsed(), most)
    };
    let runs: Vec<(Duration, u64)> = (0..5).map(run).collect();
    let fastest = runs.iter().map(|(time, _)| *time).min().unwrap_or_default();
    (fastest, runs.iter().map(|(_, memory)| *memory).max().unwrap_or_default())
}

fn main() {
    let megabytes: u64 = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(300);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("postfix-{megabytes}.log"));
    if !path.exists() {
        write_log(&path, megabytes << 20).expect("the log is written");
    }
    let size = fs::metadata(&path).expect("the log is there").len() as f64 / 1e6;
    let modori = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modori"));
        command.arg("log").args(arguments).arg(&path);
        command
    };
    let search = || {
        let mut command = Command::new("rg");
        command.args(["-c", "status=(bounced|deferred)"]).arg(&path);
        command
    };
    let (base, _) = measure(search);
    println!("{size:.0} MB");
    println!("{:<32} {:>7.0} ms {:>7.0} MB/s", "rg -c", base.as_secs_f64() * 1e3, size / base.as_secs_f64());
    for arguments in [&["--summary"][..], &["--format", "csv"], &["--format", "ndjson"]] {
        let (time, memory) = measure(|| modori(arguments));
        let seconds = time.as_secs_f64();
        println!(
            "{:<32} {:>7.0} ms {:>7.0} MB/s  {:.1} times rg, at most {} MB",
            format!("modori log {}", arguments.join(" ")),
            seconds * 1e3,
            size / seconds,
            seconds / base.as_secs_f64(),
            memory / 1024
        );
    }
}
