//! `modori completions` and `modori man`: made of the same definition as the help.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _};

use super::{Cli, Exit, Failed};

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori completions bash > ~/.local/share/bash-completion/completions/modori
  modori completions fish > ~/.config/fish/completions/modori.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "modori", &mut out);
        io::stdout().write_all(&out)?;
        Ok(Exit::Done)
    }
}

/// Print the man page, or write one for each command into a folder
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori man | man -l -
  modori man ~/.local/share/man/man1")]
pub(super) struct Man {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let mut command = Cli::command();
        command.build();
        let Some(folder) = &self.folder else {
            io::stdout().write_all(&page(command)?)?;
            return Ok(Exit::Done);
        };
        for (name, page) in pages(command)? {
            let file = folder.join(name);
            fs::write(&file, page).map_err(|error| Failed::Because(format!("{} cannot be written: {error}", file.display())))?;
        }
        Ok(Exit::Done)
    }
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    clap_mangen::Man::new(command).render(&mut out)?;
    Ok(out)
}

/// The pages of a command and all below it, by file name.
fn pages(command: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let inner: Vec<Command> = command.get_subcommands().filter(|inner| inner.get_name() != "help").cloned().collect();
    let mut all = vec![(format!("{name}.1"), page(command)?)];
    for command in inner {
        all.extend(pages(command)?);
    }
    Ok(all)
}
