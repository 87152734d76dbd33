//! `modori fmt`: rule files laid out alike.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use walkdir::{DirEntry, WalkDir};

use super::new::write_whole;
use super::{Exit, Failed};
use crate::authoring::tidy;

/// Lay out rule files: keys in columns, patterns in '…', one blank line between tables
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  modori fmt my-rules
  modori fmt --check my-rules
  modori fmt - < rules.toml

Comments, order and line breaks in lists stay, and so does all that a file says.

Exit status: 0 done; 1 with --check, a file would change; 2 a file cannot be read or is no TOML.")]
pub(super) struct Fmt {
    /// Rule files, folders that hold some, or `-` for stdin to stdout
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// Change nothing; say which files would change
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(super) fn run(&self) -> Result<Exit, Failed> {
        let mut exit = Exit::Done;
        for path in &self.paths {
            let files = if path == Path::new("-") { vec![path.clone()] } else { found(path)? };
            for file in files {
                exit = exit.max(self.one(&file)?);
            }
        }
        Ok(exit)
    }

    fn one(&self, file: &Path) -> Result<Exit, Failed> {
        let stdin = file == Path::new("-");
        let text = if stdin { whole_stdin() } else { fs::read_to_string(file) };
        let text = text.map_err(|error| Failed::Because(format!("{} cannot be read: {error}", file.display())))?;
        let tidied = match tidy(&text) {
            Ok(tidied) => tidied,
            Err(error) => {
                anstream::eprintln!("modori: {} is no TOML: {}", file.display(), error.trim_end());
                return Ok(Exit::Impossible);
            }
        };
        if self.check {
            let same = text == tidied;
            if !same {
                writeln!(io::stdout(), "{}", file.display())?;
            }
            return Ok(if same { Exit::Done } else { Exit::No });
        }
        if stdin {
            io::stdout().write_all(tidied.as_bytes())?;
        } else if text != tidied {
            write_whole(file, &tidied)?;
        }
        Ok(Exit::Done)
    }
}

/// The TOML files at a path, but hidden ones.
fn found(path: &Path) -> Result<Vec<PathBuf>, Failed> {
    let shown = |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    let mut found = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(shown) {
        let file = entry.map_err(|error| Failed::Because(format!("{} cannot be read: {error}", path.display())))?.into_path();
        if file.is_file() && (file == path || file.extension().is_some_and(|extension| extension == "toml")) {
            found.push(file);
        }
    }
    Ok(found)
}

fn whole_stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map(|_| text)
}
