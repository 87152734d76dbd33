//! Lints: what is worth a look in a set that can be used. They need no matcher; those that do are in the suite.

mod pattern;
mod regex;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::fault::{Code, Fault};
use super::source::Source;
use crate::model::{Advice, Origin, RuleSet};

/// The languages that advice of this project comes in.
const LANGUAGES: [&str; 2] = ["ja", "en"];

/// The files of a set, by name.
#[derive(Debug, Default)]
pub struct Sources<'s>(HashMap<&'s str, &'s Arc<Source>>);

impl<'s> Sources<'s> {
    /// The files that a load read; of two of one name the later counts.
    #[must_use]
    pub fn new(sources: &'s [Arc<Source>]) -> Self {
        Self(sources.iter().map(|source| (&*source.name, source)).collect())
    }

    /// The file of a place, and the byte.
    pub(crate) fn find(&self, origin: &Origin) -> Option<(&'s Arc<Source>, usize)> {
        self.0.get(&*origin.file).map(|source| (*source, source.offset(origin)))
    }

    /// A warning about the string that stands at a place.
    pub(crate) fn warn_of_string(&self, origin: &Origin, code: Code, title: impl Into<String>) -> Option<Fault> {
        let (source, at) = self.find(origin)?;
        Some(Fault::error(source, source.string_at(at), code, title).warning())
    }

    /// A warning about the line that stands at a place.
    pub(crate) fn warn_of_line(&self, origin: &Origin, code: Code, title: impl Into<String>) -> Option<Fault> {
        let (source, at) = self.find(origin)?;
        Some(Fault::error(source, at..line_end(&source.text, at), code, title).warning())
    }
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length)
}

/// What is worth a look in a set, found without matching anything.
#[must_use]
pub fn lint(set: &RuleSet, sources: &Sources<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for rule in &set.rules {
        for one in &rule.patterns {
            pattern::lint(rule, one, sources, &mut faults);
        }
        faults.extend(untranslated(&rule.advice, &rule.origin, "advice", sources));
        faults.extend(untranslated(&rule.operator, &rule.origin, "operator", sources));
    }
    for category in &set.categories {
        faults.extend(untranslated(&category.advice, &category.origin, "advice", sources));
        faults.extend(untranslated(&category.operator, &category.origin, "operator", sources));
    }
    for note in &set.notes {
        faults.extend(untranslated(&note.text, &note.origin, "note", sources));
    }
    pattern::duplicates(set, sources, &mut faults);
    faults
}

/// A warning where advice is there in one of the languages only.
fn untranslated(advice: &Advice, origin: &Origin, key: &str, sources: &Sources<'_>) -> Option<Fault> {
    let missing: Vec<&str> = LANGUAGES.into_iter().filter(|lang| advice.0.exact(lang).is_none()).collect();
    let [missing] = missing[..] else { return None };
    let there = LANGUAGES.into_iter().find(|lang| *lang != missing)?;
    let (source, at) = sources.find(origin)?;
    let fault = Fault::error(source, key_at(source, at, key), Code::MissingTranslation, format!("`{key}` is there in `{there}` only"));
    let note = match missing {
        "en" => "in other languages it is not said",
        _ => "who reads Japanese is told this in English",
    };
    Some(fault.warning().label(format!("`{key}.{missing}` is missing")).note(note).help(format!("write `{key}.{missing} = '…'`")))
}

/// The place of a key in the table that begins at `at`; the table's header where the key stands in none of its lines.
fn key_at(source: &Source, at: usize, key: &str) -> Range<usize> {
    let header_end = line_end(&source.text, at);
    let mut start = header_end;
    for line in source.text[header_end..].split_inclusive('\n') {
        let written = line.trim_start();
        let begin = start + line.len() - written.len();
        let header = written.starts_with('[').then(|| written.split(']').next().unwrap_or_default());
        if header.is_some_and(|header| !header.contains('.')) {
            break;
        }
        if header.is_some_and(|header| header.ends_with(&format!(".{key}"))) {
            return begin..begin + written.trim_end().len();
        }
        if written.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', ' ', '='])) {
            return begin..begin + key.len();
        }
        start += line.len();
    }
    at..header_end
}
