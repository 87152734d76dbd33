//! Which layouts a report has.
//!
//! A layout asks for words in the report's text, its subject, its sender or its header fields. What these hold is taken down once;
//! most layouts then fall away at a look at a few bits, which stand side by side for all of them.

use std::sync::OnceLock;

use super::headers::Headers;
use crate::model::{HeaderMark, Layout, Lazy, TextPattern};
use crate::pattern::signature::Signature;
use crate::pattern::{Folded, Haystack, find};

/// The layouts of a set, made ready to be told apart.
#[derive(Debug)]
pub(super) struct Recogniser {
    layouts: Lazy<Vec<Layout>>,
    /// Made for the first mail, since who looks up a text needs it for nothing.
    glances: OnceLock<Glances>,
}

/// Some bits of the words of all layouts.
#[derive(Debug, Default)]
struct Glances {
    bits: Vec<[u16; 4]>,
    /// For each layout, where those of its words end in the text, in the subject and in the sender.
    ends: Vec<[usize; 3]>,
}

impl Recogniser {
    pub(super) const fn new(layouts: Lazy<Vec<Layout>>) -> Self {
        Self { layouts, glances: OnceLock::new() }
    }

    /// The layouts that a report has, in their order. `opening` is the beginning of its text.
    pub(super) fn fitting<'r, 'h>(&'r self, headers: &'h Headers<'_>, opening: &'h Haystack) -> impl Iterator<Item = &'r Layout> {
        let glances = self.glances.get_or_init(|| Glances::new(&self.layouts));
        let candidates = glances.candidates([opening, &headers.subject, &headers.from].map(Haystack::signature));
        candidates.map(|layout| &self.layouts[layout]).filter(move |layout| fits(layout, headers, opening))
    }
}

impl Glances {
    fn new(layouts: &[Layout]) -> Self {
        let mut glances = Self::default();
        for layout in layouts {
            let ends = [&layout.opening, &layout.subject, &layout.from].map(|patterns| {
                glances.bits.extend(keys(patterns).into_iter().map(Signature::sample));
                glances.bits.len()
            });
            glances.ends.push(ends);
        }
        glances
    }

    /// The numbers of the layouts that may have what they ask for in texts of these signatures.
    fn candidates(&self, signatures: [&Signature; 3]) -> impl Iterator<Item = usize> {
        let mut start = 0;
        let fit = move |ends: &[usize; 3]| {
            ends.iter().zip(signatures).fold(true, |fits, (end, signature)| {
                let bits = &self.bits[start..*end];
                start = *end;
                fits && (bits.is_empty() || bits.iter().any(|bits| bits.iter().all(|bit| signature.has(*bit))))
            })
        };
        self.ends.iter().map(fit).enumerate().filter_map(|(layout, fits)| fits.then_some(layout))
    }
}

/// Texts one of which stands wherever one of `patterns` does; none where a pattern has no fixed words.
fn keys(patterns: &[TextPattern]) -> Vec<&str> {
    let all: Vec<Vec<&str>> = patterns.iter().map(TextPattern::keys).collect();
    if all.iter().any(Vec::is_empty) { Vec::new() } else { all.concat() }
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
