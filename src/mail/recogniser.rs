//! Which layouts a report has.
//!
//! A layout asks for words in the report's text, its subject, its sender or its header fields. What these hold is taken down once;
//! most layouts then fall away at a look at a few bits.

use super::headers::Headers;
use crate::model::{HeaderMark, Layout, Lazy};
use crate::pattern::{Folded, Haystack, find};

/// The layouts of a set.
#[derive(Debug)]
pub(super) struct Recogniser(Lazy<Vec<Layout>>);

impl Recogniser {
    pub(super) const fn new(layouts: Lazy<Vec<Layout>>) -> Self {
        Self(layouts)
    }

    /// The layouts that a report has, in their order. `opening` is the beginning of its text.
    pub(super) fn fitting<'r, 'h>(&'r self, headers: &'h Headers<'_>, opening: &'h Haystack) -> impl Iterator<Item = &'r Layout> {
        self.0.iter().filter(move |layout| fits(layout, headers, opening))
    }
}

/// Whether a report has this layout.
fn fits(layout: &Layout, headers: &Headers<'_>, opening: &Haystack) -> bool {
    let places = [(&layout.opening, opening), (&layout.subject, &headers.subject), (&layout.from, &headers.from)];
    places.iter().all(|(patterns, text)| patterns.is_empty() || patterns.iter().any(|pattern| text.signature().may_match(pattern)))
        && (layout.headers.is_empty() || layout.headers.iter().any(|mark| is_marked(mark, headers)))
        && places.iter().rev().all(|(patterns, text)| patterns.is_empty() || patterns.iter().any(|pattern| text.has(pattern)))
}

/// Whether a header field has what a layout asks of it.
fn is_marked(mark: &HeaderMark, headers: &Headers<'_>) -> bool {
    let mut values = headers.all(&mark.name);
    values.any(|value| mark.words.as_ref().is_none_or(|words| find(words, Folded::new(&value).as_str(), 0).is_some()))
}
