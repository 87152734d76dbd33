//! Which layouts a report has.
//!
//! A layout asks for words in the report's text, its subject, its sender or its header fields. What these hold is taken down once;
//! most layouts then fall away at a look at a few bits, which stand side by side for all of them.

use std::sync::OnceLock;

use super::headers::Headers;
use crate::model::{HeaderMark, Layout, Lazy, TextPattern};
use crate::pattern::{Folded, Glances, Haystack, find};

/// The layouts of a set, made ready to be told apart.
#[derive(Debug)]
pub(super) struct Recogniser {
    layouts: Lazy<Vec<Layout>>,
    /// For each layout the words in the text, in the subject and of the sender. Made for the first mail, since who looks up a text
    /// needs it for nothing.
    glances: OnceLock<Glances>,
}

impl Recogniser {
    pub(super) const fn new(layouts: Lazy<Vec<Layout>>) -> Self {
        Self { layouts, glances: OnceLock::new() }
    }

    /// The layouts that a report has, in their order. `opening` is the beginning of its text.
    pub(super) fn fitting<'r, 'h>(&'r self, headers: &'h Headers<'_>, opening: &'h Haystack) -> impl Iterator<Item = &'r Layout> {
        let glances = self.glances.get_or_init(|| {
            self.layouts.iter().flat_map(|layout| [&layout.opening, &layout.subject, &layout.from].map(Vec::as_slice)).collect()
        });
        let places = [opening, &headers.subject, &headers.from].map(Haystack::signature);
        let may_fit = move |layout: usize| (0..).zip(places).all(|(place, text)| glances.may_match(layout * places.len() + place, text));
        let candidates = self.layouts.iter().enumerate().filter(move |(number, _)| may_fit(*number));
        candidates.map(|(_, layout)| layout).filter(move |layout| fits(layout, headers, opening))
    }
}

/// Whether a report has this layout.
fn fits(layout: &Layout, headers: &Headers<'_>, opening: &Haystack) -> bool {
    let says = |patterns: &[TextPattern], text: &Haystack| patterns.is_empty() || patterns.iter().any(|pattern| text.has(pattern));
    let marked = |mark: &HeaderMark| {
        let mut values = headers.all(&mark.name);
        values.any(|value| mark.words.as_ref().is_none_or(|words| find(words, Folded::new(&value).as_str(), 0).is_some()))
    };
    says(&layout.from, &headers.from)
        && says(&layout.subject, &headers.subject)
        && (layout.headers.is_empty() || layout.headers.iter().any(marked))
        && says(&layout.opening, opening)
}
