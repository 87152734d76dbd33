//! The command line: one file a subcommand, and what they share.
//!
//! Results go to stdout, everything else to stderr. Exit status: 0 done; 1 the answer is "no"; 2 it could not be done.

mod bounce;
mod check;
mod completions;
mod diff;
mod fmt;
mod import;
mod log;
mod lookup;
mod new;
mod progress;
mod redact;
mod rules;
mod running;
mod scan;
mod schema;
mod serve;
mod settings;
mod setup;
mod stream;
mod suggest;
mod test;
mod watch;

use std::io;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Tells why a mail came back and what to do about it.
#[derive(Debug, Parser)]
#[command(name = "modori", version, about, propagate_version = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  modori lookup '552 5.2.2 Mailbox full'
  modori lookup --lang ja '550 Unknown user taro@docomo.ne.jp (in reply to end of DATA command)'
  modori log --since 2025-02-03 /var/log/mail.log
  modori rules search 'over quota'
  modori check --rules ./my-rules && modori test --rules ./my-rules

Exit status: 0 done; 1 the answer is \"no\"; 2 it could not be done.";

#[derive(Debug, Subcommand)]
enum Command {
    Lookup(lookup::Lookup),
    Scan(scan::Scan),
    Log(log::Log),
    Rules(rules::Rules),
    Check(check::Check),
    Test(test::Test),
    New(new::New),
    Redact(redact::Redact),
    Suggest(suggest::Suggest),
    Diff(diff::Diff),
    Fmt(fmt::Fmt),
    Import(import::Import),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(completions::Man),
    Serve(serve::Serve),
    Watch(watch::Watch),
}

/// What all commands share.
#[derive(Debug, Args)]
struct Common {
    /// Rules to lay on top of the shipped ones: a folder or a file (repeatable)
    #[arg(long, value_name = "DIR", global = true)]
    rules: Vec<std::path::PathBuf>,

    /// Settings to use in place of the modori.toml of this system or user
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<std::path::PathBuf>,

    /// Language of names and advice: ja, en or all [default: that of the locale]
    #[arg(long, value_name = "LANG", global = true)]
    lang: Option<String>,

    /// See it as a customer of this provider does
    #[arg(long, value_name = "ID", global = true)]
    provider: Option<String>,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", global = true)]
    color: Colour,

    /// Go on with the valid rest when some rules are broken, and say what was left out
    #[arg(long, global = true)]
    keep_going: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

impl Colour {
    /// The choice for this process's streams; `NO_COLOR` and terminals are looked at by the stream.
    fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Done,
    No,
    Impossible,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Impossible => 2,
        })
    }
}

/// Why a command could not be carried out; said on stderr.
#[derive(Debug)]
enum Failed {
    /// In words.
    Because(String),
    /// Writing to stdout failed.
    Output(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Lookup(command) => command.run(),
        Command::Scan(command) => command.run(),
        Command::Log(command) => command.run(),
        Command::Rules(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::New(command) => command.run(),
        Command::Redact(command) => command.run(),
        Command::Suggest(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Fmt(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Watch(command) => command.run(),
    };
    match result {
        Ok(exit) => exit.into(),
        // A reader that has seen enough is no failure.
        Err(Failed::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done.into(),
        Err(Failed::Output(error)) => {
            anstream::eprintln!("modori: the output cannot be written: {error}");
            Exit::Impossible.into()
        }
        Err(Failed::Because(why)) => {
            anstream::eprintln!("modori: {}", why.trim_end());
            Exit::Impossible.into()
        }
    }
}
