//! The words and names that a set of rules knows. They are public, and what is not among them may be somebody's own.

use std::collections::HashSet;

use crate::model::{Advice, Category, Element, Form, Layout, Pattern, RuleSet, TextPattern};
use crate::pattern::Folded;

/// The words and host names of a set.
#[derive(Debug, Default)]
pub struct Vocabulary {
    words: HashSet<String>,
    names: HashSet<String>,
    /// Words by which layouts know who sends reports.
    senders: HashSet<String>,
}

impl Vocabulary {
    /// The words of all patterns, shapes, layouts and advice, and the names of all providers' hosts and domains.
    #[must_use]
    pub fn new(set: &RuleSet) -> Self {
        let mut known = Self::default();
        for rule in &set.rules {
            rule.patterns.iter().chain(&rule.conditions.absent).for_each(|pattern| known.add_pattern(pattern));
        }
        for shape in &set.shapes {
            shape.opens.iter().chain(&shape.closes).for_each(|pattern| known.add_parts(pattern));
        }
        set.layouts.iter().flat_map(layout_patterns).for_each(|pattern| known.add_parts(pattern));
        known.senders = std::mem::take(&mut known.words);
        set.layouts.iter().flat_map(|layout| &layout.from).for_each(|pattern| known.add_parts(pattern));
        std::mem::swap(&mut known.senders, &mut known.words);
        set.stage_words.iter().for_each(|word| known.add_text(&word.words));
        set.categories.iter().for_each(|category| known.add_category(category));
        for provider in &set.providers {
            known.add_text(&provider.id);
            provider.name.iter().for_each(|(_, name)| known.add_text(name));
            provider.hosts.iter().chain(&provider.domains).for_each(|name| known.add_name(name));
        }
        known
    }

    /// A vocabulary of these words alone.
    #[must_use]
    pub fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut known = Self::default();
        words.into_iter().for_each(|word| known.add_text(word));
        known
    }

    /// Whether rules know a word, in whatever case.
    #[must_use]
    pub fn has_word(&self, word: &str) -> bool {
        self.words.contains(word) || self.words.contains(Folded::new(word).as_str())
    }

    /// Whether layouts know those who send reports by a local part.
    #[must_use]
    pub fn is_sender(&self, local: &str) -> bool {
        self.senders.contains(&local.to_ascii_lowercase())
    }

    /// Whether rules know a host or domain by just this name.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_lowercase())
    }

    /// The part of a host name, from a label on, that rules know; the longest.
    #[must_use]
    pub fn known_part<'n>(&self, name: &'n str) -> Option<&'n str> {
        let ends = std::iter::once(0).chain(name.match_indices('.').map(|(at, _)| at + 1));
        ends.map(|at| &name[at..]).find(|part| self.has_name(part))
    }

    fn add_pattern(&mut self, pattern: &Pattern) {
        match &pattern.form {
            Form::Text(text) => self.add_parts(text),
            Form::Regex(_) => self.add_text(&pattern.source.replace('\\', "")),
        }
    }

    fn add_parts(&mut self, pattern: &TextPattern) {
        for element in &pattern.elements {
            match element {
                Element::Literal(text) => self.add_text(text),
                Element::Choice(choices) => choices.iter().for_each(|one| self.add_text(one.text)),
                Element::Stem | Element::Gap | Element::Hole(_) => {}
            }
        }
    }

    fn add_category(&mut self, category: &Category) {
        category.name.iter().for_each(|(_, name)| self.add_text(name));
        self.add_advice(&category.advice);
        self.add_advice(&category.operator);
    }

    fn add_advice(&mut self, advice: &Advice) {
        let pieces = advice.0.iter().flat_map(|(_, variants)| variants).flat_map(|template| &template.0);
        for piece in pieces {
            if let crate::model::Piece::Text(text) = piece {
                self.add_text(text);
            }
        }
    }

    /// Takes up the words of a text, and the host names among them.
    fn add_text(&mut self, text: &str) {
        let folded = Folded::new(text);
        for word in words(folded.as_str()) {
            self.words.insert(word.to_owned());
            let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
            self.words.insert(plain.to_owned());
            self.words.extend(plain.split('@').filter(|part| !part.is_empty()).map(str::to_owned));
            self.words.extend(word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_owned));
        }
        folded.as_str().split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).for_each(|name| self.add_name(name));
    }

    /// Takes up a name of at least two labels; `*` and what is glued to it are left out.
    fn add_name(&mut self, name: &str) {
        let name = name.rsplit_once('*').map_or(name, |(_, rest)| rest.split_once('.').map_or("", |(_, rest)| rest));
        let name = name.trim_matches(['.', '-']);
        let last = name.rsplit('.').next().unwrap_or_default();
        if name.contains('.') && last.len() >= 2 && last.bytes().all(|b| b.is_ascii_alphabetic()) {
            self.names.insert(name.to_ascii_lowercase());
        }
    }
}

/// The words of a text: runs without white space.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | ',' | ';' | '|' | '/'))
        .filter(|word| !word.is_empty())
}

fn layout_patterns(layout: &Layout) -> impl Iterator<Item = &TextPattern> {
    let lists = [
        &layout.from,
        &layout.subject,
        &layout.opening,
        &layout.begins,
        &layout.ends,
        &layout.recipient,
        &layout.reason,
        &layout.stops,
        &layout.returned,
        &layout.delay,
        &layout.success,
    ];
    lists.into_iter().flatten().chain(layout.headers.iter().filter_map(|mark| mark.words.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_from_a_label_on() {
        let mut known = Vocabulary::of_words(["see sbl.example.org/lookup now"]);
        known.add_name("*.mx.example.com");
        known.add_name("in-*.example.net");
        assert_eq!(known.known_part("a.b.mx.example.com"), Some("mx.example.com"));
        assert_eq!(known.known_part("SBL.example.org"), Some("SBL.example.org"));
        assert_eq!(known.known_part("in-7.example.net"), Some("example.net"));
        assert_eq!(known.known_part("notmx.example.com"), None);
        assert!(known.has_word("See") && known.has_word("lookup") && !known.has_word("taro"));
    }
}
