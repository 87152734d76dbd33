//! `modori redact`: a sample that can be shared.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::bounce::Bounce;
use super::setup::Setup;
use super::{Common, Exit, Failed};
use crate::authoring::{Vocabulary, is_mail, redact_mail, redact_text};

/// Take out of a bounce what is somebody's own, the diagnosis unchanged
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori redact bounce.eml > sample.eml
  modori redact - < bounce.txt

Addresses, names, hosts, IP addresses, ids, subjects and the returned message's body get stand-ins. Names of the providers that the
diagnosis is about stay, web addresses that rules know, and roles (postmaster); stderr lists them. Both are diagnosed. A name in the
middle of a sentence cannot be told for sure: words that no rule knows are listed too, look at them before you share the sample.

Exit status: 0 the diagnosis is the same; 1 it changed; 2 the bounce cannot be read.")]
pub(super) struct Redact {
    /// The bounce: a file with a mail or a text, or `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    common: Common,
}

impl Redact {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let bounce = Bounce::read(&self.file)?;
        let known = Vocabulary::new(setup.engine.set());
        let redacted = if is_mail(&bounce.bytes) {
            redact_mail(&setup.engine, &known, &bounce.bytes)
        } else {
            redact_text(&setup.engine, &known, &bounce.text())
        };
        writeln!(io::stdout(), "{}", redacted.text.trim_end())?;
        if !redacted.stays.is_empty() {
            anstream::eprintln!("modori: these stay, since rules know them: {}", redacted.stays.join(", "));
        }
        redacted.unsure.iter().for_each(|what| anstream::eprintln!("modori: {what}"));
        for change in &redacted.changes {
            anstream::eprintln!("modori: the diagnosis changed: {change}");
        }
        let outcome = if redacted.changes.is_empty() { "the diagnosis is unchanged" } else { "the diagnosis changed" };
        anstream::eprintln!(
            "modori: {outcome}; what names somebody in plain words cannot be told for sure: read the sample before you share it"
        );
        Ok(if redacted.changes.is_empty() { Exit::Done } else { Exit::No })
    }
}
