//! `modori import`: rules of other programs.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::bounce::Bounce;
use super::settings::Settings;
use super::setup::layers;
use super::{Common, Exit, Failed};
use crate::authoring::{Dialect, Imported, import};
use crate::model::Named as _;
use crate::rules::Layer;

/// Make a rule file of another program's bounce rules
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori import --from kumomta iana.toml > my-rules/kumomta.toml
  modori import --from powermta /etc/pmta/config > my-rules/pmta.toml

kumomta: the bounce classifier's TOML or JSON; zonemta: bounces.txt; powermta: <bounce-category-patterns>, also inside a whole
configuration. What could not be carried over is said on stderr, and stands in comments at the end of the file, as does what shipped rules say
already.

Exit status: 0 nothing was left out; 1 something was; 2 the file is none of that program's.")]
pub(super) struct Import {
    /// The program: kumomta, zonemta or powermta
    #[arg(long, value_name = "PROGRAM", value_parser = dialect)]
    from: Dialect,

    /// The file, or `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    common: Common,
}

fn dialect(text: &str) -> Result<Dialect, String> {
    let names: Vec<&str> = Dialect::all().iter().map(|dialect| dialect.name()).collect();
    text.parse().map_err(|_| format!("one of {}", names.join(", ")))
}

impl Import {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        self.common.color.apply();
        let layers = layers(Layer::shipped(), &self.common, &Settings::find(self.common.config.as_deref())?)?;
        let file = Bounce::read(&self.file)?;
        let text = String::from_utf8_lossy(&file.bytes);
        let imported =
            import(self.from, &text, &layers).map_err(|error| Failed::Because(format!("{}: {}", file.name, error.trim_end())))?;
        io::stdout().write_all(imported.toml.as_bytes())?;
        for one in &imported.left_out {
            anstream::eprintln!("modori: {}:{}: {}: {}", file.name, one.line, one.what.replace(char::is_control, " "), one.why);
        }
        let Imported { rules, already, left_out, .. } = &imported;
        anstream::eprintln!("modori: {rules} rules carried over, {already} not needed, {} left out", left_out.len());
        Ok(if imported.left_out.is_empty() { Exit::Done } else { Exit::No })
    }
}
