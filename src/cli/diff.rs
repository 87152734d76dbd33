//! `modori diff`: what does a change of rules alter?

use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use clap::{Args, ValueEnum};

use super::bounce::Corpus;
use super::setup::{Setup, engine};
use super::{Common, Exit, Failed};
use crate::Engine;
use crate::authoring::compare;
use crate::rules::{Layer, RawFile, is_rule_file, load};

/// The word for the rules inside the binary alone.
const SHIPPED: &str = "shipped";

/// Show what a change of rules alters: gained, lost, re-classified, told otherwise
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori diff shipped my-rules ~/Maildir/bounces
  modori diff --lines main:my-rules my-rules replies.txt
  modori diff --format markdown HEAD~1:my-rules HEAD:my-rules bounces/ > comment.md

OLD and NEW are folders or files of rules, or REVISION:PATH in the git repository one stands in, or the word `shipped` for the
rules inside the binary alone. Samples have stand-ins for what is somebody's own.

Exit status: 0 nothing changed; 1 something did; 2 it could not be done.")]
pub(super) struct Diff {
    /// The rules as they were
    #[arg(value_name = "OLD")]
    old: String,

    /// The rules as they are
    #[arg(value_name = "NEW")]
    new: String,

    #[command(flatten)]
    corpus: Corpus,

    /// OLD and NEW are whole sets with categories of their own, and do not lie on top of the shipped rules
    #[arg(long)]
    whole: bool,

    /// How to print it
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, value_name = "FORMAT")]
    format: DiffFormat,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// A table for a pull request
    Markdown,
}

impl Diff {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let langs = Setup::langs(&self.common)?;
        let (old, new) = (self.engine(&self.old)?, self.engine(&self.new)?);
        let specimens = self.corpus.specimens()?;
        let comparison = compare(&old, &new, &specimens, &langs.list());
        if comparison.judged == 0 {
            return Err(Failed::Because("there is no bounce among these".to_owned()));
        }
        let mut out = anstream::stdout().lock();
        match self.format {
            DiffFormat::Text => out.write_all(comparison.text().as_bytes())?,
            DiffFormat::Markdown => out.write_all(comparison.markdown().as_bytes())?,
            DiffFormat::Json => {
                serde_json::to_writer_pretty(&mut out, &comparison).map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
        Ok(if comparison.altered.is_empty() { Exit::Done } else { Exit::No })
    }

    /// The engine of one side.
    fn engine(&self, given: &str) -> Result<Engine, Failed> {
        let below = if self.whole { None } else { Some(Layer::shipped()) };
        let layers: Vec<Layer> = below.into_iter().chain(self.layer(given)?).collect();
        engine(load(&layers))
    }

    fn layer(&self, given: &str) -> Result<Option<Layer>, Failed> {
        let path = Path::new(given);
        if path.exists() {
            return Ok(Some(Layer::read(path)));
        }
        match given.split_once(':') {
            _ if given == SHIPPED => Ok(self.whole.then(Layer::shipped)),
            Some((revision, path)) => committed(revision, path).map(Some),
            None => Err(Failed::Because(format!("there are no rules at {given}: write a folder, a file or REVISION:PATH"))),
        }
    }
}

/// The rule files at a path of a revision.
fn committed(revision: &str, path: &str) -> Result<Layer, Failed> {
    let path = if path.is_empty() { "." } else { path };
    let names = git(&["ls-tree", "-r", "-z", "--name-only", revision, path])?;
    let names = String::from_utf8_lossy(&names).into_owned();
    let mut layer = Layer::default();
    for name in names.split('\0').filter(|name| is_rule_file(Path::new(name))) {
        let bytes = git(&["show", &format!("{revision}:./{name}")])?;
        layer.files.push(RawFile::new(format!("{revision}:{name}"), Ok(bytes)));
    }
    if layer.files.is_empty() {
        return Err(Failed::Because(format!("{revision} has no rule files at {path}")));
    }
    Ok(layer)
}

fn git(arguments: &[&str]) -> Result<Vec<u8>, Failed> {
    let output = Command::new("git").args(arguments).output().map_err(|error| Failed::Because(format!("git cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failed::Because(format!("git says: {}", String::from_utf8_lossy(&output.stderr).trim())))
}
