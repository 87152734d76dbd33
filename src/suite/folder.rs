//! The files of suites: which there are in a folder, and which of them belong to nothing.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::Suite;

/// What the files of suites end in.
pub const SUITE_ENDING: &str = ".test.toml";
/// What the files of pinned outputs end in.
pub const PIN_ENDING: &str = ".test.pin";
const MAIL_ENDING: &str = ".eml";

/// The files of suites that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuiteFiles {
    /// Suites.
    pub suites: Vec<PathBuf>,
    /// Pinned outputs, of folders that were looked through.
    pub pins: Vec<PathBuf>,
    /// Mails, likewise.
    pub mails: Vec<PathBuf>,
}

impl SuiteFiles {
    /// Adds a suite, or all that is in a folder and the folders in it.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub fn add(&mut self, path: &Path) -> io::Result<()> {
        if path.is_file() {
            if ends(path, SUITE_ENDING) {
                self.suites.push(path.to_owned());
            }
            return Ok(());
        }
        let mut entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        for entry in entries {
            if entry.is_dir() && !entry.is_symlink() {
                self.add(&entry)?;
            } else if ends(&entry, SUITE_ENDING) {
                self.suites.push(entry);
            } else if ends(&entry, PIN_ENDING) {
                self.pins.push(entry);
            } else if ends(&entry, MAIL_ENDING) {
                self.mails.push(entry);
            }
        }
        Ok(())
    }

    /// The mails that no case of `suites` is tried on, though they lie where suites or their mails do.
    #[must_use]
    pub fn orphaned_mails(&self, suites: &[Suite]) -> Vec<&Path> {
        let folder = |path: &Path| path.parent().map(Path::to_owned);
        let named: HashSet<PathBuf> = suites.iter().flat_map(|suite| &suite.mails).map(|mail| real(mail)).collect();
        let folders: HashSet<Option<PathBuf>> =
            suites.iter().flat_map(|s| s.mails.iter().chain([&s.path])).map(|p| folder(&real(p))).collect();
        let orphaned = |mail: &&PathBuf| {
            let mail = real(mail);
            folders.contains(&folder(&mail)) && !named.contains(&mail)
        };
        self.mails.iter().filter(orphaned).map(PathBuf::as_path).collect()
    }

    /// The pinned outputs whose suite is gone.
    #[must_use]
    pub fn orphaned_pins(&self) -> Vec<&Path> {
        let known: HashSet<PathBuf> = self.suites.iter().map(|suite| pin_of(suite)).collect();
        self.pins.iter().filter(|pin| !known.contains(*pin)).map(PathBuf::as_path).collect()
    }
}

/// Where the pinned outputs of a suite lie.
#[must_use]
pub fn pin_of(suite: &Path) -> PathBuf {
    let name = suite.file_name().unwrap_or_default().to_string_lossy();
    suite.with_file_name(format!("{}{PIN_ENDING}", name.trim_end_matches(SUITE_ENDING)))
}

fn ends(path: &Path, ending: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending))
}

/// The path without `..` and links, so that two names of one file are one.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
