//! Languages, and texts that exist in several of them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A language as a BCP 47 tag (`ja`, `en`, `pt-BR`), in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lang(Box<str>);

impl Lang {
    /// The language that stands in where nothing else was asked for or found.
    #[must_use]
    pub fn english() -> Self {
        Self("en".into())
    }

    /// Reads a tag; `None` where it is no tag: letters first, then letters and digits in groups of one to eight.
    ///
    /// ```
    /// use modori::model::Lang;
    /// assert_eq!(Lang::parse("ja-JP").unwrap().tag(), "ja-jp");
    /// assert!(Lang::parse("日本語").is_none());
    /// ```
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let mut groups = tag.split('-');
        let first = groups.next().filter(|g| (2..=8).contains(&g.len()) && g.bytes().all(|b| b.is_ascii_alphabetic()));
        let rest = groups.all(|g| (1..=8).contains(&g.len()) && g.bytes().all(|b| b.is_ascii_alphanumeric()));
        (first.is_some() && rest).then(|| Self(tag.to_ascii_lowercase().into()))
    }

    /// Reads a POSIX locale such as `ja_JP.UTF-8`; `C` and `POSIX` are English, an empty one is `None`.
    #[must_use]
    pub fn from_locale(locale: &str) -> Option<Self> {
        let name = locale.split(['.', '@']).next().unwrap_or_default();
        match name {
            "" => None,
            "C" | "POSIX" => Some(Self::english()),
            name => Self::parse(&name.replace('_', "-")),
        }
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// This tag, then what it falls back to: `ja-jp`, `ja`, `en`.
    fn chain(&self) -> impl Iterator<Item = &str> {
        let base = self.0.split('-').next().unwrap_or_default();
        [self.tag(), base, "en"].into_iter()
    }

    /// Whether it is the language `base` or a variety of it.
    #[must_use]
    pub fn is(&self, base: &str) -> bool {
        self.0.split('-').next() == Some(base)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One thing in several languages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Localized<T>(Vec<(Lang, T)>);

impl<T> Default for Localized<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Localized<T> {
    /// Whether it exists in no language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds it in one more language; a later one replaces an earlier one of the same language.
    pub fn insert(&mut self, lang: Lang, value: T) {
        self.0.retain(|(known, _)| *known != lang);
        self.0.push((lang, value));
    }

    /// It in `lang`, or in the nearest language that it exists in: `ja-JP`, `ja`, `en`, then whatever there is.
    #[must_use]
    pub fn get(&self, lang: &Lang) -> Option<&T> {
        lang.chain().find_map(|tag| self.exact(tag)).or_else(|| self.0.first().map(|(_, value)| value))
    }

    /// It in just this language.
    #[must_use]
    pub fn exact(&self, tag: &str) -> Option<&T> {
        self.0.iter().find(|(lang, _)| lang.tag() == tag).map(|(_, value)| value)
    }

    /// All of it, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Lang, &T)> {
        self.0.iter().map(|(lang, value)| (lang, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_language_falls_back() {
        let mut names = Localized::default();
        names.insert(Lang::english(), 1);
        names.insert(Lang::parse("ja").unwrap(), 2);
        let get = |tag| names.get(&Lang::parse(tag).unwrap()).copied();
        assert_eq!((get("ja-JP"), get("ja"), get("fr"), get("en-GB")), (Some(2), Some(2), Some(1), Some(1)));
    }

    #[test]
    fn locales_give_languages() {
        let tag = |locale| Lang::from_locale(locale).map(|lang| lang.tag().to_owned());
        assert_eq!(tag("ja_JP.UTF-8").as_deref(), Some("ja-jp"));
        assert_eq!(tag("C.UTF-8").as_deref(), Some("en"));
        assert_eq!(tag("POSIX").as_deref(), Some("en"));
        assert_eq!(tag(""), None);
    }
}
