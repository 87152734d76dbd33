//! `modori.toml`: what one would not type each time.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Failed;
use crate::rules::SETTINGS_FILE;

/// The settings of a system, a user or one call.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    /// The language of names and advice.
    pub(super) lang: Option<String>,
    /// Rules to lay on top; seen from the folder of the settings.
    pub(super) rules: Vec<PathBuf>,
    /// The domains that our senders write from.
    pub(super) our_domains: Vec<String>,
    /// The hosts and addresses that send our mail.
    pub(super) our_hosts: Vec<String>,
    /// Header fields of the returned mail to carry along.
    pub(super) headers: Vec<String>,
}

/// The folders that may hold `modori.toml` and `rules`, later over earlier.
pub(super) fn folders() -> Vec<PathBuf> {
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    let user = env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty()).map(PathBuf::from).or_else(home);
    std::iter::once(PathBuf::from("/etc")).chain(user).map(|folder| folder.join("modori")).collect()
}

impl Settings {
    /// The settings in `file`, or else those of the user or the system, whichever is found first.
    pub(super) fn find(file: Option<&Path>) -> Result<Self, Failed> {
        match file {
            Some(file) => Self::read(file),
            None => match folders().into_iter().rev().map(|folder| folder.join(SETTINGS_FILE)).find(|path| path.is_file()) {
                Some(found) => Self::read(&found),
                None => Ok(Self::default()),
            },
        }
    }

    fn read(file: &Path) -> Result<Self, Failed> {
        let shown = file.display();
        let text = fs::read_to_string(file).map_err(|error| Failed::Because(format!("{shown} cannot be read: {error}")))?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| Failed::Because(format!("in {shown}: {error}")))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        settings.rules.iter_mut().for_each(|path| *path = folder.join(&path));
        Ok(settings)
    }
}
