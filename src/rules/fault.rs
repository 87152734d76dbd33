//! Faults: what is wrong with rule files, as values. How they are printed is not decided here.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::source::Source;
use crate::model::names::named;

named! {
    /// Whether a set can be used in spite of a fault.
    pub enum Level {
        /// Worth a look.
        Warning = "warning",
        /// The set is refused.
        Error = "error",
    }
}

named! {
    /// What kind of fault it is: a stable name that can be searched for.
    pub enum Code {
        /// A file or folder cannot be read.
        Unreadable = "unreadable",
        /// A file is no UTF-8.
        BadUtf8 = "bad_utf8",
        /// A file holds nothing.
        EmptyFile = "empty_file",
        /// A file is no TOML.
        BadToml = "bad_toml",
        /// A key that means nothing at its place.
        UnknownKey = "unknown_key",
        /// A key that a TOML table header above it has taken away from where it belongs.
        SwallowedKey = "swallowed_key",
        /// A key that must be there is not.
        MissingKey = "missing_key",
        /// A value of the wrong type.
        WrongType = "wrong_type",
        /// A word that is not on its list.
        UnknownWord = "unknown_word",
        /// An id that is no id.
        BadId = "bad_id",
        /// An id that another thing of its kind has.
        DuplicateId = "duplicate_id",
        /// A category that no file defines.
        UnknownCategory = "unknown_category",
        /// A provider that no file defines.
        UnknownProvider = "unknown_provider",
        /// A rule that no file defines.
        UnknownRule = "unknown_rule",
        /// A pattern that cannot be read.
        BadPattern = "bad_pattern",
        /// A rule that asks for nothing.
        EmptyRule = "empty_rule",
        /// Advice that names a fact which nothing can fill.
        UnfillableFact = "unfillable_fact",
        /// An `anywhere` text that is too short to be safe.
        ShortPattern = "short_pattern",
        /// A kind of report without a default category, or with two.
        DefaultCategory = "default_category",
        /// A pattern without a word by which it could be found quickly.
        SlowPattern = "slow_pattern",
        /// A pattern that another rule, or the same, has as well.
        DuplicatePattern = "duplicate_pattern",
        /// A pattern that takes all around it, or almost anything.
        GreedyPattern = "greedy_pattern",
        /// A dot in a regex that was probably meant as a dot.
        UnescapedDot = "unescaped_dot",
        /// A regex that asks for what never stands in a folded text.
        NeverMatches = "never_matches",
        /// Advice in one of Japanese and English only.
        MissingTranslation = "missing_translation",
        /// A rule that speaks in none of its examples.
        ShadowedRule = "shadowed_rule",
        /// A pattern that no example hits.
        UnhitPattern = "unhit_pattern",
        /// A comment that allows what is not there.
        UnusedAllow = "unused_allow",
    }
}

/// One fault, with the place it is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Whether it keeps the set from being used.
    pub level: Level,
    /// What kind it is.
    pub code: Code,
    /// What is wrong, in one line.
    pub title: String,
    /// What is wrong just there.
    pub label: String,
    /// Why it matters.
    pub note: Option<String>,
    /// What to write instead.
    pub help: Option<String>,
    /// The file.
    pub source: Arc<Source>,
    /// Where in the file, in bytes.
    pub range: Range<usize>,
    /// Another place that belongs to it, with a word on it.
    pub other: Option<(Arc<Source>, Range<usize>, String)>,
}

impl Fault {
    /// An error at a place.
    pub(crate) fn error(source: &Arc<Source>, range: Range<usize>, code: Code, title: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            code,
            title: title.into(),
            label: String::new(),
            note: None,
            help: None,
            source: Arc::clone(source),
            range,
            other: None,
        }
    }

    pub(crate) fn warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    pub(crate) fn other(mut self, source: &Arc<Source>, range: Range<usize>, word: &str) -> Self {
        self.other = Some((Arc::clone(source), range, word.to_owned()));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.source.origin(self.range.start);
        write!(f, "{origin}: {}[{}]: {}", self.level, self.code, self.title)
    }
}

/// The name on a list that a wrong one was probably meant to be.
#[must_use]
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(wrong, name).max(strsim::jaro_winkler(wrong, name) - 0.25);
    let best = names.into_iter().map(|name| (likeness(name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness >= 0.5).map(|(_, name)| name)
}

/// The name on a list of which a wrong one is a mistyped form; stricter than [`nearest`].
pub(super) fn mistyped<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    nearest(wrong, names).filter(|name| strsim::normalized_damerau_levenshtein(wrong, name) >= 0.75)
}

/// `did you mean …`, or the list itself where nothing on it is near.
pub(super) fn suggest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> Option<String> {
    match nearest(wrong, names.clone()) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None => {
            let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
            (!names.is_empty() && names.len() <= 24).then(|| format!("one of {}", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_or_none() {
        let names = ["user_unknown", "mailbox_full", "mailbox_disabled"];
        assert_eq!(nearest("user_unkown", names), Some("user_unknown"));
        assert_eq!(nearest("mailboxfull", names), Some("mailbox_full"));
        assert_eq!(nearest("unknown_user", names), Some("user_unknown"));
        assert_eq!(nearest("zebra", names), None);
    }
}
