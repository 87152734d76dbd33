//! Which layouts a report has, however many there are.
//!
//! A layout asks for words in the report's text, its subject, its sender or its header fields. One index knows the words that each
//! layout asks for where they tell most, and goes once over the report; a layout is looked at only where some of its words were
//! found.

use std::sync::OnceLock;

use super::headers::Headers;
use crate::index::WindowTables;
use crate::model::{HeaderMark, Layout, Lazy, TextPattern};
use crate::pattern::{Folded, find};

/// The layouts of a set, made ready to be told apart.
#[derive(Debug)]
pub(super) struct Recogniser {
    layouts: Lazy<Vec<Layout>>,
    /// Made for the first mail, since who looks up a text needs it for nothing.
    words: OnceLock<Words>,
}

/// Where words are looked for, the most telling place first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Opening,
    Subject,
    From,
}

/// Words of all layouts in one index.
#[derive(Debug)]
struct Words {
    index: WindowTables,
    /// For each text of the index: where it must stand, and the layout that asks for it.
    owners: Vec<(Place, usize)>,
    /// The layouts that may stand anywhere: they ask for header fields alone, or for no fixed words.
    anywhere: Vec<usize>,
}

impl Recogniser {
    pub(super) const fn new(layouts: Lazy<Vec<Layout>>) -> Self {
        Self { layouts, words: OnceLock::new() }
    }

    /// The layouts that a report has, in their order. `opening` is the beginning of its text.
    pub(super) fn fitting<'r, 'h>(&'r self, headers: &'h Headers<'_>, opening: &'h Folded) -> impl Iterator<Item = &'r Layout> {
        let candidates = self.words.get_or_init(|| Words::new(&self.layouts)).candidates(headers, opening);
        candidates.into_iter().map(|layout| &self.layouts[layout]).filter(move |layout| fits(layout, headers, opening))
    }
}

impl Words {
    fn new(layouts: &[Layout]) -> Self {
        let (mut texts, mut owners, mut anywhere) = (Vec::new(), Vec::new(), Vec::new());
        for (number, layout) in layouts.iter().enumerate() {
            let places = [(Place::Opening, &layout.opening), (Place::Subject, &layout.subject), (Place::From, &layout.from)];
            let asked = places.into_iter().find_map(|(place, patterns)| Some((place, keys(patterns)?)));
            let Some((place, keys)) = asked else {
                anywhere.push(number);
                continue;
            };
            owners.extend(keys.iter().map(|_| (place, number)));
            texts.extend(keys);
        }
        Self { index: WindowTables::of(&texts), owners, anywhere }
    }

    /// The layouts that a report may have, in their order.
    fn candidates(&self, headers: &Headers<'_>, opening: &Folded) -> Vec<usize> {
        let mut candidates = self.anywhere.clone();
        for (place, text) in [(Place::Opening, opening), (Place::Subject, &headers.subject), (Place::From, &headers.from)] {
            self.index.find(text.as_str(), |hit| {
                let (own, layout) = self.owners[hit as usize];
                candidates.extend((own == place).then_some(layout));
            });
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }
}

/// Texts one of which stands wherever one of `patterns` does; none where a pattern has no fixed words, or there are no patterns.
fn keys(patterns: &[TextPattern]) -> Option<Vec<&str>> {
    let all: Vec<Vec<&str>> = patterns.iter().map(TextPattern::keys).collect();
    (!all.is_empty() && all.iter().all(|keys| !keys.is_empty())).then(|| all.concat())
}

/// Whether a report has this layout.
fn fits(layout: &Layout, headers: &Headers<'_>, opening: &Folded) -> bool {
    let stands = |patterns: &[TextPattern], text: &Folded| patterns.is_empty() || patterns.iter().any(|pattern| stands(pattern, text));
    let marked = |mark: &HeaderMark| {
        let mut values = headers.all(&mark.name);
        values.any(|value| mark.words.as_ref().is_none_or(|words| self::stands(words, &Folded::new(&value))))
    };
    stands(&layout.from, &headers.from)
        && stands(&layout.subject, &headers.subject)
        && (layout.headers.is_empty() || layout.headers.iter().any(marked))
        && stands(&layout.opening, opening)
}

fn stands(pattern: &TextPattern, text: &Folded) -> bool {
    find(pattern, text.as_str(), 0).is_some()
}
