//! `modori check`: what is wrong with the rules?

use std::io::Write as _;

use clap::Args;

use super::settings::Settings;
use super::setup::{layers, warnings};
use super::{Common, Exit, Failed};
use crate::output::render_faults;
use crate::rules::{Layer, load};

/// Say everything that is wrong with the rules, or worth a look
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori check
  modori check --rules ./my-rules
  modori check --deny warnings --rules ./my-rules

Exit status: 0 no error; 1 an error, or a warning under --deny warnings.")]
pub(super) struct Check {
    /// Let warnings count as errors
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    deny: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Check {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        self.common.color.apply();
        let settings = Settings::find(self.common.config.as_deref())?;
        let layers = layers(Layer::shipped_as_written(), &self.common, &settings)?;
        let loaded = load(&layers);
        let mut out = anstream::stdout().lock();
        out.write_all(render_faults(&loaded.faults, true).as_bytes())?;
        let (errors, warnings) = (loaded.errors().count(), warnings(&loaded));
        match &loaded.set {
            Some(set) => {
                let (rules, files) = (set.rules.len(), set.status.files);
                let (over, off) = (set.status.overridden.len(), set.status.disabled.len());
                writeln!(
                    out,
                    "{rules} rules in {files} files, {over} overridden, {off} switched off: {errors} errors, {warnings} warnings"
                )?;
            }
            None => writeln!(out, "not loaded: {errors} errors, {warnings} warnings")?,
        }
        let refused = errors > 0 || self.deny.is_some() && warnings > 0;
        Ok(if refused { Exit::No } else { Exit::Done })
    }
}
