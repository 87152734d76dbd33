//! `modori suggest`: what would be worth a rule?

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::bounce::Corpus;
use super::settings::Settings;
use super::setup::{Setup, layers};
use super::{Common, Exit, Failed};
use crate::authoring::{Group, Offer, Vocabulary, groups};
use crate::rules::Layer;

/// Group the bounces that no rule explains well, with a rule to edit for each group
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori suggest ~/Maildir/bounces
  modori suggest --lines --top 5 replies.txt

Bounces are one group when their words differ only in addresses, hosts, numbers and ids, or in one word that no rule knows, or when
a rule for one holds nearly all words of the other. The largest group comes first. Samples and rules have stand-ins for what is
somebody's own. All rules together pass `modori test` once a category is filled in.

Exit status: 0 everything is explained; 1 there are groups; 2 nothing could be read.")]
pub(super) struct Suggest {
    #[command(flatten)]
    corpus: Corpus,

    /// Print only so many groups
    #[arg(long, value_name = "N")]
    top: Option<usize>,

    /// How to print the groups
    #[arg(long, value_enum, default_value_t = SuggestFormat::Text, value_name = "FORMAT")]
    format: SuggestFormat,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SuggestFormat {
    /// For people
    Text,
    /// One JSON array
    Json,
}

/// A group for programs.
#[derive(Debug, Serialize)]
struct GroupRecord<'g> {
    count: usize,
    sample: &'g str,
    category: &'g str,
    rule: Option<&'g str>,
    provider: Option<&'g str>,
    proposed_category: Option<&'g str>,
    toml: Option<String>,
}

impl Suggest {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let setup = Setup::leaked(&self.common)?;
        let layers = layers(Layer::shipped(), &self.common, &Settings::find(self.common.config.as_deref())?)?;
        let specimens = self.corpus.specimens()?;
        let failures: Vec<_> = specimens.iter().flat_map(|specimen| specimen.failures(&setup.engine)).collect();
        if failures.is_empty() {
            return Err(Failed::Because("there is no bounce among these".to_owned()));
        }
        let known = Vocabulary::new(setup.engine.set());
        let groups = groups(&setup.engine, &known, &layers, &failures);
        let shown = &groups[..self.top.unwrap_or(groups.len()).min(groups.len())];
        let mut out = anstream::stdout().lock();
        match self.format {
            SuggestFormat::Text => shown.iter().try_for_each(|group| print(&mut out, setup, group))?,
            SuggestFormat::Json => {
                let records: Vec<GroupRecord<'_>> = shown.iter().map(|group| record(setup, group)).collect();
                serde_json::to_writer_pretty(&mut out, &records).map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
        let badly: usize = groups.iter().map(|group| group.count).sum();
        anstream::eprintln!("modori: {badly} of {} are not well explained, in {} groups", failures.len(), groups.len());
        Ok(if groups.is_empty() { Exit::Done } else { Exit::No })
    }
}

fn record<'g>(setup: &'g Setup, group: &'g Group) -> GroupRecord<'g> {
    let set = setup.engine.set();
    let proposal = group.offer.rule();
    GroupRecord {
        count: group.count,
        sample: &group.sample,
        category: &set.category(group.category).id,
        rule: group.rule.map(|rule| set.rule(rule).name.as_str()),
        provider: proposal.and_then(|proposal| proposal.provider).map(|provider| set.provider(provider).id.as_str()),
        proposed_category: proposal.map(|proposal| proposal.draft.category.as_str()),
        toml: proposal.map(|proposal| proposal.draft.toml()),
    }
}

fn print(out: &mut impl Write, setup: &Setup, group: &Group) -> io::Result<()> {
    let record = record(setup, group);
    let rule = record.rule.unwrap_or("no rule");
    let owner = record.provider.map_or_else(String::new, |id| format!(", belongs to {id}"));
    let times = if record.count == 1 { "once".to_owned() } else { format!("{} times", record.count) };
    let sample: String = record.sample.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect();
    writeln!(out, "# {times}, now {} ({rule}){owner}:", record.category)?;
    writeln!(out, "# {}", sample.replace(char::is_control, "\u{FFFD}"))?;
    match &group.offer {
        Offer::Rule(proposal) => writeln!(out, "{}", proposal.draft.toml()),
        Offer::NoWords => writeln!(out, "# It holds no words for a rule to go by.\n"),
        Offer::NothingNew => writeln!(
            out,
            "# These words are all that {rule} goes by, and another rule of the same words would take what is its. Where they mean\n\
             # more at one host, give that a file (`modori new provider`) and a rule of `scope = \"speaker\"`.\n"
        ),
    }
}
