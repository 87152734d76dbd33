//! `modori new`: a rule from a bounce, or a file for a provider.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::bounce::Bounce;
use super::rules::unknown;
use super::settings::Settings;
use super::setup::{Setup, layers};
use super::{Common, Exit, Failed};
use crate::authoring::{Proposal, Proposer, Trial, Vocabulary, append_rule, doubts, provider_file};
use crate::matcher::Viewpoint;
use crate::model::{Failure, Kind, Named as _, ProviderKind, Strength};
use crate::rules::Layer;

/// Write a rule from a bounce, or a file for a provider
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori new rule --from '554 Parcel desk: items above 8 MB are not carried'
  modori new rule --from bounce.eml --to my-rules/example-mail.toml
  modori new provider example-mail --kind mailbox --host '*.example.com'")]
pub(super) struct New {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Rule(NewRule),
    Provider(NewProvider),
}

/// Turn a bounce into a rule: what changes becomes holes, what is somebody's own gets a stand-in
#[derive(Debug, Args)]
struct NewRule {
    /// The bounce: a file with a mail or a text, `-` for stdin, or the text itself
    #[arg(long, value_name = "FILE|TEXT")]
    from: String,

    /// Append the rule to this file in place of printing it; a file that is not there is begun
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    /// The category [default: the one that fits best]
    #[arg(long, value_name = "ID")]
    category: Option<String>,

    #[command(flatten)]
    common: Common,
}

/// Begin the file of a provider
#[derive(Debug, Args)]
struct NewProvider {
    /// Its id: small letters, digits and hyphens
    id: String,

    /// What it is
    #[arg(long, value_name = "KIND", default_value = "mailbox", value_parser = provider_kind)]
    kind: ProviderKind,

    /// What people call it [default: its id]
    #[arg(long)]
    name: Option<String>,

    /// A domain that it serves (repeatable)
    #[arg(long = "domain", value_name = "DOMAIN")]
    domains: Vec<String>,

    /// A host that speaks in its name, `*` for any part (repeatable)
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,

    /// Write this file, which must not be there yet, in place of printing it
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

fn provider_kind(text: &str) -> Result<ProviderKind, String> {
    let names: Vec<&str> = ProviderKind::all().iter().map(|kind| kind.name()).collect();
    text.parse().map_err(|_| format!("one of {}", names.join(", ")))
}

impl New {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        match &self.what {
            What::Rule(rule) => rule.run(),
            What::Provider(provider) => provider.run(),
        }
    }
}

impl NewProvider {
    fn run(&self) -> Result<Exit, Failed> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(fits) {
            return Err(Failed::Because(format!("`{}` is no id: an id has small letters, digits and hyphens", self.id)));
        }
        let text = provider_file(&self.id, self.kind, self.name.as_deref().unwrap_or(&self.id), &self.domains, &self.hosts);
        match &self.to {
            None => io::stdout().write_all(text.as_bytes())?,
            Some(file) if file.exists() => return Err(Failed::Because(format!("{} is there already", file.display()))),
            Some(file) => make_folder(file).and_then(|()| write_whole(file, &text))?,
        }
        Ok(Exit::Done)
    }
}

impl NewRule {
    fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let layers = layers(Layer::shipped(), &self.common, &Settings::find(self.common.config.as_deref())?)?;
        let bounce = Bounce::take(&self.from)?;
        let name = bounce.name.clone();
        let specimen = bounce.specimen();
        let failures = specimen.failures(&setup.engine);
        let failure = most_wanting(setup, &failures)
            .ok_or_else(|| Failed::Because(format!("{name} is a mail that reports no failure; give the text itself")))?;
        let known = Vocabulary::new(setup.engine.set());
        let mut proposal = Proposer::new(&setup.engine, &known)
            .propose(failure)
            .ok_or_else(|| Failed::Because("this holds no words for a rule to go by".to_owned()))?;
        if let Some(category) = &self.category {
            let set = setup.engine.set();
            if set.category_by_id(category).is_none() {
                return Err(unknown("category", category, set.categories.iter().map(|one| one.id.as_str())));
            }
            proposal.draft.category.clone_from(category);
            proposal.draft.remarks.remove(0);
        }
        let (proposal, trial) = proposal.settled(&setup.engine, &layers, &failure.diagnostic);
        self.give(setup, &proposal)?;
        doubts(&known, &proposal.draft.example.text).iter().for_each(|doubt| anstream::eprintln!("modori: {doubt}"));
        Ok(report(setup, &proposal, &trial))
    }

    /// Prints the rule, or puts it into its file.
    fn give(&self, setup: &Setup, proposal: &Proposal) -> Result<(), Failed> {
        let head = proposal.head(&setup.engine);
        let Some(file) = &self.to else {
            write!(io::stdout(), "{head}\n{}", proposal.draft.toml())?;
            return Ok(());
        };
        let before = if file.exists() { read(file)? } else { head };
        let after = append_rule(&before, &proposal.draft).map_err(|error| Failed::Because(format!("{}: {error}", file.display())))?;
        make_folder(file)?;
        write_whole(file, &after)?;
        anstream::eprintln!("modori: {} was added to {}", proposal.draft.id, file.display());
        Ok(())
    }
}

/// The failure that needs a rule most: one that no rule explains, else the one whose words said least.
fn most_wanting<'f>(setup: &Setup, failures: &'f [Failure<'f>]) -> Option<&'f Failure<'f>> {
    let engine = &setup.engine;
    let silent = engine.set().default_category(Kind::Bounce);
    failures.iter().min_by_key(|failure| {
        let diagnosis = engine.diagnose((*failure).clone(), Viewpoint::default());
        if diagnosis.category == silent { None } else { Some::<Strength>(diagnosis.strength) }
    })
}

/// Says what stands against the rule, on stderr.
fn report(setup: &Setup, proposal: &Proposal, trial: &Trial) -> Exit {
    let name = proposal.name(&setup.engine);
    if let Some(rule) = proposal.taken_by {
        anstream::eprintln!("modori: {} took this text until now", setup.engine.set().rule(rule).name);
    }
    trial.faults.iter().for_each(|fault| anstream::eprintln!("modori: {fault}"));
    if let Some(winner) = &trial.lost_to {
        anstream::eprintln!("modori: {winner} still speaks in place of {name}; `modori lookup --explain` says why");
    }
    trial.takes.iter().for_each(|case| anstream::eprintln!("modori: {name} would also take {case}: give it more words"));
    if trial.is_good() { Exit::Done } else { Exit::No }
}

fn read(file: &Path) -> Result<String, Failed> {
    fs::read_to_string(file).map_err(|error| Failed::Because(format!("{} cannot be read: {error}", file.display())))
}

/// Makes the folder that a file will be in, where there is none.
fn make_folder(file: &Path) -> Result<(), Failed> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    folder.map_or(Ok(()), |folder| {
        fs::create_dir_all(folder).map_err(|error| Failed::Because(format!("{} cannot be made: {error}", folder.display())))
    })
}

/// Writes a file so that nobody sees half of it: under another name beside it, then in its place.
pub(super) fn write_whole(file: &Path, text: &str) -> Result<(), Failed> {
    let real = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = real.with_file_name(format!(".{name}.new"));
    let written = fs::write(&beside, text).and_then(|()| match fs::metadata(&real) {
        Ok(old) => fs::set_permissions(&beside, old.permissions()),
        Err(_) => Ok(()),
    });
    written
        .and_then(|()| fs::rename(&beside, &real))
        .map_err(|error| Failed::Because(format!("{} cannot be written: {error}", file.display())))
}
