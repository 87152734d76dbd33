//! Where rule files come from, and what they are called. Those inside the binary are not known here.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::model::Origin;

/// The file in a rules folder that holds settings, not rules.
pub const SETTINGS_FILE: &str = "modori.toml";

/// A text with a name, so that every fault can say where it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's name, as it was given.
    pub name: Arc<str>,
    /// Its text.
    pub text: Cow<'static, str>,
    /// Where each line begins; looked for when first needed.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    /// A text with a name.
    #[must_use]
    pub fn new(name: &str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), text: text.into(), lines: OnceLock::new() }
    }

    fn lines(&self) -> &[usize] {
        let starts = || memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at + 1);
        self.lines.get_or_init(|| std::iter::once(0).chain(starts()).collect())
    }

    /// The place of a byte: line and column from 1, the column in characters.
    #[must_use]
    pub fn origin(&self, at: usize) -> Origin {
        let at = at.min(self.text.len());
        let line = self.line(at);
        let start = self.lines().get((line as usize).saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..at).map_or(0, |text| text.chars().count()) + 1;
        Origin { file: Arc::clone(&self.name), line, column: column as u32 }
    }

    /// The line of a byte, from 1.
    #[must_use]
    pub fn line(&self, at: usize) -> u32 {
        self.lines().partition_point(|start| *start <= at) as u32
    }

    /// The byte of a place that [`origin`](Self::origin) gave.
    #[must_use]
    pub fn offset(&self, origin: &Origin) -> usize {
        let start = self.lines().get((origin.line as usize).saturating_sub(1)).copied().unwrap_or(self.text.len());
        let before = self.text[start..].chars().take((origin.column as usize).saturating_sub(1));
        start + before.map(char::len_utf8).sum::<usize>()
    }

    /// The TOML string that begins at a byte, quotes included.
    #[must_use]
    pub fn string_at(&self, start: usize) -> Range<usize> {
        let rest = &self.text[start..];
        let Some(quote) = rest.get(..3).filter(|three| ["\"\"\"", "'''"].contains(three)).or(rest.get(..1)) else { return start..start };
        let mut at = quote.len();
        while let Some(c) = rest[at..].chars().next() {
            if rest[at..].starts_with(quote) {
                return start..start + at + quote.len();
            }
            let escaped = if c == '\\' && quote.starts_with('"') { rest[at + 1..].chars().next().map_or(0, char::len_utf8) } else { 0 };
            at += c.len_utf8() + escaped;
        }
        start..self.text.len()
    }
}

/// A file as it was read, before anybody looked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFile {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its bytes, or why they could not be read.
    pub bytes: Result<Cow<'static, [u8]>, String>,
    /// Its text and fingerprint, where it is inside the binary.
    built_in: Option<(&'static str, Fingerprint)>,
}

/// A hash of a file's name and bytes.
pub type Fingerprint = [u8; 32];

impl RawFile {
    /// A file with its bytes, or with the reason why these could not be read.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, bytes: Result<Vec<u8>, String>) -> Self {
        Self { name: name.into(), bytes: bytes.map(Cow::Owned), built_in: None }
    }

    /// A file inside the binary, with its fingerprint.
    #[must_use]
    pub const fn built_in(name: &'static str, text: &'static str, fingerprint: Fingerprint) -> Self {
        Self { name: Cow::Borrowed(name), bytes: Ok(Cow::Borrowed(text.as_bytes())), built_in: Some((text, fingerprint)) }
    }

    /// Its text, where it is inside the binary.
    pub(super) fn source(&self) -> Option<Source> {
        self.built_in.map(|(text, _)| Source::new(&self.name, text))
    }

    /// A hash that changes when the name or the bytes do.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        if let Some((_, known)) = self.built_in {
            return known;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.name.as_bytes()).update(&[0]);
        match &self.bytes {
            Ok(bytes) => hasher.update(bytes),
            Err(error) => hasher.update(&[0]).update(error.as_bytes()),
        };
        hasher.finalize().into()
    }
}

/// Rule files that belong together. Layers lie on one another, later over earlier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// The files, by name.
    pub files: Vec<RawFile>,
    /// The set that was made of them when the program was built, packed.
    pub(super) prepared: Option<&'static [u8]>,
}

impl From<Vec<RawFile>> for Layer {
    fn from(files: Vec<RawFile>) -> Self {
        Self { files, prepared: None }
    }
}

impl Layer {
    /// Files with the set that was [made](super::prepare) of them when the program was built.
    #[must_use]
    pub const fn built_in(files: Vec<RawFile>, prepared: Option<&'static [u8]>) -> Self {
        Self { files, prepared }
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
            Ok(bytes) => self.files.push(RawFile::new(path.display().to_string(), Ok(bytes))),
            Err(error) => self.push_unreadable(path, &error),
        }
    }

    fn push_unreadable(&mut self, path: &Path, error: &io::Error) {
        self.files.push(RawFile::new(path.display().to_string(), Err(error.to_string())));
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
        hasher.update(&file.fingerprint());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("a.toml", "id = 'x'\n宛先 = 'y'\n");
        let at = source.text.find("'y'").unwrap();
        assert_eq!(source.origin(at).to_string(), "a.toml:2:6");
        assert_eq!(source.origin(0).to_string(), "a.toml:1:1");
        assert_eq!(source.origin(999).to_string(), "a.toml:3:1");
    }

    #[test]
    fn places_and_strings_are_found_again() {
        let source = Source::new("a.toml", "x = '宛先'\n満 = [\"a \\\" b\", '''c\n'd''']\n".to_owned());
        for (text, string) in [("'宛", "'宛先'"), ("\"a", "\"a \\\" b\""), ("'''c", "'''c\n'd'''")] {
            let at = source.text.find(text).unwrap();
            assert_eq!(source.offset(&source.origin(at)), at);
            assert_eq!(&source.text[source.string_at(at)], string);
        }
        assert_eq!(source.string_at(source.text.len()), source.text.len()..source.text.len());
    }

    #[test]
    fn the_hash_follows_names_and_bytes() {
        let layer = |name: &str, bytes: &[u8]| [Layer::from(vec![RawFile::new(name.to_owned(), Ok(bytes.to_vec()))])];
        let hash = content_hash(&layer("a", b"x"));
        assert_eq!(hash, content_hash(&layer("a", b"x")));
        assert_ne!(hash, content_hash(&layer("b", b"x")));
        assert_ne!(hash, content_hash(&layer("a", b"y")));
    }
}
