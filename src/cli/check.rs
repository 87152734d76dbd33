//! `modori check`: what is wrong with the rules?

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::settings::Settings;
use super::setup::layers;
use super::{Common, Exit, Failed};
use crate::output::{SCHEMA_VERSION, fault_record, render_faults, render_github, sarif_log};
use crate::rules::{Code, Fault, Layer, Level, nearest};
use crate::suite::{Audit, Depth, audit};

/// Say everything that is wrong with the rules, or worth a look
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori check
  modori check --rules ./my-rules
  modori check --deny warnings --rules ./my-rules
  modori check --explain short_pattern
  modori check --format github --rules ./my-rules

A comment `# allow: CODE` allows a warning: at the end of its line, above it, or above the table's header.

Exit status: 0 no error; 1 an error, or a warning that is denied.")]
pub(super) struct Check {
    /// Let warnings count as errors: all `warnings`, or those of one code (repeatable)
    #[arg(long, value_name = "WHAT", value_parser = denied)]
    deny: Vec<String>,

    /// Also say which patterns no example hits
    #[arg(long)]
    strict: bool,

    /// How to print what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, value_name = "FORMAT")]
    format: CheckFormat,

    /// Print the page of a code: what it means and what to write instead
    #[arg(long, value_name = "CODE", value_parser = code)]
    explain: Option<Code>,

    #[command(flatten)]
    common: Common,
}

/// How faults are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people: each line with a caret under the place
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for editors and code hosts
    Sarif,
    /// Annotations of GitHub workflows
    Github,
}

/// All warnings together.
const WARNINGS: &str = "warnings";

fn denied(text: &str) -> Result<String, String> {
    if text == WARNINGS { Ok(text.to_owned()) } else { code(text).map(|code| code.to_string()) }
}

fn code(text: &str) -> Result<Code, String> {
    let near = || nearest(text, Code::ALL.iter().map(|code| code.name()));
    text.parse().map_err(|_| near().map_or_else(|| "there is no such code".to_owned(), |near| format!("did you mean `{near}`?")))
}

impl Check {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        self.common.color.apply();
        let mut out = anstream::stdout().lock();
        if let Some(code) = self.explain {
            out.write_all(code.page().as_bytes())?;
            return Ok(Exit::Done);
        }
        let settings = Settings::find(self.common.config.as_deref())?;
        let layers = layers(Layer::shipped_as_written(), &self.common, &settings)?;
        let found = audit(&layers, if self.strict { Depth::Strict } else { Depth::Usual });
        self.print(&mut out, &found)?;
        let refused = found.faults.iter().any(|fault| fault.level == Level::Error || self.denies(fault));
        Ok(if refused { Exit::No } else { Exit::Done })
    }

    fn denies(&self, fault: &Fault) -> bool {
        self.deny.iter().any(|denied| denied == WARNINGS || denied == fault.code.name())
    }

    fn print(&self, out: &mut impl Write, found: &Audit) -> io::Result<()> {
        let count = |level| found.faults.iter().filter(|fault| fault.level == level).count();
        let (errors, warnings) = (count(Level::Error), count(Level::Warning));
        match self.format {
            CheckFormat::Text => {
                out.write_all(render_faults(&found.faults, true).as_bytes())?;
                if let Some(first) = found.faults.first() {
                    writeln!(out, "`modori check --explain {}` tells more about a code", first.code)?;
                }
                writeln!(out, "{}: {errors} errors, {warnings} warnings", loaded(found))
            }
            CheckFormat::Json => {
                let status = found.loaded.as_ref();
                let faults: Vec<_> = found.faults.iter().map(fault_record).collect();
                let record = json!({
                    "schema_version": SCHEMA_VERSION,
                    "errors": errors,
                    "warnings": warnings,
                    "rules": status.map(|(rules, _)| rules),
                    "files": status.map(|(_, status)| status.files),
                    "overridden": status.map(|(_, status)| &status.overridden),
                    "disabled": status.map(|(_, status)| &status.disabled),
                    "faults": faults,
                });
                writeln!(out, "{record:#}")
            }
            CheckFormat::Sarif => writeln!(out, "{:#}", sarif_log(&found.faults)),
            CheckFormat::Github => out.write_all(render_github(&found.faults).as_bytes()),
        }
    }
}

/// What is in force.
fn loaded(found: &Audit) -> String {
    match &found.loaded {
        Some((rules, status)) => {
            let (over, off) = (status.overridden.len(), status.disabled.len());
            format!("{rules} rules in {} files, {over} overridden, {off} switched off", status.files)
        }
        None => "not loaded".to_owned(),
    }
}
