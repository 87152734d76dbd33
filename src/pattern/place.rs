//! Where words stand in a text.

use memchr::arch::all::packedpair::Pair;
use memchr::memmem;

/// Below this length, in bytes, a text is searched the plain way.
const SHORT_TEXT: usize = 2_000;

/// Among so many bytes of a word a rare one is looked for, by which it is found.
const FEW: usize = 8;

/// Where `needle` stands in `text`, at `from` or behind.
pub(super) fn places<'t>(text: &'t [u8], needle: &'t [u8], from: usize) -> impl Iterator<Item = usize> + use<'t> {
    let mut from = from;
    std::iter::from_fn(move || {
        let at = from + place(text.get(from..)?, needle)?;
        from = at + 1;
        Some(at)
    })
}

/// The first place of `needle`. In a text of usual length a search by a rare byte is done before a better one is set up.
pub(super) fn place(text: &[u8], needle: &[u8]) -> Option<usize> {
    if text.len() < needle.len() {
        return None;
    }
    if text.len() >= SHORT_TEXT {
        return memmem::find(text, needle);
    }
    // A word of one byte has no pair.
    let rare = Pair::new(&needle[..needle.len().min(FEW)]).map_or(0, |pair| usize::from(pair.index1()));
    let mut begins = memchr::memchr_iter(*needle.get(rare)?, text).filter_map(|at| at.checked_sub(rare));
    begins.find(|at| text[*at..].starts_with(needle))
}
