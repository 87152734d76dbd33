//! Where rule files come from: the ones inside the binary, and folders that lie on top.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::Origin;

/// The file in a rules folder that holds settings, not rules.
pub const SETTINGS_FILE: &str = "modori.toml";

/// The rule files that the binary was built with, by name.
static SHIPPED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/shipped_rules.rs"));

/// A text with a name, so that every fault can say where it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name, as it was given.
    pub name: Arc<str>,
    /// Its text.
    pub text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl Source {
    /// A text with a name.
    #[must_use]
    pub fn new(name: &str, text: String) -> Self {
        let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { name: name.into(), text, lines }
    }

    /// The place of a byte: line and column from 1, the column in characters.
    #[must_use]
    pub fn origin(&self, at: usize) -> Origin {
        let at = at.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..at).map_or(0, |text| text.chars().count()) + 1;
        Origin { file: Arc::clone(&self.name), line: line as u32, column: column as u32 }
    }
}

/// A file as it was read, before anybody looked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFile {
    /// Its name.
    pub name: String,
    /// Its bytes, or why they could not be read.
    pub bytes: Result<Vec<u8>, String>,
}

/// Rule files that belong together. Layers lie on one another, later over earlier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// The files, by name.
    pub files: Vec<RawFile>,
}

impl Layer {
    /// The rules inside the binary.
    #[must_use]
    pub fn shipped() -> Self {
        let file = |(name, bytes): &(&str, &[u8])| RawFile { name: (*name).to_owned(), bytes: Ok(bytes.to_vec()) };
        Self { files: SHIPPED.iter().map(file).collect() }
    }

    /// All rule files of a folder and the folders in it, or one file by itself.
    ///
    /// Read are files that end in `.toml`, but not tests (`.test.toml`), settings (`modori.toml`) and hidden ones. What cannot be
    /// read is an entry of its own that says so. A folder that a symlink leads back to is read once.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let mut layer = Self::default();
        if path.is_file() {
            layer.push_file(path);
        } else {
            layer.push_folder(path, &mut HashSet::new());
            layer.files.sort_by(|a, b| a.name.cmp(&b.name));
        }
        layer
    }

    fn push_folder(&mut self, folder: &Path, seen: &mut HashSet<PathBuf>) {
        let entries = fs::canonicalize(folder).and_then(|real| if seen.insert(real) { sorted_entries(folder) } else { Ok(Vec::new()) });
        match entries {
            Err(error) => self.push_unreadable(folder, &error),
            Ok(entries) => {
                for path in entries {
                    if path.is_dir() {
                        self.push_folder(&path, seen);
                    } else if is_rule_file(&path) {
                        self.push_file(&path);
                    }
                }
            }
        }
    }

    fn push_file(&mut self, path: &Path) {
        match fs::read(path) {
            Ok(bytes) => self.files.push(RawFile { name: path.display().to_string(), bytes: Ok(bytes) }),
            Err(error) => self.push_unreadable(path, &error),
        }
    }

    fn push_unreadable(&mut self, path: &Path, error: &io::Error) {
        self.files.push(RawFile { name: path.display().to_string(), bytes: Err(error.to_string()) });
    }
}

fn sorted_entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    paths.sort();
    Ok(paths)
}

/// Whether a file is one of rules, by its name: it ends in `.toml`, and is neither tests nor settings.
#[must_use]
pub fn is_rule_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".toml") && !name.ends_with(".test.toml") && name != SETTINGS_FILE
}

/// A hash of the names and bytes of all files, which changes when any of them does.
#[must_use]
pub fn content_hash(layers: &[Layer]) -> String {
    let mut hasher = blake3::Hasher::new();
    for file in layers.iter().flat_map(|layer| &layer.files) {
        hasher.update(file.name.as_bytes()).update(&[0]);
        match &file.bytes {
            Ok(bytes) => hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes),
            Err(error) => hasher.update(error.as_bytes()),
        };
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("a.toml", "id = 'x'\n宛先 = 'y'\n".to_owned());
        let at = source.text.find("'y'").unwrap();
        assert_eq!(source.origin(at).to_string(), "a.toml:2:6");
        assert_eq!(source.origin(0).to_string(), "a.toml:1:1");
        assert_eq!(source.origin(999).to_string(), "a.toml:3:1");
    }

    #[test]
    fn the_hash_follows_names_and_bytes() {
        let layer = |name: &str, bytes: &[u8]| vec![Layer { files: vec![RawFile { name: name.to_owned(), bytes: Ok(bytes.to_vec()) }] }];
        let hash = content_hash(&layer("a", b"x"));
        assert_eq!(hash, content_hash(&layer("a", b"x")));
        assert_ne!(hash, content_hash(&layer("b", b"x")));
        assert_ne!(hash, content_hash(&layer("a", b"y")));
    }
}
