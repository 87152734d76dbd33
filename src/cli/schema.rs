//! `modori schema`: for editors.

use std::io::{self, Write as _};

use clap::Args;

use super::{Exit, Failed};
use crate::authoring::schema;

/// Print the JSON Schema of rule files, with which an editor completes keys and shows mistakes
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  modori schema > my-rules/rule.schema.json

and as the first line of each rule file, for editors with Taplo (`Even Better TOML`):
  #:schema ./rule.schema.json")]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let Self {} = self;
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &schema()).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(Exit::Done)
    }
}
