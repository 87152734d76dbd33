//! The page of each code.

use crate::rules::Code;

/// The pages of `docs/codes`, by code.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/code_pages.rs"));

impl Code {
    /// Its page: what it means, why it matters, and what to write instead, as Markdown.
    #[must_use]
    pub fn page(self) -> &'static str {
        PAGES.iter().find(|(name, _)| *name == self.name()).map_or("", |(_, page)| page)
    }

    /// Every code that has a page, whether there is such a code or not.
    pub fn pages() -> impl Iterator<Item = &'static str> {
        PAGES.iter().map(|(name, _)| *name)
    }
}
